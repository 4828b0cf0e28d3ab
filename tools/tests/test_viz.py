# SPDX-License-Identifier: MIT
"""
The live page, without a browser: its decoder must find in memory what tools/k896 finds,
and the server of tools/viz must hand out memory right, and nothing else.
"""
import contextlib
import http.client
import json
import os
import random
import re
import struct
import subprocess
import sys
import time

import pytest

import lab
from guests import places
from k896 import explain, frames, kmap, pagetable, slab, vmalloc, zones
from k896.export import export

TOOLS = lab.ROOT / "tools"
KINDS = TOOLS / "k896" / "kinds.json"
EPOCH, GENERATION, NUMBER = range(3)


def node(layout, *args):
    """Run the page's decoder under node; return what it printed."""
    done = subprocess.run(["node", str(TOOLS / "tests" / "decode.mjs"), str(layout), str(KINDS), *map(str, args)],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
    assert done.returncode == 0, lab.tail(done.stdout)
    return json.loads(done.stdout)


@pytest.fixture(name="layout", scope="module")
def fixture_layout(kernel, tmp_path_factory):
    path = tmp_path_factory.mktemp("layout") / "layout.json"
    path.write_text(json.dumps(export(kernel)), encoding="utf-8")
    return path


@pytest.fixture(name="model", scope="module")
def fixture_model(guest, kernel, layout):
    """What the page's decoder finds in the guest's RAM."""
    return node(layout, "ram", guest.ram, *places(kernel))


def test_frames_are_those_of_the_library(kernel, model):
    ours = frames.classify(kernel)
    theirs = [(kind, order, text) for number, kind, order, _, text in model["cells"] for _ in range(number)]
    assert len(theirs) == len(ours) == model["number"]
    for pfn, (kind, order, text) in enumerate(theirs):
        assert kind == frames.KINDS[ours.kind[pfn]]["id"], hex(pfn)
        if kind not in ("absent", "firmware", "image", "memmap", "boot"):
            assert order == ours.order[pfn], hex(pfn)
        if kind not in ("free", "pcp", "guard", "lost"):
            assert (text or None) == ours.what[pfn], hex(pfn)


def test_zones_are_those_of_the_library(kernel, model):
    ours = zones.zones(kernel)
    assert [zone["name"] for zone in model["zones"]] == [zones.name(kernel, zone) for zone in ours]
    for theirs, zone in zip(model["zones"], ours):
        assert (theirs["start"], theirs["end"], theirs["free"], theirs["managed"]) == (
            zone.zone_start_pfn, zones.end_pfn(zone), zone.free_pages, zone.managed_pages)
        for order, area in enumerate(theirs["orders"]):
            listed = list(zones.free_blocks(kernel, zone, order))
            assert area["free"] == len(listed) and area["blocks"] == listed[:96]
        on_lists = [(order, pfn) for order, pfns in enumerate(theirs["pcp"][0]["lists"]) for pfn in pfns]
        assert on_lists == list(zones.pcp_blocks(kernel, zone, 0))[:len(on_lists)]


def test_objects_are_those_of_the_library(kernel, model):
    states = {slab.ON_SLAB: 0, slab.CACHED: 1, slab.IN_USE: 2}
    ours = {slab.name(kernel, cache): cache for cache in slab.caches(kernel)}
    assert [cache["name"] for cache in model["caches"]] == list(ours)
    assert sum(len(cache["slabs"]) for cache in model["caches"]) > 4
    for cache in model["caches"]:
        mine = {one.address: one for _, one in slab.slabs(kernel, ours[cache["name"]])}
        assert {one["at"] for one in cache["slabs"]} == set(mine)
        for one in cache["slabs"]:
            found = slab.objects(kernel, ours[cache["name"]], mine[one["at"]])
            assert one["states"] == [states[thing.state] for thing in found]


def test_the_virtual_side_is_that_of_the_library(kernel, model):
    assert [(area["start"], area["end"]) for area in model["areas"]] == [
        (area.va_start, area.va_end) for area in vmalloc.areas(kernel)]
    assert sorted(pfn for area in model["areas"] for pfn in area["pfns"]) == sorted(vmalloc.frames(kernel))
    assert [(slot["number"], slot["pfn"], slot["users"]) for slot in model["slots"]] == [
        (slot.number, slot.pfn, slot.users) for slot in kmap.slots(kernel)]
    assert [(region["start"], region["name"]) for region in model["regions"]] == [
        (start, name) for start, name, _ in explain.regions(kernel)]


def test_explanations_say_the_same(kernel, model):
    for address, (title, lines, pfn) in zip(places(kernel), model["explained"]):
        explained = explain.explain(kernel, address)
        ours = " ".join(explained)
        assert title == f"0x{address:08x}" and lines[0] == explain.region_name(kernel, address)
        assert ("not mapped" in lines) == ("not mapped" in ours)
        phys = pagetable.translate(kernel, address)
        assert pfn == (phys >> 12 if phys is not None and phys >> 12 < kernel.var("max_pfn") else -1)
        for line in lines:
            if line.startswith("object "):
                number, state = re.match(r"(object \d+) at \S+ \+ \d+, (allocated|in a|on the)", line).groups()
                word = {"allocated": "allocated by", "in a": "in a per-CPU array", "on the": "in its slab"}[state]
                this = next(line for line in explained if line.startswith("  this: "))
                assert number in this and word in this
                assert "last caller" not in line or line.split("last caller ")[1] in this


def test_history_gives_back_what_it_got(layout):
    assert node(layout, "history") == {"samples": 300}


# --- the server ---------------------------------------------------------------------------------

@contextlib.contextmanager
def server(*args):
    """tools/viz on a port of its own; yields the port."""
    with subprocess.Popen([sys.executable, str(TOOLS / "viz"), "--port", "0", *map(str, args)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            for line in process.stdout:
                if match := re.match(r"http://127\.0\.0\.1:(\d+)/", line):
                    yield int(match[1])
                    break
            else:
                pytest.fail("tools/viz did not start")
        finally:
            process.terminate()


def request(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def ask(port, since, pfns):
    """(header, {frame: contents}) of a request for memory."""
    status, data = request(port, "POST", "/memory", struct.pack(f"<{1 + len(pfns)}I", since, *pfns))
    assert status == 200, data
    header = struct.unpack_from("<3I", data)
    listed = struct.unpack_from(f"<{header[NUMBER]}I", data, 12)
    start = 12 + 4 * header[NUMBER]
    assert len(data) == start + 4096 * header[NUMBER]
    return header, {pfn: data[start + 4096 * i:start + 4096 * (i + 1)] for i, pfn in enumerate(listed)}


def session(folder, ram):
    """Pretend that a guest runs whose RAM is this file; the pretender is this process."""
    (folder / "guest.json").write_text(json.dumps({"pid": os.getpid(), "ram": str(ram), "qmp": "none"}))


def test_page_over_the_server_sees_the_same(guest, layout, model, tmp_path):
    """Frame by frame, as they are wanted; and a second sample is one request."""
    session(tmp_path, guest.ram)
    with server("--session", tmp_path, "--elf", guest.elf) as port:
        remote = node(layout, "url", f"http://127.0.0.1:{port}/memory")
        assert json.loads(request(port, "GET", "/layout.json")[1]) == json.loads(layout.read_text())
    assert 2 < remote.pop("rounds") < 40 and remote.pop("again") == 1
    assert remote.pop("explained") == []
    assert remote == {key: value for key, value in model.items() if key not in ("explained", "rounds", "again")}


def test_server_sends_changes_only(tmp_path):
    ram = tmp_path / "ram"
    contents = bytearray(random.Random(896).randbytes(64 * 4096))
    ram.write_bytes(contents)
    session(tmp_path, ram)
    with server("--session", tmp_path, "--elf", lab.build() / "k896.elf") as port:
        header, got = ask(port, 0, [3, 1, 63, 64, 1 << 19])
        assert got == {3: contents[3 * 4096:4 * 4096], 1: contents[4096:8192], 63: contents[63 * 4096:],
                       64: bytes(4096), 1 << 19: bytes(4096)}
        assert ask(port, header[GENERATION], [3, 1, 63, 64])[1] == {}
        with open(ram, "r+b") as file:
            file.seek(3 * 4096 + 17)
            file.write(b"!")
        after, got = ask(port, header[GENERATION], [3, 1])
        assert list(got) == [3] and got[3][17:18] == b"!" and after[EPOCH] == header[EPOCH]
        assert list(ask(port, header[GENERATION], [3])[1]) == [3]       # to one who has not seen it
        assert ask(port, after[GENERATION], [3])[1] == {}

        other = tmp_path / "other"
        other.write_bytes(bytes(4096))
        session(tmp_path, other)
        again, got = ask(port, after[GENERATION], [0])
        assert again[EPOCH] != after[EPOCH] and got == {0: bytes(4096)}


def test_server_without_a_guest_says_so(tmp_path):
    with server("--session", tmp_path, "--elf", lab.build() / "k896.elf") as port:
        for method, path, body in (("GET", "/guest.json", None), ("POST", "/memory", bytes(8))):
            status, text = request(port, method, path, body)
            assert status == 503 and b"make run" in text
        assert request(port, "GET", "/")[0] == 200
        (tmp_path / "ram").write_bytes(bytes(8192))
        session(tmp_path, tmp_path / "ram")
        assert ask(port, 0, [1])[1] == {1: bytes(4096)}


def test_server_serves_the_page_and_nothing_else(guest, tmp_path):
    session(tmp_path, guest.ram)
    with server("--session", tmp_path, "--elf", guest.elf) as port:
        assert b"<title>k896" in request(port, "GET", "/")[1]
        assert b"class FrameMap" in request(port, "GET", "/map.js")[1]
        assert json.loads(request(port, "GET", "/guest.json")[1])["kind"] == "remote"
        for path in ("/viz", "/../viz", "/%2e%2e/viz", "//etc/passwd", "/web/map.js", "/tests"):
            assert request(port, "GET", path)[0] == 404, path
        for body in (b"", b"abc", bytes(5)):
            assert request(port, "POST", "/memory", body)[0] == 400
        assert request(port, "POST", "/other", bytes(4))[0] == 400


def test_server_is_quick_enough(guest, tmp_path):
    """All of memory once, and then what changed of it, well within a sample's time."""
    session(tmp_path, guest.ram)
    with server("--session", tmp_path, "--elf", guest.elf) as port:
        pfns = list(range(8192))
        header, got = ask(port, 0, pfns)
        assert len(got) == 8192
        begin = time.monotonic()
        assert ask(port, header[GENERATION], pfns)[1] == {}
        assert time.monotonic() - begin < 5

# SPDX-License-Identifier: MIT
"""
The live page, without a browser: its decoder must find in memory what tools/k896 finds,
and the server of tools/viz must hand out memory right, and nothing else.
"""
import contextlib
import functools
import http.client
import json
import os
import random
import re
import signal
import struct
import subprocess
import sys

import pexpect
import pytest

import lab
from guests import places
from k896 import explain, frames, kmap, look, pagetable, pages, slab, vmalloc, zones
from k896.elf import ElfFile
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
    return node(layout, "ram", guest.ram, *places(kernel), *(f"pfn:{pfn}" for pfn in some_frames(kernel)))


def some_frames(kernel):
    """Frame numbers: some of everywhere, those that kmap() and vmalloc have mapped, those of slabs."""
    held = [slot.pfn for slot in kmap.slots(kernel)][:2] + sorted(vmalloc.frames(kernel))[::400]
    slabs = [kernel.phys(one.address) >> 12 for cache in slab.caches(kernel) for _, one in slab.slabs(kernel, cache)]
    return [0, 1, 0x9f, 0xa0, *range(0x100, kernel.var("max_pfn"), 411), *held, *slabs[:6], kernel.var("max_pfn") - 1]


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
    assert model["torn"] == []
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


def frame_lines(kernel, pfn):
    """What `explain` says where the kernel reaches the frame; elsewhere what `page` does, and the neighbours."""
    direct = kernel.page_offset + (pfn << 12)
    if direct < kernel.high_memory:
        return explain.explain(kernel, direct)
    slot = next((slot for slot in kmap.slots(kernel) if slot.pfn == pfn), None)
    if slot:
        return explain.explain(kernel, slot.address)
    for area in vmalloc.areas(kernel):
        if area.vm and vmalloc.frames(kernel).get(pfn) and area.vm.deref().addr == vmalloc.frames(kernel)[pfn].addr:
            return next(explain.explain(kernel, place) for place in range(area.va_start, area.va_end, 4096)
                        if pagetable.translate(kernel, place) == pfn << 12)
    return look.page(kernel, pfn) + explain.beside_page(kernel, pages.Pages(kernel), pfn)


def test_addresses_and_frames_are_explained_as_at_the_prompt(guest, kernel, model):
    """Word by word: what the monitor printed, and k896/explain.py, which may know more; for frames of all kinds."""
    answers = iter(model["explained"])
    for address in places(kernel):
        answer = next(answers)
        assert answer["lines"] == explain.explain(kernel, address), hex(address)
        said = [line.rstrip() for line in guest.said["explain", address] if line.strip()]
        assert not [line for line in said if line not in answer["lines"]], hex(address)
        phys = pagetable.translate(kernel, address)
        assert answer["pfn"] == (phys >> 12 if phys is not None and phys >> 12 < kernel.var("max_pfn") else -1)
    for pfn in some_frames(kernel):
        answer = next(answers)
        assert answer["lines"] == frame_lines(kernel, pfn), hex(pfn)
        assert f"pfn {look.alternate(pfn)}:" in answer["summary"][0]
    assert not list(answers)


def test_history_gives_back_what_it_got(layout):
    """Models and memory; all of them, or as many as there is room for."""
    kept = node(layout, "history")
    assert kept["samples"] == 300 and kept["past"]["floor"] == 0
    assert 100 < kept["few"] < 200
    assert 0 < kept["little"]["floor"] < 200 and kept["little"]["bytes"] <= 1 << 18 < kept["past"]["bytes"]


def test_torn_memory_is_noticed(guest, kernel, layout, tmp_path):
    """A page that is on no list, a count that is off, a list that leads nowhere: said, and survived."""
    ram = bytearray(guest.ram.read_bytes())
    zone = zones.zones(kernel)[0]
    order = max(order for order in range(8) if zone.free_area[order].nr_free)
    page = pages.Pages(kernel).page(next(iter(zones.free_blocks(kernel, zone, order))))
    put = functools.partial(struct.pack_into, "<I", ram)
    put(kernel.phys(page.address_of("flags")), page.flags & ~(1 << kernel.enum("pageflags")["PG_buddy"]))
    put(kernel.phys(page.address_of("lru")), 0xdeadbeef)
    put(kernel.phys(kernel.var("slab_pages").address), kernel.var("slab_pages").counter + 3)
    cache = slab.caches(kernel)[0]
    put(kernel.phys(cache.address_of("num")), 0xffffffff)
    (tmp_path / "ram").write_bytes(ram)
    torn = node(layout, "ram", tmp_path / "ram")["torn"]
    assert len(torn) == 3, torn
    assert f"zone {zones.name(kernel, zone)} counts {zone.free_pages} free pages, " in torn[0] and "between two states" in torn[1]
    assert f"{kernel.var('slab_pages').counter + 3} slab pages are counted, there are " in torn[2]


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


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
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


def image(path, frames=1024, change=()):
    """RAM of so many frames with the kernel in it and random bytes below; code at offsets in @change is another."""
    ram = bytearray(random.Random(896).randbytes(1 << 20)) + bytes((frames << 12) - (1 << 20))
    for segment in ElfFile(lab.build() / "k896.elf").loads:
        data = (lab.build() / "k896.elf").read_bytes()[segment["offset"]:segment["offset"] + segment["filesz"]]
        ram[segment["paddr"]:segment["paddr"] + len(data)] = data
    for offset in change:
        ram[(1 << 20) + offset] ^= 0xff
    path.write_bytes(ram)
    return ram


def test_page_over_the_server_sees_the_same(guest, layout, model, tmp_path):
    """Frame by frame, as they are wanted; and a second sample is one request."""
    session(tmp_path, guest.ram)
    with server("--session", tmp_path, "--elf", guest.elf) as port:
        remote = node(layout, "url", f"http://127.0.0.1:{port}/memory")
        assert json.loads(request(port, "GET", "/layout.json")[1]) == json.loads(layout.read_text())
    assert 2 < remote.pop("rounds") < 40 and remote.pop("again") == 1
    assert remote.pop("explained") == []
    assert remote == {key: value for key, value in model.items() if key not in ("explained", "rounds", "again")}


def test_make_viz_shows_a_dump(guest):
    """The target, as README.md has it: a dump of a running guest is as good as its RAM; Ctrl-C ends it."""
    child = pexpect.spawn("make", ["--no-print-directory", "-C", str(lab.ROOT), f"O={lab.build()}", "viz", f"DUMP={guest.dump}",
                                   "PORT=0"], env=lab.clean_env(), encoding="utf-8", timeout=300,
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a job in the background ignores it
    try:
        child.expect(r"http://127\.0\.0\.1:(\d+)/")
        port = int(child.match[1])
        assert json.loads(request(port, "GET", "/guest.json")[1])["title"] == f"physical memory in the dump {guest.dump.name}"
        ram = guest.ram.read_bytes()
        assert ask(port, 0, [0x101, 0x1800])[1] == {pfn: ram[pfn << 12:(pfn + 1) << 12] for pfn in (0x101, 0x1800)}
        child.sendintr()
        child.expect(pexpect.EOF)
        assert "Traceback" not in child.before
    finally:
        child.close(force=True)


def test_server_sends_changes_only(tmp_path):
    ram = tmp_path / "ram"
    contents = image(ram)
    session(tmp_path, ram)
    with server("--session", tmp_path, "--elf", lab.build() / "k896.elf") as port:
        header, got = ask(port, 0, [3, 1, 63, 1023, 1024, 1 << 19])
        assert got == {**{pfn: contents[pfn * 4096:(pfn + 1) * 4096] for pfn in (3, 1, 63, 1023)},
                       1024: bytes(4096), 1 << 19: bytes(4096)}
        assert ask(port, header[GENERATION], [3, 1, 63, 1024])[1] == {}
        with open(ram, "r+b") as file:
            file.seek(3 * 4096 + 17)
            file.write(b"!")
        after, got = ask(port, header[GENERATION], [3, 1])
        assert list(got) == [3] and got[3][17:18] == b"!" and after[EPOCH] == header[EPOCH]
        assert list(ask(port, header[GENERATION], [3])[1]) == [3]       # to one who has not seen it
        assert ask(port, after[GENERATION], [3])[1] == {}

        other = tmp_path / "other"
        contents = image(other, 600)
        session(tmp_path, other)
        again, got = ask(port, after[GENERATION], [600, 0])
        assert again[EPOCH] != after[EPOCH] and got == {0: contents[:4096], 600: bytes(4096)}


def test_server_without_a_guest_says_so(tmp_path):
    with server("--session", tmp_path, "--elf", lab.build() / "k896.elf") as port:
        for method, path, body in (("GET", "/guest.json", None), ("POST", "/memory", bytes(8))):
            status, text = request(port, method, path, body)
            assert status == 503 and b"make run" in text
        assert request(port, "GET", "/")[0] == 200
        ram = tmp_path / "ram"
        ram.write_bytes(bytes(1 << 22))
        session(tmp_path, ram)
        status, text = request(port, "GET", "/guest.json")
        assert status == 503 and b"not in its memory yet" in text
        contents = image(ram)
        assert ask(port, 0, [1])[1] == {1: contents[4096:8192]}
        ram.unlink()            # the guest is killed, and its RAM with it
        assert request(port, "POST", "/memory", bytes(8))[0] == 503


def test_another_kernel_is_refused(tmp_path):
    """One byte of the code differs: served is what the matter is, drawn is nothing."""
    with server("--session", tmp_path, "--elf", lab.build() / "k896.elf") as port:
        image(tmp_path / "ram", change=[0x5000])
        session(tmp_path, tmp_path / "ram")
        for method, path, body in (("GET", "/guest.json", None), ("GET", "/layout.json", None), ("POST", "/memory", bytes(8))):
            status, text = request(port, method, path, body)
            assert status == 500 and b"of another build: name its ELF file" in text
        image(tmp_path / "ram")
        assert request(port, "GET", "/guest.json")[0] == 200


@pytest.mark.parametrize("what, said", [("none", "No such file"), ("text", "not set up yet"), ("cut", "not set up yet"),
                                        ("other", "of another build"), ("elf", "not a memory dump"), ("empty", "empty"),
                                        ("core", "cut short"), ("head", "cut short")])
def test_what_cannot_be_shown_is_refused(guest, what, said, tmp_path):
    """Both tools, in one line and with status 1: no file, no dump, half a dump, another kernel's."""
    path, elf = tmp_path / what, lab.build() / "k896.elf"
    if what == "text":
        path.write_text("not a dump\n" * 1000)
    elif what == "cut":
        path.write_bytes(image(path)[:0x110000])
    elif what == "other":
        image(path, change=[0x5000])
    elif what == "elf":
        path.write_bytes(elf.read_bytes())
    elif what == "empty":
        path.write_bytes(b"")
    elif what in ("core", "head"):
        with open(guest.dump, "rb") as dump:
            path.write_bytes(dump.read(32 << 20 if what == "core" else 70))
    for tool, args in (("viz", ("--dump", path)), ("memmap", (path, "-o", tmp_path / "map.svg"))):
        done = subprocess.run([sys.executable, str(TOOLS / tool), *map(str, args), "--elf", str(elf)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
        assert done.returncode == 1 and said in done.stdout, done.stdout
        assert done.stdout.startswith(f"{tool}: ") and done.stdout.count("\n") == 1
    assert not (tmp_path / "map.svg").exists()


def test_a_port_in_use_is_said(tmp_path):
    with server("--session", tmp_path, "--elf", lab.build() / "k896.elf") as port:
        for number in (port, 70000):
            done = subprocess.run([sys.executable, str(TOOLS / "viz"), "--session", str(tmp_path), "--port", str(number)],
                                  text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, check=False)
            assert done.returncode == 1 and done.stderr.startswith(f"viz: port {number}: ")
            assert done.stderr.count("\n") == 1 and "PORT=" in done.stderr


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
        for length in ("x", "-1", str(1 << 40)):
            assert request(port, "POST", "/memory", headers={"Content-Length": length})[0] == 400


def test_server_sends_much_at_once(guest, tmp_path):
    """A third of memory in one request, and then what changed of it: nothing, in a few bytes."""
    session(tmp_path, guest.ram)
    with server("--session", tmp_path, "--elf", guest.elf) as port:
        pfns = list(range(8192))
        header, got = ask(port, 0, pfns)
        assert len(got) == 8192
        assert ask(port, header[GENERATION], pfns)[1] == {}

# SPDX-License-Identifier: MIT
"""tools/trace2json: from a dump of allocation events to a trace that viewers open."""
import json
import subprocess

import pytest

import lab
from lab import Config

DUMP = """\
noise before it
# k896 trace 1: 9 events, 3 lost
0 1000 mm_page_alloc: pfn=0x100 order=2 gfp_flags=GFP_KERNEL call_site=cache_grow+0x20/0x90
0 1500 kmalloc: ptr=0xc3000040 bytes_req=100 bytes_alloc=128 gfp_flags=GFP_KERNEL|__GFP_ZERO call_site=first+0x1/0x20
0 2500 kmap: ptr=0xff801000 pfn=0x7000 call_site=mapper+0x5/0x30
1 2600 kmap: ptr=0xff801000 pfn=0x7000 call_site=mapper+0x5/0x30
0 3000 kunmap: ptr=0xff801000 pfn=0x7000 call_site=mapper+0x9/0x30
0 3100 kfree: ptr=0xc3000040 call_site=second+0x8/0x20
0 3200 kfree: ptr=0xc3000080 call_site=second+0x8/0x20
0 3300 page_fault: address=0x0 error_code=0x2 call_site=third+0x8/0x20
1 4000 kunmap: ptr=0xff801000 pfn=0x7000 call_site=mapper+0x9/0x30
# end
"""

# Fields that a phase must have, by the trace event format.
REQUIRED = {"i": {"name", "ts", "pid", "tid", "s"}, "b": {"name", "ts", "pid", "tid", "cat", "id"},
            "e": {"name", "ts", "pid", "tid", "cat", "id"}, "C": {"name", "ts", "pid", "args"},
            "M": {"name", "pid", "args"}}


def convert(tmp_path, text):
    """(process, the trace or None) of a dump."""
    (tmp_path / "com2.txt").write_text(text, encoding="utf-8")
    out = tmp_path / "trace.json"
    done = subprocess.run([str(lab.ROOT / "tools" / "trace2json"), str(tmp_path / "com2.txt"), "-o", str(out)],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done, json.loads(out.read_text()) if out.exists() else None


def check_format(trace):
    """What any viewer relies on: fields, order, and that each end has its begin."""
    open_slices = set()
    last = 0
    for event in trace["traceEvents"]:
        assert REQUIRED[event["ph"]] <= set(event), event
        assert event["ph"] == "M" or event["ts"] >= last
        last = event.get("ts", last)
        key = event.get("cat"), event.get("id"), event["name"]
        if event["ph"] == "b":
            assert key not in open_slices
            open_slices.add(key)
        elif event["ph"] == "e":
            open_slices.remove(key)
    assert not open_slices


def test_every_event_is_in_the_trace(tmp_path):
    done, trace = convert(tmp_path, DUMP)
    assert done.returncode == 0 and "9 events, 3 lost" in done.stdout
    check_format(trace)
    instants = [event for event in trace["traceEvents"] if event["ph"] == "i"]
    assert [(event["name"], event["ts"], event["tid"]) for event in instants] == [
        ("mm_page_alloc", 1.0, 0), ("kmalloc", 1.5, 0), ("kmap", 2.5, 0), ("kmap", 2.6, 1), ("kunmap", 3.0, 0),
        ("kfree", 3.1, 0), ("kfree", 3.2, 0), ("page_fault", 3.3, 0), ("kunmap", 4.0, 1)]
    assert instants[1]["args"]["gfp_flags"] == "GFP_KERNEL|__GFP_ZERO"
    assert trace["otherData"] == {"lost_events": 3}
    names = {event["args"]["name"] for event in trace["traceEvents"] if event["ph"] == "M"}
    assert names == {"k896", "CPU 0", "CPU 1"}


def test_lifetimes_and_counters(tmp_path):
    _, trace = convert(tmp_path, DUMP)
    slices = {(event["ph"], event["cat"], event["name"]): event for event in trace["traceEvents"] if event["ph"] in "be"}
    assert slices["b", "objects", "first"]["ts"] == 1.5 and slices["e", "objects", "first"]["ts"] == 3.1
    assert slices["e", "objects", "first"]["args"]["freed_by"].startswith("second+")
    assert slices["e", "kmap", "mapper"]["ts"] == 4.0       # two users, so the second kunmap
    assert slices["b", "pages", "cache_grow"]["args"]["bytes"] == 16384
    assert slices["e", "pages", "cache_grow"]["args"]["freed_by"] == "still held"
    assert len(slices) == 6
    held = [(event["name"], event["args"]["bytes"]) for event in trace["traceEvents"] if event["ph"] == "C"]
    assert held == [("held: pages", 16384), ("held: objects", 128), ("held: kmap", 4096), ("held: objects", 0),
                    ("held: kmap", 0), ("held: pages", 0)]


def test_last_of_several_dumps(tmp_path):
    second = "# k896 trace 1: 1 events, 0 lost\n0 7 vfree: ptr=0xc4800000 call_site=f+0x0/0x1\n# end\n"
    _, trace = convert(tmp_path, DUMP + second.replace("\n", "\r\n"))
    assert [event["name"] for event in trace["traceEvents"] if event["ph"] == "i"] == ["vfree"]


def test_trace_of_a_real_guest(tmp_path):
    """What was done at the prompt is in the trace, by the names of those who did it."""
    com2 = tmp_path / "com2"
    with lab.Session(Config("trace", mem="96M", args="vmalloc=960M", extra=("-serial", f"file:{com2}"))) as session:
        session.run("trace on")
        for line in ("cache create traced 200", "alloc object traced", "alloc kmalloc 1000", "alloc vmalloc 64K",
                     "alloc page 2 highmem", "alloc kmap #4", "free #1 #3 #5"):
            session.run(line)
        session.run("trace off")
        session.run("trace dump")
    done, trace = convert(tmp_path, com2.read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stdout
    check_format(trace)
    ends = {(event["cat"], event["name"]): event["args"]["freed_by"] for event in trace["traceEvents"]
            if event["ph"] == "e"}
    for place, freed_by in {("objects", "play_alloc_object"): "play_free_object", ("objects", "play_kmalloc"): "still held",
                            ("vmalloc", "play_vmalloc"): "play_vfree", ("pages", "play_alloc_page"): "still held",
                            ("kmap", "play_kmap"): "play_kunmap"}.items():
        assert ends[place].startswith(freed_by), (place, ends[place])
    counters = {event["name"] for event in trace["traceEvents"] if event["ph"] == "C"}
    assert counters == {"held: objects", "held: pages", "held: vmalloc", "held: kmap"}


@pytest.mark.parametrize("text, word", [
    ("", "no trace in it"),
    (DUMP.replace("# end\n", ""), "cut short"),
    (DUMP.replace("trace 1:", "trace 2:"), "version 2"),
    (DUMP.replace("1: 9 events", "1: 8 events"), "9 events, where the header says 8"),
    (DUMP.replace("kmalloc: ", "kmalloc "), "line 4 is no event"),
    (DUMP.replace("kmalloc: ptr=0xc3000040 ", "kmalloc: ptr 0xc3000040 "), "line 4 is no event"),
    (DUMP.replace(" call_site=first+0x1/0x20", ""), "line 4 does not say who asked"),
], ids=["empty", "cut", "version", "count", "colon", "key", "caller"])
def test_broken_dumps_are_refused(tmp_path, text, word):
    done, trace = convert(tmp_path, text)
    assert done.returncode == 1 and word in done.stdout and trace is None, done.stdout

# SPDX-License-Identifier: MIT
"""tools/trace2json: from a dump of allocation events to a trace that viewers open."""
import json
import re
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
UNITS = {"ms", "ns"}


def convert(tmp_path, text):
    """(process, the trace or None) of a dump."""
    (tmp_path / "com2.txt").write_text(text, encoding="utf-8")
    out = tmp_path / "trace.json"
    done = subprocess.run([str(lab.ROOT / "tools" / "trace2json"), str(tmp_path / "com2.txt"), "-o", str(out)],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done, json.loads(out.read_text()) if out.exists() else None


def check_format(trace):
    """
    What any viewer relies on: fields of the right type, order, and that each end has its begin,
    by the rules of the trace event format. Those that Perfetto adds, when it reads JSON: pid 0
    and tid 0 are the idle process's, a thread of the number of its process is the main one, and
    slices pair by category and id, so that no two that are open have the same.
    """
    assert trace["displayTimeUnit"] in UNITS and isinstance(trace["traceEvents"], list)
    open_slices = set()
    named = {event["tid"] for event in trace["traceEvents"] if event["name"] == "thread_name"}
    last = 0
    for event in trace["traceEvents"]:
        assert REQUIRED[event["ph"]] <= set(event), event
        assert isinstance(event["name"], str) and isinstance(event.get("id", ""), str)
        assert isinstance(event["pid"], int) and event["pid"] > 0
        assert event["ph"] == "M" or (event["tid"] in named and event["tid"] not in (0, event["pid"]))
        assert isinstance(event.get("ts", 0), (int, float)) and isinstance(event.get("args", {}), dict)
        if event["ph"] == "C":
            assert all(isinstance(value, int) and value >= 0 for value in event["args"].values())
        assert event.get("s", "t") == "t"
        assert event["ph"] == "M" or event["ts"] >= last
        last = event.get("ts", last)
        key = event.get("cat"), event.get("id")
        if event["ph"] == "b":
            assert key not in {(cat, number) for cat, number, name in open_slices}
            open_slices.add((*key, event["name"]))
        elif event["ph"] == "e":
            open_slices.remove((*key, event["name"]))
    assert not open_slices


def test_every_event_is_in_the_trace(tmp_path):
    done, trace = convert(tmp_path, DUMP)
    assert done.returncode == 0 and "9 events, 3 lost" in done.stdout
    check_format(trace)
    instants = [event for event in trace["traceEvents"] if event["ph"] == "i"]
    assert [(event["name"], event["ts"], event["tid"]) for event in instants] == [
        ("mm_page_alloc", 1.0, 1), ("kmalloc", 1.5, 1), ("kmap", 2.5, 1), ("kmap", 2.6, 2), ("kunmap", 3.0, 1),
        ("kfree", 3.1, 1), ("kfree", 3.2, 1), ("page_fault", 3.3, 1), ("kunmap", 4.0, 2)]
    assert instants[1]["args"]["gfp_flags"] == "GFP_KERNEL|__GFP_ZERO"
    assert trace["otherData"] == {"lost_events": 3}
    names = {event["args"]["name"] for event in trace["traceEvents"] if event["ph"] == "M"}
    assert names == {"k896", "CPU 0", "CPU 1"}


def test_events_overwritten_meanwhile_are_lost(tmp_path):
    done, trace = convert(tmp_path, DUMP.replace("# end", "# 4 overwritten while they were read\n# end"))
    assert "9 events, 7 lost" in done.stdout and trace["otherData"] == {"lost_events": 7}


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


def test_local_slots_are_held_like_others(tmp_path):
    lines = ("kmap_atomic: ptr=0xffff5000 pfn=0x38000 call_site=f+0x1/0x20",
             "kmap_atomic: ptr=0xffff4000 pfn=0x38000 call_site=g+0x1/0x20",
             "kunmap_atomic: ptr=0xffff4000 pfn=0x38000 call_site=g+0x9/0x20",
             "kunmap_atomic: ptr=0xffff5000 pfn=0x38000 call_site=f+0x9/0x20")
    text = "".join(f"0 {1000 * nr} {line}\n" for nr, line in enumerate(lines, 1))
    _, trace = convert(tmp_path, f"# k896 trace 1: 4 events, 0 lost\n{text}# end\n")
    check_format(trace)
    assert [(event["ph"], event["name"], event["ts"]) for event in trace["traceEvents"] if event["ph"] in "be"] == [
        ("b", "f", 1.0), ("b", "g", 2.0), ("e", "g", 3.0), ("e", "f", 4.0)]
    assert max(event["args"]["bytes"] for event in trace["traceEvents"] if event["ph"] == "C") == 8192


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
    (DUMP.replace("kmalloc: ptr=0xc3000040 ", "kmalloc: "), "line 4 does not say what, or how much"),
    (DUMP.replace("bytes_alloc=128 ", ""), "line 4 does not say what, or how much"),
    (DUMP.replace("bytes_alloc=128", "bytes_alloc=many"), "line 4 does not say what, or how much"),
    (DUMP.replace("order=2", "order=99999999"), "line 3 does not say what, or how much"),
    ("\0\xff\r\n" * 100, "no trace in it"),
], ids=["empty", "cut", "version", "count", "colon", "key", "caller", "what", "size", "word", "order", "binary"])
def test_broken_dumps_are_refused(tmp_path, text, word):
    done, trace = convert(tmp_path, text)
    assert done.returncode == 1 and trace is None, done.stdout
    assert word in done.stdout and len(done.stdout.splitlines()) == 1, done.stdout


def test_files_that_are_not_there_are_told(tmp_path):
    for source, target in ((tmp_path / "none", tmp_path / "out.json"), (tmp_path, tmp_path / "out.json")):
        done = subprocess.run([str(lab.ROOT / "tools" / "trace2json"), str(source), "-o", str(target)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 1 and re.fullmatch(r"trace2json: .*\n", done.stdout), done.stdout

# SPDX-License-Identifier: MIT
"""
`make bench-host`: that mm/ meets its goals, in instructions, which are the same on every
machine; that the counting counts what it should; that a trace is read with care, and
that what the recorder writes can be replayed.
"""
import functools
import json
import re
import subprocess
import sys

import pytest

import lab
from lab import ROOT

sys.path.insert(0, str(ROOT / "tools" / "bench" / "host"))
import bench_host   # noqa: E402 (found by the line above)
import record       # noqa: E402

TRACE = ROOT / "tools" / "bench" / "host" / "nasm.trace"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@functools.cache
def program():
    path = lab.OUT / "bench" / "bench-host"
    with lab.locked("build-bench"):
        done = lab.make("-j2", f"O={lab.OUT}", lab.goal(path))
    if done.returncode or "warning:" in done.stdout:
        pytest.fail(f"building bench-host failed or warned:\n{lab.tail(done.stdout)}", pytrace=False)
    return path


def replay(text, tmp_path, arena=bench_host.ARENA):
    """Replay a trace. Return: what bench_host gives, (status, values); it may also exit."""
    trace = tmp_path / "a.trace"
    trace.write_text(text, encoding="utf-8")
    return bench_host.Bench(program(), trace).run("replay", arena, "-")


# --- the goals -----------------------------------------------------------------------------

def test_goals_are_met_as_the_readme_says():
    """The whole of it, by the command that README.md gives, and the figures it shows."""
    program()
    done = lab.make(f"O={lab.OUT}", "bench-host")
    assert done.returncode == 0, lab.tail(done.stdout)
    result = json.loads((lab.OUT / "bench-host.json").read_text(encoding="utf-8"))
    assert set(result["figures"]) == set(bench_host.TITLES)
    for name in bench_host.ROWS:
        assert result["figures"][name] <= bench_host.FIRST_GOAL[name], name
    assert bench_host.missed(result) == []

    # What is shown is what was measured, but for what another compiler's release moves.
    shown = README[README.index("    $ make bench-host"):]
    rows = bench_host.table(result).splitlines()
    assert rows[0] in done.stdout and f"    {rows[0]}\n" in shown
    for name, row in zip(bench_host.TITLES, rows[1:]):
        title = bench_host.TITLES[name]
        number = re.search(rf"^ {{4}}{re.escape(title)} +x?([\d.]+)(.*)$", shown, re.M)
        assert number, f"README.md lacks the row {title}"
        assert float(number[1]) == pytest.approx(result["figures"][name], rel=0.03), title
        assert row.endswith(number[2]) and row in done.stdout

    replayed = result["values"]["replay"]
    assert replayed["ops"] == sum(line[0] in "afr" for line in TRACE.read_text(encoding="utf-8").splitlines())
    calls = result["entry_points"]
    assert sum(entry["calls"] for entry in calls["replay"].values()) == replayed["ops"]
    assert sum(entry["calls"] for entry in calls["w3"].values()) == bench_host.OPS
    # As many freed as got, and the request that failed, and the draining.
    assert sum(entry["calls"] for entry in calls["pages"].values()) == 2 * result["values"]["pages"]["blocks"] + 2


def test_a_goal_that_is_missed_is_said():
    goals = dict(bench_host.FIRST_GOAL)
    assert bench_host.missed({"figures": {**goals, "pages": 149.9}, "first_goal": goals}) == []
    assert bench_host.missed({"figures": goals, "first_goal": goals}) == ["pages"]
    assert bench_host.missed({"figures": {**goals, "pages": 1, "w3": 90.01}, "first_goal": goals}) == ["w3"]


# --- counting --------------------------------------------------------------------------------

def test_two_runs_agree_to_the_instruction():
    bench = bench_host.Bench(program(), TRACE)
    first = bench.count("slots", bench_host.ARENA, 200, 5000)
    assert first == bench.count("slots", bench_host.ARENA, 200, 5000)
    cost, values = first
    assert set(cost) == {"__kmalloc", "kfree"} and values["peak_bytes"] > 0
    assert sum(calls for calls, _ in cost.values()) == 5000


def test_what_the_workloads_call_is_counted_and_nothing_else():
    text = "\n".join((
        "fn=main", "12 100", "cfn=bench_pair", "calls=1 0", "13 9000",
        "fn=bench_pair", "20 7", "cfn=kfree", "calls=3 0", "21 90", "cfn=__kmalloc", "calls=3 0", "22 60", "23 1",
        "fn=kfree", "30 50", "cfn=cache_free", "calls=3 0", "31 40",
        "fn=bench_slots", "cfn=kfree", "calls=1 0", "+1 11", ""))
    assert bench_host.allocator_cost(text) == {"kfree": (4, 101), "__kmalloc": (3, 60)}
    assert bench_host.mean({"kfree": (4, 101), "__kmalloc": (4, 59)}) == 20
    assert bench_host.mean({"kfree": (4, 101), "__kmalloc": (4, 59)}, 4) == 40


@pytest.mark.parametrize("argv", [("slots",), ("slots", "65536", "x"), ("pair", "65536", "-", "64"),
                                  ("pear", "65536", "-"), ("slots", "65536", "-", "131073", "1")])
def test_wrong_arguments_are_refused(argv):
    done = subprocess.run([str(program()), *argv], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"panic: (usage: .*|no such workload: pear)", done.stdout.splitlines()[-1])


def test_an_arena_that_is_too_small_is_said(tmp_path):
    status, values = replay("a 0 4000000\na 1 4000000\n", tmp_path, arena=4096)
    assert status == 3 and values["out_of_memory"] == 1


# --- traces ------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, complaint", [
    ("", "trace: no operation in it"),
    ("# nothing\n\n", "trace: no operation in it"),
    ("x 1\n", "trace, line 1: neither a, f nor r"),
    ("a 0 5\n\n# so far\n m 1 5\n", "trace, line 4: neither a, f nor r"),
    ("a 1\n", "trace, line 1: a number up to 4194304 is missing"),
    ("a 1 -5\n", "trace, line 1: a number up to 4194304 is missing"),
    ("a 0 4194305\n", "trace, line 1: a number up to 4194304 is missing"),
    ("a 0 18446744073709551617\n", "trace, line 1: a number up to 4194304 is missing"),
    ("a 131072 5\n", "trace, line 1: a number up to 131071 is missing"),
    ("a  1 5\n", "trace, line 1: a number up to 131071 is missing"),
    ("aa 1 5\n", "trace, line 1: a number up to 131071 is missing"),
    ("a 1 5 7\n", "trace, line 1: something behind the numbers"),
    ("a 1 5\r\n", "trace, line 1: something behind the numbers"),
    ("a 3 5\na 3 5\n", "trace, line 2: slot 3 is taken"),
    ("a 3 5\nf 3\nf 3\n", "trace, line 3: slot 3 is empty"),
    ("r 3 5\n", "trace, line 1: slot 3 is empty"),
])
def test_a_bad_trace_is_refused(tmp_path, text, complaint):
    with pytest.raises(SystemExit) as stopped:
        replay(text, tmp_path)
    assert str(stopped.value).endswith(f"status 1, panic: {complaint}")


@pytest.mark.parametrize("text, ops, peak", [
    ("a 0 100", 1, 100),                            # the last newline may be missing
    ("a 0 100\nr 0 60\na 1 50\nf 0\nf 1\n", 5, 110),
    ("a 131071 4194304\nr 131071 0\n# end", 2, 4194304),
    ("a 0 0\nf 0\na 0 7\n", 3, 7),
])
def test_a_good_trace_is_replayed(tmp_path, text, ops, peak):
    status, values = replay(text, tmp_path)
    assert (status, values["ops"], values["peak_bytes"]) == (0, ops, peak)


# What valgrind says of calls; lines of others, and of calls that did nothing, among it.
LOG = """\
==77== Command: ./program
--77-- malloc(472) = 0x40E9028
--78-- malloc(999) = 0x40E9999
--77-- calloc(3,20) = 0x40E9100
--77-- free(0x0)
--77-- realloc(0x0,16)malloc(16) = 0x40E9200
--77-- realloc(0x40E9028,900) = 0x40E9300
--77-- free(0x40E9100)
--77-- memalign(al 64, size 48) = 0x40E9400
--77-- _Znwj(12) = 0x40E9500
--77-- malloc(4294967295) = 0x0
--77-- _ZdlPv(0x40E9500)
--77-- realloc(0x40E9200,0)free(0x40E9200)
"""


def test_the_recorder_reads_the_log():
    assert record.convert(LOG) == ["a 0 472", "a 1 60", "a 2 16", "r 0 900", "f 1", "a 1 48", "a 3 12", "f 3", "f 2"]


def test_what_is_recorded_can_be_replayed(tmp_path):
    trace = tmp_path / "recorded.trace"
    source = tmp_path / "empty.asm"
    source.write_text("; nothing\n", encoding="utf-8")
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "bench" / "host" / "record.py"), "-o", str(trace),
                           "nasm", "-f", "elf32", "-o", "/dev/null", str(source)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = trace.read_text(encoding="utf-8").splitlines()
    operations = [line for line in lines if not line.startswith("#")]
    assert len(operations) > 100 and done.stdout == f"{trace}: {len(operations)} operations\n"
    assert {line[0] for line in operations} >= {"a", "f"}
    status, values = bench_host.Bench(program(), trace).run("replay", bench_host.ARENA, "-")
    assert status == 0 and values["ops"] == len(operations)


def test_a_program_that_cannot_be_recorded_is_said(tmp_path):
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "bench" / "host" / "record.py"), "-o",
                           str(tmp_path / "no.trace"), str(tmp_path / "no-such-program")],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "record: nothing to record of" in done.stderr
    assert not (tmp_path / "no.trace").exists()

# SPDX-License-Identifier: MIT
"""
The benchmark: it keeps to its goals, says the same twice, adds up, and survives what is
typed at it.
"""
import io
import json
import os
import re
import subprocess

import pytest

import lab
from bench import guest, linux, plot, report
from bench.rows import BOOT_GOALS, BOOT_STAGE, GOALS, RESERVED_GOALS, Goal, figure
from lab import Config, Session


BENCH = ("/usr/bin/python3", str(lab.ROOT / "tools/bench.py"))


@pytest.fixture(name="kernel", scope="module")
def fixture_kernel():
    return lab.build() / "k896.elf"


@pytest.fixture(name="measured", scope="module")
def fixture_measured(kernel):
    """What `make bench` leaves behind."""
    assert kernel.exists()
    done = lab.make(f"O={lab.goal(lab.OUT)}", "bench")
    assert done.returncode == 0, lab.tail(done.stdout)
    assert "MISSED" not in done.stdout
    return json.loads((lab.OUT / "bench.json").read_text(encoding="utf-8"))


def test_bench_meets_the_first_goals_and_says_the_same_twice(kernel, measured, tmp_path):
    rows = measured["rows"]
    assert rows.keys() == GOALS.keys()
    for name, row in rows.items():
        assert "reason" not in row, row
        assert row["samples"] >= 1000, row
        assert 0 < row["min"] <= row["median"] and row["min"] <= row["mean"], row
        assert row["by"] == GOALS[name].by, row
        assert figure(row) <= GOALS[name].first, f"{name} costs {figure(row)} instructions"
    done = subprocess.run([*BENCH, "run", "--kernel", kernel, "--out", tmp_path], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, lab.tail(done.stdout)
    assert (tmp_path / "bench.json").read_bytes() == (lab.OUT / "bench.json").read_bytes()


def test_a_row_costs_the_same_without_those_before_it(kernel, measured):
    names = ("kmap-first", "vmalloc-16", "kmalloc-any", "page-4")
    alone = guest.rows(kernel, ",".join(names), mem="3G")
    assert tuple(alone) == names
    for name in names:
        for number in ("live", "min", "median"):        # ticks come elsewhere: the mean may differ
            assert alone[name][number] == measured["rows"][name][number]


def test_boot_and_memory_add_up(measured):
    for size, stages in measured["boot"].items():
        assert len(stages) > 5 and all(stages.values()), stages
        if size in BOOT_GOALS:
            assert stages[BOOT_STAGE] <= BOOT_GOALS[size].first
    for size, memory in measured["memory"].items():
        assert memory["RAM"] == sum(memory[name] for name in (
            "free", "image", "mem_map", "page tables", "slab", "other")), memory
        assert all(value > 0 for value in memory.values()), memory
        assert memory["other"] < 64, memory         # what has no name is little
        if size in RESERVED_GOALS:
            assert report.reserved_percent(memory) <= RESERVED_GOALS[size].first


def number(text):
    return float(text.replace(",", ""))


def test_readme_shows_what_is_measured(measured):
    """But for what another compiler's release moves, or a little more code."""
    readme = (lab.ROOT / "README.md").read_text(encoding="utf-8")
    for name, row in measured["rows"].items():
        found = re.search(rf"^ {{4}}{name} +[\d,.]+ +([\d,.]+) +[\d.]+ +([\d,]+) +([\d,]+) +(\w+)$", readme, re.M)
        assert found, f"README.md lacks the row {name}"
        assert number(found[1]) == pytest.approx(figure(row), rel=0.03), name
        assert (number(found[2]), number(found[3])) == (GOALS[name].first, GOALS[name].aim)
        assert found[4] == report.verdict(figure(row), GOALS[name])
    for table in ("boot", "memory"):
        for name in measured[table]["64M"]:
            found = re.search(rf"^ {{4}}{name} +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+)$", readme, re.M)
            assert found, f"README.md lacks {name}"
            for text, sizes in zip(found.groups(), measured[table].values()):
                assert number(text) == pytest.approx(sizes[name], rel=0.05, abs=12), name


def test_live_objects_live(kernel):
    """As many as asked for, or as have room; the figure is then still one."""
    some = guest.rows(kernel, "page-0", mem="64M", live=1000)["page-0"]
    assert some["live"] == 1000
    none = guest.rows(kernel, "page-0,kmap-again", mem="64M")
    assert none["page-0"]["live"] == 0 and none["page-0"]["median"] == some["median"]
    assert "reason" in none["kmap-again"]               # no high memory
    full = guest.rows(kernel, "page-0", mem="64M", live=100000)["page-0"]
    assert 7000 < full["live"] < 9000


def test_what_the_guest_says_wrong_is_an_error(kernel):
    with pytest.raises(guest.BenchError, match="there is no kernel"):
        guest.run(kernel.parent / "no-such-folder/no-such-file", "all")
    with pytest.raises(guest.BenchError, match="ended with status"):
        guest.run(__file__, "all")          # no kernel, and QEMU says so
    with pytest.raises(guest.BenchError, match="no JSON"):
        guest.objects('{"row": "page-0", "min')


def test_bench_at_the_prompt():
    with Session(Config("bench-prompt", mem="64M")) as session:
        def rows(line):
            text = session.run(line)
            assert "cycles: only -icount" in text       # there is none here
            return re.findall(r"^(\S+) +\d+ +\d+ +\d+ +\d+ +\d+\.\d  \S", text, re.M)

        assert rows("bench page-0 page-9 live=10") == ["page-0", "page-9"]
        assert rows("bench page-0-") == ["page-0-batch", "page-0-highuser"]
        text = session.run("bench boot memory")
        assert re.search(r"^zones, mem_map, memblock to buddy +\d+$", text, re.M)
        assert re.search(r"^mem_map +512 kB$", text, re.M)
        listed = session.run("bench nonsense")
        assert all(f"  {name} " in listed for name in GOALS) and "usage: bench" in listed
        for line in ("bench live=", "bench live=-1", "bench live=99999999999", "bench live=1x",
                     "bench page-0 live=1000001"):
            assert session.run(line).startswith("usage: bench"), line
        assert "no high memory" in session.run("bench page-9 kmap-ag\t")
        assert "sound" in session.run("check") and "BROKEN" not in session.run("check")


def test_a_word_that_is_none_is_named_at_boot():
    run = lab.boot(Config("bench-word"), "selftest=none bench=page-0,live=x exit=1")
    assert 'bench=: what is "live=x"?' in run.text
    assert "samples" not in run.text


@pytest.mark.parametrize("value, said", [(50, "aim"), (51, "goal"), (80, "goal"), (80.1, "MISSED")])
def test_verdicts(value, said):
    assert report.verdict(value, Goal(80, 50)) == said


def test_what_misses_its_goal_is_named(measured):
    assert report.missed(measured) == []
    worse = json.loads(json.dumps(measured))
    worse["rows"]["page-9"]["median"] = 601
    worse["rows"]["kmap-first"]["mean"] = 220.1
    worse["boot"]["512M"][BOOT_STAGE] = 4000001
    worse["memory"]["64M"]["reserved"] = worse["memory"]["64M"]["RAM"] // 30
    assert report.missed(worse) == ["page-9", "kmap-first", "boot with 512M", "RAM reserved of 64M"]


def test_growth_is_the_dearest_over_the_cheapest():
    def one(mem, live, lived, median):
        row = {"row": "page-0", "live": lived, "min": 1, "median": median, "mean": 9, "by": "median"}
        return {"mem": mem, "live": live, "rows": {"page-0": row}}

    out = io.StringIO()
    report.print_scale([one("64M", 0, 0, 100), one("64M", 1000, 500, 150)], out)
    head, line = out.getvalue().splitlines()[:2]
    assert head.split()[-1] == "growth" and "64M, 1,000" in head
    assert re.fullmatch(r"page-0 +100 +150 \(500\) +x1\.50", line)


def test_linux_without_packages_says_so(tmp_path):
    """No sources, as without a network no lists: a sentence, no traceback, and no Linux."""
    conf = tmp_path / "apt.conf"
    conf.write_text('Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "/dev/null";\n',
                    encoding="ascii")
    done = subprocess.run([*BENCH, "linux", "--kernel", "none",
                           "--out", tmp_path], env={**os.environ, "APT_CONFIG": str(conf)}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 1
    assert "bench-linux needs the network" in done.stdout and "Traceback" not in done.stdout


def test_linux_gets_the_rows_as_they_are(tmp_path):
    linux.lay_out(tmp_path / "module")
    for name in linux.ROWS:
        assert (tmp_path / "module" / name).read_bytes() == (lab.ROOT / "kernel/bench" / name).read_bytes()
        for header in re.findall(r"#include <(.*)>", (tmp_path / "module" / name).read_text("utf-8")):
            assert (tmp_path / "module/include" / header).exists(), header


def test_initramfs_is_an_archive(tmp_path):
    """Taken apart by its own counts, it holds what was put there."""
    files = {}
    for name, data in (("init", b"x" * 5), ("k896_bench.ko", b"y" * 8)):
        files[name] = tmp_path / name
        files[name].write_bytes(data)
    archive = linux.initramfs(files["init"], files["k896_bench.ko"])
    assert len(archive) % 4 == 0
    names = []
    while archive:
        fields = [int(archive[6 + 8 * i:14 + 8 * i], 16) for i in range(13)]
        size, length = fields[6], fields[11]
        names.append((archive[110:110 + length - 1].decode(), size))
        start = (110 + length + 3) & ~3
        archive = archive[(start + size + 3) & ~3:]
    assert names == [("dev", 0), ("dev/console", 0), ("init", 5), ("k896_bench.ko", 8), ("TRAILER!!!", 0)]


LINUX_LOG = """\
[    0.000000] Linux version 6.1.0
[    5.071277] {"unit": "instructions"}
[    5.072889] {"row": "page-0", "live": 0, "samples": 1100, "min": 668, "median": 668, "mean": 668.0, "by": "median"}
[    5.115097] {"row": "page-9", "reason": "no block so large is free"}
[    5.368097] {"row": "kmap-first", "live": 0, "samples": 2540, "min": 500, "median": 600, "mean": 649.5, "by": "mean"}
[    5.368129] k896_bench: done, 0
"""


def test_linux_beside_k896_in_one_table():
    """What Linux's log is read as: a log that was recorded stands for the guest."""
    theirs = guest.rows_of(guest.objects(LINUX_LOG))
    ours = {name: {"median": value, "mean": value, "by": GOALS[name].by}
            for name, value in (("page-0", 167), ("page-9", 245), ("kmap-first", 216.5))}
    out = io.StringIO()
    report.print_linux("6.1.0-686", theirs, ours, out)
    assert [line.split("  ") for line in re.sub(r" {2,}", "  ", out.getvalue()).splitlines()] == [
        ["guest instructions", "Linux 6.1.0-686", "k896", "ratio", "first goal", "aim", "meets"],
        ["page-0", "668", "167", "4.00", "200", "90", "goal"],
        ["page-9", "no block so large is free"],
        ["kmap-first", "649.5", "216.5", "3.00", "220", "130", "goal"], [""]]


def test_linux_beside_k896(measured):
    """Debian's packages are fetched, once, the module is built and Linux booted: it has every row, and is dearer."""
    _, theirs = linux.rows(lab.OUT)
    assert theirs.keys() == measured["rows"].keys()
    for name, row in measured["rows"].items():
        assert theirs[name]["samples"] >= 1000
        assert figure(row) < figure(theirs[name]), name


def test_pictures_show_every_row(measured, tmp_path):
    """Every row is in both pictures by its name, and each bar and line has what to draw."""
    rows = measured["rows"]
    (tmp_path / "bench.json").write_text(json.dumps(measured), encoding="utf-8")
    runs = [{"mem": mem, "live": live, "rows": rows} for mem in ("64M", "3583M") for live in (0, 1000)]
    (tmp_path / "bench-scale.json").write_text(json.dumps(runs), encoding="utf-8")
    for path in plot.draw(tmp_path):
        text = path.read_text(encoding="utf-8")
        assert text.rstrip().endswith("</svg>")
        for name in rows:
            assert f">{name}<" in text.replace("&#173;", ""), f"{path.name} lacks {name}"
        assert text.count("<title>") >= (3 if path.name == "bench.svg" else 2 * len(rows))
    with pytest.raises(guest.BenchError, match="measure first"):
        plot.draw(tmp_path / "elsewhere")

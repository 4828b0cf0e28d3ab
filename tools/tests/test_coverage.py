# SPDX-License-Identifier: MIT
"""
The coverage tool. A kernel that counts is built, runs one suite, and what it says of itself is
read back and held against what is known to have run; the whole report is `make coverage`.
Then the tool's own parts.
"""
import re
import subprocess

import pytest

import lab
import coverage
import gcov
from lab import Config


@pytest.fixture(name="dump", scope="module")
def fixture_dump(tmp_path_factory):
    """What a kernel leaves that ran the suite "sort" and no other."""
    path = tmp_path_factory.mktemp("coverage") / "dump"
    config = Config("coverage", variant="coverage", extra=("-serial", f"file:{path}"), timeout=60)
    lab.self_test(config, which="sort")
    return path.read_bytes()


def line_of(name, text):
    lines = (lab.ROOT / name).read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if line.strip() == text)


def test_a_kernel_tells_what_ran(dump):
    lines = gcov.counts(lab.ROOT, [[dump, dump]])

    def count(name, text):
        return lines[name, line_of(name, text)].count
    # Twice, as the dump is given twice.
    assert count("mm/slab_common.c", "void __init kmem_cache_init(void)") == 2
    assert count("kernel/lib/multiboot.c", "const char *multiboot_problem(u32 bit)") == 0
    assert count("mm/vmalloc.c", "void *vmalloc(unsigned long size)") == 0
    sort = [line.count for (name, _), line in lines.items() if name == "kernel/lib/sort.c"]
    assert len(sort) > 20 and all(sort) and max(sort) > 10000
    branches = lines["kernel/lib/sort.c", line_of("kernel/lib/sort.c", "if (child >= end)")].branches(2)
    assert all(branches) and sum(branches) == count("kernel/lib/sort.c", "if (child >= end)")


def test_the_report_is_html_and_a_verdict(dump, tmp_path, capsys):
    complaints = coverage.report(tmp_path, [[dump]])
    printed = capsys.readouterr().out
    assert re.search(r"^mm/, all +\d+ of \d+ +\d+\.\d % +0 of +0 100", printed, re.MULTILINE)
    assert re.search(r"^kernel/lib/sort.c +(\d+) of +\1 100.0 %", printed, re.MULTILINE)
    # One suite is not enough, and what it did not reach stands in no list.
    assert re.fullmatch(r"mm/: \d+\.\d % of the lines, not 90", complaints[0])
    number = line_of("mm/vmalloc.c", "void *vmalloc(unsigned long size)")
    assert (f"mm/vmalloc.c:{number}: vmalloc: did not run, and is not in coverage.left: "
            "void *vmalloc(unsigned long size)") in complaints
    index = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert "kernel/lib/sort.c" in index and "mm/vmalloc.c" in index
    left = (tmp_path / "left.txt").read_text(encoding="utf-8")
    assert f"mm/vmalloc.c:{number}: vmalloc: never: " in left and "kernel/lib/sort.c" not in left


@pytest.mark.parametrize("size", [0, 7, 100, -1])
def test_a_dump_that_was_cut_is_refused(dump, size):
    with pytest.raises(gcov.Error, match="without saying so|unknown record"):
        gcov.read_dump(dump[:size])


def test_counters_of_other_builds_are_refused(dump):
    first, second = list(gcov.read_dump(dump).values())[:2]
    with pytest.raises(gcov.Error, match="different builds"):
        gcov.Gcda.parse(first).add(gcov.Gcda.parse(second))


def test_gcov_reads_what_was_packed(dump, tmp_path):
    """Its own .gcda files, taken apart and put together, are as good as before."""
    for content in gcov.read_dump(dump).values():
        gcda = gcov.Gcda.parse(content)
        again = gcov.Gcda.parse(gcda.pack())
        assert (again.header, again.records) == (gcda.header, gcda.records)


@pytest.mark.parametrize("lists, shape, expected", [
    ([[3, 0]], 2, [3, 0]),
    ([[3, 0, 0, 2]], 2, [3, 2]),            # two copies of a function that is inlined
    ([[3, 0], [0, 0, 0, 1]], 2, [3, 1]),    # in two object files
    ([[3, 0, 1, 0]], 0, []),                # of what is called there
    ([[3, 0, 1]], 2, [3, 0, 1]),            # not foldable
    ([[3, 0, 1], [5, 0]], 2, [5, 0]),
    ([], 2, [0, 0]),
])
def test_branches_are_folded(lists, shape, expected):
    line = gcov.Line()
    for branches in lists:
        line.add(1, branches)
    assert line.branches(shape) == expected


def test_assertions_are_no_branches():
    source = coverage.Source("mm/memblock.c")
    statement = line_of("mm/memblock.c", "memblock_bug_on(nr >= type->max || idx > nr);")
    assert statement in source.assertions and statement + 1 not in source.assertions
    assert len(source.assertions) < len(source.lines) / 50


def test_lines_are_of_functions():
    source = coverage.Source("mm/memblock.c")
    number = line_of("mm/memblock.c", "memblock_bug_on(nr >= type->max || idx > nr);")
    assert source.functions[number] == "memblock_insert_region"


LEFT = """# comment
mm/a.c one: nobody does that
    return -1;
    panic("no");
mm/a.c two (sometimes): an interrupt has to come just there
    goto again;
"""


def test_list_of_what_is_left():
    listed = coverage.read_list(LEFT)
    assert listed == {("mm/a.c", "one", "return -1;"): True, ("mm/a.c", "one", 'panic("no");'): True,
                      ("mm/a.c", "two", "goto again;"): False}
    left = {("mm/a.c", "one", "return -1;"): [3], ("mm/a.c", "one", 'panic("no");'): [5]}
    assert coverage.compare(left, listed) == []
    del left["mm/a.c", "one", 'panic("no");']
    left["mm/a.c", "three", "x++;"] = [9]
    assert coverage.compare(left, listed) == [
        "mm/a.c:9: three: did not run, and is not in coverage.left: x++;",
        'coverage.left: mm/a.c one: this line runs, or is not there: panic("no");']


@pytest.mark.parametrize("text", ["mm/a.c one\n", "    return;\n", "mm/a.c one: \n"])
def test_list_is_read_strictly(text):
    with pytest.raises(coverage.Failure, match="coverage.left:1"):
        coverage.read_list(text)


def test_every_line_listed_is_in_the_source():
    """Whether it still does not run, `make coverage` tells."""
    listed = coverage.read_list(coverage.LEFT.read_text(encoding="utf-8"))
    for name, function, text in listed:
        source = coverage.Source(name)
        assert any(source.text(number) == text and of == function
                   for number, of in source.functions.items()), f"{name} {function}: {text}"


def test_other_builds_do_not_count():
    listing = subprocess.run(["nm", str(lab.build() / "k896.elf")], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    assert "gcov_dump" not in listing and "__gcov0" not in listing

# SPDX-License-Identifier: MIT
"""
The judge judged: each rule of ktap.py is broken on purpose in a canned log, and
must be noticed. A judge that passes everything would make all other tests green.
"""
import pytest

import ktap

GOOD = """\
[    0.000000] k896 booting
KTAP version 1
1..2
    KTAP version 1
    # Subtest: list
    1..3
    ok 1 add
    # WARNING: a report that the test asked for
    ok 2 del
        KTAP version 1
        # Subtest: sizes
        1..2
        ok 1 8
        ok 2 16
    ok 3 sizes
ok 1 list
    KTAP version 1
    # Subtest: highmem
    1..2
[    0.120000] some message in between
    ok 1 map # SKIP no high memory
    ok 2 unmap
ok 2 highmem
# Totals: pass:5 fail:0 skip:1 total:6
"""
SKIPS = {"highmem.map"}


def verdict(text, status=ktap.EXIT_PASS, skips=frozenset(SKIPS), suites=2):
    return ktap.judge(status, text, skips=skips, suites=suites)


def edit(old, new, count=1):
    assert old in GOOD
    return GOOD.replace(old, new, count)


def test_good_log_passes():
    assert verdict(GOOD) == []


def test_carriage_returns_and_escapes_do_not_matter():
    assert verdict("\x1b[2J\x1b[1;1H" + GOOD.replace("\n", "\r\n")) == []


def test_paths_of_leaves():
    paths = [path for path, _ in ktap.parse(GOOD).leaves()]
    assert paths == ["list.add", "list.del", "list.sizes.8", "list.sizes.16",
                     "highmem.map", "highmem.unmap"]


@pytest.mark.parametrize("status, word", [
    (0, "reset"), (ktap.EXIT_HANG, "hang"), (-11, "signal 11"), (1, "no verdict"),
    (ktap.EXIT_FAIL, "failed self-test"), (ktap.EXIT_PANIC, "panic"), (124, "no verdict"),
])
def test_exit_status(status, word):
    problems = verdict(GOOD, status=status)
    assert len(problems) == 1 and word in problems[0]


def test_codes_cannot_be_imitated():
    """isa-debug-exit gives odd codes; QEMU's own, timeout's and signals' lie elsewhere."""
    codes = {ktap.EXIT_PASS, ktap.EXIT_FAIL, ktap.EXIT_PANIC}
    assert len(codes) == 3
    assert not codes & ({0, 1, 2, 124, 125, 126, 127} | set(range(128, 256)))
    assert all(code % 2 for code in codes)


BROKEN = {
    "silence": ("", "silence"),
    "no_ktap": ("[    0.000000] k896 booting\n", "no KTAP header"),
    "version_2": (edit("KTAP version 1", "KTAP version 2"), "version 2"),
    "not_ok_case": (edit("    ok 1 add", "    not ok 1 add"), "not ok:   add"),
    "not_ok_suite": (edit("ok 1 list", "not ok 1 list"), "not ok: list"),
    "parent_hides_failure": (edit("        ok 2 16", "        not ok 2 16"),
                             "a test inside failed"),
    "case_missing": (edit("    ok 2 unmap\n", ""), "plan of highmem says 2"),
    "case_too_many": (edit("    ok 2 unmap\n", "    ok 2 unmap\n    ok 3 more\n"),
                      "plan of highmem says 2"),
    "suite_missing": (edit("ok 2 highmem\n", ""), "plan of the whole run says 2"),
    "truncated_in_case": (GOOD[:GOOD.index("        ok 2 16")], "plan of sizes says 2"),
    "truncated_before_totals": (GOOD[:GOOD.index("# Totals")], "0 lines of totals"),
    "no_outer_plan": (edit("1..2\n", ""), "before its plan"),
    "no_nested_plan": (edit("    1..3\n", ""), "no plan for list"),
    "plan_twice": (edit("    1..3\n", "    1..3\n    1..3\n"), "a second plan"),
    "empty_plan": ("KTAP version 1\n1..0\n# Totals: pass:0 fail:0 skip:0 total:0\n", "1..0"),
    "number_skipped": (edit("    ok 2 del", "    ok 4 del"), "expected number 2"),
    "number_repeated": (edit("    ok 2 del", "    ok 1 del"), "expected number 2"),
    "name_of_parent": (edit("ok 1 list", "ok 1 string"), "closed by the result of 'string'"),
    "malformed": (edit("    ok 2 del", "    ok 2del"), "malformed"),
    "wrong_depth": (edit("    ok 2 del", "  ok 2 del"), "belongs to no test"),
    "started_anew": (edit("ok 1 list\n", "ok 1 list\n[    0.000000] k896 booting\n"
                          "KTAP version 1\n1..2\n"), "start anew"),
    "bail_out": (edit("ok 1 list\n", "ok 1 list\nBail out! memory is gone\n"), "Bail out"),
    "other_directive": (edit("    ok 2 del", "    ok 2 del # XFAIL known"), "only SKIP"),
    "skip_without_reason": (edit(" # SKIP no high memory", " # SKIP"), "without a reason"),
    "totals_wrong": (edit("pass:5", "pass:6"), "totals"),
    "warning": (edit("[    0.120000] some message",
                     "[    0.120000] WARNING: at mm/slab.c:12"), "unexpected report"),
    "bug": (edit("[    0.120000] some message", "BUG: double free"), "unexpected report"),
    "panic": (edit("[    0.120000] some message", "[    0.1] Kernel panic - x"),
              "unexpected report"),
    "warning_not_quite_a_comment": (edit("    # WARNING:", "    x # WARNING:"),
                                    "unexpected report"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_log_is_noticed(name):
    text, word = BROKEN[name]
    problems = verdict(text)
    assert any(word in problem for problem in problems), problems


def test_unexpected_skip():
    assert verdict(GOOD, skips=set()) == ["unexpected skip: highmem.map (no high memory)"]


def test_missing_skip():
    text = edit(" # SKIP no high memory", "").replace("pass:5 fail:0 skip:1",
                                                      "pass:6 fail:0 skip:0")
    assert verdict(text) == ["expected to be skipped, but was not: highmem.map"]
    assert verdict(text, skips=set()) == []


def test_vanished_suite():
    assert verdict(GOOD, suites=3) == ["2 suites ran, the kernel holds 3"]

# SPDX-License-Identifier: MIT
"""
Judge of a boot: reads what the kernel printed and how QEMU left.

A run passes when all of this holds; each rule has a test in test_ktap.py that
breaks it on purpose:

  - the guest left by the agreed exit code. isa-debug-exit turns a value v into
    the status 2v+1, and the values are chosen so that neither a triple fault
    (QEMU leaves with 0) nor a crash or a refusal of QEMU (1, or a signal) can be
    taken for one of them;
  - there is KTAP, version 1; every plan 1..N, nested ones included, is met
    exactly and in order; nothing says `not ok`; the totals that the kernel
    printed are those counted here;
  - no line that is not a KTAP comment holds `WARNING:`, `BUG:` or
    `Kernel panic`. Reports that a test asked for carry a `# ` in front;
  - the set of skipped cases is exactly the one that the configuration expects.

KTAP's nesting is by indentation: a subtest is opened by its own version line,
lies deeper than its parent, and is closed by the parent's result line.
"""
import dataclasses
import re

EXIT_PASS = 85    # 0x2a: every self-test passed
EXIT_FAIL = 87    # 0x2b: a self-test failed
EXIT_PANIC = 89   # 0x2c: the kernel panicked
EXIT_HANG = -1    # the time ran out: set by the runner, never by QEMU

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_]|\([A-Z0-9])")
_STAMP = re.compile(r"^\[ *\d+\.\d{6}\] ")
_VERSION = re.compile(r"^( *)KTAP version (\d+)$")
_PLAN = re.compile(r"^( *)1\.\.(\d+)$")
_SUBTEST = re.compile(r"^( *)# Subtest: (.*)$")
_RESULT = re.compile(r"^( *)(not ok|ok) (\d+)(?: -)?(?: ([^#]*?))?(?: # (\w+)(?: (.*))?)?$")
_RESULT_LIKE = re.compile(r"^ *(?:not ok|ok)(?: +\d|$)")
_TOTALS = re.compile(r"^# Totals: pass:(\d+) fail:(\d+) skip:(\d+) total:(\d+)$")
_REPORT = re.compile(r"WARNING:|BUG:|Kernel panic")


@dataclasses.dataclass
class Result:
    """One result line: a suite, a case, or one parameter of a case."""
    name: str
    ok: bool
    skip: str | None = None          # the reason, "" when none was given
    children: list["Result"] = dataclasses.field(default_factory=list)

    def leaves(self, prefix=""):
        """Yield (path, result) of each case that has no cases inside."""
        path = f"{prefix}.{self.name}" if prefix else self.name
        if not self.children:
            yield path, self
        for child in self.children:
            yield from child.leaves(path)


@dataclasses.dataclass
class Report:
    """What a log holds: one result per suite, and what is wrong with its form."""
    suites: list[Result] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)
    runs: int = 0

    def leaves(self):
        for suite in self.suites:
            yield from suite.leaves()

    @property
    def skips(self):
        return {path: leaf.skip for path, leaf in self.leaves() if leaf.skip is not None}


@dataclasses.dataclass
class _Level:
    indent: int
    subtest: str | None = None
    plan: int | None = None
    results: list[Result] = dataclasses.field(default_factory=list)


def clean(text):
    """Serial bytes to lines: no carriage returns, no escape sequences of GRUB."""
    return [line.rstrip("\r").rstrip() for line in _ANSI.sub("", text).split("\n")]


class _Parser:
    def __init__(self):
        self.report = Report()
        self.levels = []

    def problem(self, text):
        self.report.problems.append(text)

    def open_level(self, indent, version):
        if version != 1:
            self.problem(f"KTAP version {version}, expected 1")
        if self.levels and indent <= self.levels[-1].indent:
            self.problem("a KTAP header in the middle of another: did the guest start anew?")
            self.close_down_to(-1)
        if indent == 0:
            self.report.runs += 1
        self.levels.append(_Level(indent))

    def close(self):
        """Leave the innermost level and return it, having checked its plan."""
        level = self.levels.pop()
        name = level.subtest or "the whole run"
        if level.plan is None:
            self.problem(f"no plan for {name}")
        elif level.plan != len(level.results):
            self.problem(f"plan of {name} says {level.plan} tests, {len(level.results)} reported")
        return level

    def close_down_to(self, indent):
        """Close all levels deeper than @indent; return the outermost of them, if any."""
        closed = None
        while self.levels and self.levels[-1].indent > indent:
            closed = self.close()
        return closed

    def plan(self, indent, count):
        if not self.levels or self.levels[-1].indent != indent:
            self.problem(f"a plan 1..{count} that belongs to no test")
        elif self.levels[-1].plan is not None:
            self.problem(f"a second plan 1..{count}")
        else:
            self.levels[-1].plan = count
            if count == 0:
                self.problem("an empty plan 1..0")

    def subtest(self, indent, name):
        if self.levels and self.levels[-1].indent == indent:
            self.levels[-1].subtest = name

    def result(self, indent, ok, number, name, directive, reason):
        child = self.close_down_to(indent)
        if not self.levels or self.levels[-1].indent != indent:
            self.problem(f"result {number} {name!r} belongs to no test")
            return
        level = self.levels[-1]
        if level.plan is None:
            self.problem(f"result {number} {name!r} comes before its plan")
        if number != len(level.results) + 1:
            self.problem(f"result {number} {name!r}, expected number {len(level.results) + 1}")
        skip = None
        if directive == "SKIP":
            skip = reason or ""
        elif directive:
            self.problem(f"{name!r} carries {directive}: only SKIP is known")
        res = Result(name, ok, skip, child.results if child else [])
        if child and child.subtest not in (None, name):
            self.problem(f"subtest {child.subtest!r} is closed by the result of {name!r}")
        if not ok:
            self.problem(f"not ok: {'  ' * (len(self.levels) - 1)}{name}")
        elif any(not c.ok for c in res.children):
            self.problem(f"{name!r} says ok, but a test inside failed")
        if skip == "":
            self.problem(f"{name!r} is skipped without a reason")
        level.results.append(res)
        if len(self.levels) == 1:
            self.report.suites.append(res)

    def totals(self, counts):
        leaves = [leaf for _, leaf in self.report.leaves()]
        skipped = sum(leaf.skip is not None for leaf in leaves)
        failed = sum(not leaf.ok for leaf in leaves)
        counted = (len(leaves) - skipped - failed, failed, skipped, len(leaves))
        if counts != counted:
            self.problem(f"the kernel's totals (pass, fail, skip, all) are {counts}, "
                         f"counted {counted}")

    def line(self, line):
        line = _STAMP.sub("", line)
        if m := _VERSION.match(line):
            self.open_level(len(m[1]), int(m[2]))
        elif m := _PLAN.match(line):
            self.plan(len(m[1]), int(m[2]))
        elif m := _SUBTEST.match(line):
            self.subtest(len(m[1]), m[2])
        elif m := _TOTALS.match(line):
            self.totals(tuple(int(n) for n in m.groups()))
        elif self.levels and (m := _RESULT.match(line)):
            self.result(len(m[1]), m[2] == "ok", int(m[3]), m[4] or "", m[5], m[6])
        elif self.levels and _RESULT_LIKE.match(line):
            self.problem(f"malformed result line: {line!r}")
        elif self.levels and line.startswith("Bail out!"):
            self.problem(line)


def parse(text):
    """Return the Report of a serial log."""
    parser = _Parser()
    totals = 0
    for line in clean(text):
        parser.line(line)
        totals += bool(_TOTALS.match(_STAMP.sub("", line)))
    parser.close_down_to(-1)
    if not parser.report.runs:
        parser.problem("no KTAP header")
    elif totals != parser.report.runs:
        parser.problem(f"{parser.report.runs} KTAP runs, but {totals} lines of totals")
    return parser.report


def reports(text):
    """Lines that say WARNING, BUG or panic and are no KTAP comment."""
    found = []
    for line in clean(text):
        body = _STAMP.sub("", line).lstrip()
        if not body.startswith("#") and _REPORT.search(body):
            found.append(line)
    return found


def verdict_of_exit(status, expected=EXIT_PASS):
    """None when QEMU left with the expected status, else what the status means."""
    if status == expected:
        return None
    if status == EXIT_HANG:
        return "hang: the time ran out before the guest left"
    if status == 0:
        return "reset: the guest rebooted or was switched off (a triple fault looks like this)"
    if status < 0:
        return f"QEMU itself was killed by signal {-status}"
    known = {EXIT_PASS: "success", EXIT_FAIL: "a failed self-test", EXIT_PANIC: "a panic"}
    if status in known:
        return f"the guest left with {known[status]} (status {status}), expected status {expected}"
    return f"QEMU left with status {status}, which is no verdict of the kernel"


def judge(status, text, skips=(), suites=None):
    """
    Judge a run of the self-tests: a list of problems, empty when it passed.

    @status: QEMU's exit status, or EXIT_HANG; @text: the serial log; @skips: paths
    "suite.case" of exactly those that may be skipped; @suites: how many suites the
    kernel holds, so that one that vanished from the plan is noticed too.
    """
    problems = []
    if exit_problem := verdict_of_exit(status):
        problems.append(exit_problem)
    if not text.strip():
        return problems + ["silence: not a byte came over the serial line"]
    report = parse(text)
    problems += report.problems
    problems += [f"unexpected report: {line}" for line in reports(text)]
    if suites is not None and len(report.suites) != suites:
        problems.append(f"{len(report.suites)} suites ran, the kernel holds {suites}")
    for path in sorted(report.skips.keys() - set(skips)):
        problems.append(f"unexpected skip: {path} ({report.skips[path]})")
    for path in sorted(set(skips) - report.skips.keys()):
        problems.append(f"expected to be skipped, but was not: {path}")
    return problems

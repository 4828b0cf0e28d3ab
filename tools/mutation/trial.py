# SPDX-License-Identifier: MIT
"""
The tests that a mutant must fail: runs of the kernel as a process, cheap ones first.

A run is killed at the first sign that something is wrong: a case that fails, a report
that nobody expected, too much time, too much said. To its end it must go exactly as that
of the unmutated kernel: as many cases, the same ones skipped, the same exit status.

The order of the trial is what makes it quick. First the suites of the mutant's own
subsystem, then all, then the odd machines of tools/bootstory.py, then all suites again on
other machines and with the options that change what mm/ does: all without single steps
and without the few cases that take most of the time, which are measured. These follow, where
they are of the same subsystem; and last, the program that the sanitizers watch.
A mutant that a storm of another subsystem would have killed counts as a survivor: the score
may be too low, never too high.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import resource
import selectors
import signal
import subprocess
import threading
import time

import bootstory

FAST = 0.04             # seconds of the CPU that a fast case takes at most
LONGEST_LIST = 245      # bytes after selftest=: the kernel takes options of up to 255
MOST_OUTPUT = 4 << 20   # bytes
# Seconds of the CPU: at least, and times as many as without a mutant. Who waits for something
# that never comes uses none: those, by the clock.
LEAST_LIMIT, PATIENCE = 2, 10
CLOCK_LIMIT = 60
CASE_DEPTH = 4          # blanks before the result of a case

# Where all suites run, and where they run again: the arguments of the program.
MAIN = ("--map", "1g")
ELSEWHERE = (
    ("--map", "pc64", "slab_debug=FPZU", "init_on_alloc=1"),
    ("--map", "holes", "debug_pagealloc=on"),
    ("--map", "unaligned", "init_on_free=1", "mem=48M", "memmap=1M$20M", "memmap=1M#30M",
     "memblock=debug"),
    ("--map", "gap", "on_bug=continue", "vmalloc=256M"),
)

# What works at boot is over before the suites begin.
BOOT_STORIES = "boot stories"

# Suites that test a file and are not called like it.
OWN_SUITES = {
    "bootmem": ("memblock", "handover"),
    "buddy": ("page", "model"),
    "debug_page": ("page", "set_memory"),
    "fail": ("fail", "page"),
    "gfp": ("page", "buddy"),
    "internal": ("page", "buddy", "model"),
    "mm_init": ("handover", "watermark", "page"),
    "mmzone": ("page", "buddy"),
    "page-flags": ("page", "buddy"),
    "page_account": ("page",),
    "page_alloc": ("watermark", "buddy", "model"),
    "pgtable_alloc": ("pgtable", "paging"),
    "shrinker": ("watermark", "page"),
    "slab": ("kmalloc", "model"),
    "kmalloc": ("slab",),
    "util": ("kmalloc",),
    "vmap_area": ("vmalloc", "model"),
    "vmalloc": ("model",),
    "highmem": ("kmap", "model"),
    "memblock": ("model",),
}
ALWAYS = ("mixed",)

_RESULT = re.compile(r"^( *)ok \d+ (\S.*?)(?: # (SKIP).*)?$")
_BAD = re.compile(r"^ *not ok |^(?! *#).*(?:WARNING:|BUG:|Kernel panic)|AddressSanitizer|runtime error")


@dataclasses.dataclass(frozen=True)
class Run:
    """One start of the program; @suites: as selftest= wants them."""
    machine: tuple
    suites: str = "all"
    steps: bool = False

    def arguments(self):
        return (*self.machine, *(() if self.steps else ("--no-steps",)), f"selftest={self.suites}")

    def __str__(self):
        return " ".join(self.arguments())


@dataclasses.dataclass
class Outcome:
    """
    @wrong: the first sign that something is, None when nothing is. @late: time ran out.
    @seconds: of the CPU, in all and by case.
    @results: of suites and cases, in order, as (depth, name, skipped); suites have depth 0.
    """
    wrong: str | None = None
    late: bool = False
    status: int = 0
    seconds: float = 0
    results: list = dataclasses.field(default_factory=list)
    by_case: dict = dataclasses.field(default_factory=dict)


def _lines(process, deadline):
    """Yield lines as they come; then None if time or room ran out."""
    data, total = b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                yield None
                return
            part = os.read(process.stdout.fileno(), 65536)
            if not part:
                break
            total += len(part)
            if total > MOST_OUTPUT:
                yield None
                return
            *whole, data = (data + part).split(b"\n")
            yield from (line.decode("utf-8", "replace").rstrip("\r") for line in whole)


class _Follower:
    """Reads what a program says until it is done or something is wrong."""

    def __init__(self, process, outcome, timed):
        self.process, self.outcome, self.timed = process, outcome, timed
        self.cases, self.before = [], 0

    def follow(self, deadline):
        outcome = self.outcome
        for line in _lines(self.process, deadline):
            if line is None:
                outcome.late, outcome.wrong = True, "time ran out"
            elif _BAD.search(line):
                outcome.wrong = line.strip()
            elif (match := _RESULT.match(line)):
                self._result(len(match[1]), match[2], bool(match[3]))
            if outcome.wrong:
                return

    def _result(self, depth, name, skipped):
        self.outcome.results.append((depth, name, skipped))
        if self.timed and depth == CASE_DEPTH:
            now = self._cpu_seconds()
            self.cases.append((name, now - self.before))
            self.before = now
        elif not depth:
            self.outcome.by_case.update((f"{name}.{case}" if len(self.cases) > 1 else name, took)
                                        for case, took in self.cases)
            self.cases.clear()

    def _cpu_seconds(self):
        """What the process has used so far."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def start(program, arguments, limit, timed=False):
    """Run the program until it is done, something is wrong, or it has used @limit seconds."""
    outcome = Outcome()
    with subprocess.Popen([str(program), *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (limit, limit))
        try:
            _Follower(process, outcome, timed).follow(time.monotonic() + CLOCK_LIMIT + 5 * limit)
        except BaseException:
            process.kill()
            raise
        if outcome.wrong:
            os.kill(process.pid, signal.SIGKILL)        # not yet waited for, so it is there
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = outcome.status = os.waitstatus_to_exitcode(status)
    if not outcome.wrong and outcome.status:
        outcome.late = outcome.status in (-signal.SIGXCPU, -signal.SIGKILL)
        outcome.wrong = "time ran out" if outcome.late else f"exit status {outcome.status}"
    outcome.seconds = usage.ru_utime + usage.ru_stime
    return outcome


class BaselineFails(Exception):
    """The kernel without a mutant does not pass."""


def leave_out(cases):
    """As selftest= wants it."""
    return ",".join(f"-{case}" for case in cases)


class Trial:
    """The runs of one program, and how they go without a mutant."""

    def __init__(self, program, jobs, slow=None):
        """@slow: cases to leave out, as measured by another trial."""
        self.program = program
        self.expected = {}
        self.lock = threading.Lock()
        everything = self._measure(Run(MAIN), timed=True)
        self.suites = [name for depth, name, _ in everything.results if not depth]
        self.slow = self._slow_cases(everything.by_case) if slow is None else slow
        self.fast = leave_out(self.slow) or "all"
        self.jobs = jobs

    @staticmethod
    def _slow_cases(by_case):
        """The slowest cases, as many as can be named."""
        chosen = []
        for case in sorted(by_case, key=by_case.get, reverse=True):
            if by_case[case] > FAST and len(leave_out([*chosen, case])) <= LONGEST_LIST:
                chosen.append(case)
        return chosen

    def measure_all(self):
        """What the runs of all mutants have in common, once and at the same time."""
        common = [Run(machine, self.fast) for machine in (MAIN, *ELSEWHERE)]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(self._measure, common))
        if (wrong := bootstory.check(self.program)):
            raise BaselineFails(f"{BOOT_STORIES}: {wrong}")

    def _measure(self, run, timed=False):
        outcome = start(self.program, run.arguments(), 300, timed=timed)
        if outcome.wrong:
            raise BaselineFails(f"{run}: {outcome.wrong}")
        with self.lock:
            self.expected[run] = outcome
        return outcome

    def own_suites(self, path):
        """The suites of the subsystem that @path is of."""
        stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        begins = (stem.split("_")[0], *ALWAYS, *OWN_SUITES.get(stem, ()))
        return [suite for suite in self.suites if suite.startswith(begins)]

    def quick_runs(self, path):
        """The suites of @path's subsystem, and then all."""
        own = self.own_suites(path)
        slow = [case for case in self.slow if case.split(".")[0] in own]
        yield Run(MAIN, ",".join([*own, *([leave_out(slow)] if slow else [])]))
        yield Run(MAIN, self.fast)

    def runs(self, path):
        """All runs for a mutant in @path, in order."""
        yield from self.quick_runs(path)
        yield BOOT_STORIES
        for machine in ELSEWHERE:
            yield Run(machine, self.fast)
        yield Run(MAIN, ",".join(self.own_suites(path)), steps=True)

    def judge(self, program, run):
        """Return (what killed the mutant or None, did its time run out)."""
        if run == BOOT_STORIES:
            wrong = bootstory.check(program)
            return wrong, bool(wrong) and "exit status 124" in wrong
        expected = self.expected.get(run) or self._measure(run)
        outcome = start(program, run.arguments(), max(LEAST_LIMIT, round(PATIENCE * expected.seconds)))
        if not outcome.wrong and outcome.results != expected.results:
            outcome.wrong = "other cases were run or skipped"
        return outcome.wrong, outcome.late

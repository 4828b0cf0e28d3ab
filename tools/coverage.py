#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make coverage`: which lines and branches of mm/ and kernel/lib/ have run.

Two builds count, the kernel and the same kernel as a Linux process. The runs below are made
of each, in QEMU and on the host, and what they counted is added up (gcov.py). From that come

  - a table on the terminal, a line for each file;
  - an HTML report in OUT/html/, by gcovr;
  - OUT/left.txt: each line that did not run, each branch that was not taken;
  - the verdict: it fails when less than 90 % of the lines or 80 % of the branches of mm/ or of
    kernel/lib/ ran, when a run did not end as it must, or when the lines that did not run are
    not those that tools/coverage.left lists, with a reason for each.

Suites, and what else stands in a folder tests/, run but are not counted. A statement that is an
assertion and nothing else (ASSERTIONS) counts as a line and not as a branch: that it holds is
the point, and no test can have both. All other branches of macros count where the macro stands,
among them those of list_for_each_entry() and of kbug() behind an if.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

import bootstory
import gcov
import qemu
from ktap import EXIT_PANIC, EXIT_PASS      # tests/, which qemu has put into the path

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEFT = ROOT / "tools" / "coverage.left"

# What is counted, and how much of it has to run, in percent.
FOLDERS = ("mm", "kernel/lib")
LEAST_LINES, LEAST_BRANCHES = 90, 80

ASSERTIONS = ("BUG_ON", "WARN", "WARN_ON", "WARN_ONCE", "WARN_ON_ONCE", "lockdep_assert_held",
              "memblock_bug_on", "might_sleep", "might_sleep_if")

# Runs of the kernel: RAM, options, QEMU's options, and how they must end.
KERNEL_RUNS = {
    "plain": ("64M", "selftest=all", {}, EXIT_PASS),
    "highmem": ("1G", "selftest=all", {}, EXIT_PASS),
    "debug": ("128M", "selftest=all slab_debug=FPZU debug_pagealloc=on init_on_alloc=1 init_on_free=1 "
              "memblock=debug", {}, EXIT_PASS),
    "init": ("64M", "selftest=slab,kmalloc init_on_free=1", {}, EXIT_PASS),
    "small": ("24M", "selftest=all slab_debug=FZ,kmalloc-1*,nothing vmalloc=256M", {}, EXIT_PASS),
    # Maps that something is wrong with, and options likewise.
    "edited": ("256M", "selftest=handover mem=250M memmap=64M$1M memmap=1M#100M memmap=4K$0x2345000 "
               f"memmap=@ mem=12Q debug_pagealloc=maybe memblock=no slab_debug={'x' * 90}",
               {"modules": (f"{ROOT}/LICENSE some arguments",)}, EXIT_PASS),
    "sparse": ("3583M", "selftest=handover memmap=3056M$16M memmap=495M$3088M", {}, EXIT_PASS),
    "beyond": ("4G", "selftest=handover memmap=4K!5G memmap=256@1", {}, EXIT_PASS),
    "too-little": ("64M", "selftest=none mem=64K", {}, EXIT_PANIC),
    "fault": ("64M", "selftest=none crash=freed-page debug_pagealloc=on", {}, EXIT_PANIC),
}

# Runs of the process: every suite on some memory maps, and odd machines for the story of boot.
HOST_RUNS = {
    **{name: ["--map", name] for name in ("pc64", "3.5g", "holes", "jumbled")},
    **{f"story-{name}": story.arguments() for name, story in bootstory.STORIES.items()},
}

TIMEOUT = 600


class Failure(Exception):
    """What is wrong with the coverage, or with the runs."""


# --- runs ------------------------------------------------------------------------------

def run(argv, name, out, status):
    """Run a program that leaves a dump, its output in a log; return the dump."""
    dump = out / "runs" / f"{name}.dump"
    dump.unlink(missing_ok=True)
    with open(out / "runs" / f"{name}.log", "wb") as log:
        done = subprocess.run(argv(dump), stdin=subprocess.DEVNULL, stdout=log,
                              stderr=subprocess.STDOUT, check=False)
    if done.returncode != status or not dump.exists():
        raise Failure(f"run {name} ended with status {done.returncode}: see {log.name}")
    return dump.read_bytes()


def kernel_run(out, name, mem, options, machine, status):
    def argv(dump):
        return qemu.command(kernel=str(out / "k896.elf"), append=f"exit=1 {options}", mem=mem,
                            timeout=TIMEOUT, extra=("-serial", f"file:{dump}"), **machine)
    return run(argv, f"kernel-{name}", out, status)


def host_run(out, name, options):
    def argv(dump):
        return ["timeout", "-k", "5", str(TIMEOUT), str(out / "host-coverage" / "k896-host"),
                "--coverage", str(dump), *options]
    return run(argv, f"host-{name}", out, 0)


def all_runs(out):
    """Make every run; return the dumps of the kernel and those of the process."""
    (out / "runs").mkdir(parents=True, exist_ok=True)
    kernel, host = [], []
    for name, (mem, options, machine, status) in KERNEL_RUNS.items():
        print(f"  RUN     kernel, {name}: {mem} {options}", flush=True)
        kernel.append(kernel_run(out, name, mem, options, machine, status))
    for name, options in HOST_RUNS.items():
        print(f"  RUN     process, {name}", flush=True)
        host.append(host_run(out, name, options))
    return kernel, host


# --- the source ------------------------------------------------------------------------

class Source:
    """A file: which function a line belongs to, and where assertions stand."""

    DEFINITION = re.compile(r"^(?!#|\}|typedef|extern)[A-Za-z_].*?\b(\w+)\((?!.*;\s*$)")

    def __init__(self, name):
        self.lines = (ROOT / name).read_text(encoding="utf-8").split("\n")
        self.functions, self.assertions = {}, set()
        function, inside = "", False
        statement = re.compile(r"^\s*(?:%s)\(" % "|".join(ASSERTIONS))
        for number, line in enumerate(self.lines, 1):
            if match := self.DEFINITION.match(re.sub(r"__attribute__\(\(.*?\)\)", "", line)):
                function = match[1]
            self.functions[number] = function
            inside = inside or bool(statement.match(line))
            if inside:
                self.assertions.add(number)
            inside = inside and not line.rstrip().endswith(";")

    def text(self, number):
        return self.lines[number - 1].strip()


def is_counted(name):
    return any(name.startswith(f"{folder}/") for folder in FOLDERS) and "/tests/" not in name


class Coverage:
    """Counts of what is counted: {file: {line number: (count, [branch counts])}}."""

    def __init__(self, lines, shapes):
        self.files = collections.defaultdict(dict)
        self.sources = {}
        for (name, number), line in sorted(lines.items()):
            if not is_counted(name):
                continue
            if name not in self.sources:
                self.sources[name] = Source(name)
            asserted = number in self.sources[name].assertions
            branches = [] if asserted else line.branches(shapes[name, number])
            self.files[name][number] = (line.count, branches)

    def totals(self, names):
        """(lines that ran, lines, branches taken, branches) of some files."""
        found = [entry for name in names for entry in self.files[name].values()]
        taken = [times for _, branches in found for times in branches]
        return (sum(count > 0 for count, _ in found), len(found),
                sum(times > 0 for times in taken), len(taken))

    def in_folder(self, folder):
        return [name for name in self.files if name.startswith(f"{folder}/")]

    def lines_left(self):
        """{(file, function, text): [line numbers]} of lines that did not run."""
        left = collections.defaultdict(list)
        for name, lines in self.files.items():
            source = self.sources[name]
            for number, (count, _) in lines.items():
                if not count:
                    left[name, source.functions[number], source.text(number)].append(number)
        return left


# --- what comes of it ------------------------------------------------------------------

def percent(part, whole):
    return 100 * part / whole if whole else 100.0


def print_table(coverage):
    """A line for each file and each folder; return what is below the bounds."""
    short = []
    print(f"\n{'':32}{'lines':>20}{'branches':>20}")
    for folder in FOLDERS:
        names = coverage.in_folder(folder)
        for name, members in [*((name, [name]) for name in names), (f"{folder}/, all", names)]:
            ran, lines, taken, branches = coverage.totals(members)
            print(f"{name:32}{ran:6} of {lines:4} {percent(ran, lines):5.1f} %"
                  f"{taken:6} of {branches:4} {percent(taken, branches):5.1f} %")
        if percent(ran, lines) < LEAST_LINES:
            short.append(f"{folder}/: {percent(ran, lines):.1f} % of the lines, not {LEAST_LINES}")
        if percent(taken, branches) < LEAST_BRANCHES:
            short.append(f"{folder}/: {percent(taken, branches):.1f} % of the branches, not {LEAST_BRANCHES}")
        print()
    return short


def write_left(coverage, path):
    with open(path, "w", encoding="utf-8") as out:
        for name, lines in coverage.files.items():
            source = coverage.sources[name]
            for number, (count, branches) in lines.items():
                missed = sum(times == 0 for times in branches)
                what = "never" if not count else f"{missed} of {len(branches)} branches" if missed else ""
                if what:
                    print(f"{name}:{number}: {source.functions[number]}: {what}: {source.text(number)}",
                          file=out)


def write_html(coverage, out):
    """By gcovr, from a trace in its own format."""
    def branches_of(branches):
        return [{"count": times, "fallthrough": False, "throw": False} for times in branches]
    trace = {"gcovr/format_version": "0.3", "files": [
        {"file": name, "functions": [], "lines": [
            {"line_number": number, "count": count, "branches": branches_of(branches),
             "gcovr/noncode": False, "gcovr/excluded": False}
            for number, (count, branches) in lines.items()]}
        for name, lines in coverage.files.items()]}
    (out / "trace.json").write_text(json.dumps(trace), encoding="utf-8")
    (out / "html").mkdir(exist_ok=True)
    subprocess.run(["gcovr", "--root", str(ROOT), "--add-tracefile", str(out / "trace.json"),
                    "--html-title", "k896: mm/ and kernel/lib/", "--html-details",
                    str(out / "html" / "index.html")], cwd=ROOT, check=True)


def read_list(text):
    """
    Read tools/coverage.left: {(file, function, text of a line): must it be left?}.

    An entry is "FILE FUNCTION: reason", or "FILE FUNCTION (sometimes): reason" of lines that
    chance may run, and below it, indented, the lines.
    """
    listed, head = {}, None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("    "):
            if not head:
                raise Failure(f"{LEFT.name}:{number}: a line of no function")
            listed[head["file"], head["function"], line.strip()] = not head["sometimes"]
            continue
        head = re.match(r"(?P<file>\S+) (?P<function>\w+)(?P<sometimes> \(sometimes\))?: \S", line)
        if not head:
            raise Failure(f"{LEFT.name}:{number}: neither FILE FUNCTION: reason nor an indented line")
    return listed


def compare(left, listed):
    """Complaints about lines that are left and not listed, or the other way round."""
    complaints = [f"{name}:{numbers[0]}: {function}: did not run, and is not in {LEFT.name}: {text}"
                  for (name, function, text), numbers in left.items()
                  if (name, function, text) not in listed]
    complaints += [f"{LEFT.name}: {name} {function}: this line runs, or is not there: {text}"
                   for (name, function, text), must in listed.items()
                   if must and (name, function, text) not in left]
    return complaints


def report(out, dumps):
    """From dumps to everything that is made of them; return complaints."""
    coverage = Coverage(gcov.counts(ROOT, dumps), gcov.shapes(ROOT, out / "shape"))
    complaints = print_table(coverage)
    write_left(coverage, out / "left.txt")
    write_html(coverage, out)
    return complaints + compare(coverage.lines_left(), read_list(LEFT.read_text(encoding="utf-8")))


def main():
    parser = argparse.ArgumentParser(description="Measure which lines and branches run.")
    parser.add_argument("--out", default="build/coverage", help="folder of the builds and the report")
    out = pathlib.Path(os.path.abspath(parser.parse_args().out))
    try:
        complaints = report(out, all_runs(out))
    except (Failure, gcov.Error) as problem:
        complaints = [str(problem)]
    print("\n".join(complaints), end="\n" if complaints else "")
    print(f"report: {out}/html/index.html; what is left, line by line: {out}/left.txt")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

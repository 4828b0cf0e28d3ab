# SPDX-License-Identifier: MIT
"""
Boots that must end badly, and what they say about it: processors and machines
that will not do, and each fatal path, caused on purpose.
"""
import re

import pytest

import lab
from lab import Config


def check(run, status, patterns):
    """Fail unless the run left so, and each pattern is found, in this order."""
    problems = []
    if problem := lab.ktap.verdict_of_exit(run.status, status):
        problems.append(problem)
    text = "\n".join(run.lines)
    position = 0
    for pattern in patterns:
        found = re.compile(pattern, re.MULTILINE).search(text, position)
        if found:
            position = found.end()
        else:
            problems.append(f"not found{' behind what was' if position else ''}: {pattern}")
    if problems:
        run.fail(problems)


# --- machines that will not do ---------------------------------------------------------

@pytest.mark.parametrize("cpu, missing", [("486", "tsc cx8 cmov"), ("pentium", "cmov")])
@pytest.mark.parametrize("via", ["kernel", "iso"])
def test_old_processor_is_told_what_it_lacks(cpu, missing, via):
    config = Config(f"cpu-{cpu}-{via}", cpu=cpu, via=via, timeout=30)
    run = lab.boot(config, "exit=1", until="Halted.")
    if f"k896: this CPU lacks: {missing}. Halted." not in run.lines:
        run.fail(["the message about the CPU is missing"])


PANIC = [r"Kernel panic: ", r"Call Trace:", r"\[<[0-9a-f]{8}>\] panic\+0x[0-9a-f]+/0x[0-9a-f]+"]


@pytest.mark.parametrize("name, args, pattern", [
    ("too-little", "mem=64K", r"too little memory: \d+ KiB of RAM"),
    ("nothing-usable", "memmap=exactmap", r"too little memory: \d+ KiB of RAM"),
])
def test_too_little_memory(name, args, pattern):
    check(lab.boot(Config(f"memory-{name}"), f"exit=1 {args}"), lab.ktap.EXIT_PANIC,
          [f"Kernel panic: .*{pattern}", r"Call Trace:"])


def test_out_of_reach_and_sparse_memory_are_named():
    run = lab.boot(Config("says-4G", mem="4G"), "exit=1 selftest=selftest")
    check(run, lab.ktap.EXIT_PASS, [r"1024 MiB of RAM beyond 4 GiB"])
    run = lab.boot(Config("says-sparse", mem="3583M"),
                   "exit=1 selftest=selftest memmap=3056M$16M memmap=495M$3088M")
    check(run, lab.ktap.EXIT_PASS, [r"memory map: 16384 KiB of RAM left out"])

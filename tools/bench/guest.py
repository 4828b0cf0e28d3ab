# SPDX-License-Identifier: MIT
"""
A guest that measures: k896 under QEMU's icount, told by bench= what to do, and what it
prints, one JSON object a line.

shift=0 makes the cycle counter count instructions, sleep=off lets no time pass while
the guest sleeps; nobody types. So two runs print the same, to the last digit.
"""
import json
import os
import subprocess

import ktap
import qemu

ICOUNT = ("-icount", "shift=0,sleep=off", "-smp", "1")
SECONDS = 600


class BenchError(Exception):
    """A guest that did not do what it was told; the text says which and how."""


def objects(text):
    """The JSON objects of a log, each on a line of its own, perhaps behind a time stamp."""
    found = []
    for line in text.splitlines():
        start = line.find("{\"")
        if start < 0:
            continue
        try:
            found.append(json.loads(line[start:]))
        except ValueError as err:
            raise BenchError(f"the guest printed what is no JSON: {line}") from err
    return found


def run(kernel, words, mem="3G", timeout=SECONDS):
    """Boot @kernel, have it measure @words, and return the JSON objects that it printed."""
    if not os.path.exists(kernel):
        raise BenchError(f"there is no kernel {kernel}: make builds one")
    folder, name = os.path.split(kernel)
    # From its folder: the path stands in the command line, which boot prints.
    argv = qemu.command(kernel=name, append=f"selftest=none exit=1 bench={words},json",
                        mem=mem, cpu="qemu32", timeout=timeout, extra=ICOUNT)
    done = subprocess.run(argv, cwd=folder or None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          errors="replace", check=False)
    if done.returncode != ktap.EXIT_PASS:
        raise BenchError(f"a guest with -m {mem} and bench={words} ended with status "
                         f"{done.returncode}; its last lines:\n"
                         + "\n".join(done.stdout.splitlines()[-20:]))
    return objects(done.stdout)


def rows(kernel, words="all", mem="3G", live=0):
    """{name: row} of what was measured; rows that could not be measured have a "reason"."""
    return rows_of(run(kernel, f"{words},live={live}" if live else words, mem))


def rows_of(printed):
    """The rows among what was printed, provided that they are instructions."""
    units = {entry["unit"] for entry in printed if "unit" in entry}
    if units != {"instructions"}:
        raise BenchError(f"the guest counted {units}: this QEMU has no usable -icount")
    return {entry["row"]: entry for entry in printed if "row" in entry}


def boot_of(printed):
    """{stage: instructions}, in their order."""
    return {entry["stage"]: entry["cycles"] for entry in printed if "stage" in entry}


def memory_of(printed):
    """{reason: KiB}: RAM, what of it is reserved, what is free, and who has the rest."""
    return {entry["memory"]: entry["kB"] for entry in printed if "memory" in entry}

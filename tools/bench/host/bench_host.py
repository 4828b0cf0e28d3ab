#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make bench-host`: what the page allocator and kmalloc cost outside of the kernel, beside the
allocators that a kernel of one's own would otherwise use.

The program is mm/ on the smallest port (arch/host/lift/), 32-bit, compiled with the kernel's own
flags: every check is on, no debugging. There are neither interrupts nor a second CPU,
so that turning interrupts off costs nothing, as in the other columns; locks are taken.

How instructions are counted. Each workload runs once under callgrind, valgrind's call-graph
profiler, which executes the program and counts every instruction (Ir). Its output has a line for
each pair of caller and callee: number of calls, and inclusive cost, from the callee's first
instruction to its return, all that it calls included. The workload's loop is in a function
bench_*() of tools/bench/host/host.c, which is never inlined; what it calls are the allocator's
entry points and nothing else. So the sum of the inclusive costs of bench_*()'s calls is what was
spent inside the allocator, and the sum of the calls the number of operations. Two runs
agree to the instruction.

How the footprint is found. The workload runs, without callgrind, in every arena from its
peak of live bytes up, 4 KiB more each time. The smallest in which it ends well, over the peak,
is the footprint; everything the allocator needs is in the arena: mem_map, slabs, the caches
themselves. The memory that the page allocator keeps for requests that cannot wait is set to 0
(min_free_kbytes=), as nothing here waits; a row of its own has it at its default.

    W1        pairs of kmalloc() and kfree() of one size; a pair counts as one operation
    W3        1,000,000 operations over 2,000 slots: choose a slot, free what it holds, or fill it;
              mean of an operation
    growth    1,000,000 operations on 100,000 live objects, over the same on 100
    pages     blocks of random order 0 to 10 until one cannot be had, freed in random order; every
              free list must then be as it was. The request that fails, which first empties the
              per-CPU lists and asks the shrinkers, counts, and so does the final drain_all_pages():
              their cost is fixed, so that in less memory an operation costs more
    replay    a recorded trace, see tools/bench/host/record.py; mean of a call
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

PAIRS = 100_000
OPS = 1_000_000
SLOTS = 2000
LIVE = (100, 100_000)
ARENA = 64 << 10            # KiB, where it is not the point
LARGE_ARENA = 256 << 10
PAGES_ARENA = 512 << 10

# In the order of the columns; W1 of 64 bytes, W1 of 4 KiB, W3, growth, footprint, pages. Measured with
# the same workloads, each as it comes in its project; mimalloc in 64 bits.
PEERS = {
    "TLSF": (182, 192, 133, 0.8, 1.13, None),
    "cmpct": (160, 162, 105, 0.75, 1.16, None),
    "ToaruOS": (66, 171, 113, 1.1, 1.77, None),
    "MentOS": (177, 540, 225, 1.1, 1.45, 1228),
    "liballoc": (416, 75, 195, 7.4, 1.37, None),
    "Tilck": (776, 443, 2268, 25, 1.49, None),
    "glibc": (79, 167, 154, 1, 1.18, None),
    "mimalloc": (24, 95, 50, 1.6, 1.55, None),
}
ROWS = ("hot_64", "hot_4096", "w3", "growth", "footprint", "pages")
TITLES = {
    "hot_64": "W1, 64 B, pair",
    "hot_4096": "W1, 4 KiB, pair",
    "w3": "W3, per operation",
    "growth": "growth of cost",
    "footprint": "footprint of W3",
    "pages": "pages, of 512 MiB, per operation",
    "constant_64": "W1, 64 B, size constant",
    "cache_64": "W1, 64 B, own cache",
    "live_100": "  with 100 live",
    "live_100000": "  with 100,000 live",
    "footprint_reserve": "  with the default reserve",
    "pages_64": "pages, of 64 MiB",
    "pages_256": "pages, of 256 MiB",
    "replay": "replay, per operation",
}
FIRST_GOAL = dict(zip(ROWS, (60, 60, 90, 1.1, 1.40, 150)))
AIM = dict(zip(ROWS, (25, 25, 45, 1.0, 1.15, 150)))


def allocator_cost(callgrind):
    """
    (calls, instructions) of what functions named bench_*() called, by callee, from callgrind's
    output without compression: "fn=" opens a function, "cfn=" names a callee, "calls=N" is
    followed by a line whose last number is the inclusive cost of those N calls.
    """
    cost = {}
    caller = callee = calls = None
    for line in callgrind.splitlines():
        if line.startswith("fn="):
            caller = line[3:]
        elif line.startswith("cfn="):
            callee = line[4:]
        elif line.startswith("calls="):
            calls = int(line[6:].split()[0])
        elif calls is not None:
            if caller.startswith("bench_"):
                before = cost.get(callee, (0, 0))
                cost[callee] = before[0] + calls, before[1] + int(line.split()[-1])
            calls = None
    return cost


class Bench:
    """The program, and where its trace comes from."""

    def __init__(self, program, trace):
        self.program = str(program)
        self.trace = trace

    def run(self, workload, arena, reserve, *args, under=()):
        """Run a workload. Return: (exit status, the values it printed)."""
        argv = [*under, self.program, workload, str(arena), str(reserve), *map(str, args)]
        with open(self.trace if workload == "replay" else os.devnull, "rb") as stdin:
            done = subprocess.run(argv, stdin=stdin, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode not in (0, 3):
            last = done.stdout.splitlines()[-1:] or ["nothing was said"]
            sys.exit(f"{shlex.join(argv)}: status {done.returncode}, {last[0]}")
        return done.returncode, {name: int(value) for name, value in
                                 re.findall(r"^(\w+) (\d+)$", done.stdout, re.M)}

    def count(self, workload, arena, *args):
        """Run a workload under callgrind. Return: cost by entry point, and what it printed."""
        with tempfile.NamedTemporaryFile() as out:
            status, values = self.run(workload, arena, "-", *args, under=(
                "valgrind", "-q", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
                f"--callgrind-out-file={out.name}"))
            text = pathlib.Path(out.name).read_text(encoding="utf-8")
        if status:
            sys.exit(f"{workload}: more is wanted at a time than an arena of {arena} KiB holds")
        return allocator_cost(text), values

    def footprint(self, reserve):
        """(smallest arena in KiB that W3 runs in, peak of live bytes)"""
        _, values = self.run("slots", ARENA, "-", SLOTS, OPS)
        arena = values["peak_bytes"] // 4096 * 4
        while self.run("slots", arena, reserve, SLOTS, OPS)[0]:
            arena += 4
        return arena, values["peak_bytes"]


def mean(cost, operations=None):
    """Instructions an operation: a call, unless told how many operations there were."""
    calls, instructions = map(sum, zip(*cost.values()))
    return instructions / (operations or calls)


def measure(bench):
    """Everything, as one dictionary that goes into the JSON file as it is."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        jobs = {
            "hot_64": pool.submit(bench.count, "pair", ARENA, 64, PAIRS),
            "hot_4096": pool.submit(bench.count, "pair", ARENA, 4096, PAIRS),
            "constant_64": pool.submit(bench.count, "constant", ARENA, PAIRS),
            "cache_64": pool.submit(bench.count, "cache", ARENA, 64, PAIRS),
            "w3": pool.submit(bench.count, "slots", ARENA, SLOTS, OPS),
            "pages": pool.submit(bench.count, "pages", PAGES_ARENA),
            "pages_64": pool.submit(bench.count, "pages", ARENA),
            "pages_256": pool.submit(bench.count, "pages", LARGE_ARENA),
            "replay": pool.submit(bench.count, "replay", LARGE_ARENA),
            **{f"live_{live}": pool.submit(bench.count, "live", LARGE_ARENA, live, OPS) for live in LIVE},
        }
        footprints = {"footprint": pool.submit(bench.footprint, 0),
                      "footprint_reserve": pool.submit(bench.footprint, "-")}
        result = {"entry_points": {}, "values": {}, "figures": {}}
        for name, job in jobs.items():
            cost, values = job.result()
            result["entry_points"][name] = {callee: {"calls": calls, "instructions": instructions}
                                            for callee, (calls, instructions) in sorted(cost.items())}
            result["values"][name] = values
            pairs = PAIRS if name.startswith(("hot", "constant", "cache")) else None
            result["figures"][name] = mean(cost, pairs)
        for name, job in footprints.items():
            arena, peak = job.result()
            result["values"][name] = {"arena_kib": arena, "peak_bytes": peak}
            result["figures"][name] = arena * 1024 / peak
    figures = result["figures"]
    figures["growth"] = figures[f"live_{LIVE[1]}"] / figures[f"live_{LIVE[0]}"]
    result["figures"] = {name: round(figures[name], 4) for name in TITLES}
    result["first_goal"], result["aim"] = FIRST_GOAL, AIM
    result["peers"] = {peer: dict(zip(ROWS, numbers)) for peer, numbers in PEERS.items()}
    return result


def cell(name, number):
    if number is None:
        return "-"
    if name == "growth":
        return f"x{round(number, 2):g}"
    return f"{number:.2f}" if name.startswith("footprint") else f"{number:.4g}"


def table(result):
    """The result for people to read."""
    heads = ["", "k896", "first goal", "aim", *PEERS]
    lines = []
    for name in TITLES:
        row = [TITLES[name], cell(name, result["figures"][name])]
        if name in ROWS:
            row += [cell(name, column[name]) for column in
                    (result["first_goal"], result["aim"], *(result["peers"][peer] for peer in PEERS))]
        lines.append(row + [""] * (len(heads) - len(row)))
    widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(len(heads))]
    return "\n".join("  ".join(text.ljust(width) if i == 0 else text.rjust(width)
                               for i, (text, width) in enumerate(zip(line, widths))).rstrip()
                     for line in [heads, *lines])


def missed(result):
    """Rows that do not meet their first goal; that of pages is to stay below it."""
    figures, goals = result["figures"], result["first_goal"]
    return [name for name in ROWS if figures[name] > goals[name] or
            name == "pages" and figures[name] == goals[name]]


def main():
    parser = argparse.ArgumentParser(description="Count the instructions of mm/ on the host.")
    parser.add_argument("--program", required=True, help="bench-host, as built by make")
    parser.add_argument("--trace", required=True, help="trace to replay")
    parser.add_argument("--json", help="where to write all figures")
    args = parser.parse_args()

    result = measure(Bench(args.program, args.trace))
    print(f"Instructions inside the allocator (i386, callgrind), and bytes; replay: {args.trace}\n")
    print(table(result))
    if args.json:
        text = json.dumps(result, indent=2, sort_keys=True) + "\n"
        pathlib.Path(args.json).write_text(text, encoding="utf-8")
        print(f"\nAll figures: {args.json}")
    if missed(result):
        print("Behind the first goal: " + ", ".join(TITLES[name] for name in missed(result)))
    return 1 if missed(result) else 0


if __name__ == "__main__":
    sys.exit(main())

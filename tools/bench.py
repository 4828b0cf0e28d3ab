#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
Measure k896 in guest instructions: the host's side of kernel/bench/.

    tools/bench.py run --kernel build/k896.elf --out build         every row, boot, memory
    tools/bench.py scale --kernel build/k896.elf --out build       memory sizes, live objects
    tools/bench.py linux --kernel build/k896.elf --out build       beside Debian's i386 Linux
    tools/bench.py plot --out build                                what the first two left

Each prints plain tables and leaves the same as JSON in the --out folder: bench.json,
bench-scale.json, bench-linux.json. `run` fails when a first goal is missed, but with --any.
`plot` draws bench.svg and bench-scale.svg.
"""
import argparse
import json
import os
import pathlib
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "tests")]
from bench import guest, linux, plot, report     # noqa: E402 (found by the line above)

SIZES = ("8M", "64M", "512M", "3G")     # for boot and memory
SCALE_SIZES = ("64M", "512M", "3583M")
SCALE_LIVE = (0, 1000, 100000)


def save(out, name, measured):
    """Write JSON that is the same for the same figures."""
    path = pathlib.Path(out, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    print(f"{path} has it as JSON")


def measure(kernel):
    """What `run` saves."""
    printed = {size: guest.run(kernel, "memory,boot", size) for size in SIZES}
    return {
        "rows": guest.rows(kernel),
        "boot": {size: guest.boot_of(printed[size]) for size in SIZES},
        "memory": {size: guest.memory_of(printed[size]) for size in SIZES},
    }


def run(args):
    """All rows on one machine; boot and memory on four."""
    measured = measure(args.kernel)
    report.print_rows(measured["rows"], sys.stdout)
    report.print_boot(measured["boot"], sys.stdout)
    report.print_memory(measured["memory"], sys.stdout)
    save(args.out, "bench.json", measured)
    missed = report.missed(measured)
    if missed and not args.any:
        raise guest.BenchError("the first goal is missed: " + ", ".join(missed))


def scale(args):
    """All rows over memory sizes and live objects."""
    runs = [{"mem": mem, "live": live, "rows": guest.rows(args.kernel, mem=mem, live=live)}
            for mem in SCALE_SIZES for live in SCALE_LIVE]
    report.print_scale(runs, sys.stdout)
    save(args.out, "bench-scale.json", runs)


def beside_linux(args):
    """All rows in Debian's Linux and in k896, side by side."""
    version, theirs = linux.rows(args.out)
    ours = guest.rows(args.kernel)
    report.print_linux(version, theirs, ours, sys.stdout)
    save(args.out, "bench-linux.json", {"linux": version, "rows": {"linux": theirs, "k896": ours}})


def draw(args):
    """Pictures of what was measured."""
    for path in plot.draw(args.out):
        print(f"{path} shows it")


def main():
    parser = argparse.ArgumentParser(description="Measure k896 in guest instructions.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in (("run", run), ("scale", scale), ("linux", beside_linux), ("plot", draw)):
        command = commands.add_parser(name, help=function.__doc__)
        command.set_defaults(function=function)
        if function is not draw:
            command.add_argument("--kernel", required=True, help="the ELF file")
        if function is run:
            command.add_argument("--any", action="store_true", help="succeed with any figures")
        command.add_argument("--out", default="build", help="folder of the results")
    args = parser.parse_args()
    try:
        args.function(args)
    except guest.BenchError as err:
        print(f"tools/bench.py: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

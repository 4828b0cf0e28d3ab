#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
Record what a program asks of malloc(), for `make bench-host` to replay.

    tools/bench/host/record.py -o FILE PROGRAM [ARGUMENT]...
    make bench-host TRACE=FILE

Any program will do, 32-bit or 64-bit, without being rebuilt: valgrind runs it and logs
its calls (--trace-malloc). Forked children are not followed.

The form is text, one operation a line, so that a trace can be made, cut and read by other
means:

    # ...           a comment; empty lines are ignored, too
    a SLOT SIZE     allocate SIZE bytes (malloc, calloc, memalign, new) into an empty slot
    r SLOT SIZE     resize what the slot holds (realloc)
    f SLOT          free it (free, delete); the slot is empty again

SLOT and SIZE are decimal. A slot stands for a pointer of the program. This recorder
takes the lowest that is empty, so that the highest tells how many objects lived at a
time. Left out are calls that did nothing: free(NULL), and allocations that failed.
Alignment beyond malloc()'s own is not kept.
"""
import argparse
import heapq
import re
import shlex
import subprocess
import sys
import tempfile

HEADER = """\
# SPDX-License-Identifier: MIT
# Allocations of: {command}
# {nr} operations, as tools/bench/host/record.py says: "a SLOT SIZE" allocates, "r SLOT SIZE" resizes,
# "f SLOT" frees what the slot holds.
"""
NEW = re.compile(r"(?:malloc|calloc|memalign|_Zn[wa]\w*)\((?:al )?([\d,]+(?:, size \d+)?)\) = 0x([0-9A-F]+)$")
RESIZE = re.compile(r"realloc\(0x([0-9A-F]+),(\d+)\)(?:malloc\(\d+\))? = 0x([0-9A-F]+)$")
FREE = re.compile(r"(?:free|_Zd[la]\w*|realloc\(0x[0-9A-F]+,0\)free)\((0x[0-9A-F]+)")


class Trace:
    """Operations so far; the slot that each address has, and empty slots below the highest used."""

    def __init__(self):
        self.lines = []
        self.slots = {}
        self.empty = []
        self.nr_slots = 0

    def allocate(self, address, size):
        if not address:
            return
        if self.empty:
            slot = heapq.heappop(self.empty)
        else:
            slot, self.nr_slots = self.nr_slots, self.nr_slots + 1
        self.slots[address] = slot
        self.lines.append(f"a {slot} {size}")

    def resize(self, old, new, size):
        if not old:
            self.allocate(new, size)
        elif new:
            self.slots[new] = slot = self.slots.pop(old)
            self.lines.append(f"r {slot} {size}")

    def free(self, address):
        if address in self.slots:
            slot = self.slots.pop(address)
            heapq.heappush(self.empty, slot)
            self.lines.append(f"f {slot}")


def size_of(arguments):
    """malloc(7), calloc(3,7), memalign(al 64, size 7)"""
    if "size" in arguments:
        return int(arguments.split()[-1])
    size = 1
    for factor in arguments.split(","):
        size *= int(factor)
    return size


def convert(log):
    """Lines of a trace, from valgrind's log."""
    trace = Trace()
    pid = None
    for line in log.splitlines():
        found = re.match(r"(==|--)(\d+)\1 (.*)", line)
        if not found:
            continue
        pid = pid or found[2]
        if found[1] != "--" or found[2] != pid:
            continue
        call = found[3].strip()
        if new := NEW.match(call):
            trace.allocate(int(new[2], 16), size_of(new[1]))
        elif resize := RESIZE.match(call):
            trace.resize(int(resize[1], 16), int(resize[3], 16), int(resize[2]))
        elif free := FREE.match(call):
            trace.free(int(free[1], 16))
    return trace.lines


def record(command):
    """Run a program; its trace."""
    with tempfile.NamedTemporaryFile(mode="r", encoding="utf-8", errors="replace") as log:
        # Which tool does not matter; this one wants no debugging symbols of the C library.
        argv = ["valgrind", "--tool=massif", "--massif-out-file=/dev/null", "--trace-malloc=yes",
                "--run-libc-freeres=no", f"--log-file={log.name}", *command]
        status = subprocess.run(argv, check=False).returncode
        lines = convert(log.read())
    if not lines:
        sys.exit(f"record: nothing to record of {shlex.join(command)} (status {status})")
    return HEADER.format(command=shlex.join(command), nr=len(lines)) + "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Record a program's use of malloc().")
    parser.add_argument("-o", dest="file", required=True, help="where to write the trace")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="PROGRAM [ARGUMENT]...")
    args = parser.parse_args()
    if not args.command:
        parser.error("a program is missing")
    text = record(args.command)
    with open(args.file, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"{args.file}: {text.count(chr(10)) - HEADER.count(chr(10))} operations")


if __name__ == "__main__":
    main()

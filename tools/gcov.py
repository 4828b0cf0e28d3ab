# SPDX-License-Identifier: MIT
"""
From the counters that kernels leave (kernel/gcov.c) to counts of lines and branches.

A run ends with a dump: for each object file the .gcda file that gcov reads. Runs of one
build are summed, counter by counter; then gcov says what that means for the source, once for
each object file; and a line's counts are summed over all object files and builds that hold it,
as a function in a header is compiled many times.

Branches are a matter of the compiled code, and gcov lists those of a line in their order. Of a
function that is inlined always there are as many copies in an object file as it has callers,
and the line's list is that much longer. So the source is compiled once more, without any
inlining, which gives the line's shape: the number of branches that it has itself. A list that
is a multiple of it is folded: a branch was taken if it was in any copy. Where the shape has
none, the branches are those of a function that is called there, and count where that is
written. A list that is no multiple (the compiler knew an argument of some copy) is taken as it is.
"""
import collections
import dataclasses
import json
import os
import pathlib
import struct
import subprocess

GCOV = os.environ.get("GCOV", "i686-linux-gnu-gcov")

MAGIC = b"adcg"
TAG_FUNCTION = 0x01000000
TAG_COUNTER_BASE = 0x01a10000
COUNTER_BYTES = 8


class Error(Exception):
    """A dump that is not whole, or counters that do not belong together."""


def read_dump(data):
    """Return {name of a .gcda file: its content}; complain of a dump that was cut off."""
    files = {}
    name, position = None, 0
    while True:
        if position + 8 > len(data):
            raise Error(f"the dump ends after {len(data)} bytes without saying so")
        tag, size = data[position:position + 4], int.from_bytes(data[position + 4:position + 8], "little")
        content = data[position + 8:position + 8 + size]
        position += 8 + size
        if tag == b"FILE":
            name = content.decode()
            files[name] = b""
        elif tag == b"DATA" and name:
            files[name] += content
        elif tag == b"DONE":
            return files
        else:
            raise Error(f"an unknown record {tag!r} in the dump")


def is_counter(tag):
    return tag >= TAG_COUNTER_BASE


@dataclasses.dataclass
class Gcda:
    """A .gcda file: a header, and records, of which those of counters can be added."""
    header: bytes
    records: list           # of (tag, bytes) or, for counters, (tag, [numbers])

    @classmethod
    def parse(cls, data):
        if data[:4] != MAGIC:
            raise Error("no .gcda file")
        records, position = [], 16
        while position + 8 <= len(data):
            tag, size = struct.unpack_from("<Ii", data, position)
            position += 8
            if tag == 0:
                break
            if is_counter(tag) and size < 0:        # all of them are 0
                records.append((tag, [0] * (-size // COUNTER_BYTES)))
            elif is_counter(tag):
                records.append((tag, list(struct.unpack_from(f"<{size // COUNTER_BYTES}q", data, position))))
                position += size
            else:
                records.append((tag, data[position:position + size]))
                position += size
        return cls(data[:16], records)

    def add(self, other):
        """Sum counters of two runs of one build."""
        if self.header != other.header or len(self.records) != len(other.records):
            raise Error("counters of different builds")
        for (tag, mine), (other_tag, theirs) in zip(self.records, other.records):
            if tag != other_tag or len(mine) != len(theirs) or not is_counter(tag) and mine != theirs:
                raise Error("counters of different builds")
            if is_counter(tag):
                mine[:] = map(sum, zip(mine, theirs))

    def pack(self):
        out = [self.header]
        for tag, content in self.records:
            if is_counter(tag):
                content = struct.pack(f"<{len(content)}q", *content)
            out += [struct.pack("<Ii", tag, len(content)), content]
        return b"".join(out) + bytes(4)


def sum_runs(dumps):
    """{name: Gcda} over the dumps of one build's runs."""
    total = {}
    for dump in dumps:
        for name, data in read_dump(dump).items():
            gcda = Gcda.parse(data)
            if name in total:
                total[name].add(gcda)
            else:
                total[name] = gcda
    return total


@dataclasses.dataclass
class Line:
    """How often a line ran, and its branches: for each length of their list, how often each was taken."""
    count: int = 0
    lists: dict = dataclasses.field(default_factory=dict)

    def add(self, count, branches):
        self.count += count
        if branches:
            taken = self.lists.setdefault(len(branches), [0] * len(branches))
            taken[:] = map(sum, zip(taken, branches))

    def branches(self, shape):
        """How often each was taken, given how many there are."""
        folded = [0] * shape
        fits = [taken for size, taken in self.lists.items() if shape and size % shape == 0]
        for taken in fits:
            for i, times in enumerate(taken):
                folded[i % shape] += times
        if shape and self.lists and not fits:
            return self.lists[min(self.lists)]
        return folded


def run_gcov(root, path):
    """
    What gcov says of one object file: [(source, line number, count, branches)].

    gcc counts some ways through a function, and gcov infers the others: as many went in as
    came out. Who leaves by a fault or a longjmp(), as tests do, did not come out; what is
    inferred to have run less than never did not run.
    """
    done = subprocess.run([GCOV, "--json-format", "--stdout", "--branch-probabilities", str(path)],
                          cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    for source in json.loads(done.stdout)["files"]:
        name = os.path.normpath(source["file"])
        for line in source["lines"]:
            yield (name, line["line_number"], max(0, line["count"]),
                   [max(0, branch["count"]) for branch in line["branches"]])


def shapes(root, folder):
    """{(source, line number): number of branches}, of the .gcno files in @folder."""
    result = collections.defaultdict(int)
    for path in sorted(folder.rglob("*.gcno")):
        for name, number, _, branches in run_gcov(root, path):
            result[name, number] = max(result[name, number], len(branches))
    return result


def counts(root, builds):
    """{(source, line number): Line}; @builds: for each build the dumps of its runs."""
    lines = collections.defaultdict(Line)
    for dumps in builds:
        for path, gcda in sum_runs(dumps).items():
            pathlib.Path(path).write_bytes(gcda.pack())
            for name, number, count, branches in run_gcov(root, path):
                lines[name, number].add(count, branches)
    return lines

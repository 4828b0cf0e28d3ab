# SPDX-License-Identifier: MIT
"""
From a mutant to a program, in a fraction of a second.

What the Makefile builds as host-plain is the starting point. For a mutant only the
objects that can tell it are compiled anew, with the same commands: of a .c file the one,
of a header those whose source names what changed, directly or by other inline functions and
macros. Then all is linked once. The kernel's symbol table, which the Makefile gets by
linking until it agrees, is here a table with room to spare, filled in behind the linker,
so that reports of the mutant name the right functions.

Nothing is written but under the scratch folder. A mutated file lies there, at the path
it has in the tree, and the compiler is told to call it by that.
"""
import dataclasses
import functools
import hashlib
import pathlib
import re
import shutil
import struct
import subprocess
import threading

import kallsyms
from mutation import csource

ROOM = 128              # symbols that a mutant may have more than the original


@dataclasses.dataclass(frozen=True)
class Commands:
    """
    As the Makefile has them, each a list of words.
    @objects: of the kernel; OUT/SOURCE.o is that of SOURCE. @process: of the program around it.
    @localize: arguments of objcopy. @link: the final link, without objects and output.
    """
    compile: list
    objects: list
    process: list
    localize: list
    link: list
    prefix: str = "i686-linux-gnu-"


class DoesNotBuild(Exception):
    """The compiler or the linker refused."""


def run(argv):
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise DoesNotBuild(done.stdout.decode("utf-8", "replace"))
    return done.stdout


def called(folder, name):
    """To the compiler: what lies in @folder is called @name and its path there."""
    return f"-ffile-prefix-map={folder}/={name}"


def words_of(text):
    return set(re.findall(r"[A-Za-z_]\w*", text))


class Builder:
    """Shared by all workers; each has a folder of its own."""

    def __init__(self, root, out, commands):
        self.root, self.out, self.commands = root, out, commands
        self.lock = threading.Lock()
        self.baselines = {}
        # Warnings are for people, line numbers for debuggers.
        self.compile = [word for word in commands.compile
                        if not word.startswith("-W") and not re.match(r"-g\d?$", word)] + ["-w"]
        self.objects = self._strip_objects()
        self.includers = self._read_dependencies()
        self.room = None

    def _strip_objects(self):
        """{source: object without debug information}"""
        folder = self.out / "objects"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stripped = {}
        for number, name in enumerate(self.commands.objects):
            source = self._source_of(name)
            stripped[source] = folder / f"{number}.o"
            run([self.commands.prefix + "objcopy", "-g", name, stripped[source]])
        return stripped

    def _source_of(self, name):
        """The source of an object: the longest end of OUT/SOURCE.o that is a file here."""
        parts = pathlib.Path(name[:-len(".o")]).parts
        return next(str(pathlib.Path(*parts[i:])) for i in range(1, len(parts))
                    if (self.root / pathlib.Path(*parts[i:])).is_file())

    def _read_dependencies(self):
        """{header: sources that include it}, from what the compiler wrote down."""
        includers = {}
        for name in self.commands.objects:
            rules = pathlib.Path(name).with_suffix(".d")
            if not name.endswith(".c.o") or not (self.root / rules).is_file():
                continue
            text = (self.root / rules).read_text(encoding="utf-8").replace("\\\n", " ")
            for word in text.split("\n", 1)[0].split():
                if word.endswith(".h"):
                    includers.setdefault(word, []).append(self._source_of(name))
        return includers

    @functools.cached_property
    def header_definitions(self):
        """(name, words) of each function and macro of a header."""
        found = []
        for header in self.includers:
            for name, text in csource.definitions((self.root / header).read_text(encoding="utf-8")):
                found.append((name, words_of(text)))
        return found

    def affected(self, path, function):
        """The sources whose objects a change of @function in @path can change."""
        if path.endswith(".c"):
            return [path]
        names = {function}
        while True:
            more = {name for name, words in self.header_definitions
                    if name not in names and names & words}
            if not more:
                break
            names |= more
        return [source for source in self.includers.get(path, [])
                if names & words_of((self.root / source).read_text(encoding="utf-8"))]

    # --- one file ---------------------------------------------------------------------------

    def baseline(self, source):
        """The object of the unmutated file, made as a mutant's is."""
        with self.lock:
            if source not in self.baselines:
                target = self.out / "baseline" / (source.replace("/", "_") + ".o")
                target.parent.mkdir(parents=True, exist_ok=True)
                text = (self.root / source).read_text(encoding="utf-8")
                work = self.out / "baseline" / "work"
                self._compile(self._place(work, source, text), target, called(work, ""))
                self.baselines[source] = target.read_bytes()
            return self.baselines[source]

    def _place(self, work, path, text):
        """Put a changed file into a work folder, at the path that it has in the tree."""
        place = work / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return place

    def _compile(self, place, target, *more):
        run([self.compile[0], *more, *self.compile[1:], "-c", "-o", target, place])

    def compile_mutant(self, work, mutant):
        """
        The objects that the mutant changes.
        Return: {source: object file}, empty when the mutant is the same code; a digest of it.
        """
        shutil.rmtree(work, ignore_errors=True)
        place = self._place(work, mutant.path, mutant.apply(
            (self.root / mutant.path).read_text(encoding="utf-8")))
        if mutant.path.endswith(".h"):
            more = (f"-I{work}", called(work, "./"))      # as -I. calls what it finds
        else:
            more = (called(work, ""),)
        changed, digest = {}, hashlib.sha256()
        for number, source in enumerate(self.affected(mutant.path, mutant.function)):
            target = work / f"{number}.o"
            self._compile(source if mutant.path.endswith(".h") else place, target, *more)
            code = target.read_bytes()
            if code != self.baseline(source):
                changed[source] = target
                digest.update(source.encode() + b"\0" + code)
        return changed, digest.hexdigest()

    # --- all of it --------------------------------------------------------------------------

    def link(self, work, changed):
        """Link the kernel with some objects exchanged. Return: the program."""
        work.mkdir(parents=True, exist_ok=True)
        whole, kernel, program = work / "whole.o", work / "kernel.host.o", work / "k896-host"
        objects = [changed.get(source, own) for source, own in self.objects.items()]
        run([self.commands.prefix + "ld", "-m", "elf_i386", "-z", "noexecstack", "-r", "-o", whole,
             *objects])
        run([self.commands.prefix + "objcopy", *self.commands.localize, whole, kernel])
        self._link(kernel, program, self._room(kernel))
        self._fill_table(program)
        return program

    def _link(self, kernel, program, table):
        run([*self.commands.link, "-o", program, kernel, *self.commands.process, table])

    def _symbols(self, program):
        listing = run([self.commands.prefix + "nm", "-n", "-f", "sysv", program]).decode()
        return listing.replace("\nk896_etext ", "\n_etext ").splitlines()

    def _room(self, kernel):
        """The table's object, its content still to come. How long it must be, a first link tells."""
        with self.lock:
            if self.room is None:
                folder = self.out / "table"
                folder.mkdir(parents=True, exist_ok=True)
                self._link(kernel, folder / "first", self._assemble(folder, [(0, "", 0)]))
                symbols = kallsyms.read_symbols(self._symbols(folder / "first"))
                symbols += [(0, "x" * 40, 0)] * ROOM
                self.room = self._assemble(folder, symbols)
                self.limits = (len(symbols), len(kallsyms.arrays(symbols)[2]))
            return self.room

    def _assemble(self, folder, symbols):
        source, target = folder / "table.asm", folder / "table.o"
        source.write_text(kallsyms.assembly(symbols) + "\n", encoding="utf-8")
        run(["nasm", "-f", "elf32", "-o", target, source])
        return target

    def _fill_table(self, program):
        lines = self._symbols(program)
        symbols = kallsyms.read_symbols(lines)
        addresses, offsets, names = kallsyms.arrays(symbols)
        if len(symbols) > self.limits[0] or len(names) > self.limits[1]:
            raise DoesNotBuild("more symbols than there is room for")
        where = {fields[0]: int(fields[1], 16) for fields in
                 ([field.strip() for field in line.split("|")] for line in lines)
                 if fields[0] in kallsyms.PARTS}
        parts = (struct.pack("<I", len(symbols)), struct.pack(f"<{len(symbols)}I", *addresses),
                 struct.pack(f"<{len(symbols)}I", *offsets), names)
        with open(program, "r+b") as file:
            image = file.read()
            for symbol, part in zip(kallsyms.PARTS, parts):
                file.seek(file_offset(image, where[symbol]))
                file.write(part)


def file_offset(image, address):
    """Where in an ELF32 file the byte lies that is loaded at @address."""
    phoff, = struct.unpack_from("<I", image, 28)
    phentsize, phnum = struct.unpack_from("<HH", image, 42)
    for i in range(phnum):
        kind, offset, start, _, filesz = struct.unpack_from("<IIIII", image, phoff + i * phentsize)
        if kind == 1 and start <= address < start + filesz:
            return offset + address - start
    raise ValueError(f"nothing in the file is loaded at {address:#x}")

# SPDX-License-Identifier: MIT
"""
tools/k896 in gdb: memory through the debugger, types through its symbol tables.

Memory is read physically, so that commands work before paging and with any page
directory: QEMU's stub is told to take addresses as physical ones for as long as a
command runs. Of a dump the file is read, which knows physical addresses itself.
"""
import contextlib
import functools
import os
import re

import gdb

from k896 import identity
from k896.elf import ElfFile
from k896.errors import KernelError, Unreadable
from k896.kernel import Kernel
from k896.layout import UNITS, Array, Enum, Int, Layout, Pointer, Struct
from k896.memory import Dump

KINDS = {"struct": (gdb.TYPE_CODE_STRUCT,), "union": (gdb.TYPE_CODE_UNION,), "enum": (gdb.TYPE_CODE_ENUM,)}
VARIABLE = (gdb.SYMBOL_LOC_STATIC, gdb.SYMBOL_LOC_UNRESOLVED)


class GdbLayout(Layout):
    """The layout that gdb has read from the kernel's DWARF."""

    def __init__(self, path):
        self.elf = ElfFile(path)
        self._built = {}

    def type(self, name):
        try:
            return self.convert(gdb.lookup_type(name))
        except gdb.error as err:
            raise KeyError(name) from err

    @functools.lru_cache(maxsize=None)
    def variable(self, name):
        symbol = gdb.lookup_global_symbol(name)
        if symbol is None or symbol.addr_class not in VARIABLE:
            symbol = self._static(name)
        if symbol is None:
            raise KeyError(name)
        return int(symbol.value().address), self.convert(symbol.type)

    @staticmethod
    def _static(name):
        """Of several static variables with the name the one in a unit that is looked at."""
        found = [symbol for symbol in gdb.lookup_static_symbols(name) if symbol.addr_class in VARIABLE]
        ours = [symbol for symbol in found if UNITS.match(symbol.symtab.filename)]
        return (ours or found or [None])[0]

    def convert(self, kind, alias=None):
        """A gdb.Type as one of layout.py's."""
        kind = kind.unqualified()
        if kind.code == gdb.TYPE_CODE_TYPEDEF:
            return self.convert(kind.target(), kind.name)
        if kind.code == gdb.TYPE_CODE_PTR:
            return Pointer(functools.partial(self._pointed, kind.target()))
        if kind.code == gdb.TYPE_CODE_ARRAY:
            element = self.convert(kind.target())
            return Array(element, kind.sizeof // element.size)
        if kind.code == gdb.TYPE_CODE_ENUM:
            return Enum(kind.tag or alias or "", kind.sizeof, {f.name: f.enumval for f in kind.fields()})
        if kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            return self._struct(kind, alias)
        if kind.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_BOOL):
            return Int(kind.sizeof, kind.is_signed)
        return None     # void, a function

    def _pointed(self, kind):
        """What a pointer leads to; where a unit only declares it, the definition elsewhere."""
        basic = kind.strip_typedefs()
        if basic.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) and basic.tag and not basic.fields():
            word = "struct" if basic.code == gdb.TYPE_CODE_STRUCT else "union"
            with contextlib.suppress(gdb.error):
                kind = gdb.lookup_type(f"{word} {basic.tag}")
        return self.convert(kind)

    def _struct(self, kind, alias):
        key = (kind.tag or alias, kind.sizeof, len(kind.fields()))
        if not key[0] or key not in self._built:
            fields = {}
            built = Struct(kind.tag or alias or "nameless", kind.sizeof, fields)
            if key[0]:
                self._built[key] = built    # before its fields, which may lead back here
            fields.update(self._fields(kind))
            return built
        return self._built[key]

    def _fields(self, kind, base=0):
        for field in kind.fields():
            offset = base + field.bitpos // 8
            if field.name:
                yield field.name, (offset, self.convert(field.type))
            else:
                yield from self._fields(field.type, offset)


class RemoteMemory:
    """Physical memory of a machine behind QEMU's stub. Read inside of physical() only."""

    @contextlib.contextmanager
    def physical(self):
        """Addresses are physical in here."""
        connection = gdb.selected_inferior().connection
        if connection is None or connection.type != "remote":
            raise KernelError("no machine: attach to `make debug`, or open a dump")
        if connection.send_packet("Qqemu.PhyMemMode:1") != b"OK":
            raise KernelError("the other side does not read physical memory; it is no QEMU")
        try:
            yield
        finally:
            connection.send_packet("Qqemu.PhyMemMode:0")

    @staticmethod
    def read(phys, size):
        try:
            return gdb.selected_inferior().read_memory(phys, size).tobytes()
        except gdb.MemoryError as err:
            raise Unreadable(f"no memory at {phys:#x}") from err

    @staticmethod
    def registers():
        return {name: int(gdb.parse_and_eval(f"${name}")) & 0xffffffff for name in ("cr0", "cr2", "cr3", "cr4")}


class CoreMemory(Dump):
    """Physical memory of the dump that gdb has open."""

    @contextlib.contextmanager
    def physical(self):
        yield


def changed(path):
    """When a file was written: what was read of it before is out of date after that."""
    return os.stat(path).st_mtime_ns


@functools.lru_cache(maxsize=4)
def core_memory(path, _when):
    return CoreMemory(path)


def memory():
    """The memory of what gdb looks at."""
    match = re.search(r"Local core dump file:\s+`(.*)', file type", gdb.execute("info files", to_string=True))
    return core_memory(match[1], changed(match[1])) if match else RemoteMemory()


@functools.lru_cache(maxsize=4)
def gdb_layout(path, _when):
    return GdbLayout(path)


def layout():
    """The layout of the program that gdb has read."""
    path = gdb.current_progspace().filename
    if not path:
        raise KernelError("no symbols: start gdb with build/k896.elf")
    return gdb_layout(path, changed(path))


def kernel():
    """The kernel that gdb looks at."""
    return Kernel(layout(), memory())


compared = set()        # (image, when it was written, machine or dump) whose code has been compared


def look_for_another_build(inside):
    """A warning, once, where the code in memory is not that of the symbols. Called in physical()."""
    path = inside.layout.elf.path
    pair = path, changed(path), getattr(inside.memory, "path", None) or gdb.selected_inferior().connection_num
    if pair in compared:
        return
    same = identity.is_there(inside)
    if not same and not inside.loaded() and not identity.any_is_there(inside):
        return          # nothing is loaded yet: another time
    compared.add(pair)
    if not same:
        gdb.write(f"warning: the code in memory is not that of {path}; if it was not patched, it is of another build, "
                  "and nothing below is true.\n")


def cr3(inside):
    """The page directory in force on the CPU, or None while paging is off."""
    registers = inside.memory.registers()
    return registers["cr3"] if registers.get("cr0", 0) >> 31 else None

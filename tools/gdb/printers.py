# SPDX-License-Identifier: MIT
"""
How gdb prints the kernel's own types: flags by name, page-table entries decoded, lists
counted, of struct page the members that its owner uses.

A printer never fails: where memory cannot be read it shows what it has.
"""
import functools
import itertools
import struct

import gdb

import target
from k896 import pages, pagetable
from k896.errors import KernelError

LIST_MOST = 10000       # nodes that are counted


def flag_names(bits, table):
    """Names of set bits, taken from a table of (mask, name), largest sets first; the rest in hex."""
    names = []
    for mask, name in table:
        if mask and bits & mask == mask:
            names.append(name)
            bits &= ~mask
    if bits:
        names.append(f"{bits:#x}")
    return "|".join(names) or "none"


@functools.lru_cache(maxsize=4)
def gfp_table(known):
    """The kernel's own table of names, mm/show_mem.c's gfp_names, from the image."""
    address, kind = known.variable("gfp_names")
    table = []
    for i in range(kind.count):
        mask, name = struct.unpack("<2I", known.elf.read(address + i * kind.of.size, 8))
        table.append((mask, known.elf.read_to_end(name)[:64].split(b"\0")[0].decode()))
    return table


class Gfp:
    """gfp_t"""

    def __init__(self, value):
        self.value = int(value)

    def to_string(self):
        return f"{flag_names(self.value, gfp_table(target.layout()))} ({self.value:#x})"


class SlabFlags:
    """slab_flags_t"""

    def __init__(self, value):
        self.value = int(value)

    def to_string(self):
        table = [(bit, name) for name, bit in target.layout().constants.items() if name.startswith("SLAB_")]
        return f"{flag_names(self.value, table)} ({self.value:#x})"


class Entry:
    """pte_t, pmd_t and the others: one word, however deep it is wrapped."""

    def __init__(self, value):
        while value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
            value = value[value.type.strip_typedefs().fields()[0]]
        self.entry = int(value)

    def to_string(self):
        entry = self.entry
        if not entry & pagetable.PRESENT:
            return f"0x{entry:08x} {'not present' if entry else 'none'}"
        return f"0x{entry:08x} pfn {entry >> 12:#x} {pagetable.flags_text(entry)}"


class ListHead:
    """struct list_head"""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        address = self.value.address
        following, preceding = int(self.value["next"]), int(self.value["prev"])
        return links(following, preceding) if address is None else ring(int(address), following, preceding)


def links(following, preceding):
    """A list_head by what it says itself."""
    if not following and not preceding:
        return "not initialised"
    text = f"next {following:#x} prev {preceding:#x}"
    constants = target.layout().constants
    if (following, preceding) == (constants["LIST_POISON1"], constants["LIST_POISON2"]):
        return f"on no list, taken off by list_del(): {text}"
    return text


def ring(address, following, preceding):
    """A list_head by what it says, and by the nodes that it leads to."""
    text = links(following, preceding)
    if not text.startswith("next"):
        return text
    if address == following == preceding:
        return "empty"
    try:
        inside = target.kernel()
        with inside.memory.physical():
            return f"{text}, {others(inside, address, following, preceding)}"
    except KernelError as err:
        return f"{text}, broken: {err}"


def others(inside, address, following, preceding):
    """How many nodes are in the ring with the one at @address; what is wrong with it."""
    def node(place):
        return inside.at("struct list_head", place)

    back = int(node(following).prev)
    if back != address:
        return f"broken: prev of the next one is {back:#x}"
    forth = int(node(preceding).next)
    if forth != address:
        return f"broken: next of the previous one is {forth:#x}"
    try:
        number = sum(1 for _ in itertools.islice(inside.list_nodes(address), LIST_MOST))
    except KernelError as err:
        return f"broken: {err}"
    if number == LIST_MOST:
        return f"{LIST_MOST} others or more"
    return f"{number} other{'' if number == 1 else 's'} in the ring"


class Page:
    """struct page: its flags by name, and the members that mean something with them"""
    OWNERS = (("reserved", ()), ("buddy", ("lru", "private", "caller")), ("pcp", ("lru", "caller")),
              ("slab", ("slab_cache", "slab")), ("tail", ("compound_head",)))

    def __init__(self, value):
        self.value = value
        self.flags = pages.Flags(target.Kernel(target.layout(), None))

    def to_string(self):
        return "struct page"

    def children(self):
        flags = int(self.value["flags"])
        names = self.flags.names(flags)
        yield "flags", f"{flags:#x} {self.flags.text(flags)}"
        own = next((fields for name, fields in self.OWNERS if name in names),
                   ("lru", "mapping", "caller", "private"))
        for field in own:
            value = self.value[field]
            if field == "caller":
                value = value.cast(gdb.lookup_type("void").pointer())
            yield field, value
        yield "_refcount", self.value["_refcount"]["counter"]
        yield "_mapcount", self.value["_mapcount"]["counter"]


class Zone:
    """struct zone: the counters, then free blocks by order"""
    FIELDS = ("idx", "zone_start_pfn", "spanned_pages", "present_pages", "managed_pages", "free_pages",
              "_watermark", "lowmem_reserve", "per_cpu_pageset")

    def __init__(self, value):
        self.value = value

    def to_string(self):
        if not int(self.value["name"]):
            return "struct zone, not set up yet"
        try:
            return f"struct zone {self.value['name'].string()}"
        except (gdb.error, UnicodeDecodeError):
            return f"struct zone, its name at {int(self.value['name']):#x} cannot be read"

    def children(self):
        for field in self.FIELDS:
            yield field, self.value[field]
        areas = self.value["free_area"]
        low, high = areas.type.range()
        yield "free blocks by order", " ".join(str(int(areas[i]["nr_free"])) for i in range(low, high + 1))


BY_NAME = {"gfp_t": Gfp, "slab_flags_t": SlabFlags, "pte_t": Entry, "pmd_t": Entry, "pud_t": Entry, "pgd_t": Entry}
BY_TAG = {"list_head": ListHead, "page": Page, "zone": Zone}


def find(value):
    """The printer of a value, or None. Typedefs are looked at one by one, as each may have its own."""
    kind = value.type.unqualified()
    while kind.code == gdb.TYPE_CODE_TYPEDEF:
        if kind.name in BY_NAME:
            return BY_NAME[kind.name](value)
        kind = kind.target().unqualified()
    if kind.code == gdb.TYPE_CODE_STRUCT and kind.tag in BY_TAG:
        return BY_TAG[kind.tag](value)
    return None


def register():
    """Make the printers known to gdb, before those it has."""
    gdb.pretty_printers.insert(0, find)

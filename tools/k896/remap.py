# SPDX-License-Identifier: MIT
"""
Virtual addresses for a dump in which QEMU could not write them.

QEMU's dump with paging has a segment for each range that the page tables map. Of a range
that runs across the hole at 640 KiB, where there is no RAM, it describes the part below and
forgets the rest. The bootstrap page tables are such: one range from 0 on, of 4 MiB pages.
A dump without paging describes all RAM, by physical addresses; here each of its segments
is given the virtual address at which CR3 maps its first byte, in place.
"""
import os
import stat
import struct
import types

from k896 import pagetable
from k896.elf import ElfFile
from k896.memory import Dump

P_VADDR = {1: (8, "<I"), 2: (16, "<Q")}     # where it lies in a program header, by class


def is_whole(path):
    """Does each segment of a dump hold all that it maps?"""
    return all(load["filesz"] == load["memsz"] for load in ElfFile(path).loads)


def mapped_at(ranges, phys):
    """The highest virtual address of a physical one, or None."""
    return next((found.start + phys - found.phys for found in reversed(ranges)
                 if found.phys <= phys < found.phys + found.end - found.start), None)


def add_virtual(path):
    """Write virtual addresses into a dump without paging."""
    memory = Dump(path)
    ranges = pagetable.ranges(types.SimpleNamespace(memory=memory), memory.registers()["cr3"])
    elf, mode = memory.elf, stat.S_IMODE(os.stat(path).st_mode)
    os.chmod(path, mode | stat.S_IWUSR)     # QEMU leaves its dumps read-only
    place, form = P_VADDR[elf.data[4]]
    with open(path, "r+b") as file:
        for index, segment in enumerate(elf.segments):
            vaddr = mapped_at(ranges, segment["paddr"])
            if segment in elf.loads and vaddr is not None:
                file.seek(elf.phoff + index * elf.phsize + place)
                file.write(struct.pack(form, vaddr))
    os.chmod(path, mode)

# SPDX-License-Identifier: MIT
"""
Physical memory of a guest, read from outside.

A Memory has read(phys, size), which returns bytes or raises Unreadable, and
registers(), which returns what is known of the CPU's registers, maybe nothing.

Of RAM above 4 GiB nothing is read: a kernel without PAE does not reach it.
"""
import bisect
import mmap
import struct

from k896.elf import ET_CORE, ElfFile, NotElf
from k896.errors import Unreadable

# QEMU's note of a CPU's state (target/i386/arch_dump.c, QEMUCPUState): two words,
# eighteen 64-bit registers from rax to rflags, ten segments of 24 bytes, cr0 to cr4.
QEMU_NOTE_REGISTERS = ("rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags").split()
QEMU_NOTE_CR = 8 + 8 * len(QEMU_NOTE_REGISTERS) + 10 * 24


class RamFile:
    """The file behind the RAM of a guest that runs: QEMU's memory-backend-file, shared."""

    def __init__(self, path):
        self.path = str(path)
        with open(path, "rb") as file:
            try:
                self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as err:
                raise Unreadable(f"{path}: {err}") from err

    def read(self, phys, size):
        if phys < 0 or phys + size > len(self.data):
            raise Unreadable(f"no RAM at {phys:#x}")
        return self.data[phys:phys + size]

    @staticmethod
    def registers():
        return {}


class Dump:
    """An ELF core by QEMU's dump-guest-memory, with or without paging."""

    def __init__(self, path):
        self.path = str(path)
        self.elf = ElfFile(path)
        if self.elf.kind != ET_CORE or not self.elf.loads:
            raise NotElf(f"{path}: not a memory dump")
        end = max(load["offset"] + load["filesz"] for load in self.elf.loads)
        if end > len(self.elf.data):
            raise NotElf(f"{path}: cut short, {len(self.elf.data)} bytes of at least {end}")
        self.blocks = self._blocks()
        self.starts = [start for start, _, _ in self.blocks]

    def _blocks(self):
        """
        [(start, end, offset in the file)] of physical memory, sorted.

        With paging, QEMU lists what the page tables map, frame by frame, be it several
        times; what lies in between is in the file all the same. So segments whose
        distance in the file is that in memory belong to one block.
        """
        blocks = []
        for load in sorted(self.elf.loads, key=lambda s: (s["paddr"], -s["filesz"])):
            start, end, offset = load["paddr"], load["paddr"] + load["filesz"], load["offset"]
            if not load["filesz"] or start >= 1 << 32:
                continue
            if blocks and offset - start == blocks[-1][2] - blocks[-1][0]:
                blocks[-1] = (blocks[-1][0], max(blocks[-1][1], end), blocks[-1][2])
            else:
                blocks.append((start, end, offset))
        return blocks

    def read(self, phys, size):
        parts = []
        while size:
            index = bisect.bisect_right(self.starts, phys) - 1
            if index < 0 or phys >= self.blocks[index][1]:
                raise Unreadable(f"{self.path}: no memory at {phys:#x}")
            start, end, offset = self.blocks[index]
            length = min(size, end - phys)
            parts.append(self.elf.data[offset + phys - start:offset + phys - start + length])
            phys += length
            size -= length
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def registers(self):
        """{name: value} of the first CPU, from QEMU's note."""
        for name, _, content in self.elf.notes():
            if name == "QEMU" and len(content) >= QEMU_NOTE_CR + 40:
                general = struct.unpack_from(f"<{len(QEMU_NOTE_REGISTERS)}Q", content, 8)
                control = struct.unpack_from("<5Q", content, QEMU_NOTE_CR)
                return {**{f"e{key[1:]}": value for key, value in zip(QEMU_NOTE_REGISTERS, general)
                           if not key[1].isdigit()},
                        **{f"cr{i}": value for i, value in enumerate(control)}}
        return {}


def open_memory(path):
    """The memory in a file: a dump if it is an ELF core, else RAM as it is."""
    with open(path, "rb") as file:
        magic = file.read(4)
    return Dump(path) if magic == b"\x7fELF" else RamFile(path)

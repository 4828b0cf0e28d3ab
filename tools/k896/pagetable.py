# SPDX-License-Identifier: MIT
"""
Page tables of a 32-bit x86 without PAE, read in physical memory.

The bits of an entry are the processor's; everything else comes from the kernel. Any
page directory will do: that of CR3, or by default the kernel's own.

Rights are what the processor makes of both levels: writable and user need the bit in
each, as in arch/x86/mm/ptdump.c.
"""
import array
import dataclasses

from k896.errors import KernelError, Unreadable

PRESENT, RW, USER, PWT, PCD, ACCESSED, DIRTY, PSE, GLOBAL = (1 << bit for bit in range(9))
NAMES = {PRESENT: "PRESENT", RW: "RW", USER: "USER", PWT: "PWT", PCD: "PCD", ACCESSED: "ACCESSED",
         DIRTY: "DIRTY", PSE: "PSE", GLOBAL: "GLOBAL"}
FRAME, LARGE_FRAME = 0xfffff000, 0xffc00000
CR0_PG, CR4_PAE = 1 << 31, 1 << 5

# What makes two neighbours different; PSE stands for the level.
PROT = PRESENT | RW | USER | PWT | PCD | PSE | GLOBAL


@dataclasses.dataclass(frozen=True)
class Level:
    """One step of a walk: table ("pgd", "pte"), index in it, where the entry lies, its value."""
    table: str
    index: int
    phys: int
    entry: int


@dataclasses.dataclass(frozen=True)
class Range:
    """Neighbours that map neighbours with the same rights; @phys is None where nothing is mapped."""
    start: int
    end: int
    phys: int | None
    prot: int


def kernel_directory(kernel):
    """Physical address of the kernel's own page directory."""
    return kernel.layout.symbols["swapper_pg_dir"] - kernel.page_offset


def directory(kernel, cr3=None):
    """The directory to walk: @cr3's, or the kernel's own."""
    if kernel.memory.registers().get("cr4", 0) & CR4_PAE:
        raise KernelError("the processor uses PAE page tables, which k896 does not make")
    return kernel_directory(kernel) if cr3 is None else cr3 & FRAME


def entry_at(kernel, phys):
    return int.from_bytes(kernel.memory.read(phys, 4), "little")


def walk(kernel, vaddr, cr3=None):
    """The Levels that the processor goes through for an address, as far as they lead."""
    at = directory(kernel, cr3) + 4 * (vaddr >> 22)
    levels = [Level("pgd", vaddr >> 22, at, entry_at(kernel, at))]
    entry = levels[0].entry
    if entry & PRESENT and not entry & PSE:
        at = (entry & FRAME) + 4 * (vaddr >> 12 & 1023)
        levels.append(Level("pte", vaddr >> 12 & 1023, at, entry_at(kernel, at)))
    return levels


def target(levels, vaddr):
    """The physical address at which a walk ends, or None."""
    entry = levels[-1].entry
    if not entry & PRESENT:
        return None
    if levels[-1].table == "pgd":
        return (entry & LARGE_FRAME) | (vaddr & ~LARGE_FRAME)
    return (entry & FRAME) | (vaddr & ~FRAME & 0xffffffff)


def translate(kernel, vaddr, cr3=None):
    """Physical address of a virtual one, or None when it is not mapped."""
    return target(walk(kernel, vaddr, cr3), vaddr)


def prot_text(prot):
    """The columns of ptdump."""
    return " ".join(("USR" if prot & USER else "   ", "RW" if prot & RW else "ro",
                     "PWT" if prot & PWT else "   ", "PCD" if prot & PCD else "   ",
                     "PSE" if prot & PSE else "   ", "GLB" if prot & GLOBAL else "   ",
                     "x ", "pmd" if prot & PSE else "pte"))


def flags_text(entry):
    """The set bits of an entry, by name."""
    return "|".join(name for bit, name in NAMES.items() if entry & bit) or "none"


def mappings(kernel, cr3=None):
    """Yield (start, size, phys, prot) of each entry that maps something, in order."""
    table = directory(kernel, cr3)
    for index, pgd in enumerate(array.array("I", kernel.memory.read(table, 4096))):
        if not pgd & PRESENT:
            continue
        if pgd & PSE:
            yield index << 22, 1 << 22, pgd & LARGE_FRAME, pgd & PROT
            continue
        both = pgd & (RW | USER)
        try:
            entries = array.array("I", kernel.memory.read(pgd & FRAME, 4096))
        except Unreadable:
            continue
        for number, pte in enumerate(entries):
            if pte & PRESENT:
                prot = pte & PROT & ~PSE & ~(RW | USER) | pte & both
                yield index << 22 | number << 12, 4096, pte & FRAME, prot


def ranges(kernel, cr3=None):
    """[Range] of all that is mapped, folded where both sides are contiguous."""
    found = []
    for start, size, phys, prot in mappings(kernel, cr3):
        last = found[-1] if found else None
        if last and last.end == start and last.prot == prot and last.phys + last.end - last.start == phys:
            found[-1] = Range(last.start, start + size, last.phys, prot)
        else:
            found.append(Range(start, start + size, phys, prot))
    return found


def tables(kernel, cr3=None):
    """{frame number: what} of the directory and the tables below it."""
    table = directory(kernel, cr3)
    found = {table >> 12: "page directory"}
    for index, pgd in enumerate(array.array("I", kernel.memory.read(table, 4096))):
        if pgd & PRESENT and not pgd & PSE:
            found[pgd >> 12] = f"page table of {index << 22:#010x}"
    return found

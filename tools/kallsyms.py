#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
Turn the output of nm into the kernel's embedded symbol table.

usage: nm -n -f sysv k896.elf | kallsyms.py > kallsyms.asm

The table holds the symbols of the kernel's text and of its data, sorted by address: an
array of addresses, each section closed by an entry without a name where it ends,
an array of offsets into the names, and the names. The top bits of an offset tell
what sort of symbol it is: see FUNCTION, GLOBAL and DATA. Its layout is read by
kernel/kallsyms.c. Linking the table in moves what lies behind it, so the Makefile
links until two tables agree.
"""
import re
import sys

TEXT = (("_stext", "_etext"), ("_sinittext", "_einittext"))
DATA_SECTIONS = (("__start_rodata", "__end_rodata"), ("_sdata", "_edata"), ("__bss_start", "_end"))
MARKS = {name for section in TEXT + DATA_SECTIONS for name in section}
OWN_MARKS = {f"k896_{name.lstrip('_')}": name for name in MARKS}
PARTS = ("kallsyms_num", "kallsyms_addresses", "kallsyms_offsets", "kallsyms_names")
NAME_MAX = 63
FUNCTION = 1 << 31      # what ELF calls a function: labels of assembly code have no type
GLOBAL = 1 << 30        # not static: every compiler calls it as the ABI says
DATA = 1 << 29          # no code
# What expectations leave, some thousands: where they lie together, the first stands for all.
SITE = re.compile(r"__site(\.\d+)?$")


def parse(lines):
    """
    Return (symbols, marks): [(address, is_local, name, sort)] and {name: address} of where sections
    begin and end. Where a program's linker script has marks of its own, their names begin with k896_. The table itself
    is left out: its parts share an address while it is empty.
    """
    marks, own_marks, symbols = {}, {}, []
    for line in lines:
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 7 or not re.fullmatch(r"(0{8})?[0-9a-f]{8}", fields[1]):
            continue
        name, address, kind, elf_type = fields[0], int(fields[1], 16), fields[2], fields[3]
        if name in MARKS:
            marks[name] = address
        elif name in OWN_MARKS:
            own_marks[OWN_MARKS[name]] = address
        elif kind in "tTdDbBrR" and not name.startswith((".", "$")) and name not in PARTS:
            sort = (DATA if kind not in "tT" else (elf_type == "FUNC") * FUNCTION) | \
                kind.isupper() * GLOBAL
            symbols.append((address, kind.islower(), name, sort))
    return symbols, marks | own_marks


def read_symbols(lines):
    """
    Return [(address, name, sort)]: one name an address, "" where a section ends.

    Of text only what lies inside a text section counts, of data what lies inside one of data:
    ld.lld counts a symbol that stands between two sections to the one before. Where
    several names share an address, a global one is preferred, then the first; of sites
    in a row only the first is kept.
    """
    symbols, marks = parse(lines)
    symbols.sort(key=lambda symbol: symbol[:2])
    table = {}
    for sections, data in ((TEXT, 0), (DATA_SECTIONS, DATA)):
        for start, end in sections:
            if start not in marks or end not in marks:
                continue
            for address, _, name, sort in symbols:
                if marks[start] <= address < marks[end] and sort & DATA == data:
                    table.setdefault(address, (name, sort))
            table.setdefault(marks[end], ("", data))
    kept = []
    for address, (name, sort) in sorted(table.items()):
        if not (SITE.match(name) and kept and SITE.match(kept[-1][1])):
            kept.append((address, name, sort))
    return kept


def arrays(symbols):
    """The table's parts: addresses, offsets with the sorts, the names as one string of bytes."""
    offsets, names = [], b""
    for _, name, sort in symbols:
        offsets.append(len(names) | sort)
        names += name[:NAME_MAX].encode() + b"\0"
    return [address for address, _, _ in symbols], offsets, names


def assembly(symbols):
    """The table as a NASM file."""
    addresses, offsets, _ = arrays(symbols)
    out = ["; SPDX-License-Identifier: MIT", "; Made by tools/kallsyms.py.",
           "section .kallsyms progbits alloc noexec nowrite align=4",
           f"global {', '.join(PARTS)}",
           f"kallsyms_num: dd {len(symbols)}", "kallsyms_addresses:"]
    out += [f"        dd 0x{address:08x}" for address in addresses]
    out.append("kallsyms_offsets:")
    out += [f"        dd {offset:#x}" for offset in offsets]
    out.append("kallsyms_names:")
    out += [f'        db "{name[:NAME_MAX]}", 0' for _, name, _ in symbols]
    out.append("        align 4, db 0")
    return "\n".join(out)


if __name__ == "__main__":
    print(assembly(read_symbols(sys.stdin)))

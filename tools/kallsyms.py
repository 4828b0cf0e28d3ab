#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
Turn the output of nm into the kernel's embedded symbol table.

usage: nm -n -f sysv k896.elf | kallsyms.py > kallsyms.asm

The table holds the symbols of the kernel's text sections, sorted by address: an
array of addresses, each section closed by an entry without a name where it ends,
an array of offsets into the names, and the names. The top bit of an offset is set
for what ELF calls a function: labels of assembly code have no type. Its layout is
read by kernel/kallsyms.c. Linking the table in moves what lies behind it, so the Makefile
links until two tables agree.
"""
import re
import sys

SECTIONS = (("_stext", "_etext"), ("_sinittext", "_einittext"))
NAME_MAX = 63


def read_symbols(lines):
    """
    Return [(address, name, is_function)]: one name an address, "" where a section ends.

    Only what lies inside a text section counts, whatever nm calls it: ld.lld
    counts a symbol that stands between two sections to the one before. Where
    several names share an address, a global one is preferred, then the first.
    """
    marks = {}
    symbols = []
    for line in lines:
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 7 or not re.fullmatch(r"(0{8})?[0-9a-f]{8}", fields[1]):
            continue
        name, address, kind, elf_type = fields[0], int(fields[1], 16), fields[2], fields[3]
        if any(name in section for section in SECTIONS):
            marks[name] = address
        elif kind in ("t", "T") and not name.startswith((".", "$")):
            symbols.append((address, kind == "t", name, elf_type == "FUNC"))
    table = {}
    for start, end in SECTIONS:
        if start not in marks or end not in marks:
            continue
        for address, _, name, is_function in sorted(symbols, key=lambda symbol: symbol[:2]):
            if marks[start] <= address < marks[end]:
                table.setdefault(address, (name, is_function))
        table[marks[end]] = ("", False)
    return [(address, *entry) for address, entry in sorted(table.items())]


def assembly(symbols):
    """The table as a NASM file."""
    out = ["; SPDX-License-Identifier: MIT", "; Made by tools/kallsyms.py.",
           "section .kallsyms progbits alloc noexec nowrite align=4",
           "global kallsyms_num, kallsyms_addresses, kallsyms_offsets, kallsyms_names",
           f"kallsyms_num: dd {len(symbols)}", "kallsyms_addresses:"]
    out += [f"        dd 0x{address:08x}" for address, _, _ in symbols]
    out.append("kallsyms_offsets:")
    offset = 0
    for _, name, is_function in symbols:
        out.append(f"        dd {offset | is_function << 31:#x}")
        offset += len(name[:NAME_MAX]) + 1
    out.append("kallsyms_names:")
    out += [f'        db "{name[:NAME_MAX]}", 0' for _, name, _ in symbols]
    out.append("        align 4, db 0")
    return "\n".join(out)


if __name__ == "__main__":
    print(assembly(read_symbols(sys.stdin)))

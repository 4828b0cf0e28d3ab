#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turn the output of nm into the kernel's embedded symbol table.

usage: nm -n k896.elf | kallsyms.py > kallsyms.asm

The table holds text symbols, sorted by address: an array of addresses closed by
the end of the last function, an array of offsets into the names, and the names.
Its layout is read by kernel/kallsyms.c. Linking the table in moves what lies
behind it, so the Makefile links until two tables agree.
"""
import sys


def read_symbols(lines):
    """Return [(address, name)] of text symbols, one name an address."""
    symbols = {}
    end = {}
    for line in lines:
        fields = line.split()
        if len(fields) != 3:
            continue
        address, kind, name = int(fields[0], 16), fields[1], fields[2]
        if name in ("_etext", "_einittext"):
            end[name] = address
        if kind not in "tT" or address < 0xC0000000:
            continue
        if name.startswith((".", "$")) or name in ("_etext", "_einittext", "_sinittext", "_stext"):
            continue
        # Prefer a global name where several share an address.
        if address not in symbols or (kind == "T" and symbols[address][1] == "t"):
            symbols[address] = (name, kind)
    table = sorted((address, name) for address, (name, _) in symbols.items())
    # The gaps between the text sections belong to no function.
    for mark in sorted(end.values()):
        table.append((mark, ""))
    return sorted(table)


def main():
    symbols = read_symbols(sys.stdin)
    out = ["; SPDX-License-Identifier: MIT", "; Made by tools/kallsyms.py.",
           "section .kallsyms progbits alloc noexec nowrite align=4",
           "global kallsyms_num, kallsyms_addresses, kallsyms_offsets, kallsyms_names",
           f"kallsyms_num: dd {len(symbols)}", "kallsyms_addresses:"]
    out += [f"        dd 0x{address:08x}" for address, _ in symbols]
    out.append("kallsyms_offsets:")
    offset = 0
    for _, name in symbols:
        out.append(f"        dd {offset}")
        offset += len(name[:63]) + 1
    out.append("kallsyms_names:")
    out += [f'        db "{name[:63]}", 0' for _, name in symbols]
    out.append("        align 4, db 0")
    print("\n".join(out))
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""
ELF files, as far as is needed to read a kernel's image or a core dump: the header,
program headers, notes, sections and symbols. DWARF is left to pyelftools.

A core dump written by QEMU is of class 32 or 64, by the size of the guest's memory.
"""
import mmap
import struct

PT_LOAD, PT_NOTE = 1, 4
SHT_SYMTAB = 2
STT_OBJECT = 1
ET_EXEC, ET_CORE = 2, 4

# (format, names) of the structures, by class.
PHDR = {1: ("<8I", ("type", "offset", "vaddr", "paddr", "filesz", "memsz", "flags", "align")),
        2: ("<2I6Q", ("type", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align"))}
SHDR = {1: ("<10I", ("name", "type", "flags", "addr", "offset", "size", "link", "info", "align", "entsize")),
        2: ("<2I4Q2I2Q", ("name", "type", "flags", "addr", "offset", "size", "link", "info", "align",
                          "entsize"))}


class NotElf(ValueError):
    """The file is no ELF file of a kind that is read here."""


class ElfFile:
    """An ELF file, mapped into memory."""

    def __init__(self, path):
        self.path = str(path)
        with open(path, "rb") as file:
            try:
                self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as err:       # an empty file
                raise NotElf(f"{path}: {err}") from err
        if len(self.data) < 52 or self.data[:4] != b"\x7fELF" or self.data[4] not in PHDR or self.data[5] != 1:
            raise NotElf(f"{path}: not a little-endian ELF file")
        try:
            self.read_tables()
        except struct.error as err:
            raise NotElf(f"{path}: cut short, its headers are not all there") from err

    def read_tables(self):
        self.kind, self.machine = struct.unpack_from("<2H", self.data, 16)
        if self.data[4] == 1:
            self.phoff, shoff, _, _, self.phsize, phnum, shsize, shnum = struct.unpack_from("<3I5H", self.data, 28)
            self.entry = struct.unpack_from("<I", self.data, 24)[0]
        else:
            self.entry, self.phoff, shoff, _, _, self.phsize, phnum, shsize, shnum = struct.unpack_from(
                "<3QI5H", self.data, 24)
        sections = [self.structure(SHDR, shoff + shsize * i) for i in range(shnum)]
        if phnum == 0xffff and sections:    # more than fit: the number is in section 0
            phnum = sections[0]["info"]
        self.sections = sections
        self.segments = [self.structure(PHDR, self.phoff + self.phsize * i) for i in range(phnum)]
        self.loads = [s for s in self.segments if s["type"] == PT_LOAD]

    def structure(self, kinds, offset):
        form, names = kinds[self.data[4]]
        return dict(zip(names, struct.unpack_from(form, self.data, offset)))

    def read(self, vaddr, size):
        """Bytes of the image at a virtual address, or None if the file does not hold them."""
        for segment in self.loads:
            offset = vaddr - segment["vaddr"]
            if 0 <= offset and offset + size <= segment["filesz"]:
                return self.data[segment["offset"] + offset:segment["offset"] + offset + size]
        return None

    def read_to_end(self, vaddr):
        """Bytes of the image from a virtual address to the end of its segment."""
        for segment in self.loads:
            offset = vaddr - segment["vaddr"]
            if 0 <= offset < segment["filesz"]:
                return self.data[segment["offset"] + offset:segment["offset"] + segment["filesz"]]
        return b""

    def notes(self):
        """Yield (name, type, content) of each note."""
        for segment in self.segments:
            if segment["type"] != PT_NOTE:
                continue
            at, end = segment["offset"], segment["offset"] + segment["filesz"]
            while at + 12 <= end:
                namesz, descsz, kind = struct.unpack_from("<3I", self.data, at)
                at += 12
                name = self.data[at:at + namesz].rstrip(b"\0").decode("latin-1")
                at += -(-namesz // 4) * 4
                yield name, kind, self.data[at:at + descsz]
                at += -(-descsz // 4) * 4

    def symbol_table(self):
        """Yield (name, address, size, type) of every symbol that is defined here."""
        for section in self.sections:
            if section["type"] != SHT_SYMTAB:
                continue
            names = self.sections[section["link"]]["offset"]
            for at in range(section["offset"], section["offset"] + section["size"], 16):
                name, value, size, info, _, shndx = struct.unpack_from("<3I2BH", self.data, at)
                if shndx and name:
                    start = names + name
                    text = self.data[start:self.data.find(b"\0", start)].decode("latin-1")
                    yield text, value, size, info & 15

    def symbols(self):
        """{name: [addresses]} of the symbol table; local names may occur several times."""
        found = {}
        for name, address, _, _ in self.symbol_table():
            found.setdefault(name, []).append(address)
        return found

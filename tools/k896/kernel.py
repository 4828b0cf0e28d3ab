# SPDX-License-Identifier: MIT
"""
The kernel in a Memory, by the words of a Layout.

    kernel.var("memblock").memory.cnt       a variable, a field, a number
    kernel.var("mem_map")                   a pointer: a number that knows its type
    kernel.var("mem_map").deref()           what it points to
    kernel.at("struct page", address)       the structure there
    kernel.list(head, "struct slab", "list")

A structure is read once, whole, when a field is first asked for; it does not change
afterwards, whatever the guest does. Ask the kernel again for a newer one.

Addresses. Everything that the tools look at lies in the direct map, which begins at
PAGE_OFFSET and is there from the first instruction on as far as this reader is
concerned: it subtracts PAGE_OFFSET, and so works before paging, in a panic and with
any page directory loaded. Addresses above high_memory are walked by the kernel's own
page directory.
"""
import functools
import struct

from k896.errors import Corrupt, KernelError, NotYet, OutOfBounds, Unreadable
from k896.layout import Array, Enum, Int, Pointer, Struct

FORMATS = {(1, False): "B", (1, True): "b", (2, False): "<H", (2, True): "<h",
           (4, False): "<I", (4, True): "<i", (8, False): "<Q", (8, True): "<q"}
KALLSYMS_DATA = 1 << 29         # in an offset of the symbol table: no code; tools/kallsyms.py
LARGEST = 64 << 20      # bytes read at once: more than a mem_map of 4 GiB has


class Address(int):
    """The value of a pointer, which remembers where it leads."""

    def __new__(cls, value, kernel, pointer):
        self = super().__new__(cls, value)
        self._kernel, self._pointer = kernel, pointer
        return self

    def deref(self):
        """What it points to; NULL leads nowhere."""
        if not self:
            raise Unreadable(f"a pointer to {self._pointer.target_name()} is NULL")
        return self._kernel.value(self._pointer.target(), int(self))

    def __getitem__(self, index):
        """Element @index, as of an array."""
        target = self._pointer.target()
        return self._kernel.value(target, int(self) + index * target.size)


class View:
    """Shared by structures and arrays: where they lie, and their bytes, read on demand."""

    def __init__(self, kernel, kind, address, data=None):
        self._kernel, self._type, self.address, self._data = kernel, kind, address, data

    def bytes(self):
        if self._data is None:
            self._data = self._kernel.read(self.address, self._type.size)
        return self._data

    def _part(self, kind, offset):
        if isinstance(kind, (Struct, Array)):
            data = None
            if self._type.size <= 4096 and offset + kind.size <= self._type.size:
                data = self.bytes()[offset:offset + kind.size]
            return self._kernel.value(kind, self.address + offset, data)
        return self._kernel.scalar(kind, self.bytes(), offset)


class StructView(View):
    """A structure: fields are attributes."""

    def __getattr__(self, name):
        try:
            offset, kind = self._type.fields[name]
        except KeyError:
            raise AttributeError(f"struct {self._type.name} has no field {name}") from None
        return self._part(kind, offset)

    def address_of(self, field):
        return self.address + self._type.fields[field][0]

    @property
    def fields(self):
        return list(self._type.fields)


class ArrayView(View):
    """An array: indexed, counted, walked."""

    def __len__(self):
        return self._type.count

    def __getitem__(self, index):
        kind = self._type.of
        if not 0 <= index < (self._type.count or 1 << 30):
            raise OutOfBounds(f"an index of {index} for an array of {self._type.count}: not set, or torn")
        if self._type.count == 0:
            return self._kernel.value(kind, self.address + index * kind.size)
        return self._part(kind, index * kind.size)

    def __iter__(self):
        return (self[i] for i in range(len(self)))


class Kernel:
    """A kernel that can be looked into."""

    def __init__(self, layout, memory):
        self.layout = layout
        self.memory = memory
        self.constants = layout.constants

    # --- memory -------------------------------------------------------------------------------

    @functools.cached_property
    def page_offset(self):
        return self.constants["PAGE_OFFSET"]

    @functools.cached_property
    def page_shift(self):
        return self.constants["PAGE_SHIFT"]

    @functools.cached_property
    def page_size(self):
        return 1 << self.page_shift

    @property
    def high_memory(self):
        """End of the direct map. Before paging_init() as high as it may come to lie."""
        return int(self.var("high_memory"))

    @property
    def paging_is_final(self):
        """paging_init() is done: high_memory, max_low_pfn and swapper_pg_dir mean something."""
        return self.loaded() and self.var("max_low_pfn") != 0

    def phys(self, vaddr):
        """Physical address of a kernel address; Unreadable when nothing is mapped there."""
        image_end = self.layout.symbols["_end"]
        if self.page_offset <= vaddr < image_end or self.page_offset <= vaddr < self.high_memory:
            return vaddr - self.page_offset
        from k896 import pagetable
        entry = pagetable.translate(self, vaddr)
        if entry is None:
            raise Unreadable(f"nothing is mapped at {vaddr:#x}")
        return entry

    def read(self, vaddr, size):
        """Bytes at a kernel address."""
        if self.page_offset <= vaddr and vaddr + size <= self.layout.symbols["_end"]:
            return self.memory.read(vaddr - self.page_offset, size)
        if size > LARGEST:
            raise Corrupt(f"{size} bytes at {vaddr:#x} are more than any structure has")
        parts = []
        while size > 0:
            low = self.page_offset <= vaddr < self.high_memory
            part = min(size, (self.high_memory if low else (vaddr | self.page_size - 1) + 1) - vaddr)
            parts.append(self.memory.read(self.phys(vaddr), part))
            vaddr, size = vaddr + part, size - part
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def text(self, vaddr, limit=256):
        """The string at a kernel address, up to its end or that of the page."""
        if not vaddr:
            return None
        parts = b""
        while limit > 0 and b"\0" not in parts:
            part = min(limit, 64, self.page_size - vaddr % self.page_size)
            parts += self.read(vaddr, part)
            vaddr, limit = vaddr + part, limit - part
        return parts.split(b"\0")[0].decode("utf-8", "replace")

    def loaded(self):
        """Is the kernel's image in memory? Its read-only data is the witness."""
        start = self.layout.symbols["__start_rodata"]
        try:
            return self.read(start, 64) == self.layout.elf.read(start, 64)
        except Unreadable:
            return False

    def must_be_loaded(self):
        if not self.loaded():
            raise NotYet("not set up yet: the kernel is not in memory")

    # --- typed values ---------------------------------------------------------------------------

    def scalar(self, kind, data, offset=0):
        form = FORMATS[kind.size, isinstance(kind, Int) and kind.signed]
        number = struct.unpack_from(form, data, offset)[0]
        return Address(number, self, kind) if isinstance(kind, Pointer) else number

    def value(self, kind, address, data=None):
        """What lies at @address, as the type says; @data if it has been read already."""
        if isinstance(kind, Struct):
            return StructView(self, kind, address, data)
        if isinstance(kind, Array):
            return ArrayView(self, kind, address, data)
        if isinstance(kind, (Int, Enum, Pointer)):
            return self.scalar(kind, data or self.read(address, kind.size))
        raise KernelError(f"no value at {address:#x}: its type is not known")

    def var(self, name):
        """A variable of the kernel."""
        address, kind = self.layout.variable(name)
        return self.value(kind, address)

    def has_var(self, name):
        try:
            self.layout.variable(name)
        except KeyError:
            return False
        return True

    def at(self, name, address):
        """The structure "struct foo" at an address."""
        return self.value(self.layout.type(name), int(address))

    def per_cpu(self, name, cpu):
        """A CPU's copy of a per-CPU variable."""
        address, kind = self.layout.variable(name)
        return self.value(kind, address + self.var("__per_cpu_offset")[cpu])

    def per_cpu_ptr(self, pointer, cpu):
        """A CPU's copy of what a per-CPU pointer leads to."""
        moved = (int(pointer) + self.var("__per_cpu_offset")[cpu]) & 0xffffffff
        return Address(moved, self, pointer._pointer).deref()

    def cpus(self):
        return range(self.var("nr_cpu_ids"))

    def enum(self, name):
        """{enumerator: value} of "enum foo"."""
        return self.layout.type(f"enum {name}").values

    def list(self, head, name, member):
        """
        Yield each structure on a list. @head is a struct list_head, or its address.

        Only the forward links are followed, so that a list which is just being changed
        is read to its end. Corrupt if it runs in a circle or leads into the void; a head
        that is zero was never made into a list, and yields nothing.
        """
        offset = self.layout.type(name).offset(member)
        for node in self.list_nodes(head):
            yield self.at(name, node - offset)

    def list_nodes(self, head):
        """Addresses of a list's nodes, the head left out."""
        start = head.address if isinstance(head, View) else int(head)
        first = self.at("struct list_head", start)
        node = int(first.next)
        if not node and first.prev:
            raise Corrupt(f"the list at {start:#x} has no next one, but a previous one")
        seen = set()
        while node not in (0, start):
            if node in seen:
                raise Corrupt(f"the list at {start:#x} comes back to {node:#x}, not to its head")
            seen.add(node)
            try:
                following = int(self.at("struct list_head", node).next)
            except Unreadable as err:
                raise Corrupt(f"the list at {start:#x} leads to {node:#x}: {err}") from err
            yield node
            node = following
        if node == 0 and seen:
            raise Corrupt(f"the list at {start:#x} ends in a NULL pointer")

    # --- symbols --------------------------------------------------------------------------------

    @functools.cached_property
    def functions(self):
        """What is code in the kernel's own symbol table, from its image: ([addresses], [names])."""
        return self.symbol_table(0)

    @functools.cached_property
    def variables(self):
        """Likewise what is data."""
        return self.symbol_table(KALLSYMS_DATA)

    def symbol_table(self, data):
        elf, symbols = self.layout.elf, self.layout.symbols
        number, = struct.unpack("<I", elf.read(symbols["kallsyms_num"], 4))
        addresses, sorts = (struct.unpack(f"<{number}I", elf.read(symbols[name], 4 * number))
                            for name in ("kallsyms_addresses", "kallsyms_offsets"))
        names = elf.read_to_end(symbols["kallsyms_names"]).split(b"\0")    # in the same order
        picked = [i for i in range(number) if sorts[i] & KALLSYMS_DATA == data]
        return [addresses[i] for i in picked], [names[i].decode("latin-1") for i in picked]

    def function(self, address):
        """(name, offset, size) of the function that holds an address, or None."""
        return self.look_up(self.functions, address)

    def data(self, address):
        """Likewise of the variable."""
        return self.look_up(self.variables, address)

    @staticmethod
    def look_up(table, address):
        addresses, names = table
        low, high = 0, len(addresses)
        while low < high:
            middle = (low + high) // 2
            if addresses[middle] <= address:
                low = middle + 1
            else:
                high = middle
        if not 0 < low < len(addresses) or not names[low - 1]:
            return None
        return names[low - 1], address - addresses[low - 1], addresses[low] - addresses[low - 1]

    def symbol(self, address):
        """An address as the kernel's %pS prints it."""
        found = self.function(address)
        return f"{found[0]}+{found[1]:#x}/{found[2]:#x}" if found else f"0x{address:08x}"


def open_kernel(elf, memory):
    """The kernel of an ELF file in a memory: a path to a dump or a RAM file, or a Memory."""
    from k896.layout import DwarfLayout
    from k896.memory import open_memory
    if isinstance(memory, (str, bytes)) or hasattr(memory, "__fspath__"):
        memory = open_memory(memory)
    return Kernel(DwarfLayout(elf), memory)

# SPDX-License-Identifier: MIT
"""
The commands: k-meminfo and the others. `help k-` and TAB list them.

Each prints what tools/k896 finds in memory. None of them runs code in the guest, takes
a lock or writes, so they work wherever it was stopped, before paging and in a panic
too, and on a dump; of what is not set up yet they say so.
"""
import gdb

import target
from k896 import explain, look, pages, text
from k896.elf import NotElf
from k896.errors import KernelError, NotYet


class Command(gdb.Command):
    """
    A command in three steps: parse() evaluates the arguments, run() finds what there is
    to print, while memory is read physically, and show() makes a line of each piece. gdb
    evaluates and prints by virtual addresses, so only the second is about memory.
    """
    name = ""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        words = self.parse(gdb.string_to_argv(argument))
        try:
            inside = target.kernel()
            with inside.memory.physical():
                found = list(self.run(inside, *words))
        except (KernelError, NotElf, OSError) as err:
            raise gdb.GdbError(f"{self.name}: {err}") from err
        for piece in found:
            gdb.write(self.show(piece) + "\n")

    def parse(self, words):
        raise NotImplementedError

    def run(self, inside, *words):
        raise NotImplementedError

    def show(self, piece):
        return piece

    def numbers(self, words, least, most):
        """The values of expressions, as addresses; a usage line if there are too few or too many."""
        if not least <= len(words) <= most:
            raise gdb.GdbError(self.__doc__.strip().splitlines()[0])
        return [int(gdb.parse_and_eval(word).cast(gdb.lookup_type("unsigned long"))) for word in words]


def view(name, function, about):
    """A command that shows what one function of text.py returns."""
    class View(Command):
        def parse(self, words):
            return self.numbers(words, 0, 0)

        def run(self, inside):
            return function(inside)

    View.name = name
    View.__doc__ = f"{name}: {about}"
    return View


VIEWS = [
    ("k-meminfo", text.meminfo, "memory: total, free, by use; as meminfo at the prompt."),
    ("k-buddyinfo", text.buddyinfo, "free blocks of each order, by zone."),
    ("k-zoneinfo", text.zoneinfo, "zones: watermarks, counts, per-CPU lists."),
    ("k-slabinfo", text.slabinfo, "slab caches: objects, slabs, per-CPU arrays."),
    ("k-vmallocinfo", text.vmallocinfo, "areas of vmalloc, vmap and ioremap."),
    ("k-memblock", text.memblock, "the allocator of early boot: memory, reserved, and what the machine has."),
    ("k-kmap", text.kmap_slots, "slots of kmap() and kmap_atomic() that map something."),
    ("k-dmesg", text.dmesg, "the kernel's messages, from the ring buffer."),
    ("k-iomem", text.iomem, "physical addresses and who has them."),
]


class Page(Command):
    """k-page PFN|ADDR: the struct page of a frame, or of what a kernel address maps, and its block.

    A number below max_pfn is a frame, any other an address."""
    name = "k-page"

    def parse(self, words):
        return self.numbers(words, 1, 1)

    def run(self, inside, number):
        return look.page(inside, pages.pfn_of(inside, number))


class Walk(Command):
    """k-ptwalk ADDR [CR3]: how an address is translated, level by level, and who has the frame.

    By the page directory that the CPU uses, or by that of CR3."""
    name = "k-ptwalk"

    def parse(self, words):
        return self.numbers(words, 1, 2)

    def run(self, inside, vaddr, cr3=None):
        cr3 = target.cr3(inside) if cr3 is None else cr3
        if cr3 is None:
            return [f"paging is off: {vaddr:#x} is a physical address"]
        return look.pagewalk(inside, vaddr, cr3)


class Dump(Command):
    """k-ptdump [CR3]: what is mapped where, virtual and physical side by side, in folded ranges."""
    name = "k-ptdump"

    def parse(self, words):
        return self.numbers(words, 0, 1)

    def run(self, inside, cr3=None):
        cr3 = target.cr3(inside) if cr3 is None else cr3
        if cr3 is None:
            return ["not set up yet: paging is off; give a page directory's address to look at that"]
        return text.ptdump(inside, cr3)


class Explain(Command):
    """k-explain ADDR: what an address is: region, mapping, frame, object or area, who allocated it."""
    name = "k-explain"

    def parse(self, words):
        return self.numbers(words, 1, 1)

    def run(self, inside, vaddr):
        return explain.explain(inside, vaddr, target.cr3(inside))


class List(Command):
    """k-list HEAD TYPE MEMBER: each structure on a list.

    HEAD is the list's head or its address, TYPE what is on it, MEMBER its list_head:
        k-list cache_chain struct kmem_cache next
    Each is printed and enters the value history, so that $.size works on the last."""
    name = "k-list"

    def parse(self, words):
        if len(words) < 3:
            return self.numbers(words, 3, 3)
        self.kind = gdb.lookup_type(" ".join(words[1:-1]))
        head = gdb.parse_and_eval(words[0])
        if head.type.strip_typedefs().code != gdb.TYPE_CODE_PTR:
            head = head.address
        return int(head), self.offset(words[-1])

    def run(self, inside, head, offset):
        if not inside.at("struct list_head", head).next:
            raise NotYet(f"not set up yet: the head at {head:#x} is zero")
        found = [(node - offset, inside.read(node - offset, self.kind.sizeof)) for node in inside.list_nodes(head)]
        return [*found, f"{len(found)} on the list"]

    def show(self, piece):
        if isinstance(piece, str):
            return piece
        address, data = piece
        index = gdb.add_history(gdb.Value(address).cast(self.kind.pointer()))
        return f"${index} = ({self.kind} *) {address:#x} {gdb.Value(data, self.kind).format_string(max_depth=2)}"

    def offset(self, member):
        try:
            return target.layout(gdb.current_progspace().filename).convert(self.kind).offset(member)
        except (KeyError, AttributeError) as err:
            raise gdb.GdbError(f"{self.name}: {self.kind} has no member {member}") from err


def register():
    """Make the commands known to gdb."""
    for row in VIEWS:
        view(*row)()
    for command in (Page, Walk, Dump, Explain, List):
        command()

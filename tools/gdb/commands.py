# SPDX-License-Identifier: MIT
"""
The commands: k-meminfo and the others. k-help, `help user-defined` and TAB list them.

Each prints what tools/k896 finds in memory. None of them runs code in the guest, takes
a lock or writes, so they work wherever it was stopped, before paging and in a panic
too, and on a dump. Of what is not set up yet they say so; what is torn or makes no
sense gets a sentence, below whatever was found before it.

A help text is the docstring: arguments and purpose in the first line, an example in the
last. Wrong arguments are answered with these two.
"""
import struct

import gdb

import printers
import target
from k896 import early, explain, look, pages, text
from k896.elf import NotElf
from k896.errors import KernelError, NotYet
from k896.layout import Struct

# What stands for where it is.
PLACES = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_FUNC)
# What arithmetic on garbage raises, where nobody has seen before that it is garbage.
NONSENSE = (ArithmeticError, LookupError, MemoryError, ValueError, struct.error)


class Command(gdb.Command):
    """
    A command in three steps: parse() evaluates the arguments, run() finds what there is
    to print, while memory is read physically, and show() makes a line of each piece. gdb
    evaluates and prints by virtual addresses, so only the second is about memory.
    """
    name = ""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        found, wrong = [], None
        try:
            words = self.parse(gdb.string_to_argv(argument))
            inside = target.kernel()
            with inside.memory.physical():
                target.look_for_another_build(inside)
                for piece in self.run(inside, *words):
                    found.append(piece)
        except (KernelError, NotElf, OSError, gdb.error) as err:
            wrong = err
        except NONSENSE as err:
            wrong = f"what is in memory makes no sense: {type(err).__name__}: {err}"
        for piece in found:
            gdb.write(self.show(piece) + "\n")
        if wrong:
            raise gdb.GdbError(f"{self.name}: {wrong}")

    def parse(self, words):
        raise NotImplementedError

    def run(self, inside, *words):
        raise NotImplementedError

    def show(self, piece):
        return piece

    def usage(self):
        """The answer to wrong arguments."""
        lines = self.__doc__.strip().splitlines()
        return gdb.GdbError(f"usage: {lines[0].partition(':')[0]}\n{lines[-1].strip()}")

    def only_number(self, words):
        """The value of the one argument, as an address; it may have blanks in it, as a cast does."""
        try:
            return [number(" ".join(words))]
        except gdb.error as err:
            if len(words) == 1:
                raise
            raise self.usage() from err


def evaluate(word):
    """The value of an expression; read physically if gdb does not reach it, as before paging."""
    value = gdb.parse_and_eval(word)
    try:
        value.fetch_lazy()
    except gdb.MemoryError:
        if value.address is None:
            raise
        inside = target.kernel()
        with inside.memory.physical():
            return gdb.Value(inside.read(int(value.address), value.type.sizeof), value.type)
    return value


def number(word):
    """The value of an expression as an address; of a structure or an array where it lies."""
    value = located(word)
    if value is None:
        value = evaluate(word)
    address = int(value.cast(gdb.lookup_type("unsigned long")))
    if int(value.cast(gdb.lookup_type("long long"))) not in (address, address - (1 << 32)):
        raise gdb.error(f"{word} has more than 32 bits")
    return address


def located(word):
    """The address of a structure, an array, a function or a symbol of assembler; None of what is a number."""
    try:
        value = gdb.parse_and_eval(word)
    except gdb.error as err:
        if "unknown type" in str(err):      # all that gdb knows of assembler's data is where it is
            return gdb.parse_and_eval(f"&{word}")
        raise
    if value.address is not None and value.type.strip_typedefs().code in PLACES:
        return value.address
    return None


def directory(words):
    """An argument CR3: the physical address, or the place of what the kernel names; None if there is none."""
    if not words:
        return None
    return number(words[0]), located(words[0]) is not None


def cr3_of(inside, root):
    """The directory that directory() found, or the one in force; None while paging is off."""
    if root is None:
        return target.cr3(inside)
    address, is_virtual = root
    phys = inside.phys(address) if is_virtual else address
    if not early.is_ram(inside, phys):
        raise KernelError(f"no page directory: no RAM is at {phys:#x}")
    return phys


def view(name, function, about):
    """A command that shows what one function of text.py returns."""
    class View(Command):
        def parse(self, words):
            if words:
                raise self.usage()
            return words

        def run(self, inside):
            return function(inside)

    View.name = name
    View.__doc__ = f"{name}: {about}\n\nexample: {name}"
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

    A number below max_pfn is a frame, any other an address; expressions will do.

    example: k-page 0x101"""
    name = "k-page"

    def parse(self, words):
        return self.only_number(words)

    def run(self, inside, number_or_address):
        return look.page(inside, pages.pfn_of(inside, number_or_address))


class Walk(Command):
    """k-ptwalk ADDR [CR3]: how an address is translated, level by level, and who has the frame.

    By the page directory that the CPU uses, or by another one: CR3 is its physical address,
    or the kernel's name for it, as swapper_pg_dir. Arguments with blanks go in quotes.

    example: k-ptwalk 0xc0101000"""
    name = "k-ptwalk"

    def parse(self, words):
        if not 1 <= len(words) <= 2:
            raise self.usage()
        return number(words[0]), directory(words[1:])

    def run(self, inside, vaddr, root):
        cr3 = cr3_of(inside, root)
        return look.unpaged(inside, vaddr) if cr3 is None else look.pagewalk(inside, vaddr, cr3)


class Dump(Command):
    """k-ptdump [CR3]: what is mapped where, virtual and physical side by side, in folded ranges.

    By the page directory that the CPU uses, or by another one: CR3 is its physical address,
    or the kernel's name for it, as swapper_pg_dir.

    example: k-ptdump"""
    name = "k-ptdump"

    def parse(self, words):
        if len(words) > 1:
            raise self.usage()
        return [directory(words)]

    def run(self, inside, root):
        cr3 = cr3_of(inside, root)
        if cr3 is None:
            raise NotYet("not set up yet: paging is off; give a page directory's address to look at that")
        return text.ptdump(inside, cr3)


class Explain(Command):
    """k-explain ADDR: what an address is: region, mapping, frame, object or area, who allocated it.

    While paging is off, addresses below the kernel's are physical.

    example: k-explain mem_map"""
    name = "k-explain"

    def parse(self, words):
        return self.only_number(words)

    def run(self, inside, vaddr):
        cr3 = target.cr3(inside)
        return explain.unpaged(inside, vaddr) if cr3 is None else explain.explain(inside, vaddr, cr3)


class List(Command):
    """k-list HEAD TYPE MEMBER: each structure on a list.

    HEAD is the list's head or its address, TYPE what is on it, MEMBER its list_head.
    An expression with blanks goes in quotes. Each is printed and enters the value history, so that $.size works on the last. Of a
    list that is broken, what comes before the break.

    example: k-list cache_chain struct kmem_cache next"""
    name = "k-list"

    def parse(self, words):
        if len(words) < 3:
            raise self.usage()
        self.kind = gdb.lookup_type(" ".join(words[1:-1]))
        return number(words[0]), self.offset(words[-1])

    def run(self, inside, head, offset):
        if not inside.at("struct list_head", head).next:
            raise NotYet(f"not set up yet: the head at {head:#x} is zero")
        count = 0
        for node in inside.list_nodes(head):
            yield node - offset, inside.read(node - offset, self.kind.sizeof)
            count += 1
        yield f"{count} on the list"

    def show(self, piece):
        if isinstance(piece, str):
            return piece
        address, data = piece
        index = gdb.add_history(gdb.Value(address).cast(self.kind.pointer()))
        return f"${index} = ({self.kind} *) {address:#x} {gdb.Value(data, self.kind).format_string(max_depth=2)}"

    def offset(self, member):
        """Where a member lies; one of a member, as first.second, too."""
        kind, offset = target.layout().convert(self.kind), 0
        for name in member.split("."):
            if not isinstance(kind, Struct) or name not in kind.fields:
                raise gdb.GdbError(f"{self.name}: {self.kind} has no member {member}")
            offset += kind.offset(name)
            kind = kind.fields[name][1]
        if not isinstance(kind, Struct) or kind.name != "list_head":
            raise gdb.GdbError(f"{self.name}: {member} of {self.kind} is no struct list_head")
        return offset


class Print(Command):
    """k-print EXPR: a variable as print shows it, but read physically, so before paging too.

    example: k-print contig_page_data.node_zones[0]"""
    name = "k-print"

    def parse(self, words):
        if not words:
            raise self.usage()
        expression = " ".join(words)
        return gdb.parse_and_eval(expression).address, evaluate(expression)

    def run(self, inside, address, value):
        yield address, value

    def show(self, piece):
        address, value = piece
        if address is not None and value.type.strip_typedefs().unqualified().tag == "list_head":
            return printers.ring(int(address), int(value["next"]), int(value["prev"]))
        return value.format_string()


class Help(gdb.Command):
    """k-help: the commands for looking into k896, a line each.

    example: k-help"""

    def __init__(self):
        super().__init__("k-help", gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        for command in (*registered, self):
            usage, _, about = command.__doc__.strip().splitlines()[0].partition(": ")
            gdb.write(f"{usage:<29} {about.rstrip('.')}\n")
        gdb.write("`help k-page` and the like tell more, with an example each.\n")


registered = []


def register():
    """Make the commands known to gdb."""
    registered.extend(view(*row)() for row in VIEWS)
    registered.extend(command() for command in (Page, Walk, Dump, Explain, List, Print))
    Help()

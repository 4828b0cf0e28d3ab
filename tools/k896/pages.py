# SPDX-License-Identifier: MIT
"""
mem_map: what the kernel knows of each page frame.

Blocks tell how far they reach: the head of a free block by its order, that of an
allocated one by the order kept in its flags; mm/page_account.c has the walk.
"""
import array
import dataclasses
import functools

from k896.errors import NotYet

RESERVED, BUDDY, PCP, ALLOCATED, LOST = "reserved", "buddy", "pcp", "allocated", "lost"


@dataclasses.dataclass(frozen=True)
class Block:
    """2^@order pages from frame @pfn on, in one state; flags and words of its head."""
    pfn: int
    order: int
    state: str
    flags: int

    @property
    def end(self):
        return self.pfn + (1 << self.order)


def must_exist(kernel):
    """NotYet before free_area_init() has made mem_map and the zones."""
    kernel.must_be_loaded()
    if not kernel.var("mem_map") or not kernel.var("max_pfn"):
        raise NotYet("not set up yet: there is no mem_map before free_area_init()")
    if not kernel.var("contig_page_data").node_zonelist._zonerefs[0].zone:
        raise NotYet("not set up yet: free_area_init() has made mem_map, but is still busy with the zones")


class Flags:
    """Decodes page->flags by enum pageflags and the constants of mm/page-flags.h."""

    def __init__(self, kernel):
        self.bits = {name[3:]: 1 << value for name, value in kernel.enum("pageflags").items()
                     if name.startswith("PG_")}
        constants = kernel.constants
        self.order_shift, self.order_mask = constants["PAGE_ORDER_SHIFT"], constants["PAGE_ORDER_MASK"]
        self.zone_shift, self.zone_mask = constants["PAGE_ZONE_SHIFT"], constants["PAGE_ZONE_MASK"]

    def names(self, flags):
        return [name for name, bit in self.bits.items() if flags & bit]

    def order(self, flags):
        return (flags & self.order_mask) >> self.order_shift

    def zone(self, flags):
        return (flags & self.zone_mask) >> self.zone_shift

    def text(self, flags):
        """ "buddy order 3 zone 1" """
        words = self.names(flags) or ["none"]
        return f"{'|'.join(words)} order {self.order(flags)} zone {self.zone(flags)}"


class Pages:
    """
    All struct pages.

    One is read when it is asked for; all of them at once, which for many is quicker,
    after read_all().
    """

    FIELDS = ("flags", "_refcount", "caller", "slab_cache")

    def __init__(self, kernel):
        must_exist(kernel)
        self.kernel = kernel
        self.flags = Flags(kernel)
        self.number = kernel.var("max_pfn")
        self.type = kernel.layout.type("struct page")
        self.base = int(kernel.var("mem_map"))
        self.words = None

    def read_all(self):
        words = array.array("I", self.kernel.read(self.base, self.number * self.type.size))
        self.words = {name: words[self.type.offset(name) // 4::self.type.size // 4] for name in self.FIELDS}
        return self

    def word(self, field, pfn):
        """A word of a frame's struct page."""
        if self.words is not None:
            return self.words[field][pfn]
        return int.from_bytes(self.kernel.read(self.base + pfn * self.type.size + self.type.offset(field), 4),
                              "little")

    def __len__(self):
        return self.number

    def page(self, pfn):
        """A frame's struct page."""
        return self.kernel.at("struct page", self.base + pfn * self.type.size)

    def block(self, pfn):
        """The block that begins at a frame."""
        bits = self.flags.bits
        flags = self.word("flags", pfn)
        order = self.flags.order(flags)
        if flags & bits["reserved"]:
            return Block(pfn, 0, RESERVED, flags)
        if flags & bits["buddy"]:
            return Block(pfn, order, BUDDY, flags)
        if flags & bits["pcp"]:
            return Block(pfn, order, PCP, flags)
        if self.word("_refcount", pfn) & 0x7fffffff and not flags & bits["tail"]:
            return Block(pfn, order, ALLOCATED, flags)
        return Block(pfn, 0, LOST, flags)

    def blocks(self, start=0, end=None):
        """Yield the blocks from one frame to another, from head to head."""
        end = self.number if end is None else end
        while start < end:
            block = self.block(start)
            yield block
            start = block.end

    @functools.cached_property
    def largest(self):
        """The largest order there is."""
        return self.kernel.layout.type("struct zone").fields["free_area"][1].count - 1

    def holder(self, pfn):
        """The block that holds a frame, be it its head or not."""
        own = self.block(pfn)
        if own.state != LOST:
            return own
        for order in range(1, self.largest + 1):
            head = self.block(pfn & ~((1 << order) - 1))
            if head.state in (BUDDY, PCP, ALLOCATED) and head.end > pfn:
                return head
        return own


def pfn_of(kernel, number):
    """The frame that a number means: a frame number, if there is such a frame, else a kernel address."""
    must_exist(kernel)
    return number if number < kernel.var("max_pfn") else kernel.phys(number) >> kernel.page_shift

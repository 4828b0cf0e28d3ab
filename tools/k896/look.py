# SPDX-License-Identifier: MIT
"""
A page frame, a slab object, a translation in words: the lines that `page`, `explain`
and `pagewalk` print at the prompt (mm/show_page.c, mm/fault_describe.c, mm/slab_explain.c,
arch/x86/mm/pagewalk.c), so that whoever has read one view has read the other.
"""
from k896 import early, kmap, pages, pagetable, slab, zones
from k896.errors import KernelError

# The processor's names of an entry's bits, in the order in which they are printed.
BITS = ((pagetable.USER, "US"), (pagetable.PWT, "PWT"), (pagetable.PCD, "PCD"), (pagetable.ACCESSED, "A"),
        (pagetable.DIRTY, "D"), (pagetable.PSE, "PS"), (pagetable.GLOBAL, "G"))


def alternate(number):
    """A number as %#lx prints it: 0 has no prefix."""
    return f"{number:#x}" if number else "0"


def resource(kernel, phys):
    """(start, end, name, flags) of the innermost resource at a physical address, or None."""
    found = innermost(kernel, phys)
    return (found.start, found.end, kernel.text(found.name), found.flags) if found else None


def innermost(kernel, phys):
    """The struct resource itself, or None."""
    found = None
    try:
        early.resources(kernel)
        pointer = kernel.var("iomem_resource").child
        while pointer:
            one = pointer.deref()
            inside = one.start <= phys <= one.end
            found = one if inside else found
            pointer = one.child if inside else one.sibling
    except KernelError:
        return None
    return found


def user(kernel, pfn):
    """Who has a reserved frame: the innermost resource at its first byte, or one inside it that is taken."""
    start, busy = pfn << kernel.page_shift, kernel.constants["IORESOURCE_BUSY"]
    found = innermost(kernel, start)
    if not found:
        return "of no known use"
    pointer = 0 if found.flags & busy else found.child
    while pointer:
        child = pointer.deref()
        if child.flags & busy and child.start < start + kernel.page_size and child.end >= start:
            found = child
            break
        pointer = child.sibling
    return kernel.text(found.name)


# --- pages ------------------------------------------------------------------------------------

def describe(kernel, every, pfn):
    """What a frame is used for, in a line."""
    block = every.holder(pfn)
    if block.state == pages.RESERVED:
        return f"reserved: {user(kernel, pfn)}"
    if block.state == pages.LOST:
        return "in no known state"
    bits = every.flags.bits
    if block.flags & bits["slab"] and block.state == pages.ALLOCATED:
        cache = every.page(block.pfn).slab_cache.deref()
        return f"slab of cache {slab.name(kernel, cache)}"
    use = "allocated" if block.state == pages.ALLOCATED else "freed"
    what = {pages.BUDDY: "free", pages.PCP: "free, on a per-CPU list"}.get(block.state) or next(
        (word for bit, word in (("table", "a page table"), ("vmalloc", "of vmalloc"), ("kmalloc", "of kmalloc"))
         if block.flags & bits[bit]), "in use")
    caller = every.word("caller", block.pfn)
    last = f"last {use} by {kernel.symbol(caller)}" if caller else "never allocated"
    return f"{what}, page {pfn - block.pfn} of a block of order {block.order}, {last}"


def virtual(kernel, every, pfn):
    """Where the kernel reaches a frame, if it does."""
    if pfn < kernel.var("max_low_pfn"):
        return f"virt 0x{kernel.page_offset + (pfn << kernel.page_shift):08x}"
    slot = None
    if every.word("flags", pfn) & every.flags.bits["kmapped"]:
        slot = next((slot for slot in kmap.slots(kernel) if slot.pfn == pfn), None)
    return f"virt 0x{slot.address:08x} (kmap)" if slot else "virt none"


def page(kernel, pfn):
    """A struct page, what it says, and who has the frame."""
    every = pages.Pages(kernel)
    if not 0 <= pfn < len(every):
        return [f"pfn {alternate(pfn)}: no struct page, the last is that of pfn {len(every) - 1:#x}"]
    view = every.page(pfn)
    zone = kernel.var("contig_page_data").node_zones[every.flags.zone(view.flags)]
    names = "|".join(every.flags.names(view.flags)) or "none"
    use = describe(kernel, every, pfn)
    if view.flags & every.flags.bits["slab"]:
        use += (f", {view.slab.deref().inuse} of {view.slab_cache.deref().num} objects in use or cached, "
                f"struct slab {view.slab:08x}")
    return [f"pfn {alternate(pfn)}: phys 0x{pfn << kernel.page_shift:08x}, {virtual(kernel, every, pfn)}, "
            f"zone {zones.name(kernel, zone)}, struct page {view.address:08x}",
            f"  flags {alternate(view.flags)}({names}), order {every.flags.order(view.flags)}, references "
            f"{view._refcount.counter}, mapcount {view._mapcount.counter + 1}, private {alternate(view.private)}",
            f"  {use}"]


# --- translations -----------------------------------------------------------------------------

def entry_flags(entry, large):
    words = ["RW" if entry & pagetable.RW else "ro"]
    return " ".join(words + [name for bit, name in BITS if entry & bit and (large or bit != pagetable.PSE)])


def level(found, is_last):
    """One step of a walk."""
    entry, is_directory = found.entry, found.table == "pgd"
    start = f"  {'pde' if is_directory else 'pte'}[{found.index}] = {entry:08x}: "
    if not entry & pagetable.PRESENT:
        return start + "not present"
    large = is_directory and is_last
    what = "4 MiB page" if large else "4 KiB page" if is_last else "page table"
    frame = entry & (pagetable.LARGE_FRAME if large else pagetable.FRAME)
    return f"{start}{what} at 0x{frame:08x}, {entry_flags(entry, large)}"


def pagewalk(kernel, vaddr, cr3=None):
    """How an address is translated, level by level, to the frame and its owner."""
    levels = pagetable.walk(kernel, vaddr, cr3)
    lines = [f"page walk of 0x{vaddr:08x}: CR3 {pagetable.directory(kernel, cr3):08x}"]
    lines += [level(found, found is levels[-1]) for found in levels]
    phys = pagetable.target(levels, vaddr)
    return lines if phys is None else lines + target(kernel, phys)


def unpaged(kernel, vaddr):
    """The same while paging is off: addresses are physical, the kernel's will come to lie PAGE_OFFSET lower."""
    if vaddr < kernel.page_offset:
        return [f"paging is off: 0x{vaddr:08x} is a physical address", *target(kernel, vaddr)]
    if vaddr < kernel.layout.symbols["_end"]:
        return [f"paging is off: nothing is at 0x{vaddr:08x}, what is linked there lies at phys "
                f"0x{vaddr - kernel.page_offset:08x}"]
    return [f"paging is off: nothing is at 0x{vaddr:08x}"]


def target(kernel, phys):
    """The frame that a walk ends in."""
    pfn = phys >> kernel.page_shift
    try:
        if pfn < len(pages.Pages(kernel)):
            return page(kernel, pfn)
    except KernelError as err:
        return [f"phys 0x{phys:08x}: {err}"]
    found = resource(kernel, phys)
    return [f"phys 0x{phys:08x}: no struct page, {found[2] if found else 'nothing that is known'}"]


# --- objects ----------------------------------------------------------------------------------

def object_line(kernel, what, thing):
    """An object with its state and its last user."""
    place = f"  {what}: object {thing.index} at {thing.address:08x}, "
    if thing.state == slab.IN_USE:
        return f"{place}allocated by {kernel.symbol(thing.caller)}"
    state = "free, in a per-CPU array" if thing.state == slab.CACHED else "free, in its slab"
    return place + state + (f", last used by {kernel.symbol(thing.caller)}" if thing.caller else ", never allocated")


def slab_object(kernel, view, vaddr):
    """The object that an address of a slab page lies in, and those beside it."""
    cache, one, thing = slab.find(kernel, view, vaddr)
    start = int(one.s_mem)
    if thing is None or vaddr - thing.address >= cache.object_size:
        number = (vaddr - start) // cache.size
        if number >= cache.num:
            return ["  behind the last object: what no object fits into"]
        if vaddr >= start:
            return [f"  between objects {number} and {number + 1}: padding, or what debugging keeps"]
        if vaddr - (start - one.colouroff - cache.first_offset) < one.colouroff:
            return [f"  before the slab's colour, {one.colouroff} bytes"]
        return ["  struct slab and the words of its objects"]
    lines = [f"  byte {vaddr - thing.address} of {cache.object_size} of an object of cache {slab.name(kernel, cache)}"]
    every = list(slab.objects(kernel, cache, one))
    for index, what in ((thing.index, "this"), (thing.index - 1, "before"), (thing.index + 1, "after")):
        if 0 <= index < cache.num:
            lines.append(object_line(kernel, what, every[index]))
    return lines

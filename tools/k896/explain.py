# SPDX-License-Identifier: MIT
"""
What is this address? Region, mapping, frame and block, object or area or slot, who
allocated it, and what lies beside it: as text, a line a fact.
"""
from k896 import early, kmap, pages, pagetable, slab, vmalloc, zones
from k896.elf import STT_OBJECT
from k896.errors import KernelError


def regions(kernel):
    """[(start, name, ptdump's heading or None)] of the layout's regions, by address."""
    kernel.must_be_loaded()
    base, kind = kernel.layout.variable("layout_regions")
    found = []
    for i in range(kernel.var("nr_layout_regions")):
        region = kernel.at("struct layout_region", base + i * kind.of.size)
        start = region.start + (kernel.high_memory if region.above_high else 0)
        found.append((start, kernel.text(region.name), kernel.text(region.marker)))
    return found


def region_name(kernel, vaddr):
    """The region of the layout that holds an address."""
    return [name for start, name, _ in regions(kernel) if start <= vaddr][-1]


def data_symbol(kernel, vaddr):
    """The variable that holds an address, as name+offset, or None."""
    for name, address, size, kind in kernel.layout.elf.symbol_table():
        if kind == STT_OBJECT and address <= vaddr < address + size:
            return f"{name}+{vaddr - address:#x}" if vaddr != address else name
    return None


def in_image(kernel, vaddr):
    symbols = kernel.layout.symbols
    return symbols["_stext"] <= vaddr < symbols["_end"]


def guards(kernel):
    """[(address, what it guards)] of the pages that are unmapped for good."""
    every = kernel.var("guard_pages")
    return [(every[i].addr, kernel.text(every[i].name)) for i in range(kernel.var("nr_guard_pages"))]


def explain(kernel, vaddr, cr3=None):
    """The lines for an address."""
    lines = [f"0x{vaddr:08x}: {region_name(kernel, vaddr)}"]
    phys = pagetable.translate(kernel, vaddr, cr3)
    constants = kernel.constants
    if in_image(kernel, vaddr):
        found = kernel.function(vaddr)
        name = f"{found[0]}+{found[1]:#x}" if found else data_symbol(kernel, vaddr)
        lines += [f"symbol {name}"] if name else []
    lines.append(mapping(kernel, vaddr, cr3))
    lines += [f"guard page of {name}" for address, name in guards(kernel) if address == vaddr & -kernel.page_size]
    start, end = vmalloc.bounds(kernel)
    if start <= vaddr < end:
        lines += in_vmalloc(kernel, vaddr)
    elif constants["PKMAP_BASE"] <= vaddr < constants["FIXADDR_TOP"]:
        lines += in_slots(kernel, vaddr)
    if phys is not None:
        lines += frame(kernel, phys, vaddr)
    elif kernel.page_offset <= vaddr < kernel.high_memory and not in_image(kernel, vaddr):
        lines += frame(kernel, vaddr - kernel.page_offset, vaddr)
    return lines


def mapping(kernel, vaddr, cr3):
    """How the address is mapped, in a line."""
    levels = pagetable.walk(kernel, vaddr, cr3)
    phys = pagetable.target(levels, vaddr)
    if phys is None:
        return "not mapped"
    size = "4 MiB" if levels[-1].table == "pgd" else "4 KiB"
    return f"mapped to phys 0x{phys:08x} by a {size} page, {pagetable.flags_text(levels[-1].entry)}"


def frame(kernel, phys, vaddr):
    """What is known of the frame at a physical address; @vaddr is where an object would lie."""
    pfn = phys >> kernel.page_shift
    try:
        every = pages.Pages(kernel)
    except KernelError as err:
        return [f"pfn {pfn:#x}; {err}"]
    if pfn >= len(every):
        return [f"pfn {pfn:#x}: no RAM that is described: {resource(kernel, phys)}"]
    block = every.holder(pfn)
    zone = kernel.var("contig_page_data").node_zones[every.flags.zone(block.flags)]
    where = f"pfn {pfn:#x}, zone {zones.name(kernel, zone)}: "
    within = f"page {pfn - block.pfn} of a block of order {block.order}"
    caller = kernel.symbol(every.word("caller", block.pfn)) if every.word("caller", block.pfn) else "nobody"
    if block.state == pages.RESERVED:
        return [f"{where}reserved: {resource(kernel, phys)}"]
    if block.state == pages.BUDDY:
        return [f"{where}free, {within}, last freed by {caller}"]
    if block.state == pages.PCP:
        return [f"{where}free, on a per-CPU list, {within}, last freed by {caller}"]
    if block.state == pages.LOST:
        return [f"{where}in no known state, flags {every.flags.text(block.flags)}"]
    names = "|".join(every.flags.names(block.flags)) or "no flags"
    if block.flags & every.flags.bits["slab"]:
        # An object has one address, in the direct map, however it was reached.
        own = kernel.page_offset + phys if pfn < kernel.var("max_low_pfn") else vaddr
        return [f"{where}slab, {within}", *slab_object(kernel, every.page(pfn), own)]
    return [f"{where}allocated, {within}, {names}, by {caller}"]


def resource(kernel, phys):
    """The innermost resource at a physical address."""
    try:
        names = [name for _, start, end, name in early.resources(kernel) if start <= phys <= end]
    except KernelError:
        names = []
    return names[-1] if names else "nothing is registered there"


def describe_object(kernel, thing):
    """State and last user of a slab object."""
    if not thing.caller:
        return f"{thing.state}, never used"
    verb = "by" if thing.state == slab.IN_USE else "last used by"
    return f"{thing.state} {verb} {kernel.symbol(thing.caller)}"


def slab_object(kernel, page, vaddr):
    """The object at an address of a slab, and its neighbours."""
    cache, one, thing = slab.find(kernel, page, vaddr)
    lines = [f"cache {slab.name(kernel, cache)}: {cache.num} objects of {cache.object_size} bytes a slab, "
             f"{one.inuse} out"]
    if thing is None:
        return [*lines, "the slab's own words, no object"]
    lines.append(f"object {thing.index} at 0x{thing.address:08x} + {vaddr - thing.address}: "
                 f"{describe_object(kernel, thing)}")
    for index, word in ((thing.index - 1, "before"), (thing.index + 1, "after")):
        if 0 <= index < cache.num:
            other = next(o for o in slab.objects(kernel, cache, one) if o.index == index)
            lines.append(f"{word} it object {index}: {describe_object(kernel, other)}")
    return lines


def in_vmalloc(kernel, vaddr):
    """The area that holds an address of the vmalloc space, or the areas beside it."""
    try:
        areas = vmalloc.areas(kernel)
    except KernelError as err:
        return [str(err)]
    below = [area for area in areas if area.va_end <= vaddr]
    above = [area for area in areas if area.va_start > vaddr]
    lines = []
    for area in areas:
        if not area.va_start <= vaddr < area.va_end:
            continue
        if not area.vm:
            state = "pooled for the next of its size" if area.pooled else "waiting for the flush"
            lines.append(f"area 0x{area.va_start:08x}-0x{area.va_end:08x}, freed by "
                         f"{kernel.symbol(area.freed_by)}, {state}")
            continue
        vm = area.vm.deref()
        guard = "guard page of the " if vaddr >= area.va_end - kernel.page_size else ""
        lines.append(f"{guard}{vmalloc.kind(kernel, vm.flags)} area 0x{area.va_start:08x}-0x{area.va_end:08x}, "
                     f"{vm.nr_pages} pages, of {kernel.symbol(vm.caller)}")
    if not lines:
        lines.append("in no area")
    if below:
        lines.append(f"below it an area ends at 0x{below[-1].va_end:08x}")
    if above:
        lines.append(f"above it an area begins at 0x{above[0].va_start:08x}")
    return lines


def in_slots(kernel, vaddr):
    """The slot of kmap(), of kmap_atomic() or of the fixmap."""
    constants = kernel.constants
    size = kernel.page_size
    number = (vaddr - constants["PKMAP_BASE"]) // size
    if number < constants["LAST_PKMAP"]:
        try:
            slot = next((s for s in kmap.slots(kernel) if s.number == number), None)
        except KernelError as err:
            return [f"kmap slot {number}: {err}"]
        return [f"kmap slot {number}: " + (f"page pfn {slot.pfn:#x}, {slot.users} users" if slot else "free")]
    if vaddr < constants["FIXADDR_START"]:
        return []
    index = (constants["FIXADDR_TOP"] - (vaddr & -size)) // size
    local = index - constants["FIX_KMAP_BEGIN"]
    if 0 <= local < constants["KM_MAX_IDX"] * kernel.layout.variable("__per_cpu_offset")[1].count:
        return [f"fixmap slot {index}: kmap_atomic slot {local % constants['KM_MAX_IDX']} of CPU "
                f"{local // constants['KM_MAX_IDX']}"]
    return [f"fixmap slot {index}"]

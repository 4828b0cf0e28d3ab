# SPDX-License-Identifier: MIT
"""
What is this address? The answer of `explain` at the prompt (mm/explain.c), from the
large to the small: region and mapping; then what the region is made of, with who made
it; then the neighbours. Where more can be told from outside, names of variables and of
guard pages, it is told in lines of its own.
"""
from k896 import kmap, look, pages, pagetable, vmalloc
from k896.errors import KernelError, bounded

MOST_REGIONS = 256


def regions(kernel):
    """[(start, name, ptdump's heading or None)] of the layout's regions, by address."""
    kernel.must_be_loaded()
    base, kind = kernel.layout.variable("layout_regions")
    found = []
    for i in range(bounded(kernel.var("nr_layout_regions"), MOST_REGIONS, "the number of regions")):
        region = kernel.at("struct layout_region", base + i * kind.of.size)
        start = region.start + (kernel.high_memory if region.above_high else 0)
        found.append((start, kernel.text(region.name), kernel.text(region.marker)))
    return found


def region_name(kernel, vaddr):
    """The region of the layout that holds an address."""
    return [name for start, name, _ in regions(kernel) if start <= vaddr][-1]


def guards(kernel):
    """[(address, what it guards)] of the pages that are unmapped for good."""
    every = kernel.var("guard_pages")
    return [(every[i].addr, kernel.text(every[i].name)) for i in range(kernel.var("nr_guard_pages"))]


def explain(kernel, vaddr, cr3=None):
    """The lines for an address; where a structure is torn, those up to it and what is wrong."""
    lines = [mapping(kernel, vaddr, cr3)]
    try:
        for found in details(kernel, vaddr, cr3):
            lines += found
    except KernelError as err:
        lines.append(f"  {err}")
    return lines


def details(kernel, vaddr, cr3):
    """Yield the lines below the first, some at a time."""
    symbols, constants = kernel.layout.symbols, kernel.constants
    if symbols["_stext"] <= vaddr < symbols["_end"]:
        yield in_image(kernel, vaddr)
        return
    if kernel.page_offset <= vaddr < kernel.high_memory:
        yield from in_direct_map(kernel, vaddr)
        return
    start, end = vmalloc.bounds(kernel)
    phys = pagetable.translate(kernel, vaddr, cr3)
    if phys is not None:
        yield look.target(kernel, phys)
    if start <= vaddr < end:
        yield in_vmalloc(kernel, vaddr)
    elif constants["PKMAP_BASE"] <= vaddr < constants["FIXADDR_TOP"]:
        yield in_slots(kernel, vaddr)


def unpaged(kernel, vaddr):
    """The lines for an address while paging is off: a physical one, of the image or of nothing so far."""
    start, linked = kernel.layout.symbols["_stext"], vaddr
    lines = look.unpaged(kernel, vaddr)[:1]
    if vaddr < kernel.page_offset:
        linked += kernel.page_offset
        boot = boot_symbol(kernel, vaddr)
        if boot:
            return lines + [f"  kernel image, section .boot: {boot}"]
    if not start <= linked < kernel.layout.symbols["_end"]:
        return lines
    return lines + [f"  kernel image, linked to 0x{linked:08x}: {region_name(kernel, linked)}",
                    *symbols_at(kernel, linked)]


def boot_symbol(kernel, phys):
    """The place in section .boot, which is linked to where it lies, as name+offset; or None."""
    symbols = kernel.layout.symbols
    if not symbols["__boot_start"] <= phys < symbols["__boot_end"]:
        return None
    address, name = max((address, name) for name, address in symbols.items()
                        if symbols["__boot_start"] <= address <= phys)
    return f"{name}+{phys - address:#x}"


def mapping(kernel, vaddr, cr3):
    """Region and mapping, in a line."""
    levels = pagetable.walk(kernel, vaddr, cr3)
    phys = pagetable.target(levels, vaddr)
    start = f"0x{vaddr:08x}: {region_name(kernel, vaddr)}, "
    if phys is None:
        return start + "not mapped"
    rights = levels[0].entry & levels[-1].entry
    return (f"{start}mapped to phys 0x{phys:08x} by a page of {4 << 10 if levels[-1].table == 'pgd' else 4} KiB, "
            f"{'writable' if rights & pagetable.RW else 'read-only'}"
            f"{', open to user code' if rights & pagetable.USER else ''}")


def in_image(kernel, vaddr):
    """A function with those beside it; a variable likewise, the frame it lies in, and whose stack that is."""
    lines = symbols_at(kernel, vaddr)
    if kernel.function(vaddr):
        return lines
    return look.target(kernel, vaddr - kernel.page_offset) + on_stack(kernel, vaddr) + lines


def on_stack(kernel, vaddr):
    """The stack that holds an address, or whose guard page does."""
    lines = [f"  guard page of {name}" for address, name in guards(kernel) if address == vaddr & -kernel.page_size]
    stack = kernel.var("kernel_stacks") if kernel.has_var("kernel_stacks") else 0
    while stack and not lines:
        found = stack.deref()
        if found.low <= vaddr < found.high:
            lines.append(f"  {kernel.text(found.name)}, {found.high - vaddr} bytes below its top")
        stack = found.next
    return lines


def symbols_at(kernel, vaddr):
    """The function or the variable with those beside it."""
    look_up, what = (kernel.function, "function") if kernel.function(vaddr) else (kernel.data, "variable")
    found = look_up(vaddr)
    if not found:
        return []
    _, offset, size = found
    beside = ((what, vaddr), ("before", vaddr - offset - 1), ("after", vaddr - offset + size))
    return [f"  {where}: {symbol[0]}+{symbol[1]:#x}/{symbol[2]:#x}"
            for where, symbol in ((where, look_up(place)) for where, place in beside) if symbol]


# --- the direct map -----------------------------------------------------------------------------

def in_direct_map(kernel, vaddr):
    """Yield lines on the page, and on what it holds."""
    phys = vaddr - kernel.page_offset
    pfn = phys >> kernel.page_shift
    every = pages.Pages(kernel)
    if pfn >= len(every):
        yield look.target(kernel, phys)
        return
    yield look.page(kernel, pfn)
    view = every.page(pfn)
    if view.flags & every.flags.bits["slab"]:
        yield look.slab_object(kernel, view, vaddr)
        return
    offset = vaddr - every.base
    if 0 <= offset < len(every) * every.type.size:
        yield [f"  mem_map: struct page of pfn {look.alternate(offset // every.type.size)}, "
               f"byte {offset % every.type.size} of it"]
    if view.flags & every.flags.bits["vmalloc"]:
        vm = vmalloc.frames(kernel).get(pfn)
        if vm:
            yield [f"  area: [{vm.addr:#x}, {vm.addr + vm.size:#x}), made by {kernel.symbol(vm.caller)}"]
    yield beside_page(kernel, every, pfn, phys % kernel.page_size)


def beside_page(kernel, every, pfn, byte=0):
    """The neighbours of a block, or of the reserved range that has a byte of the page; RAM is no such range."""
    block, lines = every.holder(pfn), []
    first, end = block.pfn, block.end
    found = look.resource(kernel, (pfn << kernel.page_shift) + byte)
    if block.state == pages.RESERVED and found and found[3] != kernel.constants["IORESOURCE_SYSTEM_RAM"]:
        lines.append(f"  range: 0x{found[0]:08x}-0x{found[1]:08x} {found[2]}")
        first, end = found[0] >> kernel.page_shift, (found[1] >> kernel.page_shift) + 1
    for where, neighbour in (("before", first - 1), ("after", end)):
        if 0 <= neighbour < len(every):
            lines.append(f"  {where}: pfn {look.alternate(neighbour)}, {look.describe(kernel, every, neighbour)}")
    return lines


# --- vmalloc and the slots ----------------------------------------------------------------------

def area_text(kernel, vaddr, areas):
    """The area that holds an address, in the words of vmalloc_describe()."""
    area = next((area for area in areas if area.va_end > vaddr), None)
    if area is None:
        return "vmalloc space, above all areas"
    if vaddr < area.va_start:
        return (f"vmalloc space, free; the next area begins {area.va_start - vaddr} bytes above, "
                f"at {area.va_start:#x}")
    if not area.vm:
        return f"vmalloc area [{area.va_start:#x}, {area.va_end:#x}), freed by {kernel.symbol(area.freed_by)}"
    vm = area.vm.deref()
    guard = "guard page of the " if vaddr >= area.va_end - kernel.page_size else ""
    return (f"{guard}{vmalloc.kind(kernel, vm.flags)} area [{area.va_start:#x}, {area.va_end - kernel.page_size:#x}), "
            f"{vm.size - kernel.page_size} bytes, of {kernel.symbol(vm.caller)}")


def neighbour_area(kernel, where, area, gap):
    who = f"made by {kernel.symbol(area.vm.deref().caller)}" if area.vm else f"freed by {kernel.symbol(area.freed_by)}"
    away = f"{gap} bytes away" if gap else "next to it"
    return f"  {where}: [{area.va_start:#x}, {area.va_end:#x}), {who}, {away}"


def in_vmalloc(kernel, vaddr):
    """The area that holds an address of the vmalloc space, and the areas beside it."""
    try:
        areas = vmalloc.areas(kernel)
    except KernelError as err:
        return [f"  {err}"]
    lines = [area_text(kernel, vaddr, areas)]
    own = next((area for area in areas if area.va_start <= vaddr < area.va_end), None)
    start, end = (own.va_start, own.va_end) if own else (vaddr, vaddr)
    if own and own.vm:
        vm = own.vm.deref()
        offset, size = vaddr - vm.addr, vm.size - kernel.page_size
        if offset < size:
            lines.append(f"  byte {offset} of it, in page {offset >> kernel.page_shift} of {size >> kernel.page_shift}")
        if vm.flags & kernel.constants["VM_IOREMAP"]:
            lines.append(f"  device memory from phys 0x{vm.phys_addr:08x} on")
    below = [area for area in areas if area.va_end <= start]
    above = [area for area in areas if area.va_start >= end]
    if below:
        lines.append(neighbour_area(kernel, "before", below[-1], start - below[-1].va_end))
    if above:
        lines.append(neighbour_area(kernel, "after", above[0], above[0].va_start - end))
    return lines


def slot_text(kernel, vaddr):
    """The slot of kmap() or kmap_atomic() at an address, or None."""
    constants, size = kernel.constants, kernel.page_size
    number = (vaddr - constants["PKMAP_BASE"]) // size
    if 0 <= number < constants["LAST_PKMAP"]:
        slot = next((slot for slot in kmap.slots(kernel) if slot.number == number), None)
        return f"pkmap slot {number}, " + (f"page pfn {slot.pfn:#x}, {slot.users} users" if slot else "free")
    index = (constants["FIXADDR_TOP"] - (vaddr & -size)) // size - constants["FIX_KMAP_BEGIN"]
    nr_cpus = kernel.layout.variable("__per_cpu_offset")[1].count
    if not 0 <= index < constants["KM_MAX_IDX"] * nr_cpus or vaddr >= constants["FIXADDR_TOP"]:
        return None
    phys = pagetable.translate(kernel, vaddr)
    return (f"kmap_atomic slot {index % constants['KM_MAX_IDX']} of cpu {index // constants['KM_MAX_IDX']}, "
            + ("free" if phys is None else f"page pfn {phys >> kernel.page_shift:#x}"))


def in_slots(kernel, vaddr):
    """A slot, and those beside it; any other slot of the fixmap by its number."""
    try:
        own = slot_text(kernel, vaddr)
        if own is None:
            index = (kernel.constants["FIXADDR_TOP"] - (vaddr & -kernel.page_size)) // kernel.page_size
            return [f"  fixmap slot {index}"] if vaddr >= kernel.constants["FIXADDR_START"] else []
        beside = [(where, slot_text(kernel, place) or region_name(kernel, place))
                  for where, place in (("before", vaddr - kernel.page_size), ("after", vaddr + kernel.page_size))]
    except KernelError as err:
        return [f"  {err}"]
    return [own] + [f"  {where}: {words}" for where, words in beside]

# SPDX-License-Identifier: MIT
"""
Views as text: a list of lines each, with the columns that the monitor's views have.
"""
from k896 import early, explain, kmap, pagetable, slab, vmalloc, zones
from k896.errors import KernelError


def meminfo(kernel):
    totals = zones.totals(kernel)
    rows = (("MemTotal", totals["total"]), ("MemFree", totals["free"]),
            ("HighTotal", totals["total_high"]), ("HighFree", totals["free_high"]),
            ("LowTotal", totals["total"] - totals["total_high"]),
            ("LowFree", totals["free"] - totals["free_high"]),
            ("Slab", totals["slab"]), ("PageTables", totals["page_tables"]),
            ("VmallocTotal", totals["vmalloc_total"]), ("VmallocUsed", totals["vmalloc"]))
    return [f"{name + ':':<16}{number << kernel.page_shift - 10:8} kB" for name, number in rows]


def buddyinfo(kernel):
    return [f"Node {zone.zone_pgdat.deref().node_id}, zone {zones.name(kernel, zone):>8} "
            + "".join(f"{area.nr_free:6} " for area in zone.free_area)
            for zone in zones.zones(kernel)]


def zoneinfo(kernel):
    lines = []
    for zone in zones.zones(kernel):
        marks = kernel.enum("zone_watermarks")
        lines += [f"Node {zone.zone_pgdat.deref().node_id}, zone {zones.name(kernel, zone):>8}",
                  f"  pages free     {zone.free_pages}",
                  f"        min      {zone._watermark[marks['WMARK_MIN']]}",
                  f"        low      {zone._watermark[marks['WMARK_LOW']]}",
                  f"        high     {zone._watermark[marks['WMARK_HIGH']]}",
                  f"        spanned  {zone.spanned_pages}",
                  f"        present  {zone.present_pages}",
                  f"        managed  {zone.managed_pages}",
                  f"        protection: ({', '.join(str(pages) for pages in zone.lowmem_reserve)})",
                  "  pagesets"]
        for cpu in kernel.cpus():
            pageset = zones.pageset(kernel, zone, cpu)
            lines += [f"    cpu: {cpu}",
                      f"              count: {pageset.count}",
                      f"              high:  {pageset.high}",
                      f"              batch: {pageset.batch}"]
        lines.append(f"  start_pfn:           {zone.zone_start_pfn}")
    return lines


def slabinfo(kernel):
    lines = ["slabinfo - version: 2.1",
             "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables "
             "<limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>"]
    for cache in slab.caches(kernel):
        try:
            active_objects, objects, active_slabs, number = slab.counts(kernel, cache)
            pages_per_slab = slab.pages_per_slab(kernel, cache)
        except KernelError as err:      # the other caches may be whole
            lines.append(f"{slab.name(kernel, cache):<17} {err}")
            continue
        lines.append(f"{slab.name(kernel, cache):<17} {active_objects:6} {objects:6} {cache.size:6} "
                     f"{cache.num:4} {pages_per_slab:4} : tunables {cache.limit:4} {cache.batchcount:4} "
                     f"{0:4} : slabdata {active_slabs:6} {number:6} {0:6}")
    return lines


def vmallocinfo(kernel):
    constants = kernel.constants
    lines = []
    for area in vmalloc.areas(kernel):
        if not area.vm:
            if not area.pooled:
                lines.append(f"0x{area.va_start:08x}-0x{area.va_end:08x} {area.va_end - area.va_start:7} "
                             "unpurged vm_area")
            continue
        vm = area.vm.deref()
        line = f"0x{vm.addr:08x}-0x{vm.addr + vm.size:08x} {vm.size:7}"
        if vm.caller:
            line += f" {kernel.symbol(vm.caller)}"
        if vm.nr_pages:
            line += f" pages={vm.nr_pages}"
        if vm.phys_addr:
            line += f" phys=0x{vm.phys_addr:08x}"
        for bit, word in (("VM_IOREMAP", "ioremap"), ("VM_ALLOC", "vmalloc"), ("VM_MAP", "vmap"),
                          ("VM_USERMAP", "user")):
            if vm.flags & constants[bit]:
                line += f" {word}"
        start, end = vmalloc.bounds(kernel)
        if start <= vm.pages < end:
            line += " vpages"
        lines.append(line)
    return lines


def memblock(kernel):
    lines = []
    for name, regions in early.memblock_lists(kernel):
        lines.append(name)
        for i, (base, size, flags) in enumerate(regions):
            names = "|".join(early.flag_names(kernel, flags))
            lines.append(f"{i:4}: 0x{base:08x}..0x{base + size - 1:08x}{' ' if names else ''}{names}")
    return lines


def iomem(kernel):
    return [f"{'  ' * depth}{start:08x}-{end:08x} : {name}"
            for depth, start, end, name in early.resources(kernel)]


def kmap_slots(kernel):
    stats = kmap.slots(kernel)
    unused = sum(slot.users == 0 for slot in stats)
    lines = [f"pkmap: {kernel.constants['LAST_PKMAP']} slots at {kernel.constants['PKMAP_BASE']:#x}, "
             f"{len(stats) - unused} in use, {unused} mapped and unused, "
             f"{kernel.var('nr_pkmap_flushes')} flushes"]
    lines += [f"{slot.number:4} 0x{slot.address:08x} pfn 0x{slot.pfn:05x} users {slot.users}" for slot in stats]
    for cpu in kernel.cpus():
        lines.append(f"cpu{cpu}: {kmap.local_in_use(kernel, cpu)} of {kernel.constants['KM_MAX_IDX']} "
                     "local slots in use")
        lines += [f"{slot.number:4} 0x{slot.address:08x} pfn 0x{slot.pfn:05x}"
                  for slot in kmap.local_slots(kernel, cpu)]
    return lines


def dmesg(kernel):
    return early.log(kernel).splitlines()


def size_text(size):
    """4K, 12M: as ptdump does."""
    units = iter("KMG")
    size, unit = size >> 10, next(units)
    while not size & 1023 and unit != "G":
        size, unit = size >> 10, next(units)
    return f"{size}{unit}"


def ptdump(kernel, cr3=None):
    """Ranges of equal rights, virtual and physical side by side, under the regions' headings."""
    kernel.must_be_loaded()
    headings = regions(kernel)
    lines = []
    for found in pagetable.ranges(kernel, cr3):
        while headings and headings[0][0] <= found.start:
            start, _, marker = headings.pop(0)
            if not headings or headings[0][0] > found.start:
                lines.append(f"---[ {marker} ]---")
        for part in split(found, [start for start, _, _ in headings]):
            while headings and headings[0][0] <= part.start:
                lines.append(f"---[ {headings.pop(0)[2]} ]---")
            lines.append(f"0x{part.start:08x}-0x{part.end:08x} -> 0x{part.phys:08x}-"
                         f"0x{part.phys + part.end - part.start:08x} {size_text(part.end - part.start):>6} "
                         f"{pagetable.prot_text(part.prot)}")
    return lines or ["nothing is mapped"]


def split(found, places):
    """A range, cut where regions begin."""
    start = found.start
    for place in [*[p for p in places if found.start < p < found.end], found.end]:
        yield pagetable.Range(start, place, found.phys + start - found.start, found.prot)
        start = place


def regions(kernel):
    """[(start, name, ptdump's heading)] of the layout's regions that have a heading, by address."""
    return [region for region in explain.regions(kernel) if region[2]]

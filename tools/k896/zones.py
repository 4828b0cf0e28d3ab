# SPDX-License-Identifier: MIT
"""Zones, their free lists and per-CPU lists."""
from k896 import pages


def zones(kernel, populated=True):
    """The zones of the node, lowest first; those without memory left out."""
    pages.must_exist(kernel)
    return [zone for zone in kernel.var("contig_page_data").node_zones
            if zone.present_pages or not populated]


def name(kernel, zone):
    return kernel.text(zone.name)


def end_pfn(zone):
    return zone.zone_start_pfn + zone.spanned_pages


def pageset(kernel, zone, cpu):
    """A CPU's lists in front of a zone."""
    return kernel.per_cpu_ptr(zone.per_cpu_pageset, cpu)


def free_blocks(kernel, zone, order):
    """Yield the first frame of each block on a free list."""
    base, size = int(kernel.var("mem_map")), kernel.layout.type("struct page").size
    for page in kernel.list(zone.free_area[order].free_list, "struct page", "lru"):
        yield (page.address - base) // size


def pcp_blocks(kernel, zone, cpu):
    """Yield (order, first frame) of each block on a CPU's lists."""
    base, size = int(kernel.var("mem_map")), kernel.layout.type("struct page").size
    for order, head in enumerate(pageset(kernel, zone, cpu).lists):
        for page in kernel.list(head, "struct page", "lru"):
            yield order, (page.address - base) // size


def totals(kernel):
    """{what: pages} of meminfo."""
    every = zones(kernel, populated=False)
    high = every[kernel.enum("zone_type")["ZONE_HIGHMEM"]]
    counts = {"total": sum(zone.managed_pages for zone in every),
              "free": sum(zone.free_pages for zone in every),
              "total_high": high.managed_pages, "free_high": high.free_pages,
              "slab": kernel.var("slab_pages").counter,
              "page_tables": kernel.var("nr_tables").counter,
              "vmalloc": kernel.var("nr_vmalloc_pages").counter}
    start = kernel.high_memory + kernel.constants["VMALLOC_OFFSET"]
    counts["vmalloc_total"] = (kernel.constants["VMALLOC_END"] - start) >> kernel.page_shift
    return counts

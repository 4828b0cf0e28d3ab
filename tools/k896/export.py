# SPDX-License-Identifier: MIT
"""
The layout as JSON, for readers that are not Python: tools/web/kernel.js.

    constants   {name: value}, of the files inspect.c
    enums       {name: {enumerator: value}}
    structs     {name: {size, fields: {name: [offset, type]}}}
    variables   {name: [address, type]}
    symbols     {name: address}, of the linker's marks
    functions   [[address, ...], [name, ...]], the kernel's own table
    objects     likewise its variables
    witness     [address, bytes], a part of the image that never changes

A type is u4, i2 and the like for a number of so many bytes, *NAME for a pointer to a
structure, * for any other pointer, {NAME} for a structure, [COUNT]TYPE for an array.
"""
from k896.layout import Array, Pointer, Struct

VARIABLES = ("mem_map", "max_pfn", "max_low_pfn", "high_memory", "contig_page_data", "nr_cpu_ids",
             "__per_cpu_offset", "cache_chain", "slab_pages", "vmalloc_space", "nr_vmalloc_pages",
             "pkmap_count", "page_address_maps", "kmap_slot", "iomem_resource", "memblock", "physmem",
             "swapper_pg_dir", "layout_regions", "nr_layout_regions", "guard_pages", "nr_guard_pages",
             "nr_tables", "log_end", "kernel_stacks")
STRUCTS = ("struct list_head", "struct page", "struct zone", "struct per_cpu_pages", "struct kmem_cache",
           "struct kmem_cache_node", "struct slab", "struct array_cache", "struct vmap_area",
           "struct vm_struct", "struct resource", "struct memblock_region")
ENUMS = ("pageflags", "zone_type", "zone_watermarks", "memblock_flags")
SYMBOLS = ("_stext", "_etext", "__start_rodata", "_sdata", "_end", "swapper_pg_dir")


class Collector:
    """Structures that are met on the way, each with those that it leads to."""

    def __init__(self):
        self.structs = {}

    def add(self, kind):
        while isinstance(kind, Array):
            kind = kind.of
        if isinstance(kind, Pointer):
            kind = kind.target()
        if isinstance(kind, Struct) and kind.size and kind.name not in self.structs:
            self.structs[kind.name] = fields = {}
            for name, (offset, inner) in kind.fields.items():
                if inner is not None:
                    fields[name] = [offset, inner.encode()]
                    self.add(inner)
            self.structs[kind.name] = {"size": kind.size, "fields": fields}


def export(kernel):
    """The dictionary for a Kernel; its memory is not read."""
    layout = kernel.layout
    collector = Collector()
    variables = {}
    for name in VARIABLES:
        address, kind = layout.variable(name)
        variables[name] = [address, kind.encode()]
        collector.add(kind)
    for name in STRUCTS:
        collector.add(layout.type(name))
    enums = {name: layout.type(f"enum {name}") for name in ENUMS}
    start = layout.symbols["__start_rodata"]
    return {"constants": layout.constants,
            "enums": {name: kind.values for name, kind in enums.items()},
            "structs": collector.structs, "variables": variables,
            "symbols": {name: layout.symbols[name] for name in SYMBOLS},
            "functions": kernel.functions,
            "objects": kernel.variables,
            "witness": [start, layout.elf.read(start, 64).hex()]}

# SPDX-License-Identifier: MIT
"""The areas of the vmalloc space, those in use and those that wait to be used again."""
from k896.errors import NotYet, bounded


def bounds(kernel):
    """[start, end) of the vmalloc space."""
    return kernel.high_memory + kernel.constants["VMALLOC_OFFSET"], kernel.constants["VMALLOC_END"]


def areas(kernel):
    """Every vmap_area by address, without the sentinel of no size that ends the list."""
    kernel.must_be_loaded()
    head = kernel.var("vmalloc_space").tree.address_of("list")
    if not kernel.at("struct list_head", head).next:
        raise NotYet("not set up yet: there are no areas before vmalloc_init()")
    found = list(kernel.list(head, "struct vmap_area", "list"))
    return [area for area in found if area.va_start != area.va_end]


def kind(kernel, flags):
    """What an area is for, in the word of the reports."""
    constants = kernel.constants
    for bit, word in (("VM_IOREMAP", "ioremap"), ("VM_ALLOC", "vmalloc"), ("VM_MAP", "vmap")):
        if flags & constants[bit]:
            return word
    return "reserved"


def frames(kernel):
    """{frame number: vm_struct} of the pages that VM_ALLOC areas hold."""
    base, size = int(kernel.var("mem_map")), kernel.layout.type("struct page").size
    found = {}
    for area in areas(kernel):
        if not area.vm:
            continue
        vm = area.vm.deref()
        if vm.flags & kernel.constants["VM_ALLOC"] and not vm.flags & kernel.constants["VM_UNINITIALIZED"]:
            bounded(vm.nr_pages, kernel.var("max_pfn"), "an area's number of pages")
            words = kernel.read(int(vm.pages), 4 * vm.nr_pages)
            for i in range(vm.nr_pages):
                page = int.from_bytes(words[4 * i:4 * i + 4], "little")
                found[(page - base) // size] = vm
    return found

# SPDX-License-Identifier: MIT
"""
What each page frame is used for, for pictures: one kind of kinds.json for each, and in
words what exactly.
"""
import dataclasses
import json
import pathlib

from k896 import early, pages, slab, vmalloc, zones
from k896.errors import KernelError

KINDS = json.loads((pathlib.Path(__file__).parent / "kinds.json").read_text(encoding="utf-8"))["kinds"]
INDEX = {kind["id"]: i for i, kind in enumerate(KINDS)}


@dataclasses.dataclass
class Frames:
    """
    One entry for each frame below max_pfn.

    @kind: indices into KINDS; @order: of the block it belongs to; @what: words;
    @zones: [(name, first frame, end)].
    """
    kind: bytearray
    order: bytearray
    what: list
    zones: list

    def __len__(self):
        return len(self.kind)

    def count(self, name):
        """Frames of a kind, by its id."""
        return self.kind.count(INDEX[name])


def reserved_kind(name):
    """The kind of a frame that never was in the buddy, by the innermost resource's name."""
    if name is None:
        return "absent"
    if name.startswith("Kernel "):
        return "image"
    return {"mem_map": "memmap", "Page tables": "pagetable", "System RAM": "boot", "Module": "boot",
            "Per-CPU areas": "boot", "Boot information": "boot"}.get(name, "firmware")


def cache_names(kernel):
    """{address: name} of the caches; empty before there are any."""
    try:
        return {cache.address: slab.name(kernel, cache) for cache in slab.caches(kernel)}
    except KernelError:
        return {}


def vmalloc_frames(kernel):
    try:
        return vmalloc.frames(kernel)
    except KernelError:
        return {}


def classify(kernel):
    """The Frames of a kernel; NotYet before it has a mem_map."""
    every = pages.Pages(kernel).read_all()
    number = len(every)
    frames = Frames(bytearray(number), bytearray(number), [None] * number,
                    [(zones.name(kernel, zone), zone.zone_start_pfn, zones.end_pfn(zone))
                     for zone in zones.zones(kernel)])
    names = early.resource_names(kernel, number)
    describe = Describer(kernel, every)
    for block in every.blocks():
        if block.state == pages.RESERVED:
            what = names[block.pfn]
            kind = "guard" if block.flags & every.flags.bits["guard"] else reserved_kind(what)
        else:
            kind, what = describe(block)
        for pfn in range(block.pfn, min(block.end, number)):
            frames.kind[pfn] = INDEX[kind]
            frames.order[pfn] = block.order
            frames.what[pfn] = what
    return frames


class Describer:
    """Kind and words of a block that is not reserved."""

    def __init__(self, kernel, every):
        self.kernel = kernel
        self.every = every
        self.bits = every.flags.bits
        self.caches = cache_names(kernel)
        self.areas = vmalloc_frames(kernel)

    def __call__(self, block):
        if block.state == pages.BUDDY:
            return "free", f"free, order {block.order}"
        if block.state == pages.PCP:
            return "pcp", f"free, order {block.order}, on a per-CPU list"
        if block.state == pages.LOST:
            return "lost", "in no known state"
        if block.flags & self.bits["slab"]:
            return "slab", self.caches.get(self.every.word("slab_cache", block.pfn), "a cache that is not there")
        caller = self.every.word("caller", block.pfn)
        if block.flags & self.bits["vmalloc"]:
            vm = self.areas.get(block.pfn)
            return "vmalloc", self.kernel.symbol(vm.caller if vm else caller)
        kind = next((kind for bit, kind in (("table", "pagetable"), ("kmalloc", "kmalloc"), ("guard", "guard"))
                     if block.flags & self.bits[bit]), "pages")
        return kind, self.kernel.symbol(caller)

# SPDX-License-Identifier: MIT
"""
Slab caches, their slabs and objects; mm/slab_internal.h tells what an object's word says.
"""
import dataclasses

from k896.errors import NotYet, bounded

IN_USE, CACHED, ON_SLAB = "allocated", "in an array", "on the slab's list"
LISTS = ("slabs_full", "slabs_partial", "slabs_free")


@dataclasses.dataclass(frozen=True)
class Object:
    """One object: number in its slab, address, state, last caller (0: none)."""
    index: int
    address: int
    state: str
    caller: int


def caches(kernel):
    """Every cache, in the order of the chain."""
    kernel.must_be_loaded()
    found = list(kernel.list(kernel.layout.variable("cache_chain")[0], "struct kmem_cache", "next"))
    if not found:
        raise NotYet("not set up yet: there are no caches before kmem_cache_init()")
    return found


def name(kernel, cache):
    return kernel.text(cache.address_of("name"), kernel.layout.type("struct kmem_cache").fields["name"][1].count)


def slabs(kernel, cache):
    """Yield (list name, slab) of all slabs of a cache."""
    for node in cache.node:
        for which in LISTS:
            for slab in kernel.list(node.address_of(which), "struct slab", "list"):
                yield which, slab


def counts(kernel, cache):
    """The figures of slabinfo: active and all objects, active and all slabs."""
    active_objects = objects = active_slabs = number = 0
    for _, slab in slabs(kernel, cache):
        active_objects += slab.inuse
        objects += cache.num
        active_slabs += slab.inuse != 0
        number += 1
    return active_objects, objects, active_slabs, number


def cached(kernel, cache):
    """Free objects in the CPUs' arrays."""
    return sum(cache.array[cpu].deref().avail for cpu in kernel.cpus())


def decode(kernel, word):
    """(state, last caller) of an object's word."""
    constants = kernel.constants
    state = word & constants["BUFCTL_STATE"]
    stext = kernel.layout.symbols["_stext"]
    if state == constants["BUFCTL_ON_SLAB"]:
        what, caller = ON_SLAB, stext + (word >> constants["BUFCTL_NEXT_BITS"])
    else:
        what = IN_USE if state == constants["BUFCTL_IN_USE"] else CACHED
        caller = (word & ~constants["BUFCTL_STATE"] & 0xffffffff) + constants["KERNEL_LINK_BASE"]
    return what, 0 if caller == stext else caller


def pages_per_slab(kernel, cache):
    """Pages of a slab of a cache."""
    largest = kernel.layout.type("struct zone").fields["free_area"][1].count - 1
    return 1 << bounded(cache.gfporder, largest, "a slab's order")


def objects_per_slab(kernel, cache):
    """Objects in a slab of a cache."""
    return bounded(cache.num, pages_per_slab(kernel, cache) << kernel.page_shift, "the number of objects in a slab")


def objects(kernel, cache, slab):
    """All objects of a slab."""
    words = slab.bufctl
    start = int(slab.s_mem)
    for index in range(objects_per_slab(kernel, cache)):
        state, caller = decode(kernel, words[index])
        yield Object(index, start + index * cache.size, state, caller)


def find(kernel, page, address):
    """(cache, slab, object) that an address in a slab page belongs to; object None outside of all."""
    cache, slab = page.slab_cache.deref(), page.slab.deref()
    distance = address - int(slab.s_mem)
    index = distance // cache.size
    if distance < 0 or index >= cache.num:
        return cache, slab, None
    state, caller = decode(kernel, slab.bufctl[index])
    return cache, slab, Object(index, int(slab.s_mem) + index * cache.size, state, caller)

# SPDX-License-Identifier: MIT
"""What is there from the first moments on: memblock's lists, the resources, the log."""
from k896.errors import NotYet, bounded

MOST = 1 << 16      # regions, or resources: more is not what a machine has


def memblock_lists(kernel):
    """[(name, [(base, size, flags)])] of memory, reserved and physmem."""
    kernel.must_be_loaded()
    memblock = kernel.var("memblock")
    lists = []
    for kind in (memblock.memory, memblock.reserved, kernel.var("physmem")):
        regions = [kind.regions[i] for i in range(bounded(kind.cnt, MOST, "memblock's number of regions"))]
        lists.append((kernel.text(kind.name), [(r.base, r.size, r.flags) for r in regions if r.size]))
    if not any(regions for _, regions in lists):
        raise NotYet("not set up yet: memblock is empty before bootmem_init()")
    return lists


def is_ram(kernel, phys):
    """Is RAM there? As long as the kernel has not asked the firmware, anything may be."""
    try:
        lists = dict(memblock_lists(kernel))
    except NotYet:
        return True
    return any(base <= phys < base + size for base, size, _ in lists["physmem"] or lists["memory"])


def flag_names(kernel, flags):
    """MEMBLOCK_* without the prefix, from the lowest bit."""
    return [name[len("MEMBLOCK_"):] for name, value in kernel.enum("memblock_flags").items()
            if value and flags & value]


def resources(kernel):
    """[(depth, start, end, name)] of iomem_resource's tree, in order; @end is the last byte."""
    kernel.must_be_loaded()
    found = []
    stack = [(0, kernel.var("iomem_resource").child)]
    while stack:
        depth, pointer = stack.pop()
        if not pointer:
            continue
        resource = pointer.deref()
        found.append((depth, resource.start, resource.end, kernel.text(resource.name)))
        stack.append((depth, resource.sibling))
        stack.append((depth + 1, resource.child))
        bounded(len(found), MOST, "the number of resources")
    if not found:
        raise NotYet("not set up yet: no resource is registered before bootmem_init()")
    return found


def resource_names(kernel, number):
    """For each of the first @number frames the innermost resource at its first byte, or None."""
    names = [None] * number
    for _, start, end, name in resources(kernel):       # outer ones come first
        first = -(-start >> kernel.page_shift)
        last = min(end >> kernel.page_shift, number - 1)
        if first <= last:
            names[first:last + 1] = [name] * (last + 1 - first)
    return names


def log(kernel):
    """The text of printk's ring buffer, from the first whole line on."""
    kernel.must_be_loaded()
    end = kernel.var("log_end")
    ring = kernel.var("log_buf").bytes()
    if not end:
        raise NotYet("not set up yet: nothing has been printed")
    if end <= len(ring):
        text = ring[:end]
    else:
        at = end % len(ring)
        text = ring[at:] + ring[:at]
        text = text[text.find(b"\n") + 1:]
    return text.decode("utf-8", "replace")

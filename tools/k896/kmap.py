# SPDX-License-Identifier: MIT
"""The slots of kmap() and of kmap_atomic()."""
import dataclasses

from k896 import pagetable, pages
from k896.errors import bounded


@dataclasses.dataclass(frozen=True)
class Slot:
    """A slot that maps a page: number, address, frame; @users is None for a local one."""
    number: int
    address: int
    pfn: int
    users: int | None


def slots(kernel):
    """The slots of kmap() that map something."""
    pages.must_exist(kernel)
    base, size = int(kernel.var("mem_map")), kernel.layout.type("struct page").size
    found = []
    for number, count in enumerate(kernel.var("pkmap_count")):
        if count:
            page = int(kernel.var("page_address_maps")[number].page)
            found.append(Slot(number, kernel.constants["PKMAP_BASE"] + (number << kernel.page_shift),
                              (page - base) // size, count - 1))
    return found


def local_in_use(kernel, cpu):
    """How deep kmap_atomic() is nested on a CPU."""
    first = kernel.constants["FIX_KMAP_BEGIN"] + cpu * kernel.constants["KM_MAX_IDX"]
    return kernel.per_cpu("kmap_slot", cpu) - first


def local_slots(kernel, cpu):
    """The slots of kmap_atomic() that a CPU has in use."""
    constants = kernel.constants
    found = []
    for number in range(bounded(local_in_use(kernel, cpu), constants["KM_MAX_IDX"], "the number of local slots in use")):
        index = constants["FIX_KMAP_BEGIN"] + cpu * constants["KM_MAX_IDX"] + number
        address = constants["FIXADDR_TOP"] - (index << kernel.page_shift)
        phys = pagetable.translate(kernel, address)
        if phys is not None:
            found.append(Slot(number, address, phys >> kernel.page_shift, None))
    return found

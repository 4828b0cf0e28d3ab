# SPDX-License-Identifier: MIT
"""
The figures that k896 sets itself, by the rows of kernel/bench/.

@first is what every row of the default build keeps to - tests hold it there -, and @aim
is where it is to end: below half of what a Linux 6.1 needs that was built without
whatever it can do without. Guest instructions; an allocation and its free, unless said.
"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Goal:
    """@by: which of a row's numbers counts: "median", or "mean" where rare costs belong to it."""
    first: float
    aim: float
    by: str = "median"


GOALS = {
    "page-0": Goal(200, 90),
    "page-0-batch": Goal(350, 180, "mean"),
    "page-0-highuser": Goal(200, 90),
    "page-3": Goal(330, 150),
    "page-4": Goal(450, 250),
    "page-9": Goal(600, 300),
    "cache-64": Goal(70, 36),
    "cache-256-batch": Goal(180, 110, "mean"),
    "kmalloc-const": Goal(80, 45),
    "kmalloc-any": Goal(100, 60),
    "kmalloc-16K": Goal(400, 200),
    "kmalloc-128K": Goal(600, 300),
    "kmalloc-mix": Goal(90, 60, "mean"),
    "vmalloc-1": Goal(1000, 600),
    "vmalloc-16": Goal(3500, 2500),
    "vmalloc-256": Goal(40000, 30000),
    "vmap-16": Goal(900, 500),
    "ioremap-1": Goal(1000, 500),
    "kmap-atomic-high": Goal(70, 40),
    "kmap-atomic-low": Goal(25, 12),
    "kmap-again": Goal(100, 60),
    "kmap-first": Goal(220, 130, "mean"),
    "page-address-low": Goal(10, 6),
    "page-address-high": Goal(30, 16),
}

# Instructions of the stage of boot that sets up zones, mem_map and the buddy's lists.
BOOT_STAGE = "zones, mem_map, memblock to buddy"
BOOT_GOALS = {"512M": Goal(4e6, 2e6), "3G": Goal(12e6, 8e6)}

# RAM that the page allocator never gets, in per cent.
RESERVED_GOALS = {"64M": Goal(3, 2), "512M": Goal(1.5, 1.0), "3G": Goal(1.0, 0.9)}


def figure(row):
    """The number of a measured row that its goal is about."""
    return row[row["by"]]

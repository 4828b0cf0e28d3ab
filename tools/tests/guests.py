# SPDX-License-Identifier: MIT
"""
Guests that several tests look into: booted once for each worker, stopped at the prompt.
"""
import dataclasses
import os
import pathlib

import pytest

import lab
import qmp
from lab import Config
from k896 import pages, slab, text, vmalloc, zones
from k896.kernel import open_kernel

# Little memory, and all the same high memory: the vmalloc area takes what is above 64 MiB.
ARGS = "selftest=none vmalloc=960M"
# What is held while it is looked at: something of every kind.
HELD = ("cache create playcache 72", "alloc object playcache", "alloc object playcache", "alloc kmalloc 100",
        "alloc kmalloc 20000", "alloc page 3 highmem", "alloc page 0 highmem", "alloc kmap #6", "alloc page 2",
        "alloc vmalloc 64K", "alloc vmalloc 5K", "alloc vmalloc 9000K", "free #9", "alloc ioremap 0xfee00000 4096")
VIEWS = {"meminfo": text.meminfo, "buddyinfo": text.buddyinfo, "zoneinfo": text.zoneinfo,
         "slabinfo": text.slabinfo, "vmallocinfo": text.vmallocinfo, "memblock": text.memblock,
         "iomem": text.iomem, "kmap": text.kmap_slots}


@dataclasses.dataclass
class Guest:
    """A guest that was stopped at its prompt: what its views said, by (name, argument), and its memory, twice."""
    said: dict
    dump: pathlib.Path
    ram: pathlib.Path
    elf: pathlib.Path

    def kernel(self):
        return open_kernel(self.elf, self.dump)


def places(kernel):
    """Addresses of all kinds: code, data, objects, free and reserved pages, areas, slots, nothing."""
    every = pages.Pages(kernel)
    symbols = kernel.layout.symbols
    cache = slab.caches(kernel)[1].address
    one = next(one for cache in slab.caches(kernel) for _, one in slab.slabs(kernel, cache) if one.free < cache.num)
    lowmem = next(zone for zone in zones.zones(kernel) if zone.zone_start_pfn)
    found = [symbols["kmalloc_large"] + 4, symbols["_stext"], symbols["cache_chain"], cache, cache + 100,
             cache - 1, one.address + 8, int(one.s_mem), int(one.s_mem) + 77 * one.free, int(kernel.var("mem_map")) + 321,
             kernel.page_offset, kernel.high_memory + 8, 0, 0x12345678, 0xfffff000,
             kernel.constants["FIXADDR_START"], kernel.constants["FIXADDR_TOP"] - 0x20000, kernel.constants["PKMAP_BASE"],
             kernel.constants["PKMAP_BASE"] + (kernel.var("last_pkmap_nr") << 12) + 5,
             kernel.constants["VMALLOC_END"] - 4]
    for area in vmalloc.areas(kernel):
        found += [area.va_start + 0x123, area.va_end - 1, area.va_end]
    for state in (pages.BUDDY, pages.PCP, pages.ALLOCATED, pages.RESERVED):
        block = next((b for b in every.blocks(lowmem.zone_start_pfn, kernel.var("max_low_pfn")) if b.state == state), None)
        if block:
            found.append(kernel.page_offset + (block.end - 1 << 12) + 16)
    return found


@pytest.fixture(name="guest", scope="session")
def fixture_guest(tmp_path_factory):
    """A kernel that has run suites which leave areas, slots and slabs behind."""
    folder = tmp_path_factory.mktemp("guest")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    config = Config(f"inspect-{worker}", mem="96M", args=ARGS,
                    extra=("-object", f"memory-backend-file,id=ram,mem-path={folder}/ram,share=on,size=96M",
                           "-machine", "memory-backend=ram",
                           "-qmp", f"unix:{folder}/qmp,server=on,wait=off"))
    with lab.Session(config, args="") as session:
        session.run("test slab,vmalloc,highmem", timeout=60)
        for line in HELD:
            session.run(line)
        said = {(name, None): session.run(name).replace("\r", "").splitlines() for name in (*VIEWS, "ptdump")}
        outside = open_kernel(config.elf, folder / "ram")
        for address in places(outside):
            said["explain", address] = session.run(f"explain {address:#x}").replace("\r", "").splitlines()
            said["pagewalk", address] = session.run(f"pagewalk {address:#x}").replace("\r", "").splitlines()
        for pfn in (0, 0x150, *range(0x1000, outside.var("max_pfn") + 1, 0x7ff)):
            said["page", pfn] = session.run(f"page {pfn:#x}").replace("\r", "").splitlines()
        with qmp.Qmp(folder / "qmp") as connection:
            connection.dump(folder / "dump")
            said["registers", None] = connection.human("info registers")
            connection.execute("stop")
            said["everything", None] = session.log_text().replace("\r", "").splitlines()
            yield Guest(said, folder / "dump", folder / "ram", lab.OUT / "k896.elf")
    (folder / "dump").unlink()
    (folder / "ram").unlink()


@pytest.fixture(name="kernel", scope="session")
def fixture_kernel(guest):
    return guest.kernel()


def without_blanks(lines):
    return [line.rstrip() for line in lines if line.strip()]

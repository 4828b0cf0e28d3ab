# SPDX-License-Identifier: MIT
"""
What a boot must make of a machine: from the firmware's map to memblock, to the names of
physical memory, to zones and their watermarks.

A Story is a machine of the host build and what is to come of its map, written down by
hand. The rest follows, worked out here a second time and in another way: by sets of page
frames and by Linux's formulas. check(program) boots each machine and returns what differs, so
that test_bootstory.py and the mutation runner can both ask.
"""
import bisect
import dataclasses
import math
import pathlib
import re
import subprocess

PAGE = 4096
K, M, G = 1 << 10, 1 << 20, 1 << 30
PAGE_OFFSET = 0xC0000000
LOW_LIMIT = 896 * M
DMA_LIMIT = 16 * M
LEAST_FREE = 512 * K
IMAGE = "IMAGE"                 # where the kernel's image ends, in a Story

TYPES = {1: "usable", 2: "reserved", 3: "ACPI data", 4: "ACPI NVS", 5: "unusable"}
NAMES = {"usable": "System RAM", "ACPI data": "ACPI Tables", "reserved": "Reserved",
         "ACPI NVS": "ACPI Non-volatile Storage", "unusable": "Unusable memory"}

LOW = [(0, PAGE, "reserved"), (PAGE, 640 * K, "usable"), (640 * K, M, "reserved")]

# Where the host's loader puts what it leaves: see arch/host/process/main.c.
INFO, LOADER, MAP, MODULES, MODULE_NAMES, CMDLINE = 0x1000, 0x1080, 0x1100, 0x1800, 0x1900, 0x2000


@dataclasses.dataclass(frozen=True)
class Story:
    """
    @ranges: the firmware's map, (start, end, type). @used: what is to come of it.
    @physical: RAM that the firmware tells of, whatever is used; None: all that is used.
    @says: the lines about memory map and modules, in order.
    @bios: where the BIOS's own data begins below 640 KiB. @bda: (segment, KiB) it tells.
    @modules: those given; @taken: of them, by index, those that are taken.
    @debugged: the caches of kmalloc() that slab_debug= is about.
    """
    ranges: tuple
    used: tuple
    says: tuple = ()
    physical: tuple = None
    options: tuple = ()
    bda: tuple = ()
    bios: int = 0x9f000
    modules: tuple = ()
    taken: tuple = ()
    debugged: tuple = ()

    def arguments(self):
        argv = ["--map", ",".join(f"{start}-{end}:{kind}" for start, end, kind in self.ranges)]
        for start, end in self.modules:
            argv += ["--module", f"{start}-{end}"]
        if self.bda:
            argv += ["--bda", f"{self.bda[0]}:{self.bda[1]}"]
        return [*argv, *self.options, "selftest=views"]


STORIES = {
    "plain": Story(((0, 640 * K, 1), (M, 64 * M, 1)), (*LOW, (M, 64 * M, "usable"))),
    "types": Story(
        ((0, 640 * K, 1), (M, 64 * M, 1), (0, 640 * K, 3), (60 * M, 61 * M, 4), (62 * M, 70 * M, 9),
         (64 * M, 64 * M, 1), (M + 512 * K, 12 * M, 5), (1000 * M, 1010 * M, 1)),
        ((0, PAGE, "reserved"), (PAGE, 640 * K, "ACPI data"), (640 * K, M, "reserved"),
         (M, IMAGE, "usable"), (IMAGE, 12 * M, "unusable"), (12 * M, 60 * M, "usable"),
         (60 * M, 61 * M, "ACPI NVS"), (61 * M, 62 * M, "usable"), (62 * M, 70 * M, "reserved"),
         (1000 * M, 1010 * M, "usable")),
        says=("memory map: 1 empty entries ignored",
              "memory map: 1 entries of unknown type, taken as reserved",
              "memory map: the kernel's own memory is not listed as RAM; added",
              "Module 0: [mem 0x01000000-0x01000500) 0",
              "module 1 (1) lies over the kernel: ignored",
              "module 2 (2) does not lie in RAM that is used",
              "Module 2: [mem 0x06400000-0x06500000) 2"),
        physical=((M, M + 512 * K), (12 * M, 60 * M), (61 * M, 62 * M), (1000 * M, 1010 * M)),
        bda=(0x9fc0, 639), modules=((16 * M, 16 * M + 0x500), (M, 2 * M), (100 * M, 101 * M)),
        taken=(0, 2)),
    # An end below the kernel's or above its start is not over it; nor is an empty module.
    # And more high memory than its watermark grows with.
    "modules": Story(
        ((0, 640 * K, 1), (M, 1536 * M, 1), (4 * G, 6 * G, 1)), (*LOW, (M, 1536 * M, "usable")),
        says=("memory map: 2048 MiB of RAM beyond 4 GiB are out of reach without PAE",
              "module 0 (0) does not lie in RAM that is used",
              "Module 0: [mem 0x000ff000-0x00100000) 0",
              "module 1 (1) lies over the kernel: ignored",
              "Module 2: [mem 0x00c00000-0x00c00000) 2",
              "Module 3: [mem 0x00c00000-0x00c00001) 3"),
        bda=(0x2000, 0), bios=0x20000,
        modules=((0xff000, M), (0xff000, M + 1), (12 * M, 12 * M), (12 * M, 12 * M + 1)), taken=(0, 3)),
    "edits": Story(
        ((0, 640 * K, 1), (M, 64 * M, 1), (60 * M, 61 * M, 0)),
        (*LOW, (M, 10 * M, "usable"), (10 * M, 10 * M + PAGE, "ACPI data"),
         (10 * M + PAGE, 11 * M, "usable"), (11 * M, 12 * M, "reserved"), (12 * M, 60 * M, "usable"),
         (60 * M, 61 * M, "reserved"), (61 * M, 62 * M, "usable")),
        says=("memory map: 1 entries of unknown type, taken as reserved",),
        physical=((PAGE, 640 * K), (M, 60 * M), (61 * M, 64 * M)),
        options=("memmap=8K@100M", "mem=62M", "memmap=4K#10M,1M$11M"), bda=(0, 600), bios=600 * K),
    "exact": Story(
        ((0, 640 * K, 1), (2 * M, 64 * M, 1)),
        ((0, PAGE, "reserved"), (2 * PAGE, 3 * PAGE, "usable"), (640 * K, M, "reserved"),
         (M, IMAGE, "usable"), (32 * M, 64 * M, "usable")),
        says=("memory map: the kernel's own memory is not listed as RAM; added",),
        physical=((PAGE, 640 * K), (2 * M, 64 * M)), options=("memmap=exactmap,32M@32M,4K@8K",), bda=(0x9000, 600), bios=0x90000),
    "sparse": Story(
        ((0, 640 * K, 1), (M, 32 * M, 1), (3000 * M, 3001 * M, 1)), (*LOW, (M, 32 * M, "usable")),
        physical=((PAGE, 640 * K), (M, 32 * M), (3000 * M, 3001 * M)),
        says=("command line: malformed value in slab_debug=FX, wanted "
              "slab_debug=[FPZU][,CACHE...]; default kept",
              "memory map: 1024 KiB of RAM left out: low memory has no room to describe it"),
        options=("slab_debug=FX",)),
    "costly": Story(
        ((0, 640 * K, 1), (M, 512 * M, 1), (3000 * M, 3001 * M, 1)), (*LOW, (M, 512 * M, "usable")),
        physical=((PAGE, 640 * K), (M, 512 * M), (3000 * M, 3001 * M)),
        says=("memory map: 1024 KiB of RAM left out: describing it costs more than it gives",),
        options=("slab_debug=Z,kmalloc-64,kmalloc-1*",),
        debugged=("kmalloc-1024", "kmalloc-128", "kmalloc-1352", "kmalloc-16", "kmalloc-1624",
                  "kmalloc-192", "kmalloc-64")),
    "wrapped": Story(
        ((0, 640 * K, 1), (M, 64 * M, 1), (4 * G - 8 * K, 4 * G + 1023 * K, 1)),
        (*LOW, (M, 64 * M, "usable")),
        physical=((PAGE, 640 * K), (M, 64 * M), (4 * G - 8 * K, 4 * G - PAGE)),
        says=("memory map: 1 MiB of RAM beyond 4 GiB are out of reach without PAE",
              "memory map: 4 KiB of RAM left out: low memory has no room to describe it"),
        bda=(0x1fff, 0)),
    # Ends that are no multiple of anything, and page tables in three rows.
    "ragged": Story(
        ((0, 640 * K, 1), (M, 48 * M, 1), (48 * M + 4 * K, 48 * M + 8 * K, 1),
         (48 * M + 16 * K, 48 * M + 28 * K, 1)),
        (*LOW, (M, 48 * M, "usable"), (48 * M + 4 * K, 48 * M + 8 * K, "usable"),
         (48 * M + 16 * K, 48 * M + 28 * K, "usable")),
        options=("debug_pagealloc=on", "init_on_free=0", "memblock=debug", "min_free_kbytes=1000")),
    "malformed": Story(
        ((0, 640 * K, 1), (M, 64 * M, 1)), (*LOW, (M, 64 * M, "usable")),
        says=tuple(f"command line: malformed value in {given}, wanted {wanted}; default kept"
                   for given, wanted in (
                       ("mem=1Q", "mem=SIZE"), ("memmap=junk", "memmap=SIZE@START|SIZE$START|SIZE#START|"
                                                "exactmap[,...]"),
                       ("memblock=on", "memblock=debug"), ("init_on_alloc=maybe", "init_on_alloc=0|1"),
                       ("init_on_free=2", "init_on_free=0|1"),
                       ("debug_pagealloc=x", "debug_pagealloc=on|off"),
                       ("min_free_kbytes=262145", "min_free_kbytes=N"))),
        options=("mem=1Q", "memmap=junk", "memblock=on", "init_on_alloc=maybe", "init_on_free=2",
                 "debug_pagealloc=x", "min_free_kbytes=262145")),
    "zeroing": Story(
        ((0, 640 * K, 1), (M, 32 * M, 1)), (*LOW, (M, 32 * M, "usable")),
        options=("init_on_alloc=1", "init_on_free=on", "debug_pagealloc=on", "debug_pagealloc=off",
                 "min_free_kbytes=0x400")),
    # Of high memory 64 times 1023 pages, and the most that may be kept.
    "high": Story(
        ((0, 640 * K, 1), (M, 896 * M + 65472 * PAGE, 1)), (*LOW, (M, 896 * M + 65472 * PAGE, "usable")),
        options=("min_free_kbytes=262144",)),
}


# --- page frames, as sets of ranges --------------------------------------------------------------

def frames_outward(ranges):
    """The page frames that bytes [start, end) touch."""
    return {pfn for start, end in ranges for pfn in range(start // PAGE, -(-end // PAGE))}


def expected_used(story, image_end):
    real = {IMAGE: image_end}
    return [(real.get(start, start), real.get(end, end), kind) for start, end, kind in story.used]


def image_parts(symbols):
    parts = [("Kernel boot", "__boot_start", "__boot_end"), ("Kernel code", "_stext", "__start_rodata"),
             ("Kernel rodata", "__start_rodata", "_sdata"), ("Kernel data", "_sdata", "__init_begin"),
             ("Kernel init", "__init_begin", "__init_end"), ("Kernel bss", "__init_end", "_end")]
    return [(symbols[start] & ~PAGE_OFFSET, symbols[end] & ~PAGE_OFFSET, name)
            for name, start, end in parts if symbols[start] < symbols[end]]


def expected_taken(story, symbols):
    """Ranges with names that boot takes, but for those that it allocates."""
    cmdline = " ".join([*story.options, "selftest=views", "exit=1"])
    taken = [(0, PAGE, "BIOS data area"), (story.bios, 640 * K, "EBDA"), *image_parts(symbols)]
    taken += [(*story.modules[i], "Module") for i in story.taken]
    boot = [(INFO, 29 * 4), (LOADER, len("a Linux process") + 1), (CMDLINE, len(cmdline) + 1),
            (MAP, 24 * len(story.ranges))]
    if story.modules:
        boot += [(MODULES, 16 * len(story.modules))]
    boot += [(MODULE_NAMES + 2 * i, 2) for i in range(len(story.modules))]
    return taken + [(start, start + size, "Boot information") for start, size in boot]


# --- what the kernel printed ---------------------------------------------------------------------

def map_lines(who, text):
    found = re.findall(rf"{who}: \[mem 0x([0-9a-f]{{16}})-0x([0-9a-f]{{16}})\] (.*)", text)
    return [(int(start, 16), int(last, 16) + 1, kind.strip()) for start, last, kind in found]


def iomem_lines(text):
    """(depth, start, end, name), as printed."""
    found = re.findall(r"^( *)([0-9a-f]{8})-([0-9a-f]{8}) : (.*)$", text, re.MULTILINE)
    return [(len(blanks) // 2, int(start, 16), int(last, 16) + 1, name.strip())
            for blanks, start, last, name in found]


def memblock_list(name, text):
    """(start, end) of one list of the memblock view."""
    part = re.search(rf"^{name}\n((?: +\d+: .*\n)*)", text, re.MULTILINE)
    found = re.findall(r"0x([0-9a-f]+)\.\.0x([0-9a-f]+)", part[1] if part else "")
    return [(int(start, 16), int(last, 16) + 1) for start, last in found]


def zones(text):
    """{name: {word: number}} of zoneinfo."""
    result = {}
    for part in re.split(r"^Node 0, zone +", text, flags=re.MULTILINE)[1:]:
        name, rest = part.split(None, 1)
        if "pages free" not in rest:
            continue
        zone = {key: int(value) for key, value in
                re.findall(r"^ *(?:pages )?([a-z_]+):? +(\d+)$", rest, re.MULTILINE)}
        zone["protection"] = [int(number) for number in
                              re.search(r"protection: \((.*)\)", rest)[1].split(",")]
        result[name] = zone
    return result


def blocks(text):
    """{zone: pages in its free lists} of buddyinfo."""
    found = re.findall(r"^Node 0, zone +(\S+)((?: +\d+){11}) *$", text, re.MULTILINE)
    return {name: sum(int(nr) << order for order, nr in enumerate(counts.split()))
            for name, counts in found}


def debugged_caches(text):
    """Of kmalloc(), those that keep something beside each object."""
    found = re.findall(r"^kmalloc-(\d+) +\d+ +\d+ +(\d+) ", text, re.MULTILINE)
    return sorted(f"kmalloc-{name}" for name, size in found if int(size) > int(name))


# --- the second opinion --------------------------------------------------------------------------

def zone_limits(frames):
    """Low memory ends with the last RAM below its limit."""
    low = min((frames[bisect.bisect_left(frames, LOW_LIMIT // PAGE) - 1] + 1) * PAGE, LOW_LIMIT)
    end = (frames[-1] + 1) * PAGE
    return {"DMA": (0, min(DMA_LIMIT, low)), "Normal": (min(DMA_LIMIT, low), low), "HighMem": (low, end)}


def option(story, name):
    """The last value of an option that is well formed, None when it is not given."""
    values = [word.partition("=")[2] for word in story.options if word.startswith(f"{name}=")]
    if any(f"malformed value in {name}=" in line for line in story.says):
        return None
    return values[-1] if values else None


def watermarks(managed, told):
    """Linux's: of each zone (min, low, high), from what all manage, or in KiB as @told."""
    low = managed.get("DMA", 0) + managed.get("Normal", 0)
    min_free = int(told, 0) if told else min(max(math.isqrt(low * 4 * 16), 128), 262144)
    marks = {}
    for name, pages in managed.items():
        share = min_free // 4 * pages // low
        step = max(share // 4, pages // 1000)
        least = min(max(pages // 1024, 32), 128) if name == "HighMem" else share
        marks[name] = (least, least + step, least + 2 * step)
    return marks


def protections(managed):
    above = {"DMA": [0, managed.get("Normal", 0)], "Normal": [0, 0], "HighMem": [0, 0]}
    high = managed.get("HighMem", 0)
    return {"DMA": [0, above["DMA"][1] // 256, (above["DMA"][1] + high) // 256],
            "Normal": [0, 0, high // 32], "HighMem": [0, 0, 0]}


def check_zones(text, ram, taken, min_free):
    """Problems of zoneinfo and buddyinfo, given the frames of RAM and those that are taken."""
    problems = []
    told, free = zones(text), blocks(text)
    frames = sorted(ram)
    given = sorted(ram - taken)

    def count(sorted_frames, start, stop):
        return bisect.bisect_left(sorted_frames, stop // PAGE) - bisect.bisect_left(sorted_frames,
                                                                                    start // PAGE)

    limits = {name: limit for name, limit in zone_limits(frames).items() if count(frames, *limit)}
    managed = {name: count(given, *limit) for name, limit in limits.items()}
    marks, kept = watermarks(managed, min_free), protections(managed)
    for name, (start, stop) in limits.items():
        zone = told.get(name, {})
        expected = {"spanned": (stop - start) // PAGE, "present": count(frames, start, stop),
                    "managed": managed[name], "start_pfn": start // PAGE, "free": free.get(name),
                    "min": marks[name][0], "low": marks[name][1], "high": marks[name][2],
                    "protection": kept[name]}
        # The last "high" of a zone is that of its per-CPU list.
        high = re.search(rf"zone +{name}\n(?:.*\n)*? +high +(\d+)\n", text)
        zone["high"] = int(high[1]) if high else None
        problems += [f"zone {name}: {key} is {zone.get(key)}, not {value}"
                     for key, value in expected.items() if zone.get(key) != value]
    if set(told) - set(limits):
        problems.append(f"zones without memory are shown: {sorted(set(told) - set(limits))}")
    slab = re.search(r"^Slab: +(\d+) kB", text, re.MULTILINE)
    used = sum(managed.values()) - sum(free.values())
    if not slab or used * 4 != int(slab[1]):
        problems.append(f"{used} pages are missing from the free lists, but Slab is {slab and slab[1]} kB")
    total = re.search(r"^MemTotal: +(\d+) kB", text, re.MULTILINE)
    if not total or int(total[1]) != 4 * sum(managed.values()):
        problems.append(f"MemTotal is {total and total[1]}, not {4 * sum(managed.values())} kB")
    return problems


def check_names(text, used, taken):
    """Problems of iomem; the frames that boot allocated, by what it calls them."""
    problems, allocated = [], set()
    lines = iomem_lines(text)
    tops = [(start, end, NAMES[kind]) for start, end, kind in used]
    expected = {(start, end, name) for start, end, name in taken
                if start < end and name != "Kernel init" and name != "Kernel boot"}
    for depth, start, end, name in lines:
        if name in ("mem_map", "Page tables", "Per-CPU areas", "Page tables (boot)"):
            allocated |= frames_outward([(start, end)])
        elif (start, end, name) in expected:
            expected.discard((start, end, name))
        elif depth or (start, end, name) not in tops:
            problems.append(f"iomem: {start:#x}-{end:#x} {name} is unexpected")
    problems += [f"iomem: {start:#x}-{end:#x} {name} is missing" for start, end, name in expected]
    shown = {(start, end, name) for depth, start, end, name in lines if not depth}
    problems += [f"iomem: {start:#x}-{end:#x} {name} is missing" for start, end, name in tops
                 if (start, end, name) not in shown]
    return problems, allocated


def check_sizes(text, symbols, ram, taken):
    """Problems of what is said of the sizes of memory and of the kernel's parts."""
    def size(start, end):
        return (symbols[end] - symbols[start]) // K

    frames, given = sorted(ram), sorted(ram - taken)
    high = zone_limits(frames)["HighMem"][0] // PAGE
    later = size("__boot_start", "__boot_end") + size("__init_begin", "__init_end")
    present, available = 4 * len(frames), 4 * len(given) - later
    lines = [f"Memory: {available}K/{present}K available ({size('_stext', '__start_rodata')}K kernel code, "
             f"{size('__start_rodata', '_sdata')}K rodata, {size('_sdata', '__init_begin')}K rwdata, "
             f"{size('__init_begin', '__init_end')}K init, {size('__init_end', '_end')}K bss, "
             f"{present - available}K reserved, {4 * (len(given) - bisect.bisect_left(given, high))}K highmem)"]
    lines += [f"Freeing {name} memory: {kib}K" for name, kib in
              (("boot code", size("__boot_start", "__boot_end")),
               ("unused kernel image (initmem)", size("__init_begin", "__init_end"))) if kib]
    told = re.findall(r"^\[ *\d+\.\d+\] ((?:Memory: |Freeing ).*?)\r?$", text, re.MULTILINE)
    return [] if told == lines else [f"sizes: {told}, not {lines}"]


def check_page_tables(text):
    """Tables made one below the other have one name; and none is left out."""
    rows = [(start, end) for _, start, end, name in iomem_lines(text) if name == "Page tables"]
    tables = sum(end - start for start, end in rows) // PAGE
    told = re.search(r"^PageTables: +(\d+) kB", text, re.MULTILINE)
    problems = [f"page tables: {before} and {after} are one row" for before, after in zip(rows, rows[1:])
                if before[1] == after[0]]
    if not told or int(told[1]) != 4 * tables:
        problems.append(f"{tables} page tables have names, but there are {told and told[1]} kB of them")
    return problems


def check_options(story, text, taken):
    """Problems of what options of no effect on the map did; @taken before the first allocation."""
    on = {name: option(story, name) in ("1", "on")
          for name in ("debug_pagealloc", "init_on_alloc", "init_on_free")}
    line = (f"unmapped when free: {'yes' if on['debug_pagealloc'] else 'no'}, zeroed: "
            f"{'' if on['init_on_alloc'] else 'not '}when allocated, "
            f"{'' if on['init_on_free'] else 'not '}when freed")
    problems = [] if line in text else [f"not said: {line}"]
    debugged = option(story, "memblock") == "debug"
    if debugged != ("memblock_reserve: [0x" in text) or debugged != ("MEMBLOCK configuration:" in text):
        problems.append(f"memblock is {'not ' if debugged else ''}reported")
    if not debugged:
        return problems
    lists = {name: [(int(start, 16), int(last, 16) + 1) for start, last in
                    re.findall(rf"\] +{name}\[0x[0-9a-f]+\]\t\[0x([0-9a-f]+)-0x([0-9a-f]+)\]", text)]
             for name in ("memory", "reserved", "physmem")}
    reserved = []
    for start, end in sorted((start, end) for start, end, _ in taken if start < end):
        if reserved and start <= reserved[-1][1]:
            reserved[-1] = (reserved[-1][0], max(end, reserved[-1][1]))
        else:
            reserved.append((start, end))
    expected = {"memory": memblock_list("memory", text), "reserved": reserved,
                "physmem": memblock_list("physmem", text)}
    return problems + [f"memblock's dump of {name} is {lists[name]}, not {expected[name]}"
                       for name in lists if lists[name] != expected[name]]


def judge(story, text, symbols):
    """What is wrong with the log of a boot; an empty list if nothing."""
    used = expected_used(story, symbols["_end"] & ~PAGE_OFFSET)
    firmware = [(start, end if end > start else end + 1, TYPES.get(kind, "unknown"))
                for start, end, kind in story.ranges]
    says = [line for line in re.findall(r"^\[ *\d+\.\d+\] (.*?)\r?$", text, re.MULTILINE)
            if re.match(r"memory map:|[Mm]odule \d|command line:", line)]
    ram_ranges = [(start, end) for start, end, kind in used if kind == "usable"]
    physical = ram_ranges if story.physical is None else list(story.physical)
    problems = []
    for what, told, expected in (("the firmware's map", map_lines("firmware", text), firmware),
                                 ("the map as used", map_lines("used", text), used),
                                 ("RAM in memblock", memblock_list("memory", text), ram_ranges),
                                 ("physical memory", memblock_list("physmem", text), physical),
                                 ("what is debugged", debugged_caches(text), list(story.debugged)),
                                 ("what is said", says, list(story.says))):
        if told != expected:
            problems.append(f"{what}: is {told}, not {expected}")
    taken = expected_taken(story, symbols)
    wrong, allocated = check_names(text, used, taken)
    ram = {pfn for start, end, kind in used if kind == "usable"
           for pfn in range(start // PAGE, end // PAGE)}
    # Boot information and .init are given back, or never were RAM of the allocator's.
    kept = frames_outward((start, end) for start, end, name in taken if name not in
                          ("Kernel init", "Kernel boot"))
    return (problems + wrong + check_zones(text, ram, kept | allocated, option(story, "min_free_kbytes")) +
            check_sizes(text, symbols, ram, kept | allocated) + check_page_tables(text) +
            check_options(story, text, taken))


def symbols_of(program):
    """{name: address}; the host's own names for marks are the kernel's again."""
    listing = subprocess.run(["i686-linux-gnu-nm", str(program)], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    table = {}
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) == 3:
            table.setdefault(fields[2], int(fields[0], 16))
    table["_end"] = table.get("k896_end", table.get("_end"))
    return table


def check_story(program, name, timeout=60):
    """Boot one machine; return (problems, log)."""
    story = STORIES[name]
    done = subprocess.run(["timeout", "-k", "5", str(timeout), str(pathlib.Path(program)),
                           *story.arguments()], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False)
    problems = [f"exit status {done.returncode}"] if done.returncode else []
    if done.stderr:
        problems.append(f"standard error: {done.stderr[:200]}")
    return problems + judge(story, done.stdout, symbols_of(program)), done.stdout


def free_low_bytes(story, symbols):
    """Low memory that nothing has taken when bootmem_init() looks whether it is enough."""
    used = expected_used(story, symbols["_end"] & ~PAGE_OFFSET)
    taken = sorted((start, end) for start, end, _ in expected_taken(story, symbols))
    left = 0
    for start, end, kind in used:
        if kind == "usable":
            for begin, stop in taken:
                left += max(0, min(begin, end, LOW_LIMIT) - start)
                start = max(start, stop)
            left += max(0, min(end, LOW_LIMIT) - start)
    return left


def small_machine(end, image_end):
    """RAM from 0 to @end, and the kernel's own."""
    return Story(((0, end, 1), (M, image_end, 1)),
                 ((0, PAGE, "reserved"), (PAGE, end, "usable"), (640 * K, M, "reserved"),
                  (M, image_end, "usable")))


def check_least(program, timeout=60):
    """The smallest machine that is let through, and the one that has a page less."""
    symbols = symbols_of(program)
    image_end = symbols["_end"] & ~PAGE_OFFSET
    end = PAGE
    while free_low_bytes(small_machine(end, image_end), symbols) < LEAST_FREE:
        end += PAGE
    problems = []
    for size, enough in ((end, True), (end - PAGE, False)):
        done = subprocess.run(["timeout", "-k", "5", str(timeout), str(pathlib.Path(program)),
                               *small_machine(size, image_end).arguments()], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", check=False)
        ram = size - PAGE + image_end - M
        left = free_low_bytes(small_machine(size, image_end), symbols)
        text = (f"too little memory: {ram // K} KiB of RAM, of which {left // K} KiB are free low "
                f"memory; {LEAST_FREE // K} KiB are needed")
        if ("too little memory" in done.stdout) == enough or not (enough or text in done.stdout):
            problems.append(f"{size:#x} bytes: not {'let through' if enough else text}")
    return problems


def check(program):
    """The first problem of any story, None if there is none."""
    for name in STORIES:
        problems, _ = check_story(program, name)
        if problems:
            return f"{name}: {problems[0]}"
    return next(iter(check_least(program)), None)

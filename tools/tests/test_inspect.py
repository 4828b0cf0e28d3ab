# SPDX-License-Identifier: MIT
"""
The view from outside, tools/k896: on a dump it must say what the monitor says, and be
right where the monitor has no view; and the pictures made of it.
"""
import functools
import random
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET

import pexpect
import pytest

import lab
import qemu
from guests import VIEWS, without_blanks
from k896 import early, explain, frames, kmap, look, pages, pagetable, picture, slab, text, vmalloc, zones
from k896.elf import ElfFile, NotElf
from k896.errors import Corrupt, KernelError, NotYet, Unreadable
from k896.kernel import Kernel, open_kernel
from k896.memory import Dump, RamFile, open_memory

@pytest.mark.parametrize("name", VIEWS)
def test_view_says_what_the_monitor_says(guest, kernel, name):
    assert without_blanks(VIEWS[name](kernel)) == without_blanks(guest.said[name, None])


def test_places_are_explained_alike(guest, kernel):
    """The monitor's lines for every kind of address; a few of our own may stand between them."""
    asked = [address for name, address in guest.said if name == "explain"]
    assert len(asked) > 30
    for address in asked:
        ours = explain.explain(kernel, address)
        theirs = without_blanks(guest.said["explain", address])
        assert not [line for line in theirs if line not in ours], (hex(address), theirs, ours)
        assert without_blanks(look.pagewalk(kernel, address)) == without_blanks(guest.said["pagewalk", address])


def test_pages_are_described_alike(guest, kernel):
    asked = [pfn for name, pfn in guest.said if name == "page"]
    assert len(asked) > 10
    for pfn in asked:
        if pfn < kernel.var("max_pfn"):
            assert look.page(kernel, pfn) == without_blanks(guest.said["page", pfn])


def test_ptdump_maps_what_the_monitor_says(guest, kernel):
    """The monitor's ranges do not tell frames; what is mapped, and how, must be the same."""
    theirs = set()
    for line in guest.said["ptdump", None]:
        match = re.match(r"0x([0-9a-f]+)-0x([0-9a-f]+) +\S+ (.*p[mt][de])$", line)
        if match:
            theirs.add((int(match[1], 16), int(match[2], 16) or 1 << 32, match[3].strip()))
    assert len(theirs) > 3
    ours = [(found.start, found.end, pagetable.prot_text(found.prot).strip())
            for found in pagetable.ranges(kernel)]
    for start, end, columns in theirs:
        covered = sum(min(end, b) - max(start, a) for a, b, c in ours
                      if a < end and b > start and c == columns)
        assert covered == end - start, f"{start:#x}-{end:#x} {columns}"
    assert sum(b - a for a, b, _ in ours) == sum(b - a for a, b, _ in theirs)


def test_walks_agree_with_qemu(guest, kernel):
    """Every address of the text view ptdump, by a walk of CR3 and of the kernel's directory."""
    cr3 = int(re.search(r"CR3=([0-9a-f]+)", guest.said["registers", None])[1], 16)
    assert kernel.memory.registers()["cr3"] == cr3
    assert pagetable.directory(kernel, cr3) == pagetable.kernel_directory(kernel)
    for found in pagetable.ranges(kernel):
        assert pagetable.translate(kernel, found.start, cr3) == found.phys
        assert pagetable.translate(kernel, found.end - 1) == found.phys + found.end - 1 - found.start
    assert pagetable.translate(kernel, 0) is None


def test_log_is_the_serial_line(guest, kernel):
    lines = without_blanks(early.log(kernel).splitlines())
    assert len(lines) > 100
    assert not set(lines) - set(without_blanks(guest.said["everything", None]))


def test_ram_file_and_dump_are_one_memory(guest, kernel):
    """What QEMU dumped is what the shared file holds, guard pages included."""
    ram = RamFile(guest.ram)
    start = kernel.var("memblock").memory.regions[1].base
    end = kernel.var("max_pfn") << 12
    guards = [kernel.var("guard_pages")[i].addr for i in range(kernel.var("nr_guard_pages"))]
    assert guards and all(pagetable.translate(kernel, guard) is None for guard in guards)
    for phys in (*range(start, end - 4096, 0x31000), *(guard - kernel.page_offset for guard in guards)):
        assert ram.read(phys, 4096) == kernel.memory.read(phys, 4096), hex(phys)
    other = Kernel(kernel.layout, ram)
    assert text.buddyinfo(other) == text.buddyinfo(kernel)


def test_blocks_and_lists_agree(kernel):
    """Every block on a free list is what mem_map says, and every free page is on a list."""
    every = pages.Pages(kernel)
    on_lists = set()
    for zone in zones.zones(kernel):
        for order, area in enumerate(zone.free_area):
            pfns = list(zones.free_blocks(kernel, zone, order))
            assert len(pfns) == area.nr_free
            on_lists |= {(pfn, order, pages.BUDDY) for pfn in pfns}
        for cpu in kernel.cpus():
            on_lists |= {(pfn, order, pages.PCP) for order, pfn in zones.pcp_blocks(kernel, zone, cpu)}
    in_map = {(b.pfn, b.order, b.state) for b in every.blocks() if b.state in (pages.BUDDY, pages.PCP)}
    assert on_lists == in_map
    for block in in_map:
        last = block[0] + (1 << block[1]) - 1
        assert every.holder(last).pfn == block[0]


def test_frames_account_for_all_memory(kernel):
    found = frames.classify(kernel)
    assert len(found) == kernel.var("max_pfn")
    assert found.count("lost") == 0
    assert found.count("free") == sum(zone.free_pages for zone in zones.zones(kernel))
    assert found.count("slab") == kernel.var("slab_pages").counter
    assert found.count("vmalloc") == kernel.var("nr_vmalloc_pages").counter
    mem_map = kernel.phys(int(kernel.var("mem_map"))) >> 12
    assert found.kind[mem_map] == frames.INDEX["memmap"]
    assert found.count("memmap") == -(-kernel.var("max_pfn") * 32 // 4096)
    text_pfn = (kernel.layout.symbols["_stext"] - kernel.page_offset) >> 12
    assert (found.kind[text_pfn], found.what[text_pfn]) == (frames.INDEX["image"], "Kernel code")


def test_what_is_held_is_found(guest, kernel):
    """What alloc holds at the prompt, by the right names."""
    found = frames.classify(kernel)
    by = {}
    for pfn, kind in enumerate(found.kind):
        key = frames.KINDS[kind]["id"], str(found.what[pfn]).split("+", maxsplit=1)[0]
        by[key] = by.get(key, 0) + 1
    assert by["vmalloc", "play_vmalloc"] == 2 + 2250 + 3     # the last for an array of pages
    assert by["kmalloc", "play_kmalloc"] == 8
    assert by["pages", "play_alloc_page"] == 8 + 1 + 4
    assert by["slab", "playcache"] >= 1
    assert [slot.users for slot in kmap.slots(kernel)].count(1) == 1
    assert "ioremap" in text.vmallocinfo(kernel)[-1]


def test_every_object_is_accounted_for(kernel):
    """Objects by their words against the counts of slabs and arrays."""
    for cache in slab.caches(kernel):
        states = {slab.IN_USE: 0, slab.CACHED: 0, slab.ON_SLAB: 0}
        inuse = 0
        for _, one in slab.slabs(kernel, cache):
            inuse += one.inuse
            for thing in slab.objects(kernel, cache, one):
                states[thing.state] += 1
                page = pages.Pages.page(StandIn(kernel), kernel.phys(thing.address) >> 12)
                assert slab.find(kernel, page, thing.address + cache.object_size - 1)[2] == thing
        assert states[slab.CACHED] == slab.cached(kernel, cache)
        assert states[slab.IN_USE] + states[slab.CACHED] == inuse


class StandIn:
    """What Pages.page() needs of a Pages, without reading all of mem_map each time."""

    def __init__(self, kernel):
        self.kernel, self.base = kernel, int(kernel.var("mem_map"))
        self.type = kernel.layout.type("struct page")


def test_layout_is_that_of_the_compiler(guest, kernel):
    """Offsets and sizes as gdb prints them."""
    asked = [("struct page", "_refcount"), ("struct zone", "free_area"), ("struct kmem_cache", "name"),
             ("struct vmap_area", "pooled"), ("struct slab", "bufctl"), ("struct resource", "child")]
    argv = ["gdb", "-q", "-batch", "-nx", str(guest.elf)]
    for name, field in asked:
        argv += ["-ex", f"print sizeof({name})", "-ex", f"print (long)&(({name} *)0)->{field}"]
    said = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout
    numbers = [int(number) for number in re.findall(r"= (\d+)", said)]
    ours = []
    for name, field in asked:
        kind = kernel.layout.type(name)
        ours += [kind.size, kind.offset(field)]
    assert numbers == ours


def test_before_anything_is_set_up(guest, kernel):
    """An empty machine, and an image that has just been loaded, without a line of it run."""
    for memory in (Nothing(), Loaded(kernel)):
        early_kernel = Kernel(kernel.layout, memory)
        for view in (*VIEWS.values(), text.dmesg, frames.classify):
            with pytest.raises(NotYet, match="not set up yet"):
                view(early_kernel)


class Nothing:
    """64 MiB of zeroes."""

    @staticmethod
    def read(phys, size):
        if phys + size > 64 << 20:
            raise Unreadable("outside")
        return bytes(size)

    @staticmethod
    def registers():
        return {}


class Loaded(Nothing):
    """The same with the kernel's image where a boot loader puts it."""

    def __init__(self, kernel):
        self.elf = kernel.layout.elf

    def read(self, phys, size):
        data = bytearray(super().read(phys, size))
        for segment in self.elf.loads:
            start, end = segment["paddr"], segment["paddr"] + segment["filesz"]
            a, b = max(start, phys), min(end, phys + size)
            if a < b:
                at = segment["offset"] + a - start
                data[a - phys:b - phys] = self.elf.data[at:at + b - a]
        return bytes(data)


def test_torn_list_is_corrupt(kernel):
    head = kernel.layout.variable("cache_chain")[0]

    class Torn:
        """The caches' list led back into itself, behind its second node."""
        def __init__(self):
            nodes = list(kernel.list_nodes(head))
            self.at, self.value = nodes[1] - kernel.page_offset, struct.pack("<I", nodes[0])

        def read(self, phys, size):
            data = bytearray(kernel.memory.read(phys, size))
            if phys <= self.at and self.at + 4 <= phys + size:
                data[self.at - phys:self.at - phys + 4] = self.value
            return bytes(data)

    with pytest.raises(Corrupt, match="comes back"):
        slab.caches(Kernel(kernel.layout, Torn()))


class Garbled:
    """The guest's memory with a few words changed. That many reads are more than any view needs."""
    def __init__(self, kernel, words, most=50000):
        self.memory, self.words, self.left = kernel.memory, words, most

    def registers(self):
        return self.memory.registers()

    def read(self, phys, size):
        self.left -= 1
        assert self.left, "a view goes on and on"
        data = bytearray(self.memory.read(phys, size))
        for at, value in self.words.items():
            if phys <= at and at + 4 <= phys + size:
                struct.pack_into("<I", data, at - phys, value)
        return bytes(data)


def words_of_structures(kernel):
    """Addresses of the words that views stand on, by structure."""
    found = []
    for name in ("contig_page_data", "memblock", "vmalloc_space", "cache_chain", "max_pfn", "mem_map", "high_memory",
                 "nr_cpu_ids", "__per_cpu_offset", "iomem_resource", "nr_guard_pages", "nr_layout_regions", "kmap_slot"):
        address, kind = kernel.layout.variable(name)
        found.append(range(address, address + kind.size, 4))
    structures = list(slab.caches(kernel)) + list(vmalloc.areas(kernel)) + [area.vm.deref() for area in vmalloc.areas(kernel)
                                                                            if area.vm]
    structures += [one for cache in structures[:8] for _, one in slab.slabs(kernel, cache)]
    found += [range(view.address, view.address + view._type.size, 4) for view in structures]
    page = int(kernel.var("mem_map"))
    return found + [range(page + 32 * pfn, page + 32 * pfn + 32, 4) for pfn in (0x150, 0x1000, 0x3ffc)]


def test_garbage_is_told_in_words(kernel):
    """Whatever a word of a structure says, a view shows something or raises a KernelError, and comes to an end."""
    rng = random.Random(896)
    structures = words_of_structures(kernel)
    values = (0, 1, 0xffffffff, 0x7fffffff, 0x10000000, 0xc0101000, 0xdeadbeef, 0x100)
    views = [*VIEWS.values(), text.dmesg, text.ptdump]
    for address in (0xc0101000, 0xc0800000, 0xc4800123, 0xff800000, slab.caches(kernel)[1].address):
        views += [functools.partial(explain.explain, vaddr=address), functools.partial(look.pagewalk, vaddr=address)]
    views += [functools.partial(look.page, pfn=pfn) for pfn in (0x150, 0x1000, 0x3ffc)]
    for _ in range(25):
        words = {(rng.choice(rng.choice(structures)) & ~3) - kernel.page_offset:
                 rng.choice((*values, rng.choice(rng.choice(structures)))) for _ in range(rng.choice((1, 1, 3)))}
        for view in views:
            try:
                assert isinstance(view(Kernel(kernel.layout, Garbled(kernel, words))), list), words
            except KernelError as err:
                assert str(err), words


def test_addresses_outside_of_all(kernel):
    for address in (0x1000, kernel.high_memory + 0x1000, 0xfffff000):
        with pytest.raises(Unreadable):
            kernel.read(address, 4)
    with pytest.raises(Unreadable):
        kernel.memory.read(0xf0000000, 4)


def test_files_that_are_no_memory(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "short").write_bytes(b"\x7fELF")
    with pytest.raises(Unreadable):
        open_memory(tmp_path / "empty")
    with pytest.raises(NotElf):
        open_memory(tmp_path / "short")
    with pytest.raises(NotElf, match="not a memory dump"):
        open_memory(lab.build() / "k896.elf")


# --- tools/memmap and make dump --------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"


def painted(drawing):
    """{colour: cells} of a picture."""
    area = {}
    group = drawing.find(f"{SVG}g")
    for path in group.findall(f"{SVG}path"):
        for width, height in re.findall(r"h(\d+)v(\d+)h-", path.get("d")):
            size = int(width) * int(height) // (picture.WIDE * picture.HIGH)
            area[path.get("fill")] = area.get(path.get("fill"), 0) + size
    return area


def memmap(*args):
    return subprocess.run([sys.executable, str(lab.ROOT / "tools" / "memmap"), *map(str, args)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def test_memmap_draws_every_frame(guest, kernel, tmp_path):
    done = memmap(guest.dump, "--elf", guest.elf, "-o", tmp_path / "map.svg")
    assert (done.returncode, done.stdout) == (0, "")
    drawing = ET.parse(tmp_path / "map.svg").getroot()
    found = frames.classify(kernel)
    area = painted(drawing)
    assert sum(area.values()) == len(found)
    for kind in frames.KINDS:
        shades = kind.get("orders", [kind["colour"]])
        assert sum(area.get(shade, 0) for shade in shades) == found.count(kind["id"]), kind["id"]
    words = " ".join(drawing.itertext())
    for name in ("DMA", "Normal", "HighMem", "slab:", "free, buddy lists:"):
        assert name in words


def test_memmap_of_much_memory_stays_small():
    """3 GiB: cells of many frames, none lost."""
    number = 3 << 18
    found = frames.Frames(bytearray([frames.INDEX["free"]]) * number, bytearray([10]) * number,
                          [None] * number, [("DMA", 0, 4096), ("Normal", 4096, number)])
    found.kind[1000:1100] = bytes([frames.INDEX["slab"]]) * 100
    drawing = picture.svg(found, "much")
    area = painted(ET.fromstring(drawing))
    per_cell = picture.frames_per_cell(number)
    assert sum(area.values()) * per_cell == number and sum(area.values()) <= picture.COLUMNS * picture.ROWS
    assert area[frames.KINDS[frames.INDEX["slab"]]["colour"]] * per_cell in range(64, 160)


def test_memmap_makes_png(guest, tmp_path):
    done = memmap(guest.ram, "--elf", guest.elf, "--title", "a & b", "-o", tmp_path / "map.png")
    assert (done.returncode, done.stdout) == (0, "")
    head = (tmp_path / "map.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">2I", head[16:])[0] == picture.LEFT + picture.COLUMNS * picture.WIDE + picture.RIGHT


def test_memmap_refuses_what_is_no_memory(guest, tmp_path):
    (tmp_path / "zero").write_bytes(bytes(1 << 22))
    done = memmap(tmp_path / "zero", "--elf", guest.elf, "-o", tmp_path / "map.svg")
    assert done.returncode == 1 and "not set up yet" in done.stdout
    done = memmap(tmp_path / "none", "--elf", guest.elf, "-o", tmp_path / "map.svg")
    assert done.returncode == 1 and "No such file" in done.stdout
    assert memmap(guest.dump, "-o", tmp_path / "map.gif").returncode == 2
    done = memmap(guest.dump, "--elf", guest.elf, "-o", tmp_path / "no" / "map.svg")
    assert done.returncode == 1 and done.stdout.startswith("memmap: ") and done.stdout.count("\n") == 1


def test_make_dump(tmp_path):
    """The target, without a guest that runs: it boots one, and gdb reads the dump."""
    folder = lab.build()
    out = tmp_path / "made.dump"
    with lab.locked("debug"):
        done = lab.make(f"O={folder}", "dump", f"DUMP={out}", "MEM=64M")
    assert done.returncode == 0 and "MiB, at the prompt" in done.stdout, done.stdout
    kernel = Kernel(open_kernel(folder / "k896.elf", out).layout, Dump(out))
    assert kernel.var("max_pfn") == (64 << 8) - 32
    said = subprocess.run(["make", "-C", str(lab.ROOT), f"O={folder}", "gdb", f"DUMP={out}"],
                          input="bt\nprint max_pfn\nk-memblock\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=lab.clean_env(), text=True, check=True).stdout
    assert "monitor_run" in said and f"= {kernel.var('max_pfn')}" in said
    assert "\n".join(text.memblock(kernel)) in said
    assert ElfFile(out).kind == 4 and vmalloc.areas(kernel) == []
    check_picture_of_readme(out, folder / "k896.elf", tmp_path / "map.svg")


def words(drawing):
    """What stands in a picture; sizes in the legend without their figures, which grow with the kernel."""
    return [re.sub(r"^(kernel image|slab|free, .*|page tables|other boot memory): .*", r"\1", text) for text in drawing.itertext()
            if text.strip()]


def check_picture_of_readme(dump, elf, path):
    """README.md's command draws what README.md shows, as far as it is not the kernel's own size."""
    readme = (lab.ROOT / "README.md").read_text(encoding="utf-8")
    title = re.search(r"tools/memmap build/k896.dump --title '(.*?)' -o map.svg", readme)[1]
    assert "](tools/pictures/boot-64M.svg)" in readme
    done = memmap(dump, "--elf", elf, "--title", title, "-o", path)
    assert (done.returncode, done.stdout) == (0, "")
    made, shown = ET.parse(path).getroot(), ET.parse(lab.ROOT / "tools" / "pictures" / "boot-64M.svg").getroot()
    assert words(made) == words(shown)
    ours, theirs = painted(made), painted(shown)
    assert sum(ours.values()) == sum(theirs.values()) and set(ours) == set(theirs)
    moved = sum(abs(ours[colour] - theirs[colour]) for colour in ours)
    assert moved < 2048, f"{moved} of {sum(ours.values())} frames are drawn in another colour than README.md's picture"


def test_pictures_of_readme_are_of_all_memory():
    """Each is named by README.md, as large as it says, in the colours that there are, and small."""
    readme = (lab.ROOT / "README.md").read_text(encoding="utf-8")
    known = {colour for kind in frames.KINDS for colour in (kind["colour"], *kind.get("orders", []))}
    for path in (lab.ROOT / "tools" / "pictures").iterdir():
        assert f"](tools/pictures/{path.name})" in readme and path.stat().st_size < 16384
        drawing = ET.parse(path).getroot()
        area = painted(drawing)
        assert set(area) <= known
        number = 64 << 8 if path.stem == "boot-64M" else 1 << 18
        assert 0 <= number - sum(area.values()) * picture.frames_per_cell(number) <= 32


def test_dump_of_a_running_guest(tmp_path):
    """A guest that --session tells of is dumped and goes on; its files go with it."""
    elf = lab.build() / "k896.elf"
    tools = lab.ROOT / "tools"
    stale = tmp_path / "guest-999999999.ram"
    stale.write_bytes(b"left by one who was killed")
    machine = pexpect.spawn("timeout", ["--foreground", "-k", "5", "60", str(tools / "qemu.py"), "--kernel",
                                        str(elf), "--append", "selftest=none", "--mem", "16", "--session",
                                        str(tmp_path)], timeout=30, encoding="utf-8")
    try:
        machine.expect_exact("k896> ")
        assert not stale.exists()
        session = qemu.read_session(tmp_path)
        assert len(RamFile(session["ram"]).data) == 16 << 20
        done = subprocess.run([str(tools / "dump.py"), "--kernel", str(elf), "--session", str(tmp_path), "-o",
                               str(tmp_path / "dump")], stdout=subprocess.PIPE, text=True, check=True)
        assert "of the running guest" in done.stdout
        assert "Freeing unused kernel image" in early.log(open_kernel(elf, tmp_path / "dump"))
        machine.send("uptime\r")
        machine.expect_exact("ticks")
        machine.send("\x01x")           # Ctrl-A X: QEMU leaves
        machine.expect(pexpect.EOF)
    finally:
        machine.close(force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["com2.txt", "dump"]

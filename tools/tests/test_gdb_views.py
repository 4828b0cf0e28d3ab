# SPDX-License-Identifier: MIT
"""
gdb's k- commands and printers, by a real gdb: against the monitor's views at the prompt,
inside of running suites, on a dump; and what they say before there is anything to see,
and after a panic.
"""
import contextlib
import os
import re
import subprocess

import pexpect
import pytest

import lab
import qmp
from guests import ARGS, HELD, without_blanks
from lab import Config

# Commands with a view of the monitor, whose lines they print as well.
SAME = {"k-meminfo": "meminfo", "k-buddyinfo": "buddyinfo", "k-zoneinfo": "zoneinfo", "k-slabinfo": "slabinfo",
        "k-vmallocinfo": "vmallocinfo", "k-memblock": "memblock", "k-iomem": "iomem", "k-kmap": "kmap"}
COMMANDS = (*SAME, "k-dmesg", "k-page 0x150", "k-ptwalk 0xc0101000", "k-ptdump", "k-explain 0xc0101000",
            "k-list cache_chain 'struct kmem_cache' next")
# Commands with an argument, likewise.
LOOKS = ("k-page 0x150", "k-page 0x2000", "k-ptwalk 0xc0101000", "k-explain 0xc0101000", "k-explain 0xc3ff8104",
         "k-explain 0xc4800123", "k-ptwalk 0xc4801000", "k-explain 0xc4840000")
MARK = "======== "


def gdb(log, *commands, where=None, core=(), elf=None):
    """
    Run gdb as `make gdb` does; return {command: what it printed}.

    @where: the command that attaches to a machine; @core: the dump to look at instead; @elf: the kernel.
    """
    return dict(in_order(log, *commands, where=where, core=core, elf=elf))


def in_order(log, *commands, where=None, core=(), elf=None):
    """The same as a list of (command, what it printed), for commands that come more than once."""
    options = ["-ex", where] if where else []
    for command in commands:
        options += ["-ex", f"echo \\n{MARK}{command}\\n", "-ex", command]
    argv = ["gdb", "-q", "-batch", "-nx", "-x", "tools/gdb/k896.gdb", *options, str(elf or lab.OUT / "k896.elf"), *core]
    done = subprocess.run(argv, cwd=lab.ROOT, text=True, timeout=90, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lab.LOGS.mkdir(parents=True, exist_ok=True)
    (lab.LOGS / f"{log}.log").write_text(done.stdout, encoding="utf-8")
    assert "Traceback" not in done.stdout and "Python Exception" not in done.stdout, lab.tail(done.stdout)
    parts = done.stdout.split(f"\n{MARK}")[1:]
    return [(command, text) for command, _, text in (part.partition("\n") for part in parts)]


@contextlib.contextmanager
def machine(tmp_path, append, mem="96M"):
    """A machine that waits for gdb before its first instruction; yields the socket."""
    lab.build()
    socket = tmp_path / "gdb.sock"
    argv = [str(lab.ROOT / "tools" / "qemu.py"), "--kernel", str(lab.OUT / "k896.elf"), "--mem", mem, "--append",
            append, "--gdb", str(socket), "--session", str(tmp_path)]
    child = pexpect.spawn("timeout", ["--foreground", "-k", "5", "120", *argv], timeout=30, encoding="utf-8")
    try:
        child.expect_exact("To leave")
        for _ in range(100):
            if socket.exists():
                break
            child.expect(pexpect.TIMEOUT, timeout=0.1)
        yield socket
    finally:
        child.close(force=True)


@pytest.fixture(name="prompt", scope="module")
def fixture_prompt(tmp_path_factory):
    """(what the monitor said, what gdb said live, what it said on a dump) of one guest at its prompt."""
    folder = tmp_path_factory.mktemp("prompt")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    config = Config(f"gdb-prompt-{worker}", mem="96M", args=ARGS,
                    extra=("-gdb", f"unix:{folder}/gdb,server=on,wait=off",
                           "-qmp", f"unix:{folder}/qmp,server=on,wait=off"))
    with lab.Session(config, args="") as session:
        session.run("test slab,vmalloc,highmem", timeout=60)
        for line in HELD:
            session.run(line)
        monitor = {name: session.run(name).replace("\r", "").splitlines() for name in SAME.values()}
        monitor.update({command: session.run(command[2:].replace("ptwalk", "pagewalk")).replace("\r", "").splitlines()
                        for command in LOOKS})
        monitor.update({name: session.run(name).replace("\r", "").splitlines() for name in ("dmesg", "ptdump")})
        live = gdb(f"gdb-live-{worker}", *COMMANDS, *LOOKS, "detach", where=f"target remote {folder}/gdb")
        with qmp.Qmp(folder / "qmp") as connection:
            connection.dump(folder / "dump")
        core = gdb(f"gdb-core-{worker}", *COMMANDS, *LOOKS, core=[str(folder / "dump")])
        assert "ticks" in session.run("uptime")         # it goes on as if nothing had been
        log = session.log_text()
    (folder / "dump").unlink()
    return monitor, live, core, log


@pytest.mark.parametrize("command", SAME)
def test_command_says_what_the_monitor_says(prompt, command):
    monitor, live, core, _ = prompt
    assert without_blanks(live[command].splitlines()) == without_blanks(monitor[SAME[command]])
    assert live[command] == core[command]


@pytest.mark.parametrize("command", LOOKS)
def test_look_says_what_the_monitor_says(prompt, command):
    monitor, live, core, _ = prompt
    theirs = without_blanks(monitor[command])
    assert len(theirs) >= 2 and theirs == [line for line in without_blanks(live[command].splitlines()) if line in theirs]
    assert live[command] == core[command]


def test_dmesg_is_the_log(prompt):
    monitor, live, core, log = prompt
    assert without_blanks(live["k-dmesg"].splitlines()) == without_blanks(monitor["dmesg"])
    lines = live["k-dmesg"].splitlines()
    assert len(lines) > 100 and live["k-dmesg"].rstrip() == core["k-dmesg"].rstrip()
    printed = [line.rstrip() for line in log.replace("\r", "").splitlines()]
    assert not {line.rstrip() for line in lines} - set(printed)


def folded(lines, form):
    """[start, end, rights] of a dump of page tables, neighbours with equal rights made one."""
    found = []
    for start, end, rights in re.findall(form, "\n".join(lines), re.M):
        start, end = int(start, 16), int(end, 16) or 1 << 32
        if found and found[-1][1:] == [start, rights]:
            found[-1][1] = end
        else:
            found.append([start, end, rights])
    return found


def test_ptdump_has_the_monitors_ranges(prompt):
    """The monitor does not tell frames, so of its ranges one may be several of ours."""
    monitor, live, _, _ = prompt
    theirs = folded(monitor["ptdump"], r"^0x(\w+)-0x(\w+) +\w+ (.*p[mt][de]) *$")
    assert len(theirs) > 3
    assert theirs == folded(live["k-ptdump"].splitlines(), r"^0x(\w+)-0x(\w+) -> 0x\w+-0x\w+ +\w+ (.*p[mt][de])$")


def test_pages_and_walks(prompt):
    _, live, core, _ = prompt
    for command in COMMANDS[len(SAME) + 1:]:
        assert live[command] == core[command]
    assert "reserved" in live["k-page 0x150"] and "phys 0x00150000" in live["k-page 0x150"]
    walk = live["k-ptwalk 0xc0101000"]
    assert "pde[768]" in walk and "pte[257]" in walk and "4 KiB page at 0x00101000" in walk and "Kernel code" in walk
    assert "kernel text" in live["k-explain 0xc0101000"]
    assert re.search(r"^0xc0101000-0xc0[0-9a-f]{6} -> 0x00101000-0x00[0-9a-f]{6} .* ro ", live["k-ptdump"], re.M)


def test_list_finds_every_cache(prompt):
    _, live, _, _ = prompt
    said = live["k-list cache_chain 'struct kmem_cache' next"]
    names = re.findall(r'name = "([^"]+)"', said)
    listed = [line.split()[0] for line in live["k-slabinfo"].splitlines()[2:]]
    assert names == listed and f"{len(names)} on the list" in said


def test_areas_and_slots_while_suites_run(tmp_path):
    """Stopped in the cases that have areas and slots, just before these print them themselves."""
    with machine(tmp_path, "selftest=highmem,vmalloc exit=1", mem="1G") as socket:
        said = gdb("gdb-suites", "k-kmap", "k-explain 0xff800000", "thbreak show_vmallocinfo", "continue",
                   "k-vmallocinfo", "finish", "k-meminfo", "kill",
                   where=f"attach-k896 {socket} show_kmap")
    slot = re.search(r"^ *(\d+) (0xff[0-9a-f]{6}) pfn (0x[0-9a-f]{5}) users 2$", said["k-kmap"], re.M)
    assert slot, said["k-kmap"]
    areas = said["k-vmallocinfo"].splitlines()
    assert any(re.search(r" views_show_the_areas\+\S+ pages=3 vmalloc user$", line) for line in areas), areas
    assert any(line.endswith("unpurged vm_area") for line in areas), areas
    assert re.search(r"^VmallocUsed: +12 kB$", said["k-meminfo"], re.M)


def test_explains_what_a_suite_holds(tmp_path):
    """An object, an area and a page of its, from inside kfree() and vfree()."""
    with machine(tmp_path, "selftest=kmalloc,vmalloc exit=1") as socket:
        said = gdb("gdb-explain", "k-explain $eax", "up", "thbreak vfree", "continue", "k-explain $eax",
                   "k-ptwalk $eax", "k-page $eax", "print *vmalloc_to_page($eax)", "kill",
                   where=f"attach-k896 {socket} kfree")
    assert re.search(r"^vmalloc area \[.*\d+ bytes, of \w+\+0x", said["k-explain $eax"], re.M)
    assert re.search(r"pte\[\d+\] = \w+: 4 KiB page at 0x\w+, RW", said["k-ptwalk $eax"])
    assert re.search(r"flags 0x\w+\(vmalloc\), order 0, references 1", said["k-page $eax"])


# --- from the first instruction to the prompt -------------------------------------------------------

STOPS = ("reset", "*_start", "*high_start", "kmain", "bootmem_init", "free_area_init", "zone_init", "memblock_free_all",
         "kmem_cache_init", "vmalloc_init", "monitor_run", "irq_dispatch")
# By which stop there is what a command shows.
READY = {"k-explain": "*_start", "k-ptwalk": "*high_start", "k-ptdump": "*high_start", "k-dmesg": "bootmem_init",
         "k-memblock": "free_area_init", "k-iomem": "free_area_init", "k-meminfo": "memblock_free_all",
         "k-buddyinfo": "memblock_free_all", "k-zoneinfo": "memblock_free_all", "k-kmap": "memblock_free_all",
         "k-page": "memblock_free_all", "k-slabinfo": "vmalloc_init", "k-vmallocinfo": "monitor_run"}
FREE_LIST = "contig_page_data.node_zones[0].free_area[10].free_list"
PLAN = {}
for name in STOPS:
    PLAN[name] = (f"thbreak {name}", "continue", *COMMANDS, "k-explain $pc", "k-explain mem_map", "k-print cache_chain",
                  f"k-print {FREE_LIST}", "k-print contig_page_data.node_zones[0]")
    if name == "kmem_cache_init":       # from here on instruction by instruction, while pages change lists
        STEPS = [f"k-list contig_page_data.node_zones[0].free_area[{order}].free_list struct page lru" for order in range(11)]
        PLAN["list"] = ("thbreak list_add", "continue", "bt", *(command for step in STEPS for command in ("stepi", step)))
PLAN["reset"] = PLAN["reset"][2:]
PLAN["printers"] = ("print cache_chain", "print *mem_map", "print contig_page_data.node_zones[0]", "print (gfp_t)0x2dc0",
                    "print swapper_pg_dir[768]", "print swapper_pg_dir[0]", "print ((struct kmem_cache *)0)->flags",
                    "print *(struct page *)0x10", "k-list &cache_chain struct kmem_cache node",
                    "k-page (unsigned long)mem_map")
# A page directory in free memory, with one table.
PLAN["directory"] = ("set var *(int *)0xc0c00004 = 0x00c01007", "set var *(int *)0xc0c01008 = 0x00c02005",
                     "set var *(int *)0xc0c0100c = 0x00c03005", "k-ptwalk 0x402123 0xc00000", "k-ptdump 0xc00000",
                     "k-ptwalk kmain boot_pg_dir", "k-ptwalk kmain swapper_pg_dir", "k-ptwalk 0 0xc01000",
                     "k-ptwalk 0 0xe0000000", "k-ptdump 0xe0000fff")
PLAN["in force"] = ("set var $cr3 = 0xc00000", "k-ptwalk 0x403000", "k-explain 0x402123", "k-explain mem_map",
                    "k-meminfo", "k-print cache_chain")
# A list led back into itself, to NULL, to nowhere; struct pages whose words make no sense.
PLAN["circle"] = ("set var $cr3 = (long)swapper_pg_dir - 0xc0000000", "set var $node = cache_chain.next->next",
                  "set var $next = $node->next", "set var $node->next = cache_chain.next", "print cache_chain",
                  "k-slabinfo", "k-list cache_chain struct kmem_cache next")
PLAN["end"] = ("set var $node->next = 0", "k-slabinfo", "print cache_chain", "k-list cache_chain struct kmem_cache next")
PLAN["nowhere"] = ("set var $node->next = (void *)0xdead0000", "k-slabinfo", "print *$node", "set var $node->next = $next",
                   "print *$node")
PLAN["slab"] = ("set var cache_cache.node[0].slabs_full.next->next = 0", "k-slabinfo")
PLAN["page"] = ("set var contig_page_data.node_zones[1].name = (char *)0xdead0000", "print contig_page_data.node_zones[1]",
                "set var mem_map[0xd00].flags = 0xffffffff", "k-page 0xd00", "print mem_map[0xd00]",
                "set var mem_map[0xd00].flags = 1 << PG_slab", "set var mem_map[0xd00].slab_cache = 0",
                "set var mem_map[0xd00]._refcount.counter = 1", "k-page 0xd00", "k-explain 0xc0d00000")
PLAN["poison"] = ("set var $node->next = (void *)0x100", "set var $node->prev = (void *)0x122", "print *$node", "kill")


DUMPED = ("*_start", "kmain", "free_area_init")     # stops at which a dump is made as well


@pytest.fixture(name="stages", scope="module")
def fixture_stages(tmp_path_factory):
    """
    {part of PLAN: {command: what it printed}}, of one machine from its reset vector to its prompt;
    of a dump made at a stop under "dump " and the stop.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    folder = tmp_path_factory.mktemp("stages")
    plan = {part: list(commands) for part, commands in PLAN.items()}
    for stop in DUMPED:
        plan[stop].append(f"shell tools/dump.py --kernel {lab.OUT}/k896.elf --session {folder} -o '{folder}/{stop}'")
    commands = [command for part in plan.values() for command in part]
    with machine(folder, "selftest=none", mem="16M") as socket:
        said = in_order(f"gdb-stages-{worker}", *commands, where=f"target remote {socket}")
    assert [command for command, _ in said] == commands
    told = iter(said)
    stages = {part: dict(next(told) for _ in commands) for part, commands in plan.items()}
    for stop in DUMPED:
        stages[f"dump {stop}"] = gdb(f"gdb-dump-{worker}", *PLAN[stop][2:], "bt", core=[f"{folder}/{stop}"])
        (folder / stop).unlink()
    return stages


@pytest.mark.parametrize("stop", STOPS)
def test_commands_know_what_is_set_up(stages, stop):
    """Before its structures are there a command says so, from then on it shows them."""
    for command in COMMANDS[:-1]:
        said, ready = stages[stop][command].strip(), STOPS.index(READY[command.split()[0]])
        if STOPS.index(stop) < ready:
            assert re.match(r"k-\w+: not set up yet: |paging is off: ", said), (command, said)
        else:
            assert (said or command == "k-vmallocinfo") and not re.match("k-", said), (command, said)
    number = int(re.search(r"^(\d+) on the list", stages[stop][COMMANDS[-1]], re.M)[1])
    assert (number > 40) == (STOPS.index(stop) >= STOPS.index("vmalloc_init"))


def test_before_paging(stages):
    """Addresses are physical, and variables are where the image was put."""
    said = stages["*_start"]
    assert "section .boot: _start+0x0" in said["k-explain $pc"]
    assert "kernel text" in said["k-explain 0xc0101000"] and "phys 0x00101000" in said["k-ptwalk 0xc0101000"]
    assert said["k-explain mem_map"].startswith("paging is off: 0x00000000 is a physical address")
    assert said["k-print cache_chain"].strip() == "empty"
    assert said[f"k-print {FREE_LIST}"].strip() == "not initialised"
    assert "struct zone, not set up yet" in said["k-print contig_page_data.node_zones[0]"]
    said = stages["*high_start"]
    assert "4 MiB page at 0x00000000" in said["k-ptwalk 0xc0101000"] and "function: high_start+0x0" in said["k-explain $pc"]


def test_in_the_middle_of_a_list_operation(stages):
    assert "list_add" in stages["list"]["bt"]
    for step in STEPS:
        assert re.search(r"^\d+ on the list\n", stages["list"][step], re.M), stages["list"][step]


def test_in_an_interrupt_handler(stages):
    said = stages["irq_dispatch"]
    assert "irq_dispatch (regs" in said["continue"] and "function: irq_dispatch+0x0" in said["k-explain $pc"]
    assert said["k-slabinfo"] == stages["monitor_run"]["k-slabinfo"]


@pytest.mark.parametrize("stop", DUMPED)
def test_dumps_of_early_moments(stages, stop):
    """Without page tables, with those of the first instructions, with the final ones."""
    dumped = stages[f"dump {stop}"]
    for command in PLAN[stop][2:]:
        if not (stop == "*_start" and command.startswith("k-explain")):     # gdb takes variables from the ELF file
            assert dumped[command].rstrip() == stages[stop][command].rstrip(), command
    assert stop.strip("*") in dumped["bt"]


def test_printers(stages):
    said = stages["printers"]
    assert re.search(r"= next 0xc\w+ prev 0xc\w+, \d\d others in the ring", said["print cache_chain"])
    assert re.match(r"next 0xc\w+ prev 0xc\w+, \d+ others? in the ring|empty",
                    stages["monitor_run"][f"k-print {FREE_LIST}"])
    assert "reserved order 0 zone 0" in said["print *mem_map"] and "lru" not in said["print *mem_map"]
    zone = said["print contig_page_data.node_zones[0]"]
    assert "struct zone DMA" in zone and re.search(r"free blocks by order = (\d+ ){10}\d+", zone)
    assert zone.partition(" = ")[2] == stages["monitor_run"]["k-print contig_page_data.node_zones[0]"]
    assert "GFP_KERNEL|__GFP_NOWARN|__GFP_ZERO (0x2dc0)" in said["print (gfp_t)0x2dc0"]
    assert re.search(r"pfn 0x\w+ PRESENT\|RW", said["print swapper_pg_dir[768]"])
    assert "= 0x00000000 none" in said["print swapper_pg_dir[0]"]
    assert "Cannot access memory" in said["print *(struct page *)0x10"]
    assert "is no struct list_head" in said["k-list &cache_chain struct kmem_cache node"]
    assert "reserved: mem_map" in said["k-page (unsigned long)mem_map"]


def test_another_page_directory(stages):
    """By its address or its name while the CPU uses the kernel's; then the CPU uses it."""
    said = stages["directory"]
    assert ("CR3 00c00000\n  pde[1] = 00c01007: page table at 0x00c01000, RW US\n"
            "  pte[2] = 00c02005: 4 KiB page at 0x00c02000, ro US\npfn 0xc02:") in said["k-ptwalk 0x402123 0xc00000"]
    assert said["k-ptdump 0xc00000"].splitlines()[1].startswith("0x00402000-0x00404000 -> 0x00c02000-0x00c04000     8K USR ro")
    assert "4 MiB page at 0x00000000" in said["k-ptwalk kmain boot_pg_dir"]
    assert "ro A" in said["k-ptwalk kmain swapper_pg_dir"] and "not present" in said["k-ptwalk 0 0xc01000"]
    for command in ("k-ptwalk 0 0xe0000000", "k-ptdump 0xe0000fff"):
        assert said[command] == f"{command.split()[0]}: no page directory: no RAM is at {command.split()[-1]}\n"
    said = stages["in force"]
    assert "CR3 00c00000" in said["k-ptwalk 0x403000"] and "0x00c03000, ro US" in said["k-ptwalk 0x403000"]
    assert "mapped to phys 0x00c02123" in said["k-explain 0x402123"] and "open to user code" in said["k-explain 0x402123"]
    # The kernel is not mapped there, and is found all the same.
    assert said["k-meminfo"] == stages["monitor_run"]["k-meminfo"]
    assert "direct map, not mapped" in said["k-explain mem_map"]
    assert said["k-print cache_chain"] == stages["monitor_run"]["k-print cache_chain"]


def test_what_is_broken_gets_a_sentence(stages):
    """No endless loop, no traceback; what comes before the break is shown."""
    comes_back = r"the list at 0xc\w+ comes back to 0xc\w+, not to its head"
    assert re.match(f"k-slabinfo: {comes_back}", stages["circle"]["k-slabinfo"])
    assert re.search(f"broken: {comes_back}", stages["circle"]["print cache_chain"])
    assert re.search(f"^k-list: {comes_back}", stages["circle"]["k-list cache_chain struct kmem_cache next"], re.M)
    assert "ends in a NULL pointer" in stages["end"]["k-slabinfo"]
    walked = stages["end"]["k-list cache_chain struct kmem_cache next"]
    assert 'name = "kmem_cache"' in walked and re.search("^k-list: .* ends in a NULL pointer", walked, re.M)
    assert re.search("leads to 0xdead0000: nothing is mapped", stages["nowhere"]["k-slabinfo"])
    assert "others in the ring" in stages["nowhere"]["print *$node"]
    lines = stages["slab"]["k-slabinfo"].splitlines()
    assert re.match("kmem_cache +the list at .* ends in a NULL pointer", lines[2]) and len(lines) > 40
    assert all(re.match(r"\S+ +\d+ +\d+ ", line) for line in lines[3:])
    assert "= reserved" not in stages["page"]["print mem_map[0xd00]"]
    for command in ("k-page 0xd00", "k-explain 0xc0d00000"):
        assert "a pointer to struct kmem_cache is NULL" in stages["page"][command]
    assert stages["page"]["k-explain 0xc0d00000"].startswith("0xc0d00000: direct map, mapped to phys 0x00d00000")
    assert "its name at 0xdead0000 cannot be read" in stages["page"]["print contig_page_data.node_zones[1]"]
    assert "on no list, taken off by list_del()" in stages["poison"]["print *$node"]


@pytest.mark.parametrize("how", ["null", "stack"])
def test_in_a_panic(tmp_path, how):
    """Stopped where the kernel reports its own end, on the double fault's stack if need be; and a dump made there."""
    commands = (*COMMANDS, *LOOKS, "k-explain $pc", "k-explain $esp", "k-ptwalk $esp", "bt")
    with machine(tmp_path, f"selftest=none crash={how}") as socket:
        said = gdb(f"gdb-panic-{how}", *commands, "detach", where=f"attach-k896 {socket} arch_machine_halt")
        subprocess.run([str(lab.ROOT / "tools" / "dump.py"), "--kernel", str(lab.OUT / "k896.elf"), "--session", str(tmp_path),
                        "-o", str(tmp_path / "dump")], stdout=subprocess.DEVNULL, check=True)
    core = gdb(f"gdb-panic-core-{how}", *commands, core=[str(tmp_path / "dump")])
    (tmp_path / "dump").unlink()
    assert "Node 0, zone   Normal" in said["k-buddyinfo"] and "kmalloc-64" in said["k-slabinfo"]
    assert "Kernel Mapping" in said["k-ptdump"] and "end Kernel panic" in said["k-dmesg"]
    assert "function: arch_machine_halt+0x" in said["k-explain $pc"] and "4 KiB page" in said["k-ptwalk $esp"]
    for command in (*COMMANDS, *LOOKS, "k-explain $esp"):
        assert said[command].rstrip() == core[command].rstrip()
    for text in (said["bt"], core["bt"]):
        assert "arch_machine_halt" in text and "panic_reported" in text


@pytest.mark.parametrize("variant, mem, extra", [("O0", "8M", ()), ("Os", "3G", ("-smp", "2")), ("clang", "1G", ("-smp", "2"))])
def test_any_build_on_any_machine(tmp_path, variant, mem, extra):
    """What the compiler made of the structures makes no difference, nor does how much memory there is."""
    config = Config(f"gdb-{variant}", variant=variant, mem=mem, extra=(*extra, "-gdb", f"unix:{tmp_path}/gdb,server=on,wait=off"))
    with lab.Session(config) as session:
        for line in ("alloc kmalloc 100", "alloc vmalloc 64K", "alloc page 3 highmem", "alloc kmap #3"):
            session.run(line)
        monitor = {command: session.run(name).splitlines() for command, name in SAME.items()}
        live = gdb(f"gdb-{variant}", *COMMANDS, "print cache_chain", "print *mem_map", "print (gfp_t)0xcc0", "detach",
                   where=f"target remote {tmp_path}/gdb", elf=config.elf)
        if variant == "O0":
            said = gdb("gdb-other-build", "k-kmap", "detach", where=f"target remote {tmp_path}/gdb")
            assert "of another build" in said["k-kmap"]
    for command, lines in monitor.items():
        assert without_blanks(live[command].splitlines()) == without_blanks(lines), command
    assert any("play_vmalloc" in line for line in monitor["k-vmallocinfo"])
    assert not re.search("^k-|another build", "".join(live.values()), re.M)
    assert "others in the ring" in live["print cache_chain"] and "reserved" in live["print *mem_map"]
    assert "GFP_KERNEL (0xcc0)" in live["print (gfp_t)0xcc0"]


def source_line(file, text):
    """Number of the line that begins with a text."""
    lines = (lab.ROOT / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def test_breakpoint_in_kmalloc_by_line(tmp_path):
    """By source line; then a step, the locals, and a variable that is watched."""
    line = source_line("mm/kmalloc.c", "void *__kmalloc(")
    with machine(tmp_path, "selftest=kmalloc exit=1") as socket:
        said = gdb("gdb-kmalloc", f"break mm/kmalloc.c:{line}", "continue", "info args", "print flags", "step",
                   "bt", "next", "info locals", "print cachep->name", "delete", "watch slab_pages.counter", "continue", "k-meminfo",
                   "print slab_pages.counter", "kill", where=f"attach-k896 {socket} kunit_run")
    assert "mm/kmalloc.c" in said["continue"] or "Hardware watchpoint" in said["continue"]
    assert re.search(r"^size = \d+$", said["info args"], re.M) and "GFP_" in said["info args"]
    assert "GFP_" in said["print flags"]
    assert re.match(r"\d+\t", said["step"]) or "at mm/" in said["step"], said["step"]
    assert "#0  __kmalloc" in said["bt"] or "#1  __kmalloc" in said["bt"], said["bt"]
    assert re.search(r"^cachep = 0xc\w+$", said["info locals"], re.M), said["info locals"]
    assert f'"kmalloc-{max(8, int(said["info args"].split("size = ")[1]))}"' in said["print cachep->name"]
    old, new = re.search(r"Old value = (\d+)\nNew value = (\d+)", said["continue"]).groups()
    assert old != new
    assert re.search(rf"^Slab: +{int(new) * 4} kB$", said["k-meminfo"], re.M)


def test_mistakes_get_a_line():
    """Usage lines, and no kernel at all."""
    lab.build()
    said = gdb("gdb-mistakes", "k-page", "k-page 1 2", "k-ptwalk 1 2 3", "k-ptdump 1 2", "k-explain", "k-meminfo now",
               "k-list x", "k-print", "k-page nosuch", "k-page (", "k-list cache_chain nosuch next",
               "k-list cache_chain struct kmem_cache nosuch", "k-meminfo", "k-explain 0x100000000",
               "k-ptwalk 0 0x1000001000", "attach-k896 /nonexistent kmain")
    for command, usage in (("k-page", "k-page PFN|ADDR"), ("k-page 1 2", "k-page PFN|ADDR"), ("k-explain", "k-explain ADDR"),
                           ("k-ptwalk 1 2 3", "k-ptwalk ADDR [CR3]"), ("k-ptdump 1 2", "k-ptdump [CR3]"),
                           ("k-meminfo now", "k-meminfo"), ("k-list x", "k-list HEAD TYPE MEMBER"), ("k-print", "k-print EXPR")):
        assert re.match(rf"usage: {re.escape(usage)}\nexample: {usage.split()[0]}", said[command]), said[command]
    for command, words in (("k-page nosuch", 'No symbol "nosuch"'), ("k-page (", "syntax error"),
                           ("k-list cache_chain nosuch next", "No type named nosuch"),
                           ("k-list cache_chain struct kmem_cache nosuch", "struct kmem_cache has no member nosuch"),
                           ("k-explain 0x100000000", "0x100000000 has more than 32 bits"),
                           ("k-ptwalk 0 0x1000001000", "0x1000001000 has more than 32 bits"),
                           ("k-meminfo", "attach to `make debug`, or open a dump")):
        assert re.match(rf"{command.split()[0]}: .*{words}", said[command]), said[command]
    assert "start `make debug` in another terminal first" in said["attach-k896 /nonexistent kmain"]


def test_help_knows_each_command():
    """k-help and gdb's own list name them all; each has its own text, which ends in an example."""
    lab.build()
    names = {command.split()[0] for command in COMMANDS} | {"k-print", "k-help"}
    said = gdb("gdb-help", "k-help", "help user-defined", *(f"help {name}" for name in sorted(names)))
    assert {line.split()[0] for line in said["k-help"].splitlines()[:-1]} == names
    assert set(re.findall(r"^(k-\S+) -- ", said["help user-defined"], re.M)) == names
    for name in names:
        lines = said[f"help {name}"].split("\n\n")
        assert re.match(rf"{name}[^:]*: \S", lines[0]) and lines[-1].startswith(f"example: {name}"), lines

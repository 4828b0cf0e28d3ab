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


def gdb(log, *commands, where=None, core=()):
    """
    Run gdb as `make gdb` does; return {command: what it printed}.

    @where: the command that attaches to a machine; @core: the dump to look at instead.
    """
    options = ["-ex", where] if where else []
    for command in commands:
        options += ["-ex", f"echo \\n{MARK}{command}\\n", "-ex", command]
    argv = ["gdb", "-q", "-batch", "-nx", "-x", "tools/gdb/k896.gdb", *options, str(lab.OUT / "k896.elf"), *core]
    return run(log, argv)


def run(log, argv):
    done = subprocess.run(argv, cwd=lab.ROOT, text=True, timeout=90, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lab.LOGS.mkdir(parents=True, exist_ok=True)
    (lab.LOGS / f"{log}.log").write_text(done.stdout, encoding="utf-8")
    assert "Traceback" not in done.stdout and "Python Exception" not in done.stdout, lab.tail(done.stdout)
    parts = done.stdout.split(f"\n{MARK}")[1:]
    return {command: text for command, _, text in (part.partition("\n") for part in parts)}


@contextlib.contextmanager
def machine(tmp_path, append, mem="96M"):
    """A machine that waits for gdb before its first instruction; yields the socket."""
    lab.build()
    socket = tmp_path / "gdb.sock"
    argv = [str(lab.ROOT / "tools" / "qemu.py"), "--kernel", str(lab.OUT / "k896.elf"), "--mem", mem, "--append",
            append, "--gdb", str(socket)]
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
    _, live, core, log = prompt
    lines = live["k-dmesg"].splitlines()
    assert len(lines) > 100 and live["k-dmesg"].rstrip() == core["k-dmesg"].rstrip()
    printed = [line.rstrip() for line in log.replace("\r", "").splitlines()]
    assert not {line.rstrip() for line in lines} - set(printed)


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


def test_at_reset(tmp_path):
    """At the reset vector, before the firmware."""
    with machine(tmp_path, "selftest=none") as socket:
        said = gdb("gdb-reset", *COMMANDS, "kill", where=f"target remote {socket}")
    for command in COMMANDS:
        if not command.startswith(("k-explain", "k-list")):     # QEMU has put the image there already
            assert "not set up yet" in said[command] or "paging is off" in said[command], (command, said[command])
    assert "0 on the list" in said[COMMANDS[-1]] and "not mapped" in said["k-explain 0xc0101000"]


def test_before_paging(tmp_path):
    """At the first instruction: the image is there, and nothing else."""
    with machine(tmp_path, "selftest=none") as socket:
        said = gdb("gdb-start", "print/x $cr0 & 0x80000000", *COMMANDS, "kill",
                   where=f"attach-k896 {socket} *_start")
    assert "= 0x0" in said["print/x $cr0 & 0x80000000"]
    for command in COMMANDS[:-1]:
        if not command.startswith("k-explain"):
            assert "not set up yet" in said[command] or "paging is off" in said[command], (command, said[command])
    assert "kernel text" in said["k-explain 0xc0101000"]


def test_midway_through_boot(tmp_path):
    """When zones are made and slab is not, each command knows which side it is on."""
    with machine(tmp_path, "selftest=none") as socket:
        said = gdb("gdb-midway", "k-memblock", "k-iomem", "k-dmesg", "k-buddyinfo", "thbreak kmem_cache_init",
                   "continue", "k-buddyinfo", "k-slabinfo", "k-vmallocinfo", "kill",
                   where=f"attach-k896 {socket} free_area_init")
    assert "memory" in said["k-memblock"] and "Kernel code" in said["k-iomem"]
    assert "virtual kernel memory layout" in said["k-dmesg"]
    assert "Node 0, zone   Normal" in said["k-buddyinfo"]       # the second time it was asked
    assert "not set up yet: there are no caches" in said["k-slabinfo"]
    assert "not set up yet: there are no areas" in said["k-vmallocinfo"]


@pytest.mark.parametrize("how", ["null", "stack"])
def test_in_a_panic(tmp_path, how):
    """Stopped where the kernel reports its own end, on the double fault's stack if need be."""
    with machine(tmp_path, f"selftest=none crash={how}") as socket:
        said = gdb(f"gdb-panic-{how}", "bt", "k-buddyinfo", "k-slabinfo", "k-ptdump", "k-dmesg", "k-kmap", "kill",
                   where=f"attach-k896 {socket} arch_machine_halt")
    assert "Node 0, zone   Normal" in said["k-buddyinfo"]
    assert "kmalloc-64" in said["k-slabinfo"]
    assert "Kernel Mapping" in said["k-ptdump"]
    assert "panic" in said["k-dmesg"].lower()


def source_line(file, text):
    """Number of the line that begins with a text."""
    lines = (lab.ROOT / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def test_breakpoint_in_kmalloc_by_line(tmp_path):
    """By source line; then a step, the locals, and a variable that is watched."""
    line = source_line("mm/kmalloc.c", "void *__kmalloc(")
    with machine(tmp_path, "selftest=kmalloc exit=1") as socket:
        said = gdb("gdb-kmalloc", f"break mm/kmalloc.c:{line}", "continue", "info args", "print flags", "step",
                   "info locals", "bt", "delete", "watch slab_pages.counter", "continue", "k-meminfo",
                   "print slab_pages.counter", "kill", where=f"attach-k896 {socket} kunit_run")
    assert "mm/kmalloc.c" in said["continue"] or "Hardware watchpoint" in said["continue"]
    assert re.search(r"^size = \d+$", said["info args"], re.M) and "GFP_" in said["info args"]
    assert "GFP_" in said["print flags"]
    assert re.match(r"\d+\t", said["step"]) or "at mm/" in said["step"], said["step"]
    assert "#0  __kmalloc" in said["bt"] or "#1  __kmalloc" in said["bt"], said["bt"]
    old, new = re.search(r"Old value = (\d+)\nNew value = (\d+)", said["continue"]).groups()
    assert old != new
    assert re.search(rf"^Slab: +{int(new) * 4} kB$", said["k-meminfo"], re.M)


def test_printers(tmp_path):
    with machine(tmp_path, "selftest=none") as socket:
        said = gdb("gdb-printers", "print cache_chain", "print *mem_map", "print contig_page_data.node_zones[1]",
                   "print (gfp_t)0x2dc0", "print swapper_pg_dir[768]", "print swapper_pg_dir[0]",
                   "print cache_chain.next->next", "print ((struct kmem_cache *)0)->flags",
                   "print *(struct page *)0x10", "kill", where=f"attach-k896 {socket} monitor_run")
    assert re.search(r"= next 0xc\w+ prev 0xc\w+, \d\d others in the ring", said["print cache_chain"])
    assert "reserved order 0 zone 0" in said["print *mem_map"] and "lru" not in said["print *mem_map"]
    zone = said["print contig_page_data.node_zones[1]"]
    assert "struct zone Normal" in zone and re.search(r"free blocks by order = (\d+ ){10}\d+", zone)
    assert "GFP_KERNEL|__GFP_NOWARN|__GFP_ZERO (0x2dc0)" in said["print (gfp_t)0x2dc0"]
    assert re.search(r"pfn 0x\w+ PRESENT\|RW", said["print swapper_pg_dir[768]"])
    assert "= 0x00000000 none" in said["print swapper_pg_dir[0]"]
    assert "Cannot access memory" in said["print *(struct page *)0x10"]


def test_mistakes_get_a_line():
    """Usage lines, and no kernel at all."""
    lab.build()
    said = gdb("gdb-mistakes", "k-page", "k-ptwalk 1 2 3", "k-meminfo now", "k-list x", "k-meminfo", "help k-list")
    assert said["k-page"].startswith("k-page PFN|ADDR:")
    assert said["k-ptwalk 1 2 3"].startswith("k-ptwalk ADDR [CR3]:")
    assert said["k-meminfo now"].startswith("k-meminfo:")
    assert said["k-list x"].startswith("k-list HEAD TYPE MEMBER:")
    assert "attach to `make debug`, or open a dump" in said["k-meminfo"]
    assert "k-list cache_chain struct kmem_cache next" in said["help k-list"]

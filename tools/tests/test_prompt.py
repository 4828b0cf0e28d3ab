# SPDX-License-Identifier: MIT
"""
A dialogue with the prompt, on the serial line and on the PC's own screen and
keyboard: every command, the line editor, and the ways out.
"""
import contextlib
import random
import re
import socket
import time

import pytest

import lab
from lab import Config, Session

COMMANDS = ["bench", "buddyinfo", "check", "crash", "dmesg", "halt", "help", "interrupts", "iomem",
            "layout", "memblock", "meminfo", "ptdump", "reboot", "test", "uptime", "zoneinfo"]


@pytest.fixture(name="session", scope="module")
def fixture_session(worker_id):
    """One machine for the tests of this file, or for those that one worker runs."""
    with Session(Config(f"prompt-{worker_id}", mem="1G", timeout=400)) as session:
        yield session


def numbers(text):
    """meminfo as a dictionary: {name: KiB}."""
    return {name: int(value) for name, value in re.findall(r"^(\w+): +(\d+) kB$", text, re.M)}


def test_help_lists_every_command(session):
    listed = re.findall(r"^  (\w+) ", session.run("help"), re.MULTILINE)
    assert listed == sorted(listed)
    assert set(listed) >= set(COMMANDS)
    assert max(map(len, session.run("help").splitlines())) < 80
    for name in listed:
        assert session.run(f"help {name}").startswith(name)


def examples(session):
    """{command: its example}, as help tells them."""
    listed = re.findall(r"^  (\w+) ", session.run("help"), re.MULTILINE)
    return {name: re.search(r"^  example: (.*)$", session.run(f"help {name}"), re.M)[1]
            for name in listed}


def run_paged(session, line):
    """A command line; where it stops for a key, the next page."""
    session.type(line + "\r")
    said = ""
    while session.child.expect_exact(["--More--", session.PROMPT], timeout=60) == 0:
        said += session.child.before.decode("utf-8", "replace")
        session.type(" ")
    said += session.child.before.decode("utf-8", "replace")
    return said.replace("\r", "").split("\n", 1)[-1]


def test_every_example_works(session):
    """Each is of its command, says something, and needs no explanation."""
    for name, example in examples(session).items():
        assert example.split()[0] == name
        if name in ("halt", "reboot"):
            continue
        said = run_paged(session, example)
        # free has nothing to say; vmallocinfo has no heading, and perhaps no area.
        assert said or name in ("free", "vmallocinfo")
        assert "usage:" not in said and "no such" not in said, f"{example}: {said}"


def test_senseless_arguments_are_answered_with_the_usage(session):
    """Every command, with numbers that are none; all is as it was afterwards."""
    for name, example in examples(session).items():
        if name in ("help", "test", "halt", "reboot"):
            continue
        for words in ("0x999999999999999999", "-1", "- - - - - -"):
            said = session.run(f"{name} {words}")
            if name == "slabinfo" and len(words.split()) == 1:
                assert said == f"no cache is called {words}; tab lists them\n"
                continue
            assert re.search(rf"^usage: {name}\b", said, re.M) and f"example: {example}\n" in said, f"{name} {words}"
    assert "BROKEN" not in session.run("check", timeout=60)


def test_meminfo_adds_up(session):
    info = numbers(session.run("meminfo"))
    assert 1 << 20 > info["MemTotal"] > 1000 << 10
    assert info["MemTotal"] == info["HighTotal"] + info["LowTotal"]
    assert info["MemFree"] == info["HighFree"] + info["LowFree"]
    assert 0 < info["MemFree"] <= info["MemTotal"]


def test_buddyinfo_is_what_is_free(session):
    """The blocks of all orders, with the per-CPU lists, are MemFree to the page."""
    rows = re.findall(r"^Node 0, zone +(\w+) ((?: +\d+){11}) *$", session.run("buddyinfo"), re.M)
    assert [name for name, _ in rows] == ["DMA", "Normal", "HighMem"]
    pages = sum(int(count) << order for _, row in rows for order, count in enumerate(row.split()))
    zones = session.run("zoneinfo")
    assert re.findall(r"^Node 0, zone +(\w+)$", zones, re.M) == ["DMA", "Normal", "HighMem"]
    free = sum(int(n) for n in re.findall(r"pages free +(\d+)", zones))
    cached = sum(int(n) for n in re.findall(r"^ +count: +(\d+)$", zones, re.M))
    assert pages == free
    assert numbers(session.run("meminfo"))["MemFree"] in (4 * free, 4 * (free + cached))


def test_memory_views(session):
    assert re.search(r"^00100000-3ffdffff : System RAM$", session.run("iomem"), re.MULTILINE)
    iomem = session.run("iomem")
    for name in ("Kernel code", "Kernel rodata", "Kernel data", "Kernel bss"):
        assert re.search(rf"^  [0-9a-f]{{8}}-[0-9a-f]{{8}} : {name}$", iomem, re.MULTILINE), name
    assert re.search(r"^memory\n(?: +\d+: 0x[0-9a-f]{8}\.\.0x[0-9a-f]{8}\n)+reserved\n",
                     session.run("memblock"), re.MULTILINE)
    layout = session.run("layout")
    for region in ("fixmap", "pkmap", "vmalloc", "lowmem", ".text"):
        assert re.search(rf"^ +{re.escape(region)} : 0x[0-9a-f]+ - 0x[0-9a-f]+", layout,
                         re.MULTILINE), region


def test_ptdump_shows_no_writable_text(session):
    dump = session.run("ptdump")
    assert "---[ Kernel Mapping ]---" in dump
    ranges = [(int(a, 16), int(b, 16), flags) for a, b, flags in
              re.findall(r"^0x([0-9a-f]{8})-0x([0-9a-f]{8}) +\S+(.*)$", dump, re.MULTILINE)]
    assert ranges[0][0] == 0 and "RW" not in ranges[0][2] and "ro" not in ranges[0][2]
    for (_, end, _), (start, _, _) in zip(ranges, ranges[1:]):
        assert end == start, "a gap or an overlap"
    text = lab.symbols(lab.OUT / "k896.elf")["kmain"]
    assert [flags for start, end, flags in ranges if start <= text < end][0].split()[0] == "ro"


def test_dmesg_repeats_the_boot():
    """In a session of its own: what dmesg repeats holds prompts too."""
    with Session(Config("prompt-dmesg")) as session:
        boot = [line for line in lab.ktap.clean(session.log_text()) if line.startswith("[")]
        session.type("dmesg\r")
        session.wait("dmesg")
        again = session.wait()
        assert boot and boot == [line for line in again.split("\n") if line.startswith("[")]


def test_pagewalk_ends_in_the_page(session):
    """Of the kernel's text: 4 KiB pages, read-only; of plain low memory: one of 4 MiB."""
    text = lab.symbols(lab.OUT / "k896.elf")["kmain"]
    said = session.run(f"pagewalk {text:#x}")
    assert re.search(rf"^  pte\[\d+\] = [0-9a-f]{{8}}: 4 KiB page at 0x{text - 0xC0000000 & ~0xfff:08x}, ro ", said, re.M)
    assert re.search(rf"^pfn {(text - 0xC0000000) >> 12:#x}: phys .*\n.*\n  reserved: Kernel code$", said, re.M)
    said = session.run("pagewalk 0xd0000000")
    assert re.search(r"^  pde\[832\] = 10000[0-9a-f]{3}: 4 MiB page at 0x10000000, RW ", said, re.M)
    assert session.run("page 0x10000").splitlines()[0] in said


def test_explain_names_functions(session):
    said = session.run("explain kmalloc_large+4")
    assert re.search(r"^  function: kmalloc_large\+0x4/", said, re.M)
    assert "kmalloc_large" in session.run("explain kmalloc_large | grep function")
    assert session.run("explain 0") == "0x00000000: NULL page, not mapped\n"


def test_explain_knows_stacks(session):
    """And the page below that must not be touched."""
    table = lab.symbols(lab.OUT / "k896.elf")
    assert re.search(r"^  boot stack, 16 bytes below its top$",
                     session.run(f"explain {table['boot_stack_top'] - 16:#x}"), re.M)
    said = session.run(f"explain {table['boot_stack_guard'] + 8:#x}")
    assert ", not mapped\n" in said and "\n  guard page of boot stack\n" in said


def test_play_by_hand(session):
    """Memory allocated at the prompt shows in the views, and is gone once it is freed."""
    before = numbers(session.run("meminfo"))["MemFree"]
    session.run("free all")
    assert re.match(r"#1 +page +order 3, pfn 0x[0-9a-f]+-0x[0-9a-f]+, zone HighMem, no address\n",
                    session.run("alloc page 3 highmem"))
    area = re.match(r"#2 +vmalloc +65536 bytes at ([0-9a-f]{8})", session.run("alloc vmalloc 64K"))[1]
    assert f"0x{area}-" in session.run("vmallocinfo")
    assert "65536 bytes, of play_vmalloc+" in session.run(f"explain {area}")
    session.run("cache create prompt-cache 72")
    item = re.match(r"#3 +object +of cache prompt-cache, at ([0-9a-f]{8})",
                    session.run("alloc object prompt-c\t"))[1]
    assert "allocated by play_alloc_object+" in session.run(f"explain {item}")
    assert len(session.run("held").splitlines()) == 3
    session.run("free #1 #2 #3")
    session.run("cache destroy prompt-cache")
    assert "nothing is held" in session.run("held")
    assert abs(numbers(session.run("meminfo"))["MemFree"] - before) < 2048
    assert "BROKEN" not in session.run("check", timeout=60)


def test_faults_do_not_harm_the_prompt(session):
    assert "fault" in session.run("peek 0") and "fault" in session.run("poke kmain 0")
    assert "not called: it is the middle" in session.run("call nr_free_pages+1")
    assert re.match(r"nr_free_pages returned 0x[0-9a-f]+ \(\d+\)\n", session.run("call nr_free_pages"))


def test_soak_at_the_prompt(session):
    report = lab.ktap.parse(session.run("soak 2K 7", timeout=60))
    assert report.problems == [] and [suite.name for suite in report.suites] == ["mixed"]
    assert "# seed=7\n" in session.run("soak 100 7", timeout=60)


EVENT = re.compile(r"(?P<cpu>\d+) (?P<nanos>\d+) (?P<event>\w+): (?P<args>(?:\w+=\S+ )*)"
                   r"call_site=(?P<caller>[\w.]+)\+0x[0-9a-f]+/0x[0-9a-f]+")


def test_trace_dump_comes_out_at_com2(tmp_path):
    """What was done by hand, as events, on the second serial line, and the same at the prompt."""
    com2 = tmp_path / "com2"
    with Session(Config("prompt-trace", mem="1G", extra=("-serial", f"file:{com2}"))) as session:
        for line in ("trace on", "alloc page 3 highmem", "alloc kmalloc 100", "alloc vmalloc 8K",
                     "alloc kmap #1", "peek 0x123 1", "free all", "trace off"):
            session.run(line)
        shown = session.run("trace show")
        assert re.match(r"off: room for 4096 events a CPU, \d+ recorded, 0 ", session.run("trace dump"))
        assert len(session.run("trace show 3").splitlines()) == 5
        assert re.match("off: room for 0 events", session.run("trace clear") + session.run("trace"))
    dumped = com2.read_text(encoding="ascii")
    assert dumped == shown
    heading, *lines, end = dumped.splitlines()
    assert re.fullmatch(rf"# k896 trace 1: {len(lines)} events, 0 lost", heading) and end == "# end"
    events = [EVENT.fullmatch(line) for line in lines]
    assert all(events), [line for line, event in zip(lines, events) if not event]
    assert [int(e["nanos"]) for e in events] == sorted(int(e["nanos"]) for e in events)
    by_hand = [(e["event"], e["caller"]) for e in events if e["caller"].startswith("play_")
               or e["event"] == "page_fault"]
    assert by_hand[:5] == [("mm_page_alloc", "play_alloc_page"), ("kmalloc", "play_kmalloc"),
                           ("vmalloc", "play_vmalloc"), ("kmap", "play_kmap"),
                           ("page_fault", "copy_from_kernel_nofault")]
    assert set(by_hand[5:]) >= {("mm_page_free", "play_free_page"), ("kfree", "play_kfree"),
                                ("vfree", "play_vfree"), ("kunmap", "play_kunmap")}
    # Each piece that was freed had been allocated under the same address.
    addresses = {kind: [dict(arg.split("=") for arg in e["args"].split())["ptr"] for e in events
                        if (e["event"], e["caller"]) == kind] for kind in set(by_hand)
                 if kind[0] in ("kmalloc", "kfree", "vmalloc", "vfree", "kmap", "kunmap")}
    for alloc, free in (("kmalloc", "kfree"), ("vmalloc", "vfree"), ("kmap", "kunmap")):
        assert addresses[alloc, f"play_{alloc}"] == addresses[free, f"play_{free}"]


def test_trace_dump_without_com2(session):
    assert session.run("trace dump") == "there is no second serial line, COM2\n"


def test_slabtop_refreshes_until_a_key(session):
    """Each second a screen, the largest of the column first; into a filter all caches, once."""
    clear = "\x1b[H\x1b[J"
    session.type("slabtop a\r")
    session.wait(clear)
    for _ in range(3):
        screen = session.wait(clear)
        active = [int(row.split()[1]) for row in screen[screen.index(" NAME\n"):].splitlines()[1:]]
        assert len(active) == 17 and active == sorted(active, reverse=True) and len(screen.splitlines()) < 25
    session.type("x")
    assert clear not in session.wait()
    assert re.match(r"up \d", session.run("uptime"))
    everything = session.run("slabinfo").splitlines()[2:]
    listed = session.run("slabtop n | grep K").splitlines()
    assert clear not in "".join(listed)
    names = [row.split()[-1] for row in listed if "Active" not in row and "NAME" not in row]
    assert names == sorted(row.split()[0] for row in everything if row)


def test_check_finds_all_sound(session):
    verdicts = [line.split() for line in session.run("check", timeout=60).splitlines() if line]
    assert len(verdicts) >= 3
    assert all(verdict == ["sound"] for _, *verdict in verdicts), verdicts


def test_time_goes_on(session):
    times = [float(re.search(r"up (\d+\.\d{6}) seconds", session.run("uptime"))[1])
             for _ in range(2)]
    assert times[0] < times[1]


def test_tests_run_from_the_prompt(session):
    """
    One suite, then all of them, twice: the second time leaves what the first left.
    Page tables of the kernel are kept, so they count with what is free. All of it while
    somebody holds memory of each kind, and traces: neither is any business of a suite.
    """
    for line in ("alloc page 3 highmem", "alloc kmalloc 100", "alloc vmalloc 64K",
                 "alloc ioremap 0xb8000 4K", "cache create held-cache 72", "alloc object held-cache", "trace on 8K"):
        session.run(line)
    report = lab.ktap.parse(session.run("test list", timeout=60))
    assert report.problems == [] and [suite.name for suite in report.suites] == ["list"]
    left = []
    for _ in range(2):
        text = session.run("test", timeout=120)
        assert lab.ktap.parse(text).problems == []
        assert lab.ktap.reports(text) == []
        info = numbers(session.run("meminfo"))
        left.append(info["MemFree"] + info["PageTables"])
    assert left[0] == left[1]
    assert re.match(r"on: room for 8192 events a CPU, \d{5,} recorded", session.run("trace"))
    for line in ("trace clear", "free all", "cache destroy held-cache"):
        session.run(line)
    session.run("alloc page highmem")
    session.run("alloc kmap #1")
    assert session.run("test list") == "1 slots of kmap() are in use: free them, the suites want all\n"
    session.run("free all")
    assert "no suite is called nosuch" in session.run("test nosuch")
    assert "BROKEN" not in session.run("check", timeout=60)


def test_unknown_command_is_named(session):
    assert "nonsense: no such command" in session.run("nonsense and more")
    assert session.run("   ") == ""


# --- the line editor --------------------------------------------------------------------

LEFT, RIGHT, UP, DOWN, HOME, END = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F"

EDITS = {
    "backspace": "uptt\x7fime",
    "control-h": "uptx\x08ime",
    "left-insert": f"uime{LEFT}{LEFT}{LEFT}pt",
    "home": f"ptime{HOME}u",
    "control-a-e": "ptim\x01u\x05e",
    "home-end": f"ptim{HOME}u{END}e",
    "right": f"utime{HOME}{RIGHT}p",
    "kill-line": "garbage\x15uptime",
    "kill-word": "up garbage\x17\x7ftime",
    "kill-to-end": f"uptimexxx{LEFT}{LEFT}{LEFT}\x0b",
    "history": f"nonsense\ruptime\rnonsense\r{UP}{UP}",
    "history-and-back": f"uptime{UP}{DOWN}",
    "delete": f"upxtime{HOME}{RIGHT}{RIGHT}\x1b[3~",
    "ignored-bytes": "up\x00\x02\x06\x80\xfftime",
}


@pytest.mark.parametrize("name", EDITS)
def test_line_editing(session, name):
    """Each of these, followed by Enter, must come out as the command uptime."""
    session.type("\x15")
    for line in EDITS[name].split("\r")[:-1]:
        session.run(line)
    said = session.run(EDITS[name].split("\r")[-1])
    assert re.match(r"up \d+\.\d{6} seconds", said), repr(said)


COMPLETIONS = {
    "command": "upt\t",
    "argument": "help upti\t\x15uptime",
    "in-the-middle": f"upt {LEFT}\t",
    "no-such-word": "xyz\t\x15uptime",
}


@pytest.mark.parametrize("name", COMPLETIONS)
def test_tab_completes(session, name):
    session.type("\x15")
    assert re.match(r"up \d+\.\d{6} seconds", session.run(COMPLETIONS[name]))


def test_second_tab_lists(session):
    session.type("\x15me\t")
    session.wait("mem")
    session.type("\t")
    assert session.wait().split() == ["memblock", "meminfo"]
    session.run("\x15")


def test_suites_and_caches_are_completed(session):
    assert "ok 1 lineedit" in session.run("test linee\t")
    assert session.run("slabinfo kmalloc-409\t").startswith("cache kmalloc-4096: ")


def test_grep_picks_lines(session):
    everything, some, others = ([line.split()[0] for line in session.run(command).splitlines()] for command in
                                ("meminfo", "meminfo | grep Total", "meminfo | grep -v Total"))
    assert len(some) == 4 and some == [name for name in everything if "Total" in name]
    assert others == [name for name in everything if "Total" not in name]
    assert session.run("meminfo|grep Mem|grep Free").startswith("MemFree:")


ROWS = 24       # of the pager, its prompt included


def test_more_shows_a_page_at_a_time(session):
    whole = session.run("help").splitlines()
    assert len(whole) > ROWS + 1 and max(map(len, whole[:ROWS + 1])) < 80
    session.type("help | more\r")
    page = session.wait("--More--").splitlines()[1:]
    assert page == whole[:ROWS - 1]
    session.type("\r")                  # one line
    assert whole[ROWS - 1] in session.wait("--More--")
    session.type("q")
    assert "  " not in session.wait().replace(" " * len("--More--"), "")
    paged = run_paged(session, "help | more")
    assert [line.strip(" \b") for line in paged.splitlines() if line] == \
        [line.strip() for line in whole if line]


def test_over_long_line_is_refused_with_a_bell(session):
    """It lost characters: half of a command is none. What the line has lost, deleting makes good."""
    refused = "usage: a line of at most 71 characters; this one was longer\n"
    assert session.run("z" * 300) == refused
    assert session.run("uptime" + " " * 100) == refused
    session.type("z" * 300)
    session.type("\x03")            # Ctrl-C gives the line up
    echo = session.wait()
    assert "\x07" in echo and echo.count("z") < 80
    session.type("z" * 300)
    assert re.match(r"up \d", session.run("\x15uptime"))


def test_storm_of_bytes_does_no_harm(session):
    """Every byte there is, escape sequences cut short included, and then a command."""
    storm = "".join(chr(byte) for byte in range(256) if chr(byte) not in "\r\n") + "\x1b[\x1b[1;2"
    session.type(storm + "\x15\rmarker\r")
    session.wait("marker: no such command")     # some of the bytes showed the prompt, too
    session.wait()
    assert re.match(r"up \d", session.run("uptime"))


def test_random_bytes_do_no_harm(session):
    """Lines of noise, commands among it; none of the commands that end the machine."""
    chance = random.Random(896)
    words = ["meminfo", "explain", "page", "0xc0000000", "|", "grep", "99999999999999", "\t", "\t\t",
             "\x1b[A", "\x1b[B", "\x17", "\x01", "\x0b", "free", "#1", "-1", "help", "\"", "\x80\xff"]
    for _ in range(200):
        line = "".join(chance.choice(words) + chance.choice([" ", "", "\x00"])
                       for _ in range(chance.randrange(12)))
        session.type(line + "\x15\r" if chance.random() < 0.5 else line.replace("more", "") + "\r")
        session.wait()
    session.type("\x15\rmarker\r")
    session.wait("marker: no such command")
    session.wait()
    assert re.match(r"up \d", session.run("uptime"))


@pytest.mark.parametrize("with_monitor", [False, True])
def test_script_is_obeyed_that_was_typed_ahead(with_monitor):
    """
    To the last byte, the first one included: a program's output as the serial line's input, all of
    it there before the kernel is, and several times what any buffer holds; QEMU's monitor on the same
    line, as in `make run`, or not. Suites leave it alone.
    """
    lines = [f"help nonsense{i}" for i in range(100)]
    done = lab.subprocess.run(
        lab.qemu.command(kernel=str(lab.build() / "k896.elf"), append="selftest=input,monitor,lineedit",
                         monitor=with_monitor, timeout=60), check=True, timeout=100,
        input="\r".join([*lines, "reboot\r"]).encode(), stdout=lab.subprocess.PIPE)
    said = done.stdout.decode().replace("\r", "")
    assert lab.ktap.parse(said).problems == []
    dialogue = said[said.index("This is k896"):].splitlines()
    assert [line for line in dialogue if line.startswith("k896> ")] == \
        [f"k896> {line}" for line in [*lines, "reboot"]]
    assert [line for line in dialogue if line.startswith("nonsense")] == \
        [f"nonsense{i}: no such command" for i in range(100)]


# --- the ways out -----------------------------------------------------------------------

def test_halt_stops_the_machine():
    with Session(Config("prompt-halt")) as session:
        session.type("halt\r")
        session.wait("halted")
        session.type("uptime\r")
        time.sleep(0.5)
        assert session.child.isalive()
        session.child.expect([lab.pexpect.TIMEOUT], timeout=0.5)
        assert "seconds" not in session.child.before.decode()


def test_crash_at_the_prompt_is_reported():
    """With a backtrace down to the prompt. Without a way that there is, the ways are listed."""
    with Session(Config("prompt-crash")) as session:
        for line in ("crash", "crash nohow", "crash null null", "crash -1"):
            said = session.run(line)
            assert re.match(r"HOW is one of:\n(  [a-z -]+\n)+usage: crash HOW\nexample: crash warn\n", said)
            assert max(map(len, said.splitlines())) < 80
            ways = said[:said.index("usage")].split()[4:]
        assert {"null", "text", "stack", "double-fault", "sleep", "oom"} < set(ways)
        warned = session.run("crash warn")
        assert re.search(r"WARNING: .*a warning, asked for\n(.*\n)+.* crash_warn\+.*\n.* crash_command\+", warned)
        session.type("crash null\r")
        report = session.wait("---[ end Kernel panic")
        for function in ("crash_null", "run_command", "monitor_run", "kmain"):
            assert re.search(rf"\] {function}(\.\w+)*\+0x|>\] {function}(\.\w+)*\+0x", report), function


def test_tests_at_boot_then_a_prompt():
    """What `make run` shows: the self-tests, then the prompt."""
    with Session(Config("prompt-iso", via="iso"), args="") as session:
        text = session.log_text()
        report = lab.ktap.parse(text)
        assert report.problems == [] and report.runs == 1
        assert re.match(r"up \d", session.run("uptime"))


# --- the PC's own screen and keyboard -----------------------------------------------------

class Monitor:
    """QEMU's monitor, to press keys and to read the screen's memory."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.read()

    def read(self):
        text = ""
        while not text.endswith("(qemu) "):
            text += self.socket.recv(65536).decode("utf-8", "replace")
        return text

    def run(self, line):
        self.socket.sendall(line.encode() + b"\n")
        return self.read()

    def finds_halted(self):
        """Does the CPU stand still, with interrupts on? But for the timer's moments, that is."""
        return any("HLT=1" in state and int(re.search(r"EFL=([0-9a-f]{8})", state)[1], 16) & 0x200
                   for state in (self.run("info registers") for _ in range(20)))

    def press(self, keys):
        for key in keys:
            self.run(f"sendkey {key} 20")
            time.sleep(0.06)        # a key at a time: the queue of keys is short

    def screen(self):
        """The 25 lines of text that the screen shows."""
        dump = re.findall(r"^[0-9a-f]+: (.*)$", self.run("xp /2000xh 0xb8000").replace("\r", ""), re.M)
        words = " ".join(dump).replace("0x", "").split()
        assert len(words) == 2000
        text = "".join(chr(int(word, 16) & 0xff) for word in words)
        return [text[row:row + 80].rstrip() for row in range(0, 2000, 80)]

    def wait_for(self, line):
        for _ in range(100):
            if any(re.search(line, shown) for shown in self.screen()):
                return
            time.sleep(0.05)
        pytest.fail(f"{line!r} is not on the screen:\n" + "\n".join(self.screen()))


def test_screen_and_keyboard(tmp_path):
    path = tmp_path / "monitor"
    config = Config("prompt-vga", extra=("-chardev", f"socket,id=hmp,path={path},server=on,wait=off",
                                         "-mon", "chardev=hmp,mode=readline"))
    with Session(config) as session:
        monitor = Monitor(path)
        monitor.wait_for(r"^k896>")
        monitor.press([*"uptx", "backspace", *"ime", "ret"])
        monitor.wait_for(r"^up \d+\.\d{6} seconds")
        # Wherever it waits for somebody to type: at the prompt, at a page's end, between two screens.
        assert monitor.finds_halted()
        session.type("help | more\r")
        session.wait("--More--")
        assert monitor.finds_halted()
        session.type("qslabtop\r")
        session.wait("\x1b[H\x1b[J")
        assert monitor.finds_halted()
        session.type("x")
        session.wait()
        monitor.press([*"help", "ret"])             # scrolls
        monitor.wait_for(r"^  uptime +time since")
        assert not any("Command line:" in line for line in monitor.screen())
        monitor.press(["shift-a", "shift-1", "ret"])
        monitor.wait_for(r"A!: no such command")


@contextlib.contextmanager
def without_serial_port(tmp_path, args):
    """A machine that has no COM1, and the monitor that shows its screen."""
    path = tmp_path / "monitor"
    argv = ["timeout", "-k", "5", "60", lab.qemu.QEMU, "-accel", "tcg", "-m", "64M", "-net", "none",
            "-no-reboot", "-display", "none", "-serial", "none", "-monitor",
            f"unix:{path},server=on,wait=off", "-kernel", str(lab.build() / "k896.elf"),
            "-append", args]
    with lab.subprocess.Popen(argv, stdin=lab.subprocess.DEVNULL) as machine:
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.05)
        yield Monitor(path)
        machine.terminate()


def test_without_serial_port_the_screen_works(tmp_path):
    """The absence of COM1 is tolerated: the prompt is on the screen alone."""
    with without_serial_port(tmp_path, "selftest=list") as monitor:
        monitor.wait_for(r"^k896>")
        monitor.press([*"uptime", "ret"])
        monitor.wait_for(r"^up \d+\.\d{6} seconds")


def test_without_serial_port_an_early_panic_is_seen(tmp_path):
    """The screen is there before anything can go wrong."""
    with without_serial_port(tmp_path, "memmap=exactmap memmap=64K@0") as monitor:
        monitor.wait_for(r"Kernel panic: too little memory")


def test_init_memory_is_poisoned(tmp_path):
    """What start-up alone needed is filled with 0xCC, and free; little of it is in use again."""
    path = tmp_path / "monitor"
    config = Config("prompt-poison", extra=("-chardev", f"socket,id=hmp,path={path},server=on,wait=off",
                                            "-mon", "chardev=hmp,mode=readline"))
    table = lab.symbols(config.elf)
    first, last = (table[name] - 0xC0000000 for name in ("__init_begin", "__init_end"))
    with Session(config):
        monitor = Monitor(path)
        pages = [0x100000, *range(first, last, 4096)]
        poisoned = [page for page in pages if "0xcccccccc 0xcccccccc" in monitor.run(f"xp /2xw {page + 2048}")]
    assert len(poisoned) > len(pages) // 2

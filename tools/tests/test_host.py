# SPDX-License-Identifier: MIT
"""
The kernel as a Linux process: every suite of mm/tests, of kernel/lib and of what else
is portable, on every memory map that the program knows, watched by the address and the
undefined-behaviour sanitizer and again plain at -O2. Then what the host is for: that a
use after free, undefined behaviour and a forgotten flush are seen.
"""
import functools
import re
import shlex
import subprocess

import pytest

import ktap
import lab
from skips import DEVICES, EDU, HIGHMEM, LARGE_PAGES, STEPS, TABLES, UBSAN, by_options

# The sanitized runs take longest, so they are dealt out first.
BUILDS = ("asan", "plain")

# What a map lacks, as in skips.py. One page of high memory serves nobody.
LACKS = {
    **{name: HIGHMEM for name in ("pc64", "dma", "sliver", "upper", "nodma", "holes", "unaligned",
                                  "jumbled", "edge", "spill")},
    **{name: set() for name in ("gap", "1g", "3.5g", "beyond")},
}

# The map on which the sanitized build is single-stepped: it has what each such case needs.
STEPPED = "1g"

TIMEOUT = 300


@functools.cache
def program(name):
    """Build k896-host, or k896-wide, which is the "wide" one; return where it is."""
    path = lab.OUT / ("wide/k896-wide" if name == "wide" else f"host-{name}/k896-host")
    with lab.locked("build-host"):
        done = lab.make("-j2", f"O={lab.OUT}", lab.goal(path))
    if done.returncode or "warning:" in done.stdout:
        pytest.fail(f"building {path.name} failed or warned:\n{lab.tail(done.stdout)}", pytrace=False)
    return path


def run(build, name, *args):
    """Run the process; its standard output is what the serial line is elsewhere."""
    argv = ["timeout", "-k", "5", str(TIMEOUT), str(program(build)), *args]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    lab.LOGS.mkdir(parents=True, exist_ok=True)
    stem = f"host-{build}-{name}"
    (lab.LOGS / f"{stem}.cmd").write_text(shlex.join(argv) + "\n", encoding="utf-8")
    (lab.LOGS / f"{stem}.log").write_bytes(done.stdout)
    (lab.LOGS / f"{stem}.err").write_bytes(done.stderr)
    done.stdout = done.stdout.decode("utf-8", "replace")
    done.stderr = done.stderr.decode("utf-8", "replace")
    return done


def fail(done, problems):
    listed = "\n".join(f"  - {problem}" for problem in problems)
    pytest.fail(f"{listed}\nto repeat: {shlex.join(done.args[4:])}\nstandard error:\n"
                f"{lab.tail(done.stderr)}\nthe log's last lines:\n{lab.tail(done.stdout)}",
                pytrace=False)


def self_test(build, name, *args, skips=()):
    done = run(build, name, f"seed={lab.seed_of(f'host-{name}')}", *args)
    table = lab.symbols(program(build))
    suites = (table["__kunit_suites_end"] - table["__kunit_suites_start"]) // (8 if build == "wide" else 4)
    if build == "wide":
        skips = {*skips, *STEPS, *TABLES, *PROGRAM}
    else:
        skips = {*skips, *EDU, *DEVICES, *UBSAN}
    # The status is that of a program; ktap judges QEMU's.
    status = ktap.EXIT_PASS if done.returncode == 0 else done.returncode
    problems = ktap.judge(status, done.stdout, skips=skips, suites=suites)
    if done.stderr:
        problems.append("something on standard error")
    if problems:
        fail(done, problems)
    return done


@pytest.mark.parametrize("map_name", LACKS)
@pytest.mark.parametrize("build", BUILDS)
def test_every_suite(build, map_name):
    """
    The plain build is single-stepped on every map. What an interrupt meets between two
    instructions is a matter of the code, not of the map; and five in six instructions
    of the sanitized build are the sanitizers', each an exception to step over: so that
    is stepped on STEPPED alone.
    """
    if build == "plain" or map_name == STEPPED:
        self_test(build, map_name, "--map", map_name, skips=LACKS[map_name])
    else:
        self_test(build, map_name, "--map", map_name, "--no-steps", skips=LACKS[map_name] | STEPS)


def test_what_is_stale_is_built_anew():
    """The name that program() gives make is that of a rule, not of a file that is just there."""
    path = program("plain")
    done = lab.make("-n", "-W", "mm/memblock.c", f"O={lab.OUT}", lab.goal(path))
    assert done.returncode == 0 and "mm/memblock.c.o" in done.stdout, done.stdout


def test_every_preset_is_tested():
    listing = subprocess.run([str(program("plain")), "--list-maps"], stdout=subprocess.PIPE,
                             text=True, check=True).stdout
    assert re.findall(r"^(\S+)", listing, re.MULTILINE) == list(LACKS)
    assert len(LACKS) >= 12


@pytest.mark.parametrize("entries", ["8", "300"])
def test_a_small_tlb_is_enough(entries):
    """Entries that are evicted early come back, and nothing counts on their staying."""
    self_test("plain", f"tlb-{entries}", "--tlb", entries, "--map", "pc64", skips=HIGHMEM)


def test_ram_where_devices_are():
    """A map without a hole from end to end: ioremap() has the one below 1 MiB left."""
    skips = {f"ioremap.{case}" for case in ("offsets_and_view", "pages_in_order", "ram_by_the_byte")}
    skips |= {"explain.translations_end_in_a_device"}
    self_test("plain", "everywhere", "--map", "0-4G", "--no-steps", skips=skips | STEPS)


@pytest.mark.parametrize("name, options", [
    ("debug-pagealloc", ["debug_pagealloc=on"]),
    ("slab-debug", ["slab_debug=FPZU"]),
    ("init", ["init_on_alloc=1", "init_on_free=1"]),
    ("vmalloc", ["vmalloc=512M"]),
    ("no-reserve", ["min_free_kbytes=0"]),
])
def test_options(name, options):
    skips = set().union(HIGHMEM, *by_options(" ".join(options), ()))
    self_test("asan", name, *options, "--map", "pc64", "--no-steps", skips=skips | STEPS)


# Of the image, which lies in the direct map elsewhere, and of a PC's ways to crash.
PROGRAM = {"explain.the_image", "fault_describe.the_image_by_section", "monitor.crash_wants_one_way"}

# k896-wide on some of the same machines.
WIDE = {"pc64": HIGHMEM, "holes": HIGHMEM, "jumbled": HIGHMEM, "gap": set()}


@pytest.mark.parametrize("map_name", WIDE)
def test_every_portable_suite_on_64_bits(map_name):
    self_test("wide", map_name, "--map", map_name, skips=WIDE[map_name])


@pytest.mark.parametrize("name, options", [
    ("debug-pagealloc", ["debug_pagealloc=on"]),
    ("slab-debug", ["slab_debug=FPZU"]),
    ("init", ["init_on_alloc=1", "init_on_free=1"]),
])
def test_options_on_64_bits(name, options):
    skips = HIGHMEM.union(*by_options(" ".join(options), ("edu",))) - LARGE_PAGES
    # The suite of page protections is x86's.
    self_test("wide", name, *options,
              skips={case for case in skips if not case.startswith("set_memory.")})


def test_64_bits_are_64():
    """A machine whose physical addresses do not fit into 32 bits; nor do kernel addresses."""
    suites = "buddy,page_alloc,page_check,slab,kmalloc,vmalloc,highmem,kmap_atomic"
    done = run("wide", "far", "--map", "0-639K,1M-160M,4G-4160M", f"selftest={suites}")
    report = ktap.parse(done.stdout)
    assert done.returncode == 0 and not report.problems, lab.tail(done.stdout)
    assert len(report.suites) == suites.count(",") + 1
    assert report.skips.keys() <= STEPS
    assert re.search(r"HighMem +\[mem 0x38000000-0x103ffffff\], 16384 pages", done.stdout)
    assert re.search(r"is 1 bytes into object 00002000[0-9a-f]{8} ", done.stdout)


def test_a_forgotten_flush_is_visible():
    """What is mapped stays mapped until it is flushed, by whatever way of flushing."""
    done = self_test("plain", "stale", "--map", "pc64", skips=HIGHMEM)
    assert "stale entry used: unflushed yes, after a load of CR3 yes" in done.stdout


@pytest.mark.parametrize("how, function", [("freed-object", "crash_freed_object"),
                                           ("freed-page", "crash_freed_page")])
def test_a_use_after_free_is_found(how, function):
    done = run("asan", how, "selftest=none", f"crash={how}")
    assert done.returncode == 1
    assert "AddressSanitizer: use-after-poison" in done.stderr
    assert re.search(rf"#0 0x[0-9a-f]+ in {function} ", done.stderr), done.stderr
    assert f"to repeat: {program('asan')} selftest=none crash={how}\n" in done.stderr


def test_undefined_behaviour_is_found():
    """Overflow of signed integers too, which wraps in the kernel's other builds."""
    done = run("asan", "undefined", "selftest=none", "crash=undefined")
    assert done.returncode == 1
    assert re.search(r"kernel/monitor/crash\.c:\d+:\d+: runtime error: signed integer overflow: "
                     r"2147483647 \+ 1 cannot be represented in type 'int'", done.stderr), done.stderr


def test_faults_are_reported_as_on_the_cpu():
    done = run("plain", "null", "selftest=none", "crash=null")
    assert done.returncode == 1
    for text in ("BUG: page fault at 0x00000004 in crash_null+", "error code 0x0002: write",
                 "NULL page", "CR3 ", "crash_if_asked+"):
        assert text in done.stdout, lab.tail(done.stdout)


def test_a_failure_says_how_to_repeat_it():
    done = run("plain", "misbehave", "seed=7", "--map", "pc64", "selftest=misbehave")
    assert done.returncode == 1
    assert "# seed=7" in done.stdout and "not ok 1 misbehave" in done.stdout
    assert done.stdout.rstrip().endswith(
        f"# to repeat: {program('plain')} seed=7 --map pc64 selftest=misbehave")


@pytest.mark.parametrize("build", ["plain", "wide"])
def test_a_shell_repeats_it(build):
    """Whatever a shell sees in the words: the same ones come of the line."""
    words = ["--map", "0-640k,1m-64m", "memmap=1M$16M", "what='s this", "", "selftest=no_such"]
    done = run(build, "quoted", *words)
    told = re.search(r"^# to repeat: (.*)$", done.stdout, re.M)[1]
    assert done.returncode == 1 and shlex.split(told) == [str(program(build)), *words]
    printed = subprocess.run(["sh", "-c", f"set -- {told}; printf '%s\\n' \"$@\""],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
    assert printed.splitlines() == [str(program(build)), *words]


@pytest.mark.parametrize("build", ["plain", "wide"])
def test_types_of_memory(build):
    """What the firmware keeps is no RAM, in whatever order the ranges come."""
    def pages(*ranges):
        done = run(build, "types", "--map", ",".join(ranges), "selftest=list")
        return sum(map(int, re.findall(r"(\d+) pages present", done.stdout)))
    assert pages("1M-64M", "32M-33M:2") == pages("32M-33M:2", "1M-64M") == pages("1M-64M") - 256


def test_the_same_seed_gives_the_same_run():
    """Whatever comes of random numbers: the numbers that a failing suite prints."""
    logs = [re.sub(r"\[ *\d+\.\d+\]", "", run("plain", "again", "seed=3", "selftest=memblock_model,"
                                               "rbtree,vmap_area").stdout) for _ in range(2)]
    strip = functools.partial(re.sub, r"clock: .*", "")
    assert strip(logs[0]) == strip(logs[1])


def leaves(done):
    """(suite, case) of each that ran."""
    return [tuple(path.split(".")[:2]) for path, _ in ktap.parse(done.stdout).leaves()]


@pytest.mark.parametrize("which, kept", [
    ("list,sort", lambda suite, case: suite in ("list", "sort")),
    ("-list,-sort", lambda suite, case: suite not in ("list", "sort")),
    ("soak,list", lambda suite, case: suite == "list"),
    ("sort.elements_travel_whole,list",
     lambda suite, case: suite == "list" or case == "elements_travel_whole"),
    ("-sort.elements_travel_whole,sort,list,-list",
     lambda suite, case: suite == "sort" and case != "elements_travel_whole"),
])
def test_suites_are_chosen(which, kept):
    """By name; a minus in front means all but those, and never those that fail on purpose."""
    every = leaves(run("plain", "chosen-all", "--map", "dma"))
    done = run("plain", "chosen", "--map", "dma", f"selftest={which}")
    assert done.returncode == 0
    assert leaves(done) == [(suite, case) for suite, case in every if kept(suite, case)]


@pytest.mark.parametrize("which", ["lis", "listing", "list.", "list.no_such", "sort,,list", "-", "-lis"])
def test_names_of_suites_are_checked(which):
    done = run("plain", "unknown", "--map", "dma", f"selftest={which}")
    assert "selftest: no suite is called " in done.stdout and "1.." not in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("args, message", [
    (["--map", "1M"], "neither START-END"),
    (["--map", "4M-2M"], "neither START-END"),
    (["--map", "-1M-2M"], "neither START-END"),
    (["--map", "0-99999999999999999999"], "neither START-END"),
    (["--map", "0-17179869184G"], "neither START-END"),
    (["--map", "0-640K:,1M-64M"], "neither START-END"),
    (["--map", "1M-64M:0x100000001"], "neither START-END"),
    (["--map", ",".join(["1M-64M"] * 65)], "more than 64 ranges"),
    (["--tlb", "7"], "--tlb 7: not a number from 8 to 32768"),
    (["--tlb", "many"], "--tlb many: not a number"),
    (["--bda", "1:x"], "not a number from 0 to 65535"),
    (["--bda", "0x10000:1"], "not SEGMENT:KIB"),
    (["--module", "4G-5G"], "not START-END, below 4 GiB"),
    (["--nonsense"], "usage: "),
    (["--map"], "usage: "),
])
def test_bad_arguments(args, message):
    done = run("plain", "usage", *args)
    assert done.returncode == 2 and message in done.stderr

# SPDX-License-Identifier: MIT
"""
The matrix: every configuration boots, passes all self-tests, skips exactly what
it must, and leaves with the agreed code.
"""
import re

import pytest

import lab
from lab import Config

SIZES = ["4M", "8M", "16M", "17M", "64M", "128M", "512M", "895M", "896M", "897M",
         "1G", "2G", "3G", "3583M", "4G"]

MATRIX = [
    # How the kernel is loaded, on either machine, and how it was compiled.
    Config("iso-pc", via="iso"),
    Config("iso-q35", via="iso", machine="q35", mem="256M"),
    Config("iso-3G", via="iso", mem="3G"),
    Config("q35-64M", machine="q35"),
    Config("q35-2G", machine="q35", mem="2G"),
    Config("q35-4G", machine="q35", mem="4G"),
    *[Config(f"{variant}-{via}", via=via, variant=variant, mem=mem)
      for variant in ("O0", "Os", "clang")
      for via, mem in (("kernel", "1G"), ("iso", "64M"))],
    # RAM from the least it runs in to more than it can reach.
    *[Config(f"ram-{mem}", mem=mem) for mem in SIZES],
    Config("ram-2G-half-above-4G", mem="2G", machine="pc,max-ram-below-4g=1G"),
    # Processors.
    *[Config(f"cpu-{cpu}", cpu=cpu, mem=mem)
      for cpu, mem in (("pentium3", "64M"), ("max", "1G"), ("coreduo", "64M"))],
    # Maps with holes: cut by GRUB, and by the kernel's own options, where a `$`
    # has to survive Python, GRUB's script and QEMU.
    Config("cutmem", via="iso", mem="256M", commands=("cutmem 64M 65M", "cutmem 0x8000123 0x9000321")),
    Config("memmap-add", args="memmap=2M@66M mem=48M"),
    Config("memmap-reserve", args="memmap=1M$16M memmap=4K$0x2345000"),
    Config("memmap-reserve-iso", via="iso", args="memmap=1M$16M memmap=4K$0x2345000"),
    Config("mem-limit", mem="1G", args="mem=100M"),
    Config("sparse-map", mem="3583M", args="memmap=3040M$32M memmap=479M$3088M"),
    Config("vmalloc-256M", mem="1G", args="vmalloc=256M"),
    Config("vmalloc-512M", mem="512M", args="vmalloc=512M"),
    # Modules are memory that is taken, whatever they hold.
    Config("module", modules=(f"{lab.ROOT}/LICENSE some arguments",)),
    Config("module-iso", via="iso", modules=(f"{lab.ROOT}/LICENSE x", f"{lab.ROOT}/Makefile")),
    # Debugging.
    Config("slab-debug", mem="128M", args="slab_debug=FPZU"),
    Config("slab-debug-8M", mem="8M", args="slab_debug=FPZU"),
    Config("debug-pagealloc", mem="128M", args="debug_pagealloc=on"),
    Config("debug-pagealloc-1G", mem="1G", args="debug_pagealloc=on"),
    Config("init-on-alloc-free", args="init_on_alloc=1 init_on_free=1"),
    Config("everything-on", mem="1G",
           args="slab_debug=FPZU debug_pagealloc=on init_on_alloc=1 init_on_free=1 memblock=debug"),
]


@pytest.mark.parametrize("config", MATRIX, ids=lambda config: config.name)
def test_selftests(config):
    lab.self_test(config)


# Broken command lines: what is said, and that the self-tests still pass. A
# malformed value is named and its default kept; an unknown option is named.
BROKEN = {
    "unknown-option": ("nonsense=1 alsonot", ["nonsense", "alsonot"]),
    "malformed-seed": ("seed=banana", ["seed"]),
    "malformed-mem": ("mem=12Q", ["mem"]),
    "malformed-memmap": ("memmap=@ memmap=1M# memmap=$", ["memmap"]),
    "malformed-vmalloc": ("vmalloc=lots", ["vmalloc"]),
    "malformed-on-bug": ("on_bug=shrug", ["on_bug"]),
    "blanks": ("    loglevel=7     ", []),
    "equals-signs": ("= == =x", []),
    "long-word": ("x" * 300, []),
    "endless": ("y=" + " z" * 1500, []),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_command_line(name):
    broken, complaints = BROKEN[name]
    config = Config(f"cmdline-{name}")
    run = lab.boot(config, f"selftest=all exit=1 {broken}")
    problems = lab.ktap.judge(run.status, run.text, suites=lab.nr_suites(config.elf))
    for word in complaints:
        if not any(re.search(rf"\b{word}\b", line) for line in run.lines
                   if "Command line" not in line):
            problems.append(f"no line complains of {word}")
    if problems:
        run.fail(problems)


def results(run):
    """The self-tests' own lines: what must not differ from run to run."""
    return [line for line in run.lines if not re.match(r"(# )*\[ *\d+\.", line)]


def test_seed_repeats_a_run():
    first, second = (lab.self_test(Config(f"seed-{n}"), args="seed=1234") for n in (1, 2))
    assert results(first) == results(second)
    assert "# seed=1234" in first.lines


def test_named_suites_only():
    run = lab.self_test(Config("two-suites"), which="selftest,printk")
    assert {suite.name for suite in lab.ktap.parse(run.text).suites} == {"selftest", "printk"}


def test_unknown_suite_fails():
    run = lab.boot(Config("unknown-suite"), "selftest=nosuchsuite exit=1")
    if run.status != lab.ktap.EXIT_FAIL or "nosuchsuite" not in run.text:
        run.fail([f"status {run.status}, expected {lab.ktap.EXIT_FAIL} and a word about it"])


def test_without_exit_the_kernel_stays():
    """Verdicts leave by port only when asked: other machines have something else there."""
    run = lab.boot(Config("no-exit", timeout=5), "selftest=selftest")
    if run.status != lab.ktap.EXIT_HANG or "# Totals:" not in run.text:
        run.fail([f"status {run.status}, expected to be still running after the tests"])

# SPDX-License-Identifier: MIT
"""
The matrix: every configuration boots, passes all self-tests, skips exactly what
it must, and leaves with the agreed code.
"""
import re

import pytest

import lab
from lab import Config
from skips import BOUNDARY_4M, FREE_4M, FREE_8M, HIGHMEM, MUCH_HIGHMEM

# RAM from the least it runs in to more than it can reach, and what each lacks. Of
# "896M" the BIOS keeps the last 128 KiB, so there is no high memory yet.
SIZES = {
    "4M": (HIGHMEM, FREE_4M, FREE_8M, BOUNDARY_4M),
    "8M": (HIGHMEM, FREE_4M, FREE_8M),
    **{size: (HIGHMEM,) for size in ("16M", "17M", "64M", "128M", "512M", "895M", "896M")},
    "897M": (MUCH_HIGHMEM,),
    **{size: () for size in ("1G", "2G", "3G", "3583M", "4G")},
}


def small(name, **kwargs):
    """A machine of 64 MiB, or another size below 896 MiB: no high memory."""
    return Config(name, lacks=(HIGHMEM, *kwargs.pop("lacks", ())), **kwargs)


MATRIX = [
    # How the kernel is loaded, on either machine, and how it was compiled. The
    # slow ones come first, so that the last worker to finish is not late.
    *[Config(f"{variant}-kernel", variant=variant, mem="1G") for variant in ("O0", "Os", "clang")],
    # Undefined behaviour is reported: by either compiler's calls, with and without high memory.
    Config("ubsan-1G", variant="ubsan", mem="1G"),
    *[small(f"{variant}-64M", variant=variant) for variant in ("ubsan", "ubsan-clang")],
    *[small(f"{variant}-iso", via="iso", variant=variant) for variant in ("O0", "Os", "clang")],
    small("iso-pc", via="iso"),
    small("iso-q35", via="iso", machine="q35", mem="256M"),
    Config("iso-3G", via="iso", mem="3G"),
    small("q35-64M", machine="q35"),
    Config("q35-2G", machine="q35", mem="2G"),
    Config("q35-4G", machine="q35", mem="4G"),
    *[Config(f"ram-{mem}", mem=mem, lacks=lacks) for mem, lacks in SIZES.items()],
    Config("ram-2G-half-above-4G", mem="2G", machine="pc,max-ram-below-4g=1G"),
    # A device whose registers answer predictably.
    small("edu-device", extra=("-device", "edu")),
    # Processors.
    small("cpu-pentium3", cpu="pentium3"),
    small("cpu-coreduo", cpu="coreduo"),
    Config("cpu-max", cpu="max", mem="1G"),
    # Maps with holes: cut by GRUB, and by the kernel's own options, where a `$`
    # has to survive Python, GRUB's script and QEMU.
    small("cutmem", via="iso", mem="256M",
          commands=("cutmem 64M 65M", "cutmem 0x8000123 0x9000321")),
    small("memmap-add", args="memmap=2M@66M mem=48M"),
    small("memmap-reserve", args="memmap=1M$16M memmap=4K$0x2345000"),
    small("memmap-reserve-iso", via="iso", args="memmap=1M$16M memmap=4K$0x2345000"),
    small("mem-limit", mem="1G", args="mem=100M"),
    small("sparse-map", mem="3583M", args="memmap=3056M$16M memmap=495M$3088M"),
    Config("vmalloc-256M", mem="1G", args="vmalloc=256M"),
    Config("vmalloc-640M", mem="512M", args="vmalloc=640M"),
    # Modules are memory that is taken, whatever they hold.
    small("module", modules=(f"{lab.ROOT}/LICENSE some arguments",)),
    small("module-iso", via="iso", modules=(f"{lab.ROOT}/LICENSE x", f"{lab.ROOT}/Makefile")),
    # Debugging.
    small("slab-debug", mem="128M", args="slab_debug=FPZU"),
    small("slab-debug-8M", mem="8M", args="slab_debug=FPZU", lacks=(FREE_4M, FREE_8M)),
    small("debug-pagealloc", mem="128M", args="debug_pagealloc=on"),
    Config("debug-pagealloc-1G", mem="1G", args="debug_pagealloc=on"),
    small("init-on-alloc-free", args="init_on_alloc=1 init_on_free=1"),
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
    "malformed-soak": ("soak=0 soak=long", ["soak"]),
    "blanks": ("    loglevel=7     ", []),
    "equals-signs": ("= == =x", []),
    "long-word": ("x" * 300, []),
    "endless": ("y=" + " z" * 1500, []),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_command_line(name):
    broken, complaints = BROKEN[name]
    config = small(f"cmdline-{name}")
    run = lab.boot(config, f"selftest=all exit=1 {broken}")
    problems = lab.ktap.judge(run.status, run.text, config.skips, lab.nr_suites(config.elf))
    for word in complaints:
        if not any(re.search(rf"\b{word}\b", line) for line in run.lines
                   if "Command line" not in line):
            problems.append(f"no line complains of {word}")
    if problems:
        run.fail(problems)


def results(run):
    """The self-tests' own lines: what must not differ from run to run."""
    return [line for line in run.lines if not re.match(r"(# )*\[ *\d+\.", line)]


def test_map_without_the_kernel():
    """Even the kernel's own place, and all else that its first page tables reach."""
    run = lab.self_test(Config("memmap-kernel", mem="256M", args="memmap=64M$1M"),
                        which="handover,paging,set_memory,resource")
    assert any("the kernel's own memory is not listed as RAM" in line for line in run.lines)


def test_module_is_reserved(tmp_path):
    """A module's pages are nobody else's, and have a name."""
    module = tmp_path / "module"
    module.write_bytes(bytes(3 * 4096 + 1))
    run = lab.self_test(Config("module-reserved", modules=(str(module),)), which="handover")
    assert any(re.search(r"Module 0: \[mem 0x[0-9a-f]{5}000-0x[0-9a-f]{5}001\) /", line)
               for line in run.lines)
    assert any(line.endswith("Module: 4 pages") for line in run.lines)


def test_seed_repeats_a_run():
    first, second = (lab.self_test(small(f"seed-{n}"), args="seed=1234") for n in (1, 2))
    assert results(first) == results(second)
    assert "# seed=1234" in first.lines


def test_named_suites_only():
    run = lab.self_test(Config("two-suites"), which="selftest,printk")
    assert {suite.name for suite in lab.ktap.parse(run.text).suites} == {"selftest", "printk"}


def test_unknown_suite_fails():
    run = lab.boot(Config("unknown-suite"), "selftest=nosuchsuite exit=1")
    if run.status != lab.ktap.EXIT_FAIL or "nosuchsuite" not in run.text:
        run.fail([f"status {run.status}, expected {lab.ktap.EXIT_FAIL} and a word about it"])


def test_failures_are_noticed_and_survived():
    """The suite whose cases fail on purpose: each that ought to does, the rest runs."""
    run = lab.boot(Config("misbehave"), "selftest=misbehave exit=1")
    report = lab.ktap.parse(run.text)
    leaves = dict(report.leaves())
    problems = [p for p in report.problems if not p.startswith("not ok: ")]
    for path, leaf in leaves.items():
        if leaf.ok == path.endswith("_fails") or (leaf.skip is not None) != path.endswith(".skips"):
            problems.append(f"{path}: ok is {leaf.ok}, skip is {leaf.skip}")
    if len(leaves) != 23 or run.status != lab.ktap.EXIT_FAIL:
        problems.append(f"{len(leaves)} cases, status {run.status}")
    for line in ("unexpected exception 14 at write_to_null_fails", "unexpected exception 0 at ",
                 "1 pages are missing", "1 objects are left over", "left interrupts off", "left preempt_count 0x1",
                 "unexpected report: WARNING: ",
                 "parting_model, operation 77: run->nr_ops == 77 is 0x1, but 0 is 0"):
        if line not in run.text:
            problems.append(f"not said: {line}")
    if problems:
        run.fail(problems)
    assert lab.ktap.judge(run.status, run.text)


@pytest.mark.parametrize("mem", ["4M", "64M", "1G"])
def test_short_soak(mem):
    """What selftest=soak does ten million times, two hundred thousand times."""
    run = lab.self_test(Config(f"soak-{mem}", mem=mem), which="soak,mixed", args="soak=200000")
    assert sum("operations" in line for line in run.lines) == 9


def test_without_exit_the_kernel_stays():
    """Verdicts leave by port only when asked: other machines have something else there."""
    run = lab.boot(Config("no-exit", timeout=5), "selftest=selftest")
    if run.status != lab.ktap.EXIT_HANG or "# Totals:" not in run.text:
        run.fail([f"status {run.status}, expected to be still running after the tests"])

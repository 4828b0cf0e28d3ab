# SPDX-License-Identifier: MIT
"""
Boots that must end badly, and what they say about it: processors and machines
that will not do, and each fatal path, caused on purpose.
"""
import dataclasses
import re

import pytest

import lab
from lab import Config


PAGE_OFFSET = 0xC0000000


def check(run, status, patterns):
    """Fail unless the run left so, and each pattern is found, in this order."""
    problems = []
    if problem := lab.ktap.verdict_of_exit(run.status, status):
        problems.append(problem)
    text = "\n".join(run.lines)
    position = 0
    for pattern in patterns:
        found = re.compile(pattern, re.MULTILINE).search(text, position)
        if found:
            position = found.end()
        else:
            problems.append(f"not found{' behind what was' if position else ''}: {pattern}")
    if problems:
        run.fail(problems)


# --- machines that will not do ---------------------------------------------------------

@pytest.mark.parametrize("cpu, missing", [("486", "tsc cx8 cmov"), ("pentium", "cmov")])
@pytest.mark.parametrize("via", ["kernel", "iso"])
def test_old_processor_is_told_what_it_lacks(cpu, missing, via):
    config = Config(f"cpu-{cpu}-{via}", cpu=cpu, via=via)
    run = lab.boot(config, "exit=1", until="Halted.")
    if f"k896: this CPU lacks: {missing}. Halted." not in run.lines:
        run.fail(["the message about the CPU is missing"])


PANIC = [r"Kernel panic: ", r"Call Trace:", r"\[<[0-9a-f]{8}>\] panic\+0x[0-9a-f]+/0x[0-9a-f]+"]


@pytest.mark.parametrize("name, args, pattern", [
    ("too-little", "mem=64K", r"too little memory: \d+ KiB of RAM"),
    ("nothing-usable", "memmap=exactmap", r"too little memory: \d+ KiB of RAM"),
])
def test_too_little_memory(name, args, pattern):
    check(lab.boot(Config(f"memory-{name}"), f"exit=1 {args}"), lab.ktap.EXIT_PANIC,
          [f"Kernel panic: .*{pattern}", r"Call Trace:"])


def test_image_that_runs_over_the_end_of_memory():
    """-O0 code is larger than 2 MiB; QEMU loads it all the same."""
    run = lab.boot(Config("image-2M", mem="2M", variant="O0", timeout=30), "exit=1",
                   until="Halted.")
    if not any("k896: too little memory: it ends before the kernel's image does." in line
               for line in run.lines):
        run.fail(["the message about the image is missing"])


def test_out_of_reach_and_sparse_memory_are_named():
    run = lab.boot(Config("says-4G", mem="4G"), "exit=1 selftest=selftest")
    check(run, lab.ktap.EXIT_PASS, [r"1024 MiB of RAM beyond 4 GiB"])
    run = lab.boot(Config("says-sparse", mem="3583M"),
                   "exit=1 selftest=selftest memmap=3056M$16M memmap=495M$3088M")
    check(run, lab.ktap.EXIT_PASS, [r"memory map: 16384 KiB of RAM left out"])


# --- each fatal path, caused by crash= ---------------------------------------------------

HEX = "0x[0-9a-f]+"


def trace(*functions):
    """A backtrace that names these functions, innermost first, and ends in kmain."""
    frames = [rf"  \[<[0-9a-f]{{8}}>\] {function}(?:\.\w+)*\+{HEX}/{HEX}"
              for function in (*functions, "crash_if_asked", "kmain")]
    return ["Call Trace:", *frames]


def fault(function, address, error, region, *functions):
    """The report of a page fault: cause decoded, region named, walk, registers, trace."""
    return [
        rf"BUG: page fault at {address} in {function}\+{HEX}/{HEX}$",
        rf"  error code 0x000\d: {error}, kernel mode$",
        rf"  address {address}: {region}",
        r"page walk of 0(?:x[0-9a-f]+)?: CR3 [0-9a-f]{8}$",
        r"  p[dt]e\[\d+\] = [0-9a-f]{8}: ",
        rf"EIP: 0008:[0-9a-f]{{8}} {function}\+{HEX}/{HEX}$",
        r"EFLAGS: [0-9a-f]{8} ", r"EAX: [0-9a-f]{8} EBX: ", r"ESI: [0-9a-f]{8} EDI: ",
        r"CR0: [0-9a-f]{8} CR2: [0-9a-f]{8} CR3: [0-9a-f]{8} CR4: ",
        r"Code: .*<[0-9a-f]{2}>", r"Stack: ",
        *trace(function, *functions),
        "Kernel panic: fatal exception in the kernel$",
    ]


CRASHES = {
    "null": fault("crash_null", "0x00000004", "write, page not present", "NULL page"),
    "null-read": fault("crash_null_read", "0x00000000", "read, page not present", "NULL page"),
    "text": fault("crash_text", "0xc0[0-9a-f]{6}", "write, page present but protected",
                  "kernel text, pfn 0x[0-9a-f]+"),
    "rodata": fault("crash_rodata", "0xc0[0-9a-f]{6}", "write, page present but protected",
                    "kernel read-only data, pfn 0x[0-9a-f]+"),
    "user": fault("crash_user", "0x08048000", "write, page not present", "user space"),
    "locked": fault("crash_null", "0x00000004", "write, page not present", "NULL page",
                    "crash_locked"),
    "interrupt": fault("crash_null", "0x00000004", "write, page not present", "NULL page",
                       "crash_handler", "handle_irq", "crash_interrupt"),
    "jump": [r"BUG: page fault at 0xdead0000 in 0xdead0000$",
             r"  error code 0x0000: instruction fetch, page not present, kernel mode$",
             r"  address 0xdead0000: ", r"EIP: 0008:dead0000 ", *trace("crash_jump")],
    "stack": [rf"BUG: kernel stack overflow: guard page of boot stack hit at {HEX}, in recurse",
              rf"  address {HEX}: .*guard page of boot stack$",
              r"  pte\[\d+\] = [0-9a-f]{8}: not present$",
              rf"recurse\+{HEX}/{HEX} \(\d+ times\)$", "crash_if_asked", "kmain",
              "Kernel panic: double fault$"],
    "double-fault": [rf"BUG: double fault in crash_double_fault\+{HEX}/{HEX}$",
                     r"EIP: 0008:[0-9a-f]{8} crash_double_fault", "Call Trace:",
                     "crash_double_fault", "Kernel panic: double fault$"],
    "ud": [r"BUG: invalid opcode \(exception 6\) in crash_ud\+", *trace("crash_ud")],
    "divide": [r"BUG: divide error \(exception 0\) in crash_divide\+", *trace("crash_divide")],
    "gp": [r"BUG: general protection fault \(exception 13\) in crash_gp\+",
           r"  error code 0xfff8: GDT entry 8191$", *trace("crash_gp")],
    "frame": [r"BUG: invalid opcode \(exception 6\) in crash_frame\+", "Call Trace:",
              r"  frame pointer 0xdead0003 is in no known stack$"],
    "report": [r"BUG: page fault at 0x08048000 in crash_report\+", r"  error code 0x0002: write",
               r"fault inside the report: page fault at [0-9a-f]{8}, address 00000000; halted$"],
    "machine-check": [r"BUG: machine check \(exception 18\) in crash_machine_check\+",
                      r"  machine check: ", *trace("crash_machine_check")],
    "bug": [r"Kernel panic: BUG at kernel/monitor/crash\.c:\d+: broken$",
            *trace("panic", "__bug", "crash_bug")],
    "kbug": [r"BUG: crash: a caller's bug, asked for$", *trace("kbug", "crash_kbug"),
             r"Kernel panic: a caller's bug, and on_bug=panic$"],
    "overrun": [r"Kernel panic: stack overrun: the canary of crash_overrun\+\S+ is not what it was$",
                *trace("panic", "__stack_chk_fail", "crash_overrun")],
    "canary": [r"BUG: invalid opcode \(exception 6\) in crash_canary\+", r"ESI: \(canary\) EDI: ",
               r"0x[0-9a-f]{8}:.* \(canary\)", *trace("crash_canary")],
    "nofail": [r"WARNING: page allocation failure: order:11, ", *trace("crash_nofail"),
               r"Kernel panic: Out of memory: order 11 request with __GFP_NOFAIL from crash_nofail"],
    "double-free": [r"BUG: double free: object [0-9a-f]{8} of cache kmalloc-1024, last freed by "
                    r"crash_double_free\+", *trace("crash_double_free"),
                    r"Kernel panic: a caller's bug, and on_bug=panic$"],
    "double-free-page": [r"BUG: double free: page [0-9a-f]{8} pfn 0x[0-9a-f]+ order 0 ",
                         r"  last freed by crash_double_free_page\+", *trace("crash_double_free_page"),
                         r"Kernel panic: a caller's bug, and on_bug=panic$"],
    "foreign-free": [r"BUG: free of what is no object: [0-9a-f]{8} is in a reserved page$",
                     *trace("crash_foreign_free"), r"Kernel panic: a caller's bug, and on_bug=panic$"],
    "vfree": [r"BUG: vfree of [0-9a-f]{8}, which is 0x1000 bytes inside the vmalloc area at [0-9a-f]{8}, "
              r"made by crash_vfree\+", *trace("kbug", "crash_vfree"),
              r"Kernel panic: a caller's bug, and on_bug=panic$"],
    "guard": fault("crash_guard", HEX, "write, page not present",
                   r"vmalloc area: guard page of the vmalloc area \[.*, of crash_guard\+"),
    "freed-area": fault("crash_freed_area", HEX, "write, page not present",
                        r"vmalloc area \[.*, freed by crash_freed_area\+"),
    "kunmap": [r"BUG: unbalanced kunmap: page pfn 0x[0-9a-f]+ is not mapped by kmap\(\)$",
               *trace("kbug", "crash_kunmap"), r"Kernel panic: a caller's bug, and on_bug=panic$"],
    "oom": [r"WARNING: page allocation failure: order:0, .*__GFP_NOFAIL", r" Normal free:0kB ",
            *trace("crash_oom"),
            r"Kernel panic: Out of memory: order 0 request with __GFP_NOFAIL from crash_oom\+"],
    "sleep": [r"BUG: sleeping function called from invalid context at mm/kmalloc\.c:\d+: "
              r"preempt_count 0x1, interrupts on$", *trace("kbug", "__might_sleep", "crash_sleep"),
              r"Kernel panic: a caller's bug, and on_bug=panic$"],
    "unlock": [r"Kernel panic: BUG: spin lock lock released on CPU 0, which does not hold it",
               *trace("panic", "crash_unlock")],
    "breakpoint": [r"BUG: breakpoint \(exception 3\) in crash_breakpoint\+", *trace("crash_breakpoint")],
    "overflow": [r"BUG: overflow \(exception 4\) in crash_overflow\+", *trace("crash_overflow")],
    "panic": [r"Kernel panic: crash: asked for$", *trace("panic", "crash_panic"),
              r"---\[ end Kernel panic: crash: asked for \]---$"],
    "deadlock": [r"Kernel panic: BUG: spin lock lock taken twice on CPU 0$",
                 *trace("panic", "crash_deadlock")],
}


def crash(config, how):
    run = lab.boot(config, f"selftest=none exit=1 crash={how}")
    check(run, lab.ktap.EXIT_PANIC, [rf"crash={how}$", *CRASHES[how]])


@pytest.mark.parametrize("how", CRASHES)
def test_crash(how):
    """kunmap() has something to say of high memory alone."""
    crash(Config(f"crash-{how}", mem="1G" if how == "kunmap" else "64M", timeout=30), how)


@pytest.mark.parametrize("variant", ["O0", "Os", "clang"])
@pytest.mark.parametrize("how", ["stack", "null", "kbug", "overrun"])
def test_crash_of_other_compilers(variant, how):
    crash(Config(f"crash-{how}-{variant}", variant=variant, timeout=30), how)


def test_every_crash_is_known():
    """What the kernel can do by crash= is what is tested here, four apart."""
    text = (lab.ROOT / "kernel" / "monitor" / "crash.c").read_text(encoding="utf-8")
    offered = re.findall(r'^\t\{"([a-z-]+)", crash_', text, re.MULTILINE)
    assert set(offered) == {*CRASHES, "warn", "undefined", "freed-page", "freed-object"}


# --- the stack canary --------------------------------------------------------------------

def canary_of_boot(folder, config, args):
    """Boot with RAM in a file; return the run, and the canary that is found there afterwards."""
    ram = folder / "ram"
    backed = dataclasses.replace(
        config, machine=f"{config.machine},memory-backend=ram", timeout=30,
        extra=(*config.extra, "-object", f"memory-backend-file,id=ram,size={config.mem},"
               f"mem-path={ram},share=on"))
    run = lab.boot(backed, f"selftest=none exit=1 seed=1 {args}")
    with open(ram, "rb") as file:
        file.seek(lab.symbols(config.elf)["__stack_chk_guard"] - PAGE_OFFSET)
        canary = int.from_bytes(file.read(4), "little")
    ram.unlink()
    return run, canary


@pytest.mark.parametrize("variant", ["O2", "O0", "clang"])
@pytest.mark.parametrize("how", ["overrun", "canary", "null"])
def test_no_report_shows_the_canary(tmp_path, how, variant):
    """Nor how far it is from what was found in its place, which is known."""
    run, canary = canary_of_boot(tmp_path, Config(f"secret-{how}-{variant}", variant=variant),
                                 f"crash={how}")
    assert run.status == lab.ktap.EXIT_PANIC and canary > 0xff and not canary & 0xff
    found = int.from_bytes(b"xxxx", "little")
    for secret in (canary, found - canary, canary - found, canary ^ found):
        assert f"{secret & 0xffffffff:08x}" not in run.text.lower()
    assert str(canary) not in run.text


@pytest.mark.parametrize("name, config", [
    ("tsc", Config("canary-tsc")),
    ("rdrand", Config("canary-rdrand", cpu="max")),
    # The counter counts instructions and is the same in each boot: RDRAND alone is left.
    ("rdrand-alone", Config("canary-icount", cpu="max",
                            extra=("-icount", "shift=0,sleep=off"))),
])
def test_each_boot_has_its_own_canary(tmp_path, name, config):
    """Whatever seed= says."""
    canaries = [canary_of_boot(tmp_path, config, "")[1] for _ in range(4)]
    assert len(set(canaries)) == len(canaries), f"{name}: {canaries}"
    assert not any(canary & 0xff for canary in canaries)


UNDEFINED = (r"BUG: undefined behaviour at kernel/monitor/crash\.c:\d+:\d+: "
             r"signed integer overflow: 2147483647 \+ 1 is no value of type 'int'$")


@pytest.mark.parametrize("variant", ["ubsan", "ubsan-clang"])
def test_undefined_behaviour_is_reported(variant):
    run = lab.boot(Config(f"crash-{variant}", variant=variant, timeout=30),
                   "selftest=none exit=1 crash=undefined")
    check(run, lab.ktap.EXIT_PANIC, [
        UNDEFINED, *trace("kbug", "__ubsan_handle_add_overflow", "crash_undefined"),
        r"Kernel panic: a caller's bug, and on_bug=panic$"])


def test_undefined_behaviour_is_survived_with_on_bug_continue():
    run = lab.boot(Config("crash-ubsan-continue", variant="ubsan", timeout=30),
                   "selftest=none exit=1 on_bug=continue crash=undefined")
    check(run, lab.ktap.EXIT_PASS, [UNDEFINED, *trace("kbug", "crash_undefined")])


def test_undefined_behaviour_goes_unnoticed_elsewhere():
    run = lab.boot(Config("crash-undefined", timeout=30), "selftest=none exit=1 crash=undefined")
    check(run, lab.ktap.EXIT_PASS, ["crash=undefined$"])


def test_use_of_a_freed_page():
    """debug_pagealloc=on notices; a freed object's use is for the host build to notice."""
    config = Config("crash-freed-page", args="debug_pagealloc=on", timeout=30)
    check(lab.boot(config, "selftest=none exit=1 crash=freed-page"), lab.ktap.EXIT_PANIC,
          fault("crash_freed_page", "0xc[0-9a-f]{7}", "write, page not present", "direct map"))


def test_warning_fails_a_run_but_does_not_end_it():
    run = lab.boot(Config("crash-warn"), "selftest=selftest exit=1 crash=warn")
    check(run, lab.ktap.EXIT_PASS,
          [r"WARNING: .*crash: a warning, asked for$", *trace("__warn", "crash_warn")])
    assert lab.ktap.judge(run.status, run.text, suites=1) == [
        f"unexpected report: {line}" for line in run.lines if "a warning, asked for" in line]


def test_on_bug_continue_goes_on():
    run = lab.boot(Config("crash-on-bug-continue"),
                   "selftest=none exit=1 on_bug=continue crash=kbug")
    check(run, lab.ktap.EXIT_PASS, [r"BUG: crash: a caller's bug, asked for$",
                                    *trace("kbug", "crash_kbug")])
    assert "panic" not in run.text


def test_triple_fault_is_no_success():
    """The reset that a triple fault causes, had from the monitor, ends with status 0."""
    with lab.Session(Config("reset")) as session:
        session.type("reboot\r")
        assert session.status() == 0

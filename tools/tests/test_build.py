# SPDX-License-Identifier: MIT
"""
The build: reproducible, nothing rebuilt in vain, everything rebuilt that must be,
and the targets that a person types.
"""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import lab


def sources():
    """The files of the tree that git knows or would add."""
    listing = subprocess.run(["git", "-C", str(lab.ROOT), "ls-files", "-z", "--cached", "--others",
                              "--exclude-standard"], stdout=subprocess.PIPE, check=True).stdout
    return sorted(name for name in os.fsdecode(listing).split("\0")
                  if name and (lab.ROOT / name).is_file())


@pytest.fixture(name="clone")
def fixture_clone(tmp_path):
    """A function that makes a copy of the sources in a folder of the given name."""
    def copy(name):
        for file in sources():
            target = tmp_path / name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(lab.ROOT / file, target)
        return tmp_path / name
    return copy


def make(root, *args):
    done = lab.make(*args, root=root)
    assert done.returncode == 0, lab.tail(done.stdout)
    return done.stdout


def commands(output):
    """What a build did: the set of (command, file) lines."""
    return re.findall(r"^  ([A-Z]+) +(\S+)$", output, re.MULTILINE)


def compiled(root, *args):
    """The C files that `make ARGS` compiles when nothing is built yet."""
    return set(re.findall(r" ((?:arch|kernel|mm|tools)/[\w/.-]+\.c)(?=\s)", make(root, "-nB", *args)))


# What builds C files: each of them must be in one of these.
BUILDS = (("kernel",), ("kernel", "UBSAN=1"), ("host",), ("fuzz",), ("lift",), ("bench-host",),
          ("coverage-builds", "COVERAGE=1"))


def built_by_linux():
    """The C files of the tree that a Kbuild names: Linux's own make compiles them."""
    for name in sources():
        if name.endswith("/Kbuild"):
            folder, text = pathlib.Path(name).parent, (lab.ROOT / name).read_text(encoding="utf-8")
            yield from (str(folder / f"{module}.c") for module in re.findall(r"([\w-]+)\.o", text))


def test_every_c_file_is_built(clone):
    root = clone("tree")
    built = set(built_by_linux()).union(*(compiled(root, *args) for args in BUILDS))
    assert not {name for name in sources() if name.endswith(".c")} - built


def test_two_folders_give_one_kernel(clone):
    """Neither the folder, nor O=, nor -j, nor the time leave a trace in the ELF file."""
    first, second = clone("first"), clone("deeper/second")
    make(first, "-j2", "kernel")
    make(second, "-j1", f"O={second}/elsewhere/out", "kernel")
    one = (first / "build" / "k896.elf").read_bytes()
    two = (second / "elsewhere" / "out" / "k896.elf").read_bytes()
    assert one == two


def test_nothing_is_built_twice_and_everything_when_it_must(clone):
    root = clone("tree")
    first = commands(make(root, "-j2", "kernel"))
    nr_c = sum(kind == "CC" for kind, _ in first)
    assert nr_c == len(compiled(root, "kernel"))

    assert commands(make(root, "kernel")) == []

    # A header: what includes it and nothing else.
    header = root / "kernel" / "kallsyms.h"
    header.touch()
    again = commands(make(root, "kernel"))
    users = [s for s in compiled(root, "kernel")
             if "<kernel/kallsyms.h>" in (root / s).read_text(encoding="utf-8")]
    assert {name for kind, name in again if kind == "CC"} >= set(users)
    assert 0 < sum(kind == "CC" for kind, _ in again) < nr_c
    assert commands(make(root, "kernel")) == []

    # The flags: everything. There with a few objects only, and back.
    some = [f"build/{name}.o" for name in ("mm/slab", "kernel/main", "mm/tests/slab_test")]
    for flags in (["OPT=-Os"], []):
        assert sum(kind == "CC" for kind, _ in commands(make(root, *flags, *some))) == len(some)
        assert commands(make(root, *flags, *some)) == []

    # A file that is gone may not stop the build: its header is in the old dependencies.
    (root / "mm" / "extra.h").write_text("/* SPDX-License-Identifier: MIT */\n")
    source = root / "mm" / "extra.c"
    source.write_text("/* SPDX-License-Identifier: MIT */\n#include <mm/extra.h>\n")
    make(root, "-j2", "kernel")
    (root / "mm" / "extra.h").unlink()
    source.unlink()
    make(root, "kernel")


def test_clean_removes_the_build(clone):
    root = clone("tree")
    make(root, "-j2", "build/mm/slab.o", "build/boot/entry.asm.o")
    make(root, "clean")
    assert not (root / "build").exists()
    assert sorted(os.listdir(root)) == sorted({name.split("/")[0] for name in sources()})


def test_build_fails_when_a_tool_does(clone):
    """A symbol table from an nm that failed would be empty, and nobody would know."""
    root = clone("tree")
    make(root, "-j2", "kernel")
    for tool in ("NM", "LD", "NASM", "PYTHON"):
        (root / "linker.ld").touch()
        done = lab.make(f"{tool}=false", "kernel", root=root)
        assert done.returncode != 0, tool


def test_both_products():
    make(lab.ROOT, "-j2", f"O={lab.OUT}", "all")
    assert (lab.OUT / "k896.iso").stat().st_size < 8 << 20
    for option in ("--is-x86-multiboot",):
        subprocess.run(["grub-file", option, str(lab.OUT / "k896.elf")], check=True)
    sections = subprocess.run(["readelf", "-S", str(lab.OUT / "k896.elf")], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
    assert ".debug_info" in sections


def test_no_segment_is_writable_and_executable():
    elf = lab.build() / "k896.elf"
    headers = subprocess.run(["readelf", "-lW", str(elf)], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    flags = re.findall(r"^  LOAD .* ([R ][W ][E ]) 0x", headers, re.MULTILINE)
    assert flags and not [f for f in flags if "W" in f and "E" in f]


# What most allocations and most frees run through. None has an array or hands out the address of
# a local variable, so that the stack protector costs them nothing; so it shall stay.
FAST_PATHS = {"kmem_cache_alloc", "kmem_cache_free", "kmalloc_trace", "__kmalloc", "kfree",
              "alloc_order_0", "alloc_order", "alloc_large", "free_order_0", "free_order", "free_large"}


@pytest.mark.parametrize("variant", ["O2", "Os", "clang"])
def test_stack_protector_is_on_and_spares_the_fast_paths(variant):
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn",
                              str(lab.build(variant) / "k896.elf")], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    functions = re.split(r"^[0-9a-f]+ <(\S+)>:$", listing, flags=re.MULTILINE)
    functions = dict(zip(functions[1::2], functions[2::2]))
    protected = {name for name, code in functions.items() if "<__stack_chk_fail>" in code}
    assert FAST_PATHS <= set(functions)
    assert not FAST_PATHS & protected
    assert len(protected) > 100 and {"vsnprintf", "show_code", "crash_overrun"} & protected


def test_verbose_shows_commands(clone):
    root = clone("tree")
    output = make(root, "V=1", "-j2", "build/kernel/main.o", "build/boot/entry.asm.o")
    assert re.search(r"gcc .*-c -o build/kernel/main\.o kernel/main\.c", output)
    assert commands(output) == []


def test_ubsan_has_a_folder_of_its_own():
    """So that building it in between does not rebuild everything."""
    assert "build/ubsan/k896.elf" in make(lab.ROOT, "-n", "UBSAN=1", "kernel")


def test_help_names_each_target():
    output = make(lab.ROOT, "help")
    for target in ("all", "iso", "run", "run-kernel", "debug", "gdb", "test", "check", "clean",
                   "help"):
        assert re.search(rf"^  make {target} +\S", output, re.MULTILINE), target


# --- make run ----------------------------------------------------------------------

@pytest.mark.parametrize("typed", ["memmap=1M$32M", "memmap=1M$$32M"])
@pytest.mark.parametrize("target", ["run", "run-kernel"])
def test_run_hands_over_the_command_line(target, typed):
    """`$` arrives, typed once or twice; MEM= counts; how to leave is said."""
    with lab.locked("run-iso"):     # build/run.iso is one
        done = lab.make(target, f"O={lab.OUT}", "MEM=48M",
                        f"KERNEL_ARGS=selftest=selftest exit=1 {typed}")
    text = done.stdout.replace("\r", "")
    assert done.returncode == 0, lab.tail(text)
    assert "Ctrl-A" in text
    assert re.search(r"Command line:.* memmap=1M\$32M$", text, re.MULTILINE), lab.tail(text)
    assert "-m 48M" in text
    assert ("-cdrom" in text) == (target == "run")


def test_run_reports_failure():
    done = lab.make("run-kernel", f"O={lab.OUT}", "KERNEL_ARGS=selftest=nosuchsuite exit=1")
    assert done.returncode != 0 and "a self-test failed" in done.stdout


def test_run_falls_back_without_grub(tmp_path):
    """Where grub-mkrescue cannot be had, make run boots by QEMU's own loader and says so."""
    path = tmp_path / "bin"
    path.mkdir()
    for folder in os.environ["PATH"].split(":"):
        for program in os.listdir(folder) if os.path.isdir(folder) else ():
            if not program.startswith("grub-") and not (path / program).exists():
                (path / program).symlink_to(os.path.join(folder, program))
    apt = path / "apt-get"          # no network, so to say
    apt.unlink(missing_ok=True)
    apt.write_text("#!/bin/sh\nexit 100\n")
    apt.chmod(0o755)
    done = subprocess.run(["make", "-C", str(lab.ROOT), f"O={lab.OUT}", "run",
                           "KERNEL_ARGS=selftest=selftest exit=1"], text=True,
                          env={**lab.clean_env(), "PATH": str(path)}, timeout=300,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, lab.tail(done.stdout)
    assert "make run-kernel" in done.stdout and "-cdrom" not in done.stdout

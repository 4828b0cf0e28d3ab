# SPDX-License-Identifier: MIT
"""The programs in tools/, each by what it must do and by what it must refuse."""
import importlib.machinery
import importlib.util
import os
import subprocess

import pytest

import lab
import iso
import kallsyms
import qemu


def script(name):
    """Import a script without .py as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"),
                                                  str(lab.ROOT / "tools" / name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


# --- kallsyms.py -----------------------------------------------------------------

NM = """\


Symbols from k896.elf:

Name                  Value   Class        Type         Size     Line  Section

_start              |00100010|   T  |            NOTYPE|        |     |.boot
_stext              |c0101000|   T  |            NOTYPE|        |     |.text
first               |c0101000|   t  |              FUNC|00000010|     |.text
alias               |c0101010|   t  |              FUNC|00000010|     |.text
global_one          |c0101010|   T  |              FUNC|00000010|     |.text
table_inside        |c0101020|   r  |            OBJECT|00000004|     |.rodata
label               |c0101030|   T  |            NOTYPE|        |     |.text
.local              |c0101034|   t  |            NOTYPE|        |     |.text
_etext              |c0101040|   T  |            NOTYPE|        |     |.text
__start_rodata      |c0102000|   T  |            NOTYPE|        |     |.text
_sinittext          |c0103000|   T  |            NOTYPE|        |     |.init.text
setup               |c0103000|   t  |              FUNC|00000010|     |.init.text
_einittext          |c0103010|   T  |            NOTYPE|        |     |.init.text
constant            |c0102004|   r  |            OBJECT|00000004|     |.rodata
__end_rodata        |c0102010|   R  |            NOTYPE|        |     |.rodata
k896_bss_start      |c0104000|   B  |            NOTYPE|        |     |.bss
__bss_start         |00001000|   B  |            NOTYPE|        |     |.bss
data                |c0104000|   B  |            OBJECT|00000004|     |.bss
_end                |c0104004|   B  |            NOTYPE|        |     |.bss
behind              |c0104008|   B  |            OBJECT|00000004|     |.bss
undefined           |        |   U  |            NOTYPE|        |     |*UND*
"""


def test_kallsyms_keeps_text_symbols_and_closes_sections():
    assert kallsyms.read_symbols(NM.splitlines()) == [
        (0xC0101000, "first", kallsyms.FUNCTION),
        (0xC0101010, "global_one", kallsyms.FUNCTION | kallsyms.GLOBAL),
        (0xC0101030, "label", kallsyms.GLOBAL), (0xC0101040, "", 0),
        (0xC0102004, "constant", kallsyms.DATA), (0xC0102010, "", kallsyms.DATA),
        (0xC0103000, "setup", kallsyms.FUNCTION), (0xC0103010, "", 0),
        (0xC0104000, "data", kallsyms.DATA | kallsyms.GLOBAL), (0xC0104004, "", kallsyms.DATA)]


def test_kallsyms_takes_sites_in_a_row_for_one():
    lines = NM.splitlines()
    lines += [f"{name:20}|{address:08x}|   r  |            OBJECT|00000014|     |.rodata"
              for name, address in (("__site.7", 0xC0102005), ("__site", 0xC0102006), ("__sites", 0xC0102007),
                                    ("__site.12", 0xC0102008), ("__site.13", 0xC0102009))]
    assert [name for address, name, _ in kallsyms.read_symbols(lines) if 0xC0102000 <= address <= 0xC0102010] == [
        "constant", "__site.7", "__sites", "__site.12", ""]


def test_kallsyms_marks_functions():
    table = kallsyms.assembly(kallsyms.read_symbols(NM.splitlines()))
    offsets = table[table.index("kallsyms_offsets:"):table.index("kallsyms_names:")].split()[1:]
    assert offsets[1::2] == ["0x80000000", "0xc0000006", "0x40000011", "0x17", "0x20000018",
                              "0x20000021", "0x80000022", "0x28", "0x60000029", "0x2000002e"]


def test_kallsyms_of_nothing_is_an_empty_table():
    assert kallsyms.read_symbols([]) == []
    assert "kallsyms_num: dd 0" in kallsyms.assembly([])


def test_kallsyms_cuts_long_names():
    assert f'db "{"x" * 63}", 0' in kallsyms.assembly([(0xC0101000, "x" * 80, kallsyms.FUNCTION)])


def test_kallsyms_in_the_kernel_is_that_of_the_kernel():
    """The table inside describes the file that holds it, not the one linked before it."""
    folder = lab.build()
    listing = subprocess.run(["nm", "-n", "-f", "sysv", str(folder / "k896.elf")], stdout=subprocess.PIPE,
                             text=True, check=True).stdout
    table = lab.symbols(folder / "k896.elf")
    image = subprocess.run(["objcopy", "-O", "binary", "-j", ".rodata", str(folder / "k896.elf"),
                            "/dev/stdout"], stdout=subprocess.PIPE, check=True).stdout

    def word(symbol, index=0):
        offset = table[symbol] - table["__start_rodata"] + 4 * index
        return int.from_bytes(image[offset:offset + 4], "little")

    def name(index):
        where = word("kallsyms_offsets", index)
        offset = table["kallsyms_names"] - table["__start_rodata"] + (where & 0x1fffffff)
        return image[offset:image.index(0, offset)].decode(), where & 0xe0000000

    inside = [(word("kallsyms_addresses", i), *name(i)) for i in range(word("kallsyms_num"))]
    assert len(inside) > 100
    assert inside == [(address, text[:63], sort) for address, text, sort
                      in kallsyms.read_symbols(listing.splitlines())]


# --- iso.py, qemu.py ---------------------------------------------------------------

def test_grub_words_are_quoted():
    text = iso.grub_cfg("memmap=1M$16M it's", [("module0", "name $x")], ["cutmem 1M 2M"])
    assert "multiboot /boot/k896.elf 'memmap=1M$16M' 'it'\\''s'" in text
    assert "module /boot/module0 'name' '$x'" in text
    assert "\ncutmem 1M 2M\n" in text
    assert "@" not in text.replace("@ signs", "")


def test_qemu_is_always_bounded_and_never_kvm():
    argv = qemu.command(kernel="k", timeout=7)
    assert argv[:5] == ["timeout", "--foreground", "-k", "5", "7"]
    text = " ".join(argv)
    assert "-accel tcg" in text and "-no-reboot" in text and "isa-debug-exit" in text
    assert "kvm" not in text


def test_commas_in_modules_are_doubled():
    argv = qemu.command(kernel="k", modules=("file a,b", "other"))
    assert argv[argv.index("-initrd") + 1] == "file a,,b,other"


# --- setup ---------------------------------------------------------------------------

def run_setup(tmp_path, *args, present=(), uid="0", apt_rc=0, env=None):
    """Run tools/setup where only @present exists; return (process, calls of apt-get)."""
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    calls = tmp_path / "calls"

    def program(name, body=""):
        path = bin_dir / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    for name in present:
        program(name)
    program("id", f"echo {uid}")
    program("apt-get", f'echo "$DEBIAN_FRONTEND: $*" >> {calls}; exit {apt_rc}')
    done = subprocess.run(["/bin/sh", str(lab.ROOT / "tools" / "setup"), *args], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          env={"PATH": str(bin_dir), **(env or {})})
    return done, calls.read_text().splitlines() if calls.exists() else []


BUILD_TOOLS = ("make", "i686-linux-gnu-gcc", "nasm")


def test_setup_asks_nobody_when_all_is_there(tmp_path):
    done, calls = run_setup(tmp_path, "build", present=BUILD_TOOLS)
    assert (done.returncode, done.stdout, calls) == (0, "", [])


def test_setup_installs_what_is_missing_and_removes_nothing(tmp_path):
    done, calls = run_setup(tmp_path, "build", present=("make", "nasm"))
    assert done.returncode == 0
    assert calls[-1].startswith("noninteractive: install ")
    assert calls[-1].endswith(" gcc-i686-linux-gnu")
    for call in calls:
        assert "update" in call or "--no-remove" in call
        assert "multilib" not in call and "remove " not in call.replace("--no-remove ", "")
        assert "upgrade" not in call


def test_setup_refreshes_the_lists_only_when_needed(tmp_path):
    _, calls = run_setup(tmp_path, "build", present=("make", "nasm"))
    assert not any("update" in call for call in calls)


def test_setup_fails_when_apt_does(tmp_path):
    done, calls = run_setup(tmp_path, "build", present=("make", "nasm"), apt_rc=100)
    assert done.returncode != 0
    assert any(call.endswith(": update") for call in calls)


def test_setup_of_a_user_prints_the_command(tmp_path):
    done, calls = run_setup(tmp_path, "build", present=("make",), uid="1000")
    assert done.returncode == 1 and calls == []
    assert ("apt-get install --no-remove --no-install-recommends gcc-i686-linux-gnu nasm\n"
            in done.stdout)


@pytest.mark.parametrize("wanted", ["coverage", "test"])
def test_setup_installs_what_writes_the_coverage_report(tmp_path, wanted):
    _, calls = run_setup(tmp_path, wanted, present=BUILD_TOOLS)
    assert "gcovr" in calls[-1].split()


def test_setup_refuses_an_unknown_set(tmp_path):
    done, _ = run_setup(tmp_path, "everything", present=BUILD_TOOLS)
    assert done.returncode == 2 and "usage" in done.stdout


# --- check-includes, check-house -----------------------------------------------------------

INCLUDES = [
    ("mm/slab.c", "#include <mm/slab.h>\n#include <kernel/printk.h>\n#include <arch/mmu.h>\n", None),
    ("mm/slab.c", "#include <asm/page.h>\n", "may not include <asm/page.h>"),
    ("mm/slab.c", "#include <arch/x86/setup.h>\n", "may not include"),
    ("mm/slab.c", "#include <kernel/tests/x.h>\n", "may not include"),
    ("mm/slab.c", '#include "slab.h"\n', "from the root"),
    ("mm/slab.c", "  asm volatile(\"nop\");\n", "inline assembly"),
    ("mm/slab.c", "/* asm stands in a comment */ \"asm\"\n", None),
    ("mm/slab.c", "#ifdef __i386__\n", "#ifdef for a CPU"),
    ("mm/tests/slab_test.c", "#include <kernel/tests/x.h>\n", None),
    ("kernel/printk.c", "#include <mm/slab.h>\n", "may not include <mm/slab.h>"),
    ("kernel/printk.c", "#include <asm/io.h>\n", "may not include"),
    ("kernel/lib/string.c", "#include <kernel/printk.h>\n", "may not include"),
    ("kernel/main.c", "#include <mm/mm.h>\n", None),
    ("arch/x86/trap.c", "#include <mm/mm.h>\n", "may not include"),
    ("arch/x86/trap.c", "#include <asm/io.h>\n#include <arch/x86/setup.h>\n", None),
    ("arch/mmu.h", "#include <arch/x86/setup.h>\n", "may not include"),
    ("kernel/main.c", "#include <mm/internal.h>\n", "by nobody else"),
    ("user/init.c", "\n", "in no place"),
]


def numbered(cases):
    """Short names for cases whose text is the parameter."""
    return [f"{number}-{path.replace('/', '.')}" for number, (path, *_) in enumerate(cases, 1)]


@pytest.mark.parametrize("path, text, word", INCLUDES, ids=numbered(INCLUDES))
def test_include_table(path, text, word):
    found = [complaint for _, complaint in script("check-includes").check(path, text)]
    if word is None:
        assert found == []
    else:
        assert any(word in complaint for complaint in found), found


HOUSE = [
    ("mm/slab.c", "/* SPDX-License-Identifier: MIT */\n/*\n * About.\n */\n", None),
    ("mm/slab.c", "/*\n * About.\n */\n", "licence line"),
    ("mm/slab.c", "/* SPDX-License-Identifier: MIT */\n#include <x.h>\n", "must open it"),
    ("tools/x", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n", None),
    ("tools/x", "#!/bin/sh\necho\n", "licence line"),
    ("README.md", "# k896\n", None),
    ("README.md", "# k896", "one newline"),
    ("README.md", "# k896\n\n", "one newline"),
    ("README.md", "blank \n", "blanks"),
    ("README.md", "return\r\n", "blanks"),
    ("README.md", "FIX" "ME\n", "left for later"),
    ("README.md", "#if 0\n", "switched off"),
    ("README.md", "#define list_for_each(p)\n", None),
    ("README.md", "#define for_each_unknown(p)\n", "does not know for_each_unknown()"),
    ("README.md", "see /" "home/someone/k896\n", "path of some machine"),
]


@pytest.mark.parametrize("path, text, word", HOUSE, ids=numbered(HOUSE))
def test_house_rules(path, text, word):
    found = [complaint for _, complaint
             in script("check-house").check(lab.ROOT / path, text.encode())]
    if word is None:
        assert found == []
    else:
        assert any(word in complaint for complaint in found), found


# --- runtests.py: its closing line ----------------------------------------------------------

def test_counts_of_results(tmp_path):
    counts = script("runtests.py").counts
    path = tmp_path / "results.xml"
    assert counts(path) == (0, 1)
    path.write_text("<testsuites><testsuite tests='")
    assert counts(path) == (0, 1)
    path.write_text("<testsuites><testsuite tests='10' failures='1' errors='2' skipped='3'/>"
                    "</testsuites>")
    assert counts(path) == (4, 6)


def test_qemu_verdicts(tmp_path):
    """The runner of `make run` reports QEMU's end in words and in its status."""
    fake = tmp_path / "fake-qemu"
    for status, code, words in ((85, 0, "passed"), (87, 1, "failed"), (89, 1, "panicked"),
                                (0, 0, "switched off"), (3, 1, "status 3")):
        fake.write_text(f"#!/bin/sh\nexit {status}\n")
        fake.chmod(0o755)
        done = subprocess.run([str(lab.ROOT / "tools" / "qemu.py"), "--kernel", "none"], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              env={**os.environ, "QEMU": str(fake)})
        assert done.returncode == code and words in done.stderr
        assert "Ctrl-A" in done.stdout

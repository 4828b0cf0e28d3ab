# SPDX-License-Identifier: MIT
"""
mm/ outside of this kernel: the page in mm/README.md that shows how to lift it out, held
against the tree - its lists, its tables, its listing - and followed to the letter: the
files it names are copied into an empty folder and built there by the commands it prints.
"""
import functools
import pathlib
import re
import subprocess

import pytest

import lab
from lab import ROOT

PAGE = (ROOT / "mm" / "README.md").read_text(encoding="utf-8")
PAGE = PAGE[PAGE.index("## Lifting mm/ out"):]
PORT = ROOT / "arch" / "host" / "lift"


def section(title):
    """The text below a heading, up to the next one."""
    begin = PAGE.index(f"### {title}\n")
    end = PAGE.find("\n### ", begin + 1)
    return PAGE[begin:end if end > 0 else len(PAGE)]


def indented(text):
    """The blocks of lines that are indented by four, each as one string."""
    blocks = re.findall(r"(?:^ {4}.*\n)+", text, re.M)
    return [re.sub(r"^ {4}", "", block, flags=re.M) for block in blocks]


def rows(text):
    """The cells of each row of a section's tables, headings left out."""
    found = [[cell.strip() for cell in line.split("|")[1:-1]]
             for line in text.splitlines() if line.startswith("|")]
    return [cells for cells in found if "`" in cells[0]]


def named(cell):
    return re.findall(r"`([^`]+)`", cell)


def make_variable(name):
    done = lab.make(f"--eval=show-it: ; @echo $({name})", "show-it")
    assert done.returncode == 0, done.stdout
    return done.stdout.split()


@functools.cache
def example(name):
    """Build the example; return where it is."""
    path = lab.OUT / f"lift-{name}" / "example"
    with lab.locked("build-lift"):
        done = lab.make("-j2", f"O={lab.OUT}", lab.goal(path))
    if done.returncode or "warning:" in done.stdout:
        pytest.fail(f"building lift-{name} failed or warned:\n{lab.tail(done.stdout)}", pytrace=False)
    return path


def run(program):
    done = subprocess.run(["timeout", "-k", "5", "60", str(program)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def shape(line):
    """A line without what another compiler or word size changes."""
    return re.sub(r"\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b", "#", line).strip()


def shown_output():
    return indented(section("The example"))[-1].splitlines()


# --- the example ------------------------------------------------------------------------

def test_the_listing_is_the_file():
    listing = re.search(r"^```c\n(.*?)^```$", section("The example"), re.M | re.S)[1]
    assert listing == (PORT / "example.c").read_text(encoding="utf-8")
    assert listing.count("\n") <= 110, "a worked example of a hundred lines"


@pytest.mark.parametrize("name", ["plain", "asan", "64"])
def test_the_example_runs(name):
    real = run(example(name)).splitlines()
    assert [shape(line) for line in real] == [shape(line) for line in shown_output()]
    before, after = re.fullmatch(r"(\d+) pages free before, (\d+) after", real[-1]).groups()
    assert before == after and int(before) > 11000


def test_what_is_shown_is_what_plain_prints():
    """To the number, but for addresses of code, which move with any change of mm/."""
    hide = functools.partial(re.sub, r"0x080[0-9a-f]{5}", "#")
    real = [hide(line.rstrip()) for line in run(example("plain")).splitlines()]
    assert real == [hide(line) for line in shown_output()]


# --- the page, followed -------------------------------------------------------------------

def test_the_page_can_be_followed(tmp_path):
    """Only what the page names is taken along, and only what it says is typed."""
    copy = indented(section("What to take"))[0]
    build = indented(section("The example"))[-2]
    script = f"set -e\ncd '{ROOT}'\n{copy}cp -r --parents arch/host/lift \"$K/\"\ncd \"$K\"\n{build}"
    done = subprocess.run(["sh", "-c", script], env={**lab.clean_env(), "K": str(tmp_path)}, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == run(example("plain")).splitlines()[-1]
    for folder in ("boot", "tools", "arch/x86", "kernel/main.c", "kernel/printk.c", "mm/vmalloc.c"):
        assert not (tmp_path / folder).exists()


def test_the_files_to_take():
    """Those of the table are those that the Makefile builds the example of."""
    taken = set()
    for cells in rows(section("What to take")):
        for name in named(cells[0]):
            path = name if "/" in name else f"mm/{name}"
            taken |= {str(p.relative_to(ROOT)) for p in ROOT.glob(path)}
    assert taken == set(make_variable("LIFT_SRCS"))
    left = set(re.findall(r"`(\w+\.c)`", section("What to take").split("`bootmem.c` reads")[1]))
    everything = {path.name for path in (ROOT / "mm").glob("*.c")}
    others = {"bootmem.c", "check.c", "fault_describe.c"}       # this kernel's own
    assert everything - {pathlib.Path(name).name for name in taken} == left | others


def test_the_headers_to_write():
    """Each header of the port has its row, and the contract named there includes it."""
    listed = set()
    for cells in rows(section("What to implement")):
        if not cells[0].startswith("`") or not named(cells[0])[0].endswith(".h"):
            continue
        for header in named(cells[0]):
            listed.add(header)
            assert f"<asm/{header}>" in (ROOT / named(cells[1])[0]).read_text(encoding="utf-8")
    assert listed == {path.name for path in (PORT / "include" / "asm").iterdir()} - {"libc.h"}


def symbols(path, kinds):
    listing = subprocess.run(["i686-linux-gnu-nm", str(path)], stdout=subprocess.PIPE, text=True, check=True)
    return {line.split()[-1] for line in listing.stdout.splitlines() if line.split()[-2] in kinds}


def test_the_functions_to_write():
    """What the port defines is what the page lists, where it says it is declared; all of it is used."""
    table = {name: named(cells[1]) for cells in rows(section("What to implement"))
             for name in named(cells[0]) if not name.endswith(".h")}
    for name, headers in table.items():
        texts = [(ROOT / header).read_text(encoding="utf-8") for header in headers]
        if headers == ["arch/mmu.h"]:
            texts += [path.read_text(encoding="utf-8") for path in (PORT / "include" / "asm").iterdir()]
        assert any(re.search(rf"\b{name}\b", text) for text in texts), f"{name} is not in {headers}"
    objects = example("plain").parent
    port = symbols(objects / "arch" / "host" / "lift" / "port.c.o", "TDBR")
    assert set(table) == {name for name in port if not name.startswith("lift_")} | {"_stext"}
    wanted = set().union(*(symbols(objects / f"{source}.o", "U") for source in make_variable("LIFT_SRCS")))
    assert set(table) <= wanted, "nothing asks for some of it"


def test_the_order_of_calls():
    """As in the example, and as kmain() has it."""
    order = re.findall(r"`(\w+)`", section("What to call, in which order").split("With interrupts")[0])
    order = [name for name in order if name not in ("memblock_alloc", "max_low_pfn", "high_memory")]
    assert len(order) == 6
    main = (ROOT / "kernel" / "main.c").read_text(encoding="utf-8")
    for text, names in (((PORT / "example.c").read_text(encoding="utf-8"), order),
                        (main[main.index("void kmain(u32 magic, phys_addr_t info)\n"):], order[2:])):
        places = [re.search(rf"^\s*{name}\(", text, re.M).start() for name in names]
        assert places == sorted(places)

# SPDX-License-Identifier: MIT
"""
The documents say what is there: README.md's options, commands and transcript, and
mm/README.md's calls and locks, held against the sources and a real boot.
"""
import re

import pytest

import lab
import test_boot
from lab import ROOT, Config

SOURCES = [path for folder in ("arch", "kernel", "mm") for path in sorted((ROOT / folder).rglob("*.[ch]"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MM_README = (ROOT / "mm" / "README.md").read_text(encoding="utf-8")

# Headers of mm/ that other subsystems call.
PUBLIC = ("memblock", "gfp", "mm", "mmzone", "shrinker", "slab", "highmem", "vmalloc", "ioremap", "fail",
          "explain", "trace", "check")
# Calls that begin with __ and are public all the same.
UNDERSCORED = {"__alloc_pages", "__free_pages", "__get_free_pages", "__vmalloc", "__vmalloc_node"}


def code(path):
    """A source without its comments."""
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


def options():
    """(name, usage) of each kernel_param()."""
    found = []
    for path in SOURCES:
        for match in re.finditer(r'^kernel_param\(\s*"([^"]+)",\s*\w+,\s*((?:"[^"]*"\s*)+),',
                                 code(path), re.M):
            found.append((match[1], "".join(re.findall(r'"([^"]*)"', match[2]))))
    return found


def public_calls():
    """Functions that the public headers of mm/ declare."""
    calls = set()
    for name in PUBLIC:
        for match in re.finditer(r"^(?:static (?:__always_)?inline |extern )?[a-z][\w \*]*?[ \*](\w+)\(",
                                 code(ROOT / "mm" / f"{name}.h"), re.M):
            if not match[1].startswith("__") or match[1] in UNDERSCORED:
                calls.add(match[1])
    return calls


def test_every_option_is_in_the_table():
    found = options()
    assert len(found) > 10
    for name, usage in found:
        row = f"| `{name}={usage}` |".replace("|", "\\|")[1:].replace(" \\|", " |")
        assert row in README, f"README.md lacks the option {name}={usage}"


def test_every_option_of_the_table_exists():
    names = {name for name, _ in options()}
    table = README[README.index("## Kernel options"):README.index("## Adding a subsystem")]
    assert {match[1] for match in re.finditer(r"^\| `(\w+)=", table, re.M)} == names


def test_every_call_is_in_the_table():
    documented = set(re.findall(r"`(\w+)`", MM_README))
    assert not sorted(public_calls() - documented)


def test_every_call_of_the_table_exists():
    text = "".join(code(path) for path in SOURCES)
    tables = MM_README[MM_README.index("## Calls"):]
    for cells in re.finditer(r"^\| (`[^|]*`) \|", tables, re.M):
        for name in re.findall(r"`(\w+)`", cells[1]):
            assert re.search(rf"\b{name}\b", text), f"mm/README.md names {name}, which does not exist"


def test_every_lock_has_its_place():
    tree = MM_README[MM_README.index("## Lock order"):MM_README.index("## Calls")]
    for path in SOURCES:
        if "tests" in path.parts or path.name == "crash.c":
            continue
        for match in re.finditer(r"DEFINE_SPINLOCK\((\w+)\);", code(path)):
            assert match[1] in tree, f"{match[1]} of {path.relative_to(ROOT)} is not in the tree"


def test_every_target_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.M), f"README.md tells to make {target}"


def test_every_file_of_mm_has_its_row():
    table = MM_README[:MM_README.index("## Which tier")]
    assert set(re.findall(r"`(\w+\.c)`", table)) == {path.name for path in (ROOT / "mm").glob("*.c")}


@pytest.mark.parametrize("document", ["README.md", "mm/README.md"])
def test_every_file_named_exists(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    for name in set(re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:c|h|asm|ld|py|cfg))`", text)):
        if name.startswith("include/") or name.startswith("lib/") or "foo" in name:
            continue
        places = [ROOT / name, ROOT / "mm" / name]
        linux = document == "mm/README.md" and re.search(rf"(Linux|\| ).*`{re.escape(name)}`", text)
        assert linux or any(place.exists() for place in places), f"{document} names {name}"


def shape(line):
    """A line without what differs from run to run."""
    return re.sub(r"0x[0-9a-f]+|\d+(\.\d+)?", "#", line).replace(" ", "")


def test_transcript_is_real():
    block = README[README.index("    $ make run"):]
    block = block[:block.index("\n## ")]
    shown = [line[4:] for line in block.splitlines() if line.startswith("    ")][1:]
    with lab.Session(Config("docs-transcript", via="iso", mem="1G"), args="") as session:
        session.run("buddyinfo")
    log = lab.read_log(session.path)
    real = {shape(line) for line in log.splitlines()}
    for line in shown:
        if line and line != "..." and not line.startswith(("To leave", "k896>")):
            assert shape(line) in real, f"no line like this in a real boot: {line}"


def dialogue():
    """What README.md types at the prompt, and what it says is answered: [(line, [answer])]."""
    section = README[README.index("### The prompt"):README.index("### gdb")]
    steps = []
    for line in section.splitlines():
        if line.startswith("    k896> "):
            steps.append((line.partition("> ")[2], []))
        elif line.startswith("    ") and steps:
            steps[-1][1].append(line[4:])
    return steps


ADDRESS = re.compile(r"\b[c-f][0-9a-f]{7}\b")      # of the kernel
NUMBER = re.compile(r"\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b")


def test_dialogue_is_real():
    """
    Typed again, every line is answered as README.md says, but for addresses and numbers. An
    address that README.md copies from an answer is copied from that of the real machine.
    """
    steps, real = dialogue(), {}
    assert len(steps) > 10
    with lab.Session(Config("docs-prompt", mem="1G")) as session:
        for typed, answers in steps:
            typed = ADDRESS.sub(lambda found: real.get(found[0], found[0]), typed)
            said = [line.rstrip() for line in session.run(typed).splitlines()]
            assert [shape(NUMBER.sub("#", line)) for line in said] == \
                   [shape(NUMBER.sub("#", line)) for line in answers], typed
            for line, answer in zip(said, answers):
                real.update(zip(ADDRESS.findall(answer), ADDRESS.findall(line)))


def test_every_command_is_named():
    """README.md has each command of the monitor, and names none that does not exist."""
    table = README[README.index("| commands | show or do |"):]
    table = table[:table.index("\n\n")]
    named = {word for cell in re.findall(r"^\| ([^|]*(?:\\\|[^|]*)*) \|", table, re.M)
             for word in re.findall(r"`(\w+)", cell)}
    with lab.Session(Config("docs-help")) as session:
        listed = set(re.findall(r"^  (\w+) ", session.run("help"), re.MULTILINE))
    assert named == listed - {"help"}


def test_least_memory_is_that_of_the_matrix():
    least = int(re.search(r"in (\d+) MiB of RAM and more", README)[1])
    assert f"{least}M" == min(test_boot.SIZES, key=lambda size: int(size[:-1]) << 10 * "KMG".index(size[-1]))

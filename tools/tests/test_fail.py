# SPDX-License-Identifier: MIT
"""
No allocating function of mm/ without a case in which its allocations fail.

Which functions allocate is not written down anywhere: it is read off the linked kernel.
They are those from which a call leads to where failures are injected (mm/fail.h), to a
page for a page table, or to a place in memblock. Inline functions and macros of the
headers count when they name one that does. Whatever of that the public headers declare
must be called by a function try_...() of some mm/tests/fail_*_test.c.
"""
import re
import subprocess

import lab
from test_docs import PUBLIC, code

HEADERS = [*(lab.ROOT / "mm" / f"{name}.h" for name in PUBLIC), lab.ROOT / "arch" / "mmu.h"]
SUITES = sorted((lab.ROOT / "mm" / "tests").glob("fail_*_test.c"))

# Where calls end that may not get what they want.
ENDS = {"__fail_nth", "pgtable_alloc", "memblock_find_in_range"}

# What runs once, at boot, and is not itself freed after it.
BOOT = {"memblock_discard", "__memblock_discard", "register_guard_page", "mark_rodata_ro",
        "free_initmem"}


def call_graph(elf):
    """{function: the functions that call it}, parts that the compiler split off with their own."""
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", str(elf)],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
    callers, current = {}, None
    for line in listing.splitlines():
        label = re.match(r"[0-9a-f]+ <([\w.]+)>:$", line)
        if label:
            current = label[1].split(".")[0]
            continue
        call = re.search(r"\t(?:call|j\w+) +[0-9a-f]+ <(\w+)", line)
        if call and current:
            callers.setdefault(call[1], set()).add(current)
    return callers


def lead_to(ends, callers):
    """All from which a call leads to one of @ends, through whomever."""
    found, left = set(ends), list(ends)
    while left:
        for caller in callers.get(left.pop(), ()):
            if caller not in found:
                found.add(caller)
                left.append(caller)
    return found


def declared():
    return {match[1] for header in HEADERS for match in re.finditer(
        r"^(?:static (?:__always_)?inline |extern )?[a-z][\w \*]*?[ \*](\w+)\(", code(header), re.M)}


def wrappers():
    """{inline function or macro of the headers: the names in its body}"""
    found = {}
    for header in HEADERS:
        text = re.sub(r"\\\n", " ", code(header))
        for match in re.finditer(r"^static (?:__always_)?inline [^;{}]*?(\w+)\([^;{}]*\)\s*"
                                 r"\{(.*?)^\}", text, re.M | re.S):
            found[match[1]] = set(re.findall(r"\w+", match[2]))
        for match in re.finditer(r"^#define (\w+)\([^)]*\)(.*)$", text, re.M):
            found[match[1]] = set(re.findall(r"\w+", match[2]))
    return found


def of_init(elf):
    """Functions that are gone after boot."""
    table = lab.symbols(elf)
    begin, end = table["_sinittext"], table["_einittext"]
    return {name for name, address in table.items() if begin <= address < end}


def tried():
    """What the functions try_...() of the suites call."""
    found = set()
    for suite in SUITES:
        for match in re.finditer(r"^static [^;{}]*?\btry_\w+\([^;{}]*\)\s*\{(.*?)^\}", code(suite),
                                 re.M | re.S):
            found |= set(re.findall(r"\w+", match[1]))
    return found


def allocating():
    """Public functions and macros that allocate after boot."""
    # Not optimised, so that a call is a call.
    elf = lab.build("O0") / "k896.elf"
    names = lead_to(ENDS, call_graph(elf))
    around = wrappers()
    while more := {name for name, body in around.items() if body & names} - names:
        names |= more
    return names & (declared() | around.keys()) - of_init(elf) - BOOT - ENDS - {"fail_nth"}


def test_every_allocating_function_is_tried():
    found, used, around = allocating(), tried(), wrappers()
    assert {"kmalloc", "alloc_page", "vmalloc", "ioremap", "pgd_alloc", "pte_alloc_kernel",
            "set_memory_ro", "memblock_alloc", "kvzalloc", "kmem_cache_create"} <= found
    # An inline function that is tried tries what it stands for.
    while more := set().union(*(body & found for name, body in around.items() if name in used)) - used:
        used |= more
    missing = sorted(found - used)
    assert not missing, f"no case in which allocations of these fail: {' '.join(missing)}"


def test_what_only_frees_is_not_among_them():
    assert not {"kfree", "vfree", "__free_pages", "kmem_cache_destroy", "kmem_cache_shrink", "kunmap",
                "iounmap", "pgd_free", "mm_quiesce", "page_address"} & allocating()


def test_every_try_is_made():
    """Each function try_...() is in a table, or called by a case."""
    for suite in SUITES:
        text = code(suite)
        for name in set(re.findall(r"^static [^;{}]*?\b(try_\w+)\(", text, re.M)):
            uses = len(re.findall(rf"\b{name}\b", text)) + (
                f"MEMBLOCK({name[len('try_'):]}," in text)
            assert uses > 1, f"{suite.name}: {name} is never run"

# SPDX-License-Identifier: MIT
"""
The fuzz targets (tools/fuzz.py, arch/host/fuzz/): what is kept of inputs, every one that
once broke the kernel among it, still passes; some fuzzing from there finds nothing; and
the fuzzers do find bugs, which is shown by planting one for each target.

How much is fuzzed is told in inputs, not in seconds, and seeds are fixed: a slow machine
takes longer and sees the same.
"""
import functools
import os
import re
import shlex
import shutil
import subprocess

import pytest

import fuzz
import lab
from lab import ROOT

TARGETS = ("memmap", "memblock", "buddy", "page_alloc", "slab", "kmalloc", "vmap_tree", "vmap_area",
           "kmap", "multiboot", "cmdline", "memmap_option", "monitor")

FRESH = 1500        # inputs beyond those that are kept
PATIENCE = 100_000  # inputs in which a planted bug is to be found; most take some thousand


@functools.cache
def program():
    path = lab.OUT / "wide" / "k896-fuzz"
    with lab.locked("build-host"):
        done = lab.make("-j2", f"O={lab.OUT}", lab.goal(path))
    if done.returncode or "warning:" in done.stdout:
        pytest.fail(f"building k896-fuzz failed or warned:\n{lab.tail(done.stdout)}", pytrace=False)
    return path


def make_fuzz(*args):
    """`make fuzz`, as it is typed; what it builds, others may be building."""
    program()
    with lab.locked("build-host"):
        return lab.make(f"O={lab.OUT}", "fuzz", *args)


def run(command, log="fuzz", cwd=None):
    """Run a command; return the finished process, both its streams in stdout: without names of
    functions, which take longer to find than most of the bugs."""
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, text=True, errors="replace",
                          env={**os.environ, "ASAN_OPTIONS": "symbolize=0"})
    lab.LOGS.mkdir(parents=True, exist_ok=True)
    (lab.LOGS / f"{log}.log").write_text(done.stdout, encoding="utf-8")
    return done


def nr_runs(done):
    return int(re.search(r"^Done (\d+) runs", done.stdout, re.MULTILINE)[1])


def test_targets_are_listed():
    assert fuzz.targets(program()) == list(TARGETS)
    done = make_fuzz()
    assert done.returncode == 0
    assert re.findall(r"^(\w+)  +\S", done.stdout, re.MULTILINE) == list(TARGETS)
    assert "make fuzz T=TARGET SECONDS=60" in done.stdout


def test_a_target_is_fuzzed_for_seconds():
    done = make_fuzz("T=vmap_tree", "SECONDS=1")
    assert done.returncode == 0 and nr_runs(done) > 0


@pytest.mark.parametrize("args, said", [
    (("T=nothing",), "no target is called nothing; there are memmap, "),
    (("T=slab", "SECONDS=0"), "0 is not a whole number above 0"),
    (("T=slab", "SECONDS=soon"), "soon is not a whole number above 0"),
])
def test_mistakes_are_told(args, said):
    done = make_fuzz(*args)
    assert done.returncode != 0 and said in done.stdout


def test_what_is_kept_is_small_and_belongs_to_a_target():
    kept = [path for path in fuzz.KEPT.glob("*/*/*") if path.is_file()]
    assert {path.parent.name for path in kept} == set(TARGETS)
    assert {path.parent.parent.name for path in kept} <= {"corpus", "crashes"}
    assert all(path.stat().st_size <= fuzz.KEPT_LEN for path in kept if "corpus" in path.parts)
    assert sum(path.stat().st_size for path in kept) < 100_000


@pytest.mark.parametrize("name", TARGETS)
def test_kept_and_fresh_inputs(name, tmp_path):
    """libFuzzer begins with what is kept, all of it, and goes on from there."""
    program()
    target = fuzz.Target(lab.OUT, name)
    nr_kept = sum(len(list(folder.iterdir())) for folder in target.kept())
    done = run(target.fuzz(f"-runs={nr_kept + FRESH}", f"-seed={lab.seed_of(name)}",
                           folders=[tmp_path, *target.kept()]), f"fuzz-{name}")
    if done.returncode:
        pytest.fail(f"{name}: libFuzzer ended with {done.returncode}:\n{lab.tail(done.stdout)}",
                    pytrace=False)
    assert f"INFO: seed corpus: files: {nr_kept} " in done.stdout
    assert nr_runs(done) >= nr_kept + FRESH


# One bug for each target, all in one build: the file, what stands there, and what is planted.
PLANTED = {
    "memmap": ("kernel/lib/memmap.c", "run.end = ALIGN_DOWN(run.end", "run.end = ALIGN(run.end"),
    "memblock": ("mm/memblock.c", "lower->flags == upper->flags", "true"),
    "buddy": ("mm/buddy.c", "while (taken < count) {\n\t\tunsigned int room = 31 - __builtin_clz(count",
              "while (taken <= count) {\n\t\tunsigned int room = 31 - __builtin_clz(1 | count"),
    "page_alloc": ("mm/page_alloc.c", "left - pages > mark +", "left - pages >= mark +"),
    "slab": ("mm/slab.c", "n->nr_free < n->free_limit", "n->nr_free <= n->free_limit"),
    "kmalloc": ("mm/kmalloc.c", "memcpy(moved, objp, used)", "memcpy(moved, objp, used / 2)"),
    "vmap_tree": ("mm/vmap_tree.c", "subtree_gap >= size)", "subtree_gap > size)"),
    "vmap_area": ("mm/vmap_area.c", "va->next_free = vmap_space->pools[nr_pages];",
                  "va->next_free = NULL;"),
    "kmap": ("mm/highmem.c", "\tif (any) {\n\t\tflush_tlb", "\tif (any && 0) {\n\t\tflush_tlb"),
    "multiboot": ("kernel/lib/multiboot.c", "if (m->end < m->start)", "if (m->end + 1 < m->start)"),
    "cmdline": ("kernel/params.c", "(len > 4 && !strcmp(", "(len > 2 && !strcmp("),
    "memmap_option": ("kernel/lib/memmap.c", "\t\t\tedits->nr = nr;", "\t\t\tedits->nr = max(nr, edits->nr);"),
    "monitor": ("kernel/monitor/monitor.c", r'*word + strcspn(*word, "\"");', r'*word + strcspn(*word, "\"|");'),
}

SOURCES = ("Makefile", "linker.ld", "arch", "boot", "kernel", "mm", "tools")


def plant(tree):
    """Copy the tree to @tree, put the bugs in and build; return the folder of the build."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tree / name)
    # Objects as they are, with their times: only what is changed is built anew.
    built = program().parent            # which takes the lock itself
    with lab.locked("build-host"):
        shutil.copytree(built, tree / "build" / "wide",
                        ignore=shutil.ignore_patterns("k896-*", "kernel.wide.o*"))
    shutil.copy2(lab.OUT / ".wide-flags", tree / "build")
    for name, (path, there, bug) in PLANTED.items():
        text = (tree / path).read_text(encoding="utf-8")
        assert text.count(there) == 1, f"{name}: {path} holds {there!r} {text.count(there)} times"
        (tree / path).write_text(text.replace(there, bug), encoding="utf-8")
    done = lab.make("-j2", "O=build", "build/wide/k896-fuzz", root=tree)
    assert done.returncode == 0, lab.tail(done.stdout)
    assert done.stdout.count("CLANG") == len({path for path, _, _ in PLANTED.values()}), done.stdout
    return tree / "build"


def misses(target):
    """What is wrong when a target does not find its bug, or its input does not show it again."""
    done = run(target.fuzz(f"-runs={PATIENCE}", f"-seed={lab.seed_of(target.name)}"),
               f"fuzz-planted-{target.name}")
    written = re.search(r"Test unit written to (\S+)", done.stdout)
    if not done.returncode or not written:
        return f"{target.name} does not find its bug"
    if not run(target.command(paths=[written[1]])).returncode:
        return f"the input that {target.name} wrote does not fail alone"
    return None


def check_what_is_told(tree, target):
    """
    What a user sees and types: the input is named, the command repeats the failure, and
    once kept the input fails whenever what is kept is replayed.
    """
    done = run(["tools/fuzz.py", "run", target.name], cwd=tree)
    assert done.returncode != 0
    told = dict(re.findall(r"^  (the input|to repeat|to make it shorter|once it is mended): +(.*)$",
                           done.stdout, re.MULTILINE))
    assert run(shlex.split(told["to repeat"]), cwd=tree).returncode != 0
    data = (tree / told["the input"]).read_bytes()

    assert run(shlex.split(told["to make it shorter"]), cwd=tree).returncode == 0
    shrunk = target.folder / f"{target.name}-shrunk"
    assert shrunk.stat().st_size <= len(data)
    assert run(target.command(paths=[shrunk])).returncode != 0

    shutil.rmtree(tree / "tools" / "fuzz" / "corpus" / target.name)
    assert run(shlex.split(told["once it is mended"]), cwd=tree).returncode == 0
    kept = list((tree / "tools" / "fuzz" / "crashes" / target.name).iterdir())
    assert [path.read_bytes() for path in kept] == [data]
    assert run(["tools/fuzz.py", "replay", target.name], cwd=tree).returncode != 0


def test_planted_bugs_are_found(tmp_path):
    assert set(PLANTED) == set(TARGETS)
    build = plant(tmp_path)
    assert not list(filter(None, (misses(fuzz.Target(build, name)) for name in PLANTED)))
    check_what_is_told(tmp_path, fuzz.Target(build, "monitor"))

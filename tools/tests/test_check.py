# SPDX-License-Identifier: MIT
"""
The static checks are part of the test run, one test each. And each is shown code
that it must refuse, so that a checker which looks at nothing does not pass.
"""
import re
import subprocess

import pytest

import lab

CHECKS = re.search(r"^CHECKS +:= (.*)$", (lab.ROOT / "Makefile").read_text(encoding="utf-8"),
                   re.MULTILINE)[1].split()


@pytest.mark.parametrize("check", CHECKS)
def test_clean(check):
    done = lab.make("-j2", "--keep-going", f"O={lab.OUT}", f"check-{check}")
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if not re.match(r"  [A-Z]+ ", line)]
        pytest.fail("\n".join(said[:60]), pytrace=False)


BAD_C = {
    "address-space": ("sparse", "int bad(int __user *p);\nint bad(int __user *p)\n{\n"
                                "\treturn *p;\n}\n", "dereference of noderef"),
    "bitwise": ("sparse", "unsigned int bad(gfp_t flags);\nunsigned int bad(gfp_t flags)\n{\n"
                          "\treturn flags + 1;\n}\n", "restricted gfp_t"),
    "context": ("sparse", "#include <kernel/spinlock.h>\nvoid bad(spinlock_t *lock);\n"
                          "void bad(spinlock_t *lock)\n{\n\tspin_lock(lock);\n}\n",
                "context imbalance"),
    "leak": ("analyzer", "void drop(void *p);\nvoid *take(void) __dealloc(drop, 1);\n"
                         "void bad(void);\nvoid bad(void)\n{\n\tvoid *p = take();\n\n"
                         "\tdrop(p);\n\tdrop(p);\n}\n", "double"),
    "null": ("cppcheck", "int bad(void);\nint bad(void)\n{\n\tint *p = NULL;\n\n"
                         "\treturn *p;\n}\n", "nullPointer"),
    "sizeof": ("tidy", "unsigned int bad(const char *s);\nunsigned int bad(const char *s)\n{\n"
                       "\treturn sizeof(s) / sizeof(s[0]);\n}\n", "bugprone-sizeof-expression"),
    "style": ("format", "int bad( int a );\n", "clang-format-violations"),
}


@pytest.mark.parametrize("name", BAD_C)
def test_bad_c_is_noticed(name, tmp_path):
    """The rules of the Makefile, run on a small tree that holds one bad file."""
    check, body, complaint = BAD_C[name]
    for entry in ("Makefile", ".clang-tidy", ".clang-format", "arch", "kernel", "mm", "boot",
                  "tools", "linker.ld"):
        (tmp_path / entry).symlink_to(lab.ROOT / entry)
    for folder in ("mm",):
        (tmp_path / folder).unlink()
        (tmp_path / folder).mkdir()
        for header in (lab.ROOT / folder).glob("*.h"):
            (tmp_path / folder / header.name).symlink_to(header)
    (tmp_path / "mm" / "bad.c").write_text(
        f"/* SPDX-License-Identifier: MIT */\n#include <kernel/lib/types.h>\n{body}")
    done = lab.make("-n", f"check-{check}", root=tmp_path)
    target = "build/check/mm/bad." + check
    goal = target if target in done.stdout else f"build/check/{check}"
    done = lab.make(goal, root=tmp_path)
    assert done.returncode != 0
    assert complaint in done.stdout, lab.tail(done.stdout)


def test_bad_scripts_are_noticed(tmp_path):
    bad = tmp_path / "bad.sh"
    bad.write_text("#!/bin/sh\nrm $1\n")
    assert subprocess.run(["shellcheck", str(bad)], check=False,
                          stdout=subprocess.DEVNULL).returncode != 0
    bad = tmp_path / "bad.py"
    bad.write_text("import os\n")
    assert subprocess.run(["/usr/bin/python3", "-m", "pyflakes", str(bad)], check=False,
                          stdout=subprocess.DEVNULL).returncode != 0


def test_every_script_is_checked():
    """No program in tools/ escapes: each is in the list of one of the checkers."""
    text = (lab.ROOT / "Makefile").read_text(encoding="utf-8")
    listed = " ".join(re.findall(r"^(?:SCRIPTS|PYTHONS) (?:.*\\\n)*.*$", text, re.MULTILINE))
    for path in [*(lab.ROOT / "tools").iterdir(), *(lab.ROOT / ".ci").iterdir()]:
        if path.is_file() and path.suffix not in (".py", ".suppress", ".gdb", ".left"):
            assert str(path.relative_to(lab.ROOT)) in listed

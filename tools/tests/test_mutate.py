# SPDX-License-Identifier: MIT
"""
`make mutate`: its reading of C, its mutants, and a sample of real ones that the suites
must kill.
"""
import math
import re

import pytest

import lab
import mutate
from mutation import csource, mutants, trial


def body(text, result="int"):
    return f"static {result} f(int a, int b)\n{{\n{text}\n}}\n"


def changes(text, result="int"):
    """{(kind, after)} of the mutants of a function with this body."""
    return {(mutant.kind, mutant.after) for mutant in mutants.mutants_of("x.c", body(text, result))}


# --- reading C ---------------------------------------------------------------------------

SOURCE = """\
/* int no(void) { return 1; } */
#define ALSO_NOT(x) \\
\tstatic int x(void) { return 2; }
static const int table[] = {1, 2};
struct s { int a; };
static __always_inline struct s *__must_check first(struct s *s, int (*fn)(int)) __cold;
static __always_inline struct s *__must_check first(struct s *s, int (*fn)(int)) __acquires(lock)
{
\tchar c = '"', *text = "} /* ; */ {";

\tfor_each_zone(zone)
\t\tif (c == '}') {
\t\t\tdo_it(({ int x = 1; x; }));
\t\t} else
\t\t\treturn NULL;
again:
\tdo
\t\tc++;
\twhile (c < 3);
\tswitch (c) {
\tcase 1:
\t\tbreak;
\tdefault:
\t\tgoto again;
\t}
\treturn s;
}
bool second(void) { return true; }
void third(void) {}
"""


def test_functions_are_found():
    source = csource.Source(SOURCE)
    assert [(f.name, f.result) for f in source.functions] == [
        ("first", "pointer"), ("second", "bool"), ("third", "void")]


def test_statements_are_found():
    source = csource.Source(SOURCE)
    found = [(s.kind, source.text[source.tokens[s.first].start:source.tokens[s.end - 1].end])
             for s in source.functions[0].statements]
    assert [kind for kind, _ in found] == ["declaration", "if", "expression", "return", "expression",
                                           "do", "switch", "jump", "jump", "return"]
    assert found[2][1] == "do_it(({ int x = 1; x; }));"
    assert found[5][1] == "while (c < 3);"


def test_every_file_of_mm_is_read():
    """A function that the parser does not see would not be mutated."""
    for path in mutate.sources():
        text = (lab.ROOT / path).read_text(encoding="utf-8")
        names = {function.name for function in csource.Source(text).functions}
        plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        for match in re.finditer(r"^\w[^\n;=#{}()]*?(\w+)\([^;{}#]*\)[^;{}=#]*\n\{", plain, re.M):
            assert match[1] in names, f"{path}: {match[1]}()"


# --- mutants -----------------------------------------------------------------------------

@pytest.mark.parametrize("text, kind, after", [
    ("\ta = 1;", "statement deleted", ";"),
    ("\tcall(a);", "statement deleted", ";"),
    ("\twhile (a)\n\t\tbreak;", "statement deleted", ";"),
    ("\treturn;", "statement deleted", ";"),
    ("\tspin_unlock_irqrestore(&lock, a);", "lock call removed", ";"),
    ("\tlocal_irq_restore(a);", "lock call removed", ";"),
    ("\tflush_tlb_one_kernel(a);", "flush removed", ";"),
    ("\tif (a && b)\n\t\ta++;", "condition negated", "if (!(a && b))"),
    ("\tb = a ? 1 : 2;", "condition negated", "b = !(a) ? 1 : 2;"),
    ("\tcall(b, (a + 1) * b > c[a] ? 1 : 2);", "condition negated",
     "call(b, !((a + 1) * b > c[a]) ? 1 : 2);"),
    ("\twhile (a)\n\t\ta--;", "condition negated", "while (!(a))"),
    ("\ta = a < b;", "relation changed", "a = a <= b;"),
    ("\ta = a >= b;", "relation changed", "a = a > b;"),
    ("\ta = a != b;", "relation changed", "a = a == b;"),
    ("\ta = a || b;", "logic changed", "a = a && b;"),
    ("\ta = a - b;", "arithmetic changed", "a = a + b;"),
    ("\ta += b;", "arithmetic changed", "a -= b;"),
    ("\ta--;", "arithmetic changed", "a++;"),
    ("\ta = b << a;", "bits changed", "a = b >> a;"),
    ("\ta = (b) & a;", "bits changed", "a = (b) | a;"),
    ("\ta = 0;", "constant changed", "a = 1;"),
    ("\ta = 010UL;", "constant changed", "a = 0x7UL;"),
    ("\ta = 0xffU;", "constant changed", "a = 0x100U;"),
    ("\ta = true;", "constant changed", "a = false;"),
    ("\treturn a + b;", "return value changed", "return (a + b) + 1;"),
    ("\treturn -EINVAL;", "return value changed", "return 0;"),
])
def test_mutants(text, kind, after):
    assert (kind, after) in changes(text)


@pytest.mark.parametrize("result, text, after", [
    ("bool", "\treturn a > b;", "return !(a > b);"),
    ("bool", "\treturn false;", "return true;"),
    ("void *", "\treturn p;", "return NULL;"),
])
def test_returned_values(result, text, after):
    assert after in {change for _, change in changes(text, result)}


@pytest.mark.parametrize("text", [
    '\tprintk("%d", a + 1);',
    '\tpr_warn("of %d" "%d", a + 1, b < 2);',
    "\tBUG_ON(a < b);",
    "\tlockdep_assert_held(&a);",
    "\tunsigned long x[4 + 1], *p;",
    "\tchar *p = &c, d = -a;",
    "\tfor (;;)\n\t\t;",
])
def test_left_alone(text):
    assert not changes(text)


def test_endless_loops_are_not_negated():
    assert "condition negated" not in {kind for kind, _ in changes("\twhile (true)\n\t\ta--;")}


def test_of_reports_the_text_is_left_alone():
    assert changes('\tkbug("page %d", a + 1);') == {("statement deleted", ";")}
    assert {kind for kind, _ in changes('\tif (WARN(a < b, "%d", a + 1))\n\t\t;')} == {
        "condition negated", "relation changed"}
    assert ("arithmetic changed", 'seq_printf(m, "%d", a - 1);') in \
        changes('\tseq_printf(m, "%d", a + 1);')


def test_names_do_not_depend_on_the_line():
    first = mutants.mutants_of("x.c", body("\ta = 1;\n\ta = 1;"))
    again = mutants.mutants_of("x.c", "/* higher up */\n\n" + body("\ta = 1;\n\n\n\ta =\n1; /* x */"))
    names = [mutant.name for mutant in first]
    assert len(set(names)) == len(names)
    assert "x.c: f: a = 1; -> a = 2;" in names and "x.c: f: a = 1; -> a = 2; (number 2)" in names
    assert "x.c: f: a = 1; -> ;" in {mutant.name for mutant in again}


def test_a_mutant_keeps_the_lines():
    """BUG() and friends say where they are."""
    text = body("\tcall(a,\n\t     b);\n\treturn a;")
    for mutant in mutants.mutants_of("x.c", text):
        changed = mutant.apply(text)
        assert changed != text and changed.count("\n") == text.count("\n")


# --- arguments ---------------------------------------------------------------------------

@pytest.mark.parametrize("args, said", [
    (["mm/none.c"], "mm/none.c is none of mm/*.c and mm/*.h"),
    (["kernel/printk.c"], "kernel/printk.c is none of"),
    (["--number", "-1"], "-1 is not a whole number"),
    (["--seed", "x"], "x is not a whole number"),
    (["--left", "--out", "nowhere"], "there is no report"),
])
def test_mistakes_are_told(args, said, capsys):
    with pytest.raises(SystemExit):
        mutate.parse_arguments(["--build", *"abcde", *args])
    assert said in capsys.readouterr().err


# --- equivalent.txt ----------------------------------------------------------------------

def test_equivalents_have_reasons():
    assert mutate.read_equivalent("# one reason\n# in two lines\na\nb\n\n# other\nc\n") == {
        "a": "one reason in two lines", "b": "one reason in two lines", "c": "other"}


def test_every_stated_equivalent_exists():
    stated = mutate.read_equivalent(mutate.EQUIVALENT.read_text(encoding="utf-8"))
    names = {mutant.name for path in mutate.sources() for mutant in
             mutants.mutants_of(path, (lab.ROOT / path).read_text(encoding="utf-8"))}
    assert all(stated.values()), "an entry without a reason"
    assert not [name for name in stated if name not in names]


# --- trial -------------------------------------------------------------------------------

@pytest.mark.parametrize("script, wrong, late", [
    ("echo '    ok 1 case'; echo 'ok 1 suite'", None, False),
    ("echo '    not ok 1 case'; sleep 100", "not ok 1 case", False),
    ("echo '[ 1.0] WARNING: x'; sleep 100", "[ 1.0] WARNING: x", False),
    ("echo '# [ 1.0] WARNING: x'", None, False),
    ("echo 'Kernel panic - x'", "Kernel panic - x", False),
    ("exit 3", "exit status 3", False),
    ("kill -SEGV $$", "exit status -11", False),
    ("while :; do :; done", "time ran out", True),
    ("yes much", "time ran out", True),
])
def test_signs_of_death(tmp_path, script, wrong, late):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    program.chmod(0o755)
    outcome = trial.start(program, (), 1)
    assert (outcome.wrong, outcome.late) == (wrong, late)
    if wrong is None and "suite" in script:
        assert outcome.results == [(4, "case", False), (0, "suite", False)]


# --- real mutants ------------------------------------------------------------------------

SECONDS = 40
SEED = 896
TRUE_SHARE = 0.85       # of the mutants that `make mutate` must find killed


def least_killed(number):
    """So few killed of @number happen once in a thousand times when TRUE_SHARE holds."""
    chance, killed = 0.0, -1
    while chance < 0.001:
        killed += 1
        chance += (math.comb(number, killed) * TRUE_SHARE ** killed *
                   (1 - TRUE_SHARE) ** (number - killed))
    return killed


def test_bound_of_the_sample():
    assert least_killed(1000) == 814 and least_killed(100) == 73 and least_killed(1) == 0


def test_a_sample_of_mutants_is_killed():
    done = lab.make("mutate", f"O={lab.OUT}", f"SECONDS={SECONDS}", f"SEED={SEED}")
    row = re.search(r"^all +(\d+) +(\d+) +(\d+) +(\d+) ", done.stdout, re.M)
    assert done.returncode == 0 and row, lab.tail(done.stdout)
    counted, killed, late, survived = map(int, row.groups())
    assert counted == killed + late + survived
    assert counted >= 5, "too few mutants for a sample, even on a slow machine"
    assert killed + late >= least_killed(counted), lab.tail(done.stdout)

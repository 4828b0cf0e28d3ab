# SPDX-License-Identifier: MIT
"""
What may be wrong with a line: the mutants of a C file.

A mutant is one small change inside a function's body:

  - a statement deleted: a call, an assignment, a break, continue, goto or return; where the
    statement takes or releases a lock, or flushes, it is named as such;
  - a condition negated: of if, while, do and ?:
  - < for <=, > for >=, == for !=, and back; && for ||, and back;
  - + for -, ++ for --, << for >>, & for |, and back, also when they assign;
  - a number one more and one less, true for false and back;
  - another value returned: a bool negated, NULL for a pointer, one more of a number, and
    0 for an error code.

Left alone is
  - the text of reports: strings, what printk() and its kin print, arguments of kbug()
    and panic(). That a report is made at all is logic, and so is what a view shows;
  - assertions (BUG_ON(), lockdep_assert_held()): of code that is right they say what holds
    anyway, so that nobody can tell one that is missing;
  - what lies outside of functions: the sizes, limits and tables that the code is tuned with.
"""
import collections
import dataclasses
import re

from mutation import csource

# Calls that print: no part of them is mutated.
_PRINTS = re.compile(r"(printk|pr_[a-z]+|dump_stack|memblock_dbg\w*|memblock_printk|warn_begin)$")
# Reports: the call may be deleted, what it says is its own affair.
_REPORTS = re.compile(r"(kbug|kbug_begin|panic|__warn)$")
# Reports with a condition: all from the format on is text.
_WARNINGS = re.compile(r"WARN\w*$")
_ASSERTIONS = re.compile(r"(BUG|BUG_ON|VM_BUG_ON\w*|BUILD_BUG_ON\w*|_Static_assert|lockdep_assert\w*)$")

_LOCK = re.compile(r"(raw_)?(spin_(un)?lock\w*|local_irq_\w+|preempt_(en|dis)able\w*)$")
_FLUSH = re.compile(r"flush_\w+|\w+_flush\w*$")

_SWAPS = {
    "relation changed": (("<", "<="), (">", ">="), ("==", "!=")),
    "logic changed": (("&&", "||"),),
    "arithmetic changed": (("+", "-"), ("++", "--"), ("+=", "-=")),
    "bits changed": (("<<", ">>"), ("&", "|"), ("<<=", ">>="), ("&=", "|=")),
}
_OTHER = {one: (other, kind) for kind, pairs in _SWAPS.items()
          for pair in pairs for one, other in (pair, pair[::-1])}
_ALSO_UNARY = {"+", "-", "&"}

_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$")
_ENDS_CONDITION = {",", ";", "?", ":", "="} | {op + "=" for op in
                                               ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")}


@dataclasses.dataclass
class Mutant:
    """
    text[@start:@end] of @path becomes @new. @before and @after: the lines that this is in,
    which name it together with @function and, of equal ones, with @nth.
    """
    path: str
    function: str
    kind: str
    start: int
    end: int
    new: str
    line: int = 0
    before: str = ""
    after: str = ""
    nth: int = 1

    @property
    def name(self):
        """What tells it from all others, wherever in the file it is."""
        nth = f" (number {self.nth})" if self.nth > 1 else ""
        return f"{self.path}: {self.function}: {self.before} -> {self.after}{nth}"

    def __str__(self):
        return f"{self.path}:{self.line}: {self.function}: {self.kind}: {self.before} -> {self.after}"

    def apply(self, text):
        """The file with this mutant in it. Lines keep their numbers."""
        old = text[self.start:self.end]
        lost = old.count("\n") - self.new.count("\n")
        return text[:self.start] + self.new + "\n" * lost + text[self.end:]


def for_sanitizers(mutant):
    """Is this something that only a sanitizer can tell: what memory is poisoned?"""
    return re.search(r"\barch_(un)?poison\(", mutant.before) is not None


def one_line(text):
    """Source text without comments, on one line."""
    return " ".join(re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL).split())


class _Finder:
    """The mutants of one function."""

    def __init__(self, path, source, function):
        self.path = path
        self.source = source
        self.function = function
        self.tokens = source.tokens
        self.found = []
        self.kept = set()       # tokens of text and assertions

    def add(self, kind, first, end, new):
        """The tokens [@first, @end) become @new."""
        self.found.append(Mutant(self.path, self.function.name, kind, self.tokens[first].start,
                                 self.tokens[end - 1].end, new))

    def text_of(self, first, end):
        return self.source.text[self.tokens[first].start:self.tokens[end - 1].end]

    def run(self):
        self._keep_reports()
        self._keep_sizes()
        for statement in self.function.statements:
            self._statement(statement)
        for index in range(self.function.body[0] + 1, self.function.body[1]):
            if index not in self.kept:
                self._token(index)
        return self.found

    # --- what is left alone -----------------------------------------------------------------

    def _keep_reports(self):
        for index in range(*self.function.body):
            if not (self.source.is_name(index) and self.source.is_op(index + 1, "(")):
                continue
            name, end = self.tokens[index].text, self.source.partner(index + 1)
            begin = index
            if _WARNINGS.match(name):
                begin = next((at for at in range(index, end) if self.tokens[at].kind == "string"),
                             end)
            elif not (_PRINTS.match(name) or _REPORTS.match(name) or _ASSERTIONS.match(name)):
                continue
            self.kept.update(range(begin, end + 1))

    def _keep_sizes(self):
        """Of arrays that are declared."""
        for statement in self.function.statements:
            if statement.kind != "declaration":
                continue
            index = statement.first
            while index < statement.end and not self.source.is_op(index, "="):
                if self.source.is_op(index, "["):
                    self.kept.update(range(index, self.source.partner(index) + 1))
                index += 1

    # --- statements -------------------------------------------------------------------------

    def _statement(self, statement):
        first, end = statement.first, statement.end
        if statement.kind == "expression":
            self._delete(first, end)
        elif statement.kind == "jump" or (statement.kind == "return" and end - first == 2):
            self.add("statement deleted", first, end, ";")
        elif statement.kind == "return":
            self._return(first + 1, end - 1)
        elif statement.kind in ("if", "while", "do"):
            self._negate(*statement.condition)

    def _delete(self, first, end):
        name = self.tokens[first].text
        if self.source.is_op(first + 1, "(") and \
                (_PRINTS.match(name) or _ASSERTIONS.match(name)):
            return
        kind = "lock call removed" if _LOCK.match(name) else \
            "flush removed" if _FLUSH.match(name) else "statement deleted"
        self.add(kind, first, end, ";")

    def _negate(self, first, end):
        if end - first == 1 and (self.tokens[first].kind == "number" or
                                 self.tokens[first].text in ("true", "false")):
            return
        self.add("condition negated", first, end, f"!({self.text_of(first, end)})")

    def _return(self, first, end):
        text = self.text_of(first, end)
        kind = "return value changed"
        if end - first == 1 and (self.tokens[first].kind == "number" or
                                 text in ("true", "false", "NULL")):
            return              # a constant, which _token() changes
        if self.function.result == "bool":
            self.add(kind, first, end, f"!({text})")
        elif self.function.result == "pointer":
            self.add(kind, first, end, "NULL")
        elif re.match(r"-E[A-Z0-9]+$", text):
            self.add(kind, first, end, "0")
        else:
            self.add(kind, first, end, f"({text}) + 1")

    # --- single tokens ----------------------------------------------------------------------

    def _token(self, index):
        token = self.tokens[index]
        if token.kind == "number":
            self._number(index)
        elif token.kind == "name" and token.text in ("true", "false"):
            self.add("constant changed", index, index + 1,
                     "false" if token.text == "true" else "true")
        elif token.kind == "op" and token.text == "?" and not self.source.is_op(index + 1, ":"):
            self._negate(self._condition_before(index), index)
        elif token.kind == "op" and token.text in _OTHER and \
                not (token.text in _ALSO_UNARY and self._is_unary(index)):
            other, kind = _OTHER[token.text]
            self.add(kind, index, index + 1, other)

    def _number(self, index):
        match = _NUMBER.match(self.tokens[index].text)
        if not match:
            return
        digits, suffix = match.groups()
        octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0"
        value = int(digits, 8 if octal else 0)
        form = "{:#x}{}" if digits[:2] in ("0x", "0X") or octal else "{}{}"
        self.add("constant changed", index, index + 1, form.format(value + 1, suffix))
        if value:
            self.add("constant changed", index, index + 1, form.format(value - 1, suffix))

    def _is_unary(self, index):
        before = self.tokens[index - 1]
        if before.kind in ("number", "char", "string"):
            return False
        if before.kind == "name":
            return before.text in ("return", "case")
        return before.text not in (")", "]")

    def _condition_before(self, index):
        """Where the condition of the ?: at @index begins."""
        depth = 0
        while True:
            before = self.tokens[index - 1]
            if before.kind == "op":
                if before.text in csource.CLOSING:
                    depth += 1
                elif before.text in csource.OPENING:
                    depth -= 1
                if depth < 0 or (depth == 0 and before.text in _ENDS_CONDITION):
                    return index
            elif depth == 0 and before.text in ("return", "case"):
                return index
            index -= 1


def mutants_of(path, text):
    """All mutants of a C file, in the order of its lines."""
    source = csource.Source(text)
    found = [mutant for function in source.functions
             for mutant in _Finder(path, source, function).run()]
    found.sort(key=lambda mutant: (mutant.start, mutant.end))
    seen = collections.Counter()
    for mutant in found:
        mutant.line = source.line(mutant.start)
        start, end = source.lines(mutant.start, mutant.end)
        mutant.before = one_line(text[start:end])
        mutant.after = one_line(text[start:mutant.start] + mutant.new + text[mutant.end:end])
        key = (mutant.function, mutant.before, mutant.after)
        seen[key] += 1
        mutant.nth = seen[key]
    return found

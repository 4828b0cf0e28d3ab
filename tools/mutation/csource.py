# SPDX-License-Identifier: MIT
"""
C as a mutation needs it: tokens, function bodies, statements.

This is no compiler. It knows the house's C: declarations at depth 0, function bodies
that begin with a `{` behind a `)`, loops by macros (`for_each_zone(zone) ...`). What
it takes for something that it is not becomes a mutant that does not compile, and such
are not counted; so it may err, as long as it errs seldom.

Preprocessor lines are one token each, and macros are not looked into.
"""
import bisect
import dataclasses
import re

_TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<directive>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>'(?:\\.|[^'\\\n])*')
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\s\w])
  | (?P<space>\s+)
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = set(OPENING.values())

# What a declaration may begin with; a name followed by a name is one as well.
_TYPE_WORDS = {"static", "const", "volatile", "register", "extern", "signed", "unsigned", "void",
               "char", "short", "int", "long", "bool", "struct", "union", "enum", "__typeof__",
               "__auto_type"}
_NOT_OF_A_TYPE = {"static", "inline", "extern", "__always_inline", "noinline", "__init", "__cold",
                  "__must_check", "__maybe_unused", "__unused", "__hot", "__noreturn", "__flatten",
                  "__weak"}


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self):
        return self.start + len(self.text)


@dataclasses.dataclass
class Statement:
    """
    One statement of a function's body, its parts by token number, ends exclusive.
    @kind: "expression", "declaration", "return", "jump" (break, continue, goto), "if",
    "while", "do", "for", "switch", "loop" (by a macro), "block", "label", "empty".
    @condition: the tokens between the parentheses of if, while, do and switch.
    """
    kind: str
    first: int
    end: int
    condition: tuple = ()


@dataclasses.dataclass
class Function:
    """@result: what it returns, as "bool", "pointer", "void" or "number"; @body: token numbers."""
    name: str
    result: str
    body: tuple
    statements: list


class SyntaxTrouble(Exception):
    """The text is not what this parser knows."""


def tokenize(text):
    """All tokens but comments and blanks."""
    tokens = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in ("comment", "space"):
            tokens.append(Token(match.lastgroup, match[0], match.start()))
    return tokens


class Source:
    """A C file: its text, its tokens, and the functions that it defines."""

    def __init__(self, text):
        self.text = text
        self.tokens = tokenize(text)
        self._lines = [0] + [match.end() for match in re.finditer("\n", text)]
        self._partner = self._match_brackets()
        self.functions = list(self._find_functions())

    def line(self, offset):
        """The number of the line that holds @offset, from 1."""
        return bisect.bisect_right(self._lines, offset)

    def lines(self, start, end):
        """The whole lines that hold [start, end), as (start, end)."""
        last = self.line(max(start, end - 1))
        stop = self._lines[last] - 1 if last < len(self._lines) else len(self.text)
        return self._lines[self.line(start) - 1], stop

    def partner(self, index):
        """The token number of the bracket that closes the one at @index."""
        try:
            return self._partner[index]
        except KeyError:
            raise SyntaxTrouble(f"line {self.line(self.tokens[index].start)}: "
                                f"no bracket closes {self.tokens[index].text}") from None

    def is_op(self, index, *texts):
        return index < len(self.tokens) and self.tokens[index].text in texts and \
            self.tokens[index].kind == "op"

    def is_name(self, index, *texts):
        return index < len(self.tokens) and self.tokens[index].kind == "name" and \
            (not texts or self.tokens[index].text in texts)

    def _match_brackets(self):
        partner, stack = {}, []
        for index, token in enumerate(self.tokens):
            if token.kind != "op":
                continue
            if token.text in OPENING:
                stack.append(index)
            elif token.text in CLOSING and stack and \
                    OPENING[self.tokens[stack[-1]].text] == token.text:
                partner[stack.pop()] = index
        return partner

    # --- functions --------------------------------------------------------------------------

    def _find_functions(self):
        index = begin = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.kind == "directive" or self.is_op(index, ";"):
                begin = index + 1
            elif self.is_op(index, "(", "["):
                index = self.partner(index)
            elif self.is_op(index, "{"):
                end = self.partner(index)
                if self.is_op(index - 1, ")"):
                    yield self._function(begin, index, end)
                    begin = end + 1
                elif not any(self.is_op(at, "=") for at in range(begin, index)):
                    begin = end + 1
                index = end
            index += 1

    def _function(self, begin, body, end):
        index = begin
        while not (self.is_name(index) and self.is_op(index + 1, "(")):
            index += 1
            if index >= body:
                raise SyntaxTrouble(f"line {self.line(self.tokens[body].start)}: a body of what?")
        words = [token.text for token in self.tokens[begin:index]
                 if token.text not in _NOT_OF_A_TYPE]
        if "*" in words:
            result = "pointer"
        elif words in (["bool"], ["void"]):
            result = words[0]
        else:
            result = "number"
        statements = []
        self._block(body, statements)
        return Function(self.tokens[index].text, result, (body, end), statements)

    # --- statements -------------------------------------------------------------------------

    def _block(self, index, out):
        """The statements between the braces of which the first is at @index; its end."""
        end = self.partner(index)
        index += 1
        while index < end:
            index = self._statement(index, out)
        return end + 1

    def _statement(self, index, out):
        """Append the statement at @index, and those inside it, to @out; return its end."""
        token = self.tokens[index]
        if token.kind == "directive":
            return index + 1
        if self.is_op(index, "{"):
            return self._block(index, out)
        if self.is_op(index, ";"):
            return index + 1
        if self.is_name(index, "if", "while", "switch", "for"):
            return self._headed(index, out)
        if self.is_name(index, "do"):
            return self._do(index, out)
        if self.is_name(index, "case", "default") or \
                (self.is_name(index) and self.is_op(index + 1, ":")):
            return self._until(index, ":") + 1
        if self._is_macro_loop(index):
            return self._statement(self.partner(index + 1) + 1, out)
        end = self._until(index, ";") + 1
        if self.is_name(index, "return"):
            kind = "return"
        elif self.is_name(index, "break", "continue", "goto"):
            kind = "jump"
        else:
            kind = "declaration" if self._is_declaration(index) else "expression"
        out.append(Statement(kind, index, end))
        return end

    def _headed(self, index, out):
        close = self.partner(index + 1)
        out.append(Statement(self.tokens[index].text, index, close + 1, (index + 2, close)))
        end = self._statement(close + 1, out)
        if self.is_name(index, "if") and self.is_name(end, "else"):
            end = self._statement(end + 1, out)
        return end

    def _do(self, index, out):
        end = self._statement(index + 1, out)
        close = self.partner(end + 1)
        out.append(Statement("do", end, close + 2, (end + 2, close)))
        return close + 2

    def _is_macro_loop(self, index):
        """for_each_zone(zone) and the like: what follows its ) is a statement."""
        if not (self.is_name(index) and self.is_op(index + 1, "(")) or \
                self.is_name(index, "return", "sizeof"):
            return False
        behind = self.partner(index + 1) + 1
        return self.is_op(behind, "{") or \
            (behind < len(self.tokens) and self.tokens[behind].kind == "name")

    def _is_declaration(self, index):
        if self.is_name(index, *_TYPE_WORDS):
            return True
        behind = index + 1
        while self.is_op(behind, "*"):
            behind += 1
        return self.is_name(index) and self.is_name(behind)

    def _until(self, index, text):
        """The next @text at this depth."""
        while not self.is_op(index, text):
            if index >= len(self.tokens):
                raise SyntaxTrouble(f"a statement that no {text} ends")
            if self.is_op(index, *OPENING):
                index = self.partner(index)
            index += 1
        return index


def definitions(text):
    """(name, text) of each function and each macro that a header defines."""
    source = Source(text)
    for token in source.tokens:
        if token.kind == "directive" and (match := re.match(r"\s*#\s*define\s+(\w+)", token.text)):
            yield match[1], token.text
    for function in source.functions:
        body, end = function.body
        yield function.name, text[source.tokens[body].start:source.tokens[end].end]

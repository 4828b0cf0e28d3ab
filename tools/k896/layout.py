# SPDX-License-Identifier: MIT
"""
How the kernel's data lies in memory, as DWARF tells it.

A Layout answers four questions: the type of a name ("struct page"), the address and
type of a variable, the value of a constant, the symbols. The types are the small
classes below, made on demand; a pointer names what it points to, so that circles do
no harm.

Constants that are macros in C come from the enumerators of mm/inspect.c and arch/x86/mm/inspect.c.

DwarfLayout reads the ELF file by pyelftools. Of the compilation units it looks at those
of mm/ and of kernel/ and arch/ that are no tests: their variables are what tools look
at, and reading all units would take seconds.
"""
import dataclasses
import functools
import re

from k896.elf import ElfFile

# Units that define what is looked at.
UNITS = re.compile(r"^(?:\./)?(mm|kernel|arch)/(?!(?:.*/)?(?:tests|lib|drivers|monitor)/).*\.c$")
INSPECT = "inspect_"


@dataclasses.dataclass(frozen=True)
class Int:
    """An integer, boolean or character."""
    size: int
    signed: bool = False

    def encode(self):
        return f"{'i' if self.signed else 'u'}{self.size}"


@dataclasses.dataclass(frozen=True)
class Enum:
    """An enumeration: {name: value}."""
    name: str
    size: int
    values: dict = dataclasses.field(hash=False, compare=False)

    def encode(self):
        return f"u{self.size}"

    def name_of(self, value):
        """The enumerator of this value, or the number as text."""
        return next((name for name, number in self.values.items() if number == value), str(value))


@dataclasses.dataclass(frozen=True)
class Pointer:
    """A pointer; target() is the type it leads to, or None."""
    resolve: object = dataclasses.field(hash=False, compare=False, repr=False)
    size: int = 4

    def target(self):
        return self.resolve()

    def target_name(self):
        """What it leads to, in words."""
        target = self.target()
        return f"struct {target.name}" if isinstance(target, Struct) else "data"

    def encode(self):
        target = self.target()
        return "*" + (target.name if isinstance(target, Struct) else "")


@dataclasses.dataclass(frozen=True)
class Array:
    """@count elements; 0 when the length is not known, as of a flexible array."""
    of: object
    count: int

    @property
    def size(self):
        return self.of.size * self.count

    def encode(self):
        return f"[{self.count}]{self.of.encode()}"


@dataclasses.dataclass(frozen=True)
class Struct:
    """A structure or union: {field: (offset, type)}; those of nameless members are its own."""
    name: str
    size: int
    fields: dict = dataclasses.field(hash=False, compare=False, repr=False)

    def offset(self, field):
        return self.fields[field][0]

    def encode(self):
        return "{" + self.name + "}"


class Layout:
    """
    What each kind of layout has in common.

    symbols: {name: address}. Made by subclasses: type(name), variable(name) as
    (address, type), each raising KeyError for what there is not.
    """
    elf: ElfFile

    @functools.cached_property
    def symbols(self):
        return {name: addresses[0] for name, addresses in self.elf.symbols().items()}

    @functools.cached_property
    def constants(self):
        """Enumerators of both inspect.c, by the names that the macros have."""
        return {name[len(INSPECT):]: value & 0xffffffff for enum in ("enum inspect", "enum inspect_addresses")
                for name, value in self.type(enum).values.items()}

    def type(self, name):
        raise NotImplementedError

    def variable(self, name):
        raise NotImplementedError


def _text(attribute):
    return attribute.value.decode("latin-1")


class DwarfLayout(Layout):
    """The layout that the ELF file's DWARF describes."""

    def __init__(self, path):
        from elftools.elf.elffile import ELFFile    # gdb's layout does without

        self.elf = ElfFile(path)
        self._file = open(path, "rb")       # read on demand, for as long as this lives
        self._dwarf = ELFFile(self._file).get_dwarf_info()
        self._types = {}
        self._variables = {}
        self._built = {}
        for unit in self._dwarf.iter_CUs():
            top = unit.get_top_DIE()
            if UNITS.match(_text(top.attributes["DW_AT_name"])):
                for die in top.iter_children():
                    self._index(die)

    KINDS = {"DW_TAG_structure_type": "struct", "DW_TAG_union_type": "union",
             "DW_TAG_enumeration_type": "enum", "DW_TAG_typedef": ""}

    def _index(self, die):
        """Remember the first complete definition of each name."""
        attributes = die.attributes
        if "DW_AT_declaration" in attributes:
            return
        if die.tag == "DW_TAG_variable" and "DW_AT_location" in attributes:
            named = die
            if "DW_AT_specification" in attributes:
                named = die.get_DIE_from_attribute("DW_AT_specification")
            if "DW_AT_name" in named.attributes:
                self._variables.setdefault(_text(named.attributes["DW_AT_name"]), (die, named))
        elif die.tag in self.KINDS and "DW_AT_name" in attributes:
            key = f"{self.KINDS[die.tag]} {_text(attributes['DW_AT_name'])}".strip()
            self._types.setdefault(key, die)

    def type(self, name):
        return self._type(self._types[name])

    def variable(self, name):
        die, named = self._variables[name]
        location = die.attributes["DW_AT_location"].value
        if len(location) == 5 and location[0] == 0x03:      # DW_OP_addr
            address = int.from_bytes(bytes(location[1:]), "little")
        else:
            address = self.symbols[name]
        # The definition knows an array's length where the declaration does not.
        return address, self._type(self._target(die if "DW_AT_type" in die.attributes else named))

    @staticmethod
    def _target(die):
        return die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None

    def _type(self, die, alias=None):
        """The type that a DIE stands for; @alias names a structure that has no name."""
        if die is None:
            return None
        if die.offset not in self._built:
            self._built[die.offset] = self._build(die, alias)
        return self._built[die.offset]

    def _build(self, die, alias):
        attributes = die.attributes
        name = _text(attributes["DW_AT_name"]) if "DW_AT_name" in attributes else None
        if die.tag == "DW_TAG_typedef":
            return self._type(self._target(die), name)
        if die.tag in ("DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_atomic_type"):
            return self._type(self._target(die), alias)
        if die.tag == "DW_TAG_base_type":
            return Int(attributes["DW_AT_byte_size"].value, attributes["DW_AT_encoding"].value in (5, 6))
        if die.tag == "DW_TAG_pointer_type":
            return Pointer(functools.partial(self._type, self._complete(self._target(die))))
        if die.tag == "DW_TAG_enumeration_type":
            return Enum(name or alias or "", attributes["DW_AT_byte_size"].value,
                        {_text(child.attributes["DW_AT_name"]): child.attributes["DW_AT_const_value"].value
                         for child in die.iter_children()})
        if die.tag == "DW_TAG_array_type":
            return self._array(die)
        if die.tag in ("DW_TAG_structure_type", "DW_TAG_union_type"):
            if "DW_AT_declaration" in attributes:
                whole = self._complete(die)
                return Struct(name, 0, {}) if whole is die else self._type(whole)
            fields = {}
            built = Struct(name or alias or f"at_{die.offset:x}", attributes["DW_AT_byte_size"].value, fields)
            self._built[die.offset] = built     # before its fields, which may lead back here
            fields.update(self._fields(die))
            return built
        return None         # a function

    def _complete(self, die):
        """For a structure that is only declared in this unit, its definition in another."""
        if die is not None and "DW_AT_declaration" in die.attributes and die.tag in self.KINDS:
            return self._types.get(f"{self.KINDS[die.tag]} {_text(die.attributes['DW_AT_name'])}", die)
        return die

    def _array(self, die):
        element = self._type(self._target(die))
        counts = []
        for child in die.iter_children():
            if child.tag == "DW_TAG_subrange_type":
                if "DW_AT_count" in child.attributes:
                    counts.append(child.attributes["DW_AT_count"].value)
                elif "DW_AT_upper_bound" in child.attributes:
                    counts.append(child.attributes["DW_AT_upper_bound"].value + 1)
                else:
                    counts.append(0)
        for count in reversed(counts):
            element = Array(element, count)
        return element

    def _fields(self, die, base=0):
        """Yield (name, (offset, type)) of the members, those of nameless ones in their place."""
        for child in die.iter_children():
            if child.tag != "DW_TAG_member":
                continue
            at = child.attributes.get("DW_AT_data_member_location")
            offset = base + (at.value if at else 0)
            if "DW_AT_name" in child.attributes:
                yield _text(child.attributes["DW_AT_name"]), (offset, self._type(self._target(child)))
            else:
                yield from self._fields(self._target(child), offset)

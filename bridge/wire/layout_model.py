"""What a declaration puts on the wire, as plain data: the model between construct's objects and what is made of them.

A :class:`Layout` says what one piece of a message is. It holds no code, so a generator can write it in another
language, and a tool can describe it. ``construct_layout.layout_of`` makes it of a construct and refuses what it has no
word for; so all that is here can be written in every language that a generator knows.

An expression (``this.count * 4``) is a tree of :class:`Literal`, :class:`FieldValue`, :class:`LengthOf` and
:class:`Operation`. :func:`kind_of` tells what it gives and :func:`range_of` between which numbers it lies, so that
who translates it can prove that nothing overflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..errors import SchemaError
from .message import Message

__all__ = [
    "Attempt",
    "BitField",
    "Boolean",
    "ByteString",
    "COMPARISONS",
    "Case",
    "Character",
    "Check",
    "Checksum",
    "Choice",
    "Computed",
    "Constant",
    "Derived",
    "Embedded",
    "End",
    "Expression",
    "Extent",
    "Field",
    "FieldValue",
    "Flags",
    "Integer",
    "JavaObject",
    "LONG",
    "Labels",
    "Layout",
    "LengthOf",
    "Literal",
    "Moment",
    "Nothing",
    "Operation",
    "Padding",
    "Prefix",
    "Real",
    "Record",
    "Refusal",
    "Repeated",
    "Rest",
    "Stripped",
    "Terminated",
    "Text",
    "UniqueId",
    "VariableInteger",
    "Window",
    "children",
    "contains",
    "extents",
    "fields_in",
    "outer_fields",
    "kind_of",
    "least_bytes",
    "number_range",
    "range_of",
]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One piece of a message. ``path`` is its place in the declaration: ``Put.header.length``."""

    path: str


# ---------------------------------------------------------------------------------------------------------- numbers


@dataclass(frozen=True, kw_only=True)
class Integer(Layout):
    """A whole number of 1 to 8 bytes, in two's complement if ``signed``."""

    size_bytes: int
    signed: bool
    little_endian: bool = False


@dataclass(frozen=True, kw_only=True)
class BitField(Layout):
    """A whole number of 1 to 64 bits, the most significant one first; only inside a record of bits."""

    bits: int
    signed: bool


@dataclass(frozen=True, kw_only=True)
class VariableInteger(Layout):
    """A whole number of 32 or 64 ``bits`` in two's complement, seven bits in a byte, the lowest first."""

    bits: int


@dataclass(frozen=True, kw_only=True)
class Real(Layout):
    """An IEEE 754 number of 4 or 8 bytes."""

    size_bytes: int
    little_endian: bool = False


@dataclass(frozen=True, kw_only=True)
class Boolean(Layout):
    """One byte (one bit in a record of bits): zero is false and written for it, all else is true and 1 is written."""

    bits: bool = False


@dataclass(frozen=True, kw_only=True)
class Labels(Layout):
    """A number of which some values have names; the others are refused if ``closed``, else values without a name.

    ``name`` is what the set of names is called, where it has a name of its own.
    """

    number: Integer | BitField | VariableInteger
    labels: tuple[tuple[str, int], ...]
    closed: bool = False
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Flags(Layout):
    """Named bits of a number; bits without a name are not kept. A flag is set where all bits of its mask are."""

    number: Integer | BitField | VariableInteger
    flags: tuple[tuple[str, int], ...]


# ------------------------------------------------------------------------------------------------------ bytes, texts


@dataclass(frozen=True, kw_only=True)
class Rest:
    """All that is left of the frame, or of the window in it."""


@dataclass(frozen=True, kw_only=True)
class Terminated:
    """Up to a unit of ``unit_bytes`` zero bytes, which is read and not kept."""

    unit_bytes: int


@dataclass(frozen=True, kw_only=True)
class Stripped:
    """A fixed number of bytes, filled at the end with units of ``unit_bytes`` zero bytes, which are not kept."""

    length: Expression
    unit_bytes: int


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """A number of bytes that stands before them; with ``includes_itself`` it counts its own bytes too."""

    number: Integer | VariableInteger
    includes_itself: bool = False


@dataclass(frozen=True, kw_only=True)
class ByteString(Layout):
    """Bytes as they are."""

    extent: Expression | Rest


@dataclass(frozen=True, kw_only=True)
class Text(Layout):
    """A text. ``encoding`` is one of construct_layout.ENCODINGS, or ``modified utf-8`` (java.io.DataInput)."""

    encoding: str
    extent: Extent


@dataclass(frozen=True, kw_only=True)
class Padding(Layout):
    """Bytes (bits in a record of bits) without meaning: skipped whatever they are, written as ``pattern``."""

    length: Expression
    pattern: bytes
    bits: bool = False


@dataclass(frozen=True, kw_only=True)
class Constant(Layout):
    """A value that is always the same; another one is refused."""

    content: Layout
    value: int | bool | str | bytes


# ------------------------------------------------------------------------------------------------- values of Java's


@dataclass(frozen=True, kw_only=True)
class Character(Layout):
    """One UTF-16 code unit, big-endian: java.io.DataOutput.writeChar."""


@dataclass(frozen=True, kw_only=True)
class UniqueId(Layout):
    """A UUID: its 16 bytes, the most significant first."""


@dataclass(frozen=True, kw_only=True)
class Moment(Layout):
    """A point in time of the years 1 to 9999: 8 bytes with seconds from 1970 on, in UTC, and 4 with nanoseconds."""


@dataclass(frozen=True, kw_only=True)
class JavaObject(Layout):
    """An object as a whole Java object stream, in the bytes that are left of the frame or window.

    ``object_filter`` is what may be in it, in the language of java.io.ObjectInputFilter.
    """

    object_filter: str | None = None


# -------------------------------------------------------------------------------------------------------- structure


@dataclass(frozen=True, kw_only=True)
class Field:
    """A member of a record; without a name it has no value that anybody sees."""

    name: str | None
    layout: Layout
    docs: str = ""


@dataclass(frozen=True, kw_only=True)
class Record(Layout):
    """Fields one after the other. ``size_bytes`` is given for a record of bits, and the sum of its fields' bits."""

    fields: tuple[Field, ...]
    size_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Embedded(Layout):
    """Another message, which is declared by itself, and what its body is."""

    message: Message
    content: Layout


@dataclass(frozen=True, kw_only=True)
class Repeated(Layout):
    """Elements of one layout.

    ``count`` is an expression; or a number that stands before the elements; or Rest: as many as can be read, and
    where the next one is not well formed, the position goes back to before it.
    """

    element: Layout
    count: Expression | Prefix | Rest


@dataclass(frozen=True, kw_only=True)
class Window(Layout):
    """A number of bytes that ``content`` is read from; what it leaves of them is skipped."""

    length: Expression | Prefix
    content: Layout


@dataclass(frozen=True, kw_only=True)
class Case:
    """What lies there if the key has this value."""

    key: int | bool | str
    layout: Layout


@dataclass(frozen=True, kw_only=True)
class Choice(Layout):
    """One of several layouts, by the value of ``key``; ``default`` for every other value."""

    key: Expression
    cases: tuple[Case, ...]
    default: Layout


@dataclass(frozen=True, kw_only=True)
class Attempt(Layout):
    """The content if it can be read, else nothing, and the position goes back to before it."""

    content: Layout


@dataclass(frozen=True, kw_only=True)
class Nothing(Layout):
    """No bytes; the value is none."""


@dataclass(frozen=True, kw_only=True)
class Refusal(Layout):
    """Whoever comes here is refused."""


# ------------------------------------------------------------------------------------------- what is not a free value


@dataclass(frozen=True, kw_only=True)
class Computed(Layout):
    """No bytes; a value that follows from others."""

    value: Expression


@dataclass(frozen=True, kw_only=True)
class Derived(Layout):
    """On the wire like ``content``; what is written is computed, what is read is taken as it is."""

    content: Layout
    value: Expression


@dataclass(frozen=True, kw_only=True)
class Check(Layout):
    """No bytes; refused if the condition does not hold."""

    condition: Expression


@dataclass(frozen=True, kw_only=True)
class End(Layout):
    """No bytes; refused if some are left in the frame or window."""


@dataclass(frozen=True, kw_only=True)
class Checksum(Layout):
    """A number that is computed of all bytes before it in the frame, or in the window that it stands in.

    ``algorithm`` is its name in ``fields.ALGORITHMS``; the first ``skip_bytes`` of those bytes do not count.
    """

    number: Integer
    algorithm: str
    skip_bytes: int = 0


# ------------------------------------------------------------------------------------------------------- expressions


@dataclass(frozen=True)
class Literal:
    """A value that stands in the declaration."""

    value: int | bool | str


@dataclass(frozen=True)
class FieldValue:
    """The value of a field.

    ``up`` counts records outwards (0: the field stands in the same record as the expression), ``names`` leads from
    that record to the field, ``layout`` is what the field is.
    """

    up: int
    names: tuple[str, ...]
    layout: Layout


@dataclass(frozen=True)
class LengthOf:
    """How many bytes, elements or characters (code points) a field has."""

    field: FieldValue


@dataclass(frozen=True)
class Operation:
    """``operator`` is Python's: ``+ - * // % & | ^ << >> == != < <= > >= not``; one operand is a sign or ``not``."""

    operator: str
    operands: tuple[Expression, ...]


Expression = Literal | FieldValue | LengthOf | Operation
Extent = Literal | FieldValue | LengthOf | Operation | Prefix | Terminated | Stripped | Rest

COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
#: The numbers of 64 bits in two's complement: what arithmetic of a translated expression stays between.
LONG: Final = (-(1 << 63), (1 << 63) - 1)


def number_range(layout: Integer | BitField | VariableInteger) -> tuple[int, int]:
    """The smallest and the largest value of a number."""
    if isinstance(layout, VariableInteger):
        return -(1 << layout.bits - 1), (1 << layout.bits - 1) - 1
    bits = layout.bits if isinstance(layout, BitField) else 8 * layout.size_bytes
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if layout.signed else (0, (1 << bits) - 1)


def kind_of(expression: Expression) -> str:
    """``int``, ``bool``, ``label``, ``text``, ``sequence``, ``record``, or ``other``."""
    match expression:
        case Literal(value):
            return "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "text"
        case LengthOf():
            return "int"
        case FieldValue(layout=layout):
            return _kind_of_field(layout)
        case Operation(operator, operands):
            logical = operator == "not" or operator in COMPARISONS
            return "bool" if logical else kind_of(operands[0])


def _kind_of_field(layout: Layout) -> str:
    match layout:
        case Integer() | BitField() | VariableInteger() | Checksum():
            return "int"
        case Boolean():
            return "bool"
        case Labels():
            return "label"
        case Text():
            return "text"
        case ByteString() | Repeated():
            return "sequence"
        case Record() | Flags():
            return "record"
        case Computed(value=value):
            return kind_of(value)
        case Constant(value=value) if not isinstance(value, bytes):
            return kind_of(Literal(value))
        case Derived(content=content) | Window(content=content):
            return _kind_of_field(content)
    return "other"


def range_of(expression: Expression) -> tuple[int, int]:
    """Between which numbers (both included) an ``int`` lies.

    SchemaError: of an operation, that cannot be told, or lies beyond 64 bits in two's complement.
    """
    match expression:
        case Literal(value):
            return int(value), int(value)
        case LengthOf():
            return 0, (1 << 31) - 1  # of an array of Java; nothing longer is read
        case FieldValue(layout=layout):
            return _range_of_field(layout)
        case Operation(operator, operands):
            ranges = [range_of(operand) for operand in operands]
            low, high = _range_of_operation(operator, ranges)
            if low < LONG[0] or high > LONG[1]:
                raise SchemaError(f"`{operator}` may give a number beyond 64 bits: {low} to {high}")
            return low, high


def _range_of_field(layout: Layout) -> tuple[int, int]:
    match layout:
        case Integer() | BitField() | VariableInteger():
            return number_range(layout)
        case Computed(value=value):
            return range_of(value)
        case Constant(value=int(value)):
            return value, value
        case Derived(content=content) | Window(content=content):
            return _range_of_field(content)
        case Checksum(number=number):
            return number_range(number)
    raise SchemaError(f"{layout.path} is not a number")


def _range_of_operation(operator: str, ranges: list[tuple[int, int]]) -> tuple[int, int]:
    if any(low < LONG[0] or high > LONG[1] for low, high in ranges):
        raise SchemaError(f"`{operator}` on a number beyond 64 bits with a sign")
    (low, high), (other_low, other_high) = ranges[0], ranges[-1]
    if len(ranges) == 1:
        return (-high, -low) if operator == "-" else (low, high)
    match operator:
        case "+":
            return low + other_low, high + other_high
        case "-":
            return low - other_high, high - other_low
        case "*":
            products = [a * b for a in (low, high) for b in (other_low, other_high)]
            return min(products), max(products)
        case "//" | "%" if other_low != other_high or other_low <= 0:
            raise SchemaError(f"`{operator}` by what is not a fixed number above 0")
        case "//":
            return low // other_low, high // other_low
        case "%":
            return 0, other_low - 1
        case "<<" | ">>" if other_low != other_high or not 0 <= other_low < 63:
            raise SchemaError(f"`{operator}` by what is not a fixed number from 0 to 62")
        case "<<":
            return low << other_low, high << other_low
        case ">>":
            return low >> other_low, high >> other_low
        case "&" if low >= 0 or other_low >= 0:
            return 0, min(top for bottom, top in ranges if bottom >= 0)
    # | and ^, and & of two numbers with signs: as many bits as the longer one
    bits = max(number.bit_length() for pair in ranges for number in pair)
    return (0 if low >= 0 and other_low >= 0 else -(1 << bits)), (1 << bits) - 1


def children(layout: Layout) -> tuple[Layout, ...]:
    """The layouts inside a layout."""
    match layout:
        case Record(fields=fields):
            return tuple(field.layout for field in fields)
        case Choice(cases=cases, default=default):
            return (*(case.layout for case in cases), default)
        case Repeated(element=element):
            return (element,)
        case Window(content=content) | Attempt(content=content) | Embedded(content=content):
            return (content,)
        case Constant(content=content) | Derived(content=content):
            return (content,)
    return ()


def extents(layout: Layout) -> tuple[Extent, ...]:
    """The expressions of a layout, and what else says how long it is; not those of the layouts inside."""
    match layout:
        case Text(extent=Stripped(length=length)):
            return (length,)
        case ByteString(extent=extent) | Text(extent=extent) | Repeated(count=extent) | Padding(length=extent):
            return (extent,)
        case Window(length=extent) | Choice(key=extent) | Check(condition=extent):
            return (extent,)
        case Computed(value=extent) | Derived(value=extent):
            return (extent,)
        case JavaObject():
            return (Rest(),)
    return ()


def contains(layout: Layout, kind: type[Layout]) -> bool:
    """Whether a layout is of a kind, or one inside it is."""
    return isinstance(layout, kind) or any(contains(child, kind) for child in children(layout))


def fields_in(expression: Extent) -> Iterator[FieldValue]:
    """The fields that an expression uses."""
    match expression:
        case FieldValue():
            yield expression
        case LengthOf(field):
            yield field
        case Operation(operands=operands):
            for operand in operands:
                yield from fields_in(operand)


def outer_fields(layout: Layout) -> Iterator[FieldValue]:
    """The fields of the records around ``layout`` that it uses; ``up`` counts from it on, or from the one it is in."""
    for extent in extents(layout):
        yield from (value for value in fields_in(extent) if value.up)
    for child in children(layout):
        for value in outer_fields(child):
            if not isinstance(child, Record):
                yield value
            elif value.up > 1:
                yield FieldValue(value.up - 1, value.names, value.layout)


def least_bytes(layout: Layout) -> int:
    """The fewest bytes that a layout takes: what a count of elements is checked against before memory is taken."""
    match layout:
        case Integer(size_bytes=size) | Real(size_bytes=size):
            return size
        case VariableInteger() | Boolean(bits=False):
            return 1
        case Labels(number=number) | Flags(number=number) | Checksum(number=number):
            return least_bytes(number)
        case Record(size_bytes=int(size)):
            return size
        case Record(fields=fields):
            return sum(least_bytes(field.layout) for field in fields)
        case Character():
            return 2
        case UniqueId():
            return 16
        case Moment():
            return 12
        case Constant(content=content) | Derived(content=content) | Embedded(content=content):
            return least_bytes(content)
        case Padding(length=length, bits=False):
            return _least_length(length)
        case ByteString(extent=extent) | Text(extent=extent):
            return _least_length(extent)
        case Window(length=length):
            return _least_length(length)
        case Repeated(count=Prefix(number=number)):
            return least_bytes(number)
        case Repeated(count=Literal(int(count)), element=element):
            return count * least_bytes(element)
        case Choice(cases=cases, default=default):
            # A default that refuses lets nothing through, so it does not count.
            layouts = [case.layout for case in cases] + ([] if isinstance(default, Refusal) else [default])
            return min(map(least_bytes, layouts), default=0)
    return 0


def _least_length(extent: Extent) -> int:
    match extent:
        case Prefix(number=number):
            return least_bytes(number)
        case Terminated(unit_bytes=unit):
            return unit
        case Stripped(length=length):
            return _least_length(length)
        case Rest():
            return 0
        case expression:
            return max(0, range_of(expression)[0])

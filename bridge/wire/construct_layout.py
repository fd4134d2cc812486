"""Constructs as :mod:`.layout_model`: what can be said in another language, and a refusal by name for all else.

The words are those of `construct` that mean the same everywhere, and the pieces of :mod:`.fields`. A construct of
another class, also a sub-class of one that is known, is refused: what its code does cannot be seen.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import construct
from construct.lib import bits2bytes, bytes2bits

from ..errors import SchemaError
from . import fields
from .construct_expressions import Scope, condition_of, expression_of, literal_of, number_of
from .layout_model import (
    Attempt,
    BitField,
    Boolean,
    ByteString,
    Case,
    Character,
    Check,
    Checksum,
    Choice,
    Computed,
    Constant,
    Derived,
    Embedded,
    End,
    Extent,
    Field,
    FieldValue,
    Flags,
    Integer,
    JavaObject,
    Labels,
    Layout,
    Literal,
    Moment,
    Nothing,
    Padding,
    Prefix,
    Real,
    Record,
    Refusal,
    Repeated,
    Rest,
    Stripped,
    Terminated,
    Text,
    UniqueId,
    VariableInteger,
    Window,
    contains,
    kind_of,
    least_bytes,
    number_range,
)
from .message import Message, Nested

__all__ = ["ENCODINGS", "layout_of", "message_layout"]

#: The encodings of texts, by Python's names in lower case without marks; each is the same in Java and Python.
ENCODINGS: Final = {
    "ascii": "ascii",
    "usascii": "ascii",
    "latin1": "latin-1",
    "iso88591": "latin-1",
    "utf8": "utf-8",
    "u8": "utf-8",
    "utf16be": "utf-16-be",
    "utf16le": "utf-16-le",
}
UNIT_BYTES: Final = {"utf-16-be": 2, "utf-16-le": 2}

_INTEGERS: Final = {"B": (1, False), "H": (2, False), "L": (4, False), "Q": (8, False),
                    "b": (1, True), "h": (2, True), "l": (4, True), "q": (8, True)}  # fmt: skip
_REALS: Final = {"f": 4, "d": 8}


class _Place:
    """Where in a declaration the translation is."""

    def __init__(self, path: str, scope: Scope, *, in_bits: bool = False, kept: Collection[str] | None = None) -> None:
        self.path = path
        self.scope = scope
        self.in_bits = in_bits
        self.kept = kept

    def at(self, name: str) -> _Place:
        return _Place(f"{self.path}{name}", self.scope, in_bits=self.in_bits)

    def within(self, scope: Scope) -> _Place:
        return _Place(self.path, scope, in_bits=self.in_bits)

    def in_bit_struct(self) -> _Place:
        return _Place(self.path, self.scope, in_bits=True, kept=self.kept)

    def error(self, message: str) -> SchemaError:
        return SchemaError(message, path=self.path)


def layout_of(
    layout: Any, path: str, *, parameters: Mapping[str, int] | None = None, kept: Collection[str] | None = None
) -> Layout:
    """What a construct puts on the wire; ``path`` is its name in errors, ``parameters`` are those of ``this._params``.

    ``kept`` names the members of the Struct that have a place in what is read (the fields of a message's class); for
    another one with a Default, that is what is always written. None: all have.
    SchemaError: something in it cannot be translated; ``path`` of the error leads to it.
    """
    return _translated(layout, _Place(path, Scope(parameters=parameters), kept=kept))


def message_layout(message: Message, parameters: Mapping[str, int] | None = None) -> Layout:
    """What the body of a message is on the wire. SchemaError: likewise."""
    if hasattr(message.type, "__post_init__"):
        raise SchemaError(
            f"{message.name}.__post_init__ is a Python function, which cannot be translated: a Check in the layout can",
            path=message.name,
        )
    kept = None if message.struct is None else message.fields
    return layout_of(message.layout, message.name, parameters=parameters, kept=kept)


def _unnamed(layout: Any, place: _Place) -> tuple[Any, str | None, str]:
    """A construct without its name, its name, and its text."""
    name, docs = layout.name, layout.docs
    while type(layout) is construct.Renamed:
        if layout.parsed is not None:
            raise place.error("a function is called with what was parsed, which cannot be translated")
        layout = layout.subcon
    return layout, name, docs or ""


def _described(layout: Any) -> str:
    kind = type(layout)
    module = kind.__module__.partition(".")[0]
    name = kind.__qualname__.lstrip("_")
    return f"{name} of construct" if module == "construct" else f"{kind.__module__}.{kind.__qualname__}"


def _translated(layout: Any, place: _Place) -> Layout:
    if not isinstance(layout, construct.Construct):
        raise place.error(f"{layout!r} is no construct")
    inner, _, _ = _unnamed(layout, place)
    translate = _TRANSLATORS.get(type(inner))
    if translate is None:
        raise place.error(f"{_described(inner)} cannot be translated")
    if place.in_bits and type(inner) not in _IN_BITS:
        raise place.error(f"{_described(inner)} cannot be translated among bits")
    return translate(inner, place)


# ---------------------------------------------------------------------------------------------------------- numbers


def _format_field(layout: Any, place: _Place) -> Layout:
    order, code = layout.fmtstr
    size: int = layout.length
    if order == "=" and size > 1:
        raise place.error("a number in the byte order of the machine differs between machines: say which")
    little = order == "<" and size > 1
    if code in _INTEGERS:
        return Integer(path=place.path, size_bytes=size, signed=_INTEGERS[code][1], little_endian=little)
    if code in _REALS:
        return Real(path=place.path, size_bytes=size, little_endian=little)
    if code == "?":
        return Boolean(path=place.path)
    raise place.error("a float of 16 bits cannot be translated: Java 17 has none")


def _bytes_integer(layout: Any, place: _Place) -> Layout:
    if not isinstance(layout.length, int) or not isinstance(layout.swapped, bool):
        raise place.error("an integer of a size or byte order that varies cannot be translated")
    if not 1 <= layout.length <= 8:
        raise place.error(f"an integer of {layout.length} bytes cannot be translated: 1 to 8 can")
    return Integer(
        path=place.path,
        size_bytes=layout.length,
        signed=bool(layout.signed),
        little_endian=layout.swapped and layout.length > 1,
    )


def _bits_integer(layout: Any, place: _Place) -> Layout:
    if not place.in_bits:
        raise place.error("BitsInteger stands outside of a BitStruct")
    if not isinstance(layout.length, int) or layout.swapped is not False:
        raise place.error("a number of bits that vary, or are swapped, cannot be translated")
    if not 1 <= layout.length <= 64:
        raise place.error(f"a number of {layout.length} bits cannot be translated: 1 to 64 can")
    return BitField(path=place.path, bits=layout.length, signed=bool(layout.signed))


def _flag(layout: Any, place: _Place) -> Layout:
    return Boolean(path=place.path, bits=place.in_bits)


def _compact_int(layout: Any, place: _Place) -> Layout:
    return VariableInteger(path=place.path, bits=layout.bits)


def _var_int(layout: Any, place: _Place) -> Layout:
    raise place.error(
        f"{_described(layout)} has no bound and cannot be translated: VarInt32 and VarInt64 of bridge.wire can"
    )


def _number(layout: Any, place: _Place, what: str) -> Integer | BitField | VariableInteger:
    number = _translated(layout, place)
    if not isinstance(number, Integer | BitField | VariableInteger):
        raise place.error(f"{what} over {_described(_unnamed(layout, place)[0])} cannot be translated")
    return number


def _named_values(
    values: list[tuple[str, int]], number: Integer | BitField | VariableInteger, place: _Place
) -> tuple[tuple[str, int], ...]:
    low, high = number_range(number)
    for name, value in values:
        if type(value) is not int or not low <= value <= high:
            raise place.error(f"{name} is {value!r}, and the number is one from {low} to {high}")
    return tuple(values)


def _enum(layout: Any, place: _Place) -> Layout:
    number = _number(layout.subcon, place, "Enum")
    values = [(str(name), int(value)) for name, value in layout.encmapping.items()]
    return Labels(path=place.path, number=number, labels=_named_values(values, number, place))


def _enum_of(layout: Any, place: _Place) -> Layout:
    members: type[enum.Enum] = layout.members
    if issubclass(members, enum.Flag):
        raise place.error(f"{members.__name__}, whose values are sets of bits, cannot be translated: FlagsEnum can")
    if any("_missing_" in vars(kind) for kind in members.__mro__ if kind.__module__ != "enum"):
        raise place.error(f"{members.__name__}._missing_ is a Python function, which cannot be translated")
    number = _number(layout.subcon, place, "EnumOf")
    values = [(member.name, int(member.value) if isinstance(member.value, int) else member.value) for member in members]
    labels = _named_values(values, number, place)
    return Labels(path=place.path, number=number, labels=labels, closed=True, name=members.__name__)


def _flags_enum(layout: Any, place: _Place) -> Layout:
    number = _number(layout.subcon, place, "FlagsEnum")
    if number_range(number)[0] < 0:
        raise place.error("FlagsEnum over a number with a sign cannot be translated")
    flags = _named_values([(str(name), int(mask)) for name, mask in layout.flags.items()], number, place)
    return Flags(path=place.path, number=number, flags=flags)


# ------------------------------------------------------------------------------------------------------ bytes, texts


def _bytes(layout: Any, place: _Place) -> Layout:
    length = number_of(layout.length, place.scope, place.path, what="the length")
    return ByteString(path=place.path, extent=length)


def _greedy_bytes(layout: Any, place: _Place) -> Layout:
    return ByteString(path=place.path, extent=Rest())


def _string(layout: Any, place: _Place) -> Layout:
    encoding = ENCODINGS.get(re.sub("[-_ ]", "", str(layout.encoding).lower()))
    if encoding is None:
        raise place.error(
            f"the encoding {layout.encoding} cannot be translated; {', '.join(sorted(set(ENCODINGS.values())))} can"
        )
    return Text(path=place.path, encoding=encoding, extent=_extent(layout.subcon, encoding, place))


def _extent(layout: Any, encoding: str, place: _Place) -> Extent:
    inner, _, _ = _unnamed(layout, place)
    kind = type(inner)
    unit = b"\0" * UNIT_BYTES.get(encoding, 1)
    if inner is construct.GreedyBytes:
        return Rest()
    if kind is construct.Bytes:
        return number_of(inner.length, place.scope, place.path, what="the length")
    if kind is construct.Prefixed and inner.subcon is construct.GreedyBytes:
        return _prefix(inner.lengthfield, place, includes_itself=bool(inner.includelength))
    if kind is construct.NullTerminated and inner.subcon is construct.GreedyBytes:
        if inner.term != unit or inner.include or not inner.consume or not inner.require:
            raise place.error(f"a text that ends with {inner.term!r} in another way than CString cannot be translated")
        return Terminated(unit_bytes=len(unit))
    if kind is construct.FixedSized and type(inner.subcon) is construct.NullStripped:
        stripped = inner.subcon
        if stripped.subcon is construct.GreedyBytes and stripped.pad == unit:
            length = number_of(inner.length, place.scope, place.path, what="the length")
            return Stripped(length=length, unit_bytes=len(unit))
    raise place.error(f"a text in {_described(inner)} cannot be translated")


def _prefix(layout: Any, place: _Place, *, includes_itself: bool = False) -> Prefix:
    number = _translated(layout, place.at(".(length)"))
    if not isinstance(number, Integer | VariableInteger):
        raise place.error(f"a length that is {_described(_unnamed(layout, place)[0])} cannot be translated")
    if includes_itself and not isinstance(number, Integer):
        raise place.error("a length that counts its own bytes, and has no fixed size, cannot be translated")
    return Prefix(number=number, includes_itself=includes_itself)


def _java_utf(layout: Any, place: _Place) -> Layout:
    length = Integer(path=place.path, size_bytes=2, signed=False)
    return Text(path=place.path, encoding="modified utf-8", extent=Prefix(number=length))


def _padded(layout: Any, place: _Place) -> Layout:
    if _unnamed(layout.subcon, place)[0] is not construct.Pass:
        raise place.error("Padded around a field cannot be translated: Padding behind it can")
    length = number_of(layout.length, place.scope, place.path, what="the length")
    if place.in_bits and (not isinstance(length, Literal) or layout.pattern not in (b"\0", b"\1")):
        raise place.error("padding among bits of a length that varies, or of other than bits, cannot be translated")
    return Padding(path=place.path, length=length, pattern=layout.pattern, bits=place.in_bits)


def _const(layout: Any, place: _Place) -> Layout:
    content = _translated(layout.subcon, place)
    value = layout.value
    kinds: dict[type, tuple[type, ...]] = {
        Integer: (int,), BitField: (int,), VariableInteger: (int,), Boolean: (bool,), Text: (str,), ByteString: (bytes,)
    }  # fmt: skip
    if type(value) not in kinds.get(type(content), ()):
        raise place.error(
            f"the constant {value!r} of {_described(_unnamed(layout.subcon, place)[0])} cannot be translated"
        )
    if isinstance(content, Integer | BitField | VariableInteger):
        _named_values([("the constant", value)], content, place)
    return Constant(path=place.path, content=content, value=value)


# ------------------------------------------------------------------------------------------------- values of Java's


def _nested(layout: Any, place: _Place) -> Layout:
    content = message_layout(layout.message, place.scope.parameters)
    return Embedded(path=place.path, message=layout.message, content=content)


def _java_char(layout: Any, place: _Place) -> Layout:
    return Character(path=place.path)


def _java_uuid(layout: Any, place: _Place) -> Layout:
    return UniqueId(path=place.path)


def _java_instant(layout: Any, place: _Place) -> Layout:
    return Moment(path=place.path)


def _java_object_stream(layout: Any, place: _Place) -> Layout:
    pattern = getattr(layout.object_filter, "pattern", layout.object_filter)
    if layout.object_filter is not None and not isinstance(pattern, str):
        raise place.error("an object filter that is a Python function cannot be translated: an ObjectInputFilter can")
    return JavaObject(path=place.path, object_filter=pattern)


# -------------------------------------------------------------------------------------------------------- structure


def _struct(layout: Any, place: _Place, *, size_bytes: int | None = None) -> Record:
    scope = Scope(place.scope)
    inside = place.within(scope)
    scope.later = {member.name for member in layout.subcons if member.name}
    # What is computed may use fields that stand behind it, so its expressions are translated at the end.
    members: list[tuple[Field, Any]] = []
    for index, member in enumerate(layout.subcons):
        name = member.name
        here = inside.at(f".{name}" if name else f".({index})")
        inner, _, docs = _unnamed(member, here)
        if name in scope.fields:
            raise here.error(f"there are two fields {name}")
        function = None
        if type(inner) is construct.Rebuild or (type(inner) is construct.Default and _is_dropped(name, place)):
            function = inner.func if type(inner) is construct.Rebuild else inner.value
            piece = _translated(inner.subcon, here)
        else:
            piece = _translated(member, here)
        if not name and not _is_silent(piece, function is not None):
            raise here.error(f"{_described(inner)} has no name, so nothing could be written for it")
        members.append((Field(name=name, layout=piece, docs=docs), function))
        if name:
            scope.fields[name] = piece
            scope.later.discard(name)
    return Record(
        path=place.path,
        size_bytes=size_bytes,
        fields=tuple(field if function is None else _derived(field, function, scope) for field, function in members),
    )


def _is_dropped(name: str | None, place: _Place) -> bool:
    return name is None or (place.kept is not None and name not in place.kept)


def _derived(field: Field, function: Any, scope: Scope) -> Field:
    path = field.layout.path
    value = expression_of(function, scope, path, what="what is written for it")
    if kind_of(value) != kind_of(FieldValue(0, (), field.layout)) or kind_of(value) not in ("int", "bool", "text"):
        raise SchemaError(f"what is written for it is a {kind_of(value)}, which cannot be translated", path=path)
    return Field(name=field.name, layout=Derived(path=path, content=field.layout, value=value), docs=field.docs)


def _is_silent(layout: Layout, is_derived: bool) -> bool:
    """Whether there is nothing to be said for it when a message is written."""
    return is_derived or isinstance(layout, Constant | Padding | Check | End | Nothing | Computed | Checksum | Refusal)


def _bit_struct(layout: Any, place: _Place) -> Layout:
    inner, _, _ = _unnamed(layout.subcon, place)
    if (
        layout.decodefunc is not bytes2bits
        or layout.encodefunc is not bits2bytes
        or type(inner) is not construct.Struct
    ):
        raise place.error("Transformed, other than by BitStruct, cannot be translated")
    size_bytes = layout.decodeamount
    record = _struct(inner, place.in_bit_struct(), size_bytes=size_bytes)
    bits = _bits(record)
    if bits != 8 * size_bytes:
        raise place.error(f"the bits of a BitStruct are {bits}, which are no whole bytes")
    return record


def _bits(layout: Layout) -> int:
    match layout:
        case BitField(bits=bits):
            return bits
        case Boolean():
            return 1
        case Labels(number=content) | Flags(number=content) | Constant(content=content) | Derived(content=content):
            return _bits(content)
        case Padding(length=Literal(value=length)):
            return int(length)
        case Record(fields=members):
            return sum(_bits(member.layout) for member in members)
        case Repeated(count=Literal(value=count), element=element):
            return int(count) * _bits(element)
    return 0


def _restreamed(layout: Any, place: _Place) -> Layout:
    raise place.error("bits whose number varies cannot be translated")


def _array(layout: Any, place: _Place) -> Layout:
    _kept(layout, place)
    count = number_of(layout.count, place.scope, place.path, what="the count")
    if place.in_bits and not isinstance(count, Literal):
        raise place.error("an array among bits with a count that varies cannot be translated")
    return _repeated(layout.subcon, count, place)


def _repeated(element: Any, count: Any, place: _Place) -> Layout:
    layout = _translated(element, place.at("[]"))
    if not place.in_bits and not isinstance(count, Literal) and least_bytes(layout) == 0:
        raise place.error("the elements may take no bytes, so nothing bounds how many there are")
    return Repeated(path=place.path, element=layout, count=count)


def _kept(layout: Any, place: _Place) -> None:
    if layout.discard:
        raise place.error("elements that are read and thrown away cannot be translated")


def _greedy_range(layout: Any, place: _Place) -> Layout:
    _kept(layout, place)
    repeated = _repeated(layout.subcon, Rest(), place)
    _recoverable(repeated, place)
    return repeated


def _recoverable(layout: Layout, place: _Place) -> None:
    if contains(layout, Refusal):
        raise place.error("Error, which also ends what an Optional or a GreedyRange tries, cannot be translated in one")


def _focused_seq(layout: Any, place: _Place) -> Layout:
    """PrefixedArray; construct makes it of a FocusedSeq of a count and the elements."""
    members = layout.subcons
    if layout.parsebuildfrom == "items" and [member.name for member in members] == ["count", "items"]:
        rebuilt, items = (_unnamed(member, place)[0] for member in members)
        if type(rebuilt) is construct.Rebuild and type(items) is construct.Array:
            scope = Scope(place.scope, is_record=False)
            number = _translated(rebuilt.subcon, place.at(".(count)"))
            counted = repr(items.count) == "this['count']" and repr(rebuilt.func) == "len_(this['items'])"
            if isinstance(number, Integer | VariableInteger) and counted and not items.discard:
                return _repeated(items.subcon, Prefix(number=number), place.within(scope))
    raise place.error("FocusedSeq, other than by PrefixedArray, cannot be translated")


def _prefixed(layout: Any, place: _Place) -> Layout:
    prefix = _prefix(layout.lengthfield, place, includes_itself=bool(layout.includelength))
    return Window(path=place.path, length=prefix, content=_translated(layout.subcon, place))


def _fixed_sized(layout: Any, place: _Place) -> Layout:
    length = number_of(layout.length, place.scope, place.path, what="the length")
    return Window(path=place.path, length=length, content=_translated(layout.subcon, place))


def _switch(layout: Any, place: _Place) -> Layout:
    key = expression_of(layout.keyfunc, place.scope, place.path, what="the key of Switch")
    if kind_of(key) not in ("int", "bool", "label", "text"):
        raise place.error(f"Switch on a {kind_of(key)} cannot be translated")
    cases = []
    for value, case in layout.cases.items():
        literal = literal_of(value, key, place.path, what="Switch")
        name = literal.value if not isinstance(literal.value, int) else str(literal.value)
        cases.append(Case(key=literal.value, layout=_translated(case, place.at(f"[{name}]"))))
    default = _translated(layout.default, place.at("[default]"))
    return Choice(path=place.path, key=key, cases=tuple(cases), default=default)


def _if_then_else(layout: Any, place: _Place) -> Layout:
    condition = condition_of(layout.condfunc, place.scope, place.path, what="the condition")
    return Choice(
        path=place.path,
        key=condition,
        cases=(Case(key=True, layout=_translated(layout.thensubcon, place.at("[then]"))),),
        default=_translated(layout.elsesubcon, place.at("[else]")),
    )


def _select(layout: Any, place: _Place) -> Layout:
    if len(layout.subcons) == 2 and layout.subcons[1] is construct.Pass and not layout.subcons[0].name:
        attempt = Attempt(path=place.path, content=_translated(layout.subcons[0], place))
        _recoverable(attempt, place)
        return attempt
    raise place.error("Select, other than by Optional, cannot be translated: Switch can")


def _computed(layout: Any, place: _Place) -> Layout:
    value = expression_of(layout.func, place.scope, place.path, what="the value of Computed")
    if kind_of(value) not in ("int", "bool", "label", "text"):
        raise place.error(f"Computed that is a {kind_of(value)} cannot be translated")
    return Computed(path=place.path, value=value)


def _rebuild(layout: Any, place: _Place) -> Layout:
    raise place.error("Rebuild that is not a field of a Struct by itself cannot be translated")


def _check(layout: Any, place: _Place) -> Layout:
    return Check(path=place.path, condition=condition_of(layout.func, place.scope, place.path, what="the check"))


def _checksum(layout: Any, place: _Place) -> Layout:
    number = _number(layout.subcon, place, "Checksum")
    if not isinstance(number, Integer) or number.signed:
        raise place.error("a checksum that is no unsigned int of fixed size cannot be translated")
    return Checksum(path=place.path, number=number, algorithm=layout.algorithm, skip_bytes=layout.skip_bytes)


def _same(layout: Any, place: _Place) -> Layout:
    """Of constructs that change how a value is shown, or what is written where none was given."""
    return _translated(layout.subcon, place)


_TRANSLATORS: Final[dict[type, Callable[[Any, _Place], Layout]]] = {
    construct.FormatField: _format_field,
    construct.BytesInteger: _bytes_integer,
    construct.BitsInteger: _bits_integer,
    type(construct.Flag): _flag,
    type(construct.VarInt): _var_int,
    type(construct.ZigZag): _var_int,
    construct.Enum: _enum,
    construct.FlagsEnum: _flags_enum,
    construct.Bytes: _bytes,
    type(construct.GreedyBytes): _greedy_bytes,
    construct.StringEncoded: _string,
    construct.Padded: _padded,
    construct.Const: _const,
    construct.Struct: _struct,
    construct.Transformed: _bit_struct,
    construct.Restreamed: _restreamed,
    construct.Array: _array,
    construct.GreedyRange: _greedy_range,
    construct.FocusedSeq: _focused_seq,
    construct.Prefixed: _prefixed,
    construct.FixedSized: _fixed_sized,
    construct.Switch: _switch,
    construct.IfThenElse: _if_then_else,
    construct.Select: _select,
    construct.Computed: _computed,
    construct.Rebuild: _rebuild,
    construct.Default: _same,
    construct.Hex: _same,
    construct.HexDump: _same,
    construct.Check: _check,
    type(construct.Error): lambda layout, place: Refusal(path=place.path),
    type(construct.Pass): lambda layout, place: Nothing(path=place.path),
    type(construct.Terminated): lambda layout, place: End(path=place.path),
    Nested: _nested,
    fields.Checksum: _checksum,
    fields.CompactInt: _compact_int,
    fields.EnumOf: _enum_of,
    fields.JavaObjectStream: _java_object_stream,
    type(fields.JavaChar): _java_char,
    type(fields.JavaInstant): _java_instant,
    type(fields.JavaUTF): _java_utf,
    type(fields.JavaUUID): _java_uuid,
}
_IN_BITS: Final = {
    construct.BitsInteger, type(construct.Flag), construct.Enum, construct.FlagsEnum, construct.Padded, construct.Const,
    construct.Struct, construct.Array, construct.Computed, construct.Rebuild, construct.Default, construct.Hex,
    construct.Check, type(construct.Pass), fields.EnumOf,
}  # fmt: skip

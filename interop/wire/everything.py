"""A protocol with one of everything that Java source is made of; for the tests, and of no use otherwise."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Bytes,
    BytesInteger,
    Check,
    Computed,
    Const,
    CString,
    Default,
    Enum,
    Error,
    FixedSized,
    Flag,
    FlagsEnum,
    Float32b,
    Float32l,
    Float64b,
    Float64l,
    GreedyBytes,
    GreedyRange,
    GreedyString,
    Hex,
    If,
    IfThenElse,
    Int8sb,
    Int8ub,
    Int16sl,
    Int16ub,
    Int16ul,
    Int24sb,
    Int24ul,
    Int32sb,
    Int32ub,
    Int32ul,
    Int64sb,
    Int64sl,
    Int64ub,
    Nibble,
    Optional,
    PaddedString,
    Padding,
    PascalString,
    Prefixed,
    PrefixedArray,
    Rebuild,
    Struct,
    Switch,
    Terminated,
    len_,
    this,
)

from bridge.wire.fields import (
    Checksum,
    EnumOf,
    JavaBoolean,
    JavaChar,
    JavaInstant,
    JavaUTF,
    JavaUUID,
    VarInt32,
    VarInt64,
)
from bridge.wire.framing import LengthPrefix
from bridge.wire.message import Nested, message
from bridge.wire.protocol import Protocol


class Color(enum.Enum):
    RED = 1
    DARK_BLUE = 7
    BLACK = 0xFFFF


class Level(enum.IntEnum):
    LOW = -1
    HIGH = 1


@message
@dataclass
class Item:
    """A message that stands in others, too."""

    name: Annotated[str, JavaUTF]
    weight: Annotated[float, Float32l]


@message
@dataclass
class Numbers:
    """Every kind of number."""

    byte: Annotated[int, Int8sb]
    short: Annotated[int, Int16sl]
    unsigned_short: Annotated[int, Int16ub]
    medium: Annotated[int, Int24sb]
    unsigned_medium: Annotated[int, Int24ul]
    int: Annotated[int, Int32sb]  # type: ignore[valid-type]
    unsigned_int: Annotated[int, Int32ul]
    six_bytes: Annotated[int, BytesInteger(6)]
    seven_bytes: Annotated[int, BytesInteger(7, signed=True, swapped=True)]
    long: Annotated[int, Int64sb]
    little_long: Annotated[int, Int64sl]
    unsigned_long: Annotated[int, Int64ub]
    compact: Annotated[int, VarInt32]
    compact_long: Annotated[int, VarInt64]
    hexadecimal: Annotated[int, Hex(Int32ub)]
    single: Annotated[float, Float32b]
    single_little: Annotated[float, Float32l]
    double: Annotated[float, Float64b]
    double_little: Annotated[float, Float64l]
    flag: Annotated[bool, JavaBoolean]
    color: Annotated[Color, EnumOf(Int16ub, Color)]
    level: Annotated[Level, EnumOf(VarInt32, Level)]


@message
@dataclass
class Texts:
    """Every kind of text and bytes."""

    utf: Annotated[str, JavaUTF]
    char: Annotated[str, JavaChar]
    pascal: Annotated[str, PascalString(Int16ub, "utf8")]
    compact: Annotated[str, PascalString(VarInt32, "utf-16-le")]
    c: Annotated[str, CString("utf8")]
    wide: Annotated[str, CString("utf_16_be")]
    padded: Annotated[str, PaddedString(8, "ascii")]
    padded_wide: Annotated[str, PaddedString(8, "utf_16_le")]
    fixed: Annotated[bytes, Bytes(4)]
    blob: Annotated[bytes, Prefixed(Int32ub, GreedyBytes)]
    latin: Annotated[str, GreedyString("latin-1")]


@message(
    Struct(
        "n" / Int8ub,
        "kind" / Enum(Int8ub, empty=0, number=1, text=2, pair=5, again=5),
        "body" / Switch(
            this.kind,
            {
                "number": Int32ub,
                "text": CString("ascii"),
                "again": Struct("left" / Int16ub, "right" / Bytes(this._.n & 3)),
            },
        ),
        "same" / Switch(this.n % 4, {0: Int8ub, 1: Int16ul}, default=Int32sb),
        "strict" / Switch(this.n // 128, {0: Int8ub, 1: Padding(2)}, default=Error),
        "either" / IfThenElse(this.n > 100, Int8ub, Struct("a" / Int8ub, "b" / Flag)),
        "maybe" / If((this.n >= 10) & (this.n != 20), Int64sb),
        "colored" / If(this.kind == "text", EnumOf(Int16ub, Color)),
        "attempt" / Prefixed(Int8ub, Optional(Struct("x" / Int16ub, Const(b"!")))),
    )
)  # fmt: skip
@dataclass
class Choices:
    """What depends on other fields."""

    n: int
    kind: Any
    body: Any
    same: Any
    strict: Any
    either: Any
    maybe: Any
    colored: Any
    attempt: Any


@message(
    Prefixed(
        Int16ub,
        Struct(
            Const(b"\xca\xfe"),
            "version" / Const(3, Int8ub),
            "count" / Rebuild(Int16ul, len_(this.rows)),
            "width" / Int8ub,
            Check(this.width < 40),
            "rows" / Array(this.count, Struct("id" / Int8sb, "cells" / Array(this._.width % 4, Int16sl))),
            "names" / PrefixedArray(Int8ub, PascalString(Int8ub, "utf8")),
            "items" / PrefixedArray(VarInt32, Nested(Item)),
            "bits" / BitStruct(
                "high" / Nibble,
                "set" / Flag,
                Padding(3, b"\x01"),
                "signed" / BitsInteger(11, signed=True),
                "tag" / Const(5, BitsInteger(3)),
                "pair" / Array(2, Struct("a" / BitsInteger(3), "b" / Flag)),
                "what" / Enum(BitsInteger(2), no=0, yes=1),
            ),
            "access" / FlagsEnum(Int16ub, read=1, write=2, both=3, top=0x8000),
            Padding(this.width // 10, b"\xee"),
            "area" / Computed(this.width * this.width - 2 * this.width),
            "wide" / Computed(this.bits.set & (this.area > 5)),
            "box" / FixedSized(6, Struct("inner" / Prefixed(Int8ub, GreedyBytes))),
            "inclusive" / Prefixed(Int16ub, GreedyRange(Int24sb), includelength=True),
            "marked" / Prefixed(Int8ub, Struct("value" / Int8ub, "sum" / Checksum("sum8", Int8ub))),
            "reserved" / Default(Int16ub, 0x1234),
            "crc" / Checksum("crc32", Int32ub, skip_bytes=1),
            Terminated,
        ),
    )
)  # fmt: skip
@dataclass
class Shapes:
    """What stands in other things."""

    width: int
    rows: list[Any]
    names: list[str]
    items: list[Item]
    bits: Any
    access: Any
    box: Any
    inclusive: list[int]
    marked: Any


@message
@dataclass
class Bag:
    """Values of Java's, and a rest."""

    id: Annotated[Any, JavaUUID]
    when: Annotated[Any, JavaInstant]
    adler: Annotated[Any, Checksum("adler32", Int32ub)]
    rest: Annotated[list[Any], GreedyRange(Struct("key" / CString("utf8"), "value" / Int16ub))]


Line = message("Line", GreedyString("utf8"))
Row = message("Row", PrefixedArray(Int8ub, Int64ub))


@message(Struct())
@dataclass
class Ping:
    """Nothing but its opcode."""


Everything = Protocol(
    "everything",
    client={0: Ping, 1: Numbers, 2: Texts, 3: Choices, 4: Shapes, 5: Bag, 200: Line},
    server={0: Ping, 7: Row, 8: Choices},
    framing=LengthPrefix("varint", inclusive=True),
)

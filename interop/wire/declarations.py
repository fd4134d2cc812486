"""Declarations drawn at random, from what Java source can be made of."""

from __future__ import annotations

import random
from typing import Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Bytes,
    BytesInteger,
    Computed,
    Const,
    CString,
    Enum,
    Error,
    FixedSized,
    Flag,
    FlagsEnum,
    Float32b,
    Float64l,
    GreedyBytes,
    GreedyRange,
    GreedyString,
    If,
    IfThenElse,
    Int8sb,
    Int8ub,
    Int16sl,
    Int16ub,
    Int16ul,
    Int24ub,
    Int32sl,
    Int32ub,
    Int64sb,
    Int64ul,
    Optional,
    PaddedString,
    Padding,
    PascalString,
    Pass,
    Prefixed,
    PrefixedArray,
    Rebuild,
    Struct,
    Switch,
    len_,
    this,
)

from bridge.wire.construct_layout import message_layout
from bridge.wire.fields import (
    Checksum,
    EnumOf,
    JavaChar,
    JavaInstant,
    JavaUTF,
    JavaUUID,
    VarInt32,
    VarInt64,
)
from bridge.wire.layout_model import Record
from bridge.wire.message import message, message_of
from bridge.wire.protocol import Protocol
from interop.wire.everything import Color
from interop.wire.values import is_kept

__all__ = ["drawn_protocol"]

_NUMBERS = (
    *(Int8ub, Int8sb, Int16ub, Int16sl, Int24ub, Int32ub, Int32sl, Int64sb, Int64ul, VarInt32, VarInt64),
    *(BytesInteger(5), BytesInteger(3, signed=True, swapped=True)),
)
_TEXTS = (
    *(CString("utf8"), CString("utf_16_le"), PascalString(Int8ub, "utf8"), PascalString(VarInt32, "ascii")),
    *(PaddedString(6, "ascii"), JavaUTF, JavaChar),
)


def drawn_protocol(name: str, rng: random.Random, messages: int) -> Protocol:
    """A protocol with so many messages, without a field that Python has and its class has not."""
    drawn: dict[int, type] = {}
    while len(drawn) < messages:
        candidate = message(f"M{len(drawn)}", _Drawing(rng).struct(3, []))
        declared = message_of(candidate)
        layout = message_layout(declared)
        assert isinstance(layout, Record)
        if all(field.name in declared.fields for field in layout.fields if is_kept(field)):
            drawn[len(drawn)] = candidate
    return Protocol(name, drawn)


class _Drawing:
    """``numbers`` are expressions of numbers that can be used where a layout is drawn."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def leaf(self, numbers: list[Any]) -> Any:
        rng = self.rng
        match rng.randrange(15):
            case 0 | 1 | 2 | 3 | 4:
                return rng.choice(_NUMBERS)
            case 5:
                return rng.choice((Float32b, Float64l, Flag))
            case 6 | 7:
                return rng.choice(_TEXTS)
            case 8:
                return Bytes(rng.randrange(5))
            case 9 if numbers:
                return Bytes(self.length(numbers))
            case 10:
                return Enum(rng.choice((Int8ub, Int16sl)), a=1, b=2, c=3)
            case 11:
                return EnumOf(rng.choice((Int16ub, VarInt32)), Color)
            case 12:
                return FlagsEnum(Int8ub, x=1, y=2, z=6)
            case 13:
                return rng.choice((JavaUUID, JavaInstant))
            case 14:
                return Prefixed(rng.choice((Int8ub, Int16ul, VarInt32)), GreedyBytes)
        return Int8ub

    def length(self, numbers: list[Any]) -> Any:
        n = self.rng.choice(numbers)
        return self.rng.choice((n & 3, n % 4, (n & 7) // 2, 3 - (n & 3), (n >> 1) & 3, n - n, (n * 2) % 5))

    def condition(self, numbers: list[Any]) -> Any:
        n = self.rng.choice(numbers)
        simple = (n > 3, n == 2, n & 1, n % 3 == 1, n + 7 < n * 2, -n < -3)
        return self.rng.choice((*simple, (n < 5) | (n > 200), (n >= 1) & (n != 4), ~(n == 1)))

    def element(self, depth: int) -> Any:
        """What takes a byte at least."""
        if self.rng.random() < 0.5:
            return Struct("k" / Int8ub, "v" / self.anything(depth, [], []))
        return self.rng.choice((Int8ub, Int16ub, CString("ascii"), Int32sl))

    def anything(self, depth: int, numbers: list[Any], names: list[str]) -> Any:
        """``names`` are fields of numbers in the Struct around, which a Struct in it can use."""
        rng = self.rng
        deeper = depth - 1
        if depth > 0:
            match rng.randrange(14):
                case 0:
                    return self.struct(deeper, names)
                case 1:
                    return PrefixedArray(rng.choice((Int8ub, VarInt32)), self.element(deeper))
                case 2 if numbers:
                    return Array(self.length(numbers), self.element(deeper))
                case 3 if numbers:
                    return If(self.condition(numbers), self.anything(deeper, numbers, names))
                case 4 if numbers:
                    cases = {key: self.anything(deeper, numbers, names) for key in (0, 1)}
                    cases[2] = rng.choice((Pass, Padding(2)))
                    default = rng.choice((Pass, Error, Int8ub))
                    return Switch(rng.choice(numbers) % 4, cases, default=default)
                case 5:
                    inner = (
                        *(GreedyRange(self.element(deeper)), Optional(self.anything(deeper, [], []))),
                        *(self.anything(deeper, numbers, names), GreedyString("utf8")),
                    )
                    return Prefixed(Int8ub, rng.choice(inner))
                case 6:
                    return FixedSized(rng.randrange(4, 20), self.anything(deeper, numbers, names))
                case 7 if numbers:
                    return IfThenElse(
                        self.condition(numbers), self.anything(deeper, numbers, names), self.leaf(numbers)
                    )
        return self.leaf(numbers)

    def struct(self, depth: int, outer: list[str]) -> Any:
        rng = self.rng
        members: list[Any] = []
        numbers = [getattr(this._, name) for name in outer]
        names: list[str] = []
        for i in range(rng.randrange(1, 6)):
            name = f"f{i}"
            match rng.randrange(12):
                case 0:
                    members.append(Const(bytes([rng.randrange(256)])))
                case 1:
                    members.append(Padding(rng.randrange(3)))
                case 2 if numbers[len(outer) :]:
                    members.append(name / Computed(rng.choice(numbers[len(outer) :]) * 3 - 1))
                case 3:
                    members.append(name / Rebuild(Int8ub, len_(getattr(this, f"{name}s"))))
                    members.append(f"{name}s" / Array(getattr(this, name), self.element(depth - 1)))
                case 4 | 5:
                    members.append(name / rng.choice((Int8ub, Int16sl, Int8sb)))
                    names.append(name)
                    numbers.append(getattr(this, name))
                case 6:
                    members.append(
                        name / BitStruct("a" / BitsInteger(3), "b" / Flag, "c" / BitsInteger(4, signed=True))
                    )
                    numbers.append(getattr(this, name).a)
                case _:
                    members.append(name / self.anything(depth, numbers, names))
        if rng.random() < 0.2:
            members.append("crc" / Checksum(rng.choice(("crc32", "adler32")), Int32ub))
        if rng.random() < 0.2:
            algorithm = rng.choice(("sum8", "xor8", "crc16"))
            members.append("sum" / Checksum(algorithm, Int16ub, skip_bytes=rng.randrange(3)))
        return Struct(*members)

"""Protocols that the tests speak: one for each framing, with messages that use most of what layouts can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Bytes,
    Const,
    Container,
    CString,
    Enum,
    FlagsEnum,
    GreedyBytes,
    GreedyRange,
    If,
    Int8ub,
    Int16ub,
    Int32ub,
    LazyBound,
    Padding,
    PascalString,
    Prefixed,
    Rebuild,
    Struct,
    Switch,
    VarInt,
    len_,
    this,
)

from bridge.wire import (
    CLIENT,
    SERVER,
    Checksum,
    Datagram,
    Delimiter,
    FixedSize,
    JavaInt,
    JavaObjectStream,
    JavaUTF,
    LengthPrefix,
    Nested,
    Protocol,
    SelfDelimiting,
    message,
)


@message
@dataclass
class Get:
    request: Annotated[int | None, Int32ub]
    key: Annotated[str, JavaUTF]


@message
@dataclass
class Value:
    request: Annotated[int, Int32ub]
    data: Annotated[bytes, GreedyBytes]


@message
@dataclass
class Failed:
    request: Annotated[int, Int32ub]
    reason: Annotated[str, PascalString(VarInt, "utf8")]


@message
@dataclass
class Point:
    x: Annotated[int, JavaInt]
    y: Annotated[int, JavaInt]


@message(
    Struct(
        "magic" / Const(b"\xca\xfe"),
        "flags" / FlagsEnum(Int8ub, urgent=1, last=2),
        "kind" / Enum(Int8ub, text=1, number=2),
        "body" / Switch(this.kind, {"text": CString("utf8"), "number": Int16ub}),
        "extra" / If(this.flags.urgent, Int16ub),
        "bits" / BitStruct("high" / BitsInteger(3), "low" / BitsInteger(5)),
        "count" / Rebuild(Int8ub, len_(this.points)),
        "points" / Array(this.count, Nested(Point)),
        Padding(1),
        "check" / Checksum("crc32", Int32ub),
    )
)
@dataclass
class Rich:
    flags: dict[str, bool]
    kind: str
    body: Any
    extra: int | None
    bits: dict[str, int]
    points: list[Point]


@message
@dataclass
class Carried:
    number: Annotated[int, Int8ub]
    value: Annotated[Any, JavaObjectStream()]


#: Something that holds itself.
TREE: Any = Struct("name" / CString("ascii"), "children" / Prefixed(Int16ub, GreedyRange(LazyBound(lambda: TREE))))
Tree = message("Tree", TREE)

MESSAGES = {1: Get, 2: Value, 3: Failed, 4: Rich, 5: Carried, 6: Tree}

STORE = Protocol("store", MESSAGES, correlation="request", max_frame_bytes=4096)
DATAGRAMS = Protocol("store", MESSAGES, framing=Datagram())
PROTOCOLS = [
    STORE,
    Protocol("store", MESSAGES, framing=LengthPrefix(8)),
    Protocol("store", MESSAGES, framing=LengthPrefix(16, inclusive=True, byteorder="little")),
    Protocol("store", MESSAGES, framing=LengthPrefix("varint", inclusive=True)),
    Protocol("store", MESSAGES, framing=Delimiter(b"\r\n"), max_frame_bytes=256),
    Protocol("store", {1: Get, 3: Failed, 4: Rich, 6: Tree}, framing=FixedSize(160, b"\0")),
    Protocol("store", MESSAGES, negotiate=True, version=3, accepts=2),
    Protocol("store", MESSAGES, unknown="keep", trailing="keep"),
    Protocol("store", MESSAGES, unknown="skip", trailing="skip", framing=LengthPrefix(16)),
    Protocol("store", {1: Get, 3: Failed, 4: Rich, 6: Tree}, framing=SelfDelimiting(), max_frame_bytes=2048),
]


def name_of(protocol: Protocol) -> str:
    return f"{protocol.framing} {'negotiated' if protocol.negotiate else protocol.unknown}"


RICH = Rich({"urgent": True, "last": False}, "text", "é", 7, {"high": 5, "low": 9}, [Point(1, -2), Point(3, 4)])
SENT: list[Any] = [
    Get(1, "a key"),
    Failed(2, "no such thing: ü"),
    RICH,
    Rich({"urgent": False, "last": True}, "number", 513, None, {"high": 0, "low": 31}, []),
    Tree("root", [Container(name="leaf", children=[]), Container(name="twig", children=[])]),
]
#: These take all bytes of a frame, so they have no place where there are none.
FRAMED: list[Any] = [Value(3, b"\0\1\2"), Carried(4, "text")]

#: A protocol in which the sides take turns.
TURNS = Protocol(
    "turns",
    {1: Get, 2: Value, 3: Failed},
    states=[
        ("idle", CLIENT, Get, "asked"),
        ("asked", SERVER, Value, "idle"),
        ("asked", SERVER, Failed, "over"),
    ],
)

#: One kind of message for each side, and no opcodes.
Line = message("Line", Struct("text" / CString("utf8")))
Words = message("Words", Struct("words" / Array(2, Bytes(2))))
LINES = Protocol("lines", client=Line, server=Words, framing=SelfDelimiting(), max_frame_bytes=64)

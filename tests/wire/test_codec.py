"""Messages to payloads and back, and every error with its place."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from construct import Array, Byte, Bytes, Check, Computed, GreedyBytes, If, Int8ub, Int16ub, LazyBound, Struct, this

from bridge.codec import dumps
from bridge.errors import (
    BridgeError,
    CorruptedStreamError,
    EncodeError,
    LocalProtocolError,
    NotSerializableError,
    RejectedError,
    SchemaError,
)
from bridge.wire import CLIENT, SERVER, FixedSize, JavaUTF, Protocol, UnknownMessage, message
from bridge.wire.codec import Decoded
from bridge.wire.layouts import Reading

from .protocols import FRAMED, RICH, SENT, STORE, Carried, Get, Rich, Tree, Value

WRITER = STORE.codec(CLIENT, 1)
READER = STORE.codec(SERVER, 1)


@pytest.mark.parametrize("value", SENT + FRAMED, ids=lambda value: type(value).__name__)
def test_a_message_comes_back(value: Any) -> None:
    payload = WRITER.encode(value)
    decoded = READER.decode(payload)
    assert decoded.value == value
    assert decoded.end == len(payload)
    assert decoded.declared is not None and decoded.declared.type is type(value)
    reading = Reading(trace=True)
    assert READER.decode(payload, 100, reading).value == value
    assert (reading.spans[0].path, reading.spans[0].start, reading.spans[0].end) == ("opcode", 0, 1)
    assert max(span.end for span in reading.spans) == len(payload)


def test_values_hold_nothing_of_construct() -> None:
    tree = READER.decode(WRITER.encode(SENT[4])).value
    assert type(tree.children) is list
    assert dict(tree.children[0]) == {"name": "leaf", "children": []}
    rich = READER.decode(WRITER.encode(RICH)).value
    assert set(rich.bits) == {"high", "low"}


def payload_of(value: Any, **changes: int) -> bytes:
    """The payload with bytes changed: ``_5=0xFF`` is the byte 5."""
    data = bytearray(WRITER.encode(value))
    for place, byte in changes.items():
        data[int(place[1:])] = byte
    return bytes(data)


GET = WRITER.encode(Get(1, "key"))
RICH_BYTES = WRITER.encode(RICH)

UNREADABLE: list[tuple[bytes, type[BridgeError], str, str | None, int]] = [
    (b"", CorruptedStreamError, "expected 1, found 0", "$", 0),
    (b"\x09", CorruptedStreamError, "the opcode 9 is none of store; its client has 1, 2, 3, 4, 5, 6", "$", 0),
    (GET[:3], CorruptedStreamError, "expected 4, found 2", "$.request", 1),
    (GET[:-1], CorruptedStreamError, "expected 3, found 2", "$.key", 5),
    (GET + b"ab", CorruptedStreamError, "2 bytes stand behind the Get", None, 10),
    (payload_of(RICH, _1=0), CorruptedStreamError, "parsing expected", "$.magic", 1),
    (payload_of(RICH, _5=0xFF), CorruptedStreamError, "cannot use encoding 'utf8'", "$.body", 5),
    (RICH_BYTES[:-1] + b"?", CorruptedStreamError, "the crc32 is", "$.check", len(RICH_BYTES) - 4),
    (payload_of(RICH, _11=200), CorruptedStreamError, "expected 4, found 1", "$.points[2].y", 32),
    (b"\6a\0\xff\xff", CorruptedStreamError, "expected 65535, found 0", "$.children", 3),
    (b"\6" + b"a\0\x0f\xff" * 40, CorruptedStreamError, "expected 4095", "$.children", 3),
    (b"\5\1" + dumps("x")[:-1], CorruptedStreamError, "the input ended inside", "$.value", 9),
    (b"\5\1" + b"\xac\xed\0\5\x99", CorruptedStreamError, "type code", "$.value", 6),
    (b"\5\1", CorruptedStreamError, "the input is empty", "$.value", 2),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "kind", "text", "path", "offset"), UNREADABLE)
def test_what_does_not_fit_is_an_error_with_its_place(
    payload: bytes, kind: type[BridgeError], text: str, path: str | None, offset: int
) -> None:
    for reading in (None, Reading(trace=True)):
        with pytest.raises(kind) as caught:
            READER.decode(payload, 1000, reading)
        error = caught.value
        assert text in str(error)
        assert type(error) is kind
        assert (error.path, error.offset) == (path, 1000 + offset)


def test_an_error_of_a_tracing_read_leaves_the_fields_before_it() -> None:
    reading = Reading(trace=True)
    with pytest.raises(CorruptedStreamError):
        READER.decode(RICH_BYTES[:-1] + b"?", 0, reading)
    assert [span.path for span in reading.spans][:4] == ["opcode", "$.magic", "$.flags", "$.kind"]
    assert reading.spans[-1].path == "$.check"


@message(Struct("a" / Int8ub, Check(this.a != 13)))
@dataclass
class Picky:
    a: int

    def __post_init__(self) -> None:
        if self.a == 7:
            raise ValueError("seven is taken")


LIST: Any = Struct("more" / Byte, "next" / If(this.more, LazyBound(lambda: LIST)))
Nest = message("Nest", LIST)
Wild = message("Wild", Struct("n" / Byte, "q" / Computed(100 // this.n), "a" / Array(this.n - 5, Byte)))
Many = message("Many", Struct("n" / Int16ub, "a" / Array(this.n * this.n, Struct())))
PICKY = Protocol("picky", {1: Picky, 2: Nest, 3: Wild, 4: Many})


@pytest.mark.parametrize(
    ("payload", "kind", "text"),
    [
        (b"\1\7", CorruptedStreamError, "ValueError: seven is taken"),
        (b"\1\x0d", CorruptedStreamError, "check failed"),
        (b"\2" + b"\1" * 900, RejectedError, "nested more than 32 levels"),
        (b"\3\0", CorruptedStreamError, "ZeroDivisionError"),
        (b"\3\1", CorruptedStreamError, "invalid count"),
        (b"\4\xff\xff", RejectedError, "more than 10000 elements without bytes"),
    ],
)
def test_what_a_declaration_refuses_is_a_documented_error(payload: bytes, kind: type[BridgeError], text: str) -> None:
    with pytest.raises(kind, match=text):
        PICKY.codec(SERVER, 1).decode(payload)


_CALM = {"urgent": False, "last": False}

UNWRITABLE: list[tuple[Any, type[BridgeError], str, str | None]] = [
    (Get("x", "key"), EncodeError, "Get cannot be written", "$.request"),  # type: ignore[arg-type]
    (Get(None, "key"), EncodeError, "Get cannot be written", "$.request"),
    (Get(2**32, "key"), EncodeError, "Get cannot be written", "$.request"),
    (Get(1, 5), EncodeError, "writeUTF takes a str, not int", "$.key"),  # type: ignore[arg-type]
    (Rich(_CALM, "text", 5, 7, {"high": 5, "low": 9}, []), EncodeError, "expected unicode string", "$.body"),
    (Rich(_CALM, "text", "", None, {"high": 8, "low": 9}, []), EncodeError, "out of range", "$.bits.high"),
    (Rich(_CALM, "text", "", None, {"high": 1}, []), EncodeError, "KeyError: 'low'", "$.bits"),
    (Rich(_CALM, "text", "", None, {"high": 1, "low": 1}, [1]), EncodeError, "here stands a Point", "$.points[0]"),  # type: ignore[list-item]
    (Value(1, b"x" * 4092), EncodeError, "takes 4097 bytes, and max_frame_bytes of the protocol is 4096", None),
    (Carried(1, [object()]), NotSerializableError, "object", "$.value[0]"),
    (Tree("a", "b"), EncodeError, "Tree cannot be written", "$.children[0]"),
    (Picky(1), LocalProtocolError, "the client of store sends no Picky", None),
    ("text", SchemaError, "str is no message", None),
]


@pytest.mark.parametrize(("value", "kind", "text", "path"), UNWRITABLE)
def test_what_cannot_be_written_is_an_error_with_its_path(
    value: Any, kind: type[BridgeError], text: str, path: str | None
) -> None:
    with pytest.raises(kind, match=text) as caught:
        WRITER.encode(value)
    assert caught.value.path == path


def test_the_longest_message_is_written() -> None:
    assert len(WRITER.encode(Value(1, b"x" * 4091))) == 4096


def test_a_value_that_is_nested_too_deep_is_not_written() -> None:
    value: Any = None
    for _ in range(3 * sys.getrecursionlimit()):  # which other tests may have raised
        value = {"more": 1, "next": value}
    with pytest.raises(EncodeError, match="nested too deep"):
        PICKY.codec(CLIENT, 1).encode(Nest(1, value))


def test_the_version_is_known_to_layouts() -> None:
    old_and_new = message("Grown", Struct("a" / Byte, "b" / If(this._params.version >= 2, Byte)))
    protocol = Protocol("grown", old_and_new, version=2, accepts=1)
    assert protocol.codec(CLIENT, 1).encode(old_and_new(1, 2)) == b"\1"
    assert protocol.codec(CLIENT, 2).encode(old_and_new(1, 2)) == b"\1\2"
    assert protocol.codec(SERVER, 1).decode(b"\1").value == old_and_new(1, None)
    assert protocol.codec(SERVER, 2).decode(b"\1\2").value == old_and_new(1, 2)


@message
@dataclass
class Short:
    a: Annotated[int, Int8ub]


def test_unknown_opcodes_are_rejected_skipped_or_kept() -> None:
    payload = b"\x63rest"
    skipping = Protocol("p", {1: Short}, unknown="skip").codec(SERVER, 1)
    assert skipping.decode(payload) == Decoded(None, None, 5)
    keeping = Protocol("p", {1: Short}, unknown="keep").codec(SERVER, 1)
    kept = keeping.decode(payload).value
    assert kept == UnknownMessage(0x63, payload)
    assert keeping.encode(kept) == payload


def test_trailing_bytes_are_rejected_skipped_or_kept() -> None:
    assert Protocol("p", {1: Short}, trailing="skip").codec(SERVER, 1).decode(b"\1\2rest") == Decoded(
        Short(2), Short.__dict__["__wire_message__"], 2
    )
    keeping = Protocol("p", {1: Short}, trailing="keep").codec(SERVER, 1)
    kept = keeping.decode(b"\1\2rest").value
    assert kept == Short(2) and kept.trailing_bytes == b"rest"
    assert keeping.encode(kept) == b"\1\2rest"
    assert keeping.encode(Short(2)) == b"\1\2"


def test_the_padding_of_a_frame_is_not_trailing() -> None:
    codec = Protocol("p", {1: Short}, framing=FixedSize(6, b"\0")).codec(SERVER, 1)
    assert codec.decode(b"\1\0\0\0\0\0").value == Short(0)
    with pytest.raises(CorruptedStreamError, match="4 bytes stand behind the Short"):
        codec.decode(b"\1\2\0\0\1\0")


def test_opcodes_that_cannot_be_keys_are_unknown() -> None:
    protocol = Protocol("p", {b"ab": Short}, opcode=Bytes(2), unknown="keep")
    assert protocol.codec(SERVER, 1).decode(b"ab\5").value == Short(5)
    listed = Protocol("p", {1: message("Any", Struct("d" / GreedyBytes))})
    assert listed.codec(CLIENT, 1).decode(b"\1xyz").value.d == b"xyz"


def test_a_text_of_any_length_is_shortened_in_an_error() -> None:
    text = message("Text", Struct("t" / JavaUTF, Check(lambda this: 1 / 0)))
    long = message("Long", Struct("t" / GreedyBytes, "u" / Check(lambda this: {}[this.t])))
    protocol = Protocol("p", {1: text, 2: long})
    with pytest.raises(CorruptedStreamError) as caught:
        protocol.codec(SERVER, 1).decode(b"\2" + b"x" * 100_000)
    assert len(str(caught.value)) < 400

"""Declaring protocols: what can be asked of one, and every contradiction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from construct import Bytes, Enum, GreedyBytes, Int8ub, Int16ub, Int32ub, Padding, Struct

from bridge.errors import SchemaError
from bridge.wire.framing import Datagram, Delimiter, FixedSize, LengthPrefix, SelfDelimiting
from bridge.wire.message import message, message_of
from bridge.wire.protocol import CLIENT, SERVER, Protocol, States, Transition


@message
@dataclass
class Ask:
    request: Annotated[int, Int32ub]


@message
@dataclass
class Answer:
    request: Annotated[int, Int32ub]
    data: Annotated[bytes, GreedyBytes]


@message
@dataclass(slots=True)
class Slotted:
    a: Annotated[int, Int8ub]


BOTH = {1: Ask, 2: Answer}


def test_a_protocol_can_be_asked() -> None:
    protocol = Protocol("demo", BOTH, correlation="request", version=3, accepts=2)
    assert [each.name for each in protocol.all_messages] == ["Ask", "Answer"]
    assert protocol.sent_by(CLIENT) == protocol.sent_by(SERVER) == {1: message_of(Ask), 2: message_of(Answer)}
    assert protocol.opcode_bytes(CLIENT, Answer) == b"\2"
    assert protocol.opcode_bytes(CLIENT, Slotted) is None
    assert protocol.message_named("Ask") is message_of(Ask)
    assert (protocol.name, protocol.version, protocol.accepts, protocol.correlation) == ("demo", 3, 2, "request")
    assert protocol.framing == LengthPrefix(32)


def test_each_side_may_send_its_own() -> None:
    protocol = Protocol("demo", client=Ask, server={1: Answer, 2: Slotted}, opcode=Int16ub)
    assert list(protocol.sent_by(CLIENT).values()) == [message_of(Ask)]
    assert protocol.opcode_bytes(CLIENT, Ask) == b""
    assert protocol.opcode_bytes(SERVER, Slotted) == b"\0\2"
    assert protocol.opcode_bytes(CLIENT, Answer) is None
    assert [each.name for each in protocol.all_messages] == ["Ask", "Answer", "Slotted"]


def test_any_construct_writes_opcodes() -> None:
    by_name = Protocol("demo", {"ask": Ask, "answer": Answer}, opcode=Enum(Int8ub, ask=8, answer=9))
    assert by_name.opcode_bytes(CLIENT, Answer) == b"\x09"
    assert Protocol("demo", {b"AS": Ask}, opcode=Bytes(2)).opcode_bytes(SERVER, Ask) == b"AS"


@pytest.mark.parametrize(
    ("framing", "expected"),
    [
        (LengthPrefix(32), 1 << 20),
        (LengthPrefix("varint"), 1 << 20),
        (LengthPrefix(16), 65535),
        (LengthPrefix(16, inclusive=True), 65533),
        (LengthPrefix(8), 255),
        (Delimiter(b"\n"), 1 << 20),
        (FixedSize(20), 20),
        (Datagram(), 65507),
        (SelfDelimiting(), 1 << 20),
    ],
)
def test_max_frame_bytes_always_has_a_value(framing: Any, expected: int) -> None:
    assert Protocol("demo", Ask, framing=framing).max_frame_bytes == expected


def test_a_state_table_says_what_may_follow() -> None:
    rows = [
        ("start", CLIENT, Ask, "asked"),
        Transition("asked", SERVER, Answer, "start"),
        ("start", CLIENT, Slotted, "end"),
    ]
    states = Protocol("demo", {1: Ask, 2: Answer, 3: Slotted}, states=rows).states
    assert states is not None
    assert (states.initial, states.names) == ("start", ("start", "asked", "end"))
    assert states.next("start", CLIENT, Ask) == "asked"
    assert states.next("start", SERVER, Ask) is None
    assert states.next("end", CLIENT, Ask) is None
    assert states.allowed("start", CLIENT) == ("Ask", "Slotted")


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: Protocol("", Ask), "the name of a protocol"),
    (lambda: Protocol("é" * 128, Ask), "the name of a protocol"),
    (lambda: Protocol("demo"), "either messages=, or client= and server="),
    (lambda: Protocol("demo", Ask, client=Ask), "either messages=, or client= and server="),
    (lambda: Protocol("demo", Ask, client=Ask, server=Ask), "either messages=, or client= and server="),
    (lambda: Protocol("demo", client=Ask), "either messages=, or client= and server="),
    (lambda: Protocol("demo", {}), "are a class, or a dict"),
    (lambda: Protocol("demo", [Ask]), "are a class, or a dict"),  # type: ignore[arg-type]
    (lambda: Protocol("demo", int), "int is no message"),
    (lambda: Protocol("demo", {1: Ask, 1.0 + 1: Ask}), "the opcode 2.0 of Ask cannot be written"),
    (lambda: Protocol("demo", {1: Ask, 2: Ask}), "Ask has two opcodes"),
    (lambda: Protocol("demo", {256: Ask}), "the opcode 256 of Ask cannot be written"),
    (lambda: Protocol("demo", {"x": Ask}), "the opcode 'x' of Ask cannot be written"),
    (lambda: Protocol("demo", {1: Ask}, opcode=Enum(Int8ub, ask=1)), "is read as"),
    (lambda: Protocol("demo", {1: Ask, 2: Answer}, opcode=Padding(1)), "is read as None"),
    (lambda: Protocol("demo", {1: Ask}, opcode=8), "the opcode of demo is written by a construct"),
    (lambda: Protocol("demo", Ask, framing=32), "the framing of demo"),  # type: ignore[arg-type]
    (lambda: Protocol("demo", Ask, max_frame_bytes=0), "max_frame_bytes of demo is a number from 1 up"),
    (lambda: Protocol("demo", Ask, max_frame_bytes=3), "Ask takes 4 bytes, and max_frame_bytes is 3"),
    (lambda: Protocol("demo", Ask, framing=LengthPrefix(8), max_frame_bytes=256), "ends at 255"),
    (lambda: Protocol("demo", Ask, framing=FixedSize(9), max_frame_bytes=8), "every frame has 9"),
    (lambda: Protocol("demo", Ask, framing=FixedSize(3)), "Ask takes 4 bytes"),
    (lambda: Protocol("demo", Answer, framing=FixedSize(9, b" ")), "and so the padding of a frame too"),
    (lambda: Protocol("demo", Ask, version=65536), "a version of demo"),
    (lambda: Protocol("demo", Ask, version=True), "a version of demo"),
    (lambda: Protocol("demo", Ask, version=1, accepts=2), "above its own 1"),
    (lambda: Protocol("demo", Ask, framing=Datagram(), negotiate=True), "nothing they could begin with"),
    (lambda: Protocol("demo", Ask, correlation="id"), "no message of demo has the field 'id'"),
    (lambda: Protocol("demo", Ask, unknown="drop"), "a policy is reject, skip, keep"),  # type: ignore[arg-type]
    (lambda: Protocol("demo", Ask, trailing="drop"), "a policy is reject, skip, keep"),  # type: ignore[arg-type]
    (lambda: Protocol("demo", Ask, unknown="skip"), "where opcodes and frames are"),
    (lambda: Protocol("demo", {1: Ask}, unknown="skip", framing=SelfDelimiting()), "where opcodes and frames are"),
    (lambda: Protocol("demo", {1: Ask}, trailing="skip", framing=SelfDelimiting()), "nothing behind a message"),
    (lambda: Protocol("demo", {1: Slotted}, trailing="keep"), "Slotted has slots"),
    (lambda: Protocol("demo", client=Ask, server=Answer, states=[("a", SERVER, Ask, "b")]), "the server does not send"),
    (lambda: States([]), "one row or more"),
    (lambda: States([("a", "client", Ask, "b")]), "a row of a state table"),  # type: ignore[list-item]
    (lambda: States([("a", CLIENT, int, "b")]), "int is no message"),
    (lambda: States([("a", CLIENT, Ask, "b"), ("a", CLIENT, Ask, "c")]), "two rows for Ask in 'a'"),
    (lambda: LengthPrefix(64), "the width of a length prefix"),  # type: ignore[arg-type]
    (lambda: LengthPrefix(32, byteorder="middle"), "the byte order"),  # type: ignore[arg-type]
    (lambda: Delimiter(b""), "a delimiter is one byte or more"),
    (lambda: FixedSize(0), "the size of a frame"),
    (lambda: FixedSize(4, b"ab"), "the padding of a frame"),
    (lambda: Protocol("demo", Ask).message_named("Nope"), "demo has no message 'Nope'; it has Ask"),
]


@pytest.mark.parametrize(("declare", "text"), WRONG, ids=[f"{n} {text}" for n, (_, text) in enumerate(WRONG)])
def test_a_contradiction_is_refused(declare: Callable[[], object], text: str) -> None:
    with pytest.raises(SchemaError, match=text):
        declare()


def test_a_bare_struct_without_fields_is_a_message() -> None:
    assert Protocol("demo", {7: message("Bye", Struct())}).opcode_bytes(CLIENT, message("Other", Struct())) is None

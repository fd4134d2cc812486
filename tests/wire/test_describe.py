"""A protocol as a document: every message, every field with its place, every state."""

from __future__ import annotations

from typing import Any

import construct
import pytest
from construct import Bytes, GreedyBytes, Int8ub, Int16ub, PaddedString, Struct, this

from bridge.wire import Protocol, message
from bridge.wire.describe import describe, layout_text
from bridge.wire.fields import Checksum, DecimalText, EndedBy, JavaInstant, JavaObjectStream, JavaUTF, VarInt32
from examples.resp import RESP2
from examples.sensors import SENSORS

from .protocols import LINES, MESSAGES, STORE, TURNS, Rich


def test_a_fixed_message_has_all_offsets() -> None:
    assert describe(SENSORS).splitlines()[:26] == [
        "# sensors, version 1",
        "",
        "* Framing: one datagram is one frame. A payload has at most 32 bytes.",
        "* An unknown opcode: reject. Bytes behind a message: reject.",
        "",
        "## Messages",
        "",
        "| opcode | message | sent by | bytes of the body |",
        "|---|---|---|---|",
        "|  | Reading | client | 32 |",
        "|  | Acknowledged | server | 12 |",
        "",
        "### Reading",
        "",
        "One measurement: 32 bytes.",
        "",
        "| offset | bytes | field | layout |",
        "|---|---|---|---|",
        "| 0 | 2 | magic | `Const(b'\\xb5~')` |",
        "| 2 | 2 | sensor | `Int16ub` |",
        "| 4 | 4 | sequence | `Int32ub` |",
        "| 8 | 12 | time | `JavaInstant` |",
        "| 20 | 1 | status | `Bitwise(Struct('low_battery' / Flag, 'charging' / Flag, 'quality' / BitsInteger(6)))` |",
        "| 21 | 1 |  | `Padding(1)` |",
        "| 22 | 2 | centidegrees | `Int16sb` |",
        "| 24 | 4 | pascals | `Int32ub` |",
    ]


def test_offsets_end_where_sizes_vary() -> None:
    text = describe(Protocol("p", {4: Rich}, correlation=None, version=3, accepts=2, negotiate=True))
    assert "| 5 | varies | body | `Switch(this.kind, {'text': CString('utf8'), 'number': Int16ub})` |" in text
    assert "| … | 4 | check | `Checksum('crc32', Int32ub)` |" in text
    assert "### Point (inside others)" in text and "| 4 | 4 | y | `Int32sb` |" in text
    assert "Both sides begin with the versions they speak: here 2 to 3." in text
    assert "The same" not in text


def test_states_are_a_diagram() -> None:
    text = describe(TURNS)
    assert text[text.index("```mermaid") :].splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        '    state "idle" as s0',
        '    state "asked" as s1',
        '    state "over" as s2',
        "    [*] --> s0",
        "    s0 --> s1: client sends Get",
        "    s1 --> s0: server sends Value",
        "    s1 --> s2: server sends Failed",
        "    s2 --> [*]",
        "```",
    ]


@pytest.mark.parametrize("protocol", [STORE, LINES, RESP2, Protocol("kept", MESSAGES, trailing="keep")])
def test_every_message_is_in_the_document(protocol: Protocol) -> None:
    text = describe(protocol)
    for each in protocol.all_messages:
        assert f"### {each.name}\n" in text
        for name in each.fields:
            assert f"| {name} |" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.replace("\\|", "").count("|") == 5 for line in rows)


def test_a_message_that_is_no_struct_is_one_value() -> None:
    assert "| 1 | varies | value | `GreedyBytes` |" in describe(Protocol("p", {1: message("Raw", GreedyBytes)}))


LAYOUTS: list[tuple[Any, str]] = [
    (construct.Byte, "Int8ub"),
    (JavaUTF, "JavaUTF"),
    (JavaInstant, "JavaInstant"),
    (VarInt32, "VarInt32"),
    (JavaObjectStream(), "JavaObjectStream()"),
    (construct.PascalString(Int8ub, "utf8"), "PascalString(Int8ub, 'utf8')"),
    (PaddedString(4, "ascii"), "PaddedString(4, 'ascii')"),
    (construct.GreedyString("utf8"), "GreedyString('utf8')"),
    (construct.Array(this.n * 2 + this._.m, Int16ub), "Array(((this.n * 2) + this._.m), Int16ub)"),
    (construct.Bytes(lambda this: 3), "Bytes(a function)"),
    (construct.Default(Int8ub, 3), "Default(Int8ub, 3)"),
    (construct.Const(3, Int8ub), "Const(3)"),
    (construct.Computed(this.a), "Computed(this.a)"),
    (construct.Optional(Int8ub), "Select(Int8ub, Pass)"),
    (construct.LazyBound(lambda: Int8ub), "LazyBound"),
    (construct.ProcessXor(1, Int8ub), "ProcessXor(Int8ub)"),
    (construct.Enum(Int8ub, a=1), "Enum(Int8ub, a=1)"),
    (construct.FlagsEnum(Int8ub, a=1, b=2), "FlagsEnum(Int8ub, a=1, b=2)"),
    (DecimalText(EndedBy(b"\n", GreedyBytes)), r"DecimalText(EndedBy(b'\n', GreedyBytes))"),
    (Struct("a" / Int8ub, Checksum("sum8", Int8ub)), "Struct('a' / Int8ub, Checksum('sum8', Int8ub))"),
    (construct.FocusedSeq("b", "a" / Int8ub, "b" / Bytes(this.a)), "FocusedSeq('a' / Int8ub, 'b' / Bytes(this.a))"),
]


@pytest.mark.parametrize(("layout", "text"), LAYOUTS, ids=[text for _, text in LAYOUTS])
def test_a_layout_is_said_much_as_it_was_written(layout: Any, text: str) -> None:
    assert layout_text(layout) == text

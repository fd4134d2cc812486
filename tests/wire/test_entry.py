"""Messages typed by hand: what is understood, what is refused, and what is offered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from construct import Array, Enum, GreedyString, Int8ub, Prefixed, Struct

from bridge.errors import EncodeError
from bridge.wire import (
    CLIENT,
    SERVER,
    EnumOf,
    JavaByte,
    JavaInstant,
    JavaUTF,
    JavaUUID,
    Nested,
    Protocol,
    message,
)
from bridge.wire.entry import completions, parse_message
from examples.store import Reason

from .protocols import MESSAGES, Get, Point, Value


@message
@dataclass
class Event:
    when: Annotated[datetime, JavaInstant]
    who: Annotated[uuid.UUID, JavaUUID]
    why: Annotated[Reason, EnumOf(Int8ub, Reason)]
    level: Annotated[str, Enum(Int8ub, low=1, high=2)] = "low"


@message
@dataclass
class Path:
    points: Annotated[list[Point], Array(2, Nested(Point))]
    times: Annotated[list[datetime], Prefixed(Int8ub, Array(1, JavaInstant))]


@message
@dataclass
class Careful:
    n: Annotated[int, JavaByte]

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError("n is below 0")


Bye = message("Bye", Struct())
Line = message("Line", GreedyString("utf8"))
PROTOCOL = Protocol(
    "typed",
    client={**MESSAGES, 10: Event, 11: Path, 12: Careful, 13: Bye, 14: Line},
    server={1: Value},
    correlation="request",
)
WHO = uuid.UUID(int=5)
WHEN = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Get(1, 'a')", Get(1, "a")),
        (" Get( key = \"a\" , request = 0x10 ) ", Get(16, "a")),
        ("Get(key='a')", Get(None, "a")),
        (r"Value(1, b'\x00\xff')", Value(1, b"\0\xff")),
        ("Bye", Bye()),
        ("Bye()", Bye()),
        ("Line('text')", Line("text")),
        (f"Event('2024-05-01T12:00', '{WHO}', 'FULL')", Event(WHEN, WHO, Reason.FULL)),
        (f"Event('2024-05-01T14:00+02:00', '{WHO}', 'FULL', level='high')", Event(WHEN, WHO, Reason.FULL, "high")),
        ("Path([Point(1, -2), Point(x=3, y=4)], ['2024-05-01T12:00'])", Path([Point(1, -2), Point(3, 4)], [WHEN])),
        ("Tree('a', [{'name': 'b', 'children': []}])", MESSAGES[6]("a", [{"name": "b", "children": []}])),
    ],
)  # fmt: skip
def test_a_message_is_written_as_python_writes_it(text: str, expected: Any) -> None:
    assert parse_message(text, PROTOCOL, CLIENT) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is written like"),
        ("Get(", "is written like"),
        ("5", "is written like"),
        ("a.b(1)", "is written like"),
        ("Nope()", "the client sends no Nope; it sends Get,"),
        ("Get(1, 'a', 3)", "has 2 fields, and 3 values"),
        ("Get(1, request=2)", "request of Get is given twice"),
        ("Get(**{})", "has no field None"),
        ("Get(size=1)", "has no field 'size'; it has request, key"),
        ("Get(1)", "Get needs key"),
        ("Get(1, key=__import__('os'))", "Get.key takes no __import__"),
        ("Get(1, key=open)", "Get.key is no literal: open"),
        ("Get(1, key=(1).real)", "Get.key is no literal"),
        ("Get(1, [x for x in y])", "is no literal"),
        ("Careful(-1)", "Careful refuses these values: n is below 0"),
        ("Event('yesterday', 'x', 'FULL')", "Event.when: "),
        ("Event('2024-05-01', 'x', 'FULL')", "Event.who: "),
        (f"Event('2024-05-01', '{WHO}', 'FUL')", "is one of NO_SUCH_KEY, WRONG_REVISION, FULL, not 'FUL'"),
        ("Path([Get(1, 'a')], [])", "takes no Get"),
        ("Get(1, " + "(" * 5000 + "'a'", "is written like"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(EncodeError, match=reason.replace("(", r"\(").replace("*", r"\*")):
        parse_message(text, PROTOCOL, CLIENT)
    with pytest.raises(EncodeError, match=r"the server sends no Get|is written like|no "):
        parse_message(text, PROTOCOL, SERVER)


@pytest.mark.parametrize(
    ("before", "part", "candidates"),
    [
        ("", "", [*(f"{each.name}(" for each in PROTOCOL.sent_by(CLIENT).values()), "quit"]),
        ("G", "G", ["Get("]),
        ("q", "q", ["quit"]),
        ("x", "x", []),
        ("Get(", "", ["request=", "key="]),
        ("Get(re", "re", ["request="]),
        ("Get(request=1, ", "", ["key="]),
        ("Get(request=1, key='a', ", "", [")"]),
        ("Get(request=", "", []),
        ("Get(key='a, ", "", []),
        ("Nope(", "", []),
        ("Event(why=", "", ["'NO_SUCH_KEY'", "'WRONG_REVISION'", "'FULL'"]),
        ("Event(level=", "", ["'low'", "'high'"]),
        ("Event(nothing=", "", []),
    ],
)  # fmt: skip
def test_what_can_come_next_is_offered(before: str, part: str, candidates: list[str]) -> None:
    assert completions(before, PROTOCOL, CLIENT, ["quit"]) == (part, candidates)


def test_an_annotation_of_any_kind_is_a_value() -> None:
    assert parse_message("Text('a')", Protocol("p", message("Text", Struct("t" / JavaUTF))), CLIENT).t == "a"

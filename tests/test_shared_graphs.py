"""Graphs whose parts are shared by reference so often that they have 2**200 paths: whatever looks at them ends.

A test that is not linear does not fail here, it never ends. Python's own ``repr`` and ``==`` of lists and dicts are not
among what is tested: they visit every path, and only Python could change that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import bridge
from bridge import Field
from bridge.codec import dumps, loads
from bridge.errors import PeerException
from bridge.mapping.defaults import default_registry
from bridge.stream.document import Document
from bridge.stream.encoder import Encoder
from bridge.stream.generic import class_for, short_repr
from bridge.stream.model import StreamException
from bridge.tools.audit import audit
from bridge.tools.dump import dump_lines
from bridge.tools.json_view import to_json
from bridge.tools.stream_events import StreamEvents

LEVELS = 200
PAIR = class_for(
    bridge.ClassDescriptor("p.Pair", 1, 2, (Field("a", "Ljava/lang/Object;"), Field("b", "Ljava/lang/Object;")))
)[0]

MAKERS: dict[str, Callable[[Any], Any]] = {
    "list": lambda below: [below, below],
    "LinkedList": lambda below: bridge.LinkedList([below, below]),
    "Vector": lambda below: bridge.Vector([below, below]),
    "JavaArray": lambda below: bridge.JavaArray([below, below]),
    "ArraysList": lambda below: bridge.ArraysList([below, below]),
    "tuple": lambda below: (below, below),
    "StreamList": lambda below: bridge.StreamList([below, below]),
    "deque": lambda below: deque([below, below]),
    "MapEntry": lambda below: bridge.MapEntry(below, below),
    "dict": lambda below: {"a": below, "b": below},
    "HashMap": lambda below: bridge.HashMap(a=below, b=below),
    "TreeMap": lambda below: bridge.TreeMap(a=below, b=below),
    "JavaObject": lambda below: PAIR(a=below, b=below),
}

LOOKS: dict[str, Callable[[Any, bytes], object]] = {
    "dumps": lambda value, data: dumps(value),
    "loads": lambda value, data: loads(data),
    "repr of an object that holds it": lambda value, data: repr(PAIR(a=value, b=[value])),
    "short_repr": lambda value, data: short_repr.repr(value),
    "to_json": lambda value, data: to_json(value),
    "dump": lambda value, data: list(dump_lines([data], full=True)),
    "Document.dump": lambda value, data: Document.parse(data).dump(),
    "Document.to_bytes": lambda value, data: Document.parse(data).to_bytes(),
    "audit": lambda value, data: audit(data),
    "events": lambda value, data: [event.text(full=True) for event in StreamEvents().feed(data)],
    "PeerException": lambda value, data: str(PeerException(value)),
    "StreamException": lambda value, data: repr(StreamException(value)),
}


def graph(make: Callable[[Any], Any]) -> Any:
    value: Any = "end"
    for _ in range(LEVELS):
        value = make(value)
    return value


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", MAKERS)
def test_looking_at_it_ends(kind: str, look: str) -> None:
    value = graph(MAKERS[kind])
    LOOKS[look](value, dumps(value))


def test_an_object_of_its_own_is_compared_and_hashed_by_identity() -> None:
    value = graph(MAKERS["JavaObject"])
    assert value == value and value != loads(dumps(value)) and hash(value) == hash(value)


def test_a_peer_that_fails_with_one_is_told() -> None:
    encoder = Encoder(default_registry)
    encoder.write_exception(graph(MAKERS["list"]))
    with pytest.raises(PeerException, match=r"while it wrote an object: a list$"):
        loads(encoder.take())


def test_an_exception_whose_cause_and_message_are_one_is_told() -> None:
    name = "java.lang.Exception"
    fields = tuple(Field(field, "Ljava/lang/Object;") for field in ("detailMessage", "cause"))
    descriptor = bridge.ClassDescriptor(name, 1, 3, (), bridge.ClassDescriptor("java.lang.Throwable", 1, 3, fields))
    made = class_for(descriptor)[0](detailMessage=graph(MAKERS["tuple"]), cause=graph(MAKERS["list"]))
    error = loads(dumps(made))
    assert isinstance(error, bridge.JavaThrowable)
    assert len(str(error)) < 2000 and len(repr(error)) < 1000


@dataclass
class Holder:
    first: Any
    second: Any


def test_a_dataclass_is_shown_to_a_bounded_depth() -> None:
    text = short_repr.repr(graph(lambda below: Holder(below, below)))
    assert text.startswith("Holder(first=Holder(first=Holder(") and "Holder(...)" in text
    assert short_repr.repr(Holder(1, "x")) == "Holder(first=1, second='x')"


def test_short_texts_of_collections_are_those_of_python() -> None:
    for value in (
        [1, "x"],
        (1,),
        (),
        {"b": 1, "a": 2},
        {},
        {3, 1, 2},
        set(),
        frozenset({"b", "a"}),
        frozenset(),
        deque([1]),
    ):
        expected = repr(value)
        if isinstance(value, (set, frozenset)) and value:
            expected = (
                expected[: expected.index("{")]
                + "{"
                + ", ".join(map(repr, sorted(value)))
                + expected[expected.index("}") :]
            )
        assert short_repr.repr(value) == expected
    assert short_repr.repr(dict.fromkeys(range(10))) == "{0: None, 1: None, 2: None, 3: None, ...}"
    assert short_repr.repr(bridge.LinkedHashSet("ba")) == "LinkedHashSet(['b', 'a'])"
    assert short_repr.repr(bridge.MapEntry(1, [2])) == "MapEntry(key=1, value=[2])"

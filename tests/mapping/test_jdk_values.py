"""The classes of the JDK, without a JVM: streams that Java wrote, and what they are in Python.

That Java reads back what Python writes is shown in ``interop/``; here it is enough that the bytes are Java's own, or
mean the same when they are read again.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any

import pytest

import bridge
from bridge import JavaObject
from tests.mapping.corpus import names, stream
from tests.mapping.jdk_values import GENERIC, NAMED, PLAIN

# Java writes some things that say nothing: the order in its hash tables, how large they are, which of two equal strings
# came first. Of these the bytes are others, and the value is the same.
WRITTEN_OTHERWISE = {
    "concurrent/hash-map",
    "concurrent/hash-map-empty",
    "concurrent/key-set",
    "concurrent/skip-list-set",
    "container/enum-map-of-own-enum",
    "container/enum-set-empty",
    "container/enum-set-of-own-enum",
    "container/hashtable-load-factor",
    "container/properties-plain",
    "container/set-from-map",
    "container/set-of-many",
    "container/set-of-sets",
    "container/vector-empty",
    "container/vector-increment",
    "value/locale",
    "value/locale-root",
    "value/locale-script",
    "view/checked-navigable-map",
    "view/checked-navigable-set",
    "view/checked-queue",
    "view/unmodifiable-set",
}


def streams_of(table: dict[str, Any]) -> list[str]:
    return [name for name in names() if name.partition("/")[2] in table]


def case_of(name: str) -> str:
    return name.partition("/")[2]


def is_same(value: Any, expected: Any) -> bool:
    if type(value) is not type(expected) or value != expected:
        return False
    if isinstance(expected, datetime) and (value.tzinfo != expected.tzinfo or value.fold != expected.fold):
        return False
    if isinstance(expected, dict):
        expected = list(expected.items()) if len(expected) < 2 else expected
        return isinstance(expected, dict) or is_same(list(value.items()), expected)
    if isinstance(expected, list | tuple | deque):
        return all(map(is_same, value, expected))
    return str(value) == str(expected) or isinstance(expected, set | frozenset | float)


def test_every_case_of_the_tables_is_in_the_corpus() -> None:
    assert {*PLAIN, *NAMED, *GENERIC} <= {case_of(name) for name in names()}


@pytest.mark.parametrize("name", streams_of(PLAIN))
def test_a_plain_value_arrives(name: str) -> None:
    assert is_same(bridge.loads(stream(name)), PLAIN[case_of(name)])


@pytest.mark.parametrize("name", [name for name in streams_of(PLAIN) if case_of(name) not in WRITTEN_OTHERWISE])
def test_a_plain_value_is_written_byte_for_byte_as_java_does_it(name: str) -> None:
    assert bridge.dumps(PLAIN[case_of(name)]) == stream(name)


@pytest.mark.parametrize("name", streams_of(NAMED))
def test_a_value_that_knows_its_class_arrives(name: str) -> None:
    assert is_same(bridge.loads(stream(name)), NAMED[case_of(name)])


@pytest.mark.parametrize("name", streams_of(GENERIC))
def test_what_python_has_no_value_for_arrives_in_the_generic_form(name: str) -> None:
    value = bridge.loads(stream(name))
    assert isinstance(value, JavaObject)
    assert value.__java_class__.name == GENERIC[case_of(name)]


@pytest.mark.parametrize("name", [*streams_of(NAMED), *streams_of(GENERIC)])
def test_a_value_that_was_read_is_written_as_it_was(name: str) -> None:
    value = bridge.loads(stream(name))
    written = bridge.dumps(value)
    if name.startswith("jdk17/") and case_of(name) in NAMED and case_of(name) not in WRITTEN_OTHERWISE:
        assert written == stream(name)
    again = bridge.loads(written)
    if isinstance(value, JavaObject):
        assert isinstance(again, JavaObject)
        assert [str(key) for key in again] == [str(key) for key in value]
        assert bridge.dumps(again) == written
    else:
        assert is_same(again, value)


@pytest.mark.parametrize("name", [name for name in names() if case_of(name) not in {*PLAIN, *NAMED, *GENERIC}])
def test_whatever_java_wrote_can_be_read_and_written(name: str) -> None:
    written = bridge.dumps(bridge.loads(stream(name)))
    assert bridge.dumps(bridge.loads(written)) == written

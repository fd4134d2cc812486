"""Collections of ``java.util``: the order in which sorted ones are written, and what is refused."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import bridge
from bridge import NanoDateTime, TreeMap, TreeSet
from bridge.errors import EncodeError
from bridge.mapping.java_io import File
from bridge.mapping.java_util_concurrent import (
    ArrayBlockingQueue,
    ConcurrentHashMap,
    ConcurrentLinkedQueue,
    ConcurrentSkipListMap,
    LinkedBlockingDeque,
    LinkedBlockingQueue,
    PriorityBlockingQueue,
)
from bridge.mapping.java_util_containers import Hashtable, PriorityQueue, Properties

BERLIN = ZoneInfo("Europe/Berlin")
NAN = float("nan")


@pytest.mark.parametrize(
    "in_order",
    [
        [False, True],
        [-5, 7, 1 << 40],
        [-1.5, float("inf"), NAN],
        ["A", "a", "\U0001f600", "\uffff"],  # by UTF-16 code units
        [UUID(int=1 << 127), UUID(int=0), UUID(int=1)],  # by signed halves
        [File("a-b"), File("a/b"), File("ab")],  # by the path, not name by name
        [
            datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN),
            datetime(2024, 10, 27, 2, 10, fold=1, tzinfo=BERLIN),  # forty minutes later
        ],
        [datetime(2024, 1, 1, tzinfo=BERLIN), datetime(2024, 1, 1, tzinfo=UTC)],
        [
            NanoDateTime.of(datetime(2024, 1, 1, tzinfo=UTC), 1),
            NanoDateTime.of(datetime(2024, 1, 1, tzinfo=UTC), 2),
        ],
        [datetime(1, 1, 1), datetime(9999, 12, 31)],
    ],
)
def test_what_is_sorted_is_written_in_the_order_of_java(in_order: list[Any]) -> None:
    for made in (in_order, in_order[::-1]):
        for value in (TreeSet(made), TreeMap.fromkeys(made), ConcurrentSkipListMap.fromkeys(made, 1)):
            assert repr(list(bridge.loads(bridge.dumps(value)))) == repr(in_order)


@pytest.mark.parametrize(
    "value",
    [
        deque([1, None]),
        PriorityQueue([None]),
        Hashtable({"key": None}),
        Hashtable({None: "value"}),
        Properties({"key": None}),
        ConcurrentHashMap({"key": None}),
        ConcurrentHashMap({None: "value"}),
        ConcurrentSkipListMap({"key": None}),
        ConcurrentLinkedQueue([None]),
        LinkedBlockingQueue([None]),
        LinkedBlockingDeque([None]),
        ArrayBlockingQueue([None]),
        PriorityBlockingQueue([None]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_null_is_refused_where_java_takes_none(value: Any) -> None:
    with pytest.raises(EncodeError, match=r"^None in a \w+: the Java class takes no null") as caught:
        bridge.dumps([value])
    assert caught.value.path is not None and caught.value.path.startswith("$[0]")

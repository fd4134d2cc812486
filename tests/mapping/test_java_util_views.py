"""Collections around collections: what is seen, what Java gets back, and what becomes of a change on either side."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

import bridge
from bridge import HashMap, LinkedHashSet, Long, TreeMap
from bridge.errors import EncodeError
from bridge.mapping.java_util_concurrent import (
    ArrayBlockingQueue,
    ConcurrentHashMap,
    ConcurrentSkipListMap,
    ConcurrentSkipListSet,
    CopyOnWriteArraySet,
    KeySetView,
    LinkedBlockingDeque,
    LinkedBlockingQueue,
    PriorityBlockingQueue,
)
from bridge.mapping.java_util_containers import Hashtable, IdentityHashMap
from bridge.mapping.java_util_views import (
    ArraysList,
    CopiesList,
    EmptyList,
    SetFromMap,
    SingletonList,
    SynchronizedList,
    UnmodifiableList,
    UnmodifiableMap,
    UnmodifiableSet,
)
from bridge.stream.model import IdentityKey
from tests.mapping.corpus import stream


def load(name: str) -> Any:
    return bridge.loads(stream(f"jdk17/{name}"))


def again(value: Any) -> Any:
    return bridge.loads(bridge.dumps(value))


def test_views_of_one_list_stay_views_of_one_list() -> None:
    shared, one, other = load("view/unmodifiable-with-its-list")
    assert shared == one == other == ["shared"]
    assert one.wrapped is other.wrapped is shared
    shared, one, other = again([shared, one, other])
    assert one.wrapped is other.wrapped is shared


def test_a_change_of_what_is_behind_a_view_is_written() -> None:
    shared, one, other = load("view/unmodifiable-with-its-list")
    shared.append("new")
    assert again([shared, one, other]) == [["shared", "new"]] * 3


def test_a_change_of_the_view_itself_is_written_around_a_copy() -> None:
    shared, one, other = load("view/unmodifiable-with-its-list")
    one.append("new")
    assert again([shared, one, other]) == [["shared"], ["shared", "new"], ["shared"]]
    assert shared == ["shared"]


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("view/unmodifiable-linked-list", lambda view: view.append(3), [1, 2, 3]),
        ("view/unmodifiable-of-immutable", lambda view: view.append(3), [1, 2, 3]),
        ("view/unmodifiable-linked-set", lambda view: view.discard("z"), {"a"}),
        ("view/unmodifiable-navigable-set", lambda view: view.add(0), {0, 1, 2}),
        ("view/unmodifiable-map", lambda view: view.update(b=2), {"a": 1, "b": 2}),
        ("view/synchronized-list", lambda view: view.clear(), []),
        ("view/checked-queue", lambda view: view.append(2), [1, 2]),
        ("container/set-from-map", lambda view: view.add(3), {1, "two", 3}),
        ("container/arrays-as-list-empty", lambda view: view.append(1), [1]),
        ("concurrent/copy-on-write-set", lambda view: view.add(2), {3, 1, 2}),
        ("concurrent/skip-list-set", lambda view: view.add(0), {0, 1, 2, 3}),
        ("concurrent/key-set", lambda view: view.add("c"), {"a", "b", "c"}),
    ],
)
def test_any_view_can_be_changed(name: str, change: Any, expected: Any) -> None:
    view = load(name)
    change(view)
    written = again(view)
    assert type(written) is type(view)
    assert written == expected
    assert type(written.wrapped) is type(view.wrapped)


@pytest.mark.parametrize(
    "view",
    [
        UnmodifiableList([1, 2]),
        UnmodifiableSet(["b", "a"]),
        UnmodifiableMap({"b": 1, "a": 2}),
        ArraysList([1, None]),
        SetFromMap([1, 2]),
        CopyOnWriteArraySet([2, 1]),
        ConcurrentSkipListSet([1, 2]),
        KeySetView(["x"]),
        LinkedBlockingQueue([1, 2], 5),
        LinkedBlockingDeque([1, 2]),
        ArrayBlockingQueue([1, 2], 5),
        PriorityBlockingQueue([1, 2]),
        ConcurrentSkipListMap({1: 2}),
    ],
)
def test_views_and_queues_can_be_made_here(view: Any) -> None:
    written = again(view)
    assert type(written) is type(view)
    assert written == view
    assert list(written) == list(view)
    if isinstance(view, LinkedBlockingQueue):
        assert written.capacity == 5


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (SynchronizedList([1]), "only be written where it was read"),
        (EmptyList([1]), "exactly 0"),
        (SingletonList(), "exactly 1"),
        (CopiesList([1, 2]), "one element"),
        (frozenset({None}), "Set.of takes no null"),
    ],
)
def test_what_java_cannot_make_is_refused(value: Any, told: str) -> None:
    with pytest.raises(EncodeError, match=told):
        bridge.dumps(value)


def test_a_tuple_with_none_is_a_list_that_takes_null() -> None:
    assert type(again((1, None))).__name__ == "StreamList"
    assert again((1, None)) == (1, None)


def test_a_list_in_its_own_view_is_written_as_it_was() -> None:
    for name in ("unmodifiable-in-its-list", "unmodifiable-around-itself", "unmodifiable-map-in-itself"):
        assert bridge.dumps(load(f"view/{name}")) == stream(f"jdk17/view/{name}")


def test_numbers_in_a_stream_do_not_become_memory() -> None:
    assert isinstance(load("view/n-copies-many"), bridge.JavaObject)
    bits = load("value/bit-set-dense")
    assert len(bits) == 4997
    assert bits == set(range(3, 5000))


def test_a_bit_set_is_a_set_of_numbers() -> None:
    bits = load("value/bit-set")
    bits.add(200)
    bits.discard(0)
    bits.discard(999)
    assert bits == {2, 127, 200}
    assert {2, 127, 200} == bits
    assert bits | {5} == {2, 5, 127, 200}
    assert -1 not in bits
    assert "2" not in bits
    assert again(bits) == {2, 127, 200}
    assert repr(bits) == "BitSet({2, 127, 200})"
    assert repr(load("value/bit-set-dense")).endswith("22, ...})")
    with pytest.raises(ValueError, match="no number of a bit"):
        bits.add(-1)


def test_a_deque_in_itself_closes_its_cycle() -> None:
    value = load("container/array-deque-in-itself")
    assert isinstance(value, deque)
    assert value[0] is value


@pytest.mark.parametrize("new", [HashMap, Hashtable, TreeMap, ConcurrentHashMap, IdentityHashMap])
def test_a_map_in_itself_keeps_keys_that_python_cannot_tell_apart(new: Any) -> None:
    keys = [bridge.Char("1"), "1", [1], 1, Long(1), 1.0]
    made = new({IdentityKey(key): index for index, key in enumerate(keys)})
    made["self"] = made
    value = again(made)
    assert value["self"] is value
    assert [key.value if isinstance(key, IdentityKey) else key for key in value][:-1] == keys
    assert list(value.values())[:-1] == list(range(len(keys)))
    assert bridge.dumps(value) == bridge.dumps(made)


def test_a_set_in_itself_keeps_elements_that_python_cannot_tell_apart() -> None:
    made: Any = LinkedHashSet([1, IdentityKey(Long(1)), IdentityKey([1])])
    made.add(IdentityKey([made]))
    value = again(made)
    assert [item.value if isinstance(item, IdentityKey) else item for item in value][:3] == [1, 1, [1]]
    assert list(value)[3].value[0] is value

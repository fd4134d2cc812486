"""pickle's verbs: values there and back, containers that are part of themselves, keys that Python cannot hold."""

from __future__ import annotations

import copy
import gc
import gzip
import io
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import bridge
from bridge import BlockData, BooleanArray, CharArray, JavaArray, JavaObject
from bridge.errors import NotSerializableError, PeerException
from bridge.stream.descriptors import ClassDescriptor
from bridge.stream.encoder import Encoder
from bridge.stream.generic import class_for
from bridge.stream.model import ByteArray, IdentityKey
from tests.stream.assemble import (
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_NULL,
    TC_OBJECT,
    TC_REFERENCE,
    TC_STRING,
    WRITES,
    double_,
    int_,
    list_of,
    long_,
    stream,
)
from tests.stream.graphs import describe

HASH_MAP = TC_CLASSDESC("java.util.HashMap", [("F", "loadFactor"), ("I", "threshold")], WRITES, uid=362498820763181265)
LOAD_FACTOR = b"\x3f\x40\0\0"
LONG = TC_CLASSDESC("java.lang.Long", [("J", "value")])
INTEGER = TC_CLASSDESC("java.lang.Integer", [("I", "value")])
DOUBLE = TC_CLASSDESC("java.lang.Double", [("D", "value")])
BOOLEAN = TC_CLASSDESC("java.lang.Boolean", [("Z", "value")])


def hash_map(*items: bytes, size: int | None = None) -> bytes:
    head = b"\x77\x08" + int_(16) + int_(len(items) // 2 if size is None else size)
    return TC_OBJECT(HASH_MAP, LOAD_FACTOR, int_(12), head, *items, TC_ENDBLOCKDATA)


def hash_set(*items: bytes, name: str = "java.util.HashSet") -> bytes:
    head = b"\x77\x0c" + int_(16) + LOAD_FACTOR + int_(len(items))
    return TC_OBJECT(TC_CLASSDESC(name, (), WRITES), head, *items, TC_ENDBLOCKDATA)


VALUES: list[Any] = [
    None, True, False, 0, -1, 2**31 - 1, 2**31, -(2**63), 2**63, -(2**200), 0.0, 1.5, float("inf"), "", "x", "text",
    "\0é\U0001f600\ud83d", b"", b"x", b"bytes", [], [1, [2, [3]]], {}, {"a": 1, 2: "b", None: None, 1.5: [True]}, set(),
    {1, "a", None}, array("h", [1]), array("i", [-1]), array("q", [2**62]), array("f", [0.5]), array("d", [0.1]),
    BooleanArray([True, False]), CharArray("chars"), JavaArray([None, "a"], "java.lang.String"),
    bridge.Long(5), bridge.Short(-5), bridge.Byte(5), bridge.Float(0.5), bridge.Char("c"), bridge.BigInteger(5),
    bridge.HashMap({"a": 1}), bridge.TreeMap({"b": 1, "a": 2}), bridge.LinkedHashSet([3, 1, 2]), bridge.TreeSet([3, 1]),
    bridge.LinkedList([1, 2]), bridge.LinkedHashMap({"a": 1}, access_order=True),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__} {value!r:.20}")
def test_a_value_comes_back_equal_and_of_its_class(value: Any) -> None:
    back = bridge.loads(bridge.dumps(value))
    assert back == value
    short = (
        {bytes: ByteArray}.get(type(value), type(value))
        if len(value if isinstance(value, bytes) else "xx") < 2
        else type(value)
    )
    assert type(back) is short
    if type(value) is not set:  # equal ones may have different orders, by where their elements collide
        assert bridge.dumps(back) == bridge.dumps(value)


def test_plain_types_have_their_class_and_others_keep_theirs() -> None:
    back = bridge.loads(bridge.dumps([5, bridge.Long(5), bridge.Short(5), 2**40, bridge.BigInteger(2**40)]))
    assert [type(item).__name__ for item in back] == ["int", "Long", "Short", "int", "BigInteger"]
    assert isinstance(bridge.LinkedHashSet(), set)


def test_loads_gives_the_first_object_and_loads_all_everything() -> None:
    contents = [BlockData(b"ab" * 1000), "first", BlockData(b"c"), None, [1]]
    data = bridge.dumps_all(contents)
    assert bridge.loads(data) == "first"
    assert bridge.loads_all(data) == contents
    assert [type(content) for content in bridge.loads_all(data)] == [BlockData, str, BlockData, type(None), list]


def test_references_span_contents() -> None:
    shared = ["shared"]
    one, two = bridge.loads_all(bridge.dumps_all([shared, [shared]]))
    assert two[0] is one


@pytest.mark.parametrize("buffer", [bytes, bytearray, memoryview])
def test_any_buffer_is_read(buffer: Callable[[bytes], Any]) -> None:
    assert bridge.loads(buffer(bridge.dumps("text"))) == "text"
    assert bridge.loads_all(buffer(bridge.dumps("text"))) == ["text"]


def test_files_are_read_and_written_gzip_too() -> None:
    file = io.BytesIO()
    bridge.dump({"a": 1}, file)
    assert file.getvalue() == bridge.dumps({"a": 1})
    file.seek(0)
    assert bridge.load(file) == {"a": 1}
    big = list(range(100_000))
    assert bridge.load(io.BytesIO(gzip.compress(bridge.dumps(big) + b"tail" * 100_000))) == big


def test_nothing_is_written_to_a_file_if_dump_raises() -> None:
    file = io.BytesIO()
    with pytest.raises(NotSerializableError):
        bridge.dump(["x" * 10_000, object()], file)
    assert file.getvalue() == b""


def test_an_exception_in_the_stream_is_raised() -> None:
    encoder = Encoder(bridge.default_registry)
    encoder.write_exception(["why"])
    data = encoder.take()
    for load in (bridge.loads, bridge.loads_all, lambda data: bridge.load(io.BytesIO(data))):
        with pytest.raises(PeerException) as caught:
            load(data)
        assert caught.value.throwable == ["why"]


# --------------------------------------------------------------------------------------- what Python cannot hold


def assert_echo(data: bytes) -> Any:
    """The value of ``data``, which is written and read as the same graph."""
    value = bridge.loads(data)
    again = bridge.loads(bridge.dumps(value))
    assert describe(again) == describe(value)
    return value


ODD_KEYS = {
    "a list as a key": hash_map(list_of(), TC_NULL),
    "keys equal in Python only": hash_map(
        TC_OBJECT(INTEGER, int_(1)), TC_NULL, TC_OBJECT(LONG, long_(1)), TC_STRING("x")
    ),
    "1 and true": hash_map(TC_OBJECT(INTEGER, int_(1)), TC_NULL, TC_OBJECT(BOOLEAN, b"\1"), TC_STRING("x")),
    "1 and 1.0": hash_map(TC_OBJECT(INTEGER, int_(1)), TC_NULL, TC_OBJECT(DOUBLE, double_(1.0)), TC_STRING("x")),
    "equal keys": hash_map(TC_STRING("k"), TC_NULL, TC_STRING("k"), TC_NULL),
    "fewer entries than declared": hash_map(TC_STRING("k"), TC_NULL, size=2),
    "more entries than declared": hash_map(TC_STRING("k"), TC_NULL, size=0),
    "a key without a value": hash_map(TC_STRING("k"), size=1),
    "a negative size": hash_map(size=-1),
    "a set of lists": hash_set(list_of()),
    "a set of equal ones": hash_set(TC_OBJECT(INTEGER, int_(1)), TC_OBJECT(LONG, long_(1))),
    "a linked set of lists": hash_set(list_of(), name="java.util.LinkedHashSet"),
    "a list of another size": TC_OBJECT(
        TC_CLASSDESC("java.util.ArrayList", [("I", "size")], WRITES),
        int_(2),
        b"\x77\4\0\0\0\2",
        TC_NULL,
        TC_ENDBLOCKDATA,
    ),
    "a list without its head": TC_OBJECT(
        TC_CLASSDESC("java.util.ArrayList", [("I", "size")], WRITES), int_(0), TC_ENDBLOCKDATA
    ),
    "a list with a long head": TC_OBJECT(
        TC_CLASSDESC("java.util.ArrayList", [("I", "size")], WRITES),
        int_(0),
        b"\x77\3abc",
        b"\x77\3def",
        TC_ENDBLOCKDATA,
    ),
    "a list that ends in primitives": TC_OBJECT(
        TC_CLASSDESC("java.util.ArrayList", [("I", "size")], WRITES),
        int_(1),
        b"\x77\4\0\0\0\1",
        TC_NULL,
        b"\x77\1x",
        TC_ENDBLOCKDATA,
    ),
    "a list with other fields": TC_OBJECT(
        TC_CLASSDESC("java.util.ArrayList", [("J", "size")], WRITES), long_(0), TC_ENDBLOCKDATA
    ),
    "a map with other fields": TC_OBJECT(TC_CLASSDESC("java.util.HashMap", [("I", "x")]), int_(0)),
    "a box with other fields": TC_OBJECT(TC_CLASSDESC("java.lang.Integer", [("J", "value")]), long_(0)),
}


@pytest.mark.parametrize("name", ODD_KEYS)
def test_what_python_cannot_hold_arrives_in_the_generic_form(name: str) -> None:
    value = assert_echo(stream(ODD_KEYS[name]))
    assert isinstance(value, JavaObject)


def test_no_class_of_another_kind_is_taken_for_a_known_one() -> None:
    # An enum of the name of a known class; its reader would not know what to do.
    enum = TC_CLASSDESC("java.math.BigInteger", [("I", "signum"), ("I", "magnitude")], 0x12)
    value = bridge.loads(stream(b"\x7e" + enum + TC_STRING("X")))
    assert repr(value) == "<java.math.BigInteger.X>"


CYCLIC = {
    "a list in itself": list_of(TC_REFERENCE(1)),
    "a map as its own value": hash_map(TC_STRING("k"), TC_REFERENCE(1)),
    "a map as its own key": hash_map(TC_REFERENCE(1), TC_STRING("v")),
    "a map as key of a map in it": hash_map(
        TC_STRING("k"),
        TC_OBJECT(
            TC_REFERENCE(0),
            LOAD_FACTOR,
            int_(12),
            b"\x77\x08" + int_(16) + int_(1),
            TC_REFERENCE(1),
            TC_NULL,
            TC_ENDBLOCKDATA,
        ),
    ),
    "a set in itself": hash_set(TC_REFERENCE(1)),
    "a set in a list in it": hash_set(list_of(TC_REFERENCE(1))),
    "a linked set in itself": hash_set(TC_REFERENCE(1), name="java.util.LinkedHashSet"),
    "a list as key of a map in it": list_of(hash_map(TC_REFERENCE(1), TC_NULL)),
}


@pytest.mark.parametrize("name", CYCLIC)
def test_containers_may_be_part_of_themselves(name: str) -> None:
    value = assert_echo(stream(CYCLIC[name]))
    if "in itself" in name or name == "a map as its own key":
        (inner,) = value
        assert (inner.value if isinstance(inner, IdentityKey) else inner) is value


def test_an_empty_array_of_bytes_is_one_object_each() -> None:
    arrays = [b"".join([]), bytes(1), bytes(2)]
    data = stream(
        list_of(
            b"\x75" + TC_CLASSDESC("[B") + int_(0),
            b"\x75" + TC_REFERENCE(2) + int_(0),
            TC_REFERENCE(3),
        )
    )
    one, two, again = assert_echo(data)
    assert one == two == arrays[0]
    assert one is again is not two


def test_a_tree_is_written_in_the_order_of_java() -> None:
    words = ["b", "a", "\U0001f600", "\uffff", "B", "é"]
    written = bridge.loads(bridge.dumps(bridge.TreeSet(words)))
    assert list(written) == ["B", "a", "b", "é", "\U0001f600", "\uffff"]
    assert list(bridge.loads(bridge.dumps(bridge.TreeMap(dict.fromkeys([3, 1, 2]))))) == [1, 2, 3]


# ------------------------------------------------------------------------------------------------- LinkedHashSet


def changed(change: Callable[[Any], Any]) -> list[Any]:
    linked = bridge.LinkedHashSet([3, 1, 2])
    plain = {3, 1, 2}
    try:
        result = change(linked)
    except KeyError:
        with pytest.raises(KeyError):
            change(plain)
    else:
        if "pop" not in change.__code__.co_names:
            assert result == change(plain) or isinstance(result, set)
            assert linked == plain
    assert set.__eq__(linked, set(linked))
    assert len(linked) == len(list(linked))
    assert bridge.loads(bridge.dumps(linked)) == linked
    return list(linked)


CHANGES: list[tuple[Callable[[Any], Any], list[Any]]] = [
    (lambda s: s.add(0), [3, 1, 2, 0]),
    (lambda s: s.add(1), [3, 1, 2]),
    (lambda s: s.discard(1), [3, 2]),
    (lambda s: s.discard(9), [3, 1, 2]),
    (lambda s: s.remove(3), [1, 2]),
    (lambda s: s.remove(9), [3, 1, 2]),
    (lambda s: s.pop(), [3, 1]),
    (lambda s: s.clear(), []),
    (lambda s: s.update([5, 1], [4]), [3, 1, 2, 5, 4]),
    (lambda s: s.difference_update([1], [2]), [3]),
    (lambda s: s.intersection_update([2, 3]), [3, 2]),
    (lambda s: s.symmetric_difference_update([3, 7]), [1, 2, 7]),
    (lambda s: s.__ior__({9}), [3, 1, 2, 9]),
    (lambda s: s.__iand__({2, 3}), [3, 2]),
    (lambda s: s.__isub__({3}), [1, 2]),
    (lambda s: s.__ixor__({3, 8}), [1, 2, 8]),
    (lambda s: s.__ior__([9]), [3, 1, 2]),
]


@pytest.mark.parametrize(("change", "order"), CHANGES, ids=range(len(CHANGES)))
def test_a_linked_set_is_a_set_in_order(change: Callable[[Any], Any], order: list[Any]) -> None:
    assert changed(change) == order


def test_a_linked_set_can_be_copied_and_shown() -> None:
    linked = bridge.LinkedHashSet("cab")
    assert list(linked.copy()) == list(reversed(list(reversed(linked)))) == ["c", "a", "b"]
    assert repr(linked) == "LinkedHashSet(['c', 'a', 'b'])"
    tree = bridge.TreeSet([2, 1], comparator="c")
    assert (list(tree.copy()), tree.copy().comparator) == ([2, 1], "c")


# -------------------------------------------------------------------------------------------- cost in proportion


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_an_object_in_the_generic_form_can_be_copied(copied: Callable[[Any], Any]) -> None:
    cls, _ = class_for(ClassDescriptor("A", 1, 3, [("id", "I"), ("items", "Ljava/util/List;")]))
    original: Any = cls(id=7, items=[1])
    original.__java_annotations__ = [["own"]]

    made = copied(original)

    assert (made.id, made.items, made.__java_annotations__) == (7, [1], [["own"]])
    assert (made.items is original.items) == (copied is copy.copy)
    assert bridge.dumps(made) == bridge.dumps(original)


def test_a_text_is_no_stream() -> None:
    with pytest.raises(TypeError, match="bytes-like"):
        bridge.loads("text")  # type: ignore[arg-type]


def test_a_set_with_an_order_is_shown_in_it_inside_an_object() -> None:
    cls, _ = class_for(ClassDescriptor("A", 1, fields=[("items", "Ljava/util/Set;")]))
    assert repr(cls(items=bridge.LinkedHashSet("cab"))) == "A(items=LinkedHashSet(['c', 'a', 'b']))"


def test_the_repr_of_what_is_shared_explosively_is_short() -> None:
    value = TC_OBJECT(TC_CLASSDESC("p.A", [("L", "a", TC_STRING("Lp/A;")), ("L", "b", TC_REFERENCE(1))]))
    data = value + b"".join([TC_OBJECT(TC_REFERENCE(0))] * 60) + TC_NULL * 2
    closing = b"".join([TC_REFERENCE(2 + i) for i in range(60, 0, -1)])
    found = bridge.loads(stream(data + closing))
    assert len(repr(found)) < 2000


def test_huge_numbers_are_shown_in_few_words() -> None:
    desc = TC_CLASSDESC("p.A", [("L", "number", TC_STRING("Ljava/math/BigInteger;"))])
    number = bridge.dumps(1 << 100_000)[4:]
    assert number[0] == 0x73
    generic = bridge.loads(stream(TC_OBJECT(desc, TC_NULL)))
    generic.number = 1 << 100_000
    assert repr(generic) == "A(number=<int of 100001 bits>)"
    assert sys.get_int_max_str_digits() >= 0


COLL_SER = TC_CLASSDESC("java.util.CollSer", [("I", "tag")], WRITES, uid=6309168927139932177)  # List.of, Set.of


def immutable(tag: int, depth: int, *, twice: bool) -> bytes:
    """``depth`` of them, each in the one before, once or twice; the first has handle 3, its class handle 2."""
    head = int_(tag) + b"\x77\4" + int_(1 + twice)
    innermost = TC_STRING("x") + (TC_STRING("y") if twice else b"")
    closing = b"".join(
        [TC_ENDBLOCKDATA, *[(TC_REFERENCE(3 + i) if twice else b"") + TC_ENDBLOCKDATA for i in range(depth - 1, 0, -1)]]
    )
    return TC_OBJECT(COLL_SER, head) + TC_OBJECT(TC_REFERENCE(2), head) * (depth - 1) + innermost + closing


@pytest.mark.parametrize("tag", [1, 2], ids=["List.of", "Set.of"])
def test_keys_of_a_hundred_thousand_levels_do_not_end_the_process(tag: int) -> None:
    for container in (
        TC_OBJECT(TC_CLASSDESC("java.util.HashSet", (), WRITES), b"\x77\x0c" + int_(16) + LOAD_FACTOR + int_(1),
                  immutable(tag, 100_000, twice=False), TC_ENDBLOCKDATA),
        hash_map(immutable(tag, 100_000, twice=False), TC_NULL),
    ):  # fmt: skip
        assert bridge.loads(stream(container))


def test_keys_that_hold_each_other_twice_cost_no_more_than_their_bytes() -> None:
    for container in (
        hash_set(immutable(1, 60, twice=True)),
        hash_map(immutable(1, 60, twice=True), TC_NULL),
        hash_set(immutable(1, 60, twice=True), name="java.util.LinkedHashSet"),
    ):
        assert isinstance(bridge.loads(stream(container)), JavaObject)


def test_small_immutable_keys_are_keys() -> None:
    value = {(1, ("a", None)): 1, frozenset((1, 2)): 2}
    assert bridge.loads(bridge.dumps(value)) == value
    assert bridge.loads(bridge.dumps({(1, 2), frozenset(("a",))})) == {(1, 2), frozenset(("a",))}


@pytest.fixture(params=[True, False], ids=["collector on", "collector off"])
def collecting(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether Python's collector of cycles is on, which then runs after every 50 objects."""
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(50)
    (gc.enable if request.param else gc.disable)()
    yield request.param
    gc.set_threshold(*thresholds)
    (gc.enable if enabled else gc.disable)()


def test_the_collector_rests_while_something_is_read_or_written_and_is_then_as_it_was(collecting: bool) -> None:
    value: deque[object] = deque()  # for each level, reading and writing keep what the collector tracks
    for _ in range(5000):
        value = deque([value, 5])
    data = bridge.dumps(value)
    unknown = [[[[value, object()]]]]
    runs = 0

    def count(phase: str, _: dict[str, int]) -> None:
        nonlocal runs
        runs += phase == "start"

    gc.collect()
    gc.callbacks.append(count)
    try:
        read = bridge.loads(data)
        while_reading, runs = runs, 0
        written = bridge.dumps(value)
        while_writing = runs
    finally:
        gc.callbacks.remove(count)
    assert gc.isenabled() is collecting
    assert written == bridge.dumps(read) == data
    assert while_reading <= 4, "at the borders of the call"
    assert while_writing <= 4, "at the borders of the call"
    for call in (lambda: bridge.loads(data[:-1]), lambda: bridge.dumps(unknown)):
        with pytest.raises(bridge.BridgeError):
            call()
        assert gc.isenabled() is collecting

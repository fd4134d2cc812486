"""Any value that Python can write goes through Java and comes back: the same types, values, sharing and cycles.

The values are drawn by hypothesis, the same ones in every run. Java reads each into its own objects and writes these
again. Types count at every node, nan and the sign of -0.0 too, and which containers and strings are the same object.
"""

from __future__ import annotations

import socket
from array import array
from collections import deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bridge
from bridge import (
    BigInteger,
    BooleanArray,
    Byte,
    Char,
    CharArray,
    DayOfWeek,
    EncodeError,
    Float,
    HashMap,
    Instant,
    JavaArray,
    LinkedHashMap,
    LinkedHashSet,
    LinkedList,
    Long,
    MonthDay,
    NanoDateTime,
    NanoTime,
    NanoTimedelta,
    Period,
    Short,
    TreeMap,
    TreeSet,
    Year,
    YearMonth,
    ZoneId,
)
from bridge.mapping.java_io import File
from bridge.mapping.java_lang_text import StringBuilder
from bridge.mapping.java_util_concurrent import (
    ConcurrentHashMap,
    ConcurrentLinkedQueue,
    ConcurrentSkipListMap,
    CopyOnWriteArrayList,
    LinkedBlockingQueue,
)
from bridge.mapping.java_util_containers import (
    BitSet,
    Hashtable,
    ImmutableMapEntry,
    MapEntry,
    PriorityQueue,
    Properties,
    Stack,
    Vector,
)
from bridge.mapping.java_util_immutable import ImmutableMap, StreamList
from bridge.mapping.java_util_values import Date, Locale
from bridge.mapping.java_util_views import ArraysList, UnmodifiableList, UnmodifiableMap
from interop.harness import Harness

SECONDS = 60


def drawn(examples: int) -> settings:
    """The same examples in every run, whatever the machine is busy with. The Java process outlives them all."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


# ---------------------------------------------------------------------------------------------------- the same graph

#: Containers whose order Java decides.
UNORDERED = (
    ConcurrentHashMap,
    ConcurrentSkipListMap,
    HashMap,
    Hashtable,
    ImmutableMap,
    PriorityQueue,
    TreeMap,
    TreeSet,
    frozenset,
)
#: Java writes these by a proxy that is made anew each time, or keeps one object for each value: nothing of identity.
WITHOUT_IDENTITY = (
    ImmutableMap,
    Locale,
    date,
    float,
    frozenset,
    int,
    time,
    timedelta,
    tuple,
    tzinfo,
    type(None),
)
#: What a type keeps beside what ``==`` compares.
ATTRIBUTES = ("access_order", "capacity_increment", "comparator", "component_type", "flags", "load_factor", "parts")


def arrives_as(value: Any) -> str:
    """The type of what comes back: its own, but for the few that no class of Java tells apart."""
    kind = type(value)
    if kind is tuple and any(item is None for item in value):
        return "StreamList"  # List.of takes no null
    if kind is ZoneInfo:
        return "ZoneId"
    if kind is bytes and len(value) < 2:
        return "ByteArray"  # CPython has one object for all of these
    return kind.__name__


def is_unordered(value: Any) -> bool:
    return type(value) is set or (isinstance(value, UNORDERED) and not isinstance(value, LinkedHashMap))


def key_of(value: Any) -> Any:
    """What tells values apart that may be keys: nan is equal to itself, as in Java, and 1, 1.0 and True are three."""
    if isinstance(value, (frozenset, set)):
        return arrives_as(value), frozenset(map(key_of, value))
    if isinstance(value, tuple):
        return arrives_as(value), tuple(map(key_of, value))
    return arrives_as(value), plain(value)


def plain(value: Any) -> Any:
    """A leaf, as something that ``==`` compares in full."""
    if isinstance(value, float):
        return value.hex() if value == value else "nan"
    if isinstance(value, Decimal):
        sign, digits, exponent = value.as_tuple()
        return sign if value else 0, digits, exponent  # a BigDecimal has no -0
    if isinstance(value, array):
        if value.typecode in "fd":
            return value.typecode, [plain(number) for number in value]  # Java writes one nan for all
        return value.typecode, value.tobytes()
    if isinstance(value, (datetime, time)):
        zone = value.tzinfo
        wall = value.replace(tzinfo=None, fold=0)
        return wall, getattr(value, "_beyond", 0), value.utcoffset(), getattr(zone, "key", None)
    if isinstance(value, timedelta):
        return timedelta(value.days, value.seconds, value.microseconds), getattr(value, "_beyond", 0)
    if isinstance(value, (ZoneInfo, ZoneId)):
        return value.key
    if isinstance(value, str):
        return str(value)
    return value


def children(value: Any) -> list[Any] | None:
    """The parts of a container in an order that both sides agree on; None for a leaf."""
    if isinstance(value, dict):
        keys = list(dict.keys(value))
        if is_unordered(value):
            keys.sort(key=lambda key: repr(key_of(key)))
        return [part for key in keys for part in (key, value[key])]
    if isinstance(value, (set, frozenset, PriorityQueue)) and is_unordered(value):
        return sorted(value, key=lambda item: repr(key_of(item)))
    if isinstance(value, (list, tuple, set, frozenset, deque)):
        return list(value)
    return None


def has_identity(value: Any) -> bool:
    if isinstance(value, (str, bytes)):
        return len(value) > 1 and not isinstance(value, Locale)
    return not isinstance(value, WITHOUT_IDENTITY)


def assert_same(expected: Any, actual: Any, *, cyclic: bool = False) -> None:
    """The same graph. Where it is ``cyclic``, a dict may have become a LinkedHashMap, which is one, too."""
    there: dict[int, Any] = {}
    here: dict[int, Any] = {}
    compared: set[tuple[int, int]] = set()
    waiting = [("$", expected, actual)]
    while waiting:
        path, one, other = waiting.pop()
        if (id(one), id(other)) in compared:
            continue
        compared.add((id(one), id(other)))
        kinds = [arrives_as(one), *(["LinkedHashMap"] if cyclic and type(one) is dict else [])]
        assert type(other).__name__ in kinds, f"{path}: {type(other)} in place of {type(one)}"
        if has_identity(one):
            assert there.setdefault(id(one), other) is other, f"{path}: came back as two"
            assert here.setdefault(id(other), one) is one, f"{path}: two came back as one"
        for name in ATTRIBUTES:
            if type(one).__name__ == type(other).__name__:
                assert getattr(one, name, None) == getattr(other, name, None), f"{path}.{name}"
        parts, others = children(one), children(other)
        if parts is None or others is None:
            assert plain(one) == plain(other), f"{path}: {other!r} in place of {one!r}"
        else:
            assert len(parts) == len(others), f"{path}: {len(others)} parts in place of {len(parts)}"
            waiting += [(f"{path}[{i}]", *pair) for i, pair in enumerate(zip(parts, others, strict=True))]


# -------------------------------------------------------------------------------------------------- values to be drawn

NO_SURROGATES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=8)  # lone surrogates too
#: Each is what it looks like in Python, and something else in modified UTF-8, in UTF-16 or in Java's boxes.
TEXTS = st.one_of(NO_SURROGATES, ANY_TEXT, st.sampled_from(["", "\0", "\x7f\x80", "\ud800", "\udfff\ud800", "😀 ￿"]))
# Two surrogates that make a pair are one character when they come back.
TEXTS = TEXTS.map(lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"))


def integers(bits: int) -> st.SearchStrategy[int]:
    """Signed ones, the ends of the range and of smaller ranges among them."""
    edges = [sign * (1 << size) + by for size in (7, 15, 31, 63, 64, 70) for sign in (-1, 1) for by in (-1, 0, 1)]
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    return st.integers(low, high) | st.sampled_from([edge for edge in edges if low <= edge <= high] or [0])


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
REGIONS = ZONES.map(ZoneInfo)
OFFSETS = st.integers(-18 * 3600, 18 * 3600).map(lambda seconds: timezone(timedelta(seconds=seconds))) | st.just(UTC)
NAIVE = st.datetimes()
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))
DECIMALS = st.builds(
    lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), max_size=40).map(tuple),
    st.integers(-50, 50) | st.sampled_from([-0x7FFFFFFF, 0x80000000 - 40, 5000]),
)
NANOS = st.integers(0, 999_999).map(lambda micros: micros * 1000 + 1)

#: A strategy for each type that Java compares as Python does: keys of a sorted map.
SORTABLE: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": integers(32),
    "float": st.floats() | st.just(float("nan")),
    "str": TEXTS,
    "Long": integers(32).map(Long),
    "large int": integers(64).filter(lambda number: not -(1 << 31) <= number < 1 << 31),
    "huge int": integers(72).filter(lambda number: not -(1 << 63) <= number < 1 << 63),
    "Short": integers(16).map(Short),
    "Byte": integers(8).map(Byte),
    "Float": st.floats(width=32).map(Float),
    "Char": st.characters(max_codepoint=0xFFFF, exclude_categories=[]).map(Char),
    "BigInteger": integers(64).map(BigInteger),
    "Decimal": DECIMALS.filter(lambda number: abs(number.adjusted()) < 10_000),
    "UUID": st.uuids() | st.integers(0, (1 << 128) - 1).map(lambda number: UUID(int=number)),
    "date": st.dates(),
    "time": st.times(),
    "time with an offset": st.times(timezones=OFFSETS),
    "naive datetime": NAIVE,
    "datetime with an offset": st.datetimes(timezones=OFFSETS),
    "datetime in a zone": st.datetimes(timezones=REGIONS, allow_imaginary=False),
    "datetime while the clock is put back": st.builds(
        lambda wall, fold: wall.replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=fold),
        st.datetimes(datetime(2024, 10, 27, 1), datetime(2024, 10, 27, 4)),
        st.integers(0, 1),
    ),
    "timedelta": st.timedeltas(),
    "Instant": INSTANTS.map(lambda moment: Instant.combine(moment.date(), moment.timetz())),
    "Date": INSTANTS.map(lambda moment: Date.combine(moment.date(), moment.replace(microsecond=0).timetz())),
    "Year": st.integers(-999_999_999, 999_999_999).map(Year),
    "YearMonth": st.builds(YearMonth, st.integers(-9999, 9999), st.integers(1, 12)),
    "MonthDay": st.builds(MonthDay, st.integers(1, 12), st.integers(1, 28)),
    "DayOfWeek": st.sampled_from(DayOfWeek),
    "nanoseconds": st.builds(NanoTime.of, st.times(), NANOS),
    "datetime with nanoseconds": st.builds(NanoDateTime.of, NAIVE, NANOS),
    "timedelta with nanoseconds": st.builds(NanoTimedelta.of, st.timedeltas(), NANOS),
    "File": st.lists(st.sampled_from(["a", "b", "a-b", "A", "é", "a.b"]), min_size=1).map("/".join).map(File),
}
#: Those that can be keys, and that Java does not sort.
HASHABLE = st.one_of(
    st.none(),
    integers(72),
    st.floats(),
    st.binary(max_size=6),
    st.builds(Period, *[integers(32)] * 3),
    OFFSETS,
    REGIONS,
    st.sampled_from([Locale("de_DE"), Locale("zh_TW_#Hant"), Locale.of("", "CH")]),
    *SORTABLE.values(),
)


def arrays(typecode: str, items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(items, max_size=6).map(lambda numbers: array(typecode, numbers))


NUMBER_ARRAYS = st.one_of(
    arrays("h", integers(16)),
    arrays("i", integers(32)),
    arrays("q", integers(64)),
    arrays("f", st.floats(width=32)),
    arrays("d", st.floats()),
)
LEAVES = st.one_of(
    HASHABLE,
    NUMBER_ARRAYS,
    st.lists(st.booleans(), max_size=6).map(BooleanArray),
    TEXTS.map(CharArray),
    TEXTS.map(StringBuilder),
    st.lists(NUMBER_ARRAYS.filter(lambda numbers: numbers.typecode == "i"), max_size=3).map(
        lambda rows: JavaArray(rows, "[I")
    ),
    st.lists(st.none() | TEXTS, max_size=3).map(lambda texts: JavaArray(texts, "java.lang.String")),
    st.sets(st.integers(0, 300)).map(BitSet),
    st.dictionaries(TEXTS, TEXTS, max_size=3).map(Properties),
)


def nested_keys(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    not_null = items.filter(lambda item: item is not None)
    return st.lists(items, max_size=3).map(tuple) | st.lists(not_null, max_size=3, unique_by=key_of).map(frozenset)


KEYS = st.recursive(HASHABLE, nested_keys, max_leaves=5)
SOME_KEYS = st.lists(KEYS, max_size=5, unique_by=key_of)
NOT_NULL_KEYS = st.lists(KEYS.filter(lambda key: key is not None), max_size=5, unique_by=key_of)
SORTED_KEYS = st.sampled_from(sorted(SORTABLE)).flatmap(lambda name: st.lists(SORTABLE[name], max_size=6))


def containers(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Every container, with what it takes as elements."""
    lists = st.lists(items, max_size=4)
    not_null = items.filter(lambda item: item is not None)
    full = st.lists(not_null, max_size=4)

    def maps(keys: st.SearchStrategy[list[Any]], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
        return keys.flatmap(
            lambda some: st.tuples(*[values] * len(some)).map(lambda of: dict(zip(some, of, strict=True)))
        )

    return st.one_of(
        lists,
        lists.map(tuple),
        full.map(deque),
        maps(SOME_KEYS, items),
        SOME_KEYS.map(set),
        NOT_NULL_KEYS.map(frozenset),
        lists.map(LinkedList),
        lists.map(JavaArray),
        lists.map(StreamList),
        lists.map(Vector),
        lists.map(Stack),
        lists.map(CopyOnWriteArrayList),
        lists.map(ArraysList),
        lists.map(UnmodifiableList),
        full.map(ConcurrentLinkedQueue),
        full.map(lambda some: LinkedBlockingQueue(some, 9)),
        SORTED_KEYS.map(sorted).map(PriorityQueue),
        SOME_KEYS.map(LinkedHashSet),
        SORTED_KEYS.map(TreeSet),
        maps(SOME_KEYS, items).map(HashMap),
        maps(SOME_KEYS, items).map(lambda some: LinkedHashMap(some, access_order=True)),
        maps(SOME_KEYS, items).map(UnmodifiableMap),
        maps(NOT_NULL_KEYS, not_null).map(Hashtable),
        maps(NOT_NULL_KEYS, not_null).map(ConcurrentHashMap),
        maps(NOT_NULL_KEYS, not_null).map(ImmutableMap),
        maps(SORTED_KEYS, items).map(TreeMap),
        maps(SORTED_KEYS, not_null).map(ConcurrentSkipListMap),
        st.builds(MapEntry, items, items),
        st.builds(ImmutableMapEntry, items, items),
    )


VALUES = st.recursive(LEAVES, containers, max_leaves=12)


# ------------------------------------------------------------------------------------------------------ the properties


def through(java: Harness, value: Any) -> Any:
    return bridge.loads(java.ask("reserialize", bridge.dumps(value)))


@given(st.lists(LEAVES, max_size=12))
@drawn(150)
def test_leaves_come_back_from_java_as_they_were(java: Harness, values: list[Any]) -> None:
    assert_same(values, through(java, values))


@given(VALUES)
@drawn(400)
def test_any_value_comes_back_from_java_as_it_was(java: Harness, value: Any) -> None:
    assert_same(value, through(java, value))


@pytest.mark.parametrize("name", SORTABLE)
def test_sorted_maps_are_written_in_the_order_of_java(java: Harness, name: str) -> None:
    @given(st.lists(SORTABLE[name], max_size=12))
    @drawn(20)
    def check(keys: list[Any]) -> None:
        # A ConcurrentSkipListMap refuses keys that are not in ascending order; a TreeMap takes them and finds none.
        value = ConcurrentSkipListMap.fromkeys(keys, 1)
        assert_same(value, through(java, value))

    check()


def test_every_time_zone_of_python_comes_back_from_java(java: Harness) -> None:
    # What Java takes for a prefix and an offset has in Java the id of the prefix alone.
    keys = sorted(available_timezones() - {"GMT+0", "GMT-0"})
    times = [datetime(2024, month, 1, 12, tzinfo=ZoneInfo(key)) for key in keys for month in (1, 7)]
    assert_same(times, through(java, times))


REFUSED: dict[str, Any] = {
    "Decimal nan": Decimal("nan"),
    "Decimal infinity": Decimal("-inf"),
    "Decimal with a scale above an int": Decimal((0, (1,), -0x80000000)),
    "Decimal with a scale below an int": Decimal((0, (1,), 0x80000001)),
    "Long of 65 bits": Long(1 << 63),
    "Short of 17 bits": Short(1 << 15),
    "Byte of 9 bits": Byte(-129),
    "Float that is a double": Float(1e300),
    "Char of two units": Char("😀"),
    "Char of none": Char(""),
    "array without a sign": array("I", [1]),
    "time zone 18 hours off": timezone(timedelta(hours=18, seconds=1)),
    "time zone of parts of a second": datetime(2024, 1, 1, tzinfo=timezone(timedelta(microseconds=1))),
    "time in a region": time(12, tzinfo=ZoneInfo("Europe/Berlin")),
    "Instant anywhere": Instant(2024, 1, 1),
    "Year of five bytes": Year(1 << 31),
    "null in a frozenset": frozenset({None}),
    "null in a deque": deque([None]),
    "null in a Hashtable": Hashtable({"a": None}),
    "null key of a Hashtable": Hashtable({None: "a"}),
    "null in a PriorityQueue": PriorityQueue([None]),
    "null in a ConcurrentHashMap": ConcurrentHashMap({"a": None}),
    "null key of a ConcurrentHashMap": ConcurrentHashMap({None: "a"}),
    "null in a ConcurrentSkipListMap": ConcurrentSkipListMap({"a": None}),
    "null in an ImmutableMap": ImmutableMap({"a": None}),
    "null in a queue": ConcurrentLinkedQueue([1, None, 2]),
    "null in a LinkedBlockingQueue": LinkedBlockingQueue([1, None, 2]),
    "complex": 1j,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_java_cannot_hold_is_refused_before_it_is_sent(name: str) -> None:
    with pytest.raises(EncodeError) as caught:
        bridge.dumps({"orders": [0, [REFUSED[name]]]})
    assert caught.value.path == "$.orders[1][0]"


#: Kinds of nodes that can be the same object in several places: those that are made before their contents, and others.
OPEN: list[Callable[[], Any]] = [list, dict, deque, LinkedList, HashMap, JavaArray, Vector, TreeMap]
SHARED: list[Callable[[int], Any]] = [
    lambda number: f"text {number % 3}",  # equal ones that are not the same one
    lambda number: bytes([number % 3, 1]),
    lambda number: array("i", [number]),
    lambda number: CharArray(f"{number}"),
    lambda number: StringBuilder("x"),
    lambda number: BooleanArray([True]),
    Decimal,
    lambda number: UUID(int=number),
    lambda number: LinkedHashSet([f"element {number}", "other"]),
    timedelta,
]


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    """A container with others in it, any of them in any other and in itself, and what they share."""
    shared = [draw(st.sampled_from(SHARED))(number) for number in range(draw(st.integers(0, 5)))]
    opened = [draw(st.sampled_from(OPEN))() for _ in range(draw(st.integers(1, 6)))]
    nodes = shared + opened
    for _ in range(draw(st.integers(0, 3))):
        nodes.append(ArraysList(draw(st.lists(st.sampled_from(nodes), max_size=3))))
        # A tuple holds nothing that could lead back to it: Java itself cannot read a List.of that contains itself.
        nodes.append(tuple(draw(st.lists(st.sampled_from(shared or [1]), max_size=3))))
    names = [f"key {number}" for number in range(4)]  # the same strings are keys of all maps
    for container in opened:
        parts = draw(st.lists(st.integers(0, len(nodes) - 1), max_size=4))
        if isinstance(container, dict):
            container.update(zip(names, [nodes[part] for part in parts], strict=False))
        else:
            container.extend([nodes[part] for part in parts])
    return [opened[0], *draw(st.lists(st.sampled_from(nodes), max_size=4))]


@given(graphs())
@drawn(400)
def test_what_is_shared_and_what_contains_itself_comes_back_so(java: Harness, graph: Any) -> None:
    assert_same(graph, through(java, graph), cyclic=True)


def echoed(java: Harness, contents: list[Any]) -> list[Any]:
    """All contents of one stream, through a server of Java that answers with one stream."""
    with socket.create_connection(("127.0.0.1", java.port("echo-server")), SECONDS) as peer:
        peer.sendall(bridge.dumps_all(contents))
        peer.shutdown(socket.SHUT_WR)
        received = bytearray()
        while data := peer.recv(1 << 16):
            received += data
    return bridge.loads_all(bytes(received))


@given(st.lists(VALUES | graphs(), max_size=5), st.lists(st.integers(0, 4), max_size=4))
@drawn(120)
def test_several_contents_of_one_stream_come_back_in_order(java: Harness, some: list[Any], again: list[int]) -> None:
    contents = some + [some[number] for number in again if number < len(some)]
    assert_same(contents, echoed(java, contents), cyclic=True)

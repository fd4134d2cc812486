"""Limits and filters, as the decoder asks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

import bridge
from bridge.connection import ObjectReceived
from bridge.errors import DecodeError, RejectedError
from bridge.limits import FilterInfo, Limits, Status
from bridge.stream.decoder import Decoder
from bridge.stream.states import NEED_DATA
from tests.fuzz.seeds import seeds
from tests.stream.assemble import (
    SC_ENUM,
    SC_SERIALIZABLE,
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_CLASS,
    TC_CLASSDESC,
    TC_ENUM,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    int_,
    list_of,
    long_,
    stream,
)
from tests.stream.outcomes import BUILDS, Build

LONG = TC_CLASSDESC("java.lang.Long", [("J", "value")])
ENUM = TC_CLASSDESC("p.E", flags=SC_SERIALIZABLE | SC_ENUM)

#: How deep: objects in objects, whatever they are.
INNER = {
    "object": TC_OBJECT(TC_CLASSDESC("p.A")),
    "box": TC_OBJECT(LONG, long_(1)),
    "array of objects": TC_ARRAY(TC_CLASSDESC("[Lp.A;"), 1, TC_NULL),
    "array of primitives": TC_ARRAY(TC_CLASSDESC("[I"), 1, int_(1)),
    "enum constant": TC_ENUM(ENUM, TC_STRING("X")),
    "class object": TC_CLASS(TC_CLASSDESC("p.A")),
    "list": list_of(),
}


@pytest.mark.parametrize("name", INNER)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("again", [False, True], ids=["first", "known"])
def test_maxdepth_counts_objects_in_objects(build: Build, name: str, again: bool) -> None:
    data = stream(list_of(list_of(INNER[name], class_desc=TC_REFERENCE(0))))
    registry = build.registry()
    if again:
        build.whole(data, registry)
    assert build.whole(data, registry, limits={"maxdepth": 3}).error is None
    error = build.whole(data, registry, limits={"maxdepth": 2}).error
    assert error is not None
    assert (error[0], error[2], error[3]) == ("RejectedError", "$[0][0]", "more than maxdepth=2 nested objects")


@bridge.java_class("p.Holder", serial_version_uid=1)
@dataclass(slots=True)
class Holder:
    part: Any
    after: Any = None


#: Values with parts that have parts: read as far as that goes without a frame, then with one.
WITH_PARTS: dict[str, Callable[[], Any]] = {
    "fields": lambda: Holder([[]]),
    "last field": lambda: Holder(None, [[]]),
    "adapter": lambda: Decimal("1.5"),
    "list": lambda: [1, [2]],
    "map": lambda: bridge.HashMap({"a": {"b": {}}}),
}


@pytest.mark.parametrize("name", WITH_PARTS)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_what_is_finished_has_no_depth_any_more(build: Build, name: str) -> None:
    data = bridge.dumps([[WITH_PARTS[name]() for _ in range(5)], [[[[[]]]]]])
    assert build.whole(data, limits={"maxdepth": 6}).error is None
    error = build.whole(data, limits={"maxdepth": 5}).error
    assert error is not None
    assert (error[0], error[2]) == ("RejectedError", "$[1][0][0][0][0]")


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_strings_and_nulls_have_no_depth(build: Build) -> None:
    assert build.whole(stream(list_of(TC_STRING("x"), TC_NULL)), limits={"maxdepth": 1}).error is None
    assert build.whole(stream(TC_STRING("x")), limits={"maxdepth": 0}).error is None
    assert build.whole(stream(list_of()), limits={"maxdepth": 0}).error is not None


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_maxhandles_is_reached_by_the_last_handle(build: Build) -> None:
    for data in seeds():
        unlimited = build.whole(data)
        if b"\x79" in data or b"\x7b" in data or unlimited.error:
            continue  # handles begin anew
        resolver = build.registry()
        for _ in range(2):  # descriptors from the stream, then from the cache
            assert build.whole(data, resolver, limits={"maxhandles": unlimited.handles}) == unlimited
            if unlimited.handles:
                error = build.whole(data, resolver, limits={"maxhandles": unlimited.handles - 1}).error
                assert error is not None
                assert error[0] == "RejectedError"


def test_maxhandles_and_maxclasses_count_since_the_last_reset() -> None:
    data = stream(*[TC_OBJECT(TC_CLASSDESC("p.A")), TC_RESET] * 10)
    assert len(bridge.loads_all(data, limits=Limits(maxhandles=2, maxclasses=1))) == 10


#: What Java counts as references: ``ObjectInputStream.totalObjectRefs`` after the content (JDK 17, and the same in 25).
REFERENCES = {
    "null": (TC_NULL, 1),
    "string": (TC_STRING("x"), 1),
    "long string": (TC_LONGSTRING("x"), 1),
    "object": (TC_OBJECT(TC_CLASSDESC("p.A")), 2),
    "object with a super-class": (TC_OBJECT(TC_CLASSDESC("p.A", super_class=TC_CLASSDESC("p.B"))), 3),
    "object with fields": (
        TC_OBJECT(
            TC_CLASSDESC("p.A", [("I", "i"), ("L", "l", TC_STRING("Lp/A;")), ("L", "m", TC_REFERENCE(1))]),
            int_(1), TC_NULL, TC_REFERENCE(2),
        ),
        4,
    ),
    "array": (TC_ARRAY(TC_CLASSDESC("[Lp.A;"), 3, TC_NULL, TC_REFERENCE(1), TC_STRING("x")), 5),
    "enum": (TC_ENUM(ENUM, TC_STRING("X")), 2),
    "class object": (TC_CLASS(TC_CLASSDESC("p.A")), 2),
    "class descriptor": (TC_CLASSDESC("p.A"), 2),
    "proxy": (TC_OBJECT(TC_PROXYCLASSDESC("p.I", "p.J")), 2),
    "box": (TC_OBJECT(LONG, long_(1)), 2),
    "annotation": (TC_OBJECT(TC_CLASSDESC("p.A", annotation=TC_NULL + TC_STRING("x"))), 4),
    "list": (list_of(TC_OBJECT(LONG, long_(1)), TC_OBJECT(TC_REFERENCE(2), long_(2)), TC_NULL), 6),
}  # fmt: skip


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("again", [False, True], ids=["first", "known"])
def test_maxrefs_counts_as_java_does(build: Build, name: str, again: bool) -> None:
    content, count = REFERENCES[name]
    data = stream(content)
    registry = build.registry()
    if again:
        build.whole(data, registry)
    assert build.whole(data, registry, limits={"maxrefs": count}).error is None
    error = build.whole(data, registry, limits={"maxrefs": count - 1}).error
    assert error is not None
    assert (error[0], error[3]) == ("RejectedError", f"more than maxrefs={count - 1} objects")


def test_maxrefs_of_loads_counts_the_whole_stream_and_on_a_channel_one_content() -> None:
    data = stream(*[list_of(TC_NULL), TC_RESET] * 3)
    assert len(bridge.loads_all(data, limits=Limits(maxrefs=9))) == 3
    with pytest.raises(RejectedError, match="maxrefs=8"):
        bridge.loads_all(data, limits=Limits(maxrefs=8))
    connection = bridge.Connection(limits=Limits(maxrefs=3))
    connection.receive_data(data)
    assert [connection.next_event() for _ in range(3)] == [ObjectReceived([None])] * 3


LONG_NAME = "p." + "N" * 100
CHAIN = TC_CLASSDESC("p.C", super_class=TC_CLASSDESC("p.D", super_class=TC_CLASSDESC("p.E")))

#: Every limit: a content, the bound that it just keeps, and what is said one below.
BOUNDS = [
    ("maxdepth", list_of(list_of(class_desc=TC_REFERENCE(0))), 2, "more than maxdepth=1 nested objects"),
    ("maxdepth", TC_OBJECT(CHAIN), 3, "more than maxdepth=2 nested objects"),
    ("maxrefs", list_of(TC_NULL, TC_NULL), 4, "more than maxrefs=3 objects"),
    ("maxarray", TC_ARRAY(TC_CLASSDESC("[I"), 3, int_(0) * 3), 3, "an array of 3 elements, more than maxarray=2"),
    ("maxbytes", TC_STRING("text"), 7 + 4, "more than maxbytes=10 bytes"),
    ("maxclasses", TC_OBJECT(CHAIN), 3, "more than maxclasses=2 classes"),
    ("maxclasses", list_of(TC_OBJECT(TC_CLASSDESC("p.A")), TC_OBJECT(TC_REFERENCE(2))), 2, "more than maxclasses=1 c"),
    ("maxfields", TC_OBJECT(TC_CLASSDESC("p.A", [("B", "x"), ("B", "y")]), b"12"), 2, "p.A with 2 fields, more than"),
    ("maxfields", TC_OBJECT(TC_CLASSDESC("p.B", super_class=TC_CLASSDESC("p.A", [("B", "x")])), b"1"), 1, "p.A with 1"),
    ("maxstring", TC_STRING("é" * 5), 10, "a string of 10 bytes, more than maxstring=9"),
    ("maxstring", TC_LONGSTRING("x" * 5), 5, "a string of 5 bytes, more than maxstring=4"),
    ("maxstring", TC_OBJECT(TC_CLASSDESC(LONG_NAME)), 102, "a string of 102 bytes, more than maxstring=101"),
    ("maxstring", TC_OBJECT(TC_CLASSDESC("p.A", [("B", LONG_NAME)]), b"1"), 102, "a string of 102 bytes, more than"),
    ("maxstring", TC_OBJECT(TC_PROXYCLASSDESC("p.I", LONG_NAME)), 102, "a string of 102 bytes, more than maxstring="),
    ("maxhandles", TC_OBJECT(TC_CLASSDESC("p.A")), 2, "more than maxhandles=1 objects and classes to refer to"),
]


@pytest.mark.parametrize(("limit", "content", "bound", "message"), BOUNDS)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("again", [False, True], ids=["first", "known"])
def test_every_limit_lets_in_what_keeps_it_and_nothing_beyond(
    build: Build, limit: str, content: bytes, bound: int, message: str, again: bool
) -> None:
    data = stream(content)
    registry = build.registry()
    if again:
        build.whole(data, registry)
    decoder = build.Decoder(registry, limits=build.Limits(**{limit: bound}), whole_stream=True)
    decoder.feed(data)
    decoder.feed_eof()
    decoder.next_content()
    assert decoder.next_content() is build.END_OF_STREAM
    decoder = build.Decoder(registry, limits=build.Limits(**{limit: bound - 1}), whole_stream=True)
    decoder.feed(data)
    with pytest.raises(build.errors.RejectedError) as caught:
        decoder.next_content()
    assert caught.value.message.startswith(message)


def test_a_string_is_refused_before_its_bytes_have_come() -> None:
    for head in (b"\x74\xff\xff", b"\x7c" + (1 << 30).to_bytes(8, "big"), b"\x72\xff\xff"):
        decoder = Decoder(bridge.default_registry, limits=Limits(maxstring=100))
        decoder.feed(stream(head))
        if head[0] == 0x72:
            assert decoder.next_content() is NEED_DATA  # the name of a class is at most 64 KiB, and comes first
            decoder.feed(bytes(0xFFFF + 11))
        with pytest.raises(RejectedError, match="maxstring=100"):
            decoder.next_content()


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_maxbytes_is_reached_by_the_last_byte_of_a_content(build: Build) -> None:
    for data in seeds():
        if b"\x79" in data:  # TC_RESET belongs to no content
            continue
        whole = build.whole(data)
        decoder = build.Decoder(build.registry())
        decoder.feed(data)
        decoder.feed_eof()
        ends = [4]
        while decoder.next_content() is not build.END_OF_STREAM:
            ends.append(decoder.offset)
        longest = max([after - before for before, after in pairwise(ends)], default=0)
        longest = max(longest, 4)  # the header
        assert build.whole(data, limits={"maxbytes": longest}) == whole
        if longest > 4:
            error = build.whole(data, limits={"maxbytes": longest - 1}).error
            assert error is not None
            assert error[0] == "RejectedError"
            pieces = [data[i : i + 3] for i in range(0, len(data), 3)]
            assert build.pieces(pieces, limits={"maxbytes": longest - 1}).error == error


def test_maxbytes_of_loads_counts_the_whole_stream() -> None:
    data = stream(*[TC_BLOCKDATA(b"x" * 100)] * 10, TC_STRING("text"))
    assert bridge.loads(data, limits=Limits(maxbytes=len(data))) == "text"
    for load in (bridge.loads, bridge.loads_all):
        with pytest.raises(RejectedError, match="more than maxbytes"):
            load(data, limits=Limits(maxbytes=len(data) - 1))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize(
    "array", [TC_ARRAY(TC_CLASSDESC("[Lp.A;"), 5, *[TC_NULL] * 5), TC_ARRAY(TC_CLASSDESC("[B"), 5, b"12345")]
)
def test_maxarray_is_the_longest_array(build: Build, array: bytes) -> None:
    assert build.whole(stream(array), limits={"maxarray": 5}).error is None
    error = build.whole(stream(array), limits={"maxarray": 4}).error
    assert error is not None
    assert error[0] == "RejectedError"
    assert "5 elements, more than maxarray=4" in error[3]


def asked(data: bytes, registry: Any = None) -> list[FilterInfo]:
    found: list[FilterInfo] = []
    bridge.loads_all(data, object_filter=found.append, registry=registry)
    return found


def test_a_filter_is_asked_about_every_class_and_array() -> None:
    child = TC_CLASSDESC("p.Child", super_class=TC_CLASSDESC("p.Parent"))
    data = stream(
        list_of(TC_OBJECT(child), TC_ARRAY(TC_CLASSDESC("[I"), 3, int_(1) * 3), TC_ENUM(ENUM, TC_STRING("X"))),
        TC_CLASS(TC_CLASSDESC("p.Alone")),
        TC_OBJECT(TC_PROXYCLASSDESC("p.I", "p.J")),
    )
    names = {"java.util.ArrayList", "p.Child", "p.Parent", "[I", "p.E", "p.Alone", "p.I", "p.J"}
    registry = bridge.default_registry.copy()
    for _ in range(2):  # descriptors from the stream, then from the cache
        found = asked(data, registry)
        assert {info.class_name for info in found} == names
        assert [info.array_length for info in found if info.class_name == "[I"] == [-1, 3]
        assert {info.class_name: info.depth for info in found}["java.util.ArrayList"] == 1
        assert {info.class_name: info.depth for info in found}["p.Child"] == 2
        assert {info.class_name: info.depth for info in found}["p.Parent"] == 3


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_refusal_is_the_same_whether_the_class_was_known_or_not(build: Build) -> None:
    child = TC_CLASSDESC("p.Child", [("I", "x")], super_class=TC_CLASSDESC("p.Parent"))
    data = stream(list_of(TC_OBJECT(child, int_(1))))

    def errors(registry: Any, refused: str) -> tuple[Any, ...]:
        def ask(info: Any) -> Any:
            return build.module("limits").Status.REJECTED if info.class_name == refused else None

        decoder = build.Decoder(registry, object_filter=ask)
        decoder.feed(data)
        with pytest.raises(build.errors.RejectedError) as caught:
            decoder.next_content()
        return caught.value.message, caught.value.offset, caught.value.path

    for refused in ("p.Child", "p.Parent", "java.util.ArrayList"):
        registry = build.registry()
        first = errors(registry, refused)
        assert first[0] == f"the filter refuses {refused}"
        build.whole(data, registry)
        assert errors(registry, refused) == first


def test_a_filter_that_fails_refuses() -> None:
    def failing(info: FilterInfo) -> Status:
        raise ZeroDivisionError

    with pytest.raises(RejectedError, match="ZeroDivisionError") as caught:
        bridge.loads(stream(TC_OBJECT(TC_CLASSDESC("p.A"))), object_filter=failing)
    assert caught.value.offset is not None


def test_a_pattern_refuses_before_anything_is_made() -> None:
    for content in INNER.values():
        if content != INNER["array of primitives"]:
            with pytest.raises(DecodeError, match="the filter refuses"):
                bridge.loads(stream(content), object_filter="!*")


def test_limits_hold_at_every_bound_for_every_stream() -> None:
    for data in seeds()[:30]:
        for limit in range(0, 40, 10):
            few = limit // 5
            for limits in (
                {"maxbytes": limit}, {"maxdepth": few}, {"maxrefs": limit}, {"maxarray": few}, {"maxhandles": limit},
                {"maxclasses": few}, {"maxfields": few}, {"maxstring": limit},
            ):  # fmt: skip
                first, second = [build.whole(data, limits=limits) for build in BUILDS]
                assert first == second
                assert first.error is None or first.error[0] == "RejectedError"


def test_the_decoder_holds_no_more_than_limits_say() -> None:
    decoder = Decoder(bridge.default_registry, limits=Limits(maxhandles=3))
    decoder.feed(stream(*[TC_STRING("x")] * 5))
    with pytest.raises(RejectedError):
        decoder.take_contents([])
    assert decoder.handle_count == 3

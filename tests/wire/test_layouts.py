"""Layouts made safe: they read what they read before, within bounds, and tell where each field lies."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from typing import Any

import construct
import pytest
from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Bitwise,
    Byte,
    Bytes,
    BytesInteger,
    Check,
    Compressed,
    Computed,
    Const,
    CString,
    FixedSized,
    Flag,
    GreedyBytes,
    GreedyRange,
    GreedyString,
    If,
    Int8ub,
    Int16ub,
    LazyBound,
    Mapping,
    NullStripped,
    NullTerminated,
    Optional,
    PaddedString,
    Padding,
    PascalString,
    Pass,
    Pointer,
    Prefixed,
    PrefixedArray,
    ProcessXor,
    Rebuild,
    RepeatUntil,
    Select,
    Sequence,
    StopIf,
    Struct,
    Switch,
    Terminated,
    VarInt,
    ZigZag,
    obj_,
    this,
)

from bridge.errors import SchemaError
from bridge.wire.fields import JavaUTF
from bridge.wire.layouts import BoundReached, Reading, guarded, read, reads_to_the_end

CHAIN: Any = Struct("value" / Int8ub, "next" / If(this.value > 0, LazyBound(lambda: CHAIN)))
MADE_ANEW = Struct("value" / Int8ub, "next" / If(this.value > 0, LazyBound(lambda: Struct("end" / Int8ub))))

#: Layouts of all kinds, with bytes that fit.
LAYOUTS: list[tuple[Any, bytes]] = [
    (Int8ub, b"\1"),
    (Struct("a" / Int8ub, "b" / Array(this.a, Int16ub)), b"\2\0\1\0\2"),
    (Sequence(Int8ub, CString("utf8"), "named" / Byte), b"\1ab\0\2"),
    (Struct("a" / CString("utf16"), "b" / PaddedString(4, "ascii")), "é".encode("utf-16-le") + b"\0\0ab\0\0"),
    (NullTerminated(GreedyBytes, term=b"\r\n", include=True), b"abcd\r\n"),
    (Struct("a" / NullTerminated(GreedyBytes, consume=False), "b" / Byte), b"abc\0"),
    (NullTerminated(GreedyBytes, require=False), b"abc"),
    (FixedSized(5, NullStripped(GreedyBytes)), b"abc\0\0"),
    (PascalString(VarInt, "utf8"), b"\3abc"),
    (PrefixedArray(Int8ub, ZigZag), b"\3\1\2\x81\1"),
    (VarInt, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
    (BitStruct("a" / BitsInteger(3), "b" / Flag, "c" / BitsInteger(4)), b"\xa5"),
    (Bitwise(GreedyRange(BitsInteger(4))), b"ab"),
    (Bitwise(Struct("n" / BitsInteger(4), "d" / BitsInteger(this.n * 4), "rest" / BitsInteger(4))), b"\x2a\xbc"),
    (Struct("n" / Int8ub, "d" / BytesInteger(this.n)), b"\3\1\2\3"),
    (Prefixed(Int8ub, Compressed(GreedyBytes, "zlib")), Prefixed(Int8ub, Compressed(GreedyBytes, "zlib")).build(b"a")),
    (Compressed(GreedyString("utf8"), "gzip"), Compressed(GreedyString("utf8"), "gzip").build("text")),
    (Compressed(GreedyBytes, "bzip2"), Compressed(GreedyBytes, "bzip2").build(b"text")),
    (Compressed(GreedyBytes, "lzma"), Compressed(GreedyBytes, "lzma").build(b"text")),
    (Struct("k" / Int8ub, "v" / Switch(this.k, {1: Int8ub, 2: CString("ascii")}, default=Pass)), b"\2a\0"),
    (Struct("a" / Optional(Const(b"z")), "b" / Select(Const(b"x"), Int16ub)), b"\0\7"),
    (GreedyRange(Struct("a" / Int8ub, "b" / Int16ub)), b"\1\0\2\3\0\4"),
    (GreedyRange(Struct("a" / Const(b"a"), StopIf(True), "b" / Byte)), b"aa"),
    (RepeatUntil(obj_ == 0, Byte), b"\1\2\0"),
    (Struct("a" / Byte, "b" / Computed(this.a + 1), "c" / Rebuild(Byte, 7), Check(this.a == 1), Terminated), b"\1\7"),
    (Struct("at" / Byte, "there" / Pointer(this.at, Byte)), b"\2\0\x09"),
    (ProcessXor(0x55, Struct("a" / Int16ub)), b"\x55\x55"),
    (construct.FocusedSeq("b", Const(b"a"), "b" / Byte), b"a\1"),
    (construct.Union(0, "a" / Int16ub, "b" / Bytes(2)), b"\1\2"),
    (Mapping(Byte, {"x": 1}), b"\1"),
    (construct.Aligned(4, Struct("a" / Byte)), b"\1\0\0\0"),
    (construct.ByteSwapped(Int16ub), b"\1\0"),
    (construct.Hex(Int16ub), b"\1\2"),
    (CHAIN, b"\1\2\0"),
    (MADE_ANEW, b"\1\2"),
    (JavaUTF, b"\0\1a"),
]  # fmt: skip


def parsed(layout: Any, data: bytes, *, trace: bool = False, reading: Reading | None = None) -> Any:
    stream = io.BytesIO(data)
    return read(guarded(layout, trace=trace), stream, reading or Reading()), stream.tell()


@pytest.mark.parametrize("trace", [False, True])
@pytest.mark.parametrize(("layout", "data"), LAYOUTS)
def test_a_safe_layout_reads_what_it_read_before(layout: Any, data: bytes, trace: bool) -> None:
    stream = io.BytesIO(data)
    assert parsed(layout, data, trace=trace) == (layout.parse_stream(stream), stream.tell())


@pytest.mark.parametrize("trace", [False, True])
@pytest.mark.parametrize(("layout", "data"), LAYOUTS)
def test_a_safe_layout_fails_where_it_failed_before(layout: Any, data: bytes, trace: bool) -> None:
    for end in range(len(data)):
        if not end and isinstance(layout, Compressed):
            continue  # nothing at all is an archive of nothing to two of Python's modules
        try:
            expected = layout.parse(data[:end])
        except Exception as error:  # noqa: BLE001 - whatever construct raises
            with pytest.raises((type(error), construct.StreamError)):
                parsed(layout, data[:end], trace=trace)
        else:
            assert parsed(layout, data[:end], trace=trace)[0] == expected


def spans(layout: Any, data: bytes) -> list[tuple[Any, ...]]:
    reading = Reading(trace=True)
    parsed(layout, data, trace=True, reading=reading)
    return [
        (each.path, each.start, each.end, each.value, *([each.bits] if each.bits else [])) for each in reading.spans
    ]


def test_every_field_has_its_place() -> None:
    layout = Struct(
        "n" / Int8ub,
        "items" / Array(this.n, Struct("x" / Int16ub, "s" / CString("utf8"))),
        Padding(2),
        "bits" / BitStruct("h" / BitsInteger(3), "l" / BitsInteger(5)),
        "sized" / Prefixed(Int8ub, GreedyRange(Int8ub)),
        Const(b"!"),
    )
    data = b"\2" + b"\0\1ab\0" + b"\0\2\0" + b"\0\0" + b"\x25" + b"\2\7\x08" + b"!"
    first, second = {"x": 1, "s": "ab"}, {"x": 2, "s": ""}
    assert spans(layout, data) == [
        ("$.n", 0, 1, 2),
        ("$.items", 1, 9, [first, second]),
        ("$.items[0]", 1, 6, first),
        ("$.items[0].x", 1, 3, 1),
        ("$.items[0].s", 3, 6, "ab"),
        ("$.items[1]", 6, 9, second),
        ("$.items[1].x", 6, 8, 2),
        ("$.items[1].s", 8, 9, ""),
        ("$.(padding)", 9, 11, None),
        ("$.bits", 11, 12, {"h": 1, "l": 5}),
        ("$.bits.h", 11, 12, 1, (0, 3)),
        ("$.bits.l", 11, 12, 5, (3, 5)),
        ("$.sized", 12, 15, [7, 8]),
        ("$.sized[0]", 13, 14, 7),
        ("$.sized[1]", 14, 15, 8),
        ("$.(constant)", 15, 16, b"!"),
    ]  # fmt: skip


def test_what_was_tried_in_vain_has_no_place() -> None:
    first = Select(Struct("x" / Int8ub, Const(b"!")), Struct("y" / Int8ub))
    layout = Struct("a" / first, "b" / Optional("c" / Int16ub))
    assert spans(layout, b"\1\2") == [("$.a", 0, 1, {"y": 1}), ("$.a.y", 0, 1, 1), ("$.b", 1, 1, None)]


def test_what_is_unpacked_lies_where_it_was_packed() -> None:
    layout = Struct("a" / Byte, "z" / Prefixed(Int8ub, Compressed(Struct("in" / Int16ub), "zlib")))
    data = layout.build({"a": 1, "z": {"in": 5}})
    assert [span[:3] for span in spans(layout, data)] == [("$.a", 0, 1), ("$.z", 1, len(data)), ("$.z.in", 2, 2)]


FAULTS: list[tuple[Any, bytes, str, int]] = [
    (Struct("a" / Byte, "b" / Array(2, Struct("c" / Int16ub))), b"\1\0\1\0", "$.b[1].c", 3),
    (Struct("a" / Byte, Const(b"!")), b"\1?", "$.(constant)", 1),
    (Struct("o" / Optional("in" / Int16ub), Const(b"!")), b"?", "$.(constant)", 0),
    (Struct("a" / Byte, "b" / Prefixed(Byte, Struct("c" / Int16ub))), b"\1\1\0", "$.b.c", 2),
    (Struct("f" / BitStruct("a" / BitsInteger(4), "b" / construct.Const(0, BitsInteger(4)))), b"\x11", "$.f.b", 0),
]


@pytest.mark.parametrize(("layout", "data", "path", "start"), FAULTS)
def test_an_error_has_the_place_of_its_field(layout: Any, data: bytes, path: str, start: int) -> None:
    reading = Reading(trace=True)
    with pytest.raises(construct.ConstructError) as caught:
        parsed(layout, data, trace=True, reading=reading)
    assert reading.error is caught.value
    assert (reading.error_path, reading.error_start) == (path, start)


def explosive(kind: str) -> tuple[Any, bytes]:
    return {
        "elements without bytes": (Array(2**62, Pass), b""),
        "as many as a field says": (Struct("n" / construct.Int32ub, "a" / Array(this.n, Struct())), b"\xff" * 4),
        "without end": (GreedyRange(Pass), b""),
        "until something that never comes": (RepeatUntil(obj_ == 1, Computed(0)), b""),
        "itself": (CHAIN, b"\1" * 4000),
        "itself without bytes": (_ENDLESS, b""),
        "packed": (Compressed(GreedyBytes, "zlib"), Compressed(GreedyBytes, "zlib").build(bytes(65 << 20))),
    }[kind]


_ENDLESS: Any = Struct("again" / LazyBound(lambda: _ENDLESS))


@pytest.mark.parametrize("trace", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        *("elements without bytes", "as many as a field says", "without end", "until something that never comes"),
        *("itself", "itself without bytes", "packed"),
    ],
)
def test_what_explodes_is_stopped(kind: str, trace: bool) -> None:
    layout, data = explosive(kind)
    with pytest.raises(BoundReached):
        parsed(layout, data, trace=trace)


def test_a_tree_that_tries_everything_twice_is_stopped() -> None:
    both: Any = Struct(
        "a" / Select(LazyBound(lambda: both) * "left", LazyBound(lambda: both) * "right"), Const(b"never")
    )
    with pytest.raises(BoundReached):
        parsed(both, b"x" * 100)


@pytest.mark.parametrize("layout", [Bytes(2**40), FixedSized(2**40, GreedyBytes), Padding(2**40), Bytes(2**70)])
def test_a_size_is_no_reason_to_take_memory(layout: Any) -> None:
    made = guarded(layout)
    tracemalloc.start()
    try:
        with pytest.raises(construct.StreamError):
            read(made, io.BytesIO(b"abc"), Reading())
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("layout", [VarInt, ZigZag, Bitwise(BitsInteger(8_000_000))], ids=["VarInt", "ZigZag", "bits"])
def test_numbers_of_a_million_digits_are_refused(layout: Any) -> None:
    with pytest.raises(construct.IntegerError, match="more than"):
        parsed(layout, b"\xff" * 1_000_000)


@pytest.mark.parametrize(
    "layout",
    [
        construct.Pickled,
        construct.Numpy,
        construct.Lazy(Int8ub),
        construct.LazyArray(2, Int8ub),
        construct.LazyStruct("a" / Int8ub),
        construct.Rebuffered(Int8ub),
        Compressed(GreedyBytes, "hex"),
    ],
)
def test_what_cannot_be_made_safe_is_refused(layout: Any) -> None:
    with pytest.raises(SchemaError, match="a layout cannot hold"):
        guarded(Struct("deep" / Prefixed(Int8ub, Switch(1, {1: layout}))))


@pytest.mark.parametrize(
    ("layout", "greedy"),
    [
        (Int8ub, False),
        (GreedyBytes, True),
        (Struct("a" / Int8ub, "b" / GreedyRange(Int8ub)), True),
        (Struct("a" / Prefixed(Int8ub, GreedyRange(Int8ub))), False),
        (Struct("a" / FixedSized(8, GreedyBytes), "b" / CString("utf8")), False),
        (Switch(1, {1: GreedyString("utf8")}), True),
        (CHAIN, False),
    ],
)
def test_what_reads_to_the_end_is_known(layout: Any, greedy: bool) -> None:
    assert reads_to_the_end(layout) == greedy


def test_a_copy_leaves_the_declared_layout_as_it_was() -> None:
    layout = Struct("a" / GreedyRange(Struct("b" / CString("utf8"))))
    before: Callable[[bytes], Any] = layout.parse
    guarded(layout, trace=True)
    assert before(b"x\0y\0") == {"a": [{"b": "x"}, {"b": "y"}]}
    assert type(layout.subcons[0].subcon) is GreedyRange

"""Bad input: only documented errors, each of which says what was found, where, and what to do."""

from __future__ import annotations

import gzip
import io
import pickle
import resource
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

import bridge
from bridge.errors import (
    CorruptedStreamError,
    DecodeError,
    InvalidClassError,
    PeerException,
    TruncatedStreamError,
)
from tests.fuzz.seeds import seeds
from tests.stream.assemble import (
    SC_ENUM,
    SC_EXTERNALIZABLE,
    SC_SERIALIZABLE,
    TC_ARRAY,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_ENUM,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    WRITES,
    byte_,
    int_,
    list_of,
    long_,
    stream,
)
from tests.stream.outcomes import BUILDS, Build

STRING_TYPE = TC_STRING("Ljava/lang/String;")
ENUM_FLAGS = SC_SERIALIZABLE | SC_ENUM

#: name: bytes, type of the error, offset, path, what the message says
BAD: dict[str, tuple[bytes, type[DecodeError], int, str | None, str]] = {
    "nothing": (b"", TruncatedStreamError, 0, None, "the input is empty"),
    "text": (b"hello", CorruptedStreamError, 0, None, "b'hell'"),
    "text of two bytes": (b"hi", CorruptedStreamError, 0, None, "b'hi'"),
    "http": (b"GET / HTTP/1.1\r\n\r\n", CorruptedStreamError, 0, None, "b'GET '"),
    "gzip": (gzip.compress(bridge.dumps(1)), CorruptedStreamError, 0, None, "this is gzip: bridge.load opens it"),
    "pickle": (pickle.dumps([1]), CorruptedStreamError, 0, None, "not a Java object stream"),
    "half a header": (b"\xac\xed\0", TruncatedStreamError, 3, None, "inside the stream header"),
    "another version": (b"\xac\xed\0\4x", CorruptedStreamError, 0, None, "only version 5"),
    "no type code": (stream(b"\x6f"), CorruptedStreamError, 4, "$", "0x6f is no type code"),
    "a type code from the future": (stream(b"\x7f"), CorruptedStreamError, 4, "$", "0x7f is no type code"),
    "a second header": (
        stream(TC_STRING("x")) + stream(TC_STRING("y")),
        CorruptedStreamError,
        8,
        "$",
        "another ObjectOutputStream",
    ),
    "a second header in a list": (stream(list_of(stream())), CorruptedStreamError, 57, "$[0]", "second stream header"),
    "end of block data at top level": (stream(TC_ENDBLOCKDATA), CorruptedStreamError, 4, "$", "TC_ENDBLOCKDATA"),
    "reset in an object": (stream(list_of(TC_RESET)), CorruptedStreamError, 57, "$[0]", "TC_RESET inside an object"),
    "block data in a field": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", [("L", "f", STRING_TYPE)]), b"\x77\0")),
        CorruptedStreamError,
        49,
        "$.f",
        "primitive data where an object is due",
    ),
    "a handle not assigned": (stream(TC_REFERENCE(0)), CorruptedStreamError, 4, "$", "handle 0x7e0000, but only 0"),
    "a handle below the first": (stream(TC_STRING("x"), TC_REFERENCE(-1)), CorruptedStreamError, 8, "$", "0x7dffff"),
    "a handle far away": (stream(b"\x71\xff\xff\xff\xff"), CorruptedStreamError, 4, "$", "0xffffffff"),
    "a handle of before a reset": (stream(TC_STRING("x"), TC_RESET, TC_REFERENCE(0)), CorruptedStreamError, 9, "$", ""),
    "a class that is a string": (
        stream(TC_STRING("x"), TC_OBJECT(TC_REFERENCE(0))),
        CorruptedStreamError,
        9,
        "$",
        "class descriptor is due",
    ),
    "a class that is its own super-class": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", super_class=TC_REFERENCE(0)))),
        CorruptedStreamError,
        23,
        "$<class p.A>",
        "class descriptor is due",
    ),
    "a class in its own annotation": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", annotation=TC_OBJECT(TC_REFERENCE(0))))),
        CorruptedStreamError,
        23,
        "$<class p.A>",
        "class descriptor is due",
    ),
    "an object without class": (
        stream(TC_OBJECT(TC_NULL)),
        CorruptedStreamError,
        6,
        "$",
        "TC_OBJECT with a null class",
    ),
    "an array without class": (
        stream(TC_ARRAY(TC_NULL, 0)),
        CorruptedStreamError,
        6,
        "$",
        "TC_ARRAY with a null class",
    ),
    "a string for a class": (
        stream(TC_OBJECT(TC_STRING("x"))),
        CorruptedStreamError,
        5,
        "$",
        "TC_STRING where a class",
    ),
    "an array of negative length": (stream(TC_ARRAY(TC_CLASSDESC("[I"), -1)), CorruptedStreamError, 23, "$", "-1"),
    "a string of negative length": (
        stream(b"\x7c" + long_(-2)),
        CorruptedStreamError,
        4,
        "$",
        "a string of negative length -2",
    ),
    "a string no JVM can hold": (stream(b"\x7c" + long_(2**62)), CorruptedStreamError, 4, "$", "2**31"),
    "block data of negative length": (stream(b"\x7a" + int_(-3)), CorruptedStreamError, 4, "$", "negative length -3"),
    "a proxy of negatively many interfaces": (
        stream(b"\x7d" + int_(-1)),
        CorruptedStreamError,
        4,
        "$",
        "-1 interfaces",
    ),
    "a proxy of too many interfaces": (stream(b"\x7d" + int_(65536)), CorruptedStreamError, 4, "$", "65536 interfaces"),
    "an interface that is no text": (
        stream(TC_PROXYCLASSDESC(b"\xff")),
        CorruptedStreamError,
        9,
        "$<class $Proxy>",
        "modified UTF-8",
    ),
    "no array class": (stream(TC_ARRAY(TC_CLASSDESC("p.A"), 0)), InvalidClassError, 24, "$", "p.A is no array class"),
    "no enum class": (
        stream(TC_ENUM(TC_CLASSDESC("p.A"), TC_STRING("X"))),
        InvalidClassError,
        24,
        "$",
        "p.A is no enum class",
    ),
    "an enum as an object": (
        stream(TC_OBJECT(TC_CLASSDESC("p.E", flags=ENUM_FLAGS))),
        InvalidClassError,
        24,
        "$",
        "p.E is an enum",
    ),
    "an enum constant and then an object of its class": (
        stream(TC_ENUM(TC_CLASSDESC("p.E", flags=ENUM_FLAGS), TC_STRING("X")), TC_OBJECT(TC_REFERENCE(0))),
        InvalidClassError,
        34,
        "$",
        "p.E is an enum",
    ),
    "a constant without a name": (
        stream(TC_ENUM(TC_CLASSDESC("p.E", flags=ENUM_FLAGS), TC_NULL)),
        CorruptedStreamError,
        24,
        "$",
        "TC_NULL where",
    ),
    "a constant named by its class": (
        stream(TC_ENUM(TC_CLASSDESC("p.E", flags=ENUM_FLAGS), TC_REFERENCE(0))),
        CorruptedStreamError,
        29,
        "$",
        "no string",
    ),
    "both serializable and externalizable": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", flags=SC_SERIALIZABLE | SC_EXTERNALIZABLE))),
        InvalidClassError,
        5,
        "$",
        "p.A is marked both",
    ),
    "external contents of protocol version 1": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", flags=SC_EXTERNALIZABLE))),
        InvalidClassError,
        24,
        "$",
        "version 1",
    ),
    "a field of no type": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", [("V", "f")]))),
        InvalidClassError,
        22,
        "$<class p.A>",
        "'f' of p.A has the type 0x56",
    ),
    "a type string of another kind": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", [("L", "f", TC_STRING("[I"))]))),
        InvalidClassError,
        31,
        "$<class p.A>",
        "begins with L",
    ),
    "a type that is no string": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", [("L", "f", TC_OBJECT(TC_NULL))]))),
        CorruptedStreamError,
        26,
        "$<class p.A>",
        "TC_OBJECT where the type of a field is due",
    ),
    "a type that is its class": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", [("L", "f", TC_REFERENCE(0))]))),
        CorruptedStreamError,
        26,
        "$<class p.A>",
        "being read",
    ),
    "a name that is no text": (stream(TC_OBJECT(TC_CLASSDESC(b"\xf0\x9f"))), CorruptedStreamError, 5, "$", "UTF-8"),
    "a field name that is no text": (
        stream(TC_OBJECT(TC_CLASSDESC("p.A", [("I", b"\x80")]))),
        CorruptedStreamError,
        22,
        "$<class p.A>",
        "UTF-8",
    ),
    "text of four-byte forms": (stream(TC_STRING(b"\xf0\x9f\x98\x80")), CorruptedStreamError, 4, "$", "modified UTF-8"),
    "long text that is none": (stream(TC_LONGSTRING(b"\xe0\x80")), CorruptedStreamError, 4, "$", "modified UTF-8"),
    "a list of another size than it says, in itself": (
        stream(
            TC_OBJECT(
                TC_CLASSDESC("java.util.ArrayList", [("I", "size")], WRITES),
                int_(7),
                b"\x77\4\0\0\0\7",
                TC_REFERENCE(1),
                TC_ENDBLOCKDATA,
            )
        ),
        InvalidClassError,
        63,
        "$",
        "contents that its class cannot have",
    ),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_bad_input_is_refused_with_what_where_and_why(build: Build, name: str) -> None:
    data, error_type, offset, path, message = BAD[name]
    error = build.whole(data).error
    if error is None:  # no content at all is no error for loads_all
        pytest.fail("it was read")
    assert error[:3] == (error_type.__name__, offset, path)
    assert message in error[3]


@pytest.mark.parametrize("name", BAD)
def test_a_document_refuses_it_in_the_same_words(name: str) -> None:
    data, error_type, offset, _, message = BAD[name]
    if "in itself" in name:  # a document knows no lists
        return
    with pytest.raises(error_type) as caught:
        bridge.Document.parse(data)
    assert caught.value.offset == offset
    assert message in caught.value.message
    partial = bridge.Document.parse(data, partial=True)
    assert type(partial.error) is error_type
    assert partial.dump()


@pytest.mark.parametrize("load", [bridge.loads, bridge.loads_all, lambda data: bridge.load(io.BytesIO(data))])
def test_only_documented_errors_leave_for_any_end_and_any_wrong_byte(load: Any) -> None:
    for data in seeds():
        for i in range(0, len(data), 1 if len(data) < 100 else 13):
            for broken in (data[:i], data[:i] + b"\x73" + data[i + 1 :], data[:i] + data[i + 1 :]):
                with suppress(DecodeError, PeerException):
                    load(broken)


def test_a_stream_without_an_object_says_so() -> None:
    with pytest.raises(TruncatedStreamError, match="holds no object"):
        bridge.loads(stream())
    with pytest.raises(TruncatedStreamError, match="only 5 bytes of primitive data; loads_all gives them"):
        bridge.loads(stream(b"\x77\5abcde"))
    assert bridge.loads_all(stream()) == []


def test_broken_gzip_files_are_broken_streams() -> None:
    zipped = gzip.compress(bridge.dumps(list(range(100))))
    with pytest.raises(TruncatedStreamError):
        bridge.load(io.BytesIO(zipped[:-20]))
    with pytest.raises(CorruptedStreamError, match="gzip"):
        bridge.load(io.BytesIO(zipped[:5] + b"\xff" * 5 + b"\x07" * 20))
    assert bridge.load(io.BytesIO(zipped)) == list(range(100))


def test_long_names_are_short_in_messages() -> None:
    name = "p." + "x" * 60_000
    for content in (
        TC_OBJECT(TC_CLASSDESC(name, flags=ENUM_FLAGS)),
        TC_OBJECT(TC_CLASSDESC(name, [("I", name), ("L", name, TC_STRING("["))])),
        TC_OBJECT(TC_CLASSDESC(name, [("L", name, STRING_TYPE)]), b"\xfe"),
        TC_ARRAY(TC_CLASSDESC(name), 0),
    ):
        with pytest.raises(DecodeError) as caught:
            bridge.loads(stream(content))
        assert len(str(caught.value)) < 1000


@contextmanager
def little_memory(bytes_: int) -> Iterator[None]:
    """Fails where more was taken than that, at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < bytes_
    finally:
        tracemalloc.stop()


HUGE = {
    "string": b"\x7c" + long_(0x7FFFFFFF),
    "block data": b"\x7a" + int_(0x7FFFFFFF),
    "byte[]": TC_ARRAY(TC_CLASSDESC("[B"), 0x7FFFFFFF),
    "double[]": TC_ARRAY(TC_CLASSDESC("[D"), 0x7FFFFFFF),
    "Object[]": TC_ARRAY(TC_CLASSDESC("[Ljava.lang.Object;"), 0x7FFFFFFF),
    "fields": TC_OBJECT(TC_CLASSDESC("p.A")[:-4] + b"\xff\xff"),
    "interfaces": b"\x7d" + int_(65535),
    "list": list_of()[:-7] + b"\x77\4" + int_(0x7FFFFFFF),
    "map": TC_OBJECT(
        TC_CLASSDESC("java.util.HashMap", [("F", "loadFactor"), ("I", "threshold")], WRITES),
        b"\x3f\x40\0\0",
        int_(0x7FFFFFFF),
        b"\x77\x08",
        int_(0x7FFFFFFF),
        int_(0x7FFFFFFF),
    ),
    "set": TC_OBJECT(
        TC_CLASSDESC("java.util.HashSet", (), WRITES), b"\x77\x0c", int_(0x7FFFFFFF), b"\x3f\x40\0\0", int_(0x7FFFFFFF)
    ),
}


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_huge_declared_length_takes_no_memory(build: Build, name: str) -> None:
    data = stream(HUGE[name])
    build.whole(data)
    with little_memory(300_000):
        error = build.whole(data).error
        assert error is not None
        assert error[0] == "TruncatedStreamError"
    with little_memory(3_000_000), pytest.raises(TruncatedStreamError):
        bridge.load(Pipe(data))


class Pipe(io.BytesIO):
    """Takes its reader at its word, as a pipe does."""

    def seekable(self) -> bool:
        return False

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None and 0 < size <= 1 << 20
        return super().read(size)


def test_unfinished_objects_of_many_fields_take_memory_in_proportion() -> None:
    # Each begins in the first field of the one before: six bytes for one of 8,000 fields.
    fields = [("L", "f", STRING_TYPE), *[("L", "f", TC_REFERENCE(1))] * 7999]
    desc = TC_CLASSDESC("p.Wide", fields)
    data = stream(TC_OBJECT(desc), *[TC_OBJECT(TC_REFERENCE(0))] * 100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DecodeError, match="out of proportion"):
        bridge.loads(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # KiB


def test_cycles_and_depth_do_not_confuse_a_wide_class() -> None:
    fields = [("L", "f", STRING_TYPE), *[("B", f"b{i}") for i in range(200)]]
    ending = b"".join(map(byte_, range(100))) + b"\0" * 100
    desc = TC_CLASSDESC("p.Wide", fields)
    depth = 3000
    found = bridge.loads(
        stream(TC_OBJECT(desc), *[TC_OBJECT(TC_REFERENCE(0))] * (depth - 1), TC_REFERENCE(2), ending * depth)
    )
    seen = 1
    inner = found.f
    while inner is not found:
        assert inner.b99 == 99
        inner = inner.f
        seen += 1
    assert seen == depth

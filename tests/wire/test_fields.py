"""Java's encodings as constructs: the bytes that java.io.DataOutputStream writes, and what comes back."""

from __future__ import annotations

import enum
import math
import struct
import uuid
import zlib
from array import array
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from construct import ConstructError, GreedyBytes, Int8ub, Int16ub, Int32ub, Int64ub, LazyBound, Prefixed, Struct, this

from bridge.codec import dumps, dumps_all
from bridge.errors import (
    BridgeError,
    CorruptedStreamError,
    NotSerializableError,
    RejectedError,
    SchemaError,
    TruncatedStreamError,
)
from bridge.limits import Limits
from bridge.mapping.java_time_types import Instant
from bridge.stream.model import BlockData
from bridge.wire import fields
from bridge.wire.fields import (
    Checksum,
    CompactInt,
    DecimalText,
    EndedBy,
    EnumOf,
    JavaBoolean,
    JavaByte,
    JavaChar,
    JavaDouble,
    JavaFloat,
    JavaInstant,
    JavaInt,
    JavaLong,
    JavaObjectStream,
    JavaShort,
    JavaUTF,
    JavaUUID,
    VarInt32,
    VarInt64,
    fixed_size,
)


class Color(enum.Enum):
    RED = 1
    BLUE = 7


SOME_UUID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
PLUS_TWO = timezone(timedelta(hours=2))

# As DataOutputStream, UUID and Instant of JDK 17 have it.
WRITTEN = [
    (JavaByte, -1, "ff"),
    (JavaShort, -2, "fffe"),
    (JavaInt, 0x01020304, "01020304"),
    (JavaLong, -(2**63), "8000000000000000"),
    (JavaFloat, 1.5, "3fc00000"),
    (JavaDouble, -0.5, "bfe0000000000000"),
    (JavaBoolean, True, "01"),
    (JavaChar, "€", "20ac"),
    (JavaChar, "\ud83d", "d83d"),
    (JavaUTF, "", "0000"),
    (JavaUTF, "a\0€", "0006 61 c080 e282ac"),
    (JavaUTF, "😀", "0006 eda0bd edb880"),
    (VarInt32, 0, "00"),
    (VarInt32, 127, "7f"),
    (VarInt32, 300, "ac02"),
    (VarInt32, -1, "ffffffff0f"),
    (VarInt32, -(2**31), "8080808008"),
    (VarInt64, 2**31, "8080808008"),
    (VarInt64, -1, "ffffffffffffffffff01"),
    (JavaUUID, SOME_UUID, "00112233445566778899aabbccddeeff"),
    (JavaInstant, Instant(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC), "0000000000000001 00001388"),
    (JavaInstant, Instant.of(Instant(1969, 12, 31, 23, 59, 59, tzinfo=UTC), 999_999_999), "ffffffffffffffff 3b9ac9ff"),
    (EnumOf(Int8ub, Color), Color.BLUE, "07"),
    (EndedBy(b"\r\n", GreedyBytes), b"a\rb", "610d62 0d0a"),
    (EndedBy(b"\r\n", GreedyBytes), b"", "0d0a"),
    (DecimalText(EndedBy(b"\r\n", GreedyBytes)), -120, "2d313230 0d0a"),
]  # fmt: skip


@pytest.mark.parametrize(("layout", "value", "hexadecimal"), WRITTEN)
def test_a_value_is_written_and_read_as_java_does(layout: Any, value: Any, hexadecimal: str) -> None:
    data = bytes.fromhex(hexadecimal)
    assert layout.build(value) == data
    assert layout.parse(data) == value
    assert fixed_size(layout) in (len(data), None)


@pytest.mark.parametrize(
    ("layout", "hexadecimal", "value"),
    [
        (JavaBoolean, "02", True),  # DataInput.readBoolean: anything but 0
        (VarInt32, "8000", 0),  # longer than need be
        (JavaUTF, "0002 c1a1", "a"),  # overlong, as readUTF takes it
    ],
)
def test_what_java_reads_and_never_writes(layout: Any, hexadecimal: str, value: Any) -> None:
    assert layout.parse(bytes.fromhex(hexadecimal)) == value


@pytest.mark.parametrize(
    ("layout", "hexadecimal"),
    [
        (JavaChar, "20"),
        (JavaUTF, "0001 80"),
        (JavaUTF, "0005 61"),
        (VarInt32, "ffffffff10"),  # a 33rd bit
        (VarInt32, "8080808080 00"),
        (VarInt32, "80"),
        (VarInt64, "ffffffffffffffffff02"),
        (JavaInstant, "0000000000000000 3b9aca00"),  # a whole second of nanoseconds
        (JavaInstant, "0000000000000000 ffffffff"),
        (JavaInstant, "7fffffffffffffff 00000000"),
        (EnumOf(Int8ub, Color), "02"),
        (EndedBy(b"\r\n", GreedyBytes), "610d"),
        (DecimalText(EndedBy(b"\n", GreedyBytes)), "0a"),
        (DecimalText(EndedBy(b"\n", GreedyBytes)), "312031 0a"),
        (DecimalText(EndedBy(b"\n", GreedyBytes)), "31" * 20 + "0a"),
        (Checksum("crc32", Int32ub), "00000001"),
    ],
)
def test_bytes_that_are_no_value_are_refused(layout: Any, hexadecimal: str) -> None:
    with pytest.raises(ConstructError):
        layout.parse(bytes.fromhex(hexadecimal))


@pytest.mark.parametrize(
    ("layout", "value"),
    [
        (JavaChar, "ab"),
        (JavaChar, "😀"),
        (JavaUTF, "€" * 21846),
        (JavaUTF, b"bytes"),
        (VarInt32, 2**31),
        (VarInt32, -(2**31) - 1),
        (VarInt32, 1.0),
        (VarInt64, 2**63),
        (JavaUUID, "00112233-4455-6677-8899-aabbccddeeff"),
        (JavaInstant, datetime(2020, 1, 1)),
        (EnumOf(Int8ub, Color), 1),
        (EndedBy(b"\r\n", GreedyBytes), b"a\r\nb"),
        (EndedBy(b"##", GreedyBytes), b"a#"),
        (DecimalText(EndedBy(b"\n", GreedyBytes)), 10**19),
        (DecimalText(EndedBy(b"\n", GreedyBytes)), "1"),
    ],
)
def test_values_that_cannot_be_written_are_refused(layout: Any, value: Any) -> None:
    with pytest.raises(ConstructError):
        layout.build(value)


def test_the_longest_text_is_written() -> None:
    assert JavaUTF.parse(JavaUTF.build("x" * 65535)) == "x" * 65535


def test_an_instant_of_another_zone_is_the_same_moment() -> None:
    assert JavaInstant.parse(JavaInstant.build(datetime(2020, 1, 1, 2, tzinfo=PLUS_TWO))) == datetime(
        2020, 1, 1, tzinfo=UTC
    )
    assert JavaInstant.parse(JavaInstant.build(Instant.of(datetime(2020, 1, 1, tzinfo=UTC), 7))).nanosecond == 7


# ---- checksums ----

#: The check values that the catalogues of checksums give for "123456789".
CHECKS = {"adler32": 0x091E01DE, "crc16": 0x31C3, "crc32": 0xCBF43926, "sum8": 0xDD, "xor8": 0x31}


def test_every_algorithm_has_the_value_of_the_catalogue() -> None:
    assert {name: function(b"123456789") for name, function in fields.ALGORITHMS.items()} == CHECKS


def test_a_checksum_is_over_all_in_front_of_it() -> None:
    layout = Struct("a" / Int16ub, "check" / Checksum("crc32", Int32ub))
    data = layout.build({"a": 0x3132})
    assert data == b"12" + struct.pack(">I", zlib.crc32(b"12"))
    assert layout.parse(data).a == 0x3132
    with pytest.raises(ConstructError, match=r"the crc32 is 0x[0-9a-f]+, but that of the bytes is 0x"):
        layout.parse(b"13" + data[2:])


def test_a_checksum_may_leave_out_the_beginning() -> None:
    layout = Struct("sync" / Int8ub, "a" / Int8ub, Checksum("xor8", Int8ub, skip_bytes=1), "b" / Int8ub)
    assert layout.build({"sync": 0xFF, "a": 3, "b": 4}) == b"\xff\x03\x03\x04"


def test_a_checksum_inside_something_with_a_size_begins_there() -> None:
    inner = Prefixed(Int8ub, Struct("a" / Int8ub, Checksum("sum8", Int8ub)))
    layout = Struct("head" / Int16ub, "body" / inner)
    data = layout.build({"head": 0x0909, "body": {"a": 5}})
    assert data == b"\x09\x09\x02\x05\x05"
    assert layout.parse(data).body.a == 5


# ---- object streams ----


def test_an_object_stream_is_a_field() -> None:
    layout = Struct("body" / Prefixed(Int16ub, JavaObjectStream()), "end" / Int8ub)
    value = {"list": [1, "two", None]}
    data = layout.build({"body": value, "end": 1})
    assert data == struct.pack(">H", len(dumps(value))) + dumps(value) + b"\1"
    assert layout.parse(data).body == value


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", TruncatedStreamError),
        (dumps_all([1, 2]), CorruptedStreamError),
        (dumps_all([BlockData(b"1"), 2]), CorruptedStreamError),
        (dumps(array("i", [1, 2, 3])), RejectedError),
        (bytes.fromhex("aced0005 7b") + dumps("text")[4:], BridgeError),  # TC_EXCEPTION
        (b"\xac\xed\0\5\x99", CorruptedStreamError),
    ],
)
def test_what_is_not_exactly_one_object_is_refused(data: bytes, error: type[BridgeError]) -> None:
    with pytest.raises(error):
        JavaObjectStream(limits=Limits(maxarray=2)).parse(data)


def test_what_has_no_java_class_is_not_written() -> None:
    with pytest.raises(NotSerializableError):
        JavaObjectStream().build(object())


# ---- declarations ----


@pytest.mark.parametrize(
    "declare",
    [
        lambda: CompactInt(16),
        lambda: EndedBy(b"", GreedyBytes),
        lambda: EnumOf(Int8ub, 3),  # type: ignore[arg-type]
        lambda: Checksum("md5", Int32ub),
        lambda: Checksum("crc32", 4),
        lambda: Checksum("crc32", Int32ub, skip_bytes=-1),
    ],
)
def test_a_wrong_declaration_is_refused(declare: Callable[[], object]) -> None:
    with pytest.raises(SchemaError):
        declare()


def test_sizes_that_depend_on_the_value_are_none() -> None:
    recursive: Any = Struct("next" / LazyBound(lambda: recursive))
    for layout in (
        JavaUTF,
        VarInt32,
        GreedyBytes,
        Struct("n" / Int8ub, "d" / Prefixed(this.n, GreedyBytes)),
        recursive,
    ):
        assert fixed_size(layout) is None
    assert fixed_size(Struct("a" / Int64ub, "b" / JavaChar)) == 10


def test_a_float_keeps_its_kinds() -> None:
    assert math.isnan(JavaDouble.parse(JavaDouble.build(math.nan)))

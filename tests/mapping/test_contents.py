"""What hooks write and read: every method of Java's ``ObjectOutput`` and ``ObjectInput``, and their errors."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bridge import BlockData, ObjectInput, ObjectOutput
from bridge.errors import CorruptedStreamError, EncodeError, LocalProtocolError, TruncatedStreamError

PRIMITIVES: list[tuple[str, Any, bytes]] = [
    ("boolean", True, b"\1"),
    ("boolean", False, b"\0"),
    ("byte", -128, b"\x80"),
    ("short", -2, b"\xff\xfe"),
    ("char", "€", b"\x20\xac"),
    ("char", "\ud800", b"\xd8\0"),
    ("int", -3, b"\xff\xff\xff\xfd"),
    ("long", 1 << 62, b"\x40\0\0\0\0\0\0\0"),
    ("float", 1.5, b"\x3f\xc0\0\0"),
    ("double", -math.inf, b"\xff\xf0\0\0\0\0\0\0"),
    ("utf", "a\0ü😀", b"\0\x0ba\xc0\x80\xc3\xbc\xed\xa0\xbd\xed\xb8\x80"),
]


@pytest.mark.parametrize(("name", "value", "data"), PRIMITIVES)
def test_a_primitive_is_written_as_java_writes_it_and_read_again(name: str, value: Any, data: bytes) -> None:
    out = ObjectOutput()
    getattr(out, f"write_{name}")(value)
    assert out.contents() == [data]
    in_ = ObjectInput(out.contents())
    assert getattr(in_, f"read_{name}")() == value
    assert in_.available() == 0


def test_runs_of_primitives_are_one_block_and_objects_part_them() -> None:
    out = ObjectOutput()
    out.write_int(1)
    out.write(b"ab")
    out.write_object(["x"])
    out.write_object(None)
    out.write_byte(2)
    assert out.contents() == [b"\0\0\0\1ab", ["x"], None, b"\2"]
    assert [type(item) for item in out.contents()] == [BlockData, list, type(None), BlockData]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("byte", 128, "128 is not a byte"),
        ("short", "x", "'x' is not a short"),
        ("int", 1.5, "1.5 is not an int"),
        ("long", 1 << 63, "is not a long"),
        ("float", 1e300, "is not a float"),
        ("double", None, "None is not a double"),
        ("char", "ab", "a char is due"),
        ("char", "😀", "a char is due"),
        ("utf", "x" * 65_536, "takes at most 65,535 bytes"),
    ],
)
def test_what_does_not_fit_is_not_written(name: str, value: Any, says: str) -> None:
    out = ObjectOutput()
    with pytest.raises(EncodeError) as caught:
        getattr(out, f"write_{name}")(value)
    assert says in str(caught.value)
    assert out.contents() == []


def test_bytes_are_read_in_any_portions_up_to_an_object() -> None:
    in_ = ObjectInput([BlockData(b"\xff\xff\xffabc"), None, BlockData(b"d")])
    assert (in_.read_unsigned_byte(), in_.read_unsigned_short(), in_.read(2), in_.read(), in_.read()) == (
        *(255, 65_535, b"ab", b"c", b""),
    )  # fmt: skip
    assert in_.read_object() is None
    assert in_.read_fully(1) == b"d"


def test_asking_for_the_other_kind_consumes_nothing() -> None:
    in_ = ObjectInput([BlockData(b"\0\5x"), "object"])
    with pytest.raises(LocalProtocolError, match="an object is due, but 3 bytes of primitive data come first"):
        in_.read_object()
    for ask in (in_.read_int, in_.read_utf):
        with pytest.raises(TruncatedStreamError, match="bytes of primitive data are due, but only"):
            ask()
    assert in_.read() == b"\0\5x"
    with pytest.raises(TruncatedStreamError, match="1 bytes of primitive data are due, but only 0"):
        in_.read_byte()
    assert in_.read_object() == "object"
    with pytest.raises(TruncatedStreamError, match="an object is due, but the class wrote no more"):
        in_.read_object()


def test_text_that_is_none_is_told() -> None:
    with pytest.raises(CorruptedStreamError, match="malformed modified UTF-8"):
        ObjectInput([BlockData(b"\0\1\xff")]).read_utf()


def test_contents_can_be_kept_as_they_are_and_written_again() -> None:
    contents = [BlockData(b"ab"), "object", BlockData(b"c"), None]
    in_ = ObjectInput(contents)
    in_.read_byte()
    rest = in_.read_contents()
    assert rest == [b"b", "object", b"c", None]
    assert in_.read_contents() == []
    out = ObjectOutput()
    out.write_contents(rest)
    assert out.contents() == rest

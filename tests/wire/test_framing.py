"""Cutting bytes into frames: the bytes of each framing, any portions, and what is no frame."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.errors import (
    BridgeError,
    CorruptedStreamError,
    EncodeError,
    RejectedError,
    SchemaError,
    TruncatedStreamError,
)
from bridge.wire.framing import Cutter, Datagram, Delimiter, FixedSize, Frame, Framing, LengthPrefix, SelfDelimiting

WRAPPED: list[tuple[Framing, bytes, str]] = [
    (LengthPrefix(8), b"abc", "03 616263"),
    (LengthPrefix(8), b"", "00"),
    (LengthPrefix(16), b"abc", "0003 616263"),
    (LengthPrefix(32), b"abc", "00000003 616263"),
    (LengthPrefix(16, byteorder="little"), b"abc", "0300 616263"),
    (LengthPrefix(16, inclusive=True), b"abc", "0005 616263"),
    (LengthPrefix(32, inclusive=True), b"", "00000004"),
    (LengthPrefix("varint"), b"abc", "03 616263"),
    (LengthPrefix("varint"), b"x" * 200, "c801" + "78" * 200),
    (LengthPrefix("varint", inclusive=True), b"x" * 126, "7f" + "78" * 126),
    (LengthPrefix("varint", inclusive=True), b"x" * 127, "8101" + "78" * 127),  # counting itself takes another byte
    (Delimiter(b"\r\n"), b"abc", "616263 0d0a"),
    (Delimiter(b"\n"), b"", "0a"),
    (FixedSize(3), b"abc", "616263"),
    (FixedSize(5, b" "), b"abc", "616263 2020"),
    (Datagram(), b"abc", "616263"),
    (SelfDelimiting(), b"abc", "616263"),
]


@pytest.mark.parametrize(("framing", "payload", "hexadecimal"), WRAPPED)
def test_a_payload_is_framed(framing: Framing, payload: bytes, hexadecimal: str) -> None:
    assert framing.wrap(payload) == bytes.fromhex(hexadecimal)


def frames_of(cutter: Cutter, portions: list[bytes]) -> list[Frame]:
    found = []
    for portion in portions:
        cutter.feed(portion)
        while (frame := cutter.next_frame()) is not None:
            found.append(frame)
    cutter.feed_eof()
    assert cutter.next_frame() is None
    return found


CUT = [framing for framing in dict.fromkeys(framing for framing, _, _ in WRAPPED) if not framing.is_self_delimiting]


@pytest.mark.parametrize("portion_bytes", [1, 2, 3, 7, 10_000])
@pytest.mark.parametrize("framing", [framing for framing in CUT if not framing.is_datagram], ids=str)
def test_any_portions_give_the_same_frames(framing: Framing, portion_bytes: int) -> None:
    payloads = [b"abc", b"def"] if isinstance(framing, FixedSize) else [b"abc", b"", b"y" * 140, b"end"]
    data = b"".join(framing.wrap(payload) for payload in payloads)
    portions = [data[i : i + portion_bytes] for i in range(0, len(data), portion_bytes)]
    frames = frames_of(framing.cutter(200, 10), portions)
    padding = b"  " if framing == FixedSize(5, b" ") else b""
    assert [frame.payload for frame in frames] == [payload + padding for payload in payloads]
    assert b"".join(frame.prefix + frame.payload + frame.suffix for frame in frames) == data
    place = 10
    for frame in frames:
        assert frame.offset == place
        assert frame.payload_offset == place + len(frame.prefix)
        place = frame.end
    assert place == 10 + len(data)


def test_each_datagram_is_a_frame() -> None:
    frames = frames_of(Datagram().cutter(10), [b"abc", b"", b"de"])
    assert frames == [Frame(0, b"", b"abc", b""), Frame(3, b"", b"", b""), Frame(3, b"", b"de", b"")]


BAD: list[tuple[Framing, bytes, type[BridgeError], str, int, bytes | None]] = [
    # framing, bytes after b"\1" framed, error, text, its offset, the next payload (None: receiving ends)
    (LengthPrefix(32), b"\xff\xff\xff\xff", RejectedError, "a frame has 4294967295 bytes", 5, None),
    (LengthPrefix(8), b"\x11", RejectedError, "a frame has 17 bytes", 2, None),
    (LengthPrefix(16, inclusive=True), b"\0\1", CorruptedStreamError, "is 1, less than the 2 bytes", 3, None),
    (LengthPrefix("varint", inclusive=True), b"\0", CorruptedStreamError, "is 0, less than the 1 ", 2, None),
    (LengthPrefix("varint"), b"\x80\x80\x80\x80\x80\1", CorruptedStreamError, "goes on after 5 bytes", 2, None),
    (Delimiter(b"\r\n"), b"x" * 17 + b"\r\nok\r\n", RejectedError, "no delimiter in 18 bytes", 3, b"ok"),
    (Delimiter(b"\r\n"), b"x" * 99 + b"\r\rx\r\nok\r\n", RejectedError, "no delimiter in 18 bytes", 3, b"ok"),
]  # fmt: skip


@pytest.mark.parametrize("portion_bytes", [1, 1000])
@pytest.mark.parametrize(("framing", "data", "kind", "text", "offset", "after"), BAD)
def test_what_is_no_frame_is_an_error(
    framing: Framing,
    data: bytes,
    kind: type[BridgeError],
    text: str,
    offset: int,
    after: bytes | None,
    portion_bytes: int,
) -> None:
    cutter = framing.cutter(16)
    whole = framing.wrap(b"\1") + data
    found: list[Any] = []
    for i in range(0, len(whole), portion_bytes):
        cutter.feed(whole[i : i + portion_bytes])
        while True:
            try:
                frame = cutter.next_frame()
            except BridgeError as failure:
                found.append(failure)
                if cutter.failed:
                    break
            else:
                if frame is None:
                    break
                found.append(frame.payload)
    assert found[0] == b"\1"
    error = found[1]
    assert type(error) is kind and text in str(error) and error.offset == offset
    assert cutter.failed == (after is None)
    if after is None:
        assert not cutter.in_frame
        with pytest.raises(kind, match="frame"):
            cutter.next_frame()
    else:
        assert found[2:] == [after]


def test_a_datagram_that_is_too_long_costs_itself_only() -> None:
    cutter = Datagram().cutter(3)
    cutter.feed(b"long")
    cutter.feed(b"ok")
    with pytest.raises(RejectedError, match="a datagram has 4 bytes") as caught:
        cutter.next_frame()
    assert caught.value.offset == 0
    assert cutter.next_frame() == Frame(4, b"", b"ok", b"")


@pytest.mark.parametrize(
    ("framing", "data", "text", "offset"),
    [
        (LengthPrefix(16), b"\0", "1 bytes after its beginning", 1),
        (LengthPrefix(16), b"\0\3ab", "4 bytes after its beginning of 5", 4),
        (LengthPrefix(16, inclusive=True), b"\0\5ab", "4 bytes after its beginning of 5", 4),
        (LengthPrefix("varint"), b"\x80", "1 bytes after its beginning", 1),
        (Delimiter(b"\r\n"), b"abc\r", "4 bytes after its beginning", 4),
        (FixedSize(4), b"abc", "3 bytes after its beginning of 4", 3),
    ],
)
def test_an_end_inside_a_frame_is_an_error(framing: Framing, data: bytes, text: str, offset: int) -> None:
    cutter = framing.cutter(16)
    cutter.feed(data)
    assert cutter.next_frame() is None
    assert cutter.in_frame
    cutter.feed_eof()
    for _ in range(2):
        with pytest.raises(TruncatedStreamError, match=text) as caught:
            cutter.next_frame()
        assert caught.value.offset == offset


def test_nothing_of_a_frame_beyond_the_bound_is_kept() -> None:
    cutter = Delimiter(b"\n").cutter(16)
    cutter.feed(b"x" * 100)
    with pytest.raises(RejectedError):
        cutter.next_frame()
    for _ in range(1000):
        cutter.feed(b"x" * 1000)
        assert cutter.next_frame() is None
    assert len(cutter._data) < 10
    assert cutter.offset > 1_000_000


@pytest.mark.parametrize(
    ("framing", "payload", "text"),
    [
        (LengthPrefix(8), b"x" * 256, "too long for a length of 8 bits"),
        (LengthPrefix(8, inclusive=True), b"x" * 255, "too long for a length of 8 bits"),
        (Delimiter(b"\r\n"), b"a\r\nb", "the message holds the delimiter"),
        (Delimiter(b"##"), b"a#", "the message holds the delimiter"),
        (FixedSize(3), b"ab", "takes 2 bytes, and a frame has 3"),
        (FixedSize(3, b"\0"), b"abcd", "takes 4 bytes, and a frame has 3"),
    ],
)
def test_what_cannot_be_framed_is_an_error(framing: Framing, payload: bytes, text: str) -> None:
    with pytest.raises(EncodeError, match=text):
        framing.wrap(payload)


def test_frames_that_only_a_layout_ends_are_not_cut() -> None:
    with pytest.raises(SchemaError):
        SelfDelimiting().cutter(10)


@pytest.mark.parametrize("framing", dict.fromkeys(framing for framing, _, _ in WRAPPED), ids=str)
def test_every_framing_is_said_in_words(framing: Framing) -> None:
    assert framing.description()

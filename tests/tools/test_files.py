"""Files as bytes and as contents: packed or not, whole or in portions."""

from __future__ import annotations

import gzip
import io
import random
from typing import Any

import pytest

from bridge.codec import dumps, dumps_all, loads_all
from bridge.errors import CorruptedStreamError, DecodeError, RejectedError, TruncatedStreamError
from bridge.limits import Limits
from bridge.mapping.defaults import default_registry
from bridge.stream.encoder import Encoder
from bridge.stream.model import BlockData, StreamException
from bridge.tools.files import chunks, contents

VALUES = [1, BlockData(b"abc"), "x" * 100_000, [1, 2], BlockData(b"z" * 5000), None]


class Trickle(io.RawIOBase):
    """A pipe that gives one byte at a time and cannot seek."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        byte = self._data.read(1)
        buffer[: len(byte)] = byte
        return len(byte)


def read(data: bytes) -> bytes:
    return b"".join(chunks(io.BytesIO(data)))


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"\x1f", bytes(200_000)])
def test_bytes_that_are_not_packed_come_as_they_are(data: bytes) -> None:
    assert read(data) == data


def test_gzip_is_unpacked_also_in_several_members_and_with_padding() -> None:
    data = random.Random(1).randbytes(200_000)
    packed = (
        gzip.compress(data[:70_000]) + bytes(10) + gzip.compress(b"") + gzip.compress(data[70_000:]) + bytes(70_000)
    )
    assert read(packed) == data
    assert b"".join(chunks(Trickle(packed[:1000] + packed[1000:]))) == data  # type: ignore[arg-type]


def test_pieces_are_small_however_well_the_file_is_packed() -> None:
    packed = gzip.compress(bytes(10_000_000))
    sizes = list(map(len, chunks(io.BytesIO(packed))))
    assert max(sizes) <= 1 << 16 and sum(sizes) == 10_000_000


def test_broken_gzip_is_a_decode_error() -> None:
    packed = gzip.compress(b"x" * 1000)
    with pytest.raises(CorruptedStreamError, match="gzip"):
        read(packed[:12] + b"\xff\xff\xff" + packed[15:])
    with pytest.raises(CorruptedStreamError, match="gzip"):
        read(packed + b"rubbish")


def test_gzip_that_ends_early_gives_what_there_is_and_then_the_error() -> None:
    pieces = chunks(io.BytesIO(gzip.compress(random.Random(2).randbytes(200_000))[:100_000]))
    got = [next(pieces)]
    with pytest.raises(TruncatedStreamError, match="ends early"):
        got.extend(pieces)
    assert sum(map(len, got)) > 50_000


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_contents_are_those_of_loads_all(pack: Any) -> None:
    data = dumps_all(VALUES)
    assert list(contents(io.BytesIO(pack(data)))) == loads_all(data)
    assert [type(value) for value in contents(io.BytesIO(data))] == [type(value) for value in loads_all(data)]


def test_a_content_comes_as_soon_as_it_is_whole() -> None:
    values = contents(Trickle(dumps_all([1, 2])[:-1]))  # type: ignore[arg-type]
    assert next(values) == 1
    with pytest.raises(TruncatedStreamError):
        next(values)


def test_an_exception_of_the_writer_stands_where_the_object_would() -> None:
    encoder = Encoder(default_registry)
    encoder.write_object(1)
    encoder.write_exception("went wrong")
    encoder.write_object(2)
    first, failed, last = contents(io.BytesIO(encoder.take()))
    assert (first, last) == (1, 2)
    assert isinstance(failed, StreamException) and failed.throwable == "went wrong"


def test_limits_and_filters_are_asked() -> None:
    data = dumps([[[]]])
    with pytest.raises(RejectedError):
        list(contents(io.BytesIO(data), limits=Limits(maxdepth=2)))
    with pytest.raises(RejectedError):
        list(contents(io.BytesIO(data), object_filter="!*"))


@pytest.mark.parametrize("data", [b"", b"\xac", b"hello", b"\x1f\x8b", b"\xac\xed\x00\x05\x73"])
def test_what_is_no_stream_is_a_decode_error(data: bytes) -> None:
    with pytest.raises(DecodeError):
        list(contents(io.BytesIO(data)))

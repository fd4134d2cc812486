"""From a binary file to the bytes of a stream, or to its contents, a piece at a time. gzip is recognised."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from ..errors import CorruptedStreamError, RejectedError, TruncatedStreamError
from ..limits import Limits, ObjectFilter, combine
from ..mapping.defaults import default_registry
from ..mapping.registry import Registry
from ..stream.decoder import Decoder
from ..stream.model import BlockData
from ..stream.states import END_OF_STREAM, NEED_DATA

__all__ = ["chunks", "contents", "whole"]

_CHUNK_BYTES: Final = 1 << 16
_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP: Final = zlib.MAX_WBITS | 16


def chunks(fp: BinaryIO) -> Iterator[bytes]:
    """The bytes of the stream in ``fp``, unpacked where they are gzip, in pieces of at most 64 KiB.

    What a pipe has now is given at once. DecodeError: the gzip data is broken or ends early. What reading ``fp`` raises
    goes through.
    """
    pieces = _pieces(fp)
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= len(_GZIP_MAGIC):
            break
    if head[:2] != _GZIP_MAGIC:
        if head:
            yield head
        yield from pieces
        return
    yield from _unpacked(head, pieces)


def whole(fp: BinaryIO, max_bytes: int) -> bytes:
    """All bytes of the stream in ``fp``, unpacked; errors as in ``chunks``, RejectedError beyond ``max_bytes``."""
    data = bytearray()
    for piece in chunks(fp):
        data += piece
        if len(data) > max_bytes:
            raise RejectedError(f"it is longer than {max_bytes} bytes, and all of it would be kept in memory")
    return bytes(data)


def contents(
    fp: BinaryIO,
    *,
    registry: Registry | None = None,
    limits: Limits | None = None,
    object_filter: ObjectFilter | None = None,
) -> Iterator[Any]:
    """Every content of the stream in ``fp`` as soon as it is whole: what ``loads_all`` gives, one at a time.

    A run of primitive data is one ``BlockData``; where the writer failed, a ``StreamException`` stands in the place of
    the object. Arguments and errors as for ``loads_all``.
    """
    limits, function = combine(limits, object_filter, Limits.none())
    decoder = Decoder(default_registry if registry is None else registry, limits=limits, object_filter=function)
    data = chunks(fp)
    run = bytearray()
    while True:
        content = decoder.next_content()
        if content is NEED_DATA:
            piece = next(data, b"")
            if piece:
                decoder.feed(piece)
            else:
                decoder.feed_eof()
            continue
        if type(content) is BlockData:
            run += content
            continue
        if run:
            yield BlockData(run)
            run = bytearray()
        if content is END_OF_STREAM:
            return
        yield content


def _pieces(fp: BinaryIO) -> Iterator[bytes]:
    read = getattr(fp, "read1", fp.read)
    while piece := read(_CHUNK_BYTES):
        yield piece


def _unpacked(head: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    packed_bytes = 0
    pieces = iter(pieces)
    data = head
    while True:
        try:
            unpacked = unpacker.decompress(data, _CHUNK_BYTES)
        except zlib.error as error:
            raise CorruptedStreamError(f"the gzip data around its byte {packed_bytes} is broken: {error}") from error
        if unpacked:
            yield unpacked
        packed_bytes += len(data) - len(unpacker.unconsumed_tail)
        if unpacker.eof:  # another member may follow, and padding with zeros
            data = unpacker.unused_data.lstrip(b"\0")
            while not data:
                piece = next(pieces, None)
                if piece is None:
                    return
                data = piece.lstrip(b"\0")
            unpacker = zlib.decompressobj(_GZIP)
        elif unpacker.unconsumed_tail:
            data = unpacker.unconsumed_tail
        else:
            piece = next(pieces, None)
            if piece is None:
                raise TruncatedStreamError(f"the gzip data ends early, after {packed_bytes} bytes")
            data = piece

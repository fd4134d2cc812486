"""The ends of a stream: where a decoder's bytes come from, and where an encoder's go.

A source feeds a decoder and, when the decoder has what was asked for, gives back what it read too much, if that is
possible; if it is not, it never reads more than surely belongs to the content. Files, sockets and transports are told
apart by what they can do, so nothing here opens, closes or imports any of them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from .errors import ChannelBroken, ChannelTimeout, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .stream.decoder import Decoder

__all__ = ["PlainFile", "Source", "sink_of", "source_of"]

_READ_BYTES: Final = 1 << 16
_PIECE_BYTES: Final = 1 << 20


class Source(Protocol):
    def feed(self, decoder: Decoder) -> None:
        """Give ``decoder`` some bytes more, or the end."""

    def feed_at_once(self, decoder: Decoder) -> bool:
        """Likewise where it can be done without waiting; whether it was."""

    def settle(self, decoder: Decoder) -> None:
        """A content is complete: take back what is not to be read ahead."""

    def leave(self, decoder: Decoder) -> None:
        """No more will be read."""


class PeekableFile:
    """A file with ``peek``: it keeps what it has read ahead, and is advanced only over what was consumed."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._peeked = 0

    def feed(self, decoder: Decoder) -> None:
        self._advance(self._peeked)
        missing = decoder.missing_bytes
        if missing > io.DEFAULT_BUFFER_SIZE:
            _feed_bytes(decoder, self._file.read(min(missing, _PIECE_BYTES)))
            return
        data = _feed_bytes(decoder, self._file.peek(missing))
        self._peeked = len(data)

    def feed_at_once(self, decoder: Decoder) -> bool:
        return _feed_if_seekable(self, self._file, decoder)

    def settle(self, decoder: Decoder) -> None:
        self._advance(self._peeked - len(decoder.unread()))

    def leave(self, decoder: Decoder) -> None:
        pass

    def _advance(self, count: int) -> None:
        if count:
            self._file.read(count)
        self._peeked = 0


class SeekableFile:
    """A file that is read ahead and put back in the end."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def feed(self, decoder: Decoder) -> None:
        _feed_bytes(decoder, self._file.read(_READ_BYTES))

    def feed_at_once(self, decoder: Decoder) -> bool:
        return _feed_if_seekable(self, self._file, decoder)

    def settle(self, decoder: Decoder) -> None:
        pass

    def leave(self, decoder: Decoder) -> None:
        rest = len(decoder.unread())
        if rest:
            self._file.seek(-rest, io.SEEK_CUR)


class PlainFile:
    """A file that can only be read: never more is read than surely belongs to the content, unless one may."""

    def __init__(self, file: Any, *, read_ahead: bool = False) -> None:
        self._file = file
        self._read_ahead = read_ahead

    def feed(self, decoder: Decoder) -> None:
        size = _READ_BYTES if self._read_ahead else min(decoder.missing_bytes, _PIECE_BYTES)
        _feed_bytes(decoder, self._file.read(size))

    def feed_at_once(self, decoder: Decoder) -> bool:
        return False

    def settle(self, decoder: Decoder) -> None:
        pass

    def leave(self, decoder: Decoder) -> None:
        pass


class SocketSource:
    """A socket or a transport: ``receive(max_bytes)`` waits, ``receive_at_once(max_bytes)`` raises OSError instead."""

    def __init__(self, receive: Callable[[int], bytes], receive_at_once: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._receive_at_once = receive_at_once

    def feed(self, decoder: Decoder) -> None:
        try:
            data = self._receive(_READ_BYTES)
        except (TimeoutError, BlockingIOError) as error:
            raise ChannelTimeout(f"nothing was received in time: {error}", offset=decoder.offset) from error
        except OSError as error:
            raise ChannelBroken(f"the connection failed: {error}", offset=decoder.offset) from error
        _feed_bytes(decoder, data)

    def feed_at_once(self, decoder: Decoder) -> bool:
        try:
            data = self._receive_at_once(_READ_BYTES)
        except (TimeoutError, BlockingIOError):
            return False
        except OSError as error:
            raise ChannelBroken(f"the connection failed: {error}", offset=decoder.offset) from error
        _feed_bytes(decoder, data)
        return True

    def settle(self, decoder: Decoder) -> None:
        pass

    def leave(self, decoder: Decoder) -> None:
        pass


def _feed_bytes(decoder: Decoder, data: bytes | None) -> bytes:
    if data is None:
        raise BlockingIOError("the source does not wait for bytes, and has none now")
    if not isinstance(data, bytes):
        raise SchemaError(f"the source gives {type(data).__name__} and not bytes: is it open in binary mode?")
    if data:
        decoder.feed(data)
    else:
        decoder.feed_eof()
    return data


def _feed_if_seekable(source: Source, file: Any, decoder: Decoder) -> bool:
    """What can seek is on a disk or in memory, and does not let one wait."""
    if not can_seek(file):
        return False
    source.feed(decoder)
    return True


def can_seek(file: Any) -> bool:
    seekable = getattr(file, "seekable", None)
    return seekable is not None and bool(seekable())


def source_of(source: Any) -> Source:
    if hasattr(source, "recv"):
        return SocketSource(source.recv, _receive_at_once_from(source))
    if hasattr(source, "receive") and hasattr(source, "info"):
        _refuse_datagrams(source)
        return SocketSource(source.receive, lambda max_bytes: cast(bytes, source.receive(max_bytes, 0)))
    if hasattr(source, "peek"):
        return PeekableFile(source)
    if not hasattr(source, "read"):
        raise SchemaError(f"a source is a binary file, a socket or a transport, not {type(source).__name__}")
    return SeekableFile(source) if can_seek(source) else PlainFile(source)


def _refuse_datagrams(transport: Any) -> None:
    if hasattr(transport, "info") and transport.info("datagram_bytes") is not None:
        raise SchemaError(
            "a transport of datagrams carries no stream of bytes: there each datagram is one, as a Channel makes it"
        )


def _receive_at_once_from(sock: Any) -> Callable[[int], bytes]:
    def receive(max_bytes: int) -> bytes:
        timeout = sock.gettimeout()
        sock.settimeout(0)
        try:
            return cast(bytes, sock.recv(max_bytes))
        finally:
            sock.settimeout(timeout)

    return receive


def sink_of(sink: Any) -> Callable[[memoryview], int]:
    """A function that writes at least one byte of what it is given, and tells how many."""
    if hasattr(sink, "send"):
        _refuse_datagrams(sink)
        return lambda data: _send(sink, data)
    if not hasattr(sink, "write"):
        raise SchemaError(f"a sink is a binary file, a socket or a transport, not {type(sink).__name__}")
    return lambda data: _write(sink, data)


def _send(sock: Any, data: memoryview) -> int:
    try:
        return cast(int, sock.send(data))
    except (TimeoutError, BlockingIOError) as error:
        raise ChannelTimeout(f"the peer did not take what was sent in time: {error}") from error
    except OSError as error:
        raise ChannelBroken(f"the connection failed: {error}") from error


def _write(file: Any, data: memoryview) -> int:
    count = file.write(data)
    if count is None:
        if isinstance(file, io.RawIOBase):
            raise BlockingIOError("the sink does not wait until it can take bytes, and cannot now")
        return len(data)  # a file of somebody's own making
    return cast(int, count)

"""Transports without a socket: a connected pair in this process, and one that plays back bytes prepared before."""

from __future__ import annotations

import errno
import threading
from collections import deque
from typing import TYPE_CHECKING

from .base import Info, Transport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .address import Address

__all__ = ["CannedTransport", "MemoryTransport", "pair"]


class _Pipe:
    """Bytes from one end to the other; at most ``capacity_bytes`` are under way."""

    def __init__(self, capacity_bytes: int, changed: threading.Condition) -> None:
        self.data = bytearray()
        self.capacity_bytes = capacity_bytes
        self.changed = changed
        self.ended = False  # no more will be written
        self.broken = False  # the reader has gone
        self.stopped = False  # the reader wants no more


class MemoryTransport(Transport):
    """One end of a ``pair``."""

    def __init__(self, incoming: _Pipe, outgoing: _Pipe, local: Address | None, peer: Address | None) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._changed = incoming.changed
        self._ends: dict[str, Address | None] = {"local": local, "peer": peer}
        self._closed = False

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        pipe = self._incoming
        with self._changed:
            self._check_open()
            ready = self._changed.wait_for(
                lambda: bool(pipe.data) or pipe.ended or pipe.stopped or self._closed, timeout
            )
            self._check_open()
            if not ready:
                raise TimeoutError(errno.ETIMEDOUT, f"nothing was received in {timeout} s")
            data = bytes(pipe.data[:max_bytes])
            del pipe.data[:max_bytes]
            self._changed.notify_all()
            return data

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        pipe = self._outgoing
        with self._changed:
            self._check_open()
            ready = self._changed.wait_for(
                lambda: len(pipe.data) < pipe.capacity_bytes or pipe.broken or self._closed, timeout
            )
            self._check_open()
            if pipe.broken or pipe.ended:
                raise BrokenPipeError(errno.EPIPE, "the other end of the pair is closed")
            if not ready:
                raise TimeoutError(errno.ETIMEDOUT, f"nothing could be sent in {timeout} s")
            sent = data[: pipe.capacity_bytes - len(pipe.data)]
            pipe.data += sent
            self._changed.notify_all()
            return len(sent)

    def send_eof(self) -> None:
        with self._changed:
            self._check_open()
            self._outgoing.ended = True
            self._changed.notify_all()

    def stop_receiving(self) -> None:
        with self._changed:
            self._incoming.stopped = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = self._outgoing.ended = self._incoming.broken = True
            self._changed.notify_all()

    def info(self, name: Info) -> object:
        return self._ends.get(name)

    def _check_open(self) -> None:
        if self._closed:
            raise OSError(errno.EBADF, "the transport is closed")


def pair(
    capacity_bytes: int = 1 << 18, addresses: tuple[Address | None, Address | None] = (None, None)
) -> tuple[MemoryTransport, MemoryTransport]:
    """Two connected ends. ``capacity_bytes`` are kept for an end that does not receive; then its peer waits."""
    changed = threading.Condition()
    there, back = _Pipe(capacity_bytes, changed), _Pipe(capacity_bytes, changed)
    here, yonder = addresses
    return MemoryTransport(back, there, here, yonder), MemoryTransport(there, back, yonder, here)


class CannedTransport(Transport):
    """Plays back ``pieces``, one for each ``receive``, and keeps what is sent in ``sent``.

    A piece that is an exception is raised. After the last piece the peer has ended. ``accepts`` are the numbers of
    bytes that one ``send`` after the other takes (an exception among them is raised); after the last everything is
    taken.
    """

    def __init__(
        self, pieces: Iterable[bytes | BaseException] = (), accepts: Iterable[int | BaseException] = ()
    ) -> None:
        self._pieces = deque(pieces)
        self._accepts = deque(accepts)
        self.sent = bytearray()
        self.eof_sent = False
        self.closed = False

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._check_open()
        if not self._pieces:
            return b""
        piece = self._pieces.popleft()
        if isinstance(piece, BaseException):
            raise piece
        if len(piece) > max_bytes:
            self._pieces.appendleft(piece[max_bytes:])
        return piece[:max_bytes]

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        self._check_open()
        taken = self._accepts.popleft() if self._accepts else len(data)
        if isinstance(taken, BaseException):
            raise taken
        self.sent += data[:taken]
        return min(taken, len(data))

    def send_eof(self) -> None:
        self._check_open()
        self.eof_sent = True

    def stop_receiving(self) -> None:
        self._pieces.clear()

    def close(self) -> None:
        self.closed = True

    def info(self, name: Info) -> object:
        return None

    def _check_open(self) -> None:
        if self.closed:
            raise OSError(errno.EBADF, "the transport is closed")

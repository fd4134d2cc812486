"""Sockets for asyncio.

The event loop reads ahead at most ``_READ_AHEAD_BYTES``, then the peer waits. Received bytes stay here until they are
taken, so that cancelling a wait loses none.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import deque
from typing import cast

from .address import Address
from .base import AsyncListener, AsyncTransport, Info
from .blocking import multipath, prepare, socket_address
from .socket_end import acknowledge, discard_received, unanswered

__all__ = ["SocketListener", "SocketTransport", "adopt"]

_READ_AHEAD_BYTES = 1 << 16


class SocketTransport(asyncio.Protocol, AsyncTransport):
    """A connected stream socket; made by the event loop as its protocol."""

    def __init__(self, scheme: str = "tcp") -> None:
        self._scheme = scheme
        self._transport: asyncio.Transport | None = None
        self._received: deque[bytes] = deque()
        self._received_bytes = 0
        self._ended = False  # no more will be received
        self._failure: Exception | None = None
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost = asyncio.Event()
        self._closing = False
        self._paused = False  # the event loop does not read
        self._unacknowledged = False  # something was received since the last sending
        self._facts: dict[str, object] = {}

    def __repr__(self) -> str:
        closed = " closed" if self._closing else ""
        return f"<{type(self).__name__} {self._facts.get('local')} to {self._facts.get('peer')}{closed}>"

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._socket = sock = transport.get_extra_info("socket")
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            prepare(sock, self._scheme)
        self._facts["socket"] = sock
        for name, value in (("local", "sockname"), ("peer", "peername")):
            found = transport.get_extra_info(value)
            self._facts[name] = None if found is None else socket_address(self._scheme, found)

    def data_received(self, data: bytes) -> None:
        if self._ended or self._closing:
            return
        self._received.append(data)
        self._received_bytes += len(data)
        self._unacknowledged = True
        if self._received_bytes >= _READ_AHEAD_BYTES:
            self._open_transport().pause_reading()
            self._paused = True
        self._readable.set()

    def eof_received(self) -> bool:
        self._ended = True
        self._readable.set()
        return True  # sending goes on

    def connection_lost(self, exc: Exception | None) -> None:
        if self._closing:  # the event loop closes the socket after this
            with self._socket.dup() as sock:
                discard_received(sock)
        if isinstance(exc, TimeoutError):  # the system's, and no timeout of the caller
            exc = unanswered(exc)
        self._failure = exc
        self._ended = True
        self._readable.set()
        self._writable.set()
        self._lost.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # What the channel calls.

    async def receive(self, max_bytes: int) -> bytes:
        if not self._readable.is_set():
            if self._unacknowledged:
                acknowledge(self._socket)
            await self._readable.wait()
        if self._closing:
            raise OSError(errno.EBADF, "the transport is closed")
        if not self._received:
            if self._failure is not None:
                raise self._failure
            return b""
        data = self._received.popleft()
        if len(data) > max_bytes:
            self._received.appendleft(data[max_bytes:])
            data = data[:max_bytes]
        self._received_bytes -= len(data)
        if not self._received and not self._ended:
            self._readable.clear()
        if self._paused and self._received_bytes < _READ_AHEAD_BYTES and not self._lost.is_set():
            self._open_transport().resume_reading()
            self._paused = False
        return data

    def write(self, data: bytes) -> None:
        self._check_sending()
        transport = self._open_transport()
        transport.write(data)
        if not transport.get_write_buffer_size():  # what was sent acknowledges what was received
            self._unacknowledged = False

    async def drain(self) -> None:
        self._check_sending()
        if not self._writable.is_set():
            await self._writable.wait()
            self._check_sending()

    def send_eof(self) -> None:
        self._check_sending()
        self._open_transport().write_eof()

    def stop_receiving(self) -> None:
        self._ended = True
        self._readable.set()

    def abort(self) -> None:
        self._closing = True
        self._readable.set()
        self._open_transport().abort()

    async def close(self) -> None:
        self._closing = True
        self._readable.set()
        self._open_transport().close()
        await self._lost.wait()

    def info(self, name: Info) -> object:
        return multipath(self._socket) if name == "multipath" else self._facts.get(name)

    def _open_transport(self) -> asyncio.Transport:
        assert self._transport is not None, "the event loop connects a protocol before anyone else has it"
        return self._transport

    def _check_sending(self) -> None:
        if self._lost.is_set() or self._closing:
            if self._failure is not None:
                raise self._failure
            raise BrokenPipeError(errno.EPIPE, "the connection is closed")


async def adopt(sock: socket.socket, scheme: str = "tcp") -> SocketTransport:
    """A transport over the connected ``sock``, which is closed where that fails."""
    sock.setblocking(False)
    try:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.connect_accepted_socket(lambda: SocketTransport(scheme), sock)
        return protocol
    except BaseException:
        sock.close()
        raise


class SocketListener(AsyncListener):
    """A listening stream socket. Takes the socket over. A peer is accepted only when one is asked for."""

    def __init__(self, sock: socket.socket, scheme: str = "tcp") -> None:
        sock.setblocking(False)
        self._socket = sock
        self._scheme = scheme
        self._address = socket_address(scheme, sock.getsockname())
        self._lock = asyncio.Lock()
        self._next: asyncio.Task[AsyncTransport] | None = None  # outlives an ``accept`` that was cancelled
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._address}{' closed' if self._closed else ''}>"

    @property
    def address(self) -> Address:
        return self._address

    async def accept(self) -> AsyncTransport:
        async with self._lock:
            if self._next is None:
                self._check_open()
                self._next = asyncio.ensure_future(self._accept())
            await asyncio.wait([self._next])
            accepted, self._next = self._next, None
            if accepted.cancelled():
                self._check_open()
            return accepted.result()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._next is not None:
            self._next.add_done_callback(_abort_accepted)
            self._next.cancel()
        self._socket.close()

    async def _accept(self) -> AsyncTransport:
        sock, _ = await asyncio.get_running_loop().sock_accept(self._socket)
        return await adopt(sock, self._scheme)

    def _check_open(self) -> None:
        if self._closed:
            raise OSError(errno.EBADF, "the listener is closed")


def _abort_accepted(accepted: asyncio.Task[AsyncTransport]) -> None:
    """Nobody is going to take the peer that came while the listener was being closed."""
    if not accepted.cancelled() and accepted.exception() is None:
        accepted.result().abort()

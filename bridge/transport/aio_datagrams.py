"""Datagram sockets for asyncio; what a peer and a listener are is as in ``datagrams``."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, cast

from .address import Address
from .base import AsyncListener, AsyncTransport, Info
from .datagrams import QUEUE_BYTES, QUEUED_COST_BYTES, DatagramSocket, too_long

__all__ = ["AsyncDatagramListener", "AsyncDatagramTransport", "connected", "listening"]


class _Hub(asyncio.DatagramProtocol):
    """One socket in the event loop, which is closed when its last user leaves."""

    def __init__(self, place: DatagramSocket, arrived: Callable[[bytes, Any], None]) -> None:
        self.place = place
        self.failure: OSError | None = None
        self.failed: Callable[[], None] | None = None
        self.lost = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()
        self._arrived = arrived
        self._users = 1
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self.place.sock.setblocking(False)
        try:
            await loop.create_datagram_endpoint(lambda: self, sock=self.place.sock)
        except BaseException:
            self.place.sock.close()
            raise

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        payload = self.place.payload
        if payload is not None:
            data = payload(data)
        if data:
            self._arrived(data, addr)

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError):
            self.failure = exc
            if self.failed is not None:
                self.failed()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    # What the transports call.

    def send(self, data: bytes, target: Any) -> None:
        if len(data) > self.place.datagram_bytes:
            raise too_long(len(data), self.place.datagram_bytes)
        assert self._transport is not None, "the event loop has it before anyone else"
        self._transport.sendto(data, target)

    def join(self) -> None:
        self._users += 1

    def leave(self, *, now: bool) -> bool:
        """One user less; whether it was the last one, which closes the socket, ``now`` or when all is sent."""
        self._users -= 1
        if self._users:
            return False
        assert self._transport is not None
        if now:
            self._transport.abort()
        else:
            self._transport.close()
        return True

    def abort(self) -> None:
        """Close the socket at once, after the last user has left."""
        assert self._transport is not None
        self._transport.abort()


class AsyncDatagramTransport(AsyncTransport):
    """What goes to and comes from one peer. Made by ``connected`` and by an AsyncDatagramListener."""

    def __init__(
        self,
        hub: _Hub,
        peer: Address | None,
        target: Any,
        idle_seconds: float | None = None,
        forget: Callable[[], None] | None = None,
    ) -> None:
        self._hub = hub
        self._peer = peer
        self._target = target
        self._idle_seconds = idle_seconds  # None: it has the socket for itself
        self._forget = forget  # called once: what comes from now on is for another one
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._readable = asyncio.Event()
        self._used = asyncio.get_running_loop().time()
        self._stopped = self._closed = False
        self._last = False

    def __repr__(self) -> str:
        closed = " closed" if self._closed else ""
        return f"<{type(self).__name__} {self._hub.place.local} to {self._peer}{closed}>"

    def arrived(self, data: bytes) -> None:
        """A datagram has come."""
        cost = len(data) + QUEUED_COST_BYTES
        if self._queued_bytes + cost <= QUEUE_BYTES and not self._stopped:
            self._queue.append(data)
            self._queued_bytes += cost
            self._used = asyncio.get_running_loop().time()
            self._readable.set()

    def failed(self) -> None:
        """The socket has an error to tell."""
        self._readable.set()

    async def receive(self, max_bytes: int) -> bytes:
        while not self._readable.is_set():
            until = None if self._idle_seconds is None else self._used + self._idle_seconds
            try:
                async with asyncio.timeout_at(until):
                    await self._readable.wait()
            except TimeoutError:
                if until is not None and asyncio.get_running_loop().time() >= self._used + (self._idle_seconds or 0):
                    self._leave()
                    self.stop_receiving()
        if self._closed:
            raise OSError(errno.EBADF, "the transport is closed")
        if not self._queue and not self._stopped:
            failure, self._hub.failure = self._hub.failure, None
            self._readable.clear()
            assert failure is not None
            raise failure
        data = self._queue.popleft() if self._queue else b""
        if data:
            self._queued_bytes -= len(data) + QUEUED_COST_BYTES
        if not self._queue and not self._stopped and (self._hub.failure is None or self._idle_seconds is not None):
            self._readable.clear()
        if len(data) > max_bytes:
            raise OSError(errno.EMSGSIZE, f"a datagram of {len(data)} bytes came where {max_bytes} were expected")
        return data

    def _leave(self) -> None:
        forget, self._forget = self._forget, None
        if forget is not None:
            forget()

    def write(self, data: bytes) -> None:
        self._check_sending()
        self._used = asyncio.get_running_loop().time()
        self._hub.send(data, self._target)

    async def drain(self) -> None:
        self._check_sending()
        await self._hub.writable.wait()
        self._check_sending()

    def send_eof(self) -> None:
        self._check_sending()

    def stop_receiving(self) -> None:
        self._stopped = True
        self._readable.set()

    def abort(self) -> None:
        self._end(now=True)

    async def close(self) -> None:
        self._end(now=False)
        if self._last:
            await self._hub.lost.wait()

    def info(self, name: Info) -> object:
        place = self._hub.place
        return {
            "local": place.local,
            "peer": self._peer,
            "socket": place.sock,
            "datagram_bytes": place.datagram_bytes,
        }.get(name)

    def _end(self, *, now: bool) -> None:
        if not self._closed:
            self._closed = True
            self._readable.set()
            self._leave()
            self._last = self._hub.leave(now=now)
        elif now and self._last:
            self._hub.abort()

    def _check_sending(self) -> None:
        if self._closed or self._hub.lost.is_set():
            raise BrokenPipeError(errno.EPIPE, "the transport is closed")


async def connected(place: DatagramSocket) -> AsyncDatagramTransport:
    """A transport over a socket with one peer. Takes the socket over."""
    hub = _Hub(place, lambda data, source: transport.arrived(data))
    transport = AsyncDatagramTransport(hub, place.peer, place.target)
    hub.failed = transport.failed
    await hub.open()
    return transport


class AsyncDatagramListener(AsyncListener):
    """Takes what comes for one peer after the other; made by ``listening``.

    ``backlog`` peers may wait to be accepted; what comes from others is lost meanwhile.
    """

    def __init__(self, place: DatagramSocket, backlog: int) -> None:
        self._hub = _Hub(place, self._arrived)
        self._peers: dict[Hashable, AsyncDatagramTransport] = {}
        self._new: deque[AsyncDatagramTransport] = deque()
        self._backlog = max(1, backlog)
        self._ready = asyncio.Event()
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}{' closed' if self._closed else ''}>"

    @property
    def address(self) -> Address:
        return self._hub.place.local

    async def accept(self) -> AsyncTransport:
        while True:
            if self._closed:
                raise OSError(errno.EBADF, "the listener is closed")
            if self._new:
                return self._new.popleft()
            self._ready.clear()
            await self._ready.wait()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._ready.set()
        while self._new:
            self._new.popleft().abort()
        self._hub.leave(now=False)

    async def open(self) -> None:
        await self._hub.open()

    def _arrived(self, data: bytes, source: Any) -> None:
        transport = self._peers.get(source)
        if transport is None:
            if self._closed or len(self._new) >= self._backlog:
                return
            place = self._hub.place
            assert place.address_of is not None
            transport = AsyncDatagramTransport(
                self._hub, place.address_of(source), source, place.idle_seconds, lambda: self._forget(source)
            )
            self._hub.join()
            self._peers[source] = transport
            self._new.append(transport)
            self._ready.set()
        transport.arrived(data)

    def _forget(self, source: Hashable) -> None:
        del self._peers[source]


async def listening(place: DatagramSocket, backlog: int) -> AsyncDatagramListener:
    """A listener over a bound socket. Takes the socket over."""
    listener = AsyncDatagramListener(place, backlog)
    await listener.open()
    return listener

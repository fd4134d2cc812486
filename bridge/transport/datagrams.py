"""Datagram sockets, blocking.

A connected socket has one peer. A listening one has many: what comes in is given to the transport of its sender, and a
sender that is not known yet is a new peer. There is one socket for all of them, and no thread of its own: of those who
wait, one at a time reads the socket for all.

A datagram that nobody takes in time is lost, as the network loses them: the queue of a peer is bounded, that of a
listener too. A datagram has no end of a conversation in it, so a peer of a listener ends when nothing was heard of it,
or said to it, for ``idle_seconds``.
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final

from .address import Address
from .base import Info, Listener, Transport
from .deadline import deadline_of, left_of
from .socket_end import READING, WRITING, SharedSocket, wait_ready

__all__ = [
    "LONGEST_IDLE_SECONDS",
    "MAX_DATAGRAM_BYTES",
    "QUEUED_COST_BYTES",
    "QUEUE_BYTES",
    "DatagramListener",
    "DatagramSocket",
    "DatagramTransport",
    "connected",
    "too_long",
]

#: No datagram of IP is longer.
MAX_DATAGRAM_BYTES: Final = 1 << 16
#: What is kept of a peer whose datagrams nobody takes, with what each of them costs.
QUEUE_BYTES: Final = 1 << 18
QUEUED_COST_BYTES: Final = 64
#: What an option may ask for as the ``idle_seconds`` of a `DatagramSocket`.
LONGEST_IDLE_SECONDS: Final = 86_400
_AT_ONCE = 64
#: What the next call on the socket is told about a datagram that was sent before.
_OF_BEFORE: Final = {
    *(errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOPROTOOPT),
}


@dataclass(frozen=True)
class DatagramSocket:
    """A socket and what is to be known of it.

    sock              bound; connected where it has one peer and hears nobody else
    local, peer       the addresses of its ends; ``peer`` is None where there are many
    datagram_bytes    what one datagram carries
    target            whom to send to, where the socket is not connected and yet has one peer (a multicast group)
    payload           what is in the bytes that the system gives (which may begin with a header of IP)
    idle_seconds      where there are many peers: one of which nothing was heard for so long has ended
    address_of        where there are many peers: the address of one, from what ``recvfrom`` says
    """

    sock: socket.socket
    local: Address
    peer: Address | None
    datagram_bytes: int
    target: Any = None
    payload: Callable[[bytes], bytes] | None = None
    idle_seconds: float = 60
    address_of: Callable[[Any], Address] | None = None


class _Hub:
    """One socket, and those who wait for what arrives there."""

    def __init__(self, place: DatagramSocket, arrived: Callable[[bytes, Any], None]) -> None:
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        place.sock.setblocking(False)
        self.place = place
        self.shared = SharedSocket(place.sock, self._wake, self._waker)
        self.lock = threading.Lock()
        self.failure: OSError | None = None
        self._arrived = arrived  # called with the lock held
        self._reading = False  # somebody reads the socket
        self._waiting: dict[threading.Condition, None] = {}  # the others, in order
        self._users = 1

    def wait_for(self, ready: Callable[[], bool], changed: threading.Condition, deadline: float | None) -> bool:
        """Wait, with ``lock`` held, until ``ready``; whether it is in time. Nobody else may wait on ``changed``."""
        looked = False
        try:
            while not ready():
                left = left_of(deadline)
                if not self._reading:
                    if looked and left == 0:
                        return False
                    self._read(left)
                    looked = True
                elif left == 0:
                    return False
                else:
                    self._waiting[changed] = None
                    try:
                        changed.wait(left)
                    finally:
                        del self._waiting[changed]
            return True
        finally:
            self._let_another_read()

    def _let_another_read(self) -> None:
        if self._waiting and not self._reading:
            next(iter(self._waiting)).notify()

    def _read(self, timeout: float | None) -> None:
        """Wait for datagrams and give each to whom it belongs. Releases the lock while it waits."""
        self._reading = True
        self.lock.release()
        arrived: list[tuple[bytes, Any]] = []
        failure = None
        try:
            with self.shared as sock:
                if wait_ready([sock, self._wake], READING, timeout):
                    failure = self._take(sock, arrived)
        finally:
            self.lock.acquire()
            self._reading = False
            self.failure = failure or self.failure
            for data, source in arrived:
                self._arrived(data, source)
            self._let_another_read()

    def _take(self, sock: socket.socket, arrived: list[tuple[bytes, Any]]) -> OSError | None:
        try:
            self._wake.recv(_AT_ONCE)
        except BlockingIOError:
            pass
        payload = self.place.payload
        while len(arrived) < _AT_ONCE:
            try:
                data, source = sock.recvfrom(MAX_DATAGRAM_BYTES)
            except BlockingIOError:
                return None
            except OSError as error:  # the network says what became of a datagram that was sent before
                if self.place.peer is None and error.errno not in _OF_BEFORE:
                    raise
                return error
            if payload is not None:
                data = payload(data)
            if data:
                arrived.append((data, source))
        return None

    def wake(self) -> None:
        """Let who reads the socket look again."""
        try:
            self._waker.send(b"\0")
        except OSError:
            pass  # it is awake, or nobody is there any more

    def join(self) -> None:
        self._users += 1

    def leave(self) -> None:
        """One user less; the last one closes the socket. With the lock held."""
        self._users -= 1
        if not self._users:
            self.wake()
            self.shared.close()

    def send(self, data: bytes | memoryview, target: Any, timeout: float | None) -> int:
        deadline = deadline_of(timeout)
        if len(data) > self.place.datagram_bytes:
            raise too_long(len(data), self.place.datagram_bytes)
        told = False
        with self.shared as sock:
            while True:
                try:
                    return sock.send(data) if target is None else sock.sendto(data, target)
                except BlockingIOError:
                    if not wait_ready([sock], WRITING, left_of(deadline)):
                        raise TimeoutError(errno.ETIMEDOUT, f"nothing could be sent in {timeout} s") from None
                except OSError as error:
                    if error.errno == errno.EMSGSIZE:
                        raise too_long(len(data)) from error
                    if told or error.errno not in _OF_BEFORE:
                        raise
                    told = True  # most likely it is about a datagram that was sent before: a matter of receiving
                    with self.lock:
                        self.failure = error
                    self.wake()


def too_long(length: int, limit: int | None = None) -> OSError:
    """What to raise for a datagram that cannot be sent."""
    where = "this system sends none of that size there" if limit is None else f"one carries {limit} at most"
    return OSError(errno.EMSGSIZE, f"{length} bytes are too much for a datagram: {where}")


class DatagramTransport(Transport):
    """What goes to and comes from one peer. Made by ``connected`` and by a DatagramListener."""

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
        self._forget = forget  # called once, with the lock held: what comes from now on is for another one
        self._changed = threading.Condition(hub.lock)
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._used = time.monotonic()
        self._stopped = self._closed = False

    def __repr__(self) -> str:
        closed = " closed" if self._closed else ""
        return f"<{type(self).__name__} {self._hub.place.local} to {self._peer}{closed}>"

    def arrived(self, data: bytes) -> None:
        """A datagram has come; with the lock held."""
        cost = len(data) + QUEUED_COST_BYTES
        if self._queued_bytes + cost <= QUEUE_BYTES and not self._stopped:
            self._queue.append(data)
            self._queued_bytes += cost
            self._used = time.monotonic()
            self._changed.notify()

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = deadline_of(timeout)
        with self._hub.lock:
            while not self._ready():
                idle_end = None if self._idle_seconds is None else self._used + self._idle_seconds
                ends = [moment for moment in (deadline, idle_end) if moment is not None]
                if self._hub.wait_for(self._ready, self._changed, min(ends, default=None)):
                    break
                now = time.monotonic()
                if deadline is not None and now >= deadline:
                    raise TimeoutError(errno.ETIMEDOUT, f"nothing was received in {timeout} s")
                if self._idle_seconds is not None and now >= self._used + self._idle_seconds:
                    self._stopped = True
                    self._leave()
            if self._closed:
                raise OSError(errno.EBADF, "the transport is closed")
            if not self._queue:
                if self._stopped:
                    return b""
                failure, self._hub.failure = self._hub.failure, None
                assert failure is not None
                raise failure
            data = self._queue.popleft()
            self._queued_bytes -= len(data) + QUEUED_COST_BYTES
        if len(data) > max_bytes:
            raise OSError(errno.EMSGSIZE, f"a datagram of {len(data)} bytes came where {max_bytes} were expected")
        return data

    def _ready(self) -> bool:
        failed = self._idle_seconds is None and self._hub.failure is not None
        return bool(self._queue) or self._stopped or self._closed or failed

    def _leave(self) -> None:
        forget, self._forget = self._forget, None
        if forget is not None:
            forget()

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        if self._closed:
            raise OSError(errno.EBADF, "the transport is closed")
        self._used = time.monotonic()
        return self._hub.send(data, self._target, timeout)

    def send_eof(self) -> None:
        if self._closed:
            raise OSError(errno.EBADF, "the transport is closed")

    def stop_receiving(self) -> None:
        with self._hub.lock:
            self._stopped = True
            self._changed.notify()
        self._hub.wake()

    def close(self) -> None:
        with self._hub.lock:
            if self._closed:
                return
            self._closed = True
            self._changed.notify()
            self._leave()
            self._hub.wake()
            self._hub.leave()

    def info(self, name: Info) -> object:
        place = self._hub.place
        return {
            "local": place.local,
            "peer": self._peer,
            "socket": place.sock,
            "datagram_bytes": place.datagram_bytes,
        }.get(name)


def connected(place: DatagramSocket) -> DatagramTransport:
    """A transport over a socket with one peer. Takes the socket over."""
    hub = _Hub(place, lambda data, source: transport.arrived(data))
    transport = DatagramTransport(hub, place.peer, place.target)
    return transport


class DatagramListener(Listener):
    """Takes what comes for one peer after the other. Takes the socket over.

    ``backlog`` peers may wait to be accepted; what comes from others is lost meanwhile.
    """

    def __init__(self, place: DatagramSocket, backlog: int) -> None:
        self._hub = _Hub(place, self._arrived)
        self._changed = threading.Condition(self._hub.lock)
        self._accepting = threading.Lock()
        self._peers: dict[Hashable, DatagramTransport] = {}
        self._new: deque[DatagramTransport] = deque()
        self._backlog = max(1, backlog)
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}{' closed' if self._closed else ''}>"

    @property
    def address(self) -> Address:
        return self._hub.place.local

    def accept(self, timeout: float | None = None) -> Transport:
        deadline = deadline_of(timeout)
        left = left_of(deadline)
        if not self._accepting.acquire(timeout=-1 if left is None else left):
            raise TimeoutError(errno.ETIMEDOUT, f"no peer came in {timeout} s")
        try:
            with self._hub.lock:
                self._hub.wait_for(lambda: bool(self._new) or self._closed, self._changed, deadline)
                if self._closed:
                    raise OSError(errno.EBADF, "the listener is closed")
                if not self._new:
                    raise TimeoutError(errno.ETIMEDOUT, f"no peer came in {timeout} s")
                return self._new.popleft()
        finally:
            self._accepting.release()

    def close(self) -> None:
        with self._hub.lock:
            if self._closed:
                return
            self._closed = True
            unseen, self._new = self._new, deque()
            self._changed.notify()
            self._hub.wake()
        for transport in unseen:
            transport.close()
        with self._hub.lock:
            self._hub.leave()

    def _arrived(self, data: bytes, source: Any) -> None:
        transport = self._peers.get(source)
        if transport is None:
            if self._closed or len(self._new) >= self._backlog:
                return
            place = self._hub.place
            assert place.address_of is not None
            transport = DatagramTransport(
                self._hub, place.address_of(source), source, place.idle_seconds, lambda: self._forget(source)
            )
            self._hub.join()
            self._peers[source] = transport
            self._new.append(transport)
            self._changed.notify()
        transport.arrived(data)

    def _forget(self, source: Hashable) -> None:
        del self._peers[source]

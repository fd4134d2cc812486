"""Transports without a socket, for tests: within this process, and one that plays back bytes prepared before.

    memory://NAME                    a meeting place in this process; memory:// when listening makes a name up
    memory://NAME?datagram_bytes=N   listening: datagrams of at most N bytes instead of a stream of bytes

Who connects may be blocking and who listens asyncio, or the other way round. Nothing is lost, also no datagram: a
sender waits while its peer does not receive.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
import threading
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Final

from ..errors import ConnectError
from .address import Address, number_option
from .base import AsyncListener, AsyncTransport, Info, Listener, Transport
from .datagrams import too_long

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "AsyncMemoryTransport",
    "CannedTransport",
    "MemoryTransport",
    "connect",
    "connect_async",
    "listen",
    "listen_async",
    "pair",
]

_CAPACITY_BYTES: Final = 1 << 18
_MAX_DATAGRAM_BYTES: Final = 1 << 16


class _Notice:
    """A lock, and a way to tell threads and event loops that what it guards has changed."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.watchers: list[Callable[[], None]] = []  # called with the lock held

    def tell(self) -> None:
        """With the lock held."""
        self.changed.notify_all()
        for watcher in tuple(self.watchers):
            watcher()


class _LoopNotice:
    """Lets a task of an event loop wait for a _Notice."""

    def __init__(self, notice: _Notice) -> None:
        self._notice = notice
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        with notice.changed:
            notice.watchers.append(self._wake)

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._event.set)
        except RuntimeError:
            pass  # the loop is closed: nobody waits there any more

    def expect(self) -> None:
        """From now on ``wait`` waits; with the lock held."""
        self._event.clear()

    async def wait(self) -> None:
        await self._event.wait()

    def close(self) -> None:
        """With the lock held."""
        if self._wake in self._notice.watchers:
            self._notice.watchers.remove(self._wake)
        self._event.set()


class _Pipe(ABC):
    """From one end to the other; a sender waits while ``capacity_bytes`` are under way."""

    def __init__(self, capacity_bytes: int) -> None:
        self.capacity_bytes = capacity_bytes
        self.size = 0
        self.ended = False  # no more will be written
        self.broken = False  # the reader has gone
        self.stopped = False  # the reader wants no more

    @property
    def has_room(self) -> bool:
        return self.size < self.capacity_bytes

    @abstractmethod
    def put(self, data: bytes | memoryview, at_most: int | None) -> int:
        """Append ``data``, or what there is room for; how many bytes."""

    @abstractmethod
    def take(self, max_bytes: int) -> bytes: ...


class _BytePipe(_Pipe):
    def __init__(self, capacity_bytes: int) -> None:
        super().__init__(capacity_bytes)
        self._data = bytearray()

    def put(self, data: bytes | memoryview, at_most: int | None) -> int:
        self._data += data if at_most is None else data[:at_most]
        taken = len(self._data) - self.size
        self.size += taken
        return taken

    def take(self, max_bytes: int) -> bytes:
        data = bytes(self._data[:max_bytes])
        del self._data[:max_bytes]
        self.size -= len(data)
        return data


class _DatagramPipe(_Pipe):
    def __init__(self, capacity_bytes: int) -> None:
        super().__init__(capacity_bytes)
        self._data: deque[bytes] = deque()

    def put(self, data: bytes | memoryview, at_most: int | None) -> int:
        self._data.append(bytes(data))
        self.size += len(data)
        return len(data)

    def take(self, max_bytes: int) -> bytes:
        if not self._data:
            return b""
        data = self._data.popleft()
        self.size -= len(data)
        if len(data) > max_bytes:
            raise OSError(errno.EMSGSIZE, f"a datagram of {len(data)} bytes came where {max_bytes} were expected")
        return data


class _End:
    """One end of a pair; what waits nowhere. The methods are called with the lock of ``notice`` held."""

    def __init__(self, notice: _Notice, incoming: _Pipe, outgoing: _Pipe, datagram_bytes: int | None) -> None:
        self.notice = notice
        self.incoming = incoming
        self.outgoing = outgoing
        self.datagram_bytes = datagram_bytes
        self.addresses: tuple[Address | None, Address | None] = (None, None)
        self.closed = False

    def info(self, name: Info) -> object:
        return {"local": self.addresses[0], "peer": self.addresses[1], "datagram_bytes": self.datagram_bytes}.get(name)

    def check_open(self) -> None:
        if self.closed:
            raise OSError(errno.EBADF, "the transport is closed")

    def check_length(self, data: bytes | memoryview) -> None:
        if self.datagram_bytes is not None and len(data) > self.datagram_bytes:
            raise too_long(len(data), self.datagram_bytes)

    @property
    def can_receive(self) -> bool:
        pipe = self.incoming
        return pipe.size > 0 or pipe.ended or pipe.stopped or self.closed

    def receive(self, max_bytes: int) -> bytes:
        self.check_open()
        data = self.incoming.take(max_bytes)
        self.notice.tell()
        return data

    @property
    def can_send(self) -> bool:
        return self.outgoing.has_room or self.outgoing.broken or self.closed

    def check_sending(self) -> None:
        self.check_open()
        if self.outgoing.broken or self.outgoing.ended:
            raise BrokenPipeError(errno.EPIPE, "the other end of the pair is closed")

    def send_eof(self) -> None:
        self.check_open()
        if self.datagram_bytes is None:
            self.outgoing.ended = True
            self.notice.tell()

    def stop_receiving(self) -> None:
        self.incoming.stopped = True
        self.notice.tell()

    def close(self) -> None:
        self.closed = self.outgoing.ended = self.incoming.broken = True
        self.notice.tell()


def _ends(capacity_bytes: int, datagram_bytes: int | None) -> tuple[_End, _End]:
    notice = _Notice()
    pipe = _BytePipe if datagram_bytes is None else _DatagramPipe
    there, back = pipe(capacity_bytes), pipe(capacity_bytes)
    return _End(notice, back, there, datagram_bytes), _End(notice, there, back, datagram_bytes)


class MemoryTransport(Transport):
    """One end of a ``pair``, or of a connection to ``memory://NAME``."""

    def __init__(self, end: _End) -> None:
        self._end = end
        self._changed = end.notice.changed

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        end = self._end
        with self._changed:
            ready = self._changed.wait_for(lambda: end.can_receive, timeout)
            end.check_open()
            if not ready:
                raise TimeoutError(errno.ETIMEDOUT, f"nothing was received in {timeout} s")
            return end.receive(max_bytes)

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        end = self._end
        end.check_length(data)
        with self._changed:
            ready = self._changed.wait_for(lambda: end.can_send, timeout)
            end.check_sending()
            if not ready:
                raise TimeoutError(errno.ETIMEDOUT, f"nothing could be sent in {timeout} s")
            sent = end.outgoing.put(data, end.outgoing.capacity_bytes - end.outgoing.size)
            end.notice.tell()
            return sent

    def send_eof(self) -> None:
        with self._changed:
            self._end.send_eof()

    def stop_receiving(self) -> None:
        with self._changed:
            self._end.stop_receiving()

    def close(self) -> None:
        with self._changed:
            self._end.close()

    def info(self, name: Info) -> object:
        return self._end.info(name)


def pair(
    capacity_bytes: int = _CAPACITY_BYTES,
    addresses: tuple[Address | None, Address | None] = (None, None),
    datagram_bytes: int | None = None,
) -> tuple[MemoryTransport, MemoryTransport]:
    """Two connected ends. ``capacity_bytes`` are kept for an end that does not receive; then its peer waits.

    With ``datagram_bytes`` they carry datagrams of at most that length.
    """
    here, there = _ends(capacity_bytes, datagram_bytes)
    here.addresses, there.addresses = addresses, (addresses[1], addresses[0])
    return MemoryTransport(here), MemoryTransport(there)


class AsyncMemoryTransport(AsyncTransport):
    """One end of a connection to ``memory://NAME``, for asyncio."""

    def __init__(self, end: _End) -> None:
        self._end = end
        self._lock = end.notice.changed
        self._changed = _LoopNotice(end.notice)

    async def receive(self, max_bytes: int) -> bytes:
        while True:
            with self._lock:
                if self._end.can_receive:
                    return self._end.receive(max_bytes)
                self._changed.expect()
            await self._changed.wait()

    def write(self, data: bytes) -> None:
        self._end.check_length(data)
        with self._lock:
            self._check_sending()
            self._end.outgoing.put(data, None)
            self._end.notice.tell()

    async def drain(self) -> None:
        while True:
            with self._lock:
                self._check_sending()
                if self._end.can_send:
                    return
                self._changed.expect()
            await self._changed.wait()

    def _check_sending(self) -> None:
        if self._end.closed:
            raise BrokenPipeError(errno.EPIPE, "the transport is closed")
        self._end.check_sending()

    def send_eof(self) -> None:
        with self._lock:
            self._end.send_eof()

    def stop_receiving(self) -> None:
        with self._lock:
            self._end.stop_receiving()

    def abort(self) -> None:
        with self._lock:
            self._end.close()
            self._changed.close()

    async def close(self) -> None:
        self.abort()

    def info(self, name: Info) -> object:
        return self._end.info(name)


# ------------------------------------------------------------------------------------------------------- memory://NAME


class _Meeting:
    """Where those who connect to a name wait to be accepted."""

    def __init__(self, address: Address, backlog: int, datagram_bytes: int | None) -> None:
        self.address = address
        self.notice = _Notice()
        self._backlog = max(1, backlog)
        self._datagram_bytes = datagram_bytes
        self._waiting: deque[_End] = deque()
        self._numbers = itertools.count(1)
        self.closed = False

    def connect(self) -> _End:
        with self.notice.changed:
            if self.closed or len(self._waiting) >= self._backlog:
                raise ConnectionRefusedError(errno.ECONNREFUSED, f"too many wait to be accepted at {self.address}")
            here, there = _ends(_CAPACITY_BYTES, self._datagram_bytes)
            name = Address("memory", self.address.host, path=f"/{next(self._numbers)}")
            here.addresses, there.addresses = (name, self.address), (self.address, name)
            self._waiting.append(there)
            self.notice.tell()
        return here

    @property
    def is_ready(self) -> bool:
        """Whether ``accept`` answers at once; with the lock held."""
        return bool(self._waiting) or self.closed

    def accept(self) -> _End:
        """The first that waits; with the lock held."""
        if self.closed:
            raise OSError(errno.EBADF, "the listener is closed")
        return self._waiting.popleft()

    def close(self) -> None:
        with _lock:
            if _meetings.get(self.address.host) is self:
                del _meetings[self.address.host]
        with self.notice.changed:
            self.closed = True
            waiting, self._waiting = self._waiting, deque()
            self.notice.tell()
        for end in waiting:
            with end.notice.changed:
                end.close()


_lock = threading.Lock()
_meetings: dict[str, _Meeting] = {}
_made_up = itertools.count(1)


def _checked(address: Address) -> Address:
    if address.port is not None or address.path:
        raise ConnectError(f"the address {address} goes on after the name, which 'memory' has no meaning for")
    address.option_values("datagram_bytes")
    return address


def _open(address: Address, backlog: int) -> _Meeting:
    values = dict(_checked(address).options)
    datagram_bytes = number_option(address, values, "datagram_bytes", 1, _MAX_DATAGRAM_BYTES)
    with _lock:
        name = address.host or next(name for name in map(str, _made_up) if name not in _meetings)
        if name in _meetings:
            raise OSError(errno.EADDRINUSE, f"somebody listens at memory://{name} already")
        meeting = _meetings[name] = _Meeting(Address("memory", name), backlog, datagram_bytes)
    return meeting


def _reach(address: Address) -> _End:
    _checked(address)
    with _lock:
        meeting = _meetings.get(address.host)
    if meeting is None:
        raise ConnectionRefusedError(errno.ECONNREFUSED, f"nobody in this process listens at {address}")
    return meeting.connect()


class MemoryListener(Listener):
    """Listens at ``memory://NAME``."""

    def __init__(self, meeting: _Meeting) -> None:
        self._meeting = meeting

    @property
    def address(self) -> Address:
        return self._meeting.address

    def accept(self, timeout: float | None = None) -> Transport:
        meeting = self._meeting
        with meeting.notice.changed:
            if not meeting.notice.changed.wait_for(lambda: meeting.is_ready, timeout):
                raise TimeoutError(errno.ETIMEDOUT, f"no peer came in {timeout} s")
            return MemoryTransport(meeting.accept())

    def close(self) -> None:
        self._meeting.close()


class AsyncMemoryListener(AsyncListener):
    """Listens at ``memory://NAME``, for asyncio."""

    def __init__(self, meeting: _Meeting) -> None:
        self._meeting = meeting
        self._changed = _LoopNotice(meeting.notice)

    @property
    def address(self) -> Address:
        return self._meeting.address

    async def accept(self) -> AsyncTransport:
        meeting = self._meeting
        while True:
            with meeting.notice.changed:
                if meeting.is_ready:
                    return AsyncMemoryTransport(meeting.accept())
                self._changed.expect()
            await self._changed.wait()

    def close(self) -> None:
        self._meeting.close()
        with self._meeting.notice.changed:
            self._changed.close()


def connect(address: Address, timeout: float | None) -> Transport:
    """ConnectionRefusedError: nobody in this process listens there."""
    return MemoryTransport(_reach(address))


def listen(address: Address, backlog: int) -> Listener:
    """OSError: somebody listens there already."""
    return MemoryListener(_open(address, backlog))


async def connect_async(address: Address, timeout: float | None) -> AsyncTransport:
    """As ``connect``."""
    return AsyncMemoryTransport(_reach(address))


async def listen_async(address: Address, backlog: int) -> AsyncListener:
    """As ``listen``."""
    return AsyncMemoryListener(_open(address, backlog))


# -------------------------------------------------------------------------------------------------------------- canned


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

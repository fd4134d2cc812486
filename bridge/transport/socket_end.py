# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""One end of a connection that is a socket, blocking: the way of every byte.

Two threads that receive and send on one socket each have their own timeout, so waiting with one is done beside the
socket, which is asked not to wait. Who receives without one waits in ``recv`` itself, which saves a system call: where
the system can be asked not to wait in a single call (MSG_DONTWAIT), and else the socket itself never blocks.
"""

from __future__ import annotations

import _socket
import errno
import math
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from . import native
from .busy_polling import BusyPolling
from .deadline import deadline_of, left_of

__all__ = [
    "READING",
    "WRITING",
    "SharedSocket",
    "SocketEnd",
    "SupportsOptions",
    "acknowledge",
    "discard_received",
    "unanswered",
    "wait_ready",
]

READING, WRITING = 1, 4  # POLLIN, POLLOUT
_DRAINED_BYTES = 1 << 20
_FEW_BYTES = 1 << 12

_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux has it
_DONT_WAIT: int = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has it not
_leave_core: Callable[[], object] = getattr(os, "sched_yield", None) or partial(time.sleep, 0)  # to whoever is ready


class SupportsOptions(Protocol):
    """A socket, or what asyncio lets one have of a socket."""

    def setsockopt(self, level: int, name: int, value: int, /) -> None: ...


def wait_ready(sockets: list[socket.socket], events: int, timeout: float | None) -> bool:
    """Wait until one of ``sockets`` is ready; whether it is in time. OSError: one was closed by whoever else has it."""
    if any(sock.fileno() < 0 for sock in sockets):
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    if not hasattr(select, "poll"):  # pragma: no cover (Windows)
        reading = sockets if events == READING else []
        writing = sockets if events == WRITING else []
        return any(select.select(reading, writing, sockets, timeout))
    poll = select.poll()
    for sock in sockets:
        poll.register(sock, events)
    return bool(poll.poll(None if timeout is None else math.ceil(timeout * 1000)))


def discard_received(sock: socket.socket) -> None:
    """Take what ``sock``, which blocks only where MSG_DONTWAIT helps, has received, before it is closed.

    Closing a socket with bytes unread makes the system reset the connection, and that may overtake what was sent
    before.
    """
    try:
        for _ in range(_DRAINED_BYTES >> 16):
            if not sock.recv(1 << 16, _DONT_WAIT):
                break
    except OSError:
        pass  # nothing there, or not connected any more


class SharedSocket:
    """A socket that several threads use.

    Its number goes back to the system when the last of them has left: given back at once, the number could belong to
    another socket before a thread that still waits on it wakes.
    """

    def __init__(self, sock: socket.socket, *companions: socket.socket) -> None:
        self._sock = sock
        self._companions = companions  # given back together with it
        self._lock = threading.Lock()
        self._users: list[None] = []  # one for each; a list, as its methods need no lock
        self._given_back = False
        self.closed = False

    def __enter__(self) -> socket.socket:
        return self.enter()

    def __exit__(self, *exc_info: object) -> None:
        self.leave()

    def enter(self) -> socket.socket:
        """Call ``leave`` afterwards. OSError: it is closed."""
        # Who closes sets `closed` and then looks for users; a user does it the other way round. So one sees the other.
        self._users.append(None)
        if self.closed:
            self.leave()
            raise OSError(errno.EBADF, "the socket is closed")
        return self._sock

    def leave(self) -> None:
        self._users.pop()
        if self.closed:
            self._give_back()

    def close(self) -> None:
        with self._lock:
            if self.closed:
                return
            self.closed = True
            try:
                self._sock.shutdown(socket.SHUT_RDWR)  # wakes who waits
            except OSError:
                pass  # not connected, or not any more
        self._give_back()

    def _give_back(self) -> None:
        """Where nobody uses it, once."""
        with self._lock:
            if self._users or self._given_back:
                return
            self._given_back = True
            discard_received(self._sock)
            for sock in (self._sock, *self._companions):
                sock.close()


class SocketEnd:
    """What a connected stream socket does for a transport. Takes the socket over.

    ``busy_poll_seconds`` is what `BusyPolling` takes.
    """

    def __init__(self, sock: socket.socket, busy_poll_seconds: float | None = 0) -> None:
        self._dont_wait = _DONT_WAIT
        sock.setblocking(self._dont_wait != 0)
        self._shared = SharedSocket(sock)
        self._is_plain = _is_plain(sock)
        # Another socket may wait in its own way, although it is asked not to.
        self._polling = BusyPolling(busy_poll_seconds if self._is_plain else 0)
        self._unacknowledged = False  # something was received since the last sending
        self._sent = False  # something was sent since the last receiving
        self._much = False  # came the last time

    @property
    def closed(self) -> bool:
        """Whether this side has closed it."""
        return self._shared.closed

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline, flags = (None, 0) if timeout is None else (deadline_of(timeout), self._dont_wait)
        sock = self._shared.enter()
        try:
            asked = self._sent
            self._sent = False
            if self._unacknowledged:
                acknowledge(sock)
            # For little that comes, a large buffer would be taken and given back in vain.
            most = max_bytes if self._much else min(max_bytes, _FEW_BYTES)
            data = None
            seconds = self._polling.begin(asked)
            if seconds:
                data = self._poll_busily(sock, most, seconds, deadline)
            while data is None:
                if flags == self._dont_wait and not wait_ready([sock], READING, left_of(deadline)):
                    raise TimeoutError(errno.ETIMEDOUT, f"nothing was received in {timeout} s")
                try:
                    data = self._receive(sock, most, flags)
                except BlockingIOError:  # nothing there after all
                    flags = self._dont_wait
            self._unacknowledged = True
            self._much = len(data) >= _FEW_BYTES
            return data
        finally:
            self._shared.leave()

    def _poll_busily(self, sock: socket.socket, max_bytes: int, seconds: float, deadline: float | None) -> bytes | None:
        """What comes until the time for it is over; between the tries others that are ready have the core."""
        tries = 0
        data: bytes | None = None
        until = time.monotonic() + seconds
        if deadline is not None:
            until = min(until, deadline)
        try:
            while True:
                tries += 1
                try:
                    data = self._receive(sock, max_bytes, self._dont_wait)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        break
                _leave_core()
        finally:
            self._polling.end(tries, data is not None)
        return data

    def _receive(self, sock: socket.socket, max_bytes: int, flags: int) -> bytes:
        try:
            return native.receive(sock, max_bytes, flags) if self._is_plain else sock.recv(max_bytes, flags)
        except TimeoutError as error:
            raise unanswered(error) from error

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        deadline = None if timeout is None else deadline_of(timeout)
        sock = self._shared.enter()
        try:
            # What is sent acknowledges what was received. This stands before the call, as what another thread receives
            # during it may come too late for that.
            self._unacknowledged = False
            self._sent = True
            while True:
                try:
                    flags = self._dont_wait
                    return native.send(sock, data, flags) if self._is_plain else sock.send(data, flags)
                except BlockingIOError:
                    acknowledge(sock)  # as nothing was sent that could do it
                    if not wait_ready([sock], WRITING, left_of(deadline)):
                        raise TimeoutError(errno.ETIMEDOUT, f"nothing could be sent in {timeout} s") from None
                except TimeoutError as error:
                    raise unanswered(error) from error
        finally:
            self._shared.leave()

    def send_eof(self) -> None:
        with self._shared as sock:
            sock.shutdown(socket.SHUT_WR)

    def stop_receiving(self) -> None:
        try:
            with self._shared as sock:
                sock.shutdown(socket.SHUT_RD)
        except OSError:
            pass  # the connection is gone: there is nothing to stop

    def close(self) -> None:
        self._shared.close()


def _is_plain(sock: socket.socket) -> bool:
    """Whether ``sock`` receives and sends as CPython's sockets do. A subclass may do so in its own way, as gevent's."""
    kind = type(sock)
    return kind.recv is _socket.socket.recv and kind.send is _socket.socket.send


def acknowledge(sock: SupportsOptions) -> None:
    """Acknowledge what was received, before waiting for more.

    A peer that writes in small pieces and has not set TCP_NODELAY, as a plain Java program does, waits with its next
    piece until the one before is acknowledged, for which the system takes its time: 40 ms for each reply.
    """
    if _QUICK_ACK is not None:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        except OSError:
            pass  # no TCP, or not connected any more


def unanswered(error: TimeoutError) -> ConnectionAbortedError:
    """What to raise where the system gave the connection up: Python's name for that is the one for our timeouts."""
    return ConnectionAbortedError(errno.ECONNABORTED, f"the peer does not answer any more: {error}")

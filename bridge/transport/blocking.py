"""Blocking sockets.

Two threads that receive and send on one socket each have their own timeout, so waiting with one is done beside the
socket, which is asked not to wait. Who receives without one waits in ``recv`` itself, which saves a system call: where
the system can be asked not to wait in a single call (MSG_DONTWAIT), and else the socket itself never blocks.
"""

from __future__ import annotations

import errno
import math
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from .address import Address
from .base import Info, Listener, Transport

__all__ = [
    "MPTCP",
    "READING",
    "SCTP",
    "WRITING",
    "SharedSocket",
    "SocketListener",
    "SocketTransport",
    "SupportsOptions",
    "TellsOptions",
    "acknowledge",
    "adopt",
    "deadline_of",
    "discard_received",
    "left_of",
    "multipath",
    "prepare",
    "socket_address",
    "unanswered",
    "wait_ready",
]

READING, WRITING = 1, 4  # POLLIN, POLLOUT
_DRAINED_BYTES = 1 << 20

#: Ask a peer that was silent for 60 seconds, every 15 seconds, and give it up after 4 questions.
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}

#: Protocols that the socket module does not name on every system.
MPTCP, SCTP = 262, 132
_SCTP_NODELAY = 3
# getsockopt of Linux's MPTCP, include/uapi/linux/mptcp.h: the flags come after eight counters of one byte.
_SOL_MPTCP, _MPTCP_INFO, _MPTCP_INFO_BYTES = 284, 1, 64
_MPTCP_INFO_FLAGS_AT, _MPTCP_INFO_FLAG_FALLBACK = 8, 1

_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux has it
_DONT_WAIT: int = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has it not
_leave_core: Callable[[], object] = getattr(os, "sched_yield", None) or partial(time.sleep, 0)  # to whoever is ready


class SupportsOptions(Protocol):
    """A socket, or what asyncio lets one have of a socket."""

    def setsockopt(self, level: int, name: int, value: int, /) -> None: ...


class TellsOptions(Protocol):
    """Likewise."""

    def getsockopt(self, level: int, name: int, length: int, /) -> bytes: ...


def deadline_of(timeout: float | None) -> float | None:
    """The moment of the monotonic clock at which ``timeout`` seconds are over."""
    return None if timeout is None else time.monotonic() + timeout


def left_of(deadline: float | None) -> float | None:
    """The seconds until ``deadline``, not below 0."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def wait_ready(sockets: list[socket.socket], events: int, timeout: float | None) -> bool:
    """Wait until one of ``sockets`` is ready; whether it is in time."""
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
        # Who closes sets `closed` and then looks for users; a user does it the other way round. So one sees the other.
        self._users.append(None)
        if self.closed:
            self.__exit__()
            raise OSError(errno.EBADF, "the socket is closed")
        return self._sock

    def __exit__(self, *exc_info: object) -> None:
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


class SocketTransport(Transport):
    """A connected stream socket. Takes the socket over.

    With ``busy_poll_seconds``, what is to be received is asked for again and again for so long before the system lets
    the thread sleep: waking it up can take longer than the peer takes to answer.
    """

    def __init__(self, sock: socket.socket, scheme: str = "tcp", *, busy_poll_seconds: float = 0) -> None:
        sock.setblocking(_DONT_WAIT != 0)
        self._busy_poll_seconds = busy_poll_seconds
        self._shared = SharedSocket(sock)
        self._socket = sock
        self._unacknowledged = False  # something was received since the last sending
        self._local = socket_address(scheme, sock.getsockname())
        self._peer = socket_address(scheme, sock.getpeername())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._local} to {self._peer}{' closed' if self._shared.closed else ''}>"

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline, flags = (None, 0) if timeout is None else (deadline_of(timeout), _DONT_WAIT)
        with self._shared as sock:
            if self._unacknowledged:
                acknowledge(sock)
            if self._busy_poll_seconds:
                self._poll_busily(sock, deadline)
            while flags != _DONT_WAIT or wait_ready([sock], READING, left_of(deadline)):
                try:
                    data = sock.recv(max_bytes, flags)
                except BlockingIOError:  # nothing there after all
                    flags = _DONT_WAIT
                    continue
                except TimeoutError as error:
                    raise unanswered(error) from error
                self._unacknowledged = True
                return data
        raise TimeoutError(errno.ETIMEDOUT, f"nothing was received in {timeout} s")

    def _poll_busily(self, sock: socket.socket, deadline: float | None) -> None:
        """Until something is there, or the time for it is over; meanwhile others that are ready have the core."""
        until = time.monotonic() + self._busy_poll_seconds
        if deadline is not None:
            until = min(until, deadline)
        while time.monotonic() < until:
            try:
                sock.recv(1, socket.MSG_PEEK | _DONT_WAIT)
            except BlockingIOError:
                _leave_core()
            except OSError:  # which the receiving itself tells
                return
            else:
                return

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        deadline = None if timeout is None else deadline_of(timeout)
        with self._shared as sock:
            # What is sent acknowledges what was received. This stands before the call, as what another thread receives
            # during it may come too late for that.
            self._unacknowledged = False
            while True:
                try:
                    return sock.send(data, _DONT_WAIT)
                except BlockingIOError:
                    acknowledge(sock)  # as nothing was sent that could do it
                    if not wait_ready([sock], WRITING, left_of(deadline)):
                        raise TimeoutError(errno.ETIMEDOUT, f"nothing could be sent in {timeout} s") from None
                except TimeoutError as error:
                    raise unanswered(error) from error

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

    def info(self, name: Info) -> object:
        if name == "multipath":
            return multipath(self._socket)
        return {"local": self._local, "peer": self._peer, "socket": self._socket}.get(name)


class SocketListener(Listener):
    """A listening stream socket. Takes the socket over."""

    def __init__(self, sock: socket.socket, scheme: str = "tcp") -> None:
        sock.setblocking(False)
        self._wake, self._waker = socket.socketpair()
        self._shared = SharedSocket(sock, self._wake)
        self._scheme = scheme
        self._address = socket_address(scheme, sock.getsockname())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._address}{' closed' if self._shared.closed else ''}>"

    @property
    def address(self) -> Address:
        return self._address

    def accept(self, timeout: float | None = None) -> Transport:
        deadline = deadline_of(timeout)
        with self._shared as sock:
            while wait_ready([sock, self._wake], READING, left_of(deadline)):
                if self._shared.closed:
                    raise OSError(errno.EBADF, "the listener is closed")
                try:
                    peer = sock.accept()[0]
                except (BlockingIOError, ConnectionAbortedError):  # the peer has gone again
                    continue
                try:
                    return adopt(peer, self._scheme)
                except OSError as error:
                    if error.errno != errno.ENOTCONN:  # likewise
                        raise
        raise TimeoutError(errno.ETIMEDOUT, f"no peer came in {timeout} s")

    def close(self) -> None:
        self._shared.close()
        self._waker.close()  # the other end is readable from now on: who waits wakes


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


def socket_address(scheme: str, name: Any) -> Address:
    """The address that ``getsockname`` or ``getpeername`` tell."""
    if not isinstance(name, tuple):  # a Unix socket, which may have no name
        text = os.fsdecode(name)
        return Address(scheme, path="@" + text[1:] if text.startswith("\0") else text)
    host = name[0]
    if len(name) == 4 and name[3] and "%" not in host:  # on one link only, which is part of the address
        host = f"{host}%{_interface_name(name[3])}"
    return Address(scheme, host, name[1])


def _interface_name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:  # it has gone meanwhile
        return str(index)


def prepare(sock: SupportsOptions, scheme: str) -> None:
    """Options of a connected socket over IP: send at once, notice after two minutes that the peer's machine is gone.

    Without the three numbers the system would ask a silent peer for the first time after two hours (RFC 1122, 4.2.3.6).
    SCTP asks by itself every 30 seconds (RFC 9260, section 8.3).
    """
    if scheme == "sctp":
        sock.setsockopt(SCTP, _SCTP_NODELAY, 1)
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {"TCP_NODELAY": 1} | _KEEP_ALIVE
    for name, number in options.items():
        option = getattr(socket, name, None)  # not every system has them
        if option is not None:
            try:
                sock.setsockopt(socket.IPPROTO_TCP, option, number)
            except OSError as error:
                if scheme != "mptcp" or error.errno not in (errno.ENOPROTOOPT, errno.EOPNOTSUPP):
                    raise  # older kernels let MPTCP have fewer options


def multipath(sock: TellsOptions) -> bool | None:
    """Whether a socket of MPTCP speaks it, or (False) has fallen back to TCP; None where it cannot be known."""
    if getattr(sock, "proto", 0) != MPTCP:
        return None
    try:
        told = sock.getsockopt(_SOL_MPTCP, _MPTCP_INFO, _MPTCP_INFO_BYTES)
    except OSError as error:  # so say sockets that have fallen back
        return False if error.errno in (errno.EOPNOTSUPP, errno.ENOPROTOOPT) else None
    (flags,) = struct.unpack_from("@I", told, _MPTCP_INFO_FLAGS_AT)
    return not flags & _MPTCP_INFO_FLAG_FALLBACK


def adopt(sock: socket.socket, scheme: str = "tcp", *, busy_poll_seconds: float = 0) -> SocketTransport:
    """A transport over the connected ``sock``, which is closed where that fails."""
    try:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            prepare(sock, scheme)
        return SocketTransport(sock, scheme, busy_poll_seconds=busy_poll_seconds)
    except BaseException:
        sock.close()
        raise

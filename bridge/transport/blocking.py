"""Stream sockets as blocking transports, and what is set and asked of such a socket whoever uses it.

What happens to the bytes stands in ``socket_end``.
"""

from __future__ import annotations

import errno
import math
import os
import socket
import struct
from typing import Any, Protocol

from ..errors import ConnectError
from .address import Address
from .base import Info, Listener, Transport
from .deadline import deadline_of, left_of
from .socket_end import READING, SharedSocket, SocketEnd, SupportsOptions, wait_ready

__all__ = [
    "MPTCP",
    "SCTP",
    "SocketListener",
    "SocketTransport",
    "TellsOptions",
    "adopt",
    "busy_poll_seconds",
    "multipath",
    "prepare",
    "socket_address",
]

#: Ask a peer that was silent for 60 seconds, every 15 seconds, and give it up after 4 questions.
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}

#: Protocols that the socket module does not name on every system.
MPTCP, SCTP = 262, 132
_SCTP_NODELAY = 3
# getsockopt of Linux's MPTCP, include/uapi/linux/mptcp.h: the flags come after eight counters of one byte.
_SOL_MPTCP, _MPTCP_INFO, _MPTCP_INFO_BYTES = 284, 1, 64
_MPTCP_INFO_FLAGS_AT, _MPTCP_INFO_FLAG_FALLBACK = 8, 1


class TellsOptions(Protocol):
    """A socket, or what asyncio lets one have of a socket."""

    def getsockopt(self, level: int, name: int, length: int, /) -> bytes: ...


class SocketTransport(SocketEnd, Transport):
    """A connected stream socket. Takes the socket over; ``busy_poll_seconds`` is that of a `SocketEnd`."""

    def __init__(self, sock: socket.socket, scheme: str = "tcp", *, busy_poll_seconds: float | None = 0) -> None:
        super().__init__(sock, busy_poll_seconds)
        self._socket = sock
        self._local = socket_address(scheme, sock.getsockname())
        self._peer = socket_address(scheme, sock.getpeername())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._local} to {self._peer}{' closed' if self.closed else ''}>"

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


def busy_poll_seconds(address: Address) -> float | None:
    """The option of this name, or None. ConnectError: it is no time, or a long one for a busy core."""
    text = dict(address.options).get("busy_poll_seconds")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 1:
        raise ConnectError(f"busy_poll_seconds is a number from 0 to 1, and not {text!r} as in the address {address}")
    return seconds


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


def adopt(sock: socket.socket, scheme: str = "tcp", *, busy_poll_seconds: float | None = 0) -> SocketTransport:
    """A transport over the connected ``sock``, which is closed where that fails."""
    try:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            prepare(sock, scheme)
        return SocketTransport(sock, scheme, busy_poll_seconds=busy_poll_seconds)
    except BaseException:
        sock.close()
        raise

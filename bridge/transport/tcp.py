"""TCP and what can stand in its place: ``tcp://``, ``mptcp://``, ``sctp://``, each with ``HOST:PORT``.

    busy_poll_seconds=N   connecting, not with asyncio: how long to ask again and again before the thread sleeps
    reuse_port=1          listening: other processes of this user may listen at the same address

All addresses of a name are tried, one after the other. To listen without a host is to listen on every interface.

MPTCP (RFC 8684) uses several paths at once and falls back to TCP where the peer or the network does not know it; a
transport tells in ``info("multipath")`` whether it has. SCTP (RFC 9260) is used in the one-to-one style (RFC 6458,
section 4): one stream of bytes, and ending one direction ends the other, after what is under way. Both must be in the
kernel.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import Any, Final

from ..errors import ConnectError
from . import aio, blocking
from .address import Address
from .base import AsyncListener, AsyncTransport, Listener, Transport
from .blocking import MPTCP, SCTP, adopt, busy_poll_seconds
from .deadline import deadline_of, left_of

__all__ = ["HERE", "connect", "connect_async", "listen", "listen_async", "required_port"]

#: Where an address without a host leads when connecting.
HERE = "localhost"

#: The number of the protocol, where it is not the one that a stream over IP has anyway.
_PROTOCOLS: Final = {"mptcp": MPTCP, "sctp": SCTP}

#: What the system says where it lacks a protocol.
_LACKING: Final = {errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.ENOPROTOOPT, errno.EINVAL}


def _socket(family: int, scheme: str) -> socket.socket:
    """A stream socket. OSError: the kernel does not have the protocol; what would give it."""
    protocol = _PROTOCOLS.get(scheme, 0)
    try:
        return socket.socket(family, socket.SOCK_STREAM, protocol)
    except OSError as error:
        if not protocol or error.errno not in _LACKING:
            raise
        if scheme == "sctp":
            text = "this kernel has no SCTP: on Linux `modprobe sctp` loads it, where the module is installed"
        elif error.errno == errno.ENOPROTOOPT:
            text = "MPTCP is switched off in this kernel: `sysctl net.mptcp.enabled=1` switches it on"
        else:
            text = "this kernel has no MPTCP: Linux has it from 5.6 on, built with CONFIG_MPTCP"
        raise OSError(error.errno, text) from error


def required_port(address: Address, *known: str) -> int:
    """The port of ``address``. ConnectError: it has none, or something that this kind has no meaning for.

    ``known`` are the names of the options it may have.
    """
    address.option_values(*known)
    if address.port is None:
        raise ConnectError(f"the address {address} needs a port")
    if address.path:
        raise ConnectError(f"the address {address} goes on after the port, which {address.scheme!r} has no meaning for")
    return address.port


def connect(address: Address, timeout: float | None) -> Transport:
    """Try the addresses of the host in turn; each gets an equal share of the time that is left.

    The option ``busy_poll_seconds`` is what `BusyPolling` takes; without it, experience tells.
    """
    port = required_port(address, "busy_poll_seconds")
    seconds = busy_poll_seconds(address)
    places = socket.getaddrinfo(address.host or HERE, port, type=socket.SOCK_STREAM)
    deadline = deadline_of(timeout)
    failures = []
    for tries_left, (family, _, _, _, name) in zip(range(len(places), 0, -1), places, strict=True):
        left = left_of(deadline)
        sock = _socket(family, address.scheme)
        try:
            # 0 would mean something else to the socket: not to wait at all
            sock.settimeout(None if left is None else max(left / tries_left, 0.001))
            sock.connect(name)
        except OSError as error:
            sock.close()
            failures.append((str(name[0]), error))
        except BaseException:
            sock.close()
            raise
        else:
            return adopt(sock, address.scheme, busy_poll_seconds=seconds)
    raise _all_failed(failures)


def listening_socket(address: Address, backlog: int) -> socket.socket:
    """A listening socket on the first address of the host; without a host, on every interface, IPv4 and IPv6.

    With the option ``reuse_port=1`` other processes of this user may listen at the same address with the same option,
    and the system spreads the peers over them.
    """
    port = required_port(address, "reuse_port")
    everywhere = not address.host and socket.has_dualstack_ipv6()
    host = "::" if everywhere else address.host or None
    family, _, _, _, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    sock = _socket(family, address.scheme)
    try:
        if os.name == "posix":  # elsewhere it lets others steal the port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.option_values("reuse_port"):
            _share_port(sock, address)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if everywhere else 1)
        sock.bind(name)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    return sock


def _share_port(sock: socket.socket, address: Address) -> None:
    value = dict(address.options)["reuse_port"]
    if value != "1":
        raise ConnectError(f"reuse_port is 1 or is left out, and not {value!r} as in the address {address}")
    option = getattr(socket, "SO_REUSEPORT", None)
    if option is None:
        raise OSError(errno.ENOPROTOOPT, "this system cannot share a port between processes")
    sock.setsockopt(socket.SOL_SOCKET, option, 1)


def listen(address: Address, backlog: int) -> Listener:
    return blocking.SocketListener(listening_socket(address, backlog), address.scheme)


async def connect_async(address: Address, timeout: float | None) -> AsyncTransport:
    """Try the addresses of the host in turn; each gets an equal share of the time that is left."""
    loop = asyncio.get_running_loop()
    port = required_port(address)
    deadline = deadline_of(timeout)
    async with asyncio.timeout(timeout):
        places = await loop.getaddrinfo(address.host or HERE, port, type=socket.SOCK_STREAM)
    failures = []
    for tries_left, (family, _, _, _, name) in zip(range(len(places), 0, -1), places, strict=True):
        left = left_of(deadline)
        sock = _socket(family, address.scheme)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(None if left is None else left / tries_left):
                await _connect(sock, name, address.scheme)
            return await aio.adopt(sock, address.scheme)
        except OSError as error:
            sock.close()
            failures.append((str(name[0]), error))
        except BaseException:
            sock.close()
            raise
    raise _all_failed(failures)


async def _connect(sock: socket.socket, name: Any, scheme: str) -> None:
    loop = asyncio.get_running_loop()
    if scheme == "tcp":
        return await loop.sock_connect(sock, name)
    # The event loop would look the address up once more, with a protocol that getaddrinfo does not know.
    try:
        return sock.connect(name)
    except BlockingIOError:
        pass
    done = asyncio.Event()
    loop.add_writer(sock, done.set)
    try:
        await done.wait()
    finally:
        loop.remove_writer(sock)
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))
    return None


async def listen_async(address: Address, backlog: int) -> AsyncListener:
    return aio.SocketListener(listening_socket(address, backlog), address.scheme)


def _all_failed(failures: list[tuple[str, OSError]]) -> OSError:
    """What to raise where no address answered."""
    if len(failures) == 1:
        return failures[0][1]
    tried = "; ".join(f"{host}: {str(error) or 'no answer in time'}" for host, error in failures)
    summary = OSError(f"none of {len(failures)} addresses answered: {tried}")
    summary.__cause__ = failures[-1][1]
    return summary

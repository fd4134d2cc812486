"""TCP: ``tcp://HOST:PORT``. RFC 9293.

All addresses of a name are tried, one after the other. To listen without a host is to listen on every interface.
"""

from __future__ import annotations

import asyncio
import socket

from ..errors import ConnectError
from . import aio, blocking
from .address import Address
from .base import AsyncListener, AsyncTransport, Listener, Transport
from .blocking import adopt, deadline_of, left_of

__all__ = ["HERE", "connect", "connect_async", "listen", "listen_async", "required_port"]

#: Where an address without a host leads when connecting.
HERE = "localhost"


def required_port(address: Address) -> int:
    """The port of ``address``. ConnectError: it has none."""
    if address.port is None:
        raise ConnectError(f"the address {address} needs a port")
    if address.path or address.options:
        raise ConnectError(f"the address {address} goes on after the port, which {address.scheme!r} has no meaning for")
    return address.port


def connect(address: Address, timeout: float | None) -> Transport:
    """Try the addresses of the host in turn; each gets an equal share of the time that is left."""
    port = required_port(address)
    places = socket.getaddrinfo(address.host or HERE, port, type=socket.SOCK_STREAM)
    deadline = deadline_of(timeout)
    failures = []
    for tries_left, (family, kind, protocol, _, name) in zip(range(len(places), 0, -1), places, strict=True):
        left = left_of(deadline)
        sock = socket.socket(family, kind, protocol)
        try:
            # 0 would mean something else to the socket: not to wait at all
            sock.settimeout(None if left is None else max(left / tries_left, 0.001))
            sock.connect(name)
        except OSError as error:
            sock.close()
            failures.append((name[0], error))
        except BaseException:
            sock.close()
            raise
        else:
            return adopt(sock, address.scheme)
    if len(failures) == 1:
        raise failures[0][1]
    tried = "; ".join(f"{host}: {error}" for host, error in failures)
    raise OSError(f"none of {len(failures)} addresses answered: {tried}") from failures[-1][1]


def listening_socket(address: Address, backlog: int) -> socket.socket:
    """A listening socket on the first address of the host; without a host, on every interface, IPv4 and IPv6."""
    port = required_port(address)
    if not address.host and socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, backlog=backlog, dualstack_ipv6=True)
    places = socket.getaddrinfo(address.host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return socket.create_server(places[0][4][:2], family=places[0][0], backlog=backlog)


def listen(address: Address, backlog: int) -> Listener:
    return blocking.SocketListener(listening_socket(address, backlog), address.scheme)


async def connect_async(address: Address, timeout: float | None) -> AsyncTransport:
    """Try the addresses of the host in turn."""
    loop = asyncio.get_running_loop()
    port = required_port(address)
    async with asyncio.timeout(timeout):
        _, protocol = await loop.create_connection(
            lambda: aio.SocketTransport(address.scheme), address.host or HERE, port
        )
    return protocol


async def listen_async(address: Address, backlog: int) -> AsyncListener:
    return aio.SocketListener(listening_socket(address, backlog), address.scheme)

"""UDP: ``udp://HOST:PORT``, where HOST may be a multicast group. RFC 768, 1112, 3493.

To listen at a group is to join it: each sender is a peer, and what is sent to it goes to it alone. To connect to a
group is to send to all its members; what any of them answers is received.

    max_bytes=N       send no longer datagrams: 65507 at most over IPv4, 65527 over IPv6
    idle=SECONDS      listening: a peer of which nothing was heard for so long has ended (60)
    interface=NAME    of a group: through which interface, by its name or, for IPv4, by its address
    ttl=N             of a group: through how many routers (1: none)
    loopback=no       of a group: members on this machine do not hear what is sent
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from ..errors import ConnectError
from . import aio_datagrams, datagrams
from .address import Address, number_option, yes_or_no_option
from .base import AsyncListener, AsyncTransport, Listener, Transport
from .blocking import socket_address
from .datagrams import LONGEST_IDLE_SECONDS, DatagramListener, DatagramSocket
from .tcp import HERE, required_port

__all__ = ["connect", "connect_async", "listen", "listen_async"]

_HEADER_BYTES: Final = 8
_LIMITS: Final = {socket.AF_INET: 65535 - 20 - _HEADER_BYTES, socket.AF_INET6: 65535 - _HEADER_BYTES}
_OPTIONS: Final = ("max_bytes", "idle", "interface", "ttl", "loopback")

#: What ``getaddrinfo`` answers.
Places: TypeAlias = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]]


def connect(address: Address, timeout: float | None) -> Transport:
    """Nothing is sent yet, so whether somebody is there is not known."""
    places = socket.getaddrinfo(address.host or HERE, required_port(address, *_OPTIONS), type=socket.SOCK_DGRAM)
    return datagrams.connected(connected_socket(address, places))


def listen(address: Address, backlog: int) -> Listener:
    return DatagramListener(listening_socket(address), backlog)


async def connect_async(address: Address, timeout: float | None) -> AsyncTransport:
    """Nothing is sent yet, so whether somebody is there is not known."""
    port = required_port(address, *_OPTIONS)
    async with asyncio.timeout(timeout):
        places = await asyncio.get_running_loop().getaddrinfo(address.host or HERE, port, type=socket.SOCK_DGRAM)
    return await aio_datagrams.connected(connected_socket(address, places))


async def listen_async(address: Address, backlog: int) -> AsyncListener:
    return await aio_datagrams.listening(listening_socket(address), backlog)


def connected_socket(address: Address, places: Places) -> DatagramSocket:
    """A socket that has one peer, at the first of ``places`` that this machine can send to. OSError: at none."""
    failure: OSError | None = None
    for family, kind, protocol, _, name in places:
        if family not in _LIMITS:
            continue
        sock = socket.socket(family, kind, protocol)
        try:
            group = _group(name)
            if group is None:
                _refuse_group_options(address)
                sock.connect(name)
            else:
                _prepare_sending(sock, address)
                sock.bind(("", 0))
            return _described(sock, address, peer=socket_address("udp", name), target=None if group is None else name)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure or OSError(f"{address.host} has no address that UDP can be sent to")


def listening_socket(address: Address) -> DatagramSocket:
    """A socket at the first address of the host; without a host, on every interface, IPv4 and IPv6."""
    port = required_port(address, *_OPTIONS)
    everywhere = not address.host and socket.has_dualstack_ipv6()
    host = "::" if everywhere else address.host or None
    family, kind, protocol, _, name = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)[0]
    sock = socket.socket(family, kind, protocol)
    try:
        if everywhere:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if _group(name) is None:
            _refuse_group_options(address)
            sock.bind(name)
        else:
            _join(sock, address, name)
        return _described(sock, address)
    except BaseException:
        sock.close()
        raise


def _described(
    sock: socket.socket, address: Address, peer: Address | None = None, target: Any = None
) -> DatagramSocket:
    values = dict(address.options)
    limit = _LIMITS[socket.AddressFamily(sock.family)]
    local = socket_address("udp", sock.getsockname())
    if "interface" in values and peer is None:  # without it nobody could connect to what is listened at
        local = Address("udp", local.host, local.port, options=(("interface", values["interface"]),))
    return DatagramSocket(
        sock,
        local,
        peer,
        number_option(address, values, "max_bytes", 64, limit) or limit,
        target,
        idle_seconds=number_option(address, values, "idle", 1, LONGEST_IDLE_SECONDS) or 60,
        address_of=lambda source: socket_address("udp", source),
    )


# -------------------------------------------------------------------------------------------------------------- groups


def _group(name: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    place = ipaddress.ip_address(name[0].partition("%")[0])
    return place if place.is_multicast else None


def _refuse_group_options(address: Address) -> None:
    values = dict(address.options)
    for option in ("interface", "ttl", "loopback"):
        if option in values:
            raise ConnectError(f"the option {option} in {address} is for groups, and {address.host!r} is none")


def _prepare_sending(sock: socket.socket, address: Address) -> None:
    values = dict(address.options)
    ttl = number_option(address, values, "ttl", 0, 255)
    loopback = int(yes_or_no_option(address, values, "loopback", True))
    through = _interface(address, sock.family)
    if sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1 if ttl is None else ttl)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, loopback)
        if through is not None:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, bytes(4) + through)
        return
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1 if ttl is None else ttl)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, loopback)
    if through is not None:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, through)


def _join(sock: socket.socket, address: Address, name: Any) -> None:
    """Bind to a group, beside others on this machine that have joined it, and join it."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT") and not sys.platform.startswith("linux"):  # pragma: no cover (BSD)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    through = _interface(address, sock.family)
    if sock.family == socket.AF_INET6 and through is not None:
        name = (*name[:3], *struct.unpack("@i", through))  # a group of one link has none without its interface
    sock.bind(("", *name[1:]) if sys.platform == "win32" else name)
    group = socket.inet_pton(sock.family, name[0].partition("%")[0])
    if sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + (through or bytes(8)))
    else:
        index = through or struct.pack("@I", name[3])
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + index)


def _interface(address: Address, family: int) -> bytes | None:
    """The option ``interface`` as the system takes it: an IPv4 address and an index, for IPv6 an index alone."""
    name = dict(address.options).get("interface")
    if name is None:
        return None
    if family == socket.AF_INET:
        try:
            return socket.inet_pton(socket.AF_INET, name) + bytes(4)
        except OSError:
            pass  # a name, then
    try:
        index = socket.if_nametoindex(name)
    except OSError as error:
        what = "an interface of this machine, by its name" + (" or address" if family == socket.AF_INET else "")
        raise ConnectError(f"the option interface must be {what}, not {name!r}, in {address}") from error
    return struct.pack("@i", index) if family == socket.AF_INET6 else bytes(4) + struct.pack("@i", index)

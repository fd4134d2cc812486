"""A protocol of one's own directly on IP: ``raw://HOST?protocol=NUMBER``. raw(7), RFC 3692.

The numbers 253 and 254 are for experiments. A datagram is what follows the header of IP, which the system writes and
which is taken off here. A host hears every datagram of the protocol that is sent to it, so two ends on one machine need
two addresses: 127.0.0.1 and 127.0.0.2.

    protocol=NUMBER   of IP, 1 to 254
    local=ADDRESS     connecting: the address to send from
    max_bytes=N       send no longer datagrams: 65515 at most over IPv4, 65535 over IPv6
    idle=SECONDS      listening: a peer of which nothing was heard for so long has ended (60)

Such sockets need a privilege: on Linux the capability CAP_NET_RAW, elsewhere to be the superuser.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, Final

from ..errors import ConnectError
from . import aio_datagrams, datagrams
from .address import Address, number_option
from .base import AsyncListener, AsyncTransport, Listener, Transport
from .blocking import socket_address
from .datagrams import LONGEST_IDLE_SECONDS, DatagramListener, DatagramSocket
from .tcp import HERE

__all__ = ["connect", "connect_async", "listen", "listen_async", "payload_of_ipv4"]

_OPTIONS: Final = ("protocol", "local", "max_bytes", "idle")
_LIMITS: Final = {socket.AF_INET: 65535 - 20, socket.AF_INET6: 65535}
_PRIVILEGE: Final = (
    "this user may not open raw sockets: they need the capability CAP_NET_RAW on Linux (run as root, or let "
    "`setcap cap_net_raw+ep` give it to the Python that runs), elsewhere the superuser"
)


class RawSocket(socket.socket):
    """asyncio takes only sockets for datagrams, and what it does with them is right for raw ones too.

    It asks a socket whether it is connected, which Linux denies where there is no port.
    """

    _peer: Any = None

    @property
    def type(self) -> socket.SocketKind:
        return socket.SOCK_DGRAM

    def connect(self, address: Any, /) -> None:
        super().connect(address)
        self._peer = address

    def getpeername(self) -> Any:
        return super().getpeername() if self._peer is None else self._peer


def payload_of_ipv4(packet: bytes) -> bytes:
    """What follows the header of a packet (RFC 791, section 3.1); nothing where there is no header."""
    if len(packet) < 20 or packet[0] >> 4 != 4:
        return b""
    return packet[(packet[0] & 15) * 4 :]


def connect(address: Address, timeout: float | None) -> Transport:
    """Nothing is sent yet, so whether somebody is there is not known. PermissionError: a privilege is missing."""
    _protocol(address)
    return datagrams.connected(_connected_socket(address, socket.getaddrinfo(address.host or HERE, None)))


def listen(address: Address, backlog: int) -> Listener:
    """PermissionError: a privilege is missing."""
    return DatagramListener(_listening_socket(address), backlog)


async def connect_async(address: Address, timeout: float | None) -> AsyncTransport:
    """As ``connect``."""
    _protocol(address)
    async with asyncio.timeout(timeout):
        places = await asyncio.get_running_loop().getaddrinfo(address.host or HERE, None)
    return await aio_datagrams.connected(_connected_socket(address, places))


async def listen_async(address: Address, backlog: int) -> AsyncListener:
    """As ``listen``."""
    return await aio_datagrams.listening(_listening_socket(address), backlog)


def _protocol(address: Address) -> int:
    """The number of the protocol. ConnectError: there is none, or something that has no meaning here."""
    values = address.option_values(*_OPTIONS)
    number = number_option(address, values, "protocol", 1, 254)
    if number is None:
        raise ConnectError(f"the address {address} needs the number of a protocol, as in raw://127.0.0.1?protocol=253")
    if address.port is not None or address.path:
        raise ConnectError(f"IP has no ports and no paths, and so the address {address} must not")
    return number


def _connected_socket(address: Address, places: Any) -> DatagramSocket:
    """A socket with one peer, at the first of ``places`` that can be sent to."""
    failure: OSError | None = None
    for family, _, _, _, name in places:
        if family not in _LIMITS:
            continue
        sock = _raw_socket(family, address)
        try:
            local = dict(address.options).get("local")
            if local is not None:
                sock.bind(socket.getaddrinfo(local, None, family=family)[0][4])
            sock.connect(name)
            return _described(sock, address, peer=_address(name, address))
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure or OSError(f"{address.host} has no address of IP")


def _listening_socket(address: Address) -> DatagramSocket:
    _protocol(address)
    if "local" in dict(address.options):
        raise ConnectError(f"the option local is for connecting: the address {address} itself says where to listen")
    family, _, _, _, name = socket.getaddrinfo(address.host or None, None, flags=socket.AI_PASSIVE)[0]
    sock = _raw_socket(family, address)
    try:
        sock.bind(name)
        return _described(sock, address)
    except BaseException:
        sock.close()
        raise


def _raw_socket(family: int, address: Address) -> socket.socket:
    try:
        return RawSocket(family, socket.SOCK_RAW, _protocol(address))
    except PermissionError as error:
        raise PermissionError(error.errno, _PRIVILEGE) from error


def _address(name: Any, address: Address) -> Address:
    host = socket_address("raw", name).host
    return Address("raw", host, options=(("protocol", str(_protocol(address))),))


def _described(sock: socket.socket, address: Address, peer: Address | None = None) -> DatagramSocket:
    values = dict(address.options)
    limit = _LIMITS[socket.AddressFamily(sock.family)]
    return DatagramSocket(
        sock,
        _address(sock.getsockname(), address),
        peer,
        number_option(address, values, "max_bytes", 64, limit) or limit,
        payload=payload_of_ipv4 if sock.family == socket.AF_INET else None,
        idle_seconds=number_option(address, values, "idle", 1, LONGEST_IDLE_SECONDS) or 60,
        address_of=lambda source: _address(source, address),
    )

"""The kinds of transport by the scheme of their URL, and how each is opened."""

from __future__ import annotations

from typing import Final

from ..errors import ConnectError
from . import memory, raw, tcp, udp, unix
from .address import Address
from .base import AsyncListener, AsyncTransport, Listener, Transport, TransportKind

__all__ = ["connect", "connect_async", "listen", "listen_async"]

#: What comes with the package.
KINDS: Final = {
    **dict.fromkeys(
        ("tcp", "mptcp", "sctp"), TransportKind(tcp.connect, tcp.listen, tcp.connect_async, tcp.listen_async)
    ),
    "memory": TransportKind(memory.connect, memory.listen, memory.connect_async, memory.listen_async),
    "raw": TransportKind(raw.connect, raw.listen, raw.connect_async, raw.listen_async),
    "unix": TransportKind(unix.connect, unix.listen, unix.connect_async, unix.listen_async),
    "udp": TransportKind(udp.connect, udp.listen, udp.connect_async, udp.listen_async),
}


def kind_of(address: Address) -> TransportKind:
    """The kind that ``address`` names. ConnectError: there is none of that name."""
    kind = KINDS.get(address.scheme)
    if kind is None:
        raise ConnectError(
            f"there is no transport of the kind {address.scheme!r} for {address}; there are {', '.join(sorted(KINDS))}"
        )
    return kind


def connect(address: Address, timeout: float | None = None) -> Transport:
    """Open a connection of the kind ``address`` names. OSError, or ConnectError where there is no such kind."""
    open_it = kind_of(address).connect
    if open_it is None:
        raise _impossible(address, "cannot be connected to")
    return open_it(address, timeout)


def listen(address: Address, backlog: int = 128) -> Listener:
    """Listen in the way ``address`` names. Errors as in ``connect``."""
    open_it = kind_of(address).listen
    if open_it is None:
        raise _impossible(address, "cannot be listened at")
    return open_it(address, backlog)


async def connect_async(address: Address, timeout: float | None = None) -> AsyncTransport:
    """``connect`` for asyncio."""
    open_it = kind_of(address).connect_async
    if open_it is None:
        raise _impossible(address, "cannot be connected to with asyncio")
    return await open_it(address, timeout)


async def listen_async(address: Address, backlog: int = 128) -> AsyncListener:
    """``listen`` for asyncio."""
    open_it = kind_of(address).listen_async
    if open_it is None:
        raise _impossible(address, "cannot be listened at with asyncio")
    return await open_it(address, backlog)


def _impossible(address: Address, what: str) -> ConnectError:
    return ConnectError(f"the address {address} {what}: transports of the kind {address.scheme!r} do not offer that")

"""Which conversation a line of a log, or of a table of sockets, is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .address import Address

if TYPE_CHECKING:
    from .base import AsyncTransport, Transport

__all__ = ["SocketId"]


@dataclass(frozen=True, slots=True)
class SocketId:
    """Protocol, local and foreign address: what tells one connection of a machine from all others at one moment.

    protocol          the kind of transport, ``tcp``, with a 6 where the addresses are IPv6; ``memory`` where there are
                      no addresses
    local_address     of this end, None where it has none
    foreign_address   of the peer, likewise

    Its text is ``tcp 127.0.0.1:9000 127.0.0.1:40312``, as ``java-bridge sockets`` shows it.
    """

    protocol: str
    local_address: Address | None
    foreign_address: Address | None

    @classmethod
    def of(cls, transport: Transport | AsyncTransport) -> SocketId:
        """That of ``transport``; it stays the same when the transport is closed."""
        local, peer = transport.info("local"), transport.info("peer")
        here = local if isinstance(local, Address) else None
        there = peer if isinstance(peer, Address) else None
        known = here or there
        if known is None:
            return cls("memory", None, None)
        return cls(known.scheme + ("6" if ":" in known.host else ""), here, there)

    def __str__(self) -> str:
        return f"{self.protocol} {_place(self.local_address)} {_place(self.foreign_address)}"


def _place(address: Address | None) -> str:
    """An address without its scheme, on one line whatever it is made of."""
    if address is None:
        return "*"
    text = str(address).partition("://")[2] or "*"
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")

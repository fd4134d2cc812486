"""Whom a server lets in, and how many: decided here, without a clock and without a socket, for both kinds of server."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import TYPE_CHECKING, Final

from .errors import SchemaError

if TYPE_CHECKING:
    from .transport.address import Address

__all__ = ["AUTHENTICATED", "EXPOSED", "Admission", "is_exposed"]

#: What the log says of a server whose address ``is_exposed``.
EXPOSED: Final = "other machines can connect, and all is sent in the clear: encrypt it, or say allow_insecure=True"

#: Likewise where its peers must know a secret.
AUTHENTICATED: Final = (
    "the secret keeps strangers out, but all is sent in the clear, and who is on the way can change it: encrypt it, or "
    "say allow_insecure=True"
)

#: Kinds of transport that anybody on the way can read and change.
_IN_THE_CLEAR = {"mptcp", "raw", "sctp", "tcp", "udp"}


class Admission:
    """The rules for the peers of one server.

    max_peers                served at a time; of more than that the others wait until one has gone
    max_peers_per_host       of these with one address; who comes beyond is closed at once. None: as many as there are
    max_accepts_per_second   new peers in a second, on average, with as many at once; who comes beyond is closed at
                             once. None: as many as come

    SchemaError: a number makes no sense.
    """

    def __init__(
        self,
        *,
        max_peers: int = 1000,
        max_peers_per_host: int | None = None,
        max_accepts_per_second: float | None = None,
    ) -> None:
        for name, number in (("max_peers", max_peers), ("max_peers_per_host", max_peers_per_host)):
            if number is None and name != "max_peers":
                continue
            if type(number) is not int or number < 1:
                raise SchemaError(f"{name} must be 1 or more, not {number!r}")
        if max_accepts_per_second is not None and not max_accepts_per_second > 0:
            raise SchemaError(
                f"max_accepts_per_second must be a number above 0, or None, not {max_accepts_per_second!r}"
            )
        self.max_peers = max_peers
        self._per_host = max_peers_per_host
        self._rate = max_accepts_per_second
        self._hosts: Counter[str] = Counter()
        self._tokens = self._burst = max(1.0, max_accepts_per_second or 1.0)
        self._counted_at: float | None = None

    def refusal(self, peer: Address | None, now: float) -> str | None:
        """Why ``peer`` is not let in, or None: it is, and counts until ``leave``.

        ``now`` is a time in seconds on a clock that never goes back.
        """
        host = "" if peer is None else peer.host
        if self._per_host is not None and self._hosts[host] >= self._per_host:
            return f"{self._per_host} peers of this address are here already"
        if self._rate is not None:
            if self._counted_at is not None:
                self._tokens = min(self._burst, self._tokens + (now - self._counted_at) * self._rate)
            self._counted_at = now
            if self._tokens < 1:
                return f"more than {self._rate:g} peers a second came"
            self._tokens -= 1
        if self._per_host is not None:
            self._hosts[host] += 1
        return None

    def leave(self, peer: Address | None) -> None:
        """``peer``, which was let in, has gone."""
        if self._per_host is not None:
            host = "" if peer is None else peer.host
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host]  # or the hosts of all times would stay


def is_exposed(address: Address) -> bool:
    """Whether other machines can reach ``address`` and what is said there can be read on the way."""
    if address.scheme not in _IN_THE_CLEAR:
        return False
    try:
        return not ipaddress.ip_address(address.host.partition("%")[0]).is_loopback
    except ValueError:  # a name; a socket that listens tells none
        return address.host != "localhost"

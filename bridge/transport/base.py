"""The seam between the channels and the world: what a transport can do.

A transport carries the bytes of one conversation; a listener hands out transports. Each comes in a blocking and in an
asyncio form with the same verbs. A kind of transport (TCP, …) is a TransportKind under the name of its URL scheme, in
the table of ``kinds``.

Some transports carry datagrams: they tell their ``datagram_bytes``. There one ``receive`` gives one datagram, whole,
and one ``send`` or ``write`` sends one, whole; some may get lost, change places or come twice. Empty ones are passed
over. Nothing tells the peer that no more will come, so ``send_eof`` does nothing there.

Rules of this room: bytes go through untouched and, but for datagrams, in order. What fails, fails with OSError; what
takes too long, with TimeoutError (which is an OSError). Timeouts are in seconds, None waits as long as it takes, and 0
does not wait.
"""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from .address import Address

__all__ = ["AsyncListener", "AsyncTransport", "Info", "Listener", "Transport", "TransportKind"]

#: What a transport can be asked for: the address of either end (Address or None); the socket, where there is one; what
#: one datagram carries (int, bytes), where it carries datagrams and no stream of bytes; of MPTCP, whether it
#: has not fallen back to TCP (bool); of TLS, the certificate of the peer (as ``ssl.SSLSocket.getpeercert`` gives it).
Info: TypeAlias = Literal["local", "peer", "socket", "datagram_bytes", "multipath", "certificate"]


class Transport(abc.ABC):
    """One connected end, blocking. One thread may receive while another sends and a third closes."""

    def handshake(self, timeout: float | None = None) -> None:
        """Complete what comes before the first byte, where there is such a thing; the first use does so too."""
        return

    @abc.abstractmethod
    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At least one byte and at most ``max_bytes``, as soon as there are any; b"" when the peer has ended.

        A datagram that is longer than ``max_bytes`` is lost, and an OSError.
        """

    @abc.abstractmethod
    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        """Send the beginning of ``data``, at least one byte of it; how many bytes it was. A datagram is sent whole.

        ``data`` must not be empty. After TimeoutError none of it was sent, and the next ``send`` begins with the same
        bytes.
        """

    @abc.abstractmethod
    def send_eof(self) -> None:
        """Tell the peer that no more bytes will come; receiving goes on."""

    @abc.abstractmethod
    def stop_receiving(self) -> None:
        """Let ``receive``, also the one that waits now, answer b"" once what arrived so far is taken."""

    @abc.abstractmethod
    def close(self) -> None:
        """Give everything back, now. Who waits in another method ends there with OSError or b"". Can be repeated."""

    @abc.abstractmethod
    def info(self, name: Info) -> object:
        """The fact of that name, or None."""


class Listener(abc.ABC):
    """Hands out transports, blocking."""

    @property
    @abc.abstractmethod
    def address(self) -> Address:
        """Where it listens, with the real port."""

    @abc.abstractmethod
    def accept(self, timeout: float | None = None) -> Transport:
        """The next peer. OSError once the listener is closed, also in a thread that waits."""

    @abc.abstractmethod
    def close(self) -> None:
        """Take no more peers. Can be repeated."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class AsyncTransport(abc.ABC):
    """One connected end, for asyncio. Cancelling any method loses no byte."""

    async def handshake(self) -> None:
        """Complete what comes before the first byte, where there is such a thing; the first use does so too."""
        return

    @abc.abstractmethod
    async def receive(self, max_bytes: int) -> bytes:
        """At least one byte and at most ``max_bytes``, as soon as there are any; b"" when the peer has ended."""

    @abc.abstractmethod
    def write(self, data: bytes) -> None:
        """Queue ``data``, all of it; ``drain`` next."""

    @abc.abstractmethod
    async def drain(self) -> None:
        """Wait until the peer has taken so much that more may be queued."""

    @abc.abstractmethod
    def send_eof(self) -> None:
        """Tell the peer, after what is queued, that no more bytes will come; receiving goes on."""

    @abc.abstractmethod
    def stop_receiving(self) -> None:
        """Let ``receive``, also the one that waits now, answer b"" once what arrived so far is taken."""

    @abc.abstractmethod
    def abort(self) -> None:
        """Give everything back now; what is queued is lost. Can be repeated."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Send what is queued, then give everything back. Can be repeated; ``abort`` ends a close that takes long."""

    @abc.abstractmethod
    def info(self, name: Info) -> object:
        """The fact of that name, or None."""


class AsyncListener(abc.ABC):
    """Hands out transports, for asyncio."""

    @property
    @abc.abstractmethod
    def address(self) -> Address:
        """Where it listens, with the real port."""

    @abc.abstractmethod
    async def accept(self) -> AsyncTransport:
        """The next peer. OSError once the listener is closed, also in a task that waits."""

    @abc.abstractmethod
    def close(self) -> None:
        """Take no more peers. Can be repeated."""


@dataclass(frozen=True, slots=True)
class TransportKind:
    """How one kind of transport is opened.

    connect(address, timeout)    a connected transport; OSError says what each try ended with
    listen(address, backlog)     a listener; ``backlog`` is how many peers may wait to be accepted
    connect_async, listen_async  the same for asyncio

    None stands for what a kind cannot do. ConnectError: the address or its options make no sense.

    datagrams                    whether it carries datagrams and no stream of bytes
    """

    connect: Callable[[Address, float | None], Transport] | None = None
    listen: Callable[[Address, int], Listener] | None = None
    connect_async: Callable[[Address, float | None], Awaitable[AsyncTransport]] | None = None
    listen_async: Callable[[Address, int], Awaitable[AsyncListener]] | None = None
    datagrams: bool = False

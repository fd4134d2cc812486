"""The seam between the channels and the world: what a transport can do.

A transport carries the bytes of one conversation; a listener hands out transports. Each comes in a blocking and in an
asyncio form with the same verbs. A kind of transport (TCP, …) is the pair ``connect`` and ``listen`` under the name of
its URL scheme, in the table of ``blocking`` and in that of ``aio``.

Rules of this room: bytes go through untouched and in order. What fails, fails with OSError; what takes too long, with
TimeoutError (which is an OSError). Timeouts are in seconds, None waits as long as it takes, and 0 does not wait.
"""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, Self, TypeAlias, TypeVar

from ..errors import ConnectError
from .address import Address

__all__ = ["AsyncListener", "AsyncTransport", "Info", "Kind", "Listener", "Transport", "kind_of"]

#: What a transport can be asked for: the address of either end (Address or None), and the socket, where there is one.
Info: TypeAlias = Literal["local", "peer", "socket"]


class Transport(abc.ABC):
    """One connected end, blocking. One thread may receive while another sends and a third closes."""

    @abc.abstractmethod
    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At least one byte and at most ``max_bytes``, as soon as there are any; b"" when the peer has ended."""

    @abc.abstractmethod
    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        """Send the beginning of ``data``, at least one byte of it; how many bytes it was.

        ``data`` must not be empty. After TimeoutError none of it was sent.
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


_Connected = TypeVar("_Connected")
_Listening = TypeVar("_Listening")


@dataclass(frozen=True, slots=True)
class Kind(Generic[_Connected, _Listening]):
    """How one kind of transport is opened.

    connect(address, timeout)    a connected transport; OSError says what each try ended with
    listen(address, backlog)     a listener; ``backlog`` is how many peers may wait to be accepted
    """

    connect: Callable[[Address, float | None], _Connected]
    listen: Callable[[Address, int], _Listening]


AsyncKind: TypeAlias = Kind[Awaitable[AsyncTransport], Awaitable[AsyncListener]]
BlockingKind: TypeAlias = Kind[Transport, Listener]

_AnyKind = TypeVar("_AnyKind", AsyncKind, BlockingKind)


def kind_of(address: Address, kinds: dict[str, _AnyKind]) -> _AnyKind:
    """The kind that ``address`` names. ConnectError: ``kinds`` has none of that name."""
    kind = kinds.get(address.scheme)
    if kind is None:
        raise ConnectError(
            f"there is no transport of the kind {address.scheme!r} for {address}; there are {', '.join(sorted(kinds))}"
        )
    return kind

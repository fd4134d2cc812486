"""Conversations from the command line: send values and take the replies, or take whatever arrives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Unpack

from ..channel import Channel
from ..connection import ConnectionOptions
from ..errors import BridgeError, ChannelClosed, PeerException
from ..server import serve
from ..stream.model import BlockData
from ..transport.address import Address, Target

__all__ = ["Arrival", "exchange", "receive_all"]


class Arrival(NamedTuple):
    """Something a peer did: it sent ``value`` (``has_value``), or ``ended``; with none of these it came.

    With an ``error`` it ended badly, or (not ``ended``) failed while writing an object.
    """

    peer: Address | None
    value: Any = None
    has_value: bool = False
    ended: bool = False
    error: BridgeError | None = None


def exchange(
    channel: Channel, values: Iterable[Any], *, replies: bool = True, timeout: float | None = None
) -> Iterator[Any]:
    """Send each of ``values``, primitive data as such, and give the reply to each as soon as it is there.

    Without ``replies`` nothing is waited for and nothing given. ``timeout``, in seconds, is for each reply. Errors as
    in ``Channel.send`` and ``Channel.receive``.
    """
    for value in values:
        _send(channel, value)
        if replies:
            yield channel.receive(timeout=timeout)


def receive_all(
    address: Target,
    arrived: Callable[[Arrival], object],
    *,
    echo: bool = False,
    count: int | None = None,
    listening: Callable[[Address], object] | None = None,
    reuse_port: bool = False,
    secret: bytes | None = None,
    **options: Unpack[ConnectionOptions],
) -> None:
    """Listen at ``address`` and call ``arrived`` for everything that peers do, for one at a time.

    With ``echo`` each object goes back to its peer. ``listening`` is called with the real address. Returns after
    ``count`` objects; with None it goes on until it is interrupted. ``reuse_port`` and ``secret`` are
    those of ``serve``. ConnectError: it is impossible to listen there. What ``arrived`` raises ends the listening and
    is raised here.
    """
    inbox = _Inbox(arrived, count, echo)
    with serve(address, inbox.talk_with, reuse_port=reuse_port, secret=secret, **options) as server:
        if listening is not None:
            listening(server.address)
        try:
            inbox.done.wait()
        finally:
            server.stop(grace_seconds=_STOP_SECONDS)
    if inbox.failure is not None:
        raise inbox.failure


_STOP_SECONDS = 5


class _Inbox:
    """What the threads of a server share."""

    def __init__(self, arrived: Callable[[Arrival], object], count: int | None, echo: bool) -> None:
        self.done = threading.Event()
        self.failure: Exception | None = None
        self._arrived = arrived
        self._left = count
        self._echo = echo
        self._lock = threading.Lock()

    def talk_with(self, channel: Channel) -> None:
        """The handler of one peer."""
        error: BridgeError | None = None
        self._tell(Arrival(channel.peer))
        try:
            while True:
                try:
                    value = channel.receive()
                except PeerException as failed:  # the conversation goes on
                    self._tell(Arrival(channel.peer, error=failed))
                    continue
                last = self._tell(Arrival(channel.peer, value, has_value=True))
                if self._echo:
                    _send(channel, value)
                if last:
                    self.done.set()
                    return
        except ChannelClosed:
            pass
        except BridgeError as failed:
            error = failed
        self._tell(Arrival(channel.peer, ended=True, error=error))

    def _tell(self, arrival: Arrival) -> bool:
        """Pass it on, unless what was asked for is there. Whether it was the last."""
        with self._lock:
            if self.failure is not None or self._left == 0:
                return True
            try:
                self._arrived(arrival)
            except Exception as error:  # noqa: BLE001 - raised again in the thread that listens
                self.failure = error
                self.done.set()
                return True
            if arrival.has_value and self._left is not None:
                self._left -= 1
            return self._left == 0


def _send(channel: Channel, value: Any) -> None:
    if isinstance(value, BlockData):
        channel.send_data(value)
    else:
        channel.send(value)

"""A channel that connects again after its connection was lost: what ``connect(…, reconnect=…)`` gives.

What it promises, and what nobody can: when a connection is lost, it is unknown which of the objects sent last have
arrived. So nothing is ever sent again by itself, and no loss is passed over in silence: the call that meets it
raises ChannelBroken (ChannelClosed, where the peer ended cleanly), and the next call connects anew. Only a ``request``
that its caller declares to be ``repeatable`` is sent again.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .backoff import Attempts, Reconnect
from .connection import State
from .errors import (
    ChannelBroken,
    ChannelClosed,
    ChannelError,
    ChannelTimeout,
    ConnectError,
    DecodeError,
    LocalProtocolError,
    PeerException,
)
from .event_log import CHANNEL_LOG, log_event
from .transport.deadline import deadline_of, left_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .channel import Channel
    from .transport.address import Address
    from .transport.socket_id import SocketId

__all__ = ["ReconnectingChannel"]

T = TypeVar("T")


class ReconnectingChannel:
    """A Channel that connects again. Made by ``connect`` with ``reconnect``.

    The verbs, their errors and their timeouts are those of Channel. ConnectError: the tries are used up; the next call
    begins anew. ChannelTimeout while connecting: nothing was sent (``queued`` is False for what sends). After
    ``send_eof`` or ``close`` it connects no more.
    """

    def __init__(self, open_channel: Callable[[float | None], Channel], policy: Reconnect) -> None:
        self._open_channel = open_channel
        self._policy = policy
        self._attempts = Attempts(policy)
        self._connecting = threading.Lock()  # held by the one thread that connects, also while it waits
        self._swapping = threading.Lock()  # held while one channel takes the place of another, never while waiting
        self._next_try: float | None = None  # on the monotonic clock
        self._closing = threading.Event()
        self._channel: Channel | None = None
        self._last: Channel | None = None  # or the one before
        self._connected_at = 0.0
        self._received = False  # anything on this connection
        self._eof_sent = False
        self._connection_count = 0

    def __repr__(self) -> str:
        return f"<ReconnectingChannel {self.local} to {self.peer} {self.state.value}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def state(self) -> State:
        """That of the connection; BROKEN while there is none."""
        channel = self._channel
        if self._closing.is_set():
            return State.CLOSED
        return State.BROKEN if channel is None else channel.state

    @property
    def socket_id(self) -> SocketId:
        """That of the connection, or of the last one."""
        return self._latest.socket_id

    @property
    def peer(self) -> Address | None:
        """The peer's address, of the connection or of the last one."""
        return self._latest.peer

    @property
    def local(self) -> Address | None:
        """The address of this end, likewise."""
        return self._latest.local

    @property
    def connection_count(self) -> int:
        """How many connections there have been."""
        return self._connection_count

    @property
    def _latest(self) -> Channel:
        assert self._last is not None, "it is made connected"
        return self._last

    def ensure_connected(self, *, timeout: float | None = None) -> None:
        """Connect, where there is no connection now. ConnectError, ChannelTimeout: as in all verbs."""
        if self._channel is None:
            self._connected(deadline_of(timeout), timeout)

    # ------------------------------------------------------------------------------------------------------ sending

    def send(self, obj: object, *, timeout: float | None = None) -> None:
        """As ``Channel.send``. ChannelBroken: the connection was lost, and it is unknown what arrived."""
        self._use(lambda channel, left: channel.send(obj, timeout=left), timeout, sending=True)

    def send_unshared(self, obj: object, *, timeout: float | None = None) -> None:
        """As ``Channel.send_unshared``. Errors as in ``send``."""
        self._use(lambda channel, left: channel.send_unshared(obj, timeout=left), timeout, sending=True)

    def send_data(self, data: bytes, *, timeout: float | None = None) -> None:
        """As ``Channel.send_data``. Errors as in ``send``."""
        self._use(lambda channel, left: channel.send_data(data, timeout=left), timeout, sending=True)

    def send_exception(self, throwable: object, *, timeout: float | None = None) -> None:
        """As ``Channel.send_exception``. Errors as in ``send``."""
        self._use(lambda channel, left: channel.send_exception(throwable, timeout=left), timeout, sending=True)

    def reset(self, *, timeout: float | None = None) -> None:
        """As ``Channel.reset``. Errors as in ``send``."""
        self._use(lambda channel, left: channel.reset(timeout=left), timeout, sending=True)

    def flush(self, *, timeout: float | None = None) -> None:
        """As ``Channel.flush``; where there is no connection there is nothing to flush."""
        if self._channel is not None:
            self._use(lambda channel, left: channel.flush(timeout=left), timeout, sending=True)

    def send_eof(self, *, timeout: float | None = None) -> None:
        """As ``Channel.send_eof``; the conversation ends with this connection."""
        self._eof_sent = True
        channel = self._channel
        if channel is not None:
            channel.send_eof(timeout=timeout)

    # ---------------------------------------------------------------------------------------------------- receiving

    def receive(self, *, timeout: float | None = None) -> Any:
        """As ``Channel.receive``. ChannelBroken, ChannelClosed: the connection was lost, or the peer ended it."""
        return self._use(lambda channel, left: self._noting(channel.receive(timeout=left)), timeout)

    def request(self, obj: object, *, timeout: float | None = None, repeatable: bool = False) -> Any:
        """As ``Channel.request``.

        ``repeatable`` says that the peer may do it twice without harm: where the connection is lost before the answer
        came, the request is sent again over the next. Otherwise that is ChannelBroken or ChannelClosed, and it is
        unknown whether the peer did it.
        """
        deadline = deadline_of(timeout)
        while True:
            try:
                return self._use(
                    lambda channel, left: self._noting(channel.request(obj, timeout=left)),
                    left_of(deadline),
                    sending=True,
                )
            except (ChannelBroken, ChannelClosed) as error:
                if not repeatable or self._closing.is_set() or self._eof_sent or self._attempts.is_last():
                    raise
                log_event(CHANNEL_LOG, logging.INFO, "repeating", self.socket_id, error=error)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        """The next object, until the peer ends the conversation cleanly. Other errors as in ``receive``."""
        try:
            return self.receive()
        except ChannelClosed:
            raise StopIteration from None

    # ------------------------------------------------------------------------------------------------------- ending

    def close(self, *, timeout: float | None = 10) -> None:
        """As ``Channel.close``. Who waits for a connection gets ChannelClosed."""
        self._closing.set()
        channel = self._channel
        if channel is not None:
            channel.close(timeout=timeout)

    def abort(self) -> None:
        """As ``Channel.abort``."""
        self._closing.set()
        channel = self._channel
        if channel is not None:
            channel.abort()

    # --------------------------------------------------------------------------------------------------- connecting

    def _noting(self, value: T) -> T:
        self._received = True
        return value

    def _use(self, verb: Callable[[Channel, float | None], T], timeout: float | None, *, sending: bool = False) -> T:
        """What ``verb`` does with a connected channel; one that is lost in it is lost for the calls after."""
        channel = self._channel
        if channel is None:
            deadline = deadline_of(timeout)
            channel = self._connected(deadline, timeout, sending=sending)
            timeout = left_of(deadline)
        try:
            return verb(channel, timeout)
        except PeerException:
            self._received = True  # it is no object, but it is an answer
            raise
        except (ChannelBroken, ChannelClosed, DecodeError) as error:
            self._lost(channel, error)
            raise

    def _connected(self, deadline: float | None, timeout: float | None, *, sending: bool = False) -> Channel:
        left = left_of(deadline)
        if not self._connecting.acquire(timeout=-1 if left is None else left):
            raise _late(timeout, sending)
        try:
            while True:
                self._check_open(sending)
                if self._channel is not None:  # another thread was quicker
                    return self._channel
                self._wait_for_turn(deadline, timeout, sending)
                self._try(left_of(deadline))
        finally:
            self._connecting.release()

    def _wait_for_turn(self, deadline: float | None, timeout: float | None, sending: bool) -> None:
        """Wait until the next try is due, which calls with short timeouts do not put off."""
        if self._next_try is None:
            self._next_try = time.monotonic() + self._attempts.next_delay_seconds()
        wait = self._next_try - time.monotonic()
        if wait > 0:
            left = left_of(deadline)
            self._closing.wait(wait if left is None else min(wait, left))
            self._check_open(sending)
            if left is not None and left < wait:
                raise _late(timeout, sending)
        self._next_try = None

    def _try(self, left: float | None) -> None:
        seconds = self._policy.connect_seconds
        try:
            self._adopt(self._open_channel(seconds if left is None else min(left, seconds)))
        except ChannelError as error:
            log_event(CHANNEL_LOG, logging.WARNING, "not_connected", attempt=self._attempts.made, error=error)
            if self._attempts.is_last():
                raise ConnectError(f"given up: {error.message}") from error

    def _adopt(self, channel: Channel) -> None:
        if self._policy.on_connected is not None:
            try:
                self._policy.on_connected(channel)
            except BaseException:
                channel.abort()
                raise
        with self._swapping:
            self._connected_at = time.monotonic()
            self._received = False
            self._connection_count += 1
            self._channel = self._last = channel
        if self._closing.is_set():  # meanwhile
            channel.abort()

    def _check_open(self, sending: bool) -> None:
        if self._closing.is_set():
            raise (LocalProtocolError if sending else ChannelClosed)("this channel was closed")
        if self._eof_sent:
            raise (LocalProtocolError if sending else ChannelClosed)("this side has ended the conversation")

    def _lost(self, channel: Channel, error: Exception) -> None:
        with self._swapping:
            if self._channel is not channel or self._closing.is_set() or self._eof_sent:
                return
            self._channel = None
            self._attempts.lost(self._received, time.monotonic() - self._connected_at)
        log_event(CHANNEL_LOG, logging.WARNING, "lost", channel.socket_id, error=error)
        if isinstance(error, ChannelClosed):
            channel.close(timeout=1)  # the peer has ended, but may still take what is queued
        else:
            channel.abort()


def _late(timeout: float | None, sending: bool) -> ChannelTimeout:
    return ChannelTimeout(f"no connection came about in {timeout} s", queued=False if sending else None)

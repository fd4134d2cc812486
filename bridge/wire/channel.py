"""Messages over a connection, blocking: the channel that ``bridge.connect(…, protocol=…)`` gives.

It is the channel of `bridge.channel` over the machine of `bridge.wire.machine`, with one thing more: where the protocol
names a field for correlation, any number of threads can wait for answers at a time, in any order. Of those that wait,
one receives for all.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..channel import Channel
from ..connection import Agreed, Event, ObjectReceived
from ..errors import ChannelClosed, ChannelTimeout
from ..transport.deadline import deadline_of, left_of
from .correlation import Waiting, checked, expected

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..transport.base import Transport
    from .correlation import Expected
    from .machine import MessageConnection

__all__ = ["MessageChannel"]

_M = TypeVar("_M")
_N = TypeVar("_N")


class MessageChannel(Channel):
    """A conversation in messages; verbs, threads and timeouts are those of a `bridge.Channel`.

    ``protocol`` is its declaration, ``role`` the side this is, ``version`` the one that counts (None until it is
    negotiated), ``place`` the state of the protocol's state table (None without one).

    A message that cannot be read is a DecodeError. Where the framing tells where the next one begins, and there is no
    state table, the next ``receive`` goes on with it; else ``state`` is BROKEN, and every ``receive`` raises the same.
    """

    def __init__(
        self, transport: Transport, connection: MessageConnection, *, content_seconds: float | None = None
    ) -> None:
        self._machine = connection
        self._changed = threading.Condition()
        self._leading = False  # a thread receives
        self._waiting = Waiting(connection.protocol)
        super().__init__(transport, connection, content_seconds=content_seconds)
        self.protocol = connection.protocol
        self.role = connection.role

    def __repr__(self) -> str:
        return f"<MessageChannel {self.protocol.name} {self.role.value} {self.local} to {self.peer} {self.state.value}>"

    @property
    def version(self) -> int | None:
        return self._machine.version

    @property
    def place(self) -> str | None:
        return self._machine.place

    def free_number(self) -> int:
        """A number for the correlation field that no request waits with. LocalProtocolError: there is none."""
        with self._changed:
            return self._waiting.free_number()

    # ------------------------------------------------------------------------------------------------------ sending

    def _transmit(self, write: Callable[[Any], None] | None, obj: object, timeout: float | None) -> None:
        deadline = deadline_of(timeout)
        self._agree(deadline, timeout)
        super()._transmit(write, obj, left_of(deadline))

    def _agree(self, deadline: float | None, timeout: float | None) -> None:
        """Wait for the peer's opening, where the protocol negotiates: before it, nothing can be written."""
        if self.version is None:
            self._wait(lambda: None if self.version is None else [self.version], deadline, timeout)

    # ---------------------------------------------------------------------------------------------------- receiving

    @overload
    def receive(self, *, expect: type[_M], timeout: float | None = None) -> _M: ...
    @overload
    def receive(self, *, expect: tuple[type[_M], type[_N]], timeout: float | None = None) -> _M | _N: ...
    @overload
    def receive(self, *, expect: Expected | None = None, timeout: float | None = None) -> Any: ...
    def receive(self, *, expect: Expected | None = None, timeout: float | None = None) -> Any:
        """The next message from the peer that is not the answer to a ``request``.

        ``expect`` are one or more message classes: RemoteProtocolError where another one comes. Other errors as in
        `bridge.Channel.receive`; see this class for what follows a DecodeError.
        """
        expected(expect, self.protocol)
        return checked(self._receive(deadline_of(timeout), timeout), expect, "next message")

    def _receive(self, deadline: float | None, timeout: float | None) -> Any:
        return self._wait(self._waiting.take_unclaimed, deadline, timeout)

    @overload
    def request(self, obj: object, *, expect: type[_M], timeout: float | None = None) -> _M: ...
    @overload
    def request(self, obj: object, *, expect: tuple[type[_M], type[_N]], timeout: float | None = None) -> _M | _N: ...
    @overload
    def request(self, obj: object, *, expect: Expected | None = None, timeout: float | None = None) -> Any: ...
    def request(self, obj: object, *, expect: Expected | None = None, timeout: float | None = None) -> Any:
        """Send ``obj`` and receive its answer.

        With a correlation field, the answer is the message with the same value in it; threads need not wait for each
        other. A field that is None is given a number that is free. After ChannelTimeout an answer that comes late is
        dropped. Without one, the answer is the next message: see `bridge.Channel.request`.

        ``expect`` as in ``receive``. LocalProtocolError: an answer with that value is awaited already. Other errors as
        in ``send`` and ``receive``.
        """
        expected(expect, self.protocol)
        deadline = deadline_of(timeout)
        if not self._waiting.correlates(obj):
            self._agree(deadline, timeout)
            return checked(super().request(obj, timeout=left_of(deadline)), expect, "answer")
        with self._changed:
            obj, key = self._waiting.begin(obj)
        late = False
        try:
            self._transmit(self._machine.send, obj, timeout)
            answer = self._wait(lambda: self._waiting.answer(key), deadline, timeout)
        except ChannelTimeout as error:
            late = error.queued is not False
            raise
        finally:
            with self._changed:
                self._waiting.end(key, late=late)
        return checked(answer, expect, "answer")

    def _wait(self, take: Callable[[], list[Any] | None], deadline: float | None, timeout: float | None) -> Any:
        """What ``take`` gives in a list as soon as it gives one. Of several threads one receives for all."""
        while True:
            with self._changed:
                while True:
                    found = take()
                    if found is not None:
                        self._answer_due = False
                        return found[0]
                    if not self._leading:
                        self._leading = True
                        break
                    if not self._changed.wait(left_of(deadline)):
                        raise ChannelTimeout(f"nothing came whole in {timeout} s", offset=self._machine.received_offset)
            try:
                event = self._next_event(deadline, timeout)
                with self._changed:
                    self._claim(event)
            except ChannelTimeout:
                raise
            except Exception:
                self._answer_due = False
                raise
            finally:
                with self._changed:
                    self._leading = False
                    self._changed.notify_all()

    def _claim(self, event: Event) -> None:
        if isinstance(event, ObjectReceived):
            self._waiting.arrived(event.value)
        elif not isinstance(event, Agreed):
            raise ChannelClosed("the peer has ended the conversation", offset=self._machine.received_offset)

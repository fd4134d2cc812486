"""Messages over a connection, for asyncio: the channel that ``bridge.aio.connect(…, protocol=…)`` gives.

As `bridge.wire.channel`, with tasks in place of threads. Cancelling is safe everywhere: a request that is cancelled
drops its answer when that comes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..aio.channel import Channel
from ..connection import Agreed, Event, ObjectReceived
from ..errors import ChannelClosed, ChannelTimeout
from .correlation import Waiting, checked, expected

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..transport.base import AsyncTransport
    from .correlation import Expected
    from .machine import MessageConnection

__all__ = ["AsyncMessageChannel"]

_M = TypeVar("_M")
_N = TypeVar("_N")


class AsyncMessageChannel(Channel):
    """A conversation in messages, for asyncio; all as in `bridge.wire.MessageChannel`."""

    def __init__(
        self, transport: AsyncTransport, connection: MessageConnection, *, content_seconds: float | None = None
    ) -> None:
        self._machine = connection
        self._changed = asyncio.Event()  # replaced each time that it is set
        self._leading = False  # a task receives
        self._waiting = Waiting(connection.protocol)
        super().__init__(transport, connection, content_seconds=content_seconds)
        self.protocol = connection.protocol
        self.role = connection.role

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"<{name} {self.protocol.name} {self.role.value} {self.local} to {self.peer} {self.state.value}>"

    @property
    def version(self) -> int | None:
        return self._machine.version

    @property
    def place(self) -> str | None:
        return self._machine.place

    async def _transmit(self, write: Callable[[Any], None], obj: object, timeout: float | None) -> None:
        if self.version is not None:
            await super()._transmit(write, obj, timeout)
            return
        try:
            async with asyncio.timeout(timeout):
                await self._agree()
                await super()._transmit(write, obj, None)
        except TimeoutError as error:
            raise ChannelTimeout(f"the peer did not take it in {timeout} s") from error

    async def _agree(self) -> None:
        """Wait for the peer's opening, where the protocol negotiates: before it, nothing can be written."""
        await self._wait(lambda: None if self.version is None else [self.version])

    @overload
    async def receive(self, *, expect: type[_M], timeout: float | None = None) -> _M: ...
    @overload
    async def receive(self, *, expect: tuple[type[_M], type[_N]], timeout: float | None = None) -> _M | _N: ...
    @overload
    async def receive(self, *, expect: Expected | None = None, timeout: float | None = None) -> Any: ...
    async def receive(self, *, expect: Expected | None = None, timeout: float | None = None) -> Any:
        """The next message from the peer that is not the answer to a ``request``; as in the blocking channel."""
        expected(expect, self.protocol)
        try:
            async with asyncio.timeout(timeout):
                message = await self._wait(self._waiting.take_unclaimed)
        except TimeoutError as error:
            offset = self._machine.received_offset
            raise ChannelTimeout(f"nothing came whole in {timeout} s", offset=offset) from error
        return checked(message, expect, "next message")

    @overload
    async def request(self, obj: object, *, expect: type[_M], timeout: float | None = None) -> _M: ...
    @overload
    async def request(
        self, obj: object, *, expect: tuple[type[_M], type[_N]], timeout: float | None = None
    ) -> _M | _N: ...
    @overload
    async def request(self, obj: object, *, expect: Expected | None = None, timeout: float | None = None) -> Any: ...
    async def request(self, obj: object, *, expect: Expected | None = None, timeout: float | None = None) -> Any:
        """Send ``obj`` and receive its answer; as in the blocking channel."""
        expected(expect, self.protocol)
        if not self._waiting.correlates(obj):
            return checked(await self._request_in_turn(obj, timeout), expect, "answer")
        obj, key = self._waiting.begin(obj)
        sent = False
        try:
            async with asyncio.timeout(timeout):
                await self._transmit(self._machine.send, obj, None)
                sent = True
                answer = await self._wait(lambda: self._waiting.answer(key))
        except TimeoutError as error:
            raise ChannelTimeout(f"no answer came in {timeout} s", queued=None if sent else False) from error
        finally:
            self._waiting.end(key, late=True)  # harmless where nothing was sent
        return checked(answer, expect, "answer")

    async def _request_in_turn(self, obj: object, timeout: float | None) -> Any:
        try:
            async with asyncio.timeout(timeout):
                await self._agree()
                return await super().request(obj)
        except TimeoutError as error:
            raise ChannelTimeout(f"no answer came in {timeout} s") from error

    async def _wait(self, take: Callable[[], list[Any] | None]) -> Any:
        """What ``take`` gives in a list as soon as it gives one. Of several tasks one receives for all."""
        while True:
            found = take()
            if found is not None:
                self._answer_due = False
                return found[0]
            if self._leading:
                await self._changed.wait()
                continue
            self._leading = True
            try:
                self._claim(await self._next_event())
            except Exception:
                self._answer_due = False
                raise
            finally:
                self._leading = False
                self._changed.set()
                self._changed = asyncio.Event()

    def _claim(self, event: Event) -> None:
        if isinstance(event, ObjectReceived):
            self._waiting.arrived(event.value)
        elif not isinstance(event, Agreed):
            raise ChannelClosed("the peer has ended the conversation", offset=self._machine.received_offset)

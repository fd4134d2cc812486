"""Objects over a connection, for asyncio: ``connect``, ``listen``, ``serve``, as in ``channel`` and on the same
Connection.

    async with await bridge.aio.connect("127.0.0.1", 9000) as channel:
        await channel.send({"hello": [1, 2.5, None]})
        reply = await channel.receive()

Cancelling, also by ``asyncio.timeout``, is safe everywhere: a receive that is cancelled has consumed nothing that the
next one would miss, and a send that is cancelled has queued its object whole. Objects are encoded and decoded in the
event loop.

Tasks: any number of tasks may use a channel. Objects are sent one after the other, whole, in the order of the calls;
one task at a time receives.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self, Unpack

from ..channel import READ_BYTES, outcome
from ..connection import NEED_DATA, Connection, ConnectionOptions, Event, State
from ..errors import (
    BridgeError,
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
    LocalProtocolError,
    TruncatedStreamError,
)
from ..transport import aio as transports
from ..transport.address import Address, Target

if TYPE_CHECKING:
    from ..transport.base import AsyncListener, AsyncTransport

__all__ = ["Channel", "Listener", "connect", "listen"]


async def connect(
    address: Target, port: int | None = None, *, timeout: float | None = None, **options: Unpack[ConnectionOptions]
) -> Channel:
    """A channel to the peer at ``address``; arguments and errors as in ``bridge.connect``."""
    place = Address.parse(address, port)
    connection = Connection(**options)  # before anything is opened: it may refuse the options
    try:
        transport = await transports.connect(place, timeout)
    except TimeoutError as error:
        raise ConnectError(f"no connection to {place} in {timeout} s") from error
    except OSError as error:
        raise ConnectError(f"no connection to {place}: {error}") from error
    return Channel(transport, connection)


async def listen(
    address: Target, port: int | None = None, *, backlog: int = 128, **options: Unpack[ConnectionOptions]
) -> Listener:
    """A listener at ``address``; arguments and errors as in ``bridge.listen``."""
    place = Address.parse(address, port)
    Connection(**options)
    try:
        return Listener(await transports.listen(place, backlog), options)
    except OSError as error:
        raise ConnectError(f"cannot listen at {place}: {error}") from error


class Channel:
    """A conversation in objects. Made by ``connect``, a Listener or a Server, or over any asyncio ``transport``.

    The channel owns the transport. The methods, their errors and their timeouts are those of the blocking ``Channel``.

    ``peer`` and ``local`` are the addresses of the ends, None where there are none.
    """

    def __init__(self, transport: AsyncTransport, connection: Connection | None = None) -> None:
        self._transport = transport
        self._connection = Connection() if connection is None else connection
        self._receiving = asyncio.Lock()
        self._requesting = asyncio.Lock()
        self._answer_due = False
        self._eof_sent = False
        self._closed = False
        self._stopping = False
        peer, local = transport.info("peer"), transport.info("local")
        self.peer: Address | None = peer if isinstance(peer, Address) else None
        self.local: Address | None = local if isinstance(local, Address) else None
        # Two peers that both wait for the other's header before they send their own would wait for ever.
        try:
            self._transport.write(self._connection.data_to_send())
        except OSError:
            pass  # whoever uses the channel learns that it is broken

    def __repr__(self) -> str:
        return f"<Channel {self.local} to {self.peer} {self.state.value}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    @property
    def state(self) -> State:
        """Where the conversation is; CLOSED also when this side has closed the channel."""
        return State.CLOSED if self._closed else self._connection.state

    # ------------------------------------------------------------------------------------------------------ sending

    async def send(self, obj: object, *, timeout: float | None = None) -> None:
        """Send ``obj``.

        EncodeError: it cannot be written; nothing of it was sent and the channel goes on. ChannelTimeout, or cancelled:
        it is written, but the peer has not taken enough of what is queued yet; it stays queued before all that is sent
        later, so do not send it again (``flush`` waits again). ChannelBroken: the connection is gone, and it is unknown
        what arrived. LocalProtocolError: after ``send_eof`` or ``close``.
        """
        self._check_sending()
        self._connection.send(obj)
        await self.flush(timeout=timeout)

    async def send_unshared(self, obj: object, *, timeout: float | None = None) -> None:
        """Send ``obj`` as one that no other object on the stream refers to. Errors as in ``send``."""
        self._check_sending()
        self._connection.send_unshared(obj)
        await self.flush(timeout=timeout)

    async def send_data(self, data: bytes, *, timeout: float | None = None) -> None:
        """Send primitive data, which Java reads with ``readInt``, ``readUTF`` and so on. Errors as in ``send``."""
        self._check_sending()
        self._connection.send_data(data)
        await self.flush(timeout=timeout)

    async def send_exception(self, throwable: object, *, timeout: float | None = None) -> None:
        """Let what the peer reads now fail with ``throwable``; the conversation goes on.

        Java's reader accepts only a ``java.io.IOException`` there. Errors as in ``send``.
        """
        self._check_sending()
        self._connection.send_exception(throwable)
        await self.flush(timeout=timeout)

    async def reset(self, *, timeout: float | None = None) -> None:
        """Let both sides forget what was sent, and free it (TC_RESET). Errors as in ``send``."""
        self._check_sending()
        self._connection.reset()
        await self.flush(timeout=timeout)

    async def flush(self, *, timeout: float | None = None) -> None:
        """Wait until the peer has taken so much that little of what was sent is left in the queue.

        ChannelTimeout, ChannelBroken: as in ``send``.
        """
        data = self._connection.data_to_send()
        try:
            if data:
                self._transport.write(data)
            async with asyncio.timeout(timeout):
                await self._transport.drain()
        except TimeoutError as error:
            raise ChannelTimeout(f"the peer did not take what was sent in {timeout} s; it stays queued") from error
        except OSError as error:
            raise self._failed(error) from error

    async def send_eof(self, *, timeout: float | None = None) -> None:
        """End our side of the conversation; the peer's ``receive`` ends after what was sent. Receiving goes on.

        Can be repeated. Errors as in ``send``.
        """
        if self._closed or self._eof_sent:
            return
        self._connection.send_eof()
        self._eof_sent = True
        try:
            self._transport.send_eof()
        except OSError as error:
            raise self._failed(error) from error
        await self.flush(timeout=timeout)

    def _check_sending(self) -> None:
        if self._closed:
            raise LocalProtocolError("this channel was closed: nothing can be sent any more")

    def _failed(self, error: OSError) -> ChannelBroken:
        if self._closed:
            return ChannelBroken("this channel was closed while something was being sent")
        return ChannelBroken(f"the connection failed: {error}")

    # ---------------------------------------------------------------------------------------------------- receiving

    async def receive(self, *, timeout: float | None = None) -> Any:
        """The next object from the peer.

        Primitive data that comes where an object could is given as a ``BlockData``, a kind of ``bytes``: a block of
        it at a time, as the peer happened to cut it.

        ChannelTimeout: nothing came whole; what came so far is kept. ChannelClosed: the peer has ended, or this side
        has closed the channel. ChannelBroken: the connection failed or ended inside an object. DecodeError: what came
        is no object stream, or is not let in; the receiving ends there. PeerException: the peer failed while writing
        an object; the channel goes on.
        """
        try:
            async with asyncio.timeout(timeout), self._receiving:
                event = await self._next_event()
        except TimeoutError as error:
            offset = self._connection.received_offset
            raise ChannelTimeout(f"nothing came whole in {timeout} s", offset=offset) from error
        except BridgeError:
            self._answer_due = False
            raise
        self._answer_due = False
        return outcome(event, self._connection)

    async def request(self, obj: object, *, timeout: float | None = None) -> Any:
        """Send ``obj`` and receive the answer; of several tasks one at a time.

        Errors as in ``send`` and ``receive``. After ChannelTimeout, or cancelled, the answer is still to come:
        ``receive`` gives it, and until then another request is a LocalProtocolError, as it would get the wrong
        answer.
        """
        try:
            async with asyncio.timeout(timeout), self._requesting:
                self._check_sending()
                if self._answer_due:
                    raise LocalProtocolError("the answer to an earlier request is still to come: receive() gives it")
                self._connection.send(obj)
                self._answer_due = True
                await self.flush()
                return await self.receive()
        except TimeoutError as error:
            raise ChannelTimeout(f"no answer came in {timeout} s") from error

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        """The next object, until the conversation has ended cleanly. Other errors as in ``receive``."""
        try:
            return await self.receive()
        except ChannelClosed:
            raise StopAsyncIteration from None

    async def _next_event(self) -> Event:
        """The next event that is not NEED_DATA. Holds ``_receiving``."""
        connection = self._connection
        while True:
            if self._closed:
                raise ChannelClosed("this channel was closed", offset=connection.received_offset)
            try:
                event = connection.next_event()
            except TruncatedStreamError as error:
                raise self._ended_inside(error) from error
            if event is not NEED_DATA:
                return event
            if self._stopping and not connection.in_content:
                raise ChannelClosed("no more is received: this side is stopping", offset=connection.received_offset)
            try:
                data = await self._transport.receive(READ_BYTES)
            except OSError as error:
                if self._closed:
                    continue
                raise ChannelBroken(f"the connection failed: {error}", offset=connection.received_offset) from error
            if data:
                connection.receive_data(data)
            else:
                connection.receive_eof()

    def _ended_inside(self, error: TruncatedStreamError) -> ChannelBroken | ChannelClosed:
        if self._closed or self._stopping:
            return ChannelClosed("no more is received: this side is stopping", offset=error.offset)
        return ChannelBroken(f"the peer has gone: {error.message}", offset=error.offset, path=error.path)

    # ------------------------------------------------------------------------------------------------------- ending

    def stop_receiving(self) -> None:
        """Let ``receive``, also the one that waits now, end with ChannelClosed as soon as nothing is half received.

        Sending goes on. Does not wait.
        """
        self._stopping = True
        if not self._connection.in_content:
            self._transport.stop_receiving()

    async def close(self, *, timeout: float | None = 10) -> None:
        """Send what is queued, end the conversation and give everything back. Can be repeated.

        A task that waits in ``receive`` gets ChannelClosed. A peer that does not take what is queued in ``timeout``
        seconds is cut off, as it is when this is cancelled.
        """
        self._closed = True
        try:
            async with asyncio.timeout(timeout):
                await self._transport.close()
        except TimeoutError:
            pass
        finally:
            self._transport.abort()

    def abort(self) -> None:
        """Cut the conversation off: as ``close``, but what is queued is lost. Can be repeated."""
        self._closed = True
        self._transport.abort()


class Listener:
    """Gives a channel for each peer that connects. Iterating over it does so until it is closed.

    ``address`` is where it listens, with the real port.
    """

    def __init__(self, listener: AsyncListener, options: ConnectionOptions | None = None) -> None:
        self._listener = listener
        self._options = ConnectionOptions() if options is None else options
        self._closed = False

    def __repr__(self) -> str:
        return f"<Listener {self.address}{' closed' if self._closed else ''}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def address(self) -> Address:
        return self._listener.address

    async def accept(self, *, timeout: float | None = None) -> Channel:
        """The channel of the next peer. Errors as in the blocking ``Listener``; a cancelled accept loses no peer."""
        try:
            async with asyncio.timeout(timeout):
                transport = await self._listener.accept()
        except TimeoutError as error:
            raise ChannelTimeout(f"no peer came in {timeout} s") from error
        except OSError as error:
            if self._closed:
                raise ChannelClosed("the listener was closed") from error
            raise ConnectError(f"no peer could be accepted at {self.address}: {error}") from error
        return Channel(transport, Connection(**self._options))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Channel:
        try:
            return await self.accept()
        except ChannelClosed:
            raise StopAsyncIteration from None

    def close(self) -> None:
        """Accept no more peers; the channels accepted before go on. Can be repeated."""
        self._closed = True
        self._listener.close()

"""Objects over a connection, for asyncio: ``connect`` and ``listen``, as in ``channel`` and on the same Connection.

Cancelling, also by ``asyncio.timeout``, is safe everywhere: a receive that is cancelled has consumed nothing that the
next one would miss, and a send that is cancelled has queued its object whole, or nothing of it where it still waited
for room in the queue. Objects are encoded and decoded in the event loop.

Tasks: any number of tasks may use a channel. Objects are sent one after the other, whole, in the order of the calls;
one task at a time receives.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar, Unpack, overload

from ..backoff import Reconnect
from ..channel import READ_BYTES, check_content_seconds, check_options, outcome
from ..connection import NEED_DATA, ConnectionOptions, Conversation, Event, ObjectReceived, State
from ..datagrams import connection_over
from ..errors import (
    BridgeError,
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
    LocalProtocolError,
    SchemaError,
    TruncatedStreamError,
)
from ..event_log import CHANNEL_LOG, log_event
from ..transport import kinds
from ..transport.address import Address, Target
from ..transport.secret import HANDSHAKE_SECONDS, SharedSecret
from ..transport.socket_id import SocketId
from .reconnect import ReconnectingChannel

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ..transport.base import AsyncListener, AsyncTransport

__all__ = ["Channel", "Listener", "connect", "listen"]


_UNLIMITED: Final[nullcontext[None]] = nullcontext()

_C_co = TypeVar("_C_co", bound="Channel", covariant=True)
_C = TypeVar("_C", bound="Channel")


class Spoken(Protocol[_C_co]):
    """What ``protocol=`` takes: something that makes the channel over a transport, such as a `bridge.wire.Protocol`."""

    def async_channel(self, transport: AsyncTransport, *, accepted: bool, content_seconds: float | None) -> _C_co:
        """The channel; ``accepted`` on the side that listened. SchemaError: not over such a transport."""
        ...


@overload
async def connect(
    address: Target,
    port: int | None = None,
    *,
    timeout: float | None = None,
    content_seconds: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: bytes | None = None,
    reconnect: None = None,
    protocol: None = None,
    **options: Unpack[ConnectionOptions],
) -> Channel: ...


@overload
async def connect(
    address: Target,
    port: int | None = None,
    *,
    timeout: float | None = None,
    content_seconds: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: bytes | None = None,
    reconnect: None = None,
    protocol: Spoken[_C],
) -> _C: ...


@overload
async def connect(
    address: Target,
    port: int | None = None,
    *,
    timeout: float | None = None,
    content_seconds: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: bytes | None = None,
    reconnect: Reconnect,
    protocol: Spoken[Channel] | None = None,
    **options: Unpack[ConnectionOptions],
) -> ReconnectingChannel: ...


async def connect(
    address: Target,
    port: int | None = None,
    *,
    timeout: float | None = None,
    content_seconds: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: bytes | None = None,
    reconnect: Reconnect | None = None,
    protocol: Spoken[Channel] | None = None,
    **options: Unpack[ConnectionOptions],
) -> Channel | ReconnectingChannel:
    """A channel to the peer at ``address``; arguments and errors as in ``bridge.connect``."""
    place = Address.parse(address, port)
    check_options(protocol, content_seconds, options)  # before anything is opened
    shared = None if secret is None else SharedSecret(secret)
    if reconnect is None:
        return await _open(place, timeout, tls, shared, content_seconds, protocol, options)
    channel = ReconnectingChannel(
        lambda seconds: _open(place, seconds, tls, shared, content_seconds, protocol, options), reconnect
    )
    await channel.ensure_connected(timeout=timeout)
    return channel


async def _open(
    place: Address,
    timeout: float | None,
    tls: ssl.SSLContext | None,
    secret: SharedSecret | None,
    content_seconds: float | None,
    protocol: Spoken[Channel] | None,
    options: ConnectionOptions,
) -> Channel:
    try:
        transport = await kinds.connect_async(place, timeout, tls, secret)
    except TimeoutError as error:
        raise ConnectError(f"no connection to {place} in {timeout} s") from error
    except OSError as error:
        raise ConnectError(f"no connection to {place}: {error}") from error
    channel = _channel_over(transport, protocol, options, accepted=False, content_seconds=content_seconds)
    log_event(CHANNEL_LOG, logging.INFO, "connected", channel.socket_id)
    return channel


async def listen(
    address: Target,
    port: int | None = None,
    *,
    backlog: int = 128,
    content_seconds: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: bytes | None = None,
    handshake_seconds: float = HANDSHAKE_SECONDS,
    protocol: Spoken[Channel] | None = None,
    **options: Unpack[ConnectionOptions],
) -> Listener:
    """A listener at ``address``; arguments and errors as in ``bridge.listen``."""
    place = Address.parse(address, port)
    check_options(protocol, content_seconds, options)
    shared = None if secret is None else SharedSecret(secret, handshake_seconds)
    try:
        listener = await kinds.listen_async(place, backlog, tls, shared)
        return Listener(
            listener, options, content_seconds=content_seconds, protocol=protocol, has_secret=secret is not None
        )
    except OSError as error:
        raise ConnectError(f"cannot listen at {place}: {error}") from error


def _channel_over(
    transport: AsyncTransport,
    protocol: Spoken[Channel] | None,
    options: ConnectionOptions,
    *,
    accepted: bool,
    content_seconds: float | None,
) -> Channel:
    if protocol is None:
        connection = connection_over(transport.info("datagram_bytes"), **options)
        return Channel(transport, connection, content_seconds=content_seconds)
    try:
        return protocol.async_channel(transport, accepted=accepted, content_seconds=content_seconds)
    except SchemaError:
        transport.abort()
        raise


class Channel:
    """A conversation in objects. Made by ``connect``, a Listener or a Server, or over any asyncio ``transport``.

    The channel owns the transport. The methods, their errors and their timeouts, and ``content_seconds``, ``peer``,
    ``local``, ``socket_id`` and ``datagram_bytes``, are those of the blocking ``Channel``.
    """

    def __init__(
        self, transport: AsyncTransport, connection: Conversation | None = None, *, content_seconds: float | None = None
    ) -> None:
        check_content_seconds(content_seconds)
        self._transport = transport
        self._connection: Conversation = (
            connection_over(transport.info("datagram_bytes")) if connection is None else connection
        )
        self.datagram_bytes = self._connection.datagram_bytes
        self._content_seconds = content_seconds
        self._waited_seconds = 0.0  # inside the object that is being received
        self._encoding = asyncio.Lock()  # held while one waits for room in the queue, and while an object becomes bytes
        self._receiving = asyncio.Lock()
        self._requesting = asyncio.Lock()
        self._answer_due = False
        self._eof_sent = False
        self._closed = False
        self._stopping = False
        self._failed = False
        self.socket_id = SocketId.of(transport)
        self.peer: Address | None = self.socket_id.foreign_address
        self.local: Address | None = self.socket_id.local_address
        # Two peers that both wait for the other's header before they send their own would wait for ever.
        header = self._connection.data_to_send()
        try:
            if header:
                self._transport.write(header)
        except OSError:
            pass  # whoever uses the channel learns that it is broken

    def __repr__(self) -> str:
        return f"<Channel {self.local} to {self.peer} {self.state.value}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    @property
    def peer_certificate(self) -> dict[str, Any] | None:
        """Of TLS: the peer's certificate, which was verified, as ``ssl.SSLSocket.getpeercert`` gives it.

        None where the peer showed none; at a server also until something was received or sent.
        """
        told = self._transport.info("certificate")
        return told if isinstance(told, dict) else None

    @property
    def state(self) -> State:
        """Where the conversation is; CLOSED also when this side closed the channel, BROKEN when the network failed."""
        if self._closed:
            return State.CLOSED
        return State.BROKEN if self._failed else self._connection.state

    async def complete_handshake(self, *, timeout: float | None = None) -> None:
        """Complete what comes before the first object: the handshakes of TLS and of a secret. Can be repeated.

        Errors as in the blocking ``Channel``.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._transport.handshake()
        except TimeoutError as error:
            raise ChannelTimeout(f"the handshake was not complete in {timeout} s") from error
        except OSError as error:
            if self._closed or self._stopping:
                raise ChannelClosed("no more is received: this side is stopping") from error
            raise self._broken(error) from error

    # ------------------------------------------------------------------------------------------------------ sending

    async def send(self, obj: object, *, timeout: float | None = None) -> None:
        """Send ``obj``.

        EncodeError: it cannot be written; nothing of it was sent and the channel goes on. ChannelTimeout, or cancelled:
        the peer has not taken it in time; the error's ``queued`` tells whether it is queued, whole, before all that is
        sent later (do not send it again; ``flush`` waits again), or was not begun, as the queue was still full of what
        was sent before. ChannelBroken: the connection is gone, and it is unknown what arrived. LocalProtocolError:
        after ``send_eof`` or ``close``.
        """
        await self._transmit(self._connection.send, obj, timeout)

    async def send_unshared(self, obj: object, *, timeout: float | None = None) -> None:
        """Send ``obj`` as one that no other object on the stream refers to. Errors as in ``send``."""
        await self._transmit(self._connection.send_unshared, obj, timeout)

    async def send_data(self, data: bytes, *, timeout: float | None = None) -> None:
        """Send primitive data, which Java reads with ``readInt``, ``readUTF`` and so on. Errors as in ``send``."""
        await self._transmit(self._connection.send_data, data, timeout)

    async def send_exception(self, throwable: object, *, timeout: float | None = None) -> None:
        """Let what the peer reads now fail with ``throwable``; the conversation goes on.

        Java's reader accepts only a ``java.io.IOException`` there. Errors as in ``send``.
        """
        await self._transmit(self._connection.send_exception, throwable, timeout)

    async def reset(self, *, timeout: float | None = None) -> None:
        """Let both sides forget what was sent, and free it (TC_RESET). Errors as in ``send``."""
        await self._transmit(lambda _: self._connection.reset(), None, timeout)

    async def flush(self, *, timeout: float | None = None) -> None:
        """Wait until the peer has taken so much that little of what was sent is left in the queue.

        ChannelTimeout, ChannelBroken: as in ``send``.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._transport.drain()
        except TimeoutError as error:
            raise _still_queued(timeout) from error
        except OSError as error:
            raise self._broken(error) from error

    async def send_eof(self, *, timeout: float | None = None) -> None:
        """End our side of the conversation; the peer's ``receive`` ends after what was sent. Receiving goes on.

        Can be repeated. Errors as in ``send``.
        """
        queued = False
        try:
            async with asyncio.timeout(timeout):
                async with self._encoding:  # after what waits to be sent
                    queued = True
                    if self._closed or self._eof_sent:
                        return
                    self._connection.send_eof()
                    self._eof_sent = True
                    self._transport.send_eof()
                await self._transport.drain()
        except TimeoutError as error:
            raise (_still_queued if queued else _not_begun)(timeout) from error
        except OSError as error:
            raise self._broken(error) from error

    async def _transmit(self, write: Callable[[Any], None], obj: object, timeout: float | None) -> None:
        queued = False
        try:
            async with _within(timeout):
                async with self._encoding:
                    self._check_sending()
                    # A peer that does not take what it is sent stops the sender, before it makes more.
                    await self._transport.drain()
                    self._write(write, obj)
                    queued = True
                await self._transport.drain()
        except TimeoutError as error:
            raise (_still_queued if queued else _not_begun)(timeout) from error
        except OSError as error:
            raise self._broken(error) from error

    def _write(self, write: Callable[[Any], None], obj: object) -> None:
        self._check_sending()
        write(obj)
        data = self._connection.data_to_send()
        if data:
            self._transport.write(data)

    def _check_sending(self) -> None:
        if self._closed:
            raise LocalProtocolError("this channel was closed: nothing can be sent any more")

    def _broken(self, error: OSError) -> ChannelBroken:
        if self._closed:
            return ChannelBroken("this channel was closed while something was being sent")
        self._failed = True
        return ChannelBroken(f"the connection failed: {error}")

    # ---------------------------------------------------------------------------------------------------- receiving

    async def receive(self, *, timeout: float | None = None) -> Any:
        """The next object from the peer.

        Primitive data that comes where an object could is given as a ``BlockData``, a kind of ``bytes``: a block of
        it at a time, as the peer happened to cut it.

        ChannelTimeout: nothing came whole; what came so far is kept. ChannelClosed: the peer has ended, or this side
        has closed the channel. ChannelBroken: the connection failed or ended inside an object, or the object took
        longer than ``content_seconds``. DecodeError: what came is no object stream, or is not let in; the receiving
        ends there. PeerException: the peer failed while writing an object; the channel goes on.
        """
        try:
            async with _within(timeout), self._receiving:
                event = await self._next_event()
        except TimeoutError as error:
            offset = self._connection.received_offset
            raise ChannelTimeout(f"nothing came whole in {timeout} s", offset=offset) from error
        except BridgeError:
            self._answer_due = False
            raise
        self._answer_due = False
        return event.value if type(event) is ObjectReceived else outcome(event, self._connection)

    async def request(self, obj: object, *, timeout: float | None = None) -> Any:
        """Send ``obj`` and receive the answer; of several tasks one at a time.

        Errors as in ``send`` and ``receive``. After ChannelTimeout, or cancelled, the answer is still to come:
        ``receive`` gives it, and until then another request is a LocalProtocolError, as it would get the wrong
        answer.
        """
        queued = False
        try:
            async with _within(timeout), self._requesting:
                async with self._encoding:
                    self._check_sending()
                    await self._transport.drain()
                    if self._answer_due:
                        raise LocalProtocolError(
                            "the answer to an earlier request is still to come: receive() gives it"
                        )
                    self._write(self._connection.send, obj)
                    self._answer_due = self.datagram_bytes is None  # a datagram may never come
                    queued = True
                await self._transport.drain()
                return await self.receive()
        except TimeoutError as error:
            if not queued:
                raise _not_begun(timeout) from error
            raise ChannelTimeout(f"no answer came in {timeout} s", queued=True) from error
        except OSError as error:
            raise self._broken(error) from error

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
                if self.datagram_bytes is not None:  # one datagram was cut; the next may be whole
                    raise
                raise self._ended_inside(error) from error
            if event is not NEED_DATA:
                self._waited_seconds = 0.0
                return event
            if self._stopping and not connection.in_content:
                raise ChannelClosed("no more is received: this side is stopping", offset=connection.received_offset)
            try:
                data = await self._receive_bytes()
            except OSError as error:
                if self._closed:
                    continue
                self._failed = True
                raise ChannelBroken(f"the connection failed: {error}", offset=connection.received_offset) from error
            if data:
                connection.receive_data(data)
            else:
                connection.receive_eof()

    async def _receive_bytes(self) -> bytes:
        """What the transport receives next; inside an object not for longer than ``content_seconds`` altogether."""
        if self._content_seconds is None or not self._connection.in_content:
            return await self._transport.receive(READ_BYTES)
        left = self._content_seconds - self._waited_seconds
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(left, 0)):
                return await self._transport.receive(READ_BYTES)
        except TimeoutError:
            self._failed = True
            self._transport.abort()
            raise ChannelBroken(
                f"the peer was cut off: it took longer than {self._content_seconds} s for one object",
                offset=self._connection.received_offset,
            ) from None
        finally:
            self._waited_seconds += time.monotonic() - began

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


def _within(timeout: float | None) -> asyncio.Timeout | nullcontext[None]:
    """``asyncio.timeout``, which costs microseconds also where there is no limit."""
    return _UNLIMITED if timeout is None else asyncio.timeout(timeout)


def _still_queued(timeout: float | None) -> ChannelTimeout:
    return ChannelTimeout(f"the peer did not take what was sent in {timeout} s; it stays queued", queued=True)


def _not_begun(timeout: float | None) -> ChannelTimeout:
    return ChannelTimeout(
        f"in {timeout} s the peer did not take what was sent before; nothing of this was sent", queued=False
    )


class Listener:
    """Gives a channel for each peer that connects. Iterating over it does so until it is closed.

    ``address`` is where it listens, with the real port; ``has_secret``, whether its peers must know a secret.
    """

    def __init__(
        self,
        listener: AsyncListener,
        options: ConnectionOptions | None = None,
        *,
        content_seconds: float | None = None,
        protocol: Spoken[Channel] | None = None,
        has_secret: bool = False,
    ) -> None:
        self._listener = listener
        self.has_secret = has_secret
        self._protocol = protocol
        self._content_seconds = content_seconds
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
        try:
            return _channel_over(
                transport, self._protocol, self._options, accepted=True, content_seconds=self._content_seconds
            )
        except SchemaError as error:
            raise ConnectError(f"no peer can be accepted at {self.address}: {error}") from error

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

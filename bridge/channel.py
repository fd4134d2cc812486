# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""Objects over a connection, blocking: ``connect`` and ``listen``; ``serve`` is in ``server``.

    with connect("127.0.0.1", 9000) as channel:
        channel.send({"hello": [1, 2.5, None]})
        reply = channel.receive()

The peer is anything that speaks Java's object streams, such as an unmodified Java program with an
``ObjectOutputStream`` and an ``ObjectInputStream`` on its socket. All protocol is in ``connection``, all sockets are
in ``transport``; here the two meet, and waiting, locks and errors are added.

Threads: any number of threads may use a channel. Objects are sent one after the other, whole, in the order of the
calls; one thread at a time receives.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar, Unpack, overload

from .backoff import Reconnect
from .connection import (
    NEED_DATA,
    Connection,
    ConnectionOptions,
    Conversation,
    DataReceived,
    Event,
    ObjectReceived,
    PeerFailed,
    State,
)
from .datagrams import connection_over
from .errors import (
    BridgeError,
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
    LocalProtocolError,
    PeerException,
    SchemaError,
    TruncatedStreamError,
)
from .event_log import CHANNEL_LOG, log_event
from .reconnect import ReconnectingChannel
from .transport import kinds
from .transport.address import Address, Target
from .transport.deadline import deadline_of, left_of
from .transport.secret import HANDSHAKE_SECONDS, SharedSecret
from .transport.socket_id import SocketId
from .turn import Turn

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from .transport.base import Listener as TransportListener
    from .transport.base import Transport

__all__ = ["Channel", "Listener", "Spoken", "check_content_seconds", "check_options", "connect", "listen", "outcome"]

READ_BYTES: Final = 1 << 16

#: While more than this is queued, nothing is encoded: the peer, or the network, is slower than the sender.
QUEUE_BYTES: Final = 1 << 16


_C_co = TypeVar("_C_co", bound="Channel", covariant=True)
_C = TypeVar("_C", bound="Channel")


class Spoken(Protocol[_C_co]):
    """What ``protocol=`` takes: something that makes the channel over a transport, such as a `bridge.wire.Protocol`."""

    def channel(self, transport: Transport, *, accepted: bool, content_seconds: float | None) -> _C_co:
        """The channel; ``accepted`` on the side that listened. SchemaError: not over such a transport."""
        ...


@overload
def connect(
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
def connect(
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
def connect(
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


def connect(
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
    """A channel to the peer at ``address``: a URL, a host with ``port``, or both in a tuple.

    With ``reconnect`` it connects again after its connection was lost, and the first time too it tries as often as
    that says. ``timeout``, in seconds, is for the connecting alone; ``content_seconds`` is that of a Channel. ``tls``
    says about TLS what the options of a ``tls://`` URL cannot; with it any kind that carries a stream of bytes is
    encrypted. With a ``secret``, 16 random bytes or more, both ends prove that they know it before anything else is
    said; a peer that does not is a ConnectError. The options are those of a Connection: ``registry``, ``limits``,
    ``object_filter``, ``reset_every``. With a ``protocol``, a `bridge.wire.Protocol`, the channel speaks that in place
    of object streams, and takes none of these. ConnectError: nobody answered, or ``address`` is none.
    SchemaError: an argument makes no sense.
    """
    place = Address.parse(address, port)
    check_options(protocol, content_seconds, options)  # before anything is opened
    shared = None if secret is None else SharedSecret(secret)
    if reconnect is None:
        return _open(place, timeout, tls, shared, content_seconds, protocol, options)
    channel = ReconnectingChannel(
        lambda seconds: _open(place, seconds, tls, shared, content_seconds, protocol, options), reconnect
    )
    channel.ensure_connected(timeout=timeout)
    return channel


def _open(
    place: Address,
    timeout: float | None,
    tls: ssl.SSLContext | None,
    secret: SharedSecret | None,
    content_seconds: float | None,
    protocol: Spoken[Channel] | None,
    options: ConnectionOptions,
) -> Channel:
    try:
        transport = kinds.connect(place, timeout, tls, secret)
    except OSError as error:
        raise ConnectError(f"no connection to {place}: {error}") from error
    channel = _channel_over(transport, protocol, options, accepted=False, content_seconds=content_seconds)
    log_event(CHANNEL_LOG, logging.INFO, "connected", channel.socket_id)
    return channel


def listen(
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
    """A listener at ``address``; port 0 lets the system choose one, no host means every interface.

    ``backlog`` is how many peers may wait until they are accepted; ``tls`` and ``secret`` are as in ``connect``. A
    channel that was accepted proves the secret when it is first used, or in ``complete_handshake``; its peer is cut off
    (ChannelBroken) where it does not know it, or is waited for longer than ``handshake_seconds`` altogether. The
    options are those of a Connection, for each channel, and so are ``content_seconds`` and ``protocol``. ConnectError:
    it is impossible to listen there. SchemaError: the secret is too short, or datagrams have one.
    """
    place = Address.parse(address, port)
    check_options(protocol, content_seconds, options)
    shared = None if secret is None else SharedSecret(secret, handshake_seconds)
    try:
        listener = kinds.listen(place, backlog, tls, shared)
        return Listener(
            listener, options, content_seconds=content_seconds, protocol=protocol, has_secret=secret is not None
        )
    except OSError as error:
        raise ConnectError(f"cannot listen at {place}: {error}") from error


def check_content_seconds(seconds: float | None) -> None:
    """SchemaError: it is no time limit."""
    if seconds is not None and not seconds > 0:
        raise SchemaError(f"content_seconds must be a number of seconds above 0, or None, not {seconds!r}")


def check_options(protocol: object, content_seconds: float | None, options: ConnectionOptions) -> None:
    """SchemaError: the options of a channel make no sense."""
    check_content_seconds(content_seconds)
    if protocol is None:
        Connection(**options)
    elif options:
        raise SchemaError(f"{', '.join(options)} is for object streams, and a protocol has its own declaration")


def _channel_over(
    transport: Transport,
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
        return protocol.channel(transport, accepted=accepted, content_seconds=content_seconds)
    except SchemaError:
        transport.close()
        raise


def outcome(event: Event, connection: Conversation) -> Any:
    """What ``receive`` answers to ``event``: the value, or an error."""
    if isinstance(event, ObjectReceived):
        return event.value
    if isinstance(event, DataReceived):
        return event.data
    if isinstance(event, PeerFailed):
        raise PeerException(event.throwable, offset=connection.received_offset)
    raise ChannelClosed("the peer has ended the conversation", offset=connection.received_offset)


class Channel:
    """A conversation in objects. Made by ``connect``, a Listener or a Server, or over any ``transport``.

    The channel owns the transport. Timeouts are in seconds, None waits as long as it takes. After ChannelTimeout the
    channel goes on as if nothing had happened: nothing is half read, and nothing is sent twice.

    ``content_seconds`` is the longest that ``receive`` waits inside one object, from its first byte on: a peer that
    takes longer is cut off (ChannelBroken). None lets it take as long as it likes.

    ``peer`` and ``local`` are the addresses of the ends, None where there are none; ``socket_id`` is both with the
    protocol, as logs and ``java-bridge sockets`` name the conversation.

    ``datagram_bytes`` is how long the stream of one object may be where each travels as a datagram (UDP): what is sent
    may get lost, and an answer that comes late is taken for the next one. It is None where objects arrive in order or
    not at all.
    """

    def __init__(
        self, transport: Transport, connection: Conversation | None = None, *, content_seconds: float | None = None
    ) -> None:
        check_content_seconds(content_seconds)
        self._transport = transport
        self._connection: Conversation = (
            connection_over(transport.info("datagram_bytes")) if connection is None else connection
        )
        self.datagram_bytes = self._connection.datagram_bytes
        self._content_seconds = content_seconds
        self._waited_seconds = 0.0  # inside the object that is being received
        self._encoding = Turn()  # held while an object becomes bytes, never while waiting
        self._sending = Turn()  # held by who gives queued bytes to the transport
        self._receiving = Turn()
        self._requesting = Turn()
        self._queue: list[bytes | memoryview] = []
        self._queued_bytes = 0  # ever; changed by who encodes
        self._sent_bytes = 0  # ever; changed by who sends
        self._send_failure: OSError | None = None
        self._receive_failed = False
        self._eof_queued = self._eof_sent = False
        self._answer_due = False
        self._closed = False
        self._stopping = False
        self.socket_id = SocketId.of(transport)
        self.peer: Address | None = self.socket_id.foreign_address
        self.local: Address | None = self.socket_id.local_address
        # Two peers that both wait for the other's header before they send their own would wait for ever.
        self._enqueue()
        try:
            self.flush(timeout=0)
        except (ChannelTimeout, ChannelBroken):
            pass  # it stays queued; or whoever uses the channel learns that it is broken

    def __repr__(self) -> str:
        return f"<Channel {self.local} to {self.peer} {self.state.value}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

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
        if self._receive_failed or self._send_failure is not None:
            return State.BROKEN
        return self._connection.state

    def complete_handshake(self, *, timeout: float | None = None) -> None:
        """Complete what comes before the first object: the handshakes of TLS and of a secret. Can be repeated.

        Whoever connected has done so; at a channel that was accepted, the first use does it otherwise. ChannelTimeout:
        the peer has not done its part in time. ChannelBroken: it was refused, or has gone. ChannelClosed: this side has
        closed the channel, or is stopping.
        """
        try:
            self._transport.handshake(timeout)
        except TimeoutError as error:
            raise ChannelTimeout(f"the handshake was not complete in {timeout} s") from error
        except OSError as error:
            if self._closed or self._stopping:
                raise ChannelClosed("no more is received: this side is stopping") from error
            self._receive_failed = True
            raise ChannelBroken(f"the connection failed: {error}") from error

    # ------------------------------------------------------------------------------------------------------ sending

    def send(self, obj: object, *, timeout: float | None = None) -> None:
        """Send ``obj``.

        EncodeError: it cannot be written; nothing of it was sent and the channel goes on. ChannelTimeout: the peer has
        not taken it in time; the error's ``queued`` tells whether it is queued, whole, before all that is sent later
        (do not send it again; ``flush`` waits again), or was not begun, as 64 KiB of what was sent before were still
        queued. ChannelBroken: the connection is gone, and it is unknown what arrived. LocalProtocolError: after
        ``send_eof`` or ``close``.
        """
        self._transmit(None, obj, timeout)

    def send_unshared(self, obj: object, *, timeout: float | None = None) -> None:
        """Send ``obj`` as one that no other object on the stream refers to. Errors as in ``send``."""
        self._transmit(self._connection.send_unshared, obj, timeout)

    def send_data(self, data: bytes, *, timeout: float | None = None) -> None:
        """Send primitive data, which Java reads with ``readInt``, ``readUTF`` and so on. Errors as in ``send``."""
        self._transmit(self._connection.send_data, data, timeout)

    def send_exception(self, throwable: object, *, timeout: float | None = None) -> None:
        """Let what the peer reads now fail with ``throwable``; the conversation goes on.

        Java's reader accepts only a ``java.io.IOException`` there. Errors as in ``send``.
        """
        self._transmit(self._connection.send_exception, throwable, timeout)

    def reset(self, *, timeout: float | None = None) -> None:
        """Let both sides forget what was sent, and free it (TC_RESET). Errors as in ``send``."""
        self._transmit(lambda _: self._connection.reset(), None, timeout)

    def flush(self, *, timeout: float | None = None) -> None:
        """Wait until everything sent so far is with the system. Only needed after a ChannelTimeout from sending.

        ChannelTimeout, ChannelBroken: as in ``send``.
        """
        self._flush(deadline_of(timeout), timeout)

    def _flush(self, deadline: float | None, timeout: float | None) -> None:
        if not self._sending.take_now():
            _wait_for(self._sending, deadline, True)
        try:
            while self._queue and self._send_failure is None:
                data = self._queue[0]
                try:
                    sent = self._transport.send(data, None if deadline is None else left_of(deadline))
                except TimeoutError as error:
                    raise ChannelTimeout(
                        f"the peer did not take {self._queued_bytes - self._sent_bytes} bytes in {timeout} s; "
                        "they stay queued",
                        queued=True,
                    ) from error
                except OSError as error:
                    self._send_failure = error
                    break
                self._sent_bytes += sent
                if sent == len(data):
                    self._queue.pop(0)
                else:
                    self._queue[0] = memoryview(data)[sent:]
            if self._eof_queued and not self._eof_sent and self._send_failure is None:
                try:
                    self._transport.send_eof()
                    self._eof_sent = True
                except OSError as error:
                    self._send_failure = error
        finally:
            self._sending.give_back()
        if self._send_failure is not None:
            self._check_send_failure()

    def send_eof(self, *, timeout: float | None = None) -> None:
        """End our side of the conversation; the peer's ``receive`` ends after what was sent. Receiving goes on.

        Can be repeated. Errors as in ``send``.
        """
        self._encoding.take()
        try:
            if self._closed or self._eof_queued:
                return
            self._connection.send_eof()
            self._eof_queued = True
        finally:
            self._encoding.give_back()
        self.flush(timeout=timeout)

    def _transmit(self, write: Callable[[Any], None] | None, obj: object, timeout: float | None) -> None:
        """Let ``write``, or else the connection's ``send``, make bytes of ``obj``, and send them."""
        self._put(write, obj, None if timeout is None else deadline_of(timeout), timeout, False)

    def _put(
        self,
        write: Callable[[Any], None] | None,
        obj: object,
        deadline: float | None,
        timeout: float | None,
        is_request: bool,
    ) -> None:
        if self._queued_bytes - self._sent_bytes > QUEUE_BYTES:
            self._wait_for_room(deadline, timeout)
        self._encoding.take()
        try:
            self._check_sending()
            if is_request and self._answer_due:
                raise LocalProtocolError("the answer to an earlier request is still to come: receive() gives it")
            if write is None:
                self._connection.send(obj)
            else:
                write(obj)
            self._enqueue()
            if is_request:
                self._answer_due = self.datagram_bytes is None  # a datagram may never come
        finally:
            self._encoding.give_back()
        self._flush(deadline, timeout)

    def _wait_for_room(self, deadline: float | None, timeout: float | None) -> None:
        """Let a peer that does not take what it is sent stop the sender, before it makes more."""
        try:
            self._flush(deadline, timeout)
        except ChannelTimeout as error:
            raise ChannelTimeout(
                f"in {timeout} s the peer did not take what was sent before; nothing of this was sent", queued=False
            ) from error

    def _enqueue(self) -> None:
        data = self._connection.data_to_send()
        if data:
            self._queued_bytes += len(data)
            self._queue.append(data)

    def _check_sending(self) -> None:
        if self._closed:
            raise LocalProtocolError("this channel was closed: nothing can be sent any more")
        if self._send_failure is not None:
            self._check_send_failure()

    def _check_send_failure(self) -> None:
        if self._send_failure is not None:
            self._queue.clear()
            if self._closed:
                raise ChannelBroken("this channel was closed while something was being sent") from self._send_failure
            raise ChannelBroken(f"the connection failed: {self._send_failure}") from self._send_failure

    # ---------------------------------------------------------------------------------------------------- receiving

    def receive(self, *, timeout: float | None = None) -> Any:
        """The next object from the peer.

        Primitive data that comes where an object could is given as a ``BlockData``, a kind of ``bytes``: a block of
        it at a time, as the peer happened to cut it.

        ChannelTimeout: nothing came whole; what came so far is kept. ChannelClosed: the peer has ended, or this side
        has closed the channel. ChannelBroken: the connection failed or ended inside an object, or the object took
        longer than ``content_seconds``. DecodeError: what came is no object stream, or is not let in; the receiving
        ends there. PeerException: the peer failed while writing an object; the channel goes on.
        """
        return self._receive(None if timeout is None else deadline_of(timeout), timeout)

    def _receive(self, deadline: float | None, timeout: float | None) -> Any:
        if not self._receiving.take_now():
            _wait_for(self._receiving, deadline, None)
        try:
            event = self._next_event(deadline, timeout)
            self._answer_due = False
        except ChannelTimeout:
            raise
        except BridgeError:
            self._answer_due = False
            raise
        finally:
            self._receiving.give_back()
        return event.value if type(event) is ObjectReceived else outcome(event, self._connection)

    def request(self, obj: object, *, timeout: float | None = None) -> Any:
        """Send ``obj`` and receive the answer; of several threads one at a time.

        Errors as in ``send`` and ``receive``. After ChannelTimeout the answer is still to come: ``receive`` gives it,
        and until then another request is a LocalProtocolError, as it would get the wrong answer.
        """
        deadline = None if timeout is None else deadline_of(timeout)
        if not self._requesting.take_now():
            _wait_for(self._requesting, deadline, False)
        try:
            self._put(None, obj, deadline, timeout, True)
            try:
                return self._receive(deadline, timeout)
            except ChannelTimeout as error:
                raise ChannelTimeout(f"no answer came in {timeout} s", offset=error.offset, queued=True) from error
        finally:
            self._requesting.give_back()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        """The next object, until the conversation has ended cleanly. Other errors as in ``receive``."""
        try:
            return self.receive()
        except ChannelClosed:
            raise StopIteration from None

    def _next_event(self, deadline: float | None, timeout: float | None) -> Event:
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
                left = None if deadline is None else left_of(deadline)
                if self._content_seconds is None:
                    data = self._transport.receive(READ_BYTES, left)
                else:
                    data = self._receive_bytes(self._content_seconds, left)
            except TimeoutError as error:
                raise ChannelTimeout(f"nothing came whole in {timeout} s", offset=connection.received_offset) from error
            except OSError as error:
                if self._closed:
                    continue
                self._receive_failed = True
                raise ChannelBroken(f"the connection failed: {error}", offset=connection.received_offset) from error
            if data:
                connection.receive_data(data)
            else:
                connection.receive_eof()

    def _receive_bytes(self, content_seconds: float, timeout: float | None) -> bytes:
        """What the transport receives next; inside an object not for longer than ``content_seconds`` altogether."""
        if not self._connection.in_content:
            return self._transport.receive(READ_BYTES, timeout)
        left = content_seconds - self._waited_seconds
        began = time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            return self._transport.receive(READ_BYTES, left if timeout is None else min(left, timeout))
        except TimeoutError:
            if timeout is not None and timeout < left:
                raise
            self._receive_failed = True
            self._transport.close()
            raise ChannelBroken(
                f"the peer was cut off: it took longer than {content_seconds} s for one object",
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

    def close(self, *, timeout: float | None = 10) -> None:
        """Send what is queued, end the conversation and give everything back. Can be repeated.

        What was sent before still arrives. A thread that waits in ``receive`` gets ChannelClosed. A peer that does not
        take what is queued in ``timeout`` seconds is cut off; where nothing is queued, nothing is waited for.
        """
        self._closed = True
        try:
            if self._queued_bytes > self._sent_bytes and self._send_failure is None:
                self._transport.stop_receiving()  # who waits there need not wait with us
                self._flush(deadline_of(timeout), timeout)
        except (ChannelTimeout, ChannelBroken):
            pass  # it is lost
        finally:
            self._transport.close()

    def abort(self) -> None:
        """Cut the conversation off: as ``close``, but what is queued is lost. Does not wait, and can be repeated."""
        self._closed = True
        self._transport.close()


def _wait_for(turn: Turn, deadline: float | None, queued: bool | None) -> None:
    """Take ``turn``, which another thread has."""
    if not turn.take(deadline):
        raise ChannelTimeout("other threads used the channel all the time", queued=queued)


class Listener:
    """Gives a channel for each peer that connects. Iterating over it does so until it is closed.

    ``address`` is where it listens, with the real port; ``has_secret``, whether its peers must know a secret.
    """

    def __init__(
        self,
        listener: TransportListener,
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def address(self) -> Address:
        return self._listener.address

    def accept(self, *, timeout: float | None = None) -> Channel:
        """The channel of the next peer.

        ChannelTimeout: none came in ``timeout`` seconds. ChannelClosed: the listener is closed, here or in another
        thread. ConnectError: the system could not accept a peer (out of file descriptors, perhaps); the next may do.
        """
        try:
            transport = self._listener.accept(timeout)
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

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Channel:
        try:
            return self.accept()
        except ChannelClosed:
            raise StopIteration from None

    def close(self) -> None:
        """Accept no more peers; the channels accepted before go on. Can be repeated."""
        self._closed = True
        self._listener.close()

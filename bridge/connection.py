# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""One conversation without any input or output: objects become bytes to send, received bytes become events.

A conversation is two streams, one in each direction, each with its own header, its own handles and its own end. Between
the network and the connection go bytes, between the connection and its user go objects:

    connection = Connection()
    connection.send(obj)                        # then
    network.write(connection.data_to_send())

    connection.receive_data(network.read())     # or receive_eof() at the end, then, until it is NEED_DATA:
    event = connection.next_event()

The rules of this room. Receiving and sending know nothing of each other, so one thread may do the one while another
does the other. What could not be written left no byte and no handle behind, and the next ``send`` works. What could
not be read ends the receiving for good: where the next object would begin is unknown; sending goes on. Nothing here
waits, and nothing imports a clock, a socket or a thread.

Resets. A stream remembers every object it carried, on both sides: an object sent again goes as a reference to what it
was, even if it has changed since, and neither side can forget it. TC_RESET ends that. By default every object stands
alone (``reset_every=1``): it arrives as it is when it is sent, and nothing accumulates. With ``reset_every=N`` N
objects share what they have in common, with None all do, as with Java's own streams, until ``reset`` is called.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypedDict, final

from .errors import BridgeError, LocalProtocolError, SchemaError
from .limits import CHANNEL_LIMITS, Limits, ObjectFilter, combine
from .mapping.defaults import default_registry
from .stream.decoder import Decoder
from .stream.encoder import Encoder
from .stream.model import BlockData, StreamException
from .stream.states import END_OF_STREAM, NEED_DATA, Signal

if TYPE_CHECKING:
    from .mapping.registry import Registry

__all__ = [
    "NEED_DATA",
    "Agreed",
    "Connection",
    "ConnectionOptions",
    "Conversation",
    "DataReceived",
    "EndOfStream",
    "Event",
    "ObjectReceived",
    "PeerFailed",
    "State",
]


class State(enum.Enum):
    """Where a conversation is.

    OPEN            both sides may send
    SENDING_ENDED   we have ended, the peer may still send
    PEER_ENDED      the peer has ended, we may still send
    CLOSED          both have ended
    BROKEN          the peer's stream cannot be read further; we may still send, unless we have ended
    """

    OPEN = "open"
    SENDING_ENDED = "sending ended"
    PEER_ENDED = "peer ended"
    CLOSED = "closed"
    BROKEN = "broken"


@dataclass
class ObjectReceived:
    """An object arrived."""

    __slots__ = ("value",)
    value: Any


@final
@dataclass(slots=True)
class DataReceived:
    """A block of primitive data arrived.

    Where a run of primitive data is cut into blocks means nothing: Java cuts it into blocks of up to 1024 bytes.
    """

    data: BlockData


@final
@dataclass(slots=True)
class PeerFailed:
    """The peer could not finish writing an object and sent its exception instead (TC_EXCEPTION). The stream goes on."""

    throwable: Any


@final
@dataclass(slots=True)
class EndOfStream:
    """The peer has ended its stream, between two contents. Nothing comes after this."""


@final
@dataclass(slots=True)
class Agreed:
    """Both sides know the version of the protocol that counts; only where one negotiates (`bridge.wire`)."""

    version: int


#: What ``next_event`` answers.
Event: TypeAlias = ObjectReceived | DataReceived | PeerFailed | Agreed | EndOfStream | Literal[Signal.NEED_DATA]


class ConnectionOptions(TypedDict, total=False):
    """The keyword arguments of a Connection, and of all that make one: ``connect``, ``listen``, ``serve``."""

    registry: Registry | None
    limits: Limits | None
    object_filter: ObjectFilter | None
    reset_every: int | None
    allow_gadgets: bool


_END: Final = EndOfStream()


class Conversation:
    """What a channel needs of the machine behind it; see the top of this module for the rules.

    A `Connection` is one in Java object streams; `bridge.wire` has one in messages. What only object streams have is a
    LocalProtocolError in others.
    """

    #: What one datagram carries, where each stands for itself (see ``datagrams``); None for one stream of bytes.
    datagram_bytes: int | None

    @property
    def state(self) -> State:
        """Where the conversation is. BROKEN counts more than that we have ended."""
        raise NotImplementedError

    @property
    def in_content(self) -> bool:
        """Whether bytes were received of something that is not complete, or that ``next_event`` has not given yet."""
        raise NotImplementedError

    @property
    def received_offset(self) -> int:
        """The bytes of the peer's stream that were read so far."""
        raise NotImplementedError

    def send(self, obj: object) -> None:
        """Write ``obj``; call ``data_to_send`` next. EncodeError, LocalProtocolError: nothing of it will be sent."""
        raise NotImplementedError

    def send_eof(self) -> None:
        """End our side; call ``data_to_send`` next, and end the sending side of the network. Can be repeated."""
        raise NotImplementedError

    def data_to_send(self) -> bytes:
        """The bytes to send now, in this order, each given once; b"" when there are none."""
        raise NotImplementedError

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes from the peer; call ``next_event`` next. LocalProtocolError: after ``receive_eof``."""
        raise NotImplementedError

    def receive_eof(self) -> None:
        """The peer's bytes have ended; call ``next_event`` next. Can be repeated."""
        raise NotImplementedError

    def next_event(self) -> Event:
        """What the peer said next; NEED_DATA: call ``receive_data`` or ``receive_eof`` next."""
        raise NotImplementedError

    def send_unshared(self, obj: object) -> None:
        """Only in object streams."""
        raise self._only_object_streams("unshared objects")

    def send_data(self, data: bytes | bytearray | memoryview) -> None:
        """Only in object streams."""
        raise self._only_object_streams("primitive data")

    def send_exception(self, throwable: object) -> None:
        """Only in object streams."""
        raise self._only_object_streams("exceptions")

    def reset(self) -> None:
        """Only in object streams."""
        raise self._only_object_streams("resets")

    def _only_object_streams(self, what: str) -> LocalProtocolError:
        return LocalProtocolError(f"only Java object streams have {what}: {type(self).__name__} sends messages")


class Connection(Conversation):
    """Both directions of one conversation.

    registry        how Java's classes and Python's types belong together; None is the registry of the package
    limits          what is taken from the peer: ``maxbytes`` counts within one content, ``maxrefs`` since the peer's
                    last reset; None is ``CHANNEL_LIMITS``
    object_filter   which of the peer's classes are let in: an ObjectInputFilter, a pattern, or a function
    reset_every     forget what was sent after so many objects; None never does
    allow_gadgets   whether objects of classes that attacks on Java programs are made of may be sent; else EncodeError

    The header of our stream is to be sent from the first moment on: call ``data_to_send`` next. SchemaError: an
    argument makes no sense.
    """

    def __init__(
        self,
        *,
        registry: Registry | None = None,
        limits: Limits | None = None,
        object_filter: ObjectFilter | None = None,
        reset_every: int | None = 1,
        allow_gadgets: bool = False,
    ) -> None:
        if reset_every is not None and (type(reset_every) is not int or reset_every < 1):
            raise SchemaError(f"reset_every must be a number from 1 up, or None, not {reset_every!r}")
        resolver = default_registry if registry is None else registry
        limits, function = combine(limits, object_filter, CHANNEL_LIMITS)
        self.datagram_bytes = None
        self._new_decoder = partial(Decoder, resolver, limits=limits, object_filter=function)
        self._decoder = self._new_decoder()
        self._encoder = Encoder(resolver, allow_gadgets=allow_gadgets)
        self._reset_every = reset_every
        self._objects_since_reset = 0
        # A reset waits in the encoder until something follows it, so that a message ends with the object it is for.
        self._reset_held = False
        self._outgoing: list[bytes] = []
        self._sending_ended = False
        self._eof_received = False
        self._peer_ended = False
        self._broken = False

    def __repr__(self) -> str:
        return f"<Connection {self.state.value}>"

    @property
    def state(self) -> State:
        """Where the conversation is. BROKEN counts more than that we have ended."""
        if self._broken:
            return State.BROKEN
        if self._peer_ended:
            return State.CLOSED if self._sending_ended else State.PEER_ENDED
        return State.SENDING_ENDED if self._sending_ended else State.OPEN

    @property
    def in_content(self) -> bool:
        """Whether bytes were received of something that is not complete, or that ``next_event`` has not given yet."""
        return self._decoder.in_content

    @property
    def received_offset(self) -> int:
        """The bytes of the peer's stream that were read so far."""
        return self._decoder.offset

    # ------------------------------------------------------------------------------------------------------ sending

    def send(self, obj: object) -> None:
        """Write ``obj``; call ``data_to_send`` next.

        EncodeError: it cannot be written; nothing of it will be sent. LocalProtocolError: after ``send_eof``.
        """
        if self._sending_ended:
            self._check_sending()
        self._encoder.write_object(obj)
        self._objects_since_reset += 1
        if self._objects_since_reset == self._reset_every:
            self._hold_reset()

    def send_unshared(self, obj: object) -> None:
        """Write ``obj`` as one that no other object on the stream refers to; call ``data_to_send`` next.

        Errors as in ``send``.
        """
        self._check_sending()
        self._encoder.write_unshared(obj)
        self._objects_since_reset += 1
        if self._objects_since_reset == self._reset_every:
            self._hold_reset()

    def send_data(self, data: bytes | bytearray | memoryview) -> None:
        """Write primitive data, which Java reads with ``readInt``, ``readUTF`` and so on; call ``data_to_send`` next.

        LocalProtocolError: after ``send_eof``.
        """
        self._check_sending()
        self._encoder.write_block_data(bytes(data))

    def send_exception(self, throwable: object) -> None:
        """Write TC_EXCEPTION: the peer's reading fails with ``throwable`` and can go on; call ``data_to_send`` next.

        Java's reader accepts only a ``java.io.IOException`` there, and takes anything else for a broken stream.
        Errors as in ``send``.
        """
        self._check_sending()
        self._encoder.write_exception(throwable)
        self._objects_since_reset = 0

    def reset(self) -> None:
        """Let both sides forget what was sent; call ``data_to_send`` next. LocalProtocolError: after ``send_eof``."""
        self._check_sending()
        if not self._reset_held:
            self._encoder.reset()
        self._reset_held = False
        self._objects_since_reset = 0

    def send_eof(self) -> None:
        """End our stream; call ``data_to_send`` next, and end the sending side of the network after that.

        Can be repeated.
        """
        self._sending_ended = True

    def data_to_send(self) -> bytes:
        """The bytes to send now, in this order, each given once; b"" when there are none."""
        if self._reset_held and self._encoder.pending_bytes == 1:
            data = b""
        else:
            data = self._encoder.take()
            self._reset_held = False
        if self._outgoing:
            if data:
                self._outgoing.append(data)
            data = b"".join(self._outgoing)
            self._outgoing.clear()
        return data

    def _check_sending(self) -> None:
        if self._sending_ended:
            raise LocalProtocolError("this side has ended its stream: nothing can be sent any more")

    def _hold_reset(self) -> None:
        """Forget what was sent; the peer is told before the next object."""
        self._outgoing.append(self._encoder.take())
        self._encoder.reset()
        self._reset_held = True
        self._objects_since_reset = 0

    # ---------------------------------------------------------------------------------------------------- receiving

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes from the peer, in any portions; call ``next_event`` next.

        LocalProtocolError: after ``receive_eof``.
        """
        if self._eof_received:
            raise LocalProtocolError("bytes were received after the peer's end")
        if not self._broken:
            self._decoder.feed(data)

    def receive_eof(self) -> None:
        """The peer's bytes have ended; call ``next_event`` next. Can be repeated."""
        self._eof_received = True
        if not self._broken:
            self._decoder.feed_eof()

    def next_event(self) -> Event:
        """What the peer said next.

        NEED_DATA: call ``receive_data`` or ``receive_eof`` next. Anything else: call ``next_event`` again, there may be
        more. DecodeError: the peer's stream is broken, ends inside a content (TruncatedStreamError), or goes beyond
        what is let in (RejectedError); every later call raises the same error.
        """
        if self._decoder.awaits_content():  # as before every reply: the short way
            return NEED_DATA
        if self._eof_received and not (self._decoder.offset or self._decoder.in_content):
            self._peer_ended = True  # not even a header: a peer that hung up at once
            return _END
        try:
            content = self._decoder.next_content()
        except BridgeError:
            self._broken = True
            raise
        if content is NEED_DATA:
            return content
        if content is END_OF_STREAM:
            self._peer_ended = True
        return event_of(content)


def event_of(content: Any) -> Event:
    """What ``Decoder.next_content`` gives, as an event."""
    kind = type(content)
    if kind is Signal:
        return NEED_DATA if content is NEED_DATA else _END
    if kind is BlockData:
        return DataReceived(content)
    if kind is StreamException:
        return PeerFailed(content.throwable)
    return ObjectReceived(content)

"""One direction of a conversation: bytes in any portions become messages, with their places.

    reader = MessageReader(Store, CLIENT)       # what the client sends
    reader.feed(data)                           # or feed_eof() at the end; then, until it is None:
    received = reader.next_message()

This is the receiving half of `bridge.wire.machine`, and by itself what looks at captures and live taps.

Where a message ends is told by the framing. Without one (SelfDelimiting) its layout tells, and layouts of construct
cannot stop in the middle and go on: so they run in a greenlet, which is left where bytes are missing. Every byte is
looked at once, however small the portions are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import greenlet

from ..errors import BridgeError, CorruptedStreamError, DecodeError, RejectedError, TruncatedStreamError
from .codec import Codec, Decoded
from .framing import Frame
from .layouts import Reading, Span
from .negotiation import Opening

if TYPE_CHECKING:
    from .framing import Cutter
    from .message import Message
    from .protocol import Protocol, Role

__all__ = ["MessageReader", "Received"]


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came.

    value      the message, an UnknownMessage, or None where the policy is to skip what is unknown
    declared   its declaration, or None where it is unknown
    error      the DecodeError in place of a value; only from a reader that traces
    frame      its bytes and their place in the direction
    spans      where each field lies in ``frame.payload``, in the order of their beginning; only if the reader traces
    """

    value: Any
    declared: Message | None
    frame: Frame
    error: DecodeError | None = None
    spans: tuple[Span, ...] = ()


class MessageReader:
    """Reads what ``sender`` sends. Any portions give the same messages and the same errors.

    With ``trace`` the spans of every message are given, and a message that cannot be read is given with its ``error``
    where the framing tells the place of the next one. ``versions`` are the oldest and the newest that the receiving
    side speaks, for who looks on at a negotiation of others; else they are those of the protocol.
    """

    def __init__(
        self, protocol: Protocol, sender: Role, *, trace: bool = False, versions: tuple[int, int] | None = None
    ) -> None:
        oldest, newest = (protocol.accepts, protocol.version) if versions is None else versions
        self._protocol = protocol
        self._sender = sender
        self._trace = trace
        self._opening = Opening(protocol.name, oldest, newest) if protocol.negotiate else None
        self._opening_ended = False
        self._failure: BridgeError | None = None
        self._ended = False
        self._offset = 0
        self.version: int | None = None
        if self._opening is None:
            self._begin(protocol.version)

    def _begin(self, version: int) -> None:
        self.version = version
        self._codec = self._protocol.codec(self._sender.other, version)
        if self._protocol.framing.is_self_delimiting:
            self._whole = _SelfDelimited(self._codec, self._protocol.max_frame_bytes, self._offset)
            self._cutter: Cutter | None = None
        else:
            self._cutter = self._protocol.framing.cutter(self._protocol.max_frame_bytes, self._offset)

    @property
    def failed(self) -> bool:
        """Whether it is unknown where the next message begins: ``next_message`` raises the same error for ever."""
        return self._failure is not None

    @property
    def offset(self) -> int:
        """The bytes of the direction that were read so far."""
        if self.version is None:
            return 0
        return self._whole.offset if self._cutter is None else self._cutter.offset

    @property
    def in_message(self) -> bool:
        """Whether bytes were fed that ``next_message`` has not given yet."""
        if self._failure is not None:
            return False
        if self.version is None:
            return self._opening is not None and self._opening.received_bytes > 0
        return self._whole.in_message if self._cutter is None else self._cutter.in_frame

    @property
    def opening_bytes(self) -> int:
        """The bytes of the negotiation in front of the first message."""
        return self._offset

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes, in any portions (for datagrams, one of them); call ``next_message`` next."""
        if self._failure is not None:
            return
        if self.version is None:
            try:
                rest = self._feed_opening(data)
            except BridgeError as error:
                self._failure = error
                return
            if rest is None:
                return
            data = rest
        if self._cutter is None:
            self._whole.feed(data)
        elif len(data) or self._protocol.framing.is_datagram:
            self._cutter.feed(data)

    def _feed_opening(self, data: bytes | bytearray | memoryview) -> bytes | None:
        assert self._opening is not None
        rest = self._opening.feed(data)
        if rest is not None:
            self._offset = self._opening.received_bytes
            self._begin(self._opening.version())
        return rest

    def feed_eof(self) -> None:
        """There will be no more bytes; call ``next_message`` next."""
        self._ended = True
        if self.version is None:
            if self._failure is None and self.in_message:
                self._failure = TruncatedStreamError(
                    "the bytes ended inside the opening that negotiates the version", offset=0
                )
        elif self._cutter is None:
            self._whole.feed_eof()
        else:
            self._cutter.feed_eof()

    def next_message(self) -> Received | None:
        """The next message; None: feed more, or all was given.

        DecodeError: it cannot be read, see `bridge.wire.codec` and `bridge.wire.framing`; ``failed`` tells whether
        there can be a next one. TruncatedStreamError: the bytes have ended inside it. RemoteProtocolError: the peer
        speaks no version that this side does.
        """
        if self._failure is not None:
            raise self._failure
        if self.version is None:
            return None
        try:
            return self._next_whole() if self._cutter is None else self._next_framed(self._cutter)
        except BridgeError as error:
            if self._cutter is None or self._cutter.failed:
                self._failure = error
            raise

    def _next_framed(self, cutter: Cutter) -> Received | None:
        frame = cutter.next_frame()
        if frame is None:
            return None
        if not self._trace:
            decoded = self._codec.decode(frame.payload, frame.payload_offset)
            return Received(decoded.value, decoded.declared, frame)
        reading = Reading(trace=True)
        try:
            decoded = self._codec.decode(frame.payload, frame.payload_offset, reading)
        except DecodeError as error:
            return Received(None, None, frame, error, tuple(reading.spans))
        return Received(decoded.value, decoded.declared, frame, None, tuple(reading.spans))

    def _next_whole(self) -> Received | None:
        reading = Reading(trace=self._trace)
        found = self._whole.next_message(reading)
        if found is None:
            return None
        decoded, offset, data, reading = found
        return Received(decoded.value, decoded.declared, Frame(offset, b"", data, b""), None, tuple(reading.spans))


_NEED_DATA: Final = object()


class _Input:
    """What a layout reads from: bytes that are here, and those to come. Leaves the greenlet to wait for them."""

    def __init__(self, max_bytes: int) -> None:
        self.data = bytearray()
        self.position = 0
        self.ended = False
        self.exceeded: str | None = None  # construct makes one kind of error of all that `read` raises
        self.short = False
        self._max_bytes = max_bytes

    def read(self, count: int | None = None) -> bytes:
        if count is None or count < 0:
            self.exceeded = "the layout reads to the end of a message, and only the layout could tell where that is"
            raise EOFError(self.exceeded)
        end = self.position + count
        if end > self._max_bytes:
            self.exceeded = f"a message has {end} bytes or more, and max_frame_bytes is {self._max_bytes}"
            raise EOFError(self.exceeded)
        while len(self.data) < end and not self.ended:
            self._leave()
        self.short = len(self.data) < end
        taken = bytes(self.data[self.position : end])
        self.position += len(taken)
        return taken

    @staticmethod
    def _leave() -> None:
        """Go where more bytes are fed; comes back when there are some."""
        outside = greenlet.getcurrent().parent
        assert outside is not None
        outside.switch(_NEED_DATA)

    def seek(self, offset: int, whence: int = 0) -> int:
        position = offset if whence == 0 else self.position + offset
        if whence not in (0, 1) or not 0 <= position <= self._max_bytes:
            raise EOFError("there is no such place in a message without a frame")
        self.position = position
        return position

    def take(self) -> bytes:
        """What was read, which makes place for the next message."""
        taken = bytes(self.data[: self.position])
        del self.data[: self.position]
        self.position = 0
        return taken

    def tell(self) -> int:
        return self.position

    def seekable(self) -> bool:
        return True


class _SelfDelimited:
    """Messages that end where their layout ends."""

    def __init__(self, codec: Codec, max_bytes: int, offset: int) -> None:
        self._codec = codec
        self._max_bytes = max_bytes
        self.offset = offset
        self._input = _Input(max_bytes)
        self._running: greenlet.greenlet | None = None
        self._reading = Reading()

    @property
    def in_message(self) -> bool:
        return bool(self._input.data)

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        self._input.data += data

    def feed_eof(self) -> None:
        self._input.ended = True

    def next_message(self, reading: Reading) -> tuple[Decoded, int, bytes, Reading] | None:
        """The message, where it begins, its bytes, and the reading it came from; None: feed more, or all was given."""
        if not self._input.data:
            return None
        try:
            result = self._run(reading)
        except DecodeError as error:
            self._running = None
            raise self._placed(error) from error
        if result is _NEED_DATA:
            return None
        self._running = None
        if self._input.exceeded is not None:
            raise RejectedError(self._input.exceeded, offset=self.offset)
        if not self._input.position:
            raise CorruptedStreamError("a message took no bytes, so there is no end of them", offset=self.offset)
        offset = self.offset
        data = self._input.take()
        self.offset += len(data)
        return result, offset, data, self._reading

    def _run(self, reading: Reading) -> Any:
        """Go on with the layout: what it read, or that it needs more."""
        if self._running is None:
            return self._start(reading)
        try:
            self._running.parent = greenlet.getcurrent()
            return self._running.switch()
        except (greenlet.error, ValueError):
            # Another thread has begun. What it read is thrown away, the bytes are still here.
            return self._start(reading)

    def _start(self, reading: Reading) -> Any:
        source = self._input
        source.position = 0
        self._reading = reading
        self._running = greenlet.greenlet(lambda: self._codec.read(source, self.offset, reading))
        return self._running.switch()

    def _placed(self, error: DecodeError) -> DecodeError:
        """``error`` with its place, which takes a second look at the bytes."""
        source = self._input
        if source.exceeded is not None:
            return RejectedError(source.exceeded, offset=self.offset)
        again = _Input(self._max_bytes)
        again.data, again.ended = source.data, True
        try:
            self._codec.read(again, self.offset, Reading(trace=True))
        except DecodeError as placed:
            error = placed
        if source.short:
            return TruncatedStreamError(
                f"the bytes ended inside a message: {error.message}", offset=error.offset, path=error.path
            )
        return error

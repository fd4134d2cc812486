"""Framing: how the stream of bytes is cut into messages.

    LengthPrefix(32)                 a length of 8, 16 or 32 bits in front of each frame, or "varint"
    LengthPrefix(16, inclusive=True) the length counts itself
    Delimiter(b"\\r\\n")               a mark behind each frame, which no frame may hold
    FixedSize(20)                    all frames have the same size
    Datagram()                       a datagram is a frame: over UDP
    SelfDelimiting()                 nothing: the layout of the message tells where it ends

A *frame* is what is cut, its *payload* what is left without prefix or mark: the opcode and the body of one message.
``max_frame_bytes``, of the protocol, is the bound of the payload on both sides. A frame is never taken into memory
because of what its prefix says: a prefix beyond the bound is refused before anything of the frame is kept.

Where the cut is known although the content is bad, reading goes on with the next frame; else it ends there:

    bad                          LengthPrefix   Delimiter        FixedSize   Datagram     SelfDelimiting
    a frame beyond the bound     ends           next mark        cannot be   is dropped   ends
    a payload that is no message next frame     next frame       next frame  next frame   ends
"""

from __future__ import annotations

import abc
from collections import deque
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from ..errors import BridgeError, CorruptedStreamError, EncodeError, RejectedError, SchemaError, TruncatedStreamError

__all__ = [
    "Cutter",
    "Datagram",
    "Delimiter",
    "FixedSize",
    "Frame",
    "Framing",
    "LengthPrefix",
    "SelfDelimiting",
]

#: The lengths a prefix can have: bits of an unsigned int, or seven bits a byte with the lowest first (LEB128).
PrefixWidth: TypeAlias = Literal[8, 16, 32, "varint"]

_MAX_VARINT_BYTES = 5  # 32 bits


class Frame(NamedTuple):
    """One frame.

    offset    where it begins, in bytes from the start of the direction
    prefix    what stands in front of the payload
    payload   the opcode and the body of a message
    suffix    what stands behind it
    """

    offset: int
    prefix: bytes
    payload: bytes
    suffix: bytes

    @property
    def payload_offset(self) -> int:
        """Where the payload begins."""
        return self.offset + len(self.prefix)

    @property
    def end(self) -> int:
        """Where the next frame begins."""
        return self.payload_offset + len(self.payload) + len(self.suffix)


class Cutter(abc.ABC):
    """Cuts the bytes of one direction into frames: ``feed`` what comes, then ``next_frame`` until it gives None."""

    def __init__(self, max_frame_bytes: int, offset: int = 0) -> None:
        self._max_frame_bytes = max_frame_bytes
        self._data = bytearray()
        self._offset = offset  # of the first byte in _data
        self._ended = False
        self._failure: BridgeError | None = None

    @property
    def offset(self) -> int:
        """The bytes that were cut so far."""
        return self._offset

    @property
    def in_frame(self) -> bool:
        """Whether bytes were fed that ``next_frame`` has not given yet."""
        return bool(self._data)

    @property
    def failed(self) -> bool:
        """Whether it is unknown where the next frame begins: ``next_frame`` raises the same error for ever."""
        return self._failure is not None

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes, in any portions. For datagrams, one of them."""
        if self._failure is None:
            self._data += data

    def feed_eof(self) -> None:
        """There will be no more bytes."""
        self._ended = True

    def next_frame(self) -> Frame | None:
        """The next frame; None: feed more, or all was cut.

        RejectedError: the frame is beyond the bound. CorruptedStreamError: the prefix makes no sense.
        TruncatedStreamError: the bytes have ended inside a frame. Whether it can go on after an error, see ``failed``.
        """
        if self._failure is not None:
            raise self._failure
        frame = self._cut()
        if frame is None and self._ended and self.in_frame:
            raise self._fail(
                TruncatedStreamError(
                    f"the bytes ended inside a frame, {len(self._data)} bytes after its beginning{self._wanted()}",
                    offset=self._offset + len(self._data),
                )
            )
        return frame

    @abc.abstractmethod
    def _cut(self) -> Frame | None:
        """The frame at the beginning of ``_data``, which is taken out; None where it is not whole."""

    def _wanted(self) -> str:
        return ""

    def _take(self, prefix_bytes: int, payload_bytes: int, suffix_bytes: int = 0) -> Frame:
        start, end = prefix_bytes, prefix_bytes + payload_bytes
        taken = end + suffix_bytes
        with memoryview(self._data) as view:
            frame = Frame(self._offset, bytes(view[:start]), bytes(view[start:end]), bytes(view[end:taken]))
        del self._data[:taken]
        self._offset += taken
        return frame

    def _fail(self, error: BridgeError) -> BridgeError:
        self._failure = error
        self._data.clear()
        return error

    def _beyond(self, what: str) -> RejectedError:
        return RejectedError(
            f"{what}, and max_frame_bytes of the protocol is {self._max_frame_bytes}", offset=self._offset
        )


class Framing(abc.ABC):
    """How frames are told apart; see the top of this module for the kinds."""

    #: Whether one read of the transport is one frame.
    is_datagram = False
    #: Whether only the layout tells where a frame ends.
    is_self_delimiting = False

    def wrap(self, payload: bytes) -> bytes:
        """The frame around ``payload``. EncodeError: it cannot be framed."""
        return payload

    @abc.abstractmethod
    def cutter(self, max_frame_bytes: int, offset: int = 0) -> Cutter:
        """What cuts one direction, from byte ``offset`` of it on, into frames."""

    def default_max_frame_bytes(self) -> int:
        """The bound where the protocol gives none: 1 MiB, or what the framing can express."""
        return 1 << 20

    @abc.abstractmethod
    def description(self) -> str:
        """The framing in words, for documents."""

    def check(self, max_frame_bytes: int) -> None:
        """SchemaError: a payload of ``max_frame_bytes`` cannot be framed like this."""
        return


@dataclass(frozen=True, slots=True)
class LengthPrefix(Framing):
    """A length in front of each payload.

    width       8, 16 or 32: an unsigned int of as many bits; "varint": LEB128 of up to 32 bits, 1 to 5 bytes
    inclusive   the length counts the prefix itself
    byteorder   "big", as DataOutput writes it, or "little"; without meaning for a varint
    """

    width: PrefixWidth = 32
    inclusive: bool = False
    byteorder: Literal["big", "little"] = "big"

    def __post_init__(self) -> None:
        if self.width not in (8, 16, 32, "varint"):
            raise SchemaError(f"the width of a length prefix is 8, 16, 32 or 'varint', not {self.width!r}")
        if self.byteorder not in ("big", "little"):
            raise SchemaError(f"the byte order of a length prefix is 'big' or 'little', not {self.byteorder!r}")

    @property
    def prefix_bytes(self) -> int | None:
        """The size of the prefix in bytes; None for a varint."""
        return None if self.width == "varint" else self.width // 8

    @property
    def max_length(self) -> int:
        """The largest length that the prefix can hold."""
        return (1 << (32 if self.width == "varint" else self.width)) - 1

    def wrap(self, payload: bytes) -> bytes:
        size = len(payload)
        if self.width == "varint":
            prefix = _varint(size)
            if self.inclusive:
                total = size + len(prefix)
                prefix = _varint(total)
                if len(prefix) + size != total:  # the prefix grew because it counts itself
                    prefix = _varint(size + len(prefix))
            return prefix + payload
        width = self.width // 8
        length = size + width if self.inclusive else size
        if length > self.max_length:
            raise EncodeError(f"a payload of {size} bytes is too long for a length of {self.width} bits")
        return length.to_bytes(width, self.byteorder) + payload

    def cutter(self, max_frame_bytes: int, offset: int = 0) -> Cutter:
        return _PrefixCutter(self, max_frame_bytes, offset)

    def default_max_frame_bytes(self) -> int:
        return min(1 << 20, self._largest_payload())

    def _largest_payload(self) -> int:
        return self.max_length - ((self.prefix_bytes or _MAX_VARINT_BYTES) if self.inclusive else 0)

    def check(self, max_frame_bytes: int) -> None:
        if max_frame_bytes > self._largest_payload():
            raise SchemaError(
                f"max_frame_bytes is {max_frame_bytes}, and {self.description()} ends at {self._largest_payload()}"
            )

    def description(self) -> str:
        if self.width == "varint":
            kind = "a varint (LEB128, 1 to 5 bytes)"
        else:
            order = "" if self.width == 8 else f", {self.byteorder}-endian"
            kind = f"an unsigned int of {self.width} bits{order}"
        return f"a length prefix, {kind}{', which counts itself' if self.inclusive else ''}"


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


class _PrefixCutter(Cutter):
    def __init__(self, framing: LengthPrefix, max_frame_bytes: int, offset: int) -> None:
        super().__init__(max_frame_bytes, offset)
        self._framing = framing

    def _cut(self) -> Frame | None:
        prefix = self._prefix()
        if prefix is None:
            return None
        prefix_bytes, length = prefix
        size = length - prefix_bytes if self._framing.inclusive else length
        if size < 0:
            raise self._fail(
                CorruptedStreamError(
                    f"the length of a frame is {length}, less than the {prefix_bytes} bytes of the length itself",
                    offset=self._offset,
                )
            )
        if size > self._max_frame_bytes:
            raise self._fail(self._beyond(f"a frame has {size} bytes"))
        if len(self._data) < prefix_bytes + size:
            return None
        return self._take(prefix_bytes, size)

    def _prefix(self) -> tuple[int, int] | None:
        """The bytes of the prefix, and its number; None where it is not whole."""
        width = self._framing.prefix_bytes
        if width is not None:
            if len(self._data) < width:
                return None
            return width, int.from_bytes(self._data[:width], self._framing.byteorder)
        length = 0
        for i, byte in enumerate(self._data[:_MAX_VARINT_BYTES]):
            length |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                return i + 1, length
        if len(self._data) >= _MAX_VARINT_BYTES:
            raise self._fail(CorruptedStreamError("the length of a frame goes on after 5 bytes", offset=self._offset))
        return None

    def _wanted(self) -> str:
        prefix = self._prefix()
        if prefix is None:
            return ""
        prefix_bytes, length = prefix
        return f" of {length if self._framing.inclusive else length + prefix_bytes}"


@dataclass(frozen=True, slots=True)
class Delimiter(Framing):
    """A mark behind each payload, which must not occur in one; it does not count for ``max_frame_bytes``."""

    mark: bytes

    def __post_init__(self) -> None:
        if not isinstance(self.mark, bytes) or not self.mark:
            raise SchemaError(f"a delimiter is one byte or more, not {self.mark!r}")

    def wrap(self, payload: bytes) -> bytes:
        framed = payload + self.mark
        # Also where the end of the payload and the beginning of the mark make one together.
        if framed.find(self.mark) != len(payload):
            raise EncodeError(f"the message holds the delimiter {self.mark!r}", offset=framed.find(self.mark))
        return framed

    def cutter(self, max_frame_bytes: int, offset: int = 0) -> Cutter:
        return _DelimiterCutter(self.mark, max_frame_bytes, offset)

    def description(self) -> str:
        return f"the delimiter {self.mark!r} behind each frame"


class _DelimiterCutter(Cutter):
    def __init__(self, mark: bytes, max_frame_bytes: int, offset: int) -> None:
        super().__init__(max_frame_bytes, offset)
        self._mark = mark
        self._searched = 0  # no mark begins before this place of _data
        self._skipping = False  # the frame was refused: nothing of it is kept

    def _cut(self) -> Frame | None:
        while True:
            at = self._data.find(self._mark, self._searched)
            if self._skipping:
                self._drop(at)
                if at < 0:
                    return None
                self._skipping = False
                continue
            if (at if at >= 0 else self._shortest()) > self._max_frame_bytes:
                # What was searched and what comes up to the mark is dropped by the next call.
                self._skipping = True
                raise self._beyond(f"no delimiter in {self._max_frame_bytes + len(self._mark)} bytes")
            if at < 0:
                self._searched = max(0, len(self._data) - len(self._mark) + 1)
                return None
            self._searched = 0
            return self._take(0, at, len(self._mark))

    def _shortest(self) -> int:
        """How long the payload is at least, as no mark is in sight."""
        return len(self._data) - len(self._mark) + 1

    def _drop(self, at: int) -> None:
        """Drop up to behind the mark at ``at``; without one, all that can be no part of one."""
        dropped = at + len(self._mark) if at >= 0 else max(0, self._shortest())
        del self._data[:dropped]
        self._offset += dropped
        self._searched = 0


@dataclass(frozen=True, slots=True)
class FixedSize(Framing):
    """Every payload has ``size_bytes`` bytes.

    padding   a byte that fills shorter messages up, and that is taken off; None: all messages have the size
    """

    size_bytes: int
    padding: bytes | None = None

    def __post_init__(self) -> None:
        if type(self.size_bytes) is not int or self.size_bytes < 1:
            raise SchemaError(f"the size of a frame is a number from 1 up, not {self.size_bytes!r}")
        if self.padding is not None and (not isinstance(self.padding, bytes) or len(self.padding) != 1):
            raise SchemaError(f"the padding of a frame is one byte, not {self.padding!r}")

    def wrap(self, payload: bytes) -> bytes:
        missing = self.size_bytes - len(payload)
        if missing < 0 or (missing and self.padding is None):
            raise EncodeError(f"the message takes {len(payload)} bytes, and a frame has {self.size_bytes}")
        return payload + (self.padding or b"") * missing

    def cutter(self, max_frame_bytes: int, offset: int = 0) -> Cutter:
        return _FixedCutter(self.size_bytes, offset)

    def default_max_frame_bytes(self) -> int:
        return self.size_bytes

    def check(self, max_frame_bytes: int) -> None:
        if max_frame_bytes < self.size_bytes:
            raise SchemaError(f"max_frame_bytes is {max_frame_bytes}, and every frame has {self.size_bytes}")

    def description(self) -> str:
        padding = "" if self.padding is None else f", filled up with {self.padding!r}"
        return f"frames of {self.size_bytes} bytes{padding}"


class _FixedCutter(Cutter):
    def __init__(self, size_bytes: int, offset: int) -> None:
        super().__init__(size_bytes, offset)

    def _cut(self) -> Frame | None:
        return None if len(self._data) < self._max_frame_bytes else self._take(0, self._max_frame_bytes)

    def _wanted(self) -> str:
        return f" of {self._max_frame_bytes}"


@dataclass(frozen=True, slots=True)
class Datagram(Framing):
    """One datagram is one payload. Only over transports that keep datagrams apart, such as UDP."""

    is_datagram = True

    def cutter(self, max_frame_bytes: int, offset: int = 0) -> Cutter:
        return _DatagramCutter(max_frame_bytes, offset)

    def default_max_frame_bytes(self) -> int:
        return 65_507  # what IPv4 leaves of 64 KiB

    def description(self) -> str:
        return "one datagram is one frame"


class _DatagramCutter(Cutter):
    def __init__(self, max_frame_bytes: int, offset: int) -> None:
        super().__init__(max_frame_bytes, offset)
        self._datagrams: deque[bytes] = deque()

    @property
    def in_frame(self) -> bool:
        return bool(self._datagrams)

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        self._datagrams.append(bytes(data))

    def _cut(self) -> Frame | None:
        if not self._datagrams:
            return None
        payload = self._datagrams.popleft()
        offset = self._offset
        self._offset += len(payload)
        if len(payload) > self._max_frame_bytes:
            error = self._beyond(f"a datagram has {len(payload)} bytes")
            error.offset = offset
            raise error
        return Frame(offset, b"", payload, b"")


@dataclass(frozen=True, slots=True)
class SelfDelimiting(Framing):
    """No framing: the layout of a message tells where it ends, and the next one begins there.

    The layouts must not read "to the end" (GreedyBytes, GreedyRange) but inside something that has a size.
    """

    is_self_delimiting = True

    def cutter(self, max_frame_bytes: int, offset: int = 0) -> Cutter:
        raise SchemaError("frames that end where their message ends are not cut in front of it")

    def description(self) -> str:
        return "none: each message tells where it ends"

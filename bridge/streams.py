"""Java's own API, for people who know it: ``ObjectOutputStream`` and ``ObjectInputStream``, with Python's spelling.

    with ObjectOutputStream(sink) as out:
        out.write_object(order); out.write_int(3); out.write_utf("x")
    with ObjectInputStream(source) as in_:
        in_.read_object(); in_.read_int(); in_.read_utf()

A source or sink is a binary file, a socket, or a transport. It is not closed with the stream: who opened it closes it.

A stream is a sequence of objects and of runs of primitive data. Runs have no marks inside: what ``write_int`` and
``write_utf`` wrote can be read as bytes, and the other way round. Where the stream has the other of the two:

    primitive data is next, an object was asked for    LocalProtocolError, which tells how many bytes come first
                                                       (Java: OptionalDataException)
    an object or the end is next, primitive data       TruncatedStreamError (Java: EOFException); ``read`` gives b""
        was asked for
    the end is next, an object was asked for           TruncatedStreamError (Java: EOFException)

Either way nothing is consumed, and the right call works next.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Self, cast

from .ends import sink_of, source_of
from .errors import (
    CorruptedStreamError,
    EncodeError,
    LocalProtocolError,
    PeerException,
    SchemaError,
    TruncatedStreamError,
)
from .limits import Limits, ObjectFilter, combine
from .mapping.defaults import default_registry
from .stream import mutf8
from .stream.constants import MAX_BLOCK_BYTES
from .stream.decoder import Decoder
from .stream.encoder import Encoder
from .stream.model import BlockData, StreamException
from .stream.states import END_OF_STREAM, NEED_DATA

if TYPE_CHECKING:
    from .mapping.registry import Registry

__all__ = ["ObjectInputStream", "ObjectOutputStream"]

_BYTE, _SHORT, _INT, _LONG, _FLOAT, _DOUBLE = (struct.Struct(">" + code) for code in "bhiqfd")
_UNSIGNED_SHORT = struct.Struct(">H")


class ObjectInputStream:
    """Reads what an ``ObjectOutputStream``, Java's or the one here, has written.

    source          A binary file: from one that can be peeked into, such as every buffered one, and from one that
                    cannot seek, no byte is read too many; another one is read ahead, and stands where the reading
                    ended when this stream is closed. A socket is read ahead; ``unread`` gives the rest.
    registry        how Java's classes and Python's types belong together; None is the registry of the package
    limits          what is let in; None is everything
    object_filter   which classes are let in: an ObjectInputFilter, a pattern, or a function

    The header is read with the first content and not before, so that two peers may both open their input first.

    All methods that read raise DecodeError where the stream is broken, and from then on the same error again;
    PeerException where the peer failed while writing; ChannelTimeout and ChannelBroken where a socket does (the
    former loses nothing); what a file raises goes through. SchemaError: an argument makes no sense.
    """

    def __init__(
        self,
        source: Any,
        *,
        registry: Registry | None = None,
        limits: Limits | None = None,
        object_filter: ObjectFilter | None = None,
    ) -> None:
        limits, function = combine(limits, object_filter, Limits.none())
        self._source = source_of(source)
        self._decoder = Decoder(
            default_registry if registry is None else registry,
            limits=limits,
            object_filter=function,
            whole_stream=True,
        )
        self._data = b""  # primitive data; what is before the position is read
        self._position = 0
        self._ahead: list[Any] = []  # at most one content that came where primitive data was asked for
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Read no more; a file that was read ahead goes back to where the reading ended. Can be repeated."""
        if not self._closed:
            self._closed = True
            self._source.leave(self._decoder)

    def unread(self) -> bytes:
        """The bytes that were taken from the source and belong to nothing read so far; they are given away."""
        return self._decoder.unread()

    # ------------------------------------------------------------------------------------------------------ objects

    def read_object(self) -> Any:
        """The next object.

        LocalProtocolError: primitive data comes first. TruncatedStreamError: the stream has ended.
        """
        left = len(self._data) - self._position
        while not left:
            content = self._ahead.pop() if self._ahead else self._next_content()
            if content is END_OF_STREAM:
                raise self._truncated("the stream has ended where an object is due")
            if type(content) is StreamException:
                raise PeerException(content.throwable, offset=self._decoder.offset)
            if type(content) is not BlockData:
                return content
            self._data, self._position = content, 0
            left = len(content)
        raise LocalProtocolError(
            f"an object is due, but {left} bytes of primitive data come first: read them, or skip_bytes({left})",
            offset=self._decoder.offset - left,
        )

    def read_unshared(self) -> Any:
        """As ``read_object``. That nothing else on the stream refers to the object is not checked."""
        return self.read_object()

    # ----------------------------------------------------------------------------------------------- primitive data

    def read_boolean(self) -> bool:
        return self._take(1) != b"\0"

    def read_byte(self) -> int:
        return cast(int, _BYTE.unpack(self._take(1))[0])

    def read_unsigned_byte(self) -> int:
        return self._take(1)[0]

    def read_short(self) -> int:
        return cast(int, _SHORT.unpack(self._take(2))[0])

    def read_unsigned_short(self) -> int:
        return cast(int, _UNSIGNED_SHORT.unpack(self._take(2))[0])

    def read_char(self) -> str:
        """One UTF-16 code unit: a character, or half of one beyond U+FFFF (a surrogate)."""
        return chr(self.read_unsigned_short())

    def read_int(self) -> int:
        return cast(int, _INT.unpack(self._take(4))[0])

    def read_long(self) -> int:
        return cast(int, _LONG.unpack(self._take(8))[0])

    def read_float(self) -> float:
        return cast(float, _FLOAT.unpack(self._take(4))[0])

    def read_double(self) -> float:
        return cast(float, _DOUBLE.unpack(self._take(8))[0])

    def read_utf(self) -> str:
        """A text: its length in bytes in two bytes, then modified UTF-8. CorruptedStreamError: it is no such text."""
        length = int.from_bytes(self._peek(2))
        text = mutf8.decode(self._peek(2 + length)[2:])
        if text is None:
            raise CorruptedStreamError("malformed modified UTF-8 in primitive data", offset=self._offset())
        self._position += 2 + length
        return text

    def read_line(self) -> str | None:
        r"""A line, without its end: ``\n``, ``\r\n``, ``\r``, or the end of the primitive data.

        None where there is no more primitive data. Every byte is a character.
        """
        line = bytearray()
        while byte := self.read(1):
            if byte == b"\n":
                break
            if byte == b"\r":
                if self._fill(1) and self._data[self._position] == 0x0A:
                    self._position += 1
                break
            line += byte
        else:
            if not line:
                return None
        return line.decode("latin-1")

    def read_fully(self, length: int) -> bytes:
        """Exactly ``length`` bytes of primitive data."""
        return self._take(length)

    def read(self, length: int = -1) -> bytes:
        """At least one and at most ``length`` bytes of primitive data.

        b"" where an object or the end is next. A negative ``length`` asks for all that comes before that.
        """
        if length < 0:
            while self._fill(len(self._data) - self._position + 1):
                pass
            length = len(self._data) - self._position
        elif length:
            self._fill(1)
        data = self._data[self._position : self._position + length]
        self._position += len(data)
        return bytes(data)

    def skip_bytes(self, length: int) -> int:
        """Skip ``length`` bytes of primitive data, or fewer where no more come; how many it was."""
        skipped = 0
        while skipped < length and self._fill(1):
            step = min(length - skipped, len(self._data) - self._position)
            self._position += step
            skipped += step
        return skipped

    def available(self) -> int:
        """How many bytes of primitive data can be read without waiting; 0 where an object is next, too.

        What waits in a pipe is not known, and counts only once something of it was read.
        """
        self._check_open()
        while self._position == len(self._data) and not self._ahead:
            content = self._decoder.next_content()
            if content is not NEED_DATA:
                self._source.settle(self._decoder)
                self._put_by(content)
            elif not self._source.feed_at_once(self._decoder):
                break
        return len(self._data) - self._position

    def _next_content(self) -> Any:
        self._check_open()
        while True:
            content = self._decoder.next_content()
            if content is not NEED_DATA:
                self._source.settle(self._decoder)
                return content
            self._source.feed(self._decoder)

    def _put_by(self, content: Any) -> bool:
        """Keep ``content`` for the calls to come; whether it is primitive data, which goes to the rest of that."""
        if type(content) is not BlockData:
            self._ahead.append(content)
            return False
        self._data = self._data[self._position :] + content
        self._position = 0
        return True

    def _fill(self, length: int) -> bool:
        """Get ``length`` bytes of primitive data behind the position; whether there are as many."""
        left = len(self._data) - self._position
        if left >= length:
            return True
        blocks: list[bytes] = []
        try:
            while left < length and not self._ahead:
                content = self._next_content()
                if type(content) is not BlockData:
                    self._ahead.append(content)
                    break
                blocks.append(content)
                left += len(content)
        finally:
            if blocks:
                self._put_by(BlockData(b"".join(blocks)))
        return left >= length

    def _peek(self, length: int) -> bytes:
        if length < 0:
            raise SchemaError(f"a number of bytes must not be negative, and is {length}")
        if not self._fill(length):
            left = len(self._data) - self._position
            raise self._truncated(f"{length} bytes of primitive data are due, but only {left} come before what is next")
        return bytes(self._data[self._position : self._position + length])

    def _take(self, length: int) -> bytes:
        data = self._peek(length)
        self._position += length
        return data

    def _offset(self) -> int:
        return self._decoder.offset

    def _truncated(self, message: str) -> TruncatedStreamError:
        return TruncatedStreamError(message, offset=self._offset())

    def _check_open(self) -> None:
        if self._closed:
            raise LocalProtocolError("this stream was closed: nothing can be read any more")


class ObjectOutputStream:
    """Writes what an ``ObjectInputStream``, Java's or the one here, can read.

    sink           a binary file, a socket, or a transport
    registry       how Java's classes and Python's types belong together; None is the registry of the package
    allow_gadgets  whether objects of classes that attacks on Java programs are made of may be written

    The header is written and flushed at once. Objects go to the sink as they are written, primitive data when a block
    of 1024 bytes is full, an object follows, or ``flush`` is called.

    An object sent again is a reference to what it was, even if it has changed since, until ``reset``: as in Java.

    All methods that write raise EncodeError where the value cannot be written, and then nothing of it was;
    LocalProtocolError after ``close``; ChannelTimeout and ChannelBroken where a socket does (after the former all
    is written later, in order); what a file raises goes through.
    """

    def __init__(self, sink: Any, *, registry: Registry | None = None, allow_gadgets: bool = False) -> None:
        self._put = sink_of(sink)
        self._sink = sink
        self._encoder = Encoder(default_registry if registry is None else registry, allow_gadgets=allow_gadgets)
        self._block = bytearray()
        self._unsent = b""
        self._closed = False
        self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def flush(self) -> None:
        """Write everything to the sink, and flush it if it can be flushed."""
        self._check_open()
        self._end_block()
        self._emit()
        flush = getattr(self._sink, "flush", None)
        if flush is not None:
            flush()

    def close(self) -> None:
        """Flush, and write no more. Can be repeated."""
        if not self._closed:
            self.flush()
            self._closed = True

    # ------------------------------------------------------------------------------------------------------ objects

    def write_object(self, obj: object) -> None:
        self._check_open()
        self._end_block()
        self._encoder.write_object(obj)
        self._emit()

    def write_unshared(self, obj: object) -> None:
        """Write ``obj`` as one that nothing else on the stream refers to."""
        self._check_open()
        self._end_block()
        self._encoder.write_unshared(obj)
        self._emit()

    def reset(self) -> None:
        """Forget what was written, on both sides (TC_RESET)."""
        self._check_open()
        self._end_block()
        self._encoder.reset()
        self._emit()

    # ----------------------------------------------------------------------------------------------- primitive data

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write bytes as they are, without a length."""
        self._check_open()
        self._block += data
        full = len(self._block) - len(self._block) % MAX_BLOCK_BYTES
        if full:
            self._encoder.write_block_data(bytes(self._block[:full]))
            del self._block[:full]
            self._emit()

    def write_boolean(self, value: bool) -> None:
        self.write(b"\1" if value else b"\0")

    def write_byte(self, value: int) -> None:
        """-128 to 127; also 128 to 255, which arrive as -128 to -1, or as they are with ``read_unsigned_byte``."""
        self.write(_pack(_BYTE, value - 256 if 127 < value < 256 else value, "a byte"))

    def write_short(self, value: int) -> None:
        """-32768 to 32767; also 32768 to 65535, as with ``write_byte``."""
        self.write(_pack(_SHORT, value - 65536 if 32767 < value < 65536 else value, "a short"))

    def write_char(self, value: str) -> None:
        """One UTF-16 code unit: a character up to U+FFFF."""
        if not isinstance(value, str) or len(value) != 1 or value > "\uffff":
            raise EncodeError(f"a char is one character up to U+FFFF, not {value!r}")
        self.write(_UNSIGNED_SHORT.pack(ord(value)))

    def write_int(self, value: int) -> None:
        self.write(_pack(_INT, value, "an int"))

    def write_long(self, value: int) -> None:
        self.write(_pack(_LONG, value, "a long"))

    def write_float(self, value: float) -> None:
        self.write(_pack(_FLOAT, value, "a float"))

    def write_double(self, value: float) -> None:
        self.write(_pack(_DOUBLE, value, "a double"))

    def write_utf(self, text: str) -> None:
        """A text of up to 65535 bytes of modified UTF-8, behind its length in two bytes."""
        data = mutf8.encode(text)
        if len(data) > 0xFFFF:
            raise EncodeError(f"a text for write_utf takes 65535 bytes at most, and this one {len(data)}")
        self.write(len(data).to_bytes(2) + data)

    def write_bytes(self, text: str) -> None:
        """The low byte of each UTF-16 code unit of ``text``, without a length. For ``bytes`` there is ``write``."""
        self.write(text.encode("utf-16-be", "surrogatepass")[1::2])

    def write_chars(self, text: str) -> None:
        """The UTF-16 code units of ``text``, two bytes each, without a length."""
        self.write(text.encode("utf-16-be", "surrogatepass"))

    def _end_block(self) -> None:
        if self._block:
            self._encoder.write_block_data(bytes(self._block))
            self._block.clear()

    def _emit(self) -> None:
        data = self._unsent + self._encoder.take()
        view = memoryview(data)
        try:
            while view:
                view = view[self._put(view) :]
        finally:
            self._unsent = bytes(view)

    def _check_open(self) -> None:
        if self._closed:
            raise LocalProtocolError("this stream was closed: nothing can be written any more")


def _pack(form: struct.Struct, value: float, name: str) -> bytes:
    try:
        return form.pack(value)
    except (struct.error, OverflowError) as error:
        raise EncodeError(f"{value!r} does not fit {name}: {error}") from error

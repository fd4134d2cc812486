"""Java's own encodings as constructs, and what a layout needs beside those of the `construct` library.

    DataOutput                       here                        bytes
    writeByte, writeShort, …         JavaByte, JavaShort, JavaInt, JavaLong, JavaFloat, JavaDouble: big-endian
    writeBoolean                     JavaBoolean                 1; anything but 0 is true
    writeChar                        JavaChar                    2; a str of one UTF-16 code unit
    writeUTF                         JavaUTF                     2 of length, then modified UTF-8
    (protocols of one's own)         VarInt32, VarInt64          1 to 5, 1 to 10: seven bits a byte, the lowest first
    UUID: two longs                  JavaUUID                    16, the most significant half first
    Instant: a long and an int       JavaInstant                 12: seconds since the epoch, nanoseconds
    ObjectOutputStream               JavaObjectStream()          a whole object stream, to the end of what surrounds it

And what protocols of text need: EndedBy(mark, …), DecimalText(…); then EnumOf(…) and Checksum(…).

The numbers are names for constructs that `construct` has; all others are classes of their own, so that a generator of
code can tell what they are. Each has its sizes in ``sizeof()``, where they are fixed. Errors inside a parse or build
are those of construct; `bridge.wire.codec` translates them.
"""

from __future__ import annotations

import enum
import io
import re
import uuid
import zlib
from binascii import crc_hqx
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, Any, Final

from construct import (
    Adapter,
    ChecksumError,
    Construct,
    ConstructError,
    Flag,
    Float32b,
    Float64b,
    GreedyBytes,
    Int8sb,
    Int16sb,
    Int16ub,
    Int32sb,
    Int64sb,
    IntegerError,
    MappingError,
    SizeofError,
    StringError,
    Subconstruct,
    TimestampError,
    stream_read,
    stream_write,
)
from construct.core import BytesIOWithOffsets

from ..codec import dumps, loads_all
from ..errors import CorruptedStreamError, PeerException, SchemaError
from ..limits import CHANNEL_LIMITS
from ..mapping.java_time_types import Instant
from ..stream import mutf8

if TYPE_CHECKING:
    from ..limits import Limits, ObjectFilter
    from ..mapping.registry import Registry

__all__ = [
    "ALGORITHMS",
    "Checksum",
    "CompactInt",
    "DecimalText",
    "EndedBy",
    "EnumOf",
    "JavaBoolean",
    "JavaByte",
    "JavaChar",
    "JavaDouble",
    "JavaFloat",
    "JavaInstant",
    "JavaInt",
    "JavaLong",
    "JavaObjectStream",
    "JavaShort",
    "JavaUTF",
    "JavaUUID",
    "VarInt32",
    "VarInt64",
    "fixed_size",
]

JavaByte = Int8sb
JavaShort = Int16sb
JavaInt = Int32sb
JavaLong = Int64sb
JavaFloat = Float32b
JavaDouble = Float64b
JavaBoolean = Flag


class _JavaChar(Construct):
    """``DataOutput.writeChar``: a UTF-16 code unit, big-endian; in Python a str of length 1, also a lone surrogate."""

    def _parse(self, stream: Any, context: Any, path: str) -> str:
        return chr(int.from_bytes(stream_read(stream, 2, path), "big"))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, str) or len(obj) != 1 or obj > "\uffff":
            raise StringError(f"a char is a str of one UTF-16 code unit, not {obj!r}", path=path)
        stream_write(stream, ord(obj).to_bytes(2, "big"), 2, path)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 2


class _JavaUTF(Construct):
    """``DataOutput.writeUTF``: an unsigned short, the number of bytes, then as many of modified UTF-8."""

    def _parse(self, stream: Any, context: Any, path: str) -> str:
        size = int.from_bytes(stream_read(stream, 2, path), "big")
        text = mutf8.decode(stream_read(stream, size, path))
        if text is None:
            raise StringError("the bytes are no modified UTF-8", path=path)
        return text

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, str):
            raise StringError(f"writeUTF takes a str, not {type(obj).__name__}", path=path)
        data = mutf8.encode(obj)
        if len(data) > 0xFFFF:
            raise StringError(f"writeUTF takes at most 65535 bytes, and this text has {len(data)}", path=path)
        Int16ub._build(len(data), stream, context, path)
        stream_write(stream, data, len(data), path)
        return obj


class CompactInt(Construct):
    """A signed int of ``bits`` bits as its two's complement in groups of seven bits, the lowest first.

    The highest bit of a byte says that another follows. A negative number takes all bytes: 5 for 32 bits, 10 for 64.
    In Java: ``while ((v & ~0x7F) != 0) { out.write(v & 0x7F | 0x80); v >>>= 7; } out.write(v);``. It is the varint of
    Protocol Buffers for int32 and int64, but that a negative int32 stays at 32 bits.
    """

    def __init__(self, bits: int) -> None:
        super().__init__()
        if bits not in (32, 64):
            raise SchemaError(f"a CompactInt has 32 or 64 bits, not {bits!r}")
        self.bits = bits

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        value = 0
        for shift in range(0, self.bits, 7):
            byte: int = stream_read(stream, 1, path)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise IntegerError(f"a compact int of {self.bits} bits goes on after {-(-self.bits // 7)} bytes", path=path)
        if value >> self.bits:
            raise IntegerError(f"a compact int has more than {self.bits} bits", path=path)
        return value - (value >> (self.bits - 1) << self.bits)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, int) or not -(1 << (self.bits - 1)) <= obj < 1 << (self.bits - 1):
            raise IntegerError(f"{obj!r} is no int of {self.bits} bits", path=path)
        left = obj & ((1 << self.bits) - 1)
        data = bytearray()
        while left > 0x7F:
            data.append(left & 0x7F | 0x80)
            left >>= 7
        data.append(left)
        stream_write(stream, bytes(data), len(data), path)
        return obj


class _JavaUUID(Construct):
    """A ``java.util.UUID`` as its two longs, the most significant first: 16 bytes; in Python a ``uuid.UUID``."""

    def _parse(self, stream: Any, context: Any, path: str) -> uuid.UUID:
        return uuid.UUID(bytes=stream_read(stream, 16, path))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, uuid.UUID):
            raise MappingError(f"a UUID is a uuid.UUID, not {type(obj).__name__}", path=path)
        stream_write(stream, obj.bytes, 16, path)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 16


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_INSTANT: Final = Instant(1970, 1, 1, tzinfo=UTC)


class _JavaInstant(Construct):
    """A ``java.time.Instant``: ``getEpochSecond`` as a long, ``getNano`` as an int; in Python a ``bridge.Instant``.

    Any datetime with a time zone can be written. Instants outside the years 1 to 9999 cannot be read.
    """

    def _parse(self, stream: Any, context: Any, path: str) -> Instant:
        data = stream_read(stream, 12, path)
        seconds = int.from_bytes(data[:8], "big", signed=True)
        nanos = int.from_bytes(data[8:], "big", signed=True)
        if not 0 <= nanos <= 999_999_999:
            raise TimestampError(f"{nanos} is no nanosecond of a second", path=path)
        try:
            value = _EPOCH_INSTANT + timedelta(0, seconds)
        except OverflowError:
            raise TimestampError(f"{seconds} seconds from 1970 are outside the years 1 to 9999", path=path) from None
        made: Instant = Instant.of(value, nanos)
        return made

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, datetime) or obj.tzinfo is None:
            raise TimestampError(f"an Instant is a datetime with a time zone, not {obj!r}", path=path)
        since = obj - _EPOCH
        seconds = since.days * 86400 + since.seconds
        nanos = since.microseconds * 1000 + getattr(obj, "_beyond", 0)
        stream_write(stream, seconds.to_bytes(8, "big", signed=True) + nanos.to_bytes(4, "big"), 12, path)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 12


JavaChar = _JavaChar()
JavaUTF = _JavaUTF()
JavaUUID = _JavaUUID()
JavaInstant = _JavaInstant()
VarInt32 = CompactInt(32)
VarInt64 = CompactInt(64)


class JavaObjectStream(Adapter):
    """An object as a complete Java object stream, with its header: what a new ObjectOutputStream writes for it.

    It takes all bytes to the end of the frame, or of the ``Prefixed`` around it, and they must hold exactly one object.
    The arguments are those of ``bridge.loads``; ``limits`` are CHANNEL_LIMITS unless given.
    """

    def __init__(
        self,
        *,
        registry: Registry | None = None,
        limits: Limits | None = None,
        object_filter: ObjectFilter | None = None,
    ) -> None:
        super().__init__(GreedyBytes)
        self.registry = registry
        self.limits = CHANNEL_LIMITS if limits is None else limits
        self.object_filter = object_filter

    def _decode(self, obj: bytes, context: Any, path: str) -> Any:
        try:
            contents = loads_all(obj, registry=self.registry, limits=self.limits, object_filter=self.object_filter)
        except PeerException as error:
            raise CorruptedStreamError(f"the object stream in a field holds an exception: {error.throwable}") from error
        if len(contents) != 1:
            raise CorruptedStreamError(f"the object stream in a field holds {len(contents)} contents, not one object")
        return contents[0]

    def _encode(self, obj: Any, context: Any, path: str) -> bytes:
        return dumps(obj, registry=self.registry)


class EnumOf(Adapter):
    """A member of the Python ``enum`` class ``members`` as its value, written by ``subcon``.

    Unlike ``construct.Enum`` it gives members, and refuses a value that has none.
    """

    def __init__(self, subcon: Any, members: type[enum.Enum]) -> None:
        if not (isinstance(members, type) and issubclass(members, enum.Enum)):
            raise SchemaError(f"EnumOf takes a class of enum members, not {members!r}")
        super().__init__(subcon)
        self.members = members

    def _decode(self, obj: Any, context: Any, path: str) -> enum.Enum:
        try:
            return self.members(obj)
        except ValueError:
            raise MappingError(f"{obj!r} is no value of {self.members.__name__}", path=path) from None

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, self.members):
            raise MappingError(f"{obj!r} is no member of {self.members.__name__}", path=path)
        return obj.value


class EndedBy(Subconstruct):
    """``subcon`` in all bytes up to ``mark``, which is taken too and must not occur in them.

    Unlike ``construct.NullTerminated`` it finds a mark of any length at any place.
    """

    def __init__(self, mark: bytes, subcon: Any) -> None:
        if not isinstance(mark, bytes) or not mark:
            raise SchemaError(f"a mark is one byte or more, not {mark!r}")
        super().__init__(subcon)
        self.mark = mark

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        offset = stream.tell()
        data = bytearray()
        while not data.endswith(self.mark):
            data += stream_read(stream, 1, path)
        inner = BytesIOWithOffsets(bytes(data[: -len(self.mark)]), stream, offset)
        return self.subcon._parsereport(inner, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        inner = io.BytesIO()
        built = self.subcon._build(obj, inner, context, path)
        data = inner.getvalue() + self.mark
        if data.find(self.mark) != len(data) - len(self.mark):
            raise StringError(f"the value holds the mark {self.mark!r} that is to end it", path=path)
        stream_write(stream, data, len(data), path)
        return built

    def _sizeof(self, context: Any, path: str) -> int:
        raise SizeofError("the size depends on where the mark is", path=path)


class DecimalText(Adapter):
    """An int as decimal digits in ASCII, with a "-" in front of a negative one; at most 19 digits."""

    def _decode(self, obj: bytes, context: Any, path: str) -> int:
        if not _DECIMAL.fullmatch(obj):
            raise IntegerError(f"{obj[:40]!r} is no decimal number", path=path)
        return int(obj)

    def _encode(self, obj: Any, context: Any, path: str) -> bytes:
        if not isinstance(obj, int) or not _DECIMAL.fullmatch(str(int(obj)).encode()):
            raise IntegerError(f"{obj!r} is no int of at most 19 digits", path=path)
        return str(int(obj)).encode()


_DECIMAL: Final = re.compile(rb"-?[0-9]{1,19}")

#: The checksums by name: of bytes, a number of 0 up to the width that is named.
ALGORITHMS: Final[dict[str, Callable[[bytes], int]]] = {
    "adler32": zlib.adler32,  # java.util.zip.Adler32
    "crc16": lambda data: crc_hqx(data, 0),  # CRC-16/XMODEM: polynomial 0x1021, start 0, not reflected
    "crc32": zlib.crc32,  # java.util.zip.CRC32
    "sum8": lambda data: sum(data) & 0xFF,
    "xor8": lambda data: reduce(xor, data, 0),
}


class Checksum(Construct):
    """A checksum by name over all bytes in front of it, from ``skip_bytes`` on; written by ``subcon``, an int field.

    "In front of it" begins with the frame's payload, so with the opcode, or with the ``Prefixed``, ``FixedSized`` or
    ``NullTerminated`` it stands in. Written without a value; what is read is compared. See ``ALGORITHMS``.
    """

    def __init__(self, algorithm: str, subcon: Any, *, skip_bytes: int = 0) -> None:
        if algorithm not in ALGORITHMS:
            raise SchemaError(f"there is no checksum {algorithm!r}; there are {', '.join(sorted(ALGORITHMS))}")
        if not isinstance(subcon, Construct):
            raise SchemaError(f"a checksum is written by a construct, not {subcon!r}")
        if type(skip_bytes) is not int or skip_bytes < 0:
            raise SchemaError(f"skip_bytes must be a number from 0 up, not {skip_bytes!r}")
        super().__init__()
        self.algorithm = algorithm
        self.subcon = subcon
        self.skip_bytes = skip_bytes
        self.flagbuildnone = True

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        computed = self._compute(stream)
        found = self.subcon._parsereport(stream, context, path)
        if found != computed:
            text = f"{found:#x}" if isinstance(found, int) else repr(found)
            raise ChecksumError(f"the {self.algorithm} is {text}, but that of the bytes is {computed:#x}", path=path)
        return found

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.subcon._build(self._compute(stream), stream, context, path)

    def _sizeof(self, context: Any, path: str) -> int:
        size: int = self.subcon._sizeof(context, path)
        return size

    def _compute(self, stream: Any) -> int:
        base = getattr(stream, "parent_stream_offset", 0)  # of a stream that construct cuts out of another
        here = stream.tell()
        stream.seek(base + self.skip_bytes, io.SEEK_SET)
        data = stream.read(max(0, here - base - self.skip_bytes))
        stream.seek(here, io.SEEK_SET)
        return ALGORITHMS[self.algorithm](data)


def fixed_size(layout: Any) -> int | None:
    """The bytes that ``layout`` always takes, or None where that depends on the value."""
    try:
        size: int = layout.sizeof()
    except _NO_SIZE:
        return None
    return size


# What construct and the functions in a layout answer where there is no value to ask.
_NO_SIZE: Final = (ConstructError, LookupError, AttributeError, TypeError, ValueError, ArithmeticError, RecursionError)

"""Layouts made safe for bytes of anybody, and made to tell where each field lies.

A construct trusts its input: it may loop over elements without bytes for as long as a count says, recurse as deep as
the input likes, or take time that grows with the square of a string. So no layout is run as it was declared:
``guarded`` copies it, with what is dangerous replaced by what does the same within bounds. Layouts that cannot be made
safe are a SchemaError where they are declared.

What is bounded: the nesting of what refers to itself (LazyBound), elements that take no bytes, what is unpacked by
Compressed (64 MiB), the bits of a BitsInteger, the bytes of a VarInt. Everything else construct checks against the
bytes that are there.

``guarded(layout, trace=True)`` also reports, while it reads, the path and the place of every named field: `Reading`.
"""

from __future__ import annotations

import bz2
import copy
import lzma
import zlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import construct
from construct import (
    BitsInteger,
    Construct,
    ExplicitError,
    IntegerError,
    LazyBound,
    NullTerminated,
    Renamed,
    Restreamed,
    StreamError,
    Subconstruct,
    VarInt,
    ZigZag,
    evaluate,
    stream_read,
    stream_seek,
    stream_tell,
)
from construct.core import BytesIOWithOffsets, bytes2bits
from construct.lib import RestreamedBytesIO

from ..errors import SchemaError
from .fields import EndedBy, fixed_size

__all__ = ["BoundReached", "Reading", "Span", "guarded", "parts_of", "read", "reads_to_the_end", "write"]

_MAX_NESTING: Final = 32  # of LazyBound; a level costs some ten to thirty calls, and Python has a thousand
_MAX_IDLE_STEPS: Final = 10_000
_MAX_UNPACKED_BYTES: Final = 64 << 20
_MAX_BITS: Final = 4096
_MAX_VARINT_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class Span:
    """Where one named field lies in the bytes that were read.

    path         "$.orders[3].owner"
    start, end   its bytes, from ``start`` up to and without ``end``; of a field of bits those it has a part in
    bits         of a field of bits, its first bit in the byte ``start`` (0 is the highest) and how many it has
    value        what it was read as
    depth        how many named fields are around it
    """

    path: str
    start: int
    end: int
    value: Any
    depth: int
    bits: tuple[int, int] | None = None


@dataclass(slots=True)
class Reading:
    """The state of one read: its budget and, of a layout that traces, where the fields are.

    trace                     whether to report places, which makes reading slower
    spans                     the fields in the order of their beginning; after an error, those up to there
    error                     the error that came out last, with the innermost field it came out of:
    error_path, error_start   the path of that field, and where it begins
    """

    trace: bool = False
    spans: list[Span] = field(default_factory=list)
    error: Exception | None = None
    error_path: str = "$"
    error_start: int = 0
    names: list[str] = field(default_factory=list)
    steps: int = 0
    depth: int = 0
    #: How offsets of the stream that is read now become those of the payload: (base, units a byte); 0 units: they do
    #: not, and everything inside lies where it begins.
    scale: tuple[int, int] = (0, 1)

    def place(self, position: int) -> int:
        """The byte of the payload that is at ``position`` of the stream that is read now."""
        base, units = self.scale
        return base + position // units if units else base

    def failed(self, error: Exception, start: int) -> None:
        """``error`` came out of the field that is read now."""
        if self.error is not error:
            self.error, self.error_path, self.error_start = error, "$" + "".join(self.names), start


_reading: ContextVar[Reading] = ContextVar("bridge_wire_reading")


class BoundReached(ExplicitError):  # which construct's GreedyRange and Select let through
    """The input goes beyond what a layout may cost."""


def read(layout: Any, stream: Any, reading: Reading, **parameters: Any) -> Any:
    """What the guarded ``layout`` reads from ``stream``. Errors: those of construct, and of the layout's functions."""
    token = _reading.set(reading)
    try:
        return layout.parse_stream(stream, **parameters)
    finally:
        _reading.reset(token)


def write(layout: Any, value: Any, stream: Any, reading: Reading, **parameters: Any) -> None:
    """Write ``value`` with a guarded layout, which tells where an error is. Errors are those of ``read``."""
    token = _reading.set(reading)
    try:
        layout.build_stream(value, stream, **parameters)
    finally:
        _reading.reset(token)


def guarded(layout: Any, *, trace: bool = False) -> Any:
    """A copy of ``layout`` that is safe to read with. SchemaError: it holds something that cannot be made safe."""
    return _Copier(trace).copied(layout)


# ------------------------------------------------------------------------------------------------- what takes the place

# construct gives their only instances the names of these classes.
_VarIntClass: Any = type(VarInt)
_ZigZagClass: Any = type(ZigZag)


class _Element(Subconstruct):
    """An element of a repetition that may take no bytes: the number of those is bounded."""

    def _parsereport(self, stream: Any, context: Any, path: str) -> Any:
        before = stream.tell()
        value = self.subcon._parsereport(stream, context, path)
        if stream.tell() == before:
            _count_step("a repetition has more than {} elements without bytes", path)
        return value


class _Lazy(LazyBound):
    """What a layout says of itself: the depth is bounded, and so is how often it is tried without reading on."""

    copier: _Copier
    last: tuple[Any, Any] = (None, None)

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        reading = _reading.get()
        if reading.depth >= _MAX_NESTING:
            raise BoundReached(f"the message is nested more than {_MAX_NESTING} levels deep", path=path)
        reading.depth += 1
        before = after = stream.tell()
        try:
            value = self._resolved()._parsereport(stream, context, path)
            after = stream.tell()
        finally:
            reading.depth -= 1
            if after == before:  # nothing came of it
                _count_step("the layout was tried more than {} times without reading on", path)
        return value

    def _resolved(self) -> Any:
        layout = self.subconfunc()
        known = self.copier.known(layout)
        if known is not None:
            return known
        original, made = self.last
        if original is not layout:
            made = guarded(layout, trace=self.copier.trace)
            self.last = (layout, made)
        return made


def _count_step(text: str, path: str) -> None:
    reading = _reading.get()
    reading.steps += 1
    if reading.steps > _MAX_IDLE_STEPS:
        raise BoundReached(text.format(_MAX_IDLE_STEPS), path=path)


class _NullTerminated(NullTerminated):
    """The same in linear time: construct's adds one byte after the other to a bytes."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        offset = stream_tell(stream, path)
        data = bytearray()
        unit = len(self.term)
        while True:
            try:
                piece = stream_read(stream, unit, path)
            except StreamError:
                if self.require:
                    raise
                break
            if piece == self.term:
                if self.include:
                    data += piece
                if not self.consume:
                    stream_seek(stream, -unit, 1, path)
                break
            data += piece
        return self.subcon._parsereport(BytesIOWithOffsets(bytes(data), stream, offset), context, path)


class _Restreamed(Restreamed):
    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        inner = _RestreamedInput(stream, self.decoder, self.decoderunit, self.encoder, self.encoderunit)
        value = self.subcon._parsereport(inner, context, path)
        inner.close()
        return value


class _RestreamedInput(RestreamedBytesIO):
    """The same in linear time."""

    rbuffer: bytes

    def read(self, count: int | None = None) -> bytes:
        if count is not None and count < 0:
            raise ValueError("count cannot be negative")
        buffer = bytearray(self.rbuffer)
        while count is None or len(buffer) < count:
            data = self.substream.read(self.decoderunit)
            if not data:
                if count is None:
                    break
                self.rbuffer = bytes(buffer)
                return b""
            buffer += self.decoder(data)
        taken = len(buffer) if count is None else count
        self.rbuffer = bytes(buffer[taken:])
        self.sincereadwritten += taken
        return bytes(buffer[:taken])


class _BitsInteger(BitsInteger):
    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        if evaluate(self.length, context) > _MAX_BITS:
            raise IntegerError(f"an int of more than {_MAX_BITS} bits", path=path)
        return super()._parse(stream, context, path)


class _VarInt(_VarIntClass):
    def _parse(self, stream: Any, context: Any, path: str) -> int:
        value = 0
        for i in range(_MAX_VARINT_BYTES):
            byte: int = stream_read(stream, 1, path)[0]
            value |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                return value
        raise IntegerError(f"a VarInt of more than {_MAX_VARINT_BYTES} bytes", path=path)


class _ZigZag(_ZigZagClass):
    def _parse(self, stream: Any, context: Any, path: str) -> int:
        value: int = _VarInt._parse(self, stream, context, path)
        return value >> 1 ^ -(value & 1)


class _Compressed(construct.Compressed):
    def _decode(self, data: bytes, context: Any, path: str) -> bytes:
        unpacker: Any = {
            "zlib": zlib.decompressobj,
            "gzip": lambda: zlib.decompressobj(wbits=31),
            "bzip2": bz2.BZ2Decompressor,
            "lzma": lzma.LZMADecompressor,
        }[self.encoding]()
        unpacked: bytes = unpacker.decompress(data, _MAX_UNPACKED_BYTES + 1)
        if len(unpacked) > _MAX_UNPACKED_BYTES:
            raise BoundReached(f"compressed data unpacks to more than {_MAX_UNPACKED_BYTES} bytes", path=path)
        if not unpacker.eof:
            raise StreamError("compressed data ends in the middle", path=path)
        return unpacked


# ---------------------------------------------------------------------------------------------------- reporting places


class _Reported(Subconstruct):
    """Around a named field, or an element: reports where it is."""

    def __init__(self, subcon: Any, label: str | None) -> None:
        super().__init__(subcon)
        self.label = label  # None: the index of the element
        self.name, self.docs, self.flagbuildnone = subcon.name, subcon.docs, subcon.flagbuildnone

    def _parsereport(self, stream: Any, context: Any, path: str) -> Any:
        reading = _reading.get()
        names = reading.names
        names.append(f"[{context._index}]" if self.label is None else f".{self.label}")
        full_path, depth = "$" + "".join(names), len(names)
        position = stream.tell()
        start = reading.place(position)
        number = len(reading.spans)
        reading.spans.append(Span(full_path, start, start, None, depth))
        try:
            value = self.subcon._parsereport(stream, context, path)
            after = stream.tell()
        except construct.StopFieldError:
            del reading.spans[number:]
            raise
        except Exception as error:
            reading.failed(error, start)
            raise
        finally:
            names.pop()
        base, units = reading.scale
        end, bits = reading.place(after), None
        if units > 1:
            end = base - -after // units
            bits = (position % units, after - position)
        reading.spans[number] = Span(full_path, start, max(start, end), value, depth, bits)
        return value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        reading = _reading.get()
        reading.names.append(f"[{context._index}]" if self.label is None else f".{self.label}")
        try:
            return self.subcon._build(obj, stream, context, path)
        except Exception as error:
            reading.failed(error, 0)
            raise
        finally:
            reading.names.pop()


class _Attempt(Subconstruct):
    """Around what may fail without an error of the whole: then nothing of it was there."""

    def __init__(self, subcon: Any) -> None:
        super().__init__(subcon)
        self.name, self.docs, self.flagbuildnone = subcon.name, subcon.docs, subcon.flagbuildnone

    def _parsereport(self, stream: Any, context: Any, path: str) -> Any:
        spans = _reading.get().spans
        number = len(spans)
        try:
            return self.subcon._parsereport(stream, context, path)
        except Exception:
            del spans[number:]
            raise


class _Inside(Subconstruct):
    """Around what reads its inner part from another stream than that of the payload: bits, or bytes unpacked."""

    def __init__(self, subcon: Any, units: int) -> None:
        super().__init__(subcon)
        self.units = units
        self.name, self.docs, self.flagbuildnone = subcon.name, subcon.docs, subcon.flagbuildnone

    def _parsereport(self, stream: Any, context: Any, path: str) -> Any:
        reading = _reading.get()
        outer = reading.scale
        units = self.units if outer[1] == 1 else 0
        reading.scale = (reading.place(stream.tell()), units)
        try:
            return self.subcon._parsereport(stream, context, path)
        finally:
            reading.scale = outer


# ------------------------------------------------------------------------------------------------------------ copying

_REPLACED: Final[dict[type, type]] = {
    BitsInteger: _BitsInteger,
    construct.Compressed: _Compressed,
    LazyBound: _Lazy,
    NullTerminated: _NullTerminated,
    Restreamed: _Restreamed,
    type(VarInt): _VarInt,
    type(ZigZag): _ZigZag,
}

_REPETITIONS: Final = (construct.Array, construct.GreedyRange, construct.RepeatUntil)

#: Inner parts that are read from a stream of their own, whose offsets are not those of the payload.
_OTHER_STREAMS: Final = (
    *(Restreamed, construct.Transformed, construct.Tunnel, construct.RestreamData, construct.ProcessXor),
    *(construct.ProcessRotateLeft,),
)

_REFUSED: Final[dict[type, str]] = {
    type(construct.Pickled): "Pickled runs whatever code the peer likes",
    type(construct.Numpy): "Numpy takes memory before it looks at the bytes",
    construct.Lazy: "Lazy reads later, when the frame is gone",
    construct.LazyArray: "LazyArray reads later, when the frame is gone",
    construct.LazyStruct: "LazyStruct reads later, when the frame is gone",
    construct.Rebuffered: "Rebuffered waits for ever where the bytes end",
    construct.CompressedLZ4: "CompressedLZ4 has no bound for what it unpacks",
    construct.EncryptedSym: "EncryptedSym has no meaning without keys that a declaration should not hold",
    construct.EncryptedSymAead: "EncryptedSymAead has no meaning without keys that a declaration should not hold",
}


#: How members of a Struct that have no name are called.
_NAMELESS: Final[dict[type, str]] = {construct.Padded: "padding", construct.Const: "constant"}


_GREEDY: Final = (type(construct.GreedyBytes), construct.GreedyRange, construct.Tunnel, construct.OffsettedEnd)
_SIZED: Final = (construct.Prefixed, construct.FixedSized, construct.NullTerminated, EndedBy)


class _Copier:
    def __init__(self, trace: bool) -> None:
        self.trace = trace
        self._copies: dict[int, tuple[Any, Any]] = {}  # with the original, so that its id stays its own

    def known(self, layout: Any) -> Any:
        """The copy of what was copied before, or None."""
        found = self._copies.get(id(layout))
        return None if found is None else found[1]

    def copied(self, layout: Any) -> Any:
        known = self.known(layout)
        if known is not None:
            return known
        _refuse(layout)
        made = copy.copy(layout)
        made.__class__ = _REPLACED.get(type(layout), type(layout))
        wrapped = self._wrapped(made, layout)
        self._copies[id(layout)] = (layout, wrapped)
        for name, value in vars(layout).items():
            changed = self._value(value)
            if changed is not value:
                setattr(made, name, changed)
        if isinstance(made, _Lazy):
            made.copier = self
        if isinstance(made, _REPETITIONS) and not fixed_size(layout.subcon):
            made.subcon = _Element(made.subcon)
        if self.trace:
            _report_inside(made)
        return wrapped

    def _wrapped(self, made: Any, layout: Any) -> Any:
        if not self.trace:
            return made
        if isinstance(layout, Renamed) and layout.name:
            return _Reported(made, layout.name)
        if isinstance(layout, _OTHER_STREAMS):
            function = getattr(layout, "decoder", None) or getattr(layout, "decodefunc", None)
            return _Inside(made, 8 if function is bytes2bits else 0)
        return made

    def _value(self, value: Any) -> Any:
        if isinstance(value, Construct):
            return self.copied(value)
        if isinstance(value, dict) and any(isinstance(inner, Construct) for inner in value.values()):
            changed = copy.copy(value)
            for key, inner in value.items():
                changed[key] = self._value(inner)
            return changed
        if isinstance(value, list | tuple) and any(isinstance(inner, Construct) for inner in value):
            return type(value)(self._value(inner) for inner in value)
        return value


def _refuse(layout: Any) -> None:
    for refused, reason in _REFUSED.items():
        if isinstance(layout, refused):
            raise SchemaError(f"a layout cannot hold {refused.__name__}: {reason}")
    if isinstance(layout, construct.Compressed) and layout.encoding not in ("zlib", "gzip", "bzip2", "lzma"):
        raise SchemaError(f"a layout cannot hold Compressed with {layout.encoding!r}, which has no bound")


def reads_to_the_end(layout: Any) -> bool:
    """Whether ``layout`` holds something that takes all bytes there are, and nothing around it that has a size.

    What is behind a LazyBound is not looked at.
    """
    if isinstance(layout, _GREEDY):
        return True
    if isinstance(layout, construct.Construct) and not isinstance(layout, _SIZED):
        return any(map(reads_to_the_end, parts_of(layout)))
    return False


def parts_of(layout: Any) -> Iterator[Any]:
    """The constructs that ``layout`` is directly made of."""
    for value in vars(layout).values():
        yield from _constructs_in(value)


def _constructs_in(value: Any) -> list[Any]:
    if isinstance(value, Construct):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [each for each in inner if isinstance(each, Construct)]


def _report_inside(made: Any) -> None:
    """Let a copy report those of its inner parts that have no name of their own."""
    if isinstance(made, construct.GreedyRange):
        made.subcon = _Attempt(_Reported(made.subcon, None))
    elif isinstance(made, _REPETITIONS):
        made.subcon = _Reported(made.subcon, None)
    elif isinstance(made, construct.Select):
        made.subcons = [_Attempt(inner) for inner in made.subcons]
    elif isinstance(made, construct.Struct | construct.Sequence):
        made.subcons = [
            inner if inner.name else _Reported(inner, f"({_NAMELESS.get(type(inner), type(inner).__name__.lower())})")
            for inner in made.subcons
        ]

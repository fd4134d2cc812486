"""What passes in one direction of a conversation, told as it passes: objects, classes, resets, primitive data.

    events = StreamEvents()
    for event in events.feed(data): print(event)

It never fails for what is in a stream: where one is broken, or where a part of it was not seen (``skip``), it says so,
looks for the next place at which a reader can begin, and goes on there. Such places are a stream header, and TC_RESET
before something that begins with its class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, TypeAlias

from ..errors import DecodeError
from ..limits import CHANNEL_LIMITS, FilterInfo, Limits
from ..mapping.defaults import default_registry
from ..mapping.registry import Registry
from ..stream.constants import STREAM_HEADER, TC_REFERENCE, TC_RESET
from ..stream.decoder import Decoder
from ..stream.descriptors import ClassDescriptor, DescriptorCache
from ..stream.generic import JavaObject, short_repr
from ..stream.model import BlockData, StreamException
from ..stream.plan import DecodePlan
from ..stream.states import END_OF_STREAM, NEED_DATA
from .json_view import json_pieces
from .printable import printable

__all__ = ["Kind", "StreamEvent", "StreamEvents"]

Kind: TypeAlias = Literal["header", "class", "object", "again", "data", "reset", "exception", "error", "skipped", "end"]

_MAX_CHARACTERS: Final = 300
_MAX_DATA_BYTES: Final = 32
_MAX_FIELDS: Final = 20
_MAX_CLASSES: Final = 4096


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """Something that passed.

    kind      ``header`` the stream begins; ``class`` a class descriptor; ``object``; ``again`` an object that was sent
              before, as a reference; ``data`` primitive data; ``reset`` TC_RESET; ``exception`` the writer failed while
              it wrote an object; ``error`` the stream is broken here; ``skipped`` this was not looked at; ``end``
    offset    where it begins, in bytes from the start of the direction; of a class, where the content begins in which
              it stands
    length    in bytes; 0 where it has none
    name      of a class the name; of an object its class where it is in the generic form; of an error its type
    value     of an object, also of one sent before, the value; of data, the bytes; of a class, its descriptor (None if
              no object of it came, and of enums); of an exception, the throwable; of an error, and of what is skipped,
              the reason
    """

    kind: Kind
    offset: int
    length: int = 0
    name: str = ""
    value: Any = None

    def __str__(self) -> str:
        return self.text()

    def text(self, *, full: bool = False) -> str:
        """One line, fit for a terminal; ``full`` shows long values whole."""
        limit = None if full else _MAX_CHARACTERS
        if self.kind in ("object", "exception"):
            said = _shown(self.value, limit)
        elif self.kind == "class":
            said = _class_text(self.name, self.value)
        elif self.kind == "data":
            said = f"{len(self.value)} bytes: {_hexadecimal(self.value, full)}"
        elif self.kind == "error":
            said = f"{self.name}: {printable(str(self.value))}"
        elif self.kind == "skipped":
            said = f"{self.length} bytes: {self.value}"
        elif self.kind == "end":
            said = f"after {self.offset} bytes"
        elif self.kind == "again":
            said = printable(short_repr.repr(self.value))
        else:
            said = ""
        return f"{self.offset:08x}  {self.kind}{' ' if said else ''}{said}"

    def json_members(self) -> Iterator[tuple[str, Any]]:
        """What there is to say beside the value of an object, which ``json_pieces`` gives."""
        yield "kind", self.kind
        yield "offset", self.offset
        if self.kind != "class":
            yield "length", self.length
        if self.name:
            yield ("error" if self.kind == "error" else "class"), self.name
        if self.kind == "class" and self.value is not None:
            yield "serial_version_uid", self.value.serial_version_uid
            yield "fields", [f"{field.type_string} {field.name}" for field in self.value.fields]
        elif self.kind in ("error", "skipped"):
            yield "reason", self.value

    @property
    def has_value(self) -> bool:
        """Whether ``value`` is something that JSON shows as a value: of an object, of an exception, of data."""
        return self.kind in ("object", "exception", "data")

    @property
    def json_value(self) -> Any:
        """The value for ``json_pieces``."""
        return BlockData(self.value) if self.kind == "data" else self.value


def _shown(value: Any, limit: int | None) -> str:
    text = ""
    for piece in json_pieces(value):
        text += piece
        if limit is not None and len(text) > limit:
            return text[:limit] + " ..."
    return text


def _class_text(name: str, descriptor: ClassDescriptor | None) -> str:
    if descriptor is None:
        return printable(name)
    fields = [f"{field.type_string} {field.name}" for field in islice(descriptor.fields, _MAX_FIELDS)]
    more = ", ..." if len(descriptor.fields) > _MAX_FIELDS else ""
    return printable(f"{name} uid={descriptor.serial_version_uid} {{{', '.join(fields)}{more}}}")


def _hexadecimal(data: bytes, full: bool) -> str:
    shown = data if full else data[:_MAX_DATA_BYTES]
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in shown)
    return f"{shown.hex(' ')}{' ...' if len(shown) < len(data) else ''}  |{text}|"


class StreamEvents:
    """Turns the bytes of one direction into events, as they come. No input or output; nothing raises for the bytes."""

    def __init__(self, *, registry: Registry | None = None, limits: Limits | None = CHANNEL_LIMITS) -> None:
        self._registry = default_registry if registry is None else registry
        self._limits = limits
        self._end = 0  # the offset of the next byte that comes
        self._lost_from: int | None = None  # since then nothing is decoded,
        self._lost_why = ""
        self._tail = b""  # and these bytes came last
        self._begin(0, header=True)

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        """The events that ``data``, the next bytes of the direction, complete. To be taken, all of them, at once."""
        start = self._end
        self._end += len(data)
        while data:
            if self._lost_from is not None:
                place = self._place_in(data, start)
                if place is None:
                    return
                yield from self._skipped(place)
                data, start = (self._tail + data)[place - start + len(self._tail) :], place
                header = data.startswith(STREAM_HEADER)
                self._begin(place if header else place - len(STREAM_HEADER), header=header)
            self._decoder.feed(data)
            yield from self._contents(data, start)
            if self._lost_from is None:
                return
            # From where it broke; a place found there leads on by a byte at least.
            data, start = data[max(0, self._lost_from - start) :], max(start, self._lost_from)

    def feed_datagram(self, data: bytes) -> Iterator[StreamEvent]:
        """The events of a datagram, which is a whole stream of its own."""
        one = StreamEvents(registry=self._registry, limits=self._limits)
        yield from one.feed(data)
        yield from one.feed_eof()

    def feed_eof(self) -> Iterator[StreamEvent]:
        """The last events. An end inside an object is an ``error``."""
        if self._lost_from is None and self._end > 0:
            self._decoder.feed_eof()
            yield from self._contents(b"", self._end)
            self._lost_from = None  # what is unfinished was told
        yield from self._skipped(self._end)
        yield StreamEvent("end", self._end)

    def skip(self, count: int, reason: str) -> None:
        """The next ``count`` bytes of the direction passed and are not given here, for this ``reason``."""
        if self._lost_from is None:
            self._lose(self._end, reason)
        self._end += count
        self._tail = b""

    # ------------------------------------------------------------------------------------------------- finding the way

    def _begin(self, base: int, *, header: bool) -> None:
        """Decode from here on. ``base`` is where the header of the stream stands, or would stand if there were one."""
        self._resolver = _Listening(self._registry)
        self._decoder = Decoder(self._resolver, limits=self._limits, object_filter=self._note_class)
        self._base = base
        self._header_due = header
        if not header:
            self._decoder.feed(STREAM_HEADER)
        self._content_start = base + len(STREAM_HEADER)
        self._head = -1  # the first byte of the content at `_content_start`; -1: it has not come
        self._classes: list[str] = []
        self._noted: set[tuple[str, int]] = set()
        self._lost_from = None
        self._tail = b""

    def _lose(self, offset: int, reason: str) -> None:
        self._lost_from, self._lost_why, self._tail = offset, reason, b""

    def _skipped(self, end: int) -> Iterator[StreamEvent]:
        start, self._lost_from = self._lost_from, None
        if start is not None and end > start:
            yield StreamEvent("skipped", start, end - start, value=self._lost_why)

    def _place_in(self, data: bytes, start: int) -> int | None:
        """The offset in ``data``, which begins at ``start``, or just before, from where reading can go on; or None."""
        seen = self._tail + data
        found = _ENTRANCE.search(seen)
        if found is None:
            self._tail = seen[-_ENTRANCE_BYTES:]
            return None
        return start - len(self._tail) + found.start()

    # -------------------------------------------------------------------------------------------------------- decoding

    def _contents(self, data: bytes, start: int) -> Iterator[StreamEvent]:
        """What the decoder can tell now; ``data``, which begins at ``start``, was fed last."""
        run: list[bytes] = []
        run_start = run_end = 0
        while True:
            events = list(self._between(data, start))
            failure = None
            try:
                content = self._decoder.next_content()
            except DecodeError as error:
                content, failure = None, error
            end = self._base + self._decoder.offset
            if type(content) is BlockData and (not run or not events):
                run_start, run_end = self._content_start if not run else run_start, end
                run.append(content)
                yield from events
                self._next(end)
                continue
            if run:
                yield StreamEvent("data", run_start, run_end - run_start, value=b"".join(run))
                run = []
            yield from events
            if content is not NEED_DATA:  # a class is told with what the stream says of it, which is complete then
                yield from self._class_events()
            if failure is not None:
                path = "" if failure.path is None else f" (in {failure.path})"
                place = end if failure.offset is None else self._base + failure.offset
                yield StreamEvent("error", place, name=type(failure).__name__, value=failure.message + path)
                self._lose(end, "the stream is broken")
                return
            if content is NEED_DATA or content is END_OF_STREAM:
                return
            if type(content) is BlockData:
                run, run_start, run_end = [content], self._content_start, end
            else:
                yield self._event_of(content, end)
            self._next(end)

    def _between(self, data: bytes, start: int) -> Iterator[StreamEvent]:
        """What stands before the next content: the header, TC_RESET."""
        if self._header_due and self._base + len(STREAM_HEADER) <= start + len(data):
            self._header_due = False
            if data.startswith(STREAM_HEADER[max(0, start - self._base) :], max(0, self._base - start)):
                yield StreamEvent("header", self._base, len(STREAM_HEADER))
        while self._head < 0:
            place = self._content_start - start
            if not 0 <= place < len(data):
                return
            if data[place] == TC_RESET:
                yield StreamEvent("reset", self._content_start, 1)
                self._content_start += 1
            else:
                self._head = data[place]

    def _next(self, start: int) -> None:
        self._content_start = start
        self._head = -1
        self._noted.clear()

    def _event_of(self, content: Any, end: int) -> StreamEvent:
        start, length = self._content_start, end - self._content_start
        if isinstance(content, StreamException):
            return StreamEvent("exception", start, length, value=content.throwable)
        if self._head == TC_REFERENCE:
            return StreamEvent("again", start, length, _class_of(content), content)
        return StreamEvent("object", start, length, _class_of(content), content)

    def _note_class(self, info: FilterInfo) -> None:
        """Called by the decoder for every class descriptor, and for arrays; in a second try once more."""
        if info.array_length < 0 and (info.class_name, info.stream_bytes) not in self._noted:
            self._noted.add((info.class_name, info.stream_bytes))
            self._classes.append(info.class_name)

    def _class_events(self) -> Iterator[StreamEvent]:
        names, self._classes = self._classes, []
        met = self._resolver.met
        told: list[str] = []
        above = (
            0  # where a class and those above it begin: the decoder tells them from the bottom up, here they are not
        )
        for name in names:
            below = met.get(told[-1]) if told else None
            if below is None or below.super_class is None or below.super_class.name != name:
                told[above:] = reversed(told[above:])
                above = len(told)
            told.append(name)
        told[above:] = reversed(told[above:])
        for name in told:
            yield StreamEvent("class", self._content_start, name=name, value=met.get(name))


#: From where a stream can be read: a header and the beginning of a content; TC_RESET and an object, an array, an enum
#: constant or a Class object whose class descriptor, or that of a proxy, follows in full.
_ENTRANCE: Final = re.compile(
    rb"\xac\xed\x00\x05[\x70-\x7e]|\x79+[\x73\x75\x76\x7e](?:\x72[\x00-\x03].[A-Za-z_$\[]|\x7d\x00\x00[\x00-\x0f].)",
    re.DOTALL,
)
_ENTRANCE_BYTES: Final = 6  # of an entrance that is not all there yet


class _Listening:
    """The registry, as a resolver that keeps the class descriptors it is asked about."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.array_reader = registry.array_reader
        self.descriptors = DescriptorCache()
        self.met: dict[str, ClassDescriptor] = {}

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        if len(self.met) >= _MAX_CLASSES:
            self.met = {}
        if not descriptor.is_enum:  # of which there is no more to say
            for level in descriptor.chain:
                self.met[level.name] = level
        return self._registry.decode_plan(descriptor)

    def generic_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        return self._registry.generic_plan(descriptor)


def _class_of(value: Any) -> str:
    """The Java class of an object in the generic form; of the others JSON says it."""
    return value.__java_class__.name if isinstance(value, JavaObject) else ""

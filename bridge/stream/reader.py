# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: `_frames` is indexed by `_top`, which `_push` and `_pop` keep inside it, and the input only
# behind a comparison with `_end` in the same function.
"""The lower half of the decoder: input, stack and handles of one stream, without I/O.

Java Object Serialization Specification 6.4.1 and 6.4.2; ``ObjectInputStream.BlockDataInputStream`` and ``HandleTable``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..errors import (
    BridgeError,
    CorruptedStreamError,
    DecodeError,
    InvalidClassError,
    LocalProtocolError,
    RejectedError,
    TruncatedStreamError,
)
from ..limits import FilterInfo, Status
from . import native
from .constants import BASE_WIRE_HANDLE, STREAM_HEADER, TC_BLOCKDATA
from .descriptors import ClassDescriptor
from .model import BlockData
from .plan import LIST
from .states import FEW_LEVELS, IN_ARRAY, IN_DESCRIPTOR, IN_OBJECT, NEED_DATA, NO_REFERENCE

if TYPE_CHECKING:
    from ..limits import Limits
    from .plan import Resolver

#: How much memory may be taken that the stream has not paid for with bytes of its own (by objects that are begun and
#: not filled, inherited fields, copies of what is shared), and how much more for each byte of the content.
_FREE_BYTES = 1 << 26
_FREE_FACTOR = 64

#: What a super-class costs a class for which a Python class is made, and each inherited field: bytes, and time.
_LEVEL_BYTES = 100
_FIELD_BYTES = 400

#: How many steps of a path are shown from either end, and how many characters of a name.
_PATH_SEGMENTS = 50
_NAME_CHARACTERS = 100


#: A table of handles up to this length is kept for the next stream.
_KEPT_HANDLES = 1 << 20

#: So many frames are kept after a deep graph; by a decoder that reads one stream after another, so many.
_KEPT_FRAMES = 1000
_KEPT_FRAMES_OF_MANY = 1 << 15


class Frame:
    """One unfinished construct. Frames are used again, so that a push costs no allocation."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.kind = 0
        self.type_code = 0
        self.index = 0
        self.length = 0
        self.last = -1
        self.handle = -1
        self.start = 0
        self.exposed = False
        self.levels = 0  # how many of maxdepth it stands for
        self.open_block = 0
        self.blocks = 0
        self.plan = None
        self.descriptor = None
        self.value = None
        self.values = None
        self.items = None
        self.annotations = None
        self.head = None
        self.root = None  # what it is the last part of, by way of the last fields of `outer`
        self.outer = None


#: Stands for the handle of what is being read without a frame; a reference to it is left to the frame it gets then.
BEGUN = Frame()


class Opened:
    """An object whose parts are being taken; see `leaf_reader`. There is one for each level, which is used again.

    ``field``: the primitive or reference that stands before the parts. ``items`` and ``count``: where these go, and how
    many they are. ``outer`` and ``most``: the same of what the object itself is taken for. ``start``, ``refs`` and
    ``copied``: of the outermost, what was before it. ``around``: the object that it is a part of; ``inner``: what
    serves an object that is a part of it, None where there may be none.
    """

    __slots__ = (
        "plan", "handle", "field", "items", "count", "outer", "most", "start", "refs", "copied", "around", "inner",
    )  # fmt: skip

    def __init__(self, inner: Opened | None) -> None:
        self.inner = inner
        self.plan: Any = None
        self.field = self.items = self.outer = self.around = None

    def leave(self) -> Any:
        """Lets go of all values; the object around it."""
        around = self.around
        self.field = self.items = self.outer = self.around = None
        return around


class StreamReader:
    """The input of one stream: bytes that wait, handles, unfinished frames, limits, and the errors that name a place.

    What stands here knows tokens and no grammar; `Decoder` adds that. ``trace``, a list, receives an event
    ``(start, end, event, handle, payload)`` for every token. ``whole_stream``: ``maxbytes`` counts from the start of
    the stream, not from that of each content. ``fieldless``: names of classes that write no data for their fields.
    """

    __slots__ = (  # uncompiled, they are found faster
        "_resolver", "_cache", "_arrays", "_filter", "_trace", "_tracing", "_whole_stream", "_bounded", "_limited",
        "_max_depth", "_max_refs", "_max_bytes", "_max_array", "_max_classes", "_max_fields", "_max_string",
        "_max_handles",
        "_buffer", "_p", "_pos", "_end", "_filled", "_base", "_eof", "_started", "_running", "only_objects", "_failure",
        "_content_start", "_missing", "_reservable", "_depth", "_unfilled", "_class_bytes", "_copied", "_refs_beside",
        "_classes", "_lowest_reference",
        "_fieldless", "_suspicious", "_last_suspect", "_first_error", "_mark_start", "_mark_handles", "_best_offset",
        "_mark_refs", "_mark_classes",
        "_tries", "_guess", "_untried", "_accused", "_latest", "_latest_generation", "_kept_frames", "_handles",
        "_frames", "_top", "_scratch", "_longest", "_outermost", "_plans", "_vain_depth", "_patience", "_spared",
    )  # fmt: skip

    def __init__(
        self,
        resolver: Resolver,
        *,
        limits: Limits | None = None,
        object_filter: Callable[[FilterInfo], Any] | None = None,
        trace: list[Any] | None = None,
        whole_stream: bool = False,
        fieldless: Iterable[str] = (),
    ) -> None:
        self._resolver = resolver
        self._cache = resolver.descriptors
        self._arrays = getattr(resolver, "array_reader", None)  # most resolvers have none
        self._filter: Any = object_filter
        self._trace: Any = trace
        self._tracing = trace is not None
        self._whole_stream = whole_stream
        self._max_depth = _bound(limits, "maxdepth")
        self._max_refs = _bound(limits, "maxrefs")
        self._max_bytes = _bound(limits, "maxbytes")
        self._max_array = _bound(limits, "maxarray")
        self._max_classes = _bound(limits, "maxclasses")
        self._max_fields = _bound(limits, "maxfields")
        self._max_string = _bound(limits, "maxstring")
        self._max_handles = _bound(limits, "maxhandles")
        self._longest = 0xFFFF if self._max_string < 0 else self._max_string
        # Whether `_has_room` and `_check_object` have anything to say.
        self._bounded = self._max_refs >= 0 or self._max_handles >= 0
        self._limited = self._bounded or self._max_depth >= 0
        self._handles: list[Any] = []
        # What is on its way from the input to where it belongs; a limit that ends it ends the reading for good.
        self._scratch: list[Any] = []
        #: Uncompiled, plans by the beginning of objects, TC_OBJECT and the reference to a class; None: needs a frame.
        self._plans: dict[Any, Any] = {}
        # How deep what could not be read in one step was, and how many are not tried after one; see `leaf_reader`.
        self._outermost: Any = None
        for _ in range(FEW_LEVELS):
            self._outermost = Opened(self._outermost)
        self._vain_depth = -1
        self._patience = self._spared = 0
        self._frames: list[Any] = []
        self._top = -1
        self._kept_frames = _KEPT_FRAMES
        self._latest = None
        self._latest_generation = -1
        self._fieldless = set(fieldless)
        self._accused: set[str] = set()  # see `second_try`
        self._start()

    def _start(self) -> None:
        self._buffer: bytes | bytearray = b""
        self._p = native.pointer(self._buffer)
        self._pos = 0
        self._end = 0
        self._filled = 0
        self._base = 0
        self._eof = False
        self._started = False
        self._running = False
        self._failure: BridgeError | None = None
        self.only_objects = True  # no content so far is a `BlockData` or a `StreamException`
        self._content_start = 0
        self._missing = len(STREAM_HEADER)
        self._depth = 0
        self._unfilled = 0
        self._reservable = 0
        self._class_bytes = 0
        self._copied = 0
        self._refs_beside = 0  # see `_check_refs`
        self._classes = 0
        self._lowest_reference = NO_REFERENCE
        # See `second_try`.
        self._suspicious = False
        self._last_suspect = None
        self._first_error: Any = None
        self._mark_start = 0
        self._mark_handles = 0
        self._mark_refs = 0
        self._mark_classes = 0

    def restart(self) -> None:
        """Begins another stream, as a new decoder would, with the memory of this one, which has had no error."""
        if self._top >= 0:
            raise LocalProtocolError("restart() was called inside a content")
        native.list_empty(self._handles, _KEPT_HANDLES)
        if not native.COMPILED:
            self._plans.clear()
        self._kept_frames = _KEPT_FRAMES_OF_MANY
        if self._fieldless:
            self._fieldless.clear()
        self._start()

    # ------------------------------------------------------------------------------------------------------- feeding

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Takes more bytes of the stream; `next_content` parses them."""
        if self._running:
            raise LocalProtocolError("feed() was called from within next_content()")
        if self._eof:
            raise LocalProtocolError("feed() was called after feed_eof()")
        pos = self._kept_from()
        buffer = self._buffer
        self._reservable += len(data)
        if pos == self._filled and type(data) is bytes:
            self._use(data, pos)
        elif type(buffer) is bytearray and (pos <= 65536 or pos * 2 <= self._filled):
            try:
                buffer += data
            finally:  # which may have moved it, also where it raised
                self._use(buffer, 0)
        else:
            rest = bytearray(memoryview(buffer)[pos:])
            rest += data
            self._use(rest, pos)

    def _kept_from(self) -> int:
        """Where the bytes still needed begin: of an unfinished content its first 64 KiB, or all; see `second_try`."""
        mark = self._mark_start - self._base
        if self._top >= 0 and mark >= 0 and (self._suspicious or self._pos - mark <= 65536):
            return mark
        return self._pos

    def _use(self, buffer: bytes | bytearray, dropped: int) -> None:
        """Takes ``buffer`` as the input; ``dropped`` bytes of the one before are no more in it."""
        self._buffer = buffer
        self._p = native.pointer(buffer)
        self._filled = len(buffer)
        self._base += dropped
        self._pos -= dropped
        self._limit_input()

    def _limit_input(self) -> None:
        """What lies beyond ``maxbytes`` is not seen; `_need` says so where it would be needed."""
        self._end = self._filled
        if self._max_bytes >= 0 and self._end + self._base - self._content_start > self._max_bytes:
            self._end = max(self._pos, self._content_start - self._base + self._max_bytes)

    def feed_eof(self) -> None:
        """No more bytes will come."""
        self._eof = True

    @property
    def missing_bytes(self) -> int:
        """After ``NEED_DATA``: how many more bytes the current content takes for certain, at least 1."""
        return self._missing

    @property
    def offset(self) -> int:
        """The bytes consumed so far, from the start of the stream."""
        return self._base + self._pos

    @property
    def in_content(self) -> bool:
        """Whether a content (or the header) is begun and not finished."""
        return self._top >= 0 or self._pos < self._filled or (not self._started and self._base + self._pos > 0)

    def awaits_content(self) -> bool:
        """Whether all that was fed is read, and a content may follow: then `next_content` answers ``NEED_DATA``."""
        return self._pos == self._filled and self._top < 0 and self._started and not self._eof and self._failure is None

    @property
    def fieldless(self) -> frozenset[str]:
        """The classes found to write no data for the fields they declare; see `second_try`."""
        return frozenset(self._fieldless)

    @property
    def handle_count(self) -> int:
        """The handles assigned since the start or the last TC_RESET; each keeps its value alive."""
        return len(self._handles)

    def unread(self) -> bytes:
        """The bytes that were fed and not consumed; the decoder gives them away."""
        if self._running:
            raise LocalProtocolError("unread() was called from within next_content()")
        rest = bytes(memoryview(self._buffer)[self._pos :])
        self._use(b"", self._pos)
        return rest

    def _read_header(self) -> bool:
        if self._end - self._pos < 4:
            self._need(4)
            return False
        if not native.matches(self._p, self._pos, self._end, STREAM_HEADER):
            raise self._not_a_stream()
        if self._tracing:
            self._emit(self._pos, self._pos + 4, "header", -1, None)
        self._pos += 4
        self._started = True
        return True

    def _begin_content(self) -> None:
        if not self._whole_stream:
            self._content_start = self._base + self._pos
            self._refs_beside = -len(self._handles)
            self._class_bytes = 0
            self._copied = 0
            if self._max_bytes >= 0:
                self._limit_input()

    def _forget_handles(self) -> None:
        self._refs_beside += len(self._handles)
        self._classes = 0
        self._handles = []
        self._plans.clear()
        self._mark_handles = -1

    def _block_data(self) -> Any:
        p = self._p
        pos = self._pos
        head = 2 if p[pos] == TC_BLOCKDATA else 5
        if self._end - pos < head:
            return self._need(head)
        if head == 2:
            length = p[pos + 1]
        else:
            length = native.i32(p, pos + 1)
            if length < 0:
                raise self._corrupted(f"block data of negative length {length}")
        if self._end - pos - head < length:
            return self._need(head + length)
        data = native.take_as(BlockData, p, pos + head, pos + head + length)
        if self._tracing:
            self._emit(pos, pos + head + length, "block data", -1, data)
        self._pos = pos + head + length
        return data

    # -------------------------------------------------------------------------------------------------------- frames

    def _push(self, kind: int) -> Any:
        self._top += 1
        if self._top == len(self._frames):
            frame = Frame()
            native.untrack(frame)  # it is part of no cycle, as nothing that a stream makes refers to one
            self._frames.append(frame)
        frame = self._frames[self._top]
        frame.kind = kind
        frame.index = 0
        frame.length = 0
        frame.start = self._base + self._pos
        frame.handle = -1
        frame.exposed = False
        frame.last = -1
        frame.levels = 0
        frame.open_block = 0
        frame.blocks = 0
        return frame

    def _pop(self) -> None:
        frame = self._frames[self._top]
        self._depth -= frame.levels
        if frame.kind == IN_OBJECT and frame.length:
            self._unfilled -= frame.length
        frame.plan = None
        frame.descriptor = None
        frame.value = None
        if frame.root is not None:
            frame.root = None
            frame.outer = None
        if frame.values is not None or frame.items is not None or frame.annotations is not None:
            frame.values = None
            frame.items = None
            frame.annotations = None
            frame.head = None
        if self._top >= self._kept_frames:
            self._frames.pop()
        self._top -= 1

    def _assign_handle(self, frame: Any) -> None:
        """Gives the frame the next handle; until it is done, the handle stands for the frame."""
        if frame.kind == IN_DESCRIPTOR:
            self._check_refs()
        else:
            self._check_object()
            self._depth += 1
            frame.levels = 1
        frame.handle = len(self._handles)
        native.list_append(self._handles, frame)

    def _finish(self, frame: Any, value: Any) -> Any:
        self._handles[frame.handle] = value
        if self._tracing:
            self._emit(self._pos, self._pos, "end", frame.handle, None)
        if frame.root is not None:
            value = frame.root
        self._pop()
        return value

    # --------------------------------------------------------------------------------------------------- limits, errors

    def _need(self, count: int) -> Any:
        """Answers ``NEED_DATA``: the token at the position takes at least ``count`` bytes."""
        if self._max_bytes >= 0 and count > self._max_bytes - (self._base + self._pos - self._content_start):
            raise self._rejected(f"more than maxbytes={self._max_bytes} bytes")
        self._missing = count - (self._end - self._pos)
        return NEED_DATA

    def _check_refs(self) -> None:
        """Before a handle is assigned.

        What Java counts as references (``ObjectInputStream.totalObjectRefs``) is what has a handle, and some more:
        nulls and back references; but not the strings in class descriptors and the names of enum constants. The
        difference is ``_refs_beside``. (A class descriptor has a handle; for Java its super-class counts in its place.)
        """
        if self._max_refs >= 0 and len(self._handles) + self._refs_beside >= self._max_refs:
            raise self._rejected(f"more than maxrefs={self._max_refs} objects")
        if self._max_handles >= 0 and len(self._handles) >= self._max_handles:
            raise self._rejected(f"more than maxhandles={self._max_handles} objects and classes to refer to")

    def _check_beside(self) -> None:
        """After a null or a back reference was counted."""
        if len(self._handles) + self._refs_beside > self._max_refs:
            raise self._rejected(f"more than maxrefs={self._max_refs} objects")

    def _check_string(self, size: int) -> None:
        """Of a string or name of ``size`` bytes, before they have come."""
        if size > self._max_string:
            raise self._rejected(f"a string of {size} bytes, more than maxstring={self._max_string}")

    def _check_object(self) -> None:
        """Of whatever begins with a class descriptor, before its handle is assigned."""
        self._check_refs()
        if self._max_depth >= 0 and self._depth >= self._max_depth:
            raise self._rejected(f"more than maxdepth={self._max_depth} nested objects")

    def _weigh(self, frame: Any, fields: int) -> None:
        """Counts the memory of an unfinished object of many fields, which is taken before their bytes have come.

        Objects that each begin in the first field of the one before would take any multiple of the bytes that came.
        """
        frame.length = fields * 8
        self._unfilled += frame.length
        if not self._paid(self._unfilled):
            raise self._rejected(
                f"unfinished objects of {self._unfilled} bytes in memory, out of proportion to the input"
            )

    def _weigh_class(self, descriptor: Any) -> None:
        """Counts what a class inherits, before a Python class is made for it: five bytes of a stream can say that."""
        inherited = descriptor.field_count - len(descriptor.fields)
        self._class_bytes += descriptor.super_class_count * _LEVEL_BYTES + inherited * _FIELD_BYTES
        if not self._paid(self._class_bytes):
            raise self._rejected(
                f"{_short(descriptor.name)} inherits {inherited} fields of {descriptor.super_class_count} classes, "
                "with those of the other classes out of proportion to the input"
            )

    def _paid(self, count: int) -> bool:
        """Whether so many bytes in memory are in proportion to what was read."""
        return count <= _FREE_BYTES + _FREE_FACTOR * (self._base + self._pos - self._content_start)

    def _in_descriptor(self) -> bool:
        if self._top < 0:
            return False
        frame = self._frames[self._top]
        return bool(frame.kind == IN_DESCRIPTOR)

    def _ask_filter(self, name: Any, array_length: int, level: int) -> None:
        """Of the class that stands ``level`` super-classes above the one of the object."""
        is_array = array_length >= 0  # without a handle yet, and its length was seen, but not consumed
        if not self._lets_in(name, array_length, level, len(self._handles) + is_array, self._pos + 4 * is_array):
            raise self._rejected(f"the filter refuses {_short(name)}")

    def _lets_in(self, name: Any, array_length: int, level: int, handles: int, pos: int) -> bool:
        stream_bytes = self._base + pos - self._content_start
        info = FilterInfo(name, array_length, self._depth + level + 1, handles + self._refs_beside, stream_bytes)
        return self._filter(info) is not Status.REJECTED

    def _emit(self, start: int, end: int, event: str, handle: int, payload: Any) -> None:
        self._trace.append((self._base + start, self._base + end, event, handle, payload))

    def _path(self) -> str:
        """Where the machine is, as seen from the root of the content; the middle of a long way is left out."""
        steps: list[Any] = []
        for i in range(self._top + 1):
            frame = self._frames[i]
            if frame.outer is not None:
                steps.extend(frame.outer)
            steps.append(frame)
        while steps and not _place(steps[len(steps) - 1]):  # what has only begun may have a frame or not
            steps.pop()
        if len(steps) <= 2 * _PATH_SEGMENTS:
            return "$" + "".join(map(_place, steps))
        first, last = steps[:_PATH_SEGMENTS], steps[len(steps) - _PATH_SEGMENTS :]
        return "$" + "".join(map(_place, first)) + " ... " + "".join(map(_place, last))

    def _error(self, error_type: Any, message: str) -> DecodeError:
        return error_type(message, offset=self._base + self._pos, path=self._path())  # type: ignore[no-any-return]

    def _corrupted(self, message: str) -> DecodeError:
        return self._error(CorruptedStreamError, message)

    def _invalid_class(self, message: str) -> DecodeError:
        return self._error(InvalidClassError, message)

    def _rejected(self, message: str) -> DecodeError:
        return self._error(RejectedError, message)

    def _truncated(self) -> DecodeError:
        if not self._started:
            if self._base + self._end == 0:
                return TruncatedStreamError("the input is empty", offset=0)
            if not STREAM_HEADER.startswith(native.take(self._p, self._pos, self._end)):
                return self._not_a_stream()
            return TruncatedStreamError("the input ended inside the stream header", offset=self._base + self._end)
        return TruncatedStreamError(
            f"the input ended inside an object; at least {self._missing} more bytes are due",
            offset=self._base + self._end,
            path=self._path(),
        )

    def _not_a_stream(self) -> DecodeError:
        found = native.take(self._p, self._pos, min(self._end, self._pos + 4))
        hint = ""
        if found[:2] == b"\x1f\x8b":
            hint = "; this is gzip: bridge.load opens it"
        elif found[:2] == STREAM_HEADER[:2]:
            hint = "; only version 5 of the protocol exists"
        return CorruptedStreamError(
            f"not a Java object stream: it begins with {found!r}, not with AC ED 00 05{hint}",
            offset=self._base + self._pos,
        )

    def _malformed_text(self) -> DecodeError:
        return self._corrupted("malformed modified UTF-8")

    def _bad_handle(self, number: int) -> DecodeError:
        return self._corrupted(
            f"a reference to handle 0x{number + BASE_WIRE_HANDLE:x}, but only {len(self._handles)} handles are assigned"
        )

    def _not_a_descriptor(self) -> DecodeError:
        return self._corrupted("a class descriptor is due, but the handle referred to is something else")


def _bound(limits: Limits | None, name: str) -> int:
    """The bound of this name; -1 where there is none."""
    value = None if limits is None else getattr(limits, name)
    return -1 if value is None else value


def _short(name: Any) -> str:
    """A name from the stream, for a message."""
    return name if len(name) <= _NAME_CHARACTERS else f"{name[:_NAME_CHARACTERS]}..."


def _place(step: Any) -> str:
    """The field or item that a frame is at, as a path segment; of a class, its last field."""
    if type(step) is ClassDescriptor:
        return f".{_short(step.last_field.name)}"
    frame = step
    kind = frame.kind
    if frame.handle < 0:  # it has only begun, or has no handle
        return ""
    if kind == IN_ARRAY:
        return f"[{len(frame.value)}]"
    if kind == IN_DESCRIPTOR:
        return f"<class {_short(frame.value[0]) if frame.length >= 0 else '$Proxy'}>"
    if kind != IN_OBJECT:
        return ""
    if frame.items is not None:
        count = len(frame.items)
        if frame.plan.shape == LIST and frame.head is not None:
            return f"[{count}]"
        return f".<annotation {count + (frame.head is not None)}>"
    index = frame.index
    for level, annotated in frame.descriptor.data_levels:
        fields = level.data_fields
        if index < len(fields):
            return f".{_short(fields[index].name)}"
        index -= len(fields)
        if annotated:
            if index == 0:
                return ".<annotation 0>"
            index -= 1
    return ""

# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: every read of the input is behind a comparison with `_end` in the same function, and every
# list index is one this module has just computed from the list's own length.
"""The decoder: bytes in, contents out. Java Object Serialization Specification, section 6.4.

No I/O, no recursion, no waiting. `feed` takes bytes in any portions; `next_content` gives the next content or
``NEED_DATA``. Every step below either consumes one token whole or leaves everything as it was, so the machine can stop
at any byte and go on, and bytes after a content stay untouched.

A step answers with a value, or ``NEED_DATA``, or ``PUSHED``: a frame was put on the stack and its value will come.
The handle of an object in progress holds its frame; what a reference to it means is decided in `_in_progress`.
"""

from __future__ import annotations

from typing import Any

from ..errors import BridgeError, DecodeError, LocalProtocolError, RejectedError
from . import native
from .array_reader import ArrayReader
from .constants import (
    BASE_WIRE_HANDLE,
    SC_ENUM,
    STREAM_HEADER,
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASS,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_ENUM,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    TYPE_CODE_NAMES,
)
from .descriptors import ANNOTATION, ClassDescriptor
from .model import BlockData, JavaClass, JavaEnum, StreamException
from .plan import ATTRIBUTES, BOX, BUILD, FILL, LIST, MAP, SKIP, SLOTS
from .reader import Frame, _short
from .states import (
    END_OF_STREAM,
    IN_ARRAY,
    IN_DESCRIPTOR,
    IN_ENUM,
    IN_EXCEPTION,
    IN_OBJECT,
    IN_OPEN,
    NEED_DATA,
    PUSHED,
    Signal,
)

__all__ = ["Decoder"]

#: The load factor of every HashMap that nobody gave another one.
_LOAD_FACTOR = 0.75

_MAX_STRING_BYTES = 3 * 0x7FFFFFFF

#: Objects of so many fields may take memory before their bytes have come; of more, it is watched.
_MANY_FIELDS = 64


class Decoder(ArrayReader):
    """One direction of a conversation, or one file: a stream with its handle table.

    ``Decoder(resolver, limits=, object_filter=, trace=)``: limits and filter are asked as the stream is read and end it
    with ``RejectedError``. With a trace nothing is taken from caches, and every token is reported.
    """

    # ------------------------------------------------------------------------------------------------------ contents

    def next_content(self) -> Any:
        """The next content of the stream: a value, a `BlockData`, a `StreamException`; else a `Signal`.

        ``NEED_DATA``: call `feed` or `feed_eof` first. ``END_OF_STREAM``: `feed_eof` was called, and nothing is left.
        Raises `DecodeError`; the decoder cannot go on after that and raises the same error again.
        """
        return self._read(None)

    def take_contents(self, contents: list[Any]) -> Signal:
        """Appends to ``contents`` what `next_content` would give, up to the first `Signal`, which it returns."""
        return self._read(contents)  # type: ignore[no-any-return]

    def _read(self, contents: Any) -> Any:
        """Contents into the list up to a `Signal`; without a list, the next content or a `Signal`."""
        if self._failure is not None:
            raise self._failure
        if self._running:
            raise LocalProtocolError("next_content() was called from within itself")
        self._running = True
        # Making many objects would run the collector over them again and again; nothing made here is garbage.
        collecting = native.pause_collector()
        try:
            while True:
                try:
                    content = self._next()
                    if content is NEED_DATA:
                        if not self._eof:
                            return content
                        if not self.in_content and self._started:
                            return END_OF_STREAM
                        raise self._truncated()
                except DecodeError as error:
                    if not self._suspicious or self._tracing or type(error) is RejectedError:
                        raise
                    if self._try_again(error):
                        continue
                    raise self._given_up() from None
                if contents is None:
                    return content
                native.list_append(contents, content)
        except BridgeError as error:
            if error.offset is None:  # from the mapping, which knows no place
                error.offset = self.offset
                error.path = self._path()
            self._failure = error
            raise
        except BaseException as error:  # in code of the mapping or the filter; what it broke off is lost
            self._failure = LocalProtocolError(f"reading was broken off by {type(error).__name__} and cannot go on")
            raise
        finally:
            native.resume_collector(collecting)
            self._running = False

    def _next(self) -> Any:
        if not self._started:
            if not self._read_header():
                return NEED_DATA
        if self._top < 0:
            value = self._content()
        else:
            value = PUSHED
        while True:
            if value is PUSHED:
                value = self._step(self._frames[self._top])
            elif value is NEED_DATA:
                return value
            elif self._top < 0:
                return value
            else:
                frame = self._frames[self._top]
                self._accept(frame, value)
                value = self._step(frame)

    def _content(self) -> Any:
        """One content at the top level: what `_value` reads, block data, or TC_RESET, which is passed over."""
        while True:
            self._begin_content()
            self._mark()
            if self._pos >= self._end:
                if self._pos < self._filled:
                    return self._need(1)
                self._missing = 1
                return NEED_DATA
            code = self._p[self._pos]
            if code == TC_BLOCKDATA or code == TC_BLOCKDATALONG:
                return self._block_data()
            if code != TC_RESET:
                return self._value()
            if self._tracing:
                self._emit(self._pos, self._pos + 1, "reset", -1, None)
            self._pos += 1
            self._forget_handles()

    def _value(self) -> Any:
        """One object of the grammar. A string or reference is read here; what has parts pushes a frame."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 1:
            return self._need(1)
        code = p[pos]
        if code == TC_STRING:
            if left < 3:
                return self._need(3)
            length = 3 + native.u16(p, pos + 1)
            if left < length:
                return self._need(length)
            text = native.decode_mutf8(p, pos + 3, pos + length)
            if text is None:
                raise self._malformed_text()
            return self._string(text, length)
        if code == TC_REFERENCE:
            if left < 5:
                return self._need(5)
            number = native.u32(p, pos + 1) - BASE_WIRE_HANDLE
            if number < 0 or number >= len(self._handles):
                raise self._bad_handle(number)
            value = self._handles[number]
            if type(value) is Frame:
                value = self._in_progress(value)
            if number < self._lowest_reference:
                self._lowest_reference = number
            if self._tracing:
                self._emit(pos, pos + 5, "reference", number, None)
            self._pos = pos + 5
            return value
        if code == TC_OBJECT:
            if left >= 6 and not self._tracing:
                if p[pos + 1] == TC_REFERENCE:
                    value = self._box(pos, left)
                    if value is not PUSHED:
                        return value
                # The two common cases whole: the descriptor is a reference, or one known by its bytes.
                self._pos = pos + 1
                found = self._known_descriptor()
                if found is not None:
                    value = self._begin_object(found)
                    if value is NEED_DATA:
                        frame = self._push(IN_OPEN)
                        frame.type_code = code
                        frame.descriptor = found
                    return value
                self._pos = pos
            return self._open(code)
        if code == TC_NULL:
            if self._tracing:
                self._emit(pos, pos + 1, "null", -1, None)
            self._pos = pos + 1
            return None
        if code == TC_ARRAY or code == TC_ENUM or code == TC_CLASS:
            return self._open(code)
        return self._rare_value(code)

    def _box(self, pos: int, left: int) -> Any:
        """TC_OBJECT with a reference to a class of one primitive field, whole; PUSHED where it is anything else."""
        p = self._p
        number = native.u32(p, pos + 2) - BASE_WIRE_HANDLE
        if number < 0 or number >= len(self._handles):
            return PUSHED
        found = self._handles[number]
        if type(found) is not ClassDescriptor:
            return PUSHED
        descriptor = found
        plan = descriptor.decode_plan
        if plan is None or plan.shape != BOX or descriptor.flags & SC_ENUM:
            return PUSHED
        code = plan.steps[0]
        size = native.primitive_bytes(code)
        if left < 6 + size:
            return PUSHED
        self._pos = pos + 6
        self._check_object()
        value = native.read_primitive(p, pos + 6, code)
        if plan.build is not None:
            value = self._boxed(plan, value)
        self._pos = pos + 6 + size
        native.list_append(self._handles, value)
        return value

    def _string(self, text: Any, length: int) -> Any:
        self._check_refs()
        if self._tracing:
            self._emit(self._pos, self._pos + length, "string", len(self._handles), text)
        self._pos += length
        native.list_append(self._handles, text)
        return text

    def _rare_value(self, code: int) -> Any:
        pos = self._pos
        if code == TC_LONGSTRING:
            if self._end - pos < 9:
                return self._need(9)
            length = native.i64(self._p, pos + 1)
            if length < 0:
                raise self._corrupted(f"a string of negative length {length}")
            if length > _MAX_STRING_BYTES:
                raise self._corrupted(f"a string of {length} bytes; Java's hold less than 2**31 characters")
            if self._end - pos - 9 < length:
                return self._need(9 + length)
            text = native.decode_mutf8(self._p, pos + 9, pos + 9 + length)
            if text is None:
                raise self._malformed_text()
            return self._string(text, 9 + length)
        if code == TC_CLASSDESC or code == TC_PROXYCLASSDESC:
            return self._class_descriptor()
        if code == TC_EXCEPTION:
            return self._abort()
        if code == TC_RESET:
            raise self._corrupted("TC_RESET inside an object")
        if code == TC_ENDBLOCKDATA:
            raise self._corrupted("TC_ENDBLOCKDATA where an object is due")
        if code == TC_BLOCKDATA or code == TC_BLOCKDATALONG:
            raise self._corrupted("primitive data where an object is due")
        if code == STREAM_HEADER[0]:
            raise self._corrupted(
                "found a second stream header: the sender made another ObjectOutputStream on the same connection"
            )
        raise self._corrupted(f"0x{code:02x} is no type code")

    def _open(self, code: int) -> Any:
        """The type code of something with a class descriptor; the frame goes on from there."""
        if self._tracing:
            self._emit(self._pos, self._pos + 1, "begin", -1, code)
        self._pos += 1
        frame = self._push(IN_OPEN)
        frame.type_code = code
        return PUSHED

    def _abort(self) -> Any:
        """TC_EXCEPTION: whatever was in progress is given up, and the Throwable follows with a fresh handle table."""
        if self._tracing:
            self._emit(self._pos, self._pos + 1, "abort", -1, None)
        self._pos += 1
        while self._top >= 0:
            self._pop()
        self._depth = 0
        self._forget_handles()
        self._push(IN_EXCEPTION)
        return PUSHED

    def _step(self, frame: Any) -> Any:
        kind = frame.kind
        if kind == IN_OBJECT:
            return self._step_object(frame)
        if kind == IN_ARRAY:
            return self._step_array(frame)
        if kind == IN_OPEN:
            return self._step_open(frame)
        if kind == IN_DESCRIPTOR:
            return self._step_descriptor(frame)
        if kind == IN_ENUM:
            return self._step_enum(frame)
        return self._step_exception(frame)

    def _accept(self, frame: Any, value: Any) -> None:
        """Takes the value of the frame above, which has just been popped."""
        kind = frame.kind
        if kind == IN_OBJECT:
            if frame.items is not None:
                self._close_block(frame)
                native.list_append(frame.items, value)
            else:
                self._store(frame, frame.index, value)
                frame.index += 1
        elif kind == IN_ARRAY:
            native.list_append(frame.value, value)
        elif kind == IN_DESCRIPTOR:
            self._accept_in_descriptor(frame, value)
        elif kind == IN_OPEN:
            frame.descriptor = value
        else:
            frame.value = StreamException(value)

    # ------------------------------------------------------------------------------------------------------- objects

    def _step_open(self, frame: Any) -> Any:
        """A type code was read; now its class descriptor, then the beginning of what it opens."""
        code = frame.type_code
        if frame.descriptor is None:
            found = self._class_descriptor()
            if found is NEED_DATA or found is PUSHED:
                return found
            if found is None:
                raise self._corrupted(f"{TYPE_CODE_NAMES[code]} with a null class descriptor")
            frame.descriptor = found
        descriptor = frame.descriptor
        if code == TC_ARRAY:
            needed = self._array_bytes(descriptor)
            if self._end - self._pos < needed:
                return self._need(needed)
        elif code == TC_OBJECT and not self._tracing:
            # A box is read whole, in one step, as `_begin_object` does it.
            plan = self._plan(descriptor)
            if plan.shape == BOX and self._end - self._pos < native.primitive_bytes(plan.steps[0]):
                return self._need(native.primitive_bytes(plan.steps[0]))
        self._pop()
        if code == TC_OBJECT:
            return self._begin_object(descriptor)
        if code == TC_ARRAY:
            return self._begin_array(descriptor)
        if code == TC_ENUM:
            return self._begin_enum(descriptor)
        self._check_object()
        if self._tracing:
            self._emit(self._pos, self._pos, "class", len(self._handles), descriptor)
        value = JavaClass(descriptor)
        native.list_append(self._handles, value)
        return value

    def _plan(self, descriptor: Any) -> Any:
        plan = descriptor.decode_plan
        if plan is None or descriptor.flags & SC_ENUM:
            self._check_object_class(descriptor)
            plan = self._new_plan(descriptor)
        return plan

    def _new_plan(self, descriptor: Any) -> Any:
        try:
            plan = self._resolver.decode_plan(descriptor)
        except BridgeError:
            raise
        except Exception:  # noqa: BLE001 - not the class that the mapping knows by this name
            plan = self._resolver.generic_plan(descriptor)
        descriptor.decode_plan = plan
        return plan

    def _check_object_class(self, descriptor: Any) -> None:
        flags = descriptor.flags
        if flags & SC_ENUM:
            raise self._invalid_class(f"{_short(descriptor.name)} is an enum but stands at TC_OBJECT")
        if descriptor.has_lengthless_data:
            raise self._invalid_class(
                f"{_short(descriptor.name)} wrote its external contents in protocol version 1; "
                "nothing tells where they end"
            )

    def _begin_object(self, descriptor: Any) -> Any:
        """An object whose descriptor has been read: its handle, its value if that can be made now, its frame."""
        plan = descriptor.decode_plan
        if plan is None or descriptor.flags & SC_ENUM:
            plan = self._plan(descriptor)
        shape = plan.shape
        if shape == BOX and not self._tracing:
            code = plan.steps[0]
            size = native.primitive_bytes(code)
            if self._end - self._pos < size:
                return self._need(size)
            self._check_object()
            value = native.read_primitive(self._p, self._pos, code)
            if plan.build is not None:
                value = self._boxed(plan, value)
            self._pos += size
            native.list_append(self._handles, value)
            return value
        frame = self._push(IN_OBJECT)
        frame.descriptor = descriptor
        frame.plan = plan
        self._assign_handle(frame)
        if plan.annotation_step > 0 and (shape == SLOTS or shape == ATTRIBUTES or shape == SKIP):
            self._suspicious = True
        if plan.length > _MANY_FIELDS and shape == SLOTS:
            self._weigh(frame, plan.length)
        if shape == SLOTS or shape == ATTRIBUTES:
            frame.value = native.allocate(plan.cls)
        elif shape == LIST:
            frame.values = []
            frame.value = [] if plan.new is None else plan.new()
        elif shape == FILL:
            frame.values = []
            frame.value = plan.new()
        elif shape != SKIP:  # MAP, BUILD
            frame.values = []
        if plan.annotation_step >= 0:
            frame.annotations = []
        if self._tracing:
            self._emit(self._pos, self._pos, "object", frame.handle, descriptor)
        return PUSHED

    def _step_object(self, frame: Any) -> Any:
        p = self._p
        plan = frame.plan
        steps = plan.steps
        length = plan.length
        i = frame.index
        while i < length:
            code = steps[i]
            size = native.primitive_bytes(code)
            frame.index = i  # before anything that may fail and name the place
            if size:
                if self._end - self._pos < size:
                    return self._need(size)
                value = native.read_primitive(p, self._pos, code)
                if self._tracing:
                    self._emit(self._pos, self._pos + size, "primitive", -1, value)
                self._pos += size
            elif code == ANNOTATION:
                value = self._annotation(frame)
                if value is not None:
                    return value
                i += 1
                continue
            else:
                value = self._value()
                if value is NEED_DATA or value is PUSHED:
                    return value
            if plan.shape == SLOTS:
                native.slot_set(frame.value, plan.slots, i, value)
            elif plan.shape == ATTRIBUTES:
                native.attribute_set(frame.value, plan.names[i], value)
            elif plan.shape != SKIP:
                frame.values.append(value)
            i += 1
        frame.index = i
        return self._finish_object(frame)

    def _store(self, frame: Any, i: int, value: Any) -> None:
        plan = frame.plan
        if plan.shape == SLOTS:
            native.slot_set(frame.value, plan.slots, i, value)
        elif plan.shape == ATTRIBUTES:
            native.attribute_set(frame.value, plan.names[i], value)
        elif plan.shape != SKIP:
            frame.values.append(value)

    def _annotation(self, frame: Any) -> Any:
        """Contents up to TC_ENDBLOCKDATA; None when that has been read. Runs of block data become one `BlockData`."""
        shape = frame.plan.shape
        if frame.items is None:
            frame.items = frame.value if shape == LIST else []
            frame.open_block = 0
            frame.head = None
            if shape == LIST or shape == MAP:
                if not self._take_head(frame):
                    frame.items = None
                    return NEED_DATA
                self._reserve(frame)
        items = frame.items
        while True:
            if self._pos >= self._end:
                return self._need(1)
            code = self._p[self._pos]
            if code == TC_ENDBLOCKDATA:
                if self._tracing:
                    self._emit(self._pos, self._pos + 1, "end block data", -1, None)
                self._pos += 1
                self._close_block(frame)
                frame.items = None
                if frame.plan.shape != SKIP:
                    frame.annotations.append(items)
                return None
            if code == TC_BLOCKDATA or code == TC_BLOCKDATALONG:
                value = self._block_data()
                if value is NEED_DATA:
                    return value
                if frame.open_block == 0:
                    frame.open_block = 1
                    frame.blocks += 1
                    native.list_append(items, value)
                else:
                    if frame.open_block == 3:  # more than the head: it is not what was expected
                        native.list_append(items, frame.head)
                        frame.head = None
                        frame.open_block = 1
                    if frame.open_block == 1:
                        frame.open_block = 2
                        items[len(items) - 1] = bytearray(items[len(items) - 1])
                    items[len(items) - 1] += value
                continue
            value = self._value()
            if value is NEED_DATA or value is PUSHED:
                return value
            if frame.open_block:
                self._close_block(frame)
            native.list_append(items, value)

    def _reserve(self, frame: Any) -> None:
        """Room for as many elements as are declared, while all such room together stays within the bytes received."""
        head = frame.head
        if head is not None and len(head) >= 4:
            count = native.i32(native.pointer(head), len(head) - 4)
            if count > self._reservable:
                count = self._reservable
            if count > 0:
                self._reservable -= count
                native.list_reserve(frame.items, count)

    def _take_head(self, frame: Any) -> bool:
        """The primitives in front of the elements of a list or map; False where not all of them are there."""
        p = self._p
        pos = self._pos
        if pos >= self._end:
            self._need(1)
            return False
        if p[pos] == TC_BLOCKDATA and not self._tracing:
            if self._end - pos < 2:
                self._need(2)
                return False
            size = p[pos + 1]
            if self._end - pos < 2 + size:
                self._need(2 + size)
                return False
            frame.head = native.take(p, pos + 2, pos + 2 + size)
            frame.open_block = 3
            frame.blocks += 1
            self._pos = pos + 2 + size
        return True

    def _close_block(self, frame: Any) -> None:
        if frame.open_block == 2:
            items = frame.items
            items[len(items) - 1] = BlockData(items[len(items) - 1])
        frame.open_block = 0

    def _finish_object(self, frame: Any) -> Any:
        plan = frame.plan
        shape = plan.shape
        if shape == SLOTS or shape == ATTRIBUTES:
            if plan.build is not None:
                return self._finish(frame, self._finished(plan, frame))
            if plan.annotation_step > 0:
                self._last_suspect = plan.descriptor
            if plan.annotation_step >= 0 and shape == SLOTS:
                native.slot_set(frame.value, plan.slots, plan.annotation_step, frame.annotations)
            return self._finish(frame, frame.value)
        if shape == LIST:
            items = frame.value
            head = frame.head
            # The int field says how many elements there are (ArrayList), else the head does.
            if frame.blocks == 1 and head is not None and len(head) == 4:
                count = frame.values[0] if plan.length == 2 else int.from_bytes(head, "big", signed=True)
                if count == len(items):
                    return self._finish(frame, items)
        elif shape == MAP:
            value = self._map(plan, frame)
            if value is not NotImplemented:
                return self._finish(frame, value)
        elif shape == FILL:
            value = self._call_build(plan, frame)
            if value is not NotImplemented:
                return self._finish(frame, value)
        elif shape == SKIP:
            if plan.annotation_step > 0:
                self._last_suspect = plan.descriptor
            return self._finish(frame, None)
        else:
            if shape == BOX:
                value = self._boxed(plan, frame.values[0])
            elif frame.value is None or plan.replaces:
                value = self._call_build(plan, frame)
            else:
                value = NotImplemented
            if value is not NotImplemented:
                if frame.value is not None:  # referred to while in progress: Java sees the unresolved object there too
                    self._fill_generic(frame, frame.value)
                return self._finish(frame, value)
        if frame.exposed and shape != BUILD:
            raise self._invalid_class(f"{_short(plan.descriptor.name)} with contents that its class cannot have")
        generic = frame.value
        if shape != BUILD or generic is None:
            generic = native.allocate(self._resolver.generic_plan(plan.descriptor).cls)
        if shape == LIST:
            frame.annotations = [_with_head(frame.head, frame.value)]
        self._fill_generic(frame, generic)
        return self._finish(frame, generic)

    def _map(self, plan: Any, frame: Any) -> Any:
        """A HashMap or LinkedHashMap: as a rule a dict of the entries; anything unusual is left to the adapter."""
        values = frame.values
        items = frame.annotations[0]
        head = frame.head
        if (
            not frame.exposed
            and frame.blocks == 1
            and head is not None
            and len(head) == 8
            and values[0] == _LOAD_FACTOR
            and not (plan.length == 4 and values[2])
        ):
            # Of a LinkedHashMap that is no more than a dict, a dict is made.
            mapping = plan.new() if plan.length == 3 else {}
            size = len(items)
            if int.from_bytes(head[4:], "big", signed=True) * 2 == size:
                try:
                    native.fill_dict(mapping, items)
                except Exception:  # noqa: BLE001 - as in `_call_build`
                    mapping = None
                if mapping is not None and len(mapping) * 2 == size:
                    return mapping
        frame.annotations = [_with_head(head, items)]
        if frame.value is None:
            frame.value = plan.new()
        return self._call_build(plan, frame)

    def _boxed(self, plan: Any, value: Any) -> Any:
        boxed = value
        if plan.build is not None:
            try:
                boxed = plan.build(value)
            except Exception:  # noqa: BLE001 - as in `_call_build`
                boxed = NotImplemented
        if boxed is NotImplemented:
            plan = self._resolver.generic_plan(plan.descriptor)
            boxed = native.allocate(plan.cls)
            native.slot_set(boxed, plan.slots, 0, value)
        return boxed

    def _finished(self, plan: Any, frame: Any) -> Any:
        try:
            return plan.build(frame.value, frame.annotations)
        except BridgeError:
            raise
        except Exception as error:
            raise self._invalid_class(f"{_short(plan.descriptor.name)} could not be made: {error!r}") from error

    def _call_build(self, plan: Any, frame: Any) -> Any:
        try:
            if plan.shape == FILL or plan.shape == MAP:
                return plan.build(frame.value, frame.values, frame.annotations, frame.exposed)
            return plan.build(frame.values, frame.annotations)
        except Exception:  # noqa: BLE001 - what an adapter cannot hold arrives in the generic form, whatever the reason
            return NotImplemented

    def _fill_generic(self, frame: Any, generic: Any) -> None:
        plan = self._resolver.generic_plan(frame.plan.descriptor)
        values = iter(frame.values)
        for i in range(plan.length):
            if plan.steps[i] != ANNOTATION:
                native.slot_set(generic, plan.slots, i, next(values))
            elif i == plan.annotation_step:
                native.slot_set(generic, plan.slots, i, frame.annotations)

    def _in_progress(self, frame: Any) -> Any:
        """What a reference to an unfinished object means: the container itself, or the object as yet unresolved."""
        if frame.kind == IN_OBJECT:
            frame.exposed = True
            if frame.value is None and frame.plan.shape == MAP:
                frame.value = frame.plan.new()
            elif frame.value is None and frame.plan.shape != SKIP:
                frame.value = native.allocate(self._resolver.generic_plan(frame.plan.descriptor).cls)
            return frame.value
        if frame.kind == IN_ARRAY:
            return frame.value
        raise self._corrupted(f"handle {frame.handle} is referred to while it is being read")

    # ---------------------------------------------------------------------------------------------- enums, exceptions

    def _begin_enum(self, descriptor: Any) -> Any:
        if not descriptor.flags & SC_ENUM:
            raise self._invalid_class(f"{_short(descriptor.name)} is no enum class but stands at TC_ENUM")
        frame = self._push(IN_ENUM)
        frame.descriptor = descriptor
        self._assign_handle(frame)
        if self._tracing:
            self._emit(self._pos, self._pos, "enum", frame.handle, descriptor)
        return PUSHED

    def _step_enum(self, frame: Any) -> Any:
        if self._pos >= self._end:
            return self._need(1)
        code = self._p[self._pos]
        if code != TC_STRING and code != TC_REFERENCE and code != TC_LONGSTRING and code != TC_EXCEPTION:
            raise self._corrupted(f"{TYPE_CODE_NAMES.get(code, hex(code))} where the name of an enum constant is due")
        name = self._value()
        if name is NEED_DATA or name is PUSHED:
            return name
        if type(name) is not str:
            raise self._corrupted("the name of an enum constant is no string")
        return self._finish(frame, self._constant(frame.descriptor, name))

    def _constant(self, descriptor: Any, name: Any) -> Any:
        plan = descriptor.decode_plan
        if plan is None:
            plan = self._new_plan(descriptor)
        value = NotImplemented
        if plan.shape == BUILD:
            try:
                value = plan.build([name], None)
            except Exception:  # noqa: BLE001 - as in `_call_build`
                value = NotImplemented
        return JavaEnum(descriptor, name) if value is NotImplemented else value

    def _step_exception(self, frame: Any) -> Any:
        if frame.value is None:
            value = self._value()
            if value is NEED_DATA or value is PUSHED:
                return value
            frame.value = StreamException(value)
        value = frame.value
        self._pop()
        self._forget_handles()
        if self._tracing:
            self._emit(self._pos, self._pos, "end", -1, None)
        return value


def _with_head(head: Any, items: Any) -> list[Any]:
    """An annotation as it stood in the stream."""
    return list(items) if head is None else [BlockData(head), *items]

# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: every read of the input is behind a comparison with `_end` in the same function, and every
# list index is one this module has just computed from the list's own length.
"""The upper middle of the decoder: objects and enum constants. Java Object Serialization Specification 6.4.2,
``newObject`` and ``newEnum``.

What an object becomes, its plan says. While it is in progress its handle holds its frame; what a reference to it means
is decided in `_in_progress`.
"""

from __future__ import annotations

from array import array
from collections import deque
from functools import lru_cache
from typing import Any

from ..errors import BridgeError
from . import native
from .array_reader import ArrayReader
from .constants import (
    SC_ENUM,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_ENDBLOCKDATA,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_OBJECT,
    TC_REFERENCE,
    TC_STRING,
    TYPE_CODE_NAMES,
)
from .descriptors import ANNOTATION
from .model import BlockData, JavaClass, JavaEnum
from .plan import ATTRIBUTES, BOX, BUILD, FILL, LIST, MANY_FIELDS, MAP, SKIP, SLOTS
from .reader import _short
from .states import ANY_NUMBER, IN_ARRAY, IN_ENUM, IN_OBJECT, NEED_DATA, PUSHED, UNREAD

#: What is shared and copied: parts of this size are not counted, and of an annotation only so many are.
_SMALL_BYTES = 256
_FIRST = 4
_CONTAINERS = (list, tuple, dict, set, frozenset, deque)

#: The load factor of every HashMap that nobody gave another one.
_LOAD_FACTOR = 0.75


class ObjectReader(ArrayReader):
    """Reads objects and enum constants, by the plans of their classes, in any portions."""

    __slots__ = ()

    # ------------------------------------------------------------------------------------------------------- objects

    def _plan(self, descriptor: Any) -> Any:
        plan = descriptor.decode_plan
        if plan is None or descriptor.flags & SC_ENUM:
            self._check_object_class(descriptor)
            plan = self._new_plan(descriptor)
        return plan

    def _new_plan(self, descriptor: Any) -> Any:
        if descriptor.super_class_count:
            self._weigh_class(descriptor)
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
        if plan.length > MANY_FIELDS and shape == SLOTS:
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
                head = frame.head
                if head is not None and len(head) >= 4:
                    self._reserve(frame.items, native.i32(native.pointer(head), len(head) - 4))
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
            value = UNREAD
            if not self._tracing:
                if frame.open_block:
                    self._close_block(frame)
                if code == TC_OBJECT:
                    value = self._object(items)
                elif self._take_leaves(items, ANY_NUMBER):
                    continue
            if value is UNREAD:
                value = self._value()
            if value is NEED_DATA or value is PUSHED:
                return value
            if frame.open_block:
                self._close_block(frame)
            native.list_append(items, value)
            if (type(value) is int or type(value) is float) and not self._tracing:
                self._take_leaves(items, ANY_NUMBER)

    def _reserve(self, items: Any, count: int) -> None:
        """Room for as many elements as are declared, while all such room together stays within the bytes received."""
        if count > self._reservable:
            count = self._reservable
        if count > 0:
            self._reservable -= count
            native.list_reserve(items, count)

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
                if native.fill_dict(mapping, items):
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
        annotations = frame.annotations
        if plan.bare:
            if annotations is not None and any(annotations):
                return NotImplemented
            annotations = None
        if plan.shape != MAP and self._afford(plan.head_count, frame.values, annotations) < 0:
            if frame.exposed and plan.shape == FILL:
                raise self._rejected(f"{_short(plan.descriptor.name)} of shared parts, out of proportion to the input")
            return NotImplemented
        try:
            if plan.shape == FILL or plan.shape == MAP:
                return plan.build(frame.value, frame.values, annotations, frame.exposed)
            return plan.build(frame.values, annotations)
        except Exception:  # noqa: BLE001 - what an adapter cannot hold arrives in the generic form, whatever the reason
            return NotImplemented

    def _afford(self, first: int, values: Any, annotations: Any) -> int:
        """Counts what copies of the parts of an object take, and tells it; -1 where that is out of proportion.

        Of the values, from the ``first`` one on that is no primitive. The object then takes the generic form, which
        copies nothing. A string or list costs its bytes once, but a few bytes more make another object whose adapter
        copies it.
        """
        size = 0
        for i in range(first, len(values)):
            if values[i] is not None:
                size += _copy_bytes(values[i])
        if annotations is not None:
            for items in annotations:
                for i in range(min(len(items), _FIRST)):
                    size += _copy_bytes(items[i])
        return 0 if size < _SMALL_BYTES else self._pay(size)

    def _afford_contents(self, field: Any, contents: Any) -> int:
        """The same for an object of one field and one annotation, without the block of four bytes that begins that."""
        size = native.text_sizes(contents, _FIRST - 1)
        if size < 0:
            size = 0
            for i in range(min(native.list_len(contents), _FIRST - 1)):
                size += _copy_bytes(native.list_get(contents, i))
        size += 4
        if field is not None and type(field) is not JavaClass:
            size += _copy_bytes(field)
        return 0 if size < _SMALL_BYTES else self._pay(size)

    def _pay(self, size: int) -> int:
        """Counts so much for copies, and tells it; -1 where that is out of proportion."""
        if not self._paid(self._copied + size):
            return -1
        self._copied += size
        return size

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

    # ------------------------------------------------------------------------------------------------- enum constants

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
        self._refs_beside -= 1  # it is no object of its own
        name = self._value()
        if name is NEED_DATA or name is PUSHED:
            self._refs_beside += 1
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


def _copy_bytes(value: Any) -> int:
    """About what a copy of a part costs: bytes, and time in which so many are written."""
    kind = type(value)
    if kind is str or kind is bytes or kind is BlockData:
        return len(value)
    if kind is float or kind is bool or (kind is int and native.plain_key(value)):
        return 0
    sort = _INTEGER if kind is int else _sort_of(kind)  # type: ignore[arg-type]
    if sort == _NOTHING:
        return 0
    if sort == _INTEGER:
        if native.plain_key(value):
            return 0
        size: int = value.bit_length() >> 3
        return size + (size * size >> 6)  # decimal digits take time by the square
    if sort == _CONTAINER:
        return 32 * len(value)
    if sort == _TEXT:
        return len(value)
    return int(value.nbytes) if sort == _BUFFER else 8 * len(value)


# What `_copy_bytes` asks of a type.
_NOTHING = 0
_INTEGER = 1
_CONTAINER = 2
_TEXT = 3
_BUFFER = 4
_ARRAY = 5


@lru_cache(1024)
def _sort_of(kind: type) -> int:
    if issubclass(kind, int):
        return _INTEGER
    if issubclass(kind, _CONTAINERS):
        return _CONTAINER
    if issubclass(kind, (str, bytes)):
        return _TEXT
    if hasattr(kind, "nbytes"):
        return _BUFFER
    return _ARRAY if issubclass(kind, array) else _NOTHING


def _with_head(head: Any, items: Any) -> list[Any]:
    """An annotation as it stood in the stream."""
    return list(items) if head is None else [BlockData(head), *items]

# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: every read of the input is behind a comparison with `_end` in the same function, and handles
# are indexed behind a comparison with the length of the table.
"""The short way through the decoder: values that lie whole in the input, read without a frame.

Most values have no parts, or parts that have none. What does not fit (a part with parts, bytes still to come, a broken
token, a limit that is reached) is left to the steps of a frame, which take it up where this stopped and raise the
errors: here none is raised, and a token is taken whole or not at all.
"""

from __future__ import annotations

from typing import Any

from . import native
from .constants import (
    BASE_WIRE_HANDLE,
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_ENDBLOCKDATA,
    TC_NULL,
    TC_OBJECT,
    TC_REFERENCE,
    TC_STRING,
)
from .descriptors import ANNOTATION, ARRAY_FIELD, OBJECT_FIELD, ClassDescriptor
from .model import BlockData
from .object_reader import _LOAD_FACTOR, ObjectReader
from .plan import BOX, BUILD, FILL, LIST, MAP, SLOTS
from .reader import Frame
from .states import IN_OBJECT, IN_OPEN, NEED_DATA, PUSHED, UNREAD

#: The bits of the load factor 0.75.
_LOAD_FACTOR_BITS = 0x3F400000

#: What has up to so many parts, inside one another on so many levels, may be read again when one cannot be read here.
_SMALL = 16
_LEVELS = 2

#: Stands for the handle of what is being read without a frame; a reference to it is left to the frame it gets then.
_BEGUN = Frame()


class WholeReader(ObjectReader):
    """Reads what can be read in one go; `_object` and `_leaf` are the two ways in."""

    def _leaf(self) -> Any:
        """A value without parts: a string, a reference to what is finished, null, a boxed primitive; else UNREAD."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 1:
            return UNREAD
        code = p[pos]
        if code == TC_STRING:
            if left < 3:
                return UNREAD
            length = 3 + native.u16(p, pos + 1)
            if (
                left < length
                or (self._bounded and not self._has_room())
                or (self._max_string >= 0 and length - 3 > self._max_string)
            ):
                return UNREAD
            text = native.decode_mutf8(p, pos + 3, pos + length)
            if text is None:
                return UNREAD
            self._pos = pos + length
            native.list_append(self._handles, text)
            return text
        if code == TC_REFERENCE:
            if left < 5:
                return UNREAD
            number = native.u32(p, pos + 1) - BASE_WIRE_HANDLE
            if number < 0 or number >= len(self._handles):
                return UNREAD
            value = native.list_get(self._handles, number)
            if type(value) is Frame or (self._bounded and not self._has_room()):
                return UNREAD
            if number < self._lowest_reference:
                self._lowest_reference = number
            self._refs_beside += 1
            self._pos = pos + 5
            return value
        if code == TC_NULL:
            if self._bounded and not self._has_room():
                return UNREAD
            self._refs_beside += 1
            self._pos = pos + 1
            return None
        return self._box(pos, left) if code == TC_OBJECT else UNREAD

    def _has_room(self) -> bool:
        """Whether ``maxrefs`` and ``maxhandles`` let one more object in."""
        if self._max_refs >= 0 and len(self._handles) + self._refs_beside >= self._max_refs:
            return False
        return self._max_handles < 0 or len(self._handles) < self._max_handles

    def _class_at(self, pos: int) -> Any:
        """The class descriptor that TC_REFERENCE at ``pos`` refers to, all of whose five bytes are there; else None."""
        p = self._p
        if p[pos] != TC_REFERENCE:
            return None
        number = native.u32(p, pos + 1) - BASE_WIRE_HANDLE
        if number < 0 or number >= len(self._handles):
            return None
        found = native.list_get(self._handles, number)
        if type(found) is not ClassDescriptor:
            return None
        if number < self._lowest_reference:
            self._lowest_reference = number
        return found

    def _box(self, pos: int, left: int) -> Any:
        """TC_OBJECT of a class of one primitive field that is known; UNREAD where it is anything else."""
        if left < 6:
            return UNREAD
        found = self._class_at(pos + 1)
        if found is None:
            return UNREAD
        plan = found.decode_plan
        if plan is None or plan.shape != BOX or not plan.usual or (self._bounded and not self._has_room()):
            return UNREAD
        size = plan.head_bytes
        if left < 6 + size or (self._max_depth >= 0 and self._depth >= self._max_depth):
            return UNREAD
        value = native.read_primitive(self._p, pos + 6, plan.steps[0])
        if plan.build is not None:
            value = self._boxed(plan, value)
        self._pos = pos + 6 + size
        native.list_append(self._handles, value)
        return value

    def _boxes(self, items: Any) -> None:
        """Appends the boxes that follow one another and are of one class, as the first six bytes of each say."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 7 or p[pos] != TC_OBJECT:
            return
        found = self._class_at(pos + 1)
        if found is None:
            return
        plan = found.decode_plan
        if plan is None or plan.shape != BOX or not plan.usual or plan.build is not None:
            return
        if self._max_depth >= 0 and self._depth >= self._max_depth:
            return
        size = 6 + plan.head_bytes
        count = left // size
        if self._max_refs >= 0 and count > self._max_refs - len(self._handles) - self._refs_beside:
            count = self._max_refs - len(self._handles) - self._refs_beside
        if self._max_handles >= 0 and count > self._max_handles - len(self._handles):
            count = self._max_handles - len(self._handles)
        if count > 0:
            count = native.take_boxes(p, pos, count, plan.steps[0], items, self._handles)
            self._pos = pos + size * count

    def _object(self) -> Any:
        """TC_OBJECT with a descriptor that costs no parsing: the object, or its beginning; else UNREAD."""
        pos = self._pos
        left = self._end - pos
        if left < 6:
            return UNREAD
        found = self._class_at(pos + 1)
        if found is not None:
            self._pos = pos + 6
        else:
            self._pos = pos + 1
            found = self._known_descriptor()
            if found is None:
                self._pos = pos
                return UNREAD
        plan = found.decode_plan
        if plan is not None and plan.usual:
            if plan.shape == SLOTS:
                return self._flat_object(found, plan)
            if plan.shape == LIST:
                value = self._flat_list(plan, found)
                if value is not UNREAD:
                    return value
            elif plan.shape == MAP:
                value = self._flat_map(plan, found)
                if value is not UNREAD:
                    return value
            elif plan.shape == BUILD or plan.shape == FILL:
                return self._flat_build(plan, found)
        value = self._begin_object(found)
        if value is NEED_DATA:
            frame = self._push(IN_OPEN)
            frame.type_code = TC_OBJECT
            frame.descriptor = found
        return value

    def _flat_object(self, descriptor: Any, plan: Any) -> Any:
        """An instance whose fields are stored one by one: all of it, or as far as its fields are leaves.

        An instance in the last field of another one is stored there when it is begun, and read in its place: so a
        linked list is one loop, and where a frame is needed in the end, it stands for all that lead to it.
        """
        if self._limited:
            self._check_object()
        value = native.allocate(plan.cls)
        root = value
        outer: list[Any] | None = None
        levels = 1
        p = self._p
        while True:
            handle = len(self._handles)
            native.list_append(self._handles, value)
            self._depth += 1
            steps = plan.steps
            length = plan.length
            last = length - 1 if plan.build is None else -1
            found = None
            i = 0
            if plan.head_count and self._end - self._pos >= plan.head_bytes:
                self._pos = native.take_fields(value, plan.slots, steps, plan.head_count, p, self._pos)
                i = plan.head_count
            while i < length:
                code = steps[i]
                if code != OBJECT_FIELD and code != ARRAY_FIELD:
                    size = native.primitive_bytes(code)
                    if self._end - self._pos < size:
                        break
                    field = native.read_primitive(p, self._pos, code)
                    self._pos += size
                else:
                    if i == last and self._pos < self._end and p[self._pos] == TC_OBJECT:
                        found = self._flat_class()
                        if found is not None:
                            break
                    field = self._leaf()
                    if field is UNREAD:
                        field = self._part(_LEVELS)
                        if field is UNREAD:
                            break
                native.slot_set(value, plan.slots, i, field)
                i += 1
            if i == length and plan.build is None:
                self._depth -= levels
                return root
            if found is None:
                break
            # The object in the last field: with that, all is done for the one that holds it.
            if outer is None:
                outer = []
            native.list_append(outer, descriptor)
            inner_plan = found.decode_plan
            inner = native.allocate(inner_plan.cls)
            native.slot_set(value, plan.slots, i, inner)
            value = inner
            descriptor = found
            plan = inner_plan
            levels += 1
        frame = self._go_on(descriptor, plan, handle, value)
        frame.index = i
        frame.last = last
        if levels > 1:
            frame.levels = levels
            frame.root = root
            frame.outer = outer
        return PUSHED

    def _flat_class(self) -> Any:
        """Takes TC_OBJECT, which is there, and its class; None, and nothing, where its instances may need a frame."""
        pos = self._pos
        if self._end - pos < 6 or (self._bounded and not self._has_room()):
            return None
        if self._max_depth >= 0 and self._depth >= self._max_depth:
            return None
        found = self._class_at(pos + 1)
        if found is None:
            return None
        plan = found.decode_plan
        if plan is None or not plan.usual or plan.shape != SLOTS or plan.build is not None:
            return None
        self._pos = pos + 6
        return found

    def _go_on(self, descriptor: Any, plan: Any, handle: int, value: Any) -> Any:
        """A frame for an object that was begun without one, and that counts as a level of depth already."""
        frame = self._push(IN_OBJECT)
        frame.descriptor = descriptor
        frame.plan = plan
        frame.handle = handle
        frame.levels = 1
        frame.value = value
        return frame

    def _flat_list(self, plan: Any, descriptor: Any) -> Any:
        """A list as far as its elements are leaves; UNREAD where its beginning is not as ArrayList writes it."""
        p = self._p
        pos = self._pos
        if plan.length != 2 or self._end - pos < 10 or p[pos + 4] != TC_BLOCKDATA or p[pos + 5] != 4:
            return UNREAD
        if self._limited:
            self._check_object()
        handle = len(self._handles)
        native.list_append(self._handles, _BEGUN)
        self._depth += 1
        self._pos = pos + 10
        items = [] if plan.new is None else plan.new()
        self._leaves(items, native.i32(p, pos + 6))
        count = native.i32(p, pos)
        if len(items) == count and self._pos < self._end and p[self._pos] == TC_ENDBLOCKDATA:
            self._pos += 1
            self._depth -= 1
            self._handles[handle] = items
            return items
        frame = self._go_on(descriptor, plan, handle, items)
        self._handles[handle] = frame
        frame.values = [count]
        frame.annotations = []
        frame.items = items
        frame.head = native.take(p, pos + 6, pos + 10)
        frame.open_block = 0 if items else 3
        frame.blocks = 1
        frame.index = 1
        return PUSHED

    def _leaves(self, items: Any, count: int) -> None:
        """Appends the leaves that follow. Room is made for ``count``; see `_reserve`."""
        if count > self._reservable:
            count = self._reservable
        if count > 0:
            self._reservable -= count
            native.list_reserve(items, count)
        while True:
            value = self._leaf()
            if value is UNREAD:
                return
            native.list_append(items, value)
            if type(value) is int or type(value) is float:
                self._boxes(items)

    def _flat_map(self, plan: Any, descriptor: Any) -> Any:
        """A HashMap or LinkedHashMap as far as its keys are leaves, and its values can be read without a frame.

        UNREAD where its beginning is not as HashMap writes it, or the load factor is not the usual one.
        """
        p = self._p
        pos = self._pos
        if self._end - pos < 18 or p[pos + 8] != TC_BLOCKDATA or p[pos + 9] != 8:
            return UNREAD
        if native.u32(p, pos) != _LOAD_FACTOR_BITS:
            return UNREAD
        if self._limited:
            self._check_object()
        handle = len(self._handles)
        native.list_append(self._handles, _BEGUN)
        self._depth += 1
        self._pos = pos + 18
        # Of a LinkedHashMap that is no more than a dict, a dict is made.
        mapping = plan.new() if plan.length == 3 else {}
        items = None
        while True:
            key = self._leaf()
            if key is UNREAD:
                break
            value = self._leaf()
            if value is UNREAD:
                value = self._part(_LEVELS)
                if value is UNREAD:
                    items = _as_items(mapping)
                    items.append(key)
                    break
            if not native.dict_add(mapping, key, value):
                items = _as_items(mapping)
                items.append(key)
                items.append(value)
                break
        if items is None:
            if len(mapping) == native.i32(p, pos + 14) and self._end_of_map(plan.length == 4):
                self._depth -= 1
                self._handles[handle] = mapping
                return mapping
            items = _as_items(mapping)
        frame = self._go_on(descriptor, plan, handle, None)
        self._handles[handle] = frame
        frame.values = [_LOAD_FACTOR, native.i32(p, pos + 4)]
        frame.annotations = []
        frame.items = items
        frame.head = native.take(p, pos + 10, pos + 18)
        frame.open_block = 0 if items else 3
        frame.blocks = 1
        frame.index = 2
        return PUSHED

    def _end_of_map(self, linked: bool) -> bool:
        """Takes TC_ENDBLOCKDATA, and of a LinkedHashMap an access order of False; nothing where they are not there."""
        pos = self._pos
        size = 2 if linked else 1
        if self._end - pos < size or self._p[pos] != TC_ENDBLOCKDATA or (linked and self._p[pos + 1] != 0):
            return False
        self._pos = pos + size
        return True

    def _part(self, levels: int) -> Any:
        """A value with parts that is whole in the input, as a part of something that has no frame.

        The parts may have parts, on so many ``levels``. Else UNREAD, and all is as it was before.
        """
        p = self._p
        pos = self._pos
        if self._end - pos < 6:
            return UNREAD
        if p[pos] == TC_ARRAY:
            return self._short_bytes()
        if p[pos] != TC_OBJECT or levels < 1 or (self._bounded and not self._has_room()):
            return UNREAD
        if self._max_depth >= 0 and self._depth >= self._max_depth:
            return UNREAD
        found = self._class_at(pos + 1)
        if found is None:
            return UNREAD
        plan = found.decode_plan
        if plan is None or not plan.usual or (plan.shape != BUILD and plan.shape != LIST):
            return UNREAD
        self._pos = pos + 6
        if plan.block is not None:
            value = self._from_block(plan)
            if value is not UNREAD:
                return value
        handle = len(self._handles)
        refs = self._refs_beside
        copied = self._copied
        native.list_append(self._handles, _BEGUN)
        self._depth += 1
        value = self._small_list(plan) if plan.shape == LIST else self._small_build(plan, levels)
        self._depth -= 1
        if value is not UNREAD:
            self._handles[handle] = value
            return value
        self._pos = pos
        self._refs_beside = refs
        self._copied = copied
        native.list_cut(self._handles, handle)
        return UNREAD

    def _small_list(self, plan: Any) -> Any:
        """A list of a few leaves, after its class; else UNREAD."""
        p = self._p
        pos = self._pos
        if plan.length != 2 or plan.new is not None or self._end - pos < 10:
            return UNREAD
        if p[pos + 4] != TC_BLOCKDATA or p[pos + 5] != 4:
            return UNREAD
        self._pos = pos + 10
        items: list[Any] = []
        count = native.i32(p, pos)
        while len(items) < count and len(items) < _SMALL:
            value = self._leaf()
            if value is UNREAD:
                return UNREAD
            native.list_append(items, value)
        if len(items) != count or self._pos >= self._end or p[self._pos] != TC_ENDBLOCKDATA:
            return UNREAD
        self._pos += 1
        return items

    def _small_build(self, plan: Any, levels: int) -> Any:
        """What an adapter makes of a few parts, after its class; else UNREAD."""
        if plan.length > _SMALL:
            return UNREAD
        values: list[Any] = []
        annotations: Any = None if plan.annotation_step < 0 or plan.bare else []
        if self._parts(plan, values, annotations, levels - 1) < plan.length:
            return UNREAD
        value = self._built(plan, None, values, annotations)
        return UNREAD if value is NotImplemented else value

    def _flat_build(self, plan: Any, descriptor: Any) -> Any:
        """What an adapter makes of fields and annotations, as far as those are leaves."""
        if plan.block is not None:
            value = self._from_block(plan)
            if value is not UNREAD:
                return value
        if self._limited:
            self._check_object()
        handle = len(self._handles)
        native.list_append(self._handles, _BEGUN)
        self._depth += 1
        container = plan.new() if plan.shape == FILL else None
        values: list[Any] = []
        annotations: Any = None if plan.annotation_step < 0 or plan.bare else []
        i = self._parts(plan, values, annotations, _LEVELS)
        if i == plan.length:
            value = self._built(plan, container, values, annotations)
            if value is not NotImplemented:
                self._depth -= 1
                self._handles[handle] = value
                return value
            if container is not None:
                container = plan.new()
        frame = self._go_on(descriptor, plan, handle, container)
        self._handles[handle] = frame
        frame.values = values
        if annotations is None and plan.annotation_step >= 0:
            annotations = [[] for step in plan.program[:i] if step == ANNOTATION]
        elif i < plan.length and plan.steps[i] == ANNOTATION:
            items = annotations.pop()
            frame.items = items
            if items and type(items[len(items) - 1]) is BlockData:
                frame.open_block = 1
        frame.annotations = annotations
        frame.index = i
        return PUSHED

    def _parts(self, plan: Any, values: Any, annotations: Any, levels: int) -> int:
        """Appends fields and annotations as far as they can be read here. The step of the first other one.

        Where that is an annotation, what it has so far is the last of the annotations.
        """
        steps = plan.steps
        length = plan.length
        if length > 4:
            native.list_reserve(values, length)
        i = 0
        if plan.head_count and self._end - self._pos >= plan.head_bytes:
            self._pos = native.take_values(values, steps, plan.head_count, self._p, self._pos)
            i = plan.head_count
        while i < length:
            code = steps[i]
            size = native.primitive_bytes(code)
            if size:
                if self._end - self._pos < size:
                    break
                value = native.read_primitive(self._p, self._pos, code)
                self._pos += size
            elif code == ANNOTATION and annotations is None:  # which is to be empty
                if self._pos >= self._end or self._p[self._pos] != TC_ENDBLOCKDATA:
                    break
                self._pos += 1
                i += 1
                continue
            elif code == ANNOTATION:
                items: list[Any] = []
                annotations.append(items)
                if not self._flat_annotation(items, levels):
                    break
                i += 1
                continue
            else:
                value = self._leaf()
                if value is UNREAD:
                    value = self._part(levels)
                    if value is UNREAD:
                        break
            native.list_append(values, value)
            i += 1
        return i

    def _built(self, plan: Any, container: Any, values: Any, annotations: Any) -> Any:
        """What the adapter makes of an object's parts; NotImplemented where it does not, or would copy too much."""
        size = 0
        if plan.head_count < plan.length and (annotations is not None or len(values) > plan.head_count):
            size = self._afford(plan.head_count, values, annotations)
            if size < 0:
                return NotImplemented
        value = NotImplemented
        try:
            if container is None:
                value = plan.build(values, annotations)
            else:
                value = plan.build(container, values, annotations, False)
        except Exception:  # noqa: BLE001 - as in `_call_build`, which is asked again
            value = NotImplemented
        if value is NotImplemented:
            self._copied -= size
        return value

    def _flat_annotation(self, items: Any, levels: int) -> bool:
        """Appends the contents up to TC_ENDBLOCKDATA, and takes that; False where not all can be read here."""
        p = self._p
        while True:
            pos = self._pos
            left = self._end - pos
            if left < 1:
                return False
            code = p[pos]
            if code == TC_ENDBLOCKDATA:
                self._pos = pos + 1
                return True
            if code == TC_BLOCKDATA:
                if left < 2 or left < 2 + p[pos + 1]:
                    return False
                if items and type(items[len(items) - 1]) is BlockData:  # the two are one run, which a frame makes
                    return False
                native.list_append(items, native.take_as(BlockData, p, pos + 2, pos + 2 + p[pos + 1]))
                self._pos = pos + 2 + p[pos + 1]
                continue
            value = self._leaf()
            if value is UNREAD:
                value = self._part(levels)
                if value is UNREAD:
                    return False
            native.list_append(items, value)

    def _short_bytes(self) -> Any:
        """A byte[] of two elements and more, whole; else UNREAD."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 10 or p[pos] != TC_ARRAY or self._filter is not None or (self._bounded and not self._has_room()):
            return UNREAD
        found = self._class_at(pos + 1)
        if found is None or found.name != "[B":
            return UNREAD
        length = native.i32(p, pos + 6)
        if length < 2 or left < 10 + length or (self._max_array >= 0 and length > self._max_array):
            return UNREAD
        if self._max_depth >= 0 and self._depth >= self._max_depth:
            return UNREAD
        value = native.take(p, pos + 10, pos + 10 + length)
        self._pos = pos + 10 + length
        native.list_append(self._handles, value)
        return value

    def _from_block(self, plan: Any) -> Any:
        """What an adapter makes of a single block of primitive data; UNREAD where the contents are anything else."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 3 or p[pos] != TC_BLOCKDATA:
            return UNREAD
        size = p[pos + 1]
        if left < 3 + size or p[pos + 2 + size] != TC_ENDBLOCKDATA or (self._bounded and not self._has_room()):
            return UNREAD
        if self._max_depth >= 0 and self._depth >= self._max_depth:
            return UNREAD
        try:
            value = plan.block(native.take(p, pos + 2, pos + 2 + size))
        except Exception:  # noqa: BLE001 - as in `_call_build`
            return UNREAD
        if value is NotImplemented:
            return UNREAD
        self._pos = pos + 3 + size
        native.list_append(self._handles, value)
        return value


def _as_items(mapping: Any) -> list[Any]:
    """Keys and values as they stood in the stream."""
    items: list[Any] = []
    for key, value in mapping.items():
        items.append(key)
        items.append(value)
    return items

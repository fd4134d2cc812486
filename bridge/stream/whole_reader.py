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
from .constants import TC_ARRAY, TC_BLOCKDATA, TC_ENDBLOCKDATA, TC_OBJECT
from .descriptors import ANNOTATION
from .leaf_reader import LeafReader
from .model import BlockData
from .object_reader import _LOAD_FACTOR
from .plan import BUILD, FILL, LIST, MAP, OF_ITEMS, SLOTS
from .reader import BEGUN
from .states import ANY_NUMBER, FEW_LEVELS, FEW_PARTS, IN_OBJECT, IN_OPEN, LOAD_FACTOR_BITS, NEED_DATA, PUSHED, UNREAD

#: So many parts are gathered in a list that is used again.
_FEW = 64


class WholeReader(LeafReader):
    """Reads what can be read in one go; `_object` and `_leaf` are the two ways in."""

    __slots__ = ()

    def _object(self, items: Any) -> Any:
        """TC_OBJECT with a descriptor that costs no parsing: the object, or its beginning; else UNREAD.

        ``items``, a list that the object is to be appended to, or None: where more instances of its class follow, all
        but the last one are there already.
        """
        pos = self._pos
        left = self._end - pos
        if left < 6:
            return UNREAD
        found = self._class_at(pos + 1)
        if found is not None:
            self._pos = pos + 6
        else:
            items = None
            self._pos = pos + 1
            found = self._known_descriptor()
            if found is None:
                self._pos = pos
                return UNREAD
        plan = found.decode_plan
        if plan is not None and plan.usual:
            if plan.short and plan.short < OF_ITEMS:
                value = self._short(plan)
                if value is not UNREAD:
                    if items is None or self._top < 0:
                        return value
                    native.list_append(items, value)
                    self._take_leaves(items, ANY_NUMBER)
                    last = native.list_len(items) - 1
                    value = native.list_get(items, last)
                    native.list_cut(items, last)
                    return value
            if plan.shape == SLOTS:
                return self._flat_object(found, plan, items)
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

    def _flat_object(self, descriptor: Any, plan: Any, items: Any) -> Any:
        """An instance whose fields are stored one by one: all of it, or as far as its fields are leaves.

        With ``items``, the six bytes before the position are TC_OBJECT and the reference to the class: see `_object`.

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
        first = self._pos - 6
        while True:
            handle = len(self._handles)
            native.list_append(self._handles, value)
            self._depth += 1
            length = plan.length
            last = length - 1 if plan.build is None else -1
            found = None
            i = 0
            if plan.head_count and self._end - self._pos >= plan.head_bytes:
                native.take_fields(value, plan.slots, plan.head, plan.head_count, p, self._pos)
                self._pos += plan.head_bytes
                i = plan.head_count
            while i < length:
                most = plan.runs[i]
                if most:  # references from here on
                    if i == last and self._pos < self._end and p[self._pos] == TC_OBJECT:
                        found = self._flat_class()
                        if found is not None:
                            break
                    if self._take_leaves(self._scratch, most):
                        i += native.move_to_slots(value, plan.slots, i, self._scratch)
                        continue
                    field = self._part(FEW_LEVELS)
                    if field is UNREAD:
                        break
                else:
                    code = plan.steps[i]
                    size = native.primitive_bytes(code)
                    if self._end - self._pos < size:
                        break
                    field = native.read_primitive(p, self._pos, code)
                    self._pos += size
                native.slot_set(value, plan.slots, i, field)
                i += 1
            if i == length and plan.build is None:
                self._depth -= levels
                if items is None or levels > 1 or not native.repeats(p, first, self._pos, self._end):
                    return root
                native.list_append(items, root)
                if self._top < 0:
                    self._begin_content()
                    self._mark()
                self._pos += 6
                if self._limited:
                    self._check_object()
                value = native.allocate(plan.cls)
                root = value
                continue
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
        native.list_append(self._handles, BEGUN)
        self._depth += 1
        self._pos = pos + 10
        items = [] if plan.new is None else plan.new()
        count = native.i32(p, pos)
        self._reserve(items, native.i32(p, pos + 6))
        while self._take_leaves(items, ANY_NUMBER):
            pass
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

    def _flat_map(self, plan: Any, descriptor: Any) -> Any:
        """A HashMap or LinkedHashMap as far as its keys are leaves, and its values can be read without a frame.

        UNREAD where its beginning is not as HashMap writes it, or the load factor is not the usual one.
        """
        p = self._p
        pos = self._pos
        if self._end - pos < 18 or p[pos + 8] != TC_BLOCKDATA or p[pos + 9] != 8:
            return UNREAD
        if native.u32(p, pos) != LOAD_FACTOR_BITS:
            return UNREAD
        if self._limited:
            self._check_object()
        handle = len(self._handles)
        native.list_append(self._handles, BEGUN)
        self._depth += 1
        self._pos = pos + 18
        most = 2 * native.i32(p, pos + 14)
        items = self._scratch if most <= _FEW else []  # which needs no memory of its own
        while len(items) < most:
            if not self._take_leaves(items, most - len(items)):
                value = self._part(FEW_LEVELS) if len(items) & 1 else UNREAD
                if value is UNREAD:
                    break
                native.list_append(items, value)
        if len(items) == most:
            # Of a LinkedHashMap that is no more than a dict, a dict is made.
            mapping = plan.new() if plan.length == 3 else {}
            if native.fill_dict(mapping, items) and self._end_of_map(plan.length == 4):
                native.list_cut(self._scratch, 0)
                self._depth -= 1
                self._handles[handle] = mapping
                return mapping
        if items is self._scratch:
            items = list(items)
            native.list_cut(self._scratch, 0)
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
        if plan is None or not plan.usual or plan.shape != BUILD:
            return UNREAD
        self._pos = pos + 6
        handle = len(self._handles)
        refs = self._refs_beside
        copied = self._copied
        native.list_append(self._handles, BEGUN)
        self._depth += 1
        value = self._small_build(plan, levels)
        self._depth -= 1
        if value is not UNREAD:
            self._handles[handle] = value
            return value
        self._pos = pos
        self._refs_beside = refs
        self._copied = copied
        native.list_cut(self._handles, handle)
        return UNREAD

    def _small_build(self, plan: Any, levels: int) -> Any:
        """What an adapter makes of a few parts, after its class; else UNREAD."""
        if plan.length > FEW_PARTS:
            return UNREAD
        values: list[Any] = []
        annotations: Any = None if plan.annotation_step < 0 or plan.bare else []
        if self._parts(plan, values, annotations, levels - 1) < plan.length:
            return UNREAD
        value = self._built(plan, None, values, annotations)
        return UNREAD if value is NotImplemented else value

    def _flat_build(self, plan: Any, descriptor: Any) -> Any:
        """What an adapter makes of fields and annotations, as far as those are leaves."""
        if self._limited:
            self._check_object()
        handle = len(self._handles)
        native.list_append(self._handles, BEGUN)
        self._depth += 1
        container = plan.new() if plan.shape == FILL else None
        values: list[Any] = []
        annotations: Any = None if plan.annotation_step < 0 or plan.bare else []
        i = self._parts(plan, values, annotations, FEW_LEVELS)
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
        length = plan.length
        if length > 4:
            native.list_reserve(values, length)
        i = 0
        if plan.head_count and self._end - self._pos >= plan.head_bytes:
            native.take_values(values, plan.head, plan.head_count, self._p, self._pos)
            self._pos += plan.head_bytes
            i = plan.head_count
        while i < length:
            most = plan.runs[i]
            if most:  # references from here on
                taken = self._take_leaves(values, most)
                if taken:
                    i += taken
                    continue
                value = self._part(levels)
                if value is UNREAD:
                    break
                native.list_append(values, value)
            elif plan.steps[i] != ANNOTATION:
                size = native.primitive_bytes(plan.steps[i])
                if self._end - self._pos < size:
                    break
                native.list_append(values, native.read_primitive(self._p, self._pos, plan.steps[i]))
                self._pos += size
            elif annotations is None:  # which is to be empty
                if self._pos >= self._end or self._p[self._pos] != TC_ENDBLOCKDATA:
                    break
                self._pos += 1
            else:
                items: list[Any] = []
                annotations.append(items)
                if not self._flat_annotation(items, levels):
                    break
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
            if not self._take_leaves(items, ANY_NUMBER):
                value = self._part(levels)
                if value is UNREAD:
                    return False
                native.list_append(items, value)

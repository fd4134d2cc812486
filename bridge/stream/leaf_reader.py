# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: every read of the input is behind a comparison with `_end` in the same function, and handles
# are indexed behind a comparison with the length of the table.
"""The beginning of the short way: values without parts, and those whose parts their plan takes in one step.

A token is taken whole or not at all, and no error is raised: see `whole_reader`.
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
from .descriptors import ClassDescriptor
from .model import ByteArray
from .object_reader import ObjectReader
from .plan import OF_DATA, OF_ENTRIES, OF_ITEMS, OF_MAGNITUDE, OF_NUMBER
from .reader import BEGUN, Frame
from .states import ANY_NUMBER, FEW_LEVELS, FEW_PARTS, LOAD_FACTOR_BITS, UNREAD

#: So many objects at most are not tried in one step after one for which that was in vain.
_MOST_PATIENCE = 63

#: A magnitude of so many bytes makes a number of 64 bits, or of one more with its sign.
_MAGNITUDE_BYTES = 8


class LeafReader(ObjectReader):
    """Reads runs of values that need no frame, whatever is left of the input; `_take_leaves` is the way in."""

    __slots__ = ()

    def _leaf(self) -> Any:
        """A value without parts (see `_take_leaves`), or UNREAD."""
        if not self._take_leaves(self._scratch, 1):
            return UNREAD
        value = self._scratch[0]
        native.list_cut(self._scratch, 0)
        return value

    def _take_leaves(self, items: Any, most: int) -> int:
        """Appends values without parts that follow, ``most`` of them at most: how many. As long as there are any, some.

        Those are strings, references to what is finished, nulls, boxed primitives, and what `_short` takes.
        """
        p = self._p
        pos = self._pos
        end = self._end
        sure = end - 7  # here and before, what tells the size of a token is there
        handles = self._handles
        items_before = native.list_len(items)
        handles_before = len(handles)
        bounded = self._bounded
        deep = False
        if self._limited:
            if bounded:
                most = min(most, self._room())
            deep = self._max_depth >= 0 and self._depth >= self._max_depth
        for _ in range(most):
            if pos > sure and not self._begins_at(pos):
                break
            code = p[pos]
            if code == TC_STRING:
                start = pos + 3
                stop = start + (p[pos + 1] << 8 | p[pos + 2])
                if stop > end or stop - start > self._longest:
                    break
                value = native.decode_mutf8(p, start, stop)
                if value is None:
                    break
                native.list_append(handles, value)
                pos = stop
            elif code == TC_REFERENCE:
                value = native.referred(p, pos + 1, handles, BEGUN)
                if type(value) is Frame:
                    break
                pos += 5
            elif code == TC_OBJECT:
                if native.COMPILED:
                    plan = self._plan_at(pos)
                else:
                    plan = self._plans.get(native.head(p, pos), UNREAD)
                    if plan is UNREAD:
                        plan = self._plan_at(pos)
                if plan is None or deep:
                    break
                short = plan.short
                if short:
                    if bounded and native.list_len(items) > items_before:
                        break  # to begin again, with what was taken counted
                    if short != OF_DATA:
                        self._pos = pos + 6
                        value = self._of_parts(plan)
                        if value is UNREAD:
                            break
                        pos = self._pos
                    else:  # as `_of_data`
                        start = pos + 6
                        stop = start + plan.head_bytes
                        after = stop
                        if stop == start:
                            if end - start < 3 or p[start] != TC_BLOCKDATA:
                                break
                            start += 2
                            stop = start + p[start - 1]
                            after = stop + 1
                            if after > end or p[stop] != TC_ENDBLOCKDATA:
                                break
                        elif stop > end:
                            break
                        try:
                            value = plan.from_data(native.take(p, start, stop))
                        except Exception:  # noqa: BLE001 - as in `_call_build`
                            break
                        if value is NotImplemented:
                            break
                        native.list_append(handles, value)
                        pos = after
                    if bounded:
                        native.list_append(items, value)
                        break
                else:
                    stop = pos + 6 + plan.box_bytes
                    if stop > end:
                        break
                    if plan.build is None and stop < end and p[stop] == TC_OBJECT:  # maybe many of the class
                        size = stop - pos
                        taken = min((end - pos) // size, most + items_before - native.list_len(items))
                        pos += size * native.take_boxes(p, pos, taken, plan.steps[0], items, handles)
                        break
                    value = native.read_primitive(p, pos + 6, plan.steps[0])
                    if plan.build is not None:
                        value = self._boxed(plan, value)
                    native.list_append(handles, value)
                    pos = stop
            elif code == TC_NULL:
                value = None
                pos += 1
            else:
                break
            native.list_append(items, value)
        taken = native.list_len(items) - items_before
        self._pos = pos
        self._refs_beside += taken - (len(handles) - handles_before)
        return taken

    def _plan_at(self, pos: int) -> Any:
        """The plan for the object whose TC_OBJECT is at ``pos``, if it needs no frame; else None."""
        p = self._p
        if p[pos + 1] != TC_REFERENCE:
            return None
        found = native.referred(p, pos + 2, self._handles, None)
        if type(found) is not ClassDescriptor:
            return None
        descriptor = found
        plan = descriptor.decode_plan
        if plan is None:
            return None
        if not plan.short and not plan.box_bytes:
            plan = None
        if not native.COMPILED:
            self._plans[native.head(p, pos)] = plan
        return plan

    def _begins_at(self, pos: int) -> bool:
        """Whether near the end of the input enough of a token is there to tell its size."""
        left = self._end - pos
        if left < 1:
            return False
        code = self._p[pos]
        return code == TC_NULL or (left >= 3 and code == TC_STRING) or (left >= 5 and code == TC_REFERENCE) or left >= 7

    def _room(self) -> int:
        """How many more objects ``maxrefs`` and ``maxhandles`` let in."""
        room = ANY_NUMBER
        if self._max_refs >= 0:
            room = self._max_refs - len(self._handles) - self._refs_beside
        if self._max_handles >= 0:
            room = min(room, self._max_handles - len(self._handles))
        return room

    def _has_room(self) -> bool:
        """Whether they let in one more."""
        return self._room() > 0

    def _class_at(self, pos: int) -> Any:
        """The class descriptor that TC_REFERENCE at ``pos`` refers to, all of whose five bytes are there; else None."""
        p = self._p
        if p[pos] != TC_REFERENCE:
            return None
        found = native.referred(p, pos + 1, self._handles, None)
        if type(found) is not ClassDescriptor:
            return None
        return found

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

    # ------------------------------------------------------------------------------- objects taken with all their parts

    def _short(self, plan: Any) -> Any:
        """An object by the short way of its plan (see `DecodePlan`), from behind its class; else UNREAD."""
        if self._bounded and not self._has_room():
            return UNREAD
        if self._max_depth >= 0 and self._depth >= self._max_depth:
            return UNREAD
        if plan.short == OF_DATA:
            return self._of_data(plan)
        handle = len(self._handles)
        value = self._of_parts(plan)
        if value is not UNREAD:
            self._refs_beside -= len(self._handles) - handle - 1
        return value

    def _of_parts(self, plan: Any) -> Any:
        """The same for an object with handles inside of it. Each of them is counted as one reference too many.

        So `_take_leaves` needs to know no more than how many values and handles there are in all.
        """
        if plan.short == OF_MAGNITUDE:
            return self._of_magnitude(plan)
        if plan.short == OF_NUMBER:
            return self._of_number(plan)
        return self._of_contents(plan)

    def _of_data(self, plan: Any) -> Any:
        """What an adapter makes of primitive fields, or of a single block of primitive data."""
        p = self._p
        start = self._pos
        if plan.head_bytes:
            stop = end = start + plan.head_bytes
            if end > self._end:
                return UNREAD
        else:
            if self._end - start < 3 or p[start] != TC_BLOCKDATA:
                return UNREAD
            start += 2
            stop = start + p[start - 1]
            end = stop + 1
            if end > self._end or p[stop] != TC_ENDBLOCKDATA:
                return UNREAD
        try:
            value = plan.from_data(native.take(p, start, stop))
        except Exception:  # noqa: BLE001 - as in `_call_build`
            return UNREAD
        if value is NotImplemented:
            return UNREAD
        self._pos = end
        native.list_append(self._handles, value)
        return value

    def _admits_bytes(self, length: int, levels: int) -> bool:
        """Whether the limits admit an array of this length, so many ``levels`` inside of an object that is to come."""
        if self._bounded and self._room() <= levels:
            return False
        if self._max_array >= 0 and length > self._max_array:
            return False
        return self._max_depth < 0 or self._depth + levels < self._max_depth

    def _of_magnitude(self, plan: Any) -> Any:
        """A BigInteger: five ints, of which the last is the sign, and the byte[] of its magnitude."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 31 or p[pos + 20] != TC_ARRAY or self._filter is not None:
            return UNREAD
        found = self._class_at(pos + 21)
        if found is None or found.name != "[B":
            return UNREAD
        length = native.i32(p, pos + 26)
        if length < 0 or length > _MAGNITUDE_BYTES or left < 31 + length or not self._admits_bytes(length, 1):
            return UNREAD
        end = pos + 30 + length
        number = native.signed(native.i32(p, pos + 16), p, pos + 30, length)
        if number is None or p[end] != TC_ENDBLOCKDATA:
            return UNREAD
        value = plan.from_number(number)
        native.list_append(self._handles, value)
        digits = native.take(p, pos + 30, end)
        native.list_append(self._handles, digits if length > 1 else ByteArray(digits))
        self._pos = end + 1
        self._refs_beside += 1
        return value

    def _of_number(self, plan: Any) -> Any:
        """An object of an int and of a BigInteger."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 42 or self._filter is not None:
            return UNREAD
        scale, begin, known, sign, array, of_bytes, length = native.number_at(p, pos)
        if begin != TC_OBJECT << 8 | TC_REFERENCE or array != TC_ARRAY << 8 | TC_REFERENCE:
            return UNREAD
        if length < 0 or length > _MAGNITUDE_BYTES or left < 42 + length or not self._admits_bytes(length, 2):
            return UNREAD
        at = pos + 40 + length
        if p[at] != TC_ENDBLOCKDATA or p[at + 1] != TC_ENDBLOCKDATA:
            return UNREAD
        handles = self._handles
        known -= BASE_WIRE_HANDLE
        of_bytes -= BASE_WIRE_HANDLE
        if not 0 <= known < len(handles) or not 0 <= of_bytes < len(handles):
            return UNREAD
        integer = handles[known]
        byte_array = handles[of_bytes]
        if type(integer) is not ClassDescriptor or type(byte_array) is not ClassDescriptor:
            return UNREAD
        descriptor = integer
        inner = descriptor.decode_plan
        descriptor = byte_array
        if inner is None or inner.short != OF_MAGNITUDE or descriptor.name != "[B":
            return UNREAD
        number = native.signed(sign, p, pos + 40, length)
        if number is None:
            return UNREAD
        try:
            value = plan.from_number(scale, number)
        except Exception:  # noqa: BLE001 - as in `_call_build`
            return UNREAD
        if value is NotImplemented:
            return UNREAD
        native.list_append(handles, value)
        native.list_append(handles, inner.from_number(number))
        digits = native.take(p, pos + 40, at)
        native.list_append(handles, digits if length > 1 else ByteArray(digits))
        self._pos = at + 2
        self._refs_beside += 2
        return value

    def _of_contents(self, plan: Any) -> Any:
        """An object of one field, the number of its contents, and these, which are leaves.

        Or are such objects themselves. Where it turns out that they are not, all that was read here is read again: so
        after that as many as `_patience` says are left to frames at once, on this level of depth and above it.
        """
        outermost = self._gathering == 0
        if outermost:
            if self._depth <= self._vain_depth and self._spared > 0:
                self._spared -= 1
                return UNREAD
        elif self._gathering >= FEW_LEVELS:
            return UNREAD
        start = self._pos
        handles = self._handles
        handle = len(handles)
        refs = self._refs_beside
        copied = self._copied
        native.list_append(handles, BEGUN)
        self._depth += 1
        self._gathering += 1
        if plan.short == OF_ITEMS:
            value = self._few_items()
        elif plan.short == OF_ENTRIES:
            value = self._few_entries(plan)
        else:
            value = self._gathered(plan, start)
        self._gathering -= 1
        self._depth -= 1
        if value is not UNREAD:
            handles[handle] = value
            self._refs_beside += len(handles) - handle - 1
            if outermost and self._depth <= self._vain_depth:
                self._vain_depth = self._depth - 1
            return value
        self._pos = start
        self._refs_beside = refs
        self._copied = copied
        native.list_cut(handles, handle)
        if outermost:
            self._vain_depth = max(self._vain_depth, self._depth)
            self._patience = min(2 * self._patience + 1, _MOST_PATIENCE)
            self._spared = self._patience
        return UNREAD

    def _few_items(self) -> Any:
        """An ArrayList, after its class; else UNREAD."""
        p = self._p
        pos = self._pos
        if self._end - pos < 11 or p[pos + 4] != TC_BLOCKDATA or p[pos + 5] != 4:
            return UNREAD
        count = native.i32(p, pos)
        if count < 0 or count > FEW_PARTS:
            return UNREAD
        items: list[Any] = []
        self._pos = pos + 10
        while count > 0:
            taken = self._take_leaves(items, count)
            if not taken:
                return UNREAD
            count -= taken
        if self._pos >= self._end or p[self._pos] != TC_ENDBLOCKDATA:
            return UNREAD
        self._pos += 1
        return items

    def _few_entries(self, plan: Any) -> Any:
        """A HashMap of the usual load factor, or a LinkedHashMap that is no more than a dict, likewise."""
        p = self._p
        pos = self._pos
        if self._end - pos < 19 or p[pos + 8] != TC_BLOCKDATA or p[pos + 9] != 8:
            return UNREAD
        count = native.i32(p, pos + 14)
        if count < 0 or count > FEW_PARTS or native.u32(p, pos) != LOAD_FACTOR_BITS:
            return UNREAD
        count *= 2
        items: list[Any] = []
        if native.COMPILED:
            native.list_reserve(items, count)
        self._pos = pos + 18
        while count > 0:
            taken = self._take_leaves(items, count)
            if not taken:
                return UNREAD
            count -= taken
        mapping = plan.new() if plan.length == 3 else {}
        if not native.fill_dict(mapping, items) or not self._end_of_map(plan.length == 4):
            return UNREAD
        return mapping

    def _end_of_map(self, linked: bool) -> bool:
        """Takes TC_ENDBLOCKDATA, and of a LinkedHashMap an access order of False; nothing where they are not there."""
        pos = self._pos
        size = 2 if linked else 1
        if self._end - pos < size or self._p[pos] != TC_ENDBLOCKDATA or (linked and self._p[pos + 1] != 0):
            return False
        self._pos = pos + size
        return True

    def _gathered(self, plan: Any, pos: int) -> Any:
        p = self._p
        end = self._end
        items: list[Any] = []
        shared = None
        if plan.head_count:
            if end - pos < plan.head_bytes:
                return UNREAD
            field = native.read_primitive(p, pos, plan.steps[0])
            pos += plan.head_bytes
        elif end - pos >= 5 and p[pos] == TC_REFERENCE and not self._bounded:  # as `_take_leaves` does it
            field = shared = native.referred(p, pos + 1, self._handles, BEGUN)
            if type(field) is Frame:
                return UNREAD
            pos += 5
            self._refs_beside += 1
        else:
            if not self._take_leaves(items, 1):
                return UNREAD
            field = shared = native.list_get(items, 0)
            native.list_cut(items, 0)
            pos = self._pos
        if end - pos < 7 or p[pos] != TC_BLOCKDATA or p[pos + 1] != 4:
            return UNREAD
        count = native.i32(p, pos + 2)
        if count < 0 or count > FEW_PARTS:
            return UNREAD
        count *= plan.contents_each
        self._pos = pos + 6
        while count > 0:
            taken = self._take_leaves(items, count)
            if taken == 0:
                return UNREAD
            count -= taken
        pos = self._pos
        if pos >= end or p[pos] != TC_ENDBLOCKDATA or self._afford_contents(shared, items) < 0:
            return UNREAD
        try:
            value = plan.from_contents(field, items)
        except Exception:  # noqa: BLE001 - as in `_call_build`
            return UNREAD
        if value is NotImplemented:
            return UNREAD
        self._pos = pos + 1
        return value

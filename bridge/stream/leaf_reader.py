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
from .plan import OF_CONTENTS, OF_DATA, OF_ENTRIES, OF_ITEMS, OF_MAGNITUDE, OF_NUMBER
from .reader import BEGUN, Frame
from .states import ANY_NUMBER, FEW_PARTS, LOAD_FACTOR_BITS, UNREAD

#: So many objects at most are not tried in one step after one for which that was in vain.
_MOST_PATIENCE = 63

#: A magnitude of so many bytes makes a number of 64 bits, or of one more with its sign.
_MAGNITUDE_BYTES = 8

#: How an object or an array begins whose class was met before.
_KNOWN_OBJECT = TC_OBJECT << 8 | TC_REFERENCE
_KNOWN_ARRAY = TC_ARRAY << 8 | TC_REFERENCE


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

        Those are strings, references to what is finished, nulls, boxed primitives, and objects that have a short way.
        Where that leads to parts, the same loop takes those, between `_begin_parts` and `_finish_parts`. ``items`` is
        None where an object has been begun already, which knows what it is for.
        """
        p = self._p
        pos = self._pos
        end = self._end
        sure = end - 7  # here and before, what tells the size of a token is there
        handles = self._handles
        refs = 0  # what was taken and has no handle
        opened = None  # the innermost object whose parts are being taken
        bounded = self._bounded
        deep = False
        if self._limited:
            if bounded and items is not None:
                most = max(0, min(most, self._room()))
            deep = self._max_depth >= 0 and self._depth >= self._max_depth
        wanted = most
        if items is None:
            opened = self._outermost
            items = opened.items
            most = opened.count
        while True:
            if not most:
                if opened is None:
                    break
                self._pos = pos
                self._refs_beside += refs
                refs = 0
                if not self._finish_parts(opened):
                    break
                pos = self._pos
                items = opened.outer
                most = opened.most - 1
                deep = False
                opened = opened.leave()
                if bounded and opened is None:
                    break  # to begin again, with what was taken counted
                continue
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
                refs += 1
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
                if short == OF_DATA:
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
                elif short:
                    if bounded and opened is None and most < wanted:
                        break  # to begin again, with what was taken counted
                    self._pos = pos + 6
                    if short >= OF_CONTENTS:
                        self._refs_beside += refs
                        refs = 0
                        if not self._begin_parts(plan, opened, pos):
                            break
                        opened = self._outermost if opened is None else opened.inner
                        opened.outer = items
                        opened.most = most
                        pos = self._pos
                        items = opened.items
                        most = opened.count
                        if self._limited:
                            deep = self._max_depth >= 0 and self._depth >= self._max_depth
                        continue
                    value = self._of_number(plan) if short == OF_NUMBER else self._of_magnitude(plan)
                    if value is UNREAD:
                        break
                    pos = self._pos
                    if bounded and opened is None:
                        native.list_append(items, value)
                        most -= 1
                        break
                else:
                    stop = pos + 6 + plan.box_bytes
                    if stop > end:
                        break
                    if plan.build is None and stop < end and p[stop] == TC_OBJECT:  # maybe many of the class
                        size = stop - pos
                        taken = native.take_boxes(p, pos, min((end - pos) // size, most), plan.steps[0], items, handles)
                        pos += size * taken
                        most -= taken
                        continue
                    value = native.read_primitive(p, pos + 6, plan.steps[0])
                    if plan.build is not None:
                        value = self._boxed(plan, value)
                    native.list_append(handles, value)
                    pos = stop
            elif code == TC_NULL:
                value = None
                refs += 1
                pos += 1
            else:
                break
            native.list_append(items, value)
            most -= 1
        if opened is not None:
            self._give_up(opened)
            pos = self._outermost.start
            most = self._outermost.most
            refs = 0
        self._pos = pos
        self._refs_beside += refs
        return wanted - most

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
        if plan.short == OF_MAGNITUDE:
            return self._of_magnitude(plan)
        if plan.short == OF_NUMBER:
            return self._of_number(plan)
        if not self._begin_parts(plan, None, self._pos):
            return UNREAD
        opened = self._outermost
        items: list[Any] = []
        opened.outer = items
        opened.most = 1
        return items[0] if self._take_leaves(None, 1) else UNREAD

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
        return value

    def _of_number(self, plan: Any) -> Any:
        """An object of an int and of a BigInteger."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 42 or self._filter is not None:
            return UNREAD
        scale, begin, known, sign, array, of_bytes, length = native.number_at(p, pos)
        if begin != _KNOWN_OBJECT or array != _KNOWN_ARRAY:
            return UNREAD
        if length < 0 or length > _MAGNITUDE_BYTES or left < 42 + length:
            return UNREAD
        if (self._limited or self._max_array >= 0) and not self._admits_bytes(length, 2):
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
        return value

    def _begin_parts(self, plan: Any, around: Any, start: int) -> bool:
        """Begins an object with parts, which lies from ``start`` on, from behind its class; whether it can be.

        An ArrayList, a HashMap of the usual load factor, a LinkedHashMap that is no more than a dict; or an object of
        one field, the number of its contents, and these. There are few parts, on few levels: where it turns out that
        they cannot be taken, all that was read is read again. So after that as many objects as `_patience` says are
        left to frames at once, on this level of depth and above it. ``around``: the object that it is a part of.
        """
        opened = self._outermost if around is None else around.inner
        if opened is None:
            return False
        if around is None and self._depth <= self._vain_depth and self._spared > 0:
            self._spared -= 1
            return False
        p = self._p
        pos = self._pos
        left = self._end - pos
        refs = 0
        field = None
        if plan.short == OF_ITEMS:
            if left < 11 or p[pos + 4] != TC_BLOCKDATA or p[pos + 5] != 4:
                return False
            count = native.i32(p, pos)
            pos += 10
        elif plan.short == OF_ENTRIES:
            if left < 19 or p[pos + 8] != TC_BLOCKDATA or p[pos + 9] != 8 or native.u32(p, pos) != LOAD_FACTOR_BITS:
                return False
            count = native.i32(p, pos + 14)
            pos += 18
        else:
            size = plan.head_bytes or 5
            if left < size + 7:
                return False
            if plan.head_count:
                field = native.read_primitive(p, pos, plan.steps[0])
            elif p[pos] == TC_REFERENCE:
                field = native.referred(p, pos + 1, self._handles, BEGUN)
                if type(field) is Frame:
                    return False
                refs = 1
            else:
                return False
            pos += size
            if p[pos] != TC_BLOCKDATA or p[pos + 1] != 4:
                return False
            count = native.i32(p, pos + 2)
            pos += 6
        if count < 0 or count > FEW_PARTS:
            return False
        opened.plan = plan
        opened.around = around
        opened.handle = len(self._handles)
        opened.field = field
        opened.items = []
        opened.count = count * plan.contents_each
        if native.COMPILED:
            native.list_reserve(opened.items, opened.count)
        if around is None:
            opened.start = start
            opened.refs = self._refs_beside
            opened.copied = self._copied
        self._refs_beside += refs
        native.list_append(self._handles, BEGUN)
        self._depth += 1
        self._pos = pos
        return True

    def _finish_parts(self, opened: Any) -> bool:
        """Appends the object all of whose parts are there to the list that it is for; False where it cannot be made."""
        value = self._made(opened)
        if value is UNREAD or (self._bounded and self._room() < 0):
            return False
        self._handles[opened.handle] = value
        native.list_append(opened.outer, value)
        self._depth -= 1
        if opened.around is None and self._depth <= self._vain_depth:
            self._vain_depth = self._depth - 1
        return True

    def _made(self, opened: Any) -> Any:
        """It, if it ends here; else UNREAD."""
        plan = opened.plan
        items = opened.items
        pos = self._pos
        if pos >= self._end or self._p[pos] != TC_ENDBLOCKDATA:
            return UNREAD
        if plan.short == OF_ITEMS:
            self._pos = pos + 1
            return items
        if plan.short == OF_ENTRIES:
            mapping = plan.new() if plan.length == 3 else {}
            if not native.fill_dict(mapping, items) or not self._end_of_map(plan.length == 4):
                return UNREAD
            return mapping
        if self._afford_contents(None if plan.head_count else opened.field, items) < 0:
            return UNREAD
        try:
            value = plan.from_contents(opened.field, items)
        except Exception:  # noqa: BLE001 - as in `_call_build`
            return UNREAD
        if value is NotImplemented:
            return UNREAD
        self._pos = pos + 1
        return value

    def _give_up(self, opened: Any) -> None:
        """Takes back this object and those around it, whose parts cannot be taken."""
        while opened is not None:
            self._depth -= 1
            opened = opened.leave()
        first = self._outermost
        native.list_cut(self._handles, first.handle)
        self._refs_beside = first.refs
        self._copied = first.copied
        self._vain_depth = max(self._vain_depth, self._depth)
        self._patience = min(2 * self._patience + 1, _MOST_PATIENCE)
        self._spared = self._patience

    def _end_of_map(self, linked: bool) -> bool:
        """Takes TC_ENDBLOCKDATA, and of a LinkedHashMap an access order of False; nothing where they are not there."""
        pos = self._pos
        size = 2 if linked else 1
        if self._end - pos < size or self._p[pos] != TC_ENDBLOCKDATA or (linked and self._p[pos + 1] != 0):
            return False
        self._pos = pos + size
        return True

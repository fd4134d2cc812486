# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: handles are indexed behind a comparison with the length of the table, the input only behind a
# comparison with `_end` in the same function.
"""The middle of the decoder: class descriptors. Java Object Serialization Specification 6.4.2, ``classDesc``."""

from __future__ import annotations

from typing import Any

from ..errors import BridgeError
from . import native
from .constants import (
    BASE_WIRE_HANDLE,
    SC_EXTERNALIZABLE,
    SC_SERIALIZABLE,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_STRING,
    TYPE_CODE_NAMES,
)
from .descriptors import MAX_SUPER_CLASSES, CachedDescriptor, ClassDescriptor, Field
from .reader import _short
from .second_try import SecondTryReader
from .states import IN_DESCRIPTOR, NEED_DATA, NO_REFERENCE, PUSHED

_FIELD_TYPECODES = b"BCDFIJSZL["

#: Longer ones cost more to keep than to parse; a chain of super-classes is kept once for each of its levels.
_MAX_REMEMBERED_BYTES = 1 << 16


class DescriptorReader(SecondTryReader):
    """Reads class descriptors, at most once each: see `DescriptorCache`."""

    __slots__ = ()

    def _value(self) -> Any:
        """One object of the grammar; in `Decoder`."""
        raise NotImplementedError

    def _object(self, items: Any) -> Any:
        """TC_OBJECT, or UNREAD; in `WholeReader`."""
        raise NotImplementedError

    def _take_leaves(self, items: Any, most: int) -> int:
        """Values without parts that follow one another; in `WholeReader`."""
        raise NotImplementedError

    def _abort(self) -> Any:
        """TC_EXCEPTION; in `Decoder`."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------ class descriptors

    def _known_descriptor(self) -> Any:
        """A descriptor that costs no parsing: a reference, or one met before with the same bytes. Else None."""
        p = self._p
        pos = self._pos
        if p[pos] == TC_REFERENCE:
            return self._descriptor_reference()
        if p[pos] != TC_CLASSDESC or self._end - pos < 3 or self._fieldless:
            return None
        if self._latest is not None and self._latest_generation == self._cache.generation:
            found = self._as_remembered(self._latest)  # streams of one object are mostly of the same class
            if found is not None:
                return found
        length = 3 + native.u16(p, pos + 1) + 9
        if self._end - pos < length:
            return None
        generation = self._cache.generation  # before it is asked: another thread may clear it meanwhile
        entries = self._cache.candidates(native.take(p, pos, pos + length))
        if entries is None:
            return None
        for entry in entries:
            found = self._as_remembered(entry)
            if found is not None:
                self._latest = entry
                self._latest_generation = generation
                return found
        return None

    def _as_remembered(self, entry: Any) -> Any:
        """The descriptor of the entry, if the bytes at the position are its own and mean the same here; else None."""
        first = entry.first_handle
        if first >= 0 and first != len(self._handles):
            return None
        if not native.matches(self._p, self._pos, self._end, entry.raw) or not self._admits(entry):
            return None
        native.list_extend(self._handles, entry.handles)
        self._refs_beside -= len(entry.handles) - entry.classes
        self._classes += entry.classes
        if first >= 0 and first < self._lowest_reference:
            self._lowest_reference = first
        self._pos += len(entry.raw)
        return entry.descriptor

    def _admits(self, entry: Any) -> bool:
        """Whether limits and filter let in a descriptor met before. If not, parsing it fails at the exact place."""
        count = len(self._handles)
        level = 0
        if self._in_descriptor():
            frame = self._frames[self._top]
            level = frame.blocks + 1
        if self._max_refs >= 0 and count + self._refs_beside + entry.classes > self._max_refs:
            return False
        if self._max_handles >= 0 and count + len(entry.handles) > self._max_handles:
            return False
        if self._max_depth >= 0 and self._depth + level + entry.classes > self._max_depth:
            return False
        if self._max_classes >= 0 and self._classes + entry.classes > self._max_classes:
            return False
        if self._max_fields >= 0 and entry.most_fields > self._max_fields:
            return False
        if self._max_string >= 0 and len(entry.raw) > self._max_string:  # maybe one of its strings is
            return False
        if self._filter is not None:
            end = self._pos + len(entry.raw)
            for found in entry.handles:
                if type(found) is not ClassDescriptor:
                    continue
                count += 1
                try:
                    if not self._lets_in(found.name, -1, level, count, end):
                        return False
                except BridgeError:
                    return False
                level += 1
        return True

    def _descriptor_reference(self) -> Any:
        """TC_REFERENCE to a class descriptor; None where not all of it is there."""
        pos = self._pos
        if self._end - pos < 5:
            return None
        number = native.u32(self._p, pos + 1) - BASE_WIRE_HANDLE
        if number < 0 or number >= len(self._handles):
            raise self._bad_handle(number)
        value = self._handles[number]
        if type(value) is not ClassDescriptor:
            raise self._not_a_descriptor()
        if number < self._lowest_reference:
            self._lowest_reference = number
        if self._tracing:
            self._emit(pos, pos + 5, "reference", number, None)
        self._pos = pos + 5
        return value

    def _class_descriptor(self) -> Any:
        """``classDesc`` of the grammar: null, a reference, a descriptor."""
        if self._pos >= self._end:
            return self._need(1)
        if not self._tracing:
            found = self._known_descriptor()
            if found is not None:
                return found
        p = self._p
        pos = self._pos
        code = p[pos]
        if code == TC_NULL:
            if self._tracing:
                self._emit(pos, pos + 1, "null", -1, None)
            self._pos = pos + 1
            return None
        if code == TC_REFERENCE:
            found = self._descriptor_reference()
            return self._need(5) if found is None else found
        if code == TC_CLASSDESC:
            return self._begin_class_descriptor()
        if code == TC_PROXYCLASSDESC:
            return self._begin_proxy_descriptor()
        if code == TC_EXCEPTION:
            return self._abort()
        raise self._corrupted(f"{TYPE_CODE_NAMES.get(code, hex(code))} where a class descriptor is due")

    def _begin_class_descriptor(self) -> Any:
        """``TC_CLASSDESC className serialVersionUID newHandle classDescFlags (short)count``"""
        p = self._p
        pos = self._pos
        if self._end - pos < 3:
            return self._need(3)
        length = native.u16(p, pos + 1)
        size = 3 + length + 8 + 1 + 2
        if self._end - pos < size:
            return self._need(size)
        if self._max_string >= 0:
            self._check_string(length)
        name = native.decode_mutf8(p, pos + 3, pos + 3 + length)
        if name is None:
            raise self._malformed_text()
        flags = p[pos + size - 3]
        if flags & SC_SERIALIZABLE and flags & SC_EXTERNALIZABLE:
            raise self._invalid_class(f"{_short(name)} is marked both serializable and externalizable")
        count = native.u16(p, pos + size - 2)
        if self._max_fields >= 0 and count > self._max_fields:
            raise self._rejected(f"{_short(name)} with {count} fields, more than maxfields={self._max_fields}")
        frame = self._push_descriptor()
        frame.length = count
        frame.value = [name, native.i64(p, pos + 3 + length), flags]
        frame.values = []
        self._pos = pos + size
        if self._tracing:
            self._emit(pos, self._pos, "class descriptor", frame.handle, (name, frame.value[1], flags, frame.length))
        return PUSHED

    def _push_descriptor(self) -> Any:
        levels = 0
        if self._in_descriptor():
            frame = self._frames[self._top]
            levels = frame.blocks + 1
            if levels > MAX_SUPER_CLASSES:
                raise self._rejected(f"a class with more than {MAX_SUPER_CLASSES} super-classes")
        else:
            self._lowest_reference = NO_REFERENCE
        if self._max_depth >= 0 and self._depth + levels >= self._max_depth:
            raise self._rejected(f"more than maxdepth={self._max_depth} nested objects")
        if self._max_classes >= 0 and self._classes >= self._max_classes:
            raise self._rejected(f"more than maxclasses={self._max_classes} classes")
        frame = self._push(IN_DESCRIPTOR)
        frame.blocks = levels
        self._assign_handle(frame)
        self._classes += 1
        return frame

    def _begin_proxy_descriptor(self) -> Any:
        """``TC_PROXYCLASSDESC newHandle (int)count proxyInterfaceName[count]``"""
        p = self._p
        pos = self._pos
        if self._end - pos < 5:
            return self._need(5)
        count = native.i32(p, pos + 1)
        if count < 0 or count > 65535:
            raise self._corrupted(f"a proxy class of {count} interfaces")
        frame = self._push_descriptor()
        frame.length = -1
        frame.index = count
        frame.values = []
        self._pos = pos + 5
        return PUSHED

    def _interfaces(self, frame: Any) -> Any:
        """The names of a proxy class; None when they have been read."""
        p = self._p
        while len(frame.values) < frame.index:
            pos = self._pos
            if self._end - pos < 2:
                return self._need(2)
            length = native.u16(p, pos)
            if self._max_string >= 0:
                self._check_string(length)
            if self._end - pos < 2 + length:
                return self._need(2 + length)
            name = native.decode_mutf8(p, pos + 2, pos + 2 + length)
            if name is None:
                raise self._malformed_text()
            frame.values.append(name)
            self._pos = pos + 2 + length
        frame.value = tuple(frame.values)
        frame.values = None
        if self._tracing:
            self._emit(frame.start - self._base, self._pos, "proxy class descriptor", frame.handle, frame.value)
        return None

    def _step_descriptor(self, frame: Any) -> Any:
        """Fields, then the class annotation (``items`` is a list), then the super-class (``annotations`` is a list)."""
        while frame.index < frame.length:
            value = self._field(frame)
            if value is not None:
                return value
        if frame.length < 0 and frame.value is None:
            value = self._interfaces(frame)
            if value is not None:
                return value
        if frame.annotations is None:
            if frame.items is None:
                frame.items = []
                if self._filter is not None:
                    for name in (frame.value[0],) if frame.length >= 0 else frame.value:
                        self._ask_filter(name, -1, frame.blocks)
            value = self._class_annotation(frame)
            if value is not None:
                return value
            frame.annotations = frame.items
            frame.items = None
        if frame.descriptor is not None:
            return self._finish_descriptor(frame, frame.descriptor)
        value = self._class_descriptor()
        if value is NEED_DATA or value is PUSHED:
            return value
        return self._finish_descriptor(frame, value)

    def _field(self, frame: Any) -> Any:
        """One field of a class descriptor; None when it has been read."""
        p = self._p
        pos = self._pos
        if frame.items is None:
            if self._end - pos < 3:
                return self._need(3)
            code = p[pos]
            length = native.u16(p, pos + 1)
            if self._max_string >= 0:
                self._check_string(length)
            if self._end - pos < 3 + length:
                return self._need(3 + length)
            name = native.decode_mutf8(p, pos + 3, pos + 3 + length)
            if name is None:
                raise self._malformed_text()
            if code not in _FIELD_TYPECODES:
                raise self._invalid_class(
                    f"field {_short(name)!r} of {_short(frame.value[0])} has the type 0x{code:02x}"
                )
            if self._tracing:
                self._emit(pos, pos + 3 + length, "field", -1, (chr(code), name))
            self._pos = pos + 3 + length
            if native.primitive_bytes(code):
                frame.values.append(Field(name, chr(code)))
                frame.index += 1
                return None
            frame.items = [name, code]
        if self._pos >= self._end:
            return self._need(1)
        code = p[self._pos]
        if code != TC_STRING and code != TC_REFERENCE and code != TC_LONGSTRING and code != TC_EXCEPTION:
            raise self._corrupted(f"{TYPE_CODE_NAMES.get(code, hex(code))} where the type of a field is due")
        if code == TC_REFERENCE and self._end - self._pos >= 5:
            self._lowest_reference = min(self._lowest_reference, native.u32(p, self._pos + 1) - BASE_WIRE_HANDLE)
        self._refs_beside -= 1  # it is no object of its own
        value = self._value()
        if value is NEED_DATA or value is PUSHED:
            self._refs_beside += 1
            return value
        self._accept_type_string(frame, value)
        return None

    def _accept_type_string(self, frame: Any, value: Any) -> None:
        name, code = frame.items
        if type(value) is not str or value[:1] != chr(code):
            raise self._invalid_class(
                f"field {_short(name)!r} of {_short(frame.value[0])} has no type string that begins with {chr(code)}"
            )
        frame.values.append(Field(name, value))
        frame.items = None
        frame.index += 1

    def _class_annotation(self, frame: Any) -> Any:
        """What ``annotateClass`` wrote, up to TC_ENDBLOCKDATA; None when that has been read."""
        while True:
            if self._pos >= self._end:
                return self._need(1)
            code = self._p[self._pos]
            if code == TC_ENDBLOCKDATA:
                if self._tracing:
                    self._emit(self._pos, self._pos + 1, "end block data", -1, None)
                self._pos += 1
                return None
            if code == TC_BLOCKDATA or code == TC_BLOCKDATALONG:
                value = self._block_data()
            else:
                value = self._value()
            if value is NEED_DATA or value is PUSHED:
                return value
            frame.items.append(value)

    def _accept_in_descriptor(self, frame: Any, value: Any) -> None:
        if frame.annotations is None:
            frame.items.append(value)
        else:
            frame.descriptor = value

    def _finish_descriptor(self, frame: Any, super_class: Any) -> Any:
        if frame.length < 0:
            descriptor = ClassDescriptor(
                "$Proxy", 0, SC_SERIALIZABLE, (), super_class, interfaces=frame.value, annotation=frame.annotations
            )
        else:
            name, uid, flags = frame.value
            descriptor = ClassDescriptor(
                name,
                uid,
                flags,
                frame.values,
                super_class,
                annotation=frame.annotations,
                fieldless=name in self._fieldless,
            )
        by_header = self._cache.by_header  # as it is before the descriptor is taken, see `DescriptorCache`
        descriptor = self._cache.intern(descriptor)
        self._handles[frame.handle] = descriptor
        self._remember_descriptor(frame, descriptor, by_header)
        return self._finish(frame, descriptor)

    def _remember_descriptor(self, frame: Any, descriptor: Any, by_header: Any) -> None:
        """Keeps the bytes just read, if they mean the same wherever they stand: see `CachedDescriptor`."""
        start = frame.start - self._base
        fits = start >= 0 and not self._tracing and self._lowest_reference >= frame.handle
        fits = fits and self._pos - start <= _MAX_REMEMBERED_BYTES and not self._fieldless
        level = descriptor
        while level is not None and fits:
            fits = not level.annotation and level.interfaces is None
            level = level.super_class
        if fits:
            first_handle = -1 if self._lowest_reference == NO_REFERENCE else frame.handle
            raw = native.take(self._p, start, self._pos)
            entry = CachedDescriptor(raw, first_handle, self._handles[frame.handle :], descriptor)
            self._cache.remember(raw[: 3 + native.u16(self._p, start + 1) + 9], entry, by_header)

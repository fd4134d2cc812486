# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: every read of the input is behind a comparison with `_end`, by `Decoder._step_open` with what
# `_array_bytes` asks for.
"""The upper middle of the decoder: arrays. Java Object Serialization Specification 6.4.2, ``newArray``."""

from __future__ import annotations

from array import array
from typing import Any, Final

from . import native
from .descriptor_reader import DescriptorReader
from .model import BooleanArray, ByteArray, CharArray, JavaArray
from .reader import _short
from .states import IN_ARRAY, NEED_DATA, PUSHED

#: By type code, an array to make others like.
_NUMBERS: Final = {ord(code): array(typecode) for code, typecode in zip("SIJFD", "hiqfd", strict=True)}


class ArrayReader(DescriptorReader):
    """Reads arrays: of primitives in one step, of objects element by element."""

    __slots__ = ()

    def _array_bytes(self, descriptor: Any) -> int:
        """The bytes of an array that are read in one step: its length, and all of it if it holds primitives."""
        name = descriptor.name
        if len(name) < 2 or name[0] != "[":
            raise self._invalid_class(f"{_short(name)} is no array class but stands at TC_ARRAY")
        if self._end - self._pos < 4:
            return 4
        length = native.i32(self._p, self._pos)
        if length < 0:
            raise self._corrupted(f"an array of negative length {length}")
        if self._max_array >= 0 and length > self._max_array:
            raise self._rejected(f"an array of {length} elements, more than maxarray={self._max_array}")
        return 4 + length * native.primitive_bytes(ord(name[1]))

    def _begin_array(self, descriptor: Any) -> Any:
        p = self._p
        pos = self._pos
        length = native.i32(p, pos)
        if self._filter is not None:
            self._ask_filter(descriptor.name, length, 0)
        code = ord(descriptor.name[1])
        size = native.primitive_bytes(code)
        start = pos + 4
        if size == 0:
            frame = self._push(IN_ARRAY)
            frame.descriptor = descriptor
            frame.length = length
            self._pos = start
            self._assign_handle(frame)
            frame.value = JavaArray.__new__(JavaArray)
            frame.value.__java_class__ = descriptor
            if self._tracing:
                self._emit(pos, start, "array", frame.handle, (descriptor, length))
            return PUSHED
        end = start + length * size
        if code == ord("B"):
            value: Any = native.take(p, start, end)
            if length < 2:
                value = ByteArray(value)
        elif self._arrays is not None and code != ord("C"):
            value = self._arrays(chr(code), native.take(p, start, end))
        elif code == ord("Z"):
            value = BooleanArray([byte != 0 for byte in native.take(p, start, end)])
        elif code == ord("C"):
            value = CharArray(native.take(p, start, end).decode("utf-16-be", "surrogatepass"))
        else:
            value = native.read_array(_NUMBERS[code], p, start, length)
        self._check_object()
        if self._tracing:
            self._emit(pos, start, "array", len(self._handles), (descriptor, length))
            self._emit(start, end, "primitives", -1, value)
            self._emit(end, end, "end", len(self._handles), None)
        self._pos = end
        native.list_append(self._handles, value)
        return value

    def _step_array(self, frame: Any) -> Any:
        items = frame.value
        length = frame.length
        while len(items) < length:
            value = self._value()
            if value is NEED_DATA or value is PUSHED:
                return value
            native.list_append(items, value)
            kind = type(value)
            if (value is None or kind is str or kind is int or kind is float) and not self._tracing:
                while self._take_leaves(items, length - len(items)):
                    pass
        return self._finish(frame, items)

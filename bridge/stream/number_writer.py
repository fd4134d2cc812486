# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
"""The middle of the encoder: numbers, arrays of primitives, and objects whose adapter gives no more than those.

Java Object Serialization Specification 6.4.2, ``newArray``; ``java.math.BigInteger.writeObject``.
"""

from __future__ import annotations

from typing import Any

from ..errors import EncodeError
from . import native, native_leaves
from .constants import TC_ARRAY, TC_ENDBLOCKDATA
from .descriptor_writer import DescriptorWriter
from .encoder_frame import shown
from .plan import BOOLEAN, BYTES, CHARS, DATA, DOUBLE

#: What a primitive of each type code takes, for messages.
_DUE = {
    ord("B"): "a byte, an int from -128 to 127,",
    ord("S"): "a short, an int from -32768 to 32767,",
    ord("I"): "an int of 32 bits",
    ord("J"): "a long, an int of 64 bits,",
    ord("F"): "a number",
    ord("D"): "a number",
    ord("Z"): "True or False",
    ord("C"): "a char, one UTF-16 code unit,",
}


#: Of a BigInteger: twice -1, twice -2, and the sign.
_POSITIVE = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff\xfe\0\0\0\1"
_ZERO = _POSITIVE[:16] + b"\0\0\0\0"
_NEGATIVE = _POSITIVE[:16] + b"\xff\xff\xff\xff"


class NumberWriter(DescriptorWriter):
    """Writes numbers, and arrays that hold no objects: they need no frame."""

    def _number(self, plan: Any, shape: int, number: Any) -> None:
        """A bool, a float or an int, or what the resolver takes for one; an int as Integer, Long or BigInteger."""
        if shape == DOUBLE:
            self._start_box(plan.descriptor)
            native.put_f64(self._out, number)
            return
        if shape == BOOLEAN:
            self._start_box(plan.descriptor)
            native.put_u8(self._out, 1 if number else 0)
            return
        size = native.integer_bytes(number)
        box = plan.alternatives[0 if size == 4 else 1 if size == 8 else 2]
        if size > 0:
            self._start_box(box.descriptor)
            native.put_primitive(self._out, box.code, number)
        elif not self._reference(number):
            self._big_integer(box, number, number)

    def _big_integer(self, plan: Any, number: Any, obj: Any) -> None:
        """Four caches that Java no longer reads, and writes as these very values; then the sign and the magnitude."""
        magnitude = native.magnitude(number)
        byte_array = plan.alternatives[0]
        self._start_object(plan.descriptor, obj)
        native.put_raw(self._out, _POSITIVE if number > 0 else _NEGATIVE if number else _ZERO)
        self._start_array(byte_array.descriptor, None, len(magnitude))
        native.put_raw(self._out, magnitude)
        native.put_u8(self._out, TC_ENDBLOCKDATA)

    def _adapted(self, plan: Any, obj: Any) -> None:
        """After its class, an object that its adapter gives as bytes, or as two ints."""
        if plan.shape == DATA:
            native_leaves.know_data(self._memo, type(obj), plan)
            if plan.writer is None or not plan.writer.put(self._out, obj):
                self._data(plan, obj)
        else:
            native_leaves.know_scaled(self._memo, type(obj), plan)
            self._scaled(plan, obj)

    def _data(self, plan: Any, obj: Any) -> None:
        data = plan.reduce(obj)
        if plan.annotation_step < 0:
            native.put_raw(self._out, data)
        elif not native_leaves.put_block(self._out, data):
            self._block_data(data)
            native.put_u8(self._out, TC_ENDBLOCKDATA)

    def _scaled(self, plan: Any, obj: Any) -> None:
        first, number = plan.reduce(obj)
        native.put_32(self._out, first)
        inner = plan.alternatives[0]
        handle = array = -1
        if native.integer_bytes(number):
            handle = native.memo_get(self._memo, inner.descriptor, self._objects)
            within = inner.alternatives[0]
            array = native.memo_get(self._memo, within.descriptor, self._objects)
        if handle < 0 or array < 0:
            self._big_integer(inner, number, None)
        else:
            native_leaves.put_big_integer(self._out, self._memo, handle, array, number)
        native.put_u8(self._out, TC_ENDBLOCKDATA)

    def _start_array(self, descriptor: Any, obj: Any, length: int) -> None:
        if length > 0x7FFFFFFF:
            raise EncodeError(f"an array of {length} elements; Java's hold at most {0x7FFFFFFF}")
        native.put_u8(self._out, TC_ARRAY)
        self._descriptor(descriptor)
        self._assign_handle(obj)
        native.put_32(self._out, length)

    def _primitives(self, plan: Any, shape: int, obj: Any) -> None:
        """A byte[], a char[], or an array whose items are primitives of Python's."""
        if shape == BYTES:
            self._start_array(plan.descriptor, obj, len(obj))
            native.put_raw(self._out, obj)
        elif shape == CHARS:
            units = obj.encode("utf-16-be", "surrogatepass")
            self._start_array(plan.descriptor, obj, len(units) // 2)
            native.put_raw(self._out, units)
        else:
            self._start_array(plan.reduce(obj), obj, len(obj))
            for item in obj:
                self._primitive(plan.code, item)

    def _numbers(self, descriptor: Any, width: int, buffer: Any, obj: Any) -> None:
        """An array from a buffer of numbers that take ``width`` bytes each."""
        view = memoryview(buffer)
        if view.ndim != 1:
            raise EncodeError(f"an array of {view.ndim} dimensions; one of Java's has one")
        if not view.c_contiguous:
            view = memoryview(view.tobytes())
        self._start_array(descriptor, obj, view.nbytes // width)
        if width == 1:
            native.put_raw(self._out, view)
        else:
            native.put_array(self._out, view, width)

    def _primitive(self, code: int, value: Any) -> None:
        if not native.put_primitive(self._out, code, value):
            raise EncodeError(f"{_DUE[code]} is due, not {shown(value)}")

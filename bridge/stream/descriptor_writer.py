# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
"""The lower half of the encoder: handles, strings, class descriptors. Serialization Specification, section 6.4."""

from __future__ import annotations

from typing import Any

from ..errors import EncodeError
from . import native
from .constants import (
    BASE_WIRE_HANDLE,
    MAX_BLOCK_BYTES,
    STREAM_HEADER,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_STRING,
)
from .encoder_frame import FrameStack

#: A table of objects up to this length keeps its room for the next stream.
_KEPT_OBJECTS = 1 << 18


class DescriptorWriter(FrameStack):
    """The output, the table of handles, and what needs no plan: strings, blocks of data, class descriptors."""

    def __init__(self) -> None:
        super().__init__()
        self._out = native.out_new()
        self._memo = native.memo_new()
        self._objects: list[Any] = []
        # The class descriptor that was referred to last: in a run of objects of one class this saves looking for it.
        self._last_descriptor: Any = None
        self._last_handle = -1
        self._type_strings: dict[str, int] = {}
        self._unshared = None
        native.put_raw(self._out, STREAM_HEADER)

    def __dealloc__(self) -> None:
        native.out_free(self._out)
        native.memo_free(self._memo)

    def _annotation_whole(self, contents: Any) -> None:
        """The contents of a class annotation; in `Encoder`."""
        raise NotImplementedError

    # -------------------------------------------------------------------------------------------------------- handles

    def _forget(self) -> None:
        native.memo_clear(self._memo, self._objects)
        self._last_descriptor = None
        if self._type_strings:
            self._type_strings = {}
        objects = self._objects
        self._objects = []
        native.list_empty(objects, _KEPT_OBJECTS)  # the end of an object may run code, and that write with this encoder
        if not self._objects:
            self._objects = objects

    def _give_back(self, objects: int, handle: int) -> None:
        """Forgets what was written after the table of objects had this length, and takes back the handles from this."""
        self._last_descriptor = None
        for i in range(objects, len(self._objects)):
            obj = self._objects[i]
            if type(obj) is _TypeString:
                self._type_strings.pop(obj.text, None)
        native.memo_cut(self._memo, handle, self._objects, objects)

    def _reference(self, obj: Any) -> bool:
        """Writes a reference if this very object was written before."""
        if obj is self._unshared and obj is not None:
            return False
        handle = native.memo_get(self._memo, obj, self._objects)
        if handle < 0:
            return False
        native.put_reference(self._out, BASE_WIRE_HANDLE + handle)
        return True

    def _assign_handle(self, obj: Any) -> None:
        """The next handle for this object, which is kept alive as long as the handle is; None: for nothing."""
        if obj is None:
            self._memo.next += 1
        elif obj is self._unshared:  # nothing refers to it, not even what is inside of it
            self._unshared = None
            self._memo.next += 1
        elif native.memo_claim(self._memo, obj, self._objects) >= 0:  # refers to itself before it begins
            self._memo.next += 1

    # ----------------------------------------------------------------------------------------------- strings and blocks

    def _string(self, text: Any) -> None:
        # CPython shares the shortest strings, so their identity says nothing; Java may insist on one of its own
        # (readUnshared), and another one is no longer than a reference.
        self._assign_handle(text if len(text) > 1 else None)
        native.put_string(self._out, text)

    def _name(self, name: Any) -> None:
        if not native.put_utf(self._out, name):
            raise EncodeError(f"the name {name[:40]!r}... is longer than 65,535 bytes")

    def _block_data(self, data: Any) -> None:
        """``BlockDataOutputStream``: blocks of 1,024 bytes and a rest; up to 255 bytes have a one-byte length."""
        out = self._out
        start = 0
        size = len(data)
        if 0 < size <= 0xFF:
            native.put_u16(out, TC_BLOCKDATA << 8 | size)
            native.put_raw(out, data)
            start = size
        while start < size:
            length = size - start
            if length > MAX_BLOCK_BYTES:
                length = MAX_BLOCK_BYTES
            if length <= 0xFF:
                native.put_u16(out, TC_BLOCKDATA << 8 | length)
            else:
                native.put_u8(out, TC_BLOCKDATALONG)
                native.put_32(out, length)
            native.put_raw(out, data if length == size else data[start : start + length])
            start += length

    # ------------------------------------------------------------------------------------------------ class descriptors

    def _descriptor(self, descriptor: Any) -> None:
        """``classDesc``: the descriptor and those above it, each once."""
        if self._memo.next == 0:
            self._first_descriptor(descriptor)
        else:
            self._new_descriptor(descriptor)

    def _first_descriptor(self, descriptor: Any) -> None:
        """At the beginning of a stream a descriptor is always the same bytes: a stream of one object is mostly that."""
        written = descriptor.written_first
        if written is None:
            start = native.out_len(self._out)
            self._new_descriptor(descriptor)
            if all(not level.annotation for level in descriptor.chain):
                raw = native.out_copy(self._out, start)
                descriptor.written_first = (raw, list(self._objects), self._type_strings)
                self._type_strings = dict(self._type_strings)
            return
        raw, objects, type_strings = written
        native.put_raw(self._out, raw)
        native.memo_fill(self._memo, objects, self._objects)
        if type_strings:
            self._type_strings = dict(type_strings)

    def _new_descriptor(self, descriptor: Any) -> None:
        out = self._out
        while descriptor is not None:
            if self._reference(descriptor):
                return
            if descriptor.interfaces is not None:
                native.put_u8(out, TC_PROXYCLASSDESC)
                self._assign_handle(descriptor)
                native.put_32(out, len(descriptor.interfaces))
                for name in descriptor.interfaces:
                    self._name(name)
            else:
                native.put_u8(out, TC_CLASSDESC)
                self._name(descriptor.name)
                native.put_64(out, descriptor.serial_version_uid)
                self._assign_handle(descriptor)
                native.put_u8(out, descriptor.flags)
                native.put_u16(out, len(descriptor.fields))
                for field in descriptor.fields:
                    type_string = field[1]
                    native.put_u8(out, ord(type_string[0]))
                    self._name(field[0])
                    if len(type_string) > 1:
                        self._type_string(type_string)
            if descriptor.annotation:
                self._annotation_whole(descriptor.annotation)
            native.put_u8(out, TC_ENDBLOCKDATA)
            descriptor = descriptor.super_class
        native.put_u8(out, TC_NULL)

    def _start_box(self, descriptor: Any) -> None:
        """An object without an identity: it takes a handle that nothing is found by."""
        if not self._knows(descriptor):
            self._start_object(descriptor, None)
            return
        native.put_object(self._out, BASE_WIRE_HANDLE + self._last_handle)
        self._memo.next += 1

    def _knows(self, descriptor: Any) -> bool:
        """Whether a class was written before: it is the last one now."""
        if descriptor is not self._last_descriptor:
            handle = native.memo_get(self._memo, descriptor, self._objects)
            if handle < 0:
                return False
            self._last_descriptor = descriptor
            self._last_handle = handle
        return True

    def _start_object(self, descriptor: Any, obj: Any) -> None:
        if self._knows(descriptor):
            native.put_object(self._out, BASE_WIRE_HANDLE + self._last_handle)
        else:
            self._start_class(descriptor)
        self._assign_handle(obj)

    def _start_class(self, descriptor: Any) -> None:
        """TC_OBJECT and a class that was not written before."""
        native.put_u8(self._out, TC_OBJECT)
        self._descriptor(descriptor)
        self._last_handle = native.memo_get(self._memo, descriptor, self._objects)
        self._last_descriptor = descriptor if self._last_handle >= 0 else None

    def _begin_first(self, descriptor: Any, obj: Any) -> bool:
        """An object of a class not written before, or a reference to it; whether its contents are to follow."""
        if self._memo.next > 0 and self._reference(obj):
            return False
        self._start_class(descriptor)
        self._assign_handle(obj)
        return True

    def _type_string(self, text: Any) -> None:
        """The type of a field: Java interns it, so that equal ones are the same object."""
        handle = self._type_strings.get(text)
        if handle is not None:
            native.put_reference(self._out, BASE_WIRE_HANDLE + handle)
            return
        self._type_strings[text] = self._memo.next
        self._objects.append(_TypeString(text))
        self._memo.next += 1
        native.put_u8(self._out, TC_STRING)
        self._name(text)


class _TypeString:
    """Keeps the place of a type string in the table of handles."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

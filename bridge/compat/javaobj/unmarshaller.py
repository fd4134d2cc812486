"""Reads streams into the objects of javaobj."""

from __future__ import annotations

import gzip
import io
from array import array
from collections.abc import Callable
from typing import Any

from ...ends import PlainFile, Source, source_of
from ...errors import CorruptedStreamError, DecodeError
from ...limits import Limits, combine
from ...mapping.numpy_arrays import numpy_reader
from ...mapping.registry import ArrayReader
from ...stream.constants import STREAM_HEADER
from ...stream.decoder import Decoder
from ...stream.descriptors import ClassDescriptor, DescriptorCache
from ...stream.generic import generic_plan
from ...stream.model import BlockData, BooleanArray, CharArray, StreamException, array_descriptor
from ...stream.model import JavaArray as ModelArray
from ...stream.model import JavaClass as ModelClass
from ...stream.plan import BUILD, FILL, DecodePlan
from ...stream.states import END_OF_STREAM, NEED_DATA
from .beans import JavaArray, JavaByteArray, JavaClass, JavaEnum, JavaObject, JavaString
from .transformers import DefaultObjectTransformer

__all__ = ["JavaObjectUnmarshaller", "NotAStreamError", "UnmarshalError", "load", "loads"]

_RESERVED = {"annotations", "classdesc"}
_NAMES = {"h": "[S", "i": "[I", "q": "[J", "l": "[J", "f": "[F", "d": "[D"}


class NotAStreamError(CorruptedStreamError, OSError):
    """The bytes do not begin as a stream does. javaobj raises OSError there."""


class UnmarshalError(DecodeError, RuntimeError):
    """The stream is broken, or ends too early. javaobj raises RuntimeError there."""


def _code_units(text: str) -> list[str]:
    units = text.encode("utf-16-be", "surrogatepass")
    return [chr(high << 8 | low) for high, low in zip(units[::2], units[1::2], strict=True)]


class _Objects:
    """The resolver: objects of any class become javaobj's, made by the transformers and filled when complete."""

    def __init__(self, unmarshaller: JavaObjectUnmarshaller, array_reader: ArrayReader | None) -> None:
        self.array_reader = array_reader
        self.descriptors = DescriptorCache()
        self.failure: BaseException | None = None
        self._unmarshaller = unmarshaller
        self._classes: dict[int, tuple[ClassDescriptor, JavaClass]] = {}
        self._strings: dict[int, tuple[str, JavaString]] = {}
        self._arrays: dict[int, tuple[Any, Any]] = {}
        self._primitive_arrays: dict[str, ClassDescriptor] = {}
        self._of_objects: list[tuple[Any, Any]] = []  # arrays that may have been met before their last element

    # ---- what the decoder asks

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        described = self.described(descriptor)
        if descriptor.is_enum:
            return DecodePlan(BUILD, descriptor, build=lambda values, _: self._constant(described, values[0]))

        def new() -> Any:
            made = self._guarded(lambda: self._unmarshaller.created(described))
            if made is None:
                made = JavaObject()
            made.classdesc = described
            return made

        def fill(container: Any, values: list[Any], annotations: Any, forced: bool) -> Any:
            self._guarded(lambda: self._fill(container, descriptor, values, annotations or ()))
            return container

        return DecodePlan(FILL, descriptor, new=new, build=fill)

    def generic_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        return generic_plan(descriptor)

    # ---- values of a stream as javaobj has them

    def described(self, descriptor: ClassDescriptor) -> JavaClass:
        """The JavaClass of a class descriptor, the same one each time."""
        above: JavaClass | None = None
        for level in descriptor.chain:
            known = self._classes.get(id(level))
            if known is None:
                found = JavaClass()
                found.name = "$Proxy" if level.interfaces is not None else level.name
                found.serialVersionUID = level.serial_version_uid
                found.flags = level.flags
                found.fields_names = [field.name for field in level.fields]
                found.fields_types = [JavaString(field.type_string) for field in level.fields]
                found.superclass = above
                found.interfaces = list(level.interfaces or ())
                known = self._classes[id(level)] = level, found
            above = known[1]
        assert above is not None
        return above

    def converted(self, item: Any) -> Any:
        """A content or the value of a field that is no primitive."""
        kind = type(item)
        if kind is str:
            if id(item) not in self._strings:
                self._strings[id(item)] = item, JavaString(item)
            return self._strings[id(item)][1]
        if kind is BlockData:
            return item.decode("latin-1")
        if kind is ModelClass:
            return self.described(item.__java_descriptor__)
        if kind is ClassDescriptor:
            return self.described(item)
        if isinstance(item, (bytes, array, BooleanArray, CharArray, ModelArray)):
            return self._array(item)
        return item

    def _constant(self, described: JavaClass, name: str) -> JavaEnum:
        constant = JavaEnum(self.converted(name))
        constant.classdesc = described
        return constant

    def _array(self, item: Any) -> Any:
        known = self._arrays.get(id(item))
        if known is not None:
            return known[1]
        if isinstance(item, bytes):
            found: Any = JavaByteArray(item, self._array_class("[B"))
            self._arrays[id(item)] = item, found
            return found
        if not isinstance(item, ModelArray):
            name = "[Z" if type(item) is BooleanArray else "[C" if type(item) is CharArray else _NAMES[item.typecode]
            found = JavaArray(self._array_class(name))
            found.extend(_code_units(item) if type(item) is CharArray else item)
            self._arrays[id(item)] = item, found
            return found
        waiting = [self._registered(item)]
        self._fill_arrays(waiting)
        return self._arrays[id(item)][1]

    def _registered(self, item: ModelArray) -> tuple[Any, Any]:
        pair = item, JavaArray(self.described(item.__java_class__))
        self._arrays[id(item)] = pair
        self._of_objects.append(pair)
        return pair

    def _fill_arrays(self, waiting: list[tuple[Any, Any]]) -> None:
        """The elements of these arrays as far as they have been read; an array may be part of itself."""
        while waiting:
            item, found = waiting.pop()
            for element in item[len(found) :]:
                if isinstance(element, ModelArray) and id(element) not in self._arrays:
                    waiting.append(self._registered(element))
                found.append(self.converted(element))

    def _array_class(self, name: str) -> JavaClass:
        """Of an array of primitives, of which the decoder keeps no descriptor; Java does not look at their UIDs."""
        if name not in self._primitive_arrays:
            self._primitive_arrays[name] = array_descriptor(name[1:])
        return self.described(self._primitive_arrays[name])

    def finish(self, content: Any) -> Any:
        """What is given out of a content that is complete, with every array in it."""
        value = self.converted(content)
        self._fill_arrays(self._of_objects)
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        return value

    def _fill(self, made: Any, descriptor: ClassDescriptor, values: list[Any], annotations: Any) -> None:
        """Shadowed fields, and where one class's annotation ends, are kept aside: javaobj has no place for them."""
        stored = iter(values)
        hidden: dict[tuple[str, str], Any] = {}
        last: dict[str, tuple[str, str]] = {}
        found: dict[tuple[str, str], Any] = {}
        for level, _ in descriptor.data_levels:
            for field in level.data_fields:
                value = next(stored)
                place = (level.name, field.name)
                found[place] = self.converted(value) if field.typecode in "L[" else value
                if field.name in last:
                    hidden[last[field.name]] = found[last[field.name]]
                last[field.name] = place
                if field.name in _RESERVED:
                    hidden[place] = found[place]
        for name, place in last.items():
            if name not in _RESERVED:
                setattr(made, name, found[place])
        if hidden:
            made._java_hidden = hidden
        if len(annotations) > 1:
            made._java_annotation_lengths = [len(contents) for contents in annotations]
        for contents in annotations:
            made.annotations.extend([self.converted(item) for item in contents])
        load = getattr(type(made), "__extra_loading__", None)
        if load is not None:
            load(made, self._unmarshaller, 0)

    def _guarded(self, call: Callable[[], Any]) -> Any:
        """What a transformer raises is not for the decoder: it comes out when the content is complete."""
        try:
            return call()
        except Exception as error:  # noqa: BLE001
            self.failure = self.failure or error
            return None


class JavaObjectUnmarshaller:
    """Reads the objects of one stream, one after another.

    ``stream`` is a binary file, plain or gzip; it need not be seekable, and nothing behind an object is consumed.
    Raises OSError (`NotAStreamError`) for what does not begin as a stream.
    """

    def __init__(self, stream: Any, use_numpy_arrays: bool = False) -> None:
        if stream is None:
            raise OSError("no input stream given")
        self.object_transformers: list[Any] = []
        self._default = DefaultObjectTransformer()
        self._objects = _Objects(self, numpy_reader() if use_numpy_arrays else None)
        limits, object_filter = combine(None, None, Limits.none())  # the filter of the process
        self._decoder = Decoder(self._objects, limits=limits, object_filter=object_filter, whole_stream=True)
        head = stream.read(len(STREAM_HEADER))
        if head[:2] == b"\x1f\x8b":
            stream = io.BytesIO(gzip.decompress(head + stream.read()))
            head = stream.read(len(STREAM_HEADER))
        if head != STREAM_HEADER:
            raise NotAStreamError(
                f"a stream begins with {STREAM_HEADER.hex(' ')}, and this with {head.hex(' ')}", offset=0
            )
        self.object_stream = stream
        self._source: Source = PlainFile(stream)
        self._decoder.feed(head)

    def add_transformer(self, transformer: Any) -> None:
        """Its ``create(classdesc, unmarshaller)`` is asked for each object, in the order added; None: the next."""
        self.object_transformers.append(transformer)

    def created(self, described: JavaClass) -> Any:
        """A new object from the first transformer that has one."""
        for transformer in (*self.object_transformers, self._default):
            made = transformer.create(described, self)
            if made is not None:
                return made
        return None

    def read_only_object(self) -> Any:
        """As `readObject`, quicker, where nothing else is read from the stream by way of this object."""
        self._source = source_of(self.object_stream)
        value = self.readObject()
        self._source.settle(self._decoder)
        self._source.leave(self._decoder)
        return value

    def readObject(self, ignore_remaining_data: bool = False) -> Any:
        """The next content of the stream; what follows it is not looked at, whatever ``ignore_remaining_data`` says.

        Raises RuntimeError (`UnmarshalError`) where the stream is broken or at its end.
        """
        try:
            while (content := self._decoder.next_content()) is NEED_DATA:
                self._source.feed(self._decoder)
        except DecodeError as error:
            raise UnmarshalError(error.message, offset=error.offset, path=error.path) from error
        if content is END_OF_STREAM:
            raise UnmarshalError("the stream has no more objects", offset=self._decoder.offset)
        if isinstance(content, StreamException):
            raise UnmarshalError("the writer failed and left an exception in the stream", offset=self._decoder.offset)
        return self._objects.finish(content)


def load(
    file_object: Any, *transformers: Any, ignore_remaining_data: bool = False, use_numpy_arrays: bool = False
) -> Any:
    """The first object of a file, which may be gzip; the file stands behind the object then.

    ``transformers`` are asked before the default one, see `JavaObjectUnmarshaller.add_transformer`.
    """
    unmarshaller = JavaObjectUnmarshaller(file_object, use_numpy_arrays)
    for transformer in transformers:
        unmarshaller.add_transformer(transformer)
    return unmarshaller.read_only_object()


def loads(string: Any, *transformers: Any, ignore_remaining_data: bool = False, use_numpy_arrays: bool = False) -> Any:
    """The first object of a stream in bytes; as `load`."""
    return load(io.BytesIO(string), *transformers, use_numpy_arrays=use_numpy_arrays)

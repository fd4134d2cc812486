"""Objects of the package javaobj are written, those of its versions 1, 2 and 3, and those of `bridge.compat.javaobj`.

The types are known by name, so javaobj is never imported. What its objects hold is written as they hold it: class
descriptors, fields, annotations. Where one is a list, dict or set as well, what counts are the elements it has now.

Version 1 keeps neither the values of shadowed fields, nor where the data of one class ends and that of the next begins,
nor what is in a ``byte[]`` that is referred to again. Where it is needed the object is refused: it cannot be made up.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from ..errors import EncodeError
from ..stream.constants import SC_SERIALIZABLE
from ..stream.descriptors import ClassDescriptor, DescriptorCache
from ..stream.model import BlockData, array_descriptor
from ..stream.plan import CLASS, CONSTANT, NUMBERS, REDUCE, REPLACE, EncodePlan
from .adapters import int_bytes
from .java_util import in_natural_order
from .registry import Registry

__all__ = ["VERSION_1_OBJECT", "register"]

_CONVERTED = DescriptorCache()
_NUMBERS = {"S": ("h", 2), "I": ("i", 4), "J": ("q", 8), "F": ("f", 4), "D": ("d", 8)}


# ---- class descriptors


def _descriptor_1(described: Any) -> ClassDescriptor:
    """Of a ``JavaClass`` of version 1. Equal ones are the same one, as a stream has a class once."""
    above: ClassDescriptor | None = None
    for level in reversed(_chain(described, "superclass")):
        interfaces = getattr(level, "interfaces", None)
        if interfaces:
            descriptor = ClassDescriptor("$Proxy", super_class=above, interfaces=interfaces)
        else:
            fields = zip(map(str, level.fields_names), map(str, level.fields_types), strict=True)
            descriptor = ClassDescriptor(str(level.name), level.serialVersionUID, level.flags, fields, above)
        above = _CONVERTED.intern(descriptor)
    assert above is not None
    return above


def _descriptor_2(described: Any) -> ClassDescriptor:
    """Of a ``JavaClassDesc`` of version 2 or 3."""
    above: ClassDescriptor | None = None
    for level in reversed(_chain(described, "super_class")):
        annotation = [_content(item) for item in level.annotations]
        if int(level.class_type) == 1:
            name, interfaces = "$Proxy", [str(name) for name in level.interfaces]
            descriptor = ClassDescriptor(name, super_class=above, interfaces=interfaces, annotation=annotation)
        else:
            fields = [(field.name, str(field.class_name or chr(field.type))) for field in level.fields]
            uid, flags = level.serial_version_uid, level.desc_flags
            descriptor = ClassDescriptor(level.name, uid, flags, fields, above, annotation=annotation)
        above = _CONVERTED.intern(descriptor)
    assert above is not None
    return above


def _chain(described: Any, parent: str) -> list[Any]:
    levels: list[Any] = []
    while described is not None:
        levels.append(described)
        described = getattr(described, parent)
    return levels


# ---- objects


def _reduce_version_1(value: Any) -> Any:
    """Descriptor, values of fields and annotations of an object of version 1."""
    if value.classdesc is None:
        raise EncodeError(f"{type(value).__name__} has no classdesc, which says what to write")
    descriptor = _descriptor_1(value.classdesc)
    hidden = vars(value).get("_java_hidden", {})
    values = []
    named: dict[str, str] = {}
    for level, _ in descriptor.data_levels:
        named.update((field.name, level.name) for field in level.data_fields)
    for level, _ in descriptor.data_levels:
        for field in level.data_fields:
            place = (level.name, field.name)
            if place in hidden:
                values.append(hidden[place])
            elif named[field.name] != level.name:
                raise EncodeError(f"{descriptor.name} has two fields {field.name}, and javaobj keeps one value of them")
            else:
                values.append(getattr(value, field.name))
    annotations = _split(value, descriptor)
    return descriptor, values, _with_elements(value, descriptor, values, annotations)


def _split(value: Any, descriptor: ClassDescriptor) -> list[list[Any]]:
    """The annotations by class level. In version 1 a plain str is primitive data, and a JavaString is a string."""
    contents = [BlockData(item.encode("latin-1")) if type(item) is str else item for item in value.annotations]
    count = sum(annotated for _, annotated in descriptor.data_levels)
    lengths = vars(value).get("_java_annotation_lengths")
    if count == 0 or (count > 1 and not contents):
        return [[] for _ in range(count)]
    if count == 1:
        return [contents]
    if lengths is None or sum(lengths) != len(contents):
        raise EncodeError(
            f"{count} classes of {descriptor.name} write data of their own, and javaobj does not keep where one ends"
        )
    items = iter(contents)
    return [[next(items) for _ in range(length)] for length in lengths]


_OWN_NAMES = {
    *("annotations", "classdesc", "field_data", "handle", "is_exception", "is_external_instance", "type"),
}


def _reduce_version_2(value: Any) -> Any:
    """The same of a ``JavaInstance`` of version 2 or 3, whose values lie in a dict by class and field."""
    if value.classdesc is None:
        raise EncodeError(f"{type(value).__name__} has no classdesc, which says what to write")
    descriptor = _descriptor_2(value.classdesc)
    set_since = {name: item for name, item in vars(value).items() if name not in _OWN_NAMES}
    values: list[Any] = []
    annotations: list[list[Any]] = []
    where: dict[str, int] = {}
    levels = list(reversed(_chain(value.classdesc, "super_class")))
    if descriptor.is_externalizable:
        levels = levels[-1:]
    for level, (described, annotated) in zip(levels, descriptor.data_levels, strict=True):
        found = value.field_data.get(level, {})
        if described.data_fields and len(found) != len(described.data_fields):
            raise EncodeError(f"javaobj did not read the fields of {described.name}")
        for field, item in found.items():
            where[field.name] = len(values)
            values.append(item)
        if annotated:
            annotations.append([_content(item) for item in value.annotations.get(level, ())])
    for name, place in where.items():  # what was assigned to an attribute, the most derived field of that name
        if name in set_since:
            values[place] = set_since[name]
    return descriptor, values, _with_elements(value, descriptor, values, annotations)


def _content(item: Any) -> Any:
    """An item of an annotation. Of these packages' classes only BlockData is called that and has bytes in ``data``."""
    if type(item).__name__ == "BlockData" and not isinstance(item, BlockData):
        return BlockData(item.data if isinstance(item.data, bytes) else item.data.encode("latin-1"))
    return item


# ---- elements of what is a Python container as well


def _list_head(size: int, read: BlockData) -> BlockData:
    return BlockData(int_bytes(size))


def _map_head(size: int, read: BlockData) -> BlockData:
    return BlockData(int_bytes(_buckets(size, read[:4])) + int_bytes(size))


def _set_head(size: int, read: BlockData) -> BlockData:
    return BlockData(int_bytes(_buckets(size, read[:4])) + read[4:8] + int_bytes(size))


def _buckets(size: int, read: bytes) -> int:
    buckets = max(int.from_bytes(read, "big"), 16)
    while buckets * 3 < size * 4:
        buckets *= 2
    return buckets


#: By the class whose data the elements are: how many contents stand in front, and how the head tells the number.
_CONTAINERS: dict[str, tuple[type, int, Callable[[int, BlockData], BlockData]]] = {
    "java.util.ArrayList": (list, 1, _list_head),
    "java.util.LinkedList": (list, 1, _list_head),
    "java.util.HashMap": (dict, 1, _map_head),
    "java.util.TreeMap": (dict, 1, _list_head),
    "java.util.HashSet": (set, 1, _set_head),
    "java.util.TreeSet": (set, 2, _list_head),
}
_SORTED = {"java.util.TreeMap", "java.util.TreeSet"}


def _with_elements(
    value: Any, descriptor: ClassDescriptor, values: list[Any], annotations: list[list[Any]]
) -> list[list[Any]]:
    """The annotations, with the elements that a list, dict or set has now where those are not the ones read."""
    annotated = [level for level, own_data in descriptor.data_levels if own_data]
    for place, level in enumerate(annotated):
        kind, front, make_head = _CONTAINERS.get(level.name, (None, 0, _list_head))
        if kind is None or not isinstance(value, kind):
            continue
        read = annotations[place]
        elements = _elements(value, read[front:])
        if elements is not None:
            is_sorted = level.name in _SORTED and not (values[0] if kind is dict else read and read[0])
            if is_sorted and isinstance(value, dict):
                keys = in_natural_order(value)
                elements = list(chain.from_iterable([(key, value[key]) for key in keys]))
            elif is_sorted:
                elements = in_natural_order(elements)
            head = read[front - 1] if len(read) >= front else BlockData(bytes(4) + b"\x3f\x40\0\0" + bytes(4))
            before = read[: front - 1] if len(read) >= front else [None] * (front - 1)
            annotations[place] = [*before, make_head(len(value), head), *elements]
            if level.name == "java.util.ArrayList":
                values[_position(descriptor, level.name, "size")] = len(value)
    return annotations


def _position(descriptor: ClassDescriptor, class_name: str, field_name: str) -> int:
    places = [(level.name, field.name) for level, _ in descriptor.data_levels for field in level.data_fields]
    return places.index((class_name, field_name))


def _elements(value: Any, read: list[Any]) -> list[Any] | None:
    """The elements in the order to write; None if they are what Python made of those read."""
    if isinstance(value, list):
        return None if _same(value, read) else list(value)
    if isinstance(value, dict):
        now = list(chain.from_iterable(value.items()))
        unchanged = dict(zip(read[::2], read[1::2], strict=False))
        return None if _same(now, chain.from_iterable(unchanged.items())) else now
    present, unchanged_set = set(map(id, value)), set(read)
    if present == set(map(id, unchanged_set)):
        return None
    kept = [item for item in read if id(item) in present]
    known = set(map(id, kept))
    return [*kept, *(item for item in value if id(item) not in known)]


def _same(items: Iterable[Any], others: Iterable[Any]) -> bool:
    return list(map(id, items)) == list(map(id, others))


# ---- arrays


def _array_parts(descriptor: ClassDescriptor, items: Any) -> Any:
    """What a NUMBERS plan asks for: descriptor, bytes of an element or 0 for references, and the elements."""
    code = descriptor.name[1:2]
    if code == "B":
        return descriptor, 1, items if isinstance(items, bytes) else bytes(item & 0xFF for item in items)
    if code == "Z":
        return descriptor, 1, bytes(map(bool, items))
    if code == "C":
        return descriptor, 2, array("H", [ord(item) if isinstance(item, str) else item for item in items])
    if code in _NUMBERS:
        typecode, width = _NUMBERS[code]
        return descriptor, width, array(typecode, items)
    return descriptor, 0, list(items)


def _array_1(value: Any) -> Any:
    descriptor = array_descriptor("Ljava.lang.Object;") if value.classdesc is None else _descriptor_1(value.classdesc)
    if descriptor.name == "[B" and not value:  # javaobj makes this of every reference to a JavaByteArray
        raise EncodeError("a byte[] that is referred to more than once, and javaobj does not keep what is in it")
    return _array_parts(descriptor, value)


def _byte_array_1(value: Any) -> Any:
    descriptor = array_descriptor("B") if value.classdesc is None else _descriptor_1(value.classdesc)
    return _array_parts(descriptor, value._data)


def _array_2(value: Any) -> Any:
    """Version 2 is a list beside its ``data``; version 3 has the elements in ``data`` only."""
    return _array_parts(_descriptor_2(value.classdesc), value if isinstance(value, list) else value.data)


def _class_1(value: Any) -> ClassDescriptor:
    return _descriptor_1(value)


def _constant_1(value: Any) -> tuple[ClassDescriptor, str]:
    return _descriptor_1(value.classdesc), str(value.constant)


_ANY = ClassDescriptor("java.lang.Object", 0, SC_SERIALIZABLE)  # each value says its own

#: How an object of version 1 is written that is no enum constant and no array.
VERSION_1_OBJECT = EncodePlan(REDUCE, _ANY, reduce=_reduce_version_1)


def register(registry: Registry) -> None:
    """Teaches the registry the types of javaobj by their names."""
    version_1 = {
        "JavaObject": VERSION_1_OBJECT,
        "JavaEnum": EncodePlan(CONSTANT, reduce=_constant_1),
        "JavaClass": EncodePlan(CLASS, reduce=_class_1),
        "JavaArray": EncodePlan(NUMBERS, reduce=_array_1),
        "JavaByteArray": EncodePlan(NUMBERS, reduce=_byte_array_1),
    }
    version_2 = {
        "JavaInstance": EncodePlan(REDUCE, _ANY, reduce=_reduce_version_2),
        "JavaString": EncodePlan(REPLACE, reduce=lambda value: value.value),
        "JavaEnum": EncodePlan(CONSTANT, reduce=lambda value: (_descriptor_2(value.classdesc), str(value.constant))),
        "JavaClass": EncodePlan(CLASS, reduce=lambda value: _descriptor_2(value.classdesc)),
        "JavaClassDesc": EncodePlan(REPLACE, reduce=_descriptor_2),
        "JavaArray": EncodePlan(NUMBERS, reduce=_array_2),
    }
    for module, plans in (
        ("javaobj.v1.beans", version_1),
        ("bridge.compat.javaobj.beans", version_1),
        ("javaobj.v2.beans", version_2),
        ("javaobj.v3.beans", version_2),
    ):
        for name, plan in plans.items():
            registry.write_as(f"{module}.{name}", plan)

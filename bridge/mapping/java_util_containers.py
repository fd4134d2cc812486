# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""``java.util``: queues, the collections of Java 1, maps and sets of enum constants, map entries, BitSet."""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, MutableSet
from itertools import chain
from typing import Any, Final, NamedTuple

from ..errors import EncodeError
from ..stream import native
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData, JavaArray, JavaClass, JavaEnum, array_descriptor
from ..stream.plan import ITEMS, REDUCE, EncodePlan
from .adapters import (
    NO_DATA,
    OWN_DATA,
    PLAIN,
    container_reader,
    fill_entries,
    fill_map,
    int_bytes,
    not_null,
    object_array,
    value_reader,
)
from .java_util import LinkedHashSet
from .java_util_data import counted_entries, enum_map_parts
from .registry import Registry

__all__ = [
    "BitSet",
    "EnumMap",
    "EnumSet",
    "Hashtable",
    "IdentityHashMap",
    "ImmutableMapEntry",
    "MapEntry",
    "PriorityQueue",
    "Properties",
    "Stack",
    "Vector",
    "register",
]


class Vector(list[Any]):
    """A ``java.util.Vector``. ``capacity_increment``: by how much Java lets it grow, 0 for twice its size."""

    __slots__ = ("capacity_increment",)

    def __init__(self, items: Iterable[Any] = (), capacity_increment: int = 0) -> None:
        super().__init__(items)
        self.capacity_increment = capacity_increment


class Stack(Vector):
    """A ``java.util.Stack``: the last element is on top."""

    __slots__ = ()


class PriorityQueue(list[Any]):
    """A ``java.util.PriorityQueue``: a list in heap order, as ``heapq`` keeps it. ``comparator``: see `TreeMap`."""

    __slots__ = ("comparator",)

    def __init__(self, items: Iterable[Any] = (), comparator: Any = None) -> None:
        super().__init__(items)
        self.comparator = comparator


class Hashtable(dict[Any, Any]):
    """A ``java.util.Hashtable``. ``load_factor``: how full Java lets its table become."""

    __slots__ = ("load_factor",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.load_factor = 0.75


class Properties(Hashtable):
    """A ``java.util.Properties``. ``defaults``: the Properties asked where a key is missing, or None."""

    __slots__ = ("defaults",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.defaults: Any = None


class IdentityHashMap(dict[Any, Any]):
    """A ``java.util.IdentityHashMap`` whose keys differ by more than identity."""

    __slots__ = ()


class EnumMap(dict[Any, Any]):
    """A ``java.util.EnumMap``. ``key_type``: the enum class, a `JavaClass`."""

    __slots__ = ("key_type",)

    def __init__(self, *args: Any, key_type: JavaClass | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key_type = key_type


class EnumSet(LinkedHashSet):
    """A ``java.util.EnumSet``. ``element_type``: the enum class, a `JavaClass`."""

    __slots__ = ("element_type",)

    def __init__(self, items: Iterable[Any] = (), element_type: JavaClass | None = None) -> None:
        super().__init__(items)
        self.element_type = element_type

    def copy(self) -> Any:
        return type(self)(self._order, self.element_type)

    def __reduce__(self) -> Any:
        return type(self), (list(self._order), self.element_type)


class MapEntry(NamedTuple):
    """A ``java.util.AbstractMap.SimpleEntry``."""

    key: Any
    value: Any


class ImmutableMapEntry(NamedTuple):
    """A ``java.util.AbstractMap.SimpleImmutableEntry``."""

    key: Any
    value: Any


class BitSet(MutableSet[int]):
    """A ``java.util.BitSet``: the set of the numbers of those bits that are set.

    Equal to a ``set`` of the same numbers, but kept as bits: a few bytes of a stream could else fill the memory.
    """

    __slots__ = ("_bytes",)

    def __init__(self, items: Iterable[int] = ()) -> None:
        self._bytes = bytearray()
        for item in items:
            self.add(item)

    @classmethod
    def from_bytes(cls, little_endian: bytes | bytearray) -> BitSet:
        """Bit 0 is the lowest bit of the first byte."""
        self = cls()
        self._bytes += little_endian
        return self

    def to_bytes(self) -> bytes:
        """As `from_bytes` takes them, without zeros at the end."""
        return bytes(self._bytes.rstrip(b"\0"))

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, int) or not 0 <= item >> 3 < len(self._bytes):
            return False
        return bool(self._bytes[item >> 3] >> (item & 7) & 1)

    def __iter__(self) -> Iterator[int]:
        for index, byte in enumerate(self._bytes):
            number = index << 3
            while byte:
                if byte & 1:
                    yield number
                byte >>= 1
                number += 1

    def __len__(self) -> int:
        return int.from_bytes(self._bytes, "little").bit_count()

    def add(self, item: int) -> None:
        """Sets a bit."""
        if not 0 <= item <= 0x7FFFFFFF:
            raise ValueError(f"{item} is no number of a bit: 0 to {0x7FFFFFFF}")
        missing = (item >> 3) + 1 - len(self._bytes)
        if missing > 0:
            self._bytes += bytes(missing)
        self._bytes[item >> 3] |= 1 << (item & 7)

    def discard(self, item: int) -> None:
        """Clears a bit."""
        if item in self:
            self._bytes[item >> 3] &= ~(1 << (item & 7))

    def __repr__(self) -> str:
        shown: list[str] = []
        for item in self:
            if len(shown) == 20:
                shown.append("...")
                break
            shown.append(str(item))
        return f"BitSet({{{', '.join(shown)}}})" if shown else "BitSet()"


ARRAY_DEQUE = ClassDescriptor("java.util.ArrayDeque", 2340985798034038923, OWN_DATA)
VECTOR = ClassDescriptor(
    "java.util.Vector",
    -2767605614048989439,
    OWN_DATA,
    [("capacityIncrement", "I"), ("elementCount", "I"), ("elementData", "[Ljava/lang/Object;")],
)
STACK = ClassDescriptor("java.util.Stack", 1224463164541339165, PLAIN, (), VECTOR)
PRIORITY_QUEUE = ClassDescriptor(
    "java.util.PriorityQueue",
    -7720805057305804111,
    OWN_DATA,
    [("size", "I"), ("comparator", "Ljava/util/Comparator;")],
)
HASHTABLE = ClassDescriptor(
    "java.util.Hashtable", 1421746759512286392, OWN_DATA, [("loadFactor", "F"), ("threshold", "I")]
)
PROPERTIES = ClassDescriptor(
    "java.util.Properties", 4112578634029874840, PLAIN, [("defaults", "Ljava/util/Properties;")], HASHTABLE
)
IDENTITY_HASH_MAP = ClassDescriptor("java.util.IdentityHashMap", 8188218128353913216, OWN_DATA, [("size", "I")])
ENUM_MAP = ClassDescriptor("java.util.EnumMap", 458661240069192865, OWN_DATA, [("keyType", "Ljava/lang/Class;")])
ENUM_SET = ClassDescriptor(
    "java.util.EnumSet$SerializationProxy",
    362491234563181265,
    PLAIN,
    [("elementType", "Ljava/lang/Class;"), ("elements", "[Ljava/lang/Enum;")],
)
_ENUM_ARRAY = array_descriptor("Ljava.lang.Enum;")
_ENTRY_FIELDS = [("key", "Ljava/lang/Object;"), ("value", "Ljava/lang/Object;")]
SIMPLE_ENTRY = ClassDescriptor("java.util.AbstractMap$SimpleEntry", -8499721149061103585, PLAIN, _ENTRY_FIELDS)
IMMUTABLE_ENTRY = ClassDescriptor(
    "java.util.AbstractMap$SimpleImmutableEntry", 7138329143949025153, PLAIN, _ENTRY_FIELDS
)
BIT_SET = ClassDescriptor("java.util.BitSet", 7997698588986878753, OWN_DATA, [("bits", "[J")])


# ------------------------------------------------------------------------------------------------------------ reading


def _counted(contents: list[Any]) -> list[Any] | None:
    """The elements after a block that holds but their number."""
    head = contents[0]
    if type(head) is not BlockData or len(head) != 4 or int.from_bytes(head, "big") != len(contents) - 1:
        return None
    return contents[1:]


def _fill_array_deque(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    elements = _counted(annotations[0])
    if elements is None:
        return NotImplemented
    container.extend(elements)
    return container


def _fill_vector(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    increment, count, data = values
    if type(data) is not JavaArray or data.__java_class__.name != "[Ljava.lang.Object;" or not 0 <= count <= len(data):
        return NotImplemented
    container.capacity_increment = increment
    container[:] = data[:count]
    return container


def _fill_priority_queue(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    size, container.comparator = values
    head, *elements = annotations[0]
    if type(head) is not BlockData or len(head) != 4 or size != len(elements):
        return NotImplemented
    container[:] = elements
    return container


def _fill_hashtable(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    container.load_factor = values[0]
    return fill_map(container, annotations[0], 8, forced)


def _fill_properties(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    container.load_factor, _, container.defaults = values
    return fill_map(container, annotations[0], 8, forced)


def _fill_identity_hash_map(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    return fill_map(container, annotations[0], 4, forced)


_new_dict: Final = dict.__new__


def _new_enum_map() -> EnumMap:
    return _new_dict(EnumMap)  # `_fill_enum_map` does what its constructor does


def _fill_enum_map(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    container.key_type = values[0]
    return fill_map(container, annotations[0], 4, forced)


def _enum_map_of(key_type: Any, entries: list[Any]) -> Any:
    made = _new_enum_map()
    made.key_type = key_type
    if native.fill_dict(made, entries):
        return made
    dict.clear(made)  # keys that are no numbers or texts, or come twice
    return fill_entries(made, entries, False)


def _build_enum_set(values: Any, annotations: Any) -> Any:
    element_type, elements = values
    if type(element_type) is not JavaClass or type(elements) is not JavaArray:
        return NotImplemented
    made = EnumSet(elements, element_type)
    return made if len(made) == len(elements) else NotImplemented


def _build_bit_set(values: Any, annotations: Any) -> Any:
    (words,) = values
    if words is None:
        return NotImplemented
    words = array("q", words.tobytes())  # of its own, whatever a registry reads arrays as
    if sys.byteorder != "little":
        words.byteswap()
    return BitSet.from_bytes(words.tobytes())


# ------------------------------------------------------------------------------------------------------------ writing


def _reduce_array_deque(value: deque[Any]) -> Any:
    not_null(value, "deque")
    return ARRAY_DEQUE, (), (chain((BlockData(int_bytes(len(value))),), value),)


def _reduce_vector(value: Vector) -> Any:
    return VECTOR, (value.capacity_increment, len(value), object_array(value)), NO_DATA


def _reduce_stack(value: Stack) -> Any:
    return STACK, (value.capacity_increment, len(value), object_array(value)), NO_DATA


def _reduce_priority_queue(value: PriorityQueue) -> Any:
    not_null(value, "PriorityQueue")
    # Java writes the size of the array that it needs; 1 more than the elements and at least 2.
    head = BlockData(int_bytes(max(2, len(value) + 1)))
    return PRIORITY_QUEUE, (len(value), value.comparator), (chain((head,), value),)


def _hashtable_parts(value: Hashtable) -> Any:
    not_null(chain.from_iterable(value.items()), type(value).__name__)
    capacity = len(value) * 2 + 11
    head = BlockData(int_bytes(capacity) + int_bytes(len(value)))
    threshold = int(capacity * value.load_factor)
    return value.load_factor, threshold, (chain((head,), chain.from_iterable(value.items())),)


def _reduce_hashtable(value: Hashtable) -> Any:
    load_factor, threshold, annotations = _hashtable_parts(value)
    return HASHTABLE, (load_factor, threshold), annotations


def _reduce_properties(value: Properties) -> Any:
    load_factor, threshold, annotations = _hashtable_parts(value)
    return PROPERTIES, (load_factor, threshold, value.defaults), annotations


def _reduce_identity_hash_map(value: IdentityHashMap) -> Any:
    head = BlockData(int_bytes(len(value)))
    return IDENTITY_HASH_MAP, (len(value),), (chain((head,), chain.from_iterable(value.items())),)


def _enum_class(declared: JavaClass | None, constants: Iterable[Any], what: str) -> JavaClass:
    if declared is not None:
        return declared
    for constant in constants:
        if isinstance(constant, JavaEnum):
            return JavaClass(constant.__java_class__)
    raise EncodeError(f"the enum class is not known: set {what} to its JavaClass")


def _reduce_enum_map(value: EnumMap) -> Any:
    key_type = value.key_type
    if key_type is None:
        key_type = _enum_class(key_type, value, "key_type")
    return ENUM_MAP, (key_type,), (counted_entries(value),)


def _reduce_enum_set(value: EnumSet) -> Any:
    return ENUM_SET, (_enum_class(value.element_type, value, "element_type"), object_array(value, _ENUM_ARRAY)), ()


def _reduce_bit_set(value: BitSet) -> Any:
    data = value.to_bytes()
    words = array("q", data + bytes(-len(data) % 8))
    if sys.byteorder != "little":
        words.byteswap()
    return BIT_SET, (words,), NO_DATA


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    for known, reader in [
        (ARRAY_DEQUE, container_reader(ARRAY_DEQUE, deque, _fill_array_deque, own_data=True)),
        (VECTOR, container_reader(VECTOR, Vector, _fill_vector)),
        (STACK, container_reader(STACK, Stack, _fill_vector)),
        (PRIORITY_QUEUE, container_reader(PRIORITY_QUEUE, PriorityQueue, _fill_priority_queue, own_data=True)),
        (HASHTABLE, container_reader(HASHTABLE, Hashtable, _fill_hashtable, own_data=True)),
        (PROPERTIES, container_reader(PROPERTIES, Properties, _fill_properties, own_data=True)),
        (
            IDENTITY_HASH_MAP,
            container_reader(IDENTITY_HASH_MAP, IdentityHashMap, _fill_identity_hash_map, own_data=True),
        ),
        (
            ENUM_MAP,
            container_reader(
                ENUM_MAP, _new_enum_map, _fill_enum_map, own_data=True, from_contents=_enum_map_of, contents_each=2
            ),
        ),
        (ENUM_SET, value_reader(ENUM_SET, _build_enum_set, replaces=True)),
        (SIMPLE_ENTRY, value_reader(SIMPLE_ENTRY, lambda values, _: MapEntry(*values))),
        (IMMUTABLE_ENTRY, value_reader(IMMUTABLE_ENTRY, lambda values, _: ImmutableMapEntry(*values))),
        (BIT_SET, value_reader(BIT_SET, _build_bit_set)),
    ]:
        registry.read_as(known.name, reader)

    writers: list[tuple[type, ClassDescriptor, Any]] = [
        (deque, ARRAY_DEQUE, _reduce_array_deque),
        (Vector, VECTOR, _reduce_vector),
        (Stack, STACK, _reduce_stack),
        (PriorityQueue, PRIORITY_QUEUE, _reduce_priority_queue),
        (Hashtable, HASHTABLE, _reduce_hashtable),
        (Properties, PROPERTIES, _reduce_properties),
        (IdentityHashMap, IDENTITY_HASH_MAP, _reduce_identity_hash_map),
        (EnumSet, ENUM_SET, _reduce_enum_set),
        (MapEntry, SIMPLE_ENTRY, lambda value: (SIMPLE_ENTRY, value, ())),
        (ImmutableMapEntry, IMMUTABLE_ENTRY, lambda value: (IMMUTABLE_ENTRY, value, ())),
        (BitSet, BIT_SET, _reduce_bit_set),
    ]
    for python_type, known, reduce in writers:
        registry.write_as(python_type, EncodePlan(REDUCE, known, reduce=reduce))
    of_no_class = EncodePlan(REDUCE, ENUM_MAP, reduce=_reduce_enum_map)
    registry.write_as(EnumMap, EncodePlan(ITEMS, ENUM_MAP, reduce=enum_map_parts, alternatives=(of_no_class,)))

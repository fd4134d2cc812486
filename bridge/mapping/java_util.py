"""``java.util``: the common collections.

Each writes its elements itself (``writeObject``): a few primitives with the size, then the elements. What a collection
cannot hold in Python (an unhashable key, keys that are equal in Python and not in Java) arrives in the generic form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from ..stream.constants import SC_SERIALIZABLE, SC_WRITE_METHOD
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import FILL, ITEMS, LIST, LIST_OF, MAP, MAP_OF, REDUCE, DecodePlan, EncodePlan
from .adapters import fill_elements, fill_map
from .registry import Reader, Registry

__all__ = ["HashMap", "LinkedHashMap", "LinkedHashSet", "LinkedList", "TreeMap", "TreeSet", "register"]


class LinkedList(list[Any]):
    """A ``java.util.LinkedList``."""

    __slots__ = ()


class HashMap(dict[Any, Any]):
    """A ``java.util.HashMap``. A plain dict is written as a LinkedHashMap, which keeps the order."""

    __slots__ = ("_load_factor",)

    @property
    def load_factor(self) -> float:
        """How full Java lets its table become before it makes a larger one."""
        return getattr(self, "_load_factor", _LOAD_FACTOR)

    @load_factor.setter
    def load_factor(self, load_factor: float) -> None:
        self._load_factor = load_factor


class LinkedHashMap(HashMap):
    """A ``java.util.LinkedHashMap`` that is more than a plain dict.

    One in access order, with a load factor of its own, or one that contains itself.
    """

    __slots__ = ("access_order",)

    def __init__(self, *args: Any, access_order: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_order = access_order


class TreeMap(dict[Any, Any]):
    """A ``java.util.TreeMap``: iterates in the order it was read or made, is written sorted.

    ``comparator`` is the Java comparator, None for the natural order. Under a comparator, which Python cannot run, the
    order of iteration is the order written.
    """

    __slots__ = ("comparator",)

    def __init__(self, *args: Any, comparator: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comparator = comparator


class LinkedHashSet(set[Any]):
    """A ``java.util.LinkedHashSet``: a set that iterates in the order of insertion."""

    __slots__ = ("_order",)

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._order: dict[Any, None] = dict.fromkeys(items)
        super().__init__(self._order)

    def _reorder(self, changed: Any) -> Any:
        """After an operation on the set itself: what is gone leaves the order, what is new goes to its end."""
        contains = super().__contains__
        self._order = {item: None for item in self._order if contains(item)}
        for item in super().__iter__():
            self._order.setdefault(item)
        return changed

    def __iter__(self) -> Iterator[Any]:
        return iter(self._order)

    def __reversed__(self) -> Any:
        return reversed(self._order)

    def add(self, item: Any) -> None:
        super().add(item)
        self._order.setdefault(item)

    def discard(self, item: Any) -> None:
        super().discard(item)
        self._order.pop(item, None)

    def remove(self, item: Any) -> None:
        super().remove(item)
        del self._order[item]

    def pop(self) -> Any:
        """Removes and returns the last element."""
        if not self._order:
            raise KeyError("pop from an empty set")
        item, _ = self._order.popitem()
        super().discard(item)
        return item

    def clear(self) -> None:
        super().clear()
        self._order.clear()

    def copy(self) -> Any:
        return type(self)(self._order)

    def update(self, *others: Iterable[Any]) -> None:
        for item in chain(*others):
            self.add(item)

    def difference_update(self, *others: Iterable[Any]) -> None:
        self._reorder(super().difference_update(*others))

    def intersection_update(self, *others: Iterable[Any]) -> None:
        self._reorder(super().intersection_update(*others))

    def symmetric_difference_update(self, other: Iterable[Any]) -> None:
        self._reorder(super().symmetric_difference_update(other))

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]  # as set has it
        if not isinstance(other, (set, frozenset)):
            return NotImplemented
        self.update(other)
        return self

    def __iand__(self, other: Any) -> Any:  # type: ignore[misc]  # as set has it
        return self._reorder(super().__iand__(other))

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]  # as set has it
        return self._reorder(super().__isub__(other))

    def __ixor__(self, other: Any) -> Any:  # type: ignore[misc]  # as set has it
        return self._reorder(super().__ixor__(other))

    def __reduce__(self) -> Any:
        return type(self), (list(self._order),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._order)!r})"


class TreeSet(LinkedHashSet):
    """A ``java.util.TreeSet``: iterates in the order it was read or made, is written sorted; see `TreeMap`."""

    __slots__ = ("comparator",)

    def __init__(self, items: Iterable[Any] = (), comparator: Any = None) -> None:
        super().__init__(items)
        self.comparator = comparator

    def copy(self) -> Any:
        return type(self)(self._order, self.comparator)

    def __reduce__(self) -> Any:
        return type(self), (list(self._order), self.comparator)


_OWN_DATA = SC_SERIALIZABLE | SC_WRITE_METHOD
_COMPARATOR = ("comparator", "Ljava/util/Comparator;")

ARRAY_LIST = ClassDescriptor("java.util.ArrayList", 8683452581122892189, _OWN_DATA, [("size", "I")])
LINKED_LIST = ClassDescriptor("java.util.LinkedList", 876323262645176354, _OWN_DATA)
HASH_MAP = ClassDescriptor(
    "java.util.HashMap", 362498820763181265, _OWN_DATA, [("loadFactor", "F"), ("threshold", "I")]
)
LINKED_HASH_MAP = ClassDescriptor(
    "java.util.LinkedHashMap", 3801124242820219131, SC_SERIALIZABLE, [("accessOrder", "Z")], HASH_MAP
)
TREE_MAP = ClassDescriptor("java.util.TreeMap", 919286545866124006, _OWN_DATA, [_COMPARATOR])
HASH_SET = ClassDescriptor("java.util.HashSet", -5024744406713321676, _OWN_DATA)
LINKED_HASH_SET = ClassDescriptor("java.util.LinkedHashSet", -2851667679971038690, SC_SERIALIZABLE, (), HASH_SET)
TREE_SET = ClassDescriptor("java.util.TreeSet", -2479143000061671589, _OWN_DATA)

_LOAD_FACTOR = 0.75
_LOAD_FACTOR_BYTES = b"\x3f\x40\x00\x00"


# ------------------------------------------------------------------------------------------------------------ reading


def _read_hash_map(descriptor: ClassDescriptor) -> DecodePlan | None:
    if descriptor.program != b"FIx":
        return None

    def build(container: Any, values: list[Any], annotations: list[list[Any]], forced: bool) -> Any:
        if values[0] != _LOAD_FACTOR:
            container.load_factor = values[0]
        return fill_map(container, annotations[0], 8, forced)

    return DecodePlan(MAP, descriptor, new=HashMap, build=build)


def _read_linked_hash_map(descriptor: ClassDescriptor) -> DecodePlan | None:
    if descriptor.program != b"FIxZ":
        return None

    def build(container: Any, values: list[Any], annotations: list[list[Any]], forced: bool) -> Any:
        if values[2] or values[0] != _LOAD_FACTOR or forced:
            container.access_order = values[2]
            container.load_factor = values[0]
            return fill_map(container, annotations[0], 8, forced)
        return fill_map({}, annotations[0], 8, False)

    return DecodePlan(MAP, descriptor, new=LinkedHashMap, build=build)


def _read_tree_map(descriptor: ClassDescriptor) -> DecodePlan | None:
    if descriptor.program != b"Lx":
        return None

    def build(container: Any, values: list[Any], annotations: list[list[Any]], forced: bool) -> Any:
        container.comparator = values[0]
        return fill_map(container, annotations[0], 4, forced)

    return DecodePlan(FILL, descriptor, new=TreeMap, build=build)


def _fill_set(container: Any, elements: list[Any], size: int, forced: bool) -> Any:
    if len(elements) != size:
        return NotImplemented
    return fill_elements(container, elements, forced)


def _set_reader(new: Callable[[], Any]) -> Reader:
    def read_set(descriptor: ClassDescriptor) -> DecodePlan | None:
        if descriptor.program != b"x":
            return None

        def build(container: Any, values: list[Any], annotations: list[list[Any]], forced: bool) -> Any:
            head, *elements = annotations[0]
            # capacity, load factor, size
            if type(head) is not BlockData or len(head) != 12:
                return NotImplemented
            return _fill_set(container, elements, int.from_bytes(head[8:], "big", signed=True), forced)

        return DecodePlan(FILL, descriptor, new=new, build=build)

    return read_set


def _read_tree_set(descriptor: ClassDescriptor) -> DecodePlan | None:
    if descriptor.program != b"x":
        return None

    def build(container: Any, values: list[Any], annotations: list[list[Any]], forced: bool) -> Any:
        container.comparator, head, *elements = annotations[0]
        if type(head) is not BlockData or len(head) != 4:
            return NotImplemented
        return _fill_set(container, elements, int.from_bytes(head, "big", signed=True), forced)

    return DecodePlan(FILL, descriptor, new=TreeSet, build=build)


def _read_array_list(descriptor: ClassDescriptor) -> DecodePlan | None:
    if descriptor.program != b"Ix":
        return None
    return DecodePlan(LIST, descriptor)


def _read_linked_list(descriptor: ClassDescriptor) -> DecodePlan | None:
    return None if descriptor.program != b"x" else DecodePlan(LIST, descriptor, new=LinkedList)


# ------------------------------------------------------------------------------------------------------------ writing


def _int_bytes(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _capacity(size: int) -> int:
    """The table that Java's HashMap would have for this many entries."""
    capacity = 16
    while capacity * 3 < size * 4:
        capacity *= 2
    return capacity


def _sort_key(item: Any) -> Any:
    """Where ``compareTo`` differs from Python's order.

    Strings by UTF-16 code units, files by their whole path, UUIDs by signed halves, nan above all numbers, times in a
    zone by the point in time: Python compares two of the same zone by what its clock shows.
    """
    if isinstance(item, int):
        return item
    if isinstance(item, str):
        return item.encode("utf-16-be", "surrogatepass")
    if isinstance(item, float):
        return (True, 0.0) if item != item else (False, item)
    if isinstance(item, datetime) and (offset := item.utcoffset()) is not None:
        wall = item.replace(tzinfo=None)
        return wall - datetime.min - offset, getattr(item, "_beyond", 0), wall, str(item.tzinfo)
    if isinstance(item, PurePosixPath):
        return _sort_key(getattr(item, "_path", str(item)))
    if isinstance(item, UUID):
        return [half - (1 << 64) if half >> 63 else half for half in divmod(item.int, 1 << 64)]
    return item


def in_natural_order(items: Iterable[Any]) -> list[Any]:
    """Sorted as Java sorts them; as they are, where Python cannot compare them."""
    items = list(items)
    try:
        return sorted(items, key=_sort_key)
    except TypeError:
        return items


def _reduce_tree_map(value: TreeMap) -> Any:
    keys = in_natural_order(value) if value.comparator is None else list(value)
    entries = chain.from_iterable([(key, value[key]) for key in keys])
    return TREE_MAP, (value.comparator,), (chain((BlockData(_int_bytes(len(keys))),), entries),)


def _reduce_hash_set(value: set[Any]) -> Any:
    size = len(value)
    return b"", _int_bytes(_capacity(size)) + _LOAD_FACTOR_BYTES + _int_bytes(size), value


def _reduce_tree_set(value: TreeSet) -> Any:
    items = in_natural_order(value) if value.comparator is None else list(value)
    return TREE_SET, (), (chain((value.comparator, BlockData(_int_bytes(len(items)))), items),)


def _slot(cls: type, name: str) -> Any:
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    raise AttributeError(name)


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as("java.util.ArrayList", _read_array_list)
    registry.read_as("java.util.LinkedList", _read_linked_list)
    registry.read_as("java.util.HashMap", _read_hash_map)
    registry.read_as("java.util.LinkedHashMap", _read_linked_hash_map)
    registry.read_as("java.util.TreeMap", _read_tree_map)
    registry.read_as("java.util.HashSet", _set_reader(set))
    registry.read_as("java.util.LinkedHashSet", _set_reader(LinkedHashSet))
    registry.read_as("java.util.TreeSet", _read_tree_set)

    registry.write_as(list, EncodePlan(LIST_OF, ARRAY_LIST))
    registry.write_as(LinkedList, EncodePlan(LIST_OF, LINKED_LIST))
    registry.write_as(dict, EncodePlan(MAP_OF, LINKED_HASH_MAP, members=[None, None]))
    registry.write_as(HashMap, EncodePlan(MAP_OF, HASH_MAP, members=[_slot(HashMap, "_load_factor"), None]))
    linked = [_slot(LinkedHashMap, "_load_factor"), _slot(LinkedHashMap, "access_order")]
    registry.write_as(LinkedHashMap, EncodePlan(MAP_OF, LINKED_HASH_MAP, members=linked))
    registry.write_as(TreeMap, EncodePlan(REDUCE, TREE_MAP, reduce=_reduce_tree_map))
    registry.write_as(set, EncodePlan(ITEMS, HASH_SET, reduce=_reduce_hash_set))
    registry.write_as(LinkedHashSet, EncodePlan(ITEMS, LINKED_HASH_SET, reduce=_reduce_hash_set))
    registry.write_as(TreeSet, EncodePlan(REDUCE, TREE_SET, reduce=_reduce_tree_set))

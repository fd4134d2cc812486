"""Collections that stand around others: ``java.util.Collections``, ``Arrays.asList`` and their like.

A view arrives as a copy of what it shows, and keeps what it stood around. Written back, it stands around that again, as
that is by then; if the view itself was changed, around a copy with the contents of the view.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from copy import copy
from itertools import chain
from operator import is_
from typing import Any

from ..errors import EncodeError
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import FILL, REDUCE, DecodePlan, EncodePlan
from .adapters import PLAIN, container_reader, fill_elements, fill_entries, object_array
from .java_util import LinkedHashSet
from .registry import Reader, Registry

__all__ = [
    "ArraysList",
    "CheckedList",
    "CheckedMap",
    "CheckedSet",
    "CopiesList",
    "EmptyList",
    "EmptyMap",
    "EmptySet",
    "LifoQueue",
    "SetFromMap",
    "SingletonList",
    "SingletonMap",
    "SingletonSet",
    "SynchronizedList",
    "SynchronizedMap",
    "SynchronizedSet",
    "UnmodifiableList",
    "UnmodifiableMap",
    "UnmodifiableSet",
    "register",
    "view_reader",
]


class _Kept:
    """What a view was in its stream: its class, its fields, the collection it stood around, and what that showed."""

    __slots__ = ("descriptor", "values", "wrapped", "shown")

    def __init__(self, descriptor: ClassDescriptor, values: list[Any], wrapped: Any, shown: list[Any]) -> None:
        self.descriptor = descriptor
        self.values = values
        self.wrapped = wrapped
        self.shown = shown


class _View:
    """What all views have in common."""

    __slots__ = ()

    @property
    def wrapped(self) -> Any:
        """The collection that the view stood around when it was read, None for one that was not read."""
        kept = getattr(self, "_kept", None)
        return None if kept is None else kept.wrapped


class _ListView(_View, list[Any]):
    __slots__ = ("_kept",)


class _SetView(_View, LinkedHashSet):
    __slots__ = ("_kept",)


class _MapView(_View, dict[Any, Any]):
    __slots__ = ("_kept",)


class UnmodifiableList(_ListView):
    """``Collections.unmodifiableList`` or ``unmodifiableCollection``."""

    __slots__ = ()


class UnmodifiableSet(_SetView):
    """``Collections.unmodifiableSet``, sorted ones too."""

    __slots__ = ()


class UnmodifiableMap(_MapView):
    """``Collections.unmodifiableMap``, sorted ones too."""

    __slots__ = ()


class SynchronizedList(_ListView):
    """``Collections.synchronizedList`` or ``synchronizedCollection``."""

    __slots__ = ()


class SynchronizedSet(_SetView):
    """``Collections.synchronizedSet``, sorted ones too."""

    __slots__ = ()


class SynchronizedMap(_MapView):
    """``Collections.synchronizedMap``, sorted ones too."""

    __slots__ = ()


class CheckedList(_ListView):
    """``Collections.checkedList``, ``checkedCollection`` or ``checkedQueue``."""

    __slots__ = ()


class CheckedSet(_SetView):
    """``Collections.checkedSet``, sorted ones too."""

    __slots__ = ()


class CheckedMap(_MapView):
    """``Collections.checkedMap``, sorted ones too."""

    __slots__ = ()


class ArraysList(_ListView):
    """``Arrays.asList``: a list of fixed size around an array."""

    __slots__ = ()


class SetFromMap(_SetView):
    """``Collections.newSetFromMap``: the keys of a map."""

    __slots__ = ()


class LifoQueue(_ListView):
    """``Collections.asLifoQueue``."""

    __slots__ = ()


class EmptyList(list[Any]):
    """``Collections.emptyList``: Java has but the empty one."""

    __slots__ = ()


class EmptySet(set[Any]):
    """``Collections.emptySet``."""

    __slots__ = ()


class EmptyMap(dict[Any, Any]):
    """``Collections.emptyMap``."""

    __slots__ = ()


class SingletonList(list[Any]):
    """``Collections.singletonList``: exactly one element."""

    __slots__ = ()


class SingletonSet(set[Any]):
    """``Collections.singleton``: exactly one element."""

    __slots__ = ()


class SingletonMap(dict[Any, Any]):
    """``Collections.singletonMap``: exactly one entry."""

    __slots__ = ()


class CopiesList(list[Any]):
    """``Collections.nCopies``: the same element a number of times."""

    __slots__ = ()


#: A number in a stream must not become memory: lists of more copies arrive in the generic form.
_MAX_COPIES = 64

_COLLECTION, _LIST, _SET = "Ljava/util/Collection;", "Ljava/util/List;", "Ljava/util/Set;"
_MAP, _OBJECT, _CLASS = "Ljava/util/Map;", "Ljava/lang/Object;", "Ljava/lang/Class;"


def _inner(name: str, uid: int, fields: Iterable[tuple[str, str]] = (), parent: Any = None) -> ClassDescriptor:
    return ClassDescriptor(f"java.util.Collections${name}", uid, PLAIN, fields, parent)


UNMODIFIABLE_COLLECTION = _inner("UnmodifiableCollection", 1820017752578914078, [("c", _COLLECTION)])
UNMODIFIABLE_LIST = _inner("UnmodifiableList", -283967356065247728, [("list", _LIST)], UNMODIFIABLE_COLLECTION)
UNMODIFIABLE_RANDOM_ACCESS_LIST = _inner("UnmodifiableRandomAccessList", -2542308836966382001, (), UNMODIFIABLE_LIST)
UNMODIFIABLE_SET = _inner("UnmodifiableSet", -9215047833775013803, (), UNMODIFIABLE_COLLECTION)
UNMODIFIABLE_MAP = _inner("UnmodifiableMap", -1034234728574286014, [("m", _MAP)])
ARRAYS_LIST = ClassDescriptor("java.util.Arrays$ArrayList", -2764017481108945198, PLAIN, [("a", "[Ljava/lang/Object;")])
SET_FROM_MAP = _inner("SetFromMap", 2454657854757543876, [("m", _MAP)])
EMPTY_LIST = _inner("EmptyList", 8842843931221139166)
EMPTY_SET = _inner("EmptySet", 1582296315990362920)
EMPTY_MAP = _inner("EmptyMap", 6428348081105594320)
SINGLETON_LIST = _inner("SingletonList", 3093736618740652951, [("element", _OBJECT)])
SINGLETON_SET = _inner("SingletonSet", 3193687207550431679, [("element", _OBJECT)])
SINGLETON_MAP = _inner("SingletonMap", -6979724477215052911, [("k", _OBJECT), ("v", _OBJECT)])
COPIES_LIST = _inner("CopiesList", 2739099268398711800, [("n", "I"), ("element", _OBJECT)])

# Which view each class is, and the field with what it stands around. Those below a class have more fields for the same.
_VIEWS: list[tuple[type, str, str]] = [
    *[(UnmodifiableList, "c", f"Unmodifiable{kind}") for kind in
      ("Collection", "List", "RandomAccessList", "SequencedCollection")],
    *[(SynchronizedList, "c", f"Synchronized{kind}") for kind in ("Collection", "List", "RandomAccessList")],
    *[(CheckedList, "c", f"Checked{kind}") for kind in ("Collection", "List", "RandomAccessList", "Queue")],
    *[(UnmodifiableSet, "c", f"Unmodifiable{kind}") for kind in
      ("Set", "SortedSet", "NavigableSet", "SequencedSet", "NavigableSet$EmptyNavigableSet")],
    *[(SynchronizedSet, "c", f"Synchronized{kind}") for kind in ("Set", "SortedSet", "NavigableSet")],
    *[(CheckedSet, "c", f"Checked{kind}") for kind in ("Set", "SortedSet", "NavigableSet")],
    *[(UnmodifiableMap, "m", f"Unmodifiable{kind}") for kind in
      ("Map", "SortedMap", "NavigableMap", "SequencedMap", "NavigableMap$EmptyNavigableMap")],
    *[(SynchronizedMap, "m", f"Synchronized{kind}") for kind in ("Map", "SortedMap", "NavigableMap")],
    *[(CheckedMap, "m", f"Checked{kind}") for kind in ("Map", "SortedMap", "NavigableMap")],
    (SetFromMap, "m", "SetFromMap"),
    (LifoQueue, "q", "AsLIFOQueue"),
]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ reading


def _show(container: Any) -> list[Any]:
    """What the view holds, in a list that a change of the view can be found by."""
    return list(chain.from_iterable(container.items()) if isinstance(container, dict) else container)


def _fill_view(container: Any, wrapped: Any, forced: bool) -> bool:
    """Shows in the view what is in the collection it stands around; False if Python cannot."""
    if isinstance(container, dict):
        if not isinstance(wrapped, dict):
            return False
        container.update(wrapped)
        return True
    if not isinstance(wrapped, list | tuple | set | frozenset | dict | deque):
        return False
    items = list(wrapped)
    if items and type(items[0]) is BlockData:  # a list that is still being read, and has its size in front
        del items[0]
    if isinstance(container, list):
        container.extend(items)
        return True
    return fill_elements(container, items, forced) is not NotImplemented


def view_reader(python_type: Any, wrapped_field: str) -> Reader:
    """A reader for views of this type; ``wrapped_field`` holds what they stand around."""

    def read(descriptor: ClassDescriptor) -> DecodePlan | None:
        names = [field.name for level, _ in descriptor.data_levels for field in level.data_fields]
        if wrapped_field not in names:
            return None
        index = names.index(wrapped_field)

        def fill(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
            if annotations is not None and any(annotations):
                return NotImplemented
            wrapped = values[index]
            if not _fill_view(container, wrapped, forced) and not forced:
                return NotImplemented
            # What refers to itself, as one that locks itself does, cannot take another form: it may show nothing.
            container._kept = _Kept(descriptor, values, wrapped, _show(container))
            return container

        return DecodePlan(FILL, descriptor, new=python_type, build=fill)

    return read


def _fill_singleton(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    (element,) = values
    if isinstance(container, list):
        container.append(element)
    else:
        fill_elements(container, [element], forced)
    return container


def _fill_singleton_map(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    key, value = values
    fill_entries(container, [key, value], forced)
    return container


def _fill_nothing(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    return container


def _fill_copies(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    number, element = values
    if not 0 < number <= _MAX_COPIES:  # none at all would lose the element
        return NotImplemented
    container.extend([element] * number)
    return container


# ------------------------------------------------------------------------------------------------------------ writing


def _changed(wrapped: Any, view: Any) -> Any:
    """A copy of what the view stood around, with the contents of the view."""
    if isinstance(view, dict) == isinstance(wrapped, dict):
        contents = view
    else:
        contents = dict.fromkeys(view, True)  # the set of a map's keys
    if isinstance(wrapped, tuple | frozenset):
        return type(wrapped)(contents)
    made = copy(wrapped)
    made.clear()
    if hasattr(made, "update"):
        made.update(contents)
    else:
        made.extend(contents)
    return made


def _reduce_kept(view: Any) -> Any:
    """A view that was read: its fields again, around what it stood around."""
    kept = view._kept
    shown = _show(view)
    if len(shown) == len(kept.shown) and all(map(is_, shown, kept.shown)):
        return kept.descriptor, kept.values, ()
    other = _changed(kept.wrapped, view)
    return kept.descriptor, [other if value is kept.wrapped else value for value in kept.values], ()


def view_plan(make: Callable[[Any], Any] | None) -> EncodePlan:
    """The plan for views of one type. ``make`` gives descriptor and fields of those that were not read."""

    def reduce(view: Any) -> Any:
        if hasattr(view, "_kept"):
            return _reduce_kept(view)
        if make is None:
            raise EncodeError(f"a {type(view).__name__} can only be written where it was read; write what is in it")
        descriptor, values = make(view)
        return descriptor, values, ()

    return EncodePlan(REDUCE, reduce=reduce)


def _around(descriptor: ClassDescriptor, wrap: Callable[[Any], Any], times: int) -> Callable[[Any], Any]:
    """Around a plain collection, which all fields refer to."""
    return lambda view: (descriptor, (wrap(view),) * times)


def _unmodifiable_list(view: Any) -> Any:
    items = list(view)
    return UNMODIFIABLE_RANDOM_ACCESS_LIST, (items, items)


def _reduce_fixed(descriptor: ClassDescriptor, size: int, flatten: Callable[[Any], Iterable[Any]]) -> EncodePlan:
    def reduce(value: Any) -> Any:
        if len(value) != size:
            raise EncodeError(f"a {type(value).__name__} of {len(value)} elements; in Java it has exactly {size}")
        return descriptor, tuple(flatten(value)), ()

    return EncodePlan(REDUCE, descriptor, reduce=reduce)


def _reduce_copies(value: Any) -> Any:
    if not value or any(item is not value[0] for item in value):
        raise EncodeError("a CopiesList is one element, a number of times")
    return COPIES_LIST, (len(value), value[0]), ()


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    for python_type, field, name in _VIEWS:
        registry.read_as(f"java.util.Collections${name}", view_reader(python_type, field))
    registry.read_as(ARRAYS_LIST.name, view_reader(ArraysList, "a"))

    fixed: list[tuple[type, ClassDescriptor, int, Any, Any]] = [
        (EmptyList, EMPTY_LIST, 0, _fill_nothing, iter),
        (EmptySet, EMPTY_SET, 0, _fill_nothing, iter),
        (EmptyMap, EMPTY_MAP, 0, _fill_nothing, iter),
        (SingletonList, SINGLETON_LIST, 1, _fill_singleton, iter),
        (SingletonSet, SINGLETON_SET, 1, _fill_singleton, iter),
        (SingletonMap, SINGLETON_MAP, 1, _fill_singleton_map, lambda value: chain.from_iterable(value.items())),
    ]
    for python_type, known, size, fill, flatten in fixed:
        registry.read_as(known.name, container_reader(known, python_type, fill))
        registry.write_as(python_type, _reduce_fixed(known, size, flatten))
    registry.read_as(COPIES_LIST.name, container_reader(COPIES_LIST, CopiesList, _fill_copies))
    registry.write_as(CopiesList, EncodePlan(REDUCE, COPIES_LIST, reduce=_reduce_copies))

    registry.write_as(UnmodifiableList, view_plan(_unmodifiable_list))
    registry.write_as(UnmodifiableSet, view_plan(_around(UNMODIFIABLE_SET, LinkedHashSet, 1)))
    registry.write_as(UnmodifiableMap, view_plan(_around(UNMODIFIABLE_MAP, dict, 1)))
    registry.write_as(ArraysList, view_plan(_around(ARRAYS_LIST, object_array, 1)))
    registry.write_as(SetFromMap, view_plan(_around(SET_FROM_MAP, lambda view: dict.fromkeys(view, True), 1)))
    for python_type in (
        SynchronizedList, SynchronizedSet, SynchronizedMap, CheckedList, CheckedSet, CheckedMap, LifoQueue,
    ):  # fmt: skip
        registry.write_as(python_type, view_plan(None))

# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""What the files of this room share to describe the classes of a Java package.

An adapter knows one Java class: the descriptor that Java writes, which Python value its fields stand for, and which
fields stand for a Python value. A class that is laid out otherwise in a stream is not the one the adapter knows: its
objects arrive in the generic form, which loses nothing.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from ..errors import EncodeError
from ..stream import native
from ..stream.constants import SC_BLOCK_DATA, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD
from ..stream.descriptors import ANNOTATION, ClassDescriptor
from ..stream.model import BlockData, IdentityKey, JavaArray, JavaClass, JavaEnum, array_descriptor
from ..stream.plan import BUILD, FILL, DecodePlan
from .registry import Reader

__all__ = [
    "EXTERNAL",
    "NO_DATA",
    "OWN_DATA",
    "PLAIN",
    "container_reader",
    "check_keys",
    "crowded",
    "fill_elements",
    "fill_entries",
    "fill_map",
    "hashable",
    "int_bytes",
    "not_null",
    "object_array",
    "positions",
    "value_reader",
]

PLAIN = SC_SERIALIZABLE  #: fields only
OWN_DATA = SC_SERIALIZABLE | SC_WRITE_METHOD  #: a class with a ``writeObject``
EXTERNAL = SC_EXTERNALIZABLE | SC_BLOCK_DATA

#: The annotation of a class whose ``writeObject`` writes nothing beside its fields.
NO_DATA: tuple[tuple[Any, ...], ...] = ((),)


def int_bytes(number: int) -> bytes:
    """As ``writeInt`` does it."""
    return number.to_bytes(4, "big", signed=True)


def _places(descriptor: ClassDescriptor) -> list[tuple[str, str, str]]:
    return [(level.name, *field) for level, _ in descriptor.data_levels for field in level.data_fields]


def positions(descriptor: ClassDescriptor, known: ClassDescriptor) -> tuple[int, ...] | None:
    """Where each field of the class as it is known stands among the values of an object, in the order of ``known``.

    None if the class has other fields or super-classes. Java finds fields by their names too.
    """
    if [level.name for level in descriptor.chain] != [level.name for level in known.chain]:
        return None
    found = _places(descriptor)
    wanted = _places(known)
    if len(found) != len(wanted) or set(found) != set(wanted):
        return None
    return tuple([found.index(place) for place in wanted])


def _in_known_order(descriptor: ClassDescriptor, known: ClassDescriptor, own_data: bool) -> Callable[..., Any] | None:
    """What brings the values of an object into the order of ``known``; None if the class is laid out otherwise."""
    places = positions(descriptor, known)
    if places is None or (own_data and descriptor.program.count(ANNOTATION) != known.program.count(ANNOTATION)):
        return None
    if places == tuple(range(len(places))):
        return list
    return itemgetter(*places)  # two fields or more, where their order can differ


def value_reader(
    known: ClassDescriptor,
    build: Callable[[Any, Any], Any],
    *,
    own_data: bool = False,
    replaces: bool = False,
    **short: Any,
) -> Reader:
    """A reader for values made from fields and annotations when all are there.

    ``build(values, annotations)`` as for a BUILD plan, the values in the order of ``known``. Without ``own_data``, the
    class writes nothing beside its fields. ``replaces`` and all else: see `DecodePlan`.
    """

    def read(descriptor: ClassDescriptor) -> DecodePlan | None:
        arrange = _in_known_order(descriptor, known, own_data)
        if arrange is None:
            return None
        if arrange is list:
            return DecodePlan(BUILD, descriptor, build=build, replaces=replaces, bare=not own_data, **short)

        def in_order(values: list[Any], annotations: Any) -> Any:
            return build(arrange(values), annotations)

        return DecodePlan(BUILD, descriptor, build=in_order, replaces=replaces, bare=not own_data)

    return read


def container_reader(
    known: ClassDescriptor, new: Callable[[], Any], fill: Callable[..., Any], *, own_data: bool = False, **short: Any
) -> Reader:
    """A reader for containers that are made before their contents: ``fill`` is the ``build`` of a FILL plan.

    All else: see `DecodePlan`.
    """

    def read(descriptor: ClassDescriptor) -> DecodePlan | None:
        arrange = _in_known_order(descriptor, known, own_data)
        if arrange is None:
            return None
        if arrange is list:
            return DecodePlan(FILL, descriptor, new=new, build=fill, bare=not own_data, **short)

        def in_order(container: Any, values: list[Any], annotations: Any, forced: bool) -> Any:
            return fill(container, arrange(values), annotations, forced)

        return DecodePlan(FILL, descriptor, new=new, build=in_order, bare=not own_data)

    return read


_OBJECT_ARRAY = array_descriptor("Ljava.lang.Object;")


def object_array(items: Iterable[Any], descriptor: ClassDescriptor = _OBJECT_ARRAY) -> JavaArray:
    """An ``Object[]`` of these elements, or an array of another class."""
    array = JavaArray(items)
    array.__java_class__ = descriptor
    return array


def hashable(item: Any) -> Any:
    """The item, or what stands for it in a container that cannot take the generic form any more: see `IdentityKey`."""
    try:
        check_keys((item,))
        hash(item)
    except TypeError:
        return IdentityKey(item)
    return item


def not_null(items: Iterable[Any], type_name: str) -> None:
    """Raises EncodeError for None in what is written as a Java class that takes no null.

    Java would fail when it reads that, or take the null for the end and drop what follows.
    """
    for item in items:
        if item is None:
            raise EncodeError(f"None in a {type_name}: the Java class takes no null")


#: How many parts a key may have, those of its parts included, and how many levels.
_MAX_KEY_PARTS = 1000
_MAX_KEY_LEVELS = 20

#: How many keys of a container may have the same hash.
_MAX_EQUAL_HASHES = 32

#: Whose hashes nobody can choose, or few of them alike.
_SPREAD = (str, bytes, float, type(None), JavaClass, JavaEnum, enum.Enum)


_PLAIN_KINDS = {str, bytes, float, bool, type(None)}


def check_keys(keys: Sequence[Any]) -> None:
    """Raises TypeError for keys that Python cannot hold at a cost in proportion to their number.

    Tuples, frozensets and instances of dataclasses are hashed, and compared with others of the same hash, by way of
    their parts: without end in a stream in which each holds the one before twice, and down the stack of the process in
    one of a hundred thousand levels. And of numbers beyond 64 bits, and all that is hashed like one, anybody can find
    as many as he likes with the same hash, each of which is compared with all before it.
    """
    if len(keys) <= _MAX_EQUAL_HASHES:
        for key in keys:
            if not native.plain_key(key) and _has_parts(type(key)):  # type: ignore[arg-type]
                _check_key(key)
        return
    kinds = set(map(type, keys))
    if kinds <= _PLAIN_KINDS:
        return
    if any(map(_has_parts, kinds)):
        for key in keys:
            if _has_parts(type(key)):  # type: ignore[arg-type]
                _check_key(key)
    if crowded(keys, kinds):
        raise TypeError(f"more than {_MAX_EQUAL_HASHES} keys of one hash")


def crowded(keys: Sequence[Any], kinds: set[type] | None = None) -> set[int]:
    """The hashes that too many of the keys have."""
    kinds = {kind for kind in (set(map(type, keys)) if kinds is None else kinds) if not issubclass(kind, _SPREAD)}
    if not kinds or len(keys) <= _MAX_EQUAL_HASHES:
        return set()
    if all(issubclass(kind, int) for kind in kinds):
        keys = [key for key in keys if isinstance(key, int) and not native.plain_key(key)]
    hashes = list(map(hash, keys))
    if len(set(hashes)) > len(hashes) - _MAX_EQUAL_HASHES:
        return set()
    return {found for found, count in Counter(hashes).items() if count > _MAX_EQUAL_HASHES}


@lru_cache(1024)
def _has_parts(kind: type) -> bool:
    """Whether values of this type are hashed by way of their parts."""
    return issubclass(kind, (tuple, frozenset)) or (
        hasattr(kind, "__dataclass_fields__") and kind.__hash__ is not object.__hash__
    )


def _parts_of(item: Any) -> Iterable[Any]:
    if isinstance(item, (tuple, frozenset)):
        return item
    return [getattr(item, name, None) for name in item.__dataclass_fields__]


def _check_key(key: Any) -> None:
    level: list[Any] = [key]
    parts = 0
    for _ in range(_MAX_KEY_LEVELS):
        inner: list[Any] = []
        for item in level:
            found = list(_parts_of(item))
            parts += len(found)
            if parts > _MAX_KEY_PARTS:
                raise TypeError(f"what has more than {_MAX_KEY_PARTS} parts is no key")
            inner += [part for part in found if _has_parts(type(part))]  # type: ignore[arg-type]
        if not inner:
            return
        level = inner
    raise TypeError(f"what has more than {_MAX_KEY_LEVELS} levels is no key")


def fill_map(container: Any, contents: list[Any], head_bytes: int, forced: bool) -> Any:
    """A map's annotation: a block of ``head_bytes`` whose last four are the number of entries, then keys and values."""
    head = contents[0]
    if type(head) is not BlockData or len(head) != head_bytes:
        return NotImplemented
    size = native.i32(native.pointer(head), head_bytes - 4)
    if len(contents) != 1 + 2 * size:
        return NotImplemented
    return fill_entries(container, contents, forced, 1)


def fill_entries(container: Any, entries: list[Any], forced: bool, first: int = 0) -> Any:
    """Keys and values in turn, from the ``first`` on. What no dict can hold as keys gives NotImplemented or raises.

    Where it is ``forced``, all are kept: keys without a hash, and those that are equal in Python and not in Java, each
    in an `IdentityKey`.
    """
    if (len(entries) - first) % 2:
        raise ValueError("a key without a value")
    if not forced:
        check_keys(entries[first::2])
        for i in range(first, len(entries), 2):
            native.dict_set(container, entries[i], entries[i + 1])
        return container if 2 * len(container) == len(entries) - first else NotImplemented
    for key, value in zip(_forced(entries[first::2]), entries[first + 1 :: 2], strict=True):
        container[IdentityKey(key) if key in container else key] = value
    return container


def fill_elements(container: Any, elements: list[Any], forced: bool) -> Any:
    """The same for a set."""
    if not forced:
        check_keys(elements)
        container.update(elements)
        return container if len(container) == len(elements) else NotImplemented
    for element in _forced(elements):
        container.add(IdentityKey(element) if element in container else element)
    return container


def _forced(keys: Sequence[Any]) -> list[Any]:
    """The keys, and in place of those that no dict should hold what stands for them."""
    found = [hashable(key) for key in keys]
    hashes = crowded(found)
    return [IdentityKey(key) if hash(key) in hashes else key for key in found] if hashes else found

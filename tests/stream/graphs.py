"""Values as lists of plain tuples, so that two graphs can be compared: class, content, sharing and cycles.

Nothing here recurses, and nothing asks for ``==`` or ``hash`` of what was read. The two builds have different classes
of the same names, hence classes are told apart by name.
"""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Iterator
from typing import Any

__all__ = ["describe"]

_PLAIN = (int, type(None))


def describe(value: Any, *, empty_blocks: bool = True) -> list[tuple[Any, ...]]:
    """A line for each object, in breadth-first order. A part is a number (the line of an object) or a plain value.

    Identity counts, except for numbers and for texts shorter than two characters, which Python shares as it likes.
    Without ``empty_blocks``, blocks of no bytes inside of objects are left out: they are not written, nor does Java see
    them.
    """
    lines: list[tuple[Any, ...]] = []
    numbers: dict[int, int] = {}
    objects: list[Any] = []  # keeps every object alive, as numbers go by id

    def part(item: Any) -> Any:
        plain = _plain(item)
        if plain is not None:
            return plain
        number = numbers.get(id(item))
        if number is None:
            number = numbers[id(item)] = len(objects)
            objects.append(item)
        return number

    root = part(value)
    done = 0
    while done < len(objects):
        item = objects[done]
        done += 1
        lines.append(
            (type(item).__name__, *[part(p) if known is None else known for known, p in _parts(item, empty_blocks)])
        )
    return [("root", root), *lines]


def _plain(item: Any) -> Any:
    kind = type(item)
    if isinstance(item, float):
        return (kind.__name__, item.hex() if item == item else "nan")
    if isinstance(item, _PLAIN):
        return (kind.__name__, None if item is None else int(item.real))
    if isinstance(item, str) and len(item) < 2:
        return (kind.__name__, str(item))
    return None


def _parts(item: Any, empty_blocks: bool) -> Iterator[tuple[Any, Any]]:
    """Pairs: something plain, or None and a part that is described on its own."""
    kind = type(item).__name__
    if isinstance(item, type):
        yield item.__name__, None
        return
    if isinstance(item, str):
        yield str.__str__(item) if type(item) is str else str(item), None
    elif isinstance(item, (bytes, bytearray)):
        yield bytes(item), None
    elif isinstance(item, array):
        yield item.typecode, None
        yield item.tobytes(), None
    elif kind == "TreeMap":  # written sorted, in whatever order it was read
        yield from _unordered(item)
    elif isinstance(item, dict):
        for key, value in dict.items(item):
            yield None, key
            yield None, value
    elif (
        kind == "TreeSet"
        or _is_plain_set(item)
        or _is_plain_set(getattr(getattr(item, "_kept", None), "wrapped", None))
    ):
        yield from _unordered(item)
    elif isinstance(item, (list, tuple, set, frozenset, deque)):
        for part in item:
            yield None, part
    elif kind == "ClassDescriptor":
        yield from _descriptor(item, empty_blocks)
    elif kind == "JavaClass":
        yield None, item.__java_descriptor__
    elif kind == "JavaEnum":
        yield item.name, None
        yield None, item.__java_class__
    elif hasattr(item, "__java_slots__"):
        yield None, item.__java_class__
        for key, member in item.__java_slots__.items():
            if isinstance(key, tuple):
                yield repr(key), None
                try:
                    yield None, member.__get__(item)
                except AttributeError:
                    yield "unset", None
        for contents in item.__java_annotations__:
            yield None, contents if empty_blocks else _without_empty_blocks(contents)
    elif not _shows_nothing(item) and kind not in _WITH_STATE:
        yield _ADDRESS.sub("", repr(item)[:1000]).replace("bridge_pure", "bridge"), None
    for name in [] if kind == "ClassDescriptor" else sorted(getattr(item, "__dict__", ())):
        yield name, None
        yield None, item.__dict__[name]
    if isinstance(item, (dict, list, set, str)) or kind in _WITH_STATE or _shows_nothing(item):
        for name in [] if hasattr(item, "__java_slots__") else _attributes(type(item)):
            found = getattr(item, name, None)
            yield name, None
            yield None, found


def _without_empty_blocks(contents: Any) -> Any:
    """Class names stand for classes, of which there are those of two builds."""
    return contents and [part for part in contents if type(part).__name__ != "BlockData" or part]


def _is_plain_set(item: Any) -> bool:
    """Whether it iterates in an order that nobody chose."""
    return getattr(type(item), "__iter__", None) in (set.__iter__, frozenset.__iter__)


def _wraps_plain_set(item: Any) -> bool:
    return _is_plain_set(getattr(getattr(item, "_kept", None), "wrapped", None))


_NOT_SHOWN = {"_order", "shown", "__dict__", "__weakref__"}
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_WITH_STATE = {"IdentityKey", "StreamException"}


def _shows_nothing(item: Any) -> bool:
    shown: Any = type(item).__repr__
    return bool(shown is object.__repr__)


def _attributes(cls: type) -> list[str]:
    names = []
    for base in cls.__mro__:
        slots = base.__dict__.get("__slots__", ())
        names += [name for name in ((slots,) if isinstance(slots, str) else slots) if name not in _NOT_SHOWN]
    return names


def _unordered(item: Any) -> Iterator[tuple[Any, Any]]:
    """Elements by what they show; those that look alike are counted and not entered."""
    shown: dict[Any, list[Any]] = {}
    for element in item:
        plain = _plain(element)
        if plain is None:
            plain = (type(element).__name__, repr(element)[:100] if isinstance(element, (str, bytes)) else "")
        shown.setdefault(repr(plain), []).append(element)
    for label in sorted(shown):
        yield label, None
        yield len(shown[label]), None
        if len(shown[label]) == 1:
            yield None, shown[label][0]
            if isinstance(item, dict):
                yield None, item[shown[label][0]]


def _descriptor(item: Any, empty_blocks: bool) -> Iterator[tuple[Any, Any]]:
    yield item.name, None
    yield item.serial_version_uid, None
    yield item.flags, None
    yield tuple(tuple(field) for field in item.fields), None
    yield item.interfaces, None
    yield None, item.super_class
    yield None, item.annotation if empty_blocks else _without_empty_blocks(item.annotation)

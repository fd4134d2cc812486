# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""What is written for lists and sets that cannot change, maps and UUIDs; compiled: there may be many.

`java_util_immutable`, `java_util_containers` and `java_util_values` say what each of them is for.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from ..errors import EncodeError
from ..stream import native
from ..stream.model import BlockData, JavaClass

# The tags of java.util.CollSer.
LIST, SET, MAP, LIST_WITH_NULLS = range(1, 5)

_HALF = (1 << 64) - 1
_INTS = [bytes((0, 0, 0, number)) for number in range(256)]
_LIST, _SET, _MAP, _LIST_WITH_NULLS = _INTS[1:5]  # as ``writeInt`` does it
_SIZES = list(map(BlockData, _INTS))


def _has_none(items: Any) -> bool:
    """Whether None is among them; none of them is asked, as ``in`` would do it."""
    for item in items:  # noqa: SIM110 - this is what compiles to a loop
        if item is None:
            return True
    return False


def _int(number: int) -> bytes:
    """As ``writeInt`` does it, for what is not negative."""
    if number < 256:
        return _INTS[number]
    return native.tagged(number >> 24 & 0xFF, number, 3, 0, 0)


def tuple_parts(value: tuple[Any, ...]) -> Any:
    return _LIST_WITH_NULLS if _has_none(value) else _LIST, _int(len(value)), value


def stream_list_parts(value: tuple[Any, ...]) -> Any:
    return _LIST_WITH_NULLS, _int(len(value)), value


def frozenset_parts(value: frozenset[Any]) -> Any:
    if _has_none(value):
        raise EncodeError("None in a frozenset; Java's Set.of takes no null, a set can hold it")
    return _SET, _int(len(value)), value


def map_parts(value: dict[Any, Any]) -> Any:
    entries = list(chain.from_iterable(value.items()))
    if _has_none(entries):
        raise EncodeError("None in an ImmutableMap; Java's Map.of takes no null, a dict can hold it")
    return _MAP, _int(len(entries)), entries


def uuid_data(value: Any) -> bytes:
    """Java holds the two halves the other way round."""
    number = value.int
    least = number & _HALF
    most = number >> 64
    return native.two_longs(least, most)


def enum_map_parts(value: Any) -> Any:
    """Of an EnumMap that knows the class of its keys; None of another one."""
    key_type = value.key_type
    if type(key_type) is not JavaClass:
        return None
    entries = native.flat_items(value)
    return key_type, _int(len(entries) >> 1), entries


def counted_entries(mapping: dict[Any, Any]) -> list[Any]:
    """The number of entries as a block of data, then keys and values: the annotation of many maps."""
    size = len(mapping)
    contents: list[Any] = [_SIZES[size] if size < 256 else BlockData(_int(size))]
    for key, value in mapping.items():
        contents.append(key)
        contents.append(value)
    return contents

# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""What is written for lists and sets that cannot change, maps, UUIDs and BigDecimals; compiled: there may be many.

`java_util_immutable`, `java_util_containers`, `java_util_values` and `java_math` say what each of them is for.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import Any

from ..errors import EncodeError
from ..stream import native
from ..stream.model import BlockData

# The tags of java.util.CollSer.
LIST, SET, MAP, LIST_WITH_NULLS = range(1, 5)

_PLAIN_DIGITS = 100
_HALF = (1 << 64) - 1
_SIZES = [BlockData(bytes((0, 0, 0, size))) for size in range(256)]


def _has_none(items: Any) -> bool:
    """Whether None is among them; none of them is asked, as ``in`` would do it."""
    for item in items:  # noqa: SIM110 - this is what compiles to a loop
        if item is None:
            return True
    return False


def _int(number: int) -> bytes:
    """As ``writeInt`` does it, for what is not negative."""
    return native.tagged(number >> 24 & 0xFF, number, 3, 0, 0)


def tuple_parts(value: tuple[Any, ...]) -> Any:
    return _int(LIST_WITH_NULLS if _has_none(value) else LIST), _int(len(value)), value


def stream_list_parts(value: tuple[Any, ...]) -> Any:
    return _int(LIST_WITH_NULLS), _int(len(value)), value


def frozenset_parts(value: frozenset[Any]) -> Any:
    if _has_none(value):
        raise EncodeError("None in a frozenset; Java's Set.of takes no null, a set can hold it")
    return _int(SET), _int(len(value)), value


def map_parts(value: dict[Any, Any]) -> Any:
    entries = list(chain.from_iterable(value.items()))
    if _has_none(entries):
        raise EncodeError("None in an ImmutableMap; Java's Map.of takes no null, a dict can hold it")
    return _int(MAP), _int(len(entries)), entries


def uuid_data(value: Any) -> bytes:
    """Java holds the two halves the other way round."""
    number = value.int
    least = number & _HALF
    most = number >> 64
    return native.two_longs(least, most)


def counted_entries(mapping: dict[Any, Any]) -> list[Any]:
    """The number of entries as a block of data, then keys and values: the annotation of many maps."""
    size = len(mapping)
    contents: list[Any] = [_SIZES[size] if size < 256 else BlockData(_int(size))]
    for key, value in mapping.items():
        contents.append(key)
        contents.append(value)
    return contents


def plain_decimal(value: Decimal) -> tuple[int, int] | None:
    """Scale and unscaled value of a number that is not too long and has no exponent; None for any other."""
    text = str(value)
    if len(text) > _PLAIN_DIGITS:
        return None
    dot = text.find(".")
    try:
        if dot < 0:
            return 0, int(text)
        return len(text) - dot - 1, int(text[:dot] + text[dot + 1 :])
    except ValueError:
        return None

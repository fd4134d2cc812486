"""``java.lang``: StringBuilder and StringBuffer."""

from __future__ import annotations

from typing import Any

from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData, CharArray
from ..stream.plan import REDUCE, EncodePlan
from .adapters import NO_DATA, OWN_DATA, int_bytes, value_reader
from .registry import Registry

__all__ = ["StringBuffer", "StringBuilder", "register"]


class StringBuilder(str):
    """A ``java.lang.StringBuilder``: the text that is in it. One that was read keeps the spare room it had in Java."""

    __slots__ = ("_chars",)
    _chars: CharArray


class StringBuffer(str):
    """A ``java.lang.StringBuffer``: the text that is in it. One that was read keeps the spare room it had in Java."""

    __slots__ = ("_chars",)
    _chars: CharArray


STRING_BUILDER = ClassDescriptor("java.lang.StringBuilder", 4383685877147921099, OWN_DATA)
STRING_BUFFER = ClassDescriptor(
    "java.lang.StringBuffer", 3388685877147921107, OWN_DATA, [("count", "I"), ("shared", "Z"), ("value", "[C")]
)


def _first_units(chars: CharArray, count: int) -> str:
    """As many UTF-16 code units of a char[] as are in use; the rest is spare room."""
    if chars.isascii():
        if not 0 <= count <= len(chars):
            raise ValueError
        return chars[:count]
    units = chars.encode("utf-16-be", "surrogatepass")
    if not 0 <= 2 * count <= len(units):
        raise ValueError
    return units[: 2 * count].decode("utf-16-be", "surrogatepass")


def _build_string_builder(values: Any, annotations: Any) -> Any:
    head, chars = annotations[0]
    if type(head) is not BlockData or len(head) != 4 or type(chars) is not CharArray:
        return NotImplemented
    text = StringBuilder(_first_units(chars, int.from_bytes(head, "big")))
    text._chars = chars
    return text


def _build_string_buffer(values: Any, annotations: Any) -> Any:
    count, _, chars = values
    if type(chars) is not CharArray:
        return NotImplemented
    text = StringBuffer(_first_units(chars, count))
    text._chars = chars
    return text


def _unit_count(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-be", "surrogatepass")) // 2


def _chars_of(value: StringBuilder | StringBuffer) -> CharArray:
    chars: CharArray | None = getattr(value, "_chars", None)
    return CharArray(value) if chars is None else chars


def _reduce_string_builder(value: StringBuilder) -> Any:
    return STRING_BUILDER, (), ((BlockData(int_bytes(_unit_count(value))), _chars_of(value)),)


def _reduce_string_buffer(value: StringBuffer) -> Any:
    return STRING_BUFFER, (_unit_count(value), False, _chars_of(value)), NO_DATA


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(STRING_BUILDER.name, value_reader(STRING_BUILDER, _build_string_builder, own_data=True))
    registry.read_as(STRING_BUFFER.name, value_reader(STRING_BUFFER, _build_string_buffer))
    registry.write_as(StringBuilder, EncodePlan(REDUCE, STRING_BUILDER, reduce=_reduce_string_builder))
    registry.write_as(StringBuffer, EncodePlan(REDUCE, STRING_BUFFER, reduce=_reduce_string_buffer))

"""How the commonest values of the JDK are packed, uncompiled: each by one call of struct.

A packer is asked ``packer(begins, end, otherwise)`` and gives a function from a value to all bytes of an object: how it
begins, by the number of bytes of its data, these, and its end; that of tuples, to how they begin. What is laid out in a
less common way is left to ``otherwise``, which makes the same of any value. See `stream.plan.EncodePlan`; the modules
that use it say what the layouts are those of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from struct import Struct
from typing import Any
from uuid import UUID

from .java_time_types import DURATION, INSTANT, LOCAL_DATE, LOCAL_DATE_TIME, LOCAL_TIME, OFFSET_DATE_TIME

__all__ = [
    "date_packer",
    "date_time_packer",
    "duration_packer",
    "instant_packer",
    "time_packer",
    "tuple_packer",
    "uuid_packer",
]

Begins = Mapping[int, bytes]
Function = Callable[[Any], bytes]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HALF = (1 << 64) - 1


def _pack(begin: bytes, form: str, end: bytes) -> Callable[..., bytes]:
    return Struct(f">{len(begin)}s{form}{len(end)}s").pack


def date_packer(begins: Begins, end: bytes, otherwise: Function) -> Function:
    begin = begins[7] + bytes((LOCAL_DATE,))
    pack = _pack(begin, "iBB", end)

    def packed(value: date) -> bytes:
        return pack(begin, value.year, value.month, value.day, end)

    return packed


def duration_packer(begins: Begins, end: bytes, otherwise: Function) -> Function:
    begin = begins[13] + bytes((DURATION,))
    pack = _pack(begin, "qi", end)

    def packed(value: timedelta) -> bytes:
        if type(value) is not timedelta:
            return otherwise(value)
        return pack(begin, value.days * 86_400 + value.seconds, value.microseconds * 1000, end)

    return packed


def instant_packer(begins: Begins, end: bytes, otherwise: Function) -> Function:
    begin = begins[13] + bytes((INSTANT,))
    pack = _pack(begin, "qi", end)

    def packed(value: Any) -> bytes:
        if value.tzinfo is not UTC:
            return otherwise(value)
        since = value - _EPOCH
        try:
            beyond = value._beyond
        except AttributeError:
            beyond = 0
        return pack(begin, since.days * 86_400 + since.seconds, since.microseconds * 1000 + beyond, end)

    return packed


def time_packer(begins: Begins, end: bytes, otherwise: Function) -> Function:
    """Of a time without a zone, whose last part before zeros left out is inverted."""
    hours, minutes, seconds, nanos = [begins[size] + bytes((LOCAL_TIME,)) for size in (2, 3, 4, 8)]
    pack_hours, pack_minutes = _pack(hours, "B", end), _pack(minutes, "BB", end)
    pack_seconds, pack_nanos = _pack(seconds, "BBB", end), _pack(nanos, "BBBi", end)

    def packed(value: time) -> bytes:
        if type(value) is not time or value.tzinfo is not None:
            return otherwise(value)
        minute = value.minute
        second = value.second
        microsecond = value.microsecond
        if microsecond:
            return pack_nanos(nanos, value.hour, minute, second, 1000 * microsecond, end)
        if second:
            return pack_seconds(seconds, value.hour, minute, 255 - second, end)
        if minute:
            return pack_minutes(minutes, value.hour, 255 - minute, end)
        return pack_hours(hours, 255 - value.hour, end)

    return packed


def date_time_packer(begins: Begins, end: bytes, otherwise: Function) -> Function:
    """Of a datetime without a zone that has microseconds, and of one of whole seconds in a `timezone`."""
    local = begins[14] + bytes((LOCAL_DATE_TIME,))
    pack_local = _pack(local, "iBBBBBi", end)
    offset = begins[11] + bytes((OFFSET_DATE_TIME,))
    pack_offset = _pack(offset, "iBBBBBb", end)

    def packed(value: datetime) -> bytes:
        zone = value.tzinfo
        microsecond = value.microsecond
        if type(value) is not datetime:
            return otherwise(value)
        if zone is None and microsecond:
            nanos = 1000 * microsecond
            return pack_local(
                local, value.year, value.month, value.day, value.hour, value.minute, value.second, nanos, end
            )
        quarters = _quarters_of(zone) if type(zone) is timezone and not microsecond else None
        second = 255 - value.second  # Java inverts the last part of the time, where nothing follows it
        if quarters is None or second == 255:
            return otherwise(value)
        return pack_offset(offset, value.year, value.month, value.day, value.hour, value.minute, second, quarters, end)

    return packed


@lru_cache(256)
def _quarters_of(zone: timezone) -> int | None:
    """How many quarters of an hour ahead of UTC it is, if Java has an offset for that and it is a byte."""
    quarters, rest = divmod(zone.utcoffset(None), timedelta(minutes=15))
    return None if rest or not -72 <= quarters <= 72 else quarters


def uuid_packer(begins: Begins, end: bytes, otherwise: Function) -> Function:
    begin = begins[16]
    pack = _pack(begin, "QQ", end)

    def packed(value: UUID) -> bytes:
        number = value.int
        return pack(begin, number & _HALF, number >> 64, end)

    return packed


def tuple_packer(otherwise: Callable[..., tuple[bytes, Any]]) -> Callable[..., tuple[bytes, Any]]:
    """A tuple without None begins as others of its length do, which is found once."""
    begins: dict[int, bytes] = {}

    def packed(value: tuple[Any, ...], memo: Any) -> tuple[bytes, Any]:
        begin = begins.get(len(value))
        for item in value:
            if item is None:
                return otherwise(value, memo)
        if begin is None:
            begin, _ = otherwise(value, memo)
            if len(value) < 256:
                begins[len(value)] = begin
        return begin, value

    return packed

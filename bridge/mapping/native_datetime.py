"""What the compiled build does in C for the values of this room, said in Python: dates and times from numbers.

As `stream.native`: the ``.pxd`` beside this file defines the same names with the same meaning, and this file is never
compiled. Each function raises ValueError or OverflowError for what is no date or time of Python's.
"""

from __future__ import annotations

from datetime import date, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any


def date_of(year: int, month: int, day: int) -> date:
    return date(year, month, day)


def time_of(hour: int, minute: int, second: int, microsecond: int, zone: tzinfo | None) -> time:
    return time(hour, minute, second, microsecond, zone)


def datetime_of(
    cls: Any,
    year: int,
    month: int,
    day: int,
    hour: int,
    minute: int,
    second: int,
    microsecond: int,
    zone: tzinfo | None,
) -> Any:
    """A datetime of the class ``cls``, which adds nothing to the making of one."""
    return cls(year, month, day, hour, minute, second, microsecond, zone)


def datetime_at(cls: Any, seconds: int, microseconds: int, utc: tzinfo) -> Any:
    """The datetime so long after the beginning of 1970, as ``cls`` in the zone ``utc``."""
    return _epoch(cls, utc) + timedelta(0, seconds, microseconds)


@lru_cache(64)
def _epoch(cls: Any, utc: tzinfo) -> Any:
    return cls(1970, 1, 1, tzinfo=utc)


def timedelta_of(seconds: int, microseconds: int) -> timedelta:
    return timedelta(0, seconds, microseconds)

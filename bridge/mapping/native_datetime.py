"""What the compiled build does in C for the values of this room, said in Python: dates and times from numbers.

As `stream.native`: the ``.pxd`` beside this file defines the same names with the same meaning, and this file is never
compiled. Each function raises ValueError or OverflowError for what is no date or time of Python's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from struct import Struct
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


def know_exact(cls: type) -> None:
    """Says that instances of exactly this class hold what their attributes say, and nothing comes in between."""


def is_exact_date(value: Any) -> bool:
    """Whether the functions below may be asked about a value: it is a date, of a known class.

    Uncompiled, nothing is: they are not faster than attributes.
    """
    return False


#: The same for the others.
is_exact_datetime = is_exact_time = is_exact_delta = is_exact_date


def date_number(value: date) -> int:
    """Year, month and day, in two bytes and one and one."""
    return value.year << 16 | value.month << 8 | value.day


def days_of(value: date) -> int:
    """The days since the beginning of 1970."""
    return value.toordinal() - _EPOCH_DAY


def clock_of(value: datetime) -> tuple[int, int, int, int]:
    """Hour, minute, second, microsecond."""
    return value.hour, value.minute, value.second, value.microsecond


def zone_of(value: datetime) -> tzinfo | None:
    """Its time zone."""
    return value.tzinfo


def time_parts(value: time) -> tuple[int, int, int, int]:
    """The same of a time."""
    return value.hour, value.minute, value.second, value.microsecond


def delta_parts(value: timedelta) -> tuple[int, int, int]:
    """Days, seconds, microseconds."""
    return value.days, value.seconds, value.microseconds


def any_clock(value: datetime | time) -> tuple[int, int, int, int]:
    """`clock_of` or `time_parts` of an instance of any class, which may raise anything."""
    return value.hour, value.minute, value.second, value.microsecond


#: The same for the others.
any_date_number = date_number
any_delta = delta_parts


_EPOCH_DAY = date(1970, 1, 1).toordinal()


def with_usual(
    otherwise: Callable[[bytes], Any], instant: Any, utc: tzinfo, zones: dict[int, timezone]
) -> Callable[[bytes], Any]:
    """Reads the contents of a ``java.time.Ser`` as ``otherwise`` does, and faster where the layout is a common one.

    Compiled, it is that itself. ``instant``: the class of an Instant, whose zone is ``utc``. ``zones``: by the quarters
    of an hour ahead of UTC. May raise any Exception where no value is.
    """

    epoch = _epoch(instant, utc)

    def read(data: bytes) -> Any:
        usual = _USUAL.get((data[0], len(data)))
        if usual is None:
            return otherwise(data)
        value = usual(data, epoch, zones)
        return otherwise(data) if value is None else value

    return read


def _date(data: bytes, epoch: Any, zones: Any) -> Any:
    return date(*_date_parts(data))


def _duration(data: bytes, epoch: Any, zones: Any) -> Any:
    seconds, nanos = _seconds_parts(data)
    return None if nanos % 1000 or not 0 <= nanos < 1_000_000_000 else timedelta(0, seconds, nanos // 1000)


def _instant(data: bytes, epoch: Any, zones: Any) -> Any:
    seconds, nanos = _seconds_parts(data)
    if nanos % 1000 or not 0 <= nanos < 1_000_000_000:
        return None
    value = epoch + timedelta(0, seconds, nanos // 1000)
    value._beyond = 0  # to ask for what is not there takes longer than all else when it is written
    return value


def _date_time(data: bytes, epoch: Any, zones: Any) -> Any:
    year, month, day, hour, minute, second, nanos = _date_time_parts(data)
    return None if nanos % 1000 else datetime(year, month, day, hour, minute, second, nanos // 1000)


def _offset_date_time(data: bytes, epoch: Any, zones: Any) -> Any:
    year, month, day, hour, minute, second, quarters = _offset_parts(data)
    zone = zones.get(quarters)
    if second >= 0 or zone is None:  # Java inverts the last part of the time, as nothing follows it
        return None
    return datetime(year, month, day, hour, minute, ~second, 0, zone)


_date_parts = Struct(">xiBB").unpack
_seconds_parts = Struct(">xqi").unpack
_date_time_parts = Struct(">xiBBBBBi").unpack
_offset_parts = Struct(">xiBBBBbb").unpack

#: By the byte that java.time.Ser begins with, and the size of all.
_USUAL: dict[tuple[int, int], Callable[..., Any]] = {
    (1, 13): _duration,
    (2, 13): _instant,
    (3, 7): _date,
    (5, 14): _date_time,
    (10, 11): _offset_date_time,
}

# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: each function reads ``p`` only behind a comparison with ``size``.
"""What ``java.time.Ser`` holds, as Python values. The layouts are those of the ``readExternal`` of each class.

A value that is not laid out so, or that Python's types cannot hold, raises or gives ``NotImplemented``: then its object
takes the generic form.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from ..stream import mutf8, native
from . import native_datetime
from .java_time_types import (
    DURATION,
    INSTANT,
    LOCAL_DATE,
    LOCAL_DATE_TIME,
    LOCAL_TIME,
    MAX_OFFSET,
    MONTH_DAY,
    OFFSET_DATE_TIME,
    OFFSET_TIME,
    OWN_INT,
    PERIOD,
    YEAR,
    YEAR_MONTH,
    ZONE_OFFSET,
    ZONE_REGION,
    ZONED_DATE_TIME,
    Instant,
    MonthDay,
    NanoDateTime,
    NanoTime,
    NanoTimedelta,
    Period,
    Year,
    YearMonth,
    ZonedDateTime,
    ZoneId,
)

__all__ = ["known_zone", "read_block", "read_ser"]

_QUARTERS = {
    quarters: timezone(timedelta(minutes=15 * quarters))  # 145 of them, which Java holds on to as well
    for quarters in range(-MAX_OFFSET // 900, MAX_OFFSET // 900 + 1)
}


def read_ser(data: bytes) -> Any:
    """The value in the contents of a ``java.time.Ser``."""
    size = len(data)
    if size < 2:
        return NotImplemented
    p = native.pointer(data)
    kind = p[0]
    if kind == LOCAL_DATE:
        _expect(size, 7)
        return native_datetime.date_of(native.i32(p, 1), p[5], p[6])
    if kind in (DURATION, INSTANT):
        _expect(size, 13)
        return _seconds_and_nanos(kind, native.i64(p, 1), native.i32(p, 9))
    if kind in (LOCAL_DATE_TIME, OFFSET_DATE_TIME, ZONED_DATE_TIME):
        return _date_time(kind, p, size)
    if kind in (LOCAL_TIME, OFFSET_TIME):
        return _time(kind, p, size)
    if kind == ZONE_OFFSET:
        seconds, end = _offset_at(p, 1, size)
        _expect(size, end)
        return _zone_of(seconds)
    if kind == ZONE_REGION:
        return ZoneId(*_region_at(p, 1, size))
    if kind == YEAR:
        _expect(size, 5)
        return Year(native.i32(p, 1))
    if kind == YEAR_MONTH:
        _expect(size, 6)
        return YearMonth(native.i32(p, 1), _small(p[5]))
    if kind == MONTH_DAY:
        _expect(size, 3)
        return MonthDay(_small(p[1]), _small(p[2]))
    if kind == PERIOD:
        _expect(size, 13)
        return Period(native.i32(p, 1), native.i32(p, 5), native.i32(p, 9))
    return NotImplemented


#: The same, for blocks that lie whole in the input.
read_block = native_datetime.with_usual(read_ser, Instant, UTC, _QUARTERS)


def _expect(size: int, due: int) -> None:
    if size != due:
        raise ValueError


def _small(number: int) -> int:
    """A byte that Java reads with its sign, and that cannot be negative."""
    if number > 127:
        raise ValueError
    return number


def _seconds_and_nanos(kind: int, seconds: int, nanos: int) -> Any:
    if nanos < 0 or nanos > 999_999_999:
        raise ValueError
    micros = nanos // 1000
    beyond = nanos - 1000 * micros
    if kind == INSTANT:
        value = native_datetime.datetime_at(Instant, seconds, micros, UTC)
    elif beyond == 0:
        return native_datetime.timedelta_of(seconds, micros)
    else:
        value = NanoTimedelta(0, seconds, micros)
    if beyond:
        value._beyond = beyond
    return value


def _time_at(p: Any, at: int, size: int) -> tuple[int, int, int, int, int]:
    """Hour, minute, second, nanosecond, and where they end. The last part before zeros left out is inverted."""
    if size < at + 1:
        raise ValueError
    hour = p[at]
    if hour > 127:
        return 255 - hour, 0, 0, 0, at + 1
    if size < at + 2:
        raise ValueError
    minute = p[at + 1]
    if minute > 127:
        return hour, 255 - minute, 0, 0, at + 2
    if size < at + 3:
        raise ValueError
    second = p[at + 2]
    if second > 127:
        return hour, minute, 255 - second, 0, at + 3
    if size < at + 7:
        raise ValueError
    nanos = native.i32(p, at + 3)
    if nanos < 0 or nanos > 999_999_999:
        raise ValueError
    return hour, minute, second, nanos, at + 7


def _offset_at(p: Any, at: int, size: int) -> tuple[int, int]:
    """Seconds ahead of UTC, and where they end."""
    if size < at + 1:
        raise ValueError
    quarters = p[at]
    if quarters == OWN_INT:
        if size < at + 5:
            raise ValueError
        seconds = native.i32(p, at + 1)
        end = at + 5
    else:
        seconds = 900 * (quarters - 256 if quarters > 127 else quarters)
        end = at + 1
    if seconds < -MAX_OFFSET or seconds > MAX_OFFSET:
        raise ValueError
    return seconds, end


def _zone_of(seconds: int) -> Any:
    if seconds % 900 == 0:
        return _QUARTERS[seconds // 900]
    return timezone(timedelta(seconds=seconds))


@lru_cache(1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(key: str) -> ZoneInfo | None:
    """The zone with this name, which may come from a stream; None where Python's tz database has none.

    A name from a stream must never become a path, nor a module to import: only names of the list are looked up.
    """
    return ZoneInfo(key) if key in _known_zones() else None


@lru_cache(1024)
def _zone(name: bytes) -> tuple[str, ZoneInfo | None]:
    """The id of a zone from its modified UTF-8, and the zone if Python knows it."""
    text = mutf8.decode(name)
    if text is None:
        raise ValueError
    return text, known_zone(text)


def _region_at(p: Any, at: int, size: int) -> Any:
    if size < at + 2 or native.u16(p, at) != size - at - 2:
        raise ValueError
    return _zone(native.take(p, at + 2, size))


def _time(kind: int, p: Any, size: int) -> Any:
    hour, minute, second, nanos, end = _time_at(p, 1, size)
    zone = None
    if kind == OFFSET_TIME:
        seconds, end = _offset_at(p, end, size)
        zone = _zone_of(seconds)
    _expect(size, end)
    micros = nanos // 1000
    beyond = nanos - 1000 * micros
    if beyond == 0:
        return native_datetime.time_of(hour, minute, second, micros, zone)
    value = NanoTime(hour, minute, second, micros, zone)
    value._beyond = beyond
    return value


def _date_time(kind: int, p: Any, size: int) -> Any:
    if size < 8:
        raise ValueError
    year = native.i32(p, 1)
    month = p[5]
    day = p[6]
    hour, minute, second, nanos, end = _time_at(p, 7, size)
    micros = nanos // 1000
    beyond = nanos - 1000 * micros
    cls: Any = datetime if beyond == 0 else NanoDateTime
    zone = None
    name = None
    if kind != LOCAL_DATE_TIME:
        seconds, end = _offset_at(p, end, size)
        zone = _zone_of(seconds)
        if kind == ZONED_DATE_TIME:
            if end >= size:
                raise ValueError
            if p[end] == ZONE_REGION:
                name, region = _region_at(p, end + 1, size)
                if region is not None:
                    value = _in_region(
                        native_datetime.datetime_of(cls, year, month, day, hour, minute, second, micros, region), zone
                    )
                    if value is not None:
                        if beyond:
                            value._beyond = beyond
                        return value
                end = size
            else:
                again, after = _offset_at(p, end + 1, size)
                if p[end] != ZONE_OFFSET or again != seconds:
                    raise ValueError
                end = after
            cls = ZonedDateTime
    _expect(size, end)
    value = native_datetime.datetime_of(cls, year, month, day, hour, minute, second, micros, zone)
    if beyond:
        value._beyond = beyond
    if name is not None:
        value._zone = name
    return value


def _in_region(value: Any, offset: Any) -> Any:
    """The time with this offset from UTC, the first or the second that the clock shows; None if there is none."""
    ahead = offset.utcoffset(None)
    if value.utcoffset() == ahead:
        return value
    value = value.replace(fold=1)
    return value if value.utcoffset() == ahead else None

# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""What ``java.time.Ser`` writes for a value: a byte that says which class, then its parts, in one block of data.

As in ``java.time.Ser.writeExternal`` and the ``writeExternal`` of each class. The functions here are compiled, as a
stream may be full of dates; `java_time` says which of them writes which type.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import EncodeError
from ..stream import mutf8, native
from ..stream.data_writer import DataWriter
from . import native_datetime
from .java_time_types import (
    DURATION,
    INSTANT,
    LOCAL_DATE,
    LOCAL_DATE_TIME,
    LOCAL_TIME,
    MAX_OFFSET,
    OFFSET_DATE_TIME,
    OFFSET_TIME,
    OWN_INT,
    ZONE_OFFSET,
    ZONE_REGION,
    ZONED_DATE_TIME,
    Instant,
    NanoDateTime,
    NanoTime,
    NanoTimedelta,
    ZonedDateTime,
    ZoneId,
)

_UTC_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEYOND = native.slot_table([vars(NanoDateTime)["_beyond"]])
_NAMED_ZONES = (ZoneInfo, ZoneId)

for _cls in (date, time, datetime, timedelta, Instant, NanoDateTime, NanoTime, NanoTimedelta):
    native_datetime.know_exact(_cls)


# ------------------------------------------------------------------------------------------------------- parts of them


def _nanos(value: Any, microseconds: int) -> int:
    """The nanoseconds of the second; only subclasses know more than the microseconds."""
    kind = type(value)
    if kind is datetime or kind is timedelta or kind is time:
        return microseconds * 1000
    if native.COMPILED and isinstance(value, NanoDateTime):
        known = native.slot_peek(value, _BEYOND, 0)
        return microseconds * 1000 + (0 if known is None else known)
    beyond: int = getattr(value, "_beyond", 0)
    return microseconds * 1000 + beyond


def _time_bytes(minute: int, second: int, nanos: int) -> int:
    """How many bytes a time of day takes: zeros at its end are left out."""
    return 7 if nanos else 3 if second else 2 if minute else 1


def _time_number(hour: int, minute: int, second: int, nanos: int) -> int:
    """These bytes as a number. The last part before zeros left out is inverted."""
    if nanos:
        return (hour << 16 | minute << 8 | second) << 32 | nanos
    if second:
        return hour << 16 | minute << 8 | (255 - second)
    if minute:
        return hour << 8 | (255 - minute)
    return 255 - hour


def _offset_seconds(offset: Any) -> int:
    if offset is None:
        raise EncodeError("a time zone that does not tell its offset from UTC")
    if native_datetime.is_exact_delta(offset):
        days, seconds, microseconds = native_datetime.delta_parts(offset)
    else:
        days = offset.days
        seconds = offset.seconds
        microseconds = offset.microseconds
    seconds += days * 86_400
    if microseconds or not -MAX_OFFSET <= seconds <= MAX_OFFSET:
        raise EncodeError(f"an offset of {offset} from UTC; Java has whole seconds, up to 18 hours")
    return seconds


def _offset_bytes(seconds: int) -> bytes:
    if seconds % 900:
        return native.tagged(OWN_INT, seconds, 4, 0, 0)
    return native.tagged(seconds // 900 & 0xFF, 0, 0, 0, 0)


@lru_cache(256)
def _zone_bytes(name: str) -> bytes:
    text = mutf8.encode(name)
    return bytes((ZONE_REGION,)) + len(text).to_bytes(2, "big") + text


def _with_offset(kind: int, high: int, high_bytes: int, low: int, low_bytes: int, seconds: int) -> bytes:
    """The numbers behind the byte ``kind``, and an offset from UTC after them."""
    if seconds % 900 == 0:
        return native.tagged(kind, high, high_bytes, low << 8 | (seconds // 900 & 0xFF), low_bytes + 1)
    return native.tagged(kind, high, high_bytes, low, low_bytes) + _offset_bytes(seconds)


# ------------------------------------------------------------------------------------------------------------- classes


def duration_data(value: timedelta) -> bytes:
    days, seconds, microseconds = native_datetime.any_delta(value)
    return native.tagged(DURATION, days * 86_400 + seconds, 8, _nanos(value, microseconds), 4)


def instant_data(value: datetime) -> bytes:
    zone = value.tzinfo
    if zone is None:
        raise EncodeError("an Instant without a time zone is no point in time")
    days, seconds, microseconds = native_datetime.any_delta(value - _UTC_EPOCH)
    return native.tagged(INSTANT, days * 86_400 + seconds, 8, _nanos(value, microseconds), 4)


def date_data(value: date) -> bytes:
    return native.tagged(LOCAL_DATE, native_datetime.any_date_number(value), 6, 0, 0)


def time_data(value: time) -> bytes:
    zone = value.tzinfo
    hour, minute, second, microsecond = native_datetime.any_clock(value)
    nanos = _nanos(value, microsecond)
    number = _time_number(hour, minute, second, nanos)
    size = _time_bytes(minute, second, nanos)
    if zone is None:
        return native.tagged(LOCAL_TIME, 0, 0, number, size)
    return _with_offset(OFFSET_TIME, 0, 0, number, size, _offset_seconds(value.utcoffset()))


def date_time_data(value: datetime) -> bytes:
    zone = value.tzinfo
    kind = LOCAL_DATE_TIME if zone is None else OFFSET_DATE_TIME
    named = None
    if kind == OFFSET_DATE_TIME and type(zone) is not timezone and isinstance(zone, _NAMED_ZONES):
        named = zone.key
    if named is not None:
        value = _after_the_gap(value, zone)
        return _date_time(ZONED_DATE_TIME, value) + _zone_bytes(named)
    return _date_time(kind, value)


def _after_the_gap(value: Any, zone: Any) -> Any:
    """A time that the clock jumps over: as far after the jump as it seems to be, as ``ZonedDateTime.of`` has it."""
    offset = value.utcoffset()
    other = value.replace(fold=not value.fold).utcoffset()
    if offset is None or other is None or other == offset or (other > offset) is bool(value.fold):
        return value
    shifted = (value - offset).replace(tzinfo=UTC).astimezone(zone)
    return NanoDateTime.of(shifted, value.microsecond * 1000 + getattr(value, "_beyond", 0))


def _date_time(kind: int, value: Any) -> bytes:
    """Date and time of day, and the offset but for LOCAL_DATE_TIME."""
    hour, minute, second, microsecond = native_datetime.any_clock(value)
    nanos = _nanos(value, microsecond)
    number = _time_number(hour, minute, second, nanos)
    size = _time_bytes(minute, second, nanos)
    if kind == LOCAL_DATE_TIME:
        return native.tagged(kind, native_datetime.any_date_number(value), 6, number, size)
    zone = value.tzinfo
    offset = zone.utcoffset(None) if type(zone) is timezone else value.utcoffset()
    return _with_offset(kind, native_datetime.any_date_number(value), 6, number, size, _offset_seconds(offset))


class TimeWriter(DataWriter):
    """The commonest of them, straight into the output, by kind: dates, times, datetimes, Instants and timedeltas.

    What it does not write is for the functions above, which take any value of these types.
    """

    def __init__(self, kind: int) -> None:
        self.kind = kind

    def put(self, out: Any, value: Any) -> bool:
        if not native.COMPILED:  # where no value is exact
            return False
        kind = self.kind
        if kind == LOCAL_DATE:
            if not native_datetime.is_exact_date(value):
                return False
            native.put_tagged(out, kind, native_datetime.date_number(value), 6, 0, 0)
            return True
        if kind == DURATION:
            if not native_datetime.is_exact_delta(value):
                return False
            days, seconds, microseconds = native_datetime.delta_parts(value)
            native.put_tagged(out, kind, days * 86_400 + seconds, 8, _nanos(value, microseconds), 4)
            return True
        if kind == LOCAL_TIME:
            if not native_datetime.is_exact_time(value) or value.tzinfo is not None:
                return False
            hour, minute, second, microsecond = native_datetime.time_parts(value)
            nanos = _nanos(value, microsecond)
            number = _time_number(hour, minute, second, nanos)
            native.put_tagged(out, kind, 0, 0, number, _time_bytes(minute, second, nanos))
            return True
        if not native_datetime.is_exact_datetime(value):
            return False
        zone = native_datetime.zone_of(value)
        hour, minute, second, microsecond = native_datetime.clock_of(value)
        nanos = _nanos(value, microsecond)
        if kind == INSTANT:
            if zone is not UTC:
                return False
            seconds = native_datetime.days_of(value) * 86_400 + hour * 3600 + minute * 60 + second
            native.put_tagged(out, kind, seconds, 8, nanos, 4)
            return True
        number = _time_number(hour, minute, second, nanos)
        size = _time_bytes(minute, second, nanos)
        if zone is None:
            native.put_tagged(out, LOCAL_DATE_TIME, native_datetime.date_number(value), 6, number, size)
            return True
        if type(zone) is not timezone:
            return False
        seconds = _offset_seconds(zone.utcoffset(None))
        if seconds % 900:
            return False
        number = number << 8 | (seconds // 900 & 0xFF)
        native.put_tagged(out, OFFSET_DATE_TIME, native_datetime.date_number(value), 6, number, size + 1)
        return True


def zoned_date_time_data(value: ZonedDateTime) -> bytes:
    head = _date_time(ZONED_DATE_TIME, value)
    zone = value.zone
    if zone is not None:
        return head + _zone_bytes(zone)
    return head + native.tagged(ZONE_OFFSET, 0, 0, 0, 0) + _offset_bytes(_offset_seconds(value.utcoffset()))


def zone_data(value: ZoneInfo | ZoneId) -> bytes:
    if value.key is None:
        raise EncodeError("a ZoneInfo that was made from a file and has no key is no zone that Java could find")
    return _zone_bytes(value.key)


def offset_data(value: timezone) -> bytes:
    return _with_offset(ZONE_OFFSET, 0, 0, 0, 0, _offset_seconds(value.utcoffset(None)))

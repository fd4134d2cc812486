"""``java.time``. Every class there is written by one proxy, ``java.time.Ser``: a byte that says which, then its values.

What Python's types hold arrives as these; nanoseconds, and zones that Python does not know, in subclasses of them;
years outside 1 to 9999 in the generic form.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from struct import Struct
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from ..stream import mutf8
from ..stream.constants import SC_ENUM, SC_SERIALIZABLE
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import BUILD, CONSTANT, DATA, DecodePlan, EncodePlan
from .adapters import EXTERNAL, value_reader
from .java_lang import ENUM_CLASS
from .java_time_data import (
    date_data,
    date_time_data,
    duration_data,
    instant_data,
    offset_data,
    time_data,
    zone_data,
    zoned_date_time_data,
)
from .java_time_types import (
    DayOfWeek,
    Instant,
    Month,
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
from .registry import Reader, Registry

__all__ = ["known_zone", "register"]

SER = ClassDescriptor("java.time.Ser", -7683839454370182990, EXTERNAL)

ZONE_REGION, ZONE_OFFSET = 7, 8
YEAR, YEAR_MONTH, MONTH_DAY, PERIOD = range(11, 15)

_SECONDS = Struct(">bqi")
_DATE = Struct(">bibb")
_DATE_ONLY = Struct(">ibb")
_YEAR = Struct(">bi")
_YEAR_MONTH = Struct(">bib")
_MONTH_DAY = Struct(">bbb")
_PERIOD = Struct(">biii")
_INT = Struct(">i")

_EPOCH = datetime(1970, 1, 1)
_EPOCH_INSTANT = Instant(1970, 1, 1, tzinfo=UTC)
_OWN_INT = 127  #: stands for an offset that is no multiple of a quarter of an hour, and follows as an int
_MAX_OFFSET = 18 * 3600


# ------------------------------------------------------------------------------------------------------------ reading

# Each function raises where the bytes are not those of its class, or Python has no such value: then the generic form.


def _read_duration(data: bytes) -> timedelta:
    _, seconds, nanos = _SECONDS.unpack(data)
    micros, beyond = _fraction(nanos)
    if not beyond:
        return timedelta(0, seconds, micros)
    value = NanoTimedelta(0, seconds, micros)
    value._beyond = beyond
    return value


def _fraction(nanos: int) -> tuple[int, int]:
    if not 0 <= nanos <= 999_999_999:
        raise ValueError
    return divmod(nanos, 1000)


def _read_instant(data: bytes) -> Instant:
    _, seconds, nanos = _SECONDS.unpack(data)
    micros, beyond = _fraction(nanos)
    value: Instant = _EPOCH_INSTANT + timedelta(0, seconds, micros)
    if beyond:
        value._beyond = beyond
    return value


def _read_date(data: bytes) -> date:
    _, year, month, day = _DATE.unpack(data)
    return date(year, month, day)


def _time_at(data: bytes, at: int) -> tuple[int, int, int, int, int]:
    """Hour, minute, second, nanosecond, and where they end. The last part before zeros left out is inverted."""
    hour = data[at]
    if hour > 127:
        return 255 - hour, 0, 0, 0, at + 1
    minute = data[at + 1]
    if minute > 127:
        return hour, 255 - minute, 0, 0, at + 2
    second = data[at + 2]
    if second > 127:
        return hour, minute, 255 - second, 0, at + 3
    return hour, minute, second, _INT.unpack_from(data, at + 3)[0], at + 7


def _read_time(data: bytes) -> time:
    value, end = _time_value(data, None)
    if end != len(data):
        raise ValueError
    return value


def _read_offset_time(data: bytes) -> time:
    end = _time_at(data, 1)[4]
    offset, end = _offset_at(data, end)
    if end != len(data):
        raise ValueError
    return _time_value(data, offset)[0]


def _time_value(data: bytes, offset: timezone | None) -> tuple[time, int]:
    hour, minute, second, nanos, end = _time_at(data, 1)
    if not nanos:
        return time(hour, minute, second, 0, offset), end
    micros, beyond = _fraction(nanos)
    if not beyond:
        return time(hour, minute, second, micros, offset), end
    value = NanoTime(hour, minute, second, micros, offset)
    value._beyond = beyond
    return value, end


@lru_cache(256)  # of the quarters of an hour there are 145; Java holds on to these too
def _quarter_offset(quarters: int) -> timezone:
    if not -_MAX_OFFSET <= 900 * quarters <= _MAX_OFFSET:
        raise ValueError
    return timezone(timedelta(minutes=15 * quarters))


def _offset_at(data: bytes, at: int) -> tuple[timezone, int]:
    quarters = data[at]
    if quarters == _OWN_INT:
        (seconds,) = _INT.unpack_from(data, at + 1)
        if not -_MAX_OFFSET <= seconds <= _MAX_OFFSET:
            raise ValueError
        return timezone(timedelta(seconds=seconds)), at + 5
    return _quarter_offset(quarters - 256 if quarters > 127 else quarters), at + 1


def _read_offset(data: bytes) -> timezone:
    offset, end = _offset_at(data, 1)
    if end != len(data):
        raise ValueError
    return offset


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


def _zone_at(data: bytes, at: int) -> tuple[str, ZoneInfo | None]:
    if int.from_bytes(data[at : at + 2], "big") != len(data) - at - 2:
        raise ValueError
    return _zone(data[at + 2 :])


def _read_zone(data: bytes) -> ZoneId:
    return ZoneId(*_zone_at(data, 1))


def _date_time(data: bytes, cls: Any, zone: Any, fold: int = 0) -> Any:
    """The local date and time at the start of ``data``, as ``cls`` if that has to be, else by what it needs."""
    year, month, day = _DATE_ONLY.unpack_from(data, 1)
    hour, minute, second, nanos, _ = _time_at(data, 7)
    micros, beyond = _fraction(nanos) if nanos else (0, 0)
    if beyond and cls is datetime:
        cls = NanoDateTime
    value = cls(year, month, day, hour, minute, second, micros, zone, fold=fold)
    if beyond:
        value._beyond = beyond
    return value


def _read_date_time(data: bytes) -> Any:
    if _time_at(data, 7)[4] != len(data):
        raise ValueError
    return _date_time(data, datetime, None)


def _read_offset_date_time(data: bytes) -> Any:
    offset, end = _offset_at(data, _time_at(data, 7)[4])
    if end != len(data):
        raise ValueError
    return _date_time(data, datetime, offset)


def _read_zoned_date_time(data: bytes) -> Any:
    offset, at = _offset_at(data, _time_at(data, 7)[4])
    name = None
    if data[at] == ZONE_REGION:
        name, zone = _zone_at(data, at + 1)
        if zone is not None:
            ahead = offset.utcoffset(None)
            value = _date_time(data, datetime, zone)
            if zone.utcoffset(value) == ahead:
                return value
            value = _date_time(data, datetime, zone, 1)  # the second time that the clock shows this
            if zone.utcoffset(value) == ahead:
                return value
    elif data[at] != ZONE_OFFSET or _offset_at(data, at + 1) != (offset, len(data)):
        raise ValueError
    value = _date_time(data, ZonedDateTime, offset)
    if name is not None:
        value._zone = name
    return value


def _read_year(data: bytes) -> Year:
    return Year(_YEAR.unpack(data)[1])


def _read_year_month(data: bytes) -> YearMonth:
    return YearMonth(*_YEAR_MONTH.unpack(data)[1:])


def _read_month_day(data: bytes) -> MonthDay:
    return MonthDay(*_MONTH_DAY.unpack(data)[1:])


def _read_period(data: bytes) -> Period:
    return Period(*_PERIOD.unpack(data)[1:])


_READERS: list[Callable[[bytes], Any]] = [
    _read_duration, _read_instant, _read_date, _read_time, _read_date_time, _read_zoned_date_time, _read_zone,
    _read_offset, _read_offset_time, _read_offset_date_time, _read_year, _read_year_month, _read_month_day,
    _read_period,
]  # fmt: skip


def _build_ser(values: Any, annotations: Any) -> Any:
    (data,) = annotations[0]
    if type(data) is not BlockData:
        return NotImplemented
    return _READERS[data[0] - 1](data)


def _enum_reader(constants: Any) -> Reader:
    by_name = dict(constants.__members__)

    def build(values: Any, annotations: Any) -> Any:
        return by_name.get(values[0], NotImplemented)

    return lambda descriptor: DecodePlan(BUILD, descriptor, build=build) if descriptor.is_enum else None


# ------------------------------------------------------------------------------------------------------------ writing


def _enum_plan(class_name: str) -> EncodePlan:
    descriptor = ClassDescriptor(class_name, 0, SC_SERIALIZABLE | SC_ENUM, (), ENUM_CLASS)
    return EncodePlan(CONSTANT, reduce=lambda value: (descriptor, value.name))


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(SER.name, value_reader(SER, _build_ser, own_data=True, replaces=True))
    registry.read_as("java.time.DayOfWeek", _enum_reader(DayOfWeek))
    registry.read_as("java.time.Month", _enum_reader(Month))
    registry.write_as(DayOfWeek, _enum_plan("java.time.DayOfWeek"))
    registry.write_as(Month, _enum_plan("java.time.Month"))

    writers: list[tuple[type, Callable[[Any], bytes]]] = [
        (timedelta, duration_data),
        (Instant, instant_data),
        (date, date_data),
        (time, time_data),
        (datetime, date_time_data),
        (ZonedDateTime, zoned_date_time_data),
        (timezone, offset_data),
        (ZoneInfo, zone_data),
        (ZoneId, zone_data),
        (Year, lambda value: _YEAR.pack(YEAR, value)),
        (YearMonth, lambda value: _YEAR_MONTH.pack(YEAR_MONTH, *value)),
        (MonthDay, lambda value: _MONTH_DAY.pack(MONTH_DAY, *value)),
        (Period, lambda value: _PERIOD.pack(PERIOD, *value)),
    ]
    for python_type, data in writers:
        registry.write_as(python_type, EncodePlan(DATA, SER, reduce=data))

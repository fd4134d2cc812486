"""``java.time``. Every class there is written by one proxy, ``java.time.Ser``: a byte that says which, then its values.

What Python's types hold arrives as these; nanoseconds, and zones that Python does not know, in subclasses of them;
years outside 1 to 9999 in the generic form.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from struct import Struct
from typing import Any
from zoneinfo import ZoneInfo

from ..stream.constants import SC_ENUM, SC_SERIALIZABLE
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import BUILD, CONSTANT, DATA, DecodePlan, EncodePlan
from .adapters import EXTERNAL, value_reader
from .java_lang import ENUM_CLASS
from .java_time_data import (
    TimeWriter,
    date_data,
    date_time_data,
    duration_data,
    instant_data,
    offset_data,
    time_data,
    zone_data,
    zoned_date_time_data,
)
from .java_time_reading import read_block, read_ser
from .java_time_types import (
    DURATION,
    INSTANT,
    LOCAL_DATE,
    LOCAL_DATE_TIME,
    LOCAL_TIME,
    MONTH_DAY,
    PERIOD,
    YEAR,
    YEAR_MONTH,
    DayOfWeek,
    Instant,
    Month,
    MonthDay,
    Period,
    Year,
    YearMonth,
    ZonedDateTime,
    ZoneId,
)
from .packing import date_packer, date_time_packer, duration_packer, instant_packer, time_packer
from .registry import Reader, Registry

__all__ = ["register"]

SER = ClassDescriptor("java.time.Ser", -7683839454370182990, EXTERNAL)

_YEAR = Struct(">bi")
_YEAR_MONTH = Struct(">bib")
_MONTH_DAY = Struct(">bbb")
_PERIOD = Struct(">biii")


# ------------------------------------------------------------------------------------------------------------ reading


def _build_ser(values: Any, annotations: Any) -> Any:
    (data,) = annotations[0]
    return read_ser(bytes(data)) if type(data) is BlockData else NotImplemented


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
    registry.read_as(SER.name, value_reader(SER, _build_ser, own_data=True, replaces=True, from_data=read_block))
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
    common = {
        date: (LOCAL_DATE, date_packer),
        time: (LOCAL_TIME, time_packer),
        datetime: (LOCAL_DATE_TIME, date_time_packer),
        Instant: (INSTANT, instant_packer),
        timedelta: (DURATION, duration_packer),
    }
    for python_type, data in writers:
        kind, packer = common.get(python_type, (0, None))
        writer = TimeWriter(kind) if kind else None
        registry.write_as(python_type, EncodePlan(DATA, SER, reduce=data, writer=writer, packer=packer))

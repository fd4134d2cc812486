"""``java.sql``: the subclasses of ``java.util.Date``."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from ..stream.descriptors import ClassDescriptor
from ..stream.plan import REDUCE, EncodePlan
from .adapters import PLAIN, value_reader
from .java_time_types import NanoDateTime
from .java_util_values import DATE, Date, date_builder, date_data, date_plan, milliseconds_in, milliseconds_of
from .registry import Registry

__all__ = ["SqlDate", "SqlTime", "Timestamp", "register"]


class SqlDate(Date):
    """A ``java.sql.Date``: the point in time where the day begins, somewhere; the stream does not say in which zone."""

    __slots__ = ()


class SqlTime(Date):
    """A ``java.sql.Time``: a point in time on 1970-01-01."""

    __slots__ = ()


class Timestamp(NanoDateTime):
    """A ``java.sql.Timestamp``: a point in time, in UTC, with nanoseconds."""

    __slots__ = ()


SQL_DATE = ClassDescriptor("java.sql.Date", 1511598038487230103, PLAIN, (), DATE)
SQL_TIME = ClassDescriptor("java.sql.Time", 8397324403548013681, PLAIN, (), DATE)
TIMESTAMP = ClassDescriptor("java.sql.Timestamp", 2745179027874758501, PLAIN, [("nanos", "I")], DATE)

_EPOCH = Timestamp(1970, 1, 1, tzinfo=UTC)


def _build_timestamp(values: Any, annotations: Any) -> Any:
    (nanos,) = values
    milliseconds = milliseconds_in(annotations[0])
    if milliseconds is None or milliseconds % 1000 or not 0 <= nanos <= 999_999_999:
        return NotImplemented
    microseconds, beyond = divmod(nanos, 1000)
    value = _EPOCH + timedelta(0, milliseconds // 1000, microseconds)
    if beyond:
        value._beyond = beyond
    return value


def _reduce_timestamp(value: Timestamp) -> Any:
    milliseconds = milliseconds_of(value)
    return TIMESTAMP, (value.nanosecond,), (date_data(milliseconds - milliseconds % 1000),)


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(SQL_DATE.name, value_reader(SQL_DATE, date_builder(SqlDate), own_data=True))
    registry.read_as(SQL_TIME.name, value_reader(SQL_TIME, date_builder(SqlTime), own_data=True))
    registry.read_as(TIMESTAMP.name, value_reader(TIMESTAMP, _build_timestamp, own_data=True))
    registry.write_as(SqlDate, date_plan(SQL_DATE))
    registry.write_as(SqlTime, date_plan(SQL_TIME))
    registry.write_as(Timestamp, EncodePlan(REDUCE, TIMESTAMP, reduce=_reduce_timestamp))

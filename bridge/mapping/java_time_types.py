"""Python types for the values of ``java.time`` that have none: what counts nanoseconds, and what is no date."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone, tzinfo
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from ..errors import SchemaError

__all__ = [
    "DayOfWeek",
    "Instant",
    "Month",
    "MonthDay",
    "NanoDateTime",
    "NanoTime",
    "NanoTimedelta",
    "Period",
    "Year",
    "YearMonth",
    "ZoneId",
    "ZonedDateTime",
]


class _Nanoseconds:
    """Adds the three digits that Python's microseconds lack. Two values are equal if these are, too.

    Arithmetic is that of the plain type: its results have microseconds.
    """

    __slots__ = ()
    if TYPE_CHECKING:
        _beyond: int
        _microseconds: int

    @property
    def nanosecond(self) -> int:
        """The nanoseconds of the second, 0 to 999,999,999."""
        return self._microseconds * 1000 + getattr(self, "_beyond", 0)

    @classmethod
    def of(cls, value: Any, nanosecond: int) -> Any:
        """The value with the fraction of its second replaced by ``nanosecond``, 0 to 999,999,999."""
        if not 0 <= nanosecond <= 999_999_999:
            raise SchemaError(f"{nanosecond} is no nanosecond of a second")
        made = cls._with_microseconds(value, nanosecond // 1000)
        made._beyond = nanosecond % 1000
        return made

    @classmethod
    def _with_microseconds(cls, value: Any, microseconds: int) -> Any:
        raise NotImplementedError

    def _compare(self, other: Any, below: Any, above: Any, digits: Any) -> Any:
        if below is NotImplemented or above is NotImplemented:
            return NotImplemented
        if below or above:
            return below
        return digits(getattr(self, "_beyond", 0), getattr(other, "_beyond", 0))

    def __eq__(self, other: object) -> Any:
        equal = super().__eq__(other)
        if equal is not True:
            return equal
        return getattr(self, "_beyond", 0) == getattr(other, "_beyond", 0)

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, super().__lt__(other), super().__gt__(other), int.__lt__)  # type: ignore[misc]

    def __le__(self, other: Any) -> Any:
        return self._compare(other, super().__lt__(other), super().__gt__(other), int.__le__)  # type: ignore[misc]

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, super().__gt__(other), super().__lt__(other), int.__gt__)  # type: ignore[misc]

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, super().__gt__(other), super().__lt__(other), int.__ge__)  # type: ignore[misc]

    def __hash__(self) -> int:
        return super().__hash__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        reduced = super().__reduce_ex__(protocol)
        beyond = getattr(self, "_beyond", 0)
        return (*reduced[:2], (None, {"_beyond": beyond})) if beyond else reduced

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}, nanosecond={self.nanosecond}>"


class NanoTime(_Nanoseconds, time):
    """A ``LocalTime``, or with a fixed offset an ``OffsetTime``, that is not a whole number of microseconds."""

    __slots__ = ("_beyond",)
    _microseconds = time.microsecond

    @classmethod
    def _with_microseconds(cls, value: time, microseconds: int) -> Any:
        return cls(value.hour, value.minute, value.second, microseconds, value.tzinfo, fold=value.fold)


class NanoDateTime(_Nanoseconds, datetime):
    """A ``LocalDateTime``, ``OffsetDateTime`` or ``ZonedDateTime`` that is not a whole number of microseconds."""

    __slots__ = ("_beyond",)
    _microseconds = datetime.microsecond

    @classmethod
    def _with_microseconds(cls, value: datetime, microseconds: int) -> Any:
        return cls(
            value.year, value.month, value.day, value.hour, value.minute, value.second, microseconds, value.tzinfo,
            fold=value.fold,
        )  # fmt: skip


class NanoTimedelta(_Nanoseconds, timedelta):
    """A ``Duration`` that is not a whole number of microseconds."""

    __slots__ = ("_beyond",)
    _microseconds = timedelta.microseconds

    @classmethod
    def _with_microseconds(cls, value: timedelta, microseconds: int) -> Any:
        return cls(value.days, value.seconds, microseconds)


class Instant(NanoDateTime):
    """A ``java.time.Instant``: a point in time, in UTC."""

    __slots__ = ()


class ZonedDateTime(NanoDateTime):
    """A ``java.time.ZonedDateTime`` whose zone is a mere offset, or one that Python's tz database does not have.

    ``tzinfo`` is the offset from UTC, a ``datetime.timezone``; ``zone`` the id of the zone, None for the offset itself.
    """

    __slots__ = ("_zone",)
    if TYPE_CHECKING:
        _zone: str | None

    @property
    def zone(self) -> str | None:
        """The id of the zone; None where the offset is all that is known of it."""
        return getattr(self, "_zone", None)

    @classmethod
    def at_zone(cls, value: datetime, zone: str | None, nanosecond: int | None = None) -> ZonedDateTime:
        """The local time and offset of ``value`` in the zone with this id."""
        if not isinstance(value.tzinfo, timezone):
            raise SchemaError("a ZonedDateTime is made of a datetime whose tzinfo is a datetime.timezone")
        if nanosecond is None:
            nanosecond = value.microsecond * 1000 + getattr(value, "_beyond", 0)
        made: ZonedDateTime = cls.of(value, nanosecond)
        made._zone = zone
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        reduced = datetime.__reduce_ex__(self, protocol)
        return (*reduced[:2], (None, {"_beyond": getattr(self, "_beyond", 0), "_zone": self.zone}))


class ZoneId(tzinfo):
    """A ``java.time.ZoneId`` with a name, that stands for itself and not for the zone of some time.

    Does what the ``ZoneInfo`` of its ``key`` does, and equals it. Java has as many objects for a zone as a program
    makes, Python but one; hence this class. Where the zone is not in Python's tz database, the offsets are None.
    """

    __slots__ = ("_zone", "key")

    def __init__(self, key: str, zone: ZoneInfo | None = None) -> None:
        self.key = key
        self._zone = zone

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if self._zone is None else self._zone.utcoffset(dt)

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None if self._zone is None else self._zone.dst(dt)

    def tzname(self, dt: datetime | None) -> str | None:
        return self.key if self._zone is None else self._zone.tzname(dt)

    def fromutc(self, dt: datetime) -> datetime:
        if self._zone is None:
            raise ValueError(f"the offsets of the zone {self.key!r} are not known")
        return self._zone.fromutc(dt.replace(tzinfo=self._zone)).replace(tzinfo=self)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, ZoneId | ZoneInfo) else NotImplemented

    def __hash__(self) -> int:
        # That of the ZoneInfo, as far as there is one.
        return hash(self._zone) if self._zone is not None else hash(self.key)

    def __reduce__(self) -> Any:
        return type(self), (self.key, self._zone)

    def __str__(self) -> str:
        return self.key

    def __repr__(self) -> str:
        return f"ZoneId({self.key!r})"


class Period(NamedTuple):
    """A ``java.time.Period``: years, months and days, each of any sign."""

    years: int
    months: int
    days: int


class YearMonth(NamedTuple):
    """A ``java.time.YearMonth``."""

    year: int
    month: int


class MonthDay(NamedTuple):
    """A ``java.time.MonthDay``."""

    month: int
    day: int


class Year(int):
    """A ``java.time.Year``; 0 and negative ones as in Java, where year 0 is 1 BC."""

    __slots__ = ()


class DayOfWeek(IntEnum):
    """``java.time.DayOfWeek``, numbered from Monday as ISO 8601 does it."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


class Month(IntEnum):
    """``java.time.Month``."""

    JANUARY = 1
    FEBRUARY = 2
    MARCH = 3
    APRIL = 4
    MAY = 5
    JUNE = 6
    JULY = 7
    AUGUST = 8
    SEPTEMBER = 9
    OCTOBER = 10
    NOVEMBER = 11
    DECEMBER = 12


# What follows in a ``java.time.Ser`` (its constants ``DURATION_TYPE`` and so on).
DURATION, INSTANT, LOCAL_DATE, LOCAL_TIME, LOCAL_DATE_TIME, ZONED_DATE_TIME, ZONE_REGION = range(1, 8)
ZONE_OFFSET, OFFSET_TIME, OFFSET_DATE_TIME, YEAR, YEAR_MONTH, MONTH_DAY, PERIOD = range(8, 15)
OWN_INT = 127  #: stands for an offset that is no multiple of a quarter of an hour, and follows as an int
MAX_OFFSET = 18 * 3600  #: seconds from UTC, either way

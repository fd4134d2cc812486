# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""``java.util``: UUID, Date, calendars and time zones, Locale, Currency; and ``java.util.regex.Pattern``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, SafeUUID

from ..errors import EncodeError
from ..stream import native
from ..stream.data_writer import DataWriter
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import BUILD, DATA, REDUCE, DecodePlan, EncodePlan
from .adapters import NO_DATA, OWN_DATA, PLAIN, value_reader
from .java_time_reading import known_zone
from .java_util_data import uuid_data
from .packing import uuid_packer
from .registry import Registry

__all__ = ["Currency", "Date", "GregorianCalendar", "Locale", "Pattern", "TimeZone", "register"]


class Date(datetime):
    """A ``java.util.Date``: a point in time, in UTC, of whole milliseconds; what is finer is left out when written."""

    __slots__ = ()

    @classmethod
    def from_milliseconds(cls, milliseconds: int) -> Any:
        """The point in time that many milliseconds after the beginning of 1970."""
        return cls(1970, 1, 1, tzinfo=UTC) + timedelta(0, 0, 0, milliseconds)


class GregorianCalendar(datetime):
    """A ``java.util.GregorianCalendar``, in its own time zone. One that was read can be written, as it was."""

    __slots__ = ("_kept",)
    _kept: tuple[ClassDescriptor, list[Any], Any]


class TimeZone(str):
    """The id of a ``java.util.TimeZone`` (class ``sun.util.calendar.ZoneInfo`` or ``java.util.SimpleTimeZone``).

    One that was read can be written: Java writes all the rules of the zone.
    """

    __slots__ = ("_kept",)
    _kept: tuple[ClassDescriptor, list[Any], Any]


class Locale(str):
    """A ``java.util.Locale``, as its ``toString`` has it: ``de_DE``, ``zh_TW_#Hant``."""

    __slots__ = ("_parts",)
    _parts: tuple[str, str, str, str, str]

    @property
    def parts(self) -> tuple[str, str, str, str, str]:
        """Language, country, variant, script, extensions; each may be empty."""
        parts = getattr(self, "_parts", None)
        if parts is None:
            main, _, rest = str(self).partition("_#")
            language, _, area = main.partition("_")
            country, _, variant = area.partition("_")
            script, _, extensions = rest.partition("_")
            if len(script) != 4 or not script.isalpha():
                script, extensions = "", rest
            parts = self._parts = (language, country, variant, script, extensions)
        return parts

    @classmethod
    def of(cls, language: str, country: str = "", variant: str = "", script: str = "", extensions: str = "") -> Locale:
        """The locale with these parts."""
        text = language
        if country or (language and (variant or script or extensions)):
            text += "_" + country
        if variant and (language or country):
            text += "_" + variant
        if script and (language or country):
            text += "_#" + script
        if extensions and (language or country):
            text += ("_" if script else "_#") + extensions
        self = cls(text)
        self._parts = (language, country, variant, script, extensions)
        return self

    @property
    def language(self) -> str:
        """The code of the language, in lower case."""
        return self.parts[0]

    @property
    def country(self) -> str:
        """The code of the country, in upper case."""
        return self.parts[1]


class Currency(str):
    """A ``java.util.Currency``: its ISO 4217 code."""

    __slots__ = ()


class Pattern(str):
    """A ``java.util.regex.Pattern``, as text; ``flags`` are Java's. Its language is not that of Python's ``re``."""

    __slots__ = ("_flags",)
    _flags: int

    def __new__(cls, pattern: str, flags: int = 0) -> Pattern:
        self = super().__new__(cls, pattern)
        self._flags = flags
        return self

    @property
    def flags(self) -> int:
        """The sum of Java's flags: 2 for ``CASE_INSENSITIVE``, 8 for ``MULTILINE`` and so on."""
        return self._flags


_STRING = "Ljava/lang/String;"
UUID_CLASS = ClassDescriptor(
    "java.util.UUID", -4856846361193249489, PLAIN, [("leastSigBits", "J"), ("mostSigBits", "J")]
)
DATE = ClassDescriptor("java.util.Date", 7523967970034938905, OWN_DATA)
LOCALE = ClassDescriptor(
    "java.util.Locale",
    9149081749638150636,
    OWN_DATA,
    [
        ("hashcode", "I"),
        ("country", _STRING),
        ("extensions", _STRING),
        ("language", _STRING),
        ("script", _STRING),
        ("variant", _STRING),
    ],
)
CURRENCY = ClassDescriptor("java.util.Currency", -158308464356906721, PLAIN, [("currencyCode", _STRING)])
PATTERN = ClassDescriptor("java.util.regex.Pattern", 5073258162644648461, PLAIN, [("flags", "I"), ("pattern", _STRING)])

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


# ------------------------------------------------------------------------------------------------------------ reading


_UNKNOWN = SafeUUID.unknown
_UUID_SLOTS = native.slot_table([vars(UUID)[name] for name in ("int", "is_safe")])


def _uuid_of(data: bytes) -> Any:
    """From the two halves, of which Java writes the lower one first."""
    return _uuid(native.from_halves(data))


def _build_uuid(values: Any, annotations: Any) -> Any:
    return _uuid(native.wide(values[1], values[0]))


def _uuid(number: int) -> Any:
    # What the constructor does for an `int` of the right size; it takes any of six forms, and its time.
    made = native.allocate(UUID)
    native.slot_set(made, _UUID_SLOTS, 0, number)
    native.slot_set(made, _UUID_SLOTS, 1, _UNKNOWN)
    return made


def milliseconds_in(annotation: list[Any]) -> int | None:
    """The time that a Date writes beside its fields, of which it has none."""
    if len(annotation) != 1 or type(annotation[0]) is not BlockData or len(annotation[0]) != 8:
        return None
    return int.from_bytes(annotation[0], "big", signed=True)


def date_builder(python_type: type[Date]) -> Any:
    """The ``build`` for Date and for its subclasses without fields."""
    epoch = python_type(1970, 1, 1, tzinfo=UTC)

    def build(values: Any, annotations: Any) -> Any:
        milliseconds = milliseconds_in(annotations[0])
        return NotImplemented if milliseconds is None else epoch + timedelta(0, 0, 0, milliseconds)

    return build


def _build_locale(values: Any, annotations: Any) -> Any:
    _, country, extensions, language, script, variant = values
    for part in (country, extensions, language, script, variant):
        if type(part) is not str:
            return NotImplemented
    return Locale.of(language, country, variant, script, extensions)


def _build_currency(values: Any, annotations: Any) -> Any:
    (code,) = values
    return Currency(code) if type(code) is str else NotImplemented


def _build_pattern(values: Any, annotations: Any) -> Any:
    flags, pattern = values
    return Pattern(pattern, flags) if type(pattern) is str else NotImplemented


def _field_positions(descriptor: ClassDescriptor) -> dict[str, int]:
    names = [field.name for level, _ in descriptor.data_levels for field in level.data_fields]
    return {name: index for index, name in enumerate(names)}


def _read_time_zone(descriptor: ClassDescriptor) -> DecodePlan | None:
    """Any class of time zones that says its ID; all its rules are kept."""
    index = _field_positions(descriptor).get("ID")
    if index is None or not descriptor.is_or_extends("java.util.TimeZone"):
        return None

    def build(values: Any, annotations: Any) -> Any:
        if type(values[index]) is not str:
            return NotImplemented
        zone = TimeZone(values[index])
        zone._kept = descriptor, values, annotations or ()
        return zone

    return DecodePlan(BUILD, descriptor, build=build)


def _read_calendar(descriptor: ClassDescriptor) -> DecodePlan | None:
    places = _field_positions(descriptor)
    if "time" not in places or "zone" not in places or not descriptor.is_or_extends("java.util.Calendar"):
        return None
    time_index, zone_index = places["time"], places["zone"]

    def build(values: Any, annotations: Any) -> Any:
        # Java writes a SimpleTimeZone into the field, for its first releases, and the zone itself after the fields.
        (zone,) = annotations[0]
        if zone is None:
            zone = values[zone_index]
        here = _as_tzinfo(zone)
        if here is None:
            return NotImplemented
        local = (_EPOCH + timedelta(0, 0, 0, values[time_index])).astimezone(here)
        calendar = GregorianCalendar.combine(local.date(), local.timetz())
        calendar._kept = descriptor, values, annotations
        return calendar

    return DecodePlan(BUILD, descriptor, build=build)


def _as_tzinfo(zone: Any) -> Any:
    if type(zone) is not TimeZone:
        return None
    known = known_zone(zone)
    if known is not None:
        return known
    descriptor, values, _ = zone._kept
    places = _field_positions(descriptor)
    for name in ("useDaylight", "transitions"):  # whether its offset ever changes, of SimpleTimeZone and ZoneInfo
        if name in places and values[places[name]]:
            return None
    return timezone(timedelta(0, 0, 0, values[places["rawOffset"]]))


# ------------------------------------------------------------------------------------------------------------ writing


class UuidWriter(DataWriter):
    """The two halves, straight into the output."""

    def put(self, out: Any, value: Any) -> bool:
        if type(value) is not UUID:
            return False
        native.put_halves(out, native.slot_get(value, _UUID_SLOTS, 0))
        return True


def milliseconds_of(value: datetime) -> int:
    """Java's number of milliseconds for a point in time."""
    if value.tzinfo is None:
        raise EncodeError(f"a {type(value).__name__} without a time zone is no point in time")
    return (value - _EPOCH) // _MILLISECOND


def date_data(milliseconds: int) -> Any:
    """What `milliseconds_in` reads."""
    return (BlockData(milliseconds.to_bytes(8, "big", signed=True)),)


def date_plan(known: ClassDescriptor) -> EncodePlan:
    """The plan for Date and for its subclasses without fields."""
    return EncodePlan(REDUCE, known, reduce=lambda value: (known, (), (date_data(milliseconds_of(value)),)))


def _reduce_locale(value: Locale) -> Any:
    language, country, variant, script, extensions = value.parts
    return LOCALE, (-1, country, extensions, language, script, variant), NO_DATA


def _reduce_kept(value: Any) -> Any:
    kept = getattr(value, "_kept", None)
    if kept is None:
        raise EncodeError(
            f"a {type(value).__name__} can be written only as it was read, with all the rules of its zone"
        )
    return kept


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(UUID_CLASS.name, value_reader(UUID_CLASS, _build_uuid, from_data=_uuid_of))
    registry.read_as(DATE.name, value_reader(DATE, date_builder(Date), own_data=True))
    registry.read_as(LOCALE.name, value_reader(LOCALE, _build_locale, replaces=True))
    registry.read_as(CURRENCY.name, value_reader(CURRENCY, _build_currency, replaces=True))
    registry.read_as(PATTERN.name, value_reader(PATTERN, _build_pattern))
    registry.read_as("java.util.SimpleTimeZone", _read_time_zone)
    registry.read_as("sun.util.calendar.ZoneInfo", _read_time_zone)
    registry.read_as("java.util.GregorianCalendar", _read_calendar)

    registry.write_as(UUID, EncodePlan(DATA, UUID_CLASS, reduce=uuid_data, writer=UuidWriter(), packer=uuid_packer))
    registry.write_as(Date, date_plan(DATE))
    registry.write_as(Locale, EncodePlan(REDUCE, LOCALE, reduce=_reduce_locale))
    registry.write_as(Currency, EncodePlan(REDUCE, CURRENCY, reduce=lambda value: (CURRENCY, (str(value),), ())))
    registry.write_as(
        Pattern, EncodePlan(REDUCE, PATTERN, reduce=lambda value: (PATTERN, (value.flags, str(value)), ()))
    )
    registry.write_as(TimeZone, EncodePlan(REDUCE, reduce=_reduce_kept))
    registry.write_as(GregorianCalendar, EncodePlan(REDUCE, reduce=_reduce_kept))

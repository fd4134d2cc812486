"""``java.time.chrono``: dates of other calendars, all written by one proxy, ``java.time.chrono.Ser``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from struct import Struct
from typing import Any, NamedTuple

from ..stream import mutf8
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import REDUCE, EncodePlan
from .adapters import EXTERNAL, value_reader
from .registry import Registry

__all__ = [
    "ChronoPeriod",
    "Chronology",
    "HijrahDate",
    "JapaneseDate",
    "JapaneseEra",
    "MinguoDate",
    "ThaiBuddhistDate",
    "register",
]


class Chronology(str):
    """A ``java.time.chrono.Chronology``: its id."""

    __slots__ = ()


class JapaneseDate(date):
    """A ``java.time.chrono.JapaneseDate``, as the same day of the Gregorian calendar."""

    __slots__ = ()


class MinguoDate(date):
    """A ``java.time.chrono.MinguoDate``, as the same day of the Gregorian calendar."""

    __slots__ = ()


class ThaiBuddhistDate(date):
    """A ``java.time.chrono.ThaiBuddhistDate``, as the same day of the Gregorian calendar."""

    __slots__ = ()


class HijrahDate(NamedTuple):
    """A ``java.time.chrono.HijrahDate``. Which day of another calendar it is, tables tell that Python does not have."""

    chronology: Chronology
    year: int
    month: int
    day: int


class JapaneseEra(int):
    """A ``java.time.chrono.JapaneseEra``: -1 for Meiji, 0 for Taisho, up to 3 for Reiwa."""

    __slots__ = ()


class ChronoPeriod(NamedTuple):
    """A period of years, months and days of another calendar than ISO's."""

    chronology: Chronology
    years: int
    months: int
    days: int


SER = ClassDescriptor("java.time.chrono.Ser", -6103370247208168577, EXTERNAL)

_CHRONOLOGY, _, _, _JAPANESE_DATE, _JAPANESE_ERA, _HIJRAH_DATE, _MINGUO_DATE, _THAI_DATE, _PERIOD = range(1, 10)
_DATE = Struct(">bibb")
_DATE_ONLY = Struct(">ibb")
_THREE = Struct(">iii")

#: How many years the years of a calendar are ahead of ours.
_MINGUO_YEARS, _THAI_YEARS = -1911, 543


def _text_at(data: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    text = mutf8.decode(data[at + 2 : end])
    if text is None or end > len(data):
        raise ValueError
    return text, end


def _read_chronology(data: bytes) -> Chronology:
    text, end = _text_at(data, 1)
    if end != len(data):
        raise ValueError
    return Chronology(text)


def _date_reader(python_type: type[date], years_ahead: int) -> Callable[[bytes], date]:
    def read(data: bytes) -> date:
        _, year, month, day = _DATE.unpack(data)
        return python_type(year - years_ahead, month, day)

    return read


def _read_era(data: bytes) -> JapaneseEra:
    if len(data) != 2:
        raise ValueError
    return JapaneseEra(data[1] - 256 if data[1] > 127 else data[1])


def _read_period(data: bytes) -> ChronoPeriod:
    text, end = _text_at(data, 1)
    return ChronoPeriod(Chronology(text), *_THREE.unpack(data[end:]))


_READERS: dict[int, Callable[[bytes], Any]] = {
    _CHRONOLOGY: _read_chronology,
    _JAPANESE_DATE: _date_reader(JapaneseDate, 0),
    _JAPANESE_ERA: _read_era,
    _MINGUO_DATE: _date_reader(MinguoDate, _MINGUO_YEARS),
    _THAI_DATE: _date_reader(ThaiBuddhistDate, _THAI_YEARS),
    _PERIOD: _read_period,
}


def _build(values: Any, annotations: Any) -> Any:
    data, *rest = annotations[0]
    if type(data) is not BlockData:
        return NotImplemented
    if not rest:
        return _READERS[data[0]](data)
    chronology, day = rest
    if data != bytes((_HIJRAH_DATE,)) or type(chronology) is not Chronology or type(day) is not BlockData:
        return NotImplemented
    return HijrahDate(chronology, *_DATE_ONLY.unpack(day))


def _ser(*contents: Any) -> Any:
    return SER, (), (contents,)


def _text(text: str) -> bytes:
    data = mutf8.encode(text)
    return len(data).to_bytes(2, "big") + data


def _date_plan(kind: int, years_ahead: int) -> EncodePlan:
    def reduce(value: date) -> Any:
        return _ser(BlockData(_DATE.pack(kind, value.year + years_ahead, value.month, value.day)))

    return EncodePlan(REDUCE, SER, reduce=reduce)


def _reduce_chronology(value: Chronology) -> Any:
    return _ser(BlockData(bytes((_CHRONOLOGY,)) + _text(value)))


def _reduce_hijrah_date(value: HijrahDate) -> Any:
    chronology, *day = value
    return _ser(BlockData((_HIJRAH_DATE,)), chronology, BlockData(_DATE_ONLY.pack(*day)))


def _reduce_era(value: JapaneseEra) -> Any:
    return _ser(BlockData((_JAPANESE_ERA, value & 0xFF)))


def _reduce_period(value: ChronoPeriod) -> Any:
    chronology, *amounts = value
    return _ser(BlockData(bytes((_PERIOD,)) + _text(chronology) + _THREE.pack(*amounts)))


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(SER.name, value_reader(SER, _build, own_data=True, replaces=True))
    registry.write_as(JapaneseDate, _date_plan(_JAPANESE_DATE, 0))
    registry.write_as(MinguoDate, _date_plan(_MINGUO_DATE, _MINGUO_YEARS))
    registry.write_as(ThaiBuddhistDate, _date_plan(_THAI_DATE, _THAI_YEARS))
    registry.write_as(HijrahDate, EncodePlan(REDUCE, SER, reduce=_reduce_hijrah_date))
    registry.write_as(Chronology, EncodePlan(REDUCE, SER, reduce=_reduce_chronology))
    registry.write_as(JapaneseEra, EncodePlan(REDUCE, SER, reduce=_reduce_era))
    registry.write_as(ChronoPeriod, EncodePlan(REDUCE, SER, reduce=_reduce_period))

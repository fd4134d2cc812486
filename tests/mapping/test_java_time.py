"""java.time beyond its table of values: what Python cannot hold, what Java would not take, names that are no zones."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import bridge
from bridge.errors import EncodeError, SchemaError
from bridge.mapping import java_time_reading
from bridge.mapping.java_time import SER
from bridge.mapping.java_time_reading import known_zone
from bridge.mapping.java_time_types import Instant, NanoDateTime, NanoTime, NanoTimedelta, ZonedDateTime, ZoneId
from bridge.stream.model import BlockData

BERLIN = ZoneInfo("Europe/Berlin")


def ser(data: bytes) -> Any:
    """What arrives when this is what ``java.time.Ser`` wrote."""
    cls: Any = type(bridge.loads(bridge.dumps(date(1, 1, 1)).replace(b"\x03\0\0\0\x01", b"\x03\0\0\0\0")))
    proxy = cls()
    proxy.__java_annotations__ = [[BlockData(data)]]
    return bridge.loads(bridge.dumps(proxy))


NANO: Any = NanoDateTime.of(datetime(2024, 5, 17, 1, 2, 3), 4_000_005)


def test_nanoseconds_are_kept_and_counted_in_comparisons() -> None:
    assert issubclass(NanoDateTime, datetime)
    assert (NANO.microsecond, NANO.nanosecond) == (4_000, 4_000_005)
    plain = datetime(2024, 5, 17, 1, 2, 3, 4_000)
    assert plain != NANO
    assert plain < NANO
    assert plain < NANO
    assert NANO >= NANO
    assert not plain >= NANO
    assert NanoDateTime.of(plain, 4_000_000) == plain
    assert sorted([NANO, plain]) == [plain, NANO]
    assert NANO != 5
    with pytest.raises(TypeError):
        assert NANO < 5


@pytest.mark.parametrize(
    "value",
    [
        NANO,
        NanoTime.of(time(1), 7),
        NanoTimedelta.of(timedelta(1), 7),
        Instant.of(datetime(1970, 1, 1, tzinfo=UTC), 7),
        ZonedDateTime.at_zone(datetime(1970, 1, 1, tzinfo=UTC), "Nowhere/Else", 7),
        ZoneId("Europe/Berlin", BERLIN),
    ],
)
def test_a_copy_is_the_same(value: Any) -> None:
    for copied in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert type(copied) is type(value)
        assert copied == value
        assert bridge.dumps(copied) == bridge.dumps(value)


def test_arithmetic_is_that_of_python() -> None:
    assert NANO + timedelta(seconds=1) == datetime(2024, 5, 17, 1, 2, 4, 4_000)
    assert NANO.replace(microsecond=9).nanosecond == 9_000
    assert repr(NANO) == "<NanoDateTime 2024-05-17 01:02:03.004000, nanosecond=4000005>"


def test_a_nanosecond_is_one_of_a_second() -> None:
    with pytest.raises(SchemaError, match="1000000000 is no nanosecond"):
        NanoTime.of(time(1), 1_000_000_000)
    with pytest.raises(SchemaError, match="timezone"):
        ZonedDateTime.at_zone(datetime(2024, 1, 1, tzinfo=BERLIN), None)


@pytest.mark.parametrize(
    ("missing", "instead"),
    [
        (datetime(2024, 3, 31, 2, 30, tzinfo=BERLIN), datetime(2024, 3, 31, 3, 30, tzinfo=BERLIN)),
        (datetime(2024, 3, 31, 2, 30, fold=1, tzinfo=BERLIN), datetime(2024, 3, 31, 1, 30, tzinfo=BERLIN)),
        (NanoDateTime.of(datetime(2024, 3, 31, 2, 30, tzinfo=BERLIN), 1),
         NanoDateTime.of(datetime(2024, 3, 31, 3, 30, tzinfo=BERLIN), 1)),
    ],
)  # fmt: skip
def test_a_time_that_the_clock_jumps_over_is_written_as_the_same_point_in_time(missing: Any, instead: Any) -> None:
    assert bridge.loads(bridge.dumps(missing)) == instead


def test_an_instant_is_the_same_point_in_time_whatever_its_offset() -> None:
    for offset in (timedelta(0), timedelta(hours=2), timedelta(hours=-3, microseconds=500_000)):
        value = Instant(2024, 1, 1, 12, 0, 0, 250_000, tzinfo=timezone(offset))
        assert bridge.loads(bridge.dumps(value)) == value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=19))), "up to 18 hours"),
        (time(1, tzinfo=timezone(timedelta(microseconds=1))), "whole seconds"),
        (time(1, tzinfo=BERLIN), "does not tell its offset"),
        (Instant(2024, 1, 1), "no point in time"),
        (bridge.Year(2**31), "argument out of range|format requires"),
    ],
)
def test_what_java_has_not_is_refused(value: Any, told: str) -> None:
    with pytest.raises(EncodeError, match=told):
        bridge.dumps(value)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "posixrules", "tzdata", "", "a" * 5000, "Ünknown"],
)
def test_a_name_from_a_stream_is_looked_up_in_a_list_and_nowhere_else(name: str) -> None:
    text = name.encode()
    zone = ser(b"\x07" + len(text).to_bytes(2, "big") + text)
    assert type(zone) is ZoneId
    assert zone.key == name
    assert zone.utcoffset(datetime(2024, 1, 1)) is None
    assert known_zone(name) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\x0f",
        b"\x03",
        b"\x03\0\0\x07\xe8\x02\x1e",  # the 30th of February
        b"\x04\x18",  # an hour that goes on, and ends
        b"\x04\xe7",  # 24 o'clock
        b"\x04\xff\xff",
        b"\x02\0\0\0\0\0\0\0\0\x3b\x9a\xca\0",  # a whole second of nanoseconds
        b"\x08\x49",  # 18:15 hours
        b"\x09\xf3\x49",  # the same, with a time
        b"\x09\xf3\x7f\0\1\0\0",
        b"\x07\0\x05abc",
        b"\x07\0\x01\xff",
        b"\x06\0\0\x07\xe8\x01\x01\xff\x04\x08\x08",  # an offset as the zone, and another one as the offset
    ],
)
def test_bytes_that_are_no_value_arrive_as_they_are(data: bytes) -> None:
    value = ser(data)
    assert isinstance(value, bridge.JavaObject)
    assert value.__java_class__.name == SER.name
    assert value.__java_annotations__ == ([[data]] if data else [[]])


def test_a_zone_id_does_what_its_zone_does() -> None:
    zone, other = bridge.loads(bridge.dumps([ZoneId("Europe/Berlin"), BERLIN]))
    assert zone == other == BERLIN
    assert zone != ZoneInfo("UTC")
    assert zone != "Europe/Berlin"
    assert len({zone, BERLIN}) == 1
    assert str(zone) == "Europe/Berlin"
    summer = datetime(2024, 7, 1, 12, tzinfo=zone)
    assert summer.utcoffset() == timedelta(hours=2)
    assert (summer.dst(), summer.tzname()) == (timedelta(hours=1), "CEST")
    assert datetime(2024, 7, 1, 10, tzinfo=UTC).astimezone(zone) == summer
    assert bridge.loads(bridge.dumps(summer)) == datetime(2024, 7, 1, 12, tzinfo=BERLIN)


def test_an_unknown_zone_tells_no_offset() -> None:
    zone = ZoneId("Nowhere/Else")
    assert zone.dst(None) is None
    assert zone.tzname(None) == "Nowhere/Else"
    with pytest.raises(ValueError, match="not known"):
        zone.fromutc(datetime(2024, 1, 1, tzinfo=zone))


def test_without_a_tz_database_the_offset_and_the_name_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    written = bridge.dumps([datetime(2024, 7, 1, 12, tzinfo=BERLIN), BERLIN])
    java_time_reading._zone.cache_clear()
    monkeypatch.setattr(java_time_reading, "_known_zones", frozenset)
    try:
        value, zone = bridge.loads(written)
        assert type(value) is ZonedDateTime
        assert (value, value.zone) == (datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=2))), "Europe/Berlin")
        assert zone.key == "Europe/Berlin"
        assert bridge.dumps([value, zone]) == written
    finally:
        java_time_reading._zone.cache_clear()

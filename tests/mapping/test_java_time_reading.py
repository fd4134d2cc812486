"""What `java.time.Ser` holds, against Python's own arithmetic of dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.java_time_reading import read_ser
from bridge.mapping.java_time_types import DURATION, INSTANT, LOCAL_DATE, LOCAL_TIME, OFFSET_DATE_TIME, Instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = -62_135_596_800  # the beginning of year 1
LAST = 253_402_300_799  # the end of year 9999


@given(st.integers(FIRST, LAST), st.integers(0, 999_999))
def test_an_instant_is_so_long_after_1970(seconds: int, microseconds: int) -> None:
    value = read_ser(pack(">bqi", INSTANT, seconds, 1000 * microseconds))
    assert type(value) is Instant
    assert value == EPOCH + timedelta(0, seconds, microseconds)
    assert value.utcoffset() == timedelta(0)


@pytest.mark.parametrize("day", [date.min, date(1600, 2, 29), date(1900, 2, 28), date(2000, 2, 29), date.max])
def test_the_days_where_calendars_err_are_right(day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    seconds = (noon - EPOCH) // timedelta(seconds=1)
    assert read_ser(pack(">bqi", INSTANT, seconds, 0)) == noon
    assert read_ser(pack(">bibb", LOCAL_DATE, day.year, day.month, day.day)) == day


@given(st.integers(-86_399_999_913_600, 86_399_999_999_999), st.integers(0, 999_999))
def test_a_duration_is_its_seconds(seconds: int, microseconds: int) -> None:
    assert read_ser(pack(">bqi", DURATION, seconds, 1000 * microseconds)) == timedelta(0, seconds, microseconds)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes([INSTANT]),
        pack(">bqi", INSTANT, FIRST - 1, 0),
        pack(">bqi", INSTANT, LAST + 1, 0),
        pack(">bqi", INSTANT, 0, 1_000_000_000),
        pack(">bqi", INSTANT, 0, -1),
        pack(">bqi", DURATION, 1 << 62, 0),
        pack(">bqib", DURATION, 0, 0, 0),
        pack(">bibb", LOCAL_DATE, 10_000, 1, 1),
        pack(">bibb", LOCAL_DATE, 2023, 2, 29),
        bytes([LOCAL_TIME, 24, 255]),
        bytes([LOCAL_TIME, 1, 2, 3, 0, 0]),
        pack(">bibb", OFFSET_DATE_TIME, 2024, 1, 1) + bytes([255, 100]),
        bytes([99, 0]),
    ],
)
def test_what_python_cannot_hold_is_left_to_the_generic_form(data: bytes) -> None:
    try:
        value = read_ser(data)
    except (ValueError, OverflowError):
        return
    assert value is NotImplemented

"""What a packer makes of a value is what its adapter makes of it, between the beginning and the end of an object."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import bridge
from bridge.mapping import java_time_data, java_util_data, packing

BEGINS = {size: b"begin %d" % size for size in range(64)}
END = b"end"


class Leap(datetime):
    """One that says something else than it holds."""

    @property
    def second(self) -> int:
        return 7


def offset(minutes: int, *, seconds: int = 0) -> datetime:
    zone = timezone(timedelta(minutes=minutes, seconds=seconds))
    return datetime(2026, 11, 23, 1, 2, 3, tzinfo=zone)


DATE_TIMES = [
    *(datetime.min, datetime.max, datetime(2026, 11, 23, 1), datetime(2026, 11, 23, 1, 2, 3, 1)),
    *(offset(0), offset(15), offset(-18 * 60), offset(18 * 60), offset(7), offset(60, seconds=1)),
    *(offset(60).replace(second=0), offset(60).replace(microsecond=1), offset(60).replace(minute=0, second=0)),
    datetime(2026, 11, 23, 1, 2, 3, tzinfo=ZoneInfo("Europe/Berlin")),
    *(Leap(2026, 11, 23, 1, 2, 3, 4), bridge.NanoDateTime.of(datetime(2026, 11, 23), 1)),
]
INSTANTS = [
    *(bridge.Instant(1970, 1, 1, tzinfo=UTC), bridge.Instant(1969, 12, 31, 23, 59, 59, 999999, UTC)),
    *(bridge.Instant(1, 1, 1, tzinfo=UTC), bridge.Instant(9999, 12, 31, 23, 59, 59, 999999, UTC)),
    bridge.Instant.of(bridge.Instant(2026, 11, 23, tzinfo=UTC), 123_456_789),
    bridge.Instant(2026, 11, 23, tzinfo=timezone(timedelta(hours=1))),
]
TIMES = [
    *(time.min, time.max, time(1), time(1, 2), time(1, 0, 3), time(1, 0, 0, 4), time(1, 2, 3, 4), time(23, 59, 59)),
    *(time(1, 2, tzinfo=UTC), bridge.NanoTime.of(time(1, 2), 1)),
]
DURATIONS = [
    *(timedelta(0), timedelta(microseconds=-1), timedelta.min, timedelta.max, timedelta(1, 2, 3)),
    bridge.NanoTimedelta.of(timedelta(seconds=1), 1),
]


@pytest.mark.parametrize(
    ("packer", "data_of", "values"),
    [
        (packing.date_packer, java_time_data.date_data, [date.min, date.max, date(2026, 11, 23)]),
        (packing.time_packer, java_time_data.time_data, TIMES),
        (packing.date_time_packer, java_time_data.date_time_data, DATE_TIMES),
        (packing.instant_packer, java_time_data.instant_data, INSTANTS),
        (packing.duration_packer, java_time_data.duration_data, DURATIONS),
        (packing.uuid_packer, java_util_data.uuid_data, [UUID(int=0), UUID(int=(1 << 128) - 1), UUID(int=1 << 64)]),
    ],
)
def test_a_packer_makes_what_the_adapter_makes(
    packer: Callable[..., Callable[[Any], bytes]], data_of: Callable[[Any], bytes], values: list[Any]
) -> None:
    def whole(value: Any) -> bytes:
        data = data_of(value)
        return BEGINS[len(data)] + data + END

    pack = packer(BEGINS, END, whole)
    assert [pack(value) for value in values] == [whole(value) for value in values]


def test_what_has_no_counterpart_is_refused_as_the_adapter_refuses_it() -> None:
    pack = packing.date_time_packer(BEGINS, END, java_time_data.date_time_data)
    with pytest.raises(bridge.EncodeError, match="whole seconds, up to 18 hours"):
        pack(offset(19 * 60))
    pack = packing.instant_packer(BEGINS, END, java_time_data.instant_data)
    with pytest.raises(bridge.EncodeError, match="no point in time"):
        pack(bridge.Instant(2026, 11, 23))


def test_how_a_tuple_begins_is_asked_once_for_each_length_and_for_each_with_none() -> None:
    asked: list[Any] = []

    def otherwise(value: tuple[Any, ...], memo: Any) -> tuple[bytes, Any]:
        asked.append(value)
        return b"%d with %r" % (len(value), None in value), value

    begin = packing.tuple_packer(otherwise)
    values: list[tuple[Any, ...]] = [(), (1,), (2,), (None,), (3,), (None,), (1, 2), (1, None), ()]
    assert [begin(value, None) for value in values] == [(b"%d with %r" % (len(v), None in v), v) for v in values]
    assert asked == [(), (1,), (None,), (None,), (1, 2), (1, None)]

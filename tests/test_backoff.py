"""When a client connects again, decided without a clock."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.backoff import Attempts, Reconnect
from bridge.errors import SchemaError


def delays(attempts: Attempts, count: int) -> list[float]:
    return [attempts.next_delay_seconds() for _ in range(count)]


def test_the_first_try_is_made_at_once_and_the_delays_grow_to_the_longest() -> None:
    policy = Reconnect(first_delay_seconds=1, factor=3, longest_delay_seconds=10, jitter=0)
    assert delays(Attempts(policy), 6) == [0, 1, 3, 9, 10, 10]


def test_jitter_makes_delays_shorter_by_a_random_share() -> None:
    policy = Reconnect(first_delay_seconds=1, factor=1, longest_delay_seconds=1, jitter=0.5)
    chances = iter([0.0, 0.5, 0.999])
    assert delays(Attempts(policy, lambda: next(chances)), 4) == [0, 1, 0.75, pytest.approx(0.5005)]
    spread = delays(Attempts(policy), 1000)[1:]
    assert 0.5 <= min(spread) < max(spread) <= 1
    assert len(set(spread)) > 900


def test_after_the_last_try_it_gives_up_and_begins_anew() -> None:
    attempts = Attempts(Reconnect(attempts=3, first_delay_seconds=1, jitter=0))
    for _ in range(2):
        assert [(attempts.next_delay_seconds(), attempts.is_last()) for _ in range(3)] == [
            (0, False), (1, False), (2, True),
        ]  # fmt: skip


def test_without_a_number_it_never_gives_up() -> None:
    attempts = Attempts(Reconnect())
    for _ in range(10_000):
        attempts.next_delay_seconds()
        assert not attempts.is_last()
    assert attempts.made == 10_000


LOSSES: list[tuple[bool, float, float]] = [
    (True, 0.0, 0.0),  # an object came
    (False, 10.0, 0.0),  # it lasted
    (False, 9.9, 4.0),  # a server that hangs up is not called again at once
]


@pytest.mark.parametrize(("received", "lasted_seconds", "next_delay"), LOSSES)
def test_a_connection_that_proved_itself_begins_a_new_row(
    received: bool, lasted_seconds: float, next_delay: float
) -> None:
    attempts = Attempts(Reconnect(first_delay_seconds=1, longest_delay_seconds=10, jitter=0))
    assert delays(attempts, 3) == [0, 1, 2]
    attempts.lost(received, lasted_seconds)
    assert attempts.next_delay_seconds() == next_delay


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("attempts", 0), ("attempts", 1.5), ("first_delay_seconds", 0), ("first_delay_seconds", 31),
        ("factor", 0.9), ("jitter", 1.1), ("jitter", -0.1), ("connect_seconds", 0), ("factor", float("nan")),
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(name: str, number: Any) -> None:
    with pytest.raises(SchemaError, match=name):
        Reconnect(**{name: number})

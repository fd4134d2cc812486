"""Thousands of conversations over a simulated network; ``tests.simulation`` says what is checked."""

from __future__ import annotations

from collections import Counter

import pytest

from bridge.connection import Connection, Event, ObjectReceived
from tests import simulation
from tests.simulation import simulate

SEEDS_AT_ONCE = 500


def run(seeds: int) -> None:
    for seed in range(seeds):
        simulate(seed)


@pytest.mark.parametrize("first", range(0, 4000, SEEDS_AT_ONCE))
def test_the_promise_holds_over_a_network_that_delays_and_cuts(first: int) -> None:
    outcomes: Counter[object] = Counter()
    for seed in range(first, first + SEEDS_AT_ONCE):
        try:
            *ends, _ = simulate(seed)
        except AssertionError as error:
            raise AssertionError(f"python -m tests.simulation --first {seed} --count 1: {error}") from error
        outcomes.update(ends)
    assert set(outcomes) == {"end", "error"}
    assert min(outcomes.values()) > SEEDS_AT_ONCE // 10


def test_a_seed_gives_the_same_conversation_again() -> None:
    assert [simulate(seed) for seed in range(50)] == [simulate(seed) for seed in range(50)]


def test_a_connection_that_gives_something_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulation can fail."""
    last: list[Event] = []

    class Stuttering(Connection):
        def next_event(self) -> Event:
            if len(last) == 1:
                return last.pop()
            event = super().next_event()
            if isinstance(event, ObjectReceived) and event.value == "text":
                last.append(event)
            return event

    monkeypatch.setattr(simulation, "Connection", Stuttering)
    with pytest.raises(AssertionError):
        run(200)


def test_a_connection_that_swallows_something_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Swallowing(Connection):
        def next_event(self) -> Event:
            event = super().next_event()
            return super().next_event() if event == ObjectReceived("text") else event

    monkeypatch.setattr(simulation, "Connection", Swallowing)
    with pytest.raises(AssertionError):
        run(200)

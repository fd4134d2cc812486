"""When a thread polls for what it is to receive."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bridge.transport import kinds, socket_end
from bridge.transport.address import Address
from bridge.transport.busy_polling import ANSWER_SECONDS, BusyPolling

MANY_TRIES = 9


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def polls(polling: BusyPolling, *, tries: int = MANY_TRIES, came: bool = True) -> bool:
    """Whether it polls for the next answer, which comes or does not."""
    seconds = polling.begin(True)
    if seconds:
        polling.end(tries, came)
    return seconds > 0


def test_answers_are_polled_for_while_they_come_in_time() -> None:
    polling = BusyPolling(None)
    for _ in range(3):
        assert polling.begin(True) == ANSWER_SECONDS
        polling.end(MANY_TRIES, True)


def test_what_nobody_asked_for_is_slept_for() -> None:
    assert BusyPolling(None).begin(False) == 0


@pytest.mark.parametrize(
    ("tries", "came"), [(MANY_TRIES, False), (2, True), (4, True)], ids=["none", "needs the core", "needs it longer"]
)
def test_after_polling_in_vain_more_and_more_answers_are_slept_for(tries: int, came: bool) -> None:
    polling = BusyPolling(None)
    polled_for = [answer for answer in range(320) if polls(polling, tries=tries, came=came)]
    assert [later - sooner - 1 for sooner, later in pairwise(polled_for)] == [1, 2, 4, 8, 16, 32, 64, 64, 64]
    while not polls(polling):
        pass
    assert polls(polling), "one that comes in time is enough"


def test_with_one_core_nothing_is_polled_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert not polls(BusyPolling(None))
    assert polls(BusyPolling(0.001)), "that was asked for"


def test_one_thread_at_a_time_polls_unasked() -> None:
    one, other, told = BusyPolling(None), BusyPolling(None), BusyPolling(0.001)
    assert one.begin(True)
    assert not other.begin(True)
    assert polls(told)
    one.end(MANY_TRIES, True)
    assert polls(other)


@pytest.mark.parametrize("seconds", [0, 0.001])
def test_who_says_a_time_has_it_always(seconds: float) -> None:
    polling = BusyPolling(seconds)
    for _ in range(3):
        assert polling.begin(False) == polling.begin(True) == seconds
        polling.end(MANY_TRIES, False)


@pytest.fixture(params=["tcp", "unix"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """Where to listen."""
    if request.param == "unix":
        return Address("unix", path=str(tmp_path / "socket"))
    return Address("tcp", "127.0.0.1", 0)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float | None]]:
    """The timeouts of those that waited, which finds everything there."""
    found: list[float | None] = []

    def wait_ready(_: list[socket.socket], __: int, timeout: float | None) -> bool:
        found.append(timeout)
        return True

    with monkeypatch.context() as patched:
        patched.setattr(socket_end, "wait_ready", wait_ready)
        yield found


def test_who_connects_polls_for_an_answer_and_who_listens_does_not(address: Address, waits: list[float | None]) -> None:
    with kinds.listen(address) as listener:
        here = kinds.connect(listener.address, 10)
        there = listener.accept(10)
    with contextlib.closing(here), contextlib.closing(there):
        there.send(b"unasked")
        waits.clear()
        assert here.receive(100, 10) == b"unasked"
        assert len(waits) == 1
        here.send(b"question")
        assert there.receive(100, 10) == b"question"
        there.send(b"answer")
        assert len(waits) == 2
        assert here.receive(100, 10) == b"answer"
        assert len(waits) == 2
        here.send(b"question")
        assert there.receive(100, 10) == b"question"
        assert len(waits) == 3


def test_an_answer_that_does_not_come_is_waited_for(address: Address) -> None:
    with kinds.listen(address) as listener:
        here = kinds.connect(listener.address, 10)
        there = listener.accept(10)
    with contextlib.closing(here), contextlib.closing(there):
        for _ in range(3):
            here.send(b"question")
            with pytest.raises(TimeoutError):
                here.receive(100, 0.01)
        there.send(b"answer")
        assert here.receive(100) == b"answer"

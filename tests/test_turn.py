"""Whose turn it is, among threads."""

from __future__ import annotations

import threading
import time

from bridge.turn import Turn


def test_who_has_the_turn_has_it_alone() -> None:
    turn = Turn()
    assert turn.take_now()
    assert not turn.take_now()
    turn.give_back()
    assert turn.take()
    assert not turn.take(time.monotonic())
    turn.give_back()
    assert turn.take_now()


def test_a_deadline_ends_the_waiting() -> None:
    turn = Turn()
    assert turn.take_now()
    began = time.monotonic()
    assert not turn.take(began + 0.05)
    assert time.monotonic() >= began + 0.05
    assert not turn.take(began)  # long over
    turn.give_back()
    assert turn.take(began)  # nothing has to be waited for


def test_who_waits_has_it_as_soon_as_it_is_given_back() -> None:
    turn = Turn()
    assert turn.take_now()
    had: list[bool] = []

    def wait() -> None:
        had.append(turn.take())
        turn.give_back()

    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    time.sleep(0.05)
    assert had == []
    turn.give_back()
    for thread in waiting:
        thread.join(10)
    assert had == [True, True, True]
    assert turn.take_now()


def test_of_many_threads_one_has_it_at_a_time_and_none_is_forgotten() -> None:
    turn = Turn()
    inside: list[int] = []
    crowds: list[list[int]] = []

    def work(number: int) -> None:
        for i in range(2000):
            deadline = time.monotonic() + (i % 7) * 1e-5 if i % 3 == 0 else None
            if turn.take(deadline):
                inside.append(number)
                if len(inside) != 1:
                    crowds.append(list(inside))
                if i % 50 == 0:
                    time.sleep(0)
                inside.remove(number)
                turn.give_back()
            else:
                assert deadline is not None
                assert time.monotonic() >= deadline

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert crowds == []
    assert turn.take_now()

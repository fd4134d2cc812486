# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""Whose turn it is, among threads that do something one at a time."""

from __future__ import annotations

import threading

from .transport.deadline import left_of

__all__ = ["Turn"]


class Turn:
    """What a `threading.Lock` is, for a few instructions where nobody else wants it; the system is only asked to wait.

    The turn is the one item of a list: popping it takes the turn, and appending it gives the turn back, each in a
    single step that no other thread can cut in two. Who finds the list empty says so in ``_waiting`` and looks again
    before it sleeps; who gives the turn back does both in the other order. So one of them sees the other.
    """

    def __init__(self) -> None:
        self._free: list[None] = [None]
        self._waiting: list[None] = []
        self._given_back = threading.Lock()  # taken by who waits; free while there is something to wake for
        self._given_back.acquire()

    def take_now(self) -> bool:
        """Take it where nobody has it; whether that was so."""
        try:
            self._free.pop()
        except IndexError:
            return False
        return True

    def take(self, deadline: float | None = None) -> bool:
        """Take it as soon as nobody has it; False where that is not before ``deadline``, of the monotonic clock."""
        if self.take_now():
            return True
        self._waiting.append(None)
        try:
            while not self.take_now():
                left = left_of(deadline)
                if not self._given_back.acquire(timeout=-1 if left is None else left):
                    return self.take_now()
        finally:
            self._waiting.pop()
        return True

    def give_back(self) -> None:
        """Let another thread have it."""
        self._free.append(None)
        if self._waiting:
            try:
                self._given_back.release()
            except RuntimeError:
                pass  # it is free already, from an earlier time, and somebody is about to wake

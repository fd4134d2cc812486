# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""Whether to ask again and again for what is to be received, before the system lets the thread sleep.

To wake a thread on a core that rests can take longer than the peer takes to answer. Who does not sleep has the answer
sooner, and keeps a core busy for it, in vain where no answer comes.
"""

from __future__ import annotations

import os
from typing import Final

__all__ = ["ANSWER_SECONDS", "BusyPolling"]

#: How long an answer is polled for where nothing else was asked for: more than it takes to wake a peer on the same
#: machine and have its answer, less than a network takes.
ANSWER_SECONDS: Final = 50e-6
_MOST_SLEPT_FOR: Final = 64
_FEW_TRIES: Final = 4

_free: list[None] = [None]  # its one item is for the thread of this process that polls unasked: popped and appended


class BusyPolling:
    """For how long one end of a connection polls.

    ``seconds``: before every receiving, for so long. None: as experience tells, which is while the thread waits for the
    answer to what it has sent, and the answers before came in `ANSWER_SECONDS`. Where that was in vain, the next answer
    is slept for; after it the next 2, 4 and at last 64. Of a process, one thread at a time does so.

    Call ``begin``, and ``end`` if that has told a time.
    """

    def __init__(self, seconds: float | None) -> None:
        self._by_experience = seconds is None
        self._seconds = ANSWER_SECONDS if seconds is None else seconds
        self._sleeps = 0  # how many answers are slept for, after polling in vain
        self._sleeps_left = 0
        if seconds is None and os.cpu_count() == 1:
            self._seconds = 0

    def begin(self, asked: bool) -> float:
        """For how many seconds to poll now, or 0. ``asked``: something was sent that may be answered."""
        if not self._by_experience or not self._seconds:
            return self._seconds
        if not asked:
            return 0
        if self._sleeps_left:
            self._sleeps_left -= 1
            return 0
        try:
            _free.pop()
        except IndexError:
            return 0
        return self._seconds

    def end(self, tries: int, came: bool) -> None:
        """So many times it was asked for; whether it has come.

        What comes within a few tries, and not at the first, came as this thread let others have the core: the peer may
        need it, and has it sooner from a thread that sleeps. To wake on another core it needs as long as many tries.
        """
        if not self._by_experience:
            return
        _free.append(None)
        if came and (tries == 1 or tries > _FEW_TRIES):
            self._sleeps = 0
        else:
            self._sleeps = min(max(1, 2 * self._sleeps), _MOST_SLEPT_FOR)
            self._sleeps_left = self._sleeps

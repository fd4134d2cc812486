"""Waiting with a timeout in several steps: the moment when it is over, and what is left until then."""

from __future__ import annotations

import time

__all__ = ["deadline_of", "left_of"]


def deadline_of(timeout: float | None) -> float | None:
    """The moment of the monotonic clock at which ``timeout`` seconds are over."""
    return None if timeout is None else time.monotonic() + timeout


def left_of(deadline: float | None) -> float | None:
    """The seconds until ``deadline``, not below 0."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())

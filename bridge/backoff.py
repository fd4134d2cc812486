"""When a client connects again, and when it gives up: decided here, without a clock, for both shells."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import SchemaError

__all__ = ["Attempts", "Reconnect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnect:
    """How a channel made by ``connect(…, reconnect=Reconnect())`` connects again after its connection was lost.

    attempts               tries in a row before a call gives up with ConnectError (the next call begins anew); None
                           never gives up
    first_delay_seconds    before the second try; the first is made at once
    factor                 each delay is so many times as long as the one before,
    longest_delay_seconds  but never longer than this
    jitter                 each delay is made shorter by a random share of up to this (0 to 1), so that clients which
                           lost the same server do not all come back in the same moment
    connect_seconds        the longest that one try may take
    on_connected           called with the new channel before anything else uses it, the first time too: to say again
                           who one is, or what one wants to hear. With asyncio it may be a coroutine function. A
                           ChannelError from it counts as a failed try

    A connection has proved itself when an object came over it, or when it lasted as long as the longest delay. Until
    then the next try goes on where the delays were: a server that hangs up at once is not called again at once.

    SchemaError: a number makes no sense.
    """

    attempts: int | None = None
    first_delay_seconds: float = 0.1
    factor: float = 2.0
    longest_delay_seconds: float = 30.0
    jitter: float = 0.5
    connect_seconds: float = 10.0
    on_connected: Callable[[Any], object] | None = None

    def __post_init__(self) -> None:
        if self.attempts is not None and (type(self.attempts) is not int or self.attempts < 1):
            raise SchemaError(f"attempts must be a number from 1 up, or None, not {self.attempts!r}")
        if not 0 < self.first_delay_seconds <= self.longest_delay_seconds:
            raise SchemaError(
                "first_delay_seconds must be above 0 and not above longest_delay_seconds, "
                f"not {self.first_delay_seconds!r} and {self.longest_delay_seconds!r}"
            )
        if not self.factor >= 1:
            raise SchemaError(f"factor must be 1 or more, not {self.factor!r}")
        if not 0 <= self.jitter <= 1:
            raise SchemaError(f"jitter must be from 0 to 1, not {self.jitter!r}")
        if not self.connect_seconds > 0:
            raise SchemaError(f"connect_seconds must be above 0, not {self.connect_seconds!r}")


class Attempts:
    """Where a client is in its tries."""

    def __init__(self, policy: Reconnect, chance: Callable[[], float] = random.random) -> None:
        self._policy = policy
        self._chance = chance  # from 0 to below 1
        self._made = 0
        self._next_delay = policy.first_delay_seconds

    @property
    def made(self) -> int:
        """The tries since a connection proved itself, or since the client gave up."""
        return self._made

    def next_delay_seconds(self) -> float:
        """How long to wait before the next try, which counts from now on."""
        self._made += 1
        if self._made == 1:
            return 0.0
        delay = self._next_delay * (1 - self._policy.jitter * self._chance())
        self._next_delay = min(self._next_delay * self._policy.factor, self._policy.longest_delay_seconds)
        return delay

    def is_last(self) -> bool:
        """Whether no try is left after the one that was made. Giving up begins a new row."""
        if self._policy.attempts is None or self._made < self._policy.attempts:
            return False
        self.proved()
        return True

    def proved(self) -> None:
        """A connection proved itself."""
        self._made = 0
        self._next_delay = self._policy.first_delay_seconds

    def lost(self, received: bool, lasted_seconds: float) -> None:
        """A connection was lost, after it ``received`` an object or not, and ``lasted_seconds``."""
        if received or lasted_seconds >= self._policy.longest_delay_seconds:
            self.proved()

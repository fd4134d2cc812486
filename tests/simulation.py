"""``python -m tests.simulation [--first SEED] [--count N]``: conversations over a simulated network, each by its seed.

Two connections without input or output, and between them a network in memory that delivers in portions, delays, cuts
and resets, as a random generator with a known seed decides. At each step, and at the end, the promise is checked:

* what one side wrote whole and the network delivered whole, the other side is given: once, whole, in order;
* nothing else is given: not half an object, not one that was refused when it was sent;
* an end is an end only between two contents, and anything else is an error that says at which byte;
* after an end or an error nothing more comes, however often one asks.

A finding is repeated by its seed: ``python -m tests.simulation --first SEED --count 1``.
"""

from __future__ import annotations

import argparse
import sys
from random import Random
from typing import Any, Final

from bridge.connection import (
    NEED_DATA,
    Connection,
    DataReceived,
    EndOfStream,
    ObjectReceived,
    PeerFailed,
    State,
)
from bridge.errors import NotSerializableError, TruncatedStreamError
from bridge.stream.constants import TC_RESET

__all__ = ["simulate"]

_HEADER_BYTES: Final = 4
_STEPS: Final = 120


class Direction:
    """One side's stream: what was written, what is on its way, what the other side was given."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.source = Connection(reset_every=random.choice([1, 1, 2, 5, None]))
        self.sink = self.source  # until the two are joined
        self.written: list[tuple[str, Any]] = []
        self.ends: list[int] = []  # after which byte of the stream each of them is whole
        self.clean: set[int] = {0}  # bytes after which the stream may end
        self.network = bytearray()
        self.written_bytes = 0
        self.delivered_bytes = 0
        self.lost = False  # the network delivers no more
        self.ended = False  # our side has ended
        self.end_delivered = False
        self.given: list[tuple[str, Any]] = []
        self.outcome: str | None = None  # "end" or "error", once it is known

    # What can happen, one thing at a time.

    def write(self) -> None:
        if self.ended:
            return
        kind = self.random.choice(["object"] * 6 + ["unshared", "data", "exception", "refused", "reset"])
        value = some_value(self.random)
        if kind == "object":
            self.source.send(value)
        elif kind == "unshared":
            self.source.send_unshared(value)
        elif kind == "data":
            value = self.random.randbytes(self.random.randrange(1, 200))
            self.source.send_data(value)
        elif kind == "exception":
            value = "went wrong"
            self.source.send_exception(value)
        elif kind == "reset":
            self.source.reset()
        else:
            try:
                self.source.send([value, object()])
            except NotSerializableError:
                return
            raise AssertionError("what cannot be written was not refused")
        before = self.written_bytes
        data = self.take_written()
        if kind == "reset":
            self.clean.add(self.written_bytes)
            return
        self.written.append(("object" if kind == "unshared" else kind, value))
        self.ends.append(self.written_bytes)
        self.clean |= {before, self.written_bytes}
        if data[0] == TC_RESET:  # which came first is no content
            self.clean.add(before + 1)

    def take_written(self) -> bytes:
        data = self.source.data_to_send()
        self.written_bytes += len(data)
        if not self.lost:
            self.network += data
        return data

    def deliver(self) -> None:
        if self.lost or not self.network:
            return
        size = self.random.choice([1, 1, 2, 7, 50, 1000, len(self.network)])
        data = bytes(self.network[:size])
        del self.network[:size]
        self.delivered_bytes += len(data)
        self.sink.receive_data(self.random.choice([bytes, bytearray, memoryview])(data))

    def end(self) -> None:
        self.source.send_eof()
        self.take_written()
        self.ended = True

    def cut(self) -> None:
        """What is on its way arrives in part or not at all, and nothing after it does."""
        if self.lost:
            return
        del self.network[self.random.randrange(len(self.network) + 1) :]
        while self.network:
            self.deliver()
        self.lost = True

    def deliver_end(self) -> None:
        if self.end_delivered or self.network or not (self.lost or self.ended):
            return
        self.sink.receive_eof()
        self.end_delivered = True

    def take(self) -> None:
        """The other side asks, once or until there is nothing left."""
        for _ in range(self.random.choice([1, 2, 1000])):
            if not self.take_one():
                break
        self.check()

    def take_one(self) -> bool:
        try:
            event = self.sink.next_event()
        except TruncatedStreamError as error:
            check(self.end_delivered, "an error came before the end")
            check(error.offset == self.delivered_bytes, f"the error says byte {error.offset}")
            check(self.sink.state is State.BROKEN, f"the state is {self.sink.state}")
            check(self.outcome in (None, "error"), "an error came after the end")
            self.outcome = "error"
            return False
        if event is NEED_DATA:
            check(self.outcome is None, "it asks for data after it has ended")
            return False
        if isinstance(event, EndOfStream):
            check(self.end_delivered, "it ended before it was told so")
            check(self.outcome in (None, "end"), "an end came after an error")
            self.outcome = "end"
            return False
        check(self.outcome is None, "something came after the end")
        if isinstance(event, ObjectReceived):
            self.given.append(("object", event.value))
        elif isinstance(event, DataReceived):
            self.given.append(("data", bytes(event.data)))
        elif isinstance(event, PeerFailed):
            self.given.append(("exception", event.throwable))
        return True

    def check(self) -> None:
        whole = sum(end <= self.delivered_bytes for end in self.ends)
        check(len(self.given) <= whole, f"{len(self.given)} were given where {whole} arrived whole")
        check(self.given == self.written[: len(self.given)], "what was given is not what was written")

    def check_at_the_end(self) -> None:
        while self.take_one():
            pass
        self.check()
        whole = sum(end <= self.delivered_bytes for end in self.ends)
        check(len(self.given) == whole, f"{len(self.given)} were given where {whole} arrived whole")
        clean = self.delivered_bytes in self.clean
        expected = "end" if clean else "error"
        check(self.outcome == expected, f"cut at byte {self.delivered_bytes} it is {self.outcome} and not {expected}")
        for _ in range(3):
            check(not self.take_one(), "something came after the end")


def check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


def some_value(random: Random, depth: int = 0) -> Any:
    kind = random.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return random.randrange(-(1 << random.choice([7, 31, 63, 200])), 1 << 70)
    if kind == 2:
        return random.choice(["", "text", "é\0\U0001f600", "x" * random.randrange(300)])
    if kind == 3:
        return random.random()
    if kind == 4:
        return random.randbytes(random.randrange(100))
    if kind == 5:
        return random.random() < 0.5
    if kind == 6:
        return {f"key {i}": some_value(random, depth + 1) for i in range(random.randrange(4))}
    shared = some_value(random, depth + 1)
    return [shared, *(some_value(random, depth + 1) for _ in range(random.randrange(3))), shared]


def simulate(seed: int) -> tuple[str | None, str | None, int]:
    """One conversation. How it ended in both directions, and how many objects were given.

    AssertionError: the promise was broken.
    """
    random = Random(seed)
    one, other = directions = (Direction(random), Direction(random))
    one.sink, other.sink = other.source, one.source
    for direction in directions:
        direction.take_written()
        direction.clean.add(_HEADER_BYTES)
    will_be_cut = random.random() < 0.7
    for _ in range(random.randrange(1, _STEPS)):
        direction = random.choice(directions)
        step = random.randrange(100)
        if step < 30:
            direction.write()
        elif step < 65:
            direction.deliver()
        elif step < 93:
            direction.take()
        elif step < 95:
            direction.end()
        elif step < 97 and will_be_cut:
            for lost in directions if random.random() < 0.5 else (direction,):
                lost.cut()
        else:
            direction.deliver_end()
    for direction in directions:
        if will_be_cut and random.random() < 0.5:
            direction.cut()
        direction.end()
        while direction.network and not direction.lost:
            direction.deliver()
            direction.take()
        direction.deliver_end()
        direction.check_at_the_end()
    return one.outcome, other.outcome, len(one.given) + len(other.given)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=int, default=20_000, metavar="N")
    arguments = parser.parse_args()
    given = 0
    outcomes: dict[tuple[str | None, str | None], int] = {}
    for seed in range(arguments.first, arguments.first + arguments.count):
        try:
            one, other, objects = simulate(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        given += objects
        outcomes[one, other] = outcomes.get((one, other), 0) + 1
    print(f"simulation: {arguments.count} conversations, {given} objects; ends: {outcomes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

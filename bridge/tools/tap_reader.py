"""The process of a tap that decodes: ``python -m bridge.tools.tap_reader json|text full|short``, started by ``tap``.

Frames come on standard input, lines go to standard output, one for each event.

    12:30:01.123456 #1 → 00000004  object ["a", 1]
    {"time": "2024-02-29T12:30:01.123456+00:00", "conversation": 1, "direction": "client", "kind": "object", …}
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, Protocol, TextIO, TypeAlias

from .json_view import json_pieces
from .printable import printable
from .stream_events import StreamEvents
from .tap_frames import Direction, Frame, FrameKind, read_frames

__all__ = ["Conversation", "Event", "Events", "main", "print_frames", "run"]

_NOBODY_READS: Final = 141
_NICER: Final = 5
_TOO_SLOW: Final = "they passed faster than they could be decoded"
_ARROWS: Final = {Direction.CLIENT: "→", Direction.SERVER: "←"}


class Event(Protocol):
    """Something that passed in one direction."""

    def text(self, *, full: bool = False) -> str:
        """One line, fit for a terminal."""

    def json_members(self) -> Iterable[tuple[str, Any]]:
        """What there is to say beside the value."""

    @property
    def has_value(self) -> bool:
        """Whether there is a ``json_value``."""

    @property
    def json_value(self) -> Any:
        """What ``json_pieces`` shows as the member ``value``."""


class Events(Protocol):
    """Turns what passes in one direction into events; raises nothing for the bytes.

    ``feed`` of no bytes gives what could not be told before something had come in the other direction.
    """

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that the next bytes of the direction complete."""

    def feed_datagram(self, data: bytes) -> Iterator[Event]:
        """Likewise, where datagrams pass: one of them."""

    def feed_eof(self) -> Iterator[Event]:
        """The last events."""

    def skip(self, count: int, reason: str) -> None:
        """The next ``count`` bytes passed and are not given."""


#: Makes the two of a conversation that begins.
Conversation: TypeAlias = Callable[[], Mapping[Direction, Events]]


def _streams() -> Mapping[Direction, Events]:
    """Of object streams."""
    return {direction: StreamEvents() for direction in Direction}


def print_frames(
    frames: BinaryIO, out: TextIO, *, as_json: bool, full: bool, conversation: Conversation = _streams
) -> None:
    """Print what the frames in the pipe ``frames`` say, until it ends."""
    ascii_only = (out.encoding or "").lower().replace("-", "") != "utf8"
    directions: dict[tuple[int, Direction], Events] = {}
    for frame in read_frames(frames):
        if frame.kind is FrameKind.OPEN:
            _print_opened(frame, out, as_json)
            made = conversation()
            directions.update({(frame.conversation, direction): made[direction] for direction in Direction})
            continue
        for event in _events_of(frame, directions):
            _print_event(frame, event, out, as_json=as_json, full=full, ascii_only=ascii_only)
        other = frame._replace(direction=Direction(1 - frame.direction))
        if (waiting := directions.get((other.conversation, other.direction))) is not None:
            for event in waiting.feed(b""):
                _print_event(other, event, out, as_json=as_json, full=full, ascii_only=ascii_only)
        if frame.kind is FrameKind.END and frame.data:
            _print_broken(frame, out, as_json)
        out.flush()


def _events_of(frame: Frame, directions: dict[tuple[int, Direction], Events]) -> Iterator[Event]:
    key = (frame.conversation, frame.direction)
    if frame.kind is FrameKind.DATA:
        yield from directions[key].feed(frame.data)
    elif frame.kind is FrameKind.DATAGRAM:
        yield from directions[key].feed_datagram(frame.data)
    elif frame.kind is FrameKind.SKIPPED:
        directions[key].skip(frame.skipped_bytes, _TOO_SLOW)
    else:
        yield from directions.pop(key).feed_eof()


def _print_opened(frame: Frame, out: TextIO, as_json: bool) -> None:
    ends = json.loads(frame.data)
    if as_json:
        members = {"time": _time(frame), "conversation": frame.conversation, "kind": "open", **ends}
        out.write(json.dumps(members) + "\n")
    else:
        text = printable(f"client {ends['client']}, server {ends['server']}")
        out.write(f"{_clock(frame)} #{frame.conversation} open: {text}\n")


def _print_broken(frame: Frame, out: TextIO, as_json: bool) -> None:
    reason = frame.data.decode("utf-8", "replace")
    if as_json:
        out.write(json.dumps(_members(frame) | {"kind": "broken", "reason": reason}) + "\n")
    else:
        arrow = _ARROWS[frame.direction]
        out.write(f"{_clock(frame)} #{frame.conversation} {arrow} broken: {printable(reason)}\n")


def _print_event(frame: Frame, event: Event, out: TextIO, *, as_json: bool, full: bool, ascii_only: bool) -> None:
    if as_json:
        _print_json(frame, event, out, ascii_only)
    else:
        out.write(f"{_clock(frame)} #{frame.conversation} {_ARROWS[frame.direction]} {event.text(full=full)}\n")


def _print_json(frame: Frame, event: Event, out: TextIO, ascii_only: bool) -> None:
    text = json.dumps(_members(frame) | dict(event.json_members()))
    if not event.has_value:
        out.write(text + "\n")
        return
    out.write(text[:-1] + ', "value": ')
    for piece in json_pieces(event.json_value, ascii_only=ascii_only):
        out.write(piece)
    out.write("}\n")


def _members(frame: Frame) -> dict[str, Any]:
    return {"time": _time(frame), "conversation": frame.conversation, "direction": frame.direction.word}


def _time(frame: Frame) -> str:
    """In UTC, to the microsecond."""
    return datetime.fromtimestamp(frame.time_ns // 1000 / 1e6, UTC).isoformat(timespec="microseconds")


def _clock(frame: Frame) -> str:
    """The time of the day here."""
    return datetime.fromtimestamp(frame.time_ns // 1000 / 1e6).strftime("%H:%M:%S.%f")


def main(words: list[str]) -> int:
    """Decode object streams; see `run`."""
    return run(words)


def run(words: list[str], conversation: Conversation = _streams) -> int:
    """Print what comes on standard input, as the first two ``words`` say: ``json`` or ``text``, ``full`` or ``short``.

    The exit status: 0, or 141 when nobody reads the output.
    """
    if hasattr(os, "nice"):
        os.nice(_NICER)  # forwarding comes first
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        as_json, full = words[0] == "json", words[1] == "full"
        print_frames(sys.stdin.buffer, sys.stdout, as_json=as_json, full=full, conversation=conversation)
    except BrokenPipeError:
        # The interpreter flushes standard output once more at its end: into nothing.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the forwarding side of a tap hands on: to the process that decodes, to the thread that saves.

In a pipe a frame is a head of fixed size and then its data; both ends are this package in the same version.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

__all__ = ["Direction", "Frame", "FrameKind", "encode", "read_frames"]


class Direction(enum.IntEnum):
    """Who wrote the bytes: the end that connected to the tap, or the one that the tap connected to."""

    CLIENT = 0
    SERVER = 1

    @property
    def word(self) -> str:
        return self.name.lower()


class FrameKind(enum.IntEnum):
    """What a frame says.

    OPEN      a conversation has begun; ``data`` is a JSON object with the socket ids of ``client`` and ``server``
    DATA      these bytes passed
    DATAGRAM  likewise, where each datagram is a stream of its own
    SKIPPED   so many bytes (``skipped_bytes``) passed and are not handed on
    END       no more will come in this direction; ``data`` says why if it was cut off
    """

    OPEN = 0
    DATA = 1
    SKIPPED = 2
    END = 3
    DATAGRAM = 4


class Frame(NamedTuple):
    """``time_ns``: when it happened, in nanoseconds since 1970. Texts in ``data`` are UTF-8."""

    kind: FrameKind
    conversation: int
    direction: Direction
    time_ns: int
    data: bytes = b""
    skipped_bytes: int = 0


_HEAD: Final = struct.Struct(">BIBqQI")


def encode(frame: Frame) -> bytes:
    """The frame as it stands in a pipe."""
    head = _HEAD.pack(
        frame.kind, frame.conversation, frame.direction, frame.time_ns, frame.skipped_bytes, len(frame.data)
    )
    return head + frame.data


def read_frames(pipe: BinaryIO) -> Iterator[Frame]:
    """The frames in ``pipe``, until it ends; one that is cut short counts as the end."""
    while True:
        head = pipe.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        kind, conversation, direction, time_ns, count, length = _HEAD.unpack(head)
        data = pipe.read(length)
        if len(data) < length:
            return
        yield Frame(FrameKind(kind), conversation, Direction(direction), time_ns, data, count)

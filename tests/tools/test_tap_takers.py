"""The queues of a tap: who gives never waits, and what does not fit is counted in the place where it is missing."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest

from bridge.tools.tap_frames import Direction, Frame, FrameKind, encode, read_frames
from bridge.tools.tap_takers import Recorder, Taker

WAIT_SECONDS = 30


def frame(
    kind: FrameKind, data: bytes = b"", *, conversation: int = 1, direction: Direction = Direction.CLIENT
) -> Frame:
    return Frame(kind, conversation, direction, 1_700_000_000_000_000_000, data)


class Held(Taker):
    """Takes the first frame when it is let."""

    def __init__(self, queue_bytes: int) -> None:
        super().__init__(queue_bytes, "held")
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.taken: list[Frame] = []

    def take(self, frame: Frame, last: bool) -> None:
        self.begun.set()
        assert self.go_on.wait(WAIT_SECONDS)
        self.taken.append(frame)


@pytest.fixture
def held() -> Held:
    taker = Held(100)
    taker.start()
    taker.give(frame(FrameKind.OPEN))
    assert taker.begun.wait(WAIT_SECONDS)  # from now on everything waits
    return taker


def finished(taker: Held) -> list[tuple[str, int]]:
    taker.go_on.set()
    taker.close()
    return [
        (entry.kind.name, entry.skipped_bytes if entry.kind is FrameKind.SKIPPED else len(entry.data))
        for entry in taker.taken[1:]
    ]


def test_what_fits_is_taken_in_order(held: Held) -> None:
    for data in (b"x" * 60, b"y" * 40):
        held.give(frame(FrameKind.DATA, data))
    held.give(frame(FrameKind.END))
    assert finished(held) == [("DATA", 60), ("DATA", 40), ("END", 0)]


def test_what_does_not_fit_is_counted_where_it_is_missing(held: Held) -> None:
    for size in (90, 20, 5, 60):
        held.give(frame(FrameKind.DATA, b"x" * size))
    held.give(frame(FrameKind.END))
    assert finished(held) == [("DATA", 90), ("SKIPPED", 85), ("END", 0)]


def test_it_goes_on_when_half_of_the_queue_is_free(held: Held) -> None:
    held.give(frame(FrameKind.DATA, b"x" * 45))
    held.give(frame(FrameKind.DATA, b"x" * 60))
    held.give(frame(FrameKind.DATA, b"x" * 10))  # would fit, but there is not much room
    held.give(frame(FrameKind.DATA, b"x" * 5))
    assert finished(held) == [("DATA", 45), ("SKIPPED", 70), ("DATA", 5)]


def test_one_direction_is_skipped_and_not_the_other(held: Held) -> None:
    held.give(frame(FrameKind.DATA, b"x" * 90))
    held.give(frame(FrameKind.DATA, b"x" * 20))
    held.give(frame(FrameKind.DATA, b"y" * 10, direction=Direction.SERVER))
    held.give(frame(FrameKind.END))
    assert finished(held) == [("DATA", 90), ("DATA", 10), ("SKIPPED", 20), ("END", 0)]


def test_a_frame_goes_through_a_pipe_as_it_is() -> None:
    frames = [
        frame(FrameKind.OPEN, b"{}", conversation=2**32 - 1),
        frame(FrameKind.DATA, b"abc", direction=Direction.SERVER),
        frame(FrameKind.SKIPPED)._replace(skipped_bytes=2**40),
        frame(FrameKind.END, "äö".encode()),
    ]
    data = b"".join(map(encode, frames))
    assert list(read_frames(io.BytesIO(data))) == frames
    assert list(read_frames(io.BytesIO(data[:-1]))) == frames[:-1]
    assert list(read_frames(io.BytesIO(data[: len(encode(frames[0])) + 5]))) == frames[:1]


# ---- saving


def saved(folder: Path, *frames: Frame) -> list[str]:
    """What the recorder had to say."""
    told: list[str] = []
    recorder = Recorder(folder, 1 << 20, told.append)
    recorder.start()
    for entry in frames:
        recorder.give(entry)
    recorder.close()
    return told


def test_each_direction_is_a_file(tmp_path: Path) -> None:
    told = saved(
        tmp_path,
        frame(FrameKind.OPEN, b"{}"),
        frame(FrameKind.DATA, b"12"),
        frame(FrameKind.DATA, b"ab", direction=Direction.SERVER),
        frame(FrameKind.DATA, b"3"),
        frame(FrameKind.END),
        frame(FrameKind.END, direction=Direction.SERVER),
        frame(FrameKind.END, conversation=2),
    )
    assert told == []
    client, server = sorted(tmp_path.iterdir())
    assert client.name.endswith("-0001-client.ser") and client.read_bytes() == b"123"
    assert server.name.endswith("-0001-server.ser") and server.read_bytes() == b"ab"


def test_a_direction_with_a_gap_keeps_what_came_before_and_says_so(tmp_path: Path) -> None:
    told = saved(
        tmp_path,
        frame(FrameKind.DATA, b"12"),
        frame(FrameKind.SKIPPED)._replace(skipped_bytes=1000),
        frame(FrameKind.DATA, b"3"),
        frame(FrameKind.END),
    )
    (path,) = tmp_path.iterdir()
    assert path.name.endswith("-client.ser.partial") and path.read_bytes() == b"12"
    assert told == [
        "#1 client: not saved any more: the disk is too slow: 1000 bytes could not wait any longer; "
        f"the first 2 bytes are in {path}; forwarding goes on"
    ]


def test_a_direction_that_has_not_ended_is_no_whole_file(tmp_path: Path) -> None:
    assert saved(tmp_path, frame(FrameKind.DATA, b"12")) == []
    (path,) = tmp_path.iterdir()
    assert path.name.endswith("-client.ser.partial")


def test_a_file_that_cannot_be_made_is_told_once(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    told: list[str] = []
    recorder = Recorder(folder, 1 << 20, told.append)
    folder.rmdir()
    recorder.start()
    for entry in (frame(FrameKind.DATA, b"1"), frame(FrameKind.DATA, b"2"), frame(FrameKind.END)):
        recorder.give(entry)
    recorder.close()
    assert told == ["#1 client: not saved any more: No such file or directory; nothing is saved; forwarding goes on"]


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="no folder"):
        Recorder(tmp_path / "none", 1 << 20, print)

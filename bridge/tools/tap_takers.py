"""Who takes what passes a tap: the one that prints it, the one that saves it.

A taker never holds up who gives: it has a queue with a bound, and a thread that empties it. Of what does not fit only
the number of bytes is kept, and the taker is told it in the place of the bytes.
"""

from __future__ import annotations

import abc
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from .recording import Recording
from .tap_frames import Direction, Frame, FrameKind, encode

__all__ = ["DECODER", "Printer", "Recorder", "Taker"]

#: The module that decodes object streams.
DECODER: Final = ("bridge.tools.tap_reader",)

_CLOSE_SECONDS: Final = 30.0
_OUTPUT_CLOSED: Final = 141  # what `tap_reader` says when nobody reads what it prints

_Key = tuple[int, Direction]


class Taker(abc.ABC):
    """``give`` from any thread, at once; ``take`` is called for each frame, in order, in a thread of the taker."""

    def __init__(self, queue_bytes: int, name: str) -> None:
        self._limit = queue_bytes
        self._frames: deque[Frame] = deque()
        self._waiting_bytes = 0
        self._skipped: dict[_Key, Frame] = {}  # directions of which bytes are left out at present
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def give(self, frame: Frame) -> None:
        """Queue ``frame``. Does not wait."""
        with self._changed:
            key = (frame.conversation, frame.direction)
            skipped = self._skipped.get(key)
            if frame.data and frame.kind in (FrameKind.DATA, FrameKind.DATAGRAM):
                # Once something was left out it goes on when there is room for more than a moment.
                limit = self._limit if skipped is None else self._limit // 2
                if self._waiting_bytes + len(frame.data) > limit:
                    count = len(frame.data) + (0 if skipped is None else skipped.skipped_bytes)
                    self._skipped[key] = frame._replace(kind=FrameKind.SKIPPED, data=b"", skipped_bytes=count)
                    return
            if skipped is not None:
                self._frames.append(self._skipped.pop(key))
            self._frames.append(frame)
            self._waiting_bytes += len(frame.data)
            self._changed.notify()

    def close(self) -> None:
        """Take what is queued, then end; what takes longer than 30 seconds is left."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._frames and not self._closing:
                    self._changed.wait()
                if not self._frames:
                    return
                frame = self._frames.popleft()
                self._waiting_bytes -= len(frame.data)
                last = not self._frames
            self.take(frame, last)

    @abc.abstractmethod
    def take(self, frame: Frame, last: bool) -> None:
        """Do with ``frame`` what this is for; ``last``: no other waits."""


class Recorder(Taker):
    """Saves each direction, or each datagram, as a file in ``folder``. Where that fails it is told, and no more."""

    def __init__(self, folder: Path, queue_bytes: int, told: Callable[[str], object]) -> None:
        super().__init__(queue_bytes, "bridge tap recorder")
        if not folder.is_dir():
            raise NotADirectoryError(f"there is no folder {folder}")
        self._folder = folder
        self._told = told
        self._began = datetime.now()
        self._datagrams = 0
        self._recordings: dict[_Key, Recording | None] = {}  # None: saving it has failed

    def take(self, frame: Frame, last: bool) -> None:
        key = (frame.conversation, frame.direction)
        try:
            if frame.kind is FrameKind.DATA:
                if key not in self._recordings:
                    self._recordings[key] = Recording(self._folder, self._name(frame))
                recording = self._recordings[key]
                if recording is not None:
                    recording.write(frame.data)
            elif frame.kind is FrameKind.DATAGRAM:
                if key not in self._recordings:
                    self._save_whole(frame)
            elif frame.kind is FrameKind.SKIPPED:
                self._fail(frame, f"the disk is too slow: {frame.skipped_bytes} bytes could not wait any longer")
            elif frame.kind is FrameKind.END:
                recording = self._recordings.pop(key, None)
                if recording is not None:
                    try:
                        recording.finish()
                    except OSError:
                        self._recordings[key] = recording
                        raise
        except OSError as error:
            self._fail(frame, error.strerror or str(error))
            if frame.kind is FrameKind.END:
                del self._recordings[key]

    def close(self) -> None:
        super().close()
        for recording in self._recordings.values():
            if recording is not None:
                recording.abandon()

    def _save_whole(self, frame: Frame) -> None:
        """A datagram is a stream, and so a file."""
        self._datagrams += 1
        recording = Recording(self._folder, f"{self._name(frame)}-{self._datagrams:06}")
        try:
            recording.write(frame.data)
            recording.finish()
        except OSError:
            recording.abandon()
            raise

    def _name(self, frame: Frame) -> str:
        return f"{self._began:%Y%m%d-%H%M%S}-{os.getpid()}-{frame.conversation:04}-{frame.direction.word}"

    def _fail(self, frame: Frame, reason: str) -> None:
        key = (frame.conversation, frame.direction)
        recording = self._recordings.get(key)
        if key in self._recordings and recording is None:
            return  # told before
        self._recordings[key] = None
        kept = "nothing is saved"
        if recording is not None:
            recording.abandon()
            kept = f"the first {recording.saved_bytes} bytes are in {recording.path}"
        self._told(
            f"#{frame.conversation} {frame.direction.word}: not saved any more: {reason}; {kept}; forwarding goes on"
        )


class Printer(Taker):
    """Has what passes decoded and printed by a process of its own, so that decoding takes no time from forwarding.

    ``decoder`` is the module that the process runs, with the words behind the two that it is always given, see
    `tap_reader`. ``gone`` is called when nobody reads what it prints any more.
    """

    def __init__(
        self,
        output: TextIO,
        queue_bytes: int,
        told: Callable[[str], object],
        gone: Callable[[], object],
        *,
        as_json: bool,
        full: bool,
        decoder: Sequence[str] = DECODER,
    ) -> None:
        super().__init__(queue_bytes, "bridge tap printer")
        self._told = told
        self._gone = gone
        output.flush()
        form, length = "json" if as_json else "text", "full" if full else "short"
        package = str(Path(__file__).parent.parent.parent)
        # What is imported here is what the other process imports; Ctrl-C is for this process alone.
        self._process = subprocess.Popen(  # noqa: S603 - no word of it is from a peer
            [sys.executable, "-P", "-m", decoder[0], form, length, *decoder[1:]],
            stdin=subprocess.PIPE,
            stdout=output.fileno(),
            env={**os.environ, "PYTHONPATH": os.pathsep.join([package, *filter(None, sys.path)])},
            process_group=0 if os.name == "posix" else None,
        )
        assert self._process.stdin is not None
        self._pipe = self._process.stdin
        self._dead = False
        self._watching = threading.Thread(target=self._watch, name="bridge tap watcher", daemon=True)

    def start(self) -> None:
        super().start()
        self._watching.start()

    def take(self, frame: Frame, last: bool) -> None:
        if self._dead:
            return
        try:
            self._pipe.write(encode(frame))
            if last:
                self._pipe.flush()
        except OSError:
            self._dead = True  # and the watcher says so

    def close(self) -> None:
        super().close()
        if self._thread.is_alive():  # it writes into a pipe that nobody empties
            self._process.kill()
            self._thread.join()
        try:
            self._pipe.close()  # its word to go, once it has told all
        except OSError:
            pass  # it went before it had read all
        self._watching.join(_CLOSE_SECONDS)
        if self._watching.is_alive():
            self._process.kill()
            self._watching.join()

    def _watch(self) -> None:
        status = self._process.wait()
        self._dead = True
        if status == _OUTPUT_CLOSED:
            self._gone()
        elif status:
            self._told(f"the process that decodes ended with status {status}: no more is shown; forwarding goes on")

"""Runs the test suites side by side, as many at once as there are processors, and shows one after the other.

python scripts/suites.py [ARGS for pytest...]

Each suite is a process of its own. What the first of them prints is shown as it comes, what the others print meanwhile
when it is their turn. The status is that of the first suite that failed. A suite in which ARGS select no test is no
failure while another has one.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_ROOT = Path(__file__).parent.parent
_NO_TEST_SELECTED = 5  # pytest's status
_LOOK_SECONDS = 0.1
_END_SECONDS = 20

#: Many tests start interpreters of their own, which need not compile the package again each.
_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(_ROOT / "build" / "pycache")}


class Suite(NamedTuple):
    name: str
    words: list[str]
    environment: dict[str, str]


#: What of interop/ is a suite of its own, so that all processors have work to the end. All else is in the other.
_CONVERSATIONS = [
    f"interop/test_{name}.py" for name in ("bench", "channel", "endurance", "secret", "tap", "transports", "wire_java")
]
_OTHERS = ["interop/weka", "interop/redis"]  # with targets of their own

SUITES = [
    Suite("unit tests, compiled", ["tests"], {"BRIDGE_EXPECT": "compiled"}),
    Suite("unit tests, pure", ["tests"], {"BRIDGE_EXPECT": "pure", "BRIDGE_PURE": "1"}),
    Suite("Python and Java, values", ["interop", *(f"--ignore={path}" for path in _CONVERSATIONS + _OTHERS)], {}),
    Suite("Python and Java, conversations and benches", _CONVERSATIONS, {}),
]


class _Running:
    """A suite whose process writes into a file that is read from the beginning."""

    def __init__(self, suite: Suite, arguments: list[str], folder: str) -> None:
        self.suite = suite
        self.began = self.ended = time.monotonic()
        file = Path(folder) / f"{len(os.listdir(folder))}.txt"
        with file.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 - the words are those of this file and of who runs it
                [sys.executable, "-m", "pytest", *_color(), *suite.words, *arguments],
                cwd=_ROOT,
                env={**os.environ, **_BYTECODE, **suite.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C reaches this process alone, which tells each of them once
            )
        self.output: BinaryIO = file.open("rb")

    def is_alive(self) -> bool:
        if self.process.returncode is None and self.process.poll() is not None:
            self.ended = time.monotonic()
        return self.process.returncode is None

    def show(self) -> None:
        """What was printed since the last time."""
        sys.stdout.buffer.write(self.output.read())
        sys.stdout.buffer.flush()


def _color() -> list[str]:
    return ["--color=yes"] if sys.stdout.isatty() and "NO_COLOR" not in os.environ else []


def run(suites: list[Suite], arguments: list[str], at_once: int) -> int:
    """Runs all suites, at most ``at_once`` at a time. The status for the whole."""
    with tempfile.TemporaryDirectory() as folder, _ended_with_us() as running:
        waiting = list(suites)
        shown = 0
        while shown < len(suites):
            busy = sum(each.is_alive() for each in running)
            while waiting and busy < at_once:
                running.append(_Running(waiting.pop(0), arguments, folder))
                busy += 1
            current = running[shown]
            ended = not current.is_alive()  # asked first: what it printed last is there then
            current.show()
            if ended:
                print(f"===== {current.suite.name}: {current.ended - current.began:.0f} s =====", flush=True)
                shown += 1
            else:
                time.sleep(_LOOK_SECONDS)
        statuses = [each.process.returncode for each in running]
    failures = [status for status in statuses if status not in (0, _NO_TEST_SELECTED)]
    return failures[0] if failures else 0 if 0 in statuses else _NO_TEST_SELECTED


@contextlib.contextmanager
def _ended_with_us() -> Iterator[list[_Running]]:
    """For the suites that were begun: whatever ends this process, by Ctrl-C or SIGTERM, ends them first."""
    running: list[_Running] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield running
    finally:
        alive = [each for each in running if each.is_alive()]
        for each in alive:
            each.process.send_signal(signal.SIGINT)  # pytest then cleans up, and says how far it came
        until = time.monotonic() + _END_SECONDS
        for each in alive:
            try:
                each.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()
            each.show()
        for each in running:
            each.output.close()
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    try:
        sys.exit(run(SUITES, sys.argv[1:], max(1, os.cpu_count() or 1)))
    except KeyboardInterrupt:
        sys.exit(130)

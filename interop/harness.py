"""Finds the JDKs, and drives one Java process for many cases (``java/README.md`` has the protocol).

Of the standard library only, so that it can judge the package without leaning on it.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

__all__ = ["CLASSES", "Harness", "JavaFailure", "Jdk", "command", "find_jdks", "matrix", "missing", "program"]

_ROOT = Path(__file__).resolve().parent.parent
CLASSES = _ROOT / "java" / "build" / "classes"
_OPTIONS = _ROOT / "java" / "jvm.options"
_OLDEST = 17
_NEWEST = 25


@dataclass(frozen=True)
class Jdk:
    """A Java that is installed here: ``major`` is 17 for every 17.0.x."""

    major: int
    version: str
    java: Path

    def __str__(self) -> str:
        return f"JDK {self.version} ({self.java})"


@cache
def find_jdks() -> tuple[Jdk, ...]:
    """Every Java of this machine, oldest first: in ``JAVA_HOMES`` (as PATH is written), /usr/lib/jvm, and on PATH."""
    named = [Path(home) for home in os.environ.get("JAVA_HOMES", "").split(os.pathsep) if home]
    installed = sorted(Path("/usr/lib/jvm").glob("*"))
    on_path = [Path(folder).parent for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    found: dict[Path, Jdk] = {}
    for home in (*named, *installed, *on_path):
        java = home / "bin" / "java"
        if os.access(java, os.X_OK) and java.resolve() not in found:
            version = _version(java)
            if version is not None:
                found[java.resolve()] = Jdk(int(version.split(".")[0].split("-")[0]), version, java.resolve())
    return tuple(sorted(found.values(), key=lambda jdk: jdk.major))


def _version(java: Path) -> str | None:
    """The version as ``java -version`` has it; of Java 8 that is 1.8.0."""
    with contextlib.suppress(OSError):
        for line in (java.resolve().parent.parent / "release").read_text().splitlines():
            if match := re.fullmatch(r'JAVA_VERSION="([^"]+)"', line):
                return match[1]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True).stderr
        if match := re.search(r'version "([^"]+)"', told):
            return match[1]
    return None


def matrix() -> list[Jdk]:
    """The JDKs the cases run on: 17 and 25; in place of a 17 that is missing the oldest one above it.

    Empty where no Java is 17 or newer.
    """
    newest_first = {jdk.major: jdk for jdk in reversed(find_jdks()) if jdk.major >= _OLDEST}
    if not newest_first:
        return []
    return [newest_first[major] for major in sorted({min(newest_first), _NEWEST} & set(newest_first))]


def missing() -> str:
    """What there is to say about a matrix that is not whole; empty if it is."""
    majors = {jdk.major for jdk in matrix()}
    if not majors:
        return "no JDK 17 or newer was found: in JAVA_HOMES, in /usr/lib/jvm, or as java on PATH"
    return ", ".join(f"JDK {major} is not installed" for major in (_OLDEST, _NEWEST) if major not in majors)


def command(jdk: Jdk, main_class: str, *arguments: object, options: Sequence[str] = ()) -> list[str]:
    """The words that run a program of ``java/`` on this JDK; ``options`` are for the JVM."""
    return [str(jdk.java), f"@{_OPTIONS}", *options, "-cp", str(CLASSES), main_class, *map(str, arguments)]


class JavaFailure(AssertionError):
    """Java said no: the request it was asked, and the reason it gave."""


class Harness:
    """One Java process that answers requests, started at the first one, and again after it died."""

    def __init__(self, jdk: Jdk) -> None:
        self.jdk = jdk
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: deque[str] = deque(maxlen=200)
        self._error_reader: threading.Thread | None = None
        self._written: dict[str, bytes] = {}
        self._ports: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<Harness on {self.jdk}>"

    @property
    def pid(self) -> int:
        return self._running().pid

    def ask(self, request: str, stream: bytes | None = None, *, timeout: float = 120) -> bytes:
        """The answer to one request; ``stream`` goes after it, with its length.

        JavaFailure: Java refused, did not answer in ``timeout`` seconds, or died; with what it wrote to stderr.
        """
        __tracebackhide__ = True
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        line = request if stream is None else f"{request} {len(stream)}"
        self._errors.clear()
        # Whoever waits for a dead process is told at once: killing is how a wait ends.
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        watchdog = threading.Timer(timeout, end)
        watchdog.daemon = True
        watchdog.start()
        try:
            process.stdin.write(line.encode("ascii") + b"\n" + (stream or b""))
            process.stdin.flush()
            outcome, _, length = process.stdout.readline().decode("ascii").strip().partition(" ")
            answer = process.stdout.read(int(length)) if outcome else b""
        except OSError:
            outcome, answer = "", b""
        finally:
            watchdog.cancel()
        if outcome == "ok":
            return answer
        if outcome == "fail":
            raise JavaFailure(f"{self.jdk}, asked {line!r}: {answer.decode('utf-8', 'replace').rstrip()}{self._told()}")
        self.stop()
        why = f"no answer in {timeout} s" if late.is_set() else "the process died"
        raise JavaFailure(f"{self.jdk}, asked {line!r}: {why}{self._told()}")

    def words(self, request: str) -> list[str]:
        """The lines of an answer."""
        return self.ask(request).decode("ascii").split()

    def write(self, name: str) -> bytes:
        """The case as Java writes it; asked once."""
        if name not in self._written:
            self._written[name] = self.ask(f"write {name}")
        return self._written[name]

    def verify(self, name: str, stream: bytes) -> None:
        """JavaFailure unless Java reads from ``stream`` the very graph of the case: class, value and sharing."""
        __tracebackhide__ = True
        self.ask(f"verify {name}", stream)

    def port(self, server: str) -> int:
        """The port of a server in this process, started once: ``echo-server``, ``answer-server``, ``bare-server``."""
        self._running()
        if server not in self._ports:
            self._ports[server] = int(self.ask(server))
        return self._ports[server]

    def stop(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        self._ports.clear()
        if process is None:
            return
        with process:  # closes the pipes; its standard input at its end is Java's word to go
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
            if self._error_reader is not None:
                self._error_reader.join()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.stop()
        if self._process is None:
            self._process = subprocess.Popen(
                command(self.jdk, "bridge.harness.Harness"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            assert self._process.stderr is not None
            self._error_reader = threading.Thread(target=self._read_errors, args=(self._process.stderr,), daemon=True)
            self._error_reader.start()
        return self._process

    def _read_errors(self, stderr: IO[bytes]) -> None:
        for line in stderr:
            self._errors.append(line.decode("utf-8", "replace").rstrip())

    def _told(self) -> str:
        errors = list(self._errors)
        return "\nstderr of Java:\n  " + "\n  ".join(errors) if errors else ""


@contextlib.contextmanager
def program(
    jdk: Jdk, main_class: str, *arguments: object, options: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """A Java program of its own, its standard output in a pipe; ended when the block is left."""
    words = command(jdk, main_class, *arguments, options=options)
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()

"""The Java side that an installation carries: one jar, and the Java of this machine that runs it.

The jar holds the small library (``bridge.Channel``, ``bridge.Listener``) and the programs that java/README.md lists.
It is made from java/src when the bridge is built; the bridge itself never needs it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["JAR", "OLDEST", "Java", "find_java", "jar", "program"]

#: Where the jar lies in an installation.
JAR: Final = Path(__file__).parent.parent / "java-object-bridge.jar"

#: The class files of the jar need this Java or a newer one.
OLDEST: Final = 17

#: Where Linux distributions put Java, beside PATH.
_INSTALLED: Final = Path("/usr/lib/jvm")


@dataclass(frozen=True)
class Java:
    """A Java of this machine: its ``java`` command, and its version: ``"17.0.15"``, of which ``major`` is 17."""

    command: str
    version: str

    @property
    def major(self) -> int:
        """What comes first in the version; of Java 8, which calls itself 1.8, that is 1."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def jar() -> Path:
    """The path of the jar of this installation. FileNotFoundError: it carries none."""
    if not JAR.is_file():
        raise FileNotFoundError(
            f"this installation carries no Java side: {JAR} is not there; wheels have it, `make setup` makes it"
        )
    return JAR


def find_java(command: str | None = None) -> Java:
    """A Java that can run the jar: ``command`` if given, else of JAVA_HOME, of PATH, or in /usr/lib/jvm.

    FileNotFoundError: there is none, or ``command`` is none.
    """
    if command is not None:
        version = _version(command)
        if version is None:
            raise FileNotFoundError(f"{command} is no Java that can be run")
        found = Java(command, version)
        if found.major < OLDEST:
            raise FileNotFoundError(f"{command} is Java {version}, and Java {OLDEST} or newer is needed")
        return found
    home = os.environ.get("JAVA_HOME")
    candidates = [
        str(Path(home, "bin", "java")) if home else None,
        shutil.which("java"),
        *(str(folder / "bin" / "java") for folder in sorted(_INSTALLED.glob("*"))),
    ]
    for candidate in candidates:
        if candidate is not None and (version := _version(candidate)) is not None:
            found = Java(candidate, version)
            if found.major >= OLDEST:
                return found
    raise FileNotFoundError(
        f"there is no Java {OLDEST} or newer in JAVA_HOME, on PATH or in {_INSTALLED}: install one, or name its command"
    )


def _version(command: str) -> str | None:
    """What ``java -version`` says; None where that cannot be run or says something else."""
    try:
        told = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=60, check=True).stderr  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(\d[^"]*)"', told)
    return match[1] if match else None


@contextlib.contextmanager
def program(java: Java, main_class: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A program of the jar as a process, its standard output in a pipe; ended when the block is left."""
    # The packages that the programs look into: those which the manifest opens to `java -jar`.
    opens = [
        word
        for package in ("java.util", "java.util.concurrent", "java.lang.invoke")
        for word in ("--add-opens", f"java.base/{package}=ALL-UNNAMED")
    ]
    words = [java.command, *opens, "-cp", str(jar()), main_class, *map(str, arguments)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()

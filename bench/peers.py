"""The subjects of the benchmark: who is measured, how each is started, and why one is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from bench.workloads import BUILD, CLASSES, ROOT, stream_file
from interop.harness import matrix, missing

__all__ = ["FLOORS", "Subject", "find_subjects", "run_cell"]

FLOORS = ("floor", "floor, GC on")


@dataclass(frozen=True)
class Subject:
    """``command(operation, workload, folder, seconds, limit)`` starts one cell.

    ``memory(operation, workload, folder)``: where the peak of the memory is measured by a process of its own.
    ``lacking``: why it cannot do an operation. ``same``: a workload whose figure is that of another one for it.
    """

    name: str
    command: Callable[[str, str, Path, float, float], list[str]]
    environment: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    memory: Callable[[str, str, Path], list[str]] | None = None


#: Only the bridge has classes to declare; to everybody else W9 is W1.
_W9 = {"W9": "W1"}


def find_subjects(wanted: Sequence[str] | None = None) -> tuple[list[Subject], list[str]]:
    """The subjects that there are on this machine, in the order of the table; and what there is to say of others.

    ``wanted``: their names, where not all of them are; ours is always one. ValueError: there is no such subject.
    """
    notes = [missing()] if missing() else []
    found = [_python("ours", "ours"), _python("ours uncompiled", "ours", BRIDGE_PURE="1")]
    found += [_java(f"JDK {jdk.major}", jdk.java) for jdk in matrix()]
    found += [_python(f"pickle {kind}", f"pickle-{kind}", same=_W9) for kind in ("slots", "dict")]
    found.append(_python("javaobj v1", "javaobj-v1", same=_W9))
    found.append(_python("javaobj v2", "javaobj-v2", same=_W9, lacking={"write": "has no writer"}))
    if wanted is None or "javaobj v3" in wanted:
        interpreter, note = _interpreter_for_v3()
        if interpreter is None:
            notes.append(note)
        else:
            found.append(_python("javaobj v3", "javaobj-v3", interpreter, same=_W9))
    nothing_to_write = {"write": "nothing is made when writing"}
    found.append(_python("floor", "floor", lacking=nothing_to_write))
    found.append(_python("floor, GC on", "floor-gc", lacking=nothing_to_write))
    if wanted is not None:
        if unknown := set(wanted) - {subject.name for subject in found}:
            names = ", ".join(subject.name for subject in found)
            raise ValueError(f"no such subject: {', '.join(sorted(unknown))}; there are: {names}, javaobj v3")
        found = [subject for subject in found if subject.name in {"ours", *wanted}]
    return found, notes


def _python(
    name: str,
    cell: str,
    interpreter: str = sys.executable,
    *,
    same: dict[str, str] | None = None,
    lacking: dict[str, str] | None = None,
    **environment: str,
) -> Subject:
    def command(operation: str, workload: str, folder: Path, seconds: float, limit: float) -> list[str]:
        return [interpreter, "-m", "bench.cell", operation, cell, workload, str(folder), str(seconds), str(limit)]

    return Subject(name, command, environment, lacking or {}, same or {})


def _java(name: str, java: Path) -> Subject:
    gigabytes = max(1, min(8, psutil.virtual_memory().total >> 31))  # half of the machine's, 8 at most

    def command(operation: str, workload: str, folder: Path, seconds: float, limit: float) -> list[str]:
        verb = "read" if operation == "read" else "write-back"
        heap = [f"-Xms{(gigabytes + 1) // 2}g", f"-Xmx{gigabytes}g"]
        file = stream_file(workload, folder)
        return [str(java), *heap, "-cp", str(CLASSES), "Workloads", verb, str(file), str(seconds)]

    def memory(operation: str, workload: str, folder: Path) -> list[str]:
        # With this collector, and without buffers for each thread, the JVM knows to the byte what of the heap is used.
        exact = ["-XX:+UseSerialGC", "-XX:-UseTLAB", f"-Xms{(gigabytes + 1) // 2}g", f"-Xmx{gigabytes}g"]
        words = ["-cp", str(CLASSES), "Workloads", f"{operation}-memory", str(stream_file(workload, folder))]
        return [str(java), *exact, *words]

    return Subject(name, command, same=_W9, memory=memory)


def _interpreter_for_v3() -> tuple[str | None, str]:
    """A Python 3.12 or newer with the javaobj-py3 that is installed here, or why there is none.

    Beside the running one, those on PATH and those of pyenv are looked at; a virtual environment is made for it.
    """
    try:
        wanted = f"javaobj-py3=={version('javaobj-py3')}"
    except PackageNotFoundError:
        return None, "javaobj is not measured: javaobj-py3 is not installed"
    if sys.version_info >= (3, 12):
        return sys.executable, ""
    names = [f"python3.{minor}" for minor in (14, 13, 12)]
    candidates = [*filter(None, map(shutil.which, names))]
    candidates += [str(path) for name in names for path in sorted(Path.home().glob(f".pyenv/versions/*/bin/{name}"))]
    home = BUILD / "python-for-javaobj-v3"
    interpreter = str(home / "bin" / "python")
    if _runs(interpreter, "import javaobj.v3"):
        return interpreter, ""
    for candidate in candidates:
        if _runs(candidate, "import sys, venv; sys.exit(sys.version_info < (3, 12))"):
            subprocess.run([candidate, "-m", "venv", "--clear", home], check=True)
            subprocess.run([interpreter, "-m", "pip", "install", "--quiet", wanted], check=True)
            return interpreter, ""
    return None, "javaobj v3 is not measured: it needs Python 3.12 or newer, which is not on this machine"


def _runs(interpreter: str, code: str) -> bool:
    try:
        return not subprocess.run([interpreter, "-c", code], capture_output=True, check=False).returncode
    except OSError:
        return False


def run_cell(subject: Subject, operation: str, workload: str, folder: Path, times: Sequence[float]) -> dict[str, Any]:
    """What a cell prints: ``median_ms``, ``best_ms``, ``iterations`` and ``peak_bytes``.

    Or ``beyond_ms``, the time after which it was given up; or ``lacking``, the reason why there is no figure.

    ``times``: the seconds to measure for, and after which an iteration is too slow.
    """
    if operation in subject.lacking:
        return {"lacking": subject.lacking[operation]}
    seconds, limit = times
    patience = limit * 2 + seconds * 4 + 30
    result = _run(subject, subject.command(operation, workload, folder, seconds, limit), patience)
    if subject.memory is not None and "median_ms" in result:
        result |= _run(subject, subject.memory(operation, workload, folder), patience)
    return result


def _run(subject: Subject, command: list[str], patience: float) -> dict[str, Any]:
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "BRIDGE_PURE": "", **subject.environment},
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"lacking": "what is to be written could not be read in time"}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return {"lacking": last[:200]}
    result: dict[str, Any] = json.loads(lines[-1])
    return result

"""The workloads: what they are, and how they come to lie on disk, written by Java from a fixed seed.

`prepare` compiles ``bench/java`` and ``bench/creation.pyx`` and writes every stream, and beside it the equivalent
pickles. It does what is missing or older than its source, and nothing else.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from interop.harness import Jdk, matrix, missing

__all__ = ["BUILD", "CLASSES", "WORKLOADS", "compile_java", "newest_jdk", "prepare", "stream_file", "streams"]

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
CLASSES = BUILD / "classes"
SOURCES = ROOT / "bench" / "java"

WORKLOADS = {
    "W1": "ArrayList of 100,000 beans: int, long, double, boolean, a String of its own, one of 10 shared Strings",
    "W2": "HashMap of 20,000 HashMaps of mixed values and small lists",
    "W3": "ArrayList of 200,000 distinct Strings, 80 % ASCII",
    "W4i": "int[5,000,000]",
    "W4d": "double[2,000,000]",
    "W4b": "byte[20,000,000]",
    "W5": "500,000 Integers and 200,000 Doubles",
    "W6a": "100,000 beans, written one by one on one stream",
    "W6b": "20,000 streams of one bean each",
    "W7": "linked list of 20,000 nodes",
    "W8": "50,000 values of the JDK: java.time, BigDecimal, UUID, enums, List.of, EnumMap",
    "W9": "the bytes of W1, the bean a dataclass declared with @java_class",
}


def newest_jdk() -> Jdk:
    """The newest JDK that the interop suite knows; without one there is no benchmark."""
    found = matrix()
    if not found:
        raise SystemExit(f"the benchmark needs Java, and {missing()}")
    return found[-1]


def compile_java(*options: str, sources: Sequence[str] = ("Workloads.java", "Wire.java")) -> None:
    """Compiles programs of ``bench/java`` into `CLASSES`, where one has changed."""
    stale = [
        SOURCES / name
        for name in sources
        if not (made := CLASSES / f"{Path(name).stem}.class").exists()
        or made.stat().st_mtime < (SOURCES / name).stat().st_mtime
    ]
    if stale:
        CLASSES.mkdir(parents=True, exist_ok=True)
        compiler = newest_jdk().java.with_name("javac")
        files = [SOURCES / name for name in sources]
        subprocess.run([compiler, "--release", "17", "-encoding", "UTF-8", "-d", CLASSES, *options, *files], check=True)


def prepare(scale: float = 1, names: Sequence[str] = (), *, pickles: bool = True) -> Path:
    """The folder with the workloads at this scale; ``names``: only these (all if none)."""
    compile_java()
    folder = BUILD / f"data-{scale:g}{''.join(f'-{name}' for name in names)}"
    written = folder / "written"
    if not written.exists() or written.stat().st_mtime < (SOURCES / "Workloads.java").stat().st_mtime:
        java = newest_jdk().java
        subprocess.run([java, "-Xmx4g", "-cp", CLASSES, "Workloads", "write", folder, str(scale), *names], check=True)
        if pickles:
            subprocess.run([sys.executable, "-m", "bench.equivalents", folder], cwd=ROOT, check=True)
        written.touch()
    return folder


def stream_file(workload: str, folder: Path) -> Path:
    """Where the bytes of a workload lie."""
    return folder / ("W6b.messages" if workload == "W6b" else f"{'W1' if workload == 'W9' else workload}.ser")


def streams(workload: str, folder: Path) -> list[bytes]:
    """The streams of a workload: one, or for W6b many."""
    data = stream_file(workload, folder).read_bytes()
    if workload != "W6b":
        return [data]
    messages = []
    at = 4
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        messages.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return messages

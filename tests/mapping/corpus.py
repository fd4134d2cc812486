"""Streams that Java wrote: ``tests/corpus/jdk17/NAME.ser``, and under ``jdk25`` those whose bytes are others there.

Written by ``bridge.harness.CorpusWriter``; the names are those of the cases in ``java/src/bridge/cases``.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "corpus"


def names() -> list[str]:
    """Every stream, with its JDK in front: ``jdk17/time/local-date``."""
    return [str(file.relative_to(FOLDER))[: -len(".ser")] for file in sorted(FOLDER.rglob("*.ser"))]


def stream(name: str) -> bytes:
    return (FOLDER / f"{name}.ser").read_bytes()

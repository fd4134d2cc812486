"""Classes and constructs that make a stream dangerous to the Java program that reads it.

The data is in ``gadgets.toml``, for people to read and to add to; this module gives it a shape. Nothing here, and
nothing that uses it, loads, runs or makes any of these classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = ["Level", "Pattern", "Patterns", "patterns", "why_refused"]

Level: TypeAlias = Literal["danger", "suspect"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A known way to harm a Java program by a stream.

    id        a short name
    level     ``danger``: no honest stream holds it; ``suspect``: it has honest uses too
    reading   what Java does when it reads it
    why       what an attacker gains
    sources   CVE numbers and pages that describe it
    classes   the names of the classes it is known by; a ``*`` ends one that stands for all that begin so
    """

    id: str
    level: Level
    reading: str
    why: str
    sources: tuple[str, ...]
    classes: tuple[str, ...] = ()


class Patterns:
    """The patterns, found by the name of a class or by their id."""

    def __init__(self, classes: Iterable[Pattern], constructs: Iterable[Pattern]) -> None:
        self.classes = tuple(classes)
        self.constructs = {pattern.id: pattern for pattern in constructs}
        self._by_name: dict[str, Pattern] = {}
        self._by_prefix: list[tuple[str, Pattern]] = []
        for pattern in self.classes:
            for name in pattern.classes:
                if name.endswith("*"):
                    self._by_prefix.append((name[:-1], pattern))
                else:
                    self._by_name[name] = pattern

    def of_class(self, name: str) -> Pattern | None:
        """The pattern that knows this class, or a class whose array it is; None if none does."""
        while name.startswith("["):
            name = name[1:]
            if name.startswith("L") and name.endswith(";"):
                name = name[1:-1]
        pattern = self._by_name.get(name)
        if pattern is None:
            for prefix, known in self._by_prefix:
                if name.startswith(prefix):
                    return known
        return pattern


@cache
def patterns() -> Patterns:
    """Those of ``gadgets.toml``, read once."""
    import tomllib

    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return Patterns(map(_pattern, data["class"]), map(_pattern, data["construct"]))


def _pattern(entry: dict[str, object]) -> Pattern:
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Pattern(**fields)  # type: ignore[arg-type]  # tests/test_gadgets.py holds the types of every entry


def why_refused(class_names: Iterable[str]) -> str | None:
    """Why an object of a class with these super-classes is not written; None: nothing is known against them."""
    for name in class_names:
        if name.startswith("java."):  # none of those is dangerous by itself, and most of what is written is one
            continue
        pattern = patterns().of_class(name)
        if pattern is not None and pattern.level == "danger":
            return (
                f"{name} belongs to the gadget chain {pattern.id!r}: {pattern.why} ({', '.join(pattern.sources)}); "
                "it is written with allow_gadgets=True"
            )
    return None

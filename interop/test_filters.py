"""Filters and limits beside the JDK's own: every decision, and what the reader asks about a stream."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

import bridge
from bridge.errors import SchemaError
from bridge.limits import FilterInfo, ObjectInputFilter, merge_filters, reject_undecided
from interop.harness import Harness

_LONG_MAX = (1 << 63) - 1

# Classes that every JDK has, of several modules and packages, in all forms; "" is a question about sizes only.
_ELEMENTS = [
    "java.lang.String", "java.lang.Object", "java.lang.Thread$State", "java.util.ArrayList", "java.util.Map$Entry",
    "java.util.concurrent.locks.ReentrantLock", "java.util.logging.Level", "java.sql.Timestamp", "java.awt.Point",
    "java.net.http.HttpClient", "java.math.BigInteger",
]  # fmt: skip
_CLASSES = [
    *_ELEMENTS,
    *[f"[L{name};" for name in _ELEMENTS[:5]],
    "[[[Ljava.util.Map$Entry;", "[I", "[[Z", "int", "void", "",
]  # fmt: skip
_NAMES = [
    "java", "java.", "java.lang", "java.lang.", "java.util", "java.util.Map$", "java.util.concurrent", "java.lang.S",
    "java.lang.String", "java.util.Map$Entry", "Java.lang.String", "java.sql", "[Ljava.lang.String;", "[I", "int", "",
    " java.lang.String", "java.lang.String ", ".", "$", "java/lang/String", "é", "x*y", "java.util.logging", "java.awt",
]  # fmt: skip
_ENDS = ["", "", "", "*", ".*", ".**", "**", ".*.*", "***", "..*", "..**", ".* "]
_MODULES = [
    "java.base/", "java.sql/", "java.logging/", "java.desktop/", "java.net.http/", "java.base//", "/", "x/", "java/",
]  # fmt: skip
_LIMIT_NAMES = ["maxdepth", "maxrefs", "maxbytes", "maxarray", "maxdepth ", "MaxDepth", "max", "", "!maxrefs"]
_LIMIT_VALUES = [
    "0", "1", "2", "5", "10", "-1", "+3", "-0", "007", "", " 1", "1 ", "x", "1e3", "0x10", "1_0", "3=4", "4.0", "٣",
    str(_LONG_MAX), str(_LONG_MAX + 1), "-9223372036854775808",
]  # fmt: skip


class Question(NamedTuple):
    how: str
    pattern: str
    other: str
    info: FilterInfo

    @property
    def line(self) -> str:
        return "\t".join([self.how, self.pattern, self.other, *map(str, self.info)])


def part(random: Random) -> str:
    if random.random() < 0.3:
        return f"{random.choice(_LIMIT_NAMES[:4])}={random.choice(_LIMIT_VALUES[:5])}"
    if random.random() < 0.04:
        return f"{random.choice(_LIMIT_NAMES)}={random.choice(_LIMIT_VALUES)}"
    module = random.choice(_MODULES) if random.random() < 0.2 else ""
    return random.choice(("", "", "", "!", "!", "!!")) + module + random.choice(_NAMES) + random.choice(_ENDS)


def pattern(random: Random) -> str:
    parts = [part(random) for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 5)))]
    if random.random() < 0.25:
        parts.append(random.choice(("!*", "*", "")))
    return ";".join(parts if any(parts) else ["java.lang.*"])  # where there is no part Java makes no filter at all


def questions(count: int, seed: int) -> list[Question]:
    """``count`` questions that are the same in every run."""
    random = Random(seed)
    found = []
    for _ in range(count):
        name = random.choice(_CLASSES)
        length = random.choice((0, 1, 2, 3, 5, 6, 1 << 31)) if name.startswith("[") else -1
        sizes = [random.choice((0, 1, 2, 3, 5, 6, 10, 11, -1)) for _ in range(3)]
        how = random.choice(("pattern", "pattern", "pattern", "merge", "undecided"))
        found.append(Question(how, pattern(random), pattern(random), FilterInfo(name, length, *sizes)))
    return found


def decision(question: Question) -> str:
    try:
        function = ObjectInputFilter(question.pattern)
        if question.how == "merge":
            return merge_filters(function, question.other)(question.info).name
        return (reject_undecided(function) if question.how == "undecided" else function)(question.info).name
    except SchemaError:
        return "refused"


def test_every_decision_is_that_of_the_jdk(java: Harness) -> None:
    """12,000 questions: patterns of all kinds, broken ones too, alone, merged and decided."""
    asked = questions(12_000, seed=290)
    answers = java.ask("filter", "\n".join(question.line for question in asked).encode()).decode().splitlines()
    assert len(answers) == len(asked)
    wrong = []
    for question, answer in zip(asked, answers, strict=True):
        found = decision(question)
        if found != answer:
            wrong.append((question, found, answer))
    assert wrong == []
    kinds = {(question.how, answer) for question, answer in zip(asked, answers, strict=True)}
    for how in ("pattern", "merge", "undecided"):
        assert {answer for kind, answer in kinds if kind == how} >= {"ALLOWED", "REJECTED", "UNDECIDED", "refused"}


class Asked(NamedTuple):
    class_name: str
    array_length: int
    depth: int
    references: int
    stream_bytes: int


def asked_by_java(java: Harness, data: bytes) -> list[Asked]:
    lines = [line.split("\t") for line in java.ask("filter-asked", data).decode().splitlines()]
    return [Asked(name, *map(int, sizes)) for name, *sizes in lines]


def asked_here(data: bytes, registry: bridge.Registry) -> list[Asked]:
    found: list[Asked] = []

    def ask(info: FilterInfo) -> None:
        found.append(Asked(*info))

    bridge.loads(data, object_filter=ask, registry=registry)
    return found


def not_found(needles: Iterable[Asked], hay: Iterable[Asked]) -> list[Asked]:
    """The needles that are not in the hay, in this order."""
    rest = iter(hay)
    return [needle for needle in needles if needle not in rest]


def test_a_filter_is_asked_what_java_asks(java: Harness, case: str) -> None:
    """Class, array length, depth, references and bytes: each question is one of Java's, in the order of Java's.

    Java asks more: about back references (no class), classes of proxies, what a ``readResolve`` gives, tables that a
    collection makes for itself, and super-classes that are not in the stream.
    """
    data = java.write(case)
    expected = asked_by_java(java, data)
    registry = bridge.default_registry.copy()
    found = asked_here(data, registry)
    assert not_found(found, expected) == []
    # With the descriptors from the cache the same, but that a class is asked about with all its bytes.
    assert [asked[:4] for asked in asked_here(data, registry)] == [asked[:4] for asked in found]

"""A test with the argument ``java`` runs on each JDK of the matrix, one with ``case`` or ``stream`` on each case there.

``small_case`` is any case but those that are special by their size. One Java process per JDK answers all tests of the
session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from interop.harness import CLASSES, Harness, Jdk, matrix, missing

_harnesses: dict[Jdk, Harness] = {}


def _harness(jdk: Jdk) -> Harness:
    return _harnesses.setdefault(jdk, Harness(jdk))


@cache
def _names(jdk: Jdk, request: str) -> list[str]:
    return _harness(jdk).words(request)


def pytest_report_header() -> list[str]:
    return [f"java: {', '.join(map(str, matrix()))}", *([f"java: {missing()}"] if missing() else [])]


def pytest_configure() -> None:
    # Nothing here means anything without Java: that is a failure, and no reason to skip.
    if not matrix():
        raise pytest.UsageError(f"the interop suite needs Java, and {missing()}")
    if not CLASSES.is_dir():
        raise pytest.UsageError(f"{CLASSES} is not there: run `make setup`")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "java" not in metafunc.fixturenames:
        return
    for argument, request in (("case", "list"), ("small_case", "list"), ("stream", "list-streams")):
        if argument in metafunc.fixturenames:
            cases = [(jdk, name) for jdk in matrix() for name in _names(jdk, request)]
            if argument == "small_case":
                cases = [(jdk, name) for jdk, name in cases if not name.startswith(("deep/", "wide/"))]
            ids = [f"{jdk.major}-{name}" for jdk, name in cases]
            metafunc.parametrize(("java", argument), cases, ids=ids, indirect=["java"])
            return
    metafunc.parametrize("java", [pytest.param(jdk, id=str(jdk.major)) for jdk in matrix()], indirect=True)


@pytest.fixture
def java(request: pytest.FixtureRequest) -> Harness:
    """The Java process of one JDK."""
    return _harness(request.param)


@pytest.fixture
def other_javas(java: Harness) -> list[Harness]:
    """The Java processes of the other JDKs of the matrix."""
    return [_harness(jdk) for jdk in matrix() if jdk != java.jdk]


@pytest.fixture(scope="session")
def names() -> Callable[[Harness, str], list[str]]:
    """``names(java, "list")``: the names of the cases on that JDK, asked once."""
    return lambda java, request: _names(java.jdk, request)


def pytest_unconfigure() -> None:
    for harness in _harnesses.values():
        harness.stop()

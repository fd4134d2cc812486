"""Limits and filters. The decisions in ``DECISIONS`` are those of the JDK's own ``ObjectInputFilter.Config`` (17)."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

import bridge
import bridge.compat.javaobj as javaobj
from bridge import limits as limits_module
from bridge.errors import DecodeError, RejectedError, SchemaError
from bridge.limits import (
    CHANNEL_LIMITS,
    FilterInfo,
    Limits,
    ObjectInputFilter,
    Status,
    combine,
    filter_function,
    merge_filters,
    reject_undecided,
    serial_filter,
    set_serial_filter,
)

STRING = "java.lang.String"
ENTRY = "java.util.Map$Entry"
LOCK = "java.util.concurrent.locks.ReentrantLock"

DECISIONS = [
    # a class by its name
    (STRING, STRING, "ALLOWED"),
    ("java.lang.Str", STRING, "UNDECIDED"),
    ("!java.lang.String", STRING, "REJECTED"),
    ("!!java.lang.String", STRING, "UNDECIDED"),
    ("java.util.Map$Entry", ENTRY, "ALLOWED"),
    # packages
    ("java.util.*", ENTRY, "ALLOWED"),
    ("java.util.*", LOCK, "UNDECIDED"),
    ("java.*", STRING, "UNDECIDED"),
    ("java.util.**", LOCK, "ALLOWED"),
    ("java.**", STRING, "ALLOWED"),
    ("!java.util.**", LOCK, "REJECTED"),
    ("a..**", STRING, "UNDECIDED"),
    # prefixes
    ("*", STRING, "ALLOWED"),
    ("!*", STRING, "REJECTED"),
    ("**", STRING, "UNDECIDED"),
    ("java.util.Map$*", ENTRY, "ALLOWED"),
    ("java.util.concurrent*", LOCK, "ALLOWED"),
    ("x*y", STRING, "UNDECIDED"),
    ("*.String", STRING, "UNDECIDED"),
    # the first match decides
    ("java.lang.*;!*", STRING, "ALLOWED"),
    ("!*;java.lang.*", STRING, "REJECTED"),
    ("java.math.*;!java.lang.*;*", STRING, "REJECTED"),
    ("java.math.*", STRING, "UNDECIDED"),
    (";;java.lang.*;", STRING, "ALLOWED"),
    ("", STRING, "UNDECIDED"),
    # white space counts
    (" java.lang.String", STRING, "UNDECIDED"),
    ("java.lang.String ;!*", STRING, "REJECTED"),
    # modules
    ("java.base/java.util.*", ENTRY, "ALLOWED"),
    ("java.base/*", LOCK, "ALLOWED"),
    ("java.sql/*", STRING, "UNDECIDED"),
    ("java.sql/*", "java.sql.Timestamp", "ALLOWED"),
    ("java.base/*", "java.sql.Timestamp", "UNDECIDED"),
    ("java.logging/java.util.logging.*", "java.util.logging.Level", "ALLOWED"),
    ("!java.base/java.util.**", "java.util.logging.Level", "UNDECIDED"),
    ("java.desktop/*", "java.awt.Point", "ALLOWED"),
    ("a/b/*", STRING, "UNDECIDED"),
    # arrays by their innermost component
    ("java.lang.*", "[Ljava.lang.String;", "ALLOWED"),
    ("!java.util.*", "[[Ljava.util.Map$Entry;", "REJECTED"),
    ("[Ljava.lang.String;", "[Ljava.lang.String;", "UNDECIDED"),
    ("!*", "[I", "UNDECIDED"),
    ("!*", "[[J", "UNDECIDED"),
    ("!*", "int", "UNDECIDED"),
    ("!*", "", "UNDECIDED"),
]


@pytest.mark.parametrize(("pattern", "class_name", "decision"), DECISIONS)
def test_a_pattern_decides_about_a_class_as_the_jdk_does(pattern: str, class_name: str, decision: str) -> None:
    length = 3 if class_name.startswith("[") else -1
    assert ObjectInputFilter(pattern)(FilterInfo(class_name, length)).name == decision


LIMIT_DECISIONS = [
    ("maxdepth=3;*", FilterInfo(STRING, depth=3), "ALLOWED"),
    ("maxdepth=3;*", FilterInfo(STRING, depth=4), "REJECTED"),
    ("*;maxdepth=3", FilterInfo(STRING, depth=4), "REJECTED"),
    ("maxrefs=5", FilterInfo(STRING, references=5), "UNDECIDED"),
    ("maxrefs=5", FilterInfo(STRING, references=6), "REJECTED"),
    ("maxbytes=10", FilterInfo(STRING, stream_bytes=10), "UNDECIDED"),
    ("maxbytes=10", FilterInfo(STRING, stream_bytes=11), "REJECTED"),
    ("maxarray=4", FilterInfo("[I", 4), "UNDECIDED"),
    ("maxarray=4", FilterInfo("[I", 5), "REJECTED"),
    ("maxarray=4;*", FilterInfo("[[Ljava.lang.String;", 5), "REJECTED"),
    ("maxarray=4", FilterInfo(STRING, 5), "UNDECIDED"),
    ("maxarray=0", FilterInfo("[I", 0), "UNDECIDED"),
    ("maxarray=0", FilterInfo("[I", -1), "UNDECIDED"),
    ("maxdepth=3;maxdepth=9", FilterInfo(STRING, depth=4), "UNDECIDED"),
    ("maxdepth=+3", FilterInfo(STRING, depth=4), "REJECTED"),
    ("maxdepth=-0", FilterInfo(STRING, depth=1), "REJECTED"),
    ("maxdepth=9223372036854775807", FilterInfo(STRING, depth=1), "UNDECIDED"),
    ("*", FilterInfo(STRING, depth=-1), "REJECTED"),
    ("maxrefs=5", FilterInfo("", references=6), "REJECTED"),
]


@pytest.mark.parametrize(("pattern", "info", "decision"), LIMIT_DECISIONS)
def test_a_limit_in_a_pattern_comes_before_every_class_pattern(pattern: str, info: FilterInfo, decision: str) -> None:
    assert ObjectInputFilter(pattern)(info).name == decision


BAD_PATTERNS = [
    "!",
    ".*",
    ".**",
    "!.*",
    "/java.lang.String",
    "!/x",
    "java.base/",
    "java.base/.*",
    "java.base/.**",
    "maxdepth=",
    "maxdepth=-1",
    "maxdepth= 3",
    "maxdepth=3 ",
    " maxdepth=3",
    "maxdepth=1_0",
    "maxdepth=3=4",
    "maxdepth=9223372036854775808",
    "maxdepth=" + "9" * 5000,
    "maxfoo=3",
    "=3",
    "!maxdepth=3",
    "java.base/maxdepth=3",
    "java.lang.*;!",
]


@pytest.mark.parametrize("pattern", BAD_PATTERNS)
def test_a_pattern_that_java_refuses_is_refused_where_it_is_written(pattern: str) -> None:
    with pytest.raises(SchemaError):
        ObjectInputFilter(pattern)


def test_a_pattern_must_be_text() -> None:
    with pytest.raises(SchemaError, match="bytes"):
        ObjectInputFilter(b"*")  # type: ignore[arg-type]


def test_a_class_of_unknown_module_is_not_allowed_by_module_but_rejected_by_it() -> None:
    mine = FilterInfo("com.example.Order")
    assert ObjectInputFilter("shop/com.example.*")(mine) is Status.UNDECIDED
    assert ObjectInputFilter("!shop/com.example.*")(mine) is Status.REJECTED
    assert ObjectInputFilter("!shop/com.other.*")(mine) is Status.UNDECIDED


def test_the_limits_of_a_pattern_can_be_read() -> None:
    assert ObjectInputFilter("maxarray=4;java.lang.*;maxrefs=9223372036854775807").limits == Limits(maxarray=4)


def test_filters_are_equal_when_their_patterns_are() -> None:
    assert ObjectInputFilter("!*") == ObjectInputFilter("!*") != ObjectInputFilter("*")
    assert len({ObjectInputFilter("!*"), ObjectInputFilter("!*")}) == 1
    assert repr(ObjectInputFilter("!*")) == "ObjectInputFilter('!*')"
    assert ObjectInputFilter("!*") != "!*"


ANSWERS = [
    (True, Status.ALLOWED),
    (False, Status.REJECTED),
    (None, Status.UNDECIDED),
    (Status.ALLOWED, Status.ALLOWED),
    (Status.REJECTED, Status.REJECTED),
]


@pytest.mark.parametrize(("answer", "status"), ANSWERS)
def test_a_function_is_a_filter(answer: Status | bool | None, status: Status) -> None:
    function = filter_function(lambda info: answer)
    assert function is not None
    assert function(FilterInfo(STRING)) is status


def test_no_filter_stays_no_filter_and_a_text_becomes_one() -> None:
    assert filter_function(None) is None
    assert filter_function("!*") == ObjectInputFilter("!*")
    assert filter_function(ObjectInputFilter("*")) == ObjectInputFilter("*")


def test_a_function_that_fails_rejects() -> None:
    function = filter_function(lambda info: bool(1 // 0))
    assert function is not None
    with pytest.raises(RejectedError, match=r"java\.lang\.String.*ZeroDivisionError"):
        function(FilterInfo(STRING))


def test_a_function_may_raise_an_error_of_the_bridge() -> None:
    def refuse(info: FilterInfo) -> bool:
        raise RejectedError("not today")

    function = filter_function(refuse)
    assert function is not None
    with pytest.raises(RejectedError, match="not today"):
        function(FilterInfo(STRING))


@pytest.mark.parametrize("wrong", [3, object(), b"!*"])
def test_what_cannot_filter_is_refused(wrong: object) -> None:
    with pytest.raises(SchemaError):
        filter_function(wrong)  # type: ignore[arg-type]


def test_a_function_must_give_an_answer() -> None:
    function = filter_function(lambda info: "yes")  # type: ignore[arg-type]
    assert function is not None
    with pytest.raises(SchemaError, match="yes"):
        function(FilterInfo(STRING))


def test_limits_are_unbounded_unless_told() -> None:
    assert Limits() == Limits.none()
    assert all(getattr(Limits(), field.name) is None for field in fields(Limits))


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
@pytest.mark.parametrize("wrong", [-1, 1.5, "3", True])
def test_a_limit_is_a_whole_number_from_zero_up(name: str, wrong: object) -> None:
    with pytest.raises(SchemaError, match=name):
        Limits(**{name: wrong})  # type: ignore[arg-type]


def test_of_two_limits_the_stricter_counts() -> None:
    one, other = Limits(maxdepth=3, maxrefs=9), Limits(maxdepth=5, maxrefs=2, maxarray=0)
    assert one.tightened(other) == other.tightened(one) == Limits(maxdepth=3, maxrefs=2, maxarray=0)


def test_a_channel_is_bounded_and_lets_deep_lists_and_large_arrays_in() -> None:
    bounds = CHANNEL_LIMITS
    assert None not in [getattr(bounds, field.name) for field in fields(Limits)]
    within = Limits(maxdepth=200_000, maxarray=20_000_000, maxbytes=25_000_000, maxrefs=10_000_000, maxclasses=5000)
    assert within.tightened(bounds) == replace(
        within, maxfields=bounds.maxfields, maxstring=bounds.maxstring, maxhandles=bounds.maxhandles
    )


def test_the_limits_of_the_arguments_and_of_the_pattern_are_both_kept() -> None:
    default = Limits(maxdepth=7)
    assert combine(None, None, default) == (default, None)
    assert combine(Limits(maxrefs=1), None, default) == (Limits(maxrefs=1), None)
    limits, function = combine(None, "maxdepth=3;maxarray=9;!*", default)
    assert limits == Limits(maxdepth=3, maxarray=9)
    assert function == ObjectInputFilter("maxdepth=3;maxarray=9;!*")


# ------------------------------------------------------------------------------------------------- filters of filters

MERGED = [
    ("*", "*", "ALLOWED"),
    ("*", "!*", "REJECTED"),
    ("!*", "*", "REJECTED"),
    ("*", "", "ALLOWED"),
    ("", "*", "ALLOWED"),
    ("", "", "UNDECIDED"),
    ("", "!*", "REJECTED"),
    ("maxdepth=0", "*", "REJECTED"),
    ("*", "maxdepth=0", "REJECTED"),
]


@pytest.mark.parametrize(("first", "second", "decision"), MERGED)
def test_of_two_filters_a_rejection_counts_most_and_an_allowance_next(first: str, second: str, decision: str) -> None:
    assert merge_filters(first, second)(FilterInfo(STRING)).name == decision


DECIDED = [
    ("", STRING, "REJECTED"),
    ("java.lang.*", STRING, "ALLOWED"),
    ("!java.lang.*", STRING, "REJECTED"),
    ("java.util.*", STRING, "REJECTED"),
    ("", "[Ljava.lang.String;", "REJECTED"),
    ("java.lang.*", "[[Ljava.lang.String;", "ALLOWED"),
    ("", "[[I", "UNDECIDED"),
    ("", "int", "UNDECIDED"),
    ("", "", "UNDECIDED"),
    ("", "[", "REJECTED"),
]


@pytest.mark.parametrize(("pattern", "class_name", "decision"), DECIDED)
def test_what_is_undecided_can_be_rejected(pattern: str, class_name: str, decision: str) -> None:
    assert reject_undecided(pattern)(FilterInfo(class_name)).name == decision


def test_of_an_undecided_array_its_elements_are_asked_about() -> None:
    decided = reject_undecided(lambda info: True if info.class_name == STRING else None)
    assert decided(FilterInfo("[Ljava.lang.String;", 3)) is Status.ALLOWED
    assert decided(FilterInfo("[Ljava.lang.Object;", 3)) is Status.REJECTED


def test_the_limits_of_merged_and_decided_patterns_are_kept() -> None:
    merged = merge_filters(reject_undecided("maxdepth=5;maxarray=9"), merge_filters("maxdepth=3;*", lambda info: None))
    limits, function = combine(None, merged, Limits(maxrefs=4))
    assert limits == Limits(maxdepth=3, maxarray=9, maxrefs=4)
    assert function is merged
    assert repr(merged).startswith("merge_filters(reject_undecided(ObjectInputFilter('maxdepth=5;maxarray=9')), merge_")


def test_no_filter_can_be_neither_merged_nor_decided() -> None:
    with pytest.raises(SchemaError, match="None"):
        merge_filters(None, "*")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="None"):
        reject_undecided(None)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------- the filter of the process


@pytest.fixture
def process_filter(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("BRIDGE_SERIAL_FILTER", raising=False)
    monkeypatch.setattr(limits_module, "_process_filter", None)
    monkeypatch.setattr(limits_module, "_process_filter_known", False)
    return monkeypatch


@pytest.mark.usefixtures("process_filter")
def test_a_process_has_no_filter_until_one_is_set_and_then_it_stays() -> None:
    assert serial_filter() is None
    set_serial_filter("!java.util.*")
    assert serial_filter() == ObjectInputFilter("!java.util.*")
    with pytest.raises(SchemaError, match="set already"):
        set_serial_filter("*")


def test_the_environment_sets_the_filter_of_the_process(process_filter: pytest.MonkeyPatch) -> None:
    process_filter.setenv("BRIDGE_SERIAL_FILTER", "maxdepth=2;!java.util.TreeMap")
    assert combine(None, None, Limits(maxdepth=9)) == (Limits(maxdepth=2), serial_filter())
    with pytest.raises(SchemaError, match="set already"):
        set_serial_filter("*")


def test_nothing_is_read_while_the_environment_has_no_pattern(process_filter: pytest.MonkeyPatch) -> None:
    process_filter.setenv("BRIDGE_SERIAL_FILTER", "maxfoo=2")
    for _ in range(2):
        with pytest.raises(SchemaError, match="BRIDGE_SERIAL_FILTER is no filter: unknown limit: 'maxfoo'"):
            bridge.loads(bridge.dumps([]))


@pytest.mark.usefixtures("process_filter")
def test_the_filter_of_the_process_holds_for_every_way_to_read() -> None:
    data = bridge.dumps([bridge.TreeMap({"a": 1})])
    assert bridge.loads(data) == [{"a": 1}]  # which leaves a decoder to be used again
    set_serial_filter("!java.util.TreeMap")
    connection = bridge.Connection()
    connection.receive_data(data)
    ways: dict[str, Callable[[], object]] = {
        "loads": lambda: bridge.loads(data),
        "allowed by its own": lambda: bridge.loads(data, object_filter="*"),
        "loads_all": lambda: bridge.loads_all(data),
        "load": lambda: bridge.load(io.BytesIO(data)),
        "stream": lambda: bridge.ObjectInputStream(io.BytesIO(data)).read_object(),
        "connection": connection.next_event,
        "javaobj": lambda: javaobj.loads(data),
    }
    for name, way in ways.items():
        with pytest.raises(DecodeError, match=r"the filter refuses java\.util\.TreeMap"):
            pytest.fail(f"{name}: {way()}")
    assert bridge.loads(bridge.dumps([1])) == [1]
    assert len(bridge.Document.parse(data).contents) == 1  # which makes no objects, and asks no filter


def test_the_variable_is_looked_at_when_something_is_read() -> None:
    code = "import bridge; print(bridge.loads(bridge.dumps([1])))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "BRIDGE_SERIAL_FILTER": "!java.util.*"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "RejectedError: the filter refuses java.util.ArrayList" in done.stderr

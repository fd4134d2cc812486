"""Limits and filters. The decisions in ``DECISIONS`` are those of the JDK's own ``ObjectInputFilter.Config`` (17)."""

from __future__ import annotations

import pytest

from bridge.errors import RejectedError, SchemaError
from bridge.limits import CHANNEL_LIMITS, FilterInfo, Limits, ObjectInputFilter, Status, combine, filter_function

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
    assert Limits() == Limits.none() == Limits(maxdepth=None, maxrefs=None, maxbytes=None, maxarray=None)


@pytest.mark.parametrize("wrong", [-1, 1.5, "3", True])
def test_a_limit_is_a_whole_number_from_zero_up(wrong: object) -> None:
    with pytest.raises(SchemaError, match="maxrefs"):
        Limits(maxrefs=wrong)  # type: ignore[arg-type]


def test_of_two_limits_the_stricter_counts() -> None:
    one, other = Limits(maxdepth=3, maxrefs=9), Limits(maxdepth=5, maxrefs=2, maxarray=0)
    assert one.tightened(other) == other.tightened(one) == Limits(maxdepth=3, maxrefs=2, maxarray=0)


def test_a_channel_is_bounded_and_lets_deep_lists_and_large_arrays_in() -> None:
    bounds = CHANNEL_LIMITS
    assert None not in (bounds.maxdepth, bounds.maxrefs, bounds.maxbytes, bounds.maxarray)
    assert bounds.tightened(Limits(maxdepth=200_000, maxarray=20_000_000, maxbytes=25_000_000)) == Limits(
        maxdepth=200_000, maxarray=20_000_000, maxbytes=25_000_000, maxrefs=bounds.maxrefs
    )


def test_the_limits_of_the_arguments_and_of_the_pattern_are_both_kept() -> None:
    default = Limits(maxdepth=7)
    assert combine(None, None, default) == (default, None)
    assert combine(Limits(maxrefs=1), None, default) == (Limits(maxrefs=1), None)
    limits, function = combine(None, "maxdepth=3;maxarray=9;!*", default)
    assert limits == Limits(maxdepth=3, maxarray=9)
    assert function == ObjectInputFilter("maxdepth=3;maxarray=9;!*")

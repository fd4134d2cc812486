"""Java's exceptions in Python: raised, caught, printed, changed and written."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import bridge
from bridge.mapping.java_lang_throwable import JavaThrowable
from tests.mapping.corpus import stream


def load(name: str) -> Any:
    return bridge.loads(stream(f"jdk17/throwable/{name}"))


def test_it_can_be_raised_and_says_what_java_prints() -> None:
    with pytest.raises(JavaThrowable) as caught:
        raise load("message")
    assert str(caught.value) == (
        "java.lang.IllegalStateException: a message\n"
        "\tat com.example.Orders.load(Orders.java:42)\n"
        "\tat com.example.Main.main(Unknown Source)\n"
        "\tat java.lang.Thread.sleep(Native Method)"
    )
    assert caught.value.message == "a message"
    assert caught.value.java_name == "java.lang.IllegalStateException"
    assert [frame.lineNumber for frame in caught.value.stack_trace] == [42, -1, -2]
    assert repr(caught.value) == "<java.lang.IllegalStateException: a message>"


def test_its_cause_is_the_cause() -> None:
    error = load("cause")
    assert error.message == "outer"
    assert error.cause.message == "inner"
    assert error.__cause__ is error.cause
    assert "\nCaused by: java.io.IOException: inner\n" in str(error)


@pytest.mark.parametrize("name", ["message", "null-cause", "no-message", "no-stack-trace", "empty-stack-trace"])
def test_without_a_cause_there_is_none(name: str) -> None:
    error = load(name)
    assert error.cause is None
    assert error.__cause__ is None
    assert error.suppressed == []


def test_suppressed_ones_are_listed() -> None:
    error = load("suppressed")
    assert [other.message for other in error.suppressed] == ["first", "second"]
    assert "\tSuppressed: java.io.IOException: second\n" in str(error)


def test_causes_in_a_ring_are_told_once() -> None:
    error = load("causes-in-a-ring")
    assert error.cause.cause is error
    assert str(error).count("java.lang.Exception: one") == 2
    assert str(error).endswith("[circular: java.lang.Exception: one]")


def test_classes_stand_below_each_other_as_in_java() -> None:
    error = load("checked")
    assert [cls.__qualname__ for cls in type(error).__mro__[:4]] == [
        "java.io.FileNotFoundException",
        "java.io.IOException",
        "java.lang.Exception",
        "java.lang.Throwable",
    ]
    other = load("cause").cause
    assert isinstance(error, type(other))
    with pytest.raises(type(other)):
        raise error


def test_fields_of_its_own_class_are_there_and_can_be_changed() -> None:
    error = load("custom-fields")
    assert (error.code, error["code"]) == (7, 7)
    assert error["java.lang.Throwable", "detailMessage"] == "order failed"
    error.code = 8
    error["detailMessage"] = "changed"
    written = bridge.loads(bridge.dumps(error))
    assert (written.code, written.message) == (8, "changed")
    with pytest.raises(AttributeError, match="nothing"):
        assert error.nothing


def test_one_can_be_made_here() -> None:
    error = JavaThrowable("from Python", JavaThrowable("why"))
    written = bridge.loads(bridge.dumps(error))
    assert str(written) == "java.lang.Throwable: from Python\nCaused by: java.lang.Throwable: why"
    assert bridge.loads(bridge.dumps(JavaThrowable())).message is None


def test_it_has_no_pickled_form() -> None:
    with pytest.raises(TypeError, match=r"bridge\.dumps"):
        pickle.dumps(load("message"))

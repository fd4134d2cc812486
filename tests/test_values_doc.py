"""docs/values.md is what the code says: every example is written and read, and the page is not older than the code."""

from __future__ import annotations

from typing import Any

import pytest

import bridge
from scripts import values
from scripts.values import ALSO_WRITTEN, ROWS, Row

pytestmark = pytest.mark.usefixtures("default_registry_as_delivered")


def class_in_stream(data: bytes) -> str:
    (content,) = bridge.Document.parse(data).contents
    if content.label == "TC_NULL":
        return "null"
    if content.label == "TC_STRING":
        return "java.lang.String"
    name = getattr(content, "class_name", None)
    return str(getattr(content, "name", "?") if name is None else name)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.example)
def test_the_example_is_written_as_its_java_class_and_arrives_as_its_type(row: Row) -> None:
    value = row.value
    data = row.data
    assert class_in_stream(data) == row.class_in_stream
    found = bridge.loads(data)
    assert values.type_name(found) == values.type_name(value)
    if not isinstance(value, (bridge.MarshalledObject, bridge.JavaThrowable)):  # which equal themselves only
        assert found == value
    again = bridge.dumps(found)
    assert class_in_stream(again) == row.class_in_stream
    assert type(bridge.loads(again)) is type(found)


@pytest.mark.parametrize("row", ALSO_WRITTEN, ids=lambda row: row.example)
def test_what_is_written_as_well_is_written_as_its_java_class(row: Row) -> None:
    data = bridge.dumps(row.value)
    assert class_in_stream(data) == row.class_in_stream
    assert bridge.dumps(bridge.loads(data)) == data


@pytest.mark.parametrize(("java", "row"), [pytest.param(java, row, id=java) for row in ROWS for java in row.also])
def test_another_class_of_the_same_kind_arrives_as_the_type_and_goes_back_as_itself(java: str, row: Row) -> None:
    value = row.value
    document = bridge.Document.parse(row.data)
    node: Any = document.contents[0]
    node.class_descriptor.name = java
    data = document.to_bytes()
    found = bridge.loads(data)
    assert type(found) is type(value)
    assert found == value
    assert class_in_stream(bridge.dumps(found)) == java


def test_everything_the_registry_knows_has_a_row() -> None:
    values.check()


def test_what_has_no_row_is_named() -> None:
    registry = bridge.default_registry.copy()

    class Unheard:
        pass

    registry.read_as("com.example.Unheard", lambda _: None)
    registry.write_as(Unheard, lambda _: None)
    with pytest.raises(LookupError, match=r"com\.example\.Unheard, .*Unheard"):
        values.check(registry)
    with pytest.raises(LookupError, match="nothing is known any more of"):
        values.check(bridge.Registry())


def test_the_page_is_up_to_date() -> None:
    assert values.PAGE.read_text("utf-8") == values.page(), f"docs/values.md is old: run `{values.COMMAND}`"

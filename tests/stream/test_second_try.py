"""Classes that declare fields and write no data for them: the stream is read as if they declared none."""

from __future__ import annotations

from typing import Any

import pytest

import bridge
from bridge.errors import DecodeError
from bridge.stream.constants import SC_SERIALIZABLE, SC_WRITE_METHOD
from bridge.stream.decoder import Decoder
from bridge.stream.descriptors import ClassDescriptor
from bridge.stream.generic import class_for
from bridge.stream.model import BlockData

OWN_DATA = SC_SERIALIZABLE | SC_WRITE_METHOD

#: What a class declares, and what its writeObject writes instead.
SHAPES: dict[str, tuple[list[tuple[str, str]], list[Any]]] = {
    "an int, an object, written as block data and an object": (
        [("a", "I"), ("s", "Ljava/lang/String;")], [BlockData(b"\0\0\0\7"), "x"]
    ),
    "a long, written as a string": ([("n", "J")], ["text"]),
    "an object, written as nothing": ([("o", "Ljava/lang/Object;")], []),
    "two objects, written as block data": ([("o", "Ljava/lang/Object;"), ("p", "[I")], [BlockData(b"\0\1x")]),
    "a boolean, written as a list": ([("z", "Z")], [[1, 2, 3]]),
}  # fmt: skip


def unruly(name: str, fields: Any, contents: list[Any], parent: ClassDescriptor | None = None) -> Any:
    """An object of a class that writes these contents and no data for its fields."""
    descriptor = ClassDescriptor(name, 1, OWN_DATA, fields, parent, fieldless=True)
    cls, _ = class_for(descriptor)
    obj: Any = cls()
    obj.__java_annotations__ = [*[[] for level in descriptor.chain[:-1] if level.flags & SC_WRITE_METHOD], contents]
    return obj


@pytest.mark.parametrize("shape", SHAPES)
def test_a_class_without_its_field_data_is_read(shape: str) -> None:
    fields, contents = SHAPES[shape]
    data = bridge.dumps(["before", unruly("com.example.Unruly", fields, contents), "after"])

    before, found, after = bridge.loads(data)

    assert (before, after) == ("before", "after")
    assert found.__java_class__.fieldless, "the value says that this was done"
    assert found.__java_annotations__ == [contents]
    assert bridge.dumps([before, found, after]) == data


@pytest.mark.parametrize("shape", SHAPES)
def test_the_document_of_such_a_stream_is_lossless(shape: str) -> None:
    fields, contents = SHAPES[shape]
    data = bridge.dumps([unruly("com.example.Unruly", fields, contents), "after"])

    assert bridge.Document.parse(data).to_bytes() == data


def test_several_such_classes_in_one_another_are_read() -> None:
    fields, contents = SHAPES["an int, an object, written as block data and an object"]
    inner = unruly("com.example.Inner", fields, contents)
    outer = unruly("com.example.Outer", fields, [BlockData(b"\0\0\0\1"), inner, [inner, 5]])
    data = bridge.dumps([outer, unruly("com.example.Third", fields, contents), "after"])

    found = bridge.loads(data)

    assert found[0].__java_annotations__[0][1] is found[0].__java_annotations__[0][2][0]
    assert bridge.dumps(found) == data


def test_a_class_below_one_that_keeps_the_rules_is_read() -> None:
    parent = ClassDescriptor("com.example.Parent", 1, SC_SERIALIZABLE, [("id", "I")])
    obj = unruly("com.example.Child", [("n", "J")], ["text"], parent)
    obj["id"] = 7
    data = bridge.dumps([obj, "after"])

    found, after = bridge.loads(data)

    assert (found.id, found.__java_annotations__, after) == (7, [["text"]], "after")


@pytest.mark.parametrize("size", [1, 3, 64])
def test_it_is_read_in_pieces_too(size: int) -> None:
    fields, contents = SHAPES["an int, an object, written as block data and an object"]
    data = bridge.dumps_all([unruly("com.example.Unruly", fields, contents), "after"])
    decoder = Decoder(bridge.default_registry)
    found: list[Any] = []

    for start in range(0, len(data), size):
        decoder.feed(data[start : start + size])
        decoder.take_contents(found)

    assert [type(value).__name__ for value in found] == ["Unruly", "str"]
    assert decoder.fieldless == {"com.example.Unruly"}


def test_the_next_stream_is_read_by_the_rules_again() -> None:
    fields, contents = SHAPES["a long, written as a string"]
    bridge.loads(bridge.dumps([unruly("com.example.Both", fields, contents)]))
    ruly_class: Any = class_for(ClassDescriptor("com.example.Both", 1, OWN_DATA, fields))[0]

    found = bridge.loads(bridge.dumps(ruly_class(n=5)))

    assert found.n == 5 and not found.__java_class__.fieldless


def test_where_nothing_fits_the_error_names_the_class() -> None:
    fields, contents = SHAPES["an int, an object, written as block data and an object"]
    data = bridge.dumps(unruly("com.example.Unruly", fields, contents))

    with pytest.raises(DecodeError, match=r"com\.example\.Unruly writes no data for the fields") as caught:
        bridge.loads(data[:-3])

    assert caught.value.offset is not None


def test_classes_that_keep_the_rules_are_not_suspected() -> None:
    data = bridge.dumps([1, {"a": [2]}])

    with pytest.raises(DecodeError) as caught:
        bridge.loads(data[:-1])

    assert "writes no data" not in str(caught.value)


def test_the_number_of_tries_is_bounded() -> None:
    fields, _ = SHAPES["a long, written as a string"]
    value: Any = "innermost"
    for i in range(200):
        value = unruly(f"com.example.C{i}", fields, [value])
    data = bridge.dumps(value)

    with pytest.raises(DecodeError):
        bridge.loads(data[:-1] + b"\0")

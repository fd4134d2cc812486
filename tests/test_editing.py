"""What was read can be changed and written back: natural values, the generic form, and the nodes of a document.

That Java sees the change, and nothing else changed, is held by interop/test_editing.py.
"""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import bridge
from bridge import BlockData, ClassDescriptor, Document, EncodeError, LinkedHashSet, LinkedList, TreeMap, TreeSet
from bridge.stream.generic import class_for
from bridge.stream.nodes import (
    ArrayNode,
    BlockDataNode,
    ClassDescriptorNode,
    NullNode,
    ObjectNode,
    PrimitiveNode,
    ReferenceNode,
    StringNode,
)
from tests.mapping.corpus import stream

TEXT = "Ljava/lang/String;"
POINT, _ = class_for(ClassDescriptor("com.example.Point", 1, 2, [("x", "I"), ("y", "I"), ("label", TEXT)]))
BASE = ClassDescriptor("com.example.Base", 1, 3, [("id", "I")])
NOTED, _ = class_for(ClassDescriptor("com.example.Noted", 2, 3, [("id", "J"), ("text", TEXT)], BASE))


def read(value: Any) -> Any:
    return bridge.loads(bridge.dumps(value))


# ---- natural values


def test_nested_containers_take_items_and_lose_them() -> None:
    value = read({"list": [1, {"deep": ["x"]}], "gone": 1, "set": {"a"}, "queue": deque([1])})
    value["list"][1]["deep"].append("y")
    value["list"].insert(0, None)
    value["set"].add("b")
    value["set"].discard("a")
    value["queue"].appendleft(0)
    del value["gone"]
    assert read(value) == {"list": [None, 1, {"deep": ["x", "y"]}], "set": {"b"}, "queue": deque([0, 1])}


@pytest.mark.parametrize(
    ("value", "change", "expected"),
    [
        (LinkedList([1]), lambda value: value.append(2), LinkedList([1, 2])),
        (bridge.HashMap(a=1), lambda value: value.update(b=2), bridge.HashMap(a=1, b=2)),
        (TreeMap(b=1), lambda value: value.update(a=2), TreeMap(a=2, b=1)),
        (TreeSet("b"), lambda value: value.add("a"), TreeSet("ab")),
        (LinkedHashSet("ba"), lambda value: value.remove("b"), LinkedHashSet("a")),
        (bridge.Properties(a="1"), lambda value: value.update(b="2"), bridge.Properties(a="1", b="2")),
        (bridge.BooleanArray([True]), lambda value: value.append(False), bridge.BooleanArray([True, False])),
        (array("i", [1]), lambda value: value.append(2), array("i", [1, 2])),
        (bridge.JavaArray(["a"], "java.lang.String"), lambda value: value.append("b"), ["a", "b"]),
        (bridge.UnmodifiableList([1]), lambda value: value.append(2), [1, 2]),
        (bridge.BitSet([1]), lambda value: value.add(70), {1, 70}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_container_keeps_its_class_when_it_is_changed(value: Any, change: Any, expected: Any) -> None:
    found = read(value)
    change(found)
    again = read(found)
    assert again == expected
    assert type(again) is type(value)
    if isinstance(value, (TreeMap, TreeSet, LinkedHashSet)):
        assert list(again) == list(expected)
    assert getattr(again, "component_type", "java.lang.String") == "java.lang.String"


def test_a_value_that_cannot_change_is_replaced_by_another() -> None:
    value = read([date(2024, 2, 29), Decimal("1.50"), bridge.Long(5), datetime(2024, 1, 1), "text", (1, 2)])
    value[0] += timedelta(days=1)
    value[1] += 1
    value[2] = bridge.Long(6)
    value[3] = value[3].replace(year=2025)
    value[4] = value[4].upper()
    value[5] = (*value[5], 3)
    found = read(value)
    assert found == [date(2024, 3, 1), Decimal("2.50"), 6, datetime(2025, 1, 1), "TEXT", (1, 2, 3)]
    assert type(found[2]) is bridge.Long


def test_what_is_shared_is_changed_everywhere_and_stays_shared() -> None:
    shared = [1]
    value = read({"a": shared, "b": shared})
    value["a"].append(2)
    found = read(value)
    assert found["b"] == [1, 2]
    assert found["a"] is found["b"]


def test_an_exception_takes_another_text() -> None:
    value = bridge.loads(stream("jdk17/throwable/cause"))
    value.cause.detailMessage = "another"
    found = read(value)
    assert found.cause.message == "another"
    assert found.message == value.message
    assert len(found.stack_trace) == len(value.stack_trace)


# ---- the generic form, and declared classes


def test_a_field_takes_another_value() -> None:
    point = read(POINT(x=1, y=2, label="here"))
    point.x = 10
    point["label"] = None
    found = read(point)
    assert (found.x, found.y, found.label) == (10, 2, None)


def test_a_shadowed_field_and_the_one_before_it_are_two() -> None:
    noted = read(NOTED(id=5, text="t"))
    noted["com.example.Base", "id"] = 1
    noted.id = 2**40
    found = read(noted)
    assert (found["com.example.Base", "id"], found["com.example.Noted", "id"]) == (1, 2**40)


def test_what_a_class_wrote_itself_can_be_changed() -> None:
    noted: Any = NOTED(text="t")
    noted.__java_annotations__ = [[BlockData(b"\0\1"), "x"], []]
    noted = read(noted)
    noted.__java_annotations__[0][0] = BlockData(b"\0\2\3")
    noted.__java_annotations__[1].extend(["more", None])
    assert read(noted).__java_annotations__ == [[BlockData(b"\0\2\3"), "x"], ["more", None]]


def test_a_value_that_no_field_of_that_type_has_is_refused_with_the_path() -> None:
    value = read([POINT(x=1)])
    value[0].x = "text"
    with pytest.raises(EncodeError) as caught:
        bridge.dumps(value)
    assert caught.value.path == "$[0].x"
    with pytest.raises(AttributeError):
        value[0].unheard = 1


def test_an_object_of_a_declared_class_is_changed_as_any_dataclass() -> None:
    registry = bridge.default_registry.copy()

    @bridge.java_class("com.example.Point", serial_version_uid=1, registry=registry)
    @dataclass
    class Point:
        x: bridge.jint
        y: bridge.jint
        label: str | None

    point = bridge.loads(bridge.dumps(POINT(x=1, y=2, label="here")), registry=registry)
    assert point == Point(1, 2, "here")
    point.label = "there"
    assert read_generic(bridge.dumps(point, registry=registry)).label == "there"


def read_generic(data: bytes) -> Any:
    return bridge.loads(data)


# ---- documents


def document_of(*values: Any) -> Document:
    return Document.parse(bridge.dumps_all(values))


def node_of(document: Document, kind: type, place: int = 0) -> Any:
    return [node for _, node in document.walk() if isinstance(node, kind)][place]


def test_a_node_of_a_field_is_replaced() -> None:
    document = document_of(POINT(x=1, label="here"))
    (node,) = document.contents
    assert isinstance(node, ObjectNode)
    node["label"] = StringNode("there")
    node["x"] = PrimitiveNode("I", 7)
    (found,) = bridge.loads_all(document.to_bytes())
    assert (found.x, found.label) == (7, "there")
    node["label"] = NullNode()
    assert bridge.loads(document.to_bytes()).label is None


def test_a_changed_text_is_changed_wherever_it_is_referred_to() -> None:
    text = "shared text"
    document = document_of([text, {"k": text}, POINT(label=text)])
    next(node for _, node in document.walk() if isinstance(node, StringNode) and node.value == text).value = "new"
    found = bridge.loads(document.to_bytes())
    assert (found[0], found[1], found[2].label) == ("new", {"k": "new"}, "new")


def test_arrays_take_elements_and_lose_them() -> None:
    document = document_of(bridge.JavaArray(["a", "b"], "java.lang.String"), array("i", [1, 2]), "last")
    texts, numbers, last = document.contents
    assert isinstance(texts, ArrayNode) and isinstance(numbers, ArrayNode)
    texts.elements[1:] = [StringNode("c"), NullNode(), ReferenceNode(last)]
    del numbers.primitives[0]
    assert bridge.loads_all(document.to_bytes()) == [["a", "c", None, "last"], array("i", [2]), "last"]


def test_the_contents_of_an_annotation_are_changed() -> None:
    document = document_of(["a", "b", "c"])
    (node,) = document.contents
    assert isinstance(node, ObjectNode)
    (data,) = node.class_data
    assert data.annotation is not None
    del data.annotation[2]
    size, count = node["size"], data.annotation[0]
    assert isinstance(size, PrimitiveNode) and isinstance(count, BlockDataNode)
    size.value = 2
    count.value = (2).to_bytes(4, "big")
    assert bridge.loads(document.to_bytes()) == ["a", "c"]


def test_what_a_class_wrote_itself_can_be_taken_out() -> None:
    noted: Any = NOTED(text="t")
    noted.__java_annotations__ = [[BlockData(b"\0\1"), "x"], ["y"]]
    document = document_of(noted, "behind")
    node = node_of(document, ObjectNode)
    for data in node.class_data:
        data.annotation.clear()
    found = bridge.loads_all(document.to_bytes())
    assert found[0].__java_annotations__ == [[], []]
    assert (found[0].text, found[1]) == ("t", "behind")


def test_references_follow_what_they_refer_to() -> None:
    shared = ["shared"]
    document = document_of("first", shared, POINT(x=1), shared, POINT(x=2))
    document.contents.insert(0, StringNode("in front"))
    del document.contents[1]
    found = bridge.loads_all(document.to_bytes())
    assert found[0] == "in front" and found[1] is found[3]
    assert (found[2].x, found[4].x) == (1, 2)


def test_the_first_of_its_class_can_go() -> None:
    """It holds the class descriptor that the others refer to."""
    document = document_of(*(POINT(x=number, label="here") for number in range(3)))
    del document.contents[0]
    found = bridge.loads_all(document.to_bytes())
    assert [point.x for point in found] == [1, 2]
    assert [point.label for point in found] == ["here", "here"]
    assert [node.label for _, node in Document.parse(document.to_bytes()).walk()].count("TC_CLASSDESC") == 1


def test_what_is_taken_out_stays_where_others_refer_to_it() -> None:
    shared = ["shared"]
    document = document_of(shared, [shared], {"k": shared})
    del document.contents[0]
    one, other = bridge.loads_all(document.to_bytes())
    assert one == [["shared"]]
    assert other["k"] is one[0]


def test_a_node_in_two_places_is_one_object() -> None:
    document = document_of(POINT(x=1), "x")
    document.contents.append(document.contents[0])
    found = bridge.loads_all(document.to_bytes())
    assert found[0] is found[2]


def test_a_part_can_become_the_whole_and_the_whole_its_part() -> None:
    parent: list[Any] = ["parent"]
    child = {"parent": parent}
    parent.append(child)
    document = document_of(parent)
    document.contents = [node_of(document, ObjectNode, 1)]
    found = bridge.loads(document.to_bytes())
    assert found["parent"][0] == "parent"
    assert found["parent"][1] is found


def test_order_of_contents_may_change() -> None:
    document = document_of(POINT(x=1, label="one"), POINT(x=2, label="two"))
    document.contents.reverse()
    assert [point.label for point in bridge.loads_all(document.to_bytes())] == ["two", "one"]
    document.contents.sort(key=lambda node: node.offset or 0)
    assert bridge.loads(document.to_bytes()).label == "one"


def test_a_class_is_renamed_for_all_its_objects() -> None:
    document = document_of(POINT(x=1), POINT(x=2))
    descriptor = node_of(document, ClassDescriptorNode)
    descriptor.name, descriptor.serial_version_uid = "com.example.Place", -5
    found = bridge.loads_all(document.to_bytes())
    assert {type(place).__java_class__.name for place in found} == {"com.example.Place"}
    assert found[0].__java_class__.serial_version_uid == -5


def test_nodes_of_one_document_can_go_into_another() -> None:
    one, other = document_of(POINT(x=1)), document_of("text")
    other.contents.extend(one.contents)
    text, point = bridge.loads_all(other.to_bytes())
    assert (text, point.x) == ("text", 1)


def test_a_document_made_by_hand_is_a_stream() -> None:
    shared = StringNode("text")
    document = Document([shared, BlockDataNode(b"\1"), ReferenceNode(shared), NullNode()])
    assert bridge.loads_all(document.to_bytes()) == ["text", BlockData(b"\1"), "text", None]


def test_what_cannot_be_is_refused() -> None:
    document = document_of(POINT(x=1))
    (node,) = document.contents
    assert isinstance(node, ObjectNode)
    node["x"] = PrimitiveNode("I", 2**31)
    with pytest.raises(EncodeError, match="is no int"):
        document.to_bytes()
    descriptor = node_of(document, ClassDescriptorNode)
    inner = ObjectNode(descriptor)
    descriptor.annotation.append(inner)
    inner.class_descriptor = ReferenceNode(inner)
    with pytest.raises(EncodeError, match="does not stand before it"):
        document.to_bytes()
    with pytest.raises(EncodeError, match="has no handle"):
        Document([ReferenceNode(NullNode())]).to_bytes()

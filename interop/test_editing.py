"""What was read and changed is written so that Java sees the change, and everything else as it was.

A case is read, changed, written, and described by Java (see ``java/README.md``); so is the case as it was. The two
descriptions differ in the places listed beside the change, and in no other: class, value, order and sharing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

import bridge
from bridge.stream.nodes import NullNode, ObjectNode, ReferenceNode, StringNode
from interop.harness import Harness

#: By place what is there before and after, None for nothing.
Changes = dict[str, tuple[str | None, str | None]]

UNSHARED = {"box", "enum", "class"}


def places(description: bytes) -> dict[str, str]:
    """What is at each place of a graph: class and value, or where the same object was met first."""
    parsed = json.loads(description)
    nodes = {node["id"]: node for node in parsed["nodes"]}
    found: dict[str, str] = {}
    first: dict[int, str] = {}
    pending = [("$", parsed["root"])]
    while pending:
        path, number = pending.pop()
        if number is None:
            found[path] = "null"
            continue
        node = nodes[number]
        value = node.get("value")
        if number in first and node["kind"] not in UNSHARED and not (node["kind"] == "string" and len(value) < 2):
            found[path] = f"= {first[number]}"
            continue
        first.setdefault(number, path)
        name = node["class"] if node["kind"] == "array" else node["class"].rpartition(".")[2]
        found[path] = name if value is None else f"{name} {value}"
        parts = list(_parts(node, nodes))
        if node["kind"] in ("set", "map"):
            found[f"{path}<order>"] = " ".join(name for name, _, _ in parts if name[0] in "[{" and name[-1] != ">")
        for name, text, _ in parts:
            if text is not None:
                found[path + name] = text
        pending += reversed([(path + name, below) for name, text, below in parts if text is None])
    return found


def _parts(node: Any, nodes: Any) -> Iterator[tuple[str, str | None, int | None]]:
    """The parts of a node: name, and the text of a primitive or the number of an object."""
    for field in node.get("fields", ()):
        name = f".{field['class'].rpartition('.')[2].rpartition('$')[2]}.{field['name']}"
        yield (name, str(field["value"]), None) if "value" in field else (name, None, field["ref"])
    for place, number in enumerate(node.get("elements", ())):
        value = None if number is None else nodes[number].get("value")
        yield (f"{{{value}}}" if node["kind"] == "set" and value is not None else f"[{place}]"), None, number
    for place, (key, value) in enumerate(node.get("entries", ())):
        shown = "null" if key is None else nodes[key].get("value", f"#{place}")
        yield f"[{shown}]<key>", None, key
        yield f"[{shown}]", None, value
    for place, line in enumerate(node.get("stackTrace", ())):
        yield f".trace[{place}]", str(line), None


def changes(before: bytes, after: bytes) -> Changes:
    one, other = places(before), places(after)
    return {
        path: (one.get(path), other.get(path))
        for path in sorted(one.keys() | other.keys())
        if one.get(path) != other.get(path)
    }


# ---- values


def of_a_list(value: Any) -> Any:
    value.append("new")
    value[0] = "first"
    return value


def of_a_bean(value: Any) -> Any:
    value.x = 70
    return value


def of_references(value: Any) -> Any:
    value.numbers[1] = 20
    value.grid[1][0] = -2
    value.list.insert(0, "front")
    value.map["k2"] = value.text
    value.any = value.point
    return value


def of_a_shadowed_field(value: Any) -> Any:
    value[1]["bridge.cases.Beans$ShadowedTop", "value"] = 100
    value[1]["value"] = 4.5
    return value


def of_a_family(value: Any) -> Any:
    value.children[1].name = "Benno"
    value.children[0].children.append(value)
    value.attributes["favourite"] = value.children[0]
    return value


def of_what_is_shared(value: Any) -> Any:
    value[2].x = 50
    value[0][0] = 10
    value[4].pop()
    return value


def of_a_map(value: Any) -> Any:
    value["in"]["in"]["more"] = [1]
    del value["list"]
    return value


def of_a_record(value: Any) -> Any:
    value.map["k"].x = 5
    value.objects[1] = value.objects[0]
    value.list.clear()
    return value


def of_data_by_hand(value: Any) -> Any:
    changed = value[0].__java_annotations__[0]
    changed[0] = bridge.BlockData(b"\0\0\0\7" + changed[0][4:])
    changed[1].append("and more")
    value[0].field = 10
    return value


def of_a_parents_data(value: Any) -> Any:
    value.__java_annotations__[0] = [bridge.BlockData(b"\0\3new")]
    value.childField = 30
    return value


def of_an_externalizable(value: Any) -> Any:
    value.__java_annotations__[0][0] = "renamed"
    return value


def of_a_tree_set(value: Any) -> Any:
    value.add("banana")
    value.discard("pear")
    return value


def of_an_ordered_set(value: Any) -> Any:
    value.remove("a")
    value.add("new")
    return value


def of_a_tree_map(value: Any) -> Any:
    value["a"][2] = "y"
    value["b"] = None
    return value


def of_an_access_ordered_map(value: Any) -> Any:
    value["d"] = bridge.Long(4)
    return value


def of_a_view(value: Any) -> Any:
    value.append(3)
    return value


def of_a_navigable_view(value: Any) -> Any:
    value[3] = "c"
    del value[1]
    return value


def of_a_checked_view(value: Any) -> Any:
    value["b"] = 2
    return value


def of_a_throwable(value: Any) -> Any:
    value.cause.detailMessage = "another"
    return value


def of_a_date(value: Any) -> Any:
    return value + timedelta(days=1)


def of_a_decimal(value: Any) -> Any:
    return value + Decimal("0.25")


def of_a_bit_set(value: Any) -> Any:
    value.add(1000)
    return value


CHANGES: list[tuple[str, Callable[[Any], Any], Changes]] = [
    (
        "list/array-list-strings",
        of_a_list,
        {
            "$[0]": ("String a", "String first"),
            "$[4]": (None, "String new"),
        },
    ),
    (
        "bean/point",
        of_a_bean,
        {
            "$.Point.x": ("1", "70"),
        },
    ),
    (
        "bean/references",
        of_references,
        {
            "$.References.any": ("String any", "Beans$Point"),
            "$.References.any.Point.x": (None, "1"),
            "$.References.any.Point.y": (None, "2"),
            "$.References.grid[1]": ("[I [2, 3]", "[I [-2, 3]"),
            "$.References.list[0]": ("Integer 1", "String front"),
            "$.References.list[1]": ("Integer 2", "Integer 1"),
            "$.References.list[2]": (None, "Integer 2"),
            "$.References.map<order>": ("[k]", "[k] [k2]"),
            "$.References.map[k2]": (None, "= $.References.text"),
            "$.References.map[k2]<key>": (None, "String k2"),
            "$.References.numbers": ("[I [1, 2, 3]", "[I [1, 20, 3]"),
            "$.References.point": ("Beans$Point", "= $.References.any"),
            "$.References.point.Point.x": ("1", None),
            "$.References.point.Point.y": ("2", None),
        },
    ),
    (
        "bean/shadowed-parent-and-child",
        of_a_shadowed_field,
        {
            "$[1].ShadowedTop.value": ("1", "100"),
            "$[1].Shadowing.value": ("3.0", "4.5"),
        },
    ),
    (
        "bean/family",
        of_a_family,
        {
            "$.Person.attributes<order>": ("", "[favourite]"),
            "$.Person.attributes[favourite]": (None, "= $.Person.children[0]"),
            "$.Person.attributes[favourite]<key>": (None, "String favourite"),
            "$.Person.children[0].Person.children[0]": (None, "= $"),
            "$.Person.children[1].Person.name": ("String Ben", "String Benno"),
        },
    ),
    (
        "graph/shared-across-kinds",
        of_what_is_shared,
        {
            "$[0]": ("[I [1, 2]", "[I [10, 2]"),
            "$[2].Point.x": ("5", "50"),
            "$[4][2]": ("= $[0]", None),
        },
    ),
    (
        "map/hash-map-nested",
        of_a_map,
        {
            "$<order>": ("[in] [list]", "[in]"),
            "$[in][in]<order>": ("[in]", "[in] [more]"),
            "$[in][in][more]": (None, "ArrayList"),
            "$[in][in][more]<key>": (None, "String more"),
            "$[in][in][more][0]": (None, "Integer 1"),
            "$[list]": ("ArrayList", None),
            "$[list]<key>": ("String list", None),
            "$[list][0]": ("HashMap", None),
            "$[list][0].HashMap.loadFactor": ("0.75", None),
            "$[list][0]<order>": ("", None),
        },
    ),
    (
        "record/containers",
        of_a_record,
        {
            "$.Containers.list[0]": ("Integer 1", None),
            "$.Containers.list[1]": ("String a", None),
            "$.Containers.map[k].Point.x": ("0", "5"),
            "$.Containers.objects[1]": ("null", "= $.Containers.objects[0]"),
        },
    ),
    (
        "custom/mixed-twice",
        of_data_by_hand,
        {
            "$[0].Mixed.field": ("1", "10"),
            "$[0].Mixed.number": ("2", "7"),
            "$[0].Mixed.object[1]": (None, "String and more"),
        },
    ),
    (
        "custom/parent-and-child",
        of_a_parents_data,
        {
            "$.CustomChild.childField": ("3", "30"),
            "$.CustomParent.parentData": ("String of parent", "String new"),
        },
    ),
    (
        "externalizable/mixed",
        of_an_externalizable,
        {
            "$.Parent.name": ("String parent", "String renamed"),
        },
    ),
    (
        "set/tree-set-natural",
        of_a_tree_set,
        {
            "$<order>": ("{apple} {fig} {pear}", "{apple} {banana} {fig}"),
            "${banana}": (None, "String banana"),
            "${pear}": ("String pear", None),
        },
    ),
    (
        "set/linked-hash-set-order",
        of_an_ordered_set,
        {
            "$<order>": ("{z} {a} {m} {b}", "{z} {m} {b} {new}"),
            "${a}": ("String a", None),
            "${new}": (None, "String new"),
        },
    ),
    (
        "map/tree-map-nested",
        of_a_tree_map,
        {
            "$<order>": ("[a]", "[a] [b]"),
            "$[a]<order>": ("[1]", "[1] [2]"),
            "$[a][2]": (None, "String y"),
            "$[a][2]<key>": (None, "Integer 2"),
            "$[b]": (None, "null"),
            "$[b]<key>": (None, "String b"),
        },
    ),
    (
        "map/linked-hash-map-access-order",
        of_an_access_ordered_map,
        {
            "$<order>": ("[b] [c] [a]", "[b] [c] [a] [d]"),
            "$[d]": (None, "Long 4"),
            "$[d]<key>": (None, "String d"),
        },
    ),
    (
        "view/unmodifiable-list",
        of_a_view,
        {
            "$.UnmodifiableCollection.c[2]": (None, "Integer 3"),
            "$[2]": (None, "Integer 3"),
        },
    ),
    (
        "view/synchronized-list",
        of_a_view,
        {
            "$.SynchronizedCollection.c[2]": (None, "Integer 3"),
            "$[2]": (None, "Integer 3"),
        },
    ),
    (
        "view/checked-navigable-map",
        of_a_checked_view,
        {
            "$.CheckedMap.m<order>": ("[a]", "[a] [b]"),
            "$.CheckedMap.m[b]": (None, "Integer 2"),
            "$.CheckedMap.m[b]<key>": (None, "String b"),
            "$<order>": ("[a]", "[a] [b]"),
            "$[b]": (None, "Integer 2"),
            "$[b]<key>": (None, "String b"),
        },
    ),
    (
        "view/unmodifiable-navigable-map",
        of_a_navigable_view,
        {
            "$.UnmodifiableMap.m<order>": ("[1] [2]", "[2] [3]"),
            "$.UnmodifiableMap.m[1]": ("String a", None),
            "$.UnmodifiableMap.m[1]<key>": ("Integer 1", None),
            "$.UnmodifiableMap.m[3]": (None, "String c"),
            "$.UnmodifiableMap.m[3]<key>": (None, "Integer 3"),
            "$<order>": ("[1] [2]", "[2] [3]"),
            "$[1]": ("String a", None),
            "$[1]<key>": ("Integer 1", None),
            "$[3]": (None, "String c"),
            "$[3]<key>": (None, "Integer 3"),
        },
    ),
    (
        "throwable/cause",
        of_a_throwable,
        {
            "$.Throwable.cause.Throwable.detailMessage": ("String inner", "String another"),
        },
    ),
    (
        "time/local-date",
        of_a_date,
        {
            "$": ("LocalDate 2024-02-29", "LocalDate 2024-03-01"),
        },
    ),
    (
        "math/big-decimal-scale",
        of_a_decimal,
        {
            "$": ("BigDecimal 1.50", "BigDecimal 1.75"),
        },
    ),
    (
        "value/bit-set",
        of_a_bit_set,
        {
            "$": ("BitSet {0, 2, 127}", "BitSet {0, 2, 127, 1000}"),
        },
    ),
]


@pytest.mark.parametrize(("name", "change", "expected"), [pytest.param(*row, id=row[0]) for row in CHANGES])
def test_a_changed_value(java: Harness, name: str, change: Callable[[Any], Any], expected: Changes) -> None:
    written = bridge.dumps(change(bridge.loads(java.write(name))))
    assert changes(java.ask(f"expect {name}"), java.ask("describe", written)) == expected


# ---- documents


def first(document: bridge.Document, kind: type, text: str = "") -> Any:
    """The first node of a kind whose summary has this text in it."""
    return next(node for _, node in document.walk() if isinstance(node, kind) and text in node.summary())


def replace_a_field(document: bridge.Document) -> None:
    (node,) = document.contents
    node["text"] = ReferenceNode(node["any"])
    node["map"] = NullNode()


def append_to_an_array(document: bridge.Document) -> None:
    (node,) = document.contents
    node["objects"].elements.append(StringNode("new"))
    node["numbers"].primitives.extend([4, 5])
    node["points"].elements.append(ReferenceNode(node["point"]))


def change_a_text(document: bridge.Document) -> None:
    first(document, StringNode, "'shared text'").value = "Größe \0 😀"


def remove_the_first_of_a_class(document: bridge.Document) -> None:
    """It holds the class descriptor of all others, so that the references to that are counted anew."""
    (node,) = document.contents
    (data,) = node.class_data
    size, count = node["size"], data.annotation[0]
    del data.annotation[1]
    size.value -= 1
    count.value = size.value.to_bytes(4, "big")


def remove_what_was_written_by_hand(document: bridge.Document) -> None:
    node = first(document, ObjectNode, "CustomWriters$Mixed")
    (data,) = node.class_data
    data.annotation[2] = NullNode()


def reorder(document: bridge.Document) -> None:
    (node,) = document.contents
    (data,) = node.class_data
    data.annotation[1:] = reversed(data.annotation[1:])


DOCUMENT_CHANGES: list[tuple[str, Callable[[bridge.Document], None], Changes]] = [
    (
        "bean/references",
        replace_a_field,
        {
            "$.References.any": ("String any", "= $.References.text"),
            "$.References.map": ("HashMap", "null"),
            "$.References.map.HashMap.loadFactor": ("0.75", None),
            "$.References.map<order>": ("[k]", None),
            "$.References.map[k]": ("String v", None),
            "$.References.map[k]<key>": ("String k", None),
            "$.References.text": ("String text", "String any"),
        },
    ),
    (
        "bean/references",
        append_to_an_array,
        {
            "$.References.numbers": ("[I [1, 2, 3]", "[I [1, 2, 3, 4, 5]"),
            "$.References.objects[2]": (None, "String new"),
            "$.References.points[1]": (None, "= $.References.point"),
        },
    ),
    (
        "graph/shared-across-kinds",
        change_a_text,
        {
            "$[1]": ("String shared text", "String Größe \x00 😀"),
            "$[3]<order>": ("[shared text] [point]", "[Größe \x00 😀] [point]"),
            "$[3][Größe \x00 😀]": (None, "= $[0]"),
            "$[3][Größe \x00 😀]<key>": (None, "= $[1]"),
            "$[3][shared text]": ("= $[0]", None),
            "$[3][shared text]<key>": ("= $[1]", None),
        },
    ),
    (
        "list/array-list-of-arrays",
        reorder,
        {
            "$[0]": ("[I [1]", "[Ljava.lang.String;"),
            "$[0][0]": (None, "String 3"),
            "$[2]": ("[Ljava.lang.String;", "[I [1]"),
            "$[2][0]": ("String 3", None),
        },
    ),
    (
        "bean/shadowed-parent-and-child",
        remove_the_first_of_a_class,
        {
            "$[0]": ("Beans$ShadowedTop", "Beans$Shadowing"),
            "$[0].ShadowedMiddle.hidden": (None, "ArrayList"),
            "$[0].ShadowedMiddle.hidden[0]": (None, "String of middle"),
            "$[0].ShadowedMiddle.value": (None, "String middle"),
            "$[0].Shadowing.hidden": (None, "Long 3"),
            "$[0].Shadowing.name": (None, "String bottom"),
            "$[0].Shadowing.value": (None, "3.0"),
            "$[1]": ("Beans$Shadowing", "Beans$ShadowedMiddle"),
            "$[1].ShadowedMiddle.hidden[0]": ("String of middle", "= $[0].ShadowedMiddle.hidden[0]"),
            "$[1].ShadowedMiddle.value": ("String middle", "= $[0].ShadowedMiddle.value"),
            "$[1].Shadowing.hidden": ("Long 3", None),
            "$[1].Shadowing.name": ("String bottom", None),
            "$[1].Shadowing.value": ("3.0", None),
            "$[2]": ("Beans$ShadowedMiddle", None),
            "$[2].ShadowedMiddle.hidden": ("ArrayList", None),
            "$[2].ShadowedMiddle.hidden[0]": ("= $[1].ShadowedMiddle.hidden[0]", None),
            "$[2].ShadowedMiddle.value": ("= $[1].ShadowedMiddle.value", None),
            "$[2].ShadowedTop.hidden": ("= $[0].ShadowedTop.hidden", None),
            "$[2].ShadowedTop.name": ("= $[0].ShadowedTop.name", None),
            "$[2].ShadowedTop.value": ("1", None),
        },
    ),
    (
        "list/array-list-shared-child",
        remove_the_first_of_a_class,
        {
            "$[1]": ("= $[0]", "ArrayList"),
            "$[1][0]": (None, "= $[0][0]"),
            "$[2]": ("ArrayList", None),
            "$[2][0]": ("= $[0][0]", None),
        },
    ),
    (
        "custom/mixed-twice",
        remove_what_was_written_by_hand,
        {
            "$[0].Mixed.last": ("String last", "null"),
            "$[1].Mixed.last": ("= $[0].Mixed.last", "String last"),
        },
    ),
]


@pytest.mark.parametrize(
    ("name", "change", "expected"), [pytest.param(*row, id=f"{row[1].__name__}-{row[0]}") for row in DOCUMENT_CHANGES]
)
def test_a_changed_document(
    java: Harness,
    name: str,
    change: Callable[[bridge.Document], None],
    expected: Changes,
) -> None:
    document = bridge.Document.parse(java.write(name))
    change(document)
    assert changes(java.ask(f"expect {name}"), java.ask("describe", document.to_bytes())) == expected

"""Objects of the package javaobj itself are written by ``dumps``: those of versions 1 and 2, and of version 3.

Version 3 can be imported from Python 3.12 on. Below that its classes are stood in for by classes of the same names and
attributes, which is all the bridge knows of them.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest

import bridge
from tests.mapping.corpus import names, stream

version_1: Any = import_module("javaobj")
version_2: Any = import_module("javaobj.v2")
READERS = {"v1": version_1.loads, "v2": version_2.loads}
if sys.version_info >= (3, 12):
    READERS["v3"] = import_module("javaobj.v3").loads

#: Of these version 1 has lost what it cannot keep: fields of one name in two classes.
SHADOWED = ("text/date-format", "text/decimal-format")


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """javaobj logs the bytes that it did not read."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def shape(data: bytes) -> list[str]:
    """The nodes of a stream, with every reference to a string of one character as the string."""
    found = []
    for _, node in bridge.Document.parse(data).walk():
        target: Any = getattr(node, "target", node)
        is_short = type(target).__name__ == "StringNode" and len(target.value) < 2
        found.append(target.summary() if is_short else node.summary().partition(" -> #")[0] + node.label)
    return found


@pytest.mark.parametrize("version", READERS)
@pytest.mark.parametrize("name", names())
def test_what_javaobj_read_is_written_as_the_stream_it_was(name: str, version: str) -> None:
    data = stream(name)
    try:
        value = READERS[version](data)
    except Exception:  # noqa: BLE001 - javaobj gives up in its own ways
        return
    if version == "v1" and name.endswith(SHADOWED):
        with pytest.raises(bridge.EncodeError, match="has two fields maximumFractionDigits"):
            bridge.dumps(value)
        return
    written = bridge.dumps(value)
    assert written == data or shape(written) == shape(data)


@pytest.mark.parametrize("version", READERS)
def test_javaobj_reads_most_of_the_corpus(version: str) -> None:
    def is_read(name: str) -> bool:
        try:
            READERS[version](stream(name))
        except Exception:  # noqa: BLE001 - javaobj gives up in its own ways
            return False
        return True

    assert sum(map(is_read, names())) > 0.9 * len(names())


@pytest.mark.parametrize("version", READERS)
def test_objects_of_javaobj_stand_beside_plain_values(version: str) -> None:
    value = READERS[version](bridge.dumps(["x", {"k": 1}]))
    found = bridge.loads(bridge.dumps({"theirs": value, "again": value, "mine": [1]}))
    assert found == {"theirs": ["x", {"k": 1}], "again": ["x", {"k": 1}], "mine": [1]}
    assert found["theirs"] is found["again"]


@pytest.mark.parametrize("version", READERS)
def test_elements_added_and_removed_are_written(version: str) -> None:
    value = READERS[version](bridge.dumps([["a", "b"], {"k": "v"}, {"s"}, bridge.LinkedList(["l"])]))
    value[0].append("c")
    del value[0][0]
    value[1]["n"] = None
    value[2].clear()
    value[3].extend(value[0])
    assert bridge.loads(bridge.dumps(value)) == [["b", "c"], {"k": "v", "n": None}, set(), ["l", "b", "c"]]


def test_a_field_set_on_an_object_of_version_2_is_written() -> None:
    value = version_2.loads(stream("jdk17/throwable/cause"))
    value.detailMessage = "another"
    found = bridge.loads(bridge.dumps(value))
    assert found.message == "another"
    assert found.cause is not None


def test_a_number_of_version_1_and_2_that_was_changed_is_written() -> None:
    for reader in (version_1.loads, version_2.loads):
        value = reader(bridge.dumps([1, bridge.Long(2)]))
        value[0].value, value[1].value = 10, 20
        found = bridge.loads(bridge.dumps(value))
        assert found == [10, 20] and type(found[1]) is bridge.Long


def test_an_object_of_version_1_whose_data_cannot_be_told_apart_is_refused() -> None:
    value = version_1.loads(bridge.dumps([1]))
    described = version_1.JavaClass()
    described.name, described.serialVersionUID, described.flags = "com.example.Below", 1, 3
    described.superclass = value.classdesc
    value.size = 1
    value.classdesc = described
    with pytest.raises(bridge.EncodeError, match=r"2 classes of com.example.Below write data of their own"):
        bridge.dumps(value)


def test_bytes_that_version_1_lost_are_not_made_up() -> None:
    data = b"key"
    value = version_1.loads(bridge.dumps([data, data]))
    with pytest.raises(bridge.EncodeError, match=r"javaobj does not keep what is in it") as caught:
        bridge.dumps(value)
    assert caught.value.path == "$[1]"


def test_an_object_without_a_class_is_refused() -> None:
    for value in (version_1.JavaObject(), import_module("javaobj.v2.beans").JavaInstance()):
        with pytest.raises(bridge.EncodeError, match="has no classdesc"):
            bridge.dumps(value)


def test_the_bridge_does_not_import_javaobj() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, bridge, bridge.compat.javaobj; print('javaobj' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"


# ---- stand-ins for version 3


def stand_in(cls: type) -> type:
    cls.__module__ = "javaobj.v3.beans"
    cls.__qualname__ = cls.__name__
    return cls


@stand_in
@dataclass(eq=False)
class JavaField:
    type: int
    name: str
    class_name: str | None = None


@stand_in
@dataclass(eq=False)
class JavaClassDesc:
    name: str
    serial_version_uid: int
    desc_flags: int
    fields: list[Any] = field(default_factory=list)
    super_class: Any = None
    class_type: int = 0
    interfaces: list[str] = field(default_factory=list)
    annotations: list[Any] = field(default_factory=list)


@stand_in
@dataclass(eq=False)
class JavaInstance:
    classdesc: Any
    field_data: dict[Any, Any] = field(default_factory=dict)
    annotations: dict[Any, Any] = field(default_factory=dict)


@stand_in
@dataclass(eq=False)
class JavaString:
    value: str

    def __str__(self) -> str:
        return self.value


@stand_in
@dataclass(eq=False)
class JavaEnum:
    classdesc: Any
    constant: JavaString


@stand_in
@dataclass(eq=False)
class JavaClass:
    classdesc: Any


@stand_in
@dataclass(eq=False)
class JavaArray:
    classdesc: Any
    data: Any


@stand_in
@dataclass(eq=False)
class BlockData:
    data: bytes


def test_objects_as_version_3_has_them_are_written() -> None:
    above = JavaClassDesc("com.example.Shape", 1, 3, [JavaField(ord("I"), "id")])
    point = JavaClassDesc(
        "com.example.Point",
        2,
        2,
        [JavaField(ord("D"), "id"), JavaField(ord("L"), "label", "Ljava/lang/String;")],
        above,
    )
    label = JavaString("here")
    instance = JavaInstance(
        point,
        {above: {above.fields[0]: 7}, point: {point.fields[0]: 0.5, point.fields[1]: label}},
        {above: [BlockData(b"\1\2"), label]},
    )
    found = bridge.loads(bridge.dumps([instance, instance, label]))
    assert found[0] is found[1]
    assert found[0]["com.example.Shape", "id"] == 7
    assert (found[0].id, found[0].label) == (0.5, "here")
    assert found[0].__java_annotations__ == [[bridge.BlockData(b"\1\2"), "here"]]
    assert found[0].label is found[2]


def test_other_values_as_version_3_has_them_are_written() -> None:
    colour = JavaClassDesc("com.example.made.Colour", 0, 0x12, super_class=JavaClassDesc("java.lang.Enum", 0, 0x12))
    value = [
        JavaEnum(colour, JavaString("RED")),
        JavaClass(JavaClassDesc("java.lang.Integer", 1360826667806852920, 2)),
        JavaArray(JavaClassDesc("[B", 0, 2), b"\0\xff"),
        JavaArray(JavaClassDesc("[S", 0, 2), [1, -1]),
        JavaArray(JavaClassDesc("[Z", 0, 2), [True, False]),
        JavaArray(JavaClassDesc("[C", 0, 2), ["a", "\ud800"]),
        JavaArray(JavaClassDesc("[Ljava.lang.String;", 0, 2), [JavaString("s"), None]),
    ]
    found = bridge.loads(bridge.dumps(value))
    assert str(found[0]) == "RED" and found[1] == bridge.JavaClass(found[1].__java_descriptor__)
    assert found[1].name == "java.lang.Integer"
    assert found[2] == b"\0\xff" and found[3].tolist() == [1, -1] and found[4] == [True, False]
    assert found[5] == "a\ud800" and found[6] == ["s", None]
    assert found[6].component_type == "java.lang.String"


def test_an_element_that_does_not_fit_into_its_array_is_refused_with_the_path() -> None:
    with pytest.raises(bridge.EncodeError) as caught:
        bridge.dumps([JavaArray(JavaClassDesc("[S", 0, 2), [70_000])])
    assert caught.value.path == "$[0]"

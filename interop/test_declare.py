"""Declared classes, judged by Java: what it wrote is read into them, and what they write is the same graph."""

from __future__ import annotations

import enum
import math
import subprocess
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

import pytest

import bridge
from bridge import JavaField, ObjectInput, ObjectOutput, Transient, java_class, java_enum
from interop.harness import Harness, command

REGISTRY = bridge.default_registry.copy()
BEANS, RECORDS, ENUMS = "bridge.cases.Beans$", "bridge.cases.Records$", "bridge.cases.Enums$"
CUSTOM, EXTERNAL, REPLACE = "bridge.cases.CustomWriters$", "bridge.cases.Externalizables$", "bridge.cases.Replacements$"

# ---- the classes of the cases; a UID that Java computes is learned from the stream


@java_class(BEANS + "Point", registry=REGISTRY)
@dataclass(slots=True)
class Point:
    x: bridge.jint
    y: bridge.jint


@java_class(BEANS + "Empty", registry=REGISTRY)
class Empty:
    pass


@java_class(BEANS + "Versioned", serial_version_uid=0x0123456789ABCDEF, registry=REGISTRY)
@dataclass
class Versioned:
    name: str = "versioned"


@java_class(BEANS + "NegativeVersion", serial_version_uid=-1, registry=REGISTRY)
@dataclass(frozen=True)
class NegativeVersion:
    value: bridge.jint = 1


@java_class(BEANS + "AllPrimitives", registry=REGISTRY)
@dataclass(slots=True)
class AllPrimitives:
    z: bridge.jboolean = False
    b: bridge.jbyte = 0
    c: bridge.jchar = "\0"
    s: bridge.jshort = 0
    i: bridge.jint = 0
    j: bridge.jlong = 0
    f: bridge.jfloat = 0.0
    d: bridge.jdouble = 0.0


@java_class(BEANS + "AllBoxes", registry=REGISTRY)
@dataclass
class AllBoxes:
    z: bridge.jboolean | None
    b: bridge.jbyte | None
    c: bridge.jchar | None
    s: bridge.jshort | None
    i: bridge.jint | None
    j: bridge.jlong | None
    f: bridge.jfloat | None
    d: bridge.jdouble | None
    number: Annotated[int, JavaField(type="java.lang.Number")]
    comparable: Annotated[Any, JavaField(type="java.lang.Comparable")]
    object: Any
    none: bridge.jint | None = None


@java_enum(ENUMS + "Colour", registry=REGISTRY)
class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


@java_class(BEANS + "References", registry=REGISTRY)
@dataclass(slots=True)
class References:
    text: str | None
    any: Any
    numbers: bridge.jint_array | None
    grid: Annotated[list[Any], JavaField(type="int[][]")]
    texts: Annotated[list[str | None], JavaField(type="java.lang.String[]")]
    objects: bridge.JavaArray
    arrayAsObject: Any
    textsAsObjects: bridge.JavaArray
    list: list[Any]
    map: dict[str, Any]
    colour: Colour | None
    type: bridge.JavaClass | None
    point: Point | None
    points: Annotated[Any, JavaField(type=BEANS + "Point[]")]
    serializable: Annotated[Any, JavaField(type="java.io.Serializable")]
    sequence: Annotated[str, JavaField(type="java.lang.CharSequence")]
    nothing: Annotated[Any, JavaField(type="java.lang.Runnable")] = None


@java_class(BEANS + "ShadowedTop", registry=REGISTRY)
@dataclass
class ShadowedTop:
    value: bridge.jint
    name: str
    hidden: Any


@java_class(BEANS + "ShadowedMiddle", registry=REGISTRY)
@dataclass
class ShadowedMiddle(ShadowedTop):
    value_of_middle: Annotated[str, JavaField(name="value")]
    hidden_of_middle: Annotated[Any, JavaField(name="hidden")]


@java_class(BEANS + "Shadowing", registry=REGISTRY)
@dataclass
class Shadowing(ShadowedMiddle):
    value_of_bottom: Annotated[bridge.jdouble, JavaField(name="value")]
    name_of_bottom: Annotated[str, JavaField(name="name")]
    hidden_of_bottom: Annotated[Any, JavaField(name="hidden")]


@java_class(BEANS + "LinkedNode", registry=REGISTRY)
@dataclass(slots=True)
class LinkedNode:
    value: bridge.jint
    next: LinkedNode | None


@java_class(BEANS + "Person", registry=REGISTRY)
@dataclass(eq=False)
class Person:
    name: str
    parent: Person | None
    children: list[Person]
    attributes: dict[str, Any]


@java_class(RECORDS + "Point", record=True, registry=REGISTRY)
@dataclass(frozen=True, slots=True)
class RecordPoint:
    x: bridge.jint
    y: bridge.jint


@java_class(RECORDS + "AllPrimitives", record=True, registry=REGISTRY)
@dataclass(frozen=True)
class AllPrimitivesRecord:
    d: bridge.jdouble
    z: bridge.jboolean
    text: str
    b: bridge.jbyte
    c: bridge.jchar
    s: bridge.jshort
    i: bridge.jint
    j: bridge.jlong
    f: bridge.jfloat


@java_class(RECORDS + "Line", record=True, registry=REGISTRY)
@dataclass(frozen=True)
class Line:
    from_: RecordPoint | None
    to: RecordPoint | None
    label: str | None


@java_class(RECORDS + "Range", serial_version_uid=7, record=True, registry=REGISTRY)
@dataclass(frozen=True)
class Range:
    low: bridge.jint
    high: bridge.jint


@java_class(CUSTOM + "Mixed", registry=REGISTRY)
@dataclass(slots=True)
class Mixed:
    field: bridge.jint
    text: str
    number: Transient[int] = 0
    real: Transient[float] = 0.0
    object: Transient[Any] = None
    last: Transient[str] = ""

    def write_object(self, out: ObjectOutput) -> None:
        out.write_int(self.number)
        out.write_double(self.real)
        out.write_object(self.object)
        out.write_object(self.last)

    def read_object(self, in_: ObjectInput) -> None:
        self.number, self.real = in_.read_int(), in_.read_double()
        self.object, self.last = in_.read_object(), in_.read_object()


@java_class(CUSTOM + "EveryPrimitive", registry=REGISTRY)
@dataclass
class EveryPrimitive:
    read: Transient[list[Any]] = field(default_factory=list)

    def write_object(self, out: ObjectOutput) -> None:
        out.write_boolean(True)
        out.write_byte(-1)
        out.write_short(-2)
        out.write_char("€")
        out.write_int(-3)
        out.write_long(-4)
        out.write_float(-0.0)
        out.write_double(math.nan)
        out.write(b"bytes" + "chars".encode("utf-16-be"))
        out.write_utf("utf \0 € 😀")
        out.write(bytes([7, 9, 10]))

    def read_object(self, in_: ObjectInput) -> None:
        self.read += [in_.read_boolean(), in_.read_byte(), in_.read_short(), in_.read_char(), in_.read_int()]
        self.read += [in_.read_long(), in_.read_float(), in_.read_double(), in_.read_fully(5), in_.read_fully(10)]
        self.read += [in_.read_utf(), in_.read_unsigned_byte(), in_.read()]


@java_class(CUSTOM + "CustomParent", registry=REGISTRY)
@dataclass
class CustomParent:
    parentField: bridge.jint
    parentData: Transient[str] = ""

    def write_object(self, out: ObjectOutput) -> None:
        out.write_utf(self.parentData)

    def read_object(self, in_: ObjectInput) -> None:
        self.parentData = in_.read_utf()


@java_class(CUSTOM + "DefaultMiddle", registry=REGISTRY)
@dataclass
class DefaultMiddle(CustomParent):
    middleField: str = "middle"


@java_class(CUSTOM + "CustomChild", registry=REGISTRY)
@dataclass
class CustomChild(DefaultMiddle):
    childField: bridge.jint = 3
    childData: Transient[Any] = None

    def write_object(self, out: ObjectOutput) -> None:
        out.write_object(self.childData)
        out.write_int(9)

    def read_object(self, in_: ObjectInput) -> None:
        self.childData = in_.read_object()
        in_.read_int()


@java_class(EXTERNAL + "Parent", registry=REGISTRY)
@dataclass
class ExternalParent:
    name: str
    number: int
    object: Any

    def write_external(self, out: ObjectOutput) -> None:
        out.write_object(self.name)
        out.write_long(self.number)
        out.write_object(self.object)

    def read_external(self, in_: ObjectInput) -> None:
        self.name, self.number, self.object = in_.read_object(), in_.read_long(), in_.read_object()


@java_class(EXTERNAL + "Child", registry=REGISTRY)
@dataclass
class ExternalChild(ExternalParent):
    child: str

    def write_external(self, out: ObjectOutput) -> None:
        super().write_external(out)
        out.write_utf(self.child)

    def read_external(self, in_: ObjectInput) -> None:
        super().read_external(in_)
        self.child = in_.read_utf()


@java_class(REPLACE + "Period$Form", registry=REGISTRY)
@dataclass
class Form:
    start: bridge.jlong
    length: bridge.jlong

    def read_resolve(self) -> Any:
        return Period(self.start, self.start + self.length)


@java_class(REPLACE + "Period", registry=REGISTRY)
@dataclass
class Period:
    start: bridge.jlong
    end: bridge.jlong

    def write_replace(self) -> Any:
        return Form(self.start, self.end - self.start)


CASES: dict[str, Any] = {
    "bean/point": lambda it: it == Point(1, -2),
    "bean/empty": lambda it: type(it) is Empty,
    "bean/declared-uid": lambda it: it == Versioned(),
    "bean/negative-uid": lambda it: it == NegativeVersion(1),
    "bean/all-primitives-default": lambda it: it == AllPrimitives(),
    "bean/all-primitives-lowest": lambda it: (it.b, it.c, it.j, it.f) == (-128, "\ud800", -(1 << 63), -math.inf),
    "bean/all-primitives-highest": lambda it: (it.b, it.c, it.s, math.isnan(it.d)) == (127, "\uffff", 32767, True),
    "bean/all-boxes": lambda it: (it.z, it.b, it.c, it.s, it.i, it.j, it.f, it.d) == (True, 1, "c", 2, 3, 4, 5.0, 6.0),
    "bean/references": lambda it: it.colour is Colour.RED and it.point == Point(1, 2) and it.points == [Point(3, 4)],
    "bean/shadowed-fields": lambda it: (it.value, it.value_of_middle, it.value_of_bottom) == (1, "middle", 3.0),
    "bean/shadowed-parent-and-child": lambda it: [type(one) for one in it] == [ShadowedTop, Shadowing, ShadowedMiddle],
    "bean/cyclic-self": lambda it: it.next is it,
    "bean/cyclic-ring": lambda it: it.next.next.next is it,
    "bean/chain-of-ten": lambda it: it.next.next.value == 2,
    "bean/family": lambda it: [child.parent for child in it.children] == [it, it],
    "bean/many-of-one-class": lambda it: it == [Point(i, -i) for i in range(1000)],
    "bean/array-and-collections-of": lambda it: it[0] == [Point(1, 1), None],
    "record/point": lambda it: it == RecordPoint(3, -4),
    "record/all-primitives": lambda it: (it.text, it.b, it.c, it.j) == ("text", -128, "€", (1 << 63) - 1),
    "record/null-component": lambda it: it == Line(RecordPoint(1, 2), None, None),
    "record/shared-component": lambda it: it.from_ is it.to,
    "record/declared-uid": lambda it: it == Range(1, 10),
    "record/map-keys": lambda it: it == {RecordPoint(1, 1): "a", RecordPoint(2, 2): "b"},
    "record/beside-bean-of-same-name": lambda it: it == [RecordPoint(1, 2), Point(1, 2)],
    "enum/plain": lambda it: it is Colour.GREEN,
    "enum/same-twice": lambda it: it == [Colour.RED, Colour.RED, Colour.BLUE],
    "enum/linked-hash-map-keys": lambda it: it[Colour.RED] == 2,
    "class/custom-write-object": lambda it: it == Mixed(1, "field", 2, 2.5, ["written by hand"], "last"),
    "custom/every-primitive": lambda it: it.read[8:] == [b"bytes", b"\0c\0h\0a\0r\0s", "utf \0 € 😀", 7, b"\x09\x0a"],
    "custom/parent-and-child": lambda it: it == CustomChild(1, "of parent", "middle", 3, ["of child"]),
    "externalizable/mixed": lambda it: it == ExternalParent("parent", 7, ["of parent"]),
    "class/externalizable-chain": lambda it: it == ExternalChild("parent", 7, ["of parent"], "child"),
    "replace/serialization-proxy": lambda it: it == Period(10, 15),
    "replace/serialization-proxy-in-map": lambda it: it == {"period": Period(3, 4)},
}


@pytest.mark.parametrize("name", CASES)
def test_java_finds_its_graph_in_what_declared_classes_write(java: Harness, name: str) -> None:
    value = bridge.loads(java.write(name), registry=REGISTRY)
    assert CASES[name](value), value
    java.verify(name, bridge.dumps(value, registry=REGISTRY))


def test_java_reads_instances_that_python_made(java: Harness) -> None:
    made: dict[str, Any] = {
        "bean/point": Point(1, -2),
        "bean/declared-uid": Versioned(),
        "bean/all-boxes": AllBoxes(True, 1, "c", 2, 3, 4, 5.0, 6.0, bridge.Long(7), 8, bridge.Long(9)),
        "record/nested": Line(RecordPoint(1, 2), RecordPoint(3, 4), "label"),
        "custom/parent-and-child": CustomChild(1, "of parent", "middle", 3, ["of child"]),
        "externalizable/mixed": ExternalParent("parent", 7, ["of parent"]),
        "replace/serialization-proxy": Period(10, 15),
    }
    bridge.loads(java.write("bean/array-and-collections-of"), registry=REGISTRY)
    for name, value in made.items():
        java.verify(name, bridge.dumps(value, registry=REGISTRY))


def test_java_reads_a_declaration_that_lacks_a_field_by_its_rules_of_evolution(java: Harness) -> None:
    registry = bridge.default_registry.copy()

    @java_class(BEANS + "AllPrimitives", registry=registry)
    @dataclass
    class Fewer:
        i: bridge.jint
        extra: str = "Java drops it"

    read = bridge.loads(java.write("bean/all-primitives-highest"), registry=registry)
    assert [getattr(read, one.name) for one in fields(read)] == [(1 << 31) - 1, "Java drops it"]
    described = java.ask("describe", bridge.dumps(Fewer(5), registry=registry)).decode()
    assert '"name":"i","type":"int","value":5' in described.replace(" ", "")
    assert '"name":"j","type":"long","value":0' in described.replace(" ", "")


def test_a_class_that_writes_no_fields_is_read_and_written_by_its_hooks(java: Harness) -> None:
    registry = bridge.default_registry.copy()

    @java_class("bridge.cases.Unruly", serial_version_uid=6, default_data=False, registry=registry)
    @dataclass
    class Unruly:
        number: bridge.jint = 7
        text: str = "text"
        real: bridge.jdouble = 2.5

        def write_object(self, out: ObjectOutput) -> None:
            out.write_utf(self.text)
            out.write_int(self.number)

        def read_object(self, in_: ObjectInput) -> None:
            self.text, self.number = in_.read_utf(), in_.read_int()

    @java_class("bridge.cases.Unruly$Ruly", serial_version_uid=8, registry=registry)
    @dataclass
    class Ruly(Unruly):
        kept: bridge.jlong = 9

    written = subprocess.run(
        command(java.jdk, "bridge.cases.Unruly", "write"), stdout=subprocess.PIPE, check=True, timeout=60
    ).stdout
    read = bridge.loads(written, registry=registry)
    assert read == [Unruly(), Ruly()]
    made = bridge.JavaArray([Unruly(), Ruly()])
    for objects in (read, made):
        stream = bridge.dumps(objects, registry=registry)
        subprocess.run(command(java.jdk, "bridge.cases.Unruly", "check"), input=stream, check=True, timeout=60)

"""Classes that nobody declared: `bridge.java_type` after a class was met, and with a class path of folders and jars."""

from __future__ import annotations

import enum
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

import bridge
from bridge import ClassDescriptor, Registry
from bridge.errors import DecodeError, EncodeError, SchemaError
from bridge.mapping.classfile import (
    ACC_ABSTRACT,
    ACC_ENUM,
    ACC_INTERFACE,
    ACC_PRIVATE,
    ACC_PUBLIC,
    ACC_STATIC,
)
from tests.mapping.class_writer import class_file

SERIAL_VERSIONS = Path(__file__).parent / "classes" / "serial_versions.jar"
PREFIX = "bridge.cases.SerialVersions$"


@pytest.fixture
def registry() -> Registry:
    return bridge.default_registry.copy()


CLASSES = {
    "com.example.Base": class_file("com.example.Base", fields=[("id", "J", 0)], uid=10),
    "com.example.Order": class_file(
        "com.example.Order",
        "com.example.Base",
        [
            ("count", "Ljava/lang/Long;", ACC_PRIVATE),
            ("names", "[Ljava/lang/String;", 0),
            ("price", "D", 0),
            ("next", "Lcom/example/Order;", 0),
            ("shared", "I", ACC_STATIC),
        ],
        interfaces=(),
        uid=42,
    ),
    "com.example.Mood": class_file(
        "com.example.Mood",
        "java.lang.Enum",
        [(name, "Lcom/example/Mood;", ACC_ENUM | ACC_STATIC) for name in ("HAPPY", "mro", "_x_", "None")],
        interfaces=(),
        uid=None,
    ),
    "com.example.Shape": class_file("com.example.Shape", flags=ACC_PUBLIC | ACC_INTERFACE | ACC_ABSTRACT),
    "com.example.Abstract": class_file("com.example.Abstract", flags=ACC_PUBLIC | ACC_ABSTRACT),
    "com.example.Other": class_file("com.example.Other", interfaces=()),
    "com.example.Event": class_file("com.example.Event", "java.util.EventObject"),
    "com.example.Names": class_file("com.example.Names", "java.util.ArrayList", interfaces=()),
    "com.example.A": class_file("com.example.A", "com.example.B"),
    "com.example.B": class_file("com.example.B", "com.example.A"),
    "com.example.Broken": class_file("com.example.Broken")[:40],
    "com.example.Misnamed": class_file("com.example.misnamed"),
    "Unpackaged": class_file("Unpackaged"),
}


def write_folder(folder: Path) -> Path:
    for name, data in CLASSES.items():
        file = folder.joinpath(*name.split(".")).with_suffix(".class")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


def write_jar(folder: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(folder / "x.jar", "w", zipfile.ZIP_DEFLATED) as jar:
        for name, data in CLASSES.items():
            jar.writestr(f"{prefix}{name.replace('.', '/')}.class", data)
    return folder / "x.jar"


def write_jmod(folder: Path) -> Path:
    jmod = folder / "x.jmod"
    jmod.write_bytes(b"JM\1\0" + write_jar(folder, "classes/").read_bytes())
    return jmod


@pytest.fixture(
    params=[write_folder, write_jar, lambda folder: write_jar(folder, "BOOT-INF/classes/"), write_jmod],
    ids=["folder", "jar", "Spring Boot jar", "jmod"],
)
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, registry: Registry) -> Registry:
    """A registry with the classes above on its class path."""
    bridge.classpath(request.param(tmp_path), registry=registry)
    return registry


@pytest.fixture
def given(tmp_path: Path, registry: Registry) -> Registry:
    bridge.classpath(str(write_folder(tmp_path)), registry=registry)
    return registry


# ---- from class files


def test_a_class_of_the_class_path_is_made_and_written(anywhere: Registry) -> None:
    order_type = bridge.java_type("com.example.Order", registry=anywhere)
    assert order_type is bridge.java_type("com.example.Order", registry=anywhere)
    order = order_type(id=7, names=["a", None], count=5)
    order.next = order
    assert (order.price, order.id) == (0.0, 7)
    read = bridge.loads(bridge.dumps(order, registry=anywhere))
    assert [(level.name, level.serial_version_uid, level.fields) for level in read.__java_class__.chain] == [
        ("com.example.Base", 10, (("id", "J"),)),
        (
            "com.example.Order",
            42,
            (
                ("price", "D"),
                ("count", "Ljava/lang/Long;"),
                ("names", "[Ljava/lang/String;"),
                ("next", "Lcom/example/Order;"),
            ),
        ),
    ]
    assert type(read.count) is bridge.Long
    assert read.names.component_type == "java.lang.String"
    assert read.next is read


def test_what_is_read_is_of_the_same_class_when_the_stream_says_the_same(given: Registry) -> None:
    order_type = bridge.java_type("com.example.Order", registry=given)
    data = bridge.dumps([order_type(), order_type(id=3)], registry=given)
    assert [type(order) for order in bridge.loads(data, registry=given)] == [order_type, order_type]
    bridge.java_class("com.example.Unrelated", registry=given)(type("Unrelated", (), {}))
    assert type(bridge.loads(data, registry=given)[0]) is order_type


def test_what_is_read_of_another_version_keeps_its_own_class(given: Registry) -> None:
    order_type = bridge.java_type("com.example.Order", registry=given)
    older = bridge.Registry().generic_plan(ClassDescriptor("com.example.Order", 42, fields=[("price", "D")])).cls
    data = bridge.dumps(older(price=1.5), registry=given)
    read = bridge.loads(data, registry=given)
    assert not isinstance(read, order_type)
    assert bridge.dumps(read, registry=given) == data


def test_a_field_takes_only_what_java_would_take(given: Registry) -> None:
    order_type = bridge.java_type("com.example.Order", registry=given)
    with pytest.raises(EncodeError, match=r"a field of type java\.lang\.Long cannot hold str"):
        bridge.dumps(order_type(count="5"), registry=given)
    with pytest.raises(TypeError, match=r"Order has no field 'prize'; its fields: id, price, count"):
        order_type(prize=5)


def test_an_enum_becomes_an_enum_of_python(given: Registry) -> None:
    mood: Any = bridge.java_type("com.example.Mood", registry=given)
    assert issubclass(mood, enum.Enum)
    assert [member.name for member in mood] == ["HAPPY", "mro_", "_x__", "None"]
    data = bridge.dumps(list(mood), registry=given)
    assert [constant.name for constant in bridge.loads(data)] == ["HAPPY", "mro", "_x_", "None"]
    assert bridge.loads(data, registry=given) == list(mood)
    assert bridge.java_type("com.example.Mood", registry=given) is mood


def test_a_super_class_of_the_jdk_is_known_if_python_s_values_are_written_as_it(given: Registry) -> None:
    names = bridge.java_type("com.example.Names", registry=given)
    assert [level.name for level in names.__java_class__.chain] == ["java.util.ArrayList", "com.example.Names"]


def test_a_declared_class_without_a_uid_takes_it_from_the_class_path(given: Registry) -> None:
    declared = type("Order", (), {})
    bridge.java_class("com.example.Order", registry=given)(declared)
    written = bridge.loads(bridge.dumps(declared(), registry=given))
    assert written.__java_class__.serial_version_uid == 42
    assert bridge.java_type("com.example.Order", registry=given) is declared


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("com.example.Nowhere", "nothing is known of com.example.Nowhere: declare it with bridge.java_class"),
        ("com.example.Other", "com.example.Other is not serializable"),
        ("com.example.Shape", "com.example.Shape is an interface"),
        ("com.example.Abstract", "com.example.Abstract is abstract"),
        ("com.example.Event", "com.example.Event extends java.util.EventObject, which is not on the class path"),
        ("com.example.A", "com.example.A extends itself"),
        ("java.util.HashMap", "objects of java.util.HashMap are Python values of a type that stands for it"),
        ("com.example.Misnamed", "nothing is known of com.example.Misnamed"),
        ("com/example/Order", "Java's binary name is com.example.Order"),
        ("..secret", "is no name of a Java class"),
        ("int", "it is a primitive type"),
    ],
)
def test_a_class_that_cannot_be_made_is_told_why(name: str, says: str, given: Registry) -> None:
    with pytest.raises(SchemaError) as caught:
        bridge.java_type(name, registry=given)
    assert says in str(caught.value)


def test_a_broken_class_file_is_told_with_its_place(given: Registry, tmp_path: Path) -> None:
    with pytest.raises(DecodeError) as caught:
        bridge.java_type("com.example.Broken", registry=given)
    assert f"com.example.Broken in {tmp_path}: the class file ends in the middle" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no such file or folder"),
        (b"", "it is too short"),
        (b"neither a jar nor the modules of a JDK", "is no modules file of a JDK: it begins with b'neit'"),
        (struct.pack("<7I", 0xCAFEDADA, 1 << 16, 0, 1, 1, 1, 1), "ends inside its index"),
    ],
)
def test_what_cannot_be_on_a_class_path_is_told_at_once(
    content: bytes | None, says: str, tmp_path: Path, registry: Registry
) -> None:
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(SchemaError) as caught:
        bridge.classpath(tmp_path / "x", registry=registry)
    assert f"{tmp_path / 'x'} cannot be on the class path: " in str(caught.value)
    assert says in str(caught.value)


def test_a_jar_that_unpacks_to_too_much_is_refused(tmp_path: Path, registry: Registry) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.jar", "w", zipfile.ZIP_DEFLATED) as jar:
        jar.writestr("Bomb.class", bytes((1 << 24) + 1))
    bridge.classpath(tmp_path / "bomb.jar", registry=registry)
    with pytest.raises(DecodeError, match=r"Bomb\.class in .*bomb\.jar is larger than a class file can be"):
        bridge.java_type("Bomb", registry=registry)


def test_a_class_path_grows_and_belongs_to_its_registry(given: Registry, registry: Registry, tmp_path: Path) -> None:
    copy = given.copy()
    bridge.classpath(SERIAL_VERSIONS, registry=copy)
    assert bridge.java_type(PREFIX + "BelowOther", registry=copy)(b=1).b == 1
    assert bridge.java_type("Unpackaged", registry=copy)
    with pytest.raises(SchemaError, match="nothing is known of"):
        bridge.java_type(PREFIX + "BelowOther", registry=given)


# ---- from a stream


def test_a_class_met_in_a_stream_can_be_made_from_then_on(registry: Registry) -> None:
    parent = ClassDescriptor("com.example.Parent", 1, fields=[("x", "I")])
    child = ClassDescriptor(
        "com.example.Child", 2, fields=[("y", "J"), ("z", "Ljava/lang/Integer;")], super_class=parent
    )
    data = bridge.dumps(bridge.Registry().generic_plan(child).cls(x=1))
    with pytest.raises(SchemaError, match="read an object of it first"):
        bridge.java_type("com.example.Child", registry=registry)
    met = bridge.loads(data, registry=registry)
    child_type = bridge.java_type("com.example.Child", registry=registry)
    assert type(met) is child_type
    assert bridge.loads(bridge.dumps(child_type(x=3, y=4, z=5), registry=registry), registry=registry).z == 5
    assert bridge.java_type("com.example.Parent", registry=registry)(x=9).x == 9


def test_classes_met_are_remembered_within_bounds(registry: Registry) -> None:
    def meet(name: str, fields: list[tuple[str, str]], annotation: tuple[object, ...] = ()) -> None:
        descriptor = ClassDescriptor(name, 1, fields=fields, annotation=annotation)
        bridge.loads(bridge.dumps(bridge.Registry().generic_plan(descriptor).cls()), registry=registry)

    meet("com.example.Annotated", [], (["kept alive by nothing"],))
    meet("com.example.Small", [("x", "I")])
    assert bridge.java_type("com.example.Small", registry=registry)
    for name in ("com.example.Annotated", "com.example.Unmet"):
        with pytest.raises(SchemaError, match="nothing is known of"):
            bridge.java_type(name, registry=registry)
    for number in range(6):
        meet(f"com.example.Large{number}", [(f"a{i}", "I") for i in range(9000)])
    assert registry.descriptor_met("com.example.Large5") is not None
    assert registry.descriptor_met("com.example.Large0") is None


def test_a_class_file_comes_before_what_was_met(given: Registry) -> None:
    other = bridge.Registry().generic_plan(ClassDescriptor("com.example.Order", 7, fields=[("q", "I")])).cls
    bridge.loads(bridge.dumps(other(q=1)), registry=given)
    order_type = bridge.java_type("com.example.Order", registry=given)
    assert order_type.__java_class__.serial_version_uid == 42
    read = bridge.loads(bridge.dumps([other(q=1), order_type(id=2)], registry=given), registry=given)
    assert [type(order) is order_type for order in read] == [False, True]


def test_a_declaration_comes_before_what_was_met(registry: Registry) -> None:
    descriptor = ClassDescriptor("com.example.Late", 1)
    bridge.loads(bridge.dumps(bridge.Registry().generic_plan(descriptor).cls()), registry=registry)
    late = type("Late", (), {})
    bridge.java_class("com.example.Late", registry=registry)(late)
    assert bridge.java_type("com.example.Late", registry=registry) is late


def test_an_enum_that_was_only_met_is_not_known(registry: Registry) -> None:
    constant = bridge.JavaEnum(ClassDescriptor("com.example.Met", 0, 0x12), "A")
    bridge.loads(bridge.dumps(constant), registry=registry)
    with pytest.raises(SchemaError, match=r"nothing is known of com\.example\.Met"):
        bridge.java_type("com.example.Met", registry=registry)

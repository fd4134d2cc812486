"""The serialVersionUID of class files, and the whole class descriptor, against what Java says of the same classes.

``classes/serial_versions.jar`` has the classes of ``java/src/bridge/cases/SerialVersions.java``, and
``serial_versions.ser`` what ``bridge.harness.ClassDescriptors`` wrote of them. More classes are in
``interop/test_serial_version.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import bridge
from bridge import ClassDescriptor
from bridge.errors import SchemaError
from bridge.mapping.classfile import ACC_FINAL, ACC_STATIC, ClassFile, Member
from bridge.mapping.classpath import ClassPath
from bridge.mapping.serial_version import declared_serial_version_uid, serial_version_uid

CLASSES = Path(__file__).parent / "classes"
PREFIX = "bridge.cases.SerialVersions$"
BY_JAVA: dict[str, ClassDescriptor] = {
    descriptor.name: descriptor for descriptor in bridge.loads_all((CLASSES / "serial_versions.ser").read_bytes())
}


@pytest.fixture(scope="module")
def places() -> ClassPath:
    places = ClassPath()
    places.add([CLASSES / "serial_versions.jar"])
    return places


def said(descriptor: ClassDescriptor) -> list[tuple[object, ...]]:
    return [(level.name, level.serial_version_uid, level.flags, level.fields) for level in descriptor.chain]


def test_java_described_them_all() -> None:
    assert len(BY_JAVA) == 26


@pytest.mark.parametrize("name", [name for name in BY_JAVA if not name.endswith("PersistentFields")])
def test_a_class_is_described_as_java_describes_it(name: str, places: ClassPath) -> None:
    described = places.describe(name)
    assert described is not None
    assert said(described) == said(BY_JAVA[name])


def test_the_uid_is_known_where_the_fields_are_not(places: ClassPath) -> None:
    name = PREFIX + "PersistentFields"
    assert places.serial_version_uid(name) == BY_JAVA[name].serial_version_uid
    with pytest.raises(SchemaError, match=r"says in code which fields it writes \(serialPersistentFields\)"):
        places.describe(name)


def test_what_is_not_serializable_has_no_descriptor(places: ClassPath) -> None:
    assert places.describe("bridge.cases.SerialVersions") is None
    assert places.describe("bridge.cases.SerialVersionsBase") is None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Member("serialVersionUID", "J", ACC_STATIC | ACC_FINAL, -5), -5),
        (Member("serialVersionUID", "C", ACC_STATIC | ACC_FINAL, 65), 65),
        (Member("serialVersionUID", "J", ACC_STATIC, 5), None),
        (Member("serialVersionUID", "J", ACC_FINAL, 5), None),
        (Member("serialVersionUID", "D", ACC_STATIC | ACC_FINAL, None), None),
        (Member("serialVersionUid", "J", ACC_STATIC | ACC_FINAL, 5), None),
    ],
)
def test_which_constant_counts(field: Member, expected: int | None) -> None:
    class_file = ClassFile("com.example.Odd", 1, "java.lang.Object", (), (field,), ())
    assert declared_serial_version_uid(class_file) == expected


def test_a_constant_that_is_computed_at_run_time_is_told() -> None:
    field = Member("serialVersionUID", "J", ACC_STATIC | ACC_FINAL)
    class_file = ClassFile("com.example.Odd", 1, "java.lang.Object", (), (field,), ())
    with pytest.raises(SchemaError, match="computes its serialVersionUID when it is initialised"):
        serial_version_uid(class_file)

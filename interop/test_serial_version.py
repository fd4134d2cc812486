"""Class files read by Python alone against Java's ``ObjectStreamClass``: many classes of the JDK, and our own."""

from __future__ import annotations

import subprocess

import bridge
from bridge import ClassDescriptor
from bridge.errors import SchemaError
from bridge.mapping.classpath import ClassPath
from bridge.mapping.serial_version import declared_serial_version_uid
from interop.harness import CLASSES, Harness, command

PLACES = ["jrt:java.base", "jrt:java.sql", "jrt:java.logging", "jrt:java.xml", "jrt:java.naming", str(CLASSES)]


def said(descriptor: ClassDescriptor) -> list[tuple[object, ...]]:
    return [(level.name, level.serial_version_uid, level.flags, level.fields) for level in descriptor.chain]


def test_python_describes_every_class_as_java_does(java: Harness) -> None:
    jdk = java.jdk
    stream = subprocess.run(
        command(jdk, "bridge.harness.ClassDescriptors", *PLACES), stdout=subprocess.PIPE, check=True, timeout=120
    ).stdout
    places = ClassPath()
    places.add([CLASSES, jdk.java.parent.parent])
    described = computed = by_code = 0
    for by_java in bridge.loads_all(stream):
        class_file = places.find(by_java.name)
        if class_file is None:  # bridge.cases.Names makes one at run time
            continue
        assert places.serial_version_uid(by_java.name) == by_java.serial_version_uid or by_java.is_enum
        try:
            found = places.describe(by_java.name)
        except SchemaError as error:
            if "serialPersistentFields" not in str(error):
                raise
            by_code += 1
            continue
        assert found is not None
        assert said(found) == said(by_java)
        described += 1
        if not by_java.is_enum and not class_file.is_record and declared_serial_version_uid(class_file) is None:
            computed += 1
    print(f"{jdk}: {described} classes alike, of {computed} the UID is computed; {by_code} have their fields in code")
    assert described > 1000
    assert computed > 150


def test_a_class_of_the_jdk_is_made_from_its_modules_file(java: Harness) -> None:
    registry = bridge.default_registry.copy()
    bridge.classpath(java.jdk.java.parent.parent, registry=registry)
    attribute_type = bridge.java_type("javax.management.Attribute", registry=registry)
    by_java = java.ask("reserialize", bridge.dumps(attribute_type(name="n", value=[5]), registry=registry))
    attribute = bridge.loads(by_java, registry=registry)
    assert (type(attribute), attribute.name, attribute.value) == (attribute_type, "n", [5])

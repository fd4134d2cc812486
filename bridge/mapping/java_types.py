"""Python classes for Java classes that nobody declared: met in a stream, or found on a class path."""

from __future__ import annotations

import enum
from os import PathLike
from typing import Any

from ..errors import SchemaError
from ..stream.descriptors import ClassDescriptor
from ..stream.generic import JavaObject
from ..stream.plan import FIELDS, EncodePlan
from .assignable import field_check
from .classpath import ClassPath
from .declare import java_enum
from .defaults import default_registry
from .field_types import check_class_name
from .registry import Registry

__all__ = ["classpath", "java_type"]


def classpath(*paths: str | PathLike[str], registry: Registry | None = None) -> None:
    """Adds places where `java_type` and declared classes without a serialVersionUID look for class files.

    A place is a folder, a jar (or war, or jmod), or the home of a JDK for the JDK's own classes. Nothing in them is
    run. Raises `SchemaError` for anything else.
    """
    into = default_registry if registry is None else registry
    places = ClassPath() if into.class_path is None else into.class_path.copy()
    places.add(paths)
    into.class_path = places


def java_type(name: str, *, registry: Registry | None = None) -> type[Any]:
    """The Python class for a Java class (binary name): the declared one, else one made from what is known of it.

    That is its class file on the `classpath`, else what a stream said of it that was read before with this registry.
    A class made so has a constructor with the fields as keywords (others have Java's 0, False, None), and what
    is read from then on is of it, if the stream describes the class the same way. An enum becomes an ``enum.Enum``.

        Order = bridge.java_type("com.example.Order")
        channel.send(Order(id=1, tags=["new"]))

    Raises `SchemaError` if nothing is known of the class, or it has no instances that could be sent, and `DecodeError`
    if its class file is broken.
    """
    check_class_name(name)
    known = default_registry if registry is None else registry
    found = known.class_named(name)
    if found is None:
        if known.is_read_as_other(name):
            raise SchemaError(f"objects of {name} are Python values of a type that stands for it: see docs/values.md")
        found = _make(name, known)
    return found


def _make(name: str, registry: Registry) -> type:
    try:
        found = _from_class_file(name, registry)
    except SchemaError:
        found = None
        if registry.descriptor_met(name) is None:
            raise
    if found is None:
        met = registry.descriptor_met(name)
        if met is None:
            raise SchemaError(
                f"nothing is known of {name}: declare it with bridge.java_class, name the folder or jar of its class "
                "file with bridge.classpath, or read an object of it first"
            )
        found = registry.generic_plan(met).cls
    if issubclass(found, JavaObject):
        registry.keep(found)
        registry.write_as(found, _checked_plan(found, registry))
    return found


def _from_class_file(name: str, registry: Registry) -> type | None:
    """None if it is not on the class path. Raises `SchemaError` if that is no class with objects that can be sent."""
    places = registry.class_path
    class_file = None if places is None else places.find(name)
    if places is None or class_file is None:
        return None
    descriptor = places.describe(name, registry.known_descriptor)
    if descriptor is None:
        raise SchemaError(f"{name} is not serializable")
    if class_file.is_enum:
        return _enum_class(descriptor, class_file.enum_constants, registry)
    if class_file.is_abstract:
        kind = "an interface" if class_file.is_interface else "abstract"
        raise SchemaError(f"{name} is {kind}: it has no objects of its own")
    cls: type = registry.generic_plan(registry.descriptors.intern(descriptor)).cls
    return cls


def _enum_class(descriptor: ClassDescriptor, constants: list[str], registry: Registry) -> type:
    simple_name = descriptor.name.rpartition(".")[2].rpartition("$")[2]
    names = {f"{name}_" if name == "mro" or name[:1] == name[-1:] == "_" else name: name for name in constants}
    try:
        cls: Any = enum.Enum(simple_name, names, module="java", qualname=descriptor.name)  # type: ignore[misc]
    except (TypeError, ValueError) as error:
        raise SchemaError(f"{descriptor.name} cannot be an enum in Python: {error}") from error
    declared: type = java_enum(descriptor.name, names=names, registry=registry)(cls)
    return declared


def _checked_plan(cls: Any, registry: Registry) -> EncodePlan:
    """Writes what is given to a field as its type asks: 5 in a ``Long`` field as a Long, a list as a ``String[]``."""
    plan: EncodePlan = cls.__java_plan__
    checks: list[Any] = []
    for level, annotated in cls.__java_class__.data_levels:
        if not level.is_externalizable:
            checks += [field_check(field.type_string, registry) for field in level.fields]
        if annotated:
            checks.append(None)
    return EncodePlan(FIELDS, plan.descriptor, members=plan.members, checks=checks)

"""Python source for Java classes: typed dataclasses and enums from class files, for ``python -m bridge gen``.

The same class files give the same text. Besides the classes that were asked for it has their super-classes, and those
classes of the class path that the types of their fields name. Classes of the JDK are not generated: those with a type
in Python have that, fields of others say their type in `JavaField`.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from os import PathLike
from typing import NamedTuple

from ..errors import SchemaError
from ..stream.constants import SC_EXTERNALIZABLE, SC_WRITE_METHOD
from ..stream.descriptors import ClassDescriptor
from .classfile import ACC_STATIC, ACC_TRANSIENT, ClassFile, Member
from .classpath import ClassPath
from .declare import java_name_of
from .defaults import default_registry
from .signatures import JavaType, parse_type

__all__ = ["generate"]

_PRIMITIVES = {
    "Z": ("bridge.jboolean", "False"),
    "B": ("bridge.jbyte", "0"),
    "C": ("bridge.jchar", '"\\0"'),
    "S": ("bridge.jshort", "0"),
    "I": ("bridge.jint", "0"),
    "J": ("bridge.jlong", "0"),
    "F": ("bridge.jfloat", "0.0"),
    "D": ("bridge.jdouble", "0.0"),
}
_PRIMITIVE_ARRAYS = {
    "B": "bytes",
    "Z": "bridge.BooleanArray",
    "C": "bridge.CharArray",
    "S": "bridge.jshort_array",
    "I": "bridge.jint_array",
    "J": "bridge.jlong_array",
    "F": "bridge.jfloat_array",
    "D": "bridge.jdouble_array",
}
_PRIMITIVE_NAMES = {
    "Z": "boolean", "B": "byte", "C": "char", "S": "short", "I": "int", "J": "long", "F": "float", "D": "double",
}  # fmt: skip

#: What a field of the class is annotated with; `bridge.mapping.field_types` takes it for exactly this class.
_FIELDS = {
    "java.lang.Object": "Any",
    "java.lang.Boolean": "bridge.jboolean",
    "java.lang.Byte": "bridge.jbyte",
    "java.lang.Character": "bridge.jchar",
    "java.lang.Short": "bridge.jshort",
    "java.lang.Integer": "bridge.jint",
    "java.lang.Long": "bridge.jlong",
    "java.lang.Float": "bridge.jfloat",
    "java.lang.Double": "bridge.jdouble",
    "java.lang.String": "str",
    "java.lang.Class": "bridge.JavaClass",
    "java.math.BigDecimal": "Decimal",
    "java.time.Duration": "datetime.timedelta",
    "java.time.LocalDate": "datetime.date",
    "java.time.LocalDateTime": "datetime.datetime",
    "java.time.LocalTime": "datetime.time",
    "java.util.UUID": "UUID",
}
#: What an element is, where no field says how it is written: the type that is written as this class by itself.
_ELEMENTS = {
    **_FIELDS,
    "java.lang.Boolean": "bool",
    "java.lang.Byte": "bridge.Byte",
    "java.lang.Character": "bridge.Char",
    "java.lang.Short": "bridge.Short",
    "java.lang.Integer": "int",
    "java.lang.Long": "bridge.Long",
    "java.lang.Float": "bridge.Float",
    "java.lang.Double": "float",
}
#: Containers: the type in Python, the number of its parameters, and whether an annotation with it means this class.
_CONTAINERS = {
    "java.util.List": ("list", 1, True),
    "java.util.Set": ("set", 1, True),
    "java.util.Map": ("dict", 2, True),
    "java.util.Deque": ("deque", 1, True),
    "java.util.Collection": ("Collection", 1, True),
    "java.lang.Iterable": ("Iterable", 1, True),
    "java.util.AbstractList": ("list", 1, False),
    "java.util.ArrayList": ("list", 1, False),
    "java.util.ArrayDeque": ("deque", 1, False),
    "java.util.HashSet": ("set", 1, False),
    "java.util.HashMap": ("dict", 2, False),
    "java.util.LinkedHashMap": ("dict", 2, False),
}
_IMPORTS = {
    "Annotated": "from typing import Annotated",
    "Any": "from typing import Any",
    "Collection": "from collections.abc import Collection",
    "Decimal": "from decimal import Decimal",
    "Iterable": "from collections.abc import Iterable",
    "UUID": "from uuid import UUID",
    "datetime": "import datetime",
    "deque": "from collections import deque",
    "dataclass": "from dataclasses import dataclass",
    "enum": "import enum",
    "field": "from dataclasses import field",
}

_BUILTINS = {"bool", "bytes", "dict", "float", "int", "list", "set", "str"}
_HOOKS = {"read_object", "write_object", "read_external", "write_external", "read_resolve", "write_replace"}
_RESERVED = {*_IMPORTS, *_BUILTINS, *_HOOKS, "bridge", "java_data", "mro"}

_HEADER = '''"""Java classes as Python classes. Written by ``python -m bridge gen``: run it again to change them."""

from __future__ import annotations
'''


def generate(class_path: Iterable[str | PathLike[str]], classes: Iterable[str]) -> str:
    """The source of a module with these Java classes, and those that they refer to.

    ``class_path`` has folders, jars, and the home of a JDK where super-classes are the JDK's; ``classes`` binary names,
    or ``com.example.*`` for all serializable classes of a package. Raises `SchemaError` where a class is not there, is
    not serializable, or cannot be a declared class; `DecodeError` where a class file is broken.
    """
    places = ClassPath()
    places.add(class_path)
    source = _Source(places)
    for name in classes:
        if name.endswith(".*"):
            source.add_package(name[:-2])
        else:
            source.add(name)
    return source.text()


class _Class(NamedTuple):
    file: ClassFile
    descriptor: ClassDescriptor


class _Source:
    def __init__(self, places: ClassPath) -> None:
        self._places = places
        self._classes: dict[str, _Class] = {}
        self._names: dict[str, str] = {}

    # ---- which classes

    def add_package(self, package: str) -> None:
        """Adds what can be declared of a package, without anonymous classes."""
        names = self._places.class_names(package)
        if not names:
            raise SchemaError(f"there are no classes in {package} on the class path")
        for name in names:
            if not name.rpartition("$")[2].isdigit():
                self._add_if_possible(name)

    def add(self, name: str) -> None:
        """Adds a class, its super-classes, and what they refer to. Raises `SchemaError` if it cannot be declared."""
        waiting = self._declarable(name)
        while waiting:
            level = waiting.pop()
            if level.name in self._classes:
                continue
            found = self._file(level.name)
            self._classes[level.name] = _Class(found, level)
            for field in _written(found):
                element = field.descriptor.lstrip("[")
                if len(element) > 1 and not element.startswith(("Ljava/", "Ljavax/")):
                    try:
                        waiting += self._declarable(element[1:-1].replace("/", "."))
                    except SchemaError:
                        pass  # the type of the field is Any, with its Java type beside it

    def _add_if_possible(self, name: str) -> None:
        try:
            self.add(name)
        except SchemaError:
            pass

    def _declarable(self, name: str) -> list[ClassDescriptor]:
        """A class and its super-classes, if all of them can be declared."""
        found = self._file(name)
        descriptor = self._places.describe(name, default_registry.known_descriptor)
        if found.is_interface or descriptor is None:
            raise SchemaError(f"{name} is {'an interface' if found.is_interface else 'not serializable'}")
        if found.is_enum:
            return [descriptor]
        if descriptor.is_enum:
            raise SchemaError(f"{name} is the class of one constant of the enum {found.super_name}")
        for level in descriptor.chain:
            self._file(level.name)
            if default_registry.is_read_as_other(level.name) and not default_registry.is_declared(level.name):
                relation = "is" if level is descriptor else f"extends {level.name},"
                raise SchemaError(f"{name} {relation} a class with a type of its own in Python: see docs/values.md")
        return descriptor.chain

    def _file(self, name: str) -> ClassFile:
        found = self._places.find(name)
        if found is None:
            raise SchemaError(f"{name} is not on the class path")
        return found

    # ---- the text

    def text(self) -> str:
        self._names = _python_names(self._classes)
        bodies = [self._class_text(name) for name in self._in_order()]
        body = "\n\n\n".join(bodies)
        return f"{_HEADER}\n{_imports(body)}\n\n\n{body}\n"

    def _in_order(self) -> list[str]:
        """By name, but a super-class before what extends it."""
        ordered: dict[str, None] = {}
        for name in sorted(self._classes):
            chain = [level.name for level in self._classes[name].descriptor.chain]
            ordered.update(dict.fromkeys([level for level in chain if level in self._classes]))
        return list(ordered)

    def _class_text(self, name: str) -> str:
        found = self._classes[name].file
        return self._enum_text(found) if found.is_enum else self._dataclass_text(self._classes[name])

    def _enum_text(self, found: ClassFile) -> str:
        constants = {_constant_name(name): name for name in found.enum_constants}
        renamed = {python: name for python, name in constants.items() if java_name_of(python) != name}
        names = f", names={_source_of(renamed)}" if renamed else ""
        lines = [
            f'@bridge.java_enum("{found.name}"{names})',
            f"class {self._names[found.name]}(enum.Enum):",
            *_docstring(found.name),
            *[f"    {python} = {_source_of(name)}" for python, name in constants.items()],
        ]
        return "\n".join(lines)

    def _dataclass_text(self, it: _Class) -> str:
        found, descriptor = it.file, it.descriptor
        uid = descriptor.serial_version_uid
        options = "" if found.is_record and not uid else f", serial_version_uid={uid}"
        options += ", record=True" if found.is_record else ""
        base = self._names.get(found.super_name or "")
        external = bool(descriptor.flags & SC_EXTERNALIZABLE)
        lines = [
            f'@bridge.java_class("{found.name}"{options})',
            f"@dataclass({'frozen=True' if found.is_record else 'eq=False'}, slots=True)",
            f"class {self._names[found.name]}{f'({base})' if base else ''}:",
        ]
        attributes = self._attributes(descriptor)
        fields = []
        for member in [] if external else _written(found):
            annotation, default = self._annotation(member, attributes[found.name, member.name])
            assigned = "" if found.is_record else f" = {default}"
            fields.append(f"    {attributes[found.name, member.name]}: {annotation}{assigned}")
        if external and not any(level.flags & SC_EXTERNALIZABLE for level in descriptor.chain[:-1]):
            lines += _docstring(found.name, "``java_data`` is all that this Externalizable writes.")
            lines += _data_lines("java_data", "write_external", "read_external")
        elif descriptor.flags & SC_WRITE_METHOD:
            data = f"java_data_of_{self._names[found.name]}"
            lines += [*_docstring(found.name, f"``{data}`` is what it writes after its fields."), *fields]
            lines += _data_lines(data, "write_object", "read_object")
        else:
            lines += [*_docstring(found.name), *fields] if fields else _docstring(found.name)[:-1]
        return "\n".join(lines)

    def _attributes(self, descriptor: ClassDescriptor) -> dict[tuple[str, str], str]:
        """The attribute for each field of a class and its super-classes: no two levels share one."""
        attributes: dict[tuple[str, str], str] = {}
        for level in descriptor.chain:
            if level.name not in self._classes:
                continue
            for member in _written(self._classes[level.name].file):
                name = _attribute_name(member.name, set(self._names.values()))
                if name in attributes.values():
                    name = f"{name}_of_{self._names[level.name]}"
                while name in attributes.values():
                    name += "_"
                attributes[level.name, member.name] = name
        return attributes

    def _annotation(self, member: Member, attribute: str) -> tuple[str, str]:
        """The annotation and the default of a field."""
        primitive = _PRIMITIVES.get(member.descriptor)
        says = []
        if java_name_of(attribute) != member.name:
            says.append(f"name={_source_of(member.name)}")
        if primitive is not None:
            annotation, default = primitive
        else:
            annotation, default = self._reference(member), "None"
            if annotation.startswith("?"):
                says.append(f"type={_source_of(_java_spelling(member.descriptor))}")
                annotation = annotation[1:]
            if annotation != "Any":
                annotation += " | None"
        if says:
            annotation = f"Annotated[{annotation}, bridge.JavaField({', '.join(says)})]"
        return annotation, default

    def _reference(self, member: Member) -> str:
        """The type of an object field; a question mark in front if it does not tell the Java type."""
        java_type = parse_type(member.signature, member.descriptor)
        if java_type.dimensions:
            if java_type.dimensions == 1 and java_type.name in _PRIMITIVE_ARRAYS:
                return _PRIMITIVE_ARRAYS[java_type.name]
            return f"?{self._element(java_type)}"
        name = java_type.name
        if name in _FIELDS:
            return _FIELDS[name]
        if name in self._names:
            return self._names[name]
        container = _CONTAINERS.get(name)
        if container is not None:
            return f"{'' if container[2] else '?'}{self._element(java_type)}"
        return "?int" if name == "java.math.BigInteger" else "?Any"

    def _element(self, java_type: JavaType) -> str:
        """The type of what is in a container or an array."""
        if java_type.dimensions:
            inner = java_type._replace(dimensions=java_type.dimensions - 1)
            if not inner.dimensions and inner.name in _PRIMITIVE_ARRAYS:
                return _PRIMITIVE_ARRAYS[inner.name]
            return f"list[{self._element(inner)}]"
        container = _CONTAINERS.get(java_type.name)
        if container is not None:
            kind, count, _ = container
            arguments = [self._element(argument) for argument in java_type.arguments]
            if len(arguments) != count:
                arguments = ["Any"] * count
            return f"{kind}[{', '.join(arguments)}]"
        return _ELEMENTS.get(java_type.name) or self._names.get(java_type.name) or "Any"


def _written(found: ClassFile) -> list[Member]:
    """The fields that are written, in the order of their declaration."""
    if found.is_enum:
        return []
    return [field for field in found.fields if not field.flags & (ACC_STATIC | ACC_TRANSIENT)]


def _docstring(name: str, more: str = "") -> list[str]:
    if not more:
        return [f'    """Java\'s ``{name}``."""', ""]
    return [f'    """Java\'s ``{name}``.', "", f"    {more}", '    """', ""]


def _data_lines(attribute: str, write: str, read: str) -> list[str]:
    return [
        f"    {attribute}: bridge.Transient[list[Any]] = field(default_factory=list)",
        "",
        f"    def {write}(self, out: bridge.ObjectOutput) -> None:",
        f"        out.write_contents(self.{attribute})",
        "",
        f"    def {read}(self, in_: bridge.ObjectInput) -> None:",
        f"        self.{attribute} = in_.read_contents()",
    ]


def _imports(body: str) -> str:
    words = set("".join([char if char.isalnum() or char in "_" else " " for char in body]).split())
    modules: dict[str, list[str]] = {}
    for name, line in _IMPORTS.items():
        if name in words:
            source, _, imported = line.partition(" import ")
            modules.setdefault(source, []).append(imported)
    plain = [source for source in modules if source.startswith("import ")]
    chosen = [f"{source} import {', '.join(sorted(names))}" for source, names in modules.items() if source not in plain]
    return "\n".join([*sorted(plain), *sorted(chosen), "", "import bridge"])


# ---- names


def _python_names(classes: Iterable[str]) -> dict[str, str]:
    """A Python name for each class: its own, with those of the classes around it; of namesakes with their packages."""
    names: dict[str, str] = {}
    parts = {name: name.split(".") for name in classes}
    length = dict.fromkeys(parts, 1)
    while True:
        names = {name: _class_name(parts[name][-length[name] :]) for name in parts}
        clashing = [name for name in parts if list(names.values()).count(names[name]) > 1]
        if not any(length[name] < len(parts[name]) for name in clashing):
            break
        for name in clashing:
            length[name] += 1
    taken: set[str] = set()
    for name in sorted(names):
        while names[name] in taken:
            names[name] += "_"
        taken.add(names[name])
    return names


def _class_name(parts: list[str]) -> str:
    words = [part[:1].upper() + part[1:] for part in parts[:-1]] + [parts[-1].replace("$", "")]
    return _identifier("".join(words), _RESERVED)


def _attribute_name(name: str, classes: set[str]) -> str:
    if name.startswith("__"):  # which Python would change inside a class
        name = f"java{name}"
    return _identifier(name.replace("$", "_"), _RESERVED | classes)


def _constant_name(name: str) -> str:
    if name.startswith("_"):  # names with underscores mean something in an enum
        name = f"JAVA{name}"
    return _identifier(name.replace("$", "_"), {"mro", "name", "value"})


def _identifier(name: str, taken: set[str]) -> str:
    cleaned = "".join([char if char.isascii() and (char.isalnum() or char == "_") else _spelled(char) for char in name])
    if not cleaned.isidentifier():
        cleaned = f"_{cleaned}"
    return f"{cleaned}_" if cleaned in taken or keyword.iskeyword(cleaned) else cleaned


def _spelled(char: str) -> str:
    """A letter beyond ASCII, if Python keeps it as it is."""
    return char if f"a{char}".isidentifier() and char.isalnum() and len(char.casefold()) == 1 else f"u{ord(char):04x}"


def _source_of(value: object) -> str:
    """The source of a string, or of a dict of strings, in double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_source_of(key)}: {_source_of(item)}" for key, item in value.items()) + "}"
    text = repr(str(value))[1:-1].replace('"', '\\"').replace("\\'", "'")
    return f'"{text}"'


def _java_spelling(descriptor: str) -> str:
    """A type as Java's source spells it."""
    element = descriptor.lstrip("[")
    name = _PRIMITIVE_NAMES.get(element) or element[1:-1].replace("/", ".")
    return name + "[]" * (len(descriptor) - len(element))

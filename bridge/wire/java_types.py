"""The Java type of each piece of a layout, and the types that have to be declared for it.

What has no type of Java is declared inside the record of its message: a record for a Struct, flags, or a number with
names; an enum for a Python enum (by itself, as other messages may use it too); a sealed interface where one of several
types may stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..errors import SchemaError
from .java_names import Names, type_name
from .layout_model import (
    Attempt,
    BitField,
    Boolean,
    ByteString,
    Character,
    Check,
    Choice,
    Embedded,
    End,
    Flags,
    Integer,
    JavaObject,
    Labels,
    Layout,
    Moment,
    Nothing,
    Padding,
    Real,
    Record,
    Refusal,
    Repeated,
    Text,
    UniqueId,
    VariableInteger,
    Window,
    number_range,
)

__all__ = ["Alternative", "Declared", "JavaType", "Types", "is_void"]

_BOXES: Final = {
    "boolean": "Boolean", "char": "Character", "int": "Integer", "long": "Long", "float": "Float", "double": "Double"
}  # fmt: skip
_IMPORTS: Final = {"UUID": "java.util.UUID", "Instant": "java.time.Instant"}


@dataclass(frozen=True)
class JavaType:
    """A type as it is written; ``nullable``: there may be no value."""

    name: str
    nullable: bool = False

    @property
    def is_primitive(self) -> bool:
        return self.name in _BOXES and not self.nullable

    @property
    def text(self) -> str:
        return self.boxed if self.nullable else self.name

    @property
    def boxed(self) -> str:
        return _BOXES.get(self.name, self.name)

    @property
    def holds_array(self) -> bool:
        return self.name == "byte[]"


@dataclass(frozen=True)
class Alternative:
    """What may stand in a choice of several types: its type, and whether that is a record made around ``layout``."""

    type: JavaType
    layout: Layout
    is_wrapped: bool


@dataclass
class Declared:
    """A type to be declared: its layout, and the sealed interfaces that it belongs to."""

    name: str
    layout: Layout
    interfaces: list[str] = field(default_factory=list)
    alternatives: dict[int, Alternative] = field(default_factory=dict)  # of a choice, by the id of the layout


def is_void(layout: Layout) -> bool:
    """Whether there is no value."""
    match layout:
        case Window(content=content):
            return is_void(content)
        case Choice(cases=cases, default=default):
            return all(map(is_void, [*(case.layout for case in cases), default]))
    return isinstance(layout, Nothing | Padding | Check | End | Refusal)


class Types:
    """The types of one message.

    ``declared`` are those to be declared inside it, in the order of their first use; ``shared`` the enums to be
    declared by themselves; ``reserved`` the names that neither may have.
    """

    def __init__(self, reserved: Iterable[str], shared: dict[str, Labels]) -> None:
        self._names = Names("type")
        for name in reserved:
            self._names.fresh(name)
        self._known: dict[int, JavaType] = {}
        self._labels: dict[object, JavaType] = {}
        self._shared = shared
        self.declared: list[Declared] = []
        self.imports: set[str] = set()

    def declaration(self, layout: Layout) -> Declared:
        """What was declared for a layout, which ``of`` was asked for."""
        return next(each for each in self.declared if each.layout is layout)

    def of(self, layout: Layout, hint: str, interface: str | None = None) -> JavaType:
        """The type of a piece; ``hint`` is the name of its field, after which a declared type is called.

        ``interface`` is the sealed interface that a record for it has to implement.
        """
        known = self._known.get(id(layout))
        if known is None:
            known = self._known[id(layout)] = self._made(layout, hint, interface)
            if known.name in _IMPORTS:
                self.imports.add(_IMPORTS[known.name])
        return known

    def _made(self, layout: Layout, hint: str, interface: str | None) -> JavaType:
        match layout:
            case Integer() | BitField() | VariableInteger():
                low, high = number_range(layout)
                return JavaType("int" if low >= -(1 << 31) and high < 1 << 31 else "long")
            case Real(size_bytes=size):
                return JavaType("float" if size == 4 else "double")
            case Boolean():
                return JavaType("boolean")
            case Character():
                return JavaType("char")
            case Text():
                return JavaType("String")
            case ByteString():
                return JavaType("byte[]")
            case UniqueId():
                return JavaType("UUID")
            case Moment():
                return JavaType("Instant")
            case JavaObject():
                return JavaType("Object", nullable=True)
            case Embedded(message=message):
                return JavaType(type_name(message.name, layout.path, has_file=True))
            case Labels():
                return self._of_labels(layout, hint)
            case Flags() | Record():
                return JavaType(self._declare(layout, hint, interface).name)
            case Repeated(element=element):
                self.imports.add("java.util.List")
                return JavaType(f"List<{self._of_element(element, hint)}>")
            case Window(content=content):
                return self.of(content, hint, interface)
            case Attempt(content=content):
                inner = self.of(content, hint)
                if inner.name == "Object":
                    raise SchemaError(
                        "an Optional of an object that may be null cannot be translated", path=layout.path
                    )
                return JavaType(inner.name, nullable=True)
            case Choice():
                return self._of_choice(layout, hint)
        raise SchemaError(
            f"{type(layout).__name__} that is no field of a Struct by itself cannot be translated", path=layout.path
        )

    def _declare(self, layout: Layout, hint: str, interface: str | None = None) -> Declared:
        declared = Declared(self._type_name(hint, layout.path), layout, [] if interface is None else [interface])
        self.declared.append(declared)
        return declared

    def _type_name(self, hint: str, path: str) -> str:
        name = type_name(hint, path)
        return self._names.fresh(name)

    def _of_labels(self, layout: Labels, hint: str) -> JavaType:
        if layout.name is not None:
            name = type_name(layout.name, layout.path, has_file=True)
            before = self._shared.setdefault(name, layout)
            if (before.labels, before.closed, before.name) != (layout.labels, layout.closed, layout.name):
                raise SchemaError(f"{before.path} has another enum of the name {name}", path=layout.path)
            return JavaType(name)
        low, high = number_range(layout.number)
        key = type_name(hint, layout.path), layout.labels, low, high
        if key not in self._labels:
            self._labels[key] = JavaType(self._declare(layout, hint).name)
        return self._labels[key]

    def _of_element(self, element: Layout, hint: str) -> str:
        # `items` are of Items' one: a singular is guessed for the common English plural only.
        single = hint[:-3] + "y" if hint.endswith("ies") else hint[:-1] if hint.endswith("s") else hint
        return self.of(element, single or hint).boxed

    def _of_choice(self, layout: Choice, hint: str) -> JavaType:
        branches = [(str(case.key), case.layout) for case in layout.cases] + [("other", layout.default)]
        if isinstance(layout.cases[0].key, bool) and len(layout.cases) == 1:
            branches = [("", layout.cases[0].layout), ("otherwise", layout.default)]
        with_value = [(key, branch) for key, branch in branches if not is_void(branch)]
        nullable = any(is_void(branch) and not _is_refusal(branch) for _, branch in branches)
        if not with_value:
            raise SchemaError("a choice in which no case has a value cannot be translated", path=layout.path)
        if len(with_value) == 1 or not any(_is_record(branch) for _, branch in with_value):
            found = [self.of(branch, hint) for _, branch in with_value]
            if len({each.name for each in found}) == 1:
                return JavaType(found[0].name, nullable=nullable or any(each.nullable for each in found))
        return JavaType(self._sealed(layout, hint, with_value).name, nullable=nullable)

    def _sealed(self, layout: Choice, hint: str, with_value: list[tuple[str, Layout]]) -> Declared:
        declared = self._declare(layout, hint)
        for key, branch in with_value:
            name = f"{hint}_{key}" if key else hint + "_value"
            if _is_record(branch):
                type_, is_wrapped = self.of(branch, name, declared.name), False
            else:
                self.of(branch, name)
                type_, is_wrapped = JavaType(self._type_name(name, branch.path)), True
            declared.alternatives[id(branch)] = Alternative(type_, branch, is_wrapped)
        return declared


def _is_refusal(layout: Layout) -> bool:
    return isinstance(layout, Refusal) or (isinstance(layout, Window) and _is_refusal(layout.content))


def _is_record(layout: Layout) -> bool:
    return isinstance(layout, Record) or (isinstance(layout, Window) and _is_record(layout.content))

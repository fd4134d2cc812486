"""The names of a record: its components, what it computes, and what an expression finds where it stands in it.

In the reader and in the writer of a record, a field is a plain name, a local variable or the component; so an
expression of the declaration is the same text in both. What a nested record needs of the record around it is handed on
as parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import SchemaError
from .java_declarations import Lines, indented
from .java_expressions import Operand, equality, fits_int, string, written
from .java_names import Names, constant_name, member_name
from .java_types import Alternative, JavaType, Types, is_void
from .layout_model import (
    BitField,
    Boolean,
    ByteString,
    Checksum,
    Choice,
    Computed,
    Constant,
    Derived,
    Expression,
    Field,
    FieldValue,
    Flags,
    Integer,
    Labels,
    Layout,
    Literal,
    Operation,
    Record,
    Repeated,
    Text,
    VariableInteger,
    Window,
    kind_of,
    outer_fields,
    range_of,
)

__all__ = ["Member", "RecordScope", "entering", "leaving", "local_type", "named_constant"]


@dataclass(frozen=True)
class Member:
    """A field of a record: its Java name, and its type where it is a component."""

    field: Field
    name: str
    type: JavaType | None


class RecordScope:
    """One record.

    ``layout`` is the Record, or a Window around it; ``value_name`` is given for a message without fields of its own:
    the record has one component, which is the layout itself.
    """

    def __init__(self, name: str, layout: Layout, types: Types, *, value_name: str | None = None) -> None:
        self.name = name
        self.types = types
        self.layout = layout
        self.record = _record_in(layout) if value_name is None else _value_record(layout, value_name)
        self.names = Names("name")
        self.members = [self._member(field) for field in self.record.fields]
        self.by_name = {member.field.name: member for member in self.members if member.field.name}
        self.parameters = self._outer_values()
        #: The declarations of its constants.
        self.constants: Lines = []

    # ------------------------------------------------------------------------------------------------------- the parts

    def _member(self, field: Field) -> Member:
        layout, path = field.layout, field.layout.path
        name = ""
        if field.name is not None:
            name = self.names.take(member_name(field.name, path), field.name, path)
        silent = isinstance(layout, Constant | Computed | Derived | Checksum) or is_void(layout)
        return Member(field, name, None if silent else self.types.of(layout, field.name or "value"))

    @property
    def components(self) -> list[Member]:
        return [member for member in self.members if member.type is not None]

    def _outer_values(self) -> dict[tuple[int, tuple[str, ...]], tuple[FieldValue, str]]:
        """What this record, and those in it, use of the records around: the field, and the name of the parameter."""
        found: dict[tuple[int, tuple[str, ...]], tuple[FieldValue, str]] = {}
        for value in outer_fields(self.record):
            key = value.up, value.names
            if key not in found:
                name = member_name("_".join(["outer", *value.names]), self.record.path)
                found[key] = value, self.names.fresh(name)
        return found

    def parameter_list(self) -> str:
        return "".join(f", {self._type_of_value(value)} {name}" for value, name in self.parameters.values())

    def _type_of_value(self, value: FieldValue) -> str:
        match kind_of(value):
            case "int":
                return "long"
            case "bool":
                return "boolean"
            case "text":
                return "String"
            case "label" | "sequence" if isinstance(value.layout, Labels | ByteString | Repeated):
                return self.types.of(value.layout, "").name
        raise SchemaError("what a nested Struct uses of the one around it must be a number, a truth value or a text",
                          path=self.record.path)  # fmt: skip

    def arguments_for(self, layout: Record) -> str:
        """What the reader and the writer of a nested record are given, beside the frame."""
        nested = RecordScope(self.types.of(layout, "").name, layout, self.types)
        values = [
            self.text(FieldValue(value.up - 1, value.names, value.layout)) for value, _ in nested.parameters.values()
        ]
        return "".join(f", {each}" for each in values)

    # ---------------------------------------------------------------------------------------------------- expressions

    def resolve(self, value: FieldValue) -> Operand:
        if value.up:
            _, name = self.parameters[value.up, value.names]
            return self._operand(name, value.layout, is_inside=True)._replace(is_long=True)
        member = self.by_name[value.names[0]]
        text, layout = member.name, member.field.layout
        for name in value.names[1:]:
            while isinstance(layout, Window):
                layout = layout.content
            if isinstance(layout, Flags):
                text, layout = f"{text}.{member_name(name, layout.path)}()", Boolean(path=layout.path)
                continue
            assert isinstance(layout, Record)
            inner = next(field.layout for field in layout.fields if field.name == name)
            if isinstance(inner, Derived | Checksum):
                raise SchemaError(f"{inner.path} is not kept, so nothing outside of its Struct can use it",
                                  path=self.record.path)  # fmt: skip
            text, layout = f"{text}.{member_name(name, inner.path)}()", inner
        return self._operand(text, layout, is_inside=len(value.names) > 1)

    def _operand(self, text: str, layout: Layout, *, is_inside: bool) -> Operand:
        match layout:
            case Constant(value=value) if not isinstance(value, bytes):
                return written(Literal(value), self.resolve, named_constant)
            case Computed(value=value) if not is_inside:
                found = written(value, self.resolve, named_constant)
                return found._replace(text=f"({found.text})" if isinstance(value, Operation) else found.text)
            case Computed(value=value):
                return Operand(text, kind_of(value) == "int" and not fits_int(*range_of(value)))
            case Derived(content=content):
                return Operand(text, kind_of(FieldValue(0, (), content)) == "int")
            case Checksum():
                return Operand(text, is_long=True)
            case Window(content=content):
                return self._operand(text, content, is_inside=is_inside)
            case Labels():
                return Operand(text, labels=(self.types.of(layout, "").name, layout.closed))
            case ByteString():
                return Operand(text, size=f"{text}.length")
            case Repeated():
                return Operand(text, size=f"{text}.size()")
            case Text():
                return Operand(text, size=f"{text}.codePointCount(0, {text}.length())")
            case Integer() | BitField() | VariableInteger():
                return Operand(text, not fits_int(*range_of(FieldValue(0, (), layout))))
        return Operand(text)

    def text(self, expression: Expression) -> str:
        return written(expression, self.resolve, named_constant).text

    def alternative(self, choice: Choice, branch: Layout) -> Alternative | None:
        declared = next((each for each in self.types.declared if each.layout is choice), None)
        return None if declared is None else declared.alternatives.get(id(branch))

    def branches(self, layout: Choice, make: Callable[[Layout], Lines], locals_: Names) -> Lines:
        lines: Lines = []
        key = written(layout.key, self.resolve, named_constant)
        if isinstance(layout.key, Operation) and len(layout.cases) > 1:
            local = locals_.fresh("key")
            type_ = "boolean" if kind_of(layout.key) == "bool" else "long" if key.is_long else "int"
            lines.append(f"{type_} {local} = {key.text};")
            key = key._replace(text=local)
        for index, case in enumerate(layout.cases):
            test = equality(key, kind_of(layout.key), case.key, named_constant)
            lines.append(f"if ({test}) {{" if index == 0 else f"}} else if ({test}) {{")
            lines += indented(make(case.layout))
        default = make(layout.default)
        return [*lines, *(["} else {", *indented(default)] if default else []), "}"]

    def byte_constant(self, layout: Constant, name: str, value: bytes) -> str:
        index = next(i for i, field in enumerate(self.record.fields) if field.layout is layout)
        constant = constant_name(name, layout.path) if name else f"CONSTANT_{index}"
        items = ", ".join(str(byte - 256 if byte > 127 else byte) for byte in value)
        line = f"private static final byte[] {constant} = {{{items}}};"
        if line not in self.constants:
            self.constants.append(line)
        return constant


# ------------------------------------------------------------------------------------------------------ small pieces


def named_constant(name: str) -> str:
    return constant_name(name, name)


def local_type(content: Layout) -> str:
    kind = kind_of(FieldValue(0, (), content))
    return {"int": "long", "bool": "boolean", "text": "String"}[kind]


def _record_in(layout: Layout) -> Record:
    while isinstance(layout, Window):
        layout = layout.content
    assert isinstance(layout, Record)
    return layout


def _value_record(layout: Layout, name: str) -> Record:
    return Record(path=layout.path, fields=(Field(name=name, layout=layout),))


def entering(field: str, frame: str = "in") -> Lines:
    return [f"{frame}.enter({string(field)});"] if field else []


def leaving(field: str, frame: str = "in") -> Lines:
    return [f"{frame}.leave();"] if field else []

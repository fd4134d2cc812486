"""The Java record of a message: its components, its reader and writer, and the types that stand in it."""

from __future__ import annotations

from typing import Final

from ..errors import SchemaError
from .java_declarations import Lines, indented, javadoc, lines_of_choice, lines_of_flags, lines_of_labels
from .java_expressions import written
from .java_reader import reader_lines
from .java_scope import RecordScope, named_constant
from .java_types import Declared, Types
from .java_writer import writer_lines
from .layout_model import (
    LONG,
    Checksum,
    Choice,
    Computed,
    Derived,
    FieldValue,
    Flags,
    Integer,
    Labels,
    Layout,
    Record,
    fields_in,
    kind_of,
    number_range,
)

__all__ = ["RecordText"]

_LINE_LENGTH: Final = 110


class RecordText:
    """The text of one record, and of what is declared inside it; the arguments are those of `RecordScope`."""

    def __init__(self, name: str, layout: Layout, types: Types, *, value_name: str | None = None) -> None:
        self.scope = RecordScope(name, layout, types, value_name=value_name)
        self.types = types

    def _accessors(self) -> Lines:
        """A method for each Computed."""
        lines: Lines = []
        for member in self.scope.members:
            layout = member.field.layout
            if not isinstance(layout, Computed) or not member.name:
                continue
            for value in fields_in(layout.value):
                self._check_kept(value, layout)
            kind = kind_of(layout.value)
            operand = written(layout.value, self.scope.resolve, named_constant)
            type_ = {"bool": "boolean", "text": "String", "label": operand.labels[0] if operand.labels else ""}.get(
                kind, "long" if operand.is_long else "int"
            )
            lines += [
                "",
                f"/** {javadoc(member.field.docs or 'Follows from the other fields.')} */",
                f"public {type_} {member.name}() {{",
                f"    return {operand.text};",
                "}",
            ]
        return lines

    def _check_kept(self, value: FieldValue, computed: Computed) -> None:
        if value.up:
            raise SchemaError("a Computed that uses the Struct around its own cannot be translated", path=computed.path)
        layout = self.scope.by_name[value.names[0]].field.layout
        if isinstance(layout, Derived | Checksum):
            raise SchemaError(f"a Computed over {layout.path}, which is not kept, cannot be translated: "
                              "say it with len_", path=computed.path)  # fmt: skip
        if isinstance(layout, Computed):
            for inner in fields_in(layout.value):
                self._check_kept(inner, computed)

    def lines(self, docs: str, interfaces: list[str], *, is_nested: bool = False) -> Lines:
        """The whole declaration. ``interfaces`` are those it implements."""
        reader, writer, accessors = reader_lines(self.scope), writer_lines(self.scope), self._accessors()
        body = [
            *([*self.scope.constants, ""] if self.scope.constants else []),
            *self._compact_constructor(),
            *reader,
            "",
            *writer,
            *accessors,
            *self._equality(),
        ]
        return [
            *self._documentation(docs),
            *self._header(interfaces),
            *indented(body),
            *([] if is_nested else indented(self._inner_types())),
            "}",
        ]

    def _documentation(self, docs: str) -> Lines:
        parameters = []
        for member in self.scope.components:
            text = member.field.docs
            if isinstance(member.field.layout, Integer) and number_range(member.field.layout)[1] > LONG[1]:
                text = f"{text} (64 bits without a sign: see Long.toUnsignedString)".strip()
            if text:
                parameters.append(f" * @param {member.name} {javadoc(text)}")
        if not parameters:
            return [f"/** {javadoc(docs)} */"]
        return ["/**", f" * {javadoc(docs)}", " *", *parameters, " */"]

    def _header(self, interfaces: list[str]) -> Lines:
        components = [f"{member.type.text} {member.name}" for member in self.scope.components if member.type]
        implements = f" implements {', '.join(interfaces)}" if interfaces else ""
        line = f"public record {self.scope.name}({', '.join(components)}){implements} {{"
        if len(line) <= _LINE_LENGTH:
            return [line]
        return [
            f"public record {self.scope.name}(",
            *indented([f"{each}{')' if each is components[-1] else ','}" for each in components], 2),
            f"{implements} {{".strip() if not implements else f"       {implements} {{",
        ]

    def _compact_constructor(self) -> Lines:
        lines = []
        for member in self.scope.components:
            type_ = member.type
            assert type_ is not None
            if type_.name.startswith("List<"):
                copied = f"List.copyOf({member.name})"
                lines.append(f"{member.name} = {member.name} == null ? null : {copied};" if type_.nullable
                             else f"{member.name} = {copied};")  # fmt: skip
            elif not type_.is_primitive and not type_.nullable:
                self.types.imports.add("java.util.Objects")
                lines.append(f'Objects.requireNonNull({member.name}, "{member.name}");')
        return [f"public {self.scope.name} {{", *indented(lines), "}", ""] if lines else []

    def _equality(self) -> Lines:
        """By content, where an array would be compared by identity."""
        if not any(member.type and member.type.holds_array for member in self.scope.components):
            return []
        self.types.imports |= {"java.util.Arrays", "java.util.Objects", "java.util.HexFormat"}
        tests: Lines = []
        hashes: Lines = []
        shown: Lines = []
        for member in self.scope.components:
            name, type_ = member.name, member.type
            assert type_ is not None
            tests.append(
                f"Arrays.equals({name}, that.{name})" if type_.holds_array else f"Objects.equals({name}, that.{name})"
            )
            hashes.append(f"Arrays.hashCode({name})" if type_.holds_array else name)
            text = name
            if type_.holds_array:
                text = f"HexFormat.of().formatHex({name})"
                text = f"({name} == null ? null : {text})" if type_.nullable else text
            shown.append(f'"{", " if shown else ""}{name}=" + {text}')
        return [
            "",
            "@Override",
            "public boolean equals(Object other) {",
            f"    return other instanceof {self.scope.name} that",
            *(f"            && {test}{';' if test is tests[-1] else ''}" for test in tests),
            "}",
            "",
            "@Override",
            "public int hashCode() {",
            f"    return Objects.hash({', '.join(hashes)});",
            "}",
            "",
            "@Override",
            "public String toString() {",
            f'    return "{self.scope.name}["',
            *(f"            + {each}" for each in shown),
            '            + "]";',
            "}",
        ]

    def _inner_types(self) -> Lines:
        lines: Lines = []
        index = 0
        while index < len(self.types.declared):  # a record may declare more
            lines += ["", *self._inner_type(self.types.declared[index])]
            index += 1
        return lines

    def _inner_type(self, declared: Declared) -> Lines:
        layout = declared.layout
        match layout:
            case Record():
                nested = RecordText(declared.name, layout, self.types)
                return nested.lines(f"What stands at {layout.path}.", declared.interfaces, is_nested=True)
            case Labels():
                return lines_of_labels(declared.name, layout)
            case Flags():
                return lines_of_flags(declared.name, layout)
            case Choice():
                return lines_of_choice(declared, self.types)
        raise AssertionError(layout)

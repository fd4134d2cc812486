"""The reader of a record in Java, field by field."""

from __future__ import annotations

from typing import Final

from ..errors import SchemaError
from .java_declarations import Lines, indented
from .java_expressions import condition, number, string
from .java_scope import Member, RecordScope, entering, leaving, local_type, named_constant
from .java_types import is_void
from .layout_model import (
    Attempt,
    BitField,
    Boolean,
    ByteString,
    Character,
    Check,
    Checksum,
    Choice,
    Computed,
    Constant,
    Derived,
    Embedded,
    End,
    Expression,
    Flags,
    Integer,
    JavaObject,
    Labels,
    Layout,
    Literal,
    Moment,
    Nothing,
    Padding,
    Prefix,
    Real,
    Record,
    Refusal,
    Repeated,
    Rest,
    Stripped,
    Terminated,
    Text,
    UniqueId,
    VariableInteger,
    Window,
    least_bytes,
)

__all__ = ["CHARSETS", "reader_lines"]

#: The charsets of Java for the encodings of a Text.
CHARSETS: Final = {
    "ascii": "StandardCharsets.US_ASCII",
    "latin-1": "StandardCharsets.ISO_8859_1",
    "utf-8": "StandardCharsets.UTF_8",
    "utf-16-be": "StandardCharsets.UTF_16BE",
    "utf-16-le": "StandardCharsets.UTF_16LE",
}
#: What may be in an embedded object stream where the declaration says nothing.
_DEFAULT_FILTER: Final = "maxdepth=32;maxrefs=100000;java.base/*;!*"


def reader_lines(scope: RecordScope) -> Lines:
    """The method ``read`` of a record."""
    return _Reader(scope).reader()


class _Reader:
    def __init__(self, scope: RecordScope) -> None:
        self.scope = scope
        self.types = scope.types
        self._locals = scope.names.copy()

    # --------------------------------------------------------------------------------------------------------- reading

    def reader(self) -> Lines:
        lines = self._read_whole(self.scope.layout)
        names = ", ".join(member.name for member in self.scope.components)
        return [
            f"static {self.scope.name} read(FrameReader in{self.scope.parameter_list()}) throws IOException {{",
            *indented([*lines, f"return new {self.scope.name}({names});"]),
            "}",
        ]

    def _read_whole(self, layout: Layout) -> Lines:
        if isinstance(layout, Window):
            return [*self._open_window(layout, ""), *self._read_whole(layout.content), "in.closeWindow();"]
        bits = [f'in.openBits("", {self.scope.record.size_bytes});'] if self.scope.record.size_bytes is not None else []
        return bits + [line for member in self.scope.members for line in self._read_member(member)]

    def _open_window(self, layout: Window, field: str) -> Lines:
        return [f"in.openWindow({string(field)}, {self._length_read(layout.length, field)});"]

    def _length_read(self, length: Expression | Prefix, field: str) -> str:
        if not isinstance(length, Prefix):
            return self.scope.text(length)
        read = _number_read(length.number, field)
        return f"{read} - {least_bytes(length.number)}" if length.includes_itself else read

    def _read_member(self, member: Member) -> Lines:
        layout, name = member.field.layout, member.field.name or ""
        match layout:
            case Computed():
                return []
            case Constant():
                return self._read_constant(layout, name)
            case Derived(content=content):
                return self._read(content, name, member.name, local_type(content)) if name else self._ignored(content)
            case Checksum(algorithm=algorithm, skip_bytes=skipped, number=content):
                local = member.name or self._locals.fresh("checksum")
                return [
                    f"long {local} = Checksums.{algorithm}(in.before({skipped}));",
                    f'in.expectChecksum({string(name)}, "{algorithm}", {_number_read(content, name)}, {local});',
                ]
            case Refusal():
                raise SchemaError("a field that is always refused cannot be translated", path=layout.path)
        if member.type is None:
            return self._read_void(layout, name)
        return self._read(layout, name, member.name, member.type.text)

    def _ignored(self, content: Layout) -> Lines:
        return self._read(content, "", self._locals.fresh("ignored"), local_type(content))

    def _read_constant(self, layout: Constant, name: str) -> Lines:
        content, value = layout.content, layout.value
        if isinstance(value, bytes):
            constant = self.scope.byte_constant(layout, name, value)
        elif isinstance(value, str):
            constant = string(value)
        else:
            constant = number(value) if not isinstance(value, bool) else "true" if value else "false"
        if isinstance(content, Integer | BitField | VariableInteger):
            found = _number_read(content, name)
        else:
            found = self._read_expression(content, name)
        return [f"in.expect({string(name)}, {found}, {constant});"]

    def _read_void(self, layout: Layout, name: str) -> Lines:
        match layout:
            case Nothing():
                return []
            case Padding(length=Literal(value=length), bits=True):
                return [f"in.skipBits({length});"]
            case Padding(length=length):
                return [f"in.skip({string(name)}, {self.scope.text(length)});"]
            case Check(condition=expression):
                text = condition(expression, self.scope.resolve, named_constant)
                failed = string(f"this does not hold: {text}")
                return [f"if (!({text})) {{", f"    throw in.refused({string(name)}, {failed});", "}"]
            case End():
                return [f"in.expectEnd({string(name)});"]
            case Refusal():
                return [f'throw in.refused({string(name)}, "nothing is allowed here");']
            case Window(content=content):
                return [*self._open_window(layout, name), *self._read_void(content, name), "in.closeWindow();"]
            case Choice():
                return self.scope.branches(layout, lambda branch: self._read_void(branch, name), self._locals)
        raise AssertionError(layout)

    def _read_expression(self, layout: Layout, field: str) -> str:
        """How a value is read, where that is one expression; else empty."""
        name = string(field)
        match layout:
            case Integer() | BitField() | VariableInteger():
                cast = "(int) " if self.types.of(layout, field).name == "int" else ""
                return cast + _number_read(layout, field)
            case Real(size_bytes=size, little_endian=little):
                return f"in.float{8 * size}{'LittleEndian' if little else ''}({name})"
            case Boolean(bits=bits):
                return "in.unsignedBits(1) != 0" if bits else f"in.bool({name})"
            case Character():
                return f"in.utf16Unit({name})"
            case UniqueId():
                return f"in.uuid({name})"
            case Moment():
                return f"in.instant({name})"
            case JavaObject(object_filter=pattern):
                return f"in.javaObject({name}, {string(pattern or _DEFAULT_FILTER)})"
            case Labels(number=content, closed=closed):
                type_ = self.types.of(layout, field).name
                cast = "(int) " if not closed and self.types.of(content, field).name == "int" else ""
                read = cast + _number_read(content, field)
                return f"{type_}.of(in, {name}, {read})" if closed else f"new {type_}({read})"
            case Flags(number=content):
                return f"{self.types.of(layout, field).name}.of({_number_read(content, field)})"
            case ByteString(extent=Rest()):
                return "in.rest()"
            case ByteString(extent=extent):
                assert not isinstance(extent, Rest)
                return f"in.bytes({name}, {self.scope.text(extent)})"
            case Text():
                return self._read_text(layout, field)
        return ""

    def _read_text(self, layout: Text, field: str) -> str:
        name = string(field)
        if layout.encoding == "modified utf-8":
            return f"in.modifiedUtf({name})"
        self.types.imports.add("java.nio.charset.StandardCharsets")
        charset = CHARSETS[layout.encoding]
        match layout.extent:
            case Terminated(unit_bytes=unit):
                return f"in.terminated({name}, {unit}, {charset})"
            case Stripped(length=length, unit_bytes=unit):
                return f"in.stripped({name}, {self.scope.text(length)}, {unit}, {charset})"
            case Rest():
                return f"in.text({name}, in.remaining(), {charset})"
            case extent:
                return f"in.text({name}, {self._length_read(extent, field)}, {charset})"

    def _read(self, layout: Layout, field: str, target: str, declared: str) -> Lines:
        """Reads a value into ``target``, which is declared with the type ``declared``, or was if that is empty."""
        prefix = f"{declared} " if declared else ""
        expression = self._read_expression(layout, field)
        if expression:
            cast = expression.removeprefix("(int) ") if declared == "long" else expression
            return [f"{prefix}{target} = {cast};"]
        match layout:
            case Record() | Embedded():
                type_ = self.types.of(layout, field).name
                arguments = self.scope.arguments_for(layout) if isinstance(layout, Record) else ""
                return [*entering(field), f"{prefix}{target} = {type_}.read(in{arguments});", *leaving(field)]
            case Window(content=content):
                inner = self._read(content, field, target, declared)
                return [*self._open_window(layout, field), *inner, "in.closeWindow();"]
            case Repeated():
                return self._read_repeated(layout, field, target, prefix)
            case Choice():
                # Where no branch assigns, the value is null.
                reading = self.scope.branches(
                    layout, lambda branch: self._read_branch(layout, branch, field, target), self._locals
                )
                return [*([f"{declared} {target};"] if declared else []), *reading]
            case Attempt(content=content):
                mark, refused = self._locals.fresh("before"), self._locals.fresh("refused")
                tried = self._locals.fresh(f"{target}Read")
                return [
                    *([f"{declared} {target};"] if declared else []),
                    f"FrameReader.Mark {mark} = in.mark();",
                    "try {",
                    *indented([*self._read(content, field, tried, self.types.of(content, field).text),
                               f"{target} = {tried};"]),
                    f"}} catch (WireException {refused}) {{",
                    f"    in.reset({mark});",
                    f"    {target} = null;",
                    "}",
                ]  # fmt: skip
        raise AssertionError(layout)

    def _read_branch(self, choice: Choice, branch: Layout, field: str, target: str) -> Lines:
        if is_void(branch):
            reading = self._read_void(branch, field)
            return reading if reading and reading[-1].startswith("throw ") else [*reading, f"{target} = null;"]
        alternative = self.scope.alternative(choice, branch)
        if alternative is None or not alternative.is_wrapped:
            return self._read(branch, field, target, "")
        inner = self._locals.fresh(f"{target}Value")
        reading = self._read(branch, field, inner, self.types.of(branch, field).text)
        return [*reading, f"{target} = new {alternative.type.name}({inner});"]

    def _read_repeated(self, layout: Repeated, field: str, target: str, prefix: str) -> Lines:
        self.types.imports |= {"java.util.ArrayList", "java.util.List"}
        element_type = self.types.of(layout.element, field)
        element = self._locals.fresh("element")
        reading = self._read(layout.element, "", element, element_type.text)
        if isinstance(layout.count, Rest):
            mark, refused = self._locals.fresh("before"), self._locals.fresh("refused")
            return [
                *entering(field),
                f"{prefix}{target} = new ArrayList<>();",
                "while (true) {",
                f"    FrameReader.Mark {mark} = in.mark();",
                "    try {",
                *indented([f"in.enter({target}.size());", *reading, "in.leave();", f"{target}.add({element});"], 2),
                f"    }} catch (WireException {refused}) {{",
                f"        in.reset({mark});",
                "        break;",
                "    }",
                "}",
                *leaving(field),
            ]
        count, index = self._locals.fresh(f"{target}Count"), self._locals.fresh("i")
        length = self._length_read(layout.count, "")
        least = least_bytes(layout.element)
        checked = f'in.count("", {length}, {least})' if least else length
        return [
            *entering(field),
            f"int {count} = {checked};",
            f"{prefix}{target} = new ArrayList<>({count});",
            f"for (int {index} = 0; {index} < {count}; {index}++) {{",
            *indented([f"in.enter({index});", *reading, "in.leave();", f"{target}.add({element});"]),
            "}",
            *leaving(field),
        ]


def _number_read(layout: Integer | BitField | VariableInteger, field: str) -> str:
    match layout:
        case BitField(bits=bits, signed=signed):
            return f"in.{'signed' if signed else 'unsigned'}Bits({bits})"
        case VariableInteger(bits=bits):
            return f"in.compact({string(field)}, {bits})"
        case Integer(size_bytes=size, signed=signed, little_endian=little):
            order = "LittleEndian" if little else ""
            return f"in.{'signed' if signed else 'unsigned'}{order}({string(field)}, {size})"

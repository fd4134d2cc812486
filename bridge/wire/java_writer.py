"""The writer of a record in Java, field by field."""

from __future__ import annotations

from .java_declarations import Lines, indented
from .java_expressions import condition, string
from .java_reader import CHARSETS
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

__all__ = ["writer_lines"]


def writer_lines(scope: RecordScope) -> Lines:
    """The method ``write`` of a record."""
    return _Writer(scope).writer()


class _Writer:
    def __init__(self, scope: RecordScope) -> None:
        self.scope = scope
        self.types = scope.types
        self._locals = scope.names.copy()

    # --------------------------------------------------------------------------------------------------------- writing

    def writer(self) -> Lines:
        derived = []
        for member in self.scope.members:
            layout = member.field.layout
            if isinstance(layout, Derived) and member.name:
                derived.append(f"{local_type(layout.content)} {member.name} = {self.scope.text(layout.value)};")
        return [
            f"void write(FrameWriter out{self.scope.parameter_list()}) throws IOException {{",
            *indented([*derived, *self._write_whole(self.scope.layout)]),
            "}",
        ]

    def _write_whole(self, layout: Layout) -> Lines:
        if isinstance(layout, Window):
            return self._write_window(layout, "", self._write_whole(layout.content))
        return [line for member in self.scope.members for line in self._write_member(member)]

    def _write_window(self, layout: Window, field: str, content: Lines) -> Lines:
        outer, name = self._locals.fresh("window"), string(field)
        if isinstance(layout.length, Prefix):
            end = self._locals.fresh("end")
            own = f" + {least_bytes(layout.length.number)}" if layout.length.includes_itself else ""
            closing = [
                f"int {end} = out.size();",
                _number_written(layout.length.number, field, f"out.windowSize(){own}"),
                f"out.moveToFront({end});",
            ]
        else:
            closing = [f"out.fillWindow({name}, {self.scope.text(layout.length)});"]
        return [f"int {outer} = out.openWindow();", *content, *closing, f"out.closeWindow({outer});"]

    def _write_member(self, member: Member) -> Lines:
        layout, name = member.field.layout, member.field.name or ""
        match layout:
            case Computed():
                return []
            case Constant(content=content, value=value):
                if isinstance(value, bytes):
                    return [f"out.bytes({string(name)}, {self.scope.byte_constant(layout, name, value)});"]
                return self._write(content, name, self.scope.text(Literal(value)))
            case Derived(content=content, value=value):
                return self._write(content, name, member.name or self.scope.text(value))
            case Checksum(algorithm=algorithm, skip_bytes=skipped, number=content):
                return [_number_written(content, name, f"Checksums.{algorithm}(out.before({skipped}))")]
        if member.type is None:
            return self._write_void(layout, name)
        return self._write(layout, name, member.name)

    def _write_void(self, layout: Layout, field: str) -> Lines:
        name = string(field)
        match layout:
            case Nothing() | End():
                return []
            case Padding(length=Literal(value=length), pattern=pattern, bits=True):
                return [f"out.padBits({name}, {length}, {'true' if pattern != bytes(1) else 'false'});"]
            case Padding(length=length, pattern=pattern):
                byte = pattern[0] - 256 if pattern[0] > 127 else pattern[0]
                return [f"out.pad({name}, {self.scope.text(length)}, {byte});"]
            case Check(condition=expression):
                text = condition(expression, self.scope.resolve, named_constant)
                failed = string(f"this does not hold: {text}")
                return [f"if (!({text})) {{", f"    throw out.refused({name}, {failed});", "}"]
            case Refusal():
                return [f'throw out.refused({name}, "nothing is allowed here");']
            case Window(content=content):
                return self._write_window(layout, field, self._write_void(content, field))
            case Choice():
                return self.scope.branches(layout, lambda branch: self._write_void(branch, field), self._locals)
        raise AssertionError(layout)

    def _write(self, layout: Layout, field: str, value: str) -> Lines:
        name = string(field)
        match layout:
            case Integer() | BitField() | VariableInteger():
                return [_number_written(layout, field, value)]
            case Real(size_bytes=size, little_endian=little):
                return [f"out.float{8 * size}{'LittleEndian' if little else ''}({name}, {value});"]
            case Boolean(bits=True):
                return [f"out.padBits({name}, 1, {value});"]
            case Boolean():
                return [f"out.bool({name}, {value});"]
            case Character():
                return [f"out.utf16Unit({name}, {value});"]
            case UniqueId():
                return [f"out.uuid({name}, {value});"]
            case Moment():
                return [f"out.instant({name}, {value});"]
            case JavaObject():
                return [f"out.javaObject({name}, {value});"]
            case Labels(number=content):
                return [_number_written(content, field, f"{value}.number()")]
            case Flags(number=content):
                return [_number_written(content, field, f"{value}.bits()")]
            case ByteString(extent=extent):
                checks = [] if isinstance(extent, Rest) else [
                    f'out.expect({name}, "bytes", {value}.length, {self.scope.text(extent)});'
                ]  # fmt: skip
                return [*checks, f"out.bytes({name}, {value});"]
            case Text():
                return self._write_text(layout, field, value)
            case Record() | Embedded():
                arguments = self.scope.arguments_for(layout) if isinstance(layout, Record) else ""
                return [*entering(field, "out"), f"{value}.write(out{arguments});", *leaving(field, "out")]
            case Window(content=content):
                return self._write_window(layout, field, self._write(content, field, value))
            case Repeated():
                return self._write_repeated(layout, field, value)
            case Choice():
                return self.scope.branches(
                    layout, lambda branch: self._write_branch(layout, branch, field, value), self._locals
                )
            case Attempt(content=content):
                return [f"if ({value} != null) {{", *indented(self._write(content, field, value)), "}"]
        raise AssertionError(layout)

    def _write_branch(self, choice: Choice, branch: Layout, field: str, value: str) -> Lines:
        name = string(field)
        nullable = self.types.of(choice, field).nullable
        if is_void(branch):
            if isinstance(branch, Refusal):
                return self._write_void(branch, field)
            return [f"out.absent({name}, {value});", *self._write_void(branch, field)]
        alternative = self.scope.alternative(choice, branch)
        type_ = self.types.of(branch, field)
        if alternative is None:
            if not nullable or type_.nullable:
                return self._write(branch, field, value)
            there = self._locals.fresh(f"{_first_name(value)}There")
            return [
                f"{type_.text} {there} = out.present({name}, {value});",
                *self._write(branch, field, there),
            ]
        there = self._locals.fresh(f"{_first_name(value)}There")
        inner = f"{there}.value()" if alternative.is_wrapped else there
        what = string(f"here stands a {alternative.type.name}")
        return [
            f"if (!({value} instanceof {alternative.type.name} {there})) {{",
            f"    throw out.refused({name}, {what});",
            "}",
            *self._write(branch, field, inner),
        ]

    def _write_text(self, layout: Text, field: str, value: str) -> Lines:
        name = string(field)
        if layout.encoding == "modified utf-8":
            return [f"out.modifiedUtf({name}, {value});"]
        self.types.imports.add("java.nio.charset.StandardCharsets")
        charset = CHARSETS[layout.encoding]
        match layout.extent:
            case Terminated(unit_bytes=unit):
                return [f"out.terminated({name}, {value}, {unit}, {charset});"]
            case Stripped(length=length):
                return [f"out.filled({name}, {value}, {self.scope.text(length)}, {charset});"]
            case Rest():
                return [f"out.bytes({name}, out.encoded({name}, {value}, {charset}));"]
        encoded = self._locals.fresh("encoded")
        lines = [f"byte[] {encoded} = out.encoded({name}, {value}, {charset});"]
        if isinstance(layout.extent, Prefix):
            own = f" + {least_bytes(layout.extent.number)}" if layout.extent.includes_itself else ""
            lines.append(_number_written(layout.extent.number, field, f"{encoded}.length{own}"))
        else:
            lines.append(f'out.expect({name}, "bytes", {encoded}.length, {self.scope.text(layout.extent)});')
        return [*lines, f"out.bytes({name}, {encoded});"]

    def _write_repeated(self, layout: Repeated, field: str, value: str) -> Lines:
        element, index = self._locals.fresh("element"), self._locals.fresh("i")
        counted: Lines = []
        if isinstance(layout.count, Prefix):
            counted = [_number_written(layout.count.number, "", f"{value}.size()")]
        elif not isinstance(layout.count, Rest):
            counted = [f'out.expect("", "elements", {value}.size(), {self.scope.text(layout.count)});']
        return [
            *entering(field, "out"),
            *counted,
            f"int {index} = 0;",
            f"for ({self.types.of(layout.element, field).text} {element} : {value}) {{",
            *indented([f"out.enter({index}++);", *self._write(layout.element, "", element), "out.leave();"]),
            "}",
            *leaving(field, "out"),
        ]


def _number_written(layout: Integer | BitField | VariableInteger, field: str, value: str) -> str:
    match layout:
        case BitField(bits=bits, signed=signed):
            return f"out.{'signed' if signed else 'unsigned'}Bits({string(field)}, {value}, {bits});"
        case VariableInteger(bits=bits):
            return f"out.compact({string(field)}, {value}, {bits});"
        case Integer(size_bytes=size, signed=signed, little_endian=little):
            order = "LittleEndian" if little else ""
            return f"out.{'signed' if signed else 'unsigned'}{order}({string(field)}, {value}, {size});"


def _first_name(value: str) -> str:
    """Of ``body`` and ``bodyThere.value()``, the variable."""
    return value.partition(".")[0].removesuffix("There")

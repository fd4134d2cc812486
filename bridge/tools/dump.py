"""A stream as text, a line for each construct of the grammar, made while the stream is read.

    00000004  TC_OBJECT #7e0002 java.util.ArrayList
    00000005    TC_CLASSDESC #7e0000 java.util.ArrayList uid=8683452581122892189 SC_SERIALIZABLE | SC_WRITE_METHOD
    ...

A line tells the offset in bytes, the field or index in which the construct stands, its type code, its handle, and its
value. What is shown of a stream needs no memory but for its handles and for what is open: a stream of any size can be
shown, and a live one as it comes. ``Document`` is the other view: a tree in memory, which can be changed.

All text is escaped (``printable``): nothing in a stream can touch the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from rich.color import ColorSystem
from rich.style import Style

from ..errors import BridgeError, DecodeError
from ..limits import Limits
from ..stream.constants import (
    BASE_WIRE_HANDLE,
    SC_BLOCK_DATA,
    SC_ENUM,
    SC_EXTERNALIZABLE,
    SC_SERIALIZABLE,
    SC_WRITE_METHOD,
    TC_ARRAY,
    TC_CLASSDESC,
    TC_EXCEPTION,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TYPE_CODE_NAMES,
)
from ..stream.decoder import Decoder
from ..stream.descriptors import ClassDescriptor
from ..stream.plan import SkippingResolver
from ..stream.states import END_OF_STREAM, NEED_DATA
from .printable import printable, quoted

__all__ = ["Line", "StreamDump", "dump_lines"]

_MAX_INDENT: Final = 40
_MAX_CHARACTERS: Final = 200
_MAX_ELEMENTS: Final = 32
_FLAGS: Final = (
    (SC_WRITE_METHOD, "SC_WRITE_METHOD"),
    (SC_SERIALIZABLE, "SC_SERIALIZABLE"),
    (SC_EXTERNALIZABLE, "SC_EXTERNALIZABLE"),
    (SC_BLOCK_DATA, "SC_BLOCK_DATA"),
    (SC_ENUM, "SC_ENUM"),
)
_TYPE_NAMES: Final = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "Z": "boolean",
    "L": "object", "[": "array",
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """One line of a dump.

    offset          bytes from the start of the stream, None for a heading
    depth           how many constructs it is inside of
    name            the field, or the index, that holds it; empty where there is none
    label           the type code, or the primitive type
    handle          the number on the wire (0x7e0000 and up), None where it gets none
    text            what there is to say of it
    in_descriptor   it is, or is part of, a class descriptor
    """

    offset: int | None
    depth: int
    name: str
    label: str
    handle: int | None = None
    text: str = ""
    in_descriptor: bool = False

    def __str__(self) -> str:
        return self.render(None)

    def render(self, colors: ColorSystem | None) -> str:
        """The line as text, with the escape sequences for ``colors`` if there are any."""
        offset = " " * 8 if self.offset is None else f"{self.offset:08x}"
        name = f"{self.name}: " if self.name else ""
        handle = "" if self.handle is None else f" #{self.handle:x}"
        text = f" {self.text}" if self.text else ""
        indent = "  " * min(self.depth, _MAX_INDENT)
        if colors is None:
            return f"{offset}  {indent}{name}{self.label}{handle}{text}"
        label = _LABEL_STYLES.get(self.label, _PLAIN).render(self.label, color_system=colors)
        return (
            f"{_OFFSET_STYLE.render(offset, color_system=colors)}  {indent}"
            f"{_NAME_STYLE.render(name, color_system=colors)}{label}"
            f"{_HANDLE_STYLE.render(handle, color_system=colors)}{text}"
        )


_PLAIN: Final = Style.parse("bold")
_OFFSET_STYLE: Final = Style.parse("dim")
_NAME_STYLE: Final = Style.parse("cyan")
_HANDLE_STYLE: Final = Style.parse("yellow")
_LABEL_STYLES: Final = {
    "TC_CLASSDESC": Style.parse("blue"),
    "TC_PROXYCLASSDESC": Style.parse("blue"),
    "TC_STRING": Style.parse("green"),
    "TC_LONGSTRING": Style.parse("green"),
    "TC_REFERENCE": Style.parse("magenta"),
    "TC_RESET": Style.parse("red"),
    "TC_EXCEPTION": Style.parse("bold red"),
    "TC_NULL": Style.parse("dim"),
    "field": Style.parse("blue"),
}


def dump_lines(data: Iterable[bytes], *, limits: Limits | None = None, full: bool = False) -> Iterator[Line]:
    """The lines of the stream that ``data`` gives in pieces, each as soon as it can be told.

    ``full`` shows long texts, arrays and block data whole. Where the stream breaks, what was read comes first and then
    the DecodeError; what ``data`` raises likewise.
    """
    dump = StreamDump(limits=limits, full=full)
    try:
        for piece in data:
            yield from dump.feed(piece)
            if dump.error is not None:
                raise dump.error
    except BridgeError:
        yield from dump.abandon()
        raise
    yield from dump.feed_eof()
    if dump.error is not None:
        raise dump.error


class StreamDump:
    """Turns the bytes of one stream into lines, as they come.

    ``feed`` and ``feed_eof`` give the lines that can be told now and never raise for what is in the stream: after the
    stream has broken, ``error`` says why, and there are no more lines.
    """

    def __init__(self, *, limits: Limits | None = None, full: bool = False) -> None:
        self.error: DecodeError | None = None
        self._full = full
        self._trace: list[Any] = []
        self._decoder = Decoder(SkippingResolver(), limits=limits, trace=self._trace)
        self._data = bytearray()  # what was fed and is not read yet, and where it begins
        self._data_start = 0
        self._lines: list[Line] = []
        self._untold = 0  # lines above that wait for the name of their class
        self._open: list[_Open] = []
        self._handles: list[str] = []  # what a reference says of what it refers to

    def feed(self, data: bytes | bytearray | memoryview) -> list[Line]:
        """The lines that ``data``, the next bytes of the stream, make whole."""
        if self.error is not None:
            return []
        self._data += data
        self._decoder.feed(data)
        return self._advance()

    def feed_eof(self) -> list[Line]:
        """The last lines. An end inside a content is an ``error``."""
        if self.error is not None:
            return []
        self._decoder.feed_eof()
        return self._advance()

    def abandon(self) -> list[Line]:
        """What is known of lines that could not be told whole; nothing comes after this."""
        lines, self._lines = self._lines, []
        return lines

    def _advance(self) -> list[Line]:
        try:
            while True:
                content = self._decoder.next_content()
                self._take_trace()
                if content is NEED_DATA or content is END_OF_STREAM:
                    break
        except DecodeError as error:
            self.error = error
            self._take_trace()
            return self.abandon()
        return [] if self._untold else self.abandon()

    def _take_trace(self) -> None:
        for start, _, event, handle, payload in self._trace:
            _EVENTS[event](self, start, handle, payload)
        self._trace.clear()
        offset = self._decoder.offset
        del self._data[: offset - self._data_start]
        self._data_start = offset

    # ------------------------------------------------------------------------------------------------------ the shape

    def _line(self, start: int, label: str, text: str = "", handle: int | None = None) -> Line:
        """A new line for a construct that stands where the stream is now."""
        name = ""
        in_descriptor = False
        if self._open:
            top = self._open[-1]
            name = self._place_in(top, start)
            # Of what begins with its class that class comes first.
            in_descriptor = top.in_descriptor or not (top.told or top.kind == TC_EXCEPTION)
        wire_handle = None if handle is None else BASE_WIRE_HANDLE + handle
        line = Line(start, len(self._open), name, label, wire_handle, text, in_descriptor)
        self._lines.append(line)
        return line

    def _place_in(self, top: _Open, start: int) -> str:
        """The name under which the next part of ``top`` stands in it."""
        if top.kind == TC_ARRAY and top.told:
            top.index += 1
            return f"[{top.index - 1}]"
        if top.kind in (TC_CLASSDESC, TC_PROXYCLASSDESC):
            if top.field:
                top.field = False
                return "type"
            return "" if top.in_annotation else "super"
        if top.kind != TC_OBJECT or not top.told or top.in_annotation:
            return ""
        level, field = next(top.steps)
        if level and level != top.level:
            top.level = level
            self._lines.append(Line(None, len(self._open), "", f"({printable(level)})"))
        if field is None:
            top.in_annotation = True
            return ""
        top.typecode = field.typecode
        return printable(field.name)

    def _begin_construct(self, kind: int, line: Line) -> None:
        inside = bool(self._open) and self._open[-1].in_descriptor
        self._open.append(_Open(kind, line, inside or kind in (TC_CLASSDESC, TC_PROXYCLASSDESC)))

    def _register(self, handle: int, said: str) -> None:
        del self._handles[handle:]
        self._handles.append(said)

    def _told(self, handle: int, said: str, text: str) -> _Open:
        """The class of the innermost construct is known: its line is complete."""
        top = self._open[-1]
        top.told = True
        top.line.handle = BASE_WIRE_HANDLE + handle
        top.line.text = text
        self._untold -= 1
        self._register(handle, said)
        return top

    # ----------------------------------------------------------------------------------------------------- the events

    def _header(self, start: int, handle: int, payload: Any) -> None:
        self._line(start, "STREAM_MAGIC STREAM_VERSION")

    def _reset(self, start: int, handle: int, payload: Any) -> None:
        self._handles = []
        self._line(start, TYPE_CODE_NAMES[TC_RESET])

    def _null(self, start: int, handle: int, payload: Any) -> None:
        self._line(start, TYPE_CODE_NAMES[TC_NULL])

    def _reference(self, start: int, handle: int, payload: Any) -> None:
        said = f"-> #{BASE_WIRE_HANDLE + handle:x} {self._handles[handle]}"
        self._line(start, TYPE_CODE_NAMES[TC_REFERENCE], said)

    def _string(self, start: int, handle: int, payload: str) -> None:
        label = self._type_code(start)
        self._line(start, label, quoted(payload, None if self._full else _MAX_CHARACTERS), handle)
        self._register(handle, f"{label} {quoted(payload, 40)}")

    def _block_data(self, start: int, handle: int, payload: bytes) -> None:
        self._line(start, self._type_code(start), f"{len(payload)} bytes{self._bytes(payload)}")

    def _begin(self, start: int, handle: int, payload: int) -> None:
        self._begin_construct(payload, self._line(start, TYPE_CODE_NAMES[payload]))
        self._untold += 1

    def _object(self, start: int, handle: int, payload: ClassDescriptor) -> None:
        name = _class_name(payload)
        self._told(handle, f"TC_OBJECT {name}", name).steps = _steps(payload)

    def _array(self, start: int, handle: int, payload: tuple[ClassDescriptor, int]) -> None:
        name = _class_name(payload[0])
        self._told(handle, f"TC_ARRAY {name}", f"{name} length={payload[1]}")

    def _enum(self, start: int, handle: int, payload: ClassDescriptor) -> None:
        name = _class_name(payload)
        self._told(handle, f"TC_ENUM {name}", name)

    def _class(self, start: int, handle: int, payload: ClassDescriptor) -> None:
        name = _class_name(payload)
        self._told(handle, f"TC_CLASS {name}", name)
        self._open.pop()

    def _primitive(self, start: int, handle: int, payload: Any) -> None:
        line = self._line(start, "")
        typecode = self._open[-1].typecode
        line.label = _TYPE_NAMES[typecode]
        line.text = quoted(payload) if typecode == "C" else _number(payload)

    def _primitives(self, start: int, handle: int, payload: Any) -> None:
        line = self._open[-1].line
        if isinstance(payload, str):
            line.text += f" {quoted(payload, None if self._full else _MAX_CHARACTERS)}"
        elif isinstance(payload, (bytes, bytearray)):
            line.text += self._bytes(payload)
        else:
            shown = payload if self._full else payload[:_MAX_ELEMENTS]
            more = ", ..." if len(shown) < len(payload) else ""
            line.text += f" [{', '.join(map(_number, shown))}{more}]"

    def _class_descriptor(self, start: int, handle: int, payload: tuple[str, int, int, int]) -> None:
        name, uid, flags, _ = payload
        shown = printable(name)
        names = " | ".join(flag for bit, flag in _FLAGS if flags & bit) or f"flags={flags}"
        line = self._line(start, TYPE_CODE_NAMES[TC_CLASSDESC], f"{shown} uid={uid} {names}", handle)
        self._begin_descriptor(TC_CLASSDESC, line)
        self._register(handle, f"TC_CLASSDESC {shown}")

    def _proxy_class_descriptor(self, start: int, handle: int, payload: tuple[str, ...]) -> None:
        line = self._line(start, TYPE_CODE_NAMES[TC_PROXYCLASSDESC], printable(", ".join(payload)), handle)
        self._begin_descriptor(TC_PROXYCLASSDESC, line)
        self._register(handle, f"TC_PROXYCLASSDESC {line.text}")

    def _begin_descriptor(self, kind: int, line: Line) -> None:
        line.in_descriptor = True
        self._begin_construct(kind, line)
        self._open[-1].in_annotation = True

    def _field(self, start: int, handle: int, payload: tuple[str, str]) -> None:
        typecode, name = payload
        line = Line(start, len(self._open), "", "field", None, f"{_TYPE_NAMES[typecode]} {printable(name)}", True)
        self._lines.append(line)
        self._open[-1].field = typecode in "L["

    def _end_block_data(self, start: int, handle: int, payload: Any) -> None:
        top = self._open[-1]
        if top.kind == TC_OBJECT and not top.in_annotation:
            next(top.steps)  # an empty one
        top.in_annotation = False

    def _abort(self, start: int, handle: int, payload: Any) -> None:
        self._open = []
        self._untold = 0
        self._handles = []
        self._begin_construct(TC_EXCEPTION, self._line(start, TYPE_CODE_NAMES[TC_EXCEPTION], "the writer failed here"))

    def _end(self, start: int, handle: int, payload: Any) -> None:
        if self._open.pop().kind == TC_EXCEPTION:
            self._handles = []

    def _type_code(self, start: int) -> str:
        return TYPE_CODE_NAMES[self._data[start - self._data_start]]

    def _bytes(self, data: bytes | bytearray) -> str:
        if not data:
            return ""
        shown = data if self._full else data[:_MAX_ELEMENTS]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in shown)
        return f": {shown.hex(' ')}{' ...' if len(shown) < len(data) else ''}  |{text}|"


_EVENTS: Final = {
    "header": StreamDump._header,
    "reset": StreamDump._reset,
    "null": StreamDump._null,
    "reference": StreamDump._reference,
    "string": StreamDump._string,
    "block data": StreamDump._block_data,
    "begin": StreamDump._begin,
    "object": StreamDump._object,
    "array": StreamDump._array,
    "enum": StreamDump._enum,
    "class": StreamDump._class,
    "primitive": StreamDump._primitive,
    "primitives": StreamDump._primitives,
    "class descriptor": StreamDump._class_descriptor,
    "proxy class descriptor": StreamDump._proxy_class_descriptor,
    "field": StreamDump._field,
    "end block data": StreamDump._end_block_data,
    "abort": StreamDump._abort,
    "end": StreamDump._end,
}


class _Open:
    """A construct whose parts are still coming."""

    __slots__ = (
        "field",
        "in_annotation",
        "in_descriptor",
        "index",
        "kind",
        "level",
        "line",
        "steps",
        "told",
        "typecode",
    )

    def __init__(self, kind: int, line: Line, in_descriptor: bool) -> None:
        self.kind = kind
        self.line = line
        self.in_descriptor = in_descriptor
        self.in_annotation = False
        self.told = kind in (TC_CLASSDESC, TC_PROXYCLASSDESC)  # its class is known, or it is one
        self.field = False  # of a descriptor: the type of a field comes next
        self.index = 0  # of an array: the next element
        self.level = ""  # of an object: whose data was shown last
        self.typecode = ""
        self.steps: Iterator[tuple[str, Any]] = iter(())


def _steps(descriptor: ClassDescriptor) -> Iterator[tuple[str, Any]]:
    """What the data of an object consists of: for each part its class, where there are several, and its field.

    None in place of the field is an annotation.
    """
    levels = descriptor.data_levels
    several = sum(1 for level, annotated in levels if level.data_fields or annotated) > 1
    for level, annotated in levels:
        name = level.name if several else ""
        for field in level.data_fields:
            yield name, field
        if annotated:
            yield name, None


def _class_name(descriptor: ClassDescriptor) -> str:
    if descriptor.interfaces is not None:
        return f"$Proxy of {printable(', '.join(descriptor.interfaces))}"
    return printable(descriptor.name)


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

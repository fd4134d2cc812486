"""Java source for a protocol: ``python -m bridge gen-java MODULE:Protocol -o DIR --package com.example``.

    Store.java            the protocol: its messages as a sealed interface, frames read from a DataInput, written to a
                          DataOutput
    Put.java, …           a record for each message, with what stands in it
    Color.java, …         an enum for each Python enum that a field has
    StoreClient.java,     both ends, blocking; of datagrams where the protocol is framed so
    StoreServer.java
    FrameReader.java, FrameWriter.java, WireException.java, Checksums.java

It needs nothing beside the JDK, 17 or newer. The same declaration gives the same text. What Java and Python would not
read alike is a SchemaError that says what it is and where it stands in the declaration.

The texts of the files that are the same for all protocols are in the folder ``java``.
"""

from __future__ import annotations

import importlib.resources
import os
import string as strings
import tempfile
from pathlib import Path
from typing import Any, Final

import construct

from ..errors import SchemaError
from .construct_layout import layout_of, message_layout
from .framing import Datagram, Delimiter, FixedSize, LengthPrefix, SelfDelimiting
from .java_declarations import indented, javadoc, lines_of_labels
from .java_expressions import number, string
from .java_names import Names, constant_name, member_name, package_name, type_name
from .java_records import RecordText
from .java_types import Types
from .layout_model import (
    Attempt,
    Embedded,
    End,
    Integer,
    Labels,
    Layout,
    Rest,
    VariableInteger,
    Window,
    children,
    extents,
)
from .message import Message
from .negotiation import MAGIC
from .protocol import Protocol, Role

__all__ = ["java_sources", "write_java"]

_NOTE: Final = "// Written by `python -m bridge gen-java`: run it again to change it."
_ENDS: Final = ("", "Client", "Server")
_SHARED_FILES: Final = ("FrameReader", "FrameWriter", "WireException", "Checksums")
_MAX_ARRAY_BYTES: Final = (1 << 31) - 1024  # some JVMs keep a few elements for themselves
_TEMPLATES: Final = importlib.resources.files(__package__) / "java"


def java_sources(protocol: Protocol, package: str) -> dict[str, str]:
    """The texts of all files of a protocol, by the name of the file; ``package`` is their Java package.

    SchemaError: something in the declaration cannot be translated; the ``path`` of the error leads to it.
    """
    return _Generator(protocol, package).files()


def write_java(protocol: Protocol, directory: str | os.PathLike[str], package: str) -> list[Path]:
    """Write the files of a protocol under ``directory``, in the folders of their package; the files, in order.

    A file that has the text already is left alone; another one is replaced in one step, so none is ever half written.
    SchemaError: as `java_sources`, before anything is written. OSError: it cannot be written.
    """
    sources = java_sources(protocol, package)
    folder = Path(directory, *package.split("."))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in sources.items():
        _replace(folder / name, text.encode("utf-8"))
        written.append(folder / name)
    return written


def _replace(path: Path, data: bytes) -> None:
    if path.is_file() and path.read_bytes() == data:
        return
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as fp:
            fp.write(data)
        # mkstemp gives a file for its owner alone; this one gets what a new file would have.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


class _Generator:
    def __init__(self, protocol: Protocol, package: str) -> None:
        self.protocol = protocol
        self.package = package_name(package)
        self.name = type_name(protocol.name, protocol.name, has_file=True)
        _refuse_rules(protocol)
        self.shared: dict[str, Labels] = {}
        self.correlation_types: dict[Message, str] = {}
        self.layouts: dict[Message, Layout] = {}
        # The version is known beforehand, unless an older one may be agreed on.
        is_fixed = not protocol.negotiate or protocol.accepts == protocol.version
        parameters = {"version": protocol.version} if is_fixed else {}
        for each in protocol.all_messages:
            self._add(each, message_layout(each, parameters))
        self.java_names = self._message_names()
        self.is_symmetric = dict(protocol.sent_by(Role.CLIENT)) == dict(protocol.sent_by(Role.SERVER))
        if isinstance(protocol.framing, SelfDelimiting):
            for layout in self.layouts.values():
                _refuse_open_end(layout)

    def _add(self, each: Message, layout: Layout) -> None:
        """Add a message, and those that stand in it."""
        if each not in self.layouts:
            self.layouts[each] = layout
            self._add_inner(layout)

    def _add_inner(self, layout: Layout) -> None:
        for child in children(layout):
            if isinstance(child, Embedded):
                self._add(child.message, child.content)
            else:
                self._add_inner(child)

    def _message_names(self) -> dict[type, str]:
        taken = {self.name: "the protocol", f"{self.name}Client": "its client", f"{self.name}Server": "its server"}
        # On some systems the names of two files must not differ in case only.
        taken = {name.lower(): what for name, what in taken.items()}
        names: dict[type, str] = {}
        for each in self.layouts:
            name = type_name(each.name, each.name, has_file=True)
            other = taken.setdefault(name.lower(), f"the message {each.name}")
            if other != f"the message {each.name}":
                raise SchemaError(
                    f"{name} would be the name of {other} and of the message {each.name} in Java", path=each.name
                )
            names[each.type] = name
        return names

    # ------------------------------------------------------------------------------------------------------- the files

    def files(self) -> dict[str, str]:
        bodies = {name: self._record(each, name) for each, name in self._messages()}
        for name, layout in sorted(self.shared.items()):
            if any(name.lower() == other.lower() for other in [*bodies, *(f"{self.name}{end}" for end in _ENDS)]):
                raise SchemaError(f"{name} is an enum and something else in Java", path=layout.path)
            bodies[name] = lines_of_labels(name, layout)
        files = {f"{self.name}.java": self._text(self._protocol_imports(), self._protocol_lines())}
        for name, lines in bodies.items():
            files[f"{name}.java"] = self._text([], lines) if name in self.shared else "\n".join(lines)
        files |= self._ends()
        for name in _SHARED_FILES:
            files[f"{name}.java"] = self._template(name)
        return files

    def _messages(self) -> list[tuple[Message, str]]:
        return [(each, self.java_names[each.type]) for each in self.layouts]

    def _record(self, each: Message, name: str) -> list[str]:
        types = Types([*self.java_names.values(), self.name], self.shared)
        is_value = each.struct is None
        text = RecordText(name, self.layouts[each], types, value_name="value" if is_value else None)
        lines = text.lines(_docs(each), self._interfaces(each.type))
        self._note_correlation(each, text)
        # The type of each message that stands in another one is in the same package.
        return [self._text(["java.io.IOException", *types.imports], lines)]

    def _note_correlation(self, each: Message, text: RecordText) -> None:
        for member in text.scope.components:
            if member.type is not None and member.field.name == self.protocol.correlation:
                if member.type.holds_array:
                    raise SchemaError("bytes cannot tell an answer in Java, where arrays compare by identity",
                                      path=member.field.layout.path)  # fmt: skip
                self.correlation_types[each] = member.type.boxed

    def _interfaces(self, cls: type) -> list[str]:
        sides = [role for role in Role if any(each.type is cls for each in self.protocol.sent_by(role).values())]
        if not sides:
            return []
        if self.is_symmetric:
            return [f"{self.name}.Message"]
        return [f"{self.name}.From{role.value.capitalize()}" for role in sides]

    def _text(self, imports: list[str], lines: list[str]) -> str:
        importing = [f"import {each};" for each in sorted(set(imports))]
        whole = [_NOTE, f"package {self.package};", "", *([*importing, ""] if importing else []), *lines]
        return "\n".join(whole) + "\n"

    def _template(self, name: str, /, **values: str | list[str]) -> str:
        return "\n".join([_NOTE, *_part(name, package=self.package, **values), ""])

    def _ends(self) -> dict[str, str]:
        client, server = self._side(Role.CLIENT), self._side(Role.SERVER)
        from_client, from_server = self._names(client, server), self._names(server, client)
        if isinstance(self.protocol.framing, Datagram):
            ends = self._template("DatagramClient", **from_client), self._template("DatagramServer", **from_server)
        else:
            ends = (
                self._template("Client", **from_client, **self._client_parts(from_client)),
                self._template("Server", **from_server, **self._server_parts()),
            )
        return {f"{self.name}Client.java": ends[0], f"{self.name}Server.java": ends[1]}

    def _client_parts(self, names: dict[str, str]) -> dict[str, list[str]]:
        correlation, state = self.protocol.correlation, f"{self.name}.State"
        has_states = self.protocol.states is not None
        unclaimed = f"private final Deque<{self.name}.{names['received']}> unclaimed = new ArrayDeque<>();"
        return {
            "constants": ["private static final int MAX_UNCLAIMED = 1024;", ""] if correlation else [],
            "imports": ["import java.util.ArrayDeque;", "import java.util.Deque;"] if correlation else [],
            "fields": [
                *([unclaimed] if correlation else []),
                *([f"private {state} state = {state}.INITIAL;"] if has_states else []),
            ],
            "opening": self._opening_lines(),
            "before_sending": [f"{state} next = state.afterClient(message);"] if has_states else [],
            "after_sending": ["state = next;"] if has_states else [],
            "after_receiving": [
                "if (message != null) {", "    state = state.afterServer(message);", "}"
            ] if has_states else [],
            "receiving": _part("client/Correlated", field=correlation, **names) if correlation
            else _part("client/InOrder", **names),
        }  # fmt: skip

    def _server_parts(self) -> dict[str, list[str]]:
        state = f"{self.name}.State"
        has_states = self.protocol.states is not None
        begin = [f"{state} state = {state}.INITIAL;"] if has_states else []
        return {
            "opening": [*self._opening_lines(), *begin],
            "after_receiving": ["state = state.afterClient(message);"] if has_states else [],
            "before_sending": ["state = state.afterServer(answer);"] if has_states else [],
        }

    def _opening_lines(self) -> list[str]:
        if not self.protocol.negotiate:
            return []
        return [f"{self.name}.writeOpening(out);", "out.flush();", f"{self.name}.readOpening(in);"]

    def _side(self, role: Role) -> str:
        return "" if self.is_symmetric else f"From{role.value.capitalize()}"

    def _names(self, sent: str, received: str) -> dict[str, str]:
        return {
            "protocol": self.name,
            "sent": sent or "Message",
            "received": received or "Message",
            "read": f"read{received}",
            "decode": f"decode{received}",
            "write": f"write{sent}",
            "encode": f"encode{sent}",
        }

    # ---------------------------------------------------------------------------------------------------- the protocol

    def _protocol_imports(self) -> list[str]:
        framing = self.protocol.framing
        imports = ["java.io.IOException", "java.util.Objects"]
        if not isinstance(framing, Datagram):
            imports += ["java.io.DataInput", "java.io.DataOutput"]
        if not isinstance(framing, Datagram | SelfDelimiting):
            imports.append("java.io.EOFException")
        if isinstance(framing, Delimiter | FixedSize):
            imports.append("java.util.Arrays")
        return imports

    def _protocol_lines(self) -> list[str]:
        protocol = self.protocol
        sides = [("", Role.CLIENT)] if self.is_symmetric else [(self._side(role), role) for role in Role]
        lines = [
            f"/** The protocol {javadoc(protocol.name)}, version {protocol.version}. */",
            f"public final class {self.name} {{",
            "    /** The version of the declaration. */",
            f"    public static final int VERSION = {protocol.version};",
            "",
            "    /** The bound of a message in bytes, with its opcode and without what frames it. */",
            f"    public static final int MAX_FRAME_BYTES = {protocol.max_frame_bytes};",
            "",
            f"    private {self.name}() {{}}",
            "",
            *self._interface_lines(),
        ]
        for side, role in sides:
            lines += self._side_lines(side, role)
        lines += self._correlation_lines() + self._state_lines()
        if protocol.negotiate:
            magic, name = f"0x{MAGIC.hex().upper()}", string(protocol.name)
            opening = _part("Opening", magic=magic, name=name, lowest=str(protocol.accepts))
            lines += ["", *indented(opening)]
        framing = _framing_lines(protocol)
        return [*lines, *(["", *indented(framing)] if framing else []), "}"]

    def _interface_lines(self) -> list[str]:
        def permitted(role: Role) -> str:
            return ", ".join(self.java_names[each.type] for each in self.protocol.sent_by(role).values())

        if self.is_symmetric:
            return [
                "    /** A message. */",
                f"    public sealed interface Message permits {permitted(Role.CLIENT)} {{}}",
            ]
        lines = ["    /** A message. */", "    public sealed interface Message permits FromClient, FromServer {}"]
        for role in Role:
            lines += [
                "",
                f"    /** What the {role.value} sends. */",
                f"    public sealed interface {self._side(role)} extends Message permits {permitted(role)} {{}}",
            ]
        return lines

    def _side_lines(self, side: str, role: Role) -> list[str]:
        type_ = side or "Message"
        messages = self.protocol.sent_by(role)
        encoding: list[str] = []
        decoding: list[tuple[int, str]] = []
        for opcode, each in messages.items():
            name = self.java_names[each.type]
            code = self.protocol.opcode_bytes(role, each.type) or b""
            encoding += [
                f"{'if' if not encoding else '} else if'} (message instanceof {name} it) {{",
                *([f'    out.bytes("", new byte[] {{{_byte_list(code)}}});'] if code else []),
                "    it.write(out);",
            ]
            decoding += [(self._opcode_number(opcode, code), name)]
        lines = [
            "",
            "/** The payload of a frame with this message. */",
            f"public static byte[] encode{side}({type_} message) throws IOException {{",
            '    Objects.requireNonNull(message, "message");',
            "    FrameWriter out = new FrameWriter(MAX_FRAME_BYTES);",
            *(f"    {line}" for line in encoding),
            "    }",
            "    return out.toByteArray();",
            "}",
            "",
            *self._decoding(side, type_, decoding),
            *self._reading(side, type_),
        ]
        return [f"    {line}" if line else "" for line in lines]

    def _correlation_lines(self) -> list[str]:
        """The method that gives the field by which an answer is known, as one type for all messages."""
        correlation = self.protocol.correlation
        if correlation is None or isinstance(self.protocol.framing, Datagram):
            return []
        lines = [
            f"/** The {javadoc(correlation)} of a message, which it shares with its answer; null where it has none. */",
            "static Object correlationOf(Message message) {",
        ]
        types: dict[str, Message] = {}
        for each in self.protocol.all_messages:
            if each not in self.correlation_types:
                continue
            layout = self.layouts[each]
            type_ = self.correlation_types[each]
            types.setdefault(type_, each)
            name = self.java_names[each.type]
            lines += [
                f"    if (message instanceof {name} it) {{",
                f"        return it.{member_name(correlation, layout.path)}();",
                "    }",
            ]
        if len(types) > 1:
            raise SchemaError(
                f"{correlation} is {' and '.join(types)} in Java, so requests and answers would not compare",
                path=f"{self.protocol.name}.correlation",
            )
        return ["", *indented([*lines, "    return null;", "}"])]

    def _state_lines(self) -> list[str]:
        states = self.protocol.states
        if states is None:
            return []
        names = Names("state")
        names.take("INITIAL", "the initial state", f"{self.protocol.name}.states")
        path = f"{self.protocol.name}.states"
        constants = {name: names.take(constant_name(name, path), name, path) for name in states.names}
        lines = [
            "/** Where a conversation is, which says what may be sent. */",
            "public enum State {",
            *indented([", ".join(constants.values()) + ";"]),
            "",
            "    /** Where every conversation begins. */",
            f"    public static final State INITIAL = {constants[states.initial]};",
        ]
        for role in Role:
            steps: list[str] = []
            for row in states.rows:
                if row.sender is role:
                    test = f"this == {constants[row.state]} && message instanceof {self.java_names[row.message]}"
                    steps += [f"if ({test}) {{", f"    return {constants[row.next_state]};", "}"]
            lines += [
                "",
                f"    /** The state after the {role.value} has sent a message; refused where it must not be sent. */",
                f"    public State after{role.value.capitalize()}(Message message) throws WireException {{",
                *indented(steps, 2),
                f'        String reason = "in the state " + this + " the {role.value} must not send this: " + message;',
                '        throw new WireException(reason, "$", 0, false);',
                "    }",
            ]
        return ["", *indented([*lines, "}"])]

    def _opcode_number(self, opcode: Any, code: bytes) -> int:
        if self.protocol.opcode is None:
            return 0
        layout = self._opcode()
        raw = self.protocol.opcode
        while not isinstance(raw, construct.FormatField | construct.BytesInteger) and isinstance(
            raw, construct.Subconstruct
        ):
            raw = raw.subcon
        value = raw.parse(code)
        if isinstance(layout, Labels) and opcode not in dict(layout.labels) and not isinstance(opcode, int):
            raise SchemaError(f"the opcode {opcode!r} cannot be translated", path=self.protocol.name)
        return int(value)

    def _opcode(self) -> Integer | VariableInteger | Labels:
        layout = layout_of(self.protocol.opcode, f"{self.protocol.name}.(opcode)")
        if isinstance(layout, Labels) and layout.closed and self.protocol.unknown == "skip":
            raise SchemaError('EnumOf refuses what it does not know, and unknown="skip" passes it over: Enum can',
                              path=layout.path)  # fmt: skip
        if not isinstance(layout, Integer | VariableInteger | Labels):
            raise SchemaError("an opcode that is no number cannot be translated", path=layout.path)
        return layout

    def _decoding(self, side: str, type_: str, messages: list[tuple[int, str]]) -> list[str]:
        protocol = self.protocol
        body = [f"{type_} message = {messages[0][1]}.read(in);"]
        if protocol.opcode is not None:
            layout = self._opcode()
            content = layout.number if isinstance(layout, Labels) else layout
            body = [
                f"long opcode = {_opcode_read(content)};",
                f"{type_} message;",
            ]
            for i, (opcode, name) in enumerate(messages):
                body += [
                    f"{'if' if i == 0 else '} else if'} (opcode == {number(opcode)}) {{",
                    f"    message = {name}.read(in);",
                ]
            unknown = 'throw in.refused("", "there is no message with the opcode " + opcode);'
            body += ["} else {", f"    {'return null;' if protocol.unknown == 'skip' else unknown}", "}"]
        check = _trailing_lines(protocol)
        returns = ", or null for one that is passed over" if protocol.unknown == "skip" else ""
        return [
            f"/** The message in the payload of a frame{returns}. */",
            f"public static {type_} decode{side}(byte[] payload) throws IOException {{",
            *(["    checkSize(payload.length);"] if isinstance(protocol.framing, Datagram) else []),
            "    FrameReader in = new FrameReader(payload);",
            f"    {type_} message = decode{side}(in);",
            *(f"    {line}" for line in check),
            "    return message;",
            "}",
            "",
            f"private static {type_} decode{side}(FrameReader in) throws IOException {{",
            *(f"    {line}" for line in body),
            "    return message;",
            "}",
        ]

    def _reading(self, side: str, type_: str) -> list[str]:
        framing = self.protocol.framing
        if isinstance(framing, Datagram):
            return []
        lines = [
            "",
            "/** Writes a message and what frames it. */",
            f"public static void write{side}({type_} message, DataOutput out) throws IOException {{",
            f"    writeFrame(encode{side}(message), out);",
            "}",
            "",
            "/** Reads the next message; null where the input ends in front of it. */",
            f"public static {type_} read{side}(DataInput in) throws IOException {{",
        ]
        if isinstance(framing, SelfDelimiting):
            return [
                *lines,
                "    FrameReader frame = new FrameReader(in, MAX_FRAME_BYTES);",
                f"    return frame.atEndOfInput() ? null : decode{side}(frame);",
                "}",
            ]
        if self.protocol.unknown == "skip":
            return [
                *lines,
                "    while (true) {",
                "        byte[] payload = readFrame(in);",
                f"        {type_} message = payload == null ? null : decode{side}(payload);",
                "        if (payload == null || message != null) {",
                "            return message;",
                "        }",
                "    }",
                "}",
            ]
        return [
            *lines,
            "    byte[] payload = readFrame(in);",
            f"    return payload == null ? null : decode{side}(payload);",
            "}",
        ]


# ------------------------------------------------------------------------------------------------------------- framing


def _framing_lines(protocol: Protocol) -> list[str]:
    """``readFrame`` and ``writeFrame``."""
    match protocol.framing:
        case LengthPrefix(width="varint", inclusive=inclusive):
            return _part(
                "framing/VarintPrefix",
                OWN=" - own" if inclusive else "",
                COUNTED="long left = inclusive(payload.length);" if inclusive else "long left = payload.length;",
            ) + (["", *_part("framing/InclusiveVarint")] if inclusive else [])
        case LengthPrefix(width=int(width), inclusive=inclusive, byteorder=order):
            size, little = width // 8, order == "little"
            return _part(
                "framing/LengthPrefix",
                BYTES=str(size),
                APPENDED="length | (long) in.readUnsignedByte() << 8 * i" if little
                else "length << 8 | in.readUnsignedByte()",
                SHIFT="8 * i" if little else f"8 * ({size - 1} - i)",
                OWN=f" - {size}" if inclusive else "",
                INCLUDED=f" + {size}" if inclusive else "",
            )  # fmt: skip
        case Delimiter(mark):
            return _part("framing/Delimiter", MARK=_byte_list(mark))
        case FixedSize(size, padding):
            return _part(
                "framing/FixedSize",
                SIZE=str(size),
                MISFIT="payload.length != FRAME_BYTES" if padding is None else "payload.length > FRAME_BYTES",
                FILL="0" if padding is None else _byte_list(padding),
            )
        case Datagram():
            return _part("framing/Datagram")
        case SelfDelimiting():
            return _part("framing/SelfDelimiting")
    raise SchemaError(f"the framing {type(protocol.framing).__name__} cannot be translated", path=protocol.name)


def _part(name: str, /, **values: str | list[str]) -> list[str]:
    """The lines of a template; a list of lines stands in a line of its own, which goes where the list is empty."""
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    lines: list[str] = []
    for line in (_TEMPLATES / f"{name}.java").read_text("utf-8").splitlines():
        inserted = values.get(line.strip()[2:-1]) if line.strip().startswith("${") else None
        if isinstance(inserted, list):
            indentation = line[: len(line) - len(line.lstrip())]
            lines += [f"{indentation}{each}" if each else "" for each in inserted]
        else:
            lines.append(strings.Template(line).substitute(texts))
    return lines


def _byte_list(data: bytes) -> str:
    return ", ".join(str(byte - 256 if byte > 127 else byte) for byte in data)


def _opcode_read(layout: Any) -> str:
    if isinstance(layout, VariableInteger):
        return f'in.compact("opcode", {layout.bits})'
    if not isinstance(layout, Integer):
        raise SchemaError("an opcode of bits cannot be translated", path=layout.path)
    order = "LittleEndian" if layout.little_endian else ""
    return f'in.{"signed" if layout.signed else "unsigned"}{order}("opcode", {layout.size_bytes})'


def _trailing_lines(protocol: Protocol) -> list[str]:
    framing = protocol.framing
    if protocol.trailing == "skip" or isinstance(framing, SelfDelimiting):
        return []
    check = f'in.expectPadding("", {_byte_list(framing.padding)});' if (
        isinstance(framing, FixedSize) and framing.padding is not None
    ) else 'in.expectEnd("");'  # fmt: skip
    return ["if (message != null) {", f"    {check}", "}"] if protocol.unknown == "skip" else [check]


# ---------------------------------------------------------------------------------------------------- what is refused


def _refuse_rules(protocol: Protocol) -> None:
    if protocol.max_frame_bytes > _MAX_ARRAY_BYTES:
        raise SchemaError(
            f"max_frame_bytes is {protocol.max_frame_bytes}, and an array of Java ends at {_MAX_ARRAY_BYTES}",
            path=f"{protocol.name}.max_frame_bytes",
        )
    if protocol.states is not None and isinstance(protocol.framing, Datagram):
        raise SchemaError("a state table of datagrams cannot be translated", path=f"{protocol.name}.states")
    for policy in ("unknown", "trailing"):
        if getattr(protocol, policy) == "keep":
            raise SchemaError(f'{policy}="keep" cannot be translated: "reject" and "skip" can',
                              path=f"{protocol.name}.{policy}")  # fmt: skip


def _refuse_open_end(layout: Layout) -> None:
    """Where frames have no size, nothing may reach to their end."""
    if isinstance(layout, Attempt | End) or any(isinstance(extent, Rest) for extent in extents(layout)):
        raise SchemaError("what reaches to the end of a frame cannot be in a frame without a size", path=layout.path)
    if not isinstance(layout, Window):
        for child in children(layout):
            _refuse_open_end(child)


def _docs(each: Message) -> str:
    docs = each.type.__doc__ or ""
    generated = docs.startswith((f"{each.name}(", "The message "))
    first = "" if generated else docs.strip().partition("\n\n")[0]
    return first or f"The message {each.name}."

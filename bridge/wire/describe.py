"""A protocol as a document: what is said, byte for byte, and in which order. Markdown, with a diagram of Mermaid."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import construct
from construct import Construct
from construct.expr import ExprMixin

from . import fields
from .fields import fixed_size
from .layouts import parts_of
from .message import Message, Nested

if TYPE_CHECKING:
    from .protocol import Protocol

__all__ = ["describe", "layout_text"]


def describe(protocol: Protocol) -> str:
    """The document: framing, messages, a table of fields for each, and the states."""
    return "\n".join(_lines(protocol)) + "\n"


def _lines(protocol: Protocol) -> Iterator[str]:
    yield f"# {protocol.name}, version {protocol.version}"
    yield ""
    yield f"* Framing: {protocol.framing.description()}. A payload has at most {protocol.max_frame_bytes} bytes."
    if protocol.opcode is not None:
        yield f"* A payload is the opcode, `{layout_text(protocol.opcode)}`, and the body of a message."
    if protocol.correlation is not None:
        yield f"* A message is the answer to the request with the same `{protocol.correlation}`."
    if protocol.negotiate:
        yield f"* Both sides begin with the versions they speak: here {protocol.accepts} to {protocol.version}."
    yield f"* An unknown opcode: {protocol.unknown}. Bytes behind a message: {protocol.trailing}."
    yield ""
    yield "## Messages"
    yield ""
    yield "| opcode | message | sent by | bytes of the body |"
    yield "|---|---|---|---|"
    for each in protocol.all_messages:
        opcodes, senders = _sent(protocol, each)
        yield f"| {opcodes} | {each.name} | {senders} | {_size(each.layout)} |"
    for each in protocol.all_messages:
        yield ""
        yield from _message_lines(each, each.name, protocol.opcode)
    for each in _nested_in(protocol):
        yield ""
        yield from _message_lines(each, f"{each.name} (inside others)", None)
    yield from _state_lines(protocol)


def _nested_in(protocol: Protocol) -> list[Message]:
    """The messages inside others that are no messages of their own."""
    found: dict[type, Message] = {}
    seen: set[int] = set()
    waiting = [each.layout for each in protocol.all_messages]
    while waiting:
        layout = waiting.pop()
        if id(layout) in seen:
            continue
        seen.add(id(layout))
        if isinstance(layout, Nested):
            found.setdefault(layout.message.type, layout.message)
        waiting += parts_of(layout)
    own = {each.type for each in protocol.all_messages}
    return sorted((each for each in found.values() if each.type not in own), key=lambda each: each.name)


def _sent(protocol: Protocol, declared: Message) -> tuple[str, str]:
    from_role = {
        role.value: opcode
        for role in protocol.roles
        for opcode, each in protocol.sent_by(role).items()
        if each is declared
    }
    opcodes = dict.fromkeys("" if opcode is None else _cell(repr(opcode)) for opcode in from_role.values())
    return ", ".join(opcodes), " and ".join(from_role)


def _message_lines(declared: Message, title: str, opcode: Any) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    text = inspect.getdoc(declared.type) or ""
    if text and not text.startswith(f"{declared.type.__name__}("):  # which dataclass makes up
        yield from text.splitlines()
        yield ""
    yield "| offset | bytes | field | layout |"
    yield "|---|---|---|---|"
    offset: int | None = 0
    if opcode is not None:
        size = fixed_size(opcode)
        yield f"| 0 | {_bytes(size)} | opcode | `{_cell(layout_text(opcode))}` |"
        offset = size
    if declared.struct is None or declared.struct is not declared.layout:
        yield f"| {_offset(offset)} | {_size(declared.layout)} | value | `{_cell(layout_text(declared.layout))}` |"
        return
    for member in declared.struct.subcons:
        size = fixed_size(member)
        name = member.name or ""
        inner = member.subcon if isinstance(member, construct.Renamed) else member
        yield f"| {_offset(offset)} | {_bytes(size)} | {_cell(name)} | `{_cell(layout_text(inner))}` |"
        offset = None if offset is None or size is None else offset + size


def _state_lines(protocol: Protocol) -> Iterator[str]:
    states = protocol.states
    if states is None:
        return
    yield ""
    yield "## States"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    ids = {name: f"s{number}" for number, name in enumerate(states.names)}
    for name, number in ids.items():
        yield f"    state {_quoted(name)} as {number}"
    yield f"    [*] --> {ids[states.initial]}"
    for row in states.rows:
        yield f"    {ids[row.state]} --> {ids[row.next_state]}: {row.sender.value} sends {row.message.__name__}"
    for name in states.names:
        if all(row.state != name for row in states.rows):
            yield f"    {ids[name]} --> [*]"
    yield "```"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def _offset(offset: int | None) -> str:
    return "…" if offset is None else str(offset)


def _size(layout: Any) -> str:
    return _bytes(fixed_size(layout))


def _bytes(size: int | None) -> str:
    return "varies" if size is None else str(size)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# ------------------------------------------------------------------------------------------------- layouts in words


#: Things of construct, and of ours, that have a name and no arguments.
def _names() -> dict[int, str]:
    named: dict[int, str] = {}
    for name in sorted(vars(construct), key=lambda name: not name.startswith(("Int", "Float"))):  # Int8ub, not Byte
        value = vars(construct)[name]
        if isinstance(value, Construct):
            named.setdefault(id(value), name)
    for name in fields.__all__:
        value = getattr(fields, name)
        if isinstance(value, Construct):
            named.setdefault(id(value), name)
    return named


_NAMED: Final = _names()

#: The arguments of a construct, by the names of its attributes.
_ARGUMENTS: Final[dict[type, tuple[str, ...]]] = {
    construct.Array: ("count", "subcon"),
    construct.BitsInteger: ("length",),
    construct.Bytes: ("length",),
    construct.BytesInteger: ("length",),
    construct.Computed: ("func",),
    construct.FixedSized: ("length", "subcon"),
    construct.GreedyRange: ("subcon",),
    construct.IfThenElse: ("condfunc", "thensubcon", "elsesubcon"),
    construct.NullTerminated: ("subcon", "term"),
    construct.Prefixed: ("lengthfield", "subcon"),
    construct.Rebuild: ("subcon", "func"),
    construct.Default: ("subcon", "value"),
    construct.Switch: ("keyfunc", "cases"),
    fields.Checksum: ("algorithm", "subcon"),
    fields.DecimalText: ("subcon",),
    fields.EndedBy: ("mark", "subcon"),
    fields.EnumOf: ("subcon", "members"),
}


def layout_text(layout: Any) -> str:
    """``layout`` much as it was written: ``Prefixed(Int32ub, GreedyBytes)``."""
    named = _NAMED.get(id(layout))
    if named is not None:
        return named
    kind = type(layout)
    if isinstance(layout, construct.Renamed):
        return f"{layout.name!r} / {layout_text(layout.subcon)}" if layout.name else layout_text(layout.subcon)
    if isinstance(layout, construct.Struct | construct.Sequence | construct.FocusedSeq | construct.Select):
        return f"{kind.__name__}({', '.join(map(layout_text, layout.subcons))})"
    if isinstance(layout, Nested):
        return layout.message.name
    if isinstance(layout, construct.Const):
        return f"Const({layout.value!r})" if isinstance(layout.value, bytes) else f"Const({_value(layout.value)})"
    if isinstance(layout, construct.Padded) and layout.subcon is construct.Pass:
        return f"Padding({_value(layout.length)})"
    if isinstance(layout, construct.StringEncoded):
        return _string(layout.subcon, layout.encoding)
    if isinstance(layout, fields.JavaObjectStream):
        return "JavaObjectStream()"
    if isinstance(layout, construct.Enum | construct.FlagsEnum):
        names = layout.ksymapping if isinstance(layout, construct.Enum) else layout.reverseflags
        members = ", ".join(f"{name}={number}" for number, name in names.items())
        return f"{kind.__name__}({layout_text(layout.subcon)}, {members})"
    if isinstance(layout, construct.Restreamed | construct.Transformed):
        return f"Bitwise({layout_text(layout.subcon)})"
    arguments = next((names for cls, names in _ARGUMENTS.items() if kind is cls), None)
    if arguments is not None:
        return f"{kind.__name__}({', '.join(_value(getattr(layout, name)) for name in arguments)})"
    inner = getattr(layout, "subcon", None)
    return (
        f"{kind.__name__.strip('_')}({layout_text(inner)})"
        if isinstance(inner, Construct)
        else kind.__name__.strip("_")
    )


def _string(bytes_layout: Any, encoding: str) -> str:
    """A string of ``encoding`` in these bytes, as construct writes it."""
    if isinstance(bytes_layout, construct.Prefixed):
        return f"PascalString({layout_text(bytes_layout.lengthfield)}, {encoding!r})"
    if isinstance(bytes_layout, construct.FixedSized):
        return f"PaddedString({_value(bytes_layout.length)}, {encoding!r})"
    return f"{'CString' if isinstance(bytes_layout, construct.NullTerminated) else 'GreedyString'}({encoding!r})"


def _value(value: Any) -> str:
    if isinstance(value, Construct):
        return layout_text(value)
    if isinstance(value, ExprMixin):
        return _expression(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_value(key)}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, type):
        return value.__name__
    return "a function" if callable(value) else repr(value)


def _expression(expression: Any) -> str:
    text = str(expression)
    while "['" in text:  # this['a']['b'] is this.a.b
        before, _, after = text.partition("['")
        name, _, rest = after.partition("']")
        text = f"{before}.{name}{rest}"
    return text

"""Values for a layout, drawn at random; and what one is in words that `Decide.java` uses too.

The values are what Python writes; a value that is none for its layout (a count beyond its field, a check that fails) is
refused by the codec and drawn again. Payloads that are no message come from `mutated`.
"""

from __future__ import annotations

import enum
import random
import struct
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.mapping.java_time_types import Instant
from bridge.wire import fields
from bridge.wire.java_types import is_void
from bridge.wire.layout_model import (
    Attempt,
    BitField,
    Boolean,
    ByteString,
    Character,
    Checksum,
    Choice,
    Computed,
    Constant,
    Derived,
    Embedded,
    Expression,
    Field,
    FieldValue,
    Flags,
    Integer,
    Labels,
    Layout,
    LengthOf,
    Literal,
    Moment,
    Operation,
    Prefix,
    Real,
    Record,
    Repeated,
    Rest,
    Stripped,
    Terminated,
    Text,
    UniqueId,
    VariableInteger,
    Window,
    number_range,
)
from bridge.wire.message import Message

__all__ = ["drawn_message", "is_kept", "mutated", "shown"]

_LETTERS = "abcXYZ 09_"
_MORE_LETTERS = {"ascii": _LETTERS, "latin-1": _LETTERS + "é\xa0ÿ", "modified utf-8": _LETTERS + "\0é€\U0001f600\ud800"}
_ANY_LETTERS = _LETTERS + "é€\ufeff\U0001f600\uffff"


class _Unknown(Exception):
    """A length that depends on what is computed when the message is written: any will do."""


class _Context:
    """The records around a place, the innermost last, with their values so far."""

    def __init__(self) -> None:
        self.scopes: list[tuple[Record, Any]] = []

    def evaluated(self, expression: Expression) -> Any:
        match expression:
            case Literal(value):
                return value
            case LengthOf(field):
                return len(self.evaluated(field))
            case FieldValue(up, names):
                record, values = self.scopes[-1 - up]
                layout = next(field.layout for field in record.fields if field.name == names[0])
                if isinstance(layout, Computed):
                    return self.evaluated(layout.value)
                if isinstance(layout, Constant):
                    return layout.value
                if isinstance(layout, Derived):
                    raise _Unknown
                value = _member(values, names[0])
                for name in names[1:]:
                    value = _member(value, name)
                return value.name if isinstance(value, enum.Enum) else value
            case Operation(operator, operands):
                return _computed(operator, [self.evaluated(operand) for operand in operands])
        raise AssertionError(expression)

    def branch(self, choice: Choice) -> Layout:
        found = self.evaluated(choice.key)
        return next((case.layout for case in choice.cases if case.key == found), choice.default)


def _member(value: Any, name: str) -> Any:
    return value[name] if isinstance(value, Mapping) else getattr(value, name)


def is_kept(field: Field) -> bool:
    """Whether it has a value of its own, in Python and in Java."""
    silent = isinstance(field.layout, Constant | Computed | Derived | Checksum) or is_void(field.layout)
    return field.name is not None and not silent


class _Drawing(_Context):
    def __init__(self, rng: random.Random, enums: Mapping[str, type[enum.Enum]]) -> None:
        super().__init__()
        self.rng = rng
        self.enums = enums

    def size(self, extent: Any) -> int:
        """A length that is allowed; small where any is."""
        if isinstance(extent, Prefix | Rest | Terminated):
            return self.rng.choice((0, 1, 2, 3, 5, 9))
        try:
            return int(self.evaluated(extent.length if isinstance(extent, Stripped) else extent))
        except _Unknown:
            return self.rng.choice((0, 1, 2, 3, 5))

    # ----------------------------------------------------------------------------------------------------------- values

    def value(self, layout: Layout) -> Any:
        rng = self.rng
        match layout:
            case Integer() | BitField() | VariableInteger():
                low, high = number_range(layout)
                edges = (low, high, 0, 1, 2, 3, 4, 5, 7, rng.randint(low, high), rng.randint(0, min(high, 300)))
                return min(high, max(low, rng.choice(edges)))
            case Real(size_bytes=size):
                value = rng.choice((0.0, -0.0, 1.5, -2.25, float("inf"), float("nan"), rng.uniform(-1e9, 1e9)))
                return struct.unpack(">f", struct.pack(">f", value))[0] if size == 4 else value
            case Boolean():
                return rng.random() < 0.5
            case Labels(closed=True, name=str(name)):
                return rng.choice(list(self.enums[name]))
            case Labels(labels=labels, number=number):
                return rng.choice([name for name, _ in labels]) if rng.random() < 0.8 else self.value(number)
            case Flags(flags=flags):
                return {name: rng.random() < 0.5 for name, _ in flags}
            case ByteString(extent=extent):
                return rng.randbytes(self.size(extent))
            case Text():
                return self.text(layout)
            case Character():
                return rng.choice("a\0é€\uffff\ud834")
            case UniqueId():
                return uuid.UUID(bytes=rng.randbytes(16))
            case Moment():
                seconds = rng.choice(
                    (0, -1, 1_700_000_000, -62_135_596_800, 253_402_300_799, rng.randint(-(10**10), 10**10))
                )
                start = datetime(1970, 1, 1, tzinfo=UTC)
                return Instant.of(start + timedelta(0, seconds), rng.choice((0, 1, 999_999_999, 123_000_000)))
            case Record():
                return self.record(layout)
            case Embedded(message=message, content=content):
                return drawn_message(message, content, rng, self.enums)
            case Repeated(element=element, count=count):
                return [self.value(element) for _ in range(self.size(count))]
            case Window(content=content):
                return self.value(content)
            case Choice():
                branch = self.branch(layout)
                return None if is_void(branch) else self.value(branch)
            case Attempt(content=content):
                return self.value(content) if rng.random() < 0.7 else None
        raise AssertionError(layout)

    def text(self, layout: Text) -> str:
        letters = _MORE_LETTERS.get(layout.encoding, _ANY_LETTERS)
        size = self.size(layout.extent)
        if isinstance(layout.extent, Terminated | Prefix | Rest):
            return "".join(self.rng.choice(letters) for _ in range(size))
        if isinstance(layout.extent, Stripped):
            size = self.rng.randint(0, size // layout.extent.unit_bytes)
        return "".join(self.rng.choice(_LETTERS) for _ in range(size))

    def record(self, layout: Record) -> dict[str, Any]:
        values: dict[str, Any] = {}
        self.scopes.append((layout, values))
        for field in layout.fields:
            if is_kept(field) and field.name is not None:
                values[field.name] = self.value(field.layout)
        self.scopes.pop()
        return values


def _computed(operator: str, values: list[Any]) -> Any:
    left, right = values[0], values[-1]
    match operator:
        case "not":
            return not left
        case "-" if len(values) == 1:
            return -left
        case "+" | "-" | "*" | "//" | "%" | "&" | "|" | "^" | "<<" | ">>" | "==" | "!=" | "<" | "<=" | ">" | ">=":
            return eval(f"left {operator} right", {"left": left, "right": right})
    raise AssertionError(operator)


def drawn_message(message: Message, layout: Layout, rng: random.Random, enums: Mapping[str, type[enum.Enum]]) -> Any:
    """An instance of a message's class; ``enums`` are the Python enums of its fields, by their names."""
    drawn = _Drawing(rng, enums).value(layout)
    if message.struct is None:
        return message.type(drawn)
    return message.type(**{name: drawn.get(name) for name in message.fields})


# ---------------------------------------------------------------------------------------------------------------- words


def shown(message: Message, layout: Layout, value: Any) -> str:
    """A message in words: what Java keeps of it, without names."""
    return _Showing().message(message, layout, value)


class _Showing(_Context):
    def message(self, message: Message, layout: Layout, value: Any) -> str:
        if message.struct is None:
            return "{" + self.value(layout, value.value) + "}"
        return self.value(layout, value)

    def value(self, layout: Layout, value: Any) -> str:
        match layout:
            case Integer() | BitField() | VariableInteger():
                return str(int(value) - (1 << 64) if value >= 1 << 63 else int(value))  # construct's Hex shows 0x…
            case Boolean():
                return "true" if value else "false"
            case Real():
                return f"f{struct.pack('>d', float('nan') if value != value else value).hex()}"
            case Labels(closed=closed, labels=labels):
                return f"n{value.value if closed else dict(labels).get(value, value)}"
            case Flags(flags=flags):
                return "{" + ",".join("true" if value[name] else "false" for name, _ in flags) + "}"
            case ByteString():
                return f"b{value.hex()}"
            case Text() | Character():
                return f"s{value.encode('utf-16-be', 'surrogatepass').hex()}"
            case UniqueId():
                return f"u{value.hex}"
            case Moment():
                seconds, nanos = struct.unpack(">qi", fields.JavaInstant.build(value))
                return f"t{seconds}.{nanos}"
            case Record():
                return self.record(layout, value)
            case Embedded(message=message, content=content):
                return _Showing().message(message, content, value)
            case Repeated(element=element):
                return "[" + ",".join(self.value(element, each) for each in value) + "]"
            case Window(content=content):
                return self.value(content, value)
            case Choice():
                branch = self.branch(layout)
                return "null" if is_void(branch) else self.value(branch, value)
            case Attempt(content=content):
                return "null" if value is None else self.value(content, value)
        raise AssertionError(layout)

    def record(self, layout: Record, value: Any) -> str:
        self.scopes.append((layout, value))
        found = [self.value(each.layout, _member(value, each.name)) for each in layout.fields if is_kept(each)]
        self.scopes.pop()
        return "{" + ",".join(found) + "}"


# ------------------------------------------------------------------------------------------------------------ mutations


def mutated(payload: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """A payload with some bytes changed, removed, inserted, or taken from another one."""
    data = bytearray(payload)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(7):
            case 0 if data:
                data[at % len(data)] ^= 1 << rng.randrange(8)
            case 1 if data:
                data[at % len(data)] = rng.choice((0, 1, 2, 3, 0x7F, 0x80, 0xFF, rng.randrange(256)))
            case 2:
                del data[at:]
            case 3:
                del data[at : at + rng.randint(1, 4)]
            case 4:
                data[at:at] = rng.randbytes(rng.randint(1, 4))
            case 5:
                data[at:] = rng.choice(others)[at:]
            case _:
                data[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
    return bytes(data)

"""The client's side of RESP2, the protocol of Redis: declared from its specification, spoken with any Redis.

    with connect("127.0.0.1", 6379) as redis:
        redis.call("SET", "key", "value")       # "OK"
        redis.call("GET", "key")                # b"value"

    python -m bridge wire examples.resp:RESP2 --connect 127.0.0.1:6379

A reply begins with the byte of its type, which is its opcode, and tells itself where it ends: there are no frames.
Specification: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Self

from construct import (
    Array,
    Bytes,
    Computed,
    Const,
    Error,
    FocusedSeq,
    GreedyBytes,
    GreedyString,
    If,
    IfThenElse,
    LazyBound,
    Rebuild,
    Struct,
    Switch,
    len_,
    this,
)

import bridge
from bridge.wire import DecimalText, EndedBy, MessageChannel, Protocol, SelfDelimiting, message

__all__ = ["RESP2", "Bulk", "Command", "Failure", "Integer", "Items", "Redis", "Simple", "connect"]

CRLF = b"\r\n"
TEXT = EndedBy(CRLF, GreedyString("utf8"))
NUMBER = DecimalText(EndedBy(CRLF, GreedyBytes))

#: A string of bytes, or null: its length, or -1.
BULK = FocusedSeq(
    "data",
    "size" / Rebuild(NUMBER, lambda this: -1 if this.data is None else len(this.data)),
    "data" / If(this.size >= 0, Bytes(this.size)),
    If(this.size >= 0, Const(CRLF)),
)

#: Anything, with its type in front, as it stands in an array.
ANYTHING = Struct(
    "type" / Bytes(1),
    "value"
    / Switch(
        this.type,
        {b"+": TEXT, b"-": TEXT, b":": NUMBER, b"$": BULK, b"*": LazyBound(lambda: ITEMS)},
        default=Error,
    ),
)

#: An array, or null.
ITEMS: Any = FocusedSeq(
    "items",
    "count" / Rebuild(NUMBER, lambda this: -1 if this["items"] is None else len(this["items"])),
    "items" / IfThenElse(this.count >= 0, Array(this.count, ANYTHING), Computed(None)),
)


@message(
    Struct(
        "count" / Rebuild(NUMBER, len_(this.words)),
        "words" / Array(this.count, FocusedSeq("word", Const(b"$"), "word" / BULK)),
    )
)
@dataclass
class Command:
    """A command with its arguments: an array of strings."""

    words: list[bytes]


@message
@dataclass
class Simple:
    """A short text, such as OK."""

    text: Annotated[str, TEXT]


@message
@dataclass
class Failure:
    """An error: its kind, a space, and a text."""

    text: Annotated[str, TEXT]


@message
@dataclass
class Integer:
    """A number of 64 bits."""

    value: Annotated[int, NUMBER]


@message
@dataclass
class Bulk:
    """A string of bytes, or null."""

    data: Annotated[bytes | None, BULK]


@message
@dataclass
class Items:
    """An array, or null; each item is a dict of ``type`` and ``value``."""

    items: Annotated[list[Any] | None, ITEMS]


RESP2 = Protocol(
    "RESP2",
    client={b"*": Command},
    server={b"+": Simple, b"-": Failure, b":": Integer, b"$": Bulk, b"*": Items},
    opcode=Bytes(1),
    framing=SelfDelimiting(),
    max_frame_bytes=64 << 20,
)


class Redis:
    """A connection to a Redis: commands, one after the other or many at a time."""

    def __init__(self, channel: MessageChannel) -> None:
        self.channel = channel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.channel.close()

    def call(self, *words: str | bytes | int, timeout: float | None = 10) -> Any:
        """The reply to one command, as a plain value. RuntimeError: Redis said no."""
        return plain(self.channel.request(command(*words), timeout=timeout))

    def pipeline(self, commands: Iterable[tuple[str | bytes | int, ...]], timeout: float | None = 10) -> list[Any]:
        """The replies to many commands, which are all sent before the first reply is waited for."""
        count = 0
        for words in commands:
            self.channel.send(command(*words), timeout=timeout)
            count += 1
        return [plain(self.channel.receive(timeout=timeout)) for _ in range(count)]


def connect(address: bridge.Address | str | tuple[str, int], port: int | None = None) -> Redis:
    """A connection to the Redis at ``address``."""
    return Redis(bridge.connect(address, port, protocol=RESP2, timeout=10))


def command(*words: str | bytes | int) -> Command:
    """The command of these words; numbers and texts become bytes."""
    return Command([word if isinstance(word, bytes) else str(word).encode() for word in words])


def plain(reply: Simple | Failure | Integer | Bulk | Items) -> Any:
    """What a reply stands for: a str, an int, bytes, a list, or None. RuntimeError: it is an error."""
    if isinstance(reply, Failure):
        raise RuntimeError(reply.text)
    if isinstance(reply, Items):
        return None if reply.items is None else [_plain_item(item) for item in reply.items]
    return reply.text if isinstance(reply, Simple) else reply.value if isinstance(reply, Integer) else reply.data


def _plain_item(item: Any) -> Any:
    if item["type"] == b"-":
        return RuntimeError(item["value"])
    if item["type"] == b"*":
        return None if item["value"] is None else [_plain_item(inner) for inner in item["value"]]
    return item["value"]

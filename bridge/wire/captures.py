"""Captures: the bytes of one direction, shown as messages with every byte beside its field.

    for received in messages_in(Store, CLIENT, chunks):
        for line in hexdump(received):
            print(line)

A capture may end anywhere, and may hold what is no message: that is shown too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..errors import BridgeError
from .codec import UnknownMessage
from .framing import Frame
from .layouts import Span
from .message import plain
from .reader import MessageReader, Received

if TYPE_CHECKING:
    from .protocol import Protocol, Role

__all__ = ["hexdump", "messages_in", "one_line", "shown"]

_ROW_BYTES: Final = 12
_HEX_WIDTH: Final = 3 * _ROW_BYTES
_MAX_ROWS: Final = 4
_MAX_CHARACTERS: Final = 100
_MAX_LABEL: Final = 24


def messages_in(protocol: Protocol, sender: Role, chunks: Iterable[bytes]) -> Iterator[Received]:
    """The messages in ``chunks``, which are what ``sender`` sent, in any portions; datagrams are one chunk each.

    A message that cannot be read has its ``error``; reading goes on behind it. BridgeError: reading cannot go on, as it
    is unknown where the next message begins, or as the bytes have ended inside one.
    """
    reader = MessageReader(protocol, sender, trace=True)
    for chunk in chunks:
        reader.feed(chunk)
        yield from _ready(reader)
    reader.feed_eof()
    yield from _ready(reader)


def _ready(reader: MessageReader) -> Iterator[Received]:
    while True:
        try:
            received = reader.next_message()
        except BridgeError:
            if reader.failed:
                raise
            continue  # a frame beyond the bound, of which nothing was kept
        if received is None:
            return
        yield received


def one_line(received: Received) -> str:
    """The message in one line."""
    if received.error is not None:
        return f"{type(received.error).__name__}: {received.error}"
    if received.value is None:
        return "a message with an unknown opcode"
    return shown(received.value)


def shown(value: Any) -> str:
    """``value`` as Python writes it; an object stream in a field may hold what is nested too deep for that."""
    try:
        return repr(value)
    except RecursionError:
        return f"<{type(value).__name__}, nested too deep to be shown>"


def hexdump(received: Received, *, full: bool = False) -> Iterator[str]:
    """The bytes of the message, each line with its offset, its bytes, the field they are, and its value.

    Long fields and values are cut unless ``full``. All text is escaped, so nothing in it can touch a terminal.
    """
    frame = received.frame
    size = frame.end - frame.offset
    name = _name_of(received)
    yield f"{frame.offset:06x}  {name}, {size} byte{'' if size == 1 else 's'}"
    show = _Lines(frame, full, None if received.error is None else received.error.path)
    yield from show.bytes_of(-len(frame.prefix), 0, "(length)", "", 1)
    root = _tree(received.spans, len(frame.payload))
    yield from show.node(root, 0)
    yield from show.bytes_of(len(frame.payload), len(frame.payload) + len(frame.suffix), "(delimiter)", "", 1)
    if received.error is not None:
        yield f"        {type(received.error).__name__}: {_cut(str(received.error), full)}"


def _name_of(received: Received) -> str:
    if received.declared is not None:
        return received.declared.name
    if received.error is not None:
        return "no message"
    value = received.value
    return f"unknown opcode {value.opcode!r}" if isinstance(value, UnknownMessage) else "unknown opcode"


@dataclass(slots=True)
class _Node:
    """A field with the fields in it."""

    path: str
    start: int
    end: int
    span: Span | None = None
    inner: list[_Node] = field(default_factory=list)


def _tree(spans: Iterable[Span], size: int) -> _Node:
    root = _Node("$", 0, size)
    around = [root]
    for span in spans:
        del around[span.depth :]
        node = _Node(span.path, span.start, span.end, span)
        around[-1].inner.append(node)
        around.append(node)
    return root


class _Lines:
    def __init__(self, frame: Frame, full: bool, wrong: str | None) -> None:
        self._frame = frame
        self._wrong = wrong  # the path of what could not be read
        self._whole = frame.prefix + frame.payload + frame.suffix
        self._full = full

    def node(self, node: _Node, depth: int) -> Iterator[str]:
        if node.span is not None:
            label = node.path.rpartition(".")[2] if "." in node.path else node.path
            if node.path.endswith("]"):
                label = "[" + node.path.rpartition("[")[2]
            if not node.inner:
                text = "cannot be read" if node.path == self._wrong else _text(node.span)
                yield from self.bytes_of(node.start, node.end, label, text, depth)
                return
            yield f"        {'':{_HEX_WIDTH}}{'  ' * depth}{label}"
        place = node.start
        for inner in node.inner:
            if inner.start > place:
                yield from self.bytes_of(place, inner.start, "(size)" if node.span else "(nothing)", "", depth + 1)
            yield from self.node(inner, depth + 1)
            place = max(place, inner.end)
        if node.end > place:
            yield from self.bytes_of(place, node.end, "(rest)", "", depth + 1)

    def bytes_of(self, start: int, end: int, label: str, text: str, depth: int) -> Iterator[str]:
        """Bytes of the payload, from ``start`` up to ``end``; negative ones are those of the prefix."""
        base = len(self._frame.prefix)
        data = self._whole[start + base : end + base]
        if not data and not text:
            return
        offset = self._frame.payload_offset + start
        rows = [data[i : i + _ROW_BYTES] for i in range(0, len(data), _ROW_BYTES)] or [b""]
        shown = rows if self._full else rows[:_MAX_ROWS]
        indented = f"{'  ' * depth}{label}"
        value = f" {_cut(text, self._full)}" if text else ""
        yield f"{offset:06x}  {shown[0].hex(' '):{_HEX_WIDTH}}{indented:{_MAX_LABEL}}{value}".rstrip()
        for i, row in enumerate(shown[1:], 1):
            yield f"{offset + i * _ROW_BYTES:06x}  {row.hex(' ')}"
        if len(shown) < len(rows):
            yield f"        … {len(data) - len(shown) * _ROW_BYTES} more bytes"


def _text(span: Span) -> str:
    text = "" if span.value is None and span.path.endswith(")") else shown(plain(span.value))
    if span.bits is not None:
        first, count = span.bits
        last = first + count - 1
        text += f" (bit {first})" if count == 1 else f" (bits {first} to {last})"
    return text


def _cut(text: str, full: bool) -> str:
    text = text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text if full or len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"

"""The process of a tap that decodes messages: ``python -m bridge.cli.tap_messages json|text full|short MODULE:NAME``.

It is `bridge.tools.tap_reader` with messages in place of object streams: the tools know nothing of `bridge.wire`, so
this stands where both are known. ``MODULE:NAME`` is what the command line was given; nothing of it is from a peer.

    12:30:01.123456 #1 → 00000000  message opcode=2 12 bytes: Get(request=1, key='a')
    {"time": …, "kind": "message", "offset": 0, "length": 12, "message": "Get", "opcode": 2, "value": {"request": 1, …}}
"""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from ..errors import BridgeError
from ..tools.printable import printable
from ..tools.tap_frames import Direction
from ..tools.tap_reader import run
from ..wire.captures import shown
from ..wire.codec import UnknownMessage
from ..wire.message import plain
from ..wire.negotiation import Opening
from ..wire.protocol import Protocol, Role
from ..wire.reader import MessageReader, Received
from .wire_commands import protocol_of

__all__ = ["Kind", "MessageEvent", "MessageEvents", "conversation_of", "main"]

Kind: TypeAlias = Literal["version", "message", "unknown", "error", "skipped", "end"]

_MAX_CHARACTERS: Final = 300
_LOST: Final = "it is unknown where the next message begins"
_ROLES: Final = {Direction.CLIENT: Role.CLIENT, Direction.SERVER: Role.SERVER}
_NO_OPCODE: Final = object()


@dataclasses.dataclass(frozen=True, slots=True)
class MessageEvent:
    """Something that passed in one direction.

    kind     ``version`` the opening, and the version that counts; ``message``; ``unknown`` a message whose opcode is
             not declared, where the protocol lets it pass; ``error`` what is no message; ``skipped`` this was not
             looked at; ``end``
    offset   where it begins, in bytes from the start of the direction
    length   in bytes, with what frames it; of an error, 0 where no end of it is known
    name     of a message the name; of an error its type
    opcode   as its construct reads it, where there is one
    value    the message; of ``unknown`` its payload, None where it was not kept; of ``version``, the number; of an
             error and of what is skipped, the reason
    """

    kind: Kind
    offset: int
    length: int = 0
    name: str = ""
    opcode: Any = _NO_OPCODE
    value: Any = None

    def text(self, *, full: bool = False) -> str:
        """One line, fit for a terminal; ``full`` shows long values whole."""
        opcode = "" if self.opcode is _NO_OPCODE else f" opcode={plain(self.opcode)!r}"
        if self.kind == "end":
            said = f" after {self.offset} bytes"
        elif self.kind == "version":
            said = f" {self.value}"
        elif self.kind == "error":
            said = f"{opcode} {self.name}: {self.value}"
        elif self.kind == "unknown":
            said = f"{opcode} {self.length} bytes" + ("" if self.value is None else f": {self.value.hex(' ')}")
        elif self.kind == "skipped":
            said = f" {self.length} bytes: {self.value}"
        else:
            said = f"{opcode} {self.length} bytes: {shown(self.value)}"
        said = printable(said)
        cut = said if full or len(said) <= _MAX_CHARACTERS else said[:_MAX_CHARACTERS] + " ..."
        return f"{self.offset:08x}  {self.kind}{cut}"

    def json_members(self) -> Iterator[tuple[str, Any]]:
        """What there is to say beside the value of a message, which ``json_pieces`` gives."""
        yield "kind", self.kind
        yield "offset", self.offset
        yield "length", self.length
        if self.name:
            yield ("error" if self.kind == "error" else "message"), self.name
        if self.opcode is not _NO_OPCODE:
            opcode = plain(self.opcode)
            yield "opcode", opcode if isinstance(opcode, int | str) else repr(opcode)
        if self.kind == "version":
            yield "version", self.value
        elif self.kind in ("error", "skipped"):
            yield "reason", self.value

    @property
    def has_value(self) -> bool:
        """Whether there is a ``json_value``."""
        return self.kind in ("message", "unknown")

    @property
    def json_value(self) -> Any:
        """The value for ``json_pieces``: of a message, its fields by their names."""
        try:
            return _fields_of(self.value)
        except RecursionError:  # by an object stream in a field: a map in itself, or nested very deep
            return shown(self.value)


def _fields_of(value: Any) -> Any:
    """``value`` with messages as dicts and members of enums as their names; objects of Java stay what they are."""
    if dataclasses.is_dataclass(value) and hasattr(type(value), "__wire_message__"):
        return {field.name: _fields_of(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.name
    value = plain(value)
    if isinstance(value, dict):
        return {str(key): _fields_of(inner) for key, inner in value.items()}
    return [_fields_of(inner) for inner in value] if isinstance(value, list | tuple) else value


class MessageEvents:
    """Turns the bytes of one direction into events, as they come. Nothing raises for the bytes.

    With a negotiation the version depends on both directions: what comes behind the opening is kept until the opening
    of the ``other`` is here, and is then told by the next ``feed``, also by one of nothing.
    """

    def __init__(self, protocol: Protocol, sender: Role) -> None:
        self._protocol = protocol
        self._sender = sender
        self._opening = Opening(protocol.name, protocol.accepts, protocol.version) if protocol.negotiate else None
        self._held = bytearray()  # all bytes, while the version is not known
        #: The oldest and the newest version that the sender speaks, when they are known.
        self.versions: tuple[int, int] | None = None
        self.other: MessageEvents | None = None
        self._reader: MessageReader | None = None if protocol.negotiate else MessageReader(protocol, sender, trace=True)
        self._end = 0  # the offset of the next byte that comes
        self._gaps = 0  # bytes of datagrams that were not seen
        self._lost_from: int | None = None  # since then nothing is decoded
        self._lost_why = ""

    def feed(self, data: bytes) -> Iterator[MessageEvent]:
        """The events that ``data``, the next bytes of the direction, complete. To be taken, all of them, at once."""
        if data and self._protocol.framing.is_datagram:
            yield from self._misfit("datagrams", "a stream of bytes")
        self._end += len(data)
        if not self._protocol.framing.is_datagram:
            yield from self._take(data)

    def feed_datagram(self, data: bytes) -> Iterator[MessageEvent]:
        """The events of ``data``, the next datagram."""
        if not self._protocol.framing.is_datagram:
            yield from self._misfit("a stream of bytes", "datagrams")
            self._end += len(data)
            return
        yield from self._skipped()
        self._end += len(data)
        assert self._reader is not None  # there is no negotiation in datagrams
        self._reader.feed(data)
        yield from self._messages()

    def feed_eof(self) -> Iterator[MessageEvent]:
        """The last events. An end inside a message is an ``error``."""
        if self._reader is None and self._lost_from is None and self._held:
            yield from self._begin()  # without the other's opening: as this protocol's own versions have it
        if self._reader is not None and self._lost_from is None:
            self._reader.feed_eof()
            yield from self._messages()
            if self._reader.failed:
                self._lost_from = None  # what is unfinished was told
        yield from self._skipped()
        yield MessageEvent("end", self._end)

    def skip(self, count: int, reason: str) -> None:
        """The next ``count`` bytes of the direction passed and are not given here, for this ``reason``."""
        if self._lost_from is None:
            self._lost_from, self._lost_why = self._end, reason
        self._end += count
        if self._protocol.framing.is_datagram:
            self._gaps += count

    def _misfit(self, needs: str, has: str) -> Iterator[MessageEvent]:
        if self._lost_from is None:
            reason = f"the framing of {self._protocol.name} is for {needs}, and this network carries {has}"
            yield MessageEvent("error", self._end, name="SchemaError", value=reason)
            self._lost_from, self._lost_why = self._end, reason

    def _skipped(self) -> Iterator[MessageEvent]:
        """What was not looked at up to here."""
        start, self._lost_from = self._lost_from, None
        if start is not None and self._end > start:
            yield MessageEvent("skipped", start, self._end - start, value=self._lost_why)

    # ----------------------------------------------------------------------------------------------------- negotiation

    def _take(self, data: bytes) -> Iterator[MessageEvent]:
        if self._lost_from is not None:
            return
        if self._reader is not None:
            if data:
                self._reader.feed(data)
                yield from self._messages()
            return
        self._held += data
        if self.versions is None and data:
            assert self._opening is not None
            try:
                if self._opening.feed(data) is not None:
                    self.versions = self._opening.peer_versions()
            except BridgeError as error:
                yield from self._failed(error, 0)
                return
        if self.versions is not None and self.other is not None and self.other.versions is not None:
            yield from self._begin()

    def _begin(self) -> Iterator[MessageEvent]:
        """Both openings are here, or no more can come: read from the beginning, as the other end does."""
        spoken = None if self.other is None else self.other.versions
        self._reader = MessageReader(self._protocol, self._sender, trace=True, versions=spoken)
        held, self._held = bytes(self._held), bytearray()
        self._reader.feed(held)
        if self._reader.version is not None:
            yield MessageEvent("version", 0, self._reader.opening_bytes, value=self._reader.version)
        yield from self._messages()

    # -------------------------------------------------------------------------------------------------------- messages

    def _messages(self) -> Iterator[MessageEvent]:
        reader = self._reader
        assert reader is not None
        while True:
            try:
                received = reader.next_message()
            except BridgeError as error:
                yield from self._failed(error, reader.offset + self._gaps)
                if reader.failed:
                    return
                continue  # a frame beyond the bound, of which nothing was kept
            if received is None:
                return
            yield self._event_of(received)

    def _failed(self, error: BridgeError, offset: int) -> Iterator[MessageEvent]:
        """What has no frame. Where it is unknown how to go on, nothing behind it is looked at."""
        place = offset if error.offset is None else error.offset + self._gaps
        yield MessageEvent("error", place, name=type(error).__name__, value=error.message)
        if self._reader is None or self._reader.failed:
            self._lost_from, self._lost_why = offset, _LOST

    def _event_of(self, received: Received) -> MessageEvent:
        frame, error = received.frame, received.error
        offset, length = frame.offset + self._gaps, frame.end - frame.offset
        opcode: Any = _NO_OPCODE
        if self._protocol.opcode is not None and received.spans and received.spans[0].path == "opcode":
            opcode = received.spans[0].value
        if error is not None:
            at = "" if error.offset is None else f"at byte {error.offset + self._gaps}"
            path = "" if error.path is None else f"in {error.path}"
            where = ", ".join(filter(None, (at, path)))
            reason = f"{error.message} ({where})" if where else error.message
            return MessageEvent("error", offset, length, type(error).__name__, opcode, reason)
        if received.declared is None:
            payload = received.value.payload if isinstance(received.value, UnknownMessage) else None
            return MessageEvent("unknown", offset, length, "", opcode, payload)
        return MessageEvent("message", offset, length, received.declared.name, opcode, received.value)


def conversation_of(protocol: Protocol) -> Mapping[Direction, MessageEvents]:
    """The events of both directions of one conversation."""
    events = {direction: MessageEvents(protocol, role) for direction, role in _ROLES.items()}
    events[Direction.CLIENT].other = events[Direction.SERVER]
    events[Direction.SERVER].other = events[Direction.CLIENT]
    return events


def main(words: list[str]) -> int:
    """The exit status: 0, or 141 when nobody reads the output."""
    protocol = protocol_of(words[2])
    return run(words, lambda: conversation_of(protocol))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

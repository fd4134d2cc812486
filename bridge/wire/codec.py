"""Messages to payloads and back: the border where the errors of construct become those of the bridge.

A `Codec` knows one protocol from one side: what the other side sends, and what this side sends. It knows no frames and
no states; see `bridge.wire.machine`.

What reading raises, all DecodeErrors with the path of the field and its offset: RejectedError beyond a bound, and
CorruptedStreamError for everything else that does not fit the layout: a payload that ends too early, a wrong constant,
a bad checksum, an unknown opcode, bytes behind the message, a value that the message's class refuses. From an object
stream in a field come its own errors.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from construct import ConstructError

from ..errors import (
    BridgeError,
    CorruptedStreamError,
    DecodeError,
    EncodeError,
    LocalProtocolError,
    RejectedError,
    TruncatedStreamError,
)
from .framing import FixedSize
from .layouts import BoundReached, Reading, Span, guarded, read, write
from .message import Message, message_of

if TYPE_CHECKING:
    from .protocol import Protocol, Role

__all__ = ["Codec", "Decoded", "UnknownMessage"]

_MAX_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class UnknownMessage:
    """A message whose opcode is not declared, kept as it came: ``unknown="keep"``. It can be sent on.

    opcode    as the opcode's construct reads it: an int that it has no name for, for example
    payload   the whole payload, with the opcode
    """

    opcode: Any
    payload: bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a payload holds.

    value      the message, or an UnknownMessage; None where the policy is to skip it
    declared   its declaration; None where it is unknown
    end        where the message ends in the payload; behind it are bytes that the policy lets pass
    """

    value: Any
    declared: Message | None
    end: int


class Codec:
    """Writes what ``role`` sends and reads what the other side sends, in one version of the protocol.

    SchemaError: a layout cannot be made safe to read.
    """

    def __init__(self, protocol: Protocol, role: Role, version: int) -> None:
        self.protocol = protocol
        self.role = role
        self.version = version
        self._messages = protocol.sent_by(role.other)
        self._opcodes = None if protocol.opcode is None else guarded(protocol.opcode)
        self._layouts: dict[tuple[type, bool], Any] = {}
        for each in self._messages.values():
            self._guarded(each, trace=False)

    # ------------------------------------------------------------------------------------------------------- writing

    def encode(self, message: Any) -> bytes:
        """The payload of ``message``: opcode and body.

        EncodeError: a value does not fit its field, or it is longer than ``max_frame_bytes``. LocalProtocolError: this
        side does not send such messages. SchemaError: it is no message.
        """
        if isinstance(message, UnknownMessage):
            return self._bounded(message.payload, "the unknown message")
        declared = message_of(message)
        code = self.protocol.opcode_bytes(self.role, declared.type)
        if code is None:
            raise LocalProtocolError(f"the {self.role.value} of {self.protocol.name} sends no {declared.name}")
        stream = io.BytesIO()
        stream.write(code)
        try:
            declared.layout.build_stream(declared.values(message), stream, version=self.version)
        except Exception as error:
            self._write_again(declared, message)
            raise EncodeError(f"{declared.name} cannot be written: {_text_of(error)}") from error
        if self.protocol.trailing == "keep":
            stream.write(getattr(message, "trailing_bytes", b""))
        return self._bounded(stream.getvalue(), declared.name)

    def _write_again(self, declared: Message, message: Any) -> None:
        """Raise the error that ``message`` gives with its place, which is slower to find, and so not done before."""
        reading = Reading(trace=True)
        try:
            layout = self._guarded(declared, trace=True)
            write(layout, declared.values(message), io.BytesIO(), reading, version=self.version)
        except Exception as error:
            path = reading.error_path if reading.error is error else "$"
            if isinstance(error, BridgeError):  # of an object stream in a field
                error.path = path + (error.path or "").removeprefix("$")
                raise
            raise EncodeError(f"{declared.name} cannot be written: {_text_of(error)}", path=path) from error

    def _bounded(self, payload: bytes, name: str) -> bytes:
        bound = self.protocol.max_frame_bytes
        if len(payload) > bound:
            raise EncodeError(f"{name} takes {len(payload)} bytes, and max_frame_bytes of the protocol is {bound}")
        return payload

    # ------------------------------------------------------------------------------------------------------- reading

    def decode(self, payload: bytes, offset: int = 0, reading: Reading | None = None) -> Decoded:
        """What ``payload`` holds, which begins at byte ``offset`` of the peer's stream. Errors: see above.

        Of a ``reading`` that traces, ``spans`` are then the fields with their places in the payload, the opcode first;
        after an error, those up to it.
        """
        decoded = self.read(io.BytesIO(payload), offset, reading, payload)
        rest = payload[decoded.end :]
        if rest and decoded.declared is not None and not self._is_padding(rest):
            if self.protocol.trailing == "reject":
                raise CorruptedStreamError(
                    f"{len(rest)} bytes stand behind the {decoded.declared.name}", offset=offset + decoded.end
                )
            if self.protocol.trailing == "keep":
                object.__setattr__(decoded.value, "trailing_bytes", rest)
        return decoded

    def _is_padding(self, rest: bytes) -> bool:
        framing = self.protocol.framing
        return isinstance(framing, FixedSize) and framing.padding is not None and not rest.strip(framing.padding)

    def read(self, stream: Any, offset: int, reading: Reading | None = None, payload: bytes | None = None) -> Decoded:
        """The message at the beginning of ``stream``, which may wait for more bytes.

        ``payload`` are the bytes of the stream where they are known: then an error tells the place in them.
        """
        reading = Reading() if reading is None else reading
        try:
            opcode = self._opcode(stream, reading)
            declared = self._declared(opcode)
            value = None if declared is None else self._body(declared, stream, reading)
        except Exception as error:
            if not reading.trace and payload is not None:
                self._read_again(payload, offset)
            raise self._placed(error, offset, reading) from error
        return self._unknown(opcode, payload, offset) if declared is None else Decoded(value, declared, stream.tell())

    def _body(self, declared: Message, stream: Any, reading: Reading) -> Any:
        layout = self._guarded(declared, trace=reading.trace)
        return declared.make(read(layout, stream, reading, version=self.version))

    def _read_again(self, payload: bytes, offset: int) -> None:
        """Raise the error that ``payload`` gives with its place, which is slower to find, and so not done before."""
        self.read(io.BytesIO(payload), offset, Reading(trace=True))

    def _opcode(self, stream: Any, reading: Reading) -> Any:
        if self._opcodes is None:
            return None
        opcode = read(self._opcodes, stream, reading)
        if reading.trace:
            reading.spans.append(Span("opcode", 0, stream.tell(), opcode, 1))
        return opcode

    def _declared(self, opcode: Any) -> Message | None:
        try:
            return self._messages.get(opcode)
        except TypeError:  # what its construct gave cannot be a key
            return None

    def _unknown(self, opcode: Any, payload: bytes | None, offset: int) -> Decoded:
        if self.protocol.unknown == "reject" or payload is None:
            raise CorruptedStreamError(
                f"the opcode {_shortened(repr(opcode))} is none of {self.protocol.name}; its {self.role.other.value} "
                f"has {_shortened(', '.join(map(repr, self._messages)))}",
                offset=offset,
                path="$",
            )
        value = UnknownMessage(opcode, payload) if self.protocol.unknown == "keep" else None
        return Decoded(value, None, len(payload))

    def _guarded(self, declared: Message, *, trace: bool) -> Any:
        key = declared.type, trace
        found = self._layouts.get(key)
        if found is None:
            found = self._layouts[key] = guarded(declared.layout, trace=trace)
        return found

    def _placed(self, error: Exception, offset: int, reading: Reading) -> DecodeError:
        """``error`` as one of the bridge, with the place of the field it came out of."""
        path, start = (reading.error_path, reading.error_start) if reading.error is error else ("$", 0)
        kind: type[DecodeError] = CorruptedStreamError
        text = _text_of(error)
        if isinstance(error, BridgeError):
            # That a stream inside of a message ends too early is no end of the bytes that come.
            if isinstance(error, DecodeError) and not isinstance(error, TruncatedStreamError):
                kind = type(error)
            text = error.message
            start += error.offset or 0
            path += (error.path or "").removeprefix("$")
        elif isinstance(error, BoundReached | RecursionError | MemoryError):
            kind = RejectedError
        return kind(text, offset=offset + start, path=path)


def _text_of(error: Exception) -> str:
    """What an error of construct, or of a function in a layout, says, without the path in front of it."""
    if isinstance(error, RecursionError):
        return "the message is nested too deep"
    if not isinstance(error, ConstructError):
        return _shortened(f"{type(error).__name__}: {error}")
    text = str(error)
    return _shortened(text if error.path is None else text.partition("\n")[2]) or type(error).__name__


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"

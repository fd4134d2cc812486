"""A conversation in messages, without any input or output: the machine behind the channels of a protocol.

    machine = MessageConnection(Store, CLIENT)
    machine.send(Get(1, "key"))                     # then
    network.write(machine.data_to_send())
    machine.receive_data(network.read())            # or receive_eof() at the end, then, until it is NEED_DATA:
    event = machine.next_event()

It has the verbs and the rules of `bridge.connection`, and these beside them. A message that cannot be written, or must
not be sent now, leaves no byte behind. A message that cannot be read is an error, and the next one is read where the
framing tells where it begins, unless there is a state table: then the state is unknown, and receiving ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..connection import Agreed, Conversation, EndOfStream, Event, ObjectReceived, State
from ..errors import BridgeError, EncodeError, LocalProtocolError, RemoteProtocolError, SchemaError
from ..stream.states import Signal
from .codec import Codec, UnknownMessage
from .negotiation import Opening
from .reader import MessageReader

if TYPE_CHECKING:
    from .protocol import Protocol, Role

__all__ = ["MessageConnection"]

_END: Final = EndOfStream()


class MessageConnection(Conversation):
    """Both directions of one conversation, from the side of ``role``.

    ``datagram_bytes`` is what one datagram carries, None where the network carries a stream of bytes. SchemaError: the
    protocol's framing is not for such a network.
    """

    def __init__(self, protocol: Protocol, role: Role, *, datagram_bytes: int | None = None) -> None:
        if (datagram_bytes is not None) != protocol.framing.is_datagram:
            has, needs = ("datagrams", "a stream of bytes") if datagram_bytes else ("a stream of bytes", "datagrams")
            raise SchemaError(f"the framing of {protocol.name} is for {needs}, and this network carries {has}")
        self.protocol = protocol
        self.role = role
        self.datagram_bytes = datagram_bytes
        self._reader = MessageReader(protocol, role.other)
        self._codec: Codec | None = None
        self._place = None if protocol.states is None else protocol.states.initial
        self._outgoing: list[bytes] = []
        self._sending_ended = False
        self._eof_received = False
        self._peer_ended = False
        self._failure: BridgeError | None = None
        self._agreed = not protocol.negotiate
        if protocol.negotiate:
            self._outgoing.append(Opening(protocol.name, protocol.accepts, protocol.version).data())

    def __repr__(self) -> str:
        return f"<MessageConnection {self.protocol.name} {self.role.value} {self.state.value}>"

    @property
    def state(self) -> State:
        if self._failure is not None:
            return State.BROKEN
        if self._peer_ended:
            return State.CLOSED if self._sending_ended else State.PEER_ENDED
        return State.SENDING_ENDED if self._sending_ended else State.OPEN

    @property
    def place(self) -> str | None:
        """Where the conversation is in the state table; None without one."""
        return self._place

    @property
    def version(self) -> int | None:
        """The version that counts; None until it is negotiated."""
        return self._reader.version

    @property
    def in_content(self) -> bool:
        return self._reader.in_message

    @property
    def received_offset(self) -> int:
        return self._reader.offset

    # ------------------------------------------------------------------------------------------------------ sending

    def send(self, obj: object) -> None:
        """Write the message ``obj``; call ``data_to_send`` next.

        EncodeError: it cannot be written; nothing of it will be sent. LocalProtocolError: it must not be sent now, or
        not by this side, or the version is not negotiated yet. SchemaError: it is no message.
        """
        if self._sending_ended:
            raise LocalProtocolError("this side has ended the conversation: nothing can be sent any more")
        if self._codec is None:
            if self.version is None:
                raise LocalProtocolError("the version is not negotiated yet: receive the peer's opening first")
            self._codec = self.protocol.codec(self.role, self.version)
        payload = self._codec.encode(obj)
        place = self._place_after(obj)
        data = self.protocol.framing.wrap(payload)
        if self.datagram_bytes is not None and len(data) > self.datagram_bytes:
            raise EncodeError(f"the message takes {len(data)} bytes, and a datagram carries {self.datagram_bytes}")
        if data:
            self._outgoing.append(data)
        self._place = place

    def _place_after(self, obj: object) -> str | None:
        states = self.protocol.states
        if states is None or self._place is None:
            return None
        place = states.next(self._place, self.role, type(obj))
        if place is None:
            allowed = ", ".join(states.allowed(self._place, self.role)) or "nothing"
            raise LocalProtocolError(
                f"in the state {self._place!r} of {self.protocol.name} the {self.role.value} may send {allowed}, "
                f"and no {type(obj).__name__}"
            )
        return place

    def send_eof(self) -> None:
        self._sending_ended = True

    def data_to_send(self) -> bytes:
        """The bytes to send now, each given once; b"" when there are none. Of datagrams, one at a time."""
        if self.datagram_bytes is not None:
            return self._outgoing.pop(0) if self._outgoing else b""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    # ---------------------------------------------------------------------------------------------------- receiving

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        if self._eof_received:
            raise LocalProtocolError("bytes were received after the peer's end")
        if self._failure is None:
            self._reader.feed(data)

    def receive_eof(self) -> None:
        self._eof_received = True
        self._reader.feed_eof()

    def next_event(self) -> Event:
        """What the peer said next: an ObjectReceived with a message, the EndOfStream, or, once and before all others
        where the protocol negotiates, that the version is Agreed.

        NEED_DATA: call ``receive_data`` or ``receive_eof`` next. Anything else: call ``next_event`` again, there may be
        more. DecodeError: a message cannot be read; ``state`` is BROKEN where there will be no next one, and then every
        later call raises the same error. RemoteProtocolError: the peer must not send that message now, or speaks no
        version that this side does; likewise.
        """
        if self._failure is not None:
            raise self._failure
        if not self._agreed and self.version is not None:
            self._agreed = True
            return Agreed(self.version)
        try:
            while True:
                received = self._reader.next_message()
                if received is None:
                    break
                if received.value is not None:
                    self._receive_in_state(received.value, received.frame.offset)
                    return ObjectReceived(received.value)
        except BridgeError as error:
            if self._reader.failed or self._place is not None or isinstance(error, RemoteProtocolError):
                self._failure = error
            raise
        if not self._eof_received:
            return Signal.NEED_DATA
        self._peer_ended = True
        return _END

    def _receive_in_state(self, message: Any, offset: int) -> None:
        states = self.protocol.states
        if states is None or self._place is None or isinstance(message, UnknownMessage):
            return
        place = states.next(self._place, self.role.other, type(message))
        if place is None:
            allowed = ", ".join(states.allowed(self._place, self.role.other)) or "nothing"
            raise RemoteProtocolError(
                f"in the state {self._place!r} of {self.protocol.name} the {self.role.other.value} may send {allowed}, "
                f"and it sent {type(message).__name__}",
                offset=offset,
            )
        self._place = place

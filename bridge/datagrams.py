"""A conversation in datagrams: every one of them is one whole stream.

A datagram may be lost, come twice, or before one that was sent earlier. So nothing may depend on another datagram: each
begins with the stream header, has handles of its own, and holds whole contents. A peer in Java reads one with ``new
ObjectInputStream(new ByteArrayInputStream(packet.getData(), 0, packet.getLength()))``.

Beside that it is a Connection, with the same verbs: what is sent is one datagram each time, what is received is one
each time, and an error costs the datagram it is in and no other.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Unpack

from .connection import NEED_DATA, Connection, ConnectionOptions, EndOfStream, Event, event_of
from .errors import BridgeError, EncodeError, LocalProtocolError
from .stream.states import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DatagramConnection", "connection_over"]


def connection_over(datagram_bytes: object, **options: Unpack[ConnectionOptions]) -> Connection:
    """A Connection for a transport, which tells its ``datagram_bytes``: None where it carries a stream of bytes."""
    if isinstance(datagram_bytes, int):
        return DatagramConnection(datagram_bytes, **options)
    return Connection(**options)


class DatagramConnection(Connection):
    """Both directions of a conversation in datagrams of at most ``datagram_bytes``; options as for a Connection.

    ``send``, ``send_unshared``, ``send_data`` and ``send_exception`` each make one datagram: EncodeError where that
    would be too long, and nothing will be sent. ``data_to_send`` gives one datagram at a time; ``receive_data`` takes
    one at a time. ``reset`` has nothing to do. After a DecodeError from ``next_event`` the next datagram is read as if
    nothing had happened.
    """

    def __init__(self, datagram_bytes: int, **options: Unpack[ConnectionOptions]) -> None:
        super().__init__(**options)
        self.datagram_bytes: int = datagram_bytes
        self._waiting: deque[bytes] = deque()
        self._reading = False  # the decoder is inside of a datagram

    @property
    def in_content(self) -> bool:
        return self._reading or bool(self._waiting)

    # ------------------------------------------------------------------------------------------------------ sending

    def send(self, obj: object) -> None:
        self._make(self._encoder.write_object, obj)

    def send_unshared(self, obj: object) -> None:
        self._make(self._encoder.write_unshared, obj)

    def send_data(self, data: bytes | bytearray | memoryview) -> None:
        self._make(self._encoder.write_block_data, bytes(data))

    def send_exception(self, throwable: object) -> None:
        self._make(self._encoder.write_exception, throwable)

    def reset(self) -> None:
        self._check_sending()

    def data_to_send(self) -> bytes:
        return self._outgoing.pop(0) if self._outgoing else b""

    def _make(self, write: Callable[..., None], content: object) -> None:
        self._check_sending()
        try:
            write(content)
            datagram = self._encoder.take()
        finally:
            self._encoder.restart()
        if len(datagram) > self.datagram_bytes:
            raise EncodeError(
                f"this makes a stream of {len(datagram)} bytes, and a datagram carries {self.datagram_bytes} at most: "
                "send it in parts, or over a transport that carries a stream of bytes"
            )
        self._outgoing.append(datagram)

    # ---------------------------------------------------------------------------------------------------- receiving

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Take one datagram from the peer; call ``next_event`` next. LocalProtocolError: after ``receive_eof``."""
        if self._eof_received:
            raise LocalProtocolError("a datagram was received after the peer's end")
        self._waiting.append(bytes(data))

    def receive_eof(self) -> None:
        """No more datagrams will come; call ``next_event`` next. Can be repeated."""
        self._eof_received = True

    def next_event(self) -> Event:
        while True:
            if not self._reading:
                if not self._waiting:
                    if not self._eof_received:
                        return Signal.NEED_DATA
                    self._peer_ended = True
                    return EndOfStream()
                self._decoder.feed(self._waiting.popleft())
                self._decoder.feed_eof()
                self._reading = True
            try:
                event = event_of(self._decoder.next_content())
            except BridgeError:
                self._reading = False
                self._decoder = self._new_decoder()
                raise
            if event is not NEED_DATA and not isinstance(event, EndOfStream):
                return event
            self._reading = False
            self._decoder.restart()

"""A tap: a proxy between two ends, which forwards their bytes untouched and tells what passes.

    with Tap("127.0.0.1:9001", "127.0.0.1:9000", output=sys.stdout) as tap:
        tap.wait()

Forwarding comes first. Decoding is done in a process of its own (``tap_reader``), which gets the bytes through a queue
with a bound; what does not fit into it is skipped there, and that is told. Files are written by a thread with a queue
of its own. So neither a slow reader, nor a broken stream, nor a full disk holds up a byte.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self, TextIO

from ..errors import ConnectError, SchemaError
from ..transport import kinds
from ..transport.address import Address, Target
from ..transport.base import Transport
from ..transport.socket_id import SocketId
from .tap_frames import Direction, Frame, FrameKind
from .tap_takers import DECODER, Printer, Recorder, Taker

__all__ = ["Tap"]

_READ_BYTES: Final = 1 << 16
_CONNECT_SECONDS: Final = 10.0
_JOIN_SECONDS: Final = 10.0
_RETRY_SECONDS: Final = 0.1


class Tap:
    """Listens at ``listen``, and joins each peer to a connection of its own to ``to``. Runs from when it is made.

    output        where what passes is printed, a file of the system (with ``fileno``); None prints nothing
    as_json       a JSON object a line, in place of text
    full          long values whole; JSON always has them whole
    save          a folder: each direction of each conversation becomes a file there, which ``java-bridge dump`` reads
    queue_bytes   how much may wait for the decoder, and as much again for the disk; 128 KiB at least
    decoder       the module that decodes, in a process of its own, and words for it: of object streams, or another with
                  a `tap_reader.run` of its own; it runs, so it must be none that a peer names
    told          called, from any thread, with what there is to say beside that: no connection, no space on the disk

    ConnectError: it is impossible to listen there. OSError: there is no such folder, or no process can be started.
    SchemaError: ``queue_bytes`` is too small.
    """

    def __init__(
        self,
        listen: Target,
        to: Target,
        *,
        output: TextIO | None = None,
        as_json: bool = False,
        full: bool = False,
        save: Path | None = None,
        queue_bytes: int = 64 << 20,
        decoder: Sequence[str] = DECODER,
        told: Callable[[str], object] = lambda text: None,
    ) -> None:
        if queue_bytes < 2 * _READ_BYTES:
            raise SchemaError(f"queue_bytes must be {2 * _READ_BYTES} or more, not {queue_bytes!r}")
        self._to = Address.parse(to)
        place = Address.parse(listen)
        self._told = told
        self._changed = threading.Condition()
        self._conversations: dict[int, _Conversation] = {}
        self._begun = 0
        self._ended = 0
        self._stopping = False
        #: Whether nobody reads any more what is printed.
        self.output_gone = False
        self._takers: list[Taker] = []
        try:
            self._listener = kinds.listen(place)
        except ConnectError:
            raise
        except OSError as error:
            raise ConnectError(f"cannot listen at {place}: {error}") from error
        try:
            if save is not None:
                self._takers.append(Recorder(save, queue_bytes, told))
            if output is not None:
                self._takers.append(
                    Printer(output, queue_bytes, told, self._lose_output, as_json=as_json, full=full, decoder=decoder)
                )
        except BaseException:
            self._listener.close()
            raise
        for taker in self._takers:
            taker.start()
        self._accepting = threading.Thread(target=self._accept, name=f"bridge tap {self.address}", daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def address(self) -> Address:
        """Where it listens, with the real port."""
        return self._listener.address

    def wait(self, conversations: int | None = None) -> None:
        """Until so many conversations have ended, or it is stopped, or nobody reads what is printed."""
        with self._changed:
            while not (self._stopping or self.output_gone):
                if conversations is not None and self._ended >= conversations:
                    return
                self._changed.wait()

    def stop(self) -> None:
        """End all conversations, print and save what has passed, and give everything back. Can be repeated."""
        with self._changed:
            if self._stopping:
                return
            self._stopping = True
            self._changed.notify_all()
            going_on = list(self._conversations.values())
        self._listener.close()
        self._accepting.join(_JOIN_SECONDS)
        for conversation in going_on:
            conversation.stop()
        for taker in self._takers:
            taker.close()

    def _lose_output(self) -> None:
        with self._changed:
            self.output_gone = True
            self._changed.notify_all()

    def _give(self, frame: Frame) -> None:
        for taker in self._takers:
            taker.give(frame)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                client = self._listener.accept()
            except OSError as error:
                if not self._stopping:
                    self._told(f"no peer could be accepted: {error}")
                    time.sleep(_RETRY_SECONDS)  # whatever the system lacks, it will not have at once
                continue
            with self._changed:
                self._begun += 1
                conversation = _Conversation(self._begun, client, self._to, self._give, self._told, self._forget)
                self._conversations[self._begun] = conversation
                stopping = self._stopping
            if stopping or not conversation.start():
                conversation.stop()

    def _forget(self, conversation: _Conversation) -> None:
        with self._changed:
            del self._conversations[conversation.number]
            self._ended += 1
            self._changed.notify_all()


class _Conversation:
    """A client, the connection made for it, and two threads that carry bytes from one to the other."""

    def __init__(
        self,
        number: int,
        client: Transport,
        to: Address,
        give: Callable[[Frame], object],
        told: Callable[[str], object],
        ended: Callable[[_Conversation], object],
    ) -> None:
        self.number = number
        self._client = client
        self._server: Transport | None = None
        self._to = to
        self._give = give
        self._told = told
        self._ended = ended
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"bridge tap #{number} client", daemon=True)

    def start(self) -> bool:
        """Whether there is a thread for it."""
        try:
            self._thread.start()
        except RuntimeError as error:
            self._told(f"#{self.number}: no thread: {error}")
            self._client.close()
            self._ended(self)
            return False
        return True

    def stop(self) -> None:
        """Cut it off, and wait until all that has passed is handed on."""
        self._stopped = True
        self._abort()
        if self._thread.ident is not None:
            self._thread.join(_JOIN_SECONDS)

    def _abort(self) -> None:
        self._client.close()
        if self._server is not None:
            self._server.close()

    def _run(self) -> None:
        try:
            try:
                self._server = kinds.connect(self._to, _CONNECT_SECONDS)
            except (OSError, ConnectError) as error:
                self._told(f"#{self.number}: no connection to {self._to}: {error}")
                return
            ends = {"client": str(SocketId.of(self._client)), "server": str(SocketId.of(self._server))}
            self._give(self._frame(FrameKind.OPEN, Direction.CLIENT, json.dumps(ends).encode()))
            back = threading.Thread(
                target=self._carry,
                args=(self._server, self._client, Direction.SERVER),
                name=f"bridge tap #{self.number} server",
                daemon=True,
            )
            try:
                back.start()
            except RuntimeError as error:
                self._told(f"#{self.number}: no thread: {error}")
                return
            self._carry(self._client, self._server, Direction.CLIENT)
            back.join()
        finally:
            self._abort()
            self._ended(self)

    def _carry(self, source: Transport, sink: Transport, direction: Direction) -> None:
        """Forward all that ``source`` gives to ``sink``, to its end."""
        reason = ""
        datagrams = source.info("datagram_bytes") is not None
        kind = FrameKind.DATAGRAM if datagrams else FrameKind.DATA
        try:
            while data := source.receive(_READ_BYTES):
                try:
                    left = memoryview(data)
                    while left:
                        left = left[sink.send(left) :]
                finally:
                    self._give(self._frame(kind, direction, data))
        except OSError as error:
            reason = str(error)
            self._abort()
        try:
            sink.send_eof()
        except OSError:
            pass  # it has gone
        if self._stopped:
            reason = "the tap was stopped"
        self._give(self._frame(FrameKind.END, direction, reason.encode()))

    def _frame(self, kind: FrameKind, direction: Direction, data: bytes) -> Frame:
        return Frame(kind, self.number, direction, time.time_ns(), data)

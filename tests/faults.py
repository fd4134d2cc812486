"""A proxy on the loopback interface that does to a conversation what networks do."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bridge.transport.address import Address

_RESET_AT_CLOSE = b"\1\0\0\0\0\0\0\0"  # struct linger: on, no time


@dataclass(frozen=True)
class Fault:
    """What happens to the bytes of one direction. They arrive in order, whatever happens.

    piece_bytes     at most so many go on at a time
    delay_seconds   before each piece
    cut_after       so many bytes go on, then the connection is lost, in both directions; None does not cut
    stall_after     so many bytes go on, then no more do, while the connection stays; None does not stall
    reset           a cut is a reset (RST) and not an end (FIN)
    """

    piece_bytes: int = 1 << 16
    delay_seconds: float = 0.0
    cut_after: int | None = None
    stall_after: int | None = None
    reset: bool = False


NO_FAULT = Fault()


@dataclass
class Proxy:
    """Passes connections on to ``target``. ``faults`` are those of one connection after the other, as (to the target,
    from the target); the connections after the last have none."""

    target: Address
    faults: list[tuple[Fault, Fault]] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = Address("tcp", "127.0.0.1", self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._listener.close()
        with self._lock:
            for sock in self._open:
                _shut(sock)

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                here, _ = self._listener.accept()
                there = socket.create_connection((self.target.host, self.target.port or 0))
            except OSError:
                return
            for sock in (here, there):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                number = self.connections
                self.connections += 1
                self._open |= {here, there}
            forth, back = self.faults[number] if number < len(self.faults) else (NO_FAULT, NO_FAULT)
            left = [2]  # directions
            for source, sink, fault in ((here, there, forth), (there, here, back)):
                threading.Thread(target=self._pump, args=(source, sink, fault, left), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, fault: Fault, left: list[int]) -> None:
        try:
            self._pass_on(source, sink, fault)
        except OSError:
            for sock in (source, sink):
                _shut(sock)
        with self._lock:
            left[0] -= 1
            if not left[0]:
                for sock in (source, sink):
                    sock.close()
                    self._open.discard(sock)

    def _pass_on(self, source: socket.socket, sink: socket.socket, fault: Fault) -> None:
        passed = 0
        while True:
            if fault.cut_after is not None and passed >= fault.cut_after:
                if fault.reset:
                    for sock in (source, sink):
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
                raise ConnectionResetError("cut")
            if fault.stall_after is not None and passed >= fault.stall_after:
                self._closed.wait()
                raise ConnectionResetError("over")
            limits = [fault.piece_bytes]
            limits += [end - passed for end in (fault.cut_after, fault.stall_after) if end is not None]
            data = source.recv(min(limits))
            if not data:
                sink.shutdown(socket.SHUT_WR)
                return
            if fault.delay_seconds:
                time.sleep(fault.delay_seconds)
            sink.sendall(data)
            passed += len(data)


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


@contextmanager
def proxy(target: Address, *faults: tuple[Fault, Fault]) -> Iterator[Proxy]:
    """A proxy to ``target``, with the ``faults`` of its connections in order."""
    running = Proxy(target, list(faults))
    try:
        yield running
    finally:
        running.close()

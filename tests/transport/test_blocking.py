"""Blocking TCP, over the loopback interface."""

from __future__ import annotations

import random
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from bridge.errors import ConnectError
from bridge.transport import kinds, socket_end
from bridge.transport.address import Address
from bridge.transport.base import Listener, Transport
from bridge.transport.socket_end import SocketEnd

Ends = tuple[Transport, Transport]

BESIDE_THE_SOCKET = "waits beside the socket"
WAYS_TO_WAIT = ["waits in recv", BESIDE_THE_SOCKET]

LOOPBACK = ["127.0.0.1"] + (["::1"] if socket.has_dualstack_ipv6() else [])


@pytest.fixture(params=LOOPBACK)
def listener(request: pytest.FixtureRequest) -> Iterator[Listener]:
    with kinds.listen(Address(host=request.param, port=0)) as listener:
        yield listener


@pytest.fixture(params=WAYS_TO_WAIT)
def ends(request: pytest.FixtureRequest, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ends]:
    if request.param == BESIDE_THE_SOCKET:  # as where there is no MSG_DONTWAIT
        monkeypatch.setattr(socket_end, "_DONT_WAIT", 0)
    here = kinds.connect(listener.address, 10)
    there = listener.accept(10)
    yield here, there
    here.close()
    there.close()


def test_bytes_go_both_ways(ends: Ends) -> None:
    here, there = ends
    assert here.send(b"abc") == 3
    assert there.receive(2, 10) == b"ab"
    assert there.receive(2, 10) == b"c"
    assert there.send(memoryview(b"d")) == 1
    assert here.receive(100) == b"d"


def test_both_ends_know_both_addresses(ends: Ends, listener: Listener) -> None:
    here, there = ends
    assert listener.address.port != 0
    assert here.info("peer") == there.info("local") == listener.address
    assert here.info("local") == there.info("peer")
    assert isinstance(here.info("socket"), socket.socket)


def test_small_messages_leave_at_once_and_a_dead_peer_is_noticed(ends: Ends) -> None:
    for end in ends:
        sock = end.info("socket")
        assert isinstance(sock, socket.socket)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_nothing_in_time_is_a_timeout_and_the_transport_goes_on(ends: Ends) -> None:
    here, there = ends
    for timeout in (0, 0.01):
        with pytest.raises(TimeoutError):
            here.receive(1, timeout)
    there.send(b"x")
    assert here.receive(1, 10) == b"x"


def test_a_peer_that_does_not_receive_stops_the_sender(ends: Ends) -> None:
    here, there = ends
    sent = 0
    try:
        while True:
            sent += here.send(bytes(1 << 20), 0.05)
    except TimeoutError:
        pass
    received = 0
    while received < sent:
        received += len(there.receive(1 << 16, 10))
    assert received == sent
    assert here.send(b"x", 10) == 1


def test_an_end_that_ended_sending_can_still_receive(ends: Ends) -> None:
    here, there = ends
    here.send(b"last")
    here.send_eof()
    assert there.receive(100, 10) == b"last"
    assert there.receive(100, 10) == b""
    there.send(b"answer")
    assert here.receive(100, 10) == b"answer"


def test_closing_ends_the_peer(ends: Ends) -> None:
    here, there = ends
    here.close()
    here.close()
    assert there.receive(1, 10) == b""
    for use in (lambda: here.receive(1), lambda: here.send(b"x"), here.send_eof):
        with pytest.raises(OSError, match="closed"):
            use()
    assert "closed" in repr(here)
    assert "closed" not in repr(there)


def test_what_was_sent_arrives_although_the_sender_closes_with_bytes_unread(ends: Ends) -> None:
    here, there = ends
    there.send(b"never read")
    here.send(b"last words")
    here.close()
    assert there.receive(100, 10) == b"last words"
    assert there.receive(100, 10) == b""


def test_a_reset_connection_is_an_error_and_no_end(ends: Ends) -> None:
    here, there = ends
    sock = there.info("socket")
    assert isinstance(sock, socket.socket)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()
    with pytest.raises(ConnectionResetError):
        here.receive(1, 10)


def end_of(use: threading.Thread, close: object) -> None:
    use.start()
    assert callable(close)
    close()
    use.join(10)
    assert not use.is_alive()


def test_closing_wakes_the_thread_that_receives(ends: Ends) -> None:
    here, _there = ends
    ended: list[object] = []

    def receive() -> None:
        try:
            ended.append(here.receive(1))
        except OSError as error:
            ended.append(error)

    end_of(threading.Thread(target=receive), here.close)
    assert len(ended) == 1


def test_stopping_wakes_the_thread_that_receives_and_sending_goes_on(ends: Ends) -> None:
    here, there = ends
    ended: list[bytes] = []
    end_of(threading.Thread(target=lambda: ended.append(here.receive(1))), here.stop_receiving)
    assert ended == [b""]
    here.send(b"still")
    assert there.receive(100, 10) == b"still"


def test_stopping_a_closed_transport_does_nothing(ends: Ends) -> None:
    here, _there = ends
    here.close()
    here.stop_receiving()


def test_closing_a_listener_wakes_the_thread_that_accepts(listener: Listener) -> None:
    ended: list[OSError] = []

    def accept() -> None:
        try:
            listener.accept()
        except OSError as error:
            ended.append(error)

    end_of(threading.Thread(target=accept), listener.close)
    assert len(ended) == 1
    with pytest.raises(OSError, match="closed"):
        listener.accept()
    assert "closed" in repr(listener)


def test_no_peer_in_time_is_a_timeout(listener: Listener) -> None:
    with pytest.raises(TimeoutError):
        listener.accept(0)


def test_without_a_host_every_interface_is_listened_on() -> None:
    with kinds.listen(Address(port=0)) as listener:
        for host in LOOPBACK:
            here = kinds.connect(Address(host=host, port=listener.address.port), 10)
            listener.accept(10).close()
            here.close()


def test_the_addresses_of_a_name_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    with kinds.listen(Address(host="127.0.0.1", port=0)) as listener, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        right = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", listener.address.port))
        wrong = (socket.AF_INET, socket.SOCK_STREAM, 0, "", unused.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [wrong, right])
        for timeout in (None, 10):
            here = kinds.connect(Address(host="twice.example", port=1), timeout)
            assert here.info("peer") == listener.address
            here.close()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [wrong, wrong])
        with pytest.raises(OSError, match="none of 2 addresses answered"):
            kinds.connect(Address(host="twice.example", port=1))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [wrong])
        with pytest.raises(ConnectionRefusedError):
            kinds.connect(Address(host="twice.example", port=1))


IMPOSSIBLE = [
    (Address("nonsense", "127.0.0.1", 1), "'nonsense'.*there are memory, mptcp"),
    (Address(host="127.0.0.1"), "needs a port"),
    (Address(host="127.0.0.1", port=1, path="/x"), "goes on after the port"),
]


@pytest.mark.parametrize(("address", "message"), IMPOSSIBLE)
def test_an_address_no_transport_understands_is_refused(address: Address, message: str) -> None:
    with pytest.raises(ConnectError, match=message):
        kinds.connect(address)
    with pytest.raises(ConnectError, match=message):
        kinds.listen(address)


def test_a_port_that_is_taken_cannot_be_listened_on(listener: Listener) -> None:
    with pytest.raises(OSError, match="in use"):
        kinds.listen(listener.address)


class Options:
    """Notes the options that are set."""

    def __init__(self, failure: OSError | None = None) -> None:
        self.set: list[tuple[int, int, int]] = []
        self.failure = failure

    def setsockopt(self, level: int, name: int, value: int, /) -> None:
        if self.failure is not None:
            raise self.failure
        self.set.append((level, name, value))


def test_what_was_received_is_acknowledged_at_once_where_the_system_can() -> None:
    options = Options()
    socket_end.acknowledge(options)
    quick_ack = getattr(socket, "TCP_QUICKACK", None)
    assert options.set == ([] if quick_ack is None else [(socket.IPPROTO_TCP, quick_ack, 1)])
    socket_end.acknowledge(Options(OSError("no such option")))


class Calls:
    """A socket that notes what is asked of it."""

    def __init__(self, *answers: OSError | bytes | int) -> None:
        self.answers = list(answers)
        self.calls: list[str] = []

    def setsockopt(self, level: int, name: int, value: int, /) -> None:
        self.calls.append("acknowledge")

    def setblocking(self, flag: bool, /) -> None:
        pass

    def recv(self, max_bytes: int, flags: int) -> object:
        return self.answer("recv")

    def send(self, data: bytes, flags: int) -> object:
        return self.answer("send")

    def answer(self, call: str) -> object:
        self.calls.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


@pytest.fixture(params=WAYS_TO_WAIT)
def end_over(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Calls], SocketEnd]:
    """Makes an end of a socket that is always ready, and of one that has a way of its own to receive and send."""
    if request.param == BESIDE_THE_SOCKET:
        monkeypatch.setattr(socket_end, "_DONT_WAIT", 0)
    monkeypatch.setattr(socket_end, "wait_ready", lambda *_: True)
    monkeypatch.setattr(socket_end, "_QUICK_ACK", 12)
    return lambda calls: SocketEnd(cast("socket.socket", calls))


def test_what_was_received_is_acknowledged_unless_something_sent_did_so(
    end_over: Callable[[Calls], SocketEnd],
) -> None:
    sock = Calls(b"a", b"b", 1, b"c", 1, BlockingIOError(), 1, b"d", b"e")
    here = end_over(sock)
    for use in ["receive", "receive", "send", "receive", "send", "send", "receive", "receive"]:
        _ = here.receive(1) if use == "receive" else here.send(b"x")
    # Nothing was received before the first; the last that was sent waited, and so did its acknowledgement.
    received = ["recv", "acknowledge", "recv", "send", "recv"]
    assert sock.calls == [*received, "send", "send", "acknowledge", "send", "recv", "acknowledge", "recv"]


def test_however_much_comes_at_once_every_byte_arrives(ends: Ends) -> None:
    here, there = ends
    for size in (1, 4095, 4096, 4097, 70_000, 10, 65_536, 0x30000):
        data = random.Random(size).randbytes(size)
        sender = threading.Thread(target=send_all, args=(there, data))
        sender.start()
        received = b""
        while len(received) < size:
            part = here.receive(1 << 16, 10)
            assert 0 < len(part) <= 1 << 16
            received += part
        sender.join()
        assert received == data


def send_all(end: Transport, data: bytes) -> None:
    while data:
        data = data[end.send(data, 10) :]


def test_a_socket_that_somebody_else_has_closed_is_an_error(ends: Ends) -> None:
    here, _there = ends
    sock = here.info("socket")
    assert isinstance(sock, socket.socket)
    sock.close()
    for use in (lambda: here.receive(1), lambda: here.send(b"x")):
        with pytest.raises(OSError, match="Bad file descriptor"):
            use()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers that send signals")
def test_a_signal_is_handled_while_waiting_and_the_waiting_goes_on_or_ends_with_what_the_handler_raises(
    ends: Ends,
) -> None:
    here, there = ends
    handled = []

    def send_a_byte(number: int, _: object) -> None:
        handled.append(number)
        there.send(b"x")

    def give_up(number: int, _: object) -> None:
        raise InterruptedError("given up")

    before = signal.signal(signal.SIGALRM, send_a_byte)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert here.receive(1) == b"x"
        assert handled == [signal.SIGALRM]
        signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(InterruptedError, match="given up"):
            here.receive(1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_socket_that_does_not_block_against_expectation_is_waited_for(ends: Ends) -> None:
    here, there = ends
    sock = here.info("socket")
    assert isinstance(sock, socket.socket)
    sock.setblocking(False)
    there_sends = threading.Timer(0.05, there.send, [b"x"])
    there_sends.start()
    assert here.receive(1) == b"x"
    there_sends.join()


def test_a_connection_that_the_system_gives_up_is_no_timeout(end_over: Callable[[Calls], SocketEnd]) -> None:
    """Python names that error as it names a timeout."""
    here = end_over(Calls(TimeoutError("timed out"), TimeoutError("timed out")))
    for use in (lambda: here.receive(1), lambda: here.send(b"x")):
        with pytest.raises(ConnectionAbortedError, match="does not answer"):
            use()

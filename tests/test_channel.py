"""Objects over a connection, blocking. Sockets are on the loopback interface, or there are none."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from bridge.channel import READ_BYTES, Channel, connect, listen
from bridge.connection import Connection, State
from bridge.errors import (
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
    CorruptedStreamError,
    LocalProtocolError,
    NotSerializableError,
    PeerException,
    RejectedError,
)
from bridge.limits import Limits
from bridge.server import Server, serve
from bridge.stream.constants import STREAM_HEADER
from bridge.transport.address import Address
from bridge.transport.memory import CannedTransport, pair

Ends = tuple[Channel, Channel]

# Only so that a test that fails does not hang.
ENOUGH_SECONDS = 20.0

VALUES: list[Any] = [None, "text", 7, 2**40, 2.5, True, b"bytes", [1, [2, "three"], None], {"key": [1]}]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Two channels that are connected."""
    with listen("127.0.0.1", 0) as listener, connect(listener.address) as here, listener.accept() as there:
        yield here, there


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(10) as pool:
        yield pool


def message(*objects: object, **options: Any) -> bytes:
    connection = Connection(**options)
    for obj in objects:
        connection.send(obj)
    return connection.data_to_send()


def state_of(channel: Channel) -> State:
    return channel.state


def echo(channel: Channel) -> None:
    for obj in channel:
        channel.send(obj)


# ----------------------------------------------------------------------------------------------- sending, receiving


def test_both_ends_know_both_addresses(ends: Ends) -> None:
    here, there = ends
    assert here.peer == there.local
    assert here.local == there.peer
    assert isinstance(here.peer, Address)
    assert str(here.peer) in repr(here)


def test_a_request_is_a_send_and_a_receive() -> None:
    with serve("127.0.0.1:0", echo) as server, connect(server.address) as channel:
        for value in VALUES:
            assert channel.request(value) == value


def test_an_exception_of_the_peer_does_not_end_the_iteration(ends: Ends) -> None:
    here, there = ends
    here.send_exception("went wrong")
    here.send("after")
    here.close()
    with pytest.raises(PeerException):
        list(there)
    assert list(there) == ["after"]


def test_the_header_goes_out_before_anything_is_asked_for() -> None:
    """Two Java peers that open their input streams first wait for each other's header."""
    transport = CannedTransport()
    Channel(transport)
    assert transport.sent == STREAM_HEADER


def test_at_most_64_kib_are_read_at_a_time() -> None:
    sizes = []

    class Recorder(CannedTransport):
        def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
            sizes.append(max_bytes)
            return super().receive(max_bytes, timeout)

    assert Channel(Recorder([message(bytes(200_000))])).receive() == bytes(200_000)
    assert set(sizes) == {READ_BYTES}
    assert len(sizes) == 4
    assert READ_BYTES == 65536


def test_large_and_deep_objects_pass_at_the_default_limits(ends: Ends, pool: ThreadPoolExecutor) -> None:
    here, there = ends
    sent = pool.submit(here.send, bytes(20_000_000))
    assert len(there.receive()) == 20_000_000
    sent.result()
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    sent = pool.submit(here.send, deep)
    received = there.receive()
    sent.result()
    depth = 0
    while received:
        received = received[0]
        depth += 1
    assert depth == 100_000
    while deep:  # or Python itself runs out of stack
        deep = deep.pop()


def test_many_objects_go_both_ways_at_once(ends: Ends, pool: ThreadPoolExecutor) -> None:
    count = 200

    def send(channel: Channel) -> None:
        for _ in range(count):
            channel.send(bytes(10_000))

    def receive(channel: Channel) -> list[Any]:
        return [channel.receive() for _ in range(count)]

    sending = [pool.submit(send, end) for end in ends]
    receiving = [pool.submit(receive, end) for end in ends]
    assert [received.result() for received in receiving] == [[bytes(10_000)] * count] * 2
    for sent in sending:
        sent.result()


def test_threads_that_send_at_once_send_whole_objects(ends: Ends, pool: ThreadPoolExecutor) -> None:
    here, there = ends
    threads, count = 4, 100
    start = threading.Barrier(threads)

    def send(thread: int) -> None:
        start.wait()
        for i in range(count):
            here.send([thread, i, "x" * (i * 50)])

    sending = [pool.submit(send, thread) for thread in range(threads)]
    received = [there.receive() for _ in range(threads * count)]
    for sent in sending:
        sent.result()
    for thread in range(threads):
        assert [i for by, i, _ in received if by == thread] == list(range(count))
    assert all(len(text) == i * 50 for _, i, text in received)


def test_threads_that_request_at_once_get_their_own_answers(pool: ThreadPoolExecutor) -> None:
    with serve("127.0.0.1:0", echo) as server, connect(server.address) as channel:
        asked = [(thread, i) for thread in range(4) for i in range(50)]
        answers = list(pool.map(lambda question: channel.request(list(question)), asked))
        assert answers == [list(question) for question in asked]


# ------------------------------------------------------------------------------------------------------- refusals


def test_a_refused_object_does_not_disturb_the_conversation() -> None:
    with serve("127.0.0.1:0", echo) as server, connect(server.address) as channel:
        assert channel.request([1]) == [1]
        with pytest.raises(NotSerializableError, match="object"):
            channel.request([1, [object()]])
        assert channel.request([2]) == [2]


def test_what_is_no_stream_is_an_error_that_says_where() -> None:
    for data in (b"GET / HTTP/1.1\r\n\r\n", STREAM_HEADER + b"\0\0"):
        channel = Channel(CannedTransport([data]))
        for _ in range(2):
            with pytest.raises(CorruptedStreamError) as caught:
                channel.receive()
            assert caught.value.offset is not None
        assert state_of(channel) is State.BROKEN
        channel.send("still possible")


def test_limits_and_filters_hold_on_a_channel() -> None:
    refusing: list[dict[str, Any]] = [
        {"limits": Limits(maxarray=9)},
        {"object_filter": "!*"},
        {"object_filter": "maxdepth=1"},
    ]
    with listen("127.0.0.1", 0) as listener:
        for options in refusing:
            with connect(listener.address, **options) as here, listener.accept() as there:
                there.send([[bytes(10)]])
                with pytest.raises(RejectedError):
                    here.receive()


# ----------------------------------------------------------------------------------------------- ends and hang-ups


def test_a_connection_that_fails_is_broken() -> None:
    channel = Channel(CannedTransport([message("first"), ConnectionResetError("reset")]))
    assert channel.receive() == "first"
    with pytest.raises(ChannelBroken, match="reset") as caught:
        channel.receive()
    assert isinstance(caught.value.__cause__, ConnectionResetError)


def test_what_was_sent_before_closing_arrives(ends: Ends) -> None:
    here, there = ends
    there.send("never read")
    here.send(bytes(100_000))
    here.close()
    assert there.receive() == bytes(100_000)


def test_closing_ends_the_thread_that_receives(ends: Ends, pool: ThreadPoolExecutor) -> None:
    here, there = ends
    there._transport.send(message("half")[4:-1])
    received: Future[list[Any]] = pool.submit(list, here)
    here.close()
    assert received.result(ENOUGH_SECONDS) == []


@pytest.mark.parametrize("ending", [OSError("closed meanwhile"), b""])
def test_a_channel_closed_in_the_middle_of_a_receive_has_not_broken(ending: OSError | bytes) -> None:
    class ClosedMeanwhile(CannedTransport):
        def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
            channel.close()
            if isinstance(ending, OSError):
                raise ending
            return ending

    channel = Channel(ClosedMeanwhile())
    with pytest.raises(ChannelClosed, match="closed"):
        channel.receive()


def test_closing_ends_the_thread_that_sends(ends: Ends, pool: ThreadPoolExecutor) -> None:
    here, _there = ends
    started = threading.Event()

    def send() -> None:
        while True:
            here.send(bytes(1 << 20))
            started.set()

    sending = pool.submit(send)
    assert started.wait(ENOUGH_SECONDS)
    here.abort()
    with pytest.raises((ChannelBroken, LocalProtocolError), match="closed"):
        sending.result(ENOUGH_SECONDS)


def test_closing_sends_what_a_timeout_left_in_the_queue(pool: ThreadPoolExecutor) -> None:
    ours, theirs = pair(capacity_bytes=1000)
    here, there = Channel(ours), Channel(theirs)
    with pytest.raises(ChannelTimeout):
        here.send(bytes(5000), timeout=0)
    closed = pool.submit(here.close)
    assert list(there) == [bytes(5000)]
    closed.result(ENOUGH_SECONDS)


@pytest.mark.parametrize("accepts", [[4, TimeoutError()], [4, TimeoutError(), ConnectionResetError("gone")]])
def test_closing_gives_up_where_the_peer_takes_nothing(accepts: list[Any]) -> None:
    transport = CannedTransport(accepts=[*accepts, *accepts[1:]])
    channel = Channel(transport)
    with pytest.raises(ChannelTimeout):
        channel.send("text")
    channel.close(timeout=0)
    assert transport.closed


def test_stopping_ends_the_receiving_and_not_the_sending(ends: Ends, pool: ThreadPoolExecutor) -> None:
    here, there = ends
    received: Future[list[Any]] = pool.submit(list, here)
    here.stop_receiving()
    assert received.result(ENOUGH_SECONDS) == []
    here.send("last words")
    assert there.receive() == "last words"


def test_stopping_lets_what_is_half_received_come_to_its_end() -> None:
    data = message("whole")
    here, there = pair()
    channel = Channel(here)
    there.send(data[:-1])
    with pytest.raises(ChannelTimeout):
        channel.receive(timeout=0)
    channel.stop_receiving()
    there.send(data[-1:])
    assert channel.receive() == "whole"
    with pytest.raises(ChannelClosed, match="stopping"):
        channel.receive()


def test_an_object_that_begins_after_stopping_is_not_waited_for() -> None:
    here, there = pair()
    channel = Channel(here)
    channel.stop_receiving()
    there.send(message("too late")[:-1])
    with pytest.raises(ChannelClosed, match="stopping"):
        channel.receive()


# ---------------------------------------------------------------------------------------------------------- timeouts


def test_a_receive_that_takes_too_long_loses_nothing(ends: Ends) -> None:
    here, there = ends
    data = message([1, "text"])[4:]
    for byte in data[:-1]:
        with pytest.raises(ChannelTimeout):
            here.receive(timeout=0)
        there._transport.send(bytes([byte]))
    with pytest.raises(ChannelTimeout) as caught:
        here.receive(timeout=0.001)
    assert isinstance(caught.value, TimeoutError)
    there._transport.send(data[-1:])
    assert here.receive(timeout=ENOUGH_SECONDS) == [1, "text"]


def test_a_send_that_takes_too_long_is_sent_once_and_whole(pool: ThreadPoolExecutor) -> None:
    ours, theirs = pair(capacity_bytes=1000)
    here, there = Channel(ours), Channel(theirs)
    for i in range(3):
        with pytest.raises(ChannelTimeout, match="stay queued") as caught:
            here.send([i, bytes(5000)], timeout=0.001)
        assert caught.value.queued is True
    with pytest.raises(ChannelTimeout):
        here.flush(timeout=0)
    flushed = pool.submit(here.flush)
    assert [there.receive() for _ in range(3)] == [[i, bytes(5000)] for i in range(3)]
    flushed.result(ENOUGH_SECONDS)
    here.send("next")
    assert there.receive() == "next"


def test_an_end_that_takes_too_long_comes_after_what_is_queued(pool: ThreadPoolExecutor) -> None:
    ours, theirs = pair(capacity_bytes=1000)
    here, there = Channel(ours), Channel(theirs)
    with pytest.raises(ChannelTimeout):
        here.send(bytes(5000), timeout=0)
    with pytest.raises(ChannelTimeout):
        here.send_eof(timeout=0)
    flushed = pool.submit(here.flush)
    assert list(there) == [bytes(5000)]
    flushed.result(ENOUGH_SECONDS)


def test_a_sending_that_fails_in_the_middle_is_broken_for_good() -> None:
    channel = Channel(CannedTransport(accepts=[4, 3, BrokenPipeError("gone")]))
    for _ in range(2):
        with pytest.raises(ChannelBroken, match="gone"):
            channel.send("text")
    with pytest.raises(ChannelBroken):
        channel.flush()


GONE = ConnectionResetError("gone")


@pytest.mark.parametrize("accepts", [[GONE, GONE], [TimeoutError(), 4, GONE]])
def test_a_channel_can_be_made_where_the_peer_is_gone_already(accepts: list[Any]) -> None:
    channel = Channel(CannedTransport([message("last")], accepts))
    with pytest.raises(ChannelBroken, match="gone"):
        channel.send("text")
    with pytest.raises(ChannelBroken, match="gone"):
        channel.send_eof()
    assert channel.receive() == "last"


def test_an_end_that_cannot_be_told_is_broken() -> None:
    class NoEnd(CannedTransport):
        def send_eof(self) -> None:
            raise BrokenPipeError("gone")

    channel = Channel(NoEnd())
    with pytest.raises(ChannelBroken, match="gone"):
        channel.send_eof()


def test_a_thread_waits_for_the_others_no_longer_than_it_was_told(ends: Ends, pool: ThreadPoolExecutor) -> None:
    here, there = ends
    for turn, use in (
        (here._receiving, lambda: here.receive(timeout=0)),
        (here._sending, lambda: here.send("queued", timeout=-1)),
        (here._requesting, lambda: here.request("not sent", timeout=0.001)),
    ):
        assert turn.take_now()
        with pytest.raises(ChannelTimeout, match="other threads"):
            use()
        turn.give_back()
    here.send("next")
    assert (there.receive(), there.receive()) == ("queued", "next")


# ------------------------------------------------------------------------------------------------- connect and listen

NOWHERE = [
    ("tcp://127.0.0.1", "port"),
    ("nonsense://127.0.0.1:1", "nonsense"),
    ("127.0.0.1:http", "port"),
]


@pytest.mark.parametrize(("address", "message"), NOWHERE)
def test_what_is_no_address_is_refused(address: str, message: str) -> None:
    for open_ in (connect, listen):
        with pytest.raises(ConnectError, match=message):
            open_(address)


def test_where_nobody_listens_no_connection_is_made() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectError, match="no connection to tcp://127") as caught:
            connect(*unused.getsockname(), timeout=ENOUGH_SECONDS)
        assert isinstance(caught.value.__cause__, ConnectionRefusedError)


def test_where_somebody_listens_nobody_else_can() -> None:
    with listen("127.0.0.1", 0) as listener, pytest.raises(ConnectError, match="cannot listen"):
        listen(listener.address)


ADDRESS_FORMS: list[Callable[[int], tuple[Any, ...]]] = [
    lambda port: (f"tcp://127.0.0.1:{port}",),
    lambda port: (f"127.0.0.1:{port}",),
    lambda port: ("127.0.0.1", port),
    lambda port: (("127.0.0.1", port),),
    lambda port: (Address(host="127.0.0.1", port=port),),
    lambda port: (Address(host="127.0.0.1"), port),
    lambda port: ("localhost", port),
]


@pytest.mark.parametrize("form", ADDRESS_FORMS)
def test_every_form_of_an_address_leads_there(form: Callable[[int], tuple[Any, ...]]) -> None:
    with listen(":0") as listener:
        assert listener.address.port
        with connect(*form(listener.address.port)) as here, listener.accept() as there:
            here.send("hello")
            assert there.receive() == "hello"


def test_ipv6_is_spoken() -> None:
    if not socket.has_dualstack_ipv6():
        with pytest.raises(ConnectError):
            listen("[::1]:0")
        return
    with listen("[::1]:0") as listener, connect(str(listener.address)) as here, listener.accept() as there:
        here.send("hello")
        assert there.receive() == "hello"
        assert there.peer is not None
        assert there.peer.host == "::1"


def test_no_peer_in_time_is_a_timeout() -> None:
    with listen("127.0.0.1", 0) as listener:
        with pytest.raises(ChannelTimeout):
            listener.accept(timeout=0)
        with connect(listener.address) as here, listener.accept(timeout=ENOUGH_SECONDS) as there:
            here.send("hello")
            assert there.receive() == "hello"


def test_a_plain_socket_is_a_peer() -> None:
    with listen("127.0.0.1", 0) as listener, socket.socket() as peer:
        peer.connect((listener.address.host, listener.address.port))
        with listener.accept() as channel:
            assert peer.recv(4) == STREAM_HEADER
            for byte in message(["one byte", "at a time"]):
                peer.send(bytes([byte]))
            assert channel.receive() == ["one byte", "at a time"]
            peer.sendall(b"\x73")
        assert peer.recv(1) == b""


# ------------------------------------------------------------------------------------------------------------- server


def test_a_stopped_server_accepts_nobody() -> None:
    with serve("127.0.0.1:0", echo) as server:
        pass
    assert "stopping" in repr(server)
    assert server.stop()
    with pytest.raises(ConnectError):
        connect(server.address)


def test_a_server_that_stops_ends_its_idle_peers() -> None:
    with serve("127.0.0.1:0", echo) as server:
        channels = [connect(server.address) for _ in range(3)]
        for channel in channels:
            assert channel.request("hello") == "hello"
        assert server.stop(grace_seconds=ENOUGH_SECONDS)
        assert server.peer_count == 0
        for channel in channels:
            assert list(channel) == []
            channel.close()


def test_a_server_that_stops_cuts_off_who_is_late() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), []

    def work(channel: Channel) -> None:
        begun.set()
        go_on.wait()
        try:
            channel.send("too late")
        except LocalProtocolError as error:
            ended.append(error)
            raise

    server = serve("127.0.0.1:0", work)
    with connect(server.address) as channel:
        assert begun.wait(ENOUGH_SECONDS)
        assert not server.stop(grace_seconds=0)
        assert list(channel) == []
        go_on.set()
        assert server.stop()
        assert len(ended) == 1


def test_a_handler_may_stop_its_own_server() -> None:
    stopped = []

    def stop(channel: Channel) -> None:
        channel.receive()
        stopped.append(servers[0].stop())
        channel.send("stopped")

    servers = [serve("127.0.0.1:0", stop)]
    with connect(servers[0].address) as channel:
        assert channel.request("please") == "stopped"
        assert stopped == [True]
    servers[0].serve_forever()


def test_serving_for_ever_ends_when_the_server_is_stopped(pool: ThreadPoolExecutor) -> None:
    server = serve("127.0.0.1:0", echo)
    serving = pool.submit(server.serve_forever)
    assert server.stop()
    serving.result(ENOUGH_SECONDS)


def test_a_peer_that_comes_while_the_server_stops_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = listen("127.0.0.1", 0)
    accept = listener._listener.accept
    accepted = threading.Event()

    def accept_and_wait(timeout: float | None = None) -> Any:
        transport = accept(timeout)
        accepted.set()
        server._stopping.wait()
        return transport

    monkeypatch.setattr(listener._listener, "accept", accept_and_wait)
    server = Server(listener, echo)
    with connect(server.address) as channel:
        assert accepted.wait(ENOUGH_SECONDS)
        assert server.stop()
        assert list(channel) == []


def test_a_server_goes_on_where_the_system_cannot_accept(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = listen("127.0.0.1", 0)
    accept = listener._listener.accept
    failures = [OSError("too many open files")]

    def fail_once(timeout: float | None = None) -> Any:
        if failures:
            raise failures.pop()
        return accept(timeout)

    monkeypatch.setattr(listener._listener, "accept", fail_once)
    server = Server(listener, echo)
    with server, connect(server.address) as channel:
        assert channel.request("hello") == "hello"
    assert "too many open files" in caplog.text


def test_a_server_goes_on_where_the_system_has_no_thread(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve("127.0.0.1:0", echo) as server:

        def refuse(self: threading.Thread) -> None:
            monkeypatch.undo()
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refuse)
        with connect(server.address) as channel:
            assert list(channel) == []
        with connect(server.address) as channel:
            assert channel.request("hello") == "hello"
    assert "can't start new thread" in caplog.text or "RuntimeError" in caplog.text


def test_many_requests_leave_nothing_behind() -> None:
    with serve("127.0.0.1:0", echo) as server, connect(server.address) as channel:
        for i in range(2000):
            assert channel.request({"i": i}) == {"i": i}
        connection = channel._connection
        assert isinstance(connection, Connection)
        assert connection._encoder.handle_count == 0
        assert connection._decoder.handle_count < 20

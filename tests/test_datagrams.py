"""A conversation in datagrams: one datagram, one whole stream; and channels over UDP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bridge
from bridge.connection import NEED_DATA, Connection, DataReceived, EndOfStream, Event, ObjectReceived, PeerFailed, State
from bridge.datagrams import DatagramConnection, connection_over
from bridge.errors import (
    BridgeError,
    ChannelBroken,
    ChannelTimeout,
    CorruptedStreamError,
    DecodeError,
    EncodeError,
    LocalProtocolError,
    NotSerializableError,
    PeerException,
    RejectedError,
    SchemaError,
    TruncatedStreamError,
)
from bridge.transport import kinds


def events(connection: Connection) -> list[Event]:
    """All that the connection has to say now."""
    found: list[Event] = []
    while (event := connection.next_event()) is not NEED_DATA:
        found.append(event)
        if isinstance(event, EndOfStream):
            break
    return found


def test_the_transport_decides_which_connection_it_is() -> None:
    assert type(connection_over(None)) is Connection
    connection = connection_over(100, reset_every=None)
    assert type(connection) is DatagramConnection
    assert connection.datagram_bytes == 100


def test_nothing_is_sent_before_something_is_said() -> None:
    assert DatagramConnection(100).data_to_send() == b""


def test_each_thing_that_is_sent_is_one_whole_stream() -> None:
    connection = DatagramConnection(1000)
    shared = ["shared"]
    connection.send(shared)
    connection.send([shared, shared])
    connection.send_unshared("alone")
    connection.send_data(b"\x00\x01")
    connection.reset()
    connection.send_exception("no more")
    datagrams = list(iter(connection.data_to_send, b""))
    assert datagrams[:4] == [
        bridge.dumps(shared),
        bridge.dumps([shared, shared]),
        bridge.dumps("alone"),
        bridge.dumps_all([bridge.BlockData(b"\x00\x01")]),
    ]
    other = DatagramConnection(1000)
    for datagram in datagrams:
        other.receive_data(datagram)
    first, second, third, fourth, fifth = events(other)
    assert (first, second, third) == (ObjectReceived(shared), ObjectReceived([shared, shared]), ObjectReceived("alone"))
    assert fourth == DataReceived(bridge.BlockData(b"\x00\x01"))
    assert fifth == PeerFailed("no more")


def test_a_datagram_may_hold_several_contents() -> None:
    connection = DatagramConnection(1000)
    connection.receive_data(bridge.dumps_all(["one", "two"]))
    assert connection.in_content
    assert events(connection) == [ObjectReceived("one"), ObjectReceived("two")]
    assert not connection.in_content


def test_what_is_too_long_is_not_sent_and_the_limit_is_said() -> None:
    connection = DatagramConnection(len(bridge.dumps("12345")))
    with pytest.raises(EncodeError, match=r"stream of 13 bytes, and a datagram carries 12 at most"):
        connection.send("123456")
    with pytest.raises(NotSerializableError):
        connection.send(object())
    assert connection.data_to_send() == b""
    connection.send("12345")
    assert connection.data_to_send() == bridge.dumps("12345")


BROKEN: list[tuple[str, bytes, type[BridgeError]]] = [
    ("no stream", b"hello", CorruptedStreamError),
    ("cut inside an object", bridge.dumps(["a", "b"])[:-3], TruncatedStreamError),
    ("cut inside the header", b"\xac\xed", TruncatedStreamError),
    ("beyond a limit", bridge.dumps([[[[]]]]), RejectedError),
]


@pytest.mark.parametrize(("datagram", "error"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_an_error_costs_the_datagram_it_is_in_and_no_other(datagram: bytes, error: type[BridgeError]) -> None:
    connection = DatagramConnection(1000, limits=bridge.Limits(maxdepth=3))
    connection.receive_data(bridge.dumps("before"))
    connection.receive_data(datagram)
    connection.receive_data(bridge.dumps("after"))
    assert connection.next_event() == ObjectReceived("before")
    with pytest.raises(error):
        connection.next_event()
    assert events(connection) == [ObjectReceived("after")]
    assert connection.state is State.OPEN


WHOLE = bridge.dumps([1, "two", {"three": [None]}])


@given(
    st.one_of(
        st.binary(max_size=200),
        st.builds(lambda cut: WHOLE[:cut], st.integers(0, len(WHOLE))),
        st.builds(
            lambda at, byte: WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :],
            st.integers(0, len(WHOLE) - 1),
            st.integers(0, 255),
        ),
    )
)
def test_whatever_comes_in_a_datagram_the_next_one_is_received(datagram: bytes) -> None:
    connection = DatagramConnection(1000)
    connection.receive_data(datagram)
    connection.receive_data(WHOLE)
    while True:
        try:
            event = connection.next_event()
        except (DecodeError, PeerException):
            continue
        if event is NEED_DATA:
            break
        last = event
    assert last == ObjectReceived([1, "two", {"three": [None]}])


def test_the_handles_of_a_datagram_end_with_it() -> None:
    """Ten thousand datagrams cost no more than one."""
    connection = DatagramConnection(1000, limits=bridge.Limits(maxrefs=3))
    datagram = bridge.dumps("text")
    for _ in range(10_000):
        connection.receive_data(datagram)
        assert events(connection) == [ObjectReceived("text")]


def test_the_end_comes_after_the_last_datagram() -> None:
    connection = DatagramConnection(1000)
    connection.receive_data(bridge.dumps("last"))
    connection.receive_eof()
    assert events(connection) == [ObjectReceived("last"), EndOfStream()]
    assert connection.state is State.PEER_ENDED
    with pytest.raises(LocalProtocolError):
        connection.receive_data(bridge.dumps("too late"))
    connection.send_eof()
    with pytest.raises(LocalProtocolError):
        connection.send(1)
    with pytest.raises(LocalProtocolError):
        connection.reset()


# --------------------------------------------------------------------------------------------------- channels over UDP

UDP = "udp://127.0.0.1:0"


def echo(channel: bridge.Channel) -> None:
    for obj in channel:
        channel.send(obj)


@pytest.fixture
def channel() -> Iterator[bridge.Channel]:
    with bridge.serve(UDP, echo) as server, bridge.connect(server.address) as channel:
        yield channel


def test_a_channel_over_udp_carries_objects(channel: bridge.Channel) -> None:
    assert channel.datagram_bytes == 65507
    shared = [1, "two"]
    for value in ([shared, shared], "text", {"key": None}):
        assert channel.request(value, timeout=10) == value
    channel.reset()
    channel.send_data(b"\x01")
    assert channel.receive(timeout=10) == bridge.BlockData(b"\x01")


def test_what_is_too_long_for_a_datagram_is_refused_and_the_channel_goes_on(channel: bridge.Channel) -> None:
    with pytest.raises(EncodeError, match="a stream of 65508 bytes, and a datagram carries 65507 at most"):
        channel.send("x" * 65501)
    longest = "x" * 65500
    assert channel.request(longest, timeout=10) == longest


def test_a_broken_datagram_is_an_error_and_the_next_is_received() -> None:
    with bridge.listen(UDP) as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        assert listener.address.port is not None
        there = (listener.address.host, listener.address.port)
        for datagram in (b"hello", bridge.dumps(["cut"])[:-1], bridge.dumps("whole")):
            sock.sendto(datagram, there)
        with listener.accept(timeout=10) as channel:
            with pytest.raises(CorruptedStreamError):
                channel.receive(timeout=10)
            with pytest.raises(TruncatedStreamError):
                channel.receive(timeout=10)
            assert channel.receive(timeout=10) == "whole"


def test_an_answer_that_was_lost_hinders_no_later_request() -> None:
    with bridge.listen(UDP) as listener, bridge.connect(listener.address) as channel:
        with pytest.raises(ChannelTimeout):
            channel.request("lost", timeout=0.01)
        with listener.accept(timeout=10) as other:
            assert other.receive(timeout=10) == "lost"
            other.send("answer")
            assert channel.request("again", timeout=10) == "answer"


def test_that_nobody_is_there_is_told() -> None:
    with bridge.listen(UDP) as listener:
        address = listener.address
    with bridge.connect(address) as channel:
        channel.send("x")
        with pytest.raises(ChannelBroken, match="refused"):
            channel.receive(timeout=10)


def test_a_server_over_udp_stops_while_its_peers_wait() -> None:
    server = bridge.serve(UDP, echo)
    with bridge.connect(server.address) as channel:
        assert channel.request("x", timeout=10) == "x"
        assert server.stop(grace_seconds=10)


def test_asyncio_a_channel_over_udp_carries_objects() -> None:
    async def echo(channel: bridge.aio.Channel) -> None:
        async for obj in channel:
            await channel.send(obj)

    async def story() -> None:
        async with await bridge.aio.serve(UDP, echo) as server, await bridge.aio.connect(server.address) as channel:
            assert channel.datagram_bytes == 65507
            for value in ([1, "two"], "x" * 65500):
                assert await channel.request(value, timeout=10) == value
            with pytest.raises(EncodeError, match="65507 at most"):
                await channel.send("x" * 65501)
            with pytest.raises(ChannelTimeout):
                await channel.receive(timeout=0.01)
            assert await channel.request("on", timeout=10) == "on"

    asyncio.run(story())


def test_asyncio_a_broken_datagram_is_an_error_and_the_next_is_received() -> None:
    async def story() -> None:
        async with await bridge.aio.listen(UDP) as listener:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                for datagram in (bridge.dumps(["cut"])[:-1], bridge.dumps("whole")):
                    sock.sendto(datagram, (listener.address.host, listener.address.port or 0))
            async with await listener.accept(timeout=10) as channel:
                with pytest.raises(TruncatedStreamError):
                    await channel.receive(timeout=10)
                assert await channel.receive(timeout=10) == "whole"

    asyncio.run(story())


def test_a_transport_of_datagrams_is_no_file() -> None:
    transport = kinds.connect(bridge.Address.parse("udp://127.0.0.1:9"))
    for stream in (bridge.ObjectInputStream, bridge.ObjectOutputStream):
        with pytest.raises(SchemaError, match="carries no stream of bytes"):
            stream(transport)
    transport.close()

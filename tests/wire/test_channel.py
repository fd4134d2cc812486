"""Channels of a protocol, blocking: over memory, TCP and UDP; requests of many threads; peers that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, assert_type

import pytest

import bridge
from bridge.connection import State
from bridge.errors import (
    BridgeError,
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
    CorruptedStreamError,
    LocalProtocolError,
    RejectedError,
    RemoteProtocolError,
    SchemaError,
)
from bridge.transport.address import Address
from bridge.transport.memory import CannedTransport, pair
from bridge.wire import CLIENT, SERVER, LengthPrefix, MessageChannel, Protocol
from bridge.wire.correlation import _MAX_UNCLAIMED

from .protocols import DATAGRAMS, LINES, MESSAGES, PROTOCOLS, STORE, TURNS, Failed, Get, Line, Value, Words, name_of

WAIT_SECONDS = 20
EVERYWHERE = ("127.0.0.1", 0)


def answer(channel: MessageChannel) -> None:
    for message in channel:
        if message.key == "missing":
            channel.send(Failed(message.request, "no such key"))
        else:
            channel.send(Value(message.request, message.key.encode()))


@contextmanager
def served(handler: Callable[[MessageChannel], object], protocol: Protocol = STORE) -> Iterator[MessageChannel]:
    with (
        bridge.serve(EVERYWHERE, handler, protocol=protocol) as server,
        bridge.connect(server.address, protocol=protocol, timeout=WAIT_SECONDS) as channel,
    ):
        yield channel


def both_ends(protocol: Protocol = STORE, capacity_bytes: int = 1 << 18) -> tuple[MessageChannel, MessageChannel]:
    here, there = pair(capacity_bytes)
    return protocol.channel(here), protocol.channel(there, accepted=True)


FRAMED = [protocol for protocol in PROTOCOLS if protocol.opcode_bytes(CLIENT, Value) is not None]


@pytest.mark.parametrize("protocol", FRAMED, ids=name_of)
def test_a_server_and_a_client_speak_every_framing(protocol: Protocol) -> None:
    with served(answer, protocol) as channel:
        assert_type(channel, MessageChannel)
        assert channel.request(Get(1, "a"), timeout=WAIT_SECONDS) == Value(1, b"a")
        channel.send(Get(2, "missing"), timeout=WAIT_SECONDS)
        assert channel.receive(timeout=WAIT_SECONDS) == Failed(2, "no such key")
        assert (channel.protocol, channel.role) == (protocol, CLIENT)
        assert channel.version == protocol.version
        channel.send_eof()
        assert list(channel) == []


def test_a_listener_gives_channels_of_the_protocol() -> None:
    with bridge.listen(EVERYWHERE, protocol=LINES) as listener:  # noqa: SIM117 - the order shows
        with bridge.connect(listener.address, protocol=LINES) as client, listener.accept() as server:
            client.send(Line("hello"))
            assert server.receive(timeout=WAIT_SECONDS) == Line("hello")
            assert isinstance(server, MessageChannel) and server.role is SERVER
            server.send(Words([b"ab", b"cd"]))
            assert client.receive(timeout=WAIT_SECONDS) == Words([b"ab", b"cd"])


def test_a_datagram_is_a_message() -> None:
    with bridge.serve("udp://127.0.0.1:0", answer, protocol=DATAGRAMS) as server:  # noqa: SIM117 - the order shows
        with bridge.connect(server.address, protocol=DATAGRAMS) as channel:
            assert channel.request(Get(1, "a"), timeout=WAIT_SECONDS) == Value(1, b"a")


def test_a_framing_for_another_network_is_refused() -> None:
    with bridge.serve("udp://127.0.0.1:0", answer, protocol=DATAGRAMS) as server:  # noqa: SIM117 - the order shows
        with pytest.raises(SchemaError, match="this network carries datagrams"):
            bridge.connect(server.address, protocol=STORE)
    with bridge.listen(EVERYWHERE, protocol=DATAGRAMS) as listener:
        with pytest.raises(SchemaError, match="this network carries a stream of bytes"):
            bridge.connect(listener.address, protocol=DATAGRAMS)
        with pytest.raises(ConnectError, match="is for datagrams"):
            listener.accept(timeout=WAIT_SECONDS)


def test_options_of_object_streams_are_refused() -> None:
    with pytest.raises(SchemaError, match="reset_every is for object streams"):
        bridge.connect("127.0.0.1", 1, protocol=STORE, reset_every=3)  # type: ignore[call-overload]
    with pytest.raises(SchemaError, match="limits is for object streams"):
        bridge.listen(EVERYWHERE, protocol=STORE, limits=bridge.Limits())


@pytest.mark.parametrize("protocol", [STORE, FRAMED[5]], ids=name_of)
def test_many_threads_request_at_a_time(protocol: Protocol) -> None:
    arrived: list[Get] = []
    all_here = threading.Event()

    def answer_backwards(channel: MessageChannel) -> None:
        for message in channel:
            arrived.append(message)
            if len(arrived) == 20:
                for each in reversed(arrived):
                    channel.send(Value(each.request or 0, each.key.encode()))
                all_here.set()

    protocol = Protocol("store", MESSAGES, correlation="request", negotiate=protocol.negotiate)
    with served(answer_backwards, protocol) as channel:
        answers: dict[int, Any] = {}

        def ask(number: int) -> None:
            answers[number] = channel.request(Get(None, str(number)), expect=Value, timeout=WAIT_SECONDS)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_SECONDS)
        assert all_here.is_set()
        assert {number: value.data for number, value in answers.items()} == {n: str(n).encode() for n in range(20)}
        assert {get.request for get in arrived} == set(range(1, 21))


def test_what_is_no_answer_is_received() -> None:
    client, server = both_ends()
    server.send(Failed(99, "news"))
    server.send(Value(1, b"answer"))
    assert client.request(Get(1, "a"), timeout=WAIT_SECONDS) == Value(1, b"answer")
    assert client.receive(timeout=0) == Failed(99, "news")
    with pytest.raises(ChannelTimeout):
        client.receive(timeout=0)


def test_an_answer_that_comes_late_is_dropped() -> None:
    client, server = both_ends()
    with pytest.raises(ChannelTimeout):
        client.request(Get(1, "slow"), timeout=0.01)
    server.send(Value(1, b"late"))
    server.send(Value(2, b"in time"))
    assert client.request(Get(2, "a"), timeout=WAIT_SECONDS) == Value(2, b"in time")
    with pytest.raises(ChannelTimeout):
        client.receive(timeout=0)
    server.send(Value(1, b"again"))
    assert client.request(Get(1, "again"), timeout=WAIT_SECONDS) == Value(1, b"again")


def test_a_number_that_is_awaited_is_not_used_again() -> None:
    client, server = both_ends()
    waiting = threading.Thread(target=lambda: client.request(Get(1, "a"), timeout=WAIT_SECONDS))
    waiting.start()
    assert server.receive(timeout=WAIT_SECONDS) == Get(1, "a")
    with pytest.raises(LocalProtocolError, match="an answer with the request 1 is awaited already"):
        client.request(Get(1, "b"))
    free = threading.Thread(target=lambda: client.request(Get(None, "c"), timeout=WAIT_SECONDS))
    free.start()
    assert server.receive(timeout=WAIT_SECONDS) == Get(2, "c")
    server.send(Value(2, b""))
    server.send(Value(1, b""))
    for thread in (waiting, free):
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


def test_another_class_than_expected_is_an_error() -> None:
    client, server = both_ends()
    server.send(Failed(1, "no"))
    with pytest.raises(RemoteProtocolError, match=r"the answer is Failed.* and not a Value"):
        client.request(Get(1, "a"), expect=Value, timeout=WAIT_SECONDS)
    server.send(Failed(2, "no"))
    found = client.request(Get(2, "a"), expect=(Value, Failed), timeout=WAIT_SECONDS)
    assert_type(found, Value | Failed)
    assert found == Failed(2, "no")
    server.send(Failed(3, "no"))
    with pytest.raises(RemoteProtocolError, match=r"the next message is Failed.* and not a Get or Value"):
        client.receive(expect=(Get, Value), timeout=WAIT_SECONDS)
    with pytest.raises(SchemaError, match="is no message of store"):
        client.receive(expect=Line)


def test_messages_that_nobody_receives_are_bounded() -> None:
    client, server = both_ends(capacity_bytes=1 << 24)
    for _ in range(_MAX_UNCLAIMED + 1):
        server.send(Failed(99, ""))
    with pytest.raises(RemoteProtocolError, match="nobody receives them"):
        client.request(Get(1, "a"), timeout=WAIT_SECONDS)


def test_without_correlation_the_next_message_is_the_answer() -> None:
    client, server = both_ends(TURNS)
    with pytest.raises(ChannelTimeout):
        client.request(Get(1, "a"), timeout=0.01)
    with pytest.raises(LocalProtocolError, match="still to come"):
        client.request(Get(2, "b"))
    server.receive()
    server.send(Value(1, b"late"))
    assert client.receive(timeout=WAIT_SECONDS) == Value(1, b"late")
    assert (client.place, server.place) == ("idle", "idle")


def test_a_negotiation_comes_before_everything() -> None:
    newer = Protocol("store", MESSAGES, negotiate=True, version=5, accepts=2, correlation="request")
    older = Protocol("store", MESSAGES, negotiate=True, version=3, correlation="request")
    here, there = pair()
    client = newer.channel(here)
    with pytest.raises(ChannelTimeout):
        client.send(Get(1, "a"), timeout=0.01)
    server = older.channel(there, accepted=True)
    server.send(Value(1, b""), timeout=WAIT_SECONDS)
    assert client.request(Get(1, "a"), timeout=WAIT_SECONDS) == Value(1, b"")
    assert (client.version, server.version) == (3, 3)


def test_a_peer_of_another_version_is_an_error() -> None:
    here, there = pair()
    client = Protocol("store", MESSAGES, negotiate=True, version=5).channel(here)
    Protocol("store", MESSAGES, negotiate=True, version=3).channel(there, accepted=True)
    for _ in range(2):
        with pytest.raises(RemoteProtocolError, match="the versions 3 to 3 of store, and this side 5 to 5"):
            client.send(Get(1, "a"), timeout=WAIT_SECONDS)
    assert client.state is State.BROKEN


# ---- peers that misbehave, on a real socket ----

GOOD = bytes.fromhex("0000000b 01 00000001 0004 676f6f64")

MISBEHAVING: list[tuple[str, Protocol, bytes, type[BridgeError], str, bool]] = [
    # what, protocol, the bytes, the error, its text, whether the next message is read
    ("a frame beyond the limit", STORE, b"\0\1\0\0", RejectedError, "max_frame_bytes", False),
    ("a frame of gigabytes", STORE, b"\xff\xff\xff\xff" + b"x" * 1000, RejectedError, "max_frame_bytes", False),
    ("an unknown opcode", STORE, b"\0\0\0\1\x63" + GOOD, CorruptedStreamError, "opcode 99", True),
    ("a payload that is too short", STORE, b"\0\0\0\3\1\0\0" + GOOD, CorruptedStreamError, "expected 4, found 2", True),
    ("bytes behind a message", STORE, b"\0\0\0\x08" + GOOD[4:11] + b"x" + GOOD, CorruptedStreamError, "", True),
    ("a wrong constant", STORE, b"\0\0\0\3\4\xca\xff" + GOOD, CorruptedStreamError, "in $.magic", True),
    ("a message in the wrong state", TURNS, b"\0\0\0\5\2\0\0\0\1", RemoteProtocolError, "may send Get", False),
    ("no message at all", LINES, b"x" * 100, RejectedError, "max_frame_bytes is 64", False),
    ("a peer that goes in the middle", STORE, b"\0\0\0\5\2", ChannelBroken, "the peer has gone", False),
    ("a peer that goes in a message", LINES, b"abc", ChannelBroken, "the peer has gone", False),
]


@pytest.mark.parametrize(
    ("protocol", "data", "kind", "text", "goes_on"),
    [row[1:] for row in MISBEHAVING],
    ids=[row[0] for row in MISBEHAVING],
)
def test_a_peer_that_misbehaves_is_a_documented_error(
    protocol: Protocol, data: bytes, kind: type[BridgeError], text: str, goes_on: bool
) -> None:
    seen: list[Any] = []
    done = threading.Event()

    def handler(channel: MessageChannel) -> None:
        try:
            seen.append(channel.receive(timeout=WAIT_SECONDS))
        except BridgeError as error:
            seen.append(error)
        try:
            seen.append(channel.receive(timeout=WAIT_SECONDS))
        except BridgeError as error:
            seen.append(error)
        done.set()

    with bridge.serve(EVERYWHERE, handler, protocol=protocol) as server:  # noqa: SIM117 - the order shows
        with socket.create_connection((server.address.host, server.address.port), WAIT_SECONDS) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            assert done.wait(WAIT_SECONDS)
    assert type(seen[0]) is kind and text in str(seen[0])
    if goes_on:
        assert seen[1] == Get(1, "good")
    else:
        assert isinstance(seen[1], BridgeError)


def test_a_peer_that_stalls_in_the_middle_is_cut_off() -> None:
    failures: list[Exception] = []
    with (
        bridge.serve(
            EVERYWHERE, answer, protocol=STORE, content_seconds=0.05, on_error=lambda _, error: failures.append(error)
        ) as server,
        socket.create_connection((server.address.host, server.address.port), WAIT_SECONDS) as sock,
    ):
        sock.sendall(GOOD + GOOD[:-1])
        received = b""
        while piece := sock.recv(1000):
            received += piece
    assert received == bytes.fromhex("00000009 02 00000001") + b"good"
    assert [type(failure) for failure in failures] == [ChannelBroken]
    assert "longer than 0.05 s" in str(failures[0])


def test_a_failed_network_is_an_error_for_all_who_wait() -> None:
    transport = CannedTransport([b"\0\0", ConnectionResetError("reset")])
    channel = STORE.channel(transport)
    for _ in range(2):
        with pytest.raises((ChannelBroken, ChannelClosed)):
            channel.request(Get(None, "a"))
    assert channel.state is State.BROKEN


def test_closing_ends_those_who_wait() -> None:
    client, _ = both_ends()
    failures: list[BaseException] = []

    def wait(ask: Callable[[], object]) -> None:
        try:
            ask()
        except BridgeError as error:
            failures.append(error)

    threads = [
        threading.Thread(target=wait, args=(ask,))
        for ask in (client.receive, lambda: client.request(Get(1, "")), lambda: client.request(Get(2, "")))
    ]
    for thread in threads:
        thread.start()
    while not client._leading:
        pass
    client.close()
    for thread in threads:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()
    assert len(failures) == 3
    assert {type(failure) for failure in failures} <= {ChannelClosed, LocalProtocolError, ChannelBroken}


def test_the_end_of_the_peer_ends_a_request() -> None:
    client, server = both_ends()
    server.close()
    with pytest.raises((ChannelClosed, ChannelBroken)):
        client.request(Get(1, ""))


def test_a_channel_says_what_it_is() -> None:
    here, there = pair(addresses=(Address("tcp", "a", 1), Address("tcp", "b", 2)))
    assert repr(LINES.channel(here)) == "<MessageChannel lines client tcp://a:1 to tcp://b:2 open>"
    assert repr(Protocol("p", MESSAGES, framing=LengthPrefix(8)).channel(there, accepted=True)).startswith(
        "<MessageChannel p server"
    )

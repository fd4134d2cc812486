"""The machine: any portions, states, negotiation, and what a peer can do wrong."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from construct import Byte, Const, CString, GreedyRange, LazyBound, Struct

from bridge.connection import NEED_DATA, Agreed, EndOfStream, Event, ObjectReceived, State
from bridge.errors import (
    BridgeError,
    CorruptedStreamError,
    EncodeError,
    LocalProtocolError,
    RejectedError,
    RemoteProtocolError,
    SchemaError,
    TruncatedStreamError,
)
from bridge.wire import CLIENT, SERVER, Protocol, SelfDelimiting, UnknownMessage, message
from bridge.wire.machine import MessageConnection

from .protocols import (
    DATAGRAMS,
    FRAMED,
    LINES,
    PROTOCOLS,
    SENT,
    STORE,
    TURNS,
    Failed,
    Get,
    Line,
    Tree,
    Value,
    Words,
    name_of,
)


def events(machine: MessageConnection) -> list[Any]:
    """What comes now: values, events, and errors; the last error is not repeated."""
    found: list[Any] = []
    while True:
        try:
            event: Event = machine.next_event()
        except BridgeError as error:
            found.append(error)
            if machine.state is State.BROKEN:
                return found
            continue
        if event is NEED_DATA:
            return found
        found.append(event.value if isinstance(event, ObjectReceived) else event)
        if isinstance(event, EndOfStream):
            return found


def sendable(protocol: Protocol) -> list[Any]:
    values = SENT if protocol.framing.is_self_delimiting else SENT + FRAMED
    return [value for value in values if protocol.opcode_bytes(CLIENT, type(value)) is not None]


@pytest.mark.parametrize("portion_bytes", [1, 2, 5, 64, 1 << 16])
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=name_of)
def test_any_portions_give_the_same_messages(protocol: Protocol, portion_bytes: int) -> None:
    sender, receiver = MessageConnection(protocol, CLIENT), MessageConnection(protocol, SERVER)
    if protocol.negotiate:
        sender.receive_data(receiver.data_to_send())
        assert events(sender) == [Agreed(3)]
    values = sendable(protocol)
    for value in values:
        sender.send(value)
    sender.send_eof()
    data = sender.data_to_send()
    assert sender.data_to_send() == b""
    found = []
    for i in range(0, len(data), portion_bytes):
        receiver.receive_data(data[i : i + portion_bytes])
        found += events(receiver)
    assert not receiver.in_content
    assert receiver.received_offset == len(data)
    receiver.receive_eof()
    found += events(receiver)
    assert found == [*([Agreed(3)] if protocol.negotiate else []), *values, EndOfStream()]
    assert (sender.state, receiver.state) == (State.SENDING_ENDED, State.PEER_ENDED)


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=name_of)
def test_an_end_inside_a_message_is_an_error(protocol: Protocol) -> None:
    sender = MessageConnection(protocol, CLIENT)
    if protocol.negotiate:
        sender.receive_data(MessageConnection(protocol, SERVER).data_to_send())
        events(sender)
        opening = sender.data_to_send()
    else:
        opening = b""
    sender.send(SENT[0])
    data = sender.data_to_send()
    for end in range(1, len(opening + data)):
        receiver = MessageConnection(protocol, SERVER)
        receiver.receive_data((opening + data)[:end])
        receiver.receive_eof()
        found = events(receiver)
        if end == len(opening):
            assert found == [Agreed(3), EndOfStream()]
        else:
            assert type(found[-1]) is TruncatedStreamError
            assert receiver.state is State.BROKEN


def test_each_datagram_stands_for_itself() -> None:
    sender = MessageConnection(DATAGRAMS, CLIENT, datagram_bytes=1000)
    receiver = MessageConnection(DATAGRAMS, SERVER, datagram_bytes=1000)
    for value in SENT:
        sender.send(value)
    datagrams = []
    while data := sender.data_to_send():
        datagrams.append(data)
    assert len(datagrams) == len(SENT)
    for data in (datagrams[2], b"\x63", datagrams[0][:-1], datagrams[0]):
        receiver.receive_data(data)
    found = events(receiver)
    assert (found[0], found[3]) == (SENT[2], SENT[0])
    assert [type(error) for error in found[1:3]] == [CorruptedStreamError, CorruptedStreamError]
    assert receiver.state is State.OPEN
    with pytest.raises(EncodeError, match="a datagram carries 1000"):
        sender.send(Value(1, b"x" * 1000))
    assert sender.data_to_send() == b""


@pytest.mark.parametrize(("protocol", "datagram_bytes"), [(DATAGRAMS, None), (STORE, 1000)])
def test_a_framing_fits_its_network(protocol: Protocol, datagram_bytes: int | None) -> None:
    with pytest.raises(SchemaError, match="and this network carries"):
        MessageConnection(protocol, CLIENT, datagram_bytes=datagram_bytes)


def test_a_bad_message_costs_itself_only() -> None:
    sender, receiver = MessageConnection(STORE, CLIENT), MessageConnection(STORE, SERVER)
    sender.send(Get(1, "a"))
    first = sender.data_to_send()
    receiver.receive_data(first + b"\0\0\0\1\x63" + b"\0\0\0\2\1\0" + b"\0\0\0\0" + first)
    found = events(receiver)
    assert found[0] == found[4] == Get(1, "a")
    assert [type(error) for error in found[1:4]] == [CorruptedStreamError] * 3
    assert [error.offset for error in found[1:4]] == [16, 22, 27]
    assert receiver.state is State.OPEN


def test_where_the_next_frame_is_unknown_receiving_ends_and_sending_goes_on() -> None:
    receiver = MessageConnection(STORE, SERVER)
    receiver.receive_data(b"\xff\xff\xff\xff")
    (error,) = events(receiver)
    assert type(error) is RejectedError
    assert receiver.state is State.BROKEN and not receiver.in_content
    receiver.receive_data(b"\0" * 100)  # is thrown away
    receiver.receive_eof()
    with pytest.raises(RejectedError):
        receiver.next_event()
    receiver.send(Failed(1, "you"))
    assert receiver.data_to_send()


def test_what_is_not_to_be_sent_leaves_no_byte() -> None:
    machine = MessageConnection(TURNS, CLIENT)
    with pytest.raises(LocalProtocolError, match="may send Get, and no Value"):
        machine.send(Value(1, b""))
    with pytest.raises(EncodeError):
        machine.send(Get(-1, ""))
    with pytest.raises(SchemaError):
        machine.send("text")
    assert machine.data_to_send() == b"" and machine.place == "idle"
    machine.send(Get(1, ""))
    assert machine.place == "asked"
    with pytest.raises(LocalProtocolError, match="may send nothing, and no Get"):
        machine.send(Get(2, ""))
    machine.send_eof()
    machine.send_eof()
    with pytest.raises(LocalProtocolError, match="has ended"):
        machine.send(Get(3, ""))


@pytest.mark.parametrize("verb", ["send_unshared", "send_data", "send_exception"])
def test_what_only_object_streams_have_is_refused(verb: str) -> None:
    machine = MessageConnection(STORE, CLIENT)
    with pytest.raises(LocalProtocolError, match="only Java object streams"):
        getattr(machine, verb)(b"")
    with pytest.raises(LocalProtocolError, match="only Java object streams"):
        machine.reset()


def test_both_sides_keep_the_state() -> None:
    client, server = MessageConnection(TURNS, CLIENT), MessageConnection(TURNS, SERVER)
    for answer in (Value(1, b"x"), Failed(1, "no")):
        client.send(Get(1, "k"))
        server.receive_data(client.data_to_send())
        assert events(server) == [Get(1, "k")]
        server.send(answer)
        client.receive_data(server.data_to_send())
        assert events(client) == [answer]
        assert client.place == server.place
    assert client.place == "over"
    with pytest.raises(LocalProtocolError, match="in the state 'over'"):
        client.send(Get(2, "k"))


def test_a_message_in_the_wrong_state_ends_the_receiving() -> None:
    client, server = MessageConnection(TURNS, CLIENT), MessageConnection(TURNS, SERVER)
    client.send(Get(1, "k"))
    data = client.data_to_send()
    server.receive_data(data + data)
    first, error = events(server)
    assert first == Get(1, "k")
    assert type(error) is RemoteProtocolError and error.offset == len(data)
    assert "in the state 'asked' of turns the client may send nothing, and it sent Get" in str(error)
    assert server.state is State.BROKEN


def test_a_bad_message_ends_the_receiving_where_there_are_states() -> None:
    server = MessageConnection(TURNS, SERVER)
    server.receive_data(b"\0\0\0\1\x63\0\0\0\1\x63")
    assert [type(error) for error in events(server)] == [CorruptedStreamError]
    assert server.state is State.BROKEN


def test_unknown_messages_pass_by_the_states() -> None:
    protocol = Protocol("turns", {1: Get, 2: Value}, states=[("a", CLIENT, Get, "b")], unknown="keep")
    server = MessageConnection(protocol, SERVER)
    server.receive_data(b"\0\0\0\1\x63")
    assert events(server) == [UnknownMessage(0x63, b"\x63")]
    assert server.place == "a"


# ---- negotiation ----


def versions(version: int, accepts: int, name: str = "store") -> Protocol:
    return Protocol(name, {1: Get}, version=version, accepts=accepts, negotiate=True)


@pytest.mark.parametrize(
    ("ours", "theirs", "agreed"),
    [((3, 1), (3, 1), 3), ((3, 1), (2, 2), 2), ((1, 1), (9, 0), 1), ((5, 4), (4, 1), 4)],
)
def test_the_highest_common_version_counts(ours: tuple[int, int], theirs: tuple[int, int], agreed: int) -> None:
    client, server = MessageConnection(versions(*ours), CLIENT), MessageConnection(versions(*theirs), SERVER)
    assert client.version is None
    with pytest.raises(LocalProtocolError, match="not negotiated yet"):
        client.send(Get(1, ""))
    to_server, to_client = client.data_to_send(), server.data_to_send()
    assert to_server == b"\x9dBWP" + bytes((0, ours[1], 0, ours[0])) + b"\0\5store"
    server.receive_data(to_server)
    client.receive_data(to_client)
    assert events(client) == events(server) == [Agreed(agreed)]
    client.send(Get(1, "k"))
    server.receive_data(client.data_to_send())
    assert events(server) == [Get(1, "k")]


@pytest.mark.parametrize(
    ("opening", "kind", "text"),
    [
        (versions(2, 1).accepts.to_bytes(2, "big"), CorruptedStreamError, "does not negotiate"),
        (b"\x9dBWP\0\1\0\2\0\5store", RemoteProtocolError, "the versions 1 to 2 of store, and this side 3 to 4"),
        (b"\x9dBWP\0\5\0\6\0\5store", RemoteProtocolError, "the versions 5 to 6 of store"),
        (b"\x9dBWP\0\3\0\4\0\5other", RemoteProtocolError, "the peer speaks 'other', and this side 'store'"),
        (b"\x9dBWP\0\3\0\4\0\1\xff", CorruptedStreamError, "is no text"),
        (b"\x9dBWP\0\3\0\4\xff\xff", CorruptedStreamError, "has 65535 bytes"),
        (b"HTTP/1.1", CorruptedStreamError, "does not negotiate"),
    ],
)
@pytest.mark.parametrize("portion_bytes", [1, 100])
def test_no_common_version_is_an_error(opening: bytes, kind: type[BridgeError], text: str, portion_bytes: int) -> None:
    client = MessageConnection(versions(4, 3), CLIENT)
    for i in range(0, len(opening), portion_bytes):
        client.receive_data(opening[i : i + portion_bytes])
    (error,) = events(client)
    assert type(error) is kind and text in str(error)
    assert client.state is State.BROKEN
    with pytest.raises(kind):
        client.next_event()


def test_a_peer_that_hangs_up_before_it_said_anything_has_ended() -> None:
    for protocol in (versions(1, 1), STORE, LINES):
        machine = MessageConnection(protocol, CLIENT)
        assert events(machine) == []
        machine.receive_eof()
        assert events(machine) == [EndOfStream()]
        states = [machine.state]
        machine.send_eof()
        assert [*states, machine.state] == [State.PEER_ENDED, State.CLOSED]
        with pytest.raises(LocalProtocolError):
            machine.receive_data(b"x")


# ---- messages that end where their layout ends ----


def test_each_side_may_send_messages_of_its_own() -> None:
    client, server = MessageConnection(LINES, CLIENT), MessageConnection(LINES, SERVER)
    client.send(Line("a"))
    client.send(Line("bé"))
    data = client.data_to_send()
    assert data == b"a\0b\xc3\xa9\0"
    server.receive_data(data + b"c")
    assert events(server) == [Line("a"), Line("bé")]
    assert server.in_content
    server.send(Words([b"ab", b"cd"]))
    client.receive_data(server.data_to_send())
    assert events(client) == [Words([b"ab", b"cd"])]
    with pytest.raises(LocalProtocolError, match="the client of lines sends no Words"):
        client.send(Words([b"ab", b"cd"]))


def test_a_message_without_frame_is_bounded() -> None:
    server = MessageConnection(LINES, SERVER)
    server.receive_data(b"ok\0" + b"x" * 64)
    value, error = events(server)
    assert value == Line("ok")
    assert type(error) is RejectedError and "has 65 bytes or more, and max_frame_bytes is 64" in str(error)
    assert error.offset == 3
    assert server.state is State.BROKEN


def test_an_error_without_frame_has_its_place_and_ends_the_receiving() -> None:
    odd = message("Odd", Struct("a" / CString("ascii"), "b" / Const(b"!")))
    server = MessageConnection(Protocol("odd", {1: odd}, framing=SelfDelimiting()), SERVER)
    for byte in b"\1x\0!\1yy\0?":
        server.receive_data(bytes([byte]))
    found = events(server)
    assert found[0] == odd("x", b"!") if hasattr(odd, "b") else found[0].a == "x"
    assert type(found[1]) is CorruptedStreamError
    assert (found[1].path, found[1].offset) == ("$.b", 8)
    assert server.state is State.BROKEN


def test_an_unknown_opcode_without_frame_ends_the_receiving() -> None:
    server = MessageConnection(PROTOCOLS[-1], SERVER)
    server.receive_data(b"\x63")
    (error,) = events(server)
    assert "the opcode 99 is none of store" in str(error) and server.state is State.BROKEN


def test_a_layout_that_hides_its_greed_is_refused_when_it_shows() -> None:
    greedy = message("Greedy", Struct("a" / LazyBound(lambda: GreedyRange(Byte))))
    server = MessageConnection(Protocol("p", {1: greedy}, framing=SelfDelimiting(), max_frame_bytes=16), SERVER)
    server.receive_data(b"\1" + b"x" * 20)
    (error,) = events(server)
    assert type(error) is RejectedError


@pytest.mark.parametrize("layout", [Struct(), Struct("a" / GreedyRange(Byte))])
def test_a_layout_without_an_end_is_refused(layout: Any) -> None:
    with pytest.raises(SchemaError):
        Protocol("p", message("M", layout), framing=SelfDelimiting())


def test_threads_may_take_turns_in_the_middle_of_a_message() -> None:
    server = MessageConnection(PROTOCOLS[-1], SERVER)
    client = MessageConnection(PROTOCOLS[-1], CLIENT)
    client.send(SENT[4])
    client.send(SENT[2])
    found: list[Any] = []

    def feed(data: bytes) -> None:
        server.receive_data(data)
        found.extend(events(server))

    for byte in client.data_to_send():
        thread = threading.Thread(target=feed, args=(bytes([byte]),))
        thread.start()
        thread.join()
    assert found == [SENT[4], SENT[2]]


def test_a_long_message_in_small_portions_costs_linear_time() -> None:
    # Reading again from the beginning with each byte would look at half a billion bytes.
    tree = Tree("x" * 30_000, [])
    protocol = Protocol("p", {6: Tree}, framing=SelfDelimiting())
    client, server = MessageConnection(protocol, CLIENT), MessageConnection(protocol, SERVER)
    client.send(tree)
    reads = 0
    original = server._reader._whole._input.read

    def counted(count: int | None = None) -> bytes:
        nonlocal reads
        reads += 1
        return original(count)

    server._reader._whole._input.read = counted  # type: ignore[method-assign]
    data = client.data_to_send()
    found = []
    for byte in data:
        server.receive_data(bytes([byte]))
        found += events(server)
    assert found == [tree]
    assert reads < len(data) + 10

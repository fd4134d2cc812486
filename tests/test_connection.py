"""One conversation without any input or output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridge.connection import (
    NEED_DATA,
    Connection,
    DataReceived,
    EndOfStream,
    Event,
    ObjectReceived,
    PeerFailed,
    State,
)
from bridge.errors import (
    CorruptedStreamError,
    DecodeError,
    EncodeError,
    LocalProtocolError,
    NotSerializableError,
    RejectedError,
    SchemaError,
    TruncatedStreamError,
)
from bridge.limits import FilterInfo, Limits
from bridge.mapping.defaults import default_registry
from bridge.stream.constants import STREAM_HEADER, TC_RESET

ABOUT_EVERYTHING: list[Any] = [
    None,
    "text",
    7,
    2**40,
    2.5,
    True,
    b"bytes",
    [1, [2, "three"], None],
    {"key": [1], "other": {"nested": "é\0\U0001f600"}},
    ["same"] * 3,
]


def events_of(connection: Connection) -> list[Event]:
    events: list[Event] = []
    while True:
        event = connection.next_event()
        if event is NEED_DATA:
            return events
        events.append(event)
        if event == EndOfStream():
            return events


def state_of(connection: Connection) -> State:
    return connection.state


def message(*objects: object, **options: Any) -> bytes:
    connection = Connection(**options)
    for obj in objects:
        connection.send(obj)
    return connection.data_to_send()


def received(data: bytes, **options: Any) -> list[Event]:
    connection = Connection(**options)
    connection.receive_data(data)
    return events_of(connection)


def test_the_header_goes_out_at_birth_and_once() -> None:
    connection = Connection()
    assert connection.data_to_send() == STREAM_HEADER
    assert connection.data_to_send() == b""


def test_what_one_side_sends_the_other_receives() -> None:
    here, there = Connection(), Connection()
    for value in ABOUT_EVERYTHING:
        here.send(value)
        there.receive_data(here.data_to_send())
        assert events_of(there) == [ObjectReceived(value)]
        there.send(value)
        here.receive_data(there.data_to_send())
        assert events_of(here) == [ObjectReceived(value)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_portions_bytes_arrive_in_make_no_difference(size: int) -> None:
    data = message(*ABOUT_EVERYTHING)
    connection = Connection()
    events = []
    for start in range(0, len(data), size):
        connection.receive_data(data[start : start + size])
        events += events_of(connection)
    assert events == [ObjectReceived(value) for value in ABOUT_EVERYTHING]


def test_bytes_of_every_kind_are_taken() -> None:
    connection = Connection()
    data = message("text")
    connection.receive_data(bytearray(data[:5]))
    connection.receive_data(memoryview(data)[5:])
    connection.receive_data(b"")
    assert events_of(connection) == [ObjectReceived("text")]


def test_primitive_data_arrives_as_data() -> None:
    here, there = Connection(), Connection()
    here.send("before")
    here.send_data(b"\0\0\0\7")
    here.send("after")
    there.receive_data(here.data_to_send())
    before, data, after = events_of(there)
    assert (before, after) == (ObjectReceived("before"), ObjectReceived("after"))
    assert isinstance(data, DataReceived)
    assert data.data == b"\0\0\0\7"


def test_an_exception_of_the_peer_is_an_event_and_the_stream_goes_on() -> None:
    here, there = Connection(), Connection()
    here.send("before")
    here.send_exception("what went wrong")
    here.send("after")
    there.receive_data(here.data_to_send())
    assert events_of(there) == [ObjectReceived("before"), PeerFailed("what went wrong"), ObjectReceived("after")]


# ------------------------------------------------------------------------------------------------------ failed sends

UNWRITABLE: list[tuple[Any, str]] = [
    (object(), "$"),
    ([1, [object()]], "$[1][0]"),
    ({"key": [0, test_the_header_goes_out_at_birth_and_once]}, "$"),
]


@pytest.mark.parametrize(("value", "path"), UNWRITABLE)
@pytest.mark.parametrize("verb", ["send", "send_unshared", "send_exception"])
def test_what_cannot_be_written_is_refused_and_nothing_is_left_of_it(verb: str, value: Any, path: str) -> None:
    refusing, plain, peer = Connection(reset_every=None), Connection(reset_every=None), Connection()
    shared = ["shared"]
    for connection in (refusing, plain):
        connection.send(shared)
    with pytest.raises(NotSerializableError) as caught:
        getattr(refusing, verb)([shared, value] if verb == "send" else value)
    assert (caught.value.path or "").startswith(path[:1])
    for connection in (refusing, plain):
        connection.send("next")
    data = refusing.data_to_send()
    if verb != "send_exception":
        assert data == plain.data_to_send()
    peer.receive_data(data)
    assert events_of(peer) == [ObjectReceived(["shared"]), ObjectReceived("next")]


def test_the_path_leads_to_what_cannot_be_written() -> None:
    with pytest.raises(NotSerializableError) as caught:
        Connection().send([1, [object()]])
    assert caught.value.path == "$[1][0]"


def test_a_refused_object_does_not_count_for_the_reset() -> None:
    connection = Connection(reset_every=2)
    connection.send("a")
    for _ in range(5):
        with pytest.raises(EncodeError):
            connection.send(object())
    connection.send("b")
    connection.send("c")
    assert connection.data_to_send().count(bytes([TC_RESET])) == 1


# ------------------------------------------------------------------------------------------------------------ resets


def resets_in(connection: Connection, obj: object, count: int) -> list[int]:
    """After how many of ``count`` objects the stream has a reset."""
    before = []
    for i in range(count):
        connection.send(obj)
        if connection.data_to_send().removeprefix(STREAM_HEADER)[0] == TC_RESET:
            before.append(i)
    return before


@pytest.mark.parametrize(
    ("reset_every", "resets"),
    [(1, [1, 2, 3, 4, 5, 6]), (2, [2, 4, 6]), (3, [3, 6]), (7, []), (None, [])],
)
def test_a_reset_comes_before_every_so_many_objects(reset_every: int | None, resets: list[int]) -> None:
    assert resets_in(Connection(reset_every=reset_every), ["object"], 7) == resets


def test_an_object_is_the_last_byte_of_its_message() -> None:
    assert message(["object"]) == message(["object"], reset_every=None)


def test_by_default_an_object_arrives_as_it_is_when_it_is_sent() -> None:
    here, there = Connection(), Connection()
    growing: list[int] = []
    for i in range(3):
        growing.append(i)
        here.send(growing)
    there.receive_data(here.data_to_send())
    assert events_of(there) == [ObjectReceived([0]), ObjectReceived([0, 1]), ObjectReceived([0, 1, 2])]


def test_without_resets_an_object_sent_again_is_the_object_it_was() -> None:
    here, there = Connection(reset_every=None), Connection()
    growing = [1]
    here.send(growing)
    growing.append(2)
    here.send(growing)
    here.reset()
    here.send(growing)
    there.receive_data(here.data_to_send())
    first, second, third = events_of(there)
    assert isinstance(first, ObjectReceived)
    assert isinstance(second, ObjectReceived)
    assert first.value is second.value
    assert first.value == [1]
    assert third == ObjectReceived([1, 2])


def test_a_reset_asked_for_goes_out_once_and_at_once() -> None:
    for reset_every in (1, None):
        connection = Connection(reset_every=reset_every)
        connection.send("object")
        connection.data_to_send()
        connection.reset()
        assert connection.data_to_send() == bytes([TC_RESET])
        connection.send("object")
        assert connection.data_to_send()[0] != TC_RESET


def test_a_reset_comes_before_primitive_data_too() -> None:
    here, there = Connection(), Connection()
    here.send("object")
    here.send_data(b"data")
    there.receive_data(here.data_to_send())
    assert [type(event) for event in events_of(there)] == [ObjectReceived, DataReceived]


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "1"])
def test_the_objects_between_resets_are_a_number_from_one_up(wrong: Any) -> None:
    with pytest.raises(SchemaError, match="reset_every"):
        Connection(reset_every=wrong)


# ------------------------------------------------------------------------------------------------------------- bounds


def test_what_the_peer_makes_us_hold_is_bounded_between_resets() -> None:
    texts = [f"text {i}" for i in range(100)]
    bounded = {"limits": Limits(maxhandles=10)}
    assert len(received(message(*texts), **bounded)) == 100
    with pytest.raises(RejectedError):
        received(message(*texts, reset_every=None), **bounded)


def test_the_bytes_of_one_content_are_bounded_and_those_of_the_conversation_are_not() -> None:
    connection = Connection(limits=Limits(maxbytes=2000))
    for _ in range(10):
        connection.receive_data(message(bytes(1000))[0 if connection.received_offset == 0 else 4 :])
        assert events_of(connection) == [ObjectReceived(bytes(1000))]
    connection.receive_data(message(bytes(3000))[4:1000])
    with pytest.raises(RejectedError, match="maxbytes"):
        connection.next_event()


@pytest.mark.parametrize("limit", ["maxdepth", "maxarray"])
def test_depth_and_arrays_are_bounded(limit: str) -> None:
    value: Any = bytes(10) if limit == "maxarray" else [[[[[[[[[[[]]]]]]]]]]]
    with pytest.raises(RejectedError):
        received(message(value), limits=Limits(**{limit: 9}))
    assert received(message(value), limits=Limits(**{limit: 100})) == [ObjectReceived(value)]


FILTERS: list[Any] = [
    "!java.util.ArrayList",
    "java.lang.*;!*",
    "maxrefs=0",
    lambda info: info.class_name != "java.util.ArrayList",
]


@pytest.mark.parametrize("object_filter", FILTERS)
def test_a_filter_lets_in_and_keeps_out(object_filter: Any) -> None:
    assert received(message(5), object_filter="java.lang.*;!*") == [ObjectReceived(5)]
    with pytest.raises(RejectedError):
        received(message([1]), object_filter=object_filter)


def test_a_filter_is_asked_about_classes_and_arrays() -> None:
    asked: list[FilterInfo] = []

    def note(info: FilterInfo) -> None:
        asked.append(info)

    received(message([bytes(3)]), object_filter=note)
    assert {(info.class_name, info.array_length) for info in asked} >= {("java.util.ArrayList", -1), ("[B", 3)}


def test_a_wrong_filter_is_refused_where_it_is_given() -> None:
    with pytest.raises(SchemaError):
        Connection(object_filter="maxdepth=x")


def test_a_registry_can_be_given() -> None:
    data = message([1], registry=default_registry.copy())
    assert received(data, registry=default_registry.copy()) == [ObjectReceived([1])]


# ------------------------------------------------------------------------------------------------------------- states


def test_the_states_of_a_conversation() -> None:
    connection = Connection()
    assert state_of(connection) is State.OPEN
    connection.send_eof()
    assert state_of(connection) is State.SENDING_ENDED
    connection.receive_data(message("last"))
    connection.receive_eof()
    assert state_of(connection) is State.SENDING_ENDED
    assert events_of(connection) == [ObjectReceived("last"), EndOfStream()]
    assert state_of(connection) is State.CLOSED
    assert repr(connection) == "<Connection closed>"


def test_the_peer_may_end_first() -> None:
    connection = Connection()
    connection.receive_data(message("last"))
    connection.receive_eof()
    connection.receive_eof()
    assert events_of(connection) == [ObjectReceived("last"), EndOfStream()]
    assert connection.next_event() == EndOfStream()
    assert state_of(connection) is State.PEER_ENDED
    connection.send("answer")
    connection.send_eof()
    connection.send_eof()
    assert state_of(connection) is State.CLOSED
    assert received(connection.data_to_send()) == [ObjectReceived("answer")]


def test_a_peer_that_ends_before_its_header_has_ended_cleanly() -> None:
    connection = Connection()
    connection.receive_eof()
    assert connection.next_event() == EndOfStream()
    assert state_of(connection) is State.PEER_ENDED


def test_a_reset_before_the_end_is_no_content() -> None:
    connection = Connection()
    connection.receive_data(message("last") + bytes([TC_RESET]))
    connection.receive_eof()
    assert events_of(connection) == [ObjectReceived("last"), EndOfStream()]


SENDING: list[Callable[[Connection], None]] = [
    lambda connection: connection.send("x"),
    lambda connection: connection.send_unshared("x"),
    lambda connection: connection.send_data(b"x"),
    lambda connection: connection.send_exception("x"),
    lambda connection: connection.reset(),
]


@pytest.mark.parametrize("verb", SENDING)
def test_nothing_can_be_sent_after_our_end(verb: Callable[[Connection], None]) -> None:
    connection = Connection()
    connection.send("last")
    connection.send_eof()
    with pytest.raises(LocalProtocolError, match="ended"):
        verb(connection)
    assert received(connection.data_to_send()) == [ObjectReceived("last")]


def test_bytes_after_the_peers_end_are_a_mistake_of_the_caller() -> None:
    connection = Connection()
    connection.receive_eof()
    with pytest.raises(LocalProtocolError):
        connection.receive_data(b"x")


# ------------------------------------------------------------------------------------------------------ broken streams

NO_STREAMS = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\xac\xed\0\4",
    STREAM_HEADER + b"\0",
    STREAM_HEADER + b"\x71\0\x7e\0\0",
    message([1])[:-1] + b"\0",
]


@pytest.mark.parametrize("data", NO_STREAMS)
def test_what_is_no_stream_ends_the_receiving_and_not_the_sending(data: bytes) -> None:
    connection = Connection()
    connection.receive_data(data)
    with pytest.raises(CorruptedStreamError) as first:
        events_of(connection)
    connection.receive_data(message("more"))
    with pytest.raises(CorruptedStreamError) as second:
        connection.next_event()
    assert str(first.value) == str(second.value)
    assert state_of(connection) is State.BROKEN
    connection.send("still here")
    assert received(connection.data_to_send()) == [ObjectReceived("still here")]
    connection.send_eof()
    connection.receive_eof()
    with pytest.raises(DecodeError):
        connection.next_event()
    assert state_of(connection) is State.BROKEN


def test_an_end_at_any_byte_inside_a_content_is_a_truncated_stream() -> None:
    first, second = "first", {"second": [1, b"bytes"]}
    start = len(message(first))
    data = message(first, second)
    for cut in range(1, len(data)):
        connection = Connection()
        connection.receive_data(data[:cut])
        connection.receive_eof()
        whole = cut in (len(STREAM_HEADER), start, start + 1)  # between contents; a reset is no content
        if whole:
            assert events_of(connection)[-1] == EndOfStream()
            assert state_of(connection) is State.PEER_ENDED
            continue
        with pytest.raises(TruncatedStreamError) as caught:
            events_of(connection)
        assert caught.value.offset == cut
        assert state_of(connection) is State.BROKEN


def test_a_connection_knows_whether_it_is_inside_a_content() -> None:
    connection = Connection()
    assert not connection.in_content
    data = message("text")
    connection.receive_data(data[:-1])
    assert connection.next_event() is NEED_DATA
    assert connection.in_content
    connection.receive_data(data[-1:])
    assert connection.next_event() == ObjectReceived("text")
    assert not connection.in_content
    assert connection.received_offset == len(data)

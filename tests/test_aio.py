"""Objects over a connection, for asyncio: the behaviour of the blocking channel, and cancelling."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, ParamSpec

import pytest

import bridge.channel
from bridge.aio import Channel, Listener, Server, connect, listen, serve
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
    SchemaError,
)
from bridge.stream.constants import STREAM_HEADER
from bridge.stream.model import BlockData
from bridge.transport.base import AsyncTransport, Info

P = ParamSpec("P")

# Only so that a test that fails does not hang.
ENOUGH_SECONDS = 20.0

VALUES: list[Any] = [None, "text", 7, 2**40, 2.5, True, b"bytes", [1, [2, "three"], None], {"key": [1]}]


def story(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test in an event loop of its own; no task of it may be left over."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(ENOUGH_SECONDS):
                await test(*args, **kwargs)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(bounded())

    return run


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[tuple[Channel, Channel]]:
    async with await listen("127.0.0.1", 0) as listener:
        here = await connect(listener.address, **options)
        there = await listener.accept()
    async with here, there:
        yield here, there


def message(*objects: object) -> bytes:
    connection = Connection()
    for obj in objects:
        connection.send(obj)
    return connection.data_to_send()


class Canned(AsyncTransport):
    """Plays back pieces; an exception among them is raised, and None waits for ever."""

    def __init__(self, *pieces: bytes | Exception | None, failure: Exception | None = None) -> None:
        self.pieces = list(pieces)
        self.failure = failure
        self.sent = bytearray()

    async def receive(self, max_bytes: int) -> bytes:
        assert max_bytes == 65536
        if not self.pieces:
            return b""
        piece = self.pieces[0]
        if piece is None:
            await asyncio.Event().wait()
        del self.pieces[0]
        if isinstance(piece, Exception):
            raise piece
        assert piece is not None
        return piece

    def write(self, data: bytes) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent += data

    async def drain(self) -> None:
        if self.failure is not None:
            raise self.failure

    def send_eof(self) -> None:
        if self.failure is not None:
            raise self.failure

    def stop_receiving(self) -> None:
        self.pieces.clear()

    def abort(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def info(self, name: Info) -> object:
        return None


async def echo(channel: Channel) -> None:
    async for obj in channel:
        await channel.send(obj)


async def all_of(channel: Channel) -> list[Any]:
    return [obj async for obj in channel]


# ----------------------------------------------------------------------------------------------- sending, receiving


@story
async def test_objects_go_both_ways() -> None:
    async with connected() as (here, there):
        assert here.peer == there.local
        assert here.local == there.peer
        assert str(here.peer) in repr(here)
        for value in VALUES:
            await here.send(value)
            assert await there.receive() == value
            await there.send(value)
            assert await here.receive() == value


@story
async def test_blocking_and_asyncio_channels_talk_to_each_other() -> None:
    async with await serve("127.0.0.1:0", echo) as server:

        def talk() -> None:
            with bridge.channel.connect(server.address) as channel:
                for value in VALUES:
                    assert channel.request(value) == value

        await asyncio.to_thread(talk)


@story
async def test_iterating_gives_every_object_until_the_peer_ends() -> None:
    async with connected() as (here, there):
        for value in VALUES:
            await here.send(value)
        await here.close()
        assert await all_of(there) == VALUES
        assert await all_of(there) == []
        with pytest.raises(ChannelClosed):
            await there.receive()


@story
async def test_an_end_that_ended_sending_still_receives() -> None:
    async with connected() as (here, there):
        await here.send("question")
        await here.send_eof()
        await here.send_eof()
        assert await all_of(there) == ["question"]
        await there.send("answer")
        assert await here.receive() == "answer"
        with pytest.raises(LocalProtocolError, match="ended"):
            await here.send("more")
        await there.send_eof()
        assert await all_of(here) == []
        assert here.state is there.state is State.CLOSED


@story
async def test_the_rest_of_the_verbs() -> None:
    async with connected() as (here, there):
        await here.send_data(b"\0\0\0\7")
        await here.send_unshared(["text"])
        await here.reset()
        await here.send_exception("went wrong")
        await here.send("after")
        data = await there.receive()
        assert isinstance(data, BlockData)
        assert data == b"\0\0\0\7"
        assert await there.receive() == ["text"]
        with pytest.raises(PeerException) as caught:
            await there.receive()
        assert caught.value.throwable == "went wrong"
        assert await there.receive() == "after"


@story
async def test_the_header_goes_out_before_anything_is_asked_for() -> None:
    transport = Canned()
    Channel(transport)
    assert transport.sent == STREAM_HEADER


@story
async def test_a_stream_that_arrives_byte_by_byte_is_read_all_the_same() -> None:
    channel = Channel(Canned(*[bytes([byte]) for byte in message(*VALUES)]))
    assert await all_of(channel) == VALUES


@story
async def test_large_objects_go_both_ways_at_once() -> None:
    async with connected() as (here, there), asyncio.TaskGroup() as tasks:
        for one, other in ((here, there), (there, here)):
            tasks.create_task(one.send(bytes(5_000_000)))
            received = tasks.create_task(other.receive())
        assert await received == bytes(5_000_000)


@story
async def test_tasks_that_send_at_once_send_whole_objects() -> None:
    async with connected() as (here, there), asyncio.TaskGroup() as tasks:

        async def send(task: int) -> None:
            for i in range(50):
                await here.send([task, i, bytes(i * 1000)])

        for task in range(4):
            tasks.create_task(send(task))
        received = [await there.receive() for _ in range(200)]
        for task in range(4):
            assert [i for by, i, _ in received if by == task] == list(range(50))


@story
async def test_tasks_that_request_at_once_get_their_own_answers() -> None:
    async with await serve("127.0.0.1:0", echo) as server, await connect(server.address) as channel:
        answers = await asyncio.gather(*[channel.request(i) for i in range(100)])
        assert answers == list(range(100))


# -------------------------------------------------------------------------------------------- refusals and hang-ups


@story
async def test_what_cannot_be_written_is_refused_before_any_byte_and_the_channel_goes_on() -> None:
    transport = Canned()
    channel = Channel(transport)
    before = bytes(transport.sent)
    for send in (channel.send, channel.send_unshared, channel.request):
        with pytest.raises(NotSerializableError):
            await send([object()])
    assert transport.sent == before
    await channel.send("after")
    assert await all_of(Channel(Canned(bytes(transport.sent)))) == ["after"]


@story
async def test_what_is_no_stream_is_an_error_and_sending_goes_on() -> None:
    channel = Channel(Canned(b"GET / HTTP/1.1\r\n\r\n"))
    for _ in range(2):
        with pytest.raises(CorruptedStreamError):
            await channel.receive()
    assert channel.state is State.BROKEN
    await channel.send("still possible")


@story
async def test_filters_hold_on_a_channel() -> None:
    async with connected(object_filter="!*") as (here, there):
        await there.send([1])
        with pytest.raises(RejectedError):
            await here.receive()


@story
async def test_a_peer_that_hangs_up_at_any_byte_of_an_object_has_broken_off() -> None:
    first, second = "first", {"second": [1, b"bytes"]}
    start = len(message(first)) + 1  # a reset comes first
    data = message(first, second)
    for cut in range(start + 1, len(data)):
        channel = Channel(Canned(data[:cut]))
        assert await channel.receive() == first
        for _ in range(2):
            with pytest.raises(ChannelBroken) as caught:
                await channel.receive()
            assert caught.value.offset == cut


@story
async def test_a_peer_that_hangs_up_between_objects_has_ended() -> None:
    for pieces in ([], [STREAM_HEADER], [message("first")]):
        channel = Channel(Canned(*pieces))
        assert await all_of(channel) == ["first"] * (len(pieces) > 0 and len(pieces[0]) > 4)
        with pytest.raises(ChannelClosed):
            await channel.receive()


@story
async def test_a_connection_that_fails_is_broken() -> None:
    channel = Channel(Canned(ConnectionResetError("reset"), failure=ConnectionResetError("reset")))
    with pytest.raises(ChannelBroken, match="reset") as caught:
        await channel.receive()
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    for sending in (channel.send("x"), channel.flush(), channel.send_eof()):
        with pytest.raises(ChannelBroken, match="reset"):
            await sending


@story
async def test_a_peer_that_resets_the_connection_has_broken_off() -> None:
    async with connected() as (here, there):
        sock = there._transport.info("socket")
        assert hasattr(sock, "setsockopt")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        there.abort()
        with pytest.raises(ChannelBroken):
            await here.receive()
        with pytest.raises(ChannelBroken):
            await here.send("to nobody")


@story
async def test_after_closing_nothing_is_sent_or_received() -> None:
    async with connected() as (here, there):
        receiving = asyncio.create_task(all_of(here))
        await asyncio.sleep(0)
        await there.send_data(b"")
        await here.close()
        assert await receiving == []
        await here.close()
        await here.send_eof()
        assert here.state is State.CLOSED
        for send in (here.send, here.send_unshared, here.send_exception, here.request):
            with pytest.raises(LocalProtocolError, match="closed"):
                await send("x")
        with pytest.raises(LocalProtocolError, match="closed"):
            await here.reset()
        with pytest.raises(ChannelClosed, match="closed"):
            await here.receive()


@story
async def test_closing_ends_the_task_that_sends() -> None:
    async with connected() as (here, _there):
        sending = asyncio.create_task(here.send(bytes(1 << 26)))
        await asyncio.sleep(0)
        await here.close(timeout=0)
        with pytest.raises(ChannelBroken, match="closed"):
            await sending


@story
async def test_stopping_lets_what_is_half_received_come_to_its_end() -> None:
    data = message("whole")
    transport = Canned(data[:-1], None)
    channel = Channel(transport)
    with pytest.raises(ChannelTimeout):
        await channel.receive(timeout=0)
    channel.stop_receiving()
    transport.pieces = [data[-1:], data]
    assert await channel.receive() == "whole"
    with pytest.raises(ChannelClosed, match="stopping"):
        await channel.receive()


@story
async def test_an_object_that_begins_after_stopping_is_not_waited_for() -> None:
    channel = Channel(Canned(None))
    with pytest.raises(ChannelTimeout):
        await channel.receive(timeout=0)
    channel.stop_receiving()
    channel._connection.receive_data(message("too late")[:-1])
    with pytest.raises(ChannelClosed, match="stopping"):
        await channel.receive()


# -------------------------------------------------------------------------------------------- timeouts, cancelling


@story
async def test_a_receive_that_takes_too_long_or_is_cancelled_loses_nothing() -> None:
    async with connected() as (here, there):
        data = message([1, "text"])[4:]
        for byte in data[:-1]:
            with pytest.raises(ChannelTimeout):
                await here.receive(timeout=0)
            receiving = asyncio.create_task(here.receive())
            await asyncio.sleep(0)
            there._transport.write(bytes([byte]))
            receiving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await receiving
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await here.receive()
        there._transport.write(data[-1:])
        assert await here.receive() == [1, "text"]


@story
async def test_a_receive_cancelled_at_any_step_loses_nothing() -> None:
    async with connected() as (here, there):
        await there.send("object")
        for steps in range(20):
            receiving = asyncio.create_task(here.receive())
            for _ in range(steps):
                await asyncio.sleep(0)
            if receiving.done():
                assert receiving.result() == "object"
                await there.send("object")
                continue
            receiving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await receiving
        assert await here.receive() == "object"


@story
async def test_a_send_that_takes_too_long_or_is_cancelled_is_sent_once_and_whole() -> None:
    async with connected() as (here, there):
        large = bytes(1 << 24)
        sending = asyncio.create_task(here.send([0, large]))
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        with pytest.raises(ChannelTimeout, match="nothing of this was sent") as caught:
            await here.send([1, large], timeout=0)
        assert caught.value.queued is False
        with pytest.raises(ChannelTimeout):
            await here.flush(timeout=0)
        with pytest.raises(ChannelTimeout):
            await here.send_eof(timeout=0)
        assert await all_of(there) == [[0, large]]
        await here.flush()


@story
async def test_an_answer_that_comes_late_is_not_taken_for_the_next_one() -> None:
    async with connected() as (here, there):
        with pytest.raises(ChannelTimeout):
            await here.request("first", timeout=0.001)
        with pytest.raises(LocalProtocolError, match="still to come"):
            await here.request("second")
        await there.send("first answer")
        assert await here.receive() == "first answer"
        await there.send("second answer")
        assert await here.request("second") == "second answer"


@story
async def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    async with connected() as (here, there):
        await there.close()
        with pytest.raises(ChannelClosed):
            await here.request("first")


@story
async def test_a_task_waits_for_the_others_no_longer_than_it_was_told() -> None:
    async with connected() as (here, there):
        first = asyncio.create_task(here.receive())
        await asyncio.sleep(0)
        with pytest.raises(ChannelTimeout):
            await here.receive(timeout=0)
        await there.send("object")
        assert await first == "object"


# ------------------------------------------------------------------------------------------------- connect and listen


@story
async def test_what_is_no_address_and_where_nobody_is() -> None:
    for address in ("tcp://127.0.0.1", "nonsense://127.0.0.1:1", "127.0.0.1:http"):
        with pytest.raises(ConnectError):
            await connect(address)
        with pytest.raises(ConnectError):
            await listen(address)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectError, match="no connection to tcp://127"):
            await connect(*unused.getsockname())
        with pytest.raises(ConnectError, match="in 0 s"):
            await connect(*unused.getsockname(), timeout=0)
    async with await listen("127.0.0.1", 0) as listener:
        with pytest.raises(ConnectError, match="cannot listen"):
            await listen(listener.address)


@story
async def test_options_that_make_no_sense_are_refused_before_anything_is_opened() -> None:
    for opening in (connect("127.0.0.1:1", reset_every=0), listen("127.0.0.1:1", reset_every=0)):
        with pytest.raises(SchemaError):
            await opening
    with pytest.raises(SchemaError, match="max_peers"):
        await serve("127.0.0.1:0", echo, max_peers=0)


@story
async def test_a_listener_gives_peer_after_peer_until_it_is_closed() -> None:
    async def take(listener: Listener) -> list[Any]:
        taken = []
        async for channel in listener:
            async with channel:
                taken.append(await channel.receive())
                await channel.send("taken")
        return taken

    listener = await listen("127.0.0.1", 0)
    with pytest.raises(ChannelTimeout):
        await listener.accept(timeout=0)
    taking = asyncio.create_task(take(listener))
    for i in range(3):
        async with await connect(listener.address) as channel:
            assert await channel.request(i) == "taken"
    listener.close()
    assert await taking == [0, 1, 2]
    with pytest.raises(ChannelClosed):
        await listener.accept()
    assert "closed" in repr(listener)


# ------------------------------------------------------------------------------------------------------------- server


@story
async def test_a_server_serves_peers_side_by_side() -> None:
    async with await serve("127.0.0.1:0", echo) as server:
        channels = [await connect(server.address) for _ in range(50)]
        for i, channel in enumerate(channels):
            await channel.send(i)
        assert [await channel.receive() for channel in channels] == list(range(50))
        assert server.peer_count == 50
        assert "50 peers" in repr(server)
        for channel in channels:
            await channel.close()


@story
async def test_of_more_peers_than_allowed_the_others_wait_until_one_has_gone() -> None:
    async with await serve("127.0.0.1:0", echo, max_peers=1) as server:
        first, second = await connect(server.address), await connect(server.address)
        assert await first.request("first") == "first"
        await second.send("second")
        with pytest.raises(ChannelTimeout):
            await second.receive(timeout=0.05)
        await first.close()
        assert await second.receive() == "second"
        await second.close()


@story
async def test_a_server_that_stops_ends_its_idle_peers_and_accepts_nobody() -> None:
    server = await serve("127.0.0.1:0", echo)
    channels = [await connect(server.address) for _ in range(3)]
    for channel in channels:
        assert await channel.request("hello") == "hello"
    assert await server.stop(grace_seconds=ENOUGH_SECONDS)
    assert server.peer_count == 0
    for channel in channels:
        assert await all_of(channel) == []
        await channel.close()
    assert await server.stop()
    assert "stopping" in repr(server)
    with pytest.raises(ConnectError):
        await connect(server.address)


@story
async def test_a_server_that_stops_lets_its_handlers_finish() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(channel: Channel) -> None:
        async for obj in channel:
            begun.set()
            await go_on.wait()
            await channel.send(["done", obj])

    async with await serve("127.0.0.1:0", work) as server, await connect(server.address) as channel:
        await channel.send("work")
        await begun.wait()
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        go_on.set()
        assert await channel.receive() == ["done", "work"]
        assert await all_of(channel) == []
        assert await stopping


@story
async def test_a_server_that_stops_cancels_who_is_late() -> None:
    begun = asyncio.Event()
    cancelled = []

    async def work(channel: Channel) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            cancelled.append(error)
            raise

    server = await serve("127.0.0.1:0", work)
    async with await connect(server.address) as channel:
        await begun.wait()
        assert not await server.stop(grace_seconds=0)
        assert len(cancelled) == 1
        assert await all_of(channel) == []


@story
async def test_a_handler_may_stop_its_own_server() -> None:
    async def stop(channel: Channel) -> None:
        await channel.receive()
        await channel.send(["stopped", await server.stop()])

    server = await serve("127.0.0.1:0", stop)
    async with await connect(server.address) as channel:
        assert await channel.request("please") == ["stopped", True]
    await server.serve_forever()


@story
async def test_serving_for_ever_ends_when_the_server_is_stopped_or_the_task_cancelled() -> None:
    server = await serve("127.0.0.1:0", echo)
    serving = asyncio.create_task(server.serve_forever())
    await server.stop()
    await serving
    server = await serve("127.0.0.1:0", echo)
    serving = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    with pytest.raises(ConnectError):
        await connect(server.address)


async def misbehave(channel: Channel) -> None:
    await channel.receive()
    raise ZeroDivisionError("a mistake in the handler")


ENDINGS: list[tuple[Callable[[Channel], Awaitable[object]], bytes, str, int]] = [
    (echo, message("whole")[4:], "", 0),
    (Channel.receive, b"\x79", "", 0),
    (echo, b"\x74\0", "ChannelBroken", logging.WARNING),
    (echo, b"\0", "CorruptedStreamError", logging.WARNING),
    (misbehave, message("whole")[4:], "ZeroDivisionError", logging.ERROR),
]


@pytest.mark.parametrize(("handler", "data", "name", "level"), ENDINGS)
@story
async def test_an_ending_is_logged_where_it_is_no_good_one_and_the_server_goes_on(
    handler: Callable[[Channel], Awaitable[object]],
    data: bytes,
    name: str,
    level: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with await serve("127.0.0.1:0", handler) as server:
        for _ in range(2):
            async with await connect(server.address) as channel:
                channel._transport.write(data)
                await channel.send_eof()
                try:
                    await all_of(channel)
                except ChannelBroken:
                    pass  # bytes that were not read make the system reset the connection
    assert len(caplog.records) == (2 if name else 0)
    for record in caplog.records:
        assert record.levelno == level
        assert name in record.getMessage() + (record.exc_text or "")


@story
async def test_a_server_goes_on_where_the_system_cannot_accept(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = await listen("127.0.0.1", 0)
    accept = listener._listener.accept
    failures = [OSError("too many open files")]

    async def fail_once() -> AsyncTransport:
        if failures:
            raise failures.pop()
        return await accept()

    monkeypatch.setattr(listener._listener, "accept", fail_once)
    async with Server(listener, echo), await connect(listener.address) as channel:
        assert await channel.request("hello") == "hello"
    assert "too many open files" in str(caplog.records[0].exc_info)

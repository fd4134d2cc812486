"""Objects over a connection, for asyncio: the behaviour of the blocking channel, and cancelling."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

import bridge.channel
from bridge.aio import Channel, Server, connect, listen, serve
from bridge.errors import (
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
)
from bridge.stream.constants import STREAM_HEADER
from bridge.transport.base import AsyncTransport, Info
from tests.shells import all_of, echo, message, story

VALUES: list[Any] = [None, "text", 7, 2**40, 2.5, True, b"bytes", [1, [2, "three"], None], {"key": [1]}]


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[tuple[Channel, Channel]]:
    async with await listen("127.0.0.1", 0) as listener:
        here = await connect(listener.address, **options)
        there = await listener.accept()
    async with here, there:
        yield here, there


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


# ----------------------------------------------------------------------------------------------- sending, receiving


@story
async def test_blocking_and_asyncio_channels_talk_to_each_other() -> None:
    async with await serve("127.0.0.1:0", echo) as server:

        def talk() -> None:
            with bridge.channel.connect(server.address) as channel:
                for value in VALUES:
                    assert channel.request(value) == value

        await asyncio.to_thread(talk)


@story
async def test_the_header_goes_out_before_anything_is_asked_for() -> None:
    transport = Canned()
    Channel(transport)
    assert transport.sent == STREAM_HEADER


# -------------------------------------------------------------------------------------------- refusals and hang-ups


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


# ------------------------------------------------------------------------------------------------------------- server


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
    assert "too many open files" in caplog.text


@story
async def test_a_handler_may_stop_its_own_server() -> None:
    async def stop(channel: Channel) -> None:
        await channel.receive()
        await channel.send(["stopped", await server.stop()])

    server = await serve("127.0.0.1:0", stop)
    async with await connect(server.address) as channel:
        assert await channel.request("please") == ["stopped", True]
    await server.serve_forever()

"""Channels of a protocol, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, assert_type

import pytest

import bridge
from bridge.errors import (
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
    CorruptedStreamError,
    LocalProtocolError,
    RemoteProtocolError,
    SchemaError,
)
from bridge.wire import AsyncMessageChannel, Protocol

from .protocols import DATAGRAMS, MESSAGES, STORE, TURNS, Failed, Get, Line, Value, name_of
from .test_channel import EVERYWHERE, FRAMED, GOOD, WAIT_SECONDS

NEGOTIATED = Protocol("store", MESSAGES, correlation="request", negotiate=True, version=2)


async def answer(channel: AsyncMessageChannel) -> None:
    async for message in channel:
        await channel.send(Value(message.request, message.key.encode()))


@asynccontextmanager
async def served(handler: Any = answer, protocol: Protocol = STORE) -> AsyncIterator[AsyncMessageChannel]:
    async with (
        await bridge.aio.serve(EVERYWHERE, handler, protocol=protocol) as server,
        await bridge.aio.connect(server.address, protocol=protocol, timeout=WAIT_SECONDS) as channel,
    ):
        yield channel


@pytest.mark.parametrize("protocol", FRAMED, ids=name_of)
def test_a_server_and_a_client_speak_every_framing(protocol: Protocol) -> None:
    async def run() -> None:
        async with served(protocol=protocol) as channel:
            assert_type(channel, AsyncMessageChannel)
            assert await channel.request(Get(1, "a"), timeout=WAIT_SECONDS) == Value(1, b"a")
            await channel.send(Get(2, "b"), timeout=WAIT_SECONDS)
            assert await channel.receive(timeout=WAIT_SECONDS) == Value(2, b"b")
            assert channel.version == protocol.version
            assert repr(channel).startswith("<AsyncMessageChannel store client")
            await channel.send_eof()
            assert [message async for message in channel] == []

    asyncio.run(run())


@pytest.mark.parametrize("protocol", [STORE, NEGOTIATED], ids=["plain", "negotiated"])
def test_many_tasks_request_at_a_time(protocol: Protocol) -> None:
    async def answer_backwards(channel: AsyncMessageChannel) -> None:
        arrived: list[Get] = []
        async for message in channel:
            arrived.append(message)
            if len(arrived) == 20:
                for each in reversed(arrived):
                    await channel.send(Value(each.request or 0, each.key.encode()))

    async def run() -> None:
        async with served(answer_backwards, protocol) as channel:
            asked = [channel.request(Get(None, str(n)), expect=Value, timeout=WAIT_SECONDS) for n in range(20)]
            answers = await asyncio.gather(*asked)
            assert [each.data for each in answers] == [str(n).encode() for n in range(20)]

    asyncio.run(run())


def test_a_request_that_is_cancelled_drops_its_answer() -> None:
    go_on = asyncio.Event()

    async def slow(channel: AsyncMessageChannel) -> None:
        first = await channel.receive()
        await go_on.wait()
        await channel.send(Value(first.request, b"late"))
        await answer(channel)

    async def run() -> None:
        async with served(slow) as channel:
            task = asyncio.create_task(channel.request(Get(1, "a")))
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            with pytest.raises(ChannelTimeout):
                await channel.request(Get(2, "b"), timeout=0.01)
            go_on.set()
            assert await channel.request(Get(3, "c"), timeout=WAIT_SECONDS) == Value(3, b"c")
            with pytest.raises(ChannelTimeout):
                await channel.receive(timeout=0.01)

    asyncio.run(run())


def test_who_waits_goes_on_when_the_one_that_receives_is_cancelled() -> None:
    async def run() -> None:
        async with served() as channel:
            leader = asyncio.create_task(channel.receive())
            await asyncio.sleep(0)
            asked = asyncio.create_task(channel.request(Get(1, "a"), timeout=WAIT_SECONDS))
            await asyncio.sleep(0)
            leader.cancel()
            assert await asked == Value(1, b"a")

    asyncio.run(run())


def test_mistakes_are_errors_and_the_channel_goes_on() -> None:
    async def run() -> None:
        async with served() as channel:
            with pytest.raises(SchemaError, match="is no message of store"):
                await channel.receive(expect=Line)
            with pytest.raises(RemoteProtocolError, match="and not a Failed"):
                await channel.request(Get(1, "a"), expect=Failed, timeout=WAIT_SECONDS)
            waiting = asyncio.create_task(channel.request(Get(5, "a"), timeout=WAIT_SECONDS))
            await asyncio.sleep(0)
            with pytest.raises(LocalProtocolError, match="awaited already"):
                await channel.request(Get(5, "b"))
            assert await waiting == Value(5, b"a")
            found = await channel.request(Get(6, "c"), expect=(Value, Failed), timeout=WAIT_SECONDS)
            assert_type(found, Value | Failed)

    asyncio.run(run())


def test_without_correlation_the_next_message_is_the_answer() -> None:
    async def run() -> None:
        async with served(protocol=TURNS) as channel:
            assert await channel.request(Get(1, "a"), timeout=WAIT_SECONDS) == Value(1, b"a")
            assert channel.place == "idle"

    asyncio.run(run())


def test_a_datagram_is_a_message() -> None:
    async def run() -> None:
        async with await bridge.aio.serve("udp://127.0.0.1:0", answer, protocol=DATAGRAMS) as server:
            async with await bridge.aio.connect(server.address, protocol=DATAGRAMS) as channel:
                assert await channel.request(Get(1, "a"), timeout=WAIT_SECONDS) == Value(1, b"a")
            with pytest.raises(SchemaError, match="carries datagrams"):
                await bridge.aio.connect(server.address, protocol=STORE)
        async with await bridge.aio.listen(EVERYWHERE, protocol=DATAGRAMS) as listener:
            with pytest.raises(SchemaError, match="carries a stream of bytes"):
                await bridge.aio.connect(listener.address, protocol=DATAGRAMS)
            with pytest.raises(ConnectError, match="is for datagrams"):
                await listener.accept(timeout=WAIT_SECONDS)

    asyncio.run(run())


def test_a_bad_message_costs_itself_and_an_end_in_the_middle_the_rest() -> None:
    async def run() -> None:
        seen: asyncio.Queue[Any] = asyncio.Queue()

        async def handler(channel: AsyncMessageChannel) -> None:
            for _ in range(3):
                try:
                    seen.put_nowait(await channel.receive(timeout=WAIT_SECONDS))
                except bridge.BridgeError as error:
                    seen.put_nowait(error)

        async with await bridge.aio.serve(EVERYWHERE, handler, protocol=STORE) as server:
            _, writer = await asyncio.open_connection(server.address.host, server.address.port)
            writer.write(b"\0\0\0\1\x63" + GOOD + GOOD[:5])
            writer.write_eof()
            assert type(await seen.get()) is CorruptedStreamError
            assert await seen.get() == Get(1, "good")
            assert type(await seen.get()) is ChannelBroken
            writer.close()

    asyncio.run(run())


def test_a_peer_that_says_nothing_keeps_a_negotiation_waiting() -> None:
    async def silent(channel: bridge.aio.Channel) -> None:
        await channel.receive()

    async def run() -> None:
        async with await bridge.aio.listen(EVERYWHERE) as listener:  # noqa: SIM117 - the order shows
            async with await bridge.aio.connect(listener.address, protocol=NEGOTIATED) as channel:
                with pytest.raises(ChannelTimeout):
                    await channel.send(Get(1, "a"), timeout=0.01)
                with pytest.raises(ChannelTimeout):
                    await channel.request(Get(1, "a"), timeout=0.01)
                with pytest.raises(ChannelTimeout):
                    await channel.request(Line("has no number"), timeout=0.01)
                async with await listener.accept():  # which begins with the header of an object stream
                    with pytest.raises(CorruptedStreamError, match="does not negotiate"):
                        await channel.send(Get(1, "a"), timeout=WAIT_SECONDS)

    asyncio.run(run())


def test_closing_ends_who_waits() -> None:
    async def run() -> None:
        async with served() as channel:
            waiting = asyncio.create_task(channel.receive())
            await asyncio.sleep(0)
            await channel.close()
            with pytest.raises(ChannelClosed):
                await waiting

    asyncio.run(run())

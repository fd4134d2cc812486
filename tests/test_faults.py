"""Conversations over a network that stalls, cuts at every byte, sends one byte at a time, delays; on both shells."""

from __future__ import annotations

import asyncio
from typing import Any

import psutil
import pytest

from bridge.connection import State
from bridge.errors import ChannelBroken, ChannelClosed, ChannelTimeout, ConnectError
from tests.faults import NO_FAULT, Fault, proxy
from tests.shells import ENOUGH_SECONDS, Shell, all_of, echo, message, on_both_shells

VALUES: list[Any] = [None, "text", 7, 2**40, b"bytes" * 100, [1, [2, "three"], None], {"key": [1]}]

SLOW: list[Fault] = [
    Fault(piece_bytes=1),
    Fault(piece_bytes=1, delay_seconds=0.0005),
    Fault(piece_bytes=7, delay_seconds=0.002),
    Fault(delay_seconds=0.02),
]


@pytest.mark.parametrize("fault", SLOW, ids=str)
@on_both_shells
async def test_a_slow_network_changes_nothing(shell: Shell, fault: Fault) -> None:
    async with await shell.serve("127.0.0.1:0", echo, content_seconds=ENOUGH_SECONDS) as server:
        with proxy(server.address, (fault, fault)) as between:
            async with await shell.connect(between.address, content_seconds=ENOUGH_SECONDS) as channel:
                for value in VALUES:
                    assert await channel.request(value) == value
                for value in VALUES:
                    await channel.send(value)
                await channel.send_eof()
                assert await all_of(channel) == VALUES


@on_both_shells
async def test_a_large_object_passes_in_small_pieces(shell: Shell) -> None:
    large = bytes(range(256)) * 4000
    fault = Fault(piece_bytes=977)
    async with await shell.serve("127.0.0.1:0", echo) as server:
        with proxy(server.address, (fault, fault)) as between:
            async with await shell.connect(between.address) as channel:
                assert await channel.request(large) == large


@pytest.mark.parametrize("reset", [False, True])
@on_both_shells
async def test_an_answer_cut_at_any_byte_is_an_end_or_a_break_and_never_half_an_object(
    shell: Shell, reset: bool
) -> None:
    first, second = len(message("one")), len(message("one", "two"))
    between_objects = {0, 4, first, first + 1, second}  # a reset is no object
    cuts = range(second + 1)
    faults = [(NO_FAULT, Fault(cut_after=cut, reset=reset)) for cut in cuts]
    async with await shell.serve("127.0.0.1:0", echo) as server:
        with proxy(server.address, *faults) as between:
            for cut in cuts:
                received: list[Any] = []
                try:
                    connecting = await shell.connect(between.address)
                except ConnectError:
                    assert reset
                    continue
                async with connecting as channel:
                    try:
                        for value in ("one", "two"):
                            await channel.send(value)
                        while True:
                            received.append(await channel.receive())
                    except ChannelClosed:
                        assert cut in between_objects
                    except ChannelBroken:
                        # A reset may overtake what was sent before it, and sending may meet it first.
                        assert reset or cut not in between_objects or len(received) < 2
                        assert channel.state is State.BROKEN
                    assert received == ["one", "two"][: len(received)]
                    assert len(received) <= (cut >= first) + (cut >= second)
        await server.stop(grace_seconds=ENOUGH_SECONDS)


@pytest.mark.parametrize("reset", [False, True])
@on_both_shells
async def test_a_server_outlives_peers_cut_at_every_byte_and_takes_no_half_object(shell: Shell, reset: bool) -> None:
    received: list[Any] = []
    errors: list[Exception] = []

    async def take(channel: Any) -> None:
        async for obj in channel:
            received.append(obj)

    process = psutil.Process()
    question = message({"number": 0, "text": ["some", "text"]})
    cuts = range(len(question))
    async with await shell.serve("127.0.0.1:0", take, on_error=lambda _, error: errors.append(error)) as server:
        descriptors = process.num_fds()
        with proxy(server.address, *[(Fault(cut_after=cut, reset=reset), NO_FAULT) for cut in cuts]) as between:
            for number in cuts:
                try:
                    connecting = await shell.connect(between.address)
                except ConnectError:
                    assert reset
                    continue
                async with connecting as channel:
                    try:
                        await channel.send({"number": number, "text": ["some", "text"]})
                        await all_of(channel)
                    except ChannelBroken:
                        pass
            async with await shell.connect(between.address) as channel:
                await channel.send("whole")
                await channel.send_eof()
                await all_of(channel)
        while server.peer_count or process.num_fds() > descriptors + 3:
            await asyncio.sleep(0.001)
    assert received == ["whole"]
    assert all(isinstance(error, ChannelBroken) for error in errors)
    # Every cut inside the object, or in the header, is reported; a reset may take the bytes before it along.
    assert len(errors) == len(cuts) - 2 if not reset else len(errors) > 0


@on_both_shells
async def test_a_network_that_stalls_at_any_byte_is_a_timeout_and_the_server_gets_rid_of_it(shell: Shell) -> None:
    question = message("question")
    stalls = range(1, len(question))
    idle_after = {0, 4}  # nothing was begun: such a peer is only idle
    faults = [(Fault(stall_after=stall), NO_FAULT) for stall in stalls]
    async with await shell.serve("127.0.0.1:0", echo, content_seconds=1.0) as server:
        with proxy(server.address, *faults) as between:
            channels = [await shell.connect(between.address) for _ in stalls]
            for channel in channels:
                with pytest.raises(ChannelTimeout) as caught:
                    await channel.request("question", timeout=0)
                assert caught.value.queued is True
            for stall, channel in zip(stalls, channels, strict=True):
                if stall in idle_after:
                    with pytest.raises(ChannelTimeout):
                        await channel.receive(timeout=0.01)
                else:
                    with pytest.raises((ChannelClosed, ChannelBroken)):
                        await channel.receive(timeout=ENOUGH_SECONDS)
            while server.peer_count > len(idle_after):
                await asyncio.sleep(0.001)
            for channel in channels:
                channel.abort()

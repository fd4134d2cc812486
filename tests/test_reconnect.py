"""A channel that connects again, on both shells: what is resent, what is not, and that no loss is silent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bridge.backoff import Reconnect
from bridge.connection import State
from bridge.errors import (
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    ConnectError,
    CorruptedStreamError,
    LocalProtocolError,
    NotSerializableError,
    PeerException,
)
from tests.faults import NO_FAULT, Fault, proxy
from tests.shells import ENOUGH_SECONDS, Shell, all_of, message, on_both_shells

QUICK = Reconnect(first_delay_seconds=0.001, longest_delay_seconds=0.01)
LOST = (ChannelBroken, ChannelClosed)


class Recorder:
    """A handler that answers, cuts when it is told to, and keeps what arrived."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.cuts_left = 0

    async def __call__(self, channel: Any) -> None:
        async for obj in channel:
            self.received.append(obj)
            if self.cuts_left and "cut" in str(obj):
                self.cuts_left -= 1
                return
            await channel.send(["answer", obj])


@asynccontextmanager
async def reconnecting(
    shell: Shell, cuts: int = 0, policy: Reconnect = QUICK
) -> AsyncIterator[tuple[Any, Recorder, Any]]:
    recorder = Recorder()
    recorder.cuts_left = cuts
    async with (
        await shell.serve("127.0.0.1:0", recorder) as server,
        await shell.connect(server.address, reconnect=policy) as channel,
    ):
        yield channel, recorder, server


@on_both_shells
async def test_a_loss_is_raised_once_and_the_next_call_connects_anew(shell: Shell) -> None:
    async with reconnecting(shell, cuts=2) as (channel, recorder, _):
        assert await channel.request("a") == ["answer", "a"]
        assert channel.state is State.OPEN
        before = channel.socket_id
        for number in range(2):
            with pytest.raises(LOST):
                await channel.request(f"cut {number}")
            assert [channel.state] == [State.BROKEN]
            assert await channel.request(f"b {number}") == ["answer", f"b {number}"]
        assert recorder.received == ["a", "cut 0", "b 0", "cut 1", "b 1"]
        assert channel.connection_count == 3
        assert channel.socket_id != before
        assert channel.peer == before.foreign_address
        assert str(channel.local) in repr(channel)


@on_both_shells
async def test_only_a_request_declared_repeatable_is_sent_again(shell: Shell) -> None:
    async with reconnecting(shell, cuts=3) as (channel, recorder, _):
        with pytest.raises(LOST):
            await channel.request("cut, once")
        assert await channel.request("cut, repeat", repeatable=True) == ["answer", "cut, repeat"]
        assert recorder.received == ["cut, once"] + ["cut, repeat"] * 3


@on_both_shells
async def test_a_request_is_repeated_no_more_often_than_the_attempts(shell: Shell) -> None:
    policy = Reconnect(attempts=4, first_delay_seconds=0.001, longest_delay_seconds=60, factor=1)
    async with reconnecting(shell, cuts=1000, policy=policy) as (channel, recorder, _):
        with pytest.raises(LOST):
            await channel.request("cut", repeatable=True)
        assert recorder.received == ["cut"] * 4


@on_both_shells
async def test_cut_at_every_byte_of_a_conversation_nothing_arrives_twice_and_no_loss_is_silent(shell: Shell) -> None:
    """A caller that goes on with the next request after each loss."""
    question = len(message("question 0"))
    answer = len(message(["answer", "question 0"]))
    faults = [(Fault(cut_after=cut, reset=cut % 2 == 0), NO_FAULT) for cut in range(2 * question + 2)]
    faults += [(NO_FAULT, Fault(cut_after=cut, reset=cut % 2 == 1)) for cut in range(2 * answer + 2)]
    recorder = Recorder()
    async with await shell.serve("127.0.0.1:0", recorder) as server:
        with proxy(server.address, *faults) as between:
            answered, unknown = [], []
            async with await shell.connect(between.address, reconnect=QUICK) as channel:
                number = 0
                while between.connections <= len(faults):
                    try:
                        answer_ = await channel.request(f"question {number}", timeout=ENOUGH_SECONDS)
                    except LOST:
                        unknown.append(number)
                    else:
                        assert answer_ == ["answer", f"question {number}"]
                        answered.append(number)
                    number += 1
                assert await channel.request("the end") == ["answer", "the end"]
        await server.stop()
    arrived = [int(text.split()[1]) for text in recorder.received if text != "the end"]
    assert arrived == sorted(set(arrived))  # none twice, and in order
    assert set(answered) <= set(arrived)
    assert set(arrived) - set(answered) <= set(unknown)
    assert len(unknown) >= len(faults) - 5  # a reset within the header may meet the connecting, and that is no loss


@on_both_shells
async def test_a_sender_that_never_receives_is_told_of_the_loss(shell: Shell) -> None:
    received: list[Any] = []

    async def take_three(channel: Any) -> None:
        for _ in range(3):
            received.append(await channel.receive())

    async with await shell.serve("127.0.0.1:0", take_three) as server:
        async with await shell.connect(server.address, reconnect=QUICK) as channel:
            number = losses = 0
            while losses < 4:
                try:
                    await channel.send(number, timeout=ENOUGH_SECONDS)
                except LOST:
                    losses += 1
                number += 1
                await asyncio.sleep(0.001)
        await server.stop()
    assert received == sorted(set(received))
    assert len(received) >= 12


@on_both_shells
async def test_what_cannot_be_sent_or_takes_too_long_is_no_loss(shell: Shell) -> None:
    async with reconnecting(shell) as (channel, recorder, _):
        with pytest.raises(NotSerializableError):
            await channel.request([object()])
        with pytest.raises(ChannelTimeout):
            await channel.receive(timeout=0)
        assert await channel.request("a") == ["answer", "a"]
        assert (channel.connection_count, recorder.received) == (1, ["a"])


VERBS: list[Any] = [
    lambda channel: channel.send("x"),
    lambda channel: channel.send_unshared("x"),
    lambda channel: channel.send_data(b"x"),
    lambda channel: channel.send_exception("x"),
    lambda channel: channel.reset(),
    lambda channel: channel.ensure_connected(),
]


@pytest.mark.parametrize("verb", VERBS)
@on_both_shells
async def test_every_verb_connects_anew(shell: Shell, verb: Any) -> None:
    async with reconnecting(shell, cuts=1) as (channel, _, __):
        with pytest.raises(LOST):
            await channel.request("cut")
        await channel.flush()
        assert channel.connection_count == 1
        await verb(channel)
        assert channel.connection_count == 2
        await channel.flush()
        await channel.ensure_connected()
        assert channel.connection_count == 2


# ----------------------------------------------------------------------------------------------------- trying again


def unused_address() -> tuple[str, int]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host, port = unused.getsockname()
        return host, port


@on_both_shells
async def test_after_the_last_try_the_call_gives_up(shell: Shell) -> None:
    policy = Reconnect(attempts=3, first_delay_seconds=0.001)
    with pytest.raises(ConnectError, match="given up: no connection"):
        await shell.connect(unused_address(), reconnect=policy)
    async with reconnecting(shell, cuts=1, policy=policy) as (channel, _, server):
        with pytest.raises(LOST):
            await channel.request("cut")
        await server.stop()
        for _ in range(2):
            with pytest.raises(ConnectError, match="given up"):
                await channel.send("to nobody")


@on_both_shells
async def test_a_server_may_come_late_and_come_back(shell: Shell) -> None:
    address = unused_address()
    connecting = asyncio.create_task(shell.connect(address, reconnect=QUICK))
    recorder = Recorder()
    await asyncio.sleep(0.02)
    server = await shell.serve(address, recorder)
    channel = await connecting
    assert await channel.request("first") == ["answer", "first"]
    await server.stop()
    with pytest.raises(LOST):
        await channel.request("into the gap")
    asking = asyncio.create_task(channel.request("second"))
    await asyncio.sleep(0.02)
    async with await shell.serve(address, recorder):
        assert await asking == ["answer", "second"]
        await channel.close()
    assert recorder.received == ["first", "second"]


@on_both_shells
async def test_a_call_waits_for_a_connection_no_longer_than_it_was_told(shell: Shell) -> None:
    policy = Reconnect(first_delay_seconds=0.05, longest_delay_seconds=0.05, jitter=0)
    with pytest.raises(ChannelTimeout, match="no connection"):
        await shell.connect(unused_address(), reconnect=policy, timeout=0.02)
    async with reconnecting(shell, cuts=1, policy=policy) as (channel, recorder, server):
        with pytest.raises(LOST):
            await channel.request("cut")
        await server.stop()
        with pytest.raises(ChannelTimeout) as caught:
            await channel.receive(timeout=0.01)
        assert caught.value.queued is None
        for _ in range(3):
            with pytest.raises(ChannelTimeout) as caught:
                await channel.send("x", timeout=0.01)
            assert caught.value.queued is False
        async with await shell.serve(server.address, recorder):
            # Calls that wait shorter than the delay do not put the next try off.
            while channel.state is State.BROKEN:
                try:
                    await channel.send("y", timeout=0.005)
                except ChannelTimeout as error:
                    if error.queued:
                        break
            assert await channel.receive() == ["answer", "y"]


@on_both_shells
async def test_closing_ends_the_waiting_for_a_connection(shell: Shell) -> None:
    policy = Reconnect(first_delay_seconds=1000, longest_delay_seconds=1000)
    async with reconnecting(shell, cuts=1, policy=policy) as (channel, _, server):
        with pytest.raises(LOST):
            await channel.request("cut")
        await server.stop()
        receiving = asyncio.create_task(channel.receive())
        sending = asyncio.create_task(channel.send("x"))
        await asyncio.sleep(0.05)
        await channel.close()
        with pytest.raises(ChannelClosed):
            await receiving
        with pytest.raises(LocalProtocolError):
            await sending
        assert channel.state is State.CLOSED
        with pytest.raises(ChannelClosed):
            await channel.receive()
        channel.abort()


@on_both_shells
async def test_closing_closes_the_connection(shell: Shell) -> None:
    async with reconnecting(shell) as (channel, _, server):
        assert await channel.request("a") == ["answer", "a"]
        await channel.close()
        with pytest.raises(ChannelClosed):
            await channel.receive()
        with pytest.raises(LocalProtocolError):
            await channel.send("x")
        while server.peer_count:
            await asyncio.sleep(0.001)
        assert channel.connection_count == 1


@on_both_shells
async def test_after_our_end_it_connects_no_more(shell: Shell) -> None:
    async with reconnecting(shell) as (channel, _, __):
        await channel.send("last")
        await channel.send_eof()
        assert await all_of(channel) == [["answer", "last"]]
        assert await all_of(channel) == []
        assert channel.connection_count == 1
        with pytest.raises(LocalProtocolError):
            await channel.send("more")
    async with reconnecting(shell, cuts=1) as (channel, _, __):
        with pytest.raises(LOST):
            await channel.request("cut")
        await channel.send_eof()
        with pytest.raises(ChannelClosed):
            await channel.receive()
        with pytest.raises(LocalProtocolError):
            await channel.send("more")


@on_both_shells
async def test_iterating_ends_where_the_peer_ends_and_goes_on_with_the_next_connection(shell: Shell) -> None:
    async def count(channel: Any) -> None:
        for number in range(3):
            await channel.send(number)

    async with (
        await shell.serve("127.0.0.1:0", count) as server,
        await shell.connect(server.address, reconnect=QUICK) as channel,
    ):
        assert [await all_of(channel) for _ in range(3)] == [[0, 1, 2]] * 3
        assert channel.connection_count == 3


@on_both_shells
async def test_a_stream_that_cannot_be_read_is_a_loss(shell: Shell) -> None:
    broken = [False, True]

    async def answer(channel: Any) -> None:
        await shell.write(channel, b"\0" if broken.pop() else message("whole")[4:])
        await channel.send_eof()
        await all_of(channel)

    async with (
        await shell.serve("127.0.0.1:0", answer) as server,
        await shell.connect(server.address, reconnect=QUICK) as channel,
    ):
        with pytest.raises(CorruptedStreamError):
            await channel.receive()
        assert await channel.receive() == "whole"


@on_both_shells
async def test_a_peer_that_answers_with_an_exception_has_proved_the_connection(shell: Shell) -> None:
    async def refuse(channel: Any) -> None:
        await channel.receive()
        await channel.send_exception("no")

    policy = Reconnect(first_delay_seconds=1000, longest_delay_seconds=1000)
    async with (
        await shell.serve("127.0.0.1:0", refuse) as server,
        await shell.connect(server.address, reconnect=policy) as channel,
    ):
        for _ in range(3):  # at once, and not after a delay
            with pytest.raises(PeerException):
                await channel.request("please")
            with pytest.raises(LOST):
                await channel.receive()
        assert channel.connection_count == 3


@on_both_shells
async def test_a_new_connection_is_greeted_before_anything_else(shell: Shell) -> None:
    greeted: list[str] = []

    def greet(channel: Any) -> Any:
        greeted.append(str(channel.socket_id))
        if len(greeted) == 2:
            raise ChannelBroken("not this one")
        return channel.send(f"hello {len(greeted)}")

    policy = Reconnect(first_delay_seconds=0.001, on_connected=greet)
    async with reconnecting(shell, cuts=1, policy=policy) as (channel, recorder, _):
        assert await channel.receive() == ["answer", "hello 1"]
        with pytest.raises(LOST):
            await channel.request("cut")
        assert await channel.receive() == ["answer", "hello 3"]
        assert len(set(greeted)) == 3
        assert recorder.received == ["hello 1", "cut", "hello 3"]


@on_both_shells
async def test_a_greeting_that_fails_otherwise_is_the_callers_mistake(shell: Shell) -> None:
    def fail(channel: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with reconnecting(shell, policy=Reconnect(on_connected=fail)):
            pass


@on_both_shells
async def test_many_at_once_share_one_new_connection(shell: Shell) -> None:
    async with reconnecting(shell, cuts=1) as (channel, recorder, _):
        with pytest.raises(LOST):
            await channel.request("cut")
        answers = await asyncio.gather(*[channel.request(number) for number in range(20)])
        assert answers == [["answer", number] for number in range(20)]
        assert channel.connection_count == 2
        assert sorted(recorder.received[1:]) == list(range(20))

"""Conversations and servers: what the blocking and the asyncio shell promise alike, proved on both."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

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
    RejectedError,
    RemoteProtocolError,
    SchemaError,
    TruncatedStreamError,
)
from bridge.stream.constants import STREAM_HEADER
from bridge.stream.model import BlockData
from bridge.wire import Protocol
from tests.shells import ENOUGH_SECONDS, Shell, all_of, connected, echo, message, on_both_shells
from tests.wire.protocols import TURNS, Failed, Get, Value

VALUES: list[Any] = [None, "text", 7, 2**40, 2.5, True, b"bytes", [1, [2, "three"], None], {"key": [1]}]

# ----------------------------------------------------------------------------------------------- sending, receiving


@on_both_shells
async def test_objects_go_both_ways(shell: Shell) -> None:
    async with connected(shell) as (here, there):
        assert here.peer == there.local
        assert here.local == there.peer
        assert str(here.peer) in repr(here)
        for value in VALUES:
            await here.send(value)
            assert await there.receive() == value
            await there.send(value)
            assert await here.receive() == value


@on_both_shells
async def test_iterating_gives_every_object_until_the_peer_ends(shell: Shell) -> None:
    async with connected(shell) as (here, there):
        for value in VALUES:
            await here.send(value)
        await here.close()
        assert await all_of(there) == VALUES
        assert await all_of(there) == []
        with pytest.raises(ChannelClosed):
            await there.receive()


@on_both_shells
async def test_an_end_that_ended_sending_still_receives(shell: Shell) -> None:
    async with connected(shell) as (here, there):
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


@on_both_shells
async def test_the_rest_of_the_verbs(shell: Shell) -> None:
    async with connected(shell) as (here, there):
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


@on_both_shells
async def test_a_stream_that_arrives_byte_by_byte_is_read_all_the_same(shell: Shell) -> None:
    channel = shell.channel(*[bytes([byte]) for byte in message(*VALUES)])
    assert await all_of(channel) == VALUES


@on_both_shells
async def test_large_objects_go_both_ways_at_once(shell: Shell) -> None:
    async with connected(shell) as (here, there), asyncio.TaskGroup() as tasks:
        for one, other in ((here, there), (there, here)):
            tasks.create_task(one.send(bytes(5_000_000)))
            received = tasks.create_task(other.receive())
        assert await received == bytes(5_000_000)


@on_both_shells
async def test_tasks_that_send_at_once_send_whole_objects(shell: Shell) -> None:
    async with connected(shell) as (here, there), asyncio.TaskGroup() as tasks:

        async def send(task: int) -> None:
            for i in range(50):
                await here.send([task, i, bytes(i * 1000)])

        for task in range(4):
            tasks.create_task(send(task))
        received = [await there.receive() for _ in range(200)]
        for task in range(4):
            assert [i for by, i, _ in received if by == task] == list(range(50))


@on_both_shells
async def test_tasks_that_request_at_once_get_their_own_answers(shell: Shell) -> None:
    async with await shell.serve("127.0.0.1:0", echo) as server, await shell.connect(server.address) as channel:
        answers = await asyncio.gather(*[channel.request(i) for i in range(100)])
        assert answers == list(range(100))


# -------------------------------------------------------------------------------------------- refusals and hang-ups


@on_both_shells
async def test_what_cannot_be_written_is_refused_before_any_byte_and_the_channel_goes_on(shell: Shell) -> None:
    channel = shell.channel()
    before = bytes(channel.sent)
    for send in (channel.send, channel.send_unshared, channel.request):
        with pytest.raises(NotSerializableError):
            await send([object()])
    assert channel.sent == before
    await channel.send("after")
    assert await all_of(shell.channel(bytes(channel.sent))) == ["after"]


@on_both_shells
async def test_what_is_no_stream_is_an_error_and_sending_goes_on(shell: Shell) -> None:
    channel = shell.channel(b"GET / HTTP/1.1\r\n\r\n")
    for _ in range(2):
        with pytest.raises(CorruptedStreamError):
            await channel.receive()
    assert channel.state is State.BROKEN
    await channel.send("still possible")


@on_both_shells
async def test_filters_hold_on_a_channel(shell: Shell) -> None:
    async with connected(shell, object_filter="!*") as (here, there):
        await there.send([1])
        with pytest.raises(RejectedError):
            await here.receive()


@on_both_shells
async def test_a_peer_that_hangs_up_at_any_byte_of_an_object_has_broken_off(shell: Shell) -> None:
    first, second = "first", {"second": [1, b"bytes"]}
    start = len(message(first)) + 1  # a reset comes first
    data = message(first, second)
    for cut in range(start + 1, len(data)):
        channel = shell.channel(data[:cut])
        assert await channel.receive() == first
        for _ in range(2):
            with pytest.raises(ChannelBroken) as caught:
                await channel.receive()
            assert caught.value.offset == cut
            assert isinstance(caught.value.__cause__, TruncatedStreamError)
            assert channel.state is State.BROKEN


@on_both_shells
async def test_a_peer_that_hangs_up_between_objects_has_ended(shell: Shell) -> None:
    for pieces in ([], [STREAM_HEADER], [message("first")]):
        channel = shell.channel(*pieces)
        assert await all_of(channel) == ["first"] * (len(pieces) > 0 and len(pieces[0]) > 4)
        with pytest.raises(ChannelClosed):
            await channel.receive()


@on_both_shells
async def test_a_peer_that_resets_the_connection_has_broken_off(shell: Shell) -> None:
    async with await shell.listen("127.0.0.1", 0) as listener:
        with socket.create_connection((listener.address.host, listener.address.port)) as peer:
            here = await listener.accept()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    async with here:
        with pytest.raises(ChannelBroken):
            await here.receive()
        assert here.state is State.BROKEN
        with pytest.raises(ChannelBroken):
            await here.send("to nobody")


@on_both_shells
async def test_after_closing_nothing_is_sent_or_received(shell: Shell) -> None:
    async with connected(shell) as (here, there):
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


# -------------------------------------------------------------------------------------------- timeouts, cancelling


@on_both_shells
async def test_an_answer_that_comes_late_is_not_taken_for_the_next_one(shell: Shell) -> None:
    async with connected(shell) as (here, there):
        with pytest.raises(ChannelTimeout):
            await here.request("first", timeout=0.001)
        with pytest.raises(LocalProtocolError, match="still to come"):
            await here.request("second")
        await there.send("first answer")
        assert await here.receive() == "first answer"
        await there.send("second answer")
        assert await here.request("second") == "second answer"


@on_both_shells
async def test_an_answer_that_never_comes_is_not_waited_for(shell: Shell) -> None:
    async with connected(shell) as (here, there):
        await there.close()
        with pytest.raises(ChannelClosed):
            await here.request("first")


@on_both_shells
async def test_a_task_waits_for_the_others_no_longer_than_it_was_told(shell: Shell) -> None:
    async with connected(shell) as (here, there):
        first = asyncio.create_task(here.receive())
        await asyncio.sleep(0)
        with pytest.raises(ChannelTimeout):
            await here.receive(timeout=0)
        await there.send("object")
        assert await first == "object"


# ------------------------------------------------------------------------------------------------- connect and listen


@on_both_shells
async def test_options_that_make_no_sense_are_refused_before_anything_is_opened(shell: Shell) -> None:
    for opening in (shell.connect("127.0.0.1:1", reset_every=0), shell.listen("127.0.0.1:1", reset_every=0)):
        with pytest.raises(SchemaError):
            await opening
    with pytest.raises(SchemaError, match="max_peers"):
        await shell.serve("127.0.0.1:0", echo, max_peers=0)


@on_both_shells
async def test_a_listener_gives_peer_after_peer_until_it_is_closed(shell: Shell) -> None:
    async def take(listener: Any) -> list[Any]:
        taken = []
        async for channel in listener:
            async with channel:
                taken.append(await channel.receive())
                await channel.send("taken")
        return taken

    listener = await shell.listen("127.0.0.1", 0)
    with pytest.raises(ChannelTimeout):
        await listener.accept(timeout=0)
    taking = asyncio.create_task(take(listener))
    for i in range(3):
        async with await shell.connect(listener.address) as channel:
            assert await channel.request(i) == "taken"
    listener.close()
    assert await taking == [0, 1, 2]
    with pytest.raises(ChannelClosed):
        await listener.accept()
    assert "closed" in repr(listener)


# ------------------------------------------------------------------------------------------------------------- server


@on_both_shells
async def test_a_server_serves_peers_side_by_side(shell: Shell) -> None:
    async with await shell.serve("127.0.0.1:0", echo) as server:
        channels = [await shell.connect(server.address) for _ in range(50)]
        for i, channel in enumerate(channels):
            await channel.send(i)
        assert [await channel.receive() for channel in channels] == list(range(50))
        assert server.peer_count == 50
        assert "50 peers" in repr(server)
        for channel in channels:
            await channel.close()


@on_both_shells
async def test_of_more_peers_than_allowed_the_others_wait_until_one_has_gone(shell: Shell) -> None:
    async with await shell.serve("127.0.0.1:0", echo, max_peers=1) as server:
        first, second = await shell.connect(server.address), await shell.connect(server.address)
        assert await first.request("first") == "first"
        await second.send("second")
        with pytest.raises(ChannelTimeout):
            await second.receive(timeout=0.05)
        await first.close()
        assert await second.receive() == "second"
        await second.close()


@on_both_shells
async def test_a_server_that_stops_ends_its_idle_peers_and_accepts_nobody(shell: Shell) -> None:
    server = await shell.serve("127.0.0.1:0", echo)
    channels = [await shell.connect(server.address) for _ in range(3)]
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
        await shell.connect(server.address)


@on_both_shells
async def test_a_server_that_stops_lets_its_handlers_finish(shell: Shell) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(channel: Any) -> None:
        async for obj in channel:
            begun.set()
            await go_on.wait()
            await channel.send(["done", obj])

    async with await shell.serve("127.0.0.1:0", work) as server, await shell.connect(server.address) as channel:
        await channel.send("work")
        await begun.wait()
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        go_on.set()
        assert await channel.receive() == ["done", "work"]
        assert await all_of(channel) == []
        assert await stopping


async def misbehave(channel: Any) -> None:
    await channel.receive()
    raise ZeroDivisionError("a mistake in the handler")


ENDINGS: list[tuple[Callable[[Any], Awaitable[object]], bytes, str, int]] = [
    (echo, message("whole")[4:], "", 0),
    (lambda channel: channel.receive(), b"\x79", "", 0),
    (echo, b"\x74\0", "ChannelBroken", logging.WARNING),
    (echo, b"\0", "CorruptedStreamError", logging.WARNING),
    (misbehave, message("whole")[4:], "ZeroDivisionError", logging.ERROR),
]


@pytest.mark.parametrize(("handler", "data", "name", "level"), ENDINGS)
@on_both_shells
async def test_an_ending_is_logged_where_it_is_no_good_one_and_the_server_goes_on(
    shell: Shell,
    handler: Callable[[Any], Awaitable[object]],
    data: bytes,
    name: str,
    level: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with await shell.serve("127.0.0.1:0", handler) as server:
        for _ in range(2):
            async with await shell.connect(server.address) as channel:
                await shell.write(channel, data)
                await channel.send_eof()
                try:
                    await all_of(channel)
                except ChannelBroken:
                    pass  # bytes that were not read make the system reset the connection
    assert len(caplog.records) == (2 if name else 0)
    for record in caplog.records:
        assert record.levelno == level
        assert name in record.getMessage() + (record.exc_text or "")


# -------------------------------------------------------------------------------------------------- state and identity


@on_both_shells
async def test_a_channel_knows_its_socket_id_and_its_state(shell: Shell) -> None:
    async with connected(shell) as (here, there):
        assert str(here.socket_id) == f"tcp {str(here.local)[6:]} {str(here.peer)[6:]}"
        assert here.socket_id.local_address == there.socket_id.foreign_address
        assert [here.state, there.state] == [State.OPEN, State.OPEN]
        await here.send_eof()
        assert await all_of(there) == []
        assert [here.state, there.state] == [State.SENDING_ENDED, State.PEER_ENDED]
        await there.close()
        assert [here.state, there.state] == [State.SENDING_ENDED, State.CLOSED]
        assert str(there.socket_id).startswith("tcp 127.0.0.1:")


# --------------------------------------------------------------------------------------------- slow peers, slow loris


@on_both_shells
async def test_a_slow_peer_stops_the_sender_and_nothing_piles_up(shell: Shell) -> None:
    """A caller that goes on after timeouts does not fill the memory, and is told what will arrive."""
    large = bytes(1 << 22)
    accepted = []
    async with connected(shell) as (here, there):
        for number in range(60):
            try:
                await here.send([number, large], timeout=0.002)
            except ChannelTimeout as error:
                if error.queued:
                    accepted.append(number)
            else:
                accepted.append(number)
        assert len(accepted) < 10  # what the system takes, and one more
        with pytest.raises(ChannelTimeout) as caught:
            await here.request([-1, large], timeout=0.002)
        receiving = asyncio.create_task(all_of(there))
        await here.send([60], timeout=ENOUGH_SECONDS)
        await here.send_eof()
        assert [received[0] for received in await receiving] == [*accepted, *([-1] if caught.value.queued else []), 60]


@on_both_shells
async def test_a_peer_that_takes_too_long_for_one_object_is_cut_off(shell: Shell) -> None:
    data = message("slow")
    async with connected(shell, content_seconds=0.15) as (here, there):
        await shell.write(there, data[4:-1])
        with pytest.raises(ChannelTimeout):
            await here.receive(timeout=0)
        with pytest.raises(ChannelBroken, match=r"longer than 0.15 s for one object"):
            await here.receive(timeout=ENOUGH_SECONDS)
        assert here.state is State.BROKEN
        with pytest.raises(ChannelBroken):
            await here.receive()
        with pytest.raises((ChannelBroken, ChannelClosed)):
            await there.receive()


@on_both_shells
async def test_a_drop_now_and_then_does_not_save_a_peer_that_is_too_slow(shell: Shell) -> None:
    async with connected(shell, content_seconds=0.1) as (here, there):

        async def drip() -> None:
            for byte in message("x" * 1000)[4:]:
                await shell.write(there, bytes([byte]))
                await asyncio.sleep(0.01)

        dripping = asyncio.create_task(drip())
        with pytest.raises(ChannelBroken, match="for one object"):
            await here.receive()
        dripping.cancel()
        await asyncio.wait([dripping])


@on_both_shells
async def test_time_between_objects_and_time_the_receiver_takes_do_not_count(shell: Shell) -> None:
    async with connected(shell, content_seconds=0.2) as (here, there):
        with pytest.raises(ChannelTimeout):
            await here.receive(timeout=0.3)
        data = message("first")[4:]
        for byte in data[:-1]:
            await shell.write(there, bytes([byte]))
            with pytest.raises(ChannelTimeout):
                await here.receive(timeout=0)
            await asyncio.sleep(0.05)
        await shell.write(there, data[-1:])
        assert await here.receive() == "first"


@on_both_shells
async def test_a_time_limit_is_above_zero(shell: Shell) -> None:
    for opening in (shell.connect, shell.listen):
        with pytest.raises(SchemaError, match="content_seconds"):
            await opening("127.0.0.1:1", content_seconds=0)


# ------------------------------------------------------------------------------------------------------ hooks and logs


@on_both_shells
async def test_hooks_are_told_of_every_peer_in_order(shell: Shell) -> None:
    told: list[tuple[str, Any]] = []

    async def fail_when_asked(channel: Any) -> None:
        async for obj in channel:
            if obj == "fail":
                raise ZeroDivisionError("a mistake in the handler")
            await channel.send(obj)

    async with await shell.serve(
        "127.0.0.1:0",
        fail_when_asked,
        on_accepted=lambda channel: told.append(("accepted", channel.socket_id)),
        on_closed=lambda channel: told.append(("closed", channel.socket_id)),
        on_error=lambda channel, error: told.append((type(error).__name__, channel.socket_id)),
    ) as server:
        names: list[list[str]] = []
        for last in ("bye", "fail", b"\x74"):
            async with await shell.connect(server.address) as channel:
                if isinstance(last, bytes):
                    await shell.write(channel, last)
                else:
                    await channel.send(last)
                await channel.send_eof()
                try:
                    await all_of(channel)
                except ChannelBroken:
                    pass
            while not told or told[-1][0] != "closed":
                await asyncio.sleep(0.001)
            names.append([name for name, _ in told])
            assert len({socket_id for _, socket_id in told}) == 1
            assert told[0][1].foreign_address == channel.local
            told.clear()
    assert names == [
        ["accepted", "closed"],
        ["accepted", "ZeroDivisionError", "closed"],
        ["accepted", "ChannelBroken", "closed"],
    ]


@on_both_shells
async def test_a_hook_that_fails_changes_nothing(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a mistake in a hook")

    async with await shell.serve("127.0.0.1:0", echo, on_accepted=fail, on_closed=fail, on_error=fail) as server:
        async with await shell.connect(server.address) as channel:
            assert await channel.request("hello") == "hello"
            await shell.write(channel, b"\0")
            await channel.send_eof()
            with pytest.raises((ChannelClosed, ChannelBroken)):
                await channel.receive()
        await server.stop()
    failed = [record for record in caplog.records if vars(record)["event"] == "hook_failed"]
    assert [vars(record)["hook"] for record in failed] == ["on_accepted", "on_error", "on_closed"]


@on_both_shells
async def test_every_event_is_one_line_with_the_socket_id(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bridge")
    async with await shell.serve("127.0.0.1:0", echo) as server:
        async with await shell.connect(server.address) as channel:
            assert await channel.request("hello") == "hello"
            here = channel.socket_id
        async with await shell.connect(server.address) as channel:
            await shell.write(channel, b"\0")
            await channel.send_eof()
            with pytest.raises((ChannelClosed, ChannelBroken)):
                await channel.receive()
        await server.stop()
    lines = [record.getMessage() for record in caplog.records]
    assert all("\n" not in line and line.startswith("event=") for line in lines)
    there = f'socket="tcp {str(here.foreign_address)[6:]} {str(here.local_address)[6:]}"'
    events = [vars(record)["event"] for record in caplog.records]
    for event in ("listening", "stopping", "stopped"):
        assert events.count(event) == 1
    for event in ("connected", "accepted", "closed"):
        assert events.count(event) == 2
    assert events.count("broken") == 1
    assert f'event=connected socket="{here}"' in lines
    assert f"event=accepted {there} peers=1" in lines
    closed = [record for record in caplog.records if vars(record)["event"] == "closed"]
    assert {record.name for record in closed} == {"bridge.server"}
    assert here.local_address in {vars(record)["socket_id"].foreign_address for record in closed}


SECRET = "the-secret-in-what-is-said"


@on_both_shells
async def test_what_is_said_is_never_in_the_log(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bridge")

    async def misbehave_with(channel: Any) -> None:
        value = await channel.receive()
        raise ValueError(f"cannot use {value}")

    async def raise_what_the_peer_raised(channel: Any) -> None:
        await channel.receive()

    for handler in (misbehave_with, raise_what_the_peer_raised):
        async with await shell.serve("127.0.0.1:0", handler) as server:
            async with await shell.connect(server.address) as channel:
                await (channel.send if handler is misbehave_with else channel.send_exception)(SECRET)
                await all_of(channel)
            await server.stop()
    failed = [record for record in caplog.records if vars(record)["event"] == "handler_failed"]
    assert [vars(record)["error"] for record in failed] == ["ValueError", "PeerException"]
    assert "test_conversations.py" in failed[0].getMessage()
    assert "misbehave_with" in failed[0].getMessage() or shell.name == "blocking"
    assert SECRET not in caplog.text


@on_both_shells
async def test_a_peer_that_breaks_the_protocol_is_no_failure_of_the_handler(
    shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bridge")
    told: list[BaseException] = []
    stateless = Protocol("turns", {1: Get, 2: Value, 3: Failed})
    options = {"protocol": TURNS, "on_error": lambda channel, error: told.append(error)}

    async def receive_all(channel: Any) -> None:
        await all_of(channel)

    async with await shell.serve("127.0.0.1:0", receive_all, **options) as server:
        async with await shell.connect(server.address, protocol=stateless) as channel:
            for _ in range(2):  # and it was not its turn
                await channel.send(Get(1, "a"))
            assert await all_of(channel) == []
        await server.stop()
    levels = {vars(record)["event"]: record.levelname for record in caplog.records}
    assert levels["broken"] == "WARNING" and "handler_failed" not in levels
    assert [type(error) for error in told] == [RemoteProtocolError]


@on_both_shells
async def test_at_debug_level_the_traceback_follows(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bridge.server")
    async with await shell.serve("127.0.0.1:0", misbehave) as server:
        async with await shell.connect(server.address) as channel:
            await channel.send("anything")
            assert await all_of(channel) == []
        await server.stop()
    assert "a mistake in the handler" in caplog.text


# ---------------------------------------------------------------------------------------------------- who is let in


@on_both_shells
async def test_servers_share_a_port_where_all_say_so(shell: Shell) -> None:
    served = [0, 0]

    async def first(channel: Any) -> None:
        served[0] += 1
        await echo(channel)

    async def second(channel: Any) -> None:
        served[1] += 1
        await echo(channel)

    async with await shell.serve("127.0.0.1:0", first, reuse_port=True) as one:
        with pytest.raises(ConnectError, match="cannot listen"):
            await shell.serve(one.address, second)
        async with await shell.serve(one.address, second, reuse_port=True):
            for number in range(64):  # which of the two gets a peer is chance
                async with await shell.connect(one.address) as channel:
                    assert await channel.request(number) == number
    assert sum(served) == 64
    assert all(served)


@pytest.mark.parametrize("value", ["0", "yes"])
@on_both_shells
async def test_a_port_is_shared_by_the_value_1(shell: Shell, value: str) -> None:
    with pytest.raises(ConnectError, match="reuse_port is 1"):
        await shell.listen(f"tcp://127.0.0.1:0?reuse_port={value}")


@on_both_shells
async def test_who_is_one_too_many_of_a_host_is_closed_at_once(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    async with await shell.serve("127.0.0.1:0", echo, max_peers_per_host=2) as server:
        first, second = await shell.connect(server.address), await shell.connect(server.address)
        assert [await first.request(1), await second.request(2)] == [1, 2]
        async with await shell.connect(server.address) as third:
            with pytest.raises((ChannelClosed, ChannelBroken)):
                await third.receive()
        assert vars(caplog.records[0])["event"] == "refused"
        await first.close()
        while server.peer_count == 2:
            await asyncio.sleep(0.001)
        async with await shell.connect(server.address) as fourth:
            assert await fourth.request(4) == 4
        await second.close()


@on_both_shells
async def test_who_comes_too_often_is_closed_at_once(shell: Shell) -> None:
    async with await shell.serve("127.0.0.1:0", echo, max_accepts_per_second=0.001) as server:
        async with await shell.connect(server.address) as channel:
            assert await channel.request(1) == 1
        async with await shell.connect(server.address) as channel:
            with pytest.raises((ChannelClosed, ChannelBroken)):
                await channel.receive()


@pytest.mark.parametrize(
    ("address", "options", "warned"),
    [("127.0.0.1:0", {}, False), ("0.0.0.0:0", {}, True), ("0.0.0.0:0", {"allow_insecure": True}, False)],
)
@on_both_shells
async def test_a_server_that_others_can_reach_in_the_clear_warns(
    shell: Shell, address: str, options: dict[str, Any], warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with await shell.serve(address, echo, **options):
        pass
    assert [vars(record)["event"] for record in caplog.records] == ["insecure"] * warned


@on_both_shells
async def test_limits_that_make_no_sense_are_refused(shell: Shell) -> None:
    for name in ("max_peers", "max_peers_per_host", "max_accepts_per_second", "content_seconds"):
        with pytest.raises(SchemaError, match=name):
            await shell.serve("127.0.0.1:1", echo, **{name: 0})

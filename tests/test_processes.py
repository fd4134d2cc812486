"""Conversations between processes that are killed, interrupted by signals, or stopped by one; on both shells."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import bridge
from bridge.errors import ChannelBroken, ChannelClosed, ChannelTimeout
from tests.shells import ENOUGH_SECONDS, Shell, connected, on_both_shells

LOST = (ChannelBroken, ChannelClosed)

# Each is a program of one shell; its first line of output is the port.
SERVER = {
    "blocking": """
import signal, sys, threading, time, bridge
def handler(channel):
    for obj in channel:
        if obj == "slowly":
            print("begun", flush=True)
            time.sleep(0.3)
        channel.send(["answer", obj])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
with bridge.serve(sys.argv[1], handler) as server:
    print(server.address.port, flush=True)
    server.serve_forever()
""",
    "asyncio": """
import asyncio, signal, sys, bridge
async def handler(channel):
    async for obj in channel:
        if obj == "slowly":
            print("begun", flush=True)
            await asyncio.sleep(0.3)
        await channel.send(["answer", obj])
async def main():
    server = await bridge.aio.serve(sys.argv[1], handler)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    print(server.address.port, flush=True)
    await server.serve_forever()
try:
    asyncio.run(main())
except asyncio.CancelledError:
    sys.exit(7)
""",
}
CLIENT = {
    "blocking": """
import sys, bridge
with bridge.connect(sys.argv[1]) as channel:
    channel.send("whole")
    while True:
        channel.send(bytes(50_000_000))
""",
    "asyncio": """
import asyncio, sys, bridge
async def main():
    async with await bridge.aio.connect(sys.argv[1]) as channel:
        await channel.send("whole")
        while True:
            await channel.send(bytes(50_000_000))
asyncio.run(main())
""",
}


@contextmanager
def program(source: str, address: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", source, address],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def line_of(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    return started.stdout.readline().strip()


@on_both_shells
async def test_a_server_killed_in_the_middle_of_a_message_is_a_loss_and_may_come_back(shell: Shell) -> None:
    large = bytes(30_000_000)
    policy = bridge.Reconnect(first_delay_seconds=0.01, longest_delay_seconds=0.1)
    with program(SERVER[shell.name], "127.0.0.1:0") as first:
        address = f"127.0.0.1:{line_of(first)}"
        plain = await shell.connect(address)
        channel = await shell.connect(address, reconnect=policy)
        assert await channel.request("hello") == ["answer", "hello"]
        tasks = [asyncio.create_task(one.request(large)) for one in (plain, channel)]
        await asyncio.sleep(0.02)
        first.kill()
        for task in tasks:
            with pytest.raises(LOST):
                await task
        first.wait()
    with pytest.raises((*LOST, bridge.LocalProtocolError)):
        await plain.request("again")
    asking = asyncio.create_task(channel.request("are you there?", repeatable=True))
    with program(SERVER[shell.name], address) as second:
        assert line_of(second)
        assert await asking == ["answer", "are you there?"]
    await channel.close()
    await plain.close()


@on_both_shells
async def test_a_client_killed_in_the_middle_of_a_message_is_reported_and_gives_no_half_object(shell: Shell) -> None:
    received: list[Any] = []
    errors: list[Exception] = []

    async def take(channel: Any) -> None:
        async for obj in channel:
            received.append(obj if obj == "whole" else len(obj))

    async with await shell.serve("127.0.0.1:0", take, on_error=lambda _, error: errors.append(error)) as server:
        with program(CLIENT[shell.name], str(server.address)) as client:
            while not received:
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.02)
            client.kill()
            client.wait()
        while server.peer_count:
            await asyncio.sleep(0.001)
        async with await shell.connect(server.address) as channel:
            await channel.send("whole")
    assert received[0] == "whole"
    assert set(received) <= {"whole", 50_000_000}
    assert [type(error) for error in errors] in ([ChannelBroken], [])  # none, if it was between two objects


@on_both_shells
async def test_a_signal_lets_a_server_finish_what_it_has_begun(shell: Shell) -> None:
    with program(SERVER[shell.name], "127.0.0.1:0") as server:
        async with await shell.connect(f"127.0.0.1:{line_of(server)}") as channel:
            await channel.send("slowly")
            assert line_of(server) == "begun"
            server.send_signal(signal.SIGTERM)
            assert await channel.receive() == ["answer", "slowly"]
            with pytest.raises(ChannelClosed):
                await channel.receive()
        assert server.wait(ENOUGH_SECONDS) == 7


@on_both_shells
async def test_two_that_send_and_do_not_receive_fill_all_buffers_and_lose_nothing(shell: Shell) -> None:
    async with connected(shell) as (here, there):
        for number in range(3):
            for channel in (here, there):
                with pytest.raises(ChannelTimeout) as caught:
                    await channel.request([number, bytes(20_000_000)], timeout=0.05)
                assert caught.value.queued is (number == 0)
        outcomes = [asyncio.create_task(channel.receive()) for channel in (here, there)]
        flushing = [asyncio.create_task(channel.flush()) for channel in (here, there)]
        for outcome in outcomes:
            number, data = await outcome
            assert (number, len(data)) == (0, 20_000_000)
        await asyncio.gather(*flushing)


def test_signals_that_interrupt_the_waiting_change_nothing() -> None:
    """In the main thread, where Python runs the handlers of signals."""
    assert threading.current_thread() is threading.main_thread()
    interruptions = []
    before = signal.signal(signal.SIGALRM, lambda *_: interruptions.append(1))

    def echo(channel: bridge.Channel) -> None:
        for obj in channel:
            channel.send(obj)

    try:
        with bridge.serve("127.0.0.1:0", echo) as server, bridge.connect(server.address) as channel:
            signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
            for size in (1, 1000, 1_000_000, 20_000_000):
                for timeout in (ENOUGH_SECONDS, None):
                    assert channel.request(bytes(size), timeout=timeout) == bytes(size)
            with pytest.raises(ChannelTimeout):
                channel.receive(timeout=0.05)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(interruptions) > 10


@pytest.mark.parametrize("timeout", [None, ENOUGH_SECONDS])
def test_a_signal_whose_handler_raises_ends_the_waiting_and_the_channel_goes_on(timeout: float | None) -> None:
    """As KeyboardInterrupt does."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("interrupted"))
    try:
        with bridge.listen("127.0.0.1", 0) as listener, bridge.connect(listener.address) as channel:
            peer = listener.accept()
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(pytest.fail.Exception, match="interrupted"):
                channel.receive(timeout=timeout)
            peer.send("later")
            assert channel.receive(timeout=timeout) == "later"
            channel.close()
            assert list(peer) == []
            peer.close()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

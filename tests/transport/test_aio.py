"""TCP for asyncio, over the loopback interface."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bridge.errors import ConnectError
from bridge.transport import aio, kinds
from bridge.transport.address import Address
from bridge.transport.base import AsyncTransport

LOOPBACK = ["127.0.0.1"] + (["::1"] if socket.has_dualstack_ipv6() else [])


@asynccontextmanager
async def connected(host: str = "127.0.0.1") -> AsyncIterator[tuple[AsyncTransport, AsyncTransport]]:
    listener = await kinds.listen_async(Address(host=host, port=0))
    here = await kinds.connect_async(listener.address, 10)
    there = await listener.accept()
    listener.close()
    async with asyncio.timeout(20):
        yield here, there
    await here.close()
    await there.close()


@pytest.mark.parametrize("host", LOOPBACK)
def test_bytes_go_both_ways(host: str) -> None:
    async def story() -> None:
        async with connected(host) as (here, there):
            here.write(b"abc")
            await here.drain()
            assert await there.receive(2) == b"ab"
            assert await there.receive(2) == b"c"
            there.write(b"d")
            assert await here.receive(100) == b"d"
            assert here.info("peer") == there.info("local")
            assert here.info("local") == there.info("peer")

    asyncio.run(story())


def test_a_cancelled_wait_loses_no_byte() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            for _ in range(3):
                waiting = asyncio.create_task(here.receive(1))
                await asyncio.sleep(0)
                there.write(b"ab")
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
                assert await here.receive(1) + await here.receive(1) == b"ab"

    asyncio.run(story())


def test_what_was_received_is_acknowledged_unless_something_sent_did_so(monkeypatch: pytest.MonkeyPatch) -> None:
    acknowledged: list[object] = []
    monkeypatch.setattr(aio, "acknowledge", acknowledged.append)

    async def waited_for(here: AsyncTransport, there: AsyncTransport) -> int:
        """How often something was acknowledged when ``here`` waited for a byte."""
        acknowledged.clear()
        waiting = asyncio.create_task(here.receive(1))
        await asyncio.sleep(0)
        there.write(b"x")
        assert await waiting == b"x"
        return len(acknowledged)

    async def story() -> None:
        async with connected() as (here, there):
            assert [await waited_for(here, there) for _ in range(3)] == [0, 1, 1]
            here.write(b"answer")
            assert [await waited_for(here, there) for _ in range(2)] == [0, 1]
            here.write(bytes(1 << 26))  # more than the system takes at once
            assert await waited_for(here, there) == 1
            here.abort()

    asyncio.run(story())


def test_a_peer_that_does_not_receive_stops_the_sender() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            sent = 0
            try:
                async with asyncio.timeout(0.2):
                    while True:
                        here.write(bytes(1 << 20))
                        sent += 1 << 20
                        await here.drain()
            except TimeoutError:
                pass
            received = 0
            while received < sent:
                received += len(await there.receive(1 << 16))
            assert received == sent
            await here.drain()

    asyncio.run(story())


def test_an_end_that_ended_sending_can_still_receive() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            here.write(b"last")
            here.send_eof()
            assert await there.receive(100) == b"last"
            assert await there.receive(100) == b""
            there.write(b"answer")
            assert await here.receive(100) == b"answer"

    asyncio.run(story())


def test_closing_sends_what_is_queued_and_ends_both() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            waiting = asyncio.create_task(here.receive(1))
            await asyncio.sleep(0)
            here.write(b"last words")
            await here.close()
            with pytest.raises(OSError, match="closed"):
                await waiting
            assert await there.receive(100) == b"last words"
            assert await there.receive(100) == b""
            with pytest.raises(BrokenPipeError):
                here.write(b"x")
            with pytest.raises(BrokenPipeError):
                await here.drain()
            assert "closed" in repr(here)

    asyncio.run(story())


def test_aborting_ends_a_close_that_takes_long() -> None:
    async def story() -> None:
        async with connected() as (here, _there):
            here.write(bytes(1 << 25))
            closing = asyncio.create_task(here.close())
            await asyncio.sleep(0)
            assert not closing.done()
            here.abort()
            await closing

    asyncio.run(story())


def test_a_reset_connection_is_an_error_and_no_end() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            there.write(b"x")
            assert await here.receive(1) == b"x"
            sock = there.info("socket")
            assert hasattr(sock, "setsockopt")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            there.abort()
            with pytest.raises(ConnectionResetError):
                await here.receive(1)
            with pytest.raises(ConnectionResetError):
                await here.drain()

    asyncio.run(story())


def test_stopping_wakes_who_receives_and_sending_goes_on() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            waiting = asyncio.create_task(here.receive(1))
            await asyncio.sleep(0)
            here.stop_receiving()
            assert await waiting == b""
            here.write(b"still")
            assert await there.receive(100) == b"still"
            there.write(b"too late")
            await there.drain()
            assert await here.receive(1) == b""

    asyncio.run(story())


def test_an_accept_that_was_cancelled_loses_no_peer() -> None:
    async def story() -> None:
        listener = await kinds.listen_async(Address(host="127.0.0.1", port=0))
        waiting = asyncio.create_task(listener.accept())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        here = await kinds.connect_async(listener.address)
        there = await listener.accept()
        assert there.info("peer") == here.info("local")
        await here.close()
        await there.close()
        listener.close()

    asyncio.run(story())


def test_closing_a_listener_ends_who_accepts() -> None:
    async def story() -> None:
        listener = await kinds.listen_async(Address(host="127.0.0.1", port=0))
        waiting = asyncio.create_task(listener.accept())
        await asyncio.sleep(0)
        listener.close()
        listener.close()
        with pytest.raises(OSError, match="closed"):
            await waiting
        with pytest.raises(OSError, match="closed"):
            await listener.accept()
        assert "closed" in repr(listener)

    asyncio.run(story())


def test_what_cannot_be_connected_to_is_an_oserror() -> None:
    async def story() -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            with pytest.raises(ConnectionRefusedError):
                await kinds.connect_async(Address(host="127.0.0.1", port=unused.getsockname()[1]))
        with pytest.raises(ConnectError, match="there are memory, mptcp"):
            await kinds.connect_async(Address("nonsense"))
        with pytest.raises(ConnectError, match="needs a port"):
            await kinds.listen_async(Address())

    asyncio.run(story())


def test_the_addresses_of_a_name_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        listener = await kinds.listen_async(Address(host="127.0.0.1", port=0))
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            right = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", listener.address.port))
            wrong = (socket.AF_INET, socket.SOCK_STREAM, 0, "", unused.getsockname())
            real = socket.getaddrinfo
            answer = [wrong, right]

            def look_up(host: str, *arguments: object, **options: object) -> object:
                return answer if host == "twice.example" else real(host, *arguments, **options)  # type: ignore[arg-type]

            monkeypatch.setattr(socket, "getaddrinfo", look_up)
            for timeout in (None, 10):
                here = await kinds.connect_async(Address(host="twice.example", port=1), timeout)
                assert here.info("peer") == listener.address
                await here.close()
            answer[:] = [wrong, wrong]
            with pytest.raises(OSError, match="none of 2 addresses answered"):
                await kinds.connect_async(Address(host="twice.example", port=1))
        listener.close()

    asyncio.run(story())

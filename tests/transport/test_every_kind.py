"""What holds for every kind of transport that carries a stream of bytes, blocking and for asyncio, in one table."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.transport import kinds
from bridge.transport.address import Address
from bridge.transport.base import AsyncListener, AsyncTransport, Listener, Transport

KINDS = {
    "tcp": "tcp://127.0.0.1:0",
    "mptcp": "mptcp://127.0.0.1:0",
    "unix": "unix://{folder}/a%20socket",
    "abstract": "unix://@{folder}/bridge",
    "memory": "memory://",
}
if socket.has_dualstack_ipv6():
    KINDS |= {"tcp6": "tcp://[::1]:0", "mptcp6": "mptcp://[::1]:0"}


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    return Address.parse(KINDS[request.param].format(folder=tmp_path))


@pytest.fixture
def listener(address: Address) -> Iterator[Listener]:
    with kinds.listen(address) as listener:
        yield listener


@pytest.fixture
def ends(listener: Listener) -> Iterator[tuple[Transport, Transport]]:
    here = kinds.connect(listener.address, 10)
    there = listener.accept(10)
    yield here, there
    here.close()
    there.close()


Ends = tuple[Transport, Transport]


def test_bytes_go_both_ways(ends: Ends) -> None:
    here, there = ends
    assert here.send(b"abc") == 3
    assert there.receive(2, 10) == b"ab"
    assert there.receive(2, 10) == b"c"
    assert there.send(memoryview(b"d")) == 1
    assert here.receive(100, 10) == b"d"


def test_a_megabyte_arrives_as_it_was(ends: Ends) -> None:
    here, there = ends
    data = bytes(range(256)) * 4096
    received = bytearray()

    def receive() -> None:
        while piece := there.receive(1 << 16, 10):
            received.extend(piece)

    receiving = threading.Thread(target=receive)
    receiving.start()
    left = memoryview(data)
    while left:
        left = left[here.send(left, 10) :]
    here.send_eof()
    receiving.join(30)
    assert received == data


def test_both_ends_know_the_address_that_was_listened_at(ends: Ends, listener: Listener, address: Address) -> None:
    here, there = ends
    assert here.info("peer") == there.info("local") == listener.address
    assert here.info("local") == there.info("peer")
    assert listener.address.scheme == address.scheme
    assert Address.parse(str(listener.address)) == listener.address
    assert here.info("datagram_bytes") is None


def test_nothing_in_time_is_a_timeout_and_the_transport_goes_on(ends: Ends) -> None:
    here, there = ends
    for timeout in (0, 0.01):
        with pytest.raises(TimeoutError):
            here.receive(1, timeout)
    there.send(b"x")
    assert here.receive(1, 10) == b"x"


def test_an_end_that_ended_sending_can_still_receive(ends: Ends) -> None:
    here, there = ends
    here.send(b"last")
    here.send_eof()
    assert there.receive(100, 10) == b"last"
    assert there.receive(100, 10) == b""
    there.send(b"answer")
    assert here.receive(100, 10) == b"answer"
    with pytest.raises(OSError, match=r"."):
        here.send(b"more")


def test_closing_ends_the_peer_after_what_was_sent(ends: Ends) -> None:
    here, there = ends
    there.send(b"never read")
    here.send(b"last words")
    here.close()
    here.close()
    assert there.receive(100, 10) == b"last words"
    assert there.receive(1, 10) == b""
    with pytest.raises(OSError, match="closed"):
        here.receive(1)
    with pytest.raises(OSError, match="closed"):
        here.send(b"x")
    with pytest.raises(OSError, match="closed"):
        here.send_eof()


def woken(wait: Callable[[], object], wake: Callable[[], object]) -> object:
    """What a call that waited in another thread ended with after ``wake`` was called."""
    ended: list[object] = []

    def run() -> None:
        try:
            ended.append(wait())
        except OSError as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wake()
    thread.join(10)
    assert not thread.is_alive()
    return ended[0]


def test_stopping_wakes_the_thread_that_receives_and_sending_goes_on(ends: Ends) -> None:
    here, there = ends
    assert woken(lambda: here.receive(1), here.stop_receiving) == b""
    here.send(b"still")
    assert there.receive(100, 10) == b"still"


def test_closing_wakes_who_waits(ends: Ends, listener: Listener) -> None:
    here, _there = ends
    ended = woken(lambda: here.receive(1), here.close)
    assert ended == b"" or isinstance(ended, OSError)
    assert isinstance(woken(listener.accept, listener.close), OSError)
    with pytest.raises(OSError, match="closed"):
        listener.accept()


def test_no_peer_in_time_is_a_timeout(listener: Listener) -> None:
    with pytest.raises(TimeoutError):
        listener.accept(0)


def test_nobody_can_connect_once_the_listener_is_closed(listener: Listener) -> None:
    listener.close()
    with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
        kinds.connect(listener.address, 10)
    with kinds.listen(listener.address) as again:  # the place is free again
        assert again.address == listener.address


def test_two_cannot_listen_at_one_place(listener: Listener) -> None:
    with pytest.raises(OSError, match=r"in use|somebody listens"):
        kinds.listen(listener.address)


# ------------------------------------------------------------------------------------------------------------- asyncio


@asynccontextmanager
async def listening(address: Address) -> AsyncIterator[AsyncListener]:
    listener = await kinds.listen_async(address)
    async with asyncio.timeout(30):
        yield listener
    listener.close()


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator[tuple[AsyncTransport, AsyncTransport]]:
    async with listening(address) as listener:
        here = await kinds.connect_async(listener.address, 10)
        there = await listener.accept()
        assert here.info("peer") == there.info("local") == listener.address
        assert here.info("local") == there.info("peer")
        yield here, there
    await here.close()
    await there.close()


def test_asyncio_bytes_go_both_ways(address: Address) -> None:
    async def story() -> None:
        async with connected(address) as (here, there):
            here.write(b"abc")
            await here.drain()
            assert await there.receive(2) == b"ab"
            assert await there.receive(2) == b"c"
            there.write(b"d")
            assert await here.receive(100) == b"d"

    asyncio.run(story())


def test_asyncio_a_cancelled_wait_loses_no_byte(address: Address) -> None:
    async def story() -> None:
        async with connected(address) as (here, there):
            for _ in range(3):
                waiting = asyncio.create_task(here.receive(1))
                await asyncio.sleep(0)
                there.write(b"ab")
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
                assert await here.receive(1) + await here.receive(1) == b"ab"

    asyncio.run(story())


def test_asyncio_a_peer_that_does_not_receive_stops_the_sender(address: Address) -> None:
    async def story() -> None:
        async with connected(address) as (here, there):
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


def test_asyncio_an_end_that_ended_sending_can_still_receive(address: Address) -> None:
    async def story() -> None:
        async with connected(address) as (here, there):
            here.write(b"last")
            here.send_eof()
            assert await there.receive(100) == b"last"
            assert await there.receive(100) == b""
            there.write(b"answer")
            assert await here.receive(100) == b"answer"

    asyncio.run(story())


def test_asyncio_closing_sends_what_is_queued_and_ends_both(address: Address) -> None:
    async def story() -> None:
        async with connected(address) as (here, there):
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

    asyncio.run(story())


def test_asyncio_stopping_wakes_who_receives_and_sending_goes_on(address: Address) -> None:
    async def story() -> None:
        async with connected(address) as (here, there):
            waiting = asyncio.create_task(here.receive(1))
            await asyncio.sleep(0)
            here.stop_receiving()
            assert await waiting == b""
            here.write(b"still")
            assert await there.receive(100) == b"still"

    asyncio.run(story())


def test_asyncio_accepting_can_be_cancelled_and_ended(address: Address) -> None:
    async def story() -> None:
        async with listening(address) as listener:
            waiting = asyncio.create_task(listener.accept())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            here = await kinds.connect_async(listener.address)
            there = await listener.accept()
            await here.close()
            await there.close()
            waiting = asyncio.create_task(listener.accept())
            await asyncio.sleep(0)
            listener.close()
            with pytest.raises(OSError, match="closed"):
                await waiting
            with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
                await kinds.connect_async(listener.address, 10)

    asyncio.run(story())


def test_one_end_may_be_blocking_and_the_other_asyncio(address: Address) -> None:
    def ask(place: Address) -> bytes:
        transport = kinds.connect(place, 10)
        transport.send(b"ask")
        answer = transport.receive(100, 10)
        transport.close()
        return answer

    async def story() -> None:
        async with listening(address) as listener:
            asking = asyncio.create_task(asyncio.to_thread(ask, listener.address))
            there = await listener.accept()
            assert await there.receive(100) == b"ask"
            there.write(b"answer")
            assert await asking == b"answer"
            assert await there.receive(100) == b""
            await there.close()

    asyncio.run(story())

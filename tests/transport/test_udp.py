"""UDP, one peer and many, and multicast groups; on the loopback interface."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bridge.errors import ConnectError
from bridge.transport import kinds
from bridge.transport.address import Address
from bridge.transport.base import AsyncListener, AsyncTransport, Listener, Transport
from bridge.transport.datagrams import QUEUE_BYTES

LOOPBACK = [("127.0.0.1", 65507)] + ([("::1", 65527)] if socket.has_dualstack_ipv6() else [])
ANY = Address("udp", "127.0.0.1", 0)
GROUPS = ["udp://239.255.77.7:0?interface=127.0.0.1", "udp://239.255.77.7:0?interface=lo"]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with kinds.listen(ANY) as listener:
        yield listener


@pytest.fixture
def here(listener: Listener) -> Iterator[Transport]:
    transport = kinds.connect(listener.address)
    yield transport
    transport.close()


@pytest.fixture
def there(here: Transport, listener: Listener) -> Iterator[Transport]:
    here.send(b"hello")
    transport = listener.accept(10)
    assert transport.receive(100, 10) == b"hello"
    yield transport
    transport.close()


@pytest.mark.parametrize(("host", "limit"), LOOPBACK)
def test_one_send_is_one_receive_up_to_the_limit_that_is_told(host: str, limit: int) -> None:
    with kinds.listen(Address("udp", host, 0)) as listener:
        here = kinds.connect(listener.address)
        assert here.info("datagram_bytes") == limit
        assert here.send(b"one") == 3
        assert here.send(memoryview(b"two")) == 3
        assert here.send(bytes(limit)) == limit
        there = listener.accept(10)
        assert [there.receive(1 << 16, 10) for _ in range(3)] == [b"one", b"two", bytes(limit)]
        with pytest.raises(OSError, match=f"{limit + 1} bytes are too much for a datagram: one carries {limit}"):
            here.send(bytes(limit + 1))
        assert there.send(b"back") == 4
        assert here.receive(100, 10) == b"back"
        here.close()
        there.close()


def test_both_ends_know_both_addresses(here: Transport, there: Transport, listener: Listener) -> None:
    assert listener.address.port != 0
    assert here.info("peer") == there.info("local") == listener.address
    assert here.info("local") == there.info("peer")
    assert isinstance(here.info("socket"), socket.socket)


def test_a_listener_tells_its_peers_apart(listener: Listener) -> None:
    clients = [kinds.connect(listener.address) for _ in range(5)]
    for client in clients:
        client.send(str(client.info("local")).encode())
    peers = [listener.accept(10) for _ in clients]
    assert {str(peer.info("peer")).encode(): peer.receive(100, 10) for peer in peers} == {
        str(client.info("local")).encode(): str(client.info("local")).encode() for client in clients
    }
    for peer in peers:
        peer.send(str(peer.info("peer")).encode())
    for client in clients:
        assert client.receive(100, 10) == str(client.info("local")).encode()
    for end in (*clients, *peers):
        end.close()


def test_threads_that_wait_read_for_each_other(listener: Listener) -> None:
    """Twenty peers, a thread for each, one that accepts, and one socket."""
    answered: list[bytes] = []

    def answer(peer: Transport) -> None:
        for _ in range(50):
            peer.send(peer.receive(100, 10).upper(), 10)
        peer.close()

    def ask(number: int) -> None:
        client = kinds.connect(listener.address)
        for i in range(50):
            client.send(b"%d/%d x" % (number, i))
            answered.append(client.receive(100, 10))
        client.close()

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for client in clients:
        client.start()
    servers = [threading.Thread(target=answer, args=(listener.accept(10),)) for _ in clients]
    for server in servers:
        server.start()
    for thread in (*clients, *servers):
        thread.join(30)
        assert not thread.is_alive()
    assert sorted(answered) == sorted(b"%d/%d X" % (number, i) for number in range(20) for i in range(50))


def test_a_datagram_of_no_bytes_is_passed_over(here: Transport, there: Transport) -> None:
    sock = here.info("socket")
    assert isinstance(sock, socket.socket)
    sock.send(b"")
    here.send(b"x")
    assert there.receive(1, 10) == b"x"


def test_a_datagram_that_does_not_fit_is_an_error_and_the_next_is_received(here: Transport, there: Transport) -> None:
    here.send(b"long")
    here.send(b"x")
    with pytest.raises(OSError, match="a datagram of 4 bytes came where 3 were expected"):
        there.receive(3, 10)
    assert there.receive(3, 10) == b"x"


def test_what_nobody_takes_is_lost_beyond_a_bound(here: Transport, there: Transport, listener: Listener) -> None:
    other = kinds.connect(listener.address)
    size = 10_000
    for _ in range(2 * QUEUE_BYTES // size):
        here.send(bytes(size))
        with pytest.raises(TimeoutError):  # which reads the socket for all
            listener.accept(0)
    other.send(b"x")
    listener.accept(10).close()
    received = 0
    with suppress(TimeoutError):
        while True:
            received += len(there.receive(size, 0))
    assert QUEUE_BYTES - 2 * size < received <= QUEUE_BYTES
    other.close()


def test_no_more_peers_wait_than_the_backlog_says() -> None:
    with kinds.listen(ANY, 2) as listener:
        clients = [kinds.connect(listener.address) for _ in range(4)]
        for client in clients:
            client.send(b"x")
        for _ in range(2):
            listener.accept(10).close()
        with pytest.raises(TimeoutError):
            listener.accept(0)
        for client in clients:
            client.close()


def test_a_peer_of_which_nothing_is_heard_has_ended_and_comes_again_as_another() -> None:
    with kinds.listen(Address.parse("udp://127.0.0.1:0?idle=1")) as listener:
        here = kinds.connect(Address("udp", "127.0.0.1", listener.address.port))
        here.send(b"x")
        there = listener.accept(10)
        assert there.receive(1, 10) == b"x"
        with pytest.raises(TimeoutError):
            there.receive(1, 0)
        assert there.receive(1, 60) == b""
        here.send(b"y")
        again = listener.accept(10)
        assert again.receive(1, 10) == b"y"
        for end in (here, there, again):
            end.close()


def test_that_nobody_is_there_is_told_when_receiving(listener: Listener) -> None:
    here = kinds.connect(listener.address)
    listener.close()
    here.send(b"x")
    with pytest.raises(ConnectionRefusedError):
        here.receive(1, 10)
    here.send(b"x")
    here.send(b"y")  # the error of the one before does not hinder
    with pytest.raises(ConnectionRefusedError):
        here.receive(1, 10)
    here.close()


def test_closing_a_listener_leaves_the_peers_it_has(here: Transport, there: Transport, listener: Listener) -> None:
    listener.close()
    listener.close()
    here.send(b"x")
    assert there.receive(1, 10) == b"x"
    with pytest.raises(OSError, match="closed"):
        listener.accept()
    assert "closed" in repr(listener)


def wait_and_end(wait: object, end: object) -> list[object]:
    """What the call of ``wait`` in a thread ended with when ``end`` was called."""
    ended: list[object] = []

    def run() -> None:
        assert callable(wait)
        try:
            ended.append(wait())
        except OSError as error:
            ended.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    assert callable(end)
    end()
    thread.join(10)
    assert not thread.is_alive()
    return ended


def test_closing_wakes_who_waits(here: Transport, there: Transport, listener: Listener) -> None:
    assert wait_and_end(lambda: there.receive(1), there.stop_receiving) == [b""]
    for transport in (here, there):
        (ended,) = wait_and_end(lambda transport=transport: transport.receive(1), transport.close)
        assert ended == b"" or "closed" in str(ended)
        with pytest.raises(OSError, match="closed"):
            transport.receive(1)
        with pytest.raises(OSError, match="closed"):
            transport.send(b"x")
        with pytest.raises(OSError, match="closed"):
            transport.send_eof()
        assert "closed" in repr(transport)
        transport.close()
    (ended,) = wait_and_end(listener.accept, listener.close)
    assert "closed" in str(ended)


def test_ending_does_nothing(here: Transport, there: Transport) -> None:
    here.send_eof()
    here.send(b"x")
    assert there.receive(1, 10) == b"x"


@pytest.mark.parametrize("url", GROUPS)
def test_all_members_of_a_group_hear_what_is_sent_and_can_answer(url: str) -> None:
    with kinds.listen(Address.parse(url)) as one, kinds.listen(one.address) as other:
        assert one.address.options == Address.parse(url).options
        here = kinds.connect(one.address)
        here.send(b"to all")
        members = [one.accept(10), other.accept(10)]
        assert [member.receive(100, 10) for member in members] == [b"to all", b"to all"]
        for member, answer in zip(members, (b"1", b"2"), strict=True):
            member.send(answer)
        assert sorted([here.receive(1, 10), here.receive(1, 10)]) == [b"1", b"2"]
        for end in (here, *members):
            end.close()


@pytest.mark.parametrize("_", LOOPBACK[1:])
def test_a_group_of_ipv6_is_joined_and_its_options_are_set(_: object) -> None:
    """Linux has no route to a group through the loopback interface, so nothing is sent."""
    index = socket.if_nametoindex("lo")
    with kinds.listen(Address.parse("udp://[ff12::77:7]:0?interface=lo")) as listener:
        joined = [line.split() for line in Path("/proc/net/igmp6").read_text().splitlines()]
        assert [str(index), "lo", "ff120000000000000000000000770007"] in [words[:3] for words in joined]
        here = kinds.connect(Address("udp", "ff12::77:7", listener.address.port, options=(("interface", "lo"),)))
        sock = here.info("socket")
        assert isinstance(sock, socket.socket)
        assert sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF) == index
        assert sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS) == 1
        here.close()


def test_the_options_of_a_group_are_set() -> None:
    here = kinds.connect(Address.parse("udp://239.255.77.7:9?interface=127.0.0.1&ttl=3&loopback=no"))
    sock = here.info("socket")
    assert isinstance(sock, socket.socket)
    assert sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 3
    assert sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP) == 0
    here.close()


IMPOSSIBLE = [
    ("udp://127.0.0.1", "needs a port"),
    ("udp://127.0.0.1:1/x", "goes on after the port"),
    ("udp://127.0.0.1:1?colour=red", "no option 'colour'.*idle"),
    ("udp://127.0.0.1:1?ttl=1", "ttl .* is for groups"),
    ("udp://127.0.0.1:0?max_bytes=63", "max_bytes must be a number from 64 to 65507"),
    ("udp://127.0.0.1:0?max_bytes=1e3", "max_bytes must be a number"),
    ("udp://127.0.0.1:0?idle=1&idle=2", "twice"),
    ("udp://239.255.77.7:0?interface=nonsense", "interface must be .* by its name or address, not 'nonsense'"),
    ("udp://[ff12::77:7]:0?interface=127.0.0.1", "interface must be .* by its name, not"),
]


@pytest.mark.parametrize(("url", "message"), IMPOSSIBLE)
def test_an_address_that_makes_no_sense_is_refused(url: str, message: str) -> None:
    with pytest.raises(ConnectError, match=message):
        kinds.connect(Address.parse(url))
    with pytest.raises(ConnectError, match=message):
        kinds.listen(Address.parse(url))


@pytest.mark.parametrize("option", ["ttl=256", "loopback=maybe"])
def test_an_option_of_sending_that_makes_no_sense_is_refused(option: str) -> None:
    with pytest.raises(ConnectError, match=option.partition("=")[0]):
        kinds.connect(Address.parse(f"udp://239.255.77.7:9?{option}"))


def test_a_shorter_limit_can_be_set() -> None:
    here = kinds.connect(Address.parse("udp://127.0.0.1:9?max_bytes=1400"))
    assert here.info("datagram_bytes") == 1400
    with pytest.raises(OSError, match="one carries 1400 at most"):
        here.send(bytes(1401))
    here.close()


def test_without_a_host_every_interface_is_listened_on() -> None:
    with kinds.listen(Address("udp", port=0)) as listener:
        for host, _ in LOOPBACK:
            here = kinds.connect(Address("udp", host, listener.address.port))
            here.send(b"x")
            there = listener.accept(10)
            there.send(b"y")
            assert here.receive(1, 10) == b"y"
            here.close()
            there.close()


# ------------------------------------------------------------------------------------------------------------- asyncio


@asynccontextmanager
async def listening(url: str = "udp://127.0.0.1:0") -> AsyncIterator[AsyncListener]:
    listener = await kinds.listen_async(Address.parse(url))
    async with asyncio.timeout(60):
        yield listener
    listener.close()


@asynccontextmanager
async def connected(url: str = "udp://127.0.0.1:0") -> AsyncIterator[tuple[AsyncTransport, AsyncTransport]]:
    async with listening(url) as listener:
        here = await kinds.connect_async(Address("udp", "127.0.0.1", listener.address.port), 10)
        here.write(b"hello")
        there = await listener.accept()
        assert await there.receive(100) == b"hello"
    yield here, there
    await here.close()
    await there.close()


def test_asyncio_one_write_is_one_receive() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            assert here.info("datagram_bytes") == 65507
            assert here.info("peer") == there.info("local")
            assert here.info("local") == there.info("peer")
            for data in (b"one", b"two", bytes(65507)):
                here.write(data)
            await here.drain()
            assert [await there.receive(1 << 16) for _ in range(3)] == [b"one", b"two", bytes(65507)]
            there.write(b"back")
            here.send_eof()
            assert await here.receive(100) == b"back"
            with pytest.raises(OSError, match="one carries 65507 at most"):
                here.write(bytes(65508))
            here.write(b"long")
            with pytest.raises(OSError, match="a datagram of 4 bytes came where 3"):
                await there.receive(3)

    asyncio.run(story())


def test_asyncio_a_cancelled_wait_loses_no_datagram() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            for _ in range(3):
                waiting = asyncio.create_task(here.receive(9))
                await asyncio.sleep(0)
                there.write(b"ab")
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
                assert await here.receive(9) == b"ab"

    asyncio.run(story())


def test_asyncio_a_listener_tells_its_peers_apart() -> None:
    async def story() -> None:
        async with listening() as listener:
            clients = [await kinds.connect_async(listener.address) for _ in range(5)]
            for client in clients:
                client.write(str(client.info("local")).encode())
            for _ in clients:
                peer = await listener.accept()
                assert await peer.receive(100) == str(peer.info("peer")).encode()
                peer.write(b"for " + str(peer.info("peer")).encode())
                await peer.close()
            for client in clients:
                assert await client.receive(100) == b"for " + str(client.info("local")).encode()
                await client.close()

    asyncio.run(story())


def test_asyncio_no_more_is_kept_than_the_bounds_say() -> None:
    async def story() -> None:
        listener = await kinds.listen_async(ANY, 2)
        clients = [await kinds.connect_async(listener.address) for _ in range(3)]
        for client in clients:
            client.write(b"x")
        for _ in range(20):  # until all are here
            await asyncio.sleep(0.01)
        peers = [await listener.accept(), await listener.accept()]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await listener.accept()
        for i in range(2 * QUEUE_BYTES // 10_000):
            clients[0].write(bytes(10_000))
            await asyncio.sleep(0.001 if i % 8 == 0 else 0)
        for _ in range(20):
            await asyncio.sleep(0.01)
        received = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                while True:
                    received += len(await peers[0].receive(10_000))
        assert received <= QUEUE_BYTES
        for end in (*clients, *peers):
            end.abort()
        listener.close()

    asyncio.run(story())


def test_asyncio_a_peer_of_which_nothing_is_heard_has_ended() -> None:
    async def story() -> None:
        async with connected("udp://127.0.0.1:0?idle=1") as (here, there):
            here.write(b"x")
            assert await there.receive(9) == b"x"
            assert await there.receive(9) == b""

    asyncio.run(story())


def test_asyncio_that_nobody_is_there_is_told_when_receiving() -> None:
    async def story() -> None:
        async with listening() as listener:
            here = await kinds.connect_async(listener.address)
        await asyncio.sleep(0)
        for _ in range(2):
            here.write(b"x")
            with pytest.raises(ConnectionRefusedError):
                await here.receive(1)
        await here.close()

    asyncio.run(story())


def test_asyncio_closing_ends_who_waits() -> None:
    async def story() -> None:
        async with connected() as (here, there):
            waiting = asyncio.create_task(there.receive(1))
            await asyncio.sleep(0)
            there.stop_receiving()
            assert await waiting == b""
            waiting = asyncio.create_task(here.receive(1))
            await asyncio.sleep(0)
            await here.close()
            with pytest.raises(OSError, match="closed"):
                await waiting
            with pytest.raises(BrokenPipeError):
                here.write(b"x")
            with pytest.raises(BrokenPipeError):
                here.send_eof()
            with pytest.raises(BrokenPipeError):
                await here.drain()
            assert "closed" in repr(here)
            here.abort()
        listener = await kinds.listen_async(ANY)
        accepting = asyncio.create_task(listener.accept())
        await asyncio.sleep(0)
        listener.close()
        listener.close()
        with pytest.raises(OSError, match="closed"):
            await accepting
        assert "closed" in repr(listener)

    asyncio.run(story())


@pytest.mark.parametrize("url", GROUPS)
def test_asyncio_all_members_of_a_group_hear_what_is_sent(url: str) -> None:
    async def story() -> None:
        async with listening(url) as one, listening(str(one.address)) as other:
            here = await kinds.connect_async(one.address)
            here.write(b"to all")
            for listener in (one, other):
                member = await listener.accept()
                assert await member.receive(100) == b"to all"
                member.write(b"heard")
                assert await here.receive(100) == b"heard"
                await member.close()
            await here.close()

    asyncio.run(story())


def test_asyncio_an_address_that_makes_no_sense_is_refused() -> None:
    async def story() -> None:
        for url, message in IMPOSSIBLE:
            with pytest.raises(ConnectError, match=message):
                await kinds.connect_async(Address.parse(url))
            with pytest.raises(ConnectError, match=message):
                await kinds.listen_async(Address.parse(url))

    asyncio.run(story())

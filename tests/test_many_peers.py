"""Two thousand peers at once, on both kinds of server, and more than the system has file descriptors for."""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

import bridge
from bridge.connection import Connection, ObjectReceived

PEERS = 2000
ENOUGH_SECONDS = 120


@pytest.fixture(autouse=True)
def _enough_file_descriptors() -> Iterator[None]:
    """Both ends of every conversation are in this process."""
    needed = 2 * PEERS + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.fail(f"{needed} file descriptors are needed, and the hard limit is {hard}: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def echo(channel: bridge.Channel) -> None:
    for obj in channel:
        channel.send(obj)


async def async_echo(channel: bridge.aio.Channel) -> None:
    async for obj in channel:
        await channel.send(obj)


@contextmanager
def blocking_server(**options: Any) -> Iterator[Any]:
    with bridge.serve("127.0.0.1:0", echo, **options) as server:
        yield server


@contextmanager
def asyncio_server(**options: Any) -> Iterator[Any]:
    """In an event loop of its own, in a thread."""
    started: Future[Any] = Future()
    ended = threading.Event()

    async def run() -> None:
        async with await bridge.aio.serve("127.0.0.1:0", async_echo, **options) as server:
            started.set_result(server)
            while not ended.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield started.result(ENOUGH_SECONDS)
    finally:
        ended.set()
        thread.join(ENOUGH_SECONDS)


BOTH = pytest.mark.parametrize("server_of", [blocking_server, asyncio_server], ids=["blocking", "asyncio"])


class Peer:
    """A plain socket that speaks object streams: two thousand channels would measure our client, and not the server."""

    def __init__(self, address: bridge.Address) -> None:
        self.sock = socket.create_connection((address.host, address.port or 0), timeout=ENOUGH_SECONDS)
        self.connection = Connection()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.sock.close()

    def send(self, obj: object) -> None:
        self.connection.send(obj)
        self.sock.sendall(self.connection.data_to_send())

    def receive(self) -> Any:
        while True:
            event = self.connection.next_event()
            if isinstance(event, ObjectReceived):
                return event.value
            data = self.sock.recv(1 << 16)
            assert data, "the server has hung up"
            self.connection.receive_data(data)


@BOTH
def test_two_thousand_peers_talk_at_once(server_of: Any) -> None:
    with server_of(max_peers=PEERS, backlog=1024) as server, ExitStack() as stack:
        peers = [stack.enter_context(Peer(server.address)) for _ in range(PEERS)]
        for talk in range(3):
            for number, peer in enumerate(peers):
                peer.send([talk, number])
            assert [peer.receive() for peer in peers] == [[talk, number] for number in range(PEERS)]
            assert server.peer_count == PEERS


@BOTH
def test_a_server_without_file_descriptors_goes_on_when_it_has_some_again(
    server_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Peers that cannot be accepted wait, those that are there are served all the while."""
    refused = threading.Event()

    def note(channel: object, error: Exception) -> None:
        assert channel is None
        assert isinstance(error.__cause__, OSError)
        assert error.__cause__.errno == errno.EMFILE
        refused.set()

    with server_of(on_error=note) as server, ExitStack() as stack:
        first = stack.enter_context(Peer(server.address))
        first.send("first")
        assert first.receive() == "first"
        # The peer is made before the last file descriptor is taken, and connected after.
        waiting = stack.enter_context(socket.socket())
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with ExitStack() as taken:
            taken.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
            resource.setrlimit(resource.RLIMIT_NOFILE, (waiting.fileno() + 20, hard))
            while True:
                try:
                    taken.enter_context(socket.socket())
                except OSError:
                    break
            waiting.connect((server.address.host, server.address.port))
            assert refused.wait(ENOUGH_SECONDS)
            first.send("still here")
            assert first.receive() == "still here"
        connection = Connection()
        connection.send("second")
        waiting.sendall(connection.data_to_send())
        waiting.settimeout(ENOUGH_SECONDS)
        answer = b""
        while not answer.endswith(b"second"):
            answer += waiting.recv(100)
    assert {vars(record)["event"] for record in caplog.records} == {"not_accepted"}
    assert 1 <= len(caplog.records) < 20

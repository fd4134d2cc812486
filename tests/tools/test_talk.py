"""Conversations of the command line, over loopback."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bridge import Channel, connect, serve
from bridge.errors import ChannelBroken, ConnectError, DecodeError, PeerException
from bridge.stream.model import BlockData
from bridge.tools.talk import Arrival, exchange, receive_all
from bridge.transport.address import Address

WAIT_SECONDS = 20


def echo(channel: Channel) -> None:
    for value in channel:
        if isinstance(value, BlockData):
            channel.send_data(value)
        else:
            channel.send(value)


class Listening:
    """``receive_all`` in a thread of its own."""

    def __init__(self, **options: Any) -> None:
        self.arrivals: queue.Queue[Arrival] = queue.Queue()
        self.address: Address
        self.error: BaseException | None = None
        self._ready = threading.Event()
        self._options = {"arrived": self.arrivals.put, **options}
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            receive_all(("127.0.0.1", 0), listening=self._listening, **self._options)
        except Exception as error:  # noqa: BLE001 - the test asks for it
            self.error = error
        finally:
            self._ready.set()

    def _listening(self, address: Address) -> None:
        self.address = address
        self._ready.set()

    def __enter__(self) -> Listening:
        self._thread.start()
        assert self._ready.wait(WAIT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(WAIT_SECONDS)
        assert not self._thread.is_alive()

    def next(self) -> Arrival:
        return self.arrivals.get(timeout=WAIT_SECONDS)

    def values(self, count: int) -> list[Any]:
        found: list[Any] = []
        while len(found) < count:
            arrival = self.next()
            if arrival.has_value:
                found.append(arrival.value)
        return found


@contextmanager
def channel_to(address: Address) -> Iterator[Channel]:
    with connect(address, timeout=WAIT_SECONDS) as channel:
        yield channel


def test_each_value_gets_its_reply() -> None:
    values = [1, "x", [None], BlockData(b"abc")]
    with serve(("127.0.0.1", 0), echo) as server, channel_to(server.address) as channel:
        assert list(exchange(channel, values, timeout=WAIT_SECONDS)) == values


def test_replies_are_not_waited_for_unless_they_are_wanted() -> None:
    got: queue.Queue[Any] = queue.Queue()

    def keep(channel: Channel) -> None:
        for value in channel:
            got.put(value)

    with serve(("127.0.0.1", 0), keep) as server:
        with channel_to(server.address) as channel:
            assert list(exchange(channel, [1, 2], replies=False)) == []
        assert [got.get(timeout=WAIT_SECONDS) for _ in range(2)] == [1, 2]


def test_everything_that_arrives_is_told_with_its_peer() -> None:
    with Listening(count=3) as listening, channel_to(listening.address) as channel:
        came = listening.next()
        assert came.peer == channel.local and not came.has_value and not came.ended
        for value in (1, None, "x"):
            channel.send(value)
        arrivals = [listening.next() for _ in range(3)]
        assert [(arrival.peer, arrival.value) for arrival in arrivals] == [
            (channel.local, 1), (channel.local, None), (channel.local, "x")
        ]  # fmt: skip


def test_with_echo_every_value_comes_back_also_the_last() -> None:
    with Listening(count=2, echo=True) as listening, channel_to(listening.address) as channel:
        assert channel.request([1], timeout=WAIT_SECONDS) == [1]
        channel.send_data(b"abc")
        assert channel.receive(timeout=WAIT_SECONDS) == b"abc"


def test_it_ends_after_the_count_of_all_peers_together() -> None:
    with Listening(count=4) as listening:
        channels = [connect(listening.address) for _ in range(2)]
        for number, channel in enumerate(channels * 2):
            channel.send(number)
        assert sorted(listening.values(4)) == [0, 1, 2, 3]
        for channel in channels:
            channel.close()
    assert listening.arrivals.empty() or not any(a.has_value for a in list(listening.arrivals.queue))


def test_the_end_of_a_conversation_is_told_and_how_it_ended() -> None:
    with Listening(count=1) as listening:
        with channel_to(listening.address):
            listening.next()
        ended = listening.next()
        assert ended.ended and ended.error is None
        for data, error_type in [(b"hello", DecodeError), (b"\xac\xed\0\5\x74\0\5x", ChannelBroken)]:
            with socket.create_connection((listening.address.host, listening.address.port or 0)) as sock:
                listening.next()
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                ended = listening.next()
                assert ended.ended and isinstance(ended.error, error_type)
        with channel_to(listening.address) as channel:
            channel.send(1)


def test_a_peer_that_failed_while_writing_is_told_and_goes_on() -> None:
    with Listening(count=1) as listening, channel_to(listening.address) as channel:
        listening.next()
        channel.send_exception(["why"])
        failed = listening.next()
        assert isinstance(failed.error, PeerException) and not failed.ended
        channel.send(5)
        assert listening.values(1) == [5]


def test_what_the_caller_raises_ends_the_listening() -> None:
    def refuse(arrival: Arrival) -> None:
        if arrival.has_value:
            raise BrokenPipeError("nobody reads")

    with Listening(arrived=refuse) as listening, channel_to(listening.address) as channel:
        channel.send(1)
    assert isinstance(listening.error, BrokenPipeError)


def test_an_address_that_is_taken_is_a_connect_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConnectError, match="cannot listen"):
        receive_all(taken.getsockname(), lambda arrival: None)

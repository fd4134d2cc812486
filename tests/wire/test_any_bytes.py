"""Any bytes: only documented errors, the same for all portions, and the machine goes on or has ended."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.connection import NEED_DATA, EndOfStream, ObjectReceived, State
from bridge.errors import BridgeError, DecodeError, RemoteProtocolError
from bridge.wire import CLIENT, SERVER, Protocol
from bridge.wire.machine import MessageConnection

from .protocols import DATAGRAMS, LINES, PROTOCOLS, TURNS, name_of
from .test_machine import sendable

ALL = [*PROTOCOLS, TURNS, LINES]


def valid_bytes(protocol: Protocol) -> bytes:
    client, server = MessageConnection(protocol, CLIENT), MessageConnection(protocol, SERVER)
    client.receive_data(server.data_to_send())
    while client.next_event() is not NEED_DATA:
        pass
    for value in sendable(protocol):
        if protocol.states is None:
            client.send(value)
    return client.data_to_send()


def outcome(protocol: Protocol, portions: list[bytes]) -> list[tuple[Any, ...]]:
    """All that came, as something that can be compared."""
    machine = MessageConnection(protocol, SERVER, datagram_bytes=1 << 16 if protocol is DATAGRAMS else None)
    found: list[tuple[Any, ...]] = []

    def drain() -> None:
        while True:
            try:
                event = machine.next_event()
            except BridgeError as error:
                documented = isinstance(error, DecodeError | RemoteProtocolError)
                found.append((type(error).__name__, documented, error.message, error.offset, error.path))
                if machine.state is State.BROKEN:
                    return
                continue
            if event is NEED_DATA:
                return
            found.append(("event", True, repr(event.value if isinstance(event, ObjectReceived) else event)))
            if isinstance(event, EndOfStream):
                return

    for portion in portions:
        machine.receive_data(portion)
        if machine.state is not State.BROKEN:
            drain()
    machine.receive_eof()
    if machine.state is not State.BROKEN:
        drain()
    assert machine.state in (State.BROKEN, State.PEER_ENDED)
    assert all(documented for _, documented, *_ in found)
    return found


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    portions: list[bytes] = []
    while data:
        size = sizes[len(portions) % len(sizes)]
        portions.append(data[:size])
        data = data[size:]
    return portions


@pytest.mark.parametrize("protocol", ALL, ids=name_of)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400), sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_any_bytes(protocol: Protocol, data: bytes, sizes: list[int]) -> None:
    assert outcome(protocol, [data]) == outcome(protocol, cut(data, sizes))


@pytest.mark.parametrize("protocol", ALL, ids=name_of)
def test_bytes_that_are_almost_right(protocol: Protocol) -> None:
    good = valid_bytes(protocol)
    chance = random.Random(7)
    for _ in range(250):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            kind = chance.randrange(4)
            place = chance.randrange(len(data) + 1)
            if kind == 0 and place < len(data):
                data[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            elif kind == 1:
                data[place:place] = chance.randbytes(chance.randint(1, 8))
            elif kind == 2:
                del data[place : place + chance.randint(1, 8)]
            else:
                data[place:] = data[place : place + chance.randint(1, 200)]
        whole = bytes(data)
        assert outcome(protocol, [whole]) == outcome(protocol, cut(whole, [chance.randint(1, 30)]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_datagrams(datagrams: list[bytes]) -> None:
    assert outcome(DATAGRAMS, datagrams)

"""What names a conversation in logs and tables."""

from __future__ import annotations

import pytest

from bridge.channel import Channel, connect, listen
from bridge.tools.sockets import sockets
from bridge.transport.address import Address
from bridge.transport.memory import pair
from bridge.transport.socket_id import SocketId

TEXTS: list[tuple[Address | None, Address | None, str]] = [
    (None, None, "memory * *"),
    (Address("tcp", "127.0.0.1", 9000), Address("tcp", "127.0.0.1", 40312), "tcp 127.0.0.1:9000 127.0.0.1:40312"),
    (Address("tcp", "::1", 9000), Address("tcp", "::1", 40312), "tcp6 [::1]:9000 [::1]:40312"),
    (Address("tcp", "127.0.0.1", 9000), None, "tcp 127.0.0.1:9000 *"),
    (None, Address("unix", path="/tmp/a b\n"), "unix * /tmp/a%20b%0A"),
    (Address("odd", "two\nlines", 1), None, "odd two\\nlines:1 *"),
]


@pytest.mark.parametrize(("local", "peer", "text"), TEXTS)
def test_it_is_protocol_local_and_foreign_address_on_one_line(
    local: Address | None, peer: Address | None, text: str
) -> None:
    here, _there = pair(addresses=(local, peer))
    socket_id = SocketId.of(here)
    assert (socket_id.local_address, socket_id.foreign_address) == (local, peer)
    assert str(socket_id) == text


def test_it_is_the_one_in_the_table_of_sockets_and_outlives_the_channel() -> None:
    with listen("127.0.0.1", 0) as listener, connect(listener.address) as here, listener.accept() as there:
        table = {row.socket_id for row in sockets()}
        assert {str(here.socket_id), str(there.socket_id)} <= table
        assert here.socket_id.protocol == "tcp"
        assert (here.socket_id.local_address, here.socket_id.foreign_address) == (here.local, here.peer)
        before = here.socket_id
        here.close()
        assert here.socket_id == before


def test_a_channel_in_memory_has_one_too() -> None:
    assert str(Channel(pair()[0]).socket_id) == "memory * *"

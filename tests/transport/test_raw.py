"""Protocols of one's own on IP. What needs the privilege is tested where it is there; the error always is."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import ConnectError
from bridge.transport import kinds, raw
from bridge.transport.address import Address

THERE = Address.parse("raw://127.0.0.2?protocol=253")


def may_open_raw_sockets() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, 253).close()
    except PermissionError:
        return False
    return True


privileged = pytest.mark.skipif(not may_open_raw_sockets(), reason="needs the capability CAP_NET_RAW")

AS_NOBODY = """
import encodings.idna, os
from bridge.transport import kinds
from bridge.transport.address import Address
if os.getuid() == 0:
    os.setuid(65534)
for verb in (kinds.connect, kinds.listen):
    try:
        verb(Address.parse("raw://127.0.0.1?protocol=253"))
    except PermissionError as error:
        print(error.strerror)
"""


def test_without_the_privilege_the_error_says_what_would_give_it() -> None:
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", AS_NOBODY]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=root).stdout.splitlines()
    assert len(told) == 2
    for line in told:
        assert "may not open raw sockets" in line and "CAP_NET_RAW" in line and "setcap" in line


@privileged
def test_one_send_is_one_receive_and_the_header_of_ip_is_off() -> None:
    with kinds.listen(THERE) as listener:
        here = kinds.connect(listener.address)
        assert here.info("datagram_bytes") == 65515
        for data in (b"one", b"two", bytes(65515)):
            here.send(data)
        there = listener.accept(10)
        assert [there.receive(1 << 16, 10) for _ in range(3)] == [b"one", b"two", bytes(65515)]
        there.send(b"back")
        assert here.receive(1 << 16, 10) == b"back"
        assert here.info("peer") == there.info("local") == listener.address == THERE
        assert here.info("local") == there.info("peer") == Address.parse("raw://127.0.0.1?protocol=253")
        with pytest.raises(OSError, match="one carries 65515 at most"):
            here.send(bytes(65516))
        here.close()
        there.close()


@privileged
def test_over_ipv6_too() -> None:
    with kinds.listen(Address.parse("raw://[::1]?protocol=253")) as listener:
        here = kinds.connect(listener.address)
        here.send(b"one")
        there = listener.accept(10)
        assert there.receive(1 << 16, 10) == b"one"
        here.close()
        there.close()


@privileged
def test_who_connects_can_choose_its_own_address() -> None:
    with kinds.listen(THERE) as listener:
        here = kinds.connect(Address.parse(f"{THERE}&local=127.0.0.3"))
        here.send(b"x")
        there = listener.accept(10)
        assert there.info("peer") == Address.parse("raw://127.0.0.3?protocol=253")
        here.close()
        there.close()


@privileged
def test_asyncio_carries_datagrams_both_ways() -> None:
    async def story() -> None:
        listener = await kinds.listen_async(THERE)
        here = await kinds.connect_async(listener.address, 10)
        async with asyncio.timeout(30):
            here.write(b"there")
            there = await listener.accept()
            assert await there.receive(1 << 16) == b"there"
            there.write(b"back")
            assert await here.receive(1 << 16) == b"back"
        await here.close()
        await there.close()
        listener.close()

    asyncio.run(story())


# The start of a packet: version and length of the header in words, RFC 791.
PACKETS = [
    (b"\x45" + bytes(19) + b"payload", b"payload"),
    (b"\x46" + bytes(23) + b"payload", b"payload"),
    (b"\x4f" + bytes(30), b""),
    (b"\x45" + bytes(18), b""),
    (b"\x65" + bytes(30), b""),
    (b"", b""),
]


@pytest.mark.parametrize(("packet", "payload"), PACKETS)
def test_what_follows_the_header_is_the_payload(packet: bytes, payload: bytes) -> None:
    assert raw.payload_of_ipv4(packet) == payload


IMPOSSIBLE = [
    ("raw://127.0.0.1", "needs the number of a protocol"),
    ("raw://127.0.0.1?protocol=255", "protocol must be a number from 1 to 254"),
    ("raw://127.0.0.1?protocol=udp", "protocol must be a number"),
    ("raw://127.0.0.1:1?protocol=253", "IP has no ports"),
    ("raw://127.0.0.1/x?protocol=253", "IP has no ports and no paths"),
    ("raw://127.0.0.1?protocol=253&ttl=1", "has no option 'ttl'"),
]


@pytest.mark.parametrize(("url", "message"), IMPOSSIBLE)
def test_an_address_that_makes_no_sense_is_refused(url: str, message: str) -> None:
    with pytest.raises(ConnectError, match=message):
        kinds.connect(Address.parse(url))
    with pytest.raises(ConnectError, match=message):
        kinds.listen(Address.parse(url))


def test_an_own_address_is_for_connecting() -> None:
    with pytest.raises(ConnectError, match="local is for connecting"):
        kinds.listen(Address.parse(f"{THERE}&local=127.0.0.3"))

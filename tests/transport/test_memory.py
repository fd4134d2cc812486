"""The transports without a socket."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bridge.errors import ConnectError
from bridge.transport import kinds
from bridge.transport.address import Address
from bridge.transport.memory import CannedTransport, pair


def test_what_one_end_sends_the_other_receives_in_order() -> None:
    here, there = pair()
    assert here.send(b"abc") == 3
    assert here.send(memoryview(b"def")) == 3
    assert there.receive(4) == b"abcd"
    assert there.receive(100) == b"ef"
    there.send(b"back")
    assert here.receive(100) == b"back"


def test_a_full_pair_takes_what_fits_and_then_makes_the_sender_wait() -> None:
    here, there = pair(capacity_bytes=4)
    assert here.send(b"abcdef") == 4
    with pytest.raises(TimeoutError):
        here.send(b"ef", timeout=0)
    assert there.receive(2) == b"ab"
    assert here.send(b"ef", timeout=0) == 2


def test_nothing_to_receive_in_time_is_a_timeout() -> None:
    here, _there = pair()
    with pytest.raises(TimeoutError):
        here.receive(1, timeout=0)


def test_an_end_that_ended_sending_can_still_receive() -> None:
    here, there = pair()
    here.send(b"last")
    here.send_eof()
    assert there.receive(100) == b"last"
    assert there.receive(100) == b""
    there.send(b"answer")
    assert here.receive(100) == b"answer"
    with pytest.raises(BrokenPipeError):
        here.send(b"more")


def test_closing_an_end_ends_the_other_and_refuses_its_bytes() -> None:
    here, there = pair()
    here.close()
    here.close()
    assert there.receive(1) == b""
    with pytest.raises(BrokenPipeError):
        there.send(b"x")
    for use in (lambda: here.receive(1), lambda: here.send(b"x"), here.send_eof):
        with pytest.raises(OSError, match="closed"):
            use()


def test_closing_wakes_the_thread_that_waits() -> None:
    here, _there = pair()
    ended = []

    def wait() -> None:
        try:
            here.receive(1)
        except OSError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    here.close()
    thread.join(10)
    assert len(ended) == 1


def test_an_end_that_stops_receiving_still_gets_what_had_arrived() -> None:
    here, there = pair()
    there.send(b"ab")
    here.stop_receiving()
    assert here.receive(1) == b"a"
    assert here.receive(1) == b"b"
    assert here.receive(1) == b""


def test_the_ends_of_a_pair_know_the_addresses_they_were_given() -> None:
    one, other = Address("memory", "a"), Address("memory", "b")
    here, there = pair(addresses=(one, other))
    assert (here.info("local"), here.info("peer"), here.info("socket")) == (one, other, None)
    assert (there.info("local"), there.info("peer")) == (other, one)


def test_canned_bytes_come_piece_by_piece_and_then_the_end() -> None:
    canned = CannedTransport([b"abc", b"d", ConnectionResetError("gone"), b"e"])
    assert [canned.receive(2), canned.receive(2), canned.receive(2)] == [b"ab", b"c", b"d"]
    with pytest.raises(ConnectionResetError):
        canned.receive(2)
    assert [canned.receive(2), canned.receive(2)] == [b"e", b""]


def test_a_canned_transport_keeps_what_is_sent_and_takes_it_in_the_portions_it_was_told() -> None:
    canned = CannedTransport(accepts=[1, TimeoutError("full"), 100])
    assert canned.send(b"abc") == 1
    with pytest.raises(TimeoutError):
        canned.send(b"bc")
    assert canned.send(memoryview(b"bc")) == 2
    assert canned.send(b"d") == 1
    canned.send_eof()
    assert (bytes(canned.sent), canned.eof_sent, canned.info("peer")) == (b"abcd", True, None)
    canned.stop_receiving()
    assert canned.receive(1) == b""
    canned.close()
    with pytest.raises(OSError, match="closed"):
        canned.send(b"x")


# ------------------------------------------------------------------------------------------------------- memory://NAME


def test_datagrams_stay_whole_and_none_is_lost() -> None:
    here, there = pair(capacity_bytes=4, datagram_bytes=3)
    assert here.info("datagram_bytes") == 3
    assert here.send(b"abc") == 3
    assert here.send(memoryview(b"de")) == 2
    with pytest.raises(TimeoutError):
        here.send(b"f", timeout=0)
    with pytest.raises(OSError, match="4 bytes are too much for a datagram: one carries 3 at most"):
        here.send(b"long")
    here.send_eof()
    with pytest.raises(OSError, match="a datagram of 3 bytes came where 2"):
        there.receive(2)
    assert there.receive(100) == b"de"
    with pytest.raises(TimeoutError):
        there.receive(100, timeout=0)
    here.close()
    assert there.receive(100) == b""


def test_listening_may_ask_for_datagrams() -> None:
    with kinds.listen(Address.parse("memory://?datagram_bytes=5")) as listener:
        here = kinds.connect(listener.address)
        there = listener.accept(10)
        assert here.info("datagram_bytes") == there.info("datagram_bytes") == 5
        here.send(b"one")
        here.send(b"two")
        assert [there.receive(100, 10), there.receive(100, 10)] == [b"one", b"two"]


def test_asyncio_datagrams_stay_whole() -> None:
    async def story() -> None:
        listener = await kinds.listen_async(Address.parse("memory://?datagram_bytes=5"))
        here = await kinds.connect_async(listener.address)
        there = await listener.accept()
        here.write(b"one")
        here.write(b"two")
        assert [await there.receive(100), await there.receive(100)] == [b"one", b"two"]
        with pytest.raises(OSError, match="one carries 5"):
            here.write(b"too long")
        listener.close()

    asyncio.run(story())


def test_no_more_wait_than_the_backlog_says() -> None:
    with kinds.listen(Address.parse("memory://here"), 1) as listener:
        waiting = kinds.connect(listener.address)
        with pytest.raises(ConnectionRefusedError, match="too many wait"):
            kinds.connect(listener.address)
    assert waiting.receive(1, 10) == b""
    with pytest.raises(ConnectionRefusedError, match="nobody in this process listens at memory://here"):
        kinds.connect(Address.parse("memory://here"))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://x:1", "goes on after the name"),
        ("memory://x/y", "goes on after the name"),
        ("memory://x?ttl=1", "has no option 'ttl'.*datagram_bytes"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused(url: str, message: str) -> None:
    with pytest.raises(ConnectError, match=message):
        kinds.connect(Address.parse(url))
    with pytest.raises(ConnectError, match=message):
        kinds.listen(Address.parse(url))


def test_a_length_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConnectError, match="datagram_bytes must be a number from 1 to 65536"):
        kinds.listen(Address.parse("memory://?datagram_bytes=0"))


def test_an_event_loop_that_has_ended_hinders_nobody() -> None:
    async def begin() -> Address:
        listener = await kinds.listen_async(Address.parse("memory://"))
        return listener.address

    address = asyncio.run(begin())
    kinds.connect(address).close()

"""The examples do what they say; what Redis answers is played back here, and real in interop/redis."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

import bridge
from bridge.errors import DecodeError
from bridge.transport.memory import CannedTransport
from bridge.wire import CLIENT, SERVER
from examples import resp, sensors, store

WAIT_SECONDS = 20


def test_a_store_keeps_values() -> None:
    with (
        store.serve(("127.0.0.1", 0)) as server,
        bridge.connect(server.address, protocol=store.STORE) as channel,
        bridge.connect(server.address, protocol=store.STORE) as other,
    ):
        stored = channel.request(store.Put(None, "k", 0, b"1"), expect=store.Stored, timeout=WAIT_SECONDS)
        assert other.request(store.Get(None, "k"), timeout=WAIT_SECONDS) == store.Value(1, stored.revision, b"1")
        refused = other.request(store.Put(7, "k", 99, b"2"), timeout=WAIT_SECONDS)
        assert refused == store.Failed(7, store.Reason.WRONG_REVISION, f"k has revision {stored.revision}")
        again = other.request(store.Put(8, "k", stored.revision, b"2"), expect=store.Stored, timeout=WAIT_SECONDS)
        assert again.revision > stored.revision
        assert channel.request(store.Delete(9, "k"), timeout=WAIT_SECONDS) == store.Stored(9, 0)
        for request in (store.Get(10, "k"), store.Delete(10, "k")):
            assert channel.request(request, timeout=WAIT_SECONDS) == store.Failed(10, store.Reason.NO_SUCH_KEY, "k")


def test_a_full_store_says_so() -> None:
    with (
        store.serve(("127.0.0.1", 0), store.Table(max_keys=1)) as server,
        bridge.connect(server.address, protocol=store.STORE) as channel,
    ):
        channel.request(store.Put(None, "a", 0, b""), expect=store.Stored, timeout=WAIT_SECONDS)
        failed = channel.request(store.Put(None, "b", 0, b""), expect=store.Failed, timeout=WAIT_SECONDS)
        assert failed.reason is store.Reason.FULL


READING = sensors.Reading(
    sensor=7,
    sequence=1,
    time=datetime(2024, 5, 1, 12, tzinfo=UTC),
    status={"low_battery": False, "charging": True, "quality": 63},
    centidegrees=-1234,
    pascals=101_325,
)


def test_a_reading_has_32_bytes() -> None:
    payload = sensors.SENSORS.codec(CLIENT, 1).encode(READING)
    assert payload.hex() == "b57e0007000000010000000066322ec0000000007f00fb2e00018bcd" + payload[-4:].hex()
    assert len(payload) == 32
    for place in range(32):
        broken = bytearray(payload)
        broken[place] ^= 0x10
        with pytest.raises(DecodeError):
            sensors.SENSORS.codec(SERVER, 1).decode(bytes(broken))


def test_a_collector_keeps_the_newest_reading() -> None:
    collector = sensors.Collector()
    with sensors.serve("udp://127.0.0.1:0", collector.collect) as server:
        with bridge.connect(server.address, protocol=sensors.SENSORS) as channel:
            for sequence in (1, 3, 2):
                READING.sequence = sequence
                acknowledged = channel.request(READING, timeout=WAIT_SECONDS)
                assert acknowledged == sensors.Acknowledged(7, sequence)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(WAIT_SECONDS)
            sock.connect((server.address.host, server.address.port))
            good = sensors.SENSORS.codec(CLIENT, 1).encode(READING)
            sock.send(good[:-1] + b"?")
            sock.send(b"noise")
            sock.send(good)
            assert len(sock.recv(100)) == 12
    assert collector.newest[7].sequence == 3
    assert collector.refused == 2


REPLIES: list[tuple[bytes, object]] = [
    (b"+OK\r\n", "OK"),
    (b":-12\r\n", -12),
    (b"$5\r\na\r\nbc\r\n", b"a\r\nbc"),
    (b"$0\r\n\r\n", b""),
    (b"$-1\r\n", None),
    (b"*0\r\n", []),
    (b"*-1\r\n", None),
    (b"*3\r\n:1\r\n$1\r\nx\r\n*2\r\n$-1\r\n+in\r\n", [1, b"x", [None, "in"]]),
]


@pytest.mark.parametrize("portion_bytes", [1, 3, 100])
def test_replies_of_redis_are_read(portion_bytes: int) -> None:
    data = b"".join(reply for reply, _ in REPLIES)
    pieces = [data[i : i + portion_bytes] for i in range(0, len(data), portion_bytes)]
    transport = CannedTransport(pieces)
    redis = resp.Redis(resp.RESP2.channel(transport))
    assert [redis.call("GET", i) for i in range(len(REPLIES))] == [value for _, value in REPLIES]
    assert transport.sent.startswith(b"*2\r\n$3\r\nGET\r\n$1\r\n0\r\n*2\r\n")


def test_an_error_of_redis_is_raised() -> None:
    redis = resp.Redis(resp.RESP2.channel(CannedTransport([b"-ERR unknown command\r\n"])))
    with pytest.raises(RuntimeError, match="ERR unknown command"):
        redis.call("NOPE")


@pytest.mark.parametrize(
    "reply", [b"?\r\n", b"$x\r\n", b"$3\r\nabcd\r\n", b"*1\r\n?\r\n", b"*1\r\n" * 40, b"$99999999999\r\n", b":\r\n"]
)
def test_what_is_no_reply_is_a_documented_error(reply: bytes) -> None:
    redis = resp.Redis(resp.RESP2.channel(CannedTransport([reply])))
    with pytest.raises(DecodeError):
        redis.call("GET", "x")


class Interrupted:
    """A server that Ctrl-C ends at once."""

    address = "somewhere"
    stopped = False

    def __enter__(self) -> Interrupted:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stopped = True

    def serve_forever(self) -> None:
        raise KeyboardInterrupt


def test_the_servers_run_as_programs(capsys: pytest.CaptureFixture[str]) -> None:
    for example in (store, sensors):
        interrupted = Interrupted()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(example, "serve", lambda *_, server=interrupted: server)
            example.main()
        assert interrupted.stopped
    assert capsys.readouterr().out.count("Ctrl-C ends it") == 2

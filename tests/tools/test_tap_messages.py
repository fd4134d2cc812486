"""A tap that knows a protocol of bridge.wire: messages in place of objects, and every byte arrives all the same."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TextIO

import pytest
from construct import If, Int8ub, this

import bridge
from bridge import wire
from bridge.cli import main
from bridge.cli.tap_messages import MessageEvent, MessageEvents, conversation_of
from bridge.tools.json_view import json_pieces
from bridge.tools.tap import Tap
from bridge.tools.tap_frames import Direction
from examples import sensors, store

WAIT_SECONDS = 30
STORE = ("bridge.cli.tap_messages", "examples.store:STORE")
SENSORS = ("bridge.cli.tap_messages", "examples.sensors:SENSORS")
GET = bytes.fromhex("0000000802000000010001") + b"a"  # Get(request=1, key='a')
READING = sensors.Reading(
    7, 1, datetime(2024, 2, 29, tzinfo=UTC), {"low_battery": False, "charging": True, "quality": 9}, -1250, 101_325
)


@pytest.fixture
def output(tmp_path: Path) -> Iterator[TextIO]:
    with (tmp_path / "output").open("w", encoding="utf-8") as file:
        yield file


def lines(output: TextIO) -> list[str]:
    """What was printed, of each line what follows the time."""
    return [line.partition(" ")[2] for line in Path(output.name).read_text("utf-8").splitlines()]


def of(direction: str, output: TextIO) -> list[str]:
    return [line.partition(f" {direction} ")[2] for line in lines(output) if f" {direction} " in line]


def use_the_store(address: bridge.Address) -> None:
    with bridge.connect(address, protocol=store.STORE, timeout=WAIT_SECONDS) as channel:
        channel.request(store.Put(None, "a", 0, b"\x00\xff"), expect=store.Stored, timeout=WAIT_SECONDS)
        channel.request(store.Get(None, "a"), expect=store.Value, timeout=WAIT_SECONDS)
        channel.request(store.Get(None, "b\n"), expect=store.Failed, timeout=WAIT_SECONDS)


def test_two_ends_talk_through_it_and_every_message_is_told(output: TextIO) -> None:
    with (
        store.serve(("127.0.0.1", 0)) as server,
        Tap("127.0.0.1:0", server.address, output=output, decoder=STORE) as tap,
    ):
        use_the_store(tap.address)
        tap.wait(1)
    assert of("→", output) == [
        "00000000  message opcode=1 26 bytes: Put(request=1, key='a', revision=0, data=b'\\x00\\xff')",
        "0000001a  message opcode=2 12 bytes: Get(request=2, key='a')",
        "00000026  message opcode=2 13 bytes: Get(request=3, key='b\\n')",
        "00000033  end after 51 bytes",
    ]
    assert of("←", output) == [
        "00000000  message opcode=16 17 bytes: Stored(request=1, revision=1)",
        "00000011  message opcode=17 23 bytes: Value(request=2, revision=1, data=b'\\x00\\xff')",
        "00000028  message opcode=18 14 bytes: Failed(request=3, reason=<Reason.NO_SUCH_KEY: 1>, text='b\\n')",
        "00000036  end after 54 bytes",
    ]


def test_as_json_each_message_is_an_object_with_its_fields(output: TextIO) -> None:
    with (
        store.serve(("127.0.0.1", 0)) as server,
        Tap("127.0.0.1:0", server.address, output=output, as_json=True, decoder=STORE) as tap,
    ):
        use_the_store(tap.address)
        tap.wait(1)
    told = [json.loads(line) for line in Path(output.name).read_text("utf-8").splitlines()]
    assert set(told[0]) == {"time", "conversation", "kind", "client", "server"}
    members = [
        {key: value for key, value in entry.items() if key not in ("time", "conversation")}
        for direction in ("client", "server")
        for entry in told
        if entry.get("direction") == direction and entry["offset"] in (0, 40)
    ]
    assert members == [
        {
            "direction": "client",
            "kind": "message",
            "offset": 0,
            "length": 26,
            "message": "Put",
            "opcode": 1,
            "value": {"request": 1, "key": "a", "revision": 0, "data": {"$bytes": "AP8="}},
        },
        {
            "direction": "server",
            "kind": "message",
            "offset": 0,
            "length": 17,
            "message": "Stored",
            "opcode": 16,
            "value": {"request": 1, "revision": 1},
        },
        {
            "direction": "server",
            "kind": "message",
            "offset": 40,
            "length": 14,
            "message": "Failed",
            "opcode": 18,
            "value": {"request": 3, "reason": "NO_SUCH_KEY", "text": "b\n"},
        },
    ]


def test_what_is_broken_is_told_and_passes_untouched(output: TextIO) -> None:
    unknown, short, mad = b"\x00\x00\x00\x01\x63", b"\x00\x00\x00\x03\x02ab", b"\xff\xff\xff\xff"
    data = GET + unknown + short + GET + mad + GET
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Tap("127.0.0.1:0", listener.getsockname()[:2], output=output, decoder=STORE) as tap,
        socket.create_connection(("127.0.0.1", tap.address.port or 0), WAIT_SECONDS) as client,
    ):
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        server, _ = listener.accept()
        with server:
            assert b"".join(iter(lambda: server.recv(1 << 16), b"")) == data
            server.sendall(GET[:7])  # the beginning of a frame, and its end
        assert b"".join(iter(lambda: client.recv(1 << 16), b"")) == GET[:7]
        tap.wait(1)
    there = of("→", output)
    assert there[0] == there[3].replace("00000018", "00000000")
    assert [line.partition(": ")[0] for line in there] == [
        "00000000  message opcode=2 12 bytes",
        "0000000c  error opcode=99 CorruptedStreamError",
        "00000011  error opcode=2 CorruptedStreamError",
        "00000018  message opcode=2 12 bytes",
        "00000024  error RejectedError",
        "00000024  skipped 16 bytes",
        "00000034  end after 52 bytes",
    ]
    assert "the opcode 99 is none of store; its client has 1, 2, 3 (at byte 16, in $)" in there[1]
    assert "(at byte 22, in $.request)" in there[2]
    assert there[5].endswith("it is unknown where the next message begins")
    back = of("←", output)
    assert back[0].startswith("00000007  error TruncatedStreamError: the bytes ended inside a frame, 7 bytes after")
    assert back[1:] == ["00000007  end after 7 bytes"]


def test_datagrams_are_messages_and_what_was_saved_of_them_can_be_decoded(
    output: TextIO, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    collector = sensors.Collector()
    whole = wire.MessageConnection(sensors.SENSORS, wire.CLIENT, datagram_bytes=100)
    whole.send(READING)
    datagram = whole.data_to_send()
    with (
        sensors.serve("udp://127.0.0.1:0", collector.collect) as server,
        Tap("udp://127.0.0.1:0", server.address, output=output, save=folder, decoder=SENSORS) as tap,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sensor,
    ):
        sensor.settimeout(WAIT_SECONDS)
        sensor.connect(("127.0.0.1", tap.address.port or 0))
        for each in (datagram, datagram[:-1] + b"?", datagram):  # the second has a wrong checksum
            sensor.send(each)
            if each == datagram:
                assert len(sensor.recv(100)) == 12
        tap.stop()
    there = of("→", output)
    assert [line.partition(": ")[0] for line in there[:3]] == [
        "00000000  message 32 bytes",
        "00000020  error CorruptedStreamError",
        "00000040  message 32 bytes",
    ]
    assert "sensor=7, sequence=1" in there[0] and "crc32" in there[1] and "(at byte 60, in $.check)" in there[1]
    assert of("←", output)[0] == "00000000  message 12 bytes: Acknowledged(sensor=7, sequence=1)"
    saved = sorted(folder.glob("*-client-*.ser"))
    assert [path.read_bytes() for path in saved] == [datagram, datagram[:-1] + b"?", datagram]
    assert [main(["wire", "examples.sensors:SENSORS", "--decode", str(path)]) for path in saved] == [0, 1, 0]
    assert capsys.readouterr().out.count("Reading(sensor=7, sequence=1") == 2


def test_the_command_takes_a_protocol(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "bridge", "tap", "--listen", "0", "--count", "1", "--save", str(tmp_path)]
    with (
        store.serve(("127.0.0.1", 0)) as server,
        subprocess.Popen(
            [*words, "--protocol", "examples.store:STORE", "--to", str(server.address)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as tap,
    ):
        watchdog = threading.Timer(WAIT_SECONDS, tap.kill)
        watchdog.start()
        try:
            assert tap.stderr is not None
            place = tap.stderr.readline().split("listening at ")[1].split(",")[0]
            use_the_store(bridge.Address.parse(place))
            out, err = tap.communicate()
        finally:
            watchdog.cancel()
    assert tap.returncode == 0 and err == ""
    assert out.count(" message opcode=") == 6
    (saved,) = tmp_path.glob("*-client.ser")
    assert main(["wire", "examples.store:STORE", "--decode", str(saved)]) == 0


@pytest.mark.parametrize("place", ["examples.store", "examples.store:NONE", "no_such_module:P", "examples.store:Table"])
def test_a_protocol_that_is_none_is_told_before_anything_is_opened(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tap", "--listen", "0", "--to", "1", "--protocol", place]) == 1
    err = capsys.readouterr().err
    assert place.partition(":")[0] in err and "listening" not in err and "Traceback" not in err


# ---- the events of one direction


@wire.message
@dataclass
class Point:
    """From the second version on it has a height."""

    x: Annotated[int, Int8ub]
    height: Annotated[int | None, If(this._params.version >= 2, Int8ub)]


POINTS = wire.Protocol("points", {1: Point}, framing=wire.LengthPrefix(8), negotiate=True, version=2, accepts=1)
OLD_POINTS = wire.Protocol("points", {1: Point}, framing=wire.LengthPrefix(8), negotiate=True, version=1)
OPENING, OLD_OPENING = (
    wire.MessageConnection(protocol, wire.CLIENT).data_to_send() for protocol in (POINTS, OLD_POINTS)
)


def told(events: Iterator[MessageEvent]) -> list[tuple[str, int, Any]]:
    return [(event.kind, event.offset, event.value) for event in events]


@pytest.mark.parametrize("server_first", [True, False])
@pytest.mark.parametrize(
    ("opening", "body", "version", "expected"),
    [(OPENING, b"\x03\x01\x05\x06", 2, Point(5, 6)), (OLD_OPENING, b"\x02\x01\x05", 1, Point(5, None))],
)
def test_the_version_is_that_of_both_openings_whichever_is_seen_first(
    opening: bytes, body: bytes, version: int, expected: Point, server_first: bool
) -> None:
    both = conversation_of(POINTS)
    client, server = both[Direction.CLIENT], both[Direction.SERVER]
    found = [("version", 0, version), ("message", len(OPENING), expected)]
    if server_first:
        assert told(server.feed(opening)) == []
        assert told(client.feed(OPENING + body)) == found
        assert told(server.feed(b"")) == found[:1]
    else:
        assert told(client.feed(OPENING + body)) == []
        assert told(server.feed(opening)) == found[:1]
        assert told(client.feed(b"")) == found
    assert told(client.feed_eof()) == [("end", len(OPENING + body), None)]


def test_a_conversation_that_does_not_negotiate_is_an_error_and_the_rest_is_skipped() -> None:
    client = conversation_of(POINTS)[Direction.CLIENT]
    events = [*client.feed(b"GET / HTTP/1.1"), *client.feed(b"\r\n"), *client.feed_eof()]
    assert [(event.kind, event.offset, event.length) for event in events] == [
        *(("error", 0, 0), ("skipped", 0, 16), ("end", 16, 0))
    ]
    cut = conversation_of(POINTS)[Direction.CLIENT]
    events = [*cut.feed(OPENING[:5]), *cut.feed_eof()]
    assert [(event.kind, event.name) for event in events] == [("error", "TruncatedStreamError"), ("end", "")]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_any_portions_give_the_same_events(size: int) -> None:
    data = GET + b"\x00\x00\x00\x01\x63" + GET + b"\xff\xff\xff\xff" + GET
    whole, parts = (MessageEvents(store.STORE, wire.CLIENT) for _ in range(2))
    events = [event for at in range(0, len(data), size) for event in parts.feed(data[at : at + size])]
    assert [*events, *parts.feed_eof()] == [*whole.feed(data), *whole.feed_eof()]


def test_behind_a_gap_datagrams_go_on_and_a_stream_does_not() -> None:
    stream = MessageEvents(store.STORE, wire.CLIENT)
    assert [event.kind for event in stream.feed(GET)] == ["message"]
    stream.skip(100, "too fast")
    assert told(stream.feed(GET)) == []
    assert told(stream.feed_eof()) == [("skipped", 12, "too fast"), ("end", 124, None)]

    datagrams = MessageEvents(sensors.SENSORS, wire.SERVER)
    machine = wire.MessageConnection(sensors.SENSORS, wire.SERVER, datagram_bytes=100)
    machine.send(sensors.Acknowledged(1, 2))
    datagram = machine.data_to_send()
    datagrams.skip(100, "too fast")
    events = [*datagrams.feed_datagram(datagram), *datagrams.feed_datagram(datagram[:-1]), *datagrams.feed_eof()]
    assert [(event.kind, event.offset, event.length) for event in events] == [
        *(("skipped", 0, 100), ("message", 100, 12), ("error", 112, 11), ("end", 123, 0))
    ]
    assert "(at byte 120, in $.check)" in events[2].value


@pytest.mark.parametrize(
    ("protocol", "feed", "expected"),
    [
        (store.STORE, MessageEvents.feed_datagram, "for a stream of bytes, and this network carries datagrams"),
        (sensors.SENSORS, MessageEvents.feed, "for datagrams, and this network carries a stream of bytes"),
    ],
)
def test_a_framing_for_another_network_is_told_once(
    protocol: wire.Protocol, feed: Callable[[MessageEvents, bytes], Iterator[MessageEvent]], expected: str
) -> None:
    events = MessageEvents(protocol, wire.CLIENT)
    found = [*feed(events, GET), *feed(events, GET), *events.feed_eof()]
    assert [event.kind for event in found] == ["error", "skipped", "end"]
    assert expected in found[0].value


def test_messages_with_unknown_opcodes_are_shown_as_the_protocol_lets_them_pass() -> None:
    keeping = wire.Protocol("keeping", {1: Point}, framing=wire.LengthPrefix(8), unknown="keep")
    (event,) = MessageEvents(keeping, wire.CLIENT).feed(b"\x03\x09ab")
    assert event.text() == "00000000  unknown opcode=9 4 bytes: 09 61 62"
    skipping = wire.Protocol("skipping", {1: Point}, framing=wire.LengthPrefix(8), unknown="skip")
    (event,) = MessageEvents(skipping, wire.CLIENT).feed(b"\x03\x09ab")
    assert event.text() == "00000000  unknown opcode=9 4 bytes"


def test_long_messages_are_cut_unless_they_are_asked_for_whole() -> None:
    (event,) = MessageEvents(store.STORE, wire.CLIENT).feed(
        b"\x00\x00\x03\xef\x02\x00\x00\x00\x01\x03\xe8" + b"k" * 1000
    )
    assert len(event.text()) < 330 and event.text().endswith("kkk ...")
    assert event.text(full=True).endswith("k" * 1000 + "')")


@bridge.java_class("bridge.test.Link", serial_version_uid=1)
@dataclass
class Link:
    """A list that Java has linked, or a ring."""

    next: Any


CARRIED = wire.message("CarriedObject", wire.JavaObjectStream())
OBJECTS = wire.Protocol("objects", {1: CARRIED}, framing=wire.LengthPrefix(32))


def ring() -> Link:
    link = Link(None)
    link.next = link
    return link


def chain(length: int) -> Link | None:
    link = None
    for _ in range(length):
        link = Link(link)
    return link


def ring_of_maps() -> dict[str, Any]:
    map_: dict[str, Any] = {}
    map_["self"] = map_
    return map_


@pytest.mark.parametrize(
    "value", [ring(), chain(3000), ring_of_maps(), {"a": [1]}], ids=["ring", "chain", "map", "flat"]
)
def test_an_object_stream_in_a_field_may_be_a_ring_or_very_deep(value: Any) -> None:
    payload = b"\x01" + bridge.dumps(value)
    (event,) = MessageEvents(OBJECTS, wire.CLIENT).feed(len(payload).to_bytes(4, "big") + payload)
    assert event.kind == "message" and event.text(full=True).startswith("00000000  message opcode=1 ")
    shown = "".join(json_pieces(event.json_value))
    assert shown.startswith(("{", '"'))
    assert value != {"a": [1]} or json.loads(shown) == {"value": {"a": [1]}}

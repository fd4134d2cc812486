"""Java that was generated from a protocol beside Python that speaks the same protocol."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

import pytest
from construct import (
    Const,
    Enum,
    Flag,
    GreedyBytes,
    GreedyString,
    If,
    Int8ub,
    Int16ub,
    Int32ub,
    Prefixed,
    PrefixedArray,
    Struct,
    this,
)

import bridge
from bridge.errors import DecodeError, EncodeError
from bridge.mapping.java_time_types import Instant
from bridge.wire.fields import JavaObjectStream, JavaUTF, VarInt64
from bridge.wire.framing import Datagram, Delimiter, FixedSize, Framing, LengthPrefix, SelfDelimiting
from bridge.wire.java_names import type_name
from bridge.wire.java_source import java_sources
from bridge.wire.message import message
from bridge.wire.protocol import CLIENT, SERVER, Protocol, Role
from bridge.wire.reader import MessageReader
from examples import sensors, store
from examples.resp import RESP2
from examples.sensors import SENSORS, Acknowledged, Collector, Reading
from examples.store import STORE, Delete, Failed, Get, Put, Reason, Stored, Value
from interop.harness import Harness, Jdk
from interop.wire.declarations import drawn_protocol
from interop.wire.everything import Color, Everything, Level
from interop.wire.java import Compiled, Ends, compiled
from interop.wire.values import drawn_message, mutated, shown

MESSAGES = 10_000
ENUMS = {"Color": Color, "Level": Level, "Reason": Reason}


@message(
    Struct(
        "id" / VarInt64,
        "names" / PrefixedArray(Int8ub, JavaUTF),
        "noted" / Flag,
        "note" / If(this.noted, Prefixed(Int16ub, GreedyBytes)),
    )
)
@dataclass
class Entry:
    id: int
    names: list[str]
    noted: bool
    note: bytes | None


@message(Struct(Const(b"\r"), "text" / Prefixed(Int8ub, GreedyString("ascii"))))
@dataclass
class Small:
    text: str


Text = message("Text", GreedyString("ascii"))

#: A package for each framing. All have the same messages, as far as they fit.
FRAMINGS: dict[str, Framing] = {
    "prefix8": LengthPrefix(8),
    "prefix16": LengthPrefix(16),
    "prefix16little": LengthPrefix(16, byteorder="little", inclusive=True),
    "prefix32": LengthPrefix(32),
    "prefix32inclusive": LengthPrefix(32, inclusive=True),
    "prefix32little": LengthPrefix(32, byteorder="little"),
    "varint": LengthPrefix("varint"),
    "varintinclusive": LengthPrefix("varint", inclusive=True),
    "mark": Delimiter(b"\n"),
    "longmark": Delimiter(b"\r\n\r"),
    "fixed": FixedSize(24, padding=b" "),
    "self": SelfDelimiting(),
}


def framed(name: str, framing: Framing) -> Protocol:
    messages: dict[int, type] = {1: Entry, 2: Small}
    if not isinstance(framing, SelfDelimiting | FixedSize):
        messages[3] = Text  # which reads to the end
    return Protocol(name, messages, framing=framing, max_frame_bytes=100)


@message
@dataclass
class Parcel:
    """An object of Java's inside a message."""

    label: Annotated[str, JavaUTF]
    content: Annotated[Any, Prefixed(Int32ub, JavaObjectStream())]


@message(Struct("name" / JavaUTF))
@dataclass
class Hello:
    name: str


@message(Struct("text" / JavaUTF))
@dataclass
class Welcome:
    text: str


@message(Struct("number" / Int32ub))
@dataclass
class Ask:
    number: int


@message(Struct("number" / Int32ub))
@dataclass
class Answer:
    number: int


@message(Struct())
@dataclass
class Bye:
    pass


#: A state table, and versions that are negotiated.
Guarded = Protocol(
    "guarded",
    client={1: Hello, 2: Ask, 3: Bye},
    server={16: Welcome, 17: Answer},
    version=3,
    accepts=2,
    negotiate=True,
    states=[
        ("new", CLIENT, Hello, "greeted"),
        ("greeted", SERVER, Welcome, "ready"),
        ("ready", CLIENT, Ask, "asked"),
        ("asked", SERVER, Answer, "ready"),
        ("ready", CLIENT, Bye, "done"),
    ],
)

#: Opcodes with names; one of them, and numbers without a name, are no message of the protocol.
Named = Protocol(
    "named",
    {"entry": Entry, "small": Small, 9: Text},
    opcode=Enum(Int16ub, entry=1, small=700, unused=5),
    unknown="skip",
)

Skipping = Protocol("skipping", {1: Small, 2: Text}, unknown="skip", trailing="skip", framing=Datagram())
Parcels = Protocol("parcels", Parcel)

PROTOCOLS: dict[str, Protocol] = {
    "store": STORE,
    "sensors": SENSORS,
    "drawn": drawn_protocol("drawn", random.Random("wire declarations"), 60),
    "guarded": Guarded,
    "named": Named,
    "everything": Everything,
    "skipping": Skipping,
    "parcels": Parcels,
    **{f"framed.{name}": framed("framed", framing) for name, framing in FRAMINGS.items()},
}


@pytest.fixture(scope="session")
def compile_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Jdk], Compiled]:
    @cache
    def compile_once(jdk: Jdk) -> Compiled:
        return compiled(jdk, tmp_path_factory.mktemp(f"wire-{jdk.major}"), PROTOCOLS)

    return compile_once


@pytest.fixture
def generated(java: Harness, compile_for: Callable[[Jdk], Compiled]) -> Compiled:
    """All protocols, compiled by the JDK of the test."""
    return compile_for(java.jdk)


# ------------------------------------------------------------------------------------------------ the same decisions


@cache
def ends_of(name: str) -> Ends:
    return Ends(PROTOCOLS[name])


@cache
def cases(name: str) -> list[tuple[Role, bytes]]:
    """Payloads of messages, and as many that were changed."""
    ends, rng = ends_of(name), random.Random(f"wire {name}")
    good: list[tuple[Role, bytes]] = []
    while len(good) < MESSAGES:
        role = rng.choice(list(Role))
        declared = rng.choice(list(ends.protocol.sent_by(role).values()))
        try:
            drawn = drawn_message(declared, ends.layout(declared), rng, ENUMS)
            good.append((role, ends.writers[role].encode(drawn)))
        except EncodeError:
            continue  # what was drawn is no value of its layout
    of_role = {role: [payload for each, payload in good if each is role] for role in Role}
    return good + [(role, mutated(payload, rng, of_role[role])) for role, payload in good]


@cache
def decisions_of_python(name: str) -> list[str]:
    ends = ends_of(name)
    found = []
    for role, payload in cases(name):
        try:
            decoded = ends.readers[role].decode(payload)
        except DecodeError:
            found.append("no")
            continue
        if decoded.declared is None:
            found.append("ok null")
            continue
        again = ends.writers[role].encode(decoded.value).hex()
        found.append(f"ok {shown(decoded.declared, ends.layout(decoded.declared), decoded.value)} {again}")
    return found


def without_nan_bits(decision: str) -> str:
    """A NaN may be written with other bits than it was read with; where there is one, its message is not compared."""
    words = decision.split(" ")
    return " ".join(words[:2]) if "f7ff8000000000000" in words[1:2][0] else decision


@pytest.mark.parametrize("name", ["store", "sensors", "everything", "drawn"])
def test_java_and_python_decide_alike(generated: Compiled, name: str) -> None:
    decided = generated.decisions(ends_of(name), f"{name}.{name.capitalize()}", cases(name))
    expected = decisions_of_python(name)
    assert len(decided) == len(expected) == 2 * MESSAGES
    refused = 0
    for (role, payload), java, python in zip(cases(name), decided, expected, strict=True):
        if python == "no":
            refused += 1
            assert java.startswith("no $"), (role, payload.hex(), java)
        else:
            assert without_nan_bits(java) == without_nan_bits(python), (role, payload.hex())
    # The comparison is worth something only if both happen often.
    assert MESSAGES // 4 < refused < MESSAGES, refused


# ------------------------------------------------------------------------------------------------------- the framings


def stream_of(protocol: Protocol, rng: random.Random, *, damaged: bool) -> bytes:
    ends = Ends(protocol)
    frames = []
    while len(frames) < 60:
        declared = rng.choice(protocol.all_messages)
        try:
            payload = ends.writers[Role.CLIENT].encode(drawn_message(declared, ends.layout(declared), rng, {}))
            frames.append(protocol.framing.wrap(payload))
        except EncodeError:
            continue
    data = bytearray(b"".join(frames))
    if damaged:
        for _ in range(rng.randint(1, 3)):
            data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
        if rng.random() < 0.5:
            del data[rng.randrange(len(data)) :]
    return bytes(data)


def outcomes_in_python(protocol: Protocol, data: bytes) -> Iterator[str]:
    """What comes of a stream, in the words of `Echo.java` without its reasons."""
    reader, writer = MessageReader(protocol, Role.CLIENT), Ends(protocol).writers[Role.CLIENT]
    reader.feed(data)
    reader.feed_eof()
    while True:
        try:
            received = reader.next_message()
        except DecodeError:
            yield f"no {'false' if reader.failed else 'true'}"
            if reader.failed:
                yield "broken"
                return
            continue
        if received is None:
            yield "end"
            return
        yield f"ok {protocol.framing.wrap(writer.encode(received.value)).hex()}"


@cache
def streams(name: str) -> list[bytes]:
    """The first one is whole, the others are damaged."""
    rng = random.Random(f"frames {name}")
    return [stream_of(PROTOCOLS[f"framed.{name}"], rng, damaged=damaged) for damaged in (False, *[True] * 30)]


def test_frames_are_cut_alike(generated: Compiled) -> None:
    for name in FRAMINGS:
        found = generated.echoes(f"framed.{name}.Framed", streams(name))
        refused = 0
        for data, lines in zip(streams(name), found, strict=True):
            words = [line if line.startswith("ok") else " ".join(line.split()[:2]) for line in lines]
            assert words == list(outcomes_in_python(PROTOCOLS[f"framed.{name}"], data)), (name, data.hex())
            refused += sum(line.startswith("no") for line in lines)
        assert len(found[0]) == 61 and found[0][-1] == "end"
        assert refused > 10


# ------------------------------------------------------------------------------------------ the ends of the examples


def test_the_store_in_python_serves_its_client_in_java(generated: Compiled) -> None:
    with store.serve(("127.0.0.1", 0)) as server:
        assert generated.run(b"", "StoreEnds", "client", str(server.address.port)) == ["done"]


def test_the_store_in_java_serves_its_client_in_python(generated: Compiled) -> None:
    with generated.serving("StoreEnds", "server") as port, bridge.connect("127.0.0.1", port, protocol=STORE) as channel:
        assert channel.request(Get(None, "a\0b")) == Failed(1, Reason.NO_SUCH_KEY, "a\0b")
        data = bytes(range(256)) * 400
        assert channel.request(Put(None, "ключ", 0, data)) == Stored(2, 1)
        assert channel.request(Get(-5, "ключ")) == Value(-5, 1, data)
        assert channel.request(Put(None, "ключ", 9, b"")).reason is Reason.WRONG_REVISION
        for number in range(100, 200):
            channel.send(Put(number, f"key {number}", 0, bytes(number)))
        assert channel.request(Delete(None, "ключ")).revision == 0
        assert [channel.receive() for _ in range(100)] == [Stored(i, i - 98) for i in range(100, 200)]
        # Bytes that are no message end a conversation, and no other one.
        for bad in (b"\0\0\0\x05\x02\0\0\0\x01", b"\xff\xff\xff\xff", b"\0\0\0\x01\x09"):
            with socket.create_connection(("127.0.0.1", port), 30) as raw:
                raw.sendall(bad)
                assert raw.recv(100) == b""
        assert channel.request(Get(None, "key 100")).data == bytes(100)


def test_the_collector_in_python_hears_a_sensor_in_java(generated: Compiled) -> None:
    collector = Collector()
    with sensors.serve("udp://127.0.0.1:0", collector.collect) as server:
        assert generated.run(b"", "SensorsEnds", "client", str(server.address.port), "40") == ["done"]
    newest = collector.newest[7]
    assert (newest.sequence, newest.centidegrees, newest.pascals) == (40, -1194, 101_325)
    assert dict(newest.status, _io=None) == {"low_battery": True, "charging": True, "quality": 40, "_io": None}
    assert newest.time == Instant.of(datetime.fromtimestamp(1_700_000_040, UTC), 123_456_789)
    assert collector.refused == 0


def test_the_collector_in_java_hears_a_sensor_in_python(generated: Compiled) -> None:
    with generated.serving("SensorsEnds", "server") as port:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
            for bad in (b"", b"\xb5\x7e", bytes(32), bytes(33), bytes(2000)):
                raw.sendto(bad, ("127.0.0.1", port))
        with bridge.connect(f"udp://127.0.0.1:{port}", protocol=SENSORS) as channel:
            for sequence in range(1, 41):
                time = datetime.fromtimestamp(1_700_000_000 + sequence, UTC)
                status = {"low_battery": sequence % 2 == 0, "charging": False, "quality": sequence}
                reading = Reading(sequence, sequence, time, status, -30_000 + sequence, 4_000_000 + sequence)
                expected = Acknowledged(
                    sequence,
                    reading.centidegrees + reading.pascals + 1_700_000_000 + sequence + sequence
                    + (1000 if status["low_battery"] else 0),
                )  # fmt: skip
                assert answered(channel, reading) == expected


def answer_guarded(channel: Any) -> None:
    for asked in channel:
        if isinstance(asked, Hello):
            channel.send(Welcome(f"Hello {asked.name}"))
        elif isinstance(asked, Ask):
            channel.send(Answer(asked.number + 1))


def test_a_client_in_java_keeps_to_the_state_table(generated: Compiled) -> None:
    with bridge.serve(("127.0.0.1", 0), answer_guarded, protocol=Guarded) as server:
        assert generated.run(b"", "GuardedEnds", "client", str(server.address.port)) == ["done"]


def test_a_server_in_java_keeps_to_the_state_table(generated: Compiled) -> None:
    loose = Protocol("guarded", client={1: Hello, 2: Ask}, server={16: Welcome, 17: Answer}, version=2, negotiate=True)
    with generated.serving("GuardedEnds", "server") as port:
        with bridge.connect("127.0.0.1", port, protocol=Guarded) as channel:
            assert channel.request(Hello("Python")) == Welcome("Hello Python")
            assert channel.request(Ask(0xFFFFFFFE)) == Answer(0xFFFFFFFF)
            assert channel.version == 3
            channel.send(Bye())
        with bridge.connect("127.0.0.1", port, protocol=loose) as channel:
            channel.send(Ask(1))  # which must not come first, so the server ends the conversation
            with pytest.raises((bridge.ChannelClosed, bridge.ChannelBroken)):
                channel.receive(timeout=30)
            assert channel.version == 2


@pytest.mark.parametrize(("name", "versions"), [("other", (2, 3)), ("guarded", (4, 9)), ("guarded", (0, 1))], ids=str)
def test_a_server_in_java_refuses_who_speaks_no_version_of_it(
    generated: Compiled, name: str, versions: tuple[int, int]
) -> None:
    opening = b"\x9dBWP" + struct.pack(">HHH", *versions, len(name)) + name.encode()
    with generated.serving("GuardedEnds", "server") as port:
        with socket.create_connection(("127.0.0.1", port), 30) as raw:
            raw.sendall(opening + b"\0\0\0\x04\x01\0\x01x")
            received = b"".join(iter(lambda: raw.recv(100), b""))
        assert received == b"\x9dBWP\0\x02\0\x03\0\x07guarded"


def answered(channel: Any, reading: Reading) -> Any:
    """The answer to a datagram, which is sent again where it gets lost."""
    for _ in range(20):
        channel.send(reading)
        try:
            return channel.receive(timeout=1)
        except bridge.ChannelTimeout:
            continue
    raise AssertionError("nothing was acknowledged")


def test_what_cannot_be_said_in_java_is_refused_by_name() -> None:
    with pytest.raises(bridge.SchemaError, match=r"DecimalText cannot be translated \(in \w+"):
        java_sources(RESP2, "resp")


# ------------------------------------------------------------------------------------------------------- single cases


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        # An opcode, and messages, that are not declared or longer than declared, where the protocol passes over them.
        ("skipping", b"\x09whatever", "ok null"),
        ("skipping", b"\x01\r\x02hi and more", "ok {s00680069} 010d026869"),
        ("skipping", b"\x01\r\x05hi", "no $.text 3 5 bytes were expected, and 2 are left"),
        ("skipping", b"\x01\n\x05hi", "no $ 2 it is 0a, and must be 0d"),
        ("named", b"\x02\xbc\r\x02hi", "ok {s00680069} 02bc0d026869"),
        ("named", b"\0\x09hi", "ok {s00680069} 00096869"),
        ("named", b"\0\x05\r\x02hi", "ok null"),
        ("named", b"\0\x06\r\x02hi", "ok null"),
        ("named", b"\x02", "no $.opcode 0 2 bytes were expected, and 1 are left"),
        # Lengths and counts far beyond the frame.
        ("store", b"\x01" + bytes(4) + b"\0\x01k" + bytes(8) + b"\x7f\xff\xff\xff", "no $.data 20 2147483647 bytes"),
        ("store", b"\x01" + bytes(4) + b"\0\x01k" + bytes(8) + b"\xff\xff\xff\xff", "no $.data 20 1844674407370955"),
        ("everything", b"\x01", "no $.byte 1 1 bytes were expected, and 0 are left"),
        ("everything", b"\x04\0\x08\xca\xfe\x03\xff\xff\0\0\0", "no $.rows 9 65535 elements cannot be in the 2 bytes"),
        ("everything", b"\x04\0\x05\xca\xfe\x04\0\0", "no $.version 6 it is 4, and must be 3"),
        ("everything", b"\x05" + bytes(28) + b"\0\0\0\x01", "no $.adler 33 the adler32 is 1, and that of the bytes is"),
        ("everything", b"\x07", "no $ 1 there is no message with the opcode 7"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_where_and_why(generated: Compiled, name: str, payload: bytes, expected: str) -> None:
    class_name = f"{name}.{type_name(name, '')}"
    (found,) = generated.decisions(ends_of(name), class_name, [(Role.CLIENT, payload)])
    assert found.startswith(expected), found


@bridge.java_class("sensors.Acknowledged", serial_version_uid=0)
@dataclass
class JavaMarker:
    """A class that the Java program has, and that is none of the JDK's."""


def parcel(stream: bytes) -> bytes:
    return b"\0\x01p" + len(stream).to_bytes(4, "big") + stream


@pytest.mark.parametrize(
    ("object_stream", "expected"),
    [
        (bridge.dumps("text"), "ok {s0070,s0074006500780074}"),
        (bridge.dumps(None), "ok {s0070,null}"),
        (bridge.dumps(bridge.Long(5)), "ok {s0070,5}"),
        (bridge.dumps([1, "a", None]), "ok {s0070,[1,s0061,null]}"),
        (b"", "no $.content 7 the object stream cannot be read: java.io.EOFException"),
        (bridge.dumps([1])[:-1], "no $.content 7 the object stream cannot be read: java.io.EOFException"),
        (bridge.dumps_all(["a", "b"]), "no $.content 7 there is more than one object in the object stream"),
        (bridge.dumps("a") + b"\0", "no $.content 7 the object stream cannot be read: java.io.StreamCorrupted"),
        # A class that the filter does not let in; nothing of it is made.
        (bridge.dumps(JavaMarker()), "no $.content 7 the object stream cannot be read: java.io.InvalidClass"),
    ],
)  # fmt: skip
def test_an_object_stream_in_a_message_is_read_with_a_filter(
    generated: Compiled, object_stream: bytes, expected: str
) -> None:
    (found,) = generated.decisions(ends_of("parcels"), "parcels.Parcels", [(Role.CLIENT, parcel(object_stream))])
    assert found.startswith(expected), found

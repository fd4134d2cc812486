"""Java that was generated from a protocol beside Python that speaks the same protocol."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import pytest
from construct import (
    Const,
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

from bridge.errors import DecodeError, EncodeError
from bridge.wire.fields import JavaObjectStream, JavaUTF, VarInt64
from bridge.wire.framing import Datagram, Delimiter, FixedSize, Framing, LengthPrefix, SelfDelimiting
from bridge.wire.message import message
from bridge.wire.protocol import Protocol, Role
from bridge.wire.reader import MessageReader
from interop.harness import Harness, Jdk
from interop.wire.everything import Color, Everything, Level
from interop.wire.java import Compiled, Ends, compiled
from interop.wire.values import drawn_message, mutated, shown

MESSAGES = 10_000
ENUMS = {"Color": Color, "Level": Level}


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


Skipping = Protocol("skipping", {1: Small, 2: Text}, unknown="skip", trailing="skip", framing=Datagram())
Parcels = Protocol("parcels", Parcel)

PROTOCOLS: dict[str, Protocol] = {
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


@pytest.mark.parametrize("name", ["everything"])
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

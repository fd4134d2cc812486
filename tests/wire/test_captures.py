"""Captures: what is shown of each message, byte for byte, and what is shown of what is none."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.errors import CorruptedStreamError, RejectedError, TruncatedStreamError
from bridge.wire import CLIENT, SERVER, Delimiter, Protocol, message
from bridge.wire.captures import hexdump, messages_in, one_line
from bridge.wire.machine import MessageConnection

from .protocols import DATAGRAMS, FRAMED, LINES, MESSAGES, PROTOCOLS, SENT, STORE, Get, Line, Value, name_of
from .test_machine import sendable


def sent(protocol: Protocol, values: list[Any]) -> bytes:
    client, server = MessageConnection(protocol, CLIENT), MessageConnection(protocol, SERVER)
    client.receive_data(server.data_to_send())
    if protocol.negotiate:
        client.next_event()
    for value in values:
        client.send(value)
    return client.data_to_send()


def shown(protocol: Protocol, *chunks: bytes, full: bool = False) -> list[list[str]]:
    return [list(hexdump(received, full=full)) for received in messages_in(protocol, CLIENT, chunks)]


def test_every_byte_is_beside_its_field() -> None:
    ((*lines,),) = shown(STORE, sent(STORE, [SENT[2]]))
    assert lines == [
        "000000  Rich, 37 bytes",
        "000000  00 00 00 21                           (length)",
        "000004  04                                    opcode                 4",
        "000005  ca fe                                 magic                  b'\\xca\\xfe'",
        "000007  01                                    flags                  Container(urgent=True, last=False)",
        "000008  01                                    kind                   'text'",
        "000009  c3 a9 00                              body                   'é'",
        "00000c  00 07                                 extra                  7",
        "                                              bits",
        "00000e  a9                                      high                 5 (bits 0 to 2)",
        "00000e  a9                                      low                  9 (bits 3 to 7)",
        "00000f  02                                    count                  2",
        "                                              points",
        "                                                [0]",
        "000010  00 00 00 01                               x                  1",
        "000014  ff ff ff fe                               y                  -2",
        "                                                [1]",
        "000018  00 00 00 03                               x                  3",
        "00001c  00 00 00 04                               y                  4",
        "000020  00                                    (padding)",
        "000021  40 02 8c 5b                           check                  1073908827",
    ]


def offsets(lines: list[str]) -> list[int]:
    """The offset of each byte that is shown."""
    found: list[int] = []
    for line in lines[1:]:
        if line[:6].strip() and not line.startswith(" "):
            found += range(int(line[:6], 16), int(line[:6], 16) + len(bytes.fromhex(line[8:44])))
    return found


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=name_of)
def test_every_byte_is_shown(protocol: Protocol) -> None:
    values = sendable(protocol)
    data = sent(protocol, values)
    start = len(data) - len(data.removeprefix(MessageConnection(protocol, CLIENT).data_to_send()))
    for portion_bytes in (1, 1000):
        chunks = [data[i : i + portion_bytes] for i in range(0, len(data), portion_bytes)]
        found = list(messages_in(protocol, CLIENT, chunks))
        assert [received.value for received in found] == values
        places = [place for received in found for place in offsets(list(hexdump(received, full=True)))]
        assert sorted(set(places)) == list(range(start, len(data)))


def test_long_fields_are_cut_unless_all_is_asked_for() -> None:
    data = sent(STORE, [Value(1, b"x" * 1000)])
    ((*lines,),) = shown(STORE, data)
    assert len(lines) == 9 and lines[-1] == "        … 952 more bytes"
    assert "…" in lines[4] and len(lines[4]) < 180
    ((*lines,),) = shown(STORE, data, full=True)
    assert len(lines) == 4 + 84 and "…" not in "".join(lines)


def test_what_is_no_message_is_shown_with_its_error_and_the_next_one() -> None:
    good = sent(STORE, [Get(1, "a")])
    found = list(messages_in(STORE, CLIENT, [good + b"\0\0\0\2\x63a" + b"\0\0\0\3\1\0\0" + good]))
    assert [type(received.error) for received in found] == [
        type(None),
        CorruptedStreamError,
        CorruptedStreamError,
        type(None),
    ]
    assert "the opcode 99" in one_line(found[1])
    assert list(hexdump(found[2])) == [
        "000012  no message, 7 bytes",
        "000012  00 00 00 03                           (length)",
        "000016  01                                    opcode                 1",
        "000017                                        request                cannot be read",
        "000017  00 00                                 (rest)",
        f"        {one_line(found[2])}",
    ]  # fmt: skip
    assert one_line(found[3]) == "Get(request=1, key='a')"


def test_a_capture_may_end_anywhere() -> None:
    good = sent(STORE, [Get(1, "a")])
    messages = messages_in(STORE, CLIENT, [good + good[:-1]])
    assert next(messages).value == Get(1, "a")
    with pytest.raises(TruncatedStreamError):
        next(messages)
    messages = messages_in(LINES, CLIENT, [b"a\0b"])
    assert next(messages).value == Line("a")
    with pytest.raises(TruncatedStreamError):
        next(messages)


def test_a_frame_beyond_the_bound_is_passed_over_or_ends_it() -> None:
    lines = Protocol("lines", {1: Get}, framing=Delimiter(b"\n"), max_frame_bytes=16)
    good = sent(lines, [Get(1, "a")])
    assert [received.value for received in messages_in(lines, CLIENT, [b"x" * 99 + b"\n" + good])] == [Get(1, "a")]
    with pytest.raises(RejectedError):
        list(messages_in(STORE, CLIENT, [b"\xff" * 8]))


def test_each_chunk_is_a_datagram() -> None:
    payloads = [DATAGRAMS.codec(CLIENT, 1).encode(value) for value in SENT + FRAMED]
    assert [received.value for received in messages_in(DATAGRAMS, CLIENT, payloads)] == SENT + FRAMED


def test_unknown_messages_are_shown() -> None:
    for policy, text in (("keep", "unknown opcode 99"), ("skip", "unknown opcode")):
        protocol = Protocol("p", MESSAGES, unknown=policy)  # type: ignore[arg-type]
        (received,) = messages_in(protocol, CLIENT, [b"\0\0\0\2\x63a"])
        assert next(hexdump(received)) == f"000000  {text}, 6 bytes"
        assert one_line(received)


def test_nothing_in_a_message_touches_the_terminal() -> None:
    data = sent(STORE, [Get(1, "\x1b[31mred\u202e\n")])
    for line in [line for lines in shown(STORE, data) for line in lines]:
        assert line.isprintable()
    class_of = message("Odd", Line.__dict__["__wire_message__"].layout)
    assert one_line(next(messages_in(Protocol("odd", {1: class_of}), CLIENT, [b"\0\0\0\3\1\x1b\0"]))).isprintable()

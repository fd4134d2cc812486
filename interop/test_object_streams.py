"""``ObjectInputStream`` and ``ObjectOutputStream`` as Java has them: each call in Python beside the same call in Java.

The streams are those of ``java/src/bridge/cases/StreamCases.java``, made here by the same steps.
"""

from __future__ import annotations

import io
import socket
from array import array
from collections.abc import Callable
from typing import Any

import pytest

import bridge
from bridge import BlockData, Float, LinkedList, ObjectInputStream, ObjectOutputStream
from bridge.errors import LocalProtocolError, PeerException, TruncatedStreamError
from interop.harness import Harness, program

SECONDS = 60
UTF = "utf \0 € 😀"


class OneByteFile(io.RawIOBase):
    """A file that gives a byte at a time and cannot seek."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(1, len(buffer)))
        buffer[: len(data)] = data
        return len(data)


def over_a_socket(data: bytes) -> socket.socket:
    """The reading end of a connection on which ``data`` was sent; small enough for the system to hold."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(data)
    return ours


@pytest.fixture(params=[io.BytesIO, OneByteFile, over_a_socket], ids=["file", "bytes", "socket"])
def opened(request: pytest.FixtureRequest) -> Any:
    """``opened(data)``: the stream in a file, in one that gives single bytes, and on a socket."""
    sources = []

    def opened(data: bytes) -> ObjectInputStream:
        sources.append(request.param(data))
        return ObjectInputStream(sources[-1])

    yield opened
    for source in sources:
        source.close()


# ----------------------------------------------------------------------------------------------------------- reading


def test_read_primitives(java: Harness, opened: Callable[[bytes], ObjectInputStream]) -> None:
    with opened(java.write("stream/primitives")) as in_:
        assert in_.read_boolean() is True
        assert in_.read_byte() == -1
        assert in_.read_short() == -2
        assert in_.read_char() == "€"
        assert in_.read_int() == -3
        assert in_.read_long() == -(2**63)
        assert in_.read_float() == Float(0.100000001490116119384765625)
        assert str(in_.read_double()) == "-0.0"
        assert in_.read_utf() == UTF
        assert in_.read_fully(5) == b"bytes"
        assert in_.read_fully(10).decode("utf-16-be") == "chars"
        assert in_.read(1) == b""
        with pytest.raises(TruncatedStreamError):
            in_.read_byte()


def test_read_unsigned(java: Harness, opened: Callable[[bytes], ObjectInputStream]) -> None:
    with opened(java.write("stream/primitives")) as in_:
        in_.skip_bytes(1)
        assert in_.read_unsigned_byte() == 255
        assert in_.read_unsigned_short() == 65534


def test_read_mixed(java: Harness, opened: Callable[[bytes], ObjectInputStream]) -> None:
    with opened(java.write("stream/mixed")) as in_:
        with pytest.raises(LocalProtocolError, match="4 bytes of primitive data"):
            in_.read_object()
        assert in_.read_int() == 1
        assert in_.read_object() == "two"
        assert in_.read_utf() == "three"
        assert in_.read_long() == 4
        with pytest.raises(TruncatedStreamError):
            in_.read_int()
        assert in_.read_object() == [5]
        assert in_.read_object() is None
        assert in_.read_double() == 6.5
        with pytest.raises(TruncatedStreamError):
            in_.read_object()


def test_read_exceptions(java: Harness, opened: Callable[[bytes], ObjectInputStream]) -> None:
    with opened(java.write("stream/exception-twice")) as in_:
        for _ in range(2):
            with pytest.raises(PeerException, match="failed in the middle"):
                in_.read_object()
        assert in_.read_int() == 5
        point = in_.read_object()
        assert (point.x, point.y) == (6, 7)


@pytest.mark.parametrize("length", [1, 255, 256, 1024, 1025, 5000, 70_000])
def test_read_block_data(java: Harness, length: int) -> None:
    expected = bytes(i * 11 % 256 for i in range(length))
    with ObjectInputStream(io.BytesIO(java.write(f"stream/block-data-{length}"))) as in_:
        assert in_.read_fully(length) == expected
    assert bridge.loads_all(java.write(f"stream/block-data-{length}")) == [BlockData(expected)]


# ----------------------------------------------------------------------------------------------------------- writing


def write_primitives(out: ObjectOutputStream) -> None:
    out.write_boolean(True)
    out.write_byte(-1)
    out.write_short(-2)
    out.write_char("€")
    out.write_int(-3)
    out.write_long(-(2**63))
    out.write_float(0.1)
    out.write_double(-0.0)
    out.write_utf(UTF)
    out.write_bytes("bytes")
    out.write_chars("chars")


def write_mixed(out: ObjectOutputStream) -> None:
    out.write_int(1)
    out.write_object("two")
    out.write_utf("three")
    out.write_long(4)
    out.write_object([5])
    out.write_object(None)
    out.write_double(6.5)


def write_flushed(out: ObjectOutputStream) -> None:
    for length in (10, 10, 10, 10, 10, 300):
        out.write(bytes(i * 11 % 256 for i in range(length)))
        out.flush()
    out.write_object("end")


def write_between_objects(out: ObjectOutputStream) -> None:
    out.write_object("a")
    out.write(bytes(i * 11 % 256 for i in range(300)))
    out.write_object("b")
    out.write(bytes(i * 11 % 256 for i in range(5)))
    out.write_object("c")


def write_long_utf(out: ObjectOutputStream) -> None:
    out.write_utf("€" * 20_000)
    out.write_object("end")


def write_shared(out: ObjectOutputStream) -> None:
    shared, text = ["shared"], "shared text"
    for obj in (shared, shared, LinkedList([shared, text]), text):
        out.write_object(obj)


def write_changed(out: ObjectOutputStream) -> None:
    changing = ["before"]
    out.write_object(changing)
    changing.append("not seen")
    out.write_object(changing)


def write_reset(out: ObjectOutputStream) -> None:
    twice = ["written twice"]
    out.write_object(twice)
    out.reset()
    out.write_object(twice)
    out.write_object(twice)


def write_resets(out: ObjectOutputStream) -> None:
    out.reset()
    out.reset()
    out.write_object("a")
    out.reset()
    out.reset()


def write_unshared(out: ObjectOutputStream) -> None:
    for obj in (["unshared"], array("i", [1, 2]), "text"):
        out.write_unshared(obj)
        out.write_unshared(obj)
        out.write_object(obj)
        out.write_object(obj)


def write_empty(out: ObjectOutputStream) -> None:
    pass


STREAMS = {
    "stream/empty": write_empty,
    "stream/primitives": write_primitives,
    "stream/mixed": write_mixed,
    "stream/block-data-flushed": write_flushed,
    "stream/block-data-between-objects": write_between_objects,
    "stream/long-utf": write_long_utf,
    "stream/shared-objects": write_shared,
    "stream/changed-and-written-again": write_changed,
    "stream/reset": write_reset,
    "stream/reset-first-twice-and-last": write_resets,
    "stream/unshared": write_unshared,
}


@pytest.mark.parametrize("name", STREAMS)
def test_write(java: Harness, name: str) -> None:
    """Java reads by its own calls what these calls wrote."""
    file = io.BytesIO()
    with ObjectOutputStream(file) as out:
        STREAMS[name](out)
    java.verify(name, file.getvalue())


@pytest.mark.parametrize("length", [1, 255, 256, 1024, 1025, 5000, 70_000])
def test_write_block_data(java: Harness, length: int) -> None:
    data = bytes(i * 11 % 256 for i in range(length))
    for pieces in ([data], [data[: length // 3], data[length // 3 :]]):
        file = io.BytesIO()
        with ObjectOutputStream(file) as out:
            for piece in pieces:
                out.write(piece)
        java.verify(f"stream/block-data-{length}", file.getvalue())
    java.verify(f"stream/block-data-{length}", bridge.dumps_all([BlockData(data)]))


@pytest.mark.parametrize("name", ["stream/primitives", "stream/mixed", "stream/unshared", "stream/reset"])
def test_the_same_bytes(java: Harness, name: str) -> None:
    """Not asked for by anybody, but true of the simple streams: byte by byte what Java writes."""
    file = io.BytesIO()
    with ObjectOutputStream(file) as out:
        STREAMS[name](out)
    assert file.getvalue() == java.write(name)


# --------------------------------------------------------------------------------------------------------- on sockets


def test_a_conversation_with_a_bare_server(java: Harness) -> None:
    """Java's way to do it, in Python: a socket, an output stream, an input stream."""
    with program(java.jdk, "bare.BareServer") as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        with (
            socket.create_connection(("127.0.0.1", port), SECONDS) as peer,
            ObjectOutputStream(peer) as out,
            ObjectInputStream(peer) as in_,
        ):
            for obj in ("hello", 7, bridge.Long(7), {"a": [1, 2.5, None]}, b"bytes"):
                out.write_object(obj)
                reply = in_.read_object()
                assert reply == obj
                assert type(reply) is type(obj)

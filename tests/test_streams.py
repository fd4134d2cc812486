"""Java's own API over files, sockets and transports."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import math
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import (
    BridgeError,
    ChannelBroken,
    ChannelTimeout,
    CorruptedStreamError,
    EncodeError,
    LocalProtocolError,
    NotSerializableError,
    PeerException,
    RejectedError,
    SchemaError,
    TruncatedStreamError,
)
from bridge.limits import Limits
from bridge.mapping.defaults import default_registry
from bridge.stream.constants import STREAM_HEADER
from bridge.stream.encoder import Encoder
from bridge.streams import ObjectInputStream, ObjectOutputStream
from bridge.transport.memory import CannedTransport, pair


def written(*steps: Callable[[ObjectOutputStream], object]) -> bytes:
    sink = io.BytesIO()
    with ObjectOutputStream(sink) as out:
        for step in steps:
            step(out)
    return sink.getvalue()


def reader(*steps: Callable[[ObjectOutputStream], object]) -> ObjectInputStream:
    return ObjectInputStream(io.BytesIO(written(*steps)))


def in_blocks(data: bytes, size: int) -> bytes:
    """A stream of primitive data that is cut after every ``size`` bytes."""
    blocks = [data[start : start + size] for start in range(0, len(data), size)]
    return STREAM_HEADER + b"".join(b"\x77" + bytes([len(block)]) + block for block in blocks)


PRIMITIVES: list[tuple[str, Any]] = [
    ("boolean", True),
    ("boolean", False),
    ("byte", -128),
    ("byte", 127),
    ("short", -32768),
    ("short", 32767),
    ("char", "é"),
    ("char", "\0"),
    ("char", "\ud83d"),
    ("int", -(2**31)),
    ("int", 2**31 - 1),
    ("long", -(2**63)),
    ("long", 2**63 - 1),
    ("float", 1.5),
    ("float", -math.inf),
    ("double", 0.1),
    ("double", 5e-324),
    ("utf", ""),
    ("utf", "é\0\U0001f600\ud83d text"),
    ("utf", "x" * 65535),
]


@pytest.mark.parametrize(("name", "value"), PRIMITIVES)
def test_every_primitive_is_read_as_it_was_written(name: str, value: Any) -> None:
    stream = reader(lambda out: getattr(out, f"write_{name}")(value))
    assert getattr(stream, f"read_{name}")() == value
    assert stream.available() == 0


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_primitive_data_may_be_cut_into_blocks_anywhere(size: int) -> None:
    sink = io.BytesIO()
    out = ObjectOutputStream(sink)
    for name, value in PRIMITIVES[:-1]:
        getattr(out, f"write_{name}")(value)
    out.flush()
    plain = ObjectInputStream(io.BytesIO(sink.getvalue())).read(-1)
    stream = ObjectInputStream(io.BytesIO(in_blocks(plain, size)))
    assert [getattr(stream, f"read_{name}")() for name, _ in PRIMITIVES[:-1]] == [value for _, value in PRIMITIVES[:-1]]
    assert stream.read(1) == b""


def test_the_bytes_are_those_that_java_writes() -> None:
    # The digest is that of a file written by JDK 17 with the same calls.
    text = "".join(["o", "bj"])
    unshared = "".join(["u", "ns"])
    sink = io.BytesIO()
    out = ObjectOutputStream(sink)
    out.write_boolean(True)
    out.write_byte(200)
    out.write_short(-2)
    out.write_char("é")
    out.write_int(-5)
    out.write_long(1 << 40)
    out.write_float(1.5)
    out.write_double(-0.0)
    out.write_utf("é\0\U0001f600x")
    out.write_bytes("aéb\u1234")
    out.write_chars("é\U0001f600")
    out.write_object(text)
    out.write(b"\7")
    out.write(bytes([1, 2, 3]))
    out.write(bytes(3000))
    out.write_int(1)
    out.write_object([1, text])
    for i in range(300):
        out.write_byte(1)
        out.write_long(i)
        out.write_utf(f"text{i}")
    out.reset()
    out.write_object(text)
    out.write_unshared(unshared)
    out.write_unshared(unshared)
    out.write_object(unshared)
    out.close()
    digest = "b37b549fcb11c5c65e6fc09682bed3d5db4d97c2fb8765c448267b6446ca5217"
    assert hashlib.sha256(sink.getvalue()).hexdigest() == digest


def test_large_bytes_and_shorts_go_as_their_low_bits() -> None:
    stream = reader(
        lambda out: out.write_byte(255),
        lambda out: out.write_byte(255),
        lambda out: out.write_short(65535),
        lambda out: out.write_short(-1),
    )
    assert (stream.read_unsigned_byte(), stream.read_byte()) == (255, -1)
    assert (stream.read_short(), stream.read_unsigned_short()) == (-1, 65535)


def test_text_without_a_length_is_read_as_bytes_and_chars() -> None:
    stream = reader(lambda out: out.write_bytes("aé\u0142"), lambda out: out.write_chars("é\U0001f600"))
    assert stream.read_fully(3) == b"a\xe9\x42"
    assert [stream.read_char() for _ in range(3)] == ["é", "\ud83d", "\ude00"]


MISFITS: list[tuple[str, Any]] = [
    ("byte", 256),
    ("byte", -129),
    ("short", 65536),
    ("int", 2**31),
    ("int", 1.5),
    ("long", 2**63),
    ("float", 1e300),
    ("double", 10**400),
    ("char", "ab"),
    ("char", "\U0001f600"),
    ("char", 65),
    ("utf", "é" * 32768),
]


@pytest.mark.parametrize(("name", "value"), MISFITS)
def test_a_primitive_that_does_not_fit_is_refused_and_nothing_of_it_is_written(name: str, value: Any) -> None:
    sink = io.BytesIO()
    with ObjectOutputStream(sink) as out:
        with pytest.raises(EncodeError):
            getattr(out, f"write_{name}")(value)
        out.write_int(7)
    assert sink.getvalue() == written(lambda out: out.write_int(7))


def test_objects_and_primitive_data_alternate() -> None:
    stream = reader(
        lambda out: out.write_object(["order"]),
        lambda out: out.write_int(3),
        lambda out: out.write_utf("x"),
        lambda out: out.write_object(None),
        lambda out: out.write_unshared("last"),
    )
    assert stream.read_object() == ["order"]
    assert (stream.read_int(), stream.read_utf()) == (3, "x")
    assert stream.read_object() is None
    assert stream.read_unshared() == "last"


def test_an_object_asked_for_where_primitive_data_is_next_tells_how_many_bytes_come_first() -> None:
    stream = reader(lambda out: out.write_long(7), lambda out: out.write_object("after"))
    for left in (8, 4):
        for _ in range(2):
            with pytest.raises(LocalProtocolError, match=f"{left} bytes"):
                stream.read_object()
        stream.read_int()
    assert stream.read_object() == "after"


def test_primitive_data_asked_for_where_an_object_is_next_consumes_nothing() -> None:
    stream = reader(lambda out: out.write_short(7), lambda out: out.write_object("after"))
    for _ in range(2):
        with pytest.raises(TruncatedStreamError, match="4 bytes of primitive data are due, but only 2"):
            stream.read_int()
    with pytest.raises(EOFError):
        stream.read_utf()
    assert stream.read_short() == 7
    assert (stream.read(5), stream.read(), stream.skip_bytes(5), stream.available()) == (b"", b"", 0, 0)
    with pytest.raises(TruncatedStreamError):
        stream.read_byte()
    assert stream.read_object() == "after"


def test_the_end_is_an_end_of_file_for_objects_and_primitive_data() -> None:
    stream = reader(lambda out: out.write_object("only"))
    assert stream.read_object() == "only"
    for _ in range(2):
        with pytest.raises(TruncatedStreamError, match="ended"):
            stream.read_object()
        with pytest.raises(TruncatedStreamError):
            stream.read_int()
        assert (stream.read(), stream.available(), stream.read_line()) == (b"", 0, None)


def test_read_gives_what_is_there_and_read_fully_all_that_was_asked_for() -> None:
    stream = ObjectInputStream(io.BytesIO(in_blocks(b"abcdefgh", 3)))
    assert stream.read(2) == b"ab"
    assert stream.read(0) == b""
    assert stream.read(100) == b"c"
    assert stream.read_fully(4) == b"defg"
    assert stream.read() == b"h"
    with pytest.raises(SchemaError):
        stream.read_fully(-1)


def test_skipping_goes_over_blocks_and_stops_at_an_object() -> None:
    stream = ObjectInputStream(io.BytesIO(in_blocks(b"abcdefgh", 3) + b"\x70"))
    assert stream.skip_bytes(4) == 4
    assert stream.read(1) == b"e"
    assert stream.skip_bytes(100) == 3
    assert stream.read_object() is None


def test_available_tells_what_can_be_read_without_waiting() -> None:
    stream = ObjectInputStream(io.BytesIO(in_blocks(b"abcdefgh", 3) + b"\x70"))
    counts = []
    while stream.available():
        counts.append(stream.available())
        stream.read(2)
    assert counts == [3, 1, 3, 1, 2]
    assert stream.read_object() is None


LINES = [
    (b"one\ntwo\r\nthree\rfour", ["one", "two", "three", "four"]),
    (b"\n\r\n\r", ["", "", ""]),
    (b"\xe9", ["é"]),
    (b"", []),
]


@pytest.mark.parametrize(("data", "lines"), LINES)
def test_lines_end_as_in_java(data: bytes, lines: list[str]) -> None:
    for size in (1, 100):
        stream = ObjectInputStream(io.BytesIO(in_blocks(data, size)))
        assert list(iter(stream.read_line, None)) == lines


def test_malformed_text_is_an_error() -> None:
    stream = ObjectInputStream(io.BytesIO(in_blocks(b"\0\2\xff\xff", 9)))
    with pytest.raises(CorruptedStreamError, match="UTF-8"):
        stream.read_utf()
    assert stream.read_fully(4) == b"\0\2\xff\xff"


def test_the_exception_of_a_writer_is_raised_and_the_stream_goes_on() -> None:
    encoder = Encoder(default_registry)
    encoder.write_exception("went wrong")
    encoder.write_object("after")
    stream = ObjectInputStream(io.BytesIO(encoder.take()))
    with pytest.raises(PeerException, match="went wrong") as caught:
        stream.read_object()
    assert caught.value.throwable == "went wrong"
    assert stream.read_object() == "after"


def test_what_is_no_stream_is_a_decode_error_again_and_again() -> None:
    stream = ObjectInputStream(io.BytesIO(b"GET / HTTP/1.1"))
    for read in (stream.read_object, stream.read_int, stream.available):
        with pytest.raises(CorruptedStreamError):
            read()


def test_limits_and_filters_are_asked() -> None:
    data = written(lambda out: out.write_object([bytes(10)]))
    refusing: list[dict[str, Any]] = [{"limits": Limits(maxarray=9)}, {"object_filter": "!*"}]
    for options in refusing:
        with pytest.raises(RejectedError):
            ObjectInputStream(io.BytesIO(data), **options).read_object()
    stream = ObjectInputStream(io.BytesIO(data), limits=Limits(maxarray=10), registry=default_registry.copy())
    assert stream.read_object() == [bytes(10)]


def test_the_bytes_of_the_whole_stream_are_bounded() -> None:
    data = written(lambda out: out.write_object(bytes(1000)), lambda out: out.write_object(bytes(1001)))
    stream = ObjectInputStream(io.BytesIO(data), limits=Limits(maxbytes=1500))
    assert stream.read_object() == bytes(1000)
    with pytest.raises(RejectedError, match="maxbytes"):
        stream.read_object()


# -------------------------------------------------------------------------------------------------------- the writer


def test_an_object_that_cannot_be_written_leaves_nothing_and_the_stream_goes_on() -> None:
    sink = io.BytesIO()
    with ObjectOutputStream(sink, registry=default_registry.copy()) as out:
        out.write_int(1)
        with pytest.raises(NotSerializableError):
            out.write_object([1, object()])
        with pytest.raises(NotSerializableError):
            out.write_unshared(object())
        out.write_object("after")
    assert sink.getvalue() == written(lambda out: out.write_int(1), lambda out: out.write_object("after"))


def test_an_object_written_again_is_the_same_object_until_the_reset() -> None:
    shared = [1]
    stream = reader(
        lambda out: out.write_object(shared),
        lambda out: out.write_object(shared),
        lambda out: out.reset(),
        lambda out: out.write_object(shared),
    )
    first, second, third = (stream.read_object() for _ in range(3))
    assert first is second
    assert first == third
    assert first is not third


def test_the_header_is_written_at_birth_and_flushed() -> None:
    raw = io.BytesIO()
    with io.BufferedWriter(raw) as sink:
        ObjectOutputStream(sink)
        assert raw.getvalue() == STREAM_HEADER


def test_primitive_data_waits_for_a_full_block_an_object_or_a_flush() -> None:
    sink = io.BytesIO()
    out = ObjectOutputStream(sink)
    steps: list[tuple[Callable[[], None], int]] = [
        (lambda: out.write(bytes(1023)), 0),
        (lambda: out.write(bytes(2)), 5 + 1024),
        (lambda: out.flush(), 2 + 1),
        (lambda: out.write_int(1), 0),
        (lambda: out.reset(), 2 + 4 + 1),
        (lambda: out.write_int(1), 0),
        (lambda: out.write_object(None), 2 + 4 + 1),
    ]
    for step, size in steps:
        before = len(sink.getvalue())
        step()
        assert len(sink.getvalue()) == before + size
    assert sink.getvalue()[-1:] == b"\x70"


def test_nothing_is_written_or_read_after_closing_and_the_files_stay_open() -> None:
    file = io.BytesIO()
    out = ObjectOutputStream(file)
    out.write_int(1)
    out.close()
    out.close()
    writes: list[Callable[[], None]] = [
        out.flush,
        out.reset,
        lambda: out.write_object(1),
        lambda: out.write_unshared(1),
        lambda: out.write(b""),
    ]
    for write in writes:
        with pytest.raises(LocalProtocolError, match="closed"):
            write()
    file.seek(0)
    stream = ObjectInputStream(file)
    stream.close()
    stream.close()
    for read in (stream.read_object, stream.read_int, stream.available):
        with pytest.raises(LocalProtocolError, match="closed"):
            read()
    assert not file.closed


class StubbornSink(io.RawIOBase):
    """Takes three bytes at a time, and now and then none."""

    def __init__(self, refusals: set[int]) -> None:
        self.data = bytearray()
        self.refusals = refusals
        self.calls = 0

    def write(self, data: Any) -> int | None:
        self.calls += 1
        if self.calls in self.refusals:
            return None
        self.data += bytes(data[:3])
        return min(3, len(data))


def test_a_sink_that_takes_little_gets_everything_in_the_end() -> None:
    sink = StubbornSink({5, 6, 9, 12})
    out = ObjectOutputStream(sink)
    with pytest.raises(BlockingIOError):
        out.write_object("more and more")
    refused = 1
    while True:
        try:
            out.flush()
            break
        except BlockingIOError:
            refused += 1
    assert refused == 3
    with pytest.raises(BlockingIOError):
        out.write_object(["last"])
    out.flush()
    stream = ObjectInputStream(io.BytesIO(bytes(sink.data)))
    assert (stream.read_object(), stream.read_object()) == ("more and more", ["last"])


class ListSink:
    """A file of somebody's own making, whose ``write`` tells nothing."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: Any) -> None:
        self.pieces.append(bytes(data))


def test_a_sink_only_needs_a_write() -> None:
    sink = ListSink()
    ObjectOutputStream(sink).write_object("text")
    assert ObjectInputStream(io.BytesIO(b"".join(sink.pieces))).read_object() == "text"


# ------------------------------------------------------------------------------------------------- kinds of sources

TRAILER = b"what follows"


class OnlyRead:
    """A file with nothing but ``read``."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self._file.read(size)


@contextlib.contextmanager
def pipe_of(data: bytes) -> Iterator[io.BufferedReader]:
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb") as sink:
            sink.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    with open(reading, "rb") as file:
        yield file
        file.read()
    thread.join()


@contextlib.contextmanager
def raw_file_of(data: bytes, directory: Path) -> Iterator[io.FileIO]:
    (directory / "stream").write_bytes(data)
    with io.FileIO(directory / "stream") as file:
        yield file


@contextlib.contextmanager
def buffered_file_of(data: bytes, directory: Path) -> Iterator[io.BufferedReader]:
    (directory / "stream").write_bytes(data)
    with open(directory / "stream", "rb") as file:
        yield file


def gzip_of(data: bytes, directory: Path) -> gzip.GzipFile:
    (directory / "stream.gz").write_bytes(gzip.compress(data))
    return gzip.open(directory / "stream.gz")


FILES: dict[str, Callable[[bytes, Path], contextlib.AbstractContextManager[Any]]] = {
    "bytes in memory": lambda data, _: io.BytesIO(data),
    "a pipe": lambda data, _: pipe_of(data),
    "a raw file": raw_file_of,
    "a buffered file": buffered_file_of,
    "a gzip file": gzip_of,
    "only read": lambda data, _: contextlib.nullcontext(OnlyRead(data)),
}


@pytest.mark.parametrize("kind", FILES)
def test_no_byte_too_many_is_read_from_a_file(kind: str, tmp_path: Path) -> None:
    values: list[Any] = [list(range(100)), bytes(200_000), "text" * 20_000, {"key": None}]
    sink = io.BytesIO()
    with ObjectOutputStream(sink) as out:
        for value in values:
            out.write_object(value)
        out.write_int(7)
    with FILES[kind](sink.getvalue() + TRAILER, tmp_path) as file:
        with ObjectInputStream(file) as stream:
            assert [stream.read_object() for _ in values] == values
            assert stream.read_int() == 7
        assert file.read(100) == TRAILER


@pytest.mark.parametrize("kind", ["a pipe", "a buffered file", "a gzip file", "only read"])
def test_a_file_with_peek_and_one_that_cannot_seek_are_exact_after_every_object(kind: str, tmp_path: Path) -> None:
    first, second = written(lambda out: out.write_object(["first"])), written(lambda out: out.write_object("second"))
    with FILES[kind](first + second + TRAILER, tmp_path) as file:
        assert ObjectInputStream(file).read_object() == ["first"]
        assert ObjectInputStream(file).read_object() == "second"
        assert file.read(100) == TRAILER


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_ends_inside_an_object_is_truncated(kind: str, tmp_path: Path) -> None:
    data = written(lambda out: out.write_object(["first", bytes(100_000)]))
    for cut in (0, 3, 10, len(data) - 1):
        with FILES[kind](data[:cut], tmp_path) as file, pytest.raises(TruncatedStreamError):
            ObjectInputStream(file).read_object()


KNOWN = [("bytes in memory", 4), ("a buffered file", 4), ("a pipe", 0), ("only read", 0)]


@pytest.mark.parametrize(("kind", "known"), KNOWN)
def test_what_is_available_in_a_pipe_is_not_known(kind: str, known: int, tmp_path: Path) -> None:
    with FILES[kind](written(lambda out: out.write_int(7)), tmp_path) as file:
        stream = ObjectInputStream(file)
        assert stream.available() == known
        assert stream.read_short() == 0
        assert stream.available() == 2


WRONG_SOURCES: list[Any] = [object(), None, "text", 3]


@pytest.mark.parametrize("wrong", WRONG_SOURCES)
def test_what_is_neither_file_nor_socket_is_refused(wrong: Any) -> None:
    with pytest.raises(SchemaError):
        ObjectInputStream(wrong)
    with pytest.raises(SchemaError):
        ObjectOutputStream(wrong)


def test_a_text_file_is_no_source() -> None:
    with pytest.raises(SchemaError, match="binary"):
        ObjectInputStream(io.StringIO("text")).read_object()


def test_a_file_that_does_not_wait_says_so_and_loses_nothing() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with io.FileIO(reading) as source, open(writing, "wb", buffering=0) as sink:
        stream = ObjectInputStream(source)
        data = written(lambda out: out.write_object("text"))
        for byte in data[:-1]:
            sink.write(bytes([byte]))
            with pytest.raises(BlockingIOError):
                stream.read_object()
        sink.write(data[-1:])
        assert stream.read_object() == "text"


# ------------------------------------------------------------------------------------------- sockets and transports


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_two_sockets_talk_in_objects(sockets: tuple[socket.socket, socket.socket]) -> None:
    here, there = sockets
    ends = [(ObjectOutputStream(end), ObjectInputStream(end)) for end in (here, there)]
    (out, in_), (other_out, other_in) = ends
    out.write_object({"question": 1})
    assert other_in.read_object() == {"question": 1}
    other_out.write_int(42)
    other_out.flush()
    assert in_.read_int() == 42
    here.shutdown(socket.SHUT_WR)
    with pytest.raises(TruncatedStreamError):
        other_in.read_object()


def test_a_socket_in_a_hurry_loses_nothing(sockets: tuple[socket.socket, socket.socket]) -> None:
    here, there = sockets
    there.settimeout(0.001)
    stream = ObjectInputStream(there)
    assert stream.available() == 0
    for byte in written(lambda out: out.write_long(1)):
        with pytest.raises(ChannelTimeout):
            stream.read_long()
        here.sendall(bytes([byte]))
    assert stream.available() == 8
    assert there.gettimeout() == 0.001
    assert stream.read_long() == 1
    assert stream.available() == 0


def test_a_full_socket_gets_everything_in_the_end(sockets: tuple[socket.socket, socket.socket]) -> None:
    here, there = sockets
    here.settimeout(0)
    out = ObjectOutputStream(here)
    with pytest.raises(ChannelTimeout):
        out.write_object(bytes(5_000_000))
    received = bytearray()
    flushed = False
    while not flushed:
        received += there.recv(1 << 20)
        with contextlib.suppress(ChannelTimeout):
            out.flush()
            flushed = True
    here.shutdown(socket.SHUT_WR)
    while piece := there.recv(1 << 20):
        received += piece
    assert ObjectInputStream(io.BytesIO(bytes(received))).read_object() == bytes(5_000_000)


def test_what_was_read_ahead_of_a_socket_can_be_had(sockets: tuple[socket.socket, socket.socket]) -> None:
    here, there = sockets
    here.sendall(written(lambda out: out.write_object("text")) + TRAILER)
    with ObjectInputStream(there) as stream:
        assert stream.read_object() == "text"
    assert stream.unread() == TRAILER
    assert stream.unread() == b""


def test_a_reset_connection_is_broken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as here:
        there, _ = listener.accept()
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        there.close()
        stream = ObjectInputStream(here)
        with pytest.raises(ChannelBroken):
            stream.read_object()
        with pytest.raises(BridgeError):
            stream.available()
        with pytest.raises(ChannelBroken):
            ObjectOutputStream(here)


def test_a_transport_is_a_source_and_a_sink() -> None:
    here, there = pair()
    out = ObjectOutputStream(here)
    stream = ObjectInputStream(there)
    assert stream.available() == 0
    out.write_object(["text"])
    out.write_int(7)
    assert stream.read_object() == ["text"]
    out.flush()
    assert stream.available() == 4
    assert stream.read_int() == 7


def test_the_pieces_in_which_bytes_arrive_make_no_difference() -> None:
    data = written(lambda out: out.write_object([1, "two"]), lambda out: out.write_utf("three"))
    stream = ObjectInputStream(CannedTransport([bytes([byte]) for byte in data]))
    assert (stream.read_object(), stream.read_utf()) == ([1, "two"], "three")


def test_a_transport_that_fails_is_broken() -> None:
    stream = ObjectInputStream(CannedTransport([OSError("gone"), OSError("gone")]))
    for read in (stream.read_object, stream.available):
        with pytest.raises(ChannelBroken, match="gone"):
            read()

"""A tap between two ends: every byte arrives, whatever becomes of looking at them."""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TextIO

import pytest

import bridge
from bridge.channel import Channel
from bridge.codec import dumps, dumps_all
from bridge.errors import ConnectError, SchemaError
from bridge.tools.tap import Tap
from bridge.tools.tap_takers import Printer

WAIT_SECONDS = 30


@pytest.fixture
def output(tmp_path: Path) -> Iterator[TextIO]:
    with (tmp_path / "output").open("w", encoding="utf-8") as file:
        yield file


def lines(output: TextIO) -> list[str]:
    """What was printed, of each line what follows the time."""
    return [line.partition(" ")[2] for line in Path(output.name).read_text("utf-8").splitlines()]


def json_lines(output: TextIO) -> list[Any]:
    return [json.loads(line) for line in Path(output.name).read_text("utf-8").splitlines()]


@contextmanager
def reflecting() -> Iterator[int]:
    """The port of a server that sends back every byte and ends when its peer does."""

    def reflect(peer: socket.socket) -> None:
        with peer:
            try:
                while data := peer.recv(1 << 16):
                    peer.sendall(data)
            except OSError:
                pass

    def accept() -> None:
        try:
            while True:
                threading.Thread(target=reflect, args=(listener.accept()[0],), daemon=True).start()
        except OSError:
            pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def connected(tap: Tap) -> socket.socket:
    return socket.create_connection(("127.0.0.1", tap.address.port), WAIT_SECONDS)


def through(tap: Tap, data: bytes) -> bytes:
    """What comes back of ``data``, sent while it comes."""
    return exchanged(connected(tap), data)


def exchanged(sock: socket.socket, data: bytes) -> bytes:
    back: list[bytes] = []

    def read() -> None:
        while part := sock.recv(1 << 16):
            back.append(part)

    with sock:
        reading = threading.Thread(target=read)
        reading.start()
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        reading.join()
    return b"".join(back)


def echo(channel: Channel) -> None:
    for value in channel:
        channel.send(value)


def printer_of(tap: Tap) -> subprocess.Popen[bytes]:
    (printer,) = [taker for taker in tap._takers if isinstance(taker, Printer)]
    assert printer._process is not None
    return printer._process


# ---- what passes


def test_two_python_ends_talk_through_it_and_everything_is_told(output: TextIO) -> None:
    with (
        bridge.serve(("127.0.0.1", 0), echo) as server,
        Tap("127.0.0.1:0", server.address, output=output) as tap,
    ):
        with bridge.connect(tap.address, timeout=WAIT_SECONDS) as channel:
            assert channel.request([1, "x"], timeout=WAIT_SECONDS) == [1, "x"]
            channel.reset()
            assert channel.request({"a": None}, timeout=WAIT_SECONDS) == {"a": None}
        tap.wait(1)
    told = lines(output)
    ends = f"tcp 127.0.0.1:{tap.address.port} 127.0.0.1:"
    assert told[0].startswith(f"#1 open: client {ends}") and f" 127.0.0.1:{server.address.port}" in told[0]
    there = [line for line in told if line.startswith("#1 → ")]
    assert there[1:5] == [
        "#1 → 00000004  class java.util.ArrayList uid=8683452581122892189 {I size}",
        "#1 → 00000004  class java.lang.Number uid=-8742448824652078965 {}",
        "#1 → 00000004  class java.lang.Integer uid=1360826667806852920 {I value}",
        '#1 → 00000004  object [1, "x"]',
    ]
    assert "#1 → 0000008b  reset" in there and any(line.endswith('object {"a": null}') for line in there)
    back = [line.replace("←", "→") for line in told if line.startswith("#1 ← ")]
    assert [line for line in back if " object " in line] == [line for line in there if " object " in line]


def test_as_json_each_line_is_an_object(output: TextIO) -> None:
    with (
        bridge.serve(("127.0.0.1", 0), echo) as server,
        Tap("127.0.0.1:0", server.address, output=output, as_json=True) as tap,
    ):
        for number in range(2):
            with bridge.connect(tap.address, timeout=WAIT_SECONDS) as channel:
                assert channel.request(["é" * 1000, number], timeout=WAIT_SECONDS)
                channel.send_data(b"abc")
        tap.wait(2)
    told = json_lines(output)
    assert {entry["conversation"] for entry in told} == {1, 2}
    first = [entry for entry in told if entry["conversation"] == 1 and entry.get("direction") == "client"]
    kinds = [entry["kind"] for entry in first if entry["kind"] != "reset"]
    assert kinds == ["header", "class", "class", "class", "object", "data", "end"]
    assert first[4]["value"] == ["é" * 1000, 0] and first[4]["offset"] == 4
    assert [entry["value"] for entry in first if entry["kind"] == "data"] == [{"$data": "YWJj"}]
    opened = next(entry for entry in told if entry["kind"] == "open")
    assert set(opened) == {"time", "conversation", "kind", "client", "server"}


def test_what_is_no_stream_passes_and_is_told(output: TextIO) -> None:
    data = random.Random(1).randbytes(3_000_000)
    with reflecting() as port, Tap("127.0.0.1:0", f"127.0.0.1:{port}", output=output) as tap:
        assert through(tap, data) == data
        tap.wait(1)
    errors = [line for line in lines(output) if " error " in line]
    assert any("not a Java object stream" in line for line in errors)
    assert [line.split("  ")[1] for line in lines(output) if "end after" in line] == ["end after 3000000 bytes"] * 2


def test_a_stream_that_breaks_is_told_and_what_comes_behind_it_passes(output: TextIO) -> None:
    data = dumps(["a"]) + b"\x01\x02\x03" + dumps("again")
    with reflecting() as port, Tap("127.0.0.1:0", f"127.0.0.1:{port}", output=output, full=True) as tap:
        assert through(tap, data) == data
        tap.wait(1)
    there = [line for line in lines(output) if line.startswith("#1 → ")]
    assert [line.split("  ")[1].split()[0] for line in there] == [
        *("header", "class", "object", "error", "skipped", "header", "object", "end")
    ]


def test_one_side_may_end_while_the_other_goes_on(output: TextIO) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Tap("127.0.0.1:0", listener.getsockname()[:2], output=output) as tap,
        connected(tap) as client,
    ):
        server, _ = listener.accept()
        with server:
            client.sendall(dumps(1))
            client.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: server.recv(1 << 16), b""))
            assert received == dumps(1)
            server.sendall(dumps("late"))
        assert b"".join(iter(lambda: client.recv(1 << 16), b"")) == dumps("late")
        tap.wait(1)
    assert [line for line in lines(output) if "broken" in line] == []


def test_a_connection_that_is_reset_is_reset_on_the_other_side_too(output: TextIO) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Tap("127.0.0.1:0", listener.getsockname()[:2], output=output) as tap,
    ):
        client = connected(tap)
        server, _ = listener.accept()
        client.sendall(b"x")
        assert server.recv(1) == b"x"
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # by a reset
        with server:
            server.settimeout(WAIT_SECONDS)
            try:
                assert server.recv(1) == b""
            except ConnectionResetError:
                pass
        tap.wait(1)
    assert any("broken: " in line for line in lines(output))


def test_where_nobody_listens_the_client_is_told_by_the_end() -> None:
    told: queue.Queue[str] = queue.Queue()
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    with Tap("127.0.0.1:0", ("127.0.0.1", port), told=told.put) as tap:
        with connected(tap) as client:
            assert client.recv(1) == b""
        tap.wait(1)
    assert told.get(timeout=WAIT_SECONDS).startswith(f"#1: no connection to tcp://127.0.0.1:{port}: ")


def test_stopping_ends_the_conversations_and_tells_what_has_passed(output: TextIO, tmp_path: Path) -> None:
    with (
        reflecting() as port,
        Tap("127.0.0.1:0", f"127.0.0.1:{port}", output=output, save=tmp_path) as tap,
        connected(tap) as client,
    ):
        client.sendall(dumps("x"))
        assert client.recv(len(dumps("x")), socket.MSG_WAITALL) == dumps("x")
        tap.stop()
        tap.stop()
        assert client.recv(1) == b""
    assert '#1 → 00000004  object "x"' in lines(output)
    assert "#1 → broken: the tap was stopped" in lines(output)
    assert {path.read_bytes() for path in tmp_path.glob("*.ser")} == {dumps("x")}


def test_each_datagram_is_a_stream_of_its_own(output: TextIO, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    with (
        bridge.listen("udp://127.0.0.1:0") as listener,
        Tap("udp://127.0.0.1:0", listener.address, output=output, save=folder) as tap,
        bridge.connect(tap.address) as client,
    ):
        client.send([1])
        with listener.accept(timeout=WAIT_SECONDS) as server:
            assert server.receive(timeout=WAIT_SECONDS) == [1]
            server.send("back")
            assert client.receive(timeout=WAIT_SECONDS) == "back"
            client.send([2])
            assert server.receive(timeout=WAIT_SECONDS) == [2]
        tap.stop()
    told = [line.split("  ")[1] for line in lines(output) if " object " in line]
    assert sorted(told) == ['object "back"', "object [1]", "object [2]"]
    assert sorted(path.read_bytes() for path in folder.glob("*.ser")) == sorted(map(dumps, ([1], [2], "back")))


# ---- what may go wrong beside the forwarding


def test_a_decoder_that_cannot_keep_up_holds_nothing_up_and_says_what_it_skipped(output: TextIO) -> None:
    data = dumps_all(str(number) * 10_000 for number in range(200))
    with reflecting() as port, Tap("127.0.0.1:0", f"127.0.0.1:{port}", output=output, queue_bytes=1 << 20) as tap:
        decoder = printer_of(tap)
        os.kill(decoder.pid, signal.SIGSTOP)  # it takes nothing at all now
        assert through(tap, data) == data
        os.kill(decoder.pid, signal.SIGCONT)
        tap.wait(1)
    skipped = [line for line in lines(output) if "they passed faster than they could be decoded" in line]
    assert 1 <= len(skipped) <= 2
    ends = [line for line in lines(output) if "end after" in line]
    assert [line.split("after ")[1] for line in ends] == [f"{len(data)} bytes"] * 2


def test_a_decoder_that_dies_is_told_and_the_forwarding_goes_on(output: TextIO) -> None:
    told: queue.Queue[str] = queue.Queue()
    with reflecting() as port, Tap("127.0.0.1:0", f"127.0.0.1:{port}", output=output, told=told.put) as tap:
        printer_of(tap).kill()
        printer_of(tap).wait()
        data = dumps("x" * 5_000_000)
        assert through(tap, data) == data
        assert "no more is shown; forwarding goes on" in told.get(timeout=WAIT_SECONDS)
        assert through(tap, data) == data
        tap.wait(2)


def test_each_direction_is_saved_as_it_passed(tmp_path: Path) -> None:
    data = dumps([1, {"a": "x" * 100_000}])
    with (
        bridge.serve(("127.0.0.1", 0), echo) as server,
        Tap("127.0.0.1:0", server.address, save=tmp_path) as tap,
    ):
        for _ in range(2):
            with bridge.connect(tap.address, timeout=WAIT_SECONDS) as channel:
                channel.request(bridge.loads(data), timeout=WAIT_SECONDS)
        tap.wait(2)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name.split("-", 3)[3] for name in names] == [
        *("0001-client.ser", "0001-server.ser", "0002-client.ser", "0002-server.ser")
    ]
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {data}


def test_a_full_disk_is_told_and_the_forwarding_goes_on(tmp_path: Path) -> None:
    """A process that may write 100,000 bytes to a file stands for a disk that has so much room."""
    folder = tmp_path / "saved"
    folder.mkdir()
    words = [sys.executable, "-c", _LIMITED, "tap", "--listen", "0", "--save", str(folder), "--count", "1", "--to"]
    data = dumps("y" * 3_000_000)
    with (
        reflecting() as port,
        subprocess.Popen([*words, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tap,
    ):
        watchdog = threading.Timer(WAIT_SECONDS, tap.kill)
        watchdog.start()
        try:
            assert tap.stderr is not None
            place = tap.stderr.readline().split("listening at tcp://")[1].split(",")[0]
            host, _, tapped = place.rpartition(":")
            back = exchanged(socket.create_connection((host, int(tapped)), WAIT_SECONDS), data)
            out, err = tap.communicate()
        finally:
            watchdog.cancel()
    assert back == data
    assert tap.returncode == 0 and "Traceback" not in err
    assert sorted(line.split(":")[1].strip() for line in err.splitlines()) == ["#1 client", "#1 server"]
    assert err.count("not saved any more: File too large; the first ") == 2
    assert list(folder.glob("*.ser")) == []
    for path in folder.glob("*.ser.partial"):
        assert data.startswith(path.read_bytes()[: len(data)]) and path.stat().st_size == 100_000
    assert out.count("end after") == 2


_LIMITED = """
import resource, sys
from bridge.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
sys.exit(main(sys.argv[1:]))
"""


def test_wrong_arguments_are_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="queue_bytes must be 131072 or more"):
        Tap("127.0.0.1:0", "127.0.0.1:1", queue_bytes=5)
    with pytest.raises(NotADirectoryError):
        Tap("127.0.0.1:0", "127.0.0.1:1", save=tmp_path / "none")
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConnectError, match="cannot listen"):
        Tap(taken.getsockname()[:2], "127.0.0.1:1")

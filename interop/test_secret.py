"""The handshake of a shared secret between Python and the Java library, both ways, and with who lacks the secret."""

from __future__ import annotations

import queue
import socket
import threading
from pathlib import Path

import pytest

import bridge
from bridge.errors import ChannelBroken, ConnectError, DecodeError
from bridge.stream.constants import STREAM_HEADER
from interop.harness import Harness, JavaFailure

SECONDS = 60
SECRET = bytes(range(32))
OTHER = bytes(range(1, 33))
KNOWN = f"secret={SECRET.hex()}"
WRONG = f"secret={OTHER.hex()}"
CASES = ["box/integer-max", "map/hash-map-null-key", "bean/point"]

PLACES = ["tcp://127.0.0.1:0", "unix://{folder}/socket"]


def echo(channel: bridge.Channel) -> None:
    for obj in channel:
        channel.send(obj)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.param).format(folder=tmp_path)


def test_python_connects_to_java(java: Harness, place: str) -> None:
    address = java.ask(f"serve {place} {KNOWN}").decode()
    with bridge.connect(address, timeout=SECONDS, secret=SECRET) as channel:
        for case in CASES:
            value = bridge.loads(java.write(case))
            java.verify(case, bridge.dumps(channel.request(value, timeout=SECONDS)))
        big = bytes(1_000_000)
        assert channel.request(big, timeout=SECONDS) == big


def test_java_connects_to_python(java: Harness, place: str) -> None:
    with bridge.serve(place, echo, secret=SECRET) as server:
        report = java.words(f"talk {server.address} {KNOWN} {' '.join(CASES)}")
    assert report == [word for case in CASES for word in ("ok", case)]


def test_java_connects_to_java(java: Harness, place: str) -> None:
    address = java.ask(f"serve {place} {KNOWN}").decode()
    report = java.words(f"talk {address} {KNOWN} {' '.join(CASES)}")
    assert report == [word for case in CASES for word in ("ok", case)]


def test_java_refuses_a_python_that_does_not_know_the_secret(java: Harness, place: str) -> None:
    address = java.ask(f"serve {place} {KNOWN}").decode()
    with pytest.raises(ConnectError, match="the peer has hung up in the handshake of the shared secret"):
        bridge.connect(address, timeout=SECONDS, secret=OTHER)
    with (
        bridge.connect(address, timeout=SECONDS) as channel,
        pytest.raises((DecodeError, ChannelBroken)),
    ):
        channel.request("without a secret", timeout=SECONDS)
    with bridge.connect(address, timeout=SECONDS, secret=SECRET) as channel:
        assert channel.request("still there", timeout=SECONDS) == "still there"


# The words for Java, what Java says, and what Python is told.
STRANGERS = [
    (WRONG, "the peer has hung up in the handshake of the shared secret", "the peer does not know the shared secret"),
    ("", "StreamCorruptedException: invalid stream header: 42524944", "it begins with an object stream (AC ED)"),
]


@pytest.mark.parametrize(("words", "java_says", "python_is_told"), STRANGERS)
def test_python_refuses_a_java_that_does_not_know_the_secret(
    java: Harness, place: str, words: str, java_says: str, python_is_told: str
) -> None:
    told: queue.Queue[Exception] = queue.Queue()
    with bridge.serve(place, echo, secret=SECRET, on_error=lambda _, error: told.put(error)) as server:
        # Java may still be sending when Python has hung up, and then it does not look why.
        with pytest.raises(JavaFailure, match=f"{java_says}|Broken pipe|Connection reset"):
            java.ask(f"talk {server.address} {words} box/integer-max")
        error = told.get(timeout=SECONDS)
    assert told.empty()
    assert isinstance(error, ChannelBroken) and python_is_told in str(error)


def test_java_says_what_a_server_without_the_secret_lacks(java: Harness) -> None:
    said = r"ProtocolException: the peer uses no shared secret: .*\(AC ED\)"
    with bridge.serve("127.0.0.1:0", echo) as server, pytest.raises(JavaFailure, match=said):
        java.ask(f"talk {server.address} {KNOWN} box/integer-max")


def test_java_refuses_a_server_that_says_no_proof(java: Harness) -> None:
    """Who listens in place of the server sends back what he hears, as he has nothing better."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reflect() -> None:
            peer, _ = listening.accept()
            with peer:
                while data := peer.recv(1000):
                    peer.sendall(data)

        thread = threading.Thread(target=reflect)
        thread.start()
        with pytest.raises(JavaFailure, match="ProtocolException: the peer does not know the shared secret"):
            java.ask(f"talk tcp://127.0.0.1:{listening.getsockname()[1]} {KNOWN} box/integer-max")
        thread.join(SECONDS)


def test_silent_peers_are_dropped_by_java_and_keep_nobody_waiting(java: Harness, tmp_path: Path) -> None:
    silent = [socket.socket(), socket.socket(socket.AF_UNIX)]
    for sock, place in zip(silent, PLACES, strict=True):
        address = bridge.Address.parse(java.ask(f"serve {place.format(folder=tmp_path)} {KNOWN}").decode())
        sock.settimeout(SECONDS)
        sock.connect(address.path if address.scheme == "unix" else (address.host, address.port))
        with bridge.connect(address, timeout=SECONDS, secret=SECRET) as channel:
            assert channel.request("meanwhile", timeout=SECONDS) == "meanwhile"
    for sock in silent:
        with sock:
            heard = b""
            while data := sock.recv(1000):
                heard += data
        assert len(heard) == 40 and heard.startswith(b"BRIDGE\x00\x01")


def test_java_drops_what_begins_with_an_object_stream_without_an_answer(java: Harness) -> None:
    address = bridge.Address.parse(java.ask(f"serve tcp://127.0.0.1:0 {KNOWN}").decode())
    with socket.create_connection((address.host, address.port)) as peer:
        peer.sendall(STREAM_HEADER[:2])
        peer.settimeout(SECONDS)
        heard = b""
        while data := peer.recv(1000):
            heard += data
    assert len(heard) == 40

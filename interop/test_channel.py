"""Objects over sockets: Python as the client of a Java server, and a Java client at a server in Python.

The Java side of the first half is the library in ``java/``; of the second half a program of a few lines with nothing
but ``ServerSocket``, ``Socket`` and the two object streams.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest

import bridge
from bridge import Channel, aio, connect, listen, serve
from bridge.errors import (
    ChannelBroken,
    ChannelClosed,
    ChannelTimeout,
    LocalProtocolError,
    NotSerializableError,
    PeerException,
    RejectedError,
)
from interop.harness import Harness, program

SECONDS = 60


# What refers to itself in the middle of readResolve is another graph after each trip through Java.
CHANGED_BY_JAVA = {"view/unmodifiable-around-itself"}


def verify_echo(java: Harness, case: str, data: bytes) -> None:
    """JavaFailure or AssertionError unless ``data`` holds what Java's echo of the case must be."""
    if case in CHANGED_BY_JAVA:
        assert java.ask("describe", data) == java.ask("describe", java.ask("reserialize", java.write(case)))
    else:
        java.verify(case, data)


def echo(channel: Channel) -> None:
    """What a server in Python does for one peer."""
    for obj in channel:
        channel.send(obj)


@pytest.fixture(scope="module")
def python_server() -> Iterator[int]:
    """The port of an echo server in Python; each object is sent as it came, with all its sharing."""
    with serve(("127.0.0.1", 0), echo) as server:
        assert server.address.port
        yield server.address.port


# ------------------------------------------------------------------------------------------------------ case by case


def test_python_client(java: Harness, case: str) -> None:
    """Sent by Python, received by Java, sent back by Java, received by Python: still Java's graph."""
    value = bridge.loads(java.write(case))
    with connect("127.0.0.1", java.port("echo-server"), timeout=SECONDS) as channel:
        reply = channel.request(value, timeout=SECONDS)
    verify_echo(java, case, bridge.dumps(reply))


def test_java_client(java: Harness, case: str, python_server: int) -> None:
    """Java makes the object and sends it, Python receives it and sends it back, Java compares at every node."""
    assert java.words(f"client {python_server} {case}") == ["ok", case]


# -------------------------------------------------------------------------------------------------- one conversation


@pytest.mark.parametrize("reset_every", [1, None])
def test_python_client_with_every_case_on_one_connection(
    java: Harness, names: Callable[[Harness, str], list[str]], reset_every: int | None
) -> None:
    """With handles of hundreds of objects before it, each case is what it is alone."""
    with connect("127.0.0.1", java.port("echo-server"), timeout=SECONDS, reset_every=reset_every) as channel:
        for case in names(java, "list"):
            reply = channel.request(bridge.loads(java.write(case)), timeout=SECONDS)
            verify_echo(java, case, bridge.dumps(reply))


def test_java_client_with_every_case_on_one_connection(
    java: Harness, names: Callable[[Harness, str], list[str]], python_server: int
) -> None:
    report = java.ask(f"client {python_server}").decode().splitlines()
    assert report == [f"ok {case}" for case in names(java, "list")]


def test_many_at_once(java: Harness) -> None:
    """Twenty clients of one Java server and twenty of one Python server at the same time, nothing mixed up."""
    failures: list[object] = []

    def talk(port: int, number: int) -> None:
        try:
            with connect("127.0.0.1", port, timeout=SECONDS) as channel:
                for i in range(50):
                    sent = {"client": number, "message": i, "data": [i] * number}
                    reply = channel.request(sent, timeout=SECONDS)
                    if reply != sent:
                        failures.append((number, i, reply))
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    with serve(("127.0.0.1", 0), echo) as server:
        assert server.address.port
        ports = [java.port("echo-server"), server.address.port] * 20
        threads = [threading.Thread(target=talk, args=(port, number)) for number, port in enumerate(ports)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS)
    assert failures == []


# ------------------------------------------------------------------------------------------------ requests and answers


def test_answers(java: Harness) -> None:
    """A conversation as an application has it: plain Python values out, plain Python values back."""
    with connect("127.0.0.1", java.port("answer-server"), timeout=SECONDS) as channel:

        def answer(request: str, argument: object) -> Any:
            return channel.request({"request": request, "argument": argument}, timeout=SECONDS)

        assert answer("sum", [1, 2, 3]) == 6
        assert type(answer("sum", [1, 2, 3])) is bridge.Long
        assert answer("sum", [1, 2.5]) == 3.5
        assert answer("sum", [2**63, 2**63]) == 2**64
        assert answer("sum", {1, 2, 3}) == 6
        assert answer("reverse", "Größe") == "eßörG"
        assert answer("reverse", [1, "two", None]) == [None, "two", 1]
        assert answer("class", {"a": 1}) == channel.request(["class", {}])
        assert "bean/point" in channel.request("list")
        point = answer("make", "bean/point")
        assert (point.x, point.y) == (1, -2)
        point.x = 5
        assert '"name":"x","type":"int","value":5' in str(answer("describe", point))
        # Java's failures are objects as well.
        assert "IllegalArgumentException" in repr(answer("make", "no/such-case"))
        assert answer("echo", None) is None


def test_python_answers_java_classes(java: Harness) -> None:
    """Which Java class each plain Python value is, as Java sees it."""
    written_as = [
        (True, "java.lang.Boolean"),
        (1, "java.lang.Integer"),
        (2**31, "java.lang.Long"),
        (2**63, "java.math.BigInteger"),
        (bridge.Long(1), "java.lang.Long"),
        (bridge.Short(1), "java.lang.Short"),
        (bridge.Byte(1), "java.lang.Byte"),
        (bridge.BigInteger(1), "java.math.BigInteger"),
        (1.5, "java.lang.Double"),
        (bridge.Float(1.5), "java.lang.Float"),
        (bridge.Char("c"), "java.lang.Character"),
        ("text", "java.lang.String"),
        (b"bytes", "[B"),
        (bytearray(b"bytes"), "[B"),
        (memoryview(b"bytes"), "[B"),
        ([1], "java.util.ArrayList"),
        ({"a": 1}, "java.util.LinkedHashMap"),
        ({1}, "java.util.HashSet"),
        (bridge.HashMap(a=1), "java.util.HashMap"),
        (bridge.TreeMap(a=1), "java.util.TreeMap"),
        (bridge.LinkedHashSet("ab"), "java.util.LinkedHashSet"),
        (bridge.TreeSet("ab"), "java.util.TreeSet"),
        (bridge.LinkedList([1]), "java.util.LinkedList"),
        (bridge.BooleanArray([True]), "[Z"),
        (bridge.CharArray("ab"), "[C"),
        (bridge.JavaArray([1]), "[Ljava.lang.Object;"),
        (bridge.JavaArray(["a"], "java.lang.String"), "[Ljava.lang.String;"),
    ]
    with connect("127.0.0.1", java.port("answer-server"), timeout=SECONDS) as channel:
        assert [channel.request(["class", value], timeout=SECONDS).name for value, _ in written_as] == [
            name for _, name in written_as
        ]


# -------------------------------------------------------------------------------------------------------- what fails


def test_what_cannot_be_written_is_refused_and_the_conversation_goes_on(java: Harness) -> None:
    with connect("127.0.0.1", java.port("echo-server"), timeout=SECONDS) as channel:
        assert channel.request(["before"], timeout=SECONDS) == ["before"]
        with pytest.raises(NotSerializableError) as refused:
            channel.send({"orders": [1, {"owner": object()}]})
        assert refused.value.path == "$.orders[1].owner"
        assert channel.request(["after"], timeout=SECONDS) == ["after"]


def test_a_class_that_is_not_let_in(java: Harness) -> None:
    with connect("127.0.0.1", java.port("answer-server"), timeout=SECONDS, object_filter="!bridge.cases.**") as channel:
        assert channel.request(["reverse", "abc"], timeout=SECONDS) == "cba"
        with pytest.raises(RejectedError, match=r"bridge\.cases\.Beans\$Point"):
            channel.request(["make", "bean/point"], timeout=SECONDS)


def test_java_fails_while_it_writes(java: Harness) -> None:
    """The peer's exception arrives as PeerException, in place of the object, and then the end it has made."""
    descriptors: dict[str, Any] = {
        str(getattr(node, "name", "")): node
        for _, node in bridge.Document.parse(java.write("stream/exception")).walk()
        if node.label == "TC_CLASSDESC"
    }
    failing = descriptors["bridge.cases.StreamCases$Failing"]
    registry = bridge.default_registry.copy()

    @bridge.java_class(failing.name, serial_version_uid=failing.serial_version_uid, registry=registry)
    @dataclass
    class Failing:
        field: bridge.jint = 1

        def write_object(self, out: bridge.ObjectOutput) -> None:
            out.write_int(0)
            out.write_object("what Java reads")
            out.write_object("and more")

    with connect("127.0.0.1", java.port("echo-server"), timeout=SECONDS, registry=registry) as channel:
        with pytest.raises(PeerException, match="failed in the middle"):
            channel.request(Failing(), timeout=SECONDS)
        with pytest.raises(ChannelClosed):
            channel.receive(timeout=SECONDS)


def test_a_java_that_does_not_answer_yet(java: Harness) -> None:
    """A timeout takes nothing away: the answer comes when it comes, and belongs to the request it belongs to."""
    port = java.port("bare-server")  # which serves one peer after the other
    with connect("127.0.0.1", port, timeout=SECONDS) as first, connect("127.0.0.1", port, timeout=SECONDS) as second:
        assert first.request("first", timeout=SECONDS) == "first"
        with pytest.raises(ChannelTimeout):
            second.request("second", timeout=0.05)
        with pytest.raises(LocalProtocolError, match="earlier request"):
            second.request("too early")
        second.send("third")
        first.close()
        assert [second.receive(timeout=SECONDS) for _ in range(2)] == ["second", "third"]
        assert second.request("fourth", timeout=SECONDS) == "fourth"


def test_java_ends_while_python_waits(java: Harness) -> None:
    with program(java.jdk, "bridge.harness.EchoServer") as server:
        assert server.stdout is not None
        with connect("127.0.0.1", int(server.stdout.readline()), timeout=SECONDS) as channel:
            assert channel.request(1, timeout=SECONDS) == 1
            server.kill()
            # The system closes the connection in Java's place, between two objects.
            with pytest.raises((ChannelClosed, ChannelBroken)):
                channel.receive(timeout=SECONDS)


@pytest.mark.parametrize("kept", [1, 3, 4, 5, 20, 200, 1200])
def test_a_connection_that_breaks_in_the_middle(java: Harness, kept: int) -> None:
    """Java's reply, cut off after some bytes: ChannelBroken tells where, and never gives half an object."""
    with socket.create_connection(("127.0.0.1", java.port("answer-server")), SECONDS) as plain:
        plain.sendall(bridge.dumps(["make", "bean/references"]))
        plain.shutdown(socket.SHUT_WR)
        reply = b""
        while data := plain.recv(65536):
            reply += data
    assert kept < len(reply)
    with (
        listen(("127.0.0.1", 0)) as listener,
        socket.create_connection(("127.0.0.1", listener.address.port), SECONDS) as peer,
        listener.accept(timeout=SECONDS) as channel,
    ):
        peer.sendall(reply[:kept])
        peer.shutdown(socket.SHUT_WR)
        if kept == 4:  # a header, and no object begun
            with pytest.raises(ChannelClosed):
                channel.receive(timeout=SECONDS)
        else:
            with pytest.raises(ChannelBroken) as broken:
                channel.receive(timeout=SECONDS)
            assert broken.value.offset is not None


def test_asyncio(java: Harness) -> None:
    """The same with asyncio, both ways at once: a client of a Java server, and a server for a Java client."""
    cases = ["bean/family", "map/hash-map-nested", "custom/mixed-twice", "deep/linked-nodes-1000", "string/long-mixed"]

    async def echo_to(channel: aio.Channel) -> None:
        async for obj in channel:
            await channel.send(obj)

    async def main() -> list[bytes]:
        async with await aio.serve(("127.0.0.1", 0), echo_to) as server:
            served = asyncio.to_thread(java.words, f"client {server.address.port} {' '.join(cases)}")
            assert await served == [word for case in cases for word in ("ok", case)]
        replies = []
        async with await aio.connect("127.0.0.1", port, timeout=SECONDS) as channel:
            for value in values:
                replies.append(bridge.dumps(await channel.request(value, timeout=SECONDS)))
        return replies

    port = java.port("echo-server")
    values = [bridge.loads(java.write(case)) for case in cases]
    for case, data in zip(cases, asyncio.run(main()), strict=True):
        java.verify(case, data)


# -------------------------------------------------------------------- nothing of ours on the Java side, byte by byte


@pytest.fixture(params=["127.0.0.1", "::1"])
def host(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def options_for(host: str) -> list[str]:
    """What makes Java's own loopback address this one."""
    return [f"-Djava.net.preferIPv6Addresses={'true' if ':' in host else 'false'}"]


VALUES = [
    None,
    "text",
    [1, bridge.Long(1), 2.5, bridge.Float(0.5), True, bridge.Char("c"), bridge.Short(-1), bridge.Byte(1), 2**70],
    {"a": [1, {"b": {1, 2, 3}}], "": None},
    b"bytes" * 1000,
    ["shared", ["again"]] * 3,
    "long " * 20_000,
]


def test_bare_server(java: Harness, host: str) -> None:
    """Java's side: new ServerSocket, new ObjectOutputStream(socket…), new ObjectInputStream(socket…)."""
    with program(java.jdk, "bare.BareServer", options=options_for(host)) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        for _ in range(2):
            with connect(host, port, timeout=SECONDS) as channel:
                for value in VALUES:
                    reply = channel.request(value, timeout=SECONDS)
                    assert reply == value
                    assert type(reply) is type(value)


def test_bare_client(java: Harness, host: str) -> None:
    received = []

    def handle(channel: Channel) -> None:
        for obj in channel:
            received.append(obj)
            channel.send(obj)

    with serve((host, 0), handle) as server:
        assert server.address.port
        with program(java.jdk, "bare.BareClient", server.address.port, options=options_for(host)) as client:
            told, _ = client.communicate(timeout=SECONDS)
            assert client.returncode == 0
    order = {"id": 42, "tags": ["new", "express"]}
    assert received == ["hello", 7, 7, 2.5, order]
    assert [type(obj) for obj in received] == [str, int, bridge.Long, float, bridge.HashMap]
    assert told.splitlines()[:4] == ["ok hello", "ok 7", "ok 7", "ok 2.5"]


def test_bare_programs_in_the_same_process(java: Harness, python_server: int) -> None:
    with connect("127.0.0.1", java.port("bare-server"), timeout=SECONDS) as channel:
        assert [channel.request(value, timeout=SECONDS) for value in VALUES] == VALUES
    java.ask(f"bare-client {python_server}")


@contextmanager
def byte_by_byte(port: int) -> Iterator[int]:
    """The port of a proxy that passes on what it gets a byte at a time, each in a segment of its own."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(4096):
                for i in range(len(data)):
                    sink.sendall(data[i : i + 1])
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the ends is gone

    def accept() -> None:
        try:
            while True:
                peer, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                for end in (peer, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    ends.append(end)
                for ends_of_pump in ((peer, server), (server, peer)):
                    threads.append(threading.Thread(target=pump, args=ends_of_pump))
                    threads[-1].start()
        except OSError:
            pass  # the listener was closed

    ends: list[socket.socket] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for end in ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
            for end in ends:
                end.close()


BYTE_BY_BYTE = [
    "box/long-max",
    "string/65536-bytes-of-two",
    "string/lone-high-surrogate",
    "array/double",
    "array/object-in-itself",
    "map/hash-map-nested",
    "map/tree-map-custom-comparator",
    "enum/linked-hash-map-keys",
    "class/all-primitives",
    "record/nested",
    "bean/references",
    "bean/shadowed-fields",
    "name/unicode-class",
    "custom/interleaved",
    "custom/block-1025",
    "class/externalizable-chain",
    "proxy/three-interfaces",
    "lambda/capturing-many",
    "throwable/cause-and-suppressed",
    "graph/complete-20",
]


def test_python_client_byte_by_byte(java: Harness) -> None:
    with byte_by_byte(java.port("echo-server")) as port, connect("127.0.0.1", port, timeout=SECONDS) as channel:
        for case in BYTE_BY_BYTE:
            reply = channel.request(bridge.loads(java.write(case)), timeout=SECONDS)
            verify_echo(java, case, bridge.dumps(reply))


def test_java_client_byte_by_byte(java: Harness, python_server: int) -> None:
    with byte_by_byte(python_server) as port:
        report = java.ask(f"client {port} {' '.join(BYTE_BY_BYTE)}").decode()
    assert report.splitlines() == [f"ok {case}" for case in BYTE_BY_BYTE]


# ---------------------------------------------------------------------------------------------------------- deep ones


def test_deep_graphs_made_by_python(java: Harness) -> None:
    """100,000 linked nodes and 50,000 nested lists, made and sent by Python, echoed by Java, at the default limit."""
    assert sys.getrecursionlimit() == 1000
    node_class = type(bridge.loads(java.write("bean/cyclic-self")))
    first = None
    for number in reversed(range(100_000)):
        first = node_class(value=number, next=first)
    nested: list[object] = []
    for _ in range(49_999):
        nested = [nested]
    with connect("127.0.0.1", java.port("echo-server"), timeout=SECONDS) as channel:
        for case, value in (("deep/linked-nodes-100000", first), ("deep/nested-array-lists-50000", nested)):
            java.verify(case, bridge.dumps(value))
            java.verify(case, bridge.dumps(channel.request(value, timeout=SECONDS)))

"""The prompt: written sessions against real peers, and keys typed at a terminal that is not there."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

import bridge
from bridge.transport.memory import pair
from bridge.wire import CLIENT, MessageChannel, Protocol
from bridge.wire.prompt import MessageCompleter, converse, typed_lines
from examples import store

from .protocols import STORE, TURNS, Failed, Get, Value

WAIT_SECONDS = 20


def test_a_written_session_is_played() -> None:
    shown: list[str] = []
    with (
        store.serve(("127.0.0.1", 0)) as server,
        bridge.connect(server.address, protocol=store.STORE) as channel,
    ):
        session = """
            # what a store can do
            help
            Put(key="a", revision=0, data=b"xyz")
            Get(request=7, key="a")
            Get(key=5)
            Nope()
            state
        """
        assert converse(channel, iter(session.splitlines()), shown.append) is False
    assert [line for line in shown if not line.startswith("←")] == [
        "Put(request, key, revision, data)",
        "Get(request, key)",
        "Delete(request, key)",
        "→ Put(request=1, key='a', revision=0, data=b'xyz')",
        "→ Get(request=7, key='a')",
        "EncodeError: Get cannot be written: writeUTF takes a str, not int (in $.key)",
        "EncodeError: the client sends no Nope; it sends Put, Get, Delete",
        "store version 1, open",
        "the conversation has ended",
    ]
    assert [line for line in shown if line.startswith("←")] == [
        "← Stored(request=1, revision=1)",
        "← Value(request=7, revision=1, data=b'xyz')",
    ]


def conversation(protocol: Protocol) -> tuple[MessageChannel, MessageChannel]:
    here, there = pair()
    return protocol.channel(here), protocol.channel(there, accepted=True)


def test_quitting_ends_the_conversation_and_a_bad_message_does_not() -> None:
    client, server = conversation(STORE)
    shown: list[str] = []
    arrived = threading.Event()

    def show(text: str) -> None:
        shown.append(text)
        if text.startswith("←"):
            arrived.set()

    server._transport.send(b"\0\0\0\1\x63")
    server.send(Value(1, b"after"))

    def lines() -> Any:
        assert arrived.wait(WAIT_SECONDS)
        yield "quit"
        raise AssertionError("nothing is read after quit")

    assert converse(client, lines(), show) is False
    assert shown[0].startswith("CorruptedStreamError: the opcode 99")
    assert shown[1] == "← Value(request=1, data=b'after')"
    assert server.peer is None and client.state is bridge.State.CLOSED


def test_the_end_of_the_peer_ends_the_session() -> None:
    client, server = conversation(TURNS)
    ended = threading.Event()

    def show(text: str) -> None:
        if text == "the conversation has ended":
            ended.set()

    def lines() -> Any:
        yield "Get(request=1, key='a')"
        assert server.receive(timeout=WAIT_SECONDS) == Get(1, "a")
        server.send(Failed(1, "no"))
        server.close()
        assert ended.wait(WAIT_SECONDS)
        yield "Get(request=2, key='b')"
        yield "is not read"

    rest = lines()
    assert converse(client, rest, show) is True
    assert list(rest) == ["is not read"]


def test_help_knows_the_state() -> None:
    client, server = conversation(TURNS)
    shown: list[str] = []
    converse(client, iter(["help", "state", "Get(request=1, key='a')", "help", "state"]), shown.append)
    assert shown[:4] == [
        "Get(request, key)",
        "turns version 1, open, in the state 'idle'",
        "→ Get(request=1, key='a')",
        "turns version 1, open, in the state 'asked'",
    ]
    server.close()


def test_a_broken_conversation_ends_the_session() -> None:
    client, server = conversation(TURNS)
    server._transport.send(b"\0\0\0\1\x63")
    shown: list[str] = []
    ended = threading.Event()

    def show(text: str) -> None:
        shown.append(text)
        if "ended" in text:
            ended.set()

    def lines() -> Any:
        assert ended.wait(WAIT_SECONDS)
        yield "state"

    assert converse(client, lines(), show) is True
    assert shown[-1] == "turns version 1, broken, in the state 'idle'"


def test_lines_that_are_no_terminal_are_read_as_they_are() -> None:
    with typed_lines(STORE, CLIENT, io.StringIO("a\nb\n")) as lines:
        assert list(lines) == ["a", "b"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_line_can_be_edited_at_a_terminal() -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("Valx\x7fue(1, b'x')\rthrown away\x03quit\r\x04")
        with typed_lines(STORE, CLIENT, Terminal()) as lines:
            assert list(lines) == ["Value(1, b'x')", "quit"]


def test_the_completer_offers_what_can_come_next() -> None:
    completer = MessageCompleter(STORE, CLIENT)
    offered = list(completer.get_completions(Document("Get(re"), CompleteEvent()))
    assert [(each.text, each.start_position) for each in offered] == [("request=", -2)]

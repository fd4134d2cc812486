"""A Java server and Python exchange objects, then a Java client and a Python server: ``java-bridge demo``.

Shows what went and what came back, the bytes of one message, and the sockets of both processes with their states.
Everything shown is what happened: each comparison is made here, and those that fail are counted.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from .._build import is_compiled
from .._version import __version__
from ..channel import Channel, connect
from ..codec import dumps
from ..mapping.declare import java_class
from ..mapping.defaults import default_registry
from ..mapping.field_types import jint
from ..mapping.java_lang import Char, Float, Long
from ..mapping.java_util import TreeMap
from ..server import serve
from ..stream import decoder
from ..stream.document import Document
from .java_side import Java, program
from .socket_table import table as socket_table
from .sockets import SocketInfo, sockets

__all__ = ["Demo"]

SECONDS: Final = 10
LOOPBACK: Final = "127.0.0.1"

PLAIN_VALUES: Final[list[Any]] = [
    None,
    True,
    42,
    Long(42),
    2**40,
    2**100,
    2.5,
    Float(0.5),
    Char("c"),
    "Grüße, 世界 😀",
    b"\xca\xfe\xba\xbe",
    ["a list", [1, 2.5, None]],
    {"a dict": {"keeps": 1, "its": 2, "order": 3}},
    {"a set", "of two"},
    TreeMap({"sorted": 1, "by": 2, "Java": 3}),
    Decimal("12.50"),
]


@dataclass(frozen=True)
class Point:
    """The Java record ``Point(int x, int y)``, as a Python class."""

    x: jint
    y: jint


class Demo:
    def __init__(self, console: Console, java: Java) -> None:
        self.console = console
        self.java = java
        # Its own: what the demonstration declares is no business of the program that shows it.
        self.registry = default_registry.copy()
        java_class("bridge.cases.Records$Point", record=True, registry=self.registry)(Point)
        self.failures = 0

    def run(self) -> int:
        """Shows everything; how many comparisons failed."""
        build = "compiled" if is_compiled(decoder) else "pure Python"
        python = f"Python {platform.python_version()}, process {os.getpid()}"
        self.console.print(f"[bold]bridge {__version__}[/] ({build}) on {python}")
        with program(self.java, "bridge.harness.AnswerServer") as server:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            self.console.print(f"[bold]Java {self.java.version}[/], process {server.pid}, listens at {LOOPBACK}:{port}")
            with connect(LOOPBACK, port, timeout=SECONDS, registry=self.registry) as channel:

                def ask(request: str, argument: object = None) -> Any:
                    return channel.request({"request": request, "argument": argument}, timeout=SECONDS)

                self.plain_values(ask)
                self.requests(ask)
                self.java_objects(ask)
                seen = self.java_client(server.pid)
            self.wire()
            self.sockets(seen, {port})
        return self.failures

    # ------------------------------------------------------------------------------------- Python client, Java server

    def plain_values(self, ask: Callable[..., Any]) -> None:
        self.title("Python is the client: each value goes to Java, which tells its class and sends it back")
        table = self.table("Python sends", "Java receives a", "Python receives", "same")
        for value in PLAIN_VALUES:
            java_class = ask("class", value)
            reply = ask("echo", value)
            name = "null" if java_class is None else java_class.name
            table.add_row(shown(value), Text(name), shown(reply), self.verdict(same(reply, value)))
        self.console.print(table)

    def requests(self, ask: Callable[..., Any]) -> None:
        self.title("Requests with answers: Java computes")
        table = self.table("Python asks for", "Java answers")
        for request, argument in [
            ("sum", [1, 2, 3]),
            ("sum", [0.5, 2**70]),
            ("reverse", "Python"),
            ("reverse", [1, "two", None]),
            ("make", "no such case"),
        ]:
            table.add_row(Text(f"{request} {argument!r}"), shown(ask(request, argument)))
        self.console.print(table)

    def java_objects(self, ask: Callable[..., Any]) -> None:
        self.title("Objects of Java classes: Java makes them, Python reads, changes and sends them, Java looks again")
        table = self.table("What happens", "What is there", "holds")
        person = ask("make", "bean/family")
        table.add_row(
            Text("Java makes a family of beans; nobody told Python its classes"),
            Text(f"{type(person).__qualname__}: {person.name}, with {[child.name for child in person.children]}"),
            self.verdict(all(child.parent is person for child in person.children)),
        )
        person.children[0].name = "Anna"
        person.attributes["seen by"] = "Python"
        texts = [node.get("value") for node in json.loads(ask("describe", person))["nodes"]]
        table.add_row(
            Text("Python gives a child another name and the parent an attribute; Java describes what it received"),
            Text(", ".join(str(text) for text in texts if isinstance(text, str))),
            self.verdict({"Anna", "Ben", "seen by", "Python"} <= set(texts) and "Ann" not in texts),
        )
        point = ask("echo", Point(3, 4))
        table.add_row(
            Text("a Python dataclass that is declared to be a Java record goes to Java and comes back"),
            Text(f"{ask('class', point).name}: {point}"),
            self.verdict(point == Point(3, 4) and type(point) is Point),
        )
        self.console.print(table)

    # ------------------------------------------------------------------------------------- Java client, Python server

    def java_client(self, java_server_pid: int) -> list[SocketInfo]:
        """Runs the client; what the sockets were while it waited for its first reply."""
        received: list[Any] = []
        seen: list[SocketInfo] = []

        def echo(channel: Channel) -> None:
            for obj in channel:
                if not received:
                    seen.extend(sockets(pid=[os.getpid(), java_server_pid, client.pid], family="TCP"))
                received.append(obj)
                channel.send(obj)

        with (
            serve((LOOPBACK, 0), echo) as server,
            program(self.java, "bare.BareClient", server.address.port) as client,
        ):
            self.title(
                f"Java is the client: process {client.pid} uses nothing but java.net and java.io;"
                f" Python listens at {server.address}"
            )
            told, _ = client.communicate(timeout=SECONDS)
        table = self.table("Python receives a", "and sends it back", "Java, which compares by equals, says")
        lines = told.splitlines()
        for obj, line in zip(received, [*lines, *[""] * len(received)], strict=False):
            table.add_row(
                Text(type(obj).__name__), shown(obj), Text(line, style="green" if line[:3] == "ok " else "red")
            )
        self.console.print(table)
        self.verdict(client.returncode == 0 and len(lines) == len(received) == 5)
        return seen

    # ------------------------------------------------------------------------------------------------- the wire itself

    def wire(self) -> None:
        message = {"request": "sum", "argument": [1, 2.5]}
        data = dumps(message)
        self.title(f"What goes over the wire for {message!r}: {len(data)} bytes")
        for line in Document.parse(data).dump().splitlines():
            self.console.print(Text(line), no_wrap=True, overflow="ellipsis", highlight=False)
        self.verdict(Document.parse(data).to_bytes() == data)

    def sockets(self, seen: list[SocketInfo], ports: set[int]) -> None:
        self.title("The sockets of the three processes, while Java waited for Python's first reply")
        self.console.print(socket_table(seen))
        states = [row.state for row in seen]
        self.verdict(states.count("LISTEN") == 2 and states.count("ESTABLISHED") == 4)
        ends = {f"{row.local_address} {row.foreign_address}" for row in seen if row.state == "ESTABLISHED"}
        left = [row for row in sockets(family="TCP") if f"{row.local_address} {row.foreign_address}" in ends]
        self.title("Of the same connections, after both were closed")
        self.console.print(socket_table(left) if left else "nothing is left")

    # ------------------------------------------------------------------------------------------------------- showing

    def title(self, text: str) -> None:
        self.console.print()
        self.console.print(Rule(Text(text, style="bold"), align="left", style="dim"))

    def table(self, *columns: str) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="cyan")
        for column in columns:
            table.add_column(column, overflow="fold")
        return table

    def verdict(self, holds: bool) -> Text:
        self.failures += not holds
        return Text("yes", style="green") if holds else Text("NO", style="bold red")


def shown(value: Any) -> Text:
    text = repr(value)
    if type(value) not in (dict, list) and isinstance(value, (int, float, str, list, dict)) and "(" not in text:
        text = (
            text if isinstance(value, bool) or type(value) in (int, float, str) else f"{type(value).__name__}({text})"
        )
    return Text(text if len(text) <= 100 else f"{text[:97]}...")


def same(one: Any, other: Any) -> bool:
    return bool(type(one) is type(other) and one == other)

"""``make demo``: a Java server and Python exchange objects, then a Java client and a Python server.

Shows what went and what came back, the bytes of one message, and the sockets of both processes with their states.
Everything shown is what happened: each comparison is made here, and the exit status is 1 if one of them failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness import Jdk, matrix, missing, program  # run as a file: its folder is where imports begin
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

import bridge
from bridge.tools.socket_table import table as socket_table
from bridge.tools.sockets import SocketInfo, sockets

SECONDS = 10
LOOPBACK = "127.0.0.1"

PLAIN_VALUES: list[Any] = [
    None,
    True,
    42,
    bridge.Long(42),
    2**40,
    2**100,
    2.5,
    bridge.Float(0.5),
    bridge.Char("c"),
    "Grüße, 世界 😀",
    b"\xca\xfe\xba\xbe",
    ["a list", [1, 2.5, None]],
    {"a dict": {"keeps": 1, "its": 2, "order": 3}},
    {"a set", "of two"},
    bridge.TreeMap({"sorted": 1, "by": 2, "Java": 3}),
    Decimal("12.50"),
]


@bridge.java_class("bridge.cases.Records$Point", record=True)
@dataclass(frozen=True)
class Point:
    """The Java record ``Point(int x, int y)``, as a Python class."""

    x: bridge.jint
    y: bridge.jint


class Demo:
    def __init__(self, console: Console, jdk: Jdk) -> None:
        self.console = console
        self.jdk = jdk
        self.failures = 0

    def run(self) -> None:
        build = "compiled" if bridge.compiled else "pure Python"
        python = f"Python {platform.python_version()}, process {os.getpid()}"
        self.console.print(f"[bold]bridge {bridge.__version__}[/] ({build}) on {python}")
        with program(self.jdk, "bridge.harness.AnswerServer") as server:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            self.console.print(f"[bold]Java {self.jdk.version}[/], process {server.pid}, listens at {LOOPBACK}:{port}")
            with bridge.connect(LOOPBACK, port, timeout=SECONDS) as channel:

                def ask(request: str, argument: object = None) -> Any:
                    return channel.request({"request": request, "argument": argument}, timeout=SECONDS)

                self.plain_values(ask)
                self.requests(ask)
                self.java_objects(ask)
                seen = self.java_client(server.pid)
            self.wire()
            self.sockets(seen, {port})

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

        def echo(channel: bridge.Channel) -> None:
            for obj in channel:
                if not received:
                    seen.extend(sockets(pid=[os.getpid(), java_server_pid, client.pid], family="TCP"))
                received.append(obj)
                channel.send(obj)

        with (
            bridge.serve((LOOPBACK, 0), echo) as server,
            program(self.jdk, "bare.BareClient", server.address.port) as client,
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
        data = bridge.dumps(message)
        self.title(f"What goes over the wire for {message!r}: {len(data)} bytes")
        for line in bridge.Document.parse(data).dump().splitlines():
            self.console.print(Text(line), no_wrap=True, overflow="ellipsis", highlight=False)
        self.verdict(bridge.Document.parse(data).to_bytes() == data)

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


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--jdk", type=int, metavar="17", help="which of the JDKs of this machine; the oldest that will do"
    )
    arguments = parser.parse_args()
    found = [jdk for jdk in matrix() if arguments.jdk in (None, jdk.major)]
    if not found:
        print(missing() or f"JDK {arguments.jdk} is not installed", file=sys.stderr)
        return 1
    console = Console(width=None if sys.stdout.isatty() else 140)
    demo = Demo(console, found[0])
    demo.run()
    console.print()
    if demo.failures:
        console.print(f"[bold red]{demo.failures} of the comparisons above failed.[/]")
        return 1
    console.print("[green]Everything that was sent came back as it was, in both directions.[/]")
    return 0


if __name__ == "__main__":
    sys.exit(main())

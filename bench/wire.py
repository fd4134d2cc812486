"""The wire: Python with a live JVM on loopback, beside Java with Java, and py4j for a call with the same payload.

    python -m bench.wire [--requests 20000] [--objects 100000] [--megabytes 20]

Both ends speak plain object streams and reset them every 1000 objects. Everything is measured twice: with both ends on
one core, and with each on a core of its own. Left to itself the system chooses, now so and now so, and the times of
requests differ by a factor: to wake a process on a core that sleeps can take longer than all the rest.

The server has talked to a Java client before it is measured. Of the rounds the first ones warm up; the median of the
others is told, and the best.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

import bridge
from bench.report import Grid
from bench.surroundings import surroundings
from bench.workloads import BUILD, CLASSES, compile_java, newest_jdk, prepare, streams
from bridge.channel import READ_BYTES
from bridge.connection import Connection, ObjectReceived
from interop.harness import Jdk

WARMING_ROUNDS, ROUNDS = 2, 7

Figures = dict[str, Any]
Round = dict[str, float]

OPERATIONS = {
    "request": "request and reply, one small bean",
    "sink": "one way, Python (or the client) to Java, small beans",
    "source": "one way, Java to Python (or the client), small beans",
    "bytes": "byte[] there and back",
}
PERCENTILES = {"p50_us": 0.5, "p90_us": 0.9, "p99_us": 0.99, "p999_us": 0.999}


@dataclass(frozen=True)
class Placement:
    """Which cores, by their numbers, the client may run on, and which the server; None: all."""

    name: str
    client: set[int] | None = None
    server: set[int] | None = None


def placements() -> tuple[list[Placement], str]:
    """Where the ends are to run, and what there is to say of it."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) < 2:
        why = "there is one core" if cores else "this system binds no process to a core"
        return [Placement("anywhere")], f"the ends of the wire ran where the system put them, as {why}"
    one, other = cores[:2]
    found = [Placement("one core", {one}, {one}), Placement("a core each", {one}, {other})]
    return found, f"the wire: one core is number {one}, a core each are {one} and {other}"


@contextmanager
def bound_to(cores: set[int] | None) -> Iterator[None]:
    """This thread, and the processes that it starts, run on these cores."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def java(jdk: Jdk, *words: str, classpath: str = str(CLASSES), cores: set[int] | None = None) -> Iterator[int]:
    """A Java program that prints its port and ends with its stdin."""
    command = [str(jdk.java), "-cp", classpath, *words]
    with bound_to(cores):
        started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with started as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(timeout=10)


def timed(action: Callable[[], list[float]]) -> Figures:
    """The median round; ``action`` gives the seconds that each of its requests took."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        times = action()
        seconds = time.perf_counter() - start
        times.sort()
        latencies = {
            name: times[min(int(len(times) * part), len(times) - 1)] * 1e6
            for name, part in PERCENTILES.items()
            if times
        }
        rounds.append({"seconds": seconds} | latencies)
    return median_round(rounds)


def median_round(rounds: list[Round]) -> Figures:
    """Of those that do not warm up, with the seconds of all of them beside it."""
    warm = rounds[WARMING_ROUNDS:]
    seconds = [each["seconds"] for each in warm]
    median = warm[seconds.index(statistics.median_low(seconds))]
    return median | {"rounds_seconds": seconds}


def small_beans(count: int) -> list[Any]:
    """The beans that the Java client sends, of the class as a stream describes it."""
    small: Any = type(bridge.loads(streams("W6b", prepare(0.01))[0]))
    return [small(id=i, value=i * 0.5, text=f"message {i}") for i in range(count)]


def ours(port: int, arguments: argparse.Namespace, options: str = "") -> dict[str, Figures]:
    """Each operation over one channel."""
    beans = small_beans(max(arguments.requests, arguments.objects))
    payload = bytes(arguments.megabytes * 1_000_000)
    results = {}
    with bridge.connect(f"tcp://127.0.0.1:{port}{options}", reset_every=1000) as channel:

        def request() -> list[float]:
            times = []
            for bean in beans[: arguments.requests]:
                sent = time.perf_counter()
                channel.request(bean)
                times.append(time.perf_counter() - sent)
            return times

        def sink() -> list[float]:
            channel.send(f"sink {arguments.objects}")
            for bean in beans[: arguments.objects]:
                channel.send(bean)
            channel.receive()
            return []

        def source() -> list[float]:
            channel.send(f"source {arguments.objects}")
            received = [channel.receive() for _ in range(arguments.objects)]
            del received
            return []

        def data() -> list[float]:
            channel.reset()  # or it would go as a reference to the one before
            channel.request(payload)
            return []

        for name, action in {"request": request, "sink": sink, "source": source, "bytes": data}.items():
            results[name] = timed(action)
    return results


def floor(port: int, arguments: argparse.Namespace) -> dict[str, Figures]:
    """What requests cost before there are objects: the socket itself sends bytes that lie ready, and receives some."""
    out, in_ = Connection(reset_every=1000), Connection()
    beans = small_beans(arguments.requests)
    header = out.data_to_send()
    replies: list[bytes] = []
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(header)
        in_.receive_data(sock.recv(len(header), socket.MSG_WAITALL))
        rounds = iter([[_message(out, bean) for bean in beans] for _ in range(ROUNDS)])

        def request() -> list[float]:
            times = []
            for message in next(rounds):
                sent = time.perf_counter()
                sock.sendall(message)
                replies.append(sock.recv(READ_BYTES))
                times.append(time.perf_counter() - sent)
            return times

        result = timed(request)
    for reply in replies:  # or it was something else that was measured
        in_.receive_data(reply)
        assert isinstance(in_.next_event(), ObjectReceived), "a reply came in pieces"
    return {"request": result}


def _message(connection: Connection, bean: object) -> bytes:
    connection.send(bean)
    return connection.data_to_send()


def java_client(jdk: Jdk, port: int, arguments: argparse.Namespace) -> dict[str, Figures]:
    counts = {
        "request": arguments.requests,
        "sink": arguments.objects,
        "source": arguments.objects,
        "bytes": arguments.megabytes * 1_000_000,
    }
    results = {}
    for operation, count in counts.items():
        words = ["Wire", "client", str(port), operation, str(count), str(ROUNDS)]
        command = [str(jdk.java), "-cp", str(CLASSES), *words]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        results[operation] = median_round([json.loads(line) for line in lines])
    return results


def py4j(jdk: Jdk, place: Placement, arguments: argparse.Namespace) -> dict[str, Figures]:
    """Calls of a method that takes and gives the fields of the bean; a tenth as many."""
    from py4j.java_gateway import GatewayParameters, JavaGateway

    jar = next(Path(sys.prefix).rglob("py4j*.jar"))
    classpath = f"{jar}{os.pathsep}{CLASSES}"
    compile_java("-cp", classpath, sources=["Py4jEnd.java"])
    count = max(1, arguments.requests // 10)
    with java(jdk, "Py4jEnd", classpath=classpath, cores=place.server) as port, bound_to(place.client):
        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auto_convert=True))

        def request() -> list[float]:
            times = []
            for i in range(count):
                sent = time.perf_counter()
                answer = gateway.entry_point.echo(i, i * 0.5, f"message {i}")
                (answer[0], answer[1], answer[2])
                times.append(time.perf_counter() - sent)
            return times

        results = {"request": timed(request) | {"count": count}}
        gateway.shutdown()
    return results


def measure(arguments: argparse.Namespace) -> tuple[list[Figures], list[str]]:
    """One row for each operation, placement and subject, and what there is to say of it all."""
    compile_java()
    jdk = newest_jdk()
    places, note = placements()
    notes = [note]
    found: dict[str, dict[str, dict[str, Figures]]] = {}
    for place in places:
        subjects = found[place.name] = {}
        with java(jdk, "Wire", "server", cores=place.server) as port, bound_to(place.client):
            java_client(jdk, port, arguments)  # or whoever comes first would wait while the server is compiled
            subjects["ours with Java"] = ours(port, arguments)
            sleeping = ours(port, arguments, "?busy_poll_seconds=0")
            subjects["ours, not polling"] = {"request": sleeping["request"]}
            subjects["Java with Java"] = java_client(jdk, port, arguments)
            subjects["floor"] = floor(port, arguments)
        try:
            subjects["py4j"] = py4j(jdk, place, arguments)
        except ImportError:
            notes = [note, "py4j is not measured: it is not installed"]
    counts = {
        "request": arguments.requests,
        "sink": arguments.objects,
        "source": arguments.objects,
        "bytes": 2 * arguments.megabytes,
    }
    rows = [
        {"operation": operation, "placement": place, "subject": subject, "count": count} | results[operation]
        for operation, count in counts.items()
        for place, subjects in found.items()
        for subject, results in subjects.items()
        if operation in results
    ]
    return rows, notes


def wire(rows: list[Figures]) -> Grid:
    """Rates, of the median round and of the best, and for requests the latencies in microseconds."""
    grid = Grid(
        "the wire: loopback, one connection; median (best round)",
        ["", "ends on", "subject", "a second", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs"],
    )
    last = ("", "")
    for row in rows:
        unit = " MB" if row["operation"] == "bytes" else ""
        median, best = (f"{row['count'] / s:,.0f}{unit}" for s in (row["seconds"], min(row["rounds_seconds"])))
        latencies = [f"{row[name]:.1f}" if row["operation"] == "request" else "" for name in PERCENTILES]
        operation, place = row["operation"], row["placement"]
        heads = [OPERATIONS[operation] if operation != last[0] else "", place if (operation, place) != last else ""]
        grid.rows.append([*heads, row["subject"], f"{median} ({best})", *latencies])
        last = (operation, place)
    return grid


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.wire", description="The wire benchmark.")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--json", type=Path, default=BUILD / "wire.json", help="default: %(default)s")
    arguments = parser.parse_args()
    facts = surroundings()
    rows, notes = measure(arguments)
    console = Console(width=140)
    console.print(wire(rows).shown())
    for note in notes:
        console.print(note)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps({"facts": facts | {"notes": notes}, "cells": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

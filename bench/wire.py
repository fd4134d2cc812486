"""The wire: Python with a live JVM on loopback, beside Java with Java, and py4j for a call with the same payload.

    python -m bench.wire [--requests 20000] [--objects 100000] [--megabytes 20]

Both ends speak plain object streams and reset them every 1000 objects.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

import bridge
from bench.report import Grid
from bench.surroundings import surroundings
from bench.workloads import BUILD, CLASSES, compile_java, newest_jdk, prepare, streams
from interop.harness import Jdk

ROUNDS = 3


OPERATIONS = {
    "request": "request and reply, one small bean",
    "sink": "one way, Python (or the client) to Java, small beans",
    "source": "one way, Java to Python (or the client), small beans",
    "bytes": "byte[] there and back",
}
PERCENTILES = {"p50_us": 0.5, "p90_us": 0.9, "p99_us": 0.99, "p999_us": 0.999}


@contextmanager
def java(jdk: Jdk, *words: str, classpath: str = str(CLASSES)) -> Iterator[int]:
    """A Java program that prints its port and ends with its stdin."""
    command = [str(jdk.java), "-cp", classpath, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(timeout=10)


def timed(action: Callable[[], list[float]]) -> dict[str, float]:
    """The last of three rounds, as the Java client does it."""
    for _ in range(ROUNDS):
        start = time.perf_counter()
        times = action()
        seconds = time.perf_counter() - start
    times.sort()
    return {"seconds": seconds} | {
        name: times[min(int(len(times) * part), len(times) - 1)] * 1e6 for name, part in PERCENTILES.items() if times
    }


def small_beans(count: int) -> list[Any]:
    """The beans that the Java client sends, of the class as a stream describes it."""
    small: Any = type(bridge.loads(streams("W6b", prepare(0.01))[0]))
    return [small(id=i, value=i * 0.5, text=f"message {i}") for i in range(count)]


def ours(port: int, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Each operation over one channel."""
    beans = small_beans(max(arguments.requests, arguments.objects))
    # One that was sent before would go as a reference to it.
    payloads = [bytes(bytearray(arguments.megabytes * 1_000_000)) for _ in range(ROUNDS)]
    results = {}
    with bridge.connect("127.0.0.1", port, reset_every=1000) as channel:

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
            channel.request(payloads.pop())
            return []

        for name, action in {"request": request, "sink": sink, "source": source, "bytes": data}.items():
            results[name] = timed(action)
    return results


def java_client(jdk: Jdk, port: int, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    counts = {
        "request": arguments.requests,
        "sink": arguments.objects,
        "source": arguments.objects,
        "bytes": arguments.megabytes * 1_000_000,
    }
    results = {}
    for operation, count in counts.items():
        command = [str(jdk.java), "-cp", str(CLASSES), "Wire", "client", str(port), operation, str(count)]
        results[operation] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return results


def py4j(jdk: Jdk, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Calls of a method that takes and gives the fields of the bean."""
    from py4j.java_gateway import GatewayParameters, JavaGateway

    jar = next(Path(sys.prefix).rglob("py4j*.jar"))
    classpath = f"{jar}{os.pathsep}{CLASSES}"
    compile_java("-cp", classpath, sources=["Py4jEnd.java"])
    with java(jdk, "Py4jEnd", classpath=classpath) as port:
        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auto_convert=True))

        def request() -> list[float]:
            times = []
            for i in range(arguments.requests):
                sent = time.perf_counter()
                answer = gateway.entry_point.echo(i, i * 0.5, f"message {i}")
                (answer[0], answer[1], answer[2])
                times.append(time.perf_counter() - sent)
            return times

        results = {"request": timed(request)}
        gateway.shutdown()
    return results


def measure(arguments: argparse.Namespace) -> tuple[list[dict[str, Any]], list[str]]:
    """One row for each operation and subject, and what there is to say of a subject that is missing."""
    compile_java()
    jdk = newest_jdk()
    found: dict[str, Any] = {}
    notes = []
    with java(jdk, "Wire", "server") as port:
        found["ours with Java"] = ours(port, arguments)
        found["Java with Java"] = java_client(jdk, port, arguments)
    try:
        found["py4j"] = py4j(jdk, arguments)
    except ImportError:
        notes.append("py4j is not measured: it is not installed")
    counts = {
        "request": arguments.requests,
        "sink": arguments.objects,
        "source": arguments.objects,
        "bytes": 2 * arguments.megabytes,
    }
    rows = [
        {"operation": operation, "subject": subject, "count": counts[operation], **found[subject][operation]}
        for operation in counts
        for subject in found
        if operation in found[subject]
    ]
    return rows, notes


def wire(rows: list[dict[str, Any]]) -> Grid:
    """Rates, and for requests the latencies in microseconds."""
    grid = Grid(
        "the wire: loopback, one connection",
        ["", "subject", "a second", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs"],
    )
    last = ""
    for row in rows:
        rate = f"{row['count'] / row['seconds']:,.0f}{' MB' if row['operation'] == 'bytes' else ''}"
        latencies = [f"{row[name]:.0f}" if row["operation"] == "request" else "" for name in PERCENTILES]
        name = OPERATIONS[row["operation"]] if row["operation"] != last else ""
        grid.rows.append([name, row["subject"], rate, *latencies])
        last = row["operation"]
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

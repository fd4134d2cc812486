"""The wire: Python with a live JVM on loopback, beside Java with Java, and py4j for a call with the same payload.

    python -m bench.wire [--requests 20000] [--objects 100000] [--megabytes 20]

Both ends speak plain object streams and reset them every 1000 objects.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

import bridge
from interop.harness import find_jdks

from .__main__ import prepare
from .cell import streams

ROOT = Path(__file__).resolve().parent.parent
CLASSES = ROOT / "build" / "bench" / "classes"
ROUNDS = 3


@contextmanager
def java(home: Path, *words: str, classpath: str = str(CLASSES)) -> Iterator[int]:
    """A Java program that prints its port and ends with its stdin."""
    command = [str(home / "bin/java"), "-cp", classpath, *words]
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
    result = {"seconds": seconds}
    if len(times) > 1:
        cuts = quantiles(times, n=100)
        result.update(p50_us=cuts[49] * 1e6, p99_us=cuts[98] * 1e6)
    return result


def small_beans(count: int) -> list[Any]:
    """The beans that the Java client sends, of the class as a stream describes it."""
    small: Any = type(bridge.loads(streams("W6b", prepare(0.01))[0]))
    return [small(id=i, value=i * 0.5, text=f"message {i}") for i in range(count)]


def ours(port: int, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Each operation over one channel."""
    beans = small_beans(max(arguments.requests, arguments.objects))
    payload = bytes(arguments.megabytes * 1_000_000)
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
            channel.request(payload)
            return []

        for name, action in {"request": request, "sink": sink, "source": source, "bytes": data}.items():
            results[name] = timed(action)
    return results


def java_client(home: Path, port: int, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    counts = {
        "request": arguments.requests,
        "sink": arguments.objects,
        "source": arguments.objects,
        "bytes": arguments.megabytes * 1_000_000,
    }
    results = {}
    for operation, count in counts.items():
        command = [str(home / "bin/java"), "-cp", str(CLASSES), "Wire", "client", str(port), operation, str(count)]
        results[operation] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return results


def py4j(home: Path, arguments: argparse.Namespace) -> dict[str, dict[str, float]] | None:
    """Calls of a method that takes and gives the fields of the bean; None where py4j is not installed."""
    try:
        from py4j.java_gateway import GatewayParameters, JavaGateway
    except ImportError:
        return None
    jar = next(Path(sys.prefix).rglob("py4j*.jar"))
    classpath = f"{jar}:{CLASSES}"
    subprocess.run([home / "bin/javac", "-cp", classpath, "-d", CLASSES, ROOT / "bench/java/Py4jEnd.java"], check=True)
    with java(home, "Py4jEnd", classpath=classpath) as port:
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


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """One row for each operation and subject."""
    CLASSES.mkdir(parents=True, exist_ok=True)
    jdks = find_jdks()
    home = jdks[-1].java.parent.parent
    sources = [ROOT / "bench/java/Workloads.java", ROOT / "bench/java/Wire.java"]
    subprocess.run([jdks[0].java.with_name("javac"), "--release", "17", "-d", CLASSES, *sources], check=True)
    found: dict[str, Any] = {}
    with java(home, "Wire", "server") as port:
        found["ours with Java"] = ours(port, arguments)
        found["Java with Java"] = java_client(home, port, arguments)
    called = py4j(home, arguments)
    if called is not None:
        found["py4j"] = called
    return [
        {"operation": operation, "subject": subject, **result}
        for subject, results in found.items()
        for operation, result in results.items()
    ]


def table(rows: list[dict[str, Any]], arguments: argparse.Namespace) -> Table:
    counts = {"request": arguments.requests, "sink": arguments.objects, "source": arguments.objects}
    grid = Table(title="the wire: loopback, one connection")
    for column in ("operation", "subject", "seconds", "a second", "p50 µs", "p99 µs"):
        grid.add_column(column, justify="left" if column in ("operation", "subject") else "right")
    for row in rows:
        if row["operation"] in counts:
            rate = f"{counts[row['operation']] / row['seconds']:,.0f}"
        else:
            rate = f"{2 * arguments.megabytes / row['seconds']:,.0f} MB"
        latencies = ["", ""]
        if row["operation"] == "request":
            latencies = [f"{row[name]:.1f}" for name in ("p50_us", "p99_us")]
        grid.add_row(row["operation"], row["subject"], f"{row['seconds']:.3f}", rate, *latencies)
    return grid


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.wire", description="The wire benchmark.")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = measure(arguments)
    Console(width=120).print(table(rows, arguments))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""A hundred thousand exchanges on one connection: neither process grows with their number."""

from __future__ import annotations

import gc
from collections.abc import Callable

import psutil
import pytest

import bridge
from bridge import Channel
from interop.harness import Harness, program

EXCHANGES = 100_000
SECONDS = 60

# A stream that is never reset keeps every object it carried: of these exchanges some 100 MiB in Java and as much here.
ALLOWED_GROWTH_BYTES = 24 << 20


def resident_bytes(process: psutil.Process) -> int:
    gc.collect()
    return int(process.memory_info().rss)


def grown(exchange: Callable[[int], None], processes: list[psutil.Process]) -> list[int]:
    """How much memory each process has more at the end than after the first tenth of the exchanges."""
    warm = EXCHANGES // 10
    for i in range(warm):
        exchange(i)
    before = [resident_bytes(process) for process in processes]
    for i in range(warm, EXCHANGES):
        exchange(i)
    return [resident_bytes(process) - bytes_before for process, bytes_before in zip(processes, before, strict=True)]


@pytest.mark.parametrize("reset_every", [1, 1000])
def test_python_client(java: Harness, reset_every: int) -> None:
    """By default every message stands alone; with more of them between two resets they share their descriptors."""
    # With a heap of 32 MiB, a Java that kept them all would die of it.
    with program(java.jdk, "bridge.harness.EchoServer", options=["-Xmx32m"]) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        with bridge.connect("127.0.0.1", port, timeout=SECONDS, reset_every=reset_every) as channel:

            def exchange(i: int) -> None:
                sent = {"number": i, "text": f"message {i}", "list": [i, float(i), None, "constant"]}
                reply = channel.request(sent, timeout=SECONDS)
                assert reply == sent

            growth = grown(exchange, [psutil.Process(), psutil.Process(server.pid)])
    assert max(growth) < ALLOWED_GROWTH_BYTES, growth


def test_java_client(java: Harness) -> None:
    """Java sends objects of its cases, over one connection, to a server in Python."""
    cases = ["map/hash-map-nested", "bean/family", "string/shared", "array/int", "box/long-five"]
    batch = 5_000  # names of cases on one line
    peers = []

    def echo(channel: Channel) -> None:
        peers.append(channel.peer)
        for obj in channel:
            channel.send(obj)

    with bridge.serve(("127.0.0.1", 0), echo) as server:
        process = psutil.Process()
        names = " ".join(cases[i % len(cases)] for i in range(batch))
        assert len(java.ask(f"client {server.address.port} {names}").splitlines()) == batch
        before = resident_bytes(process)
        heap_before = int(java.ask("memory"))
        names = " ".join(cases[i % len(cases)] for i in range(EXCHANGES))
        assert len(java.ask(f"client {server.address.port} {names}", timeout=300).splitlines()) == EXCHANGES
        assert resident_bytes(process) - before < ALLOWED_GROWTH_BYTES
        assert int(java.ask("memory")) - heap_before < ALLOWED_GROWTH_BYTES
    assert len(peers) == 2

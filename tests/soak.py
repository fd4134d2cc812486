"""``python -m tests.soak [--seconds N] [--seed N]``: bad conversations for hours; memory and descriptors stay flat.

Two servers, a blocking one and an asyncio one, each in a process of its own. Against both, all the time: clients that
ask and check each answer; clients behind a proxy that cuts, delays and stalls by a random generator with a known seed,
and which connect again; peers that come and go; peers that send what is no stream; peers that stop in the middle of an
object; and receivers that are slower than what is sent to them, or leave without taking it.

Judged after a warm-up of a fifth of the time: the memory of no process may grow by more than ALLOWED_GROWTH_BYTES until
the end, and when all clients have gone the servers have as many file descriptors as before the first came.
SOAK_SECONDS is the length, 600 by default.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any, Final

import psutil

import bridge
from tests.faults import Fault, Proxy

ALLOWED_GROWTH_BYTES: Final = 24 << 20
SHELLS: Final = ("blocking", "asyncio")
_SEND_SECONDS: Final = 2.0
_SETTLE_SECONDS: Final = 60.0  # a peer that left without taking what it was sent is given up after 2 + 10 seconds
_CONTENT_SECONDS: Final = 0.5
_BETWEEN_SAMPLES_SECONDS: Final = 5.0
_RECONNECT: Final = bridge.Reconnect(first_delay_seconds=0.005, longest_delay_seconds=0.1)


# ---- the servers, each in a process of its own


def answer(obj: Any) -> Any:
    """What both servers answer: a flood where one is asked for, and else the same again."""
    return bytes(obj["flood"]) if isinstance(obj, dict) and "flood" in obj else obj


def serve_blocking() -> None:
    def handler(channel: bridge.Channel) -> None:
        for obj in channel:
            channel.send(answer(obj), timeout=_SEND_SECONDS)

    with bridge.serve("127.0.0.1:0", handler, max_peers=500, content_seconds=_CONTENT_SECONDS) as server:
        print(server.address.port, flush=True)
        sys.stdin.read()  # until our parent has gone
        server.stop(grace_seconds=1)


async def serve_asyncio() -> None:
    async def handler(channel: bridge.aio.Channel) -> None:
        async for obj in channel:
            await channel.send(answer(obj), timeout=_SEND_SECONDS)

    server = await bridge.aio.serve("127.0.0.1:0", handler, max_peers=500, content_seconds=_CONTENT_SECONDS)
    print(server.address.port, flush=True)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)  # our parent has gone
    await ended.wait()
    await server.stop(grace_seconds=1)


# ---- the clients, each a thread that does one thing again and again


class Clients:
    """What is done to one server."""

    def __init__(self, address: bridge.Address, seed: int, counts: Counter[str]) -> None:
        self.address = address
        self.random = Random(seed)
        self.counts = counts
        self.over = threading.Event()
        self.failures: list[BaseException] = []
        self.proxy = Proxy(address)
        whats: list[Callable[[], None]] = [self.ask, self.ask, self.ask_through_faults, self.come_and_go]
        whats += [self.send_no_stream, self.stop_in_the_middle, self.read_slowly]
        self.threads = [threading.Thread(target=self._repeat, args=(what,)) for what in whats]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.proxy.close()

    def _repeat(self, what: Callable[[], None]) -> None:
        while not self.over.is_set():
            try:
                what()
            except BaseException as error:  # noqa: BLE001 - told at the end
                self.failures.append(error)
                self.over.set()
            self.counts[what.__name__] += 1

    def _value(self) -> Any:
        size = self.random.choice([1, 10, 100, 3000])
        return {"text": "x" * size, "list": list(range(size % 50)), "number": self.random.randrange(1 << 40)}

    def ask(self) -> None:
        with bridge.connect(self.address, reset_every=self.random.choice([1, 50])) as channel:
            for _ in range(200):
                value = self._value()
                assert channel.request(value, timeout=60) == value
                if self.over.is_set():
                    break

    def ask_through_faults(self) -> None:
        """Each answer is that to the question asked, whatever the network did between."""
        for _ in range(5):
            self.proxy.faults.append((self._fault(), self._fault()))
        with bridge.connect(self.proxy.address, reconnect=_RECONNECT) as channel:
            for _ in range(20):
                value = self._value()
                try:
                    assert channel.request(value, timeout=2) == value
                except bridge.ChannelTimeout:
                    break
                except bridge.ChannelError:
                    self.counts["lost"] += 1
            channel.abort()
        del self.proxy.faults[:]
        self.proxy.connections = 0

    def _fault(self) -> Fault:
        kind = self.random.randrange(4)
        if kind == 0:
            return Fault(cut_after=self.random.randrange(5000), reset=self.random.random() < 0.5)
        if kind == 1:
            return Fault(piece_bytes=self.random.randrange(1, 500), delay_seconds=0.0002)
        return Fault(stall_after=self.random.randrange(20_000)) if kind == 2 else Fault()

    def come_and_go(self) -> None:
        for _ in range(20):
            with bridge.connect(self.address) as channel:
                channel.send("and gone")
        time.sleep(0.01)

    def send_no_stream(self) -> None:
        with socket.create_connection((self.address.host, self.address.port or 0)) as sock:
            sock.sendall(self.random.choice([b"GET / HTTP/1.1\r\n\r\n", b"\xac\xed\0\5\0", b"\0"]))
            sock.settimeout(60)
            try:
                while sock.recv(1000) and self.random.random() < 0.9:
                    pass
            except OSError:
                pass
        time.sleep(0.01)

    def stop_in_the_middle(self) -> None:
        """A slow loris: the server cuts it off."""
        with socket.create_connection((self.address.host, self.address.port or 0)) as sock:
            data = bridge.dumps(self._value())
            sock.sendall(data[: self.random.randrange(5, len(data))])
            sock.settimeout(60)
            try:
                while sock.recv(1000):
                    pass
            except ConnectionResetError:
                pass

    def read_slowly(self) -> None:
        with bridge.connect(self.address) as channel:
            size = self.random.randrange(1 << 18, 1 << 20)
            for _ in range(12):
                channel.send({"flood": size})
            time.sleep(0.2)
            if self.random.random() < 0.8:
                for _ in range(12):
                    assert len(channel.receive(timeout=60)) == size


# ---- the judgement


def run(seconds: float, seed: int) -> int:
    servers = {
        shell: subprocess.Popen(
            [sys.executable, "-m", "tests.soak", "--server", shell],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what is broken is meant to be, and logged
            text=True,
        )
        for shell in SHELLS
    }
    try:
        return _judge(servers, seconds, seed)
    finally:
        for process in servers.values():
            process.kill()
            process.communicate()


def _judge(servers: dict[str, subprocess.Popen[str]], seconds: float, seed: int) -> int:
    processes = {shell: psutil.Process(server.pid) for shell, server in servers.items()}
    processes["clients"] = psutil.Process()
    counts: dict[str, Counter[str]] = {shell: Counter() for shell in SHELLS}
    addresses = {}
    for shell, server in servers.items():
        assert server.stdout is not None
        addresses[shell] = bridge.Address("tcp", "127.0.0.1", int(server.stdout.readline()))
    idle_descriptors = {shell: processes[shell].num_fds() for shell in SHELLS}
    clients = [Clients(addresses[shell], seed + i, counts[shell]) for i, shell in enumerate(SHELLS)]
    began = time.monotonic()
    samples: list[dict[str, int]] = []
    try:
        while time.monotonic() - began < seconds and not any(client.over.is_set() for client in clients):
            time.sleep(min(_BETWEEN_SAMPLES_SECONDS, seconds / 20))
            gc.collect()
            if time.monotonic() - began >= seconds / 5:
                samples.append({name: process.memory_info().rss for name, process in processes.items()})
    finally:
        for client in clients:
            client.stop()
    problems = [f"{type(error).__name__}: {error}" for client in clients for error in client.failures]
    for shell in SHELLS:
        print(f"{shell}: {dict(counts[shell])}")
    for name in processes:
        # A single sample may meet a large object; what grows, grows in the middle of the samples.
        sizes = [sample[name] for sample in samples]
        half = len(sizes) // 2
        first, last = sorted(sizes[:half])[half // 2], sorted(sizes[-half:])[half // 2]
        print(f"memory of {name}: {first >> 10} KiB, then {last >> 10} KiB, at most {max(sizes) >> 10} KiB")
        if last - first > ALLOWED_GROWTH_BYTES:
            problems.append(f"the memory of {name} grew by {last - first} bytes")
    for shell, before in idle_descriptors.items():
        deadline = time.monotonic() + _SETTLE_SECONDS
        while processes[shell].num_fds() > before and time.monotonic() < deadline:
            time.sleep(0.05)
        after = processes[shell].num_fds()
        print(f"file descriptors of {shell}: {before} before the first client, {after} after the last")
        if after > before:
            problems.append(f"{shell} kept {after - before} file descriptors")
    for problem in problems:
        print(f"soak: {problem}")
    return 1 if problems else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Bad conversations for a long time.")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SOAK_SECONDS", "600")))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--server", choices=SHELLS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.server == "blocking":
        serve_blocking()
        return 0
    if arguments.server == "asyncio":
        asyncio.run(serve_asyncio())
        return 0
    logging.getLogger("bridge").setLevel(logging.CRITICAL)  # what is broken is meant to be
    return run(arguments.seconds, arguments.seed)


if __name__ == "__main__":
    sys.exit(main())

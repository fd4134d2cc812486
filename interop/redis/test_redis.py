"""A real redis-server: strings, numbers, lists, transactions, errors, publishing, and many commands at a time."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import bridge
from examples import resp
from examples.resp import Redis

WAIT_SECONDS = 30


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    server = shutil.which("redis-server")
    assert server is not None, "redis-server is not installed: run `make interop-redis`"
    folder: Path = tmp_path_factory.mktemp("redis")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            for _ in range(WAIT_SECONDS * 20):
                try:
                    with resp.connect("127.0.0.1", port) as redis:
                        assert redis.call("PING") == "PONG"
                        break
                except bridge.ConnectError:
                    time.sleep(0.05)
            yield "127.0.0.1", port
        finally:
            process.terminate()
            process.wait(WAIT_SECONDS)


@pytest.fixture
def redis(address: tuple[str, int]) -> Iterator[Redis]:
    with resp.connect(*address) as connected:
        assert connected.call("FLUSHALL") == "OK"
        yield connected


def test_strings_of_any_bytes(redis: Redis) -> None:
    data = bytes(range(256)) + b"\r\n$5\r\n"
    assert redis.call("SET", "key", data) == "OK"
    assert redis.call("GET", "key") == data
    assert redis.call("GET", "no such key") is None
    assert redis.call("SET", "empty", "") == "OK"
    assert redis.call("GET", "empty") == b""


def test_a_megabyte(redis: Redis) -> None:
    data = bytes(1 << 20)
    redis.call("SET", "big", data)
    assert redis.call("GET", "big") == data


def test_numbers(redis: Redis) -> None:
    assert redis.call("INCR", "n") == 1
    assert redis.call("DECRBY", "n", 10) == -9
    assert redis.call("SET", "n", 2**63 - 1) == "OK"
    assert redis.call("GET", "n") == str(2**63 - 1).encode()
    assert redis.call("INCRBY", "n", 0) == 2**63 - 1


def test_lists_hashes_and_what_is_not_there(redis: Redis) -> None:
    assert redis.call("RPUSH", "list", "a", "b", "c") == 3
    assert redis.call("LRANGE", "list", 0, -1) == [b"a", b"b", b"c"]
    assert redis.call("HSET", "hash", "x", 1, "y", 2) == 2
    assert redis.call("HMGET", "hash", "x", "z", "y") == [b"1", None, b"2"]
    assert redis.call("LRANGE", "nothing", 0, -1) == []


def test_errors(redis: Redis) -> None:
    with pytest.raises(RuntimeError, match="ERR unknown command"):
        redis.call("NOSUCHCOMMAND")
    redis.call("SET", "text", "x")
    with pytest.raises(RuntimeError, match="WRONGTYPE"):
        redis.call("LPUSH", "text", "y")
    assert redis.call("PING") == "PONG"


def test_transactions_give_arrays_in_arrays(redis: Redis) -> None:
    assert redis.call("MULTI") == "OK"
    assert redis.call("RPUSH", "list", "a") == "QUEUED"
    assert redis.call("LRANGE", "list", 0, -1) == "QUEUED"
    assert redis.call("INCR", "list") == "QUEUED"
    count, items, error = redis.call("EXEC")
    assert (count, items) == (1, [b"a"])
    assert isinstance(error, RuntimeError) and "WRONGTYPE" in str(error)


def test_many_commands_at_a_time(redis: Redis) -> None:
    redis.pipeline([("SET", f"key{i}", i) for i in range(5000)])
    assert redis.pipeline([("GET", f"key{i}") for i in range(5000)]) == [str(i).encode() for i in range(5000)]
    keys = redis.call("KEYS", "*")
    assert len(keys) == 5000 and set(keys) == {f"key{i}".encode() for i in range(5000)}


def test_messages_are_pushed(redis: Redis, address: tuple[str, int]) -> None:
    with resp.connect(*address) as subscriber:
        assert subscriber.call("SUBSCRIBE", "news") == [b"subscribe", b"news", 1]
        assert redis.call("PUBLISH", "news", "hello") == 1
        assert resp.plain(subscriber.channel.receive(timeout=WAIT_SECONDS)) == [b"message", b"news", b"hello"]


def test_a_script_returns_what_it_likes(redis: Redis) -> None:
    assert redis.call("EVAL", "return {1, {2, 'three', {}}, redis.status_reply('fine')}", 0) == [
        1,
        [2, b"three", []],
        "fine",
    ]

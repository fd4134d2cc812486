"""A tap between Java and Python, in both roles, and between Java and a Java program that has nothing of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

import pytest

import bridge
from bridge import Channel
from bridge.tools.dump import dump_lines
from bridge.tools.json_view import to_json
from bridge.tools.stream_events import StreamEvents
from bridge.tools.tap import Tap
from interop.harness import Harness, program

SECONDS = 60
CASES = ["box/long-max", "map/hash-map-nested", "bean/family", "custom/interleaved", "proxy/three-interfaces"]


@pytest.fixture
def output(tmp_path: Path) -> Any:
    with (tmp_path / "output").open("w", encoding="utf-8") as file:
        yield file


def told(output: TextIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(output.name).read_text("utf-8").splitlines()]


def objects(events: list[dict[str, Any]], direction: str) -> list[Any]:
    return [event["value"] for event in events if event["kind"] == "object" and event["direction"] == direction]


def classes(events: list[dict[str, Any]], direction: str) -> set[str]:
    return {event["class"] for event in events if event["kind"] == "class" and event["direction"] == direction}


def saved(folder: Path, direction: str) -> bytes:
    (path,) = folder.glob(f"*-{direction}.ser")
    return path.read_bytes()


def echo(channel: Channel) -> None:
    for value in channel:
        channel.send(value)


def test_python_talks_to_java_through_it(java: Harness, output: TextIO, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    values = [bridge.loads(java.write(case)) for case in CASES]
    port = java.port("echo-server")
    with Tap("127.0.0.1:0", ("127.0.0.1", port), output=output, as_json=True, save=folder) as tap:
        with bridge.connect(tap.address, timeout=SECONDS) as channel:
            replies = [channel.request(value, timeout=SECONDS) for value in values]
        tap.wait(1)
    for case, reply in zip(CASES, replies, strict=True):
        java.verify(case, bridge.dumps(reply))
    events = told(output)
    expected = [json.loads(to_json(value)) for value in values]
    assert objects(events, "client") == objects(events, "server") == expected
    assert {"bridge.cases.Beans$Person", "java.util.HashMap", "java.lang.Long"} <= classes(events, "server")
    for direction in ("client", "server"):
        data = saved(folder, direction)
        assert [json.loads(to_json(value)) for value in bridge.loads_all(data)] == expected
        assert bridge.Document.parse(data).to_bytes() == data
        assert sum(1 for line in dump_lines([data]) if line.depth == 0) >= len(CASES)
        assert [event["offset"] for event in events if event["kind"] == "end"] == [
            len(saved(folder, event["direction"])) for event in events if event["kind"] == "end"
        ]


def test_java_talks_to_python_through_it(java: Harness, output: TextIO) -> None:
    with (
        bridge.serve(("127.0.0.1", 0), echo) as server,
        Tap("127.0.0.1:0", server.address, output=output, as_json=True) as tap,
    ):
        report = java.words(f"client {tap.address.port} {' '.join(CASES)}")
        tap.wait(1)
    assert report == [word for case in CASES for word in ("ok", case)]
    events = told(output)
    expected = [json.loads(to_json(bridge.loads(java.write(case)))) for case in CASES]
    assert objects(events, "client") == objects(events, "server") == expected


def test_two_java_programs_talk_through_it(java: Harness, output: TextIO) -> None:
    """Nothing but java.io and java.net on both sides; and the resets and primitive data that only Java wrote."""
    with Tap("127.0.0.1:0", ("127.0.0.1", java.port("bare-server")), output=output, as_json=True) as tap:
        with program(java.jdk, "bare.BareClient", tap.address.port) as client:
            client.communicate(timeout=SECONDS)
            assert client.returncode == 0
        tap.wait(1)
    events = told(output)
    assert objects(events, "client")[:1] == objects(events, "server")[:1] == ["hello"]
    assert len(objects(events, "client")) == 5
    assert [event for event in events if event["kind"] in ("error", "skipped", "broken")] == []


def test_what_java_writes_that_is_no_object_is_told_too(java: Harness) -> None:
    """Resets, primitive data, exceptions of the writer: streams of several contents, as Java writes them."""
    kinds: dict[str, set[str]] = {}
    for name in java.words("list-streams"):
        events = StreamEvents(limits=None)
        data = java.write(name)
        found = [event for start in range(0, len(data), 1000) for event in events.feed(data[start : start + 1000])]
        found += events.feed_eof()
        kinds[name] = {event.kind for event in found}
        if name == "stream/protocol-version-1-externalizable":  # nothing in it tells where the data of its object ends
            assert {"error", "skipped"} <= kinds[name]
            continue
        assert not kinds[name] & {"error", "skipped"}, name
        assert sum(event.length for event in found) == len(data), name
    assert {"reset", "data", "exception", "again"} <= set.union(*kinds.values())

"""What passes in one direction: the same events however the bytes are cut, and a way on behind what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

import bridge
from bridge.codec import dumps, dumps_all
from bridge.limits import Limits
from bridge.mapping.defaults import default_registry
from bridge.stream.encoder import Encoder
from bridge.stream.generic import class_for
from bridge.stream.model import BlockData, JavaClass
from bridge.tools.stream_events import StreamEvent, StreamEvents


def told(data: bytes, size: int = 1 << 16, **options: Any) -> list[StreamEvent]:
    events = StreamEvents(**options)
    found: list[StreamEvent] = []
    for start in range(0, len(data), size):
        found += events.feed(data[start : start + size])
    return [*found, *events.feed_eof()]


def kinds(events: list[StreamEvent]) -> list[str]:
    return [event.kind for event in events]


def conversation() -> bytes:
    """A bit of everything that can pass."""
    encoder = Encoder(default_registry)
    shared = ["a", 1]
    encoder.write_object(shared)
    encoder.write_block_data(b"1")
    encoder.write_object(shared)
    encoder.reset()
    encoder.reset()
    encoder.write_object({"k": bridge.TreeMap(a=1)})
    encoder.write_exception("why")
    encoder.write_object(bridge.JavaEnum(bridge.ClassDescriptor("p.Color", 0, 0x12, ()), "RED"))
    return encoder.take()


def test_each_thing_that_passes_is_an_event() -> None:
    events = told(conversation())
    assert [(event.kind, event.name) for event in events] == [
        ("header", ""),
        ("class", "java.util.ArrayList"),
        ("class", "java.lang.Number"),
        ("class", "java.lang.Integer"),
        ("object", ""),
        ("data", ""),
        ("again", ""),
        ("reset", ""),
        ("reset", ""),
        ("class", "java.util.HashMap"),
        ("class", "java.util.LinkedHashMap"),
        ("class", "java.util.TreeMap"),
        ("class", "java.lang.Number"),
        ("class", "java.lang.Integer"),
        ("object", ""),
        ("exception", ""),
        ("class", "p.Color"),
        ("object", ""),
        ("end", ""),
    ]
    values = [event.value for event in events if event.has_value]
    assert values[:4] == [["a", 1], b"1", {"k": {"a": 1}}, "why"]


def test_events_say_where_they_are() -> None:
    data = conversation()
    covered = [(event.offset, event.length) for event in told(data) if event.length]
    position = 0
    for offset, length in covered:
        assert offset == position
        position += length
    assert position == len(data)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_the_events_do_not_depend_on_how_the_bytes_are_cut(size: int) -> None:
    def comparable(events: list[StreamEvent]) -> list[Any]:
        return [(event.kind, event.offset, event.name, str(event)) for event in events]

    assert comparable(told(conversation(), size)) == comparable(told(conversation()))


def test_a_class_is_told_with_its_fields_where_they_are_known() -> None:
    text = str(next(event for event in told(dumps(bridge.TreeMap(a=1))) if event.name == "java.util.TreeMap"))
    assert text == "00000004  class java.util.TreeMap uid=919286545866124006 {Ljava/util/Comparator; comparator}"
    (proxied,) = [
        event
        for event in told(dumps(JavaClass(bridge.ClassDescriptor("com.example.Order", 1, 2, ()))))
        if event.kind == "class"
    ]
    assert str(proxied) == "00000004  class com.example.Order"


def test_values_are_shown_short_or_whole_and_nothing_touches_the_terminal() -> None:
    long, tricky = told(dumps_all(["x" * 1000, "\x1b[2J"]))[1:3]
    assert len(long.text()) < 400 and long.text().endswith(" ...")
    assert "x" * 1000 in long.text(full=True)
    assert "\x1b" not in str(tricky)
    data = StreamEvent("data", 4, 50, value=bytes(range(40)))
    assert "27" not in data.text() and data.text(full=True).endswith("|................................ !\"#$%&'|")


def test_events_have_a_form_for_json() -> None:
    events = told(dumps_all([{"a": 1}, BlockData(b"\0")]) + b"?")
    members = [dict(event.json_members()) for event in events]
    assert json.loads(json.dumps(members)) == members
    by_kind = {entry["kind"]: entry for entry in members}
    assert by_kind["class"]["fields"] == ["I value"] and by_kind["class"]["class"] == "java.lang.Integer"
    assert by_kind["error"]["error"] == "CorruptedStreamError" and "no type code" in by_kind["error"]["reason"]
    assert next(event for event in events if event.kind == "data").json_value == BlockData(b"\0")


# ---- what cannot be read


def test_a_stream_that_ends_early_is_an_error_and_then_the_end() -> None:
    events = told(dumps(["a", "b"])[:-2])
    assert kinds(events)[-2:] == ["error", "end"] and events[-2].name == "TruncatedStreamError"


def test_what_is_no_stream_is_skipped() -> None:
    events = told(b"GET / HTTP/1.1\r\n\r\n")
    assert [(event.kind, event.offset, event.length) for event in events] == [
        ("error", 0, 0),
        ("skipped", 0, 18),
        ("end", 18, 0),
    ]


def test_nothing_at_all_is_only_an_end() -> None:
    assert kinds(told(b"")) == ["end"]


@pytest.mark.parametrize("size", [1, 5, 1 << 16])
def test_behind_what_is_broken_it_goes_on_at_the_next_header(size: int) -> None:
    """A sender that makes a new ObjectOutputStream for each message, as many do by mistake."""
    first, second = dumps([1]), dumps("two")
    events = told(first + second + b"\x01\x02" + dumps("three"), size)
    values = [event.value for event in events if event.kind == "object"]
    assert values == [[1], "two", "three"]
    errors = [event for event in events if event.kind == "error"]
    assert [error.offset for error in errors] == [len(first), len(first + second)]
    assert "another ObjectOutputStream" in str(errors[0])
    (skipped,) = [event for event in events if event.kind == "skipped"]
    assert (skipped.offset, skipped.length) == (len(first + second), 2)
    headers = [event.offset for event in events if event.kind == "header"]
    assert headers == [0, len(first), len(first + second) + 2]


def resetting(count: int) -> tuple[bytes, list[int]]:
    """A stream that is reset before each of its objects, and where these begin."""
    encoder = Encoder(default_registry)
    starts = []
    for number in range(count):
        encoder.reset()
        starts.append(encoder.pending_bytes)
        encoder.write_object([number, {"n": number}])
    return encoder.take(), starts


@pytest.mark.parametrize("size", [1, 11, 1 << 16])
def test_behind_a_gap_it_goes_on_at_the_next_reset(size: int) -> None:
    data, starts = resetting(4)
    cut = starts[1] + 10
    gap = 3
    events = StreamEvents()
    found: list[StreamEvent] = []
    for start in range(0, cut, size):
        found += events.feed(data[start : min(start + size, cut)])
    events.skip(gap, "too fast")
    for start in range(cut + gap, len(data), size):
        found += events.feed(data[start : start + size])
    found += events.feed_eof()
    assert [(event.offset, event.value) for event in found if event.kind == "object"] == [
        (start, [number, {"n": number}]) for number, start in enumerate(starts) if number != 1
    ]
    (skipped,) = [event for event in found if event.kind == "skipped"]
    assert (skipped.offset, skipped.length, skipped.value) == (cut, starts[2] - 1 - cut, "too fast")
    assert found[-1] == StreamEvent("end", len(data))


def test_gaps_one_after_the_other_are_one() -> None:
    data, starts = resetting(3)
    events = StreamEvents()
    found = list(events.feed(data[:20]))
    events.skip(10, "too fast")
    found += events.feed(data[30:40])
    events.skip(5, "too fast")
    found += [*events.feed(data[45:]), *events.feed_eof()]
    assert [event.length for event in found if event.kind == "skipped"] == [starts[1] - 1 - 20]


def test_a_gap_up_to_the_end_is_told() -> None:
    data = dumps([1])
    events = StreamEvents()
    found = list(events.feed(data[:20]))
    events.skip(100, "too fast")
    found += events.feed_eof()
    assert kinds(found) == ["header", "skipped", "end"]
    assert (found[1].offset, found[1].length, found[2].offset) == (20, 100, 120)


def test_what_goes_beyond_a_limit_is_told_and_the_rest_goes_on() -> None:
    data, _ = resetting(3)
    events = told(data, limits=Limits(maxdepth=1))
    assert [event.name for event in events if event.kind == "error"] == ["RejectedError"] * 3
    assert events[-1] == StreamEvent("end", len(data))


def test_classes_that_write_no_data_for_their_fields_are_read() -> None:
    """Which a second try finds out; the classes met in the first are not told twice."""
    descriptor = bridge.ClassDescriptor("p.Odd", 1, 0x03, (bridge.Field("n", "I"),), fieldless=True)
    plain = bridge.ClassDescriptor("p.Odd", 1, 0x03, (bridge.Field("n", "I"),))
    assert plain.data_fields and not descriptor.data_fields
    encoder = Encoder(default_registry)
    encoder.write_object([class_for(descriptor)[0](), "behind"])
    events = told(encoder.take())
    assert [event.name for event in events if event.kind == "class"] == ["java.util.ArrayList", "p.Odd"]
    assert [event.value[1] for event in events if event.kind == "object"] == ["behind"]


@pytest.mark.parametrize("seed", range(50))
def test_no_bytes_make_it_fail(seed: int) -> None:
    import random

    chance = random.Random(seed)
    data = bytearray(conversation() + conversation())
    for _ in range(chance.randrange(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    events = told(bytes(data), chance.choice([1, 3, 100, 1 << 16]))
    assert events[-1] == StreamEvent("end", len(data))
    for event in events:
        assert "\n" not in str(event)

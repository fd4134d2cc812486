"""Hostile streams: what they cost, and what they become. `bench/safety.py` measures the same cases large."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import bridge
from bridge._build import pure_requested
from bridge.errors import DecodeError, RejectedError
from bridge.stream.model import IdentityKey
from tests.stream.assemble import TC_CLASSDESC, TC_NULL, TC_OBJECT, TC_REFERENCE, TC_STRING
from tests.stream.hostile import (
    HOSTILE,
    HUGE_LENGTHS,
    classes_below_a_long_chain,
    classes_below_a_wide_one,
    classes_that_inherit_objects,
    colliding_big_integer_keys,
    colliding_big_integers,
    colliding_decimals,
    colliding_in_set_of,
    colliding_uuids,
    shared_levels,
    uris_of_one_text,
    views_of_one_list,
)
from tests.stream.outcomes import BUILDS, Build

SIZES = {name: max(3, size // 100) for name, (_, size) in HOSTILE.items()}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_builds_agree_about_hostile_streams_in_any_pieces(name: str) -> None:
    data = HOSTILE[name][0](SIZES[name])
    first, second = [build.whole(data) for build in BUILDS]
    assert first == second
    pieces = [data[i : i + 1000] for i in range(0, len(data), 1000)]
    found = BUILDS[0].pieces(pieces)
    assert (found.contents, found.error) == (first.contents, first.error)


@pytest.mark.parametrize("name", HUGE_LENGTHS)
def test_a_length_is_no_reason_to_take_memory(name: str) -> None:
    with pytest.raises(DecodeError):
        bridge.loads(HUGE_LENGTHS[name])


def test_memory_stays_in_proportion_to_the_stream() -> None:
    """Each case of 100 kB within the bound that docs/safety.md states; and none of them takes for ever."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.safety", "--check", "--scale", "0.5"],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "BRIDGE_PURE": "1" if pure_requested() else ""},
        stdout=subprocess.PIPE,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.stdout == "in proportion\n"
    assert done.returncode == 0


def test_a_hundred_levels_of_shared_sets_are_read_and_written_back() -> None:
    value = bridge.loads(shared_levels(100))
    assert len(repr(value)) < 10_000
    written = bridge.dumps(value)
    assert len(written) == len(bridge.dumps(bridge.loads(written)))  # the elements of a set may come in another order


COLLIDING = [colliding_big_integers, colliding_big_integer_keys, colliding_decimals, colliding_uuids]


@pytest.mark.parametrize("make", [*COLLIDING, colliding_in_set_of])
def test_keys_of_one_hash_are_held_while_they_are_few_and_in_the_generic_form_when_they_are_many(make: Any) -> None:
    few = bridge.loads(make(20))
    assert isinstance(few, (set, dict, frozenset))
    assert len(few) == 20
    assert len({hash(key) for key in few}) == 1
    many = bridge.loads(make(40))
    assert isinstance(many, bridge.JavaObject)
    assert bridge.dumps(many) == make(40)


def test_keys_of_one_hash_in_a_map_that_holds_itself_are_held_by_identity() -> None:
    """Such a map exists before its contents, and cannot take the generic form any more."""
    data = colliding_big_integer_keys(40)
    end = data.rindex(TC_NULL)
    value = bridge.loads(data[:end] + TC_REFERENCE(1) + data[end + 1 :])
    assert isinstance(value, dict)
    assert len(value) == 40
    assert {type(key) for key in value} == {IdentityKey}
    assert list(value.values())[-1] is value


@dataclass(frozen=True)
class Pair:
    a: Any = None
    b: Any = None


def test_instances_of_a_frozen_dataclass_are_no_keys_when_they_share_without_end() -> None:
    bridge.java_class("p.Pair", serial_version_uid=1)(Pair)
    fields = [("L", "a", TC_STRING("Ljava/lang/Object;")), ("L", "b", TC_REFERENCE(3))]

    def set_of_pairs(levels: int) -> bytes:
        pair = TC_CLASSDESC("p.Pair", fields)
        inner = TC_OBJECT(pair) + TC_OBJECT(TC_REFERENCE(2)) * (levels - 1) + TC_NULL * 2
        inner += b"".join(TC_REFERENCE(handle) for handle in range(levels + 3, 4, -1))
        head = shared_levels(0)
        return head[: head.index(b"\0\0\0\0\x78")] + b"\0\0\0\1" + inner + b"\x78"

    few = bridge.loads(set_of_pairs(3))
    assert few == {Pair(Pair(Pair(), Pair()), Pair(Pair(), Pair()))}
    many = bridge.loads(set_of_pairs(100))
    assert isinstance(many, bridge.JavaObject)


def test_what_a_class_inherits_is_in_proportion_to_the_input() -> None:
    with pytest.raises(RejectedError, match=r"inherits 0 fields of 900 classes.*out of proportion"):
        bridge.loads(classes_below_a_long_chain(2000))
    assert len(bridge.loads(classes_below_a_long_chain(200))) == 201
    with pytest.raises(RejectedError, match=r"inherits 60000 fields of 1 classes.*out of proportion"):
        bridge.loads(classes_below_a_wide_one(12))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_what_a_class_inherits_takes_the_memory_that_is_counted_for_it_on_both_builds(build: Build) -> None:
    """Which is 400 bytes for each field."""
    data = classes_that_inherit_objects(4)
    tracemalloc.start()
    try:
        with pytest.raises(build.package.TruncatedStreamError):
            build.package.loads(data)
        assert tracemalloc.get_traced_memory()[1] < 5 * 20_000 * 500
    finally:
        tracemalloc.stop()


def test_copies_of_one_thing_beyond_proportion_are_not_made() -> None:
    """They arrive in the generic form, around the one thing."""
    array, *views = bridge.loads(views_of_one_list(3000))
    natural = [view for view in views if isinstance(view, list)]
    generic = [view for view in views if isinstance(view, bridge.JavaObject)]
    assert len(natural) + len(generic) == 3001
    assert natural and generic
    assert all(view["a"] is array for view in generic)
    values = bridge.loads(uris_of_one_text(50_000))
    assert isinstance(values[1], bridge.URI)
    assert isinstance(values[-1], bridge.JavaObject)
    assert values[-1]["string"] is values[0]


def test_an_honest_stream_is_never_out_of_proportion() -> None:
    text = "x" * 1000
    values = [bridge.URI(f"http://{text}/{i}") for i in range(3000)]
    assert all(type(value) is bridge.URI for value in bridge.loads(bridge.dumps(values)))
    numbers = [1 << 20_000 + i for i in range(1000)]
    assert bridge.loads(bridge.dumps(numbers)) == numbers

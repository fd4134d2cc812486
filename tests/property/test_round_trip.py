"""Any value there and back; any stream through both builds."""

from __future__ import annotations

from array import array
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import bridge
from bridge.stream.decoder import Decoder
from bridge.stream.encoder import Encoder
from tests.fuzz.check import check
from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import seeds
from tests.stream.graphs import describe
from tests.stream.outcomes import BUILDS

SEEDS = seeds()

_TEXT = st.text(max_size=20)
_BITS = st.integers(-(1 << 70), 1 << 70)
_BOXES = st.one_of(
    st.integers(-(1 << 31), (1 << 31) - 1).map(bridge.Long),
    st.integers(-(1 << 15), (1 << 15) - 1).map(bridge.Short),
    st.integers(-128, 127).map(bridge.Byte),
    st.floats(width=32).map(bridge.Float),
    st.characters(max_codepoint=0xFFFF).map(bridge.Char),
)
_SCALARS = st.one_of(st.none(), st.booleans(), _BITS, st.floats(), _TEXT, st.binary(max_size=20), _BOXES)
_ARRAYS = st.one_of(
    st.lists(st.integers(-(1 << 15), (1 << 15) - 1)).map(lambda items: array("h", items)),
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1)).map(lambda items: array("q", items)),
    st.lists(st.floats()).map(lambda items: array("d", items)),
    st.lists(st.booleans()).map(bridge.BooleanArray),
    _TEXT.map(bridge.CharArray),
)
_KEYS = st.one_of(st.none(), _TEXT, st.integers(-(1 << 40), 1 << 40))


def _containers(items: Any) -> Any:
    return st.one_of(
        st.lists(items),
        st.dictionaries(_KEYS, items),
        st.sets(_KEYS),
        st.dictionaries(_KEYS, items).map(bridge.HashMap),
        st.dictionaries(_TEXT, items).map(bridge.TreeMap),
        st.lists(_KEYS).map(bridge.LinkedHashSet),
        st.lists(items).map(bridge.LinkedList),
        st.lists(items).map(bridge.JavaArray),
        # the same object more than once, and one that contains itself
        items.map(lambda item: [item, item]),
        st.lists(items).map(lambda part: [*part, part]),
        st.lists(items).map(_in_itself),
    )


def _in_itself(items: list[Any]) -> list[Any]:
    items.append(items)
    return items


VALUES = st.recursive(st.one_of(_SCALARS, _ARRAYS), _containers, max_leaves=25)


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_a_value_comes_back_as_the_same_graph(value: Any) -> None:
    data = bridge.dumps(value)
    back = bridge.loads(data)
    assert describe(bridge.loads(bridge.dumps(back))) == describe(back)
    for build in BUILDS:
        outcome = build.whole(data)
        assert outcome.error is None
        assert outcome.contents[2:] == describe([back])[2:]
    assert bridge.Document.parse(data).to_bytes() == data


@given(st.lists(VALUES, max_size=4))
@settings(max_examples=50, deadline=None)
def test_both_sides_count_the_same_handles(values: list[Any]) -> None:
    encoder, decoder = Encoder(bridge.default_registry), Decoder(bridge.default_registry)
    for value in values:
        encoder.write_object(value)
        decoder.feed(encoder.take())
        decoder.take_contents([])
        assert decoder.handle_count == encoder.handle_count


@given(st.integers(0, 1 << 60))
@settings(max_examples=200, deadline=None)
def test_broken_streams_are_the_same_to_both_builds(seed: int) -> None:
    random = Random(seed)
    check(mutate(random.choice(SEEDS), random, SEEDS), random)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_a_value_or_a_documented_error(data: bytes) -> None:
    for stream in (data, b"\xac\xed\0\5" + data):
        check(stream, Random(0))

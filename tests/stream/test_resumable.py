"""The decoder may stop at any byte and go on; it takes no byte that it does not need."""

from __future__ import annotations

import decimal
import io
import os
import uuid
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

import bridge
from bridge.errors import BridgeError, DecodeError, LocalProtocolError, TruncatedStreamError
from bridge.limits import FilterInfo
from bridge.stream.decoder import Decoder
from bridge.stream.states import END_OF_STREAM, NEED_DATA
from tests.fuzz.seeds import seeds
from tests.stream.assemble import (
    TC_BLOCKDATA,
    TC_CLASSDESC,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    int_,
    stream,
)
from tests.stream.graphs import describe
from tests.stream.outcomes import BUILDS, Build

SEEDS = seeds()
BROKEN = [data[:cut] + b"\xfe" + data[cut + 1 :] for data in SEEDS[:20] for cut in range(4, len(data), 13)]


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_of_any_size_give_the_same(build: Build, size: int) -> None:
    for data in SEEDS:
        assert build.pieces(cut(data, size)) == build.whole(data)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("size", [1, 5])
def test_pieces_of_any_size_give_the_same_error_in_the_same_place(build: Build, size: int) -> None:
    for data in BROKEN:
        assert build.pieces(cut(data, size))[:2] == build.whole(data)[:2]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_any_kind_of_buffer_may_be_fed(build: Build) -> None:
    random = Random(1)
    kinds = [bytes, bytearray, memoryview]
    for data in SEEDS:
        pieces = [random.choice(kinds)(piece) for piece in cut(data, 11)]
        assert build.pieces(pieces) == build.whole(data)


BEAN = TC_CLASSDESC(
    "p.A", [("I", "i"), ("L", "next", TC_STRING("Lp/A;")), ("L", "text", TC_STRING("Ljava/lang/String;"))]
)
OTHER = TC_CLASSDESC("p.B", [("I", "i")])


def beans(after: bytes) -> bytes:
    """Instances that follow one another, of one class and another, whole and with parts, and what comes after them."""
    first = TC_OBJECT(BEAN, int_(0), TC_NULL, TC_STRING("one"))  # the handles 0 to 4
    again = [TC_OBJECT(TC_REFERENCE(0), int_(i), TC_REFERENCE(3), TC_STRING("some")) for i in range(3)]
    holder = TC_OBJECT(TC_REFERENCE(0), int_(4), again[0], TC_NULL)
    others = TC_OBJECT(OTHER, int_(5)) + TC_OBJECT(TC_REFERENCE(20), int_(6)) * 3
    return stream(first, *again, holder, *again, others, *again, after, *again)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("after", [b"", TC_BLOCKDATA(b"12"), b"\xfe", TC_NULL, TC_RESET], ids=bytes.hex)
@pytest.mark.parametrize(
    "limits",
    [{}, {"maxrefs": 4}, {"maxrefs": 3}, {"maxhandles": 17}, {"maxbytes": 55}, {"maxbytes": 20}, {"maxdepth": 1}],
)
def test_contents_taken_together_are_those_taken_one_by_one(build: Build, after: bytes, limits: dict[str, int]) -> None:
    data = beans(after)
    for cuts in (len(data), 50, 1):
        decoder = build.Decoder(build.registry(), limits=build.Limits(**limits))
        contents: list[Any] = []
        error = None
        try:
            for piece in cut(data, cuts):
                decoder.feed(piece)
                assert decoder.take_contents(contents) is build.NEED_DATA
            decoder.feed_eof()
            assert decoder.take_contents(contents) is build.END_OF_STREAM
        except build.errors.DecodeError as failure:
            error = (type(failure).__name__, failure.offset, failure.path, failure.message)
        one_by_one = build.pieces(cut(data, cuts), limits=limits)
        assert (describe(contents), error) == one_by_one[:2]
        assert error is not None or (not limits and len(contents) > 14)
        assert decoder.handle_count == one_by_one.handles


def nested() -> bytes:
    """Small lists and maps inside one another, some with what needs a frame, some that are no more than they seem."""
    shared: list[Any] = ["shared"]
    itself: dict[str, Any] = {"a": 1}
    itself["itself"] = [itself]
    loose, by_access = bridge.HashMap(b=[2]), bridge.LinkedHashMap(c={"d": 3}, access_order=True)
    loose.load_factor = 0.5
    value = [
        {"a": 1, "b": [2.5, "x", [None, True]]}, {"a": shared, "b": {"c": {"d": {"e": shared}}}}, [[1], [[2], [[3]]]],
        itself, [loose, by_access, loose], {"uuid": uuid.UUID(int=1), "more": [decimal.Decimal("1.5")]}, [{}, [], [[]]],
        {1.5: "x", None: 1, True: 2, 2**70: 3}, [{"f": bridge.HashMap(g=[1]), "h": [bridge.HashMap()]}] * 2,
        *[[{"i": {"j": {}}}, {"k": (1, 2)}] for _ in range(5)], [*range(20)], dict.fromkeys(range(20), shared),
        [b"bytes"],
    ]  # fmt: skip
    return bridge.dumps(value)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_what_is_inside_of_one_another_is_the_same_however_it_comes(build: Build) -> None:
    data = nested()
    whole = build.whole(data)
    assert whole.error is None
    assert build.pieces(cut(data, 1)) == build.pieces(cut(data, 30)) == whole
    for name, bounds in {"maxrefs": 180, "maxhandles": 180, "maxdepth": 9, "maxarray": 9}.items():
        for bound in range(0, bounds, bounds // 9 // 2 or 1):
            limits = {name: bound}
            assert build.pieces(cut(data, 1), limits=limits)[:2] == build.whole(data, limits=limits)[:2], limits
    for at in range(8, len(data), 12):
        broken = data[:at] + b"\xfe" + data[at + 1 :]
        assert build.pieces(cut(broken, 1))[:2] == build.whole(broken)[:2], at


def test_a_buffer_that_was_fed_may_change_afterwards() -> None:
    decoder = Decoder(bridge.default_registry)
    piece = bytearray(stream(TC_STRING("before"))[:-1])
    decoder.feed(piece)
    piece[:] = b"x" * len(piece)
    assert decoder.next_content() is NEED_DATA
    decoder.feed(b"e")
    assert decoder.next_content() == "before"


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_bytes_after_a_content_are_given_back_untouched(build: Build) -> None:
    for data in SEEDS:
        whole = build.whole(data)
        assert whole.rest == b""
        if len(data) > 4 and whole.contents[1:2] and data[4] not in b"\x79\x77\x7a":
            decoder = build.Decoder(build.registry())
            decoder.feed(data + b"RMI\x51")
            decoder.next_content()
            used = decoder.offset
            assert decoder.unread() == (data + b"RMI\x51")[used:]
            assert decoder.offset == used
            assert decoder.unread() == b""


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_never_more_bytes_are_asked_for_than_the_content_takes(build: Build) -> None:
    for data in SEEDS:
        decoder = build.Decoder(build.registry())
        fed = contents = 0
        while fed < len(data):
            content = decoder.next_content()
            if content is build.NEED_DATA:
                missing = decoder.missing_bytes
                assert 1 <= missing <= len(data) - fed
                decoder.feed(data[fed : fed + missing])
                fed += missing
            else:
                contents += 1
                assert decoder.offset == fed  # not one too many
        decoder.feed_eof()
        rest: list[Any] = []
        assert decoder.take_contents(rest) is build.END_OF_STREAM


def test_load_reads_no_byte_too_many_from_a_pipe() -> None:
    for buffering in (0, -1):
        for value in (None, "text", [1, 2.5, {"a": b"bytes"}], "x" * 70_000):
            reading, writing = os.pipe()
            with open(writing, "wb") as sink, open(reading, "rb", buffering=buffering) as source:
                os.set_blocking(writing, False)
                data = bridge.dumps(value)
                if len(data) < 60_000:
                    sink.write(data + b"rest")
                    sink.close()
                    assert bridge.load(source) == value
                    assert source.read() == b"rest"


def test_load_leaves_a_file_at_the_end_of_the_object() -> None:
    data = bridge.dumps([1, "two"])
    file = io.BytesIO(b"head" + data + b"tail" * 50_000)
    file.seek(4)
    assert bridge.load(file) == [1, "two"]
    assert file.tell() == 4 + len(data)


def test_an_end_of_input_is_told_from_an_end_of_stream() -> None:
    data = stream(TC_STRING("text"), TC_BLOCKDATA(b"ab"))
    for end in range(len(data)):
        decoder = Decoder(bridge.default_registry)
        decoder.feed(data[:end])
        decoder.feed_eof()
        if end in (4, 11):
            decoder.take_contents([])
            assert not decoder.in_content
        else:
            with pytest.raises(TruncatedStreamError) as caught:
                decoder.take_contents([])
            assert caught.value.offset == end
            with pytest.raises(TruncatedStreamError):
                decoder.next_content()


def test_in_content_tells_whether_something_is_begun() -> None:
    data = stream(TC_OBJECT(TC_CLASSDESC("p.A", [("L", "f", TC_STRING("Lp/A;"))]), TC_NULL))
    decoder = Decoder(bridge.default_registry)
    assert decoder.next_content() is NEED_DATA
    begun = []
    for i in range(len(data)):
        decoder.feed(data[i : i + 1])
        done = decoder.next_content() is not NEED_DATA
        begun.append(decoder.in_content)
        assert done == (i == len(data) - 1)
    assert begun == [i not in (3, len(data) - 1) for i in range(len(data))]
    decoder.feed_eof()
    assert decoder.next_content() is END_OF_STREAM
    assert decoder.next_content() is END_OF_STREAM


def test_what_cannot_be_fed_changes_nothing() -> None:
    decoder = Decoder(bridge.default_registry)
    for _ in range(3):
        for wrong in ("text", 5, None, [300]):
            with pytest.raises((TypeError, ValueError)):
                decoder.feed(wrong)  # type: ignore[arg-type]
        decoder.feed(stream(TC_STRING("text"))[:5] if not decoder.offset else b"")
        assert decoder.next_content() is NEED_DATA
    decoder.feed(stream(TC_STRING("text"))[5:])
    assert decoder.next_content() == "text"


def test_a_filter_cannot_reach_into_the_decoder_that_asks_it() -> None:
    refused: list[str] = []

    def nosy(info: FilterInfo) -> None:
        for call in (decoder.next_content, decoder.unread, lambda: decoder.feed(b"x")):
            try:
                call()
            except LocalProtocolError as error:
                refused.append(error.message)

    decoder = Decoder(bridge.default_registry.copy(), object_filter=nosy)
    decoder.feed(stream(TC_OBJECT(TC_CLASSDESC("p.A"))))
    assert decoder.next_content().__java_class__.name == "p.A"
    assert len(refused) == 3


def test_what_breaks_a_reading_off_ends_it_for_good() -> None:
    def interrupted(info: FilterInfo) -> None:
        raise KeyboardInterrupt

    decoder = Decoder(bridge.default_registry.copy(), object_filter=interrupted)
    decoder.feed(stream(TC_OBJECT(TC_CLASSDESC("p.A")), TC_STRING("next")))
    with pytest.raises(KeyboardInterrupt):
        decoder.next_content()
    for _ in range(2):
        with pytest.raises(BridgeError, match="KeyboardInterrupt"):
            decoder.next_content()


def test_an_error_is_raised_again() -> None:
    decoder = Decoder(bridge.default_registry)
    decoder.feed(stream(b"\xfe"))
    for _ in range(3):
        with pytest.raises(DecodeError) as caught:
            decoder.next_content()
        assert caught.value.offset == 4


def test_nothing_may_be_fed_after_the_end() -> None:
    decoder = Decoder(bridge.default_registry)
    decoder.feed_eof()
    with pytest.raises(LocalProtocolError):
        decoder.feed(b"x")


def test_pieces_of_one_byte_cost_no_more_than_their_number() -> None:
    # 40,000 interfaces of one proxy, 40,000 fields of one class, a string of 300,000 bytes: parsed anew for each byte,
    # these would not end in this test's lifetime.
    for content in (
        TC_PROXYCLASSDESC(*[""] * 40_000),
        TC_CLASSDESC("p.A", [("I", "f")] * 40_000),
        TC_STRING("x" * 65535),
    ):
        decoder = Decoder(bridge.default_registry.copy())
        for piece in cut(stream(content), 1):
            decoder.feed(piece)
            content_found = decoder.next_content()
        assert content_found is not NEED_DATA

"""No recursion: a hundred thousand levels of anything, at the default recursion limit, in every direction."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import bridge
from bridge.errors import DecodeError, EncodeError, RejectedError, SchemaError, TruncatedStreamError
from bridge.stream.generic import GenericResolver
from tests.stream.assemble import (
    ARRAY_LIST,
    TC_ARRAY,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_NULL,
    TC_OBJECT,
    TC_REFERENCE,
    TC_STRING,
    WRITES,
    int_,
    stream,
)
from tests.stream.outcomes import BUILDS, Build

DEPTH = 100_000
DOCUMENT_DEPTH = 10_000  # a tree of nodes takes its time


def nested(first: bytes, again: bytes, innermost: bytes, end: bytes, depth: int = DEPTH) -> bytes:
    return stream(first + again * (depth - 1) + innermost + end * depth)


NODE = TC_CLASSDESC("p.Node", [("L", "next", TC_STRING("Lp/Node;"))])
ARRAY = TC_CLASSDESC("[Ljava.lang.Object;")
WRITER = TC_CLASSDESC("p.W", (), WRITES)
LIST_HEAD = int_(1) + b"\x77\4" + int_(1)

SHAPES = {
    "objects": (TC_OBJECT(NODE), TC_OBJECT(TC_REFERENCE(0)), TC_NULL, b""),
    "arrays": (TC_ARRAY(ARRAY, 1), TC_ARRAY(TC_REFERENCE(0), 1), TC_NULL, b""),
    "lists": (TC_OBJECT(ARRAY_LIST, LIST_HEAD), TC_OBJECT(TC_REFERENCE(0), LIST_HEAD), TC_NULL, TC_ENDBLOCKDATA),
    "annotations": (TC_OBJECT(WRITER), TC_OBJECT(TC_REFERENCE(0)), TC_NULL, TC_ENDBLOCKDATA),
}
DEEP = {name: nested(*shape) for name, shape in SHAPES.items()}


def class_annotations(depth: int) -> bytes:
    """An object in the annotation of the class of an object in the annotation of the class ..."""
    head = b"\x73\x72\0\1A" + b"\0" * 8 + b"\2\0\0"
    return stream(head * depth + (TC_ENDBLOCKDATA + TC_NULL) * depth)


def chain(length: int) -> bytes:
    head = b"\x72\0\1A" + b"\0" * 8 + b"\2\0\0\x78"
    return stream(b"\x73" + head * length + TC_NULL)


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_deep_values_are_read_written_and_freed(build: Build, name: str) -> None:
    data = DEEP[name]
    decoder = build.Decoder(build.registry())
    decoder.feed(data)
    value = decoder.next_content()
    assert decoder.unread() == b""
    encoder = build.Encoder(build.registry())
    encoder.write_object(value)
    written = encoder.take()
    assert len(written) == len(data)
    del encoder, decoder, value
    gc.collect()


@pytest.mark.parametrize("name", DEEP)
def test_deep_values_are_shown_in_few_words(name: str) -> None:
    decoder = BUILDS[0].Decoder(GenericResolver())
    decoder.feed(DEEP[name])
    value = decoder.next_content()
    if name != "arrays":  # a list of Python's own
        assert len(repr(value)) < 1000


DOCUMENTS = {name: nested(*shape, DOCUMENT_DEPTH) for name, shape in SHAPES.items()} | {
    "class annotations": class_annotations(DOCUMENT_DEPTH),
    "super-classes": chain(1000),
    "all the depth": DEEP["objects"],
}


@pytest.mark.parametrize("data", DOCUMENTS.values(), ids=DOCUMENTS)
def test_deep_streams_are_documents(data: bytes) -> None:
    document = bridge.Document.parse(data)
    assert document.to_bytes() == data
    assert sum(1 for _ in document.walk()) == document.dump().count("\n")
    del document
    gc.collect()


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_class_annotations_may_be_deep(build: Build) -> None:
    depth = DEPTH // 5  # each has a class made for it
    decoder = build.Decoder(build.registry())
    decoder.feed(class_annotations(depth))
    value = decoder.next_content()
    for _ in range(depth - 1):
        (value,) = value.__java_class__.annotation
    assert value.__java_class__.annotation == []
    del decoder, value
    gc.collect()


def test_class_annotations_are_written_to_some_depth() -> None:
    value = bridge.loads(class_annotations(40))
    assert bridge.dumps(value) == class_annotations(40)
    with pytest.raises(EncodeError, match="class annotations nested deeper than 50"):
        bridge.dumps(bridge.loads(class_annotations(DOCUMENT_DEPTH)))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_super_classes_are_bounded(build: Build) -> None:
    assert build.whole(chain(1001)).error is None
    error = build.whole(chain(1002)).error
    assert error is not None and (error[0], error[3]) == ("RejectedError", "a class with more than 1000 super-classes")
    assert (build.whole(chain(DEPTH)).error or "")[0] == "RejectedError"


def test_a_chain_of_super_classes_made_by_hand_is_bounded() -> None:
    descriptor = None
    for _ in range(1001):
        descriptor = bridge.ClassDescriptor("p.A", super_class=descriptor)
    with pytest.raises(SchemaError, match="more than 1000 super-classes"):
        bridge.ClassDescriptor("p.A", super_class=descriptor)


def test_an_object_of_a_thousand_super_classes_costs_a_document_no_more_than_its_bytes() -> None:
    data = chain(1001) + TC_OBJECT(TC_REFERENCE(0)) * 5_000
    document = bridge.Document.parse(data)
    assert len(document.contents) == 5_001
    assert document.to_bytes() == data


@pytest.mark.parametrize("name", [*DEEP, "class annotations"])
def test_deep_errors_have_short_paths(name: str) -> None:
    data = DOCUMENTS[name]
    cut = data[: len(data) // 2] if name in ("objects", "arrays") else data[:-DOCUMENT_DEPTH]
    for load in (bridge.loads, bridge.Document.parse):
        with pytest.raises((TruncatedStreamError, DecodeError)) as caught:
            load(cut)
        assert caught.value.path is not None
        assert len(caught.value.path) < 2000
    partial = bridge.Document.parse(cut, partial=True)
    assert isinstance(partial.error, TruncatedStreamError)
    assert partial.dump()


def test_a_deep_value_that_cannot_be_written_is_named_by_a_short_path() -> None:
    value: Any = object()
    for _ in range(DEPTH):
        value = {"next": [value]}
    with pytest.raises(EncodeError) as caught:
        bridge.dumps(value)
    assert caught.value.path is not None
    assert caught.value.path.startswith("$.next[0].next[0]")
    assert " ... " in caught.value.path
    assert len(caught.value.path) < 1000


def test_the_default_limits_of_a_channel_let_deep_values_in() -> None:
    limits = bridge.Limits(maxdepth=DEPTH)
    assert bridge.loads(DEEP["lists"], limits=limits)
    with pytest.raises(RejectedError):
        bridge.loads(DEEP["lists"], limits=bridge.Limits(maxdepth=DEPTH - 1))


LINK = TC_CLASSDESC("p.Link", [("I", "id"), ("L", "left", TC_STRING("Lp/Link;")), ("L", "right", TC_REFERENCE(1))])
AGAIN = TC_REFERENCE(0)


def links(ids: range, innermost: bytes) -> bytes:
    """Objects in the last field of one another, of two classes by turns; the first brings the classes with it."""
    first = TC_OBJECT(LINK, int_(-1)) + TC_NULL
    return stream(first + b"".join(TC_OBJECT(AGAIN, int_(i)) + TC_NULL for i in ids) + innermost)


@pytest.mark.parametrize("size", [1, 7, 16, 1000, 1 << 20])
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_objects_in_last_fields_are_where_they_belong_in_any_portions(build: Build, size: int) -> None:
    inner = TC_OBJECT(AGAIN, int_(77)) + TC_OBJECT(AGAIN, int_(78)) + TC_NULL + TC_REFERENCE(3) + TC_REFERENCE(2)
    data = links(range(300), inner)
    decoder = build.Decoder(build.registry())
    for i in range(0, len(data), size):
        decoder.feed(data[i : i + size])
        value = decoder.next_content()
    root = value
    nodes = [root]
    while len(nodes) < 302:
        nodes.append(nodes[-1].right)
    assert [node.id for node in nodes] == [-1, *range(300), 77]
    last = nodes[-1]
    assert last.left.id == 78
    assert last.left.left is None
    assert last.left.right is nodes[1]
    assert last.right is root
    assert decoder.unread() == b""


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_errors_in_last_fields_tell_the_whole_path(build: Build, size: int) -> None:
    def failed(data: bytes, **options: Any) -> Any:
        decoder = build.Decoder(build.registry(), **options)

        def read() -> None:
            for i in range(0, len(data), size):
                decoder.feed(data[i : i + size])
                decoder.next_content()

        with pytest.raises(build.errors.DecodeError) as caught:
            read()
        return caught.value

    broken = TC_OBJECT(AGAIN, int_(9)) + TC_OBJECT(AGAIN, int_(10)) + b"\x01"
    data = links(range(20), broken)
    error = failed(data)
    assert error.path == "$" + ".right" * 21 + ".left.left"
    assert error.offset == len(data) - 1
    assert failed(links(range(400), broken)).path == "$" + ".right" * 50 + " ... " + ".right" * 48 + ".left.left"
    limits = build.module("limits").Limits
    for name, bound, path in [("maxdepth", 8, ".right" * 8), ("maxrefs", 15, ".right" * 7)]:
        error = failed(links(range(20), TC_NULL), limits=limits(**{name: bound}))
        assert type(error) is build.errors.RejectedError
        assert error.path == "$" + path


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_part_of_last_fields_that_cannot_be_written_is_named_by_its_whole_path(build: Build) -> None:
    registry = build.registry()
    decoder = build.Decoder(registry)
    decoder.feed(links(range(6), TC_OBJECT(AGAIN, int_(9)) + TC_NULL + TC_NULL))
    root = node = decoder.next_content()
    while node.right is not None:
        node = node.right
    for name in ("left", "right"):
        encoder = build.Encoder(registry)
        setattr(node, name, object())
        with pytest.raises(build.errors.NotSerializableError) as caught:
            encoder.write_object(root)
        assert caught.value.path == "$" + ".right" * 7 + f".{name}"
        setattr(node, name, None)
        encoder.write_object(root)  # as if nothing had been
        again = build.Encoder(registry)
        again.write_object(root)
        assert encoder.take() == again.take()

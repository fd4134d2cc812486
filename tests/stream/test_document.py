"""The lossless view: every byte of every stream, and nodes that can be changed."""

from __future__ import annotations

import pytest

import bridge
from bridge.errors import DecodeError, EncodeError
from bridge.stream.nodes import (
    ArrayNode,
    BlockDataNode,
    ClassDescriptorNode,
    NullNode,
    ObjectNode,
    PrimitiveNode,
    ReferenceNode,
    StringNode,
)
from tests.fuzz.seeds import seeds
from tests.stream.assemble import (
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    WRITES,
    int_,
    list_of,
    stream,
)
from tests.stream.outcomes import BUILDS, Build

UNUSUAL = {
    "short in a long form": stream(TC_LONGSTRING("x"), TC_BLOCKDATALONG(b"x"), TC_BLOCKDATA(b"")),
    "overlong text": stream(TC_STRING(b"\xc1\x81\xe0\x80\x80"), TC_STRING(b"\0")),
    "overlong names": stream(TC_OBJECT(TC_CLASSDESC(b"\xc1\x81", [("I", b"\xe0\x81\x81")]), int_(1))),
    "equal strings": stream(TC_STRING("x"), TC_STRING("x"), TC_REFERENCE(0), TC_REFERENCE(1)),
    "true as 42": stream(
        TC_OBJECT(TC_CLASSDESC("p.A", [("Z", "b")]), b"\x2a"), TC_ARRAY(TC_CLASSDESC("[Z"), 1, b"\x2a")
    ),
    "a NaN of its own": stream(TC_OBJECT(TC_CLASSDESC("p.A", [("F", "f")]), b"\x7f\x80\0\1")),
    "resets": stream(TC_RESET, TC_RESET, TC_STRING("x"), TC_RESET),
}


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_document_gives_back_every_byte(build: Build) -> None:
    for data in [*UNUSUAL.values(), *seeds()]:
        document = build.Document.parse(data)
        assert document.to_bytes() == data
        nodes = [node for _, node in document.walk()]
        assert len(document.dump().splitlines()) == len(nodes) + 1
        end = 4
        for node in document.contents:
            assert node.offset == end
            end += node.length
        assert end == len(data)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_an_exception_at_any_place_keeps_every_byte(build: Build) -> None:
    inserted = TC_EXCEPTION(TC_NULL)
    parsed = 0
    for data in [data for data in seeds() if len(data) < 150]:
        for at in range(4, len(data) + 1):
            broken = data[:at] + inserted
            try:
                document = build.Document.parse(broken)
            except build.errors.DecodeError:
                continue
            parsed += 1
            assert document.to_bytes() == broken
    assert parsed > 200


def test_what_was_read_of_a_broken_stream_is_shown() -> None:
    data = stream(list_of(TC_STRING("whole"), TC_STRING("lost")))
    for end in range(len(data)):
        document = bridge.Document.parse(data[:end], partial=True)
        assert isinstance(document.error, DecodeError) == (end != 4)
        assert all(node.offset is not None and node.length is not None for _, node in document.walk())
        assert document.dump().startswith("00000000  STREAM_MAGIC STREAM_VERSION")


def test_changed_values_are_written_as_java_reads_them() -> None:
    fields = [("I", "count"), ("L", "name", TC_STRING("Ljava/lang/String;"))]
    document = bridge.Document.parse(stream(TC_OBJECT(TC_CLASSDESC("p.A", fields), int_(1), TC_STRING("old"))))
    (node,) = document.contents
    assert isinstance(node, ObjectNode)
    count, name = node["count"], node["name"]
    assert isinstance(count, PrimitiveNode) and isinstance(name, StringNode)
    count.value = 2
    name.value = "new"
    changed = bridge.loads(document.to_bytes())
    assert (changed.count, changed.name) == (2, "new")
    node["name"] = NullNode()
    assert bridge.loads(document.to_bytes()).name is None
    name.value = "x" * 70_000
    node["name"] = name
    assert bridge.loads(document.to_bytes()).name == "x" * 70_000
    with pytest.raises(KeyError):
        node["none"]
    with pytest.raises(KeyError):
        node["none"] = name


def test_references_follow_their_nodes_when_others_come_and_go() -> None:
    document = bridge.Document.parse(stream(TC_STRING("one"), TC_STRING("two"), TC_REFERENCE(1)))
    document.contents.insert(0, StringNode("zero"))
    assert bridge.loads_all(document.to_bytes()) == ["zero", "one", "two", "two"]
    document.contents.append(ReferenceNode(document.contents[0]))
    assert bridge.loads_all(document.to_bytes())[-1] == "zero"
    del document.contents[2]
    assert bridge.loads_all(document.to_bytes()) == ["zero", "one", "two", "zero"]
    document.contents.append(ReferenceNode(NullNode()))
    with pytest.raises(EncodeError, match="has no handle"):
        document.to_bytes()


def test_arrays_and_blocks_may_grow() -> None:
    document = bridge.Document.parse(
        stream(
            TC_ARRAY(TC_CLASSDESC("[I"), 1, int_(1)), TC_ARRAY(TC_CLASSDESC("[Lp.A;"), 1, TC_NULL), TC_BLOCKDATA(b"x")
        )
    )
    numbers, elements, block = document.contents
    assert isinstance(numbers, ArrayNode) and isinstance(elements, ArrayNode) and isinstance(block, BlockDataNode)
    numbers.primitives.append(2)
    elements.elements.append(StringNode("new"))
    block.value = b"y" * 300
    found = bridge.loads_all(document.to_bytes())
    assert [list(found[0]), found[1], found[2]] == [[1, 2], [None, "new"], b"y" * 300]


WRONG_VALUES = [("I", 2**31), ("B", 200), ("C", "ab"), ("C", "\U0001f600"), ("F", "x"), ("S", 1.5), ("J", None)]


@pytest.mark.parametrize(("code", "value"), WRONG_VALUES)
def test_a_value_that_no_primitive_has_is_refused(code: str, value: object) -> None:
    document = bridge.Document.parse(stream(TC_OBJECT(TC_CLASSDESC("p.A", [(code, "f")]), b"\0" * {
        "I": 4, "B": 1, "C": 2, "F": 4, "S": 2, "J": 8}[code])))  # fmt: skip
    (node,) = document.contents
    assert isinstance(node, ObjectNode)
    field = node["f"]
    assert isinstance(field, PrimitiveNode)
    field.value = value
    with pytest.raises(EncodeError, match="is no"):
        document.to_bytes()


def test_a_node_that_lacks_a_part_is_refused() -> None:
    document = bridge.Document.parse(stream(TC_OBJECT(TC_CLASSDESC("p.A"))))
    (node,) = document.contents
    assert isinstance(node, ObjectNode)
    node.class_descriptor = None
    with pytest.raises(EncodeError, match="lacks a part"):
        document.to_bytes()
    with pytest.raises(EncodeError, match="no node of a document"):
        bridge.Document(["text"]).to_bytes()  # type: ignore[list-item]
    descriptor = ClassDescriptorNode("x" * 65536, 0, 2)
    descriptor.super_class = NullNode()
    with pytest.raises(EncodeError, match="longer than 65,535 bytes"):
        bridge.Document([descriptor]).to_bytes()


def test_a_dump_tells_each_node_in_a_line() -> None:
    data = stream(
        TC_OBJECT(TC_CLASSDESC("p.A", [("I", "n")], WRITES), int_(7), TC_BLOCKDATA(b"ab"), TC_ENDBLOCKDATA),
        TC_REFERENCE(1),
    )
    assert bridge.Document.parse(data).dump().splitlines() == [
        "00000000  STREAM_MAGIC STREAM_VERSION",
        "00000004  TC_OBJECT #7e0001 p.A",
        "00000005    TC_CLASSDESC #7e0000 p.A uid=1 SC_WRITE_METHOD | SC_SERIALIZABLE {I n}",
        "0000001b      TC_NULL",
        "0000001c    n: int 7",
        "00000020    TC_BLOCKDATA 2 bytes: 61 62",
        "00000025  TC_REFERENCE -> #7e0001 TC_OBJECT",
    ]


def test_a_dump_of_long_names_stays_in_proportion() -> None:
    long = "x" * 60_000
    fields = [("L", long, TC_STRING("L" + long)), *[("L", "y", TC_REFERENCE(1))] * 50]
    data = stream(TC_OBJECT(TC_CLASSDESC(long, fields), TC_NULL * 51), TC_OBJECT(TC_REFERENCE(0), TC_NULL * 51) * 100)
    assert len(bridge.Document.parse(data).dump()) < 8 * len(data) // 3

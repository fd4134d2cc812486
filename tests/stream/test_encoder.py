"""The encoder: whole or not at all, references by identity, blocks and ranges as Java has them."""

from __future__ import annotations

import collections
import math
from array import array
from collections.abc import Callable
from typing import Any

import pytest

import bridge
from bridge import ClassDescriptor, JavaArray, JavaClass, JavaEnum
from bridge.errors import BridgeError, EncodeError, LocalProtocolError, NotSerializableError, SchemaError
from bridge.stream.constants import SC_BLOCK_DATA, SC_ENUM, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD
from bridge.stream.decoder import Decoder
from bridge.stream.encoder import Encoder
from bridge.stream.model import BlockData, BooleanArray, CharArray, IdentityKey, StreamException
from bridge.stream.plan import BOXED, REDUCE, REPLACE, EncodePlan
from tests.stream.assemble import (
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASS,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_ENUM,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    double_,
    int_,
    list_of,
    long_,
    short_,
    stream,
)
from tests.stream.graphs import describe
from tests.stream.outcomes import BUILDS, Build

NUMBER = TC_CLASSDESC("java.lang.Number", uid=-8742448824652078965)
INTEGER = TC_CLASSDESC("java.lang.Integer", [("I", "value")], uid=1360826667806852920, super_class=NUMBER)
LONG = TC_CLASSDESC("java.lang.Long", [("J", "value")], uid=4290774380558885855, super_class=NUMBER)
DOUBLE = TC_CLASSDESC("java.lang.Double", [("D", "value")], uid=-9172774392245257468, super_class=NUMBER)
BOOLEAN = TC_CLASSDESC("java.lang.Boolean", [("Z", "value")], uid=-3665804199014368530)
SHORTS = TC_CLASSDESC("[S", uid=-1188055269542874886)
CHARS = TC_CLASSDESC("[C", uid=-5753798564021173076)

TEXT = "".join(["te", "xt"])

WRITTEN: list[tuple[Any, bytes]] = [
    (None, TC_NULL),
    (True, TC_OBJECT(BOOLEAN, b"\1")),
    (5, TC_OBJECT(INTEGER, int_(5))),
    (2**31 - 1, TC_OBJECT(INTEGER, int_(2**31 - 1))),
    (-(2**31), TC_OBJECT(INTEGER, int_(-(2**31)))),
    (2**31, TC_OBJECT(LONG, long_(2**31))),
    (-(2**31) - 1, TC_OBJECT(LONG, long_(-(2**31) - 1))),
    (2**63 - 1, TC_OBJECT(LONG, long_(2**63 - 1))),
    (bridge.Long(5), TC_OBJECT(LONG, long_(5))),
    (-0.0, TC_OBJECT(DOUBLE, double_(-0.0))),
    (math.inf, TC_OBJECT(DOUBLE, double_(math.inf))),
    ("", TC_STRING("")),
    ("\0é\U0001f600\ud83d", TC_STRING(b"\xc0\x80\xc3\xa9\xed\xa0\xbd\xed\xb8\x80\xed\xa0\xbd")),
    ("x" * 65535, TC_STRING("x" * 65535)),
    ("x" * 65536, TC_LONGSTRING("x" * 65536)),
    ("é" * 32768, TC_LONGSTRING("é" * 32768)),
    ("é" * 32767 + "x", TC_STRING("é" * 32767 + "x")),
    (array("h", [1, -2]), TC_ARRAY(SHORTS, 2, short_(1), short_(-2))),
    (memoryview(array("h", range(6)))[::2], TC_ARRAY(SHORTS, 3, short_(0), short_(2), short_(4))),
    (CharArray("a\U0001f600"), TC_ARRAY(CHARS, 3, "a\U0001f600".encode("utf-16-be"))),
    ([], list_of()),
    ([TEXT, TEXT], list_of(TC_STRING(TEXT), TC_REFERENCE(2))),
    ([[], []], list_of(list_of(class_desc=TC_REFERENCE(0)), list_of(class_desc=TC_REFERENCE(0)))),
]


@pytest.mark.parametrize(("value", "content"), WRITTEN, ids=lambda v: f"{v!r:.25}")
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_value_is_written_as_java_writes_it(build: Build, value: Any, content: bytes) -> None:
    if type(value).__module__.startswith("bridge"):  # the class of this name in the build
        value = getattr(build.package, type(value).__name__)(value)
    encoder = build.Encoder(build.registry())
    encoder.write_object(value)
    assert encoder.take() == stream(content)


def test_blocks_are_cut_as_java_cuts_them() -> None:
    for size in (0, 1, 255, 256, 1024, 1025, 2048 + 255, 5000):
        data = bytes(i % 251 for i in range(size))
        blocks = [data[start : start + 1024] for start in range(0, size, 1024)]
        expected = [TC_BLOCKDATA(block) if len(block) < 256 else TC_BLOCKDATALONG(block) for block in blocks]
        for given in (data, bytearray(data), memoryview(data)):
            encoder = Encoder(bridge.default_registry)
            encoder.write_block_data(given)
            assert encoder.take() == stream(*expected)
    with pytest.raises(TypeError):
        Encoder(bridge.default_registry).write_block_data(5)  # type: ignore[arg-type]


def test_handles_span_contents_until_reset() -> None:
    value = ["shared"]
    encoder = Encoder(bridge.default_registry)
    for _ in range(2):
        encoder.write_object(value)
    encoder.reset()
    encoder.write_object(value)
    first = list_of(TC_STRING("shared"))
    assert encoder.take() == stream(first, TC_REFERENCE(1), TC_RESET, first)
    assert encoder.handle_count == 3


def test_equal_values_are_no_references() -> None:
    one, two = ["a"], ["a"]
    data = bridge.dumps([one, two, one, ()])
    back = bridge.loads(data)
    assert back[0] is back[2] is not back[1]


def test_an_array_or_list_or_dict_may_contain_itself() -> None:
    items: list[Any] = JavaArray()
    items.append(items)
    mapping: dict[str, Any] = {}
    mapping["self"] = [mapping]
    for value in (items, mapping):
        assert describe(bridge.loads(bridge.dumps(bridge.loads(bridge.dumps(value))))) == describe(
            bridge.loads(bridge.dumps(value))
        )


def test_what_is_written_unshared_is_not_referred_to() -> None:
    value: list[Any] = ["text"]
    value.append(value)
    encoder = Encoder(bridge.default_registry)
    encoder.write_object(value)
    encoder.write_unshared(value)
    encoder.write_object(value)
    decoder = Decoder(bridge.default_registry)
    decoder.feed(encoder.take())
    found: list[Any] = []
    decoder.take_contents(found)
    shared, unshared, again = found
    assert again is shared
    assert unshared is not shared
    assert unshared[1] is shared  # as in Java: only the outermost is unshared
    assert unshared[0] is shared[0]
    assert decoder.handle_count == encoder.handle_count


def test_an_unshared_object_within_itself_is_written_a_second_time() -> None:
    value: list[Any] = []
    value.append(value)
    encoder = Encoder(bridge.default_registry)
    encoder.write_unshared(value)
    encoder.write_object(value)
    first, second = bridge.loads_all(encoder.take())
    assert first[0] is not first
    assert first[0][0] is first[0] is second


class Unknown:
    pass


def failing(value: Any) -> Any:
    raise ZeroDivisionError("in an adapter")


class Fails:
    pass


class Odd:
    """An object that is written as one whose fields fail one after another."""

    def __init__(self, *values: Any) -> None:
        self.values = values


def registry_with_failures() -> bridge.Registry:
    registry = bridge.default_registry.copy()
    descriptor = ClassDescriptor(
        "p.Odd", 1, SC_SERIALIZABLE | SC_WRITE_METHOD, [("i", "I"), ("o", "Lp/New;"), ("c", "C")]
    )
    registry.write_as(Fails, EncodePlan(REDUCE, descriptor, reduce=failing))
    registry.write_as(
        Odd, EncodePlan(REDUCE, descriptor, reduce=lambda odd: (descriptor, odd.values[:3], (iter(odd.values[3:]),)))
    )
    return registry


FAILURES: list[tuple[Callable[[], Any], str, str]] = [
    (lambda: Unknown(), "$", "Unknown has no Java class"),
    (lambda: ["new text", {"a": [1, Unknown()]}], "$[1].a[1]", "Unknown has no Java class"),
    (lambda: [[[2, ["x"]], [0, [1, Unknown()]]]], "$[0][1][1][1]", "Unknown has no Java class"),
    (lambda: [1, [2, [3, {"a": [[[Unknown()], 0]]}]]], "$[1][1][1].a[0][0][0]", "Unknown has no Java class"),
    (lambda: {Unknown(): 1}, "$[Unknown]", "Unknown has no Java class"),
    (lambda: {"not a name": Unknown()}, "$['not a name']", "Unknown has no Java class"),
    (lambda: {5: Unknown()}, "$[5]", "Unknown has no Java class"),
    (lambda: {10**5000: Unknown()}, "$[int]", "Unknown has no Java class"),
    (lambda: {"x" * 500: Unknown()}, f"$['{'x' * 40}'...]", "Unknown has no Java class"),
    (lambda: JavaArray(["one", Unknown()]), "$[1]", "Unknown has no Java class"),
    (lambda: {"set": {Unknown()}}, "$.set[0]", "Unknown has no Java class"),
    (lambda: ["text one", Fails()], "$[1]", "ZeroDivisionError: in an adapter"),
    (lambda: [Odd(2**31, None, "c")], "$[0].i", "an int of 32 bits is due, not int 2147483648"),
    (lambda: [Odd(10**5000, None, "c")], "$[0].i", "an int of 32 bits is due, not int"),
    (lambda: [Odd(1, ["new"], "cc")], "$[0].c", "a char, one UTF-16 code unit, is due, not str 'cc'"),
    (lambda: [Odd(1, ["new"], "\U0001f600")], "$[0].c", "a char"),
    (lambda: [Odd(1, ["new"])], "$[0]", "other fields than the 2 values given for it"),
    (lambda: [Odd(1, "in the field", "c", "in the annotation", Unknown())], "$[0].<annotation 1>", "no Java class"),
    (lambda: BooleanArray([True, 1]), "$", "True or False is due, not int 1"),  # type: ignore[list-item]
    (lambda: array("Q", [1]), "$", "format 'Q' has no Java counterpart"),
    (lambda: memoryview(b"abcd").cast("B", (2, 2)), "$", "2 dimensions"),
    (lambda: bridge.Byte(200), "$", "a byte, an int from -128 to 127, is due, not Byte 200"),
    (lambda: bridge.Float(1e300), "$", "float"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "path", "message"), FAILURES, ids=[f"{i}" for i in range(len(FAILURES))])
@pytest.mark.parametrize("unshared", [False, True])
def test_a_value_that_cannot_be_written_leaves_no_trace(
    make: Callable[[], Any], path: str, message: str, unshared: bool
) -> None:
    encoder = Encoder(registry_with_failures())
    before = ["before", [1]]
    encoder.write_object(before)
    pending, handles = encoder.pending_bytes, encoder.handle_count
    bad = make()
    for value in (bad, [before, "new text", bad]):
        with pytest.raises(EncodeError) as caught:
            (encoder.write_unshared if unshared else encoder.write_object)(value)
        assert caught.value.path == (path if value is bad else f"$[2]{path[1:]}")
        assert message in caught.value.message
        assert (encoder.pending_bytes, encoder.handle_count) == (pending, handles)
    later = [before, "new text", {"a": "b"}, Odd(1, None, "c", "x")]
    encoder.write_object(later)
    data = encoder.take()
    decoder = Decoder(bridge.default_registry.copy())
    decoder.feed(data)
    found: list[Any] = []
    decoder.take_contents(found)
    assert found[0] == before
    assert found[1][0] is found[0]
    assert found[1][1:3] == ["new text", {"a": "b"}]
    assert found[1][3].__java_annotations__ == [["x"]]
    assert decoder.handle_count == encoder.handle_count


def test_dumps_raises_before_any_byte_and_names_the_type() -> None:
    with pytest.raises(
        NotSerializableError, match=r"test_encoder\.Unknown has no Java class: register it with"
    ) as caught:
        bridge.dumps({"orders": [1, 2, 3, {"owner": Unknown()}]})
    assert caught.value.path == "$.orders[3].owner"


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_what_is_to_end_the_program_goes_through_and_leaves_no_trace(error: type[BaseException]) -> None:
    def ending(value: Any) -> Any:
        raise error

    registry = bridge.default_registry.copy()
    registry.write_as(Unknown, EncodePlan(REPLACE, reduce=ending))
    encoder = Encoder(registry)
    with pytest.raises(error) as caught:
        encoder.write_object(["text", Unknown()])
    assert caught.value.__cause__ is None
    encoder.write_object("text")
    assert encoder.take() == stream(TC_STRING("text"))


def test_an_adapter_cannot_reach_into_the_encoder_that_asks_it() -> None:
    refused: list[LocalProtocolError] = []

    def nosy(value: Any) -> Any:
        for call in (
            encoder.take,
            encoder.reset,
            encoder.restart,
            lambda: encoder.write_object("x"),
            lambda: encoder.write_unshared("x"),
            lambda: encoder.write_block_data(b"x"),
            lambda: encoder.write_exception("x"),
        ):
            try:
                call()
            except LocalProtocolError as error:
                refused.append(error)
        return "replaced"

    registry = bridge.default_registry.copy()
    registry.write_as(Unknown, EncodePlan(REPLACE, reduce=nosy))
    encoder = Encoder(registry)
    encoder.write_object(["text", Unknown()])
    assert len(refused) == 7
    assert bridge.loads(encoder.take()) == ["text", "replaced"]


def test_an_exception_is_written_with_its_own_handles() -> None:
    text = "".join(["text", "!"])
    encoder = Encoder(bridge.default_registry)
    encoder.write_object(text)
    encoder.write_exception([text])
    encoder.write_object(text)
    assert encoder.take() == stream(TC_STRING(text), TC_EXCEPTION(list_of(TC_STRING(text))), TC_STRING(text))


def test_an_exception_that_cannot_be_written_is_a_reset() -> None:
    encoder = Encoder(bridge.default_registry)
    encoder.write_object("text")
    with pytest.raises(NotSerializableError):
        encoder.write_exception(["text", Unknown()])
    encoder.write_object("text")
    assert encoder.take() == stream(TC_STRING("text"), TC_RESET, TC_STRING("text"))


def test_an_identity_key_is_written_as_what_it_stands_for() -> None:
    assert bridge.loads(bridge.dumps([IdentityKey(["a"]), IdentityKey(None)])) == [["a"], None]


def test_replacement_comes_to_an_end() -> None:
    registry = bridge.default_registry.copy()
    registry.write_as(Unknown, EncodePlan(REPLACE, reduce=lambda value: Unknown()))
    with pytest.raises(EncodeError, match="replaced by another one more than 16 times"):
        Encoder(registry).write_object(Unknown())


def test_a_collection_that_changes_while_it_is_written_is_refused() -> None:
    collections_: list[Any] = [[], {}, JavaArray()]
    for grown in collections_:
        registry = bridge.default_registry.copy()

        def grow(value: Any, grown: Any = grown) -> Any:
            if isinstance(grown, dict):
                grown[len(grown)] = None
            else:
                grown.append(None)
            return "replaced"

        registry.write_as(Unknown, EncodePlan(REPLACE, reduce=grow))
        if isinstance(grown, dict):
            grown["key"] = Unknown()
        else:
            grown.append(Unknown())
        with pytest.raises(EncodeError, match="changed"):
            Encoder(registry).write_object(grown)


def test_subclasses_of_str_are_strings() -> None:
    class Name(str):
        __slots__ = ()

    for text in ("", "x", "text", "é", "x" * 70_000):
        assert bridge.loads(bridge.dumps([Name(text), {Name("key"): 1}])) == [text, {"key": 1}]


def test_an_ordered_dict_keeps_its_order() -> None:
    mapping = collections.OrderedDict(a=1, b=2)
    mapping.move_to_end("a")
    assert list(bridge.loads(bridge.dumps(mapping))) == ["b", "a"]


def test_constants_classes_and_descriptors_are_written_once_each() -> None:
    enum = ClassDescriptor("java.lang.Enum", 0, SC_SERIALIZABLE | SC_ENUM)
    color = ClassDescriptor("p.Color", 0, SC_SERIALIZABLE | SC_ENUM, (), enum)
    described = TC_CLASSDESC("p.Color", flags=18, uid=0, super_class=TC_CLASSDESC("java.lang.Enum", flags=18, uid=0))
    red, klass = JavaEnum(color, "RED"), JavaClass(color)
    encoder = Encoder(bridge.default_registry)
    for value in (red, red, JavaEnum(color, "RED"), klass, klass, color, enum):
        encoder.write_object(value)
    assert encoder.take() == stream(
        TC_ENUM(described, TC_STRING("RED")), TC_REFERENCE(2), TC_ENUM(TC_REFERENCE(0), TC_STRING("RED")),
        TC_CLASS(TC_REFERENCE(0)), TC_REFERENCE(6), TC_REFERENCE(0), TC_REFERENCE(1),
    )  # fmt: skip


def test_a_proxy_class_is_written_with_its_interfaces() -> None:
    proxy = ClassDescriptor("$Proxy", interfaces=["p.A", "p.B"])
    assert bridge.dumps(JavaClass(proxy)) == stream(TC_CLASS(TC_PROXYCLASSDESC("p.A", "p.B")))


def test_annotations_of_classes_are_written() -> None:
    annotated = ClassDescriptor("p.A", 1, annotation=[BlockData(b"ab"), "codebase", ["list"], None])
    back = bridge.loads(bridge.dumps(JavaClass(annotated)))
    assert back.__java_descriptor__.annotation == annotated.annotation


def test_lists_in_the_annotation_of_a_class_end_before_the_list_that_its_object_is_the_last_item_of() -> None:
    annotated = ClassDescriptor("p.A", 1, annotation=[["list", {"of": ["more"]}, [{}]], "codebase"])
    back = bridge.loads(bridge.dumps([{}, [{}, JavaClass(annotated)]]))
    assert back[1][1].__java_descriptor__.annotation == annotated.annotation
    assert back == [{}, [{}, back[1][1]]]


def test_lists_that_are_last_items_end_each_for_itself() -> None:
    inner: list[Any] = [{}, "inner"]
    linked = bridge.LinkedList([{}, inner])
    value = [{}, [{}, linked], {"a": [[{}, [{}, inner]]]}, [{}, [{}]]]
    found = bridge.loads(bridge.dumps(value))
    assert found == value
    assert type(found[1][1]) is bridge.LinkedList
    assert found[1][1][1] is found[2]["a"][0][1][1]


WRONG_DESCRIPTORS: list[Callable[[], Any]] = [
    lambda: ClassDescriptor("p.A", flags=256),
    lambda: ClassDescriptor("p.A", flags=-1),
    lambda: ClassDescriptor("p.A", 1 << 63),
    lambda: ClassDescriptor("p.A", fields=[("x", "")]),
    lambda: ClassDescriptor("p.A", fields=[("x", "V")]),
    lambda: ClassDescriptor("p.A", fields=[("x", "I")] * 65536),
    lambda: JavaArray((), "int"),
]


@pytest.mark.parametrize("make", WRONG_DESCRIPTORS)
def test_a_class_that_no_stream_can_describe_is_refused_when_it_is_declared(make: Callable[[], Any]) -> None:
    with pytest.raises(SchemaError):
        make()


def test_names_longer_than_the_grammar_allows_are_refused() -> None:
    for descriptor in (
        ClassDescriptor("x" * 65536),
        ClassDescriptor("p.A", fields=[("é" * 32768, "I")]),
        ClassDescriptor("p.A", fields=[("x", "L" + "x" * 65536)]),
        ClassDescriptor("$Proxy", interfaces=["x" * 65536]),
    ):
        encoder = Encoder(bridge.default_registry)
        for _ in range(2):
            with pytest.raises(EncodeError, match="longer than 65,535 bytes"):
                encoder.write_object(JavaClass(descriptor))
        encoder.write_object("next")
        assert encoder.take() == stream(TC_STRING("next"))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_both_sides_count_the_same_handles(build: Build) -> None:
    value = [1, 2.5, "text", "text", None, b"", {"a": (1 << 40, {1 << 70})}, [array("i", [1])], True, "x", ""]
    for plan in (value, [value, value]):
        encoder, decoder = build.Encoder(build.registry()), build.Decoder(build.registry())
        for _ in range(3):
            encoder.write_object(plan)
            decoder.feed(encoder.take())
            decoder.take_contents([])
            assert decoder.handle_count == encoder.handle_count


def test_errors_of_the_tree_pass_with_a_path() -> None:
    def refusing(value: Any) -> Any:
        raise EncodeError("not this one")

    registry = bridge.default_registry.copy()
    registry.write_as(Unknown, EncodePlan(REPLACE, reduce=refusing))
    with pytest.raises(BridgeError, match="not this one") as caught:
        Encoder(registry).write_object({"a": Unknown()})
    assert caught.value.path == "$.a"


def test_a_stream_exception_is_shown_with_its_throwable() -> None:
    assert repr(StreamException("why")) == "StreamException('why')"


def test_boxed_primitives_take_ints_and_floats() -> None:
    assert bridge.loads(bridge.dumps(bridge.Float(2))) == 2.0
    assert EncodePlan(BOXED, code="I").code == ord("I")


RUNS: list[list[Any]] = [
    [1, 2, 3, True, 4, None, 5, 6.5, 7.5, -0.0, 8, "text", 9, 10],
    [*range(3000), *[index / 2 for index in range(2000)], 5],
    [2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63, 1, 2, -(2**63), -(2**63) - 1, 3, 2**30, 2**60, 4, 2**62, 5],
    [2**31, 2**32, 1.5, 2**33, 1, 2.5, 2.5],
    [1.5, [2.5, 3.5, [4.5]], 5.5, {"a": [1, 2]}, 1, 2],
]


@pytest.mark.parametrize("numbers", RUNS, ids=range(len(RUNS)))
def test_numbers_that_follow_each_other_in_a_list_are_written_as_any_others(numbers: list[Any]) -> None:
    written = []
    for build in BUILDS:
        encoder = build.Encoder(build.registry())
        for value in (numbers, tuple(numbers), numbers):  # a list in one go, a tuple one by one, a reference
            encoder.write_object(value)
        written.append((encoder.take(), encoder.handle_count))
    assert written[0] == written[1]
    first, second, third = bridge.loads_all(written[0][0])
    assert first == numbers
    assert list(map(type, first)) == list(map(type, numbers))
    assert second == tuple(numbers)
    assert third is first


TEXTS = [
    *["x" * size + end for size in (0, 1, 6, 7, 8, 9, 15, 16, 255, 256, 257, 300) for end in ("", "\0", "é", "世")],
    *[f"{'abcdefghijklm'[:at]}{char}{'abcdefghijklm'[at:]}" for at in range(14) for char in "\0\x7f\x80\xff߿ࠀ\ud800"],
    *[f"{'abcdefghijklm'[:at]}{char}{'abcdefghijklm'[at:]}" for at in range(14) for char in "\uffff\U0010ffff"],
    *["世" * size for size in (3, 4, 5, 21845, 21846)], *["é" * size for size in (32767, 32768)],
    "\U0001f600" * 10922, "\U0001f600" * 10923, "x" * 65535, "x" * 65536, "x" * 65535 + "\0", "\0" * 32767,
    "\0" * 32768,
]  # fmt: skip


def test_text_of_any_kind_and_length_is_modified_utf_8() -> None:
    for build in BUILDS:
        encode = build.module("stream.mutf8").encode
        for text in TEXTS:
            data = encode(text)
            encoder = build.Encoder(build.registry())
            encoder.write_object(text)
            head = b"t" + len(data).to_bytes(2, "big") if len(data) < 65536 else b"|" + len(data).to_bytes(8, "big")
            assert encoder.take() == stream(head + data), (build.name, text[:40])
        assert bridge.loads(bridge.dumps(TEXTS)) == TEXTS


class Wide:
    """What it holds is written field by field."""

    __slots__ = ("b", "c", "d", "f", "i", "j", "s", "z", "text", "other", "more")  # as in Java: primitives first

    def __init__(self, **fields: Any) -> None:
        whole = {"b": -1, "c": "c", "d": 0.5, "f": 0.25, "i": -5, "j": 2**40, "s": 7, "z": True, "text": "tex" + "t"}
        for name, value in (whole | {"other": None, "more": "x"} | fields).items():
            setattr(self, name, value)


def wide_registry(build: Build) -> Any:
    registry = build.registry()
    descriptor = build.package.ClassDescriptor(
        "p.Wide", 1, SC_SERIALIZABLE,
        [*[(name, name.upper()) for name in "bcdfijsz"], ("text", "Ljava/lang/String;"), ("other", "Lp/X;"),
         ("more", "[C")],
    )  # fmt: skip
    plan = build.module("stream.plan")
    members = [vars(Wide)[name] for name in Wide.__slots__]
    registry.write_as(Wide, plan.EncodePlan(plan.FIELDS, descriptor, members=members))
    return registry


FIELDS_WRONG: list[tuple[str, Any, str]] = [
    ("b", 128, "a byte"), ("c", "cc", "a char"), ("c", "\U0001f600", "a char"), ("d", "x", "a number"),
    ("d", 10**400, "OverflowError"), ("f", 1e300, "OverflowError"), ("i", 2**31, "an int"), ("i", 1.5, "an int"),
    ("i", 2**70, "an int"), ("j", 2**63, "a long"), ("s", -(2**15) - 1, "a short"), ("z", 1, "True or False"),
    ("text", Unknown(), "no Java class"), ("other", [1, Unknown()], "no Java class"),
    ("more", Unknown(), "no Java class"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "message"), FIELDS_WRONG, ids=[f"{i}" for i in range(len(FIELDS_WRONG))])
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_the_error_of_a_field_tells_its_name(build: Build, name: str, value: Any, message: str) -> None:
    encoder = build.Encoder(wide_registry(build))
    encoder.write_object([Wide(), "new"])
    pending, handles = encoder.pending_bytes, encoder.handle_count
    path = f"$[2].{name}[1]" if type(value) is list else f"$[2].{name}"
    with pytest.raises(build.errors.EncodeError, match=message) as caught:
        encoder.write_object(["other", Wide(), Wide(**{name: value})])
    assert caught.value.path == path
    empty = Wide()
    delattr(empty, name)
    with pytest.raises(build.errors.EncodeError, match="a field has no value") as caught:
        encoder.write_object(["other", "new", empty])
    assert caught.value.path == f"$[2].{name}"
    assert (encoder.pending_bytes, encoder.handle_count) == (pending, handles)


def test_both_builds_write_the_same_fields() -> None:
    shared = "sha" + "red"
    objects = [
        Wide(), Wide(text=shared, more=shared), Wide(text=None, other=shared, more=["x", shared]),
        Wide(other=Wide(other=[Wide()], more=shared)), Wide(text="", other=5, more=1.5), Wide(d=5, f=7, i=True),
        Wide(j=-(2**63)), Wide(j=2**62),
        Wide(j=-1), Wide(j=0), Wide(i=2**30), Wide(i=-(2**31)), Wide(j=2**60, i=2**31 - 1), Wide(d=2**70, f=-0.0),
    ]  # fmt: skip
    written = []
    for build in BUILDS:
        encoder = build.Encoder(wide_registry(build))
        encoder.write_object([*objects, *objects])
        written.append((encoder.take(), encoder.handle_count))
    assert written[0] == written[1]
    back = bridge.loads(written[0][0])
    for index, (one, other) in enumerate(zip(objects, back, strict=False)):
        assert [getattr(other, name) for name in "bcdfijsz"] == [getattr(one, name) for name in "bcdfijsz"]
        assert back[len(objects) + index] is other
    assert back[1].text is back[1].more is back[2].other is back[2].more[1] is back[3].other.more


def test_an_encoder_that_is_used_again_refers_to_nothing_of_the_stream_before() -> None:
    encoder = Encoder(bridge.default_registry)
    expected: dict[int, bytes] = {}
    for size in (10, 100_000, 1, 300_000, 10, 100_000, 2):
        value = [["x" * (index % 5)] for index in range(size)]
        encoder.restart()
        encoder.write_object(value)
        data = encoder.take()
        assert expected.setdefault(size, data) == data
        assert len(bridge.loads(data)) == size
        with pytest.raises(NotSerializableError):
            encoder.write_object([[f"{index}"] for index in range(size)] + [Unknown()])
        encoder.write_object(value[-1])
        assert encoder.take()[:1] == TC_REFERENCE(0)[:1]


class Packed:
    """What its adapter makes bytes of."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts


FIELDS_ONLY = ClassDescriptor("p.Fields", 1, SC_SERIALIZABLE, [("i", "I"), ("j", "J")])
BLOCK_ONLY = ClassDescriptor("p.Block", 1, SC_EXTERNALIZABLE | SC_BLOCK_DATA)
COUNTED = ClassDescriptor("p.Counted", 1, SC_SERIALIZABLE | SC_WRITE_METHOD, [("i", "I")])


PACKED: list[tuple[str, ClassDescriptor, tuple[Any, ...], bytes]] = [
    ("DATA", FIELDS_ONLY, (int_(5) + long_(-1),), int_(5) + long_(-1)),
    ("DATA", BLOCK_ONLY, (b"abc",), TC_BLOCKDATA(b"abc") + TC_ENDBLOCKDATA),
    ("DATA", BLOCK_ONLY, (b"",), TC_ENDBLOCKDATA),
    ("DATA", BLOCK_ONLY, (b"x" * 256,), TC_BLOCKDATALONG(b"x" * 256) + TC_ENDBLOCKDATA),
    ("ITEMS", COUNTED, (int_(5), b"ab", (None, "")), int_(5) + TC_BLOCKDATA(b"ab") + TC_NULL + TC_STRING("") + b"x"),
    ("ITEMS", COUNTED, (int_(5), b"", iter(())), int_(5) + TC_ENDBLOCKDATA),
]


def packed_registry(build: Build, shape: str, known: ClassDescriptor) -> Any:
    plan = build.module("stream.plan")
    descriptor = build.package.ClassDescriptor(known.name, known.serial_version_uid, known.flags, known.fields)
    registry = build.registry()
    one = shape == "DATA"
    reduce = (lambda value: value.parts[0]) if one else (lambda value: value.parts)
    registry.write_as(Packed, plan.EncodePlan(getattr(plan, shape), descriptor, reduce=reduce))
    return registry


@pytest.mark.parametrize(("shape", "known", "parts", "expected"), PACKED, ids=[f"{i}" for i in range(len(PACKED))])
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_an_adapter_may_give_bytes(
    build: Build, shape: str, known: ClassDescriptor, parts: tuple[Any, ...], expected: bytes
) -> None:
    if any(hasattr(part, "__next__") for part in parts):
        parts = tuple([iter(()) if hasattr(part, "__next__") else part for part in parts])
    value = Packed(*parts)
    encoder = build.Encoder(packed_registry(build, shape, known))
    encoder.write_object(value)
    encoder.write_object(value)
    described = TC_CLASSDESC(known.name, known.fields and [(t, n) for n, t in known.fields], uid=1, flags=known.flags)
    assert encoder.take() == stream(TC_OBJECT(described, expected), TC_REFERENCE(1))
    encoder.write_unshared(value)
    encoder.write_object(value)
    assert encoder.take() == TC_OBJECT(TC_REFERENCE(0), expected) + TC_REFERENCE(1)


def test_an_item_that_cannot_be_written_is_told_by_its_place() -> None:
    for value, path in [
        ((1, "new", Unknown()), "$[2]"),
        (frozenset({Unknown()}), "$.<annotation 1>"),
        (bridge.ImmutableMap({"a": 1, "b": Unknown()}), "$.b"),
        ({Unknown()}, "$[0]"),
        (bridge.LinkedHashSet(["a", Unknown()]), "$[1]"),
    ]:
        encoder = Encoder(bridge.default_registry)
        with pytest.raises(NotSerializableError) as caught:
            encoder.write_object(value)
        assert caught.value.path == path


HUGE = [2**63, -(2**63) - 1, 2**64 - 1, 2**64, -(2**64), 2**71, 255 * 2**64, 10**40, -(10**400)]
NUMBERS = [0, 1, -1, 127, 128, -128, 255, 256, 2**31, -(2**63), 2**63 - 1]


def test_integers_of_any_size_are_written_with_a_magnitude() -> None:
    for numbers in (HUGE, [bridge.BigInteger(number) for number in NUMBERS]):
        written = []
        for build in BUILDS:
            encoder = build.Encoder(build.registry())
            own = [type(n)(n) if type(n) is int else build.package.BigInteger(n) for n in numbers]
            encoder.write_object(own)
            encoder.write_object(own[0])
            written.append((encoder.take(), encoder.handle_count))
        assert written[0] == written[1]
        found, first = bridge.loads_all(written[0][0])
        assert found == numbers
        assert first is found[0]
        assert list(map(type, found)) == list(map(type, numbers))


def test_several_contents_are_written_all_or_none() -> None:
    shared = ["shared"]
    for contents in ([shared, BlockData(b"ab"), 5, shared], (shared, BlockData(b"ab"), 5, shared)):
        one_by_one = Encoder(bridge.default_registry)
        for content in contents:
            if isinstance(content, BlockData):
                one_by_one.write_block_data(content)
            else:
                one_by_one.write_object(content)
        at_once = Encoder(bridge.default_registry)
        at_once.write_contents(contents)
        assert at_once.take() == one_by_one.take() == bridge.dumps_all(contents)
        with pytest.raises(NotSerializableError) as caught:
            at_once.write_contents([BlockData(b"c"), ["new"], [shared, {"a": Unknown()}], "later"])
        assert caught.value.path == "$[1].a"
        at_once.write_contents([shared])
        assert at_once.take() == TC_REFERENCE(1)


def test_contents_that_change_while_they_are_given_are_written_as_they_were() -> None:
    def changing() -> Any:
        items: list[Any] = [1]
        yield items
        items.append(2)
        yield [items, *items]

    assert bridge.loads_all(bridge.dumps_all(changing())) == [[1], [[1], 1, 2]]


def test_an_object_that_writes_at_its_end_does_no_harm() -> None:
    class Parting(list[Any]):
        def __del__(self) -> None:
            encoder.write_object(["".join(["fare", "well"])])

    encoder = Encoder(bridge.default_registry)
    encoder.write_object(["first", *[Parting() for _ in range(100)]])
    encoder.take()
    encoder.reset()
    text = "".join(["te", "xt"])
    encoder.write_object([text, text])
    found = bridge.loads_all(stream(encoder.take()[1:]))
    assert found == [["farewell"]] * (len(found) - 1) + [["text", "text"]]
    assert len(found) > 90
    assert found[-1][0] is found[-1][1]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_large_data_goes_out_in_its_place_and_is_taken_back(build: Build) -> None:
    changing = bytearray(b"x" * 70_000)
    large = [b"y" * 65_535, b"z" * 65_536, changing, array("i", range(50_000)), memoryview(bytes(200_000))[::2]]
    expected: list[Any] = [
        1,
        b"y" * 65_535,
        b"z" * 65_536,
        b"x" * 70_000,
        array("i", range(50_000)),
        bytes(100_000),
        "t",
    ]
    encoder = build.Encoder(build.registry())
    encoder.write_object([1, *large, "t"])
    changing[:] = b"other data"
    pending, handles = encoder.pending_bytes, encoder.handle_count
    for failing in (
        [Unknown()],
        [b"a" * 100_000, "b", Unknown()],
        [b"a" * 100_000, array("d", [0.5] * 9000), Unknown()],
    ):
        with pytest.raises(build.errors.NotSerializableError):
            encoder.write_object(failing)
        assert (encoder.pending_bytes, encoder.handle_count) == (pending, handles)
    encoder.write_object(b"w" * 70_000)
    data = encoder.take()
    assert encoder.pending_bytes == 0
    assert len(data) == pending + 1 + 5 + 4 + 70_000  # TC_ARRAY, a reference to its class, the length
    assert bridge.loads_all(data) == [expected, b"w" * 70_000]
    encoder.write_object(b"v" * 70_000)
    encoder.restart()
    encoder.write_object("text")
    assert encoder.take() == stream(TC_STRING("text"))

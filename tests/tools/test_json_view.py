"""Values as JSON: plain where JSON can say it, and what it cannot say in a form that says it."""

from __future__ import annotations

import json
import math
from array import array
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bridge
from bridge.codec import dumps, loads
from bridge.errors import EncodeError
from bridge.mapping.defaults import default_registry
from bridge.mapping.java_util import LinkedHashMap
from bridge.stream.constants import SC_BLOCK_DATA, SC_ENUM, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD
from bridge.stream.descriptors import ClassDescriptor
from bridge.stream.generic import class_for
from bridge.stream.model import (
    BlockData,
    BooleanArray,
    ByteArray,
    CharArray,
    IdentityKey,
    JavaArray,
    JavaClass,
    JavaEnum,
    StreamException,
)
from bridge.stream.plan import FIELDS, REDUCE, EncodePlan
from bridge.tools.json_view import from_json, json_pieces, to_json


def said(value: Any) -> Any:
    """What the JSON of ``value`` says, read by the json module."""
    return json.loads(to_json(value))


PARENT = ClassDescriptor("com.example.Parent", 1, SC_SERIALIZABLE | SC_WRITE_METHOD, [("id", "I"), ("$odd", "I")])
ORDER = ClassDescriptor("com.example.Order", 2, SC_SERIALIZABLE, [("id", "J"), ("tags", "Ljava/util/List;")], PARENT)


def order() -> Any:
    cls, _ = class_for(ORDER)
    value = cls(id=7, tags=["new"])
    value["com.example.Parent", "id"] = 8
    return value


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text().filter(lambda text: text == text.encode("utf-8", "ignore").decode()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: not key.startswith("$")), inner),
    max_leaves=20,
)


@given(plain)
def test_what_json_can_say_is_plain_json(value: Any) -> None:
    assert to_json(value, ascii_only=True) == json.dumps(value).replace("\x7f", "\\u007f")
    assert to_json(value, ascii_only=True, indent=2) == json.dumps(value, indent=2).replace("\x7f", "\\u007f")
    assert from_json(to_json(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (bridge.Long(5), {"$class": "java.lang.Long", "$value": 5}),
        (bridge.Byte(-1), {"$class": "java.lang.Byte", "$value": -1}),
        (bridge.BigInteger(5), {"$class": "java.math.BigInteger", "$value": 5}),
        (bridge.Float(1.5), {"$class": "java.lang.Float", "$value": 1.5}),
        (bridge.Float("inf"), {"$class": "java.lang.Float", "$value": "Infinity"}),
        (bridge.Char("x"), {"$class": "java.lang.Character", "$value": "x"}),
        (float("nan"), {"$class": "java.lang.Double", "$value": "NaN"}),
        (-math.inf, {"$class": "java.lang.Double", "$value": "-Infinity"}),
        (b"\0\1", {"$bytes": "AAE="}),
        (bytearray(b"\0\1"), {"$bytes": "AAE="}),
        (memoryview(b"\0\1"), {"$bytes": "AAE="}),
        (ByteArray(b"\0"), {"$bytes": "AA=="}),
        (BlockData(b"\0\1"), {"$data": "AAE="}),
        (array("i", [1, -2]), {"$class": "[I", "$items": [1, -2]}),
        (array("d", [1.0, math.nan]), {"$class": "[D", "$items": [1.0, "NaN"]}),
        (BooleanArray([True, False]), {"$class": "[Z", "$items": [True, False]}),
        (CharArray("a\0"), {"$class": "[C", "$value": "a\0"}),
        (JavaArray(["a", None], "java.lang.String"), {"$class": "[Ljava.lang.String;", "$items": ["a", None]}),
        (JavaArray([array("i", [1])], "[I"), {"$class": "[[I", "$items": [{"$class": "[I", "$items": [1]}]}),
        (bridge.LinkedList([1]), {"$class": "java.util.LinkedList", "$items": [1]}),
        ({1}, {"$class": "java.util.HashSet", "$items": [1]}),
        (bridge.LinkedHashSet([3, 1]), {"$class": "java.util.LinkedHashSet", "$items": [3, 1]}),
        (bridge.TreeSet([1], "c"), {"$class": "java.util.TreeSet", "$comparator": "c", "$items": [1]}),
        (bridge.HashMap(a=1), {"$class": "java.util.HashMap", "a": 1}),
        (bridge.HashMap({1: 2}), {"$class": "java.util.HashMap", "$entries": [[1, 2]]}),
        (bridge.TreeMap({"a": 1}, comparator="c"), {"$class": "java.util.TreeMap", "$comparator": "c", "a": 1}),
        (LinkedHashMap({"a": 1}, access_order=True), {"$class": "java.util.LinkedHashMap", "a": 1}),
        ({1: "a", None: []}, {"$class": "java.util.LinkedHashMap", "$entries": [[1, "a"], [None, []]]}),
        ({bridge.Char("a"): 1}, {"$class": "java.util.LinkedHashMap",
                                 "$entries": [[{"$class": "java.lang.Character", "$value": "a"}, 1]]}),
        ({"$ref": 1, "$$": 2}, {"$$ref": 1, "$$$": 2}),
        (JavaEnum(ClassDescriptor("com.example.Color", 0, SC_SERIALIZABLE | SC_ENUM), "RED"),
         {"$class": "com.example.Color", "$enum": "RED"}),
        (JavaClass(ClassDescriptor("java.lang.String", 1, SC_SERIALIZABLE)),
         {"$class": "java.lang.Class", "$value": "java.lang.String"}),
        (PARENT, {"$class": "java.io.ObjectStreamClass", "$value": "com.example.Parent"}),
        (StreamException([1]), {"$exception": [1]}),
        (IdentityKey([1]), [1]),
        (1j, {"$class": "builtins.complex", "$value": "1j"}),
    ],
)  # fmt: skip
def test_what_json_cannot_say_has_a_form_of_its_own(value: Any, expected: Any) -> None:
    text = to_json(value)
    assert json.loads(text) == expected
    assert json.loads(to_json(value, indent=3)) == expected


def test_an_object_has_its_class_and_its_fields() -> None:
    value = order()
    assert said(value) == {
        "$class": "com.example.Order", "com.example.Parent.id": 8, "$$odd": 0, "id": 7, "tags": ["new"]
    }  # fmt: skip
    value.__java_annotations__[0].extend([BlockData(b"x"), "more"])
    assert said(value)["$annotations"] == [[{"$data": "eA=="}, "more"]]


def test_a_field_that_was_never_set_is_left_out() -> None:
    cls, _ = class_for(ORDER)
    assert said(cls.__new__(cls)) == {"$class": "com.example.Order"}


def test_fields_that_an_externalizable_class_declares_are_in_no_stream() -> None:
    descriptor = ClassDescriptor("com.example.E", 1, SC_EXTERNALIZABLE | SC_BLOCK_DATA, [("odd", "I")])
    cls, _ = class_for(descriptor)
    made = cls()
    assert list(made) == [] and "E(" in repr(made)
    (read,) = loads(dumps([made]))
    assert said(read) == {"$class": "com.example.E"}


def test_a_proxy_has_its_interfaces_and_its_handler() -> None:
    cls, _ = class_for(
        ClassDescriptor("", 0, SC_SERIALIZABLE, [], PROXY, interfaces=("com.example.I", "com.example.J"))
    )
    assert said(cls(h=None)) == {"$interfaces": ["com.example.I", "com.example.J"], "h": None}


PROXY = ClassDescriptor("java.lang.reflect.Proxy", 1, SC_SERIALIZABLE, [("h", "Ljava/lang/reflect/InvocationHandler;")])


def test_a_declared_class_has_its_java_names() -> None:
    @dataclass
    class Declared:
        number: int
        labels: list[str]

    registry = default_registry.copy()
    registry.write_as(Declared, EncodePlan(FIELDS, ORDER, names=["number", "number", "", "number", "labels"]))
    value = Declared(1, ["a"])
    assert json.loads(to_json(value, registry=registry)) == {
        "$class": "com.example.Order", "id": 1, "$$odd": 1, "tags": ["a"]
    }  # fmt: skip


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("value", "class_name", "text"),
    [
        (Decimal("1.50"), "java.math.BigDecimal", "1.50"),
        (date(2024, 2, 29), "java.time.LocalDate", "2024-02-29"),
        (time(1, 2, 3), "java.time.LocalTime", "01:02:03"),
        (bridge.NanoTime.of(time(1, 2), 123), "java.time.LocalTime", "01:02:00.000000123"),
        (datetime(2024, 2, 29, 1), "java.time.LocalDateTime", "2024-02-29T01:00:00"),
        (datetime(2024, 2, 29, tzinfo=UTC), "java.time.OffsetDateTime", "2024-02-29T00:00:00+00:00"),
        (datetime(2024, 2, 29, tzinfo=PARIS), "java.time.ZonedDateTime", "2024-02-29T00:00:00+01:00[Europe/Paris]"),
        (timedelta(days=1), "java.time.Duration", "PT86400S"),
        (timedelta(microseconds=-1500), "java.time.Duration", "PT-0.0015S"),
        (bridge.NanoTimedelta.of(timedelta(seconds=-1), 1), "java.time.Duration", "PT-0.999999999S"),
    ],
)
def test_values_of_the_jdk_are_text_under_the_name_of_their_class(value: Any, class_name: str, text: str) -> None:
    assert said(value) == {"$class": class_name, "$value": text}


def test_values_of_the_jdk_with_parts_show_their_parts() -> None:
    assert said(bridge.Period(1, 2, 3)) == {"$class": "java.time.Period", "years": 1, "months": 2, "days": 3}
    assert said(bridge.Month(3)) == {"$class": "java.time.Month", "$enum": "MARCH"}
    assert said(bridge.Year(5)) == {"$class": "java.time.Year", "$value": 5}


def test_a_type_without_a_java_class_is_told_by_its_text() -> None:
    assert said(PurePosixPath("/x")) == {"$class": "pathlib.PurePosixPath", "$value": "/x"}


def test_an_exception_has_the_fields_of_its_java_class() -> None:
    class Failure(Exception):
        pass

    value = Failure()
    fields, annotations = [1, 2, 3, value], [["more"]]
    registry = default_registry.copy()
    registry.write_as(Failure, EncodePlan(REDUCE, reduce=lambda _: (ORDER, fields, annotations)))
    assert json.loads(to_json(value, registry=registry)) == {
        "$id": 1, "$class": "com.example.Order", "com.example.Parent.id": 1, "$$odd": 2, "id": 3, "tags": {"$ref": 1},
        "$annotations": [["more"]],
    }  # fmt: skip


def test_a_value_whose_text_does_not_tell_it_has_the_fields_of_its_java_class() -> None:
    class Opaque:
        pass

    class Told(Opaque):
        def __str__(self) -> str:
            return "told"

    registry = default_registry.copy()
    registry.write_as(Opaque, EncodePlan(REDUCE, reduce=lambda _: (ORDER, [1, 2, 3, ["new"]], [[]])))
    fields = {
        "$class": "com.example.Order",
        "com.example.Parent.id": 1,
        "$$odd": 2,
        "id": 3,
        "tags": ["new"],
    }
    assert json.loads(to_json([Opaque(), Opaque()], registry=registry)) == [fields, fields]
    assert json.loads(to_json(Told(), registry=registry)) == {"$class": "com.example.Order", "$value": "told"}


def test_what_cannot_be_written_is_told_all_the_same() -> None:
    class Refused:
        def __repr__(self) -> str:
            return "Refused()"

    def refuse(_: object) -> Any:
        raise EncodeError("not in Java")

    registry = default_registry.copy()
    registry.write_as(Refused, EncodePlan(REDUCE, ORDER, reduce=refuse))
    assert json.loads(to_json(Refused(), registry=registry)) == {"$class": "com.example.Order", "$value": "Refused()"}


# ---- sharing


def test_what_occurs_once_has_no_number() -> None:
    assert "$id" not in to_json([[1], [1], {"a": []}, {"a": []}, b"xy", b"xz", (), (), order()])


def test_what_occurs_twice_is_written_once_and_referred_to() -> None:
    shared, data, thing, items = [1], b"xyz", order(), {"a": 1}
    assert said([shared, shared, data, data, thing, {"x": thing}, items, items]) == [
        {"$id": 1, "$items": [1]}, {"$ref": 1},
        {"$id": 2, "$bytes": "eHl6"}, {"$ref": 2},
        {"$id": 3, "$class": "com.example.Order", "com.example.Parent.id": 8, "$$odd": 0, "id": 7, "tags": ["new"]},
        {"x": {"$ref": 3}},
        {"$id": 4, "a": 1}, {"$ref": 4},
    ]  # fmt: skip


def test_cycles_close() -> None:
    loop: list[Any] = [1]
    loop.append({"self": loop})
    assert said(loop) == {"$id": 1, "$items": [1, {"self": {"$ref": 1}}]}
    tree = bridge.HashMap()
    tree["me"] = tree
    assert said(tree) == {"$id": 1, "$class": "java.util.HashMap", "me": {"$ref": 1}}


def test_strings_and_numbers_are_not_numbered() -> None:
    text, number = "x" * 50, 10**30
    assert said([text, text, number, number]) == [text, text, number, number]
    assert said([bridge.Long(1)] * 2) == [{"$class": "java.lang.Long", "$value": 1}] * 2


def test_a_graph_that_would_explode_as_a_tree_stays_small() -> None:
    value: Any = []
    for _ in range(200):
        value = [value, value]
    assert len(to_json(value)) < 20_000


# ---- size and text


def test_values_of_any_depth_are_written() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert to_json(value) == "[" * 100_001 + "]" * 100_001
    chain: dict[str, Any] = {}
    for _ in range(50_000):
        chain = {"next": chain}
    assert to_json(chain).count("{") == 50_001


def test_numbers_of_any_size_are_written() -> None:
    for number in (10**5000, -(10**9000) + 1, (1 << 32_768) - 1):
        digits = to_json(number)
        assert int(digits[:4000]) == number // 10 ** (len(digits) - 4000) + (number < 0)
        assert from_json(to_json(number % 10**4000)) == number % 10**4000
    assert to_json(10**5000 + 7) == "1" + "0" * 4999 + "7"


def test_a_long_text_that_occurs_again_is_written_once() -> None:
    text = "x" * 1025
    once = f'{{"$id": 1, "$class": "java.lang.String", "$value": "{text}"}}'
    assert to_json([text, {"a": text}, text]) == f'[{once}, {{"a": {{"$ref": 1}}}}, {{"$ref": 1}}]'
    assert to_json([text]) == f'["{text}"]'
    assert to_json([text[1:]] * 2) == f'["{text[1:]}", "{text[1:]}"]'


def test_numbers_of_very_many_digits_are_hexadecimal() -> None:
    """Decimal digits would take time by the square, and JSON readers refuse as many."""
    for number in (1 << 32_768, -(1 << 1_000_000) + 1):
        assert to_json(number) == f'{{"$class": "java.math.BigInteger", "$value": "{number:#x}"}}'
        assert from_json(to_json([number])) == [number]
    assert type(from_json('{"$class": "java.math.BigInteger", "$value": "0x5"}')) is bridge.BigInteger
    with pytest.raises(EncodeError):
        from_json('{"$class": "java.math.BigInteger", "$value": "7"}')


def test_the_text_comes_in_pieces() -> None:
    pieces = json_pieces([[0] * 10] * 100)
    assert next(pieces) == "["
    assert max(map(len, pieces)) < 50


def test_text_is_never_raw_where_it_could_touch_the_terminal() -> None:
    text = '\x1b[2J \x7f \x9b \u202e \ud800 \u2028 é 東 🙂 " \\'
    for ascii_only in (False, True):
        shown = to_json([text, {text: 1}], ascii_only=ascii_only)
        assert shown.isprintable()
        assert json.loads(shown) == [text, {text: 1}]
        assert shown.isascii() == ascii_only
    assert "é 東 🙂" in to_json(text)
    assert to_json("\x7f") == '"\\u007f"' and to_json("é") == '"é"'


# ---- back


@pytest.mark.parametrize(
    "value",
    [
        bridge.Long(5), 1 << 40, bridge.Short(-3), bridge.Byte(1), bridge.BigInteger(7), bridge.Float(0.5),
        bridge.Char("x"), math.inf, b"abc", ByteArray(b"a"), BlockData(b"ab"), array("i", [1]), array("h", [1]),
        array("q", [1 << 40]), array("f", [1.5, math.inf]), array("d", [-math.inf]), BooleanArray([True]),
        CharArray("ab"), JavaArray(["a"], "java.lang.String"), JavaArray([JavaArray([], "x.Y")], "[Lx.Y;"),
        bridge.LinkedList([1]), {1, 2}, bridge.LinkedHashSet([3, 1]), bridge.TreeSet([1]), bridge.HashMap(a=[1]),
        bridge.HashMap({1: 2}), bridge.TreeMap({"a": 1}), {1: 2}, {"$a": 1, "$$b": {"$": 1}},
        Decimal("1.50"), date(2024, 2, 29), time(1, 2, 3, 4), datetime(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC),
    ],
)  # fmt: skip
def test_plain_classes_are_read_back(value: Any) -> None:
    back = from_json(to_json([value]))
    assert back == [value]
    assert dumps(back) == dumps([value])


def test_what_is_sent_from_json_is_what_java_expects() -> None:
    assert type(loads(dumps(from_json('{"$class": "java.lang.Long", "$value": 5}')))) is bridge.Long
    assert type(from_json('{"$class": "java.lang.Long", "$value": 5000000000}')) is int
    assert math.isnan(from_json('{"$class": "java.lang.Double", "$value": "NaN"}'))
    assert from_json('{"$items": [1]}') == [1]
    assert from_json('{"$class": "java.util.ArrayList", "$items": [1]}') == [1]
    assert from_json('{"$class": "java.lang.Integer", "$value": 1}') == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[1", "not JSON"),
        ("hello", "not JSON"),
        ("NaN", r"NaN is not JSON; the number is written \{\"\$class\": \"java.lang.Double\""),
        ("[" * 100_000, "too deeply"),
        ("1" * 5000, "cannot be read"),
        ('{"$id": 1, "$items": []}', "send a stream"),
        ('{"$ref": 1}', "send a stream"),
        ('{"$class": "com.example.Order", "id": 1}', "does not say enough to make a com.example.Order of id"),
        ('{"$class": "java.util.HashMap", "$value": 1}', "does not say enough"),
        ('{"$class": "java.util.LinkedList"}', "of nothing"),
        ('{"$class": 1}', "not the name of a class"),
        ('{"$what": 1}', "no value is written like this: members \\$what"),
        ('{"$bytes": "AA==", "x": 1}', "no value is written like this"),
        ('{"$bytes": "?"}', "not base64"),
        ('{"$bytes": 1}', "not base64"),
        ('{"$class": "java.lang.Byte", "$value": 128}', "128 is not a value of java.lang.Byte"),
        ('{"$class": "java.lang.Long", "$value": 9223372036854775808}', "not a value of java.lang.Long"),
        ('{"$class": "java.lang.Integer", "$value": true}', "not a value"),
        ('{"$class": "java.lang.Float", "$value": "1"}', "not a value"),
        ('{"$class": "java.lang.Character", "$value": "ab"}', "not a value"),
        ('{"$class": "java.util.HashSet", "$items": [[]]}', "cannot be made of this: unhashable"),
        ('{"$class": "java.util.HashSet", "$items": 1}', "a list is due"),
        ('{"$class": "java.util.HashMap", "$entries": [1]}', "cannot be made of this"),
        ('{"$class": "[I", "$items": [2147483648]}', "cannot be made of this"),
        ('{"$class": "[Z", "$items": [1]}', "true or false"),
        ('{"$class": "[D", "$items": ["x"]}', "cannot be made of this"),
        ('{"$class": "java.math.BigDecimal", "$value": "x"}', "'x' is not a value of java.math.BigDecimal"),
        ('{"$class": "java.time.LocalDate", "$value": "2023-02-29"}', "not a value"),
        ('{"$class": "java.time.LocalTime", "$value": "01:02:00.000000123"}', "not a value"),
        ('{"$class": "java.time.LocalDateTime", "$value": "2024-02-29T00:00:00Z"}', "not a value"),
        ('{"$class": "java.time.OffsetDateTime", "$value": "2024-02-29T00:00:00"}', "not a value"),
        ('{"$class": "[Lint;", "$items": {}}', "cannot be made of this"),
    ],
)
def test_json_that_stands_for_no_value_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(EncodeError, match=message):
        from_json(text)


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=3)
    | st.sampled_from(["java.lang.Long", "java.util.HashMap", "java.util.TreeSet", "[I", "[Z", "[C", "[[I", "[Lx;"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["$class", "$value", "$items", "$entries", "$bytes", "$data", "$id", "$ref", "$$x", "a"]),
        inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
def test_no_json_makes_any_other_error(value: Any) -> None:
    try:
        from_json(json.dumps(value))
    except EncodeError:
        pass

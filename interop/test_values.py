"""Natural values: what each case is in Python, written by hand; and the same written in Python is Java's own value.

``==`` is not enough here: 1, 1.0, True and Byte(1) are equal in Python and four classes in Java. So types count, and of
floats every bit.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import bridge
from bridge import (
    BooleanArray,
    Byte,
    Char,
    CharArray,
    Float,
    HashMap,
    JavaArray,
    JavaClass,
    JavaEnum,
    LinkedHashMap,
    LinkedHashSet,
    LinkedList,
    Long,
    Short,
    TreeMap,
    TreeSet,
)
from interop.harness import Harness

GROUPS = ("null/", "box/", "string/", "array/", "list/", "map/", "set/", "enum/", "class/", "record/", "bean/")
BEANS, RECORDS, ENUMS = "bridge.cases.Beans$", "bridge.cases.Records$", "bridge.cases.Enums$"
NAN, INF = math.nan, math.inf


# ---- how what is expected is written down


@dataclass
class Is:
    """A value of a class that nobody declared: its name, and its fields."""

    name: str
    fields: dict[Any, Any]


def obj(name: str, /, **fields: Any) -> Is:
    return Is(name, fields)


@dataclass
class Constant:
    """An enum constant."""

    type: str
    name: str


@dataclass
class Class:
    """A Class object."""

    name: str


@dataclass
class Generic:
    """A container that Python's own cannot hold as it is: in the generic form, with its contents as written."""

    name: str
    contents: list[Any]


@dataclass
class TypedArray:
    component_type: str
    items: list[Any]


RED, GREEN, BLUE = (Constant(ENUMS + "Colour", name) for name in ("RED", "GREEN", "BLUE"))


def record_point(x: int, y: int) -> Is:
    return obj(RECORDS + "Point", x=x, y=y)


def bean_point(x: int, y: int) -> Is:
    return obj(BEANS + "Point", x=x, y=y)


def ordered(comparator: Any, container: Any) -> Any:
    """A sorted container with a comparator; looked at in the order it has."""
    container.comparator = comparator
    return container


def access_ordered(**items: Any) -> Any:
    return LinkedHashMap(items, access_order=True)


# ---- the table

CASES: dict[str, Any] = {
    "null/null": None,
    "box/boolean-true": True,
    "box/boolean-false": False,
    "box/byte-zero": Byte(0),
    "box/byte-min": Byte(-128),
    "box/byte-max": Byte(127),
    "box/short-zero": Short(0),
    "box/short-min": Short(-32768),
    "box/short-max": Short(32767),
    "box/character-nul": Char("\0"),
    "box/character-ascii": Char("a"),
    "box/character-euro": Char("€"),
    "box/character-surrogate": Char("\ud800"),
    "box/character-max": Char("\uffff"),
    "box/integer-zero": 0,
    "box/integer-minus-one": -1,
    "box/integer-128": 128,
    "box/integer-min": -(2**31),
    "box/integer-max": 2**31 - 1,
    "box/long-zero": Long(0),
    "box/long-five": Long(5),
    "box/long-minus-one": Long(-1),
    "box/long-integer-max": Long(2**31 - 1),
    "box/long-above-integer": 2**31,
    "box/long-below-integer": -(2**31) - 1,
    "box/long-min": -(2**63),
    "box/long-max": 2**63 - 1,
    "box/float-zero": Float(0.0),
    "box/float-negative-zero": Float(-0.0),
    "box/float-tenth": Float(0.100000001490116119384765625),
    "box/float-min": Float(2.0**-149),
    "box/float-min-normal": Float(2.0**-126),
    "box/float-max": Float(2.0**128 - 2.0**104),
    "box/float-nan": Float(NAN),
    "box/float-infinity": Float(INF),
    "box/float-negative-infinity": Float(-INF),
    "box/double-zero": 0.0,
    "box/double-negative-zero": -0.0,
    "box/double-tenth": 0.1,
    "box/double-integral": 1.0,
    "box/double-min": 5e-324,
    "box/double-min-normal": 2.0**-1022,
    "box/double-max": 1.7976931348623157e308,
    "box/double-nan": NAN,
    "box/double-infinity": INF,
    "box/double-negative-infinity": -INF,
    "string/empty": "",
    "string/one-char": "x",
    "string/ascii": "The quick brown fox jumps over the lazy dog.",
    "string/all-ascii": "".join(map(chr, range(1, 128))),
    "string/all-latin1": "".join(map(chr, range(256))),
    "string/control-and-quotes": "tab\t newline\n return\r quote\" backslash\\ escape\x1b",
    "string/nul": "\0",
    "string/nul-inside": "before\0after",
    "string/two-byte": "Größe Ж",
    "string/two-byte-borders": "\x7f\x80\u07ff\u0800",
    "string/three-byte": "€ 漢字 \uffff",
    "string/byte-order-mark": "\ufefftext",
    "string/surrogate-pair": "😀",
    "string/surrogate-pairs-in-text": "a😀b𠮷c\U0010ffff",
    "string/lone-high-surrogate": "a\ud83db",
    "string/lone-low-surrogate": "a\ude00b",
    "string/lone-surrogate-at-end": "end\ud800",
    "string/swapped-surrogates": "\ude00\ud83d",
    "string/high-surrogate-before-pair": "\ud83d😀",
    "string/only-lone-surrogates": "\ud800\U00010400\udfff\udfff",
    "string/65535-bytes": "a" * 65_535,
    "string/65536-bytes": "a" * 65_536,
    "string/65535-bytes-of-three": "€" * 21_845,
    "string/65536-bytes-of-two": "é" * 32_768,
    "string/65537-bytes-ending-in-nul": "a" * 65_535 + "\0",
    "string/long-nuls": "\0" * 40_000,
    "string/long-surrogate-pairs": "😀" * 20_000,
    "string/long-mixed": "aé€😀\0\ud800" * 30_000,
    "string/shared": ["the same string", "another", "the same string"],
    "string/equal-but-distinct": ["equal strings"] * 2,
    "string/equal-distinct-and-shared": ["twin"] * 4,
    "string/long-shared": ["0123456789" * 7_000] * 2,
    "string/short-ones-shared": ["", "", "x", "x"],
    "array/boolean-empty": BooleanArray(),
    "array/boolean": BooleanArray([True, False, True]),
    "array/byte-empty": b"",
    "array/byte-all": bytes(range(256)),
    "array/byte-100000": bytes(i * 31 % 256 for i in range(100_000)),
    "array/char-empty": CharArray(),
    "array/char": CharArray("a\0é€\ud800\uffff"),
    "array/char-surrogate-pair": CharArray("😀"),
    "array/short-empty": array("h"),
    "array/short": array("h", [0, -1, -(2**15), 2**15 - 1]),
    "array/int-empty": array("i"),
    "array/int": array("i", [0, -1, -(2**31), 2**31 - 1]),
    "array/int-10000": array("i", [i * i for i in range(10_000)]),
    "array/long-empty": array("q"),
    "array/long": array("q", [0, -1, -(2**63), 2**63 - 1]),
    "array/float-empty": array("f"),
    "array/float": array("f", [0.0, -0.0, 0.1, 2.0**-149, 2.0**128 - 2.0**104, NAN, INF, -INF]),
    "array/double-empty": array("d"),
    "array/double": array("d", [0.0, -0.0, 0.1, 5e-324, 1.7976931348623157e308, NAN, INF, -INF]),
    "array/double-1000": array("d", [i / 7 for i in range(1000)]),
    "array/int-2d": TypedArray("[I", [array("i", [1, 2, 3]), array("i", [4, 5, 6])]),
    "array/int-2d-ragged": TypedArray("[I", [array("i", [1]), array("i"), None, array("i", [2, 3])]),
    "array/int-2d-empty": TypedArray("[I", []),
    "array/int-2d-empty-rows": TypedArray("[I", [array("i")] * 3),
    "array/int-2d-shared-row": TypedArray("[I", [array("i", [1, 2])] * 3),
    "array/byte-2d": TypedArray("[B", [b"\1\2", b"\xff"]),
    "array/char-2d": TypedArray("[C", [CharArray("ab"), CharArray("c")]),
    "array/boolean-2d": TypedArray("[Z", [BooleanArray([True]), BooleanArray([False, True])]),
    "array/double-3d": TypedArray(
        "[[D",
        [
            TypedArray("[D", [array("d", [1.5, 2.5]), array("d", [3.5])]),
            TypedArray("[D", [array("d")]),
            TypedArray("[D", [None]),
        ],
    ),
    "array/long-5d": TypedArray(
        "[[[[J",
        [TypedArray("[[[J", [TypedArray("[[J", [TypedArray("[J", [array("q", [0]), array("q", [0])])])] * 2)],
    ),
    "array/shared-in-array": TypedArray("java.lang.Object", [b"\1\2\3"] * 3),
    "array/object-empty": TypedArray("java.lang.Object", []),
    "array/object-nulls": TypedArray("java.lang.Object", [None] * 3),
    "array/object-mixed": TypedArray(
        "java.lang.Object", [1, "two", 3.0, None, Char("c"), Long(5), array("i", [6])]
    ),
    "array/object-nested": TypedArray(
        "java.lang.Object",
        [
            TypedArray("java.lang.Object", [TypedArray("java.lang.Object", ["deep"])]),
            TypedArray("java.lang.Object", []),
        ],
    ),
    "array/object-holding-string-array": TypedArray(
        "java.lang.Object", [TypedArray("java.lang.String", ["a"]), TypedArray("java.lang.Integer", [1])]
    ),
    "array/object-2d": TypedArray(
        "[Ljava.lang.Object;", [TypedArray("java.lang.Object", [1, "a"]), TypedArray("java.lang.Object", []), None]
    ),
    "array/string-empty": TypedArray("java.lang.String", []),
    "array/string": TypedArray("java.lang.String", ["one", "two", "", "€"]),
    "array/string-with-null": TypedArray("java.lang.String", [None, "x", None]),
    "array/string-shared": TypedArray("java.lang.String", ["shared"] * 3),
    "array/string-2d": TypedArray(
        "[Ljava.lang.String;", [TypedArray("java.lang.String", items) for items in (["a", "b"], ["c"], [])]
    ),
    "array/integer": TypedArray("java.lang.Integer", [1, None, 3]),
    "array/boolean-boxes": TypedArray("java.lang.Boolean", [True, False, None]),
    "array/double-boxes": TypedArray("java.lang.Double", [1.0, -0.0, NAN]),
    "array/character-boxes": TypedArray("java.lang.Character", [Char("a"), Char("b")]),
    "array/number-mixed": TypedArray("java.lang.Number", [Byte(1), Short(1), 1, Long(1), Float(1), 1.0]),
    "array/serializable": TypedArray("java.io.Serializable", ["a", 1, array("i", [2])]),
    "array/comparable": TypedArray("java.lang.Comparable", ["a", 1]),
    "array/list": TypedArray("java.util.List", [[1], None]),
    "array/bean": TypedArray(BEANS + "Point", [bean_point(1, 2), bean_point(3, 4)]),
    "array/enum": TypedArray(ENUMS + "Colour", [RED, BLUE, RED]),
    "array/class": TypedArray("java.lang.Class", [Class("int"), Class("java.lang.String"), Class("int")]),
    "array/10000-objects": TypedArray(
        "java.lang.Object", [i if i % 2 == 0 else f"number {i}" for i in range(10_000)]
    ),
    "list/array-list-empty": [],
    "list/array-list-integers": [1, 2, 3],
    "list/array-list-strings": ["a", "b", "", "€"],
    "list/array-list-mixed": [1, Long(1), 1.0, Float(1), Short(1), Byte(1), Char("1"), "1", True, None],
    "list/array-list-nulls": [None, None, None],
    "list/array-list-nested": [[1, [2, [3]]], []],
    "list/array-list-large-capacity": ["one"],
    "list/array-list-shared-child": [["child"], ["child"], ["child"]],
    "list/array-list-empty-ones": [[], [], []],
    "list/array-list-of-arrays": [
        array("i", [1]),
        TypedArray("java.lang.Object", [2]),
        TypedArray("java.lang.String", ["3"]),
    ],
    "list/array-list-of-maps": [HashMap(a=1), {"b": 2}],
    "list/array-list-10000": [f"text {i}" if i % 3 == 0 else Long(i * 1000) for i in range(10_000)],
    "list/array-list-subclass": Generic("bridge.cases.Lists$TitledList", [1, "two"]),
    "list/linked-list-empty": LinkedList(),
    "list/linked-list-mixed": LinkedList([1, "two", None, 3.0, Long(4)]),
    "list/linked-list-nested": LinkedList([LinkedList([1, LinkedList()]), [LinkedList([2])]]),
    "list/linked-list-subclass": Generic("bridge.cases.Lists$CountedList", ["x"]),
    "map/hash-map-empty": HashMap(),
    "map/hash-map-strings": HashMap(one=1, two=2, three=3),
    "map/hash-map-integer-keys": HashMap({1: "a", -1: "b", 1_000_000: "c"}),
    "map/hash-map-long-keys": HashMap({Long(1): "a", 2**63 - 1: "b"}),
    "map/hash-map-null-key": HashMap({None: "value", "key": 1}),
    "map/hash-map-null-value": HashMap({"key": None, None: None}),
    # Keys that are equal in Python and not in Java, and keys that Python cannot hash: a dict would lose some.
    "map/hash-map-one-in-three-types": Generic(
        "java.util.HashMap", [1.0, "Double", 1, "Integer", Long(1), "Long"]
    ),
    "map/hash-map-character-and-string": Generic(
        "java.util.HashMap", [Char("a"), "Character", "a", "String"]
    ),
    "map/hash-map-zeros": Generic(
        "java.util.HashMap", [0.0, "positive", -0.0, "negative", 0, "Integer", False, "Boolean"]
    ),
    "map/hash-map-set-keys": Generic("java.util.HashMap", [{1, 2}, "set as key"]),
    "map/hash-map-array-key": Generic("java.util.HashMap", [array("i", [1, 2]), "by identity"]),
    "map/hash-map-nan-key": HashMap({NAN: "double", Float(NAN): "float"}),
    "map/hash-map-nested": HashMap(
        {"in": HashMap({"in": HashMap({"in": "end"})}), "list": [HashMap()]}
    ),
    "map/hash-map-colliding-keys": HashMap({"Aa": 1, "BB": 2, "C#": 3}),
    "map/hash-map-load-factor": HashMap(a=1),
    "map/hash-map-shared-value": HashMap(a=["shared"], b=["shared"], c=["shared"]),
    "map/hash-map-key-is-value": HashMap({"key and value": "key and value"}),
    "map/hash-map-1000": HashMap({f"key {i}": i for i in range(1000)}),
    "map/hash-map-subclass": Generic("bridge.cases.Maps$NamedMap", ["a", 1]),
    "map/linked-hash-map-empty": {},
    "map/linked-hash-map-order": {"z": 1, "a": 2, "m": 3, "b": 4},
    "map/linked-hash-map-null-key-and-value": {None: 1, "x": None},
    "map/linked-hash-map-access-order": access_ordered(b=2, c=3, a=1),
    "map/linked-hash-map-one-in-three-types": Generic(
        "java.util.LinkedHashMap", [1.0, "Double", 1, "Integer", Long(1), "Long"]
    ),
    "map/linked-hash-map-list-keys": Generic("java.util.LinkedHashMap", [["k"], 1, [], 2]),
    "map/linked-hash-map-nested": {"a": {"b": {}}},
    "map/linked-hash-map-subclass": Generic("bridge.cases.Maps$LatestThree", [2, "b", 3, "c", 4, "d"]),
    "map/tree-map-empty": TreeMap(),
    "map/tree-map-natural": TreeMap({"Apple": 5, "Cherry": 6, "banana": 6, "fig": 3, "pear": 4}),
    "map/tree-map-integers": TreeMap({1: "a", 2: "b", 3: "c"}),
    "map/tree-map-null-value": TreeMap(a=None),
    "map/tree-map-case-insensitive": ordered(
        obj("java.lang.String$CaseInsensitiveComparator"),
        TreeMap({"Apple": 5, "banana": 6, "Cherry": 6, "fig": 3, "pear": 4}),
    ),
    "map/tree-map-reverse-order": ordered(
        obj("java.util.Collections$ReverseComparator"),
        TreeMap({"pear": 4, "fig": 3, "banana": 6, "Cherry": 6, "Apple": 5}),
    ),
    "map/tree-map-reverse-of-comparator": ordered(
        obj("java.util.Collections$ReverseComparator2", cmp=obj("bridge.cases.Maps$ByLength", longestFirst=False)),
        TreeMap({"banana": 6, "Cherry": 6, "Apple": 5, "pear": 4, "fig": 3}),
    ),
    "map/tree-map-natural-order-comparator": ordered(
        Constant("java.util.Comparators$NaturalOrderComparator", "INSTANCE"),
        TreeMap({"Apple": 5, "Cherry": 6, "banana": 6, "fig": 3, "pear": 4}),
    ),
    "map/tree-map-custom-comparator": ordered(
        obj("bridge.cases.Maps$ByLength", longestFirst=True),
        TreeMap({"Cherry": 6, "banana": 6, "Apple": 5, "pear": 4, "fig": 3}),
    ),
    "map/tree-map-nested": TreeMap(a=TreeMap({1: "x"})),
    "set/hash-set-empty": set(),
    "set/hash-set-integers": {3, 1, 2, -5, 1_000_000},
    "set/hash-set-strings": {"a", "b", "c", ""},
    "set/hash-set-null": {None, "a"},
    "set/hash-set-one-in-three-types": Generic("java.util.HashSet", [1.0, 1, Long(1)]),
    "set/hash-set-booleans-and-numbers": Generic("java.util.HashSet", [0, 1, False, True]),
    "set/hash-set-of-maps": Generic("java.util.HashSet", [HashMap(a=1), HashMap()]),
    "set/hash-set-load-factor": {"a"},
    "set/hash-set-1000": {f"element {i}" for i in range(1000)},
    "set/hash-set-subclass": Generic("bridge.cases.Sets$LabelledSet", [1]),
    "set/hash-set-shared": [{1, 2}, {1, 2}, {1, 2}],
    "set/linked-hash-set-empty": LinkedHashSet(),
    "set/linked-hash-set-order": LinkedHashSet(["z", "a", "m", "b"]),
    "set/linked-hash-set-null": LinkedHashSet(["a", None, "b"]),
    "set/linked-hash-set-one-in-three-types": Generic("java.util.LinkedHashSet", [Long(1), 1.0, 1]),
    "set/linked-hash-set-nested": Generic(
        "java.util.LinkedHashSet", [LinkedHashSet([2, 1]), ["x"], LinkedHashSet()]
    ),
    "set/tree-set-empty": TreeSet(),
    "set/tree-set-natural": TreeSet(["apple", "fig", "pear"]),
    "set/tree-set-integers": TreeSet([1, 2, 3]),
    "set/tree-set-reverse-order": ordered(obj("java.util.Collections$ReverseComparator"), TreeSet([3, 2, 1])),
    "set/tree-set-case-insensitive": ordered(
        obj("java.lang.String$CaseInsensitiveComparator"), TreeSet(["A", "b", "c"])
    ),
    "set/tree-set-custom-comparator": ordered(
        obj("bridge.cases.Maps$ByLength", longestFirst=True), TreeSet(["ccc", "bb", "a"])
    ),
    "enum/plain": GREEN,
    "enum/with-body": Constant(ENUMS + "Operation", "TIMES"),
    "enum/with-fields": Constant(ENUMS + "Planet", "MARS"),
    "enum/of-jdk": Constant("java.util.concurrent.TimeUnit", "SECONDS"),
    "enum/same-twice": [RED, RED, BLUE],
    "enum/same-names-in-two": [RED, Constant(ENUMS + "Lamp", "RED"), Constant(ENUMS + "Lamp", "GREEN"), GREEN],
    "enum/bodies-together": [Constant(ENUMS + "Operation", name) for name in ("PLUS", "TIMES", "PLUS")],
    "class/int": Class("int"),
    "class/all-primitives": [
        Class(name) for name in ("boolean", "byte", "char", "short", "int", "long", "float", "double", "void")
    ],
    "class/int-array": Class("[I"),
    "class/string-2d-array": Class("[[Ljava.lang.String;"),
    "class/string": Class("java.lang.String"),
    "class/object": Class("java.lang.Object"),
    "class/class": Class("java.lang.Class"),
    "class/integer": Class("java.lang.Integer"),
    "class/interface": Class("java.lang.Runnable"),
    "class/serializable-interface": Class("java.io.Serializable"),
    "class/generic-interface": Class("java.util.Map"),
    "class/annotation": Class("bridge.cases.ClassObjects$Marker"),
    "class/not-serializable": Class("bridge.cases.ClassObjects$NotSerializable"),
    "class/not-serializable-of-jdk": Class("java.lang.Thread"),
    "class/not-serializable-array": Class("[Lbridge.cases.ClassObjects$NotSerializable;"),
    "class/enum-base": Class("java.lang.Enum"),
    "class/enum": Class(ENUMS + "Colour"),
    "class/enum-constant-body": Class(ENUMS + "Operation$1"),
    "class/record": Class(RECORDS + "Point"),
    "class/bean": Class(BEANS + "Shadowing"),
    "class/custom-writer": Class("java.util.ArrayList"),
    "class/externalizable": Class("bridge.cases.Externalizables$Child"),
    "class/abstract": Class("java.lang.Number"),
    "class/before-instance": [Class("java.util.HashMap"), HashMap(), Class("java.util.HashMap")],
    "class/after-instance": [bean_point(1, 2), Class(BEANS + "Point")],
    "class/beside-enum-constant": [Class(ENUMS + "Colour"), RED],
    "record/point": record_point(3, -4),
    "record/empty": obj(RECORDS + "Nothing"),
    "record/all-primitives": obj(
        RECORDS + "AllPrimitives",
        d=-0.0, z=True, text="text", b=-128, c="€", s=32767, i=-(2**31), j=2**63 - 1, f=NAN,
    ),
    "record/null-component": Is(RECORDS + "Line", {"from": record_point(1, 2), "to": None, "label": None}),
    "record/nested": Is(
        RECORDS + "Line", {"from": record_point(1, 2), "to": record_point(3, 4), "label": "label"}
    ),
    "record/shared-component": Is(
        RECORDS + "Line", {"from": record_point(1, 2), "to": record_point(1, 2), "label": "a point"}
    ),
    "record/generic": obj(
        RECORDS + "Pair", first="text", second=obj(RECORDS + "Pair", first=Long(1), second=[1])
    ),
    "record/containers": obj(
        RECORDS + "Containers",
        numbers=array("i", [1, 2]),
        list=[1, "a"],
        map=HashMap(k=record_point(0, 0)),
        objects=TypedArray("java.lang.Object", [obj(RECORDS + "Nothing"), None]),
    ),
    "record/tree": obj(
        RECORDS + "Tree",
        name="root",
        left=obj(RECORDS + "Tree", name="left", left=None, right=None),
        right=obj(
            RECORDS + "Tree", name="right", left=obj(RECORDS + "Tree", name="leaf", left=None, right=None), right=None
        ),
    ),
    "record/declared-uid": obj(RECORDS + "Range", low=1, high=10),
    "record/in-list-twice": [record_point(9, 9)] * 3,
    "record/beside-bean-of-same-name": [record_point(1, 2), bean_point(1, 2)],
    "bean/point": bean_point(1, -2),
    "bean/empty": obj(BEANS + "Empty"),
    "bean/declared-uid": obj(BEANS + "Versioned", name="versioned"),
    "bean/negative-uid": obj(BEANS + "NegativeVersion", value=1),
    "bean/all-primitives-default": obj(
        BEANS + "AllPrimitives", z=False, b=0, c="\0", s=0, i=0, j=0, f=0.0, d=0.0
    ),
    "bean/all-primitives-lowest": obj(
        BEANS + "AllPrimitives",
        z=True, b=-128, c="\ud800", s=-(2**15), i=-(2**31), j=-(2**63), f=-INF, d=-0.0,
    ),
    "bean/all-primitives-highest": obj(
        BEANS + "AllPrimitives",
        z=True, b=127, c="\uffff", s=2**15 - 1, i=2**31 - 1, j=2**63 - 1, f=2.0**128 - 2.0**104, d=NAN,
    ),
    "bean/all-boxes": obj(
        BEANS + "AllBoxes",
        z=True, b=Byte(1), c=Char("c"), s=Short(2), i=3, j=Long(4), f=Float(5), d=6.0,
        number=Long(7), comparable=8, object=Long(9), none=None,
    ),
    "bean/references": obj(
        BEANS + "References",
        text="text",
        any="any",
        numbers=array("i", [1, 2, 3]),
        grid=TypedArray("[I", [array("i", [1]), array("i", [2, 3])]),
        texts=TypedArray("java.lang.String", ["a", None]),
        objects=TypedArray("java.lang.Object", [1, "b"]),
        arrayAsObject=array("q", [4]),
        textsAsObjects=TypedArray("java.lang.String", ["c"]),
        list=[1, 2],
        map=HashMap(k="v"),
        colour=RED,
        type=Class("java.lang.String"),
        point=bean_point(1, 2),
        points=TypedArray(BEANS + "Point", [bean_point(3, 4)]),
        serializable=obj(BEANS + "Empty"),
        sequence="sequence",
        nothing=None,
    ),
    "bean/shadowed-fields": Is(
        BEANS + "Shadowing",
        {
            "value": 3.0, "name": "bottom", "hidden": Long(3),
            (BEANS + "ShadowedMiddle", "value"): "middle", (BEANS + "ShadowedMiddle", "hidden"): ["of middle"],
            (BEANS + "ShadowedTop", "value"): 1, (BEANS + "ShadowedTop", "name"): "top",
            (BEANS + "ShadowedTop", "hidden"): "of top",
        },
    ),
    "bean/class-without-fields-between": obj(BEANS + "LabelledPoint", x=7, y=8, label="label"),
    "bean/abstract-parent": obj(BEANS + "Square", name="shape", side=2.0),
    "bean/parent-not-serializable": obj(BEANS + "SerializableChild", kept="kept"),
    "bean/transient": obj(BEANS + "Transients", kept=1, alsoKept="volatile", finalKept="final"),
    "bean/read-object-no-data": obj(BEANS + "NoDataChild", number=5, text="child"),
    "bean/generic": obj(BEANS + "Box", content=obj(BEANS + "Box", content="inner")),
    "bean/many-of-one-class": [bean_point(i, -i) for i in range(1000)],
    "bean/array-and-collections-of": TypedArray(
        "java.lang.Object",
        [TypedArray(BEANS + "Point", [bean_point(1, 1), None]), [bean_point(2, 2)], HashMap(p=bean_point(3, 3))],
    ),
}  # fmt: skip

# What no table can hold, as it refers to itself or is a key by identity; each is tested below by name.
BY_NAME: dict[str, Callable[[Any], bool]] = {
    "array/object-in-itself": lambda it: it[0] is it and it[1] == "beside" and it[2] is it,
    "array/object-in-each-other": lambda it: it[0] is not it and it[0][0] is it,
    "array/object-in-itself-through-list": lambda it: type(it[0]) is list and it[0][0] is it and it[0][1] == 1,
    "list/array-list-in-itself": lambda it: type(it) is list and it[0] == "before" and it[1] is it and len(it) == 3,
    "list/array-list-in-each-other": lambda it: it[1][0] == 2 and it[1][1] is it,
    "list/array-list-subclass-in-itself": lambda it: it.title == "recursive" and it.__java_annotations__[0][1] is it,
    "list/linked-list-in-itself": lambda it: type(it) is LinkedList and it[1] is it,
    "map/hash-map-one-in-all-types": lambda it: len(it.__java_annotations__[0]) == 1 + 2 * 12,
    "map/hash-map-list-keys": lambda it: [1, 2] in it.__java_annotations__[0],
    "map/hash-map-map-keys": lambda it: "map as key" in it.__java_annotations__[0],
    "map/hash-map-bean-key": lambda it: [(key.x, key.y) for key in it] == [(1, 2)],
    "map/hash-map-record-keys": lambda it: {(key.x, key.y): it[key] for key in it} == {(1, 2): "a", (3, 4): "b"},
    "map/hash-map-in-itself": lambda it: type(it) is HashMap and it["self"] is it and it["name"] == "recursive",
    "map/linked-hash-map-in-itself": lambda it: it["self"] is it and it["last"][0] is it and "first" in it,
    "map/tree-map-lambda-comparator": lambda it: list(it) == ["pear", "fig", "banana", "Cherry", "Apple"],
    "map/tree-map-null-key": lambda it: type(it) is TreeMap and it == {None: "null", "a": 1},
    "map/tree-map-in-itself": lambda it: type(it) is TreeMap and it["self"] is it,
    "set/hash-set-of-lists": lambda it: all(item in it.__java_annotations__[0] for item in ([], [1, 2], [3])),
    "set/hash-set-of-sets": lambda it: {1} in it.__java_annotations__[0],
    "set/hash-set-of-records": lambda it: type(it) is set and {(point.x, point.y) for point in it} == {(1, 2), (3, 4)},
    "set/hash-set-holding-its-owner": lambda it: type(it.group) is set and it.group == {it},
    "enum/hash-map-key": lambda it: [(key.name, type(key)) for key in it] == [("RED", JavaEnum)],
    "enum/linked-hash-map-keys": lambda it: {key.name: value for key, value in it.items()} == {"PLUS": 1, "RED": 3},
    "class/proxy": lambda it: type(it) is JavaClass and it.__java_descriptor__.interfaces[0].endswith("Greeter"),
    "class/map-keys": lambda it: {key.name: it[key] for key in it} == {"int": 1, "java.lang.Integer": 2, "[I": 3},
    "class/custom-write-object": lambda it: (it.field, it.text) == (1, "field"),
    "class/externalizable-chain": lambda it: "parent" in it.__java_annotations__[0],
    "record/map-keys": lambda it: {(key.x, key.y): value for key, value in it.items()} == {(1, 1): "a", (2, 2): "b"},
    "record/cyclic-through-list": lambda it: it.second[1] is it,
    "record/holding-list-that-holds-it": lambda it: it[1].second is it,
    "bean/shadowed-parent-and-child": lambda it: [one["value"] for one in it] == [1, 3.0, "middle"],
    "bean/cyclic-self": lambda it: it.next is it and it.value == 1,
    "bean/cyclic-ring": lambda it: it.next.next.next is it and it.next.next.value == 2,
    "bean/chain-of-ten": lambda it: [it.value, it.next.value, it.next.next.value] == [0, 1, 2],
    "bean/generic-self": lambda it: it.content is it,
    "bean/family": lambda it: [(one.name, one.parent is it) for one in it.children] == [("Ann", True), ("Ben", True)],
    "bean/below-jdk-class": lambda it: it.name == "named",
}

# Of containers of the next rooms; their own tests have them.
ELSEWHERE = ("enum/enum-map", "enum/enum-set")


# ---- judging


def difference(actual: Any, expected: Any, path: str = "$") -> str | None:
    """Where the two are not the same value of the same type; None if they are."""
    if isinstance(expected, Is):
        return _difference_of_fields(actual, expected, path)
    if isinstance(expected, Constant):
        same = isinstance(actual, JavaEnum) and (actual.__java_class__.name, actual.name) == (
            expected.type,
            expected.name,
        )
        return None if same else f"{path}: {actual!r}, not {expected}"
    if isinstance(expected, Class):
        same = type(actual) is JavaClass and actual.name == expected.name
        return None if same else f"{path}: {actual!r}, not {expected}"
    if isinstance(expected, Generic):
        if not isinstance(actual, bridge.JavaObject) or actual.__java_class__.name != expected.name:
            return f"{path}: {actual!r}, not a {expected.name} in the generic form"
        contents = [item for annotation in actual.__java_annotations__ for item in annotation]
        return _difference_of_contents(contents[1:], expected.contents, path)
    if isinstance(expected, TypedArray):
        if type(actual) is not JavaArray or actual.component_type != expected.component_type:
            return f"{path}: {type(actual).__name__}, not an array of {expected.component_type}"
        return _difference_of_items(actual, expected.items, path)
    if isinstance(expected, bytes):
        return None if isinstance(actual, bytes) and actual == expected else f"{path}: {actual!r}, not {expected!r}"
    if type(actual) is not type(expected):
        return f"{path}: {type(actual).__name__} {actual!r}, not {type(expected).__name__} {expected!r}"
    if isinstance(expected, float):
        same = struct.pack(">d", actual) == struct.pack(">d", expected) or (math.isnan(actual) and math.isnan(expected))
        return None if same else f"{path}: {actual!r}, not {expected!r}"
    if isinstance(expected, array):
        same = actual.typecode == expected.typecode and actual.tobytes() == expected.tobytes()
        return None if same else f"{path}: {actual!r}, not {expected!r}"
    if getattr(expected, "comparator", None) is not None:
        return difference(actual.comparator, expected.comparator, path + ".comparator") or difference(
            list(actual.items() if isinstance(actual, dict) else actual),
            list(expected.items() if isinstance(expected, dict) else expected),
            path,
        )
    if isinstance(expected, (list, tuple)):
        return _difference_of_items(actual, expected, path)
    if isinstance(expected, dict):
        return _difference_of_dicts(actual, expected, path)
    if isinstance(expected, set):
        in_order = isinstance(expected, LinkedHashSet)
        return _difference_of_contents(list(actual), list(expected), path, in_order=in_order)
    return None if actual == expected else f"{path}: {actual!r}, not {expected!r}"


def _difference_of_fields(actual: Any, expected: Is, path: str) -> str | None:
    if not isinstance(actual, bridge.JavaObject) or actual.__java_class__.name != expected.name:
        return f"{path}: {actual!r}, not a {expected.name}"
    if set(actual) != set(expected.fields):
        return f"{path}: the fields {list(actual)}, not {list(expected.fields)}"
    for key, value in expected.fields.items():
        # Primitive fields are plain numbers: their type is the field's.
        if found := difference(actual[key], value, f"{path}.{key}"):
            return found
        if isinstance(key, str) and key.isidentifier() and not key.startswith("__"):
            assert getattr(actual, key) is actual[key]
    return None


def _difference_of_items(actual: Any, expected: Any, path: str) -> str | None:
    if len(actual) != len(expected):
        return f"{path}: {len(actual)} items, not {len(expected)}"
    for i, (one, other) in enumerate(zip(actual, expected, strict=True)):
        if found := difference(one, other, f"{path}[{i}]"):
            return found
    return None


def _difference_of_dicts(actual: Any, expected: Any, path: str) -> str | None:
    if type(expected) is not HashMap:
        return _difference_of_items(list(actual.items()), list(expected.items()), path)
    if len(actual) > 100:
        return None if actual == expected else f"{path}: other entries"
    return _difference_of_contents(list(actual.items()), list(expected.items()), path)


def _difference_of_contents(actual: Any, expected: Any, path: str, *, in_order: bool = False) -> str | None:
    """Of what has no order: each that is expected is there."""
    if in_order or len(actual) > 100:
        return (
            _difference_of_items(actual, expected, path) if in_order else None if set(actual) == set(expected) else path
        )
    if len(actual) != len(expected):
        return f"{path}: {len(actual)} items, not {len(expected)}"
    left = list(actual)
    for other in expected:
        for i, one in enumerate(left):
            if difference(one, other) is None:
                del left[i]
                break
        else:
            return f"{path}: no {other!r} in {actual!r}"
    return None


def in_python(expected: Any, learned: Callable[[str], Any]) -> Any:
    """The value as a Python program would make it, from what is written in the table."""
    made: Any
    if isinstance(expected, Is):
        made = learned(expected.name)()
        for key, value in expected.fields.items():
            made[key] = in_python(value, learned)
        return made
    if isinstance(expected, Constant):
        return JavaEnum(bridge.ClassDescriptor(expected.type, 0, 0x12), expected.name)
    if isinstance(expected, TypedArray):
        return JavaArray([in_python(item, learned) for item in expected.items], expected.component_type)
    if type(expected) in (list, LinkedList):
        return type(expected)([in_python(item, learned) for item in expected])
    if isinstance(expected, dict) and any(isinstance(value, Is) for value in expected.values()):
        return type(expected)({key: in_python(value, learned) for key, value in expected.items()})
    if getattr(expected, "comparator", None) is not None:
        made = expected.copy() if isinstance(expected, set) else type(expected)(expected)
        made.comparator = in_python(expected.comparator, learned)
        return made
    return expected


# ---- tests


def test_every_case_is_in_the_table(java: Harness, names: Callable[[Harness, str], list[str]]) -> None:
    cases = {name for name in names(java, "list") if name.startswith(GROUPS) and not name.startswith(ELSEWHERE)}
    assert cases - set(CASES) - set(BY_NAME) == set()
    assert set(CASES) | set(BY_NAME) <= cases
    assert not set(CASES) & set(BY_NAME)


@pytest.mark.parametrize("name", CASES)
def test_value(java: Harness, name: str) -> None:
    """What Java wrote is this very value in Python."""
    assert difference(bridge.loads(java.write(name)), CASES[name]) is None


@pytest.mark.parametrize("name", BY_NAME)
def test_value_with_an_identity(java: Harness, name: str) -> None:
    assert BY_NAME[name](bridge.loads(java.write(name)))


# A Class object written by Python needs the descriptor of the class, which a name alone does not give; and what
# arrives in the generic form is not made by hand.
MADE = [name for name, expected in CASES.items() if "Class(" not in repr(expected) and "Generic(" not in repr(expected)]

# Java's equals says of an array in a list, as of a bean, whether it is the same one.
EQUAL_BY_IDENTITY = {"list/array-list-of-arrays", "record/containers"}


@pytest.mark.parametrize("name", MADE)
def test_value_made_in_python(java: Harness, name: str) -> None:
    """Made in Python and written: in Java it has the class of the case, and Java's ``equals`` says it is equal.

    Where that is no help, the descriptions that Java gives of both are compared, with fields and sharing at each node.
    """
    classes: dict[str, Any] = {}

    def learned(class_name: str) -> Any:
        if class_name not in classes:
            _learn(bridge.loads(java.write(name)), classes)
        return classes[class_name]

    data = bridge.dumps(in_python(CASES[name], learned))
    if name in EQUAL_BY_IDENTITY or BEANS in repr(CASES[name]):
        assert java.ask("describe", data) == java.ask("describe", java.write(name))
    else:
        java.ask(f"equals {name}", data)


def _learn(value: Any, classes: dict[str, Any]) -> None:
    """The generated classes of all objects of a graph, by name."""
    open_values, seen = [value], set()
    while open_values:
        value = open_values.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, bridge.JavaObject):
            classes[value.__java_class__.name] = type(value)
            open_values.extend(value[key] for key in value)
        elif isinstance(value, (list, tuple, set)):
            open_values.extend(value)
        elif isinstance(value, dict):
            open_values.extend([*value.keys(), *value.values()])
        if hasattr(value, "comparator"):
            open_values.append(value.comparator)

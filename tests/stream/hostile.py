"""Streams made to cost more than they weigh: each function gives one whose length grows with its argument.

`tests/test_safety.py` reads them small, `bench/safety.py` measures them large.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import bridge
from bridge.stream.encoder import Encoder
from tests.stream.assemble import (
    ARRAY_LIST,
    SC_SERIALIZABLE,
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_REFERENCE,
    TC_STRING,
    WRITES,
    int_,
    list_of,
    long_,
    stream,
)

__all__ = ["HOSTILE", "HUGE_LENGTHS", "shared_levels"]

_MAX_INT = 0x7FFFFFFF
_OBJECTS = TC_CLASSDESC("[Ljava.lang.Object;", uid=-8012369246846506644)
_HASH_MAP = TC_CLASSDESC(
    "java.util.HashMap", [("F", "loadFactor"), ("I", "threshold")], WRITES, uid=362498820763181265
)  # fmt: skip
_LOAD_FACTOR = b"\x3f\x40\0\0"
_HASH_SET = TC_CLASSDESC("java.util.HashSet", (), WRITES, uid=-5024744406713321676)

#: Contents that declare more than they hold; every one ends early.
HUGE_LENGTHS: dict[str, bytes] = {
    "byte[]": stream(TC_ARRAY(TC_CLASSDESC("[B"), _MAX_INT, b"few")),
    "long[]": stream(TC_ARRAY(TC_CLASSDESC("[J"), _MAX_INT, b"few")),
    "Object[]": stream(TC_ARRAY(_OBJECTS, _MAX_INT, TC_NULL * 3)),
    "long string": stream(b"\x7c" + long_(_MAX_INT)),
    "block data": stream(b"\x7a" + int_(_MAX_INT) + b"few"),
    "ArrayList": stream(TC_OBJECT(ARRAY_LIST, int_(_MAX_INT), TC_BLOCKDATA(int_(_MAX_INT)), TC_NULL * 3)),
    "HashMap": stream(
        TC_OBJECT(_HASH_MAP, _LOAD_FACTOR, int_(_MAX_INT), TC_BLOCKDATA(int_(_MAX_INT) * 2), TC_STRING("k"), TC_NULL)
    ),
    "HashSet": stream(TC_OBJECT(_HASH_SET, TC_BLOCKDATA(int_(_MAX_INT) + _LOAD_FACTOR + int_(_MAX_INT)), TC_NULL)),
    "fields": stream(b"\x73\x72\0\1A" + bytes(8) + b"\2\xff\xff"),
    "interfaces": stream(b"\x73\x7d" + int_(65535)),
}


def _list(elements: list[bytes]) -> bytes:
    return list_of(*elements)


# ---------------------------------------------------------------------------------------------------------- nesting


def nested_lists(levels: int) -> bytes:
    head = int_(1) + TC_BLOCKDATA(int_(1))
    again = TC_OBJECT(TC_REFERENCE(0), head)
    return stream(TC_OBJECT(ARRAY_LIST, head) + again * (levels - 1) + TC_NULL + TC_ENDBLOCKDATA * levels)


def nested_arrays(levels: int) -> bytes:
    return stream(TC_ARRAY(_OBJECTS, 1) + TC_ARRAY(TC_REFERENCE(0), 1) * (levels - 1) + TC_NULL)


def nested_objects(levels: int) -> bytes:
    node = TC_CLASSDESC("p.Node", [("L", "next", TC_STRING("Lp/Node;"))])
    return stream(TC_OBJECT(node) + TC_OBJECT(TC_REFERENCE(0)) * (levels - 1) + TC_NULL)


def nested_annotations(levels: int) -> bytes:
    writer = TC_CLASSDESC("p.W", (), WRITES)
    return stream(TC_OBJECT(writer) + TC_OBJECT(TC_REFERENCE(0)) * (levels - 1) + TC_ENDBLOCKDATA * levels)


def nested_maps(levels: int) -> bytes:
    head = _LOAD_FACTOR + int_(12) + TC_BLOCKDATA(int_(16) + int_(1)) + TC_NULL
    again = TC_OBJECT(TC_REFERENCE(0), head)
    return stream(TC_OBJECT(_HASH_MAP, head) + again * (levels - 1) + TC_NULL + TC_ENDBLOCKDATA * levels)


def nested_class_annotations(levels: int) -> bytes:
    """An object in the annotation of the class of an object in the annotation of the class ..."""
    head = b"\x73\x72\0\1A" + bytes(8) + b"\2\0\0"
    return stream(head * levels + (TC_ENDBLOCKDATA + TC_NULL) * levels)


def shared_levels(levels: int) -> bytes:
    """HashSets that hold both sets of the level below, which hold both of the one below them: 2**levels ways down."""
    out: list[bytes] = []
    handles = 2  # the class is 0, the outermost set 1

    def begin(size: int) -> bytes:
        head = TC_BLOCKDATA(int_(16) + _LOAD_FACTOR + int_(size))
        return TC_OBJECT(TC_REFERENCE(0) if out else _HASH_SET, head)

    # The first set of each level is inside of the first one above it; behind it comes the second, which refers to both
    # sets of the level below, as they are then complete.
    for _ in range(levels):
        out.append(begin(2))
    out.append(begin(0) + TC_ENDBLOCKDATA)
    firsts = list(range(levels + 1, 0, -1))  # handles, the innermost first
    handles = levels + 2
    seconds: list[int] = []
    for level in range(levels):
        inner = [TC_REFERENCE(firsts[level - 1]), TC_REFERENCE(seconds[-1])] if level else [TC_STRING("a")]
        out.append(begin(len(inner) + 1) + b"".join(inner) + TC_NULL + TC_ENDBLOCKDATA + TC_ENDBLOCKDATA)
        seconds.append(handles)
        handles += 1 if level else 2
    return stream(*out)


def shared_lists(levels: int) -> bytes:
    """The same with lists: each holds the one before twice."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value, value]
    return bridge.dumps(value)


def shared_objects(levels: int) -> bytes:
    """The same with objects of a class that nobody knows."""
    pair = TC_CLASSDESC("p.Pair", [("L", "a", TC_STRING("Lp/Pair;")), ("L", "b", TC_REFERENCE(1))])
    out = TC_OBJECT(pair) + TC_OBJECT(TC_REFERENCE(0)) * (levels - 1) + TC_NULL * 2
    return stream(out, *[TC_REFERENCE(handle) for handle in range(levels + 1, 2, -1)])


# ------------------------------------------------------------------------------------------------------- collisions

#: Python's hash of a number is its remainder by this prime.
_MODULUS = (1 << 61) - 1


def colliding_strings(count: int) -> bytes:
    """Keys of one hash in Java: every mixture of Aa and BB."""
    length = max(1, (count - 1).bit_length())
    keys = ["".join(pair) for pair, _ in zip(product(("Aa", "BB"), repeat=length), range(count), strict=False)]
    return bridge.dumps(bridge.HashMap(dict.fromkeys(keys)))


def equal_keys(count: int) -> bytes:
    entries = (TC_STRING("same") + TC_NULL) + (TC_REFERENCE(2) + TC_NULL) * (count - 1)
    head = _LOAD_FACTOR + int_(12) + TC_BLOCKDATA(int_(16) + int_(count))
    return stream(TC_OBJECT(_HASH_MAP, head, entries, TC_ENDBLOCKDATA))


#: The first number beyond 64 bits of hash 0.
_FIRST = (1 << 70) // _MODULUS * _MODULUS


def _set_of(values: list[Any]) -> bytes:
    """A HashSet of values that a Python set would take long to hold."""
    elements = _elements(values, 2)
    head = TC_BLOCKDATA(int_(2 * len(values)) + _LOAD_FACTOR + int_(len(values)))
    return stream(TC_OBJECT(_HASH_SET, head, elements, TC_ENDBLOCKDATA))


def _map_of(values: list[Any]) -> bytes:
    """A HashMap with such values as keys, and as its values null."""
    head = _LOAD_FACTOR + int_(12) + TC_BLOCKDATA(int_(2 * len(values)) + int_(len(values)))
    return stream(TC_OBJECT(_HASH_MAP, head, _elements(values, 2, TC_NULL), TC_ENDBLOCKDATA))


def _elements(values: list[Any], handle: int, after: bytes = b"") -> bytes:
    """The values as elements of what holds them, behind ``handle`` handles."""
    encoder = Encoder(bridge.default_registry)
    for i in range(handle):
        encoder.write_object(f"a text that takes handle {i}")
    encoder.take()
    found = []
    for value in values:
        encoder.write_object(value)
        found += [encoder.take(), after]
    return b"".join(found)


def colliding_big_integers(count: int) -> bytes:
    return _set_of([_FIRST + i * _MODULUS for i in range(count)])


def colliding_big_integer_keys(count: int) -> bytes:
    return _map_of([_FIRST + i * _MODULUS for i in range(count)])


def colliding_decimals(count: int) -> bytes:
    return _map_of([Decimal(i * _MODULUS) for i in range(1, count + 1)])


def colliding_uuids(count: int) -> bytes:
    return _map_of([UUID(int=i * _MODULUS) for i in range(count)])


def colliding_in_set_of(count: int) -> bytes:
    """``Set.of``."""
    kind = TC_CLASSDESC("java.util.CollSer", [("I", "tag")], WRITES, uid=6309168927139932177)
    numbers = _elements([_FIRST + i * _MODULUS for i in range(count)], 2)
    return stream(TC_OBJECT(kind, int_(2), TC_BLOCKDATA(int_(count)), numbers, TC_ENDBLOCKDATA))


# ---------------------------------------------------------------------------------------------------------- classes


def many_fields(count: int) -> bytes:
    """One class with ``count`` fields, at most 65,535, and one object of it."""
    fields = [("B", f"f{i}") for i in range(count)]
    return stream(TC_OBJECT(TC_CLASSDESC("p.Wide", fields), bytes(count)))


def many_wide_classes(count: int) -> bytes:
    fields = [("B", f"f{i}") for i in range(1000)]
    return stream(_list([TC_OBJECT(TC_CLASSDESC(f"p.Wide{i}", fields), bytes(1000)) for i in range(count)]))


def many_classes(count: int) -> bytes:
    return stream(_list([TC_OBJECT(TC_CLASSDESC(f"C{i}")) for i in range(count)]))


def many_class_objects(count: int) -> bytes:
    return stream(_list([b"\x76" + TC_CLASSDESC(f"C{i}") for i in range(count)]))


def many_enums(count: int) -> bytes:
    flags = SC_SERIALIZABLE | 0x10
    return stream(_list([b"\x7e" + TC_CLASSDESC(f"E{i}", flags=flags, uid=0) + TC_STRING("X") for i in range(count)]))


def classes_below_a_long_chain(count: int) -> bytes:
    """Each class has the same 900 super-classes."""
    chain = TC_NULL
    for i in range(900):
        chain = TC_CLASSDESC(f"S{i}", super_class=chain)
    first = TC_OBJECT(TC_CLASSDESC("C", super_class=chain))
    others = [TC_OBJECT(TC_CLASSDESC(f"C{i}", super_class=TC_REFERENCE(3))) for i in range(count)]
    return stream(_list([first, *others]))


def classes_below_a_wide_one(count: int) -> bytes:
    """Each class inherits 60,000 fields and has an object that holds 60,000 bytes but the last, which is cut off."""
    fields = [("B", f"f{i}") for i in range(60_000)]
    parent = TC_CLASSDESC("p.Wide", fields)
    first = TC_OBJECT(TC_CLASSDESC("C", super_class=parent), bytes(60_000))
    others = [TC_OBJECT(TC_CLASSDESC(f"C{i}", super_class=TC_REFERENCE(3)), bytes(60_000)) for i in range(count)]
    return stream(_list([first, *others]))


def classes_that_inherit_objects(count: int) -> bytes:
    """Each class inherits 20,000 object fields, and the first of them holds an object of the next class."""
    fields = [("L", f"f{i}", TC_STRING("Ljava/lang/Object;") if i == 0 else TC_REFERENCE(2)) for i in range(20_000)]
    parent = TC_CLASSDESC("p.Wide", fields)
    first = TC_OBJECT(TC_CLASSDESC("C", super_class=parent))
    others = [TC_OBJECT(TC_CLASSDESC(f"C{i}", super_class=TC_REFERENCE(1))) for i in range(count)]
    return stream(first, *others)


def enormous_names(count: int) -> bytes:
    return stream(_list([TC_OBJECT(TC_CLASSDESC("C" * 65_000 + str(i))) for i in range(count)]))


# ---------------------------------------------------------------------------------------------------------- sharing


def references(count: int) -> bytes:
    return stream(_list([TC_STRING("x" * 100), *[TC_REFERENCE(2)] * (count - 1)]))


def strings(count: int) -> bytes:
    return stream(_list([TC_STRING("")] * count))


def nulls(count: int) -> bytes:
    return stream(TC_ARRAY(_OBJECTS, count, TC_NULL * count))


def boxes(count: int) -> bytes:
    return bridge.dumps([bridge.Long(i) for i in range(count)])


def empty_lists(count: int) -> bytes:
    return bridge.dumps([[] for _ in range(count)])


def empty_maps(count: int) -> bytes:
    return bridge.dumps([{} for _ in range(count)])


def empty_sets(count: int) -> bytes:
    return bridge.dumps([set() for _ in range(count)])


def contents(count: int) -> bytes:
    return stream(*[TC_STRING("")] * count)


def _around(class_desc: bytes, shared: bytes, again: Callable[[int], bytes], count: int, handles: int) -> bytes:
    """A large thing, then ``count`` objects around a reference to it."""
    return stream(
        _list([shared, TC_OBJECT(class_desc, again(0)), *[TC_OBJECT(TC_REFERENCE(handles), again(0))] * count])
    )


def views_of_one_list(count: int) -> bytes:
    """``Collections.unmodifiableList`` of one list of ``count`` nulls, ``count`` times over."""
    shared = TC_ARRAY(_OBJECTS, count, TC_NULL * count)  # handles 2 and 3
    view = TC_CLASSDESC(
        "java.util.Arrays$ArrayList", [("[", "a", TC_STRING("[Ljava/lang/Object;"))], uid=-2764017481108945198
    )
    return _around(view, shared, lambda _: TC_REFERENCE(3), count, 4)


def builders_of_one_text(count: int) -> bytes:
    """``StringBuilder`` around one char[]."""
    shared = TC_ARRAY(TC_CLASSDESC("[C", uid=-5753798564021173076), count, b"\0x" * count)
    kind = TC_CLASSDESC("java.lang.StringBuilder", (), WRITES, uid=4383685877147921099)
    return _around(
        kind, shared, lambda _: TC_BLOCKDATA(int_(count)) + TC_REFERENCE(3) + TC_ENDBLOCKDATA, count // 10, 4
    )


def big_integers_of_one_magnitude(count: int) -> bytes:
    shared = TC_ARRAY(TC_CLASSDESC("[B", uid=-5984413125824719648), count, b"\x7f" * count)
    number = TC_CLASSDESC(
        "java.math.BigInteger",
        [("I", "bitCount"), ("I", "bitLength"), ("I", "firstNonzeroByteNum"), ("I", "lowestSetBit"), ("I", "signum"),
         ("[", "magnitude", TC_STRING("[B"))],
        WRITES,
        super_class=TC_CLASSDESC("java.lang.Number", uid=-8742448824652078965),
        uid=-8287574255936472291,
    )  # fmt: skip
    body = int_(-1) + int_(-1) + int_(-2) + int_(-2) + int_(1) + TC_REFERENCE(3) + TC_ENDBLOCKDATA
    return _around(number, shared, lambda _: body, count // 10, 4)


def uris_of_one_text(count: int) -> bytes:
    text = TC_LONGSTRING("x" * count)
    uri = TC_CLASSDESC(
        "java.net.URI", [("L", "string", TC_STRING("Ljava/lang/String;"))], WRITES, uid=-6052424284110960213
    )
    return _around(uri, text, lambda _: TC_REFERENCE(2) + TC_ENDBLOCKDATA, count // 5, 3)


def huge_decimal(size: int) -> bytes:
    """A BigDecimal whose number has ``size`` bytes."""
    data = bridge.dumps(Decimal(int.from_bytes(b"\x7f" * 100)))
    at = data.index(b"\x7f" * 100)
    return data[: at - 4] + int_(size) + b"\x7f" * size + data[at + 100 :]


def decimals_of_one_number(count: int) -> bytes:
    """BigDecimals of the longest number that becomes a Decimal."""
    first = bridge.dumps([Decimal(int.from_bytes(b"\x7f" * 100))])[4:-1]
    at = first.index(b"\x7f" * 100)
    first = first[: at - 4] + int_(4096) + b"\x7f" * 4096 + first[at + 100 :]
    first = first.replace(int_(1) + TC_BLOCKDATA(int_(1)), int_(count + 1) + TC_BLOCKDATA(int_(count + 1)), 1)
    again = TC_OBJECT(TC_REFERENCE(2), int_(0), TC_REFERENCE(8), TC_ENDBLOCKDATA)  # BigDecimal, and the BigInteger
    return stream(first, again * count, TC_ENDBLOCKDATA)


def copies(count: int) -> bytes:
    """``Collections.nCopies``, as many copies as are shown."""
    kind = TC_CLASSDESC(
        "java.util.Collections$CopiesList",
        [("I", "n"), ("L", "element", TC_STRING("Ljava/lang/Object;"))],
        uid=2739099268398711800,
    )
    return stream(_list([TC_OBJECT(kind, int_(64), TC_NULL), *[TC_OBJECT(TC_REFERENCE(2), int_(64), TC_NULL)] * count]))


#: By name: what makes one, and an argument for about 100 kB.
HOSTILE: dict[str, tuple[Callable[[int], bytes], int]] = {
    "nested lists": (nested_lists, 6000),
    "nested arrays": (nested_arrays, 10_000),
    "nested objects": (nested_objects, 15_000),
    "nested annotations": (nested_annotations, 14_000),
    "nested maps": (nested_maps, 4000),
    "nested class annotations": (nested_class_annotations, 6000),
    "sets in sets, shared": (shared_levels, 1700),
    "lists in lists, shared": (shared_lists, 4500),
    "objects in objects, shared": (shared_objects, 9000),
    "keys of one Java hash": (colliding_strings, 2800),
    "one key again and again": (equal_keys, 16_000),
    "BigIntegers of one hash": (colliding_big_integers, 1500),
    "BigInteger keys of one hash": (colliding_big_integer_keys, 1500),
    "BigDecimals of one hash": (colliding_decimals, 1200),
    "UUIDs of one hash": (colliding_uuids, 4500),
    "Set.of of one hash": (colliding_in_set_of, 1500),
    "a class of many fields": (many_fields, 12_000),
    "classes of 1000 fields": (many_wide_classes, 11),
    "many classes": (many_classes, 4500),
    "many Class objects": (many_class_objects, 4500),
    "many enum classes": (many_enums, 4000),
    "classes below 900 others": (classes_below_a_long_chain, 3500),
    "classes that inherit 60,000 fields": (classes_below_a_wide_one, 1),
    "unfinished objects of inherited fields": (classes_that_inherit_objects, 1000),
    "names of 65,000 characters": (enormous_names, 2),
    "back references": (references, 20_000),
    "empty strings": (strings, 33_000),
    "nulls": (nulls, 100_000),
    "boxes": (boxes, 7000),
    "empty lists": (empty_lists, 6000),
    "empty maps": (empty_maps, 4000),
    "empty sets": (empty_sets, 4000),
    "contents": (contents, 33_000),
    "views of one array": (views_of_one_list, 8000),
    "StringBuilders of one text": (builders_of_one_text, 25_000),
    "BigIntegers of one magnitude": (big_integers_of_one_magnitude, 25_000),
    "URIs of one text": (uris_of_one_text, 30_000),
    "a BigDecimal of many digits": (huge_decimal, 100_000),
    "BigDecimals of one number": (decimals_of_one_number, 6000),
    "nCopies": (copies, 9000),
}

"""What an adapter makes of an object in one step is what it makes of it part by part.

The short way is taken where an object of a known class lies whole in the input, so a stream that arrives byte by byte
never takes it. Values, sharing, handles, limits and errors have to be the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.stream.assemble import (
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
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
from tests.stream.outcomes import BUILDS, Build, Outcome

DECIMALS = [
    *("0", "0.00", "0E+3", "-1", "1.5", "-1.50", "127", "128", "-129", "255.99", "65535", "1E-39", "1E-40", "1E-41"),
    *("9223372036854775807", "-9223372036854775808.1", "18446744073709551615", "-18446744073709551616", "1E+400"),
    *("0.000000000000000000000000000000123456789012345678901234567890", "1E-2147483647", "1E+2147483647"),
    "123456789" * 12 + ".5",
]


def numbers(build: Build) -> list[Any]:
    big_integer = build.package.BigInteger
    whole = [0, 1, -1, 127, 128, -128, 255, 256, 1 << 31, -(1 << 63), (1 << 63) - 1]
    return [*map(big_integer, whole), 1 << 63, -(1 << 64) + 1, 1 << 64, -(1 << 200)]


def enum_map(build: Build, *keys: str, value: Any = 1) -> Any:
    days = build.package.DayOfWeek
    key_type = build.package.JavaClass(build.package.ClassDescriptor("java.time.DayOfWeek", 0, 0x12))
    return build.package.EnumMap({days[key]: value for key in keys}, key_type=key_type)


def tuples(build: Build) -> list[Any]:
    nested: Any = ()
    for depth in range(6):
        nested = (depth, nested, "text")
    immutable = [build.package.ImmutableMap({"a": 1, "b": (2, "c")}), frozenset({1, "a"}), frozenset()]
    many = [tuple(range(size)) for size in (0, 1, 2, 15, 16, 17, 300)]
    texts = [("x" * 60, "y" * 100, "z" * 200), ("x" * 70000,), ("a", None), (None,)]
    return [*many, *texts, *immutable, nested, ((), ((),), ([1], ["two"])), build.package.StreamList((1, None))]


def enum_maps(build: Build) -> list[Any]:
    days = ("MONDAY", "SUNDAY", "FRIDAY")
    values: list[Any] = [1, "text", None, (1, "two"), [1, 2], Decimal("1.5"), {}]
    return [enum_map(build), *[enum_map(build, *days, value=value) for value in values]]


def times(build: Build) -> list[Any]:
    package = build.package
    return [
        *(date(2026, 11, 23), datetime(2026, 11, 23, 1, 2, 3, 456789), datetime(2026, 11, 23, 1), time(1, 2), time(23)),
        *(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 1, 1, 1, 1, 1, tzinfo=timezone(timedelta(seconds=3601)))),
        *(timedelta(days=-1, microseconds=1), timedelta(0), package.Instant(1969, 1, 1, tzinfo=UTC)),
        *(package.Year(-44), package.YearMonth(2026, 2), package.Period(1, -2, 3), timezone(timedelta(hours=-18))),
        package.NanoTime(1, 2, 3, 4),
    ]


def uuids(build: Build) -> list[Any]:
    return [UUID(int=number) for number in (0, 1, (1 << 64) - 1, 1 << 64, (1 << 128) - 1, 0xA << 124)]


GROUPS: dict[str, Callable[[Build], list[Any]]] = {
    "BigDecimal": lambda build: [Decimal(text) for text in DECIMALS],
    "BigInteger": numbers,
    "CollSer": tuples,
    "EnumMap": enum_maps,
    "java.time": times,
    "UUID": uuids,
}


def bytewise(data: bytes) -> Iterator[bytes]:
    return (data[i : i + 1] for i in range(len(data)))


def check(build: Build, data: bytes, **options: Any) -> Any:
    """The outcome of the stream, which is that of its bytes one by one."""
    whole = build.whole(data, **options)
    assert seen(whole) == seen(build.pieces(bytewise(data), **options))
    return whole


def seen(outcome: Outcome) -> Any:
    """Of a stream that ends in an error, the error only: the rest of it may have been fed or not."""
    return outcome if outcome.error is None else outcome.error


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
class TestValues:
    def test_arrive_as_part_by_part_and_are_written_as_they_were(self, build: Build, name: str) -> None:
        values = GROUPS[name](build)
        # As elements, as elements of an array of objects, as keys and values, and as fields of a list node.
        for shape in (values, [value for value in values for _ in range(3)], build.package.JavaArray(values)):
            data = build.package.dumps([shape, values[0], "end"])
            whole = check(build, data)
            assert whole.error is None
            assert build.whole(build.package.dumps(build.package.loads(data))).contents == whole.contents
        mapping = {str(i): value for i, value in enumerate(values)}
        assert build.package.loads(build.package.dumps(mapping)) == mapping
        assert check(build, build.package.dumps(mapping)).error is None

    def test_meet_the_same_limits(self, build: Build, name: str) -> None:
        for value in GROUPS[name](build):
            data = build.package.dumps([value, value, [value], None])
            if len(data) > 2000:
                continue
            handles = check(build, data).handles
            for limit in ("maxrefs", "maxdepth", "maxarray", "maxhandles", "maxstring"):
                for bound in range(handles + 3 if limit in ("maxrefs", "maxhandles") else 10):
                    check(build, data, limits={limit: bound})

    def test_end_in_the_same_error_where_the_input_ends(self, build: Build, name: str) -> None:
        for value in GROUPS[name](build):
            data = build.package.dumps([value, [value]])
            if len(data) < 1000:
                for stop in range(5, len(data)):
                    assert check(build, data[:stop]).error is not None

    def test_put_the_same_questions_to_a_filter(self, build: Build, name: str) -> None:
        for value in GROUPS[name](build):
            if isinstance(value, tuple) and len(value) > 20:
                continue
            data = build.package.dumps([value, [value]])
            asked = [questions(build, data, 1), questions(build, data, len(data))]
            assert asked[0] == asked[1]
            assert asked[0]


def questions(build: Build, data: bytes, size: int) -> list[Any]:
    asked: list[Any] = []
    decoder = build.Decoder(build.registry(), object_filter=asked.append)
    for start in range(0, len(data), size):
        decoder.feed(data[start : start + size])
        decoder.next_content()
    return asked


INTS = [("I", "bitCount"), ("I", "bitLength"), ("I", "firstNonzeroByteNum"), ("I", "lowestSetBit"), ("I", "signum")]
NUMBER = TC_CLASSDESC("java.lang.Number", uid=-8742448824652078965)
BYTES = TC_CLASSDESC("[B", uid=-5984413125824719648)


def big_integer(sign: int, magnitude: bytes, *, of: bytes, array: bytes = BYTES, length: int = -1) -> bytes:
    """``of`` and ``array``: their class descriptors, or references to them."""
    fields = b"".join(map(int_, (-1, -1, -2, -2, sign)))
    size = len(magnitude) if length < 0 else length
    return TC_OBJECT(of, fields, TC_ARRAY(array, size, magnitude), TC_ENDBLOCKDATA)


# Handles: 0 ArrayList, 1 the list, 2 BigDecimal, 3 its type string, 4 Number, 5 the first BigDecimal, 6 BigInteger,
# 7 its type string, 8 its value, 9 [B, 10 its bytes. The next BigDecimal is 11, its BigInteger 12, its byte[] 13.
FIRST_INTEGER = TC_CLASSDESC(
    "java.math.BigInteger",
    [*INTS, ("[", "magnitude", TC_STRING("[B"))],
    WRITES,
    uid=-8287574255936472291,
    super_class=TC_REFERENCE(4),
)
FIRST_DECIMAL = TC_OBJECT(
    TC_CLASSDESC(
        "java.math.BigDecimal",
        [("I", "scale"), ("L", "intVal", TC_STRING("Ljava/math/BigInteger;"))],
        WRITES,
        uid=6108874887143696463,
        super_class=NUMBER,
    ),
    int_(1),
    big_integer(1, b"\x7b", of=FIRST_INTEGER),
    TC_ENDBLOCKDATA,
)
KNOWN: dict[str, Any] = {"of": TC_REFERENCE(6), "array": TC_REFERENCE(9)}


def decimal(scale: int, number: bytes, end: bytes = TC_ENDBLOCKDATA) -> bytes:
    return TC_OBJECT(TC_REFERENCE(2), int_(scale), number, end)


UNUSUAL = {
    "references to the parts": (
        decimal(2, big_integer(-1, b"\x01\x02", **KNOWN)),
        *map(TC_REFERENCE, (11, 12, 13, 13, 12)),
    ),
    "a shared BigInteger": (decimal(2, TC_REFERENCE(8)), TC_REFERENCE(8)),
    "a shared magnitude": (
        decimal(2, TC_OBJECT(KNOWN["of"], *map(int_, (0, 0, 0, 0, 1)), TC_REFERENCE(10), TC_ENDBLOCKDATA)),
    ),
    "no BigInteger": (decimal(2, TC_NULL),),
    "a text for a BigInteger": (decimal(2, TC_STRING("1")),),
    "another number for a BigInteger": (decimal(2, decimal(0, TC_NULL)),),
    "itself for a BigInteger": (decimal(2, TC_REFERENCE(11)),),
    "zeros in front": (decimal(2, big_integer(1, b"\0\0\x05", **KNOWN)), TC_REFERENCE(12), TC_REFERENCE(13)),
    "zeros only": (decimal(2, big_integer(1, b"\0\0", **KNOWN)),),
    "a sign of nothing": (decimal(2, big_integer(-1, b"", **KNOWN)),),
    "no sign": (decimal(2, big_integer(0, b"\x01", **KNOWN)),),
    "sign 2": (decimal(2, big_integer(2, b"\x01", **KNOWN)),),
    "a negative length": (decimal(2, big_integer(1, b"\x01", length=-2, **KNOWN)),),
    "a length beyond the input": (decimal(2, big_integer(1, b"\x01", length=7, **KNOWN)),),
    "a long for a magnitude": (
        decimal(2, big_integer(1, long_(1), length=1, of=KNOWN["of"], array=TC_CLASSDESC("[J"))),
    ),
    "data after the number": (decimal(2, big_integer(1, b"\x05", **KNOWN), TC_BLOCKDATA(b"more") + TC_ENDBLOCKDATA),),
    "an object after the number": (decimal(2, big_integer(1, b"\x05", **KNOWN), TC_NULL + TC_ENDBLOCKDATA),),
    "data inside of the number": (
        decimal(2, big_integer(1, b"\x05", **KNOWN)[:-1] + TC_BLOCKDATA(b"more") + TC_ENDBLOCKDATA),
    ),
    "a magnitude of nine bytes": (decimal(2, big_integer(1, b"\x01" * 9, **KNOWN)),),
    "64 bits and a sign": (decimal(2, big_integer(-1, b"\xff" * 8, **KNOWN)), TC_REFERENCE(12)),
    "scale of 32 bits": (decimal(-0x80000000, big_integer(-1, b"\x01", **KNOWN)),),
    "a number alone": (big_integer(1, b"\x05", **KNOWN), big_integer(1, b"\x05\x06", **KNOWN), TC_REFERENCE(12)),
}


@pytest.mark.parametrize("name", UNUSUAL)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_unusual_numbers_are_what_they_are_part_by_part(build: Build, name: str) -> None:
    data = stream(list_of(FIRST_DECIMAL, *UNUSUAL[name], TC_STRING("end")))
    whole = check(build, data)
    assert seen(whole) == seen(BUILDS[0].whole(data))
    for bound in range(20):
        check(build, data, limits={"maxrefs": bound})
        check(build, data, limits={"maxdepth": bound})


COLL_SER = TC_CLASSDESC("java.util.CollSer", [("I", "tag")], WRITES, uid=6309168927139932177)
# Handles: 0 ArrayList, 1 the list, 2 CollSer, 3 the first List.of. The next one is 4.
FIRST_LIST = TC_OBJECT(COLL_SER, int_(1), TC_BLOCKDATA(int_(0)), TC_ENDBLOCKDATA)


def list_of_known(tag: int, count: int, *contents: bytes) -> bytes:
    return TC_OBJECT(TC_REFERENCE(2), int_(tag), TC_BLOCKDATA(int_(count)), *contents, TC_ENDBLOCKDATA)


UNUSUAL_LISTS = {
    "more than declared": list_of_known(1, 1, TC_STRING("aa"), TC_STRING("bb")),
    "fewer than declared": list_of_known(1, 2, TC_STRING("aa")),
    "a negative number": list_of_known(1, -1, TC_STRING("aa")),
    "a reference to itself": list_of_known(1, 1, TC_REFERENCE(4)),
    "a reference to one inside": list_of_known(1, 2, list_of_known(1, 1, TC_STRING("aa")), TC_REFERENCE(6)),
    "one that is part of a part": list_of_known(1, 1, list_of_known(1, 1, list_of_known(1, 1, TC_REFERENCE(4)))),
    "equal elements of a set": list_of_known(2, 2, TC_STRING("aa"), TC_STRING("aa")),
    "what has no hash in a set": list_of_known(
        2, 1, TC_OBJECT(COLL_SER, int_(9), TC_BLOCKDATA(int_(0)), TC_ENDBLOCKDATA)
    ),
    "a key without a value": list_of_known(3, 1, TC_STRING("aa")),
    "an unknown tag": list_of_known(7, 1, TC_STRING("aa")),
    "data between the elements": list_of_known(1, 2, TC_STRING("aa"), TC_BLOCKDATA(b"data"), TC_STRING("bb")),
    "two blocks in front": list_of_known(1, 1, TC_BLOCKDATA(b"data"), TC_STRING("bb")),
    "no block": TC_OBJECT(TC_REFERENCE(2), int_(1), TC_STRING("aa"), TC_ENDBLOCKDATA),
    "a long block": TC_OBJECT(TC_REFERENCE(2), int_(1), TC_BLOCKDATA(long_(1)), TC_STRING("aa"), TC_ENDBLOCKDATA),
}


@pytest.mark.parametrize("name", UNUSUAL_LISTS)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_unusual_lists_are_what_they_are_part_by_part(build: Build, name: str) -> None:
    data = stream(list_of(FIRST_LIST, UNUSUAL_LISTS[name], TC_STRING("end")))
    whole = check(build, data)
    assert seen(whole) == seen(BUILDS[0].whole(data))
    for bound in range(16):
        check(build, data, limits={"maxrefs": bound})
        check(build, data, limits={"maxdepth": bound})


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_what_shares_much_takes_the_generic_form_as_part_by_part(build: Build) -> None:
    text = "shared" * 200_000
    data = build.package.dumps([text, *[(text, i) for i in range(300)]])
    whole = build.whole(data)
    assert whole == build.pieces([data[i : i + 997] for i in range(0, len(data), 997)])
    kinds = {type(item).__name__ for item in build.package.loads(data)}
    assert kinds == {"str", "tuple", "CollSer"}


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_nothing_is_kept_of_what_was_taken_in_one_step_or_in_vain(build: Build) -> None:
    text = "".join(["a text that ", "many share"])
    deep = (text, (text, (text, (text, [text]))))
    values = [text, (1,), (text, 2), enum_map(build), enum_map(build, "MONDAY", value=text), [text], {text: text}, deep]
    decoder = build.Decoder(build.registry())
    decoder.feed(build.package.dumps([values, text]))
    (found, *rest), again = decoder.next_content()
    assert found is again and rest[-1] == deep
    decoder.restart()
    del rest, again
    lone = "".join(["a text of ", "its own"])
    assert sys.getrefcount(found) == sys.getrefcount(lone)


def test_a_registry_that_reads_the_parts_otherwise_is_asked() -> None:
    for build in BUILDS:
        registry = build.registry()
        plan = build.module("stream.plan")

        def read(descriptor: Any, plan: Any = plan) -> Any:
            return plan.DecodePlan(plan.BUILD, descriptor, build=lambda values, _: f"signum {values[4]}")

        registry.read_as("java.math.BigInteger", read)
        data = build.package.dumps([Decimal("1.5"), Decimal("2.5"), build.package.BigInteger(3)])
        first, second, third = build.package.loads(data, registry=registry)
        assert first.intVal == second.intVal == third == "signum 1"


class Day(date):
    """Subclasses are asked for what they hold by their attributes."""


class Moment(datetime):
    pass


class Clock(time):
    pass


class Span(timedelta):
    pass


class WholeClock(time):
    microsecond = property(lambda self: 0)


class WholeMoment(datetime):
    microsecond = property(lambda self: 0)


class WholeSpan(timedelta):
    microseconds = property(lambda self: 0)


class FirstDay(date):
    day = property(lambda self: 1)


@pytest.mark.parametrize("name", GROUPS)
def test_both_builds_write_the_same(name: str) -> None:
    written = []
    for build in BUILDS:
        values = GROUPS[name](build)
        dumps = build.package.dumps
        several = [values, (values, [values, tuple(values)]), {str(i): value for i, value in enumerate(values)}]
        # Twice, as what was written before is written as a reference; and each by itself.
        written.append([*[dumps([one, one, (one,)]) for one in several], *map(dumps, values)])
    assert written[0] == written[1]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_values_of_subclasses_are_written_as_those_of_the_class(build: Build) -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    pairs: list[tuple[Any, Any]] = [
        (Day(2026, 11, 23), date(2026, 11, 23)),
        (Moment(1, 1, 1, 23, 59, 59, 999999), datetime(1, 1, 1, 23, 59, 59, 999999)),
        (Moment(2026, 11, 23, 1, 2, tzinfo=zone), datetime(2026, 11, 23, 1, 2, tzinfo=zone)),
        (Clock(1, 2, 3), time(1, 2, 3)),
        (Clock(1, 2, tzinfo=zone), time(1, 2, tzinfo=zone)),
        (Span(-1, 3, 5), timedelta(-1, 3, 5)),
        (FirstDay(2026, 11, 23), date(2026, 11, 1)),
        (WholeMoment(2026, 11, 23, 1, 2, 3, 4), datetime(2026, 11, 23, 1, 2, 3)),
        (WholeClock(1, 2, 3, 4), time(1, 2, 3)),
        (WholeSpan(-1, 3, 5), timedelta(-1, 3)),
    ]
    for value, plain in pairs:
        assert build.package.dumps([value, value]) == build.package.dumps([plain, plain])


def unwritable(build: Build) -> list[Any]:
    """Values of types that can be written, which cannot."""
    far = type("Far", (tzinfo,), {"utcoffset": lambda self, moment: timedelta(hours=20)})()
    return [
        build.package.Instant(2026, 1, 1),
        datetime(2026, 1, 1, tzinfo=far),
        Decimal("NaN"),
        Decimal("1E-2147483648"),
        frozenset({None}),
        (1, object()),
        enum_map(build, "MONDAY", value=object()),
        build.package.EnumMap({"no constant": 1}),
    ]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("index", range(8))
def test_what_cannot_be_written_leaves_nothing_behind(build: Build, index: int) -> None:
    bad = unwritable(build)[index]
    good = [
        value for group in ("BigDecimal", "CollSer", "EnumMap", "java.time", "UUID") for value in GROUPS[group](build)
    ]
    encoder = build.Encoder(build.registry())
    encoder.write_object(good)
    before = encoder.take()
    places = {
        "$[{}]": [*good, bad],
        "$[{}][1]": [*good, [good, bad]],
        "$[{}].key": [*good, {"key": bad}],
        "$[{}][2]": [*good, ("text", good[0], bad)],
    }
    inside = {5: "[1]", 6: "[<DayOfWeek.MONDAY: 1>]"}.get(index, "")
    for place, value in places.items():
        with pytest.raises(build.errors.EncodeError) as failure:
            encoder.write_object(value)
        assert failure.value.path == place.format(len(good)) + inside
    encoder.write_object([good, good[0]])
    after = encoder.take()
    twice = build.Encoder(build.registry())
    twice.write_object(good)
    twice.write_object([good, good[0]])
    assert twice.take() == before + after

"""Writes docs/values.md: what each class of the JDK is in Python, and each type of Python in Java.

    python scripts/values.py    # make docs

Every row is an example that is evaluated, written and read. The classes and types come from that and from the
registry: a class that it knows and that has no row here is an error.
"""

from __future__ import annotations

import collections
import datetime
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import bridge
from bridge.stream.model import ByteArray, IdentityKey

PAGE = Path(__file__).parent.parent / "docs" / "values.md"
CORPUS = PAGE.parent.parent / "tests" / "corpus" / "jdk17"
COMMAND = "make docs"


@dataclass(frozen=True)
class Row:
    """``java`` is the class that the value is in Java, ``example`` the value in Python, as an expression.

    ``stream``: the class in the stream, where Java puts another one there in its place. ``also``: other Java classes
    that arrive as the same type. ``read``: the stream of the corpus that holds the example, for a type that can be
    written only where it was read, as it keeps what Python does not show.
    """

    java: str
    example: str
    stream: str = ""
    also: tuple[str, ...] = ()
    read: str = ""

    @property
    def data(self) -> bytes:
        """The stream of the example."""
        if not self.read:
            return bridge.dumps(self.value)
        name, _, place = self.read.partition("[")
        whole = (CORPUS / f"{name}.ser").read_bytes()
        return bridge.dumps(bridge.loads(whole)[int(place[:-1])]) if place else whole

    @property
    def value(self) -> Any:
        return eval(self.example, dict(NAMES))  # noqa: S307 - the expressions stand below

    @property
    def class_in_stream(self) -> str:
        return self.stream or self.java


NAMES: dict[str, Any] = {
    **{name: getattr(bridge, name) for name in bridge.__all__},
    **{name: getattr(datetime, name) for name in ("date", "datetime", "time", "timedelta", "timezone")},
    **{each.__name__: each for each in (array, Decimal, UUID, ZoneInfo, collections.deque)},
    "UTC": datetime.UTC,
}

SER, CHRONO, COLLECTION = "java.time.Ser", "java.time.chrono.Ser", "java.util.CollSer"


def _views(start: str, *kinds: str) -> tuple[str, ...]:
    return tuple(f"java.util.Collections${start}{kind}" for kind in kinds)


_SETS = ("SortedSet", "NavigableSet")
_MAPS = ("SortedMap", "NavigableMap")

ROWS = [
    Row("null", "None"),
    Row("java.lang.Boolean", "True"),
    Row("java.lang.Integer", "42"),
    Row("java.lang.Long", "Long(42)"),
    Row("java.lang.Long", "10_000_000_000"),
    Row("java.lang.Short", "Short(42)"),
    Row("java.lang.Byte", "Byte(42)"),
    Row("java.lang.Double", "2.5"),
    Row("java.lang.Float", "Float(2.5)"),
    Row("java.lang.Character", 'Char("x")'),
    Row("java.lang.String", '"text"'),
    Row("java.lang.StringBuilder", 'StringBuilder("text")'),
    Row("java.lang.StringBuffer", 'StringBuffer("text")'),
    Row("java.lang.Class", 'JavaClass(ClassDescriptor("com.example.Order", 1))', stream="com.example.Order"),
    Row("java.lang.Throwable", 'JavaThrowable("what happened")'),
    Row("com.example.Colour", 'JavaEnum(ClassDescriptor("com.example.Colour", 0, 18), "RED")'),
    Row("byte[]", 'b"\\x00\\xff"', stream="[B"),
    Row("short[]", 'array("h", [1, -2])', stream="[S"),
    Row("int[]", 'array("i", [1, -2])', stream="[I"),
    Row("long[]", 'array("q", [1, -2])', stream="[J"),
    Row("float[]", 'array("f", [1.5])', stream="[F"),
    Row("double[]", 'array("d", [1.5])', stream="[D"),
    Row("boolean[]", "BooleanArray([True, False])", stream="[Z"),
    Row("char[]", 'CharArray("text")', stream="[C"),
    Row("String[]", 'JavaArray(["a", None], "java.lang.String")', stream="[Ljava.lang.String;"),
    Row("int[][]", 'JavaArray([array("i", [1])], "[I")', stream="[[I"),
    Row("java.math.BigInteger", "10**30"),
    Row("java.math.BigInteger", "BigInteger(42)"),
    Row("java.math.BigDecimal", 'Decimal("1.50")'),
    Row("java.util.ArrayList", '["a", 1]'),
    Row("java.util.LinkedList", 'LinkedList(["a", 1])'),
    Row("java.util.ArrayDeque", 'deque(["a", 1])'),
    Row("java.util.LinkedHashMap", '{"a": 1}'),
    Row("java.util.LinkedHashMap", 'LinkedHashMap({"a": 1}, access_order=True)'),
    Row("java.util.HashMap", 'HashMap({"a": 1})'),
    Row("java.util.TreeMap", 'TreeMap({"a": 1})'),
    Row("java.util.HashSet", '{"a", 1}'),
    Row("java.util.LinkedHashSet", 'LinkedHashSet(["a", 1])'),
    Row("java.util.TreeSet", 'TreeSet(["a", "b"])'),
    Row("java.util.List.of", '("a", 1)', stream=COLLECTION),
    Row("java.util.Set.of", 'frozenset({"a", 1})', stream=COLLECTION),
    Row("java.util.Map.of", 'ImmutableMap({"a": 1})', stream=COLLECTION),
    Row("java.util.stream.Stream.toList", 'StreamList(["a", None])', stream=COLLECTION),
    Row("java.util.Vector", 'Vector(["a", 1])'),
    Row("java.util.Stack", 'Stack(["a", 1])'),
    Row("java.util.PriorityQueue", "PriorityQueue([1, 2])"),
    Row("java.util.Hashtable", 'Hashtable({"a": 1})'),
    Row("java.util.Properties", 'Properties({"a": "b"})'),
    Row("java.util.IdentityHashMap", 'IdentityHashMap({"a": 1})'),
    Row("java.util.EnumMap", 'EnumMap({Month.MAY: "spring"})', read="container/enum-map-of-own-enum"),
    Row(
        "java.util.EnumSet",
        "EnumSet(DayOfWeek)",
        stream="java.util.EnumSet$SerializationProxy",
        read="container/enum-set-of-own-enum",
    ),
    Row("java.util.AbstractMap$SimpleEntry", 'MapEntry("a", 1)'),
    Row("java.util.AbstractMap$SimpleImmutableEntry", 'ImmutableMapEntry("a", 1)'),
    Row("java.util.BitSet", "BitSet([1, 5])"),
    Row("java.util.Arrays$ArrayList", 'ArraysList(["a", 1])'),
    Row(
        "java.util.Collections$UnmodifiableRandomAccessList",
        'UnmodifiableList(["a"])',
        also=_views("Unmodifiable", "Collection", "List", "SequencedCollection"),
    ),
    Row(
        "java.util.Collections$UnmodifiableSet",
        'UnmodifiableSet(["a"])',
        also=_views("Unmodifiable", *_SETS, "SequencedSet", "NavigableSet$EmptyNavigableSet"),
    ),
    Row(
        "java.util.Collections$UnmodifiableMap",
        'UnmodifiableMap({"a": 1})',
        also=_views("Unmodifiable", *_MAPS, "SequencedMap", "NavigableMap$EmptyNavigableMap"),
    ),
    Row(
        "java.util.Collections$SynchronizedList",
        "SynchronizedList([1, 2])",
        also=_views("Synchronized", "Collection", "RandomAccessList"),
        read="view/synchronized-list",
    ),
    Row(
        "java.util.Collections$SynchronizedSet",
        "SynchronizedSet([1])",
        also=_views("Synchronized", *_SETS),
        read="view/synchronized-set",
    ),
    Row(
        "java.util.Collections$SynchronizedMap",
        'SynchronizedMap({"a": 1})',
        also=_views("Synchronized", *_MAPS),
        read="view/synchronized-map",
    ),
    Row(
        "java.util.Collections$CheckedRandomAccessList",
        'CheckedList(["a", "b"])',
        also=_views("Checked", "Collection", "List", "Queue"),
        read="view/checked-list",
    ),
    Row(
        "java.util.Collections$CheckedSet",
        "CheckedSet([1])",
        also=_views("Checked", *_SETS),
        read="view/checked-set",
    ),
    Row(
        "java.util.Collections$CheckedMap",
        'CheckedMap({"a": 1})',
        also=_views("Checked", *_MAPS),
        read="view/checked-map",
    ),
    Row("java.util.Collections$SetFromMap", 'SetFromMap(["a"])'),
    Row("java.util.Collections$AsLIFOQueue", "LifoQueue([1, 2])", read="container/lifo-queue[0]"),
    Row("java.util.Collections$EmptyList", "EmptyList()"),
    Row("java.util.Collections$EmptySet", "EmptySet()"),
    Row("java.util.Collections$EmptyMap", "EmptyMap()"),
    Row("java.util.Collections$SingletonList", 'SingletonList(["a"])'),
    Row("java.util.Collections$SingletonSet", 'SingletonSet(["a"])'),
    Row("java.util.Collections$SingletonMap", 'SingletonMap({"a": 1})'),
    Row("java.util.Collections$CopiesList", 'CopiesList(["a", "a"])'),
    Row("java.util.UUID", 'UUID("12345678-1234-5678-1234-567812345678")'),
    Row("java.util.Date", "Date(2024, 2, 29, 12, 30, tzinfo=UTC)"),
    Row(
        "java.util.GregorianCalendar",
        'GregorianCalendar(2023, 11, 14, 23, 13, 20, 123000, tzinfo=ZoneInfo("Europe/Berlin"))',
        read="value/calendar-berlin",
    ),
    Row(
        "java.util.TimeZone",
        'TimeZone("Europe/Berlin")',
        stream="sun.util.calendar.ZoneInfo",
        read="value/time-zone",
    ),
    Row("java.util.SimpleTimeZone", 'TimeZone("CET")', read="value/simple-time-zone"),
    Row("java.util.Locale", 'Locale("de_DE")'),
    Row("java.util.Currency", 'Currency("EUR")'),
    Row("java.util.regex.Pattern", 'Pattern("[a-z]+", 2)'),
    Row("java.util.concurrent.ConcurrentHashMap", 'ConcurrentHashMap({"a": 1})'),
    Row("java.util.concurrent.ConcurrentHashMap$KeySetView", 'KeySetView(["a"])'),
    Row("java.util.concurrent.ConcurrentSkipListMap", 'ConcurrentSkipListMap({"a": 1})'),
    Row("java.util.concurrent.ConcurrentSkipListSet", 'ConcurrentSkipListSet(["a"])'),
    Row("java.util.concurrent.CopyOnWriteArrayList", 'CopyOnWriteArrayList(["a"])'),
    Row("java.util.concurrent.CopyOnWriteArraySet", 'CopyOnWriteArraySet(["a"])'),
    Row("java.util.concurrent.ConcurrentLinkedQueue", 'ConcurrentLinkedQueue(["a"])'),
    Row("java.util.concurrent.ConcurrentLinkedDeque", 'ConcurrentLinkedDeque(["a"])'),
    Row("java.util.concurrent.LinkedTransferQueue", 'LinkedTransferQueue(["a"])'),
    Row("java.util.concurrent.LinkedBlockingQueue", 'LinkedBlockingQueue(["a"], 10)'),
    Row("java.util.concurrent.LinkedBlockingDeque", 'LinkedBlockingDeque(["a"], 10)'),
    Row("java.util.concurrent.ArrayBlockingQueue", 'ArrayBlockingQueue(["a"], 10)'),
    Row("java.util.concurrent.PriorityBlockingQueue", "PriorityBlockingQueue([1, 2])"),
    Row("java.util.concurrent.atomic.AtomicInteger", "AtomicInteger(42)"),
    Row("java.util.concurrent.atomic.AtomicLong", "AtomicLong(42)"),
    Row("java.util.concurrent.atomic.AtomicBoolean", "AtomicBoolean(True)"),
    Row("java.util.concurrent.atomic.AtomicIntegerArray", "AtomicIntegerArray([1, 2])"),
    Row("java.util.concurrent.atomic.AtomicLongArray", "AtomicLongArray([1, 2])"),
    Row(
        "java.util.concurrent.atomic.LongAdder",
        "LongAdder(42)",
        stream="java.util.concurrent.atomic.LongAdder$SerializationProxy",
    ),
    Row(
        "java.util.concurrent.atomic.DoubleAdder",
        "DoubleAdder(2.5)",
        stream="java.util.concurrent.atomic.DoubleAdder$SerializationProxy",
    ),
    Row("java.time.LocalDate", "date(2024, 2, 29)", stream=SER),
    Row("java.time.LocalTime", "time(12, 30)", stream=SER),
    Row("java.time.LocalTime", "NanoTime.of(time(12, 30), 1)", stream=SER),
    Row("java.time.LocalDateTime", "datetime(2024, 2, 29, 12, 30)", stream=SER),
    Row("java.time.LocalDateTime", "NanoDateTime.of(datetime(2024, 2, 29, 12, 30), 1)", stream=SER),
    Row("java.time.OffsetDateTime", "datetime(2024, 2, 29, 12, 30, tzinfo=timezone(timedelta(hours=1)))", stream=SER),
    Row("java.time.OffsetTime", "time(12, 30, tzinfo=timezone(timedelta(hours=1)))", stream=SER),
    Row("java.time.ZonedDateTime", 'datetime(2024, 2, 29, 12, 30, tzinfo=ZoneInfo("Europe/Berlin"))', stream=SER),
    Row("java.time.ZonedDateTime", "ZonedDateTime(2024, 2, 29, 12, 30, tzinfo=UTC)", stream=SER),
    Row("java.time.Instant", "Instant(2024, 2, 29, 12, 30, tzinfo=UTC)", stream=SER),
    Row("java.time.Duration", "timedelta(hours=1, microseconds=5)", stream=SER),
    Row("java.time.Duration", "NanoTimedelta.of(timedelta(hours=1), 5)", stream=SER),
    Row("java.time.Period", "Period(1, 2, 3)", stream=SER),
    Row("java.time.Year", "Year(2024)", stream=SER),
    Row("java.time.YearMonth", "YearMonth(2024, 2)", stream=SER),
    Row("java.time.MonthDay", "MonthDay(2, 29)", stream=SER),
    Row("java.time.ZoneOffset", "timezone(timedelta(hours=1))", stream=SER),
    Row("java.time.ZoneId", 'ZoneId("Europe/Berlin")', stream=SER),
    Row("java.time.DayOfWeek", "DayOfWeek.THURSDAY"),
    Row("java.time.Month", "Month.FEBRUARY"),
    Row("java.time.chrono.JapaneseDate", "JapaneseDate(2024, 2, 29)", stream=CHRONO),
    Row("java.time.chrono.MinguoDate", "MinguoDate(2024, 2, 29)", stream=CHRONO),
    Row("java.time.chrono.ThaiBuddhistDate", "ThaiBuddhistDate(2024, 2, 29)", stream=CHRONO),
    Row("java.time.chrono.HijrahDate", 'HijrahDate(Chronology("Hijrah-umalqura"), 1445, 8, 19)', stream=CHRONO),
    Row("java.time.chrono.Chronology", 'Chronology("ISO")', stream=CHRONO),
    Row("java.time.chrono.JapaneseEra", "JapaneseEra(3)", stream=CHRONO),
    Row("java.time.chrono.ChronoPeriod", 'ChronoPeriod(Chronology("Minguo"), 1, 2, 3)', stream=CHRONO),
    Row("java.net.URI", 'URI("mailto:someone@example.com")'),
    Row("java.net.URL", 'URL("https://example.com/")'),
    Row("java.net.Inet4Address", 'Inet4Address("192.0.2.1")', stream="java.net.InetAddress"),
    Row("java.net.Inet6Address", 'Inet6Address("2001:db8::1")'),
    Row("java.net.InetSocketAddress", 'InetSocketAddress("host.example", 443)'),
    Row("java.io.File", 'File("/tmp/x")'),
    Row("java.io.File", 'WindowsFile("C:\\\\x")'),
    Row("java.sql.Date", "SqlDate(2024, 2, 29, tzinfo=UTC)"),
    Row("java.sql.Time", "SqlTime(1970, 1, 1, 12, 30, tzinfo=UTC)"),
    Row("java.sql.Timestamp", "Timestamp.of(datetime(2024, 2, 29, 12, 30, tzinfo=UTC), 1)"),
    Row("java.rmi.MarshalledObject", 'MarshalledObject(dumps("text"))'),
]

#: Python types that are written as what another one is, and arrive as that one.
ALSO_WRITTEN = [
    Row("byte[]", 'bytearray(b"ab")', stream="[B"),
    Row("byte[]", 'memoryview(b"ab")', stream="[B"),
    Row("java.time.ZoneId", 'ZoneInfo("Europe/Berlin")', stream=SER),
    Row("java.io.ObjectStreamClass", 'ClassDescriptor("com.example.Order", 1)', stream="com.example.Order"),
]

#: What stands in the place of a value, and is nothing that a program makes.
INNER = {ByteArray, IdentityKey}


def check(registry: bridge.Registry = bridge.default_registry) -> None:
    """Raises LookupError where the registry knows what has no row, or a row is of what it does not know."""
    described = {name for row in ROWS for name in (row.class_in_stream, *row.also)}
    types = {type(row.value) for row in [*ROWS, *ALSO_WRITTEN]} | INNER
    nameless = registry.java_names - described
    typeless = {kind for kind in registry.python_types if not any(issubclass(each, kind) for each in types)}
    if nameless or typeless:
        told = [*sorted(nameless), *sorted(kind.__qualname__ for kind in typeless)]
        raise LookupError(f"give these an example in {Path(__file__).name}: {', '.join(told)}")
    unknown = {name for row in ROWS for name in row.also}
    if unknown - registry.java_names:
        raise LookupError(f"nothing is known any more of {', '.join(sorted(unknown - registry.java_names))}")


def type_name(value: Any) -> str:
    kind = type(value)
    if isinstance(value, bridge.JavaThrowable):
        kind = bridge.JavaThrowable
    if kind.__module__ == "builtins":
        return "None" if value is None else kind.__name__
    return kind.__name__ if getattr(bridge, kind.__name__, None) is kind else f"{kind.__module__}.{kind.__name__}"


def section(row: Row) -> str:
    if row.java in ("null", "com.example.Colour"):
        return "java.lang"
    if row.java.endswith("[]"):
        return "Arrays"
    parts = row.java.split(".")
    return ".".join(part for part in parts[:-1] if part.islower())


def page() -> str:
    """The text of docs/values.md."""
    check()
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield f"<!-- Written by scripts/values.py: `{COMMAND}` -->\n"
    yield INTRODUCTION
    yield "## Plain values\n"
    yield "What a plain Python value is written as. These types arrive from the same classes.\n"
    plain = [row for row in ROWS if not type(row.value).__module__.startswith("bridge")]
    yield from _table(("Python", "Java", "example"), [(f"`{type_name(r.value)}`", *_java(r)) for r in plain])
    yield ALSO_PLAIN
    yield from _table(("Python", "Java", "example"), [(f"`{type_name(r.value)}`", *_java(r)) for r in ALSO_WRITTEN])
    for name in dict.fromkeys(map(section, ROWS)):
        rows = [row for row in ROWS if section(row) == name]
        yield f"## {name}\n"
        yield from _table(
            ("Java", "in Python", "example"), [(_java(r)[0], f"`{type_name(r.value)}`", _java(r)[1]) for r in rows]
        )
        if any(row.read for row in rows):
            yield READ_ONLY
        also = {other: type_name(row.value) for row in rows for other in row.also}
        if also:
            yield "Read as the same types, and written back as what they were:\n"
            yield from (f"* `{other}` as `{kind}`" for other, kind in also.items())
            yield ""
    yield REST.rstrip() + "\n"


def _java(row: Row) -> tuple[str, str]:
    name = "any enum constant" if row.java == "com.example.Colour" else f"`{row.java}`"
    if row.java == "java.lang.Throwable":
        name += " and all below it"
    return name, f"`{row.example}`{' (1)' if row.read else ''}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


INTRODUCTION = """\
# Values

What objects of Java are in Python, and what Python's values are in Java. Names without a module are those of `bridge`
(`bridge.Long`). Every example on this page is written and read by the tests.

1. What was read and is written again is to Java the same graph: same class, value and sharing at every node.
2. A value that was read equals what a Python programmer would have written.
3. A plain Python type stands for one Java class when written. Other Java classes of the same shape arrive as
   subclasses of the plain type, which know their class: `bridge.Long(5)` is an int, and a `java.lang.Long` again when
   written.
4. Nothing is refused: an unknown class, or a value that Python cannot hold (the year -5, a list as the key of a map),
   arrives in the generic form, `bridge.JavaObject`, with all its fields and what its class wrote beside them.
"""

READ_ONLY = """\
(1) Written only where it was read: it keeps what Python does not show (a lock, the rules of a zone, an enum class).
"""

ALSO_PLAIN = """\
An int is an Integer if it has 32 bits, a Long if it has 64, else a BigInteger; where Java has a smaller number in a
larger class, it arrives as `Long` or `BigInteger`. Written as well, and arriving as the types above:
"""

REST = """\
## Your own classes

A dataclass with `@bridge.java_class`, an `enum.Enum` with `@bridge.java_enum`, and what `bridge.java_type` gives are
written as the class they name, and objects of that class arrive as them. Any other class of a stream becomes a Python
class with its fields: `obj.name`, `obj["name"]`, and `obj["com.example.Parent", "name"]` where two classes have a field
of one name. Proxies are `bridge.JavaProxy`.

## numpy

Arrays and scalars of numpy are written wherever they stand, without a word to the bridge.

| numpy | Java |
|---|---|
| array of `bool` | `boolean[]` |
| array of `int8`, `int16`, `int32`, `int64` | `byte[]`, `short[]`, `int[]`, `long[]` |
| array of `uint8` | `byte[]` of the same bits, as `bytes` are |
| array of `float32`, `float64` | `float[]`, `double[]` |
| array of objects, of texts | `Object[]`, `String[]` |
| array of n dimensions | array of arrays: `int[][]` |
| `bool`, `int8`, `int16`, `int32`, `int64` | Boolean, Byte, Short, Integer, Long |
| `float32`, `float64` | Float, Double |

Byte order and strides are seen to. Refused, with a message that says what to write instead: other unsigned numbers,
half and long floats, complex numbers, `datetime64` and `timedelta64`, records, masked values, arrays of no dimensions.

`bridge.loads(data, registry=bridge.numpy_arrays())` reads arrays of boolean, short, int, long, float and double as
numpy's; `byte[]` stays `bytes`, `char[]` text. The registry can be kept, and given to channels too.

## javaobj

Objects of the package javaobj are written as what they are: see [javaobj.md](javaobj.md).
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")

"""The streams that the fuzzer starts from: every production of the grammar, and what the encoder writes."""

from __future__ import annotations

import datetime
import decimal
import uuid
from array import array
from collections import deque
from pathlib import Path
from typing import Any

import bridge
from tests.stream.assemble import (
    EXTERNALIZABLE,
    SC_ENUM,
    SC_SERIALIZABLE,
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
    WRITES,
    double_,
    int_,
    list_of,
    long_,
    short_,
    stream,
)

__all__ = ["CORPUS", "corpus", "seeds"]

#: Inputs that showed a bug once: ``corpus/TARGET/WHAT-WAS-WRONG.bin``. CONTRIBUTING.md says how one is added.
CORPUS = Path(__file__).parent / "corpus"

_STRING = TC_STRING("Ljava/lang/String;")
_POINT = TC_CLASSDESC("p.Point", [("I", "x"), ("D", "y")])
_NAMED = TC_CLASSDESC("p.Named", [("L", "name", _STRING), ("L", "next", TC_STRING("Lp/Named;"))])
_COLOR = TC_CLASSDESC(
    "p.Color", flags=SC_SERIALIZABLE | SC_ENUM, uid=0,
    super_class=TC_CLASSDESC("java.lang.Enum", flags=SC_SERIALIZABLE | SC_ENUM, uid=0),
)  # fmt: skip

ASSEMBLED = [
    stream(),
    stream(TC_NULL, TC_STRING("text"), TC_LONGSTRING("long"), TC_REFERENCE(0)),
    stream(TC_OBJECT(_POINT, int_(1), double_(2.5)), TC_OBJECT(TC_REFERENCE(0), int_(3), double_(4))),
    stream(TC_OBJECT(_NAMED, TC_STRING("a"), TC_OBJECT(TC_REFERENCE(0), TC_REFERENCE(4), TC_REFERENCE(3)))),
    stream(
        TC_OBJECT(
            TC_CLASSDESC("p.Child", [("J", "x")], WRITES, super_class=TC_CLASSDESC("p.Parent", [("I", "x")], WRITES)),
            int_(1), TC_BLOCKDATA(b"ab"), TC_BLOCKDATALONG(b"cd"), TC_NULL, TC_BLOCKDATA(b"e"), TC_ENDBLOCKDATA,
            long_(2), TC_STRING("in"), TC_ENDBLOCKDATA,
        )
    ),
    stream(
        TC_OBJECT(
            TC_CLASSDESC("p.Ext", (), EXTERNALIZABLE, super_class=TC_CLASSDESC("p.Base", (), EXTERNALIZABLE)),
            TC_BLOCKDATA(b"1234"), TC_STRING("more"), TC_ENDBLOCKDATA,
        )
    ),
    stream(TC_ENUM(_COLOR, TC_STRING("RED")), TC_ENUM(TC_REFERENCE(0), TC_STRING("BLUE")), TC_CLASS(TC_REFERENCE(0))),
    stream(TC_ARRAY(TC_CLASSDESC("[I"), 3, int_(1), int_(2), int_(3)), TC_ARRAY(TC_CLASSDESC("[B"), 1, b"x")),
    stream(TC_ARRAY(TC_CLASSDESC("[[S"), 2, TC_ARRAY(TC_CLASSDESC("[S"), 1, short_(7)), TC_NULL)),
    stream(TC_ARRAY(TC_CLASSDESC("[Ljava.lang.Object;"), 2, TC_REFERENCE(1), TC_STRING("x"))),
    stream(TC_ARRAY(TC_CLASSDESC("[C"), 2, short_(0x41), short_(-0x2800)), TC_ARRAY(TC_CLASSDESC("[Z"), 2, b"\0\2")),
    stream(
        TC_OBJECT(
            TC_PROXYCLASSDESC(
                "p.A", "p.B",
                super_class=TC_CLASSDESC("java.lang.reflect.Proxy", [("L", "h", TC_STRING("Lp/Handler;"))]),
            ),
            TC_OBJECT(TC_CLASSDESC("p.H")),
        )
    ),
    stream(TC_BLOCKDATA(b"abc"), TC_RESET, TC_BLOCKDATALONG(b"d" * 300), TC_RESET, TC_STRING("x")),
    stream(TC_EXCEPTION(TC_OBJECT(TC_CLASSDESC("p.E", [("L", "m", _STRING)]), TC_NULL)), TC_STRING("after")),
    stream(list_of(TC_STRING("before"), TC_EXCEPTION(TC_OBJECT(TC_CLASSDESC("p.E"))))[:-1], TC_STRING("after")),
    stream(TC_OBJECT(TC_CLASSDESC("p.A", annotation=TC_BLOCKDATA(b"x") + TC_STRING("codebase")))),
    stream(TC_OBJECT(TC_CLASSDESC("p.A", annotation=TC_OBJECT(TC_CLASSDESC("p.B", annotation=TC_NULL))))),
    stream(TC_CLASSDESC("p.Alone"), _COLOR, TC_PROXYCLASSDESC("p.A")),
    stream(list_of(list_of(class_desc=TC_REFERENCE(0)), TC_REFERENCE(1), TC_REFERENCE(2))),
    stream(list_of(TC_OBJECT(TC_CLASSDESC("java.lang.Long", [("J", "value")]), long_(5)), TC_OBJECT(
        TC_CLASSDESC("java.lang.Character", [("C", "value")]), short_(65)))),
]  # fmt: skip


def _values() -> list[Any]:
    cyclic: list[Any] = [1]
    cyclic.append(cyclic)
    self_keyed: dict[Any, Any] = {}
    self_keyed["self"] = [self_keyed]
    values: list[Any] = [
        [None, True, 1, 1 << 40, 1 << 80, 2.5, "text", "é\0\U0001f600", b"", b"x", b"bytes"],
        [bridge.Long(5), bridge.Short(6), bridge.Byte(7), bridge.Float(1.5), bridge.Char("c"), bridge.BigInteger(8)],
        {"a": 1, "b": [2, {"c": {3, 4}}], 5: None},
        bridge.HashMap({"k": "v", 2: 3.5}),
        bridge.TreeMap({"b": 1, "a": 2}),
        {"s", 1, 2.5},
        bridge.LinkedHashSet(["z", "a"]),
        bridge.TreeSet([3, 1, 2]),
        bridge.LinkedList([1, "two"]),
        array("i", [1, 2, 3]),
        [array("d", [1.5]), array("q", [1]), array("h", [2]), array("f", [0.5])],
        bridge.BooleanArray([True, False]),
        bridge.CharArray("chars"),
        bridge.JavaArray(["a", None], "java.lang.String"),
        cyclic,
        self_keyed,
        (1, "tuple"),
        frozenset((1, 2)),
        deque([1, 2]),
        decimal.Decimal("1.50"),
        uuid.UUID(int=5),
        datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 1, 2, 3, 4),
        datetime.timedelta(1, 2, 3),
        datetime.time(1, 2, 3),
    ]
    return values


def seeds(corpus: Path | None = None) -> list[bytes]:
    """Streams assembled by hand, streams of values that can be written, and the files of ``corpus``."""
    found = list(ASSEMBLED)
    for value in _values():
        try:
            found.append(bridge.dumps(value))
        except bridge.errors.NotSerializableError:
            continue
    for folder in [Path(__file__).parent.parent / "corpus", *([] if corpus is None else [corpus])]:
        files = sorted(folder.rglob("*.ser"))
        found += [file.read_bytes() for file in files if file.stat().st_size < 20_000]
    return found


def corpus(target: str) -> list[Path]:
    """What was found before with a target."""
    return sorted((CORPUS / target).glob("*.bin"))

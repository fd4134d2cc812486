"""What is known to be dangerous is readable data, and is not written unless one asks for it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import javaobj
import pytest

import bridge
from bridge import Field, JavaObject
from bridge.codec import dump, dumps, dumps_all, loads
from bridge.errors import EncodeError, NotSerializableError
from bridge.gadgets import Pattern, patterns, why_refused
from bridge.stream import encoder, plan_finder
from bridge.stream.document import Document
from bridge.stream.generic import class_for

GADGET = "org.apache.commons.collections.functors.InvokerTransformer"
PATTERNS = [*patterns().classes, *patterns().constructs.values()]


def harmless(name: str, super_class: bridge.ClassDescriptor | None = None) -> JavaObject:
    """An object that has nothing but the name of a class."""
    descriptor = bridge.ClassDescriptor(name, 1, 0x02, (Field("n", "I"),), super_class)
    return class_for(descriptor)[0]()


# ---- the data


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_each_pattern_says_what_happens_why_and_where_that_is_known_from(pattern: Pattern) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", pattern.id)
    assert pattern.level in ("danger", "suspect")
    assert len(pattern.reading) > 20 and len(pattern.why) > 20
    for text in (pattern.id, pattern.reading, pattern.why, *pattern.sources, *pattern.classes):
        assert isinstance(text, str) and text.isascii() and text.isprintable()
    for source in pattern.sources:
        assert re.fullmatch(r"CVE-20\d\d-\d{4,}|https://\S+|Joshua Bloch, .*", source)
    assert pattern.sources or pattern.id == "unreadable-name"


def test_no_pattern_and_no_class_is_there_twice() -> None:
    ids = [pattern.id for pattern in PATTERNS]
    names = [name for pattern in PATTERNS for name in pattern.classes]
    assert len(ids) == len(set(ids)) and len(names) == len(set(names))
    assert all(pattern.classes for pattern in patterns().classes)


@pytest.mark.parametrize("pattern", patterns().classes, ids=lambda pattern: pattern.id)
def test_names_are_those_of_classes(pattern: Pattern) -> None:
    for name in pattern.classes:
        assert re.fullmatch(r"[a-z]\w*(\.[a-z]\w*)*\.\w+(\$[\w.]+)*\$?\*?", name), name
        # Whatever is written first asks whether the name begins so, and saves the rest.
        assert not (pattern.level == "danger" and name.startswith("java.")), name


def test_a_class_is_found_by_its_name_its_prefix_and_as_component_of_arrays() -> None:
    known = patterns()
    for name in (GADGET, f"[L{GADGET};", f"[[L{GADGET};"):
        pattern = known.of_class(name)
        assert pattern is not None and pattern.id == "commons-collections"
    clojure = known.of_class("clojure.core$comp$fn__4727")
    assert clojure is not None and clojure.id == "clojure"
    for name in ("java.util.ArrayList", GADGET + "2", "[I", "[", "", "[L", GADGET.lower()):
        assert known.of_class(name) is None


def test_only_what_is_dangerous_is_refused() -> None:
    assert why_refused(["com.example.Order", "java.lang.Object"]) is None
    assert why_refused(["javax.naming.Reference"]) is None  # suspect
    assert "CVE-2015-7501" in str(why_refused(["com.example.Mine", GADGET]))


# ---- writing


def test_an_object_of_a_gadget_class_is_refused_with_the_reason_and_the_place() -> None:
    with pytest.raises(
        EncodeError, match=r"InvokerTransformer belongs to the gadget chain 'commons-collections'"
    ) as no:
        dumps({"orders": [1, harmless(GADGET)]})
    assert not isinstance(no.value, NotSerializableError)
    assert no.value.path == "$.orders[1]" and "allow_gadgets=True" in str(no.value)


def test_a_class_below_a_gadget_class_is_refused_too() -> None:
    above = bridge.ClassDescriptor(GADGET, 1, 0x02, ())
    with pytest.raises(EncodeError, match="gadget chain"):
        dumps(harmless("com.example.Mine", super_class=above))


def test_a_declared_class_is_refused_when_it_is_written() -> None:
    @bridge.java_class(GADGET, serial_version_uid=1)
    @dataclass
    class Transformer:
        name: str = "x"

    with pytest.raises(EncodeError, match="gadget chain"):
        dumps(Transformer())
    assert loads(dumps(Transformer(), allow_gadgets=True)) == Transformer()


def test_with_leave_it_is_written_as_it_was_read() -> None:
    data = dumps([harmless(GADGET)], allow_gadgets=True)
    value = loads(data)
    assert value[0].__java_class__.name == GADGET
    with pytest.raises(EncodeError):
        dumps(value)
    assert dumps(value, allow_gadgets=True) == data
    assert dumps_all([value], allow_gadgets=True) == data
    file = io.BytesIO()
    dump(value, file, allow_gadgets=True)
    assert file.getvalue() == data


def test_leave_is_given_once() -> None:
    """The next stream is judged again, though the class and its bytes were met."""
    for _ in range(3):
        assert dumps(harmless(GADGET), allow_gadgets=True)
        with pytest.raises(EncodeError):
            dumps(harmless(GADGET))
        with pytest.raises(EncodeError):
            dumps_all([1, harmless(GADGET)])


def test_streams_and_channels_refuse_and_allow_likewise() -> None:
    with pytest.raises(EncodeError), bridge.ObjectOutputStream(io.BytesIO()) as out:
        out.write_object(harmless(GADGET))
    file = io.BytesIO()
    with bridge.ObjectOutputStream(file, allow_gadgets=True) as out:
        out.write_object(harmless(GADGET))
    assert GADGET.encode() in file.getvalue()
    with (
        bridge.listen(("127.0.0.1", 0), allow_gadgets=True) as listener,
        bridge.connect(listener.address) as client,
        listener.accept(timeout=30) as server,
    ):
        with pytest.raises(EncodeError):
            client.send(harmless(GADGET))
        client.send("goes on")
        assert server.receive(timeout=30) == "goes on"
        server.send(harmless(GADGET))
        assert client.receive(timeout=30).__java_class__.name == GADGET


def test_a_document_is_not_judged() -> None:
    """It is for looking at what is there, byte by byte."""
    data = dumps(harmless(GADGET), allow_gadgets=True)
    assert Document.parse(data).to_bytes() == data


def test_a_gadget_that_an_adapter_writes_is_refused() -> None:
    value: Any = javaobj.loads(dumps([harmless(GADGET)], allow_gadgets=True))  # type: ignore[no-untyped-call]
    with pytest.raises(EncodeError, match="gadget chain"):
        dumps(value)
    assert GADGET.encode() in dumps(value, allow_gadgets=True)


def test_each_class_is_judged_once_and_not_each_object(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def counting(names: list[str]) -> None:
        asked.append(names)

    monkeypatch.setattr(plan_finder, "why_refused", counting)
    writer = encoder.Encoder(bridge.default_registry)
    order, date = type(harmless("com.example.Order")), bridge.YearMonth(2024, 2)
    for _ in range(3):
        writer.write_object([[order() for _ in range(1000)], [date] * 10, ["x", 1, 2.5] * 100])
        writer.reset()
    assert [names[0] for names in asked].count("com.example.Order") == 1
    assert len(asked) < 10

"""Declaring messages: the three forms, and every mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Computed,
    Const,
    Default,
    GreedyBytes,
    GreedyRange,
    GreedyString,
    Int8ub,
    Int16ub,
    Int32ub,
    PaddedString,
    Padding,
    Prefixed,
    Rebuild,
    Struct,
    len_,
    this,
)

from bridge.errors import SchemaError
from bridge.wire.fields import JavaUTF
from bridge.wire.message import Nested, message, message_of


@message
@dataclass
class Put:
    request: Annotated[int, Int32ub]
    key: Annotated[str, JavaUTF]
    value: Annotated[bytes, Prefixed(Int16ub, GreedyBytes)] = b""


@message(Struct("magic" / Const(b"\xca\xfe"), "celsius" / Int16ub, Padding(1), "double" / Computed(this.celsius * 2)))
@dataclass(frozen=True, slots=True)
class Reading:
    celsius: int
    double: int = 0


@message
@dataclass
class Item:
    name: Annotated[str, JavaUTF]


@message(Struct("count" / Rebuild(Int8ub, len_(this.items)), "items" / Array(this.count, Nested(Item))))
@dataclass
class Cart:
    items: list[Item]


@message
@dataclass
class Late:
    a: Annotated[int, Int8ub] = field(init=False)


Ping = message("Ping", Struct("nonce" / Int16ub, "kind" / Default(Int8ub, 3)))
Line = message("Line", GreedyString("utf8"))
Bits = message("Bits", BitStruct("high" / BitsInteger(4), "low" / BitsInteger(4)))
Framed = message("Framed", Prefixed(Int8ub, Struct("a" / Int8ub)))

ROUND_TRIPS = [
    (Put(7, "k", b"v"), "00000007 0001 6b 0001 76"),
    (Reading(5, 10), "cafe 0005 00"),
    (Cart([Item("a"), Item("bc")]), "02 0001 61 0002 6263"),
    (Ping(258), "0102 03"),
    (Line("hé"), "68c3a9"),
    (Bits(1, 15), "1f"),
    (Framed(9), "01 09"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "hexadecimal"), ROUND_TRIPS)
def test_a_message_has_the_layout_that_was_declared(value: Any, hexadecimal: str) -> None:
    declared = message_of(value)
    data = bytes.fromhex(hexadecimal)
    assert declared.layout.build(declared.values(value)) == data
    assert declared.make(declared.layout.parse(data)) == value


def test_a_declaration_can_be_asked() -> None:
    declared = message_of(Put)
    assert (declared.name, declared.type, declared.fields) == ("Put", Put, ("request", "key", "value"))
    assert message_of(Put(1, "")) is declared
    assert message_of(Line).fields == ("value",) and message_of(Line).struct is None
    assert [member.name for member in message_of(Framed).struct.subcons] == ["a"]


def test_fields_that_init_does_not_take_are_set() -> None:
    made = message_of(Late).make({"a": 5})
    assert made.a == 5


def test_a_class_that_derives_from_a_message_is_none() -> None:
    class Derived(Put):
        pass

    with pytest.raises(SchemaError, match="Derived is no message"):
        message_of(Derived)


def test_another_class_in_the_place_of_a_nested_message_is_refused() -> None:
    declared = message_of(Cart)
    with pytest.raises(Exception, match="here stands a Item, not str"):
        declared.layout.build(declared.values(Cart(["text"])))  # type: ignore[list-item]


@dataclass
class Plain:
    a: int


@dataclass
class Twice:
    a: Annotated[int, Int8ub, Int16ub]


@dataclass
class Unnamed:
    a: Annotated[int, "nothing"]


class NoDataclass:
    a: Annotated[int, Int8ub]


@dataclass
class Unresolved:
    a: Annotated[int, NotThere]  # noqa: F821 - the point


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: message(NoDataclass), "NoDataclass is no dataclass"),
    (lambda: message(Struct("a" / Int8ub))(NoDataclass), "NoDataclass is no dataclass"),
    (lambda: message(Plain), "the field 'a' of Plain has 0 constructs"),
    (lambda: message(Twice), "the field 'a' of Twice has 2 constructs"),
    (lambda: message(Unnamed), "the field 'a' of Unnamed has 0 constructs"),
    (lambda: message(Unresolved), "name 'NotThere', which its module does not have"),
    (lambda: message(Struct("b" / Int8ub))(Plain), "no member 'a'"),
    (lambda: message(Struct("a" / Int8ub, "b" / Int8ub))(Plain), "needs a value for 'b'"),
    (lambda: message(Struct("a" / Int8ub, "a" / Int8ub))(Plain), "two members 'a'"),
    (lambda: message(Int8ub)(Plain), "is no Struct, so its only field is `value`, not a"),
    (lambda: message(GreedyRange(Struct("a" / Int8ub)))(Plain), "is no Struct"),
    (lambda: message(3), "a dataclass, a construct or a name, not 3"),
    (lambda: message(Struct("a" / Int8ub))(3), "only a class can be a message"),
    (lambda: message("a b", Int8ub), "'a b' cannot be the name of a message"),
    (lambda: message("class", Int8ub), "'class' cannot be the name of a message"),
    (lambda: message("Ok", 3), "the layout of Ok is a construct, not 3"),
    (lambda: message("Ok", Struct("a-b" / PaddedString(4, "utf8"))), "'a-b' in the layout of Ok"),
    (lambda: message_of(Plain), "Plain is no message"),
    (lambda: message_of("text"), "str is no message"),
    (lambda: Nested(Plain), "Plain is no message"),
]


@pytest.mark.parametrize(("declare", "text"), WRONG, ids=[text for _, text in WRONG])
def test_a_wrong_declaration_is_refused(declare: Callable[[], object], text: str) -> None:
    with pytest.raises(SchemaError, match=text):
        declare()

"""Constructs as layouts: what is translated, and what is refused, by name and with its place."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass
from typing import Any

import construct
import pytest
from construct import (
    Adapter,
    Aligned,
    Array,
    BitsInteger,
    BitStruct,
    Bytes,
    BytesInteger,
    ByteSwapped,
    Check,
    Computed,
    Const,
    CString,
    Default,
    Enum,
    Error,
    FlagsEnum,
    FocusedSeq,
    GreedyBytes,
    GreedyRange,
    If,
    Int8sb,
    Int8ub,
    Int16ub,
    Int16un,
    Int32ub,
    Int64sb,
    Int64ub,
    LazyBound,
    Mapping,
    NullTerminated,
    Octet,
    OneOf,
    Optional,
    Padded,
    PascalString,
    Peek,
    Pointer,
    Prefixed,
    PrefixedArray,
    RawCopy,
    Rebuild,
    RepeatUntil,
    Select,
    Sequence,
    StopIf,
    Struct,
    Switch,
    Tell,
    Union,
    VarInt,
    ZigZag,
    len_,
    obj_,
    sum_,
    this,
)
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import SchemaError
from bridge.wire.construct_layout import layout_of, message_layout
from bridge.wire.fields import Checksum, EnumOf, JavaObjectStream, JavaUTF, VarInt32
from bridge.wire.layout_model import (
    Expression,
    FieldValue,
    Integer,
    Literal,
    Operation,
    Record,
    kind_of,
    least_bytes,
    range_of,
)
from bridge.wire.message import message, message_of


class Color(enum.Enum):
    RED = 1


class Bits(enum.IntFlag):
    A = 1


class Lenient(enum.Enum):
    RED = 1

    @classmethod
    def _missing_(cls, value: object) -> Lenient:
        return cls.RED


class Doubled(Adapter):
    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        return obj * 2

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        return obj // 2


class OwnBytes(Bytes):
    """A sub-class of what can be translated may do anything."""


N = "n" / Int8ub
KIND = "kind" / Enum(Int8ub, a=1, b=2)
COLOR = "color" / EnumOf(Int8ub, Color)


@pytest.mark.parametrize(
    ("layout", "path", "text"),
    [
        # Classes that are not known, whatever they are made of.
        (Struct("x" / RawCopy(Int8ub)), "M.x", "RawCopy of construct cannot be translated"),
        (Struct("x" / Doubled(Int8ub)), "M.x", "Doubled cannot be translated"),
        (Struct("x" / OwnBytes(3)), "M.x", "OwnBytes cannot be translated"),
        (Struct("x" / Aligned(4, Int8ub)), "M.x", "Aligned of construct"),
        (Struct("x" / Sequence(Int8ub)), "M.x", "Sequence of construct"),
        (Struct("x" / Peek(Int8ub)), "M.x", "Peek of construct"),
        (Struct("x" / Pointer(3, Int8ub)), "M.x", "Pointer of construct"),
        (Struct("x" / Tell), "M.x", "Tell of construct"),
        (Struct("x" / Union(0, "a" / Int8ub)), "M.x", "Union of construct"),
        (Struct("x" / Mapping(Int8ub, {"a": 1})), "M.x", "Mapping of construct"),
        (Struct("x" / RepeatUntil(obj_ == 0, Int8ub)), "M.x", "RepeatUntil of construct"),
        (Struct("x" / LazyBound(lambda: Int8ub)), "M.x", "LazyBound of construct"),
        (Struct("x" / OneOf(Int8ub, [1, 2])), "M.x", "ExprValidator of construct"),
        (Struct(N, StopIf(this.n == 0)), "M.(1)", "StopIf of construct"),
        (Struct("x" / NullTerminated(Int8ub)), "M.x", "NullTerminated of construct"),
        (Struct("x" / Select(Int8ub, Int16ub)), "M.x", "Select, other than by Optional"),
        (Struct("x" / FocusedSeq("a", "a" / Int8ub)), "M.x", "FocusedSeq, other than by PrefixedArray"),
        (Struct("x" / ByteSwapped(Int16ub)), "M.x", "Transformed, other than by BitStruct"),
        (Struct("x" / Padded(4, Int8ub)), "M.x", "Padded around a field"),
        (Struct("x" / (Int8ub * (lambda obj, context: None))), "M.x", "a function is called with what was parsed"),
        # Numbers that Java, or another machine, would read otherwise.
        (Struct("x" / VarInt), "M.x", "VarInt of construct has no bound"),
        (Struct("x" / ZigZag), "M.x", "ZigZag of construct has no bound"),
        (Struct("x" / Int16un), "M.x", "the byte order of the machine"),
        (Struct("x" / construct.Half), "M.x", "a float of 16 bits"),
        (Struct("x" / BytesInteger(9)), "M.x", "an integer of 9 bytes"),
        (Struct(N, "x" / BytesInteger(this.n)), "M.x", "a size or byte order that varies"),
        (Struct("x" / BitsInteger(8)), "M.x", "BitsInteger stands outside of a BitStruct"),
        (Struct("x" / BitStruct("a" / BitsInteger(3))), "M.x", "the bits of a BitStruct are 3"),
        (Struct("x" / BitStruct("a" / construct.Bytewise(Int8ub))), "M.x.a", "cannot be translated among bits"),
        (Struct("x" / BitStruct("n" / Octet, "a" / Array(this.n, Octet))), "M.x", "bits whose number"),
        # Functions.
        (Struct("x" / Bytes(lambda context: 3)), "M.x", "the length is a Python function"),
        (Struct("x" / Bytes(len)), "M.x", "the length is a Python function (len)"),
        (Struct(N, "x" / If(lambda context: True, Int8ub)), "M.x", "the condition is a Python function"),
        (Struct("x" / Computed(lambda context: 3)), "M.x", "the value of Computed is a Python function"),
        (Struct("x" / Rebuild(Int8ub, lambda context: 3)), "M.x", "what is written for it is a Python function"),
        (Struct(N, Check(lambda context: True)), "M.(1)", "the check is a Python function"),
        (Struct(N, "x" / Switch(lambda context: 1, {1: Int8ub})), "M.x", "the key of Switch is a Python function"),
        (Struct("x" / construct.Checksum(Int32ub, hash, this.n)), "M.x", "Checksum of construct"),
        # Names that are not there, not there yet, or not there outside of construct.
        (Struct("x" / Bytes(this.n)), "M.x", "`this.n`, and there is no such field before it (there are: none)"),
        (Struct("x" / Bytes(this.n), N), "M.x", "`this.n`, which is read after it"),
        (Struct(N, "x" / Bytes(this._.n)), "M.x", "leads out of the message"),
        (Struct(N, "x" / Bytes(this._root.n)), "M.x", "`_root` exists in construct only"),
        (Struct(N, "x" / Array(3, Bytes(this._index))), "M.x[]", "`_index` exists in construct only"),
        (Struct(N, "x" / Bytes(this._params.size)), "M.x", "`_params` exists in construct only"),
        (Struct(N, "x" / Bytes(this.n.m)), "M.x", "M.n has no `m`"),
        (Struct(N, "x" / PrefixedArray(Int8ub, Bytes(this.n))), "M.x[]", "`this.n`"),
        (Struct("a" / Struct(N), "x" / Bytes(this.a.z)), "M.x", "M.a has no `z`"),
        (Struct("x" / Bytes(this)), "M.x", "`this`, which is no field"),
        (Struct(N, "x" / Bytes(len_(this.n))), "M.x", "len_ of what is no field with bytes"),
        (Struct("a" / Array(2, Int8ub), "x" / Bytes(sum_(this.a))), "M.x", "only len_(…) can be translated"),
        # Operations that Java would not do alike.
        (Struct(N, "x" / Bytes(this.n / 2)), "M.x", "`/`, which cannot be translated"),
        (Struct(N, "x" / Bytes(this.n**2)), "M.x", "`**`, which cannot be translated"),
        (Struct(N, "x" / Bytes(2 // this.n)), "M.x", "`//` by what is not a fixed number above 0"),
        (Struct(N, "x" / Bytes(1 << this.n)), "M.x", "`<<` by what is not a fixed number from 0 to 62"),
        (Struct("n" / Int64ub, "x" / Computed(this.n + 1)), "M.x", "a number beyond 64 bits with a sign"),
        (Struct("n" / Int64sb, "x" / Computed(this.n * 2)), "M.x", "may give a number beyond 64 bits"),
        (Struct("n" / Int64ub, "x" / If(this.n > 2, Int8ub)), "M.x", "a number beyond 64 bits with a sign"),
        (Struct("n" / Int64ub, "m" / Int64sb, Check(this.n == this.m)), "M.(2)", "with a sign and without one"),
        (Struct(KIND, "x" / If(this.kind == 1, Int8ub)), "M.x", "compares M.kind with 1, and it is one of a, b"),
        (Struct(KIND, "x" / If(this.kind == "c", Int8ub)), "M.x", "it is one of a, b"),
        (Struct(KIND, "x" / If(this.kind, Int8ub)), "M.x", "neither a truth value nor a number nor a text"),
        (Struct(KIND, "x" / Switch(this.kind, {1: Int8ub})), "M.x", "compares M.kind with 1"),
        (Struct(COLOR, "x" / Switch(this.color, {"RED": Int8ub})), "M.x", "compares M.color with 'RED'"),
        (Struct(N, "x" / Switch(this.n, {"a": Int8ub})), "M.x", "compares 'a' with an int"),
        (Struct("t" / JavaUTF, "x" / Bytes(this.t)), "M.x", "the length is no whole number"),
        (Struct("x" / Bytes(-1)), "M.x", "the length is below 0"),
        # What nothing would bound, or end.
        (Struct("x" / GreedyRange(Struct())), "M.x", "may take no bytes"),
        (Struct(N, "x" / Array(this.n, GreedyBytes)), "M.x", "may take no bytes"),
        (Struct("x" / PrefixedArray(Int8ub, Optional(Int8ub))), "M.x", "may take no bytes"),
        (Struct("x" / GreedyRange(Switch(1, {1: Int8ub}, default=Error))), "M.x", "Error, which also ends"),
        (Struct("x" / Array(2, Int8ub, discard=True)), "M.x", "read and thrown away"),
        # Texts.
        (Struct("x" / CString("utf16")), "M.x", "the encoding utf16 cannot be translated"),
        (Struct("x" / PascalString(Int8ub, "cp1252")), "M.x", "the encoding cp1252 cannot be translated"),
        (Struct("x" / PascalString(VarInt, "utf8")), "M.x.(length)", "VarInt of construct has no bound"),
        (Struct("x" / Prefixed(CString("utf8"), GreedyBytes)), "M.x", "a length that is StringEncoded"),
        (Struct("x" / Prefixed(VarInt32, GreedyBytes, includelength=True)), "M.x", "counts its own bytes"),
        # Names of numbers.
        (Struct("x" / Enum(Int8ub, a=256)), "M.x", "a is 256, and the number is one from 0 to 255"),
        (Struct("x" / Enum(CString("utf8"), a=1)), "M.x", "Enum over StringEncoded of construct"),
        (Struct("x" / FlagsEnum(Int8sb, a=1)), "M.x", "FlagsEnum over a number with a sign"),
        (Struct("x" / EnumOf(Int8ub, Bits)), "M.x", "Bits, whose values are sets of bits"),
        (Struct("x" / EnumOf(Int8ub, Lenient)), "M.x", "Lenient._missing_ is a Python function"),
        (Struct("x" / Const(1.5, construct.Float32b)), "M.x", "the constant 1.5"),
        # Others.
        (Struct("a" / Int8ub, "a" / Int8ub), "M.a", "there are two fields a"),
        (Struct(Int8ub), "M.(0)", "has no name, so nothing could be written for it"),
        (Struct("x" / Array(2, Rebuild(Int8ub, 1))), "M.x[]", "Rebuild that is not a field of a Struct"),
        (Struct("x" / Checksum("crc32", Int8sb)), "M.x", "no unsigned int of fixed size"),
        (Struct("x" / JavaObjectStream(object_filter=lambda info: None)), "M.x", "an object filter that is a Python"),
        (Struct("x" / Struct("y" / Prefixed(Int8ub, Struct("z" / VarInt)))), "M.x.y.z", "VarInt of construct"),
    ],
)  # fmt: skip
def test_what_cannot_be_translated_is_refused_by_name_and_place(layout: Any, path: str, text: str) -> None:
    with pytest.raises(SchemaError) as refused:
        layout_of(layout, "M")
    assert refused.value.path == path
    assert text in refused.value.message


def test_a_class_that_judges_its_values_in_python_is_refused() -> None:
    @message(Struct("n" / Int8ub))
    @dataclass
    class Judging:
        n: int

        def __post_init__(self) -> None:
            if self.n > 3:
                raise ValueError("too large")

    with pytest.raises(SchemaError, match=r"Judging\.__post_init__ is a Python function"):
        message_layout(message_of(Judging))


def test_a_default_that_no_field_of_the_class_overrides_is_what_is_written() -> None:
    @message(Struct("n" / Int8ub, "reserved" / Default(Int8ub, 9)))
    @dataclass
    class Short:
        n: int

    layout = message_layout(message_of(Short))
    assert isinstance(layout, Record)
    assert [type(field.layout).__name__ for field in layout.fields] == ["Integer", "Derived"]


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (Int32ub, 4),
        (VarInt32, 1),
        (JavaUTF, 2),
        (CString("utf_16_be"), 2),
        (PrefixedArray(Int16ub, Int32ub), 2),
        (Prefixed(Int8ub, GreedyBytes), 1),
        (Array(3, Struct("a" / Int8ub, "b" / Int16ub)), 9),
        (Struct("n" / Int8ub, "x" / Bytes(this.n + 2)), 3),
        (Struct("n" / Int8ub, "x" / Switch(this.n, {1: Int32ub, 2: Int16ub}, default=Error)), 3),
        (Struct("n" / Int8ub, "x" / If(this.n, Int32ub)), 1),
        (BitStruct("a" / BitsInteger(12), "b" / BitsInteger(4)), 2),
        (Struct(Const(b"abc"), "x" / Optional(Int8ub)), 3),
    ],
)
def test_the_fewest_bytes_of_a_layout_are_known(layout: Any, expected: int) -> None:
    assert least_bytes(layout_of(layout, "M")) == expected


# ---- ranges: whatever the fields are, the value of an expression lies in its range ----


def _fields() -> dict[str, Integer]:
    return {
        "a": Integer(path="a", size_bytes=1, signed=True),
        "b": Integer(path="b", size_bytes=2, signed=False),
        "c": Integer(path="c", size_bytes=4, signed=True),
    }


def _leaves() -> st.SearchStrategy[Expression]:
    fields = [FieldValue(0, (name,), layout) for name, layout in _fields().items()]
    return st.sampled_from(fields) | st.integers(-300, 300).map(Literal)


def _operations(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    binary = st.builds(
        lambda operator, left, right: Operation(operator, (left, right)),
        st.sampled_from(["+", "-", "*", "&", "|", "^"]), inner, inner,
    )  # fmt: skip
    fixed = st.builds(
        lambda operator, left, right: Operation(operator, (left, Literal(right))),
        st.sampled_from(["//", "%", ">>", "<<"]), inner, st.integers(1, 9),
    )  # fmt: skip
    return binary | fixed | inner.map(lambda operand: Operation("-", (operand,)))


def _value(expression: Expression, values: dict[str, int]) -> int:
    match expression:
        case Literal(value):
            return int(value)
        case FieldValue(names=names):
            return values[names[0]]
        case Operation("-", (operand,)):
            return -_value(operand, values)
        case Operation(operator, (left, right)):
            operands = {"left": _value(left, values), "right": _value(right, values)}
            return int(eval(f"left {operator} right", operands))
    raise AssertionError(expression)


@given(st.recursive(_leaves(), _operations, max_leaves=6), st.randoms(use_true_random=False))
def test_a_value_lies_in_the_range_of_its_expression(expression: Expression, rng: random.Random) -> None:
    try:
        low, high = range_of(expression)
    except SchemaError:
        return  # which is what is to happen where it may leave 64 bits
    assert kind_of(expression) == "int"
    for _ in range(20):
        values = {}
        for name, layout in _fields().items():
            least, most = range_of(FieldValue(0, (name,), layout))
            values[name] = rng.choice((least, most, 0, 1, rng.randint(least, most)))
        assert low <= _value(expression, values) <= high

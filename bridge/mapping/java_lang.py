# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""``java.lang``: boxes, strings, arrays, enums, classes. And ``java.math.BigInteger``, as ``int`` needs it."""

from __future__ import annotations

from array import array
from typing import Any

from ..errors import EncodeError
from ..stream import native
from ..stream.constants import SC_ENUM, SC_SERIALIZABLE, SC_WRITE_METHOD
from ..stream.descriptors import ClassDescriptor
from ..stream.model import (
    BooleanArray,
    ByteArray,
    CharArray,
    IdentityKey,
    JavaArray,
    JavaClass,
    JavaEnum,
    array_descriptor,
)
from ..stream.plan import (
    BIG_INTEGER,
    BOOLEAN,
    BOX,
    BOXED,
    BUILD,
    BYTES,
    CHARS,
    CLASS,
    CONSTANT,
    DESCRIPTOR,
    DOUBLE,
    ELEMENTS,
    INTEGER,
    NULL,
    NUMBERS,
    PRIMITIVES,
    REPLACE,
    STRING,
    DecodePlan,
    EncodePlan,
)
from .adapters import positions
from .registry import Reader, Registry

__all__ = ["BigInteger", "Byte", "Char", "Float", "Long", "Short", "register"]


class Long(int):
    """A ``java.lang.Long`` that would fit in 32 bits. A plain int of that size is written as an Integer."""

    __slots__ = ()


class Short(int):
    """A ``java.lang.Short``."""

    __slots__ = ()


class Byte(int):
    """A ``java.lang.Byte``."""

    __slots__ = ()


class BigInteger(int):
    """A ``java.math.BigInteger`` that would fit in 64 bits. A larger plain int is written as one anyway."""

    __slots__ = ()


class Float(float):
    """A ``java.lang.Float``: a float that Java holds in 32 bits."""

    __slots__ = ()


class Char(str):
    """A ``java.lang.Character``: one UTF-16 code unit."""

    __slots__ = ()


def _box(name: str, uid: int, typecode: str, parent: ClassDescriptor | None) -> ClassDescriptor:
    return ClassDescriptor(f"java.lang.{name}", uid, SC_SERIALIZABLE, [("value", typecode)], parent)


NUMBER = ClassDescriptor("java.lang.Number", -8742448824652078965, SC_SERIALIZABLE)
INTEGER_CLASS = _box("Integer", 1360826667806852920, "I", NUMBER)
LONG_CLASS = _box("Long", 4290774380558885855, "J", NUMBER)
SHORT_CLASS = _box("Short", 7515723908773894738, "S", NUMBER)
BYTE_CLASS = _box("Byte", -7183698231559129828, "B", NUMBER)
FLOAT_CLASS = _box("Float", -2671257302660747028, "F", NUMBER)
DOUBLE_CLASS = _box("Double", -9172774392245257468, "D", NUMBER)
BOOLEAN_CLASS = _box("Boolean", -3665804199014368530, "Z", None)
CHARACTER_CLASS = _box("Character", 3786198910865385080, "C", None)
BIG_INTEGER_CLASS = ClassDescriptor(
    "java.math.BigInteger",
    -8287574255936472291,
    SC_SERIALIZABLE | SC_WRITE_METHOD,
    [
        ("bitCount", "I"),
        ("bitLength", "I"),
        ("firstNonzeroByteNum", "I"),
        ("lowestSetBit", "I"),
        ("signum", "I"),
        ("magnitude", "[B"),
    ],
    NUMBER,
)
ENUM_CLASS = ClassDescriptor("java.lang.Enum", 0, SC_SERIALIZABLE | SC_ENUM)


def _read_long(value: int) -> int:
    return Long(value) if -0x80000000 <= value <= 0x7FFFFFFF else value


def _box_reader(typecode: str, convert: Any) -> Reader:
    def read_box(descriptor: ClassDescriptor) -> DecodePlan | None:
        if descriptor.program != typecode.encode():
            return None
        return DecodePlan(BOX, descriptor, build=convert)

    return read_box


def _big_integer(sign: int, magnitude: bytes) -> Any:
    number = native.unsigned(magnitude)
    if sign == -1:
        number = -number
    elif sign != 1 and sign != 0:
        return NotImplemented
    if (number == 0) != (sign == 0):
        return NotImplemented
    return _sized(number)


def _sized(number: int) -> int:
    """As a BigInteger arrives: one that fits 64 bits knows its class."""
    return BigInteger(number) if native.integer_bytes(number) else number


def _read_big_integer(descriptor: ClassDescriptor) -> DecodePlan | None:
    names = [field.name for level, _ in descriptor.data_levels for field in level.data_fields]
    if "signum" not in names or "magnitude" not in names:
        return None
    signum, magnitude = names.index("signum"), names.index("magnitude")

    def build(values: list[Any], annotations: Any) -> Any:
        return _big_integer(values[signum], values[magnitude])

    usual = positions(descriptor, BIG_INTEGER_CLASS) == tuple(range(6))
    return DecodePlan(BUILD, descriptor, build=build, bare=True, from_number=_sized if usual else None)


_NUMBER_ARRAYS = {code: (array_descriptor(java), width) for code, java, width in [
    ("h", "S", 2), ("i", "I", 4), ("q", "J", 8), ("f", "F", 4), ("d", "D", 8), ("b", "B", 1), ("B", "B", 1),
]}  # fmt: skip
if array("l").itemsize == 8:
    _NUMBER_ARRAYS["l"] = _NUMBER_ARRAYS["q"]
else:
    _NUMBER_ARRAYS["l"] = _NUMBER_ARRAYS["i"]


def _reduce_numbers(value: Any) -> Any:
    view = memoryview(value)
    known = _NUMBER_ARRAYS.get(view.format)
    if known is None:
        raise EncodeError(f"an array of format {view.format!r} has no Java counterpart; Java's integers are signed")
    return known[0], known[1], value


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    for name, typecode, convert in [
        ("Integer", "I", None),
        ("Long", "J", _read_long),
        ("Short", "S", Short),
        ("Byte", "B", Byte),
        ("Float", "F", Float),
        ("Double", "D", None),
        ("Boolean", "Z", None),
        ("Character", "C", Char),
    ]:
        registry.read_as(f"java.lang.{name}", _box_reader(typecode, convert))
    registry.read_as("java.math.BigInteger", _read_big_integer)

    byte_array = EncodePlan(BYTES, array_descriptor("B"))
    big_integer = EncodePlan(BIG_INTEGER, BIG_INTEGER_CLASS, alternatives=(byte_array,))
    integers = (EncodePlan(BOXED, INTEGER_CLASS, code="I"), EncodePlan(BOXED, LONG_CLASS, code="J"), big_integer)
    registry.write_as(type(None), EncodePlan(NULL))
    registry.write_as(bool, EncodePlan(BOOLEAN, BOOLEAN_CLASS))
    registry.write_as(int, EncodePlan(INTEGER, alternatives=integers))
    registry.write_as(float, EncodePlan(DOUBLE, DOUBLE_CLASS))
    registry.write_as(str, EncodePlan(STRING))
    registry.write_as(Long, integers[1])
    registry.write_as(Short, EncodePlan(BOXED, SHORT_CLASS, code="S"))
    registry.write_as(Byte, EncodePlan(BOXED, BYTE_CLASS, code="B"))
    registry.write_as(Float, EncodePlan(BOXED, FLOAT_CLASS, code="F"))
    registry.write_as(Char, EncodePlan(BOXED, CHARACTER_CLASS, code="C"))
    registry.write_as(BigInteger, big_integer)

    registry.write_as(bytes, byte_array)
    registry.write_as(bytearray, byte_array)
    registry.write_as(ByteArray, byte_array)
    registry.write_as(memoryview, EncodePlan(NUMBERS, reduce=_reduce_numbers))
    registry.write_as(array, EncodePlan(NUMBERS, reduce=_reduce_numbers))
    registry.write_as(CharArray, EncodePlan(CHARS, array_descriptor("C")))
    boolean_array = array_descriptor("Z")
    registry.write_as(BooleanArray, EncodePlan(PRIMITIVES, code="Z", reduce=lambda _: boolean_array))
    registry.write_as(JavaArray, EncodePlan(ELEMENTS, reduce=lambda value: value.__java_class__))

    registry.write_as(JavaEnum, EncodePlan(CONSTANT, reduce=lambda value: (value.__java_class__, value.name)))
    registry.write_as(JavaClass, EncodePlan(CLASS, reduce=lambda value: value.__java_descriptor__))
    registry.write_as(ClassDescriptor, EncodePlan(DESCRIPTOR))
    registry.write_as(IdentityKey, EncodePlan(REPLACE, reduce=lambda value: value.value))

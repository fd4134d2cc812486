"""``java.util.concurrent.atomic``: numbers and arrays that several threads change."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from ..stream.descriptors import ClassDescriptor
from ..stream.plan import REDUCE, EncodePlan
from .adapters import PLAIN, value_reader
from .java_lang import NUMBER
from .registry import Registry

__all__ = [
    "AtomicBoolean",
    "AtomicInteger",
    "AtomicIntegerArray",
    "AtomicLong",
    "AtomicLongArray",
    "DoubleAdder",
    "LongAdder",
    "register",
]


class AtomicInteger(int):
    """A ``java.util.concurrent.atomic.AtomicInteger``, as it was when it was written."""

    __slots__ = ()


class AtomicLong(int):
    """A ``java.util.concurrent.atomic.AtomicLong``."""

    __slots__ = ()


class AtomicBoolean(int):
    """A ``java.util.concurrent.atomic.AtomicBoolean``: equal to True or False."""

    __slots__ = ()

    def __new__(cls, value: object = False) -> AtomicBoolean:
        return super().__new__(cls, bool(value))

    def __repr__(self) -> str:
        return f"AtomicBoolean({bool(self)})"


class LongAdder(int):
    """A ``java.util.concurrent.atomic.LongAdder``: its sum."""

    __slots__ = ()


class DoubleAdder(float):
    """A ``java.util.concurrent.atomic.DoubleAdder``: its sum."""

    __slots__ = ()


class AtomicIntegerArray(array):  # type: ignore[type-arg]  # array takes no argument at run time in 3.11
    """A ``java.util.concurrent.atomic.AtomicIntegerArray``."""

    __slots__ = ()

    def __new__(cls, items: Iterable[int] = ()) -> Any:
        return super().__new__(cls, "i", items)


class AtomicLongArray(array):  # type: ignore[type-arg]
    """A ``java.util.concurrent.atomic.AtomicLongArray``."""

    __slots__ = ()

    def __new__(cls, items: Iterable[int] = ()) -> Any:
        return super().__new__(cls, "q", items)


def _class(name: str, uid: int, field: tuple[str, str], parent: ClassDescriptor | None = None) -> ClassDescriptor:
    return ClassDescriptor(f"java.util.concurrent.atomic.{name}", uid, PLAIN, [field], parent)


_INT, _LONG, _DOUBLE = ("value", "I"), ("value", "J"), ("value", "D")
ATOMIC_INTEGER = _class("AtomicInteger", 6214790243416807050, _INT, NUMBER)
ATOMIC_LONG = _class("AtomicLong", 1927816293512124184, _LONG, NUMBER)
ATOMIC_BOOLEAN = _class("AtomicBoolean", 4654671469794556979, _INT)
LONG_ADDER = _class("LongAdder$SerializationProxy", 7249069246863182397, _LONG)
DOUBLE_ADDER = _class("DoubleAdder$SerializationProxy", 7249069246863182397, _DOUBLE)
INTEGER_ARRAY = _class("AtomicIntegerArray", 2862133569453604235, ("array", "[I"))
LONG_ARRAY = _class("AtomicLongArray", -2308431214976778248, ("array", "[J"))


def _build_boolean(values: Any, annotations: Any) -> Any:
    (value,) = values
    return AtomicBoolean(value) if value in (0, 1) else NotImplemented


def _build_array(python_type: Any) -> Any:
    def build(values: Any, annotations: Any) -> Any:
        (items,) = values
        return NotImplemented if items is None else python_type(items)  # an array, or what a registry reads it as

    return build


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    numbers: list[tuple[Any, ClassDescriptor, Any]] = [
        (AtomicInteger, ATOMIC_INTEGER, int),
        (AtomicLong, ATOMIC_LONG, int),
        (AtomicBoolean, ATOMIC_BOOLEAN, int),
        (LongAdder, LONG_ADDER, int),
        (DoubleAdder, DOUBLE_ADDER, float),
    ]
    for python_type, known, plain in numbers:
        proxy = known.name.endswith("$SerializationProxy")
        build = _build_boolean if python_type is AtomicBoolean else _number(python_type)
        registry.read_as(known.name, value_reader(known, build, replaces=proxy))
        registry.write_as(python_type, EncodePlan(REDUCE, known, reduce=_field_of(known, plain)))
    for python_type, known, code in [(AtomicIntegerArray, INTEGER_ARRAY, "i"), (AtomicLongArray, LONG_ARRAY, "q")]:
        registry.read_as(known.name, value_reader(known, _build_array(python_type)))
        registry.write_as(python_type, EncodePlan(REDUCE, known, reduce=_items_of(known, code)))


def _number(python_type: Any) -> Any:
    return lambda values, annotations: python_type(values[0])


def _field_of(known: ClassDescriptor, plain: Any) -> Any:
    return lambda value: (known, (plain(value),), ())


def _items_of(known: ClassDescriptor, code: str) -> Any:
    return lambda value: (known, (array(code, value),), ())

"""numpy: its arrays and scalars are written wherever they stand. Reading into them: `numpy_arrays`.

The types are known by name: numpy is imported only by a program that has it.

    bool                    boolean[]   Boolean
    int8 int16 int32 int64  byte[] ...  Byte Short Integer Long
    float32 float64         float[] ... Float Double
    uint8                   byte[], of the same bits, as bytes are; a single one is refused
    object, str             Object[], String[]

More dimensions are Java's arrays of arrays. What Java has no type for is refused, with what to write instead: unsigned
numbers, half and long floats, complex numbers, dates (their unit, and whether they mean a place or UTC, is for the
program to say), records, and masked arrays with something masked.
"""

from __future__ import annotations

from typing import Any

from ..errors import EncodeError
from ..stream.descriptors import ClassDescriptor
from ..stream.model import array_descriptor
from ..stream.plan import BYTES, NUMBERS, REPLACE, STRING, EncodePlan
from .java_lang import Byte, Float, Long, Short
from .registry import Registry

__all__ = ["register"]

#: Java's component type by kind and size of a dtype. Of 8 bits, Java's type and Python's bytes differ in the sign only.
_COMPONENTS = {"b1": "Z", "i1": "B", "u1": "B", "i2": "S", "i4": "I", "i8": "J", "f4": "F", "f8": "D"}

_SIGNED: dict[int, Any] = {1: Byte, 2: Short, 4: int, 8: Long}
_SCALARS: dict[str, Any] = {
    "bool": bool,
    "bool_": bool,  # numpy 1
    "float32": lambda value: Float(float(value)),
    "float64": float,
}

_DATES = "say what it is: value.item() is a datetime, date or timedelta where the unit allows"
_INSTEAD = {
    "u": "Java's integers are signed: astype() to a wider type keeps the values, view() to a signed one the bits",
    "f": "Java has floats of 32 and 64 bits: use astype(numpy.float32) or astype(numpy.float64)",
    "M": _DATES,
    "m": _DATES,
}


def _refused(dtype: Any) -> EncodeError:
    instead = _INSTEAD.get(dtype.kind)
    return EncodeError(f"numpy's {dtype} has no Java counterpart{f'; {instead}' if instead else ''}")


def _refuse_scalar(value: Any) -> Any:
    raise _refused(value.dtype)


def _signed_plan(kind: Any) -> EncodePlan:
    """By size, as the same name is not the same size on every system. A timedelta64 is one of these too."""
    value = kind(0)
    if value.dtype.kind != "i":
        return EncodePlan(REPLACE, reduce=_refuse_scalar)
    number = _SIGNED[value.itemsize]
    return EncodePlan(REPLACE, reduce=lambda value: number(int(value)))


def _component(dtype: Any) -> str:
    """Java's name for the elements in the name of an array class."""
    if dtype.kind == "O":
        return "Ljava.lang.Object;"
    if dtype.kind in "UT":
        return "Ljava.lang.String;"
    code = _COMPONENTS.get(f"{dtype.kind}{dtype.itemsize}")
    if code is None or dtype.names is not None:
        raise _refused(dtype)
    return code


_DESCRIPTORS: dict[str, ClassDescriptor] = {}


def _descriptor(component: str, dimensions: int) -> ClassDescriptor:
    name = "[" * (dimensions - 1) + component
    return _DESCRIPTORS.setdefault(name, array_descriptor(name))


def _reduce_array(value: Any) -> Any:
    import numpy

    if isinstance(value, numpy.ma.MaskedArray) and numpy.ma.is_masked(value):
        raise EncodeError("a masked array; Java's have a value everywhere: use filled()")
    plain = numpy.asarray(value)  # a subclass may iterate in its own way, as numpy.matrix does
    if plain.ndim == 0:
        raise EncodeError("an array of no dimensions; use item() for the value in it")
    component = _component(plain.dtype)
    descriptor = _descriptor(component, plain.ndim)
    if plain.ndim > 1:
        return descriptor, 0, plain
    if len(component) > 1:
        return descriptor, 0, plain.tolist()
    native = plain.astype(plain.dtype.newbyteorder("="), order="C", copy=False)
    return descriptor, native.itemsize, numpy.ascontiguousarray(native)


def register(registry: Registry) -> None:
    """Teaches the registry the types of numpy by their names."""
    registry.write_as("numpy.ndarray", EncodePlan(NUMBERS, reduce=_reduce_array))
    registry.write_as("numpy.generic", EncodePlan(REPLACE, reduce=_refuse_scalar))
    registry.write_as("numpy.signedinteger", _signed_plan)
    for name, convert in _SCALARS.items():
        registry.write_as(f"numpy.{name}", EncodePlan(REPLACE, reduce=convert))
    registry.write_as("numpy.str_", EncodePlan(STRING))
    registry.write_as("numpy.bytes_", EncodePlan(BYTES, array_descriptor("B")))

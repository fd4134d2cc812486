# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""``java.math``: BigDecimal. (BigInteger is in `java_lang`, as ``int`` needs it.)"""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Any

from ..errors import EncodeError
from ..stream import native
from ..stream.descriptors import ClassDescriptor
from ..stream.plan import SCALED, EncodePlan
from .adapters import OWN_DATA, value_reader
from .java_lang import NUMBER, BigInteger
from .registry import Registry

__all__ = ["register"]

BIG_DECIMAL = ClassDescriptor(
    "java.math.BigDecimal",
    6108874887143696463,
    OWN_DATA,
    [("scale", "I"), ("intVal", "Ljava/math/BigInteger;")],
    NUMBER,
)

#: Rounds nothing away.
_EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])

#: Making decimal digits of a binary number takes time by the square of its size: milliseconds for this one, minutes for
#: a megabyte. Larger ones arrive in the generic form, as ``scale`` and ``intVal``.
_MAX_BITS = 1 << 15


#: One at each of the usual scales: times that, a number has it.
_UNITS = [Decimal((0, (1,), -scale)) for scale in range(40)]

_create = _EXACT.create_decimal
_multiply = _EXACT.multiply
_scaleb = _EXACT.scaleb


def _decimal_of(scale: int, unscaled: int) -> Any:
    """``unscaled`` times ten to the power of ``-scale``, with this scale; nothing is rounded away."""
    if scale == 0:
        return _create(unscaled)
    if 0 < scale < 40:
        return _multiply(unscaled, _UNITS[scale])
    return _scaleb(unscaled, -scale)


def _build_big_decimal(values: list[Any], annotations: Any) -> Any:
    scale, unscaled = values
    if type(unscaled) is not int and type(unscaled) is not BigInteger:
        return NotImplemented
    if not native.integer_bytes(unscaled) and unscaled.bit_length() > _MAX_BITS:
        return NotImplemented
    return _decimal_of(scale, unscaled)


def _scale_and_number(value: Decimal) -> tuple[int, int]:
    if type(value) is Decimal:
        parts = native.plain_number(str(value))
        if parts is not None:
            return parts
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise EncodeError(f"Decimal({str(value)!r}) has no Java counterpart: a BigDecimal is a finite number")
    if not -0x7FFFFFFF <= exponent <= 0x80000000:
        raise EncodeError(f"a Decimal with exponent {exponent}; the scale of a BigDecimal is an int")
    return -exponent, int(value.scaleb(-exponent, _EXACT))


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(BIG_DECIMAL.name, value_reader(BIG_DECIMAL, _build_big_decimal, from_number=_decimal_of))
    number = registry.encode_plan(BigInteger)
    assert number is not None  # java_lang comes first
    registry.write_as(Decimal, EncodePlan(SCALED, BIG_DECIMAL, reduce=_scale_and_number, alternatives=(number,)))

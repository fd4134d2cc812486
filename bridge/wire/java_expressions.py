"""Expressions of a layout in Java: the same value for the same fields, and nothing overflows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, NamedTuple

from .layout_model import (
    LONG,
    Expression,
    FieldValue,
    LengthOf,
    Literal,
    Operation,
    kind_of,
    range_of,
)

__all__ = ["Operand", "condition", "equality", "fits_int", "number", "string", "written"]

_INT: Final = (-(1 << 31), (1 << 31) - 1)


class Operand(NamedTuple):
    """A field in an expression.

    text       how it is called there
    is_long    a number: whether it is a long, and no int
    size       how many elements, bytes or code points it has, where it has
    labels     a number with names: its type, and whether that is an enum
    """

    text: str
    is_long: bool = False
    size: str | None = None
    labels: tuple[str, bool] | None = None


#: What a field is where the expression stands.
Resolve = Callable[[FieldValue], Operand]
#: The constant of a type for a name of the declaration.
ConstantOf = Callable[[str], str]


def fits_int(low: int, high: int) -> bool:
    return low >= _INT[0] and high <= _INT[1]


def number(value: int) -> str:
    """A number as a literal; above a long's range, the long of the same bits."""
    if value > LONG[1]:
        value -= 1 << 64
    if fits_int(value, value):
        return str(value)
    return "Long.MIN_VALUE" if value == LONG[0] else f"{value}L"


def string(text: str) -> str:
    """A text as a literal, in ASCII."""
    return json.dumps(text).replace("\x7f", "\\u007f")


def written(expression: Expression, resolve: Resolve, constant: ConstantOf) -> Operand:
    """An expression in Java; the caller puts it in parentheses where something stands around it."""
    match expression:
        case Literal(bool(value)):
            return Operand("true" if value else "false")
        case Literal(int(value)):
            return Operand(number(value), not fits_int(value, value))
        case Literal(str(value)):
            return Operand(string(value))
        case FieldValue():
            return resolve(expression)
        case LengthOf(field):
            return Operand(resolve(field).size or "")
        case Operation(operator, operands):
            return _operation(expression, operator, operands, resolve, constant)
    raise AssertionError(expression)


def condition(expression: Expression, resolve: Resolve, constant: ConstantOf) -> str:
    """A condition in Java."""
    return written(expression, resolve, constant).text


def equality(operand: Operand, kind: str, value: int | bool | str, constant: ConstantOf) -> str:
    """The condition that a field has this value."""
    if kind == "label" and operand.labels is not None:
        type_, is_enum = operand.labels
        name = f"{type_}.{constant(str(value))}"
        return f"{operand.text} == {name}" if is_enum else f"{operand.text}.equals({name})"
    if isinstance(value, bool):
        return operand.text if value else f"!{_inner(operand.text)}"
    if isinstance(value, int):
        return f"{operand.text} == {number(value)}"
    return f"{operand.text}.equals({string(value)})"


def _inner(text: str) -> str:
    """An operand of something: with parentheses where it is more than a name, a call or a literal."""
    is_more = (" " in text and not text.startswith('"')) or text.startswith(("!", "-"))
    return f"({text})" if is_more else text


def _operation(
    whole: Operation, operator: str, operands: tuple[Expression, ...], resolve: Resolve, constant: ConstantOf
) -> Operand:
    found = [written(operand, resolve, constant) for operand in operands]
    kinds = [kind_of(operand) for operand in operands]
    if operator == "not":
        return Operand(f"!{_inner(found[0].text)}")
    if operator in ("==", "!=") and kinds[0] != "int":
        return Operand(_equal(operator, operands, kinds, found, constant))
    if operator in ("&", "|") and kinds[0] == "bool":
        return Operand(f"{_inner(found[0].text)} {operator * 2} {_inner(found[1].text)}")
    texts = [_inner(each.text) for each in found]
    if kind_of(whole) == "bool":
        return Operand(f"{texts[0]} {operator} {texts[1]}")
    # A result that may be beyond an int is computed in long from its first operand on.
    is_long = any(each.is_long for each in (found[:1] if operator in ("<<", ">>") else found))
    if not is_long and not fits_int(*range_of(whole)):
        texts[0], is_long = f"(long) {texts[0]}", True
    if len(texts) == 1:
        return Operand(f"-{_inner(texts[0])}" if operator == "-" else texts[0], is_long)
    if operator in ("//", "%"):
        if range_of(operands[0])[0] >= 0:
            return Operand(f"{texts[0]} {operator[0]} {texts[1]}", is_long)
        return Operand(f"Math.{'floorDiv' if operator == '//' else 'floorMod'}({texts[0]}, {texts[1]})", is_long)
    return Operand(f"{texts[0]} {operator} {texts[1]}", is_long)


def _equal(
    operator: str, operands: tuple[Expression, ...], kinds: list[str], found: list[Operand], constant: ConstantOf
) -> str:
    for at in (0, 1):
        other = operands[1 - at]
        if isinstance(other, Literal) and not isinstance(operands[at], Literal):
            text = equality(found[at], kinds[at], other.value, constant)
            break
    else:
        if kinds[0] == "bool":
            return f"{_inner(found[0].text)} {operator} {_inner(found[1].text)}"
        text = f"{_inner(found[0].text)}.equals({found[1].text})"
    return text if operator == "==" else f"!({text})"

"""Expressions of construct (``this.count * 4``) as expressions of :mod:`.layout_model`.

construct keeps ``this…``, ``len_(…)`` and what operators make of them as objects, so they can be looked into. A Python
function cannot; it is refused. So is what has another meaning outside of Python: arithmetic on truth values, a number
that may leave 64 bits, division by what may be zero.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final

from construct import expr

from ..errors import SchemaError
from .layout_model import (
    COMPARISONS,
    LONG,
    Boolean,
    Computed,
    Derived,
    Expression,
    FieldValue,
    Flags,
    Labels,
    Layout,
    LengthOf,
    Literal,
    Operation,
    Record,
    Window,
    kind_of,
    range_of,
)

__all__ = ["Scope", "condition_of", "expression_of", "literal_of", "number_of"]

_OPERATORS: Final = {"+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>", "not", *COMPARISONS}
_KINDS: Final = {
    "int": "an int",
    "bool": "a truth value",
    "text": "a text",
    "sequence": "a sequence",
    "record": "a Struct",
}
_CONTEXT_NAMES: Final = {"_params", "_root", "_index", "_io", "_parsing", "_building", "_sizing", "_subcons"}


class Scope:
    """The names that an expression can use where it stands.

    construct opens one for each Struct, and one for the elements behind a count (PrefixedArray), which is no record:
    ``this._`` leads out of both. The outermost one is around the message, and has no fields; ``parameters`` are what
    ``this._params`` has.
    """

    def __init__(
        self, outer: Scope | None = None, *, is_record: bool = True, parameters: Mapping[str, int] | None = None
    ) -> None:
        self.outer = outer
        self.is_record = is_record
        self.parameters: Mapping[str, int] = outer.parameters if outer is not None else parameters or {}
        self.fields: dict[str, Layout] = {}
        self.later: set[str] = set()


def expression_of(value: Any, scope: Scope, path: str, *, what: str = "an expression") -> Expression:
    """The expression that a parameter of a construct is; ``what`` names the parameter in errors.

    SchemaError: it is a function, or says what cannot be said outside of Python.
    """
    match value:
        case bool() | int() | str() if not isinstance(value, enum.Enum):
            # A name of construct.Enum is a str of a class of its own.
            return Literal(value if isinstance(value, bool) else int(value) if isinstance(value, int) else str(value))
        case expr.Path():
            return _field_value(value, scope, path, what)
        case expr.UniExpr() | expr.BinExpr():
            return _operation(value, scope, path, what)
        case expr.FuncPath():
            return _call(value, scope, path, what)
    if callable(value) and not isinstance(value, enum.Enum):
        raise SchemaError(
            f"{what} is a Python function ({_name_of(value)}), which cannot be translated: "
            "write it with construct's `this` and `len_`",
            path=path,
        )
    raise SchemaError(f"{what} is of {type(value).__name__}, which cannot be translated", path=path)


def number_of(value: Any, scope: Scope, path: str, *, what: str) -> Expression:
    """Likewise, of a length or a count: a whole number."""
    expression = expression_of(value, scope, path, what=what)
    if kind_of(expression) != "int":
        raise SchemaError(f"{what} is no whole number", path=path)
    if isinstance(expression, Literal) and int(expression.value) < 0:
        raise SchemaError(f"{what} is below 0: {expression.value}", path=path)
    _checked_range(expression, path, what)
    return expression


def condition_of(value: Any, scope: Scope, path: str, *, what: str) -> Expression:
    """Likewise, of a condition: numbers and texts are made truth values as Python does."""
    expression = expression_of(value, scope, path, what=what)
    kind = kind_of(expression)
    if kind == "bool":
        return expression
    if kind == "int":
        return _checked(Operation("!=", (expression, Literal(0))), path, what)
    if kind == "text":
        return Operation("!=", (expression, Literal("")))
    raise SchemaError(f"{what} is neither a truth value nor a number nor a text", path=path)


def _name_of(function: object) -> str:
    return getattr(function, "__qualname__", type(function).__name__)


def _checked_range(expression: Expression, path: str, what: str) -> None:
    try:
        range_of(expression)
    except SchemaError as error:
        raise SchemaError(f"{what}: {error.message}", path=path) from error


def _field_value(value: expr.Path, scope: Scope, path: str, what: str) -> FieldValue | Literal:
    # Path answers every ordinary attribute with another Path, so its own are taken from its dictionary.
    names: list[str] = []
    node: Any = value
    while vars(node)["_Path__parent"] is not None:
        names.append(vars(node)["_Path__field"])
        node = vars(node)["_Path__parent"]
    root = vars(node)["_Path__name"]
    names.reverse()
    text = ".".join([root, *map(str, names)])
    if root != "this":
        raise SchemaError(f"{what} uses `{text}`; only `this` can be translated", path=path)
    if len(names) == 2 and names[0] == "_params" and names[1] in scope.parameters:
        return Literal(scope.parameters[names[1]])
    up = 0
    while names and names[0] == "_":
        if scope.outer is None or scope.outer.outer is None:
            raise SchemaError(f"{what} uses `{text}`, which leads out of the message", path=path)
        up += scope.is_record
        scope = scope.outer
        del names[0]
    if not names or not all(isinstance(name, str) for name in names):
        raise SchemaError(f"{what} uses `{text}`, which is no field", path=path)
    first = names[0]
    if first in _CONTEXT_NAMES:
        raise SchemaError(f"{what} uses `{text}`: `{first}` exists in construct only", path=path)
    if first in scope.later:
        raise SchemaError(f"{what} uses `{text}`, which is read after it", path=path)
    if first not in scope.fields or not scope.is_record:
        known = ", ".join(sorted(scope.fields)) or "none"
        raise SchemaError(f"{what} uses `{text}`, and there is no such field before it (there are: {known})", path=path)
    layout = scope.fields[first]
    for name in names[1:]:
        layout = _member(layout, name, f"{what} uses `{text}`", path)
    return FieldValue(up, tuple(names), layout)


def _member(layout: Layout, name: str, what: str, path: str) -> Layout:
    while isinstance(layout, Window):
        layout = layout.content
    if isinstance(layout, Flags) and any(name == flag for flag, _ in layout.flags):
        return Boolean(path=f"{layout.path}.{name}")
    if isinstance(layout, Record):
        for field in layout.fields:
            if field.name == name:
                return field.layout
    raise SchemaError(f"{what}: {layout.path} has no `{name}`", path=path)


def _call(value: expr.FuncPath, scope: Scope, path: str, what: str) -> Expression:
    function, operand = vars(value)["_FuncPath__func"], vars(value)["_FuncPath__operand"]
    if function is not len:
        raise SchemaError(f"{what} calls {_name_of(function)}_(…); only len_(…) can be translated", path=path)
    field = expression_of(operand, scope, path, what=what)
    if not isinstance(field, FieldValue) or kind_of(field) not in ("text", "sequence"):
        raise SchemaError(f"{what} takes len_ of what is no field with bytes, elements or characters", path=path)
    return LengthOf(field)


def _operation(value: Any, scope: Scope, path: str, what: str) -> Expression:
    operator = expr.opnames.get(value.op, _name_of(value.op))
    raw = (value.operand,) if isinstance(value, expr.UniExpr) else (value.lhs, value.rhs)
    if operator not in _OPERATORS:
        raise SchemaError(f"{what} uses `{operator}`, which cannot be translated", path=path)
    if operator == "not":
        return Operation("not", (condition_of(raw[0], scope, path, what=what),))
    # What a member of an enum stands for depends on what it is compared with.
    found = [
        None if isinstance(operand, enum.Enum) else expression_of(operand, scope, path, what=what) for operand in raw
    ]
    beside = next((each for each in found if each is not None and not isinstance(each, Literal)), Literal(0))
    operands = tuple(
        # `this._params.version` is a literal already.
        expression
        if expression is not None and (isinstance(operand, expr.Path) or not isinstance(expression, Literal))
        else literal_of(operand, beside, path, what=what)
        for operand, expression in zip(raw, found, strict=True)
    )
    return _checked(Operation(operator, operands), path, what)


def literal_of(value: Any, beside: Expression, path: str, *, what: str) -> Literal:
    """A value of the declaration that ``beside`` is compared with; a name where that is a number with names.

    SchemaError: in Python the two are never equal, or not always when they look so.
    """
    kind = kind_of(beside)
    if kind == "label":
        labels = _labels_of(beside)
        names = [name for name, _ in labels.labels]
        name = value.name if labels.closed and isinstance(value, enum.Enum) else value
        if isinstance(value, enum.Enum) is labels.closed and isinstance(name, str) and name in names:
            return Literal(str(name))
        raise SchemaError(
            f"{what} compares {labels.path} with {value!r}, and it is one of {', '.join(names)}", path=path
        )
    if isinstance(value, bool) and kind == "bool":
        return Literal(value)
    if isinstance(value, int) and kind == "int":
        return Literal(int(value))
    if isinstance(value, int) and kind == "bool" and value in (0, 1):
        return Literal(bool(value))
    if isinstance(value, str) and not isinstance(value, enum.Enum) and kind == "text":
        return Literal(str(value))
    raise SchemaError(f"{what} compares {value!r} with {_KINDS.get(kind, kind)}", path=path)


def _labels_of(expression: Expression) -> Labels:
    layout = expression.layout if isinstance(expression, FieldValue) else None
    while isinstance(layout, Computed | Window | Derived):
        if isinstance(layout, Computed):
            layout = layout.value.layout if isinstance(layout.value, FieldValue) else None
        else:
            layout = layout.content
    if not isinstance(layout, Labels):  # kind_of says that it is one
        raise SchemaError("a number with names was expected")
    return layout


def _checked(operation: Operation, path: str, what: str) -> Operation:
    operator, operands = operation.operator, operation.operands
    kinds = {kind_of(operand) for operand in operands}
    if operator in ("==", "!="):
        if kinds == {"int"}:
            _checked_equality(operation, path, what)
            return operation
        if kinds in ({"bool"}, {"text"}):
            return operation
        if kinds == {"label", "text"}:  # literal_of has looked at the name
            return operation
    elif operator in ("&", "|") and kinds == {"bool"}:
        return operation
    elif kinds == {"int"}:
        if operator in COMPARISONS:
            for operand in operands:
                _checked_long(operand, operator, path, what)
        else:
            _checked_range(operation, path, what)
        return operation
    raise SchemaError(
        f"{what} has `{operator}` between {' and '.join(kind_of(operand) for operand in operands)}, "
        "which cannot be translated",
        path=path,
    )


def _checked_long(operand: Expression, operator: str, path: str, what: str) -> None:
    try:
        range_of(Operation("+", (operand, Literal(0))))
    except SchemaError as error:
        raise SchemaError(f"{what}: `{operator}` on a number beyond 64 bits with a sign", path=path) from error


def _checked_equality(operation: Operation, path: str, what: str) -> None:
    ranges = [range_of(operand) for operand in operation.operands]
    within = all(low >= LONG[0] and high <= LONG[1] for low, high in ranges)
    if not within and any(low < 0 for low, _ in ranges):
        raise SchemaError(f"{what}: `{operation.operator}` between 64 bits with a sign and without one", path=path)

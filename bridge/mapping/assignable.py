"""What may stand in a field of a declared type, and how it is written there.

Java refuses an object whose class is not that of the field only when it reads (ClassCastException), so a mistake is
found here, when written, as far as it is known: of the JDK's classes that plain Python values become, all super-types
are; of declared classes, the super-classes; of anything else nothing, and Java decides.

A field of a boxed type says what becomes of a number (an int in a ``Long`` field is a Long), one of an array type what
becomes of a list.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from ..errors import EncodeError
from ..stream.generic import JavaObject
from ..stream.model import JavaArray, array_descriptor
from ..stream.plan import BOXED, BYTES, CHARS, ELEMENTS, INTEGER, NUMBERS, PRIMITIVES, STRING, EncodePlan
from . import java_lang

if TYPE_CHECKING:
    from .registry import Registry

__all__ = ["FieldCheck", "field_check"]

_ANYTHING = {"Ljava/lang/Object;", "Ljava/io/Serializable;"}

# Per boxed type: the descriptor, the type code, the Python types of the value, and the box among them.
_BOXES: dict[str, tuple[Any, str, tuple[type, ...], type | None]] = {
    "Ljava/lang/Integer;": (java_lang.INTEGER_CLASS, "I", (int,), None),
    "Ljava/lang/Long;": (java_lang.LONG_CLASS, "J", (int,), java_lang.Long),
    "Ljava/lang/Short;": (java_lang.SHORT_CLASS, "S", (int,), java_lang.Short),
    "Ljava/lang/Byte;": (java_lang.BYTE_CLASS, "B", (int,), java_lang.Byte),
    "Ljava/lang/Float;": (java_lang.FLOAT_CLASS, "F", (float, int), java_lang.Float),
    "Ljava/lang/Double;": (java_lang.DOUBLE_CLASS, "D", (float, int), None),
    "Ljava/lang/Character;": (java_lang.CHARACTER_CLASS, "C", (str,), java_lang.Char),
    "Ljava/lang/Boolean;": (java_lang.BOOLEAN_CLASS, "Z", (bool,), None),
}

_COLLECTION = "java.util.Collection java.lang.Iterable java.util.AbstractCollection java.lang.Cloneable"
_LIST = f"{_COLLECTION} java.util.List java.util.AbstractList java.util.SequencedCollection"
_SET = f"{_COLLECTION} java.util.Set java.util.AbstractSet"
_SORTED_SET = "java.util.SortedSet java.util.NavigableSet java.util.SequencedSet java.util.SequencedCollection"
_MAP = "java.util.Map java.util.AbstractMap java.lang.Cloneable"
_NUMBER = "java.lang.Number java.lang.Comparable"
_CONSTANT = "java.lang.constant.Constable java.lang.constant.ConstantDesc"

#: All super-types of the classes that plain values are written as, beside Object and Serializable.
_SUPER_TYPES: dict[str, frozenset[str]] = {
    name: frozenset(supers.split())
    for name, supers in {
        "java.lang.String": f"java.lang.CharSequence java.lang.Comparable {_CONSTANT}",
        "java.lang.Boolean": f"java.lang.Comparable {_CONSTANT}",
        "java.lang.Character": f"java.lang.Comparable {_CONSTANT}",
        "java.lang.Integer": f"{_NUMBER} {_CONSTANT}",
        "java.lang.Long": f"{_NUMBER} {_CONSTANT}",
        "java.lang.Float": f"{_NUMBER} {_CONSTANT}",
        "java.lang.Double": f"{_NUMBER} {_CONSTANT}",
        "java.lang.Short": f"{_NUMBER} {_CONSTANT}",
        "java.lang.Byte": f"{_NUMBER} {_CONSTANT}",
        "java.math.BigInteger": _NUMBER,
        "java.math.BigDecimal": _NUMBER,
        "java.util.UUID": "java.lang.Comparable",
        "java.util.ArrayList": f"{_LIST} java.util.RandomAccess",
        "java.util.LinkedList": f"{_LIST} java.util.AbstractSequentialList java.util.Deque java.util.Queue",
        "java.util.ArrayDeque": f"{_COLLECTION} java.util.Deque java.util.Queue java.util.SequencedCollection",
        "java.util.HashMap": _MAP,
        "java.util.LinkedHashMap": f"{_MAP} java.util.HashMap java.util.SequencedMap",
        "java.util.TreeMap": f"{_MAP} java.util.SortedMap java.util.NavigableMap java.util.SequencedMap",
        "java.util.HashSet": _SET,
        "java.util.LinkedHashSet": f"{_SET} java.util.HashSet java.util.SequencedSet java.util.SequencedCollection",
        "java.util.TreeSet": f"{_SET} {_SORTED_SET}",
    }.items()
}


def field_check(type_string: str, registry: Registry) -> FieldCheck | None:
    """The check for fields of this type; None where anything may stand."""
    if len(type_string) == 1 or type_string in _ANYTHING:
        return None
    return FieldCheck(type_string, registry)


class FieldCheck(dict[type, "EncodePlan | None"]):
    """From the type of a value to the plan that writes it into the field, None for its own; or `EncodeError`."""

    def __init__(self, type_string: str, registry: Registry) -> None:
        super().__init__()
        self._type_string = type_string
        self._registry = registry
        self._class_name = type_string[1:-1].replace("/", ".")

    def __missing__(self, kind: type) -> EncodePlan | None:
        plan = self[kind] = self._plan(kind)
        return plan

    def _plan(self, kind: type) -> EncodePlan | None:
        if kind is type(None):
            return None
        box = _BOXES.get(self._type_string)
        if box is not None:
            descriptor, code, allowed, own = box
            if kind is own or (kind in allowed and (kind is not bool or bool in allowed)):
                return EncodePlan(BOXED, descriptor, code=code)
            raise self._mismatch(kind)
        if self._type_string[0] == "[":
            return self._array_plan(kind)
        plan = self._registry.encode_plan(kind)
        if plan is None or issubclass(kind, JavaObject):
            # No Java class: the encoder says so, and where. The generic form: Java may resolve it to something else.
            return None
        if plan.shape == INTEGER:
            if self._type_string == "Ljava/math/BigInteger;":
                return plan.alternatives[2]
            names = ["java.lang.Integer"]
        elif plan.shape == STRING:
            names = ["java.lang.String"]
        elif plan.descriptor is not None:
            names = [level.name for level in plan.descriptor.chain]
        elif plan.shape in (NUMBERS, ELEMENTS, PRIMITIVES):
            if self._class_name != "java.lang.Cloneable":
                raise self._mismatch(kind)
            return None
        else:
            self._check_enum(kind)
            return None
        if not self._accepts(names):
            raise self._mismatch(kind)
        return None

    def _accepts(self, names: list[str]) -> bool:
        """Whether an object may stand whose class, and its super-classes as far as written, have these names."""
        if self._class_name in names:
            return True
        if names[-1] in _SUPER_TYPES:
            return self._class_name in _SUPER_TYPES[names[-1]]
        if self._class_name == "java.lang.String":
            return False
        return not self._registry.is_declared(self._class_name)

    def _check_enum(self, kind: type) -> None:
        if issubclass(kind, enum.Enum):
            own = self._registry.class_named(self._class_name)
            if own is not kind and (own is not None or self._class_name in _SUPER_TYPES):
                raise self._mismatch(kind)

    def _array_plan(self, kind: type) -> EncodePlan | None:
        component = self._type_string[1:]
        plan = self._registry.encode_plan(kind)
        if kind is list or kind is tuple:
            descriptor = array_descriptor(component)
            if len(component) == 1:
                return EncodePlan(PRIMITIVES, code=component, reduce=lambda _: descriptor)
            check = field_check(component, self._registry)
            checks = None if check is None else [check]
            return EncodePlan(ELEMENTS, checks=checks, reduce=lambda _: descriptor)
        if kind is str and component == "C":
            return EncodePlan(CHARS, array_descriptor("C"))
        if plan is None:
            return None
        if plan.shape == BYTES:
            fits = component == "B"
        elif plan.shape == CHARS:
            fits = component == "C"
        elif plan.shape == NUMBERS:
            fits = component in "BSIJFD"
        elif plan.shape == PRIMITIVES:
            fits = component == "Z"
        else:
            fits = issubclass(kind, JavaArray) and len(component) > 1
        if not fits:
            raise self._mismatch(kind)
        return None

    def _mismatch(self, kind: type) -> EncodeError:
        declared = self._class_name if self._type_string[0] == "L" else self._type_string
        return EncodeError(f"a field of type {declared} cannot hold {_shown(kind)}")


def _shown(kind: type) -> str:
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"

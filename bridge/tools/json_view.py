"""Values as JSON and back: plain JSON where JSON can say it, objects with ``$`` members where it cannot.

    null, true, 1, 2.5, "x", [...], {"key": ...}     None, bool, int, float, str, list, dict with str keys
    {"$class": "java.lang.Long", "$value": 5}        a value of another Java class than the plain one; NaN and Infinity
                                                     as {"$class": "java.lang.Double", "$value": "NaN"}
    {"$class": "java.util.TreeSet", "$items": [...]} a list, set or array that is not a plain list; array classes have
                                                     Java's names ([I, [Ljava.lang.String;)
    {"$class": "java.util.HashMap", "a": 1}          a map that is not a plain dict
    {"$class": ..., "$entries": [[key, value]]}      a map whose keys are not all plain strings
    {"$class": "com.example.Order", "id": 7}         an object and its fields; a field that a sub-class hides stands
                                                     under "com.example.Parent.id"; what a writeObject wrote, one list
                                                     for each class that has one, under "$annotations"
    {"$class": "com.example.Color", "$enum": "RED"}  an enum constant
    {"$interfaces": [...], "h": ...}                 a dynamic proxy
    {"$class": "java.time.LocalDate",                times and dates as java.time writes them; java.util.List, Set and
     "$value": "2024-02-29"}                         Map are those of List.of and its like
    {"$bytes": "AAE="}  {"$data": "AAE="}            byte[]; primitive data between objects: base64
    {"$id": 1, ...}  {"$ref": 1}                     what occurs more than once has a number where it occurs first

A name that begins with ``$`` gets one more. ``$id`` counts within one text. Strings are not numbered, and how full
Java's hash tables are is not shown: for every last byte there is ``Document``.

Nothing here recurses, and memory goes to the numbering alone: values of any depth and size can be written.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, Final, NamedTuple
from uuid import UUID

from ..errors import BridgeError, EncodeError
from ..mapping.defaults import default_registry
from ..mapping.java_lang import BigInteger, Byte, Char, Float, Long, Short
from ..mapping.java_util import HashMap, LinkedHashSet, LinkedList, TreeMap, TreeSet
from ..mapping.registry import Registry
from ..stream.descriptors import ClassDescriptor
from ..stream.generic import JavaObject, JavaProxy
from ..stream.model import (
    BlockData,
    BooleanArray,
    CharArray,
    JavaArray,
    JavaClass,
    JavaEnum,
    StreamException,
)
from ..stream.plan import CONSTANT, DATA, FIELDS, NUMBERS, REDUCE, REPLACE, EncodePlan

__all__ = ["from_json", "json_pieces", "to_json"]


def to_json(
    value: Any, *, indent: int | None = None, ascii_only: bool = False, registry: Registry | None = None
) -> str:
    """``value`` as JSON text, in the form above.

    Without ``indent`` it is one line. Characters that are not printable are always escaped, with ``ascii_only`` all
    that are not ASCII. ``registry`` tells the Java classes of values; None is the registry of the package.
    """
    return "".join(json_pieces(value, indent=indent, ascii_only=ascii_only, registry=registry))


def json_pieces(
    value: Any, *, indent: int | None = None, ascii_only: bool = False, registry: Registry | None = None
) -> Iterator[str]:
    """The text of ``to_json`` in pieces, for values whose text is large."""
    return _Writer(default_registry if registry is None else registry, indent, ascii_only).pieces(value)


def from_json(text: str) -> Any:
    """The value that the JSON ``text`` stands for, to be written as a Java object.

    The form above can be read, but for objects of classes that have no plain Python type here and for ``$id`` and
    ``$ref``: what those need (UIDs, types of fields) is in a stream, and not in JSON. EncodeError: it is no JSON, or
    stands for nothing that can be written.
    """
    try:
        return json.loads(text, object_pairs_hook=_value_of_object, parse_constant=_refuse_constant)
    except BridgeError:
        raise
    except json.JSONDecodeError as error:
        raise EncodeError(f"this is not JSON: {error}") from error
    except RecursionError as error:
        raise EncodeError("this JSON is nested too deeply; a stream can be nested without limit") from error
    except ValueError as error:  # an integer of more digits than Python takes
        raise EncodeError(f"this JSON cannot be read: {error}") from error


# ------------------------------------------------------------------------------------------------------------ writing


class _Items(NamedTuple):
    """To become ``[...]``."""

    items: Iterable[Any]


class _Members(NamedTuple):
    """To become ``{...}``."""

    members: Iterable[tuple[str, Any]]


class _Writer:
    def __init__(self, registry: Registry, indent: int | None, ascii_only: bool) -> None:
        self._registry = registry
        self._indent = indent
        self._ascii_only = ascii_only
        self._plans: dict[type, EncodePlan | None] = {}
        self._kept: list[Any] = []  # so that nothing else gets the id of what is repeated
        self._repeated: dict[int, int] = {}  # id of what occurs more than once: its number, 0 until it is written

    def pieces(self, value: Any) -> Iterator[str]:
        self._find_repeated(value)
        numbers = 0
        stack: list[tuple[Iterator[Any], str]] = []  # what is open: the parts still to come, and how it closes
        prefix = ""
        while True:
            opened = False
            text = self._scalar(value)
            if text is not None:
                yield prefix + text
            else:
                number = self._repeated.get(id(value))
                if number:
                    yield f'{prefix}{{"$ref": {number}}}'
                else:
                    form = self._form(value)
                    if number is not None:
                        numbers += 1
                        self._repeated[id(value)] = numbers
                        form = _numbered(form, numbers)
                    opening, closing = "[]" if type(form) is _Items else "{}"
                    yield prefix + opening
                    stack.append((iter(form[0]), closing))
                    opened = True
            while stack:
                part = next(stack[-1][0], _END)
                if part is not _END:
                    break
                _, closing = stack.pop()
                yield closing if opened else self._line_end(len(stack)) + closing
                opened = False
            else:
                return
            prefix = self._line_end(len(stack))
            if not opened:
                prefix = "," + (prefix or " ")
            if stack[-1][1] == "}":
                name, value = part
                prefix += f"{self._string(name)}: "
            else:
                value = part

    def _line_end(self, depth: int) -> str:
        return "" if self._indent is None else "\n" + " " * (self._indent * depth)

    def _string(self, text: str) -> str:
        if self._ascii_only or text.isascii():
            return encode_basestring_ascii(text).replace("\x7f", "\\u007f")
        if text.isprintable():
            return encode_basestring(text)
        return '"' + "".join(
            encode_basestring(character)[1:-1]
            if character.isprintable()
            else encode_basestring_ascii(character)[1:-1].replace("\x7f", "\\u007f")
            for character in text
        ) + '"'  # fmt: skip

    def _scalar(self, value: Any) -> str | None:
        """The text of what JSON has, None for everything else."""
        kind = type(value)
        if kind is str and not (len(value) > _LONG_TEXT and id(value) in self._repeated):
            return self._string(value)
        if value is None:
            return "null"
        if kind is bool:
            return "true" if value else "false"
        if kind is int and value.bit_length() <= _MAX_DECIMAL_BITS:
            return _digits(value)
        if kind is float and math.isfinite(value):
            return repr(value)
        return None

    def _find_repeated(self, root: Any) -> None:
        """Fills ``_repeated``: a walk over everything that will be written."""
        seen: dict[int, Any] = {}  # with what has the id, so that nothing else gets it
        stack: list[Iterator[Any]] = [iter((root,))]
        while stack:
            for value in stack[-1]:
                kind = type(value)
                is_long = kind is str and len(value) > _LONG_TEXT
                if kind in _PLAIN and not is_long:
                    continue
                if is_long or _has_identity(value):
                    if id(value) in seen:
                        self._repeated[id(value)] = 0
                        self._kept.append(value)
                        continue
                    seen[id(value)] = value
                if is_long:
                    continue
                form = self._form(value)
                if isinstance(form, _Items):
                    stack.append(iter(form.items))
                else:
                    stack.append(part for _, part in form.members)
                break
            else:
                stack.pop()

    def _form(self, value: Any) -> _Items | _Members:
        """What a value that is no scalar consists of."""
        kind = type(value)
        if kind is _Items or kind is _Members:
            return value  # type: ignore[no-any-return]
        if kind is str:  # a long one that occurs again; its text as another object, which does not
            return _Members([("$class", "java.lang.String"), ("$value", value[:1] + value[1:])])
        if kind is list:
            return _Items(value)
        if kind is dict:
            return _map_form(None, value)
        for of, form in _FORMS:
            if isinstance(value, of):
                return form(value)
        if isinstance(value, int) and value.bit_length() > _MAX_DECIMAL_BITS:
            return _Members([("$class", "java.math.BigInteger"), ("$value", hex(value))])
        plan = self._plan(kind)
        if plan is None:
            return _Members([("$class", f"{kind.__module__}.{kind.__qualname__}"), ("$value", str(value))])
        if plan.shape == REPLACE and plan.reduce is not None:
            replacement = plan.reduce(value)
            if self._scalar(replacement) is None and type(replacement) is not kind:
                return self._form(replacement)
        if plan.shape == CONSTANT and plan.reduce is not None:
            descriptor, name = plan.reduce(value)
            return _Members([("$class", descriptor.name), ("$enum", name)])
        if plan.shape == FIELDS and plan.names is not None and plan.descriptor is not None:
            return _Members([("$class", plan.descriptor.name), *_declared_fields(value, plan.descriptor, plan.names)])
        return self._form_by_python_type(value, plan)

    def _form_by_python_type(self, value: Any, plan: EncodePlan) -> _Items | _Members:
        if plan.shape == REDUCE and _says_nothing(value):
            try:
                return _reduced_form(*plan.reduce(value))  # type: ignore[misc]
            except EncodeError:  # a value that Java would refuse
                pass
        name = self._class_name(value, plan)
        if plan.shape == NUMBERS:
            view = memoryview(value)
            if view.format in ("b", "B"):
                return _Members([("$bytes", base64.b64encode(view).decode())])
            return _Members([("$class", name), ("$items", _Items(map(_number, view.tolist())))])
        if isinstance(value, dict):
            return _map_form(name, value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return _Members([("$class", name), *zip(value._fields, value, strict=True)])
        if isinstance(value, (list, tuple, set, frozenset, deque)):
            return _Members([("$class", name), *_comparator(value), ("$items", _Items(value))])
        if isinstance(value, float):
            return _Members([("$class", name), ("$value", _number(float(value)))])
        if isinstance(value, int):
            return _Members([("$class", name), ("$value", int(value))])
        if isinstance(value, str):
            return _Members([("$class", name), ("$value", str.__str__(value))])
        return _Members([("$class", name), ("$value", _text(value))])

    def _plan(self, kind: type) -> EncodePlan | None:
        try:
            return self._plans[kind]
        except KeyError:
            plan = self._plans[kind] = self._registry.encode_plan(kind)
            return plan

    def _class_name(self, value: Any, plan: EncodePlan) -> str:
        if plan.descriptor is not None:
            name = plan.descriptor.name
            return _REPLACEMENTS[name].get(_kind(plan, value), name) if name in _REPLACEMENTS else name
        own = getattr(value, "__java_class__", None)
        if own is None and isinstance(value, float):
            return "java.lang.Double"
        if own is None and plan.reduce is not None:
            reduced = plan.reduce(value)
            own = reduced[0] if isinstance(reduced, tuple) else reduced
        return own.name if isinstance(own, ClassDescriptor) else f"{type(value).__module__}.{type(value).__qualname__}"


_END: Final[Any] = object()
_PLAIN: Final = frozenset((str, int, float, bool, type(None)))


#: A longer text that occurs again is referred to, as many references to one of them may stand in few bytes of a stream.
_LONG_TEXT: Final = 1024

#: Decimal digits take time by the square of their number; larger numbers are written in hexadecimal.
_MAX_DECIMAL_BITS: Final = 1 << 15


def _digits(number: int) -> str:
    """``str(number)`` without Python's bound on the digits, for a number of so many bits at most."""
    try:
        return str(number)
    except ValueError:
        half = 10 ** (number.bit_length() * 3 // 20)  # about the square root
        high, low = divmod(abs(number), half)
        text = _digits(high) + _digits(low).rjust(len(_digits(half)) - 1, "0")
        return "-" + text if number < 0 else text


#: Classes of the JDK that stand on the stream for several others, and which: by the first number in them.
_REPLACEMENTS: Final = {
    "java.time.Ser": {
        number: f"java.time.{name}"
        for number, name in enumerate(
            (
                *("Duration", "Instant", "LocalDate", "LocalTime", "LocalDateTime", "ZonedDateTime", "ZoneRegion"),
                *("ZoneOffset", "OffsetTime", "OffsetDateTime", "Year", "YearMonth", "MonthDay", "Period"),
            ),
            1,
        )
    },
    "java.util.CollSer": {1: "java.util.List", 2: "java.util.Set", 3: "java.util.Map", 4: "java.util.List"},
}


def _has_text(kind: type) -> bool:
    return any("__str__" in vars(base) for base in kind.__mro__ if base is not object)


def _says_nothing(value: Any) -> bool:
    """Whether neither what Python value it is nor its text tells all of it: then its fields have to."""
    if isinstance(value, BaseException):
        return True
    plain = (dict, list, tuple, set, frozenset, deque, int, float, str, timedelta, time, date)
    return not isinstance(value, plain) and not _has_text(type(value))


def _kind(plan: Any, value: Any) -> int:
    try:
        reduced = plan.reduce(value)
    except EncodeError:  # a value that Java would refuse
        return 0
    if plan.shape == DATA:
        kind: int = reduced[0]
        return kind
    return int.from_bytes(reduced[0], "big")  # ITEMS: the field that tells it


def _text(value: Any) -> str:
    """A value of the JDK as text, times and dates as ``java.time`` writes them."""
    if isinstance(value, timedelta):
        nanoseconds = getattr(value, "nanosecond", value.microseconds * 1000)
        total = (value.days * 86400 + value.seconds) * 1_000_000_000 + nanoseconds
        seconds, fraction = divmod(abs(total), 1_000_000_000)
        return f"PT{'-' if total < 0 else ''}{seconds}{f'.{fraction:09}'.rstrip('0').rstrip('.')}S"
    if not isinstance(value, (time, datetime)):
        return str(value)
    text = value.isoformat()
    beyond = getattr(value, "nanosecond", 0) % 1000
    if beyond:
        text = value.isoformat(timespec="microseconds")
        dot = text.index(".") + 7
        text = f"{text[:dot]}{beyond:03}{text[dot:]}"
    key = getattr(value.tzinfo, "key", None)
    return text if key is None else f"{text}[{key}]"


def _number(value: Any) -> Any:
    """A number of an array or a box; JSON has none for NaN and the infinities, so that they are strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _numbered(form: _Items | _Members, number: int) -> _Members:
    members = [("$items", form)] if isinstance(form, _Items) else form.members
    return _Members(_in_front(("$id", number), members))


def _in_front(first: tuple[str, Any], rest: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    yield first
    yield from rest


def _has_identity(value: Any) -> bool:
    """Whether it matters that two places hold the same one; boxes and what is immutable have no identity."""
    if isinstance(value, (list, dict, set, bytes, bytearray, array, deque, JavaObject, CharArray)):
        return not isinstance(value, BlockData)
    if isinstance(value, (_Items, _Members)):
        return False
    if isinstance(value, (tuple, frozenset)):
        return bool(value)  # CPython has one empty one
    return hasattr(value, "__dict__") and not isinstance(value, (str, int, float))


def _escaped(name: str) -> str:
    return "$" + name if name.startswith("$") else name


def _map_form(class_name: str | None, value: dict[Any, Any]) -> _Members:
    of = [] if class_name is None else [("$class", class_name)]
    if all(type(key) is str for key in value):
        return _Members([*of, *_comparator(value), *((_escaped(key), item) for key, item in value.items())])
    of = of or [("$class", "java.util.LinkedHashMap")]
    return _Members([*of, *_comparator(value), ("$entries", _Items(map(_Items, value.items())))])


def _comparator(value: Any) -> list[tuple[str, Any]]:
    comparator = getattr(value, "comparator", None)
    return [] if comparator is None else [("$comparator", comparator)]


def _object_form(value: JavaObject) -> _Members:
    descriptor = value.__java_class__
    members: list[tuple[str, Any]] = []
    if isinstance(value, JavaProxy):
        members.append(("$interfaces", _Items(value.__java_interfaces__)))
    else:
        members.append(("$class", descriptor.name))
    for key in value:
        try:
            members.append((_escaped(key if isinstance(key, str) else ".".join(key)), value[key]))
        except KeyError:
            pass  # never stored: the object was put together by hand
    annotations = getattr(value, "__java_annotations__", ())
    if any(annotations):
        members.append(("$annotations", _Items(map(_Items, annotations))))
    return _Members(members)


def _reduced_form(descriptor: ClassDescriptor, values: Iterable[Any], annotations: Iterable[Iterable[Any]]) -> _Members:
    """An object by what is written of it."""
    fields = [(level.name, field.name) for level, _ in descriptor.data_levels for field in level.data_fields]
    most_derived = {name: class_name for class_name, name in fields}
    members: list[tuple[str, Any]] = [("$class", descriptor.name)]
    for (class_name, name), value in zip(fields, values, strict=True):
        members.append((_escaped(name if most_derived[name] == class_name else f"{class_name}.{name}"), value))
    written = [list(contents) for contents in annotations]
    if any(written):
        members.append(("$annotations", _Items(map(_Items, written))))
    return _Members(members)


def _declared_fields(value: Any, descriptor: ClassDescriptor, names: list[Any]) -> Iterator[tuple[str, Any]]:
    steps = iter(names)
    for level, annotated in descriptor.data_levels:
        for field in level.data_fields:
            name = next(steps, None)
            if name is not None:
                yield _escaped(field.name), getattr(value, name)
        if annotated:
            next(steps, None)


#: What each class that only this protocol has becomes; the first that fits.
_FORMS: Final[list[tuple[Any, Callable[[Any], _Members]]]] = [
    (JavaObject, _object_form),
    (BlockData, lambda value: _Members([("$data", base64.b64encode(value).decode())])),
    ((bytes, bytearray), lambda value: _Members([("$bytes", base64.b64encode(value).decode())])),
    (JavaEnum, lambda value: _Members([("$class", value.__java_class__.name), ("$enum", value.name)])),
    (JavaClass, lambda value: _Members([("$class", "java.lang.Class"), ("$value", value.name)])),
    (ClassDescriptor, lambda value: _Members([("$class", "java.io.ObjectStreamClass"), ("$value", value.name)])),
    (CharArray, lambda value: _Members([("$class", "[C"), ("$value", str.__str__(value))])),
    (BooleanArray, lambda value: _Members([("$class", "[Z"), ("$items", _Items(value))])),
    (JavaArray, lambda value: _Members([("$class", value.__java_class__.name), ("$items", _Items(value))])),
    (StreamException, lambda value: _Members([("$exception", value.throwable)])),
]


# ------------------------------------------------------------------------------------------------------------ reading

_Object = dict[str, Any]


def _refuse_constant(name: str) -> Any:
    raise EncodeError(f'{name} is not JSON; the number is written {{"$class": "java.lang.Double", "$value": "{name}"}}')


def _value_of_object(pairs: list[tuple[str, Any]]) -> Any:
    """Called for each JSON object, the innermost first."""
    special = {name: value for name, value in pairs if name.startswith("$") and not name.startswith("$$")}
    members = {name[1:] if name.startswith("$") else name: value for name, value in pairs if name not in special}
    if not special:
        return members
    if "$id" in special or "$ref" in special:
        raise EncodeError("what occurs more than once ($id, $ref) cannot be read from JSON; send a stream instead")
    class_name = special.pop("$class", None)
    if class_name is None:
        if len(special) == 1 and not members:
            ((name, value),) = special.items()
            if name in ("$bytes", "$data"):
                return (bytes if name == "$bytes" else BlockData)(_base64(name, value))
            if name == "$items" and isinstance(value, list):
                return value
        raise EncodeError(f"no value is written like this: members {', '.join([*special, *members])}")
    if not isinstance(class_name, str):
        raise EncodeError("$class is not the name of a class")
    if class_name in _VALUES and set(special) == {"$value"} and not members:
        return _box(class_name, special["$value"])
    if class_name in _MAPS and not special:
        return _MAPS[class_name](members)
    if class_name in _MAPS and set(special) == {"$entries"} and not members:
        return _made(class_name, _MAPS[class_name], special["$entries"])
    if set(special) == {"$items"} and not members:
        if class_name in _COLLECTIONS:
            return _made(class_name, _COLLECTIONS[class_name], special["$items"])
        if class_name in _ARRAYS:
            return _made(class_name, _ARRAYS[class_name], special["$items"])
        if class_name.startswith("[[") or (class_name.startswith("[L") and class_name.endswith(";")):
            component = class_name[2:-1] if class_name.startswith("[L") else class_name[1:]
            return _made(class_name, lambda items: JavaArray(items, component), special["$items"])
    known = sorted({*_VALUES, *_MAPS, *_COLLECTIONS, *_ARRAYS})
    raise EncodeError(
        f"JSON does not say enough to make a {class_name} of {', '.join([*special, *members]) or 'nothing'}; "
        f"send a stream instead. The classes that can be made: {', '.join(known)}, and arrays of any class"
    )


def _base64(name: str, value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise EncodeError(f"what stands under {name} is not base64: {error}") from error


def _made(class_name: str, make: Callable[[Any], Any], parts: Any) -> Any:
    try:
        if not isinstance(parts, list):
            raise TypeError(f"a list is due, not {parts!r:.40}")
        return make(parts)
    except (TypeError, ValueError, OverflowError) as error:
        raise EncodeError(f"a {class_name} cannot be made of this: {error}") from error


def _floats(items: list[Any]) -> list[float]:
    return [float(item) if item in _NOT_FINITE else item for item in items]


def _booleans(items: list[Any]) -> BooleanArray:
    if not all(isinstance(item, bool) for item in items):
        raise TypeError("every element must be true or false")
    return BooleanArray(items)


def _box(class_name: str, value: Any) -> Any:
    make, check = _VALUES[class_name]
    try:
        if check(value):
            return make(value)
    except (ValueError, ArithmeticError):  # a text that does not say one
        pass
    raise EncodeError(f"{value!r:.80} is not a value of {class_name}")


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_time(value: Any) -> bool:
    """Whether Python takes the text whole: digits below microseconds it would drop."""
    return _is_text(value) and not re.search(r"[.,]\d{7}", value)


def _naive(value: str) -> datetime:
    made = datetime.fromisoformat(value)
    if made.tzinfo is not None:
        raise ValueError("a LocalDateTime has no offset")
    return made


def _aware(value: str) -> datetime:
    made = datetime.fromisoformat(value)
    if made.tzinfo is None:
        raise ValueError("an OffsetDateTime has an offset")
    return made


def _is_integer(bits: int) -> Callable[[Any], bool]:
    limit = 1 << (bits - 1)
    return lambda value: type(value) is int and -limit <= value < limit


def _big_integer(value: int | str) -> int:
    number = int(value, 16) if isinstance(value, str) else value
    return BigInteger(number) if _is_integer(64)(number) else number


def _is_float(value: Any) -> bool:
    return type(value) in (int, float) or value in _NOT_FINITE


_NOT_FINITE: Final = ("NaN", "Infinity", "-Infinity")
_VALUES: Final[dict[str, tuple[Callable[[Any], Any], Callable[[Any], bool]]]] = {
    "java.lang.Integer": (int, _is_integer(32)),
    "java.lang.Long": (lambda value: Long(value) if _is_integer(32)(value) else value, _is_integer(64)),
    "java.lang.Short": (Short, _is_integer(16)),
    "java.lang.Byte": (Byte, _is_integer(8)),
    "java.math.BigInteger": (_big_integer, lambda value: type(value) is int or (_is_text(value) and "0x" in value[:3])),
    "java.lang.Float": (Float, _is_float),
    "java.lang.Double": (float, _is_float),
    "java.lang.Character": (Char, lambda value: type(value) is str and len(value) == 1 and value <= "\uffff"),
    "java.lang.String": (str, _is_text),
    "java.lang.Boolean": (bool, lambda value: type(value) is bool),
    "[C": (CharArray, _is_text),
    "java.math.BigDecimal": (Decimal, _is_text),
    "java.util.UUID": (UUID, _is_text),
    "java.time.LocalDate": (date.fromisoformat, _is_text),
    "java.time.LocalTime": (time.fromisoformat, _is_time),
    "java.time.LocalDateTime": (_naive, _is_time),
    "java.time.OffsetDateTime": (_aware, _is_time),
}
_MAPS: Final[dict[str, Callable[[Any], Any]]] = {
    "java.util.LinkedHashMap": dict,
    "java.util.HashMap": HashMap,
    "java.util.TreeMap": TreeMap,
}
_COLLECTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "java.util.ArrayList": list,
    "java.util.LinkedList": LinkedList,
    "java.util.HashSet": set,
    "java.util.LinkedHashSet": LinkedHashSet,
    "java.util.TreeSet": TreeSet,
}
_ARRAYS: Final[dict[str, Callable[[Any], Any]]] = {
    "[S": lambda items: array("h", items),
    "[I": lambda items: array("i", items),
    "[J": lambda items: array("q", items),
    "[F": lambda items: array("f", _floats(items)),
    "[D": lambda items: array("d", _floats(items)),
    "[Z": _booleans,
}

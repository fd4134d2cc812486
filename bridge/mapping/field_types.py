"""From Python annotations to the types of Java fields: ``jint`` is ``I``, ``list[str]`` is ``Ljava/util/List;``.

What the annotations of a declared class mean; type checkers see plain Python types.

    jint jlong jshort jbyte jfloat jdouble jchar jboolean   the primitive types
    jint_array jlong_array jshort_array jdouble_array jfloat_array   their arrays, array.array in Python
    bytes, BooleanArray, CharArray                          byte[], boolean[], char[]
    jint | None                                             the boxed type (Integer): a primitive is never null
    str, Any                                                String, Object
    list, tuple, dict, set, deque, their abstract types     the interfaces List, Map, Set, Deque, Collection, Iterable
    Decimal, UUID                                           BigDecimal, UUID
    date, time, datetime, timedelta                         LocalDate, LocalTime, LocalDateTime, Duration
    a declared class or enum                                its Java class
    any other type that is written as one Java class        that class (bridge.TreeMap: java.util.TreeMap)
    X | None                                                as X, for the reference types
    Annotated[X, JavaField(type="java.util.ArrayList")]     what it says
"""

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import datetime
import decimal
import types
import typing
import uuid
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from ..errors import SchemaError
from ..stream.model import BooleanArray, CharArray, JavaArray, JavaClass

__all__ = [
    "JavaField",
    "Transient",
    "field_type",
    "jboolean",
    "jbyte",
    "jchar",
    "jdouble",
    "jdouble_array",
    "jfloat",
    "jfloat_array",
    "jint",
    "jint_array",
    "jlong",
    "jlong_array",
    "jshort",
    "jshort_array",
    "type_string",
]


@dataclasses.dataclass(frozen=True, slots=True)
class JavaField:
    """Says in ``Annotated`` what Python's type does not: ``Annotated[list[str], JavaField(type="java.util.Vector")]``.

    ``name`` is the field's name in Java, where it differs (``from``, or a name that a base class has too). ``type`` is
    its type as Java's source spells it, without type parameters (``int``, ``java.lang.String[]``,
    ``com.example.Outer$Inner``). A ``transient`` field is not written, and has its default in an object that was read.
    """

    name: str | None = None
    type: str | None = None
    transient: bool = False


_T = TypeVar("_T")
#: ``Transient[X]``: a field that is not written.
Transient = Annotated[_T, JavaField(transient=True)]

jboolean = Annotated[bool, JavaField(type="boolean")]
jbyte = Annotated[int, JavaField(type="byte")]
jshort = Annotated[int, JavaField(type="short")]
jint = Annotated[int, JavaField(type="int")]
jlong = Annotated[int, JavaField(type="long")]
jchar = Annotated[str, JavaField(type="char")]
jfloat = Annotated[float, JavaField(type="float")]
jdouble = Annotated[float, JavaField(type="double")]

if TYPE_CHECKING:
    _Integers = array[int]
    _Floats = array[float]
else:
    _Integers = _Floats = array  # which cannot be subscripted before Python 3.12
jshort_array = Annotated[_Integers, JavaField(type="short[]")]
jint_array = Annotated[_Integers, JavaField(type="int[]")]
jlong_array = Annotated[_Integers, JavaField(type="long[]")]
jfloat_array = Annotated[_Floats, JavaField(type="float[]")]
jdouble_array = Annotated[_Floats, JavaField(type="double[]")]

PRIMITIVES = {
    "boolean": "Z",
    "byte": "B",
    "char": "C",
    "short": "S",
    "int": "I",
    "long": "J",
    "float": "F",
    "double": "D",
}
BOXES = {
    "Z": "Ljava/lang/Boolean;",
    "B": "Ljava/lang/Byte;",
    "C": "Ljava/lang/Character;",
    "S": "Ljava/lang/Short;",
    "I": "Ljava/lang/Integer;",
    "J": "Ljava/lang/Long;",
    "F": "Ljava/lang/Float;",
    "D": "Ljava/lang/Double;",
}

_LIST, _MAP, _SET = "Ljava/util/List;", "Ljava/util/Map;", "Ljava/util/Set;"
_KNOWN: dict[Any, str] = {
    Any: "Ljava/lang/Object;",
    object: "Ljava/lang/Object;",
    str: "Ljava/lang/String;",
    bytes: "[B",
    bytearray: "[B",
    list: _LIST,
    tuple: _LIST,
    collections.abc.Sequence: _LIST,
    collections.abc.MutableSequence: _LIST,
    dict: _MAP,
    collections.abc.Mapping: _MAP,
    collections.abc.MutableMapping: _MAP,
    set: _SET,
    frozenset: _SET,
    collections.abc.Set: _SET,
    collections.abc.MutableSet: _SET,
    collections.deque: "Ljava/util/Deque;",
    collections.abc.Collection: "Ljava/util/Collection;",
    collections.abc.Iterable: "Ljava/lang/Iterable;",
    decimal.Decimal: "Ljava/math/BigDecimal;",
    uuid.UUID: "Ljava/util/UUID;",
    datetime.date: "Ljava/time/LocalDate;",
    datetime.time: "Ljava/time/LocalTime;",
    datetime.datetime: "Ljava/time/LocalDateTime;",
    datetime.timedelta: "Ljava/time/Duration;",
    BooleanArray: "[Z",
    CharArray: "[C",
    JavaArray: "[Ljava/lang/Object;",
    JavaClass: "Ljava/lang/Class;",
}
_AMBIGUOUS: dict[Any, str] = {
    int: "jint, jlong, jshort or jbyte, or jint | None for an Integer",
    float: "jdouble or jfloat, or jdouble | None for a Double",
    bool: "jboolean, or jboolean | None for a Boolean",
    array: "jint_array, jlong_array, jshort_array, jdouble_array or jfloat_array",
}


def type_string(java_type: str) -> str:
    """Java's type string for a type as its source spells it: ``int[]`` is ``[I``. Raises `SchemaError`."""
    if java_type.startswith("[") or java_type.endswith(";"):
        return _checked_string(java_type)
    element = java_type
    dimensions = ""
    while element.endswith("[]"):
        element = element[:-2]
        dimensions += "["
    if element in PRIMITIVES:
        return dimensions + PRIMITIVES[element]
    check_class_name(element)
    return f"{dimensions}L{element.replace('.', '/')};"


def class_type_string(class_name: str) -> str:
    """Java's type string for fields of a class, by its binary name: ``java.util.Map$Entry``, ``[I``."""
    path = class_name.replace(".", "/")
    return path if path.startswith("[") else f"L{path};"


def check_class_name(name: object) -> None:
    """Raises `SchemaError` if this cannot be the binary name of a Java class."""
    if not isinstance(name, str):
        raise SchemaError(f"the name of a Java class is due, not {name!r}")
    hint = ""
    if "<" in name:
        hint = ": leave out the type parameters"
    elif "/" in name:
        hint = f": Java's binary name is {name.replace('/', '.')}"
    elif name in PRIMITIVES:
        hint = ": it is a primitive type"
    if hint or any(not part or not set(part).isdisjoint(" ;[]()<>/\t\n") for part in name.split(".")):
        raise SchemaError(f"{name!r} is no name of a Java class{hint}")


def _checked_string(text: str) -> str:
    element = text.lstrip("[")
    if element not in BOXES or element == text:
        if not (element.startswith("L") and element.endswith(";") and "." not in element):
            raise SchemaError(f"{text!r} is neither a Java type as its source spells it nor a type string")
        check_class_name(element[1:-1].replace("/", "."))
    return text


def field_type(annotation: Any, class_type: Callable[[Any], str | None]) -> tuple[str, JavaField]:
    """The type string for an annotation, and what `JavaField` says in it.

    ``class_type`` gives the type string of a Python class that is not in the table above, None where it has none.
    Raises `SchemaError` where the annotation leaves the Java type open.
    """
    said = JavaField()
    optional = False
    explicit = ""
    while True:
        origin = typing.get_origin(annotation)
        if origin is Annotated:
            annotation, *notes = typing.get_args(annotation)
            for note in reversed(notes):  # the outermost is the last, and what is further out counts
                if isinstance(note, JavaField):
                    said = JavaField(said.name or note.name, said.type or note.type, said.transient or note.transient)
            if said.type is not None and not explicit:
                explicit = type_string(said.type)
                if optional:
                    explicit = BOXES.get(explicit, explicit)
        elif origin is typing.Union or origin is types.UnionType:
            choices = [arg for arg in typing.get_args(annotation) if arg is not types.NoneType]
            if len(choices) != 1:
                if explicit or said.transient:
                    return explicit, said
                raise SchemaError(f"{_shown(annotation)} is more than one type: {_SAY_IT}")
            optional = True
            annotation = choices[0]
        elif hasattr(annotation, "__supertype__"):  # NewType
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        elif isinstance(annotation, TypeVar):
            annotation = annotation.__bound__ or object
        else:
            break
    if explicit or said.transient:
        return explicit, said
    kind = origin or annotation
    found = None
    if kind is Any or isinstance(kind, type):
        if kind in _AMBIGUOUS:
            raise SchemaError(f"{kind.__name__} stands for several types of Java: use {_AMBIGUOUS[kind]}")
        found = _KNOWN.get(kind) or class_type(kind)
    if found is None:
        declare = "declare it with bridge.java_class first, or " if dataclasses.is_dataclass(kind) else ""
        raise SchemaError(f"{_shown(annotation)} has no Java type: {declare}{_SAY_IT}")
    return found, said


_SAY_IT = 'say it as Annotated[..., JavaField(type="java.lang.Number")]'


def _shown(annotation: Any) -> str:
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation)

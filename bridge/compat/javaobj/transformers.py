"""The classes that javaobj makes lists, dicts, sets, numbers and times of."""

from __future__ import annotations

from collections.abc import Callable
from functools import total_ordering
from struct import Struct
from struct import error as StructError
from typing import Any, ClassVar

from ...errors import DecodeError
from .beans import JavaObject

__all__ = ["DefaultObjectTransformer"]


class _JavaList(list[Any], JavaObject):
    """An ArrayList or LinkedList."""

    def __init__(self, unmarshaller: Any = None) -> None:
        list.__init__(self)
        JavaObject.__init__(self)

    __eq__ = list.__eq__
    __hash__ = JavaObject.__hash__  # type: ignore[assignment]  # javaobj's lists can be keys
    __repr__ = list.__repr__

    def __extra_loading__(self, unmarshaller: Any, ident: int = 0) -> None:
        self.extend(self.annotations[1:])


class _JavaMap(dict[Any, Any], JavaObject):
    """A HashMap or TreeMap."""

    def __init__(self, unmarshaller: Any = None) -> None:
        dict.__init__(self)
        JavaObject.__init__(self)

    __eq__ = dict.__eq__
    __hash__ = JavaObject.__hash__  # type: ignore[assignment]  # javaobj's maps can be keys
    __repr__ = dict.__repr__

    def __extra_loading__(self, unmarshaller: Any, ident: int = 0) -> None:
        self.update(zip(self.annotations[1::2], self.annotations[2::2], strict=False))


class _JavaLinkedHashMap(_JavaMap):
    """A LinkedHashMap: in the order of the stream."""


class _JavaSet(set[Any], JavaObject):
    """A HashSet or LinkedHashSet."""

    def __init__(self, unmarshaller: Any = None) -> None:
        set.__init__(self)
        JavaObject.__init__(self)

    __eq__ = set.__eq__
    __hash__ = JavaObject.__hash__  # type: ignore[assignment]  # javaobj's sets can be keys
    __repr__ = set.__repr__

    def __extra_loading__(self, unmarshaller: Any, ident: int = 0) -> None:
        self.update(self.annotations[1:])


class _JavaTreeSet(_JavaSet):
    """A TreeSet, whose comparator stands before its size."""

    def __extra_loading__(self, unmarshaller: Any, ident: int = 0) -> None:
        self.update(self.annotations[2:])


@total_ordering
class _JavaPrimitiveClass(JavaObject):
    """A boxed value: as ``value``, and itself in comparisons."""

    value: Any

    def __init__(self, unmarshaller: Any = None) -> None:
        super().__init__()
        self.value = None

    def __eq__(self, other: object) -> bool:
        return bool(self.value == other)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < other)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return repr(self.value)

    def __str__(self) -> str:
        return str(self.value)


class _JavaBool(_JavaPrimitiveClass):
    """A Boolean."""

    def __bool__(self) -> bool:
        return bool(self.value)

    __hash__ = _JavaPrimitiveClass.__hash__


class _JavaInt(_JavaPrimitiveClass):
    """An Integer or Long."""

    def __int__(self) -> int:
        return int(self.value)

    __index__ = __int__
    __hash__ = _JavaPrimitiveClass.__hash__


class _Reader:
    """The bytes of a ``java.time.Ser``, taken from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, form: str) -> tuple[Any, ...]:
        layout = Struct(">" + form)
        values = layout.unpack(self._data[: layout.size])
        self._data = self._data[layout.size :]
        return values

    def text(self) -> str:
        (size,) = self.take("H")
        raw, self._data = self._data[:size], self._data[size:]
        return raw.decode()


class _JavaTime(JavaObject):
    """A value of java.time, which all are ``java.time.Ser`` in a stream: ``type`` says which, the rest what applies."""

    DURATION_TYPE = 1
    INSTANT_TYPE = 2
    LOCAL_DATE_TYPE = 3
    LOCAL_TIME_TYPE = 4
    LOCAL_DATE_TIME_TYPE = 5
    ZONE_DATE_TIME_TYPE = 6
    ZONE_REGION_TYPE = 7
    ZONE_OFFSET_TYPE = 8
    OFFSET_TIME_TYPE = 9
    OFFSET_DATE_TIME_TYPE = 10
    YEAR_TYPE = 11
    YEAR_MONTH_TYPE = 12
    MONTH_DAY_TYPE = 13
    PERIOD_TYPE = 14

    def __init__(self, unmarshaller: Any = None) -> None:
        super().__init__()
        self.type = -1
        self.year = self.month = self.day = None
        self.hour = self.minute = self.second = self.nano = None
        self.offset = self.zone = None

    def __repr__(self) -> str:
        parts = ("year", "month", "day", "hour", "minute", "second", "nano", "offset", "zone")
        return f"JavaTime(type=0x{self.type}, {', '.join(f'{part}={getattr(self, part)}' for part in parts)})"

    def __extra_loading__(self, unmarshaller: Any, ident: int = 0) -> None:
        try:
            reader = _Reader(self.annotations[0].encode("latin-1"))
            (self.type,) = reader.take("b")
            for part in _TIME_PARTS.get(self.type, ()):
                part(self, reader)
        except (LookupError, AttributeError, ValueError, StructError) as failure:
            raise DecodeError(f"the contents of a java.time.Ser are none that Java writes: {failure}") from failure


def _fields(form: str, *names: str) -> Callable[[Any, _Reader], None]:
    def read(value: Any, reader: _Reader) -> None:
        for name, number in zip(names, reader.take(form), strict=True):
            setattr(value, name, number)

    return read


def _time(value: Any, reader: _Reader) -> None:
    """``LocalTime.writeExternal``: what is zero at the end is left out, and the last part written inverted for it."""
    value.hour = value.minute = value.second = value.nano = 0
    for name in ("hour", "minute", "second"):
        (number,) = reader.take("b")
        if number < 0:
            setattr(value, name, ~number)
            return
        setattr(value, name, number)
    (value.nano,) = reader.take("i")


def _offset(value: Any, reader: _Reader) -> None:
    """``ZoneOffset.writeExternal``: quarters of an hour in a byte, or 127 and the seconds."""
    (quarters,) = reader.take("b")
    value.offset = reader.take("i")[0] if quarters == 127 else quarters * 900


def _zone_of_date(value: Any, reader: _Reader) -> None:
    """``Ser.writeInternal``: a region, or an offset, which is the one that stands before it already."""
    (kind,) = reader.take("b")
    if kind == value.ZONE_REGION_TYPE:
        _zone(value, reader)


def _zone(value: Any, reader: _Reader) -> None:
    value.zone = reader.text()


_DATE = _fields("ibb", "year", "month", "day")
_SECONDS = _fields("qi", "second", "nano")
_TIME_PARTS: dict[int, tuple[Callable[[Any, _Reader], None], ...]] = {
    _JavaTime.DURATION_TYPE: (_SECONDS,),
    _JavaTime.INSTANT_TYPE: (_SECONDS,),
    _JavaTime.LOCAL_DATE_TYPE: (_DATE,),
    _JavaTime.LOCAL_TIME_TYPE: (_time,),
    _JavaTime.LOCAL_DATE_TIME_TYPE: (_DATE, _time),
    _JavaTime.ZONE_DATE_TIME_TYPE: (_DATE, _time, _offset, _zone_of_date),
    _JavaTime.ZONE_REGION_TYPE: (_zone,),
    _JavaTime.ZONE_OFFSET_TYPE: (_offset,),
    _JavaTime.OFFSET_TIME_TYPE: (_time, _offset),
    _JavaTime.OFFSET_DATE_TIME_TYPE: (_DATE, _time, _offset),
    _JavaTime.YEAR_TYPE: (_fields("i", "year"),),
    _JavaTime.YEAR_MONTH_TYPE: (_fields("ib", "year", "month"),),
    _JavaTime.MONTH_DAY_TYPE: (_fields("bb", "month", "day"),),
    _JavaTime.PERIOD_TYPE: (_fields("iii", "year", "month", "day"),),
}


class DefaultObjectTransformer:
    """Makes the objects of the classes in ``TYPE_MAPPER``, and a `JavaObject` of any other class."""

    JavaList = _JavaList
    JavaMap = _JavaMap
    JavaLinkedHashMap = _JavaLinkedHashMap
    JavaSet = _JavaSet
    JavaTreeSet = _JavaTreeSet
    JavaPrimitiveClass = _JavaPrimitiveClass
    JavaBool = _JavaBool
    JavaInt = _JavaInt
    JavaTime = _JavaTime

    TYPE_MAPPER: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "java.util.ArrayList": _JavaList,
        "java.util.LinkedList": _JavaList,
        "java.util.HashMap": _JavaMap,
        "java.util.TreeMap": _JavaMap,
        "java.util.LinkedHashMap": _JavaLinkedHashMap,
        "java.util.HashSet": _JavaSet,
        "java.util.LinkedHashSet": _JavaSet,
        "java.util.TreeSet": _JavaTreeSet,
        "java.time.Ser": _JavaTime,
        "java.lang.Boolean": _JavaBool,
        "java.lang.Integer": _JavaInt,
        "java.lang.Long": _JavaInt,
    }

    def create(self, classdesc: Any, unmarshaller: Any) -> Any:
        """A new object for this class, before its fields are read."""
        make = self.TYPE_MAPPER.get(classdesc.name)
        return JavaObject() if make is None else make(unmarshaller)

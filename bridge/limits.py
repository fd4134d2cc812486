"""How much of a stream is let in: ``Limits`` and ``ObjectInputFilter``.

``Limits`` bounds sizes: four with the names and meanings of Java's filter limits, and some that Java has not.
``ObjectInputFilter`` decides about classes, in the pattern language of
``java.io.ObjectInputFilter.Config.createFilter`` (JEP 290):

    maxdepth=N; maxrefs=N; maxbytes=N; maxarray=N       limits; the last one of a name counts
    com.example.Order                                   exactly this class
    com.example.*                                       every class of this package
    com.example.**                                      every class of this package and of the packages below it
    com.example.Ord*    *                               every class whose name begins so; every class
    !PATTERN                                            reject what the pattern matches, instead of allowing it
    MODULE/PATTERN                                      only classes of this module

The parts are separated by ``;`` and asked from left to right; the first that matches decides, and where none does the
answer is UNDECIDED, which lets the class in (put ``!*`` at the end to refuse everything not named). White space
counts, as in Java. An array is judged by its innermost component type; primitive types are always UNDECIDED.

Modules: a stream does not say in which module a class lives. For the packages ``java.*`` the module is known, since
only the platform may define them. For every other class it is not, and then the answer errs on the safe side: a
pattern that allows a module does not match, a pattern that rejects one does.

A filter for the whole process, as ``jdk.serialFilter`` is one for a JVM, is taken from the environment variable
``BRIDGE_SERIAL_FILTER`` or given to ``set_serial_filter``. It is merged with the filter of each stream: neither can
allow what the other rejects. (Java's own default is that the filter of a stream takes the place of the other one.)
"""

from __future__ import annotations

import enum
import os
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .errors import BridgeError, RejectedError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CHANNEL_LIMITS",
    "FilterInfo",
    "Limits",
    "ObjectFilter",
    "ObjectInputFilter",
    "Status",
    "combine",
    "filter_function",
    "merge_filters",
    "reject_undecided",
    "serial_filter",
    "set_serial_filter",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read; None is no bound. A stream that goes beyond one ends in a RejectedError.

    With the names and meanings of Java's, though Java looks at them only where a class, an array or a back reference
    begins, and here they hold everywhere:

    maxdepth   objects inside objects; a content itself has depth 1, and each super-class described counts as one more
    maxrefs    objects read, nulls and back references counted too, and super-classes as Java counts them; on a
               channel, which has no end, those of one content
    maxbytes   bytes of the stream; on a channel those of one content
    maxarray   elements of one array

    Beyond Java's:

    maxclasses   classes described since the last TC_RESET, super-classes too; each costs 2 to 3 KB once
    maxfields    fields that one class declares itself
    maxstring    bytes of one string, name of a class or name of a field, as it is encoded
    maxhandles   what the stream can refer to (objects, strings, classes) since the last TC_RESET; it is kept till then

    How long one content may take is for a channel to say: ``content_seconds`` of ``connect`` and its like.

    SchemaError: a bound is not an int, or below 0.
    """

    maxdepth: int | None = None
    maxrefs: int | None = None
    maxbytes: int | None = None
    maxarray: int | None = None
    maxclasses: int | None = None
    maxfields: int | None = None
    maxstring: int | None = None
    maxhandles: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            if type(value) is not int:
                raise SchemaError(f"{field.name} must be an int or None, not {value!r}")
            if value < 0:
                raise SchemaError(f"{field.name} must not be negative, and is {value}")

    @classmethod
    def none(cls) -> Limits:
        """No bound on anything."""
        return cls()

    def tightened(self, other: Limits) -> Limits:
        """The stricter of both, bound by bound."""
        return Limits(**{name: _stricter(getattr(self, name), getattr(other, name)) for name in _ALL_NAMES})


def _stricter(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


_ALL_NAMES = tuple(field.name for field in fields(Limits))

#: Those that a filter pattern can name.
_LIMIT_NAMES = ("maxdepth", "maxrefs", "maxbytes", "maxarray")

#: What a channel takes from its peer unless told otherwise: 256 MiB in one content, 64 Mi elements in one array, a
#: million levels, twenty million objects in one content, ten million handles and 20,000 classes between two resets. A
#: class has no more fields than Java lets it have.
CHANNEL_LIMITS = Limits(
    maxdepth=1_000_000,
    maxrefs=20_000_000,
    maxbytes=256 << 20,
    maxarray=64 << 20,
    maxclasses=20_000,
    maxfields=65_535,
    maxstring=256 << 20,
    maxhandles=10_000_000,
)


class Status(enum.Enum):
    """The answer of a filter; UNDECIDED lets in."""

    UNDECIDED = "undecided"
    ALLOWED = "allowed"
    REJECTED = "rejected"


class FilterInfo(NamedTuple):
    """What a filter is asked about: a class whose descriptor was read, or an array about to be read.

    class_name     Java's binary name: ``java.util.Map$Entry``, ``[I``, ``[[Ljava.lang.String;``; empty where only
                   sizes are asked about
    array_length   elements; -1 where it is no array
    depth          objects around this one, plus 1; for a super-class, plus the classes below it
    references     objects read so far, this one too; see ``Limits.maxrefs``
    stream_bytes   bytes consumed so far; on a channel, of this content
    """

    class_name: str
    array_length: int = -1
    depth: int = 1
    references: int = 0
    stream_bytes: int = 0


#: What ``object_filter=`` takes: a filter, a pattern, or a function (True allows, False rejects, None is undecided).
ObjectFilter: TypeAlias = "ObjectInputFilter | str | Callable[[FilterInfo], Status | bool | None]"

_PRIMITIVES = frozenset(("boolean", "byte", "char", "short", "int", "long", "float", "double", "void"))
_ARRAY = re.compile(r"\[+(?:L(?P<class_name>.+);|[ZBCSIJFD])", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d+")
_LONG_MAX = 2**63 - 1
_UNKNOWN_MODULE = ""

#: Packages of the platform that are not in the module java.base, and their modules; the longest match counts.
_JAVA_MODULES = {
    "java.applet": "java.desktop",
    "java.awt": "java.desktop",
    "java.beans": "java.desktop",
    "java.lang.instrument": "java.instrument",
    "java.lang.management": "java.management",
    "java.net.http": "java.net.http",
    "java.rmi": "java.rmi",
    "java.sql": "java.sql",
    "java.util.logging": "java.logging",
    "java.util.prefs": "java.prefs",
}


class ObjectInputFilter:
    """A filter in Java's pattern language; see the top of this module.

    Called with a FilterInfo it answers with a Status. ``limits`` are the limits the pattern names. A pattern without
    any part leaves everything undecided.

    SchemaError: the pattern is not one (Java: IllegalArgumentException).
    """

    __slots__ = ("_rules", "limits", "pattern")

    def __init__(self, pattern: str) -> None:
        if not isinstance(pattern, str):
            raise SchemaError(f"a filter pattern must be a str, not {type(pattern).__name__}")
        self.pattern = pattern
        self._rules: list[_Rule] = []
        limits: dict[str, int] = {}
        for part in pattern.split(";"):
            if "=" in part:
                name, _, value = part.partition("=")
                limits[name] = _parse_limit(name, value)
            elif part:
                self._rules.append(_parse_rule(part, pattern))
        self.limits = Limits(**{name: value for name, value in limits.items() if value != _LONG_MAX})

    def __repr__(self) -> str:
        return f"ObjectInputFilter({self.pattern!r})"

    def __eq__(self, other: object) -> bool:
        return self.pattern == other.pattern if isinstance(other, ObjectInputFilter) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __call__(self, info: FilterInfo) -> Status:
        """The decision about one class or array. Limits come first, then the patterns from left to right."""
        class_name, array_length, depth, references, stream_bytes = info
        limits = self.limits
        if (
            _exceeds(references, limits.maxrefs)
            or _exceeds(depth, limits.maxdepth)
            or _exceeds(stream_bytes, limits.maxbytes)
        ):
            return Status.REJECTED
        if class_name.startswith("["):
            if limits.maxarray is not None and array_length > limits.maxarray:
                return Status.REJECTED
            match = _ARRAY.fullmatch(class_name)
            if match is None or match["class_name"] is None:
                return Status.UNDECIDED
            class_name = match["class_name"]
        if not class_name or class_name in _PRIMITIVES:
            return Status.UNDECIDED
        for rule in self._rules:
            if rule.matches(class_name):
                return Status.REJECTED if rule.negated else Status.ALLOWED
        return Status.UNDECIDED


def _exceeds(value: int, limit: int | None) -> bool:
    return value < 0 or (limit is not None and value > limit)


def _parse_limit(name: str, value: str) -> int:
    """The number of ``name=value``, as ``Long.parseLong`` reads it."""
    if name not in _LIMIT_NAMES:
        raise SchemaError(f"unknown limit: {name!r}; there are {', '.join(_LIMIT_NAMES)}")
    if not _NUMBER.fullmatch(value) or len(value) > 4300 or int(value) > _LONG_MAX:
        raise SchemaError(f"the limit {name} must be a whole number below 2**63, not {value!r}")
    if int(value) < 0:
        raise SchemaError(f"the limit {name} must not be negative: {value!r}")
    return int(value)


class _Rule(NamedTuple):
    kind: str  # "package" (exactly this one), "prefix" or "class"
    text: str
    module: str | None
    negated: bool

    def matches(self, class_name: str) -> bool:
        if self.kind == "class":
            found = class_name == self.text
        elif self.kind == "prefix":
            found = class_name.startswith(self.text)
        else:
            found = class_name.startswith(self.text) and class_name.rfind(".") == len(self.text)
        if not found or self.module is None:
            return found
        module = _module_of(class_name)
        return self.negated if module == _UNKNOWN_MODULE else module == self.module


def _parse_rule(part: str, pattern: str) -> _Rule:
    negated = part.startswith("!")
    text = part[1:] if negated else part
    module, slash, rest = text.partition("/")
    if slash:
        if not module:
            raise SchemaError(f"the module name is missing in {part!r} of the filter {pattern!r}")
        text = rest
    kind = "class"
    if text.endswith(".*"):
        kind, text = "package", text[:-2]
        missing = not text
    elif text.endswith(".**"):
        kind, text = "prefix", text[:-2]  # the dot belongs to the prefix
        missing = len(text) < 2
    elif text.endswith("*"):
        kind, text = "prefix", text[:-1]
        missing = False
    else:
        missing = not text
    if missing:
        raise SchemaError(f"the class or package is missing in {part!r} of the filter {pattern!r}")
    return _Rule(kind, text, module if slash else None, negated)


def _module_of(class_name: str) -> str:
    """The module of a class of the platform, or _UNKNOWN_MODULE."""
    if not class_name.startswith("java."):
        return _UNKNOWN_MODULE
    package = class_name.rpartition(".")[0]
    while package != "java":
        if package in _JAVA_MODULES:
            return _JAVA_MODULES[package]
        package = package.rpartition(".")[0]
    return "java.base"


def filter_function(object_filter: ObjectFilter | None) -> Callable[[FilterInfo], Status] | None:
    """What ``object_filter=`` was given, as a function that always answers with a Status.

    The function raises RejectedError where the caller's own function fails: as in Java, a filter that cannot answer
    rejects. SchemaError: ``object_filter`` is nothing that can filter, or (when called) answers with something that
    is no answer.
    """
    if object_filter is None or isinstance(object_filter, (ObjectInputFilter, _Merged, _Decided)):
        return object_filter
    if isinstance(object_filter, str):
        return ObjectInputFilter(object_filter)
    if not callable(object_filter):
        raise SchemaError(f"object_filter must be an ObjectInputFilter, a pattern or a function, not {object_filter!r}")
    function = object_filter

    def ask(info: FilterInfo) -> Status:
        try:
            answer = function(info)
        except BridgeError:
            raise
        except Exception as error:
            raise RejectedError(f"the object filter failed on the class {info.class_name!r}: {error!r}") from error
        if isinstance(answer, Status):
            return answer
        if answer is None:
            return Status.UNDECIDED
        if isinstance(answer, bool):
            return Status.ALLOWED if answer else Status.REJECTED
        raise SchemaError(f"an object filter must answer with a Status, True, False or None, not {answer!r}")

    return ask


def merge_filters(first: ObjectFilter, second: ObjectFilter) -> Callable[[FilterInfo], Status]:
    """A filter that rejects what one of both rejects, and else allows what one of both allows.

    As ``java.io.ObjectInputFilter.merge``. Limits that patterns name hold for both. SchemaError: one is no filter.
    """
    return _Merged(_function(first), _function(second))


def reject_undecided(object_filter: ObjectFilter) -> Callable[[FilterInfo], Status]:
    """A filter that rejects every class of which ``object_filter`` says nothing; arrays of primitives are let in.

    As ``java.io.ObjectInputFilter.rejectUndecidedClass``. SchemaError: ``object_filter`` is no filter.
    """
    return _Decided(_function(object_filter))


def _function(object_filter: ObjectFilter) -> Callable[[FilterInfo], Status]:
    function = filter_function(object_filter)
    if function is None:
        raise SchemaError("a filter is to be merged or decided, and None is none")
    return function


def _limits_of(function: Callable[[FilterInfo], Status]) -> Limits:
    """The limits that a filter names, to be held at every byte and not only where it is asked."""
    if isinstance(function, (ObjectInputFilter, _Merged, _Decided)):
        return function.limits
    return Limits.none()


class _Merged:
    __slots__ = ("_first", "_second", "limits")

    def __init__(self, first: Callable[[FilterInfo], Status], second: Callable[[FilterInfo], Status]) -> None:
        self._first = first
        self._second = second
        self.limits = _limits_of(first).tightened(_limits_of(second))

    def __repr__(self) -> str:
        return f"merge_filters({self._first!r}, {self._second!r})"

    def __call__(self, info: FilterInfo) -> Status:
        first = self._first(info)
        if first is Status.REJECTED:
            return first
        second = self._second(info)
        return first if second is Status.UNDECIDED else second


class _Decided:
    __slots__ = ("_filter", "limits")

    def __init__(self, object_filter: Callable[[FilterInfo], Status]) -> None:
        self._filter = object_filter
        self.limits = _limits_of(object_filter)

    def __repr__(self) -> str:
        return f"reject_undecided({self._filter!r})"

    def __call__(self, info: FilterInfo) -> Status:
        status = self._filter(info)
        name = info.class_name
        if not name or status is not Status.UNDECIDED:
            return status
        if name.startswith("["):
            match = _ARRAY.fullmatch(name)
            if match is None or match["class_name"] is None:
                return Status.UNDECIDED if match is not None else Status.REJECTED
            name = match["class_name"]
        if name in _PRIMITIVES:
            return Status.UNDECIDED
        # A function may know the class of the elements where it does not know that of the array.
        status = self._filter(info._replace(class_name=name))
        return status if status is Status.ALLOWED else Status.REJECTED


# ------------------------------------------------------------------------------------------- the filter of the process

_VARIABLE = "BRIDGE_SERIAL_FILTER"
_process_filter: Callable[[FilterInfo], Status] | None = None
_process_filter_known = False


def serial_filter() -> Callable[[FilterInfo], Status] | None:
    """The filter of the process, or None: that of ``set_serial_filter``, else of ``BRIDGE_SERIAL_FILTER``.

    The variable is looked at once, when it is first needed. SchemaError: it holds no pattern; nothing is read then, as
    it would be read without the filter that somebody wanted.
    """
    global _process_filter, _process_filter_known
    if not _process_filter_known:
        pattern = os.environ.get(_VARIABLE, "")
        try:
            _process_filter = ObjectInputFilter(pattern) if pattern else None
        except SchemaError as error:
            raise SchemaError(f"{_VARIABLE} is no filter: {error.message}") from error
        _process_filter_known = True
    return _process_filter


def set_serial_filter(object_filter: ObjectFilter) -> None:
    """Sets the filter that everything read in this process must pass from now on, beside the filters of its streams.

    It can be set once, as Java's (``ObjectInputFilter.Config.setSerialFilter``), and not if the environment has set it.
    SchemaError: it is set already, or ``object_filter`` is no filter.
    """
    global _process_filter, _process_filter_known
    function = _function(object_filter)
    if serial_filter() is not None:
        raise SchemaError(f"the filter of the process is set already: {_process_filter!r}")
    _process_filter, _process_filter_known = function, True


def combine(
    limits: Limits | None, object_filter: ObjectFilter | None, default: Limits
) -> tuple[Limits, Callable[[FilterInfo], Status] | None]:
    """The arguments ``limits=`` and ``object_filter=`` as a decoder takes them.

    ``default`` stands for ``limits`` where those are None; limits named by a pattern are kept as well, and the stricter
    counts. The filter of the process is merged in. SchemaError: as in ``filter_function`` and ``serial_filter``.
    """
    function = filter_function(object_filter)
    process = serial_filter()
    if process is not None:
        function = process if function is None else _Merged(function, process)
    result = default if limits is None else limits
    if function is not None:
        result = result.tightened(_limits_of(function))
    return result, function

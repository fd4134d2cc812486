"""How much of a stream is let in: ``Limits`` and ``ObjectInputFilter``.

``Limits`` bounds sizes, with the names and meanings of Java's filter limits. ``ObjectInputFilter`` decides about
classes, in the pattern language of ``java.io.ObjectInputFilter.Config.createFilter`` (JEP 290):

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
"""

from __future__ import annotations

import enum
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
]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read; None is no bound. A stream that goes beyond one ends in a RejectedError.

    maxdepth   objects inside objects; a content itself has depth 1
    maxrefs    objects that can be referred to (handles) since the last TC_RESET
    maxbytes   bytes of the stream; on a channel, which has no end, bytes of one content
    maxarray   elements of one array

    SchemaError: a bound is not an int, or below 0.
    """

    maxdepth: int | None = None
    maxrefs: int | None = None
    maxbytes: int | None = None
    maxarray: int | None = None

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
        return Limits(
            _stricter(self.maxdepth, other.maxdepth),
            _stricter(self.maxrefs, other.maxrefs),
            _stricter(self.maxbytes, other.maxbytes),
            _stricter(self.maxarray, other.maxarray),
        )


def _stricter(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


#: What a channel takes from its peer unless told otherwise: 256 MiB in one content, 64 Mi elements in one array, a
#: million levels, and ten million handles between two resets.
CHANNEL_LIMITS = Limits(maxdepth=1_000_000, maxrefs=10_000_000, maxbytes=256 << 20, maxarray=64 << 20)


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
    depth          objects around this one, plus 1
    references     handles so far
    stream_bytes   bytes consumed so far
    """

    class_name: str
    array_length: int = -1
    depth: int = 1
    references: int = 0
    stream_bytes: int = 0


#: What ``object_filter=`` takes: a filter, a pattern, or a function (True allows, False rejects, None is undecided).
ObjectFilter: TypeAlias = "ObjectInputFilter | str | Callable[[FilterInfo], Status | bool | None]"

_LIMIT_NAMES = tuple(field.name for field in fields(Limits))
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
    if object_filter is None or isinstance(object_filter, ObjectInputFilter):
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


def combine(
    limits: Limits | None, object_filter: ObjectFilter | None, default: Limits
) -> tuple[Limits, Callable[[FilterInfo], Status] | None]:
    """The arguments ``limits=`` and ``object_filter=`` as a decoder takes them.

    ``default`` stands for ``limits`` where those are None; limits named by the filter's pattern are kept as well, and
    the stricter counts. SchemaError: as in ``filter_function``.
    """
    function = filter_function(object_filter)
    result = default if limits is None else limits
    if isinstance(function, ObjectInputFilter):
        result = result.tightened(function.limits)
    return result, function

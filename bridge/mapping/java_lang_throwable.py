"""``java.lang.Throwable`` and every class below it: exceptions that Python can raise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..stream.descriptors import ANNOTATION, ClassDescriptor
from ..stream.generic import short_repr
from ..stream.model import JavaArray, array_descriptor
from ..stream.plan import FILL, REDUCE, DecodePlan, EncodePlan
from .adapters import OWN_DATA, object_array
from .registry import Registry

__all__ = ["JavaThrowable", "register"]

_STRING = "Ljava/lang/String;"
THROWABLE = ClassDescriptor(
    "java.lang.Throwable",
    -3042686055658047285,
    OWN_DATA,
    [
        ("cause", "Ljava/lang/Throwable;"),
        ("detailMessage", _STRING),
        ("stackTrace", "[Ljava/lang/StackTraceElement;"),
        ("suppressedExceptions", "Ljava/util/List;"),
    ],
)
_NO_TRACE = array_descriptor("Ljava.lang.StackTraceElement;")

#: How many causes and frames are told in the text of one exception.
_MAX_CAUSES, _MAX_FRAMES, _MAX_SUPPRESSED = 10, 100, 10


class JavaThrowable(Exception):
    """A Java exception that was read, or one to be written: it can be raised and caught.

    For each Java class there is a class below this one, below that of the Java super-class. ``message``, ``cause``,
    ``suppressed`` and ``stack_trace`` are those of Java; ``str()`` is what Java prints. A field of the Java class is
    ``error["name"]``, or ``error["com.example.Parent", "name"]`` where it is shadowed, or the attribute of that name.
    """

    __java_class__: ClassVar[ClassDescriptor] = THROWABLE
    __java_plan__: ClassVar[EncodePlan]
    __java_fields__: ClassVar[dict[str | tuple[str, str], int]] = {}
    __java_annotations__: list[list[Any]]
    _values: list[Any]

    def __init__(self, message: str | None = None, cause: JavaThrowable | None = None) -> None:
        super().__init__(message)
        self._values = [_DEFAULTS.get(code, 0) for code in self.__java_class__.program.decode("latin-1") if code != "x"]
        self.__java_annotations__ = [[] for _ in range(self.__java_class__.program.count(ANNOTATION))]
        for name, value in [
            ("detailMessage", message),
            ("cause", self if cause is None else cause),  # as Java has it: no cause was named
            ("stackTrace", object_array((), _NO_TRACE)),
            ("suppressedExceptions", ()),
        ]:
            if ("java.lang.Throwable", name) in self.__java_fields__:
                self["java.lang.Throwable", name] = value
        if cause is not None:
            self.__cause__ = cause

    def __getitem__(self, key: str | tuple[str, str]) -> Any:
        return self._values[self.__java_fields__[key]]

    def __setitem__(self, key: str | tuple[str, str], value: Any) -> None:
        self._values[self.__java_fields__[key]] = value

    def __getattr__(self, name: str) -> Any:
        index = self.__java_fields__.get(name)
        if index is None or "_values" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._values[index]

    def __setattr__(self, name: str, value: Any) -> None:
        index = self.__java_fields__.get(name)
        if index is None:
            super().__setattr__(name, value)
        else:
            self._values[index] = value

    def _of_throwable(self, name: str) -> Any:
        index = self.__java_fields__.get(("java.lang.Throwable", name))
        return None if index is None else self._values[index]

    @property
    def message(self) -> str | None:
        """The detail message."""
        message: str | None = self._of_throwable("detailMessage")
        return message

    @property
    def cause(self) -> Any:
        """The Throwable that was the cause, or None."""
        cause = self._of_throwable("cause")
        return None if cause is self else cause

    @property
    def suppressed(self) -> list[Any]:
        """The exceptions that were suppressed in favour of this one."""
        suppressed = self._of_throwable("suppressedExceptions")
        return list(suppressed) if isinstance(suppressed, list | tuple) else []

    @property
    def stack_trace(self) -> list[Any]:
        """The frames, innermost first: with ``declaringClass``, ``methodName``, ``fileName``, ``lineNumber``."""
        trace = self._of_throwable("stackTrace")
        return list(trace) if isinstance(trace, JavaArray) else []

    @property
    def java_name(self) -> str:
        """The name of the Java class."""
        return self.__java_class__.name

    def summary(self) -> str:
        """The first line of the text: class and message."""
        message = self.message
        return self.java_name if message is None else f"{self.java_name}: {_text(message)}"

    def __str__(self) -> str:
        lines: list[str] = []
        seen: set[int] = set()
        error: Any = self
        while error is not None and id(error) not in seen and len(seen) < _MAX_CAUSES:
            seen.add(id(error))
            lines += _told(error, "Caused by: " if lines else "", "")
            error = error.cause if isinstance(error, JavaThrowable) else None
        if error is not None:
            lines.append("Caused by: ..." if id(error) not in seen else f"[circular: {_summary(error)}]")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<{self.summary()}>"

    def __reduce__(self) -> Any:
        raise TypeError(f"{self.java_name} has no pickled form: bridge.dumps writes it")


_DEFAULTS = {"Z": False, "C": "\0", "F": 0.0, "D": 0.0, "L": None, "[": None}


def _summary(error: Any) -> str:
    return error.summary() if isinstance(error, JavaThrowable) else short_repr.repr(error)


def _text(message: Any) -> str:
    """A message; a stream may hold anything in its place, also what has an endless text."""
    return message if isinstance(message, str) else short_repr.repr(message)


def _told(error: Any, before: str, indent: str) -> Iterator[str]:
    """What Java prints of one exception without its cause."""
    yield f"{indent}{before}{_summary(error)}"
    if not isinstance(error, JavaThrowable):
        return
    trace = error.stack_trace
    for frame in trace[:_MAX_FRAMES]:
        yield f"{indent}\tat {_frame_text(frame)}"
    if len(trace) > _MAX_FRAMES:
        yield f"{indent}\t... {len(trace) - _MAX_FRAMES} more"
    for other in error.suppressed[:_MAX_SUPPRESSED]:
        yield f"{indent}\tSuppressed: {_summary(other)}"
        if isinstance(other, JavaThrowable):
            for frame in other.stack_trace[:_MAX_FRAMES]:
                yield f"{indent}\t\tat {_frame_text(frame)}"


def _frame_text(frame: Any) -> str:
    try:
        name, method, file, line = (frame[key] for key in ("declaringClass", "methodName", "fileName", "lineNumber"))
    except (TypeError, KeyError, IndexError):
        return short_repr.repr(frame)
    if line == -2:
        place = "Native Method"
    elif file is None:
        place = "Unknown Source"
    else:
        place = f"{file}:{line}" if line >= 0 else str(file)
    return f"{name}.{method}({place})"


def _fields_of(descriptor: ClassDescriptor) -> dict[str | tuple[str, str], int]:
    """The places of the fields in the stream; a name alone is that of the most derived class which has it."""
    places: dict[str | tuple[str, str], int] = {}
    index = 0
    for level, _ in descriptor.data_levels:
        for field in level.data_fields:
            places[field.name] = places[level.name, field.name] = index
            index += 1
    return places


class _Classes:
    """The Python class for each class of throwables that was met, one below another as in Java."""

    _MAX_CLASSES = 4096

    def __init__(self) -> None:
        self._by_descriptor: dict[ClassDescriptor, type[JavaThrowable]] = {}

    def of(self, descriptor: ClassDescriptor) -> type[JavaThrowable]:
        cls: type[JavaThrowable] = JavaThrowable
        for level in descriptor.chain:
            known = self._by_descriptor.get(level)
            if known is None:
                if len(self._by_descriptor) >= self._MAX_CLASSES:
                    self._by_descriptor.clear()
                known = self._by_descriptor[level] = _new_class(level, cls)
            cls = known
        return cls


def _new_class(descriptor: ClassDescriptor, base: type[JavaThrowable]) -> type[JavaThrowable]:
    name = descriptor.name.rpartition(".")[2].replace("\0", "?").encode("utf-8", "replace").decode()
    namespace = {
        "__module__": "java",
        "__qualname__": descriptor.name,
        "__java_class__": descriptor,
        "__java_fields__": _fields_of(descriptor),
    }
    cls: type[JavaThrowable] = type(name, (base,), namespace)
    cls.__java_plan__ = EncodePlan(REDUCE, descriptor, reduce=_reduce)
    return cls


def _fill(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    container._values = values
    container.__java_annotations__ = annotations or []
    container.args = (container.message,)
    cause = container.cause
    if isinstance(cause, BaseException):
        container.__cause__ = cause
    return container


def _reduce(value: JavaThrowable) -> Any:
    return value.__java_class__, value._values, value.__java_annotations__


def _plan_of(python_type: Any) -> EncodePlan:
    plan: EncodePlan = python_type.__java_plan__
    return plan


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    classes = _Classes()

    def read(descriptor: ClassDescriptor) -> DecodePlan | None:
        if descriptor.is_externalizable:
            return None
        cls = classes.of(descriptor)
        return DecodePlan(FILL, descriptor, new=lambda: cls.__new__(cls), build=_fill)

    registry.read_family_as("java.lang.Throwable", read)
    registry.write_as(JavaThrowable, _plan_of)


JavaThrowable.__java_fields__ = _fields_of(THROWABLE)
JavaThrowable.__java_plan__ = EncodePlan(REDUCE, THROWABLE, reduce=_reduce)

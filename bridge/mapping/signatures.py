"""Types with parameters, as class files keep them: the Java Virtual Machine Specification 4.7.9.1."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["JavaType", "parse_type"]

#: Deeper than any type that is worth reading.
_MAX_DEPTH = 16


class JavaType(NamedTuple):
    """The type of a field. ``name`` is a class name or a primitive's type code, ``dimensions`` those of an array."""

    name: str
    arguments: tuple[JavaType, ...] = ()
    dimensions: int = 0


_OBJECT = JavaType("java.lang.Object")


class _Malformed(Exception):
    pass


def parse_type(signature: str | None, descriptor: str) -> JavaType:
    """The type of a field by its descriptor, with the type parameters that its signature gives, if it has one."""
    element = descriptor.lstrip("[")
    dimensions = len(descriptor) - len(element)
    plain = JavaType(element if len(element) == 1 else element[1:-1].replace("/", "."), (), dimensions)
    if signature is None:
        return plain
    try:
        parsed = _Parser(signature).reference(0)
    except (_Malformed, IndexError):
        return plain
    # Of a variable (T) the descriptor tells more.
    return parsed if (parsed.name, parsed.dimensions) == (plain.name, plain.dimensions) else plain


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def reference(self, depth: int) -> JavaType:
        if depth > _MAX_DEPTH:
            raise _Malformed
        dimensions = 0
        while self._text[self._position] == "[":
            self._position += 1
            dimensions += 1
        kind = self._text[self._position]
        self._position += 1
        if kind == "T":
            while self._text[self._position] != ";":
                self._position += 1
            self._position += 1
            return _OBJECT._replace(dimensions=dimensions)
        if kind != "L":
            return JavaType(kind, (), dimensions)
        name = ""
        arguments: tuple[JavaType, ...] = ()
        start = self._position
        while True:
            char = self._text[self._position]
            if char in "<;.":
                name += self._text[start : self._position].replace("/", ".")
            self._position += 1
            if char == "<":
                arguments = self._arguments(depth)
                start = self._position
            elif char == ".":  # an inner class of a class with parameters
                name += "$"
                start = self._position
            elif char == ";":
                return JavaType(name, arguments, dimensions)

    def _arguments(self, depth: int) -> tuple[JavaType, ...]:
        arguments = []
        while self._text[self._position] != ">":
            if self._text[self._position] == "*":
                self._position += 1
                arguments.append(_OBJECT)
                continue
            if self._text[self._position] in "+-":
                self._position += 1
            arguments.append(self.reference(depth + 1))
        self._position += 1
        return tuple(arguments)

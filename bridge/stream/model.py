"""The values that only this protocol has: the generic form of an object, and what has no Python type of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import SchemaError
from .constants import SC_SERIALIZABLE
from .descriptors import ClassDescriptor

__all__ = [
    "BlockData",
    "BooleanArray",
    "ByteArray",
    "CharArray",
    "IdentityKey",
    "JavaArray",
    "JavaClass",
    "JavaEnum",
    "StreamException",
    "array_descriptor",
]


class BlockData(bytes):
    """A run of primitive data, as ``writeInt``, ``writeUTF`` and their like put it on the stream. Not a ``byte[]``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"BlockData({bytes(self)!r})"


class StreamException:
    """A content that ends in the peer's exception (TC_EXCEPTION); what was read of the object before it is lost."""

    __slots__ = ("throwable",)

    def __init__(self, throwable: Any) -> None:
        self.throwable = throwable

    def __repr__(self) -> str:
        told = (
            repr(self.throwable) if isinstance(self.throwable, str | BaseException) else type(self.throwable).__name__
        )
        return f"StreamException({told})"


#: The UIDs that Java computes for array classes anyone meets; it never compares those of arrays.
_ARRAY_UIDS = {
    "[Ljava.lang.Object;": -8012369246846506644,
    "[Ljava.lang.String;": -5921575005990323385,
    "[Z": 6309297032502205922,
    "[C": -5753798564021173076,
    "[B": -5984413125824719648,
    "[S": -1188055269542874886,
    "[I": 5600894804908749477,
    "[J": 8655923659555304851,
    "[F": 836686056779680834,
    "[D": 4514449696888150558,
}


def array_descriptor(component_type: str) -> ClassDescriptor:
    """The class of arrays with these elements; ``component_type`` as in `JavaArray`."""
    name = "[" + component_type.replace("/", ".")
    return ClassDescriptor(name, _ARRAY_UIDS.get(name, 0), SC_SERIALIZABLE)


class JavaArray(list[Any]):
    """An array of objects or of arrays: a list that knows its class.

    ``JavaArray(items, "java.lang.String")``; ``component_type`` is a class name, or for arrays of arrays Java's name of
    the inner array (``[I``, ``[Ljava.lang.String;``).
    """

    __slots__ = ("__java_class__",)
    __java_class__: ClassDescriptor

    def __init__(self, items: Iterable[Any] = (), component_type: str = "java.lang.Object") -> None:
        super().__init__(items)
        if component_type in _PRIMITIVE_NAMES:
            raise SchemaError(f"an array of {component_type} is {_PRIMITIVE_NAMES[component_type]}, not a JavaArray")
        inner = component_type if component_type.startswith("[") else f"L{component_type};"
        self.__java_class__ = array_descriptor(inner)

    @property
    def component_type(self) -> str:
        """The class name of the elements."""
        name = self.__java_class__.name
        return name[2:-1] if name.startswith("[L") else name[1:]


_PRIMITIVE_NAMES = {
    "boolean": "bridge.BooleanArray",
    "char": "bridge.CharArray",
    "byte": "bytes",
    "short": "array.array('h')",
    "int": "array.array('i')",
    "long": "array.array('q')",
    "float": "array.array('f')",
    "double": "array.array('d')",
}


class BooleanArray(list[bool]):
    """A ``boolean[]``."""

    __slots__ = ()


class ByteArray(bytes):
    """A ``byte[]`` of length 0 or 1. CPython shares such ``bytes``, and so would lose which arrays are the same one."""

    __slots__ = ()


class CharArray(str):
    """A ``char[]``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"CharArray({str(self)!r})"


class JavaClass:
    """A ``java.lang.Class`` object. Equal to another one of the same name."""

    __slots__ = ("__java_descriptor__",)

    def __init__(self, descriptor: ClassDescriptor) -> None:
        self.__java_descriptor__ = descriptor

    @property
    def name(self) -> str:
        """Java's binary name: ``java.lang.String``, ``[I``, ``int``."""
        return self.__java_descriptor__.name

    def __eq__(self, other: object) -> bool:
        return self.name == other.name if isinstance(other, JavaClass) else NotImplemented

    def __hash__(self) -> int:
        return hash(("JavaClass", self.name))

    def __repr__(self) -> str:
        return f"JavaClass({self.name!r})"


class JavaEnum:
    """An enum constant of a class without a registered ``enum.Enum``. Equal to one of the same class and name."""

    __slots__ = ("__java_class__", "name")

    def __init__(self, descriptor: ClassDescriptor, name: str) -> None:
        self.__java_class__ = descriptor
        self.name = name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, JavaEnum):
            return NotImplemented
        return self.name == other.name and self.__java_class__.name == other.__java_class__.name

    def __hash__(self) -> int:
        return hash(("JavaEnum", self.__java_class__.name, self.name))

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<{self.__java_class__.name}.{self.name}>"


class IdentityKey:
    """Stands for a key or element that Python cannot hash, in a container that is part of itself.

    Such a container has to exist before its contents, so it cannot arrive in the generic form as others with such keys
    do. Written as ``value``; equal to nothing but itself.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"IdentityKey({type(self.value).__name__})"

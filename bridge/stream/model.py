"""The values that only this protocol has: the generic form of an object, and what has no Python type of its own."""

from __future__ import annotations

from typing import Any

from .descriptors import ClassDescriptor

__all__ = ["BlockData", "CharArray", "ByteArray", "JavaArray", "JavaClass", "JavaEnum", "StreamException"]


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
        return f"StreamException({self.throwable!r})"


class JavaArray(list[Any]):
    """An array of objects, of ``boolean`` or of arrays: a list that knows its class.

    ``component_type`` is Java's type string of the elements: ``Ljava/lang/String;``, ``Z``, ``[I``.
    """

    __slots__ = ("__java_class__",)
    __java_class__: ClassDescriptor

    @property
    def component_type(self) -> str:
        return self.__java_class__.name[1:]


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
    """An enum constant of a class without a registered ``enum.Enum``. Equal to another one of the same class and name."""

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

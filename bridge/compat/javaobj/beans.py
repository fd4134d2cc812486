"""What objects of a stream become under the face of javaobj."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

__all__ = ["JavaArray", "JavaByteArray", "JavaClass", "JavaEnum", "JavaObject", "JavaString"]


class JavaClass:
    """A class descriptor, and also a ``java.lang.Class`` object.

    ``fields_types`` has Java's type strings: ``I``, ``Ljava/lang/String;``. ``interfaces`` are those of a proxy.
    """

    def __init__(self) -> None:
        self.name: Any = None
        self.serialVersionUID: Any = None
        self.flags: Any = None
        self.fields_names: list[str] = []
        self.fields_types: list[Any] = []
        self.superclass: Any = None
        self.interfaces: list[str] = []

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JavaClass) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.name, self.serialVersionUID))

    def __repr__(self) -> str:
        return f"[{self.name}:0x{self.serialVersionUID or 0:X}]"


class JavaObject:
    """An object: its fields are attributes, ``annotations`` what its classes wrote beside their fields.

    In ``annotations`` a plain str holds primitive data, a character for each byte; a string of Java is a `JavaString`.
    """

    classdesc: Any
    annotations: list[Any]

    def __init__(self) -> None:
        self.classdesc = None
        self.annotations = []

    def get_class(self) -> Any:
        """The `JavaClass` of this object."""
        return self.classdesc

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, type(self)) or self.classdesc != other.classdesc:
            return False
        names = [] if self.classdesc is None else self.classdesc.fields_names
        return self.annotations == other.annotations and all(
            getattr(self, name) == getattr(other, name) for name in names
        )

    def __hash__(self) -> int:
        return id(self)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__} has no field {name!r}")

    if TYPE_CHECKING:  # any name may be that of a field

        def __setattr__(self, name: str, value: Any) -> None: ...

    def __repr__(self) -> str:
        return f"<javaobj:{'UNKNOWN' if self.classdesc is None else self.classdesc.name}>"

    def __str__(self) -> str:
        return repr(self)


class JavaString(str):
    """A string of Java: a str in all it does."""

    __slots__ = ()


class JavaEnum(JavaObject):
    """An enum constant; ``constant`` is its name."""

    def __init__(self, constant: Any = None) -> None:
        super().__init__()
        self.constant = constant

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JavaEnum) and self.constant == other.constant and self.classdesc == other.classdesc

    def __hash__(self) -> int:
        return hash(self.constant)


class JavaArray(list[Any], JavaObject):
    """An array of any type but ``byte``. Without a ``classdesc`` it is written as an ``Object[]``."""

    def __init__(self, classdesc: Any = None) -> None:
        list.__init__(self)
        JavaObject.__init__(self)
        self.classdesc = classdesc

    __eq__ = list.__eq__
    __hash__ = JavaObject.__hash__  # type: ignore[assignment]  # javaobj's arrays can be keys
    __repr__ = list.__repr__


class JavaByteArray(JavaObject):
    """A ``byte[]``: signed numbers when indexed or iterated, in ``_data`` as a tuple; ``bytes(array)`` for bytes."""

    def __init__(self, data: Any, classdesc: Any = None) -> None:
        super().__init__()
        self._data = tuple(memoryview(bytes(data)).cast("b"))
        self.classdesc = classdesc

    def __getitem__(self, item: Any) -> Any:
        return self._data[item]

    def __iter__(self) -> Iterator[int]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __bytes__(self) -> bytes:
        return bytes(item & 0xFF for item in self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JavaByteArray) and self._data == other._data

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"JavaByteArray({self._data})"

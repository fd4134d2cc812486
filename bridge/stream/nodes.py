"""The nodes of a `Document`: one class for each construct of the grammar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from .constants import (
    SC_BLOCK_DATA,
    SC_ENUM,
    SC_EXTERNALIZABLE,
    SC_SERIALIZABLE,
    SC_WRITE_METHOD,
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASS,
    TC_CLASSDESC,
    TC_ENUM,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    TYPE_CODE_NAMES,
)
from .descriptors import Field

_FLAG_NAMES = {
    SC_WRITE_METHOD: "SC_WRITE_METHOD",
    SC_SERIALIZABLE: "SC_SERIALIZABLE",
    SC_EXTERNALIZABLE: "SC_EXTERNALIZABLE",
    SC_BLOCK_DATA: "SC_BLOCK_DATA",
    SC_ENUM: "SC_ENUM",
}

_SHOWN_CHARACTERS = 200


class ExactText(str):
    """A text with the bytes it was written in, where they are not those that encoding it gives."""

    __slots__ = ("encoded",)
    encoded: bytes

    def __new__(cls, text: str, encoded: bytes) -> ExactText:
        self = super().__new__(cls, text)
        self.encoded = encoded
        return self


class Node:
    """A construct of the grammar. ``offset`` and ``length`` are in bytes, None for a node that was not read."""

    __slots__ = ("complete", "handle", "length", "offset")
    type_code: ClassVar[int] = 0

    def __init__(self) -> None:
        self.offset: int | None = None
        self.length: int | None = None
        self.handle: int | None = None
        #: False where an exception of the writer, or the end of the input, cut the construct short.
        self.complete = True

    @property
    def label(self) -> str:
        """The name of the type code."""
        return TYPE_CODE_NAMES[self.type_code]

    def parts(self) -> Iterator[tuple[str, Node]]:
        """The nodes that this one consists of, in the order of the stream, each with the name of a field or ""."""
        return iter(())

    def summary(self) -> str:
        """What a dump says of it behind the label."""
        return "" if self.complete else " (incomplete)"

    def __repr__(self) -> str:
        return f"<{self.label}{self.summary()}>"


def _shown(text: Any) -> str:
    shown = ascii(text[: _SHOWN_CHARACTERS + 1])
    if len(text) <= _SHOWN_CHARACTERS and len(shown) <= _SHOWN_CHARACTERS:
        return shown
    return f"{shown[:_SHOWN_CHARACTERS]}... ({len(text)})"


def _cut(name: str) -> str:
    return name if len(name) <= _SHOWN_CHARACTERS else f"{name[:_SHOWN_CHARACTERS]}..."


class NullNode(Node):
    __slots__ = ()
    type_code = TC_NULL


class ResetNode(Node):
    __slots__ = ()
    type_code = TC_RESET


class ReferenceNode(Node):
    """A back reference: ``target`` is the node it refers to; if that has not been written yet, it is written here."""

    __slots__ = ("target",)
    type_code = TC_REFERENCE

    def __init__(self, target: Node) -> None:
        super().__init__()
        self.target = target

    def summary(self) -> str:
        handle = "" if self.target.handle is None else f" -> #{self.target.handle:x}"
        return f"{handle} {self.target.label}"


class StringNode(Node):
    """A string; ``long`` for TC_LONGSTRING, which Java chooses beyond 65,535 bytes."""

    __slots__ = ("long", "value")

    def __init__(self, value: str, *, long: bool = False) -> None:
        super().__init__()
        self.value = value
        self.long = long

    @property
    def label(self) -> str:
        return TYPE_CODE_NAMES[TC_LONGSTRING if self.long else TC_STRING]

    def summary(self) -> str:
        return f" {_shown(str(self.value))}"


class BlockDataNode(Node):
    """One block of primitive data."""

    __slots__ = ("long", "value")

    def __init__(self, value: bytes, *, long: bool = False) -> None:
        super().__init__()
        self.value = value
        self.long = long

    @property
    def label(self) -> str:
        return TYPE_CODE_NAMES[TC_BLOCKDATALONG if self.long else TC_BLOCKDATA]

    def summary(self) -> str:
        shown = self.value[:64].hex(" ")
        return f" {len(self.value)} bytes: {shown}{' ...' if len(self.value) > 64 else ''}"


class FieldNode:
    """A field in a class descriptor: ``typecode``, ``name``, and for L and [ the node of the type string."""

    __slots__ = ("name", "type_node", "typecode")

    def __init__(self, typecode: str, name: str, type_node: Node | None = None) -> None:
        self.typecode = typecode
        self.name = name
        self.type_node = type_node

    @property
    def type_string(self) -> str:
        node = self.type_node
        while isinstance(node, ReferenceNode):
            node = node.target
        return node.value if isinstance(node, StringNode) else self.typecode


class ClassDescriptorNode(Node):
    """A class descriptor, with its annotation and the node of its super-class."""

    __slots__ = (
        *("annotation", "annotation_ended", "declared_fields", "fields", "flags", "name", "serial_version_uid"),
        "super_class",
    )
    type_code = TC_CLASSDESC

    def __init__(self, name: str, serial_version_uid: int, flags: int) -> None:
        super().__init__()
        self.name = name
        self.serial_version_uid = serial_version_uid
        self.flags = flags
        self.fields: list[FieldNode] = []
        self.annotation: list[Node] = []
        self.super_class: Node | None = None
        #: Of one that was cut short: how many fields were to come, and whether its annotation had ended.
        self.declared_fields = 0
        self.annotation_ended = True

    def parts(self) -> Iterator[tuple[str, Node]]:
        for field in self.fields:
            if field.type_node is not None:
                yield "", field.type_node
        for node in self.annotation:
            yield "", node
        if self.super_class is not None:
            yield "", self.super_class

    def summary(self) -> str:
        flags = " | ".join(name for bit, name in _FLAG_NAMES.items() if self.flags & bit) or "0"
        fields = ", ".join(f"{_cut(field.type_string)} {_cut(field.name)}" for field in self.fields[:50])
        more = ", ..." if len(self.fields) > 50 else ""
        return f" {_shown(self.name)[1:-1]} uid={self.serial_version_uid} {flags} {{{ascii(fields)[1:-1]}{more}}}"


class ProxyClassDescriptorNode(Node):
    """The class descriptor of a dynamic proxy: the names of its interfaces."""

    __slots__ = ("annotation", "annotation_ended", "interfaces", "super_class")
    type_code = TC_PROXYCLASSDESC

    def __init__(self, interfaces: list[str]) -> None:
        super().__init__()
        self.interfaces = interfaces
        self.annotation_ended = True
        self.annotation: list[Node] = []
        self.super_class: Node | None = None

    def parts(self) -> Iterator[tuple[str, Node]]:
        for node in self.annotation:
            yield "", node
        if self.super_class is not None:
            yield "", self.super_class

    def summary(self) -> str:
        return f" {_shown(', '.join(map(_cut, self.interfaces[:50])))[1:-1]}"


class InstanceNode(Node):
    """What begins with a class descriptor."""

    __slots__ = ("class_descriptor",)

    def __init__(self, class_descriptor: Node | None = None) -> None:
        super().__init__()
        self.class_descriptor = class_descriptor

    @property
    def class_name(self) -> str:
        """The name of the class, by way of a reference where there is one."""
        node = self.class_descriptor
        while isinstance(node, ReferenceNode):
            node = node.target
        if isinstance(node, ProxyClassDescriptorNode):
            return "$Proxy"
        return node.name if isinstance(node, ClassDescriptorNode) else "?"

    def parts(self) -> Iterator[tuple[str, Node]]:
        if self.class_descriptor is not None:
            yield "", self.class_descriptor

    def summary(self) -> str:
        return f" {_shown(self.class_name)[1:-1]}{super().summary()}"


class ClassNode(InstanceNode):
    """A ``java.lang.Class`` object."""

    __slots__ = ()
    type_code = TC_CLASS


class EnumNode(InstanceNode):
    """An enum constant; ``constant`` is the node of its name."""

    __slots__ = ("constant",)
    type_code = TC_ENUM

    def __init__(self, class_descriptor: Node | None = None, constant: Node | None = None) -> None:
        super().__init__(class_descriptor)
        self.constant = constant

    def parts(self) -> Iterator[tuple[str, Node]]:
        yield from super().parts()
        if self.constant is not None:
            yield "", self.constant


class PrimitiveNode(Node):
    """The value of a primitive field. ``encoded`` are its bytes as read; they count as long as ``value`` is theirs."""

    __slots__ = ("_read", "encoded", "typecode", "value")

    def __init__(self, typecode: str, value: Any, encoded: bytes | None = None) -> None:
        super().__init__()
        self.typecode = typecode
        self.value = value
        self._read = value
        self.encoded = encoded

    @property
    def label(self) -> str:
        return _PRIMITIVE_NAMES[self.typecode]

    @property
    def is_as_read(self) -> bool:
        return self.encoded is not None and self.value is self._read

    def summary(self) -> str:
        return f" {self.value!a}"


_PRIMITIVE_NAMES = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "Z": "boolean",
}  # fmt: skip


class ClassData:
    """The data of one class level of an object: fields in stream order, and the annotation, if the class writes one.

    ``annotation_ended`` is False where the object was cut short before TC_ENDBLOCKDATA.
    """

    __slots__ = ("annotation", "annotation_ended", "class_name", "fields")

    def __init__(self, class_name: str) -> None:
        self.class_name = class_name
        self.fields: list[tuple[Field, Node]] = []
        self.annotation: list[Node] | None = None
        self.annotation_ended = True


class ObjectNode(InstanceNode):
    """An object: ``class_data`` from the topmost class down, classes without data left out; of an Externalizable one.

    ``node["name"]`` is the node of a field, the most derived class first.
    """

    __slots__ = ("class_data",)
    type_code = TC_OBJECT

    def __init__(self, class_descriptor: Node | None = None) -> None:
        super().__init__(class_descriptor)
        self.class_data: list[ClassData] = []

    def __getitem__(self, name: str) -> Node:
        for data in reversed(self.class_data):
            for field, node in data.fields:
                if field.name == name:
                    return node
        raise KeyError(name)

    def __setitem__(self, name: str, node: Node) -> None:
        for data in reversed(self.class_data):
            for i, (field, _) in enumerate(data.fields):
                if field.name == name:
                    data.fields[i] = (field, node)
                    return
        raise KeyError(name)

    def parts(self) -> Iterator[tuple[str, Node]]:
        yield from super().parts()
        for data in self.class_data:
            for field, node in data.fields:
                yield field.name, node
            for node in data.annotation or ():
                yield "", node


class ArrayNode(InstanceNode):
    """An array: ``elements`` are nodes; of primitives it has none but ``primitives``, as `bridge.loads` gives them."""

    __slots__ = ("declared_length", "elements", "encoded", "primitives")
    type_code = TC_ARRAY

    def __init__(self, class_descriptor: Node | None = None) -> None:
        super().__init__(class_descriptor)
        self.elements: list[Node] = []
        self.primitives: Any = None
        self.encoded: bytes | None = None
        #: Of an array that was cut short: how many elements were to come.
        self.declared_length = 0

    def parts(self) -> Iterator[tuple[str, Node]]:
        yield from super().parts()
        for node in self.elements:
            yield "", node

    def summary(self) -> str:
        if self.primitives is None:
            return f"{super().summary()} length={len(self.elements)}"
        items = list(self.primitives[:20])
        return (
            f"{super().summary()} length={len(self.primitives)} {items!a}{'...' if len(self.primitives) > 20 else ''}"
        )


class ExceptionNode(Node):
    """TC_EXCEPTION: the writer failed; the construct before it is incomplete. Handles begin anew around it."""

    __slots__ = ("throwable",)
    type_code = TC_EXCEPTION

    def __init__(self, throwable: Node | None = None) -> None:
        super().__init__()
        self.throwable = throwable

    def parts(self) -> Iterator[tuple[str, Node]]:
        if self.throwable is not None:
            yield "", self.throwable

"""Nodes to bytes: what `Document.to_bytes` does."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from struct import error as StructError
from typing import Any

from ..errors import EncodeError
from . import mutf8, native
from .constants import (
    BASE_WIRE_HANDLE,
    STREAM_HEADER,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
)
from .nodes import (
    ArrayNode,
    BlockDataNode,
    ClassDescriptorNode,
    ClassNode,
    EnumNode,
    ExactText,
    ExceptionNode,
    Node,
    NullNode,
    ObjectNode,
    PrimitiveNode,
    ProxyClassDescriptorNode,
    ReferenceNode,
    ResetNode,
    StringNode,
)

_PACKERS = {code: Struct(">" + form) for code, form in zip("BDFIJSZ", "bdfiqh?", strict=True)}

_WITH_HANDLE = (
    *(ArrayNode, ClassDescriptorNode, ClassNode, EnumNode, ObjectNode, ProxyClassDescriptorNode, StringNode),
)

#: What is still to be written: a node, or bytes that are ready, or something to do when its turn comes.
_Step = Any


def write_nodes(contents: list[Node]) -> bytes:
    """A complete stream of these contents."""
    writer = _Writer()
    stack: list[Iterator[_Step]] = [iter(contents)]
    while stack:
        for step in stack[-1]:
            if isinstance(step, bytes):
                writer.out += step
            else:
                stack.append(writer.steps(step))
                break
        else:
            stack.pop()
    return bytes(writer.out)


class _Writer:
    """The output and the handles assigned in it, which need not be those of the stream that was read."""

    def __init__(self) -> None:
        self.out = bytearray(STREAM_HEADER)
        self._handles: dict[int, int] = {}
        self._begun: set[int] = set()
        self._next_handle = 0

    def _assign(self, node: Node) -> bytes:
        self._handles[id(node)] = self._next_handle
        self._next_handle += 1
        return b""

    def _forget(self) -> bytes:
        self._handles = {}
        self._begun = set()
        self._next_handle = 0
        return b""

    def steps(self, node: Node) -> Iterator[_Step]:
        """The bytes and nodes that a node consists of, in order; handles are assigned as they are drawn.

        A node stands where it is met first, by itself or by way of a reference, and is referred to from then on.
        """
        if isinstance(node, ReferenceNode):
            node = node.target
            if not isinstance(node, _WITH_HANDLE):
                raise EncodeError(f"a reference to {node!r}, which has no handle")
        if isinstance(node, _WITH_HANDLE):
            if id(node) in self._handles:
                yield self._reference(node)
                return
            if id(node) in self._begun:
                raise EncodeError(f"a reference to {node!r}, which does not stand before it in the document")
            self._begun.add(id(node))
        if isinstance(node, NullNode):
            yield bytes((TC_NULL,))
        elif isinstance(node, StringNode):
            self._assign(node)
            yield _string(node)
        elif isinstance(node, PrimitiveNode):
            yield _primitive(node)
        elif isinstance(node, ObjectNode):
            yield from self._object(node)
        elif isinstance(node, ArrayNode):
            yield from self._array(node)
        elif isinstance(node, EnumNode):
            yield bytes((node.type_code,))
            yield from self._part(node, node.class_descriptor)
            self._assign(node)
            yield from self._part(node, node.constant)
        elif isinstance(node, ClassNode):
            yield bytes((node.type_code,))
            yield from self._part(node, node.class_descriptor)
            self._assign(node)
        elif isinstance(node, ClassDescriptorNode):
            yield from self._class_descriptor(node)
        elif isinstance(node, ProxyClassDescriptorNode):
            yield from self._proxy_class_descriptor(node)
        elif isinstance(node, BlockDataNode):
            yield _block_data(node)
        elif isinstance(node, ResetNode):
            self._forget()
            yield bytes((TC_RESET,))
        elif isinstance(node, ExceptionNode):
            self._forget()
            yield bytes((TC_EXCEPTION,))
            yield from self._part(node, node.throwable)
            self._forget()
        else:
            raise EncodeError(f"a {type(node).__name__} is no node of a document")

    def _part(self, whole: Node, part: Node | None) -> Iterator[_Step]:
        if part is not None:
            yield part
        elif whole.complete:
            raise EncodeError(f"{whole!r} lacks a part")

    def _reference(self, node: Node) -> bytes:
        return bytes((TC_REFERENCE,)) + (BASE_WIRE_HANDLE + self._handles[id(node)]).to_bytes(4, "big")

    def _object(self, node: ObjectNode) -> Iterator[_Step]:
        yield bytes((node.type_code,))
        yield from self._part(node, node.class_descriptor)
        if node.complete or node.handle is not None:
            self._assign(node)
        for data in node.class_data:
            for _, part in data.fields:
                yield part
            if data.annotation is not None:
                yield from data.annotation
                if data.annotation_ended:
                    yield bytes((TC_ENDBLOCKDATA,))

    def _array(self, node: ArrayNode) -> Iterator[_Step]:
        yield bytes((node.type_code,))
        yield from self._part(node, node.class_descriptor)
        if node.primitives is not None:
            self._assign(node)
            yield _length(node)
            yield _primitives(node)
        elif node.complete or node.handle is not None:
            self._assign(node)
            length = len(node.elements) if node.complete else node.declared_length
            yield length.to_bytes(4, "big")
            yield from node.elements

    def _class_descriptor(self, node: ClassDescriptorNode) -> Iterator[_Step]:
        yield bytes((TC_CLASSDESC,)) + _utf(node.name)
        yield (node.serial_version_uid & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")
        self._assign(node)
        count = len(node.fields) if node.complete else node.declared_fields
        yield bytes((node.flags,)) + count.to_bytes(2, "big")
        for field in node.fields:
            yield field.typecode.encode("latin-1") + _utf(field.name)
            if field.type_node is not None:
                yield field.type_node
        yield from node.annotation
        if node.annotation_ended:
            yield bytes((TC_ENDBLOCKDATA,))
        yield from self._part(node, node.super_class)

    def _proxy_class_descriptor(self, node: ProxyClassDescriptorNode) -> Iterator[_Step]:
        yield bytes((TC_PROXYCLASSDESC,)) + len(node.interfaces).to_bytes(4, "big")
        self._assign(node)
        for name in node.interfaces:
            yield _utf(name)
        yield from node.annotation
        if node.annotation_ended:
            yield bytes((TC_ENDBLOCKDATA,))
        yield from self._part(node, node.super_class)


def _utf(text: str) -> bytes:
    encoded = text.encoded if isinstance(text, ExactText) else mutf8.encode(text)
    if len(encoded) > 0xFFFF:
        raise EncodeError(f"the name {text[:40]!r}... is longer than 65,535 bytes")
    return len(encoded).to_bytes(2, "big") + encoded


def _string(node: StringNode) -> bytes:
    encoded = node.value.encoded if isinstance(node.value, ExactText) else mutf8.encode(node.value)
    if node.long or len(encoded) > 0xFFFF:
        return bytes((TC_LONGSTRING,)) + len(encoded).to_bytes(8, "big") + encoded
    return bytes((TC_STRING,)) + len(encoded).to_bytes(2, "big") + encoded


def _block_data(node: BlockDataNode) -> bytes:
    if node.long or len(node.value) > 0xFF:
        return bytes((TC_BLOCKDATALONG,)) + len(node.value).to_bytes(4, "big") + node.value
    return bytes((TC_BLOCKDATA, len(node.value))) + node.value


def _primitive(node: PrimitiveNode) -> bytes:
    if node.is_as_read:
        assert node.encoded is not None
        return node.encoded
    try:
        if node.typecode == "C":
            return ord(node.value).to_bytes(2, "big")
        return _PACKERS[node.typecode].pack(node.value)
    except (StructError, OverflowError, TypeError) as error:
        raise EncodeError(f"{node.value!r} is no {node.label}") from error


def _length(node: ArrayNode) -> bytes:
    if isinstance(node.primitives, str):
        return (len(node.primitives.encode("utf-16-be", "surrogatepass")) // 2).to_bytes(4, "big")
    return len(node.primitives).to_bytes(4, "big")


def _primitives(node: ArrayNode) -> bytes:
    """The elements; ``boolean`` ones in the very bytes read, as Java takes any but 0 for true."""
    values = node.primitives
    if isinstance(values, bytes):
        return values
    if isinstance(values, str):
        return values.encode("utf-16-be", "surrogatepass")
    if isinstance(values, list):
        read = node.encoded or b""
        return bytes(read[i] if i < len(read) and bool(read[i]) == value else value for i, value in enumerate(values))
    out = native.out_new()
    native.put_array(out, values, values.itemsize)
    return native.out_take(out)

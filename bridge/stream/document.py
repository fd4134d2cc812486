"""The lossless view: a tree of nodes that accounts for every byte of a stream.

Built from what the decoder reports of each token, so there is one reader of the grammar. Nothing here recurses.
Java Object Serialization Specification, section 6.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import DecodeError
from ..limits import Limits
from . import mutf8
from .constants import (
    BASE_WIRE_HANDLE,
    TC_ARRAY,
    TC_BLOCKDATALONG,
    TC_CLASS,
    TC_ENUM,
    TC_LONGSTRING,
    TC_OBJECT,
)
from .decoder import Decoder
from .descriptors import ClassDescriptor, Field
from .nodes import (
    ArrayNode,
    BlockDataNode,
    ClassData,
    ClassDescriptorNode,
    ClassNode,
    EnumNode,
    ExactText,
    ExceptionNode,
    FieldNode,
    InstanceNode,
    Node,
    NullNode,
    ObjectNode,
    PrimitiveNode,
    ProxyClassDescriptorNode,
    ReferenceNode,
    ResetNode,
    StringNode,
)
from .nodes_writer import write_nodes
from .plan import SkippingResolver
from .states import END_OF_STREAM, NEED_DATA

__all__ = ["Document", "fieldless_classes"]

_CHUNK_BYTES = 1 << 16


class Document:
    """A stream as a tree.

    ``contents`` are the nodes at the top level. Each node has ``offset`` and ``length`` in bytes, ``type_code``, and
    ``handle`` (or None). ``to_bytes`` of a document that was not changed gives the bytes it was parsed from.

    Where it was changed handles are counted anew: a node stands where it is met first, and every other place refers to
    it. So the first of several objects can be taken out though it holds the class descriptor that others refer to.
    """

    def __init__(self, contents: list[Node] | None = None) -> None:
        self.contents: list[Node] = [] if contents is None else contents
        #: What ended `parse` before the end of the input, if it was asked to keep what it had read.
        self.error: DecodeError | None = None

    @classmethod
    def parse(
        cls, data: bytes | bytearray | memoryview, *, limits: Limits | None = None, partial: bool = False
    ) -> Document:
        """The document of a whole stream. Raises `DecodeError`.

        With ``partial`` it does not raise: the document holds what could be read, constructs that were not finished
        with ``complete`` False, and the reason in ``error``.
        """
        data = bytes(data)
        document = cls._read(data, limits, ())
        if document.error is not None:
            fieldless, error = fieldless_classes(data, limits)
            if fieldless:
                document = cls._read(data, limits, fieldless)
            if document.error is not None and not partial:
                raise error or document.error
        return document

    @classmethod
    def _read(cls, data: bytes, limits: Limits | None, fieldless: Iterable[str]) -> Document:
        document = cls()
        trace: list[Any] = []
        decoder = Decoder(SkippingResolver(), limits=limits, trace=trace, fieldless=fieldless)
        builder = _Builder(data, document.contents)
        start = 0
        try:
            while True:
                content = decoder.next_content()
                for event in trace:
                    builder.take(*event)
                trace.clear()
                if content is END_OF_STREAM:
                    return document
                if content is NEED_DATA:
                    chunk = data[start : start + _CHUNK_BYTES]
                    start += len(chunk)
                    if chunk:
                        decoder.feed(chunk)
                    else:
                        decoder.feed_eof()
        except DecodeError as error:
            document.error = error
            for event in trace:
                builder.take(*event)
            builder.abandon()
            return document

    def to_bytes(self) -> bytes:
        """The stream of this document. Raises `EncodeError` where a changed node cannot be written."""
        return write_nodes(self.contents)

    def walk(self) -> Iterator[tuple[int, Node]]:
        """Every node with its depth, in the order of the stream."""
        return ((depth, node) for depth, _, node in self._walk())

    def _walk(self) -> Iterator[tuple[int, str, Node]]:
        stack = [(0, "", node) for node in reversed(self.contents)]
        while stack:
            depth, name, node = stack.pop()
            yield depth, name, node
            stack.extend(reversed([(depth + 1, name, part) for name, part in node.parts()]))

    def dump(self) -> str:
        """The tree as text, a line a node: offset, type code, handle, what it says."""
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The lines of `dump`, one at a time."""
        yield f"{0:08x}  STREAM_MAGIC STREAM_VERSION"
        for depth, name, node in self._walk():
            offset = "        " if node.offset is None else f"{node.offset:08x}"
            handle = "" if node.handle is None else f" #{node.handle:x}"
            field = f"{ascii(name[:_NAME_CHARACTERS])[1:-1]}: " if name else ""
            yield f"{offset}  {'  ' * min(depth, _MAX_INDENT)}{field}{node.label}{handle}{node.summary()}"
        if self.error is not None:
            yield f"!! {type(self.error).__name__}: {self.error}"


def fieldless_classes(data: bytes, limits: Limits | None) -> tuple[frozenset[str], DecodeError | None]:
    """The classes that write no data for the fields they declare, as far as a stream that is broken otherwise tells.

    And where it is broken all the same, the error that values end in.
    """
    decoder = Decoder(SkippingResolver(), limits=limits)
    decoder.feed(data)
    decoder.feed_eof()
    try:
        decoder.take_contents([])
    except DecodeError as error:
        return decoder.fieldless, error
    return decoder.fieldless, None


_MAX_INDENT = 40
_NAME_CHARACTERS = 200


class _Open:
    """A node whose parts are still coming."""

    __slots__ = ("annotation", "data", "field", "node", "steps")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.steps: Iterator[tuple[ClassData, Field | None]] = iter(())
        self.annotation: list[Node] | None = None
        self.data: ClassData | None = None
        self.field: FieldNode | None = None


#: A class level that has data: name, fields, whether an annotation ends it.
_Level = tuple[str, tuple[Field, ...], bool]


def _steps(levels: list[_Level], class_data: list[ClassData]) -> Iterator[tuple[ClassData, Field | None]]:
    """What comes in an object, in order. The data of a level begins when its first part is asked for."""
    for name, fields, annotated in levels:
        data = ClassData(name)
        class_data.append(data)
        for field in fields:
            yield data, field
        if annotated:
            yield data, None


class _Builder:
    """Turns the decoder's trace into nodes; `take` is called with each event."""

    def __init__(self, data: bytes, contents: list[Node]) -> None:
        self._data = data
        self._contents = contents
        self._open: list[_Open] = []
        self._handles: list[Node] = []
        self._levels: dict[ClassDescriptor, list[_Level]] = {}

    def take(self, start: int, end: int, event: str, handle: int, payload: Any) -> None:
        getattr(self, "_" + event.replace(" ", "_"))(start, end, handle, payload)

    def abandon(self) -> None:
        """The rest will not come: closes what is open as incomplete."""
        end = len(self._data)
        while self._open:
            node = self._open[-1].node
            node.complete = False
            self._close(end)

    # ---- the shape of the tree

    def _place(self, node: Node, start: int, end: int) -> None:
        """A node without parts, or one that is now whole."""
        node.offset = start
        node.length = end - start
        self._deliver(node)

    def _begin_node(self, node: Node, start: int) -> None:
        node.offset = start
        self._open.append(_Open(node))

    def _close(self, end: int) -> None:
        node = self._open.pop().node
        assert node.offset is not None
        node.length = end - node.offset
        self._deliver(node)

    def _deliver(self, node: Node) -> None:
        if not self._open:
            self._contents.append(node)
            return
        top = self._open[-1]
        parent = top.node
        if isinstance(parent, (ClassDescriptorNode, ProxyClassDescriptorNode)):
            if top.field is not None:
                top.field.type_node = node
                top.field = None
            elif top.annotation is not None:
                top.annotation.append(node)
            else:
                parent.super_class = node
        elif isinstance(parent, ExceptionNode):
            parent.throwable = node
        elif not isinstance(parent, InstanceNode):
            raise AssertionError(f"{parent!r} has no parts")
        elif parent.class_descriptor is None:
            parent.class_descriptor = node
        elif isinstance(parent, ObjectNode):
            self._deliver_to_object(top, node)
        elif isinstance(parent, ArrayNode):
            parent.elements.append(node)
        elif isinstance(parent, EnumNode):
            parent.constant = node

    def _deliver_to_object(self, top: _Open, node: Node) -> None:
        if top.annotation is not None:
            top.annotation.append(node)
            return
        data, field = next(top.steps)
        if field is None:
            top.annotation = data.annotation = [node]
            top.data = data
            data.annotation_ended = False
        else:
            data.fields.append((field, node))

    def _register(self, handle: int, node: Node) -> None:
        node.handle = BASE_WIRE_HANDLE + handle
        del self._handles[handle:]
        self._handles.append(node)

    # ---- events

    def _header(self, start: int, end: int, handle: int, payload: Any) -> None:
        pass

    def _reset(self, start: int, end: int, handle: int, payload: Any) -> None:
        self._handles = []
        self._place(ResetNode(), start, end)

    def _null(self, start: int, end: int, handle: int, payload: Any) -> None:
        self._place(NullNode(), start, end)

    def _reference(self, start: int, end: int, handle: int, payload: Any) -> None:
        self._place(ReferenceNode(self._handles[handle]), start, end)

    def _string(self, start: int, end: int, handle: int, payload: str) -> None:
        long = self._data[start] == TC_LONGSTRING
        node = StringNode(self._text(payload, start + (9 if long else 3), end), long=long)
        self._register(handle, node)
        self._place(node, start, end)

    def _text(self, text: str, start: int, end: int) -> str:
        """The text, with its bytes where encoding it again would give others (overlong forms)."""
        encoded = self._data[start:end]
        return text if encoded == mutf8.encode(text) else ExactText(text, encoded)

    def _block_data(self, start: int, end: int, handle: int, payload: bytes) -> None:
        self._place(BlockDataNode(bytes(payload), long=self._data[start] == TC_BLOCKDATALONG), start, end)

    def _begin(self, start: int, end: int, handle: int, payload: int) -> None:
        node_type = {TC_OBJECT: ObjectNode, TC_ARRAY: ArrayNode, TC_ENUM: EnumNode, TC_CLASS: ClassNode}[payload]
        self._begin_node(node_type(), start)

    def _object(self, start: int, end: int, handle: int, payload: ClassDescriptor) -> None:
        top = self._open[-1]
        node = top.node
        assert isinstance(node, ObjectNode)
        self._register(handle, node)
        top.steps = _steps(self._levels_of(payload), node.class_data)

    def _levels_of(self, descriptor: ClassDescriptor) -> list[_Level]:
        """The class levels that have data in the stream: of a thousand super-classes without any, none."""
        levels = self._levels.get(descriptor)
        if levels is None:
            levels = self._levels[descriptor] = [
                (level.name, level.data_fields, annotated)
                for level, annotated in descriptor.data_levels
                if annotated or level.data_fields
            ]
        return levels

    def _primitive(self, start: int, end: int, handle: int, payload: Any) -> None:
        data, field = next(self._open[-1].steps)
        assert field is not None
        node = PrimitiveNode(field.typecode, payload, self._data[start:end])
        node.offset, node.length = start, end - start
        data.fields.append((field, node))

    def _end_block_data(self, start: int, end: int, handle: int, payload: Any) -> None:
        top = self._open[-1]
        if isinstance(top.node, ObjectNode):
            if top.annotation is None:
                top.data, _ = next(top.steps)
                top.data.annotation = []
            assert top.data is not None
            top.data.annotation_ended = True
        elif isinstance(top.node, (ClassDescriptorNode, ProxyClassDescriptorNode)):
            top.node.annotation_ended = True
        top.annotation = None

    def _array(self, start: int, end: int, handle: int, payload: tuple[ClassDescriptor, int]) -> None:
        node = self._open[-1].node
        assert isinstance(node, ArrayNode)
        node.declared_length = payload[1]
        self._register(handle, node)

    def _primitives(self, start: int, end: int, handle: int, payload: Any) -> None:
        node = self._open[-1].node
        assert isinstance(node, ArrayNode)
        node.primitives = payload
        node.encoded = self._data[start:end]

    def _enum(self, start: int, end: int, handle: int, payload: Any) -> None:
        self._register(handle, self._open[-1].node)

    def _class(self, start: int, end: int, handle: int, payload: Any) -> None:
        self._register(handle, self._open[-1].node)
        self._close(end)

    def _class_descriptor(self, start: int, end: int, handle: int, payload: tuple[str, int, int, int]) -> None:
        name, uid, flags, count = payload
        node = ClassDescriptorNode(self._text(name, start + 3, end - 11), uid, flags)
        node.declared_fields = count
        node.annotation_ended = False
        self._register(handle, node)
        self._begin_node(node, start)
        self._open[-1].annotation = node.annotation

    def _field(self, start: int, end: int, handle: int, payload: tuple[str, str]) -> None:
        top = self._open[-1]
        assert isinstance(top.node, ClassDescriptorNode)
        typecode, name = payload
        field = FieldNode(typecode, self._text(name, start + 3, end))
        top.node.fields.append(field)
        if typecode in "L[":
            top.field = field

    def _proxy_class_descriptor(self, start: int, end: int, handle: int, payload: tuple[str, ...]) -> None:
        at = start + 5
        names = []
        for name in payload:
            size = int.from_bytes(self._data[at : at + 2], "big")
            names.append(self._text(name, at + 2, at + 2 + size))
            at += 2 + size
        node = ProxyClassDescriptorNode(names)
        node.annotation_ended = False
        self._register(handle, node)
        self._begin_node(node, start)
        self._open[-1].annotation = node.annotation

    def _abort(self, start: int, end: int, handle: int, payload: Any) -> None:
        while self._open:
            self._open[-1].node.complete = False
            self._close(start)
        self._handles = []
        self._begin_node(ExceptionNode(), start)

    def _end(self, start: int, end: int, handle: int, payload: Any) -> None:
        if isinstance(self._open[-1].node, ExceptionNode):
            self._handles = []
        self._close(end)

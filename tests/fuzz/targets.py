"""What is fuzzed: each target takes any bytes, and raises where something must not be.

``streams``      decoder, Document and encoder of both builds, whole and in pieces (`check`)
``adapters``     the same with objects of the classes that the mapping knows, and contents that they never have
``connection``   a conversation that is fed in pieces, with limits
``patterns``     filter patterns, and what they decide
``classes``      class files
``messages``     protocols of one's own, with every kind of framing
``tools``        what the command line is made of: dump, JSON, audit, the tap, the face of javaobj
``commands``     the command line itself: its status, and what it prints (`tests.fuzz.commands`)
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import bridge
from bridge.compat import javaobj
from bridge.connection import NEED_DATA, EndOfStream, State
from bridge.errors import BridgeError, DecodeError, EncodeError, RemoteProtocolError, SchemaError
from bridge.limits import CHANNEL_LIMITS, FilterInfo, Limits, ObjectInputFilter, Status, merge_filters, reject_undecided
from bridge.mapping.classfile import ClassFile
from bridge.stream.decoder import Decoder
from bridge.stream.descriptors import ANNOTATION, ClassDescriptor
from bridge.stream.generic import GenericResolver
from bridge.stream.native import primitive_bytes
from bridge.stream.plan import DecodePlan
from bridge.tools.audit import audit
from bridge.tools.dump import dump_lines
from bridge.tools.files import contents
from bridge.tools.json_view import from_json, to_json
from bridge.tools.stream_events import StreamEvents
from bridge.wire.machine import MessageConnection
from bridge.wire.protocol import CLIENT, SERVER
from tests.fuzz.check import Finding, check
from tests.fuzz.commands import command_seeds, commands
from tests.fuzz.seeds import corpus, seeds
from tests.mapping.class_writer import WRITE_OBJECT, class_file
from tests.stream.assemble import (
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_CLASS,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_NULL,
    TC_OBJECT,
    TC_REFERENCE,
    TC_STRING,
    int_,
    list_of,
    long_,
    short_,
    stream,
)
from tests.stream.outcomes import BUILDS
from tests.wire.protocols import DATAGRAMS, FRAMED, PROTOCOLS, SENT

__all__ = ["TARGETS", "Target", "seeds_of"]

_CLASSES = Path(__file__).parent.parent / "mapping" / "classes" / "serial_versions.jar"

#: Takes any bytes; tells whether they were what the target reads.
Target = Callable[[bytes], bool]


def _seeded(data: bytes) -> Random:
    """The same bytes are cut, limited and so on in the same way."""
    return Random(len(data) * 65_537 + sum(data[:64]))


def streams(data: bytes) -> bool:
    return check(data, _seeded(data))


# ---------------------------------------------------------------------------------------------------------- adapters


class _Source:
    """Decisions, taken from bytes; when they are used up, everything is 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken.ljust(count, b"\0")

    def below(self, count: int) -> int:
        return int.from_bytes(self.take(1 if count <= 256 else 2)) % count

    @property
    def is_empty(self) -> bool:
        return self._at >= len(self._data)


class _Listening(GenericResolver):
    """Notes the classes of the objects that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.met: dict[str, ClassDescriptor] = {}

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        self.met.setdefault(descriptor.name, descriptor)
        return super().decode_plan(descriptor)


def _known_descriptors() -> list[ClassDescriptor]:
    """The descriptors of the classes that the mapping reads as something else than the generic form."""
    registry = bridge.default_registry
    listening = _Listening()
    for data in seeds():
        decoder = Decoder(listening)
        decoder.feed(data)
        decoder.feed_eof()
        decoder.take_contents([])
    for name in registry.java_names:
        descriptor = registry.known_descriptor(name)
        if descriptor is not None:
            listening.met.setdefault(name, descriptor)
    found = [
        listening.met[name]
        for name in sorted(registry.java_names & listening.met.keys())
        if not listening.met[name].is_enum and not listening.met[name].is_array and not listening.met[name].is_proxy
    ]
    return [descriptor for descriptor in found if not any(level.annotation for level in descriptor.chain)]


def _descriptor_bytes(descriptor: ClassDescriptor) -> bytes:
    fields: list[Any] = [
        (field.typecode, field.name)
        if field.typecode in "BCDFIJSZ"
        else (field.typecode, field.name, TC_STRING(field.type_string))
        for field in descriptor.fields
    ]
    above = TC_NULL if descriptor.super_class is None else _descriptor_bytes(descriptor.super_class)
    return TC_CLASSDESC(descriptor.name, fields, descriptor.flags, uid=descriptor.serial_version_uid, super_class=above)


def _object(source: _Source, descriptors: list[ClassDescriptor], depth: int) -> bytes:
    """An object of a known class, whose contents are decided by the source."""
    descriptor = descriptors[source.below(len(descriptors))]
    parts = [_descriptor_bytes(descriptor)]
    for step in descriptor.program:
        if step == ANNOTATION:
            parts += [_part(source, descriptors, depth, in_annotation=True) for _ in range(source.below(6))]
            parts.append(TC_ENDBLOCKDATA)
        elif size := primitive_bytes(step):
            parts.append(_number(source, size))
        else:
            parts.append(_part(source, descriptors, depth))
    return TC_OBJECT(*parts)


def _number(source: _Source, size: int) -> bytes:
    kind = source.below(4)
    if kind < 2:
        return source.below(20).to_bytes(size, "big", signed=False)
    return source.take(size) if kind == 2 else b"\x7f" + b"\xff" * (size - 1)


def _part(source: _Source, descriptors: list[ClassDescriptor], depth: int, *, in_annotation: bool = False) -> bytes:
    kinds = 14 if in_annotation else 12
    kind = source.below(kinds) if depth < 4 and not source.is_empty else 0
    if kind >= 12:
        return TC_BLOCKDATA(source.take(source.below(24)) if kind == 12 else int_(source.below(5)))
    if kind >= 9:
        return _object(source, descriptors, depth + 1)
    parts = [_part(source, descriptors, depth + 1) for _ in range(source.below(4))] if kind in (5, 6) else []
    return [
        lambda: TC_NULL,
        lambda: TC_STRING(source.take(source.below(12)).hex()),
        lambda: TC_REFERENCE(source.below(40)),
        lambda: TC_OBJECT(TC_CLASSDESC("java.lang.Integer", [("I", "value")], uid=1360826667806852920), source.take(4)),
        lambda: TC_OBJECT(TC_CLASSDESC("java.lang.Long", [("J", "value")], uid=4290774380558885855), source.take(8)),
        lambda: list_of(*parts),
        lambda: TC_ARRAY(TC_CLASSDESC("[Ljava.lang.Object;"), len(parts), *parts),
        lambda: TC_ARRAY(TC_CLASSDESC("[B"), 9, source.take(9)),
        lambda: _array_or_class(source),
    ][kind]()


def _array_or_class(source: _Source) -> bytes:
    return [
        lambda: TC_ARRAY(TC_CLASSDESC("[J"), 2, long_(source.below(70)), source.take(8)),
        lambda: TC_ARRAY(TC_CLASSDESC("[C"), 3, source.take(6)),
        lambda: TC_ARRAY(TC_CLASSDESC("[I"), 1, source.take(4)),
        lambda: TC_CLASS(TC_CLASSDESC("p.E", flags=0x12, uid=0)),
        lambda: TC_STRING(["UTC", "Europe/Berlin", "GMT+1", "a:b", "127.0.0.1", "1.50", "en", ""][source.below(8)]),
        lambda: TC_STRING("x" * 40) + b"",
        lambda: TC_ARRAY(TC_CLASSDESC("[S"), 1, short_(1)),
    ][source.below(7)]()


_descriptors: list[ClassDescriptor] = []


def adapters(data: bytes) -> bool:
    if not _descriptors:
        _descriptors.extend(_known_descriptors())
    source = _Source(data)
    objects = [_object(source, _descriptors, 0) for _ in range(1 + source.below(2))]
    return check(stream(*objects), _seeded(data))


# ------------------------------------------------------------------------------------------------ everything else


def connection(data: bytes) -> bool:
    random = _seeded(data)
    limits = Limits(maxdepth=50, maxrefs=500, maxbytes=2000, maxarray=100, maxclasses=20, maxhandles=800)
    conversation = bridge.Connection(limits=CHANNEL_LIMITS.tightened(limits), object_filter="!java.util.TreeMap;*")
    at = 0
    try:
        while at < len(data):
            size = random.randint(1, 200)
            conversation.receive_data(data[at : at + size])
            at += size
            while conversation.next_event() is not NEED_DATA:
                pass
        conversation.receive_eof()
        while not isinstance(conversation.next_event(), EndOfStream):
            pass
    except DecodeError:
        if conversation.state is not State.BROKEN:
            raise Finding(f"after an error the conversation is {conversation.state}") from None
        return False
    return True


def patterns(data: bytes) -> bool:
    pattern = data.decode("utf-8", "surrogateescape")
    info = FilterInfo("java.util.Map$Entry", depth=len(data) % 7, references=len(data), stream_bytes=len(data))
    try:
        found = ObjectInputFilter(pattern)
    except SchemaError:
        return False
    alone = found(info)
    both = merge_filters(found, "!*")(info)
    decided = reject_undecided(found)(info)
    array = found(info._replace(class_name="[[Ljava.util.Map$Entry;", array_length=0))
    if both is not Status.REJECTED or (alone is not decided and alone is not Status.UNDECIDED):
        raise Finding(f"{pattern!r} decides {alone}, merged {both}, decided {decided}")
    if array is not alone:
        raise Finding(f"{pattern!r} decides {alone} of a class and {array} of an array of it")
    return True


def classes(data: bytes) -> bool:
    try:
        found = ClassFile.parse(data)
    except DecodeError:
        return False
    repr(found)
    return True


def messages(data: bytes) -> bool:
    if not data:
        return False
    protocols = [*PROTOCOLS, DATAGRAMS]
    protocol = protocols[data[0] % len(protocols)]
    role = CLIENT if data[0] & 0x80 else SERVER
    random = _seeded(data)
    conversation = MessageConnection(protocol, role, datagram_bytes=1400 if protocol is DATAGRAMS else None)
    at = 1
    try:
        while at < len(data):
            size = len(data) if protocol is DATAGRAMS else random.randint(1, 40)
            conversation.receive_data(data[at : at + size])
            at += size
            while conversation.next_event() is not NEED_DATA:
                pass
        conversation.receive_eof()
        conversation.next_event()
    except (DecodeError, RemoteProtocolError):
        return False
    return True


def tools(data: bytes) -> bool:
    whole = True
    try:
        values = list(contents(io.BytesIO(data)))
    except DecodeError:
        whole, values = False, []
    for value in values:
        try:
            text = to_json(value)
            from_json(text)
        except EncodeError:
            pass
    try:
        sum(len(str(line)) for line in dump_lines([data[:7], data[7:]]))
    except DecodeError:
        whole = False
    for finding in audit(data).findings:
        json.dumps(finding.as_json())
        str(finding)
    events = StreamEvents()
    told = [*events.feed(data[: len(data) // 2]), *events.feed(data[len(data) // 2 :]), *events.feed_eof()]
    sum(len(event.text()) + len(list(event.json_members())) for event in told)
    try:
        from_json(data.decode("latin-1"))
    except EncodeError:
        pass
    try:
        javaobj.loads(data)
    except (BridgeError, OSError):
        pass
    return whole


def _forgetting(target: Target) -> Target:
    """What one input taught the registry of the package is not known to the next, nor to one build alone."""

    def run(data: bytes) -> bool:
        try:
            return target(data)
        finally:
            for build in BUILDS:
                registry = build.package.default_registry
                vars(registry).update(_met={}, _met_bytes=0, _uids={})
                registry.descriptors.clear()

    return run


TARGETS: dict[str, Target] = {
    "streams": streams,
    "adapters": adapters,
    "connection": _forgetting(connection),
    "patterns": patterns,
    "classes": classes,
    "messages": _forgetting(messages),
    "tools": _forgetting(tools),
    "commands": _forgetting(commands),
}


def seeds_of(target: str) -> list[bytes]:
    """What the target's inputs are made from, and what was found with it before."""
    return [*_seeds_of(target), *[file.read_bytes() for file in corpus(target)]]


def _seeds_of(target: str) -> list[bytes]:
    if target in ("streams", "connection", "tools"):
        return seeds()
    if target == "adapters":
        random = Random(290)
        return [random.randbytes(20 + 8 * i) for i in range(60)]
    if target == "patterns":
        return [
            b"java.util.*;!*", b"maxdepth=3;maxarray=100;maxrefs=5;maxbytes=9", b"java.base/java.lang.**", b"!a.b.C",
            b"java.util.Map$*;*",
        ]  # fmt: skip
    if target == "classes":
        with ZipFile(_CLASSES) as jar:
            compiled = [jar.read(name) for name in jar.namelist() if name.endswith(".class")]
        fields: list[Any] = [("value", "Ljava/util/List;", 2, "Ljava/util/List<Ljava/lang/String;>;"), ("x", "I", 2)]
        return [class_file("p.A", "p.B", fields, methods=[WRITE_OBJECT]), class_file("p.R", is_record=True), *compiled]
    if target == "commands":
        return command_seeds()
    return [b"\0", *_frames()]


def _frames() -> list[bytes]:
    found = []
    for number, protocol in enumerate([*PROTOCOLS, DATAGRAMS]):
        sender = MessageConnection(protocol, CLIENT, datagram_bytes=1400 if protocol is DATAGRAMS else None)
        if protocol.negotiate:
            found.append(bytes((number,)) + sender.data_to_send())
            continue
        for message in [*SENT, *FRAMED]:
            try:
                sender.send(message)
            except BridgeError:
                continue
            found.append(bytes((number,)) + sender.data_to_send())
    return found

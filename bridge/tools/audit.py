"""What a stream would do to a Java program that reads it, told without reading it as Java would.

    report = audit(data)
    for finding in report.findings: print(finding)

Found are classes that known attacks are made of, and constructs that are dangerous whatever the classes: proxies and
their handlers, bytecode, streams inside of streams, names to look up, graphs and arrays that exhaust a machine. The
patterns are those of ``bridge.gadgets``. Nothing of the stream is made, loaded or run: the decoder reports its tokens,
and only names, numbers and the beginnings of byte arrays are looked at.

That nothing is found does not make a stream harmless: chains are found in libraries every year. A filter that lets in
the classes that are expected (``java.io.ObjectInputFilter``) is what protects; this helps to understand what came.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any, Final

from ..errors import DecodeError
from ..gadgets import Level, Pattern, patterns
from ..limits import Limits
from ..stream.constants import STREAM_HEADER, TC_ARRAY, TC_CLASSDESC, TC_EXCEPTION, TC_OBJECT
from ..stream.decoder import Decoder
from ..stream.descriptors import ClassDescriptor
from ..stream.document import fieldless_classes
from ..stream.plan import SkippingResolver
from ..stream.states import END_OF_STREAM, NEED_DATA
from .printable import printable, quoted

__all__ = ["AuditFinding", "AuditReport", "audit"]

_CHUNK_BYTES: Final = 1 << 16
_MAX_FINDINGS: Final = 1000
_MAX_NESTED: Final = 16
_MAX_AROUND: Final = 8
_MAX_DEPTH: Final = 5000
_SHOWN_CHARACTERS: Final = 80
_NAME_CHARACTERS: Final = 200
_BOMB_BYTES: Final = 16 << 20
_ELEMENT_BYTES: Final = {"B": 1, "Z": 1, "C": 2, "S": 2, "I": 4, "F": 4, "J": 8, "D": 8}
_CLASS_FILE: Final = b"\xca\xfe\xba\xbe"

#: What is hashed element by element; their hash code visits all that is in them.
_HASHES_ITS_CONTENTS: Final = frozenset(
    f"java.util.{name}"
    for name in (
        *("ArrayList", "LinkedList", "Vector", "Stack", "HashSet", "LinkedHashSet", "TreeSet", "HashMap", "TreeMap"),
        *("LinkedHashMap", "Hashtable", "Arrays$ArrayList", "concurrent.ConcurrentHashMap", "CollSer"),
        *("concurrent.CopyOnWriteArrayList", "concurrent.CopyOnWriteArraySet", "AbstractMap$SimpleEntry"),
        *("Collections$UnmodifiableCollection", "Collections$UnmodifiableList", "Collections$UnmodifiableSet"),
        *("Collections$UnmodifiableMap", "Collections$SingletonList", "Collections$SingletonSet"),
    )
)
#: What asks its elements or keys for their hash codes while it is read.
_HASHES_WHILE_READ: Final = frozenset(
    f"java.util.{name}"
    for name in (
        *("HashSet", "LinkedHashSet", "HashMap", "LinkedHashMap", "Hashtable", "concurrent.ConcurrentHashMap"),
        "CollSer",
    )
)

_HASH_STEPS: Final = 10_000_000
_MOST_STEPS: Final = 1e300

#: Schemes of what JNDI looks up at another machine.
_JNDI_NAME: Final = re.compile(r"(?:ldaps?|rmi|iiop|iiopname|corbaname|corbaloc|dns|nis|nds):\S*[^\s:]", re.IGNORECASE)
_HEX_STREAM: Final = re.compile(r"HexAsciiSerializedMap:aced0005", re.IGNORECASE)
_BASE64_STREAM: Final = "rO0AB"  # what a stream header is in base64
_ANNOTATION_HANDLER: Final = "sun.reflect.annotation.AnnotationInvocationHandler"
#: How ``java.rmi.server.RemoteObject`` begins its data: the kind of reference; a 2 is followed by a byte of format.
_REMOTE_REFERENCE: Final = re.compile(
    rb"\x00.(Unicast(?:Server)?Ref(?=\x00)|Unicast(?:Server)?Ref2[\x00\x01])", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """Something dangerous, or suspect, in a stream.

    pattern   what it is: ``pattern.reading`` is what Java would do, ``pattern.why`` why that is a danger
    offset    where it is met first, in bytes from the start of the stream
    place     the stream inside of the stream where it is, as the offsets of the arrays that hold it, outermost first
    what      what was found: the name of a class, the interfaces of a proxy and its handler, a text
    count     how often it is met
    """

    pattern: Pattern
    offset: int
    what: str
    place: tuple[int, ...] = ()
    count: int = 1

    @property
    def level(self) -> Level:
        return self.pattern.level

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The finding as text, fit for a terminal."""
        inside = "".join(f"in the stream inside of the array at {offset:08x}, " for offset in self.place)
        times = f", {self.count} times" if self.count > 1 else ""
        yield f"{self.level}: {self.pattern.id}: {printable(self.what)} ({inside}at {self.offset:08x}{times})"
        yield f"    Java: {self.pattern.reading}"
        yield f"    Why:  {self.pattern.why}"
        if self.pattern.sources:
            yield f"    See:  {', '.join(self.pattern.sources)}"

    def as_json(self) -> dict[str, Any]:
        """The finding as members of a JSON object."""
        return {
            "level": self.level,
            "id": self.pattern.id,
            "what": self.what,
            "offset": self.offset,
            "place": list(self.place),
            "count": self.count,
            "reading": self.pattern.reading,
            "why": self.pattern.why,
            "sources": list(self.pattern.sources),
        }


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was found in a stream, in order; and what ended the reading before its end, if something did.

    ``error`` is not None where a part of the stream could not be judged, which is no clean bill. ``left_out`` counts
    what was found beyond the first thousand.
    """

    findings: tuple[AuditFinding, ...]
    error: DecodeError | None = None
    left_out: int = 0

    @property
    def level(self) -> Level | None:
        """The worst of the findings; None where there are none."""
        levels = {finding.level for finding in self.findings}
        return "danger" if "danger" in levels else "suspect" if levels else None


def audit(data: bytes | bytearray | memoryview, *, limits: Limits | None = None) -> AuditReport:
    """What is known to be dangerous in the stream ``data``. Never raises for what is in it."""
    grouped: dict[tuple[str, str, tuple[int, ...]], AuditFinding] = {}
    left_out = 0
    first_error: DecodeError | None = None
    waiting: list[tuple[bytes, tuple[int, ...]]] = [(bytes(data), ())]
    while waiting:
        stream, place = waiting.pop()
        auditor = _Auditor(stream)
        error = auditor.run(limits)
        if not place:
            first_error = error
        for pattern_id, offset, what in auditor.found:
            key = (pattern_id, what, place)
            known = grouped.get(key)
            if known is not None:
                grouped[key] = replace(known, count=known.count + 1)
            elif len(grouped) < _MAX_FINDINGS:
                grouped[key] = AuditFinding(_pattern(pattern_id), offset, what, place)
            else:
                left_out += 1
        if len(place) < _MAX_NESTED:
            waiting += [(inner, (*place, offset)) for offset, inner in reversed(auditor.nested)]
    return AuditReport(tuple(grouped.values()), first_error, left_out)


@cache
def _pattern(pattern_id: str) -> Pattern:
    known = patterns()
    return known.constructs.get(pattern_id) or next(entry for entry in known.classes if entry.id == pattern_id)


@cache
def _dangerous_names() -> re.Pattern[bytes]:
    names = [
        name.rstrip("*") for pattern in patterns().classes if pattern.level == "danger" for name in pattern.classes
    ]
    return re.compile(b"|".join(re.escape(name.encode()) for name in sorted(names, key=len, reverse=True)))


class _Open:
    """A construct whose parts are still coming."""

    __slots__ = ("annotation_of", "described", "handle", "handler_due", "interfaces", "kind", "name", "steps")

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.name = ""  # of its class, once it is known
        self.described = ""  # likewise, as soon as its descriptor has begun
        self.handle = -1
        self.interfaces: tuple[str, ...] | None = None  # of a proxy
        self.handler_due = False  # of a proxy: its handler comes next
        self.annotation_of: tuple[str, ...] | None = None  # of the handler of annotations: what its proxy implements
        self.steps = 1.0  # what its hash code takes


class _Auditor:
    """Takes what the decoder reports of one stream; ``found`` has (id of a pattern, offset, what), not grouped."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._clear()

    def _clear(self) -> None:
        self.found: list[tuple[str, int, str]] = []
        self.nested: list[tuple[int, bytes]] = []  # streams inside of this one, by the offset of what holds them
        self._open: list[_Open] = []
        self._names: list[str] = []  # by handle: the class of what a reference may refer to, of a descriptor <its own>
        self._steps: list[float] = []
        self._deepest = 0

    def run(self, limits: Limits | None) -> DecodeError | None:
        """Reads the stream; what ended that before its end."""
        error = self._read(limits, ())
        if error is not None:
            fieldless, _ = fieldless_classes(self._data, limits)
            if fieldless:
                self._clear()
                error = self._read(limits, fieldless)
        if self._deepest > _MAX_DEPTH:
            self.found.append(("deep-nesting", 0, f"{self._deepest} objects inside of each other"))
        if error is not None:
            self._search_rest(error.offset or 0)
        return error

    def _read(self, limits: Limits | None, fieldless: Iterable[str]) -> DecodeError | None:
        trace: list[Any] = []
        decoder = Decoder(SkippingResolver(), limits=limits, trace=trace, fieldless=fieldless)
        start = 0
        try:
            while True:
                content = decoder.next_content()
                self._take(trace)
                if content is END_OF_STREAM:
                    return None
                if content is NEED_DATA:
                    chunk = self._data[start : start + _CHUNK_BYTES]
                    start += len(chunk)
                    if chunk:
                        decoder.feed(chunk)
                    else:
                        decoder.feed_eof()
        except DecodeError as error:
            self._take(trace)
            self._array_due(decoder.offset)
            return error

    def _search_rest(self, start: int) -> None:
        """Behind an error: names, as Java may read on where this cannot, and the next stream."""
        header = self._data.find(STREAM_HEADER, max(1, start))
        end = len(self._data) if header < 0 else header
        for found in _dangerous_names().finditer(self._data, start, end):
            self.found.append(("unreadable-name", found.start(), found[0].decode()))
        if header > 0:
            self.nested.append((header, self._data[header:]))

    def _take(self, trace: list[Any]) -> None:
        for start, _, event, handle, payload in trace:
            take = _EVENTS.get(event)
            if take is not None:
                take(self, start, handle, payload)
        trace.clear()

    # ------------------------------------------------------------------------------------------------------- handles

    def _register(self, handle: int, name: str) -> None:
        del self._names[handle:], self._steps[handle:]
        self._names.append(name)
        self._steps.append(1.0)

    def _reset(self, start: int, handle: int, payload: Any) -> None:
        self._names.clear()
        self._steps.clear()

    # ------------------------------------------------------------------------------------------------------- classes

    def _class_descriptor(self, start: int, handle: int, payload: tuple[str, int, int, int]) -> None:
        self._class_met(payload[0], start)
        self._register(handle, f"<{payload[0]}>")
        if self._open and not self._open[-1].name:
            self._open[-1].described = payload[0]
        self._open.append(_Open(TC_CLASSDESC))

    def _proxy_class_descriptor(self, start: int, handle: int, payload: tuple[str, ...]) -> None:
        for name in payload:
            self._class_met(name, start)
        self._register(handle, "")
        self._open.append(_Open(TC_CLASSDESC))

    def _class_met(self, name: str, start: int) -> None:
        pattern = patterns().of_class(name)
        if pattern is not None:
            self.found.append((pattern.id, start, name[:_NAME_CHARACTERS]))

    # ------------------------------------------------------------------------------------------------------- objects

    def _begin(self, start: int, handle: int, payload: int) -> None:
        self._open.append(_Open(payload))
        if len(self._open) > self._deepest:
            self._deepest = len(self._open)

    def _object(self, start: int, handle: int, payload: ClassDescriptor) -> None:
        top = self._open[-1]
        top.name, top.handle, top.interfaces = payload.name, handle, payload.interfaces
        top.handler_due = payload.interfaces is not None
        self._register(handle, top.name if top.interfaces is None else "$Proxy")
        above = self._open[-2] if len(self._open) > 1 else None
        if top.name == _ANNOTATION_HANDLER:
            interfaces = above.interfaces if above is not None and above.handler_due else None
            if interfaces is None:
                self.found.append(("foreign-annotation-proxy", start, f"{_ANNOTATION_HANDLER} without its proxy"))
            top.annotation_of = interfaces
        if above is not None:
            self._object_in(above, top.name, start)

    def _object_in(self, above: _Open, name: str, start: int) -> None:
        """An object of the class ``name``, or a reference to one, stands in ``above``."""
        if above.handler_due:
            above.handler_due = False
            interfaces = ", ".join(above.interfaces or ())[:_NAME_CHARACTERS]
            self.found.append(("proxy", start, f"of {interfaces} with the handler {name[:_NAME_CHARACTERS]}"))
        if name == "java.net.URL" and above.name in _HASHES_WHILE_READ:
            self.found.append(("url-in-hash-table", start, f"java.net.URL in a {above.name}"))

    def _array(self, start: int, handle: int, payload: tuple[ClassDescriptor, int]) -> None:
        top = self._open[-1]
        top.name, top.handle = payload[0].name, handle
        self._register(handle, top.name)
        self._judge_length(top.name, payload[1], start)

    def _array_due(self, start: int) -> None:
        """The reading has ended; if it was before an array of primitives, of that only the length has been read."""
        top = self._open[-1] if self._open else None
        length = int.from_bytes(self._data[start : start + 4], "big")
        if top is not None and top.kind == TC_ARRAY and not top.name and length < 1 << 31:
            self._judge_length(top.described, length, start)

    def _judge_length(self, name: str, length: int, start: int) -> None:
        size = _ELEMENT_BYTES.get(name[1:2], 1)
        if length * size > len(self._data) - start and length * max(size, 4) >= _BOMB_BYTES:
            self.found.append(("array-bomb", start, f"{name[:_NAME_CHARACTERS]} of {length} elements"))

    def _enum(self, start: int, handle: int, payload: ClassDescriptor) -> None:
        self._open[-1].name = payload.name
        self._register(handle, payload.name)

    def _class(self, start: int, handle: int, payload: ClassDescriptor) -> None:
        self._register(handle, "java.lang.Class")
        self._open.pop()
        above = self._open[-1] if self._open else None
        if above is None or above.annotation_of is None:
            return
        if payload.name not in above.annotation_of:  # the field "type": which annotation it is
            of = ", ".join(above.annotation_of)[:_NAME_CHARACTERS]
            what = f"a proxy of {of} with the handler of the annotation {payload.name[:_NAME_CHARACTERS]}"
            self.found.append(("foreign-annotation-proxy", start, what))
        above.annotation_of = None

    def _reference(self, start: int, handle: int, payload: Any) -> None:
        if not self._open:
            return
        above = self._open[-1]
        if above.kind == TC_ARRAY and not above.name:
            above.described = self._names[handle][1:-1]
        elif above.name:
            self._object_in(above, self._names[handle], start)
            self._hashed_in(above, self._steps[handle], start)

    def _end(self, start: int, handle: int, payload: Any) -> None:
        top = self._open.pop()
        if top.kind == TC_EXCEPTION:
            self._reset(start, handle, payload)
            return
        if top.handle < 0:
            return
        steps = top.steps if top.name in _HASHES_ITS_CONTENTS or top.kind == TC_ARRAY else 1.0
        if top.handle < len(self._steps):
            self._steps[top.handle] = steps
        if self._open and self._open[-1].name:
            self._hashed_in(self._open[-1], steps, start)

    def _hashed_in(self, above: _Open, steps: float, start: int) -> None:
        """Something whose hash code takes so many steps stands in ``above``."""
        above.steps = min(above.steps + steps, _MOST_STEPS)
        if steps > max(_HASH_STEPS, len(self._data)) and above.name in _HASHES_WHILE_READ:
            self.found.append(("hash-bomb", start, f"a hash code of {steps:.0e} steps, asked for by a {above.name}"))

    def _abort(self, start: int, handle: int, payload: Any) -> None:
        self._open = [_Open(TC_EXCEPTION)]
        self._reset(start, handle, payload)

    # ---------------------------------------------------------------------------------------------- texts and bytes

    def _string(self, start: int, handle: int, payload: str) -> None:
        self._register(handle, "java.lang.String")
        if self._open and self._open[-1].kind == TC_CLASSDESC:
            return
        where = self._open[-1].name if self._open else ""
        shown = quoted(payload, _SHOWN_CHARACTERS) + (f" in a {where[:_NAME_CHARACTERS]}" if where else "")
        if _JNDI_NAME.match(payload) or "${jndi:" in payload.lower():
            self.found.append(("jndi-name", start, shown))
        if payload.startswith(_BASE64_STREAM):
            self.found.append(("nested-stream", start, f"base64 {shown}"))
            with contextlib.suppress(ValueError):
                self.nested.append((start, base64.b64decode(payload)))
        if _HEX_STREAM.match(payload):
            self.found.append(("hex-stream", start, shown))
            digits = re.match(r"(?:[0-9a-f]{2})*", payload[payload.lower().index("aced0005") :], re.IGNORECASE)
            assert digits is not None
            self.nested.append((start, bytes.fromhex(digits[0])))

    def _primitives(self, start: int, handle: int, payload: Any) -> None:
        if isinstance(payload, (bytes, bytearray)):
            self._bytes(start, payload, f"byte[] of {len(payload)}")

    def _block_data(self, start: int, handle: int, payload: bytes) -> None:
        self._bytes(start, payload, f"primitive data of {len(payload)} bytes")
        remote = _REMOTE_REFERENCE.match(payload)
        if remote is not None:
            kind = remote[1].rstrip(b"\0\1").decode()
            self.found.append(("rmi-object", start, f"{kind} to {_endpoint(payload[remote.end() :])}"))

    def _bytes(self, start: int, data: bytes | bytearray, what: str) -> None:
        if not data.startswith((_CLASS_FILE, STREAM_HEADER)):
            return
        # An array may be in an array; what counts is the object that they are for.
        around = islice(reversed(self._open), _MAX_AROUND)
        what += next((f" in a {each.name[:_NAME_CHARACTERS]}" for each in around if each.kind == TC_OBJECT), "")
        if data.startswith(_CLASS_FILE):
            self.found.append(("bytecode", start, what))
        elif data.startswith(STREAM_HEADER):
            self.found.append(("nested-stream", start, what))
            self.nested.append((start, bytes(data)))


_EVENTS: Final = {
    "reset": _Auditor._reset,
    "reference": _Auditor._reference,
    "string": _Auditor._string,
    "block data": _Auditor._block_data,
    "begin": _Auditor._begin,
    "object": _Auditor._object,
    "array": _Auditor._array,
    "enum": _Auditor._enum,
    "class": _Auditor._class,
    "primitives": _Auditor._primitives,
    "class descriptor": _Auditor._class_descriptor,
    "proxy class descriptor": _Auditor._proxy_class_descriptor,
    "abort": _Auditor._abort,
    "end": _Auditor._end,
}


def _endpoint(data: bytes) -> str:
    """Host and port, as ``sun.rmi.transport.tcp.TCPEndpoint`` writes them: a UTF and an int."""
    length = int.from_bytes(data[:2], "big")
    host, port = data[2 : 2 + length], data[2 + length : 6 + length]
    if len(port) < 4:
        return "an endpoint that cannot be read"
    return f"{host.decode('utf-8', 'backslashreplace')[:_NAME_CHARACTERS]}:{int.from_bytes(port, 'big')}"

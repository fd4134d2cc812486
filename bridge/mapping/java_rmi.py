"""``java.rmi.MarshalledObject``: an object that is kept as a stream of its own."""

from __future__ import annotations

from typing import Any

from ..stream.descriptors import ClassDescriptor
from ..stream.plan import REDUCE, EncodePlan
from .adapters import PLAIN, value_reader
from .registry import Registry

__all__ = ["MarshalledObject", "register"]


class MarshalledObject:
    """A ``java.rmi.MarshalledObject``. ``bridge.loads(marshalled.stream)`` opens it.

    ``stream`` is a complete stream, None for a null in it; ``locations`` another one, with the places that classes can
    be loaded from, or None. Equal to another one with the same ``stream``, as in Java.
    """

    __slots__ = ("locations", "stream")

    def __init__(self, stream: bytes | None, locations: bytes | None = None) -> None:
        self.stream = stream
        self.locations = locations

    def __eq__(self, other: object) -> bool:
        return self.stream == other.stream if isinstance(other, MarshalledObject) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.stream)

    def __repr__(self) -> str:
        return f"MarshalledObject({self.stream!r:.80})"


MARSHALLED_OBJECT = ClassDescriptor(
    "java.rmi.MarshalledObject",
    8988374069173025854,
    PLAIN,
    [("hash", "I"), ("locBytes", "[B"), ("objBytes", "[B")],
)


def _java_hash(stream: bytes | None) -> int:
    if stream is None:
        return 13
    number = 0
    for byte in stream:
        number = (31 * number + (byte if byte < 128 else byte - 256)) & 0xFFFFFFFF
    return number - (1 << 32) if number >> 31 else number


def _build(values: Any, annotations: Any) -> Any:
    _, locations, stream = values
    if not isinstance(locations, bytes | None) or not isinstance(stream, bytes | None):
        return NotImplemented
    return MarshalledObject(stream, locations)


def _reduce(value: MarshalledObject) -> Any:
    return MARSHALLED_OBJECT, (_java_hash(value.stream), value.locations, value.stream), ()


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(MARSHALLED_OBJECT.name, value_reader(MARSHALLED_OBJECT, _build))
    registry.write_as(MarshalledObject, EncodePlan(REDUCE, MARSHALLED_OBJECT, reduce=_reduce))

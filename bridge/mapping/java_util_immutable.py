# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""``java.util.CollSer``: the proxy of ``List.of``, ``Set.of``, ``Map.of``, their ``copyOf``, and ``Stream.toList``."""

from __future__ import annotations

from typing import Any

from ..stream import native
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import ITEMS, EncodePlan
from .adapters import OWN_DATA, check_keys, fill_entries, value_reader
from .java_util_data import (
    LIST,
    LIST_WITH_NULLS,
    MAP,
    SET,
    frozenset_parts,
    map_parts,
    stream_list_parts,
    tuple_parts,
)
from .packing import tuple_packer
from .registry import Registry

__all__ = ["ImmutableMap", "StreamList", "register"]


class ImmutableMap(dict[Any, Any]):
    """What ``Map.of`` and ``Map.copyOf`` make. It can be changed here; null keys and values Java refuses."""

    __slots__ = ()


class StreamList(tuple[Any, ...]):
    """What ``Stream.toList`` makes: as ``List.of``, a tuple here, but null may be in it."""

    __slots__ = ()


COLL_SER = ClassDescriptor("java.util.CollSer", 6309168927139932177, OWN_DATA, [("tag", "I")])


def _build(values: Any, annotations: Any) -> Any:
    (tag,) = values
    contents = annotations[0]
    head = contents[0]
    if type(head) is not BlockData or len(head) != 4 or native.i32(native.pointer(head), 0) != len(contents) - 1:
        return NotImplemented
    return _made(tag, contents[1:])


def _made(tag: int, elements: list[Any]) -> Any:
    if tag == LIST:
        return tuple(elements)
    if tag == SET:
        check_keys(elements)
        made = frozenset(elements)
        return made if len(made) == len(elements) else NotImplemented
    if tag == MAP:
        return fill_entries(ImmutableMap(), elements, False)
    return StreamList(elements) if tag == LIST_WITH_NULLS else NotImplemented


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(COLL_SER.name, value_reader(COLL_SER, _build, own_data=True, replaces=True, from_contents=_made))
    registry.write_as(tuple, EncodePlan(ITEMS, COLL_SER, reduce=tuple_parts, packer=tuple_packer))
    registry.write_as(frozenset, EncodePlan(ITEMS, COLL_SER, reduce=frozenset_parts))
    registry.write_as(ImmutableMap, EncodePlan(ITEMS, COLL_SER, reduce=map_parts))
    registry.write_as(StreamList, EncodePlan(ITEMS, COLL_SER, reduce=stream_list_parts))

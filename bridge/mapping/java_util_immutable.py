"""``java.util.CollSer``: the proxy of ``List.of``, ``Set.of``, ``Map.of``, their ``copyOf``, and ``Stream.toList``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from ..errors import EncodeError
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import REDUCE, EncodePlan
from .adapters import OWN_DATA, check_keys, fill_entries, int_bytes, value_reader
from .registry import Registry

__all__ = ["ImmutableMap", "StreamList", "register"]


class ImmutableMap(dict[Any, Any]):
    """What ``Map.of`` and ``Map.copyOf`` make. It can be changed here; null keys and values Java refuses."""

    __slots__ = ()


class StreamList(tuple[Any, ...]):
    """What ``Stream.toList`` makes: as ``List.of``, a tuple here, but null may be in it."""

    __slots__ = ()


COLL_SER = ClassDescriptor("java.util.CollSer", 6309168927139932177, OWN_DATA, [("tag", "I")])

_LIST, _SET, _MAP, _LIST_WITH_NULLS = range(1, 5)


def _build(values: Any, annotations: Any) -> Any:
    (tag,) = values
    head, *elements = annotations[0]
    if type(head) is not BlockData or len(head) != 4 or int.from_bytes(head, "big") != len(elements):
        return NotImplemented
    if tag == _LIST:
        return tuple(elements)
    if tag == _SET:
        check_keys(elements)
        made = frozenset(elements)
        return made if len(made) == len(elements) else NotImplemented
    if tag == _MAP:
        return fill_entries(ImmutableMap(), elements, False)
    return StreamList(elements) if tag == _LIST_WITH_NULLS else NotImplemented


def _parts(tag: int, size: int, elements: Iterable[Any]) -> Any:
    return COLL_SER, (tag,), (chain((BlockData(int_bytes(size)),), elements),)


def _reduce_tuple(value: tuple[Any, ...]) -> Any:
    tag = _LIST_WITH_NULLS if any(item is None for item in value) else _LIST
    return _parts(tag, len(value), value)


def _reduce_frozenset(value: frozenset[Any]) -> Any:
    if None in value:
        raise EncodeError("None in a frozenset; Java's Set.of takes no null, a set can hold it")
    return _parts(_SET, len(value), value)


def _reduce_map(value: ImmutableMap) -> Any:
    entries = list(chain.from_iterable(value.items()))
    if any(item is None for item in entries):
        raise EncodeError("None in an ImmutableMap; Java's Map.of takes no null, a dict can hold it")
    return _parts(_MAP, len(entries), entries)


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(COLL_SER.name, value_reader(COLL_SER, _build, own_data=True, replaces=True))
    registry.write_as(tuple, EncodePlan(REDUCE, COLL_SER, reduce=_reduce_tuple))
    registry.write_as(frozenset, EncodePlan(REDUCE, COLL_SER, reduce=_reduce_frozenset))
    registry.write_as(ImmutableMap, EncodePlan(REDUCE, COLL_SER, reduce=_reduce_map))
    list_with_nulls = EncodePlan(REDUCE, COLL_SER, reduce=lambda value: _parts(_LIST_WITH_NULLS, len(value), value))
    registry.write_as(StreamList, list_with_nulls)

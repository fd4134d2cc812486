# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""``java.util.CollSer``: the proxy of ``List.of``, ``Set.of``, ``Map.of``, their ``copyOf``, and ``Stream.toList``."""

from __future__ import annotations

from itertools import chain
from typing import Any

from ..errors import EncodeError
from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import ITEMS, EncodePlan
from .adapters import OWN_DATA, check_keys, fill_entries, int_bytes, no_none, value_reader
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


_TAGS = [int_bytes(tag) for tag in range(5)]


def _reduce_tuple(value: tuple[Any, ...]) -> Any:
    return _TAGS[_LIST if no_none(value) else _LIST_WITH_NULLS], int_bytes(len(value)), value


def _reduce_list_with_nulls(value: StreamList) -> Any:
    return _TAGS[_LIST_WITH_NULLS], int_bytes(len(value)), value


def _reduce_frozenset(value: frozenset[Any]) -> Any:
    if None in value:
        raise EncodeError("None in a frozenset; Java's Set.of takes no null, a set can hold it")
    return _TAGS[_SET], int_bytes(len(value)), value


def _reduce_map(value: ImmutableMap) -> Any:
    entries = list(chain.from_iterable(value.items()))
    if not no_none(entries):
        raise EncodeError("None in an ImmutableMap; Java's Map.of takes no null, a dict can hold it")
    return _TAGS[_MAP], int_bytes(len(entries)), entries


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(COLL_SER.name, value_reader(COLL_SER, _build, own_data=True, replaces=True))
    registry.write_as(tuple, EncodePlan(ITEMS, COLL_SER, reduce=_reduce_tuple))
    registry.write_as(frozenset, EncodePlan(ITEMS, COLL_SER, reduce=_reduce_frozenset))
    registry.write_as(ImmutableMap, EncodePlan(ITEMS, COLL_SER, reduce=_reduce_map))
    registry.write_as(StreamList, EncodePlan(ITEMS, COLL_SER, reduce=_reduce_list_with_nulls))

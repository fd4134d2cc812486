"""``java.util.concurrent``: maps, sets, lists and queues.

Some write the locks that guard them. These are kept, and made anew for a queue that was not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from ..stream.descriptors import ClassDescriptor
from ..stream.generic import JavaObject, class_for
from ..stream.model import BlockData, JavaArray
from ..stream.plan import LIST, REDUCE, DecodePlan, EncodePlan
from .adapters import OWN_DATA, PLAIN, container_reader, fill_entries, int_bytes, not_null, object_array
from .java_util import TreeMap, in_natural_order
from .java_util_containers import PriorityQueue
from .java_util_views import SetFromMap, view_plan, view_reader
from .registry import Registry

__all__ = [
    "ArrayBlockingQueue",
    "ConcurrentHashMap",
    "ConcurrentLinkedDeque",
    "ConcurrentLinkedQueue",
    "ConcurrentSkipListMap",
    "ConcurrentSkipListSet",
    "CopyOnWriteArrayList",
    "CopyOnWriteArraySet",
    "KeySetView",
    "LinkedBlockingDeque",
    "LinkedBlockingQueue",
    "LinkedTransferQueue",
    "PriorityBlockingQueue",
    "register",
]

_UNLIMITED = 0x7FFFFFFF


class ConcurrentHashMap(dict[Any, Any]):
    """A ``java.util.concurrent.ConcurrentHashMap``. Null keys and values Java refuses."""

    __slots__ = ()


class ConcurrentSkipListMap(TreeMap):
    """A ``java.util.concurrent.ConcurrentSkipListMap``: see `TreeMap`."""

    __slots__ = ()


class ConcurrentSkipListSet(SetFromMap):
    """A ``java.util.concurrent.ConcurrentSkipListSet``: the keys of a ConcurrentSkipListMap, in their order."""

    __slots__ = ()


class KeySetView(SetFromMap):
    """``ConcurrentHashMap.newKeySet``."""

    __slots__ = ()


class CopyOnWriteArrayList(list[Any]):
    """A ``java.util.concurrent.CopyOnWriteArrayList``."""

    __slots__ = ()


class CopyOnWriteArraySet(SetFromMap):
    """A ``java.util.concurrent.CopyOnWriteArraySet``: keeps the order of insertion."""

    __slots__ = ()


class ConcurrentLinkedQueue(list[Any]):
    """A ``java.util.concurrent.ConcurrentLinkedQueue``."""

    __slots__ = ()


class ConcurrentLinkedDeque(list[Any]):
    """A ``java.util.concurrent.ConcurrentLinkedDeque``."""

    __slots__ = ()


class LinkedTransferQueue(list[Any]):
    """A ``java.util.concurrent.LinkedTransferQueue``."""

    __slots__ = ()


class _GuardedQueue(list[Any]):
    """A queue that writes its locks. ``capacity``: how many elements Java lets in."""

    __slots__ = ("_locks", "capacity")

    def __init__(self, items: Iterable[Any] = (), capacity: int = _UNLIMITED) -> None:
        super().__init__(items)
        self.capacity = capacity


class LinkedBlockingQueue(_GuardedQueue):
    """A ``java.util.concurrent.LinkedBlockingQueue``."""

    __slots__ = ()


class LinkedBlockingDeque(_GuardedQueue):
    """A ``java.util.concurrent.LinkedBlockingDeque``."""

    __slots__ = ()


class ArrayBlockingQueue(_GuardedQueue):
    """A ``java.util.concurrent.ArrayBlockingQueue``; without a ``capacity``, it has room for what is in it."""

    __slots__ = ("_first",)


class PriorityBlockingQueue(PriorityQueue):
    """A ``java.util.concurrent.PriorityBlockingQueue``: see `PriorityQueue`."""

    __slots__ = ("_locks",)


def _class(
    name: str, uid: int, flags: int = OWN_DATA, fields: Iterable[tuple[str, str]] = (), parent: Any = None
) -> ClassDescriptor:
    return ClassDescriptor(f"java.util.concurrent.{name}", uid, flags, fields, parent)


_OWNABLE = _class("locks.AbstractOwnableSynchronizer", 3737899427754241961, PLAIN)
_QUEUED = _class("locks.AbstractQueuedSynchronizer", 7373984972572414691, PLAIN, [("state", "I")], _OWNABLE)
_SYNC = _class("locks.ReentrantLock$Sync", -5179523762034025860, PLAIN, (), _QUEUED)
_NONFAIR_SYNC = _class("locks.ReentrantLock$NonfairSync", 7316153563782823691, PLAIN, (), _SYNC)
_LOCK_FIELD = [("sync", "Ljava/util/concurrent/locks/ReentrantLock$Sync;")]
_REENTRANT_LOCK = _class("locks.ReentrantLock", 7373984872572414699, PLAIN, _LOCK_FIELD)
_CONDITION = _class(
    "locks.AbstractQueuedSynchronizer$ConditionObject",
    1173984872572414699,
    PLAIN,
    [("this$0", "Ljava/util/concurrent/locks/AbstractQueuedSynchronizer;")],
)
_ATOMIC_INTEGER = _class(
    "atomic.AtomicInteger",
    6214790243416807050,
    PLAIN,
    [("value", "I")],
    ClassDescriptor("java.lang.Number", -8742448824652078965, PLAIN),
)
_Sync, _Lock, _Condition, _Counter = (
    class_for(descriptor)[0] for descriptor in (_NONFAIR_SYNC, _REENTRANT_LOCK, _CONDITION, _ATOMIC_INTEGER)
)

_LOCK, _CONDITION_FIELD = "Ljava/util/concurrent/locks/ReentrantLock;", "Ljava/util/concurrent/locks/Condition;"

CONCURRENT_HASH_MAP = _class(
    "ConcurrentHashMap",
    7249069246763182397,
    OWN_DATA,
    [
        ("segmentMask", "I"),
        ("segmentShift", "I"),
        ("segments", "[Ljava/util/concurrent/ConcurrentHashMap$Segment;"),
    ],
)
_COLLECTION_VIEW = _class(
    "ConcurrentHashMap$CollectionView",
    7249069246763182397,
    PLAIN,
    [("map", "Ljava/util/concurrent/ConcurrentHashMap;")],
)
KEY_SET_VIEW = _class(
    "ConcurrentHashMap$KeySetView", 7249069246763182397, PLAIN, [("value", "Ljava/lang/Object;")], _COLLECTION_VIEW
)
SKIP_LIST_MAP = _class(
    "ConcurrentSkipListMap", -8627078645895051609, OWN_DATA, [("comparator", "Ljava/util/Comparator;")]
)
SKIP_LIST_SET = _class(
    "ConcurrentSkipListSet",
    -2479143111061671589,
    PLAIN,
    [("m", "Ljava/util/concurrent/ConcurrentNavigableMap;")],
)
COPY_ON_WRITE_LIST = _class("CopyOnWriteArrayList", 8673264195747942595)
COPY_ON_WRITE_SET = _class(
    "CopyOnWriteArraySet", 5457747651344034263, PLAIN, [("al", "Ljava/util/concurrent/CopyOnWriteArrayList;")]
)
LINKED_QUEUE = _class("ConcurrentLinkedQueue", 196745693267521676)
LINKED_DEQUE = _class("ConcurrentLinkedDeque", 876323262645176354)
TRANSFER_QUEUE = _class("LinkedTransferQueue", -3223113410248163686)
LINKED_BLOCKING_QUEUE = _class(
    "LinkedBlockingQueue",
    -6903933977591709194,
    OWN_DATA,
    [
        ("capacity", "I"),
        ("count", "Ljava/util/concurrent/atomic/AtomicInteger;"),
        ("notEmpty", _CONDITION_FIELD),
        ("notFull", _CONDITION_FIELD),
        ("putLock", _LOCK),
        ("takeLock", _LOCK),
    ],
)
LINKED_BLOCKING_DEQUE = _class(
    "LinkedBlockingDeque",
    -387911632671998426,
    OWN_DATA,
    [("capacity", "I"), ("lock", _LOCK), ("notEmpty", _CONDITION_FIELD), ("notFull", _CONDITION_FIELD)],
)
ARRAY_BLOCKING_QUEUE = _class(
    "ArrayBlockingQueue",
    -817911632652898426,
    PLAIN,
    [
        ("count", "I"),
        ("putIndex", "I"),
        ("takeIndex", "I"),
        ("items", "[Ljava/lang/Object;"),
        ("lock", _LOCK),
        ("notEmpty", _CONDITION_FIELD),
        ("notFull", _CONDITION_FIELD),
    ],
)
PRIORITY_BLOCKING_QUEUE = _class(
    "PriorityBlockingQueue",
    5595510919245408276,
    OWN_DATA,
    [("lock", _LOCK), ("notEmpty", _CONDITION_FIELD), ("q", "Ljava/util/PriorityQueue;")],
)


# ------------------------------------------------------------------------------------------------------------ reading


def _fill_hash_map(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    (contents,) = annotations
    if contents[-2:] != [None, None] or len(contents) % 2:
        return NotImplemented
    return fill_entries(container, contents[:-2], forced)


def _fill_skip_list_map(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    (container.comparator,), (contents,) = values, annotations
    if contents[-1] is not None or not len(contents) % 2:
        return NotImplemented
    return fill_entries(container, contents[:-1], forced)


def _fill_queue(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    """Elements up to a null."""
    *elements, end = annotations[0]
    if end is not None or BlockData in map(type, elements):
        return NotImplemented
    container[:] = elements
    return container


def _fill_guarded_queue(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    container.capacity, *container._locks = values
    return _fill_queue(container, values, annotations, forced)


def _fill_array_queue(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    count, _, first, items, *container._locks = values
    if type(items) is not JavaArray or not 0 <= count <= len(items) or not 0 <= first < len(items):
        return NotImplemented
    container.capacity = len(items)
    container._first = first
    container[:] = (items[first:] + items[:first])[:count]
    return container


def _fill_priority_queue(container: Any, values: Any, annotations: Any, forced: bool) -> Any:
    *container._locks, queue = values
    if type(queue) is not PriorityQueue:
        return NotImplemented
    container.comparator = queue.comparator
    container[:] = queue
    return container


# ------------------------------------------------------------------------------------------------------------ writing


def _new_lock() -> tuple[JavaObject, JavaObject]:
    """A lock that nobody holds, and its synchronizer, which conditions refer to."""
    sync = _Sync()
    return _Lock(sync=sync), sync


def _condition(sync: JavaObject) -> JavaObject:
    condition = _Condition()
    condition["this$0"] = sync
    return condition


def _reduce_hash_map(value: ConcurrentHashMap) -> Any:
    not_null(chain.from_iterable(value.items()), "ConcurrentHashMap")
    # The fields are those of Java 7, which no later Java reads.
    return CONCURRENT_HASH_MAP, (0, 0, None), (chain(chain.from_iterable(value.items()), (None, None)),)


def _reduce_skip_list_map(value: ConcurrentSkipListMap) -> Any:
    not_null(chain.from_iterable(value.items()), "ConcurrentSkipListMap")
    keys = in_natural_order(value) if value.comparator is None else value
    entries = chain.from_iterable([(key, value[key]) for key in keys])
    return SKIP_LIST_MAP, (value.comparator,), (chain(entries, (None,)),)


def _reduce_copy_on_write_list(value: CopyOnWriteArrayList) -> Any:
    return COPY_ON_WRITE_LIST, (), (chain((BlockData(int_bytes(len(value))),), value),)


def _to_null(queue: list[Any]) -> Iterable[Any]:
    """The elements, and the null that ends them."""
    not_null(queue, type(queue).__name__)
    return chain(queue, (None,))


def _queue_plan(known: ClassDescriptor) -> EncodePlan:
    def reduce(value: Any) -> Any:
        return known, (), (_to_null(value),)

    return EncodePlan(REDUCE, known, reduce=reduce)


def _locks(value: Any, make: Any) -> Any:
    locks = getattr(value, "_locks", None)
    return make() if locks is None else locks


def _queue_locks() -> list[Any]:
    put_lock, put_sync = _new_lock()
    take_lock, take_sync = _new_lock()
    return [_Counter(), _condition(take_sync), _condition(put_sync), put_lock, take_lock]


def _deque_locks() -> list[Any]:
    lock, sync = _new_lock()
    return [lock, _condition(sync), _condition(sync)]


def _reduce_blocking_queue(value: LinkedBlockingQueue) -> Any:
    values = (value.capacity, *_locks(value, _queue_locks))
    return LINKED_BLOCKING_QUEUE, values, (_to_null(value),)


def _reduce_blocking_deque(value: LinkedBlockingDeque) -> Any:
    values = (value.capacity, *_locks(value, _deque_locks))
    return LINKED_BLOCKING_DEQUE, values, (_to_null(value),)


def _reduce_array_queue(value: ArrayBlockingQueue) -> Any:
    not_null(value, "ArrayBlockingQueue")
    capacity = max(1, len(value)) if value.capacity == _UNLIMITED else max(value.capacity, len(value))
    first = getattr(value, "_first", 0) % capacity
    items = object_array(value)
    items.extend([None] * (capacity - len(value)))
    items[:] = items[capacity - first :] + items[: capacity - first]
    values = (len(value), (first + len(value)) % capacity, first, items, *_locks(value, _deque_locks))
    return ARRAY_BLOCKING_QUEUE, values, ()


def _reduce_priority_queue(value: PriorityBlockingQueue) -> Any:
    lock, condition = _locks(value, lambda: _deque_locks()[:2])
    return PRIORITY_BLOCKING_QUEUE, (lock, condition, PriorityQueue(value, value.comparator)), ()


def _key_set(view: Any) -> Any:
    return KEY_SET_VIEW, (ConcurrentHashMap.fromkeys(view, True), True)


def _skip_list_set(view: Any) -> Any:
    return SKIP_LIST_SET, (ConcurrentSkipListMap(dict.fromkeys(view, True)),)


def _copy_on_write_set(view: Any) -> Any:
    return COPY_ON_WRITE_SET, (CopyOnWriteArrayList(view),)


def _read_copy_on_write_list(descriptor: ClassDescriptor) -> DecodePlan | None:
    return None if descriptor.program != b"x" else DecodePlan(LIST, descriptor, new=CopyOnWriteArrayList)


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    containers: list[tuple[type, ClassDescriptor, Any, EncodePlan]] = [
        (ConcurrentHashMap, CONCURRENT_HASH_MAP, _fill_hash_map, EncodePlan(
            REDUCE, CONCURRENT_HASH_MAP, reduce=_reduce_hash_map)),
        (ConcurrentSkipListMap, SKIP_LIST_MAP, _fill_skip_list_map, EncodePlan(
            REDUCE, SKIP_LIST_MAP, reduce=_reduce_skip_list_map)),
        (ConcurrentLinkedQueue, LINKED_QUEUE, _fill_queue, _queue_plan(LINKED_QUEUE)),
        (ConcurrentLinkedDeque, LINKED_DEQUE, _fill_queue, _queue_plan(LINKED_DEQUE)),
        (LinkedTransferQueue, TRANSFER_QUEUE, _fill_queue, _queue_plan(TRANSFER_QUEUE)),
        (LinkedBlockingQueue, LINKED_BLOCKING_QUEUE, _fill_guarded_queue, EncodePlan(
            REDUCE, LINKED_BLOCKING_QUEUE, reduce=_reduce_blocking_queue)),
        (LinkedBlockingDeque, LINKED_BLOCKING_DEQUE, _fill_guarded_queue, EncodePlan(
            REDUCE, LINKED_BLOCKING_DEQUE, reduce=_reduce_blocking_deque)),
    ]  # fmt: skip
    for python_type, known, fill, plan in containers:
        registry.read_as(known.name, container_reader(known, python_type, fill, own_data=True))
        registry.write_as(python_type, plan)
    registry.read_as(
        ARRAY_BLOCKING_QUEUE.name, container_reader(ARRAY_BLOCKING_QUEUE, ArrayBlockingQueue, _fill_array_queue)
    )
    registry.write_as(ArrayBlockingQueue, EncodePlan(REDUCE, ARRAY_BLOCKING_QUEUE, reduce=_reduce_array_queue))
    registry.read_as(
        PRIORITY_BLOCKING_QUEUE.name,
        container_reader(PRIORITY_BLOCKING_QUEUE, PriorityBlockingQueue, _fill_priority_queue),
    )
    registry.write_as(PriorityBlockingQueue, EncodePlan(REDUCE, PRIORITY_BLOCKING_QUEUE, reduce=_reduce_priority_queue))
    registry.read_as(COPY_ON_WRITE_LIST.name, _read_copy_on_write_list)
    registry.write_as(CopyOnWriteArrayList, EncodePlan(REDUCE, COPY_ON_WRITE_LIST, reduce=_reduce_copy_on_write_list))
    registry.read_as(COPY_ON_WRITE_SET.name, view_reader(CopyOnWriteArraySet, "al"))
    registry.write_as(CopyOnWriteArraySet, view_plan(_copy_on_write_set))
    registry.read_as(SKIP_LIST_SET.name, view_reader(ConcurrentSkipListSet, "m"))
    registry.write_as(ConcurrentSkipListSet, view_plan(_skip_list_set))
    registry.read_as(KEY_SET_VIEW.name, view_reader(KeySetView, "map"))
    registry.write_as(KeySetView, view_plan(_key_set))

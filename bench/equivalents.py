"""The graphs of the workloads in plain Python, for pickle: classes with slots, and classes with a ``__dict__``.

python -m bench.equivalents FOLDER      writes W1.slots.pickle, W1.dict.pickle … beside the streams
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bridge
from bench.cell import on_deep_stack
from bench.workloads import WORKLOADS, streams

__all__ = ["PROTOCOL", "dumps", "equivalent", "loads", "pickle_file"]

PROTOCOL = 5


@dataclass(slots=True)
class SlotsBean:
    id: int
    open: bool
    price: float
    stamp: int
    city: str
    name: str


class DictBean:
    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


@dataclass(slots=True)
class SlotsSmall:
    id: int
    value: float
    text: str


class DictSmall(DictBean):
    pass


@dataclass(slots=True)
class SlotsNode:
    value: int
    next: SlotsNode | None


class DictNode(DictBean):
    pass


_CLASSES: dict[str, dict[str, Any]] = {
    "slots": {"Workloads$Bean": SlotsBean, "Workloads$Small": SlotsSmall, "Workloads$Node": SlotsNode},
    "dict": {"Workloads$Bean": DictBean, "Workloads$Small": DictSmall, "Workloads$Node": DictNode},
}


def plain(value: Any, classes: dict[str, Any]) -> Any:
    """The same graph of plain classes and containers; strings stay the objects they are, and so stay shared."""
    if isinstance(value, bridge.JavaObject):
        name = value.__java_class__.name
        if name != "Workloads$Node":
            return classes[name](**{str(field): value[field] for field in value})
        numbers = []
        node: Any = value
        while node is not None:
            numbers.append(node.value)
            node = node.next
        head = None
        for number in reversed(numbers):
            head = classes[name](value=number, next=head)
        return head
    if isinstance(value, dict):
        return {plain(key, classes): plain(item, classes) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain(item, classes) for item in value)
    if isinstance(value, bridge.Instant):
        return datetime.fromtimestamp(value.timestamp(), UTC)
    return value


def equivalent(workload: str, kind: str, folder: Path) -> Any:
    """The value of a workload; for W6a and W6b the list of them. ``kind``: "slots" or "dict"."""
    data = streams(workload, folder)
    if workload == "W6b":
        values: Any = [bridge.loads(message) for message in data]
    else:
        values = bridge.loads_all(data[0]) if workload == "W6a" else bridge.loads(data[0])
    return plain(values, _CLASSES[kind])


def dumps(workload: str, value: Any) -> Any:
    """As pickle writes the workload: W6a one by one with one Pickler, W6b each on its own."""
    if workload == "W6b":
        return [pickle.dumps(item, PROTOCOL) for item in value]
    if workload == "W6a":
        out = io.BytesIO()
        dump = pickle.Pickler(out, PROTOCOL).dump
        for item in value:
            dump(item)
        return out.getvalue()
    return pickle.dumps(value, PROTOCOL)


def loads(workload: str, data: Any) -> Any:
    """What `dumps` wrote."""
    if workload == "W6b":
        return [pickle.loads(message) for message in data]
    if workload == "W6a":
        return list(_contents(data))
    return pickle.loads(data)


def _contents(data: bytes) -> Iterator[Any]:
    load = pickle.Unpickler(io.BytesIO(data)).load
    try:
        while True:
            yield load()
    except EOFError:
        return


def pickle_file(workload: str, kind: str, folder: Path) -> Path:
    return folder / f"{workload}.{kind}.pickle"


def main() -> None:
    folder = Path(sys.argv[1])

    def write() -> None:
        for workload in WORKLOADS:
            for kind in _CLASSES if workload != "W9" else ():
                # For W6b a list of messages, which is a pickle itself.
                message = dumps(workload, equivalent(workload, kind, folder))
                data = pickle.dumps(message, PROTOCOL) if workload == "W6b" else message
                pickle_file(workload, kind, folder).write_bytes(data)

    on_deep_stack(write)


if __name__ == "__main__":
    from bench.equivalents import main as importable  # the classes are to be found under their own name

    importable()

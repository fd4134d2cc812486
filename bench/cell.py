"""One cell of the table: one subject reads or writes one workload, in a process of its own.

    python -m bench.cell read|write SUBJECT WORKLOAD FOLDER SECONDS

Prints one line of JSON: median and best time of an iteration in milliseconds, and the peak memory of the process. The
result of an iteration is freed before the clock of the next one starts; the collector stays on.
"""

from __future__ import annotations

import importlib
import io
import json
import pickle
import resource
import sys
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from statistics import median
from typing import Any

Action = Callable[[], Any]


def streams(workload: str, folder: Path) -> list[bytes]:
    """The streams of a workload: one, or for W6b many."""
    if workload != "W6b":
        return [(folder / f"{'W1' if workload == 'W9' else workload}.ser").read_bytes()]
    data = (folder / "W6b.messages").read_bytes()
    messages = []
    at = 4
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        messages.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return messages


# ---------------------------------------------------------------------------------------------------------------- ours


def ours(operation: str, workload: str, folder: Path) -> Action:
    import bridge

    if workload == "W9":
        declare_bean(bridge)
    data = streams(workload, folder)
    if operation == "read":
        if workload == "W6b":
            loads = bridge.loads
            return lambda: [loads(message) for message in data]
        if workload == "W6a":
            return lambda: bridge.loads_all(data[0])
        return lambda: bridge.loads(data[0])
    if workload == "W6b":
        dumps = bridge.dumps
        values = [bridge.loads(message) for message in data]
        return lambda: [dumps(value) for value in values]
    if workload == "W6a":
        contents = bridge.loads_all(data[0])
        return lambda: bridge.dumps_all(contents)
    value = bridge.loads(data[0])
    return lambda: bridge.dumps(value)


def declare_bean(bridge: Any) -> None:
    """W9: the bean of W1 as a declared dataclass."""
    fields = [
        ("id", bridge.jint),
        ("open", bridge.jboolean),
        ("price", bridge.jdouble),
        ("stamp", bridge.jlong),
        ("city", str),
        ("name", str),
    ]
    bean = make_dataclass("Bean", fields, slots=True)
    bridge.java_class("Workloads$Bean", serial_version_uid=1)(bean)


# -------------------------------------------------------------------------------------------------------------- pickle


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


_PLAIN = {
    "slots": {"Workloads$Bean": SlotsBean, "Workloads$Small": SlotsSmall, "Workloads$Node": SlotsNode},
    "dict": {"Workloads$Bean": DictBean, "Workloads$Small": DictSmall, "Workloads$Node": DictNode},
}


def plain(value: Any, classes: dict[str, Any]) -> Any:
    """The equivalent graph of plain Python classes and containers, with the same sharing."""
    import bridge

    if isinstance(value, bridge.JavaObject):
        cls = classes[value.__java_class__.name]
        if value.__java_class__.name == "Workloads$Node":
            nodes = []
            while value is not None:
                nodes.append(value.value)
                value = value.next
            head = None
            for number in reversed(nodes):
                head = cls(value=number, next=head)
            return head
        return cls(**{key: value[key] for key in value})
    if isinstance(value, dict):
        return {plain(key, classes): plain(item, classes) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, classes) for item in value]
    if isinstance(value, (array, bytes, str, int, float)) or value is None:
        return value
    return value


def pickled(kind: str, operation: str, workload: str, folder: Path) -> Action:
    import bridge

    data = streams(workload, folder)
    if workload == "W6b":
        values = [plain(bridge.loads(message), _PLAIN[kind]) for message in data]
        if operation == "write":
            return lambda: [pickle.dumps(value, 5) for value in values]
        messages = [pickle.dumps(value, 5) for value in values]
        del values
        return lambda: [pickle.loads(message) for message in messages]
    value = plain(bridge.loads_all(data[0]) if workload == "W6a" else bridge.loads(data[0]), _PLAIN[kind])
    if operation == "write":
        return lambda: pickle.dumps(value, 5)
    message = pickle.dumps(value, 5)
    return lambda: pickle.loads(message)


# -------------------------------------------------------------------------------------------------------------- javaobj


def javaobj(version: str, operation: str, workload: str, folder: Path) -> Action:
    """The versions of javaobj-py3; only v1 and v3 write."""
    module: Any = importlib.import_module({"v1": "javaobj", "v2": "javaobj.v2", "v3": "javaobj.v3"}[version])
    data = streams(workload, folder)

    def read(message: bytes) -> Any:
        if version != "v1":
            return module.loads(message)
        source = io.BytesIO(message)
        unmarshaller = module.JavaObjectUnmarshaller(source)
        contents = [unmarshaller.readObject(ignore_remaining_data=True)]
        while workload == "W6a" and source.tell() < len(message):
            contents.append(unmarshaller.readObject(ignore_remaining_data=True))
        return contents

    if operation == "read":
        return lambda: [read(message) for message in data]
    values = [read(message) for message in data]
    if version == "v1":
        return lambda: [module.dumps(value) for contents in values for value in contents]
    return lambda: [module.dumps(value) for value in values]


SUBJECTS: dict[str, Callable[[str, str, Path], Action]] = {
    "ours": ours,
    "pickle-slots": lambda *cell: pickled("slots", *cell),
    "pickle-dict": lambda *cell: pickled("dict", *cell),
    "javaobj-v1": lambda *cell: javaobj("v1", *cell),
    "javaobj-v2": lambda *cell: javaobj("v2", *cell),
    "javaobj-v3": lambda *cell: javaobj("v3", *cell),
}


def measure(action: Action, seconds: float) -> dict[str, Any]:
    """Iterations for this long, at least three, after one that does not count (for slow ones it does)."""
    times: list[float] = []
    started = time.perf_counter()
    result = action()
    first = time.perf_counter() - started
    if first > seconds:
        times.append(first)
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        if times and times[0] > seconds:
            break
        del result
        started = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - started)
    return {
        "median_ms": median(times) * 1000,
        "best_ms": min(times) * 1000,
        "iterations": len(times),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def main() -> None:
    operation, subject, workload, folder, seconds = sys.argv[1:]

    def run() -> None:
        print(json.dumps(measure(SUBJECTS[subject](operation, workload, Path(folder)), float(seconds))))

    if subject == "ours":
        run()
        return
    # The others recurse as deep as the data; W7 is a list of 20,000 nodes.
    sys.setrecursionlimit(1_000_000)
    threading.stack_size(1 << 30)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()

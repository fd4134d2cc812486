"""One cell of the table: one subject reads or writes one workload, in a process of its own.

    python -m bench.cell read|write SUBJECT WORKLOAD FOLDER SECONDS LIMIT

Prints one line of JSON: median and best time of an iteration in milliseconds, and what the first iteration added to the
process at its peak, in bytes. The result of an iteration is freed before the clock of the next one starts; the
collector of cycles stays on. An iteration that takes more than LIMIT seconds ends the cell: ``beyond_ms``.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import io
import json
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import make_dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.workloads import streams

Action = Callable[[], Any]


# ---------------------------------------------------------------------------------------------------------------- ours


def ours(operation: str, workload: str, folder: Path) -> Action:
    import bridge

    if bridge.compiled is (os.environ.get("BRIDGE_PURE", "") not in ("", "0")):
        raise SystemExit("the bridge is not compiled: run `make setup`")
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


def floor(operation: str, workload: str, folder: Path, *, collector: bool) -> Action:
    """The same objects made from ready arguments: nothing is parsed."""
    import bridge
    from bench.floor import recipe

    if workload == "W9":
        declare_bean(bridge)
    data = streams(workload, folder)
    values = bridge.loads_all(data[0]) if workload == "W6a" else [bridge.loads(message) for message in data]
    made = recipe(values)
    del values
    make = made.make
    if collector:
        return make

    def without_collector() -> Any:
        gc.disable()
        values = make()
        gc.enable()
        return values

    return without_collector


# --------------------------------------------------------------------------------------------------------------- peers


def pickled(kind: str, operation: str, workload: str, folder: Path) -> Action:
    from bench import equivalents

    if operation == "write":
        value = equivalents.equivalent(workload, kind, folder)
        return lambda: equivalents.dumps(workload, value)
    data: Any = equivalents.pickle_file(workload, kind, folder).read_bytes()
    if workload == "W6b":
        data = pickle.loads(data)
    return lambda: equivalents.loads(workload, data)


def javaobj(version: str, operation: str, workload: str, folder: Path) -> Action:
    """The versions of javaobj-py3; only v1 and v3 write."""
    module: Any = importlib.import_module({"v1": "javaobj", "v2": "javaobj.v2", "v3": "javaobj.v3"}[version])
    data = streams(workload, folder)
    several = workload == "W6a"

    def read(message: bytes) -> list[Any]:
        if version != "v1":
            # v3 refuses a depth above 500 unless it is told one.
            contents = module.loads(message, **({"max_depth": 1_000_000} if version == "v3" else {}))
            return list(contents) if several else [contents]
        source = io.BytesIO(message)
        unmarshaller = module.JavaObjectUnmarshaller(source)
        contents = [unmarshaller.readObject(ignore_remaining_data=True)]
        while several and source.tell() < len(message):
            contents.append(unmarshaller.readObject(ignore_remaining_data=True))
        return contents

    if operation == "read":
        return lambda: [read(message) for message in data]
    values = [read(message) for message in data]
    if version == "v3":
        return lambda: [module.dumps(*contents) for contents in values]
    return lambda: [module.dumps(value) for contents in values for value in contents]


SUBJECTS: dict[str, Callable[[str, str, Path], Action]] = {
    "ours": ours,
    "pickle-slots": lambda *cell: pickled("slots", *cell),
    "pickle-dict": lambda *cell: pickled("dict", *cell),
    "javaobj-v1": lambda *cell: javaobj("v1", *cell),
    "javaobj-v2": lambda *cell: javaobj("v2", *cell),
    "javaobj-v3": lambda *cell: javaobj("v3", *cell),
    "floor": lambda *cell: floor(*cell, collector=False),
    "floor-gc": lambda *cell: floor(*cell, collector=True),
}


# ----------------------------------------------------------------------------------------------------------- measuring


class Peak:
    """What the process holds at its peak beyond what it held before. Linux tells; elsewhere the answer is None."""

    def __init__(self) -> None:
        gc.collect()
        try:
            ctypes.CDLL(None).malloc_trim(0)
            # proc_pid_clear_refs(5): 5 resets the peak of the resident set
            Path("/proc/self/clear_refs").write_text("5", "ascii")
            self.before = _resident("VmHWM")
        except (AttributeError, OSError):
            self.before = None

    def bytes(self) -> int | None:
        return None if self.before is None else max(0, (_resident("VmHWM") or 0) - self.before)


def _resident(name: str) -> int | None:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return None


def measure(action: Action, seconds: float, limit: float) -> dict[str, Any]:
    """Iterations for this long, at least three, after one that does not count; of slow ones the first is the figure."""

    def give_up() -> None:
        print(json.dumps({"beyond_ms": limit * 1000}), flush=True)
        os._exit(0)

    watchdog = threading.Timer(limit, give_up)
    watchdog.daemon = True
    watchdog.start()
    peak = Peak()
    started = time.perf_counter()
    result = action()
    first = time.perf_counter() - started
    peak_bytes = peak.bytes()
    watchdog.cancel()
    times = [first] if first > seconds else []
    end = time.perf_counter() + seconds
    while not times or (first <= seconds and (len(times) < 3 or time.perf_counter() < end)):
        del result
        started = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - started)
    return {
        "median_ms": median(times) * 1000,
        "best_ms": min(times) * 1000,
        "iterations": len(times),
        "peak_bytes": peak_bytes,
    }


def on_deep_stack(run: Any) -> None:
    """Pickle, and others, recurse as deep as the data is; W7 is a list of 20,000 nodes."""
    sys.setrecursionlimit(1_000_000)
    threading.stack_size(1 << 30)
    with ThreadPoolExecutor(1) as executor:
        executor.submit(run).result()


def main() -> None:
    operation, subject, workload, folder, seconds, limit = sys.argv[1:]

    def run() -> None:
        action = SUBJECTS[subject](operation, workload, Path(folder))
        print(json.dumps(measure(action, float(seconds), float(limit))))

    if subject.startswith(("ours", "floor")):
        run()
    else:
        on_deep_stack(run)


if __name__ == "__main__":
    main()

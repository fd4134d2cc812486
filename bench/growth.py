"""Does the cost grow with the data, and not faster? The time of one object in 1x, 10x and 100x as many.

    python -m bench.growth                       every case; about twenty minutes, and up to 8 GB of memory
    python -m bench.growth --cases depth classes
    python -m bench.growth --instructions --cases W1     after that: the same in instructions, by valgrind; minutes each

Each figure is the best processor time of several iterations in a process of its own. What is read and written are 100
streams of 1x, 10 of 10x and one of 100x, all of which stay: so the same objects lie in as much memory each time, and
differ in nothing but the stream that they are in. One stream of 1x alone, again and again, is measured beside that.
Python's collector of cycles is off: between many streams it would run more often than between few, and inside of a call
that reads it does not run anyway. The arenas that CPython has small objects in are taken before and stay: whether it
gives them back to the system between two iterations depends on what happens to be left in them.

Where the time of an object grows, the columns of the floor and of pickle tell whether the objects themselves, made
without parsing, and what another reader or writer in C does with them, grow as dear: memory not touched before costs
page faults, and what does not fit into the caches of the processor is slower to reach. The count of instructions
knows neither.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import pickle
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

import bridge
from bench.cell import Peak
from bench.floor import compile_creation, recipe
from bench.report import Grid
from bench.surroundings import surroundings
from bench.workloads import BUILD, ROOT, prepare, streams
from bridge.connection import NEED_DATA

TOLERANCE = 1.2  #: how much dearer an object may become before it is called a growth
SCALES = [1.0, 10.0, 100.0]
#: Objects of the kind that the workload is made of, at scale 1.
_COUNTS = {"W1": 100_000, "W2": 20_000, "W3": 200_000, "W5": 700_000, "W6b": 20_000, "W8": 50_000}
WORKLOADS = list(_COUNTS)
#: The maps of W2 as they are, and not as one: of so many entries Python's own dict is the slower the more there are.
_LISTED = "W2, maps in a list"
_COUNTS[_LISTED] = _COUNTS["W2"]
#: Instructions are counted of so many times fewer objects: valgrind takes fifty times as long.
_COUNTED_FEWER = 50

#: A case makes, for a size and a number of copies of it, what is measured, and how many objects (bytes, levels,
#: classes) are in one copy. Most know only one copy.
Case = Callable[[float, int], tuple[Callable[[], Any], int]]


def _messages(workload: str, scale: float) -> list[bytes]:
    """The streams of a workload in its own size or a smaller one."""
    return streams(workload.partition(",")[0], prepare(min(scale, 1), WORKLOADS, pickles=False))


def _value(workload: str, scale: float) -> Any:
    """What is in the one stream of a workload, or in so many of them together: the very objects are other ones."""
    (data,) = _messages(workload, scale)
    if workload == _LISTED:
        return [bridge.loads(data) for _ in range(max(1, round(scale)))]
    value = bridge.loads(data)
    for copy in range(1, round(scale)):
        more = bridge.loads(data)
        if isinstance(value, list):
            value += more
        else:
            value.update((f"{key} {copy}", entry) for key, entry in more.items())
    return value


def _batches(workload: str, scale: float, copies: int) -> list[list[Any]]:
    """For each copy the values of its streams: one, but for W6b, where each message is a stream."""
    if workload != "W6b":
        return [[_value(workload, scale)] for _ in range(copies)]
    messages = _messages(workload, scale)
    return [[bridge.loads(data) for _ in range(max(1, round(scale))) for data in messages] for _ in range(copies)]


def _each(operation: Callable[[Any], Any], batches: list[list[Any]]) -> Callable[[], Any]:
    return lambda: [[operation(each) for each in batch] for batch in batches]


def reading(workload: str) -> Case:
    def case(scale: float, copies: int) -> tuple[Callable[[], Any], int]:
        streams_of = [[bridge.dumps(value) for value in batch] for batch in _batches(workload, scale, copies)]
        return _each(bridge.loads, streams_of), max(1, int(_COUNTS[workload] * scale))

    return case


def writing(workload: str) -> Case:
    def case(scale: float, copies: int) -> tuple[Callable[[], Any], int]:
        return _each(bridge.dumps, _batches(workload, scale, copies)), max(1, int(_COUNTS[workload] * scale))

    return case


def made(workload: str) -> Case:
    """The floor of reading: the same objects without parsing."""

    def case(scale: float, copies: int) -> tuple[Callable[[], Any], int]:
        recipes = [recipe(batch) for batch in _batches(workload, scale, copies)]
        return lambda: [each.make() for each in recipes], max(1, int(_COUNTS[workload] * scale))

    return case


def pickled(workload: str, operation: str) -> Case:
    """What C pickle does with the same values."""

    def case(scale: float, copies: int) -> tuple[Callable[[], Any], int]:
        batches = _batches(workload, scale, copies)
        count = max(1, int(_COUNTS[workload] * scale))
        if operation == "write":
            return _each(partial(pickle.dumps, protocol=5), batches), count
        return _each(pickle.loads, [[pickle.dumps(value, protocol=5) for value in batch] for batch in batches]), count

    return case


def _chunked(data: bytes, size: int) -> Any:
    """What is in a stream that arrives in chunks of this size."""
    connection = bridge.Connection(limits=bridge.Limits.none())
    for at in range(0, len(data), size):
        connection.receive_data(data[at : at + size])
        event = connection.next_event()
        if event is not NEED_DATA:
            return event
    raise AssertionError("the stream has no object")


def chunked_beans(size: int) -> Case:
    def case(count: float, copies: int) -> tuple[Callable[[], Any], int]:
        (data,) = streams("W1", prepare(count / _COUNTS["W1"], ["W1"], pickles=False))
        chunked = [bytes(bytearray(data)) for _ in range(copies)]
        return lambda: [_chunked(each, size) for each in chunked], int(count)

    return case


def chunked_value(make: Callable[[int], Any], size: int) -> Case:
    """One value of so many bytes."""

    def case(count: float, copies: int) -> tuple[Callable[[], Any], int]:
        chunked = [bridge.dumps(make(int(count))) for _ in range(copies)]
        return lambda: [_chunked(each, size) for each in chunked], int(count)

    return case


def collected(size: int) -> Case:
    """What no reader can avoid: so many bytes that arrive in chunks, put together."""

    def case(count: float, copies: int) -> tuple[Callable[[], Any], int]:
        chunked = [bytes(int(count)) for _ in range(copies)]

        def collect(data: bytes) -> bytes:
            buffer = bytearray()
            for at in range(0, len(data), size):
                buffer += data[at : at + size]
            return bytes(buffer)

        return lambda: [collect(each) for each in chunked], int(count)

    return case


def _nested_lists(depth: int) -> Any:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def _linked_nodes(depth: int) -> Any:
    """The linked list of W7, of any length."""
    node_class: Any = type(bridge.loads(streams("W7", prepare(0.02, ["W7"], pickles=False))[0]))
    node = None
    for number in range(depth):
        node = node_class(value=number, next=node)
    return node


def deep(make: Callable[[int], Any], operation: str) -> Case:
    def case(depth: float, copies: int) -> tuple[Callable[[], Any], int]:
        values = [[make(int(depth))] for _ in range(copies)]
        if operation == "read":
            return _each(bridge.loads, [[bridge.dumps(value) for value in batch] for batch in values]), int(depth)
        return _each(bridge.dumps, values), int(depth)

    return case


def _distinct_classes(count: int, copy: int = 0) -> bytes:
    """One object of each of so many classes: a bean of W6b again and again, with another name of its class."""
    message = streams("W6b", prepare(0.02, ["W6b"], pickles=False))[0]
    name = b"Workloads$Small"
    assert message.count(name) == 1
    numbers = range(copy * count, (copy + 1) * count)
    return message[:4] + b"".join(message[4:].replace(name, b"Workloads%06d" % number) for number in numbers)


def classes_met_first(operation: str) -> Case:
    """By a registry that has not met them, in each copy others."""

    def case(count: float, copies: int) -> tuple[Callable[[], Any], int]:
        found = [_distinct_classes(int(count), copy) for copy in range(copies)]
        new = bridge.default_registry.copy
        if operation == "read":
            return lambda: [bridge.loads_all(data, registry=new()) for data in found], int(count)
        values = [bridge.loads_all(data) for data in found]
        return lambda: [bridge.dumps_all(contents, registry=new()) for contents in values], int(count)

    return case


def classes_met_again(operation: str) -> Case:
    def case(count: float, _: int) -> tuple[Callable[[], Any], int]:
        data = _distinct_classes(int(count))
        values = bridge.loads_all(data)
        return (lambda: bridge.loads_all(data)) if operation == "read" else (lambda: bridge.dumps_all(values)), int(
            count
        )

    return case


def deep_floor(make: Callable[[int], Any]) -> Case:
    def case(depth: float, copies: int) -> tuple[Callable[[], Any], int]:
        recipes = [recipe([make(int(depth))]) for _ in range(copies)]
        return lambda: [each.make() for each in recipes], int(depth)

    return case


CHUNKS = {"whole": 1 << 62, "64 KiB": 1 << 16, "4 KiB": 1 << 12, "1 byte": 1}
_COUNT = [500, 5_000, 50_000]
_BYTES = [20_000, 200_000, 2_000_000]
_DEPTH = [10_000, 100_000, 1_000_000]
_CLASSES = [100, 1_000, 10_000]

#: Those with nothing but containers, numbers and text, which pickle reads and writes as they are. Of these the floor is
#: measured as well: to make its program for ten million beans would take longer than all the rest.
_PLAIN = ["W2", _LISTED, "W3", "W5"]

#: Name: unit (without the s), sizes, the case, and what it is compared with: its floor, pickle.
CASES: dict[str, tuple[str, list[float], dict[str, Case]]] = {
    **{
        f"read {w}": (
            "object",
            SCALES,
            {"case": reading(w)} | ({"floor": made(w), "pickle": pickled(w, "read")} if w in _PLAIN else {}),
        )
        for w in _COUNTS
    },
    **{
        f"write {w}": (
            "object",
            SCALES,
            {"case": writing(w)} | ({"pickle": pickled(w, "write")} if w in _PLAIN else {}),
        )
        for w in _COUNTS
    },
    **{f"chunks of W1, {name}": ("object", [*_COUNT], {"case": chunked_beans(size)}) for name, size in CHUNKS.items()},
    **{
        f"chunks of a byte[], {name}": (
            "byte",
            [*_BYTES],
            {"case": chunked_value(bytes, size), "floor": collected(size)},
        )
        for name, size in CHUNKS.items()
    },
    **{
        f"chunks of a String, {name}": (
            "char",
            [*_BYTES],
            {"case": chunked_value("x".__mul__, size), "floor": collected(size)},
        )
        for name, size in CHUNKS.items()
    },
    "depth of lists, read": (
        "level",
        [*_DEPTH],
        {"case": deep(_nested_lists, "read"), "floor": deep_floor(_nested_lists)},
    ),
    "depth of beans, read": (
        "level",
        [*_DEPTH],
        {"case": deep(_linked_nodes, "read"), "floor": deep_floor(_linked_nodes)},
    ),
    "depth of lists, written": ("level", [*_DEPTH], {"case": deep(_nested_lists, "write")}),
    "depth of beans, written": ("level", [*_DEPTH], {"case": deep(_linked_nodes, "write")}),
    "classes, read for the first time": ("classe", [*_CLASSES], {"case": classes_met_first("read")}),
    "classes, read again": ("classe", [*_CLASSES], {"case": classes_met_again("read")}),
    "classes, written for the first time": ("classe", [*_CLASSES], {"case": classes_met_first("write")}),
    "classes, written again": ("classe", [*_CLASSES], {"case": classes_met_again("write")}),
}


def _in_copies(name: str) -> bool:
    """Whether it is measured with as many objects in each size."""
    return not name.startswith("classes") or name.endswith("first time")


def measure(case: Case, size: float, copies: int, seconds: float) -> dict[str, Any]:
    """For one object: the best time in nanoseconds, and the page faults; and the peak memory of all, in bytes."""
    action, count = case(size, copies)
    gc.disable()
    peak = Peak()
    started = time.perf_counter()
    result = action()
    least = 3 if time.perf_counter() - started < 1 else 2
    memory = peak.bytes()
    del result
    kept = _one_object_in_each_arena(memory or 0)
    result = None
    times: list[float] = []
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    end = time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        del result
        started = time.process_time()  # of the processor: what else runs on the machine takes nothing away from it
        result = action()
        times.append(time.process_time() - started)
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
    gc.enable()
    del kept
    return {
        "count": count,
        "ns": min(times) / (count * copies) * 1e9,
        "faults": faults / len(times) / (count * copies),
        "peak_bytes": memory,
    }


def _one_object_in_each_arena(size: int) -> list[bytes]:
    """Arenas for so many bytes of small objects, with one in each, so that CPython does not give it back.

    In an arena of 1 MiB lie about 2,000 of these objects, and what is deleted is room for objects of any size.
    """
    return [bytes(460) for _ in range(size // 493 + 4_000)][::1_900]


def run_one(name: str, part: str, size: float, copies: int, seconds: float) -> dict[str, Any]:
    """One figure. ``part``: "case", "floor" or "pickle"."""
    return measure(CASES[name][2][part], size, copies, seconds)


def run_alone(name: str, part: str, size: float, copies: int, seconds: float) -> dict[str, Any]:
    """The same in a process of its own."""
    words = [sys.executable, "-m", "bench.growth", "--one", name, part, str(size), str(copies)]
    done = subprocess.run([*words, "--seconds", str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def repeat(name: str, size: float, times: int) -> int:
    """What is measured, so many times and nothing else; how many objects each time."""
    action, count = CASES[name][2]["case"](size, 1)
    for _ in range(times):
        action()
    return count


def instructions(name: str, size: float) -> float:
    """How many instructions one object takes, as callgrind counts them: those of two times less those of one."""
    found = []
    for times in ("1", "2"):
        words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-m", "bench.growth"]
        done = subprocess.run(
            [*words, "--repeat", name, str(size), times],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
        collected = re.search(r"Collected : (\d+)", done.stderr)
        assert collected is not None, done.stderr
        found.append((int(collected[1]), int(done.stdout)))
    (once, count), (twice, _) = found
    return (twice - once) / count


def add_instructions(file: Path, wanted: list[str] | None) -> None:
    """Counts the instructions of the cases in ``file``, and leaves them there."""
    measured = json.loads(file.read_text("utf-8"))
    for row in measured["cells"]:
        if wanted and not any(word in row["name"] for word in wanted):
            continue
        name = row["name"]
        sizes = CASES[name][1]
        if sizes is SCALES:
            sizes = [size / _COUNTED_FEWER for size in SCALES]
        row["instructions"] = [instructions(name, size) for size in sizes]
        shown = " ".join(f"{count:12,.1f}" for count in row["instructions"])
        print(f"  {row['name']:34} {shown} instructions", file=sys.stderr, flush=True)
        file.write_text(json.dumps(measured, indent=1) + "\n", "utf-8")


def table(rows: list[dict[str, Any]]) -> Grid:
    """For each case the time of one object at each size, and how it grows; beside the floor where there is one."""
    grid = Grid(
        "growth: nanoseconds for one object, in 1x, 10x and 100x as many",
        [
            "",
            "of",
            "1x alone",
            "1x",
            "10x",
            "100x",
            "100x : 1x",
            "within 20 %",
            "above the floor",
            "floor, 100x : 1x",
            "pickle, 100x : 1x",
            "instructions, 100x : 1x",
            "page faults, 1x",
            "100x",
        ],
    )
    for row in rows:
        figures = row["case"]
        growth = _growth(figures)
        beside = [f"{_growth(row[part]):.2f}" if row.get(part) else "" for part in ("floor", "pickle")]
        counts = row.get("instructions")
        grid.rows.append(
            [
                row["name"],
                f"{figures[0]['count']:,} {row['unit']}s",
                _shown(row["alone"]) if row.get("alone") else "",
                *map(_shown, figures),
                f"{growth:.2f}",
                "yes" if growth <= TOLERANCE else "no",
                _above(figures, row.get("floor")),
                *beside,
                f"{counts[-1] / counts[0]:.2f}" if counts else "",
                f"{figures[0]['faults']:.3f}",
                f"{figures[-1]['faults']:.3f}",
            ]
        )
    return grid


def _shown(figure: dict[str, Any]) -> str:
    return f"{figure['ns']:,.{0 if figure['ns'] >= 10 else 2}f}"


def _above(figures: list[dict[str, Any]], floor: list[dict[str, Any]] | None) -> str:
    """How what is not in the floor grows; nothing where that is little and so not known well."""
    if not floor:
        return ""
    first, last = (figures[at]["ns"] - floor[at]["ns"] for at in (0, -1))
    return f"{last / first:.2f}" if min(first, last) > 0.1 * figures[0]["ns"] else ""


def _growth(figures: list[dict[str, Any]]) -> float:
    return float(figures[-1]["ns"] / figures[0]["ns"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description="How the cost grows with the data.")
    parser.add_argument("--cases", nargs="+", metavar="WORD", help="only those with one of these words in their name")
    parser.add_argument("--seconds", type=float, default=0.2, help="to measure each figure for; default %(default)s")
    parser.add_argument("--shrink", type=float, default=1, metavar="N", help="all sizes divided by this")
    parser.add_argument("--json", type=Path, default=BUILD / "growth.json", help="default: %(default)s")
    parser.add_argument("--one-process", action="store_true", help="all figures in this process: quick, and less exact")
    parser.add_argument("--instructions", action="store_true", help="count them, for what the JSON holds already")
    parser.add_argument("--repeat", nargs=3, metavar=("CASE", "SIZE", "TIMES"), help=argparse.SUPPRESS)
    parser.add_argument("--one", nargs=4, metavar=("CASE", "PART", "SIZE", "COPIES"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        name, part, size, copies = arguments.one
        print(json.dumps(run_one(name, part, float(size), int(copies), arguments.seconds)))
        return
    if arguments.repeat:
        name, size, times = arguments.repeat
        print(repeat(name, float(size), int(times)))
        return
    if arguments.instructions:
        add_instructions(arguments.json, arguments.cases)
        return
    compile_creation()
    facts = surroundings()
    run = run_one if arguments.one_process else run_alone
    rows = []
    for name, (unit, sizes, parts) in CASES.items():
        if arguments.cases and not any(word in name for word in arguments.cases):
            continue
        row: dict[str, Any] = {"name": name, "unit": unit}
        for part in parts:
            row[part] = []
            for size in sizes if part == "case" else (sizes[0], sizes[-1]):  # of the others the growth alone is shown
                copies = round(sizes[-1] / size) if _in_copies(name) else 1
                row[part].append(run(name, part, size / arguments.shrink, copies, arguments.seconds))
        if _in_copies(name):
            row["alone"] = run(name, "case", sizes[0] / arguments.shrink, 1, arguments.seconds)
        rows.append(row)
        shown = " ".join(f"{figure['ns']:12,.1f}" for figure in row["case"])
        print(f"  {name:34} {shown} ns", file=sys.stderr, flush=True)
    Console(width=200).print(table(rows).shown())
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps({"facts": facts, "cells": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

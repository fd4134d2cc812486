"""The floor: the objects of a workload made again from ready arguments, without parsing anything.

`recipe` turns a value into a program for `bench/creation.pyx`, which is C as far as CPython lets one: whatever reads
the same objects out of a stream cannot take less time than this.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from itertools import chain
from pathlib import Path
from types import MemberDescriptorType
from typing import Any

__all__ = ["Recipe", "compile_creation", "recipe"]

#: Where the compiled loop lies, out of the way of the package's own modules.
NATIVE = Path(__file__).resolve().parent.parent / "build" / "bench" / "native"


def compile_creation() -> None:
    """Compiles ``bench/creation.pyx``, where it has changed; with the flags of the package."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension

    source = Path(__file__).with_name("creation.pyx")
    extension = Extension("creation", [str(source)], extra_compile_args=["-O3", "-g0", "-Wno-unused-function"])
    modules = cythonize([extension], build_dir=str(NATIVE / "c"), quiet=True)  # type: ignore[no-untyped-call]
    build = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
    build.build_lib = str(NATIVE)
    build.build_temp = str(NATIVE / "o")
    build.ensure_finalized()
    build.run()


@cache
def _creation() -> Any:
    """The compiled loop."""
    spec = PathFinder.find_spec("creation", [str(NATIVE)])
    assert spec is not None and spec.loader is not None, "compile_creation() comes first"
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Recipe:
    """A program that makes values; see the loop in ``bench/creation.pyx`` for its instructions."""

    program: bytearray = field(default_factory=bytearray)
    operands: list[Any] = field(default_factory=list)
    depth: int = 0
    shared: int = 0

    def make(self) -> list[Any]:
        """The values, anew."""
        made: list[Any] = _creation().create(self.program, self.operands, self.depth, self.shared)
        return made


_LEAVES: dict[type, str] = {int: "I", float: "F", str: "S", bytes: "B", array: "A", date: "d", timedelta: "s"}


def _slots(value: Any) -> tuple[str, ...]:
    """The names of the slots of a value that are set, of its class and of its bases."""
    return tuple(
        name
        for base in reversed(type(value).__mro__)
        for name, member in vars(base).items()
        if isinstance(member, MemberDescriptorType) and not name.startswith("__") and hasattr(value, name)
    )


def _parts(value: Any) -> list[Any]:
    """The values that have to be there before this one can be made."""
    if isinstance(value, Enum | type):
        return []
    if isinstance(value, dict):
        return list(chain.from_iterable(value.items()))
    if type(value) in (list, tuple):
        return list(value)
    if type(value) in _LEAVES or isinstance(value, datetime):
        return []
    return [getattr(value, name) for name in _slots(value)]


def _counts(values: list[Any]) -> Counter[int]:
    """How often each object is referred to, by its id."""
    counts: Counter[int] = Counter()
    stack = list(values)
    while stack:
        value = stack.pop()
        counts[id(value)] += 1
        if counts[id(value)] == 1:
            stack += _parts(value)
    return counts


def recipe(values: list[Any]) -> Recipe:
    """The program that makes these values again, with the same sharing. Of trees only: a cycle has no such order."""
    made = Recipe()
    counts = _counts(values)
    memo: dict[int, int] = {}
    height = 0

    def put(code: str, *operands: Any, takes: int = 0) -> None:
        nonlocal height
        made.program += code.encode()
        made.operands += operands
        height += 1 - takes
        made.depth = max(made.depth, height)

    stack: list[tuple[Any, bool]] = [(value, False) for value in reversed(values)]
    while stack:
        value, ready = stack.pop()
        if id(value) in memo:
            put("G", memo[id(value)])
            continue
        parts = _parts(value)
        if parts and not ready:
            stack.append((value, True))
            stack += [(part, False) for part in reversed(parts)]
            continue
        cls: type = type(value)
        if cls in _LEAVES:
            put(_LEAVES[cls], value)
        elif isinstance(value, datetime):
            put("t", value)
        elif cls is Decimal:
            put("C", Decimal, (str(value),))
        elif cls is list:
            put("L", len(value), takes=len(parts))
        elif cls is tuple:
            put("T", len(value), takes=len(parts))
        elif isinstance(value, dict):
            put("M", cls, len(value), takes=len(parts))
            names = _slots(value)
            for name in names:
                put("R", getattr(value, name))
            if names:
                put("V", _offsets(cls, names), len(names), takes=len(names) + 1)
        elif parts:
            put("O", cls, _offsets(cls, _slots(value)), len(parts), takes=len(parts))
        elif value is None or isinstance(value, bool | Enum | tzinfo):
            put("R", value)  # a constant: nobody makes it anew
            continue
        else:
            raise TypeError(f"no instruction makes a {cls}")
        if counts[id(value)] > 1 and cls is not int and cls is not float:
            made.program += b"P"
            memo[id(value)] = made.shared
            made.shared += 1
    return made


@cache
def _offsets(cls: type, names: tuple[str, ...]) -> bytes:
    """Where in an object of the class its slots lie: as an array of Py_ssize_t."""
    return struct.pack(f"{len(names)}n", *(_creation().slot_offset(getattr(cls, name)) for name in names))


def main() -> None:
    """``python -m bench.floor SCALE``: prints the workloads of which the very values are made that the bridge reads."""
    import bridge
    from bench.cell import declare_bean
    from bench.workloads import WORKLOADS, prepare, streams

    compile_creation()
    folder = prepare(float(sys.argv[1]))
    for workload in WORKLOADS:
        if workload == "W9":
            declare_bean(bridge)
        data = streams(workload, folder)
        values = bridge.loads_all(data[0]) if workload == "W6a" else [bridge.loads(message) for message in data]
        made = recipe(values).make()
        # As streams: that compares classes and sharing too, and lists of any depth.
        assert made is not values and made[0] is not values[0]
        assert bridge.dumps_all(made) == bridge.dumps_all(values), workload
        print(workload)


if __name__ == "__main__":
    main()

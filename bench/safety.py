"""What hostile streams cost: memory and time, beside their length.

    python -m bench.safety                      every case, small and four times as large, each in a process of its own
    python -m bench.safety --markdown FILE      put the table into docs/safety.md, between its marks
    python -m bench.safety --check              one process, small, memory only: what the tests run

``growth`` is the time for each byte of the larger stream, divided by that of the smaller: about 1 is linear, 4 is
quadratic. The status is 1 where a peak is above the bound, an error is not a documented one, or a growth is above 2.5.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bridge
from bridge.tools.dump import dump_lines
from bridge.tools.json_view import to_json
from tests.stream.hostile import HOSTILE, HUGE_LENGTHS

#: The bound that docs/safety.md states: bytes of memory for each byte of the stream, and beside that.
FACTOR = 256
CONSTANT = 128 << 20

MAX_GROWTH = 2.5
_LARGER = 4
_WRITING = ("echo", "JSON")
_SECONDS = 120
_MARKS = "<!-- figures -->", "<!-- end of figures -->"


def _echo(data: bytes) -> object:
    return bridge.dumps(bridge.loads(data))


def _text(data: bytes) -> object:
    return [repr(value)[:100] for value in bridge.loads_all(data) if isinstance(value, bridge.JavaObject)]


OPERATIONS: dict[str, Callable[[bytes], object]] = {
    "loads": bridge.loads_all,
    "echo": _echo,
    "Document": bridge.Document.parse,
    "dump": lambda data: sum(1 for _ in dump_lines(data[at : at + 65_536] for at in range(0, len(data), 65_536))),
    "JSON": lambda data: len(to_json(bridge.loads(data))),
    "repr": _text,
}


def measure(data: bytes, operation: str) -> dict[str, Any]:
    """Milliseconds of processor time and peak of memory of one operation, and the error it ended in."""
    _reset_peak()
    before = _peak()
    began = time.process_time()
    error = None
    try:
        result = OPERATIONS[operation](data)
    except bridge.BridgeError as failure:
        result, error = None, type(failure).__name__
    spent = time.process_time() - began
    peak = max(0, _peak() - before)
    del result
    return {"bytes": len(data), "ms": spent * 1000, "peak": peak, "error": error}


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """The largest resident size of this process since `_reset_peak`, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the system tells no VmHWM")


def _made(name: str, scale: float) -> bytes:
    make, size = HOSTILE[name]
    return make(min(65_535, int(size * scale)) if name == "a class of many fields" else int(size * scale))


def _warm() -> None:
    for operation in OPERATIONS.values():
        operation(bridge.dumps([1, "x", {"a": 2.5}]))


def check(scale: float) -> list[str]:
    """Every case in this process, memory only; what is wrong."""
    _warm()
    wrong = []
    cases = [(name, data) for name, data in HUGE_LENGTHS.items()]
    cases += [(name, _made(name, scale)) for name in HOSTILE]
    for name, data in cases:
        figures = measure(data, "loads")
        if figures["peak"] > FACTOR * len(data) + CONSTANT:
            wrong.append(f"{name}: {figures['peak']} bytes of memory for {len(data)}")
    return wrong


def _cell(name: str, operation: str, scale: float, pure: bool) -> dict[str, Any]:
    environment = {**os.environ, "BRIDGE_PURE": "1" if pure else ""}
    command = [sys.executable, "-m", "bench.safety", "--cell", name, operation, str(scale)]
    try:
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, timeout=_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        return {"bytes": 0, "ms": _SECONDS * 1000, "peak": 0, "error": f"more than {_SECONDS} s"}
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def measure_all(operations: list[str], builds: list[str], names: list[str]) -> list[dict[str, Any]]:
    rows = []
    for name in names:
        for operation in operations:
            for build in builds:
                small, large = [_cell(name, operation, scale, build == "pure") for scale in (1, _LARGER)]
                rows.append({"name": name, "operation": operation, "build": build, "small": small, "large": large})
                print(_line(rows[-1]), file=sys.stderr, flush=True)
    return rows


def growth(row: dict[str, Any]) -> float:
    small, large = row["small"], row["large"]
    if small["error"] or large["error"] or small["ms"] < 3:  # too short to be measured, or cut off
        return 1.0
    ratio: float = (large["ms"] / large["bytes"]) / (small["ms"] / small["bytes"])
    return ratio


def is_wrong(row: dict[str, Any]) -> bool:
    """What writes takes memory for its output, in which what is shared may stand as often as it is met."""
    cells = row["small"], row["large"]
    within = row["operation"] in _WRITING or all(cell["peak"] <= FACTOR * cell["bytes"] + CONSTANT for cell in cells)
    late = any((cell["error"] or "").startswith("more than") for cell in cells)
    return not within or late or growth(row) > MAX_GROWTH


def _line(row: dict[str, Any]) -> str:
    large = row["large"]
    return (
        f"{row['name']:42} {row['operation']:9} {row['build']:9} {large['bytes']:9} B {large['ms']:9.1f} ms"
        f" growth {growth(row):4.1f} {large['peak'] / max(1, large['bytes']):7.1f} B/B {large['error'] or ''}"
        f"{'   <<<' if is_wrong(row) else ''}"
    )


def table(rows: list[dict[str, Any]]) -> str:
    """A line for each stream; for each operation milliseconds, growth, and memory for each byte."""
    columns = list(dict.fromkeys((row["operation"], row["build"]) for row in rows))
    heads = [f"{operation}, {build}" if build == "pure" else operation for operation, build in columns]
    lines = [f"| stream | bytes | {' | '.join(heads)} | ends in |", f"|---|--:|{'---|' * len(columns)}---|"]
    for name in dict.fromkeys(row["name"] for row in rows):
        found = {(row["operation"], row["build"]): row for row in rows if row["name"] == name}
        cells = [_cell_text(found[column]) if column in found else "" for column in columns]
        first = next(iter(found.values()))["large"]
        lines.append(f"| {name} | {first['bytes']:,} | {' | '.join(cells)} | {first['error'] or 'a value'} |")
    return "\n".join(lines)


def _cell_text(row: dict[str, Any]) -> str:
    large = row["large"]
    return f"{large['ms']:,.0f} ms, {growth(row):.1f}, {large['peak'] / max(1, large['bytes']):.0f} B"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.safety", description="What hostile streams cost.")
    parser.add_argument("--operations", nargs="*", default=list(OPERATIONS))
    parser.add_argument("--builds", nargs="*", default=["compiled", "pure"])
    parser.add_argument("--names", nargs="*", default=list(HOSTILE))
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0, help="of the check")
    parser.add_argument("--cell", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.cell:
        name, operation, scale = arguments.cell
        data = _made(name, float(scale))
        _warm()
        print(json.dumps(measure(data, operation)))
        sys.stdout.flush()
        os._exit(0)  # giving up a million objects takes its time
    if arguments.check:
        wrong = check(arguments.scale)
        print("\n".join(wrong) or "in proportion")
        return 1 if wrong else 0
    rows = measure_all(arguments.operations, arguments.builds, arguments.names)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(rows, indent=1))
    if arguments.markdown:
        text = arguments.markdown.read_text(encoding="utf-8")
        before, after = text.split(_MARKS[0])[0], text.split(_MARKS[1])[1]
        arguments.markdown.write_text(f"{before}{_MARKS[0]}\n\n{table(rows)}\n\n{_MARKS[1]}{after}", encoding="utf-8")
    return 1 if any(map(is_wrong, rows)) else 0


if __name__ == "__main__":
    sys.exit(main())

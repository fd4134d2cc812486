"""The benchmark: ours beside the JDK, pickle and the Python peers, on the same bytes, in one run.

    python -m bench                          every workload, every subject; about ten minutes
    python -m bench --workloads W1 W3 --subjects ours "JDK 25" --seconds 1
    python -m bench --json out.json --plot speed.svg

Each cell of the table is a fresh process. A ratio above 1 says how many times faster ours (compiled) is. `make bench`
runs this, `bench.wire` and `bench.growth`, and ``scripts/performance.py`` writes docs/performance.md from their JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.floor import compile_creation
from bench.peers import Subject, find_subjects, run_cell
from bench.report import memory, plot, speed
from bench.surroundings import surroundings
from bench.workloads import BUILD, WORKLOADS, prepare


def measure(workloads: list[str], subjects: list[Subject], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """All cells, one after another."""
    compile_creation()
    folder = prepare(arguments.scale)
    rows: list[dict[str, Any]] = []
    for operation in ("read", "write"):
        for workload in workloads:
            for subject in subjects:
                result = _known(rows, operation, workload, subject) or run_cell(
                    subject, operation, workload, folder, (arguments.seconds, arguments.limit)
                )
                rows.append({"operation": operation, "workload": workload, "subject": subject.name, **result})
                print(f"  {operation:5} {workload:4} {subject.name:16} {_figure(result)}", file=sys.stderr, flush=True)
    return rows


def _known(rows: list[dict[str, Any]], operation: str, workload: str, subject: Subject) -> dict[str, Any] | None:
    """What need not be measured: another workload is the same for this subject, or it reads too slowly to write."""
    measured = {(row["operation"], row["workload"]): row for row in rows if row["subject"] == subject.name}
    other = measured.get((operation, subject.same.get(workload, "")))
    if other is not None:
        return {
            **{key: other[key] for key in other if key not in ("operation", "workload", "subject")},
            "as": other["workload"],
        }
    if operation == "write" and "beyond_ms" in measured.get(("read", workload), {}):
        return {"lacking": "what it is to write, it reads too slowly"}
    return None


def _figure(result: dict[str, Any]) -> str:
    if "lacking" in result:
        return f"- ({result['lacking']})"
    if "beyond_ms" in result:
        return f"more than {result['beyond_ms']:.0f} ms"
    peak = "?" if result["peak_bytes"] is None else f"{result['peak_bytes'] / 1e6:.0f}"
    return f"{result['median_ms']:10.2f} ms  best {result['best_ms']:9.2f}  peak {peak} MB"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ours beside the JDK, pickle and the peers.")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), metavar="W1")
    parser.add_argument("--subjects", nargs="+", metavar="NAME", help="only these, as the table calls them, and ours")
    parser.add_argument("--seconds", type=float, default=1, help="to measure each cell for; default %(default)s")
    parser.add_argument("--limit", type=float, default=5, help="seconds after which an iteration is given up")
    parser.add_argument("--scale", type=float, default=1, help="size of the workloads")
    parser.add_argument("--json", type=Path, default=BUILD / "cells.json", help="default: %(default)s")
    parser.add_argument("--plot", type=Path, help="a .png or .svg file")
    arguments = parser.parse_args()
    try:
        subjects, notes = find_subjects(arguments.subjects)
    except ValueError as error:
        parser.error(str(error))
    facts = surroundings()
    started = time.monotonic()
    rows = measure(arguments.workloads, subjects, arguments)
    facts |= {"scale": arguments.scale, "seconds_taken": round(time.monotonic() - started), "notes": notes}
    console = Console(width=220)
    for operation in ("read", "write"):
        console.print(speed(rows, operation).shown())
        console.print(memory(rows, operation).shown())
    for note in notes:
        console.print(note)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps({"facts": facts, "cells": rows}, indent=1) + "\n", "utf-8")
    if arguments.plot:
        plot(rows, arguments.plot)


if __name__ == "__main__":
    main()

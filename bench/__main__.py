"""The benchmark: ours beside the JDK, pickle and the Python peers, on the same bytes, in one run.

    python -m bench                          every workload, every subject; minutes
    python -m bench --workloads W1 W3 --seconds 1
    python -m bench --json out.json --plot docs/speed.svg

Each cell of the table is a fresh process. A ratio above 1 says how many times faster ours (compiled) is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from interop.harness import find_jdks

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"

WORKLOADS = {
    "W1": "100,000 beans in an ArrayList",
    "W2": "20,000 HashMaps of mixed values in a HashMap",
    "W3": "200,000 distinct strings",
    "W4i": "int[5,000,000]",
    "W4d": "double[2,000,000]",
    "W4b": "byte[20,000,000]",
    "W5": "500,000 Integers and 200,000 Doubles",
    "W6a": "100,000 beans one by one on one stream",
    "W6b": "20,000 streams of one bean",
    "W7": "a linked list of 20,000 nodes",
    "W8": "50,000 values of java.time, BigDecimal, UUID, enums, List.of, EnumMap",
    "W9": "W1 read as a declared dataclass",
}
#: What a subject cannot do, and why there is no figure.
LACKING = {
    ("javaobj-v2", "write"): "has no writer",
}
NO_PICKLE = {"W8", "W9"}


def run(command: list[str], timeout: float, **environment: str) -> dict[str, Any]:
    """The line of JSON that a cell prints, or the reason why there is none."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"lacking": f"more than {timeout:.0f} s"}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return {"lacking": last[:200]}
    return json.loads(lines[-1])  # type: ignore[no-any-return]


def subjects(javaobj_v3: str | None) -> dict[str, Any]:
    """How each subject is started: from (operation, workload, folder, seconds) to a command and its environment."""

    def python(subject: str, interpreter: str = sys.executable, **environment: str) -> Any:
        def cell(operation: str, workload: str, folder: Path, seconds: float) -> Any:
            command = [interpreter, "-m", "bench.cell", operation, subject, workload, str(folder), str(seconds)]
            return command, environment

        return cell

    def java(home: Path) -> Any:
        def cell(operation: str, workload: str, folder: Path, seconds: float) -> Any:
            name = "W6b.messages" if workload == "W6b" else f"{'W1' if workload == 'W9' else workload}.ser"
            verb = "read" if operation == "read" else "write-back"
            options = ["-Xms4g", "-Xmx8g", "-cp", str(BUILD / "classes")]
            return [str(home / "bin/java"), *options, "Workloads", verb, str(folder / name), str(seconds)], {}

        return cell

    found: dict[str, Any] = {"ours": python("ours"), "ours uncompiled": python("ours", BRIDGE_PURE="1")}
    for jdk in find_jdks():
        found[f"JDK {jdk.major}"] = java(jdk.java.parent.parent)
    found["pickle slots"] = python("pickle-slots")
    found["pickle dict"] = python("pickle-dict")
    found["javaobj v1"] = python("javaobj-v1")
    found["javaobj v2"] = python("javaobj-v2")
    if javaobj_v3:
        found["javaobj v3"] = python("javaobj-v3", javaobj_v3)
    return found


def prepare(scale: float) -> Path:
    """Compiles the workload program and writes the workloads, once."""
    home = find_jdks()[0].java.parent.parent
    classes = BUILD / "classes"
    classes.mkdir(parents=True, exist_ok=True)
    source = ROOT / "bench/java/Workloads.java"
    subprocess.run([home / "bin/javac", "--release", "17", "-d", classes, source], check=True)
    folder = BUILD / f"data-{scale:g}"
    if not (folder / "W6b.messages").exists():
        subprocess.run([home / "bin/java", "-cp", classes, "Workloads", "write", folder, str(scale)], check=True)
    return folder


def measure(workloads: Iterable[str], chosen: dict[str, Any], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """All cells, one after another."""
    folder = prepare(arguments.scale)
    rows = []
    for operation in ("read", "write"):
        for workload in workloads:
            for subject, start in chosen.items():
                if subject.startswith("pickle") and workload in NO_PICKLE:
                    continue
                name = subject.replace(" ", "-")
                if (name, operation) in LACKING:
                    result: dict[str, Any] = {"lacking": LACKING[name, operation]}
                else:
                    command, environment = start(operation, workload, folder, arguments.seconds)
                    result = run(command, arguments.timeout, **environment)
                rows.append({"operation": operation, "workload": workload, "subject": subject, **result})
                print(f"  {operation:5} {workload:4} {subject:16} {_figure(result)}", file=sys.stderr, flush=True)
    return rows


def _figure(result: dict[str, Any]) -> str:
    if "lacking" in result:
        return f"- ({result['lacking']})"
    return f"{result['median_ms']:10.2f} ms  best {result['best_ms']:9.2f}  peak {result['peak_bytes'] / 1e6:6.0f} MB"


def table(rows: list[dict[str, Any]], operation: str) -> Table:
    """Ours in milliseconds, then for each other subject how many times longer it takes."""
    cells = {(row["workload"], row["subject"]): row for row in rows if row["operation"] == operation}
    others = list(dict.fromkeys(row["subject"] for row in rows if row["subject"] != "ours"))
    grid = Table(title=f"{operation}: ours in ms (median), the others as multiples of it; best iteration in brackets")
    grid.add_column("")
    grid.add_column("ours", justify="right")
    for other in others:
        grid.add_column(other, justify="right")
    for workload in dict.fromkeys(row["workload"] for row in rows):
        own = cells.get((workload, "ours"), {"lacking": ""})
        if "lacking" in own:
            grid.add_row(workload, "-", *["" for _ in others])
            continue
        line = [workload, f"{own['median_ms']:.2f}"]
        for other in others:
            cell = cells.get((workload, other), {"lacking": ""})
            if "lacking" in cell:
                line.append("-")
            else:
                ratio, best = cell["median_ms"] / own["median_ms"], cell["best_ms"] / own["best_ms"]
                line.append(f"{ratio:.2f} ({best:.2f})")
        grid.add_row(*line)
    return grid


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Bars of the median times, a panel for reading and one for writing, in the format of the file's suffix."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 1, figsize=(11, 8), layout="constrained")
    names = list(dict.fromkeys(row["subject"] for row in rows))
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    for panel, operation in zip(panels, ("read", "write"), strict=True):
        for position, name in enumerate(names):
            cells = {
                row["workload"]: row["median_ms"]
                for row in rows
                if row["operation"] == operation and row["subject"] == name and "median_ms" in row
            }
            places = [i + (position - len(names) / 2) * 0.8 / len(names) for i, w in enumerate(workloads) if w in cells]
            panel.bar(places, [cells[w] for w in workloads if w in cells], 0.8 / len(names), label=name)
        panel.set_yscale("log")
        panel.set_xticks(range(len(workloads)), workloads)
        panel.set_ylabel("ms, shorter is better")
        panel.set_title(operation)
    panels[0].legend(ncols=4, fontsize="small")
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ours beside the JDK, pickle and the peers.")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--subjects", nargs="+", help="only these, as the table calls them")
    parser.add_argument("--seconds", type=float, default=2.5, help="per cell, after a warm-up; default %(default)s")
    parser.add_argument("--timeout", type=float, default=120, help="seconds until a cell is given up")
    parser.add_argument("--scale", type=float, default=1, help="size of the workloads")
    parser.add_argument("--javaobj-v3", metavar="PYTHON", help="a Python 3.12 or newer that has javaobj-py3")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="a .png or .svg file; needs matplotlib")
    arguments = parser.parse_args()
    chosen = subjects(arguments.javaobj_v3)
    if arguments.subjects:
        chosen = {name: chosen[name] for name in arguments.subjects}
    rows = measure(arguments.workloads, chosen, arguments)
    console = Console(width=200)
    for operation in ("read", "write"):
        console.print(table(rows, operation))
    if not arguments.javaobj_v3:
        console.print("javaobj v3 is not measured: it needs Python 3.12 or newer; name one with --javaobj-v3")
    if arguments.json:
        facts = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.platform()}
        arguments.json.write_text(json.dumps({"facts": facts, "cells": rows}, indent=1) + "\n", "utf-8")
    if arguments.plot:
        plot(rows, arguments.plot)


if __name__ == "__main__":
    main()

"""The benchmark runs: each workload, each subject, the wire. Tiny, so its figures mean nothing here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.wire import bound_to, placements
from bench.workloads import WORKLOADS
from interop.harness import matrix

ROOT = Path(__file__).resolve().parent.parent
SCALE = ["--scale", "0.001", "--seconds", "0.001"]
FIGURES = {"median_ms", "best_ms", "iterations", "peak_bytes"}


def run(module: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert not done.returncode, done.stderr
    return done.stdout


def cells(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["cells"]
    return found


@pytest.fixture(scope="module")
def every_subject(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What is printed, and the folder with JSON and plot. Without v3 of javaobj, which may need another interpreter."""
    folder = tmp_path_factory.mktemp("bench")
    subjects = ["ours uncompiled", *(f"JDK {jdk.major}" for jdk in matrix()), "pickle slots", "pickle dict"]
    subjects += ["javaobj v1", "javaobj v2", "floor", "floor, GC on"]
    printed = run(
        "bench", *SCALE, "--workloads", "W1", "--subjects", *subjects,
        "--json", folder / "cells.json", "--plot", folder / "plot.svg",
    )  # fmt: skip
    return printed, folder


def test_every_subject_reads_and_writes(every_subject: tuple[str, Path]) -> None:
    lacking = [
        (row["operation"], row["subject"]) for row in cells(every_subject[1] / "cells.json") if not set(row) >= FIGURES
    ]
    assert lacking == [("write", "javaobj v2"), ("write", "floor"), ("write", "floor, GC on")]


def test_figures_are_shown_as_tables_and_as_a_plot(every_subject: tuple[str, Path]) -> None:
    printed, folder = every_subject
    for part in ("read: ours in ms", "write: ours in ms", "read: peak memory", "JDK", "goal: pickle slots", "W1"):
        assert part in printed
    assert "</svg>" in (folder / "plot.svg").read_text("utf-8")


def test_every_workload_is_read_and_written(tmp_path: Path) -> None:
    run("bench", *SCALE, "--subjects", "floor", "--json", tmp_path / "cells.json")
    lacking = [row for row in cells(tmp_path / "cells.json") if not set(row) >= FIGURES and row["subject"] == "ours"]
    assert not lacking
    read = {row["workload"]: set(row) >= FIGURES for row in cells(tmp_path / "cells.json") if row["subject"] == "floor"}
    assert list(read) == list(WORKLOADS)


def test_the_floor_makes_the_very_values() -> None:
    """In an interpreter of its own: the loop is compiled by setuptools, which changes what it finds."""
    checked = run("bench.floor", "0.001")
    assert checked.split() == [*WORKLOADS]


def test_the_wire(tmp_path: Path) -> None:
    run("bench.wire", "--requests", 20, "--objects", 20, "--megabytes", 1, "--json", tmp_path / "wire.json")
    rows = cells(tmp_path / "wire.json")
    places = [place.name for place in placements()[0]]
    every = [(operation, place) for operation in ("request", "sink", "source", "bytes") for place in places]
    requests = every[: len(places)]
    subjects = {"ours with Java": every, "Java with Java": every, "py4j": requests, "floor": requests}
    for subject, due in subjects.items():
        assert [(r["operation"], r["placement"]) for r in rows if r["subject"] == subject] == due
    for row in rows:
        assert len(row["rounds_seconds"]) == 5
        assert min(row["rounds_seconds"]) <= row["seconds"] <= max(row["rounds_seconds"])
        assert row["seconds"] > 0


def test_the_ends_of_the_wire_run_where_they_are_meant_to(monkeypatch: pytest.MonkeyPatch) -> None:
    found, note = placements()
    if len(found) == 2:
        before = os.sched_getaffinity(0)
        for place in found:
            with bound_to(place.client):
                assert os.sched_getaffinity(0) == place.client
                child = [sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"]
                with bound_to(place.server):
                    assert subprocess.check_output(child, text=True).strip() == str(place.server)
        assert os.sched_getaffinity(0) == before
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
        found, note = placements()
    assert [(place.name, place.client, place.server) for place in found] == [("anywhere", None, None)]
    assert "one core" in note or "binds no process" in note
    with bound_to(None):
        pass


def test_the_page_is_filled_from_figures(every_subject: tuple[str, Path], tmp_path: Path) -> None:
    wire_row = {"operation": "bytes", "placement": "one core", "subject": "ours with Java", "count": 2, "seconds": 0.5}
    wire_row["rounds_seconds"] = [0.5, 0.25]
    figure = {"count": 10, "ns": 12.5, "faults": 0.25, "peak_bytes": 1}
    grown = {"name": "read W1", "unit": "object", "case": [figure] * 3, "floor": [figure | {"ns": 2.5}] * 2}
    (tmp_path / "cells.json").write_text((every_subject[1] / "cells.json").read_text("utf-8"), "utf-8")
    for name, row in (("wire", wire_row), ("growth", grown)):
        (tmp_path / f"{name}.json").write_text(json.dumps({"facts": {"load": 0.5}, "cells": [row]}), "utf-8")
    page = tmp_path / "performance.md"
    page.write_text((ROOT / "docs" / "performance.md").read_text("utf-8"), "utf-8")
    command = [sys.executable, ROOT / "scripts" / "performance.py", "--figures", tmp_path, "--page", page]
    for _ in range(2):  # what is filled can be filled again
        subprocess.run(command, check=True, capture_output=True)
        text = page.read_text("utf-8")
        for part in (
            "not at full size: scale 0.001",
            "| W1 | ",
            "| one core | ours with Java | 4 MB (8 MB) |",
            "| 1.00 | yes | 1.00 | 1.00 |",
        ):
            assert part in text
    assert "</svg>" in (tmp_path / "speed.svg").read_text("utf-8")


def test_every_case_of_growth(tmp_path: Path) -> None:
    printed = run("bench.growth", "--shrink", 100, "--seconds", 0, "--one-process", "--json", tmp_path / "growth.json")
    assert "floor, 100x : 1x" in printed
    rows = cells(tmp_path / "growth.json")
    assert len(rows) > 30
    for row in rows:
        counts = [figure["count"] for figure in row["case"]]
        assert len(counts) == 3 and counts[0] < counts[1] < counts[2], row["name"]
        assert all(figure["ns"] > 0 for part in ("case", "floor", "pickle") for figure in row.get(part, []))
    for part, count in (("floor", 14), ("pickle", 8)):
        assert [len(row[part]) for row in rows if part in row] == [2] * count


VALGRIND = """#!{python}
import subprocess, sys
command = [word for word in sys.argv[1:] if not word.startswith(("--tool", "--callgrind"))]
code = subprocess.run(command).returncode
print("==1== Collected :", 70_000_000 + 4_000 * int(command[-2]) * int(command[-1]), file=sys.stderr)
sys.exit(code)
"""


def test_instructions_of_one_object_are_those_of_a_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a valgrind that counts 4000 for each class, and 70 million for all else."""
    (tmp_path / "valgrind").write_text(VALGRIND.format(python=sys.executable), "utf-8")
    (tmp_path / "valgrind").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    figures = tmp_path / "growth.json"
    rows = [{"name": name, "case": []} for name in ("classes, written again", "read W1")]
    figures.write_text(json.dumps({"facts": {}, "cells": rows}), "utf-8")
    run("bench.growth", "--instructions", "--cases", "classes", "--json", figures)
    assert [row.get("instructions") for row in cells(figures)] == [[4000.0] * 3, None]

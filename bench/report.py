"""The figures as tables and as a plot. A table is a `Grid` of texts, for the terminal and for the documentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.peers import FLOORS

__all__ = ["GOALS", "Grid", "memory", "plot", "speed"]

Row = dict[str, Any]


@dataclass
class Grid:
    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def shown(self) -> Table:
        """For the terminal."""
        made = Table(title=self.title, title_justify="left")
        for number, name in enumerate(self.columns):
            made.add_column(name, justify="right" if number else "left")
        for row in self.rows:
            made.add_row(*row)
        return made

    def markdown(self) -> str:
        """As a table of Markdown, numbers to the right; without the title."""
        lines = [self.columns, [":--" if not n else "--:" for n in range(len(self.columns))], *self.rows]
        return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


#: How many times faster than these ours is meant to be: what a prototype without the care for hostile input reached.
GOALS: dict[str, dict[str, dict[str, float]]] = {
    "read": {
        "JDK 25": {
            "W1": 2, "W2": 2, "W3": 2.5, "W4i": 1.2, "W4d": 1.2, "W4b": 2, "W5": 6, "W6a": 1, "W6b": 4, "W7": 3,
            "W8": 1, "W9": 1,
        },
        "pickle slots": {
            "W1": 6, "W2": 1, "W3": 1.2, "W4i": 1, "W4d": 1, "W4b": 1, "W5": 0.8, "W6a": 6, "W6b": 4, "W7": 4,
        },
    },
    "write": {
        "JDK 25": {
            "W1": 3, "W2": 4, "W3": 4, "W4i": 1.8, "W4d": 1.8, "W4b": 1, "W5": 15, "W6a": 3, "W6b": 1, "W7": 3,
            "W8": 1, "W9": 1,
        },
        "pickle slots": {
            "W1": 30, "W2": 1.3, "W3": 5, "W4i": 6, "W4d": 7, "W4b": 7, "W5": 1, "W6a": 30, "W6b": 4, "W7": 30,
        },
    },
}  # fmt: skip


def _cells(rows: list[Row], operation: str) -> tuple[dict[tuple[str, str], Row], list[str], list[str]]:
    """The rows by workload and subject; the workloads; the subjects that can do this operation, ours first."""
    chosen = {(row["workload"], row["subject"]): row for row in rows if row["operation"] == operation}
    workloads = list(dict.fromkeys(workload for workload, _ in chosen))
    subjects = [
        subject
        for subject in dict.fromkeys(subject for _, subject in chosen)
        if any("lacking" not in chosen.get((workload, subject), {"lacking": ""}) for workload in workloads)
    ]
    return chosen, workloads, subjects


def speed(rows: list[Row], operation: str) -> Grid:
    """Ours in milliseconds, then for each other subject how many times as long it takes; then the goals."""
    cells, workloads, subjects = _cells(rows, operation)
    others = [subject for subject in subjects if subject != "ours"]
    goals = [subject for subject in GOALS[operation] if subject in subjects]
    grid = Grid(
        f"{operation}: ours in ms, the others as multiples of it: median (best iteration)",
        ["", "ours, ms", *others, *(f"goal: {subject}" for subject in goals)],
    )
    for workload in workloads:
        own = cells[workload, "ours"]
        if "median_ms" not in own:
            grid.rows.append([workload, own.get("lacking", "too slow"), *["" for _ in (*others, *goals)]])
            continue
        line = [workload, f"{own['median_ms']:.2f} ({own['best_ms']:.2f})"]
        line += [_ratio(cells.get((workload, other)), own) for other in others]
        for subject in goals:
            goal = GOALS[operation][subject].get(workload)
            cell = cells.get((workload, subject), {})
            met = "median_ms" in cell and goal is not None and cell["median_ms"] / own["median_ms"] >= goal
            line.append("-" if goal is None else f"{goal:g} {'met' if met else 'missed'}")
        grid.rows.append(line)
    return grid


def _ratio(cell: Row | None, own: Row) -> str:
    if cell is None or "lacking" in cell:
        return "-"
    if "beyond_ms" in cell:
        return f"> {_short(cell['beyond_ms'] / own['median_ms'])}"
    return f"{_short(cell['median_ms'] / own['median_ms'])} ({_short(cell['best_ms'] / own['best_ms'])})"


def _short(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 2 else f"{ratio:.2f}"


def memory(rows: list[Row], operation: str) -> Grid:
    """Megabytes that one operation adds at its peak."""
    cells, workloads, subjects = _cells(rows, operation)
    shown = [subject for subject in subjects if subject != "floor, GC on"]
    grid = Grid(f"{operation}: peak memory of one operation beyond what was there before it, MB", ["", *shown])
    for workload in workloads:
        peaks = [cells.get((workload, subject), {}).get("peak_bytes") for subject in shown]
        grid.rows.append([workload, *("-" if peak is None else f"{peak / 1e6:.1f}" for peak in peaks)])
    return grid


def plot(rows: list[Row], path: Path) -> None:
    """Bars of the median times, a panel for reading and one for writing, in the format of the file's suffix."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "bridge"  # the same figures, the same file
    figure, panels = pyplot.subplots(2, 1, figsize=(12, 8), layout="constrained")
    names = [name for name in dict.fromkeys(row["subject"] for row in rows) if name not in FLOORS]
    colors = dict(zip(names, matplotlib.color_sequences["tab10"], strict=False))
    for panel, operation in zip(panels, ("read", "write"), strict=True):
        cells, workloads, _ = _cells(rows, operation)
        width = 0.85 / len(names)
        for position, name in enumerate(names):
            places, heights = [], []
            for place, workload in enumerate(workloads):
                cell = cells.get((workload, name), {})
                if "median_ms" in cell:
                    places.append(place + (position + 0.5) * width - 0.425)
                    heights.append(cell["median_ms"])
            panel.bar(places, heights, width, label=name, color=colors[name])
        for place, workload in enumerate(workloads):
            least = cells.get((workload, FLOORS[0]), {}).get("median_ms")
            if least is not None:
                panel.hlines(
                    least, place - 0.45, place + 0.45, colors="black", linestyles="dotted",
                    label="floor: making the objects, no parsing" if not place else None,
                )  # fmt: skip
        panel.set_yscale("log")
        panel.set_xticks(range(len(workloads)), workloads)
        panel.set_ylabel("ms, shorter is better")
        panel.set_title(operation)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(ncols=5, fontsize="small", loc="upper center", bbox_to_anchor=(0.5, 1.28))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)

"""Writes the tables of docs/performance.md, and its plot, from the JSON that `make bench` leaves in build/bench.

    make bench && make bench-docs

What stands between ``<!-- name -->`` and ``<!-- /name -->`` is replaced; all the rest of the page is left as it is.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.growth import table as growth  # noqa: E402
from bench.report import memory, plot, speed  # noqa: E402
from bench.wire import wire  # noqa: E402
from bench.workloads import BUILD, WORKLOADS  # noqa: E402

Measured = dict[str, Any]


NOT_MEASURED = "(Not measured in this run.)"


def figures(file: Path) -> Measured:
    """What a part of the bench has left; empty where it was not run."""
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def surroundings(cells: Measured, wire_facts: Measured, growth_facts: Measured) -> str:
    """The machine and the versions, as a list."""
    facts = cells["facts"]
    loads = [each["facts"]["load"] for each in (cells, wire_facts, growth_facts) if each]
    lines = [
        f"measured {facts['date']}, in {facts['seconds_taken'] // 60} minutes for the tables of reading and writing",
        f"{facts['machine']}; {facts['system']}",
        "load of the machine when each part began: " + ", ".join(map(str, loads)),
        f"{facts['python']}; bridge {facts['bridge']}",
        f"Java {', '.join(facts['java'])}; javaobj-py3 {facts['javaobj-py3']}; py4j {facts['py4j']}",
        *(note for each in (cells, wire_facts) if each for note in each["facts"].get("notes", [])),
    ]
    if facts["scale"] != 1:
        lines.insert(0, f"**not at full size: scale {facts['scale']}**")
    return "\n".join(f"* {line}" for line in lines)


def filled(page: str, parts: dict[str, str]) -> str:
    """The page with each part between its marks. ValueError: the page lacks a mark, or has one that nothing fills."""
    marks = set(re.findall(r"<!-- /([a-z-]+) -->", page))
    if marks != set(parts):
        raise ValueError(f"the page has the marks {sorted(marks)}, and the figures are for {sorted(parts)}")
    for name, text in parts.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = page.partition(start)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{start} is not before {end}")
        page = f"{before}{start}\n{text}\n{end}{after}"
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the figures of the last `make bench` into the documentation.")
    parser.add_argument("--figures", type=Path, default=BUILD, metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md", help="default: %(default)s")
    arguments = parser.parse_args()
    cells, wire_rows, growth_rows = (
        figures(arguments.figures / f"{name}.json") for name in ("cells", "wire", "growth")
    )
    rows = cells["cells"]
    workloads = [f"| {name} | {what} |" for name, what in WORKLOADS.items()]
    parts = {
        "surroundings": surroundings(cells, wire_rows, growth_rows),
        "workloads": "\n".join(["| | |", "| :-- | :-- |", *workloads]),
        "read": speed(rows, "read").markdown(),
        "write": speed(rows, "write").markdown(),
        "read-memory": memory(rows, "read").markdown(),
        "write-memory": memory(rows, "write").markdown(),
        "wire": wire(wire_rows["cells"]).markdown() if wire_rows else NOT_MEASURED,
        "growth": growth(growth_rows["cells"]).markdown() if growth_rows else NOT_MEASURED,
    }
    arguments.page.write_text(filled(arguments.page.read_text("utf-8"), parts), "utf-8")
    plot(rows, arguments.page.with_name("speed.svg"))
    print(f"wrote {arguments.page} and speed.svg beside it")


if __name__ == "__main__":
    main()

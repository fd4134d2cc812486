"""``python -m tests.fuzz.campaign [TARGET...] [--seconds N] [--seed N]``: targets led by coverage, on both builds.

For each target `tests.fuzz.guided` runs twice, in processes of their own: on the pure build, and on the compiled one
under AddressSanitizer and UBSan. At the end stands a table of what was reached, also in ``build/fuzz/report.json``;
all that the runs said is in ``build/fuzz/logs``. A finding ends the run of its target and not the campaign: its bytes
are in ``build/fuzz``, the command that tries them again is told, and the status is 1.

Edges are branches that were taken: of Python code on the pure build, of C code on the other. Inputs that reach
something new are kept in ``build/fuzz/corpus``, where the next campaign goes on; without that folder the same seed
begins with the same inputs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS

_ROOT = Path(__file__).parent.parent.parent
_FOLDER = Path("build/fuzz")
_PURE, _SANITIZED = "pure", "sanitized"

#: For a run, beyond the time that it was given: to start, to try what was kept before, and to end.
_GRACE_SECONDS = 600
_SHOWN_CHARACTERS = 6000

_STATUS = re.compile(r"^#\d+\s+[A-Z]+\s+cov: (\d+) ft: \d+ corp: (\d+)/", re.MULTILINE)
_EXECUTIONS = re.compile(r"^stat::number_of_executed_units:\s+(\d+)", re.MULTILINE)
_ARTIFACT = re.compile(r"Test unit written to (\S+)")


@dataclass
class Run:
    """What one target reached on one build."""

    target: str
    build: str
    seconds: int
    executions: int
    edges: int
    inputs_kept: int
    finding: str  # the file with its bytes, or what else was wrong; empty if nothing was


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.campaign", description="All targets, on both builds.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)}; all unless given")
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("FUZZ_SECONDS", "60")), help="for each run")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("FUZZ_SEED", "1")))
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.targets) - set(TARGETS))
    if unknown:
        parser.error(f"there is no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    subprocess.run(_sanitized(), cwd=_ROOT, check=True)  # compiled before any time is counted
    runs = []
    for target in arguments.targets or TARGETS:
        for build in (_PURE, _SANITIZED):
            run = _run(target, build, arguments.seconds, arguments.seed)
            print(f"fuzz: {target}, {build}: {run.executions:,} executions, {run.edges:,} edges", flush=True)
            runs.append(run)
    (_ROOT / _FOLDER / "report.json").write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n")
    print("\n" + "\n".join(_table(runs)))
    for run in runs:
        if run.finding:
            print(f"\nfuzz: {run.target}, {run.build}: {run.finding}\n  {_again(run)}")
    return 1 if any(run.finding for run in runs) else 0


def _sanitized(*words: str) -> list[str]:
    return ["scripts/sanitized.sh", sys.executable, *words]


def _run(target: str, build: str, seconds: int, seed: int) -> Run:
    words = [target, f"--seconds={seconds}", f"--seed={seed}"]
    command = [sys.executable, "-m", "tests.fuzz.guided", *words] if build == _PURE else _sanitized(*words)
    log = _ROOT / _FOLDER / "logs" / f"{target}-{build}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "BRIDGE_PURE": "1" if build == _PURE else ""}
    began = time.monotonic()
    with log.open("wb") as output:
        try:
            status = subprocess.run(
                command, cwd=_ROOT, env=env, stdout=output, stderr=output, timeout=seconds + _GRACE_SECONDS, check=False
            ).returncode
            wrong = f"it ended with status {status}" if status else ""
        except subprocess.TimeoutExpired as error:
            wrong = f"it did not end within {error.timeout:.0f} seconds"
    text = log.read_text(errors="replace")
    executions, status_lines = _EXECUTIONS.findall(text), _STATUS.findall(text)
    if not wrong and not (executions and status_lines):
        wrong = "it did not say what it did"
    if wrong:
        print(text[-_SHOWN_CHARACTERS:], flush=True)
        artifact = _ARTIFACT.findall(text)
        wrong = artifact[-1] if artifact else f"{wrong}: {log.relative_to(_ROOT)}"
    edges, kept = map(int, status_lines[-1]) if status_lines else (0, 0)
    return Run(
        target, build, round(time.monotonic() - began), int(executions[-1]) if executions else 0, edges, kept, wrong
    )


def _table(runs: list[Run]) -> list[str]:
    lines = [
        "| target | build | seconds | executions | edges | inputs kept | findings |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for run in runs:
        numbers = (run.seconds, run.executions, run.edges, run.inputs_kept, 1 if run.finding else 0)
        lines.append(f"| {run.target} | {run.build} | {' | '.join(f'{number:,}' for number in numbers)} |")
    return lines


def _again(run: Run) -> str:
    """The command that tries a finding again."""
    if not run.finding.startswith(str(_FOLDER)):
        return f"see {_FOLDER}/logs/{run.target}-{run.build}.txt"
    if run.build == _PURE:
        return f"BRIDGE_PURE=1 {sys.executable} -m tests.fuzz --target {run.target} {run.finding}"
    return " ".join(_sanitized(run.target, run.finding))


if __name__ == "__main__":
    sys.exit(main())

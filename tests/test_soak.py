"""The soak runs; ``make soak`` lets it run for long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_short_soak_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--seconds", "8"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for what in ("ask_through_faults", "stop_in_the_middle", "read_slowly", "send_no_stream", "come_and_go"):
        assert done.stdout.count(f"'{what}'") == 2, done.stdout

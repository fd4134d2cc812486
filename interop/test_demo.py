"""``make demo`` does on each JDK what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from interop.harness import Harness


def test_demo(java: Harness) -> None:
    ended = subprocess.run(
        [sys.executable, Path(__file__).with_name("demo.py"), "--jdk", str(java.jdk.major)],
        capture_output=True,
        encoding="utf-8",
        # What is imported here is what the demo imports, too.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"},
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    for part in ("java.util.LinkedHashMap", "TC_OBJECT", "LISTEN", "ESTABLISHED", "ok hello", "in both directions"):
        assert part in ended.stdout

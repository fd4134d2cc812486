"""Where the figures come from: the machine, the versions, and how busy it was."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import bridge
from interop.harness import matrix

__all__ = ["surroundings"]


def surroundings() -> dict[str, Any]:
    """Facts to print beside figures, ready for JSON."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "system": platform.platform(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "bridge": f"{bridge.__version__}, {'compiled' if bridge.compiled else 'pure Python'}",
        "python": f"{platform.python_implementation()} {platform.python_version()}, {_build()}",
        "java": [jdk.version for jdk in matrix()],
        "javaobj-py3": _version("javaobj-py3"),
        "py4j": _version("py4j"),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _build() -> str:
    """How the interpreter was built: it makes a difference of tens of percent to everything in Python."""
    options = sysconfig.get_config_var("CONFIG_ARGS") or ""
    optimized = "with" if "--enable-optimizations" in options else "without"
    return f"built {optimized} profile-guided optimization" if sys.platform != "win32" else "as python.org builds it"


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None

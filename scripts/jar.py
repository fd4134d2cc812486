"""Packs the class files of java/ as the jar that a wheel carries: the same class files give the same bytes.

python scripts/jar.py CLASSES JAR
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

MANIFEST = """\
Manifest-Version: 1.0
Main-Class: bridge.harness.EchoServer
Automatic-Module-Name: bridge.java
Add-Opens: java.base/java.util java.base/java.util.concurrent
  java.base/java.lang.invoke
"""
_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can tell


def pack(classes: Path, jar: Path) -> None:
    """Writes all files below ``classes``. ValueError: there are none."""
    files = sorted(file for file in classes.rglob("*.class"))
    if not files:
        raise ValueError(f"there are no class files in {classes}")
    new = jar.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        entries = [("META-INF/MANIFEST.MF", MANIFEST.encode("ascii"))]
        entries += [(file.relative_to(classes).as_posix(), file.read_bytes()) for file in files]
        for name, data in entries:
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    new.replace(jar)


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))

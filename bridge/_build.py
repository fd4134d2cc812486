"""Which build runs: the compiled modules, or the same ``.py`` files as they are.

A module that has a ``.pxd`` of its own name beside it is compiled by the normal build. The ``.py`` ships next to the
extension module, and the import system prefers the extension; so asking for the pure build means asking for the ``.py``
again. ``BRIDGE_PURE=1`` in the environment does that. The switch is a finder on ``sys.meta_path`` that answers for the
modules below one package and for nothing else; what it does not find is left to the finders after it.

This module must be the first that ``bridge/__init__.py`` imports, because importing it sets the switch. It imports
nothing of the bridge, and the build script reads the list of compiled modules from it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

__all__ = ["compiled_modules", "in_subinterpreter", "is_compiled", "prefer_sources", "pure_requested"]

# Modules whose `.pxd` carries inline C for others to `cimport`. Their `.py` is the meaning of that C in the pure build
# and is never compiled: no compiled module asks for it.
_ONLY_CIMPORTED = frozenset({"native", "native_datetime", "native_leaves"})


def compiled_modules(package_directory: str | os.PathLike[str]) -> list[str]:
    """The modules the normal build compiles, named from inside the package (``"stream.decoder"``), sorted.

    These are the ``.py`` files with a ``.pxd`` of the same name beside them, except those that are only cimported.
    """
    root = Path(package_directory)
    return sorted(
        ".".join(pxd.relative_to(root).with_suffix("").parts)
        for pxd in root.rglob("*.pxd")
        if pxd.stem not in _ONLY_CIMPORTED and pxd.with_suffix(".py").is_file()
    )


def is_compiled(module: ModuleType) -> bool:
    """True if the module came from an extension module and not from a ``.py`` file."""
    spec = module.__spec__
    return spec is not None and isinstance(spec.loader, ExtensionFileLoader)


def pure_requested() -> bool:
    """True if ``BRIDGE_PURE`` is set in the environment to anything but the empty string or ``0``."""
    return os.environ.get("BRIDGE_PURE", "") not in ("", "0")


class _SourceFinder:
    """Finds the modules below one package in their ``.py`` files only."""

    def __init__(self, package: str) -> None:
        self.package = package
        self._prefix = package + "."

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not fullname.startswith(self._prefix):
            return None
        for directory in path:
            spec = FileFinder(directory, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(fullname, target)
            if spec is not None and spec.loader is not None:
                return spec
        return None


def prefer_sources(package: str) -> None:
    """From now on, load modules below ``package`` from their ``.py`` files, also where an extension lies beside them.

    Modules loaded before stay as they are. Calling it again for the same package changes nothing.
    """
    if not any(isinstance(finder, _SourceFinder) and finder.package == package for finder in sys.meta_path):
        sys.meta_path.insert(0, _SourceFinder(package))


def in_subinterpreter() -> bool:
    """Whether this is not the main interpreter of the process; False where Python cannot tell."""
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            interpreters = import_module(name)
        except ImportError:
            continue
        # Of 3.13 on each of the two is a pair, whose first is the number.
        current, main = interpreters.get_current(), interpreters.get_main()
        return bool((current[0] != main[0]) if isinstance(current, tuple) else (current != main))
    return False


if __package__ and in_subinterpreter():
    raise ImportError(
        "bridge works in the main interpreter of a process only, and this is a sub-interpreter: its compiled modules, "
        "and those of psutil, belong to one interpreter. Use a thread or another process."
    )
if __package__ and pure_requested():
    prefer_sources(__package__)

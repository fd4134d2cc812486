"""Compiles the modules that have a ``.pxd`` beside them; everything else about the package stands in pyproject.toml.

The package works without this: the same ``.py`` files run uncompiled. So when there is no C compiler, the install goes
on with a warning and without extension modules. The compiled modules share C types, hence all are built or none.

Environment:

    BRIDGE_PURE_BUILD=1          compile nothing
    BRIDGE_REQUIRE_COMPILED=1    fail when compiling fails, instead of going on without
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from runpy import run_path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError, CompileError, ExecError, PlatformError

PACKAGE = "bridge"
# Relative paths: setuptools refuses absolute ones, and every front end runs this file in its own directory.
SOURCES = Path(PACKAGE)
TRANSLATED = Path("build/cython")
CIMPORT = re.compile(r"^\s*from\s+(\.*)([\w.]*)\s+cimport\s+(\([^)]*\)|[^\n]*)", re.MULTILINE)


def requested(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def extensions() -> list[Extension]:
    if requested("BRIDGE_PURE_BUILD"):
        print("bridge: BRIDGE_PURE_BUILD is set: pure Python build, nothing is compiled")
        return []
    modules = run_path(str(SOURCES / "_build.py"))["compiled_modules"](SOURCES)
    # Each module that cimports native gets all of its functions, whether it calls them or not.
    flags = ["/O2"] if sys.platform == "win32" else ["-O3", "-g0", "-Wno-unused-function"]
    return [
        Extension(
            f"{PACKAGE}.{module}",
            [f"{PACKAGE}/{module.replace('.', '/')}.py"],
            extra_compile_args=flags,
        )
        for module in modules
    ]


def declarations(pxd: Path, seen: set[Path]) -> set[Path]:
    """The declaration file and all that it cimports, from whichever module of the package."""
    if pxd not in seen and pxd.is_file():
        seen.add(pxd)
        for dots, module, names in CIMPORT.findall(pxd.read_text("utf-8")):
            base = pxd.parents[len(dots) - 1] if dots else Path()
            base = base.joinpath(*module.split("."))
            for candidate in (base, *(base / name for name in re.findall(r"\w+", names))):
                declarations(candidate.with_suffix(".pxd"), seen)
    return seen


class BuildExtensions(build_ext):
    """Translate with Cython only when extensions are really built, in parallel, with the C files under build/."""

    def run(self) -> None:
        jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.parallel = self.parallel or jobs
        # Where extension modules may lie from an earlier build. (setuptools clears `inplace` while it runs.)
        self.targets = [Path(self.build_lib, PACKAGE)]
        if self.inplace or self.editable_mode:
            self.targets.append(SOURCES)
        self._remove_all_but({Path(*extension.name.split(".")[1:]).as_posix() for extension in self.extensions})
        self._translate(jobs)
        try:
            super().run()
        except (BaseError, CCompilerError, CompileError, ExecError, PlatformError) as error:
            if requested("BRIDGE_REQUIRE_COMPILED"):
                raise
            self._go_on_without(error)

    def _remove_all_but(self, modules: set[str]) -> None:
        """An extension module that is not built any more would shadow its `.py` for ever."""
        suffix = os.path.basename(self.get_ext_filename("x")).removeprefix("x")
        for directory in self.targets:
            for file in directory.rglob(f"*{suffix}"):
                if file.relative_to(directory).as_posix().removesuffix(suffix) not in modules:
                    print(f"bridge: removing {file}: it is not among the modules compiled now")
                    file.unlink()

    def _translate(self, jobs: int) -> None:
        if not self.extensions:
            return
        from Cython.Build import cythonize

        for extension in self.extensions:
            self._forget_stale(Path(extension.sources[0]))
        translated = cythonize(
            # cythonize() returns copies; the originals carry what setuptools has put on them.
            [Extension(e.name, list(e.sources)) for e in self.extensions],
            build_dir=str(TRANSLATED),
            nthreads=jobs if sys.platform == "linux" else 0,
            language_level=3,
        )
        sources = {extension.name: extension.sources for extension in translated}
        for extension in self.extensions:
            extension.sources = sources[extension.name]

    def _forget_stale(self, source: Path) -> None:
        """Cython overlooks ``from . cimport x`` when it decides what is out of date, and it does not know this file."""
        c_file = TRANSLATED / source.with_suffix(".c")
        dependencies = {Path("setup.py"), *declarations(source.with_suffix(".pxd"), set())}
        if c_file.exists() and any(file.stat().st_mtime > c_file.stat().st_mtime for file in dependencies):
            c_file.unlink()

    def _go_on_without(self, error: Exception) -> None:
        self._remove_all_but(set())
        self.extensions = []
        print(
            f"bridge: WARNING: the extension modules could not be compiled ({error}).\n"
            "bridge: WARNING: the bridge is installed as pure Python: it works the same, but slower.\n"
            "bridge: WARNING: install a C compiler and the Python headers and install again for the compiled build.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    setup(ext_modules=extensions(), cmdclass={"build_ext": BuildExtensions})

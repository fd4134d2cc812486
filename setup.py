"""Compiles the modules that have a ``.pxd`` beside them; everything else about the package stands in pyproject.toml.

The package works without this: the same ``.py`` files run uncompiled. So when there is no C compiler, the install goes
on with a warning and without extension modules. The compiled modules share C types, hence all of them are built or none.

Environment:

    BRIDGE_PURE_BUILD=1          compile nothing
    BRIDGE_REQUIRE_COMPILED=1    fail when compiling fails, instead of going on without
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from runpy import run_path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError, CompileError, ExecError, PlatformError

PACKAGE = "bridge"
# Relative paths: setuptools refuses absolute ones, and every front end runs this file in its own directory.
SOURCES = Path(PACKAGE)


def requested(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def extensions() -> list[Extension]:
    if requested("BRIDGE_PURE_BUILD"):
        print("bridge: BRIDGE_PURE_BUILD is set: pure Python build, nothing is compiled")
        return []
    modules = run_path(str(SOURCES / "_build.py"))["compiled_modules"](SOURCES)
    declarations = sorted(path.as_posix() for path in SOURCES.rglob("*.pxd"))
    flags = ["/O2"] if sys.platform == "win32" else ["-O3"]
    return [
        Extension(
            f"{PACKAGE}.{module}",
            [f"{PACKAGE}/{module.replace('.', '/')}.py"],
            depends=declarations,
            extra_compile_args=flags,
        )
        for module in modules
    ]


class BuildExtensions(build_ext):
    """Translate with Cython only when extensions are really built, in parallel, with the C files under build/."""

    def run(self) -> None:
        jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.parallel = self.parallel or jobs
        if self.editable_mode or self.inplace:
            self._remove_extensions(keep={Path(self._inplace_file(extension)) for extension in self.extensions})
        self._translate(jobs)
        try:
            super().run()
        except (BaseError, CCompilerError, CompileError, ExecError, PlatformError) as error:
            if requested("BRIDGE_REQUIRE_COMPILED"):
                raise
            self._go_on_without(error)

    def _inplace_file(self, extension: Extension) -> str:
        return os.path.join(*extension.name.split(".")[:-1], os.path.basename(self.get_ext_filename(extension.name)))

    def _remove_extensions(self, keep: set[Path]) -> None:
        """An extension module whose `.pxd` is gone would shadow its `.py` for ever."""
        suffix = os.path.basename(self.get_ext_filename("x"))[1:]
        for file in SOURCES.rglob(f"*{suffix}"):
            if file not in keep:
                print(f"bridge: removing {file}: it is not among the modules to compile")
                file.unlink()

    def _translate(self, jobs: int) -> None:
        if not self.extensions:
            return
        from Cython.Build import cythonize

        translated = cythonize(
            # cythonize() returns copies; the originals carry what setuptools has put on them.
            [Extension(e.name, list(e.sources), depends=list(e.depends)) for e in self.extensions],
            build_dir="build/cython",
            nthreads=jobs if sys.platform == "linux" else 0,
            language_level=3,
        )
        sources = {extension.name: extension.sources for extension in translated}
        for extension in self.extensions:
            extension.sources = sources[extension.name]

    def _go_on_without(self, error: Exception) -> None:
        built = [self.get_ext_fullpath(extension.name) for extension in self.extensions]
        for file in built:
            Path(file).unlink(missing_ok=True)
        self.extensions = []
        if self.editable_mode or self.inplace:
            self._remove_extensions(keep=set())
        print(
            f"bridge: WARNING: the extension modules could not be compiled ({error}).\n"
            "bridge: WARNING: the bridge is installed as pure Python: it works the same, but slower.\n"
            "bridge: WARNING: install a C compiler and the Python headers and install again for the compiled build.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    setup(ext_modules=extensions(), cmdclass={"build_ext": BuildExtensions})

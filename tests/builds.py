"""Both builds in one process: the package as installed, and the same files loaded a second time as pure Python."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from bridge._build import prefer_sources

PACKAGE_DIRECTORY = Path(__file__).parent.parent / "bridge"


def load_pure(name: str = "bridge_pure") -> ModuleType:
    """The whole package under another top-level name, every module from its ``.py`` file.

    The classes are others than those of ``bridge``: compare values and errors by name, fields and text, not by type.
    ``import_module(f"{name}.stream.decoder")`` and the like give its submodules. The second call with the same name
    gives the module of the first.
    """
    if name in sys.modules:
        return sys.modules[name]
    prefer_sources(name)
    init = PACKAGE_DIRECTORY / "__init__.py"
    spec = spec_from_file_location(
        name, init, loader=SourceFileLoader(name, str(init)), submodule_search_locations=[str(PACKAGE_DIRECTORY)]
    )
    assert spec is not None and spec.loader is not None
    package = module_from_spec(spec)
    sys.modules[name] = package
    try:
        spec.loader.exec_module(package)
    except BaseException:
        for loaded in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
            del sys.modules[loaded]
        raise
    return package


def pure_module(name: str, package: str = "bridge_pure") -> ModuleType:
    """One module of the pure package, by its name inside the bridge: ``pure_module("stream.decoder")``."""
    load_pure(package)
    return import_module(f"{package}.{name}")

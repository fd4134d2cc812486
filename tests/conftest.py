"""Holds that the build under test is the one that was asked for, and that it is not older than its sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import copy
from importlib import import_module
from pathlib import Path

import pytest

import bridge
from bridge._build import compiled_modules, is_compiled, pure_requested

PACKAGE_DIRECTORY = Path(bridge.__file__).parent

#: The default registry as it is delivered: taken before any module of the tests declares a class.
AS_DELIVERED = bridge.default_registry.copy()


def pytest_report_header() -> str:
    return f"bridge: {'pure' if pure_requested() else 'compiled'} build, {PACKAGE_DIRECTORY}"


def pytest_configure() -> None:
    # Set by `make test`, so that no run passes on another build than it names.
    expected = os.environ.get("BRIDGE_EXPECT", "")
    for name in compiled_modules(PACKAGE_DIRECTORY):
        module = import_module(f"bridge.{name}")
        if is_compiled(module):
            if pure_requested() or expected == "pure":
                raise pytest.UsageError(f"bridge.{name} is compiled, but these tests are to run on the pure build")
            _refuse_stale(module.__file__, name)
        elif expected == "compiled":
            raise pytest.UsageError(f"bridge.{name} is not compiled, but these tests are to run on the compiled build")


def _refuse_stale(extension: str | None, name: str) -> None:
    """Tests of an extension module that is older than its source tell nothing about the source."""
    assert extension is not None
    source = PACKAGE_DIRECTORY.joinpath(*name.split(".")).with_suffix(".py")
    built = Path(extension).stat().st_mtime
    for file in (source, source.with_suffix(".pxd")):
        if file.stat().st_mtime > built:
            raise pytest.UsageError(
                f"{file} is newer than the compiled module: run `make setup`, or test with BRIDGE_PURE=1"
            )


@pytest.fixture(autouse=True)
def _default_registry_as_it_was() -> Iterator[None]:
    """What one test declares, or meets in a stream, the next one does not know."""
    registry = bridge.default_registry
    before = {name: copy(value) for name, value in vars(registry).items() if name != "descriptors"}
    yield
    vars(registry).update(before, spare_encoders=[], spare_decoders=[])
    registry.descriptors.clear()


@pytest.fixture
def default_registry_as_delivered(_default_registry_as_it_was: None) -> None:
    """Without what the modules of the tests declare when they are imported."""
    registry = bridge.default_registry
    vars(registry).update({name: value for name, value in vars(AS_DELIVERED.copy()).items() if name != "descriptors"})
    registry.descriptors.clear()

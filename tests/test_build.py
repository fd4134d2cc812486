"""Which build runs: chosen by the environment, and both in one process."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import bridge
from bridge._build import compiled_modules, is_compiled, prefer_sources
from bridge.errors import BridgeError
from tests.builds import PACKAGE_DIRECTORY, load_pure, pure_module

MODULES = compiled_modules(PACKAGE_DIRECTORY)

ORIGINS = """
import importlib, sys
import bridge
print(bridge.compiled)
for name in sys.argv[1:]:
    print(importlib.import_module("bridge." + name).__file__)
"""


def extension_beside(module: str) -> bool:
    base = PACKAGE_DIRECTORY.joinpath(*module.split("."))
    return any(base.with_name(base.name + suffix).exists() for suffix in EXTENSION_SUFFIXES)


def run(code: str, *arguments: str, pure: str | None) -> list[str]:
    environment = {key: value for key, value in os.environ.items() if key != "BRIDGE_PURE"}
    if pure is not None:
        environment["BRIDGE_PURE"] = pure
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PACKAGE_DIRECTORY.parent,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.split("\n")[:-1]


def test_the_codec_is_compiled() -> None:
    assert "stream.decoder" in MODULES
    assert not any(name.endswith("native") for name in MODULES)


def test_compiled_modules_are_those_with_declarations(tmp_path: Path) -> None:
    for name in ("a.py", "a.pxd", "b.py", "room/c.py", "room/c.pxd", "room/native.py", "room/native.pxd", "room/d.pxd"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert compiled_modules(tmp_path) == ["a", "room.c"]


@pytest.mark.parametrize("pure", [None, "", "0"])
def test_extensions_run_where_they_are(pure: str | None) -> None:
    compiled, *origins = run(ORIGINS, *MODULES, pure=pure)
    assert [not origin.endswith(".py") for origin in origins] == [extension_beside(name) for name in MODULES]
    assert compiled == str(extension_beside("stream.decoder"))


def test_sources_run_on_request() -> None:
    compiled, *origins = run(ORIGINS, *MODULES, pure="1")
    assert compiled == "False"
    assert origins == [str(PACKAGE_DIRECTORY.joinpath(*name.split(".")).with_suffix(".py")) for name in MODULES]


def test_both_builds_in_one_process() -> None:
    pure = load_pure()
    assert pure is not bridge
    assert pure.compiled is False
    assert load_pure() is pure
    for name in MODULES:
        module = pure_module(name)
        assert not is_compiled(module)
        assert module.__name__ == f"bridge_pure.{name}"
        assert module is not import_module(f"bridge.{name}")
    assert pure_module("errors").BridgeError is not BridgeError


def test_the_switch_answers_for_its_package_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    (tmp_path / "inside.py").touch()
    prefer_sources("somewhere")
    prefer_sources("somewhere")
    finder, after = sys.meta_path[:2]
    assert type(finder) is not type(after) or vars(finder) != vars(after)
    path = [str(tmp_path / "nowhere"), str(tmp_path)]
    spec = finder.find_spec("somewhere.inside", path)
    assert spec is not None
    assert spec.origin == str(tmp_path / "inside.py")
    assert finder.find_spec("somewhere.missing", path) is None
    assert finder.find_spec("somewhere_else.inside", path) is None
    assert finder.find_spec("inside", path) is None
    assert finder.find_spec("somewhere", None) is None

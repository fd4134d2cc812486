"""Generated classes, judged by Java: the classes of the cases as Python source, and every case through them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bridge
from bridge import Registry
from bridge.mapping import declare
from bridge.mapping.generate import generate
from interop.harness import CLASSES, Harness, JavaFailure

GROUPS = ["bean/", "class/", "custom/", "enum/", "externalizable/", "record/", "replace/"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry in which the generated module is declared."""
    file = tmp_path_factory.mktemp("generated") / "models_of_the_cases.py"
    file.write_text(generate([CLASSES], ["bridge.cases.*"]), "utf-8")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    registry = bridge.default_registry.copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declare, "default_registry", registry)
        patch.setitem(sys.modules, file.stem, module)
        spec.loader.exec_module(module)
        yield registry


def test_java_finds_its_graph_in_what_generated_classes_write(java: Harness, models: Registry) -> None:
    differences, typed = [], 0
    for name in java.words(f"list {' '.join(GROUPS)}"):
        value = bridge.loads(java.write(name), registry=models)
        typed += type(value).__module__ == "models_of_the_cases"
        try:
            java.verify(name, bridge.dumps(value, registry=models))
        except (JavaFailure, bridge.EncodeError) as error:
            differences.append(f"{name}: {error}")
    assert not differences, "\n".join(differences)
    assert typed > 70


def test_the_same_class_files_give_the_same_text() -> None:
    text = generate([CLASSES], ["bridge.cases.*"])
    assert text == generate([Path(CLASSES)], ["bridge.cases.*"])
    assert "class RecordsPoint:" in text

"""A decision tree that Weka trained and saved: shown, read, written back, changed; and Weka classifies with it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bridge
from interop.harness import Harness

JAR = Path("/usr/share/java/weka.jar")
IRIS = Path("/usr/share/doc/weka/examples/iris.arff")
KINDS = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]


def weka(java: Harness, *words: object) -> str:
    """What Weka's J48 prints."""
    assert JAR.exists(), "Weka is not installed: run `make interop-weka`"
    command = [java.jdk.java, "-cp", JAR, "weka.classifiers.trees.J48", *words]
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "Exception" not in ended.stdout + ended.stderr
    return ended.stdout


def classified(java: Harness, model: Path) -> str:
    """What Weka makes of each flower, with a model from a file."""
    told = weka(java, "-l", model, "-T", IRIS, "-p", 0)
    assert told.count(":Iris-") == 2 * 150
    return told


def leaves(tree: Any) -> int:
    return 1 if tree.m_isLeaf else sum(map(leaves, tree.m_sons))


@pytest.fixture
def model(java: Harness, tmp_path: Path) -> Path:
    path = tmp_path / "iris.model"
    assert "Number of Leaves  : \t5" in weka(java, "-t", IRIS, "-d", path)
    return path


def test_shown(java: Harness, model: Path) -> None:
    """By the command line, every byte; and by `Document`, which gives the very file back."""
    shown = subprocess.run(
        [sys.executable, "-m", "bridge", "dump", model], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    for part in (
        "00000004  TC_OBJECT",
        "weka.classifiers.trees.J48 uid=-217733168393644444",
        "weka.core.Instances",
        "java.util.Hashtable",
        "m_splitPoint",
        "petalwidth",
    ):
        assert part in shown.stdout
    data = model.read_bytes()
    assert bridge.Document.parse(data).to_bytes() == data


def test_read(java: Harness, model: Path) -> None:
    """The file has two objects, the tree and the header of its data; nobody told Python a class of them."""
    tree, header = bridge.loads_all(model.read_bytes())
    assert tree.__java_class__.name == "weka.classifiers.trees.J48"
    assert leaves(tree.m_root) == 5
    root = tree.m_root.m_localModel
    attributes = [attribute.m_Name for attribute in header.m_Attributes.m_Objects if attribute is not None]
    assert attributes == ["sepallength", "sepalwidth", "petallength", "petalwidth", "class"]
    assert (attributes[root.m_attIndex], root.m_splitPoint) == ("petalwidth", 0.6)
    kind = header.m_Attributes.m_Objects[header.m_ClassIndex]
    assert kind.m_Hashtable == {name: number for number, name in enumerate(KINDS)}
    assert [name for name in kind.m_Values.m_Objects if name is not None] == KINDS


def test_written_back(java: Harness, model: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.model"
    again.write_bytes(bridge.dumps_all(bridge.loads_all(model.read_bytes())))
    assert classified(java, again) == classified(java, model)


def test_packed(java: Harness, tmp_path: Path) -> None:
    """Weka packs a model whose name ends so; `load` sees it by itself."""
    packed, again = tmp_path / "iris.model.gz", tmp_path / "again.model"
    weka(java, "-t", IRIS, "-d", packed)
    with packed.open("rb") as file:
        assert file.read(2) == b"\x1f\x8b"
        file.seek(0)
        tree = bridge.load(file)
    # Without the header that is the second object of the file, as older versions of Weka wrote it.
    with again.open("wb") as file:
        bridge.dump(tree, file)
    assert classified(java, again) == classified(java, packed)


@pytest.mark.parametrize("way", ["values", "document"])
def test_changed(java: Harness, model: Path, tmp_path: Path, way: str) -> None:
    """With the first split at a petal of 100 cm every flower is an Iris setosa: Weka follows the tree it is given."""
    changed = tmp_path / "changed.model"
    if way == "values":
        contents = bridge.loads_all(model.read_bytes())
        contents[0].m_root.m_localModel.m_splitPoint = 100.0
        changed.write_bytes(bridge.dumps_all(contents))
    else:
        document = bridge.Document.parse(model.read_bytes())
        tree: Any = document.contents[0]
        tree["m_root"]["m_localModel"]["m_splitPoint"].value = 100.0
        changed.write_bytes(document.to_bytes())
    assert classified(java, model).count("1:Iris-set") == 2 * 50
    assert classified(java, changed).count("1:Iris-set") == 50 + 150


def test_over_a_connection(java: Harness, model: Path, tmp_path: Path) -> None:
    """The tree as a message: what a service that hands out models does."""
    received = io.BytesIO()

    def hand_out(channel: bridge.Channel) -> None:
        channel.send(bridge.loads(model.read_bytes()))

    with (
        bridge.serve(("127.0.0.1", 0), hand_out) as server,
        bridge.connect(server.address, timeout=60) as channel,
    ):
        bridge.dump(channel.receive(timeout=60), received)
    again = tmp_path / "again.model"
    again.write_bytes(received.getvalue())
    assert classified(java, again) == classified(java, model)

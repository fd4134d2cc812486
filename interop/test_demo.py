"""``java-bridge demo`` does on each JDK what it says, with the jar that a wheel carries."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bridge import cli
from bridge.tools import java_side
from interop.harness import CLASSES, Harness
from scripts.jar import pack


@pytest.fixture(autouse=True)
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The jar in its place, made from the classes of now."""
    jar = tmp_path / "java-object-bridge.jar"
    pack(CLASSES, jar)
    monkeypatch.setattr(java_side, "JAR", jar)
    return jar


def test_demo(java: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["demo", "--java", str(java.jdk.java)])
    printed = capsys.readouterr()
    assert (status, printed.err) == (0, "")
    for part in ("java.util.LinkedHashMap", "TC_OBJECT", "LISTEN", "ESTABLISHED", "ok hello", "in both directions"):
        assert part in printed.out


def test_the_jar_runs_by_itself(java: Harness, carried: Path) -> None:
    with subprocess.Popen([java.jdk.java, "-jar", carried], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert int(server.stdout.readline()) > 0  # the echo server prints its port
        finally:
            server.kill()


def test_the_same_classes_give_the_same_jar(carried: Path, tmp_path: Path) -> None:
    pack(CLASSES, tmp_path / "again.jar")
    assert (tmp_path / "again.jar").read_bytes() == carried.read_bytes()
    assert "bridge/Channel.class" in zipfile.ZipFile(carried).namelist()


def test_without_a_jar_the_reason_is_told(carried: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carried.unlink()
    assert [cli.main(["jar"]), cli.main(["demo"])] == [1, 1]
    assert capsys.readouterr().err.count("carries no Java side") == 2


@pytest.mark.parametrize("command", ["no-such-command", sys.executable, "/"])
def test_what_is_no_java_is_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--java", command]) == 1
    assert "is no Java that can be run" in capsys.readouterr().err


def test_java_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, java: Harness) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java.jdk.java.parent.parent))
    assert java_side.find_java().major == java.jdk.major
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java_side, "_INSTALLED", tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no Java 17 or newer"):
        java_side.find_java()

"""A recording stands under its name when it is whole, and not before."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.tools.recording import Recording


def test_it_has_its_name_when_it_is_finished(tmp_path: Path) -> None:
    recording = Recording(tmp_path, "a")
    recording.write(b"12")
    recording.write(b"3")
    assert [path.name for path in tmp_path.iterdir()] == ["a.ser.partial"]
    assert recording.path.read_bytes() == b"123" and recording.saved_bytes == 3
    recording.finish()
    assert recording.path == tmp_path / "a.ser"
    assert [path.name for path in tmp_path.iterdir()] == ["a.ser"]
    assert recording.path.read_bytes() == b"123"


def test_one_that_is_abandoned_keeps_its_partial_name(tmp_path: Path) -> None:
    recording = Recording(tmp_path, "a")
    recording.write(b"12")
    recording.abandon()
    assert [path.name for path in tmp_path.iterdir()] == ["a.ser.partial"]
    assert recording.path.read_bytes() == b"12"


@pytest.mark.parametrize("taken", ["a.ser", "a.ser.partial"])
def test_it_never_takes_the_place_of_a_file(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        Recording(tmp_path, "a")
    assert (tmp_path / taken).read_bytes() == b"mine"


def test_not_even_of_one_that_came_meanwhile(tmp_path: Path) -> None:
    recording = Recording(tmp_path, "a")
    recording.write(b"12")
    (tmp_path / "a.ser").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        recording.finish()
    assert (tmp_path / "a.ser").read_bytes() == b"mine"
    assert (tmp_path / "a.ser.partial").read_bytes() == b"12"

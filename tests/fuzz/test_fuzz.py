"""The fuzzer itself: a short run of it, and that it would find something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import check as checks
from tests.fuzz import targets
from tests.fuzz.__main__ import main
from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, seeds_of
from tests.stream.outcomes import BUILDS


def test_every_seed_is_a_stream() -> None:
    for data in seeds():
        for build in BUILDS:
            assert build.whole(data).error is None
        checks.check(data, Random(0))


def test_the_same_seed_breaks_the_same_way() -> None:
    streams = seeds()
    first, second = [
        [mutate(streams[i % 20], random, streams) for i in range(200)] for random in (Random(5), Random(5))
    ]
    assert first == second
    assert len(set(first)) > 150


def test_some_broken_streams_hold() -> None:
    streams = seeds()
    random = Random(20240229)
    held = sum(checks.check(mutate(random.choice(streams), random, streams), random) for _ in range(600))
    assert 20 < held < 400  # not all of them say the same


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_document", lambda build, data: build.name)
    monkeypatch.setattr(checks, "_LIMITS", [None])
    with pytest.raises(checks.Finding, match="differ"):
        checks.check(seeds()[1], Random(0))


def test_it_runs_for_its_time_from_the_command_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--findings", str(tmp_path)],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, "FUZZ_SECONDS": "0.5"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert " 0 findings" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_file_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "input.bin"
    file.write_bytes(seeds()[3])
    monkeypatch.setattr(sys, "argv", ["fuzz", "--unlimited", str(file)])
    assert main() == 0


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_takes_its_seeds_and_broken_ones(name: str) -> None:
    inputs = seeds_of(name)
    assert any(TARGETS[name](data) for data in inputs[:40])
    random = Random(7)
    for _ in range(20):
        TARGETS[name](mutate(random.choice(inputs), random, inputs))


def test_the_adapters_are_given_objects_of_every_class_that_the_mapping_knows() -> None:
    names = {descriptor.name for descriptor in targets._known_descriptors()}
    assert len(names) > 105
    assert {"java.util.TreeMap", "java.math.BigDecimal", "java.time.Ser", "java.util.Collections$CopiesList"} <= names

"""The fuzzer itself: a short run of it, and that it would find something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import campaign, targets
from tests.fuzz import check as checks
from tests.fuzz.__main__ import main
from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import CORPUS, corpus, seeds
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


def test_a_finding_is_kept_with_the_command_that_tries_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks(data: bytes) -> bool:
        if data not in seeds_of("patterns"):
            raise RuntimeError("not a seed")
        return True

    monkeypatch.setitem(TARGETS, "patterns", breaks)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--unlimited", "--target", "patterns", "--findings", str(tmp_path)])
    assert main() == 1
    (file,) = tmp_path.glob("patterns-*.bin")
    told = capfd.readouterr().out
    assert "RuntimeError: not a seed" in told
    assert f"-m tests.fuzz --target patterns {file}\n" in told
    monkeypatch.setattr(sys, "argv", ["fuzz", "--unlimited", "--target", "patterns", str(file)])
    with pytest.raises(RuntimeError, match="not a seed"):
        main()


def test_a_file_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "input.bin"
    file.write_bytes(seeds()[3])
    monkeypatch.setattr(sys, "argv", ["fuzz", "--unlimited", str(file)])
    assert main() == 0


FOUND_BEFORE = [(target, file) for target in TARGETS for file in corpus(target)]


@pytest.mark.parametrize(("target", "file"), FOUND_BEFORE, ids=[f"{file.stem}" for _, file in FOUND_BEFORE])
def test_what_was_found_before_stays_mended(target: str, file: Path) -> None:
    data = file.read_bytes()
    TARGETS[target](data)
    if target == "streams":  # with every set of limits, and cut in many ways
        for seed in range(30):
            checks.check(data, Random(seed))


def test_every_file_of_the_corpus_belongs_to_a_target_that_starts_from_it() -> None:
    files = [file for file in CORPUS.rglob("*") if file.is_file()]
    assert len(files) == len(FOUND_BEFORE) > 0
    assert all(file.read_bytes() in seeds_of(target) for target, file in FOUND_BEFORE)


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


#: What libFuzzer prints of a run.
SAID = """\
INFO: Seed: 7
#83	INITED cov: 122 ft: 364 corp: 58/1735b exec/s: 0 rss: 71Mb
#4096	DONE   cov: 130 ft: 371 corp: 60/1800b lim: 158 exec/s: 900 rss: 71Mb
stat::number_of_executed_units: 4096
"""
CRASHED = """\
#83	INITED cov: 122 ft: 364 corp: 58/1735b exec/s: 0 rss: 71Mb
==1==ERROR: AddressSanitizer: heap-buffer-overflow
artifact_prefix='build/fuzz/streams-'; Test unit written to build/fuzz/streams-crash-ab12
"""


@pytest.mark.parametrize(
    ("said", "status", "row", "finding"),
    [
        (SAID, 0, "| 4,096 | 130 | 60 | 0 |", ""),
        (CRASHED, 77, "| 0 | 122 | 58 | 1 |", "build/fuzz/streams-crash-ab12"),
        (SAID, 1, "| 4,096 | 130 | 60 | 1 |", "it ended with status 1: build/fuzz/logs/streams-sanitized.txt"),
        ("", 0, "| 0 | 0 | 0 | 1 |", "it did not say what it did: build/fuzz/logs/streams-sanitized.txt"),
    ],
)
def test_a_campaign_tells_what_a_run_reached_and_found(
    said: str, status: int, row: str, finding: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = f"import sys; print({said!r}, file=sys.stderr); sys.exit({status})"
    monkeypatch.setattr(campaign, "_ROOT", tmp_path)
    monkeypatch.setattr(campaign, "_sanitized", lambda *words: [sys.executable, "-c", program])
    run = campaign._run("streams", "sanitized", 1, 7)
    assert run.finding == finding
    assert campaign._table([run])[-1].endswith(row)

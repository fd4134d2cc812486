"""``python -m tests.fuzz.guided TARGET [--seconds N] [--seed N] [FILE...]``: fuzzing led by coverage, with atheris.

On the pure build (``BRIDGE_PURE=1``) Python's own branches lead; on one that was compiled by clang with
``-fsanitize=fuzzer-no-link``, those of the C code, under AddressSanitizer and UBSan: ``scripts/sanitized.sh`` makes it
and runs this. Inputs that reach something new are kept in ``build/fuzz/corpus/TARGET``, where the next run goes on.
Given files, it tries those and no others. `tests.fuzz.campaign` runs it for all targets.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from types import FunctionType

import atheris

import bridge
from tests.fuzz.targets import TARGETS, seeds_of

_FOLDER = Path("build/fuzz")


def _instrument() -> int:
    """Lets every branch of the package's Python code be counted; how many functions there are.

    What is compiled has no such code: there clang has done it.
    """
    found = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
    ours = [each for each in found if (each.__module__ or "").split(".")[0] == "bridge"]
    for function in ours:
        atheris.instrument_func(function)
    return len(ours)


def _corpus_of(target: str) -> str:
    """The folder of what earlier runs have kept, with the seeds."""
    corpus = _FOLDER / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds_of(target)):
        (corpus / f"seed-{number}").write_bytes(data)
    return str(corpus)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description="Fuzzing led by coverage.")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("files", nargs="*", help="inputs to try, instead of making some")
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("FUZZ_SECONDS", "60")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("FUZZ_SEED", "1")))
    arguments = parser.parse_args()
    inputs = arguments.files or [_corpus_of(arguments.target)]
    target = TARGETS[arguments.target]

    def run(data: bytes) -> None:
        target(data)

    count = _instrument()
    build = "compiled" if bridge.compiled else "pure"
    print(f"fuzz: {arguments.target}, {build} build, {count} functions in Python", flush=True)
    options = [
        f"-max_total_time={arguments.seconds}",
        f"-seed={arguments.seed}",
        "-max_len=16384",
        "-timeout=30",
        "-rss_limit_mb=6000",
        "-print_final_stats=1",
        f"-artifact_prefix={_FOLDER}/{arguments.target}-",
        *inputs,
    ]
    atheris.Setup([sys.argv[0], *options], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

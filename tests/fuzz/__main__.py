"""``python -m tests.fuzz [--target NAME...] [--seconds N] [--seed N] [--corpus FOLDER] [FILE...]``: breaks inputs.

The targets are those of `tests.fuzz.targets`; half of the time goes to ``streams``. FUZZ_SECONDS is the time to run (60
by default). What is found is written to the folder named by ``--findings``; given as FILE, with its target, it is tried
again. `tests.fuzz.guided` does the same by coverage.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from random import Random

from bridge._build import pure_requested
from tests.fuzz.mutate import mutate
from tests.fuzz.targets import TARGETS, seeds_of

_MEMORY_BYTES = 4 << 30
_SLOW_SECONDS = 5.0
_MAX_POOL = 4000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Broken streams, read by both builds.")
    parser.add_argument("files", nargs="*", type=Path, help="inputs to try, instead of making some")
    parser.add_argument("--target", choices=TARGETS, action="append", help="what to fuzz; everything unless given")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("FUZZ_SECONDS", "60")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("FUZZ_SEED", "0")))
    parser.add_argument("--corpus", type=Path, help="a folder of .ser files to start from as well")
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--keep-going", action="store_true", help="do not end at the first finding")
    parser.add_argument("--unlimited", action="store_true", help="no limit on memory (address sanitizers need that)")
    arguments = parser.parse_args()
    faulthandler.enable()
    if not arguments.unlimited:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    if arguments.files:
        for file in arguments.files:
            for target in arguments.target or ["streams"]:
                TARGETS[target](file.read_bytes())
        return 0
    return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    random = Random(arguments.seed)
    targets = arguments.target or list(TARGETS)
    pools = {target: seeds_of(target) for target in targets}
    if "streams" in pools and arguments.corpus is not None:
        pools["streams"] += [file.read_bytes() for file in sorted(arguments.corpus.rglob("*.ser"))]
    first = {target: len(pool) for target, pool in pools.items()}
    tried = dict.fromkeys(targets, 0)
    accepted = dict.fromkeys(targets, 0)
    findings = 0
    last = arguments.findings / "last.bin"
    arguments.findings.mkdir(parents=True, exist_ok=True)
    for target in targets:
        for data in pools[target]:
            TARGETS[target](data)
    end = time.monotonic() + arguments.seconds
    while time.monotonic() < end:
        target = "streams" if "streams" in pools and random.random() < 0.5 else random.choice(targets)
        pool = pools[target]
        data = mutate(random.choice(pool), random, pool)
        last.write_bytes(data)  # in case the process does not live to say what it was
        began = time.process_time()
        try:
            is_one = TARGETS[target](data)
            if time.process_time() - began > _SLOW_SECONDS:
                raise TimeoutError(f"{time.process_time() - began:.1f} seconds for {len(data)} bytes")
        except Exception:  # noqa: BLE001 - whatever it is, it is a finding
            findings += 1
            name = arguments.findings / f"{target}-{arguments.seed}-{sum(tried.values())}.bin"
            name.write_bytes(data)
            print(f"{name}:\n{traceback.format_exc()}  {_again(target, name)}", flush=True)
            if not arguments.keep_going:
                return 1
            is_one = False
        tried[target] += 1
        accepted[target] += is_one
        if is_one and random.random() < 0.05:  # what is still one is a start for more
            if len(pool) < _MAX_POOL:
                pool.append(data)
            else:
                pool[random.randrange(first[target], len(pool))] = data
    last.unlink(missing_ok=True)
    told = ", ".join(f"{target} {count} ({accepted[target]} accepted)" for target, count in tried.items())
    print(f"fuzz: {sum(tried.values())} inputs in {arguments.seconds:.0f} s: {told}; {findings} findings")
    return 1 if findings else 0


def _again(target: str, file: Path) -> str:
    """The command that tries a finding again."""
    build = "BRIDGE_PURE=1 " if pure_requested() else ""
    return f"{build}{sys.executable} -m tests.fuzz --target {target} {file}"


if __name__ == "__main__":
    sys.exit(main())

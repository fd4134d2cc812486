"""``python -m tests.fuzz [--seconds N] [--seed N] [--corpus FOLDER] [FILE...]``: breaks streams, for both builds.

FUZZ_SECONDS is the time to run (60 by default). What is found is written to the folder named by ``--findings``; given
as FILE it is tried again.
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

from tests.fuzz.check import check
from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import seeds

_MEMORY_BYTES = 4 << 30
_SLOW_SECONDS = 5.0
_MAX_POOL = 4000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Broken streams, read by both builds.")
    parser.add_argument("files", nargs="*", type=Path, help="inputs to try, instead of making some")
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
            check(file.read_bytes(), Random(arguments.seed))
        return 0
    return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    random = Random(arguments.seed)
    first = seeds(arguments.corpus)
    pool = list(first)
    executions = streams = findings = 0
    last = arguments.findings / "last.bin"
    arguments.findings.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + arguments.seconds
    for data in first:
        check(data, Random(0))
    while time.monotonic() < end:
        data = mutate(random.choice(pool), random, pool)
        seed = random.randrange(1 << 30)
        last.write_bytes(data)  # in case the process does not live to say what it was
        began = time.process_time()
        try:
            is_stream = check(data, Random(seed))
            if time.process_time() - began > _SLOW_SECONDS:
                raise TimeoutError(f"{time.process_time() - began:.1f} seconds for {len(data)} bytes")
        except Exception:  # noqa: BLE001 - whatever it is, it is a finding
            findings += 1
            name = arguments.findings / f"finding-{arguments.seed}-{executions}-{seed}.bin"
            name.write_bytes(data)
            print(f"{name}:\n{traceback.format_exc()}", flush=True)
            if not arguments.keep_going:
                return 1
            is_stream = False
        executions += 1
        streams += is_stream
        if is_stream and random.random() < 0.05:  # what is still a stream is a start for more
            if len(pool) < _MAX_POOL:
                pool.append(data)
            else:
                pool[random.randrange(len(first), len(pool))] = data
    last.unlink(missing_ok=True)
    print(f"fuzz: {executions} inputs in {arguments.seconds:.0f} s, {streams} of them streams; {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

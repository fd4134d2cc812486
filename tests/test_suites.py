"""`scripts/suites.py`: suites beside one another, shown one after the other, and what becomes of their status."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts import suites
from scripts.suites import Suite, run

ROOT = Path(__file__).parent.parent

PASSES = "def test_it_passes():\n    print('passed aloud')\n"
FAILS = "def test_it_fails():\n    assert False\n"
NOT_IMPORTED = "import nothing_of_this_name\n"


@pytest.mark.parametrize(
    ("sources", "arguments", "at_once", "status"),
    [
        ([PASSES, PASSES], [], 1, 0),
        ([PASSES, FAILS, PASSES], [], 2, 1),
        ([NOT_IMPORTED, FAILS], [], 2, 2),
        ([PASSES, FAILS], ["-k", "passes"], 2, 0),
        ([PASSES], ["-k", "fails"], 2, 5),
    ],
    ids=["all pass", "one fails", "the first failure counts", "nothing selected in one", "nothing selected at all"],
)
def test_the_status_is_that_of_the_first_failure(
    sources: list[str],
    arguments: list[str],
    at_once: int,
    status: int,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    given = []
    for number, source in enumerate(sources):
        file = tmp_path / f"test_{number}.py"
        file.write_text(source)
        given.append(Suite(f"suite {number}", [str(file), "-p", "no:cacheprovider", f"--rootdir={tmp_path}", "-s"], {}))
    assert run(given, arguments, at_once) == status
    told = [line for line in capfd.readouterr().out.splitlines() if line.startswith("===== suite ")]
    assert [line.split(":")[0] for line in told] == [f"===== suite {number}" for number in range(len(sources))]


def test_what_they_print_is_kept_apart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = []
    for name in ("first", "second"):
        file = tmp_path / f"test_{name}.py"
        lines = [f"    print('{name} {turn}', flush=True)\n    time.sleep(0.01)\n" for turn in range(20)]
        file.write_text("import time\ndef test():\n" + "".join(lines))
        given.append(Suite(name, [str(file), "-p", "no:cacheprovider", f"--rootdir={tmp_path}", "-s"], {}))
    assert run(given, [], 2) == 0
    words = re.findall(r"(first|second) \d+$", capfd.readouterr().out, re.MULTILINE)
    assert words == ["first"] * 20 + ["second"] * 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_from_outside_ends_the_suites_first(number: signal.Signals, tmp_path: Path) -> None:
    here = tmp_path / "pids"
    here.mkdir()
    file = tmp_path / "test_long.py"
    file.write_text(
        "import os, pathlib, time\ndef test():\n"
        f"    (pathlib.Path({str(here)!r}) / str(os.getpid())).touch()\n    time.sleep(60)\n"
    )
    words = [str(file), "-p", "no:cacheprovider", f"--rootdir={tmp_path}"]
    # Where all of this runs in the background of a shell, SIGINT is ignored, and children inherit that.
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program += f"from scripts.suites import *; run([Suite('a', {words!r}, {{}}), Suite('b', {words!r}, {{}})], [], 2)"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while len(list(here.iterdir())) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(60) != 0
    for pid in here.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.name), 0)


def test_all_builds_are_tested() -> None:
    assert [suite.environment.get("BRIDGE_EXPECT") for suite in suites.SUITES] == ["compiled", "pure", None, None]
    paths = [word.removeprefix("--ignore=") for suite in suites.SUITES for word in suite.words]
    assert all((ROOT / path).exists() for path in paths)
    left_out = {word.removeprefix("--ignore=") for suite in suites.SUITES for word in suite.words if word[0] == "-"}
    assert left_out == {*suites.SUITES[-1].words, "interop/weka", "interop/redis"}

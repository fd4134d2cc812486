"""The README is true: its Python runs and prints what it says, its commands exist, its links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bridge import Channel, serve
from bridge.cli import entry
from bridge.codec import dumps
from bridge.tools.dump import dump_lines

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ANSWER = "got {hello=[1, 2.5, null]}"  # what the Java at the top of the README makes of the dict
WAIT_SECONDS = 60


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", document.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def promised(code: str) -> list[str]:
    """What the comments behind ``print`` say."""
    return re.findall(r"^ *print\(.*\)  # (.*)$", code, re.MULTILINE)


def answer_as_java(channel: Channel) -> None:
    for value in channel:
        assert value == {"hello": [1, 2.5, None]}
        channel.send(ANSWER)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_python_prints_what_is_said(document: Path, tmp_path: Path) -> None:
    code = "import bridge\n" + "\n".join(blocks(document, "python"))
    expected = promised(code)
    with serve(("127.0.0.1", 0), answer_as_java) as server:
        script = tmp_path / "readme.py"
        script.write_text(code.replace("9000", str(server.address.port)), "utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "error", script],
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        )
    assert done.stderr == ""
    assert done.stdout.splitlines() == expected
    assert len(expected) == len(re.findall(r"\bprint\(", code)), "a print without its output"


def test_the_first_screen_shows_three_lines_of_each_language() -> None:
    screen = README[: README.index("## Install")]
    (java,) = re.findall(r"```java\n(.*?)```", screen, re.DOTALL)
    (python,) = re.findall(r"```python\n(.*?)```", screen, re.DOTALL)
    assert len(java.splitlines()) == len(python.splitlines()) == 3
    assert "make demo" in screen and "make test" in screen


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text("utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if not target.startswith("http"):
            path, _, fragment = target.partition("#")
            found = document if not path else document.parent / path
            assert found.exists(), target
            if fragment:
                headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
                assert fragment in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_targets_of_make_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z][a-z-]+)", "\n".join(code_in(document))):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def code_in(document: Path) -> list[str]:
    text = document.read_text("utf-8")
    return [*re.findall(r"^    .*$", text, re.MULTILINE), *re.findall(r"`([^`\n]+)`", text)]


def command_lines(document: Path) -> list[str]:
    """The commands shown, without what is said beside them."""
    lines = [line.strip() for line in re.findall(r"^    .*$", document.read_text("utf-8"), re.MULTILINE)]
    return [re.split(r" {2,}| \||$", line)[0] for line in lines if line.startswith("java-bridge ")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_commands_are_those_of_the_command_line(document: Path) -> None:
    for line in command_lines(document):
        words = shlex.split(line)[1:]
        options = entry._parser().parse_args(words)
        assert callable(options.run), line


def test_the_dump_that_is_shown_is_one() -> None:
    shown = [line.strip() for line in code_in(ROOT / "docs" / "command-line.md") if re.match(r" *[0-9a-f]{8}  ", line)]
    assert shown == [str(line) for line in dump_lines([dumps(["a"])])]


def test_every_command_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["--help"]) == 0
    names = re.findall(r"^    ([a-z-]+) ", capsys.readouterr().out, re.MULTILINE)
    shown = {line.split()[1] for line in command_lines(ROOT / "README.md")}
    assert set(names) == shown

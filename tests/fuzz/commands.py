"""The commands that read files, as they are given on the command line, by both builds.

An input is the number of a command, a byte, and what it reads on standard input or in a file.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import bridge
from bridge.wire.machine import MessageConnection
from bridge.wire.protocol import CLIENT, SERVER
from examples.store import STORE, Get, Put, Stored
from tests.fuzz.check import Finding
from tests.fuzz.seeds import ASSEMBLED
from tests.mapping.class_writer import WRITE_OBJECT, class_file
from tests.stream.outcomes import BUILDS, Build

__all__ = ["command_seeds", "commands"]

_FILE = "FILE"
_ON_STANDARD_INPUT = "-"
_TERMINAL_COLOR = re.compile(r"\x1b\[[0-9;]*m")

#: Statuses that ``bridge.cli`` promises for what is in a file: all went well, refused, an audit found something.
_STATUSES = (0, 1, 3)


class _Command(NamedTuple):
    words: list[str]
    is_json: bool = False  # each line of the output is a JSON text
    in_color: bool = False
    is_ordered: bool = True  # what is printed does not depend on the order of a set of objects
    builds: list[Build] = BUILDS


#: New ones go to the end: the number of a command is the first byte of an input.
_COMMANDS = [
    _Command(["dump", _ON_STANDARD_INPUT]),
    _Command(["dump", "--full", "--color", "always", _FILE], in_color=True),
    _Command(["dump", "--max-depth", "2", "--no-class-descriptors", _ON_STANDARD_INPUT]),
    _Command(["json", _ON_STANDARD_INPUT], is_json=True, is_ordered=False),
    _Command(["json", "--indent", "1", "--ascii", _FILE], is_ordered=False),
    _Command(["json", "--filter", "maxdepth=3;maxarray=9;!java.util.Tree*;*", _FILE], is_json=True, is_ordered=False),
    _Command(["audit", _ON_STANDARD_INPUT]),
    _Command(["audit", "--json", _FILE, _FILE], is_json=True),
    _Command(["audit", "--level", "danger", _FILE]),
    # The protocol is declared with the package that was installed, and is none of the other build's.
    _Command(["wire", "examples.store:STORE", "--decode", _ON_STANDARD_INPUT], builds=BUILDS[:1]),
    _Command(["wire", "examples.store:STORE", "--from", "server", "--full", "--decode", _FILE], builds=BUILDS[:1]),
    _Command(["gen", _FILE, "p.*", "bridge.*"]),
]


def commands(data: bytes) -> bool:
    if not data:
        return False
    command = _COMMANDS[data[0] % len(_COMMANDS)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "input"
        file.write_bytes(data[1:])
        words = [str(file) if word == _FILE else word for word in command.words]
        results = [_run(build, words, data[1:]) for build in command.builds]
    for result in results:
        _judge(command, result)
    if len({_comparable(command, result) for result in results}) > 1:
        raise Finding(f"the builds print different things for {command.words}: {results!r:.6000}")
    return results[0].status != 1


class _Result(NamedTuple):
    status: int
    out: str
    err: str


#: Imported here, so that what leads by coverage sees their code.
_MAIN = {build.name: build.module("cli").main for build in BUILDS}


def _run(build: Build, words: list[str], stdin: bytes) -> _Result:
    with _standard_streams(stdin) as (out, err):
        status = _MAIN[build.name](words)
        return _Result(status, _written(out), _written(err))


@contextmanager
def _standard_streams(stdin: bytes) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    sys.stdout, sys.stderr = out, err = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    try:
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def _judge(command: _Command, result: _Result) -> None:
    if result.status not in _STATUSES:
        raise Finding(f"{command.words} ends with status {result.status}: {result.err:.3000}")
    if result.status == 0 and result.err:
        raise Finding(f"{command.words} went well, and complains: {result.err:.3000}")
    shown = _TERMINAL_COLOR.sub("", result.out) if command.in_color else result.out
    for text in (shown, result.err):
        for line in text.split("\n"):
            if not line.isprintable():
                raise Finding(f"{command.words} prints what moves the cursor of a terminal: {line!r:.3000}")
    if command.is_json:
        for line in result.out.splitlines():
            try:
                json.loads(line)
            except RecursionError:  # of this reader of JSON
                continue


def _comparable(command: _Command, result: _Result) -> _Result:
    """Objects in a set come in the order of their addresses."""
    return result if command.is_ordered else result._replace(out="".join(sorted(result.out)))


# ------------------------------------------------------------------------------------------------------------- seeds


def command_seeds() -> list[bytes]:
    """For each command some files of the kind that it reads."""
    files: dict[str, list[bytes]] = {"wire": _messages(), "gen": [_jar(), b"", _jar()[:-30]]}
    streams = [
        *ASSEMBLED,
        gzip.compress(ASSEMBLED[3], mtime=0),
        bridge.dumps([{"a": {1, 2}}, bridge.TreeMap({"b": 2.5})]),
    ]
    turns = cycle(range(4))
    found = []
    for number, command in enumerate(_COMMANDS):
        turn = next(turns)
        found += [bytes((number,)) + data for data in files.get(command.words[0], streams[turn::4])]
    return found


def _messages() -> list[bytes]:
    client, server = MessageConnection(STORE, CLIENT), MessageConnection(STORE, SERVER)
    client.send(Put(1, "a", 0, b"data"))
    client.send(Get(2, "\u00e9"))
    server.send(Stored(1, 7))
    return [client.data_to_send(), server.data_to_send()]


def _jar() -> bytes:
    jar = io.BytesIO()
    fields: list[Any] = [("value", "Ljava/util/List;", 2, "Ljava/util/List<Ljava/lang/String;>;"), ("x", "I", 2)]
    with ZipFile(jar, "w") as archive:
        archive.writestr("p/A.class", class_file("p.A", "p.B", fields, methods=[WRITE_OBJECT]))
        archive.writestr("p/B.class", class_file("p.B", fields=[("é", "[Lp/A;", 2)]))
        archive.writestr("p/R.class", class_file("p.R", is_record=True))
    return jar.getvalue()

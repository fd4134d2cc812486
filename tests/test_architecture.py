"""The layers of the package, held by reading its sources and by importing each module alone.

    errors, limits, constants ← stream ← mapping ← codec, streams, connection ← channel, aio ← cli

Beside that chain: `transport` knows bytes and never objects; `wire` and `tools` use what is below and nothing uses them
but the command line; nothing uses `compat`; `bridge/__init__.py` is the public face, which exports from everywhere and
which nothing imports.

A new module inside a room needs nothing here. A new room or a new module at the top of the package needs a line in
LAYERS. An import inside a function needs a line in LATE_IMPORTS, with the reason.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE_DIRECTORY = Path(__file__).parent.parent / "bridge"

# Which layer a module is in, by its name inside the package; a room's name stands for all that is in it.
LAYERS = {
    "_build": "foundation",
    "_version": "foundation",
    "errors": "foundation",
    "limits": "foundation",
    "gadgets": "foundation",
    "stream.constants": "foundation",
    "stream": "stream",
    "mapping": "mapping",
    "ends": "conversation",
    "codec": "conversation",
    "streams": "conversation",
    "connection": "conversation",
    "datagrams": "conversation",
    "transport": "transport",
    "backoff": "conversation",
    "reconnect": "channel",
    "channel": "channel",
    "turn": "channel",
    "event_log": "channel",
    "admission": "channel",
    "server": "channel",
    "aio": "channel",
    "wire": "wire",
    "tools": "tools",
    "compat": "compat",
    "cli": "command line",
    "__main__": "command line",
    "": "face",
}

# What each layer may import, beside itself.
BELOW: dict[str, set[str]] = {
    "foundation": set(),
    "stream": {"foundation"},
    "mapping": {"foundation", "stream"},
    "conversation": {"foundation", "stream", "mapping"},
    "transport": {"foundation"},
    "channel": {"foundation", "stream", "mapping", "conversation", "transport"},
    "wire": {"foundation", "stream", "mapping", "conversation", "transport", "channel"},
    "tools": {"foundation", "stream", "mapping", "conversation", "transport", "channel"},
    "compat": {"foundation", "stream", "mapping", "conversation"},
    "command line": {"foundation", "stream", "mapping", "conversation", "transport", "channel", "wire", "tools"},
    "face": {"foundation", "stream", "mapping", "conversation", "transport", "channel", "wire", "tools"},
}

# The layers that are fed and asked, and never wait: they do no input or output of their own and know no clock.
SANS_IO = {"foundation", "stream", "mapping", "conversation"}
IO_MODULES = {
    *("_socket", "_thread", "asyncio", "concurrent", "multiprocessing", "sched", "select", "selectors", "signal"),
    *("socket", "socketserver", "ssl", "subprocess", "threading", "time"),
}

# (module of the bridge, what it imports inside a function): the reason why not at the top.
LATE_IMPORTS: dict[tuple[str, str], str] = {
    ("gadgets", "tomllib"): "only a program that writes classes other than the JDK's, or audits, reads the list",
    ("cli.wire_commands", "wire.prompt"): "prompt_toolkit takes long to import, and only a prompt needs it",
    ("mapping.numpy_values", "numpy"): "only a program that has an array of numpy has numpy",
    ("mapping.numpy_arrays", "numpy"): "only a program that asks for arrays of numpy needs it",
}

SHAPELESS_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}
MAX_LINES = 800


@dataclass(frozen=True)
class Import:
    """One name that a module imports."""

    module: str  # the importing module, named inside the package: "stream.decoder"; "" is the package itself
    target: str  # for an import from the package, the imported module, named likewise; else the absolute name
    internal: bool
    place: str  # file:line
    late: bool = False  # inside a function
    bottom: bool = False  # at module level, after the first function or class
    for_types: bool = False  # under `if TYPE_CHECKING`


class Package:
    """The sources of one package, read and not imported."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.files: dict[str, Path] = {}
        for file in sorted(directory.rglob("*.py")):
            parts = file.relative_to(directory).with_suffix("").parts
            self.files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file

    @cached_property
    def imports(self) -> list[Import]:
        found: list[Import] = []
        for module, file in self.files.items():
            found += self._python_imports(module, file)
            declarations = file.with_suffix(".pxd")
            if declarations.is_file():
                found += self._cimports(module, declarations)
        return found

    @property
    def internal_imports(self) -> list[Import]:
        return [found for found in self.imports if found.internal]

    def place(self, file: Path, line: int = 1) -> str:
        return f"{file.relative_to(self.directory.parent)}:{line}"

    def _resolve(self, module: str, level: int, source: str | None, names: list[str]) -> Iterator[str]:
        """The modules that ``from <dots><source> import <names>`` in ``module`` loads from."""
        start = module.split(".") if module else []
        if self.files[module].name != "__init__.py":
            start = start[:-1]
        base = ".".join([*start[: len(start) - level + 1], *(source.split(".") if source else [])])
        for name in names:
            submodule = f"{base}.{name}" if base else name
            yield submodule if submodule in self.files else base

    def _python_imports(self, module: str, file: Path) -> Iterator[Import]:
        tree = ast.parse(file.read_text("utf-8"), str(file))
        definitions = [
            n.lineno for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        first_definition = min(definitions, default=sys.maxsize)
        late = _below(tree, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        for_types = {
            id(node)
            for test in ast.walk(tree)
            if isinstance(test, ast.If) and "TYPE_CHECKING" in ast.unparse(test.test)
            for statement in test.body
            for node in ast.walk(statement)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            targets = [alias.name for alias in node.names]
            internal = isinstance(node, ast.ImportFrom) and node.level > 0
            if isinstance(node, ast.ImportFrom):
                targets = (
                    [*self._resolve(module, node.level, node.module, targets)] if internal else [node.module or ""]
                )
            for target in dict.fromkeys(targets):
                yield Import(
                    module,
                    target,
                    internal,
                    self.place(file, node.lineno),
                    late=id(node) in late,
                    bottom=id(node) not in late and node.lineno > first_definition,
                    for_types=id(node) in for_types,
                )

    def _cimports(self, module: str, file: Path) -> Iterator[Import]:
        text = file.read_text("utf-8")
        for match in re.finditer(r"^\s*from\s+(\.*)([\w.]*)\s+cimport\s+(\([^)]*\)|[^\n#]*)", text, re.MULTILINE):
            dots, source, names = match.groups()
            place = self.place(file, text.count("\n", 0, match.start()) + 1)
            if dots:
                for target in dict.fromkeys(self._resolve(module, len(dots), source, re.findall(r"\w+", names))):
                    yield Import(module, target, True, place)
            else:
                yield Import(module, source, False, place)


def _below(tree: ast.AST, *kinds: type[ast.AST]) -> set[int]:
    return {id(inner) for node in ast.walk(tree) if isinstance(node, kinds) for inner in ast.walk(node)}


def layer_of(module: str) -> str | None:
    name = module
    while name not in LAYERS and "." in name:
        name = name.rpartition(".")[0]
    return LAYERS.get(name)


def may_import(module: str, target: str) -> bool:
    here, there = layer_of(module), layer_of(target)
    return here is None or there == here or there in BELOW[here]


# ---- the rules: each gives a list of what breaks it ----


def modules_without_layer(package: Package) -> list[str]:
    return [
        f"{package.place(file)}: in no layer: say in LAYERS of {Path(__file__).name} where it belongs"
        for module, file in package.files.items()
        if layer_of(module) is None
    ]


def imports_against_the_layers(package: Package) -> list[str]:
    return [
        f"{found.place}: {found.module or 'the face'} ({layer_of(found.module)}) imports "
        f"{found.target or 'the face'} ({layer_of(found.target)})"
        for found in package.internal_imports
        if not may_import(found.module, found.target)
    ]


def io_where_none_is_allowed(package: Package) -> list[str]:
    return [
        f"{found.place}: {found.module} ({layer_of(found.module)}) imports {found.target}"
        for found in package.imports
        if not found.internal and layer_of(found.module) in SANS_IO and found.target.split(".")[0] in IO_MODULES
    ]


def wall_clocks(package: Package) -> list[str]:
    """A clock that is set, by hand or by NTP, must not make a timeout shorter or longer: only time.monotonic does."""
    clocks = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "date.today", "datetime.today"}
    return [
        f"{package.place(file, node.lineno)}: {module} ({layer_of(module)}) asks {ast.unparse(node)}"
        for module, file in package.files.items()
        if layer_of(module) in ("channel", "transport")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in clocks
    ]


def absolute_imports_of_itself(package: Package) -> list[str]:
    return [
        f"{found.place}: import {found.target}: inside the package, imports are relative"
        for found in package.imports
        if not found.internal and found.target.split(".")[0] == package.directory.name
    ]


def imports_in_odd_places(package: Package, allowed: dict[tuple[str, str], str]) -> list[str]:
    unused = dict(allowed)
    problems = []
    for found in package.imports:
        if (
            found.late
            and not unused.pop((found.module, found.target), None)
            and (found.module, found.target) not in allowed
        ):
            problems.append(f"{found.place}: {found.target} is imported inside a function")
        if found.bottom:
            problems.append(f"{found.place}: {found.target} is imported below a definition")
    problems += [f"LATE_IMPORTS allows {module} to import {target}, and it does not" for module, target in unused]
    return problems


def cycles(package: Package) -> list[str]:
    graph: dict[str, set[str]] = {}
    for found in package.internal_imports:
        # The face imports everything and is imported by nothing, which the layers hold.
        if not found.for_types and found.module != "" and found.target not in ("", found.module):
            graph.setdefault(found.module, set()).add(found.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" ← ".join(error.args[1])]
    return []


def shapeless_names(package: Package) -> list[str]:
    return [
        f"{package.place(file)}: the name does not say what is in it"
        for module, file in package.files.items()
        if SHAPELESS_NAMES.intersection(module.strip("_").split("."))
    ]


def long_modules(package: Package) -> list[str]:
    lengths = {file: file.read_text("utf-8").count("\n") for file in package.files.values()}
    return [f"{package.place(file)}: {n} lines, {MAX_LINES} at most" for file, n in lengths.items() if n > MAX_LINES]


# The child of each fork is an interpreter that has imported nothing of the package yet. A first child imports all of it
# and tells what else was loaded; the parent imports that, once for all children instead of once in each.
IMPORT_ALONE = """
import importlib, json, os, sys, traceback, types
directory, name, mode, modules = json.loads(sys.stdin.read())
sys.path.insert(0, os.path.dirname(directory))

def import_alone(module):
    if mode == "bare":
        # A parent that loads nothing, so that only what the module itself imports is loaded.
        package = sys.modules[name] = types.ModuleType(name)
        package.__path__ = [directory]
        if os.path.exists(os.path.join(directory, "_build.py")):
            importlib.import_module(name + "._build")
    importlib.import_module((name + "." + module).rstrip("."))
    return [key.partition(".")[2] for key in sys.modules if key.startswith(name + ".")]

def loaded_by_all():
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        for module in modules:
            try:
                import_alone(module)
            except BaseException:
                continue  # is told below
        with os.fdopen(writer, "w") as pipe:
            json.dump([key for key in sys.modules if key.partition(".")[0] != name], pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        loaded = json.load(pipe)
    os.waitpid(child, 0)
    return loaded

for module in loaded_by_all():
    try:
        importlib.import_module(module)
    except ImportError:  # one that another module made, not the import system
        continue
for module in modules:
    sys.stdout.flush()
    child = os.fork()
    if not child:
        try:
            print(json.dumps([module, import_alone(module), ""]))
        except BaseException:
            print(json.dumps([module, [], traceback.format_exc()]))
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
"""


def import_each_alone(package: Package, mode: str) -> list[str]:
    """Import every module, each in an interpreter of its own with warnings as errors; gives what went wrong.

    Mode ``face``: as users do, where the parent package comes first. Mode ``bare``: under an empty parent package, so
    that a room proves that it needs nothing but the layers below it.
    """
    skipped = {"", "__main__"} if mode == "bare" else {"__main__"}
    modules = [module for module in package.files if module not in skipped]
    directory = package.directory
    with tempfile.TemporaryDirectory() as compiled_once:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-X", f"pycache_prefix={compiled_once}", "-c", IMPORT_ALONE],
            input=json.dumps([str(directory), directory.name, mode, modules]),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    problems = [f"import {directory.name}.{module}, {mode}:\n{error}" for module, _, error in reports if error]
    if mode == "bare":
        problems += [
            f"import {directory.name}.{module} loads {loaded}, which is not in a layer below it"
            for module, everything, _ in reports
            for loaded in everything
            if not (may_import(module, loaded) or loaded == "_build" or module.startswith(loaded + "."))
        ]
    if len(reports) != len(modules) or done.returncode:
        problems.append(f"only {len(reports)} of {len(modules)} modules reported:\n{done.stderr}")
    return problems


# ---- the package keeps them ----


@pytest.fixture(scope="module")
def package() -> Package:
    return Package(PACKAGE_DIRECTORY)


def report(problems: list[str]) -> None:
    assert not problems, "\n" + "\n".join(problems)


def test_every_module_is_in_a_layer(package: Package) -> None:
    report(modules_without_layer(package))


def test_imports_go_one_way(package: Package) -> None:
    report(imports_against_the_layers(package))


def test_levels_below_the_channel_do_no_io(package: Package) -> None:
    report(io_where_none_is_allowed(package))


def test_waiting_knows_no_clock_that_can_be_set(package: Package) -> None:
    report(wall_clocks(package))


def test_imports_inside_the_package_are_relative(package: Package) -> None:
    report(absolute_imports_of_itself(package))


def test_imports_stand_at_the_top(package: Package) -> None:
    report(imports_in_odd_places(package, LATE_IMPORTS))


def test_no_cycles(package: Package) -> None:
    report(cycles(package))


def test_names_say_what_is_inside(package: Package) -> None:
    report(shapeless_names(package))


def test_modules_are_short(package: Package) -> None:
    report(long_modules(package))


@pytest.mark.parametrize("mode", ["face", "bare"])
def test_each_module_imports_alone(package: Package, mode: str) -> None:
    report(import_each_alone(package, mode))


def test_the_face_chooses_the_build_before_it_imports_anything(package: Package) -> None:
    first = next((found for found in package.internal_imports if found.module == ""), None)
    assert first is not None
    assert first.target == "_build"


# ---- and the rules can fail: each finds what is planted in a small package ----

SOUND = {
    "__init__.py": "from ._build import nothing\nfrom .channel import connect\n",
    "_build.py": "nothing = None\n",
    "errors.py": "",
    "channel.py": "import socket\nfrom .stream.decoder import decode\nfrom .transport import tcp\nconnect = decode\n",
    "stream/__init__.py": "",
    "stream/decoder.py": "import json\nfrom .. import errors\nfrom . import native\ndecode = native.u16\n",
    "stream/decoder.pxd": "from . cimport native\nfrom .model cimport Node\n",
    "stream/native.py": "u16 = None\n",
    "stream/model.py": "class Node: ...\n",
    "transport/__init__.py": "",
    "transport/tcp.py": "import socket\nfrom ..errors import __doc__\n",
}


def write_package(directory: Path, **changes: str) -> Package:
    root = directory / "toy"
    for name, text in (SOUND | changes).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return Package(root)


def everything_wrong_with(package: Package) -> list[str]:
    return [
        *modules_without_layer(package),
        *imports_against_the_layers(package),
        *io_where_none_is_allowed(package),
        *wall_clocks(package),
        *absolute_imports_of_itself(package),
        *imports_in_odd_places(package, {}),
        *cycles(package),
        *shapeless_names(package),
        *long_modules(package),
    ]


def test_a_sound_package_passes(tmp_path: Path) -> None:
    toy = write_package(tmp_path)
    assert everything_wrong_with(toy) == []
    assert import_each_alone(toy, "face") == []
    assert import_each_alone(toy, "bare") == []


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("errors.py", "from .stream import model\n", "errors.py:1: errors (foundation) imports stream.model (stream)"),
        ("stream/model.py", "\nfrom ..mapping import x\n", "model.py:2: stream.model (stream) imports mapping"),
        ("stream/model.py", "from .. import connect\n", "stream.model (stream) imports the face (face)"),
        ("stream/model.pxd", "from ..channel cimport C\n", "model.pxd:1: stream.model (stream) imports channel"),
        ("stream/model.py", "def f():\n    from ..channel import connect\n", "imports channel (channel)"),
        ("transport/tcp.py", "from ..stream import decoder\n", "transport.tcp (transport) imports stream.decoder"),
        ("codec.py", "from .tools.dump import x\n", "codec (conversation) imports tools.dump (tools)"),
        ("codec.py", "from . import wire\n", "codec (conversation) imports wire (wire)"),
        ("channel.py", "from .cli import main\n", "channel (channel) imports cli (command line)"),
        ("codec.py", "import socket\n", "codec.py:1: codec (conversation) imports socket"),
        ("stream/model.py", "from asyncio.events import get_event_loop\n", "imports asyncio.events"),
        ("mapping/java_time.py", "try:\n    import time as t\nexcept ImportError: pass\n", "imports time"),
        ("channel.py", "import time\ndef f(): return time.time()\n", "channel (channel) asks time.time"),
        ("transport/tcp.py", "from datetime import datetime\nx = datetime.now\n", "transport.tcp (transport) asks"),
        ("channel.py", "import toy.errors\n", "import toy.errors: inside the package"),
        ("channel.py", "from toy import errors\n", "import toy: inside the package"),
        ("channel.py", "from toy.errors import x\n", "import toy.errors: inside the package"),
        ("stream/model.pxd", "from toy.stream.native cimport u16\n", "import toy.stream.native: inside the package"),
        ("channel.py", "def f():\n    import json\n", "channel.py:2: json is imported inside a function"),
        ("channel.py", "class A:\n    pass\nimport json\n", "channel.py:3: json is imported below a definition"),
        ("stream/native.py", "from . import decoder\n", "stream.decoder ← stream.native ← stream.decoder"),
        ("gadget.py", "", "gadget.py:1: in no layer"),
        ("stream/utils.py", "", "utils.py:1: the name does not say"),
        ("channel.py", "x = 1\n" * 801, "channel.py:1: 801 lines"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(tmp_path: Path, file: str, text: str, expected: str) -> None:
    toy = write_package(tmp_path, **{"mapping/__init__.py": "", "tools/__init__.py": "", "tools/dump.py": ""}, **{
        "wire/__init__.py": "", "cli.py": "", file: text
    })  # fmt: skip
    assert any(expected in problem for problem in everything_wrong_with(toy)), everything_wrong_with(toy)


@pytest.mark.parametrize(
    ("file", "text", "mode", "expected"),
    [
        ("stream/model.py", "import no_such_module\n", "face", "No module named 'no_such_module'"),
        ("stream/model.py", "import warnings\nwarnings.warn('old', UserWarning)\n", "face", "UserWarning: old"),
        ("stream/model.py", "import os\nos._exit(3)\n", "face", "modules reported"),
        ("errors.py", "import importlib\nimportlib.import_module('toy.channel')\n", "bare", "errors loads channel"),
    ],
)  # fmt: skip
def test_a_module_that_does_not_import_alone_is_found(
    tmp_path: Path, file: str, text: str, mode: str, expected: str
) -> None:
    toy = write_package(tmp_path, **{file: text})
    assert any(expected in problem for problem in import_each_alone(toy, mode))


def test_a_late_import_is_allowed_with_a_reason_and_only_while_it_is_there(tmp_path: Path) -> None:
    toy = write_package(tmp_path, **{"channel.py": "def f():\n    import json\ndef g():\n    import json\n"})
    assert imports_in_odd_places(toy, {("channel", "json"): "quicker start"}) == []
    assert imports_in_odd_places(write_package(tmp_path), {("channel", "json"): "quicker start"}) == [
        "LATE_IMPORTS allows channel to import json, and it does not"
    ]


def test_types_may_refer_to_each_other(tmp_path: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import decoder\n"
    assert cycles(write_package(tmp_path, **{"stream/native.py": text})) == []

"""The command line: what it prints, what it says of errors, and its exit status."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import platform
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bridge
from bridge import Channel, serve
from bridge.cli import commands, main
from bridge.codec import dumps, dumps_all
from bridge.mapping.classfile import ACC_PRIVATE
from bridge.mapping.defaults import default_registry
from bridge.stream.encoder import Encoder
from bridge.stream.generic import class_for
from bridge.stream.model import BlockData
from examples import store
from tests.mapping.class_writer import class_file

WAIT_SECONDS = 30
MODULE = [sys.executable, "-m", "bridge"]


class Result:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def values(self) -> list[Any]:
        return [json.loads(line) for line in self.lines]


class Run:
    """Runs a command in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: object, stdin: bytes = b"") -> Result:
        self._monkeypatch.setattr(sys, "argv", ["java-bridge"])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        status = main([str(word) for word in words])
        out, err = self._capsys.readouterr()
        return Result(status, out, err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(capsys, monkeypatch)


@pytest.fixture
def stream(tmp_path: Path) -> Any:
    def write(data: bytes, name: str = "values.ser") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@contextlib.contextmanager
def process(*words: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which is gone at the end."""
    with subprocess.Popen(
        [*MODULE, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets what it starts in the background ignore Ctrl-C, and so would these, if the tests run there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # it takes no lock
        **options,
    ) as started:
        watchdog = threading.Timer(WAIT_SECONDS, started.kill)
        watchdog.start()
        try:
            yield started
        finally:
            watchdog.cancel()
            started.kill()


# ---- as a whole


def test_without_a_command_it_says_how_it_is_used(run: Run) -> None:
    result = run()
    assert result.status == 2 and "usage: java-bridge" in result.err and "COMMAND" in result.err


@pytest.mark.parametrize("command", ["dump", "json", "audit", "send", "listen", "sockets", "gen", "version"])
def test_every_command_has_a_help_text(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.status == 0 and result.out.startswith(f"usage: java-bridge {command}")
    assert max(map(len, result.lines)) <= 110
    assert command in run("--help").out


def test_exit_statuses_are_in_the_help(run: Run) -> None:
    assert "exit status:" in run("--help").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["what"], "invalid choice: 'what'"),
        (["dump"], "required: FILE"),
        (["dump", "x", "--max-depth", "0"], "'0' is not a whole number above 0"),
        (["dump", "x", "--color", "red"], "invalid choice: 'red'"),
        (["json", "x", "--indent", "-1"], "'-1' is not a whole number"),
        (["json", "x", "--filter", "maxbytes=x"], "maxbytes must be a whole number"),
        (["send"], "required: ADDRESS"),
        (["send", "9000"], "there is nothing to send"),
        (["send", "localhost", "1"], "the port is missing"),
        (["send", "localhost:x", "1"], "not a port number"),
        (["send", "99999", "1"], "from 0 to 65535"),
        (["send", "9000", "hello"], "a text needs quotes inside those of the shell: '\"hello\"'"),
        (["send", "9000", "[1"], "VALUE [1: this is not JSON"),
        (["send", "9000", "1", "--timeout", "soon"], "'soon' is not a number of seconds"),
        (["send", "9000", "1", "--timeout", "nan"], "'nan' is not a number of seconds"),
        (["listen", "0", "--count", "none"], "'none' is not a whole number"),
        (["sockets", "--pid", "x"], "'x' is not a whole number"),
        (["sockets", "--port", "70000"], "'70000' is not a port"),
        (["sockets", "--state", "open"], "'open' is not a state: LISTEN"),
        (["sockets", "--watch", "--count"], "--count"),
    ],
)
def test_wrong_use_is_told_and_is_status_2(run: Run, words: list[str], message: str) -> None:
    result = run(*words)
    assert (result.status, result.out) == (2, "")
    assert message in result.err and "Traceback" not in result.err


def test_version_tells_the_version_the_build_and_the_platform(run: Run) -> None:
    result = run("version")
    build = "compiled" if bridge.compiled else "pure Python"
    assert result.lines[0] == f"java-object-bridge {bridge.__version__} ({build})"
    assert platform.python_version() in result.lines[1]
    assert run("--version").out == f"java-object-bridge {bridge.__version__}\n"


def test_it_runs_as_a_module_and_as_a_console_script() -> None:
    done = subprocess.run([*MODULE, "version"], capture_output=True, text=True, timeout=WAIT_SECONDS, check=True)
    assert done.stdout.startswith("java-object-bridge ")
    asked = subprocess.run([*MODULE, "--help"], capture_output=True, text=True, timeout=WAIT_SECONDS, check=True)
    assert asked.stdout.startswith("usage: python -m bridge")
    script = Path(sys.executable).with_name("java-bridge")
    done = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=WAIT_SECONDS, check=True)
    assert done.stdout.startswith("usage: java-bridge")


# ---- dump and json


def test_dump_shows_the_stream(run: Run, stream: Any) -> None:
    result = run("dump", stream(dumps({"a": [1, 2]})))
    assert (result.status, result.err) == (0, "")
    assert result.lines[0] == "00000000  STREAM_MAGIC STREAM_VERSION"
    assert '00000085    TC_STRING #7e0003 "a"' in result.lines


def test_dump_reads_standard_input_and_what_is_packed(run: Run, stream: Any) -> None:
    data = dumps([1])
    expected = run("dump", stream(data)).out
    assert run("dump", "-", stdin=data).out == expected
    assert run("dump", "-", stdin=gzip.compress(data)).out == expected
    assert run("dump", stream(gzip.compress(data), "packed.gz")).out == expected


def test_dump_can_leave_out_levels_and_class_descriptors(run: Run, stream: Any) -> None:
    path = stream(dumps([[1]]))
    whole = run("dump", path).lines
    flat = run("dump", path, "--max-depth", 1).lines
    assert set(flat) < set(whole) and all("Integer" not in line for line in flat)
    values = run("dump", path, "--no-class-descriptors").lines
    assert set(values) < set(whole) and all("TC_CLASSDESC" not in line and "field" not in line for line in values)


def test_dump_shows_long_values_whole_when_asked(run: Run, stream: Any) -> None:
    path = stream(dumps("x" * 5000))
    assert "x" * 5000 not in run("dump", path).out
    assert "x" * 5000 in run("dump", path, "--full").out


def test_dump_has_colours_when_asked(run: Run, stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    path = stream(dumps("x"))
    assert "\x1b[" not in run("dump", path).out
    assert "\x1b[" not in run("dump", path, "--color", "never").out
    assert "\x1b[" in run("dump", path, "--color", "always").out


def test_dump_shows_what_comes_before_an_error_and_then_the_error(run: Run, stream: Any) -> None:
    result = run("dump", stream(dumps(["a", "b"])[:-2]))
    assert result.status == 1
    assert result.lines[-1].endswith('TC_STRING #7e0002 "a"')
    assert result.err.startswith("java-bridge: ") and "values.ser: TruncatedStreamError: " in result.err
    assert "at byte" in result.err and len(result.err.splitlines()) == 1


def test_several_files_have_headings_and_one_that_is_broken_does_not_stop_the_others(run: Run, stream: Any) -> None:
    good, bad = stream(dumps("good"), "good.ser"), stream(b"hello", "bad.ser")
    result = run("dump", bad, "/nowhere/x.ser", good)
    assert result.status == 1
    assert f"{bad}:" in result.lines and f"{good}:" in result.lines and '"good"' in result.lines[-1]
    assert len(result.err.splitlines()) == 2
    assert "CorruptedStreamError: not a Java object stream" in result.err
    assert "java-bridge: /nowhere/x.ser: No such file or directory" in result.err


def test_a_folder_is_no_stream(run: Run, tmp_path: Path) -> None:
    for command in ("dump", "json"):
        result = run(command, tmp_path)
        assert result.status == 1 and "directory" in result.err and "Traceback" not in result.err


def test_json_prints_each_content_on_a_line(run: Run, stream: Any) -> None:
    result = run("json", stream(dumps_all([1, {"a": [None, "é"]}, BlockData(b"\0"), bridge.Long(5)])))
    assert result.status == 0
    assert result.values == [1, {"a": [None, "é"]}, {"$data": "AA=="}, {"$class": "java.lang.Long", "$value": 5}]


def test_json_can_be_indented_and_plain_ascii(run: Run, stream: Any) -> None:
    path = stream(dumps(["é"]))
    assert run("json", path).out == '["é"]\n'
    assert run("json", path, "--ascii").out == '["\\u00e9"]\n'
    assert run("json", path, "--indent", 2).out == '[\n  "é"\n]\n'


def test_json_shows_what_comes_before_an_error(run: Run, stream: Any) -> None:
    result = run("json", stream(dumps_all([1, "two"])[:-1]))
    assert (result.status, result.values) == (1, [1])
    assert "TruncatedStreamError" in result.err


def test_json_shows_an_exception_of_the_writer_and_goes_on(run: Run, stream: Any) -> None:
    encoder = Encoder(default_registry)
    encoder.write_exception("why")
    encoder.write_object(2)
    result = run("json", stream(encoder.take()))
    assert (result.status, result.values) == (1, [{"$exception": "why"}, 2])
    assert "the peer failed while it wrote an object: why" in result.err


def test_json_lets_in_what_the_filter_allows(run: Run, stream: Any) -> None:
    result = run("json", stream(dumps([1])), "--filter", "!java.util.*")
    assert result.status == 1 and "RejectedError" in result.err
    assert run("json", stream(dumps([1])), "--filter", "java.**;!*").status == 0


def test_gen_writes_a_module_of_declared_classes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "Order.class").write_bytes(class_file("Order", fields=[("id", "J", ACC_PRIVATE)]))
    models = tmp_path / "models.py"

    assert run("gen", tmp_path, "Order", "-o", models).status == 0
    assert run("gen", tmp_path, "Order").out == models.read_text()
    assert "id: bridge.jlong" in models.read_text()


def test_gen_says_which_class_is_not_there(run: Run, tmp_path: Path) -> None:
    result = run("gen", tmp_path, "com.example.Missing", "-o", tmp_path / "models.py")

    assert result.status == 1
    assert "com.example.Missing" in result.err
    assert not (tmp_path / "models.py").exists()


PROTOCOL = """
from construct import Int8ub, Struct, VarInt
from bridge.wire import Protocol, message
Counter = Protocol("counter", message("Count", Struct("n" / Int8ub)))
Endless = Protocol("endless", message("Count", Struct("n" / VarInt)))
class Inside:
    Counter = Counter
"""


def test_gen_java_writes_the_files_of_a_package(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "declared_counter.py").write_text(PROTOCOL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    result = run("gen-java", "declared_counter:Inside.Counter", "-o", "out", "--package", "com.example")

    assert (result.status, result.out) == (0, "")
    written = [path.as_posix() for path in (Path("out") / "com/example").iterdir()]
    assert sorted(result.err.replace("java-bridge: wrote ", "").split()) == sorted(written)
    assert "public record Count(int n) implements Counter.Message {" in Path("out/com/example/Count.java").read_text()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["declared_counter:Endless"], "VarInt of construct has no bound"),
        (["declared_counter"], "a protocol is given as MODULE:NAME"),
        (["declared_counter.py:Counter"], "there is no module 'declared_counter.py'"),
        (["../declared_counter:Counter"], "a protocol is given as MODULE:NAME"),
        (["no_such_module:Counter"], "there is no module 'no_such_module'"),
        (["declared_counter:Missing"], "there is no 'Missing'"),
        (["declared_counter:message"], "is of function, and no Protocol"),
        (["declared_counter:Counter", "--package", "com/example"], "cannot be the name of a Java package"),
    ],
)
def test_gen_java_says_what_it_cannot_write(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], text: str
) -> None:
    (tmp_path / "declared_counter.py").write_text(PROTOCOL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    result = run("gen-java", "--package", "com.example", "-o", "out", *words)

    assert (result.status, result.out) == (1, "")
    assert text in result.err
    assert not Path("out").exists()


def test_deep_streams_are_shown(run: Run, stream: Any) -> None:
    value: list[Any] = []
    for _ in range(20_000):
        value = [value]
    path = stream(dumps(value))
    assert run("json", path).out == "[" * 20_001 + "]" * 20_001 + "\n"
    assert len(run("dump", path).lines) > 40_000


# ---- send and listen


def echo(channel: Channel) -> None:
    for value in channel:
        if isinstance(value, BlockData):
            channel.send_data(value)
        else:
            channel.send(value)


def test_send_prints_the_reply_to_each_value(run: Run) -> None:
    with serve(("127.0.0.1", 0), echo) as server:
        result = run("send", server.address, 5, '"x"', '{"$class": "java.lang.Long", "$value": 5}')
        assert (result.status, result.err) == (0, "")
        assert result.values == [5, "x", {"$class": "java.lang.Long", "$value": 5}]


def test_a_port_alone_is_one_of_this_machine(run: Run) -> None:
    with serve(("127.0.0.1", 0), echo) as server:
        assert run("send", server.address.port, -5).values == [-5]


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:0", "unix://{folder}/socket", "udp://127.0.0.1:0", "memory://"])
def test_an_address_may_be_a_url_of_any_kind(run: Run, tmp_path: Path, url: str) -> None:
    with serve(url.format(folder=tmp_path), echo) as server:
        result = run("send", server.address, 5, '["x"]')
        assert (result.status, result.err, result.values) == (0, "", [5, ["x"]])


def test_listen_takes_a_url_of_any_kind(tmp_path: Path) -> None:
    url = f"unix://{tmp_path}/socket?mode=660"
    with process("listen", url, "--echo", "--count", "1") as listening:
        assert listening.stderr is not None
        assert listening.stderr.readline().split()[-1] == f"unix://{tmp_path}/socket"
        with bridge.connect(f"unix://{tmp_path}/socket", timeout=WAIT_SECONDS) as channel:
            assert channel.request([1], timeout=WAIT_SECONDS) == [1]
        listening.communicate(timeout=WAIT_SECONDS)
        assert listening.returncode == 0


def test_send_takes_values_from_standard_input_and_from_a_stream(run: Run, stream: Any) -> None:
    path = stream(dumps_all([bridge.HashMap(a=1), BlockData(b"abc"), None]))
    with serve(("127.0.0.1", 0), echo) as server:
        result = run("send", server.address, "-", '"middle"', "--file", path, stdin='1\n\n["é"]\n'.encode())
        assert result.values == [
            1, ["é"], "middle", {"$class": "java.util.HashMap", "a": 1}, {"$data": "YWJj"}, None
        ]  # fmt: skip


def test_send_leaves_out_what_the_writer_of_a_stream_could_not_finish(run: Run, stream: Any) -> None:
    encoder = Encoder(default_registry)
    encoder.write_exception("why")
    encoder.write_object(2)
    with serve(("127.0.0.1", 0), echo) as server:
        result = run("send", server.address, "--file", stream(encoder.take()))
        assert (result.status, result.values) == (0, [2])
        assert "left out" in result.err and "'why'" in result.err


def test_send_need_not_wait_for_replies(run: Run) -> None:
    got: queue.Queue[Any] = queue.Queue()

    def keep(channel: Channel) -> None:
        for value in channel:
            got.put(value)

    with serve(("127.0.0.1", 0), keep) as server:
        result = run("send", server.address, 1, 2, "--no-reply")
        assert (result.status, result.out) == (0, "")
        assert [got.get(timeout=WAIT_SECONDS) for _ in range(2)] == [1, 2]


def test_send_tells_why_it_could_not(run: Run, stream: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        result = run("send", port, 1, "--timeout", "0.05")
        assert result.status == 1 and "nothing came whole in 0.05 s" in result.err
    result = run("send", port, 1)
    assert result.status == 1 and f"no connection to tcp://127.0.0.1:{port}" in result.err
    with serve(("127.0.0.1", 0), echo) as server:
        result = run("send", server.address, "-", stdin=b"1\nx\n")
        assert (result.status, result.values) == (1, [1])
        assert "line 2 of standard input: this is not JSON" in result.err
        result = run("send", server.address, "--file", "/nowhere/x.ser")
        assert result.status == 1 and "/nowhere/x.ser: No such file" in result.err
    with serve(("127.0.0.1", 0), lambda channel: channel.receive()) as server:
        result = run("send", server.address, 1)
        assert result.status == 1 and "ended the conversation" in result.err
        assert "Traceback" not in result.err


def test_a_peer_that_failed_is_told_line_by_line(run: Run) -> None:
    text = "java.lang.IllegalStateException: no\n\tat com.example.Orders.load(Orders.java:42)\x1b[2J"
    with serve(("127.0.0.1", 0), lambda channel: channel.send_exception([channel.receive(), text][1])) as server:
        result = run("send", server.address, 1)
    assert (result.status, result.out) == (1, "")
    first, second = result.err.splitlines()
    assert first.endswith("java.lang.IllegalStateException: no")
    assert second.startswith("    at com.example.Orders.load(Orders.java:42)\\x1b[2J")


def test_listen_prints_what_arrives_and_can_echo_it() -> None:
    with process("listen", "0", "--echo", "--count", "2") as listening:
        assert listening.stderr is not None
        address = listening.stderr.readline().split()[-1]
        with bridge.connect(address, timeout=WAIT_SECONDS) as channel:
            assert channel.request({"a": "é"}, timeout=WAIT_SECONDS) == {"a": "é"}
            assert channel.request([1], timeout=WAIT_SECONDS) == [1]
        out, err = listening.communicate(timeout=WAIT_SECONDS)
        assert listening.returncode == 0
        assert [json.loads(line) for line in out.splitlines()] == [{"a": "é"}, [1]]
        assert f"java-bridge: {channel.local} here" in err


def test_several_processes_share_a_port() -> None:
    with process("listen", "0", "--echo", "--reuse-port") as first:
        assert first.stderr is not None
        address = first.stderr.readline().split()[-1]
        with process("listen", address, "--echo", "--reuse-port") as second:
            assert second.stderr is not None
            assert second.stderr.readline().split()[-1] == address
            for number in range(64):  # which of the two gets a peer is chance
                with bridge.connect(address, timeout=WAIT_SECONDS) as channel:
                    assert channel.request(number, timeout=WAIT_SECONDS) == number
            for listening in (first, second):
                listening.send_signal(signal.SIGINT)
            printed = [listening.communicate(timeout=WAIT_SECONDS)[0].split() for listening in (first, second)]
    assert all(printed)
    assert sorted(int(number) for numbers in printed for number in numbers) == list(range(64))


def test_listen_tells_how_a_conversation_ended_and_goes_on() -> None:
    with process("listen", "0", "--count", "1", "--filter", "!java.util.*") as listening:
        assert listening.stderr is not None
        address = listening.stderr.readline().split()[-1]
        with bridge.connect(address, timeout=WAIT_SECONDS) as channel:
            channel.send([1])
            listening.stderr.readline()
            assert "gone: RejectedError: the filter refuses java.util.ArrayList" in listening.stderr.readline()
        with bridge.connect(address, timeout=WAIT_SECONDS) as channel:
            channel.send_exception("why")
            listening.stderr.readline()
            assert "failed: the peer failed while it wrote an object: why" in listening.stderr.readline()
            channel.send(5)
        out, err = listening.communicate(timeout=WAIT_SECONDS)
        assert (listening.returncode, out) == (0, "5\n") and "Traceback" not in err


def test_listen_tells_that_an_address_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("listen", taken.getsockname()[1])
        assert result.status == 1 and "cannot listen at tcp://127.0.0.1:" in result.err


@pytest.mark.parametrize("words", [["listen", "0"], ["dump", "-"]])
def test_an_interrupt_ends_it_quietly(words: list[str]) -> None:
    with process(*words, stdin=subprocess.PIPE) as started:
        assert started.stdin is not None and started.stdout is not None and started.stderr is not None
        if words[0] == "listen":
            started.stderr.readline()
        else:
            os.write(started.stdin.fileno(), b"\xac\xed\0\5")
            assert started.stdout.readline().startswith("00000000")
        started.send_signal(signal.SIGINT)
        _, err = started.communicate(timeout=WAIT_SECONDS)
        assert (started.returncode, err) == (130, "")


# ---- pipes


@pytest.mark.parametrize("command", ["dump", "json"])
def test_it_ends_quietly_when_nobody_reads_on(command: str, stream: Any) -> None:
    path = stream(dumps_all(["x" * 100] + [[n] for n in range(20_000)]))
    with process(command, path) as started:
        assert started.stdout is not None and started.stderr is not None
        assert started.stdout.readline()
        started.stdout.close()
        assert started.stderr.read() == ""
        assert started.wait(WAIT_SECONDS) == 141


def test_a_listener_ends_when_nobody_reads_on() -> None:
    with process("listen", "0") as listening:
        assert listening.stdout is not None and listening.stderr is not None
        address = listening.stderr.readline().split()[-1]
        listening.stdout.close()
        with bridge.connect(address, timeout=WAIT_SECONDS) as channel:
            channel.send("x" * 100)
            assert listening.wait(WAIT_SECONDS) == 141
        assert "Traceback" not in listening.stderr.read()


def test_a_live_stream_is_shown_as_it_comes() -> None:
    for command, expected in [("dump", "00000000"), ("json", '"first"')]:
        with process(command, "-", stdin=subprocess.PIPE) as started:
            assert started.stdin is not None and started.stdout is not None
            os.write(started.stdin.fileno(), dumps("first"))
            assert started.stdout.readline().startswith(expected)


def test_what_the_output_cannot_encode_is_escaped(stream: Any) -> None:
    path = stream(dumps_all(["é東\ud800"]))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for command in ("dump", "json"):
        done = subprocess.run(
            [*MODULE, command, path], capture_output=True, timeout=WAIT_SECONDS, check=True, env=environment
        )
        assert done.stdout.isascii() and done.stderr == b""
        if command == "json":
            assert json.loads(done.stdout) == "é東\ud800"


# ---- sockets


def test_sockets_shows_those_of_a_process(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        result = run("sockets", "--pid", os.getpid())
        assert result.status == 0 and result.lines[0].startswith("Proto")
        port = listener.getsockname()[1]
        assert any(f"127.0.0.1:{port}" in line and "LISTEN" in line for line in result.lines)
        assert any(f":{port} " in line for line in run("sockets").lines)
    nobody = run("sockets", "--pid", 2**22 + 1)
    assert (nobody.status, len(nobody.lines)) == (0, 1) and "no such sockets" in nobody.err


def test_sockets_are_filtered_counted_and_given_as_json(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        here = "--port", port, "--state", "listen"  # whoever had the port before may still be there in TIME_WAIT
        (row,) = run("sockets", *here, "--family", "TCP", "--json").values
        assert (row["socket_id"], row["state"], row["pid"]) == (f"tcp 127.0.0.1:{port} *", "LISTEN", os.getpid())
        assert run("sockets", *here, "--count").lines[1].split() == ["LISTEN", "1"]
        (counts,) = run("sockets", *here, "--count", "--json").values
        assert counts == {"by_state": {"LISTEN": 1}, "by_port": {str(port): {"LISTEN": 1}}}


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_watch_in_a_pipe_prints_what_changes(form: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with process("sockets", "--watch", "--interval", "0.05", "--port", port, *form) as watching:
            assert watching.stdout is not None

            def line() -> str:
                assert watching.stdout is not None
                return str(watching.stdout.readline())

            def says(sign: str, mark: str, state: str) -> bool:
                text = line()
                told = json.loads(text) if form else {}
                return (told["change"], told["state"]) == (mark, state) if form else text[0] == sign and state in text

            assert says("+", "new", "LISTEN")
            listener.close()
            assert says("-", "gone", "LISTEN")
            watching.send_signal(signal.SIGINT)
            _, err = watching.communicate(timeout=WAIT_SECONDS)
            assert (watching.returncode, err) == (130, "")


def test_a_watch_on_a_terminal_is_a_live_table() -> None:
    terminal, inner = os.openpty()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        open(terminal, "rb", buffering=0) as screen,
        subprocess.Popen(
            [*MODULE, "sockets", "--watch", "--interval", "0.05", "--port", str(listener.getsockname()[1])],
            stdin=subprocess.DEVNULL,
            stdout=inner,
            stderr=subprocess.PIPE,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "20"},
        ) as watching,
    ):
        os.close(inner)
        watchdog = threading.Timer(WAIT_SECONDS, watching.kill)
        watchdog.start()
        shown = b""
        while b"LISTEN" not in shown:
            shown += screen.read(4096)
        client = socket.create_connection(listener.getsockname())
        while b"ESTABLISHED" not in shown:
            shown += screen.read(4096)
        assert b"+" in shown[shown.index(b"LISTEN") :]
        client.close()
        watching.kill()
        watchdog.cancel()


# ---- tap


def tapped(started: subprocess.Popen[str]) -> str:
    """The address at which a tap that was started listens."""
    assert started.stderr is not None
    return started.stderr.readline().split("listening at ")[1].split(",")[0]


def test_tap_prints_what_passes_and_ends_after_some_conversations() -> None:
    with (
        serve(("127.0.0.1", 0), echo) as server,
        process("tap", "--listen", "0", "--to", server.address, "--json", "--count", "1") as started,
    ):
        with bridge.connect(tapped(started), timeout=WAIT_SECONDS) as channel:
            assert channel.request({"a": "é"}, timeout=WAIT_SECONDS) == {"a": "é"}
        out, err = started.communicate(timeout=WAIT_SECONDS)
    assert (started.returncode, err) == (0, "")
    told = [json.loads(line) for line in out.splitlines()]
    assert [entry["value"] for entry in told if entry["kind"] == "object"] == [{"a": "é"}] * 2


def test_an_interrupt_ends_a_tap_after_all_was_told() -> None:
    with (
        serve(("127.0.0.1", 0), echo) as server,
        process("tap", "--listen", "0", "--to", server.address) as started,
        bridge.connect(tapped(started), timeout=WAIT_SECONDS) as channel,
    ):
        assert channel.request("x", timeout=WAIT_SECONDS) == "x"
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=WAIT_SECONDS)
        assert (started.returncode, err) == (130, "")
        assert out.count('object "x"') == 2


def test_a_tap_ends_when_nobody_reads_on() -> None:
    with (
        serve(("127.0.0.1", 0), echo) as server,
        process("tap", "--listen", "0", "--to", server.address) as started,
        bridge.connect(tapped(started), timeout=WAIT_SECONDS) as channel,
    ):
        assert started.stdout is not None and started.stderr is not None
        started.stdout.close()
        channel.request("x" * 100, timeout=WAIT_SECONDS)
        assert started.wait(WAIT_SECONDS) == 141
        assert started.stderr.read() == ""


# ---- audit


def a_gadget() -> bytes:
    descriptor = bridge.ClassDescriptor("bsh.XThis", 1, 2, ())
    return dumps(["x", class_for(descriptor)[0]()], allow_gadgets=True)


def test_audit_says_what_is_dangerous_and_why(run: Run, stream: Any) -> None:
    result = run("audit", stream(a_gadget()))
    assert (result.status, result.err) == (3, "")
    assert result.lines[0].startswith("danger: beanshell: bsh.XThis (at 0000")
    assert [line.split()[0] for line in result.lines[1:]] == ["Java:", "Why:", "See:"]


def test_audit_lets_honest_streams_pass(run: Run, stream: Any) -> None:
    result = run("audit", stream(dumps([1, "x"])), stream(gzip.compress(dumps("y")), "y.gz"))
    assert (result.status, result.err) == (0, "")
    assert [line for line in result.lines if "nothing" in line] == ["nothing that is known to be dangerous"] * 2


def test_audit_as_json_is_a_line_for_each_file(run: Run, stream: Any) -> None:
    result = run("audit", "--json", stream(dumps(1), "a.ser"), stream(a_gadget(), "b.ser"), stream(b"x", "c.ser"))
    first, second, third = result.values
    assert result.status == 3
    assert (first["level"], first["findings"], first["error"]) == (None, [], None)
    assert second["level"] == "danger" and second["findings"][0]["id"] == "beanshell"
    assert second["file"].endswith("b.ser") and "CVE-2016-2510" in second["findings"][0]["sources"]
    assert "not a Java object stream" in third["error"] and "c.ser: CorruptedStreamError" in result.err


def test_audit_can_leave_out_what_has_honest_uses(run: Run, stream: Any) -> None:
    path = stream(dumps("rmi://host/x"))
    assert run("audit", path).status == 3
    assert run("audit", path, "--level", "danger").status == 0


def test_what_audit_cannot_read_is_no_success(run: Run, stream: Any) -> None:
    for result in (
        run("audit", stream(dumps(["a", "b"])[:-2])),
        run("audit", "/nowhere/x.ser"),
        run("audit", "-", stdin=gzip.compress(b"x" * 1000)[:-9]),
    ):
        assert result.status == 1 and len(result.err.splitlines()) == 1


def test_audit_takes_no_more_memory_than_it_says(run: Run, stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_LONGEST_AUDITED_BYTES", 1_000_000)
    result = run("audit", stream(gzip.compress(dumps("x" * 2_000_000))))
    assert result.status == 1 and "RejectedError: it is longer than 1000000 bytes" in result.err


# ---- wire


STORE = "examples.store:STORE"


def test_wire_shows_the_bytes_of_a_capture(run: Run, tmp_path: Path) -> None:
    data = bytes.fromhex("00000008 02 00000001 0001 61")
    expected = [
        "Get(request=1, key='a')",
        "  000000  Get, 12 bytes",
        "  000000  00 00 00 08                           (length)",
        "  000004  02                                    opcode                 2",
        "  000005  00 00 00 01                           request                1",
        "  000009  00 01 61                              key                    'a'",
    ]
    (tmp_path / "capture").write_bytes(data)
    for words, stdin in (
        (["--decode", tmp_path / "capture"], b""),
        (["--decode", "-"], data),
        (["--hex", data.hex()], b""),
    ):
        result = run("wire", STORE, *words, stdin=stdin)
        assert (result.status, result.lines, result.err) == (0, expected, "")


def test_wire_shows_what_is_no_message_and_is_status_1(run: Run) -> None:
    result = run("wire", STORE, "--hex", "00000001 63 00000008 02 00000001 0001 61")
    assert result.status == 1
    assert result.lines[0].startswith("CorruptedStreamError: the opcode 99 is none of store")
    assert "Get(request=1, key='a')" in result.lines
    result = run("wire", STORE, "--from", "server", "--hex", "ffffffff")
    assert (result.status, result.out) == (1, "")
    assert "RejectedError: a frame has 4294967295 bytes" in result.err
    datagram = run("wire", "examples.sensors:SENSORS", "--decode", "-", stdin=b"noise")
    assert datagram.status == 1 and "in $.magic" in datagram.lines[0]


def test_wire_describes_a_protocol(run: Run) -> None:
    result = run("wire", STORE, "--describe")
    assert (result.status, result.err) == (0, "")
    assert result.lines[0] == "# store, version 1" and "### Failed" in result.lines


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ([STORE], 2, "one of the arguments --connect --listen --decode --hex --describe is required"),
        ([STORE, "--hex", "0"], 2, "--hex: invalid fromhex value"),
        (["examples.store:NOPE", "--describe"], 1, "there is no 'NOPE'"),
        ([STORE, "--decode", "no/such/file"], 1, "no/such/file"),
        ([STORE, "--connect", "127.0.0.1:1"], 1, "no connection to tcp://127.0.0.1:1"),
    ],
)
def test_wire_says_what_is_wrong(run: Run, words: list[str], status: int, message: str) -> None:
    result = run("wire", *words)
    assert result.status == status
    assert message in result.err


def test_wire_plays_a_written_session_with_a_server(run: Run) -> None:
    with store.serve(("127.0.0.1", 0)) as server:
        result = run("wire", STORE, "--connect", server.address, stdin=b'Put(key="a", revision=0, data=b"\\x1b")\n')
    assert result.status == 0
    assert "→ Put(request=1, key='a', revision=0, data=b'\\x1b')" in result.lines
    assert "← Stored(request=1, revision=1)" in result.lines


def test_wire_talks_to_one_client_after_the_other() -> None:
    with process("wire", STORE, "--listen", 0, stdin=subprocess.PIPE) as started:
        assert started.stdin is not None and started.stderr is not None and started.stdout is not None
        address = started.stderr.readline().split()[-1]
        for key in ("first", "second"):
            with bridge.connect(address, protocol=store.STORE) as channel:
                channel.send(store.Get(1, key))
                assert started.stdout.readline() == f"← Get(request=1, key='{key}')\n"
                started.stdin.write(f"Value(1, 5, b'{key}')\n")
                started.stdin.flush()
                assert started.stdout.readline().startswith("→ Value(request=1")
                assert channel.receive(timeout=WAIT_SECONDS) == store.Value(1, 5, key.encode())
            assert started.stdout.readline() == "the conversation has ended\n"
            if key == "first":
                started.stdin.write("# a line, in case that it waits for one before it looks for the next client\n")
                started.stdin.flush()
        started.stdin.close()
        with contextlib.suppress(bridge.ConnectError):  # in case that it waits for a client before it sees the end
            bridge.connect(address, protocol=store.STORE).close()
        assert started.wait(WAIT_SECONDS) == 0

"""The command line: ``java-bridge``, the same as ``python -m bridge``.

Each command is a call into a library function: ``tools.dump``, ``tools.json_view``, ``tools.talk``, ``tools.sockets``,
``mapping.generate``, ``wire.captures``, ``wire.describe``, ``wire.prompt``, ``wire.java_source``.

Exit status: 0 all went well; 1 the data, the peer or the system said no, with the reason on standard error; 2 the
command line is wrong; 3 ``audit`` has found something; 130 interrupted; 141 whoever read the output has gone.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

from rich.color import ColorSystem
from rich.console import Console
from rich.live import Live

from ._build import is_compiled
from ._version import __version__
from .channel import connect
from .errors import BridgeError, DecodeError, SchemaError
from .limits import ObjectInputFilter
from .mapping.generate import generate
from .stream import decoder
from .stream.generic import short_repr
from .stream.model import StreamException
from .tools.audit import AuditReport, audit
from .tools.demo import Demo
from .tools.dump import dump_lines
from .tools.files import chunks, contents, whole
from .tools.java_side import find_java, jar
from .tools.json_view import from_json, json_pieces
from .tools.printable import printable
from .tools.socket_table import Change, as_json, changes_table, count_tables, looks, process_text, table
from .tools.sockets import FAMILIES, STATES, SocketInfo, count, sockets
from .tools.talk import Arrival, exchange, receive_all
from .tools.tap import Tap
from .transport.address import Address
from .wire.captures import hexdump, messages_in, one_line
from .wire.declared import protocol_at
from .wire.describe import describe
from .wire.java_source import write_java
from .wire.protocol import Protocol, Role

__all__ = ["main"]

_FAILED: Final = 1
_FOUND: Final = 3
_LONGEST_AUDITED_BYTES: Final = 1 << 30
_WRONG_USE: Final = 2
_INTERRUPTED: Final = 130  # as a shell says it of SIGINT
_NOBODY_READS: Final = 141  # likewise of SIGPIPE

_EPILOG: Final = """\
exit status:
  0    all went well
  1    the data, the peer or the system said no; the reason is on standard error
  2    the command line is wrong
  3    audit has found something
  130  interrupted (Ctrl-C)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; ``arguments`` are those of the process if None. The exit status, see the top of this module."""
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as asked:  # --help, --version, or wrong use, which was told
        return asked.code if isinstance(asked.code, int) else _WRONG_USE
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(options)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes standard output once more at its end: into nothing.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS


def _run(options: argparse.Namespace) -> int:
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        raise
    except (BridgeError, OSError) as error:
        _complain(error)
        return _FAILED


# ----------------------------------------------------------------------------------------------------------- commands


def _dump(options: argparse.Namespace) -> int:
    colors = _color_system(options.color)
    status = 0
    for name in options.files:
        if len(options.files) > 1:
            print(f"{printable(name)}:")
        try:
            with _open(name) as fp:
                _dump_one(fp, options, colors)
        except BrokenPipeError:
            raise
        except (BridgeError, OSError) as error:
            _complain(error, name)
            status = _FAILED
    return status


def _dump_one(fp: BinaryIO, options: argparse.Namespace, colors: ColorSystem | None) -> None:
    for line in dump_lines(_flushing(chunks(fp)), full=options.full):
        if options.max_depth is not None and line.depth > options.max_depth:
            continue
        if line.in_descriptor and not options.class_descriptors:
            continue
        sys.stdout.write(line.render(colors) + "\n")


def _json(options: argparse.Namespace) -> int:
    status = 0
    for name in options.files:
        try:
            with _open(name) as fp:
                for value in contents(fp, object_filter=options.filter):
                    _print_json(value, options)
                    if isinstance(value, StreamException):
                        status = _FAILED
        except BrokenPipeError:
            raise
        except (BridgeError, OSError) as error:
            _complain(error, name)
            status = _FAILED
    return status


def _audit(options: argparse.Namespace) -> int:
    found = failed = False
    for name in options.files:
        try:
            with _open(name) as fp:
                report = audit(whole(fp, _LONGEST_AUDITED_BYTES))
        except (BridgeError, OSError) as error:
            _complain(error, name)
            failed = True
            continue
        if options.level == "danger":
            dangers = tuple(finding for finding in report.findings if finding.level == "danger")
            report = AuditReport(dangers, report.error, report.left_out)
        _print_report(report, name, options)
        found = found or bool(report.findings)
        if report.error is not None:
            _complain(report.error, name)
            failed = True
    return _FOUND if found else _FAILED if failed else 0


def _print_report(report: AuditReport, name: str, options: argparse.Namespace) -> None:
    if options.json:
        members = {
            "file": name,
            "level": report.level,
            "findings": [finding.as_json() for finding in report.findings],
            "left_out": report.left_out,
            "error": None if report.error is None else str(report.error),
        }
        print(json.dumps(members))
        return
    if len(options.files) > 1:
        print(f"{printable(name)}:")
    for finding in report.findings:
        print(finding)
    if report.left_out:
        print(f"and {report.left_out} findings more")
    if not report.findings and report.error is None:
        print("nothing that is known to be dangerous")


def _send(options: argparse.Namespace) -> int:
    given = _given_values(options)
    values = chain(
        chain.from_iterable(_json_lines(sys.stdin) if value is _STANDARD_INPUT else (value,) for value in given),
        chain.from_iterable(_stream_contents(name, options) for name in options.file),
    )
    with connect(options.address, timeout=options.timeout, object_filter=options.filter) as channel:
        for reply in exchange(channel, values, replies=options.replies, timeout=options.timeout):
            _print_json(reply, options)
        channel.send_eof()
    return 0


def _listen(options: argparse.Namespace) -> int:
    def arrived(arrival: Arrival) -> None:
        if arrival.has_value:
            _print_json(arrival.value, options)
            return
        said = "gone" if arrival.ended else "here"
        if arrival.error is not None:
            said = ("gone: " if arrival.ended else "failed: ") + _text_of(arrival.error)
        _note(f"{arrival.peer} {said}")

    receive_all(
        options.address,
        arrived,
        echo=options.echo,
        count=options.count,
        reuse_port=options.reuse_port,
        listening=lambda address: _note(f"listening at {address}"),
        object_filter=options.filter,
    )
    return 0


def _sockets(options: argparse.Namespace) -> int:
    def take() -> list[SocketInfo]:
        return sockets(
            port=options.port,
            state=options.state,
            pid=options.pid,
            process=options.process,
            family=options.family,
        )

    if options.watch:
        _watch_sockets(take, options)
        return 0
    rows = take()
    console = _console()
    if options.count:
        counts = count(rows)
        if options.json:
            print(as_json(counts))
        else:
            for shown in count_tables(counts):
                console.print(shown)
    elif options.json:
        for row in rows:
            print(as_json(row))
    else:
        console.print(table(rows))
    if not rows:
        _note("there are no such sockets")
    return 0


def _watch_sockets(take: Callable[[], list[SocketInfo]], options: argparse.Namespace) -> None:
    if options.count:
        raise _WrongUse("--watch shows sockets one by one; it goes with no --count")
    if options.json or not sys.stdout.isatty():
        # What is there at the first look counts as new: whoever reads on has the whole table.
        for number, changes in enumerate(looks(take, options.interval)):
            for change in changes:
                shown = change._replace(mark="new") if number == 0 else change
                if shown.mark:
                    print(as_json(shown) if options.json else _change_line(shown))
            sys.stdout.flush()
        return
    with Live(console=_console(), screen=True, auto_refresh=False) as live:
        for changes in looks(take, options.interval):
            live.update(changes_table(changes), refresh=True)


def _change_line(change: Change) -> str:
    row = change.row
    sign = {"new": "+", "changed": "~", "gone": "-"}[change.mark]
    before = f"{change.before or '-'} → " if change.mark == "changed" else ""
    return f"{sign} {printable(row.socket_id)} {before}{row.state or '-'} {process_text(row)}"


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)


def _tap(options: argparse.Namespace) -> int:
    with Tap(
        options.listen,
        options.to,
        output=sys.stdout,
        as_json=options.json,
        full=options.full,
        save=options.save,
        queue_bytes=options.queue << 20,
        told=_note,
    ) as tap:
        _note(f"listening at {tap.address}, forwarding to {options.to}")
        tap.wait(options.count)
    return _NOBODY_READS if tap.output_gone else 0


def _gen(options: argparse.Namespace) -> int:
    source = generate(options.class_path.split(os.pathsep), options.classes)
    if options.output is None:
        sys.stdout.write(source)
    else:
        options.output.write_text(source, encoding="utf-8")
        _note(f"wrote {options.output}")
    return 0


def _protocol(options: argparse.Namespace) -> Protocol:
    # As `python -m bridge` has it: modules of the folder where the command is given are found.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return protocol_at(options.protocol)


def _gen_java(options: argparse.Namespace) -> int:
    for path in write_java(_protocol(options), options.output, options.package):
        _note(f"wrote {path}")
    return 0


def _jar(options: argparse.Namespace) -> int:
    print(jar())
    return 0


def _demo(options: argparse.Namespace) -> int:
    jar()  # first what is missing here, then what is missing on the machine
    java = find_java(options.java)
    console = Console(width=None if sys.stdout.isatty() else _DEMO_WIDTH)
    failures = Demo(console, java).run()
    console.print()
    if failures:
        console.print(f"[bold red]{failures} of the comparisons above failed.[/]")
        return _FAILED
    console.print("[green]Everything that was sent came back as it was, in both directions.[/]")
    return 0


def _wire(options: argparse.Namespace) -> int:
    protocol = _protocol(options)
    if options.describe:
        sys.stdout.write(describe(protocol))
        return 0
    if options.connect is None and options.listen is None:
        return _wire_capture(protocol, options)
    from .wire.prompt import run_client, run_server

    if options.connect is not None:
        run_client(protocol, options.connect, sys.stdin, lambda text: print(printable(text), flush=True))
    else:
        run_server(protocol, options.listen, sys.stdin, lambda text: print(printable(text), flush=True), _note)
    return 0


def _wire_capture(protocol: Protocol, options: argparse.Namespace) -> int:
    """Show what is in a file, or in hexadecimal digits."""
    status = 0
    with _open(options.decode) if options.hex is None else io.BytesIO(options.hex) as fp:
        pieces = [fp.read()] if protocol.framing.is_datagram else chunks(fp)
        for received in messages_in(protocol, Role(options.sender), pieces):
            print(printable(one_line(received)), *hexdump(received, full=options.full), sep="\n  ")
            status = status if received.error is None else _FAILED
    return status


def _version(options: argparse.Namespace) -> int:
    build = "compiled" if is_compiled(decoder) else "pure Python"
    print(f"java-object-bridge {__version__} ({build})")
    print(f"{platform.python_implementation()} {platform.python_version()} on {platform.platform()}")
    return 0


# ----------------------------------------------------------------------------------------------------- input, output

_WIDE: Final = 200
_DEMO_WIDTH: Final = 140


@contextlib.contextmanager
def _open(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
    else:
        with Path(name).open("rb") as fp:
            yield fp


def _flushing(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces; what was printed of one is shown before the next is waited for."""
    for piece in pieces:
        yield piece
        sys.stdout.flush()


def _json_lines(lines: TextIO) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield from_json(line)
            except BridgeError as error:
                error.message = f"line {number} of standard input: {error.message}"
                raise


def _stream_contents(name: str, options: argparse.Namespace) -> Iterator[Any]:
    with _open(name) as fp:
        for content in contents(fp, object_filter=options.filter):
            if isinstance(content, StreamException):
                reason = printable(short_repr.repr(content.throwable))
                _note(f"left out an object that its writer could not finish: {reason}")
            else:
                yield content


def _print_json(value: Any, options: argparse.Namespace) -> None:
    ascii_only = options.ascii or (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    for piece in json_pieces(value, indent=options.indent, ascii_only=ascii_only):
        sys.stdout.write(piece)
    sys.stdout.write("\n")
    sys.stdout.flush()


def _color_system(when: str) -> ColorSystem | None:
    if when == "never":
        return None
    console = Console(force_terminal=True if when == "always" else None)
    name = console.color_system or ("standard" if when == "always" else None)
    return None if name is None or (when == "auto" and console.no_color) else _COLOR_SYSTEMS[name]


_COLOR_SYSTEMS: Final = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}


def _text_of(error: Exception) -> str:
    if isinstance(error, DecodeError):
        text = f"{type(error).__name__}: {error}"
    elif isinstance(error, OSError) and not isinstance(error, BridgeError) and error.strerror:
        text = error.strerror
    else:
        text = str(error) or type(error).__name__
    # A stack trace of the peer has lines of its own, which cannot be taken for ours.
    return "\n    ".join(printable(line.strip()) for line in text.split("\n"))


def _complain(error: Exception, name: str | None = None) -> None:
    """Say what is wrong on standard error, behind all that was printed."""
    where = name
    if where is None and isinstance(error, OSError) and isinstance(error.filename, str):
        where = error.filename
    _note(
        f"{'' if where is None else ('standard input' if where == '-' else printable(where)) + ': '}{_text_of(error)}"
    )


def _note(text: str) -> None:
    sys.stdout.flush()
    print(f"java-bridge: {text}", file=sys.stderr, flush=True)


# -------------------------------------------------------------------------------------------------------- the options


class _WrongUse(BridgeError):
    """Of the command line; ``run`` raises it for what argparse cannot know."""


def _address(text: str) -> Address:
    """An address; a port alone is one of this machine, which only this machine can reach."""
    try:
        if text.isascii() and text.isdigit():
            return Address.parse("127.0.0.1", int(text))
        address = Address.parse(text)
    except BridgeError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if address.scheme == "tcp" and address.port is None:
        raise argparse.ArgumentTypeError(f"the port is missing in {text!r}")
    return address


def _filter(text: str) -> ObjectInputFilter:
    try:
        return ObjectInputFilter(text)
    except SchemaError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number up to 65535")
    return int(text)


def _state(text: str) -> str:
    name = text.upper().replace("-", "_")
    if name not in (*STATES, "FIN_WAIT"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a state: {', '.join(STATES)}")
    return name


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _given_values(options: argparse.Namespace) -> list[Any]:
    """What VALUE arguments stand for; standard input stays a "-". It is all looked at before anything is sent."""
    if not options.values and not options.file:
        raise _WrongUse("there is nothing to send: give a VALUE, - for standard input, or --file FILE")
    given: list[Any] = []
    for text in options.values:
        try:
            given.append(_STANDARD_INPUT if text == "-" else from_json(text))
        except BridgeError as error:
            hint = "" if text[:1] in '"[{' else f" (a text needs quotes inside those of the shell: '\"{text}\"')"
            raise _WrongUse(f"VALUE {printable(text)}: {error.message}{printable(hint)}") from error
    return given


_STANDARD_INPUT: Final = object()


def _parser() -> argparse.ArgumentParser:
    program = Path(sys.argv[0]).name
    parser = argparse.ArgumentParser(
        prog="python -m bridge" if program in ("__main__.py", "") else "java-bridge",
        description="Look at Java object streams, and talk to Java programs in objects.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"java-object-bridge {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    dump = _command(
        commands, "dump", _dump, "show a stream byte for byte",
        "Show every construct of a stream on a line: offset, field, type code, handle, value. What comes before an\n"
        "error is shown before the error. A live stream on standard input is shown as it comes.",
    )  # fmt: skip
    _add_files(dump)
    dump.add_argument("--max-depth", type=_positive, metavar="N", help="leave out what is deeper than N levels")
    dump.add_argument(
        "--no-class-descriptors", dest="class_descriptors", action="store_false", help="leave out class descriptors"
    )
    dump.add_argument("--full", action="store_true", help="show long texts, arrays and block data whole")
    dump.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colours: on a terminal (auto, the default)",
    )

    as_json = _command(
        commands, "json", _json, "show the values of a stream as JSON",
        "Print each content of a stream as JSON on a line of its own. What JSON cannot say stands in objects with\n"
        "$class and other members that begin with $; docs/command-line.md describes them.",
    )  # fmt: skip
    _add_files(as_json)
    _add_json_options(as_json)
    _add_filter(as_json)

    auditing = _command(
        commands, "audit", _audit, "tell what is dangerous in a stream",
        "Say what a stream would do to a Java program that reads it: classes of known gadget chains, proxies and\n"
        "their handlers, JNDI and RMI references, bytecode, streams inside of streams, what exhausts a machine.\n"
        "Nothing of it is run. Exit status 3: something was found.",
    )  # fmt: skip
    _add_files(auditing)
    auditing.add_argument(
        "--level",
        choices=("suspect", "danger"),
        default="suspect",
        help="danger: only what no honest stream holds; suspect (the default): also what has honest uses",
    )
    auditing.add_argument("--json", action="store_true", help="one JSON object a line, for each file")

    send = _command(
        commands, "send", _send, "send objects to a peer and print its replies",
        "Connect to ADDRESS, send each VALUE as an object, wait for a reply to each and print it as JSON. Then end\n"
        "the conversation.",
    )  # fmt: skip
    _add_address(send)
    send.add_argument(
        "values",
        nargs="*",
        metavar="VALUE",
        help='JSON (\'"text"\', 5, \'{"$class": "java.lang.Long", "$value": 5}\'); - reads JSON from standard input, '
        "a value on each line",
    )
    send.add_argument(
        "--file", action="append", default=[], metavar="FILE", help="send the contents of a stream in FILE, as they are"
    )
    send.add_argument("--no-reply", dest="replies", action="store_false", help="do not wait for replies")
    send.add_argument(
        "--timeout", type=_seconds, default=10.0, metavar="SECONDS", help="for connecting, and for each reply (10)"
    )
    _add_json_options(send)
    _add_filter(send)

    listen = _command(
        commands, "listen", _listen, "print every object that arrives",
        "Listen at ADDRESS and print every object that any peer sends, as JSON, a line each. Who came and went is\n"
        "told on standard error. Ctrl-C ends it.",
    )  # fmt: skip
    _add_address(listen)
    listen.add_argument("--echo", action="store_true", help="send every object back")
    listen.add_argument("--count", type=_positive, metavar="N", help="end after N objects")
    listen.add_argument(
        "--reuse-port",
        action="store_true",
        help="let other processes that say so too listen there; the system spreads the peers over them",
    )
    _add_json_options(listen)
    _add_filter(listen)

    show = _command(
        commands, "sockets", _sockets, "show sockets with their states",
        "Print the sockets of this machine, as netstat does: TCP, UDP, raw, Unix. Each filter can be repeated. What\n"
        "this user may not see is said beside the socket.",
    )  # fmt: skip
    show.add_argument("--port", type=_port, action="append", metavar="PORT", help="only with this port at either end")
    show.add_argument(
        "--state", type=_state, action="append", metavar="STATE", help=f"only in this state: {', '.join(STATES)}"
    )
    show.add_argument("--pid", type=_positive, action="append", metavar="PID", help="only of this process")
    show.add_argument("--process", action="append", metavar="NAME", help="only of programs of this name: java, 'py*'")
    show.add_argument("--family", choices=FAMILIES, action="append", help="only of this kind")
    show.add_argument("--count", action="store_true", help="how many there are in each state and at each local port")
    show.add_argument(
        "--watch", action="store_true", help="look again and again, and mark what changed; Ctrl-C ends it"
    )
    show.add_argument(
        "--interval", type=_seconds, default=1.0, metavar="SECONDS", help="from one look to the next, with --watch (1)"
    )
    show.add_argument("--json", action="store_true", help="one JSON object a line, for each socket or change")

    tap = _command(
        commands, "tap", _tap, "show what passes between two ends",
        "Listen at one address, forward every connection to the other, and print the objects, class descriptors,\n"
        "resets and primitive data that pass in both directions. The bytes are forwarded untouched, whatever they\n"
        "are, and are not held up. Ctrl-C ends it.",
    )  # fmt: skip
    place = "HOST:PORT, a URL, or a PORT of this machine"
    tap.add_argument(
        "--listen", type=_address, required=True, metavar="ADDRESS", help=f"where clients connect: {place}"
    )
    tap.add_argument("--to", type=_address, required=True, metavar="ADDRESS", help=f"where the server is: {place}")
    tap.add_argument("--json", action="store_true", help="one JSON object a line")
    tap.add_argument("--full", action="store_true", help="show long values whole")
    tap.add_argument(
        "--save", type=Path, metavar="FOLDER", help="save each direction as a file there, which dump and json read"
    )
    tap.add_argument("--count", type=_positive, metavar="N", help="end after N connections have ended")
    tap.add_argument(
        "--queue", type=_positive, default=64, metavar="MIB", help="how much may wait to be decoded or saved (64 MiB)"
    )

    generating = _command(
        commands, "gen", _gen, "write Python classes for the classes of a jar",
        "Write the source of a Python module with typed dataclasses for Java classes and those that they refer to.\n"
        "The class files are only read. The same classes give the same source.",
    )  # fmt: skip
    generating.add_argument(
        "class_path",
        metavar="CLASSPATH",
        help=f"folders and jars, with {os.pathsep!r} between them; a JDK's home, where super-classes are the JDK's",
    )
    generating.add_argument(
        "classes", nargs="+", metavar="CLASS", help="com.example.Order, or com.example.* for a whole package"
    )
    generating.add_argument("-o", "--output", type=Path, metavar="FILE", help="a .py file instead of standard output")

    generating = _command(
        commands, "gen-java", _gen_java, "write Java for a protocol of bridge.wire",
        "Write the source of a Java package for a protocol that is declared in Python: a record for each message, the\n"
        "framing, a blocking client and server. It needs no library. The same declaration gives the same source.",
    )  # fmt: skip
    generating.add_argument(
        "protocol", metavar="MODULE:NAME", help="a module, which is imported, and a bridge.wire.Protocol in it"
    )
    generating.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="the root of the sources; made if need be"
    )
    generating.add_argument("--package", required=True, metavar="PACKAGE", help="the Java package: com.example")

    _command(
        commands, "jar", _jar, "print where the jar with the Java side lies",
        "Print the path of the jar that this installation carries: a small library for Java programs, and the servers\n"
        "and clients that java/README.md lists. java -cp \"$(java-bridge jar)\" bridge.harness.EchoServer 9000",
    )  # fmt: skip

    showing = _command(
        commands, "demo", _demo, "show Java and Python exchanging objects",
        "Start a Java server, exchange objects with it, then serve a Java client; show the bytes and the sockets.\n"
        "Every comparison that is shown is made: exit status 1 if one failed. Needs Java 17 or newer.",
    )  # fmt: skip
    showing.add_argument("--java", metavar="COMMAND", help="the java to run; else of JAVA_HOME, PATH, or /usr/lib/jvm")

    wire = _command(
        commands, "wire", _wire, "speak a protocol of bridge.wire, look at captures of it, or describe it",
        "With --connect or --listen, a prompt: type a message as Python writes it, as in Get(key='a').\n"
        "Tab completes; help, state and quit are commands. What the peer sends is shown as it comes.\n"
        "With --decode or --hex, every message with its bytes and the field that each of them is.",
    )  # fmt: skip
    wire.add_argument(
        "protocol", metavar="MODULE:NAME", help="a module, which is imported, and a bridge.wire.Protocol in it"
    )
    doing = wire.add_mutually_exclusive_group(required=True)
    doing.add_argument("--connect", type=_address, metavar="ADDRESS", help=f"talk to a server: {place}")
    doing.add_argument("--listen", type=_address, metavar="ADDRESS", help="talk to one client after the other")
    doing.add_argument("--decode", metavar="FILE", help="show the bytes of one direction; - is standard input")
    doing.add_argument("--hex", type=bytes.fromhex, metavar="DIGITS", help="show the bytes that are written here")
    doing.add_argument("--describe", action="store_true", help="print the protocol as a document, in Markdown")
    wire.add_argument(
        "--from",
        dest="sender",
        choices=("client", "server"),
        default="client",
        help="who sent the bytes that are shown (client)",
    )
    wire.add_argument("--full", action="store_true", help="show long fields whole")

    _command(commands, "version", _version, "print the version, the build, and the platform", "")
    return parser


def _command(commands: Any, name: str, run: Any, summary: str, description: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description or f"{summary.capitalize()}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

    def checked(options: argparse.Namespace) -> int:
        try:
            return int(run(options))
        except _WrongUse as error:
            command.print_usage(sys.stderr)
            print(f"{command.prog}: error: {error}", file=sys.stderr)
            return _WRONG_USE

    command.set_defaults(run=checked)
    return command


def _add_files(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", metavar="FILE", help="a stream, also packed by gzip; - is standard input")


def _add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "address",
        type=_address,
        metavar="ADDRESS",
        help="HOST:PORT, a URL (tls://HOST:PORT, unix:///PATH …), or a PORT of this machine",
    )


def _add_json_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--indent", type=_positive, metavar="N", help="over several lines, N spaces a level")
    command.add_argument("--ascii", action="store_true", help="escape all characters that are not ASCII")


def _add_filter(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--filter",
        type=_filter,
        metavar="PATTERN",
        help="what is let in, in the language of java.io.ObjectInputFilter: 'maxdepth=20;com.example.*;!*'",
    )

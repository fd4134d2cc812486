"""The commands, but those of `bridge.wire`: each is a call into a function of the tools. They give the exit status."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO, Final, TextIO

from rich.color import ColorSystem
from rich.console import Console
from rich.live import Live

from .._build import is_compiled
from .._version import __version__
from ..channel import connect
from ..errors import BridgeError, PeerException
from ..mapping.generate import generate
from ..stream import decoder
from ..stream.generic import short_repr
from ..stream.model import StreamException
from ..tools.audit import AuditReport, audit
from ..tools.demo import Demo
from ..tools.dump import dump_lines
from ..tools.files import chunks, contents, whole
from ..tools.java_side import find_java, jar
from ..tools.json_view import from_json
from ..tools.printable import printable
from ..tools.socket_table import Change, as_json, changes_table, count_tables, looks, process_text, table
from ..tools.sockets import SocketInfo, count, sockets
from ..tools.talk import Arrival, exchange, receive_all
from ..tools.tap import Tap
from ..tools.tap_takers import DECODER
from .arguments import WrongUse
from .output import color_system, complain, flushing, note, open_file, print_json, text_of, wide_console
from .statuses import FAILED, FOUND, NOBODY_READS
from .wire_commands import protocol_of

__all__ = [
    "run_audit",
    "run_demo",
    "run_dump",
    "run_gen",
    "run_listen",
    "run_jar",
    "run_send",
    "run_json",
    "run_sockets",
    "run_tap",
    "run_version",
]

_DEMO_WIDTH: Final = 140
_MESSAGE_DECODER: Final = "bridge.cli.tap_messages"  # run, and not imported, by this process
_LONGEST_AUDITED_BYTES: Final = 1 << 30


def run_dump(options: argparse.Namespace) -> int:
    colors = color_system(options.color)
    status = 0
    for name in options.files:
        if len(options.files) > 1:
            print(f"{printable(name)}:")
        try:
            with open_file(name) as fp:
                _dump_one(fp, options, colors)
        except BrokenPipeError:
            raise
        except (BridgeError, OSError) as error:
            complain(error, name)
            status = FAILED
    return status


def _dump_one(fp: BinaryIO, options: argparse.Namespace, colors: ColorSystem | None) -> None:
    for line in dump_lines(flushing(chunks(fp)), full=options.full):
        if options.max_depth is not None and line.depth > options.max_depth:
            continue
        if line.in_descriptor and not options.class_descriptors:
            continue
        sys.stdout.write(line.render(colors) + "\n")


def run_json(options: argparse.Namespace) -> int:
    status = 0
    for name in options.files:
        try:
            with open_file(name) as fp:
                for value in contents(fp, object_filter=options.filter):
                    print_json(value, options)
                    if isinstance(value, StreamException):
                        complain(PeerException(value.throwable), name)
                        status = FAILED
        except BrokenPipeError:
            raise
        except (BridgeError, OSError) as error:
            complain(error, name)
            status = FAILED
    return status


def run_audit(options: argparse.Namespace) -> int:
    found = failed = False
    for name in options.files:
        try:
            with open_file(name) as fp:
                report = audit(whole(fp, _LONGEST_AUDITED_BYTES))
        except (BridgeError, OSError) as error:
            complain(error, name)
            failed = True
            continue
        if options.level == "danger":
            dangers = tuple(finding for finding in report.findings if finding.level == "danger")
            report = AuditReport(dangers, report.error, report.left_out)
        _print_report(report, name, options)
        found = found or bool(report.findings)
        if report.error is not None:
            complain(report.error, name)
            failed = True
    return FOUND if found else FAILED if failed else 0


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


def run_send(options: argparse.Namespace) -> int:
    given = _given_values(options)
    values = chain(
        chain.from_iterable(_json_lines(sys.stdin) if value is _STANDARD_INPUT else (value,) for value in given),
        chain.from_iterable(_stream_contents(name, options) for name in options.file),
    )
    with connect(
        options.address, timeout=options.timeout, secret=options.secret, object_filter=options.filter
    ) as channel:
        for reply in exchange(channel, values, replies=options.replies, timeout=options.timeout):
            print_json(reply, options)
        channel.send_eof()
    return 0


def run_listen(options: argparse.Namespace) -> int:
    def arrived(arrival: Arrival) -> None:
        if arrival.has_value:
            print_json(arrival.value, options)
            return
        said = "gone" if arrival.ended else "here"
        if arrival.error is not None:
            said = ("gone: " if arrival.ended else "failed: ") + text_of(arrival.error)
        note(f"{arrival.peer} {said}")

    receive_all(
        options.address,
        arrived,
        echo=options.echo,
        count=options.count,
        reuse_port=options.reuse_port,
        secret=options.secret,
        listening=lambda address: note(f"listening at {address}"),
        object_filter=options.filter,
    )
    return 0


def run_sockets(options: argparse.Namespace) -> int:
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
    console = wide_console()
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
        note("there are no such sockets")
    return 0


def _watch_sockets(take: Callable[[], list[SocketInfo]], options: argparse.Namespace) -> None:
    if options.count:
        raise WrongUse("--watch shows sockets one by one; it goes with no --count")
    if options.json or not sys.stdout.isatty():
        # What is there at the first look counts as new: whoever reads on has the whole table.
        for number, changes in enumerate(looks(take, options.interval)):
            for change in changes:
                shown = change._replace(mark="new") if number == 0 else change
                if shown.mark:
                    print(as_json(shown) if options.json else _change_line(shown))
            sys.stdout.flush()
        return
    with Live(console=wide_console(), screen=True, auto_refresh=False) as live:
        for changes in looks(take, options.interval):
            live.update(changes_table(changes), refresh=True)


def _change_line(change: Change) -> str:
    row = change.row
    sign = {"new": "+", "changed": "~", "gone": "-"}[change.mark]
    before = f"{change.before or '-'} → " if change.mark == "changed" else ""
    return f"{sign} {printable(row.socket_id)} {before}{row.state or '-'} {process_text(row)}"


def run_tap(options: argparse.Namespace) -> int:
    decoder: Sequence[str] = DECODER
    if options.protocol is not None:
        protocol_of(options.protocol)  # what is wrong with it is told before anything is opened
        decoder = (_MESSAGE_DECODER, options.protocol)
    with Tap(
        options.listen,
        options.to,
        output=sys.stdout,
        as_json=options.json,
        full=options.full,
        save=options.save,
        queue_bytes=options.queue << 20,
        decoder=decoder,
        told=note,
    ) as tap:
        note(f"listening at {tap.address}, forwarding to {options.to}")
        tap.wait(options.count)
    return NOBODY_READS if tap.output_gone else 0


def run_gen(options: argparse.Namespace) -> int:
    source = generate(options.class_path.split(os.pathsep), options.classes)
    if options.output is None:
        sys.stdout.write(source)
    else:
        options.output.write_text(source, encoding="utf-8")
        note(f"wrote {options.output}")
    return 0


def run_jar(options: argparse.Namespace) -> int:
    print(jar())
    return 0


def run_demo(options: argparse.Namespace) -> int:
    jar()  # first what is missing here, then what is missing on the machine
    java = find_java(options.java)
    console = Console(width=None if sys.stdout.isatty() else _DEMO_WIDTH)
    failures = Demo(console, java).run()
    console.print()
    if failures:
        console.print(f"[bold red]{failures} of the comparisons above failed.[/]")
        return FAILED
    console.print("[green]Everything that was sent came back as it was, in both directions.[/]")
    return 0


def run_version(options: argparse.Namespace) -> int:
    build = "compiled" if is_compiled(decoder) else "pure Python"
    print(f"java-object-bridge {__version__} ({build})")
    print(f"{platform.python_implementation()} {platform.python_version()} on {platform.platform()}")
    return 0


def _json_lines(lines: TextIO) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield from_json(line)
            except BridgeError as error:
                error.message = f"line {number} of standard input: {error.message}"
                raise


def _stream_contents(name: str, options: argparse.Namespace) -> Iterator[Any]:
    with open_file(name) as fp:
        for content in contents(fp, object_filter=options.filter):
            if isinstance(content, StreamException):
                reason = printable(short_repr.repr(content.throwable))
                note(f"left out an object that its writer could not finish: {reason}")
            else:
                yield content


def _given_values(options: argparse.Namespace) -> list[Any]:
    """What VALUE arguments stand for; standard input stays a "-". It is all looked at before anything is sent."""
    if not options.values and not options.file:
        raise WrongUse("there is nothing to send: give a VALUE, - for standard input, or --file FILE")
    given: list[Any] = []
    for text in options.values:
        try:
            given.append(_STANDARD_INPUT if text == "-" else from_json(text))
        except BridgeError as error:
            hint = "" if text[:1] in '"[{' else f" (a text needs quotes inside those of the shell: '\"{text}\"')"
            raise WrongUse(f"VALUE {printable(text)}: {error.message}{printable(hint)}") from error
    return given


_STANDARD_INPUT: Final = object()

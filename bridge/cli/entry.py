"""The parser of the command line, and what runs a command."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .._version import __version__
from ..errors import BridgeError
from ..tools.sockets import FAMILIES, STATES
from .arguments import (
    PLACE,
    add_address,
    add_command,
    add_files,
    add_filter,
    add_json_options,
    add_secret,
    parsed_address,
    port_number,
    positive_number,
    seconds_above_zero,
    state_name,
)
from .commands import (
    run_audit,
    run_demo,
    run_dump,
    run_gen,
    run_jar,
    run_json,
    run_listen,
    run_send,
    run_sockets,
    run_tap,
    run_version,
)
from .output import complain
from .statuses import FAILED, INTERRUPTED, NOBODY_READS, WRONG_USE
from .wire_commands import run_gen_java, run_wire

__all__ = ["main"]

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
        return asked.code if isinstance(asked.code, int) else WRONG_USE
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes standard output once more at its end: into nothing.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS


def _run(options: argparse.Namespace) -> int:
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        raise
    except (BridgeError, OSError) as error:
        complain(error)
        return FAILED


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

    dump = add_command(
        commands, "dump", run_dump, "show a stream byte for byte",
        "Show every construct of a stream on a line: offset, field, type code, handle, value. What comes before an\n"
        "error is shown before the error. A live stream on standard input is shown as it comes.",
    )  # fmt: skip
    add_files(dump)
    dump.add_argument("--max-depth", type=positive_number, metavar="N", help="leave out what is deeper than N levels")
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

    as_json = add_command(
        commands, "json", run_json, "show the values of a stream as JSON",
        "Print each content of a stream as JSON on a line of its own. What JSON cannot say stands in objects with\n"
        "$class and other members that begin with $; docs/command-line.md describes them.",
    )  # fmt: skip
    add_files(as_json)
    add_json_options(as_json)
    add_filter(as_json)

    auditing = add_command(
        commands, "audit", run_audit, "tell what is dangerous in a stream",
        "Say what a stream would do to a Java program that reads it: classes of known gadget chains, proxies and\n"
        "their handlers, JNDI and RMI references, bytecode, streams inside of streams, what exhausts a machine.\n"
        "Nothing of it is run. Exit status 3: something was found.",
    )  # fmt: skip
    add_files(auditing)
    auditing.add_argument(
        "--level",
        choices=("suspect", "danger"),
        default="suspect",
        help="danger: only what no honest stream holds; suspect (the default): also what has honest uses",
    )
    auditing.add_argument("--json", action="store_true", help="one JSON object a line, for each file")

    send = add_command(
        commands, "send", run_send, "send objects to a peer and print its replies",
        "Connect to ADDRESS, send each VALUE as an object, wait for a reply to each and print it as JSON. Then end\n"
        "the conversation.",
    )  # fmt: skip
    add_address(send)
    add_secret(send)
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
        "--timeout",
        type=seconds_above_zero,
        default=10.0,
        metavar="SECONDS",
        help="for connecting, and for each reply (10)",
    )
    add_json_options(send)
    add_filter(send)

    listen = add_command(
        commands, "listen", run_listen, "print every object that arrives",
        "Listen at ADDRESS and print every object that any peer sends, as JSON, a line each. Who came and went is\n"
        "told on standard error. Ctrl-C ends it.",
    )  # fmt: skip
    add_address(listen)
    add_secret(listen)
    listen.add_argument("--echo", action="store_true", help="send every object back")
    listen.add_argument("--count", type=positive_number, metavar="N", help="end after N objects")
    listen.add_argument(
        "--reuse-port",
        action="store_true",
        help="let other processes that say so too listen there; the system spreads the peers over them",
    )
    add_json_options(listen)
    add_filter(listen)

    show = add_command(
        commands, "sockets", run_sockets, "show sockets with their states",
        "Print the sockets of this machine, as netstat does: TCP, UDP, raw, Unix. Each filter can be repeated. What\n"
        "this user may not see is said beside the socket.",
    )  # fmt: skip
    show.add_argument(
        "--port", type=port_number, action="append", metavar="PORT", help="only with this port at either end"
    )
    show.add_argument(
        "--state", type=state_name, action="append", metavar="STATE", help=f"only in this state: {', '.join(STATES)}"
    )
    show.add_argument("--pid", type=positive_number, action="append", metavar="PID", help="only of this process")
    show.add_argument("--process", action="append", metavar="NAME", help="only of programs of this name: java, 'py*'")
    show.add_argument("--family", choices=FAMILIES, action="append", help="only of this kind")
    show.add_argument("--count", action="store_true", help="how many there are in each state and at each local port")
    show.add_argument(
        "--watch", action="store_true", help="look again and again, and mark what changed; Ctrl-C ends it"
    )
    show.add_argument(
        "--interval",
        type=seconds_above_zero,
        default=1.0,
        metavar="SECONDS",
        help="from one look to the next, with --watch (1)",
    )
    show.add_argument("--json", action="store_true", help="one JSON object a line, for each socket or change")

    tap = add_command(
        commands, "tap", run_tap, "show what passes between two ends",
        "Listen at one address, forward every connection to the other, and print the objects, class descriptors,\n"
        "resets and primitive data that pass in both directions. The bytes are forwarded untouched, whatever they\n"
        "are, and are not held up. Ctrl-C ends it.",
    )  # fmt: skip
    tap.add_argument(
        "--listen", type=parsed_address, required=True, metavar="ADDRESS", help=f"where clients connect: {PLACE}"
    )
    tap.add_argument(
        "--to", type=parsed_address, required=True, metavar="ADDRESS", help=f"where the server is: {PLACE}"
    )
    tap.add_argument(
        "--protocol",
        metavar="MODULE:NAME",
        help="messages of a bridge.wire.Protocol in place of objects; the module is imported",
    )
    tap.add_argument("--json", action="store_true", help="one JSON object a line")
    tap.add_argument("--full", action="store_true", help="show long values whole")
    tap.add_argument(
        "--save",
        type=Path,
        metavar="FOLDER",
        help="save each direction there as a file for dump, json and wire --decode",
    )
    tap.add_argument("--count", type=positive_number, metavar="N", help="end after N connections have ended")
    tap.add_argument(
        "--queue",
        type=positive_number,
        default=64,
        metavar="MIB",
        help="how much may wait to be decoded or saved (64 MiB)",
    )

    generating = add_command(
        commands, "gen", run_gen, "write Python classes for the classes of a jar",
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

    generating = add_command(
        commands, "gen-java", run_gen_java, "write Java for a protocol of bridge.wire",
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

    add_command(
        commands, "jar", run_jar, "print where the jar with the Java side lies",
        "Print the path of the jar that this installation carries: a small library for Java programs, and the servers\n"
        "and clients that java/README.md lists. java -cp \"$(java-bridge jar)\" bridge.harness.EchoServer 9000",
    )  # fmt: skip

    showing = add_command(
        commands, "demo", run_demo, "show Java and Python exchanging objects",
        "Start a Java server, exchange objects with it, then serve a Java client; show the bytes and the sockets.\n"
        "Every comparison that is shown is made: exit status 1 if one failed. Needs Java 17 or newer.",
    )  # fmt: skip
    showing.add_argument("--java", metavar="COMMAND", help="the java to run; else of JAVA_HOME, PATH, or /usr/lib/jvm")

    wire = add_command(
        commands, "wire", run_wire, "speak a protocol of bridge.wire, look at captures of it, or describe it",
        "With --connect or --listen, a prompt: type a message as Python writes it, as in Get(key='a').\n"
        "Tab completes; help, state and quit are commands. What the peer sends is shown as it comes.\n"
        "With --decode or --hex, every message with its bytes and the field that each of them is.",
    )  # fmt: skip
    wire.add_argument(
        "protocol", metavar="MODULE:NAME", help="a module, which is imported, and a bridge.wire.Protocol in it"
    )
    doing = wire.add_mutually_exclusive_group(required=True)
    doing.add_argument("--connect", type=parsed_address, metavar="ADDRESS", help=f"talk to a server: {PLACE}")
    doing.add_argument("--listen", type=parsed_address, metavar="ADDRESS", help="talk to one client after the other")
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

    add_command(commands, "version", run_version, "print the version, the build, and the platform", "")
    return parser

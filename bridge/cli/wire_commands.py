"""The commands for protocols of `bridge.wire`."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from ..tools.files import chunks
from ..tools.printable import printable
from ..wire.captures import hexdump, messages_in, one_line
from ..wire.declared import protocol_at
from ..wire.describe import describe
from ..wire.java_source import write_java
from ..wire.protocol import Protocol, Role
from .output import note, open_file
from .statuses import FAILED

__all__ = ["protocol_of", "run_gen_java", "run_wire"]


def protocol_of(place: str) -> Protocol:
    """The protocol ``MODULE:NAME``; modules of the folder where the command is given are found, as with ``python -m``.

    Errors: those of `protocol_at`.
    """
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return protocol_at(place)


def run_gen_java(options: argparse.Namespace) -> int:
    for path in write_java(protocol_of(options.protocol), options.output, options.package):
        note(f"wrote {path}")
    return 0


def run_wire(options: argparse.Namespace) -> int:
    protocol = protocol_of(options.protocol)
    if options.describe:
        sys.stdout.write(describe(protocol))
        return 0
    if options.connect is None and options.listen is None:
        return _capture(protocol, options)
    from ..wire.prompt import run_client, run_server

    if options.connect is not None:
        run_client(protocol, options.connect, sys.stdin, lambda text: print(printable(text), flush=True))
    else:
        run_server(protocol, options.listen, sys.stdin, lambda text: print(printable(text), flush=True), note)
    return 0


def _capture(protocol: Protocol, options: argparse.Namespace) -> int:
    """Show what is in a file, or in hexadecimal digits."""
    status = 0
    with open_file(options.decode) if options.hex is None else io.BytesIO(options.hex) as fp:
        pieces = [fp.read()] if protocol.framing.is_datagram else chunks(fp)
        for received in messages_in(protocol, Role(options.sender), pieces):
            print(printable(one_line(received)), *hexdump(received, full=options.full), sep="\n  ")
            status = status if received.error is None else FAILED
    return status

"""What the command line takes: kinds of arguments, and what several commands have in common."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from ..errors import BridgeError, SchemaError
from ..limits import ObjectInputFilter
from ..tools.sockets import STATES
from ..transport.address import Address
from ..transport.secret import SharedSecret
from .statuses import WRONG_USE

__all__ = [
    "PLACE",
    "WrongUse",
    "add_address",
    "add_command",
    "add_files",
    "add_filter",
    "add_json_options",
    "add_secret",
    "parsed_address",
    "port_number",
    "positive_number",
    "seconds_above_zero",
    "state_name",
]

_LONGEST_SECRET: Final = 1 << 16

PLACE: Final = "HOST:PORT, a URL, or a PORT of this machine"


class WrongUse(BridgeError):
    """Of the command line; ``run`` raises it for what argparse cannot know."""


def parsed_address(text: str) -> Address:
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


def parsed_filter(text: str) -> ObjectInputFilter:
    try:
        return ObjectInputFilter(text)
    except SchemaError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def secret_in(file: str) -> bytes:
    """The shared secret in ``file``: all its bytes, a line end too. No more is read than a secret can sensibly have."""
    try:
        with open(file, "rb") as fp:
            key = fp.read(_LONGEST_SECRET + 1)
        if len(key) > _LONGEST_SECRET:
            raise argparse.ArgumentTypeError(f"{file} has more than {_LONGEST_SECRET} bytes: that is no secret")
        SharedSecret(key)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read: {error.strerror}") from error
    except SchemaError as error:
        raise argparse.ArgumentTypeError(f"{file}: {error}") from error
    return key


def positive_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def port_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number up to 65535")
    return int(text)


def state_name(text: str) -> str:
    name = text.upper().replace("-", "_")
    if name not in (*STATES, "FIN_WAIT"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a state: {', '.join(STATES)}")
    return name


def seconds_above_zero(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def add_command(commands: Any, name: str, run: Any, summary: str, description: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description or f"{summary.capitalize()}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

    def checked(options: argparse.Namespace) -> int:
        try:
            return int(run(options))
        except WrongUse as error:
            command.print_usage(sys.stderr)
            print(f"{command.prog}: error: {error}", file=sys.stderr)
            return WRONG_USE

    command.set_defaults(run=checked)
    return command


def add_files(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", metavar="FILE", help="a stream, also packed by gzip; - is standard input")


def add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "address",
        type=parsed_address,
        metavar="ADDRESS",
        help="HOST:PORT, a URL (tls://HOST:PORT, unix:///PATH …), or a PORT of this machine",
    )


def add_secret(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--secret-file",
        dest="secret",
        type=secret_in,
        metavar="FILE",
        help="the bytes of FILE, 16 or more, are a secret that the peer must know too",
    )


def add_json_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--indent", type=positive_number, metavar="N", help="over several lines, N spaces a level")
    command.add_argument("--ascii", action="store_true", help="escape all characters that are not ASCII")


def add_filter(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--filter",
        type=parsed_filter,
        metavar="PATTERN",
        help="what is let in, in the language of java.io.ObjectInputFilter: 'maxdepth=20;com.example.*;!*'",
    )

"""Where the command line reads from, and how it prints."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from rich.color import ColorSystem
from rich.console import Console

from ..errors import BridgeError, DecodeError
from ..tools.json_view import json_pieces
from ..tools.printable import printable

__all__ = ["color_system", "complain", "flushing", "note", "open_file", "print_json", "text_of", "wide_console"]

_WIDE: Final = 200


@contextlib.contextmanager
def open_file(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
    else:
        with Path(name).open("rb") as fp:
            yield fp


def flushing(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces; what was printed of one is shown before the next is waited for."""
    for piece in pieces:
        yield piece
        sys.stdout.flush()


def print_json(value: Any, options: argparse.Namespace) -> None:
    ascii_only = options.ascii or (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    for piece in json_pieces(value, indent=options.indent, ascii_only=ascii_only):
        sys.stdout.write(piece)
    sys.stdout.write("\n")
    sys.stdout.flush()


def color_system(when: str) -> ColorSystem | None:
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


def text_of(error: Exception) -> str:
    if isinstance(error, DecodeError):
        text = f"{type(error).__name__}: {error}"
    elif isinstance(error, OSError) and not isinstance(error, BridgeError) and error.strerror:
        text = error.strerror
    else:
        text = str(error) or type(error).__name__
    # A stack trace of the peer has lines of its own, which cannot be taken for ours.
    return "\n    ".join(printable(line.strip()) for line in text.split("\n"))


def complain(error: Exception, name: str | None = None) -> None:
    """Say what is wrong on standard error, behind all that was printed."""
    where = name
    if where is None and isinstance(error, OSError) and isinstance(error.filename, str):
        where = error.filename
    note(f"{'' if where is None else ('standard input' if where == '-' else printable(where)) + ': '}{text_of(error)}")


def note(text: str) -> None:
    sys.stdout.flush()
    print(f"java-bridge: {text}", file=sys.stderr, flush=True)


def wide_console(width: int = _WIDE) -> Console:
    """A console of rich; where nobody sees it, ``width`` characters wide."""
    return Console(width=None if sys.stdout.isatty() else width, highlight=False)

"""Text from a peer, made fit for a terminal: what could move the cursor, hide or reorder text is escaped."""

from __future__ import annotations

__all__ = ["printable", "quoted"]


def printable(text: str) -> str:
    """``text`` with every character that is not printable as an escape (``\\x1b``, ``\\u202e``).

    Printable is what ``str.isprintable`` says: no control or format characters, no lone surrogates, no line ends.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def quoted(text: str, max_characters: int | None = None) -> str:
    """``text`` as Python would write it in double quotes; behind ``max_characters`` comes how long it is instead."""
    cut = text if max_characters is None else text[:max_characters]
    shown = '"' + printable(cut.replace("\\", "\\\\").replace('"', '\\"')) + '"'
    return shown if len(cut) == len(text) else f"{shown}... ({len(text)} characters)"

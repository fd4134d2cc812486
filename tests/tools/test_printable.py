"""Nothing that comes from a peer can touch the terminal."""

from __future__ import annotations

import sys

from bridge.tools.printable import printable, quoted


def test_printable_text_stays_as_it_is() -> None:
    assert printable('Zürich 東京 🙂 \\ "') == 'Zürich 東京 🙂 \\ "'


def test_every_other_character_is_escaped() -> None:
    text = "".join(map(chr, range(sys.maxunicode + 1)))
    assert printable(text).isprintable()


def test_what_moves_the_cursor_or_reorders_text_is_shown_by_its_number() -> None:
    assert printable("\x1b[2J\r\n\x7f\x9b\u202e\ud800") == "\\x1b[2J\\r\\n\\x7f\\x9b\\u202e\\ud800"


def test_quotes_and_backslashes_are_escaped_inside_quotes() -> None:
    assert quoted('a "b" \\ c') == '"a \\"b\\" \\\\ c"'


def test_long_text_is_cut_and_its_length_told() -> None:
    assert quoted("abcdef", 3) == '"abc"... (6 characters)'
    assert quoted("abc", 3) == '"abc"'

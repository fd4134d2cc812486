"""Modified UTF-8: how the protocol writes text.

Java Object Serialization Specification 6.2 and ``java.io.DataInput``: NUL is two bytes (C0 80), a character beyond
U+FFFF is a surrogate pair of three bytes each, and a lone surrogate is legal. Reading is as lenient as
``DataInputStream.readUTF``: overlong forms are accepted, a continuation byte that is none is not.

Compiled modules use the C twin in ``native.pxd``; the tests compare the two on every code unit.
"""

from __future__ import annotations

import re
from array import array

#: The first character that takes two units of UTF-16. (``max`` would make a str of each.)
_beyond = re.compile("[\U00010000-\U0010ffff]").search

#: Finds the first bytes of what UTF-8 says otherwise: NUL, surrogates (with some other characters), four-byte forms.
_beyond_utf8 = re.compile(b"[\xc0\xed\xf0-\xff]").search


def encode(text: str) -> bytes:
    """The modified UTF-8 of ``text``, without a length."""
    if text.isascii():
        data = text.encode("ascii")
    else:
        if _beyond(text) is not None:
            units = array("H", text.encode("utf-16", "surrogatepass")[2:])
            text = "".join(map(chr, units))
        data = text.encode("utf-8", "surrogatepass")
    return data.replace(b"\0", b"\xc0\x80") if b"\0" in data else data


def decode(data: bytes) -> str | None:
    """The text of modified UTF-8 ``data``, or None where the bytes are malformed."""
    if data.isascii():
        return data.decode("ascii")
    try:
        if not _beyond_utf8(data):
            return data.decode("utf-8")
        text = data.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return _decode_leniently(data)
    if max(text) > "\uffff":  # four-byte forms are UTF-8 but not modified UTF-8
        return None
    return _join_surrogates(text)


def _join_surrogates(text: str) -> str:
    if any("\ud800" <= unit <= "\udbff" for unit in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return text


def _decode_leniently(data: bytes) -> str | None:
    """Byte by byte, for the overlong forms that Java accepts and Python's codec does not."""
    units = []
    i, n = 0, len(data)
    while i < n:
        lead = data[i]
        if lead < 0x80:
            units.append(lead)
            i += 1
        elif lead & 0xE0 == 0xC0:
            if i + 2 > n or data[i + 1] & 0xC0 != 0x80:
                return None
            units.append((lead & 0x1F) << 6 | data[i + 1] & 0x3F)
            i += 2
        elif lead & 0xF0 == 0xE0:
            if i + 3 > n or data[i + 1] & 0xC0 != 0x80 or data[i + 2] & 0xC0 != 0x80:
                return None
            units.append((lead & 0x0F) << 12 | (data[i + 1] & 0x3F) << 6 | data[i + 2] & 0x3F)
            i += 3
        else:
            return None
    return _join_surrogates("".join(map(chr, units)))

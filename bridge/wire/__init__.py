"""Protocols of one's own: declared once, on `construct`, and spoken from both ends.

`message` declares a message, `Protocol` what is said with them; `bridge.connect` and `bridge.serve` take the protocol.
docs/wire.md tells how.
"""

from __future__ import annotations

from .fields import (
    Checksum,
    CompactInt,
    EnumOf,
    JavaBoolean,
    JavaByte,
    JavaChar,
    JavaDouble,
    JavaFloat,
    JavaInstant,
    JavaInt,
    JavaLong,
    JavaObjectStream,
    JavaShort,
    JavaUTF,
    JavaUUID,
    VarInt32,
    VarInt64,
)
from .framing import Datagram, Delimiter, FixedSize, Framing, LengthPrefix, SelfDelimiting
from .message import Message, Nested, message, message_of
from .protocol import CLIENT, SERVER, Policy, Protocol, Role, States, Transition

__all__ = [
    "Checksum",
    "CLIENT",
    "CompactInt",
    "Datagram",
    "Delimiter",
    "EnumOf",
    "FixedSize",
    "Framing",
    "JavaBoolean",
    "JavaByte",
    "JavaChar",
    "JavaDouble",
    "JavaFloat",
    "JavaInstant",
    "JavaInt",
    "JavaLong",
    "JavaObjectStream",
    "JavaShort",
    "JavaUTF",
    "JavaUUID",
    "LengthPrefix",
    "Message",
    "message",
    "message_of",
    "Nested",
    "Policy",
    "Protocol",
    "Role",
    "SelfDelimiting",
    "SERVER",
    "States",
    "Transition",
    "VarInt32",
    "VarInt64",
]

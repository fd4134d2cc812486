"""Protocols of one's own: declared once, on `construct`, and spoken from both ends.

`message` declares a message, `Protocol` what is said with them; `bridge.connect` and `bridge.serve` take the protocol.
docs/wire.md tells how.
"""

from __future__ import annotations

from .aio import AsyncMessageChannel
from .channel import MessageChannel
from .codec import Decoded, UnknownMessage
from .fields import (
    Checksum,
    CompactInt,
    DecimalText,
    EndedBy,
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
from .java_source import java_sources, write_java
from .layouts import Span
from .machine import MessageConnection
from .message import Message, Nested, message, message_of
from .protocol import CLIENT, SERVER, Policy, Protocol, Role, States, Transition
from .reader import MessageReader, Received

__all__ = [
    "AsyncMessageChannel",
    "Checksum",
    "CLIENT",
    "CompactInt",
    "Datagram",
    "DecimalText",
    "Decoded",
    "Delimiter",
    "EndedBy",
    "EnumOf",
    "FixedSize",
    "Framing",
    "java_sources",
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
    "MessageChannel",
    "MessageConnection",
    "MessageReader",
    "Nested",
    "Policy",
    "Protocol",
    "Received",
    "Role",
    "SelfDelimiting",
    "SERVER",
    "Span",
    "States",
    "Transition",
    "UnknownMessage",
    "VarInt32",
    "VarInt64",
    "write_java",
]

"""Streams spelled by hand: each function gives the bytes of one production of the specification's grammar (6.4.2).

stream(TC_OBJECT(TC_CLASSDESC("com.example.Point", fields=[("I", "x")]), int_(5)))
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack
from typing import Any

from bridge.stream import constants as c
from bridge.stream import mutf8
from bridge.stream.constants import SC_ENUM, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD

__all__ = [
    "EXTERNALIZABLE",
    "SC_ENUM",
    "SC_EXTERNALIZABLE",
    "SC_SERIALIZABLE",
    "SC_WRITE_METHOD",
    "TC_ARRAY",
    "TC_BLOCKDATA",
    "TC_BLOCKDATALONG",
    "TC_CLASS",
    "TC_CLASSDESC",
    "TC_ENDBLOCKDATA",
    "TC_ENUM",
    "TC_EXCEPTION",
    "TC_LONGSTRING",
    "TC_NULL",
    "TC_OBJECT",
    "TC_PROXYCLASSDESC",
    "TC_REFERENCE",
    "TC_RESET",
    "TC_STRING",
    "WRITES",
    "byte_",
    "double_",
    "int_",
    "list_of",
    "long_",
    "short_",
    "stream",
    "utf",
]

TC_NULL = bytes((c.TC_NULL,))
TC_RESET = bytes((c.TC_RESET,))
TC_ENDBLOCKDATA = bytes((c.TC_ENDBLOCKDATA,))

#: Flags of a class with a writeObject method, and of one with writeExternal in protocol version 2.
WRITES = SC_SERIALIZABLE | SC_WRITE_METHOD
EXTERNALIZABLE = SC_EXTERNALIZABLE | c.SC_BLOCK_DATA

Text = str | bytes  # bytes: modified UTF-8 as it is


def stream(*contents: bytes) -> bytes:
    """``magic version contents``"""
    return c.STREAM_HEADER + b"".join(contents)


def byte_(value: int) -> bytes:
    return pack(">b", value)


def short_(value: int) -> bytes:
    return pack(">h", value)


def int_(value: int) -> bytes:
    return pack(">i", value)


def long_(value: int) -> bytes:
    return pack(">q", value)


def double_(value: float) -> bytes:
    return pack(">d", value)


def utf(text: Text) -> bytes:
    """``(utf)``: two bytes of length, then modified UTF-8."""
    encoded = mutf8.encode(text) if isinstance(text, str) else text
    return pack(">H", len(encoded)) + encoded


def TC_STRING(text: Text) -> bytes:
    return bytes((c.TC_STRING,)) + utf(text)


def TC_LONGSTRING(text: Text) -> bytes:
    encoded = mutf8.encode(text) if isinstance(text, str) else text
    return bytes((c.TC_LONGSTRING,)) + pack(">Q", len(encoded)) + encoded


def TC_REFERENCE(handle: int) -> bytes:
    """``handle`` counts from 0: the first thing in the stream that has one."""
    return bytes((c.TC_REFERENCE,)) + pack(">I", (c.BASE_WIRE_HANDLE + handle) & 0xFFFFFFFF)


def TC_CLASSDESC(
    name: Text,
    fields: Sequence[tuple[Any, ...]] = (),
    flags: int = SC_SERIALIZABLE,
    *,
    uid: int = 1,
    annotation: bytes = b"",
    super_class: bytes = TC_NULL,
) -> bytes:
    """Fields as ``(typecode, name)`` or ``(typecode, name, bytes of the type string)``."""
    described = b"".join([ord(f[0]).to_bytes(1, "big") + utf(f[1]) + (f[2] if len(f) == 3 else b"") for f in fields])
    head = bytes((c.TC_CLASSDESC,)) + utf(name) + long_(uid) + bytes((flags,))
    return head + pack(">H", len(fields)) + described + annotation + TC_ENDBLOCKDATA + super_class


def TC_PROXYCLASSDESC(*interfaces: Text, annotation: bytes = b"", super_class: bytes = TC_NULL) -> bytes:
    names = b"".join(map(utf, interfaces))
    head = bytes((c.TC_PROXYCLASSDESC,)) + int_(len(interfaces)) + names
    return head + annotation + TC_ENDBLOCKDATA + super_class


def TC_OBJECT(class_desc: bytes, *class_data: bytes) -> bytes:
    return bytes((c.TC_OBJECT,)) + class_desc + b"".join(class_data)


def TC_ARRAY(class_desc: bytes, length: int, *elements: bytes) -> bytes:
    return bytes((c.TC_ARRAY,)) + class_desc + int_(length) + b"".join(elements)


def TC_ENUM(class_desc: bytes, constant: bytes) -> bytes:
    return bytes((c.TC_ENUM,)) + class_desc + constant


def TC_CLASS(class_desc: bytes) -> bytes:
    return bytes((c.TC_CLASS,)) + class_desc


def TC_BLOCKDATA(data: bytes) -> bytes:
    return bytes((c.TC_BLOCKDATA, len(data))) + data


def TC_BLOCKDATALONG(data: bytes) -> bytes:
    return bytes((c.TC_BLOCKDATALONG,)) + int_(len(data)) + data


def TC_EXCEPTION(throwable: bytes) -> bytes:
    return bytes((c.TC_EXCEPTION,)) + throwable


ARRAY_LIST = TC_CLASSDESC("java.util.ArrayList", [("I", "size")], WRITES, uid=8683452581122892189)


def list_of(*items: bytes, class_desc: bytes = ARRAY_LIST) -> bytes:
    """A ``java.util.ArrayList``; its class descriptor takes the next handle, the list the one after."""
    size = int_(len(items))
    return TC_OBJECT(class_desc, size, TC_BLOCKDATA(size), *items, TC_ENDBLOCKDATA)

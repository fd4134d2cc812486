"""Java class files: what serialization needs to know of one, from its bytes alone.

The Java Virtual Machine Specification, chapter 4. Every length is held against the bytes that are there before anything
is taken, and nothing recurses, so any bytes may be given. Code and most attributes are passed over.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import DecodeError
from ..stream import mutf8

__all__ = ["ClassFile", "Member"]

ACC_PUBLIC = 0x0001
ACC_PRIVATE = 0x0002
ACC_PROTECTED = 0x0004
ACC_STATIC = 0x0008
ACC_FINAL = 0x0010
ACC_SYNCHRONIZED = 0x0020
ACC_VOLATILE = 0x0040
ACC_TRANSIENT = 0x0080
ACC_NATIVE = 0x0100
ACC_INTERFACE = 0x0200
ACC_ABSTRACT = 0x0400
ACC_STRICT = 0x0800
ACC_ENUM = 0x4000

_ACC_SUPER = 0x0020

_MAGIC = b"\xca\xfe\xba\xbe"
#: Bytes after the tag of each kind of constant (4.4); a Utf8 has its length in front.
_CONSTANT_BYTES = {
    3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2,
}  # fmt: skip
_UTF8, _INTEGER, _LONG, _DOUBLE, _CLASS = 1, 3, 5, 6, 7


class Member(NamedTuple):
    """A field or method. ``descriptor`` is its type string, ``signature`` the same with type parameters, if it has any.

    ``constant`` is the value of an integral static final field whose value the compiler knew.
    """

    name: str
    descriptor: str
    flags: int
    constant: int | None = None
    signature: str | None = None


@dataclass(frozen=True)
class ClassFile:
    """A class or interface. Names are binary (``java.util.Map$Entry``), ``flags`` those of ``Class.getModifiers``."""

    name: str
    flags: int
    super_name: str | None
    interfaces: tuple[str, ...]
    fields: tuple[Member, ...]
    methods: tuple[Member, ...]
    has_record_attribute: bool = False
    signature: str | None = None

    @classmethod
    def parse(cls, data: bytes) -> ClassFile:
        """The class in the bytes of a ``.class`` file. Raises `DecodeError` if they are none."""
        return _Parser(data).parse()

    @property
    def is_interface(self) -> bool:
        return bool(self.flags & ACC_INTERFACE)

    @property
    def is_abstract(self) -> bool:
        return bool(self.flags & (ACC_ABSTRACT | ACC_INTERFACE))

    @property
    def is_enum(self) -> bool:
        """Whether it is declared as an enum; the class of a constant with a body is not, but extends one."""
        return self.super_name == "java.lang.Enum"

    @property
    def is_record(self) -> bool:
        """As ``Class.isRecord``."""
        return self.super_name == "java.lang.Record" and bool(self.flags & ACC_FINAL) and self.has_record_attribute

    @property
    def enum_constants(self) -> list[str]:
        """The names of the constants of an enum, in the order of their declaration."""
        return [field.name for field in self.fields if field.flags & ACC_ENUM and field.flags & ACC_STATIC]


class _Parser:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pos = 0
        self._constants: list[tuple[int, Any]] = []

    def parse(self) -> ClassFile:
        if self._data[:4] != _MAGIC:
            raise DecodeError(f"not a class file: it begins with {self._data[:4]!r}, not with CA FE BA BE", offset=0)
        self._pos = 8
        self._read_constants()
        flags = self._u16()
        name = self._class_name(self._u16())
        super_index = self._u16()
        super_name = self._class_name(super_index) if super_index else None
        interfaces = tuple([self._class_name(self._u16()) for _ in range(self._u16())])
        fields = self._members()
        methods = self._members()
        attributes = self._attributes()
        inner = attributes.get("InnerClasses")
        if inner is not None:
            flags = self._inner_flags(inner, name, flags)
        return ClassFile(
            name,
            flags & ~_ACC_SUPER & 0x7FFF,
            super_name,
            interfaces,
            fields,
            methods,
            has_record_attribute="Record" in attributes,
            signature=self._signature(attributes),
        )

    # ---- the grammar

    def _read_constants(self) -> None:
        count = self._u16()
        constants = self._constants = [(0, None)]
        while len(constants) < count:
            tag = self._take(1)[0]
            if tag == _UTF8:
                constants.append((tag, self._take(self._u16())))
                continue
            size = _CONSTANT_BYTES.get(tag)
            if size is None:
                raise self._broken(f"a constant of the unknown kind {tag}")
            constants.append((tag, self._take(size)))
            if tag in (_LONG, _DOUBLE):  # which take two entries
                constants.append((0, None))

    def _members(self) -> tuple[Member, ...]:
        members = []
        for _ in range(self._u16()):
            flags, name, descriptor = self._u16(), self._u16(), self._u16()
            attributes = self._attributes()
            members.append(
                Member(
                    self._text(name),
                    self._text(descriptor),
                    flags,
                    self._constant_value(attributes),
                    self._signature(attributes),
                )
            )
        return tuple(members)

    def _attributes(self) -> dict[str, bytes]:
        attributes = {}
        for _ in range(self._u16()):
            name = self._text(self._u16())
            attributes[name] = self._take(self._u32())
        return attributes

    def _constant_value(self, attributes: dict[str, bytes]) -> int | None:
        value = attributes.get("ConstantValue")
        if value is None:
            return None
        tag, raw = self._constant(self._index_in(value))
        return int.from_bytes(raw, "big", signed=True) if tag in (_INTEGER, _LONG) else None

    def _signature(self, attributes: dict[str, bytes]) -> str | None:
        value = attributes.get("Signature")
        return None if value is None else self._text(self._index_in(value))

    def _index_in(self, value: bytes) -> int:
        if len(value) != 2:
            raise self._broken(f"an attribute of {len(value)} bytes where two are due")
        return int.from_bytes(value, "big")

    def _inner_flags(self, value: bytes, name: str, flags: int) -> int:
        """The modifiers in the source of a member class, which stand in this attribute and not in front."""
        count = int.from_bytes(value[:2], "big")
        if len(value) != 2 + 8 * count:
            raise self._broken("an InnerClasses attribute of the wrong length")
        for index, _, _, inner_flags in struct.iter_unpack(">HHHH", value[2:]):
            if index and self._class_name(index) == name:
                return int(inner_flags)
        return flags

    # ---- constants and bytes

    def _constant(self, index: int) -> tuple[int, Any]:
        if not 0 < index < len(self._constants):
            raise self._broken(f"a reference to constant {index} of {len(self._constants)}")
        return self._constants[index]

    def _text(self, index: int) -> str:
        tag, raw = self._constant(index)
        text = mutf8.decode(raw) if tag == _UTF8 else None
        if text is None:
            raise self._broken(f"constant {index} is no text")
        return text

    def _class_name(self, index: int) -> str:
        tag, raw = self._constant(index)
        if tag != _CLASS:
            raise self._broken(f"constant {index} is no class")
        return self._text(int.from_bytes(raw, "big")).replace("/", ".")

    def _take(self, size: int) -> bytes:
        end = self._pos + size
        if end > len(self._data):
            raise self._broken(f"the class file ends in the middle: {size} bytes are due")
        taken = self._data[self._pos : end]
        self._pos = end
        return taken

    def _u16(self) -> int:
        return int.from_bytes(self._take(2), "big")

    def _u32(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def _broken(self, message: str) -> DecodeError:
        return DecodeError(message, offset=self._pos)

"""The serialVersionUID of a class, from its class file: the declared one, else the one Java computes.

Java Object Serialization Specification 4.6; ``ObjectStreamClass.getDeclaredSUID`` and ``computeDefaultSUID``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ..errors import SchemaError
from ..stream import mutf8
from .classfile import (
    ACC_ABSTRACT,
    ACC_FINAL,
    ACC_INTERFACE,
    ACC_NATIVE,
    ACC_PRIVATE,
    ACC_PROTECTED,
    ACC_PUBLIC,
    ACC_STATIC,
    ACC_STRICT,
    ACC_SYNCHRONIZED,
    ACC_TRANSIENT,
    ACC_VOLATILE,
    ClassFile,
    Member,
)

__all__ = ["declared_serial_version_uid", "default_serial_version_uid", "serial_version_uid"]

_ACCESS = ACC_PUBLIC | ACC_PRIVATE | ACC_PROTECTED
_CLASS_FLAGS = ACC_PUBLIC | ACC_FINAL | ACC_INTERFACE | ACC_ABSTRACT
_FIELD_FLAGS = _ACCESS | ACC_STATIC | ACC_FINAL | ACC_VOLATILE | ACC_TRANSIENT
_METHOD_FLAGS = _ACCESS | ACC_STATIC | ACC_FINAL | ACC_SYNCHRONIZED | ACC_NATIVE | ACC_ABSTRACT | ACC_STRICT

_INTEGRAL = {"B": 8, "C": 16, "S": 16, "I": 32, "J": 64}


def serial_version_uid(class_file: ClassFile) -> int:
    """The UID that streams have for a serializable class that is no enum.

    Raises `SchemaError` where the class computes its constant when it is initialised: no class file tells that.
    """
    declared = declared_serial_version_uid(class_file)
    if declared is not None:
        return declared
    return 0 if class_file.is_record else default_serial_version_uid(class_file)


def declared_serial_version_uid(class_file: ClassFile) -> int | None:
    """The value of the constant ``serialVersionUID``; None if the class has none that Java would take."""
    for field in class_file.fields:
        if field.name == "serialVersionUID":
            wanted = ACC_STATIC | ACC_FINAL
            if field.flags & wanted != wanted or field.descriptor not in _INTEGRAL:
                continue
            if field.constant is None:
                raise SchemaError(
                    f"{class_file.name} computes its serialVersionUID when it is initialised: declare what serialver "
                    "prints"
                )
            return field.constant
    return None


def default_serial_version_uid(class_file: ClassFile) -> int:
    """The UID that Java computes for a class that declares none: the SHA-1 of its name, modifiers, and members."""
    out = bytearray()
    methods = [method for method in class_file.methods if not method.name.startswith("<")]
    flags = class_file.flags & _CLASS_FLAGS
    if flags & ACC_INTERFACE:
        # Compilers once differed in whether an interface without methods is abstract.
        flags = flags | ACC_ABSTRACT if methods else flags & ~ACC_ABSTRACT
    _put_text(out, class_file.name)
    _put_int(out, flags)
    for name in sorted(class_file.interfaces, key=_utf16):
        _put_text(out, name)
    for field in sorted(class_file.fields, key=lambda field: _utf16(field.name)):
        flags = field.flags & _FIELD_FLAGS
        if not (flags & ACC_PRIVATE and flags & (ACC_STATIC | ACC_TRANSIENT)):
            _put_member(out, field.name, flags, field.descriptor)
    if any(method.name == "<clinit>" for method in class_file.methods):
        _put_member(out, "<clinit>", ACC_STATIC, "()V")
    constructors = [method for method in class_file.methods if method.name == "<init>"]
    _put_methods(out, sorted(constructors, key=lambda method: _utf16(method.descriptor)))
    _put_methods(out, sorted(methods, key=lambda method: (_utf16(method.name), _utf16(method.descriptor))))
    digest = hashlib.sha1(out, usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "little", signed=True)


def _put_methods(out: bytearray, methods: Iterable[Member]) -> None:
    for method in methods:
        if not method.flags & ACC_PRIVATE:
            _put_member(out, method.name, method.flags & _METHOD_FLAGS, method.descriptor.replace("/", "."))


def _put_member(out: bytearray, name: str, flags: int, descriptor: str) -> None:
    _put_text(out, name)
    _put_int(out, flags)
    _put_text(out, descriptor)


def _put_text(out: bytearray, text: str) -> None:
    data = mutf8.encode(text)
    out += len(data).to_bytes(2, "big") + data


def _put_int(out: bytearray, number: int) -> None:
    out += number.to_bytes(4, "big")


def _utf16(text: str) -> bytes:
    """Sorts as Java's ``String.compareTo``."""
    return text.encode("utf-16-be", "surrogatepass")

"""Makes class files for the tests, as a compiler would: just what serialization looks at."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from bridge.mapping.classfile import ACC_FINAL, ACC_PRIVATE, ACC_PUBLIC, ACC_STATIC

__all__ = ["WRITE_OBJECT", "class_file"]

#: A method: ``private void writeObject(ObjectOutputStream out)``.
WRITE_OBJECT = ("writeObject", "(Ljava/io/ObjectOutputStream;)V", ACC_PRIVATE)

Member = tuple[str, str, int] | tuple[str, str, int, str]


def class_file(
    name: str,
    super_name: str = "java.lang.Object",
    fields: Sequence[Member] = (),
    *,
    methods: Sequence[Member] = (),
    interfaces: Sequence[str] = ("java.io.Serializable",),
    flags: int = ACC_PUBLIC,
    uid: int | None = 1,
    is_record: bool = False,
) -> bytes:
    """The bytes of a class. A member is its name, type, flags, and its signature if it has one; ``uid``: a constant."""
    constants: list[bytes] = []

    def constant(data: bytes) -> int:
        if data not in constants:
            constants.append(data)
        return constants.index(data) + 1

    def text(content: str) -> int:
        return constant(b"\1" + struct.pack(">H", len(content.encode())) + content.encode())

    def class_of(class_name: str) -> int:
        return constant(b"\7" + struct.pack(">H", text(class_name.replace(".", "/"))))

    def attribute(kind: str, content: bytes) -> bytes:
        return struct.pack(">HI", text(kind), len(content)) + content

    def member(of: Member) -> bytes:
        attributes = [attribute("Signature", struct.pack(">H", text(signature))) for signature in of[3:]]
        head = struct.pack(">HHHH", of[2], text(of[0]), text(of[1]), len(attributes))
        return head + b"".join(attributes)

    def counted(parts: list[bytes]) -> bytes:
        return struct.pack(">H", len(parts)) + b"".join(parts)

    body = struct.pack(">HHH", flags, class_of(name), class_of(super_name))
    body += counted([struct.pack(">H", class_of(interface)) for interface in interfaces])
    members = [member(field) for field in fields]
    if uid is not None:
        value = attribute("ConstantValue", struct.pack(">H", constant(b"\3" + struct.pack(">i", uid))))
        head = struct.pack(">HHHH", ACC_STATIC | ACC_FINAL, text("serialVersionUID"), text("I"), 1)
        members.append(head + value)
    body += counted(members)
    body += counted([member(method) for method in methods])
    body += counted([attribute("Record", b"\0\0")] if is_record else [])
    return b"\xca\xfe\xba\xbe\0\0\0\x3d" + struct.pack(">H", len(constants) + 1) + b"".join(constants) + body

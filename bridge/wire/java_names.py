"""Names of a declaration as names of Java: ``sensor_id`` is a field ``sensorId``, a type ``SensorId``."""

from __future__ import annotations

import re
from typing import Final

from ..errors import SchemaError

__all__ = ["Names", "constant_name", "member_name", "package_name", "type_name"]

#: Java Language Specification, 3.9; with the literals, and the contextual words that cannot name a type.
_KEYWORDS: Final = frozenset(
    word
    for line in (
        "abstract assert boolean break byte case catch char class const continue default do double else enum",
        "extends final finally float for goto if implements import instanceof int interface long native new",
        "package private protected public return short static strictfp super switch synchronized this throw",
        "throws transient try void volatile while _ true false null var yield record sealed permits",
    )
    for word in line.split()
)
#: Accessors of a record cannot have the names of methods that every object has (8.10.1), nor the names of what the
#: generated code calls its reader and its writer.
_MEMBERS: Final = frozenset(
    word
    for line in ("clone finalize getClass hashCode notify notifyAll toString wait in out that other",)
    for word in line.split()
)
#: Simple names of other types that the source of a record uses.
_TYPES: Final = frozenset(
    word
    for line in (
        "ArrayList Arrays Boolean Character Checksums Double Enum Float FrameReader FrameWriter HexFormat IOException",
        "Instant Integer List Long Math Object Objects Override Record StandardCharsets String UUID WireException",
    )
    for word in line.split()
)
#: And those that the other files of the package use.
_TYPES_OF_THE_PACKAGE: Final = frozenset(
    word
    for line in (
        "ArrayDeque AutoCloseable BufferedInputStream BufferedOutputStream Class ConcurrentHashMap DataInput",
        "DataInputStream DataOutput DataOutputStream DatagramPacket DatagramSocket Deque EOFException Error Exception",
        "FromClient FromServer FunctionalInterface Handler InetAddress InetSocketAddress Iterable Message Number",
        "Runnable Semaphore Serial ServerSocket Set Socket SocketAddress State StringBuilder System Thread Throwable",
    )
    for word in line.split()
)


def package_name(name: str) -> str:
    """The name of a package, as it is. SchemaError: it is none, or not in ASCII."""
    if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name, re.ASCII) and not _KEYWORDS.intersection(name.split(".")):
        return name
    raise SchemaError(f"{name!r} cannot be the name of a Java package")


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\dA-Za-z_]+", name)


def _checked(name: str, made: str, path: str) -> str:
    if not made.isidentifier() or not made.isascii():
        raise SchemaError(f"{name!r} cannot be a name in Java", path=path)
    return made


def member_name(name: str, path: str) -> str:
    """The name of a field, ``path`` being its place in the declaration. SchemaError: it has none in Java."""
    first, *others = _words(name) or [""]
    made = first.lower() + "".join(word[:1].upper() + word[1:].lower() for word in others)
    return _checked(name, made + "_" if made in _KEYWORDS or made in _MEMBERS else made, path)


def type_name(name: str, path: str, *, has_file: bool = False) -> str:
    """The name of a type; words in capitals stay as they are. ``has_file``: it stands in a file of its own.

    SchemaError: it has none in Java.
    """
    made = "".join(word[:1].upper() + (word[1:] if not name.isupper() else word[1:].lower()) for word in _words(name))
    is_taken = made in _TYPES or (has_file and made in _TYPES_OF_THE_PACKAGE)
    return _checked(name, made + "_" if is_taken else made, path)


def constant_name(name: str, path: str) -> str:
    """The name of a constant. SchemaError: it has none in Java."""
    made = "_".join(word.upper() for word in _words(name))
    return _checked(name, made, path)


class Names:
    """Names that are given once each."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._taken: dict[str, str] = {}

    def take(self, made: str, name: str, path: str) -> str:
        """``made`` for ``name``. SchemaError: another name is the same in Java."""
        if made in self._taken:
            raise SchemaError(f"{name!r} and {self._taken[made]!r} are both the {self._what} {made} in Java", path=path)
        self._taken[made] = name
        return made

    def copy(self) -> Names:
        """The same names, to go on with separately."""
        names = Names(self._what)
        names._taken = dict(self._taken)
        return names

    def fresh(self, made: str) -> str:
        """``made``, or what is like it and was not given yet."""
        candidate, number = made, 2
        while candidate in self._taken or candidate in _KEYWORDS:
            candidate, number = f"{made}{number}", number + 1
        self._taken[candidate] = candidate
        return candidate

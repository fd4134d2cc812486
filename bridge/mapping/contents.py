"""What a class writes beside or instead of its fields: ``java.io.ObjectOutput`` and ``ObjectInput`` over a list.

A hook (``write_object``, ``read_external``…) sees one of these. The contents are those of one object annotation:
objects, and runs of primitive data, which have no marks inside.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, cast

from ..errors import CorruptedStreamError, EncodeError, LocalProtocolError, TruncatedStreamError
from ..stream import mutf8
from ..stream.model import BlockData

__all__ = ["ObjectInput", "ObjectOutput"]

_BYTE, _SHORT, _INT, _LONG, _FLOAT, _DOUBLE = (struct.Struct(">" + code) for code in "bhiqfd")


class ObjectOutput:
    """Takes what a ``write_object`` or ``write_external`` writes: Java's method names in Python's spelling.

    Raises `EncodeError` where a value does not fit the primitive type. Objects are written after the method has
    returned, so what cannot be written is reported then, with its path.
    """

    def __init__(self) -> None:
        self._contents: list[Any] = []
        self._block = bytearray()

    def write_object(self, obj: Any) -> None:
        self._end_block()
        self._contents.append(obj)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Bytes as they are, without a length."""
        self._block += data

    def write_boolean(self, value: bool) -> None:
        self._block.append(1 if value else 0)

    def write_byte(self, value: int) -> None:
        self._pack(_BYTE, value, "a byte")

    def write_short(self, value: int) -> None:
        self._pack(_SHORT, value, "a short")

    def write_char(self, value: str) -> None:
        """One UTF-16 code unit."""
        if not isinstance(value, str) or len(value) != 1 or ord(value) > 0xFFFF:
            raise EncodeError(f"a char is due, one UTF-16 code unit, not {value!r:.40}")
        self._block += ord(value).to_bytes(2, "big")

    def write_int(self, value: int) -> None:
        self._pack(_INT, value, "an int")

    def write_long(self, value: int) -> None:
        self._pack(_LONG, value, "a long")

    def write_float(self, value: float) -> None:
        self._pack(_FLOAT, value, "a float")

    def write_double(self, value: float) -> None:
        self._pack(_DOUBLE, value, "a double")

    def write_utf(self, text: str) -> None:
        """A text of at most 65,535 bytes in modified UTF-8, with its length in front."""
        data = mutf8.encode(text)
        if len(data) > 0xFFFF:
            raise EncodeError(f"write_utf takes at most 65,535 bytes, not {len(data)}: write the text as an object")
        self._block += len(data).to_bytes(2, "big") + data

    def write_contents(self, contents: Iterable[Any]) -> None:
        """What `ObjectInput.read_contents` gave: objects, and a `BlockData` for each run of primitive data."""
        for item in contents:
            if type(item) is BlockData:
                self.write(item)
            else:
                self.write_object(item)

    def contents(self) -> list[Any]:
        """All that was written: objects, and a `BlockData` for each run of primitive data."""
        self._end_block()
        return self._contents

    def _end_block(self) -> None:
        if self._block:
            self._contents.append(BlockData(self._block))
            self._block = bytearray()

    def _pack(self, form: struct.Struct, value: Any, name: str) -> None:
        try:
            self._block += form.pack(value)
        except (struct.error, OverflowError):
            raise EncodeError(f"{value!r:.40} is not {name}, or out of its range") from None


class ObjectInput:
    """Gives a ``read_object`` or ``read_external`` what the class wrote: Java's method names in Python's spelling.

    As with `bridge.ObjectInputStream`, asking for the other of the two kinds consumes nothing: `LocalProtocolError`
    where primitive data is next and an object was asked for, `TruncatedStreamError` where what was asked for has ended.
    What a hook leaves unread is passed over.
    """

    def __init__(self, contents: Iterable[Any] = ()) -> None:
        self._contents = list(contents)
        self._contents.reverse()
        self._data = b""
        self._position = 0

    def read_object(self) -> Any:
        left = self.available()
        if left:
            raise LocalProtocolError(f"an object is due, but {left} bytes of primitive data come first")
        if not self._contents:
            raise TruncatedStreamError("an object is due, but the class wrote no more")
        return self._contents.pop()

    def read_boolean(self) -> bool:
        return self.read_fully(1) != b"\0"

    def read_byte(self) -> int:
        return cast(int, _BYTE.unpack(self.read_fully(1))[0])

    def read_unsigned_byte(self) -> int:
        return self.read_fully(1)[0]

    def read_short(self) -> int:
        return cast(int, _SHORT.unpack(self.read_fully(2))[0])

    def read_unsigned_short(self) -> int:
        return int.from_bytes(self.read_fully(2), "big")

    def read_char(self) -> str:
        """One UTF-16 code unit."""
        return chr(self.read_unsigned_short())

    def read_int(self) -> int:
        return cast(int, _INT.unpack(self.read_fully(4))[0])

    def read_long(self) -> int:
        return cast(int, _LONG.unpack(self.read_fully(8))[0])

    def read_float(self) -> float:
        return cast(float, _FLOAT.unpack(self.read_fully(4))[0])

    def read_double(self) -> float:
        return cast(float, _DOUBLE.unpack(self.read_fully(8))[0])

    def read_utf(self) -> str:
        self.available()
        start = self._position
        try:
            text = mutf8.decode(self.read_fully(self.read_unsigned_short()))
        except TruncatedStreamError:
            self._position = start
            raise
        if text is None:
            raise CorruptedStreamError("malformed modified UTF-8 in primitive data")
        return text

    def read(self, length: int = -1) -> bytes:
        """At most ``length`` bytes of the primitive data that is next (negative: all of it); b"" where none is."""
        left = self.available()
        return self.read_fully(left if length < 0 else min(left, length))

    def read_fully(self, length: int) -> bytes:
        """Exactly ``length`` bytes of primitive data."""
        left = self.available()
        if length > left:
            raise TruncatedStreamError(
                f"{length} bytes of primitive data are due, but only {left} come before what is next"
            )
        self._position += length
        return self._data[self._position - length : self._position]

    def read_contents(self) -> list[Any]:
        """All that is left: objects, and a `BlockData` for each run of primitive data."""
        data = self.read()
        contents = [BlockData(data)] if data else []
        contents += reversed(self._contents)
        self._contents = []
        return contents

    def available(self) -> int:
        """The bytes of primitive data before the next object or the end."""
        while self._position == len(self._data) and self._contents and type(self._contents[-1]) is BlockData:
            self._data = self._contents.pop()
            self._position = 0
        return len(self._data) - self._position

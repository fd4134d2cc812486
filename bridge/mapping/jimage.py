"""The JDK's own classes: ``lib/modules``, a file in the format of ``jdk.internal.jimage``.

A header, a perfect hash of paths (redirect and offset tables), attributes of each resource, strings, the resources.
Numbers are in the byte order of the machine the file was made for. Images of ``jlink --compress`` are not read.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from ..errors import DecodeError, SchemaError

__all__ = ["ModulesFile"]

_MAGIC = 0xCAFEDADA
_HEADER_BYTES = 28
_HASH_MULTIPLIER = 0x01000193
_OFFSET, _COMPRESSED, _SIZE = 5, 6, 7  # kinds of attributes; 0 is the end, 1 to 4 are parts of the path
_KINDS = 8


class ModulesFile:
    """Finds classes. Raises `DecodeError` where the file is broken, `OSError` where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            try:
                self._data: mmap.mmap | bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:  # an empty file
                self._data = b""
        header = self._data[:_HEADER_BYTES]
        if len(header) < _HEADER_BYTES:
            raise DecodeError(f"{path} is no modules file of a JDK: it is too short")
        self._order = "<" if struct.unpack("<I", header[:4])[0] == _MAGIC else ">"
        magic, _, _, _, length, locations, strings = struct.unpack(self._order + "7I", header)
        if magic != _MAGIC or not length:
            raise DecodeError(f"{path} is no modules file of a JDK: it begins with {header[:4]!r}")
        self._length = length
        self._locations = _HEADER_BYTES + 8 * length
        self._strings = self._locations + locations
        self._resources = self._strings + strings
        if self._resources > len(self._data):
            raise DecodeError(f"{path} ends inside its index")

    def class_bytes(self, name: str) -> bytes | None:
        """The class file of a class, by its binary name; None if the image has none."""
        package, _, simple = name.rpartition(".")
        modules = self._resource(f"/packages/{package}")
        for position in range(0, len(modules or b"") - 7, 8):
            is_empty, offset = struct.unpack_from(self._order + "II", modules or b"", position)
            if not is_empty:
                found = self._resource(f"/{self._string(offset)}/{package.replace('.', '/')}/{simple}.class")
                if found is not None:
                    return found
        return None

    def class_names(self) -> list[str]:
        """None: a JDK has tens of thousands."""
        return []

    def _resource(self, path: str) -> bytes | None:
        encoded = path.encode("utf-8", "surrogatepass")
        redirect = self._number("i", _HEADER_BYTES + 4 * (_hash(encoded, _HASH_MULTIPLIER) % self._length))
        if redirect == 0:
            return None
        index = -1 - redirect if redirect < 0 else _hash(encoded, redirect) % self._length
        if index >= self._length:
            raise DecodeError(f"{self._path} has a broken index")
        location = self._locations + self._number("I", _HEADER_BYTES + 4 * (self._length + index))
        attributes = self._attributes(location)
        if self._full_name(attributes) != path:
            return None
        if attributes[_COMPRESSED]:
            raise SchemaError(f"{self._path} was made by jlink --compress: give the modules file of a whole JDK")
        start = self._resources + attributes[_OFFSET]
        found = self._data[start : start + attributes[_SIZE]]
        if len(found) != attributes[_SIZE]:
            raise DecodeError(f"{self._path} ends inside {path}")
        return found

    def _attributes(self, position: int) -> list[int]:
        attributes = [0] * _KINDS
        while position < self._strings:
            head = self._data[position]
            kind, size = head >> 3, (head & 7) + 1
            if kind == 0:
                return attributes
            if kind >= _KINDS:
                break
            attributes[kind] = int.from_bytes(self._data[position + 1 : position + 1 + size], "big")
            position += 1 + size
        raise DecodeError(f"{self._path} has a broken index")

    def _full_name(self, attributes: list[int]) -> str:
        module, parent, base, extension = [self._string(offset) for offset in attributes[1:5]]
        path = f"/{module}/" if module else ""
        if parent:
            path += f"{parent}/"
        return f"{path}{base}.{extension}" if extension else path + base

    def _string(self, offset: int) -> str:
        start = self._strings + offset
        end = self._data.find(b"\0", start, self._resources)
        if end < 0:
            raise DecodeError(f"{self._path} has a broken index")
        return self._data[start:end].decode("utf-8", "replace")

    def _number(self, code: str, position: int) -> int:
        return int(struct.unpack_from(self._order + code, self._data, position)[0])


def _hash(path: bytes, seed: int) -> int:
    for byte in path:
        seed = (seed * _HASH_MULTIPLIER & 0xFFFFFFFF) ^ byte
    return seed & 0x7FFFFFFF

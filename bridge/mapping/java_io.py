"""``java.io.File``. A path is never opened here, it is but a value."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from ..stream.descriptors import ClassDescriptor
from ..stream.model import BlockData
from ..stream.plan import REDUCE, EncodePlan
from .adapters import OWN_DATA, value_reader
from .registry import Registry

__all__ = ["File", "WindowsFile", "register"]


class File(PurePosixPath):
    """A ``java.io.File`` of a system where ``/`` separates names."""

    __slots__ = ("_path",)

    @property
    def path(self) -> str:
        """The path as Java has it: ``a/./b``, and empty for ``new File("")``."""
        return getattr(self, "_path", str(self))


class WindowsFile(PureWindowsPath):
    """A ``java.io.File`` of Windows."""

    __slots__ = ("_path",)

    @property
    def path(self) -> str:
        """The path as Java has it."""
        return getattr(self, "_path", str(self))


FILE = ClassDescriptor("java.io.File", 301077366599181567, OWN_DATA, [("path", "Ljava/lang/String;")])


def _build_file(values: Any, annotations: Any) -> Any:
    (path,) = values
    (separator,) = annotations[0]
    if type(path) is not str or type(separator) is not BlockData:
        return NotImplemented
    if separator == b"\0/":
        file: Any = File(path)
    elif separator == b"\0\\":
        file = WindowsFile(path)
    else:
        return NotImplemented
    if str(file) != path:
        file._path = path
    return file


def _reduce(separator: bytes) -> Any:
    data = ((BlockData(separator),),)

    def reduce(value: File | WindowsFile) -> Any:
        return FILE, (getattr(value, "_path", str(value)),), data

    return reduce


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(FILE.name, value_reader(FILE, _build_file, own_data=True))
    registry.write_as(File, EncodePlan(REDUCE, FILE, reduce=_reduce(b"\0/")))
    registry.write_as(WindowsFile, EncodePlan(REDUCE, FILE, reduce=_reduce(b"\0\\")))

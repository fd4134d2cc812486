"""A class path: folders, jars and JDKs in which class files are found, and what serialization makes of them."""

from __future__ import annotations

import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path
from typing import Protocol

from ..errors import DecodeError, SchemaError
from ..stream.constants import SC_BLOCK_DATA, SC_ENUM, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD
from ..stream.descriptors import ClassDescriptor
from .classfile import ACC_FINAL, ACC_PRIVATE, ACC_STATIC, ACC_TRANSIENT, ClassFile, Member
from .field_types import check_class_name
from .java_lang import ENUM_CLASS
from .jimage import ModulesFile
from .serial_version import serial_version_uid

__all__ = ["ClassPath"]

_MAX_CLASS_BYTES = 1 << 24
#: Where class files stand in a jar, a jmod, a jar of Spring Boot, and a war.
_PREFIXES = ("", "classes/", "BOOT-INF/classes/", "WEB-INF/classes/")

#: What zipfile raises for an archive that is none: NotImplementedError, a RuntimeError, for versions and ways of
#: packing that it does not know; UnicodeDecodeError, a ValueError, for names.
_BROKEN_ARCHIVE = (OSError, zipfile.BadZipFile, RuntimeError, ValueError)

_SERIALIZABLE = "java.io.Serializable"
_EXTERNALIZABLE = "java.io.Externalizable"
_ENUM = "java.lang.Enum"
#: Classes of the JDK that applications extend, and that are not serializable: enough to do without a JDK at hand.
_NOT_SERIALIZABLE = {
    "java.lang.Object",
    "java.lang.Record",
    "java.lang.Thread",
    "java.util.AbstractCollection",
    "java.util.AbstractList",
    "java.util.AbstractMap",
    "java.util.AbstractQueue",
    "java.util.AbstractSequentialList",
    "java.util.AbstractSet",
    "java.util.TimerTask",
}

#: Gives the descriptor of a class that is known without its class file, or None.
Known = Callable[[str], ClassDescriptor | None]


class ClassPath:
    """The places in which classes are looked for, in order."""

    def __init__(self) -> None:
        self._places: dict[Path, _Place] = {}
        self._found: dict[str, ClassFile | None] = {}

    def copy(self) -> ClassPath:
        other = ClassPath()
        other._places = dict(self._places)
        return other

    def add(self, paths: Iterable[str | PathLike[str]]) -> None:
        """Adds folders with class files, jars (wars, jmods), the ``lib/modules`` file of a JDK, or the home of one.

        Raises `SchemaError` for what is none of these.
        """
        for path in paths:
            absolute = Path(path).expanduser().absolute()
            self._places[absolute] = _place(absolute)
        self._found = {}

    def find(self, name: str) -> ClassFile | None:
        """The class file of a class, by its binary name; None if there is none.

        Raises `SchemaError` if this cannot be the name of a class, `DecodeError` if the file is broken.
        """
        check_class_name(name)
        if name not in self._found:
            self._found[name] = self._parse(name)
        return self._found[name]

    def _parse(self, name: str) -> ClassFile | None:
        for path, place in self._places.items():
            data = place.class_bytes(name)
            if data is None:
                continue
            try:
                found = ClassFile.parse(data)
            except DecodeError as error:
                raise DecodeError(f"{name} in {path}: {error.message}", offset=error.offset) from None
            if found.name == name:  # it is not on file systems that ignore case
                return found
        return None

    def class_names(self, package: str) -> list[str]:
        """The classes in a package, by binary name and sorted; of the JDK's own packages none."""
        found = {name for place in self._places.values() for name in place.class_names()}
        return sorted([name for name in found if name.rpartition(".")[0] == package])

    def serial_version_uid(self, name: str) -> int | None:
        """The UID of a class on the class path, None if it is not there. Raises `SchemaError` as `describe`."""
        found = self.find(name)
        return None if found is None else serial_version_uid(found)

    # ---- what serialization makes of a class (``java.io.ObjectStreamClass``)

    def describe(self, name: str, known: Known = lambda name: None) -> ClassDescriptor | None:
        """The descriptor that Java writes for a class on the class path; None if it is not there, or not serializable.

        ``known`` is asked for super-classes that are not on the class path. Raises `SchemaError` where the class
        files do not tell.
        """
        levels: list[ClassFile] = []
        above: ClassDescriptor | None = None
        current: str | None = name
        while current is not None:
            found = self.find(current)
            if found is None:
                above = ENUM_CLASS if current == _ENUM else known(current)
                break
            if found in levels:
                raise SchemaError(f"{found.name} extends itself")
            levels.append(found)
            current = found.super_name
        if not levels:
            return None
        if current is not None and above is None and current not in _NOT_SERIALIZABLE:
            raise SchemaError(
                f"{levels[-1].name} extends {current}, which is not on the class path: add it, or for a class of the "
                "JDK the home of a JDK"
            )
        # All below a serializable class are.
        while levels and above is None and not self.extends(levels[-1].name, _SERIALIZABLE):
            levels.pop()
        for level in reversed(levels):
            above = self._describe_level(level, above)
        return above if levels else None

    def _describe_level(self, found: ClassFile, above: ClassDescriptor | None) -> ClassDescriptor:
        if found.name == _ENUM or self.extends(found.name, _ENUM):
            return ClassDescriptor(found.name, 0, SC_SERIALIZABLE | SC_ENUM, (), above)
        if self.extends(found.name, _EXTERNALIZABLE):
            uid = serial_version_uid(found)
            return ClassDescriptor(found.name, uid, SC_EXTERNALIZABLE | SC_BLOCK_DATA, (), above)
        flags = SC_SERIALIZABLE
        if not found.is_record:
            if any(map(_is_persistent_fields, found.fields)):
                raise SchemaError(
                    f"{found.name} says in code which fields it writes (serialPersistentFields): declare it, or read "
                    "an object of it first"
                )
            if any(map(_is_write_object, found.methods)):
                flags |= SC_WRITE_METHOD
        fields = [
            (field.name, field.descriptor) for field in found.fields if not field.flags & (ACC_STATIC | ACC_TRANSIENT)
        ]
        if found.is_interface:
            fields = []
        fields.sort(key=lambda field: (len(field[1]) > 1, field[0].encode("utf-16-be", "surrogatepass")))
        return ClassDescriptor(found.name, serial_version_uid(found), flags, fields, above)

    def extends(self, name: str, ancestor: str) -> bool:
        """Whether a class is, extends or implements another one, as far as the class files tell."""
        waiting = deque([name])
        seen = {name}
        while waiting:
            current = waiting.popleft()
            if current == ancestor or (current == _EXTERNALIZABLE and ancestor == _SERIALIZABLE):
                return True
            if current == _ENUM and ancestor == _SERIALIZABLE:
                return True
            found = self.find(current)
            if found is None:
                continue
            for above in (*found.interfaces, found.super_name):
                if above is not None and above not in seen:
                    seen.add(above)
                    waiting.append(above)
        return False


def _is_write_object(method: Member) -> bool:
    """``private void writeObject(ObjectOutputStream)``"""
    return (
        method.name == "writeObject"
        and method.descriptor == "(Ljava/io/ObjectOutputStream;)V"
        and method.flags & (ACC_PRIVATE | ACC_STATIC) == ACC_PRIVATE
    )


def _is_persistent_fields(field: Member) -> bool:
    """``private static final ObjectStreamField[] serialPersistentFields``"""
    wanted = ACC_PRIVATE | ACC_STATIC | ACC_FINAL
    return (
        field.name == "serialPersistentFields"
        and field.descriptor == "[Ljava/io/ObjectStreamField;"
        and field.flags & wanted == wanted
    )


# ---- the places


class _Place(Protocol):
    def class_bytes(self, name: str) -> bytes | None:
        """The class file of a class, None if it is not there."""

    def class_names(self) -> list[str]:
        """The names of all classes, as far as they can be listed."""


def _place(path: Path) -> _Place:
    try:
        if path.is_dir():
            modules = path / "lib" / "modules"
            return ModulesFile(modules) if modules.is_file() else _Folder(path)
        if zipfile.is_zipfile(path):
            return _Archive(path)
        if path.is_file():
            return ModulesFile(path)
    except (*_BROKEN_ARCHIVE, DecodeError) as error:
        raise SchemaError(f"{path} cannot be on the class path: {error}") from error
    raise SchemaError(f"{path} cannot be on the class path: there is no such file or folder")


def _class_names(paths: Iterable[str], prefixes: Iterable[str]) -> list[str]:
    names = set()
    for path in paths:
        prefix = max((prefix for prefix in prefixes if path.startswith(prefix)), key=len)
        if path.endswith(".class") and not path.endswith("-info.class"):
            names.add(path[len(prefix) : -len(".class")].replace("/", "."))
    return sorted(names)


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def class_bytes(self, name: str) -> bytes | None:
        file = self._path.joinpath(*name.split(".")).with_name(f"{name.rpartition('.')[2]}.class")
        try:
            if file.stat().st_size > _MAX_CLASS_BYTES:
                raise DecodeError(f"{file} is larger than a class file can be")
            return file.read_bytes()
        except (OSError, ValueError):  # ValueError: a NUL in the name
            return None

    def class_names(self) -> list[str]:
        files = self._path.rglob("*.class")
        return _class_names((file.relative_to(self._path).as_posix() for file in files), [""])


class _Archive:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._archive = zipfile.ZipFile(path)
        self._sizes = {info.filename: info.file_size for info in self._archive.infolist()}
        self._prefixes = [
            prefix for prefix in _PREFIXES if not prefix or any(name.startswith(prefix) for name in self._sizes)
        ]

    def class_bytes(self, name: str) -> bytes | None:
        for prefix in self._prefixes:
            entry = f"{prefix}{name.replace('.', '/')}.class"
            if entry in self._sizes:
                if self._sizes[entry] > _MAX_CLASS_BYTES:
                    raise DecodeError(f"{entry} in {self._path} is larger than a class file can be")
                try:
                    return self._archive.read(entry)
                except (*_BROKEN_ARCHIVE, EOFError, zlib.error) as error:
                    raise DecodeError(f"{entry} in {self._path} cannot be unpacked: {error}") from error
        return None

    def class_names(self) -> list[str]:
        return _class_names(self._sizes, self._prefixes)

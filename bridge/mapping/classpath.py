"""A class path: folders, jars and JDKs in which class files are found, and what serialization makes of them."""

from __future__ import annotations

import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path

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

_Finder = Callable[[str], bytes | None]
#: Gives the descriptor of a class that is known without its class file, or None.
Known = Callable[[str], ClassDescriptor | None]


class ClassPath:
    """The places in which classes are looked for, in order."""

    def __init__(self) -> None:
        self._finders: dict[Path, _Finder] = {}
        self._found: dict[str, ClassFile | None] = {}

    def copy(self) -> ClassPath:
        other = ClassPath()
        other._finders = dict(self._finders)
        return other

    def add(self, paths: Iterable[str | PathLike[str]]) -> None:
        """Adds folders with class files, jars (wars, jmods), the ``lib/modules`` file of a JDK, or the home of one.

        Raises `SchemaError` for what is none of these.
        """
        for path in paths:
            place = Path(path).expanduser().absolute()
            self._finders[place] = _finder(place)
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
        for place, finder in self._finders.items():
            data = finder(name)
            if data is None:
                continue
            try:
                found = ClassFile.parse(data)
            except DecodeError as error:
                raise DecodeError(f"{name} in {place}: {error.message}", offset=error.offset) from None
            if found.name == name:  # it is not on file systems that ignore case
                return found
        return None

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


def _finder(place: Path) -> _Finder:
    try:
        if place.is_dir():
            modules = place / "lib" / "modules"
            return ModulesFile(modules).class_bytes if modules.is_file() else _in_folder(place)
        if zipfile.is_zipfile(place):
            return _in_zip(place)
        if place.is_file():
            return ModulesFile(place).class_bytes
    except (OSError, zipfile.BadZipFile, DecodeError) as error:
        raise SchemaError(f"{place} cannot be on the class path: {error}") from error
    raise SchemaError(f"{place} cannot be on the class path: there is no such file or folder")


def _in_folder(folder: Path) -> _Finder:
    def find(name: str) -> bytes | None:
        file = folder.joinpath(*name.split(".")).with_name(f"{name.rpartition('.')[2]}.class")
        try:
            if file.stat().st_size > _MAX_CLASS_BYTES:
                raise DecodeError(f"{file} is larger than a class file can be")
            return file.read_bytes()
        except (OSError, ValueError):  # ValueError: a NUL in the name
            return None

    return find


def _in_zip(place: Path) -> _Finder:
    archive = zipfile.ZipFile(place)
    sizes = {info.filename: info.file_size for info in archive.infolist()}
    prefixes = [prefix for prefix in _PREFIXES if not prefix or any(name.startswith(prefix) for name in sizes)]

    def find(name: str) -> bytes | None:
        for prefix in prefixes:
            path = f"{prefix}{name.replace('.', '/')}.class"
            if path in sizes:
                if sizes[path] > _MAX_CLASS_BYTES:
                    raise DecodeError(f"{path} in {place} is larger than a class file can be")
                try:
                    return archive.read(path)
                except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
                    raise DecodeError(f"{path} in {place} cannot be unpacked: {error}") from error
        return None

    return find

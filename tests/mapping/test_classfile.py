"""Class files: what is read of them, and that any bytes end in an error that names the place."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from bridge.errors import DecodeError
from bridge.mapping.classfile import (
    ACC_ABSTRACT,
    ACC_FINAL,
    ACC_INTERFACE,
    ACC_PRIVATE,
    ACC_PUBLIC,
    ACC_STATIC,
    ACC_TRANSIENT,
    ClassFile,
)

PREFIX = "bridge/cases/SerialVersions$"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    with zipfile.ZipFile(Path(__file__).parent / "classes" / "serial_versions.jar") as jar:
        return {name.removeprefix(PREFIX).removesuffix(".class"): jar.read(name) for name in jar.namelist()}


def test_fields_and_methods_are_read_in_order(files: dict[str, bytes]) -> None:
    found = ClassFile.parse(files["Fields"])
    assert found.name == "bridge.cases.SerialVersions$Fields"
    assert found.super_name == "java.lang.Object"
    assert found.interfaces == ("java.io.Serializable", "java.lang.Comparable")
    fields = {field.name: field for field in found.fields}
    assert list(fields)[:3] == ["CONSTANT", "packageStatic", "protectedTransient"]
    assert fields["CONSTANT"].constant == 1
    assert fields["packageFinal"].descriptor == "[[D"
    assert fields["notCounted"].flags == ACC_PRIVATE | ACC_TRANSIENT
    assert "ü" in fields


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("Fields", ACC_PUBLIC | ACC_STATIC | ACC_ABSTRACT),
        ("Inner$Innermost", ACC_PRIVATE | ACC_FINAL),
        ("WithMethods", ACC_PUBLIC | ACC_STATIC | ACC_INTERFACE | ACC_ABSTRACT),
        ("Record", ACC_PUBLIC | ACC_STATIC | ACC_FINAL),
    ],
)
def test_the_modifiers_are_those_of_the_source(name: str, flags: int, files: dict[str, bytes]) -> None:
    assert ClassFile.parse(files[name]).flags == flags


def test_what_kind_of_class_it_is(files: dict[str, bytes]) -> None:
    kinds = {}
    for name in ("Enum", "Enum$1", "Record", "WithMethods"):
        found = ClassFile.parse(files[name])
        kinds[name] = (found.is_enum, found.is_record, found.is_interface, found.is_abstract)
    assert kinds == {
        "Enum": (True, False, False, True),
        "Enum$1": (False, False, False, False),
        "Record": (False, True, False, False),
        "WithMethods": (False, False, True, True),
    }
    assert ClassFile.parse(files["Enum"]).enum_constants == ["ONE"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a class file: it begins with b''"),
        (b"PK\3\4", "not a class file"),
        (b"\xca\xfe\xba\xbe", "ends in the middle: 2 bytes are due"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d\xff\xff", "ends in the middle"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d\0\2\x63", "a constant of the unknown kind 99"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d\0\1\0\0\0\5\0\0", "a reference to constant 5 of 1"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d\0\2\1\0\1a\0\0\0\1\0\0", "constant 1 is no class"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d\0\3\7\0\2\1\0\1\xff\0\0\0\1\0\0", "constant 2 is no text"),
    ],
)
def test_what_is_no_class_file_is_told(data: bytes, says: str) -> None:
    with pytest.raises(DecodeError) as caught:
        ClassFile.parse(data)
    assert says in str(caught.value)
    assert caught.value.offset is not None


def test_every_class_file_that_ends_early_is_refused(files: dict[str, bytes]) -> None:
    data = files["Record"]
    for length in range(len(data)):
        with pytest.raises(DecodeError):
            ClassFile.parse(data[:length])


def test_no_damage_leads_to_anything_but_a_class_or_a_decode_error(files: dict[str, bytes]) -> None:
    chance = random.Random(3)
    for data in files.values():
        for _ in range(150):
            damaged = bytearray(data)
            for _ in range(chance.randint(1, 4)):
                position = chance.randrange(8, len(damaged))
                damaged[position] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            try:
                ClassFile.parse(bytes(damaged))
            except DecodeError:
                pass

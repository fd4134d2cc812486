"""The modules file of a JDK: a small one made here, whole and damaged. The real ones are read in ``interop``."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from bridge.errors import DecodeError, SchemaError
from bridge.mapping.jimage import ModulesFile

MULTIPLIER = 0x01000193
CLASS = b"the bytes of a class"


def hashed(path: str, seed: int = MULTIPLIER) -> int:
    for byte in path.encode():
        seed = (seed * MULTIPLIER & 0xFFFFFFFF) ^ byte
    return seed & 0x7FFFFFFF


def write_image(file: Path, order: str = "<", compressed: int = 0, zero_redirect: bool = False) -> Path:
    """An image with ``com.example.A`` in the module ``some.module``."""
    strings = bytearray(b"\0")

    def string(text: str) -> int:
        strings.extend(text.encode() + b"\0")
        return len(strings) - len(text) - 1

    module = string("some.module")
    contents = {
        ("packages", "", "com", "example"): struct.pack(order + "4I", 1, 0, 0, module),
        ("some.module", "com/example", "A", "class"): CLASS,
    }
    paths = ["/packages/com.example", "/some.module/com/example/A.class"]
    attributes, offsets, data = bytearray(), [], bytearray()
    for place, content in contents.items():
        offsets.append(len(attributes))
        values = [*[string(part) for part in place], len(data), compressed, len(content)]
        for kind, value in enumerate(values, 1):
            if value:
                size = 4 if kind == 5 else 2
                attributes += bytes([kind << 3 | size - 1]) + value.to_bytes(size, "big")
        attributes.append(0)
        data += content
    redirect = [0, 0, 0]
    slots = [hashed(path) % 3 for path in paths]
    if slots[0] != slots[1]:
        for slot, index in zip(slots, (0, 1), strict=True):
            redirect[slot] = -1 - index
    else:  # both in one: a second seed parts them
        seed = next(seed for seed in range(1, 1000) if [hashed(path, seed) % 3 for path in paths] == [0, 1])
        redirect[slots[0]] = seed
    if zero_redirect:
        redirect = [0, 0, 0]
    header = struct.pack(order + "7I", 0xCAFEDADA, 1 << 16, 0, 2, 3, len(attributes), len(strings))
    tables = struct.pack(order + "3i3I", *redirect, *offsets, 0)
    file.write_bytes(header + tables + attributes + strings + data)
    return file


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_class_is_found_by_its_name(order: str, tmp_path: Path) -> None:
    image = ModulesFile(write_image(tmp_path / "modules", order))
    assert image.class_bytes("com.example.A") == CLASS
    assert image.class_bytes("com.example.B") is None
    assert image.class_bytes("com.other.A") is None
    assert image.class_bytes("A") is None
    assert image.class_names() == []


def test_what_the_table_does_not_lead_to_is_not_there(tmp_path: Path) -> None:
    assert ModulesFile(write_image(tmp_path / "modules", zero_redirect=True)).class_bytes("com.example.A") is None


def test_a_compressed_image_is_told(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="was made by jlink --compress"):
        ModulesFile(write_image(tmp_path / "modules", compressed=5)).class_bytes("com.example.A")


def test_no_damage_leads_to_anything_but_a_decode_error(tmp_path: Path) -> None:
    whole = write_image(tmp_path / "whole").read_bytes()
    chance = random.Random(5)
    damaged = [whole[:length] for length in range(0, len(whole), 3)]
    for _ in range(600):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        damaged.append(bytes(data))
    file = tmp_path / "damaged"
    for content in damaged:
        file.write_bytes(content)
        try:
            assert ModulesFile(file).class_bytes("com.example.A") in (None, CLASS) or content != whole
        except (DecodeError, SchemaError):
            pass

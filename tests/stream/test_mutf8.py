"""Modified UTF-8, by the codec in Python and the one in C."""

from __future__ import annotations

import itertools

import pytest

from bridge.stream import mutf8
from tests.stream.assemble import TC_STRING, stream
from tests.stream.outcomes import BUILDS, Build


def java_decoded(data: bytes) -> str | None:
    """As ``DataInputStream.readUTF`` has it, character by character, then surrogate pairs as Python has them."""
    units = []
    i = 0
    while i < len(data):
        c = data[i]
        size = 1 if c < 0x80 else 2 if c >> 5 == 0b110 else 3 if c >> 4 == 0b1110 else 0
        following = data[i + 1 : i + size]
        if not size or len(following) != size - 1 or any(byte >> 6 != 0b10 for byte in following):
            return None
        if size == 1:
            units.append(c)
        elif size == 2:
            units.append((c & 0x1F) << 6 | data[i + 1] & 0x3F)
        else:
            units.append((c & 0x0F) << 12 | (data[i + 1] & 0x3F) << 6 | data[i + 2] & 0x3F)
        i += size
    packed = b"".join(unit.to_bytes(2, "big") for unit in units)
    return packed.decode("utf-16-be", "surrogatepass")


def decoded(build: Build, data: bytes) -> str | None:
    decoder = build.Decoder(build.GenericResolver())
    decoder.feed(stream(TC_STRING(data)))
    try:
        text: str = decoder.next_content()
    except build.errors.CorruptedStreamError:
        return None
    return text


def encoded(build: Build, text: str) -> bytes:
    encoder = build.Encoder(build.registry())
    encoder.write_object(text)
    data: bytes = encoder.take()
    return data[7:] if data[4] == 0x74 else data[13:]


EDGES = bytes((0x00, 0x01, 0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xDF, 0xE0, 0xED, 0xA0, 0xB0, 0xEF, 0xF0, 0xFF))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_bytes_are_decoded_as_java_decodes_them(build: Build) -> None:
    samples = [bytes(combination) for size in range(4) for combination in itertools.product(EDGES, repeat=size)]
    samples += [b"ab\xed\xa0\xbd" + tail for tail in samples[:250]]
    samples += [b"12345678" * 2 + tail for tail in samples[:250]]
    for data in samples:
        assert decoded(build, data) == java_decoded(data), data


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_every_code_unit_goes_there_and_back(build: Build) -> None:
    for start in range(0, 0x10000, 0x1000):
        text = "".join(map(chr, range(start, start + 0x1000)))
        data = encoded(build, text)
        assert data == mutf8.encode(text)
        assert decoded(build, data) == text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
    for unit in (
        0,
        1,
        0x7F,
        0x80,
        0x7FF,
        0x800,
        0xD7FF,
        0xD800,
        0xDBFF,
        0xDC00,
        0xDFFF,
        0xE000,
        0xFFFF,
        0x10000,
        0x10FFFF,
    ):
        for text in (chr(unit), chr(unit) * 3, f"x{chr(unit)}y"):
            joined = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
            assert decoded(build, encoded(build, text)) == joined


def test_a_pair_of_lone_surrogates_is_one_character_in_java_too() -> None:
    assert mutf8.decode(mutf8.encode("\ud83d" + "\ude00")) == "\U0001f600"
    assert mutf8.decode(mutf8.encode("\ude00\ud83d")) == "\ude00\ud83d"

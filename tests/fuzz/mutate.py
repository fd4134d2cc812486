"""Breaking streams: small changes of the kinds that a parser of this grammar can trip over."""

from __future__ import annotations

from random import Random

from bridge.stream.constants import BASE_WIRE_HANDLE

__all__ = ["mutate"]

_INTERESTING_BYTES = bytes(range(0x6F, 0x80)) + b"\x00\x01\x02\x04\x08\x0c\x10\x12\xff\xac\xedxL[IJZBCDFS"
_INTERESTING_SIZES = [0, 1, 2, 255, 256, 65535, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
_HEAD = 4


def mutate(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """``data`` with one to eight changes; ``others`` are streams to take pieces from."""
    stream = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        random.choice(_OPERATORS)(stream, random, others)
    return bytes(stream[: 1 << 16])


def _somewhere(stream: bytearray, random: Random) -> int:
    """As a rule behind the header."""
    low = _HEAD if len(stream) > _HEAD and random.random() < 0.99 else 0
    return random.randint(low, len(stream)) if len(stream) >= low else len(stream)


def _flip(stream: bytearray, random: Random, others: list[bytes]) -> None:
    at = _somewhere(stream, random)
    if at < len(stream):
        stream[at] ^= 1 << random.randrange(8)


def _set(stream: bytearray, random: Random, others: list[bytes]) -> None:
    at = _somewhere(stream, random)
    if at < len(stream):
        stream[at] = random.choice(_INTERESTING_BYTES)


def _insert(stream: bytearray, random: Random, others: list[bytes]) -> None:
    at = _somewhere(stream, random)
    stream[at:at] = bytes([random.choice(_INTERESTING_BYTES) for _ in range(random.randint(1, 4))])


def _delete(stream: bytearray, random: Random, others: list[bytes]) -> None:
    at = _somewhere(stream, random)
    del stream[at : at + random.choice((1, 1, 1, 2, 4, 8, 30))]


def _duplicate(stream: bytearray, random: Random, others: list[bytes]) -> None:
    at = _somewhere(stream, random)
    piece = stream[at : at + random.randint(1, 60)]
    to = _somewhere(stream, random)
    stream[to:to] = piece


def _splice(stream: bytearray, random: Random, others: list[bytes]) -> None:
    other = random.choice(others)
    start = random.randint(0, len(other))
    to = _somewhere(stream, random)
    cut = random.choice((0, 0, random.randint(0, 40)))
    stream[to : to + cut] = other[start : start + random.randint(1, 120)]


def _append_contents(stream: bytearray, random: Random, others: list[bytes]) -> None:
    """A second stream behind the first, where its references mean other things."""
    stream += random.choice(others)[_HEAD:]


def _truncate(stream: bytearray, random: Random, others: list[bytes]) -> None:
    if random.random() < 0.2:
        del stream[_somewhere(stream, random) :]


def _reference(stream: bytearray, random: Random, others: list[bytes]) -> None:
    """Another handle in a reference, or a reference where something else was."""
    number = (BASE_WIRE_HANDLE + random.choice((random.randint(0, 12), random.randint(-1, 80)))).to_bytes(4, "big")
    places = [i for i in range(len(stream) - 4) if stream[i] == 0x71 and stream[i + 1 : i + 3] == b"\0\x7e"]
    if places and random.random() < 0.7:
        at = random.choice(places)
        stream[at + 1 : at + 5] = number
    else:
        at = _somewhere(stream, random)
        stream[at : at + random.choice((0, 1, 5))] = b"\x71" + number


def _size(stream: bytearray, random: Random, others: list[bytes]) -> None:
    at = _somewhere(stream, random)
    width = random.choice((1, 2, 4))
    value = random.choice(_INTERESTING_SIZES) if random.random() < 0.7 else len(stream) - at
    stream[at : at + width] = (value & ((1 << 8 * width) - 1)).to_bytes(width, "big")


_OPERATORS = [
    _flip, _flip, _set, _set, _insert, _delete, _duplicate, _splice, _splice, _append_contents, _truncate, _reference,
    _reference, _size,
]  # fmt: skip

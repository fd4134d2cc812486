"""The memory of the encoder: its output and its table of objects grow, are given away or kept, and begin anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bridge
from bridge import ClassDescriptor, JavaClass
from bridge.errors import NotSerializableError
from bridge.stream.constants import SC_SERIALIZABLE
from bridge.stream.encoder import Encoder
from tests.stream.assemble import TC_ARRAY, TC_CLASSDESC, TC_REFERENCE, stream
from tests.stream.outcomes import BUILDS, Build

BYTES = TC_CLASSDESC("[B", uid=-5984413125824719648)

KIB = 1 << 10
MIB = 1 << 20
#: Around the sizes up to which the compiled encoder keeps its output, and from which it foresees none.
LENGTHS = [
    *(10, 300 * KIB, 500 * KIB, 10, MIB - 200, MIB - 64, MIB, MIB + 1, 0, 3 * MIB, 3 * MIB + 99_000, 3 * MIB - 70_000),
    *(5 * MIB, 5 * MIB, 2 * MIB, 1, 32 * MIB - 100, 32 * MIB, 40 * MIB, 2 * MIB, 600 * KIB, 3),
]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_outputs_of_all_sizes_follow_each_other(build: Build) -> None:
    encoder = build.Encoder(build.registry())
    pattern = bytes(range(1, 256)) * (LENGTHS[-1] // 255 + 1 + max(LENGTHS) // 255)
    taken = []
    for length in LENGTHS:
        encoder.restart()
        encoder.write_object(pattern[:length])
        data = encoder.take()
        assert data == stream(TC_ARRAY(BYTES, length, pattern[:length]))
        assert type(data) is bytes
        assert hash(data) == hash(memoryview(data))
        if length < 6 * MIB:
            taken.append((length, data))
    for length, data in taken:  # what was given away is nobody else's
        assert data[-length:] == pattern[:length] if length else len(data) > 0


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_many_small_parts_make_a_large_output(build: Build) -> None:
    encoder = build.Encoder(build.registry())
    for count in (50_000, 90_000, 3, 90_000, 60_000):
        encoder.restart()
        values = [float(number) for number in range(count)]
        encoder.write_object([f"{number} in words" for number in range(count)])
        encoder.write_object(values)
        texts, numbers = build.package.loads_all(encoder.take())
        assert texts[0] == "0 in words"
        assert texts[-1] == f"{count - 1} in words"
        assert len(texts) == count
        assert numbers == values


def test_what_was_taken_back_does_not_stay_in_the_output() -> None:
    encoder = Encoder(bridge.default_registry)
    encoder.take()
    for _ in range(3):
        encoder.write_object("kept")
        with pytest.raises(NotSerializableError):
            encoder.write_object([bytes(5 * MIB), object()])
        encoder.write_object("as well")
        encoder.reset()
        data = encoder.take()
        assert bridge.loads_all(stream(data)) == ["kept", "as well"]
        assert sys.getsizeof(data) < 1000


COUNTS = [1, 20, 31, 32, 33, 700, 2_047, 2_048, 40_000, 150_000]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_every_object_is_found_again_however_many_there_are(build: Build) -> None:
    encoder = build.Encoder(build.registry())
    for count in (*COUNTS, *reversed(COUNTS)):
        # Numbers take handles, and no place in the table of objects.
        texts: list[Any] = [f"text {number}" if number % 3 else number for number in range(count + 1)]
        encoder.restart()
        encoder.write_object([*texts, *reversed(texts)])
        found = build.package.loads(encoder.take())
        assert found[: count + 1] == texts
        for one, other in zip(found, reversed(found), strict=True):
            assert one is other or type(one) is int


@pytest.mark.parametrize("count", COUNTS)
def test_a_failure_gives_back_the_handles_whether_the_table_has_grown_or_not(count: int) -> None:
    before = [f"before {number}" for number in range(50)]
    after = [f"after {number}" for number in range(50)]

    def written(between: list[Any]) -> bytes:
        encoder = Encoder(bridge.default_registry)
        encoder.write_object(before)
        if between:
            with pytest.raises(NotSerializableError):
                encoder.write_object(between)
        encoder.write_object([*reversed(before), *after, *before, *after])
        encoder.write_object([before, known])
        return encoder.take()

    # Classes bring the types of their fields.
    classes = [
        JavaClass(ClassDescriptor(f"p.Class{number}", 1, SC_SERIALIZABLE, [("a", f"Lp/Type{number};")]))
        for number in range(min(count, 1000))
    ]
    known = classes[0]
    texts = [f"new {number}" for number in range(count)]
    assert written([classes, texts, before, [object()]]) == written([])


_OUT_OF_MEMORY = """
import resource
import bridge
from bridge.stream.encoder import Encoder

data = bytes(range(256)) * (1 << 16)  # 16 MiB, to which each view refers
encoder = Encoder(bridge.default_registry)
encoder.write_object("before")
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (200 << 20), resource.RLIM_INFINITY))
for _ in range(2):
    try:
        encoder.write_object([memoryview(data)[:] for _ in range(40)])
    except MemoryError:
        print("no memory", encoder.pending_bytes)
encoder.write_object(["after", data])
before, after = bridge.loads_all(encoder.take())
print(before, after[0], after[1] == data)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
def test_where_memory_ends_the_encoder_goes_on_as_before_the_call() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _OUT_OF_MEMORY],
        check=False,
        cwd=Path(bridge.__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    first, second, last = done.stdout.splitlines()
    assert first == second == "no memory 13"
    assert last == "before after True"


def test_a_reference_after_a_large_output_is_to_what_was_given_away_with_it() -> None:
    encoder = Encoder(bridge.default_registry)
    value = bytes(2 * MIB)
    encoder.write_object(value)
    encoder.take()
    encoder.write_object(value)
    assert encoder.take() == TC_REFERENCE(1)

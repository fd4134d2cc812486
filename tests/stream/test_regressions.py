"""What was broken once. Each test names what went wrong, in the smallest stream that shows it."""

from __future__ import annotations

import bridge
from bridge.stream.descriptors import ClassDescriptor


def test_constants_of_the_same_name_do_not_share_it() -> None:
    """Java reads the name of a constant as a string and takes no reference to an earlier one."""
    colour, lamp = (ClassDescriptor(name, 0, 0x12) for name in ("Colour", "Lamp"))
    data = bridge.dumps([bridge.JavaEnum(colour, "RED"), bridge.JavaEnum(lamp, "RED")])
    assert data.count(b"t\0\3RED") == 2


def test_short_strings_are_written_anew() -> None:
    """CPython shares them; a reference to one cannot be read by readUnshared, which may want it."""
    data = bridge.dumps(["a", "a", "", "", "ab", "ab"])
    assert data.count(b"t\0\1a") == 2
    assert data.count(b"t\0\0") == 2
    assert data.count(b"t\0\2ab") == 1


def test_the_load_factor_of_a_map_is_kept() -> None:
    """It was written as 0.75 whatever had been read."""
    for java_map in (bridge.HashMap(a=1), bridge.LinkedHashMap(a=1)):
        java_map.load_factor = 0.5
        again = bridge.loads(bridge.dumps(java_map))
        assert type(again) is type(java_map)
        assert again == {"a": 1}
        assert again.load_factor == 0.5
    assert bridge.HashMap().load_factor == 0.75
    assert type(bridge.loads(bridge.dumps({"a": 1}))) is dict

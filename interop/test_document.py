"""`bridge.Document`: every byte of what Java writes is accounted for, and given back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import bridge
from bridge.errors import InvalidClassError
from bridge.stream import constants
from interop.harness import Harness

LENGTHLESS = "stream/protocol-version-1-externalizable"


def _check(data: bytes) -> None:
    document = bridge.Document.parse(data)
    assert document.to_bytes() == data
    # Without a gap: each content begins where the one before it ended, and no part lies outside of the whole.
    end = len(constants.STREAM_HEADER)
    for content in document.contents:
        assert content.offset == end
        assert content.length is not None
        end += content.length
    assert end == len(data)
    for _, node in document.walk():
        if node.offset is not None and node.length is not None:
            assert 4 <= node.offset <= node.offset + node.length <= len(data)


def test_case(java: Harness, case: str) -> None:
    _check(java.write(case))


def test_stream(java: Harness, stream: str) -> None:
    data = java.write(stream)
    if stream == LENGTHLESS:
        with pytest.raises(InvalidClassError, match="protocol version 1"):
            bridge.Document.parse(data)
    else:
        _check(data)


def test_what_python_writes(java: Harness, small_case: str) -> None:
    _check(bridge.dumps(bridge.loads(java.write(small_case))))


def test_the_cases_have_all_of_the_grammar(java: Harness, names: Callable[[Harness, str], list[str]]) -> None:
    """Every type code of the specification and every flag of a class descriptor is in some stream of this suite."""
    labels, flags = set(), 0
    for name in [*names(java, "list"), *names(java, "list-streams")]:
        if name.startswith(("deep/", "wide/")) or name == LENGTHLESS:
            continue
        for _, node in bridge.Document.parse(java.write(name)).walk():
            labels.add(node.label)
            flags |= getattr(node, "flags", 0)
    # What ends an annotation is no node of its own.
    assert set(constants.TYPE_CODE_NAMES.values()) - labels == {"TC_ENDBLOCKDATA"}
    assert flags == 0x1F


def test_an_edited_document(java: Harness) -> None:
    """A number and a text changed in the tree: Java reads the object with the new ones."""
    document = bridge.Document.parse(java.write("bean/class-without-fields-between"))
    point: Any = document.contents[0]
    assert point["x"].value == 7
    assert point["label"].value == "label"
    point["x"].value = 70
    point["label"].value = "Größe \0 😀"
    described = json.loads(java.ask("describe", document.to_bytes()))["nodes"]
    assert {field["name"]: field.get("value") for field in described[0]["fields"]} == {"x": 70, "y": 8, "label": None}
    assert described[1]["value"] == "Größe \0 😀"


@pytest.mark.parametrize("name", ["stream/annotated-with-codebase", "stream/annotated-with-primitives"])
def test_annotations_of_classes_come_back(java: Harness, name: str) -> None:
    """Where every descriptor is annotated, RMI style, the view is what writes them all back: Java is content."""
    java.verify(name, bridge.Document.parse(java.write(name)).to_bytes())

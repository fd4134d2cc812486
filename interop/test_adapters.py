"""Values of other packages, as Java sees them: numpy's arrays and scalars, and the objects of javaobj."""

from __future__ import annotations

import json
import logging
from typing import Any

import javaobj
import javaobj.v2
import numpy
import pytest

import bridge
import bridge.compat.javaobj
from interop.harness import Harness

READERS = {"v1": javaobj.loads, "v2": javaobj.v2.loads, "compat": bridge.compat.javaobj.loads}


def nodes(java: Harness, value: Any) -> list[Any]:
    described: list[Any] = json.loads(java.ask("describe", bridge.dumps(value)))["nodes"]
    return described


def test_arrays_of_numpy_are_arrays_of_java(java: Harness) -> None:
    names = ["int8", "int16", "int32", "int64", "float32", "float64", "bool"]
    described = nodes(java, [numpy.array([1, 0], name) for name in names])
    assert [node["class"] for node in described[1:8]] == ["[B", "[S", "[I", "[J", "[F", "[D", "[Z"]
    assert described[3]["value"] == [1, 0]
    assert described[7]["value"] == [True, False]


def test_dimensions_are_arrays_of_arrays(java: Harness) -> None:
    described = nodes(java, numpy.arange(8, dtype=">i4").reshape(2, 2, 2)[::-1])
    assert [node["class"] for node in described[:4]] == ["[[[I", "[[I", "[[I", "[I"]
    assert described[3]["value"] == [4, 5]
    texts = nodes(java, numpy.array([["a"], ["b"]]))
    assert [node["class"] for node in texts[:2]] == ["[[Ljava.lang.String;", "[Ljava.lang.String;"]


def test_scalars_of_numpy_are_boxes(java: Harness) -> None:
    kinds = [numpy.int8, numpy.int16, numpy.int32, numpy.int64, numpy.float32, numpy.float64, numpy.bool_]
    described = nodes(java, [kind(1) for kind in kinds])
    assert [node["class"].rpartition(".")[2] for node in described[1:]] == [
        *("Byte", "Short", "Integer", "Long", "Float", "Double", "Boolean")
    ]


def written(value: Any) -> bytes | None:
    """None where javaobj has lost what would have to be written."""
    try:
        return bridge.dumps(value)
    except bridge.EncodeError as error:
        if "javaobj keeps one value" in str(error) or "javaobj does not keep" in str(error):
            return None
        raise


@pytest.mark.parametrize("group", ["box", "list", "map", "set", "enum", "record", "bean", "array", "time", "throwable"])
@pytest.mark.parametrize("reader", READERS)
def test_what_javaobj_reads_goes_back_as_it_was(java: Harness, reader: str, group: str) -> None:
    """Every case that javaobj reads and can keep; Java finds the same graph, by class, value and sharing."""
    logging.disable(logging.CRITICAL)
    verified = 0
    try:
        for name in java.words(f"list {group}/"):
            try:
                value = READERS[reader](java.write(name))
            except Exception:  # noqa: BLE001 - javaobj gives up in its own ways
                continue
            stream = written(value)
            if stream is not None:
                java.verify(name, stream)
                verified += 1
            else:
                assert reader == "v1", name
    finally:
        logging.disable(logging.NOTSET)
    assert verified > 5

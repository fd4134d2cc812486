"""numpy's arrays and scalars are written; primitive arrays are read as its arrays where that was asked for."""

from __future__ import annotations

import subprocess
import sys
from array import array
from dataclasses import dataclass
from typing import Any

import numpy
import pytest

import bridge
from bridge import BooleanArray, Byte, EncodeError, Float, JavaArray, Long, Registry, Short
from tests.mapping.corpus import names, stream

ARRAYS = bridge.numpy_arrays()


def written(value: Any) -> Any:
    return bridge.loads(bridge.dumps(value))


def read_back(value: Any) -> Any:
    return bridge.loads(bridge.dumps(value), registry=ARRAYS)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("int16", array("h", [1, -2, 3])),
        ("int32", array("i", [1, -2, 3])),
        ("int64", array("q", [1, -2, 3])),
        ("float32", array("f", [1, -2, 3])),
        ("float64", array("d", [1, -2, 3])),
        ("int8", b"\x01\xfe\x03"),
        ("bool", BooleanArray([True, True, True])),
    ],
)
@pytest.mark.parametrize("order", ["little", "big"])
def test_an_array_is_the_java_array_of_its_dtype_in_any_byte_order(dtype: str, expected: Any, order: str) -> None:
    value = numpy.array([1, -2, 3]).astype(numpy.dtype(dtype).newbyteorder("<" if order == "little" else ">"))
    found = written(value)
    assert found == expected
    assert type(found) is type(expected)
    assert getattr(found, "typecode", "") == getattr(expected, "typecode", "")


def test_bytes_of_numpy_are_bytes() -> None:
    assert written(numpy.array([0, 255], "uint8")) == b"\x00\xff"
    assert written(numpy.bytes_(b"ab")) == b"ab"


@pytest.mark.parametrize(
    "value",
    [
        numpy.arange(10)[::2],
        numpy.arange(10)[::-1],
        numpy.arange(12).reshape(3, 4)[:, 1],
        numpy.array([], "int64"),
    ],
    ids=["steps", "backwards", "column", "empty"],
)
def test_an_array_need_not_be_contiguous(value: Any) -> None:
    assert written(value) == array("q", value.tolist())


def test_an_array_that_cannot_be_changed_is_written() -> None:
    value = numpy.arange(3)
    value.flags.writeable = False
    assert written(value) == array("q", [0, 1, 2])


def test_more_dimensions_are_arrays_of_arrays() -> None:
    found = written(numpy.arange(24, dtype="int32").reshape(2, 3, 4))
    assert found.__java_class__.name == "[[[I"
    assert [inner.__java_class__.name for inner in found] == ["[[I", "[[I"]
    assert found[1][2] == array("i", [20, 21, 22, 23])


@pytest.mark.parametrize(("shape", "name"), [((0, 3), "[[D"), ((2, 0), "[[D"), ((1, 0, 5), "[[[D")])
def test_a_dimension_may_be_empty(shape: tuple[int, ...], name: str) -> None:
    found = written(numpy.zeros(shape))
    assert found.__java_class__.name == name
    assert len(found) == shape[0]


def test_a_matrix_in_fortran_order_keeps_its_rows() -> None:
    value = numpy.asfortranarray(numpy.arange(6).reshape(2, 3))
    assert written(value) == [array("q", [0, 1, 2]), array("q", [3, 4, 5])]


def test_an_array_of_a_subclass_is_written_as_its_plain_array() -> None:
    with pytest.warns(PendingDeprecationWarning):
        value = numpy.matrix([[1, 2], [3, 4]])
    assert written(value) == [array("q", [1, 2]), array("q", [3, 4])]
    assert written(numpy.ma.array([1, 2])) == array("q", [1, 2])


def test_arrays_of_objects_and_of_texts_are_arrays_of_references() -> None:
    found = written(numpy.array([1, "two", None], object))
    assert (found.__java_class__.name, found) == ("[Ljava.lang.Object;", [1, "two", None])
    texts = written(numpy.array([["a", "bc"], ["", "€"]]))
    assert (texts.__java_class__.name, texts) == ("[[Ljava.lang.String;", [["a", "bc"], ["", "€"]])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (numpy.int8(-5), Byte(-5)),
        (numpy.int16(-5), Short(-5)),
        (numpy.int32(-5), -5),
        (numpy.int64(-5), Long(-5)),
        (numpy.longlong(2**40), 2**40),
        (numpy.intc(7), 7),
        (numpy.float32(0.1), Float(numpy.float32(0.1))),
        (numpy.float64(0.1), 0.1),
        (numpy.bool_(True), True),
        (numpy.str_("text"), "text"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_scalar_is_the_box_of_its_size(value: Any, expected: Any) -> None:
    for found in (written(value), written([value])[0], written({"key": value})["key"]):
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (numpy.zeros(2, "uint16"), "integers are signed"),
        (numpy.zeros((2, 2), "uint64"), "integers are signed"),
        (numpy.zeros(2, "float16"), r"astype\(numpy.float32\)"),
        (numpy.zeros(2, "complex128"), "complex128 has no Java counterpart"),
        (numpy.zeros(2, "datetime64[s]"), "say what it is"),
        (numpy.zeros(2, "timedelta64[s]"), "say what it is"),
        (numpy.zeros(2, [("a", "i4")]), "no Java counterpart"),
        (numpy.array(5), "no dimensions"),
        (numpy.ma.array([1, 2], mask=[True, False]), r"filled\(\)"),
        (numpy.uint8(1), "integers are signed"),
        (numpy.float16(1), r"numpy.float32"),
        (numpy.longdouble(1), r"numpy.float64"),
        (numpy.complex64(1), "no Java counterpart"),
        (numpy.datetime64("2024-02-29"), "say what it is"),
        (numpy.timedelta64(1, "s"), "say what it is"),
    ],
)
def test_what_java_has_no_type_for_is_refused_with_a_hint_and_the_path(value: Any, told: str) -> None:
    with pytest.raises(EncodeError, match=told) as caught:
        bridge.dumps({"a": [value]})
    assert caught.value.path == "$.a[0]"


def test_the_same_array_twice_is_the_same_one_in_java() -> None:
    plane, line = numpy.zeros((2, 2)), numpy.zeros(3)
    one, two, three, four = written([plane, line, plane, line])
    assert one is three
    assert two is four


def test_an_array_in_a_declared_field_is_held_to_its_type() -> None:
    registry = bridge.default_registry.copy()

    @bridge.java_class("com.example.Samples", serial_version_uid=1, registry=registry)
    @dataclass
    class Samples:
        values: bridge.jdouble_array

    Samples.__init__.__annotations__.clear()
    data = bridge.dumps(Samples(numpy.array([1.5, 2.5])), registry=registry)  # type: ignore[arg-type]
    assert bridge.loads(data, registry=registry).values == array("d", [1.5, 2.5])


# ---- reading


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (array("h", [1, -2]), "int16"),
        (array("i", [1, -2]), "int32"),
        (array("q", [1, -2]), "int64"),
        (array("f", [1, -2]), "float32"),
        (array("d", [1, -2]), "float64"),
        (array("d"), "float64"),
        (BooleanArray([True, False]), "bool"),
        (BooleanArray(), "bool"),
    ],
)
def test_a_primitive_array_is_read_as_numpys_on_request(value: Any, dtype: str) -> None:
    found = read_back(value)
    assert type(found) is numpy.ndarray
    assert found.dtype == numpy.dtype(dtype)
    assert found.dtype.isnative
    assert found.flags.writeable
    assert found.tolist() == list(value)


def test_bytes_and_texts_stay_what_they_are() -> None:
    assert read_back([b"ab", bridge.CharArray("ab")]) == [b"ab", bridge.CharArray("ab")]


def test_arrays_of_arrays_hold_numpys_arrays() -> None:
    found = read_back(numpy.arange(6, dtype="int32").reshape(2, 3))
    assert isinstance(found, JavaArray)
    assert numpy.array_equal(numpy.array(found), [[0, 1, 2], [3, 4, 5]])


def test_an_array_met_twice_is_read_as_one() -> None:
    one, other = read_back([(shared := array("i", [1])), shared])
    assert one is other


def test_what_was_read_and_changed_is_written() -> None:
    found = read_back(array("i", [1, 2]))
    found[0] = 70
    assert written(found) == array("i", [70, 2])


def test_only_the_registry_asked_for_reads_numpys_arrays() -> None:
    data = bridge.dumps(array("i", [1]))
    mine = bridge.default_registry.copy()
    assert type(bridge.loads(data, registry=bridge.numpy_arrays(mine))) is numpy.ndarray
    assert type(bridge.loads(data, registry=mine)) is array
    assert type(bridge.loads(data)) is array
    assert type(bridge.loads(data, registry=ARRAYS.copy())) is numpy.ndarray


def kind(value: Any) -> str:
    """The generic form has a class of its own in each registry, of the same name."""
    cls = numpy.ndarray if type(value) in (array, BooleanArray) else type(value)
    return f"{cls.__module__}.{cls.__qualname__}"


@pytest.mark.parametrize("name", names())
def test_values_of_the_jdk_are_of_the_same_class_under_either_registry(name: str) -> None:
    """Also those that keep arrays inside, as AtomicIntegerArray and BitSet do."""
    usual, other = bridge.loads_all(stream(name)), bridge.loads_all(stream(name), registry=ARRAYS)
    assert [kind(value) for value in other] == [kind(value) for value in usual]


def test_the_bridge_imports_numpy_only_where_it_is_asked_for() -> None:
    told = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import sys, bridge; bridge.loads(bridge.dumps([1, 'x'])); print('numpy' in sys.modules);"
            "bridge.numpy_arrays(); print('numpy' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["False", "True"]


# ---- types of other packages by name


class Plain:
    """A class known to a registry by its name only."""


def test_a_type_known_by_name_is_written_as_any_other() -> None:
    registry = bridge.default_registry.copy()
    registry.write_as(f"{__name__}.Plain", bridge.default_registry.encode_plan(type(None)))  # type: ignore[arg-type]

    class Below(Plain):
        pass

    class InAList(list[Any], Plain):
        pass

    assert [bridge.loads(bridge.dumps(kind(), registry=registry)) for kind in (Plain, Below, InAList)] == [None] * 3
    with pytest.raises(bridge.NotSerializableError):
        bridge.dumps(Plain())


def test_a_class_registered_itself_goes_before_a_name_above_it() -> None:
    registry: Registry = bridge.default_registry.copy()
    plans = {kind: bridge.default_registry.encode_plan(kind) for kind in (type(None), bool)}
    registry.write_as(f"{__name__}.Plain", plans[type(None)])  # type: ignore[arg-type]

    class Known(Plain):
        def __bool__(self) -> bool:
            return True

    registry.write_as(Known, plans[bool])  # type: ignore[arg-type]
    assert bridge.loads(bridge.dumps([Known(), Plain()], registry=registry)) == [True, None]

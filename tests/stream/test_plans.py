"""The seam between bytes and mapping: what the decoder and encoder do with each kind of plan, and when one fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import bridge
from bridge import ClassDescriptor, JavaEnum, JavaObject
from bridge.errors import DecodeError, EncodeError, InvalidClassError, RejectedError
from bridge.stream.decoder import Decoder
from bridge.stream.encoder import Encoder
from bridge.stream.plan import ATTRIBUTES, BOX, BUILD, FIELDS, FILL, REPLACE, SKIP, SLOTS, DecodePlan, EncodePlan
from tests.stream.assemble import (
    SC_ENUM,
    SC_SERIALIZABLE,
    TC_BLOCKDATA,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_ENUM,
    TC_NULL,
    TC_OBJECT,
    TC_REFERENCE,
    TC_STRING,
    WRITES,
    int_,
    list_of,
    stream,
)

Reader = Callable[[ClassDescriptor], DecodePlan | None]
POINT = TC_CLASSDESC("p.Point", [("I", "x"), ("L", "o", TC_STRING("Ljava/lang/Object;"))])
BOXED = TC_CLASSDESC("p.Box", [("I", "value")])
ENUM = TC_CLASSDESC("p.Color", flags=SC_SERIALIZABLE | SC_ENUM)


def read(data: bytes, name: str, reader: Reader, size: int = 0) -> Any:
    """The first content, where ``reader`` plans for the class ``name``; in pieces of a size, if one is given."""
    registry = bridge.default_registry.copy()
    registry.read_as(name, reader)
    decoder = Decoder(registry)
    pieces = [data] if not size else [data[start : start + size] for start in range(0, len(data), size)]
    for piece in pieces:
        decoder.feed(piece)
        content = decoder.next_content()
    return content


def failing(*arguments: Any) -> Any:
    raise ZeroDivisionError


def refusing(*arguments: Any) -> Any:
    raise RejectedError("not this one")


def unwilling(*arguments: Any) -> Any:
    return NotImplemented


class Point:
    __slots__ = ("x", "o")
    x: int
    o: Any


class Open:
    x: int
    o: Any

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("frozen")


SIZES = pytest.mark.parametrize("size", [0, 1])


@SIZES
@pytest.mark.parametrize("build", [failing, unwilling])
def test_a_box_that_does_not_convert_arrives_in_the_generic_form(build: Any, size: int) -> None:
    data = stream(list_of(TC_OBJECT(BOXED, int_(5)), TC_OBJECT(TC_REFERENCE(2), int_(6))))
    one, two = read(data, "p.Box", lambda descriptor: DecodePlan(BOX, descriptor, build=build), size)
    assert isinstance(one, JavaObject)
    assert (one["value"], two["value"]) == (5, 6)


@SIZES
def test_a_box_is_what_its_plan_makes_of_the_primitive(size: int) -> None:
    data = stream(list_of(TC_OBJECT(BOXED, int_(5)), TC_OBJECT(TC_REFERENCE(2), int_(6))))
    assert read(data, "p.Box", lambda descriptor: DecodePlan(BOX, descriptor, build=str), size) == ["5", "6"]


@SIZES
@pytest.mark.parametrize("build", [failing, unwilling, refusing])
def test_a_value_that_is_not_built_arrives_in_the_generic_form(build: Any, size: int) -> None:
    data = stream(TC_OBJECT(POINT, int_(5), TC_STRING("text")))
    for reader in (
        lambda descriptor: DecodePlan(BUILD, descriptor, build=build),
        lambda descriptor: DecodePlan(FILL, descriptor, new=list, build=build),
    ):
        point = read(data, "p.Point", reader, size)
        assert isinstance(point, JavaObject)
        assert (point["x"], point["o"]) == (5, "text")


def test_a_reader_that_fails_leaves_the_class_to_the_generic_form() -> None:
    data = stream(TC_OBJECT(POINT, int_(5), TC_NULL))
    assert read(data, "p.Point", failing)["x"] == 5
    assert read(data, "p.Point", lambda descriptor: None)["x"] == 5
    with pytest.raises(RejectedError, match="not this one") as caught:
        read(data, "p.Point", refusing)
    assert (caught.value.offset, caught.value.path) == (57, "$")


@SIZES
def test_slots_and_attributes_are_stored_without_init(size: int) -> None:
    data = stream(TC_OBJECT(POINT, int_(5), TC_REFERENCE(2)))
    members = [Point.__dict__["x"], Point.__dict__["o"]]
    for reader in (
        lambda descriptor: DecodePlan(SLOTS, descriptor, cls=Point, members=members),
        lambda descriptor: DecodePlan(ATTRIBUTES, descriptor, cls=Open, names=["x", "o"]),
    ):
        point = read(data, "p.Point", reader, size)
        assert (point.x, point.o) == (5, point)
    inner = stream(TC_OBJECT(POINT, int_(5), list_of(TC_NULL)))
    assert read(inner, "p.Point", lambda d: DecodePlan(ATTRIBUTES, d, cls=Open, names=["x", "o"]), size).o == [None]
    assert not hasattr(
        read(inner, "p.Point", lambda d: DecodePlan(SLOTS, d, cls=Point, members=[None, members[1]]), size), "x"
    )


def test_a_finished_object_is_what_its_plan_says() -> None:
    data = stream(TC_OBJECT(POINT, int_(5), TC_NULL))
    members = [Point.__dict__["x"], Point.__dict__["o"]]

    def reader(build: Any) -> Reader:
        return lambda descriptor: DecodePlan(SLOTS, descriptor, cls=Point, members=members, build=build)

    assert read(data, "p.Point", reader(lambda point, annotations: ("made", point.x))) == ("made", 5)
    with pytest.raises(InvalidClassError, match=r"p\.Point could not be made: ZeroDivisionError") as caught:
        read(data, "p.Point", reader(failing))
    assert caught.value.offset is not None
    with pytest.raises(RejectedError, match="not this one"):
        read(data, "p.Point", reader(refusing))


@SIZES
def test_an_object_in_itself_is_unresolved_where_it_is_replaced(size: int) -> None:
    data = stream(TC_OBJECT(POINT, int_(5), list_of(TC_REFERENCE(2))))

    def reader(replaces: bool) -> Reader:
        return lambda descriptor: DecodePlan(
            BUILD, descriptor, build=lambda values, annotations: tuple(values), replaces=replaces
        )

    number, (inner,) = read(data, "p.Point", reader(True), size)
    assert number == 5
    assert isinstance(inner, JavaObject)
    assert inner["o"] == [inner]
    generic = read(data, "p.Point", reader(False), size)
    assert generic["o"] == [generic]


def test_nothing_is_kept_of_what_is_skipped() -> None:
    desc = TC_CLASSDESC("p.Skipped", [("I", "x")], WRITES)
    data = stream(
        list_of(TC_OBJECT(desc, int_(5), TC_BLOCKDATA(b"ab"), TC_REFERENCE(3), TC_ENDBLOCKDATA), TC_STRING("next"))
    )
    assert read(data, "p.Skipped", lambda descriptor: DecodePlan(SKIP, descriptor)) == [None, "next"]


def test_an_enum_constant_is_what_its_plan_makes_of_the_name() -> None:
    data = stream(list_of(TC_ENUM(ENUM, TC_STRING("RED")), TC_ENUM(TC_REFERENCE(2), TC_STRING("BLUE"))))

    def reader(build: Any) -> Reader:
        return lambda descriptor: DecodePlan(BUILD, descriptor, build=build)

    assert read(data, "p.Color", reader(lambda values, annotations: values[0].lower())) == ["red", "blue"]
    for build in (failing, unwilling):
        red, blue = read(data, "p.Color", reader(build))
        assert isinstance(red, JavaEnum)
        assert (red.name, blue.name) == ("RED", "BLUE")


def test_a_filled_container_that_is_referred_to_must_keep_its_contents() -> None:
    desc = TC_CLASSDESC("p.Bag", (), WRITES)
    data = stream(TC_OBJECT(desc, TC_REFERENCE(1), TC_ENDBLOCKDATA))

    def fill(container: list[Any], values: list[Any], annotations: list[list[Any]], forced: bool) -> Any:
        assert forced
        container.extend(annotations[0])
        return container

    bag = read(data, "p.Bag", lambda descriptor: DecodePlan(FILL, descriptor, new=list, build=fill))
    assert bag[0] is bag
    with pytest.raises(DecodeError, match=r"p\.Bag with contents that its class cannot have"):
        read(data, "p.Bag", lambda descriptor: DecodePlan(FILL, descriptor, new=list, build=failing))


# ------------------------------------------------------------------------------------------------------------- writing

DESCRIPTOR = ClassDescriptor("p.Point", 1, fields=[("x", "I"), ("o", "Ljava/lang/Object;")])


def write(value: Any, python_type: type, plan: EncodePlan) -> bytes:
    registry = bridge.default_registry.copy()
    registry.write_as(python_type, plan)
    encoder = Encoder(registry)
    encoder.write_object(value)
    return encoder.take()


def test_fields_are_written_from_slots_and_from_attributes() -> None:
    point = Point()
    point.x, point.o = 5, None
    expected = stream(TC_OBJECT(POINT, int_(5), TC_NULL))
    members = [Point.__dict__["x"], Point.__dict__["o"]]
    for plan in (EncodePlan(FIELDS, DESCRIPTOR, members=members), EncodePlan(FIELDS, DESCRIPTOR, names=["x", "o"])):
        assert write(point, Point, plan) == expected
        empty = Point()
        empty.x = 5
        with pytest.raises(EncodeError, match="a field has no value") as caught:
            write([empty], Point, plan)
        assert caught.value.path == "$[0].o"


def test_a_replacement_of_the_same_type_is_not_replaced_again() -> None:
    def replace(point: Point) -> Point:
        other = Point()
        other.x, other.o = point.x + 1, None
        return other

    point = Point()
    point.x, point.o = 5, None
    fields = EncodePlan(FIELDS, DESCRIPTOR, names=["x", "o"])
    plan = EncodePlan(REPLACE, reduce=replace, alternatives=(fields,))
    assert write(point, Point, plan) == stream(TC_OBJECT(POINT, int_(6), TC_NULL))

"""Declared classes: what annotations become, what is written and read, and the rules where the two sides differ."""

from __future__ import annotations

import enum
import gc
from array import array
from collections import deque
from dataclasses import KW_ONLY, InitVar, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, TypeVar
from uuid import UUID

import pytest

import bridge
from bridge import ClassDescriptor, JavaField, ObjectInput, ObjectOutput, Registry, Transient
from bridge.errors import EncodeError, InvalidClassError, NotSerializableError, SchemaError
from bridge.stream.constants import SC_BLOCK_DATA, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD
from bridge.stream.plan import REDUCE, EncodePlan

T = TypeVar("T")
Name = NewType("Name", str)


@pytest.fixture
def registry() -> Registry:
    """What a test declares ends with it."""
    return bridge.default_registry.copy()


def described(obj: object, registry: Registry) -> ClassDescriptor:
    """The class that is written for an object."""
    written: ClassDescriptor = bridge.loads(bridge.dumps(obj, registry=registry)).__java_class__
    return written


def declared_fields(cls: type, registry: Registry) -> dict[str, str]:
    declaration = registry.declaration(cls)
    return {field.java_name: field.type_string for field in declaration.fields}


def plain(**namespace: Any) -> type:
    return type("Wrong", namespace.pop("bases", ()), {"__module__": __name__, **namespace})


# ---- what annotations become


@dataclass
class Item:
    pass


bridge.java_class("com.example.Item")(Item)


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


bridge.java_enum("com.example.Colour")(Colour)


@pytest.mark.parametrize(
    ("annotation", "type_string"),
    [
        (bridge.jboolean, "Z"),
        (bridge.jbyte, "B"),
        (bridge.jchar, "C"),
        (bridge.jshort, "S"),
        (bridge.jint, "I"),
        (bridge.jlong, "J"),
        (bridge.jfloat, "F"),
        (bridge.jdouble, "D"),
        (bridge.jint | None, "Ljava/lang/Integer;"),
        (bridge.jboolean | None, "Ljava/lang/Boolean;"),
        (bridge.jchar | None, "Ljava/lang/Character;"),
        (bridge.Long, "Ljava/lang/Long;"),
        (bridge.Short | None, "Ljava/lang/Short;"),
        (str, "Ljava/lang/String;"),
        (str | None, "Ljava/lang/String;"),
        ("str | None", "Ljava/lang/String;"),
        (Any, "Ljava/lang/Object;"),
        (object, "Ljava/lang/Object;"),
        (T, "Ljava/lang/Object;"),
        (Name, "Ljava/lang/String;"),
        (bytes, "[B"),
        (list[str], "Ljava/util/List;"),
        (list, "Ljava/util/List;"),
        (tuple[int, ...], "Ljava/util/List;"),
        (dict[str, Any], "Ljava/util/Map;"),
        (set[str], "Ljava/util/Set;"),
        (frozenset[str], "Ljava/util/Set;"),
        (deque[str], "Ljava/util/Deque;"),
        (bridge.HashMap, "Ljava/util/HashMap;"),
        (bridge.TreeSet, "Ljava/util/TreeSet;"),
        (bridge.BooleanArray, "[Z"),
        (bridge.CharArray, "[C"),
        (Decimal, "Ljava/math/BigDecimal;"),
        (UUID, "Ljava/util/UUID;"),
        (date, "Ljava/time/LocalDate;"),
        (Item, "Lcom/example/Item;"),
        (Item | None, "Lcom/example/Item;"),
        (Colour, "Lcom/example/Colour;"),
        (Annotated[list[str], JavaField(type="java.util.ArrayList")], "Ljava/util/ArrayList;"),
        (Annotated[list[str], JavaField(type="java.lang.String[]")], "[Ljava/lang/String;"),
        (Annotated[list[list[int]], JavaField(type="int[][]")], "[[I"),
        (Annotated[Any, JavaField(type="com.example.Outer$Inner")], "Lcom/example/Outer$Inner;"),
        (Annotated[Any, JavaField(type="Unpackaged")], "LUnpackaged;"),
        (Annotated[int | str, JavaField(type="java.lang.Comparable")], "Ljava/lang/Comparable;"),
        (Annotated[bridge.jint, JavaField(type="long")], "J"),
        (Annotated[Any, JavaField(type="[J")], "[J"),
        (bridge.jint_array, "[I"),
        (bridge.jdouble_array | None, "[D"),
    ],
)  # fmt: skip
def test_an_annotation_becomes_a_java_type(annotation: Any, type_string: str, registry: Registry) -> None:
    cls = plain(__annotations__={"it": annotation}, __init__=lambda self: None)
    bridge.java_class("com.example.Holder", registry=registry)(cls)
    assert declared_fields(cls, registry) == {"it": type_string}


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        (int, "field 'it': int stands for several types of Java: use jint, jlong, jshort or jbyte, or jint | None"),
        (float, "use jdouble or jfloat"),
        (bool, "use jboolean"),
        (int | str, 'more than one type: say it as Annotated[..., JavaField(type="java.lang.Number")]'),
        (array, "use jint_array"),
        ("1 / 0", "ZeroDivisionError"),
        (Literal["a"], "has no Java type"),
        ("InSlots", "InSlots has no Java type: declare it with bridge.java_class first, or say it as Annotated"),
        (Annotated[Any, JavaField(type="java.util.List<String>")], "leave out the type parameters"),
        (Annotated[Any, JavaField(type="java/util/List")], "Java's binary name is java.util.List"),
        (Annotated[Any, JavaField(type="a..b")], "'a..b' is no name of a Java class"),
        (Annotated[Any, JavaField(type="[Q")], "neither a Java type as its source spells it nor a type string"),
    ],
)  # fmt: skip
def test_an_annotation_that_leaves_the_java_type_open_fails_when_declared(
    annotation: Any, says: str, registry: Registry
) -> None:
    cls = plain(__annotations__={"it": annotation}, __init__=lambda self: None)
    with pytest.raises(SchemaError) as caught:
        bridge.java_class("com.example.Holder", registry=registry)(cls)
    assert str(caught.value).startswith("Wrong as com.example.Holder: ")
    assert "'it': " in str(caught.value)
    assert says in str(caught.value)


def test_class_variables_and_pseudo_fields_are_no_fields(registry: Registry) -> None:
    @bridge.java_class("com.example.Odd", serial_version_uid=1, registry=registry)
    @dataclass
    class Odd:
        counted: ClassVar[int] = 3
        seed: InitVar[int]
        _: KW_ONLY
        kept: bridge.jint = 0

    assert declared_fields(Odd, registry) == {"kept": "I"}


def test_fields_are_in_java_s_order_primitives_first_then_by_name(registry: Registry) -> None:
    @bridge.java_class("com.example.Ordered", serial_version_uid=1, registry=registry)
    @dataclass
    class Ordered:
        b: str
        z: bridge.jint
        a: str
        B: bridge.jlong
        zz: bytes

    fields = described(Ordered("b", 1, "a", 2, b""), registry).fields
    assert [name for name, _ in fields] == ["B", "z", "a", "b", "zz"]


def test_annotations_may_name_a_class_that_is_declared_later(registry: Registry) -> None:
    @bridge.java_class("com.example.Customer", serial_version_uid=1, registry=registry)
    @dataclass
    class Customer:
        orders: list[Order]
        first: Order | None = None

    @bridge.java_class("com.example.Order", serial_version_uid=2, registry=registry)
    @dataclass
    class Order:
        customer: Customer | None

    customer = Customer([])
    customer.first = Order(customer)
    back = bridge.loads(bridge.dumps(customer, registry=registry), registry=registry)
    assert back.first.customer is back
    assert declared_fields(Customer, registry)["first"] == "Lcom/example/Order;"


def test_a_name_that_is_never_defined_is_told_when_it_is_needed(registry: Registry) -> None:
    @bridge.java_class("com.example.Lost", serial_version_uid=1, registry=registry)
    @dataclass
    class Lost:
        it: Nowhere  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(EncodeError, match=r"Lost as com\.example\.Lost: the annotation of 'it' is not defined"):
        bridge.dumps(Lost(None), registry=registry)


# ---- wrong declarations


@pytest.mark.parametrize(
    ("cls", "options", "says"),
    [
        (plain(), {"name": ""}, "'' is no name of a Java class"),
        (plain(), {"name": "com/example/Order"}, "Java's binary name is com.example.Order"),
        (plain(), {"name": "int"}, "it is a primitive type"),
        (plain(), {"name": "[I"}, "is no name of a Java class"),
        (plain(), {"name": 5}, "the name of a Java class is due, not 5"),
        (plain(), {"serial_version_uid": 1 << 63}, "a serialVersionUID is an int of 64 bits"),
        (plain(), {"serial_version_uid": "1"}, "a serialVersionUID is an int of 64 bits"),
        (plain(bases=(list,)), {}, "it extends list, whose instances cannot be made empty"),
        (plain(bases=(Exception,)), {}, "it extends Exception"),
        (plain(bases=(Decimal,)), {}, "it extends Decimal"),
        (plain(bases=(bridge.JavaObject,)), {}, "of the generic form"),
        (enum.Enum("Wrong", "A"), {}, "an enum is declared by bridge.java_enum"),
        (plain(__annotations__={"a": str}), {}, "put @bridge.java_class above @dataclass"),
        (plain(write_external=lambda self, out: None), {}, "write_external needs its counterpart"),
        (plain(read_external=lambda self, in_: None), {}, "read_external needs its counterpart"),
        (plain(write_object=lambda self, out: None), {"record": True}, "Java never calls write_object of a record"),
        (plain(bases=(Item, Decimal)), {}, "it extends Decimal"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_fails_when_declared(
    cls: type, options: dict[str, Any], says: str, registry: Registry
) -> None:
    with pytest.raises(SchemaError) as caught:
        bridge.java_class(**{"name": "com.example.Wrong", "registry": registry, **options})(cls)
    assert says in str(caught.value)
    assert registry.declaration(cls) is None


def test_one_java_class_has_one_super_class(registry: Registry) -> None:
    @bridge.java_class("com.example.Other", registry=registry)
    class Other:
        pass

    with pytest.raises(SchemaError, match=r"it extends both com\.example\.Item and com\.example\.Other"):

        @bridge.java_class("com.example.Both", registry=registry)
        class Both(Item, Other):
            pass


def test_two_attributes_cannot_be_one_java_field(registry: Registry) -> None:
    with pytest.raises(SchemaError, match="two attributes are the Java field 'x'"):

        @bridge.java_class("com.example.Twice", registry=registry)
        @dataclass
        class Twice:
            x: bridge.jint
            y: Annotated[bridge.jint, JavaField(name="x")]


@pytest.mark.parametrize("wrong", [int, enum.Flag("Flags", "A B"), Colour.RED], ids=["class", "flag", "member"])
def test_only_enums_are_declared_as_enums(wrong: Any, registry: Registry) -> None:
    with pytest.raises(SchemaError, match=r"java_enum decorates subclasses of enum\.Enum that are no flags"):
        bridge.java_enum("com.example.Wrong", registry=registry)(wrong)


# ---- written and read


@dataclass
class InAttributes:
    i: bridge.jint
    d: bridge.jdouble
    text: str
    items: list[Any]
    other: Any = None


@dataclass(slots=True)
class InSlots:
    i: bridge.jint
    d: bridge.jdouble
    text: str
    items: list[Any]
    other: Any = None


@dataclass(frozen=True)
class Frozen:
    i: bridge.jint
    d: bridge.jdouble
    text: str
    items: list[Any]
    other: Any = None


@dataclass(frozen=True, slots=True)
class FrozenSlots:
    i: bridge.jint
    d: bridge.jdouble
    text: str
    items: list[Any]
    other: Any = None


@dataclass
class HalfSlots(InSlots):
    """Its parent's fields are in slots, and it has attributes as well."""

    more: str = "more"


class Plain:
    i: bridge.jint
    d: bridge.jdouble
    text: str
    items: list[Any]
    other: Any = None

    def __init__(self, *values: Any) -> None:
        self.i, self.d, self.text, self.items = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and vars(self) | {"other": None} == vars(other) | {"other": None}

    __hash__ = None  # type: ignore[assignment]


EVERY_KIND = [InAttributes, InSlots, Frozen, FrozenSlots, HalfSlots, Plain]


@pytest.mark.parametrize("cls", EVERY_KIND)
def test_what_is_written_is_read_again_equal_and_of_the_same_class(cls: Any, registry: Registry) -> None:
    bridge.java_class("com.example.Bean", serial_version_uid=5, registry=registry)(cls)
    bean = cls(-7, 2.5, "text", [1, None, "x"])
    back = bridge.loads(bridge.dumps([bean, bean], registry=registry), registry=registry)
    assert type(back[0]) is cls
    assert back[0] == bean
    assert back[0] is back[1]
    descriptor = described(bean, registry)
    assert (descriptor.name, descriptor.serial_version_uid) == ("com.example.Bean", 5)
    assert descriptor.flags == SC_SERIALIZABLE


@pytest.mark.parametrize("cls", EVERY_KIND)
def test_cycles_close(cls: Any, registry: Registry) -> None:
    bridge.java_class("com.example.Bean", serial_version_uid=5, registry=registry)(cls)
    bean = cls(1, 2.0, "", [])
    object.__setattr__(bean, "other", bean)
    bean.items.append(bean)
    back = bridge.loads(bridge.dumps(bean, registry=registry), registry=registry)
    assert back.other is back
    assert back.items[0] is back


def test_reading_and_dropping_instances_leaks_nothing(registry: Registry) -> None:
    @bridge.java_class("com.example.Leaky", serial_version_uid=1, registry=registry)
    @dataclass(slots=True, weakref_slot=True)
    class Leaky:
        it: Any

        def read_object(self, in_: ObjectInput) -> None:
            self.it = [self.it]

    def alive() -> int:
        gc.collect()
        return sum(type(found) is Leaky for found in gc.get_objects())

    data = bridge.dumps([Leaky([Leaky([])])] * 3, registry=registry)
    for _ in range(5):
        bridge.loads(data, registry=registry)
    assert alive() == 0


def test_neither_init_nor_post_init_runs_when_an_instance_is_read(registry: Registry) -> None:
    calls = []

    @bridge.java_class("com.example.Counted", serial_version_uid=1, registry=registry)
    @dataclass
    class Counted:
        x: bridge.jint

        def __post_init__(self) -> None:
            calls.append(self.x)

    data = bridge.dumps(Counted(1), registry=registry)
    assert bridge.loads(data, registry=registry).x == 1
    assert calls == [1]


def test_a_declaration_holds_in_its_registry_and_in_copies_made_later(registry: Registry) -> None:
    earlier = registry.copy()

    @bridge.java_class("com.example.Scoped", serial_version_uid=1, registry=registry)
    @dataclass
    class Scoped:
        x: bridge.jint

    data = bridge.dumps(Scoped(1), registry=registry)
    assert isinstance(bridge.loads(data, registry=registry), Scoped)
    assert isinstance(bridge.loads(data, registry=registry.copy()), Scoped)
    assert isinstance(bridge.loads(data, registry=earlier), bridge.JavaObject)
    with pytest.raises(NotSerializableError, match=r"Scoped has no Java class"):
        bridge.dumps(Scoped(1), registry=earlier)


def test_a_subclass_that_is_not_declared_is_not_written_as_its_parent(registry: Registry) -> None:
    @bridge.java_class("com.example.Parent", serial_version_uid=1, registry=registry)
    @dataclass
    class Parent:
        x: bridge.jint

    class Child(Parent):
        pass

    with pytest.raises(NotSerializableError, match=r"Child has no Java class") as caught:
        bridge.dumps({"a": [Child(1)]}, registry=registry)
    assert caught.value.path == "$.a[0]"


def test_fields_of_several_levels_keep_to_their_classes(registry: Registry) -> None:
    @dataclass
    class Mixin:
        mixed: str = "m"

    @bridge.java_class("com.example.Top", serial_version_uid=1, registry=registry)
    @dataclass
    class Top:
        value: bridge.jint = 1

    @bridge.java_class("com.example.Bottom", serial_version_uid=2, registry=registry)
    @dataclass
    class Bottom(Mixin, Top):
        value: bridge.jint = 10  # another default for the same field
        own_value: Annotated[str, JavaField(name="value")] = "shadows"
        from_: str = "keyword"

    written = described(Bottom(), registry)
    assert [(level.name, [name for name, _ in level.fields]) for level in written.chain] == [
        ("com.example.Top", ["value"]),
        ("com.example.Bottom", ["from", "mixed", "value"]),
    ]
    back = bridge.loads(bridge.dumps(Bottom(value=3, own_value="s"), registry=registry), registry=registry)
    assert back == Bottom(value=3, own_value="s")


def test_a_generic_dataclass_is_a_class_like_any_other(registry: Registry) -> None:
    @bridge.java_class("com.example.Box", serial_version_uid=1, registry=registry)
    @dataclass(slots=True)
    class Box(Generic[T]):
        content: T

    box = Box(Box("inner"))
    assert bridge.loads(bridge.dumps(box, registry=registry), registry=registry) == box


# ---- the serialVersionUID


def stream_of(registry: Registry, uid: int, **fields: Any) -> bytes:
    """A ``com.example.Versioned`` of another version: other fields, another UID."""
    names = {int: "I", float: "D", str: "Ljava/lang/String;", list: "Ljava/util/List;"}
    descriptor = ClassDescriptor(
        "com.example.Versioned",
        uid,
        fields=sorted([(name, names[type(value)]) for name, value in fields.items()], key=lambda field: len(field[1])),
    )
    cls = bridge.Registry().generic_plan(descriptor).cls
    return bridge.dumps(cls(**fields), registry=registry)


def declare_versioned(registry: Registry, uid: int | None, **options: Any) -> type:
    @bridge.java_class("com.example.Versioned", serial_version_uid=uid, registry=registry, **options)
    @dataclass
    class Versioned:
        x: bridge.jint = 5
        text: str | None = None
        names: list[str] = field(default_factory=list)
        bare: bridge.jdouble = field(kw_only=True)

    return Versioned


def test_another_uid_is_refused_as_java_refuses_it(registry: Registry) -> None:
    declare_versioned(registry, 7)
    with pytest.raises(InvalidClassError) as caught:
        bridge.loads(stream_of(registry, 8, x=1), registry=registry)
    assert "serialVersionUID of com.example.Versioned is 8 in the stream, and declared as 7" in str(caught.value)
    assert caught.value.offset is not None


def test_the_uid_of_a_record_is_not_compared_and_is_0_unless_declared(registry: Registry) -> None:
    cls = declare_versioned(registry, None, record=True)
    record = bridge.loads(stream_of(registry, 8, x=1, bare=2.0), registry=registry)
    assert type(record) is cls
    assert described(record, registry).serial_version_uid == 0


def test_without_a_uid_any_is_read_and_the_first_one_is_written(registry: Registry) -> None:
    cls = declare_versioned(registry, None)
    with pytest.raises(EncodeError, match=r"serialVersionUID of com\.example\.Versioned is not known") as caught:
        bridge.dumps([cls(bare=1.0)], registry=registry)
    assert caught.value.path == "$[0]"
    for uid in (11, 12):
        assert type(bridge.loads(stream_of(registry, uid, x=1), registry=registry)) is cls
    assert described(cls(bare=1.0), registry).serial_version_uid == 11


# ---- the two sides differ


def test_a_field_that_the_stream_lacks_has_its_default_or_java_s(registry: Registry) -> None:
    cls = declare_versioned(registry, 7)
    one, two = [bridge.loads(stream_of(registry, 7), registry=registry) for _ in range(2)]
    assert one == cls(5, None, [], bare=0.0)
    assert one.names is not two.names


def test_a_field_that_the_declaration_lacks_is_dropped(registry: Registry) -> None:
    cls = declare_versioned(registry, 7)
    back = bridge.loads(stream_of(registry, 7, x=1, extra="gone", bare=2.0, more=[1]), registry=registry)
    assert vars(back) == vars(cls(1, bare=2.0))


@pytest.mark.parametrize("fields", [{"x": 1.5}, {"x": "text"}, {"text": 5}, {"bare": [1]}])
def test_another_primitive_type_is_refused_as_java_refuses_it(fields: dict[str, Any], registry: Registry) -> None:
    declare_versioned(registry, 7)
    with pytest.raises(InvalidClassError, match=r"field \w+ of com\.example\.Versioned has the type .* in the stream"):
        bridge.loads(stream_of(registry, 7, **fields), registry=registry)


def test_a_super_class_of_one_side_only_is_dropped_or_has_defaults(registry: Registry) -> None:
    there = ClassDescriptor("com.example.There", 1, fields=[("lost", "I")])
    stream = ClassDescriptor("com.example.Child", 2, fields=[("x", "I")], super_class=there)
    data = bridge.dumps(bridge.Registry().generic_plan(stream).cls(lost=1, x=2), registry=registry)

    @bridge.java_class("com.example.Here", serial_version_uid=3, registry=registry)
    @dataclass(slots=True)
    class Here:
        y: bridge.jint = 9

    @bridge.java_class("com.example.Child", serial_version_uid=2, registry=registry)
    @dataclass(slots=True)
    class Child(Here):
        x: bridge.jint = 0

    assert bridge.loads(data, registry=registry) == Child(y=9, x=2)


def test_a_class_that_a_hostile_stream_names_twice_is_stored_once(registry: Registry) -> None:
    declare_versioned(registry, 7)
    inner = ClassDescriptor("com.example.Versioned", 7, fields=[("x", "I"), ("text", "Ljava/lang/String;")])
    outer = ClassDescriptor("com.example.Versioned", 7, fields=[("x", "I"), ("x", "I")], super_class=inner)
    forger = registry.copy()
    forger.write_as(complex, EncodePlan(REDUCE, outer, reduce=lambda _: (outer, (1, "one", 2, 3), ())))
    back = bridge.loads(bridge.dumps(1j, registry=forger), registry=registry)
    assert (back.x, back.text) == (1, "one")


def test_the_kind_of_the_class_must_be_the_same(registry: Registry) -> None:
    declare_versioned(registry, 7)
    external = ClassDescriptor("com.example.Versioned", 7, SC_EXTERNALIZABLE | SC_BLOCK_DATA)
    with pytest.raises(InvalidClassError, match="is Externalizable in the stream, other than declared"):
        bridge.loads(bridge.dumps(bridge.Registry().generic_plan(external).cls(), registry=registry), registry=registry)
    constant = bridge.JavaEnum(ClassDescriptor("com.example.Versioned", 0, 0x12), "A")
    with pytest.raises(InvalidClassError, match="declared as a class and is an enum in the stream"):
        bridge.loads(bridge.dumps(constant, registry=registry), registry=registry)


def test_transient_fields_are_not_written_and_have_their_defaults_when_read(registry: Registry) -> None:
    @bridge.java_class("com.example.Cached", serial_version_uid=1, registry=registry)
    @dataclass
    class Cached:
        x: bridge.jint
        cache: Transient[dict[str, complex]] = field(default_factory=dict)
        count: Annotated[bridge.jint, JavaField(transient=True)] = 5
        none: Transient[complex | str] = ""

    assert [name for name, _ in described(Cached(1, {"a": 1j}, 2), registry).fields] == ["x"]
    assert bridge.loads(bridge.dumps(Cached(1, {"a": 1j}, 2), registry=registry), registry=registry) == Cached(1)


# ---- what may stand in a field


@dataclass
class Holder:
    it: Any


def holding(registry: Registry, annotation: Any, value: Any) -> bytes:
    cls: Any = dataclass(type("Holder", (), {"__annotations__": {"it": annotation}, "__module__": __name__}))
    bridge.java_class("com.example.Holder", serial_version_uid=1, registry=registry)(cls)
    return bridge.dumps([cls(value)], registry=registry)


def as_java(java_type: str) -> Any:
    return Annotated[Any, JavaField(type=java_type)]


@pytest.mark.parametrize(
    ("annotation", "value", "says"),
    [
        (bridge.jint, 1 << 31, "an int of 32 bits is due, not int 2147483648"),
        (bridge.jbyte, 128, "a byte, an int from -128 to 127, is due"),
        (bridge.jint, "5", "an int of 32 bits is due, not str '5'"),
        (bridge.jint, None, "an int of 32 bits is due, not NoneType"),
        (bridge.jint, 2.0, "an int of 32 bits is due"),
        (bridge.jboolean, 1, "True or False is due"),
        (bridge.jchar, "ab", "a char, one UTF-16 code unit, is due"),
        (bridge.jdouble, "x", "a number is due"),
        (str, 5, "a field of type java.lang.String cannot hold int"),
        (str, bridge.Char("c"), "cannot hold bridge.mapping.java_lang.Char"),
        (bridge.jint | None, "5", "a field of type java.lang.Integer cannot hold str"),
        (bridge.jint | None, bridge.Long(5), "cannot hold bridge.mapping.java_lang.Long"),
        (bridge.jint | None, True, "cannot hold bool"),
        (bridge.jint | None, 1 << 40, "an int of 32 bits is due"),
        (list[str], "text", "a field of type java.util.List cannot hold str"),
        (list[str], {}, "a field of type java.util.List cannot hold dict"),
        (dict[str, str], [], "a field of type java.util.Map cannot hold list"),
        (set[str], [], "a field of type java.util.Set cannot hold list"),
        (bytes, "text", "a field of type [B cannot hold str"),
        (bytes, 5, "a field of type [B cannot hold int"),
        (as_java("int[]"), b"bytes", "a field of type [I cannot hold bytes"),
        (as_java("java.lang.String[]"), array("i"), "cannot hold array.array"),
        (as_java("java.lang.String[]"), ["a", 5], "a field of type java.lang.String cannot hold int"),
        (as_java("int[]"), [1, "a"], "an int of 32 bits is due"),
        (as_java("com.example.Shape"), "text", "a field of type com.example.Shape cannot hold str"),
        (as_java("com.example.Shape"), [1], "a field of type com.example.Shape cannot hold list"),
        (as_java("java.lang.Number"), "5", "a field of type java.lang.Number cannot hold str"),
        (as_java("java.util.LinkedList"), [], "a field of type java.util.LinkedList cannot hold list"),
        (Item, Colour.RED, "a field of type com.example.Item cannot hold"),
        (Colour, Item(), "a field of type com.example.Colour cannot hold"),
        (Item, lambda: None, "function has no Java class"),
    ],
)  # fmt: skip
def test_a_value_that_java_would_refuse_fails_when_written(
    annotation: Any, value: Any, says: str, registry: Registry
) -> None:
    bridge.java_class("com.example.Item", serial_version_uid=1, registry=registry)(Item)
    with pytest.raises(EncodeError) as caught:
        holding(registry, annotation, value)
    assert says in str(caught.value)
    assert caught.value.path is not None
    assert caught.value.path.startswith("$[0].it")


def test_the_path_leads_into_an_array(registry: Registry) -> None:
    with pytest.raises(EncodeError) as caught:
        holding(registry, as_java("java.lang.String[][]"), [["a"], ["b", 5]])
    assert caught.value.path == "$[0].it[1][1]"


@pytest.mark.parametrize(
    ("annotation", "value", "arrives"),
    [
        (bridge.jlong | None, 5, bridge.Long(5)),
        (bridge.jshort | None, 5, bridge.Short(5)),
        (bridge.jbyte | None, 5, bridge.Byte(5)),
        (bridge.jint | None, 5, 5),
        (bridge.jfloat | None, 0.5, bridge.Float(0.5)),
        (bridge.jdouble | None, 2, 2.0),
        (bridge.jchar | None, "x", bridge.Char("x")),
        (bridge.jboolean | None, True, True),
        (bridge.jlong | None, None, None),
        (as_java("java.math.BigInteger"), 5, bridge.BigInteger(5)),
        (as_java("java.lang.Number"), bridge.Long(5), bridge.Long(5)),
        (as_java("java.lang.Comparable"), "text", "text"),
        (as_java("java.util.Collection"), [1], [1]),
        (as_java("java.util.HashMap"), {"a": 1}, {"a": 1}),
        (as_java("java.lang.String[]"), ["a", None], bridge.JavaArray(["a", None], "java.lang.String")),
        (as_java("java.lang.Long[]"), [5, None], bridge.JavaArray([bridge.Long(5), None], "java.lang.Long")),
        (as_java("java.lang.Object[]"), (1, "a"), bridge.JavaArray([1, "a"])),
        (as_java("int[][]"), [[1], []], bridge.JavaArray([array("i", [1]), array("i")], "[I")),
        (as_java("int[]"), [1, 2], array("i", [1, 2])),
        (as_java("long[]"), array("q", [1, 2]), array("q", [1, 2])),
        (as_java("byte[]"), [1, -1], b"\x01\xff"),
        (as_java("char[]"), "chars", bridge.CharArray("chars")),
        (as_java("boolean[]"), [True], bridge.BooleanArray([True])),
        (as_java("com.example.Shape"), Colour.RED, Colour.RED),
        (Item | None, None, None),
    ],
)  # fmt: skip
def test_the_field_says_what_becomes_of_a_plain_value(
    annotation: Any, value: Any, arrives: Any, registry: Registry
) -> None:
    it = bridge.loads(holding(registry, annotation, value), registry=registry)[0].it
    assert (type(it), it) == (type(arrives), arrives)
    if isinstance(arrives, bridge.JavaArray):
        assert it.__java_class__.name == arrives.__java_class__.name
        assert list(map(type, it)) == list(map(type, arrives))


def test_a_value_in_the_generic_form_may_stand_anywhere_as_java_may_resolve_it(registry: Registry) -> None:
    proxy = bridge.Registry().generic_plan(ClassDescriptor("com.example.ItemProxy", 1)).cls()
    back = bridge.loads(holding(registry, Item, proxy), registry=registry)[0]
    assert back.it.__java_class__.name == "com.example.ItemProxy"


# ---- enums


def test_an_enum_constant_arrives_as_the_member_of_its_name(registry: Registry) -> None:
    @bridge.java_enum("com.example.Mood", names={"SAD": "Sad"}, registry=registry)
    class Mood(enum.Enum):
        HAPPY = "a"
        SAD = "b"
        None_ = "c"

    data = bridge.dumps([*Mood, Mood.SAD], registry=registry)
    assert [constant.name for constant in bridge.loads(data)] == ["HAPPY", "Sad", "None", "Sad"]
    assert bridge.loads(data, registry=registry) == [*Mood, Mood.SAD]
    assert bridge.loads(data, registry=registry)[1] is Mood.SAD


def test_a_constant_that_the_enum_lacks_arrives_as_it_would_undeclared(registry: Registry) -> None:
    constant = bridge.JavaEnum(ClassDescriptor("com.example.Colour", 0, 0x12), "BLUE")
    assert bridge.loads(bridge.dumps(constant)) == constant


@pytest.mark.parametrize(
    ("names", "says"),
    [({"PINK": "pink"}, "Colour has no member PINK"), ({"RED": "GREEN"}, "two members for the constant GREEN")],
)
def test_wrong_names_of_constants_fail_when_declared(names: dict[str, str], says: str, registry: Registry) -> None:
    with pytest.raises(SchemaError, match=says):
        bridge.java_enum("com.example.Colour", names=names, registry=registry)(Colour)


def test_an_enum_that_is_a_class_in_the_stream_is_refused(registry: Registry) -> None:
    bean = bridge.Registry().generic_plan(ClassDescriptor("com.example.Colour", 1)).cls()
    with pytest.raises(InvalidClassError, match="declared as an enum and is none in the stream"):
        bridge.loads(bridge.dumps(bean))


# ---- hooks


def test_hooks_write_and_read_more_than_the_fields_level_by_level(registry: Registry) -> None:
    @bridge.java_class("com.example.Top", serial_version_uid=1, registry=registry)
    @dataclass
    class Top:
        x: bridge.jint = 1
        beside: Transient[list[Any]] = field(default_factory=list)

        def write_object(self, out: ObjectOutput) -> None:
            out.write_int(self.x + 1)
            out.write_utf("ü\0")
            out.write_object(self)

        def read_object(self, in_: ObjectInput) -> None:
            self.beside += [in_.read_int(), in_.read_utf(), in_.read_object()]

    @bridge.java_class("com.example.Middle", serial_version_uid=2, registry=registry)
    @dataclass
    class Middle(Top):
        m: bridge.jint = 2

    @bridge.java_class("com.example.Bottom", serial_version_uid=3, registry=registry)
    @dataclass
    class Bottom(Middle):
        b: bridge.jint = 3

        def write_object(self, out: ObjectOutput) -> None:
            out.write_object([self.x])

        def read_object(self, in_: ObjectInput) -> None:
            self.beside.append(in_.read_object())

    written = described(Bottom(), registry)
    assert [level.flags & SC_WRITE_METHOD for level in written.chain] == [SC_WRITE_METHOD, 0, SC_WRITE_METHOD]
    back = bridge.loads(bridge.dumps(Bottom(), registry=registry), registry=registry)
    assert (back.x, back.m, back.b) == (1, 2, 3)
    assert back.beside[:2] == [2, "ü\0"]
    assert back.beside[2] is back
    assert back.beside[3] == [1]


def test_read_object_runs_though_the_stream_s_class_wrote_nothing_of_its_own(registry: Registry) -> None:
    @bridge.java_class("com.example.Checked", serial_version_uid=1, registry=registry)
    @dataclass
    class Checked:
        x: bridge.jint
        doubled: Transient[int] = 0

        def read_object(self, in_: ObjectInput) -> None:
            self.doubled = self.x * 2 + in_.available()

    assert bridge.loads(bridge.dumps(Checked(4), registry=registry), registry=registry).doubled == 8


def test_an_externalizable_writes_all_itself(registry: Registry) -> None:
    @bridge.java_class("com.example.External", serial_version_uid=1, registry=registry)
    @dataclass(slots=True)
    class External:
        any_python_type: complex
        count: int = 7

        def write_external(self, out: ObjectOutput) -> None:
            out.write_double(self.any_python_type.real)
            out.write_object([self])

        def read_external(self, in_: ObjectInput) -> None:
            self.any_python_type = complex(in_.read_double())
            assert in_.read_object()[0] is self

    written = described(External(1.5 + 2j, 9), registry)
    assert (written.flags, written.fields) == (SC_EXTERNALIZABLE | SC_BLOCK_DATA, ())
    back = bridge.loads(bridge.dumps(External(1.5, 9), registry=registry), registry=registry)
    assert (type(back), back.any_python_type, back.count) == (External, 1.5, 7)


def test_an_object_can_be_replaced_when_written_and_resolved_when_read(registry: Registry) -> None:
    @bridge.java_class("com.example.Form", serial_version_uid=1, registry=registry)
    @dataclass
    class Form:
        start: bridge.jlong
        length: bridge.jlong

        def read_resolve(self) -> Any:
            return Span(self.start, self.start + self.length)

    @bridge.java_class("com.example.Span", serial_version_uid=2, registry=registry)
    @dataclass
    class Span:
        start: bridge.jlong
        end: bridge.jlong

        def write_replace(self) -> Any:
            return Form(self.start, self.end - self.start)

    span = Span(3, 10)
    back = bridge.loads(bridge.dumps([span, Span(0, 1)], registry=registry), registry=registry)
    assert back == [span, Span(0, 1)]


def test_an_object_may_replace_itself_by_another_of_its_class(registry: Registry) -> None:
    @bridge.java_class("com.example.Tidy", serial_version_uid=1, registry=registry)
    @dataclass
    class Tidy:
        x: bridge.jint
        instead: Transient[Any] = None

        def write_replace(self) -> Any:
            self.instead = self.instead or Tidy(-self.x)
            return self.instead

    tidy = Tidy(5)
    first, second = bridge.loads(bridge.dumps([tidy, tidy], registry=registry), registry=registry)
    assert first.x == -5
    assert first is second


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (lambda in_: in_.read_object(), "com.example.Hooked, failed: an object is due, but 4 bytes of primitive data"),
        (lambda in_: in_.read_long(), "8 bytes of primitive data are due, but only 4 come before what is next"),
        (lambda in_: [in_.read_int(), in_.read_int()], "4 bytes of primitive data are due, but only 0"),
        (lambda in_: [in_.read_int(), in_.read_object(), in_.read_object()], "but the class wrote no more"),
        (lambda in_: 1 / 0, "a hook of test_a_hook_that_fails_ends_the_reading"),
        (lambda in_: vars(bridge)["key"], "failed: KeyError: 'key'"),
    ],
)  # fmt: skip
def test_a_hook_that_fails_ends_the_reading_with_a_decode_error_that_names_the_place(
    read: Any, says: str, registry: Registry
) -> None:
    @bridge.java_class("com.example.Hooked", serial_version_uid=1, registry=registry)
    @dataclass
    class Hooked:
        def write_object(self, out: ObjectOutput) -> None:
            out.write_int(1)
            out.write_object(None)

        def read_object(self, in_: ObjectInput) -> None:
            read(in_)

    data = bridge.dumps({"a": [Hooked()]}, registry=registry)
    with pytest.raises(bridge.errors.DecodeError) as caught:
        bridge.loads(data, registry=registry)
    assert says in str(caught.value)
    assert caught.value.path is not None
    assert caught.value.offset is not None


def test_a_hook_that_fails_while_writing_leaves_nothing_written(registry: Registry) -> None:
    @bridge.java_class("com.example.Hooked", serial_version_uid=1, registry=registry)
    @dataclass
    class Hooked:
        def write_object(self, out: ObjectOutput) -> None:
            out.write_int(1 << 40)

    with pytest.raises(EncodeError, match=r"1099511627776 is not an int, or out of its range") as caught:
        bridge.dumps({"a": Hooked()}, registry=registry)
    assert caught.value.path == "$.a"


def test_a_class_that_writes_no_fields_is_read_by_its_hooks_alone(registry: Registry) -> None:
    @bridge.java_class("com.example.Unruly", serial_version_uid=1, default_data=False, registry=registry)
    @dataclass(slots=True)
    class Unruly:
        number: bridge.jint = 0
        text: str = ""

        def write_object(self, out: ObjectOutput) -> None:
            out.write_utf(self.text)

        def read_object(self, in_: ObjectInput) -> None:
            self.text = in_.read_utf()

    @bridge.java_class("com.example.Ruly", serial_version_uid=2, registry=registry)
    @dataclass(slots=True)
    class Ruly(Unruly):
        kept: bridge.jlong = 0

    data = bridge.dumps([Unruly(5, "a"), Ruly(6, "b", 7)], registry=registry)
    assert bridge.loads(data, registry=registry) == [Unruly(0, "a"), Ruly(0, "b", 7)]


def test_only_hooks_can_read_a_class_that_writes_no_fields(registry: Registry) -> None:
    with pytest.raises(SchemaError, match="default_data=False needs write_object and read_object"):
        bridge.java_class("com.example.Unruly", default_data=False, registry=registry)(type("Unruly", (), {}))

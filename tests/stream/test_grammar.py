"""Every production of the grammar, spelled byte by byte."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

import bridge
from bridge import ClassDescriptor, Field, JavaClass, JavaEnum, JavaObject, JavaProxy
from bridge.errors import PeerException
from bridge.stream.model import BlockData, BooleanArray, ByteArray, CharArray, JavaArray, StreamException
from tests.stream.assemble import (
    EXTERNALIZABLE,
    SC_ENUM,
    SC_SERIALIZABLE,
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASS,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_ENUM,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    WRITES,
    byte_,
    double_,
    int_,
    list_of,
    long_,
    short_,
    stream,
)
from tests.stream.outcomes import BUILDS

STRING_TYPE = TC_STRING("Ljava/lang/String;")
ENUM = TC_CLASSDESC("java.lang.Enum", flags=SC_SERIALIZABLE | SC_ENUM, uid=0)
COLOR = TC_CLASSDESC("p.Color", flags=SC_SERIALIZABLE | SC_ENUM, uid=0, super_class=ENUM)


def contents(data: bytes) -> list[Any]:
    """Every content, a TC_EXCEPTION among them as a `StreamException`."""
    build = BUILDS[0]
    decoder = build.Decoder(build.registry())
    decoder.feed(data)
    decoder.feed_eof()
    found: list[Any] = []
    decoder.take_contents(found)
    return found


def only(data: bytes) -> Any:
    (content,) = contents(data)
    return content


SIMPLE: list[tuple[bytes, Any]] = [
    (TC_NULL, None),
    (TC_STRING(""), ""),
    (TC_STRING("text"), "text"),
    (TC_LONGSTRING("short, but long"), "short, but long"),
    (TC_STRING("x" * 65535), "x" * 65535),
    (TC_LONGSTRING("x" * 65536), "x" * 65536),
    (TC_BLOCKDATA(b""), b""),
    (TC_BLOCKDATA(b"\0" * 255), b"\0" * 255),
    (TC_BLOCKDATALONG(b"ab"), b"ab"),
    (TC_BLOCKDATALONG(b"\0" * 1024), b"\0" * 1024),
    (TC_ARRAY(TC_CLASSDESC("[Z"), 3, b"\0\1\x80"), BooleanArray([False, True, True])),
    (TC_ARRAY(TC_CLASSDESC("[B"), 0), ByteArray()),
    (TC_ARRAY(TC_CLASSDESC("[B"), 1, b"x"), ByteArray(b"x")),
    (TC_ARRAY(TC_CLASSDESC("[B"), 3, b"\0\x80\xff"), b"\0\x80\xff"),
    (TC_ARRAY(TC_CLASSDESC("[C"), 4, "aé\U0001f600".encode("utf-16-be")), CharArray("aé\U0001f600")),
    (TC_ARRAY(TC_CLASSDESC("[S"), 2, short_(-2), short_(0x7FFF)), array("h", [-2, 0x7FFF])),
    (TC_ARRAY(TC_CLASSDESC("[I"), 2, int_(-(2**31)), int_(7)), array("i", [-(2**31), 7])),
    (TC_ARRAY(TC_CLASSDESC("[J"), 1, long_(-(2**63))), array("q", [-(2**63)])),
    (TC_ARRAY(TC_CLASSDESC("[F"), 1, b"\x3f\xc0\0\0"), array("f", [1.5])),
    (TC_ARRAY(TC_CLASSDESC("[D"), 1, double_(-0.5)), array("d", [-0.5])),
    (TC_ARRAY(TC_CLASSDESC("[I"), 0), array("i")),
    (TC_ARRAY(TC_CLASSDESC("[Lp.A;"), 2, TC_NULL, TC_STRING("in")), [None, "in"]),
    (TC_ARRAY(TC_CLASSDESC("[[I"), 1, TC_ARRAY(TC_CLASSDESC("[I"), 1, int_(5))), [array("i", [5])]),
    (list_of(), []),
    (list_of(TC_NULL, list_of(class_desc=TC_REFERENCE(0))), [None, []]),
]


@pytest.mark.parametrize(("content", "value"), SIMPLE, ids=lambda v: f"{v!r:.30}")
def test_a_content_is_read_as_its_value(content: bytes, value: Any) -> None:
    found = only(stream(content))
    assert found == value
    assert type(found) is (BlockData if type(value) is bytes and content[0] in b"\x77\x7a" else JavaArray if (
        content[0] == 0x75 and type(value) is list) else type(value))  # fmt: skip


FIELDS = [
    ("B", byte_(-3), -3),
    ("C", short_(0x41), "A"),
    ("C", b"\xd8\x3d", "\ud83d"),
    ("D", double_(2.5), 2.5),
    ("F", b"\xbf\x00\x00\x00", -0.5),
    ("I", int_(-(2**31)), -(2**31)),
    ("J", long_(2**63 - 1), 2**63 - 1),
    ("S", short_(-32768), -32768),
    ("Z", b"\1", True),
    ("Z", b"\0", False),
    ("Z", b"\x2a", True),
]


@pytest.mark.parametrize(("code", "encoded", "value"), FIELDS)
def test_a_primitive_field_holds_its_value(code: str, encoded: bytes, value: Any) -> None:
    found = only(stream(TC_OBJECT(TC_CLASSDESC("p.A", [(code, "f")]), encoded)))
    assert found.f == found["f"] == value
    assert type(found.f) is type(value)


def test_fields_are_read_from_the_topmost_class_down() -> None:
    top = TC_CLASSDESC("p.Top", [("I", "x"), ("L", "name", STRING_TYPE)])
    child = TC_CLASSDESC("p.Child", [("I", "x")], super_class=top)
    found = only(stream(TC_OBJECT(child, int_(1), TC_STRING("top"), int_(2))))
    assert issubclass(type(found), JavaObject)
    assert (found.x, found.name) == (2, "top")
    assert (found["p.Top", "x"], found["p.Child", "x"]) == (1, 2)
    assert list(found) == [("p.Top", "x"), "name", "x"]
    assert [level.name for level in found.__java_class__.chain] == ["p.Top", "p.Child"]


def test_what_write_object_wrote_is_kept_for_each_class() -> None:
    top = TC_CLASSDESC("p.Top", [("I", "x")], WRITES)
    middle = TC_CLASSDESC("p.Middle", super_class=top)
    child = TC_CLASSDESC("p.Child", (), WRITES, super_class=middle)
    data = [int_(1), TC_BLOCKDATA(b"abc"), TC_STRING("in"), TC_ENDBLOCKDATA, TC_ENDBLOCKDATA]
    found = only(stream(TC_OBJECT(child, *data)))
    assert found.x == 1
    assert found.__java_annotations__ == [[b"abc", "in"], []]
    assert type(found.__java_annotations__[0][0]) is BlockData


def test_neighbouring_blocks_in_an_annotation_are_one_run() -> None:
    blocks = [TC_BLOCKDATA(b"a"), TC_BLOCKDATALONG(b"b"), TC_BLOCKDATA(b"")]
    data = [*blocks, TC_NULL, TC_BLOCKDATA(b"c"), TC_OBJECT(TC_CLASSDESC("p.B")), *blocks, *blocks, TC_ENDBLOCKDATA]
    (items,) = only(stream(TC_OBJECT(TC_CLASSDESC("p.A", (), WRITES), *data))).__java_annotations__
    assert [item for item in items if isinstance(item, bytes)] == [b"ab", b"c", b"abab"]
    assert all(type(item) is BlockData for item in items if isinstance(item, bytes))


def test_external_contents_are_read_once_also_when_super_classes_are_externalizable() -> None:
    base = TC_CLASSDESC("p.Base", [("I", "never")], EXTERNALIZABLE)
    desc = TC_CLASSDESC("p.Ext", (), EXTERNALIZABLE, super_class=base)
    found = contents(stream(TC_OBJECT(desc, TC_BLOCKDATA(b"1"), TC_NULL, TC_ENDBLOCKDATA), TC_STRING("next")))
    assert found[0].__java_annotations__ == [[b"1", None]]
    assert found[1] == "next"


def test_an_enum_constant_has_its_class_and_name() -> None:
    red, blue, again = contents(
        stream(TC_ENUM(COLOR, TC_STRING("RED")), TC_ENUM(TC_REFERENCE(0), TC_LONGSTRING("BLUE")), TC_REFERENCE(2))
    )
    assert isinstance(red, JavaEnum)
    assert (red.name, red.__java_class__.name, str(blue)) == ("RED", "p.Color", "BLUE")
    assert again is red
    assert red != blue


def test_a_class_object_may_be_of_any_kind_of_class() -> None:
    descriptors = [TC_CLASSDESC("p.A"), COLOR, TC_CLASSDESC("[I"), TC_CLASSDESC("int", uid=0), TC_PROXYCLASSDESC("p.I")]
    names = ["p.A", "p.Color", "[I", "int", "$Proxy"]
    found = contents(stream(*[TC_CLASS(descriptor) for descriptor in descriptors]))
    assert [value.name for value in found if isinstance(value, JavaClass)] == names


def test_a_class_descriptor_may_be_a_value() -> None:
    fields = [("I", "x"), ("[", "y", TC_STRING("[J"))]
    alone, again = contents(stream(TC_CLASSDESC("p.A", fields, uid=-5), TC_REFERENCE(0)))
    assert isinstance(alone, ClassDescriptor)
    assert alone is again
    assert (alone.name, alone.serial_version_uid, alone.flags) == ("p.A", -5, SC_SERIALIZABLE)
    assert alone.fields == (Field("x", "I"), Field("y", "[J"))


def test_a_proxy_has_its_interfaces_and_its_handler() -> None:
    reflect = TC_CLASSDESC("java.lang.reflect.Proxy", [("L", "h", TC_STRING("Ljava/lang/reflect/InvocationHandler;"))])
    desc = TC_PROXYCLASSDESC("p.A", "p.B", super_class=reflect)
    found = only(stream(TC_OBJECT(desc, TC_OBJECT(TC_CLASSDESC("p.Handler")))))
    assert issubclass(type(found), JavaProxy)
    assert found.__java_interfaces__ == ("p.A", "p.B")
    assert found.h.__java_class__.name == "p.Handler"


def test_class_annotations_are_kept() -> None:
    annotation = TC_BLOCKDATA(b"ab") + TC_STRING("http://codebase/") + TC_NULL
    found = only(stream(TC_OBJECT(TC_CLASSDESC("p.A", annotation=annotation))))
    assert found.__java_class__.annotation == [b"ab", "http://codebase/", None]


def test_reset_begins_a_new_table_of_handles() -> None:
    data = stream(TC_STRING("one"), TC_RESET, TC_RESET, TC_STRING("two"), TC_REFERENCE(0), TC_RESET)
    assert contents(data) == ["one", "two", "two"]


THROWN = TC_OBJECT(TC_CLASSDESC("p.E", [("L", "m", STRING_TYPE)]), TC_STRING("why"))
INTERRUPTED = {
    "at top level": b"",
    "in a list": TC_OBJECT(TC_CLASSDESC("p.L", (), WRITES), TC_STRING("lost")),
    "in a field": TC_OBJECT(TC_CLASSDESC("p.F", [("I", "i"), ("L", "f", STRING_TYPE)]), int_(5)),
    "in an array": TC_ARRAY(TC_CLASSDESC("[Lp.A;"), 3, TC_STRING("lost")),
    "in place of a class descriptor": TC_OBJECT(b""),
    "in place of a super-class": TC_OBJECT(TC_CLASSDESC("p.S", super_class=b"")),
    "in a class annotation": TC_OBJECT(TC_CLASSDESC("p.S", super_class=b"")[:-1] + TC_NULL),
    "in place of a type string": TC_OBJECT(b"\x72\0\1A" + long_(1) + b"\2\0\1L\0\1f"),
    "in place of a constant's name": TC_ENUM(COLOR, b""),
    "in an exception": TC_EXCEPTION(b""),
}


@pytest.mark.parametrize("before", INTERRUPTED.values(), ids=INTERRUPTED)
def test_an_exception_of_the_writer_ends_what_it_stands_in(before: bytes) -> None:
    data = stream(TC_STRING("first"), before + TC_EXCEPTION(THROWN), TC_STRING("after"), TC_REFERENCE(0))
    first, exception, *after = contents(data)
    assert isinstance(exception, StreamException)
    assert exception.throwable.m == "why"
    assert (first, after) == ("first", ["after", "after"])  # handles began anew behind it
    with pytest.raises(PeerException) as caught:
        bridge.loads(stream(before + TC_EXCEPTION(THROWN)))
    assert caught.value.throwable.m == "why"  # type: ignore[attr-defined]


def test_an_array_may_contain_itself() -> None:
    found = only(stream(TC_ARRAY(TC_CLASSDESC("[Ljava.lang.Object;"), 2, TC_REFERENCE(1), TC_NULL)))
    assert found[0] is found
    assert found.component_type == "java.lang.Object"


def test_an_object_may_refer_to_itself_and_its_class() -> None:
    desc = TC_CLASSDESC(
        "p.A", [("L", "me", TC_STRING("Lp/A;")), ("L", "mine", TC_STRING("Ljava/io/ObjectStreamClass;"))]
    )
    found = only(stream(TC_OBJECT(desc, TC_REFERENCE(3), TC_REFERENCE(0))))
    assert found.me is found
    assert found.mine is found.__java_class__


def test_equal_strings_that_were_two_objects_stay_two() -> None:
    one, two, again = only(stream(list_of(TC_STRING("same"), TC_STRING("same"), TC_REFERENCE(2))))
    assert one == two == again
    assert one is again is not two


def test_a_class_name_may_be_anything() -> None:
    names = ["", "\0", "\ud800", "a.b/c\n", "__init__", "mro", "é.ü", "x" * 65535, ".", "[", "[[", "java.lang.Object"]
    for name in names:
        found = only(stream(TC_OBJECT(TC_CLASSDESC(name, [("I", "x")]), int_(1))))
        assert (found.__java_class__.name, found.x) == (name, 1)
        assert repr(found)
        assert bridge.loads(bridge.dumps(found)).x == 1


HOSTILE = [
    "__class__",
    "__slots__",
    "__init__",
    "__dict__",
    "__del__",
    "mro",
    "",
    "\0",
    "\ud800",
    "_0",
    "_1",
    "0",
    "__java_slots__",
    "__java_class__",
    "__java_annotations__",
    "self",
    "class",
    "x" * 65535,
    "__eq__",
]


def test_a_field_name_may_be_anything_and_hides_nothing() -> None:
    fields = [("I", name) for name in HOSTILE]
    found = only(stream(TC_OBJECT(TC_CLASSDESC("p.A", fields), *map(int_, range(len(fields))))))
    assert [found[name] for name in HOSTILE] == list(range(len(fields)))
    assert list(found) == HOSTILE
    assert type(found).__mro__[1] is JavaObject
    assert found == found
    assert len(repr(found)) < 2000
    again = bridge.loads(bridge.dumps(found))
    assert [again[name] for name in HOSTILE] == list(range(len(fields)))


def test_two_fields_may_have_the_same_name() -> None:
    found = only(stream(TC_OBJECT(TC_CLASSDESC("p.A", [("I", "x"), ("I", "x")]), int_(1), int_(2))))
    assert found.x == 2
    assert bridge.dumps(found) == stream(TC_OBJECT(TC_CLASSDESC("p.A", [("I", "x"), ("I", "x")]), int_(1), int_(2)))


def test_a_class_may_have_65535_fields() -> None:
    fields = [("B", f"f{i}") for i in range(65535)]
    data = stream(TC_OBJECT(TC_CLASSDESC("p.Wide", fields), bytes(range(100)) + b"\0" * 65435))
    found = only(data)
    assert (found.f0, found.f99, found.f65534) == (0, 99, 0)
    assert bridge.dumps(found) == data

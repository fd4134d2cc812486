"""`bridge.compat.javaobj` gives what javaobj gives, for what javaobj reads, and works where it does not."""

from __future__ import annotations

import gzip
import io
import logging
from array import array
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

import bridge
import bridge.compat.javaobj as javaobj
from bridge.compat.javaobj import JavaArray, JavaByteArray, JavaClass, JavaEnum, JavaObject, JavaString
from bridge.errors import DecodeError
from bridge.stream.generic import class_for
from tests.mapping.corpus import names, stream
from tests.stream import assemble

#: It ships no types.
original: Any = import_module("javaobj")


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """javaobj logs the bytes that it did not read."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


OWN = {"_java_hidden", "_java_annotation_lengths", "time_handlers"}


def differences(ours: Any, theirs: Any) -> Iterator[str]:
    """Where two graphs differ: in class, attributes, annotations or elements, and in what is the same object."""
    pending = [("$", ours, theirs)]
    partner: dict[int, Any] = {}
    kept: list[Any] = []
    while pending:
        path, one, other = pending.pop()
        if id(one) in partner:
            if partner[id(one)] is not other and not isinstance(one, (str, int, float, JavaClass)):
                yield f"{path}: another object than before"
            continue
        names = type(one).__name__.strip("_"), type(other).__name__
        if names[0] != names[1]:
            yield f"{path}: {names[0]} for {names[1]}"
            continue
        if isinstance(one, (str, int, float, type(None))):
            if one != other and one == one:
                yield f"{path}: {one!r} for {other!r}"
            continue
        kept += one, other
        partner[id(one)] = other
        if isinstance(one, list):
            if len(one) != len(other):
                yield f"{path}: {len(one)} elements for {len(other)}"
            pending += [(f"{path}[{i}]", *pair) for i, pair in enumerate(zip(one, other, strict=False))]
        elif isinstance(one, dict):
            pairs = zip(one.items(), other.items(), strict=True)
            pending += [
                (f"{path}<{place}>", a, b) for pair in pairs for place, (a, b) in enumerate(zip(*pair, strict=True))
            ]
        elif isinstance(one, tuple):
            pending.append((f"{path}<tuple>", list(one), list(other)))
        elif isinstance(one, set) and len(one) != len(other):
            yield f"{path}: {len(one)} elements for {len(other)}"
        known, expected = attributes(one), attributes(other)
        if known.keys() != expected.keys():
            yield f"{path}: {sorted(known)} for {sorted(expected)}"
        pending += [(f"{path}.{name}", known[name], expected[name]) for name in known.keys() & expected.keys()]


def attributes(value: Any) -> dict[str, Any]:
    found = {name: item for name, item in getattr(value, "__dict__", {}).items() if name not in OWN}
    if isinstance(value, JavaClass):
        found.pop("interfaces")
    return found


def read_by_both(name: str) -> tuple[Any, Any] | None:
    try:
        theirs = original.loads(stream(name))
    except Exception:  # noqa: BLE001 - javaobj gives up in its own ways
        return None
    return javaobj.loads(stream(name)), theirs


#: javaobj takes the length of the text for part of it, and fails where there is an offset and no region.
TAKES_LENGTH_FOR_TEXT = {name for name in names() if name.startswith("jdk17/time/zoned-date-time")}


@pytest.mark.parametrize("name", sorted(set(names()) - TAKES_LENGTH_FOR_TEXT))
def test_what_javaobj_reads_is_the_same_here(name: str) -> None:
    both = read_by_both(name)
    if both is not None:
        assert list(differences(*both)) == []


def test_nearly_all_of_the_corpus_can_be_compared() -> None:
    unread = {name for name in names() if read_by_both(name) is None}
    assert {name for name in unread if "fieldless" not in name} == set()


def test_zones_are_read_without_the_length_of_their_names() -> None:
    value = javaobj.loads(stream("jdk17/time/zoned-date-time"))
    assert (value.type, value.zone) == (value.ZONE_DATE_TIME_TYPE, "Europe/Berlin")
    value = javaobj.loads(stream("jdk17/time/zoned-date-time-offset"))
    assert value.zone is None and value.offset is not None


@pytest.mark.parametrize("name", names())
def test_what_was_read_is_written_as_the_same_stream(name: str) -> None:
    data = stream(name)
    written = javaobj.dumps(javaobj.loads(data))
    assert bridge.Document.parse(written).to_bytes() == written
    if written != data:  # strings of one character may be shared in another way
        assert shape(written) == shape(data)


def shape(data: bytes) -> list[str]:
    """The nodes of a stream with every reference to a short string as the string."""
    found = []
    for _, node in bridge.Document.parse(data).walk():
        target: Any = getattr(node, "target", node)
        is_short = type(target).__name__ == "StringNode" and len(target.value) < 2
        found.append(target.summary() if is_short else node.summary().partition(" -> #")[0] + node.label)
    return found


@pytest.mark.parametrize("name", ["jdk17/throwable/cause", "jdk17/sql/timestamp", "jdk17/value/locale"])
def test_objects_of_this_face_are_written_by_every_dumps(name: str) -> None:
    value = javaobj.loads(stream(name))
    assert bridge.dumps([value])[-20:] == bridge.dumps([original.loads(stream(name))])[-20:]


# ---- what programs do with it


def test_a_string_is_a_str() -> None:
    value = javaobj.loads(bridge.dumps("Größe"))
    assert value == "Größe" and isinstance(value, str) and isinstance(value, JavaString)
    assert f"{value}!" == "Größe!" and {str(value): 1}[value] == 1


def test_lists_maps_and_sets_are_those_of_python() -> None:
    value = javaobj.loads(bridge.dumps([{"a": 1}, {"b"}, bridge.TreeSet(["c"]), bridge.LinkedList([2])]))
    assert value == [{"a": 1}, {"b"}, {"c"}, [2]]
    assert isinstance(value, list)
    assert javaobj.loads(bridge.dumps([])).get_class().name == "java.util.ArrayList"
    assert value[0].classdesc.superclass.name == "java.util.HashMap"


def test_numbers_compare_and_count_as_numbers() -> None:
    number, large, truth = javaobj.loads(bridge.dumps([5, 2**40, True]))
    assert number == 5 and number < 6 and int(number) == 5 and "abcdef"[number] == "f"
    assert large == 2**40 and truth == True and bool(truth)  # noqa: E712 - what their users write
    assert number.value == 5


def test_the_fields_of_an_object_are_attributes() -> None:
    value = javaobj.loads(stream("jdk17/throwable/cause"))
    assert value.cause.detailMessage
    assert value.get_class() is value.classdesc
    assert value.classdesc.name.startswith("java.lang.")
    levels = []
    level = value.classdesc
    while level is not None:
        levels.append(level.name)
        level = level.superclass
    assert levels[-1] == "java.lang.Throwable"
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = value.nothing_of_the_kind


def test_bytes_are_signed_numbers_with_the_bytes_behind() -> None:
    value = javaobj.loads(bridge.dumps(b"\x01\xff"))
    assert value._data == (1, -1) and list(value) == [1, -1] and value[1] == -1 and len(value) == 2
    assert bytes(value) == b"\x01\xff"
    assert bridge.loads(javaobj.dumps(JavaByteArray(b"key"))) == b"key"


def test_arrays_of_arrays_and_arrays_in_themselves_keep_who_they_are() -> None:
    inner = array("i", [1, 2])
    outer = bridge.JavaArray([inner, inner, None])
    outer[2] = outer
    value = javaobj.loads(bridge.dumps(outer))
    assert value[0] is value[1] and value[2] is value
    assert value[0] == [1, 2] and value[0].classdesc.name == "[I"
    again = bridge.loads(javaobj.dumps(value))
    assert again[2] is again and again[0] is again[1] and again[0] == inner


def test_chars_are_code_units() -> None:
    assert javaobj.loads(bridge.dumps(bridge.CharArray("a😀"))) == ["a", "\ud83d", "\ude00"]


def test_primitive_data_is_a_str_of_bytes() -> None:
    assert javaobj.loads(bridge.dumps_all([bridge.BlockData(b"\x00\xff"), "x"])) == "\x00\xff"
    assert bridge.loads_all(javaobj.dumps("\x00\xff")) == [bridge.BlockData(b"\x00\xff")]


def test_a_proxy_which_javaobj_cannot_read_is_an_object_with_its_handler() -> None:
    above = bridge.ClassDescriptor("java.lang.reflect.Proxy", -2222568056686623797, 2, [("h", "Ljava/lang/Object;")])
    proxy, _ = class_for(bridge.ClassDescriptor("$Proxy", super_class=above, interfaces=["java.lang.Runnable"]))
    data = bridge.dumps([proxy(h="handler")])
    found = javaobj.loads(data)
    assert found[0].h == "handler" and found[0].classdesc.interfaces == ["java.lang.Runnable"]
    assert javaobj.dumps(found) == data


def test_numpy_arrays_come_on_request() -> None:
    value = javaobj.loads(bridge.dumps([array("d", [1.5])]), use_numpy_arrays=True)
    assert type(value[0]).__name__ == "ndarray"


# ---- changed and written


def written(value: Any) -> Any:
    return bridge.loads(javaobj.dumps(value))


def test_a_field_that_was_set_is_written() -> None:
    value = javaobj.loads(stream("jdk17/throwable/cause"))
    value.detailMessage = "another"
    assert written(value).message == "another"


@pytest.mark.parametrize("module", [javaobj, original])
def test_what_was_added_to_or_taken_from_a_container_is_written(module: Any) -> None:
    value = module.loads(
        bridge.dumps(
            [{"a": "x", "b": "y"}, bridge.HashMap(k="v"), bridge.TreeMap(b="2"), {"s"}, bridge.TreeSet("ca"), []]
        )
    )
    value[0]["c"] = "z"
    del value[0]["a"]
    value[1].clear()
    value[2]["a"] = "1"
    value[3].add("t")
    value[4].add("b")
    value[4].discard("c")
    value[5].extend(["one", value[3]])
    value.append(None)
    found = bridge.loads(bridge.dumps(value))
    assert found == [{"b": "y", "c": "z"}, {}, {"a": "1", "b": "2"}, {"s", "t"}, {"a", "b"}, ["one", {"s", "t"}], None]
    assert list(found[2]) == ["a", "b"] and list(found[4]) == ["a", "b"]
    assert found[5][1] is found[3]
    assert [type(item).__name__ for item in found[:6]] == ["dict", "HashMap", "TreeMap", "set", "TreeSet", "list"]


def test_an_object_made_by_hand_is_written() -> None:
    described = JavaClass()
    described.name, described.serialVersionUID, described.flags = "com.example.made.Point", 42, 2
    described.fields_names, described.fields_types = ["x", "label"], ["I", "Ljava/lang/String;"]
    point = JavaObject()
    point.classdesc = described
    point.x, point.label = 7, "here"
    colour = JavaEnum("RED")
    colour.classdesc = JavaClass()
    colour.classdesc.name, colour.classdesc.serialVersionUID, colour.classdesc.flags = (
        "com.example.made.Hue",
        0,
        0x12,
    )
    found = written([point, colour])
    assert (found[0].x, found[0].label, found[0].__java_class__.serial_version_uid) == (7, "here", 42)
    assert str(found[1]) == "RED"
    array_of_objects = JavaArray()
    array_of_objects.append(JavaString("s"))
    assert written(array_of_objects) == ["s"]


def test_what_an_object_lacks_is_named() -> None:
    with pytest.raises(bridge.EncodeError, match="has no classdesc"):
        javaobj.dumps(JavaObject())
    value = javaobj.loads(stream("jdk17/throwable/cause"))
    del value.detailMessage
    with pytest.raises(bridge.EncodeError, match="detailMessage"):
        javaobj.dumps(value)


# ---- files, unmarshallers, transformers, errors


def test_load_takes_gzip_and_files_that_cannot_seek_and_stops_behind_the_object() -> None:
    data = bridge.dumps(["x"])
    assert javaobj.load(io.BytesIO(gzip.compress(data))) == ["x"]
    file = io.BytesIO(data + b"rest")
    assert javaobj.load(file, ignore_remaining_data=True) == ["x"]
    assert file.read() == b"rest"
    assert javaobj.loads(data + b"rest", ignore_remaining_data=True) == ["x"]


def test_an_unmarshaller_reads_one_object_after_another() -> None:
    shared = ["x"]
    file = io.BytesIO(bridge.dumps_all([shared, shared, "end"]) + b"rest")
    unmarshaller = javaobj.JavaObjectUnmarshaller(file)
    first, second, third = (unmarshaller.readObject() for _ in range(3))
    assert first is second and third == "end"
    assert file.read() == b"rest"


def test_a_marshaller_writes_several_objects_to_a_file() -> None:
    file = io.BytesIO()
    marshaller = javaobj.JavaObjectMarshaller(file)
    value = javaobj.loads(bridge.dumps(["x"]))
    marshaller.writeObject(value)
    marshaller.writeObject(value)
    one, other = bridge.loads_all(file.getvalue())
    assert one is other


def test_a_transformer_makes_the_objects_of_its_classes() -> None:
    class Sorted(list[Any], JavaObject):
        def __init__(self) -> None:
            list.__init__(self)
            JavaObject.__init__(self)

        __hash__ = JavaObject.__hash__  # type: ignore[assignment]

        def __extra_loading__(self, unmarshaller: Any, ident: int = 0) -> None:
            self.extend(sorted(self.annotations[1:]))

    class Transformer:
        def create(self, classdesc: Any, unmarshaller: Any) -> Any:
            return Sorted() if classdesc.name == "java.util.LinkedList" else None

    value = javaobj.loads(bridge.dumps([bridge.LinkedList(["b", "a"]), [2]]), Transformer())
    assert value == [["a", "b"], [2]] and type(value[0]) is Sorted


def test_what_a_transformer_raises_comes_out() -> None:
    class Transformer:
        def create(self, classdesc: Any, unmarshaller: Any) -> Any:
            raise LookupError("my own")

    with pytest.raises(LookupError, match="my own"):
        javaobj.loads(bridge.dumps([1]), Transformer())


def test_a_transformer_changes_what_is_written_once_for_each_object() -> None:
    class Transformer:
        def transform(self, obj: Any) -> Any:
            if obj.classdesc.name != "java.util.LinkedList":
                return obj
            return javaobj.loads(bridge.dumps(["replaced"]))

    link = javaobj.loads(bridge.dumps([(one := bridge.LinkedList([1])), one]))
    found = bridge.loads(javaobj.dumps(link, Transformer()))
    assert found == [["replaced"], ["replaced"]] and found[0] is found[1]


@pytest.mark.parametrize("data", [b"", b"\xac", b"no stream at all", b"\xac\xed\0\4p"])
def test_what_is_no_stream_is_an_oserror(data: bytes) -> None:
    with pytest.raises(OSError, match="a stream begins with") as caught:
        javaobj.loads(data)
    assert isinstance(caught.value, bridge.DecodeError)


@pytest.mark.parametrize("rest", [b"", b"\x74\0\5abc", b"\x42"])
def test_a_broken_stream_is_a_runtimeerror(rest: bytes) -> None:
    with pytest.raises(RuntimeError) as caught:
        javaobj.loads(b"\xac\xed\0\5" + rest)
    assert isinstance(caught.value, bridge.DecodeError)
    with pytest.raises(OSError, match="no input stream"):
        javaobj.JavaObjectUnmarshaller(None)


def test_depth_is_no_limit() -> None:
    value: list[Any] = []
    for _ in range(20_000):
        value = [value]
    data = bridge.dumps(value)
    assert javaobj.dumps(javaobj.loads(data)) == data


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        assemble.TC_NULL,
        assemble.TC_BLOCKDATA(b""),
        assemble.TC_BLOCKDATA(b"\x05\x01"),
        assemble.TC_BLOCKDATA(b"\x07\x00\x05ab\xff\xff\xff"),
    ],
)
def test_a_broken_value_of_java_time_is_a_documented_error(contents: bytes) -> None:
    kind = assemble.TC_CLASSDESC("java.time.Ser", (), assemble.EXTERNALIZABLE, uid=-7683839454370182990)
    data = assemble.stream(assemble.TC_OBJECT(kind, contents, assemble.TC_ENDBLOCKDATA))
    with pytest.raises(DecodeError):
        javaobj.loads(data)

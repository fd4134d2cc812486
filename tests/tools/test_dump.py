"""The dump of a stream: a line for each construct, in order, as the bytes come."""

from __future__ import annotations

import tracemalloc
from array import array
from collections.abc import Iterator

import pytest
from rich.color import ColorSystem
from rich.text import Text

import bridge
from bridge.codec import dumps, dumps_all
from bridge.errors import CorruptedStreamError, DecodeError, RejectedError, TruncatedStreamError
from bridge.limits import Limits
from bridge.mapping.defaults import default_registry
from bridge.stream.constants import STREAM_HEADER
from bridge.stream.document import Document
from bridge.stream.encoder import Encoder
from bridge.stream.model import BlockData, BooleanArray, CharArray, JavaArray
from bridge.tools.dump import Line, StreamDump, dump_lines


def texts(data: bytes, *, full: bool = False) -> list[str]:
    return [str(line) for line in dump_lines([data], full=full)]


def body(data: bytes, *, full: bool = False) -> list[str]:
    """The lines behind the header, without their offsets."""
    return [line[10:] for line in texts(data, full=full)[1:]]


def utf(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def class_descriptor(
    name: str, flags: int = 2, fields: bytes = b"\0\0", annotation: bytes = b"", parent: bytes = b"p"
) -> bytes:
    return b"r" + utf(name) + bytes(8) + bytes([flags]) + fields + annotation + b"x" + parent


#: Streams with every construct of the grammar.
STREAMS = {
    "nothing": dumps_all([]),
    "graph": dumps({"a": [1, 2.5, None, True, "x"], "b": bridge.HashMap(x=bytes(3)), "c": {1, 2}}),
    "primitive arrays": dumps_all(
        [array("i", range(100)), array("d", [1.5]), bytes(100), BooleanArray([True]), CharArray("x"), b""]
    ),
    "arrays": dumps(JavaArray([JavaArray(["a"], "java.lang.String"), None], "[Ljava.lang.String;")),
    "block data": dumps_all([BlockData(b"abc"), 1, BlockData(bytes(300)), "x" * 70_000]),
    "class": STREAM_HEADER + b"v" + class_descriptor("com.example.A") + class_descriptor("B"),
    "enum": STREAM_HEADER + b"~" + class_descriptor("com.example.Color", 0x12) + b"t" + utf("RED"),
    "proxy": STREAM_HEADER + b"s}" + b"\0\0\0\2" + utf("com.example.I") + utf("com.example.J") + b"xp",
    "externalizable": STREAM_HEADER + b"s" + class_descriptor("com.example.E", 12) + b"w\1\7t" + utf("y") + b"x",
    "empty annotation": STREAM_HEADER + b"s" + class_descriptor("com.example.C", 3) + b"x",
    "two levels": STREAM_HEADER
    + b"s"
    + class_descriptor(
        "Child", 2, b"\0\2I" + utf("id") + b"L" + utf("next") + b"t" + utf("LChild;"),
        parent=class_descriptor("Parent", 3, b"\0\1C" + utf("id")),
    )
    + b"\0\x41x\0\0\0\7q\0\x7e\0\3",
    "class annotation": STREAM_HEADER
    + b"s"
    + class_descriptor("C", annotation=b"t" + utf("http://codebase/") + b"s" + class_descriptor("D")),
    "reset": STREAM_HEADER + b"t" + utf("x") + b"y" + b"t" + utf("x") + b"yyp",
}  # fmt: skip


def with_exception() -> bytes:
    encoder = Encoder(default_registry)
    encoder.write_object("before")
    encoder.write_exception(["why"])
    encoder.write_object("behind")
    return encoder.take()


STREAMS["exception"] = with_exception()


def read_by_the_document(data: bytes) -> list[tuple[int | None, str, int | None]]:
    return [(node.offset, node.label, node.handle) for _, node in Document.parse(data).walk()]


@pytest.mark.parametrize("name", STREAMS)
def test_it_shows_what_the_document_has(name: str) -> None:
    lines = [line for line in dump_lines([STREAMS[name]]) if line.label not in ("field", "STREAM_MAGIC STREAM_VERSION")]
    shown = [(line.offset, line.label, line.handle) for line in lines if line.offset is not None]
    assert sorted(shown, key=str) == sorted(read_by_the_document(STREAMS[name]), key=str)


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", [1, 2, 7])
def test_it_is_the_same_in_whatever_portions_the_bytes_come(name: str, size: int) -> None:
    data = STREAMS[name]
    if len(data) > 10_000:
        size = 4096 + size
    portions = [data[start : start + size] for start in range(0, len(data), size)]
    whole: list[Line | DecodeError] = []
    cut: list[Line | DecodeError] = []
    for lines, given in ((whole, [data]), (cut, portions)):
        try:
            lines.extend(dump_lines(given))
        except DecodeError as error:
            lines.append(error)
    assert list(map(str, cut)) == list(map(str, whole))


def test_a_line_tells_offset_field_type_code_handle_and_value() -> None:
    assert texts(STREAMS["two levels"]) == [
        "00000000  STREAM_MAGIC STREAM_VERSION",
        "00000004  TC_OBJECT #7e0003 Child",
        "00000005    TC_CLASSDESC #7e0000 Child uid=0 SC_SERIALIZABLE",
        "00000018      field int id",
        "0000001d      field object next",
        '00000024      type: TC_STRING #7e0001 "LChild;"',
        "0000002f      super: TC_CLASSDESC #7e0002 Parent uid=0 SC_WRITE_METHOD | SC_SERIALIZABLE",
        "00000043        field char id",
        "00000049        super: TC_NULL",
        "            (Parent)",
        '0000004a    id: char "A"',
        "            (Child)",
        "0000004d    id: int 7",
        "00000051    next: TC_REFERENCE -> #7e0003 TC_OBJECT Child",
    ]


def test_elements_of_arrays_have_their_index() -> None:
    lines = [line.strip() for line in body(STREAMS["arrays"])]
    assert lines[0] == "TC_ARRAY #7e0001 [[Ljava.lang.String; length=2"
    assert "[0]: TC_ARRAY #7e0003 [Ljava.lang.String; length=1" in lines
    assert '[0]: TC_STRING #7e0004 "a"' in lines
    assert lines[-1] == "[1]: TC_NULL"


def test_the_parts_of_an_enum_a_proxy_and_a_class_are_told() -> None:
    assert body(STREAMS["enum"])[0] == "TC_ENUM #7e0001 com.example.Color"
    assert body(STREAMS["enum"])[-1] == '  TC_STRING #7e0002 "RED"'
    assert body(STREAMS["proxy"])[:2] == [
        "TC_OBJECT #7e0001 $Proxy of com.example.I, com.example.J",
        "  TC_PROXYCLASSDESC #7e0000 com.example.I, com.example.J",
    ]
    assert body(STREAMS["class"])[0] == "TC_CLASS #7e0001 com.example.A"


def test_long_values_are_cut_unless_all_is_asked_for() -> None:
    data = dumps_all(["x" * 1000, bytes(1000), array("i", range(1000)), CharArray("y" * 1000), BlockData(bytes(255))])
    assert max(map(len, texts(data))) < 320
    assert any('"... (1000 characters)' in line for line in texts(data))
    assert any("30, 31, ...]" in line for line in texts(data))
    assert any(line.endswith("|" + "." * 32 + "|") for line in texts(data))
    full = texts(data, full=True)
    assert any("x" * 1000 in line for line in full) and any("y" * 1000 in line for line in full)
    assert any("998, 999]" in line for line in full)
    assert any("00 " * 999 in line for line in full)
    assert not any("..." in line and "|" not in line for line in full)


def test_an_exception_of_the_writer_is_shown_and_what_comes_behind_it() -> None:
    lines = body(STREAMS["exception"])
    assert '  TC_STRING #7e0000 "before"' not in lines and lines[0] == 'TC_STRING #7e0000 "before"'
    assert "TC_EXCEPTION the writer failed here" in lines
    assert lines[-1] == 'TC_STRING #7e0000 "behind"'


@pytest.mark.parametrize("name", STREAMS)
def test_everything_before_an_error_is_shown(name: str) -> None:
    data = STREAMS[name]
    whole = [str(line).partition(" ")[0] for line in dump_lines([data])]
    for cut in range(min(len(data), 400)):
        shown: list[Line] = []
        try:
            shown.extend(dump_lines([data[:cut]]))
        except TruncatedStreamError:
            pass
        offsets = [str(line).partition(" ")[0] for line in shown]
        assert all(line.offset is None or line.offset < cut for line in shown)
        assert offsets == whole[: len(offsets)]


@pytest.mark.parametrize("name", [name for name, data in STREAMS.items() if len(data) < 1000])
def test_no_change_to_a_stream_makes_any_other_error(name: str) -> None:
    data = STREAMS[name]
    for offset in range(len(data)):
        for value in b"\x00\xffqsx":
            dump = StreamDump()
            lines = dump.feed(data[:offset] + bytes([value]) + data[offset + 1 :]) + dump.feed_eof()
            assert all(str(line).isprintable() for line in lines)


def test_an_error_comes_once_and_with_its_offset() -> None:
    dump = StreamDump()
    lines = dump.feed(STREAM_HEADER + b"t\0\1x" + b"\xff" + b"t\0\1y")
    assert [line.label for line in lines] == ["STREAM_MAGIC STREAM_VERSION", "TC_STRING"]
    assert isinstance(dump.error, CorruptedStreamError) and dump.error.offset == 8
    assert dump.feed(b"t\0\1z") == [] and dump.feed_eof() == []


def test_an_object_whose_class_is_broken_is_shown_as_far_as_it_is_known() -> None:
    shown: list[Line] = []
    with pytest.raises(DecodeError):
        shown.extend(dump_lines([STREAM_HEADER + b"s\xff"]))
    assert str(shown[-1]) == "00000004  TC_OBJECT"


def test_what_the_source_raises_comes_behind_the_lines() -> None:
    def pieces() -> Iterator[bytes]:
        yield STREAM_HEADER + b"s"
        raise TruncatedStreamError("the gzip data ends early")

    shown: list[Line] = []
    with pytest.raises(TruncatedStreamError, match="gzip"):
        shown.extend(dump_lines(pieces()))
    assert str(shown[-1]) == "00000004  TC_OBJECT"


def test_limits_are_kept() -> None:
    with pytest.raises(RejectedError):
        list(dump_lines([dumps([[[]]])], limits=Limits(maxdepth=2)))


def test_nothing_in_a_stream_reaches_the_terminal_raw() -> None:
    evil = "\x1b[2J\u202e\x9b"
    encoded = evil.encode()
    name = len(encoded).to_bytes(2, "big") + encoded
    data = (
        STREAM_HEADER
        + b"sr" + name + bytes(8) + b"\2\0\2I" + name + b"C" + name + b"xp" + b"\0\0\0\1\x20\x2e"
        + b"t" + name + b"u" + b"r\0\2[Cxxxxxxxx\2\0\0xp\0\0\0\2\0\x1b\0\x9b"
        + b"s}\0\0\0\1" + name + b"xp"
    )  # fmt: skip
    for line in texts(data, full=True):
        assert line.isprintable()


@pytest.mark.parametrize("colors", list(ColorSystem))
def test_colours_change_nothing_but_the_colours(colors: ColorSystem) -> None:
    for line in dump_lines([STREAMS["graph"] + STREAMS["reset"][4:]]):
        coloured = line.render(colors)
        assert Text.from_ansi(coloured).plain == str(line).rstrip() or colors is ColorSystem.WINDOWS
        assert "\x1b[" in coloured


def test_a_stream_of_any_depth_is_shown() -> None:
    value: list[object] = []
    for _ in range(20_000):
        value = [value]
    lines = list(dump_lines([dumps(value)]))
    assert max(line.depth for line in lines) == 20_001
    assert max(len(str(line)) for line in lines) < 250


def test_a_long_stream_with_resets_takes_little_memory() -> None:
    piece = b"y" + dumps(["x" * 100, [1, 2, 3]])[4:]
    dump = StreamDump()
    count = len(dump.feed(STREAM_HEADER))
    tracemalloc.start()
    try:
        for _ in range(500):
            count += len(dump.feed(piece))
        first, _ = tracemalloc.get_traced_memory()
        for _ in range(1500):
            count += len(dump.feed(piece))
        last, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count > 40_000
    assert last - first < 100_000


def test_lines_come_as_soon_as_their_class_is_known() -> None:
    data = dumps([1])
    dump = StreamDump()
    lines = [dump.feed(data[i : i + 1]) for i in range(len(data))]
    assert sum(bool(of_byte) for of_byte in lines) > 5
    assert dump.feed_eof() == [] and dump.error is None

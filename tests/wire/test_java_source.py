"""Java source for protocols: what it looks like, what is refused, and that it is written whole and the same again.

That the source compiles and does on the wire what Python does is tested in interop/test_wire_java.py.
"""

from __future__ import annotations

import enum
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from construct import (
    Bytes,
    Computed,
    CString,
    Enum,
    FlagsEnum,
    GreedyBytes,
    If,
    Int8ub,
    Int16ub,
    Int64ub,
    Optional,
    Prefixed,
    PrefixedArray,
    Rebuild,
    Struct,
    Switch,
    VarInt,
    len_,
    this,
)

from bridge.errors import SchemaError
from bridge.wire.fields import EnumOf, JavaUTF
from bridge.wire.framing import Datagram, FixedSize, SelfDelimiting
from bridge.wire.java_names import constant_name, member_name, type_name
from bridge.wire.java_source import java_sources, write_java
from bridge.wire.message import Nested, message
from bridge.wire.protocol import CLIENT, Protocol


@message(Struct("request_id" / Int16ub * "which request\nthis is", "count" / Rebuild(Int8ub, len_(this.tags)),
                "tags" / JavaUTF[this.count], "half" / Computed(this.request_id // 2)))  # fmt: skip
@dataclass
class Put:
    """Stores <something> */ & more."""

    request_id: int
    tags: list[str]


PUT = """\
// Written by `python -m bridge gen-java`: run it again to change it.
package com.example;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores &lt;something&gt; *&#47; &amp; more.
 *
 * @param requestId which request this is
 */
public record Put(int requestId, List<String> tags) implements Store.Message {
    public Put {
        tags = List.copyOf(tags);
    }

    static Put read(FrameReader in) throws IOException {
        int requestId = (int) in.unsigned("request_id", 2);
        long count = in.unsigned("count", 1);
        in.enter("tags");
        int tagsCount = in.count("", count, 2);
        List<String> tags = new ArrayList<>(tagsCount);
        for (int i = 0; i < tagsCount; i++) {
            in.enter(i);
            String element = in.modifiedUtf("");
            in.leave();
            tags.add(element);
        }
        in.leave();
        return new Put(requestId, tags);
    }

    void write(FrameWriter out) throws IOException {
        long count = tags.size();
        out.unsigned("request_id", requestId, 2);
        out.unsigned("count", count, 1);
        out.enter("tags");
        out.expect("", "elements", tags.size(), count);
        int i = 0;
        for (String element : tags) {
            out.enter(i++);
            out.modifiedUtf("", element);
            out.leave();
        }
        out.leave();
    }

    /** Follows from the other fields. */
    public int half() {
        return requestId / 2;
    }
}
"""


def test_a_message_is_a_record_that_can_be_read() -> None:
    assert java_sources(Protocol("store", Put), "com.example")["Put.java"] == PUT


def test_the_files_of_a_protocol_are_these() -> None:
    protocol = Protocol("key_value", {1: Put})
    assert list(java_sources(protocol, "com.example")) == [
        *("KeyValue.java", "Put.java", "KeyValueClient.java", "KeyValueServer.java"),
        *("FrameReader.java", "FrameWriter.java", "WireException.java", "Checksums.java"),
    ]


class Color(enum.Enum):
    RED = 1


class Twins:
    class Color(enum.Enum):
        RED = 2


@message(Struct("color" / EnumOf(Int8ub, Color)))
@dataclass
class Painted:
    color: Color


@message(Struct("color" / EnumOf(Int8ub, Twins.Color)))
@dataclass
class OtherPainted:
    color: Twins.Color


@message(Struct("painted" / Nested(Painted)))
@dataclass
class Holder:
    painted: Painted


def test_an_enum_and_a_message_in_a_message_have_files_of_their_own() -> None:
    sources = java_sources(Protocol("store", {1: Holder}), "com.example")
    assert {"Holder.java", "Painted.java", "Color.java"} <= set(sources)
    assert "public enum Color {" in sources["Color.java"]
    # Only what can be sent by itself is a message of the protocol.
    assert "permits Holder {}" in sources["Store.java"]
    assert "public record Painted(Color color) {" in sources["Painted.java"]


def message_of(layout: Any, *names: str) -> type:
    return message("M", Struct(*(name / layout for name in names)) if names else layout)


def versioned() -> type:
    return message("M", Struct("x" / If(this._params.version > 1, Int8ub)))


def numbered(layout: Any) -> type:
    return message(f"N{1 if layout is not Int64ub else 2}", Struct("x" / layout))


Bytes4 = numbered(Bytes(4))


@pytest.mark.parametrize(
    ("protocol", "path", "text"),
    [
        (lambda: Protocol("p", versioned(), accepts=0, negotiate=True), "M.x", "`_params` exists in construct only"),
        (
            lambda: Protocol("p", {1: Put}, states=[("s", CLIENT, Put, "t")], framing=Datagram()),
            "p.states",
            "a state table of datagrams",
        ),
        (
            lambda: Protocol("p", {1: Put}, states=[("a b", CLIENT, Put, "a_b")]),
            "p.states",
            "'a_b' and 'a b' are both the state A_B in Java",
        ),
        (
            lambda: Protocol("p", {1: numbered(Int8ub), 2: numbered(Int64ub)}, correlation="x"),
            "p.correlation",
            "x is Integer and Long in Java",
        ),
        (
            lambda: Protocol("p", Put, max_frame_bytes=(1 << 32) - 1),
            "p.max_frame_bytes",
            "an array of Java ends at 2147482624",
        ),
        (lambda: Protocol("p", {1: message("AB", Int8ub), 2: message("Ab", Int8ub)}), "Ab", "AB and of the message Ab"),
        (
            lambda: Protocol("p", {Color.RED: Put}, opcode=EnumOf(Int8ub, Color), unknown="skip"),
            "p.(opcode)",
            "EnumOf refuses what it does not know",
        ),
        (lambda: Protocol("p", {1: Bytes4}, correlation="x"), "N1.x", "bytes cannot tell an answer"),
        (lambda: Protocol("p", {1: Put}, unknown="keep"), "p.unknown", '"reject" and "skip" can'),
        (lambda: Protocol("p", {1: Put}, trailing="keep"), "p.trailing", '"reject" and "skip" can'),
        (lambda: Protocol("p", {"a": Put}, opcode=CString("ascii")), "p.(opcode)", "an opcode that is no number"),
        (lambda: Protocol("p", {1: Put}, opcode=VarInt), "p.(opcode)", "VarInt of construct has no bound"),
        (lambda: Protocol("p", message_of(Optional(Int8ub), "x"), framing=SelfDelimiting()), "M.x", "end of a frame"),
        (lambda: Protocol("p", {1: Painted, 2: OtherPainted}), "OtherPainted.color", "another enum of the name Color"),
        (lambda: Protocol("put", {1: Put}), "Put", "the name of the protocol and of the message Put"),
        (lambda: Protocol("p", message_of(Int8ub, "a_b", "aB")), "M.aB", "'aB' and 'a_b' are both the name aB in Java"),
        (lambda: Protocol("p", message_of(Enum(Int8ub, a_b=1, A_B=2), "x")), "M.x", "both the constant A_B in Java"),
        (lambda: Protocol("p", message_of(FlagsEnum(Int8ub, a_b=1, aB=2), "x")), "M.x", "both the flag aB in Java"),
        (lambda: Protocol("p", message_of(Int8ub, "größe")), "M.größe", "'größe' cannot be a name in Java"),
        (
            lambda: Protocol("p", message("M", Struct("n" / Rebuild(Int8ub, 3), "x" / Computed(this.n + 1)))),
            "M.x",
            "a Computed over M.n, which is not kept",
        ),
        (
            lambda: Protocol("p", message("M", Struct("a" / Struct("n" / Rebuild(Int8ub, 3)), "x" / Bytes(this.a.n)))),
            "M",
            "M.a.n is not kept, so nothing outside of its Struct can use it",
        ),
        (
            lambda: Protocol("p", message("M", Struct("n" / Int8ub, "x" / Switch(this.n, {1: Computed(3)})))),
            "M.x[1]",
            "Computed that is no field of a Struct by itself",
        ),
        (lambda: Protocol("p", message_of(VarInt, "x")), "M.x", "VarInt of construct has no bound"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_in_java_is_refused_with_its_place(protocol: Any, path: str, text: str) -> None:
    declared = protocol()
    with pytest.raises(SchemaError) as refused:
        java_sources(declared, "com.example")
    assert refused.value.path == path
    assert text in refused.value.message


@pytest.mark.parametrize(
    "package", ["", ".", "com.", "com..example", "com/example", "../x", "com.1st", "com.exämple", "com.int"]
)
def test_a_package_is_a_name_and_no_path(package: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be the name of a Java package"):
        write_java(Protocol("p", Put), tmp_path / "out", package)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "member", "type_", "constant"),
    [
        ("sensor_id", "sensorId", "SensorId", "SENSOR_ID"),
        ("sensorId", "sensorId", "SensorId", "SENSOR_ID"),
        ("HTTPServer2", "httpServer2", "HTTPServer2", "HTTP_SERVER_2"),
        ("DARK_RED", "darkRed", "DarkRed", "DARK_RED"),
        ("_private", "private_", "Private", "PRIVATE"),
        ("class", "class_", "Class", "CLASS"),
        ("hash_code", "hashCode_", "HashCode", "HASH_CODE"),
        ("in", "in_", "In", "IN"),
        ("string", "string", "String_", "STRING"),
        ("x1y", "x1Y", "X1Y", "X_1_Y"),
    ],
)  # fmt: skip
def test_names_are_those_of_java(name: str, member: str, type_: str, constant: str) -> None:
    assert (member_name(name, ""), type_name(name, ""), constant_name(name, "")) == (member, type_, constant)


def test_a_message_does_not_take_the_name_of_a_type_that_the_package_uses() -> None:
    sources = java_sources(Protocol("socket", {1: message("Thread", Struct("state" / Enum(Int8ub, a=1)))}), "p")
    assert {"Thread_.java", "Socket_.java", "Socket_Client.java"} <= set(sources)
    assert "public record Thread_(State state) implements Socket_.Message {" in sources["Thread_.java"]


@pytest.mark.parametrize("framing", [None, Datagram(), FixedSize(9, padding=b" "), SelfDelimiting()])
def test_the_same_declaration_gives_the_same_text(framing: Any) -> None:
    layout = Struct("items" / PrefixedArray(Int8ub, Struct("a" / Int64ub)), "rest" / Prefixed(Int8ub, GreedyBytes))
    first, second = (
        java_sources(Protocol("p", {1: message("M", layout), 2: message("N", layout)}, framing=framing), "a.b")
        for _ in range(2)
    )
    assert first == second
    # No place of a template is left open.
    assert all("${" not in text and "$$" not in text and text.endswith("}\n") for text in first.values())


def test_what_is_written_is_what_the_text_is_and_only_changes_touch_a_file(tmp_path: Path) -> None:
    protocol = Protocol("p", {1: Put})
    written = write_java(protocol, tmp_path, "com.example")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        f"com/example/{name}" for name in java_sources(protocol, "com.example")
    ]
    for path, text in zip(written, java_sources(protocol, "com.example").values(), strict=True):
        assert path.read_bytes() == text.encode()
        os.utime(path, (1, 1))
    changed = tmp_path / "com/example/Put.java"
    changed.write_text("something else")
    assert write_java(protocol, tmp_path, "com.example") == written
    assert [path for path in written if path.stat().st_mtime != 1] == [changed]
    assert changed.read_text() == java_sources(protocol, "com.example")["Put.java"]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(written)


def test_a_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    written = write_java(Protocol("p", {1: Put}), tmp_path, "p")
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {stat.S_IMODE(plain.stat().st_mode)}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "P.java").write_text("old")

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_java(Protocol("p", {1: Put}), tmp_path, "p")
    assert [path.name for path in folder.iterdir()] == ["P.java"]
    assert (folder / "P.java").read_text() == "old"


def test_nothing_is_written_where_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        write_java(Protocol("p", {1: Put, 2: message_of(VarInt, "x")}), tmp_path / "out", "p")
    assert not (tmp_path / "out").exists()


def test_a_layout_sees_the_version_where_only_one_can_be() -> None:
    text = java_sources(Protocol("p", versioned(), version=3), "p")["M.java"]
    assert "if (3 > 1) {" in text
    assert java_sources(Protocol("p", versioned(), version=3, negotiate=True), "p")["M.java"] == text


def test_both_sides_can_send_different_messages() -> None:
    sources = java_sources(Protocol("p", client={1: Put}, server={1: Painted, 2: Put}), "p")
    assert "record Put(int requestId, List<String> tags) implements P.FromClient, P.FromServer {" in sources["Put.java"]
    assert "record Painted(Color color) implements P.FromServer {" in sources["Painted.java"]
    assert "public P.FromServer request(P.FromClient message)" in sources["PClient.java"]
    assert "P.FromServer handle(P.FromClient message)" in sources["PServer.java"]

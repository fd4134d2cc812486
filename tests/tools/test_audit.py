"""What is dangerous in a stream is found, wherever it hides; what is honest is left alone; nothing is ever run.

The streams are made of names and of bytes that mean nothing: none of them would do anything to a Java program.
"""

from __future__ import annotations

import base64
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import bridge
from bridge import Field, JavaObject
from bridge.codec import dumps, dumps_all
from bridge.gadgets import patterns
from bridge.stream.generic import class_for
from bridge.stream.model import BlockData, JavaArray, JavaClass
from bridge.tools.audit import AuditFinding, AuditReport, audit

SERIALIZABLE = 0x02
WRITES = 0x03

PROXY = bridge.ClassDescriptor(
    "java.lang.reflect.Proxy", -2222568056686623797, 2, (Field("h", "Ljava/lang/reflect/InvocationHandler;"),)
)


def an(
    name: str, flags: int = SERIALIZABLE, super_class: bridge.ClassDescriptor | None = None, **fields: Any
) -> JavaObject:
    """An object of the class ``name`` with these fields."""
    types = {bytes: "[B", int: "I", JavaArray: "[Ljava/lang/Object;"}
    declared = tuple(Field(field, types.get(type(value), "Ljava/lang/Object;")) for field, value in fields.items())
    descriptor = bridge.ClassDescriptor(name, 1, flags, declared, super_class=super_class)
    return class_for(descriptor)[0](**fields)


def a_proxy(handler: object, *interfaces: str) -> JavaObject:
    descriptor = bridge.ClassDescriptor("", 0, SERIALIZABLE, (), super_class=PROXY, interfaces=interfaces)
    return class_for(descriptor)[0](h=handler)


def a_class(name: str) -> JavaClass:
    return JavaClass(bridge.ClassDescriptor(name, 0, 0, ()))


def written(*values: object) -> bytes:
    return dumps_all(values, allow_gadgets=True)


def ids(report: AuditReport) -> set[str]:
    return {finding.pattern.id for finding in report.findings}


def the(report: AuditReport, pattern_id: str) -> AuditFinding:
    (found,) = [finding for finding in report.findings if finding.pattern.id == pattern_id]
    return found


# ---- classes


@pytest.mark.parametrize(
    ("name", "pattern_id"), [(name, pattern.id) for pattern in patterns().classes for name in pattern.classes]
)
def test_each_class_that_is_known_is_found(name: str, pattern_id: str) -> None:
    data = written(["harmless", {"deep": an(name.replace("*", "x"), n=1)}])
    found = the(audit(data), pattern_id)
    assert found.what == name.replace("*", "x") and found.level == found.pattern.level
    assert (
        data[found.offset :].startswith(b"\x72")
        and name.rstrip("*").encode() in data[found.offset : found.offset + 200]
    )


@pytest.mark.parametrize(
    "value",
    [
        [1, 2.5, "text", None, {"a": {1, 2}}],
        Decimal("1.5"),
        an("com.example.Order", id=1, tags=["a"]),
        an("org.apache.commons.collections.functors.InvokerTransformerFactory"),
        "a text about ldap and rmi, and about org.apache.commons.collections.functors.InvokerTransformer",
        "http://example.org/",
        b"\xca\xfe and nothing more",
        ["x"] * 100_000,
        [an("java.net.URL", host="example.org")],
    ],
)
def test_what_is_honest_is_left_alone(value: object) -> None:
    assert audit(written(value)) == AuditReport(())


def test_what_occurs_again_is_counted() -> None:
    gadget = an("bsh.XThis")
    data = b"".join([written(gadget), *[b"\x79" + written(gadget)[4:]] * 2])
    found = the(audit(data), "beanshell")
    assert (found.count, found.offset) == (3, 5)
    assert "3 times" in str(found)


def test_more_than_a_thousand_findings_are_counted() -> None:
    data = written([f"rmi://host{number}/" for number in range(1200)])
    report = audit(data)
    assert (len(report.findings), report.left_out, report.level) == (1000, 200, "suspect")


# ---- constructs


def test_a_proxy_is_found_with_its_interfaces_and_its_handler() -> None:
    report = audit(written(a_proxy(an("com.example.Handler"), "java.util.Map", "java.io.Serializable")))
    assert the(report, "proxy").what == "of java.util.Map, java.io.Serializable with the handler com.example.Handler"
    assert report.level == "suspect"


def test_a_handler_that_was_written_before_is_known_by_reference() -> None:
    handler = an("com.example.Handler")
    report = audit(written([handler, a_proxy(handler, "a.B")]))
    assert the(report, "proxy").what == "of a.B with the handler com.example.Handler"


def test_an_annotation_is_suspect_and_its_handler_behind_anything_else_is_dangerous() -> None:
    def handler(of: str) -> JavaObject:
        return an("sun.reflect.annotation.AnnotationInvocationHandler", type=a_class(of), memberValues={})

    honest = audit(written(a_proxy(handler("com.example.Marked"), "com.example.Marked")))
    assert ids(honest) == {"proxy", "annotation-handler"} and honest.level == "suspect"
    other = audit(written(a_proxy(handler("java.lang.Override"), "java.util.Map")))
    assert the(other, "foreign-annotation-proxy").what == (
        "a proxy of java.util.Map with the handler of the annotation java.lang.Override"
    )
    alone = audit(written(handler("java.lang.Override")))
    assert "without its proxy" in the(alone, "foreign-annotation-proxy").what
    assert other.level == alone.level == "danger"


def test_bytecode_is_found_in_templates_and_anywhere_else() -> None:
    code = b"\xca\xfe\xba\xbe\0\0\0\x34 no class"
    templates = an(
        "com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl", _bytecodes=JavaArray([code, b"x"], "byte[]")
    )
    report = audit(written(templates))
    assert ids(report) == {"xsltc-templates", "bytecode"}
    assert the(report, "bytecode").what.endswith("in a com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl")
    assert the(audit(written([code])), "bytecode").level == "danger"


@pytest.mark.parametrize(
    "text",
    [
        "ldap://evil.example/x", "LDAPS://evil.example:1389/x", "rmi://127.0.0.1:1099/x", "dns://8.8.8.8/x",
        "iiop://host/x", "corbaname::host#x", "user ${jndi:ldap://evil.example/x}", "${jndi:dns:x}",
    ],
)  # fmt: skip
def test_names_to_look_up_are_found_with_what_holds_them(text: str) -> None:
    found = the(audit(written(an("com.sun.rowset.JdbcRowSetImpl", dataSource=text))), "jndi-name")
    assert text in found.what and found.what.endswith("in a com.sun.rowset.JdbcRowSetImpl")


@pytest.mark.parametrize(
    "text", ["", "rmi", "an rmi://host inside", "dns: it is always dns"[:4], "$jndi:", "ldapsearch"]
)
def test_other_texts_are_no_names_to_look_up(text: str) -> None:
    assert audit(written(text)) == AuditReport(())


def test_a_url_is_found_where_it_is_hashed() -> None:
    url = an("java.net.URL", host="example.org")
    for holder, name in ((bridge.HashMap({url: 1}), "java.util.HashMap"), ({url}, "java.util.HashSet")):
        assert the(audit(written(holder)), "url-in-hash-table").what == f"java.net.URL in a {name}"
    assert the(audit(written([url, {url}])), "url-in-hash-table").what.endswith("HashSet")


def test_a_remote_reference_is_found_with_where_it_leads() -> None:
    data = b"\0\x0aUnicastRef\0\x0cevil.example\0\0\x04\x4b" + bytes(20)
    remote = an("com.example.Stub", super_class=bridge.ClassDescriptor("java.rmi.server.RemoteObject", 1, WRITES, ()))
    remote.__java_annotations__[0].append(BlockData(data))
    whats = {finding.what for finding in audit(written(remote)).findings}
    assert whats == {"java.rmi.server.RemoteObject", "UnicastRef to evil.example:1099"}
    data = b"\0\x0bUnicastRef2\0\0\x04host\0\0\0\x50"
    assert the(audit(written(BlockData(data))), "rmi-object").what == "UnicastRef2 to host:80"
    assert "cannot be read" in the(audit(written(BlockData(data[:-2]))), "rmi-object").what


@pytest.mark.parametrize(
    "hide",
    [
        lambda inner: an("java.security.SignedObject", content=inner),
        lambda inner: BlockData(inner),
        lambda inner: base64.b64encode(inner).decode(),
        lambda inner: an("com.example.Pool", overrides=f"HexAsciiSerializedMap:{inner.hex()};"),
        lambda inner: [b"x", [written(["twice", inner])]],
    ],
)  # fmt: skip
def test_a_stream_inside_of_a_stream_is_judged_too(hide: Any) -> None:
    data = written(hide(written(an("bsh.XThis"))))
    report = audit(data)
    found = the(report, "beanshell")
    assert report.level == "danger" and found.place and found.offset == 5
    assert "nested-stream" in ids(report) or "hex-stream" in ids(report)
    assert f"{found.place[0]:08x}" in str(found)


def test_streams_inside_of_streams_without_end_are_looked_into_as_far_as_is_useful() -> None:
    data = written("innermost")
    for _ in range(50):
        data = written(data)
    assert max(len(finding.place) for finding in audit(data).findings) == 16


def test_sets_that_explode_are_found() -> None:
    """Each of 30 levels holds the two of the level below it, as in the known denial of service."""
    found = the(audit(written(an_exploding(30))), "hash-bomb")
    assert found.level == "danger" and "java.util.HashSet" in found.what


def an_exploding(levels: int) -> Any:
    """A HashSet of lists that each hold the next one twice."""
    value: Any = ["end"]
    for _ in range(levels):
        value = [value, value]
    return a_hash_set(value)


def a_hash_set(*items: Any) -> JavaObject:
    made = an("java.util.HashSet", flags=WRITES)
    made.__java_annotations__[0].extend([BlockData(b"\0\0\0\x10\x3f\x40\0\0\0\0\0\1"), *items])
    return made


def test_large_but_honest_sets_are_no_bombs() -> None:
    shared = ["x"] * 1000
    assert audit(written({(n,): shared for n in range(1000)})) == AuditReport(())
    assert audit(written(a_hash_set([list(range(10_000))] * 100))) == AuditReport(())
    assert audit(written([an_exploding(5)])) == AuditReport(())


def test_a_cycle_of_sets_is_no_endless_loop() -> None:
    inner: list[Any] = []
    outer = a_hash_set(inner)
    inner.append(outer)
    assert audit(written(outer)) == AuditReport(())


@pytest.mark.parametrize(("code", "size"), [("I", 4), ("B", 1), ("J", 8), ("Ljava.lang.Object;", 4)])
def test_an_array_larger_than_the_stream_is_found(code: str, size: int) -> None:
    data = written(JavaArray([None], "java.lang.Object"))
    at = data.index(b"[Ljava.lang.Object;")
    name = f"[{code}".encode()
    data = data[: at - 2] + len(name).to_bytes(2, "big") + name + data[at + 19 :]
    broken = data[:-5] + (2_000_000_000).to_bytes(4, "big") + data[-1:]
    report = audit(broken)
    assert the(report, "array-bomb").what == f"[{code} of 2000000000 elements"
    assert report.error is not None


def test_a_large_array_that_was_cut_off_is_no_bomb() -> None:
    report = audit(written(bytes(1_000_000))[:-10])
    assert report.findings == () and report.error is not None


def test_nesting_that_no_java_reads_is_found() -> None:
    value: list[Any] = []
    for _ in range(20_000):
        value = [value]
    assert "20001 objects" in the(audit(written(value)), "deep-nesting").what


# ---- what cannot be read


def test_what_comes_before_an_error_is_judged_and_the_error_is_told() -> None:
    report = audit(written([an("bsh.XThis"), "x"])[:-3])
    assert ids(report) == {"beanshell"} and report.error is not None


def test_behind_an_error_known_names_are_searched_and_the_next_stream_is_judged() -> None:
    gadget = "org.codehaus.groovy.runtime.MethodClosure"
    report = audit(written("x") + b"\x01\x02" + gadget.encode() + b"\0" + written(an("bsh.XThis")))
    assert the(report, "unreadable-name").what == gadget
    assert the(report, "beanshell").place == (len(written("x")) + 2 + len(gadget) + 1,)
    assert report.level == "danger"


def test_a_stream_inside_of_something_else_is_judged() -> None:
    """The body of a request, say."""
    report = audit(b"POST /invoker HTTP/1.1\r\n\r\n" + written(an("bsh.XThis")))
    assert the(report, "beanshell").place == (26,) and report.error is not None


def test_classes_that_write_no_data_for_their_fields_hide_nothing() -> None:
    odd = replace_fieldless("com.example.Odd")
    report = audit(written([odd, an("bsh.XThis")]))
    assert "beanshell" in ids(report) and report.error is None


def replace_fieldless(name: str) -> JavaObject:
    descriptor = bridge.ClassDescriptor(name, 1, WRITES, (Field("n", "I"),), fieldless=True)
    return class_for(descriptor)[0]()


@pytest.mark.parametrize("data", [b"", b"\xac", b"\xac\xed\0\5", b"\0" * 100, b"\xac\xed\0\5" * 100])
def test_short_and_senseless_data_is_no_error_of_ours(data: bytes) -> None:
    assert audit(data).findings == ()


@pytest.mark.parametrize("seed", range(60))
def test_no_bytes_make_it_fail(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(
        written(
            a_proxy(an("com.example.H"), "a.B"), {"a": [an("bsh.XThis"), written(["x"])]}, an_exploding(4),
            BlockData(b"\0\x0aUnicastRef\0"), "ldap://x/y", a_class("java.lang.Runtime"),
        )
    )  # fmt: skip
    for _ in range(chance.randrange(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    for finding in audit(bytes(data)).findings:
        assert "\x1b" not in str(finding) and finding.as_json()["id"] == finding.pattern.id


# ---- how it is told


def test_a_finding_says_what_java_does_why_and_where_that_is_known_from() -> None:
    lines = str(the(audit(written(an("bsh.XThis"))), "beanshell")).splitlines()
    assert lines[0] == "danger: beanshell: bsh.XThis (at 00000005)"
    assert [line.split()[0] for line in lines[1:]] == ["Java:", "Why:", "See:"] and "CVE-2016-2510" in lines[3]


def test_names_from_a_stream_cannot_touch_the_terminal() -> None:
    found = the(audit(written(a_proxy(an("a.\x1b[2JB"), "c.D\n"))), "proxy")
    assert "\x1b" not in str(found) and len(str(found).splitlines()) == 4
    assert replace(found, what="\x9b").as_json()["what"] == "\x9b"


def test_the_level_is_that_of_the_worst() -> None:
    assert audit(written("rmi://x/y")).level == "suspect"
    assert audit(written(["rmi://x/y", an("bsh.XThis")])).level == "danger"
    assert audit(dumps(1)).level is None

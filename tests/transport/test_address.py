"""One form for every address."""

from __future__ import annotations

import pytest

from bridge.errors import ConnectError
from bridge.transport.address import Address, Target

FORMS: list[tuple[Target, int | None, Address]] = [
    ("example.org", None, Address(host="example.org")),
    ("example.org", 9000, Address(host="example.org", port=9000)),
    ("example.org:9000", None, Address(host="example.org", port=9000)),
    ("example.org:9000", 9000, Address(host="example.org", port=9000)),
    ("tcp://example.org:9000", None, Address(host="example.org", port=9000)),
    ("TCP://example.org:9000", None, Address(host="example.org", port=9000)),
    ("tls+x://example.org:1", None, Address("tls+x", "example.org", 1)),
    ("tcp://example.org", 9000, Address(host="example.org", port=9000)),
    (("example.org", 9000), None, Address(host="example.org", port=9000)),
    (("::1", 9000), None, Address(host="::1", port=9000)),
    (("::1", 9000, 0, 0), None, Address(host="::1", port=9000)),
    ("[::1]:9000", None, Address(host="::1", port=9000)),
    ("[::1]", 9000, Address(host="::1", port=9000)),
    ("::1", 9000, Address(host="::1", port=9000)),
    ("tcp://[fe80::1%eth0]:1", None, Address(host="fe80::1%eth0", port=1)),
    (":0", None, Address(port=0)),
    ("*:0", None, Address(port=0)),
    ("", 0, Address(port=0)),
    (Address("memory", "x"), None, Address("memory", "x")),
    (Address("memory", "x"), 7, Address("memory", "x", 7)),
    ("unix:///run/a%20b.sock", None, Address("unix", path="/run/a b.sock")),
    ("x://h:1/p?a=1&b=%26&c=", None, Address("x", "h", 1, "/p", (("a", "1"), ("b", "&"), ("c", "")))),
]


@pytest.mark.parametrize(("target", "port", "address"), FORMS)
def test_every_form_names_the_same_kind_of_address(target: Target, port: int | None, address: Address) -> None:
    assert Address.parse(target, port) == address


@pytest.mark.parametrize(("target", "port", "address"), FORMS)
def test_an_address_is_written_as_a_url_that_reads_back(target: Target, port: int | None, address: Address) -> None:
    assert Address.parse(str(address)) == address


def test_an_address_is_written_with_brackets_around_ipv6() -> None:
    assert str(Address(host="::1", port=9000)) == "tcp://[::1]:9000"
    assert str(Address(host="127.0.0.1")) == "tcp://127.0.0.1"


WRONG: list[tuple[object, int | None]] = [
    ("example.org:", None),
    ("example.org:http", None),
    ("example.org:65536", None),
    ("example.org:-1", None),
    ("example.org:123456", None),
    ("example.org:\u0663", None),
    ("example.org:1", 2),
    ("example.org", 65536),
    ("example.org", -1),
    ("example.org", True),
    ("[::1", None),
    ("[::1]9000", None),
    ("exam ple.org:1", None),
    ("user@example.org:1", None),
    ("example.org\n:1", None),
    ("a/b:1", None),
    ("://example.org:1", None),
    ("1x://example.org:1", None),
    ("tcp://example.org:1?nonsense", None),
    (("example.org",), None),
    (("example.org", "1"), None),
    ((b"example.org", 1), None),
    (9000, None),
    (b"example.org", None),
    (None, None),
]


@pytest.mark.parametrize(("target", "port"), WRONG)
def test_what_is_no_address_is_refused(target: Target, port: int | None) -> None:
    with pytest.raises(ConnectError):
        Address.parse(target, port)

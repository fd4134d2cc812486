"""Addresses, URLs, paths, locales and text: what is in them beside the text."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import bridge
from bridge.errors import EncodeError
from bridge.mapping.java_io import File, WindowsFile
from bridge.mapping.java_lang_text import StringBuffer, StringBuilder
from bridge.mapping.java_net import URL, Inet4Address, Inet6Address, InetSocketAddress
from bridge.mapping.java_rmi import MarshalledObject
from bridge.mapping.java_util_values import Date, GregorianCalendar, Locale, TimeZone
from tests.mapping.corpus import stream


def load(name: str) -> Any:
    return bridge.loads(stream(f"jdk17/{name}"))


def again(value: Any) -> Any:
    return bridge.loads(bridge.dumps(value))


def test_an_address_knows_the_name_it_was_found_by() -> None:
    address = load("net/inet4-address-host")
    assert (str(address), address.host_name) == ("10.0.0.1", "host.example")
    assert load("net/inet4-address").host_name is None
    assert load("net/inet6-address-scope").host_name == "link.example"
    assert again(Inet6Address("fe80::1%7")) == Inet6Address("fe80::1%7")


def test_a_socket_address_is_what_pythons_sockets_take() -> None:
    host, port = load("net/inet-socket-address-host")
    assert (host, port) == ("host.example", 443)
    assert load("net/inet-socket-address-host").address == Inet4Address("10.0.0.1")
    assert load("net/inet-socket-address-unresolved").address is None
    made = InetSocketAddress("::1", 80)
    assert made.address == Inet6Address("::1")
    assert (made.host, made.port) == ("::1", 80)
    assert InetSocketAddress.unresolved("::1", 80).address is None
    for value in (made, InetSocketAddress.unresolved("::1", 80), InetSocketAddress("host.example", 1)):
        for copied in (copy.copy(value), pickle.loads(pickle.dumps(value)), again(value)):
            assert copied == value
            assert copied.address == value.address


@pytest.mark.parametrize("name", ["url", "url-plain", "url-file", "url-v6"])
def test_a_url_made_of_text_is_the_one_that_java_made(name: str) -> None:
    made = URL(str(load(f"net/{name}")))
    assert bridge.dumps(made) == bridge.dumps(load(f"net/{name}"))


@pytest.mark.parametrize(("name", "path"), [("relative", "a/./b/../c"), ("empty", ""), ("dot", "."), ("root", "/")])
def test_a_file_keeps_the_path_that_java_has(name: str, path: str) -> None:
    assert load(f"value/file-{name}").path == path
    assert again(load(f"value/file-{name}")).path == path


def test_a_file_is_a_path_and_never_a_file() -> None:
    file = load("value/file")
    assert (file.name, file.parent) == ("some file", File("/tmp"))
    assert again(file / "more") == File("/tmp/some file/more")
    assert again(WindowsFile("C:\\a\\b")).parts == ("C:\\", "a", "b")
    assert not hasattr(file, "open")


@pytest.mark.parametrize(
    "parts",
    [
        ("de", "DE", "", "", ""),
        ("zh", "TW", "", "Hant", ""),
        ("de", "DE", "1996", "", "u-co-phonebk"),
        ("ja", "JP", "", "", "u-ca-japanese"),
        ("sr", "RS", "", "Latn", "x-y"),
        ("", "US", "", "", ""),
        ("", "", "", "", ""),
    ],
)
def test_the_text_of_a_locale_has_all_its_parts(parts: tuple[str, str, str, str, str]) -> None:
    locale = Locale.of(*parts)
    assert Locale(str(locale)).parts == parts
    assert again(locale).parts == parts
    assert (locale.language, locale.country) == parts[:2]


def test_the_locales_of_java_are_spelled_as_it_spells_them() -> None:
    assert load("value/locales") == [
        "",
        "en_US",
        "de",
        "zh_TW_#Hant",
        "de_DE_1996_#u-co-phonebk",
        "ja_JP_#u-ca-japanese",
    ]


def test_spare_room_is_kept_but_not_seen() -> None:
    assert load("value/string-builder-spare-capacity") == "few"
    assert again(StringBuilder("a\U0001f600")) == "a\U0001f600"
    assert again(StringBuffer("")) == ""


def test_a_marshalled_object_can_be_opened() -> None:
    marshalled = load("value/marshalled-object")
    assert bridge.loads(marshalled.stream) == ["inside", 1]
    assert again(marshalled) == marshalled
    assert hash(again(marshalled)) == hash(marshalled)
    assert load("value/marshalled-null").stream is None
    assert bridge.dumps(MarshalledObject(None)) == stream("jdk17/value/marshalled-null")
    assert bridge.dumps(MarshalledObject(marshalled.stream)) == stream("jdk17/value/marshalled-object")
    assert MarshalledObject(b"") != b""


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Date(2024, 1, 1), "no point in time"),
        (TimeZone("UTC"), "as it was read"),
        (GregorianCalendar(2024, 1, 1), "as it was read"),
    ],
)
def test_what_says_too_little_is_refused(value: Any, told: str) -> None:
    with pytest.raises(EncodeError, match=told):
        bridge.dumps(value)


def test_a_date_is_made_of_milliseconds() -> None:
    assert Date.from_milliseconds(1_700_000_000_123) == load("time/date")

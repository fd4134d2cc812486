"""Values of the JDK made in Python: Java's ``equals`` and ``getClass`` take them for its own."""

from __future__ import annotations

import pytest

import bridge
from bridge.mapping.java_io import File
from bridge.mapping.java_lang_throwable import JavaThrowable
from bridge.mapping.java_net import URI, Inet4Address, InetSocketAddress
from bridge.mapping.java_util_concurrent import (
    ArrayBlockingQueue,
    ConcurrentHashMap,
    LinkedBlockingDeque,
    LinkedBlockingQueue,
    PriorityBlockingQueue,
)
from bridge.mapping.java_util_views import ArraysList, UnmodifiableList, UnmodifiableMap
from interop.harness import Harness
from tests.mapping.jdk_values import NAMED, PLAIN

#: Those that Python can only write as they were read, with what belongs to their class and cannot be seen in the value.
ONLY_AS_READ = ("Synchronized", "Checked", "LifoQueue", "TimeZone", "GregorianCalendar", "EnumSet", "EnumMap")
#: Java compares these by identity, or the case carries a comparator or a size that the literal does not.
WITHOUT_EQUALS = (
    "concurrent/",
    "container/arrays-as-list-of",
    "container/lifo",
    "container/priority",
    "sql/",
    "value/file-relative",
    "value/string-bu",
    "view/unmodifiable-",
)


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_value_is_javas_own(java: Harness, name: str) -> None:
    # ArrayDeque has the equals of Object; then every element is looked at.
    java.ask(f"{'verify' if 'deque' in name else 'equals'} {name}", bridge.dumps(PLAIN[name]))


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, value in NAMED.items()
        if not type(value).__name__.startswith(ONLY_AS_READ) and not name.startswith(WITHOUT_EQUALS)
    ],
)
def test_a_value_made_here_is_javas_own(java: Harness, name: str) -> None:
    java.ask(f"{'verify' if name == 'value/pattern' else 'equals'} {name}", bridge.dumps(NAMED[name]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (LinkedBlockingQueue([1, 2], 7), '"class":"java.util.concurrent.LinkedBlockingQueue"'),
        (LinkedBlockingDeque([1, 2]), '"class":"java.util.concurrent.LinkedBlockingDeque"'),
        (ArrayBlockingQueue([1, 2], 7), '"class":"java.util.concurrent.ArrayBlockingQueue"'),
        (PriorityBlockingQueue([1, 2]), '"class":"java.util.concurrent.PriorityBlockingQueue"'),
        (ConcurrentHashMap({"a": 1}), '"class":"java.util.concurrent.ConcurrentHashMap"'),
        (UnmodifiableList([1]), '"class":"java.util.Collections$UnmodifiableRandomAccessList"'),
        (UnmodifiableMap({"a": 1}), '"class":"java.util.Collections$UnmodifiableMap"'),
        (ArraysList([1]), '"class":"java.util.Arrays$ArrayList"'),
        (File("/a/b"), '"value":"/a/b"'),
        (URI("a:b"), '"value":"a:b"'),
        (InetSocketAddress("10.0.0.1", 80, Inet4Address("10.0.0.1")), "10.0.0.1:80"),
        (JavaThrowable("from Python"), "from Python"),
    ],
)
def test_java_takes_what_was_made_here(java: Harness, value: object, text: str) -> None:
    described = java.ask("describe", bridge.dumps(value)).decode("ascii")
    assert text in described

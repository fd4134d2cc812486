"""The echo rule: what Python read and wrote again is to Java the same graph, by class, value and sharing at every node.

For every case Java has, whether Python knows its class or not.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pytest

import bridge
from bridge.connection import NEED_DATA, Connection, DataReceived, EndOfStream, ObjectReceived, PeerFailed
from bridge.errors import InvalidClassError, PeerException
from interop.harness import Harness

# Java itself can read this stream only because it has the class, whose code knows where its data ends.
LENGTHLESS = "stream/protocol-version-1-externalizable"

# Here every class descriptor has an annotation, written by a subclass of ObjectOutputStream and read by one of
# ObjectInputStream. Which annotation the descriptors get that Python writes itself is no property of the values.
# bridge.Document writes these streams back, see test_document.py.
ANNOTATED_THROUGHOUT = {
    "stream/annotated-with-codebase",
    "stream/annotated-with-null",
    "stream/annotated-with-primitives",
}

# These hold what a JDK knows of time zones and languages, which changes with each.
DIFFERENT_IN_EACH_JDK = {"value/time-zone", "value/calendar-berlin", "text/date-format"}


def test_java_has_what_the_suite_is_for(java: Harness, names: Callable[[Harness, str], list[str]]) -> None:
    assert len(names(java, "list")) > 500
    assert len(names(java, "list-streams")) > 30


def test_case(java: Harness, case: str) -> None:
    """Java → Python → Java."""
    value = bridge.loads(java.write(case))
    java.verify(case, bridge.dumps(value))


def test_case_twice(java: Harness, case: str) -> None:
    """What Python wrote, Python reads as the same again."""
    once = bridge.dumps(bridge.loads(java.write(case)))
    java.verify(case, bridge.dumps(bridge.loads(once)))


def test_case_between_jdks(java: Harness, other_javas: list[Harness], small_case: str) -> None:
    """One JDK → Python → another JDK, where the other one would understand the first itself."""
    for other in other_javas:
        data = other.write(small_case)
        if small_case not in DIFFERENT_IN_EACH_JDK:
            java.verify(small_case, data)
            java.verify(small_case, bridge.dumps(bridge.loads(data)))


def test_case_in_a_file(java: Harness, small_case: str) -> None:
    """Through `load` and `dump`: a file that ends with something else, and one that gzip made."""
    file = io.BytesIO(java.write(small_case) + b"the rest")
    value = bridge.load(file)
    assert file.read() == b"the rest"
    written = io.BytesIO()
    bridge.dump(value, written)
    value = bridge.load(io.BytesIO(gzip.compress(written.getvalue(), 1)))
    java.verify(small_case, bridge.dumps(value))


def test_stream(java: Harness, stream: str) -> None:
    """All contents of a stream, in order, through `loads_all` and `dumps_all`."""
    data = java.write(stream)
    if stream == LENGTHLESS:
        with pytest.raises(InvalidClassError, match="protocol version 1"):
            bridge.loads_all(data)
    elif stream.startswith("stream/exception"):
        with pytest.raises(PeerException, match="failed in the middle"):
            bridge.loads_all(data)
    else:
        contents = bridge.loads_all(data)
        if stream not in ANNOTATED_THROUGHOUT:
            java.verify(stream, bridge.dumps_all(contents))


def test_stream_over_a_connection(java: Harness, stream: str) -> None:
    """The same through two `Connection`s, which carry Java's exceptions on."""
    if stream == LENGTHLESS or stream in ANNOTATED_THROUGHOUT:
        return
    receiver, sender = Connection(), Connection(reset_every=None)
    receiver.receive_data(java.write(stream))
    receiver.receive_eof()
    while (event := receiver.next_event()) is not NEED_DATA and not isinstance(event, EndOfStream):
        if isinstance(event, ObjectReceived):
            sender.send(event.value)
        elif isinstance(event, DataReceived):
            sender.send_data(event.data)
        else:
            assert isinstance(event, PeerFailed)
            sender.send_exception(event.throwable)
    java.verify(stream, sender.data_to_send())

"""Many threads at once, and more than one interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import make_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import bridge
from bridge._build import in_subinterpreter
from bridge.connection import ObjectReceived
from bridge.mapping.adapters import value_reader
from bridge.stream.descriptors import ClassDescriptor
from bridge.stream.plan import FIELDS, EncodePlan
from tests.stream.assemble import TC_CLASSDESC, TC_OBJECT, int_, list_of, stream

_THREADS = 8
_ROUNDS = 150
_ROOT = Path(__file__).parent.parent


def run_together(*works: Callable[[int], None]) -> None:
    """Each work in a thread of its own, all begun at once, with switches as often as Python can; errors are raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[int], None], number: int) -> None:
        try:
            start.wait()
            work(number)
        except BaseException as error:  # noqa: BLE001 - to be raised in the thread of the test
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=run, args=(work, number)) for number, work in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    if errors:
        raise errors[0]


def values_of(number: int) -> list[Any]:
    return [
        [number, 2.5, "text", None, True, {"key": [bridge.Long(number), b"bytes"]}],
        bridge.TreeMap({f"key {i}": i for i in range(number + 5)}),
        {date(2024, 2, 29), date(2024, 3, number + 1)},
        [[number] * 20 for _ in range(20)],
        bridge.LinkedHashSet(range(number + 30)),
    ]


def unknown(class_number: int, value: int) -> bytes:
    """An object of a class that nobody declared, which is met in streams."""
    return stream(list_of(TC_OBJECT(TC_CLASSDESC(f"p.Unknown{class_number}", [("I", "x")]), int_(value))))


def test_threads_read_and_write_with_one_registry() -> None:
    def work(number: int) -> None:
        expected = values_of(number)
        for turn in range(_ROUNDS):
            data = bridge.dumps_all(expected)
            assert bridge.loads_all(data) == expected
            (found,) = bridge.loads(unknown(turn % 20, number))
            assert found.x == number
            assert bridge.dumps([found]) == unknown(turn % 20, number)

    run_together(*[work] * _THREADS)


def test_types_are_registered_while_others_read_and_write() -> None:
    registry = bridge.default_registry.copy()

    def work(number: int) -> None:
        expected = values_of(number)
        for turn in range(_ROUNDS):
            assert bridge.loads_all(bridge.dumps_all(expected, registry=registry), registry=registry) == expected
            (found,) = bridge.loads(unknown(turn % 20, number), registry=registry)
            assert (found if isinstance(found, int) else found.x) == number

    def declare(number: int) -> None:
        for turn in range(_ROUNDS):
            kind: Any = make_dataclass(f"Declared{number}_{turn}", [("x", bridge.jint, 0)])
            bridge.java_class(f"p.Declared{number}.C{turn}", serial_version_uid=1, registry=registry)(kind)
            data = bridge.dumps([kind(turn)], registry=registry)
            assert bridge.loads(data, registry=registry) == [kind(turn)]
            if turn < 20:  # what the others meet as unknown is known from here on
                known = ClassDescriptor(f"p.Unknown{turn}", 1, 2, [("x", "I")])
                registry.read_as(known.name, value_reader(known, lambda values, annotations: values[0]))

    run_together(*[work] * (_THREADS - 2), declare, declare)
    assert bridge.loads(unknown(3, 7), registry=registry) == [7]


def test_what_many_threads_register_at_once_is_all_there() -> None:
    registry = bridge.default_registry.copy()
    kinds = {
        (number, turn): type(f"Kind{number}_{turn}", (), {}) for number in range(_THREADS) for turn in range(_ROUNDS)
    }
    known = {place: ClassDescriptor(f"p.Kind{place[0]}.C{place[1]}", 1, 2, [("x", "I")]) for place in kinds}

    def work(number: int) -> None:
        for turn in range(_ROUNDS):
            place = number, turn
            descriptor = known[place]
            registry.read_as(descriptor.name, value_reader(descriptor, lambda values, annotations: values[0]))
            registry.write_as(kinds[place], EncodePlan(FIELDS, descriptor, names=[]))
            registry.declare(descriptor.name, kinds[place], place)

    run_together(*[work] * _THREADS)
    assert registry.java_names >= {descriptor.name for descriptor in known.values()}
    assert registry.python_types >= set(kinds.values())
    assert {place: registry.declaration(kind) for place, kind in kinds.items()} == {place: place for place in kinds}
    assert all(registry.is_declared(descriptor.name) for descriptor in known.values())


def test_a_plan_that_is_replaced_while_it_is_looked_up_is_not_kept() -> None:
    """As another thread would do it, at the worst moment."""
    registry = bridge.default_registry.copy()
    kind = type("Kind", (), {})
    known = {name: ClassDescriptor(name, 1, 2) for name in ("p.Before", "p.After")}

    def replaced(_: type) -> EncodePlan:
        registry.write_as(kind, EncodePlan(FIELDS, known["p.After"], names=[]))
        return EncodePlan(FIELDS, known["p.Before"], names=[])

    registry.write_as(kind, replaced)
    assert bridge.dumps(kind(), registry=registry) == stream(TC_OBJECT(TC_CLASSDESC("p.Before")))
    assert bridge.dumps(kind(), registry=registry) == stream(TC_OBJECT(TC_CLASSDESC("p.After")))
    assert bridge.dumps_all([kind()], registry=registry) == stream(TC_OBJECT(TC_CLASSDESC("p.After")))


def test_one_connection_sends_in_one_thread_and_receives_in_another() -> None:
    here, there = bridge.Connection(), bridge.Connection()
    expected = values_of(3) * 50
    pieces: list[bytes] = []
    done = threading.Event()
    received: list[Any] = []

    def send(_: int) -> None:
        for value in expected:
            here.send(value)
            pieces.append(here.data_to_send())
        done.set()

    def receive(_: int) -> None:
        taken = 0
        while len(received) < len(expected):
            while taken < len(pieces):
                there.receive_data(pieces[taken])
                taken += 1
            event = there.next_event()
            if isinstance(event, ObjectReceived):
                received.append(event.value)

    run_together(send, receive)
    assert received == expected


_IN_A_SUBINTERPRETER = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
code = '''
import sys
sys.path[:] = {path!r}
try:
    import bridge
except ImportError as error:
    print(error)
else:
    print("imported")
'''
run = getattr(interpreters, "run_string", None) or interpreters.exec
run(interpreters.create(), code.format(path=sys.path))
import bridge
print(bridge.loads(bridge.dumps([1, "x"])))
"""


def test_a_subinterpreter_is_refused_in_plain_words_and_the_main_one_goes_on() -> None:
    assert not in_subinterpreter()
    done = subprocess.run(
        [sys.executable, "-c", _IN_A_SUBINTERPRETER],
        cwd=_ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    refusal, result = done.stdout.splitlines() if done.returncode == 0 else (done.stderr, "")
    assert refusal.startswith("bridge works in the main interpreter of a process only")
    assert result == "[1, 'x']"

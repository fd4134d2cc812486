"""`dumps` does not remember what only one place in the graph holds; nobody can tell, but by the time it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Any

import pytest

import bridge
from bridge import Field
from bridge.stream.plan import REPLACE, EncodePlan
from tests.fuzz.seeds import seeds
from tests.stream.outcomes import BUILDS, Build

NODE = bridge.ClassDescriptor(
    "p.Node", 1, 2, (Field("number", "I"), Field("left", "Ljava/lang/Object;"), Field("right", "Lp/Node;"))
)


def registry_of(build: Build) -> Any:
    """Without classes that have hooks, which other tests may have declared."""
    registry = build.registry()
    registry.runs_code = False
    return registry


def remembered(build: Build, value: Any, registry: Any) -> bytes:
    """The same stream, written as one that something else may follow on."""
    encoder = build.Encoder(registry)
    encoder.write_object(value)
    return encoder.take()  # type: ignore[no-any-return]


def graph(build: Build, seed: int, sharing: float) -> Any:
    """Lists, maps, instances, text, and values of the JDK in one another; some of them in more than one place.

    Nothing but the graph itself refers to its parts, once this has returned.
    """
    random = Random(seed)
    node: Any = build.module("stream.generic").class_for(NODE)[0]
    made: list[Any] = []
    nodes: list[Any] = []
    containers: list[Any] = [[]]

    def text() -> str:
        return "".join(random.choices("abcdé\0€😀", k=random.randrange(6)))

    def some_node() -> Any:
        below = nodes.pop(random.randrange(len(nodes))) if nodes and random.random() < 0.7 else None
        new = node(number=random.randrange(1 << 20), left=text(), right=below)
        nodes.append(new)
        return new

    makers: list[Callable[[], Any]] = [
        text, text, some_node, some_node,
        lambda: random.randrange(-(1 << 70), 1 << 70),
        lambda: Decimal(random.randrange(1 << 40)).scaleb(-3),
        lambda: datetime(2000, 1, 1 + random.randrange(28)),
        lambda: (text(), [text()]),
        lambda: bridge.Short(random.randrange(100)),
        lambda: [text() for _ in range(random.randrange(20))],
        lambda: {text(): text() for _ in range(random.randrange(5))},
        lambda: build.package.HashMap({text(): [text()]}),
        lambda: build.package.LinkedList([text(), text()]),
    ]  # fmt: skip
    for _ in range(60):
        new = random.choice(made) if made and random.random() < sharing else random.choice(makers)()
        made.append(new)
        into = random.choice(containers)
        if isinstance(into, list):
            into.append(new)
        else:
            into[text()] = new
        if type(new) in (list, dict):
            containers.append(new)
    return containers[0]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("sharing", [0, 0.1, 0.5])
def test_the_stream_is_that_of_an_encoder_that_remembers_all(build: Build, sharing: float) -> None:
    registry = registry_of(build)
    for seed in range(300):
        value = graph(build, seed, sharing)
        assert build.package.dumps(value, registry=registry) == remembered(build, value, registry)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_so_it_is_with_what_was_read(build: Build) -> None:
    registry = registry_of(build)
    compared = 0
    for data in seeds():
        try:
            value = build.package.loads(data, registry=registry)
            expected = remembered(build, value, registry)
        except build.errors.BridgeError:
            continue
        assert build.package.dumps(value, registry=registry) == expected
        compared += 1
    assert compared > 300


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_list_of_itself_and_a_ring_of_instances_end(build: Build) -> None:
    registry = registry_of(build)
    node: Any = build.module("stream.generic").class_for(NODE)[0]

    def ring() -> Any:
        first = last = node(number=0, left=None, right=None)
        for number in range(1, 10):
            last.right = node(number=number, left=[], right=None)
            last.right.left.append(last.right.left)
            last = last.right
        last.right = first
        return first

    for value in (ring(), [ring()], {"ring": [ring()]}):
        assert build.package.dumps(value, registry=registry) == remembered(build, value, registry)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_after_a_failure_nothing_is_left_of_it(build: Build) -> None:
    registry = registry_of(build)
    for number in range(100):
        with pytest.raises(build.errors.NotSerializableError):
            build.package.dumps([f"text {number}", [f"list {number}"], {"key": [object()]}], registry=registry)
        twice = [f"text {number}"]
        found = build.package.loads(build.package.dumps([twice, twice, [twice[0]]], registry=registry))
        assert found[0] is found[1] and found[2][0] is found[0][0]


def test_what_is_written_later_on_the_stream_is_still_found() -> None:
    encoder = BUILDS[0].Encoder(registry_of(BUILDS[0]))
    value = [["a list"], "a text"]
    for content in (value, value[0], value[1]):
        encoder.write_object(content)
    found = bridge.loads_all(encoder.take())
    assert found[1] is found[0][0] and found[2] is found[0][1]


def _by_a_hook(registry: Any, items: list[Any]) -> Any:
    @bridge.java_class("p.Hooked", serial_version_uid=1, registry=registry)
    @dataclass(slots=True)
    class Hooked:
        items: list[Any]

        def write_object(self, out: Any) -> None:
            out.write_object(self.items[0])

    return Hooked(items)


def _by_a_replacement(registry: Any, items: list[Any]) -> Any:
    @bridge.java_class("p.Replaced", serial_version_uid=1, registry=registry)
    @dataclass(slots=True)
    class Replaced:
        items: list[Any]

        def write_replace(self) -> Any:
            return self.items[0]

    return Replaced(items)


def _by_a_property(registry: Any, items: list[Any]) -> Any:
    @bridge.java_class("p.Computed", serial_version_uid=1, registry=registry)
    class Computed:
        all_of_them: list[Any]
        first: list[Any]

        def __init__(self) -> None:
            self.all_of_them = items

        @property  # type: ignore[no-redef]
        def first(self) -> list[Any]:
            return self.all_of_them[0]  # type: ignore[no-any-return]

    return Computed()


def _by_getattr(registry: Any, items: list[Any]) -> Any:
    @bridge.java_class("p.Asked", serial_version_uid=1, registry=registry)
    class Asked:
        all_of_them: list[Any]
        first: list[Any]

        def __init__(self) -> None:
            self.all_of_them = items

        def __getattr__(self, name: str) -> Any:
            if name == "first":
                return self.all_of_them[0]
            raise AttributeError(name)

    return Asked()


def _by_a_writer(registry: Any, items: list[Any]) -> Any:
    class Written:
        pass

    registry.write_as(Written, EncodePlan(REPLACE, reduce=lambda value: items[0]))
    return Written()


@pytest.mark.parametrize(
    "make", [_by_a_hook, _by_a_replacement, _by_a_property, _by_getattr, _by_a_writer], ids=lambda make: make.__name__
)
def test_what_code_of_the_program_gives_a_second_time_is_a_reference(make: Callable[..., Any]) -> None:
    build = BUILDS[0]
    registry = registry_of(build)
    items = [["once"]]
    value = [items, make(registry, items)]
    data = bridge.dumps(value, registry=registry)
    assert data == remembered(build, value, registry)
    assert data.count(b"once") == 1


def test_plain_classes_leave_it_as_it_is() -> None:
    registry = registry_of(BUILDS[0])

    @bridge.java_class("p.Plain", serial_version_uid=1, registry=registry)
    @dataclass
    class Plain:
        items: list[Any] = field(default_factory=list)
        number: bridge.jint = 0

        @property
        def not_a_field(self) -> int:
            return 1

    @bridge.java_enum("p.Colour", registry=registry)
    class Colour(Enum):
        RED = 1

    assert not registry.runs_code
    assert not registry.copy().runs_code
    assert bridge.loads(bridge.dumps([Plain([Colour.RED])], registry=registry), registry=registry) == [
        Plain([Colour.RED])
    ]

"""Values that are written many at a time, without frames, are the same bytes as one by one, with frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import bridge
from bridge.stream.constants import SC_SERIALIZABLE
from tests.stream.outcomes import BUILDS, Build


class Base:
    """A class level of its own, the one field of which is text."""

    __slots__ = ("key",)


class Bean(Base):
    __slots__ = ("count", "share", "name", "next")
    name: Any
    next: Any

    def __init__(self, count: Any = 1, share: Any = 0.5, name: Any = None, after: Any = None, key: Any = "k") -> None:
        for member, value in zip(MEMBERS, (key, count, share, name, after), strict=True):
            member.__set__(self, value)


class Wary(Bean):
    """What is asked for its attributes by name gives nothing away."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        return "led astray" if name == "count" else super().__getattribute__(name)


class Hidden(Bean):
    """Its attributes have other names than its slots."""

    __slots__ = ()
    count = property(lambda self: "led astray")
    name = None


MEMBERS = [vars(Base)["key"], *[vars(Bean)[name] for name in ("count", "share", "name", "next")]]


def registry(build: Build, *, framed: bool) -> Any:
    """Where beans are written from their slots, or else item by item, which needs a frame for each."""
    made = build.registry()
    plan = build.module("stream.plan")
    base = build.package.ClassDescriptor("p.Base", 1, SC_SERIALIZABLE, [("key", "Ljava/lang/String;")])
    fields = [("count", "I"), ("share", "D"), ("name", "Ljava/lang/String;"), ("next", "Ljava/lang/Object;")]
    bean = build.package.ClassDescriptor("p.Bean", 1, SC_SERIALIZABLE, fields, base)
    members = [(member, member.__get__) for member in MEMBERS]

    def reduce(obj: Any) -> Any:
        return bean, [get(obj) for _, get in members], ()

    for kind in (Bean, Wary, Hidden):
        made.write_as(
            kind,
            plan.EncodePlan(plan.REDUCE, bean, reduce=reduce)
            if framed
            else plan.EncodePlan(plan.FIELDS, bean, members=MEMBERS),
        )
    return made


def chain(length: int, kind: Callable[..., Any] = Bean, end: Any = None) -> Any:
    for count in range(length):
        end = kind(count, after=end)
    return end


def ring() -> Any:
    last = Bean(name="last")
    last.next = chain(5, end=last)
    return last


SHARED = "sha" + "red"
ONE = Bean(name=SHARED)
LISTED = ["in " + "two", 1]
BIG, LONG = 2**70, 2**40

VALUES: dict[str, Callable[[], Any]] = {
    "beans": lambda: [Bean(i, i / 2, f"name {i}", SHARED) for i in range(300)],
    "beans and references": lambda: [ONE, Bean(name=SHARED), ONE, ONE, Bean(after=ONE), ONE],
    "other types of numbers": lambda: [Bean(), Bean(True, 5), Bean(bridge.Short(3), 1.5), Bean(-1, bridge.Float(0.5))],
    "texts": lambda: [Bean(name=n, key=k) for n in ("", "x", "x" * 300, "\0", "é世", SHARED) for k in (None, n, "é")],
    "what needs a frame, between": lambda: [Bean(), Bean(after=[Bean(), ONE]), Bean(), Bean(after={1: ONE}), ONE],
    "beans among others": lambda: [1, Bean(), "x", Bean(), Bean(), None, [Bean(), 5], Bean(), (Bean(), Bean())],
    "attributes that lie": lambda: [Wary(), Wary(name=SHARED, key=SHARED), Hidden(), Hidden(5, after="x"), Bean()],
    "a chain": lambda: chain(50),
    "a chain of several classes": lambda: chain(5, end=chain(5, Wary, end=chain(5, Hidden, chain(5)))),
    "chains in a list": lambda: [chain(3), chain(3, end=ONE), ONE, chain(3, end=[ONE]), chain(2, end="x")],
    "a ring": ring,
    "short lists": lambda: [[1, 2.5, "x", None, True], [], [LONG], ["text", SHARED], [BIG], [False], [SHARED] * 16],
    "a list again": lambda: [LISTED, 5, LISTED, [LISTED], {"a": LISTED, "b": [1]}],
    "long lists": lambda: [[1] * 17, ["x"] * 17, [[1] * 16] * 2, [[], [[]]]],
    "numbers, each the first": lambda: {"a": 1, "b": LONG, "c": 1.5, "d": True, "e": [1, 1.5, True, LONG]},
    "maps in maps": lambda: {i: {"id": i, "tags": ["a" * i, SHARED], "more": {}} for i in range(20)},
    "tuples": lambda: [(), (1, "x"), (1, [2, (3,)]), (ONE, ONE), (None, "x", LONG, BIG)],
}


def written(build: Build, value: Any, *, framed: bool) -> tuple[bytes, int]:
    encoder = build.Encoder(registry(build, framed=framed))
    encoder.write_contents([value, "between", value])
    return encoder.take(), encoder.handle_count


@pytest.mark.parametrize("name", VALUES)
def test_runs_are_written_as_one_by_one(name: str) -> None:
    value = VALUES[name]()
    outcomes = [written(build, value, framed=framed) for build in BUILDS for framed in (False, True)]
    assert outcomes[1:] == outcomes[:-1]
    assert len(bridge.loads_all(outcomes[0][0])) == 3


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_contents_that_follow_one_another_are_written_as_one_by_one(build: Build) -> None:
    contents = [Bean(), ONE, bridge.BlockData(b"data"), Bean(), Bean(after=[ONE]), chain(3), ONE, "x", Bean(), (1,)]
    together = build.Encoder(registry(build, framed=False))
    together.write_object(Bean())
    one_by_one = build.Encoder(registry(build, framed=False))
    one_by_one.write_object(Bean())
    together.write_contents([build.module("stream.model").BlockData(c) if type(c) is bridge.BlockData else c
                             for c in contents])  # fmt: skip
    for content in contents:
        if type(content) is bridge.BlockData:
            one_by_one.write_block_data(content)
        else:
            one_by_one.write_object(content)
    assert together.take() == one_by_one.take()
    assert together.handle_count == one_by_one.handle_count


class Unknown:
    """A type without a Java class."""


FAILURES: dict[str, tuple[Callable[[], Any], str]] = {
    "a field in a run": (lambda: [Bean(), ONE, Bean(share="x"), Bean()], "$[2].share"),
    "a part of a field in a run": (lambda: [Bean(), Bean(after=[1, Unknown()]), Bean()], "$[1].next[1]"),
    "the end of a chain": (lambda: [chain(3, end=Unknown())], "$[0].next.next.next"),
    "within a chain": (lambda: chain(3, end=Bean(2**31, after=chain(3))), "$.next.next.next.count"),
    "beyond another class": (
        lambda: chain(2, end=Wary(after=chain(1, end=Bean(name=[Unknown()])))),
        "$.next.next.next.next.name[0]",
    ),
    "an item behind a short list": (lambda: ["x", [1], Unknown()], "$[2]"),
    "an item of a tuple": (lambda: (1, "x", Unknown()), "$[2]"),
    "a list in a map": (lambda: {"a": [1, 2], "b": [1, Unknown()]}, "$.b[1]"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_what_cannot_be_written_in_a_run_is_told_by_its_place_and_leaves_no_trace(build: Build, name: str) -> None:
    make, path = FAILURES[name]
    encoder = build.Encoder(registry(build, framed=False))
    encoder.write_object(["be" + "fore", 5, 1.5, True, [1], {"a": ONE}])
    pending, handles = encoder.pending_bytes, encoder.handle_count
    value = make()
    with pytest.raises(build.errors.EncodeError) as caught:
        encoder.write_object(value)
    assert caught.value.path == path
    assert (encoder.pending_bytes, encoder.handle_count) == (pending, handles)
    undisturbed = build.Encoder(registry(build, framed=False))
    undisturbed.write_object(["be" + "fore", 5, 1.5, True, [1], {"a": ONE}])
    for one in (encoder, undisturbed):
        one.write_object([chain(2), ONE, "x" * 20, LONG, [LONG, ONE.name]])
    assert encoder.take() == undisturbed.take()

"""Values that are written many at a time, without frames, are the same bytes as one by one, with frames."""

from __future__ import annotations

import collections
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


class Flat:
    """A class of one level: its numbers, then its texts."""

    __slots__ = ("count", "share", "name", "other")

    def __init__(self, count: Any, share: Any = 0.5, name: Any = None, other: Any = None) -> None:
        self.count, self.share, self.name, self.other = count, share, name, other


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

    flat = build.package.ClassDescriptor("p.Flat", 1, SC_SERIALIZABLE, [*fields[:3], ("other", "Ljava/lang/Object;")])
    made.write_as(
        Flat,
        plan.EncodePlan(plan.REDUCE, flat, reduce=lambda obj: (flat, [obj.count, obj.share, obj.name, obj.other], ()))
        if framed
        else plan.EncodePlan(plan.FIELDS, flat, members=[vars(Flat)[name] for name in Flat.__slots__]),
    )
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
    "what needs a frame, deep in lists and maps": lambda: [
        {"a": [1]},
        {"a": {"b": [{"c": ONE, "d": [ONE, {}]}, 5], "e": "x"}, "f": [[[ONE]], "y"]},
        {"a": 1},
        {"b": ONE},
    ],
    "contents of a tuple that hold what needs a frame": lambda: ([1], {}, {"a": [ONE, 2]}, [{"b": (ONE,)}], "x"),
    "lists and maps that hold themselves": lambda: [[1], {}, knot([]), knot([{}]), knot([[], {"a": []}])],
    "maps of any size": lambda: [{i: [i] * i for i in range(size)} for size in (0, 1, 12, 13, 31, 32, 33, 63, 64, 200)],
    "numbers, each the first, in maps": lambda: [{}, {"a": 1}, {"b": {"c": LONG}}, {"d": [1.5]}, {"e": {"f": [True]}}],
    "maps of other types": lambda: [
        {},
        collections.OrderedDict(a=1),
        collections.defaultdict(list, a=[1]),
        Reversed(a=1, b=2),
        Giving(a=1),
        Giving(),
    ],
    "depth": lambda: [{}, [], deep(3000, ONE), deep(3000, 1)],
    "texts of which some are others": lambda: [
        *many(300, SHARED),
        *many(300, "x"),
        *many(600, "\0"),
        *many(300, "\U0001f600"),
        *many(300, "\ud83d"),
        *many(300, "x" * 255),
        *many(300, "x" * 256),
        *many(300, "é" * 128),
        *many(300, "世" * 22000),
        *many(1000, "é世"),
    ],
    "texts that come twice": lambda: [*(texts := many(700, "é")), texts[3], *many(250, texts[690]), *texts],
    "texts and others": lambda: [*many(600, None), *many(256, 5), *many(300, ["x"]), *many(257, ONE), *many(512, "y")],
    "many beans": lambda: flats(),
    "many beans, with texts of their own": lambda: flats(
        Flat(1),
        Flat(2, name="", other="x"),
        Flat(3, name="\0é\U0001f600"),
        Flat(4, name="x" * 300),
        Flat(5, other="x"),
        Flat(6, name=SHARED, other=SHARED),
    ),
    "many beans, with one that has parts": lambda: flats(
        Flat(1, other=[1]), Flat(2, other=Flat(3)), Flat(4, other=ONE)
    ),
    "many beans, with numbers of other types": lambda: flats(
        Flat(True), Flat(1, 5), Flat(bridge.Short(3), bridge.Float(1))
    ),
    "many beans, with others": lambda: flats(Bean(), None, "x", *[flat := Flat(1)] * 2, [flat]),
    "many beans, several times": lambda: [*(beans := flats()), *beans[::-1], beans],
    "tuples": lambda: [(), (1, "x"), (1, [2, (3,)]), (ONE, ONE), (None, "x", LONG, BIG)],
}


class Reversed(dict[Any, Any]):
    """Gives its entries in another order than it holds them."""

    def items(self) -> Any:
        return list(reversed(super().items()))


class Giving(dict[Any, Any]):
    """Has any attribute that it is asked for."""

    def __getattr__(self, name: str) -> Any:
        return 0.5


def knot(outer: list[Any]) -> Any:
    """A list in which all lists and maps hold the whole."""
    for inner in outer:
        if isinstance(inner, list):
            inner.append(outer)
        else:
            inner["whole"] = outer
    outer.append(outer)
    return outer


def deep(levels: int, end: Any) -> Any:
    for level in range(levels):
        end = [level, end, "after"] if level % 2 else {"in": end, "after": level}
    return end


def many(count: int, last: Any) -> list[Any]:
    """Texts, each of its own, of which the last but one is something else."""
    return [*[f"text {index}" for index in range(count - 2)], last, "the last " + str(count)]


def flats(*others: Any) -> list[Any]:
    """Beans of one kind, and somewhere among as many more of them another one."""
    made = [Flat(index, index / 2, f"name {index}", SHARED if index % 3 else f"other {index}") for index in range(700)]
    for other in others:
        made += [other, *[Flat(index, index / 2, f"more {index}", SHARED) for index in range(513)]]
    return made


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


ALONE: dict[str, Callable[[], Any]] = {
    "usual": lambda: Bean(5, 0.5, "na" + "me", None, "ke" + "y"),
    "no text": lambda: Bean(key=None),
    "one text twice": lambda: Bean(name=SHARED, key=SHARED),
    "equal texts": lambda: Bean(name="".join(["te", "xt"]), key="".join(["te", "xt"])),
    "one character twice": lambda: Bean(name="x", key="x"),
    "no character": lambda: Bean(name="", key=""),
    "text as an object": lambda: Bean(name="na" + "me", after="te" + "xt"),
    "the same text as an object": lambda: Bean(name=SHARED, after=SHARED),
    "modified UTF-8": lambda: Bean(name="\0é", key="世\U0001f600\ud83d"),
    "255 bytes": lambda: Bean(name="x" * 255, key="é" * 127),
    "256 bytes": lambda: Bean(name="x" * 256, key="é" * 128),
    "long texts": lambda: Bean(name="x" * 70_000, key="é" * 1_000_000),
    "an int for a double": lambda: Bean(True, 5, "na" + "me"),
    "parts": lambda: Bean(after=[1, ONE]),
    "itself": lambda: ring(),
    "another class": lambda: Wary(name="na" + "me"),
    "other names": lambda: Hidden(key="ke" + "y"),
    "no bean": lambda: ["text", ONE],
    "nothing": lambda: None,
}


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_stream_of_one_object_is_written_as_if_more_were_to_follow(build: Build, name: str) -> None:
    encoder = build.Encoder(registry(build, framed=False))
    for value in (Bean(), ALONE[name](), ALONE[name](), Bean(), ALONE[name]()):
        other = build.Encoder(registry(build, framed=False))
        other.write_object(value)
        assert encoder.write_alone(value) == other.take()
        assert (encoder.pending_bytes, encoder.handle_count) == (4, 0)
    encoder.write_object([ONE])
    other = build.Encoder(registry(build, framed=False))
    other.write_object([ONE])
    assert encoder.take() == other.take()


WRONG_ALONE: list[tuple[Callable[[], Any], str]] = [
    (lambda: Bean(count="x"), "$.count"),
    (lambda: Bean(count=2**31), "$.count"),
    (lambda: Bean(name="new", share=None), "$.share"),
    (lambda: Bean(after=Unknown()), "$.next"),
    (lambda: Unknown(), "$"),
]


@pytest.mark.parametrize(("make", "path"), WRONG_ALONE, ids=[path for _, path in WRONG_ALONE])
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_what_cannot_be_written_alone_is_told_by_its_place(build: Build, make: Callable[[], Any], path: str) -> None:
    encoder = build.Encoder(registry(build, framed=False))
    for _ in range(2):
        expected = encoder.write_alone(ONE)
        with pytest.raises(build.errors.EncodeError) as caught:
            encoder.write_alone(make())
        assert caught.value.path == path
        assert encoder.write_alone(ONE) == expected
    empty = Bean()
    del empty.name
    with pytest.raises(build.errors.EncodeError, match="a field has no value"):
        encoder.write_alone(empty)


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
    "maps in lists in maps": (lambda: [{}, {"a": [{"b": {"c": [0, {"d e": Unknown()}]}}]}], "$[1].a[0].b.c[1]['d e']"),
    "a key": (lambda: [{}, {"a": {Unknown(): 1}}], "$[1].a[Unknown]"),
    "a map in a tuple": (lambda: ({}, [1], {"a": [1, Unknown()]}), "$[2].a[1]"),
    "a text among many": (lambda: [*many(300, SHARED), *many(300, Unknown())], "$[598]"),
    "a number that is too large, in a map": (lambda: [{}, {"a": [{"b": [1, Bean(2**31)]}]}], "$[1].a[0].b[1].count"),
    "a number that is too large, among many": (lambda: flats(Flat(2**31)), "$[700].count"),
    "a float that is none, among many": (lambda: flats(Flat(1, "x")), "$[700].share"),
    "a text that is none, among many": (lambda: flats(Flat(1, other=Unknown())), "$[700].other"),
    "no bean among many": (lambda: flats(Unknown()), "$[700]"),
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


@pytest.mark.parametrize("framed", [False, True])
def test_maps_with_a_load_factor_or_an_order_of_their_own_keep_it(framed: bool) -> None:
    outcomes = []
    for build in BUILDS:
        usual, loose, ordered = build.package.HashMap(a=1), build.package.HashMap(b=2), build.package.LinkedHashMap(c=3)
        loose.load_factor = 0.5
        by_access = build.package.LinkedHashMap(d=4, access_order=True)
        giving = type("Giving", (build.package.HashMap,), {"__slots__": (), "__getattr__": lambda self, name: 0.25})
        maps = [usual, loose, ordered, by_access, giving(e=5), giving(f=6)]
        outcomes.append(written(build, [*maps, [*maps], {"a": maps}, build.package.HashMap(loose)], framed=framed))
    assert outcomes[0] == outcomes[1]
    back, *_ = bridge.loads_all(outcomes[0][0])
    assert [one.load_factor for one in (*back[:2], *back[4:6])] == [0.75, 0.5, 0.75, 0.75]
    assert back[3].access_order
    kinds = [type(one).__name__ for one in back]
    assert kinds == ["HashMap", "HashMap", "dict", "LinkedHashMap", "HashMap", "HashMap", "list", "dict", "HashMap"]
    assert all(one is other for one, other in zip(back, back[7]["a"], strict=False))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_load_factor_that_is_none_is_told_by_its_place(build: Build) -> None:
    odd = build.package.HashMap(a=1)
    odd.load_factor = "x"
    with pytest.raises(build.errors.EncodeError) as caught:
        build.Encoder(build.registry()).write_object([build.package.HashMap(), {"a": [build.package.HashMap(), odd]}])
    assert caught.value.path == "$[1].a[1]"


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
def test_a_dict_in_a_field_that_asks_for_another_map_does_not_change_how_dicts_are_written(build: Build) -> None:
    made = build.registry()
    plan = build.module("stream.plan")
    fields = [("key", "Ljava/util/HashMap;"), ("next", "Ljava/lang/Object;")]
    descriptor = build.package.ClassDescriptor("p.HasMap", 1, SC_SERIALIZABLE, fields)
    hash_map = made.encode_plan(build.package.HashMap).descriptor
    as_hash_map = {dict: plan.EncodePlan(plan.MAP_OF, hash_map, members=[None, None])}
    members = [vars(Base)["key"], vars(Bean)["next"]]
    made.write_as(Bean, plan.EncodePlan(plan.FIELDS, descriptor, members=members, checks=[as_hash_map, None]))
    values = [Bean(key={"a": 1}), {"b": 2}, [{"c": 3}], Bean(key={"d": 4}, after={"e": [{}]}), {"f": 6}]
    encoder = build.Encoder(made)
    encoder.write_object(values)
    one, plain, (inner,), other, last = bridge.loads(encoder.take())
    assert [type(found).__name__ for found in (one.key, other.key)] == ["HashMap", "HashMap"]
    assert [type(found) for found in (plain, inner, other.next, other.next["e"][0], last)] == [dict] * 5

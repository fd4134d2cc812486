"""What must hold for any bytes."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.stream.graphs import describe
from tests.stream.outcomes import BUILDS, Build, Outcome

__all__ = ["Finding", "check"]

#: Classes of the JDK with a readResolve: one that is part of itself is seen unresolved from inside; not so again.
#: (What is sorted and was not so in the stream shows, at first, the order of the stream; so does a view of it.)
_UNRESOLVED = {"CollSer", "Ser", "ConcurrentSkipListMap", "ConcurrentSkipListSet"}

_LIMITS: list[dict[str, int] | None] = [
    None,
    None,
    {"maxbytes": 200},
    {"maxdepth": 3},
    {"maxrefs": 10},
    {"maxarray": 2},
    {"maxbytes": 60, "maxdepth": 2, "maxrefs": 5},
    {"maxhandles": 8},
    {"maxclasses": 2},
    {"maxfields": 2, "maxstring": 12},
]


class Finding(Exception):
    """Something that must not be."""


def check(data: bytes, random: Random) -> bool:
    """Raises `Finding`, or whatever the package should not have raised. Whether the bytes are a stream."""
    limits = random.choice(_LIMITS)
    generic = random.random() < 0.3
    outcomes = [build.whole(data, build.GenericResolver() if generic else None, limits=limits) for build in BUILDS]
    _same("the builds", outcomes[0], outcomes[1])
    _pieces(data, random, outcomes[0], generic, limits)
    _from_cache(data, outcomes[0], generic, limits)
    if limits is None:
        documents = [_document(build, data) for build in BUILDS]
        _same("the documents of the builds", *documents)
        error = outcomes[0].error
        if _without_path(documents[0]) != _without_path(error) and not (
            error is not None and error[0] == "InvalidClassError"
        ):
            raise Finding(f"a document ends in {documents[0]}, values in {error}")
        if error is None:
            _echo(data, generic)
    return outcomes[0].error is None


def _same(what: str, one: Any, other: Any) -> None:
    if one != other:
        raise Finding(f"{what} differ:\n  {one!r:.3000}\n  {other!r:.3000}")


def _pieces(data: bytes, random: Random, whole: Outcome, generic: bool, limits: dict[str, int] | None) -> None:
    """Any chunking gives the same."""
    build = random.choice(BUILDS)
    most = random.choice((1, 3, 20, 200))
    pieces = []
    start = 0
    while start < len(data):
        size = random.randint(1, most)
        piece = data[start : start + size]
        pieces.append(random.choice((piece, piece, bytearray(piece), memoryview(piece))))
        start += size
    resolver = build.GenericResolver() if generic else None
    found = build.pieces(pieces, resolver, limits=limits)
    # After an error it depends on the pieces how much was fed.
    _same(
        f"pieces ({build.name})",
        found if found.error is None else found[:2],
        whole if whole.error is None else whole[:2],
    )


def _from_cache(data: bytes, first: Outcome, generic: bool, limits: dict[str, int] | None) -> None:
    """A second reading, with class descriptors from the cache, gives the same."""
    for build in BUILDS:
        resolver = build.GenericResolver() if generic else build.registry()
        build.whole(data, resolver)
        _same(f"readings ({build.name})", build.whole(data, resolver, limits=limits), first)


def _document(build: Build, data: bytes) -> Any:
    try:
        document = build.Document.parse(data)
    except build.errors.DecodeError as error:
        partial = build.Document.parse(data, partial=True)
        sum(len(line) for line in partial.lines())
        return (type(error).__name__, error.offset, error.path, error.message)
    if document.to_bytes() != data:
        raise Finding(f"a document gives other bytes: {document.to_bytes().hex()}")
    sum(len(line) for line in document.lines())
    return None


def _echo(data: bytes, generic: bool) -> None:
    """What was read can be written, and is read again as the same graph."""
    written = []
    for build in BUILDS:
        resolver = build.GenericResolver() if generic else build.registry()
        contents = _contents(build, data, resolver)
        model = build.module("stream.model")
        encoder = build.Encoder(build.registry())
        for content in contents:
            if isinstance(content, build.module("stream.generic").JavaObject):
                repr(content)
            try:
                if type(content) is model.BlockData:
                    encoder.write_block_data(content)
                elif type(content) is model.StreamException:
                    encoder.write_exception(content.throwable)
                else:
                    encoder.write_object(content)
            except build.errors.EncodeError as error:
                written.append(f"{type(error).__name__}: {error.message}".replace("bridge_pure", "bridge"))
                break
        else:
            echo = encoder.take()
            written.append(echo)
            again = _contents(build, echo, build.GenericResolver() if generic else build.registry())
            described = describe(_joined(model, contents), empty_blocks=False)
            kinds = {line[0] for line in described}
            if kinds.isdisjoint(_UNRESOLVED) and not ("_Kept" in kinds and kinds & {"TreeMap", "TreeSet"}):
                _same(f"echoes ({build.name})", described, describe(_joined(model, again), empty_blocks=False))
    if generic:  # sets of objects have no order that two processes would share
        _same("what the builds write", *written)


def _joined(model: Any, contents: list[Any]) -> list[Any]:
    """With neighbouring blocks as one, as they are written."""
    result: list[Any] = []
    for content in contents:
        if type(content) is model.BlockData and (not content or (result and type(result[-1]) is model.BlockData)):
            if content:
                result[-1] = model.BlockData(result[-1] + content)
        else:
            result.append(content)
    return result


def _contents(build: Build, data: bytes, resolver: Any) -> list[Any]:
    decoder = build.Decoder(resolver)
    decoder.feed(data)
    decoder.feed_eof()
    contents: list[Any] = []
    decoder.take_contents(contents)
    return contents


def _without_path(error: Any) -> Any:
    """A path into a value names elements where one into a document names the contents of an annotation.

    A document does not guess at classes that write no data for their fields.
    """
    return None if error is None else (error[0], error[1], error[3].partition("; maybe because")[0])

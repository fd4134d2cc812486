"""What a build makes of some bytes: the values or the error, in a form that can be compared with the other build's."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import bridge
from tests.builds import load_pure
from tests.stream.graphs import describe

__all__ = ["BUILDS", "Build", "Outcome"]


class Outcome(NamedTuple):
    contents: list[Any]  # described
    error: tuple[str, int | None, str | None, str] | None  # type, offset, path, message
    rest: bytes  # what was fed and not consumed
    handles: int


class Build:
    """One build of the package."""

    def __init__(self, package: ModuleType) -> None:
        self.package = package
        self.name = package.__name__
        self.compiled = bool(package.compiled)
        self.errors = self.module("errors")
        self.Decoder = self.module("stream.decoder").Decoder
        self.Encoder = self.module("stream.encoder").Encoder
        self.Document = self.module("stream.document").Document
        self.GenericResolver = self.module("stream.generic").GenericResolver
        self.Limits = self.module("limits").Limits
        states = self.module("stream.states")
        self.NEED_DATA, self.END_OF_STREAM = states.NEED_DATA, states.END_OF_STREAM

    def module(self, name: str) -> ModuleType:
        return import_module(f"{self.name}.{name}")

    def registry(self) -> Any:
        """A registry of its own, whose cache of descriptors is empty."""
        return self.package.default_registry.copy()

    def pieces(
        self,
        pieces: Iterable[bytes | bytearray | memoryview],
        resolver: Any = None,
        *,
        limits: dict[str, int] | None = None,
    ) -> Outcome:
        """All contents of a stream that arrives in pieces; what a DecodeError or PeerException leaves is kept."""
        decoder = self.Decoder(
            self.registry() if resolver is None else resolver,
            limits=None if limits is None else self.Limits(**limits),
        )
        contents: list[Any] = []
        error = None
        waiting = iter(pieces)
        try:
            while True:
                content = decoder.next_content()
                if content is self.NEED_DATA:
                    piece = next(waiting, None)
                    if piece is None:
                        decoder.feed_eof()
                    else:
                        decoder.feed(piece)
                elif content is self.END_OF_STREAM:
                    break
                else:
                    contents.append(content)
        except self.errors.DecodeError as failure:
            error = (type(failure).__name__, failure.offset, failure.path, failure.message)
        return Outcome(describe(contents), error, decoder.unread(), decoder.handle_count)

    def whole(self, data: bytes, resolver: Any = None, *, limits: dict[str, int] | None = None) -> Outcome:
        return self.pieces([data], resolver, limits=limits)


#: The build under test, and the pure one beside it (which is the same code where the pure build is under test).
BUILDS = [Build(bridge), Build(load_pure())]

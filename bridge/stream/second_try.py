# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: `_frames` is indexed by `_top`, which `_push` and `_pop` keep inside it.
"""A second try, for classes that do not keep the rules.

A class with a ``writeObject`` that never calls ``defaultWriteObject`` (or ``putFields``) declares fields in its
descriptor and writes no data for them. Nothing in the stream tells: Java knows because it runs the class's own
``readObject``. Here the rules are trusted first. Where they lead into an error, the content is read once more from its
beginning, with one class under suspicion taken at its word less: as if it had no field data. A guess that gets further
than the one before is kept. The number of tries is bounded, so the cost is a small multiple of one reading.

What was read so has a class descriptor with ``fieldless`` True, and no values for the declared fields.
"""

from __future__ import annotations

from typing import Any

from .constants import SC_WRITE_METHOD
from .reader import StreamReader
from .states import IN_OBJECT, NO_REFERENCE

_MAX_TRIES = 16
_MAX_NAMED = 3


class SecondTryReader(StreamReader):
    """Remembers where a content began, and which classes to suspect when it cannot be read."""

    __slots__ = ()

    def _mark(self) -> None:
        """A content begins here, or once more."""
        start = self._base + self._pos
        if self._first_error is None or start != self._mark_start:
            self._suspicious = False
            self._last_suspect = None
            self._first_error = None
            self._mark_start = start
            self._mark_handles = len(self._handles)
            self._mark_refs = self._refs_beside
            self._mark_classes = self._classes

    def _try_again(self, error: Any) -> bool:
        """After an error: whether the content is to be read once more; the machine is then back at its beginning."""
        offset = self._base + self._pos
        if self._first_error is None:
            self._first_error = error
            self._accused = set()
            self._tries = 0
            self._guess = None
            self._best_offset = offset
            self._untried = self._suspects()
        elif offset > self._best_offset:  # the last guess led further: it is kept
            self._guess = None
            self._best_offset = offset
            self._untried = self._suspects()
        elif self._guess is not None:
            self._fieldless.discard(self._guess)
        self._tries += 1
        if not self._untried or self._tries > _MAX_TRIES or self._mark_start < self._base or self._mark_handles < 0:
            return False
        self._guess = self._untried.pop(0)
        self._fieldless.add(self._guess)
        self._rewind()
        return True

    def _rewind(self) -> None:
        while self._top >= 0:
            self._pop()
        self._depth = 0
        self._lowest_reference = NO_REFERENCE
        self._pos = self._mark_start - self._base
        del self._handles[self._mark_handles :]
        self._plans.clear()
        self._refs_beside = self._mark_refs
        self._classes = self._mark_classes

    def _given_up(self) -> Any:
        """The first error, which says where the rules led; with the classes that may not keep them."""
        error = self._first_error
        names = ", ".join(sorted(self._accused)[:_MAX_NAMED])
        if names:
            error.message += f"; maybe because {names} writes no data for the fields it declares"
        return error

    def _suspects(self) -> list[str]:
        """The classes with a ``writeObject`` and fields around the place of an error, the nearest first."""
        names: list[str] = []
        for i in range(self._top, -1, -1):
            frame = self._frames[i]
            if frame.kind == IN_OBJECT and len(names) < _MAX_TRIES:
                self._suspect(frame.descriptor, names)
        if self._last_suspect is not None:
            self._suspect(self._last_suspect, names)
        self._accused.update(names)
        return names

    def _suspect(self, descriptor: Any, names: list[str]) -> None:
        for level, annotated in reversed(descriptor.data_levels):
            if not annotated or not level.flags & SC_WRITE_METHOD or not level.data_fields:
                continue
            # The JDK's own exceptions are known by name (`constants.FIELDLESS`); its other classes keep the rules.
            if level.name not in names and not level.name.startswith("java."):
                names.append(level.name)

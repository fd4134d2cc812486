"""A protocol by the name that it has in a Python module: ``MODULE:NAME``, as the command line takes it."""

from __future__ import annotations

import importlib

from ..errors import SchemaError
from .protocol import Protocol

__all__ = ["protocol_at"]


def protocol_at(place: str) -> Protocol:
    """The protocol ``NAME`` of the module ``MODULE``, which is imported, so its code runs; ``NAME`` may have dots.

    SchemaError: there is no such module, or nothing of that name in it, or it is no Protocol. What the module itself
    raises comes out.
    """
    module_name, colon, name = place.partition(":")
    if not colon or not all(part.isidentifier() for part in [*module_name.split("."), *name.split(".")]):
        raise SchemaError(f"a protocol is given as MODULE:NAME, and not as {place!r}")
    try:
        found: object = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # the module is there, and misses another one
        raise SchemaError(f"there is no module {error.name!r} for {place!r}") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise SchemaError(f"there is no {part!r} for {place!r}")
        found = getattr(found, part)
    if not isinstance(found, Protocol):
        raise SchemaError(f"{place!r} is of {type(found).__name__}, and no Protocol")
    return found

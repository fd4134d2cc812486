"""numpy: primitive arrays become its arrays when read, where that is asked for. `numpy_values` writes them."""

from __future__ import annotations

from typing import Any

from .defaults import default_registry
from .registry import ArrayReader, Registry

__all__ = ["numpy_arrays", "numpy_reader"]


def numpy_arrays(registry: Registry | None = None) -> Registry:
    """A copy of the registry that reads arrays of boolean, short, int, long, float and double as numpy's.

        bridge.loads(data, registry=bridge.numpy_arrays())

    They are in native byte order and can be changed; the same array in a stream is the same one here. ``byte[]`` stays
    bytes, which ``numpy.frombuffer`` takes as they are, ``char[]`` stays text. numpy's own arrays are written under
    every registry. Raises ImportError where there is no numpy.
    """
    into = (default_registry if registry is None else registry).copy()
    into.read_arrays_as(numpy_reader())
    return into


def numpy_reader() -> ArrayReader:
    """What `numpy_arrays` reads arrays with."""
    import numpy

    def read(code: str, data: bytes) -> Any:
        if code == "Z":
            return numpy.frombuffer(data, numpy.uint8) != 0
        stored = numpy.frombuffer(data, _STORED[code])
        return stored.astype(stored.dtype.newbyteorder("="))

    return read


_STORED = {"S": ">i2", "I": ">i4", "J": ">i8", "F": ">f4", "D": ">f8"}

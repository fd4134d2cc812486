"""Writes the objects of javaobj."""

from __future__ import annotations

import io
from typing import Any

from ...mapping.defaults import default_registry
from ...mapping.javaobj_values import VERSION_1_OBJECT
from ...mapping.registry import Registry
from ...stream.encoder import Encoder
from ...stream.model import BlockData
from ...stream.plan import REPLACE, EncodePlan
from .beans import JavaObject

__all__ = ["JavaObjectMarshaller", "dumps"]


class JavaObjectMarshaller:
    """Writes objects, each `dump` as a stream of its own; or several to ``stream`` with `writeObject`.

    What is written: the objects of this face and of the package javaobj, and all that `bridge.dumps` takes. A plain str
    as a whole content is primitive data, as in javaobj; inside of objects it is a string.
    """

    def __init__(self, stream: Any = None) -> None:
        self.object_stream = stream
        self.object_transformers: list[Any] = []
        self._encoder: Encoder | None = None

    def add_transformer(self, transformer: Any) -> None:
        """Its ``transform(obj)`` gives what is written in the place of a `JavaObject`; the first other one counts."""
        self.object_transformers.append(transformer)

    def dump(self, obj: Any) -> bytes:
        """A complete stream that holds ``obj``. Raises `EncodeError`, a ValueError, for what cannot be written."""
        self.object_stream = io.BytesIO()
        self._encoder = None
        self.writeObject(obj)
        return bytes(self.object_stream.getvalue())

    def writeObject(self, obj: Any) -> None:
        """Writes the next content to the stream, the first one with the header in front."""
        if self._encoder is None:
            self._encoder = Encoder(self._registry())
        if type(obj) is str:
            self._encoder.write_block_data(BlockData(obj.encode("latin-1")))
        else:
            self._encoder.write_object(obj)
        self.object_stream.write(self._encoder.take())

    def _registry(self) -> Registry:
        if not self.object_transformers:
            return default_registry
        registry = default_registry.copy()
        transformed: dict[int, tuple[Any, Any]] = {}  # once for each object, or what is shared would come apart

        def transform(value: Any) -> Any:
            if id(value) not in transformed:
                result = value
                for transformer in self.object_transformers:
                    result = transformer.transform(value)
                    if result is not value:
                        break
                transformed[id(value)] = value, result
                transformed.setdefault(id(result), (result, result))
            return transformed[id(value)][1]

        plan = EncodePlan(REPLACE, reduce=transform, alternatives=(VERSION_1_OBJECT,))
        registry.write_as(f"{JavaObject.__module__}.{JavaObject.__qualname__}", plan)
        return registry


def dumps(obj: Any, *transformers: Any) -> bytes:
    """A complete stream that holds ``obj``; see `JavaObjectMarshaller`."""
    marshaller = JavaObjectMarshaller()
    for transformer in transformers:
        marshaller.add_transformer(transformer)
    return marshaller.dump(obj)

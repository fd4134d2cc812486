"""The registry that is used where none is named: every file of this room, registered."""

from __future__ import annotations

from . import java_lang, java_math, java_time, java_util
from .registry import Registry

__all__ = ["default_registry"]


def _build() -> Registry:
    registry = Registry()
    for module in (java_lang, java_math, java_time, java_util):
        module.register(registry)
    return registry


default_registry = _build()

"""The registry that is used where none is named: every file of this room, registered."""

from __future__ import annotations

from . import (
    java_io,
    java_lang,
    java_lang_text,
    java_lang_throwable,
    java_math,
    java_net,
    java_rmi,
    java_sql,
    java_time,
    java_time_chrono,
    java_util,
    java_util_atomic,
    java_util_concurrent,
    java_util_containers,
    java_util_immutable,
    java_util_values,
    java_util_views,
    javaobj_values,
    numpy_values,
)
from .registry import Registry

__all__ = ["default_registry"]

_PACKAGES = (
    java_lang,
    java_lang_text,
    java_lang_throwable,
    java_math,
    java_time,
    java_time_chrono,
    java_util,
    java_util_containers,
    java_util_immutable,
    java_util_views,
    java_util_values,
    java_util_concurrent,
    java_util_atomic,
    java_net,
    java_io,
    java_sql,
    java_rmi,
    numpy_values,
    javaobj_values,
)


def _build() -> Registry:
    registry = Registry()
    for package in _PACKAGES:
        package.register(registry)
    registry.runs_code = False  # these take what the values hold, and nothing from elsewhere
    return registry


default_registry = _build()

# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""Where an adapter puts the data of values straight into the output; see `plan.EncodePlan`."""

from __future__ import annotations

from typing import Any

__all__ = ["DataWriter"]


class DataWriter:
    """What an adapter of many small values is, compiled, so that no `bytes` are made for each of them."""

    def put(self, out: Any, value: Any) -> bool:
        """Writes what follows the class of the object; False, and nothing written, where ``reduce`` is to tell it."""
        return False

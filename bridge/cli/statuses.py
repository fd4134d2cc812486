"""What a command says by its exit status; 0 is that all went well."""

from __future__ import annotations

from typing import Final

__all__ = ["FAILED", "FOUND", "INTERRUPTED", "NOBODY_READS", "WRONG_USE"]

FAILED: Final = 1
WRONG_USE: Final = 2
FOUND: Final = 3
INTERRUPTED: Final = 130  # as a shell says it of SIGINT
NOBODY_READS: Final = 141  # likewise of SIGPIPE

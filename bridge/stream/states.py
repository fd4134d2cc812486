"""The states of the decoder: what a frame is doing, and what a step answers when it has no value."""

from __future__ import annotations

import enum
from typing import Final


class Signal(enum.Enum):
    """What a step of the decoder answers when it has no value.

    ``PUSHED``: a frame was pushed, its value will come. ``UNREAD``: nothing was read, the short way does not fit.
    """

    NEED_DATA = "need data"
    END_OF_STREAM = "end of stream"
    PUSHED = "pushed"
    UNREAD = "unread"

    def __repr__(self) -> str:
        return self.name


NEED_DATA: Final = Signal.NEED_DATA
END_OF_STREAM: Final = Signal.END_OF_STREAM
PUSHED = Signal.PUSHED
UNREAD = Signal.UNREAD

# What a frame is doing.
IN_OPEN = 1  #: TC_OBJECT, TC_ARRAY, TC_ENUM or TC_CLASS was read; awaits its class descriptor, then its first bytes
IN_OBJECT = 2
IN_ARRAY = 3
IN_ENUM = 4
IN_DESCRIPTOR = 5
IN_EXCEPTION = 6

#: Above every handle number: no reference has been read since the class descriptor began.
NO_REFERENCE = 1 << 40

#: More than there can be of anything.
ANY_NUMBER = 1 << 60

#: What has up to so many parts, on so many levels, may be read again when one of them cannot be read at once.
FEW_PARTS = 16
FEW_LEVELS = 2

#: The bits of 0.75, the load factor of every HashMap that nobody gave another one.
LOAD_FACTOR_BITS = 0x3F400000

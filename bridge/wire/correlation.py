"""Which message answers which request: the bookkeeping of the channels, blocking and for asyncio."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..errors import LocalProtocolError, RemoteProtocolError, SchemaError
from .fields import fixed_size
from .message import Message, named_members

if TYPE_CHECKING:
    from .protocol import Protocol

__all__ = ["Expected", "Waiting", "checked", "expected"]

#: ``expect=``: a message class, or some of them.
Expected: TypeAlias = "type | tuple[type, ...]"

#: Messages that nobody asked for and nobody has received, while answers are awaited.
_MAX_UNCLAIMED: Final = 1024
#: Requests that were given up, whose answers may still come.
_MAX_LATE: Final = 10_000


def expected(expect: Expected | None, protocol: Protocol) -> None:
    """SchemaError: ``expect`` names no messages of the protocol."""
    if expect is None:
        return
    known = {each.type for each in protocol.all_messages}
    for cls in expect if isinstance(expect, tuple) else (expect,):
        if cls not in known:
            raise SchemaError(f"{cls!r} is no message of {protocol.name}, so it cannot be expected")


def checked(message: Any, expect: Expected | None, what: str) -> Any:
    """``message``, where it is of a class that is expected; else RemoteProtocolError."""
    if expect is None or isinstance(message, expect):
        return message
    names = " or ".join(cls.__name__ for cls in (expect if isinstance(expect, tuple) else (expect,)))
    raise RemoteProtocolError(f"the {what} is {message!r:.200}, and not a {names}")


class Waiting:
    """The requests whose answers are awaited, and the messages that are no answers. Knows no threads and no waiting."""

    def __init__(self, protocol: Protocol) -> None:
        self._field = protocol.correlation
        self._highest = _highest(protocol.correlation, protocol.all_messages)
        self._last = 0
        self._answers: dict[Any, list[Any] | None] = {}
        self._late: OrderedDict[Any, None] = OrderedDict()
        self._unclaimed: deque[Any] = deque()

    def correlates(self, message: Any) -> bool:
        """Whether the answer to ``message`` is known by a field."""
        return self._field is not None and hasattr(message, self._field)

    def begin(self, message: Any) -> tuple[Any, Any]:
        """The message to send, and the key of its answer. LocalProtocolError: one with this key is awaited already."""
        assert self._field is not None
        key = getattr(message, self._field)
        if key is None:
            key = self.free_number()
            message = dataclasses.replace(message, **{self._field: key})
        if key in self._answers:
            raise LocalProtocolError(f"an answer with the {self._field} {key!r} is awaited already")
        self._late.pop(key, None)
        self._answers[key] = None
        return message, key

    def answer(self, key: Any) -> list[Any] | None:
        """The answer, in a list, if it has come."""
        return self._answers[key]

    def end(self, key: Any, *, late: bool) -> None:
        """The request is over; ``late`` if an answer may still come."""
        if self._answers.pop(key) is None and late:
            self._late[key] = None
            if len(self._late) > _MAX_LATE:
                self._late.popitem(last=False)

    def take_unclaimed(self) -> list[Any] | None:
        """The next message that answers nothing, in a list."""
        return [self._unclaimed.popleft()] if self._unclaimed else None

    def arrived(self, message: Any) -> None:
        """A message has come. RemoteProtocolError: too many that nobody receives."""
        if self._field is not None and hasattr(message, self._field):
            key = getattr(message, self._field)
            try:
                if key in self._answers and self._answers[key] is None:
                    self._answers[key] = [message]
                    return
                if key in self._late:
                    del self._late[key]
                    return
            except TypeError:
                pass  # nothing that could be the key of an answer
        if len(self._unclaimed) >= _MAX_UNCLAIMED:
            raise RemoteProtocolError(
                f"{_MAX_UNCLAIMED} messages came that answer no request, and nobody receives them"
            )
        self._unclaimed.append(message)

    def free_number(self) -> int:
        """The next number that no request waits with."""
        for _ in range(len(self._answers) + 1):
            self._last = self._last % self._highest + 1
            if self._last not in self._answers:
                return self._last
        raise LocalProtocolError(f"all {self._highest} numbers for requests are awaited")


def _highest(field: str | None, messages: tuple[Message, ...]) -> int:
    """The highest number that fits the correlation field of every message, as a signed int."""
    highest = (1 << 31) - 1
    for each in messages:
        for member in () if each.struct is None else named_members(each.struct):
            size = fixed_size(member) if member.name == field else None
            if size:
                highest = min(highest, (1 << (8 * size - 1)) - 1)
    return highest

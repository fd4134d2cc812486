"""What happens to conversations, for ``logging``: one line for each event, with the socket id.

    event=accepted socket="tcp 127.0.0.1:9000 127.0.0.1:40312" peers=3
    event=broken socket="tcp 127.0.0.1:9000 127.0.0.1:40312" error=ChannelBroken offset=1042 reason="the peer has gone"

The same facts are attributes of the log record (``event``, ``socket_id``, and each by its name), for a formatter that
writes another form. The loggers are ``bridge.channel`` (clients) and ``bridge.server``.

What the two sides say to each other is never in a line: no value, no text of a peer's exception, no secret, and of an
exception of one's own handler only its type and where it was raised, as its text may hold a value. Where a logger is
set to DEBUG the traceback follows the line, with all of that.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from .errors import BridgeError, ChannelError, ProtocolError, RejectedError

if TYPE_CHECKING:
    from .transport.socket_id import SocketId

__all__ = ["CHANNEL_LOG", "SERVER_LOG", "log_event"]

CHANNEL_LOG: Final = logging.getLogger("bridge.channel")
SERVER_LOG: Final = logging.getLogger("bridge.server")

_LONGEST_TEXT: Final = 300


def log_event(
    log: logging.Logger,
    level: int,
    event: str,
    socket_id: SocketId | None = None,
    *,
    error: BaseException | None = None,
    **facts: object,
) -> None:
    """Write one line about ``event``. A fact that is None is left out."""
    if not log.isEnabledFor(level):
        return
    found: dict[str, object] = {"socket": socket_id, **facts}
    if error is not None:
        found |= _facts_of(error)
    line = "".join(f" {name}={_written(value)}" for name, value in found.items() if value is not None)
    extra: dict[str, object] = {"event": event, "socket_id": socket_id}
    extra |= {name: value for name, value in found.items() if name != "socket"}
    log.log(level, "event=%s%s", event, line, extra=extra, exc_info=error if log.isEnabledFor(logging.DEBUG) else None)


def _facts_of(error: BaseException) -> dict[str, object]:
    facts: dict[str, object] = {"error": type(error).__name__}
    if isinstance(error, BridgeError):
        facts["offset"] = error.offset
    if isinstance(error, ChannelError | ProtocolError | RejectedError):
        facts["reason"] = error.message  # our words and the system's, and names of classes
    elif isinstance(error, OSError):
        facts["reason"] = error.strerror
    elif error.__traceback__ is not None:
        facts["raised_at"] = _place_of(error)
    return facts


def _place_of(error: BaseException) -> str:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    assert traceback is not None, "asked for only where there is one"
    code = traceback.tb_frame.f_code
    return f"{code.co_filename}:{traceback.tb_lineno} in {code.co_name}"


def _written(value: object) -> str:
    """A word as it is; a text in quotation marks, on one line and not longer than is useful."""
    if isinstance(value, float):
        return f"{value:.3f}"
    text = str(value)
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + "…"
    if text.isalnum():
        return text
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text) + '"'

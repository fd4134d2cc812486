"""A store of keys and values: requests with numbers, answers in any order, errors as messages.

python -m examples.store                                                # a server at port 7411
python -m bridge wire examples.store:STORE --connect 127.0.0.1:7411     # try it by hand
"""

from __future__ import annotations

import enum
import threading
from dataclasses import dataclass
from typing import Annotated

from construct import GreedyBytes, Int8ub, Prefixed

import bridge
from bridge.wire import (
    EnumOf,
    JavaInt,
    JavaLong,
    JavaUTF,
    LengthPrefix,
    MessageChannel,
    Protocol,
    message,
)

__all__ = ["STORE", "Delete", "Failed", "Get", "Put", "Reason", "Stored", "Value", "main", "serve"]

PORT = 7411


class Reason(enum.Enum):
    """Why a request failed."""

    NO_SUCH_KEY = 1
    WRONG_REVISION = 2
    FULL = 3


@message
@dataclass
class Put:
    """Store ``data`` under ``key``. A ``revision`` above 0 must be that of what is there."""

    request: Annotated[int | None, JavaInt]
    key: Annotated[str, JavaUTF]
    revision: Annotated[int, JavaLong]
    data: Annotated[bytes, Prefixed(JavaInt, GreedyBytes)]


@message
@dataclass
class Get:
    """What is under ``key``?"""

    request: Annotated[int | None, JavaInt]
    key: Annotated[str, JavaUTF]


@message
@dataclass
class Delete:
    """Forget ``key``."""

    request: Annotated[int | None, JavaInt]
    key: Annotated[str, JavaUTF]


@message
@dataclass
class Stored:
    """Done; what is under the key has this revision now, 0 where nothing is."""

    request: Annotated[int, JavaInt]
    revision: Annotated[int, JavaLong]


@message
@dataclass
class Value:
    """What is under a key."""

    request: Annotated[int, JavaInt]
    revision: Annotated[int, JavaLong]
    data: Annotated[bytes, Prefixed(JavaInt, GreedyBytes)]


@message
@dataclass
class Failed:
    """The request was not done."""

    request: Annotated[int, JavaInt]
    reason: Annotated[Reason, EnumOf(Int8ub, Reason)]
    text: Annotated[str, JavaUTF]


STORE = Protocol(
    "store",
    client={1: Put, 2: Get, 3: Delete},
    server={16: Stored, 17: Value, 18: Failed},
    framing=LengthPrefix(32),
    max_frame_bytes=1 << 20,
    correlation="request",
)


class Table:
    """What a server stores, for all its clients."""

    def __init__(self, max_keys: int = 10_000) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, tuple[int, bytes]] = {}
        self._max_keys = max_keys
        self._revision = 0

    def answer(self, request: Put | Get | Delete) -> Stored | Value | Failed:
        """The answer to one request."""
        number = request.request or 0
        with self._lock:
            revision, data = self._values.get(request.key, (0, b""))
            if isinstance(request, Put):
                if request.revision and request.revision != revision:
                    return Failed(number, Reason.WRONG_REVISION, f"{request.key} has revision {revision}")
                if not revision and len(self._values) >= self._max_keys:
                    return Failed(number, Reason.FULL, f"{self._max_keys} keys are stored")
                self._revision += 1
                self._values[request.key] = (self._revision, request.data)
                return Stored(number, self._revision)
            if not revision:
                return Failed(number, Reason.NO_SUCH_KEY, request.key)
            if isinstance(request, Get):
                return Value(number, revision, data)
            del self._values[request.key]
            return Stored(number, 0)


def serve(address: bridge.Address | str | tuple[str, int], table: Table | None = None) -> bridge.Server:
    """A server at ``address``."""
    table = Table() if table is None else table

    def answer_all(channel: MessageChannel) -> None:
        for request in channel:
            channel.send(table.answer(request))

    return bridge.serve(address, answer_all, protocol=STORE, content_seconds=30)


def main() -> None:
    with serve(("127.0.0.1", PORT)) as server:
        print(f"a store at {server.address}; Ctrl-C ends it")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()

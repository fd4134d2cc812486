"""Every exception that leaves the bridge.

    BridgeError
    ├─ DecodeError(ValueError)
    │  ├─ TruncatedStreamError(EOFError)   input ended inside a content
    │  ├─ CorruptedStreamError             the grammar is broken          java.io.StreamCorruptedException
    │  ├─ InvalidClassError                descriptor or UID conflict     java.io.InvalidClassException
    │  └─ RejectedError                    a filter or a limit said no    ObjectInputFilter.Status.REJECTED
    ├─ EncodeError(ValueError)
    │  └─ NotSerializableError             no plan for this type          java.io.NotSerializableException
    ├─ SchemaError(TypeError)              a declaration is wrong; raised when declared, never on data
    ├─ ProtocolError
    │  ├─ LocalProtocolError               you called it in the wrong state
    │  └─ RemoteProtocolError              the peer did
    ├─ PeerException                       the peer's stream holds TC_EXCEPTION
    └─ ChannelError
       ├─ ConnectError
       ├─ ChannelTimeout(TimeoutError)
       ├─ ChannelClosed                    ended cleanly, between two contents
       └─ ChannelBroken                    ended in the middle of a content

Only ``DecodeError`` and ``PeerException`` leave ``bridge.loads(any bytes)``.
"""

from __future__ import annotations

__all__ = [
    "BridgeError",
    "ChannelBroken",
    "ChannelClosed",
    "ChannelError",
    "ChannelTimeout",
    "ConnectError",
    "CorruptedStreamError",
    "DecodeError",
    "EncodeError",
    "InvalidClassError",
    "LocalProtocolError",
    "NotSerializableError",
    "PeerException",
    "ProtocolError",
    "RejectedError",
    "RemoteProtocolError",
    "SchemaError",
    "TruncatedStreamError",
]


class BridgeError(Exception):
    """The root of the tree.

    ``offset`` counts bytes from the start of the stream, ``path`` leads from the root of the value to the
    place (``$.orders[3].owner``); both are None where they have no meaning. ``message`` is the text without them.
    """

    def __init__(self, message: str = "", *, offset: int | None = None, path: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.path = path

    def __str__(self) -> str:
        places = []
        if self.offset is not None:
            places.append(f"at byte {self.offset}")
        if self.path is not None:
            places.append(f"in {self.path}")
        return f"{self.message} ({', '.join(places)})" if places else self.message


class DecodeError(BridgeError, ValueError):
    """The bytes could not be read."""


class TruncatedStreamError(DecodeError, EOFError):
    """The input ended inside a content, or before the content that was asked for."""


class CorruptedStreamError(DecodeError):
    """The bytes break the grammar of the Java Object Serialization Stream Protocol, or of a `bridge.wire.Protocol`."""


class InvalidClassError(DecodeError):
    """A class descriptor contradicts itself or the class it is read as."""


class RejectedError(DecodeError):
    """An ``ObjectInputFilter`` or one of the ``Limits`` refused the content."""


class EncodeError(BridgeError, ValueError):
    """The value could not be written."""


class NotSerializableError(EncodeError):
    """There is no way to write a value of this type."""


class SchemaError(BridgeError, TypeError):
    """A declaration is wrong. Raised where it is declared, never on data."""


class ProtocolError(BridgeError):
    """One of the two sides broke the rules of the conversation."""


class LocalProtocolError(ProtocolError):
    """A method was called in a state in which it makes no sense (sending on a closed channel)."""


class RemoteProtocolError(ProtocolError):
    """The peer sent what the conversation does not allow now."""


class PeerException(BridgeError):
    """The peer could not finish writing an object and put its exception on the stream (TC_EXCEPTION).

    ``throwable`` is the Java exception as it arrived. The stream goes on after it.
    """

    def __init__(self, throwable: object, *, offset: int | None = None, path: str | None = None) -> None:
        # A stream may hold anything here, also a graph whose text would never end.
        told = throwable if isinstance(throwable, str | BaseException) else f"a {type(throwable).__qualname__}"
        super().__init__(f"the peer failed while it wrote an object: {told}", offset=offset, path=path)
        self.throwable = throwable


class ChannelError(BridgeError):
    """The connection failed, not the data on it."""


class ConnectError(ChannelError):
    """No connection could be made."""


class ChannelTimeout(ChannelError, TimeoutError):
    """Nothing arrived, or nothing could be sent, in the time that was given. The channel stays usable.

    ``queued``, of a sending: True, the object is queued whole and goes out before all that is sent later, so it is not
    to be sent again; False, nothing of it was sent, as the peer had not taken what was sent before. None otherwise.
    """

    def __init__(
        self, message: str = "", *, offset: int | None = None, path: str | None = None, queued: bool | None = None
    ) -> None:
        super().__init__(message, offset=offset, path=path)
        self.queued = queued


class ChannelClosed(ChannelError):
    """The conversation ended cleanly, between two contents."""


class ChannelBroken(ChannelError):
    """The conversation ended in the middle of a content, or the connection was reset."""

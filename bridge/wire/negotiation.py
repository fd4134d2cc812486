"""Which version of a protocol counts, where it asks for a negotiation (``negotiate=True``).

Both sides send the same opening, at once and before anything else, and not framed:

    magic     4 bytes    9D 42 57 50
    lowest    2 bytes    the oldest version this side can speak: an unsigned int, big-endian
    highest   2 bytes    the newest
    name      2 bytes and as many as they say: the name of the protocol in modified UTF-8

In Java: ``writeInt(0x9D425750)``, ``writeShort``, ``writeShort``, ``writeUTF``. From both openings each side works out
the version that counts: the lower of the two highest, where that is not below one of the two lowest. Nothing is
answered, so no time is lost; a side sends its first message when it has the opening of the other.
"""

from __future__ import annotations

from typing import Any, Final

from construct import Const, ConstructError, Int16ub, Struct

from ..errors import CorruptedStreamError, RemoteProtocolError
from .fields import JavaUTF

__all__ = ["MAGIC", "Opening"]

MAGIC: Final = b"\x9dBWP"
_FIXED_BYTES: Final = 10
_MAX_NAME_BYTES: Final = 1024
_LAYOUT: Final = Struct(Const(MAGIC), "lowest" / Int16ub, "highest" / Int16ub, "name" / JavaUTF)


class Opening:
    """Our side's opening, and what is received of the other's: ``feed``, then ``version`` when there is one."""

    def __init__(self, name: str, lowest: int, highest: int) -> None:
        self.name, self.lowest, self.highest = name, lowest, highest
        self._received = bytearray()

    def data(self) -> bytes:
        """Our opening."""
        opening: bytes = _LAYOUT.build({"lowest": self.lowest, "highest": self.highest, "name": self.name})
        return opening

    @property
    def received_bytes(self) -> int:
        """How many bytes of the other's opening are here."""
        return len(self._received)

    def feed(self, data: bytes | bytearray | memoryview) -> bytes | None:
        """Take bytes of the peer's stream. What is behind its opening, as soon as that is whole; else None.

        CorruptedStreamError: it is no opening.
        """
        self._received += data
        start = bytes(self._received[: len(MAGIC)])
        if not MAGIC.startswith(start):
            raise CorruptedStreamError(
                f"the peer does not begin with {MAGIC!r}: it does not negotiate a version", offset=0
            )
        if len(self._received) < _FIXED_BYTES:
            return None
        size = int.from_bytes(self._received[_FIXED_BYTES - 2 : _FIXED_BYTES], "big")
        if size > _MAX_NAME_BYTES:
            raise CorruptedStreamError(f"the name of the peer's protocol has {size} bytes", offset=_FIXED_BYTES - 2)
        end = _FIXED_BYTES + size
        if len(self._received) < end:
            return None
        rest = bytes(self._received[end:])
        del self._received[end:]
        return rest

    def peer_versions(self) -> tuple[int, int]:
        """The oldest and the newest version that the peer speaks, as soon as its opening is whole.

        RemoteProtocolError: it speaks another protocol. CorruptedStreamError: its name is no text.
        """
        peer = self._peer()
        return peer.lowest, peer.highest

    def version(self) -> int:
        """The version that counts.

        RemoteProtocolError: the peer speaks another protocol, or no version that this side does. CorruptedStreamError:
        its name is no text.
        """
        peer = self._peer()
        version: int = min(self.highest, peer.highest)
        if version < max(self.lowest, peer.lowest):
            raise RemoteProtocolError(
                f"the peer speaks the versions {peer.lowest} to {peer.highest} of {self.name}, and this side "
                f"{self.lowest} to {self.highest}",
                offset=0,
            )
        return version

    def _peer(self) -> Any:
        try:
            peer: Any = _LAYOUT.parse(bytes(self._received))
        except ConstructError as error:
            raise CorruptedStreamError("the name of the peer's protocol is no text", offset=_FIXED_BYTES) from error
        if peer.name != self.name:
            raise RemoteProtocolError(f"the peer speaks {peer.name[:100]!r}, and this side {self.name!r}", offset=0)
        return peer

"""Two ends prove to each other that they know one secret, before anything else is said; no input or output.

Each end sends at once 8 bytes that name the handshake and its version, and a nonce of 32 random bytes. Then who has
connected sends its proof, and who has accepted checks it and only then sends its own:

    client → server   MAGIC  nonce of the client            40 bytes
    server → client   MAGIC  nonce of the server            40 bytes
    client → server   HMAC(secret, MAGIC "client" nonces)   32 bytes
    server → client   HMAC(secret, MAGIC "server" nonces)   32 bytes

HMAC is that of RFC 2104 with SHA-256; the nonces are the client's, then the server's. What comes after the 72 bytes of
a direction is the conversation.

Why so. The word for the role keeps a proof from being sent back to who made it, the fresh nonces keep an old one
from being used again, and the fixed lengths leave one way to read what is proved. A server answers nobody who has
not proved himself, so whoever connects gets not one byte that depends on the secret. Somebody has to be first, and it
is the client: who lures it to an address of his own gets one HMAC over a nonce he chose. That is of no use with a
server, whose nonce is another, but guesses can be tried on it, without end: so the secret must be random bytes, and no
word.

What it does not do: nothing after the handshake is encrypted or protected. Who sits between the two can pass the
handshake on and then say what he likes; against him there is TLS, below this.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from ..errors import SchemaError

__all__ = ["HANDSHAKE_SECONDS", "SecretHandshake", "SharedSecret"]

#: How long a peer may take for the handshake, unless it is said otherwise.
HANDSHAKE_SECONDS: Final = 10.0

_MAGIC: Final = b"BRIDGE\x00\x01"
_NONCE_BYTES: Final = 32
_PROOF_BYTES: Final = 32
_HELLO_BYTES: Final = len(_MAGIC) + _NONCE_BYTES
_FEWEST_BYTES: Final = 16
_OBJECT_STREAM: Final = b"\xac\xed"


class SharedSecret:
    """What both ends know, ``key``, and for how many seconds who has accepted waits for the peer's part altogether.

    SchemaError: the key is no bytes, or fewer than 16 of them; the time is none.
    """

    __slots__ = ("_key", "handshake_seconds")

    def __init__(self, key: bytes, handshake_seconds: float = HANDSHAKE_SECONDS) -> None:
        if not isinstance(key, bytes):
            raise SchemaError(f"secret must be bytes, {_FEWEST_BYTES} or more of them, not {type(key).__name__}")
        if len(key) < _FEWEST_BYTES:
            raise SchemaError(
                f"secret must have {_FEWEST_BYTES} bytes or more, and has {len(key)}: take secrets.token_bytes(32)"
            )
        if not handshake_seconds > 0:
            raise SchemaError(f"handshake_seconds must be a number of seconds above 0, not {handshake_seconds!r}")
        self._key = key
        self.handshake_seconds = handshake_seconds

    def __repr__(self) -> str:
        return "<SharedSecret>"

    def proof(self, role: bytes, client_nonce: bytes, server_nonce: bytes) -> bytes:
        """What the end in ``role`` sends to prove that it knows the secret."""
        return hmac.digest(self._key, _MAGIC + role + client_nonce + server_nonce, "sha256")


class SecretHandshake:
    """One end of the handshake: ``accepted`` on the side that listened.

    Send ``data_to_send``, give ``receive_data`` at most ``missing_bytes`` that came, and again, until it
    ``is_complete`` and nothing is left to send.
    """

    def __init__(self, secret: SharedSecret, *, accepted: bool) -> None:
        self._secret = secret
        self._accepted = accepted
        self._nonce = secrets.token_bytes(_NONCE_BYTES)
        self._peer_nonce = b""
        self._outgoing = _MAGIC + self._nonce
        self._received = b""
        self.is_complete = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'complete' if self.is_complete else f'{self.missing_bytes} bytes to come'}>"

    @property
    def missing_bytes(self) -> int:
        """How many bytes the peer has to send before anything can go on; 0 when it is complete."""
        if self.is_complete:
            return 0
        return (_PROOF_BYTES if self._peer_nonce else _HELLO_BYTES) - len(self._received)

    def data_to_send(self) -> bytes:
        """The bytes to send now, each given once."""
        data, self._outgoing = self._outgoing, b""
        return data

    def receive_data(self, data: bytes) -> None:
        """Take what came, b"" at the peer's end. OSError: the peer does not know the secret; it is to be hung up on."""
        assert len(data) <= self.missing_bytes, "what comes after the handshake belongs to the conversation"
        if not data:
            raise _refusal("the peer has hung up in the handshake of the shared secret: it has another secret, or none")
        self._received += data
        if not self._peer_nonce:
            _check_magic(self._received)
        if self.missing_bytes:
            return
        received, self._received = self._received, b""
        if not self._peer_nonce:
            self._peer_nonce = received[len(_MAGIC) :]
            if not self._accepted:
                self._outgoing += self._proof(b"client")
            return
        if not hmac.compare_digest(received, self._proof(b"client" if self._accepted else b"server")):
            raise _refusal("the peer does not know the shared secret")
        if self._accepted:
            self._outgoing += self._proof(b"server")
        self.is_complete = True

    def _proof(self, role: bytes) -> bytes:
        nonces = (self._peer_nonce, self._nonce) if self._accepted else (self._nonce, self._peer_nonce)
        return self._secret.proof(role, *nonces)


def _check_magic(received: bytes) -> None:
    """OSError: what came first is not the beginning of the handshake."""
    begun = received[: len(_MAGIC)]
    if _MAGIC.startswith(begun):
        return
    if begun.startswith(_OBJECT_STREAM) or begun == _OBJECT_STREAM[:1]:
        raise _refusal(
            "the peer uses no shared secret: it begins with an object stream (AC ED) where the handshake is to come: "
            "it needs the same secret"
        )
    if begun.startswith(_MAGIC[:-1]):
        raise _refusal(f"the peer speaks version {begun[-1]} of the handshake of a secret, and here is version 1")
    raise _refusal(f"the peer does not begin with the handshake of a shared secret, but with {begun.hex(' ').upper()}")


def _refusal(message: str) -> OSError:
    return ConnectionAbortedError(message)

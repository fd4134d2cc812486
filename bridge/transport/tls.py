"""TLS without input or output: contexts from the options of a URL, one conversation, and errors in plain words.

    tls://HOST:PORT?ca=FILE          RFC 8446; verified by default

    connecting   ca=FILE             trust the CAs in this file or folder (PEM) instead of those of the system
                 cert=FILE key=FILE  a certificate of our own, for a server that asks for one
                 name=NAME           the name that the certificate must be for, where it is not HOST
                 verify=no           take any certificate: anybody may then read along and answer
    listening    cert=FILE key=FILE  our certificate with its chain, and its key, which may be in the file of cert
                 ca=FILE             ask for certificates that these CAs have signed, and let nobody else in

Whatever a URL cannot say, an ``ssl.SSLContext`` can.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, Final

from ..errors import ConnectError, SchemaError
from .address import Address, yes_or_no_option

__all__ = ["TlsSession", "client_context", "ended_early", "peer_name", "server_context", "server_session"]

_CLIENT_OPTIONS: Final = ("ca", "cert", "key", "name", "verify")
_SERVER_OPTIONS: Final = ("ca", "cert", "key", "reuse_port")


# ------------------------------------------------------------------------------------------------------------ contexts


def client_context(address: Address, given: ssl.SSLContext | None) -> ssl.SSLContext:
    """The context for connecting: ``given``, or one from the options. ConnectError: they make no sense."""
    if given is not None:
        return _given(address, given)
    values = address.option_values(*_CLIENT_OPTIONS)
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.options |= ssl.OP_NO_RENEGOTIATION
    if not yes_or_no_option(address, values, "verify", True):
        if "ca" in values:
            raise ConnectError(f"the option ca has no meaning with verify=no in the address {address}")
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if "ca" in values:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which trusts no CA of the system
        context.options |= ssl.OP_NO_RENEGOTIATION
        _trust(context, values["ca"], address)
    if "cert" in values or "key" in values:
        _load_certificate(context, values, address)
    return context


def server_context(address: Address, given: ssl.SSLContext | None) -> ssl.SSLContext:
    """The context for listening: ``given``, or one from the options. ConnectError: they make no sense."""
    if given is not None:
        context = _given(address, given)
    else:
        values = address.option_values(*_SERVER_OPTIONS)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.options |= ssl.OP_NO_RENEGOTIATION
        if "cert" not in values:
            raise ConnectError(
                f"to listen at {address} a certificate is needed: the options cert=FILE and key=FILE, or tls= with an "
                "ssl.SSLContext"
            )
        _load_certificate(context, values, address)
        if "ca" in values:
            context.verify_mode = ssl.CERT_REQUIRED
            _trust(context, values["ca"], address)
    server_session(context)  # which tells whether it can be used
    return context


def server_session(context: ssl.SSLContext) -> TlsSession:
    """A conversation with one who has connected."""
    return TlsSession(context, server_side=True)


def peer_name(address: Address, context: ssl.SSLContext, default: str) -> str | None:
    """The name that the peer's certificate must be for; ``default`` where the address has no host."""
    name = dict(address.options).get("name") or address.host or default
    if address.scheme in ("unix", "memory"):
        name = ""
    if not name and context.check_hostname:
        raise ConnectError(
            f"the context checks the name of the peer, and the address {address} has none: set check_hostname to False"
        )
    return name or None


def _given(address: Address, context: ssl.SSLContext) -> ssl.SSLContext:
    if not isinstance(context, ssl.SSLContext):
        raise SchemaError(f"tls must be an ssl.SSLContext, not {context!r}")
    if address.scheme == "tls":
        address.option_values(*_CLIENT_OPTIONS, *_SERVER_OPTIONS)
    clash = sorted({"ca", "cert", "key", "verify"}.intersection(dict(address.options)))
    if address.scheme == "tls" and clash:
        raise ConnectError(
            f"the address {address} has the option {clash[0]}, and tls= says it too: one of both must go"
        )
    return context


def _trust(context: ssl.SSLContext, name: str, address: Address) -> None:
    path = Path(name)
    try:
        if path.is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise ConnectError(f"the file {name} of the option ca has no certificate in PEM form") from error
    except OSError as error:
        raise ConnectError(f"the file {name} of the option ca in {address} cannot be read: {error.strerror}") from error


def _load_certificate(context: ssl.SSLContext, values: dict[str, str], address: Address) -> None:
    if "cert" not in values:
        raise ConnectError(f"the address {address} has the option key without the option cert")
    files = " and ".join(values[name] for name in ("cert", "key") if name in values)

    def ask_nobody() -> str:  # OpenSSL would ask at the terminal
        raise ConnectError(f"the key in {files} is encrypted: load it into an ssl.SSLContext, and give that as tls=")

    try:
        context.load_cert_chain(values["cert"], values.get("key"), ask_nobody)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ConnectError(f"the key does not belong to the certificate: {files}") from error
        raise ConnectError(f"there is no certificate with its key in PEM form in {files}") from error
    except OSError as error:
        raise ConnectError(f"the certificate and its key cannot be read from {files}: {error.strerror}") from error


# -------------------------------------------------------------------------------------------------------- conversation


class TlsSession:
    """One conversation: bytes of the network go in and out here, and what they mean.

    ``feed`` and ``outgoing`` are the side of the network. ``handshake`` and ``read`` answer what they can with what
    was fed so far. All errors are OSErrors that say what is wrong; after one of them ``outgoing`` has what the peer
    is to be told.
    """

    def __init__(self, context: ssl.SSLContext, *, server_side: bool = False, name: str | None = None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side, name)
        except (ssl.SSLError, ValueError) as error:
            raise ConnectError(f"the ssl.SSLContext cannot be used here: {error}") from error
        self._ahead = bytearray()  # what was read before we ended
        self._peer_ended = self._ended = False

    def feed(self, data: bytes) -> None:
        """Take bytes of the network; b"" is their end."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    @property
    def has_outgoing(self) -> bool:
        return self._outgoing.pending > 0

    def outgoing(self) -> bytes:
        """The bytes for the network, each given once."""
        return self._outgoing.read()

    def handshake(self) -> bool:
        """Go on with the handshake; whether it is complete."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLEOFError as error:
            raise OSError(
                "the peer ended the connection in the handshake: it does not speak TLS, or not with us"
            ) from error
        except ssl.SSLError as error:
            raise explained(error) from error
        return True

    def read(self, max_bytes: int) -> bytes | None:
        """What the peer said, up to ``max_bytes``; b"" when it has ended, None when more must be fed."""
        if self._ahead:
            data = bytes(self._ahead[:max_bytes])
            del self._ahead[:max_bytes]
            return data
        return self._read(max_bytes)

    def _read(self, max_bytes: int) -> bytes | None:
        if self._peer_ended:
            return b""
        try:
            data = self._tls.read(max_bytes)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            data = b""
        except ssl.SSLError as error:
            raise explained(error) from error
        self._peer_ended = not data
        return data

    def write(self, data: bytes | memoryview) -> int:
        """Say ``data``, or its beginning; how many bytes it was."""
        try:
            return self._tls.write(data)
        except ssl.SSLError as error:
            raise explained(error) from error

    def end(self) -> None:
        """Say that we have ended (close_notify). Reading goes on."""
        if self._ended:
            return
        self._ended = True
        try:
            # OpenSSL looks for the peer's end too, and must not meet something else that it said before.
            while data := self._read(1 << 16):
                self._ahead += data
            self._tls.unwrap()
        except OSError:
            pass  # the peer has not ended; or there is no conversation that could end

    @property
    def certificate(self) -> dict[str, Any] | None:
        """The peer's certificate as ``ssl.SSLSocket.getpeercert`` gives it, where it sent one that was verified."""
        try:
            return self._tls.getpeercert() or None
        except ValueError:  # before the handshake
            return None


# -------------------------------------------------------------------------------------------------------------- errors

# X509_V_ERR_... of OpenSSL, include/openssl/x509_vfy.h.
_VERIFICATION: Final = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed, and is not among those trusted here: the option ca=FILE names it, if it is the right one",
    19: "was signed by a CA that is not trusted here: the option ca=FILE names it, if it is the right one",
    20: "was signed by a CA that is not trusted here: the option ca=FILE names it, if it is the right one",
    21: "came without the certificates of those who signed it",
    23: "was revoked",
    62: "is for another name",
    64: "is for another address",
}

_REASONS: Final = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the peer asks for a certificate: the options cert=FILE and key=FILE",
    "TLSV1_ALERT_UNKNOWN_CA": "the peer does not trust the CA of our certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the peer does not accept our certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the peer does not accept our certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the peer says that our certificate has expired",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "the peer says that our certificate was revoked",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "the peer cannot use our certificate",
    "TLSV1_ALERT_ACCESS_DENIED": "the peer does not let our certificate in",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the peer has sent no certificate, and one is asked for here",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the peer found no version, cipher or certificate that both sides accept",
    "NO_SHARED_CIPHER": "there is no cipher that both sides accept",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the peer does not speak a version of TLS that is accepted here",
    "UNSUPPORTED_PROTOCOL": "the peer does not speak a version of TLS that is accepted here",
    "TLSV1_UNRECOGNIZED_NAME": "the peer does not know the name it was asked for",
    "WRONG_VERSION_NUMBER": "the peer does not speak TLS",
    "UNKNOWN_PROTOCOL": "the peer does not speak TLS",
    "HTTP_REQUEST": "the peer does not speak TLS, but HTTP",
    "PACKET_LENGTH_TOO_LONG": "the peer does not speak TLS",
    "RECORD_LAYER_FAILURE": "the peer does not speak TLS",
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC": "what came was changed on its way",
}


def explained(error: ssl.SSLError) -> OSError:
    """``error`` in plain words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        what = _VERIFICATION.get(error.verify_code, f"is not accepted: {error.verify_message}")
        detail = f" ({error.verify_message.rstrip('.')})" if error.verify_code in (62, 64) else ""
        return OSError(f"the certificate of the peer {what}{detail}")
    if isinstance(error, ssl.SSLEOFError):
        return ended_early()
    reason = getattr(error, "reason", None) or str(error)
    return OSError(_REASONS.get(reason, f"TLS failed: {reason}"))


def ended_early() -> OSError:
    """What to raise where the bytes end and the peer did not say so: somebody may have cut the rest off."""
    return OSError("the connection ended without the peer's word for it (close_notify): something may be missing")

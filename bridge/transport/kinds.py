"""The kinds of transport by the scheme of their URL, and how each is opened.

A package can bring a kind of its own: an entry point of the group ``bridge.transports``, whose name is the scheme and
whose value a TransportKind. The names that come with this package cannot be taken.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from ..errors import ConnectError
from . import memory, raw, secret_transport, tcp, tls_transport, udp, unix
from .address import Address
from .base import AsyncListener, AsyncTransport, Listener, Transport, TransportKind
from .deadline import deadline_of, left_of
from .secret import SharedSecret

__all__ = ["connect", "connect_async", "kind_of", "listen", "listen_async"]

GROUP: Final = "bridge.transports"

_TCP: Final = TransportKind(tcp.connect, tcp.listen, tcp.connect_async, tcp.listen_async)

#: What comes with the package.
KINDS: Final = {
    **dict.fromkeys(("tcp", "mptcp", "sctp"), _TCP),
    "memory": TransportKind(memory.connect, memory.listen, memory.connect_async, memory.listen_async),
    "raw": TransportKind(raw.connect, raw.listen, raw.connect_async, raw.listen_async, datagrams=True),
    "tls": TransportKind(
        partial(tls_transport.connect, tcp.connect),
        partial(tls_transport.listen, tcp.listen),
        partial(tls_transport.connect_async, tcp.connect_async),
        partial(tls_transport.listen_async, tcp.listen_async),
    ),
    "udp": TransportKind(udp.connect, udp.listen, udp.connect_async, udp.listen_async, datagrams=True),
    "unix": TransportKind(unix.connect, unix.listen, unix.connect_async, unix.listen_async),
}

_loaded: dict[str, TransportKind] = {}


def kind_of(address: Address) -> TransportKind:
    """The kind that ``address`` names. ConnectError: there is none of that name, or it cannot be loaded."""
    kind = KINDS.get(address.scheme) or _loaded.get(address.scheme)
    if kind is not None:
        return kind
    brought = {point.name: point for point in _entry_points()}
    if address.scheme not in brought:
        names = ", ".join(sorted({*KINDS, *brought}))
        raise ConnectError(f"there is no transport of the kind {address.scheme!r} for {address}; there are {names}")
    kind = _loaded[address.scheme] = _load(brought[address.scheme])
    return kind


def _entry_points() -> Iterable[EntryPoint]:
    return entry_points(group=GROUP)


def _load(point: EntryPoint) -> TransportKind:
    try:
        kind: Any = point.load()
    except (ImportError, AttributeError) as error:
        raise ConnectError(
            f"the transport of the kind {point.name!r} cannot be loaded from {point.value}: {error}"
        ) from error
    if not isinstance(kind, TransportKind):
        raise ConnectError(
            f"{point.value}, for transports of the kind {point.name!r}, is no bridge.transport.base.TransportKind"
        )
    return kind


def _opener(address: Address, tls: ssl.SSLContext | None, secret: SharedSecret | None) -> TransportKind:
    """What opens ``address``, or what is below the TLS that was given for it: an address of TLS names TCP."""
    kind = _TCP if tls is not None and address.scheme == "tls" else kind_of(address)
    if tls is not None and kind.datagrams:
        raise ConnectError(f"TLS needs a stream of bytes, and {address} carries datagrams")
    if secret is not None and kind.datagrams:
        raise secret_transport.refuse_datagrams(address)
    return kind


def connect(
    address: Address,
    timeout: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: SharedSecret | None = None,
) -> Transport:
    """Open a connection of the kind ``address`` names, in TLS where ``tls`` is given, to a peer that knows ``secret``.

    OSError, or ConnectError where there is no such kind. SchemaError: datagrams, with a ``secret``.
    """
    kind = _opener(address, tls, secret)
    if kind.connect is None:
        raise _impossible(address, "cannot be connected to")
    deadline = deadline_of(timeout)
    if tls is None:
        transport = kind.connect(address, timeout)
    else:
        transport = tls_transport.connect(kind.connect, address, timeout, tls)
    return transport if secret is None else secret_transport.connect(transport, address, secret, left_of(deadline))


def listen(
    address: Address, backlog: int = 128, tls: ssl.SSLContext | None = None, secret: SharedSecret | None = None
) -> Listener:
    """Listen in the way ``address`` names, in TLS where ``tls`` is given, for who knows ``secret``.

    Errors as in ``connect``.
    """
    kind = _opener(address, tls, secret)
    if kind.listen is None:
        raise _impossible(address, "cannot be listened at")
    if tls is None:
        listener = kind.listen(address, backlog)
    else:
        listener = tls_transport.listen(kind.listen, address, backlog, tls)
    return listener if secret is None else secret_transport.SecretListener(listener, secret)


async def connect_async(
    address: Address,
    timeout: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: SharedSecret | None = None,
) -> AsyncTransport:
    """``connect`` for asyncio."""
    kind = _opener(address, tls, secret)
    if kind.connect_async is None:
        raise _impossible(address, "cannot be connected to with asyncio")
    deadline = deadline_of(timeout)
    if tls is None:
        transport = await kind.connect_async(address, timeout)
    else:
        transport = await tls_transport.connect_async(kind.connect_async, address, timeout, tls)
    if secret is None:
        return transport
    return await secret_transport.connect_async(transport, address, secret, left_of(deadline))


async def listen_async(
    address: Address, backlog: int = 128, tls: ssl.SSLContext | None = None, secret: SharedSecret | None = None
) -> AsyncListener:
    """``listen`` for asyncio."""
    kind = _opener(address, tls, secret)
    if kind.listen_async is None:
        raise _impossible(address, "cannot be listened at with asyncio")
    if tls is None:
        listener = await kind.listen_async(address, backlog)
    else:
        listener = await tls_transport.listen_async(kind.listen_async, address, backlog, tls)
    return listener if secret is None else secret_transport.AsyncSecretListener(listener, secret)


def _impossible(address: Address, what: str) -> ConnectError:
    return ConnectError(f"the address {address} {what}: transports of the kind {address.scheme!r} do not offer that")

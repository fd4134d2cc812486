"""TLS over any transport that carries a stream of bytes, blocking and for asyncio.

To connect is to complete the handshake. Who listens completes it when it first receives or sends: a peer that takes its
time keeps nobody waiting but the one who talks to it.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from ..errors import ConnectError
from .address import Address
from .base import AsyncListener, AsyncTransport, Info, Listener, Transport
from .deadline import deadline_of, left_of
from .tcp import HERE
from .tls import TlsSession, client_context, peer_name, server_context, server_session

__all__ = ["AsyncTlsTransport", "TlsTransport", "connect", "connect_async", "listen", "listen_async"]

_READ_BYTES: Final = 1 << 16
_WRITE_BYTES: Final = 1 << 16


def _inner_address(address: Address) -> Address:
    """Where the bytes go: TLS has its options to itself."""
    if address.scheme != "tls":
        return address
    options = tuple((name, value) for name, value in address.options if name == "reuse_port")
    return Address("tcp", address.host, address.port, address.path, options)


def _outer_address(address: object) -> Address | None:
    """How an address of the transport below is called."""
    if not isinstance(address, Address):
        return None
    return replace(address, scheme="tls") if address.scheme == "tcp" else address


def _client_session(address: Address, given: ssl.SSLContext | None) -> TlsSession:
    context = client_context(address, given)
    return TlsSession(context, name=peer_name(address, context, HERE))


def _refuse_datagrams(transport: Transport | AsyncTransport, address: Address) -> None:
    if transport.info("datagram_bytes") is not None:  # which a kind may tell only here
        raise ConnectError(f"TLS needs a stream of bytes, and {address} carries datagrams")


class _StoppedError(OSError):
    """The bytes have ended because this side wanted no more: for the session they have not."""


class TlsTransport(Transport):
    """TLS over ``inner``, which it takes over."""

    def __init__(self, inner: Transport, session: TlsSession) -> None:
        self._inner = inner
        self._session = session
        self._state = threading.Lock()  # held while the session is used, never while waiting
        self._sending = threading.Lock()  # held by who gives bytes to the network
        self._handshaking = threading.Lock()
        self._ready = False
        self._failure: OSError | None = None
        self._pending = memoryview(b"")  # for the network; with _sending held
        self._owed = 0  # bytes that were taken when their sending timed out
        self._stopped = self._closed = False

    def __repr__(self) -> str:
        closed = " closed" if self._closed else ""
        return f"<{type(self).__name__} {self.info('local')} to {self.info('peer')}{closed}>"

    def handshake(self, timeout: float | None = None) -> None:
        """Complete the handshake. OSError says why it failed."""
        self._handshake(deadline_of(timeout))

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = deadline_of(timeout)
        try:
            self._handshake(deadline)
            while True:
                with self._state:
                    data = self._session.read(max_bytes)
                self._try_to_flush()
                if data is not None:
                    return data
                self._feed(deadline)
        except _StoppedError:
            return b""
        except TimeoutError:
            raise
        except OSError:
            self._try_to_flush()  # the peer is told why
            raise

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        deadline = deadline_of(timeout)
        self._handshake(deadline)
        _acquire(self._sending, deadline)
        try:
            self._flush(deadline)
            if not self._owed:
                with self._state:
                    self._owed = self._session.write(memoryview(data)[:_WRITE_BYTES])
                self._flush(deadline)
            taken, self._owed = self._owed, 0
            return taken
        finally:
            self._sending.release()

    def send_eof(self) -> None:
        self._handshake(None)
        with self._state:
            self._session.end()
        self._try_to_flush()

    def stop_receiving(self) -> None:
        self._stopped = True
        self._inner.stop_receiving()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        with self._state:
            self._session.end()
        self._try_to_flush()
        self._inner.close()

    def info(self, name: Info) -> object:
        if name == "certificate":
            with self._state:
                return self._session.certificate
        told = self._inner.info(name)
        return _outer_address(told) if name in ("local", "peer") else told

    def _handshake(self, deadline: float | None) -> None:
        if self._closed:
            raise OSError(errno.EBADF, "the transport is closed")
        if self._ready:
            return
        _acquire(self._handshaking, deadline)
        try:
            while not self._ready:
                if self._failure is not None:
                    raise self._failure
                with self._state:
                    try:
                        self._ready = self._session.handshake()
                    except OSError as error:
                        self._failure = error
                if self._failure is not None:
                    self._try_to_flush()  # the peer is told why
                    continue
                _acquire(self._sending, deadline)
                try:
                    self._flush(deadline)
                finally:
                    self._sending.release()
                if not self._ready:
                    self._feed(deadline)
        finally:
            self._handshaking.release()

    def _feed(self, deadline: float | None) -> None:
        data = self._inner.receive(_READ_BYTES, left_of(deadline))
        if not data and self._stopped and not self._closed:
            raise _StoppedError(errno.ESHUTDOWN, "no more is received: this side is stopping")
        with self._state:
            self._session.feed(data)

    def _flush(self, deadline: float | None) -> None:
        """Give the network all that it is to have. With _sending held; after a TimeoutError the rest is kept."""
        while True:
            if not self._pending:
                with self._state:
                    self._pending = memoryview(self._session.outgoing())
                if not self._pending:
                    return
            sent = self._inner.send(self._pending, left_of(deadline))
            self._pending = self._pending[sent:]

    def _try_to_flush(self) -> None:
        """Likewise, of what the session has to say by itself; without waiting, and nothing depends on it."""
        if (self._session.has_outgoing or self._pending) and self._sending.acquire(blocking=False):
            try:
                self._flush(deadline_of(0))
            except OSError:
                pass
            finally:
                self._sending.release()


def _acquire(lock: threading.Lock, deadline: float | None) -> None:
    left = left_of(deadline)
    if not lock.acquire(timeout=-1 if left is None else left):
        raise TimeoutError(errno.ETIMEDOUT, "other threads used the transport all the time")


class TlsListener(Listener):
    """TLS for each peer of ``inner``, which it takes over."""

    def __init__(self, inner: Listener, context: ssl.SSLContext) -> None:
        self._inner = inner
        self._context = context

    @property
    def address(self) -> Address:
        address = _outer_address(self._inner.address)
        assert address is not None
        return address

    def accept(self, timeout: float | None = None) -> Transport:
        inner = self._inner.accept(timeout)
        try:
            _refuse_datagrams(inner, self.address)
        except BaseException:
            inner.close()
            raise
        return TlsTransport(inner, server_session(self._context))

    def close(self) -> None:
        self._inner.close()


def connect(
    open_inner: Callable[[Address, float | None], Transport],
    address: Address,
    timeout: float | None,
    context: ssl.SSLContext | None = None,
) -> Transport:
    """TLS over what ``open_inner`` gives. OSError: also where the handshake fails."""
    deadline = deadline_of(timeout)
    session = _client_session(address, context)
    inner = open_inner(_inner_address(address), timeout)
    try:
        _refuse_datagrams(inner, address)
        transport = TlsTransport(inner, session)
        transport.handshake(left_of(deadline))
    except BaseException:
        inner.close()
        raise
    return transport


def listen(
    open_inner: Callable[[Address, int], Listener],
    address: Address,
    backlog: int,
    context: ssl.SSLContext | None = None,
) -> Listener:
    """TLS over what ``open_inner`` gives."""
    context = server_context(address, context)
    return TlsListener(open_inner(_inner_address(address), backlog), context)


# ------------------------------------------------------------------------------------------------------------- asyncio


class AsyncTlsTransport(AsyncTransport):
    """TLS over ``inner``, which it takes over."""

    def __init__(self, inner: AsyncTransport, session: TlsSession) -> None:
        self._inner = inner
        self._session = session
        self._handshaking = asyncio.Lock()
        self._ready = False
        self._failure: OSError | None = None
        self._queue: list[bytes] = []  # what was written before the handshake was complete
        self._eof_queued = False
        self._stopped = self._closed = False

    def __repr__(self) -> str:
        closed = " closed" if self._closed else ""
        return f"<{type(self).__name__} {self.info('local')} to {self.info('peer')}{closed}>"

    async def handshake(self) -> None:
        """Complete the handshake. OSError says why it failed."""
        if self._ready:
            return
        async with self._handshaking:
            while not self._ready:
                if self._failure is not None:
                    raise self._failure
                try:
                    self._ready = self._session.handshake()
                except OSError as error:
                    self._failure = error
                self._pass_on()
                if self._failure is None and not self._ready:
                    await self._feed()
        queue, self._queue = self._queue, []
        for data in queue:
            self._encrypt(data)
        if self._eof_queued:
            self._session.end()
        self._pass_on()

    async def receive(self, max_bytes: int) -> bytes:
        if self._closed:
            raise OSError(errno.EBADF, "the transport is closed")
        try:
            await self.handshake()
            while True:
                data = self._session.read(max_bytes)
                self._pass_on()
                if data is not None:
                    return data
                await self._feed()
        except _StoppedError:
            return b""
        except OSError:
            self._pass_on()  # the peer is told why
            raise

    def write(self, data: bytes) -> None:
        self._check_sending()
        if self._ready:
            self._encrypt(data)
            self._inner.write(self._session.outgoing())
        else:
            self._queue.append(data)

    async def drain(self) -> None:
        self._check_sending()
        await self.handshake()
        await self._inner.drain()

    def send_eof(self) -> None:
        self._check_sending()
        self._eof_queued = True
        if self._ready:
            self._session.end()
            self._pass_on()

    def stop_receiving(self) -> None:
        self._stopped = True
        self._inner.stop_receiving()

    def abort(self) -> None:
        self._closed = True
        self._inner.abort()

    async def close(self) -> None:
        if not self._closed:
            try:
                if self._queue:
                    await self.handshake()
            except OSError:
                pass  # there is nobody to whom it could be sent
            self._closed = True
            self._session.end()
            self._pass_on()
        await self._inner.close()

    def info(self, name: Info) -> object:
        if name == "certificate":
            return self._session.certificate
        told = self._inner.info(name)
        return _outer_address(told) if name in ("local", "peer") else told

    async def _feed(self) -> None:
        data = await self._inner.receive(_READ_BYTES)
        if not data and self._stopped and not self._closed:
            raise _StoppedError(errno.ESHUTDOWN, "no more is received: this side is stopping")
        self._session.feed(data)

    def _encrypt(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._session.write(left) :]

    def _pass_on(self) -> None:
        """Give the network what the session has to say by itself; nothing depends on it."""
        if self._session.has_outgoing:
            try:
                self._inner.write(self._session.outgoing())
            except OSError:
                pass

    def _check_sending(self) -> None:
        if self._closed:
            raise BrokenPipeError(errno.EPIPE, "the transport is closed")
        if self._failure is not None:
            raise self._failure


class AsyncTlsListener(AsyncListener):
    """TLS for each peer of ``inner``, which it takes over."""

    def __init__(self, inner: AsyncListener, context: ssl.SSLContext) -> None:
        self._inner = inner
        self._context = context

    @property
    def address(self) -> Address:
        address = _outer_address(self._inner.address)
        assert address is not None
        return address

    async def accept(self) -> AsyncTransport:
        inner = await self._inner.accept()
        try:
            _refuse_datagrams(inner, self.address)
        except BaseException:
            inner.abort()
            raise
        return AsyncTlsTransport(inner, server_session(self._context))

    def close(self) -> None:
        self._inner.close()


async def connect_async(
    open_inner: Callable[[Address, float | None], Awaitable[AsyncTransport]],
    address: Address,
    timeout: float | None,
    context: ssl.SSLContext | None = None,
) -> AsyncTransport:
    """As ``connect``."""
    async with asyncio.timeout(timeout):
        session = _client_session(address, context)
        inner = await open_inner(_inner_address(address), timeout)
        try:
            _refuse_datagrams(inner, address)
            transport = AsyncTlsTransport(inner, session)
            await transport.handshake()
        except BaseException:
            inner.abort()
            raise
    return transport


async def listen_async(
    open_inner: Callable[[Address, int], Awaitable[AsyncListener]],
    address: Address,
    backlog: int,
    context: ssl.SSLContext | None = None,
) -> AsyncListener:
    """As ``listen``."""
    context = server_context(address, context)
    return AsyncTlsListener(await open_inner(_inner_address(address), backlog), context)

"""The handshake of a shared secret over any transport that carries a stream of bytes, blocking and for asyncio.

To connect is to complete the handshake. Who listens completes it when it first receives or sends, or in ``handshake``:
a peer that takes its time keeps nobody waiting but the one who talks to it, and him not for long.
"""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from ..errors import ConnectError, SchemaError
from .address import Address
from .base import AsyncListener, AsyncTransport, Info, Listener, Transport
from .deadline import deadline_of, left_of
from .secret import SecretHandshake, SharedSecret

__all__ = [
    "AsyncSecretListener",
    "AsyncSecretTransport",
    "SecretListener",
    "SecretTransport",
    "connect",
    "connect_async",
    "refuse_datagrams",
]

T = TypeVar("T")

_GOODBYE_SECONDS: Final = 1.0


class _StoppedError(OSError):
    """The bytes have ended because this side wanted no more: the peer is not to blame."""

    def __init__(self) -> None:
        super().__init__(errno.ESHUTDOWN, "no more is received: this side is stopping")


def refuse_datagrams(address: Address) -> SchemaError:
    """What to raise where there is no stream of bytes."""
    return SchemaError(f"secret= needs a stream of bytes, and {address} carries datagrams")


def _late(seconds: float) -> ConnectionAbortedError:
    return ConnectionAbortedError(
        f"the peer was cut off: it took longer than {seconds} s for the handshake of the secret"
    )


class SecretTransport(Transport):
    """The handshake over ``inner``, which it takes over, and after it ``inner`` itself.

    ``seconds`` is the longest that the peer is waited for, altogether; None: as long as the caller says.
    """

    def __init__(self, inner: Transport, handshake: SecretHandshake, seconds: float | None = None) -> None:
        self._inner = inner
        self._machine = handshake
        self._seconds = seconds
        self._waited_seconds = 0.0
        self._handshaking = threading.Lock()
        self._pending = b""  # for the network; with _handshaking held
        self._ready = False
        self._failure: OSError | None = None
        self._stopped = self._closed = False

    def __repr__(self) -> str:
        closed = " closed" if self._closed else ""
        return f"<{type(self).__name__} {self.info('local')} to {self.info('peer')}{closed}>"

    def handshake(self, timeout: float | None = None) -> None:
        if not self._ready:
            self._handshake(deadline_of(timeout))

    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._ready:
            deadline = deadline_of(timeout)
            try:
                self._handshake(deadline)
            except _StoppedError:
                return b""
            timeout = left_of(deadline)
        return self._inner.receive(max_bytes, timeout)

    def send(self, data: bytes | memoryview, timeout: float | None = None) -> int:
        if not self._ready:
            deadline = deadline_of(timeout)
            self._handshake(deadline)
            timeout = left_of(deadline)
        return self._inner.send(data, timeout)

    def send_eof(self) -> None:
        self.handshake()
        self._inner.send_eof()

    def stop_receiving(self) -> None:
        self._stopped = True
        self._inner.stop_receiving()

    def close(self) -> None:
        self._closed = True
        self._inner.close()

    def info(self, name: Info) -> object:
        return self._inner.info(name)

    def _handshake(self, deadline: float | None) -> None:
        left = left_of(deadline)
        if not self._handshaking.acquire(timeout=-1 if left is None else left):
            raise TimeoutError(errno.ETIMEDOUT, "other threads used the transport all the time")
        try:
            if self._ready:
                return
            if self._failure is not None:
                raise self._failure
            try:
                self._exchange(deadline)
            except (TimeoutError, _StoppedError):
                raise
            except OSError as error:
                self._failure = error
                self._inner.close()
                raise
            self._ready = True
        finally:
            self._handshaking.release()

    def _exchange(self, deadline: float | None) -> None:
        machine, inner = self._machine, self._inner
        while True:
            self._pending += machine.data_to_send()
            while self._pending:
                sent = self._waiting(lambda left: inner.send(self._pending, left), deadline)
                self._pending = self._pending[sent:]
            if machine.is_complete:
                return
            data = self._waiting(lambda left: inner.receive(machine.missing_bytes, left), deadline)
            if not data and self._stopped and not self._closed:
                raise _StoppedError
            machine.receive_data(data)

    def _waiting(self, call: Callable[[float | None], T], deadline: float | None) -> T:
        """What ``call`` gives, which may wait until ``deadline``, and no longer than the peer is waited for."""
        left = left_of(deadline)
        if self._seconds is None:
            return call(left)
        allowed = max(0.0, self._seconds - self._waited_seconds)
        began = time.monotonic()
        try:
            return call(allowed if left is None else min(allowed, left))
        except TimeoutError:
            if left is not None and left < allowed:
                raise
            raise _late(self._seconds) from None
        finally:
            self._waited_seconds += time.monotonic() - began


class SecretListener(Listener):
    """The handshake with each peer of ``inner``, which it takes over."""

    def __init__(self, inner: Listener, secret: SharedSecret) -> None:
        self._inner = inner
        self._secret = secret

    @property
    def address(self) -> Address:
        return self._inner.address

    def accept(self, timeout: float | None = None) -> Transport:
        inner = self._inner.accept(timeout)
        if inner.info("datagram_bytes") is not None:  # which a kind may tell only here
            inner.close()
            raise ConnectError(str(refuse_datagrams(self.address)))
        return SecretTransport(inner, SecretHandshake(self._secret, accepted=True), self._secret.handshake_seconds)

    def close(self) -> None:
        self._inner.close()


def connect(inner: Transport, address: Address, secret: SharedSecret, timeout: float | None) -> Transport:
    """The handshake over ``inner``, complete. OSError: the peer does not know ``secret``."""
    try:
        if inner.info("datagram_bytes") is not None:
            raise refuse_datagrams(address)
        transport = SecretTransport(inner, SecretHandshake(secret, accepted=False))
        transport.handshake(timeout)
    except BaseException:
        inner.close()
        raise
    return transport


# ------------------------------------------------------------------------------------------------------------- asyncio


class AsyncSecretTransport(AsyncTransport):
    """As ``SecretTransport``."""

    def __init__(self, inner: AsyncTransport, handshake: SecretHandshake, seconds: float | None = None) -> None:
        self._inner = inner
        self._machine = handshake
        self._seconds = seconds
        self._waited_seconds = 0.0
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
        if self._ready:
            return
        async with self._handshaking:
            if self._ready:
                return
            if self._failure is not None:
                raise self._failure
            try:
                await self._exchange_in_time()
                self._pass_on()
            except _StoppedError:
                raise
            except OSError as error:
                self._failure = error
                await self._hang_up()
                raise
            self._ready = True

    async def receive(self, max_bytes: int) -> bytes:
        if not self._ready:
            try:
                await self.handshake()
            except _StoppedError:
                return b""
        return await self._inner.receive(max_bytes)

    def write(self, data: bytes) -> None:
        if self._ready:
            self._inner.write(data)
            return
        self._check_sending()
        self._queue.append(data)

    async def drain(self) -> None:
        await self.handshake()
        await self._inner.drain()

    def send_eof(self) -> None:
        if self._ready:
            self._inner.send_eof()
            return
        self._check_sending()
        self._eof_queued = True

    def stop_receiving(self) -> None:
        self._stopped = True
        self._inner.stop_receiving()

    def abort(self) -> None:
        self._closed = True
        self._inner.abort()

    async def close(self) -> None:
        if not self._closed and not self._ready and self._queue:
            try:
                await self.handshake()
            except OSError:
                pass  # there is nobody to whom it could be sent
        self._closed = True
        await self._inner.close()

    def info(self, name: Info) -> object:
        return self._inner.info(name)

    async def _exchange_in_time(self) -> None:
        limit = asyncio.timeout(None if self._seconds is None else max(0.0, self._seconds - self._waited_seconds))
        began = time.monotonic()
        try:
            async with limit:
                await self._exchange()
        except TimeoutError:
            if self._seconds is None or not limit.expired():
                raise
            raise _late(self._seconds) from None
        finally:
            self._waited_seconds += time.monotonic() - began

    async def _exchange(self) -> None:
        machine = self._machine
        while True:
            data = machine.data_to_send()
            if data:
                self._inner.write(data)
            if machine.is_complete:
                return
            received = await self._inner.receive(machine.missing_bytes)
            if not received and self._stopped and not self._closed:
                raise _StoppedError
            machine.receive_data(received)

    async def _hang_up(self) -> None:
        """Close what is below in its own way, which TLS has a word for; where the peer does not take that, without."""
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._inner.close()
        except OSError:
            pass
        finally:
            self._inner.abort()

    def _pass_on(self) -> None:
        queue, self._queue = self._queue, []
        for data in queue:
            self._inner.write(data)
        if self._eof_queued:
            self._inner.send_eof()

    def _check_sending(self) -> None:
        if self._closed:
            raise BrokenPipeError(errno.EPIPE, "the transport is closed")
        if self._failure is not None:
            raise self._failure


class AsyncSecretListener(AsyncListener):
    """As ``SecretListener``."""

    def __init__(self, inner: AsyncListener, secret: SharedSecret) -> None:
        self._inner = inner
        self._secret = secret

    @property
    def address(self) -> Address:
        return self._inner.address

    async def accept(self) -> AsyncTransport:
        inner = await self._inner.accept()
        if inner.info("datagram_bytes") is not None:
            inner.abort()
            raise ConnectError(str(refuse_datagrams(self.address)))
        return AsyncSecretTransport(inner, SecretHandshake(self._secret, accepted=True), self._secret.handshake_seconds)

    def close(self) -> None:
        self._inner.close()


async def connect_async(
    inner: AsyncTransport, address: Address, secret: SharedSecret, timeout: float | None
) -> AsyncTransport:
    """As ``connect``."""
    try:
        if inner.info("datagram_bytes") is not None:
            raise refuse_datagrams(address)
        transport = AsyncSecretTransport(inner, SecretHandshake(secret, accepted=False))
        async with asyncio.timeout(timeout):
            await transport.handshake()
    except BaseException:
        inner.abort()
        raise
    return transport

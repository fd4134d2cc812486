"""Servers for asyncio: ``serve``."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from ..admission import AUTHENTICATED, EXPOSED, Admission, is_exposed
from ..connection import ConnectionOptions
from ..errors import ChannelClosed, ChannelError, ConnectError, DecodeError, RemoteProtocolError
from ..event_log import SERVER_LOG, log_event
from ..server import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS
from ..transport.address import Address, Target
from ..transport.secret import HANDSHAKE_SECONDS
from .channel import Channel, Listener, Spoken, listen

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

__all__ = ["Server", "serve"]


_C = TypeVar("_C", bound=Channel)


async def serve(
    address: Target,
    handler: Callable[[_C], Awaitable[object]],
    *,
    max_peers: int = 1000,
    max_peers_per_host: int | None = None,
    max_accepts_per_second: float | None = None,
    backlog: int = 128,
    content_seconds: float | None = None,
    tls: ssl.SSLContext | None = None,
    secret: bytes | None = None,
    handshake_seconds: float = HANDSHAKE_SECONDS,
    allow_insecure: bool = False,
    reuse_port: bool = False,
    on_accepted: Callable[[Channel], object] | None = None,
    on_closed: Callable[[Channel], object] | None = None,
    on_error: Callable[[Channel | None, Exception], object] | None = None,
    protocol: Spoken[_C] | None = None,
    **options: Unpack[ConnectionOptions],
) -> Server:
    """A server at ``address``, which runs at once: ``await handler(channel)`` in a task for each peer.

    Arguments and errors as in ``bridge.serve``; a hook may be a coroutine function. Await ``serve_forever`` to wait
    until the server stops, or use it in an ``async with`` statement: it stops at the end.
    """
    admission = Admission(
        max_peers=max_peers, max_peers_per_host=max_peers_per_host, max_accepts_per_second=max_accepts_per_second
    )
    place = Address.parse(address)
    if reuse_port:
        place = place.with_option("reuse_port", "1")
    listener = await listen(
        place,
        backlog=backlog,
        content_seconds=content_seconds,
        tls=tls,
        secret=secret,
        handshake_seconds=handshake_seconds,
        protocol=protocol,
        **options,
    )
    if tls is None and is_exposed(listener.address) and not allow_insecure:
        reason = EXPOSED if secret is None else AUTHENTICATED
        log_event(SERVER_LOG, logging.WARNING, "insecure", address=listener.address, reason=reason)
    return Server(listener, handler, admission, on_accepted=on_accepted, on_closed=on_closed, on_error=on_error)


class Server:
    """Awaits ``handler(channel)`` in a task for each peer of ``listener``; made by ``serve``.

    The channel is closed when the handler returns. An exception that leaves the handler is logged and ends that peer's
    conversation, no other. The hooks are those of the blocking ``Server``, and may be coroutine functions.
    """

    def __init__(
        self,
        listener: Listener,
        handler: Callable[[Any], Awaitable[object]],
        admission: Admission | None = None,
        *,
        on_accepted: Callable[[Channel], object] | None = None,
        on_closed: Callable[[Channel], object] | None = None,
        on_error: Callable[[Channel | None, Exception], object] | None = None,
    ) -> None:
        self._listener = listener
        self._handler = handler
        self._admission = Admission() if admission is None else admission
        self._on_accepted = on_accepted
        self._on_closed = on_closed
        self._on_error = on_error
        self._places = asyncio.Semaphore(self._admission.max_peers)
        self._peers: dict[asyncio.Task[None], Channel] = {}
        self._stopping = asyncio.Event()
        log_event(SERVER_LOG, logging.INFO, "listening", address=listener.address)
        self._accepting = asyncio.create_task(self._accept(), name=f"bridge server {listener.address}")

    def __repr__(self) -> str:
        return f"<Server {self.address} with {self.peer_count} peers{' stopping' if self._stopping.is_set() else ''}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    @property
    def address(self) -> Address:
        """Where it listens, with the real port."""
        return self._listener.address

    @property
    def peer_count(self) -> int:
        """The peers being served now."""
        return len(self._peers)

    async def serve_forever(self) -> None:
        """Wait until another task calls ``stop``; being cancelled stops the server."""
        try:
            await self._stopping.wait()
        finally:
            await self.stop()

    async def stop(self, *, grace_seconds: float | None = None) -> bool:
        """Accept no more peers, let every handler finish what it has begun, then close. Can be repeated.

        A handler that waits for an object gets ChannelClosed (an ``async for`` loop over the channel ends); one that
        is at work goes on, and can still send; an object that is half received may come to its end. Who is not done
        after ``grace_seconds`` is cancelled. Whether all were done in time.
        """
        first = not self._stopping.is_set()
        self._stopping.set()
        self._listener.close()
        self._accepting.cancel()
        for channel in self._peers.values():
            channel.stop_receiving()
        # A handler may stop its own server: it cannot wait for itself.
        peers = [task for task in self._peers if task is not asyncio.current_task()]
        if first:
            log_event(SERVER_LOG, logging.INFO, "stopping", address=self.address, peers=len(peers))
        await asyncio.wait([self._accepting])
        late: set[asyncio.Task[None]] = set()
        if peers:
            _, late = await asyncio.wait(peers, timeout=grace_seconds)
        for task in late:
            self._peers[task].abort()
            task.cancel()
        if late:
            await asyncio.wait(late)
        if first:
            log_event(SERVER_LOG, logging.INFO, "stopped", address=self.address, late=len(late))
        return not late

    async def _accept(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._places.acquire()
            try:
                channel = await self._listener.accept()
            except ChannelClosed:
                return
            except ConnectError as error:
                self._places.release()
                log_event(SERVER_LOG, logging.ERROR, "not_accepted", address=self.address, error=error)
                await self._tell("on_error", self._on_error, None, error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                continue
            pause = FIRST_PAUSE_SECONDS
            refusal = self._admission.refusal(channel.peer, time.monotonic())
            if refusal is not None:
                log_event(SERVER_LOG, logging.WARNING, "refused", channel.socket_id, reason=refusal)
                channel.abort()
                self._places.release()
                continue
            task = asyncio.create_task(self._serve(channel), name=f"bridge peer {channel.peer}")
            self._peers[task] = channel
            task.add_done_callback(self._forget)

    async def _serve(self, channel: Channel) -> None:
        began = time.monotonic()
        log_event(SERVER_LOG, logging.INFO, "accepted", channel.socket_id, peers=self.peer_count)
        met = False
        try:
            if not await self._admits(channel):
                return
            met = True
            await self._tell("on_accepted", self._on_accepted, channel)
            try:
                async with channel:
                    await self._handler(channel)
            except ChannelClosed:
                pass
            except (ChannelError, DecodeError, RemoteProtocolError) as error:
                log_event(SERVER_LOG, logging.WARNING, "broken", channel.socket_id, error=error)
                await self._tell("on_error", self._on_error, channel, error)
            except Exception as error:  # noqa: BLE001 - it ends this conversation and no other
                log_event(SERVER_LOG, logging.ERROR, "handler_failed", channel.socket_id, error=error)
                await self._tell("on_error", self._on_error, channel, error)
        finally:
            if met:
                await self._tell("on_closed", self._on_closed, channel)
            seconds = time.monotonic() - began
            log_event(SERVER_LOG, logging.INFO, "closed", channel.socket_id, seconds=seconds, peers=self.peer_count - 1)

    async def _admits(self, channel: Channel) -> bool:
        """Whether the peer knows the secret, where one is asked for: before that no code of the caller meets it."""
        if not self._listener.has_secret:
            return True
        try:
            await channel.complete_handshake()
        except ChannelClosed:
            channel.abort()
        except ChannelError as error:
            channel.abort()
            log_event(SERVER_LOG, logging.WARNING, "refused", channel.socket_id, reason=error.message)
            await self._tell("on_error", self._on_error, None, error)
        else:
            return True
        return False

    async def _tell(
        self, name: str, hook: Callable[..., object] | None, channel: Channel | None, *error: Exception
    ) -> None:
        if hook is None:
            return
        try:
            told = hook(channel, *error)
            if inspect.isawaitable(told):
                await told
        except Exception as failure:  # noqa: BLE001 - a hook is told, and decides nothing
            socket_id = None if channel is None else channel.socket_id
            log_event(SERVER_LOG, logging.ERROR, "hook_failed", socket_id, hook=name, error=failure)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._admission.leave(self._peers.pop(task).peer)
        self._places.release()

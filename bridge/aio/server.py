"""Servers for asyncio: ``serve``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Self, Unpack

from ..connection import ConnectionOptions
from ..errors import ChannelClosed, ChannelError, ConnectError, DecodeError, SchemaError
from ..transport.address import Address, Target
from .channel import Channel, Listener, listen

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Server", "serve"]

log = logging.getLogger(__name__)


async def serve(
    address: Target,
    handler: Callable[[Channel], Awaitable[object]],
    *,
    max_peers: int = 1000,
    backlog: int = 128,
    **options: Unpack[ConnectionOptions],
) -> Server:
    """A server at ``address``, which runs at once: ``await handler(channel)`` in a task for each peer.

    Arguments and errors as in ``bridge.serve``. Await ``serve_forever`` to wait until the server stops, or use it in an
    ``async with`` statement: it stops at the end.
    """
    if max_peers < 1:
        raise SchemaError(f"max_peers must be 1 or more, not {max_peers!r}")
    return Server(await listen(address, backlog=backlog, **options), handler, max_peers)


class Server:
    """Awaits ``handler(channel)`` in a task for each peer of ``listener``; made by ``serve``.

    The channel is closed when the handler returns. An exception that leaves the handler is logged and ends that peer's
    conversation, no other.
    """

    def __init__(
        self, listener: Listener, handler: Callable[[Channel], Awaitable[object]], max_peers: int = 1000
    ) -> None:
        self._listener = listener
        self._handler = handler
        self._places = asyncio.Semaphore(max_peers)
        self._peers: dict[asyncio.Task[None], Channel] = {}
        self._stopping = asyncio.Event()
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
        is at work goes on, and can still send. Who is not done after ``grace_seconds`` is cancelled. Whether all
        were done in time.
        """
        self._stopping.set()
        self._listener.close()
        self._accepting.cancel()
        for channel in self._peers.values():
            channel.stop_receiving()
        # A handler may stop its own server: it cannot wait for itself.
        peers = [task for task in self._peers if task is not asyncio.current_task()]
        await asyncio.wait([self._accepting])
        if not peers:
            return True
        _, late = await asyncio.wait(peers, timeout=grace_seconds)
        for task in late:
            self._peers[task].abort()
            task.cancel()
        if late:
            await asyncio.wait(late)
        return not late

    async def _accept(self) -> None:
        while True:
            await self._places.acquire()
            try:
                channel = await self._listener.accept()
            except ChannelClosed:
                return
            except ConnectError:
                log.exception("the server at %s goes on", self.address)
                self._places.release()
                await asyncio.sleep(0.1)  # whatever the system lacks, it will not have at once
                continue
            task = asyncio.create_task(self._serve(channel), name=f"bridge peer {channel.peer}")
            self._peers[task] = channel
            task.add_done_callback(self._forget)

    async def _serve(self, channel: Channel) -> None:
        try:
            async with channel:
                await self._handler(channel)
        except ChannelClosed:
            pass
        except (ChannelError, DecodeError) as error:
            log.warning("the conversation with %s ended: %s: %s", channel.peer, type(error).__name__, error)
        except Exception:
            log.exception("the handler of the conversation with %s failed", channel.peer)

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._peers[task]
        self._places.release()

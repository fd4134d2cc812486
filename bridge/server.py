"""Blocking servers: ``serve``."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Self, Unpack

from .channel import Channel, Listener, listen
from .connection import ConnectionOptions
from .errors import ChannelClosed, ChannelError, ConnectError, DecodeError, SchemaError
from .transport.address import Address, Target
from .transport.blocking import deadline_of, left_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Server", "serve"]

log = logging.getLogger(__name__)


def serve(
    address: Target,
    handler: Callable[[Channel], object],
    *,
    max_peers: int = 1000,
    backlog: int = 128,
    **options: Unpack[ConnectionOptions],
) -> Server:
    """A server at ``address``, which runs at once: ``handler(channel)`` is called in a thread for each peer.

    Of more than ``max_peers`` at a time the others wait. Errors and options as in ``listen``. Call ``serve_forever``
    to wait until the server stops, or use it in a ``with`` statement: it stops at the end.
    """
    if max_peers < 1:
        raise SchemaError(f"max_peers must be 1 or more, not {max_peers!r}")
    return Server(listen(address, backlog=backlog, **options), handler, max_peers)


class Server:
    """Calls ``handler(channel)`` in a thread for each peer of ``listener``; made by ``serve``.

    The channel is closed when the handler returns. An exception that leaves the handler is logged and ends that peer's
    conversation, no other.
    """

    def __init__(self, listener: Listener, handler: Callable[[Channel], object], max_peers: int = 1000) -> None:
        self._listener = listener
        self._handler = handler
        self._places = threading.Semaphore(max_peers)
        self._lock = threading.Lock()
        self._peers: dict[threading.Thread, Channel] = {}
        self._stopping = threading.Event()
        self._accepting = threading.Thread(target=self._accept, name=f"bridge server {listener.address}", daemon=True)
        self._accepting.start()

    def __repr__(self) -> str:
        return f"<Server {self.address} with {self.peer_count} peers{' stopping' if self._stopping.is_set() else ''}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def address(self) -> Address:
        """Where it listens, with the real port."""
        return self._listener.address

    @property
    def peer_count(self) -> int:
        """The peers being served now."""
        return len(self._peers)

    def serve_forever(self) -> None:
        """Wait until another thread calls ``stop``; an interrupt (Ctrl-C) stops the server and is raised again."""
        try:
            self._stopping.wait()
        finally:
            self.stop()

    def stop(self, *, grace_seconds: float | None = None) -> bool:
        """Accept no more peers, let every handler finish what it has begun, then close. Can be repeated.

        A handler that waits for an object gets ChannelClosed (a ``for`` loop over the channel ends); one that is at
        work goes on, and can still send. Who is not done after ``grace_seconds`` is cut off. Whether all were done
        in time.
        """
        deadline = deadline_of(grace_seconds)
        self._stopping.set()
        self._listener.close()
        self._places.release()
        _join(self._accepting, deadline)
        with self._lock:
            peers = dict(self._peers)
        for channel in peers.values():
            channel.stop_receiving()
        for thread in peers:
            _join(thread, deadline)
        late = [channel for thread, channel in peers.items() if thread.is_alive()]
        if threading.current_thread() in peers:
            late.remove(peers[threading.current_thread()])
        for channel in late:
            channel.close()
        return not late

    def _accept(self) -> None:
        while True:
            self._places.acquire()
            if self._stopping.is_set():
                return
            try:
                channel = self._listener.accept()
            except ChannelClosed:
                return
            except ConnectError:
                log.exception("the server at %s goes on", self.address)
                self._places.release()
                self._stopping.wait(0.1)  # whatever the system lacks, it will not have at once
                continue
            thread = threading.Thread(
                target=self._serve, args=(channel,), name=f"bridge peer {channel.peer}", daemon=True
            )
            with self._lock:
                if self._stopping.is_set():
                    channel.close()
                    return
                self._peers[thread] = channel
            try:
                thread.start()
            except RuntimeError:
                log.exception("there is no thread for %s", channel.peer)
                channel.close()
                self._forget(thread)

    def _serve(self, channel: Channel) -> None:
        try:
            with channel:
                self._handler(channel)
        except ChannelClosed:
            pass
        except (ChannelError, DecodeError) as error:
            log.warning("the conversation with %s ended: %s: %s", channel.peer, type(error).__name__, error)
        except Exception:
            log.exception("the handler of the conversation with %s failed", channel.peer)
        finally:
            self._forget(threading.current_thread())

    def _forget(self, thread: threading.Thread) -> None:
        with self._lock:
            del self._peers[thread]
        self._places.release()


def _join(thread: threading.Thread, deadline: float | None) -> None:
    if thread is not threading.current_thread():
        thread.join(left_of(deadline))

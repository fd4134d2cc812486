"""Blocking servers: ``serve``."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from .admission import AUTHENTICATED, EXPOSED, Admission, is_exposed
from .channel import Channel, Listener, Spoken, listen
from .connection import ConnectionOptions
from .errors import ChannelClosed, ChannelError, ConnectError, DecodeError, RemoteProtocolError
from .event_log import SERVER_LOG, log_event
from .transport.address import Address, Target
from .transport.deadline import deadline_of, left_of
from .transport.secret import HANDSHAKE_SECONDS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

__all__ = ["Server", "serve"]

#: After a failed accept: whatever the system lacks, it will not have at once.
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0


_C = TypeVar("_C", bound=Channel)


def serve(
    address: Target,
    handler: Callable[[_C], object],
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
    """A server at ``address``, which runs at once: ``handler(channel)`` is called in a thread for each peer.

    Of more than ``max_peers`` at a time the others wait; who is one too many of ``max_peers_per_host``, or of
    ``max_accepts_per_second``, is closed at once. A peer that takes longer than ``content_seconds`` for one object is
    cut off. The hooks are those of a Server. Errors and the other options are those of ``listen``.

    An address that other machines can reach, without encryption, is served with a warning in the log unless
    ``allow_insecure`` says that this is meant. With a ``secret`` the handshake is made in the thread of the peer, which
    has ``handshake_seconds`` for it, and ``handler`` is called for those who know the secret.

    With ``reuse_port`` several processes of one user can serve the same port, each with all of this; the system spreads
    the peers over them (SO_REUSEPORT; on Linux, evenly). It is the option ``reuse_port=1`` of the address.

    Call ``serve_forever`` to wait until the server stops, or use it in a ``with`` statement: it stops at the end.
    """
    admission = Admission(
        max_peers=max_peers, max_peers_per_host=max_peers_per_host, max_accepts_per_second=max_accepts_per_second
    )
    place = Address.parse(address)
    if reuse_port:
        place = place.with_option("reuse_port", "1")
    listener = listen(
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
    """Calls ``handler(channel)`` in a thread for each peer of ``listener``; made by ``serve``.

    The channel is closed when the handler returns. An exception that leaves the handler is logged and ends that peer's
    conversation, no other.

    Hooks are told what happens, in the thread of the peer; what one raises is logged and changes nothing:

    on_accepted(channel)       before the handler is called
    on_error(channel, error)   an exception left the handler (but ChannelClosed, which is no error), or a peer could
                               not be accepted: then ``channel`` is None
    on_closed(channel)         last, once for each ``on_accepted``; the channel is closed

    A peer that does not know the secret is cut off before any of that; of hooks, ``on_error`` is told, without channel.

    Where the system cannot accept a peer (out of file descriptors, perhaps), the server tries again, after at most a
    second; peers wait so long.
    """

    def __init__(
        self,
        listener: Listener,
        handler: Callable[[Any], object],
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
        self._places = threading.Semaphore(self._admission.max_peers)
        self._lock = threading.RLock()  # a signal handler that stops the server may come while it is held
        self._peers: dict[threading.Thread, Channel] = {}
        self._stopping = threading.Event()
        log_event(SERVER_LOG, logging.INFO, "listening", address=listener.address)
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
        work goes on, and can still send; an object that is half received may come to its end. Who is not done after
        ``grace_seconds`` is cut off. Whether all were done in time.
        """
        deadline = deadline_of(grace_seconds)
        first = not self._stopping.is_set()
        self._stopping.set()
        self._listener.close()
        self._places.release()
        _join(self._accepting, deadline)
        with self._lock:
            peers = dict(self._peers)
        if first:
            log_event(SERVER_LOG, logging.INFO, "stopping", address=self.address, peers=len(peers))
        for channel in peers.values():
            channel.stop_receiving()
        for thread in peers:
            _join(thread, deadline)
        late = [channel for thread, channel in peers.items() if thread.is_alive()]
        if threading.current_thread() in peers:
            late.remove(peers[threading.current_thread()])
        for channel in late:
            channel.abort()
        if first:
            log_event(SERVER_LOG, logging.INFO, "stopped", address=self.address, late=len(late))
        return not late

    def _accept(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            self._places.acquire()
            if self._stopping.is_set():
                return
            try:
                channel = self._listener.accept()
            except ChannelClosed:
                return
            except ConnectError as error:
                self._places.release()
                self._failed_to_accept(error)
                self._stopping.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                continue
            pause = FIRST_PAUSE_SECONDS
            with self._lock:
                refusal = self._admission.refusal(channel.peer, time.monotonic())
            if refusal is not None:
                log_event(SERVER_LOG, logging.WARNING, "refused", channel.socket_id, reason=refusal)
                channel.abort()
                self._places.release()
                continue
            thread = threading.Thread(
                target=self._serve, args=(channel,), name=f"bridge peer {channel.peer}", daemon=True
            )
            with self._lock:
                if self._stopping.is_set():
                    channel.abort()
                    return
                self._peers[thread] = channel
            try:
                thread.start()
            except RuntimeError as error:
                channel.abort()
                self._forget(thread, channel)
                self._failed_to_accept(error, channel)

    def _failed_to_accept(self, error: Exception, channel: Channel | None = None) -> None:
        socket_id = None if channel is None else channel.socket_id
        log_event(SERVER_LOG, logging.ERROR, "not_accepted", socket_id, address=self.address, error=error)
        self._tell("on_error", self._on_error, channel, error)

    def _serve(self, channel: Channel) -> None:
        began = time.monotonic()
        log_event(SERVER_LOG, logging.INFO, "accepted", channel.socket_id, peers=self.peer_count)
        met = False
        try:
            if not self._admits(channel):
                return
            met = True
            self._tell("on_accepted", self._on_accepted, channel)
            try:
                with channel:
                    self._handler(channel)
            except ChannelClosed:
                pass
            except (ChannelError, DecodeError, RemoteProtocolError) as error:
                log_event(SERVER_LOG, logging.WARNING, "broken", channel.socket_id, error=error)
                self._tell("on_error", self._on_error, channel, error)
            except Exception as error:  # noqa: BLE001 - it ends this conversation and no other
                log_event(SERVER_LOG, logging.ERROR, "handler_failed", channel.socket_id, error=error)
                self._tell("on_error", self._on_error, channel, error)
        finally:
            if met:
                self._tell("on_closed", self._on_closed, channel)
            self._forget(threading.current_thread(), channel)
            seconds = time.monotonic() - began
            log_event(SERVER_LOG, logging.INFO, "closed", channel.socket_id, seconds=seconds, peers=self.peer_count)

    def _admits(self, channel: Channel) -> bool:
        """Whether the peer knows the secret, where one is asked for: before that no code of the caller meets it."""
        if not self._listener.has_secret:
            return True
        try:
            channel.complete_handshake()
        except ChannelClosed:
            channel.abort()
        except ChannelError as error:
            channel.abort()
            log_event(SERVER_LOG, logging.WARNING, "refused", channel.socket_id, reason=error.message)
            self._tell("on_error", self._on_error, None, error)
        else:
            return True
        return False

    def _tell(self, name: str, hook: Callable[..., object] | None, channel: Channel | None, *error: Exception) -> None:
        if hook is None:
            return
        try:
            hook(channel, *error)
        except Exception as failure:  # noqa: BLE001 - a hook is told, and decides nothing
            socket_id = None if channel is None else channel.socket_id
            log_event(SERVER_LOG, logging.ERROR, "hook_failed", socket_id, hook=name, error=failure)

    def _forget(self, thread: threading.Thread, channel: Channel) -> None:
        with self._lock:
            del self._peers[thread]
            self._admission.leave(channel.peer)
        self._places.release()


def _join(thread: threading.Thread, deadline: float | None) -> None:
    if thread is not threading.current_thread():
        thread.join(left_of(deadline))

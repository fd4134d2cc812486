"""Unix domain sockets: ``unix:///PATH``, and ``unix://@NAME`` for abstract names, which only Linux has. unix(7).

    mode=660              listening: who may connect, as permissions of the socket file; 600 unless told otherwise
    group=NAME            listening: the group of the socket file
    busy_poll_seconds=N   connecting, not with asyncio: as for ``tcp``

A socket file outlives the program that made it when that ends badly. Who listens takes such a stale file away: one that
is a socket at which nobody answers. Another file is never touched, and a listener removes its own file when it closes.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
import socket
import stat
import sys
import time
from collections.abc import Callable
from typing import Final

from ..errors import ConnectError
from . import aio, blocking
from .address import Address
from .base import AsyncListener, AsyncTransport, Listener, Transport
from .deadline import deadline_of, left_of

__all__ = ["connect", "connect_async", "listen", "listen_async"]

_MODE = re.compile(r"[0-7]{3}")
_FULL_WAIT_SECONDS: Final = 0.01
# sun_path with the zero at its end, unix(7); BSD has a little less room.
_MAX_NAME_BYTES: Final = 107 if sys.platform.startswith("linux") else 103


def _sun_path(address: Address, *known: str) -> str:
    """The name as the system takes it. ConnectError: it is none, or this system has no such sockets.

    ``known`` are the names of further options it may have.
    """
    address.option_values("mode", "group", *known)
    if not hasattr(socket, "AF_UNIX"):  # pragma: no cover (Windows)
        raise ConnectError(f"the Python of this system has no Unix sockets, so {address} cannot be used")
    if address.host or address.port is not None:
        raise ConnectError(f"the address {address} is no path: unix:///PATH has three slashes, unix://@NAME none")
    path = address.path
    if path.startswith("@"):
        if not sys.platform.startswith("linux"):  # pragma: no cover
            raise ConnectError(f"only Linux has Unix sockets with abstract names, such as {address}")
        path = "\0" + path[1:]
    elif not path.startswith("/"):
        raise ConnectError(f"the address {address} needs a path: unix:///PATH, or unix://@NAME for an abstract name")
    elif "\0" in path:
        raise ConnectError(f"the path of the address {address} has a character with the code 0")
    length = len(os.fsencode(path))
    if not 1 < length <= _MAX_NAME_BYTES:
        raise ConnectError(f"the name of the address {address} has {length} bytes: 2 to {_MAX_NAME_BYTES} are possible")
    return path


# ---------------------------------------------------------------------------------------------------------- connecting


def connect(address: Address, timeout: float | None) -> Transport:
    """OSError: nobody listens there. The option ``busy_poll_seconds`` is that of TCP."""
    path = _sun_path(address, "busy_poll_seconds")
    seconds = blocking.busy_poll_seconds(address)
    deadline = deadline_of(timeout)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        while not _try_to_connect(sock, path):
            left = left_of(deadline)
            if left == 0:
                raise _full(timeout)
            time.sleep(_FULL_WAIT_SECONDS if left is None else min(left, _FULL_WAIT_SECONDS))
        return blocking.adopt(sock, "unix", busy_poll_seconds=seconds)
    except BaseException:
        sock.close()
        raise


async def connect_async(address: Address, timeout: float | None) -> AsyncTransport:
    """OSError: nobody listens there."""
    path = _sun_path(address)
    deadline = deadline_of(timeout)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        while not _try_to_connect(sock, path):
            left = left_of(deadline)
            if left == 0:
                raise _full(timeout)
            await asyncio.sleep(_FULL_WAIT_SECONDS if left is None else min(left, _FULL_WAIT_SECONDS))
        return await aio.adopt(sock, "unix")
    except BaseException:
        sock.close()
        raise


def _try_to_connect(sock: socket.socket, path: str) -> bool:
    """Whether it is connected; if not, too many wait to be accepted there, and the system does not tell when not."""
    try:
        sock.connect(path)
    except BlockingIOError:
        return False
    except PermissionError as error:
        raise PermissionError(error.errno, f"the permissions of {_shown(path)} let this user not connect") from error
    return True


def _full(timeout: float | None) -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, f"too many wait there to be accepted, for {timeout} s")


# ----------------------------------------------------------------------------------------------------------- listening


class UnixListener(blocking.SocketListener):
    """A listening Unix socket, which removes its file when it closes."""

    def __init__(self, sock: socket.socket, remove_file: Callable[[], None]) -> None:
        super().__init__(sock, "unix")
        self._remove_file = remove_file

    def close(self) -> None:
        self._remove_file()
        super().close()


class AsyncUnixListener(aio.SocketListener):
    """The same for asyncio."""

    def __init__(self, sock: socket.socket, remove_file: Callable[[], None]) -> None:
        super().__init__(sock, "unix")
        self._remove_file = remove_file

    def close(self) -> None:
        self._remove_file()
        super().close()


def listen(address: Address, backlog: int) -> Listener:
    """OSError: somebody listens there, or there is a file that is no socket."""
    return UnixListener(*_listening(address, backlog))


async def listen_async(address: Address, backlog: int) -> AsyncListener:
    """Errors as in ``listen``."""
    return AsyncUnixListener(*_listening(address, backlog))


def _listening(address: Address, backlog: int) -> tuple[socket.socket, Callable[[], None]]:
    path = _sun_path(address)
    options = dict(address.options)
    mode = options.get("mode", "600")
    if not _MODE.fullmatch(mode):
        raise ConnectError(f"the option mode must be three octal digits such as 660, not {mode!r}, in {address}")
    abstract = path.startswith("\0")
    if abstract and options:
        raise ConnectError(f"an abstract name has no permissions: everybody on this machine may connect to {address}")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made = False
    try:
        if abstract:
            _bind(sock, path)
        else:
            _bind_to_file(sock, path)
            made = True
            # Nobody can connect before listen(), so there is no moment with other permissions.
            os.chmod(path, int(mode, 8))
            if "group" in options:
                _give_to_group(path, options["group"], address)
        sock.listen(backlog)
        identity = None if abstract else _identity(path)
        return sock, lambda: _remove(path, identity)
    except BaseException:
        if made:
            os.unlink(path)
        sock.close()
        raise


def _bind_to_file(sock: socket.socket, path: str) -> None:
    try:
        _bind(sock, path)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise FileExistsError(errno.EEXIST, f"{path} is there and no socket; it is left alone") from error
        found = _identity(path)
        if not _is_stale(path):
            raise OSError(errno.EADDRINUSE, f"somebody listens at {path}") from error
        _remove(path, found)
        _bind(sock, path)


def _bind(sock: socket.socket, path: str) -> None:
    try:
        sock.bind(path)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and path.startswith("\0"):
            raise OSError(errno.EADDRINUSE, f"somebody listens at {_shown(path)}") from error
        if isinstance(error, FileNotFoundError):
            raise FileNotFoundError(error.errno, f"the folder of {path} is not there") from error
        raise


def _is_stale(path: str) -> bool:
    """Whether nobody listens at a socket file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:  # no room for one more, or not for this user: there is somebody
            return False
    return False


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _remove(path: str, identity: tuple[int, int] | None) -> None:
    """Remove a socket file, unless another one has taken its place meanwhile."""
    if identity is not None and _identity(path) == identity:
        try:
            os.unlink(path)
        except OSError:
            pass  # somebody else was quicker, or the folder is not ours any more


def _give_to_group(path: str, group: str, address: Address) -> None:
    try:
        shutil.chown(path, group=group)
    except LookupError as error:
        raise ConnectError(f"there is no group {group!r} on this system, as in {address}") from error
    except PermissionError as error:
        raise PermissionError(error.errno, f"this user may not give {path} to the group {group!r}") from error


def _shown(path: str) -> str:
    return "@" + path[1:] if path.startswith("\0") else path

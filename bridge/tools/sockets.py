"""The sockets of this machine as a table, as netstat shows them.

    for row in sockets([os.getpid()]):
        print(row.socket_id, row.state)
    rich.print(table(sockets()))

The facts come from ``psutil``; the queues from ``/proc/net`` where there is one (Linux).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, Final

import psutil
from rich.table import Table
from rich.text import Text

from .printable import printable

__all__ = ["SocketInfo", "sockets", "table"]

_PROC_NET: Final = Path("/proc/self/net")


@dataclass(frozen=True, slots=True)
class SocketInfo:
    """One socket at one moment.

    protocol          ``tcp``, ``tcp6``, ``udp`` or ``udp6``
    local_address     ``127.0.0.1:9000``, ``[::1]:9000``; ``0.0.0.0`` and ``[::]`` are every interface
    foreign_address   the same for the other end; empty where there is none
    state             ``LISTEN``, ``ESTABLISHED``, ``TIME_WAIT``, …; empty for UDP, which has no states
    pid               the process, None where the system names none: the socket outlived its process (TIME_WAIT), or
                      belongs to another user and this one may not see it
    process           the name of the program, None likewise
    receive_queue     bytes that arrived and were not read yet; of a listener the peers that wait to be accepted. None
                      where the system does not tell
    send_queue        bytes that were sent and not acknowledged yet; of a listener it means nothing
    """

    protocol: str
    local_address: str
    foreign_address: str
    state: str
    pid: int | None
    process: str | None
    receive_queue: int | None = None
    send_queue: int | None = None

    @property
    def socket_id(self) -> str:
        """Protocol, local and foreign address: ``tcp 127.0.0.1:9000 127.0.0.1:40312``."""
        return f"{self.protocol} {self.local_address} {self.foreign_address or '*'}"


def sockets(pids: Iterable[int] | None = None) -> list[SocketInfo]:
    """The TCP and UDP sockets of the processes ``pids``, or all of them; listeners first, then by address.

    A process that has ended has none. PermissionError: this user may not see the sockets of one of the processes (or,
    where the system gives all or nothing, of all processes).
    """
    found: dict[tuple[Any, ...], SocketInfo] = {}
    queues = _queues()
    name_of = cache(_process_name)
    for connection, pid in _connections(pids):
        protocol = ("tcp" if connection.type == socket.SOCK_STREAM else "udp") + (
            "6" if connection.family == socket.AF_INET6 else ""
        )
        local, foreign = tuple(connection.laddr), tuple(connection.raddr)
        receive_queue, send_queue = queues.get((protocol, local, foreign), (None, None))
        info = SocketInfo(
            protocol,
            _address(connection.laddr),
            _address(connection.raddr),
            "" if connection.status == psutil.CONN_NONE else _STATE_NAMES.get(connection.status, connection.status),
            pid,
            None if pid is None else name_of(pid),
            receive_queue,
            send_queue,
        )
        # Two descriptors of one process may be the same socket; two processes that share one are two rows.
        found[protocol, local, foreign, pid] = info
    return [found[key] for key in sorted(found, key=lambda key: (found[key].state != "LISTEN", *_sort_key(key)))]


def table(rows: Iterable[SocketInfo]) -> Table:
    """The rows as netstat prints them, for a rich Console."""
    shown = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name, right in [("Proto", False), ("Recv-Q", True), ("Send-Q", True)]:
        shown.add_column(name, justify="right" if right else "left", no_wrap=True)
    for name in ("Local address", "Foreign address"):
        shown.add_column(name, overflow="fold", min_width=15)
    shown.add_column("State", no_wrap=True)
    shown.add_column("PID/Program", overflow="fold", min_width=8)
    for row in rows:
        program = "-" if row.pid is None else f"{row.pid}/{'?' if row.process is None else printable(row.process)}"
        shown.add_row(
            row.protocol,
            "-" if row.receive_queue is None else str(row.receive_queue),
            "-" if row.send_queue is None else str(row.send_queue),
            Text(row.local_address),
            Text(row.foreign_address or "*"),
            Text(row.state, style=_STATE_STYLES.get(row.state, "")),
            Text(program),
        )
    return shown


# psutil's names where they are not those of netstat and of RFC 9293.
_STATE_NAMES: Final = {"FIN_WAIT1": "FIN_WAIT_1", "FIN_WAIT2": "FIN_WAIT_2", "CLOSE": "CLOSED"}

_STATE_STYLES: Final = {"LISTEN": "cyan", "ESTABLISHED": "green", "CLOSE_WAIT": "yellow", "TIME_WAIT": "dim"}


def _connections(pids: Iterable[int] | None) -> Iterable[tuple[Any, int | None]]:
    if pids is None:
        try:
            everything = psutil.net_connections("inet")
        except psutil.AccessDenied as error:
            raise PermissionError("the system shows the sockets of all processes to its administrator only") from error
        for connection in everything:
            yield connection, connection.pid
        return
    for pid in dict.fromkeys(pids):
        try:
            for own in psutil.Process(pid).net_connections("inet"):
                yield own, pid
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied as error:
            raise PermissionError(f"this user may not see the sockets of process {pid}") from error


def _process_name(pid: int) -> str | None:
    try:
        return psutil.Process(pid).name()
    except psutil.Error:
        return None


def _address(address: Any) -> str:
    """``host:port``, IPv6 in brackets, an IPv4 address inside IPv6 as IPv4; empty for none."""
    if not address:
        return ""
    host, port = address
    if ":" in host:
        mapped = IPv6Address(host.partition("%")[0]).ipv4_mapped
        host = f"[{host}]" if mapped is None else str(mapped)
    return f"{host}:{port}"


def _sort_key(key: tuple[Any, ...]) -> tuple[Any, ...]:
    protocol, local, foreign, pid = key
    return protocol, local[::-1], foreign[::-1], -1 if pid is None else pid


def _queues() -> dict[tuple[Any, ...], tuple[int, int]]:
    """(protocol, local, foreign): bytes to receive, bytes to send; empty where the system has no such list."""
    queues = {}
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        try:
            lines = (_PROC_NET / protocol).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, foreign, _, sizes, *_ = line.split()
            send_queue, _, receive_queue = sizes.partition(":")
            queues[protocol, _decoded(local), _decoded(foreign)] = int(receive_queue, 16), int(send_queue, 16)
    return queues


def _decoded(address: str) -> tuple[Any, ...]:
    """An address of ``/proc/net`` in the form of psutil: words in the byte order of the machine, in hexadecimal."""
    host, _, port = address.partition(":")
    if int(port, 16) == 0:
        return ()
    words = [int(host[start : start + 8], 16) for start in range(0, len(host), 8)]
    packed = b"".join(struct.pack("=I", word) for word in words)
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)

"""The sockets of this machine, as netstat knows them: who listens, who talks to whom, in which state.

    for row in sockets(port=9000):
        print(row.socket_id, row.state, row.pid, row.process)

The facts come from ``psutil``. Where the system tells more under ``/proc`` (Linux) the rows have that too: queues,
users, raw sockets, the states of Unix sockets, and the TCP sockets that are CLOSED and so in no table of the system.
What this user may not see is said in the row (``note``).
"""

from __future__ import annotations

import os
import socket
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

import psutil

from ..errors import SchemaError

try:
    import pwd
except ImportError:  # pragma: no cover (Windows)
    pwd = None  # type: ignore[assignment]

__all__ = ["FAMILIES", "STATES", "Family", "SocketCounts", "SocketInfo", "count", "sockets"]

Family: TypeAlias = Literal["TCP", "UDP", "Unix", "raw"]
FAMILIES: Final[tuple[Family, ...]] = ("TCP", "UDP", "raw", "Unix")

#: The states of RFC 9293, section 3.3.2, in the order of a life. Their spelling is netstat's.
STATES: Final = (
    *("LISTEN", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING"),
    *("LAST_ACK", "TIME_WAIT", "CLOSED"),
)


@dataclass(frozen=True, slots=True)
class SocketInfo:
    """One socket at one moment.

    protocol          ``tcp``, ``tcp6``, ``udp``, ``udp6``, ``raw``, ``raw6`` or ``unix``; empty in a row that only says
                      that a process may not be looked at
    local_address     ``127.0.0.1:9000``, ``[::1]:9000``; ``0.0.0.0`` and ``[::]`` are every interface. Of a Unix socket
                      its path (an abstract one begins with ``@``). Empty where there is none or none is told
    foreign_address   the same for the other end; empty where there is none
    state             one of STATES; empty for UDP and raw sockets, which have no states
    pid               the process, None where the system names none: see ``note``
    process           the name of the program, None likewise
    receive_queue     bytes that arrived and were not read yet; of a listener the peers that wait to be accepted. None
                      where the system does not tell
    send_queue        bytes that were sent and not acknowledged yet; of a listener it means nothing
    user              whose socket it is; None where the system does not tell
    inode             the number the system gave the socket; None where it does not tell, or took it back
    note              why there is no process: ``permission denied`` (and whose it is), ``outlived its process``,
                      ``not accepted yet`` (the connection waits in its listener's queue), ``process out of sight`` (the
                      system's own, or in another container). Empty where there is one. ``permission denied`` beside a
                      process and no socket: its sockets may not be seen
    """

    protocol: str
    local_address: str
    foreign_address: str
    state: str
    pid: int | None
    process: str | None
    receive_queue: int | None = None
    send_queue: int | None = None
    user: str | None = None
    inode: int | None = None
    note: str = ""

    @property
    def socket_id(self) -> str:
        """Protocol, local and foreign address: ``tcp 127.0.0.1:9000 127.0.0.1:40312``."""
        return f"{self.protocol or '-'} {self.local_address or '*'} {self.foreign_address or '*'}"

    @property
    def family(self) -> Family | None:
        """TCP, UDP, Unix or raw; None in a row that only says that a process may not be looked at."""
        return _FAMILY_OF.get(self.protocol)

    @property
    def local_port(self) -> int | None:
        """None where there is none: of Unix and raw sockets, and where the address is empty."""
        return _port(self.local_address) if self.family in _HAVE_PORTS else None

    @property
    def foreign_port(self) -> int | None:
        """Likewise."""
        return _port(self.foreign_address) if self.family in _HAVE_PORTS else None


_Item = TypeVar("_Item")
_Some: TypeAlias = _Item | Iterable[_Item] | None


def sockets(
    *,
    port: _Some[int] = None,
    state: str | Iterable[str] | None = None,
    pid: _Some[int] = None,
    process: str | Iterable[str] | None = None,
    family: str | Iterable[str] | None = None,
) -> list[SocketInfo]:
    """The sockets of this machine that fit all that is asked for; each argument takes one value or several.

    port       of either end
    state      one of STATES; ``FIN_WAIT`` is FIN_WAIT_1 and FIN_WAIT_2
    pid        of these processes; one that has ended has none
    process    the name of the program, with ``*`` and ``?`` as in a shell
    family     TCP, UDP, Unix, raw

    The listeners come first, then by protocol and address; Unix sockets come last. What this user may not see is not
    left out: its row has a ``note``. SchemaError: there is no such port, state or family.
    """
    wanted = _Wanted(
        _checked(port, int, lambda number: 0 <= number <= 65535, "a port from 0 to 65535"),
        _wanted_states(state),
        _checked(pid, int, lambda number: number >= 0, "the number of a process"),
        _checked(process, str, lambda name: True, "the name of a program"),
        _wanted_families(family),
    )
    rows = {_identity(row): row for row in _rows(wanted) if wanted.includes(row)}
    return sorted(rows.values(), key=_order)


class SocketCounts(NamedTuple):
    """How many sockets there are: in each state (``""`` for those without one), and at each local port by state."""

    by_state: dict[str, int]
    by_port: dict[int, dict[str, int]]


def count(rows: Iterable[SocketInfo]) -> SocketCounts:
    """Counts ``rows`` by state, in the order of STATES, and by local port, the port with the most sockets first."""
    states: Counter[str] = Counter()
    ports: dict[int, Counter[str]] = {}
    for row in rows:
        if row.family is None:
            continue
        states[row.state] += 1
        if row.local_port is not None:
            ports.setdefault(row.local_port, Counter())[row.state] += 1
    by_size = sorted(ports.items(), key=lambda item: (-item[1].total(), item[0]))
    return SocketCounts(_in_order(states), {port: _in_order(counted) for port, counted in by_size})


def _in_order(states: Counter[str]) -> dict[str, int]:
    return {state: states[state] for state in (*STATES, *sorted(set(states) - set(STATES))) if states[state]}


# ---------------------------------------------------------------------------------------------------- what is asked for


class _Wanted(NamedTuple):
    ports: frozenset[int] | None
    states: frozenset[str] | None
    pids: frozenset[int] | None
    programs: frozenset[str] | None
    families: frozenset[str]

    def includes(self, row: SocketInfo) -> bool:
        if self.pids is not None and row.pid not in self.pids:
            return False
        if self.programs is not None:
            name = row.process
            if name is None or not any(fnmatchcase(name, pattern) for pattern in self.programs):
                return False
        if row.family is None:  # whether it has such sockets cannot be seen
            return True
        return (
            row.family in self.families
            and (self.states is None or row.state in self.states)
            and (self.ports is None or not self.ports.isdisjoint((row.local_port, row.foreign_port)))
        )


def _checked(given: Any, kind: type[_Item], fits: Any, what: str) -> frozenset[_Item] | None:
    if given is None:
        return None
    items: list[Any] = [given] if isinstance(given, (str, int)) else list(given)
    for item in items:
        if not isinstance(item, kind) or isinstance(item, bool) or not fits(item):
            raise SchemaError(f"{item!r} is not {what}")
    return frozenset(items)


def _wanted_states(state: Any) -> frozenset[str] | None:
    names = _checked(state, str, lambda name: name in STATES or name == "FIN_WAIT", f"a state: {', '.join(STATES)}")
    if names is not None and "FIN_WAIT" in names:
        names |= {"FIN_WAIT_1", "FIN_WAIT_2"}
    return names


def _wanted_families(family: Any) -> frozenset[str]:
    by_name = {name.lower(): name for name in FAMILIES}
    names = _checked(family, str, lambda name: name.lower() in by_name, f"a family: {', '.join(FAMILIES)}")
    return frozenset(FAMILIES if names is None else [by_name[name.lower()] for name in names])


# ------------------------------------------------------------------------------------------------------ where they are

#: psutil's names where they are not those of netstat and of RFC 9293.
_STATE_NAMES: Final = {
    "FIN_WAIT1": "FIN_WAIT_1", "FIN_WAIT2": "FIN_WAIT_2", "CLOSE": "CLOSED", psutil.CONN_NONE: "",
}  # fmt: skip

_FAMILY_OF: Final[dict[str, Family]] = {
    "tcp": "TCP", "tcp6": "TCP", "udp": "UDP", "udp6": "UDP", "raw": "raw", "raw6": "raw", "unix": "Unix",
}  # fmt: skip

_HAVE_PORTS: Final = ("TCP", "UDP")

#: How Linux names the protocols of sockets that stand in none of its tables (lsof shows them so, too).
_PROTOCOL_NAMES: Final = {
    b"TCP": "tcp", b"TCPv6": "tcp6", b"UDP": "udp", b"UDPv6": "udp6", b"RAW": "raw", b"RAWv6": "raw6",
    b"UNIX": "unix", b"UNIX-STREAM": "unix",
}  # fmt: skip

#: Who can be asked for all that happens: Linux has both, other systems neither.
_PROC_NET: Final = Path("/proc/self/net")
_PROC: Final = Path("/proc")


def _rows(wanted: _Wanted) -> Iterator[SocketInfo]:
    # What a process has open is looked at before the tables: what is in the first and not in the second is in no table.
    open_sockets = _open_sockets(wanted.pids)
    tables = {protocol: _table_of(protocol) for protocol in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")}
    listed = {fact.inode for facts in tables.values() for fact in facts}
    by_place = {protocol: _by_place(facts) for protocol, facts in tables.items()}
    unix = _unix_table()
    listed.update(unix)
    name_of = cache(_process_name)
    for connection, pid in _connections(wanted):
        if isinstance(connection, psutil.AccessDenied):
            yield SocketInfo("", "", "", "", pid, name_of(pid), note="permission denied")
            continue
        inode = None if pid is None else open_sockets.get((pid, connection.fd))
        if inode is not None:
            listed.add(inode)
        if connection.family == getattr(socket, "AF_UNIX", None):
            if pid is not None or not unix:
                yield _unix_row(connection, pid, name_of(pid), unix, inode)
        else:
            yield _internet_row(connection, pid, name_of(pid), by_place, inode)
    holders: dict[int, list[int]] = {}
    for (pid, _), inode in open_sockets.items():
        holders.setdefault(inode, []).append(pid)
    if wanted.pids is None:
        for number, end in unix.items():
            if number not in holders:  # psutil cannot tell them from each other
                yield SocketInfo("unix", end.path, "", end.state, None, None, inode=number, note=_hidden(None))
    for protocol in ("raw", "raw6"):
        for fact in tables[protocol]:
            yield from _raw_rows(protocol, fact, holders, name_of)
    for (pid, descriptor), inode in open_sockets.items():
        if inode not in listed:
            row = _closed_row(pid, descriptor, inode, name_of)
            if row is not None:
                yield row


def _internet_row(
    connection: Any,
    pid: int | None,
    process: str | None,
    by_place: dict[str, dict[tuple[Any, ...], list[_Fact]]],
    inode: int | None,
) -> SocketInfo:
    protocol = ("tcp" if connection.type == socket.SOCK_STREAM else "udp") + (
        "6" if connection.family == socket.AF_INET6 else ""
    )
    facts = by_place[protocol].get((tuple(connection.laddr), tuple(connection.raddr)), [])
    if inode is not None and len(facts) > 1:  # several may listen at one place
        facts = [fact for fact in facts if fact.inode == inode]
    fact = facts[0] if facts else None
    state = _STATE_NAMES.get(connection.status, connection.status)
    return SocketInfo(
        protocol,
        _address(connection.laddr),
        _address(connection.raddr),
        state,
        pid,
        process,
        None if fact is None else fact.receive_queue,
        None if fact is None else fact.send_queue,
        None if fact is None or (pid is None and not fact.inode) else _user_name(fact.uid),
        inode if fact is None else fact.inode or None,
        "" if pid is not None else _why_no_process(state, fact),
    )


def _unix_row(
    connection: Any, pid: int | None, process: str | None, table: dict[int, _UnixFact], inode: int | None
) -> SocketInfo:
    state = table[inode].state if inode in table else ""
    note = "" if pid is not None else _hidden(None)
    path = os.fsdecode(connection.laddr)
    return SocketInfo("unix", path, os.fsdecode(connection.raddr or ""), state, pid, process, inode=inode, note=note)


def _raw_rows(protocol: str, fact: _Fact, holders: dict[int, list[int]], name_of: Any) -> Iterator[SocketInfo]:
    """A raw socket has the number of an IP protocol where others have the local port."""
    user = _user_name(fact.uid)
    for pid in dict.fromkeys(holders.get(fact.inode, [])) or [None]:
        yield SocketInfo(
            protocol,
            _address(fact.local),
            _address(fact.foreign),
            "",
            pid,
            None if pid is None else name_of(pid),
            fact.receive_queue,
            fact.send_queue,
            user,
            fact.inode,
            "" if pid is not None else _hidden(user),
        )


def _closed_row(pid: int, descriptor: int, inode: int, name_of: Any) -> SocketInfo | None:
    """A socket that is open in a process and in no table: one that is not connected and does not listen."""
    place = _PROC / str(pid) / "fd" / str(descriptor)
    try:
        protocol = _PROTOCOL_NAMES.get(os.getxattr(place, "system.sockprotoname").rstrip(b"\0"))
        if protocol is None or os.readlink(place) != f"socket:[{inode}]":
            return None
    except OSError:  # closed meanwhile
        return None
    state = "CLOSED" if protocol.startswith("tcp") else ""
    return SocketInfo(protocol, "", "", state, pid, name_of(pid), inode=inode)


def _connections(wanted: _Wanted) -> Iterator[tuple[Any, int | None]]:
    """What psutil knows, with the process; AccessDenied in the place of what a process has that may not be seen."""
    kind = "inet" if "Unix" not in wanted.families else "all" if wanted.families != {"Unix"} else "unix"
    pids = wanted.pids
    if pids is None:
        try:
            for connection in psutil.net_connections(kind):
                yield connection, connection.pid
            return
        except psutil.AccessDenied:  # macOS tells all of it to the administrator only: each process by itself then
            pids = frozenset(psutil.pids())
    for pid in sorted(pids):
        try:
            for own in psutil.Process(pid).net_connections(kind):
                yield own, pid
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied as error:
            yield error, pid


def _hidden(user: str | None) -> str:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return "process out of sight"  # the system's own, or in another container
    return "permission denied" + ("" if user is None else f": of user {user}")


def _why_no_process(state: str, fact: _Fact | None) -> str:
    if fact is not None and fact.inode:
        return _hidden(_user_name(fact.uid))
    if state == "SYN_RECV" or (fact is not None and state in ("ESTABLISHED", "CLOSE_WAIT")):
        return "not accepted yet"
    if fact is not None or state == "TIME_WAIT":
        return "outlived its process"
    return _hidden(None)


def _process_name(pid: int | None) -> str | None:
    try:
        return None if pid is None else psutil.Process(pid).name()
    except psutil.Error:
        return None


@cache
def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


# --------------------------------------------------------------------------------------- what Linux tells beside psutil


class _Fact(NamedTuple):
    """A line of ``/proc/net/tcp`` and its like; the inode is 0 where no process has the socket."""

    local: tuple[Any, ...]
    foreign: tuple[Any, ...]
    receive_queue: int
    send_queue: int
    uid: int
    inode: int


def _by_place(facts: list[_Fact]) -> dict[tuple[Any, ...], list[_Fact]]:
    found: dict[tuple[Any, ...], list[_Fact]] = {}
    for fact in facts:
        found.setdefault((fact.local, fact.foreign), []).append(fact)
    return found


class _UnixFact(NamedTuple):
    path: str
    state: str


def _table_of(protocol: str) -> list[_Fact]:
    """The lines of ``/proc/net`` for a protocol; none where the system has no such list."""
    facts = []
    for line in _lines_of(protocol):
        _, local, foreign, _, sizes, _, _, uid, _, inode, *_ = line.split()
        send_queue, _, receive_queue = sizes.partition(":")
        facts.append(
            _Fact(_decoded(local), _decoded(foreign), int(receive_queue, 16), int(send_queue, 16), int(uid), int(inode))
        )
    return facts


def _unix_table() -> dict[int, _UnixFact]:
    """By inode."""
    found = {}
    for line in _lines_of("unix"):
        _, _, _, flags, _, state, inode, *path = line.split(maxsplit=7)
        listens = int(flags, 16) & _ACCEPTS
        found[int(inode)] = _UnixFact(
            path[0] if path else "", "LISTEN" if listens else _UNIX_STATES.get(int(state, 16), "")
        )
    return found


_ACCEPTS: Final = 0x10000  # __SO_ACCEPTCON in the kernel's include/uapi/linux/net.h
_UNIX_STATES: Final = {2: "SYN_SENT", 3: "ESTABLISHED", 4: "CLOSING"}  # SS_CONNECTING and what follows, likewise


def _lines_of(table: str) -> list[str]:
    try:
        return (_PROC_NET / table).read_text("utf-8", "surrogateescape").splitlines()[1:]
    except OSError:
        return []


def _decoded(address: str) -> tuple[Any, ...]:
    """An address of ``/proc/net`` in the form of psutil: words in the byte order of the machine, in hexadecimal."""
    host, _, port = address.partition(":")
    if int(port, 16) == 0:
        return ()
    words = [int(host[start : start + 8], 16) for start in range(0, len(host), 8)]
    packed = b"".join(struct.pack("=I", word) for word in words)
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)


def _open_sockets(pids: Iterable[int] | None) -> dict[tuple[int, int], int]:
    """The inodes of the sockets that processes have open, by process and descriptor; of those that may be looked at."""
    found: dict[tuple[int, int], int] = {}
    if not _PROC_NET.exists():
        return found
    for pid in psutil.pids() if pids is None else pids:
        folder = _PROC / str(pid) / "fd"
        try:
            descriptors = os.listdir(folder)
        except OSError:
            continue
        for descriptor in descriptors:
            try:
                target = os.readlink(folder / descriptor)
            except OSError:
                continue
            if target.startswith("socket:["):
                found[pid, int(descriptor)] = int(target[8:-1])
    return found


# ------------------------------------------------------------------------------------------------------ as text, sorted


def _address(address: Any) -> str:
    """``host:port``, IPv6 in brackets, an IPv4 address inside IPv6 as IPv4; empty for none."""
    if not address:
        return ""
    host, port = address
    if ":" in host:
        mapped = IPv6Address(host.partition("%")[0]).ipv4_mapped
        host = f"[{host}]" if mapped is None else str(mapped)
    return f"{host}:{port}"


def _port(address: str) -> int | None:
    return int(address.rpartition(":")[2]) if address else None


def _identity(row: SocketInfo) -> tuple[Any, ...]:
    """Two descriptors of one process may be the same socket; two processes that share one are two rows."""
    return row.protocol, row.local_address, row.foreign_address, row.pid, row.inode, row.state, row.note


def _order(row: SocketInfo) -> tuple[Any, ...]:
    return (
        not row.protocol,
        row.protocol == "unix",
        row.state != "LISTEN",
        row.protocol,
        row.local_port or 0,
        row.local_address,
        row.foreign_port or 0,
        row.foreign_address,
        -1 if row.pid is None else row.pid,
        row.inode or 0,
    )

"""The table of sockets: what is open now is in it, with its state, its process and its queues."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from rich.console import Console

from bridge.errors import SchemaError
from bridge.tools import sockets as module
from bridge.tools.socket_table import table
from bridge.tools.sockets import STATES, SocketInfo, count, sockets

ME = os.getpid()
ON_LINUX = sys.platform == "linux"  # which tells the queues


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener


def address_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"{host}:{port}"


def row_of(sock: socket.socket, pids: list[int] | None = None) -> SocketInfo:
    """The row of one of our sockets, told from its twin at the other end by the local address."""
    local = address_of(sock)
    found = [row for row in sockets(pid=pids) if row.local_address == local]
    assert found, f"no socket at {local}"
    return found[0]


def rendered(rows: list[SocketInfo], width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(table(rows))
    return out.getvalue()


@pytest.mark.parametrize("pids", [[ME], None], ids=["of this process", "of all"])
def test_a_listener_is_shown_with_its_state_and_its_process(listener: socket.socket, pids: list[int] | None) -> None:
    row = row_of(listener, pids)
    assert (row.protocol, row.foreign_address, row.state) == ("tcp", "", "LISTEN")
    assert (row.pid, row.process) == (ME, psutil.Process().name())
    assert row.socket_id == f"tcp {address_of(listener)} *"


def test_both_ends_of_a_connection_are_shown(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        with server:
            row = row_of(client, [ME])
            assert row.state == "ESTABLISHED"
            assert row.foreign_address == address_of(listener)
            back = [row for row in sockets(pid=ME) if row.foreign_address == address_of(client)]
            assert [row.local_address for row in back] == [address_of(listener)]


def test_listeners_come_first_and_then_the_rows_are_in_order_of_protocol_and_port(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()):
        rows = sockets(pid=ME, family=["TCP", "UDP"])
    states = [row.state == "LISTEN" for row in rows]
    assert states == sorted(states, reverse=True) and True in states and False in states


def test_a_peer_that_has_closed_leaves_us_in_close_wait(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        with server:
            client.shutdown(socket.SHUT_WR)
            assert server.recv(1) == b""
            assert row_of(client, [ME]).state in ("FIN_WAIT_1", "FIN_WAIT_2")  # the latter, once it is acknowledged
            row = next(row for row in sockets(pid=ME) if row.foreign_address == address_of(client))
            assert row.state == "CLOSE_WAIT"


def test_a_socket_that_outlived_its_process_has_no_process(listener: socket.socket) -> None:
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    local = address_of(client)
    client.shutdown(socket.SHUT_WR)
    assert server.recv(1) == b""
    server.close()
    assert client.recv(1) == b""
    client.close()
    row = next(row for row in sockets() if row.local_address == local)
    assert (row.state, row.pid, row.process, row.note) == ("TIME_WAIT", None, None, "outlived its process")
    assert [row for row in sockets(pid=ME) if row.local_address == local] == []


def test_a_datagram_socket_has_no_state_and_no_other_end() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        row = row_of(sock, [ME])
        assert (row.protocol, row.state, row.foreign_address) == ("udp", "", "")


def test_what_was_not_read_yet_stands_in_the_receive_queue(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        with server:
            client.sendall(b"x" * 1000)
            server.recv(1, socket.MSG_PEEK)
            row = next(row for row in sockets(pid=ME) if row.foreign_address == address_of(client))
            assert (row.receive_queue, row.send_queue) == ((1000, 0) if ON_LINUX else (None, None))


def test_ipv6_addresses_stand_in_brackets_and_ipv4_inside_ipv6_as_ipv4() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.fail("this machine has no IPv6 on which IPv4 can be received")
    with closing(socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)) as both:
        port = both.getsockname()[1]
        rows = [row for row in sockets(pid=ME) if row.local_address == f"[::]:{port}"]
        assert [(row.protocol, row.state) for row in rows] == [("tcp6", "LISTEN")]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server, _ = both.accept()
            with server:
                row = next(row for row in sockets(pid=ME) if row.foreign_address == address_of(client))
                assert (row.protocol, row.local_address) == ("tcp6", f"127.0.0.1:{port}")
                assert row.receive_queue == (0 if ON_LINUX else None)


def test_two_descriptors_of_one_socket_are_one_row(listener: socket.socket) -> None:
    with listener.dup():
        assert [row.local_address for row in sockets(pid=[ME, ME])].count(address_of(listener)) == 1


def test_a_process_that_has_ended_has_no_sockets() -> None:
    assert sockets(pid=2**22 + 1) == []
    assert sockets(pid=[]) == []


def test_where_the_system_refuses_it_is_said_beside_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(psutil, "net_connections", refuse)
    monkeypatch.setattr(psutil.Process, "net_connections", refuse)
    monkeypatch.setattr(psutil, "pids", lambda: [ME])
    for rows in (sockets(family="Unix"), sockets(pid=ME, port=1)):
        denied = [row for row in rows if row.family is None]
        assert [(row.pid, row.note, row.socket_id) for row in denied] == [(ME, "permission denied", "- * *")]
        assert f"{ME}/{psutil.Process().name()} (permission denied)" in rendered(denied)
        assert count(denied).by_state == {}


def test_the_process_of_another_user_is_said_to_be_hidden(listener: socket.socket) -> None:
    """What a user without rights sees of a listener that is not its own: asked in a child that gave its rights up."""
    administrator = os.geteuid() == 0
    port = listener.getsockname()[1]
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            listener.close()  # its copy here: the listener is in the other process alone
            if administrator:
                os.setgid(65534)
                os.setuid(65534)
            mine = sockets(port=port, state="LISTEN")
            first = sockets(pid=1)
            os.write(writer, json.dumps([[row.pid, row.note] for row in (*mine, *first)]).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    if administrator and ON_LINUX:
        assert answer[0] == [None, "permission denied: of user root"]
    assert answer[-1] == [1, "permission denied"]


def test_a_process_whose_name_is_hidden_is_shown_by_its_number(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise psutil.AccessDenied(ME)

    monkeypatch.setattr(psutil.Process, "name", refuse)
    row = row_of(listener, [ME])
    assert row.process is None
    assert f"{ME}/?" in rendered([row])


def test_without_a_list_of_queues_they_are_unknown(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "_PROC_NET", tmp_path)
    row = row_of(listener, [ME])
    assert (row.receive_queue, row.send_queue) == (None, None)
    assert rendered([row]).splitlines()[1].split()[:3] == ["tcp", "-", "-"]


def test_addresses_of_the_kernel_are_read_in_the_byte_order_of_the_machine() -> None:
    words = ("0100007F", "B80D0120000000000000000001000000")
    if sys.byteorder == "big":
        words = ("7F000001", "20010DB8000000000000000000000001")
    assert module._decoded(f"{words[0]}:2328") == ("127.0.0.1", 9000)
    assert module._decoded(f"{words[1]}:2328") == ("2001:db8::1", 9000)
    assert module._decoded(f"{words[0]}:0000") == ()


def test_states_have_the_names_of_netstat(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(_: object, kind: str) -> list[Any]:
        return [
            SimpleNamespace(
                family=socket.AF_INET,
                type=socket.SOCK_STREAM,
                laddr=("127.0.0.1", 1),
                raddr=("127.0.0.1", 2),
                status=state,
                fd=-1,
            )
            for state in [states.pop()]
        ]

    monkeypatch.setattr(psutil.Process, "net_connections", one)
    states = ["CLOSE", "FIN_WAIT1", "SYN_SENT"]
    assert [sockets(pid=ME)[0].state for _ in range(3)] == ["SYN_SENT", "FIN_WAIT_1", "CLOSED"]


# ---- what is asked for


def test_filters_keep_what_fits_all_of_them(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    program = psutil.Process().name()
    with socket.create_connection(listener.getsockname()) as client:
        ours = client.getsockname()[1]
        asked: list[tuple[dict[str, Any], set[str]]] = [
            ({}, {"LISTEN", "ESTABLISHED"}),
            ({"state": "LISTEN"}, {"LISTEN"}),
            ({"state": ["LISTEN", "ESTABLISHED"]}, {"LISTEN", "ESTABLISHED"}),
            ({"state": "TIME_WAIT"}, set()),
            ({"pid": ME, "process": program, "family": "tcp", "state": "ESTABLISHED"}, {"ESTABLISHED"}),
            ({"process": program[:2] + "*"}, {"LISTEN", "ESTABLISHED"}),
            ({"process": program.upper() + "x"}, set()),
            ({"family": "UDP"}, set()),
            ({"pid": 2**22 + 1}, set()),
        ]
        pair = {(port, None), (ours, port), (port, ours)}
        for filters, states in asked:
            rows = [row for row in sockets(port=port, **filters) if (row.local_port, row.foreign_port) in pair]
            assert {row.state for row in rows} == states, filters
        rows = sockets(port=[ours, port])
        ends = {(row.local_port, row.foreign_port) for row in rows}
        assert ends >= pair
        for local, foreign in (
            ends - pair
        ):  # other programs of the machine may have one of the ports, at another address
            assert {local, foreign} & {ours, port}


def test_fin_wait_stands_for_both_of_its_states(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as client:
        client.shutdown(socket.SHUT_WR)
        port = client.getsockname()[1]
        (row,) = [row for row in sockets(port=port, state="FIN_WAIT") if row.foreign_address == address_of(listener)]
        assert row.state in ("FIN_WAIT_1", "FIN_WAIT_2") and row.local_port == port


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"port": 65536}, "65536 is not a port"),
        ({"port": True}, "True is not a port"),
        ({"port": [1, "2"]}, "'2' is not a port"),
        ({"state": "OPEN"}, "'OPEN' is not a state: LISTEN, SYN_SENT"),
        ({"pid": -1}, "-1 is not the number of a process"),
        ({"family": "IPX"}, "'IPX' is not a family: TCP, UDP, raw, Unix"),
        ({"process": 5}, "5 is not the name of a program"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        sockets(**asked)


# ---- kinds of sockets


def test_a_socket_that_is_not_connected_is_closed(listener: socket.socket) -> None:
    with socket.socket() as idle, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        numbers = {os.fstat(idle.fileno()).st_ino: ("tcp", "CLOSED"), os.fstat(datagrams.fileno()).st_ino: ("udp", "")}
        found = {row.inode: (row.protocol, row.state) for row in sockets(pid=ME) if row.inode in numbers}
        assert found == (numbers if ON_LINUX else {})
        assert [row for row in sockets(port=listener.getsockname()[1]) if row.state == "CLOSED"] == []


def test_unix_sockets_have_their_path_and_come_last(listener: socket.socket, tmp_path: Path) -> None:
    path = str(tmp_path / "here.sock")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)
        rows = sockets(pid=ME)
        (row,) = [row for row in rows if row.local_address == path and row.state in ("LISTEN", "")]
        assert (row.protocol, row.family, row.local_port) == ("unix", "Unix", None)
        assert row.state == ("LISTEN" if ON_LINUX else "")
        assert row.socket_id == f"unix {path} *"
        kinds = [row.family == "Unix" for row in rows]
        assert kinds == sorted(kinds)
        assert {row.family for row in sockets(pid=ME, family="Unix")} == {"Unix"}


def test_raw_sockets_are_shown_with_their_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only the administrator can have one, so the system's table is written here, with a number that is ours."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        line = " 1: 00000000:0001 00000000:0000 07 00000003:0000000A 00:00000000 00000000 0 0 {} 2 0000000000000000 0"
        text = "\n".join(["heading", line.format(os.fstat(ours.fileno()).st_ino), line.format(1)])
        (tmp_path / "raw").write_text(text)
        monkeypatch.setattr(module, "_PROC_NET", tmp_path)
        rows = sockets(family="raw")
    assert {(row.protocol, row.local_address, row.local_port, row.user) for row in rows} == {
        ("raw", "0.0.0.0:1", None, "root")
    }
    assert {(row.receive_queue, row.send_queue) for row in rows} == {(10, 3)}
    assert [row.pid for row in rows] == ([None, ME] if ON_LINUX else [None, None])


def test_a_connection_that_nobody_accepted_has_no_process_yet(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as client:
        rows = sockets(port=client.getsockname()[1])
        both = (address_of(listener), address_of(client))  # another run may have left one of the two in TIME_WAIT
        waiting = [row for row in rows if (row.local_address, row.foreign_address) == both]
        assert [(row.pid, row.note) for row in waiting] == ([(None, "not accepted yet")] if ON_LINUX else [])


def test_two_listeners_at_one_place_have_their_own_queues() -> None:
    with socket.socket() as one, socket.socket() as two:
        for sock in (one, two):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", 0))
        one.listen()
        two.bind(one.getsockname())
        two.listen()
        rows = sockets(pid=ME, port=one.getsockname()[1])
        assert len({row.inode for row in rows}) == len(rows) == (2 if ON_LINUX else 1)


def test_rows_are_counted_by_state_and_by_local_port() -> None:
    rows = [
        SocketInfo("tcp", "127.0.0.1:9000", "", "LISTEN", 1, "java"),
        SocketInfo("tcp", "127.0.0.1:9000", "127.0.0.1:40000", "ESTABLISHED", 1, "java"),
        SocketInfo("tcp6", "[::1]:9000", "[::1]:40000", "ESTABLISHED", 1, "java"),
        SocketInfo("tcp", "127.0.0.1:40000", "127.0.0.1:9000", "ESTABLISHED", 2, "python"),
        SocketInfo("udp", "0.0.0.0:53", "", "", 3, "dns"),
        SocketInfo("unix", "/run/a.sock", "", "LISTEN", 4, "a"),
        SocketInfo("", "", "", "", 5, "b", note="permission denied"),
    ]
    counts = count(rows)
    assert list(counts.by_state.items()) == [("LISTEN", 2), ("ESTABLISHED", 3), ("", 1)]
    assert list(counts.by_port.items()) == [
        (9000, {"LISTEN": 1, "ESTABLISHED": 2}),
        (53, {"": 1}),
        (40000, {"ESTABLISHED": 1}),
    ]
    assert set(counts.by_state) - {""} <= set(STATES)

"""The table of sockets: what is open now is in it, with its state, its process and its queues."""

from __future__ import annotations

import io
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

from bridge.tools import sockets as module
from bridge.tools.sockets import SocketInfo, sockets, table

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
    found = [row for row in sockets(pids) if row.local_address == local]
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
            back = [row for row in sockets([ME]) if row.foreign_address == address_of(client)]
            assert [row.local_address for row in back] == [address_of(listener)]


def test_listeners_come_first_and_then_the_rows_are_in_order_of_protocol_and_port(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()):
        rows = sockets([ME])
    states = [row.state == "LISTEN" for row in rows]
    assert states == sorted(states, reverse=True)


def test_a_peer_that_has_closed_leaves_us_in_close_wait(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        with server:
            client.shutdown(socket.SHUT_WR)
            assert server.recv(1) == b""
            assert row_of(client, [ME]).state in ("FIN_WAIT_1", "FIN_WAIT_2")  # the latter, once it is acknowledged
            row = next(row for row in sockets([ME]) if row.foreign_address == address_of(client))
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
    assert (row.state, row.pid, row.process) == ("TIME_WAIT", None, None)
    assert [row for row in sockets([ME]) if row.local_address == local] == []


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
            row = next(row for row in sockets([ME]) if row.foreign_address == address_of(client))
            assert (row.receive_queue, row.send_queue) == ((1000, 0) if ON_LINUX else (None, None))


def test_ipv6_addresses_stand_in_brackets_and_ipv4_inside_ipv6_as_ipv4() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.fail("this machine has no IPv6 on which IPv4 can be received")
    with closing(socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)) as both:
        port = both.getsockname()[1]
        rows = [row for row in sockets([ME]) if row.local_address == f"[::]:{port}"]
        assert [(row.protocol, row.state) for row in rows] == [("tcp6", "LISTEN")]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server, _ = both.accept()
            with server:
                row = next(row for row in sockets([ME]) if row.foreign_address == address_of(client))
                assert (row.protocol, row.local_address) == ("tcp6", f"127.0.0.1:{port}")
                assert row.receive_queue == (0 if ON_LINUX else None)


def test_two_descriptors_of_one_socket_are_one_row(listener: socket.socket) -> None:
    with listener.dup():
        assert [row.local_address for row in sockets([ME, ME])].count(address_of(listener)) == 1


def test_a_process_that_has_ended_has_no_sockets() -> None:
    assert sockets([2**22 + 1]) == []
    assert sockets([]) == []


def test_where_the_system_refuses_it_is_said_which_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(psutil, "net_connections", refuse)
    monkeypatch.setattr(psutil.Process, "net_connections", refuse)
    with pytest.raises(PermissionError, match="administrator"):
        sockets()
    with pytest.raises(PermissionError, match=f"process {ME}"):
        sockets([ME])


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


def test_the_table_says_it_as_netstat_does() -> None:
    rows = [
        SocketInfo("tcp", "127.0.0.1:9000", "", "LISTEN", 12, "java", 0, 50),
        SocketInfo("tcp6", "[::1]:9000", "[::1]:40000", "ESTABLISHED", None, None, 17, 0),
    ]
    lines = [line.split() for line in rendered(rows).splitlines()]
    assert lines == [
        ["Proto", "Recv-Q", "Send-Q", "Local", "address", "Foreign", "address", "State", "PID/Program"],
        ["tcp", "0", "50", "127.0.0.1:9000", "*", "LISTEN", "12/java"],
        ["tcp6", "17", "0", "[::1]:9000", "[::1]:40000", "ESTABLISHED", "-"],
    ]


def test_the_table_fits_a_terminal_of_80_columns() -> None:
    row = SocketInfo("tcp", "127.0.0.1:40000", "127.0.0.1:40001", "ESTABLISHED", 123456, "a program with a name", 0, 0)
    text = rendered([row], width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "127.0.0.1:40001 ESTABLISHED" in text


def test_the_name_of_a_program_cannot_touch_the_terminal() -> None:
    row = SocketInfo("tcp", "127.0.0.1:1", "", "LISTEN", 7, "[bold]\x1b[31mx", 0, 0)
    assert rendered([row]).rstrip().endswith("7/[bold]\\x1b[31mx")


def test_states_have_the_names_of_netstat(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(_: object, kind: str) -> list[Any]:
        return [
            SimpleNamespace(
                family=socket.AF_INET,
                type=socket.SOCK_STREAM,
                laddr=("127.0.0.1", 1),
                raddr=("127.0.0.1", 2),
                status=state,
            )
            for state in [states.pop()]
        ]

    monkeypatch.setattr(psutil.Process, "net_connections", one)
    states = ["CLOSE", "FIN_WAIT1", "SYN_SENT"]
    assert [sockets([ME])[0].state for _ in range(3)] == ["SYN_SENT", "FIN_WAIT_1", "CLOSED"]

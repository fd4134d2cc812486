"""The rows of sockets as a table, as JSON, and what changed between two looks."""

from __future__ import annotations

import io
import json
import socket

from rich.console import Console, RenderableType

from bridge.tools.socket_table import SocketWatch, as_json, changes_table, count_tables, looks, table
from bridge.tools.sockets import SocketInfo, count, sockets

LISTENER = SocketInfo("tcp", "127.0.0.1:9000", "", "LISTEN", 12, "java", 0, 50, "root", 77)


def rendered(rows: list[SocketInfo], width: int = 100) -> str:
    return shown(table(rows), width)


def shown(renderable: RenderableType, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(renderable)
    return out.getvalue()


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


def test_a_path_cannot_touch_the_terminal_either() -> None:
    row = SocketInfo("unix", "/tmp/[red]\x1b[2J", "", "LISTEN", 7, "x")
    assert "/tmp/[red]\\x1b[2J" in rendered([row])


def test_a_note_stands_beside_the_process() -> None:
    row = SocketInfo("tcp", "127.0.0.1:1", "", "LISTEN", None, None, note="permission denied: of user root")
    assert rendered([row]).rstrip().endswith("- (permission denied: of user root)")


def test_a_row_as_json_has_all_that_is_known() -> None:
    assert json.loads(as_json(LISTENER)) == {
        "socket_id": "tcp 127.0.0.1:9000 *",
        "protocol": "tcp",
        "family": "TCP",
        "local_address": "127.0.0.1:9000",
        "foreign_address": "",
        "state": "LISTEN",
        "pid": 12,
        "process": "java",
        "receive_queue": 0,
        "send_queue": 50,
        "user": "root",
        "inode": 77,
        "note": "",
    }


def test_counts_as_json_and_as_tables() -> None:
    counts = count([LISTENER, SocketInfo("udp", "0.0.0.0:53", "", "", 3, "dns")])
    assert json.loads(as_json(counts)) == {
        "by_state": {"LISTEN": 1, "": 1},
        "by_port": {"53": {"": 1}, "9000": {"LISTEN": 1}},
    }
    lines = [line.split() for of in count_tables(counts) for line in shown(of).splitlines()]
    assert lines == [
        ["State", "Sockets"],
        ["LISTEN", "1"],
        ["(none)", "1"],
        ["Port", "Sockets", "States"],
        ["53", "1"],
        ["9000", "1", "1", "LISTEN"],
    ]


# ---- what changed


def connection(state: str, pid: int | None = 1, inode: int | None = 5, port: int = 40000) -> SocketInfo:
    return SocketInfo("tcp", f"127.0.0.1:{port}", "127.0.0.1:9000", state, pid, "p" if pid else None, inode=inode)


def test_at_the_first_look_nothing_is_new() -> None:
    assert [change.mark for change in SocketWatch().update([LISTENER])] == [""]


def test_a_watch_tells_what_is_new_changed_and_gone() -> None:
    watch = SocketWatch()
    watch.update([LISTENER])
    first, second = watch.update([LISTENER, connection("SYN_SENT")])
    assert (first.mark, second.mark) == ("", "new")
    _, change = watch.update([LISTENER, connection("ESTABLISHED")])
    assert (change.mark, change.before, change.row.state) == ("changed", "SYN_SENT", "ESTABLISHED")
    # It outlives its process: another process (none), another number (none), the same place.
    _, change = watch.update([LISTENER, connection("TIME_WAIT", pid=None, inode=None)])
    assert (change.mark, change.before) == ("changed", "ESTABLISHED")
    _, change = watch.update([LISTENER])
    assert (change.mark, change.row.state) == ("gone", "TIME_WAIT")
    assert [change.mark for change in watch.update([LISTENER])] == [""]


def test_two_processes_that_share_a_listener_are_told_apart() -> None:
    other = SocketInfo("tcp", "127.0.0.1:9000", "", "LISTEN", 13, "java", inode=77)
    watch = SocketWatch()
    watch.update([LISTENER, other])
    assert [(change.mark, change.row.pid) for change in watch.update([other])] == [("", 13), ("gone", 12)]


def test_unix_sockets_without_a_name_are_told_apart_by_their_number() -> None:
    one, two = (SocketInfo("unix", "", "", "ESTABLISHED", 1, "p", inode=number) for number in (1, 2))
    watch = SocketWatch()
    watch.update([one])
    assert [(change.mark, change.row.inode) for change in watch.update([two])] == [("new", 2), ("gone", 1)]


def test_changes_are_marked_in_the_table_and_in_json() -> None:
    watch = SocketWatch()
    watch.update([LISTENER, connection("SYN_SENT"), connection("LAST_ACK", port=1)])
    changes = watch.update([LISTENER, connection("ESTABLISHED"), connection("SYN_SENT", port=2, inode=6)])
    lines = shown(changes_table(changes)).splitlines()[1:]
    assert [line[:1] for line in lines] == [" ", "~", "+", "-"]
    assert "SYN_SENT → ESTABLISHED" in lines[1]
    told = [json.loads(as_json(change)) for change in changes]
    assert [change["change"] for change in told] == ["", "changed", "new", "gone"]
    assert [change.get("state_before") for change in told] == [None, "SYN_SENT", None, None]
    assert told[1]["socket_id"] == "tcp 127.0.0.1:40000 127.0.0.1:9000"


def test_looking_again_and_again_sees_a_socket_come_and_go() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        seen = looks(lambda: sockets(port=port), 0.001, count=3)
        assert [change.mark for change in next(seen)] == [""]
        with socket.create_connection(listener.getsockname()) as client:
            place = f"127.0.0.1:{client.getsockname()[1]}"
            marks = {change.row.local_address: change.mark for change in next(seen)}
            assert marks[place] == "new" and marks[f"127.0.0.1:{port}"] == "new"  # the end that waits to be accepted
    assert "LISTEN" in [change.row.state for change in next(seen) if change.mark == "gone"]
    assert next(seen, None) is None

"""The rows of ``sockets`` for people and for programs: as a table, as JSON, and what changed from one look to the next.

Console().print(table(sockets(port=9000)))

watch = SocketWatch()
while True:
    for change in watch.update(sockets()): ...
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from rich.table import Table
from rich.text import Text

from .printable import printable
from .sockets import SocketCounts, SocketInfo

__all__ = [
    "Change",
    "Mark",
    "SocketWatch",
    "as_json",
    "changes_table",
    "count_tables",
    "looks",
    "process_text",
    "table",
]

Mark: TypeAlias = Literal["new", "changed", "gone", ""]


class Change(NamedTuple):
    """A socket as it is now, and what became of it since the last look.

    mark      ``new``; ``changed``: its state or its process is another; ``gone``: so it was last; empty: as it was
    before    of a changed one the state it was in
    """

    mark: Mark
    row: SocketInfo
    before: str = ""


class SocketWatch:
    """Compares one look at the sockets with the next. At the first look nothing is new."""

    def __init__(self) -> None:
        self._rows: list[SocketInfo] | None = None

    def update(self, rows: list[SocketInfo]) -> list[Change]:
        """``rows`` with what became of each, and behind them those that are gone."""
        before, self._rows = self._rows, rows
        if before is None:
            return [Change("", row) for row in rows]
        # A socket that outlives its process loses its number and its process, and keeps its place.
        left = list(before)
        previous: dict[int, SocketInfo] = {}
        for key in (_exactly, _place):
            waiting: dict[Any, list[SocketInfo]] = {}
            for row in left:
                waiting.setdefault(key(row), []).append(row)
            for i, row in enumerate(rows):
                if i not in previous and waiting.get(key(row)):
                    previous[i] = waiting[key(row)].pop(0)
            left = [row for some in waiting.values() for row in some]
        changes = []
        for i, row in enumerate(rows):
            if i not in previous:
                changes.append(Change("new", row))
            elif (previous[i].state, previous[i].pid) != (row.state, row.pid):
                changes.append(Change("changed", row, previous[i].state))
            else:
                changes.append(Change("", row))
        return changes + [Change("gone", row) for row in left]


def _exactly(row: SocketInfo) -> tuple[Any, ...]:
    return row.socket_id, row.pid, row.inode


def _place(row: SocketInfo) -> tuple[Any, ...]:
    """What stays the same where the process goes; a Unix socket without a name has no place."""
    return row.socket_id, row.inode if row.protocol == "unix" else None


def looks(
    take: Callable[[], list[SocketInfo]], interval_seconds: float, *, count: int | None = None
) -> Iterator[list[Change]]:
    """What ``take`` gives, now and then again after each ``interval_seconds``; ``count`` times, or without an end."""
    watch = SocketWatch()
    done = 0
    while True:
        yield watch.update(take())
        done += 1
        if done == count:
            return
        time.sleep(interval_seconds)


# --------------------------------------------------------------------------------------------------------- for programs


def as_json(of: SocketInfo | Change | SocketCounts) -> str:
    """A row, a change, or the counts, as one JSON object on one line.

    A row has the members of SocketInfo and ``socket_id``; a change has ``change`` (``new``, ``changed``, ``gone``) and
    ``state_before`` in front of these.
    """
    members: dict[str, Any]
    if isinstance(of, SocketCounts):
        members = {"by_state": of.by_state, "by_port": of.by_port}
    elif isinstance(of, Change):
        members = {"change": of.mark} | ({"state_before": of.before} if of.mark == "changed" else {}) | _members(of.row)
    else:
        members = _members(of)
    return json.dumps(members)


def _members(row: SocketInfo) -> dict[str, Any]:
    return {"socket_id": row.socket_id} | {name: getattr(row, name) for name in _MEMBERS}


_MEMBERS: Final = (
    *("protocol", "family", "local_address", "foreign_address", "state", "pid", "process", "receive_queue"),
    *("send_queue", "user", "inode", "note"),
)


# ---------------------------------------------------------------------------------------------------------- for people


def table(rows: Iterable[SocketInfo]) -> Table:
    """The rows as netstat prints them, for a rich Console."""
    return _table([Change("", row) for row in rows], marked=False)


def changes_table(changes: Iterable[Change]) -> Table:
    """Likewise, with a mark at what is new (+), in another state (~) or gone (-)."""
    return _table(changes, marked=True)


def _table(changes: Iterable[Change], *, marked: bool) -> Table:
    shown = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    if marked:
        shown.add_column("", no_wrap=True)
    for name, right in [("Proto", False), ("Recv-Q", True), ("Send-Q", True)]:
        shown.add_column(name, justify="right" if right else "left", no_wrap=True)
    for name in ("Local address", "Foreign address"):
        shown.add_column(name, overflow="fold", min_width=15)
    shown.add_column("State", no_wrap=True)
    shown.add_column("PID/Program", overflow="fold", min_width=8)
    for mark, row, before in changes:
        state = Text(row.state, style=_STATE_STYLES.get(row.state, ""))
        if mark == "changed" and before != row.state:
            state = Text.assemble(Text(before or "-", style="dim"), " → ", state)
        cells: list[str | Text] = [
            row.protocol or "-",
            "-" if row.receive_queue is None else str(row.receive_queue),
            "-" if row.send_queue is None else str(row.send_queue),
            Text(printable(row.local_address) or "*"),
            Text(printable(row.foreign_address) or "*"),
            state,
            Text(process_text(row)),
        ]
        sign, style = _MARKS[mark]
        shown.add_row(*([Text(sign, style=style), *cells] if marked else cells), style=style or None)
    return shown


_MARKS: Final[dict[Mark, tuple[str, str]]] = {
    "new": ("+", "bold green"), "changed": ("~", "bold yellow"), "gone": ("-", "dim red"), "": (" ", ""),
}  # fmt: skip

_STATE_STYLES: Final = {"LISTEN": "cyan", "ESTABLISHED": "green", "CLOSE_WAIT": "yellow", "TIME_WAIT": "dim"}


def process_text(row: SocketInfo) -> str:
    """Process id and name, and what the row notes of them; fit for a terminal."""
    program = "-" if row.pid is None else f"{row.pid}/{'?' if row.process is None else printable(row.process)}"
    return f"{program} ({row.note})" if row.note else program


def count_tables(counts: SocketCounts) -> list[Table]:
    """The counts by state, and by local port."""
    by_state = _count_table(
        "State", [(state or "(none)", {state: number}) for state, number in counts.by_state.items()]
    )
    by_port = _count_table("Port", [(str(port), states) for port, states in counts.by_port.items()], details=True)
    return [by_state, by_port]


def _count_table(heading: str, lines: list[tuple[str, dict[str, int]]], *, details: bool = False) -> Table:
    shown = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    shown.add_column(heading, no_wrap=True)
    shown.add_column("Sockets", justify="right", no_wrap=True)
    if details:
        shown.add_column("States", overflow="fold")
    for name, states in lines:
        cells = [name, str(sum(states.values()))]
        if details:
            cells.append(", ".join(f"{number} {state}" for state, number in states.items() if state))
        shown.add_row(*cells)
    return shown

"""One line for each event, whatever is in it."""

from __future__ import annotations

import logging

import pytest

from bridge.errors import ChannelBroken, CorruptedStreamError, PeerException, RejectedError
from bridge.event_log import SERVER_LOG, log_event
from bridge.transport.address import Address
from bridge.transport.socket_id import SocketId

HERE = SocketId("tcp", Address("tcp", "127.0.0.1", 9000), Address("tcp", "127.0.0.1", 40312))
WHERE = 'socket="tcp 127.0.0.1:9000 127.0.0.1:40312"'

LINES: list[tuple[BaseException | None, dict[str, object], str]] = [
    (None, {}, f"event=e {WHERE}"),
    (None, {"peers": 3, "nothing": None, "seconds": 1.23456}, f'event=e {WHERE} peers=3 seconds="1.235"'),
    (None, {"reason": 'two\nlines, "quoted" \\ and \x1b[2J'},
     f'event=e {WHERE} reason="two\\nlines, \\"quoted\\" \\\\ and \\x1b[2J"'),
    (ChannelBroken("the peer has gone", offset=7), {},
     f'event=e {WHERE} error=ChannelBroken offset=7 reason="the peer has gone"'),
    (RejectedError("no a.B"), {}, f'event=e {WHERE} error=RejectedError reason="no a.B"'),
    (OSError(24, "Too many open files"), {}, f'event=e {WHERE} error=OSError reason="Too many open files"'),
    (CorruptedStreamError("what was said", offset=3), {}, f"event=e {WHERE} error=CorruptedStreamError offset=3"),
    (PeerException("what was said", offset=3), {}, f"event=e {WHERE} error=PeerException offset=3"),
    (ValueError("what was said"), {}, f"event=e {WHERE} error=ValueError"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "facts", "line"), LINES)
def test_an_event_is_one_line(
    error: BaseException | None, facts: dict[str, object], line: str, caplog: pytest.LogCaptureFixture
) -> None:
    log_event(SERVER_LOG, logging.WARNING, "e", HERE, error=error, **facts)
    (record,) = caplog.records
    assert record.getMessage() == line.replace('seconds="1.235"', "seconds=1.235")
    assert vars(record)["event"] == "e"
    assert vars(record)["socket_id"] == HERE
    assert {name: vars(record)[name] for name, fact in facts.items() if name != "nothing"} == {
        name: fact for name, fact in facts.items() if name != "nothing"
    }


def test_a_text_is_cut_where_it_is_of_no_more_use(caplog: pytest.LogCaptureFixture) -> None:
    log_event(SERVER_LOG, logging.WARNING, "e", reason="x" * 100_000)
    assert len(caplog.records[0].getMessage()) < 400


def test_what_nobody_wants_to_know_is_not_written(caplog: pytest.LogCaptureFixture) -> None:
    log_event(SERVER_LOG, logging.DEBUG, "e", HERE)
    assert caplog.records == []


def test_an_error_in_code_is_told_by_its_place(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("what was said")
    except ValueError as error:
        log_event(SERVER_LOG, logging.ERROR, "e", error=error)
    line = caplog.records[0].getMessage()
    assert "test_event_log.py:" in line
    assert "in test_an_error_in_code_is_told_by_its_place" in line
    assert "what was said" not in caplog.text

"""Whom a server lets in, decided without a clock and without a socket."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.admission import Admission, is_exposed
from bridge.errors import SchemaError
from bridge.transport.address import Address


def peer(host: str, port: int = 1) -> Address:
    return Address("tcp", host, port)


def test_without_limits_everybody_is_let_in() -> None:
    admission = Admission()
    assert [admission.refusal(peer("10.0.0.1"), 0.0) for _ in range(100)] == [None] * 100


def test_peers_are_counted_by_host_until_they_leave() -> None:
    admission = Admission(max_peers_per_host=2)
    here, there = peer("10.0.0.1"), peer("10.0.0.2")
    assert [admission.refusal(here, 0.0), admission.refusal(peer("10.0.0.1", 2), 0.0)] == [None, None]
    assert "2 peers of this address" in (admission.refusal(here, 0.0) or "")
    assert admission.refusal(there, 0.0) is None
    admission.leave(here)
    assert admission.refusal(here, 0.0) is None
    for gone in (here, here, there):
        admission.leave(gone)
    assert not admission._hosts


def test_peers_without_an_address_count_together() -> None:
    admission = Admission(max_peers_per_host=1)
    assert admission.refusal(None, 0.0) is None
    assert admission.refusal(None, 0.0) is not None
    admission.leave(None)
    assert admission.refusal(None, 0.0) is None


def test_new_peers_are_let_in_at_a_rate_with_as_many_at_once() -> None:
    admission = Admission(max_accepts_per_second=3)
    at_once = [admission.refusal(peer("10.0.0.1"), 100.0) is None for _ in range(5)]
    assert at_once == [True, True, True, False, False]
    assert admission.refusal(peer("10.0.0.1"), 100.2) is not None
    assert admission.refusal(peer("10.0.0.1"), 100.4) is None
    after_a_day = [admission.refusal(peer("10.0.0.1"), 86400.0) is None for _ in range(5)]
    assert after_a_day == [True, True, True, False, False]


def test_who_is_refused_for_the_rate_does_not_count_for_the_host() -> None:
    admission = Admission(max_peers_per_host=1, max_accepts_per_second=1)
    assert admission.refusal(peer("10.0.0.1"), 0.0) is None
    assert "a second" in (admission.refusal(peer("10.0.0.2"), 0.0) or "")
    assert admission.refusal(peer("10.0.0.2"), 1.0) is None


@pytest.mark.parametrize("name", ["max_peers", "max_peers_per_host", "max_accepts_per_second"])
@pytest.mark.parametrize("number", [0, -1, float("nan")])
def test_numbers_that_make_no_sense_are_refused(name: str, number: Any) -> None:
    with pytest.raises(SchemaError, match=name):
        Admission(**{name: number})


EXPOSURES: list[tuple[str, bool]] = [
    ("tcp://127.0.0.1:1", False),
    ("tcp://127.8.8.8:1", False),
    ("tcp://[::1]:1", False),
    ("tcp://localhost:1", False),
    ("tcp://0.0.0.0:1", True),
    ("tcp://[::]:1", True),
    ("tcp://:1", True),
    ("tcp://192.0.2.1:1", True),
    ("tcp://[fe80::1%eth0]:1", True),
    ("tcp://example.org:1", True),
    ("udp://0.0.0.0:1", True),
    ("sctp://0.0.0.0:1", True),
    ("mptcp://127.0.0.1:1", False),
    ("tls://0.0.0.0:1", False),
    ("unix:///run/x", False),
]


@pytest.mark.parametrize(("address", "exposed"), EXPOSURES)
def test_an_address_is_exposed_where_others_can_reach_it_in_the_clear(address: str, exposed: bool) -> None:
    assert is_exposed(Address.parse(address)) is exposed

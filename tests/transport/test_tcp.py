"""What takes TCP's place: MPTCP and SCTP, and what is said where the kernel lacks them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading

import pytest

from bridge.errors import ConnectError
from bridge.transport import kinds
from bridge.transport.address import Address
from bridge.transport.blocking import SCTP, multipath, prepare

LOOPBACK = "127.0.0.1"

# Who listens, who connects, and what each is told of several paths.
FALLING_BACK = [("mptcp", "mptcp", True, True), ("mptcp", "tcp", False, None), ("tcp", "mptcp", None, False)]


@pytest.mark.parametrize(("listening", "connecting", "there_uses", "here_uses"), FALLING_BACK)
def test_mptcp_falls_back_as_the_kernel_says(
    listening: str, connecting: str, there_uses: bool | None, here_uses: bool | None
) -> None:
    with kinds.listen(Address(listening, LOOPBACK, 0)) as listener:
        here = kinds.connect(Address(connecting, LOOPBACK, listener.address.port), 10)
        there = listener.accept(10)
        here.send(b"x")
        assert there.receive(1, 10) == b"x"
        assert (there.info("multipath"), here.info("multipath")) == (there_uses, here_uses)
        here.close()
        there.close()


def test_asyncio_mptcp_tells_whether_it_has_fallen_back() -> None:
    async def story() -> None:
        for listening, connecting, _, here_uses in FALLING_BACK:
            listener = await kinds.listen_async(Address(listening, LOOPBACK, 0))
            here = await kinds.connect_async(Address(connecting, LOOPBACK, listener.address.port), 10)
            there = await listener.accept()
            here.write(b"x")
            assert await there.receive(1) == b"x"
            assert here.info("multipath") is here_uses
            await here.close()
            await there.close()
            listener.close()
            with pytest.raises(ConnectionRefusedError):
                await kinds.connect_async(Address(connecting, LOOPBACK, listener.address.port), 10)

    asyncio.run(story())


def kernel_has_sctp() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, SCTP).close()
    except OSError:
        return False
    return True


def test_sctp_carries_bytes_where_the_kernel_has_it_and_else_the_error_says_so() -> None:
    address = Address("sctp", LOOPBACK, 0)
    if not kernel_has_sctp():
        with pytest.raises(OSError, match="this kernel has no SCTP: on Linux `modprobe sctp` loads it"):
            kinds.listen(address)
        with pytest.raises(OSError, match="this kernel has no SCTP"):
            kinds.connect(Address("sctp", LOOPBACK, 9))
        return
    with kinds.listen(address) as listener:
        here = kinds.connect(listener.address, 10)
        there = listener.accept(10)
        here.send(b"x")
        assert there.receive(1, 10) == b"x"
        here.close()
        there.close()


LACKING = [
    ("mptcp", errno.ENOPROTOOPT, "switched off in this kernel: `sysctl net.mptcp.enabled=1`"),
    ("mptcp", errno.EPROTONOSUPPORT, "this kernel has no MPTCP: Linux has it from 5.6 on"),
    ("sctp", errno.ESOCKTNOSUPPORT, "this kernel has no SCTP"),
]


@pytest.mark.parametrize(("scheme", "number", "message"), LACKING)
def test_what_a_kernel_lacks_is_said(monkeypatch: pytest.MonkeyPatch, scheme: str, number: int, message: str) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(number, "what this system says")

    monkeypatch.setattr(socket, "socket", refuse)
    address = Address(scheme, LOOPBACK, 9)
    with pytest.raises(OSError, match=message):
        kinds.connect(address)
    with pytest.raises(OSError, match=message):
        kinds.listen(address)


def test_another_failure_is_not_taken_for_a_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(OSError, match="too many open files"):
        kinds.connect(Address("mptcp", LOOPBACK, 9))


class Options:
    """Notes the options that are set; ``refused`` are not known."""

    proto = 262

    def __init__(self, refused: int | None = None, told: bytes = b"") -> None:
        self.set: list[int] = []
        self.refused = refused
        self.told = told

    def setsockopt(self, level: int, name: int, value: int, /) -> None:
        if self.refused is not None:
            raise OSError(self.refused, "no such option")
        self.set.append(level)

    def getsockopt(self, level: int, name: int, length: int, /) -> bytes:
        if self.refused is not None:
            raise OSError(self.refused, "no such option")
        return self.told


def test_an_mptcp_of_an_older_kernel_may_have_fewer_options() -> None:
    for scheme, refused in (("mptcp", errno.EPERM), ("tcp", errno.EOPNOTSUPP)):
        with pytest.raises(OSError, match="no such option"):
            prepare(Options(refused), scheme)


def test_sctp_sends_at_once() -> None:
    options = Options()
    prepare(options, "sctp")
    assert options.set == [SCTP]


def test_what_is_not_known_of_several_paths_is_none() -> None:
    assert multipath(Options(errno.EBADF)) is None
    assert multipath(Options(errno.EOPNOTSUPP)) is False
    assert multipath(Options(told=bytes(8) + b"\1\0\0\0" + bytes(52))) is False
    assert multipath(Options(told=bytes(64))) is True


@pytest.mark.parametrize("scheme", ["tcp", "mptcp", "sctp"])
@pytest.mark.parametrize(
    ("rest", "message"),
    [("", "needs a port"), (":1/x", "goes on"), (":1?ttl=1", "has no option 'ttl'")],
)
def test_an_address_that_makes_no_sense_is_refused(scheme: str, rest: str, message: str) -> None:
    address = Address.parse(f"{scheme}://127.0.0.1{rest}")
    with pytest.raises(ConnectError, match=message):
        kinds.connect(address)
    with pytest.raises(ConnectError, match=message):
        kinds.listen(address)


@pytest.mark.parametrize("place", ["tcp://127.0.0.1:0", "unix://@busy-polling"])
def test_busy_polling_receives_what_waiting_would(place: str) -> None:
    """What comes at once, what comes later than it polls, nothing in time, and the end, also one made here."""
    with kinds.listen(Address.parse(place)) as listener:
        address = Address.parse(f"{listener.address}?busy_poll_seconds=0.05")
        here = kinds.connect(address, 10)
        there = listener.accept(10)
        there.send(b"at once")
        assert here.receive(100) == b"at once"
        for timeout in (None, 10):
            later = threading.Timer(0.2, there.send, (b"later",))
            later.start()
            assert here.receive(100, timeout) == b"later"
            later.join()
        with pytest.raises(TimeoutError):
            here.receive(100, 0)
        with pytest.raises(TimeoutError):
            here.receive(100, 0.1)
        closing = threading.Timer(0.02, here.close)
        closing.start()
        with contextlib.suppress(OSError):
            assert here.receive(100) == b""
        closing.join()
        assert there.receive(100, 10) == b""
        there.close()


def test_a_connection_that_is_reset_while_it_is_polled_is_an_error_and_no_end() -> None:
    with kinds.listen(Address("tcp", LOOPBACK, 0)) as listener:
        address = Address("tcp", LOOPBACK, listener.address.port, options=(("busy_poll_seconds", "1"),))
        with contextlib.closing(kinds.connect(address, 10)) as here:
            sock = listener.accept(10).info("socket")
            assert isinstance(sock, socket.socket)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
            with pytest.raises(ConnectionResetError):
                here.receive(1, 10)


@pytest.mark.parametrize("value", ["much", "-1", "nan", "1.5", ""])
@pytest.mark.parametrize("place", ["tcp://127.0.0.1:9", "unix://@nobody"])
def test_busy_polling_takes_a_short_time(place: str, value: str) -> None:
    with pytest.raises(ConnectError, match="busy_poll_seconds is a number from 0 to 1"):
        kinds.connect(Address.parse(f"{place}?busy_poll_seconds={value}"), 10)


@pytest.mark.parametrize("place", ["tcp://127.0.0.1:9", "unix://@nobody"])
def test_asyncio_and_listeners_have_no_busy_polling(place: str) -> None:
    address = Address.parse(f"{place}?busy_poll_seconds=0.1")
    with pytest.raises(ConnectError, match="no option 'busy_poll_seconds'"):
        asyncio.run(kinds.connect_async(address, 10))
    with pytest.raises(ConnectError, match="no option 'busy_poll_seconds'"):
        kinds.listen(address)

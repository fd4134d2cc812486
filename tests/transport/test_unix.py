"""Unix domain sockets: the file, its permissions, and what is left of it."""

from __future__ import annotations

import asyncio
import grp
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import ConnectError
from bridge.transport import kinds
from bridge.transport.address import Address


def at(path: Path, options: str = "") -> Address:
    return Address.parse(f"unix://{path}{options}")


@pytest.mark.parametrize(("options", "mode"), [("", 0o600), ("?mode=660", 0o660), ("?mode=777", 0o777)])
def test_the_socket_file_has_the_permissions_that_were_asked_for(tmp_path: Path, options: str, mode: int) -> None:
    path = tmp_path / "socket"
    with kinds.listen(at(path, options)) as listener:
        status = path.lstat()
        assert stat.S_ISSOCK(status.st_mode) and stat.S_IMODE(status.st_mode) == mode
        assert listener.address == at(path)
    assert not path.exists()


def test_the_socket_file_is_given_to_the_group_that_was_asked_for(tmp_path: Path) -> None:
    group = grp.getgrgid(os.getgid())
    with kinds.listen(at(tmp_path / "socket", f"?mode=660&group={group.gr_name}")):
        assert (tmp_path / "socket").lstat().st_gid == group.gr_gid


AS_NOBODY = """
import os, sys
from bridge.transport import kinds
from bridge.transport.address import Address
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    getattr(kinds, sys.argv[1])(Address.parse(sys.argv[2]))
except OSError as error:
    print(error.strerror)
"""


def as_nobody(verb: str, address: Address) -> str:
    """What another user, without privileges, is told."""
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", AS_NOBODY, verb, str(address)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=root).stdout.strip()


def test_who_has_no_permission_cannot_connect_and_is_told_why(tmp_path: Path) -> None:
    """Root asks as another user; who is not root has taken the permission from itself."""
    for folder in (tmp_path, *tmp_path.parents[:3]):  # may be passed through, so that only the file refuses
        if folder.stat().st_uid == os.getuid() and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    with kinds.listen(at(tmp_path / "socket", "" if os.getuid() == 0 else "?mode=000")) as listener:
        told = as_nobody("connect", listener.address)
    assert told == f"the permissions of {tmp_path / 'socket'} let this user not connect"


def stale(path: Path) -> None:
    """Leaves a socket file behind as a program that was killed does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(str(path))
        sock.listen()


def test_a_stale_socket_file_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    stale(path)
    with pytest.raises(ConnectionRefusedError):
        kinds.connect(at(path))
    with kinds.listen(at(path)) as listener:
        here = kinds.connect(at(path), 10)
        listener.accept(10).close()
        here.close()


def test_a_socket_file_in_use_is_left_alone_also_when_nobody_accepts(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with kinds.listen(at(path), 0) as listener:
        waiting = [kinds.connect(at(path), 10)]  # the backlog is full now
        with pytest.raises(OSError, match=f"somebody listens at {path}"):
            kinds.listen(at(path))
        listener.accept(10).close()
        for transport in waiting:
            transport.close()


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("precious")
    (tmp_path / "link").symlink_to(path)
    for name in ("file", "link"):
        with pytest.raises(FileExistsError, match="no socket; it is left alone"):
            kinds.listen(at(tmp_path / name))
    assert path.read_text() == "precious"


def test_a_listener_leaves_the_file_of_another_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    first = kinds.listen(at(path))
    path.unlink()
    with kinds.listen(at(path)):
        first.close()
        assert path.exists()
    assert not path.exists()


def test_a_peer_may_have_a_name_that_is_no_text() -> None:
    with kinds.listen(Address.parse("unix://@bridge-names")) as listener, socket.socket(socket.AF_UNIX) as sock:
        sock.bind(b"\0\xff\n?#\0")
        sock.connect("\0bridge-names")
        there = listener.accept(10)
        peer = there.info("peer")
        assert str(peer) == "unix://@%FF%0A%3F%23%00"
        assert Address.parse(str(peer)) == peer
        there.close()


def test_what_fails_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with pytest.raises(ConnectError, match="no group 'no such group'"):
        kinds.listen(at(path, "?group=no%20such%20group"))
    assert not path.exists()


def test_where_too_many_wait_connecting_waits_and_times_out(tmp_path: Path) -> None:
    address = at(tmp_path / "socket")

    async def connect_async() -> None:
        with pytest.raises(TimeoutError, match="too many wait there to be accepted"):
            await kinds.connect_async(address, 0.05)

    with kinds.listen(address, 0) as listener:
        waiting = [kinds.connect(address, 10)]
        for timeout in (0, 0.05):
            with pytest.raises(TimeoutError, match="too many wait there to be accepted"):
                kinds.connect(address, timeout)
        asyncio.run(connect_async())
        listener.accept(10).close()
        waiting.append(kinds.connect(address, 10))
        for transport in waiting:
            transport.close()


def test_an_abstract_name_has_no_file_and_no_permissions(tmp_path: Path) -> None:
    with kinds.listen(Address.parse(f"unix://@{tmp_path}")) as listener:
        assert str(listener.address) == f"unix://@{tmp_path}"
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConnectError, match="an abstract name has no permissions"):
        kinds.listen(Address.parse("unix://@name?mode=600"))


IMPOSSIBLE = [
    ("unix://run/bridge", "unix:///PATH has three slashes"),
    ("unix://host:1/x", "is no path"),
    ("unix://", "needs a path"),
    ("unix:///x%00y", "a character with the code 0"),
    ("unix:///" + "x" * 107, "has 108 bytes: 2 to 107 are possible"),
    ("unix://@", "has 1 bytes"),
    ("unix:///x?ttl=1", "'unix' has no option 'ttl'"),
]


@pytest.mark.parametrize(("url", "message"), IMPOSSIBLE)
def test_an_address_that_makes_no_sense_is_refused(url: str, message: str) -> None:
    with pytest.raises(ConnectError, match=message):
        kinds.connect(Address.parse(url))
    with pytest.raises(ConnectError, match=message):
        kinds.listen(Address.parse(url))


def test_a_mode_that_is_none_is_refused(tmp_path: Path) -> None:
    for mode in ("rw", "0o60", "1777", "888", ""):
        with pytest.raises(ConnectError, match="three octal digits"):
            kinds.listen(at(tmp_path / "socket", f"?mode={mode}"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"the folder of .*/nowhere/socket is not there"):
        kinds.listen(at(tmp_path / "nowhere" / "socket"))
    with pytest.raises(FileNotFoundError):
        kinds.connect(at(tmp_path / "socket"))

"""Kinds of transport that other packages bring, and the one that docs/transports.md shows."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import threading
from pathlib import Path

import pytest

import bridge
from bridge.errors import ConnectError
from bridge.transport import kinds
from bridge.transport.address import Address

ROOT = Path(__file__).parent.parent.parent


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, points: str, **modules: str) -> None:
    """As if a distribution with these modules and entry points were installed; its kinds are forgotten afterwards."""
    information = folder / "own_transports-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: own-transports\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[bridge.transports]\n{points}\n")
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(kinds, "_loaded", {})
    importlib.invalidate_caches()


def example() -> str:
    """The kind that the documentation shows."""
    text = (ROOT / "docs" / "transports.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (code,) = (block for block in blocks if "KIND = TransportKind(" in block)
    return str(code)


def test_the_kind_of_the_documentation_has_thirty_lines_and_carries_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a pseudo-terminal, whose other side is read and written as Java does it."""
    code = example()
    assert len([line for line in code.splitlines() if line.strip()]) <= 31
    install(tmp_path, monkeypatch, "tty = serial_line:KIND", serial_line=code)
    there, here = os.openpty()
    try:
        with (
            os.fdopen(there, "r+b", buffering=0) as other,
            bridge.connect(f"tty://{os.ttyname(here)}", timeout=10) as channel,
        ):
            out, in_ = bridge.ObjectOutputStream(other), bridge.ObjectInputStream(other)
            for obj in (["one", 2], {"long": "x" * 3000}):
                sending = threading.Thread(target=channel.send, args=(obj,))
                sending.start()
                assert in_.read_object() == obj
                sending.join(10)
            out.write_object("answer")
            out.flush()
            assert channel.receive(timeout=10) == "answer"
            with pytest.raises(bridge.ChannelTimeout):
                channel.receive(timeout=0.01)
            stopping = threading.Timer(0.05, channel.stop_receiving)
            stopping.start()
            with pytest.raises(bridge.ChannelClosed):
                channel.receive(timeout=10)
            assert str(channel.peer) == f"tty://{os.ttyname(here)}"
    finally:
        os.close(here)


def test_what_a_kind_does_not_offer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "tty = serial_line:KIND", serial_line=example())
    address = Address.parse("tty:///dev/nothing")
    with pytest.raises(ConnectError, match="tty:///dev/nothing cannot be listened at: transports of the kind 'tty'"):
        kinds.listen(address)

    async def story() -> None:
        with pytest.raises(ConnectError, match="cannot be connected to with asyncio"):
            await kinds.connect_async(address)
        with pytest.raises(ConnectError, match="cannot be listened at with asyncio"):
            await kinds.listen_async(address)

    asyncio.run(story())

    install_nothing = "from bridge.transport.base import TransportKind\nKIND = TransportKind()\n"
    (tmp_path / "empty_kind.py").write_text(install_nothing)
    (tmp_path / "own_transports-1.0.dist-info" / "entry_points.txt").write_text(
        "[bridge.transports]\nempty = empty_kind:KIND\n"
    )
    importlib.invalidate_caches()
    with pytest.raises(ConnectError, match="cannot be connected to"):
        kinds.connect(Address.parse("empty://"))


WRONG = [
    ("gone = no_such_module:KIND", "kind 'gone' cannot be loaded from no_such_module:KIND: No module named"),
    ("gone = own_kind:NOTHING", "cannot be loaded from own_kind:NOTHING: .*has no attribute"),
    ("gone = own_kind:NUMBER", r"own_kind:NUMBER, for transports of the kind 'gone', is no bridge\.transport\.base"),
]


@pytest.mark.parametrize(("point", "message"), WRONG)
def test_a_kind_that_cannot_be_loaded_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, message: str
) -> None:
    install(tmp_path, monkeypatch, point, own_kind="NUMBER = 1\n")
    with pytest.raises(ConnectError, match=message):
        bridge.connect("gone://x")


def test_the_kinds_that_others_bring_are_listed_and_cannot_take_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "tcp = no_such_module:KIND\nzebra = no_such_module:KIND")
    with pytest.raises(ConnectError, match=r"there is no transport of the kind 'horse'.* udp, unix, zebra"):
        bridge.connect("horse://x")
    with bridge.listen("tcp://127.0.0.1:0") as listener, bridge.connect(listener.address):
        pass

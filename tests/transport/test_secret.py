"""The handshake of a shared secret: byte by byte, its enemies, and conversations behind it, on both shells."""

from __future__ import annotations

import asyncio
import hmac
import logging
from pathlib import Path
from typing import Any

import pytest
import trustme

import bridge
from bridge import cli
from bridge.errors import ChannelBroken, ChannelClosed, ChannelTimeout, ConnectError, SchemaError
from bridge.stream.constants import STREAM_HEADER
from bridge.transport import kinds
from bridge.transport.address import Address
from bridge.transport.secret import SecretHandshake, SharedSecret
from examples import store
from tests.shells import ENOUGH_SECONDS, Shell, all_of, echo, on_both_shells

SECRET = bytes(range(32))
OTHER = bytes(range(1, 33))
MAGIC = b"BRIDGE\x00\x01"
UNKNOWN = "the peer does not know the shared secret"
HUNG_UP = "the peer has hung up in the handshake of the shared secret"


def both(client: bytes = SECRET, server: bytes = SECRET) -> tuple[SecretHandshake, SecretHandshake]:
    return (
        SecretHandshake(SharedSecret(client), accepted=False),
        SecretHandshake(SharedSecret(server), accepted=True),
    )


def carry(sender: SecretHandshake, receiver: SecretHandshake, piece_bytes: int = 1000) -> bytes:
    """What ``sender`` says now, given to ``receiver`` in pieces."""
    data = sender.data_to_send()
    for start in range(0, len(data), piece_bytes):
        receiver.receive_data(data[start : start + piece_bytes])
    return data


# -------------------------------------------------------------------------------------------- the machine, without I/O


@pytest.mark.parametrize("piece_bytes", [1, 2, 7, 31, 1000])
def test_two_that_know_the_secret_are_satisfied_however_the_bytes_are_cut(piece_bytes: int) -> None:
    client, server = both()
    assert [client.missing_bytes, server.missing_bytes] == [40, 40]
    hello = carry(client, server, piece_bytes)
    answer = carry(server, client, piece_bytes)
    proof = carry(client, server, piece_bytes)
    assert server.is_complete and not client.is_complete
    last = carry(server, client, piece_bytes)
    assert client.is_complete
    assert [len(data) for data in (hello, answer, proof, last)] == [40, 40, 32, 32]
    assert [client.missing_bytes, server.missing_bytes] == [0, 0]
    assert client.data_to_send() == server.data_to_send() == b""


def test_the_bytes_are_those_that_are_written_down() -> None:
    client, server = both()
    hello, answer = carry(client, server), carry(server, client)
    proof, last = carry(client, server), carry(server, client)
    assert hello[:8] == answer[:8] == MAGIC
    nonces = hello[8:] + answer[8:]
    assert proof == hmac.new(SECRET, MAGIC + b"client" + nonces, "sha256").digest()
    assert last == hmac.new(SECRET, MAGIC + b"server" + nonces, "sha256").digest()


def test_an_end_at_any_byte_is_a_refusal() -> None:
    for accepted in (True, False):
        for cut in range(72):
            client, server = both()
            here, there = (server, client) if accepted else (client, server)
            coming: list[bytes] = []
            for _ in range(cut):
                if not coming:
                    carry(here, there)
                    coming = [bytes([byte]) for byte in there.data_to_send()]
                here.receive_data(coming.pop(0))
            assert not here.is_complete
            with pytest.raises(OSError, match=HUNG_UP):
                here.receive_data(b"")


def test_a_server_says_nothing_that_depends_on_the_secret_to_who_does_not_know_it() -> None:
    client, server = both(client=OTHER)
    carry(client, server)
    carry(server, client)
    with pytest.raises(OSError, match=UNKNOWN):
        carry(client, server)
    assert not server.is_complete
    assert server.data_to_send() == b""


def test_a_client_refuses_a_server_that_does_not_know_the_secret() -> None:
    client, server = both()
    carry(client, server)
    carry(server, client)
    client.data_to_send()
    with pytest.raises(OSError, match=UNKNOWN):
        client.receive_data(bytes(32))
    assert not client.is_complete


@pytest.mark.parametrize("bit", range(0, 256, 5))
def test_one_wrong_bit_of_the_proof_is_enough(bit: int) -> None:
    client, server = both()
    carry(client, server)
    carry(server, client)
    proof = bytearray(client.data_to_send())
    proof[bit // 8] ^= 1 << bit % 8
    with pytest.raises(OSError, match=UNKNOWN):
        server.receive_data(bytes(proof))


def test_who_sends_back_what_he_hears_proves_nothing() -> None:
    for client in both():
        carry(client, client)  # its own hello
        data = client.data_to_send()
        if not data:  # a server waits for the first proof, and has none to send back
            assert client.missing_bytes == 32
            continue
        with pytest.raises(OSError, match=UNKNOWN):
            client.receive_data(data)


def test_a_proof_from_another_server_with_the_same_secret_is_of_no_use_to_a_client() -> None:
    """Somebody between two clients: the proof of one is no proof of a server for the other."""
    one, other = (SecretHandshake(SharedSecret(SECRET), accepted=False) for _ in range(2))
    carry_one, carry_other = one.data_to_send(), other.data_to_send()
    one.receive_data(carry_other)
    other.receive_data(carry_one)
    with pytest.raises(OSError, match=UNKNOWN):
        one.receive_data(other.data_to_send())


def test_an_old_handshake_cannot_be_played_again() -> None:
    client, server = both()
    said_by_client, said_by_server = carry(client, server), carry(server, client)
    said_by_client += carry(client, server)
    said_by_server += carry(server, client)
    assert server.is_complete and client.is_complete
    client, server = both()
    client.data_to_send(), server.data_to_send()
    for machine, old in ((server, said_by_client), (client, said_by_server)):
        machine.receive_data(old[:40])
        with pytest.raises(OSError, match=UNKNOWN):
            machine.receive_data(old[40:])
        assert not machine.is_complete


STRANGERS = [
    (STREAM_HEADER, r"uses no shared secret: it begins with an object stream \(AC ED\)"),
    (STREAM_HEADER[:1], r"uses no shared secret: it begins with an object stream \(AC ED\)"),
    (b"\x16\x03\x01\x02\x00", "does not begin with the handshake of a shared secret, but with 16 03 01 02 00"),
    (b"GET / HTTP/1.1\r\n", "does not begin with the handshake of a shared secret, but with 47 45 54 20 2F 20 48 54"),
    (b"B", None),
    (MAGIC, None),
    (MAGIC[:-1] + b"\x02", "speaks version 2 of the handshake of a secret, and here is version 1"),
]


@pytest.mark.parametrize(("begun", "message"), STRANGERS)
def test_a_peer_that_says_something_else_is_told_apart_at_once(begun: bytes, message: str | None) -> None:
    for machine in both():
        if message is None:
            machine.receive_data(begun)
            assert machine.missing_bytes == 40 - len(begun)
        else:
            with pytest.raises(OSError, match=message):
                machine.receive_data(begun)


def test_nothing_shows_the_secret() -> None:
    secret = SharedSecret(b"this is so secret, tell nobody")
    shown = f"{secret!r} {secret} {SecretHandshake(secret, accepted=True)!r}"
    assert "secret, tell" not in shown
    assert "746869732" not in shown


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"secret": "a text is no secret"}, "secret must be bytes, 16 or more of them, not str"),
    ({"secret": b"fifteen bytes.."}, "secret must have 16 bytes or more, and has 15"),
    ({"secret": b""}, "secret must have 16 bytes or more, and has 0"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
@on_both_shells
async def test_what_is_no_secret_is_refused_before_anything_is_opened(
    shell: Shell, options: dict[str, Any], message: str
) -> None:
    for call in (shell.connect, shell.listen):
        with pytest.raises(SchemaError, match=message) as caught:
            await call("tcp://127.0.0.1:0", **options)
        assert "fifteen" not in str(caught.value) and "a text" not in str(caught.value)
    with pytest.raises(SchemaError, match="handshake_seconds must be a number of seconds above 0, not 0"):
        await shell.listen("tcp://127.0.0.1:0", secret=SECRET, handshake_seconds=0)


@on_both_shells
async def test_datagrams_have_no_secret(shell: Shell) -> None:
    for call in (shell.connect, shell.listen):
        with pytest.raises(SchemaError, match=r"secret= needs a stream of bytes, and udp://127.0.0.1:9 carries datagr"):
            await call("udp://127.0.0.1:9", secret=SECRET)
    async with await shell.listen("memory://secret-datagrams?datagram_bytes=100", secret=SECRET) as listener:
        with pytest.raises(SchemaError, match="carries datagrams"):
            await shell.connect("memory://secret-datagrams", secret=SECRET)
        with pytest.raises(ConnectError, match="carries datagrams"):
            await listener.accept()


# -------------------------------------------------------------------------------------------------- conversations


@pytest.fixture(params=["tcp", "unix", "memory", "tls"])
def place(request: pytest.FixtureRequest, tmp_path: Path, tls_files: tuple[Path, Path]) -> tuple[str, str]:
    """Where to listen, and what goes to the address that tells for who connects."""
    certificate, authority = tls_files
    return {
        "tcp": ("tcp://127.0.0.1:0", ""),
        "unix": (f"unix://{tmp_path}/socket", ""),
        "memory": ("memory://", ""),
        "tls": (f"tls://127.0.0.1:0?cert={certificate}", f"?ca={authority}"),
    }[request.param]


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "server"))
    return folder / "server", folder / "ca"


@on_both_shells
async def test_objects_go_both_ways_where_both_know_the_secret(shell: Shell, place: tuple[str, str]) -> None:
    async with await shell.serve(place[0], echo, secret=SECRET) as server:
        address = str(server.address).partition("?")[0] + place[1]
        for _ in range(2):
            async with await shell.connect(address, timeout=ENOUGH_SECONDS, secret=SECRET) as channel:
                await channel.complete_handshake()
                for value in ("text", [1, 2.5, None], bytes(300_000)):
                    assert await channel.request(value) == value


@on_both_shells
async def test_a_protocol_of_ones_own_comes_after_the_handshake_too(shell: Shell) -> None:
    async def answer(channel: Any) -> None:
        async for request in channel:
            await channel.send(store.Value(request.request, 5, request.key.encode()))

    async with (
        await shell.serve("127.0.0.1:0", answer, secret=SECRET, protocol=store.STORE) as server,
        await shell.connect(server.address, timeout=ENOUGH_SECONDS, secret=SECRET, protocol=store.STORE) as channel,
    ):
        assert await channel.request(store.Get(1, "key")) == store.Value(1, 5, b"key")


@on_both_shells
async def test_who_does_not_know_the_secret_meets_no_handler(
    shell: Shell, place: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    met: list[object] = []
    told: list[Any] = []

    async def handler(channel: Any) -> None:
        met.append(channel)
        await echo(channel)

    caplog.set_level(logging.INFO, "bridge")
    async with await shell.serve(
        place[0],
        handler,
        secret=SECRET,
        on_accepted=lambda _: told.append("came"),
        on_closed=lambda _: told.append("went"),
        on_error=lambda channel, error: told.append((channel, str(error))),
    ) as server:
        address = str(server.address).partition("?")[0] + place[1]
        with pytest.raises(ConnectError, match=HUNG_UP):
            await shell.connect(address, timeout=ENOUGH_SECONDS, secret=OTHER)
        plain = await shell.connect(address, timeout=ENOUGH_SECONDS)
        async with plain:
            with pytest.raises((bridge.DecodeError, ChannelBroken, ChannelClosed)):
                await plain.request("hello", timeout=ENOUGH_SECONDS)
        assert met == []
        async with await shell.connect(address, timeout=ENOUGH_SECONDS, secret=SECRET) as channel:
            assert await channel.request("still there") == "still there"
        while len(told) < 4:
            await asyncio.sleep(0.01)
        assert await server.stop(grace_seconds=ENOUGH_SECONDS)
    assert len(met) == 1
    errors = [entry for entry in told if isinstance(entry, tuple)]
    assert [entry for entry in told if isinstance(entry, str)] == ["came", "went"]
    assert [channel for channel, _ in errors] == [None, None]
    texts = sorted(text for _, text in errors)
    assert UNKNOWN in texts[0] and "it begins with an object stream (AC ED)" in texts[1]
    refused = [record.getMessage() for record in caplog.records if record.__dict__.get("event") == "refused"]
    assert len(refused) == 2
    assert not any(SECRET.hex() in line or repr(SECRET) in line for line in caplog.messages)


@on_both_shells
async def test_a_client_with_a_secret_says_what_a_server_without_one_lacks(shell: Shell) -> None:
    async with await shell.serve("127.0.0.1:0", echo) as server:
        with pytest.raises(ConnectError, match=r"the peer uses no shared secret: it begins with an object stream"):
            await shell.connect(server.address, timeout=ENOUGH_SECONDS, secret=SECRET)


@on_both_shells
async def test_a_silent_peer_is_dropped_and_keeps_nobody_waiting(shell: Shell) -> None:
    told: list[str] = []
    dropped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_error(channel: Any, error: Exception) -> None:
        told.append(str(error))
        loop.call_soon_threadsafe(dropped.set)

    async with await shell.serve(
        "127.0.0.1:0", echo, secret=SECRET, handshake_seconds=0.5, on_error=on_error
    ) as server:
        place = server.address
        reader, writer = await asyncio.open_connection(place.host, place.port)
        async with await shell.connect(place, timeout=ENOUGH_SECONDS, secret=SECRET) as channel:
            assert await channel.request("while the other says nothing") == "while the other says nothing"
            for byte in MAGIC:  # a byte now and then is no reason to wait longer
                writer.write(bytes([byte]))
                await asyncio.sleep(0.01)
            heard = await reader.read()
            await dropped.wait()
            assert await channel.request("and after") == "and after"
        writer.close()
    assert heard[:8] == MAGIC and len(heard) == 40
    assert "the peer was cut off: it took longer than 0.5 s for the handshake" in told[0]


@on_both_shells
async def test_a_server_stops_while_a_peer_is_silent(shell: Shell) -> None:
    told: list[Exception] = []
    async with await shell.serve(
        "127.0.0.1:0", echo, secret=SECRET, on_error=lambda _, error: told.append(error)
    ) as server:
        reader, writer = await asyncio.open_connection(server.address.host, server.address.port)
        assert len(await reader.readexactly(40)) == 40
        assert await server.stop(grace_seconds=ENOUGH_SECONDS)
        assert await reader.read() == b""
        writer.close()
    assert told == []


@on_both_shells
async def test_what_was_accepted_proves_itself_when_it_is_first_used(shell: Shell) -> None:
    async with await shell.listen("127.0.0.1:0", secret=SECRET, handshake_seconds=ENOUGH_SECONDS) as listener:
        connecting = asyncio.create_task(shell.connect(listener.address, timeout=ENOUGH_SECONDS, secret=SECRET))
        async with await listener.accept() as there:
            with pytest.raises(ChannelTimeout):
                # The client cannot have sent its object yet: its own connecting ends with the proof of this side.
                await there.receive(timeout=0.2)
            async with await connecting as here:
                await here.send("after a wait that was too short")
                assert await there.receive() == "after a wait that was too short"
                await there.send_eof()
                assert await all_of(here) == []


@on_both_shells
async def test_a_channel_that_was_accepted_is_broken_where_the_peer_is_a_stranger(shell: Shell) -> None:
    async with await shell.listen("127.0.0.1:0", secret=SECRET) as listener:
        reader, writer = await asyncio.open_connection(listener.address.host, listener.address.port)
        writer.write(STREAM_HEADER)
        async with await listener.accept() as channel:
            for verb in (channel.receive, lambda: channel.send(1), channel.complete_handshake, channel.receive):
                with pytest.raises(ChannelBroken, match="it begins with an object stream"):
                    await verb()
            assert channel.state is bridge.State.BROKEN
            assert (await reader.read())[40:] == b""
        writer.close()


@on_both_shells
async def test_every_connection_of_a_client_that_connects_again_proves_the_secret(shell: Shell) -> None:
    async def once(channel: Any) -> None:
        await channel.send(await channel.receive())

    again = bridge.Reconnect(attempts=5, first_delay_seconds=0.01)
    async with await shell.serve("127.0.0.1:0", once, secret=SECRET) as server:
        async with await shell.connect(server.address, secret=SECRET, reconnect=again) as channel:
            for number in range(3):
                assert await channel.request(number, repeatable=True) == number
            assert channel.connection_count == 3
        with pytest.raises(ConnectError, match=f"given up: .*{HUNG_UP}"):
            await shell.connect(
                server.address, secret=OTHER, reconnect=bridge.Reconnect(attempts=2, first_delay_seconds=0.01)
            )


@on_both_shells
async def test_the_warning_says_that_a_secret_does_not_encrypt(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    async with await shell.serve("0.0.0.0:0", echo, secret=SECRET):
        pass
    (line,) = [record.getMessage() for record in caplog.records if record.__dict__.get("event") == "insecure"]
    assert "the secret keeps strangers out, but all is sent in the clear" in line


def test_nothing_is_read_after_a_refusal() -> None:
    address = Address.parse("memory://secret-unread")
    with kinds.listen(address, secret=SharedSecret(SECRET)) as listener:
        peer = kinds.connect(address)
        peer.send(b"GET / HTTP/1.1\r\n" + bytes(100))
        accepted = listener.accept()
        with pytest.raises(OSError, match="does not begin with the handshake"):
            accepted.receive(1000, 0)
        assert peer.receive(1000)[:8] == MAGIC
        with pytest.raises(OSError, match="closed"):
            peer.send(b"more")


# ---------------------------------------------------------------------------------------------------- command line


def test_the_command_line_reads_the_secret_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, other = tmp_path / "secret", tmp_path / "other"
    file.write_bytes(SECRET)
    other.write_bytes(OTHER)

    def answer(channel: bridge.Channel) -> None:
        for obj in channel:
            channel.send(obj)

    with bridge.serve("127.0.0.1:0", answer, secret=SECRET) as server:
        assert cli.main(["send", "--secret-file", str(file), str(server.address), "[1, 2]"]) == 0
        assert capsys.readouterr().out == "[1, 2]\n"
        assert cli.main(["send", "--secret-file", str(other), str(server.address), "[1, 2]"]) == 1
        assert HUNG_UP in capsys.readouterr().err


BAD_FILES = [
    (b"too short", "secret must have 16 bytes or more, and has 9"),
    (None, "cannot be read: No such file or directory"),
    (bytes(65537), "has more than 65536 bytes: that is no secret"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_a_file_that_holds_no_secret_is_a_wrong_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, message: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    for command in ("send", "listen"):
        assert cli.main([command, "--secret-file", str(file), "127.0.0.1:9"]) == 2
        assert message in capsys.readouterr().err

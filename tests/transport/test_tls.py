"""TLS: what is verified, what is said when that fails, and the conversation itself, over any transport."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import bridge
from bridge import cli
from bridge.errors import ChannelBroken, ChannelClosed, ConnectError, SchemaError
from bridge.transport import kinds, tls
from bridge.transport.address import Address
from bridge.transport.base import AsyncTransport, Listener, Transport
from bridge.transport.memory import MemoryTransport, pair
from bridge.transport.tls import TlsSession
from bridge.transport.tls_transport import TlsTransport
from tests.transport.conftest import Certificates

SECONDS = 20


def server(certificate: Path, *options: str) -> Address:
    return Address.parse(f"tls://127.0.0.1:0?cert={certificate}{''.join('&' + option for option in options)}")


def client(listener: Any, *options: str, host: str = "127.0.0.1") -> Address:
    query = "&".join(options)
    return Address.parse(f"tls://{host}:{listener.address.port}" + (f"?{query}" if query else ""))


def both(one: Callable[[], Any], other: Callable[[], Any]) -> tuple[Any, Any]:
    """What two calls at the same time give, or raise."""

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except OSError as error:
            return error

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(outcome, one), threads.submit(outcome, other)
        return first.result(SECONDS), second.result(SECONDS)


Ends = tuple[Transport, Transport]


@pytest.fixture
def listener(certificates: Certificates) -> Iterator[Listener]:
    with kinds.listen(server(certificates.good)) as listener:
        yield listener


@pytest.fixture
def ends(listener: Listener, certificates: Certificates) -> Iterator[Ends]:
    def accept() -> Transport:
        there = listener.accept(SECONDS)
        assert there.receive(100, SECONDS) == b"hello"
        return there

    def connect() -> Transport:
        here = kinds.connect(client(listener, f"ca={certificates.ca}"), SECONDS)
        here.send(b"hello")
        return here

    here, there = both(connect, accept)
    yield here, there
    here.close()
    there.close()


# -------------------------------------------------------------------------------------------------------- verification

REFUSED = [
    ("expired", "ca", "the certificate of the peer has expired"),
    ("not_yet", "ca", "the certificate of the peer is not valid yet"),
    ("wrong_host", "ca", r"the certificate of the peer is for another address \(.*127\.0\.0\.1"),
    ("self_signed", "ca", "the certificate of the peer is self-signed, and is not among those trusted here"),
    ("unknown_ca", "ca", "the certificate of the peer was signed by a CA that is not trusted here"),
    ("good", "other_ca", "the certificate of the peer was signed by a CA that is not trusted here"),
    ("good", None, "the certificate of the peer was signed by a CA that is not trusted here"),
]


@pytest.mark.parametrize(("certificate", "ca", "message"), REFUSED)
def test_a_certificate_that_cannot_be_trusted_is_refused_in_plain_words(
    certificates: Certificates, certificate: str, ca: str | None, message: str
) -> None:
    options = [] if ca is None else [f"ca={getattr(certificates, ca)}"]
    with bridge.listen(server(getattr(certificates, certificate))) as listener:

        def serve() -> object:
            with listener.accept(timeout=SECONDS) as channel:
                try:
                    return channel.receive(timeout=SECONDS)
                except ChannelBroken as error:
                    return error

        def connect() -> object:
            try:
                return bridge.connect(client(listener, *options), timeout=SECONDS)
            except ConnectError as error:
                return error

        refused, told = both(connect, serve)
        assert isinstance(refused, ConnectError)
        with pytest.raises(ConnectError, match=message):
            raise refused
        assert str(refused).startswith("no connection to tls://")
        assert isinstance(told, ChannelBroken)  # and the server is told why
        assert "certificate" in str(told) or "CA" in str(told)

        async def connect_async() -> None:
            with pytest.raises(ConnectError, match=message):
                await bridge.aio.connect(client(listener, *options), timeout=SECONDS)

        both(lambda: asyncio.run(connect_async()), serve)


ACCEPTED = [
    ("good", "127.0.0.1", ["ca={ca}"]),
    ("good", "localhost", ["ca={ca}"]),
    ("wrong_host", "127.0.0.1", ["ca={ca}", "name=example.org"]),
    ("self_signed", "127.0.0.1", ["ca={self_signed}", "name=localhost"]),
    ("unknown_ca", "127.0.0.1", ["ca={other_ca}"]),
    ("expired", "127.0.0.1", ["verify=no"]),
    ("self_signed", "127.0.0.1", ["verify=no"]),
]


@pytest.mark.parametrize(("certificate", "host", "options"), ACCEPTED)
def test_what_is_trusted_is_accepted(
    certificates: Certificates, certificate: str, host: str, options: list[str]
) -> None:
    options = [option.format_map(vars(certificates)) for option in options]
    address = server(getattr(certificates, certificate))
    if host == "localhost":
        address = Address("tls", "localhost", 0, options=address.options)
    with bridge.serve(address, echo) as echoing, bridge.connect(client(echoing, *options, host=host)) as channel:
        assert channel.request([1, "two"], timeout=SECONDS) == [1, "two"]
        assert channel.peer is not None and channel.peer.scheme == "tls"
        assert (channel.peer_certificate is not None) == (options != ["verify=no"])


def echo(channel: bridge.Channel) -> None:
    for obj in channel:
        channel.send(obj)


def test_a_folder_without_cas_makes_nobody_trusted(certificates: Certificates, tmp_path: Path) -> None:
    with (
        bridge.serve(server(certificates.good), echo) as echoing,
        pytest.raises(ConnectError, match="not trusted here"),
    ):
        bridge.connect(client(echoing, f"ca={tmp_path}"), timeout=SECONDS)


def test_a_server_can_ask_for_certificates_and_knows_who_it_is(certificates: Certificates) -> None:
    def who(channel: bridge.Channel) -> None:
        channel.receive()
        certificate = channel.peer_certificate
        assert certificate is not None
        channel.send(dict(pair for part in certificate["subject"] for pair in part)["commonName"])

    with bridge.serve(server(certificates.good, f"ca={certificates.ca}"), who) as asking:
        ours = (f"ca={certificates.ca}", f"cert={certificates.client}")
        with bridge.connect(client(asking, *ours), timeout=SECONDS) as channel:
            assert channel.request("who am I?", timeout=SECONDS) == "a client"
        for cert, message in (
            ([], "the peer asks for a certificate: the options cert=FILE"),
            ([f"cert={certificates.unknown_ca}"], "the peer does not trust the CA of our certificate"),
        ):
            channel = bridge.connect(client(asking, f"ca={certificates.ca}", *cert), timeout=SECONDS)
            with channel, pytest.raises(ChannelBroken, match=message):
                channel.receive(timeout=SECONDS)


# ------------------------------------------------------------------------------------------------------ what is said

WRONG = [
    ("connect", "tls://127.0.0.1", "needs a port"),
    ("connect", "tls://127.0.0.1:9/x", "goes on after the port"),
    ("connect", "tls://127.0.0.1:9?ttl=1", "'tls' has no option 'ttl'.*there are ca, cert"),
    ("connect", "tls://127.0.0.1:9?verify=perhaps", "verify must be yes or no"),
    ("connect", "tls://127.0.0.1:9?verify=no&ca={ca}", "ca has no meaning with verify=no"),
    ("connect", "tls://127.0.0.1:9?key={good}", "the option key without the option cert"),
    ("connect", "tls://127.0.0.1:9?ca={folder}/nowhere", "nowhere of the option ca in .* cannot be read: No such file"),
    ("connect", "tls://127.0.0.1:9?ca={encrypted_key}", "of the option ca has no certificate in PEM form"),
    ("connect", "tls://127.0.0.1:9?cert={folder}/nowhere", "cannot be read from .*nowhere: No such file"),
    ("connect", "tls://127.0.0.1:9?cert={ca}", "no certificate with its key in PEM form in .*ca.pem"),
    ("connect", "tls://127.0.0.1:9?cert={good}&key={expired}", "key does not belong to the certificate: .*good.pem"),
    ("connect", "tls://127.0.0.1:9?cert={good}&key={encrypted_key}", "is encrypted: load it into an ssl.SSLContext"),
    ("listen", "tls://127.0.0.1:0", "a certificate is needed: the options cert=FILE and key=FILE"),
    ("listen", "tls://127.0.0.1:0?cert={good}&verify=no", "'tls' has no option 'verify'"),
    ("listen", "tls://127.0.0.1:0?cert={good}&key={encrypted_key}", "is encrypted"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "url", "message"), WRONG)
def test_options_that_make_no_sense_are_refused(certificates: Certificates, verb: str, url: str, message: str) -> None:
    address = url.format_map(vars(certificates))
    with pytest.raises(ConnectError, match=message):
        getattr(bridge, verb)(address)

    async def story() -> None:
        with pytest.raises(ConnectError, match=message):
            await getattr(bridge.aio, verb)(address)

    asyncio.run(story())


def test_a_server_that_does_not_speak_tls_is_found_out(certificates: Certificates) -> None:
    with bridge.serve("tcp://127.0.0.1:0", echo) as plain, pytest.raises(ConnectError, match="does not speak TLS"):
        bridge.connect(client(plain), timeout=SECONDS)


def test_a_client_that_does_not_speak_tls_is_found_out(listener: Listener) -> None:
    with socket.create_connection((listener.address.host, listener.address.port)) as plain:
        plain.sendall(b"\xac\xed\x00\x05 and so on")
        there = listener.accept(SECONDS)
        for _ in range(2):  # and again
            with pytest.raises(OSError, match="the peer does not speak TLS"):
                there.receive(1, SECONDS)
        with pytest.raises(OSError, match="the peer does not speak TLS"):
            there.send(b"x", SECONDS)
        there.close()


def test_versions_that_do_not_meet_are_named(certificates: Certificates) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.good)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    newest = ssl.create_default_context(cafile=certificates.ca)
    newest.minimum_version = ssl.TLSVersion.TLSv1_3
    message = "does not speak a version of TLS that is accepted here"
    with bridge.serve("tls://127.0.0.1:0", echo, tls=context) as old, pytest.raises(ConnectError, match=message):
        bridge.connect(client(old), tls=newest, timeout=SECONDS)


def test_a_reason_that_is_not_known_is_told_as_openssl_tells_it() -> None:
    error = ssl.SSLError(1, "[SSL: NO_SUCH_THING] no such thing")
    assert "TLS failed: " in str(tls.explained(error))


# -------------------------------------------------------------------------------------------------------- conversation


def test_both_ends_know_both_addresses(ends: Ends, listener: Listener) -> None:
    here, there = ends
    assert here.info("peer") == there.info("local") == listener.address
    assert here.info("local") == there.info("peer")
    assert listener.address.scheme == "tls"
    assert isinstance(here.info("socket"), socket.socket)
    assert "tls://" in repr(here) and "closed" not in repr(here)
    certificate = here.info("certificate")
    assert isinstance(certificate, dict) and ("DNS", "localhost") in certificate["subjectAltName"]
    assert there.info("certificate") is None


def test_bytes_go_both_ways_at_the_same_time(ends: Ends) -> None:
    """Four threads, two megabytes each way, in pieces of every size."""
    data = bytes(range(256)) * 8192

    def send(end: Transport) -> bool:
        left = memoryview(data)
        while left:
            left = left[end.send(left[: 1 + len(left) * 7 % 100_000], SECONDS) :]
        end.send_eof()
        return True

    def receive(end: Transport) -> bytes:
        received = bytearray()
        while piece := end.receive(1 + len(received) % 60_000, SECONDS):
            received += piece
        return bytes(received)

    with ThreadPoolExecutor(4) as threads:
        sending = [threads.submit(send, end) for end in ends]
        receiving = [threads.submit(receive, end) for end in ends]
        assert [done.result(60) for done in sending] == [True, True]
        assert [done.result(60) == data for done in receiving] == [True, True]


def test_nothing_in_time_is_a_timeout_and_the_transport_goes_on(ends: Ends) -> None:
    here, there = ends
    for timeout in (0, 0.01):
        with pytest.raises(TimeoutError):
            here.receive(1, timeout)
    there.send(b"x")
    assert here.receive(1, SECONDS) == b"x"


def test_after_a_timeout_of_sending_nothing_is_lost_and_nothing_comes_twice(ends: Ends) -> None:
    here, there = ends
    data = bytes(range(251)) * 40_000
    left = memoryview(data)
    with suppress(TimeoutError):
        while left:
            left = left[here.send(left, 0.05) :]
    assert left
    received = bytearray()

    def receive() -> None:
        while piece := there.receive(1 << 16, SECONDS):
            received.extend(piece)

    receiving = threading.Thread(target=receive)
    receiving.start()
    while left:
        left = left[here.send(left, SECONDS) :]
    here.send_eof()
    receiving.join(60)
    assert received == data


def test_an_end_that_ended_sending_can_still_receive(ends: Ends) -> None:
    here, there = ends
    there.send(b"on its way")
    here.send(b"last")
    here.send_eof()
    here.send_eof()
    assert there.receive(100, SECONDS) == b"last"
    assert there.receive(100, SECONDS) == b""
    assert there.receive(100, SECONDS) == b""
    there.send(b" and more")
    received = b""
    while len(received) < len(b"on its way and more"):
        received += here.receive(100, SECONDS)
    assert received == b"on its way and more"
    with pytest.raises(OSError, match="TLS failed"):
        here.send(b"more")


def test_closing_ends_the_peer_after_what_was_sent(ends: Ends) -> None:
    here, there = ends
    there.send(b"never read")
    here.send(b"last words")
    here.close()
    here.close()
    assert there.receive(100, SECONDS) == b"last words"
    assert there.receive(1, SECONDS) == b""
    for use in (lambda: here.receive(1), lambda: here.send(b"x"), lambda: here.send_eof()):
        with pytest.raises(OSError, match="closed"):
            use()
    assert "closed" in repr(here)


def test_an_end_that_nobody_said_is_an_error(ends: Ends) -> None:
    """Whoever can cut the connection could else cut the conversation short, and nobody would know."""
    here, there = ends
    sock = there.info("socket")
    assert isinstance(sock, socket.socket)
    here.send(b"x")
    assert there.receive(1, SECONDS) == b"x"
    sock.shutdown(socket.SHUT_WR)
    with pytest.raises(OSError, match="ended without the peer's word for it"):
        here.receive(1, SECONDS)


def test_what_was_changed_on_its_way_is_an_error(certificates: Certificates) -> None:
    context = ssl.create_default_context(cafile=certificates.ca)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificates.good)
    one, other = TlsSession(context, name="localhost"), TlsSession(serving, server_side=True)
    done = [False, False]
    while not all(done):
        for i, (from_, to) in enumerate([(one, other), (other, one)]):
            done[i] = done[i] or from_.handshake()
            if from_.has_outgoing:
                to.feed(from_.outgoing())
    while other.read(100) is not None or one.read(100) is not None:
        pass
    one.write(b"hello")
    changed = bytearray(one.outgoing())
    changed[-1] ^= 1
    other.feed(bytes(changed))
    with pytest.raises(OSError, match="what came was changed on its way"):
        other.read(100)
    assert other.has_outgoing  # the peer is told


@pytest.mark.parametrize("how", ["stop_receiving", "close"])
def test_who_waits_can_be_woken(ends: Ends, how: str) -> None:
    here, there = ends
    waiting, _ = both(lambda: here.receive(1), getattr(here, how))
    if how == "stop_receiving":
        assert waiting == b""
        here.send(b"still")
        assert there.receive(100, SECONDS) == b"still"
    else:
        assert waiting == b"" or isinstance(waiting, OSError)


def test_a_peer_that_does_not_begin_keeps_nobody_waiting_but_its_own_thread(
    listener: Listener, certificates: Certificates
) -> None:
    with socket.create_connection((listener.address.host, listener.address.port)):
        silent = listener.accept(SECONDS)

        def answer() -> bytes:
            there = listener.accept(SECONDS)
            received = there.receive(100, SECONDS)
            there.close()
            return received

        def ask() -> None:
            here = kinds.connect(client(listener, f"ca={certificates.ca}"), SECONDS)
            here.send(b"hello")
            here.close()

        assert both(ask, answer)[1] == b"hello"
        for use in (lambda: silent.receive(1, 0.01), lambda: silent.send(b"x", 0.01)):
            with pytest.raises(TimeoutError):
                use()
        silent.stop_receiving()
        assert silent.receive(1, SECONDS) == b""
        silent.close()


# ---------------------------------------------------------------------------------------------------- an ssl.SSLContext


@pytest.fixture
def contexts(certificates: Certificates) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """One for the server, one for the client."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificates.good)
    connecting = ssl.create_default_context(cafile=certificates.ca)
    return serving, connecting


Contexts = tuple[ssl.SSLContext, ssl.SSLContext]

OVER = ["tcp://127.0.0.1:0", "tls://127.0.0.1:0", "mptcp://127.0.0.1:0", "unix://{folder}/socket", "memory://"]


@pytest.mark.parametrize("url", OVER)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_context_encrypts_any_stream_of_bytes(
    contexts: Contexts, url: str, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    serving, connecting = contexts
    connecting.maximum_version = version
    connecting.check_hostname = not url.startswith(("unix", "memory"))
    url = url.format(folder=tmp_path)
    with (
        bridge.serve(url, echo, tls=serving) as echoing,
        bridge.connect(echoing.address, tls=connecting, timeout=SECONDS) as channel,
    ):
        assert channel.request("x" * 100_000, timeout=SECONDS) == "x" * 100_000
        assert channel.peer_certificate is not None

    async def story() -> None:
        async def echo(channel: bridge.aio.Channel) -> None:
            async for obj in channel:
                await channel.send(obj)

        async with (
            await bridge.aio.serve(url, echo, tls=serving) as echoing,
            await bridge.aio.connect(echoing.address, tls=connecting, timeout=SECONDS) as channel,
        ):
            assert await channel.request("x" * 100_000, timeout=SECONDS) == "x" * 100_000
            assert channel.peer_certificate is not None

    asyncio.run(story())


def test_a_context_and_options_that_say_the_same_are_refused(contexts: Contexts, certificates: Certificates) -> None:
    with pytest.raises(ConnectError, match="has the option ca, and tls= says it too"):
        bridge.connect(f"tls://127.0.0.1:9?ca={certificates.ca}", tls=contexts[1])
    with pytest.raises(ConnectError, match="'tls' has no option 'colour'"):
        bridge.connect("tls://127.0.0.1:9?colour=red", tls=contexts[1])


def test_a_context_leaves_the_name_to_the_address(certificates: Certificates, contexts: Contexts) -> None:
    with bridge.serve(server(certificates.wrong_host), echo) as echoing:
        with bridge.connect(client(echoing, "name=example.org"), tls=contexts[1], timeout=SECONDS) as channel:
            assert channel.request("on", timeout=SECONDS) == "on"
        with pytest.raises(ConnectError, match="for another address"):
            bridge.connect(client(echoing), tls=contexts[1], timeout=SECONDS)


def test_a_context_that_does_not_fit_is_refused(contexts: Contexts, tmp_path: Path) -> None:
    serving, connecting = contexts
    with pytest.raises(ConnectError, match=r"the ssl.SSLContext cannot be used here: .*PROTOCOL_TLS_CLIENT"):
        bridge.listen("tls://127.0.0.1:0", tls=connecting)
    with pytest.raises(ConnectError, match=r"the ssl.SSLContext cannot be used here"):
        bridge.connect("tls://127.0.0.1:9", tls=serving)
    with pytest.raises(ConnectError, match="checks the name of the peer, and the address memory://x has none"):
        bridge.connect("memory://x", tls=connecting)
    with pytest.raises(SchemaError, match=r"tls must be an ssl.SSLContext, not True"):
        bridge.connect("tls://127.0.0.1:9", tls=True)  # type: ignore[call-overload]
    with pytest.raises(ConnectError, match=r"TLS needs a stream of bytes, and udp://127.0.0.1:9 carries datagrams"):
        bridge.connect("udp://127.0.0.1:9", tls=connecting)


def test_listening_for_datagrams_in_tls_is_refused(contexts: Contexts) -> None:
    with pytest.raises(ConnectError, match=r"TLS needs a stream of bytes, and udp://127.0.0.1:0 carries datagrams"):
        bridge.listen("udp://127.0.0.1:0", tls=contexts[0])
    with kinds.listen(Address.parse("memory://?datagram_bytes=9"), tls=contexts[0]) as listener:
        here = kinds.connect(listener.address)
        with pytest.raises(ConnectError, match="carries datagrams"):
            listener.accept(SECONDS)
        here.close()


class ByteByByte(MemoryTransport):
    def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return super().receive(1, timeout)


def test_over_a_network_that_brings_one_byte_at_a_time(contexts: Contexts) -> None:
    serving, connecting = contexts
    one, other = (ByteByByte(end._end) for end in pair())
    here = TlsTransport(one, TlsSession(connecting, name="localhost"))
    there = TlsTransport(other, TlsSession(serving, server_side=True))

    def ask() -> bytes:
        here.send(b"ask", SECONDS)
        return here.receive(100, SECONDS)

    def answer() -> bytes:
        asked = there.receive(100, SECONDS)
        there.send(b"answer", SECONDS)
        return asked

    assert both(ask, answer) == (b"answer", b"ask")


# ------------------------------------------------------------------------------------------------------------- asyncio

Story = Callable[[AsyncTransport, AsyncTransport], Awaitable[None]]


def told(certificates: Certificates, story: Story) -> None:
    """Run ``story`` with both ends of a connection."""

    async def run() -> None:
        listener = await kinds.listen_async(server(certificates.good))
        async with asyncio.timeout(SECONDS):
            connecting = asyncio.create_task(kinds.connect_async(client(listener, f"ca={certificates.ca}"), SECONDS))
            there = await listener.accept()
            there.write(b"welcome")  # before the handshake
            draining = asyncio.create_task(there.drain())
            here = await connecting
            assert await here.receive(100) == b"welcome"
            await draining
            await story(here, there)
            await here.close()
            await there.close()
        listener.close()

    asyncio.run(run())


def test_asyncio_bytes_go_both_ways(certificates: Certificates) -> None:
    async def story(here: AsyncTransport, there: AsyncTransport) -> None:
        assert here.info("peer") == there.info("local")
        assert "tls://" in repr(here)
        data = bytes(range(256)) * 8192

        async def send(end: AsyncTransport) -> None:
            for start in range(0, len(data), 70_001):
                end.write(data[start : start + 70_001])
                await end.drain()
            end.send_eof()

        async def receive(end: AsyncTransport) -> bytes:
            received = bytearray()
            while piece := await end.receive(1 << 16):
                received += piece
            return bytes(received)

        _, _, *received = await asyncio.gather(send(here), send(there), receive(here), receive(there))
        assert received == [data, data]

    told(certificates, story)


def test_asyncio_a_cancelled_wait_loses_no_byte(certificates: Certificates) -> None:
    async def story(here: AsyncTransport, there: AsyncTransport) -> None:
        for _ in range(3):
            waiting = asyncio.create_task(here.receive(1))
            await asyncio.sleep(0)
            there.write(b"ab")
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert await here.receive(1) + await here.receive(1) == b"ab"

    told(certificates, story)


def test_asyncio_closing_sends_what_is_queued_and_ends_both(certificates: Certificates) -> None:
    async def story(here: AsyncTransport, there: AsyncTransport) -> None:
        here.write(b"last words")
        await here.close()
        assert await there.receive(100) == b"last words"
        assert await there.receive(100) == b""
        with pytest.raises(OSError, match="closed"):
            await here.receive(1)
        with pytest.raises(BrokenPipeError):
            here.write(b"x")
        assert "closed" in repr(here)

    told(certificates, story)


def test_asyncio_stopping_wakes_who_receives_and_sending_goes_on(certificates: Certificates) -> None:
    async def story(here: AsyncTransport, there: AsyncTransport) -> None:
        waiting = asyncio.create_task(here.receive(1))
        await asyncio.sleep(0)
        here.stop_receiving()
        assert await waiting == b""
        here.write(b"still")
        assert await there.receive(100) == b"still"

    told(certificates, story)


def test_asyncio_an_end_that_nobody_said_is_an_error(certificates: Certificates) -> None:
    async def story(here: AsyncTransport, there: AsyncTransport) -> None:
        there.abort()
        with pytest.raises(OSError, match=r"ended without the peer's word|reset"):
            await here.receive(1)

    told(certificates, story)


def test_asyncio_what_is_written_before_the_handshake_is_sent_when_closing(certificates: Certificates) -> None:
    async def story() -> None:
        listener = await kinds.listen_async(server(certificates.good))
        async with asyncio.timeout(SECONDS):
            connecting = asyncio.create_task(kinds.connect_async(client(listener, f"ca={certificates.ca}"), SECONDS))
            there = await listener.accept()
            there.write(b"good bye")
            there.send_eof()
            await there.close()
            here = await connecting
            assert await here.receive(100) == b"good bye"
            assert await here.receive(100) == b""
            await here.close()
        listener.close()

    asyncio.run(story())


def test_asyncio_a_client_that_does_not_speak_tls_is_found_out(certificates: Certificates) -> None:
    async def story() -> None:
        listener = await kinds.listen_async(server(certificates.good))
        with socket.create_connection((listener.address.host, listener.address.port or 0)) as plain:
            plain.sendall(b"\xac\xed\x00\x05 and so on")
            there = await listener.accept()
            there.write(b"x")
            for use in (there.drain, lambda: there.receive(1), there.drain):
                with pytest.raises(OSError, match="the peer does not speak TLS"):
                    await use()
            with pytest.raises(OSError, match="the peer does not speak TLS"):
                there.write(b"x")
            await there.close()
        listener.close()

    asyncio.run(story())


def test_a_server_in_tls_goes_on_after_a_peer_that_failed(certificates: Certificates) -> None:
    with bridge.serve(server(certificates.good), echo) as echoing:
        for _ in range(3):
            with pytest.raises(ConnectError):
                bridge.connect(client(echoing), timeout=SECONDS)
        with bridge.connect(client(echoing, f"ca={certificates.ca}"), timeout=SECONDS) as channel:
            assert channel.request("on", timeout=SECONDS) == "on"
            channel.send_eof()
            with pytest.raises(ChannelClosed):
                channel.receive(timeout=SECONDS)


def test_the_command_line_speaks_tls_and_says_why_not(
    certificates: Certificates, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge.serve(server(certificates.good), echo) as echoing:
        assert cli.main(["send", str(client(echoing, f"ca={certificates.ca}")), "5"]) == 0
        assert capsys.readouterr().out == "5\n"
        assert cli.main(["send", str(client(echoing, f"ca={certificates.other_ca}")), "5"]) == 1
        assert "was signed by a CA that is not trusted here" in capsys.readouterr().err

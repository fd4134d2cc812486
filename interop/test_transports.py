"""Every kind of transport between Python and Java, both ways: who listens in Java, and who listens in Python.

The certificates of Java are made by ``keytool``, those of Python by ``trustme``; each side trusts the other's.
"""

from __future__ import annotations

import datetime
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

import bridge
from bridge.errors import ChannelBroken, ConnectError, EncodeError
from interop.harness import Harness, JavaFailure, matrix

SECONDS = 60
PASSWORD = "changeit"
GROUP = "239.255.77.9"

# What refers to itself in the middle of readResolve is another graph after each trip through Java.
CHANGED_BY_JAVA = {"view/unmodifiable-around-itself"}


# -------------------------------------------------------------------------------------------------------- certificates


@dataclass(frozen=True)
class Files:
    """Keystores for Java and PEM files for Python."""

    java: Path  # certificate and key of Java for localhost, self-signed
    java_expired: Path
    java_wrong_host: Path
    java_trusts: Path  # the CA of Python's certificates
    java_trusts_nobody_here: Path  # another CA
    python: Path  # certificate and key of Python for localhost
    python_expired: Path
    python_wrong_host: Path
    trusts_java: Path  # the certificates of Java's keystores


def keytool(*words: object) -> None:
    program = matrix()[0].java.parent / "keytool"
    shared = ("-storetype", "PKCS12", "-storepass", PASSWORD)
    command = [program, *map(str, words), *shared]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("tls")
    files = Files(*(folder / name for name in Files.__annotations__))
    trusted = b""
    for store, host, start in (
        (files.java, "dns:localhost,ip:127.0.0.1", "-1d"),
        (files.java_expired, "dns:localhost,ip:127.0.0.1", "-10d"),
        (files.java_wrong_host, "dns:example.org", "-1d"),
    ):
        keytool(
            *("-genkeypair", "-alias", "own", "-keyalg", "EC", "-groupname", "secp256r1"),
            *(
                "-dname",
                f"CN={store.stem}",
                "-ext",
                f"SAN={host}",
                "-startdate",
                start,
                "-validity",
                3,
                "-keystore",
                store,
            ),
        )
        pem = store.with_suffix(".pem")
        keytool("-exportcert", "-rfc", "-alias", "own", "-keystore", store, "-file", pem)
        trusted += pem.read_bytes()
    files.trusts_java.write_bytes(trusted)
    ca = trustme.CA()
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    here = ("localhost", "127.0.0.1")
    for file, issued in (
        (files.python, ca.issue_cert(*here)),
        (files.python_expired, ca.issue_cert(*here, not_before=now - 2 * day, not_after=now - day)),
        (files.python_wrong_host, ca.issue_cert("example.org")),
    ):
        issued.private_key_and_cert_chain_pem.write_to_path(str(file))
    for store, authority in ((files.java_trusts, ca), (files.java_trusts_nobody_here, trustme.CA())):
        pem = store.with_suffix(".pem")
        authority.cert_pem.write_to_path(str(pem))
        keytool("-importcert", "-noprompt", "-alias", "ca", "-keystore", store, "-file", pem)
    return files


# -------------------------------------------------------------------------------------------- who listens, and how


def echo(channel: bridge.Channel) -> None:
    for obj in channel:
        channel.send(obj)


@dataclass(frozen=True)
class Kind:
    """How the ends of one kind are opened; ``{java}`` and its like stand for the files, ``{folder}`` for a folder."""

    java_listens: str  # the address and the options of the harness
    python_connects: str  # options that go to the address that Java tells
    python_listens: str
    java_connects: str  # options that go to the address that Python tells


KINDS = {
    "tcp": Kind("tcp://127.0.0.1:0", "", "tcp://127.0.0.1:0", ""),
    "tls": Kind(
        f"tls://127.0.0.1:0 keystore={{java}} password={PASSWORD}",
        "?ca={trusts_java}",
        "tls://127.0.0.1:0?cert={python}",
        f" truststore={{java_trusts}} password={PASSWORD}",
    ),
    "tls with certificates of both": Kind(
        f"tls://127.0.0.1:0 keystore={{java}} truststore={{java_trusts}} clients=known password={PASSWORD}",
        "?ca={trusts_java}&cert={python}",
        "tls://127.0.0.1:0?cert={python}&ca={trusts_java}",
        f" keystore={{java}} truststore={{java_trusts}} password={PASSWORD}",
    ),
    "unix": Kind("unix://{folder}/java", "", "unix://{folder}/python", ""),
    "udp": Kind("udp://127.0.0.1:0", "", "udp://127.0.0.1:0", ""),
    "multicast": Kind(
        f"udp://{GROUP}:0 interface=lo", "?interface=lo", f"udp://{GROUP}:0?interface=lo", " interface=lo"
    ),
    "mptcp to tcp": Kind("tcp://127.0.0.1:0", "mptcp", "mptcp://127.0.0.1:0", ""),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, files: Files, tmp_path: Path) -> Kind:
    places = {name: getattr(files, name) for name in Files.__annotations__} | {"folder": tmp_path}
    kind = KINDS[request.param]
    return Kind(*(getattr(kind, name).format_map(places) for name in Kind.__annotations__))


@contextmanager
def connected_to_java(java: Harness, kind: Kind) -> Iterator[bridge.Channel]:
    address = java.ask(f"serve {kind.java_listens}").decode()
    if kind.python_connects == "mptcp":
        address = address.replace("tcp://", "mptcp://")
    else:
        address += kind.python_connects
    with bridge.connect(address, timeout=SECONDS) as channel:
        yield channel


def address_for_java(server: bridge.Server) -> str:
    """What Java can be told: it knows neither options nor MPTCP, to which TCP is good enough."""
    return str(server.address).partition("?")[0].replace("mptcp://", "tcp://")


@pytest.fixture
def cases(java: Harness, names: Callable[[Harness, str], list[str]]) -> list[str]:
    """Cases of every group; all of them go over TCP elsewhere."""
    return [name for name in names(java, "list")[::4] if not name.startswith(("deep/", "wide/"))]


def test_python_connects_to_java(java: Harness, kind: Kind, cases: list[str]) -> None:
    """In one conversation, each case comes back from Java as Java's own graph."""
    sent = 0
    with connected_to_java(java, kind) as channel:
        for case in cases:
            if case in CHANGED_BY_JAVA:
                continue
            value = bridge.loads(java.write(case))
            if channel.datagram_bytes is not None and len(bridge.dumps(value)) > channel.datagram_bytes:
                with pytest.raises(EncodeError, match="a datagram carries 65507 at most"):
                    channel.send(value)
                continue
            java.verify(case, bridge.dumps(channel.request(value, timeout=SECONDS)))
            sent += 1
    assert sent > 100


def test_java_connects_to_python(java: Harness, kind: Kind, cases: list[str]) -> None:
    """Java sends, Python sends back, Java compares at every node."""
    if kind.python_listens.startswith("udp://"):
        cases = [name for name in cases if len(java.write(name)) < 65_000]
    with bridge.serve(kind.python_listens, echo, allow_insecure=True) as server:
        report = java.words(f"talk {address_for_java(server)}{kind.java_connects} {' '.join(cases)}")
    assert report == [word for case in cases for word in ("ok", case)]
    assert len(cases) > 100


# ----------------------------------------------------------------------------------------- certificates that fail

# What Java shows, what Python says of it.
JAVA_IS_REFUSED = [
    ("java_expired", "ca={trusts_java}", "the certificate of the peer has expired"),
    ("java_wrong_host", "ca={trusts_java}", "the certificate of the peer is for another address"),
    ("java", "ca={python}", "the certificate of the peer is self-signed, and is not among those trusted here"),
]


@pytest.mark.parametrize(("keystore", "options", "message"), JAVA_IS_REFUSED)
def test_python_refuses_a_certificate_of_java(
    java: Harness, files: Files, keystore: str, options: str, message: str
) -> None:
    address = java.ask(f"serve tls://127.0.0.1:0 keystore={getattr(files, keystore)} password={PASSWORD}").decode()
    with pytest.raises(ConnectError, match=message):
        bridge.connect(f"{address}?{options.format_map(vars(files))}", timeout=SECONDS)
    # Java's server goes on.
    with bridge.connect(f"{address}?verify=no", timeout=SECONDS) as channel:
        assert channel.request("on", timeout=SECONDS) == "on"


# What Python shows, whom Java trusts, what Java says of it, and what Python is told.
PYTHON_IS_REFUSED = [
    ("python_expired", "java_trusts", "validity check failed", "our certificate"),
    ("python_wrong_host", "java_trusts", "No subject alternative names matching IP address", "our certificate"),
    ("python", "java_trusts_nobody_here", "unable to find valid certification path", "our certificate"),
]  # fmt: skip


@pytest.mark.parametrize(("certificate", "truststore", "java_says", "python_is_told"), PYTHON_IS_REFUSED)
def test_java_refuses_a_certificate_of_python(
    java: Harness, files: Files, certificate: str, truststore: str, java_says: str, python_is_told: str
) -> None:
    options = f"truststore={getattr(files, truststore)} password={PASSWORD}"
    told: list[Exception] = []
    with bridge.serve(
        f"tls://127.0.0.1:0?cert={getattr(files, certificate)}", echo, on_error=lambda _, error: told.append(error)
    ) as server:
        with pytest.raises(JavaFailure, match=java_says):
            java.ask(f"talk {server.address} {options} box/integer-max")
        assert server.stop(grace_seconds=SECONDS)
    (error,) = told
    assert isinstance(error, ChannelBroken) and python_is_told in str(error)


def test_each_side_says_that_a_certificate_is_missing(java: Harness, files: Files) -> None:
    asking = f"keystore={files.java} truststore={files.java_trusts} clients=known password={PASSWORD}"
    address = java.ask(f"serve tls://127.0.0.1:0 {asking}").decode()
    channel = bridge.connect(f"{address}?ca={files.trusts_java}", timeout=SECONDS)
    with channel, pytest.raises(ChannelBroken, match=r"the peer (asks for a certificate|does not accept our certif)"):
        channel.receive(timeout=SECONDS)
    told: list[Exception] = []
    with bridge.serve(
        f"tls://127.0.0.1:0?cert={files.python}&ca={files.trusts_java}",
        echo,
        on_error=lambda _, error: told.append(error),
    ) as server:
        # Java may still be sending when Python has hung up, and then it does not look why.
        with pytest.raises(JavaFailure, match=r"certificate_required|javax\.net\.ssl|Broken pipe|Connection reset"):
            java.ask(f"talk {server.address} truststore={files.java_trusts} password={PASSWORD} box/integer-max")
        assert server.stop(grace_seconds=SECONDS)
    assert "the peer has sent no certificate, and one is asked for here" in str(told[0])


# ------------------------------------------------------------------------------------------------ what the JDK lacks

LACKING = [
    ("raw://127.0.0.1", "the JDK has no transport of the kind raw"),
    ("sctp://127.0.0.1:0", "the JDK has no transport of the kind sctp"),
    ("mptcp://127.0.0.1:0", "the JDK has no transport of the kind mptcp"),
    ("memory://x", "the JDK has no transport of the kind memory"),
    ("unix://@name", "the JDK has no Unix domain sockets with abstract names"),
]


@pytest.mark.parametrize(("address", "message"), LACKING)
def test_what_the_jdk_lacks_is_said(java: Harness, address: str, message: str) -> None:
    with pytest.raises(JavaFailure, match=message):
        java.ask(f"serve {address}")


def test_a_plain_java_server_is_told_apart_from_one_with_tls(java: Harness) -> None:
    with pytest.raises(ConnectError, match="does not speak TLS"):
        bridge.connect(f"tls://127.0.0.1:{java.port('echo-server')}", timeout=SECONDS)


def test_an_answer_from_a_group_of_both(java: Harness) -> None:
    """A group with a member in Java and one in Python: both hear, both answer."""
    port = java.ask(f"serve udp://{GROUP}:0 interface=lo").decode().rpartition(":")[2]
    address = f"udp://{GROUP}:{port}?interface=lo"
    with bridge.listen(address) as listener, bridge.connect(address) as channel:
        channel.send({"to": "all"})
        with listener.accept(timeout=SECONDS) as member:
            assert member.receive(timeout=SECONDS) == {"to": "all"}
            member.send("Python has heard")
        assert {str(channel.receive(timeout=SECONDS)) for _ in range(2)} == {"Python has heard", "{'to': 'all'}"}

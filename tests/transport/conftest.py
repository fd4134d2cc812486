"""Certificates for the tests of TLS, made afresh for each run."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import BasicConstraints, CertificateBuilder, DNSName, Name, NameAttribute
from cryptography.x509 import SubjectAlternativeName as AlternativeName
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certificates:
    """Files in PEM form: ``ca`` is the CA that is trusted, ``other_ca`` one that is not.

    Every other name stands for a file with a certificate, its chain and its key.
    """

    folder: Path
    ca: Path
    other_ca: Path
    good: Path
    expired: Path
    not_yet: Path
    wrong_host: Path
    self_signed: Path
    unknown_ca: Path
    client: Path
    encrypted_key: Path


def _self_signed(file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = Name([NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        CertificateBuilder(name, name, key.public_key(), 1, now - _DAY, now + _DAY)
        .add_extension(AlternativeName([DNSName("localhost")]), critical=False)
        .add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("certificates")
    certificates = Certificates(folder, *(folder / f"{name}.pem" for name in list(Certificates.__annotations__)[1:]))
    ca, other_ca = trustme.CA(), trustme.CA()
    ca.cert_pem.write_to_path(str(certificates.ca))
    other_ca.cert_pem.write_to_path(str(certificates.other_ca))
    now = datetime.datetime.now(datetime.UTC)
    here = ("localhost", "127.0.0.1", "::1")
    for file, issued in (
        (certificates.good, ca.issue_cert(*here)),
        (certificates.expired, ca.issue_cert(*here, not_before=now - 2 * _DAY, not_after=now - _DAY)),
        (certificates.not_yet, ca.issue_cert(*here, not_before=now + _DAY, not_after=now + 2 * _DAY)),
        (certificates.wrong_host, ca.issue_cert("example.org", "192.0.2.1")),
        (certificates.unknown_ca, other_ca.issue_cert(*here)),
        (certificates.client, ca.issue_cert("client@example.org", common_name="a client")),
    ):
        issued.private_key_and_cert_chain_pem.write_to_path(str(file))
    _self_signed(certificates.self_signed)
    key = serialization.load_pem_private_key(certificates.good.read_bytes(), None)
    locked = serialization.BestAvailableEncryption(b"secret")
    certificates.encrypted_key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    return certificates

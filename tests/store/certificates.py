"""Certificates for servers on this machine, of an authority that only the test knows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Files in PEM: the authority's certificate, and the server's with its key."""

    authority: Path
    certificate: Path
    key: Path


def papers(folder: Path, *, days: int = DAYS) -> Papers:
    """An authority and a certificate for `HOST` which is valid for so many days from now on, or ended so many days ago when negative."""
    folder.mkdir()
    paths = Papers(authority=folder / "ca.pem", certificate=folder / "server.pem", key=folder / "server.key")
    ends = datetime.now(UTC) + timedelta(days=days)
    own, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = _named("an authority of the tests")
    authority = _certificate(name, name, own, ends).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    server = _certificate(_named(HOST), name, key, ends).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False
    )
    paths.authority.write_bytes(authority.sign(own, hashes.SHA256()).public_bytes(Encoding.PEM))
    paths.certificate.write_bytes(server.sign(own, hashes.SHA256()).public_bytes(Encoding.PEM))
    paths.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, ends: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=365))
        .not_valid_after(ends)
    )

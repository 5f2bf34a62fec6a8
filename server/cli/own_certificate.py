"""A certificate of our own for https: an authority that devices trust once, and what it has signed for the names of this machine.

Rule: the authority can vouch for nothing but this machine and addresses of local networks. Whoever steals its key cannot pass for a bank
before the tablets that trust it.
"""

import fcntl
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS, SIGNED_DAYS, RENEW_DAYS = 3650, 397, 60
"""Some devices accept nothing that is signed for longer than 398 days; the last two months of these are not waited for."""
AUTHORITY = "urut-ca.crt"
"""The file that goes to the devices."""
NAMES_MAX = 40
LOCAL_DOMAINS = ("local", "lan", "internal", "home.arpa")
LOCAL_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128")
NOWHERE = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737): asked for the way there, the system tells its own address, and sends nothing."""
SERVER_AUTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])

Names = Sequence[x509.GeneralName]


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def read(cls, path: Path) -> "Signed":
        """From a file; raises FileNotFoundError, or ValueError when it is no such file."""
        pem = path.read_bytes()
        key = load_pem_private_key(pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{path}: another kind of key")
        return cls(x509.load_pem_x509_certificate(pem), key)

    def pem(self) -> bytes:
        """As a file that its owner alone may read."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCertificate:
    """Where it lies: ``pem`` for the server, ``authority`` for the devices, which may show its ``fingerprint``."""

    pem: Path
    authority: Path
    fingerprint: str


def own_certificate(folder: Path, names: Iterable[str]) -> OwnCertificate:
    """The certificate in this folder, made if there is none; signed anew when a name is missing or its time is nearly over.

    Raises:
        ValueError: a file in the folder is not what it was.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    with _alone(folder):
        authority = _authority(folder, _general(names), now)
        _signed(folder, authority, _general(names), now)
    fingerprint = authority.certificate.fingerprint(SHA256()).hex(":").upper()
    return OwnCertificate(pem=folder / "own.pem", authority=folder / AUTHORITY, fingerprint=fingerprint)


def names_of_machine() -> list[str]:
    """Names and addresses by which devices on a local network may reach this machine."""
    host = socket.gethostname()
    names = ["localhost", "127.0.0.1", "::1", host, f"{host.partition('.')[0]}.local"]
    for family, way in ((socket.AF_INET, NOWHERE), (socket.AF_INET6, ("2001:db8::1", 9))):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect(way)
            names.append(sock.getsockname()[0])
    with suppress(OSError):
        names += [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    return list(dict.fromkeys(names))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hub and counters start at the same moment: one makes the files, the others find them."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _authority(folder: Path, names: Names, now: datetime) -> Signed:
    path = folder / "authority.pem"
    try:
        authority = Signed.read(path)
    except FileNotFoundError:
        authority = _new_authority(names, now)
        _write(path, authority.pem(), 0o600)
    _write(folder / AUTHORITY, authority.certificate.public_bytes(Encoding.PEM), 0o644)
    return authority


def _new_authority(names: Names, now: datetime) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(f"urut on {socket.gethostname()}")
    builder = _begun(name, name, key, now, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.NameConstraints(_near(names), None), critical=True)
    return Signed(builder.sign(key, SHA256()), key)


def _signed(folder: Path, authority: Signed, names: Names, now: datetime) -> None:
    """Have a certificate for these names in the folder. Names that it had it keeps, for whoever else serves from this folder."""
    path, within = folder / "own.pem", authority.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    wanted = [name for name in names if any(_covers(near, name) for near in within.permitted_subtrees or ())]
    with suppress(FileNotFoundError):
        old = Signed.read(path).certificate
        had = list(old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        if set(wanted) <= set(had) and old.not_valid_after_utc - now > timedelta(days=RENEW_DAYS):
            return
        wanted = list(dict.fromkeys([*wanted, *had]))
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _begun(_subject("urut"), authority.certificate.subject, key, now, SIGNED_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(SERVER_AUTH, critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(wanted[:NAMES_MAX]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(issuer, critical=False)
    _write(path, Signed(builder.sign(authority.key, SHA256()), key).pem(), 0o600)


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int) -> x509.CertificateBuilder:
    """What every certificate has. It begins a day ago: clocks of tablets are set by hand."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(names: Iterable[str]) -> Names:
    """Names and addresses as certificates have them; what is neither, or every address at once (0.0.0.0), is left out."""
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            address = ip_address(name.partition("%")[0])
        except ValueError:
            if name.isascii() and name:
                found.append(x509.DNSName(name.lower()))
        else:
            if not address.is_unspecified:
                found.append(x509.IPAddress(address))
    return list(dict.fromkeys(found))


def _near(names: Names) -> list[x509.GeneralName]:
    """What the authority may vouch for: local networks, and what this machine is called now."""
    near: list[x509.GeneralName] = [x509.IPAddress(ip_network(network)) for network in LOCAL_NETWORKS]
    near += [x509.DNSName(domain) for domain in LOCAL_DOMAINS]
    for name in names:
        if not any(_covers(other, name) for other in near):
            near.append(x509.IPAddress(ip_network(name.value)) if isinstance(name, x509.IPAddress) else name)
    return near


def _covers(near: x509.GeneralName, name: x509.GeneralName) -> bool:
    if isinstance(near, x509.DNSName) and isinstance(name, x509.DNSName):
        return f".{name.value}".endswith(f".{near.value}")
    if isinstance(near, x509.IPAddress) and isinstance(name, x509.IPAddress):
        network, address = near.value, name.value
        return isinstance(address, IPv4Address | IPv6Address) and not isinstance(network, IPv4Address | IPv6Address) and address in network
    return False


def _write(path: Path, data: bytes, mode: int) -> None:
    """All of it or nothing, and never readable for others on the way."""
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)

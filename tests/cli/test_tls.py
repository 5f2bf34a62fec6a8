"""https by ourselves: the certificate, who trusts it, and what is served with it."""

import asyncio
import ssl
import stat
from asyncio.sslproto import SSLProtocol
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from websockets.asyncio.client import connect

from server.cli import own_certificate as own
from server.cli.own_certificate import OwnCertificate, Signed, own_certificate
from server.cli.stores import BadUse
from server.cli.tls import Tls, context_of
from server.hub import door
from tests.serving import Served, serving

NAMES = ("localhost", "127.0.0.1", "kotak.local")
PLAIN = Tls(wanted=False, certificate=None, key=None)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    """A certificate of our own for this machine."""
    return own_certificate(tmp_path_factory.mktemp("data") / "tls", NAMES)


@pytest.fixture
async def served(certificate: OwnCertificate) -> AsyncIterator[Served]:
    """A bazaar over https."""
    async with serving(tls=context_of(certificate.pem, None)) as bazaar:
        yield bazaar


def trusting(certificate: OwnCertificate) -> ssl.SSLContext:
    """A device that trusts our authority and nobody else, and looks closely."""
    context = ssl.create_default_context(cafile=certificate.authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def agreed(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> None:
    """Shake hands without a network; raises ssl.SSLCertVerificationError when the client does not trust the server."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (client.wrap_bio(back, there, server_hostname=host), server.wrap_bio(there, back, server_side=True))
    for _ in range(3):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


# What is served


async def test_pages_and_frames(served: Served, certificate: OwnCertificate) -> None:
    """A device that trusts our authority opens pages over https and follows a channel over wss, by name and by address."""
    trust = trusting(certificate)
    for host in ("127.0.0.1", "localhost"):
        home = served.home.replace("127.0.0.1", host)
        async with aiohttp.ClientSession() as session, session.get(home, ssl=trust) as answer:
            assert 200 == answer.status
            assert "max-age=" in answer.headers["Strict-Transport-Security"]
        async with connect(f"{home.replace('https', 'wss', 1)}/live?channels=hall", ssl=trust) as socket:
            assert '"channel":"hall"' in str(await socket.recv()).replace(" ", "")
            await served.submit("open_counter", counter=1) if host == "localhost" else None
    assert 1 in served.room.bazaar.counters


async def test_cookies_go_over_https_only(served: Served) -> None:
    """The session of a paired device is never sent in the clear."""
    async with served.session.get(f"{served.home}/pair/{served.keys.counters[1]}", allow_redirects=False) as answer:
        assert 303 == answer.status
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "HttpOnly" in answer.headers["Set-Cookie"]


async def test_a_call_over_wss(served: Served) -> None:
    """What happens at a counter comes over wss as it does over ws."""
    await served.submit("issue", services=["ktp"])
    async with served.session.ws_connect(f"{served.home}/live?channels=hall") as socket:
        await socket.receive_json()
        await served.submit("open_counter", counter=1)
        await served.submit("next", by="counter/1", counter=1, seen=None)
        async with asyncio.timeout(30):
            while not (recent := (await socket.receive_json()).get("view", {}).get("recent")):
                pass
    assert "A-001" == recent[0]["label"]


async def test_who_comes_plainly_is_sent_to_https(served: Served) -> None:
    """An old link with http leads to the same page over https, on the same port; nothing else is told in the clear."""
    plain = served.home.replace("https", "http", 1)
    async with aiohttp.ClientSession() as session:
        for method, path in (("GET", "/order?lang=en"), ("GET", "/live?channels=hall"), ("POST", "/tickets"), ("GET", "/no/such/page")):
            async with session.request(method, plain + path, allow_redirects=False) as answer:
                assert (308, served.home + path) == (answer.status, answer.headers["Location"])
                assert "Strict-Transport-Security" not in answer.headers
        async with session.get(plain, headers={"Host": "["}, allow_redirects=False) as answer:
            assert 422 == answer.status


@pytest.mark.parametrize("sent", [b"\x16", b"\x16\x03\x01\x02\x00\x01"], ids=["a byte", "half a hello"])
async def test_handshake_that_never_ends(served: Served, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """Whoever begins TLS and does not go on is hung up on."""
    monkeypatch.setattr(door, "HANDSHAKE_S", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    writer.write(sent)
    async with asyncio.timeout(30):
        assert b"" == await reader.read()
    writer.close()


def test_what_a_connection_keeps(served: Served) -> None:
    """A TLS connection has room for one record ready, not for sixteen: that were 240 KB more for each phone of a hall."""
    assert served.url.startswith("https")
    assert 16 * 1024 == SSLProtocol.max_size


def test_old_tls(certificate: OwnCertificate) -> None:
    """TLS before 1.2 is not spoken."""
    assert ssl.TLSVersion.TLSv1_2 == context_of(certificate.pem, None).minimum_version


# Our own certificate


def test_kept(tmp_path: Path) -> None:
    """It is made once, and only its owner reads the keys; every process of the folder has the same."""
    first = own_certificate(tmp_path / "tls", NAMES)
    made = {path.name: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "tls").iterdir() if path.suffix}
    assert {"authority.pem": 0o600, "own.pem": 0o600, "urut-ca.crt": 0o644} == {name: mode for name, (_, mode) in made.items()}
    assert 0o700 == stat.S_IMODE((tmp_path / "tls").stat().st_mode)
    assert first == own_certificate(tmp_path / "tls", NAMES)
    assert {name: data for name, (data, _) in made.items()} == {name: (tmp_path / "tls" / name).read_bytes() for name in made}
    assert b"PRIVATE" not in first.authority.read_bytes()


def test_a_new_address(tmp_path: Path) -> None:
    """A machine with another address signs anew: devices go on trusting it, under the old names too."""
    trust = trusting(own_certificate(tmp_path, NAMES))
    server = context_of(own_certificate(tmp_path, ["192.168.7.9"]).pem, None)
    for host in (*NAMES, "192.168.7.9"):
        agreed(server, trust, host)
    with pytest.raises(ssl.SSLCertVerificationError):
        agreed(server, trust, "192.168.7.10")


def test_signed_anew_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate whose time is nearly over is signed anew, by the same authority."""
    before = own_certificate(tmp_path, NAMES)
    serial = Signed.read(before.pem).certificate.serial_number
    monkeypatch.setattr(own, "RENEW_DAYS", own.SIGNED_DAYS + 1)
    assert before == own_certificate(tmp_path, NAMES)
    assert serial != Signed.read(before.pem).certificate.serial_number


def test_other_sites(tmp_path: Path) -> None:
    """Our authority vouches for no other site, even if its key is stolen: devices that trust it would not believe it."""
    trust = trusting(own_certificate(tmp_path, NAMES))
    with pytest.raises(ssl.SSLCertVerificationError):
        agreed(context_of(own_certificate(tmp_path, ["bank.example", "203.0.113.5"]).pem, None), trust, "bank.example")
    thief = tmp_path / "thief"
    own_certificate(thief, [*NAMES, "bank.example"])
    for name in ("bank.example", "203.0.113.5"):
        stolen(tmp_path, thief, name)
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            agreed(context_of(thief / "own.pem", None), trust, name)


def stolen(folder: Path, thief: Path, name: str) -> None:
    """Sign a certificate for this name with the authority's key, as a thief would."""
    authority, own_one = Signed.read(folder / "authority.pem"), Signed.read(thief / "own.pem")
    builder = own._begun(own._subject("urut"), authority.certificate.subject, own_one.key, datetime.now(UTC), 9)
    builder = builder.add_extension(x509.SubjectAlternativeName(own._general([name])), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = builder.add_extension(issuer, critical=False).sign(authority.key, SHA256())
    (thief / "own.pem").write_bytes(Signed(certificate, own_one.key).pem())


def test_names_of_this_machine() -> None:
    """The machine's own names and addresses are among those of its certificate."""
    assert {"localhost", "127.0.0.1", "::1"} < set(own.names_of_machine())
    assert [] == list(own._general(["", "0.0.0.0", "::", "bücher"]))  # noqa: S104  # nobody listens here


# A given certificate


def test_given(tmp_path: Path, certificate: OwnCertificate) -> None:
    """A given chain and key are used, and no certificate of our own is made beside them."""
    tls = Tls(wanted=False, certificate=certificate.pem, key=certificate.pem)
    server = tls.context(tmp_path, ())
    assert server is not None
    agreed(server, trusting(certificate), "kotak.local")
    assert [] == list(tmp_path.iterdir())
    assert PLAIN.context(tmp_path, ()) is None


def test_unusable(tmp_path: Path, certificate: OwnCertificate) -> None:
    """A chain without its key, or with another's, is wrong usage that names the file; nobody is asked for a password."""
    other = own_certificate(tmp_path / "other", NAMES)
    for key in (None, other.pem):
        with pytest.raises(BadUse, match="urut-ca"):
            context_of(certificate.authority, key)
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "authority.pem").write_text("no certificate")
    with pytest.raises(BadUse, match="take the folder away"):
        Tls(wanted=True, certificate=None, key=None).context(tmp_path, ())

"""Stores that let nobody in without a user, a password and TLS."""

import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from redis.asyncio.connection import parse_url

from bench.stores import Door
from tests.store.certificates import Papers

USER = "urut"
PASSWORD, WATCH_PASSWORD = "a pass/word of the tests", "another of the sentinels"
WRONG = "a wrong one"


def tls_server(folder: Path) -> Path:
    """A server program that can speak TLS, which the bundled one cannot.

    Debian's redis-tools bring one as a checker of files: the program goes by its name.
    """
    found = next(filter(None, map(shutil.which, ("redis-check-rdb", "redis-server", "valkey-check-rdb", "valkey-server"))), None)
    assert found, "these tests need the Debian package redis-tools, or redis-server built with TLS"
    program = folder / "redis-server"
    program.symlink_to(found)
    return program


def guarded(papers: Papers) -> Door:
    """Servers that take `USER` with `PASSWORD`, over TLS only; among themselves too."""
    settings = f'user default off\nuser {USER} on "#{_sha256(PASSWORD)}" ~* &* +@all\nmasteruser {USER}\nmasterauth "{PASSWORD}"\n'
    return _door(papers, PASSWORD, f"{settings}tls-cluster yes\n")


def guarded_sentinels(papers: Papers, service: str) -> Door:
    """Sentinels that take `USER` with `WATCH_PASSWORD`, over TLS only, and know the servers' password."""
    settings = (
        f'user default off\nuser {USER} on "#{_sha256(WATCH_PASSWORD)}" ~* &* +@all\n'
        f'sentinel auth-user {service} {USER}\nsentinel auth-pass {service} "{PASSWORD}"\n'
        f'sentinel sentinel-user {USER}\nsentinel sentinel-pass "{WATCH_PASSWORD}"\n'
    )
    return _door(papers, WATCH_PASSWORD, settings)


def url_with(url: str, papers: Papers, password: str = PASSWORD, **options: str) -> str:
    """The URL of a store with all that its servers ask for."""
    kind, _, rest = url.partition("://")
    tls = kind.replace("redis", "rediss", 1)
    more = "".join(f"&{name}={quote(value, safe='')}" for name, value in options.items())
    return f"{tls}://{USER}:{quote(password, safe='')}@{rest}?ssl_ca_certs={quote(str(papers.authority), safe='')}{more}"


def _door(papers: Papers, password: str, settings: str) -> Door:
    tls = (
        f"tls-cert-file {papers.certificate}\ntls-key-file {papers.key}\ntls-ca-cert-file {papers.authority}\n"
        "tls-auth-clients no\ntls-replication yes\n"
    )
    return Door(settings=settings + tls, port="port 0\ntls-port {}", access=_access(papers, password))


def _access(papers: Papers, password: str) -> Mapping[str, Any]:
    access: dict[str, Any] = {**parse_url(url_with("redis://host", papers, password))}
    del access["host"]
    return access


def _sha256(password: str) -> str:
    return sha256(password.encode()).hexdigest()

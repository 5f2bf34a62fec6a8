"""Flags of the commands that serve https by themselves, and the certificate that they serve it with."""

import logging
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from server.cli.flags import option
from server.cli.own_certificate import names_of_machine, own_certificate
from server.cli.stores import BadUse

FOLDER = "tls"
"""Where in the data folder our own certificate lies."""
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a serving process was told about https. Without ``certificate`` it has one of our own."""

    wanted: bool
    certificate: Path | None
    key: Path | None

    def context(self, data: Path, names: Iterable[str]) -> ssl.SSLContext | None:
        """How to serve https, None for plain http. ``names``: hosts and addresses by which devices may come, URLs too.

        Raises:
            BadUse: the certificate or its key cannot be used.
        """
        if self.certificate:
            return context_of(self.certificate, self.key)
        if not self.wanted:
            return None
        hosts = [host for name in names if (host := urlsplit(name).hostname if "://" in name else name)]
        try:
            own = own_certificate(data / FOLDER, [*hosts, *names_of_machine()])
        except ValueError as fault:
            raise BadUse(f"{data / FOLDER}: {fault}; take the folder away, and devices must trust a new certificate") from None
        logger.info("https with our own certificate: devices trust it by %s, SHA-256 %s", own.authority, own.fingerprint)
        return context_of(own.pem, None)


def context_of(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Serve https with the chain in a PEM file; its key stands there too, or in a file of its own.

    Raises:
        BadUse: they cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password="")  # nobody is there to be asked for one
    except OSError as fault:
        raise BadUse(f"--certificate {certificate}: no chain and key without a password that belong together ({fault})") from None
    return context


_FLAGS = (
    option("--tls", "URUT_TLS", is_flag=True, help="Serve https, with a certificate of our own unless one is given."),
    option("--certificate", "URUT_CERTIFICATE", type=FILE, help="PEM file with the chain for https, and the key if it has no other file."),
    option("--certificate-key", "URUT_CERTIFICATE_KEY", type=FILE, help="PEM file with the certificate's key."),
)


def secured(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the flags, and its coroutine one argument ``tls``. Stands below `flags.runs`, which tells a BadUse."""

    @wraps(command)
    def run(*args: Any, tls: bool, certificate: Path | None, certificate_key: Path | None, **flags: Any) -> Any:
        if certificate_key and not certificate:
            raise BadUse("--certificate-key: belongs to a --certificate")
        return command(*args, tls=Tls(wanted=tls, certificate=certificate, key=certificate_key), **flags)

    made: Callable[..., Any] = run
    for flag in _FLAGS:
        made = flag(made)
    return made

"""What stands at an address: whether urut serves there, whether others can reach it, and how long a certificate holds."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from server.cli.doctor.finding import Finding, State, bad, ok, warn

ANSWER_S = 5.0
DAYS_WARN = 14
RENEW = "renew the certificate"


def trust_of(authority: Path) -> ssl.SSLContext:
    """Whom this machine trusts, and our own authority, if there is one, which devices were given."""
    trust = ssl.create_default_context()
    if authority.exists():
        trust.load_verify_locations(authority)
    return trust


async def serving(about: str, url: str, trust: ssl.SSLContext) -> list[Finding]:
    """What answers at the address under which people find one of the parts."""
    place = urlsplit(url)
    host, port = place.hostname or "", place.port or (443 if place.scheme == "https" else 80)
    found = [_reach(about, url, host)] if _is_loopback(host) else []
    if place.scheme == "https":
        found += await certificate(about, host, port, trust)
    if any(finding.state is State.BAD for finding in found):
        return found
    return [*found, await _answering(about, url, host, port, trust)]


def _reach(about: str, url: str, host: str) -> Finding:
    do = "name this machine's address with --hub-url and --counters-url, and let them listen with --host 0.0.0.0"
    return warn(about, f"{url} leads to {host}: no TV, tablet or phone reaches it", do)


async def _answering(about: str, url: str, host: str, port: int, trust: ssl.SSLContext) -> Finding:
    try:
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{url}/readyz", ssl=trust) as answer:
            told = await answer.json()
            ready, bazaars = bool(told["ready"]), sorted(told["bazaars"])
    except (aiohttp.ContentTypeError, ValueError, TypeError, KeyError):
        return bad(about, f"something else than urut answers at {url}", "end it, or give urut another --port")
    except (aiohttp.ClientError, OSError) as error:
        if _is_free(host, port):
            return warn(about, f"nothing serves at {url} yet; the port is free", "start it before the doors open (make start)")
        return bad(about, f"{url} does not answer: {error or 'no answer in time'}", "start it; if it runs, look into its log")
    if not ready:
        return bad(about, f"{url} is not ready", "its store is away, or it still reads; look into its log")
    return ok(about, f"{url} serves {', '.join(bazaars) or 'no bazaar yet'}")


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _is_free(host: str, port: int) -> bool:
    """Whether a process could listen there; of another machine's ports nothing is known."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


async def certificate(about: str, host: str, port: int, trust: ssl.SSLContext) -> list[Finding]:
    """Whether the certificate that is shown there is one to trust, and until when; nothing where no TLS answers."""
    try:
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_connection(host, port, ssl=trust)
    except ssl.SSLCertVerificationError as error:
        return [bad(about, f"the certificate of {host}:{port} is not one to trust: {error.verify_message}", RENEW)]
    except OSError:
        return []
    shown = writer.get_extra_info("peercert")
    writer.close()
    return [*_validity(about, f"{host}:{port}", str(shown["notAfter"]))] if shown else []


def _validity(about: str, where: str, ends: str) -> Iterator[Finding]:
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    days = (until - datetime.now(UTC)).days
    told = f"the certificate of {where} holds until {until:%d %B %Y}, {days} days"
    yield ok(about, told) if days >= DAYS_WARN else warn(about, told, RENEW)

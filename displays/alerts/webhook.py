"""Messages for a gateway that turns them into WhatsApp or SMS, signed as Standard Webhooks 1.0 says (standardwebhooks.com)."""

import hmac
import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from aiohttp import ClientSession

SECRET_PREFIX = "whsec_"  # noqa: S105  # the mark before a secret, not one
SECRET_BYTES_MIN, SECRET_BYTES_MAX = 24, 64


class BadGateway(ValueError):
    """An address or a secret that cannot be used; the text says why, without the secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Where messages go, and the secrets that sign them: several while one is being replaced."""

    url: str
    secrets: tuple[bytes, ...]

    async def send(self, session: ClientSession, message_id: str, now_s: int, payload: Mapping[str, object]) -> int:
        """Hand one message over; the gateway's HTTP status. A message that comes twice has the same id."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now_s),
            "webhook-signature": " ".join(signature(secret, message_id, now_s, body) for secret in self.secrets),
        }
        async with session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature: ``v1,`` and the base64 of HMAC-SHA256 over id, timestamp and body."""
    return "v1," + b64encode(hmac.digest(secret, f"{message_id}.{timestamp}.".encode() + body, sha256)).decode()


def read_gateway(url: str, secrets: str) -> Gateway:
    """The gateway of a URL and of secrets as ``whsec_…``, several with blanks between; raises `BadGateway`."""
    if not url.startswith(("https://", "http://")):
        raise BadGateway("the gateway's address begins with https:// or http://")
    if not secrets.split():
        raise BadGateway("the gateway needs a secret, such as the output of: echo whsec_$(openssl rand -base64 32)")
    return Gateway(url=url, secrets=tuple(map(_secret, secrets.split())))


def _secret(text: str) -> bytes:
    try:
        secret = b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (NotBase64, ValueError):
        secret = b""
    if not text.startswith(SECRET_PREFIX) or not SECRET_BYTES_MIN <= len(secret) <= SECRET_BYTES_MAX:
        raise BadGateway(f"a gateway's secret is {SECRET_PREFIX} and the base64 of {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes")
    return secret

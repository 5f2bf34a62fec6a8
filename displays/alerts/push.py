"""Web Push: a message encrypted for one browser (RFC 8291), with a proof of who sends it (VAPID, RFC 8292)."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import urlsplit

from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped]  # has no types

from displays.alerts.contacts import Contact
from displays.alerts.sealed import sealed_for

TTL_S = 300
"""How long a push service keeps a message for a phone that is away: a call that is older helps nobody."""
SUBSCRIPTION_GONE = frozenset({404, 410})
"""Answers by which a push service says that the subscription is no more (RFC 8030, section 7.3)."""
PROOF_S = 3600
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many keys the curve P-256 has (SEC 2, section 2.4.2)."""


class PushSender:
    """Sends for one site. The key comes from 48 bytes of the site's secret, so that every process has the same and none stores it.

    ``contact`` is where a push service finds whoever runs the site: ``mailto:`` or ``https:``.
    """

    def __init__(self, key: bytes, contact: str) -> None:
        private = ec.derive_private_key(int.from_bytes(key) % (_ORDER - 1) + 1, ec.SECP256R1())
        self._vapid = Vapid02(private)
        self._contact = contact
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = urlsafe_b64encode(point).decode().rstrip("=")
        """What a browser subscribes with."""

    async def send(self, session: ClientSession, contact: Contact, message: bytes, *, topic: str, now_s: int) -> int:
        """Hand the message to the contact's push service; its HTTP status. A later message of the same topic replaces one that waits."""
        audience = urlsplit(contact.endpoint)
        claims = {"sub": self._contact, "aud": f"{audience.scheme}://{audience.netloc}", "exp": now_s + PROOF_S}
        headers = {
            **self._vapid.sign(claims),
            "Content-Encoding": "aes128gcm",
            "TTL": str(TTL_S),
            "Urgency": "high",
            "Topic": urlsafe_b64encode(sha256(topic.encode()).digest()).decode()[:32],
        }
        async with session.post(
            contact.endpoint, data=sealed_for(contact.p256dh, contact.auth, message), headers=headers, allow_redirects=False
        ) as answer:
            return answer.status

"""How a resident wants to be reached: what may be asked for, and how it is kept.

Rule: an address of a phone leaves this process only sealed. The store holds ciphertext; who has the store but not the secret has nothing.
"""

import json
import re
import secrets
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from displays.alerts.rules import AHEAD_MAX
from server.core.values import VisitId
from server.web import errors

PUSH_SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
"""Whose push services browsers use. What a page sends as an address is a stranger's word: nothing is ever posted to other hosts."""
ENDPOINT_CHARS_MAX = 1000
GATEWAY = "gateway"
CONTACTS_MAX = 4
"""Of one visit: a family has a few phones."""
_ENDPOINT = re.compile(r"https?://(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}(?::[0-9]{1,5})?/[!-~]*")
"""Two programs read an address, here and when it is sent: what they might read differently, or not at all, is none."""
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_NONCE_BYTES = 12
_AUTH_BYTES, _POINT_BYTES = 16, 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Either a browser's push subscription (``endpoint``, ``p256dh``, ``auth``) or a ``phone`` number of a gateway, in international form.

    ``ahead``: how many people before the turn its owner wants to know, 0 for the call only; ``lang``: the language to say it in.
    """

    ahead: int
    lang: str
    endpoint: str = ""
    p256dh: str = ""
    auth: str = ""
    phone: str = ""

    @property
    def address(self) -> str:
        """Where it reaches its owner, whatever they want to be told."""
        return f"{self.endpoint}|{self.phone}"

    @property
    def way(self) -> str:
        """By whom it is reached: a push service, by its host, or the `GATEWAY`."""
        return urlsplit(self.endpoint).netloc or GATEWAY


def read_contact(body: Mapping[str, Any], lang: str, own_push_services: Container[str]) -> Contact:
    """The contact that a page asks for; raises `Problem` 422, which names the field.

    ``own_push_services``: host and port of push services beside `PUSH_SERVICES`, which may also be without TLS.
    """
    ahead = body.get("ahead", 3)
    if type(ahead) is not int or not 0 <= ahead <= AHEAD_MAX:
        raise errors.malformed("ahead", f"must be a whole number from 0 to {AHEAD_MAX}")
    if "push" in body:
        return _push(body["push"], ahead, lang, own_push_services)
    phone = body.get("phone")
    number = re.sub(r"[ ().-]", "", phone) if isinstance(phone, str) else ""
    number = f"+62{number[1:]}" if number.startswith("0") else number
    if not _PHONE.fullmatch(number):
        raise errors.malformed("phone", "must be a phone number, such as +6281234567890")
    return Contact(ahead=ahead, lang=lang, phone=number)


def _push(push: Any, ahead: int, lang: str, own_push_services: Container[str]) -> Contact:
    """A browser's ``PushSubscription`` as JSON (W3C Push API)."""
    keys = push.get("keys") if isinstance(push, Mapping) else None
    values = [push.get("endpoint"), keys.get("p256dh"), keys.get("auth")] if isinstance(keys, Mapping) else [None]
    if not all(isinstance(value, str) and 0 < len(value) <= ENDPOINT_CHARS_MAX for value in values):
        raise errors.malformed("push", "must be a push subscription with endpoint, p256dh and auth")
    endpoint, p256dh, auth = map(str, values)
    if not _is_push_service(endpoint, own_push_services):
        raise errors.malformed("push.endpoint", "must be the address of a browser maker's push service")
    if len(_bytes(auth)) != _AUTH_BYTES or not _is_point(_bytes(p256dh)):
        raise errors.malformed("push.keys", "must be the keys of a push subscription")
    return Contact(ahead=ahead, lang=lang, endpoint=endpoint, p256dh=p256dh, auth=auth)


def _is_push_service(endpoint: str, own: Container[str]) -> bool:
    if not _ENDPOINT.fullmatch(endpoint):
        return False
    address = urlsplit(endpoint)
    host, _, port = address.netloc.lower().partition(":")
    is_known = address.scheme == "https" and port in ("", "443") and any(f".{host}".endswith(f".{name}") for name in PUSH_SERVICES)
    return is_known or address.netloc in own


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotBase64, ValueError):
        return b""


def _is_point(data: bytes) -> bool:
    try:
        return len(data) == _POINT_BYTES and bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data))
    except ValueError:
        return False


class Seal:
    """Seals contacts with a key of 32 bytes; ``scope`` names the edition of the bazaar, outside of which nothing opens."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._name_key = blake2b(b"names", key=key).digest()

    def name_of(self, contact: Contact) -> str:
        """Tells the contacts of a visit apart: asking again replaces, it does not add. Numbers are few, hence the key."""
        return blake2b(contact.address.encode(), key=self._name_key, digest_size=9).hexdigest()

    def close(self, contact: Contact, scope: str, visit: VisitId) -> bytes:
        """The contact as the store may keep it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, json.dumps(asdict(contact)).encode(), f"{scope}|{visit}".encode())

    def open(self, sealed: bytes, scope: str, visit: VisitId) -> Contact | None:
        """The contact again; None when it was not sealed for this visit, or by another secret."""
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], f"{scope}|{visit}".encode())
        except (InvalidTag, ValueError):
            return None
        return Contact(**json.loads(plain))

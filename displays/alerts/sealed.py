"""A message that one browser can read (RFC 8291, over the content coding aes128gcm of RFC 8188), in one record."""

import secrets
from base64 import urlsafe_b64decode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES = 4096
SALT_BYTES, KEY_BYTES, NONCE_BYTES = 16, 16, 12
_LAST_RECORD = b"\x02"


def sealed_for(p256dh: str, auth: str, message: bytes) -> bytes:
    """The body to be sent. ``p256dh`` and ``auth`` are as in the browser's subscription; the message is shorter than a record."""
    return seal(message, decoded(p256dh), decoded(auth), ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(SALT_BYTES))


def seal(message: bytes, receiver: bytes, auth: bytes, sender: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body, of a sender's key and a salt that are used this once. ``receiver`` is a point of P-256, uncompressed."""
    own = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver))
    secret = _derived(auth, shared, b"WebPush: info\0" + receiver + own, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", KEY_BYTES)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", NONCE_BYTES)
    head = salt + RECORD_BYTES.to_bytes(4) + len(own).to_bytes(1) + own
    return head + AESGCM(key).encrypt(nonce, message + _LAST_RECORD, None)


def decoded(text: str) -> bytes:
    """Base64 as addresses have it, without its padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(salt: bytes, secret: bytes, info: bytes, size: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=size, salt=salt, info=info).derive(secret)

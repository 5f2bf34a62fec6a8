"""What stands at the other end: a push service that decrypts as a browser does, and a gateway that checks signatures as its maker would."""

import asyncio
import hmac
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks import Webhook

AUTH = b"sixteen bytes ok"
GATEWAY_SECRET = "whsec_" + b64encode(b"a gateway's secret of the tests").decode()


@dataclass(slots=True)
class Received:
    """One message: its headers, and what it says once it is decrypted or its signature is checked."""

    headers: dict[str, str]
    message: dict[str, Any]


@dataclass(slots=True)
class Post:
    """Both services on one port. ``answers`` are the statuses of the next requests; when they are used up, 201."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    tries: int = 0
    gone: bool = False
    """Whether the push service knows no subscription any more."""
    silent: bool = False
    """Whether the gateway takes what comes and does not answer."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def netloc(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")

    def subscription(self, path: str = "/push/one") -> dict[str, object]:
        """A browser's subscription with this push service."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.url + path, "keys": {"p256dh": _text(point), "auth": _text(AUTH)}}

    async def until(self, *, tries: int = 0, received: int = 0) -> list[Received]:
        """Wait until so many requests have come and so many were taken; all that were taken."""
        async with asyncio.timeout(30):
            while self.tries < tries or len(self.received) < received:
                self.news.clear()
                await self.news.wait()
        return self.received

    async def push(self, request: web.Request) -> web.Response:
        """A push service: checks who sends, decrypts for the browser."""
        self.tries += 1
        claims_of(request.headers["Authorization"])
        body = await request.read()
        status = 410 if self.gone else self.answers.pop(0) if self.answers else 201
        if status == 201:
            self.received.append(Received(dict(request.headers), json.loads(opened(body, self.key))))
        self.news.set()
        return web.Response(status=status)

    async def gateway(self, request: web.Request) -> web.Response:
        """A gateway: checks the signature by the reference library."""
        self.tries += 1
        body = await request.read()
        if self.silent:
            self.news.set()
            await self.awake.wait()
        status = self.answers.pop(0) if self.answers else 201
        if status == 201:
            message = Webhook(GATEWAY_SECRET).verify(body, dict(request.headers))
            self.received.append(Received(dict(request.headers), dict(message)))
        self.news.set()
        return web.Response(status=status)


@asynccontextmanager
async def post() -> AsyncIterator[Post]:
    """Both services until the context ends."""
    office = Post()
    app = web.Application()
    app.add_routes([web.post("/push/{name}", office.push), web.post("/messages", office.gateway)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    office.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield office
    finally:
        office.awake.set()
        await runner.cleanup()


def claims_of(authorization: str) -> dict[str, Any]:
    """What the proof of the sender says (it is a signed JWT), after its signature was checked against the key it names."""
    parts = dict(part.split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    signed, _, signature = parts["t"].rpartition(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(parts["k"]))
    _check(key, signed.encode(), _bytes(signature))
    claims: dict[str, Any] = json.loads(_bytes(signed.split(".")[1]))
    return {**claims, "key": parts["k"]}


def opened(body: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """What a browser with this key reads in the body (RFC 8188, section 2; RFC 8291, section 3.3)."""
    salt, size, sender = body[:16], int.from_bytes(body[16:20]), body[21 : 21 + body[20]]
    assert len(body) <= size
    own = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    secret = _expanded(_digest(AUTH, shared), b"WebPush: info\0" + own + sender)
    root = _digest(salt, secret)
    content_key, nonce = _expanded(root, b"Content-Encoding: aes128gcm\0")[:16], _expanded(root, b"Content-Encoding: nonce\0")[:12]
    padded = AESGCM(content_key).decrypt(nonce, body[21 + body[20] :], None).rstrip(b"\0")
    assert padded.endswith(b"\x02")
    return padded[:-1]


def _digest(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _expanded(root: bytes, info: bytes) -> bytes:
    return _digest(root, info + b"\x01")


def _check(key: ec.EllipticCurvePublicKey, signed: bytes, signature: bytes) -> None:
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
    key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""Who somebody is: keys, cookies and visit tokens, all derived from one secret, so that any process can check them.

A principal is ``admin``, ``supervisor``, ``counter/3``, ``kiosk/1`` or ``screen/utama``. Everything is bound to a bazaar's epoch: a new
edition of the same bazaar knows none of the old keys. Keys are compared in constant time.

Keys and sessions of a device are of a generation: how often the desk has renewed them, which the log tells (``renewals``, by principal).
Those of an earlier one open nothing. So a single key is taken back, and nothing secret is stored.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from hashlib import sha256

from itsdangerous import BadData, URLSafeTimedSerializer

from server.core.values import VisitId

ADMIN = "admin"
SUPERVISOR = "supervisor"
COOKIE_PREFIX = "urut-as-"
DEVICE_COOKIE = "urut-device"
COOKIE_S = 3 * 24 * 3600
"""How long a paired device stays paired: longer than any bazaar, shorter than the time to the next."""
DAY_CODE_DIGITS = 8
_KEY_BYTES = 18
_VISIT_BYTES = 12
_SESSION_BYTES = 9


def counter_principal(number: int | str) -> str:
    """The principal of a counter's tablet."""
    return f"counter/{number}"


def screen_principal(code: str) -> str:
    """The principal of a hall TV that was paired."""
    return f"screen/{code}"


def kiosk_principal(number: int | str) -> str:
    """The principal of a ticket kiosk."""
    return f"kiosk/{number}"


class Credentials:
    """Makes and checks what opens a bazaar's doors. ``scope`` is what `scope_of` gives for a bazaar and its epoch.

    ``clock`` gives Unix seconds. It may be behind that of the hub which made a cookie: then the cookie is new, not forged.
    """

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._cookies = URLSafeTimedSerializer(secret, salt="urut.session")

    def key(self, scope: str, principal: str, generation: int = 0) -> str:
        """The key of a principal: ``counter-3.`` and a code; it goes into a pairing link or an ``Authorization: Bearer`` header."""
        renewed = (str(generation),) if generation else ()
        return f"{principal.replace('/', '-')}.{self._code('key', scope, principal, *renewed, size=_KEY_BYTES)}"

    def principal_of_key(self, scope: str, key: str, renewals: Mapping[str, int]) -> str | None:
        """Whose key this is now, None when it is nobody's."""
        name, dot, _ = key.partition(".")
        principal = name.replace("-", "/", 1)
        return principal if dot and same(key, self.key(scope, principal, renewals.get(principal, 0))) else None

    def cookie(self, scope: str, principal: str, generation: int = 0) -> tuple[str, str]:
        """Name and signed value of the cookie that keeps a device paired: a session of its own, like no other of the principal."""
        return cookie_name(principal), self._cookies.dumps([scope, principal, generation, secrets.token_urlsafe(_SESSION_BYTES)])

    def principals_of_cookies(self, scope: str, cookies: Mapping[str, str], renewals: Mapping[str, int]) -> Iterable[str]:
        """Whom this device is paired as; cookies that are forged, foreign, expired or of an earlier generation count for nothing."""
        for name, value in cookies.items():
            if name.startswith(COOKIE_PREFIX):
                try:
                    (of_scope, principal, generation, _), made = self._cookies.loads(value, return_timestamp=True)
                except (BadData, TypeError, ValueError):
                    continue
                is_old = self._clock() - made.timestamp() > COOKIE_S
                if of_scope == scope and generation == renewals.get(principal, 0) and not is_old:
                    yield principal

    def visit_id(self, scope: str, device: str, command_id: str) -> VisitId:
        """The visit that a device's command begins. Nobody else's command begins it: the id tells nothing of the device."""
        return VisitId("v" + self._code("visit", scope, device, command_id, size=_VISIT_BYTES))

    def visit_token(self, scope: str, visit: VisitId) -> str:
        """The secret that opens a visit's page."""
        return f"{visit}.{self._code('token', scope, visit, size=_KEY_BYTES)}"

    def visit_of_token(self, scope: str, token: str) -> VisitId | None:
        """The visit that a token opens, None when it opens none."""
        visit = VisitId(token.rpartition(".")[0])
        return visit if same(token, self.visit_token(scope, visit)) else None

    def paper_code(self, scope: str, label: str) -> str:
        """The secret on a printed number: who knows it has the paper in hand."""
        return self._code("paper", scope, label, size=_VISIT_BYTES)

    def paper_visit(self, scope: str, label: str) -> VisitId:
        """The visit that a printed number begins once it is handed out."""
        return VisitId("p" + self._code("paper-visit", scope, label, size=_VISIT_BYTES))

    def device_cookie(self, name: str) -> str:
        """What a phone keeps so that we know it again: its name, and a code that nobody makes up."""
        return f"{name}.{self._code('device', name, size=_KEY_BYTES)}"

    def device_of_cookie(self, value: str) -> str:
        """The name of the phone that keeps this, "" when we did not give it."""
        name = value.rpartition(".")[0]
        return name if same(value, self.device_cookie(name)) else ""

    def tv_fingerprint(self, scope: str, tv: str) -> str:
        """What stands for a TV's secret where other processes and the desk read it."""
        return self._code("tv", scope, tv, size=_KEY_BYTES)

    def day_code(self, scope: str, day: date) -> str:
        """The eight digits that the hall shows on this day."""
        digest = hmac.digest(self._secret, _message("day", scope, day.isoformat()), sha256)
        return f"{int.from_bytes(digest) % 10**DAY_CODE_DIGITS:0{DAY_CODE_DIGITS}d}"

    def subkey(self, purpose: str) -> bytes:
        """32 bytes that serve one purpose and tell nothing about the secret or other purposes."""
        return hmac.digest(self._secret, b"urut.subkey." + _bytes(purpose), sha256)

    def _code(self, *parts: str, size: int) -> str:
        digest = hmac.digest(self._secret, _message(*parts), sha256)[:size]
        return urlsafe_b64encode(digest).decode().rstrip("=")


def cookie_name(principal: str) -> str:
    """Under which name a device keeps that it is paired as this principal."""
    return COOKIE_PREFIX + principal.replace("/", "-")


def scope_of(bazaar_id: str, epoch: str) -> str:
    """What keys are bound to: one edition of one bazaar."""
    return f"{bazaar_id}@{epoch}"


def new_device() -> str:
    """A name for a phone that takes numbers; it stays in the phone's cookie and in no log."""
    return secrets.token_urlsafe(18)


def same(left: str, right: str) -> bool:
    """Whether two secrets are the same, found out in a time that tells nothing about them."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def _message(*parts: str) -> bytes:
    """What a code is made of, so that no two lists of parts make the same."""
    return b"".join(len(part).to_bytes(4) + part for part in map(_bytes, parts))


def _bytes(text: str) -> bytes:
    """What came as JSON or in an address may hold lone surrogates, which are no UTF-8."""
    return text.encode(errors="surrogatepass")

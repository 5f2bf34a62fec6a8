"""Jobs of the alert book carried out: sent, put off with growing pauses, or set aside.

Rule: a job holds no address. The contact is looked up when it is sent, so that whoever has asked to be forgotten gets nothing any more.
"""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from aiohttp import ClientError, ClientSession

from displays.alerts.contacts import Contact
from displays.alerts.messages import text_of, title_of
from displays.alerts.push import SUBSCRIPTION_GONE, PushSender
from displays.alerts.rules import Alert
from displays.alerts.webhook import Gateway
from server.core.values import MS_PER_SECOND, BazaarId
from server.store.alert_book import AlertBook, Job
from server.web.i18n import Catalogues

TRIES_MAX = 6
PAUSE_MS_MIN, PAUSE_MS_MAX = 2_000, 60_000
STALE_MS = 10 * 60 * MS_PER_SECOND
"""An alert that could not be sent for so long is set aside: the call is over."""
SEND_S_MAX = 10.0
GONE = -1
"""In place of a status: this contact is no more."""
_OK = range(200, 300)
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, *range(500, 600)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job as it stands in the book: which contact is told what, first due at ``since`` (Unix ms), tried so often; ``why`` it failed."""

    contact: str
    alert: Alert
    since: int
    tries: int = 0
    why: str = ""

    def encoded(self) -> bytes:
        """As a job's payload."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decoded(cls, payload: bytes) -> "Task":
        """From a job's payload."""
        fields: dict[str, Any] = json.loads(payload)
        return cls(**{**fields, "alert": Alert(**fields["alert"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """By which ways messages go. Without a gateway nobody can leave a phone number."""

    push: PushSender
    gateway: Gateway | None
    catalogues: Catalogues
    clock: Callable[[], int]

    async def send(self, session: ClientSession, bazaar: BazaarId, job: Job, contact: Contact, link: str) -> int:
        """Send one job's message; the HTTP status of whoever took it, 0 without an answer, `GONE` when the contact is no more."""
        task = Task.decoded(job.payload)
        translate = self.catalogues.of(contact.lang).gettext
        title, text, now_s = title_of(task.alert, translate), text_of(task.alert, translate), self.clock() // MS_PER_SECOND
        try:
            async with asyncio.timeout(SEND_S_MAX):
                if contact.endpoint:
                    message = json.dumps({"title": title, "body": text, "tag": task.alert.label, "url": link}).encode()
                    status = await self.push.send(session, contact, message, topic=f"{bazaar}/{task.alert.label}", now_s=now_s)
                    return GONE if status in SUBSCRIPTION_GONE else status
                if self.gateway is None:
                    return 410
                return await self.gateway.send(
                    session, _message_id(bazaar, job, task), now_s, _payload(bazaar, task, contact, f"{title}. {text}", link)
                )
        except (ClientError, OSError, TimeoutError, ValueError):  # the last for a host that cannot even be looked up
            return 0


def _message_id(bazaar: BazaarId, job: Job, task: Task) -> str:
    """The same for every try of a job, and another for every other message of any day."""
    return "msg_" + blake2b(f"{bazaar}|{task.since}|{job.id}".encode(), digest_size=12).hexdigest()


def _payload(bazaar: BazaarId, task: Task, contact: Contact, text: str, link: str) -> dict[str, object]:
    alert = task.alert
    kind = "ticket.near" if alert.counter is None else "ticket.called"
    data = {"bazaar": bazaar, "to": contact.phone, "ticket": alert.label, "text": text, "url": link}
    where = {"ahead": alert.ahead} if alert.counter is None else {"counter": alert.counter, "calls": alert.calls}
    return {"type": kind, "timestamp": task.since, "data": data | where}


async def settle(book: AlertBook, job: Job, status: int, now_ms: int, until_ms: int) -> bool:
    """Do with a job what the answer to it asks for; whether nothing is left to do."""
    task = Task.decoded(job.payload)
    if status in _OK:
        await book.done(job.id)
        return True
    tried = Task(
        contact=task.contact, alert=task.alert, since=task.since, tries=task.tries + 1, why=f"HTTP {status}" if status else "no answer"
    )
    if status == GONE:
        await book.drop(task.contact)
        await book.done(job.id)
        return True
    if (status == 0 or status in _WORTH_ANOTHER_TRY) and tried.tries < TRIES_MAX and now_ms - task.since < STALE_MS:
        await book.put_off(Job(job.id, tried.encoded()), now_ms + _pause_ms(tried.tries))
    else:
        await book.set_aside(Job(job.id, tried.encoded()), until_ms)
    return False


def _pause_ms(tries: int) -> int:
    """Twice as long after each try, and never the same for all."""
    longest = min(PAUSE_MS_MIN * 2 ** (tries - 1), PAUSE_MS_MAX)
    return int(longest * random.uniform(0.5, 1.0))  # noqa: S311  # spreads load; nothing secret

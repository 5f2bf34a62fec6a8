"""The loop of a process that tells residents of their turn: what the bazaar's state calls for is claimed, and what is due is sent.

Every hub runs it. Which one claims an alert does not matter, nor whether it lives long enough to send it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import ClientSession, ClientTimeout

from displays.alerts.contacts import GATEWAY, Contact, Seal
from displays.alerts.delivery import SEND_S_MAX, Letterbox, Task, settle
from displays.alerts.rules import Alert, alerts
from server.core.values import MS_PER_SECOND, BazaarId, VisitId
from server.hub.devices import Devices, DeviceState
from server.hub.hub import Hub
from server.hub.room import Room
from server.store.alert_book import AlertBook, Job
from server.store.errors import StoreUnreachable
from server.store.outage import Outage
from server.web.credentials import Credentials, scope_of

TICK_S = 0.5
KEPT_AFTER_CLOSING_MS = 24 * 3600 * MS_PER_SECOND
"""Addresses of phones are erased a day after the bazaar closes (UU 27/2022: no longer than the purpose needs)."""
LEASE_MS = 3 * int(SEND_S_MAX) * MS_PER_SECOND
AT_ONCE_MAX = 20
"""Messages that one way is sending: one that hangs holds up nobody but those who are reached by it."""
TAKEN_MAX = 200
BUSY_MS = 1000
"""A message whose way is full is looked at again after so long."""
GATEWAY_DEVICE = "gateway/messages"

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Watched:
    """One bazaar as this process last looked at it."""

    version: int = -1
    offset: int = 0
    epoch: str = ""
    contacts: dict[str, Contact] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    """Alerts that somebody has claimed already, so that the store need not be asked again."""
    handed_over: list[bool] = field(default_factory=list)
    """Whether the gateway took each message since the desk was last told how it is."""


class AlertService:
    """Alerts of every bazaar of a hub. ``link_of`` gives the full address of a visit's page."""

    def __init__(
        self, hub: Hub, devices: Devices, credentials: Credentials, letterbox: Letterbox, link_of: Callable[[Room, str], str]
    ) -> None:
        self.seal = Seal(credentials.subkey("contacts"))
        self.letterbox = letterbox
        self._hub = hub
        self._devices = devices
        self._credentials = credentials
        self._link_of = link_of
        self._watched: dict[BazaarId, Watched] = {}
        self._sending: Counter[str] = Counter()

    async def run(self) -> None:
        """Tell people until cancelled."""
        outage = Outage("alerts")
        async with ClientSession(timeout=ClientTimeout(total=SEND_S_MAX)) as session, asyncio.TaskGroup() as sending:
            while True:
                try:
                    for bazaar_id, room in list(self._hub.rooms.items()):
                        if room.ready:
                            await self.look(bazaar_id, room)
                            await self._tell_desk(bazaar_id)
                            await self._deliver(session, sending, bazaar_id, room)
                    outage.is_over()
                except StoreUnreachable as away:
                    await outage.sit_out(str(away))
                await asyncio.sleep(TICK_S)

    def book(self, bazaar_id: BazaarId) -> AlertBook:
        """The bazaar's contacts and jobs."""
        return self._hub.store.alerts(bazaar_id)

    async def look(self, bazaar_id: BazaarId, room: Room) -> None:
        """Claim what this bazaar's people are to be told now; raises `StoreUnreachable`."""
        book, watched = self.book(bazaar_id), self._watched.setdefault(bazaar_id, Watched())
        changed = await self._renew(book, watched, room)
        if changed or watched.offset != room.offset:
            watched.offset = room.offset
            if room.bazaar.closed:
                await book.expire(until_ms(room))
            await self._claim(book, watched, room)

    async def keep(self, room: Room, visit: VisitId, contact: Contact) -> None:
        """Tell this contact from now on; what is so already stands on the page where it was asked for, and is no news."""
        book, name = self.book(room.plan.bazaar.id), f"{visit}:{self.seal.name_of(contact)}"
        for alert in alerts(room.bazaar, [(visit, contact.ahead)]):
            await book.claim(_one(alert, name), {}, self._now(), until_ms(room))
        await book.keep(name, self.seal.close(contact, scope_of(room.plan.bazaar.id, room.epoch), visit), until_ms(room))

    async def contacts_of(self, room: Room, visit: VisitId) -> list[Contact]:
        """What is kept of a visit; raises `StoreUnreachable`."""
        kept = await self.book(room.plan.bazaar.id).contacts()
        return [contact for name, contact in self._opened(room, kept) if name.startswith(f"{visit}:")]

    async def forget(self, room: Room, visit: VisitId) -> None:
        """Keep nothing of a visit any more; raises `StoreUnreachable`."""
        await self.book(room.plan.bazaar.id).forget(visit)

    async def _renew(self, book: AlertBook, watched: Watched, room: Room) -> bool:
        """Bring the copy of the contacts up to date; whether it changed."""
        version = await book.version()
        if (version, room.epoch) == (watched.version, watched.epoch):
            return False
        if room.epoch != watched.epoch:
            watched.said.clear()
        watched.version, watched.epoch = version, room.epoch
        watched.contacts = dict(self._opened(room, await book.contacts()))
        return True

    def _opened(self, room: Room, sealed: Mapping[str, bytes]) -> Iterator[tuple[str, Contact]]:
        scope = scope_of(room.plan.bazaar.id, room.epoch)
        for name, data in sealed.items():
            contact = self.seal.open(data, scope, VisitId(name.partition(":")[0]))
            if contact is not None:
                yield name, contact

    async def _claim(self, book: AlertBook, watched: Watched, room: Room) -> None:
        by_visit: dict[VisitId, list[str]] = {}
        for name in watched.contacts:
            by_visit.setdefault(VisitId(name.partition(":")[0]), []).append(name)
        wishes = [(visit, max(watched.contacts[name].ahead for name in names)) for visit, names in by_visit.items()]
        for alert in list(alerts(room.bazaar, wishes)):
            for name in by_visit[alert.visit]:
                one = _one(alert, name)
                wanted = alert.counter is not None or alert.ahead <= watched.contacts[name].ahead > 0
                if wanted and one not in watched.said:
                    now = self._now()
                    await book.claim(one, {one: Task(contact=name, alert=alert, since=now).encoded()}, now, until_ms(room))
                    watched.said.add(one)

    async def _deliver(self, session: ClientSession, sending: asyncio.TaskGroup, bazaar_id: BazaarId, room: Room) -> None:
        """Begin to send what is due; raises `StoreUnreachable`."""
        book = self.book(bazaar_id)
        for _ in range(TAKEN_MAX):
            job = await book.take(self._now(), LEASE_MS)
            if job is None:
                break
            contact = await self._contact_of(book, bazaar_id, room, job)
            if contact is None:
                await book.done(job.id)
            elif self._sending[contact.way] >= AT_ONCE_MAX:
                await book.put_off(job, self._now() + BUSY_MS)
            else:
                self._sending[contact.way] += 1
                sending.create_task(self._send(session, bazaar_id, room, job, contact))

    async def _contact_of(self, book: AlertBook, bazaar_id: BazaarId, room: Room, job: Job) -> Contact | None:
        """Whom the job is for, None when it was erased; raises `StoreUnreachable`."""
        name, watched = Task.decoded(job.payload).contact, self._watched[bazaar_id]
        if name not in watched.contacts:  # another process may have claimed for a contact that is newer than this copy
            await self._renew(book, watched, room)
        return watched.contacts.get(name)

    async def _send(self, session: ClientSession, bazaar_id: BazaarId, room: Room, job: Job, contact: Contact) -> None:
        token = self._credentials.visit_token(scope_of(bazaar_id, room.epoch), Task.decoded(job.payload).alert.visit)
        try:
            status = await self.letterbox.send(session, bazaar_id, job, contact, self._link_of(room, token))
            fine = await settle(self.book(bazaar_id), job, status, self._now(), until_ms(room))
            if contact.way == GATEWAY:
                self._watched[bazaar_id].handed_over.append(fine)
        except StoreUnreachable:
            logger.warning("a message was sent, and the store cannot be told: it may come once more")
        finally:
            self._sending[contact.way] -= 1

    async def _tell_desk(self, bazaar_id: BazaarId) -> None:
        """Say how the gateway is, after it was given something; raises `StoreUnreachable`."""
        watched = self._watched[bazaar_id]
        if watched.handed_over:
            aside = len(await self.book(bazaar_id).aside())
            fine = aside == 0 and all(watched.handed_over)
            watched.handed_over.clear()
            await self._devices.report(bazaar_id, GATEWAY_DEVICE, DeviceState.OK if fine else DeviceState.FAULT, {"aside": aside})

    def _now(self) -> int:
        return self.letterbox.clock()


def _one(alert: Alert, contact: str) -> str:
    """An alert to one contact: claimed, sent and given up by itself."""
    return f"{alert.id}>{contact}"


def until_ms(room: Room) -> int:
    """When everything that alerts keep of a bazaar goes: a day after it has closed, and at the latest a day after it was to close."""
    planned = int(datetime.fromisoformat(room.plan.bazaar.closes).timestamp()) * MS_PER_SECOND
    return (min(planned, room.bazaar.at) if room.bazaar.closed else planned) + KEPT_AFTER_CLOSING_MS

"""Alerts as a resident asks for them and as they arrive: by the application's own loop, at a push service and at a gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from displays.alerts import contacts, delivery, service
from displays.alerts.contacts import CONTACTS_MAX
from displays.alerts.pages import ALERTS
from displays.alerts.webhook import read_gateway
from server.cli.equipment import Equipment
from server.core.values import BazaarId
from server.store.alert_book import MemoryAlertBook
from server.web.limits import Limits
from tests.displays.alerts.post import GATEWAY_SECRET, Post, claims_of, post
from tests.serving import Served, serving

PHONE = "+6281234567890"
UJI = BazaarId("uji")


@asynccontextmanager
async def at_the_bazaar(*, gateway: bool = True, limits: Limits | None = None) -> AsyncIterator[tuple[Served, Post]]:
    """A bazaar with counter 1 open, whose alerts go to the test's own services."""
    async with post() as office:
        messages = read_gateway(f"{office.url}/messages", GATEWAY_SECRET) if gateway else None
        equipment = Equipment(gateway=messages, push_services=(office.netloc,), operator="mailto:panitia@example.org")
        async with serving(equipment=equipment, limits=limits) as served:
            await served.submit("open_counter", counter=1)
            yield served, office


async def visit(served: Served, number: int = 1) -> str:
    """Somebody takes a number of line A; the address of the visit."""
    body = {"services": ["ktp"], "command_id": f"takes-a-number-{number:04d}"}
    async with served.session.post(f"{served.home}/tickets", json=body) as answer:
        assert 201 == answer.status
        return f"{served.home}/visit/{(await answer.json())['visit']}"


async def ask(served: Served, page: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """Ask to be told; status and answer."""
    async with served.session.post(f"{page}/alerts", json=body) as answer:
        return answer.status, await answer.json()


async def call(served: Served) -> None:
    """Counter 1 calls the next."""
    await served.submit("next", counter=1, seen=served.room.bazaar.counters[1].serving)  # type: ignore[index]  # a number


async def test_a_push_at_the_call() -> None:
    """The call comes to the phone, encrypted for it, with counter and address, by a sender that proves who it is."""
    async with at_the_bazaar() as (served, office):
        page = await visit(served)
        assert 201 == (await ask(served, page, ahead=0, push=office.subscription()))[0]
        await call(served)
        [one] = await office.until(received=1)
    assert ("A-001: loket 1", "A-001") == (one.message["title"], one.message["tag"])
    assert page.endswith(one.message["url"])
    claims = claims_of(one.headers["Authorization"])
    assert ("mailto:panitia@example.org", office.url) == (claims["sub"], claims["aud"])
    assert ("300", "high") == (one.headers["TTL"], one.headers["Urgency"])


async def test_a_message_when_near() -> None:
    """A gateway is told whose turn is near, for whom and in how many people, signed as its maker checks it."""
    async with at_the_bazaar() as (served, office):
        await visit(served)
        await visit(served, 2)
        page = await visit(served, 3)
        assert 201 == (await ask(served, page, ahead=1, phone="0812-3456-7890"))[0]
        await call(served)
        [one] = await office.until(received=1)
    assert ("ticket.near", PHONE, "A-003", 1) == (one.message["type"], *(one.message["data"][key] for key in ("to", "ticket", "ahead")))
    assert "A-003: giliran Anda sudah dekat. Orang di depan Anda: 1. Silakan datang ke tempat layanan." == one.message["data"]["text"]


async def test_what_is_so_already_is_no_news() -> None:
    """Whoever asks while first in line is not told of what the page just said, but of the call."""
    async with at_the_bazaar() as (served, office):
        page = await visit(served)
        await ask(served, page, ahead=3, phone=PHONE)
        await call(served)
        [one] = await office.until(received=1)
    assert "ticket.called" == one.message["type"]


async def test_tried_again_under_the_same_id() -> None:
    """A gateway that is out of order is asked again until it takes the message, which has one id all the time."""
    async with at_the_bazaar() as (served, office):
        office.answers = [503, 500, 429]
        await ask(served, await visit(served), ahead=0, phone=PHONE)
        await call(served)
        [one] = await office.until(tries=4, received=1)
        await call(served)
    assert one.headers["webhook-id"].startswith("msg_")


async def test_given_up_and_set_aside() -> None:
    """What a gateway refuses, or does not take after all tries, is set aside, and the desk's list of devices says so."""
    async with at_the_bazaar() as (served, office):
        office.answers = [400, *[503] * delivery.TRIES_MAX]
        await ask(served, await visit(served), ahead=0, phone=PHONE)
        await ask(served, await visit(served, 2), ahead=0, phone=PHONE)
        await call(served)
        await office.until(tries=1)
        await call(served)
        await office.until(tries=1 + delivery.TRIES_MAX)
        book = served.app[ALERTS].book(UJI)
        async with asyncio.timeout(30):
            while len(aside := await book.aside()) < 2:
                await asyncio.sleep(0)
    assert ["HTTP 400", "HTTP 503"] == [delivery.Task.decoded(job.payload).why for job in aside]
    assert all(PHONE.encode() not in job.payload for job in aside)


async def test_a_subscription_that_is_gone() -> None:
    """A push service that says that the phone is gone is not asked again; the visit's other phone is still told."""
    async with at_the_bazaar() as (served, office):
        page = await visit(served)
        await ask(served, page, ahead=0, push=office.subscription("/push/gone"))
        await ask(served, page, ahead=0, phone=PHONE)
        office.gone = True
        await call(served)
        [one] = await office.until(tries=2, received=1)
        async with asyncio.timeout(30):
            while len(kept := await served.app[ALERTS].book(UJI).contacts()) > 1:
                await asyncio.sleep(0)
    assert ("ticket.called", 1) == (one.message["type"], len(kept))


async def test_erased_when_asked() -> None:
    """Whoever has it erased is kept no more and told no more, also of what was on its way."""
    async with at_the_bazaar() as (served, office):
        page, other = await visit(served), await visit(served, 2)
        await ask(served, page, ahead=0, phone=PHONE)
        async with served.session.delete(f"{page}/alerts") as answer:
            assert {"contacts": []} == await answer.json()
        await ask(served, other, ahead=0, phone=PHONE)
        await call(served)
        await call(served)
        [one] = await office.until(received=1)
    assert "A-002" == one.message["data"]["ticket"]


async def test_what_is_kept() -> None:
    """The resident sees what is kept, without the number in full; the store has neither the number nor the phone's address in clear."""
    async with at_the_bazaar() as (served, office):
        page = await visit(served)
        await ask(served, page, ahead=2, phone=PHONE)
        await ask(served, page, ahead=3, push=office.subscription())
        async with served.session.get(f"{page}/alerts") as answer:
            kept = await answer.json()
        sealed = b"".join((await served.app[ALERTS].book(UJI).contacts()).values())
    shown = sorted(kept["contacts"], key=lambda contact: str(contact["kind"]))
    assert [{"kind": "phone", "ahead": 2, "phone": "+62…890"}, {"kind": "push", "ahead": 3}] == shown
    assert kept["gateway"]
    assert not any(word.encode() in sealed for word in (PHONE, office.netloc, "push"))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ahead": 21, "phone": PHONE}, "ahead"),
        ({"ahead": True, "phone": PHONE}, "ahead"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "+62812345\r\nX: y"}, "phone"),
        ({"push": "https://fcm.googleapis.com/x"}, "push"),
        ({"push": {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}}, "push.keys"),
        ({}, "phone"),
    ],
)
async def test_bad_wishes(body: dict[str, Any], field: str) -> None:
    """What cannot be used is refused by the name of its field, and nothing is kept."""
    async with at_the_bazaar() as (served, _office):
        page = await visit(served)
        status, answer = await ask(served, page, **body)
        assert (422, field) == (status, answer["field"])
        assert {} == await served.app[ALERTS].book(UJI).contacts()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://fcm.googleapis.com:6379/x",
        "https://user@fcm.googleapis.com@evil.example/x",
        "https://[::1/x",
        "file:///etc/passwd",
        "https://..fcm.googleapis.com/x",
        f"https://{'a' * 64}.fcm.googleapis.com/x",
        "https://evil.example\\.fcm.googleapis.com/x",
        "https://\ud800.fcm.googleapis.com/x",
        "https://fcm.googleapis.com/\ud800",
        "https://evil.example\t.fcm.googleapis.com/x",
    ],
)
async def test_nothing_is_posted_elsewhere(endpoint: str) -> None:
    """An address that is no browser maker's push service is refused: the hub posts to no host that a stranger names."""
    async with at_the_bazaar() as (served, office):
        status, answer = await ask(served, await visit(served), push={**office.subscription(), "endpoint": endpoint})
        assert (422, "push.endpoint") == (status, answer["field"])


async def test_one_who_cannot_be_told_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that no resolver can even look up counts as one that does not answer: the loop goes on and tells the others."""
    monkeypatch.setattr(contacts, "_is_push_service", lambda endpoint, own: True)
    async with at_the_bazaar() as (served, office):
        page = await visit(served)
        await ask(served, page, ahead=0, push={**office.subscription(), "endpoint": "https://..fcm.googleapis.com/x"})
        await ask(served, page, ahead=0, phone=PHONE)
        await call(served)
        await office.until(received=1)
        await served.submit("recall", counter=1, ticket="A-001")
        received = await office.until(received=2)
    assert [1, 2] == [one.message["data"]["calls"] for one in received]


async def test_a_form_that_asks_for_too_many_people_ahead() -> None:
    """Thousands of digits are no number of people: the form is refused like any other that says nonsense."""
    async with at_the_bazaar() as (served, _office):
        page = await visit(served)
        async with served.session.post(f"{page}/alerts", data={"phone": PHONE, "ahead": "9" * 5000}) as answer:
            assert 422 == answer.status


def test_a_name_tells_no_number() -> None:
    """A contact's name stands in the store unsealed: without the secret nobody finds its number by trying all that there are."""
    contact = contacts.Contact(ahead=0, lang="id", phone=PHONE)
    ours, others = contacts.Seal(b"a" * 32), contacts.Seal(b"b" * 32)
    assert ours.name_of(contact) == ours.name_of(contacts.Contact(ahead=3, lang="en", phone=PHONE))
    assert ours.name_of(contact) != others.name_of(contact)


async def test_a_family_has_few_phones() -> None:
    """A visit keeps a bounded number of contacts; asking again for the same one is no further one."""
    async with at_the_bazaar() as (served, _office):
        page = await visit(served)
        for number in (*range(CONTACTS_MAX), 0):
            assert 201 == (await ask(served, page, phone=f"+628123456{number:03d}"))[0]
        status, answer = await ask(served, page, phone=PHONE)
        assert (422, "contacts") == (status, answer["field"])


async def test_no_gateway_no_numbers() -> None:
    """Where no gateway takes messages, no phone number is kept for nothing."""
    async with at_the_bazaar(gateway=False) as (served, _office):
        status, answer = await ask(served, await visit(served), phone=PHONE)
        assert (422, "phone") == (status, answer["field"])


async def test_erased_a_day_after_closing() -> None:
    """Closing the bazaar sets the time at which everything is erased: a day later."""
    async with at_the_bazaar() as (served, _office):
        page = await visit(served)
        await ask(served, page, ahead=0, phone=PHONE)
        book = served.app[ALERTS].book(UJI)
        assert isinstance(book, MemoryAlertBook)
        planned = book.until_ms
        await served.submit("close_bazaar")
        async with asyncio.timeout(30):
            while book.until_ms == planned:
                await asyncio.sleep(0)
        assert served.room.bazaar.at + service.KEPT_AFTER_CLOSING_MS == book.until_ms

"""Alerts where somebody hangs, is away or asks with a crowd: nobody else goes without."""

import pytest

from displays.alerts import service
from displays.alerts.pages import ALERTS
from server.store.errors import StoreUnreachable
from server.web.limits import Limits
from tests.displays.alerts.test_alerts import PHONE, UJI, ask, at_the_bazaar, call, visit


async def test_a_gateway_that_hangs_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a gateway takes messages and says nothing, and more wait for it, phones with a push service are told as always."""
    monkeypatch.setattr(service, "AT_ONCE_MAX", 1)
    async with at_the_bazaar() as (served, office):
        office.silent = True
        page = await visit(served)
        for number in range(2):
            await ask(served, page, ahead=0, phone=f"+628123456{number:03d}")
        await ask(served, page, ahead=0, push=office.subscription())
        await call(served)
        await office.until(tries=2, received=1)
        await served.submit("recall", counter=1, ticket="A-001")
        told = await office.until(received=2)
        assert ["A-001: loket 1"] * 2 == [one.message["title"] for one in told]
        assert 3 == office.tries, "of the gateway's messages one is on its way, the others wait"


async def test_the_store_goes_while_a_message_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store cannot be told that a message is out, the loop goes on, and tells of what happens then."""
    async with at_the_bazaar() as (served, office):
        await ask(served, await visit(served), ahead=0, phone=PHONE)
        book = served.app[ALERTS].book(UJI)
        done = book.done
        lost: list[str] = []

        async def lose_the_first(job: str) -> None:
            if not lost:
                lost.append(job)
                raise StoreUnreachable("away")
            await done(job)

        monkeypatch.setattr(book, "done", lose_the_first)
        await call(served)
        await office.until(received=1)
        await served.submit("recall", counter=1, ticket="A-001")
        told = await office.until(received=2)
        assert [1, 2] == [one.message["data"]["calls"] for one in told]


async def test_a_crowd_of_one_address_asks() -> None:
    """Phones that took their numbers at a kiosk have no name of their own; each asks by its visit, whoever else asks at that address."""
    async with at_the_bazaar(limits=Limits(burst=1, per_minute=1)) as (served, _office):
        headers = {"Authorization": f"Bearer {served.keys.kiosks[1]}"}
        for number in range(3):
            body = {"services": ["ktp"], "command_id": f"takes-a-number-{number:04d}"}
            async with served.session.post(f"{served.home}/tickets", json=body, headers=headers) as answer:
                page = f"{served.home}/visit/{(await answer.json())['visit']}"
            assert 201 == (await ask(served, page, ahead=0, phone=PHONE))[0]

"""What residents do with their own tickets over HTTP, and only with their own."""

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from server.core.values import Label, TicketState
from tests.displays.residents import command_id_on, phone, take
from tests.serving import Served, serving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """The bazaar of the stories, counter 1 open."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        yield bazaar


async def change(session: aiohttp.ClientSession, served: Served, url: str, **wish: object) -> tuple[int, dict[str, Any]]:
    """Ask for a change of a ticket; status and answer."""
    async with session.post(f"{served.url}{url}/commands", json={"command_id": "phone-command-000009", **wish}) as answer:
        return answer.status, await answer.json()


async def test_hold_and_return(served: Served) -> None:
    """Who will be late sets the ticket aside and takes it up again; the answer says where that stands in the log."""
    async with phone() as own:
        _, taken = await take(own, served)
        status, answer = await change(own, served, taken["url"], do="hold", ticket="A-001")
        assert (200, [["ticket_held", {"ticket": "A-001"}]]) == (status, answer["events"])
        assert served.room.offset == answer["offset"]
        await change(own, served, taken["url"], do="return", ticket="A-001", command_id="phone-command-000010")
    assert TicketState.WAITING is served.room.bazaar.tickets[Label("A-001")].state


async def test_cancel_by_form(served: Served) -> None:
    """Leaving the line works as a form, and leads back to the visit's page."""
    async with phone() as own:
        _, taken = await take(own, served)
        form = {"do": "cancel", "ticket": "A-001", "command_id": await command_id_on(own, f"{served.url}{taken['url']}")}
        async with own.post(f"{served.url}{taken['url']}/commands", data=form, allow_redirects=False) as answer:
            assert (303, taken["url"]) == (answer.status, answer.headers["Location"])
    assert TicketState.CANCELLED is served.room.bazaar.tickets[Label("A-001")].state


async def test_refused_form_says_why(served: Served) -> None:
    """A form that is refused shows the page again, with the reason at its ticket."""
    async with phone() as own:
        _, taken = await take(own, served)
        form = {"do": "return", "ticket": "A-001", "command_id": "phone-command-000011"}
        async with own.post(f"{served.url}{taken['url']}/commands", data=form) as answer:
            assert 409 == answer.status
            assert re.search(r"data-answer>[^<]*A-001", await answer.text())


async def test_somebody_elses_ticket(served: Served) -> None:
    """A visit's token is good for its own tickets only."""
    await served.submit("issue", services=["ktp"])
    async with phone() as own:
        _, taken = await take(own, served)
        status, answer = await change(own, served, taken["url"], do="cancel", ticket="A-001")
    assert (403, "not_yours") == (status, answer["code"])
    assert TicketState.WAITING is served.room.bazaar.tickets[Label("A-001")].state


async def test_somebody_elses_command(served: Served) -> None:
    """What another phone has sent under a command_id is not told as one's own: to the log both are phones, but the tickets differ."""
    async with phone() as one, phone() as other:
        _, first = await take(one, served)
        _, second = await take(other, served, command_id="phone-command-000002")
        await change(one, served, first["url"], do="cancel", ticket="A-001")
        status, answer = await change(other, served, second["url"], do="cancel", ticket="A-002")
    assert (409, "not_allowed") == (status, answer["code"])
    assert TicketState.WAITING is served.room.bazaar.tickets[Label("A-002")].state


@pytest.mark.parametrize("do", ["next", "rate", "finish", 7, None, ["hold"]])
async def test_officers_orders(served: Served, do: object) -> None:
    """A resident's page carries out nothing but a resident's orders."""
    async with phone() as own:
        _, taken = await take(own, served)
        status, answer = await change(own, served, taken["url"], do=do, ticket="A-001")
    assert (422, "do") == (status, answer["field"])


@pytest.mark.parametrize("ticket", ["A-999", 7, None, ["A-001"]])
async def test_no_ticket(served: Served, ticket: object) -> None:
    """What is no ticket of the visit is not the visit's."""
    async with phone() as own:
        _, taken = await take(own, served)
        status, _ = await change(own, served, taken["url"], do="hold", ticket=ticket)
    assert 403 == status


async def test_forged_token(served: Served) -> None:
    """A visit's public id opens nothing without the code behind it."""
    async with phone() as own:
        _, taken = await take(own, served)
        visit = taken["visit"].rpartition(".")[0]
        assert 404 == (await change(own, served, f"/uji/visit/{visit}.x", do="cancel", ticket="A-001"))[0]
        async with own.get(f"{served.home}/visit/{visit}") as page:
            assert 404 == page.status

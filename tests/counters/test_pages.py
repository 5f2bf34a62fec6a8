"""What officers and the organiser press, over HTTP: who may, what they are told, and that it works without scripts."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from server.core.values import KIOSKS, CounterNumber, CounterState, Label, TicketState
from tests.serving import Served, serving

PAGE = {"Accept": "text/html"}
ID = "press-000000000000001"


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar with counter 1 open and two tickets of its line."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("issue", services=["ktp"])
        await bazaar.submit("issue", services=["kk"])
        yield bazaar


async def press(served: Served, key: str, body: object, path: str = "counter/1") -> tuple[int, dict[str, object]]:
    """Post a command as JSON; status and answer."""
    async with served.session.post(f"{served.home}/{path}/commands", json=body, headers=served.bearer(key)) as answer:
        return answer.status, await answer.json()


async def page(served: Served, path: str, key: str) -> str:
    """A page's text."""
    async with served.session.get(f"{served.home}/{path}", headers={**PAGE, **served.bearer(key)}) as answer:
        assert 200 == answer.status, await answer.text()
        return await answer.text()


def form_of(text: str, do: str) -> dict[str, str]:
    """The hidden fields of the first form with this command, as the server drew them."""
    form = re.search(rf'<form[^>]*data-command="{do}".*?</form>', text, re.DOTALL)
    assert form, do
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0].split("<button")[0]))


async def post_form(served: Served, key: str, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
    """Post a form without scripts; status, where to, text."""
    url = f"{served.home}/{path}/commands"
    async with served.session.post(url, data=fields, headers={**PAGE, **served.bearer(key)}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


# Officers


async def test_a_press_is_answered_with_its_events(served: Served) -> None:
    """200 with offset and events, by the counter itself; the counter comes from the path."""
    status, answer = await press(served, served.keys.counters[1], {"command_id": ID, "do": "next", "seen": None})
    assert (200, {"offset": 5, "events": [["ticket_called", {"ticket": "A-001", "counter": 1}]]}) == (status, answer)
    assert "A-001" == served.room.bazaar.counters[CounterNumber(1)].serving


async def test_the_same_press_again_is_the_same_answer(served: Served) -> None:
    """A press that is sent twice is one press."""
    body = {"command_id": ID, "do": "next", "seen": None}
    assert await press(served, served.keys.counters[1], body) == await press(served, served.keys.counters[1], body)
    assert TicketState.WAITING is served.room.bazaar.tickets[Label("A-002")].state


async def test_the_press_of_somebody_else(served: Served) -> None:
    """A command_id can be read in the public log: whoever sends another's is told so, and never that it was their own press."""
    body = {"command_id": ID, "do": "next", "seen": None}
    await press(served, served.keys.counters[1], body)
    for path, key in (("counter/2", served.keys.counters[2]), ("counter/1", served.keys.supervisor), ("desk", served.keys.admin)):
        status, answer = await press(served, key, {"command_id": ID, "do": "cancel", "ticket": "A-002"}, path)
        assert (409, "not_allowed") == (status, answer["code"])
    assert TicketState.WAITING is served.room.bazaar.tickets[Label("A-002")].state


async def test_a_refusal_is_a_409_with_its_sentence(served: Served) -> None:
    """A press that saw another state is refused as stale, with what is there now."""
    await press(served, served.keys.counters[1], {"command_id": ID, "do": "next", "seen": None})
    status, answer = await press(served, served.keys.counters[1], {"command_id": ID + "b", "do": "next", "seen": None})
    assert (409, "stale", "A-001") == (status, answer["code"], answer["serving"])
    assert answer["sentence"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"command_id": ID, "do": "next", "seen": None, "counter": 2}, "counter"),
        ({"command_id": ID, "do": "dance"}, "do"),
        ({"command_id": "short", "do": "next", "seen": None}, "command_id"),
        ({"command_id": ID, "do": "next"}, "seen"),
        ({"command_id": ID, "do": "next", "seen": 7}, "seen"),
        ([1], "body"),
    ],
)
async def test_what_is_no_command_is_a_422(served: Served, body: object, field: str) -> None:
    """What is no command names the field at fault, and leaves no trace in the log."""
    status, answer = await press(served, served.keys.counters[1], body)
    assert (422, "malformed", field) == (status, answer["code"], answer["field"])
    assert 4 == served.room.offset


async def test_only_the_counters_own_key(served: Served) -> None:
    """Counter 1 is pressed with counter 1's key; another counter's is 403, none is 401, a kiosk's is 403."""
    body = {"command_id": ID, "do": "next", "seen": None}
    assert 403 == (await press(served, served.keys.counters[2], body))[0]
    assert 403 == (await press(served, served.keys.kiosks[1], body))[0]
    assert 401 == (await press(served, "counter-1.forged", body))[0]
    async with served.session.post(f"{served.home}/counter/1/commands", json=body) as answer:
        assert 401 == answer.status
    for path in ("counter/1", "desk", "pair"):
        async with served.session.get(f"{served.home}/{path}", headers=PAGE) as answer:
            assert 401 == answer.status
    assert 4 == served.room.offset


async def test_a_counter_that_is_not_there(served: Served) -> None:
    """A number that the bazaar file does not give is 404, page and command."""
    assert 404 == (await press(served, served.keys.supervisor, {"command_id": ID, "do": "next", "seen": None}, "counter/99"))[0]
    async with served.session.get(f"{served.home}/counter/99", headers=served.bearer(served.keys.supervisor)) as answer:
        assert 404 == answer.status


async def test_a_supervisor_calls_out_of_order(served: Served) -> None:
    """Out of order is a supervisor's; on a tablet that is paired as both it is sent as the supervisor, and next as the counter."""
    body = {"command_id": ID, "do": "call_out_of_order", "ticket": "A-002", "reason": "medical"}
    status, answer = await press(served, served.keys.counters[1], body)
    assert (409, "not_allowed") == (status, answer["code"])
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as tablet:
        for key in (served.keys.counters[1], served.keys.supervisor):
            await (await tablet.get(f"{served.home}/pair/{key}", allow_redirects=False)).read()
        for number, wish in enumerate((body, {"do": "next", "seen": "A-002"}), start=2):
            async with tablet.post(f"{served.home}/counter/1/commands", json={**wish, "command_id": f"{ID}-{number}"}) as sent:
                assert 200 == sent.status, await sent.text()
    async with served.session.get(f"{served.home}/log?after=5", headers={"Accept": "application/x-ndjson"}) as log:
        assert ["supervisor", "counter/1"] == re.findall(r'"by": "([^"]*)"', await log.text())


async def test_another_sites_form_is_refused(served: Served) -> None:
    """A page of another site cannot press with this tablet's cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as tablet:
        await (await tablet.get(f"{served.home}/pair/{served.keys.counters[1]}", allow_redirects=False)).read()
        form = {"command_id": ID, "do": "next", "seen": ""}
        async with tablet.post(f"{served.home}/counter/1/commands", data=form, headers={"Origin": "http://elsewhere.example"}) as answer:
            assert 403 == answer.status
    assert 4 == served.room.offset


# Without scripts


async def test_the_tablets_page_without_scripts(served: Served) -> None:
    """The page shows who is there, and its forms press with what it showed: next, recall, hold, return, transfer, pause, open."""
    key = served.keys.counters[1]
    shown = await page(served, "counter/1", key)
    assert {"do": "next", "seen": ""} == {name: value for name, value in form_of(shown, "next").items() if name != "command_id"}
    assert (303, "/uji/counter/1") == (await post_form(served, key, "counter/1", form_of(shown, "next")))[:2]
    shown = await page(served, "counter/1", key)
    assert "data-serving>A-001<" in shown
    assert 303 == (await post_form(served, key, "counter/1", form_of(shown, "recall")))[0]
    assert 303 == (await post_form(served, key, "counter/1", form_of(shown, "hold")))[0]
    shown = await page(served, "counter/1", key)
    assert "A-001" == form_of(shown, "return")["ticket"]
    assert 303 == (await post_form(served, key, "counter/1", form_of(shown, "next")))[0]
    shown = await page(served, "counter/1", key)
    assert 303 == (await post_form(served, key, "counter/1", {**form_of(shown, "transfer"), "service": "skck"}))[0]
    assert 303 == (await post_form(served, key, "counter/1", {**form_of(shown, "pause_counter"), "reason": "Salat"}))[0]
    assert ("Salat", CounterState.PAUSED) == (
        served.room.bazaar.counters[CounterNumber(1)].reason,
        served.room.bazaar.counters[CounterNumber(1)].state,
    )
    shown = await page(served, "counter/1", key)
    assert 303 == (await post_form(served, key, "counter/1", form_of(shown, "open_counter")))[0]


async def test_a_refused_form_brings_the_page_with_the_sentence(served: Served) -> None:
    """A form sent from a page that is out of date comes back with the page of now and the refusal in words."""
    key = served.keys.counters[1]
    shown = await page(served, "counter/1", key)
    await served.submit("next", by="counter/1", counter=1, seen=None)
    status, _, text = await post_form(served, key, "counter/1", form_of(shown, "next"))
    assert 409 == status
    assert re.search(r"data-refused>[^<]+<", text)
    assert "data-serving>A-001<" in text


async def test_only_a_supervisor_sees_out_of_order(served: Served) -> None:
    """The list of reasons is on the page only where a supervisor is paired."""
    assert 'data-command="call_out_of_order"' not in await page(served, "counter/1", served.keys.counters[1])
    shown = await page(served, "counter/1", served.keys.supervisor)
    assert ["A-001", "A-002"] == re.findall(r'<option data-key="([^"]+)"', shown)
    assert ["medical", "vulnerable", "correction"] == re.findall(r'name="reason" value="(\w+)"', shown)[-3:]


# The organiser


async def test_the_desk_works_every_counter_and_service(served: Served) -> None:
    """The desk opens, pauses and closes counters, closes and reopens services, and announces; the log says `desk`."""
    key = served.keys.admin
    wishes: list[dict[str, object]] = [
        {"do": "open_counter", "counter": 2},
        {"do": "pause_counter", "counter": 2, "reason": ""},
        {"do": "close_counter", "counter": 2},
        {"do": "close_service", "service": "kk"},
        {"do": "reopen_service", "service": "kk"},
        {"do": "announce", "text": "Kunci tertinggal", "scope": "bazaar", "minutes": 5},
        {"do": "end_announcement", "id": "desk-0000000000000005"},
        {"do": "cancel", "ticket": "A-002"},
        {"do": "close_bazaar"},
    ]
    for number, wish in enumerate(wishes):
        status, answer = await press(served, key, {"command_id": f"desk-{number:016d}", **wish}, "desk")
        assert 200 == status, answer
    async with served.session.get(f"{served.home}/log?after=4", headers={"Accept": "application/x-ndjson"}) as log:
        assert ["desk"] * len(wishes) == re.findall(r'"by": "([^"]*)"', await log.text())


async def test_the_desk_is_not_an_officers(served: Served) -> None:
    """A counter's key opens neither the desk nor its commands."""
    assert 403 == (await press(served, served.keys.counters[1], {"command_id": ID, "do": "open_counter", "counter": 2}, "desk"))[0]
    async with served.session.get(f"{served.home}/desk", headers=served.bearer(served.keys.counters[1])) as answer:
        assert 403 == answer.status


async def test_the_desks_page_without_scripts(served: Served) -> None:
    """The desk shows every counter and line, and its forms work: numbers are numbers, a button may say what to do."""
    key = served.keys.admin
    shown = await page(served, "desk", key)
    assert ["1", "2", "3", "4"] == re.findall(r'class="tile" data-counter="(\d+)"', shown)
    assert ["A", "B", "C"] == re.findall(r'<tr data-line="(\w+)"', shown)
    said = {**form_of(shown, "announce"), "text": "Kunci tertinggal", "scope": "bazaar", "minutes": "5"}
    assert (303, "/uji/desk") == (await post_form(served, key, "desk", said))[:2]
    assert "Kunci tertinggal" in await page(served, "desk", key)
    assert 303 == (await post_form(served, key, "desk", {"command_id": ID, "ticket": "A-002", "do": "cancel"}))[0]
    assert TicketState.CANCELLED is served.room.bazaar.tickets[Label("A-002")].state
    status, _, text = await post_form(served, key, "desk", {**said, "command_id": ID + "b", "minutes": "many"})
    assert 422 == status
    assert re.search(r"data-refused>[^<]*minutes[^<]*<", text)


async def test_the_pairing_sheet(served: Served) -> None:
    """The organiser, and nobody else, gets a card for every counter and kiosk and one for supervisors; each link pairs."""
    shown = await page(served, "pair", served.keys.admin)
    cards = dict(re.findall(r'data-pair="([^"]+)" data-link="([^"]+)"', shown))
    assert [f"counter/{n}" for n in (1, 2, 3, 4)] + [f"kiosk/{n}" for n in range(1, KIOSKS + 1)] + ["supervisor"] == list(cards)
    assert len(cards) == shown.count("<svg")
    for principal, link in cards.items():
        async with served.session.get(link, allow_redirects=False) as answer:
            assert 303 == answer.status
            assert answer.headers["Location"].endswith("/desk" if principal == "supervisor" else principal)
    async with served.session.get(f"{served.home}/pair", headers=served.bearer(served.keys.supervisor)) as answer:
        assert 403 == answer.status


async def test_pages_have_no_inline_scripts_or_styles(served: Served) -> None:
    """Under the strict policy nothing inline would run: there is none."""
    for path in ("counter/1", "desk", "pair"):
        shown = await page(served, path, served.keys.admin)
        assert not re.search(r"<style|\sstyle=|\son\w+=", shown), path
        assert all('type="application/json"' in tag or "src=" in tag for tag in re.findall(r"<script[^>]*>", shown)), path

"""Numbers on paper: handed out by staff in order, found again by the phone that reads their code, and by nobody else."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import aiohttp
import pytest

from server.core.plan import Plan
from server.core.values import Label, Lane
from server.web.credentials import Credentials, scope_of
from server.web.limits import Limits
from server.web.rolls import AT_ONCE_MAX, paper_of, paper_path, papers_of
from tests.displays.residents import command_id_on, phone
from tests.scenarios import CONFIG
from tests.serving import SECRET, Served, serving

CREDENTIALS = Credentials(SECRET)
COMMAND_ID = "paper-command-000001"


def config() -> Mapping[str, Any]:
    """The stories' bazaar; line A has its numbers on paper."""
    dukcapil, polsek = cast(list[dict[str, Any]], CONFIG["agencies"])
    return {**CONFIG, "agencies": [{**dukcapil, "lines": [dukcapil["lines"][0] | {"paper": True}]}, polsek]}


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Counter 1 is open; nothing is handed out."""
    async with serving(config=config()) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        yield bazaar


def address(served: Served, number: int, lane: Lane = Lane.REGULAR) -> str:
    """What the QR code of a paper says."""
    scope = scope_of("uji", served.room.epoch)
    (paper,) = papers_of(served.room.plan.line("A"), lane, number, number)
    return served.url + paper_path("uji", CREDENTIALS, scope, paper)


async def give(served: Served, key: str, **form: object) -> tuple[int, str]:
    """Staff hand out numbers; status and page."""
    data = {"command_id": COMMAND_ID, "line": "A", "lane": "regular", "first": "1", "count": "1", **form}
    async with served.session.post(f"{served.home}/rolls", data=data, headers=served.bearer(key)) as answer:
        return answer.status, await answer.text()


async def begin(own: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    """The holder of a paper begins its number; status and where that leads."""
    form = {"command_id": await command_id_on(own, url)}
    async with own.post(url, data=form, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def page_of(own: aiohttp.ClientSession, url: str) -> tuple[int, str, str]:
    """Status, page, and the address that it was in the end."""
    async with own.get(url) as answer:
        return answer.status, await answer.text(), str(answer.url)


@pytest.mark.parametrize("who", ["counter", "kiosk", "supervisor", "admin"])
async def test_staff_hand_out(served: Served, who: str) -> None:
    """An officer, a kiosk's helper, a supervisor and the organiser hand out numbers; their papers then open their visits."""
    keys = {
        "counter": served.keys.counters[1],
        "kiosk": served.keys.kiosks[1],
        "supervisor": served.keys.supervisor,
        "admin": served.keys.admin,
    }
    status, page = await give(served, keys[who], count="3")
    assert 200 == status
    assert "data-given" in page
    assert ["A-001", "A-002", "A-003"] == list(served.room.bazaar.tickets)
    async with phone() as own:
        status, page, url = await page_of(own, address(served, 2))
    assert (200, ["A-002"]) == (status, re.findall(r'data-ticket="([^"]+)"', page))
    assert f"{served.home}/visit/" in url
    assert {"counter": "counter/1", "kiosk": "kiosk/1", "supervisor": "supervisor", "admin": "desk"}[who].encode() in (
        await served.room.read(0, 100)
    )[-1]


async def test_the_way_there_and_back(served: Served) -> None:
    """The tablet of an agency with a roll leads to the page of rolls, and that leads back to the tablet; others have no use for it."""
    links = {}
    for number, path in ((1, "/counter/1"), (3, "/counter/3"), (1, "/rolls")):
        async with served.session.get(f"{served.home}{path}", headers=served.bearer(served.keys.counters[number])) as answer:
            links[path] = re.findall(r'href="([^"]+)" data-(?:rolls|back)', await answer.text())
    assert {"/counter/1": ["/uji/rolls"], "/counter/3": [], "/rolls": ["/uji/counter/1"]} == links


async def test_pressed_twice(served: Served) -> None:
    """The same press sent twice hands out the numbers once; a press of somebody who saw an older page hands out none."""
    assert 200 == (await give(served, served.keys.admin))[0]
    assert 200 == (await give(served, served.keys.admin))[0]
    status, page = await give(served, served.keys.admin, command_id="paper-command-000002")
    assert 409 == status
    assert re.search(r"data-fault>[^<]*2", page)
    assert ["A-001"] == list(served.room.bazaar.tickets)


async def test_the_same_press_with_another_count(served: Served) -> None:
    """Who goes back in the browser and asks for more by the same press is told what that press gave out."""
    await give(served, served.keys.admin)
    status, page = await give(served, served.keys.admin, count="5")
    assert (200, ["A-001"]) == (status, list(served.room.bazaar.tickets))
    assert "A-005" not in page


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"line": "B"}, 404),
        ({"line": "Z"}, 404),
        ({"lane": "vip"}, 404),
        ({"count": "0"}, 422),
        ({"count": str(AT_ONCE_MAX + 1)}, 422),
        ({"count": "x"}, 422),
        ({"first": "-1"}, 422),
        ({"command_id": "short"}, 422),
    ],
)
async def test_bad_hand_out(served: Served, form: dict[str, str], status: int) -> None:
    """What makes no sense hands out nothing, and the page says why."""
    given, page = await give(served, served.keys.admin, **form)
    assert status == given
    assert "data-fault" in page
    assert {} == served.room.bazaar.tickets


async def test_residents_hand_out_nothing(served: Served) -> None:
    """Without a key nobody sees the rolls, hands out numbers or prints sheets; sheets are the organiser's alone."""
    async with phone(served) as own:
        async with own.get(f"{served.home}/rolls") as answer:
            assert 401 == answer.status
        async with own.post(f"{served.home}/rolls", data={"line": "A"}) as answer:
            assert 401 == answer.status
        for key, status in ((served.keys.counters[1], 403), (served.keys.admin, 200)):
            headers = served.bearer(key)
            async with own.get(f"{served.home}/rolls/A?from=1&to=3", headers=headers) as answer:
                assert status == answer.status


async def test_not_given_out_yet(served: Served) -> None:
    """A paper that nobody was given says so; far up the roll its holder is sent to staff, and cannot begin it."""
    async with phone() as own:
        status, page, _ = await page_of(own, address(served, 9))
        assert 200 == status
        assert "data-not-out" in page
        assert "data-ask" in page
        assert "data-begin" not in page
        async with own.post(address(served, 9), data={"command_id": COMMAND_ID}) as answer:
            assert "data-ask" in await answer.text()
    assert {} == served.room.bazaar.tickets


async def test_the_holder_begins_it(served: Served) -> None:
    """Whoever holds one of the next numbers begins it; those before it on the roll are begun too, each a visit of its own."""
    async with phone() as own:
        status, place = await begin(own, address(served, 3))
        assert 303 == status
        _, page, _ = await page_of(own, served.url + place)
        assert ["A-003"] == re.findall(r'data-ticket="([^"]+)"', page)
        assert (303, place) == await begin_again(own, address(served, 3))
    tickets = served.room.bazaar.tickets
    assert ["A-001", "A-002", "A-003"] == list(tickets)
    assert 3 == len({ticket.visit for ticket in tickets.values()})
    assert b"phone" in (await served.room.read(0, 100))[-1]


async def begin_again(own: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    """A second press on a page that is out of date by now."""
    async with own.post(url, data={"command_id": "paper-command-000009"}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_priority_roll(served: Served) -> None:
    """A roll of the priority lane is one of its own."""
    assert 200 == (await give(served, served.keys.admin, lane="priority"))[0]
    async with phone() as own:
        _, page, _ = await page_of(own, address(served, 1, Lane.PRIORITY))
    assert 'data-ticket="AP-001"' in page


async def test_not_guessed(served: Served) -> None:
    """Who knows a number, its visit's id from the log, or another paper cannot make the address of a paper."""
    await give(served, served.keys.admin)
    mine = address(served, 1)
    code = mine.rpartition(".")[2]
    visit = served.room.bazaar.tickets[Label("A-001")].visit
    assert code not in visit
    async with phone() as own:
        for name in ("A-001", "A-001.", f"A-002.{code}", f"A-1.{code}", f"AP-001.{code}", f"A-001.{visit}", f"Z-001.{code}", "é.é"):
            assert 404 == (await page_of(own, f"{served.home}/paper/{name}"))[0], name


def test_other_labels() -> None:
    """Only a label as it is printed, of a line with a roll, names a paper."""
    plan = Plan.from_config(config())
    for label, known in (
        ("A-001", True),
        ("A-1000", True),
        ("A-01", False),
        ("A-\u0660\u0660\u0661", False),
        ("B-001", False),
        ("A-", False),
    ):
        paper = paper_of(plan, CREDENTIALS, "uji@x", f"{label}.{CREDENTIALS.paper_code('uji@x', label)}")
        assert known == (paper is not None), label


async def test_after_the_end(served: Served) -> None:
    """A paper that nobody was given before the end says that the bazaar is closed."""
    await served.submit("close_bazaar")
    async with phone() as own:
        _, page, _ = await page_of(own, address(served, 1))
    assert "data-bazaar-closed" in page
    assert "data-begin" not in page


async def test_a_crowd_with_papers() -> None:
    """A hall behind one address begins and changes its papers' numbers, each by its own allowance, however little strangers have."""
    async with serving(config=config(), limits=Limits(burst=1, per_minute=1)) as served:
        await _crowd(served)


async def _crowd(served: Served) -> None:
    await give(served, served.keys.admin, count="30")
    for number in range(1, 31):
        async with phone() as own:
            _, _, url = await page_of(own, address(served, number))
            body = {"command_id": f"phone-command-{number:06d}", "do": "hold", "ticket": f"A-{number:03d}"}
            async with own.post(f"{url}/commands", json=body) as answer:
                assert 200 == answer.status

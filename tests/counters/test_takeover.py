"""Taking over a counter, over HTTP: who may, and what the device is afterwards."""

from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest

from tests.serving import Served, serving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Counters 1 and 2 are one agency's, 3 and 4 another's."""
    async with serving() as bazaar:
        yield bazaar


@pytest.fixture
async def tablet() -> AsyncIterator[aiohttp.ClientSession]:
    """A device that keeps cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as device:
        yield device


async def pair(served: Served, tablet: aiohttp.ClientSession, *keys: str) -> None:
    """Open pairing links with the device."""
    for key in keys:
        async with tablet.get(f"{served.home}/pair/{key}", allow_redirects=False) as answer:
            assert 303 == answer.status


async def take(served: Served, tablet: aiohttp.ClientSession, number: int, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Take a counter over; status and where to."""
    async with tablet.post(f"{served.home}/counter/{number}/taken", headers=headers or {}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def opens(served: Served, tablet: aiohttp.ClientSession, numbers: Sequence[int] = (1, 2, 3, 4)) -> list[int]:
    """The counters whose pages the device may open."""
    return [number for number in numbers if (await tablet.get(f"{served.home}/counter/{number}")).status == 200]


async def test_a_counter_of_the_same_agency(served: Served, tablet: aiohttp.ClientSession) -> None:
    """The device becomes the tablet of the counter beside it and is that of its own no more; the same way leads back."""
    await pair(served, tablet, served.keys.counters[1])
    assert (303, "/uji/counter/2") == await take(served, tablet, 2)
    assert [2] == await opens(served, tablet)
    assert (303, "/uji/counter/1") == await take(served, tablet, 1)
    assert [1] == await opens(served, tablet)


async def test_another_agencys_counter(served: Served, tablet: aiohttp.ClientSession) -> None:
    """No officer takes a counter of another agency."""
    await pair(served, tablet, served.keys.counters[1])
    assert (403, "") == await take(served, tablet, 3)
    assert [1] == await opens(served, tablet)


async def test_a_supervisor_works_anywhere(served: Served, tablet: aiohttp.ClientSession) -> None:
    """A supervisor's device goes to any counter and stays a supervisor's."""
    await pair(served, tablet, served.keys.supervisor)
    assert (303, "/uji/counter/3") == await take(served, tablet, 3)
    assert [1, 2, 3, 4] == await opens(served, tablet)


async def test_nobody_else(served: Served, tablet: aiohttp.ClientSession) -> None:
    """A device that is not paired takes nothing, nor does a kiosk; a counter that is not there is none."""
    assert (401, "") == await take(served, tablet, 2)
    await pair(served, tablet, served.keys.kiosks[1])
    assert (403, "") == await take(served, tablet, 2)
    assert (404, "") == await take(served, tablet, 99)


async def test_not_by_another_site(served: Served, tablet: aiohttp.ClientSession) -> None:
    """A page of another site cannot move a tablet to another counter."""
    await pair(served, tablet, served.keys.counters[1])
    assert (403, "") == await take(served, tablet, 2, {"Origin": "http://elsewhere.example"})
    assert [1] == await opens(served, tablet)


async def test_the_page_offers_the_own_agencys_counters(served: Served) -> None:
    """An officer is offered the counters that may be taken, a supervisor all others."""
    for key, offered in ((served.keys.counters[1], [2]), (served.keys.supervisor, [2, 3, 4])):
        async with served.session.get(f"{served.home}/counter/1", headers=served.bearer(key)) as answer:
            text = await answer.text()
        assert offered == [number for number in (1, 2, 3, 4) if f'action="/uji/counter/{number}/taken"' in text]

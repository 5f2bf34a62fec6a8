"""The pages of the hall as a browser without scripts gets them."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from displays.hall_pages import pages_of
from server.core.plan import Plan
from server.core.verify import Fault, Figures, Verdict
from tests.scenarios import CONFIG, config_with
from tests.serving import Served, serving

COUNTERS = {"a": 2, "b": 2, "c": 3, "d": 8}


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counter 1 open, three people waiting for KTP, one of them called out of order."""
    async with serving(config=config_with(languages=["id", "jv", "en"])) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        for _ in range(3):
            await bazaar.submit("issue", services=["ktp"])
        await bazaar.submit("call_out_of_order", counter=1, ticket="A-002", reason="medical")
        yield bazaar


async def _get(served: Served, path: str, **headers: str) -> str:
    async with served.session.get(served.url + path, headers=headers) as answer:
        assert 200 == answer.status
        return await answer.text()


def _row(html: str, mark: str) -> str:
    """The text of the first element that has a mark, up to the end of its row or paragraph."""
    found = re.search(rf"<[^>]*{mark}[^>]*>(.*?)</(?:tr|p|ol|section)>", html, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_pages() -> None:
    """Five counters a page; an agency begins a new page where it would not fit, and a large one takes several."""
    numbers = iter(range(1, 100))
    agencies = [
        {
            "code": code,
            "name": code,
            "lines": [{"prefix": code.upper(), "services": [{"code": f"{code}-service", "name": code, "minutes": 5}]}],
            "counters": [{"number": next(numbers)} for _ in range(count)],
        }
        for code, count in COUNTERS.items()
    ]
    plan = Plan.from_config({**CONFIG, "agencies": agencies})
    expected = [[1, 2, 3, 4], [5, 6, 7], [8, 9, 10, 11, 12], [13, 14, 15]]
    assert expected == pages_of(plan, plan.screens[0])


async def test_only_bazaar(served: Served) -> None:
    """With one bazaar open the root leads to it."""
    async with served.session.get(served.url + "/", allow_redirects=False) as answer:
        assert (302, "/uji") == (answer.status, answer.headers["Location"])


async def test_no_bazaar_open(served: Served) -> None:
    """When the bazaar has closed the root says that none is open."""
    await served.submit("close_bazaar")
    assert "data-none" in await _get(served, "/")


async def test_landing_waits(served: Served) -> None:
    """The landing page tells how many wait in each line and for how long."""
    html = await _get(served, "/uji")
    assert "A 2 menunggu ± 15\N{EN DASH}45 menit" == _row(html, 'data-line="A"')
    assert "B 0 menunggu tidak ada loket buka sisa 3 nomor" == _row(html, 'data-line="B"')


async def test_landing_join(served: Served) -> None:
    """The way to a number is there as long as numbers are given out."""
    assert 'href="/uji/join" data-join' in await _get(served, "/uji")
    await served.submit("close_bazaar")
    html = await _get(served, "/uji")
    assert "data-join" not in html
    assert "data-closed" in html


async def test_language(served: Served) -> None:
    """The address chooses the language, and the choice is kept."""
    async with served.session.get(f"{served.url}/uji?lang=en") as answer:
        assert '<html lang="en">' in await answer.text()
        kept = answer.cookies["urut_lang"].value
    assert '<html lang="en">' in await _get(served, "/uji", Cookie=f"urut_lang={kept}")
    assert '<html lang="id">' in await _get(served, "/uji")


async def test_order_exceptions(served: Served) -> None:
    """A call out of order stands on the order page with its time, counter, reason and entry."""
    html = await _get(served, "/uji/order")
    assert re.fullmatch(r"\d\d\.\d\d\.\d\d A-002 1 keadaan medis #6", _row(html, 'data-label="A-002"'))


async def test_order_verdict(served: Served) -> None:
    """The order page says what the check of the whole log found, and shows the head that it found it for."""
    html = await _get(served, "/uji/order")
    assert 'data-ok="true"' in html
    assert f'data-head="{served.room.head}"' in html
    assert f"urut log verify {served.url}/uji/log --head {served.room.head[:8]}" == _row(html, "data-command")


async def test_order_fault(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that breaks a rule is said to, with the entry and the rule, where everybody reads it."""
    fault = Fault(offset=4, rule="lowest", sentence="A-002 was called before A-001.")

    async def broken(_room: object) -> Verdict:
        return Verdict(fault=fault, figures=Figures(entries=3), head="0123456789abcdef")

    monkeypatch.setattr("displays.hall_pages.verdict_of", broken)
    html = await _get(served, "/uji/order")
    assert 'data-ok="false"' in html
    assert "Tidak. Catatan ke-4 melanggar aturan. A-002 was called before A-001." == _row(html, "banner-danger")


async def test_order_figures(served: Served) -> None:
    """The order page counts the numbers of each line by what became of them."""
    assert "A Dukcapil 3 2 1 0 0 0 0 0 0" == _row(await _get(served, "/uji/order"), 'data-line="A"')


async def test_checked_once_in_a_while(served: Served) -> None:
    """However many people look, the log is not checked for each of them."""
    first = await _get(served, "/uji/order")
    head = served.room.head
    await served.submit("finish", counter=1, ticket="A-002")
    assert f'data-head="{head}"' in first
    assert f'data-head="{head}"' in await _get(served, "/uji/order")

"""What is known of residents: where it stands, and where it never does."""

import logging
from urllib.parse import urlsplit

import pytest

from tests.displays.alerts.test_alerts import PHONE, ask, at_the_bazaar, call, visit


async def test_what_is_personal_is_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    """A phone's number, its push address, the visit's token and the caller's address stand in no log, no metrics and no public view."""
    with caplog.at_level(logging.DEBUG):
        async with at_the_bazaar() as (served, office):
            page = await visit(served)
            subscription = office.subscription()
            await ask(served, page, ahead=0, phone=PHONE)
            await ask(served, page, ahead=0, push=subscription)
            office.answers = [503]
            await call(served)
            await office.until(tries=3, received=2)
            places = [f"{served.home}/{path}" for path in ("log", "views/hall", "views/line/A", "views/bazaar", "order", "devices")]
            told = []
            for place in (*places, f"{served.url}/metrics", f"{served.url}/readyz"):
                async with served.session.get(place, headers=served.bearer(served.keys.admin)) as answer:
                    told.append(await answer.text(errors="replace"))
    token = urlsplit(page).path.rpartition("/")[2]
    personal = (PHONE, PHONE.removeprefix("+62"), str(subscription["endpoint"]), token)
    # What the test's own client and gateway log is theirs.
    ours = [record.getMessage() for record in caplog.records if record.name.partition(".")[0] in ("server", "displays", "counters")]
    assert [] == [word for word in personal for text in (*told, *ours) if word in text]


async def test_all_that_is_held() -> None:
    """Whoever has the visit's page gets its numbers and where it asked to be told, as a file; nobody else's, and no number in full."""
    async with at_the_bazaar() as (served, _office):
        page, other = await visit(served), await visit(served, 2)
        await ask(served, page, ahead=3, phone=PHONE)
        async with served.session.get(f"{page}/data.json") as answer:
            assert answer.headers["Content-Disposition"].startswith("attachment")
            text, held = await answer.text(), await answer.json()
        assert ["A-001"] == [ticket["label"] for ticket in held["tickets"]]
        assert [("phone", 3)] == [(alert["kind"], alert["ahead"]) for alert in held["alerts"]]
        assert held["alerts_kept_until"] > served.room.bazaar.at
        assert PHONE not in text
        async with served.session.get(f"{other}/data.json") as answer:
            assert [] == (await answer.json())["alerts"]

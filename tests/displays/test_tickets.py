"""Taking numbers over HTTP: as JSON, as a form without scripts, by phones, kiosks and strangers."""

import re
from collections.abc import AsyncIterator

import pytest

from server.web.credentials import DEVICE_COOKIE, Credentials, scope_of
from server.web.keys import HUB
from server.web.limits import Limits
from server.web.pages import local_time
from tests.displays.residents import COMMAND_ID, command_id_on, phone, program, take
from tests.scenarios import config_with
from tests.serving import SECRET, Served, serving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """The bazaar of the stories, counters 1 and 3 open."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("open_counter", counter=3)
        yield bazaar


async def test_numbers_of_two_lines(served: Served) -> None:
    """One press gives one number for each line, the way to the visit's page, and how many people are ahead."""
    await served.submit("issue", services=["ktp"])
    async with phone() as own:
        status, answer = await take(own, served, services=["ktp", "kk", "skck"])
        assert 201 == status
        expected = [
            {"label": "A-002", "line": "A", "services": ["ktp", "kk"], "ahead": 1},
            {"label": "B-001", "line": "B", "services": ["skck"], "ahead": 0},
        ]
        assert expected == answer["tickets"]
        assert served.room.offset == answer["offset"]
        async with own.get(f"{served.url}{answer['url']}") as page:
            assert 200 == page.status
            assert "A-002" in await page.text()


async def test_log_says_phone(served: Served) -> None:
    """The log says that a phone asked, and nothing of which one."""
    async with phone(served) as own:
        await take(own, served)
        device = {cookie.key: cookie.value for cookie in own.cookie_jar}[DEVICE_COOKIE]
    records = await served.room.read(0, 100)
    assert b"phone" in records[-1]
    assert not any(device.encode() in record for record in records)


async def test_priority_lane(served: Served) -> None:
    """Who says that a reason of the list holds gets a priority number."""
    async with phone() as own:
        _, answer = await take(own, served, lane="priority")
    assert "AP-001" == answer["tickets"][0]["label"]


async def test_standing_in_for_somebody(served: Served) -> None:
    """Who comes for somebody else says so, as JSON or in the form, and it stands with the number."""
    async with phone() as own:
        await take(own, served, representing=True)
        form = {"command_id": "phone-command-000002", "services": "skck", "representing": "yes"}
        async with own.post(f"{served.home}/tickets", data=form) as answer:
            assert 200 == answer.status
        await take(own, served, services=["hilang"], command_id="phone-command-000003")
    assert [True, True, False] == [ticket.representing for ticket in served.room.bazaar.tickets.values()]


async def test_sent_twice(served: Served) -> None:
    """The same press of the same phone, sent again, is answered with the same numbers and the same page."""
    async with phone() as own:
        first = await take(own, served)
        assert first == await take(own, served)
    assert 1 == len(served.room.bazaar.tickets)


async def test_a_stranger_repeats_the_command(served: Served) -> None:
    """Who repeats a command_id that the public log shows is told nothing that opens the visit's page."""
    async with phone(served) as own, phone(served) as stranger, program() as other:
        _, answer = await take(own, served)
        attempts = [await take(stranger, served), await take(other, served)]
    for status, stolen in attempts:
        assert (409, "not_allowed") == (status, stolen["code"])
        assert answer["visit"] not in str(stolen)


async def test_a_program_without_cookies(served: Served) -> None:
    """A program that keeps no cookies is answered again at its own address, and nobody at another one is."""
    async with program() as own, program("127.0.0.2") as stranger:
        first = await take(own, served)
        assert 201 == first[0]
        assert first == await take(own, served)
        status, stolen = await take(stranger, served)
    assert (409, "not_allowed") == (status, stolen["code"])


async def test_a_stranger_repeats_the_command_of_a_kiosk(served: Served) -> None:
    """A phone whose cookie says that it is a kiosk is none."""
    async with phone() as kiosk, phone() as stranger:
        _, answer = await take(kiosk, served, key=served.keys.kiosks[1])
        headers = {"Cookie": f"{DEVICE_COOKIE}=kiosk/1"}
        body = {"command_id": COMMAND_ID, "services": ["ktp"]}
        async with stranger.post(f"{served.home}/tickets", json=body, headers=headers) as stolen:
            assert 409 == stolen.status
            assert answer["visit"] not in await stolen.text()


async def test_the_command_of_an_officer(served: Served) -> None:
    """A command_id under which something else was sent gives no numbers."""
    entry = await served.submit("open_counter", counter=2)
    async with phone() as own:
        status, answer = await take(own, served, command_id=entry.command_id)
    assert (409, "not_allowed") == (status, answer["code"])


async def test_more_for_the_same_visit(served: Served) -> None:
    """Errands are added to a visit by its token, also from another phone; the line it waits in is refused and named."""
    async with phone() as own, phone() as familys:
        _, first = await take(own, served)
        status, second = await take(familys, served, services=["skck"], visit=first["visit"], command_id="phone-command-000002")
        assert (201, first["visit"]) == (status, second["visit"])
        status, third = await take(familys, served, services=["kk"], visit=first["visit"], command_id="phone-command-000003")
    assert (409, "already_waiting", "A-001") == (status, third["code"], third["ticket"])


@pytest.mark.parametrize(
    ("wish", "status", "field"),
    [
        ({"services": []}, 422, "services"),
        ({"services": "ktp"}, 422, "services"),
        ({"services": [1]}, 422, "services.0"),
        ({"command_id": "short"}, 422, "command_id"),
        ({"command_id": None}, 422, "command_id"),
        ({"lane": "vip"}, 422, "lane"),
        ({"visit": 7}, 422, "visit"),
        ({"code": 7}, 422, "code"),
        ({"representing": "yes"}, 422, "representing"),
        ({"visit": "vAAAA.forged"}, 404, None),
        ({"visit": "v\ud800.x"}, 404, None),
        ({"services": ["nothing"]}, 409, None),
    ],
)
async def test_bad_wish(served: Served, wish: dict[str, object], status: int, field: str | None) -> None:
    """What makes no sense is answered with what is wrong, and gives no number."""
    async with phone() as own:
        given, answer = await take(own, served, **wish)
    assert (status, field) == (given, answer.get("field"))
    assert {} == served.room.bazaar.tickets


async def test_kiosk(served: Served) -> None:
    """A kiosk's numbers stand in the log as the kiosk's; the same press sent again gives the same ones."""
    async with phone() as kiosk:
        first = await take(kiosk, served, key=served.keys.kiosks[1])
        assert first == await take(kiosk, served, key=served.keys.kiosks[1])
    assert 201 == first[0]
    assert b"kiosk/1" in (await served.room.read(0, 100))[-1]


async def test_limit() -> None:
    """A phone that asks too often is told when to try again; a kiosk never is."""
    async with serving(limits=Limits(burst=1, per_minute=1)) as served, phone() as own:
        assert 201 == (await take(own, served))[0]
        assert 429 == (await take(own, served, command_id="phone-command-000002"))[0]
        assert 201 == (await take(own, served, command_id="phone-command-000003", key=served.keys.kiosks[1]))[0]


# The code of the day


async def test_code_of_the_day() -> None:
    """Where the hall shows a code, a phone needs it for its numbers, not for one more errand; a kiosk needs none."""
    async with serving(config=config_with(day_code=True)) as served, phone() as own:
        day = local_time(served.room, served.app[HUB].clock()).date()
        code = Credentials(SECRET).day_code(scope_of("uji", served.room.epoch), day)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for given in (wrong, "", None):
            status, answer = await take(own, served, code=given)
            assert (403, "wrong_code") == (status, answer["code"])
        status, taken = await take(own, served, code=code)
        assert 201 == status
        assert 201 == (await take(own, served, services=["skck"], visit=taken["visit"], command_id="phone-command-000002"))[0]
        assert 201 == (await take(own, served, command_id="phone-command-000003", key=served.keys.kiosks[1]))[0]


async def test_code_of_the_day_in_a_form() -> None:
    """Without scripts the page asks for the code too; a wrong one brings it back as it was filled in, and says so."""
    async with serving(config=config_with(day_code=True)) as served, phone() as own:
        async with own.get(f"{served.home}/join") as page:
            assert 'name="code"' in await page.text()
        form = {"command_id": COMMAND_ID, "services": "ktp", "code": "9x"}
        async with own.post(f"{served.home}/tickets", data=form) as answer:
            text = await answer.text()
        assert 403 == answer.status
        assert "data-fault" in text
        assert 'value="9x"' in text


async def test_an_errand_more_for_a_number_from_the_kiosk() -> None:
    """A phone that read a kiosk's code has no name of its own; it adds errands by its visit, whoever else asks at that address."""
    async with serving(limits=Limits(burst=1, per_minute=1)) as served, phone() as kiosk, phone() as own:
        _, taken = await take(kiosk, served, key=served.keys.kiosks[1])
        await take(own, served, command_id="phone-command-000002")
        added = await take(own, served, command_id="phone-command-000003", services=["skck"], visit=taken["visit"])
    assert (201, "B-001") == (added[0], added[1]["tickets"][0]["label"])


async def test_codes_are_not_guessed_without_end() -> None:
    """Who guesses on and on is told to wait, in words with the seconds."""
    async with serving(config=config_with(day_code=True)) as served, phone() as own:
        answers = [await take(own, served, code="x", command_id=f"phone-command-{number:06d}") for number in range(40)]
    status, answer = answers[-1]
    assert (429, "too_many") == (status, answer["code"])
    assert str(answer["seconds"]) in answer["sentence"]


async def test_another_site(served: Served) -> None:
    """A page of another site cannot take numbers in a resident's name."""
    async with phone() as own, own.post(f"{served.home}/tickets", json={}, headers={"Origin": "https://elsewhere.example"}) as answer:
        assert 403 == answer.status


# Forms, for phones without scripts


async def test_form(served: Served) -> None:
    """The form of the join page leads to the visit's page; pressed twice it leads to the same one."""
    async with phone() as own:
        form = [
            ("command_id", await command_id_on(own, f"{served.home}/join")),
            ("services", "ktp"),
            ("services", "skck"),
            ("lane", "regular"),
        ]
        places = []
        for _ in range(2):
            async with own.post(f"{served.home}/tickets", data=form, allow_redirects=False) as answer:
                assert 303 == answer.status
                places.append(answer.headers["Location"])
        assert 1 == len(set(places))
        async with own.get(f"{served.url}{places[0]}") as page:
            text = await page.text()
    assert all(f'data-ticket="{label}"' in text for label in ("A-001", "B-001"))


async def test_form_with_nothing_ticked(served: Served) -> None:
    """A form with nothing ticked comes back with what is wrong."""
    async with phone() as own, own.post(f"{served.home}/tickets", data={"command_id": COMMAND_ID}) as answer:
        assert 422 == answer.status
        assert "data-fault" in await answer.text()


async def test_form_refused(served: Served) -> None:
    """A refused form comes back as it was filled in, with the reason."""
    await served.submit("close_service", service="ktp")
    form = {"command_id": COMMAND_ID, "services": "ktp", "lane": "priority"}
    async with phone() as own, own.post(f"{served.home}/tickets", data=form) as answer:
        text = await answer.text()
    assert 409 == answer.status
    assert "data-fault" in text
    assert re.search(r'value="priority" checked', text)


async def test_form_that_is_none(served: Served) -> None:
    """Bytes that are no form are malformed."""
    async with phone() as own:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with own.post(f"{served.home}/tickets", data=b"services=\xff\xfe", headers=headers) as answer:
            assert 422 == answer.status

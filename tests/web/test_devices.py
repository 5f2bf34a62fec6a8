"""What TVs say of themselves over HTTP, and what the desk of any process shows of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from displays.reports import TVS_PER_SCREEN_MAX
from server.core.values import SCREENS_MAX
from server.hub.devices import DeviceState
from server.store.errors import StoreUnreachable
from server.web.app import REPORTS_BURST
from server.web.credentials import Credentials, scope_of
from server.web.keys import DEVICES, HUB, REPORTS
from server.web.pages import VERSION
from server.web.screen_pairing import TV_COOKIE
from tests.scenarios import config_with
from tests.serving import SECRET, Served, serving

SCREENS = [{"code": "utama", "name": "Utama"}, {"code": "barat", "name": "Barat", "speaks": False}]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar with two screens, one of which does not speak, and a code of the day."""
    async with serving(config={**config_with(day_code=True), "screens": SCREENS}) as bazaar:
        yield bazaar


async def report(served: Served, device: str, state: str = "ok", *, tv: str = "", paired: str = "", **more: object) -> tuple[int, Any]:
    """What a device's page posts; ``tv`` is its own cookie, ``paired`` the principal as whom it was paired."""
    cookies = [f"{TV_COOKIE}={tv}"] if tv else []
    if paired:
        cookies.append("{}={}".format(*Credentials(SECRET).cookie(scope_of("uji", served.room.epoch), paired)))
    body = {"device": device, "state": state, "version": served.app[VERSION], "offset": 1, **more}
    async with served.session.post(f"{served.home}/devices", json=body, headers={"Cookie": "; ".join(cookies)}) as answer:
        return answer.status, await answer.json()


async def desk(served: Served) -> dict[str, Any]:
    """What the desk asks for."""
    async with served.session.get(f"{served.home}/devices", headers=served.bearer(served.keys.supervisor)) as answer:
        assert 200 == answer.status
        body: dict[str, Any] = await answer.json()
        return body


async def row(served: Served, device: str) -> dict[str, Any]:
    """The desk's row of a device."""
    return next(row for row in (await desk(served))["devices"] if row["device"] == device)


async def seen(served: Served, device: str, *fields: str) -> tuple[object, ...]:
    """Some fields of a device's row."""
    found = await row(served, device)
    return tuple(found[field] for field in fields)


async def test_a_screen_that_no_tv_shows(served: Served) -> None:
    """Each screen of the hall has its row, also while no TV shows it."""
    assert ["screen/utama", "screen/barat"] == [row["device"] for row in (await desk(served))["devices"]]
    assert ("unseen", "none", None) == await seen(served, "screen/utama", "state", "light", "at")


async def test_a_tv_tells_of_its_sound(served: Served) -> None:
    """The desk sees that a TV works, that its sound is locked, which offset it shows and whether its page is an old one."""
    fields = ("state", "light", "count", "offset", "old")
    await report(served, "screen/utama", tv="a", offset=7)
    assert ("ok", "good", 1, 7, False) == await seen(served, "screen/utama", *fields)
    await report(served, "screen/utama", "sound_locked", tv="a", version="0123")
    assert ("sound_locked", "warn", 1, 1, True) == await seen(served, "screen/utama", *fields)


async def test_a_screen_that_does_not_speak_needs_no_sound(served: Served) -> None:
    """Locked sound is nothing to mend where nothing is to be heard."""
    await report(served, "screen/barat", "sound_locked", tv="a")
    assert "ok" == (await row(served, "screen/barat"))["state"]


async def test_the_worst_of_several_tvs(served: Served) -> None:
    """Of several TVs that show one screen the desk sees the worst; TVs that were paired count before those that were not."""
    for tv, state in (("a", "ok"), ("b", "sound_locked"), ("c", "ok")):
        await report(served, "screen/utama", state, tv=tv)
    assert ("sound_locked", 3) == await seen(served, "screen/utama", "state", "count")
    await report(served, "screen/utama", tv="c", paired="screen/utama")
    assert ("ok", 1) == await seen(served, "screen/utama", "state", "count")


async def test_a_silent_device_is_red(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says nothing for a minute is away, with the time of its last word."""
    await report(served, "screen/utama", tv="a")
    at = (await row(served, "screen/utama"))["at"]
    monkeypatch.setattr("counters.devices.AWAY_S", 0)
    assert ("away", "bad", at, 0) == await seen(served, "screen/utama", "state", "light", "at", "count")
    monkeypatch.undo()
    assert "ok" == (await row(served, "screen/utama"))["state"]


async def test_printers_and_kiosks(served: Served) -> None:
    """What a printer or a kiosk says is green, amber or red on the desk, with its kind and which one it is."""
    for device, state, light in (
        ("printer/1", DeviceState.PAPER_OUT, "bad"),
        ("printer/2", DeviceState.PAPER_LOW, "warn"),
        ("kiosk/1", DeviceState.OK, "good"),
    ):
        await served.app[DEVICES].report(served.room.plan.bazaar.id, device, state)
        assert (*device.split("/"), light) == await seen(served, device, "kind", "which", "light")


async def test_another_process_sees_it(served: Served) -> None:
    """The desk may be served by another process than the TVs."""
    await report(served, "screen/utama", "sound_locked", tv="a")
    async with serving(store=served.app[HUB].store, config={**config_with(day_code=True), "screens": SCREENS}) as other:
        assert "sound_locked" == (await row(other, "screen/utama"))["state"]


async def test_the_code_of_the_day(served: Served) -> None:
    """The desk and TVs that were paired are told the code of the day; nobody else is, and no public view holds it."""
    code = (await desk(served))["day_code"]
    assert 8 == len(code)
    assert {"day_code": code} == (await report(served, "screen/utama", tv="a", paired="screen/utama"))[1]
    assert {"day_code": ""} == (await report(served, "screen/utama", tv="b"))[1]
    assert {"day_code": ""} == (await report(served, "screen/barat", tv="a", paired="screen/utama"))[1]
    name, value = Credentials(SECRET).cookie(scope_of("uji", served.room.epoch), "screen/utama")
    shown = []
    for path, cookie in (("tv/utama", f"{name}={value}"), ("tv/utama", ""), ("tv/barat", f"{name}={value}"), ("", ""), ("join", "")):
        async with served.session.get(f"{served.home}/{path}".rstrip("/"), headers={"Cookie": cookie}) as answer:
            shown.append(f">{code}<" in await answer.text())
    assert [True, False, False, False, False] == shown


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"device": "screen/nowhere"}, 404),
        ({"device": "printer/1"}, 422),
        ({"device": 7}, 422),
        ({"device": "kiosk/1"}, 422),
        ({"state": "paper_out"}, 422),
        ({"state": ["ok"]}, 422),
        ({"offset": -1}, 422),
        ({"offset": True}, 422),
        ({"offset": 2**70}, 422),
    ],
)
async def test_nonsense(served: Served, body: dict[str, Any], status: int) -> None:
    """A browser speaks for screens that there are, and says what browsers can know; anything else leaves no trace."""
    assert status == (await report(served, **{"device": "screen/utama", "state": "ok", **body}))[0]
    assert {"unseen"} == {row["state"] for row in (await desk(served))["devices"]}


async def test_many_who_look(served: Served) -> None:
    """Anybody may look at a screen's page: a few are told apart, the rest leave no trace, and a paired TV is seen all the same."""
    for number in range(2 * TVS_PER_SCREEN_MAX):
        assert 200 == (await report(served, "screen/utama", "sound_locked", tv=f"tv-{number}"))[0]
    assert TVS_PER_SCREEN_MAX == (await row(served, "screen/utama"))["count"]
    await report(served, "screen/utama", tv="real", paired="screen/utama")
    assert ("ok", 1) == await seen(served, "screen/utama", "state", "count")


async def test_many_who_look_at_many_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many screens a hall has, those who only look leave room on the board for paired TVs, printers and kiosks."""
    screens = [{"code": f"s{number}", "name": f"S{number}"} for number in range(SCREENS_MAX)]
    async with serving(config={**config_with(), "screens": screens}) as served:
        monkeypatch.setattr(served.app[REPORTS], "wait_s", lambda _place: 0)  # as many addresses
        for number in range(TVS_PER_SCREEN_MAX * SCREENS_MAX):
            await report(served, f"screen/s{number % SCREENS_MAX}", tv=f"tv-{number}")
        await report(served, "screen/s0", "no_sound", tv="real", paired="screen/s0")
        assert ("no_sound", 1) == await seen(served, "screen/s0", "state", "count")


async def test_a_flood(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """One address may say so much in a moment and no more."""
    monkeypatch.setattr(served.app[REPORTS], "_clock", lambda: 0.0)
    for _ in range(REPORTS_BURST):
        assert 404 == (await report(served, "screen/nowhere"))[0]
    assert 429 == (await report(served, "screen/utama"))[0]


async def test_another_site(served: Served) -> None:
    """A page of another site says nothing in a TV's name."""
    body = {"device": "screen/utama", "state": "ok", "version": "", "offset": 1}
    async with served.session.post(f"{served.home}/devices", json=body, headers={"Origin": "http://elsewhere.example"}) as answer:
        assert 403 == answer.status


async def test_the_desk_without_the_store(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store is away the desk's page is there as ever; only of the devices nothing is known."""

    async def away(_bazaar: object) -> None:
        raise StoreUnreachable("away")

    monkeypatch.setattr(served.app[DEVICES], "all", away)
    async with served.session.get(f"{served.home}/desk", headers=served.bearer(served.keys.admin)) as answer:
        assert 200 == answer.status
        assert 'data-state="unseen"' in await answer.text()
    async with served.session.get(f"{served.home}/devices", headers=served.bearer(served.keys.admin)) as answer:
        assert 503 == answer.status

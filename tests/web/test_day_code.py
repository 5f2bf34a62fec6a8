"""The code of the day: who knows it, how long it is good, and what a script can do that tries them all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web

from server.web.app import GUESSES_BURST
from server.web.credentials import DAY_CODE_DIGITS, DEVICE_COOKIE, Credentials
from server.web.crowd import PHONE_GUESSES_BURST
from server.web.day_code import check_day_code, day_code_of
from server.web.keys import HUB
from server.web.requests import room_of
from tests.scenarios import config_with
from tests.serving import SECRET, Served, serving

routes = web.RouteTableDef()
MIDNIGHT = datetime(2026, 12, 4, 17, tzinfo=UTC)
"""In Probolinggo."""


@routes.get("/{bazaar}/code")
async def code(request: web.Request) -> web.Response:
    """What the hall would show."""
    return web.Response(text=day_code_of(request, room_of(request)))


@routes.get("/{bazaar}/try/{code}")
async def attempt(request: web.Request) -> web.Response:
    """Somebody who gives a code."""
    check_day_code(request, room_of(request), request.match_info["code"])
    return web.Response()


@asynccontextmanager
async def _hall(*, day_code: bool = True) -> AsyncIterator[Served]:
    async with serving(config=config_with(day_code=day_code), parts=[routes]) as served:
        yield served


async def _code(served: Served) -> str:
    async with served.session.get(f"{served.home}/code") as answer:
        return await answer.text()


async def _try(served: Served, code: str, key: str = "") -> int:
    headers = served.bearer(key) if key else {}
    async with served.session.get(f"{served.home}/try/{code}", headers=headers) as answer:
        return answer.status


def _set_clock(served: Served, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Seconds after midnight."""
    monkeypatch.setattr(served.app[HUB], "clock", lambda: int(MIDNIGHT.timestamp() + seconds) * 1000)


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**DAY_CODE_DIGITS:0{DAY_CODE_DIGITS}d}"


async def test_only_who_knows_the_code() -> None:
    """The code is eight digits; with it one may, also with blanks around and in it, and without it not."""
    async with _hall() as served:
        code = await _code(served)
        assert (8, True) == (len(code), code.isdecimal())
        assert 200 == await _try(served, code)
        assert 200 == await _try(served, f"%20{code[:4]}%20{code[4:]}%20")
        for other in (_wrong(code), f"{code}0", code[:5], "٠١٢٣"):
            assert 403 == await _try(served, other)


async def test_where_there_is_none() -> None:
    """A bazaar without a code shows none and asks for none."""
    async with _hall(day_code=False) as served:
        assert "" == await _code(served)
        assert 200 == await _try(served, "0000")


async def test_kiosks_need_none() -> None:
    """A kiosk stands in the hall, and the organiser knows what is done; an officer's tablet is asked."""
    async with _hall() as served:
        wrong = _wrong(await _code(served))
        assert [200, 200, 200, 403] == [
            await _try(served, wrong, key)
            for key in (served.keys.kiosks[1], served.keys.supervisor, served.keys.admin, served.keys.counters[1])
        ]


async def test_it_changes_daily(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code changes at midnight of the place; for a quarter of an hour the old one is good too, tomorrow's never."""
    async with _hall() as served:
        _set_clock(served, monkeypatch, -1)
        before = await _code(served)
        _set_clock(served, monkeypatch, 0)
        after = await _code(served)
        assert before != after
        assert [200, 200] == [await _try(served, before), await _try(served, after)]
        _set_clock(served, monkeypatch, 15 * 60)
        assert [403, 200] == [await _try(served, before), await _try(served, after)]
        _set_clock(served, monkeypatch, -1)
        assert [200, 403] == [await _try(served, before), await _try(served, after)]


async def test_guessing_ends_soon() -> None:
    """Who guesses is stopped after some wrong codes, and then the right one is not taken either; right ones cost nothing."""
    async with _hall() as served:
        code = await _code(served)
        assert [200] * (2 * GUESSES_BURST) == [await _try(served, code) for _ in range(2 * GUESSES_BURST)]
        assert [403] * GUESSES_BURST == [await _try(served, _wrong(code)) for _ in range(GUESSES_BURST)]
        assert [429, 429] == [await _try(served, _wrong(code)), await _try(served, code)]


async def test_who_guesses_stops_nobody_else() -> None:
    """A phone that guesses is stopped after a few; the other phones of its address, and their slips, are not."""
    async with _hall() as served:
        code = await _code(served)

        async def attempt_of(phone: str, given: str) -> int:
            cookie = Credentials(SECRET).device_cookie(phone)
            async with served.session.get(f"{served.home}/try/{given}", headers={"Cookie": f"{DEVICE_COOKIE}={cookie}"}) as answer:
                return answer.status

        assert [403] * PHONE_GUESSES_BURST == [await attempt_of("guesser", _wrong(code)) for _ in range(PHONE_GUESSES_BURST)]
        assert 429 == await attempt_of("guesser", code)
        for number in range(2 * GUESSES_BURST):
            assert [403, 200] == [await attempt_of(f"phone-{number}", _wrong(code)), await attempt_of(f"phone-{number}", code)]

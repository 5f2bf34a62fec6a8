"""The pages of the hall: which bazaars there are, a bazaar's landing page, its TVs, and whether every call was in order."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web

from displays.between import card_of_turn, cards
from displays.offer import offices
from displays.order import verdict_of
from displays.screen_pages import lost_screen
from displays.slides import slide_cards
from displays.visit_pages import followed_by
from displays.voice.pages import voice_of_page
from server.core.plan import Plan
from server.core.plan_parts import Screen
from server.core.values import TicketState, natural
from server.hub.room import Room
from server.web.addresses import home_of, public_url
from server.web.day_code import day_code_of
from server.web.keys import HUB
from server.web.pages import VERSION, local_time, render, words_of
from server.web.qr import inline_qr
from server.web.requests import room_of
from server.web.screen_pairing import remember_tv, screens_paired, tv_of

routes = web.RouteTableDef()

_T = TypeVar("_T")

COUNTERS_PER_PAGE = 5
"""As many as people can read from afar on one screen."""
RECENT_SLOTS = 4
TURN_DIGITS_MAX = 6
PAGE_S = 9


@routes.get("/")
async def index(request: web.Request) -> web.Response:
    """The only open bazaar, or a list of them."""
    return _only_open(request, "")


@routes.get("/tv")
async def index_for_tvs(request: web.Request) -> web.Response:
    """As short an address as there can be, for a TV's remote: to the only open bazaar's address for TVs, or a list of them."""
    return _only_open(request, "/tv")


@routes.get("/{bazaar}")
async def landing(request: web.Request) -> web.Response:
    """What there is, what to bring, how long the waits are, and how to take a number."""
    room = room_of(request)
    return render(
        request,
        "landing.html",
        bazaar=room.plan.bazaar,
        closed=room.bazaar.closed,
        hours=_hours(room),
        offices=offices(room.bazaar),
        followed=followed_by(request, room),
        screens=room.bazaar.screens.values(),
        page={"base": home_of(room), "frame": room.frame("bazaar").as_map()},
    )


@routes.get("/{bazaar}/tv/{screen}")
async def tv(request: web.Request) -> web.Response:
    """A hall screen. A browser without scripts turns its pages by ``?turn=n``: the n-th page of counters, and the n-th card beside them."""
    room = room_of(request)
    screen = room.bazaar.screens.get(request.match_info["screen"])
    if screen is None:
        return await lost_screen(request, room)
    pages = pages_of(room.plan, screen)
    turn, told = _turn_asked(request), cards(request, room, screen)
    first = turn % len(pages)
    frame: Any = room.frame(f"hall/{screen.code}").as_map()
    join_url = public_url(request, f"{home_of(room)}/join")
    response = render(
        request,
        "tv.html",
        bazaar=room.plan.bazaar,
        screen=screen,
        clock=local_time(room, frame["at"]).strftime("%H.%M"),
        slots=_slots((post for post in frame["view"]["counters"] if post["counter"] in pages[first]), COUNTERS_PER_PAGE),
        recent_slots=_slots(frame["view"]["recent"], RECENT_SLOTS),
        next_turn=turn + 1,
        card=card_of_turn(turn, told, await slide_cards(request, room), frame["view"]["announcements"], frame["at"]),
        join_url=join_url,
        join_qr=inline_qr(join_url),
        day_code=day_code_of(request, room) if screen in screens_paired(request, room) else "",
        page={
            "base": home_of(room),
            "frame": frame,
            "agencies": {code: words_of(request, room.plan.agency(code).name) for code in screen.agencies},
            "pages": pages,
            "page": first,
            "page_ms": PAGE_S * 1000,
            "cards": told,
            "voice": voice_of_page(request, room),
            "device": f"screen/{screen.code}",
            "version": request.app[VERSION],
        },
    )
    remember_tv(request, room, response, tv_of(request))
    return response


@routes.get("/{bazaar}/order")
async def order(request: web.Request) -> web.Response:
    """Whether every call was in order: the verdict, the exceptions with their reasons, the figures, and how to check all this oneself."""
    room = room_of(request)
    return render(
        request,
        "order.html",
        bazaar=room.plan.bazaar,
        verdict=await verdict_of(room),
        exceptions=[(call, local_time(room, call.at)) for call in room.bazaar.calls if call.out_of_order is not None],
        lines=_figures(room),
        log_url=public_url(request, f"{home_of(room)}/log"),
    )


def pages_of(plan: Plan, screen: Screen) -> list[list[int]]:
    """The screen's counters page by page. An agency begins a new page where it would not fit on the one begun."""
    pages: list[list[int]] = [[]]
    for code in screen.agencies:
        numbers = [counter.number for counter in plan.agency(code).counters]
        if pages[-1] and len(pages[-1]) + len(numbers) > COUNTERS_PER_PAGE:
            pages.append([])
        for number in numbers:
            if len(pages[-1]) == COUNTERS_PER_PAGE:
                pages.append([])
            pages[-1].append(number)
    return pages


def _only_open(request: web.Request, path: str) -> web.Response:
    """To this path of the only open bazaar, or a list of those that are open."""
    rooms = [room for room in request.app[HUB].rooms.values() if room.opened and not room.bazaar.closed]
    if len(rooms) == 1:
        return web.Response(status=302, headers={"Location": home_of(rooms[0]) + path})
    return render(request, "index.html", bazaars=[room.plan.bazaar for room in rooms], path=path)


def _turn_asked(request: web.Request) -> int:
    """How often the page was turned; 0 when the address does not say so."""
    return natural(request.query.get("turn", ""), TURN_DIGITS_MAX) or 0


def _slots(items: Iterable[_T], size: int) -> list[_T | None]:
    """Exactly ``size`` places: the first of the items, then None."""
    filled: list[_T | None] = [*islice(items, size)]
    return filled + [None] * (size - len(filled))


def _hours(room: Room) -> tuple[datetime, datetime]:
    """Opening and closing, as the clocks of the place show them."""
    zone = ZoneInfo(room.plan.bazaar.timezone)
    opens, closes = (datetime.fromisoformat(text).astimezone(zone) for text in (room.plan.bazaar.opens, room.plan.bazaar.closes))
    return opens, closes


def _figures(room: Room) -> list[dict[str, Any]]:
    """By line: numbers given out, and how many of them are in which state now."""
    return [
        {
            "line": line.plan,
            "agency": room.plan.agency_of(line.plan.prefix),
            "issued": line.issued,
            **{state: line.census[state] for state in TicketState},
        }
        for line in room.bazaar.lines.values()
    ]

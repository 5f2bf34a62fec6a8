"""What a hall screen tells between calls, card by card: the organiser's promise, the programme, and what to bring for each errand."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from aiohttp import web

from server.core.plan_parts import Screen
from server.core.values import MS_PER_SECOND
from server.hub.room import Room
from server.web.pages import local_time, words_of

Card = dict[str, Any]
LINES_MAX = 5
PAPERS_BETWEEN = 4
"""After so many errands' papers comes one of the cards that concern everybody: a large hall has more errands than an hour has cards."""
STILL_ON_MS = 30 * 60 * MS_PER_SECOND
"""So long after its beginning an item of the programme is still told."""


def cards(request: web.Request, room: Room, screen: Screen) -> list[Card]:
    """Cards ``{kind, head, lines: [{text, time, until}]}`` in the reader's language. A line holds until ``until`` (Unix ms; 0: always)."""
    standing = [*_maklumat(request, room), *_programme(request, room), {"kind": "join", "head": "", "lines": []}]
    papers = list(_requirements(request, room, screen))
    if len(papers) <= PAPERS_BETWEEN * len(standing):
        return [*standing, *papers]
    told: list[Card] = []
    for place, card in enumerate(papers):
        if place % PAPERS_BETWEEN == 0:
            told.append(standing[place // PAPERS_BETWEEN % len(standing)])
        told.append(card)
    return told


def card_of_turn(turn: int, told: list[Card], slides: list[dict[str, str]], announcements: list[Any], now_ms: int) -> Card | None:
    """The card of a page that turns without scripts: what is urgent as long as it holds, else all there is by turns."""
    said = [{"kind": "urgent" if one["urgent"] else "announcement", "head": "", "lines": [_line(one["text"])]} for one in announcements]
    urgent = [card for card in said if card["kind"] == "urgent"]
    pictures: list[Card] = [{"head": "", "lines": [], **slide} for slide in slides if slide["kind"] == "image"]
    standing = [holding for card in told if (holding := _holding(card, now_ms))["lines"]]
    every = urgent or [*said, *standing, *pictures]
    return every[turn % len(every)] if every else None


def _holding(card: Card, now_ms: int) -> Card:
    lines = [line for line in card["lines"] if not line["until"] or line["until"] > now_ms]
    return {**card, "lines": lines[:LINES_MAX]}


def _line(text: str, time: str = "", until: int = 0) -> Card:
    return {"text": text, "time": time, "until": until}


def _maklumat(request: web.Request, room: Room) -> Iterator[Card]:
    if said := words_of(request, room.plan.bazaar.maklumat):
        yield {"kind": "maklumat", "head": "", "lines": [_line(said)]}


def _programme(request: web.Request, room: Room) -> Iterator[Card]:
    items = sorted(room.plan.bazaar.programme, key=lambda item: datetime.fromisoformat(item.at))
    lines = []
    for item in items:
        at = int(datetime.fromisoformat(item.at).timestamp() * MS_PER_SECOND)
        lines.append(_line(words_of(request, item.text), local_time(room, at).strftime("%H.%M"), at + STILL_ON_MS))
    if lines:
        yield {"kind": "programme", "head": "", "lines": lines}


def _requirements(request: web.Request, room: Room, screen: Screen) -> Iterator[Card]:
    for code in screen.agencies:
        agency = room.plan.agency(code)
        for service in (service for line in agency.lines for service in line.services if service.requirements):
            lines = [_line(words_of(request, paper)) for paper in service.requirements]
            yield {"kind": "requirements", "head": f"{words_of(request, agency.name)}: {words_of(request, service.name)}", "lines": lines}

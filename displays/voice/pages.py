"""Where screens fetch what they play: ``/{bazaar}/voice/{version}/…``, the chime and the sentence of each call.

The version changes with anything that changes how a call sounds, so a browser may keep a sound for a year. A screen that has been open
for days asks under an older version: it is served all the same, only told to keep nothing.
"""

from functools import cache

from aiohttp import web

from displays.voice.ahead import Ahead
from displays.voice.announcer import CannotSay
from displays.voice.lexicon import Lexicon
from displays.voice.sentence import Form, Sentence
from displays.voice.sound import Kind, chime, silence, write
from displays.voice.voice import Busy, Voice
from server.core.bazaar import Bazaar
from server.core.values import CounterNumber, Label
from server.hub.room import Room
from server.web.addresses import home_of
from server.web.background import run_beside
from server.web.errors import no_voice, not_found, too_many
from server.web.keys import HUB
from server.web.limits import Limits, place_of
from server.web.requests import origin_of, room_of

routes = web.RouteTableDef()

NEW_BURST, NEW_PER_MINUTE = 60, 60
"""What one address may have made. What is ready has no limit, and what is called next is ready."""
FOREVER = "public, max-age=31536000, immutable"

SILENT = Voice(Lexicon(languages=(), agency_first=False, tongues={}))
"""The voice of a process that was given none: screens ring the chime."""
VOICE = web.AppKey("voice", Voice)
AHEAD = web.AppKey("ahead", Ahead)
NEW_SOUNDS = web.AppKey("new_sounds", Limits)


def install_voice(app: web.Application, voice: Voice) -> None:
    """Give the application its voice, and have the next calls made ahead while it runs."""
    app[VOICE] = voice
    app[AHEAD] = Ahead(voice, app[HUB])
    app[NEW_SOUNDS] = Limits(burst=NEW_BURST, per_minute=NEW_PER_MINUTE)
    run_beside(app, app[AHEAD].run)


def voice_of_page(request: web.Request, room: Room) -> dict[str, object]:
    """What the script of a hall screen needs to know: ``base``, the address of all sounds, and ``languages`` in which calls are said."""
    voice = request.app[VOICE]
    request.app[AHEAD].listen(room.plan.bazaar.id)
    return {"base": f"{home_of(room)}/voice/{voice.version}", "languages": voice.languages}


@routes.get("/{bazaar}/voice/{version:[0-9a-f]{12}}/{name:chime|silence}.wav")
async def own_sound(request: web.Request) -> web.Response:
    """The chime, or the nothing by which a page learns whether it may play. Both are the same in every bazaar and version."""
    room_of(request)
    return _answer(request, _own_sound(request.match_info["name"]), Kind.WAV)


@routes.get("/{bazaar}/voice/{version:[0-9a-f]{12}}/{language:[a-z]+}/{label}/{counter:[0-9]{1,3}}/{form:[a-z]+}.{kind:wav|mp3}")
async def call_sound(request: web.Request) -> web.Response:
    """The sentence that calls a ticket to a counter of its line."""
    room, voice, kind = room_of(request), request.app[VOICE], Kind(request.match_info["kind"])
    said = _sentence(request, room.bazaar)
    request.app[AHEAD].listen(room.plan.bazaar.id)  # also after a restart, when no page is opened anew
    file = voice.kept(said, kind)
    if file is None:
        if not voice.can_say(said):
            raise not_found("recording")
        if wait_s := request.app[NEW_SOUNDS].wait_s(place_of(origin_of(request))):
            raise too_many(wait_s)
        try:
            file = await voice.sound(said, kind)
        except (Busy, CannotSay):
            raise no_voice() from None
    return _answer(request, file, kind)


def _sentence(request: web.Request, bazaar: Bazaar) -> Sentence:
    """What the address asks for; raises `Problem` 404 unless the bazaar might call just that."""
    voice, asked = request.app[VOICE], request.match_info
    if asked["form"] not in set(Form):
        raise not_found("recording")
    if asked["language"] not in voice.languages:
        raise not_found("voice")
    label, counter = Label(asked["label"]), CounterNumber(int(asked["counter"]))
    if label not in bazaar.tickets:
        raise not_found("ticket")
    if counter not in bazaar.counters or bazaar.tickets[label].line not in bazaar.plan.counter(counter).lines:
        raise not_found("counter")
    return voice.sentence(bazaar.plan, Form(asked["form"]), asked["language"], label, counter)


def _answer(request: web.Request, file: bytes, kind: Kind) -> web.Response:
    current = request.match_info["version"] == request.app[VOICE].version
    return web.Response(body=file, content_type=kind.media_type, headers={"Cache-Control": FOREVER if current else "no-store"})


@cache
def _own_sound(name: str) -> bytes:
    return write(chime() if name == "chime" else silence(), Kind.WAV)

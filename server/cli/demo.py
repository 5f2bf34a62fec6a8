"""``urut demo``: the sample bazaar on one port, with residents and officers at work, so that a newcomer sees what it is."""

import asyncio
import json
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.cli.bazaars import Keys, keys_of, open_bazaar_log, renewals_of
from server.cli.demo_page import add_demo_page
from server.cli.equipment import Equipment
from server.cli.stores import Settings, own_store
from server.cli.wiring import PUBLIC_PARTS, STAFF_PARTS, application, listening, until_told_to_stop
from server.core.plan_parts import words
from server.core.values import KIOSKS, BazaarId, CounterNumber, CounterState
from server.hub.loop import spare_the_collector
from server.hub.room import Room
from server.simulate import simulate
from server.store.plan_file import read_plan
from server.web.keys import HUB, Addresses

logger = logging.getLogger(__name__)

YOUR_COUNTER = CounterNumber(1)
"""The counter that the simulated officers leave to whoever watches the demo."""
YOUR_LINE_SHARE = 0.12
"""So few residents come to its line, the first of the sample, that whoever watches soon calls their own number."""
LOOK_AGAIN_S = 0.05

_GUIDE = """
  urut demo: {name}

  Open this page   {page}

  It shows a hall TV, the tablet of counter {counter} and a phone side by side. Take a number on the phone for an errand of {agency},
  then press the big button on the tablet until your number is called: the TV and the phone say so at once. {crowd}

  Each by itself, on other devices too:
  Hall TV          {hub}/{id}/tv/{screen}
  Phone            {hub}/{id}/join
  Kiosk            {hub}/{id}/pair/{kiosk_key}
  Counter {counter}        {hub}/{id}/pair/{counter_key}
  Organiser        {hub}/{id}/pair/{admin_key}
  Start page       {hub}/{id}
  Is it in order?  {hub}/{id}/order

  Ctrl-C ends it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What ``urut demo`` was asked for. ``quiet``: nobody is simulated."""

    settings: Settings
    file: Path
    host: str
    port: int
    quiet: bool
    as_json: bool
    equipment: Equipment


async def run_demo(demo: Demo, say: Callable[[str], None]) -> None:
    """Open the bazaar and serve it until told to stop."""
    plan = read_plan(demo.file)
    secret = demo.settings.secret_bytes()
    async with own_store(demo.settings) as (store, redis_url):
        epoch = await open_bazaar_log(store, plan, new_edition=False)
        keys = keys_of(secret, plan, epoch, await renewals_of(store, plan.bazaar.id))
        app = application(store, secret, (*PUBLIC_PARTS, *STAFF_PARTS), Addresses(), demo.equipment, data=demo.settings.data)
        page = add_demo_page(app, plan, keys, YOUR_COUNTER, crowd=not demo.quiet)
        async with listening(app, demo.host, demo.port) as url:
            room = await _room(app[HUB].rooms, plan.bazaar.id)
            await _open_counters(room)
            spare_the_collector()
            if demo.as_json:
                ready = {"bazaar": plan.bazaar.id, "hub": url, "counters": url, "redis": redis_url, **keys.as_map()}
                say(json.dumps(ready))
            else:
                say(_guide(room, url, page, keys, quiet=demo.quiet))
            crowd = None if demo.quiet else asyncio.create_task(_crowd(room, url, keys, say if not demo.as_json else _unsaid))
            await until_told_to_stop()
            if crowd is not None:
                crowd.cancel()
                with suppress(asyncio.CancelledError):
                    await crowd


async def _room(rooms: dict[BazaarId, Room], bazaar_id: BazaarId) -> Room:
    """The bazaar's room, as soon as it has read its log."""
    while (room := rooms.get(bazaar_id)) is None or not room.ready:  # noqa: ASYNC110  # a look at start
        await asyncio.sleep(LOOK_AGAIN_S)
    return room


async def _open_counters(room: Room) -> None:
    """Open the counters that are not open; one that is keeps its state when a kept log goes on."""
    for number, counter in list(room.bazaar.counters.items()):
        if counter.state is not CounterState.OPEN and not room.bazaar.closed:
            command_id = f"demo-opens-{room.offset}-counter-{number}"
            await room.submit({"command_id": command_id, "do": "open_counter", "by": "system", "counter": number})


async def _crowd(room: Room, url: str, keys: Keys, say: Callable[[str], None]) -> None:
    """Let simulated people come and go. If they stumble, the demo goes on without them, and says so."""
    officers = {number: key for number, key in keys.counters.items() if number != YOUR_COUNTER}
    try:
        rng = random.Random()  # noqa: S311  # a crowd, no secret
        await simulate(url, room.plan.bazaar.id, officers, keys.kiosks[KIOSKS], rng, say, first_line_share=YOUR_LINE_SHARE)
    except Exception:
        logger.exception("the simulated people are gone; the bazaar goes on without them")


def _guide(room: Room, url: str, page: str, keys: Keys, *, quiet: bool) -> str:
    plan = room.plan
    return _GUIDE.format(
        name=words(plan.bazaar.name, "id"),
        id=plan.bazaar.id,
        hub=url,
        page=url + page,
        screen=plan.screens[0].code,
        kiosk_key=keys.kiosks[1],
        counter=YOUR_COUNTER,
        counter_key=keys.counters[YOUR_COUNTER],
        admin_key=keys.admin,
        agency=words(plan.agency_of_counter(YOUR_COUNTER).name, "id"),
        crowd="" if quiet else "Simulated residents and officers are at work at all other counters.",
    )


def _unsaid(_story: str) -> None:
    """What goes on is not told to a program that asked for JSON."""

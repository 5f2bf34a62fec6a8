"""One aiohttp application: what every part shares, and the parts that this process serves."""

from collections.abc import Iterable

from aiohttp import WSCloseCode, web

from server.hub.devices import Devices
from server.hub.hub import Hub
from server.hub.wire import close_frame
from server.web import api, openapi, ops, pairing
from server.web.background import run_beside
from server.web.credentials import Credentials
from server.web.crowd import Crowd
from server.web.keys import ADDRESSES, CREDENTIALS, CROWD, DEVICES, GUESSES, HUB, METRICS, NEW_SCREENS, PROXIES, REPORTS, Addresses
from server.web.limits import Limits
from server.web.metrics import Metrics
from server.web.middlewares import error_shape, strict_headers
from server.web.pages import install_pages
from server.web.requests import BODY_BYTES_MAX

GUESSES_BURST, GUESSES_PER_MINUTE = 20, 6
"""Wrong codes from one address, of those who bring no phone's name (`server.web.crowd`): a script must not try many."""
NEW_SCREENS_BURST, NEW_SCREENS_PER_MINUTE = 30, 6
"""TVs that ask for the first time: a hall switches on all of its own at once, and a script must not fill the board of codes."""
REPORTS_BURST, REPORTS_PER_MINUTE = 120, 240
"""What devices say of themselves: three times a minute each, and sixty of them behind one address."""


def make_app(hub: Hub, secret: bytes, parts: Iterable[web.RouteTableDef], addresses: Addresses, limits: Limits) -> web.Application:
    """The application over a hub. ``parts`` are the pages of this process: those of the displays, of the counters, or both."""
    app = web.Application(middlewares=[error_shape], client_max_size=BODY_BYTES_MAX)
    app[HUB] = hub
    app[DEVICES] = Devices(hub.store, hub.clock)
    app[CREDENTIALS] = Credentials(secret)
    app[METRICS] = Metrics(hub)
    app[PROXIES] = frozenset()
    app[CROWD] = Crowd(programs=limits)
    app[NEW_SCREENS] = Limits(burst=NEW_SCREENS_BURST, per_minute=NEW_SCREENS_PER_MINUTE)
    app[REPORTS] = Limits(burst=REPORTS_BURST, per_minute=REPORTS_PER_MINUTE)
    app[GUESSES] = Limits(burst=GUESSES_BURST, per_minute=GUESSES_PER_MINUTE)
    app[ADDRESSES] = addresses
    install_pages(app)
    for routes in (ops.routes, openapi.routes, *parts, api.routes, pairing.routes):
        app.add_routes(routes)
    app.on_response_prepare.append(strict_headers)
    run_beside(app, app[HUB].run)
    app.on_shutdown.append(_say_goodbye)
    return app


async def _say_goodbye(app: web.Application) -> None:
    """Close every follower's socket, so that it goes to another hub at once and this process ends at once."""
    for room in app[HUB].rooms.values():
        await room.fanout.close_all(close_frame(WSCloseCode.SERVICE_RESTART))

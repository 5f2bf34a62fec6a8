"""Where things are: a bazaar's path on this site, and the full addresses under which people reach the public and the staff part."""

from aiohttp import web

from server.hub.room import Room
from server.web import errors
from server.web.keys import ADDRESSES


def home_of(room: Room) -> str:
    """The path of a bazaar's landing page; everything of the bazaar is below it."""
    return f"/{room.plan.bazaar.id}"


def public_url(request: web.Request, path: str) -> str:
    """The full address of a path of the public part; without another address, where this request came to."""
    return (request.app[ADDRESSES].public or _here(request)) + path


def staff_url(request: web.Request, path: str) -> str:
    """The full address of a path of the staff part."""
    return (request.app[ADDRESSES].staff or _here(request)) + path


def over_https(request: web.Request) -> str:
    """The full address of what was asked for, over https; raises `Problem` 422 when it names no host that could be one."""
    try:
        return str(request.url.with_scheme("https"))
    except ValueError:
        raise _no_host() from None


def _here(request: web.Request) -> str:
    """Where this request came to; raises `Problem` 422 when it names no host that could be one."""
    try:
        return str(request.url.origin())
    except ValueError:
        raise _no_host() from None


def _no_host() -> errors.Problem:
    return errors.malformed("Host", "no host")

"""Around every handler: errors in their one shape, and headers that keep browsers strict."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from server.store.errors import OnlyFollowed, StoreError, StoreUnreachable
from server.web import errors
from server.web.addresses import over_https
from server.web.errors import Problem
from server.web.keys import ONLY_FOLLOWS, ONLY_HTTPS
from server.web.pages import STATIC_PATH, fault_in, render
from server.web.requests import is_secure

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REFRESH_S_MIN = 5
"""A page that said to try again does so itself: nobody stands beside a TV that was switched on before the store."""

_LOOKING = ("GET", "HEAD")
HTTPS_ONLY = "max-age=2592000"
"""A browser that came by https comes by nothing else for a month: till after the bazaar, and not for ever on a borrowed name."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'; connect-src 'self' ws: wss:",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), browsing-topics=()",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


async def strict_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer that did not say otherwise the strict headers, just before it is begun."""
    if request.path.startswith(f"{STATIC_PATH}/") and response.status < 400:
        response.headers.setdefault("Cache-Control", "public, max-age=31536000, immutable")
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if is_secure(request):
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)


@web.middleware
async def error_shape(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with ``{code, sentence, …}`` whatever goes wrong; to a browser that wants a page, with a page that says it."""
    try:
        if request.app.get(ONLY_HTTPS) and not request.secure:
            raise web.HTTPPermanentRedirect(over_https(request))
        if request.method not in _LOOKING and request.app.get(ONLY_FOLLOWS):
            raise errors.only_followed()
        return await handler(request)
    except Problem as problem:
        return await _answer(request, problem)
    except OnlyFollowed:
        return await _answer(request, errors.only_followed())
    except StoreError as error:
        if not isinstance(error, StoreUnreachable):
            logger.error("%s: %s", _asked(request), error)
        return await _answer(request, errors.store_unreachable())
    except web.HTTPRequestEntityTooLarge:
        return await _answer(request, Problem(413, "too_large", "The request is too large."))
    except web.RequestPayloadError:
        return await _answer(request, errors.malformed("body", "is not what its headers say"))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return await _answer(request, _of_http(error))
    except ConnectionError:
        raise  # whoever asked is gone: there is nobody to answer, and no fault of ours
    except Exception:
        logger.exception("%s", _asked(request))
        return await _answer(request, errors.fault())


def _asked(request: web.Request) -> str:
    """What was asked for, by its route: the address itself holds keys and tokens, and line breaks if somebody likes."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else '(nothing)'}"


def _of_http(error: web.HTTPException) -> Problem:
    if isinstance(error, web.HTTPNotFound):
        return errors.not_found("page")
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    return Problem(error.status, error.reason.lower().replace(" ", "_"), "This address answers no such request.", headers=headers)


async def _answer(request: web.Request, problem: Problem) -> web.StreamResponse:
    """The problem as a page or as JSON, in the reader's language."""
    sentence = fault_in(request, problem)
    if "text/html" in request.headers.get("Accept", ""):
        page = render(request, "error.html", status=problem.status, code=problem.code, sentence=sentence)
        page.headers.update(problem.headers)
        if request.method == "GET" and "Retry-After" in problem.headers:
            page.headers["Refresh"] = str(max(REFRESH_S_MIN, int(problem.headers["Retry-After"])))
        return page
    body = {"code": problem.code, "sentence": sentence, **problem.fields}
    return web.json_response(body, status=problem.status, headers=problem.headers)

"""Pages: one jinja2 environment over the templates of all rooms, in the reader's language, with versioned static files."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from server.core.plan_parts import LANGUAGES, language_of_words, words
from server.core.values import MS_PER_SECOND, BazaarId, Text
from server.hub.hub import Hub
from server.hub.room import Room
from server.web.errors import Problem
from server.web.i18n import COOKIE, LANGUAGE_NAMES, QUERY, Catalogues, choose_language, day_in_words, filled
from server.web.keys import HUB, ROOT
from server.web.packing import PackedFiles, pack

STATIC = ROOT / "static"
STATIC_PATH = "/static"
LANGUAGE_COOKIE_S = 365 * 24 * 3600
BEHIND_S_MIN = 5
"""A store that answers is heard of more often."""
ENVIRONMENTS = web.AppKey("environments", dict[str, Environment])
CATALOGUES = web.AppKey("catalogues", Catalogues)
FILES = web.AppKey("files", PackedFiles)
VERSION = web.AppKey("version", str)
"""Which pages this process serves: it changes with any static file."""


def install_pages(app: web.Application) -> None:
    """Give the application its templates, catalogues and static files."""
    version = _version_of(STATIC)
    app[CATALOGUES] = Catalogues()
    app[VERSION] = version
    app[ENVIRONMENTS] = {language: _environment(app[CATALOGUES], language, version) for language in LANGUAGES}
    app[FILES] = PackedFiles(STATIC)
    app.router.add_get(f"{STATIC_PATH}/{version}/{{name:{PackedFiles.NAMES}}}", app[FILES].serve)
    app.router.add_static(f"{STATIC_PATH}/{version}", STATIC)


def _environment(catalogues: Catalogues, language: str, version: str) -> Environment:
    """The templates in one language; one environment each, so that a template is compiled once."""
    environment = Environment(
        loader=FileSystemLoader([ROOT / room / "templates" for room in ("server/web", "displays", "counters")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # Page data keeps the order of its keys: a script compares it with what comes live.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    environment.globals.update(
        lang=language,
        words=partial(words, lang=language),
        lang_of=partial(_lang_attribute, lang=language),
        day=partial(day_in_words, language=language),
        static=lambda name: f"{STATIC_PATH}/{version}/{name}",
    )
    environment.install_gettext_translations(catalogues.of(language), newstyle=True)  # type: ignore[attr-defined]  # jinja2.ext.i18n adds it
    return environment


def _lang_attribute(text: Text, lang: str) -> Markup:
    """What goes into the tag around `words` that are in another language than the page (WCAG 2.2, 3.1.2)."""
    language = language_of_words(text, lang)
    return Markup("") if language == lang else Markup(' lang="{}"').format(language)


def page_template(name: str, language: str) -> Template:
    """A template outside of any application, for files: what it needs of static files stands in it."""
    return _environment(Catalogues(), language, "").get_template(name)


def render(request: web.Request, template: str, *, status: int = 200, here: str = "", **context: object) -> web.Response:
    """A page of the bazaar that the path names, in the reader's language.

    ``here`` is the path under which a browser finds the page again, where it may answer a form that was sent to another one.

    Templates find ``_`` and ``ngettext``, ``lang``, ``languages`` (code → own name), ``words(text)``, ``lang_of(text)`` (the attribute
    of a tag around them), ``day(date)``, ``static(name)`` and ``home``, the bazaar's root path ("" where the path names none that there
    is: an address must not choose where our links lead), and ``behind_s``, for a page's script: how old its frames were when the page
    was made.
    """
    language = language_of(request)
    bazaar_id = BazaarId(request.match_info.get("bazaar", ""))
    text = (
        request.app[ENVIRONMENTS][language]
        .get_template(template)
        .render(
            languages={code: LANGUAGE_NAMES[code] for code in languages_of(request)},
            home=f"/{bazaar_id}" if bazaar_id in request.app[HUB].rooms else "",
            behind_s=_behind_s(request.app[HUB], bazaar_id),
            here=here,
            **context,
        )
    )
    response = web.Response(text=text, status=status, content_type="text/html", headers={"Content-Language": language})
    if request.query.get(QUERY) == language:
        response.set_cookie(COOKIE, language, max_age=LANGUAGE_COOKIE_S, path="/", samesite="Lax", httponly=True)
    return pack(request, response)


def _behind_s(hub: Hub, bazaar_id: BazaarId) -> int:
    """How long ago the bazaar's store was last heard of; 0 for a moment, or where the path names no bazaar."""
    room = hub.rooms.get(bazaar_id)
    behind_s = (hub.clock() - room.writer.fresh_at) // MS_PER_SECOND if room is not None and room.opened else 0
    return behind_s if behind_s >= BEHIND_S_MIN else 0


def language_of(request: web.Request) -> str:
    """The language in which this reader is answered."""
    return choose_language(languages_of(request), request.query.get(QUERY), request.cookies.get(COOKIE))


def languages_of(request: web.Request) -> tuple[str, ...]:
    """The languages of the bazaar that the path names, else all that there are."""
    room = request.app[HUB].rooms.get(BazaarId(request.match_info.get("bazaar", "")))
    return room.plan.bazaar.languages if room is not None and room.opened else LANGUAGES


def said(request: web.Request, sentence: str, fields: Mapping[str, object]) -> str:
    """An English sentence over ``{fields}`` in the reader's language, filled in."""
    return filled(request.app[CATALOGUES].of(language_of(request)).gettext, sentence, fields)


def fault_in(request: web.Request, problem: Problem | None) -> str:
    """What a problem says in the reader's language, "" without one."""
    return said(request, problem.sentence, problem.fields) if problem else ""


def words_of(request: web.Request, text: Text) -> str:
    """Words of the bazaar file in the reader's language."""
    return words(text, language_of(request))


def local_time(room: Room, at_ms: int) -> datetime:
    """A moment (Unix ms) as the clocks of the bazaar's place show it."""
    return datetime.fromtimestamp(at_ms / MS_PER_SECOND, ZoneInfo(room.plan.bazaar.timezone))


def _version_of(folder: Path) -> str:
    """A name that changes with any static file, so that browsers may keep what they have for ever."""
    digest = blake2b(digest_size=6)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()

"""The organiser's slides between calls: pictures and silent video from a folder, looked at before any screen is told of them."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from aiohttp import web

from server.hub.room import Room
from server.web.addresses import home_of
from server.web.errors import not_found
from server.web.requests import room_of

logger = logging.getLogger(__name__)

routes = web.RouteTableDef()

SLIDES_MAX = 60
IMAGE_BYTES_MAX = 8_000_000
VIDEO_BYTES_MAX = 200_000_000
HEAD_BYTES = 16
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that the TVs of 2018 show: its media type, and the bytes that stand at an offset in each such file."""

    kind: str
    media_type: str
    offset: int
    magic: bytes

    @property
    def bytes_max(self) -> int:
        """How large a file may be."""
        return IMAGE_BYTES_MAX if self.kind == "image" else VIDEO_BYTES_MAX


_JPEG = Format("image", "image/jpeg", 0, b"\xff\xd8\xff")
FORMATS = {
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": Format("image", "image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ".webp": Format("image", "image/webp", 8, b"WEBP"),
    ".mp4": Format("video", "video/mp4", 4, b"ftyp"),
    ".webm": Format("video", "video/webm", 0, b"\x1a\x45\xdf\xa3"),
}


@dataclass(frozen=True, slots=True)
class Slide:
    """A file that may be shown. ``version`` changes with the file."""

    path: Path
    format: Format
    version: str


class Slides:
    """A folder of slides. What lies in it is read anew each time, so that files may be put in and taken out during the day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._told: set[Path] = set()

    def slides(self) -> list[Slide]:
        """The first good files, by name; what is no picture and no video, is too large or lies elsewhere is left out, which is logged."""
        try:
            paths = sorted(path for path in self._folder.iterdir() if not path.name.startswith("."))
        except OSError as error:
            logger.warning("no slides: %s", error)
            return []
        return list(self._good(paths))[:SLIDES_MAX]

    def _good(self, paths: list[Path]) -> Iterator[Slide]:
        for path in paths:
            try:
                fault, slide = self._looked_at(path)
            except OSError as error:
                fault, slide = str(error.strerror), None
            if slide is not None:
                yield slide
            elif path not in self._told:
                self._told.add(path)
                logger.warning("the slide %s is left out: %s", path.name, fault)

    def _looked_at(self, path: Path) -> tuple[str, Slide | None]:
        kind = FORMATS.get(path.suffix.lower())
        if kind is None:
            return f"none of {', '.join(FORMATS)}", None
        if path.resolve().parent != self._folder or not path.is_file():
            return "no file of this folder", None
        status = path.stat()
        if status.st_size > kind.bytes_max:
            return f"larger than {kind.bytes_max} bytes", None
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if not head[kind.offset :].startswith(kind.magic):
            return f"not {kind.media_type}, whatever its name says", None
        version = blake2b(f"{status.st_mtime_ns} {status.st_size} {path.name}".encode(), digest_size=6).hexdigest()
        return "", Slide(path, kind, version)


SLIDES = web.AppKey("slides", Slides)


def install_slides(app: web.Application, folder: Path | None) -> None:
    """Show the slides of a folder; without one there are none."""
    if folder is not None:
        app[SLIDES] = Slides(folder)


@routes.get("/{bazaar}/slides")
async def listed(request: web.Request) -> web.Response:
    """``{slides: [{kind, url}]}``, with an ETag: screens ask after each round of the cards."""
    room = room_of(request)
    body = json.dumps({"slides": await slide_cards(request, room)}).encode()
    tag = blake2b(body, digest_size=8).hexdigest()
    response = web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-cache"})
    response.etag = tag
    if request.if_none_match and any(asked.value == tag for asked in request.if_none_match):
        return web.Response(status=304, headers={"Cache-Control": "no-cache", "ETag": f'"{tag}"'})
    return response


@routes.get("/{bazaar}/slides/{version}/{name}")
async def file(request: web.Request) -> web.StreamResponse:
    """The file itself, in ranges where that is asked for. Only what is listed is given: a name leads to no path of its own."""
    room_of(request)
    for slide in await _slides(request):
        if (slide.version, slide.path.name) == (request.match_info["version"], request.match_info["name"]):
            headers = {"Content-Type": slide.format.media_type, "Cache-Control": FOR_EVER}
            return web.FileResponse(slide.path, headers=headers)
    raise not_found("slide")


async def slide_cards(request: web.Request, room: Room) -> list[dict[str, str]]:
    """The slides as cards for a screen: ``{kind, url}``."""
    home = home_of(room)
    return [
        {"kind": slide.format.kind, "url": str(request.rel_url.build(path=f"{home}/slides/{slide.version}/{slide.path.name}"))}
        for slide in await _slides(request)
    ]


async def _slides(request: web.Request) -> list[Slide]:
    shown = request.app.get(SLIDES)
    return await asyncio.to_thread(shown.slides) if shown is not None else []

"""What goes to browsers is packed: a phone in a crowded yard waits for every kilobyte.

Bodies that come in are never unpacked (`server.web.requests`); this is about what goes out.
"""

import gzip
from pathlib import Path

from aiohttp import web
from aiohttp.web_response import ContentCoding

PACKED_FROM_BYTES = 500
"""Below this packing gains less than a header costs."""
LEVEL = 9
CONTENT_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}


def pack(request: web.Request, response: web.Response) -> web.Response:
    """Have an answer packed on its way, to whoever can unpack it."""
    response.headers["Vary"] = "Accept-Encoding"
    if accepts_gzip(request) and len(response.body or b"") >= PACKED_FROM_BYTES:  # type: ignore[arg-type]  # pages are made of bytes
        response.enable_compression(ContentCoding.gzip)
    return response


def accepts_gzip(request: web.Request) -> bool:
    """Whether who asks can unpack."""
    return "gzip" in request.headers.get("Accept-Encoding", "").lower()


class PackedFiles:
    """Scripts, styles and drawings of a folder, read and packed once."""

    NAMES = r".+\.(?:css|js|svg|webmanifest)"
    """What such a file's name looks like, for a route."""

    def __init__(self, folder: Path) -> None:
        plain = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.suffix in CONTENT_TYPES}
        self._plain = plain
        self._packed = {name: gzip.compress(body, LEVEL, mtime=0) for name, body in plain.items()}

    def plain(self, name: str) -> bytes:
        """A file as it is."""
        return self._plain[name]

    async def serve(self, request: web.Request) -> web.Response:
        """The file that the path names; raises 404 for another."""
        name = request.match_info["name"]
        if name not in self._plain:
            raise web.HTTPNotFound
        packed = accepts_gzip(request) and len(self._packed[name]) < len(self._plain[name])
        headers = {"Content-Type": CONTENT_TYPES[Path(name).suffix], "Vary": "Accept-Encoding"}
        if packed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=(self._packed if packed else self._plain)[name], headers=headers)

"""A TV's browser that waits to be set up, and the desk that does it."""

import re
from collections.abc import Mapping

import aiohttp

from tests.serving import Served

SCREENS = [{"code": "utama", "name": "Utama"}]
NEW = {"command_id": "set-up-a-screen-0000001", "name": "Layar timur", "agencies": ["polsek"], "zone": "utama", "speaks": False}


class Tv:
    """A TV's browser: it keeps cookies, also when it is switched off and on."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def open(self, path: str = "/tv") -> tuple[int, str, str]:
        """Open a page without following redirections: status, where to, code shown."""
        async with self.session.get(f"{self.served.home}{path}", headers={"Accept": "text/html"}, allow_redirects=False) as answer:
            code = re.search(r'data-code="(\w+)"', await answer.text())
            return answer.status, answer.headers.get("Location", ""), code[1] if code else ""

    async def code(self) -> str:
        """The code that it shows."""
        return (await self.open())[2]

    async def ask(self) -> tuple[str, bool]:
        """What its page asks all the time."""
        async with self.session.get(f"{self.served.home}/tv-code") as answer:
            assert 200 == answer.status
            body = await answer.json()
            return body["code"], body["ready"]

    def cookie(self, name: str) -> str:
        """One of its cookies, "" when it has none such."""
        return next((cookie.value for cookie in self.session.cookie_jar if cookie.key == name), "")


async def set_up(served: Served, wish: Mapping[str, object], key: str = "") -> tuple[int, dict[str, object]]:
    """What the desk sends."""
    headers = served.bearer(key or served.keys.admin)
    async with served.session.post(f"{served.home}/desk/screen", json=wish, headers=headers) as answer:
        return answer.status, await answer.json()

"""The way of simulated people to the hub: each request is sent again, the same, until it is answered."""

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import aiohttp

from server.core.plan import Plan
from server.store.command_ids import new_command_id

ANSWER_S = 10.0
PAUSE_S_MIN = 0.5
PAUSE_S_MAX = 5.0
LINE_BYTES_MAX = 2 * 1024 * 1024
"""The opening entry of a log holds the whole bazaar file."""


class NotWelcome(Exception):
    """The hub answers that it will never do what is asked: a wrong address, a key that is not good."""


class BazaarOver(Exception):
    """The bazaar is closed: there is nothing left to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``done`` tells whether it was carried out; ``body`` is the answer's JSON, of a refusal ``{code, sentence, …}``."""

    done: bool
    body: Mapping[str, Any]

    def events(self, name: str) -> list[Mapping[str, Any]]:
        """What happened under this name, if it was carried out: the events' maps."""
        return [fields for event, fields in self.body.get("events", ()) if event == name]


class Client:
    """HTTP to one bazaar. ``public`` and ``staff`` are its addresses in the two parts, without a trailing slash.

    The kiosk's key lets residents ask as often as they like: all of them come from one address.
    """

    def __init__(self, public: str, staff: str, kiosk_key: str, counter_keys: Mapping[int, str]) -> None:
        self._public = public
        self._staff = staff
        self._kiosk_key = kiosk_key
        self._counter_keys = counter_keys

    async def __aenter__(self) -> Self:
        """Open the connections. Cookies are not kept: each request is of another person."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(ANSWER_S), cookie_jar=aiohttp.DummyCookieJar(), read_bufsize=LINE_BYTES_MAX
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close them."""
        await self._session.close()

    async def plan(self) -> Plan:
        """The bazaar file, from the first line of the log; raises `NotWelcome`."""
        entry = await self._asked("GET", f"{self._public}/log", headers={"Accept": "application/x-ndjson"})
        return Plan.from_config(entry.body["events"][0][1]["config"])

    async def counter(self, number: int) -> Mapping[str, Any]:
        """What the tablet of a counter shows now; raises `NotWelcome`."""
        frame = await self._asked("GET", f"{self._staff}/views/counter/{number}", headers=_bearer(self._counter_keys[number]))
        view: Mapping[str, Any] = frame.body["view"]
        return view

    async def press(self, number: int, order: Mapping[str, object]) -> Answer:
        """A command of a counter; raises `NotWelcome`, `BazaarOver`."""
        return await self._command(f"{self._staff}/counter/{number}/commands", {**order, "counter": number}, self._counter_keys[number])

    async def take(self, wish: Mapping[str, object]) -> Answer:
        """Numbers from a kiosk; raises `NotWelcome`, `BazaarOver`."""
        return await self._command(f"{self._public}/tickets", wish, self._kiosk_key)

    async def change(self, token: str, order: Mapping[str, object]) -> Answer:
        """What a resident does with a ticket of their visit, by its token; raises `NotWelcome`, `BazaarOver`."""
        return await self._command(f"{self._public}/visit/{token}/commands", order, self._kiosk_key)

    async def _command(self, url: str, order: Mapping[str, object], key: str) -> Answer:
        body = {**order, "command_id": new_command_id()}
        answer = await self._asked("POST", url, headers=_bearer(key), body=body)
        if answer.body.get("code") == "bazaar_closed":
            raise BazaarOver
        return answer

    async def _asked(self, method: str, url: str, *, headers: Mapping[str, str], body: Mapping[str, object] | None = None) -> Answer:
        """Ask until there is an answer. A hub that is away for a while, or is asked too much, is asked again later."""
        pause_s = PAUSE_S_MIN
        while True:
            try:
                async with self._session.request(method, url, headers=headers, json=body) as response:
                    answered = response.status < HTTPStatus.INTERNAL_SERVER_ERROR and response.status != HTTPStatus.TOO_MANY_REQUESTS
                    if answered:
                        return _answer(response.status, f"{method} {url}", await response.content.readline())
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                pass
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311  # spreads the crowd; nothing secret
            pause_s = min(2 * pause_s, PAUSE_S_MAX)


def _answer(status: int, asked: str, line: bytes) -> Answer:
    """The answer's first line: of a log that is its first entry, and every other answer has no more than one."""
    try:
        body = json.loads(line)
    except ValueError:
        raise NotWelcome(f"{asked}: {status}, and no JSON; is this the address of a hub?") from None
    if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.CONFLICT:
        return Answer(status != HTTPStatus.CONFLICT, body)
    raise NotWelcome(f"{asked}: {status} {body.get('sentence', '')}")


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}

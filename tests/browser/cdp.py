"""Drives a browser that is older than any driver: the few commands of its debugging protocol that the tests need, over its socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

ANSWER_S = 30
PATIENCE_S = 60
LOOK_S = 0.05
READY = """!window.left && document.readyState === 'complete'
    && (document.body.hasAttribute('data-ready') || !document.querySelector('script[type=module]'))"""


@dataclass(slots=True)
class OldPage:
    """One page of the browser. ``faults``: every exception in its scripts, and every error that its console was told."""

    socket: aiohttp.ClientWebSocketResponse
    faults: list[str] = field(default_factory=list)
    _answers: dict[int, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    async def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """A command of the protocol, and its answer."""
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(ANSWER_S):
            return await answer

    async def goto(self, address: str) -> None:
        """Open a page and wait until it is ready: its script runs and has its first data, or it is all there and has no script."""
        await self.evaluate("window.left = true")
        await self.send("Page.navigate", url=address)
        await self.until(READY)

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        answer = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{expression}: {answer}"
        return answer["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until the expression is true in the page."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._holds(expression):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise AssertionError(f"{expression} at {await self.evaluate('location.href')}; faults: {self.faults}") from None

    async def _holds(self, expression: str) -> bool:
        answer = await self.send("Runtime.evaluate", expression=f"!!({expression})", returnByValue=True)
        return answer.get("result", {}).get("value") is True

    async def listen(self) -> None:
        """Take what the browser says, until the socket ends."""
        async for message in self.socket:
            said = json.loads(message.data)
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said.get("result") or {"exceptionDetails": said.get("error")})
            elif said["method"] == "Runtime.exceptionThrown":
                details = said["params"]["exceptionDetails"]
                self.faults.append(f"{details.get('url')}: {details.get('exception', {}).get('description', details['text'])}")
            elif said["method"] == "Runtime.consoleAPICalled" and said["params"]["type"] in ("error", "assert"):
                self.faults.append(str(said["params"]["args"]))


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[OldPage]:
    """The page behind a debugging address, on a screen of 1920 by 1080; afterwards no script may have failed on it."""
    async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
        page = OldPage(socket)
        listening = asyncio.create_task(page.listen())
        await page.send("Page.enable")
        await page.send("Runtime.enable")
        await page.send("Emulation.setDeviceMetricsOverride", width=1920, height=1080, deviceScaleFactor=1, mobile=False)
        yield page
        listening.cancel()
    assert [] == page.faults

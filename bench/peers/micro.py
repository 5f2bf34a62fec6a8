"""uWebSockets, C++ with bindings of the package ``socketify``: one topic, which every phone has subscribed to.

    python -m bench.peers.micro BYTES

runs with the Python of the bench's own folder, where socketify is.
"""

import importlib
import sys
from typing import Any

from bench.peers.nchan import free_port
from bench.peers.publisher import obey, payload

TOPIC = "line/A"
IDLE_S = 600


class Micro:
    """An app of socketify, which runs asyncio's loop and its own in turn."""

    def __init__(self, size: int, port: int) -> None:
        socketify = importlib.import_module("socketify")
        self._size = size
        self._text = socketify.OpCode.TEXT
        self._app: Any = socketify.App()
        self._loop: Any = self._app.loop.loop
        self._loop.set_task_factory(None)  # its own runs a task's first step inside another task, which asyncio does not allow
        compress = socketify.CompressOptions.DISABLED
        self._app.ws("/live", {"compression": compress, "idle_timeout": IDLE_S, "open": lambda phone: phone.subscribe(TOPIC)})
        self._app.listen({"host": "127.0.0.1", "port": port})

    async def publish(self, offset: int, due_ns: int) -> None:
        """See Server."""
        self._app.publish(TOPIC, payload(offset, due_ns, self._size), self._text)

    async def handed_over(self) -> None:
        """It writes what was published at the end of a turn of its own loop."""
        self._app.loop.uv_loop.run_nowait()

    def run(self, port: int) -> None:
        """Serve until standard input ends."""
        obeying = self._loop.create_task(obey(self, {"port": port}))  # named, else it is forgotten: asyncio holds its tasks weakly
        obeying.add_done_callback(lambda _: sys.exit())
        self._app.run()


if __name__ == "__main__":
    here = free_port()
    Micro(int(sys.argv[1]), here).run(here)

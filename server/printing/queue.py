"""The tickets of one printer, in order: each is printed once, or given up while its owner may still be there to hear of it.

Rule: bytes that may have reached the printer are never sent again without the mark of a copy. A ticket that would come out when its
owner has left is somebody else's to take; so after `KEEP_S` it is given up, and staff print it again when its owner asks.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from server.printing.condition import Condition
from server.printing.printer import NotPrinted, Printer
from server.printing.slip import Slip
from server.printing.ticket import printed

WAITING_MAX = 20
KEEP_S = 45.0
"""As long as a kiosk shows a number to nobody."""
RETRY_S = 1.0
LOOK_S = 10.0
"""How often a printer that has nothing to do is asked how it is."""
REMEMBERED_MAX = 500
GIVEN_UP_SHOWN = 12

logger = logging.getLogger(__name__)


class PrintState(StrEnum):
    """What became of a ticket."""

    WAITING = "waiting"
    PRINTED = "printed"
    GIVEN_UP = "given_up"


@dataclass(slots=True)
class _Job:
    key: str
    slip: Slip
    copy: bool
    until: float


class PrintQueue:
    """Give it tickets, and let `run` go on. ``condition`` is how the printer was last, None before it was ever asked."""

    def __init__(self, printer: Printer, *, keep_s: float = KEEP_S, retry_s: float = RETRY_S, look_s: float = LOOK_S) -> None:
        self.printer = printer
        self.condition: Condition | None = None
        self.on_change: Callable[[], None] = _nothing
        self.keep_s = keep_s
        self._retry_s, self._look_s = retry_s, look_s
        self._jobs: deque[_Job] = deque()
        self._states: OrderedDict[str, PrintState] = OrderedDict()
        self._given_up: deque[str] = deque(maxlen=GIVEN_UP_SHOWN)
        self._news = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many tickets are to be printed."""
        return len(self._jobs)

    @property
    def given_up(self) -> list[str]:
        """Labels of the last tickets that did not come out, and were not printed since; the latest first."""
        return list(self._given_up)

    def state_of(self, key: str) -> PrintState | None:
        """What became of the ticket under this key, None when it was never asked for here."""
        return self._states.get(key)

    def put(self, key: str, slip: Slip, *, copy: bool = False) -> None:
        """Print a ticket, once for each key: whoever asks again while it waits or when it is printed changes nothing.

        A ticket too many is given up at once.
        """
        if self._states.get(key) in (PrintState.WAITING, PrintState.PRINTED):
            return
        job = _Job(key, slip, copy or key in self._states, time.monotonic() + self.keep_s)
        if len(self._jobs) >= WAITING_MAX:
            self._give_up(job)
            return
        self._jobs.append(job)
        self._become(job, PrintState.WAITING)
        self._news.set()

    async def run(self) -> None:
        """Print what comes, and look after the printer meanwhile; until cancelled."""
        while True:
            self._news.clear()
            if self._jobs:
                await self._see_to(self._jobs[0])
                self._jobs.popleft()
            else:
                await self._look()

    async def _see_to(self, job: _Job) -> None:
        """Print it, again and again until it is out or its time is over."""
        while time.monotonic() < job.until:
            try:
                ticket = await asyncio.to_thread(printed, job.slip, self.printer.paper, copy=job.copy)  # some ms of drawing
                self._is(await self.printer.print(ticket))
            except NotPrinted as fault:
                job.copy = job.copy or fault.begun
                self._is(fault.condition)
                await asyncio.sleep(self._retry_s)
            except Exception:  # one ticket must not keep those behind it from being printed
                logger.exception("a ticket for printer %s could not be printed", self.printer.name)
                break
            else:
                self._done(job)
                return
        self._give_up(job)

    async def _look(self) -> None:
        """Ask the printer how it is; then wait for a ticket, or for the time to ask again."""
        self._is(await self.printer.condition())
        try:
            async with asyncio.timeout(self._look_s):
                await self._news.wait()
        except TimeoutError:
            pass

    def _done(self, job: _Job) -> None:
        if job.slip.label in self._given_up:
            self._given_up.remove(job.slip.label)
        self._become(job, PrintState.PRINTED)

    def _give_up(self, job: _Job) -> None:
        if job.slip.label not in self._given_up:
            self._given_up.appendleft(job.slip.label)
        logger.warning("printer %s did not print %s", self.printer.name, job.slip.label)
        self._become(job, PrintState.GIVEN_UP)

    def _become(self, job: _Job, state: PrintState) -> None:
        self._states[job.key] = state
        self._states.move_to_end(job.key)
        if len(self._states) > REMEMBERED_MAX:
            self._states.popitem(last=False)
        self.on_change()

    def _is(self, condition: Condition) -> None:
        if condition is not self.condition:
            said = logger.info if condition.prints else logger.warning
            said("printer %s: %s", self.printer.name, condition.value)
            self.condition = condition
            self.on_change()


def _nothing() -> None:
    """Nobody wants to know."""

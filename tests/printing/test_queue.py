"""A printer's queue: in order, each ticket once, bounded, given up in time, and a copy is marked as one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from server.printing.condition import Condition
from server.printing.queue import WAITING_MAX, PrintQueue, PrintState
from tests.printing.emulator import Emulator, emulator
from tests.printing.paper import Sheet
from tests.printing.samples import printer_at, slip

LONG_S = 600.0
"""So long that a test cannot see the end of it."""


@asynccontextmanager
async def queue_at(device: Emulator, *, keep_s: float = LONG_S, look_s: float = LONG_S) -> AsyncIterator[PrintQueue]:
    """A queue that runs."""
    queue = PrintQueue(printer_at(device), keep_s=keep_s, retry_s=0.01, look_s=look_s)
    running = asyncio.create_task(queue.run())
    yield queue
    running.cancel()


async def until(holds: Callable[[], bool]) -> None:
    """Look again until this holds."""
    async with asyncio.timeout(120):
        while not holds():
            await asyncio.sleep(0.001)


def is_copy(sheet: Sheet) -> bool:
    """Whether the paper says that it is one."""
    return slip().copy in sheet.text


async def test_in_order() -> None:
    """Tickets come out in the order in which they were put in, each once."""
    async with emulator() as device, queue_at(device) as queue:
        for number in (1, 2, 3):
            queue.put(f"A-{number}", slip(lane=f"NO {number}"))
        sheets = await device.has_printed(3)
        assert ["NO 1", "NO 2", "NO 3"] == [next(line for line in sheet.text if line.startswith("NO ")) for sheet in sheets]
        await until(lambda: queue.waiting == 0)
        assert PrintState.PRINTED is queue.state_of("A-3")


async def test_once_each() -> None:
    """Whoever asks again for a ticket that waits or is printed gets no second one."""
    async with emulator() as device, queue_at(device) as queue:
        queue.put("A-1", slip())
        queue.put("A-1", slip())
        await until(lambda: queue.state_of("A-1") is PrintState.PRINTED)
        queue.put("A-1", slip())
        queue.put("A-2", slip())
        await until(lambda: queue.state_of("A-2") is PrintState.PRINTED)
        assert [False, False] == [is_copy(sheet) for sheet in device.papers]


async def test_paper_out_before_a_ticket() -> None:
    """A ticket that found no paper comes out, unmarked, when there is some: nobody can have it yet. The queue says what it waits for."""
    async with emulator() as device, queue_at(device) as queue:
        device.rows_left = 0
        queue.put("A-1", slip())
        await until(lambda: queue.condition is Condition.PAPER_OUT)
        assert PrintState.WAITING is queue.state_of("A-1")
        await device.load()
        assert [False] == [is_copy(sheet) for sheet in await device.has_printed(1)]
        await until(lambda: queue.condition is Condition.READY)


async def test_paper_out_in_a_ticket() -> None:
    """A ticket of which a part was printed comes again as a copy: the first may be whole, and in somebody's hand."""
    async with emulator() as device, queue_at(device) as queue:
        device.rows_left = 300
        queue.put("A-1", slip())
        await until(lambda: queue.condition is Condition.PAPER_OUT)
        await device.load()
        assert [False, True] == [is_copy(sheet) for sheet in await device.has_printed(2)]


async def test_power_cut_in_a_ticket() -> None:
    """After a power cut in mid-ticket the torn piece is followed by a copy, once the printer is back."""
    async with emulator() as device, queue_at(device) as queue:
        device.hangs_up_after = 4000
        queue.put("A-1", slip())
        await until(lambda: queue.condition is Condition.NO_LINK)
        await device.switch_off()
        device.hangs_up_after = None
        await device.switch_on()
        sheets = await device.has_printed(2)
        assert [(False, False), (True, True)] == [(sheet.is_cut, is_copy(sheet)) for sheet in (sheets[0], sheets[-1])]


async def test_given_up_in_time() -> None:
    """A ticket that does not come out in its time is given up and named: its owner has left, and it would be another's to take."""
    async with emulator() as device, queue_at(device, keep_s=0.05) as queue:
        device.rows_left = 0
        queue.put("A-012", slip())
        await until(lambda: queue.state_of("A-012") is PrintState.GIVEN_UP)
        assert ["A-012"] == queue.given_up
        queue.keep_s = LONG_S
        await device.load()
        queue.put("B-001", slip("B-001"))
        await until(lambda: queue.state_of("B-001") is PrintState.PRINTED)
        assert 1 == len(device.papers)


async def test_printed_again() -> None:
    """Staff print a ticket again that was given up: it comes as a copy, and is no longer among those that are missing."""
    async with emulator() as device, queue_at(device, keep_s=0.05) as queue:
        device.rows_left = 0
        queue.put("first", slip())
        await until(lambda: queue.given_up == ["A-012"])
        queue.keep_s = LONG_S
        await device.load()
        queue.put("again", slip(), copy=True)
        assert [True] == [is_copy(sheet) for sheet in await device.has_printed(1)]
        await until(lambda: queue.given_up == [])


async def test_bounded() -> None:
    """More tickets than a roll would be good for are given up at once, and said to be; those before them are kept."""
    async with emulator() as device, queue_at(device) as queue:
        device.rows_left = 0
        for number in range(WAITING_MAX + 1):
            queue.put(f"A-{number}", slip())
        assert WAITING_MAX == queue.waiting
        assert PrintState.GIVEN_UP is queue.state_of(f"A-{WAITING_MAX}")
        await device.load()
        assert WAITING_MAX == len(await device.has_printed(WAITING_MAX))


async def test_looked_after() -> None:
    """A printer without work is asked how it is, so that the desk hears of an empty roll before a resident does."""
    async with emulator() as device, queue_at(device, look_s=0.01) as queue:
        heard: list[Condition | None] = []
        queue.on_change = lambda: heard.append(queue.condition)
        await until(lambda: queue.condition is Condition.READY)
        device.rows_left = 0
        await until(lambda: queue.condition is Condition.PAPER_OUT)
        assert [Condition.READY, Condition.PAPER_OUT] == heard


async def test_a_ticket_that_cannot_be_made() -> None:
    """A ticket with which something of ours is wrong is given up, and those behind it are printed."""
    async with emulator() as device, queue_at(device) as queue:
        queue.put("bad", replace(slip(), link="too long for any code " * 200))
        queue.put("good", slip())
        await device.has_printed(1)
        assert PrintState.GIVEN_UP is queue.state_of("bad")

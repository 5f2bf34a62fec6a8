"""A printer with every fault that a bazaar evening has: each is told by its name, and what may have been printed is known."""

import asyncio
import os
import pty
import select
import threading
import tty
from functools import partial
from pathlib import Path

import pytest

from server.printing.condition import Condition
from server.printing.links import DeviceLink
from server.printing.printer import NotPrinted, Patience, Printer
from server.printing.slip import Paper
from server.printing.ticket import printed
from tests.printing.emulator import Emulator, emulator
from tests.printing.samples import HASTE, SILENCE, printer_at, slip

TICKET = printed(slip(), Paper.WIDE, copy=False)


async def fault_of(printer: Printer) -> tuple[Condition, bool]:
    """Why a ticket does not come out, and whether a part of it may have."""
    with pytest.raises(NotPrinted) as caught:
        await printer.print(TICKET)
    return caught.value.condition, caught.value.begun


async def test_it_prints() -> None:
    """A ticket comes out as it was sent, and the call ends when it is out."""
    async with emulator() as device:
        assert Condition.READY is await printer_at(device).print(TICKET)
        (sheet,) = device.papers
        assert slip().link == sheet.qr_text()
        assert sheet.is_cut


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        ({"rows_left": 0}, Condition.PAPER_OUT),
        ({"cover_open": True}, Condition.COVER_OPEN),
        ({"offline": True}, Condition.OFFLINE),
        ({"stalls": True}, Condition.NO_LINK),
    ],
    ids=["paper out", "cover open", "paused", "stalled"],
)
async def test_troubles_by_name(fault: dict[str, object], condition: Condition) -> None:
    """What keeps it from printing is asked before anything is sent: nothing is printed, and nothing can have been."""
    async with emulator() as device:
        for name, value in fault.items():
            setattr(device, name, value)
        printer = printer_at(device, patience=SILENCE if device.stalls else HASTE)
        assert condition is await printer.condition()
        assert (condition, False) == await fault_of(printer)
        assert [] == device.papers


async def test_little_paper() -> None:
    """With little paper left it prints, and says so."""
    async with emulator() as device:
        device.paper_low = True
        assert Condition.PAPER_LOW is await printer_at(device).print(TICKET)


async def test_switched_off() -> None:
    """A printer that is switched off is no link, and is one again when it is switched on."""
    async with emulator() as device:
        printer = printer_at(device)
        await device.switch_off()
        assert (Condition.NO_LINK, False) == await fault_of(printer)
        await device.switch_on()
        assert Condition.READY is await printer.condition()


async def test_paper_ends_in_a_ticket() -> None:
    """Paper that ends in mid-ticket is told as that, and a part of the ticket may be out."""
    async with emulator() as device:
        device.rows_left = 200
        assert (Condition.PAPER_OUT, True) == await fault_of(printer_at(device))
        await device.load()
        assert [True] == [sheet.is_cut for sheet in await device.has_printed(1)]


async def test_power_is_cut_in_a_ticket() -> None:
    """A connection that breaks in mid-ticket leaves a torn piece, and is told as no link with a part of it out."""
    async with emulator() as device:
        device.hangs_up_after = len(TICKET) // 2
        assert (Condition.NO_LINK, True) == await fault_of(printer_at(device))
        await device.switch_off()
        assert [False] == [sheet.is_cut for sheet in device.papers]
        await device.switch_on()


async def test_a_printer_that_knows_no_end() -> None:
    """A cheap printer that does not say when it is done, but says that it is well, is believed."""
    async with emulator() as device:
        device.answers_done = False
        await printer_at(device).print(TICKET)
        assert 1 == len(await device.has_printed(1))


async def test_a_printer_that_answers_nothing() -> None:
    """One that was set up as dumb gets its tickets all the same."""
    async with emulator() as device:
        await printer_at(device, answers=False).print(TICKET)
        assert slip().link == (await device.has_printed(1))[0].qr_text()


# The device file of a USB printer is stood in for by a terminal's: the emulator sits at its other end.


def usb_printer(path: str) -> Printer:
    """A printer at a device file."""
    return Printer(name="usb", paper=Paper.WIDE, open=partial(DeviceLink.open, path, answers=True), patience=HASTE)


def sit_at(other_end: int, device: Emulator, loop: asyncio.AbstractEventLoop) -> None:
    """Carry bytes between a device file's other end and the emulator's port, until the file is closed."""

    async def carry() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", device.port)

        async def answers() -> None:
            while answer := await reader.read(256):
                os.write(other_end, answer)

        answering = asyncio.create_task(answers())
        while data := await asyncio.to_thread(_read, other_end):
            writer.write(data)
            await writer.drain()
        answering.cancel()
        writer.close()

    asyncio.run_coroutine_threadsafe(carry(), loop)


def _read(file: int) -> bytes:
    try:
        return os.read(file, 1024)
    except OSError:
        return b""


async def test_a_usb_printer() -> None:
    """A device file is asked and written as a connection is, in a thread that ends with the ticket."""
    other_end, end = pty.openpty()
    tty.setraw(end)
    try:
        async with emulator() as device:
            sit_at(other_end, device, asyncio.get_running_loop())
            assert Condition.READY is await usb_printer(os.ttyname(end)).print(TICKET)
            assert slip().link == (await device.has_printed(1))[0].qr_text()
            device.rows_left = 0
            assert (Condition.PAPER_OUT, False) == await fault_of(usb_printer(os.ttyname(end)))
            os.close(end)
    finally:
        os.close(other_end)


async def test_a_usb_printer_that_takes_nothing() -> None:
    """A device that takes no byte holds nobody: the wait ends, and so does its thread."""
    other_end, end = pty.openpty()
    tty.setraw(end)
    printer = Printer(
        name="usb", paper=Paper.WIDE, open=partial(DeviceLink.open, os.ttyname(end), answers=False), answers=False, patience=SILENCE
    )
    assert (Condition.NO_LINK, True) == await fault_of(printer)
    async with asyncio.timeout(30):
        while any(thread.name.startswith("printer") for thread in threading.enumerate()):
            await asyncio.sleep(0)
    os.close(other_end)
    os.close(end)


async def test_told_to_stop_in_a_ticket() -> None:
    """Whoever no longer waits for a ticket leaves no thread behind that does: the process could not end."""
    other_end, end = pty.openpty()
    tty.setraw(end)
    forever = Patience(answer_s=3600, take_s=3600, done_s=3600)
    way = partial(DeviceLink.open, os.ttyname(end), answers=False)
    printing = asyncio.create_task(Printer(name="usb", paper=Paper.WIDE, open=way, answers=False, patience=forever).print(TICKET))
    async with asyncio.timeout(30):
        while not select.select([other_end], [], [], 0)[0]:
            await asyncio.sleep(0)
        printing.cancel()
        while any(thread.name.startswith("printer") for thread in threading.enumerate()):
            await asyncio.sleep(0)
    os.close(other_end)
    os.close(end)


@pytest.mark.parametrize("path", ["nothing", "."])
async def test_no_such_device(tmp_path: Path, path: str) -> None:
    """A device file that is not there, or is none, is no link."""
    assert (Condition.NO_LINK, False) == await fault_of(usb_printer(str(tmp_path / path)))

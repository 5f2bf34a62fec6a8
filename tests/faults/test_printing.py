"""Real processes and a printer with faults: no number is lost with its paper, and none is on two papers that look alike."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.faults.processes import Server, run, until
from tests.faults.site import BAZAAR, Site, bearer, site
from tests.printing.emulator import emulator
from tests.printing.paper import Sheet

pytestmark = pytest.mark.faults

ROWS_OF_HALF_A_TICKET = 250
NO_NUMBER = "Ini bukan nomor antrean."
"""What a test page says."""


async def take(one: Site, hub: Server, command_id: str) -> Any:
    """Take a number at kiosk 1: the answer."""
    wish, key = {"command_id": command_id, "services": ["ktp"]}, one.keys["kiosk_keys"]["1"]
    async with one.session.post(f"{one.home(hub)}/tickets", json=wish, headers=bearer(key)) as answer:
        assert answer.status == 201, await answer.text()
        return await answer.json()


async def order(one: Site, ticket: str) -> None:
    """Have something printed from the desk, which is another process than the hub."""
    key, wish = one.keys["admin_key"], {"kiosk": 1, "ticket": ticket}
    async with one.session.post(f"{one.home(one.officers[0])}/desk/printing", json=wish, headers=bearer(key)) as answer:
        assert answer.status == 202


async def printer_at_the_desk(one: Site) -> Any:
    """The printer as the desk's process knows it, None before it has heard of it."""
    async with one.session.get(f"{one.home(one.officers[0])}/devices", headers=bearer(one.keys["admin_key"])) as answer:
        rows = (await answer.json())["devices"]
    return next((row for row in rows if row["device"] == "printer/1"), None)


async def desk_sees(one: Site, state: str) -> None:
    """Wait until it does."""

    async def holds() -> bool:
        row = await printer_at_the_desk(one)
        return row is not None and row["state"] == state

    await until(holds, f"the desk sees that the printer is {state}")


async def again(server: Server, one: Site) -> None:
    """Kill a server as `kill -9` does, and start it again."""
    await server.end(signal.SIGKILL)
    await server.start()
    await one.is_ready(server)


def marks(sheets: list[Sheet]) -> list[bool]:
    """Which papers are marked as copies."""
    return ["SALINAN" in sheet.text for sheet in sheets]


async def test_the_desk_of_another_process(tmp_path: Path) -> None:
    """The desk, served by another process, sees paper run out and come back, and has a ticket printed again by the hub."""
    async with emulator() as device, site(tmp_path, printer=f"1={device.address}") as one:
        taken = await take(one, one.hubs[0], "kiosk-takes-a-number")
        await device.has_printed(1)
        await desk_sees(one, "ok")
        device.rows_left = 0
        await desk_sees(one, "paper_out")
        await device.load()
        await order(one, taken["tickets"][0]["label"])
        assert [False, True] == marks(await device.has_printed(2))
        await desk_sees(one, "ok")


async def test_hub_killed_in_mid_ticket(tmp_path: Path) -> None:
    """A hub that dies in mid-ticket prints nothing by itself when it is back; the press sent again gives the same number, as a copy."""
    async with emulator() as device, site(tmp_path, printer=f"1={device.address}") as one:
        hub = one.hubs[0]
        device.rows_left = ROWS_OF_HALF_A_TICKET
        taken = await take(one, hub, "kiosk-takes-a-number")
        await until(lambda: device.rows_left == 0, "the paper is at its end")
        await again(hub, one)
        await device.load()
        assert [False] == marks(await device.has_printed(1))
        await order(one, "")
        assert [False, True] == [NO_NUMBER in " ".join(sheet.text) for sheet in await device.has_printed(2)]
        assert taken["tickets"] == (await take(one, hub, "kiosk-takes-a-number"))["tickets"]
        assert [False, False, True] == marks(await device.has_printed(3))


async def test_printer_away_and_back(tmp_path: Path) -> None:
    """A printer whose plug is pulled loses no number and delays no answer; what waited comes out when it is back, once and unmarked."""
    async with emulator() as device, site(tmp_path, printer=f"1={device.address}") as one:
        await desk_sees(one, "ok")
        await device.switch_off()
        first = await take(one, one.hubs[0], "kiosk-takes-number-1")
        second = await take(one, one.hubs[0], "kiosk-takes-number-2")
        await desk_sees(one, "no_link")
        await device.switch_on()
        sheets = await device.has_printed(2)
        links = [f"{one.keys['hub']}{taken['url']}" for taken in (first, second)]
        assert links == [sheet.qr_text() for sheet in sheets]
        assert [False, False] == marks(sheets)


@pytest.mark.parametrize("address", ["1=ftp://printer", "9=tcp://printer", "1=tcp://printer?paper=60"])
@pytest.mark.parametrize("command", ["hub", "demo"])
async def test_a_slip_in_the_address(tmp_path: Path, command: str, address: str) -> None:
    """A wrong address is refused at once with exit code 2, and the sentence names flag, address and fault."""
    arguments = (BAZAAR,) if command == "demo" else ()
    code, printed, said = await run(
        tmp_path / "command.log", command, "--printer", address, "--port", "0", "--data", tmp_path / "data", *arguments
    )
    assert (2, "") == (code, printed)
    assert f"urut: --printer: printer '{address}'" in said

"""From a kiosk's press to paper, and from the desk's: what is printed, once, and what the desk is told."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from displays.kiosk.printing import PRINTING
from server.cli.equipment import Equipment
from server.core.plan_parts import words
from server.core.values import KIOSKS
from server.printing.address import printers_at
from server.printing.queue import KEEP_S
from server.printing.slip import Paper
from server.printing.ticket import folded
from server.store.log import MemoryStore
from server.web.keys import DEVICES
from tests.printing.emulator import Emulator, emulator
from tests.printing.paper import Sheet
from tests.printing.samples import HASTE
from tests.scenarios import config_with
from tests.serving import Served, serving


@asynccontextmanager
async def kiosk_with_printer(device: Emulator, *languages: str, store: MemoryStore | None = None) -> AsyncIterator[Served]:
    """A bazaar whose kiosk 1 has the printer."""
    printers = printers_at([f"1={device.address}"], KIOSKS)
    quick = {kiosk: replace(printer, patience=HASTE) for kiosk, printer in printers.items()}
    async with serving(equipment=Equipment(printers=quick), config=config_with(languages=languages or ["id"]), store=store) as served:
        yield served


async def take(served: Served, command_id: str, services: list[str], *, kiosk: int = 1, **more: object) -> dict[str, Any]:
    """Take numbers at a kiosk: the answer."""
    wish = {"command_id": command_id, "services": services, **more}
    async with served.session.post(f"{served.home}/tickets", json=wish, headers=served.bearer(served.keys.kiosks[kiosk])) as answer:
        assert answer.status == 201, await answer.text()
        return dict(await answer.json())


async def desk(served: Served, ticket: str, kiosk: int = 1) -> int:
    """Order something at the desk: the status."""
    order = {"kiosk": kiosk, "ticket": ticket}
    async with served.session.post(f"{served.home}/desk/printing", json=order, headers=served.bearer(served.keys.admin)) as answer:
        return answer.status


async def get(served: Served, path: str, key: str) -> Any:
    """What an address says to who has the key."""
    async with served.session.get(served.home + path, headers=served.bearer(key)) as answer:
        assert answer.ok
        return await answer.json()


async def until(holds: Callable[[], bool]) -> None:
    """Look again until this holds."""
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.001)


def is_copy(sheet: Sheet) -> bool:
    """Whether the paper says that it is one."""
    return "SALINAN" in sheet.text or "COPY" in sheet.text


@pytest.mark.parametrize("paper", list(Paper), ids=lambda paper: f"{int(paper)} mm")
async def test_what_was_taken_is_printed(paper: Paper) -> None:
    """Each number of a visit comes out as a paper of its own: agency, people ahead, that it is free, the visit's page as a code."""
    async with emulator(paper) as device, kiosk_with_printer(device) as served:
        await served.submit("issue", services=["ktp"])
        taken = await take(served, "kiosk-takes-two-00", ["ktp", "skck"], lane="priority")
        assert taken["printing"]
        sheets = await device.has_printed(2)
        assert 2 * [served.url + taken["url"]] == [sheet.qr_text() for sheet in sheets]
        plan = served.room.plan
        for sheet, ticket in zip(sheets, taken["tickets"], strict=True):
            said = " ".join(sheet.text)
            assert folded(words(plan.agency_of(ticket["line"]).name, "id")) in said
            assert f"Orang di depan Anda: {ticket['ahead']}" in said
            assert "Nomor antrean gratis" in said
            assert ("PRIORITAS" in said) == ticket["label"].startswith(f"{ticket['line']}P")
        assert [False, False] == [is_copy(sheet) for sheet in sheets]


async def test_printed_after_the_entry() -> None:
    """Nothing is printed for a press that was refused."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        await served.submit("close_service", service="skck")
        wish = {"command_id": "kiosk-is-refused-0", "services": ["skck"]}
        async with served.session.post(f"{served.home}/tickets", json=wish, headers=served.bearer(served.keys.kiosks[1])) as answer:
            assert 409 == answer.status
        await take(served, "kiosk-is-served-00", ["ktp"])
        assert ["KTP" in " ".join(sheet.text).upper() for sheet in await device.has_printed(1)] == [True]


async def test_pressed_twice_printed_once() -> None:
    """A press that is sent again, also while the first is under way, gives the same number and no second paper."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        answers = await asyncio.gather(*(take(served, "kiosk-presses-twice", ["ktp"]) for _ in range(4)))
        assert 1 == len({answer["visit"] for answer in answers})
        await take(served, "kiosk-takes-another", ["ktp"])
        await device.has_printed(2)
        assert [False, False] == [is_copy(sheet) for sheet in device.papers]


async def test_pressed_again_at_another_process() -> None:
    """A press that another process has answered is printed as a copy here: nobody can know whether it was printed there."""
    store = MemoryStore()
    async with serving(store=store) as served:
        taken = await take(served, "kiosk-presses-here-0", ["ktp"])
    async with emulator() as device, kiosk_with_printer(device, store=store) as served:
        assert taken["tickets"] == (await take(served, "kiosk-presses-here-0", ["ktp"]))["tickets"]
        assert [True] == [is_copy(sheet) for sheet in await device.has_printed(1)]


async def test_phones_and_other_kiosks_print_nothing() -> None:
    """A phone's number, and that of a kiosk without a printer, is on no paper here; the answer says so."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        assert not (await take(served, "another-kiosk-takes", ["ktp"], kiosk=2))["printing"]
        wish = {"command_id": "a-phone-takes-0000", "services": ["ktp"]}
        async with served.session.post(f"{served.home}/tickets", json=wish) as answer:
            assert not (await answer.json())["printing"]
        await take(served, "kiosk-takes-at-last", ["ktp"])
        assert 1 == len(await device.has_printed(1))


async def test_in_the_language_of_the_kiosk() -> None:
    """Who chose a language at the kiosk gets the ticket in it, without letters that the printer lacks."""
    async with emulator() as device, kiosk_with_printer(device, "id", "mad") as served:
        wish = {"command_id": "kiosk-in-madurese-0", "services": ["ktp"]}
        cookies = {"Authorization": f"Bearer {served.keys.kiosks[1]}", "Cookie": "urut_lang=mad"}
        async with served.session.post(f"{served.home}/tickets", json=wish, headers=cookies) as answer:
            assert answer.ok
        said = " ".join((await device.has_printed(1))[0].text)
        assert "ada'na sampeyan" in said
        assert said.isascii()


async def test_paper_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no paper the number is in the answer all the same; the kiosk hears what becomes of the paper, the desk which tickets lack it."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        device.rows_left, later_s = 0, 0.0
        monkeypatch.setattr("server.printing.queue.time", SimpleNamespace(monotonic=lambda: time.monotonic() + later_s))
        queue = served.app[PRINTING].of(1)
        assert queue is not None
        label = (await take(served, "kiosk-has-no-paper", ["ktp"]))["tickets"][0]["label"]
        assert {label: "waiting"} == await get(served, f"/kiosk/1/prints?ticket={label}", served.keys.kiosks[1])
        later_s = KEEP_S
        await until(lambda: queue.given_up == [label])
        assert {label: "given_up"} == await get(served, f"/kiosk/1/prints?ticket={label}", served.keys.kiosks[1])
        async with asyncio.timeout(30):
            while (row := (await printer_row(served))) is None or row["missing"] != [label]:
                await asyncio.sleep(0.01)
        assert ("paper_out", "bad") == (row["state"], row["light"])


async def printer_row(served: Served) -> dict[str, Any] | None:
    """The printer as the desk sees it."""
    rows = (await get(served, "/devices", served.keys.admin))["devices"]
    return next((row for row in rows if row["device"] == "printer/1"), None)


async def test_printed_again_at_the_desk() -> None:
    """Staff print a ticket again by its number, typed as one likes; it is marked as a copy and leads to the same page."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        taken = await take(served, "kiosk-takes-a-number", ["ktp"])
        await device.has_printed(1)
        assert 202 == await desk(served, f" {taken['tickets'][0]['label'].lower()} ")
        sheets = await device.has_printed(2)
        assert [False, True] == [is_copy(sheet) for sheet in sheets]
        assert 2 * [served.url + taken["url"]] == [sheet.qr_text() for sheet in sheets]


async def test_a_test_page() -> None:
    """The desk's test page has every part of a ticket, says that it is none, and leads to the start page."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        assert 202 == await desk(served, "")
        (sheet,) = await device.has_printed(1)
        assert served.home == sheet.qr_text()
        assert "Ini bukan nomor antrean." in " ".join(sheet.text)


async def test_orders_that_make_no_sense() -> None:
    """An unknown ticket is 404, an unknown kiosk 422, somebody else's order 401 or 403."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        assert [404, 422] == [await desk(served, "Z-999"), await desk(served, "", kiosk=5)]
        for key, status in (("", 401), (served.keys.kiosks[1], 403), (served.keys.counters[1], 403)):
            headers = served.bearer(key) if key else {}
            async with served.session.post(f"{served.home}/desk/printing", json={"kiosk": 1, "ticket": ""}, headers=headers) as answer:
                assert status == answer.status


async def test_a_kiosk_calls_an_officer() -> None:
    """Whoever needs help at a kiosk calls an officer: the desk sees at which one, until it is over."""
    async with emulator() as device, kiosk_with_printer(device) as served:
        for helps, state in ((True, "help"), (False, "ok")):
            key = served.bearer(served.keys.kiosks[2])
            async with served.session.post(f"{served.home}/kiosk/2/report", json={"help": helps}, headers=key) as answer:
                assert {"printer": None} == await answer.json()
            reports = await served.app[DEVICES].all(served.room.plan.bazaar.id)
            assert [state] == [report.state.value for report in reports if report.name == "kiosk/2"]

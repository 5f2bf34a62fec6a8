"""The bazaar's devices as the doctor finds them: screens by what they say of themselves, printers by asking them."""

import pytest

from server.cli.doctor import site
from server.cli.doctor.finding import State
from server.core.values import MS_PER_SECOND, BazaarId
from server.hub.devices import Devices, DeviceState
from server.store.log import MemoryStore
from tests.cli.doctor.told import told
from tests.printing.emulator import emulator
from tests.printing.samples import printer_at
from tests.scenarios import CONFIG, START_MS
from tests.serving import opened_in

UJI = BazaarId("uji")
SCREENS = [{"code": "utama", "name": "Utama"}, {"code": "barat", "name": "Barat"}, {"code": "timur", "name": "Timur"}]
NOW_MS = START_MS + 1000


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """A store with a bazaar of three screens, a second after its opening."""
    monkeypatch.setattr(site, "now_ms", lambda: NOW_MS)
    store = MemoryStore()
    await opened_in(store, {**CONFIG, "screens": SCREENS})
    return store


async def test_screens_and_printers_by_their_word(store: MemoryStore) -> None:
    """A TV whose sound is locked, one that is silent, one that never came, a printer without paper: each is told, with what to do."""
    now = [NOW_MS]
    devices = Devices(store, lambda: now[0])
    await devices.report(UJI, "screen/utama/tv1", DeviceState.SOUND_LOCKED)
    await devices.report(UJI, "printer/1", DeviceState.PAPER_OUT)
    await devices.report(UJI, "printer/2", DeviceState.OK)
    now[0] = NOW_MS - 120 * MS_PER_SECOND
    await devices.report(UJI, "screen/barat/tv1", DeviceState.OK)
    found = await site.bazaar(store, UJI)
    assert "screen/utama: its sound is locked → press OK once on the TV's remote" in told(found, State.WARN)
    assert "screen/timur: no TV shows it yet" in told(found, State.WARN)
    assert "screen/barat: it has said nothing for a minute" in told(found, State.BAD)
    assert "printer/1: it has no paper → put a roll in" in told(found, State.BAD)
    assert "printer/2: is well" in told(found, State.OK)
    assert "uji: its log has 1 entries" in told(found, State.OK)


async def test_a_clock_that_was_set_back(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log whose newest entry lies in the future is that of a clock that was set back."""
    monkeypatch.setattr(site, "now_ms", lambda: START_MS - 300 * MS_PER_SECOND)
    assert "the newest entry of uji is 300 s ahead of this clock" in told(await site.bazaar(store, UJI), State.BAD)


async def test_a_log_that_cannot_be_followed(store: MemoryStore) -> None:
    """What is wrong with a log is told with its entry."""
    log = store.log(UJI)
    log._records.append(b"nonsense")
    assert "uji: entry 2 of the log: " in told(await site.bazaar(store, UJI), State.BAD)


async def test_printers_are_asked() -> None:
    """A printer on the network says itself that it is ready, that its roll ends, that it has no paper; or nothing."""
    async with emulator() as device:
        printer = printer_at(device)
        assert "is ready" in told(await site.printers({1: printer}), State.OK)
        device.paper_low = True
        assert "its paper ends soon → have a new roll ready" in told(await site.printers({1: printer}), State.WARN)
        device.rows_left = 0
        assert "it has no paper → put a roll in" in told(await site.printers({1: printer}), State.BAD)
    assert "it does not answer → switch it on" in told(await site.printers({1: printer}), State.BAD)

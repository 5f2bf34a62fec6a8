"""What devices say of themselves, told to one process and read by another."""

from server.core.values import BazaarId
from server.hub.devices import DETAIL_CHARS_MAX, KEPT_MS, DeviceReport, Devices, DeviceState
from server.store.log import MemoryStore

BAZAAR = BazaarId("uji")


async def test_the_newest_report_of_each_device() -> None:
    """Every process of a store reads the newest report of each device, with its time; another bazaar's devices are its own."""
    store, now = MemoryStore(), [5_000]
    here, there = Devices(store, lambda: now[0]), Devices(store, lambda: now[0])
    await here.report(BAZAAR, "screen/utama/k3f9", DeviceState.SOUND_LOCKED, {"offset": 7})
    await here.report(BAZAAR, "printer/1", DeviceState.OK)
    now[0] = 6_000
    await there.report(BAZAAR, "printer/1", DeviceState.PAPER_OUT, {"said": "x" * (DETAIL_CHARS_MAX + 1)})
    printer = DeviceReport(name="printer/1", state=DeviceState.PAPER_OUT, detail={"said": "x" * DETAIL_CHARS_MAX}, at=6_000)
    screen = DeviceReport(name="screen/utama/k3f9", state=DeviceState.SOUND_LOCKED, detail={"offset": 7}, at=5_000)
    assert [printer, screen] == await here.all(BAZAAR)
    assert ["printer", "screen"] == [report.kind for report in await there.all(BAZAAR)]
    assert [] == await here.all(BazaarId("other"))


async def test_silent_devices_are_forgotten() -> None:
    """A device that has said nothing for an evening is no device of this bazaar any more."""
    now = [5_000]
    devices = Devices(MemoryStore(), lambda: now[0])
    await devices.report(BAZAAR, "kiosk/1", DeviceState.OK)
    now[0] += KEPT_MS
    assert [] == await devices.all(BAZAAR)

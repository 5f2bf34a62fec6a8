"""The bazaars of the store: their logs, and their devices as the desk has them; and printers, asked by themselves."""

from collections.abc import Iterator, Mapping

from counters.devices import AWAY, UNSEEN, rows
from server.cli.doctor.finding import Finding, bad, ok, warn
from server.cli.stores import now_ms
from server.core.values import MS_PER_SECOND, BazaarId
from server.hub.channels import View
from server.hub.devices import Devices, DeviceState
from server.printing.condition import Condition
from server.printing.printer import Printer
from server.store.errors import StoreError
from server.store.follower import Follower
from server.store.log import Store

AHEAD_S_BAD = 5
_OF_A_SCREEN: Mapping[str, tuple[str, str]] = {
    DeviceState.SOUND_LOCKED: ("its sound is locked", "press OK once on the TV's remote"),
    DeviceState.NO_SOUND: ("it has no sound", "see to its loudspeaker and its volume; calls are seen all the same"),
    UNSEEN: ("no TV shows it yet", "open its page on a TV, or remove it at the desk"),
    AWAY: ("it has said nothing for a minute", "see to its power and its network"),
}
_OF_A_PRINTER: Mapping[str, tuple[str, str]] = {
    Condition.PAPER_LOW: ("its paper ends soon", "have a new roll ready"),
    Condition.PAPER_OUT: ("it has no paper", "put a roll in"),
    Condition.COVER_OPEN: ("its cover is open", "close it"),
    Condition.OFFLINE: ("it answers, but does not print", "press its button; see whether its knife is stuck"),
    Condition.NO_LINK: ("it does not answer", "switch it on; see to its cable and its address"),
}
_OTHERWISE = ("it says that something is wrong", "go and see")


async def bazaar(store: Store, bazaar_id: BazaarId) -> list[Finding]:
    """One bazaar: that its log can be followed, its newest time, its devices. The whole log is read."""
    follower = Follower(store.log(bazaar_id), lambda _entry: None)
    try:
        await follower.catch_up()
        reports = await Devices(store, now_ms).all(bazaar_id)
    except StoreError as error:
        return [bad(bazaar_id, str(error), "see docs/operation.md, When something fails")]
    ledger = follower.ledger
    if not ledger.offset:
        return [warn(bazaar_id, "its log is empty", "open it: urut open FILE")]
    found = [ok(bazaar_id, f"its log has {ledger.offset} entries, in order, head {ledger.head[:8]}")]
    ahead = (ledger.at - now_ms()) / MS_PER_SECOND
    if ahead >= AHEAD_S_BAD:
        line = f"the newest entry of {bazaar_id} is {ahead:.0f} s ahead of this clock, which was set back: times stand still until then"
        found.append(bad("clock", line, "set the clock of this machine right"))
    return [*found, *(_device(row) for row in rows(ledger.bazaar, reports, now_ms()))]


def _device(row: View) -> Finding:
    """A screen, printer or kiosk, as it said itself last."""
    state = str(row["state"])
    if state == DeviceState.OK:
        return ok(str(row["device"]), "is well")
    says, do = _OF_A_SCREEN.get(state) or _OF_A_PRINTER.get(state) or _OTHERWISE
    return (bad if row["light"] == "bad" else warn)(str(row["device"]), says, do)


async def printers(configured: Mapping[int, Printer]) -> list[Finding]:
    """Each printer that is named to the doctor, asked by itself."""
    return [finding for kiosk, printer in configured.items() for finding in _printer(kiosk, printer, await printer.condition())]


def _printer(kiosk: int, printer: Printer, condition: Condition) -> Iterator[Finding]:
    about = f"printer/{kiosk}"
    if condition is Condition.READY:
        yield ok(
            about, f"{printer.name} is ready" if printer.answers else f"{printer.name} can be reached; whether it has paper it cannot say"
        )
        return
    says, do = _OF_A_PRINTER[condition]
    yield (warn if condition.prints else bad)(about, f"{printer.name}: {says}", do)

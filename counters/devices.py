"""The devices of a bazaar as the desk shows them: one row for each screen of the hall, each printer and each kiosk."""

from collections.abc import Iterable, Iterator, Sequence

from server.core.bazaar import Bazaar
from server.core.plan_parts import Screen
from server.core.values import MS_PER_SECOND
from server.hub.channels import View
from server.hub.devices import AWAY_S, DeviceReport, DeviceState

AWAY, UNSEEN = "away", "unseen"
"""What no device can say of itself: it was here and is silent now, it was never here."""
SEVERITY = (UNSEEN, *(state.value for state in DeviceState), AWAY)
"""Every state that a row can have, from nothing to worry about to the worst."""
WARNINGS = (DeviceState.SOUND_LOCKED, DeviceState.NO_SOUND, DeviceState.PAPER_LOW)
_OF_SOUND = (DeviceState.SOUND_LOCKED, DeviceState.NO_SOUND)


def rows(bazaar: Bazaar, reports: Sequence[DeviceReport], now: int) -> list[View]:
    """``{device, kind, which, state, light, at, count, old, offset, missing}`` each; screens first.

    ``light`` is good, warn, bad or none; ``at`` the last report (Unix ms, None: never); ``count`` the TVs that show the screen now; ``old``
    whether one of them runs a page that the server no longer has; ``offset`` the log's offset that the one furthest behind has reached.
    ``missing`` are the tickets that a printer did not print.
    """
    others = (report for report in reports if report.kind != "screen")
    screens = (_screen(screen, reports, now) for screen in bazaar.screens.values())
    return [*screens, *(_row(report.name, [report], _alive([report], now)) for report in others)]


def _screen(screen: Screen, reports: Iterable[DeviceReport], now: int) -> View:
    """All TVs of a screen in one row. Anybody may open a screen's page: if one that was paired is there, only those count."""
    device = f"screen/{screen.code}"
    tvs = [_heard(report, screen) for report in reports if report.name.rpartition("/")[0] == device]
    paired = [report for report in tvs if report.detail.get("paired")]
    counted = paired or tvs
    return _row(device, counted, _alive(counted, now))


def _heard(report: DeviceReport, screen: Screen) -> DeviceReport:
    """A screen that does not speak needs no sound."""
    if screen.speaks or report.state not in _OF_SOUND:
        return report
    return DeviceReport(name=report.name, state=DeviceState.OK, detail=report.detail, at=report.at)


def _alive(reports: Iterable[DeviceReport], now: int) -> list[DeviceReport]:
    return [report for report in reports if now - report.at < AWAY_S * MS_PER_SECOND]


def _row(device: str, reports: Sequence[DeviceReport], alive: Sequence[DeviceReport]) -> View:
    kind, _, which = device.partition("/")
    state = max((report.state.value for report in alive), key=SEVERITY.index, default=AWAY if reports else UNSEEN)
    return {
        "device": device,
        "kind": kind,
        "which": which,
        "state": state,
        "light": _light(state),
        "at": max((report.at for report in reports), default=None),
        "count": len(alive),
        "old": any(report.detail.get("old") for report in alive),
        "offset": min(_offsets(alive), default=None),
        "missing": [label for report in alive for label in str(report.detail.get("missing", "")).split()],
    }


def _offsets(reports: Iterable[DeviceReport]) -> Iterator[int]:
    yield from (offset for report in reports if isinstance(offset := report.detail.get("offset"), int))


def _light(state: str) -> str:
    if state in (UNSEEN, DeviceState.OK):
        return "none" if state == UNSEEN else "good"
    return "warn" if state in WARNINGS else "bad"

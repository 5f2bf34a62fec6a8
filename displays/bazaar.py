"""The whole bazaar in short, for whoever has not taken a number yet: what is open and how long the waits are."""

from collections.abc import Iterable

from displays import line as one_line
from displays.hall import announcements
from server.core import events as happened
from server.core.bazaar import Bazaar, LineState
from server.core.events import Event
from server.core.place import line_now, place_of_newcomer
from server.core.values import Lane
from server.hub.channels import View


def view(bazaar: Bazaar, argument: str) -> View | None:
    """The view of ``bazaar`` (no argument).

    ``{closed, lines: {prefix: {open, waiting: {regular, priority}, minutes, counters, left}}, closed_services, announcements}``: how many
    wait in each lane, the minutes that a newcomer waits (from and to; None with no counter open), open counters, numbers left (None without
    a quota).
    """
    if argument:
        return None
    return {
        "closed": bazaar.closed,
        "lines": {prefix: _line(bazaar, line) for prefix, line in bazaar.lines.items()},
        "closed_services": sorted(bazaar.closed_services),
        "announcements": announcements(bazaar),
    }


def touched(bazaar: Bazaar, event: Event) -> Iterable[str]:
    """Whatever touches a line or is said to people."""
    match event:
        case happened.Announced() | happened.AnnouncementEnded():
            return ("",)
        case _:
            return ("",) if any(True for _ in one_line.touched(bazaar, event)) else ()


def _line(bazaar: Bazaar, line: LineState) -> View:
    waiting = {lane.value: len(state.waiting) for lane, state in line.lanes.items()}
    return {
        "open": one_line.gives_numbers(bazaar, line),
        "waiting": waiting,
        "minutes": place_of_newcomer(line_now(bazaar, line), Lane.REGULAR.value, waiting).minutes,
        "counters": one_line.open_counters(bazaar, line),
        "left": line.left,
    }

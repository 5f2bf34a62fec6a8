"""What whoever takes numbers chooses from: agencies, their errands, and the wait for each as it is now."""

from collections.abc import Iterable
from dataclasses import dataclass

from displays.line import gives_numbers
from server.core.bazaar import Bazaar, LineState
from server.core.place import Place, line_now, place_of_newcomer
from server.core.plan_parts import Agency, Line, Service
from server.core.values import Lane, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A service on offer. ``open``: a number is given out for it now; ``paper``: by people, from a printed roll, and nowhere else.

    ``search`` is what a search looks through, in every language.
    """

    service: Service
    line: Line
    open: bool
    paper: bool
    search: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A line as a newcomer finds it: how many people wait in it, and the newcomer's place in the regular lane."""

    line: Line
    waiting: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An agency with the waits of its lines and all its errands. ``open``: a number is given out for at least one."""

    agency: Agency
    waits: tuple[Wait, ...]
    errands: tuple[Errand, ...]
    open: bool


def offices(bazaar: Bazaar) -> list[Office]:
    """Every agency, in the bazaar file's order."""
    return [_office(bazaar, agency) for agency in bazaar.plan.agencies]


def precheck(bazaar: Bazaar, offered: Iterable[Office]) -> tuple[Office, Errand] | None:
    """Where papers are looked through before one's turn, when numbers are given there now."""
    code = bazaar.plan.bazaar.precheck
    found = ((office, errand) for office in offered for errand in office.errands if errand.service.code == code and errand.open)
    return next(found, None)


def _office(bazaar: Bazaar, agency: Agency) -> Office:
    lines = [bazaar.lines[line.prefix] for line in agency.lines]
    errands = tuple(_errand(bazaar, agency, line, service) for line in lines for service in line.plan.services)
    return Office(
        agency=agency,
        waits=tuple(_wait(bazaar, line) for line in lines),
        errands=errands,
        open=any(errand.open for errand in errands),
    )


def _wait(bazaar: Bazaar, line: LineState) -> Wait:
    return Wait(line=line.plan, waiting=line.waiting, place=place_of_newcomer(line_now(bazaar, line), Lane.REGULAR.value))


def _errand(bazaar: Bazaar, agency: Agency, line: LineState, service: Service) -> Errand:
    texts = (agency.name, agency.code, line.plan.prefix, service.name, service.code)
    return Errand(
        service=service,
        line=line.plan,
        open=gives_numbers(bazaar, line) and service.code not in bazaar.closed_services and not line.plan.paper,
        paper=line.plan.paper,
        search=" ".join(word for text in texts for word in _every_language(text)),
    )


def _every_language(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())

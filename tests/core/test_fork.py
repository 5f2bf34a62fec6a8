"""Forks of a bazaar: what could be changed is there twice."""

from collections import deque
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from server.core.commands import Announce, CallNext, CloseService, FinishTicket, HoldTicket, IssueTickets, OpenCounter, Rate
from server.core.fork import fork
from server.core.numbers import NumberRanges
from server.core.values import CounterNumber, Label, ServiceCode, VisitId
from tests.core.machine import Day, config_of

COUNTER = CounterNumber(2)
CHANGEABLE = (list, dict, set, deque, NumberRanges)


def test_nothing_that_changes_is_shared() -> None:
    """A fork is equal to its bazaar, and nothing that can be changed belongs to both."""
    bazaar = _busy_day().bazaar
    forked = fork(bazaar)
    assert repr(bazaar) == repr(forked)
    here, there = ({id(one): one for one in _changeable_in(state)} for state in (bazaar, forked))
    assert len(here) > 40
    assert [] == [one for known, one in here.items() if known in there]


def _busy_day() -> Day:
    """Somebody in every list and set that a bazaar has."""
    day = Day(config_of(return_after=2, quota=None))
    day.ask(OpenCounter(counter=COUNTER), "counter/2")
    for _ in range(4):
        day.ask(IssueTickets(services=(ServiceCode("ktp"), ServiceCode("pbb"))), "kiosk/1")
    day.ask(CallNext(counter=COUNTER, seen=None), "counter/2")
    day.ask(FinishTicket(counter=COUNTER, ticket=Label("A-001")), "counter/2")
    day.ask(HoldTicket(ticket=Label("A-002")), "phone")
    day.ask(Rate(visit=VisitId("command-00000003"), ticket=Label("A-001"), answers={"biaya": 4}), "phone")
    day.ask(Announce(text="Hujan", scope="bazaar", minutes=5), "desk")
    day.ask(CloseService(service=ServiceCode("donor")), "desk")
    assert all(day.outcomes), day.entries
    return day


def _changeable_in(value: object) -> Iterator[object]:
    """Every container and every changeable record below this value; maps of frozen records, as those of the plan, are never changed."""
    if is_dataclass(value) and not isinstance(value, type):
        if getattr(type(value), "__dataclass_params__").frozen:  # noqa: B009  # it is no attribute that types know
            return
        yield value
        for item in fields(value):
            yield from _changeable_in(getattr(value, item.name))
    elif isinstance(value, CHANGEABLE):
        yield value
        if isinstance(value, NumberRanges):
            yield from (value._firsts, value._lasts, value._texts)
        elif isinstance(value, dict):
            for inner in value.values():
                yield from _changeable_in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _changeable_in(inner)

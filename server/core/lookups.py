"""Looking up what a command names; what is not there, or not where the command says, is refused by name."""

from server.core.bazaar import Bazaar, CounterStand, LineState, Ticket
from server.core.refusals import Refused
from server.core.values import CounterNumber, CounterState, Label, ServiceCode


def find_line(bazaar: Bazaar, service: ServiceCode) -> LineState:
    """The line of a service; raises `Refused` ``unknown_service``."""
    try:
        return bazaar.lines[bazaar.plan.line_of(service).prefix]
    except KeyError:
        raise Refused("unknown_service", service=service) from None


def find_ticket(bazaar: Bazaar, label: Label) -> Ticket:
    """The ticket of this label; raises `Refused` ``unknown_ticket``."""
    try:
        return bazaar.tickets[label]
    except KeyError:
        raise Refused("unknown_ticket", ticket=label) from None


def find_counter(bazaar: Bazaar, number: CounterNumber) -> CounterStand:
    """The counter of this number; raises `Refused` ``unknown_counter``."""
    try:
        return bazaar.counters[number]
    except KeyError:
        raise Refused("unknown_counter", counter=number) from None


def find_open_counter(bazaar: Bazaar, number: CounterNumber) -> CounterStand:
    """The counter of this number, which calls people; raises `Refused` ``unknown_counter`` or ``counter_closed``."""
    counter = find_counter(bazaar, number)
    if counter.state is not CounterState.OPEN:
        raise Refused("counter_closed", counter=number, state=counter.state)
    return counter


def find_ticket_at(bazaar: Bazaar, number: CounterNumber, label: Label) -> Ticket:
    """The ticket of this label, which is at this counter; raises `Refused` ``not_at_counter`` or as the two above."""
    counter, ticket = find_counter(bazaar, number), find_ticket(bazaar, label)
    if counter.serving != ticket.label:
        raise Refused("not_at_counter", ticket=label, counter=number, serving=counter.serving)
    return ticket


def not_waiting(ticket: Ticket, busy_at: CounterNumber | None = None) -> Refused:
    """The refusal of what only a waiting ticket can do; ``busy_at`` when it waits, but its visit is at another counter."""
    return Refused("not_waiting", ticket=ticket.label, state=ticket.state, busy_at=busy_at)

"""Every command by everybody who may send one: who is let through, and who is refused whatever the state of the bazaar."""

import pytest

from server.core import commands as order
from server.core.bazaar import Bazaar
from server.core.commands import COMMANDS, Command, Envelope
from server.core.decide import decide
from server.core.permissions import ALLOWED
from server.core.refusals import Refused
from server.core.values import (
    AgencyCode,
    CommandId,
    CounterNumber,
    Label,
    OutOfOrderReason,
    Prefix,
    ServiceCode,
    VisitId,
)
from tests.scenarios import START_MS, called, given, issued, opened

OFFICER, COLLEAGUE, STRANGER = "counter/1", "counter/2", "counter/3"
"""The officer where the ticket is, one of the same agency, one of another."""
OFFICERS = {OFFICER, COLLEAGUE, STRANGER}
CHIEFS = {"desk", "supervisor", "admin"}
NOBODY = {"screen/utama", "counter/99", "counter", "somebody", ""}
SENDERS = {"phone", "kiosk/1", "system", *OFFICERS, *CHIEFS, *NOBODY}

C1, A1, A2, KTP, VISIT = CounterNumber(1), Label("A-001"), Label("A-002"), ServiceCode("ktp"), VisitId("visit-A-001")
AGENCY_OF_TICKET = {"phone", "system", OFFICER, COLLEAGUE, *CHIEFS}
AT_THE_COUNTER = {"system", OFFICER, *CHIEFS}
CHIEFS_AND_SYSTEM = {"system", *CHIEFS}

ROWS: dict[str, list[tuple[Command, set[str]]]] = {
    "issue": [
        (order.IssueTickets(services=(KTP,)), {"phone", "kiosk/1", "system", *OFFICERS, *CHIEFS}),
        (order.IssueTickets(services=(ServiceCode("skck"),), visit=VISIT), {"kiosk/1", *AGENCY_OF_TICKET}),
    ],
    "hand_out": [
        (order.HandOutNumbers(line=Prefix("B"), first=1, visits=(VisitId("new"),)), {"phone", "kiosk/1", "system", *OFFICERS, *CHIEFS}),
        (order.HandOutNumbers(line=Prefix("B"), first=1, visits=(VISIT,)), {"kiosk/1", *AGENCY_OF_TICKET}),
    ],
    "next": [(order.CallNext(counter=C1, seen=A1), AT_THE_COUNTER)],
    "recall": [(order.RecallTicket(counter=C1, ticket=A1), AT_THE_COUNTER)],
    "absent": [(order.MarkAbsent(counter=C1, ticket=A1), AT_THE_COUNTER)],
    "hold": [
        (order.HoldTicket(counter=C1, ticket=A1), AT_THE_COUNTER),
        (order.HoldTicket(ticket=A1), {"phone", *CHIEFS_AND_SYSTEM}),
    ],
    "finish": [(order.FinishTicket(counter=C1, ticket=A1), AT_THE_COUNTER)],
    "undo": [(order.UndoCall(counter=C1, ticket=A1), AT_THE_COUNTER)],
    "return": [(order.ReturnTicket(ticket=A1), AGENCY_OF_TICKET)],
    "cancel": [(order.CancelTicket(ticket=A2), AGENCY_OF_TICKET)],
    "transfer": [(order.TransferTicket(counter=C1, ticket=A1, service=ServiceCode("skck")), AT_THE_COUNTER)],
    "call_out_of_order": [(order.CallOutOfOrder(counter=C1, ticket=A2, reason=OutOfOrderReason.MEDICAL), CHIEFS)],
    "open_counter": [(order.OpenCounter(counter=C1), AT_THE_COUNTER)],
    "pause_counter": [(order.PauseCounter(counter=C1, reason=""), AT_THE_COUNTER)],
    "close_counter": [(order.CloseCounter(counter=C1), AT_THE_COUNTER)],
    "close_service": [(order.CloseService(service=KTP), CHIEFS_AND_SYSTEM)],
    "reopen_service": [(order.ReopenService(service=KTP), CHIEFS_AND_SYSTEM)],
    "announce": [(order.Announce(text="Halo", scope="bazaar", minutes=1), CHIEFS_AND_SYSTEM)],
    "end_announcement": [(order.EndAnnouncement(id="a"), CHIEFS_AND_SYSTEM)],
    "set_screen": [(order.SetScreen(screen="utama", name="Utama", agencies=(AgencyCode("polsek"),)), CHIEFS_AND_SYSTEM)],
    "remove_screen": [(order.RemoveScreen(screen="utama"), CHIEFS_AND_SYSTEM)],
    "renew_key": [(order.RenewKey(device="counter/1"), {"desk", "admin", "system"})],
    "rate": [(order.Rate(visit=VISIT, ticket=A1, answers={"waktu": 4}), {"phone", *CHIEFS_AND_SYSTEM})],
    "close_bazaar": [(order.CloseBazaar(), CHIEFS_AND_SYSTEM)],
}
"""By command: examples of it about the people of counter 1, and whom each is allowed."""


def test_every_command_has_a_row() -> None:
    """Whoever adds a command says here who may send it, and whoever adds a role finds it here."""
    assert COMMANDS == {do: type(examples[0][0]) for do, examples in ROWS.items()}
    assert set(ALLOWED) == {by.partition("/")[0] for by in SENDERS - NOBODY}


@pytest.mark.parametrize("do", ROWS)
def test_who_may(do: str) -> None:
    """Exactly those of the row get past the question who they are; all others are refused as not allowed."""
    bazaar = given(*opened(1, 2, 3), issued("A", 1), issued("A", 2), called("A-001", 1)).bazaar
    for command, allowed in ROWS[do]:
        assert allowed == {by for by in SENDERS if _passes(bazaar, command, by)}, command


def _passes(bazaar: Bazaar, command: Command, by: str) -> bool:
    """Whether the sender is not what is wrong with the command."""
    try:
        decide(bazaar, Envelope(command_id=CommandId("command-0000001"), by=by, command=command), START_MS)
    except Refused as refused:
        return refused.code != "not_allowed"
    return True

"""What an entry touches is folded anew a little in each turn of the loop, screens first."""

import asyncio

from server.core.values import VisitId
from server.hub.channels import Subprotocol
from server.hub.follower import Follower
from server.store.turns import PIECES
from server.web.credentials import Credentials, scope_of
from tests.hub.fake_carrier import FakeCarrier
from tests.serving import SECRET, Served, serving

PHONES = 5 * PIECES


async def test_everybody_is_told_in_the_end() -> None:
    """An entry that touches many channels does not hold the loop: the hall is told first, and others have their turn until all are."""
    async with serving() as served:
        carrier = await _crowd(served)
        _join(served, carrier, "hall", PHONES)
        carrier.journal.clear()
        end = (await served.submit("close_bazaar")).offset
        turns = 0
        while not all(sock.frames[-1][1] == end for sock in carrier.sockets.values()):
            await asyncio.sleep(0)
            turns += 1
        assert "hall" == carrier.journal[0]
        assert turns >= PHONES / PIECES


async def test_the_newest_wins() -> None:
    """Who asks while a channel waits to be folded is shown what is true now, and the newest is what its followers get."""
    async with serving() as served:
        carrier = await _crowd(served)
        name, room = carrier.sockets[PHONES - 1].name, served.room
        before = len(carrier.sockets[PHONES - 1].frames)
        closing = asyncio.create_task(served.submit("close_bazaar"))
        while not room.bazaar.closed:
            await asyncio.sleep(0)
        assert "expired" in str(room.frame(name).view)
        await closing
        while len(carrier.sockets[PHONES - 1].frames) == before:
            await asyncio.sleep(0)
        assert (name, room.offset) == carrier.sockets[PHONES - 1].frames[-1]


async def _crowd(served: Served) -> FakeCarrier:
    """Phones that each follow a visit of their own."""
    carrier, room = FakeCarrier(), served.room
    for fd in range(PHONES):
        visit = VisitId(f"visit-of-a-phone-{fd:08d}")
        assert (await served.submit("issue", "kiosk/1", services=["kk"], visit=visit)).events
        _join(served, carrier, f"visit/{Credentials(SECRET).visit_token(scope_of(room.plan.bazaar.id, room.epoch), visit)}", fd)
    return carrier


def _join(served: Served, carrier: FakeCarrier, name: str, fd: int) -> None:
    carrier.open(name, fd)
    room = served.room
    room.follow(Follower(fd, carrier, Subprotocol.JSON, room.fanout), room.channels([name]), {})

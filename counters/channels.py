"""The channels that only staff follow."""

from counters import desk, tablet
from counters.orders import officers_of
from server.hub.channels import ChannelKind
from server.hub.fanout import FIRST_RANK
from server.web.credentials import ADMIN, SUPERVISOR


def kinds() -> tuple[ChannelKind, ...]:
    """``counter/{n}`` for its officer, ``desk`` for the organiser; supervisors follow both."""
    return (
        ChannelKind(
            name="counter",
            rank=FIRST_RANK,
            touched=tablet.touched,
            view=tablet.view,
            principals=officers_of,
            follower="tablet",
        ),
        ChannelKind(
            name="desk",
            rank=FIRST_RANK,
            touched=desk.touched,
            view=desk.view,
            principals=lambda _: (ADMIN, SUPERVISOR),
            follower="desk",
        ),
    )

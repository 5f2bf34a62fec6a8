"""The channels that the public follows."""

from displays import bazaar, hall, line, visit
from server.core.bazaar import Bazaar
from server.hub.channels import ChannelKind
from server.hub.fanout import FIRST_RANK
from server.web.credentials import Credentials, scope_of

PHONES = FIRST_RANK + 1
"""Phones are written after the screens of the hall."""


def kinds(credentials: Credentials) -> tuple[ChannelKind, ...]:
    """``hall``, ``bazaar``, ``line`` and ``visit``; only who has a visit's token can follow it."""

    def visit_of(of: Bazaar, epoch: str, token: str) -> str | None:
        return credentials.visit_of_token(scope_of(of.plan.bazaar.id, epoch), token)

    return (
        ChannelKind(name="hall", rank=FIRST_RANK, touched=hall.touched, view=hall.view, follower="tv"),
        ChannelKind(name="bazaar", rank=PHONES, touched=bazaar.touched, view=bazaar.view),
        ChannelKind(name="line", rank=PHONES, touched=line.touched, view=line.view, follower="phone"),
        ChannelKind(name="visit", rank=PHONES, touched=visit.touched, view=visit.view, key_of=visit_of, by_token=True, follower="phone"),
    )

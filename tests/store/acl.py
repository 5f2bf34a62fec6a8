"""The users of a guarded store, as docs/store.md gives them to the operator."""

import re
from collections.abc import Mapping
from pathlib import Path

from bench.stores import HOST, Door, Node

MANUAL = Path(__file__).parents[2] / "docs" / "store.md"
_BLOCK = re.compile(r"^```\n(# Nobody comes in.*?)^```$", re.DOTALL | re.MULTILINE)
_USER = re.compile(r"^user (\S+) on >(\S+)", re.MULTILINE)
CHIEF = "the-tests"
"""A user of the tests, who may do everything."""


def acl() -> str:
    """The lines of the manual, as they go into a server's settings."""
    found = _BLOCK.search(MANUAL.read_text())
    assert found, "docs/store.md has no block of users"
    return found[1]


def passwords() -> Mapping[str, str]:
    """By user."""
    return dict(_USER.findall(acl()))


def door() -> Door:
    """A server with the users of the manual, and one who may do everything."""
    chief = f"user {CHIEF} on >{CHIEF} ~* &* +@all\n"
    return Door(settings=acl() + chief, access={"username": CHIEF, "password": CHIEF})


def url_of(node: Node, user: str) -> str:
    """The store's URL for one of the manual's users."""
    return f"redis://{user}:{passwords()[user]}@{HOST}:{node.port}/0"

"""New ids for commands: whoever sends a command names it, so that sending it again is no second command."""

import secrets

from server.core.values import CommandId

_BYTES = 18


def new_command_id() -> CommandId:
    """24 url-safe characters that nobody else has."""
    return CommandId(secrets.token_urlsafe(_BYTES))

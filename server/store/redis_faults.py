"""What a server's refusal means to whoever has to mend it: what is wrong, and with which server. No password stands in it."""

import ssl
from collections.abc import Iterator, Mapping
from typing import Any

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

NO_ANSWER = "no answer in time"
SCRIPT_DENIED = ("The user executing the script can't", "ACL failure in script")
"""How Redis 7 and Valkey say of a script what they otherwise say by NOPERM."""


def where_is(settings: Mapping[str, Any]) -> str:
    """The server of these settings of a connection, as people write it."""
    return str(settings["path"]) if "path" in settings else f"{settings.get('host', 'localhost')}:{settings.get('port', 6379)}"


def told(error: RedisError | OSError, where: str) -> str:
    """One sentence about what went wrong with the server at ``where``."""
    denied = isinstance(error, NoPermissionError) or str(error).startswith(SCRIPT_DENIED)
    match next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLCertVerificationError)), error):
        case _ if denied:
            return f"{where} does not allow it to this user (see its ACL): {error}"
        case AuthenticationError():
            return f"{where} does not take this user and password: {error}"
        case ssl.SSLCertVerificationError() as fault:
            return f"the certificate of {where} is not one to trust here: {fault.verify_message}"
        case _:
            return f"{where}: {str(error) or NO_ANSWER}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

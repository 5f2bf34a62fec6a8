"""Everything that goes wrong on the way to an answer, in one shape: ``{code, sentence, …}``.

    Problem
    ├── 401 no_credential · 403 not_yours, cross_origin, wrong_code · 404 not_found, no_such_code
    ├── 409 a refusal, with the refusal's own code
    ├── 413 too_large · 422 malformed · 429 too_many
    └── 500 fault · 503 store_unreachable, only_followed, no_place, no_voice

Sentences are English message ids; the answer says them in the reader's language.
"""

from collections.abc import Mapping

from server.core.refusals import SENTENCES

RETRY_S = 2
"""What ``Retry-After`` says while the store is away, or the voice busy."""


class Problem(Exception):
    """An answer other than the one that was asked for. ``fields`` fill the sentence and stand beside it."""

    def __init__(self, status: int, code: str, sentence: str, *, headers: Mapping[str, str] | None = None, **fields: object) -> None:
        self.status = status
        self.code = code
        self.sentence = sentence
        self.headers = dict(headers or {})
        self.fields = fields
        super().__init__(f"{status} {code}")


def no_credential() -> Problem:
    """Nobody we know asks for something that is not everybody's."""
    headers = {"WWW-Authenticate": "Bearer"}
    return Problem(401, "no_credential", "This device is not paired. Open its pairing link, or ask the organiser.", headers=headers)


def not_yours() -> Problem:
    """Somebody we know asks for what is another's."""
    return Problem(403, "not_yours", "This device is paired for something else.")


def cross_origin() -> Problem:
    """A page of another site asks with this device's cookies."""
    return Problem(403, "cross_origin", "This request came from another site.")


def wrong_code() -> Problem:
    """Numbers are given only to those who are here, and whoever asks does not know the code that the hall shows."""
    return Problem(403, "wrong_code", "This is not the code of today. Look for it on a screen in the hall.")


def no_such_code() -> Problem:
    """The organiser has typed a code that no TV shows."""
    return Problem(404, "no_such_code", "No screen shows this code now. Look at the screen again: its code may have changed.")


def not_found(what: str) -> Problem:
    """There is no such thing."""
    return Problem(404, "not_found", "There is no {what} here.", what=what)


def malformed(field: str, fault: str) -> Problem:
    """The request makes no sense: which field, and why."""
    return refused("malformed", {"field": field, "fault": fault})


def too_many(retry_s: int) -> Problem:
    """Too much was asked from one place in too little time."""
    headers = {"Retry-After": str(retry_s)}
    return Problem(429, "too_many", "Too many requests from here. Please try again in {seconds} s.", headers=headers, seconds=retry_s)


def store_unreachable() -> Problem:
    """Nothing is known to have been accepted; the same command_id may be sent again."""
    headers = {"Retry-After": str(RETRY_S)}
    return Problem(503, "store_unreachable", "The queue does not answer right now. Please try again.", headers=headers)


def only_followed() -> Problem:
    """This hub shows the queue and takes nothing for it; another one does."""
    return Problem(503, "only_followed", "This address only shows the queue. Numbers and calls are taken at the bazaar's own address.")


def no_place() -> Problem:
    """This process has as many open files as it may have; elsewhere, or a little later, there is a place."""
    problem = store_unreachable()
    problem.code = "no_place"
    return problem


def no_voice() -> Problem:
    """The synthesiser is busy or has failed; a screen then only rings its chime."""
    headers = {"Retry-After": str(RETRY_S)}
    return Problem(503, "no_voice", "This call cannot be spoken right now. Please try again.", headers=headers)


def fault() -> Problem:
    """A fault of ours."""
    return Problem(500, "fault", "Something went wrong here. Please try again, or tell the organiser.")


def sent_before() -> Problem:
    """The command_id stands in the log, which everybody can read, and what was done under it was another's wish."""
    return Problem(409, "not_allowed", "This was sent before, by somebody else.")


def refused(code: str, fields: Mapping[str, object]) -> Problem:
    """The refusal of a command: 422 when it was no command, else 409."""
    problem = Problem(422 if code == "malformed" else 409, code, SENTENCES.get(code, code))
    problem.fields.update(fields)
    return problem

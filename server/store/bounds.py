"""How long and how large the values of a command may be. Their types stand with the commands themselves.

Within these bounds every command fits into `codec.COMMAND_BYTES_MAX`, and its events into a log entry of a few kilobytes.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from server.core.commands import Announce, HandOutNumbers, IssueTickets, PauseCounter, Rate, SetScreen
from server.core.plan_faults import CODE
from server.core.values import COMMAND_ID_PATTERN, CommandId, CounterNumber, Label, ServiceCode, VisitId
from server.store.shapes import Bounds

REASON_CHARS_MAX = 200
SCREEN_NAME_CHARS_MAX = 60
NUMBER_MAX = 9999
HANDED_OUT_MAX = 100
"""How many numbers of a roll one command hands out."""
ANNOUNCEMENT_CHARS_MAX = 500

_CODE = re.compile(r"[^\x00-\x20\x7f]+")
_WORDS = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*")
"""No control characters but tab and line feed, for words also go to terminals."""
_NOT_BLANK = re.compile(r".*\S.*", re.DOTALL)
_BY = re.compile(r"(counter|kiosk)/[1-9][0-9]{0,3}|phone|desk|supervisor|admin|system")


def _fits(pattern: re.Pattern[str], fault: str) -> AfterValidator:
    """Refuses a text that is not wholly of the pattern, in words instead of by quoting it."""

    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise PydanticCustomError("pattern", fault)
        return text

    return AfterValidator(check)


_Code = Annotated[str, Field(max_length=64), _fits(_CODE, "must not be empty nor hold blanks")]
_WordsOnly = _fits(_WORDS, "must not hold control characters")
_Answer = Annotated[int, Field(ge=1, le=4)]

_CommandId = Annotated[str, _fits(re.compile(COMMAND_ID_PATTERN), "must be 16 to 64 url-safe characters")]
BY = Annotated[str, _fits(_BY, "names no role that sends commands")]

_VisitId = Annotated[str, _fits(re.compile(r"[A-Za-z0-9_-]{1,64}"), "must be 1 to 64 url-safe characters")]
_ScreenCode = Annotated[str, _fits(CODE, "must be 1 to 40 letters a-z, digits and hyphens")]

COMMAND_BOUNDS: Bounds = {
    CommandId: _CommandId,
    CounterNumber: Annotated[int, Field(ge=1, le=9999)],
    Label: _Code,
    ServiceCode: _Code,
    VisitId: _VisitId,
    str: _Code,
    (IssueTickets, "services"): Annotated[tuple[_Code, ...], Field(strict=False, min_length=1, max_length=50)],
    (HandOutNumbers, "first"): Annotated[int, Field(ge=1, le=NUMBER_MAX)],
    (HandOutNumbers, "visits"): Annotated[tuple[_VisitId, ...], Field(strict=False, min_length=1, max_length=HANDED_OUT_MAX)],
    (SetScreen, "screen"): _ScreenCode,
    (SetScreen, "zone"): Annotated[str, _fits(re.compile(f"({CODE.pattern})?"), "must be letters a-z, digits and hyphens")],
    (SetScreen, "name"): Annotated[str, Field(max_length=SCREEN_NAME_CHARS_MAX), _WordsOnly, _fits(_NOT_BLANK, "must not be blank")],
    (SetScreen, "agencies"): Annotated[tuple[_Code, ...], Field(strict=False, min_length=1, max_length=100)],
    (Announce, "text"): Annotated[str, Field(max_length=ANNOUNCEMENT_CHARS_MAX), _WordsOnly, _fits(_NOT_BLANK, "must not be blank")],
    (Announce, "minutes"): Annotated[int, Field(ge=1, le=24 * 60)],
    (PauseCounter, "reason"): Annotated[str, Field(max_length=REASON_CHARS_MAX), _WordsOnly],
    (Rate, "answers"): Annotated[dict[_Code, _Answer], Field(min_length=1, max_length=20)],
}

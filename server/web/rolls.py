"""Printed rolls: numbers on paper, made before the bazaar and handed out by people. Each paper has a QR code with a secret of its own.

From the secret come the address of the paper's page and the visit that the number begins once it is handed out: nothing is stored, and
neither can be worked out from a number or from the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from server.core.plan import Plan
from server.core.plan_parts import Line
from server.core.values import NUMBER_DIGITS, Label, Lane, Prefix, label_of, natural
from server.web.credentials import Credentials, same
from server.web.qr import ON_PAPER, inline_qr

DIGITS_MAX = NUMBER_DIGITS + 1
AT_ONCE_MAX = 50
"""As many numbers are handed out by one press at most."""
SHEET_MAX = 500
"""As many papers stand on one sheet at most."""
FORMATS = ("a4", "80mm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One number of a roll."""

    label: Label
    line: Prefix
    lane: Lane
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A paper as it is printed: its QR code is an SVG element."""

    paper: Paper
    qr: Markup


def papers_of(line: Line, lane: Lane, first: int, last: int) -> list[Paper]:
    """The papers of a lane from one number to another, both among them."""
    prefix = line.prefix_of(lane)
    return [Paper(label=label_of(prefix, number), line=line.prefix, lane=lane, number=number) for number in range(first, last + 1)]


def paper_of(plan: Plan, credentials: Credentials, scope: str, name: str) -> Paper | None:
    """The paper that an address names by its label and secret, None when there is none such."""
    label, _, code = name.partition(".")
    prefix, _, digits = label.rpartition("-")
    number = natural(digits, DIGITS_MAX)
    if number is None or not same(code, credentials.paper_code(scope, label)):
        return None
    lanes = ((line, lane) for line in plan.lines if line.paper for lane in line.lanes if line.prefix_of(lane) == prefix)
    return next((paper for line, lane in lanes for paper in papers_of(line, lane, number, number) if paper.label == label), None)


def paper_path(bazaar_id: str, credentials: Credentials, scope: str, paper: Paper) -> str:
    """The path of the paper's page: who knows it has the paper in hand."""
    return f"/{bazaar_id}/paper/{paper.label}.{credentials.paper_code(scope, paper.label)}"


def hand_out(credentials: Credentials, scope: str, papers: Sequence[Paper], command_id: object) -> dict[str, object]:
    """The command that gives these papers of one lane, in a row, to people."""
    first = papers[0]
    visits = [credentials.paper_visit(scope, paper.label) for paper in papers]
    place = {"line": first.line, "lane": first.lane.value, "first": first.number}
    return {"command_id": command_id, "do": "hand_out", **place, "visits": visits}


def printed_papers(site: str, bazaar_id: str, credentials: Credentials, scope: str, papers: Sequence[Paper]) -> list[Printed]:
    """The papers with their codes; ``site`` is where phones reach the public part."""
    paths = ((paper, paper_path(bazaar_id, credentials, scope, paper)) for paper in papers)
    return [Printed(paper=paper, qr=inline_qr(site + path, border=ON_PAPER)) for paper, path in paths]

"""What a newcomer finds on offer, told by stories."""

from displays.offer import Errand, Office, offices, precheck
from server.core import events as happened
from server.core.values import ServiceCode
from tests.scenarios import CONFIG, Story, called, config_with, given, issued, opened


def office(story: Story, code: str) -> Office:
    """One agency as it stands on the page."""
    return next(office for office in offices(story.bazaar) if office.agency.code == code)


def errand(story: Story, code: str) -> Errand:
    """One errand as it stands on the page."""
    return next(errand for office in offices(story.bazaar) for errand in office.errands if errand.service.code == code)


def test_everything_is_on_offer() -> None:
    """Every agency stands there in the file's order, with the errands of all its lines."""
    offered = [(office.agency.code, [errand.service.code for errand in office.errands]) for office in offices(given().bazaar)]
    assert [("dukcapil", ["ktp", "kk"]), ("polsek", ["skck", "hilang"])] == offered


def test_wait() -> None:
    """A line tells how many wait in both lanes and when a newcomer's turn would be."""
    story = given(*opened(1), issued("A", 1), issued("A", 2), issued("A", 3), called("A-001", 1))
    (wait,) = office(story, "dukcapil").waits
    assert (2, 2) == (wait.waiting, wait.place.ahead)


def test_closed_service() -> None:
    """A closed service is not on offer; the others of its line still are."""
    story = given(happened.ServiceClosed(service=ServiceCode("ktp")))
    assert (False, True) == (errand(story, "ktp").open, errand(story, "kk").open)


def test_quota_used_up() -> None:
    """With its quota used up a line's errands are not on offer; the agency still is by its other line."""
    story = given(*(issued("B", number) for number in (1, 2, 3)))
    assert (False, True) == (errand(story, "skck").open, errand(story, "hilang").open)
    assert office(story, "polsek").open


def test_a_line_on_paper() -> None:
    """A line whose numbers are on a printed roll is not on offer, and says why."""
    agencies = [{**CONFIG["agencies"][0], "lines": [CONFIG["agencies"][0]["lines"][0] | {"paper": True}]}, CONFIG["agencies"][1]]
    story = given(config={**CONFIG, "agencies": agencies})
    assert [(False, True), (True, False)] == [(errand(story, code).open, errand(story, code).paper) for code in ("ktp", "skck")]


def test_where_papers_are_checked() -> None:
    """The check of papers is offered where the file names it, as long as numbers are given there."""
    story = given(config=config_with(precheck="hilang"))
    found = precheck(story.bazaar, offices(story.bazaar))
    assert found is not None
    assert ("polsek", "hilang") == (found[0].agency.code, found[1].service.code)
    story.given(happened.ServiceClosed(service=ServiceCode("hilang")))
    assert None is precheck(story.bazaar, offices(story.bazaar))
    assert None is precheck(given().bazaar, offices(given().bazaar))


def test_closed_bazaar() -> None:
    """After the end nothing is on offer."""
    assert [False, False] == [office.open for office in offices(given(happened.BazaarClosed()).bazaar)]


def test_search_knows_every_language() -> None:
    """A search looks through the agency, its prefix, and the errand's code and name in every language."""
    service = {"code": "ktp", "name": {"id": "Perekaman KTP-el", "en": "ID card"}, "minutes": 10}
    agency = {"code": "dukcapil", "name": "Dispendukcapil", "lines": [{"prefix": "A", "services": [service]}], "counters": [{"number": 1}]}
    story = given(config={**CONFIG, "agencies": [agency]})
    assert "Dispendukcapil dukcapil A Perekaman KTP-el ID card ktp" == errand(story, "ktp").search

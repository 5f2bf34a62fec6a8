"""The hall's screens: set up and changed while the bazaar is open."""

from server.core import commands as order
from server.core import events as happened
from server.core.plan_parts import Screen
from server.core.values import SCREENS_MAX, AgencyCode
from tests.scenarios import CONFIG, given

HALL = {**CONFIG, "screens": [{"code": "utama", "name": "Utama"}, {"code": "barat", "name": "Barat", "zone": "utama"}]}
"""Two screens of one zone; the first speaks."""


def set_screen(screen: str, *agencies: str, zone: str = "", speaks: bool = False) -> order.SetScreen:
    """A screen named like its code."""
    return order.SetScreen(
        screen=screen, name=screen.title(), agencies=tuple(map(AgencyCode, agencies or ("polsek",))), zone=zone, speaks=speaks
    )


def test_screens_of_the_file() -> None:
    """A screen that names no zone is one of its own and speaks; one that names a zone is silent there."""
    screens = given(config=HALL).bazaar.screens
    assert [("utama", True), ("utama", False)] == [(screen.zone, screen.speaks) for screen in screens.values()]


def test_a_new_screen() -> None:
    """A screen that there was not is one of the hall's from then on, and without a zone it is its own."""
    story = given(config=HALL).when(set_screen("timur", "polsek"), by="desk")
    agencies = (AgencyCode("polsek"),)
    after = story.then(happened.ScreenSet(screen="timur", name="Timur", agencies=agencies, zone="timur", speaks=False))
    assert Screen(code="timur", name="Timur", agencies=agencies, zone="timur", speaks=False) == after.bazaar.screens["timur"]


def test_one_voice_in_a_zone() -> None:
    """Giving the voice of a zone to a screen takes it from the other; two would talk over each other."""
    story = given(config=HALL).when(set_screen("barat", zone="utama", speaks=True), by="supervisor").happens()
    assert {"utama": False, "barat": True} == {code: screen.speaks for code, screen in story.bazaar.screens.items()}


def test_a_screen_moves_to_another_zone() -> None:
    """Setting up a screen again takes all of it from the new setting: the zone it leaves keeps its own voice."""
    story = given(config=HALL).when(set_screen("barat", zone="pintu", speaks=True), by="desk").happens()
    assert {"utama": ("utama", True), "barat": ("pintu", True)} == {
        code: (screen.zone, screen.speaks) for code, screen in story.bazaar.screens.items()
    }


def test_removed() -> None:
    """A screen that is removed is gone, and can be removed only once."""
    story = given(config=HALL).when(order.RemoveScreen(screen="barat"), by="desk").then(happened.ScreenRemoved(screen="barat"))
    assert ["utama"] == list(story.bazaar.screens)
    story.when(order.RemoveScreen(screen="barat"), by="desk").refused("malformed", field="screen")


def test_no_such_agency() -> None:
    """A screen shows agencies of the bazaar only."""
    given(config=HALL).when(set_screen("timur", "polsek", "kua"), by="desk").refused("malformed", field="agencies")


def test_not_by_officers() -> None:
    """The hall's screens are the organiser's."""
    given(config=HALL).when(set_screen("timur"), by="counter/1").refused("not_allowed", by="counter/1")


def test_so_many_and_no_more() -> None:
    """A hall has a bounded number of screens; those that it has can still be changed."""
    story = given(config=HALL)
    for number in range(SCREENS_MAX - 2):
        story = story.when(set_screen(f"layar-{number}"), by="desk").happens()
    story.when(set_screen("timur"), by="desk").refused("malformed", field="screen")
    story.when(set_screen("barat"), by="desk").happens()

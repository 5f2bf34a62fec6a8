"""The desk's form for a TV that shows a code, without scripts, and what the desk makes of screens afterwards."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.scenarios import CONFIG
from tests.serving import Served, serving
from tests.web.waiting_tvs import SCREENS, Tv, set_up

ID = "set-up-a-screen-0000001"


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar whose file names one screen."""
    async with serving(config={**CONFIG, "screens": SCREENS}) as bazaar:
        yield bazaar


@pytest.fixture
async def tv(served: Served) -> AsyncIterator[Tv]:
    """A TV that was never here."""
    made = Tv(served)
    yield made
    await made.session.close()


async def test_the_form_without_scripts(served: Served, tv: Tv) -> None:
    """The desk's page leads to the form, the form sets up, and what is wrong with it is said beside what was filled in."""
    headers = {**served.bearer(served.keys.admin), "Accept": "text/html"}
    code = await tv.code()
    async with served.session.get(f"{served.home}/desk/screen?code={code.lower()}", headers=headers) as answer:
        text = await answer.text()
    form = re.search(r"<form[^>]*data-set-up.*?</form>", text, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    assert code == fields["code"]
    filled = [*fields.items(), ("name", " "), ("agencies", "polsek"), ("agencies", "dukcapil"), ("zone", "utama"), ("speaks", "true")]
    async with served.session.post(f"{served.home}/desk/screen", data=filled, headers=headers) as answer:
        text = await answer.text()
        assert 422 == answer.status
        assert re.search(r"data-refused>[^<]*name[^<]*<", text)
        assert 2 == len(re.findall(r'name="agencies" value="\w+" checked', text))
    filled[2] = ("name", "Timur")
    async with served.session.post(f"{served.home}/desk/screen", data=filled, headers=headers, allow_redirects=False) as answer:
        assert (303, "/uji/desk#screens") == (answer.status, answer.headers["Location"])
    screen = served.room.bazaar.screens[code.lower()]
    assert ("Timur", {"polsek", "dukcapil"}, "utama", True) == (screen.name, {*screen.agencies}, screen.zone, screen.speaks)


async def test_a_form_with_a_wrong_code(served: Served) -> None:
    """A code that no TV shows brings the field for it again, with a word why."""
    headers = {**served.bearer(served.keys.admin), "Accept": "text/html"}
    async with served.session.get(f"{served.home}/desk/screen?code=CCCCCC", headers=headers) as answer:
        text = await answer.text()
        assert 404 == answer.status
    assert "data-refused" in text
    assert re.search(r'name="code" value="CCCCCC"', text)
    assert "data-set-up" not in text


async def test_no_agency_chosen_means_all(served: Served, tv: Tv) -> None:
    """A screen for which nobody chose agencies shows all of them."""
    code = await tv.code()
    await set_up(served, {"code": code, "command_id": ID, "name": "Semua"})
    assert ("dukcapil", "polsek") == served.room.bazaar.screens[code.lower()].agencies


async def test_the_desk_changes_a_screen_without_scripts(served: Served) -> None:
    """The desk's page has a form for each screen with what it is now; it changes or removes the screen, as `desk`."""
    headers = {**served.bearer(served.keys.admin), "Accept": "text/html"}
    async with served.session.get(f"{served.home}/desk", headers=headers) as answer:
        text = await answer.text()
    row = re.search(r'<li class="device" data-key="utama".*?</li>', text, re.DOTALL)
    assert row is not None
    forms = re.findall(r"<form.*?</form>", row[0], re.DOTALL)
    change, remove = (dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)) for form in forms)
    assert ["set_screen", "remove_screen"] == [change["do"], remove["do"]]
    assert ["Utama"] == re.findall(r'name="name" value="([^"]*)"', forms[0])
    assert ["dukcapil", "polsek"] == re.findall(r'name="agencies" value="(\w+)" checked', forms[0])
    filled = [*change.items(), ("name", "Depan"), ("agencies", "polsek"), ("zone", "")]
    async with served.session.post(f"{served.home}/desk/commands", data=filled, headers=headers, allow_redirects=False) as answer:
        assert 303 == answer.status
    screen = served.room.bazaar.screens["utama"]
    assert ("Depan", ("polsek",), "utama", False) == (screen.name, screen.agencies, screen.zone, screen.speaks)
    async with served.session.post(f"{served.home}/desk/commands", data=remove, headers=headers, allow_redirects=False) as answer:
        assert 303 == answer.status
    assert {} == served.room.bazaar.screens

"""What scripts write into a page that is open already: words of others stay words there, too."""

import pytest
from playwright.async_api import Browser, Dialog

from server.core.values import VisitId
from server.web.credentials import Credentials, scope_of
from tests.browser.devices import watch
from tests.serving import SECRET, serving
from tests.web.test_strictness import VISIT, attacked, evil_config

pytestmark = pytest.mark.browser

MADE = """() => Array.from(document.querySelectorAll("*")).filter((element) =>
    (element.localName === "img" && element.getAttribute("src") === "x")
    || (element.localName === "script" && !element.src && element.type !== "application/json")
    || Array.from(element.attributes).some(({ name, value }) => name.startsWith("on") || /^\\s*javascript:/i.test(value))
).map((element) => element.outerHTML)"""
"""Elements that the words have become, if any."""
SAID = "document.body.innerText.toLowerCase().includes('</script><script>alert(1)')"


async def test_live_words_stay_words(browser: Browser) -> None:
    """Names and announcements that are markup come live to TV, phone, tablet and desk: they are read there, and make no element."""
    faults: list[str] = []

    async def asked(dialog: Dialog) -> None:
        faults.append(dialog.message)
        await dialog.dismiss()

    async with serving(config=evil_config()) as served, await browser.new_context() as context:
        watch(context, faults)
        await served.submit("issue", services=["ktp"], visit=VisitId("v-of-another"))
        await served.submit("issue", services=["ktp"], visit=VISIT)
        token = Credentials(SECRET).visit_token(scope_of("uji", served.room.epoch), VISIT)
        paths = ("/tv/utama", f"/visit/{token}", f"/pair/{served.keys.counters[1]}", f"/pair/{served.keys.admin}")
        pages = [await context.new_page() for _ in paths]
        for page, path in zip(pages, paths, strict=True):
            page.on("dialog", asked)
            await page.goto(served.home + path)
            await page.wait_for_selector("body[data-ready]")
        await attacked(served)
        await served.submit("open_counter", counter=1)
        await served.submit("next", by="counter/1", counter=1, seen=None)
        for page, path in zip(pages, paths, strict=True):
            await page.wait_for_function(SAID)
            assert [] == await page.evaluate(MADE), path
    assert [] == faults

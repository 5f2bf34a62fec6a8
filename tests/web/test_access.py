"""Every route and every channel by everybody who may ask: who is let in, who is not. Whoever adds one of them says here whose it is."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp
import pytest

import counters.channels
import displays.channels
from server.core.values import Lane, VisitId
from server.web.credentials import DEVICE_COOKIE, Credentials, scope_of
from server.web.pages import STATIC_PATH
from server.web.rolls import paper_path, papers_of
from tests.scenarios import CONFIG
from tests.serving import SECRET, Served, serving

NOBODY, PHONE, KIOSK, SCREEN = "nobody", "phone", "kiosk/1", "screen/utama"
OFFICER, COLLEAGUE, STRANGER = "counter/1", "counter/2", "counter/3"
"""The officer of the counter that is asked for, one of the same agency, one of another."""
SUPERVISOR, ADMIN = "supervisor", "admin"
EVERYBODY = frozenset({NOBODY, PHONE, KIOSK, SCREEN, OFFICER, COLLEAGUE, STRANGER, SUPERVISOR, ADMIN})
CHIEFS = frozenset({SUPERVISOR, ADMIN})
AT_THE_COUNTER = CHIEFS | {OFFICER}
OF_THE_AGENCY = AT_THE_COUNTER | {COLLEAGUE}
AT_THE_KIOSK = CHIEFS | {KIOSK}
STAFF = CHIEFS | {KIOSK, OFFICER, COLLEAGUE, STRANGER}

CREDENTIALS = Credentials(SECRET)
VISIT = VisitId("v-of-a-test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Who may, by ``{secret}`` in the path whoever has it; an address below the bazaar to try it at, and the body: JSON or a form."""

    who: frozenset[str] = EVERYBODY
    at: str
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None


ROUTES: dict[tuple[str, str], Row] = {
    ("GET", "/healthz"): Row(at="/healthz"),
    ("GET", "/readyz"): Row(at="/readyz"),
    ("GET", "/metrics"): Row(at="/metrics"),
    ("GET", "/openapi.json"): Row(at="/openapi.json"),
    ("GET", "/"): Row(at="/"),
    ("GET", "/tv"): Row(at="/tv"),
    ("GET", "/{bazaar}"): Row(at=""),
    ("GET", "/{bazaar}/tv/{screen}"): Row(at="tv/utama"),
    ("GET", "/{bazaar}/order"): Row(at="order"),
    ("GET", "/{bazaar}/join"): Row(at="join"),
    ("GET", "/{bazaar}/worker.js"): Row(at="worker.js"),
    ("GET", "/{bazaar}/tv"): Row(at="tv"),
    ("GET", "/{bazaar}/tv-code"): Row(at="tv-code"),
    ("GET", "/{bazaar}/slides"): Row(at="slides"),
    ("GET", "/{bazaar}/slides/{version}/{name}"): Row(at="slides/0/none.png"),
    ("GET", "/{bazaar}/voice/{version}/{name}.wav"): Row(at="voice/000000000000/chime.wav"),
    ("GET", "/{bazaar}/voice/{version}/{language}/{label}/{counter}/{form}.{kind}"): Row(at="voice/000000000000/id/A-001/1/first.wav"),
    ("GET", "/{bazaar}/log"): Row(at="log"),
    ("GET", "/{bazaar}/live"): Row(at="live?channels=hall"),
    ("GET", "/{bazaar}/views/{channel}"): Row(at="views/hall"),
    ("POST", "/{bazaar}/tickets"): Row(at="tickets", json={"services": ["skck"]}),
    ("POST", "/{bazaar}/devices"): Row(at="devices", json={"device": "screen/utama", "state": "ok", "version": "", "offset": 0}),
    # By a secret
    ("GET", "/{bazaar}/visit/{token}"): Row(at="visit/{secret}"),
    ("GET", "/{bazaar}/visit/{token}/join"): Row(at="visit/{secret}/join"),
    ("GET", "/{bazaar}/visit/{token}/qr.svg"): Row(at="visit/{secret}/qr.svg"),
    ("POST", "/{bazaar}/visit/{token}/commands"): Row(at="visit/{secret}/commands", json={"do": "return", "ticket": "A-001"}),
    ("GET", "/{bazaar}/visit/{token}/alerts"): Row(at="visit/{secret}/alerts"),
    ("GET", "/{bazaar}/visit/{token}/data.json"): Row(at="visit/{secret}/data.json"),
    ("POST", "/{bazaar}/visit/{token}/alerts"): Row(at="visit/{secret}/alerts", json={}),
    ("POST", "/{bazaar}/visit/{token}/alerts/erase"): Row(at="visit/{secret}/alerts/erase", json={}),
    ("DELETE", "/{bazaar}/visit/{token}/alerts"): Row(at="visit/{secret}/alerts"),
    ("GET", "/{bazaar}/paper/{paper}"): Row(at="paper/{secret}"),
    ("POST", "/{bazaar}/paper/{paper}"): Row(at="paper/{secret}", form={}),
    ("GET", "/{bazaar}/pair/{key}"): Row(at="pair/{secret}"),
    # Staff
    ("GET", "/{bazaar}/kiosk/{number}"): Row(who=AT_THE_KIOSK, at="kiosk/1"),
    ("GET", "/{bazaar}/kiosk/{number}/visit/{token}"): Row(who=AT_THE_KIOSK, at="kiosk/1/visit/{secret}"),
    ("POST", "/{bazaar}/kiosk/{number}/tickets"): Row(who=AT_THE_KIOSK, at="kiosk/1/tickets", form={"services": "skck"}),
    ("POST", "/{bazaar}/kiosk/{number}/help"): Row(who=AT_THE_KIOSK, at="kiosk/1/help", form={}),
    ("POST", "/{bazaar}/kiosk/{number}/report"): Row(who=AT_THE_KIOSK, at="kiosk/1/report", json={"help": False}),
    ("GET", "/{bazaar}/kiosk/{number}/prints"): Row(who=AT_THE_KIOSK, at="kiosk/1/prints?ticket=A-001"),
    ("GET", "/{bazaar}/counter/{number}"): Row(who=AT_THE_COUNTER, at="counter/1"),
    ("POST", "/{bazaar}/counter/{number}/commands"): Row(who=AT_THE_COUNTER, at="counter/1/commands", json={"do": "open_counter"}),
    ("POST", "/{bazaar}/counter/{number}/taken"): Row(who=OF_THE_AGENCY, at="counter/1/taken", form={}),
    ("GET", "/{bazaar}/desk"): Row(who=CHIEFS, at="desk"),
    ("POST", "/{bazaar}/desk/commands"): Row(who=CHIEFS, at="desk/commands", json={"do": "open_counter", "counter": 1}),
    ("GET", "/{bazaar}/desk/screen"): Row(who=CHIEFS, at="desk/screen"),
    ("POST", "/{bazaar}/desk/screen"): Row(who=CHIEFS, at="desk/screen", json={"code": "AAAAAA", "screen": "utama"}),
    ("GET", "/{bazaar}/devices"): Row(who=CHIEFS, at="devices"),
    ("GET", "/{bazaar}/desk/printing"): Row(who=CHIEFS, at="desk/printing"),
    ("POST", "/{bazaar}/desk/printing"): Row(who=CHIEFS, at="desk/printing", json={"kiosk": 1, "ticket": ""}),
    ("GET", "/{bazaar}/rolls"): Row(who=STAFF, at="rolls"),
    ("POST", "/{bazaar}/rolls"): Row(who=STAFF, at="rolls", form={"line": "B", "lane": "regular", "first": "1", "count": "1"}),
    ("GET", "/{bazaar}/rolls/{line}"): Row(who=CHIEFS, at="rolls/B?from=1&to=2"),
    ("GET", "/{bazaar}/pair"): Row(who=frozenset({ADMIN}), at="pair"),
    ("POST", "/{bazaar}/pair"): Row(who=frozenset({ADMIN}), at="pair", form={"device": "kiosk/2"}),
}

CHANNELS: dict[str, tuple[str, frozenset[str]]] = {
    "hall": ("hall/utama", EVERYBODY),
    "line": ("line/A", EVERYBODY),
    "bazaar": ("bazaar", EVERYBODY),
    "visit": ("visit/{secret}", EVERYBODY),
    "counter": ("counter/1", AT_THE_COUNTER),
    "desk": ("desk", CHIEFS),
}
"""By kind of channel: one of them, and who may follow it."""


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar in which line B has its numbers on paper, with one visit."""
    dukcapil, polsek = CONFIG["agencies"]
    lines = [polsek["lines"][0] | {"paper": True}, polsek["lines"][1]]
    async with serving(config={**CONFIG, "agencies": [dukcapil, polsek | {"lines": lines}]}) as bazaar:
        await bazaar.submit("issue", services=["ktp"], visit=VISIT)
        yield bazaar


def headers_of(served: Served, who: str) -> dict[str, str]:
    """What a request of theirs carries: the cookies of a paired device, or of a phone that follows its visit."""
    scope = scope_of("uji", served.room.epoch)
    if who == NOBODY:
        return {}
    if who == PHONE:
        return {"Cookie": f"urut-visit={secrets(served)['visit']}; {DEVICE_COOKIE}={CREDENTIALS.device_cookie('a-phone')}"}
    name, value = CREDENTIALS.cookie(scope, who)
    return {"Cookie": f"{name}={value}"}


def secrets(served: Served) -> dict[str, str]:
    """By the first word of a path: the secret that opens it."""
    scope = scope_of("uji", served.room.epoch)
    (paper,) = papers_of(served.room.plan.line("B"), Lane.REGULAR, 1, 1)
    path = paper_path("uji", CREDENTIALS, scope, paper)
    return {"visit": CREDENTIALS.visit_token(scope, VISIT), "paper": path.rpartition("/")[2], "pair": served.keys.counters[1]}


async def asked(served: Served, method: str, row: Row, who: str, secret: str) -> int:
    """Ask as somebody; the status."""
    served.commands += 1
    command_id = f"a-try-of-everybody-{served.commands:04d}"
    url = row.at if row.at.startswith("/") else f"/uji/{row.at}".rstrip("/")
    json, form = ({**given, "command_id": command_id} if given is not None else None for given in (row.json, row.form))
    headers, address = headers_of(served, who), served.url + url.replace("{secret}", secret)
    async with served.session.request(method, address, headers=headers, allow_redirects=False, json=json, data=form) as answer:
        assert answer.status < 500
        return answer.status


def secret_of(served: Served, row: Row) -> str:
    """The secret for the row's path."""
    return secrets(served)["visit" if "visit/" in row.at else row.at.partition("/")[0]] if "{secret}" in row.at else ""


async def test_every_route_and_channel_has_a_row(served: Served) -> None:
    """Nothing is served of which nobody has said here who may ask for it. Static files are everybody's."""
    routes = {(route.method, route.resource.canonical) for route in served.app.router.routes() if route.resource}
    assert set(ROUTES) == {(method, path) for method, path in routes if method != "HEAD" and not path.startswith(STATIC_PATH)}
    kinds = (*displays.channels.kinds(CREDENTIALS), *counters.channels.kinds())
    assert set(CHANNELS) == {kind.name for kind in kinds}


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_routes(served: Served, method: str, path: str) -> None:
    """Exactly those of the row are let in; anybody else hears that the device is not paired, or for something else."""
    row = ROUTES[method, path]
    heard = {who: await asked(served, method, row, who, secret_of(served, row)) for who in EVERYBODY}
    assert row.who == {who for who, status in heard.items() if status not in (401, 403)}
    assert {status for who, status in heard.items() if who in {NOBODY, PHONE} - row.who} <= {401}


@pytest.mark.parametrize(("method", "path"), [route for route, row in ROUTES.items() if "{secret}" in row.at])
async def test_routes_by_a_secret(served: Served, method: str, path: str) -> None:
    """A secret that opens nothing opens nothing to anybody, also where it is that of another thing or is cut short."""
    row = ROUTES[method, path]
    secret = secret_of(served, row)
    for wrong in (secret[:-1], secret + "A", secret.swapcase(), secret.partition(".")[0] + ".", "v-of-a-test"):
        for who in EVERYBODY:
            assert await asked(served, method, row, who, wrong) in (401, 403, 404), (wrong, who)


@pytest.mark.parametrize("kind", CHANNELS)
async def test_channels(served: Served, kind: str) -> None:
    """A channel is followed, and its view read by exactly those of the row."""
    name, allowed = CHANNELS[kind]
    name = name.replace("{secret}", secrets(served)["visit"])
    for who in EVERYBODY:
        headers = headers_of(served, who)
        async with served.session.get(f"{served.home}/views/{name}", headers=headers) as answer:
            assert (who in allowed) == (answer.status == 200), who
        heard = await followed(served, name, headers)
        assert (heard == 101) == (who in allowed), who
        assert heard in (101, 401, 403)


async def followed(served: Served, name: str, headers: Mapping[str, str]) -> int:
    """Follow a channel beside the hall; the status of the handshake."""
    try:
        async with served.session.ws_connect(f"{served.home}/live?channels=hall,{name}", headers=headers) as socket:
            assert {"hall", name} == {(await socket.receive_json())["channel"] for _ in range(2)}
    except aiohttp.WSServerHandshakeError as refused:
        return refused.status
    return 101

"""What Prometheus reads: a page in its form, in which each figure moves with what it counts."""

import asyncio
import json
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from server.core.values import BazaarId
from server.store.errors import Conflict
from server.store.log import MemoryLog
from server.web.backlogs import Backlogs
from server.web.keys import METRICS
from tests.scenarios import config_with
from tests.serving import Served, serving
from tests.web.test_devices import report

Labels = frozenset[tuple[str, str]]
UJI = BazaarId("uji")
SCREENS = [{"code": "utama", "name": "Utama"}, {"code": "barat", "name": "Barat", "speaks": False}]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar with two screens and counter 1 open."""
    async with serving(config={**config_with(), "screens": SCREENS}) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        yield bazaar


async def scraped(served: Served) -> Mapping[str, float]:
    """Every value of the page, by name and labels in the form of Prometheus."""
    async with served.session.get(f"{served.url}/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        page = await answer.text()
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    return {named(sample.name, **sample.labels): sample.value for sample in samples}


def named(name: str, **labels: str) -> str:
    """A sample's name as it stands on the page, labels in order."""
    return name + ("{" + ",".join(f'{label}="{value}"' for label, value in sorted(labels.items())) + "}" if labels else "")


async def press(served: Served, number: int, **order: object) -> None:
    """A press at counter 1."""
    body = {"command_id": f"a-press-of-the-test-{number}", **order}
    async with served.session.post(f"{served.home}/counter/1/commands", json=body, headers=served.bearer(served.keys.counters[1])):
        pass


async def moved(served: Served, before: Mapping[str, float], name: str) -> float:
    """By how much a value is higher than before."""
    return (await scraped(served))[name] - before.get(name, 0)


async def test_the_form(served: Served) -> None:
    """Each family says what it is and of which type; times are in seconds, counters end in _total, and names are ours."""
    async with served.session.get(f"{served.url}/metrics") as answer:
        page = await answer.text()
    families = {family.name: family for family in text_string_to_metric_families(page)}
    assert len(families) > 10
    for name, family in families.items():
        assert name.startswith("urut_")
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram")
        assert (family.type == "counter") == (f"# TYPE {name}_total counter" in page)
        assert family.type != "histogram" or name.endswith("_seconds")


async def test_histograms_add_up(served: Served) -> None:
    """The buckets of a histogram grow up to its count, from low to high, and the last is without bound."""
    await press(served, 1, do="next", seen=None)
    async with served.session.get(f"{served.url}/metrics") as answer:
        families = [family for family in text_string_to_metric_families(await answer.text()) if family.type == "histogram"]
    assert {"urut_command_seconds", "urut_store_round_trip_seconds", "urut_first_frame_seconds", "urut_last_frame_seconds"} == {
        family.name for family in families
    }
    for family in families:
        buckets, counts = defaultdict[Labels, list[tuple[float, float]]](list), dict[Labels, float]()
        for sample in family.samples:
            labels = frozenset((label, value) for label, value in sample.labels.items() if label != "le")
            if sample.name.endswith("_bucket"):
                buckets[labels].append((float(sample.labels["le"]), sample.value))
            elif sample.name.endswith("_count"):
                counts[labels] = sample.value
        assert buckets.keys() == counts.keys()
        for labels, found in buckets.items():
            assert sorted(found) == found
            assert [count for _, count in found] == sorted(count for _, count in found)
            assert (math.inf, counts[labels]) == found[-1]


async def test_a_press_counts(served: Served) -> None:
    """A press that is carried out counts as done, one that is refused under its refusal, and both have their time."""
    before = await scraped(served)
    await press(served, 1, do="next", seen="A-099")
    await press(served, 2, do="pause_counter", reason="salat")
    await press(served, 3, do="nothing that there is")
    for outcome in ("done", "stale", "malformed"):
        assert 1 == await moved(served, before, named("urut_commands_total", outcome=outcome)), outcome
    assert 3 == await moved(served, before, "urut_command_seconds_count")
    assert 0 < await moved(served, before, "urut_command_seconds_sum")
    assert 2 == await moved(served, before, named("urut_offset", bazaar="uji"))


async def test_a_frame_counts(served: Served) -> None:
    """A call that a TV and a phone follow counts a first and a last frame for each, and who follows is counted by kind."""
    address = served.home.replace("http", "ws", 1)
    kiosk = f"{address}/live?channels=bazaar&as=kiosk"
    async with connect(f"{address}/live?channels=hall/utama") as tv, connect(f"{address}/live?channels=line/A") as phone, connect(kiosk):
        await asyncio.gather(*(until(socket, "") for socket in (tv, phone)))
        found = await scraped(served)
        assert {"tv": 1, "phone": 1, "kiosk": 1} == {
            kind: found[named("urut_followers", bazaar="uji", kind=kind)] for kind in ("tv", "phone", "kiosk")
        }
        await served.submit("issue", services=["ktp"])
        await served.submit("next", counter=1, seen=None)
        await asyncio.gather(until(tv, "A-001"), until(phone, "A-001"))
        for to in ("screens", "phones"):
            for part in ("first", "last"):
                assert 0 < await moved(served, found, named(f"urut_{part}_frame_seconds_count", to=to)), (part, to)
    async with asyncio.timeout(30):
        while any(served.room.fanout.kinds.values()):
            await asyncio.sleep(0)
    assert 0 == (await scraped(served))[named("urut_followers", bazaar="uji", kind="tv")]


async def until(socket: Any, label: str) -> None:
    """Wait for a frame in which this stands, or for the heartbeat behind the first frames."""
    async with asyncio.timeout(30):
        async for text in socket:
            if label in text if label else not json.loads(text)["channel"]:
                return


async def test_a_conflict_counts(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """An append before which another hub was first counts as a conflict; the press comes through all the same."""
    before, append, lost = await scraped(served), MemoryLog.append, [True]

    async def second(log: MemoryLog, *records: Any) -> None:
        if lost and lost.pop():
            raise Conflict("another hub was first")
        await append(log, *records)

    monkeypatch.setattr(MemoryLog, "append", second)
    await press(served, 1, do="pause_counter", reason="salat")
    assert 1 == await moved(served, before, named("urut_append_conflicts_total", bazaar="uji"))
    assert 1 == await moved(served, before, named("urut_commands_total", outcome="done"))


async def test_a_loudspeakers_backlog(served: Served) -> None:
    """The calls that a TV has still to say stand under its zone, those of a screen that does not speak nowhere; nonsense is refused."""
    assert 200 == (await report(served, "screen/utama", tv="a", unsaid=4))[0]
    assert 200 == (await report(served, "screen/barat", tv="b", unsaid=9))[0]
    for nonsense in (-1, 1001, True, "4", None):
        assert 422 == (await report(served, "screen/utama", tv="c", unsaid=nonsense))[0]
    found = {name: value for name, value in (await scraped(served)).items() if name.startswith("urut_speech")}
    assert {named("urut_speech_backlog_calls", bazaar="uji", zone="utama"): 4} == found


def test_whose_backlog_counts() -> None:
    """Of several TVs of a zone the longest backlog counts; that of paired TVs before others', and of none that has been silent."""
    now = [0.0]
    backlogs = Backlogs(lambda: now[0])
    backlogs.tell(UJI, "utama", "a", 9, paired=False)
    assert [9] == list(backlogs.by_zone().values())
    for tv, unsaid in (("b", 2), ("c", 3)):
        backlogs.tell(UJI, "utama", tv, unsaid, paired=True)
    assert [3] == list(backlogs.by_zone().values())
    now[0] = 1000.0
    assert {} == backlogs.by_zone()


async def test_which_process(served: Served) -> None:
    """At a shared port each value says of which process it is."""
    served.app[METRICS].process = 2
    assert all('process="2"' in name for name in await scraped(served))

"""Where screens fetch sounds: over HTTP, from a served bazaar."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from displays.voice.pages import NEW_BURST, VOICE
from displays.voice.sentence import Form
from displays.voice.sound import Kind
from displays.voice.voice import Voice
from server.cli.equipment import Equipment
from server.core.values import CounterNumber, Label
from tests.displays.voice.beeps import Beeps, beeping
from tests.scenarios import CONFIG
from tests.serving import Served, serving

OLD = "0" * 12


@asynccontextmanager
async def spoken(voice: Voice) -> AsyncIterator[Served]:
    """A bazaar with this voice, counter 1 open, and three people waiting in line A."""
    async with serving(config=CONFIG, equipment=Equipment(voice=voice)) as served:
        await served.submit("open_counter", counter=1)
        for _ in range(3):
            await served.submit("issue", services=["ktp"])
        yield served


async def ask(served: Served, path: str, version: str = "") -> tuple[int, str, bytes]:
    """Status, Cache-Control and body of a sound; of the current version unless another is named."""
    async with served.session.get(f"{served.home}/voice/{version or served.app[VOICE].version}/{path}") as answer:
        return answer.status, answer.headers["Cache-Control"], await answer.read()


async def test_a_call() -> None:
    """The sentence of a call is served as WAV and as MP3, for a browser to keep a year."""
    async with spoken(beeping()) as served:
        status, kept, wav = await ask(served, "id/A-001/1/full.wav")
        assert (200, "public, max-age=31536000, immutable", b"RIFF") == (status, kept, wav[:4])
        async with served.session.get(f"{served.home}/voice/{OLD}/id/A-001/1/short.mp3") as answer:
            assert (200, "audio/mpeg") == (answer.status, answer.content_type)


async def test_chime_and_silence() -> None:
    """Both are there whatever the voice can say, also where it is silent."""
    async with serving(config=CONFIG) as served:
        for name in ("chime.wav", "silence.wav"):
            status, _, body = await ask(served, name)
            assert (200, b"RIFF") == (status, body[:4])
        assert 404 == (await ask(served, "id/A-001/1/full.wav"))[0]


async def test_an_older_version() -> None:
    """A screen that was open before the voice changed is served, but must not keep it."""
    async with spoken(beeping()) as served:
        status, kept, _ = await ask(served, "id/A-001/1/full.wav", OLD)
        assert (200, "no-store") == (status, kept)


@pytest.mark.parametrize(
    "path",
    [
        "id/A-004/1/full.wav",
        "id/A-001/3/full.wav",
        "id/A-001/99/full.wav",
        "id/A-001/1/loud.wav",
        "id/A-001/1/full.ogg",
        "jv/A-001/1/full.wav",
        "id/%5B%5Bh'at%5D%5D/1/full.wav",
        "bell.wav",
    ],
)
async def test_nothing_else_is_said(path: str) -> None:
    """No label that the bazaar has not given out, no counter that does not serve its line, no other form, file or language."""
    beeps = Beeps()
    async with spoken(beeping(beeps)) as served:
        assert 404 == (await ask(served, path))[0]
        assert [] == beeps.said


async def test_a_broken_voice() -> None:
    """When the synthesiser fails the answer is 503 in the house's shape, with a time to try again."""
    async with (
        spoken(beeping(Beeps(broken=True))) as served,
        served.session.get(f"{served.home}/voice/{OLD}/id/A-001/1/full.wav") as answer,
    ):
        assert (503, "2", "no_voice") == (answer.status, answer.headers["Retry-After"], (await answer.json())["code"])


async def test_one_address_has_few_made() -> None:
    """Whoever asks for everything is stopped, and what is ready is served all the same."""
    async with spoken(beeping(Beeps(broken=True))) as served:
        path = f"{served.home}/voice/{OLD}/id/A-001/1/full.wav"
        for _ in range(NEW_BURST):
            async with served.session.get(path) as answer:
                assert 503 == answer.status
        async with served.session.get(path) as answer:
            assert (429, "too_many") == (answer.status, (await answer.json())["code"])
    async with spoken(beeping()) as served:
        for _ in range(NEW_BURST + 1):
            assert 200 == (await ask(served, "id/A-001/1/full.wav"))[0]


async def test_ready_before_it_is_called() -> None:
    """Once a sound was asked for, the calls that may come next are made before anybody asks for them."""
    async with spoken(beeping()) as served:
        voice, bazaar = served.app[VOICE], served.room.bazaar
        await ask(served, "id/A-001/1/full.mp3")
        async with asyncio.timeout(30):
            said = voice.sentence(bazaar.plan, Form.SHORT, "id", Label("A-003"), CounterNumber(1))
            while voice.kept(said, Kind.MP3) is None:
                await asyncio.sleep(0.01)

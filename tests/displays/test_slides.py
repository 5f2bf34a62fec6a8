"""Slides: which files of the folder are shown, and how they are served."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from displays.slides import IMAGE_BYTES_MAX, SLIDES_MAX, Slides
from server.cli.equipment import Equipment
from tests.serving import Served, serving

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(range(100))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of its own for slides, beside which something lies that is nobody's business."""
    (tmp_path / "secret.png").write_bytes(PNG)
    made = tmp_path / "slides"
    made.mkdir()
    return made


@pytest_asyncio.fixture
async def served(folder: Path) -> AsyncIterator[Served]:
    """A bazaar whose screens show a picture and a video."""
    (folder / "b kue.png").write_bytes(PNG)
    (folder / "c.mp4").write_bytes(MP4)
    async with serving(equipment=Equipment(slides=folder)) as bazaar:
        yield bazaar


async def _listed(served: Served) -> list[dict[str, str]]:
    async with served.session.get(f"{served.home}/slides") as answer:
        body: dict[str, Any] = await answer.json()
    return list(body["slides"])


def _names(folder: Path) -> list[str]:
    return [slide.path.name for slide in Slides(folder).slides()]


def test_only_what_tvs_show(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By name; what is no picture and no video, or is not what its name says, is left out and logged once, and the others are shown."""
    for name, content in {"b.png": PNG, "a.MP4": MP4, "c.png": b"<html>", "d.html": b"<html>", ".e.png": PNG, "f.mp4": b""}.items():
        (folder / name).write_bytes(content)
    slides = Slides(folder)
    assert ["a.MP4", "b.png"] == [slide.path.name for slide in slides.slides()]
    assert ["a.MP4", "b.png"] == [slide.path.name for slide in slides.slides()]
    assert 3 == len(caplog.records)


def test_nothing_from_elsewhere(folder: Path) -> None:
    """A link out of the folder leads nowhere, nor does a folder in it."""
    (folder / "out.png").symlink_to(folder.parent / "secret.png")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    (folder / "inner.png").mkdir()
    assert [] == _names(folder)


def test_bounds(folder: Path) -> None:
    """A picture that would choke a TV is left out, and so is what comes after the first sixty."""
    with (folder / "0-huge.png").open("wb") as file:
        file.write(PNG)
        file.truncate(IMAGE_BYTES_MAX + 1)
    for number in range(SLIDES_MAX + 5):
        (folder / f"1-{number:03}.png").write_bytes(PNG)
    assert [f"1-{number:03}.png" for number in range(SLIDES_MAX)] == _names(folder)


def test_a_folder_that_is_gone(folder: Path) -> None:
    """A stick that was pulled out is no fault of the hall's: there are no slides then."""
    assert [] == _names(folder / "usb")


async def test_list(served: Served, folder: Path) -> None:
    """Screens get kinds and addresses; who has the list already gets none; a changed file has another address."""
    slides = await _listed(served)
    assert ["image", "video"] == [slide["kind"] for slide in slides]
    async with served.session.get(f"{served.home}/slides") as answer:
        tag = answer.headers["ETag"]
    async with served.session.get(f"{served.home}/slides", headers={"If-None-Match": tag}) as answer:
        assert (304, b"") == (answer.status, await answer.read())
    (folder / "b kue.png").write_bytes(PNG + b"more")
    async with served.session.get(f"{served.home}/slides", headers={"If-None-Match": tag}) as answer:
        assert 200 == answer.status
    assert slides[0]["url"] != (await _listed(served))[0]["url"]


async def test_files(served: Served) -> None:
    """Each file comes with its own type and may be kept for ever; a video also in parts."""
    picture, video = await _listed(served)
    async with served.session.get(served.url + picture["url"]) as answer:
        assert ("image/png", PNG) == (answer.content_type, await answer.read())
        assert "immutable" in answer.headers["Cache-Control"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
    async with served.session.get(served.url + video["url"], headers={"Range": "bytes=4-7"}) as answer:
        assert (206, "video/mp4", b"ftyp") == (answer.status, answer.content_type, await answer.read())


@pytest.mark.parametrize("name", ["..%2Fsecret.png", "%2e%2e/secret.png", "secret.png", "%2Fetc%2Fpasswd", "b%20kue.png%00"])
async def test_tricks(served: Served, name: str) -> None:
    """No name leads out of the list, nor does a wrong version."""
    version = (await _listed(served))[0]["url"].split("/")[3]
    for address in (f"{served.home}/slides/{version}/{name}", f"{served.home}/slides/000000000000/b%20kue.png"):
        async with served.session.get(address) as answer:
            assert answer.status in (400, 404)


async def test_no_folder() -> None:
    """Without a folder there are no slides."""
    async with serving() as bazaar:
        assert [] == await _listed(bazaar)

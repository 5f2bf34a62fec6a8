"""Recordings of a human voice as an announcer: a folder for each language, in it a WAV file for each word."""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from displays.voice.announcer import named
from displays.voice.sentence import Sentence
from displays.voice.sound import BadSound, Sound, joined, levelled, read_wav
from server.core.plan_parts import LANGUAGES

CLIPS_MAX = 2_000
CLIP_BYTES_MAX = 2_000_000
GAP_S, REST_S = 0.04, 0.16
"""Between words of a phrase, and between phrases."""


class BadPack(ValueError):
    """A folder of recordings of which nothing is used; the text has one line for each fault, with the file's name."""


class Clips:
    """Says what every word of was recorded, in one language as in another."""

    def __init__(self, packs: Mapping[str, Mapping[str, Sound]], version: str) -> None:
        self._packs = packs
        self.version = version

    @classmethod
    def read(cls, folder: Path) -> "Clips":
        """The recordings in ``folder/id``, ``folder/mad`` …, all in memory: a pack is some megabytes. Raises `BadPack`."""
        packs: dict[str, dict[str, Sound]] = {}
        faults: list[str] = []
        sums: list[tuple[str, str]] = []
        if not folder.is_dir():
            raise BadPack(f"{folder}: There is no such folder.")
        files = sorted(path for language in LANGUAGES for path in (folder / language).glob("*.wav"))
        if len(files) > CLIPS_MAX:
            raise BadPack(f"{folder}: There are more than {CLIPS_MAX} recordings.")
        for path in files:
            try:
                data = _bytes_of(path)
                packs.setdefault(path.parent.name, {})[path.stem] = levelled(read_wav(data))
            except (OSError, BadSound) as error:
                faults.append(f"{path}: This recording cannot be used: {error}.")
            else:
                sums.append((f"{path.parent.name}/{path.stem}", sha256(data).hexdigest()))
        faults += [f"{folder / language}: {fault}" for language, pack in packs.items() if (fault := _rates_differ(pack))]
        if faults:
            raise BadPack("\n".join(faults))
        return cls(packs, named("clips", sums))

    def speaks(self, language: str) -> bool:
        """Whether there is any recording in the language."""
        return language in self._packs

    def can_say(self, sentence: Sentence) -> bool:
        """Whether every word was recorded."""
        return not self.missing(sentence)

    def missing(self, sentence: Sentence) -> list[str]:
        """The recordings that the sentence would need beside those that there are."""
        pack = self._packs.get(sentence.language, {})
        return [clip for clip in dict.fromkeys(sentence.clips) if clip not in pack]

    async def say(self, sentence: Sentence) -> Sound:
        """The recordings one after the other. Only for what it can say."""
        pack = self._packs[sentence.language]
        phrases = [[pack[part.clip] for part in phrase] for phrase in sentence.phrases]
        rate = next(iter(pack.values())).rate
        return await asyncio.to_thread(joined, phrases, rate, gap_s=GAP_S, rest_s=REST_S)


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(CLIP_BYTES_MAX + 1)
    if len(data) > CLIP_BYTES_MAX:
        raise BadSound(f"it has more than {CLIP_BYTES_MAX} bytes")
    return data


def _rates_differ(pack: Mapping[str, Sound]) -> str:
    """A fault when not all recordings of a language have the same rate: joined, some would be said too fast."""
    rates = sorted({sound.rate for sound in pack.values()})
    return f"The recordings have different rates: {', '.join(map(str, rates))}. Save all with the same." if len(rates) > 1 else ""

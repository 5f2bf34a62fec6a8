"""The voice of this machine: its file read, the synthesiser looked for, recordings put before it; and ``urut voice``, which tries it."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click

from displays.voice.announcer import Announcer, CannotSay
from displays.voice.clips import BadPack, Clips
from displays.voice.espeak import PROGRAM, Espeak
from displays.voice.lexicon import BadLexicon, Lexicon, read_lexicon
from displays.voice.sentence import Form, Sentence
from displays.voice.sound import Kind
from displays.voice.voice import Voice
from server.cli import flags
from server.cli.stores import BadUse
from server.core.plan import Plan
from server.core.values import CounterNumber, Label
from server.store.plan_file import read_plan
from server.web.keys import ROOT

FILE = click.Path(path_type=Path, dir_okay=False)
VOICE_FILE = ROOT / "bazaars" / "voice.toml"
LABEL = re.compile(r"[A-Z][A-Z0-9]{0,4}-[0-9]{1,6}")
EVERY_DIGIT = "0123456789"

voice_file = flags.option(
    "--voice",
    "URUT_VOICE",
    type=FILE,
    default=VOICE_FILE,
    show_default="bazaars/voice.toml",
    help="How calls are spoken.",
)
voice_pack = flags.option(
    "--voice-pack",
    "URUT_VOICE_PACK",
    type=flags.FOLDER,
    help="Recordings of a human voice, a folder for each language.",
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakers:
    """Who can speak on this machine. Recordings go before the synthesiser: where they are complete, people hear a person."""

    lexicon: Lexicon
    clips: Clips | None
    espeak: Espeak | None

    @classmethod
    def found(cls, file: Path, pack: Path | None) -> "Speakers":
        """As the file and the recordings say; raises `BadUse` when one of them is not as it should be."""
        try:
            lexicon = read_lexicon(file)
            return cls(lexicon=lexicon, clips=Clips.read(pack) if pack else None, espeak=Espeak.found(lexicon))
        except (BadLexicon, BadPack) as error:
            raise BadUse(str(error)) from None

    def voice(self) -> Voice:
        """All of them together."""
        announcers: list[Announcer] = [announcer for announcer in (self.clips, self.espeak) if announcer is not None]
        return Voice(self.lexicon, announcers)


def open_voice(file: Path, pack: Path | None) -> Voice:
    """The voice that the file describes. What will not be spoken is said once. Raises `BadUse`."""
    speakers = Speakers.found(file, pack)
    voice, languages = speakers.voice(), speakers.lexicon.languages
    if speakers.espeak is None and languages:
        logger.warning("%s is missing: nothing is synthesised. On Debian: sudo apt-get install --no-install-recommends espeak-ng", PROGRAM)
    if unspoken := [language for language in languages if language not in voice.languages]:
        logger.warning("calls are not spoken in %s: there is neither a voice nor a recording", ", ".join(unspoken))
    return voice


@click.command()
@click.argument("file", metavar="BAZAAR_FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@voice_file
@voice_pack
@click.option("--say", "label", metavar="TICKET", help="A ticket to call, such as A-005, for --counter; to be heard with --out.")
@click.option("--counter", type=int, default=1)
@click.option("--out", type=click.File("wb"), help="Where the WAV of that call goes.")
@flags.runs
async def voice(file: Path, voice: Path, voice_pack: Path | None, label: str | None, counter: int, out: IO[bytes] | None) -> int:
    """Tell who speaks at this bazaar and which recordings are missing, or let a call be heard. Exit code 1: some calls are not spoken."""
    plan, speakers = read_plan(file), Speakers.found(voice, voice_pack)
    if label is not None:
        await _try(plan, speakers, label, counter, out)
        return 0
    whole = [_tell(plan, speakers, language) for language in speakers.lexicon.languages]
    return 0 if all(whole) else 1


def _tell(plan: Plan, speakers: Speakers, language: str) -> bool:
    """Say who speaks the language; whether every call that this bazaar may have is spoken in it."""
    sentences = list(_every_sentence(plan, speakers.voice(), language))
    clips = speakers.clips if speakers.clips and speakers.clips.speaks(language) else None
    missing = sorted({clip for said in sentences for clip in clips.missing(said)}, key=lambda clip: (len(clip), clip)) if clips else []
    synthesised = speakers.espeak is not None and speakers.espeak.speaks(language)
    by = [name for name, there in (("recordings", clips), (PROGRAM, synthesised and (missing or not clips))) if there]
    click.echo(f"{language}: {', else '.join(by) or 'not spoken'}" + (f"; not recorded: {' '.join(missing)}" if missing else ""))
    return synthesised or (clips is not None and not missing)


def _every_sentence(plan: Plan, voice: Voice, language: str) -> Iterator[Sentence]:
    """Sentences that hold every word which a call of this bazaar may need."""
    for line in plan.lines:
        for lane in line.lanes:
            label = Label(f"{line.prefix_of(lane)}-{EVERY_DIGIT}")
            for counter in plan.counters_of(line.prefix):
                yield from (voice.sentence(plan, form, language, label, counter.number) for form in Form)


async def _try(plan: Plan, speakers: Speakers, label: str, number: int, out: IO[bytes] | None) -> None:
    """Write the WAV of a call in the first language."""
    if out is None:
        raise BadUse("--say: name a file for the sound with --out, such as --out call.wav")
    if not LABEL.fullmatch(label):
        raise BadUse(f"--say: {label!r} is no ticket; write one such as A-005")
    if number not in {counter.number for counter in plan.counters}:
        raise BadUse(f"--counter: there is no counter {number} in this bazaar")
    voice = speakers.voice()
    if not voice.languages:
        raise BadUse("nobody speaks here: there is neither a synthesiser nor a recording")
    said = voice.sentence(plan, Form.FULL, voice.languages[0], Label(label), CounterNumber(number))
    try:
        out.write(await voice.sound(said, Kind.WAV))
    except CannotSay as error:
        raise BadUse(str(error)) from None
    click.echo(f"{out.name}: {said.text}")

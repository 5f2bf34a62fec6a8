"""The voice of this machine: its file read, the synthesiser looked for, recordings put before it."""

import logging
from pathlib import Path

import click

from displays.voice.announcer import Announcer
from displays.voice.clips import BadPack, Clips
from displays.voice.espeak import PROGRAM, Espeak
from displays.voice.lexicon import BadLexicon, read_lexicon
from displays.voice.voice import Voice
from server.cli.stores import BadUse
from server.web.keys import ROOT

FILE = click.Path(path_type=Path, dir_okay=False)
VOICE_FILE = ROOT / "bazaars" / "voice.toml"

logger = logging.getLogger(__name__)


def open_voice(file: Path, pack: Path | None) -> Voice:
    """The voice that the file describes. Recordings go before the synthesiser: where they are complete, people hear a person.

    Raises:
        BadUse: the file or the recordings are not as they should be.
    """
    try:
        lexicon = read_lexicon(file)
        clips = Clips.read(pack) if pack else None
    except (BadLexicon, BadPack) as error:
        raise BadUse(str(error)) from None
    espeak = Espeak.found(lexicon)
    announcers: list[Announcer] = [announcer for announcer in (clips, espeak) if announcer is not None]
    voice = Voice(lexicon, announcers)
    if espeak is None and lexicon.languages:
        logger.warning("%s is missing: nothing is synthesised. On Debian: sudo apt-get install --no-install-recommends espeak-ng", PROGRAM)
    if unspoken := [language for language in lexicon.languages if language not in voice.languages]:
        logger.warning("calls are not spoken in %s: there is neither a voice nor a recording", ", ".join(unspoken))
    return voice

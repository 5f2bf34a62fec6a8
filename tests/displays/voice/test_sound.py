"""Sounds: read, made equally loud, joined and written."""

import io
import math
import wave
from array import array

import pytest

from displays.voice.sound import RATE_HZ, BadSound, Kind, Sound, chime, joined, levelled, read_wav, silence, write


def tone(seconds: float, height: int, rate: int = RATE_HZ) -> Sound:
    """A sine of this height."""
    samples = (int(height * math.sin(math.tau * 440 * index / rate)) for index in range(int(seconds * rate)))
    return Sound(rate, array("h", samples))


def wav_file(*, channels: int = 1, sample_bytes: int = 2, rate: int = RATE_HZ, data: bytes = b"\1\0" * 100) -> bytes:
    """A WAV file as other programs write it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(sample_bytes)
        out.setframerate(rate)
        out.writeframes(data)
    return file.getvalue()


def loudness(sound: Sound) -> float:
    """Root mean square."""
    return math.sqrt(sum(sample**2 for sample in sound.samples) / len(sound.samples))


def test_others_read_what_we_write() -> None:
    """The WAV that is written has one channel, 16 bits, the rate and all samples."""
    with wave.open(io.BytesIO(write(tone(0.5, 9000), Kind.WAV))) as file:
        assert (1, 2, RATE_HZ, RATE_HZ // 2) == (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes())


def test_we_read_what_others_write() -> None:
    """The samples of a file come back as they were, whatever else stands in it."""
    sound = tone(0.1, 9000)
    data = write(sound, Kind.WAV)
    assert sound == read_wav(data)
    assert sound == read_wav(data[:12] + b"LIST" + (3).to_bytes(4, "little") + b"abc\0" + data[12:])


def test_a_length_that_is_not_true() -> None:
    """A program that wrote to a pipe says that two gigabytes follow; what is there is read."""
    data = write(tone(0.1, 9000), Kind.WAV)
    assert tone(0.1, 9000) == read_wav(data[:40] + b"\0\xf0\xff\x7f" + data[44:])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ID3 no wav",
        b"RIFF\0\0\0\0WAVE",
        wav_file(channels=2),
        wav_file(sample_bytes=1),
        wav_file(rate=96_000),
        wav_file()[:30],
        wav_file(data=b"\0\0" * RATE_HZ * 61),
    ],
)
def test_no_such_sound(data: bytes) -> None:
    """What is no mono WAV of 16 bits, or endless, is refused."""
    with pytest.raises(BadSound):
        read_wav(data)


def test_all_are_equally_loud() -> None:
    """A faint sound and a loud one come out alike; a peak is never clipped; silence stays silent."""
    faint, loud = (loudness(levelled(tone(0.5, height))) for height in (3000, 30_000))
    assert abs(faint - loud) < 0.05 * loud
    spike = Sound(RATE_HZ, array("h", [500] * RATE_HZ + [32_000]))
    assert max(levelled(spike).samples) < 30_000
    assert silence() == levelled(silence())


def test_silence_at_the_ends_goes() -> None:
    """Whoever records leaves a second before the word; it is cut off."""
    still = array("h", bytes(2 * RATE_HZ))
    padded = Sound(RATE_HZ, still + tone(0.5, 9000).samples + still)
    assert abs(levelled(padded).seconds - 0.5) < 0.01


def test_joined() -> None:
    """Within a phrase sounds follow closely, between phrases there is a rest."""
    beep = tone(0.2, 9000)
    assert pytest.approx(0.2 * 3 + 0.1 + 0.3, abs=0.001) == joined([[beep, beep], [beep]], RATE_HZ, gap_s=0.1, rest_s=0.3).seconds


def test_mp3_is_small() -> None:
    """Six seconds make a file of 24 kB, which begins as an MP3 does."""
    data = write(tone(6, 9000), Kind.MP3)
    assert b"\xff" == data[:1]
    assert 20_000 < len(data) < 30_000


def test_chime() -> None:
    """The chime rings for about a second, swells from nothing and never clips."""
    sound = chime()
    assert 1 < sound.seconds < 1.5
    assert 0 == sound.samples[0]
    assert 5_000 < max(sound.samples) < 30_000

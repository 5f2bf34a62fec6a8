"""Sounds as samples: read, joined, brought to one loudness, and written as WAV or MP3. Plain arithmetic, no file and no clock."""

import math
import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import lameenc

RATE_HZ = 22_050
"""Of what we make ourselves; espeak-ng has the same."""
SAMPLES_MAX = RATE_HZ * 60
"""No sentence takes a minute: whatever is longer was not said, but broke."""
_SAMPLE_BYTES = 2
_FULL_SCALE = 32_767
_LOUDNESS = 0.16 * _FULL_SCALE
"""The root mean square of speech, pauses left out: about -16 dB below full scale, as loud as it gets before peaks are clipped."""
_PEAK = 0.9 * _FULL_SCALE
_SILENT = 0.01 * _FULL_SCALE
"""What stays below counts as a pause."""
_MP3_KBITS = 32
_MP3_QUALITY = 5

CHIME_HZ = (880.0, 659.26)
CHIME_NOTE_S, CHIME_REST_S = 0.3, 0.75


class BadSound(Exception):
    """Bytes that are no WAV of the one kind that is read here; the text says why."""


class Kind(StrEnum):
    """How a sound is written. Every browser plays WAV; MP3 is a tenth of its size."""

    WAV = "wav"
    MP3 = "mp3"

    @property
    def media_type(self) -> str:
        """For the header of an answer."""
        return "audio/wav" if self is Kind.WAV else "audio/mpeg"


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of 16-bit samples, ``rate`` of them in a second."""

    rate: int
    samples: "array[int]"

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.samples) / self.rate


def read_wav(data: bytes) -> Sound:
    """The sound in a WAV file with one channel of 16-bit samples; raises `BadSound`.

    What the header says about lengths is not believed: a program that writes to a pipe cannot know them.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise BadSound("it is no WAV file")
    at, rate = 12, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if name == b"fmt ":
            rate = _rate_in(body)
        elif name == b"data":
            if not rate:
                break
            return Sound(rate, _samples_in(body))
        at += 8 + size + size % 2
    raise BadSound("it has no samples")


def write(sound: Sound, kind: Kind) -> bytes:
    """The file."""
    data = _little_endian(sound.samples).tobytes()
    if kind is Kind.MP3:
        return _mp3(sound.rate, data)
    form = b"fmt " + (16).to_bytes(4, "little") + (1).to_bytes(2, "little") * 2
    form += sound.rate.to_bytes(4, "little") + (sound.rate * _SAMPLE_BYTES).to_bytes(4, "little")
    form += _SAMPLE_BYTES.to_bytes(2, "little") + (8 * _SAMPLE_BYTES).to_bytes(2, "little")
    body = b"WAVE" + form + b"data" + len(data).to_bytes(4, "little") + data
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def levelled(sound: Sound) -> Sound:
    """The sound without silence at its ends, as loud as every other; silence stays as it is."""
    samples = sound.samples
    # Every eighth sample tells the loudness as well as all, and this runs beside a loop that serves a hall.
    loud = [sample for sample in samples[::8] if abs(sample) > _SILENT]
    if not loud:
        return sound
    power = sum(sample * sample for sample in loud) / len(loud)
    factor = min(_LOUDNESS / math.sqrt(power), _PEAK / max(max(samples), -min(samples)))
    first = next(index for index, sample in enumerate(samples) if abs(sample) > _SILENT)
    after = len(samples) - next(index for index, sample in enumerate(reversed(samples)) if abs(sample) > _SILENT)
    return Sound(sound.rate, array("h", [int(sample * factor) for sample in samples[first:after]]))


def joined(phrases: Iterable[Iterable[Sound]], rate: int, *, rest_s: float, gap_s: float) -> Sound:
    """The sounds one after the other, all of this rate: a gap between those of a phrase, a rest between phrases."""
    samples = array("h")
    for number, phrase in enumerate(phrases):
        for place, sound in enumerate(phrase):
            if number or place:
                samples.extend(_pause(rate, gap_s if place else rest_s))
            samples.extend(sound.samples)
    return Sound(rate, samples)


def chime() -> Sound:
    """Two notes, the lower one second, each dying away: people look up before the number is said."""
    total = array("h", bytes(_SAMPLE_BYTES * int(RATE_HZ * (CHIME_NOTE_S + CHIME_REST_S))))
    for number, hertz in enumerate(CHIME_HZ):
        start = int(number * CHIME_NOTE_S * RATE_HZ)
        for index in range(start, len(total)):
            seconds = (index - start) / RATE_HZ
            swell = min(1.0, seconds / 0.01) * math.exp(-5 * seconds)
            total[index] += int(0.4 * _FULL_SCALE * swell * math.sin(math.tau * hertz * seconds))
    return Sound(RATE_HZ, total)


def silence() -> Sound:
    """A tenth of a second of nothing: what a page plays to learn whether it may play."""
    return Sound(RATE_HZ, _pause(RATE_HZ, 0.1))


def _rate_in(form: bytes) -> int:
    coding, channels = (int.from_bytes(form[at : at + 2], "little") for at in (0, 2))
    bits = int.from_bytes(form[14:16], "little")
    if (coding, channels, bits) != (1, 1, 8 * _SAMPLE_BYTES):
        raise BadSound(f"it has {channels} channels of {bits} bits; save it with one channel (mono) and 16 bits, uncompressed")
    rate = int.from_bytes(form[4:8], "little")
    if not 8_000 <= rate <= 48_000:
        raise BadSound(f"it has {rate} samples a second; save it with 22050 or 44100")
    return rate


def _samples_in(body: bytes) -> "array[int]":
    if len(body) > SAMPLES_MAX * _SAMPLE_BYTES:
        raise BadSound("it is longer than a minute")
    return _little_endian(array("h", body[: len(body) // _SAMPLE_BYTES * _SAMPLE_BYTES]))


def _little_endian(samples: "array[int]") -> "array[int]":
    """Samples of this machine as WAV has them, or the other way round."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples


def _pause(rate: int, seconds: float) -> "array[int]":
    return array("h", bytes(_SAMPLE_BYTES * int(rate * seconds)))


def _mp3(rate: int, data: bytes) -> bytes:
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_bit_rate(_MP3_KBITS)
    encoder.set_quality(_MP3_QUALITY)
    return bytes(encoder.encode(data) + encoder.flush())

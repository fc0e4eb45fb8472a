"""Telephone sound: G.711 (µ-law), WAV files, how loud and how long something is."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Sequence

RATE_HZ = 8000
_BIAS, _CLIP = 0x84, 32635
FULL = 32768.0
SILENT_DB = -50.0
"""Below this, against the loudest that a line can carry, nobody hears anything."""
WAVE_ULAW = 7


def ulaw(sample: int) -> int:
    """A 16-bit sample as one byte of G.711 µ-law."""
    sign = 0x80 if sample < 0 else 0
    level = min(abs(sample), _CLIP) + _BIAS
    exponent = max(0, level.bit_length() - 8)
    return ~(sign | exponent << 4 | (level >> (exponent + 3)) & 0x0F) & 0xFF


def _sample(byte: int) -> int:
    byte = ~byte & 0xFF
    level = (((byte & 0x0F) << 3) + _BIAS << (byte >> 4 & 0x07)) - _BIAS
    return -level if byte & 0x80 else level


_SAMPLES = [_sample(byte) for byte in range(256)]


def from_ulaw(data: bytes) -> list[int]:
    """The 16-bit samples of G.711 µ-law."""
    return [_SAMPLES[byte] for byte in data]


def to_ulaw(samples: Sequence[int]) -> bytes:
    """G.711 µ-law of 16-bit samples."""
    return bytes(ulaw(sample) for sample in samples)


def from_wav(data: bytes) -> list[int]:
    """The samples of a WAV file of 8 kHz and one channel, 16 bit or µ-law.

    Raises ``ValueError`` saying what it is and what would be right.
    """
    if data[:4] == b"RIFF" and data[20:22] == struct.pack("<H", WAVE_ULAW):
        at = data.find(b"data")
        return from_ulaw(data[at + 8 :])
    try:
        with wave.open(io.BytesIO(data)) as file:
            kind = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"is no WAV file ({error}); right would be 8 kHz, mono, 16 bit") from None
    if kind != (RATE_HZ, 1, 2):
        raise ValueError(
            f"has {kind[0]} Hz, {kind[1]} channels, {8 * kind[2]} bit; right would be 8 kHz, mono, "
            "16 bit"
        )
    return list(struct.unpack(f"<{len(frames) // 2}h", frames[: len(frames) // 2 * 2]))


def to_wav(samples: Sequence[int]) -> bytes:
    """A WAV file of 8 kHz, mono, 16 bit."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()


def seconds(samples: Sequence[int]) -> float:
    """How long it is."""
    return len(samples) / RATE_HZ


def loudness_db(samples: Sequence[int]) -> float:
    """The level against the loudest that can be carried, in dB; minus infinity for nothing."""
    power = sum(sample * sample for sample in samples) / len(samples) if samples else 0.0
    return 10 * math.log10(power / FULL**2) if power else -math.inf

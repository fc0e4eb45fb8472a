"""Sounds that code makes: no synthesiser of speech is assumed, so a greeting is a melody.

Each recording (what it is for, in which language) has tones of its own, so that a listener tells
them apart as surely as a person tells German from French. They say nothing and don't pretend to.
"""

from __future__ import annotations

import hashlib
import math
import random

from kitart.connectors.lines.sound import RATE_HZ

LOUDNESS = 6000
NOTE_S = 0.2


def melody(name: str, seconds: float) -> list[int]:
    """The samples of a recording, always the same for a name; 16 bit, 8 kHz."""
    notes = random.Random(hashlib.sha256(name.encode()).digest())
    samples: list[int] = []
    while len(samples) < seconds * RATE_HZ:
        low, high = notes.choice(range(300, 1200, 90)), notes.choice(range(1300, 3000, 130))
        for n in range(int(NOTE_S * RATE_HZ)):
            at = 2 * math.pi * n / RATE_HZ
            edge = min(1.0, n / 80, (NOTE_S * RATE_HZ - n) / 80)
            samples.append(int(LOUDNESS * edge * (math.sin(low * at) + math.sin(high * at)) / 2))
    return samples


def beep() -> list[int]:
    """What the voicemail sounds when a caller may speak."""
    return [int(LOUDNESS * math.sin(2 * math.pi * 1000 * n / RATE_HZ)) for n in range(RATE_HZ // 3)]

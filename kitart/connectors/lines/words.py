"""What Kitart says in a test call: no speech synthesiser is assumed, so it is a row of tones.

Whoever listens to the box hears at once that it is no caller's message: three rising tones, again
and again.
"""

from __future__ import annotations

import math
from functools import lru_cache

from kitart.connectors.lines.sound import RATE_HZ

WORDS_S = 4.0
TONES_HZ = (440, 660, 880)
TONE_S = 0.25
LOUDNESS = 7000


@lru_cache(maxsize=1)
def spoken_words() -> tuple[int, ...]:
    """The samples: 16 bit, 8 kHz."""
    size = int(TONE_S * RATE_HZ)
    return tuple(
        int(
            LOUDNESS
            * min(1.0, (n % size) / 80, (size - n % size) / 80)
            * math.sin(2 * math.pi * TONES_HZ[n // size % len(TONES_HZ)] * n / RATE_HZ)
        )
        for n in range(int(WORDS_S * RATE_HZ))
    )

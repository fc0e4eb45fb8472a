"""Recognising a recording in what was heard: by the course of its spectrum, so neither a codec nor
another level hides it. It knows recordings, not speech."""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from kitart.connectors.lines.sound import RATE_HZ, from_wav

FRAME = 256
LOWEST_HZ, HIGHEST_HZ, BANDS = 250.0, 3400.0, 16
ALIKE = 0.65
"""How alike the two courses must be, of 1 for the same: strange recordings stay below 0.5."""
SHORTEST_FRAMES, PART = 15, 24
EARLY, LATE = 3, 24
"""How many frames (of 32 ms) a part may begin before or after the last one's end."""
BEGINNINGS = 3

Picture = list[list[float]]


def recognised(
    heard: Sequence[int], recordings: Mapping[str, Sequence[int]]
) -> list[tuple[str, float]]:
    """The names of the recordings that are in it as a whole, with the second at which each began,
    in that order."""
    seen = _picture(heard)
    found = []
    for name, samples in recordings.items():
        place = _place(_known(tuple(samples)), seen)
        if place is not None:
            found.append((name, place * FRAME / RATE_HZ))
    return sorted(found, key=lambda each: each[1])


def recordings_of(folder: Path | None, line: str) -> dict[str, tuple[int, ...]]:
    """What a line may sound like, by kind and language (``box-de``): the line's own recordings, and
    for the rest those of all lines. Raises ``ValueError`` naming a file that is no recording."""
    if folder is None:
        return {}
    files = {file.stem: file for place in (folder, folder / line) for file in place.glob("*.wav")}
    return {name: _read(file, file.stat().st_mtime_ns) for name, file in sorted(files.items())}


@lru_cache(maxsize=256)
def _read(file: Path, _changed: int) -> tuple[int, ...]:
    try:
        return tuple(from_wav(file.read_bytes()))
    except ValueError as error:
        raise ValueError(f"{file} {error}") from None


@lru_cache(maxsize=256)
def _known(samples: tuple[int, ...]) -> Picture:
    return _picture(samples)


def _place(known: Picture, seen: Picture) -> int | None:
    """At which frame the known course runs through what was seen; ``None`` for nowhere.

    It is looked for part by part, each near where the last one ended: what a busy line drops or
    holds up for a moment hides no recording.
    """
    if len(known) < SHORTEST_FRAMES or len(seen) < SHORTEST_FRAMES:
        return None
    parts = [known[at : at + PART] for at in range(0, len(known) - PART // 2, PART)]
    first = [_likeness(parts[0], seen, at) for at in range(len(seen) - len(parts[0]) + 1)]
    best, place = 0.0, None
    for at in sorted(range(len(first)), key=lambda at: -first[at])[:BEGINNINGS]:
        alike = [first[at]]
        end = at + len(parts[0])
        for part in parts[1:]:
            near = range(max(0, end - EARLY), min(len(seen) - len(part), end + LATE) + 1)
            found = max(((_likeness(part, seen, n), n) for n in near), default=(0.0, end))
            alike.append(found[0])
            end = found[1] + len(part)
        if sum(alike) / len(alike) > best:
            best, place = sum(alike) / len(alike), at
    return place if best >= ALIKE else None


def _likeness(part: Picture, seen: Picture, at: int) -> float:
    """How alike a part is to what was seen from a frame on: 1 for the same."""
    window = seen[at : at + len(part)]
    product = known_power = seen_power = 0.0
    for ours, theirs in zip(part, window, strict=True):
        product += sum(a * b for a, b in zip(ours, theirs, strict=True))
        known_power += sum(a * a for a in ours)
        seen_power += sum(b * b for b in theirs)
    return product / math.sqrt(known_power * seen_power) if known_power and seen_power else 0.0


def _picture(samples: Sequence[int]) -> Picture:
    """For each frame how strong each band is against the frame's own middle; nothing in silence."""
    return [_bands(samples[at : at + FRAME]) for at in range(0, len(samples) - FRAME + 1, FRAME)]


def _bands(frame: Sequence[int]) -> list[float]:
    spectrum = _spectrum([value * window for value, window in zip(frame, _WINDOW, strict=True)])
    power = [abs(each) ** 2 for each in spectrum[: FRAME // 2]]
    if sum(power) < FRAME * FRAME * 100:
        return [0.0] * BANDS
    strength = [math.log1p(sum(power[low:high]) / (high - low)) for low, high in _EDGES]
    middle = sum(strength) / BANDS
    return [each - middle for each in strength]


def _spectrum(values: Sequence[complex]) -> list[complex]:
    """The discrete Fourier transform of 2^n values."""
    size = len(values)
    if size == 1:
        return list(values)
    even, odd = _spectrum(values[::2]), _spectrum(values[1::2])
    turned = [_TURNS[size][n] * each for n, each in enumerate(odd)]
    return [a + b for a, b in zip(even, turned, strict=True)] + [
        a - b for a, b in zip(even, turned, strict=True)
    ]


def _edges() -> list[tuple[int, int]]:
    """The bands' first and last frequencies, in steps of the spectrum: narrow below, wide above."""
    ratio = (HIGHEST_HZ / LOWEST_HZ) ** (1 / BANDS)
    steps = [round(LOWEST_HZ * ratio**n * FRAME / RATE_HZ) for n in range(BANDS + 1)]
    return [(low, max(high, low + 1)) for low, high in pairwise(steps)]


_EDGES = _edges()
_WINDOW = [0.5 - 0.5 * math.cos(2 * math.pi * n / FRAME) for n in range(FRAME)]
_TURNS = {
    size: [cmath.exp(-2j * math.pi * n / size) for n in range(size // 2)]
    for size in (2**n for n in range(1, FRAME.bit_length()))
}

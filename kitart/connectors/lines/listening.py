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
ALIKE = 0.6
"""How alike the two courses must be, of 1 for the same: strange recordings stay below 0.4."""
SHORTEST_FRAMES = 15

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
    """At which frame the known course runs through what was seen; ``None`` for nowhere."""
    size = len(known)
    if size < SHORTEST_FRAMES or len(seen) < size:
        return None
    flat = [value for frame in known for value in frame]
    norm = math.sqrt(sum(value * value for value in flat))
    best, place = 0.0, None
    for at in range(len(seen) - size + 1):
        window = [value for frame in seen[at : at + size] for value in frame]
        power = math.sqrt(sum(value * value for value in window))
        if not power or not norm:
            continue
        alike = sum(a * b for a, b in zip(flat, window, strict=True)) / (norm * power)
        if alike > best:
            best, place = alike, at
    return place if best >= ALIKE else None


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

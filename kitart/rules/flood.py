"""How much news a person gets: about the same thing at most every few minutes, and of many
incidents at once in one message (D15, D16).

What asks a person for something is never held, nor is the first news of its kind in an incident
while few incidents have news. What waits already is not overtaken by what is newer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal


@dataclass(frozen=True, order=True)
class Thing:
    """What news is about: one kind of news in one incident."""

    incident: str
    kind: str


@dataclass(frozen=True)
class FloodLimits:
    """``gap`` between two pieces of news about one thing; with news of as many incidents as
    ``grouped_from`` within it, it goes in one message."""

    gap: timedelta
    grouped_from: int


@dataclass(frozen=True)
class Hold:
    """Hold it until a moment: the ``same`` thing was told a short while ago, ``many`` incidents
    have news, or earlier news about the thing is ``waiting``."""

    until: datetime
    because: Literal["same", "many", "waiting"]


@dataclass(frozen=True)
class Piece:
    """A piece of news that is held: ``place`` is its place in the order in which it came."""

    thing: Thing
    place: int


def hold(
    limits: FloodLimits,
    thing: Thing,
    *,
    asks: bool,
    told: Mapping[Thing, datetime],
    waiting: Mapping[Thing, datetime],
    now: datetime,
) -> Hold | None:
    """Whether a message about ``thing`` to a person is held, and until when; ``None``: it goes now.

    ``told`` is when this person last got news of each thing, ``waiting`` until when news of a
    thing is held for this person already. All moments are aware. A person is told nothing twice
    within the gap, and never later than a gap after ``now`` or what waits (D15, D16).
    """
    if asks:
        return None
    if thing in waiting:
        return Hold(waiting[thing], "waiting")
    # The clocks of two machines differ a little: what was told "later" was told now.
    lately = {each: min(at, now) for each, at in told.items() if at > now - limits.gap}
    if not lately:
        return None
    others = {each.incident for each in lately} - {thing.incident}
    if len(others) + 1 >= limits.grouped_from:
        return Hold(max(lately.values()) + limits.gap, "many")
    if thing in lately:
        return Hold(lately[thing] + limits.gap, "same")
    return None


def newest_first(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The newest piece of each thing, and the earlier ones that these replace; newest first."""
    newest: dict[Thing, Piece] = {}
    earlier: list[Piece] = []
    for piece in sorted(pieces, key=lambda each: -each.place):
        if piece.thing in newest:
            earlier.append(piece)
        else:
            newest[piece.thing] = piece
    return tuple(newest.values()), tuple(earlier)

"""What the picture shows, in moments and words; where it stands on paper is ``drawing``'s matter.

Whatever is drawn is said as well: in ``Lane.said`` and with each point.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Look = Literal[
    "usual", "native", "non_native", "english_only", "voicemail", "closed", "unseen",
    "down", "unstable", "up", "ordered", "diverted", "level", "goal", "overdue",
]  # fmt: skip
"""What a block stands for: each has a pattern of its own, so that no colour is needed."""


@dataclass(frozen=True)
class Block:
    """A time in which one thing held, between two heights of its lane; ``word`` stands in it where
    there is room."""

    start: datetime
    end: datetime
    look: Look
    low: int = 0
    high: int = 1
    word: str = ""


@dataclass(frozen=True)
class Need:
    """So many seats needed in a time: the line that the filled ones are measured by."""

    start: datetime
    end: datetime
    seats: int
    word: str


@dataclass(frozen=True)
class Tag:
    """A moment of one lane with its words: where an objective ends, where service came back."""

    at: datetime
    word: str
    look: Literal["due", "back", "change"]


@dataclass(frozen=True)
class Bracket:
    """A time marked out: cover that broke before it counted."""

    start: datetime
    end: datetime
    word: str


@dataclass(frozen=True)
class Lane:
    """One thing over time: the seats of a queue, a system, the level. ``height`` in seats, 0 for a
    lane that counts nothing."""

    name: str
    blocks: tuple[Block, ...]
    said: tuple[str, ...]
    height: int = 0
    needs: tuple[Need, ...] = ()
    tags: tuple[Tag, ...] = ()
    brackets: tuple[Bracket, ...] = ()


@dataclass(frozen=True)
class Points:
    """Moments that are numbered in the picture and told beside it."""

    name: str
    at: tuple[datetime, ...]
    said: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """All of one picture; ``now`` is there while the incident goes on. ``left_out`` says what is
    not drawn."""

    start: datetime
    end: datetime
    lanes: tuple[Lane, ...]
    points: tuple[Points, ...]
    now: datetime | None = None
    left_out: str = ""

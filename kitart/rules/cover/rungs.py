"""The rungs of the ladder, and the cover level that each of them means."""

from __future__ import annotations

from enum import StrEnum


class Rung(StrEnum):
    """A step of the ladder; the words are those of the record."""

    RELOCATE = "relocate"
    NATIVE = "native"
    NON_NATIVE = "non_native"
    ENGLISH_ONLY = "english_only"
    VOICEMAIL = "voicemail"


RUNGS = tuple(Rung)
"""From the best cover to the worst: the order in which the ladder is climbed down."""

LEVELS: dict[Rung, int | None] = {
    Rung.RELOCATE: None,  # "before level 1": the seat is not lost, only late
    Rung.NATIVE: 1,
    Rung.NON_NATIVE: 2,
    Rung.ENGLISH_ONLY: 3,
    Rung.VOICEMAIL: 4,
}
"""1 is the mildest cover level, 4 the worst (A11)."""

CMT_FROM_LEVEL = 3
"""From here the CMT is contacted (R31, R37)."""

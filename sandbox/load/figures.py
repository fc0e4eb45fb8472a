"""What is measured while the load is on: how long things took, and what was refused."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kitart.clock import monotonic_s

ALERT, PAGE, ANSWER, FIRST_SMS = "alert taken", "page", "answer taken", "first SMS"
KINDS = (ALERT, PAGE, ANSWER, FIRST_SMS)


@dataclass(frozen=True)
class Took:
    """One thing of a kind, done so many seconds after the begin, which took so many ms."""

    kind: str
    at_s: float
    ms: float


@dataclass(frozen=True)
class Refused:
    """One request that was not taken; status 0 is none at all. ``polite``: a person or a monitor
    that reads it knows what is the matter and when to come again."""

    kind: str
    at_s: float
    status: int
    polite: bool
    said: str


@dataclass
class Figures:
    """The figures of one load; ``begun_s`` is its beginning on the monotonic clock, in seconds."""

    begun_s: float = field(default_factory=monotonic_s)
    took: list[Took] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def now_s(self) -> float:
        """Seconds since the beginning."""
        return monotonic_s() - self.begun_s

    def add(self, kind: str, ms: float, at_s: float | None = None) -> None:
        """Note what took ``ms`` milliseconds and is done now, or at ``at_s``."""
        self.took.append(Took(kind, self.now_s() if at_s is None else at_s, ms))

    def refuse(self, kind: str, status: int, *, polite: bool, said: str) -> None:
        """Note a request that was not taken."""
        self.refused.append(Refused(kind, self.now_s(), status, polite, said))

    def of(self, kind: str, from_s: float, to_s: float) -> list[float]:
        """How long each of a kind took in that time, in ms."""
        return [each.ms for each in self.took if each.kind == kind and from_s <= each.at_s < to_s]

    def statuses(self, from_s: float, to_s: float) -> Counter[int]:
        """How often was refused with which status in that time."""
        return Counter(each.status for each in self.refused if from_s <= each.at_s < to_s)


def within_ms(took: Sequence[float], percent: int) -> float | None:
    """The time that so many of a hundred kept, in ms; ``None`` for none at all."""
    if not took:
        return None
    if len(took) == 1:
        return took[0]
    return statistics.quantiles(took, n=100, method="inclusive")[percent - 1]

"""Lines that are off their normal way, and the queues behind them, as the record has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

VOICEMAIL, OVERFLOW, NOTICE, OFF = "voicemail", "overflow", "notice", "off"
SWITCH_ALL, SWITCH_NEW, NOT_NOW = "switch-all", "switch-new", "not-now"
BACK, STAY = "switch-back", "stay"
FROM_LEVEL = 4


class Stage(StrEnum):
    """How far the routing of a line is. An order is no routing, and a switch no proof (E41)."""

    ORDERED = "ordered"
    EXECUTED = "executed"
    VERIFIED = "verified"
    END_ORDERED = "end ordered"
    END_EXECUTED = "end executed"
    ENDED = "ended"


class Way(StrEnum):
    """Who makes it: our IVR mode, a person in the phone system, or the carrier by phone (D19)."""

    IVR = "IVR"
    PHONE_SYSTEM = "phone system"
    CARRIER = "carrier"


@dataclass(frozen=True)
class Line:
    """A line that was ordered off its normal way. ``order`` is the number of the answer that
    ordered it, ``tries`` counts how often it is put to people, not before ``not_before``;
    ``version`` is the routing's own when it was last looked at."""

    line: str
    project: str
    queue: str
    mode: str
    waiting: str
    order: int
    ordered_by: str
    way: Way
    stage: Stage
    tries: int
    version: int
    not_before: datetime
    executed_at: datetime | None = None
    checked_at: datetime | None = None
    nobody: bool = False

    @property
    def on(self) -> bool:
        """Whether it is off its normal way, or on the way there or back."""
        return self.stage is not Stage.ENDED

    @property
    def may_end(self) -> bool:
        """Whether it was switched, heard or not, and nobody has ordered it back yet."""
        switched = self.stage is Stage.ORDERED and self.executed_at is not None
        return switched or self.stage in (Stage.EXECUTED, Stage.VERIFIED)


@dataclass(frozen=True)
class QueueNow:
    """A queue at this moment: seats needed, people who answer, seats nobody is left for.

    Before an opening that is near they are those of the opening, and the line is not ``opened``.
    ``elsewhere``: its lines are off their way by another open incident, which sees to them.
    """

    key: str
    project: str
    level: int
    needed: int
    live: int
    uncovered: int
    permits_voicemail: bool
    opened: bool = True
    elsewhere: bool = False

    @property
    def covered(self) -> bool:
        """Whether its calls are answered again: a closed line is no covered one."""
        return self.opened and self.needed > 0 and self.uncovered == 0 and self.live > 0

    @property
    def mode(self) -> str | None:
        """What its callers can be offered; ``None`` while nothing is to be decided (E15, E46)."""
        if self.level < FROM_LEVEL or not self.uncovered or self.elsewhere:
            return None
        if not self.permits_voicemail:
            return None if self.live else NOTICE
        return OVERFLOW if self.live else VOICEMAIL


@dataclass(frozen=True)
class Asked:
    """A question by which lines are ordered off their way, or back (``mode`` "off"); ``key`` is
    without the incident's number."""

    id: int
    key: str
    mode: str
    queues: tuple[str, ...]
    state: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Picture:
    """All that the record says of it. ``since``: since when a queue is seen to be covered;
    ``settled`` are the numbers of the answers that have been recorded; ``boxes`` and ``returned``
    the orders, by project, whose boxes have a listener, and whose callbacks are counted."""

    lines: tuple[Line, ...]
    queues: Mapping[str, QueueNow]
    asked: tuple[Asked, ...]
    since: Mapping[str, datetime]
    settled: frozenset[int] = frozenset()
    boxes: frozenset[tuple[int, str]] = frozenset()
    returned: frozenset[tuple[int, str]] = frozenset()

    def of(self, *stages: Stage) -> tuple[Line, ...]:
        """The lines at these stages."""
        return tuple(line for line in self.lines if line.stage in stages)

"""Cover of a queue as a report may show it: numbers, rungs and moments, never a person (D11, D22).

``Rung`` and situations are words of our own; who sits in a seat, and why somebody else does not, is
no fact of a report.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from kitart.reports.facts.fact import Fact, Utc
from kitart.rules.verdicts import Outcome, RtoResult, RtoTarget, ShortCover, Verdict

RungWord = Literal["native", "non_native", "english_only"]
Situation = Literal[
    "usual", "native", "other", "english", "short", "voicemail", "nobody", "closed", "coming"
]
SITUATIONS: tuple[Situation, ...] = (
    "nobody", "voicemail", "short", "english", "other", "native", "closed", "coming", "usual",
)  # fmt: skip
"""The worst for callers first."""


class RungSeats(Fact):
    """So many seats filled from one rung of the ladder."""

    rung: RungWord
    seats: int


class SeatsHeld(Fact):
    """A time in which a queue's seats stayed as they were: needed, and filled by whom (D11)."""

    start: Utc
    end: Utc
    needed: int
    own: int
    by_rung: tuple[RungSeats, ...] = ()

    @property
    def filled(self) -> int:
        """Seats needed that somebody sits in."""
        return min(self.needed, self.own + sum(each.seats for each in self.by_rung))


class SentAway(Fact):
    """A time in which all callers were sent to voicemail or to an announcement (A16)."""

    start: Utc
    end: Utc | None = None


class InterimCover(Fact):
    """Full cover that broke before it counted."""

    start: Utc
    end: Utc


class Unanswered(Fact):
    """A time in which nobody answered; ``end`` is ``None`` while it lasts."""

    start: Utc
    end: Utc | None = None


class Objective(Fact):
    """A recovery time objective of a queue, as it stood when the facts were gathered (A17)."""

    limit_minutes: int
    in_force_from: Utc
    due: Utc
    source: str
    outcome: Literal["met", "met in part", "missed", "not applicable", "running", "no target"]
    late_by_s: float | None = None
    left_s: float | None = None
    seats_filled: int | None = None
    seats_needed: int | None = None
    minutes_short: int = 0
    prevented: bool = False
    reason: str = ""

    @classmethod
    def of(cls, result: RtoResult) -> Objective:
        """The fact of a result."""
        verdict, target = result.verdict, result.target
        short = verdict.short_cover
        return cls(
            limit_minutes=round(target.limit / timedelta(minutes=1)),
            in_force_from=target.in_force_from,
            due=result.due,
            source=target.source,
            outcome=verdict.outcome.value,
            late_by_s=verdict.late_by.total_seconds() if verdict.late_by is not None else None,
            left_s=verdict.left.total_seconds() if verdict.left is not None else None,
            seats_filled=short.seats_filled if short else None,
            seats_needed=short.seats_needed if short else None,
            minutes_short=short.minutes if short else 0,
            prevented=verdict.prevented,
            reason=verdict.reason,
        )

    def result(self) -> RtoResult:
        """The result that this is the fact of."""
        short = None
        if self.seats_filled is not None and self.seats_needed is not None:
            short = ShortCover(self.seats_filled, self.seats_needed, self.minutes_short)
        verdict = Verdict(
            Outcome(self.outcome),
            late_by=None if self.late_by_s is None else timedelta(seconds=self.late_by_s),
            left=None if self.left_s is None else timedelta(seconds=self.left_s),
            short_cover=short,
            prevented=self.prevented,
            reason=self.reason,
        )
        limit = timedelta(minutes=self.limit_minutes)
        return RtoResult(RtoTarget(limit, self.in_force_from, self.source), self.due, verdict)


class ShortageFacts(Fact):
    """One time in which seats were empty, from the effect on callers on (A16, E35)."""

    start: Utc
    first_cover_at: Utc | None = None
    answered_at: Utc | None = None
    recovered_at: Utc | None = None
    awaiting_proof: bool = False
    closed_at: Utc | None = None
    restored_at: Utc | None = None
    interim: tuple[InterimCover, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    objectives: tuple[Objective, ...] = ()


class BackupStart(Fact):
    """An agent called out for a seat: asked, due, and live in time or not (R21, R27, R33)."""

    rung: RungWord
    asked_at: Utc
    due_at: Utc
    answered_at: Utc | None = None
    live_at: Utc | None = None
    over_at: Utc | None = None
    needed: bool = True
    """False for who was thanked and stood down before the time was over, or said no."""


class VoicemailFacts(Fact):
    """Voicemail of a queue: it counts once it was heard (A16, E45)."""

    ordered_at: Utc | None = None
    executed_at: Utc | None = None
    verified_at: Utc | None = None
    ended_at: Utc | None = None

    @property
    def on(self) -> bool:
        """Whether callers reach it."""
        return self.executed_at is not None and self.ended_at is None


class QueueCover(Fact):
    """A queue's seats now and its course. With a closed line, as it stood when it was last open.

    ``expected`` more agents have said yes, the last of them until ``expected_at``; ``let_down``
    counts those who said so and did not come. ``taken``: seats that the outage took. ``held`` is
    the course of its seats without a gap, as far as the record goes; empty in versions from before
    that was kept.
    """

    project_id: str
    lang: str
    open: bool
    needed: int
    own: int
    taken: int = 0
    by_rung: tuple[RungSeats, ...] = ()
    expected: int = 0
    expected_at: Utc | None = None
    let_down: int = 0
    threatened_at: Utc | None = None
    coming_at: Utc | None = None
    shortages: tuple[ShortageFacts, ...] = ()
    prevented: tuple[Objective, ...] = ()
    backups: tuple[BackupStart, ...] = ()
    voicemail: VoicemailFacts = VoicemailFacts()
    voicemail_outcome: Objective | None = None
    held: tuple[SeatsHeld, ...] = ()
    sent_away: tuple[SentAway, ...] = ()

    @property
    def filled(self) -> int:
        """Seats needed that somebody sits in."""
        return min(self.needed, self.own + sum(each.seats for each in self.by_rung))

    @property
    def touched(self) -> bool:
        """Whether anybody was, or is about to be, missed in a seat."""
        return self.threatened_at is not None or self.coming_at is not None

    @property
    def effect_at(self) -> Utc | None:
        """Since when callers miss somebody; ``None`` if they never did."""
        return self.shortages[0].start if self.shortages else None

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """What became of each objective, of all shortages (A17, E35), or prevented (E36)."""
        return self.prevented + tuple(o for each in self.shortages for o in each.objectives)

    @property
    def situation(self) -> Situation:
        """What callers meet now."""
        if not self.open:
            return "coming" if self.coming_at and not self.shortages else "closed"
        if not self.taken and self.filled:
            return "usual"
        if not self.filled:
            return "voicemail" if self.voicemail.on else "nobody"
        if self.filled < min(self.needed, self.own + self.taken):
            return "short"
        rungs = {each.rung for each in self.by_rung if each.seats}
        if "english_only" in rungs:
            return "english"
        return "other" if "non_native" in rungs else "native"


class AgentsOut(Fact):
    """So many agents of a project can't work, by country: nothing below it, and no cause (D22)."""

    project_id: str
    country: str
    count: int

"""Was a target met? Pure rules on plain values: no clock, no record.

All durations are elapsed time in UTC (E38). A verdict is worked out from the first start of the
effect and never rewritten by a later change of the level (A17).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

RTO_LEVELS_1_TO_3 = timedelta(minutes=30)  # R22, R28, R34
RTO_LEVEL_4 = timedelta(minutes=480)  # R41
ZERO = timedelta(0)


class Outcome(StrEnum):
    """What became of a target."""

    MET = "met"
    MET_IN_PART = "met in part"
    MISSED = "missed"
    NOT_APPLICABLE = "not applicable"
    RUNNING = "running"
    NO_TARGET = "no target"


@dataclass(frozen=True)
class ShortCover:
    """Success factors met, but with fewer seats than needed for so many minutes (D11, E7)."""

    seats_filled: int
    seats_needed: int
    minutes: int


@dataclass(frozen=True)
class Verdict:
    """An outcome with the figure that belongs to it.

    ``late_by``: how much a missed target was (or is, so far) exceeded. ``left``: what remains of a
    running one. ``prevented``: service was secured before anybody could notice (E36).
    """

    outcome: Outcome
    late_by: timedelta | None = None
    left: timedelta | None = None
    short_cover: ShortCover | None = None
    prevented: bool = False
    reason: str = ""


def not_applicable(reason: str) -> Verdict:
    """The verdict of a target that doesn't apply, with its reason."""
    return Verdict(Outcome.NOT_APPLICABLE, reason=reason)


def judge(
    start: datetime | None,
    target: timedelta | None,
    reached: datetime | None,
    *,
    now: datetime,
    short_cover: ShortCover | None = None,
    awaiting_proof: bool = False,
) -> Verdict:
    """The verdict on reaching something ``target`` after ``start``.

    ``reached`` before ``start`` is a success with time 0, marked ``prevented`` (E36).
    ``awaiting_proof``: ``reached`` isn't certain yet, so the target is still running, however
    late it is. Reaching it exactly at the end of the target is in time.
    """
    if start is None:
        return not_applicable("no effect inside service hours")
    if target is None:
        return Verdict(Outcome.NO_TARGET)
    due = start + target
    if reached is None:
        if now > due:
            return Verdict(Outcome.MISSED, late_by=now - due, reason="not reached yet")
        return Verdict(Outcome.RUNNING, left=due - now)
    if reached > due:
        return Verdict(Outcome.MISSED, late_by=reached - due)
    if awaiting_proof:
        return Verdict(Outcome.RUNNING, left=max(ZERO, due - now), reason="restored, being proved")
    if short_cover is not None and short_cover.seats_filled < short_cover.seats_needed:
        return Verdict(Outcome.MET_IN_PART, short_cover=short_cover)
    return Verdict(Outcome.MET, prevented=reached <= start)


_SEVERITY = (
    Outcome.NO_TARGET,
    Outcome.NOT_APPLICABLE,
    Outcome.MET,
    Outcome.MET_IN_PART,
    Outcome.RUNNING,
    Outcome.MISSED,
)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most serious of several verdicts; of two missed ones the later."""
    return max(
        verdicts,
        key=lambda each: (_SEVERITY.index(each.outcome), each.late_by or ZERO),
        default=not_applicable("nothing was affected"),
    )


# --- recovery time objectives when the level changes (A17, E29) -----------------------------


@dataclass(frozen=True)
class RtoTarget:
    """A recovery time objective, in force from a moment on. It always counts from the effect."""

    limit: timedelta
    in_force_from: datetime
    source: str = ""


@dataclass(frozen=True)
class RtoResult:
    """One objective, when it ended, and its verdict."""

    target: RtoTarget
    due: datetime
    verdict: Verdict


def rto_results(
    effect_start: datetime,
    targets: Sequence[RtoTarget],
    recovered: datetime | None,
    *,
    now: datetime,
    awaiting_proof: bool = False,
    short_cover: ShortCover | None = None,
) -> tuple[RtoResult, ...]:
    """A verdict for each objective that was ever in force (A17).

    An objective that was still running when a longer one came into force gives way to it. One
    that had already passed stays missed. A shorter one that comes into force after its own end
    (the level was lowered) doesn't rewrite history either.
    """
    ordered = sorted(targets, key=lambda each: each.in_force_from)
    results = []
    for index, target in enumerate(ordered):
        due = effect_start + target.limit
        longer = [
            later.in_force_from for later in ordered[index + 1 :] if later.limit > target.limit
        ]
        raised_at = min(longer, default=None)
        if raised_at is not None and raised_at <= due and not _by(recovered, raised_at):
            verdict = not_applicable("a longer objective came into force before this one ended")
        elif index and target.in_force_from > due:
            verdict = not_applicable("came into force after its own end")
        else:
            verdict = judge(
                effect_start,
                target.limit,
                recovered,
                now=now,
                awaiting_proof=awaiting_proof,
                short_cover=short_cover,
            )
        results.append(RtoResult(target, due, verdict))
    return tuple(results)


def _by(moment: datetime | None, limit: datetime) -> bool:
    return moment is not None and moment <= limit


def punctuality(due: datetime, sent: datetime | None, *, now: datetime) -> Verdict:
    """Was a message sent by its due time?"""
    return replace(judge(due, ZERO, sent, now=now), prevented=False)

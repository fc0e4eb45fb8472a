"""The clocks of a queue: recovery times by level, their warnings, the voicemail milestone.

Pure. An objective counts from the effect on the queue's callers, and a level that comes later
starts nothing anew (A17, E29). What level 4 measures is live answering again; that voicemail
works is a milestone of its own (A16).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kitart.plan.limits import Limits
from kitart.rules.cover.course import QueueCourse, Shortage
from kitart.rules.verdicts import (
    Outcome,
    RtoResult,
    RtoTarget,
    Verdict,
    judge,
    not_applicable,
    rto_results,
    worst,
)

LADDER_SOURCE = "the plan's objective for cover levels 1 to 3"
VOICEMAIL_SOURCE = "the plan's objective for voicemail (cover level 4)"
CLOSED_FIRST = "the line closed before the objective ended"
VOICEMAIL_LEVEL = 4


@dataclass(frozen=True)
class LevelStep:
    """A cover level in force for a project from ``at`` on; 0 is none."""

    at: datetime
    level: int


@dataclass(frozen=True)
class Clock:
    """The objectives of one shortage; ``restored_at`` is the moment that they were judged by."""

    start: datetime
    results: tuple[RtoResult, ...]
    restored_at: datetime | None

    @property
    def verdict(self) -> Verdict:
        """The most serious of all objectives that were ever in force (A17)."""
        return worst(each.verdict for each in self.results)


@dataclass(frozen=True)
class Warning:
    """When ``share`` of a recovery time has gone by without recovery (reports §9, step 7)."""

    at: datetime
    share: float
    limit: timedelta


def clocks_of(
    course: QueueCourse, levels: Sequence[LevelStep], limits: Limits, now: datetime
) -> tuple[Clock, ...]:
    """A clock for each shortage of a queue, oldest first; one that reads "prevented" where cover
    was there in time (E36); none where nobody was missed."""
    if course.prevented and course.threatened_at is not None:
        start = course.threatened_at
        target = _target(1, start, limits)
        verdict = judge(start, target.limit, start, now=now)
        return (Clock(start, (RtoResult(target, start + target.limit, verdict),), start),)
    return tuple(_clock(each, levels, limits, now) for each in course.shortages)


def verdict_of(clocks: Iterable[Clock]) -> Verdict:
    """The verdict on a queue, or on several: the most serious of all their clocks."""
    return worst(each.verdict for each in clocks)


def targets_of(
    shortage: Shortage, levels: Sequence[LevelStep], limits: Limits
) -> tuple[RtoTarget, ...]:
    """The objectives in force for a shortage: one of half an hour from the effect on and, once
    level 4 is invoked and nobody answers this queue, that of level 4 (E15: the scope is the queue).
    """
    ordered = sorted(levels, key=lambda each: each.at)
    before = [each.level for each in ordered if each.at <= shortage.start and each.level]
    found = [_target(_below_4(before[-1] if before else 1), shortage.start, limits)]
    ends = [*(each.at for each in ordered[1:]), None]
    for step, end in zip(ordered, ends, strict=False):  # of none there is no end either
        at: datetime | None = max(step.at, shortage.start)
        if step.level == VOICEMAIL_LEVEL:
            at = _nobody_answers(shortage, step.at, end)
        elif not step.level or step.at <= shortage.start:
            continue
        if at is None:
            continue
        target = _target(step.level, at, limits)
        if target.limit != found[-1].limit:
            found.append(target)
    return tuple(found)


def warning_moments(
    shortage: Shortage, levels: Sequence[LevelStep], limits: Limits
) -> tuple[Warning, ...]:
    """When to warn of a shortage that nothing has ended, in order: at each share of each objective,
    but not of one that had given way to a longer one by then (A17)."""
    targets = targets_of(shortage, levels, limits)
    found = []
    for place, target in enumerate(targets):
        gives_way = min(
            (t.in_force_from for t in targets[place + 1 :] if t.limit > target.limit), default=None
        )
        for share in limits.rto_warning_shares:
            at = shortage.start + share * target.limit
            if at >= target.in_force_from and (gives_way is None or at < gives_way):
                found.append(Warning(at, share, target.limit))
    return tuple(sorted(found, key=lambda each: (each.at, each.limit)))


def voicemail_verdict(
    levels: Sequence[LevelStep], heard_at: datetime | None, limits: Limits, now: datetime
) -> Verdict:
    """Whether voicemail was heard working soon enough after level 4: the milestone of A16."""
    since = min((each.at for each in levels if each.level == VOICEMAIL_LEVEL), default=None)
    if since is None:
        return not_applicable("cover level 4 was not needed")
    verdict = judge(since, timedelta(minutes=limits.voicemail_active), heard_at, now=now)
    return replace(verdict, prevented=False)


def _clock(shortage: Shortage, levels: Sequence[LevelStep], limits: Limits, now: datetime) -> Clock:
    targets = targets_of(shortage, levels, limits)
    full = rto_results(
        shortage.start, targets, shortage.recovered_at, now=now,
        awaiting_proof=shortage.awaiting_proof,
    )  # fmt: skip
    some = rto_results(
        shortage.start, targets, shortage.answered_at, now=now,
        awaiting_proof=shortage.answered_provisional, short_cover=shortage.short_cover,
    )  # fmt: skip
    results = tuple(
        _closed(shortage, _either(one, other, now), now)
        for one, other in zip(full, some, strict=True)
    )
    in_part = any(each.verdict.outcome is Outcome.MET_IN_PART for each in results)
    reached = shortage.answered_at if in_part else shortage.recovered_at
    return Clock(shortage.start, results, reached or shortage.answered_at)


def _either(full: RtoResult, some: RtoResult, now: datetime) -> RtoResult:
    """Full cover in time is "met"; while there is time the last seat may yet be filled (E7); after
    it, somebody who answered in time makes it "met in part", and else it is missed.

    What level 4 asks for is live answering: one seat for good meets it in part at once (A16).
    """
    at_level_4 = full.target.source == VOICEMAIL_SOURCE
    if (
        at_level_4
        and some.verdict.outcome is Outcome.MET_IN_PART
        and (full.verdict.outcome is Outcome.RUNNING and not full.verdict.reason)
    ):
        return some
    if full.verdict.outcome in (Outcome.MET, Outcome.NOT_APPLICABLE) or now <= full.due:
        return full
    if full.verdict.outcome is Outcome.RUNNING and some.verdict.outcome is not Outcome.MISSED:
        return full  # in time, its minutes still run
    return some if some.verdict.outcome is not Outcome.NOT_APPLICABLE else full


def _closed(shortage: Shortage, result: RtoResult, now: datetime) -> RtoResult:
    """The line closed over an open objective: no caller misses anybody (E37)."""
    at = shortage.closed_at
    if at is None or result.verdict.outcome in (Outcome.MET_IN_PART, Outcome.NOT_APPLICABLE):
        return result
    if at <= result.due:
        return replace(result, verdict=not_applicable(CLOSED_FIRST))
    if shortage.answered_at is None:
        late = judge(shortage.start, result.target.limit, at, now=now)
        return replace(result, verdict=late)
    return result


def _nobody_answers(shortage: Shortage, since: datetime, until: datetime | None) -> datetime | None:
    """The first moment of a level 4 at which nobody answered the queue."""
    for span in shortage.unanswered:
        at = max(span.start, since)
        if (span.end is None or at < span.end) and (until is None or at < until):
            return at
    return None


def _below_4(level: int) -> int:
    return min(level, VOICEMAIL_LEVEL - 1)


def _target(level: int, at: datetime, limits: Limits) -> RtoTarget:
    source = VOICEMAIL_SOURCE if level == VOICEMAIL_LEVEL else LADDER_SOURCE
    return RtoTarget(timedelta(minutes=limits.rto[level]), at, source)

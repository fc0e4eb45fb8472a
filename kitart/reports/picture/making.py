"""From the facts to the course that a picture shows (D11, A16, A17, E36)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kitart.reports.course import ProjectCourse
from kitart.reports.facts import IncidentFacts, QueueCover
from kitart.reports.picture import queues, system
from kitart.reports.picture.axis import Times, limits
from kitart.reports.picture.course import Course, Lane, Points
from kitart.reports.terms import N_
from kitart.reports.wording import Wording


def course(
    words: Wording,
    facts: IncidentFacts,
    projects: Sequence[ProjectCourse],
    now: datetime,
    *,
    goes_on: bool,
    more: Sequence[Points] = (),
) -> Course | None:
    """What the picture of these facts shows at ``now``, to whom ``words`` are; ``None`` where there
    is nothing to draw. With ``goes_on`` it ends now, else where the last thing of the course
    happened. ``more`` are points of the reader's own kind."""
    drawn, left_out = queues.chosen(facts)
    if not (drawn or _anything(facts, projects)):
        return None
    milestones = _milestones(facts, projects, now)
    moments = _moments(facts, drawn, projects, now)
    moments += [at for at, _ in milestones] + [at for each in more for at in each.at]
    moments = [at for at in moments if at <= now] + ([now] if goes_on else [])
    if not moments:
        return None
    hoped = [o.due for q in drawn for o in q.objectives]
    hoped += [each.due for p in projects if not facts.cover for each in p.rto]
    start, end = limits(moments, hoped)
    times = Times(words.zone, words.language, start, end)
    lanes, others = _lanes(words, facts, drawn, projects, times, min(now, end))
    said = tuple(
        words.say("{what}, {time}", what=words.say(what), time=times.text(at))
        for at, what in milestones
    )
    points = Points(words.say("Milestones"), tuple(at for at, _ in milestones), said)
    return Course(
        start=start,
        end=end,
        lanes=tuple(lanes),
        points=tuple(each for each in (points, *more) if each.at),
        now=now if goes_on else None,
        left_out=_left_out(words, left_out, others),
    )


def _anything(facts: IncidentFacts, projects: Sequence[ProjectCourse]) -> bool:
    seen = any(state.state != "unknown" for state in facts.states)
    return not facts.cover and (seen or any(p.effect.effect_start for p in projects))


def _lanes(
    words: Wording,
    facts: IncidentFacts,
    drawn: Sequence[QueueCover],
    projects: Sequence[ProjectCourse],
    times: Times,
    known: datetime,
) -> tuple[list[Lane], int]:
    lanes = list(queues.level_lanes(words, facts, times, known))
    if facts.cover:
        return [*lanes, *(queues.queue_lane(words, queue, times) for queue in drawn)], 0
    lanes.append(system.system_lane(words, facts, times, known))
    lanes += system.divert_lanes(words, facts, times, known)
    objectives, others = system.objective_lanes(words, projects, times, known)
    return [*lanes, *objectives], others


def _left_out(words: Wording, queues_left: int, objectives_left: int) -> str:
    if queues_left:
        return words.say(
            "{drawn} queues are drawn, those that callers missed most in; {count} more stand in "
            "the tables.",
            drawn=queues.MOST, count=queues_left,
        )  # fmt: skip
    if objectives_left:
        return words.say("Objectives that stand in the tables alone: {count}.",
                         count=objectives_left)  # fmt: skip
    return ""


def _moments(
    facts: IncidentFacts,
    drawn: Sequence[QueueCover],
    projects: Sequence[ProjectCourse],
    now: datetime,
) -> list[datetime]:
    """What must lie within the picture, as far as it has happened."""
    found: list[datetime | None] = [c.at for c in facts.level_changes]
    if facts.cover:
        for queue in drawn:
            found += [queue.effect_at or queue.threatened_at or queue.coming_at]
            for each in queue.shortages:
                found += [each.first_cover_at, each.recovered_at, each.closed_at]
                found += [i.end for i in each.interim]
            found += [each.start for each in queue.sent_away] + [e.end for e in queue.sent_away]
    else:
        found += [state.at for state in facts.states]
        found += [p.effect.effect_start for p in projects]
        found += [p.restored for p in projects]
        for divert in facts.diverts:
            found += [divert.ordered_at, divert.verified_at, divert.ended_at]
    return [at for at in found if at is not None and at <= now]


def _milestones(
    facts: IncidentFacts, projects: Sequence[ProjectCourse], now: datetime
) -> list[tuple[datetime, str]]:
    """The steps that a reader looks for, as far as they have come, in their order."""
    effects = [p.effect.effect_start for p in projects if p.effect.effect_start]
    restored = [p.restored for p in projects]
    proved = [p.proved_at for p in projects]
    told = [r.sent_at for r in facts.earlier_reports if r.first_word]
    taken = [e.acknowledged_at for e in facts.ert if e.acknowledged_at]
    found: list[tuple[datetime | None, str]] = [
        (min(effects, default=None), N_("effect on callers began")),
        (facts.reported_at, N_("report received")),
        (min(taken, default=None), N_("taken charge of")),
        (min(told, default=None), N_("first notification sent")),
        (_last(restored), N_("service back")),
        (_last(proved), N_("proved")),
        (facts.normal_at, N_("back to normal")),
    ]
    known = [(at, what) for at, what in found if at is not None and at <= now]
    return sorted(known, key=lambda each: each[0])


def _last(moments: Sequence[datetime | None]) -> datetime | None:
    """The last of all; ``None`` while one is missing."""
    found = [at for at in moments if at is not None]
    return max(found) if found and len(found) == len(moments) else None

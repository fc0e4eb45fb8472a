"""The facts of cover out of the record, where agents can't work (R17-R42, D11, D22).

Codes of agents, regions, causes and forecasts of one's own stay in the journal: what is gathered
here are numbers by country, rungs and moments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import acknowledgements, cover, cover_course, late_entries, levels
from kitart.journal.cover_course import QueueRecord
from kitart.journal.cover_marks import level_history
from kitart.journal.late_entries import Standing
from kitart.journal.tables import CoverCall, Incident
from kitart.plan.schema import Plan, Project
from kitart.reports import facts as f
from kitart.reports.facts.levels import in_force
from kitart.reports.privacy import role_words
from kitart.reports.terms import N_
from kitart.rules.cover.clocks import VOICEMAIL_LEVEL, Clock, LevelStep, voicemail_verdict
from kitart.rules.cover.course import Shortage
from kitart.rules.cover.rungs import Rung
from kitart.rules.verdicts import RtoResult, RtoTarget

NOT_NEEDED = (cover.STOOD_DOWN, cover.DECLINED, cover.LATER)
ROLL_CALL = N_("our check on agents who had dropped out")
CMT_REACHED = "CMT reached"


def cover_facts(
    session: Session, plan: Plan, row: Incident, standing: Sequence[Standing], now: datetime
) -> dict[str, Any]:
    """What of ``IncidentFacts`` is gathered in another way for an incident of this kind.

    ``standing`` are the incident's entries as they stand, the withdrawn ones too (E39).
    """
    entries = [each for each in standing if not each.withdrawn]
    queues = cover_course.of_incident(session, plan, row.number, standing, now)
    changes = level_changes(entries)
    projects = [project for project in plan.projects if project.id in (row.projects or ())]
    return {
        "cover": tuple(_queue(plan, each, now) for each in queues),
        "agents_out": _agents_out(plan, queues),
        "level_changes": changes,
        "cover_level": in_force(changes),
        "effects": tuple(
            _effect(plan, project, [q for q in queues if q.project == project.id])
            for project in projects
        ),
        "detected_by": ROLL_CALL if row.reported_by == "roll-call" else role_words(row.reported_by),
        # What is routed here is voicemail, queue by queue, and stands with each queue's cover.
        "diverts": (),
        "cmt_reached_at": _cmt_reached(session, row.number, entries),
    }


def level_changes(entries: Sequence[Standing]) -> tuple[f.LevelChange, ...]:
    """The levels in force from moment to moment, by project; who said so, and why (R18, A12)."""
    said = [e for e in entries if e.type in (levels.SET, levels.CHANGED, levels.SETTLED)]
    found = []
    for project, steps in level_history(entries).items():
        for step in steps:
            entry = next(
                e for e in said
                if e.data["project"] == project and e.occurred_at == step.at
            )  # fmt: skip
            found.append(
                f.LevelChange(
                    at=step.at, level=step.level, project_id=project,
                    by_role=str(entry.data.get("role") or entry.author),
                    reason=str(entry.data.get("reason") or ""),
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.at, each.project_id or "")))


def _queue(plan: Plan, queue: QueueRecord, now: datetime) -> f.QueueCover:
    course = queue.course
    seen = course.last_open or course.now
    assert seen is not None  # a course has one stretch at least
    return f.QueueCover(
        project_id=queue.project,
        lang=queue.language,
        open=course.now is not None and course.now.open,
        needed=seen.needed,
        own=seen.own,
        taken=seen.taken,
        by_rung=_by_rung(seen.in_use),
        expected=len(queue.expected),
        expected_at=queue.expected[-1].due_at if queue.expected else None,
        let_down=sum(call.state == cover.NO_SHOW for call in queue.calls),
        threatened_at=course.threatened_at,
        coming_at=queue.coming_at,
        shortages=tuple(
            _shortage(shortage, clock)
            for shortage, clock in zip(course.shortages, queue.clocks, strict=False)
        ),
        prevented=tuple(
            f.Objective.of(result)
            for clock in queue.clocks
            for result in clock.results
            if course.prevented
        ),
        backups=tuple(_backup(call) for call in queue.calls),
        voicemail=f.VoicemailFacts(
            ordered_at=queue.voicemail.ordered_at, executed_at=queue.voicemail.executed_at,
            verified_at=queue.voicemail.verified_at, ended_at=queue.voicemail.ended_at,
        ),
        voicemail_outcome=_voicemail(plan, queue, now),
        held=tuple(
            f.SeatsHeld(start=each.start, end=each.end, needed=each.needed, own=each.own,
                        by_rung=_by_rung(each.in_use))
            for each in course.stretches
        ),
        sent_away=tuple(f.SentAway(start=start, end=end) for start, end in queue.away),
    )  # fmt: skip


def _by_rung(in_use: Sequence[Rung]) -> tuple[f.RungSeats, ...]:
    counted = Counter(in_use)
    return tuple(
        f.RungSeats.model_validate({"rung": rung.value, "seats": counted[rung]})
        for rung in Rung
        if counted[rung]
    )


def _shortage(shortage: Shortage, clock: Clock) -> f.ShortageFacts:
    return f.ShortageFacts(
        start=shortage.start,
        first_cover_at=shortage.first_cover_at,
        answered_at=shortage.answered_at,
        recovered_at=shortage.recovered_at,
        awaiting_proof=shortage.awaiting_proof,
        closed_at=shortage.closed_at,
        restored_at=clock.restored_at,
        interim=tuple(f.InterimCover(start=i.start, end=i.end) for i in shortage.interim),
        unanswered=tuple(f.Unanswered(start=u.start, end=u.end) for u in shortage.unanswered),
        objectives=tuple(f.Objective.of(result) for result in clock.results),
    )


def _backup(call: CoverCall) -> f.BackupStart:
    return f.BackupStart.model_validate({
        "rung": call.rung, "asked_at": call.asked_at, "due_at": call.due_at,
        "answered_at": call.answered_at, "live_at": call.live_at,
        "over_at": call.ended_at, "needed": call.live_at is not None
        or call.state not in NOT_NEEDED,
    })  # fmt: skip


def _voicemail(plan: Plan, queue: QueueRecord, now: datetime) -> f.Objective | None:
    """The milestone of level 4, for a queue whose calls were sent to voicemail (A16)."""
    found = queue.voicemail
    ordered = found.ordered_at or found.executed_at
    if ordered is None:
        return None
    steps = [each for each in queue.levels if each.level == VOICEMAIL_LEVEL][:1]
    since = steps[0].at if steps else ordered
    step = LevelStep(since, VOICEMAIL_LEVEL)
    verdict = voicemail_verdict([step], found.verified_at, plan.limits, now)
    limit = timedelta(minutes=plan.limits.voicemail_active)
    return f.Objective.of(RtoResult(RtoTarget(limit, since), since + limit, verdict))


def _agents_out(plan: Plan, queues: Sequence[QueueRecord]) -> tuple[f.AgentsOut, ...]:
    counted = Counter(
        (queue.project, plan.agent(code).country) for queue in queues for code in queue.out
    )
    return tuple(
        f.AgentsOut(project_id=project, country=country, count=count)
        for (project, country), count in sorted(counted.items())
    )


def _effect(plan: Plan, project: Project, queues: Sequence[QueueRecord]) -> f.ProjectEffect:
    felt = [q.course.effect_at for q in queues if q.course.effect_at is not None]
    coming = min((q.coming_at for q in queues if q.coming_at is not None), default=None)
    opened = any(q.course.now is not None and q.course.now.open for q in queues)
    return f.ProjectEffect(
        project_id=project.id,
        client_id=project.client,
        queues=tuple(
            f.QueueFacts(
                lang=queue.lang,
                lines=tuple(plan.line(line).number for line in queue.lines),
                affected=any(q.touched for q in queues if q.language == queue.lang),
            )
            for queue in project.queues
        ),
        effect_start=min(felt, default=None),
        effect_start_kind="reported",
        service_open=opened,
        opens_at=None if felt else coming,
    )


def _cmt_reached(session: Session, number: str, entries: Sequence[Standing]) -> datetime | None:
    moments = [a.at for a in acknowledgements.of_step(session, number, "cmt")]
    moments += [e.occurred_at for e in entries if e.type == CMT_REACHED]
    said = late_entries.said(entries, late_entries.CMT_REACHED)
    return min([*moments, *([said] if said else [])], default=None)

"""Report (c), the client's layer: the closing report, sections c1 to c21."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from kitart.reports import building as part
from kitart.reports.course import ProjectCourse
from kitart.reports.english import CAUSE_OPEN
from kitart.reports.facts import IncidentFacts, Number, not_available
from kitart.reports.first_notification import systems
from kitart.reports.privacy import role_words
from kitart.reports.views import ClosingReportView, Edition, Heading, Knowledge
from kitart.rules.measured_times import MeasuredTime, Moments, measured_times
from kitart.rules.verdicts import Outcome, punctuality

FALSE_ALARM = "false alarm: kept for statistics only"


def build_closing_report(
    facts: IncidentFacts, client_id: str, *, now: datetime, **edition: Unpack[Edition]
) -> ClosingReportView:
    """The whole course with measured times and verdicts (A17, D3, D22 to D25).

    Raises ``ValueError`` for a client the incident doesn't know.
    """
    desk = part.desk_for(facts, client_id, now, edition.get("data_as_of"))
    course, words, facts = desk.course, desk.words, desk.facts
    heading = part.heading(desk, "Closing report", "closing", 1, **edition)
    sent = [m for m in facts.messages if m.due_at is not None]
    return ClosingReportView(
        heading=heading,
        summary=_summary(desk),
        classification=_classification(desk),
        timeline=part.entries(desk),
        verdicts=tuple((p.effect.project_id, p.verdict) for p in course.projects),
        times=tuple((p.effect.project_id, _times(desk, p)) for p in course.projects),
        punctuality=tuple(
            (
                m.purpose or part.NOT_RECORDED,
                m.due_at,
                m.sent_at,
                punctuality(m.due_at, m.sent_at, now=desk.now),
            )
            for m in sent
            if m.due_at is not None
        ),
        proofs=part.proofs(desk),
        projects=course.projects,
        episodes=course.episodes,
        calls=part.calls(desk),
        service_level="not available: no usual figures are on record to compare with",
        lost_contacts=_lost(desk),
        language_quality=_language_quality(desk),
        backlog=words.backlog(course),
        cause=facts.cause or f"Not established. {CAUSE_OPEN}",
        response=_response(desk),
        service_agreement=desk.client.service_agreement
        or "not available: not yet settled between us",
        privacy=facts.privacy,
        supplier=part.supplier(desk),
        actions=_actions(desk),
        knowledge=_open_points(desk),
        attachments=facts.attachments or ("None.",),
        approval=_approval(desk, heading),
    )


def _summary(desk: part.Desk) -> tuple[str, ...]:
    """Five lines: what, when, effect, cause, what changes."""
    words, course, facts = desk.words, desk.course, desk.facts
    downs = sum(len(each.episode.downs) for each in course.episodes)
    when = "When: no effect on your lines is on record."
    if course.starts is not None:
        end = words.moment(course.restored, "not yet restored")
        when = f"When: from {words.moment(course.starts)} to {end}."
        if downs > 1:
            when += f" The system failed {downs} times in that time."
    changes = f"{len(facts.corrective_actions)} corrective actions, listed below."
    if len(facts.corrective_actions) == 1:
        changes = "one corrective action, listed below."
    return (
        f"What: {words.headline(course)}",
        when,
        f"Recovery objective: {words.verdict(course.verdict)}.",
        f"Cause: {facts.cause or 'not established'}",
        "What changes: " + (changes if facts.corrective_actions else "nothing decided yet."),
    )


def _classification(desk: part.Desk) -> tuple[tuple[str, str], ...]:
    words, facts = desk.words, desk.facts
    status = "Exercise" if facts.exercise else "Real incident"
    if facts.false_alarm:
        reason = facts.false_alarm_reason or part.NOT_RECORDED
        status = f"{'Exercise, false alarm' if facts.exercise else 'False alarm'}: {reason}"
    levels = [
        f"{change.level} from {words.moment(change.at)} ({change.reason or 'no reason recorded'})"
        for change in sorted(facts.level_changes, key=lambda each: each.at)
    ]
    return (
        ("Type", f"{facts.kind or part.NOT_RECORDED}; {words.event_kind(facts)}"),
        ("System", systems(desk)),
        ("Priority", words.priority(facts.priority)),
        ("Cover levels passed through", "; ".join(levels) or words.level(facts)),
        ("Kind of record", status),
    )


def _times(desk: part.Desk, project: ProjectCourse) -> tuple[MeasuredTime, ...]:
    facts, effect = desk.facts, project.effect
    told = [each for each in facts.am_told if each.project_id == effect.project_id]
    by_people = [each.acknowledged_at for each in facts.ert if each.acknowledged_at]
    ordered = [d.ordered_at for d in facts.diverts if d.ordered_at]
    ordered += [change.at for change in facts.level_changes]
    severe = [change.at for change in facts.level_changes if change.level >= 3]
    priority = facts.priority
    decided = priority.at if priority is not None and priority.state == "decided" else None
    known = max(filter(None, (effect.effect_start, facts.reported_at)), default=facts.reported_at)
    moments = Moments(
        reported=facts.reported_at,
        effect_start=effect.effect_start,
        ert_acknowledged=min(by_people, default=None),
        ert_due=min((each.due_at for each in facts.ert), default=None),
        effect_known=known if effect.effect_start else None,
        am_told=min((each.told_at for each in told if each.told_at), default=None),
        classified=decided,
        cmt_needed=min(severe, default=None),
        cmt_reached=facts.cmt_reached_at,
        invoked=min(ordered, default=None),
        normal=facts.normal_at,
    )
    return measured_times(
        moments,
        project.rto,
        project.restored,
        now=desk.now,
        void=FALSE_ALARM if facts.false_alarm else "",
    )


def _lost(desk: part.Desk) -> tuple[tuple[str, Number], ...]:
    """Calls that reached nobody. None is "none" only where the record says so."""
    found = tuple(
        (f"{line.project}, {line.language}: abandoned calls", line.abandoned)
        for line in part.calls(desk)
    )
    before = not_available("the carrier's records of calls that did not reach us are awaited")
    return (*found, ("Calls that never reached our system", before))


def _language_quality(desk: part.Desk) -> str:
    if desk.facts.level_changes or desk.facts.cover_level:
        return "not available: answered calls have not been counted by language of the agent"
    return "Unchanged: the usual agents answered; no cover in another language was used."


def _response(desk: part.Desk) -> str:
    """The short form for a client: what was done about calls, and what was late."""
    words, course = desk.words, desk.course
    diverts = [d for d in desk.facts.diverts if d.verified_at]
    late = {
        row.measure
        for project in course.projects
        for row in _times(desk, project)
        if row.verdict.outcome is Outcome.MISSED
    }
    text = "No divert was proved in use."
    if diverts:
        first = min(d.verified_at for d in diverts if d.verified_at)
        text = f"Calls were diverted, checked by a test call at {words.clock(first)}."
    if late:
        return f"{text} Later than our targets: {words.listed(sorted(late)).lower()}."
    return f"{text} No step took longer than its target."


def _actions(desk: part.Desk) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            str(each.number),
            each.finding or part.NOT_RECORDED,
            each.action or part.NOT_RECORDED,
            role_words(each.owner_role),
            desk.words.day(each.due),
            each.check or part.NOT_RECORDED,
            each.status or part.NOT_RECORDED,
        )
        for each in sorted(desk.facts.corrective_actions, key=lambda each: each.number)
    )


def _open_points(desk: part.Desk) -> Knowledge:
    known = part.knowledge(desk)
    points = [each for each in known.open_questions if each != "None."]
    if desk.facts.supplier is not None and not desk.facts.supplier.report_received:
        points.append("The supplier's own report is outstanding; a supplement will follow.")
    if any(line.offered.value is None for line in part.calls(desk)):
        points.append("Figures of calls that are marked as not available.")
    return Knowledge(known.facts, known.assumptions, tuple(points) or ("None.",))


def _approval(desk: part.Desk, heading: Heading) -> tuple[tuple[str, str], ...]:
    when = desk.words.moment(heading.approved_at, "not yet")
    answered = [
        each.acknowledged_at
        for each in desk.facts.messages
        if each.acknowledged_at and "closing" in each.purpose.lower()
    ]
    return (
        ("Prepared by", heading.author_role),
        ("Reviewed by", heading.reviewer_role),
        ("Approved by", f"{heading.approver_role}; approved: {when}"),
        (
            "Client's acknowledgement",
            desk.words.moment(min(answered, default=None), "not yet received"),
        ),
    )

"""Report (c), the client's layer: the closing report, sections c1 to c21."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from kitart.reports import building as part
from kitart.reports import sentences, tables
from kitart.reports.course import ProjectCourse
from kitart.reports.facts import IncidentFacts, Number, not_available
from kitart.reports.knowing import knowledge
from kitart.reports.manual_logging import backlog
from kitart.reports.terms import N_
from kitart.reports.views import ClosingReportView, Edition, Heading, Knowledge
from kitart.rules.measured_times import MeasuredTime, Moments, measured_times
from kitart.rules.verdicts import Outcome, punctuality

FALSE_ALARM = "false alarm: kept for statistics only"  # among the terms


def build_closing_report(
    facts: IncidentFacts, client_id: str, *, now: datetime, **edition: Unpack[Edition]
) -> ClosingReportView:
    """The whole course with measured times and verdicts (A17, D3, D22 to D25).

    Raises ``ValueError`` for a client the incident doesn't know.
    """
    desk = part.desk_for(facts, client_id, now, edition.get("data_as_of"))
    course, words, facts = desk.course, desk.words, desk.facts
    heading = part.heading(desk, words.say("Closing report"), "closing", 1, **edition)
    sent = [m for m in facts.messages if m.due_at is not None]
    return ClosingReportView(
        heading=heading,
        summary=_summary(desk),
        classification=_classification(desk),
        timeline=tables.entries(desk),
        verdicts=tuple((p.effect.project_id, p.verdict) for p in course.projects),
        times=tuple((p.effect.project_id, _times(desk, p)) for p in course.projects),
        punctuality=tuple(
            (
                desk.recorded(m.purpose),
                m.due_at,
                m.sent_at,
                punctuality(m.due_at, m.sent_at, now=desk.now),
            )
            for m in sent
            if m.due_at is not None
        ),
        proofs=tables.proofs(desk),
        projects=course.projects,
        episodes=course.episodes,
        calls=tables.calls(desk),
        service_level=words.say("not available: no usual figures are on record to compare with"),
        lost_contacts=_lost(desk),
        language_quality=_language_quality(desk),
        backlog=backlog(words, facts),
        cause=facts.cause or _no_cause(desk),
        response=_response(desk),
        service_agreement=desk.client.service_agreement
        or words.say("not available: not yet settled between us"),
        privacy=facts.privacy,
        supplier=part.supplier(desk),
        actions=_actions(desk),
        knowledge=_open_points(desk),
        attachments=facts.attachments or (words.say(sentences.NONE),),
        approval=_approval(desk, heading),
    )


def _no_cause(desk: part.Desk) -> str:
    not_established = desk.words.say("Not established.")
    return f"{not_established} {desk.words.say(sentences.CAUSE_OPEN)}"


def _summary(desk: part.Desk) -> tuple[str, ...]:
    """Five lines: what, when, effect, cause, what changes."""
    words, facts = desk.words, desk.facts
    cause = facts.cause or words.say("not established")
    return (
        words.say("What: {what}", what=sentences.headline(words, desk.course)),
        _when(desk),
        words.say("Recovery objective: {verdict}.", verdict=words.verdict(desk.course.verdict)),
        words.say("Cause: {cause}", cause=cause),
        _what_changes(desk),
    )


def _when(desk: part.Desk) -> str:
    words, course = desk.words, desk.course
    if course.starts is None:
        return words.say("When: no effect on your lines is on record.")
    start = words.moment(course.starts)
    end = words.moment(course.restored, N_("not yet restored"))
    when = words.say("When: from {start} to {end}.", start=start, end=end)
    downs = sum(len(each.episode.downs) for each in course.episodes)
    if downs > 1:
        when += " " + words.say("The system failed {count} times in that time.", count=downs)
    return when


def _what_changes(desk: part.Desk) -> str:
    count = len(desk.facts.corrective_actions)
    if not count:
        return desk.words.say("What changes: nothing decided yet.")
    if count == 1:
        return desk.words.say("What changes: one corrective action, listed below.")
    return desk.words.say("What changes: {count} corrective actions, listed below.", count=count)


def _classification(desk: part.Desk) -> tuple[tuple[str, str], ...]:
    words, facts = desk.words, desk.facts
    levels = [
        words.say(
            "{level} from {at} ({reason})",
            level=change.level,
            at=words.moment(change.at),
            reason=change.reason or words.say("no reason recorded"),
        )
        for change in sorted(facts.level_changes, key=lambda each: each.at)
    ]
    passed = "; ".join(levels) or sentences.level(words, facts)
    return (
        (words.say("Type"), f"{desk.recorded(facts.kind)}; {sentences.event_kind(words, facts)}"),
        (words.say("System"), sentences.system(words, facts)),
        (words.say("Priority"), words.priority(facts.priority)),
        (words.say("Cover levels passed through"), passed),
        (words.say("Kind of record"), _kind_of_record(desk)),
    )


def _kind_of_record(desk: part.Desk) -> str:
    words, facts = desk.words, desk.facts
    if not facts.false_alarm:
        return words.say("Exercise") if facts.exercise else words.say("Real incident")
    reason = desk.recorded(facts.false_alarm_reason)
    if facts.exercise:
        return words.say("Exercise, false alarm: {reason}", reason=reason)
    return words.say("False alarm: {reason}", reason=reason)


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
    say = desk.words.say
    found = tuple(
        (say("{queue}: abandoned calls", queue=f"{line.project}, {line.language}"), line.abandoned)
        for line in tables.calls(desk)
    )
    before = not_available(N_("the carrier's records of calls that did not reach us are awaited"))
    return (*found, (say("Calls that never reached our system"), before))


def _language_quality(desk: part.Desk) -> str:
    if desk.facts.level_changes or desk.facts.cover_level:
        return desk.words.say(
            "not available: answered calls have not been counted by language of the agent"
        )
    return desk.words.say(
        "Unchanged: the usual agents answered; no cover in another language was used."
    )


def _response(desk: part.Desk) -> str:
    """The short form for a client: what was done about calls, and what was late."""
    words, course = desk.words, desk.course
    verified = [d.verified_at for d in desk.facts.diverts if d.verified_at]
    late = {
        words.term(row.measure)
        for project in course.projects
        for row in _times(desk, project)
        if row.verdict.outcome is Outcome.MISSED
    }
    said = []
    if verified:
        at = words.clock(min(verified))
        said.append(words.say("Calls were diverted, checked by a test call at {at}.", at=at))
    elif desk.facts.system.carries_calls:
        said.append(words.say("No divert was proved in use."))
    if late:
        measures = words.listed(sorted(late)).lower()
        said.append(words.say("Later than our targets: {measures}.", measures=measures))
    else:
        said.append(words.say("No step took longer than its target."))
    return " ".join(said)


def _actions(desk: part.Desk) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            str(each.number),
            desk.recorded(each.finding),
            desk.recorded(each.action),
            desk.words.role(each.owner_role),
            desk.words.day(each.due),
            desk.recorded(each.check),
            desk.recorded(each.status),
        )
        for each in sorted(desk.facts.corrective_actions, key=lambda each: each.number)
    )


def _open_points(desk: part.Desk) -> Knowledge:
    words, none = desk.words, desk.words.say(sentences.NONE)
    known = knowledge(words, desk.course)
    points = [each for each in known.open_questions if each != none]
    if desk.facts.supplier is not None and not desk.facts.supplier.report_received:
        points.append(
            words.say("The supplier's own report is outstanding; a supplement will follow.")
        )
    if any(line.offered.value is None for line in tables.calls(desk)):
        points.append(words.say("Figures of calls that are marked as not available."))
    return Knowledge(known.facts, known.assumptions, tuple(points) or (none,))


def _approval(desk: part.Desk, heading: Heading) -> tuple[tuple[str, str], ...]:
    words = desk.words
    when = words.moment(heading.approved_at, N_("not yet"))
    approved = words.say("{role}; approved: {at}", role=heading.approver_role, at=when)
    answered = [
        each.acknowledged_at
        for each in desk.facts.messages
        if each.acknowledged_at and "closing" in each.purpose.lower()
    ]
    acknowledged = words.moment(min(answered, default=None), N_("not yet received"))
    return (
        (words.say("Prepared by"), heading.author_role),
        (words.say("Reviewed by"), heading.reviewer_role),
        (words.say("Approved by"), approved),
        (words.say("Client's acknowledgement"), acknowledged),
    )

"""Report (c), the client's layer: the closing report, sections c1 to c21."""

from __future__ import annotations

from datetime import date, datetime
from typing import Unpack
from zoneinfo import ZoneInfo

from kitart.reports import building as part
from kitart.reports import call_tables, cover_tables, legal, sentences, tables, written_parts
from kitart.reports.course import ProjectCourse
from kitart.reports.facts import IncidentFacts, LevelChange
from kitart.reports.facts.written import lines, said
from kitart.reports.kinds import words_of
from kitart.reports.knowing import knowledge
from kitart.reports.manual_logging import backlog
from kitart.reports.terms import N_, NOT_RECORDED, REPORT_TYPES
from kitart.reports.views import ClosingReportView, Edition, Heading, Knowledge
from kitart.reports.wording import Wording
from kitart.rules.measured_times import MeasuredTime, Moments, measured_times
from kitart.rules.verdicts import Outcome, Verdict, punctuality

FALSE_ALARM = "false alarm: kept for statistics only"  # among the terms


def build_closing_report(
    facts: IncidentFacts,
    client_id: str,
    *,
    preliminary: bool = False,
    now: datetime,
    **edition: Unpack[Edition],
) -> ClosingReportView:
    """The whole course with measured times and verdicts (A17, D3, D22 to D25).

    ``preliminary`` is the edition of the next business day: it says that the final one follows.

    Raises ``ValueError`` for a client the incident doesn't know.
    """
    desk = part.desk_for(facts, client_id, now, edition.get("data_as_of"))
    course, words, facts = desk.course, desk.words, desk.facts
    title = words.say("Closing report")
    if preliminary:
        title = words.say("Preliminary closing report")
    heading = part.heading(desk, title, "closing", 1, **edition)
    cause = written_parts.cause(words, facts.written, client_id, facts.cause)
    attached = facts.attachments + written_parts.attachments(words, facts.written)
    return ClosingReportView(
        heading=heading,
        preliminary=_preliminary(desk) if preliminary else None,
        summary=_summary(desk),
        classification=_classification(desk),
        picture=part.drawn(desk),
        timeline=tables.entries(desk),
        verdicts=cover_tables.verdicts(desk)
        if facts.cover
        else tuple((p.effect.project_id, p.verdict) for p in course.projects),
        times=(
            *((p.effect.project_id, times_of(desk, p)) for p in course.projects),
            *cover_tables.times(desk),
        ),
        punctuality=told_in_time(desk),
        proofs=tables.proofs(desk),
        projects=course.projects,
        # How long agents were missing says nothing of callers: that is in the table of each queue.
        episodes=() if facts.cover else course.episodes,
        calls=call_tables.calls(desk),
        call_parts=call_tables.parts(desk),
        service_level=call_tables.service_level(desk),
        lost_contacts=call_tables.lost_contacts(desk),
        language_quality=call_tables.language_quality(desk),
        backlog=backlog(words, facts),
        cause=facts.cause or _no_cause(desk),
        cause_parts=cause,
        response=_response(desk),
        service_agreement=desk.client.service_agreement
        or words.say("not available: not yet settled between us"),
        agreement=written_parts.agreement(words, facts.written, client_id),
        privacy=facts.privacy,
        notices=legal.told(facts, client_id, words.language),
        supplier=part.supplier(desk),
        supplier_report=_supplier_report(desk),
        actions=written_parts.actions(words, facts.corrective_actions, today(desk)),
        knowledge=_open_points(desk),
        attachments=attached or (words.say(sentences.NONE),),
        approval=_approval(desk, heading),
    )


def _preliminary(desk: part.Desk) -> str:
    """What the client has to know of this edition: it is not the last word."""
    words, due = desk.words, desk.facts.closing_report_due
    if due is None:
        return words.say("This report is preliminary: causes and figures may still change.")
    return words.say(
        "This report is preliminary: causes and figures may still change. "
        "The final report follows by {day}.",
        day=words.day(due),
    )


def told_in_time(
    desk: part.Desk,
) -> tuple[tuple[str, datetime, datetime | None, Verdict], ...]:
    """Each report and message that had a time to be sent by, and whether it was (reports §4)."""
    earlier = sorted(desk.facts.earlier_reports, key=lambda each: each.sent_at)
    reports = [(r.type, r.due_at, r.sent_at, r.number) for r in earlier]
    others = [(m.purpose, m.due_at, m.sent_at, 1) for m in desk.facts.messages]
    return tuple(
        (
            report_title(desk.words, what, number),
            due,
            sent,
            punctuality(due, sent, now=desk.now),
        )
        for what, due, sent, number in (*reports, *others)
        if due is not None
    )


def report_title(words: Wording, type: str, number: int) -> str:
    """What a report is called in a table: the updates by their number."""
    name = words.term(REPORT_TYPES.get(type, type or NOT_RECORDED))
    if number > 1 or type == "status-update":
        return words.say("{report} {number}", report=name, number=number)
    return name


def today(desk: part.Desk) -> date:
    """The day that the information is of, where the reader is."""
    return desk.now.astimezone(ZoneInfo(desk.words.zone)).date()


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
        when += " " + words.say(words_of(desk.facts.system).failed_count, count=downs)
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
        _level(words, change) for change in sorted(facts.level_changes, key=lambda each: each.at)
    ]
    passed = "; ".join(levels) or sentences.level(words, facts)
    followed = words_of(facts.system).plan_followed
    return (
        (words.say("Type"), f"{desk.recorded(facts.kind)}; {sentences.event_kind(words, facts)}"),
        (words.say("System"), sentences.system(words, facts)),
        (words.say("Priority"), words.priority(facts.priority)),
        (words.say("Cover levels passed through"), passed),
        (words.say("Kind of record"), kind_of_record(desk)),
        *([(words.say("Plan followed"), words.say(followed))] if followed else []),
    )


def _level(words: Wording, change: LevelChange) -> str:
    at, reason = words.moment(change.at), change.reason or words.say("no reason recorded")
    if not change.level:
        return words.say("none from {at} ({reason})", at=at, reason=reason)
    return words.say("{level} from {at} ({reason})", level=change.level, at=at, reason=reason)


def kind_of_record(desk: part.Desk) -> str:
    """Whether it is a real incident, an exercise or a false alarm (c2)."""
    words, facts = desk.words, desk.facts
    if not facts.false_alarm:
        return words.say("Exercise") if facts.exercise else words.say("Real incident")
    reason = desk.recorded(facts.false_alarm_reason)
    if facts.exercise:
        return words.say("Exercise, false alarm: {reason}", reason=reason)
    return words.say("False alarm: {reason}", reason=reason)


def times_of(desk: part.Desk, project: ProjectCourse) -> tuple[MeasuredTime, ...]:
    """The measured times of one project against their targets (c4)."""
    facts, effect = desk.facts, project.effect
    told = [each for each in facts.am_told if each.project_id == effect.project_id]
    by_people = [each.acknowledged_at for each in facts.ert if each.acknowledged_at]
    ordered = [d.ordered_at for d in facts.diverts if d.ordered_at]
    ordered += [change.at for change in facts.level_changes if change.level]
    ordered += [
        each.asked_at
        for queue in facts.cover
        if queue.project_id == effect.project_id
        for each in queue.backups
    ]
    severe = [
        change.at
        for change in facts.level_changes
        if change.level >= 3 and change.project_id in (None, effect.project_id)
    ]
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
        # Where agents are missing the recovery is that of each queue, which has rows of its own.
        () if facts.cover else project.rto,
        project.restored,
        now=desk.now,
        void=FALSE_ALARM if facts.false_alarm else "",
    )


def _response(desk: part.Desk) -> str:
    """The short form for a client: what was done about calls, and what was late."""
    words, course = desk.words, desk.course
    own = said(desk.facts.written, "response-short", desk.client.id)
    verified = [d.verified_at for d in desk.facts.diverts if d.verified_at]
    rows = [row for project in course.projects for row in times_of(desk, project)]
    rows += [row for _, found in cover_tables.times(desk) for row in found]
    late = {words.term(row.measure) for row in rows if row.verdict.outcome is Outcome.MISSED}
    done = [written_parts.text(words, own)] if own is not None else []
    if verified:
        at = words.clock(min(verified))
        done.append(words.say("Calls were diverted, checked by a test call at {at}.", at=at))
    elif desk.facts.system.carries_calls:
        done.append(words.say("No divert was proved in use."))
    first = min((r.sent_at for r in desk.facts.earlier_reports if r.first_word), default=None)
    if first is not None and course.starts is not None and first > course.starts:
        after = words.duration(first - course.starts)
        done.append(words.say("First notification {time} after the effect began.", time=after))
    backups = [each for queue in desk.facts.cover for each in queue.backups]
    if backups:
        live = sum(each.live_at is not None for each in backups)
        done.append(
            words.say("Backups called out: {asked}; live: {live}.", asked=len(backups), live=live)
        )
    if late:
        measures = words.listed(sorted(late)).lower()
        done.append(words.say("Later than our targets: {measures}.", measures=measures))
    else:
        done.append(words.say("No step took longer than its target."))
    return " ".join(done)


def _supplier_report(desk: part.Desk) -> str | None:
    """The supplier's own report: when it came and where it is, or when a supplement follows (c15);
    ``None`` where no supplier is involved."""
    words, supplier = desk.words, desk.facts.supplier
    report = said(desk.facts.written, "supplier-report", desk.client.id)
    if report is not None:
        came = written_parts.text(words, report)
        return words.say("The supplier's own report: {words}", words=came)
    if supplier is None:
        return None
    if supplier.report_received:
        return words.say("The supplier's own report has come.")
    later = said(desk.facts.written, "supplement", desk.client.id)
    if later is None or later.day is None:
        return words.say("The supplier's own report is outstanding; a supplement will follow.")
    return words.say(
        "The supplier's own report is outstanding; a supplement follows by {day}: {words}",
        day=words.day(later.day), words=" ".join(later.text.split()),
    )  # fmt: skip


def _open_points(desk: part.Desk) -> Knowledge:
    words, none = desk.words, desk.words.say(sentences.NONE)
    known = knowledge(words, desk.course)
    points = [each for each in known.open_questions if each != none]
    received = said(desk.facts.written, "supplier-report", desk.client.id) is not None
    outstanding = None if received else _supplier_report(desk)
    if outstanding and desk.facts.supplier and not desk.facts.supplier.report_received:
        points.append(outstanding)
    if any(line.offered.value is None for line in call_tables.calls(desk)):
        points.append(words.say("Figures of calls that are marked as not available."))
    points += lines(desk.facts.written, "open-points")
    assumed = [each for each in known.assumptions if each != none]
    assumed += lines(desk.facts.written, "assumptions")
    return Knowledge(known.facts, tuple(assumed) or (none,), tuple(points) or (none,))


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
    told = said(desk.facts.written, "acknowledged", desk.client.id)
    if told is not None:
        acknowledged = written_parts.text(words, told)
    return (
        (words.say("Prepared by"), heading.author_role),
        (words.say("Reviewed by"), heading.reviewer_role),
        (words.say("Approved by"), approved),
        (words.say("Client's acknowledgement"), acknowledged),
    )

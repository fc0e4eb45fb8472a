"""Report (b): status update, recovery notice, and the correction of a false alarm."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from kitart.reports import building as part
from kitart.reports.english import NOTHING_ASKED
from kitart.reports.facts import EarlierReport, IncidentFacts
from kitart.reports.views import Edition, StatusUpdateView, Variant

NO_CHANGE = "No change since the last update."


def build_status_update(
    facts: IncidentFacts,
    client_id: str,
    *,
    now: datetime,
    number: int = 1,
    corrections: tuple[str, ...] = (),
    **edition: Unpack[Edition],
) -> StatusUpdateView:
    """What changed, and the state: fields b1 to b13.

    Once service is restored, proved and stable it is the recovery notice; for a false alarm it
    is the correction (E32). ``number`` is the running number. Raises ``ValueError`` for a client
    the incident doesn't know.
    """
    desk = part.desk_for(facts, client_id, now, edition.get("data_as_of"))
    client, course, words = desk.client, desk.course, desk.words
    title, variant = _kind(desk, number)
    earlier = max(desk.facts.earlier_reports, key=lambda each: each.sent_at, default=None)
    forecast, forecast_note = part.expected(desk)
    update_at, update_note = part.next_update(desk)
    back = course.restored is not None or desk.facts.false_alarm
    return StatusUpdateView(
        heading=part.heading(desk, title, variant, number, **edition),
        headline=words.headline(course),
        previous_update_at=earlier.sent_at if earlier else None,
        state=course.word,
        changed=part.entries(desk, since=earlier.sent_at if earlier else None),
        level_and_priority=_level_and_priority(desk),
        seats=part.seats(desk),
        cover=words.cover(course),
        calls=part.calls(desk),
        rto=part.rto_lines(desk),
        supplier=part.supplier(desk),
        decisions=part.decisions(desk),
        expected_recovery=forecast,
        expected_recovery_note=forecast_note,
        corrections=_corrections(desk, earlier, corrections),
        request=NOTHING_ASKED if back else client.request or NOTHING_ASKED,
        next_update_at=update_at,
        next_update_note=update_note,
        callers_experience=words.experience(course)
        if back
        else client.callers_experience or words.experience(course),
        knowledge=part.knowledge(desk),
        proofs=part.proofs(desk),
        backlog=words.backlog(course),
        closing_report_due=desk.facts.closing_report_due,
    )


def build_correction(
    facts: IncidentFacts, client_id: str, *, now: datetime, **edition: Unpack[Edition]
) -> StatusUpdateView:
    """The correction to those who were told of a false alarm (E32).

    Raises ``ValueError`` if the incident is not closed as a false alarm.
    """
    if not facts.false_alarm:
        raise ValueError(f"{facts.number} is not a false alarm: there is nothing to take back")
    return build_status_update(facts, client_id, now=now, **edition)


def _kind(desk: part.Desk, number: int) -> tuple[str, Variant]:
    if desk.facts.false_alarm:
        return "Correction", "correction"
    if desk.course.recovered:
        return "Recovery notice", "recovery notice"
    return f"Status update {number}", "update"


def _level_and_priority(desk: part.Desk) -> str:
    words, facts = desk.words, desk.facts
    text = f"Priority {words.priority(facts.priority)}. Cover level: {words.level(facts)}."
    if facts.priority is not None and facts.priority.reason:
        text += f" Reason: {facts.priority.reason}"
    if facts.level_changes:
        last = max(facts.level_changes, key=lambda each: each.at)
        reason = f" ({last.reason})" if last.reason else ""
        text += f" Last change: level {last.level} since {words.moment(last.at)}{reason}."
    return text


def _corrections(
    desk: part.Desk, earlier: EarlierReport | None, stated: tuple[str, ...]
) -> tuple[str, ...]:
    from_people = desk.reader.texts(stated)
    if not desk.facts.false_alarm:
        return from_people
    when = f" of {desk.words.moment(earlier.sent_at)}" if earlier else ""
    reason = desk.facts.false_alarm_reason or part.NOT_RECORDED
    taken_back = f"We take back our message{when}: there was no disturbance. Reason: {reason}"
    return (taken_back, *from_people)

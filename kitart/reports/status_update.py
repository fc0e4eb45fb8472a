"""Report (b): status update, recovery notice, and the correction of a false alarm."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from kitart.reports import building as part
from kitart.reports import call_tables, sentences, tables
from kitart.reports.facts import EarlierReport, IncidentFacts
from kitart.reports.kinds import words_of
from kitart.reports.knowing import knowledge
from kitart.reports.manual_logging import backlog
from kitart.reports.views import Edition, StatusUpdateView, Variant


def build_status_update(
    facts: IncidentFacts,
    client_id: str,
    *,
    now: datetime,
    number: int = 1,
    corrections: tuple[str, ...] = (),
    recovery: bool | None = None,
    **edition: Unpack[Edition],
) -> StatusUpdateView:
    """What changed, and the state: fields b1 to b13.

    With ``recovery`` it is the recovery notice; where that is not said, once service is restored,
    proved and stable. For a false alarm it is the correction (E32). ``number`` is the running
    number. Raises ``ValueError`` for a client the incident doesn't know.
    """
    desk = part.desk_for(facts, client_id, now, edition.get("data_as_of"))
    client, course, words = desk.client, desk.course, desk.words
    title, variant = _kind(desk, number, course.recovered if recovery is None else recovery)
    earlier = max(desk.facts.earlier_reports, key=lambda each: each.sent_at, default=None)
    forecast, forecast_note = part.expected(desk)
    update_at, update_note = part.next_update(desk)
    back = course.restored is not None or desk.facts.false_alarm
    kind = words_of(desk.facts.system)
    return StatusUpdateView(
        heading=part.heading(desk, title, variant, number, **edition),
        headline=sentences.headline(words, course),
        previous_update_at=earlier.sent_at if earlier else None,
        state=words.term(course.word),
        changed=tables.entries(desk, since=earlier.sent_at if earlier else None),
        level_and_priority=_level_and_priority(desk),
        picture=part.drawn(desk),
        seats=tables.seats(desk),
        cover=sentences.cover(words, course),
        calls=call_tables.calls(desk),
        rto=tables.rto_lines(desk),
        supplier=part.supplier(desk),
        decisions=tables.decisions(desk),
        expected_recovery=forecast,
        expected_recovery_note=forecast_note,
        corrections=_corrections(desk, earlier, corrections),
        request=words.say(sentences.NOTHING_ASKED)
        if back
        else client.request or words.say(kind.request),
        next_update_at=update_at,
        next_update_note=update_note,
        callers_experience=(not back and client.callers_experience)
        or sentences.experience(words, course),
        knowledge=knowledge(words, course),
        proof_title=words.say(kind.proof_title),
        proofs=tables.proofs(desk),
        backlog=backlog(words, desk.facts),
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


def _kind(desk: part.Desk, number: int, recovery: bool) -> tuple[str, Variant]:
    if desk.facts.false_alarm:
        return desk.words.say("Correction"), "correction"
    if recovery:
        return desk.words.say("Recovery notice"), "recovery notice"
    return desk.words.say("Status update {number}", number=number), "update"


def _level_and_priority(desk: part.Desk) -> str:
    words, facts = desk.words, desk.facts
    level = sentences.level(words, facts)
    said = [
        words.say(
            "Priority {priority}. Cover level: {level}.",
            priority=words.priority(facts.priority), level=level,
        )
    ]  # fmt: skip
    if facts.priority is not None and facts.priority.reason:
        said.append(words.say("Reason: {reason}", reason=facts.priority.reason))
    if facts.level_changes:
        last = max(facts.level_changes, key=lambda each: each.at)
        reason = f" ({last.reason})" if last.reason else ""
        since = f"{words.moment(last.at)}{reason}"
        said.append(
            words.say(
                "Last change: level {level} since {since}.",
                level=last.level or words.say("none"),
                since=since,
            )
        )
    return " ".join(said)


def _corrections(
    desk: part.Desk, earlier: EarlierReport | None, stated: tuple[str, ...]
) -> tuple[str, ...]:
    from_people = desk.reader.texts(stated)
    if not desk.facts.false_alarm:
        return from_people
    reason = desk.recorded(desk.facts.false_alarm_reason)
    if earlier is None:
        taken_back = desk.words.say(
            "We take back our message: there was no disturbance. Reason: {reason}", reason=reason
        )
    else:
        taken_back = desk.words.say(
            "We take back our message of {at}: there was no disturbance. Reason: {reason}",
            at=desk.words.moment(earlier.sent_at), reason=reason,
        )  # fmt: skip
    return (taken_back, *from_people)

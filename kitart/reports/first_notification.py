"""Report (a): the first notification to a client, or one notice of an outage already over."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from kitart.reports import building as part
from kitart.reports import sentences, tables
from kitart.reports.facts import IncidentFacts
from kitart.reports.kinds import words_of
from kitart.reports.knowing import knowledge, start_note
from kitart.reports.terms import NOT_RECORDED
from kitart.reports.views import Edition, FirstNotificationView


def build_first_notification(
    facts: IncidentFacts, client_id: str, *, now: datetime, **edition: Unpack[Edition]
) -> FirstNotificationView:
    """What the client must know to act: fields a1 to a16 (R45, D22 to D25).

    Once service is back it becomes a combined notice of an outage that is over (E31). Raises
    ``ValueError`` for a client the incident doesn't know, and for a false alarm, about which
    there is only a correction to send (E32).
    """
    if facts.false_alarm:
        raise ValueError(f"{facts.number} is a false alarm: use build_correction instead")
    desk = part.desk_for(facts, client_id, now, edition.get("data_as_of"))
    client, course, words = desk.client, desk.course, desk.words
    over = course.restored is not None
    title = words.say("First notification")
    request = words.say(words_of(desk.facts.system).request)
    if over:
        title = words.say("Notice of a past disturbance")
        request = words.say(sentences.NOTHING_ASKED)
    forecast, forecast_note = part.expected(desk)
    update_at, update_note = part.next_update(desk)
    return FirstNotificationView(
        heading=part.heading(desk, title, "combined" if over else "ongoing", 1, **edition),
        # What a person wrote while it was down would be wrong now (E31).
        headline=(not over and client.headline) or sentences.headline(words, course),
        effect_start=course.starts,
        effect_start_note=start_note(words, course),
        detected_at=desk.facts.reported_at,
        detected_by=words.reporter(desk.facts.detected_by or NOT_RECORDED),
        callers_experience=(not over and client.callers_experience)
        or sentences.experience(words, course),
        not_affected=words.listed(client.not_affected)
        or words.say("No other service of yours is known to be affected."),
        cover=sentences.cover(words, course),
        event_kind=sentences.event_kind(words, desk.facts),
        systems=sentences.system(words, desk.facts),
        # D24: a cause is stated only as far as a person has recorded it as shown.
        cause=desk.facts.cause or words.say(sentences.CAUSE_OPEN),
        actions=tables.entries(desk),
        under_way=part.under_way(desk),
        expected_recovery=forecast,
        expected_recovery_note=forecast_note,
        rto=tables.rto_lines(desk),
        request=client.request or request,
        privacy=desk.facts.privacy,
        next_update_at=update_at,
        next_update_note=update_note,
        knowledge=knowledge(words, course),
    )

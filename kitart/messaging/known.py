"""What is known of an incident, for the person who decides: each fact in all languages (D5).

Roles and effects only: a page goes to several people, so agents stand in it as a role too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kitart.language import Phrase, in_all_languages, phrase
from kitart.messaging.known_cover import cover_lines
from kitart.reports.course import Course, course_of
from kitart.reports.facts import DivertFacts, IncidentFacts, SupplierFacts
from kitart.reports.internal import UNKNOWN, what_text
from kitart.reports.moments import moment_phrase
from kitart.reports.privacy import without_codes
from kitart.reports.wording import Wording

NO_SOURCE = phrase("an unnamed source")


def known_facts(facts: IncidentFacts, *, now: datetime, zone: str) -> tuple[Phrase, ...]:
    """One short sentence for each fact, the newest state first; moments in ``zone``."""
    known = [] if facts.cover else [_state(facts, zone)]
    known += cover_lines(facts, now=now, zone=zone) if facts.cover else ()
    for effect in () if facts.cover else facts.effects:
        course = course_of(facts, effect.client_id, now)
        known.append(_effect(course, effect.project_id, zone))
    known.append(
        phrase(
            "Priority: {priority}.",
            priority=_said(zone, lambda words: words.priority(facts.priority)),
        )
    )
    known.append(_taken(facts, zone))
    if facts.supplier is not None:
        known.append(_supplier(facts.supplier))
    known += [_divert(divert, zone) for divert in facts.diverts]
    known += [
        phrase(
            "Also open: {number}, {system} ({priority}).",
            number=other.number, priority=other.priority,
            system=phrase("agents can't work") if other.agents_out else other.system,
        )
        for other in facts.also_open
    ]  # fmt: skip
    due = _moment(facts.next_update_at, zone, phrase("no time set"))
    known.append(phrase("Next update due: {when}.", when=due))
    return tuple(known)


def _said(zone: str, say: Callable[[Wording], str]) -> Phrase:
    """What the reports' words for a reader in ``zone`` say, in every language."""
    return in_all_languages(lambda language: say(Wording(zone, language)))


def _moment(moment: datetime | None, zone: str, otherwise: Phrase = UNKNOWN) -> Phrase:
    return otherwise if moment is None else moment_phrase(moment, zone)


def _state(facts: IncidentFacts, zone: str) -> Phrase:
    last = max(facts.states, key=lambda each: each.at, default=None)
    if last is None:
        reported = _moment(facts.reported_at, zone)
        return phrase(
            "{what}: no state on record; reported {when}.", what=what_text(facts), when=reported
        )
    source = NO_SOURCE
    if last.source:
        source = _said(zone, lambda words: words.role(without_codes(last.source)))
    return phrase(
        "{what} (since {when}, says {source}).",
        what=what_text(facts), when=_moment(last.at, zone), source=source,
    )  # fmt: skip


def _effect(course: Course, project_id: str, zone: str) -> Phrase:
    project = next(p for p in course.projects if p.effect.project_id == project_id)
    start = project.effect.effect_start
    if start is None:
        opens = _moment(project.effect.opens_at, zone)
        return phrase(
            "{project}: no effect yet; starts at opening, {when}.", project=project_id, when=opens
        )
    return phrase(
        "{project}: affected since {start}, restored {restored}; objective: {verdict}.",
        project=project_id, start=_moment(start, zone),
        restored=_moment(project.restored, zone, phrase("not yet")),
        verdict=_said(zone, lambda words: words.verdict(project.verdict)),
    )  # fmt: skip


def _taken(facts: IncidentFacts, zone: str) -> Phrase:
    taken = [each for each in facts.ert if each.acknowledged_at]
    if not taken:
        return phrase("Nobody of the emergency response team has taken it yet.")
    first = min(taken, key=lambda each: each.acknowledged_at or each.due_at)
    return phrase(
        "Taken by: {role}, {when}.",
        role=_said(zone, lambda words: words.role(first.role)),
        when=_moment(first.acknowledged_at, zone),
    )


def _supplier(supplier: SupplierFacts) -> Phrase:
    ticket = without_codes(supplier.ticket or "") or phrase("none yet")
    if supplier.statement:
        return phrase(
            "Supplier: {supplier}, ticket: {ticket}. It says: “{statement}”",
            supplier=supplier.name, ticket=ticket, statement=without_codes(supplier.statement),
        )  # fmt: skip
    return phrase("Supplier: {supplier}, ticket: {ticket}.", supplier=supplier.name, ticket=ticket)


def _divert(divert: DivertFacts, zone: str) -> Phrase:
    return phrase(
        "Divert to {kind} ({project}): ordered {ordered}, proved {proved}.",
        kind=_said(zone, lambda words: words.term(divert.kind)),
        project=divert.project_id or phrase("all projects"),
        ordered=_moment(divert.ordered_at, zone, phrase("not yet")),
        proved=_moment(divert.verified_at, zone, phrase("not yet")),
    )  # fmt: skip

"""What is known of an incident, for the person who decides: each fact in all languages (D5).

Roles and effects only: a page goes to several people, so agents stand in it as a role too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from kitart.language import Phrase, in_all_languages, phrase, said_before
from kitart.messaging.times import moment_text
from kitart.plan.roles import role_name
from kitart.reports.course import Course, course_of
from kitart.reports.facts import DivertFacts, IncidentFacts, PriorityFacts, SupplierFacts
from kitart.reports.internal import UNKNOWN, what_text
from kitart.reports.privacy import without_codes
from kitart.rules.verdicts import Outcome, Verdict

# Words of the record and of the rules: they come in English, and are looked up as they stand.
KEPT = (
    phrase("our own check"), phrase("monitor"), phrase("person"), phrase("probe"),
    phrase("carrier divert"), phrase("recorded notice"), phrase("voicemail"),
    phrase("no effect inside service hours"), phrase("nothing was affected"),
    phrase("not reached yet"), phrase("restored, being proved"),
    phrase("a longer objective came into force before this one ended"),
    phrase("came into force after its own end"), phrase("cover level 3 or 4 was not needed"),
    phrase("false alarm: kept for statistics only"),
    phrase("met"), phrase("met in part"), phrase("missed"), phrase("running"),
)  # fmt: skip
NO_SOURCE = phrase("an unnamed source")


def known_facts(facts: IncidentFacts, *, now: datetime, zone: str) -> tuple[Phrase, ...]:
    """One short sentence for each fact, the newest state first; moments in ``zone``."""
    known = [_state(facts, zone)]
    for effect in facts.effects:
        course = course_of(facts, effect.client_id, now)
        known.append(_effect(course, effect.project_id, zone))
    known.append(phrase("Priority: {priority}.", priority=_priority(facts.priority, zone)))
    known.append(_taken(facts, zone))
    if facts.supplier is not None:
        known.append(_supplier(facts.supplier))
    known += [_divert(divert, zone) for divert in facts.diverts]
    due = _moment(facts.next_update_at, zone, phrase("no time set"))
    known.append(phrase("Next update due: {when}.", when=due))
    return tuple(known)


def _moment(moment: datetime | None, zone: str, otherwise: Phrase = UNKNOWN) -> Phrase:
    if moment is None:
        return otherwise
    return in_all_languages(lambda language: moment_text(moment, zone, language))


def _state(facts: IncidentFacts, zone: str) -> Phrase:
    last = max(facts.states, key=lambda each: each.at, default=None)
    if last is None:
        reported = _moment(facts.reported_at, zone)
        return phrase(
            "{what}: no state on record; reported {when}.", what=what_text(facts), when=reported
        )
    source = said_before(without_codes(last.source)) if last.source else NO_SOURCE
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
        verdict=_verdict(project.verdict),
    )  # fmt: skip


def _priority(priority: PriorityFacts | None, zone: str) -> Phrase:
    if priority is None:
        return phrase("not yet set")
    if priority.state != "decided":
        return phrase("{level}, proposed", level=priority.value)
    if not priority.by_role or priority.at is None:
        return phrase("{level}, decided", level=priority.value)
    return phrase(
        "{level}, decided by {role}, {when}",
        level=priority.value, role=_role(priority.by_role), when=_moment(priority.at, zone),
    )  # fmt: skip


def _taken(facts: IncidentFacts, zone: str) -> Phrase:
    taken = [each for each in facts.ert if each.acknowledged_at]
    if not taken:
        return phrase("Nobody of the emergency response team has taken it yet.")
    first = min(taken, key=lambda each: each.acknowledged_at or each.due_at)
    return phrase(
        "Taken by: {role}, {when}.",
        role=_role(first.role), when=_moment(first.acknowledged_at, zone),
    )  # fmt: skip


def _role(role: str) -> Phrase:
    """A role's key, or its English name as the record has it."""
    return role_name(role) if role_name(role).translations else said_before(without_codes(role))


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
        kind=said_before(divert.kind), project=divert.project_id or phrase("all projects"),
        ordered=_moment(divert.ordered_at, zone, phrase("not yet")),
        proved=_moment(divert.verified_at, zone, phrase("not yet")),
    )  # fmt: skip


def _verdict(verdict: Verdict) -> Phrase:
    outcome, reason = verdict.outcome, said_before(verdict.reason)
    if outcome is Outcome.MET and verdict.prevented:
        return phrase("met: prevented, service was secured before callers could notice")
    if outcome is Outcome.MET_IN_PART and verdict.short_cover is not None:
        short = verdict.short_cover
        return phrase(
            "met in part: {filled} of {needed} seats, {minutes} min below need",
            filled=short.seats_filled, needed=short.seats_needed, minutes=short.minutes,
        )  # fmt: skip
    if outcome is Outcome.MISSED and verdict.late_by is not None:
        late = _duration(verdict.late_by)
        if verdict.reason:
            return phrase("missed by {time} so far", time=late)
        return phrase("missed by {time}", time=late)
    if outcome is Outcome.RUNNING and not verdict.reason and verdict.left is not None:
        return phrase("running: {time} left", time=_duration(verdict.left))
    if outcome is Outcome.RUNNING:
        return phrase("running: {reason}", reason=reason or phrase("no end set"))
    if outcome is Outcome.NOT_APPLICABLE:
        none = phrase("no effect inside service hours")
        return phrase("not applicable: {reason}", reason=reason or none)
    if outcome is Outcome.NO_TARGET:
        return phrase("no target, kept for the trend")
    return said_before(outcome.value)


def _duration(length: timedelta) -> Phrase:
    """Hours and minutes, "0:11 h"; with seconds where there are some."""
    seconds = int(abs(length).total_seconds())
    time = f"{seconds // 3600}:{seconds % 3600 // 60:02d}"
    if seconds % 60:
        return phrase("{time} h {seconds} s", time=time, seconds=seconds % 60)
    return phrase("{time} h", time=time)
